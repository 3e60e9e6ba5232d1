//! The pallets' view of each other. No pallet depends on another: each takes one of these in its `Config`, and
//! the runtime wires them. Every trait has a `()` implementation for mocks that do not care.
//!
//! # Invariants
//! - A call that moves a task on is made in the block in which its reason arose; asked twice, it does nothing the second
//!   time.
//! - What takes more than one step says so ([`Progress`]), and what a step costs at most can be asked.
//!
//! | trait | implemented by | used by |
//! |---|---|---|
//! | [`Committees`] | registry | tasks |
//! | [`Roster`] | registry | vss (its offchain worker) |
//! | [`Stakes`] | registry | incentives |
//! | [`TaskBook`] | tasks | vss |
//! | [`Sharing`] | vss | tasks |
//! | [`Escrow`] | incentives | tasks, vss |
//! | [`Penalties`] | incentives | tasks, vss |
//! | [`Adjudications`] | the runtime | tasks |
//! | [`DrawEntropy`] | the runtime | tasks |
//! | [`Reclaim`] | the runtime | tasks |

use crate::{
	spec::TaskSpec,
	task::{ClassParameters, Committee, SecurityClass, TaskStatus},
	AccountId, Balance, BlockNumber, Digest, ProtocolVersion, SealKeyBytes, TaskId, WorkerKey,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::{DispatchError, DispatchResult};
use sp_weights::WeightMeter;

/// What is missing for a committee.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum DrawError {
	/// Fewer active nodes, requester and dealers not counted, than seats.
	TooFewNodes,
	/// Enough nodes, but too few with the class's least stake.
	TooLittleStake,
	/// Enough nodes with stake, but too few with free capacity, or those hold less than two thirds of the stake.
	TooLittleCapacity,
}

/// What a draw is for.
#[derive(Clone, Debug)]
pub struct DrawRequest<'a> {
	/// The task.
	pub task: TaskId,
	/// Its class's parameters.
	pub parameters: ClassParameters,
	/// Block in which it was submitted: only nodes active before take part.
	pub submitted_at: BlockNumber,
	/// Candidates that may not sit on it: its requester, and dealers who accepted.
	pub barred: &'a [AccountId],
}

/// Draws committees.
pub trait Committees {
	/// Who may sit on one task, as [`Self::eligible`] found it.
	type Eligible;
	/// Who may sit on the task now, or what is missing for a committee. This alone looks at all candidates.
	fn eligible(request: &DrawRequest) -> Result<Self::Eligible, DrawError>;
	/// Whether a committee could be drawn now.
	fn can_draw(request: &DrawRequest) -> Result<(), DrawError> {
		Self::eligible(request).map(|_| ())
	}
	/// Draws a committee from these by stake without replacement and reserves its members' capacity. Between the look and
	/// the draw nothing may change: both are one step of the caller's.
	fn draw(eligible: Self::Eligible, seed: [u8; 32]) -> Result<Committee, DrawError>;
	/// Whether this account's node is in selection now. One that is not cannot be drawn for any task submitted before.
	fn is_candidate(account: &AccountId) -> bool;
	/// Gives the members' capacity back; called once, when the task settles.
	fn release(task: TaskId, committee: &Committee);
}

/// Looks nodes up.
pub trait Roster {
	/// Tasks on which this worker key has a pinned seat.
	fn assignments(worker: &WorkerKey) -> Vec<TaskId>;
	/// The registered `E_j` of this worker key, if it is a registered node's present one.
	fn seal_key(worker: &WorkerKey) -> Option<SealKeyBytes>;
}

/// Takes stake away.
pub trait Stakes {
	/// What was taken; dropping it burns it.
	type Credit;
	/// Takes up to `amount` of the node's stake, unbonding stake included.
	fn slash(node: &AccountId, amount: Balance) -> Self::Credit;
	/// Notes that the node answered (`true`) or was absent (`false`) in a task that ended; a node absent too
	/// often of late is out of selection until it activates itself again.
	fn note_presence(node: &AccountId, present: bool);
	/// Notes a conviction; the node is out of selection until it activates itself again.
	fn note_conviction(node: &AccountId);
}

/// What vss needs to know of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskView {
	/// Version of the protocol that it follows.
	pub protocol: ProtocolVersion,
	/// `TH`; there is none before the draw.
	pub task_hash: Digest,
	/// `t`.
	pub threshold: u8,
	/// `L`.
	pub length: u32,
	/// Bytes of a dealer's proof that its input is valid.
	pub proof_length: u32,
	/// Number of dealers who accepted.
	pub accepted: u32,
	/// State, deadlines included.
	pub status: TaskStatus,
	/// Members, by seat.
	pub committee: Committee,
}

/// The book of tasks. `()` knows none.
pub trait TaskBook {
	/// The task, if its committee is drawn and it is not settled.
	fn view(task: TaskId) -> Option<TaskView>;
	/// The state alone: one read.
	fn status(task: TaskId) -> Option<TaskStatus>;
	/// What a task computes. The caller has its [`Self::view`]: whether there is one is not looked at again. One read, of up
	/// to some kilobytes, for whoever needs the relation of its dealings.
	fn spec(task: TaskId) -> Option<TaskSpec>;
	/// Whether this account is an invited dealer of the task and has accepted.
	fn has_accepted(task: TaskId, dealer: &AccountId) -> bool;
	/// All dealers who accepted have dealt: collecting may end early.
	fn all_dealt(task: TaskId);
	/// All members that are still awaited have attested: verification may end early, with the block at hand.
	fn all_attested(task: TaskId);
	/// All members have committed (or are convicted): committing may end early.
	fn all_committed(task: TaskId);
	/// All members have answered (or are convicted): revealing may end early.
	fn all_revealed(task: TaskId);
}

/// How a member did in a task that ended.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum SeatReport {
	/// Attested, committed in time, then revealed a right share: is paid.
	Right,
	/// Committed in time and revealed a right share, but never attested, so that the task waited for it: is paid less.
	Silent,
	/// Revealed a right share without a commitment: neither paid nor punished.
	Uncommitted,
	/// A valid accusation of its stands, so it may lack its share: neither punished nor paid from the rest.
	Excused,
	/// Revealed nothing although result shares were due.
	Absent,
	/// Had nothing to do: the task ended before result shares were due.
	Idle,
	/// Convicted in this task.
	Convicted,
}

/// Progress of work done in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
	/// Call again.
	More,
	/// Nothing is left.
	Done,
}

/// What a freeze found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frozen {
	/// The sums of the commitments lie in the group: `h_A` is fixed, over so many dealings.
	Sound(u32),
	/// One of them does not: there is no accepted set, and the task cannot go on.
	Unsound,
}

/// The sharing protocol, as the task book drives it.
pub trait Sharing {
	/// Readies what a drawn task needs (its empty aggregate, its seats).
	fn open(task: TaskId, threshold: u8, seats: u8);
	/// Freezes the accepted set: checks that the sums of the commitments lie in the group, and fixes `h_A`.
	fn freeze(task: TaskId) -> Frozen;
	/// Worst weight of [`Self::freeze`] with this many dealings of `threshold + 1` commitments.
	fn freeze_weight(dealings: u32, threshold: u8) -> sp_weights::Weight;
	/// Number of dealings taken, those excluded since among them.
	fn dealings(task: TaskId) -> u32;
	/// Whether the result is published.
	fn has_result(task: TaskId) -> bool;
	/// How every member did, by seat. `due`: whether result shares were due (the task reached revealing).
	fn reports(task: TaskId, due: bool) -> Vec<SeatReport>;
	/// Returns deposits, has accepted dealers paid if the task completed, and frees storage, as far as the meter
	/// allows. Called again until it is done; it must be able to take at least one step with the meter that the task
	/// book's share of a block is. Called only for tasks that were opened.
	fn settle(task: TaskId, completed: bool, meter: &mut WeightMeter) -> Progress;
	/// Weight of the heaviest single step of [`Self::settle`].
	fn settle_weight() -> sp_weights::Weight;
}

/// What becomes of a task's fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
	/// The task completed: members earn base part and rest.
	Completed,
	/// It failed, and not by the requester or the dealers: members get their base part, the rest goes back.
	Returned,
	/// It failed after its draw, by the requester or for want of dealings: members get their base part, and nothing goes
	/// back. So another draw costs a whole fee.
	Forfeited,
}

/// How fast accusations and challenges are judged. `()` says the least that the trait allows.
pub trait Adjudications {
	/// How many accusations or challenges, the dearer of both, a quarter of a block's weight takes, of a task whose proofs
	/// of validity have `proof_length` bytes. At least one.
	fn per_block(proof_length: u32) -> u32;
}

/// The requester's money.
pub trait Escrow {
	/// Least fee for a committee of `seats` and dealings of `length` entries from `invited` dealers.
	fn least_fee(seats: u8, length: u32, invited: u32) -> Balance;
	/// Takes the draw fee, and holds `fee` and `data_reward`.
	fn open(
		task: TaskId,
		requester: &AccountId,
		fee: Balance,
		data_reward: Balance,
	) -> DispatchResult;
	/// Pays the members by their reports, punishes the absent, and does with what is left of `fee` as `ending` says.
	/// Without a committee (none was drawn: both lists are empty) all of `fee` goes back. Called once a task. The data
	/// reward stays until [`Self::close`].
	fn settle_fee(task: TaskId, committee: &Committee, reports: &[SeatReport], ending: Ending);
	/// Pays the dealer its part of the data reward, which `accepted` dealers share evenly.
	fn pay_dealer(task: TaskId, dealer: &AccountId, accepted: u32);
	/// Returns what is left of the data reward, and forgets the task.
	fn close(task: TaskId);
}

/// Deposits and punishments.
pub trait Penalties {
	/// Holds a dealer's deposit, when it accepts.
	fn hold_deposit(task: TaskId, dealer: &AccountId) -> Result<(), DispatchError>;
	/// Returns it.
	fn release_deposit(task: TaskId, dealer: &AccountId);
	/// A dealer who accepted has not dealt: takes a part of its deposit, if it is still there, and returns the rest.
	fn forfeit_deposit(task: TaskId, dealer: &AccountId);
	/// A proven bad dealing: slashes the deposit; part goes to the accuser or challenger, unless that is the dealer.
	fn punish_dealer(task: TaskId, dealer: &AccountId, accuser: &AccountId);
	/// A proven false accusation: slashes the accuser; part goes to the dealer whose share it exposed.
	fn punish_false_accuser(task: TaskId, accuser: &AccountId, exposed: &AccountId);
	/// A challenge by a member of a proof of validity that holds: slashes the member; part goes to the dealer, although
	/// nothing of it is exposed.
	fn punish_false_challenger(task: TaskId, node: &AccountId, dealer: &AccountId);
	/// A proven wrong result share: slashes the node; part goes to the requester.
	fn punish_wrong_share(task: TaskId, node: &AccountId);
	/// Holds the bond of a challenger that has no seat. It is released or forfeited within the same call: nothing is kept of
	/// it.
	fn hold_bond(task: TaskId, challenger: &AccountId) -> DispatchResult;
	/// Returns it: the challenge was right.
	fn release_bond(task: TaskId, challenger: &AccountId);
	/// A challenge with a bond of a proof of validity that holds: slashes the bond; part goes to the dealer.
	fn forfeit_bond(task: TaskId, challenger: &AccountId, dealer: &AccountId);
}

/// Where the relay chain is, as this block sees it.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct RelayMoment {
	/// Number of the relay parent.
	pub number: u32,
	/// Its epoch.
	pub epoch: u64,
}

/// The randomness that a draw waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seed {
	/// It is known: the only one that this draw ever gets.
	Known([u8; 32]),
	/// It comes with one of the next blocks.
	Soon,
	/// It comes with this relay epoch.
	Epoch(u64),
}

/// Entropy for draws.
pub trait DrawEntropy {
	/// Seed for a draw whose last acceptance came at `after`. Asked again, it never answers with another one that is
	/// known.
	fn seed(class: SecurityClass, after: &RelayMoment) -> Seed;
	/// Where the relay chain is in this block.
	fn moment() -> RelayMoment;
}

/// Gives back what a step of a hook claimed of the proof of validity in vain. Steps follow one another: two that are nested
/// would give back twice. `()` gives nothing back.
pub trait Reclaim: Sized {
	/// Before the step, and before it takes anything from its meter.
	fn begin(meter: &WeightMeter) -> Self;
	/// After it. Never leaves the meter with more than it had at [`Self::begin`], nor gives time back.
	fn end(self, meter: &mut WeightMeter);
}

impl Committees for () {
	type Eligible = ();
	fn eligible(_: &DrawRequest) -> Result<(), DrawError> {
		Err(DrawError::TooFewNodes)
	}
	fn draw(_: (), _: [u8; 32]) -> Result<Committee, DrawError> {
		Err(DrawError::TooFewNodes)
	}
	fn is_candidate(_: &AccountId) -> bool {
		false
	}
	fn release(_: TaskId, _: &Committee) {}
}

impl Roster for () {
	fn assignments(_: &WorkerKey) -> Vec<TaskId> {
		Vec::new()
	}
	fn seal_key(_: &WorkerKey) -> Option<SealKeyBytes> {
		None
	}
}

impl Stakes for () {
	type Credit = ();
	fn slash(_: &AccountId, _: Balance) {}
	fn note_presence(_: &AccountId, _: bool) {}
	fn note_conviction(_: &AccountId) {}
}

impl TaskBook for () {
	fn view(_: TaskId) -> Option<TaskView> {
		None
	}
	fn status(_: TaskId) -> Option<TaskStatus> {
		None
	}
	fn spec(_: TaskId) -> Option<TaskSpec> {
		None
	}
	fn has_accepted(_: TaskId, _: &AccountId) -> bool {
		false
	}
	fn all_dealt(_: TaskId) {}
	fn all_attested(_: TaskId) {}
	fn all_committed(_: TaskId) {}
	fn all_revealed(_: TaskId) {}
}

impl Sharing for () {
	fn open(_: TaskId, _: u8, _: u8) {}
	fn freeze(_: TaskId) -> Frozen {
		Frozen::Sound(0)
	}
	fn freeze_weight(_: u32, _: u8) -> sp_weights::Weight {
		sp_weights::Weight::zero()
	}
	fn dealings(_: TaskId) -> u32 {
		0
	}
	fn has_result(_: TaskId) -> bool {
		false
	}
	fn reports(_: TaskId, _: bool) -> Vec<SeatReport> {
		Vec::new()
	}
	fn settle(_: TaskId, _: bool, _: &mut WeightMeter) -> Progress {
		Progress::Done
	}
	fn settle_weight() -> sp_weights::Weight {
		sp_weights::Weight::zero()
	}
}

impl Adjudications for () {
	fn per_block(_: u32) -> u32 {
		1
	}
}

impl Escrow for () {
	fn least_fee(_: u8, _: u32, _: u32) -> Balance {
		0
	}
	fn open(_: TaskId, _: &AccountId, _: Balance, _: Balance) -> DispatchResult {
		Ok(())
	}
	fn settle_fee(_: TaskId, _: &Committee, _: &[SeatReport], _: Ending) {}
	fn pay_dealer(_: TaskId, _: &AccountId, _: u32) {}
	fn close(_: TaskId) {}
}

impl Penalties for () {
	fn hold_deposit(_: TaskId, _: &AccountId) -> Result<(), DispatchError> {
		Ok(())
	}
	fn release_deposit(_: TaskId, _: &AccountId) {}
	fn forfeit_deposit(_: TaskId, _: &AccountId) {}
	fn punish_dealer(_: TaskId, _: &AccountId, _: &AccountId) {}
	fn punish_false_accuser(_: TaskId, _: &AccountId, _: &AccountId) {}
	fn punish_false_challenger(_: TaskId, _: &AccountId, _: &AccountId) {}
	fn punish_wrong_share(_: TaskId, _: &AccountId) {}
	fn hold_bond(_: TaskId, _: &AccountId) -> DispatchResult {
		Ok(())
	}
	fn release_bond(_: TaskId, _: &AccountId) {}
	fn forfeit_bond(_: TaskId, _: &AccountId, _: &AccountId) {}
}

impl DrawEntropy for () {
	fn seed(_: SecurityClass, _: &RelayMoment) -> Seed {
		Seed::Soon
	}
	fn moment() -> RelayMoment {
		RelayMoment::default()
	}
}

impl Reclaim for () {
	fn begin(_: &WeightMeter) -> Self {}
	fn end(self, _: &mut WeightMeter) {}
}
