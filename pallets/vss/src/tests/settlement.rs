//! Reports, and settling in chunks.

use super::*;
use frame::deps::frame_support::weights::{Weight, WeightMeter};
use ostraka_primitives::{message::indexed_key, traits::Progress};

fn unlimited() -> WeightMeter {
	WeightMeter::new()
}

/// Nothing is left of the task but its result.
fn assert_freed() {
	assert_eq!(Sharings::<Test>::iter().count(), 0);
	assert_eq!(Seats::<Test>::iter().count(), 0);
	assert_eq!(Dealings::<Test>::iter().count(), 0);
	assert_eq!(UsedEphemerals::<Test>::iter().count(), 0);
	assert_eq!(RightShares::<Test>::iter().count(), 0);
}

/// A completed task with one excluded, one late convicted and two honest dealers.
fn completed() -> Scene {
	let scene =
		Scene::new(4, &[(0, (1, DealerFault::WrongShare)), (1, (2, DealerFault::WrongShare))]);
	scene.verify();
	judged(scene.accuse(1, 0));
	scene.freeze();
	judged(scene.accuse(2, 1));
	scene.commit_all([1, 3, 4]);
	for seat in [1, 3, 4] {
		judged(scene.reveal(seat, &scene.share(seat)));
	}
	set_status(TASK, TaskStatus::Settling(Outcome::Completed));
	MoneyLog::take();
	scene
}

#[test]
fn settling_pays_returns_and_frees() {
	build_and_execute(|| {
		completed();
		let result = Vss::result(TASK);
		assert_eq!(Vss::settle(TASK, true, &mut unlimited()), Progress::Done);
		assert_freed();
		assert_eq!(Vss::result(TASK), result);
		assert!(result.is_some());
		let mut log = MoneyLog::get();
		log.sort_by_key(|entry| format!("{entry:?}"));
		let mut expected: Vec<_> = [2, 3]
			.into_iter()
			.flat_map(|index| {
				let dealer = dealer_account(index);
				let paid = Money::Paid { task: TASK, dealer: dealer.clone(), accepted: 3 };
				[Money::Released(TASK, dealer), paid]
			})
			.collect();
		expected.sort_by_key(|entry| format!("{entry:?}"));
		assert_eq!(log, expected, "convicted dealers get neither deposit nor reward");
		assert_eq!(Deposits::get(), vec![]);
		assert_eq!(Vss::settle(TASK, true, &mut unlimited()), Progress::Done);
		assert_eq!(Vss::counters(TASK), Counters::default());
	});
}

/// What becomes of its deposit the task book says.
#[test]
fn settling_leaves_alone_who_accepted_and_did_not_deal() {
	build_and_execute(|| {
		let ctx = open_task(TASK, 5, 2, LENGTH, 2);
		let (dealer, vanished) = (dealer_account(0), dealer_account(1));
		let input = fixtures::input(LENGTH as usize, 1);
		let dealing = fixtures::dealing(&ctx, &dealer, &input, 1).unwrap();
		assert_ok!(deal(&ctx, &dealer, dealing));
		set_status(TASK, TaskStatus::Settling(Outcome::Failed(FailReason::TooFewDealers)));
		assert_eq!(Vss::settle(TASK, false, &mut unlimited()), Progress::Done);
		assert_freed();
		assert_eq!(money(), vec![Money::Released(TASK, dealer)]);
		assert_eq!(Deposits::get(), vec![(TASK, vanished)]);
	});
}

/// A node indexes every block that it imports: were the copies cleared here, a side block would take them from members
/// that need them on the fork that wins.
#[test]
fn settling_leaves_nodes_their_copies_of_the_dealings() {
	let mut ext = new_test_ext();
	let digests: Vec<_> = ext.execute_with(|| {
		completed();
		Dealings::<Test>::iter_values().map(|record| record.digest).collect()
	});
	assert_eq!(digests.len(), 4);
	ext.persist_offchain_overlay();
	let copies = |ext: &sp_io::TestExternalities| {
		let db = ext.offchain_db();
		digests.iter().filter(|digest| db.get(&indexed_key(digest)).is_some()).count()
	};
	assert_eq!(copies(&ext), 4);
	ext.execute_with(|| assert_eq!(Vss::settle(TASK, true, &mut unlimited()), Progress::Done));
	ext.persist_offchain_overlay();
	assert_eq!(copies(&ext), 4);
}

#[test]
fn a_failed_task_returns_deposits_and_pays_nobody() {
	build_and_execute(|| {
		let scene = Scene::new(2, &[]);
		scene.verify();
		set_status(TASK, TaskStatus::Settling(Outcome::Failed(FailReason::TooFewDealers)));
		assert_eq!(Vss::settle(TASK, false, &mut unlimited()), Progress::Done);
		assert_freed();
		assert_eq!(money().len(), 2);
		assert!(money().iter().all(|entry| matches!(entry, Money::Released(..))));
	});
}

#[test]
fn settling_goes_only_as_far_as_the_meter_and_pays_once() {
	build_and_execute(|| {
		completed();
		let step = Vss::settle_weight();
		let nothing = &mut WeightMeter::with_limit(Weight::zero());
		assert_storage_noop!(assert_eq!(Vss::settle(TASK, true, nothing), Progress::More));
		let mut chunks = 0;
		loop {
			let mut meter = WeightMeter::with_limit(step);
			let progress = Vss::settle(TASK, true, &mut meter);
			assert!(meter.consumed().all_lte(step));
			Vss::do_try_state().unwrap();
			chunks += 1;
			if progress == Progress::Done {
				break;
			}
			assert!(chunks < 10);
		}
		// Four dealings, then the rest.
		assert_eq!(chunks, 5);
		assert_freed();
		assert_eq!(MoneyLog::get().len(), 4);
	});
}

#[test]
fn nothing_is_left_between_tasks() {
	build_and_execute(|| {
		completed();
		let other = TASK + 1;
		open_task(other, 3, 1, 1, 1);
		assert_eq!(Vss::settle(TASK, true, &mut unlimited()), Progress::Done);
		assert!(Sharings::<Test>::contains_key(other));
		assert!(Seats::<Test>::contains_key(other));
	});
}

#[test]
fn reports_before_result_shares_were_due() {
	build_and_execute(|| {
		let scene = Scene::new(2, &[(0, (2, DealerFault::WrongShare))]);
		scene.verify();
		judged(scene.accuse(3, 1));
		judged(scene.accuse(2, 0));
		use SeatReport::*;
		assert_eq!(Vss::reports(TASK, false), vec![Idle, Idle, Convicted, Idle, Idle]);
		assert_eq!(Vss::reports(TASK + 1, false), vec![]);
	});
}

/// Who never said that its shares are right made the others wait for the whole window, and is told apart for that alone.
#[test]
fn silence_is_reported_of_who_did_all_else() {
	build_and_execute(|| {
		let scene = Scene::new(2, &[]);
		scene.verify();
		scene.attest_all([1, 3, 4]);
		scene.freeze();
		scene.commit_all([1, 2]);
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		use SeatReport::*;
		let expected = vec![Right, Silent, Uncommitted, Absent, Absent];
		assert_eq!(Vss::reports(TASK, true), expected);
	});
}

/// A false accuser is convicted: its share may complete the task, but is not paid.
#[test]
fn a_false_accuser_is_not_paid_for_a_right_share() {
	build_and_execute(|| {
		let scene = Scene::new(2, &[]);
		scene.verify();
		scene.attest_all(1..=5);
		judged(scene.accuse(3, 1));
		scene.freeze();
		scene.commit_all([1, 2, 3]);
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		scene.assert_result();
		use SeatReport::*;
		assert_eq!(Vss::reports(TASK, true), vec![Right, Right, Convicted, Absent, Absent]);
	});
}

#[test]
fn unsound_parameters_open_nothing() {
	build_and_execute(|| {
		assert_storage_noop!(Vss::open(TASK, 200, 5));
		assert_storage_noop!(Vss::open(TASK, 2, 200));
	});
}

#[test]
fn the_freeze_weighs_by_dealings_and_sums() {
	build_and_execute(|| {
		let expected = <() as WeightInfo>::freeze(512, 15);
		assert_eq!(<Vss as Sharing>::freeze_weight(512, 15), expected);
	});
}
