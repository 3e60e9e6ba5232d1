//! A chain of system, balances and incentives. Stakes are a fake: each node's stake is what its
//! account has free.

use crate as pallet_incentives;
use crate::*;
use core::cell::RefCell;
use frame::{
	testing_prelude::*,
	token::{
		fungible::{Balanced, Credit},
		Fortitude, Precision, Preservation,
	},
	traits::Imbalance,
};

pub const FUNDS: Balance = 1_000_000;
pub const EXISTENTIAL_DEPOSIT: Balance = 10;
pub const DRAW_FEE: Balance = 7;
pub const BASE: Balance = 20;
pub const PER_ELEMENT: Balance = 3;
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
}

/// What the fake stakes were told since the last call.
pub fn notes() -> Vec<Note> {
	NOTES.with(|notes| notes.take())
}

fn note(note: Note) {
	NOTES.with(|notes| notes.borrow_mut().push(note));
}

/// Slashes free balance.
pub struct FakeStakes;

impl Stakes for FakeStakes {
	type Credit = Credit<AccountId, Balances>;

	fn slash(node: &AccountId, amount: Balance) -> Self::Credit {
		note(Note::Slash(node.clone(), amount));
		<Balances as Balanced<AccountId>>::withdraw(
			node,
			amount,
			Precision::BestEffort,
			Preservation::Preserve,
			Fortitude::Force,
		)
		.unwrap_or_default()
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
	pub storage AccuserShare: Permill = Permill::from_percent(25);
	pub storage VictimShare: Permill = Permill::from_percent(25);
	pub storage VanishedShare: Permill = Permill::from_percent(50);
	pub storage SilentCut: Perbill = Perbill::from_percent(5);
	pub storage WorstAccuseFee: Balance = DEPOSIT / 4;
	pub storage WorstChallengeFee: Balance = DEPOSIT / 4;
	pub storage ChallengeBond: Balance = BOND;
	pub storage FalseAttestationSlash: Balance = FALSE_ATTESTATION;
}

/// Burns, and counts.
pub struct Burn;

impl OnUnbalanced<Credit<AccountId, Balances>> for Burn {
	fn on_nonzero_unbalanced(credit: Credit<AccountId, Balances>) {
		Burnt::set(&(Burnt::get() + credit.peek()));
	}
}

/// Gives draw fees and forfeited fees to [`treasury`].
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
	type BaseFeePerSeat = ConstU128<BASE>;
	type FeePerElement = ConstU128<PER_ELEMENT>;
	type DealerDeposit = ConstU128<DEPOSIT>;
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
