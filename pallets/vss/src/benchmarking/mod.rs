//! Benchmarks. Dealings, evidence and shares are real, committee and panel are the largest, and whatever a call reads is as long
//! as it can be: agenda and selection are full, and who has a seat holds all the seats that it can.
//!
//! Each call meets its dearest case: a dealing is the last one awaited, after as many as a task can have, of a dealer of whom as
//! much is remembered as can be, a message of a seat is the one that the phase waits for. A mask is never the dearest: it has no proof,
//! and nothing is remembered of it. Where cases differ in kind, each has a benchmark, and the call weighs as
//! much as the dearest:
//!
//! | accusation | touches the aggregate | punishes | moves the task on |
//! |---|---|---|---|
//! | `accuse`: right, in time, the share wrong | yes | the dealer | yes |
//! | `accuse_late`: right, after the freeze | no | the dealer | yes |
//! | `accuse_false`: false, after the freeze | no | the member, out of selection | yes |
//!
//! A commitment outside of the subgroup ends a judgement before the share is opened: it is never the dearest case, although whoever
//! had attested is exposed.
//!
//! | challenge | touches the aggregate | punishes | moves the task on |
//! |---|---|---|---|
//! | `challenge`: false, after the freeze | no | the member, out of selection | yes |
//! | `challenge_with_bond`: right, in time; the bond comes and goes; all seats had attested and are exposed | yes | the dealer | no |
//!
//! A right one that comes late marks the result and leaves the aggregate alone. Where it is measured there is a result already, as
//! there never is in time, so that it meets both.
//!
//! Most of a challenge is the check of the proof, which takes as long whether it holds or does not, if that shows at its end.
//! By what is left, of a member's the false one reads and writes most, and of one with a bond the right one does. What is
//! proven grows with the points of the proof: the task's relation is derived in the call, and the openings' sums over the
//! generators, 256 of them where there are most points, are of the check.
//!
//! | result share | before the result: multiplied out | after it: read with all that are kept |
//! |---|---|---|
//! | right | `reveal_result_checked`, `.._deciding` | `reveal_result_later` |
//! | wrong: punishes the member, out of selection | `reveal_result_wrong` | `reveal_result_wrong_later` |
//!
//! State is measured, not counted by its bounds: aggregate, committee and shares grow with the components.

use crate::{
	authorize::payload,
	fixtures::{self, dealer_account},
	types::{seat_index, Answer},
	*,
};
use frame::{benchmarking::prelude::*, traits::Authorize};
use ostraka_crypto::vss::SecretShare;
use ostraka_primitives::{
	message::MessageKind, spec::MAX_LENGTH, traits::Sharing, AccountId, Digest, WorkerSignature,
	MAX_COMMITMENTS, MAX_COMMITTEE, MAX_DEALERS, MAX_PANEL,
};
use scene::*;

mod memo;
mod scene;

/// As the pool and a block's author see the call.
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
		let length = (k - 2).min(MAX_LENGTH);
		// What the longest shares leave of the kilobytes: a proof is hashed, and nothing else.
		let scene = Scene::with_proof_length::<T>(t, length, 1024 * (k - 2 - length));
		fill_ephemerals::<T>(MAX_DEALERS - 1);
		let message = fixtures::message(scene.without_proof()?).map_err(broken)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(scene.dealer.clone()), TASK, scene.ctx.task_hash, message);

		assert_eq!(Pallet::<T>::counters(TASK).dealings, 1);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn accuse(l: Linear<1, MAX_LENGTH>, t: Linear<1, MAX_THRESHOLD>) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, l);
		let dealing = scene.deal::<T>(&FAULTS)?;
		let (digest, evidence) = scene.evidence(&dealing)?;
		// The accuser has attested as well, and is no longer waited for.
		scene.verify::<T>(&[]);
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
	fn challenge(
		t: Linear<1, MAX_THRESHOLD>,
		p: Linear<LEAST_POINTS, MOST_POINTS>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::proven::<T>(t, p)?;
		let (digest, shown) = scene.deal_proven::<T>(true)?;
		scene.await_first::<T>()?;
		let (dealer, none) = (scene.dealer.clone(), WorkerSignature::default());

		#[extrinsic_call]
		_(RawOrigin::Authorized, TASK, 1, dealer, digest, shown, NOW, none);

		assert!(seat_state::<T>(1).accused_falsely);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn challenge_with_bond(
		t: Linear<1, MAX_THRESHOLD>,
		p: Linear<LEAST_POINTS, MOST_POINTS>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::proven::<T>(t, p)?;
		let (digest, shown) = scene.deal_proven::<T>(false)?;
		scene.verify::<T>(&[]);
		scene.publish::<T>(Digest::default())?;
		let (dealer, challenger) = (scene.dealer.clone(), dealer_account(1));
		T::BenchmarkHelper::fund(&challenger);

		#[extrinsic_call]
		_(RawOrigin::Signed(challenger), TASK, dealer, digest, shown);

		assert_eq!(Pallet::<T>::counters(TASK).excluded, 1);
		assert!(seat_state::<T>(MEMBERS + VERIFIERS).attested_falsely);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn attest() -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(MAX_THRESHOLD, 1);
		scene.deal::<T>(&[])?;
		scene.verify::<T>(&[1]);
		let ((dealt, excluded), none) = (named::<T>()?, WorkerSignature::default());

		#[extrinsic_call]
		_(RawOrigin::Authorized, TASK, 1, dealt, excluded, NOW, none);

		let counters = Pallet::<T>::counters(TASK);
		assert_eq!((counters.attested, counters.verified), (MAX_COMMITTEE, MAX_PANEL));
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn commit_result() -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(MAX_THRESHOLD, 1);
		scene.deal::<T>(&[])?;
		let accepted_set = scene.freeze::<T>()?;
		set_members::<T>(|seat, state| state.commitment = (seat > 1).then_some([1; 32]));
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
		set_members::<T>(|of, state| state.excused = of > seat);
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
		set_members::<T>(|of, state| state.excused = of > seat);
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
		set_members::<T>(|of, state| state.excused = of > seat);
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
	fn authorize_challenge(b: Linear<0, MOST_PROOF_KILOBYTES>) -> Result<(), BenchmarkError> {
		let mut scene = Scene::with_proof_length::<T>(MAX_THRESHOLD, 1, 1024 * b);
		let (digest, shown) = scene.challenge_of::<T>(&scene.without_proof()?)?;
		scene.await_first::<T>()?;
		let dealer = scene.dealer.clone();
		let payload = payload(&(&dealer, &digest, &shown));
		let signature = scene.sign::<T>(1, MessageKind::Challenge, payload)?;
		let call = Call::challenge {
			task: TASK,
			seat: 1,
			dealer,
			digest,
			challenge: shown,
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
	fn authorize_attest() -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(MAX_THRESHOLD, 1);
		scene.deal::<T>(&[])?;
		scene.verify::<T>(&[1]);
		let (dealt, excluded) = named::<T>()?;
		let payload = payload(&(dealt, excluded));
		let signature = scene.sign::<T>(1, MessageKind::Attest, payload)?;
		let call = Call::attest { task: TASK, seat: 1, dealt, excluded, at: NOW, signature };

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
		set_members::<T>(|seat, state| state.commitment = (seat > 1).then_some([1; 32]));
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
	fn freeze(
		d: Linear<1, MAX_DEALERS>,
		t: Linear<1, MAX_THRESHOLD>,
	) -> Result<(), BenchmarkError> {
		let mut scene = Scene::new::<T>(t, 1);
		// The sums are points whose check takes its time: that of the identity does not.
		scene.deal::<T>(&[])?;
		scene.verify::<T>(&[]);
		for index in 1..d {
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
			let dealing = Dealings::<T>::drain_prefix(TASK).next();
			found = dealing.is_some();
			if let Some((dealer, record)) = dealing {
				Pallet::<T>::settle_dealing(TASK, &dealer, &record, true, 1);
			}
		}

		assert!(found);
		Ok(())
	}

	#[benchmark(pov_mode = Measured)]
	fn settle_task() -> Result<(), BenchmarkError> {
		Scene::new::<T>(MAX_THRESHOLD, MAX_LENGTH);
		fill_ephemerals::<T>(MAX_DEALERS);
		let share = as_bytes(&SecretShare::zero(MAX_LENGTH as usize))?;
		for seat in 1..=MAX_COMMITMENTS as u8 {
			RightShares::<T>::insert(TASK, seat, share.clone());
		}
		set_members::<T>(|seat, state| {
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

	/// A dealing without commitments, and that no sum has: the freeze looks at the sums alone.
	fn insert_dealing<T: Config>(dealer: &AccountId, index: u32) {
		let digest = sp_io::hashing::sha2_256(&index.to_le_bytes());
		let record = DealingRecord::taken(digest, digest, NOW);
		Dealings::<T>::insert(TASK, dealer, record);
		Sharings::<T>::mutate(TASK, |state| {
			if let Some(state) = state {
				state.dealings += 1;
			}
		});
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
