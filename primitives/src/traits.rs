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
//! | [`Proceeds`] | incentives | registry |
//! | [`TaskBook`] | tasks | vss |
//! | [`Sharing`] | vss | tasks |
//! | [`Consent`] | consent | tasks |
//! | [`Escrow`] | incentives | tasks, vss |
//! | [`Penalties`] | incentives | tasks, vss |
//! | [`Adjudications`] | the runtime | tasks |
//! | [`DrawEntropy`] | the runtime | tasks |
//! | [`Reclaim`] | the runtime | tasks |

use crate::{
	consent::{Agreed, ColumnSet},
	fault::Offence,
	rent::{Held, Occupancy, Rent},
	spec::TaskSpec,
	task::{ClassParameters, Committee, FailReason, Panel, Seat, SecurityClass, TaskStatus},
	AccountId, Balance, BlockNumber, Digest, ProtocolVersion, SealKeyBytes, TaskId, WorkerKey,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::{DispatchError, DispatchResult};
use sp_weights::WeightMeter;

pub use crate::task::DrawError;

#[cfg(test)]
mod tests;
mod unit;

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

/// Who a draw seated: nobody twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seated {
	/// Seats `1 ..= n`.
	pub committee: Committee,
	/// Seats `n + 1 ..= n + v`; empty where the class asks for none.
	pub panel: Panel,
}

/// Draws committees and panels.
pub trait Committees {
	/// Who may sit on one task, as [`Self::eligible`] found it.
	type Eligible;
	/// Who may sit on the task now, or what is missing for a committee or for a panel beside it. This alone looks at all
	/// candidates.
	fn eligible(request: &DrawRequest) -> Result<Self::Eligible, DrawError>;
	/// Whether committee and panel could be drawn now.
	fn can_draw(request: &DrawRequest) -> Result<(), DrawError> {
		Self::eligible(request).map(|_| ())
	}
	/// Draws a committee from these by stake without replacement, then a panel of those that are left, and reserves their
	/// capacity. Between the look and the draw nothing may change: both are one step of the caller's.
	fn draw(eligible: Self::Eligible, seed: [u8; 32]) -> Result<Seated, DrawError>;
	/// Whether this account's node is in selection now. One that is not cannot be drawn for any task submitted before.
	fn is_candidate(account: &AccountId) -> bool;
	/// Seats that candidates could take now, of all together.
	fn free_seats() -> u32;
	/// Gives the capacity of both back; called once, when the task settles.
	fn release(task: TaskId, committee: &Committee, panel: &Panel);
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
	/// Takes up to `amount` of the culprit's stake, unbonding stake included: it counts for nothing any more. Returns it, for
	/// the caller to share out; or nothing, if it stays on hold for a while. Then [`Proceeds`] has it once it is taken.
	fn slash(offence: &Offence, amount: Balance) -> Option<Self::Credit>;
	/// Notes that the node answered (`true`) or was absent (`false`) in a task that ended; a node absent too
	/// often of late is out of selection until it activates itself again.
	fn note_presence(node: &AccountId, present: bool);
	/// Notes a conviction; the node is out of selection until it activates itself again.
	fn note_conviction(node: &AccountId);
}

/// Shares out stake that was taken later than it was slashed.
pub trait Proceeds<Credit> {
	/// Gives it to whom it is due. Called once for an offence for which [`Stakes::slash`] returned nothing, unless Root gave the
	/// stake back.
	fn share_out(offence: &Offence, credit: Credit);
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
	/// Number of dealers who accepted, the recipient not counted.
	pub accepted: u32,
	/// State, deadlines included.
	pub status: TaskStatus,
	/// Members, by seat.
	pub committee: Committee,
	/// Verifiers, by seat, numbered on from the committee's.
	pub panel: Panel,
	/// Whom the result is sealed to: it deals a mask.
	pub recipient: Option<AccountId>,
}

impl TaskView {
	/// Dealings that are awaited: one of each dealer who accepted, and the mask.
	pub fn awaited(&self) -> u32 {
		self.accepted.saturating_add(self.recipient.is_some().into())
	}

	/// The seat with this number: of the committee, then of the panel.
	pub fn seat(&self, number: u8) -> Option<&Seat> {
		let index = usize::from(number).checked_sub(1)?;
		match index.checked_sub(self.committee.len()) {
			None => self.committee.get(index),
			Some(of_panel) => self.panel.get(of_panel),
		}
	}

	/// Whether the seat with this number is the committee's: it has shares.
	pub fn computes(&self, number: u8) -> bool {
		(1..=self.committee.len()).contains(&usize::from(number))
	}

	/// Seats of both kinds, `n + v`.
	pub fn seats(&self) -> u8 {
		let seats = self.committee.len().saturating_add(self.panel.len());
		u8::try_from(seats).unwrap_or(u8::MAX)
	}
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
	/// Whether this account is an invited dealer of the task, or its recipient, and has accepted.
	fn has_accepted(task: TaskId, dealer: &AccountId) -> bool;
	/// A dealing of this account, which has accepted, is about to be taken: it counts from now on.
	///
	/// # Errors
	/// What the dealer allows is used up. Nothing is changed then.
	fn dealing(task: TaskId, dealer: &AccountId) -> DispatchResult;
	/// The dealing of this account was excluded.
	fn fell_away(task: TaskId, dealer: &AccountId);
	/// All dealers who accepted have dealt: collecting may end early.
	fn all_dealt(task: TaskId);
	/// All seats of both kinds that are still awaited have attested: verification may end early, with the block at hand.
	fn all_attested(task: TaskId);
	/// All members have committed (or are convicted): committing may end early.
	fn all_committed(task: TaskId);
	/// All members have answered (or are convicted): revealing may end early.
	fn all_revealed(task: TaskId);
}

/// How who has a seat did in a task that ended.
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
	/// A member: attested, committed in time, then revealed a right share. A verifier: attested. Is paid.
	Right,
	/// Committed in time and revealed a right share, but never attested, so that the task waited for it: is paid less.
	Silent,
	/// Revealed a right share without a commitment: neither paid nor punished.
	Uncommitted,
	/// A valid accusation of its stands, so it may lack its share: neither punished nor paid from the rest.
	Excused,
	/// A member: revealed nothing although result shares were due. A verifier: did not attest although the set was frozen.
	Absent,
	/// Had nothing to do: the task ended before it was due.
	Idle,
	/// Convicted in this task.
	Convicted,
	/// Attested to a dealing whose commitments or input were found invalid, or to a set whose sums lie outside the group.
	FalseAttestation,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frozen {
	/// The sums of the commitments lie in the group: `h_A` is fixed, over the dealings of these accounts, in any order. The
	/// recipient is one of them if its mask counts.
	Sound(Vec<AccountId>),
	/// One of them does not: there is no accepted set, and the task cannot go on.
	Unsound,
}

/// What the sharing needs of a task that was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
	/// `t`.
	pub threshold: u8,
	/// Seats of both kinds, `n + v`.
	pub seats: u8,
	/// Of them the last ones, which are the panel's.
	pub verifiers: u8,
	/// Whom the result is sealed to.
	pub recipient: Option<AccountId>,
}

/// The sharing protocol, as the task book drives it.
pub trait Sharing {
	/// Readies what a drawn task needs (its empty aggregate, its seats).
	fn open(task: TaskId, opening: &Opening);
	/// Freezes the accepted set: checks that the sums of the commitments lie in the group, and fixes `h_A`.
	fn freeze(task: TaskId) -> Frozen;
	/// Worst weight of [`Self::freeze`] with this many dealings, a mask among them, of `threshold + 1` commitments.
	fn freeze_weight(dealings: u32, threshold: u8) -> sp_weights::Weight;
	/// Number of dealings taken, a mask and those excluded since among them.
	fn dealings(task: TaskId) -> u32;
	/// Whether the result is published.
	fn has_result(task: TaskId) -> bool;
	/// Whether a right result share was revealed: from the first one on the task counts as released, whatever becomes of it.
	fn is_released(task: TaskId) -> bool;
	/// How everybody with a seat did, `n + v` of them, by seat. `due`: whether result shares were due (the task reached
	/// revealing).
	fn reports(task: TaskId, due: bool) -> Vec<SeatReport>;
	/// Who showed that somebody attested falsely: of several, who exposed most seats at once. Nobody where the freeze found it.
	fn exposer(task: TaskId) -> Option<AccountId>;
	/// Returns deposits, has accepted dealers paid if the task completed, and frees storage, as far as the meter
	/// allows. Called again until it is done; it must be able to take at least one step with the meter that the task
	/// book's share of a block is. Called only for tasks that were opened.
	fn settle(task: TaskId, completed: bool, meter: &mut WeightMeter) -> Progress;
	/// Weight of the heaviest single step of [`Self::settle`].
	fn settle_weight() -> sp_weights::Weight;
}

/// What a task asks of a dealer who is about to accept it, as far as a policy looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
	/// The task.
	pub task: TaskId,
	/// Least number of accepted dealers that it promises.
	pub least_dealers: u32,
	/// Dealers that it requires.
	pub required: &'a [AccountId],
	/// The task that counted the contributors to its groups.
	pub counting: Option<TaskId>,
}

/// The accepted set of a task, once it is frozen.
#[derive(Clone, Copy, Debug)]
pub struct AcceptedSet<'a> {
	/// The task.
	pub task: TaskId,
	/// Its dealers, none twice, in any order; the recipient is none of them.
	pub dealers: &'a [AccountId],
	/// The columns that it reads.
	pub columns: ColumnSet,
	/// The task that counted the contributors to its groups.
	pub counting: Option<TaskId>,
}

/// What dealers allow, and what of it the chain holds. `()` allows everything and remembers nothing.
pub trait Consent {
	/// Whether what the dealer allows of this data set admits the task. Returns what its acceptance is to keep of that.
	///
	/// # Errors
	/// What is not allowed.
	fn accept(dealer: &AccountId, dataset: &Digest, asked: &Asked)
		-> Result<Agreed, DispatchError>;
	/// The dealer's dealing is about to be taken, under what it agreed to.
	///
	/// # Errors
	/// The quota is spent. Nothing is changed then.
	fn dealt(task: TaskId, dealer: &AccountId, agreed: &Agreed) -> DispatchResult;
	/// The dealer's dealing does not count any more, or its task ended with nothing released.
	fn fell_away(task: TaskId, dealer: &AccountId);
	/// Whether the accepted set may have a result. If so it is remembered, and compared with those to come.
	///
	/// # Errors
	/// `NotCounted`, `Differencing`.
	fn freeze(set: &AcceptedSet) -> Result<(), FailReason>;
	/// Worst weight of [`Self::freeze`] with so many dealers.
	fn freeze_weight(dealers: u32) -> sp_weights::Weight;
	/// A task whose set was frozen ended with nothing released: it is compared with no others.
	fn unreleased(task: TaskId);
}

/// What becomes of a task's fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
	/// The task completed: who has a seat earns base part and rest.
	Completed,
	/// It failed, and not by the requester or the dealers: who has a seat gets its base part, the rest goes back.
	Returned,
	/// It failed after its draw, by the requester or for want of dealings: who has a seat gets its base part, and nothing goes
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
	/// Least fee for the work of `seats`, those of committee and panel together, on dealings of `length` entries from `invited`
	/// dealers. The rent comes on top.
	fn least_fee(seats: u8, length: u32, invited: u32) -> Balance;
	/// Price of a block of a place, and of a block of one seat, at these occupancies.
	fn rents(places: Occupancy, seats: Occupancy) -> (Balance, Balance);
	/// Price of a byte of state that a task leaves for good.
	fn byte_fee() -> Balance;
	/// Takes the draw fee, and holds `fee` and `data_reward`. Of the fee `rent.most` is kept for rent and for the bytes that stay: the
	/// rest is for who has a seat.
	fn open(
		task: TaskId,
		requester: &AccountId,
		fee: Balance,
		data_reward: Balance,
		rent: Rent,
	) -> DispatchResult;
	/// Takes the rent for what was `held`, and the price of the bytes that stay, whatever the ending: it goes to none of those who
	/// could make a task last. Pays members and verifiers by their reports, punishes the absent and those who attested falsely (part of which goes to the
	/// `exposer`), and does with what is left of `fee` as `ending` says. Without a committee (none was drawn: all lists are
	/// empty) all of it goes back. Called once a task. The data reward stays until [`Self::close`].
	fn settle_fee(
		task: TaskId,
		committee: &Committee,
		panel: &Panel,
		reports: &[SeatReport],
		exposer: Option<&AccountId>,
		ending: Ending,
		held: Held,
	);
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
	/// A challenge by a member or a verifier of a proof of validity that holds: slashes it; part goes to the dealer,
	/// although nothing of it is exposed.
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
	/// Seed for a draw whose last acceptance came at `after`. Asked again, it never returns another one that is
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
