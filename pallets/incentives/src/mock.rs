//! A chain of system, balances and incentives. Stakes are a fake: each node's stake is what its
//! account has free.

use crate as pallet_incentives;
use crate::*;
use core::cell::RefCell;
use frame::{
	testing_prelude::*,
	token::{
		fungible::{Balanced, Credit, Mutate},
		Fortitude, Precision, Preservation,
	},
	traits::Imbalance,
};
use ostraka_primitives::{fault::Offence, traits::Proceeds};

pub const FUNDS: Balance = 1_000_000;
pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const DRAW_FEE: Balance = 7;
pub const BASE: Balance = 20;
pub const PER_ELEMENT: Balance = 3;
pub const SEAT_RENT: Balance = 2;
pub const PLACE_RENT: Balance = 5;
pub const BYTE_FEE: Balance = 3;
pub const DEPOSIT: Balance = 400;
pub const BOND: Balance = 202;
pub const FALSE_ACCUSATION: Balance = 801;
pub const WRONG_SHARE: Balance = 1003;
pub const FALSE_ATTESTATION: Balance = 607;
pub const ABSENCE: Balance = 41;

#[frame_construct_runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Incentives = pallet_incentives;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
}

/// What the fake stakes were told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
	Slash(AccountId, Balance),
	Presence(AccountId, bool),
	Conviction(AccountId),
}

thread_local! {
	static NOTES: RefCell<Vec<Note>> = const { RefCell::new(Vec::new()) };
	static DEFERRED: RefCell<Vec<(Offence, Balance)>> = const { RefCell::new(Vec::new()) };
}

/// What the fake stakes were told since the last call.
pub fn notes() -> Vec<Note> {
	NOTES.with(|notes| notes.take())
}

fn note(note: Note) {
	NOTES.with(|notes| notes.borrow_mut().push(note));
}

/// Shares out what was deferred first, if anything is, as the registry does when it is applied. Returns whether there was.
pub fn apply_deferred() -> bool {
	let first = DEFERRED.with(|slashes| {
		let mut slashes = slashes.borrow_mut();
		(!slashes.is_empty()).then(|| slashes.remove(0))
	});
	let Some((offence, amount)) = first else { return false };
	let credit = <Balances as Balanced<AccountId>>::withdraw(
		&stakes(),
		amount,
		Precision::Exact,
		Preservation::Preserve,
		Fortitude::Force,
	);
	<Incentives as Proceeds<CreditOf<Test>>>::share_out(&offence, credit.unwrap());
	true
}

/// Forgets what was deferred last, as the registry does when Root cancels it.
pub fn cancel_deferred() {
	let last = DEFERRED.with(|slashes| slashes.borrow_mut().pop());
	let Some((offence, amount)) = last else { return };
	let (from, to) = (stakes(), offence.culprit);
	<Balances as Mutate<AccountId>>::transfer(&from, &to, amount, Preservation::Preserve).unwrap();
}

/// Slashes free balance; while [`Deferring`], moves it to [`stakes`].
pub struct FakeStakes;

impl Stakes for FakeStakes {
	type Credit = Credit<AccountId, Balances>;

	fn slash(offence: &Offence, amount: Balance) -> Option<Self::Credit> {
		note(Note::Slash(offence.culprit.clone(), amount));
		let credit = <Balances as Balanced<AccountId>>::withdraw(
			&offence.culprit,
			amount,
			Precision::BestEffort,
			Preservation::Preserve,
			Fortitude::Force,
		)
		.unwrap_or_default();
		if !Deferring::get() || credit.peek() == 0 {
			return Some(credit);
		}
		let amount = credit.peek();
		assert!(Balances::resolve(&stakes(), credit).is_ok());
		DEFERRED.with(|slashes| slashes.borrow_mut().push((offence.clone(), amount)));
		None
	}

	fn note_presence(node: &AccountId, present: bool) {
		note(Note::Presence(node.clone(), present));
	}

	fn note_conviction(node: &AccountId) {
		note(Note::Conviction(node.clone()));
	}
}

parameter_types! {
	/// What [`Burn`] was given.
	pub storage Burnt: Balance = 0;
	/// Whether slashes of stake are deferred.
	pub storage Deferring: bool = false;
	pub storage AccuserShare: Permill = Permill::from_percent(25);
	pub storage VictimShare: Permill = Permill::from_percent(25);
	pub storage VanishedShare: Permill = Permill::from_percent(50);
	pub storage SilentCut: Perbill = Perbill::from_percent(5);
	pub storage WorstAccuseFee: Balance = DEPOSIT / 4;
	pub storage WorstChallengeFee: Balance = DEPOSIT / 4;
	pub storage ChallengeBond: Balance = BOND;
	pub storage FalseAttestationSlash: Balance = FALSE_ATTESTATION;
	pub storage BaseFeePerSeat: Balance = BASE;
	pub storage DealerDeposit: Balance = DEPOSIT;
	pub storage SeatRent: Balance = SEAT_RENT;
	pub storage PlaceRent: Balance = PLACE_RENT;
	pub storage ByteFee: Balance = BYTE_FEE;
}

/// Burns, and counts.
pub struct Burn;

impl OnUnbalanced<Credit<AccountId, Balances>> for Burn {
	fn on_nonzero_unbalanced(credit: Credit<AccountId, Balances>) {
		Burnt::set(&(Burnt::get() + credit.peek()));
	}
}

/// Gives draw fees, rents and forfeited fees to [`treasury`].
pub struct ToTreasury;

impl OnUnbalanced<Credit<AccountId, Balances>> for ToTreasury {
	fn on_nonzero_unbalanced(credit: Credit<AccountId, Balances>) {
		assert!(Balances::resolve(&treasury(), credit).is_ok());
	}
}

impl Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Stakes = FakeStakes;
	type Fees = ToTreasury;
	type Slash = Burn;
	type DrawFee = ConstU128<DRAW_FEE>;
	type BaseFeePerSeat = BaseFeePerSeat;
	type FeePerElement = ConstU128<PER_ELEMENT>;
	type SeatRent = SeatRent;
	type PlaceRent = PlaceRent;
	type ByteFee = ByteFee;
	type DealerDeposit = DealerDeposit;
	type WorstAccuseFee = WorstAccuseFee;
	type WorstChallengeFee = WorstChallengeFee;
	type ChallengeBond = ChallengeBond;
	type FalseAccusationSlash = ConstU128<FALSE_ACCUSATION>;
	type WrongShareSlash = ConstU128<WRONG_SHARE>;
	type FalseAttestationSlash = FalseAttestationSlash;
	type AbsenceSlash = ConstU128<ABSENCE>;
	type SilentCut = SilentCut;
	type AccuserShare = AccuserShare;
	type VictimShare = VictimShare;
	type VanishedShare = VanishedShare;
}

/// Accounts below 40 are funded, others do not exist.
pub fn account(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

pub fn treasury() -> AccountId {
	account(39)
}

/// Has the stake of slashes that are deferred.
pub fn stakes() -> AccountId {
	account(38)
}

pub fn new_test_ext() -> TestState {
	let balances = (0..40).map(|number| (account(number), FUNDS)).collect();
	let config = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig { balances, ..Default::default() },
		..Default::default()
	};
	let mut state = TestState::new(config.build_storage().unwrap());
	state.execute_with(|| {
		System::set_block_number(1);
		notes();
		DEFERRED.with(|slashes| slashes.borrow_mut().clear());
	});
	state
}

/// Runs a test and checks the invariants after it, conservation of money among them.
pub fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Incentives::do_try_state().unwrap();
		assert_money_is_conserved();
	});
}

/// All tokens there are and all that was burnt are all there were.
pub fn assert_money_is_conserved() {
	assert_eq!(Balances::total_issuance() + Burnt::get(), 40 * FUNDS);
	let accounts = frame_system::Account::<Test>::iter();
	let sum: Balance = accounts.map(|(_, info)| info.data.free + info.data.reserved).sum();
	assert_eq!(sum, Balances::total_issuance());
}

/// The pallet's events since the last call.
pub fn events() -> Vec<Event<Test>> {
	let events = System::events();
	System::reset_events();
	events
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Incentives(event) => Some(event),
			_ => None,
		})
		.collect()
}
