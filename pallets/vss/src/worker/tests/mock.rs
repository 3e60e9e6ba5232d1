//! A runtime for the worker's tests, its task book, and dealings.
//!
//! The pallet is the real one; its neighbours are stubs whose data lie in the state, so that two states are two forks.

use crate as pallet_vss;
use crate::{fixtures, worker::store::SeatKey};
use codec::Encode;
use frame::{
	deps::{
		frame_support::storage::unhashed,
		frame_system::{self, limits::BlockWeights},
		sp_runtime::{generic, traits::BlakeTwo256},
	},
	prelude::*,
	testing_prelude::{construct_runtime, derive_impl, ConstU32, ConstU64},
};
use ostraka_crypto::{messages::DealingBytes, Scalar};
use ostraka_primitives::{
	fault::DealerFault,
	spec::TaskSpec,
	task::{Committee, Panel, Seat, TaskStatus},
	traits::{Roster, TaskBook, TaskView},
	AccountId, BlockNumber, Digest, ProtocolVersion, SealKeyBytes, TaskId, WorkerKey,
};
use ostraka_protocol::{worker_key, TaskContext, Version};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_core::{ed25519, Pair};
use std::sync::OnceLock;

pub const LAG: BlockNumber = 3;
pub const RETRY: BlockNumber = 4;
/// The longest life of a task.
pub const LONGEST: BlockNumber = 2_000;
pub const THRESHOLD: u8 = 1;
pub const SEATS: u8 = 3;
/// Seats of the panel, where there is one.
pub const VERIFIERS: u8 = 2;
pub const LENGTH: u32 = 2;
pub const TASK: TaskId = 7;
/// `BlockHash(0)` of a state built by `frame_system`'s default genesis.
pub const GENESIS: Digest = [69; 32];

pub type TxExtension = frame_system::AuthorizeCall<Test>;
pub type Extrinsic = frame_system::mocking::MockUncheckedExtrinsic<Test, (), TxExtension>;
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
	type Lookup = frame::deps::sp_runtime::traits::IdentityLookup<AccountId>;
	type BlockWeights = Limits;
}

/// Blocks that weigh as much as a test says.
pub struct Limits;

impl Get<BlockWeights> for Limits {
	fn get() -> BlockWeights {
		BlockWeights { max_block: MaxBlock::get(), ..Default::default() }
	}
}

impl<LocalCall> CreateTransactionBase<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type RuntimeCall = RuntimeCall;
	type Extrinsic = Extrinsic;
}

impl<LocalCall> CreateTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	type Extension = TxExtension;
	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> Extrinsic {
		Extrinsic::new_transaction(call, extension)
	}
}

impl<LocalCall> CreateAuthorizedTransaction<LocalCall> for Test
where
	RuntimeCall: From<LocalCall>,
{
	fn create_extension() -> TxExtension {
		TxExtension::new()
	}
}

frame::testing_prelude::parameter_types! {
	pub const PerKb: Weight = Weight::zero();
	pub static MaxBlock: Weight = Weight::MAX;
}

impl pallet_vss::Config for Test {
	type Tasks = Book;
	type Penalties = ();
	type Escrow = ();
	type Roster = Book;
	type RetryInterval = ConstU32<RETRY>;
	type FinalityLag = ConstU32<LAG>;
	type BasePriority = ConstU64<100>;
	type LongestTask = ConstU32<LONGEST>;
	type IndexedWeightPerKb = PerKb;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Book;
}

/// The task book and the roster: entries in the state under the tasks' numbers.
pub struct Book;

/// A view, in its order: hash, threshold, lengths, dealers, state, seats, recipient.
type Entry = (
	ProtocolVersion,
	Digest,
	(u8, u32, u32, u32),
	TaskStatus,
	(Committee, Panel),
	Option<AccountId>,
);

fn entry_key(task: TaskId) -> Vec<u8> {
	(b"book", task).encode()
}

impl Book {
	fn tasks() -> Vec<TaskId> {
		unhashed::get(b"tasks").unwrap_or_default()
	}

	pub fn set(task: TaskId, view: &TaskView) {
		let TaskView {
			protocol,
			task_hash,
			threshold,
			length,
			proof_length,
			accepted,
			status,
			committee,
			panel,
			recipient,
		} = view.clone();
		let numbers = (threshold, length, proof_length, accepted);
		let entry: Entry = (protocol, task_hash, numbers, status, (committee, panel), recipient);
		unhashed::put(&entry_key(task), &entry);
		let mut tasks = Self::tasks();
		if !tasks.contains(&task) {
			tasks.push(task);
			unhashed::put(b"tasks", &tasks);
		}
	}

	pub fn set_status(task: TaskId, status: TaskStatus) {
		let view = Self::view(task).expect("the task was set");
		Self::set(task, &TaskView { status, ..view });
	}

	/// Has no task's spec any more.
	pub fn forget_specs() {
		unhashed::put(b"no spec", &());
	}

	/// Settles the task: the book forgets it, and its seats are released.
	pub fn forget(task: TaskId) {
		unhashed::kill(&entry_key(task));
		let tasks: Vec<_> = Self::tasks().into_iter().filter(|other| *other != task).collect();
		unhashed::put(b"tasks", &tasks);
	}
}

impl TaskBook for Book {
	fn view(task: TaskId) -> Option<TaskView> {
		let entry: Option<Entry> = unhashed::get(&entry_key(task));
		let (protocol, task_hash, numbers, status, (committee, panel), recipient) = entry?;
		let (threshold, length, proof_length, accepted) = numbers;
		Some(TaskView {
			protocol,
			task_hash,
			threshold,
			length,
			proof_length,
			accepted,
			status,
			committee,
			panel,
			recipient,
		})
	}
	fn status(task: TaskId) -> Option<TaskStatus> {
		Self::view(task).map(|view| view.status)
	}
	/// Every task's is the same, as long as there is one.
	fn spec(task: TaskId) -> Option<TaskSpec> {
		Self::status(task).filter(|_| !unhashed::exists(b"no spec")).map(|_| fixtures::spec(LENGTH))
	}
	fn has_accepted(_: TaskId, _: &AccountId) -> bool {
		true
	}
	fn dealing(_: TaskId, _: &AccountId) -> DispatchResult {
		Ok(())
	}
	fn fell_away(_: TaskId, _: &AccountId) {}
	fn all_dealt(_: TaskId) {}
	/// The present block is the last of verification.
	fn all_attested(task: TaskId) {
		Self::set_status(task, TaskStatus::Verifying { until: System::block_number() });
	}
	fn all_committed(_: TaskId) {}
	fn all_revealed(_: TaskId) {}
}

impl Roster for Book {
	fn assignments(worker: &WorkerKey) -> Vec<TaskId> {
		let sits = |task: &TaskId| {
			Self::view(*task).is_some_and(|view| {
				view.committee.iter().chain(&view.panel).any(|seat| seat.worker == *worker)
			})
		};
		Self::tasks().into_iter().filter(sits).collect()
	}
	fn seal_key(_: &WorkerKey) -> Option<SealKeyBytes> {
		None
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Book {
	fn set_task(task: TaskId, view: &TaskView, _: &TaskSpec, _: &[AccountId]) {
		Self::set(task, view);
	}

	fn fund(_: &AccountId) {}
}

pub fn account(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

/// The operator's pair of seat `j`.
pub fn worker_pair(j: u8) -> ed25519::Pair {
	ed25519::Pair::from_string(&worker_uri(j), None).expect("a valid path")
}

pub fn worker_uri(j: u8) -> String {
	format!("//Worker{j}")
}

/// The pinned seat `j`, as its operator registered it.
pub fn pinned_seat(j: u8) -> Seat {
	let (pair, account) = (worker_pair(j), account(200 + j));
	let made = worker_key::register(
		&GENESIS,
		account.as_ref(),
		&pair.public().0,
		|message| Some(pair.sign(message).0),
		&mut rng(j.into()),
	);
	Seat { account, worker: pair.public(), seal_key: made.expect("the pair signs").seal_key }
}

/// What the records of seat `j` in [`TASK`] go by.
pub fn seat_key(j: u8) -> SeatKey {
	SeatKey { worker: pinned_seat(j).worker, task_hash: [TASK as u8; 32] }
}

/// Seats `1 ..= SEATS`, registered once for all tests.
pub fn committee() -> Committee {
	static COMMITTEE: OnceLock<Committee> = OnceLock::new();
	let seats = || (1..=SEATS).map(pinned_seat).collect::<Vec<_>>().try_into().expect("fits");
	COMMITTEE.get_or_init(seats).clone()
}

/// Seats `SEATS + 1 ..= SEATS + VERIFIERS`, registered once for all tests.
pub fn panel() -> Panel {
	static PANEL: OnceLock<Panel> = OnceLock::new();
	let row = SEATS + 1..=SEATS + VERIFIERS;
	let seats = || row.map(pinned_seat).collect::<Vec<_>>().try_into().expect("fits");
	PANEL.get_or_init(seats).clone()
}

/// A task that collects until block 100, without a panel.
pub fn view(task: TaskId) -> TaskView {
	TaskView {
		protocol: Version::CURRENT.number(),
		task_hash: [task as u8; 32],
		threshold: THRESHOLD,
		length: LENGTH,
		proof_length: fixtures::proof_length(LENGTH),
		accepted: 100,
		status: TaskStatus::Collecting { first_by: 100, until: 100 },
		committee: committee(),
		panel: Panel::default(),
		recipient: None,
	}
}

/// The same with a panel.
pub fn view_with_panel(task: TaskId) -> TaskView {
	TaskView { panel: panel(), ..view(task) }
}

/// [`view_with_panel`], the result sealed to the account with this number.
pub fn sealed_view(task: TaskId, recipient: u8) -> TaskView {
	TaskView { recipient: Some(account(recipient)), ..view_with_panel(task) }
}

pub fn rng(seed: u64) -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(seed)
}

/// In place of a seat with a fault: every seat.
pub const ALL: u8 = 0;

/// A dealing, one seat's share of it faulty if asked for; all that the chain can check of it is right.
pub fn make_dealing(
	ctx: &TaskContext,
	dealer: &AccountId,
	input: [u64; LENGTH as usize],
	fault: Option<(u8, DealerFault)>,
	seed: u64,
) -> DealingBytes {
	let hit = |j| fault.filter(|(at, _)| *at == j || *at == ALL).map(|(_, fault)| (j, fault));
	let faults: Vec<_> = (1..=SEATS).filter_map(hit).collect();
	let input = input.map(Scalar::from);
	fixtures::faulty_dealing(ctx, dealer, &input, &faults, seed).expect("sound")
}
