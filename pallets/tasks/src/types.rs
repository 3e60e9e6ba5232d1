//! What the task book stores. These types know no `Config`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::{
	deps::{
		sp_core::{ConstU32, Get},
		sp_runtime::BoundedVec,
	},
	derive::{CloneNoBound, DebugNoBound, DefaultNoBound, EqNoBound, PartialEqNoBound},
};
use ostraka_primitives::{
	consent::{Agreed, ColumnSet},
	spec::TaskSpec,
	task::{
		ClassParameters, Committee, Conditions, Outcome, Panel, SecurityClass, Task, TaskResult,
		TaskStatus, Windows,
	},
	traits::RelayMoment,
	AccountId, Balance, BlockNumber, Digest, ProtocolVersion, TaskId, MAX_DEALERS,
};
use scale_info::TypeInfo;

/// The part of a task that stays for good, unless it fails before its draw: what was asked, and what the draw fixed. Its state is
/// stored beside it, as that is read far more often.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Record {
	/// Version of the protocol that it follows to its end.
	pub protocol: ProtocolVersion,
	/// Who asked for it and pays.
	pub requester: AccountId,
	/// What it computes.
	pub spec: TaskSpec,
	/// Bytes of the proof that its dealers deal, which follow from the spec.
	pub proof_length: u32,
	/// Its class.
	pub class: SecurityClass,
	/// What the class asked for when the task was submitted.
	pub parameters: ClassParameters,
	/// What it promises its dealers, and who reads its result.
	pub conditions: Conditions,
	/// Its windows.
	pub windows: Windows,
	/// Block in which it was submitted.
	pub submitted_at: BlockNumber,
	/// Number of invited dealers, the recipient not counted.
	pub invited: u32,
	/// SHA-256 of the invited dealers' accounts, sorted, one after the other.
	pub cohort: Digest,
	/// Fee for committee and panel.
	pub fee: Balance,
	/// Reward for the accepted dealers together.
	pub data_reward: Balance,
	/// What the draw fixed.
	pub drawn: Option<DrawnAt>,
}

impl Record {
	/// Most bytes that the record of a task with this spec takes, drawn and with the longest conditions.
	pub fn longest(spec: &TaskSpec) -> u32 {
		let others = Self::max_encoded_len().saturating_sub(TaskSpec::max_encoded_len());
		others.saturating_add(spec.encoded_size()) as u32
	}

	/// Bytes that a task that ends so leaves for good. What was not drawn leaves no record, and what failed no result.
	pub fn stays(&self, outcome: Outcome) -> u32 {
		if self.drawn.is_none() {
			return 0;
		}
		let record = self.encoded_size() as u32;
		match outcome {
			Outcome::Completed => {
				let sealed = self.conditions.sealed_to.is_some();
				record.saturating_add(TaskResult::bytes(self.spec.length(), sealed))
			},
			Outcome::Failed(_) => record,
		}
	}
}

/// What a draw fixes for good.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct DrawnAt {
	/// Block of the draw.
	pub block: BlockNumber,
	/// `TH`.
	pub task_hash: Digest,
	/// Number of dealers who had accepted, the recipient not counted.
	pub accepted: u32,
	/// Hash of all who had, the recipient among them.
	pub consent: Digest,
}

/// An account that is invited to a task, as a dealer or to read its result.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Invitee {
	/// A dealer, with its acceptance once it has accepted.
	Dealer(Option<Acceptance>),
	/// The recipient, which deals a mask, with its place among those who have accepted.
	Recipient(Option<u32>),
}

/// A dealer's acceptance.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Acceptance {
	/// Its place among all who have accepted, the recipient counted.
	pub place: u32,
	/// What it was given under.
	pub agreed: Agreed,
}

impl Invitee {
	/// Its place among those who have accepted, if it is one of them.
	pub fn place(&self) -> Option<u32> {
		match self {
			Self::Dealer(acceptance) => acceptance.as_ref().map(|acceptance| acceptance.place),
			Self::Recipient(place) => *place,
		}
	}
}

/// How far the inviting of a task has come: what an acceptance has to read. Lives from the submission to the settlement.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Invitation {
	/// Who asks.
	pub requester: AccountId,
	/// Hash of what is accepted.
	pub terms: Digest,
	/// The task's class.
	pub class: SecurityClass,
	/// What the class asked for when the task was submitted.
	pub parameters: ClassParameters,
	/// What the task promises its dealers, and who reads its result.
	pub conditions: Conditions,
	/// Block in which the task was submitted.
	pub submitted_at: BlockNumber,
	/// Number of invited dealers, the recipient not counted.
	pub invited: u32,
	/// Number of dealers who have accepted, the recipient not counted.
	pub accepted: u32,
	/// Of the dealers that the task requires, how many have not accepted.
	pub missing: u32,
	/// Whether the recipient has accepted.
	pub sealed: bool,
	/// Hash of all who have accepted, the recipient among them.
	pub consent: Digest,
}

/// A draw that waits for its randomness, or for nodes: what its tries have to read. Lives while a task is in `Drawing`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct DrawPlan {
	/// The task's class.
	pub class: SecurityClass,
	/// What the class asked for when the task was submitted.
	pub parameters: ClassParameters,
	/// Block in which the task was submitted.
	pub submitted_at: BlockNumber,
	/// Where the relay chain was when inviting ended, which no acceptance came after.
	pub after: RelayMoment,
	/// The draw's randomness, once it is known: the only one that this draw gets.
	pub seed: Option<[u8; 32]>,
	/// Tries that found too few nodes, stake, capacity or verifiers.
	pub tries: u8,
}

impl Invitation {
	/// Place of the next one that accepts, the recipient counted.
	pub fn next_place(&self) -> u32 {
		self.accepted.saturating_add(self.sealed.into())
	}

	/// Whether the recipient has accepted, if there is one.
	fn has_recipient(&self) -> bool {
		self.sealed || self.conditions.sealed_to.is_none()
	}

	/// Whether all who are invited have accepted.
	pub fn is_complete(&self) -> bool {
		self.accepted >= self.invited && self.has_recipient()
	}

	/// Whether those who have accepted can meet the task's conditions.
	pub fn is_enough(&self) -> bool {
		let dealers = self.accepted >= self.conditions.least_dealers && self.missing == 0;
		dealers && self.has_recipient()
	}

	/// The plan of its draw, if inviting ends at this moment.
	pub const fn plan(&self, after: RelayMoment) -> DrawPlan {
		DrawPlan {
			class: self.class,
			parameters: self.parameters,
			submitted_at: self.submitted_at,
			after,
			seed: None,
			tries: 0,
		}
	}
}

impl Record {
	/// The task as clients see it; `terms` is the hash of what is accepted, `inviting` what is known before the draw.
	pub fn with_status(
		self,
		status: TaskStatus,
		terms: Digest,
		inviting: Option<&Invitation>,
	) -> Task {
		let before = || inviting.map_or((0, [0; 32]), |known| (known.accepted, known.consent));
		let at_draw = self.drawn.as_ref().map(|drawn| (drawn.accepted, drawn.consent));
		let (accepted, consent) = at_draw.unwrap_or_else(before);
		let (drawn_at, task_hash) = self.drawn.map(|drawn| (drawn.block, drawn.task_hash)).unzip();
		Task {
			protocol: self.protocol,
			requester: self.requester,
			spec: self.spec,
			class: self.class,
			parameters: self.parameters,
			conditions: self.conditions,
			windows: self.windows,
			submitted_at: self.submitted_at,
			invited: self.invited,
			cohort: self.cohort,
			terms,
			accepted,
			consent,
			fee: self.fee,
			data_reward: self.data_reward,
			task_hash,
			drawn_at,
			status,
		}
	}
}

/// What the phases after the draw need of a task, in one read. Lives from the draw until the task
/// is settled.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Drawn {
	/// Version of the protocol that it follows.
	pub protocol: ProtocolVersion,
	/// `TH`.
	pub task_hash: Digest,
	/// `t`.
	pub threshold: u8,
	/// `L`.
	pub length: u32,
	/// Bytes of a dealer's proof.
	pub proof_length: u32,
	/// Number of dealers who accepted, the recipient not counted.
	pub accepted: u32,
	/// What it promises its dealers, and who reads its result.
	pub conditions: Conditions,
	/// The columns that it reads.
	pub columns: ColumnSet,
	/// Its windows.
	pub windows: Windows,
	/// Members, by seat.
	pub committee: Committee,
	/// Verifiers, by seat; none where the class asks for none.
	pub panel: Panel,
}

/// An entry of the agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Due {
	/// First block in which the book has to look at the task.
	pub at: BlockNumber,
	/// The task.
	pub task: TaskId,
	/// Relay epoch that it waits for: the book looks at it before, once this is known.
	pub epoch: Option<u64>,
}

/// Stage of a settlement: what is to be done next. The stages come in this order.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Stage {
	/// The rent is taken, members and verifiers are paid or punished, and the rest of the fee goes back.
	#[default]
	Fee,
	/// Deposits go back, data rewards are paid, and dealings are freed.
	Sharing,
	/// The cohort is freed, and deposits of those who accepted and did not deal go back or are forfeited.
	Cohort,
	/// Committee and panel are released, the escrow closed.
	Close,
}

/// Seats of all open tasks, by which their rent follows. Of a task they are those of committee and panel together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct BookedSeats {
	/// Of tasks that are not drawn.
	pub waiting: u32,
	/// Of tasks that were, until they are released.
	pub taken: u32,
}

impl BookedSeats {
	/// Of all of them.
	pub const fn all(&self) -> u32 {
		self.waiting.saturating_add(self.taken)
	}

	/// A task with so many was submitted.
	pub fn ask(&mut self, seats: u8) {
		self.waiting = self.waiting.saturating_add(seats.into());
	}

	/// One that waited was drawn.
	pub fn draw(&mut self, seats: u8) {
		self.waiting = self.waiting.saturating_sub(seats.into());
		self.taken = self.taken.saturating_add(seats.into());
	}

	/// One is settled, that was `drawn` or not.
	pub fn release(&mut self, seats: u8, drawn: bool) {
		let part = if drawn { &mut self.taken } else { &mut self.waiting };
		*part = part.saturating_sub(seats.into());
	}
}

/// What the relay chain said of one of its blocks or epochs.
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
pub struct Told {
	/// Number of the block or epoch.
	pub number: u64,
	/// The randomness that became known with it.
	pub randomness: [u8; 32],
}

/// What the relay chain said of the newest of its blocks or epochs, in their order, none twice.
#[derive(
	CloneNoBound,
	DebugNoBound,
	DefaultNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	MaxEncodedLen,
	TypeInfo,
)]
#[codec(mel_bound())]
#[scale_info(skip_type_params(Bound))]
pub struct Ring<Bound: Get<u32>>(BoundedVec<Told, Bound>);

impl<Bound: Get<u32>> Ring<Bound> {
	/// The newest.
	pub fn last(&self) -> Option<&Told> {
		self.0.last()
	}

	/// All that is kept, oldest first.
	pub fn iter(&self) -> impl Iterator<Item = &Told> {
		self.0.iter()
	}

	/// Keeps what was told, if it is newer than all that is kept, and forgets the oldest if it is one too many. Returns
	/// whether it is kept.
	pub fn note(&mut self, number: u64, randomness: [u8; 32]) -> bool {
		if self.last().is_some_and(|last| last.number >= number) {
			return false;
		}
		let newest = self.0.len();
		self.0.force_insert_keep_right(newest, Told { number, randomness }).is_ok()
	}

	/// The first from `least` on that was told of. Asked again later, the answer is never another one, but may be none: what
	/// was told of before that one must be kept still, and be of `since` or later, or else one in between may have been
	/// forgotten or left out.
	pub fn first_from(&self, since: u64, least: u64) -> Option<Told> {
		let place = self.0.partition_point(|told| told.number < least);
		let before = self.0.get(place.checked_sub(1)?)?;
		if before.number < since {
			return None;
		}
		self.0.get(place).copied()
	}
}

/// Relay epochs that are remembered: more than a day of hours, the shortest that an epoch of a
/// relay chain lasts.
pub const MAX_RELAY_EPOCHS: u32 = 32;

/// Relay blocks that are remembered: a draw that the book comes to later than this many of them after its seed has none.
pub const MAX_RELAY_BLOCKS: u32 = 64;

/// What is left of a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Remaining {
	/// What is to be done next.
	pub stage: Stage,
	/// Whether anything of the result was released: then what is remembered of its dealers stays.
	pub released: bool,
}

/// A settlement of which nothing is known begins anew, and forgets nothing of the task's dealers.
impl Default for Remaining {
	fn default() -> Self {
		Self { stage: Stage::default(), released: true }
	}
}

/// Candidates that may have no seat in a task: its requester, its recipient, and dealers who accepted.
pub type BarredNodes = BoundedVec<AccountId, ConstU32<{ MAX_DEALERS + 1 }>>;

/// The window for checking shares and proofs: a fixed part, two blocks a seat for the staggered waiting of members and
/// verifiers, and room for one adjudication a seat and one for each who is invited, the recipient among them, whether of an
/// accusation or of a challenge.
///
/// `seats` are those of both kinds: a verifier waits and challenges as a member does.
/// `per_block` is the number of adjudications that fit into a quarter of a block, of the dearer kind; 0 counts as 1.
pub fn verify_window(base: BlockNumber, seats: u8, invited: u32, per_block: u32) -> BlockNumber {
	let seats = u32::from(seats);
	let adjudications = seats.saturating_add(invited).div_ceil(per_block.max(1));
	base.saturating_add(seats.saturating_mul(2)).saturating_add(adjudications)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::{collection::vec, prelude::*};

	type Four = Ring<ConstU32<4>>;

	fn told(number: u64) -> Told {
		Told { number, randomness: [number as u8; 32] }
	}

	fn ring(numbers: &[u64]) -> Four {
		let mut ring = Four::default();
		for number in numbers {
			ring.note(*number, [*number as u8; 32]);
		}
		ring
	}

	#[test]
	fn only_what_is_newer_is_kept() {
		let mut ring = Four::default();
		assert_eq!(ring.last(), None);
		assert!(ring.note(0, [0; 32]));
		assert!(ring.note(4, [4; 32]));
		let before = ring.clone();
		for number in [4, 3, 0] {
			assert!(!ring.note(number, [9; 32]));
		}
		assert_eq!(ring, before);
		assert_eq!(ring.last(), Some(&told(4)));
	}

	#[test]
	fn the_oldest_is_forgotten() {
		let ring = ring(&[1, 2, 5, 6, 7, 9]);
		assert_eq!(ring.iter().copied().collect::<Vec<_>>(), [5, 6, 7, 9].map(told));
		assert!(!Ring::<ConstU32<0>>::default().note(1, [1; 32]), "there is no place");
	}

	#[test]
	fn the_first_is_known_only_if_nothing_can_lie_before_it() {
		let ring = ring(&[3, 4, 7]);
		assert_eq!(ring.first_from(0, 4), Some(told(4)));
		// The relay chain skips numbers
		assert_eq!(ring.first_from(4, 5), Some(told(7)));
		// Not there yet
		assert_eq!(ring.first_from(0, 8), None);
		// Nothing was told of before, or nothing from `since` on
		assert_eq!(ring.first_from(0, 3), None);
		assert_eq!(ring.first_from(5, 7), None);
	}

	proptest! {
		/// Whatever is told, and in whatever order: kept are the newest, in their order, and who asks for the first one gets
		/// the same answer or none from then on.
		#[test]
		fn the_first_stays_the_first(
			numbers in vec(0u64..40, 0..60), since in 0u64..40, least in 0u64..40,
		) {
			let mut ring = Four::default();
			let mut first = None;
			for number in numbers {
				let newer = ring.last().is_none_or(|last| last.number < number);
				prop_assert_eq!(ring.note(number, [number as u8; 32]), newer);
				let kept: Vec<_> = ring.iter().map(|told| told.number).collect();
				prop_assert!(kept.len() <= 4 && kept.windows(2).all(|pair| pair[0] < pair[1]));
				let found = ring.first_from(since, least);
				prop_assert!(found.is_none_or(|found| found.number >= least));
				if first.is_some() && found.is_some() {
					prop_assert_eq!(first, found);
				}
				first = first.or(found);
			}
		}

		#[test]
		fn the_verify_window_has_room_for_every_adjudication(
			base in 0u32..100, seats in 3u8..=48, invited in 2u32..=512, per_block in 1u32..200,
		) {
			let window = verify_window(base, seats, invited, per_block);
			prop_assert!(window >= base + 2 * u32::from(seats));
			prop_assert!((window - base - 2 * u32::from(seats)) * per_block >= u32::from(seats) + invited);
		}
	}

	#[test]
	fn seats_are_booked_until_they_are_released() {
		let mut booked = BookedSeats::default();
		booked.ask(7);
		booked.ask(3);
		booked.draw(7);
		assert_eq!((booked, booked.all()), (BookedSeats { waiting: 3, taken: 7 }, 10));
		booked.release(3, false);
		assert_eq!(booked, BookedSeats { waiting: 0, taken: 7 });
		// However it came about: more than are booked are not given back
		booked.release(9, true);
		booked.release(9, false);
		booked.draw(2);
		assert_eq!(booked, BookedSeats { waiting: 0, taken: 2 });
		let full = BookedSeats { waiting: u32::MAX, taken: u32::MAX };
		let mut more = full;
		more.ask(1);
		assert_eq!((more, more.all()), (full, u32::MAX));
	}

	#[test]
	fn no_adjudications_a_block_counts_as_one() {
		assert_eq!(verify_window(4, 3, 10, 0), 4 + 6 + 13);
	}
}
