//! Benchmarks. Dealings, evidence and shares are real, committees are the largest, and whatever a call reads is as long as
//! it can be: agenda and selection are full, and members hold all the seats that they can.
//!
//! Each call meets its dearest case: a dealing is the last one awaited, a message of a member is the one that the phase
//! waits for. Where cases differ in kind, each has a benchmark, and the call weighs as much as the dearest:
//!
//! | accusation | touches the aggregate | punishes | moves the task on |
//! |---|---|---|---|
//! | `accuse`: right, in time | yes | the dealer | no |
//! | `accuse_late`: right, after the freeze | no | the dealer | yes |
//! | `accuse_false`: false, after the freeze | no | the member, out of selection | yes |
//!
//! | result share | before the result: multiplied out | after it: read with all that are kept |
//! |---|---|---|
//! | right | `reveal_result_checked`, `.._deciding` | `reveal_result_later` |
//! | wrong: punishes the member, out of selection | `reveal_result_wrong` | `reveal_result_wrong_later` |
//!
//! State is measured, not counted by its bounds: aggregate, committee and shares grow with the components.

use crate::{
	authorize::{payload, Attempt},
	fixtures::{self, dealer_account},
	types::{seat_index, Answer},
	*,
};
use alloc::vec;
use frame::{benchmarking::prelude::*, traits::Authorize};
use ostraka_crypto::{messages::DealingBytes, vss::SecretShare, Scalar};
use ostraka_primitives::{
	fault::{DealerFault, ShareFault},
	message::{EvidenceMessage, MessageKind, ResultShareBytes},
	spec::MAX_LENGTH,
	task::{ResultVector, TaskResult, TaskStatus},
	traits::{Sharing, TaskView},
	AccountId, BlockNumber, Digest, TaskId, WorkerSignature, MAX_COMMITMENTS, MAX_COMMITTEE,
	MAX_DEALERS,
};
use ostraka_protocol::{
	adjudicator,
	wire::{self, evidence_message},
	TaskContext, Version,
};
use sp_core::U256;

const TASK: TaskId = 1;
const SEATS: u8 = MAX_COMMITTEE as u8;
const MAX_THRESHOLD: u32 = MAX_COMMITMENTS - 1;
/// Kilobytes of the shares of the largest committee for a vector of one number, and for the longest.
const LEAST_KILOBYTES: u32 = 3;
const MOST_KILOBYTES: u32 = MAX_LENGTH + 2;
/// The block in which everything happens.
const NOW: BlockNumber = 100;
/// Far ahead.
const UNTIL: BlockNumber = 1_000;
/// What is wrong with a dealing that seat 1 accuses.
const FAULTS: [(u8, DealerFault); 1] = [(1, DealerFault::WrongShare)];

fn broken<E>(_: E) -> BenchmarkError {
	BenchmarkError::Stop("the set-up does not work")
}

/// A task as a benchmark needs it, with one dealer, who accepted.
struct Scene {
	view: TaskView,
	ctx: TaskContext,
	dealer: AccountId,
}

impl Scene {
	/// A task that collects.
	fn new<T: Config>(t: u32, length: u32) -> Self {
		frame_system::Pallet::<T>::set_block_number(NOW.into());
		let threshold = t as u8;
		let view = TaskView {
			protocol: Version::CURRENT.number(),
			task_hash: [7; 32],
			threshold,
			length,
			accepted: 1,
			status: TaskStatus::Collecting { first_by: UNTIL, until: UNTIL },
			committee: fixtures::committee(SEATS),
		};
		let ctx = wire::context_of(
			Version::CURRENT,
			view.task_hash,
			threshold,
			length,
			wire::seal_keys(&view.committee),
		);
		let scene = Self { ctx, view, dealer: dealer_account(0) };
		scene.store::<T>();
		Pallet::<T>::open(TASK, threshold, SEATS);
		scene
	}

	fn store<T: Config>(&self) {
		T::BenchmarkHelper::set_task(TASK, &self.view, core::slice::from_ref(&self.dealer));
	}

	fn enter<T: Config>(&mut self, status: TaskStatus) {
		self.view.status = status;
		self.store::<T>();
	}

	/// Deals, with these faults.
	fn deal<T: Config>(
		&self,
		faults: &[(u8, DealerFault)],
	) -> Result<DealingBytes, BenchmarkError> {
		let input = fixtures::input(self.ctx.length(), 1);
		let dealing =
			fixtures::faulty_dealing(&self.ctx, &self.dealer, &input, faults, 1).map_err(broken)?;
		let message = fixtures::message(dealing.clone()).map_err(broken)?;
		let origin = RawOrigin::Signed(self.dealer.clone()).into();
		Pallet::<T>::deal(origin, TASK, self.ctx.task_hash, message).map_err(broken)?;
		Ok(dealing)
	}

	/// Seat 1's evidence about a dealing, after the dealing's digest.
	fn evidence(
		&self,
		dealing: &DealingBytes,
	) -> Result<(Digest, EvidenceMessage), BenchmarkError> {
		let secret = fixtures::seal_secret(1);
		let evidence =
			fixtures::evidence(&self.ctx, 1, &self.dealer, dealing, &secret, 1).map_err(broken)?;
		let digest = dealing.digest(&self.ctx.task_hash, self.dealer.as_ref());
		let evidence = evidence_message(evidence).ok_or(BenchmarkError::Weightless)?;
		Ok((digest, evidence))
	}

	/// Freezes the accepted set; answers `h_A`.
	fn freeze<T: Config>(&mut self) -> Result<Digest, BenchmarkError> {
		// The helper's neighbours may have moved the task on when its last dealing came in.
		self.enter::<T>(TaskStatus::Verifying { until: UNTIL });
		Pallet::<T>::freeze(TASK);
		self.enter::<T>(TaskStatus::Committing { frozen_at: NOW, until: UNTIL });
		Pallet::<T>::accepted_set(TASK).ok_or(BenchmarkError::Weightless)
	}

	/// Freezes, and goes on until the result is out and only seat 1 is waited for.
	fn await_first<T: Config>(&mut self) -> Result<(), BenchmarkError> {
		let accepted_set = self.freeze::<T>()?;
		self.enter::<T>(TaskStatus::Revealing { until: UNTIL });
		set_seats::<T>(|seat, state| {
			state.commitment = Some([1; 32]);
			state.answer = (seat > 1).then_some(Answer::Right);
		});
		// Only whether there is one matters.
		let vector = ResultVector::try_from(vec![U256::zero(); self.ctx.length()]);
		let result = TaskResult {
			accepted_set,
			dealers: 1,
			commitment: [0; 96],
			vector: vector.map_err(broken)?,
			blinding: [0; 32],
		};
		Results::<T>::insert(TASK, result);
		Ok(())
	}

	fn share(&self, seat: u8, dealing: &DealingBytes) -> Result<SecretShare, BenchmarkError> {
		let dealings = [(self.dealer.clone(), dealing.clone())];
		fixtures::result_share(&self.ctx, seat, &dealings).map_err(broken)
	}

	fn commitment(&self, accepted_set: &Digest, seat: u8, share: &SecretShare) -> Digest {
		let worker = fixtures::worker_key(seat).0;
		adjudicator::result_commitment(accepted_set, seat, &worker, share)
	}

	/// Revealing: all have committed, and `right` right shares are in already. Answers `h_A` and the share of the next
	/// seat, as the call takes it: what it committed to, whether that `fits` the aggregate or not.
	fn reveal<T: Config>(
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
		set_seats::<T>(|_, state| state.commitment = Some([1; 32]));
		set_seats::<T>(|seat, state| {
			if seat == right + 1 {
				state.commitment = Some(commitment);
			}
		});
		self.enter::<T>(TaskStatus::Revealing { until: UNTIL });
		// The first `t` are known to be right; only the one that publishes the result goes through the call.
		for seat in 1..=right {
			let share = as_bytes(&self.share(seat, &dealing)?)?;
			let deciding = seat > self.view.threshold;
			set_seats::<T>(|of, state| {
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

	fn sign<T: Config>(
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

fn as_bytes(share: &SecretShare) -> Result<ResultShareBytes, BenchmarkError> {
	share.to_bytes().to_vec().try_into().map_err(broken)
}

fn set_seats<T: Config>(mut change: impl FnMut(u8, &mut SeatState)) {
	Seats::<T>::mutate(TASK, |seats| {
		for (seat, state) in (1u8..).zip(seats.iter_mut().flatten()) {
			change(seat, state);
		}
	});
}

/// All seats but one have revealed, wrong shares.
fn answer_others<T: Config>(seat: u8) {
	set_seats::<T>(|of, state| {
		if of != seat {
			state.answer = Some(Answer::Wrong(ShareFault::DoesNotFit));
		}
	});
}

fn seat_state<T: Config>(seat: u8) -> SeatState {
	let seats = Seats::<T>::get(TASK).unwrap_or_default();
	seat_index(seat).and_then(|index| seats.get(index).copied()).unwrap_or_default()
}

fn authorized<T: Config>(call: Call<T>) -> Result<(), BenchmarkError>
where
	<T as frame_system::Config>::RuntimeCall: From<Call<T>>,
{
	let call = <T as frame_system::Config>::RuntimeCall::from(call);
	call.authorize(TransactionSource::InBlock)
		.ok_or(BenchmarkError::Stop("not an authorized call"))?
		.map_err(|_| BenchmarkError::Stop("not authorized"))?;
	Ok(())
}

#[benchmarks(where <T as frame_system::Config>::RuntimeCall: From<Call<T>>)]
mod benchmarks {
	use super::*;

	#[benchmark(pov_mode = Measured)]
	fn deal(
		t: Linear<1, MAX_THRESHOLD>,
		k: Linear<LEAST_KILOBYTES, MOST_KILOBYTES>,
	) -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>(t, k - 2);
		let input = fixtures::input(scene.ctx.length(), 1);
		let dealing = fixtures::dealing(&scene.ctx, &scene.dealer, &input, 1).map_err(broken)?;
		let message = fixtures::message(dealing).map_err(broken)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(scene.dealer.clone()), TASK, scene.ctx.task_hash, message);

		assert_eq!(Pallet::<T>::counters(TASK).dealings, 1);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn accuse(l: Linear<1, MAX_LENGTH>, t: Linear<1, MAX_THRESHOLD>) -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>(t, l);
		let dealing = scene.deal::<T>(&FAULTS)?;
		let (digest, evidence) = scene.evidence(&dealing)?;
		let (dealer, none) = (scene.dealer.clone(), WorkerSignature::default());

		#[extrinsic_call]
		_(RawOrigin::Authorized, TASK, 1, dealer, digest, evidence, NOW, none);

		assert_eq!(Pallet::<T>::counters(TASK).excluded, 1);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn accuse_late(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let dealing = scene.deal::<T>(&FAULTS)?;
		let (digest, evidence) = scene.evidence(&dealing)?;
		scene.await_first::<T>()?;
		let (dealer, none) = (scene.dealer.clone(), WorkerSignature::default());

		#[extrinsic_call]
		accuse(RawOrigin::Authorized, TASK, 1, dealer, digest, evidence, NOW, none);

		assert!(seat_state::<T>(1).excused);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn accuse_false(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let dealing = scene.deal::<T>(&[])?;
		let (digest, evidence) = scene.evidence(&dealing)?;
		scene.await_first::<T>()?;
		let (dealer, none) = (scene.dealer.clone(), WorkerSignature::default());

		#[extrinsic_call]
		accuse(RawOrigin::Authorized, TASK, 1, dealer, digest, evidence, NOW, none);

		assert!(seat_state::<T>(1).accused_falsely);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn commit_result() -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(MAX_THRESHOLD, 1);
		scene.deal::<T>(&[])?;
		let accepted_set = scene.freeze::<T>()?;
		set_seats::<T>(|seat, state| state.commitment = (seat > 1).then_some([1; 32]));
		let none = WorkerSignature::default();

		#[extrinsic_call]
		_(RawOrigin::Authorized, TASK, 1, accepted_set, [1; 32], NOW, none);

		assert_eq!(Pallet::<T>::counters(TASK).committed, MAX_COMMITTEE);
		Ok(())
	}

	/// The last seat to answer brings the first right share: the task fails.
	#[benchmark(pov_mode = Measured)]
	fn reveal_result_checked(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let (accepted_set, share) = scene.reveal::<T>(0, true)?;
		answer_others::<T>(1);
		let none = WorkerSignature::default();

		#[extrinsic_call]
		reveal_result(RawOrigin::Authorized, TASK, 1, accepted_set, share, NOW, none);

		assert_eq!(Pallet::<T>::counters(TASK).right_shares, 1);
		Ok(())
	}

	/// The last seat to answer brings a wrong share, as all others did.
	#[benchmark(pov_mode = Measured)]
	fn reveal_result_wrong(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let (accepted_set, share) = scene.reveal::<T>(0, false)?;
		answer_others::<T>(1);
		let none = WorkerSignature::default();

		#[extrinsic_call]
		reveal_result(RawOrigin::Authorized, TASK, 1, accepted_set, share, NOW, none);

		assert!(seat_state::<T>(1).is_convicted());
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn reveal_result_deciding(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let seat = t as u8 + 1;
		let (accepted_set, share) = scene.reveal::<T>(t as u8, true)?;
		// Nobody else is waited for, so that the task book is told.
		set_seats::<T>(|of, state| state.excused = of > seat);
		let none = WorkerSignature::default();

		#[extrinsic_call]
		reveal_result(RawOrigin::Authorized, TASK, seat, accepted_set, share, NOW, none);

		assert!(Pallet::<T>::has_result(TASK));
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn reveal_result_later(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let seat = t as u8 + 2;
		let (accepted_set, share) = scene.reveal::<T>(seat - 1, true)?;
		set_seats::<T>(|of, state| state.excused = of > seat);
		let none = WorkerSignature::default();

		#[extrinsic_call]
		reveal_result(RawOrigin::Authorized, TASK, seat, accepted_set, share, NOW, none);

		assert_eq!(Pallet::<T>::counters(TASK).right_shares, u32::from(seat));
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn reveal_result_wrong_later(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let seat = t as u8 + 2;
		let (accepted_set, share) = scene.reveal::<T>(seat - 1, false)?;
		set_seats::<T>(|of, state| state.excused = of > seat);
		let none = WorkerSignature::default();

		#[extrinsic_call]
		reveal_result(RawOrigin::Authorized, TASK, seat, accepted_set, share, NOW, none);

		assert!(seat_state::<T>(seat).is_convicted());
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn authorize_accuse(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let dealing = scene.deal::<T>(&FAULTS)?;
		let (digest, evidence) = scene.evidence(&dealing)?;
		// The members' states are longer than in time.
		scene.await_first::<T>()?;
		let dealer = scene.dealer.clone();
		let payload = payload(&(&dealer, &digest, &evidence));
		let signature = scene.sign::<T>(1, MessageKind::Accuse, payload)?;
		let call =
			Call::accuse { task: TASK, seat: 1, dealer, digest, evidence, at: NOW, signature };

		#[block]
		{
			authorized::<T>(call)?;
		}

		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn authorize_commit_result() -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(MAX_THRESHOLD, 1);
		scene.deal::<T>(&[])?;
		let accepted_set = scene.freeze::<T>()?;
		set_seats::<T>(|seat, state| state.commitment = (seat > 1).then_some([1; 32]));
		let commitment = [1; 32];
		let payload = payload(&(&accepted_set, &commitment));
		let signature = scene.sign::<T>(1, MessageKind::Commit, payload)?;
		let call = Call::commit_result {
			task: TASK,
			seat: 1,
			accepted_set,
			commitment,
			at: NOW,
			signature,
		};

		#[block]
		{
			authorized::<T>(call)?;
		}

		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn authorize_reveal_result(l: Linear<1, MAX_LENGTH>) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(MAX_THRESHOLD, l);
		let (accepted_set, share) = scene.reveal::<T>(0, true)?;
		answer_others::<T>(1);
		let payload = payload(&(&accepted_set, &share));
		let signature = scene.sign::<T>(1, MessageKind::Reveal, payload)?;
		let call =
			Call::reveal_result { task: TASK, seat: 1, accepted_set, share, at: NOW, signature };

		#[block]
		{
			authorized::<T>(call)?;
		}

		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn freeze(d: Linear<1, MAX_DEALERS>) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(MAX_THRESHOLD, 1);
		scene.enter::<T>(TaskStatus::Verifying { until: UNTIL });
		for index in 0..d {
			insert_dealing::<T>(&dealer_account(index), index);
		}

		#[block]
		{
			Pallet::<T>::do_freeze(TASK);
		}

		assert!(Pallet::<T>::accepted_set(TASK).is_some());
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn settle_dealing() -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>(MAX_THRESHOLD, 1);
		// The deposit is on hold since the dealer accepted.
		scene.deal::<T>(&[])?;
		let found;

		#[block]
		{
			found = Pallet::<T>::settle_dealing(TASK, true, 1);
		}

		assert!(found);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn settle_task() -> Result<(), BenchmarkError> {
		Scene::new::<T>(MAX_THRESHOLD, MAX_LENGTH);
		let share = as_bytes(&SecretShare::zero(MAX_LENGTH as usize))?;
		for seat in 1..=MAX_COMMITMENTS as u8 {
			RightShares::<T>::insert(TASK, seat, share.clone());
		}
		set_seats::<T>(|seat, state| {
			state.commitment = Some([1; 32]);
			let kept = seat_index(seat).is_some_and(|index| index < MAX_COMMITMENTS as usize);
			state.answer = kept.then_some(Answer::Right);
		});

		#[block]
		{
			Pallet::<T>::free_task(TASK);
		}

		assert!(!Sharings::<T>::contains_key(TASK));
		assert_eq!(RightShares::<T>::iter_prefix(TASK).count(), 0);
		Ok(())
	}

	/// A dealing without commitments: the freeze does not look at them.
	fn insert_dealing<T: Config>(dealer: &AccountId, index: u32) {
		let digest = sp_io::hashing::sha2_256(&index.to_le_bytes());
		let record =
			DealingRecord { digest, ephemeral: digest, block: NOW, standing: Standing::Accepted };
		Dealings::<T>::insert(TASK, dealer, record);
		UsedEphemerals::<T>::insert(TASK, digest, ());
		Sharings::<T>::mutate(TASK, |state| {
			if let Some(state) = state {
				state.dealings += 1;
			}
		});
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
