//! Tests of the pallet: neighbours are fake, dealers, workers and all their cryptography are real.
//!
//! Calls from seats go through [`apply`], as in a block: the extension authorizes, then the call is dispatched.

use crate::{
	authorize::{error_index, payload, Attempt},
	fixtures::{self, dealer_account, operator},
	mock::*,
	*,
};
use codec::Encode;
use frame::{
	deps::sp_runtime::transaction_validity::TransactionValidityError,
	testing_prelude::{
		assert_noop, assert_ok, assert_storage_noop, DispatchError, DispatchResult,
		InvalidTransaction, TokenError,
	},
};
use ostraka_crypto::{
	messages::{DealingBytes, EvidenceBytes},
	vss::SecretShare,
	Scalar,
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault, ShareFault},
	message::{ChallengeMessage, MessageKind, ResultShareBytes},
	record::SeatSet,
	task::{FailReason, Outcome, TaskStatus},
	traits::{Frozen, Opening, SeatReport, Sharing},
	AccountId, BlockNumber, Digest, TaskId,
};
use ostraka_protocol::{
	adjudicator, dealer,
	wire::{self, dealing_bytes, dealing_message, evidence_message},
	TaskContext,
};
use std::collections::BTreeSet;

mod accusation;
mod attestation;
mod authorize;
mod bytes;
mod challenge;
mod dealing;
mod exposure;
mod mask;
mod panel;
mod refusals;
mod result;
mod settlement;
mod torsion;
mod weights;

/// The task of most tests.
const TASK: TaskId = 7;
/// Length of its vectors.
const LENGTH: u32 = 3;

type Applied = Result<DispatchResult, TransactionValidityError>;

/// Dealt dealings, by dealer.
type Dealt = Vec<(AccountId, DealingBytes)>;

/// A task of five members, threshold two, and as many dealers as given, all of which deal honestly but those whose
/// fault, at a seat, is given.
struct Scene {
	ctx: TaskContext,
	dealt: Dealt,
}

impl Scene {
	/// Without a panel.
	fn new(dealers: u32, corrupt: &[(u32, (u8, DealerFault))]) -> Self {
		Self::of(open_task(TASK, 5, 2, LENGTH, dealers), dealers, corrupt)
	}

	/// With a panel of two: seats 6 and 7.
	fn with_panel(dealers: u32, corrupt: &[(u32, (u8, DealerFault))]) -> Self {
		Self::of(open_task_with_panel(TASK, (5, 2), 2, LENGTH, dealers), dealers, corrupt)
	}

	fn of(ctx: TaskContext, dealers: u32, corrupt: &[(u32, (u8, DealerFault))]) -> Self {
		let mut scene = Self { ctx, dealt: Vec::new() };
		for index in 0..dealers {
			let faults: Vec<_> =
				corrupt.iter().filter(|(of, _)| *of == index).map(|(_, what)| *what).collect();
			let dealer = dealer_account(index);
			let input = fixtures::input(LENGTH as usize, u64::from(index) + 1);
			let seed = u64::from(index);
			let dealing = if faults.is_empty() {
				fixtures::dealing(&scene.ctx, &dealer, &input, seed).unwrap()
			} else {
				fixtures::faulty_dealing(&scene.ctx, &dealer, &input, &faults, seed).unwrap()
			};
			assert_ok!(deal(&scene.ctx, &dealer, dealing.clone()));
			scene.dealt.push((dealer, dealing));
		}
		scene
	}

	fn dealer(&self, index: usize) -> AccountId {
		self.dealt[index].0.clone()
	}

	fn digest(&self, index: usize) -> Digest {
		let (dealer, dealing) = &self.dealt[index];
		dealing.digest(&self.ctx.task_hash, dealer.as_ref())
	}

	/// A seat's evidence against a dealer, right or not.
	fn evidence(&self, seat: u8, index: usize) -> EvidenceBytes {
		let (dealer, dealing) = &self.dealt[index];
		let secret = fixtures::seal_secret(seat);
		fixtures::evidence(&self.ctx, seat, dealer, dealing, &secret, 99).unwrap()
	}

	fn accuse(&self, seat: u8, index: usize) -> Applied {
		self.accuse_with(seat, index, self.evidence(seat, index))
	}

	fn accuse_with(&self, seat: u8, index: usize, evidence: EvidenceBytes) -> Applied {
		apply(accuse_call(
			&self.ctx,
			seat,
			&self.dealer(index),
			self.digest(index),
			evidence,
			now(),
		))
	}

	/// What a challenge of a dealer's proof shows, right or not.
	fn shown(&self, index: usize) -> ChallengeMessage {
		fixtures::challenge(&self.dealt[index].1).unwrap()
	}

	fn challenge(&self, seat: u8, index: usize) -> Applied {
		self.challenge_with(seat, index, self.shown(index))
	}

	fn challenge_with(&self, seat: u8, index: usize, shown: ChallengeMessage) -> Applied {
		apply(challenge_call(
			&self.ctx,
			seat,
			&self.dealer(index),
			self.digest(index),
			shown,
			now(),
		))
	}

	/// By [`challenger`], with a bond.
	fn challenge_with_bond(&self, index: usize) -> DispatchResult {
		self.bond_on(index, self.shown(index))
	}

	fn bond_on(&self, index: usize, shown: ChallengeMessage) -> DispatchResult {
		let origin = RuntimeOrigin::signed(challenger());
		Vss::challenge_with_bond(origin, TASK, self.dealer(index), self.digest(index), shown)
			.map(|_| ())
			.map_err(|error| error.error)
	}

	fn verify(&self) {
		set_status(TASK, TaskStatus::Verifying { until: 30 });
	}

	fn attest(&self, seat: u8) -> Applied {
		apply(attest_call(&self.ctx, seat, (dealt(), excluded()), now()))
	}

	fn attest_all(&self, seats: impl IntoIterator<Item = u8>) {
		for seat in seats {
			judged(self.attest(seat));
		}
	}

	/// Freezes; the task waits for commitments.
	fn freeze(&self) -> Digest {
		let accepted: BTreeSet<_> = self.accepted().into_iter().map(|(dealer, _)| dealer).collect();
		assert_eq!(frozen(), accepted);
		set_status(TASK, TaskStatus::Committing { frozen_at: now(), until: 40 });
		Vss::accepted_set(TASK).unwrap()
	}

	fn reveal_phase(&self) {
		set_status(TASK, TaskStatus::Revealing { until: 50 });
	}

	/// Dealings that count.
	fn accepted(&self) -> Dealt {
		let counts = |dealer: &AccountId| Dealings::<Test>::get(TASK, dealer).unwrap().counts();
		self.dealt.iter().filter(|(dealer, _)| counts(dealer)).cloned().collect()
	}

	fn share(&self, seat: u8) -> SecretShare {
		fixtures::result_share(&self.ctx, seat, &self.accepted()).unwrap()
	}

	fn commit(&self, seat: u8, share: &SecretShare) -> Applied {
		let h_a = Vss::accepted_set(TASK).unwrap();
		apply(commit_call(&self.ctx, seat, h_a, commitment(h_a, seat, share), now()))
	}

	fn reveal(&self, seat: u8, share: &SecretShare) -> Applied {
		let h_a = Vss::accepted_set(TASK).unwrap();
		apply(reveal_call(&self.ctx, seat, h_a, share, now()))
	}

	/// Commits honestly for these seats, then opens the reveal phase.
	fn commit_all(&self, seats: impl IntoIterator<Item = u8>) {
		for seat in seats {
			judged(self.commit(seat, &self.share(seat)));
		}
		self.reveal_phase();
	}

	/// The sum of all accepted dealers' inputs.
	fn expected(&self) -> Vec<[u8; 32]> {
		let mut sum = vec![Scalar::from(0u8); LENGTH as usize];
		for (dealer, _) in self.accepted() {
			let index = (0..).find(|index| dealer_account(*index) == dealer).unwrap();
			let input = fixtures::input(LENGTH as usize, u64::from(index) + 1);
			sum.iter_mut().zip(input).for_each(|(sum, value)| *sum += value);
		}
		sum.iter().map(ostraka_crypto::encoding::encode_scalar).collect()
	}

	fn assert_result(&self) {
		let result = Vss::result(TASK).unwrap();
		assert_eq!(result.scalars().collect::<Vec<_>>(), self.expected());
		assert_eq!(result.vector.encode(), self.expected().encode(), "numbers are scalars' bytes");
		assert_eq!(result.dealers as usize, self.accepted().len());
	}
}

/// Freezes. Returns whose dealings count.
fn frozen() -> BTreeSet<AccountId> {
	let Frozen::Sound(dealers) = Vss::freeze(TASK) else { panic!("the sums are unsound") };
	let different: BTreeSet<_> = dealers.iter().cloned().collect();
	assert_eq!(different.len(), dealers.len(), "nobody is named twice");
	different
}

/// An account that neither deals nor has a seat.
fn challenger() -> AccountId {
	dealer_account(77)
}

fn now() -> BlockNumber {
	System::block_number()
}

/// The running hash of the task's dealings.
fn dealt() -> Digest {
	Sharings::<Test>::get(TASK).unwrap().dealt
}

/// The running hash of those that were excluded.
fn excluded() -> Digest {
	Sharings::<Test>::get(TASK).unwrap().excluded_hash
}

/// The order of the scalar field, little-endian: minus one, plus one.
fn field_order() -> [u8; 32] {
	let mut order = ostraka_crypto::encoding::encode_scalar(&-Scalar::from(1u8));
	order[0] += 1;
	order
}

fn deal(ctx: &TaskContext, dealer: &AccountId, dealing: DealingBytes) -> DispatchResult {
	let message = dealing_message(dealing).unwrap();
	Vss::deal(RuntimeOrigin::signed(dealer.clone()), TASK, ctx.task_hash, message)
}

fn signed(
	ctx: &TaskContext,
	seat: u8,
	kind: MessageKind,
	at: BlockNumber,
	payload: Digest,
) -> ostraka_primitives::WorkerSignature {
	let attempt = Attempt { task: TASK, seat, kind, at };
	fixtures::sign::<Test>(&fixtures::worker_key(seat), ctx.task_hash, attempt, payload).unwrap()
}

fn accuse_call(
	ctx: &TaskContext,
	seat: u8,
	dealer: &AccountId,
	digest: Digest,
	evidence: EvidenceBytes,
	at: BlockNumber,
) -> Call<Test> {
	let evidence = evidence_message(evidence).unwrap();
	let signature =
		signed(ctx, seat, MessageKind::Accuse, at, payload(&(dealer, &digest, &evidence)));
	let dealer = dealer.clone();
	Call::accuse { task: TASK, seat, dealer, digest, evidence, at, signature }
}

fn challenge_call(
	ctx: &TaskContext,
	seat: u8,
	dealer: &AccountId,
	digest: Digest,
	challenge: ChallengeMessage,
	at: BlockNumber,
) -> Call<Test> {
	let signature =
		signed(ctx, seat, MessageKind::Challenge, at, payload(&(dealer, &digest, &challenge)));
	let dealer = dealer.clone();
	Call::challenge { task: TASK, seat, dealer, digest, challenge, at, signature }
}

fn attest_call(
	ctx: &TaskContext,
	seat: u8,
	(dealt, excluded): (Digest, Digest),
	at: BlockNumber,
) -> Call<Test> {
	let signature = signed(ctx, seat, MessageKind::Attest, at, payload(&(dealt, excluded)));
	Call::attest { task: TASK, seat, dealt, excluded, at, signature }
}

fn commitment(accepted_set: Digest, seat: u8, share: &SecretShare) -> Digest {
	adjudicator::result_commitment(&accepted_set, seat, &fixtures::worker_key(seat).0, share)
}

fn commit_call(
	ctx: &TaskContext,
	seat: u8,
	accepted_set: Digest,
	commitment: Digest,
	at: BlockNumber,
) -> Call<Test> {
	let signature =
		signed(ctx, seat, MessageKind::Commit, at, payload(&(&accepted_set, &commitment)));
	Call::commit_result { task: TASK, seat, accepted_set, commitment, at, signature }
}

fn reveal_call(
	ctx: &TaskContext,
	seat: u8,
	accepted_set: Digest,
	share: &SecretShare,
	at: BlockNumber,
) -> Call<Test> {
	reveal_bytes_call(ctx, seat, accepted_set, share.to_bytes().to_vec(), at)
}

fn reveal_bytes_call(
	ctx: &TaskContext,
	seat: u8,
	accepted_set: Digest,
	share: Vec<u8>,
	at: BlockNumber,
) -> Call<Test> {
	let share = ResultShareBytes::try_from(share).unwrap();
	let signature = signed(ctx, seat, MessageKind::Reveal, at, payload(&(&accepted_set, &share)));
	Call::reveal_result { task: TASK, seat, accepted_set, share, at, signature }
}

/// The call was authorized and dispatched.
#[track_caller]
fn judged(applied: Applied) {
	assert_eq!(applied, Ok(Ok(())));
}

/// The call was not authorized, for this reason, and nothing changed.
#[track_caller]
fn refused(applied: impl FnOnce() -> Applied, error: Error<Test>) {
	let invalid = InvalidTransaction::Custom(error_index(&error));
	let expected = Err(TransactionValidityError::Invalid(invalid));
	assert_storage_noop!(assert_eq!(applied(), expected, "{error:?}"));
}

fn seat_state(seat: u8) -> SeatState {
	Seats::<Test>::get(TASK).unwrap()[usize::from(seat) - 1]
}

fn standing(index: u32) -> Standing {
	Dealings::<Test>::get(TASK, dealer_account(index)).unwrap().standing
}

fn event(event: Event<Test>) {
	System::assert_has_event(event.into());
}

/// What the incentives were told.
fn money() -> Vec<Money> {
	MoneyLog::get()
}
