//! A runtime of system and this pallet, with neighbours that answer what a test sets and remember what they were told.
//! Cryptography is real.

use crate::{self as pallet_vss, fixtures};
use frame::{
	deps::{
		frame_support::weights::constants::WEIGHT_REF_TIME_PER_MILLIS,
		sp_runtime::{
			generic,
			traits::{Applyable, Checkable},
			transaction_validity::TransactionValidityError,
			MultiSignature,
		},
	},
	testing_prelude::*,
};
use ostraka_primitives::{
	rent::{Held, Occupancy, Rent},
	spec::TaskSpec,
	task::{Committee, Panel, TaskStatus},
	traits::{Ending, Escrow, Opening, Penalties, SeatReport, TaskBook, TaskView},
	AccountId, Balance, TaskId,
};
use ostraka_protocol::{task_hash, wire, TaskContext, TaskHashInput, Version};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use std::collections::BTreeMap;

pub type Extension = frame_system::AuthorizeCall<Test>;
pub type Extrinsic = generic::UncheckedExtrinsic<AccountId, RuntimeCall, MultiSignature, Extension>;
type Block = generic::Block<generic::Header<u32, BlakeTwo256>, Extrinsic>;

construct_runtime!(
	pub enum Test {
		System: frame_system,
		Vss: pallet_vss,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

parameter_types! {
	pub const IndexedWeightPerKb: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS / 100, 0);
}

impl pallet_vss::Config for Test {
	type Tasks = Book;
	type Penalties = Court;
	type Escrow = Purse;
	type Roster = ();
	type RetryInterval = ConstU32<5>;
	type FinalityLag = ConstU32<2>;
	type BasePriority = ConstU64<1_000_000>;
	type LongestTask = ConstU32<1_000>;
	type IndexedWeightPerKb = IndexedWeightPerKb;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Book;
}

impl<LocalCall> CreateTransactionBase<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type Extrinsic = Extrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<LocalCall> CreateTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type Extension = Extension;
	fn create_transaction(call: RuntimeCall, extension: Extension) -> Extrinsic {
		Extrinsic::new_transaction(call, extension)
	}
}

impl<LocalCall> CreateAuthorizedTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	fn create_extension() -> Extension {
		Extension::new()
	}
}

/// What the task book was told of a task's phases. [`Counted`] has what it was told of dealings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
	Dealt(TaskId),
	Attested(TaskId),
	Committed(TaskId),
	Revealed(TaskId),
}

/// What the incentives were told. [`Deposits`] has what is on hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Money {
	Released(TaskId, AccountId),
	Dealer { task: TaskId, dealer: AccountId, accuser: AccountId },
	FalseAccuser { task: TaskId, accuser: AccountId, exposed: AccountId },
	FalseChallenger { task: TaskId, node: AccountId, dealer: AccountId },
	WrongShare(TaskId, AccountId),
	BondHeld(TaskId, AccountId),
	BondReleased(TaskId, AccountId),
	BondForfeited { task: TaskId, challenger: AccountId, dealer: AccountId },
	Paid { task: TaskId, dealer: AccountId, accepted: u32 },
}

parameter_types! {
	pub static Views: BTreeMap<TaskId, TaskView> = BTreeMap::new();
	pub static Specs: BTreeMap<TaskId, TaskSpec> = BTreeMap::new();
	/// Whether challengers have the means for a bond.
	pub static Means: bool = true;
	pub static Acceptances: BTreeMap<TaskId, Vec<AccountId>> = BTreeMap::new();
	pub static BookLog: Vec<Told> = vec![];
	/// Whose quota is spent.
	pub static Spent: Vec<AccountId> = vec![];
	/// Whose dealings were taken and did not fall away.
	pub static Counted: Vec<(TaskId, AccountId)> = vec![];
	pub static Deposits: Vec<(TaskId, AccountId)> = vec![];
	pub static MoneyLog: Vec<Money> = vec![];
}

pub struct Book;

impl Book {
	/// These have accepted, each with a deposit.
	fn accept(task: TaskId, dealers: &[AccountId]) {
		Acceptances::mutate(|all| all.insert(task, dealers.to_vec()));
		for dealer in dealers {
			Court::hold_deposit(task, dealer).unwrap();
		}
	}
}

impl TaskBook for Book {
	fn view(task: TaskId) -> Option<TaskView> {
		Views::get().get(&task).cloned()
	}
	fn status(task: TaskId) -> Option<TaskStatus> {
		Self::view(task).map(|view| view.status)
	}
	fn spec(task: TaskId) -> Option<TaskSpec> {
		Specs::get().get(&task).cloned()
	}
	fn has_accepted(task: TaskId, dealer: &AccountId) -> bool {
		Acceptances::get().get(&task).is_some_and(|dealers| dealers.contains(dealer))
	}
	fn dealing(task: TaskId, dealer: &AccountId) -> DispatchResult {
		ensure!(!Spent::get().contains(dealer), DispatchError::Other("quota spent"));
		Counted::mutate(|all| all.push((task, dealer.clone())));
		Ok(())
	}
	fn fell_away(task: TaskId, dealer: &AccountId) {
		Counted::mutate(|all| all.retain(|(of, who)| (*of, who) != (task, dealer)));
	}
	fn all_dealt(task: TaskId) {
		BookLog::mutate(|log| log.push(Told::Dealt(task)));
	}
	fn all_attested(task: TaskId) {
		BookLog::mutate(|log| log.push(Told::Attested(task)));
	}
	fn all_committed(task: TaskId) {
		BookLog::mutate(|log| log.push(Told::Committed(task)));
	}
	fn all_revealed(task: TaskId) {
		BookLog::mutate(|log| log.push(Told::Revealed(task)));
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Book {
	fn set_task(task: TaskId, view: &TaskView, spec: &TaskSpec, dealers: &[AccountId]) {
		Views::mutate(|views| views.insert(task, view.clone()));
		Specs::mutate(|specs| specs.insert(task, spec.clone()));
		Self::accept(task, dealers);
	}

	fn fund(_: &AccountId) {}
}

fn note(entry: Money) {
	MoneyLog::mutate(|log| log.push(entry));
}

/// A deposit is no longer on hold.
fn forget_deposit(task: TaskId, dealer: &AccountId) {
	Deposits::mutate(|deposits| deposits.retain(|(of, who)| (*of, who) != (task, dealer)));
}

pub struct Court;

impl Penalties for Court {
	fn hold_deposit(task: TaskId, dealer: &AccountId) -> Result<(), DispatchError> {
		forget_deposit(task, dealer);
		Deposits::mutate(|deposits| deposits.push((task, dealer.clone())));
		Ok(())
	}
	fn release_deposit(task: TaskId, dealer: &AccountId) {
		forget_deposit(task, dealer);
		note(Money::Released(task, dealer.clone()));
	}
	fn forfeit_deposit(_: TaskId, _: &AccountId) {
		unreachable!("the task book's to do");
	}
	fn punish_dealer(task: TaskId, dealer: &AccountId, accuser: &AccountId) {
		forget_deposit(task, dealer);
		note(Money::Dealer { task, dealer: dealer.clone(), accuser: accuser.clone() });
	}
	fn punish_false_accuser(task: TaskId, accuser: &AccountId, exposed: &AccountId) {
		note(Money::FalseAccuser { task, accuser: accuser.clone(), exposed: exposed.clone() });
	}
	fn punish_false_challenger(task: TaskId, node: &AccountId, dealer: &AccountId) {
		note(Money::FalseChallenger { task, node: node.clone(), dealer: dealer.clone() });
	}
	fn punish_wrong_share(task: TaskId, node: &AccountId) {
		note(Money::WrongShare(task, node.clone()));
	}
	fn hold_bond(task: TaskId, challenger: &AccountId) -> DispatchResult {
		ensure!(Means::get(), DispatchError::Token(TokenError::FundsUnavailable));
		note(Money::BondHeld(task, challenger.clone()));
		Ok(())
	}
	fn release_bond(task: TaskId, challenger: &AccountId) {
		note(Money::BondReleased(task, challenger.clone()));
	}
	fn forfeit_bond(task: TaskId, challenger: &AccountId, dealer: &AccountId) {
		let (challenger, dealer) = (challenger.clone(), dealer.clone());
		note(Money::BondForfeited { task, challenger, dealer });
	}
}

pub struct Purse;

impl Escrow for Purse {
	fn least_fee(_: u8, _: u32, _: u32) -> Balance {
		0
	}
	fn rents(_: Occupancy, _: Occupancy) -> (Balance, Balance) {
		(0, 0)
	}
	fn byte_fee() -> Balance {
		0
	}
	fn open(_: TaskId, _: &AccountId, _: Balance, _: Balance, _: Rent) -> DispatchResult {
		Ok(())
	}
	fn settle_fee(
		_: TaskId,
		_: &Committee,
		_: &Panel,
		_: &[SeatReport],
		_: Option<&AccountId>,
		_: Ending,
		_: Held,
	) {
	}
	fn pay_dealer(task: TaskId, dealer: &AccountId, accepted: u32) {
		note(Money::Paid { task, dealer: dealer.clone(), accepted });
	}
	fn close(_: TaskId) {}
}

/// An empty chain at block 10, with a keystore.
pub fn new_test_ext() -> TestState {
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut ext = TestState::from(storage);
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext.execute_with(|| {
		Views::take();
		Specs::take();
		Means::set(true);
		Acceptances::take();
		BookLog::take();
		Spent::take();
		Counted::take();
		Deposits::take();
		MoneyLog::take();
		System::set_block_number(10);
	});
	ext
}

/// Runs a test; afterwards all invariants must hold.
pub fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Vss::do_try_state().unwrap();
	});
}

/// Puts a drawn task into the book and opens it: `n` seats, threshold `t`, vectors of `length`, collecting until block
/// 20, of which the first dealing has until block 15. So many dealers, from 0 on, have `accepted`. Its hash covers
/// genesis, number and committee. Its panel is empty.
pub fn open_task(task: TaskId, n: u8, t: u8, length: u32, accepted: u32) -> TaskContext {
	open_view(task, view_of(task, n, t, length, accepted, Vss::genesis()))
}

/// The same with a panel of `v` seats, `n + 1 ..= n + v`, which the hash covers too.
pub fn open_task_with_panel(
	task: TaskId,
	(n, v): (u8, u8),
	t: u8,
	length: u32,
	accepted: u32,
) -> TaskContext {
	let view = view_of(task, n, t, length, accepted, Vss::genesis());
	open_view(task, with_panel(task, view, v, Vss::genesis()))
}

/// Whom tasks are sealed to that are.
pub fn recipient() -> AccountId {
	fixtures::dealer_account(500)
}

/// [`open_task_with_panel`], the result sealed to [`recipient`], who has accepted too.
pub fn open_sealed_task(
	task: TaskId,
	(n, v): (u8, u8),
	t: u8,
	length: u32,
	accepted: u32,
) -> TaskContext {
	let view = view_of(task, n, t, length, accepted, Vss::genesis());
	let view = TaskView { recipient: Some(recipient()), ..view };
	open_view(task, with_panel(task, view, v, Vss::genesis()))
}

fn open_view(task: TaskId, view: TaskView) -> TaskContext {
	use ostraka_primitives::traits::Sharing;
	let context = wire::context(&view).unwrap();
	let dealers = (0..view.accepted).map(fixtures::dealer_account);
	let all: Vec<_> = dealers.chain(view.recipient.clone()).collect();
	Specs::mutate(|specs| specs.insert(task, fixtures::spec(view.length)));
	Book::accept(task, &all);
	let opening = Opening {
		threshold: view.threshold,
		seats: view.seats(),
		verifiers: view.panel.len() as u8,
		recipient: view.recipient.clone(),
	};
	Vss::open(task, &opening);
	Views::mutate(|views| views.insert(task, view));
	context
}

/// The view of such a task without a panel, on a chain with this genesis.
pub fn view_of(
	task: TaskId,
	n: u8,
	t: u8,
	length: u32,
	accepted: u32,
	genesis: [u8; 32],
) -> TaskView {
	let view = TaskView {
		protocol: Version::CURRENT.number(),
		task_hash: [0; 32],
		threshold: t,
		length,
		proof_length: fixtures::proof_length(length),
		accepted,
		status: TaskStatus::Collecting { first_by: 15, until: 20 },
		committee: fixtures::committee(n),
		panel: Panel::default(),
		recipient: None,
	};
	with_panel(task, view, 0, genesis)
}

/// The same task with a panel of `v` seats: its hash is another.
pub fn with_panel(task: TaskId, view: TaskView, v: u8, genesis: [u8; 32]) -> TaskView {
	let n = view.committee.len() as u8;
	let panel = fixtures::panel(n, v);
	let task_hash = task_hash(&TaskHashInput {
		genesis: &genesis,
		task_id: task,
		version: Version::CURRENT,
		spec: &(view.length, &view.recipient).encode(),
		class: 0,
		n,
		threshold: view.threshold,
		least_dealers: 3,
		deadlines: &[20, 30, 40, 50],
		committee: &wire::members(&view.committee),
		panel: &wire::members(&panel),
	});
	TaskView { task_hash, panel, ..view }
}

/// Moves a task into a state.
pub fn set_status(task: TaskId, status: TaskStatus) {
	Views::mutate(|views| views.get_mut(&task).unwrap().status = status);
}

/// Sends an authorized transaction as a block's author would apply it: the extension authorizes the call, then it is
/// dispatched.
pub fn apply(call: pallet_vss::Call<Test>) -> Result<DispatchResult, TransactionValidityError> {
	use frame::deps::frame_support::dispatch::GetDispatchInfo;
	let call = RuntimeCall::from(call);
	let info = call.get_dispatch_info();
	// Free of fees is who is authorized; an account that signs such a call pays.
	assert_eq!(info.pays_fee, Pays::Yes);
	assert_eq!(info.class, DispatchClass::Operational);
	let transaction =
		<Test as CreateAuthorizedTransaction<pallet_vss::Call<Test>>>::create_authorized_transaction(
			call,
		);
	let length = transaction.encoded_size();
	let checked =
		Checkable::check(transaction, &frame_system::ChainContext::<Test>::default()).unwrap();
	let outcome = checked.apply::<Test>(&info, length)?;
	Ok(outcome.map(|_| ()).map_err(|error| error.error))
}
