//! Dealings, accusations, challenges, attestations and result shares: the sharing protocol of a task, from its drawn
//! committee to its result.
//!
//! # Terms
//! - *dealing*: a dealer's commitments, its sealed shares, and its proof that what it shares is valid: a vector that rows of
//!   the task's kind could give. The state keeps its *digest*; shares and proof themselves lie in the block body and, by
//!   offchain indexing, in the databases of nodes that ask for it.
//! - *recipient*: whom a task's result is sealed to, if it is. *Mask*: the recipient's dealing, of a vector that is meant to be
//!   uniform, without a proof. The result is published under it.
//! - *seat* `j` (1-based): a member of the *committee*, `1 ..= n`, or a verifier of the *panel*, `n + 1 ..= n + v`, with its
//!   worker key pinned for the task. A verifier sees no share. A panel may be empty.
//! - *accusation*: a member says that its share, or a commitment, is wrong, and shows it. *Challenge*: somebody says that a
//!   proof is wrong, and shows it. *Dispute*: one or the other.
//! - *attestation*: who has a seat says that it has checked all dealings that count, and disputes none.
//! - *accepted set* `A`: the dealings that count, the mask among them. *Aggregate*: the sums of their commitments. `h_A` names both.
//! - *dealt*, *excluded*: the running hashes of the digests of all dealings and of those excluded, by which an attestation
//!   names what it is about.
//! - *result share* of a member: the sum of its shares of the dealings in `A`.
//!
//! # How a task goes
//! 1. The task book opens it ([`Sharing::open`](ostraka_primitives::traits::Sharing)) once committee and panel are drawn.
//! 2. Dealers who accepted, each with a deposit, [`deal`](Pallet::deal); the dealing's commitments join the aggregate. That
//!    they are in the subgroup of prime order is for committee and panel to check, as that proofs hold; that shares are right,
//!    for the members. The recipient of a sealed result deals its mask in the same way.
//! 3. Members [`accuse`](Pallet::accuse), members and verifiers [`challenge`](Pallet::challenge); who has no seat challenges
//!    [with a bond](Pallet::challenge_with_bond). The runtime judges at once: the dealer is convicted and its dealing
//!    excluded, or the accuser is convicted. There is no third outcome. Once nobody deals any more, who has a seat and disputes
//!    nothing [attests](Pallet::attest); when all that are awaited have, this is the last block of verification. Who is
//!    silent costs the others the window, and itself a part of its reward. As long as disputes are judged, one that shows a
//!    fault that everybody can see exposes whoever had attested to it ([`Event::AttestedFalsely`]), and marks the result if it
//!    comes too late to exclude.
//! 4. The task book freezes `A`, once the `t + 1` points of the aggregate are found in the subgroup; if one is not, the task
//!    fails, no dealer is convicted, and whoever attested did so falsely. Nothing changes `A` any more.
//! 5. Members [`commit_result`](Pallet::commit_result), then [`reveal_result`](Pallet::reveal_result). The first `t + 1`
//!    right shares are found by one multi-scalar multiplication each and give the result; later ones must lie on the
//!    polynomials through these.
//! 6. The task book settles it in chunks: who attested falsely is slashed, deposits of who has dealt return, data rewards are paid (not of a mask), storage is freed. The
//!    result stays. The deposit of who accepted and has not dealt is the book's to judge.
//!
//! # Properties
//! - A culprit is convicted by evidence that the runtime checks itself, in the block that brings it. Evidence that does
//!   not belong to the task, the dealing or the accepted set is rejected and convicts nobody.
//! - Calls from seats are *authorized general transactions*: free of fees as nobody's account sends them (an account that
//!   signs one pays, and is refused), signed by the pinned worker key over genesis,
//!   task hash, task, seat, call, arguments and the block of the attempt. Before the signature only cheap checks run
//!   ([`authorize`]); group operations happen at dispatch. No accusation or challenge passes authorization unless it is about
//!   an accepted dealing, so a free call that reaches dispatch convicts or exposes somebody, or advances the task; but for
//!   challenges under a runtime that derives another relation than the one that the task was taken with, which convict nobody.
//! - An honest attestation is never shown to be false: it is taken only beside the very dealings and exclusions that its author
//!   knew, and no dealing comes in after it. What exposes it was there to be seen.
//! - A mask is judged as any dealing, but that nothing it shares is invalid: a wrong share or a commitment outside of the group
//!   convicts the recipient, and any other challenge its author. Nobody but the recipient deals without a proof, nor the recipient
//!   with one. No count of dealers has the mask in it.
//! - The chain computes with a proof of validity only where somebody disputes it, and what it finds decides.
//! - No point that was not checked is multiplied, and so none reaches a call of the host: what `deal` has read may be added
//!   up only (`dealing`), and what disputes show is checked first.
//! - Every collection is bounded by the number of seats or that of dealers who accepted, the recipient counted with them.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;

pub mod authorize;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(any(test, feature = "runtime-benchmarks"))]
pub mod fixtures;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

mod accusation;
mod attestation;
mod challenge;
mod dealing;
mod dispute;
pub mod migrations;
mod result;
mod seats;
mod settlement;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
pub mod types;
pub mod weights;
pub mod worker;

pub use ostraka_primitives::record::{DealingRecord, Standing};
pub use ostraka_protocol::G1;
pub use pallet::*;
pub use types::{Answer, Counters, SeatState, SharingState};
pub use weights::WeightInfo;

/// Most dealings that the list of a block takes. The runtime's tests hold it against the weight of a block.
pub const MAX_DEALT: u32 = 4_096;

/// Target of the pallet's log lines.
pub const LOG_TARGET: &str = "runtime::ostraka::vss";

/// Sets tasks up for benchmarks, in whatever holds the task book and the money.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
	/// Puts a task into the book so that `TaskBook::view` returns exactly `view` and `TaskBook::spec` exactly `spec`, over
	/// what was there; gives everybody with a seat a stake, and has every dealer accept, and the recipient: with its deposit on
	/// hold, unless it is already. What is remembered of these dealers is as much as can be, and admits one dealing more. Does not
	/// call `Sharing::open`.
	fn set_task(
		task: ostraka_primitives::TaskId,
		view: &ostraka_primitives::traits::TaskView,
		spec: &ostraka_primitives::spec::TaskSpec,
		dealers: &[ostraka_primitives::AccountId],
	);

	/// Gives an account the means for a bond.
	fn fund(account: &ostraka_primitives::AccountId);
}

// The macro's own code unwraps; the calls are one line each. Calls live for the length of a dispatch; a box would not make
// `accuse` smaller on the wire.
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::large_enum_variant)]
#[frame::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame::prelude::*;
	use ostraka_primitives::{
		fault::{AccuserFault, DealerFault, ShareFault},
		message::{ChallengeMessage, DealingMessage, EvidenceMessage, ResultShareBytes},
		task::{ResultVector, TaskResult},
		traits::{Escrow, Penalties, Roster, TaskBook},
		AccountId, BlockNumber, Digest, TaskId, WorkerSignature,
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(3);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// # Requirements
	///
	/// The runtime's transaction extension must contain `frame_system::AuthorizeCall`.
	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>> + frame_system::Config<AccountId = AccountId>
	{
		/// The tasks.
		type Tasks: TaskBook;
		/// Deposits and punishments.
		type Penalties: Penalties;
		/// The requester's money, of which dealers get their part.
		type Escrow: Escrow;
		/// The nodes, for the offchain worker.
		type Roster: Roster;
		/// How many blocks a seat's attempt is good for; then its worker tries again.
		#[pallet::constant]
		type RetryInterval: Get<BlockNumber>;
		/// How many blocks a worker waits after the freeze before it answers, `Δ`: by then a re-org to another accepted
		/// set is not to be expected. The task book's commit windows must be longer. It may be read from state, so it is no
		/// constant of the metadata.
		type FinalityLag: Get<BlockNumber>;
		/// Pool priority of calls from seats, to which the block of the attempt and urgency are added (module `authorize`).
		#[pallet::constant]
		type BasePriority: Get<TransactionPriority>;
		/// Blocks that no task's life exceeds unless its deadlines stand still. Nodes clear their copies of dealings that are older,
		/// and [`worker::CLEAR_AFTER`] blocks more.
		type LongestTask: Get<BlockNumber>;
		/// Weight of a kilobyte of offchain-indexed data, which no benchmark measures.
		#[pallet::constant]
		type IndexedWeightPerKb: Get<Weight>;
		/// Weights.
		type WeightInfo: WeightInfo;
		/// Sets tasks up for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper;
	}

	/// Open tasks. Written at the draw, by `deal`, by disputes that exclude, and by the freeze; freed at settlement.
	/// What grows with the dealings is not in here: all calls from seats read it.
	#[pallet::storage]
	pub type Sharings<T: Config> = StorageMap<_, Twox64Concat, TaskId, SharingState>;

	/// The states of seats, committee and panel in one row, of open tasks. Written at the draw, by disputes, attestations and
	/// result shares; freed at settlement.
	#[pallet::storage]
	pub type Seats<T: Config> = StorageMap<_, Twox64Concat, TaskId, types::Seats>;

	/// Dealings of open tasks, by dealer. Written by `deal` and by convictions; freed at settlement. At most as many a
	/// task as dealers have accepted.
	#[pallet::storage]
	pub type Dealings<T: Config> =
		StorageDoubleMap<_, Twox64Concat, TaskId, Blake2_128Concat, AccountId, DealingRecord>;

	/// What stands for every `R` that was used in an open task: one list a task, as `deal` alone reads it. Written by `deal`,
	/// freed at settlement with the rest of the task.
	#[pallet::storage]
	pub type UsedEphemerals<T: Config> =
		StorageMap<_, Twox64Concat, TaskId, types::Ephemerals, ValueQuery>;

	/// Dealings of this block, of which nodes that index get a list. Written by `deal`, killed as the block ends: between two
	/// blocks there is nothing. No block has room for as many dealings.
	#[pallet::storage]
	pub type DealtNow<T: Config> =
		StorageValue<_, BoundedVec<(TaskId, Digest), ConstU32<MAX_DEALT>>, ValueQuery>;

	/// The first `t + 1` right result shares of open tasks, by seat. Written by `reveal_result`, freed at settlement.
	#[pallet::storage]
	pub type RightShares<T: Config> =
		StorageDoubleMap<_, Twox64Concat, TaskId, Twox64Concat, u8, ResultShareBytes>;

	/// Published results. Written by the `t + 1`st right share, marked by disputes that come later, and kept for good.
	#[pallet::storage]
	pub type Results<T: Config> = StorageMap<_, Twox64Concat, TaskId, TaskResult>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A dealing was taken, perhaps a mask; `dealings` are in.
		Dealt {
			/// The task.
			task: TaskId,
			/// The dealer, or the recipient.
			dealer: AccountId,
			/// The dealing's digest.
			digest: Digest,
			/// Dealings that are in.
			dealings: u32,
		},
		/// An accusation or a challenge was right. `seat`: the accuser's, if it is no account that challenged with a bond.
		/// `excluded`: whether the dealing no longer counts, or it came too late for that.
		DealerConvicted {
			/// The task.
			task: TaskId,
			/// Whose dealing it is.
			dealer: AccountId,
			/// The accuser's seat; none of who challenged with a bond.
			seat: Option<u8>,
			/// Who accused or challenged.
			accuser: AccountId,
			/// What the dealer did.
			fault: DealerFault,
			/// Whether the dealing no longer counts.
			excluded: bool,
		},
		/// A right accusation came too late to exclude the dealing: the member need not reveal a result share.
		SeatExcused {
			/// The task.
			task: TaskId,
			/// The member's seat.
			seat: u8,
			/// The account of the node that has the seat.
			node: AccountId,
			/// Whose dealing it was about.
			dealer: AccountId,
		},
		/// An accusation or a challenge was false: its author is convicted. `seat`: its own, if it is no account that
		/// challenged with a bond.
		AccuserConvicted {
			/// The task.
			task: TaskId,
			/// Its author's seat; none of who challenged with a bond.
			seat: Option<u8>,
			/// Who is convicted.
			accuser: AccountId,
			/// Whose dealing it was about.
			dealer: AccountId,
			/// What is wrong with the accusation or the challenge.
			fault: AccuserFault,
		},
		/// Who has this seat has checked commitments and proof of every dealing that counts and, a member, its share of it, and
		/// disputes none; `attested` seats of both kinds have.
		Attested {
			/// The task.
			task: TaskId,
			/// The seat.
			seat: u8,
			/// The account of the node that has the seat.
			node: AccountId,
			/// Seats that have attested.
			attested: u32,
		},
		/// The accepted set is frozen: dealings of so many dealers, besides a mask.
		Frozen {
			/// The task.
			task: TaskId,
			/// Dealers in the set.
			accepted: u32,
			/// Its hash, `h_A`.
			accepted_set: Digest,
		},
		/// The sum of the commitments lies outside the group, and nobody disputed the dealing that put it there: no set can
		/// be frozen, and the task fails. Whoever had attested did so falsely, and is slashed when the task settles.
		Unsound {
			/// The task.
			task: TaskId,
		},
		/// A member committed to its result share; `committed` have.
		ResultCommitted {
			/// The task.
			task: TaskId,
			/// The member's seat.
			seat: u8,
			/// The account of the node that has the seat.
			node: AccountId,
			/// Members that have committed.
			committed: u32,
		},
		/// A right result share came in; `right_shares` have.
		ResultShareRight {
			/// The task.
			task: TaskId,
			/// The member's seat.
			seat: u8,
			/// The account of the node that has the seat.
			node: AccountId,
			/// Right result shares that are in.
			right_shares: u32,
		},
		/// A wrong result share came in: the member is convicted.
		ResultShareWrong {
			/// The task.
			task: TaskId,
			/// The member's seat.
			seat: u8,
			/// The account of the node that has the seat.
			node: AccountId,
			/// What is wrong with the share.
			fault: ShareFault,
		},
		/// The result over so many `dealers` is out: its vector, as numbers. One below zero stands as the field's order
		/// less its amount. Of a sealed task it is the sum with the recipient's mask.
		ResultPublished {
			/// The task.
			task: TaskId,
			/// Hash of the accepted set, `h_A`.
			accepted_set: Digest,
			/// Dealers whose numbers are in it.
			dealers: u32,
			/// The vector.
			vector: ResultVector,
		},
		/// These had attested, and a dealing that counted then is invalid in a way that everybody can see: they are slashed when
		/// the task settles. `exposer`: who has a part of it, as far as is known: in this task it exposed most seats by one dispute.
		AttestedFalsely {
			/// The task.
			task: TaskId,
			/// The seats that attested.
			seats: Vec<u8>,
			/// Who has a part of what they lose.
			exposer: AccountId,
		},
	}

	/// An authorized call that is refused by the pool gives `InvalidTransaction::Custom` with the index of the error.
	#[pallet::error]
	pub enum Error<T> {
		/// No such task, or its committee is not drawn yet, or it has ended.
		UnknownTask,
		/// The task is in another phase.
		WrongPhase,
		/// The phase's deadline has passed, or that for the first dealing and nobody has dealt.
		DeadlinePassed,
		/// The dealing was made for another task, committee or chain: its task hash is not this task's.
		WrongTaskHash,
		/// The account has not accepted to deal to this task. An invited dealer accepts first, by `tasks.accept`, before
		/// the committee is drawn, and so does the recipient.
		NotAccepted,
		/// The dealer has dealt to this task already.
		AlreadyDealt,
		/// The dealing's `R` was used in this task already.
		EphemeralReused,
		/// A list, a sealed share, an evidence or a proof of validity has not exactly the length that the task asks for.
		WrongLength,
		/// A point is not canonical or not on the curve, or `R` is the identity.
		InvalidPoint,
		/// A number is not below the field's order.
		NonCanonicalScalar,
		/// The proof of `rho` does not hold for this dealing, or `R` is not the one form of a group element.
		InvalidProof,
		/// The task has no such seat, or it is a verifier's, and this is for members.
		UnknownSeat,
		/// The member was convicted of a wrong result share in this task.
		SeatConvicted,
		/// Who has this seat made a false accusation or challenge in this task: it may make no other, and its attestation is not
		/// asked for.
		AccusationsForfeited,
		/// The dealer has not dealt to this task.
		UnknownDealing,
		/// What is shown, or the given digest, is about another dealing than the accepted one.
		DigestMismatch,
		/// The dealer was convicted already, no excuse is asked for, nobody is left to be exposed, and nothing to be marked.
		AlreadyConvicted,
		/// The accepted set is not the frozen one: a message of another fork.
		WrongAcceptedSet,
		/// The member has committed already.
		AlreadyCommitted,
		/// The member has revealed already.
		AlreadyRevealed,
		/// The block of the attempt is in the future or too long ago.
		StaleAttempt,
		/// The signature is not the seat's pinned worker key's over this call.
		BadSignature,
		/// The state contradicts itself. Never seen unless the runtime is broken; nothing changes.
		Corrupt,
		/// The task follows a version of the protocol that this runtime does not know, or has proofs of another relation than
		/// the one that this runtime derives from its spec.
		UnknownProtocol,
		/// The attestation is about other dealings or exclusions than the task has: of another fork, or a dealing was excluded
		/// meanwhile.
		WrongDealings,
		/// Who has this seat has attested already.
		AlreadyAttested,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Deals to a task: commitments, one sealed share for each seat, and the proof that what is shared is valid. The
		/// dealer's deposit is on hold since it accepted.
		///
		/// Fresh polynomials and a fresh `rho` belong to every attempt. The client opens and checks all sealed shares
		/// before it sends: a wrong one costs the deposit, and so do a commitment outside of the subgroup of prime order and
		/// a proof that does not hold, which are not looked for here. Of the proof only the length is, which follows from
		/// the task. The recipient of a sealed result deals its mask, with an empty proof.
		///
		/// ## Dispatch Origin
		/// Signed by a dealer who accepted the task, or by its recipient, who did.
		///
		/// ## Errors
		/// `UnknownTask`, `UnknownProtocol`, `WrongPhase`, `DeadlinePassed`, `WrongTaskHash`, `NotAccepted`, `AlreadyDealt`,
		/// `EphemeralReused`, `WrongLength`, `InvalidPoint`, `InvalidProof`; that the dealer's quota is spent.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::deal_weight(dealing))]
		pub fn deal(
			origin: OriginFor<T>,
			task: TaskId,
			task_hash: Digest,
			dealing: DealingMessage,
		) -> DispatchResult {
			let dealer = ensure_signed(origin)?;
			Self::do_deal(task, task_hash, dealer, dealing)
		}

		/// Accuses a dealer: the member opens its own sealed share in public, with proof. Judged at once: the dealer is
		/// convicted and its dealing excluded, or the accuser is convicted. `Ok` means judged, not that it was right.
		///
		/// Of a dealing with a commitment outside of the subgroup of prime order nothing is opened: the commitments convict.
		///
		/// After the end of verification an accusation still convicts the dealer, but the dealing stays counted
		/// and the member is excused from its result share instead. A dealer convicted that late can be accused again,
		/// once by each member that is not excused yet: with no further punishment of the dealer, to excuse the member.
		///
		/// ## Dispatch Origin
		/// Authorized: signed by the seat's pinned worker key.
		///
		/// ## Errors
		/// `UnknownTask`, `UnknownProtocol`, `WrongPhase`, `DeadlinePassed`, `UnknownSeat`, `SeatConvicted`, `AccusationsForfeited`,
		/// `WrongLength`, `UnknownDealing`, `DigestMismatch`, `AlreadyConvicted`.
		#[pallet::call_index(1)]
		#[pallet::weight((
			weights::worst_accuse::<T>(
				weights::length_of(evidence.sealed.len()),
				weights::threshold_of(evidence.commitments.len()),
			),
			DispatchClass::Operational,
		))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_accuse(
			weights::length_of(evidence.sealed.len()),
			weights::threshold_of(evidence.commitments.len()),
		))]
		#[pallet::authorize(Self::authorize_accuse)]
		#[allow(clippy::too_many_arguments)]
		pub fn accuse(
			origin: OriginFor<T>,
			task: TaskId,
			seat: u8,
			dealer: AccountId,
			digest: Digest,
			evidence: EvidenceMessage,
			_at: BlockNumber,
			_signature: WorkerSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_accuse(task, seat, dealer, digest, evidence)
		}

		/// Commits to the member's result share. Who reveals without having committed is not paid.
		///
		/// ## Dispatch Origin
		/// Authorized: signed by the seat's pinned worker key.
		///
		/// ## Errors
		/// `UnknownTask`, `UnknownProtocol`, `WrongPhase`, `DeadlinePassed`, `UnknownSeat`, `SeatConvicted`, `WrongAcceptedSet`,
		/// `AlreadyCommitted`.
		#[pallet::call_index(2)]
		#[pallet::weight((T::WeightInfo::commit_result(), DispatchClass::Operational))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_commit_result())]
		#[pallet::authorize(Self::authorize_commit_result)]
		#[allow(clippy::too_many_arguments)]
		pub fn commit_result(
			origin: OriginFor<T>,
			task: TaskId,
			seat: u8,
			accepted_set: Digest,
			commitment: Digest,
			_at: BlockNumber,
			_signature: WorkerSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_commit_result(task, seat, accepted_set, commitment)
		}

		/// Reveals the member's result share: `y_j`, then `γ_j`. A share that is not what was committed, or that does
		/// not fit the aggregate, convicts the member; the task goes on. The `t + 1`st right one publishes the result.
		/// `Ok` means judged, not that it was right.
		///
		/// A share with a number that is not below the field's order is no share: it is rejected, never judged, and
		/// its sender counts as absent.
		///
		/// ## Dispatch Origin
		/// Authorized: signed by the seat's pinned worker key.
		///
		/// ## Errors
		/// `UnknownTask`, `UnknownProtocol`, `WrongPhase`, `DeadlinePassed`, `UnknownSeat`, `SeatConvicted`, `WrongAcceptedSet`,
		/// `AlreadyRevealed`, `WrongLength`, `NonCanonicalScalar`.
		#[pallet::call_index(3)]
		#[pallet::weight((
			weights::worst_reveal::<T::WeightInfo>(weights::length_of_result(share.len())),
			DispatchClass::Operational,
		))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_reveal_result(
			weights::length_of_result(share.len()),
		))]
		#[pallet::authorize(Self::authorize_reveal_result)]
		#[allow(clippy::too_many_arguments)]
		pub fn reveal_result(
			origin: OriginFor<T>,
			task: TaskId,
			seat: u8,
			accepted_set: Digest,
			share: ResultShareBytes,
			_at: BlockNumber,
			_signature: WorkerSignature,
		) -> DispatchResultWithPostInfo {
			ensure_authorized(origin)?;
			Self::do_reveal_result(task, seat, accepted_set, share)
		}

		/// Says that who has this seat, a member or a verifier, has checked commitments and proof of every dealing that counts
		/// and, a member, its share of it, and disputes none. `dealt` names the dealings, `excluded` those of them that do not
		/// count. It may dispute all the same, as long as verification lasts: when all that are awaited have attested, until the
		/// end of this block.
		///
		/// If a dealing that counts is shown later to be invalid in a way that everybody can see, this costs stake when the task
		/// settles, whatever had been checked.
		///
		/// ## Dispatch Origin
		/// Authorized: signed by the seat's pinned worker key.
		///
		/// ## Errors
		/// `UnknownTask`, `UnknownProtocol`, `WrongPhase`, `DeadlinePassed`, `UnknownSeat`, `SeatConvicted`, `AccusationsForfeited`,
		/// `AlreadyAttested`, `WrongDealings`.
		#[pallet::call_index(4)]
		#[pallet::weight((T::WeightInfo::attest(), DispatchClass::Operational))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_attest())]
		#[pallet::authorize(Self::authorize_attest)]
		#[allow(clippy::too_many_arguments)]
		pub fn attest(
			origin: OriginFor<T>,
			task: TaskId,
			seat: u8,
			dealt: Digest,
			excluded: Digest,
			_at: BlockNumber,
			_signature: WorkerSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_attest(task, seat, dealt, excluded)
		}

		/// Challenges a dealing's proof that its input is valid: a member or a verifier brings what the chain has hashed of it.
		/// Judged at once: the proof does not hold, and the dealer is convicted and its dealing excluded, or who challenged is
		/// convicted. `Ok` means judged, not that it was right.
		///
		/// A commitment outside of the subgroup of prime order convicts the dealer, whatever the proof. After the end of
		/// verification a challenge still convicts the dealer, once, but the dealing stays counted, and nobody is excused. Either
		/// way, who had attested is exposed. Of a mask, which has no proof, nothing else is to be challenged. A dealer that was convicted of something else can be challenged as long as that
		/// exposes somebody, or says of a dealing that counts that it is invalid.
		///
		/// ## Dispatch Origin
		/// Authorized: signed by the seat's pinned worker key.
		///
		/// ## Errors
		/// `UnknownTask`, `UnknownProtocol`, `WrongPhase`, `DeadlinePassed`, `UnknownSeat`, `SeatConvicted`, `AccusationsForfeited`,
		/// `WrongLength`, `UnknownDealing`, `DigestMismatch`, `AlreadyConvicted`.
		#[pallet::call_index(5)]
		#[pallet::weight((
			weights::challenge::<T>(
				weights::threshold_of(challenge.commitments.len()),
				weights::proof_points(challenge.validity.len()),
			),
			DispatchClass::Operational,
		))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_challenge(
			weights::proof_kilobytes(challenge.validity.len()),
		))]
		#[pallet::authorize(Self::authorize_challenge)]
		#[allow(clippy::too_many_arguments)]
		pub fn challenge(
			origin: OriginFor<T>,
			task: TaskId,
			seat: u8,
			dealer: AccountId,
			digest: Digest,
			challenge: ChallengeMessage,
			_at: BlockNumber,
			_signature: WorkerSignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_challenge(task, seat, dealer, digest, challenge)
		}

		/// Challenges a dealing's proof as `challenge` does, without a seat: with a bond, which comes back if the proof
		/// does not hold, and is slashed if it does. Who convicts the dealer pays no fee.
		///
		/// ## Dispatch Origin
		/// Signed by an account with the means for the bond.
		///
		/// ## Errors
		/// `UnknownTask`, `UnknownProtocol`, `WrongPhase`, `DeadlinePassed`, `WrongLength`, `UnknownDealing`, `DigestMismatch`,
		/// `AlreadyConvicted`; those of the bond's hold.
		#[pallet::call_index(6)]
		#[pallet::weight(weights::challenge::<T>(
			weights::threshold_of(challenge.commitments.len()),
			weights::proof_points(challenge.validity.len()),
		))]
		pub fn challenge_with_bond(
			origin: OriginFor<T>,
			task: TaskId,
			dealer: AccountId,
			digest: Digest,
			challenge: ChallengeMessage,
		) -> DispatchResultWithPostInfo {
			let challenger = ensure_signed(origin)?;
			Self::do_challenge_with_bond(task, challenger, dealer, digest, challenge)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The published result of a task.
		pub fn result(task: TaskId) -> Option<TaskResult> {
			Results::<T>::get(task)
		}

		/// What the state holds of a dealer's dealing to an unsettled task.
		pub fn dealing(task: TaskId, dealer: AccountId) -> Option<DealingRecord> {
			Dealings::<T>::get(task, dealer)
		}

		/// How far an unsettled task is; zeros for any other.
		pub fn counters(task: TaskId) -> Counters {
			Self::count(task)
		}

		/// `h_A` of an unsettled task, once its accepted set is frozen.
		pub fn accepted_set(task: TaskId) -> Option<Digest> {
			Sharings::<T>::get(task)?.accepted_set
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		/// For `on_finalize`.
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::index_weight()
		}

		fn on_finalize(now: BlockNumberFor<T>) {
			Self::index_dealt(now.saturated_into());
		}

		fn offchain_worker(now: BlockNumberFor<T>) {
			worker::run::<T>(now);
		}

		fn integrity_test() {
			assert!(
				T::RetryInterval::get() >= 1,
				"an attempt must be good for its own block's successor"
			);
			assert!(
				T::BasePriority::get()
					<= TransactionPriority::MAX - 2 * TransactionPriority::from(u32::MAX),
				"the block of the attempt and what urgency adds must fit on top of the base priority"
			);
			const {
				assert!(
					2 * (ostraka_primitives::MAX_COMMITMENTS - 1)
						< ostraka_primitives::MAX_COMMITTEE,
					"a committee of the largest size must have room for the largest threshold"
				)
			};
			const {
				assert!(
					ostraka_primitives::MAX_SEATS <= u8::MAX as u32,
					"seats of both kinds must be numbered by a byte"
				)
			};
			assert_eq!(
				ostraka_primitives::MAX_SEALED as usize,
				ostraka_crypto::seal::ciphertext_len(ostraka_crypto::generators::MAX_LENGTH),
				"messages and cryptography must agree on the longest vector"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
