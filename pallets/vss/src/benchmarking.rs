//! Benchmarks. Dealings, evidence and shares are real, committees are the largest, and each call meets its dearest case:
//! a dealing is the last one invited, an accusation convicts its dealer and excludes the dealing, a message about a
//! result share is the one that the phase waits for.
//!
//! State is measured, not counted by its bounds: aggregate, committee and shares grow with the components.

use crate::{
	authorize::{payload, Attempt},
	fixtures::{self, dealer_account, Corruption},
	types::{evidence_message, seat_index, task_context, Answer, DealingRecord, Standing},
	*,
};
use alloc::vec::Vec;
use frame::{benchmarking::prelude::*, traits::Authorize};
use ostraka_crypto::{messages::DealingBytes, vss::SecretShare};
use ostraka_primitives::{
	message::{EvidenceMessage, MessageKind, ResultShareBytes},
	spec::MAX_LENGTH,
	task::TaskStatus,
	traits::{Sharing, TaskView},
	AccountId, BlockNumber, Digest, TaskId, WorkerSignature, MAX_COMMITMENTS, MAX_COMMITTEE,
	MAX_DEALERS,
};
use ostraka_protocol::{adjudicator, TaskContext};

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

fn broken<E>(_: E) -> BenchmarkError {
	BenchmarkError::Stop("the set-up does not work")
}

/// A task as a benchmark needs it, with one invited dealer.
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
			task_hash: [7; 32],
			threshold,
			length,
			invited: 1,
			status: TaskStatus::Collecting { until: UNTIL },
			committee: fixtures::committee(SEATS),
		};
		let scene = Self { ctx: task_context(&view), view, dealer: dealer_account(0) };
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

	fn input(&self) -> Vec<ostraka_crypto::Scalar> {
		fixtures::input(self.ctx.length(), 1)
	}

	fn deal<T: Config>(&self, dealing: &DealingBytes) -> Result<(), BenchmarkError> {
		let message = fixtures::message(dealing.clone()).map_err(broken)?;
		let origin = RawOrigin::Signed(self.dealer.clone()).into();
		Pallet::<T>::deal(origin, TASK, self.ctx.task_hash, message).map_err(broken)
	}

	/// Deals; seat 1 got a wrong share and accuses.
	fn accusation<T: Config>(&self) -> Result<(Digest, EvidenceMessage), BenchmarkError> {
		let corruption = [Corruption::WrongShare(1)];
		let dealing =
			fixtures::corrupt_dealing(&self.ctx, &self.dealer, &self.input(), &corruption, 1)
				.map_err(broken)?;
		self.deal::<T>(&dealing)?;
		let secret = fixtures::seal_secret(1);
		let evidence =
			fixtures::evidence(&self.ctx, 1, &self.dealer, &dealing, &secret, 1).map_err(broken)?;
		let digest = dealing.digest(&self.ctx.task_hash, self.dealer.as_ref());
		let evidence = evidence_message(evidence).ok_or(BenchmarkError::Weightless)?;
		Ok((digest, evidence))
	}

	/// Deals and freezes; answers `h_A` and the dealing.
	fn freeze<T: Config>(&mut self) -> Result<(Digest, DealingBytes), BenchmarkError> {
		let dealing =
			fixtures::dealing(&self.ctx, &self.dealer, &self.input(), 1).map_err(broken)?;
		self.deal::<T>(&dealing)?;
		// The helper's neighbours may have moved the task on when its last dealing came in.
		self.enter::<T>(TaskStatus::Verifying { until: UNTIL });
		Pallet::<T>::freeze(TASK);
		self.enter::<T>(TaskStatus::Committing { frozen_at: NOW, until: UNTIL });
		let accepted_set = Pallet::<T>::accepted_set(TASK).ok_or(BenchmarkError::Weightless)?;
		Ok((accepted_set, dealing))
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
	/// seat, as the call takes it.
	fn reveal<T: Config>(
		&mut self,
		right: u8,
	) -> Result<(Digest, ResultShareBytes), BenchmarkError> {
		let (accepted_set, dealing) = self.freeze::<T>()?;
		let share = self.share(right + 1, &dealing)?;
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
		let dealing =
			fixtures::dealing(&scene.ctx, &scene.dealer, &scene.input(), 1).map_err(broken)?;
		let message = fixtures::message(dealing).map_err(broken)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(scene.dealer.clone()), TASK, scene.ctx.task_hash, message);

		assert_eq!(Pallet::<T>::counters(TASK).dealings, 1);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn accuse(l: Linear<1, MAX_LENGTH>, t: Linear<1, MAX_THRESHOLD>) -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>(t, l);
		let (digest, evidence) = scene.accusation::<T>()?;
		let (dealer, none) = (scene.dealer.clone(), WorkerSignature::default());

		#[extrinsic_call]
		_(RawOrigin::Authorized, TASK, 1, dealer, digest, evidence, NOW, none);

		assert_eq!(Pallet::<T>::counters(TASK).excluded, 1);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn commit_result() -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(MAX_THRESHOLD, 1);
		let (accepted_set, _) = scene.freeze::<T>()?;
		set_seats::<T>(|seat, state| state.commitment = (seat > 1).then_some([1; 32]));
		let none = WorkerSignature::default();

		#[extrinsic_call]
		_(RawOrigin::Authorized, TASK, 1, accepted_set, [1; 32], NOW, none);

		assert_eq!(Pallet::<T>::counters(TASK).committed, MAX_COMMITTEE);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn reveal_result_checked(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let (accepted_set, share) = scene.reveal::<T>(0)?;
		let none = WorkerSignature::default();

		#[extrinsic_call]
		reveal_result(RawOrigin::Authorized, TASK, 1, accepted_set, share, NOW, none);

		assert_eq!(Pallet::<T>::counters(TASK).right_shares, 1);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn reveal_result_deciding(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let seat = t as u8 + 1;
		let (accepted_set, share) = scene.reveal::<T>(t as u8)?;
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
		let (accepted_set, share) = scene.reveal::<T>(seat - 1)?;
		set_seats::<T>(|of, state| state.excused = of > seat);
		let none = WorkerSignature::default();

		#[extrinsic_call]
		reveal_result(RawOrigin::Authorized, TASK, seat, accepted_set, share, NOW, none);

		assert_eq!(Pallet::<T>::counters(TASK).right_shares, u32::from(seat));
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn authorize_accuse(
		l: Linear<1, MAX_LENGTH>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let scene = Scene::new::<T>(t, l);
		let (digest, evidence) = scene.accusation::<T>()?;
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
		let (accepted_set, _) = scene.freeze::<T>()?;
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
		let (accepted_set, share) = scene.reveal::<T>(0)?;
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
		// Through the call, so that a deposit is held.
		let dealing =
			fixtures::dealing(&scene.ctx, &scene.dealer, &scene.input(), 1).map_err(broken)?;
		scene.deal::<T>(&dealing)?;
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
