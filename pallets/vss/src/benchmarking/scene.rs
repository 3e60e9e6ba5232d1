//! The task that benchmarks are about, and how far it is.

use super::memo::Memo;
use crate::{
	authorize::Attempt,
	fixtures::{self, dealer_account},
	types::{seat_index, Answer, Ephemerals},
	*,
};
use alloc::{format, vec, vec::Vec};
use codec::Encode;
use frame::benchmarking::prelude::*;
use ostraka_crypto::{messages::DealingBytes, vss::SecretShare, Scalar};
use ostraka_primitives::{
	fault::{DealerFault, ShareFault},
	message::{ChallengeMessage, EvidenceMessage, MessageKind, ResultShareBytes},
	spec::{Statistic, TaskSpec, MAX_LENGTH},
	task::{ResultVector, TaskResult, TaskStatus},
	traits::{Opening, Sharing, TaskView},
	AccountId, BlockNumber, Digest, TaskId, WorkerSignature, MAX_COMMITMENTS, MAX_COMMITTEE,
	MAX_PANEL, MAX_VALIDITY,
};
use ostraka_protocol::{
	adjudicator,
	statistics::{proof_length, relation},
	wire::{self, evidence_message},
	TaskContext, Version,
};
use sp_core::U256;

/// The task.
pub const TASK: TaskId = 1;
/// Seats of its committee.
pub const MEMBERS: u8 = MAX_COMMITTEE as u8;
/// Seats of its panel.
pub const VERIFIERS: u8 = MAX_PANEL as u8;
/// The largest threshold.
pub const MAX_THRESHOLD: u32 = MAX_COMMITMENTS - 1;
/// Kilobytes of the shares of the largest committee for a vector of one number.
pub const LEAST_KILOBYTES: u32 = 3;
/// The same for the longest vector, and of the longest proof.
pub const MOST_KILOBYTES: u32 = MAX_LENGTH + 2 + MAX_VALIDITY / 1024;
/// What [`proof_points`](crate::weights::proof_points) says of the shortest proofs.
pub const LEAST_POINTS: u32 = 13;
/// Points of a proof in nearly the most rows of the greatest length that a spec asks for.
pub const MOST_POINTS: u32 = 620;
/// Kilobytes of the longest proof that a message carries.
pub const MOST_PROOF_KILOBYTES: u32 = MAX_VALIDITY / 1024;
/// Columns of a regression whose vector is as long as any.
const COLUMNS: u32 = 20;
/// Sizes of [`regression`] and of [`mean`].
const SIZES: u32 = 94;
/// The block in which everything happens.
pub const NOW: BlockNumber = 100;
/// Far ahead.
pub const UNTIL: BlockNumber = 1_000;
/// What is wrong with a dealing that seat 1 accuses.
pub const FAULTS: [(u8, DealerFault); 1] = [(1, DealerFault::WrongShare)];

static SPECS: Memo<TaskSpec> = Memo::new();
static DEALINGS: Memo<DealingBytes> = Memo::new();
static EVIDENCE: Memo<EvidenceMessage> = Memo::new();
static SHARES: Memo<SecretShare> = Memo::new();

/// For what a benchmark sets up itself.
pub fn broken<E>(_: E) -> BenchmarkError {
	BenchmarkError::Stop("the set-up does not work")
}

/// A statistic of so many columns and perhaps a target, whose dealers prove more, the larger its size: ranges of ever more
/// rows, then of ever larger numbers.
fn sized(statistic: Statistic, columns: u32, has_target: bool, size: u32) -> TaskSpec {
	let (bits_of_rows, width) = if size < 32 { (size + 1, 0) } else { (32, size - 31) };
	let bound = 1i64 << width;
	let column = |number: u32| fixtures::column(&format!("x{number}"), -bound, bound);
	TaskSpec {
		statistic,
		columns: (0..columns).map(column).collect::<Vec<_>>().try_into().unwrap_or_default(),
		target: has_target.then(|| column(columns)),
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: None,
		max_rows: u32::MAX >> (32 - bits_of_rows),
	}
}

/// The statistic with the least to prove of a column's range.
fn mean(size: u32) -> TaskSpec {
	sized(Statistic::Mean, 1, false, size)
}

/// Of all statistics it has the most to prove.
fn regression(columns: u32, size: u32) -> TaskSpec {
	sized(Statistic::Regression, columns, true, size)
}

/// Points of the proofs of a task, none if it has no proofs.
fn points_of(spec: &TaskSpec) -> u32 {
	relation(spec).map_or(0, |relation| relation.layout().points() as u32)
}

/// The first of these sizes whose proofs have so many points.
fn first_with(points: u32, of: impl Fn(u32) -> TaskSpec) -> Option<TaskSpec> {
	if points_of(&of(SIZES - 1)) < points {
		return None;
	}
	let sizes: Vec<u32> = (0..SIZES).collect();
	let size = sizes.partition_point(|size| points_of(&of(*size)) < points) as u32;
	Some(of(size.min(SIZES - 1)))
}

/// The smallest spec whose proofs have at least so many points: a mean, or a regression of as few columns as have them.
fn spec_of_proof(points: u32) -> Result<TaskSpec, BenchmarkError> {
	SPECS.get_or(points, || {
		first_with(points, mean)
			.or_else(|| {
				let of = |columns| first_with(points, |size| regression(columns, size));
				(1..=COLUMNS).find_map(of)
			})
			.ok_or(BenchmarkError::Stop("no proof has so many points"))
	})
}

/// A task as a benchmark needs it, with one dealer, who accepted.
pub struct Scene {
	view: TaskView,
	spec: TaskSpec,
	/// What everybody knows of it.
	pub ctx: TaskContext,
	/// The dealer.
	pub dealer: AccountId,
}

impl Scene {
	/// A task that collects.
	pub fn new<T: Config>(t: u32, length: u32) -> Self {
		Self::of::<T>(t, fixtures::spec(length), fixtures::proof_length(length))
	}

	/// One whose proofs have so many points, or some more.
	pub fn proven<T: Config>(t: u32, points: u32) -> Result<Self, BenchmarkError> {
		let spec = spec_of_proof(points)?;
		let proof_length = proof_length(&spec).map_err(broken)?;
		Ok(Self::of::<T>(t, spec, proof_length))
	}

	/// One that asks for proofs of so many bytes, whatever there is to prove: none of them holds.
	pub fn with_proof_length<T: Config>(t: u32, length: u32, proof_length: u32) -> Self {
		Self::of::<T>(t, fixtures::spec(length), proof_length)
	}

	fn of<T: Config>(t: u32, spec: TaskSpec, proof_length: u32) -> Self {
		frame_system::Pallet::<T>::set_block_number(NOW.into());
		let (threshold, length) = (t as u8, spec.length());
		let view = TaskView {
			protocol: Version::CURRENT.number(),
			task_hash: [7; 32],
			threshold,
			length,
			proof_length,
			accepted: 1,
			status: TaskStatus::Collecting { first_by: UNTIL, until: UNTIL },
			committee: fixtures::committee(MEMBERS),
			panel: fixtures::panel(MEMBERS, VERIFIERS),
			recipient: None,
		};
		let ctx = wire::context_of(
			Version::CURRENT,
			view.task_hash,
			threshold,
			length,
			proof_length,
			wire::seal_keys(&view.committee),
			view.recipient.as_ref(),
		);
		let scene = Self { ctx, view, spec, dealer: dealer_account(0) };
		scene.store::<T>();
		let (seats, verifiers, recipient) = (MEMBERS + VERIFIERS, VERIFIERS, None);
		Pallet::<T>::open(TASK, &Opening { threshold, seats, verifiers, recipient });
		scene
	}

	/// Puts it into the book.
	pub fn store<T: Config>(&self) {
		let dealers = core::slice::from_ref(&self.dealer);
		T::BenchmarkHelper::set_task(TASK, &self.view, &self.spec, dealers);
	}

	/// Moves it into a state.
	pub fn enter<T: Config>(&mut self, status: TaskStatus) {
		self.view.status = status;
		self.store::<T>();
	}

	/// Deals, with these faults.
	pub fn deal<T: Config>(
		&self,
		faults: &[(u8, DealerFault)],
	) -> Result<DealingBytes, BenchmarkError> {
		let dealing = self.made(("faulty", faults), || {
			let input = fixtures::input(self.ctx.length(), 1);
			fixtures::faulty_dealing(&self.ctx, &self.dealer, &input, faults, 1).map_err(broken)
		})?;
		self.send::<T>(&dealing)?;
		Ok(dealing)
	}

	/// A dealing with bytes in place of a proof, as many as the task asks for.
	pub fn without_proof(&self) -> Result<DealingBytes, BenchmarkError> {
		self.made("without proof", || {
			let input = fixtures::input(self.ctx.length(), 1);
			let proof = vec![7; self.view.proof_length as usize];
			fixtures::dealing_with_proof(&self.ctx, &self.dealer, &input, proof, 1).map_err(broken)
		})
	}

	/// A dealing of this scene, made once.
	fn made(
		&self,
		what: impl Encode,
		make: impl FnOnce() -> Result<DealingBytes, BenchmarkError>,
	) -> Result<DealingBytes, BenchmarkError> {
		let TaskView { threshold, proof_length, .. } = self.view;
		DEALINGS.get_or((threshold, &self.spec, proof_length, what), make)
	}

	/// The digest of a dealing, once it is dealt, and its challenge.
	pub fn challenge_of<T: Config>(
		&self,
		dealing: &DealingBytes,
	) -> Result<(Digest, ChallengeMessage), BenchmarkError> {
		self.send::<T>(dealing)?;
		let digest = dealing.digest(&self.ctx.task_hash, self.dealer.as_ref());
		Ok((digest, fixtures::challenge(dealing).map_err(broken)?))
	}

	fn send<T: Config>(&self, dealing: &DealingBytes) -> Result<(), BenchmarkError> {
		let message = fixtures::message(dealing.clone()).map_err(broken)?;
		let origin = RawOrigin::Signed(self.dealer.clone()).into();
		Pallet::<T>::deal(origin, TASK, self.ctx.task_hash, message).map_err(broken)
	}

	/// Deals zeros with a proof that holds or, at the very end of its check, does not. Returns the dealing's digest, and its
	/// challenge.
	pub fn deal_proven<T: Config>(
		&self,
		holds: bool,
	) -> Result<(Digest, ChallengeMessage), BenchmarkError> {
		let dealing = self.made(("proven", holds), || {
			let relation = fixtures::relation(&self.spec).map_err(broken)?;
			fixtures::proven_dealing(&self.ctx, &relation, &self.dealer, holds, 1).map_err(broken)
		})?;
		self.challenge_of::<T>(&dealing)
	}

	/// Seat 1's evidence about a dealing, after the dealing's digest.
	pub fn evidence(
		&self,
		dealing: &DealingBytes,
	) -> Result<(Digest, EvidenceMessage), BenchmarkError> {
		let digest = dealing.digest(&self.ctx.task_hash, self.dealer.as_ref());
		let evidence = EVIDENCE.get_or(digest, || {
			let secret = fixtures::seal_secret(1);
			let evidence = fixtures::evidence(&self.ctx, 1, &self.dealer, dealing, &secret, 1);
			evidence_message(evidence.map_err(broken)?).ok_or(BenchmarkError::Weightless)
		})?;
		Ok((digest, evidence))
	}

	/// Dealing is over: all of committee and panel have attested but these seats.
	pub fn verify<T: Config>(&mut self, silent: &[u8]) {
		// The helper's neighbours may have moved the task on when its last dealing came in.
		self.enter::<T>(TaskStatus::Verifying { until: UNTIL });
		set_seats::<T>(|seat, state| state.attested = !silent.contains(&seat));
	}

	/// Freezes the accepted set; returns `h_A`.
	pub fn freeze<T: Config>(&mut self) -> Result<Digest, BenchmarkError> {
		self.verify::<T>(&[]);
		Pallet::<T>::freeze(TASK);
		self.enter::<T>(TaskStatus::Committing { frozen_at: NOW, until: UNTIL });
		Pallet::<T>::accepted_set(TASK).ok_or(BenchmarkError::Weightless)
	}

	/// Freezes, and goes on until the result is out and only seat 1 is waited for.
	pub fn await_first<T: Config>(&mut self) -> Result<(), BenchmarkError> {
		let accepted_set = self.freeze::<T>()?;
		self.enter::<T>(TaskStatus::Revealing { until: UNTIL });
		set_members::<T>(|seat, state| {
			state.commitment = Some([1; 32]);
			state.answer = (seat > 1).then_some(Answer::Right);
		});
		self.publish::<T>(accepted_set)
	}

	/// Puts a result there, over the one dealing. What it is does not matter, only that there is one.
	pub fn publish<T: Config>(&self, accepted_set: Digest) -> Result<(), BenchmarkError> {
		let vector = ResultVector::try_from(vec![U256::zero(); self.ctx.length()]);
		let result = TaskResult {
			accepted_set,
			dealers: 1,
			commitment: [0; 96],
			vector: vector.map_err(broken)?,
			blinding: [0; 32],
			panel: MAX_PANEL,
			attested: MAX_PANEL,
			disproven: 0,
			sealed_to: None,
		};
		Results::<T>::insert(TASK, result);
		Ok(())
	}

	/// A seat's result share over this dealing.
	pub fn share(&self, seat: u8, dealing: &DealingBytes) -> Result<SecretShare, BenchmarkError> {
		let digest = dealing.digest(&self.ctx.task_hash, self.dealer.as_ref());
		SHARES.get_or((digest, seat), || {
			let dealings = [(self.dealer.clone(), dealing.clone())];
			fixtures::result_share(&self.ctx, seat, &dealings).map_err(broken)
		})
	}

	/// The commitment to it.
	pub fn commitment(&self, accepted_set: &Digest, seat: u8, share: &SecretShare) -> Digest {
		let worker = fixtures::worker_key(seat).0;
		adjudicator::result_commitment(accepted_set, seat, &worker, share)
	}

	/// Revealing: all have committed, and `right` right shares are in already. Returns `h_A` and the share of the next
	/// seat, as the call takes it: what it committed to, whether that `fits` the aggregate or not.
	pub fn reveal<T: Config>(
		&mut self,
		right: u8,
		fits: bool,
	) -> Result<(Digest, ResultShareBytes), BenchmarkError> {
		let dealing = self.deal::<T>(&[])?;
		let accepted_set = self.freeze::<T>()?;
		let mut share = self.share(right + 1, &dealing)?;
		if !fits {
			share.blinding += Scalar::from(1u8);
		}
		let commitment = self.commitment(&accepted_set, right + 1, &share);
		set_members::<T>(|_, state| state.commitment = Some([1; 32]));
		set_members::<T>(|seat, state| {
			if seat == right + 1 {
				state.commitment = Some(commitment);
			}
		});
		self.enter::<T>(TaskStatus::Revealing { until: UNTIL });
		// The first `t` are known to be right; only the one that publishes the result goes through the call.
		for seat in 1..=right {
			let share = as_bytes(&self.share(seat, &dealing)?)?;
			let deciding = seat > self.view.threshold;
			set_members::<T>(|of, state| {
				if of == seat {
					state.commitment = None;
					state.answer = (!deciding).then_some(Answer::Right);
				}
			});
			if deciding {
				Pallet::<T>::do_reveal_result(TASK, seat, accepted_set, share).map_err(broken)?;
			} else {
				RightShares::<T>::insert(TASK, seat, share);
			}
		}
		Ok((accepted_set, as_bytes(&share)?))
	}

	/// A seat's signature under a call.
	pub fn sign<T: Config>(
		&self,
		seat: u8,
		kind: MessageKind,
		payload: Digest,
	) -> Result<WorkerSignature, BenchmarkError> {
		let attempt = Attempt { task: TASK, seat, kind, at: NOW };
		let key = fixtures::worker_key(seat);
		fixtures::sign::<T>(&key, self.ctx.task_hash, attempt, payload)
			.ok_or(BenchmarkError::Stop("the keystore does not sign"))
	}
}

/// A share as the call takes it.
pub fn as_bytes(share: &SecretShare) -> Result<ResultShareBytes, BenchmarkError> {
	share.to_bytes().to_vec().try_into().map_err(broken)
}

/// What an attestation names: the running hashes of the task's dealings, and of those excluded.
pub fn named<T: Config>() -> Result<(Digest, Digest), BenchmarkError> {
	let state = Sharings::<T>::get(TASK).ok_or(BenchmarkError::Weightless)?;
	Ok((state.dealt, state.excluded_hash))
}

/// So many `R` were used already, by dealings of nobody's.
pub fn fill_ephemerals<T: Config>(count: u32) {
	let used = (0..count).map(|number| u128::from(number).to_le_bytes()).collect();
	UsedEphemerals::<T>::insert(TASK, Ephemerals::truncate_from(used));
}

/// Changes the states of all seats.
pub fn set_seats<T: Config>(mut change: impl FnMut(u8, &mut SeatState)) {
	Seats::<T>::mutate(TASK, |seats| {
		for (seat, state) in (1u8..).zip(seats.iter_mut().flatten()) {
			change(seat, state);
		}
	});
}

/// Changes those of the committee.
pub fn set_members<T: Config>(mut change: impl FnMut(u8, &mut SeatState)) {
	set_seats::<T>(|seat, state| {
		if seat <= MEMBERS {
			change(seat, state);
		}
	});
}

/// All members but one have revealed, wrong shares.
pub fn answer_others<T: Config>(seat: u8) {
	set_members::<T>(|of, state| {
		if of != seat {
			state.answer = Some(Answer::Wrong(ShareFault::DoesNotFit));
		}
	});
}

/// A seat's state.
pub fn seat_state<T: Config>(seat: u8) -> SeatState {
	let seats = Seats::<T>::get(TASK).unwrap_or_default();
	seat_index(seat).and_then(|index| seats.get(index).copied()).unwrap_or_default()
}
