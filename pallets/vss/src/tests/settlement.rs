//! Reports, and settling in chunks.

use super::*;
use codec::MaxEncodedLen;
use frame::{
	deps::{
		frame_support::weights::{RuntimeDbWeight, Weight, WeightMeter},
		frame_system,
	},
	prelude::Get,
};
use ostraka_primitives::{message::indexed_key, traits::Progress, MAX_SEATS};

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

/// A verifier's part ends with the freeze, a member's with the last share.
#[test]
fn each_kind_of_seat_is_reported_by_what_was_its_to_do() {
	build_and_execute(|| {
		let scene = Scene::with_panel(2, &[]);
		scene.verify();
		scene.attest_all([1, 6]);
		use SeatReport::*;
		let expected =
			|members, last| vec![members, members, members, members, members, Right, last];
		assert_eq!(Vss::reports(TASK, false), expected(Idle, Idle));
		scene.freeze();
		assert_eq!(Vss::reports(TASK, false), expected(Idle, Absent));
		assert_eq!(Vss::reports(TASK, true), expected(Absent, Absent));
	});
}

/// Who refuses to attest to what is invalid is not absent, once that is shown; nor is who has shown one, and may have waited for
/// others to be.
#[test]
fn a_verifier_owes_no_attestation_to_what_is_invalid() {
	use SeatReport::*;
	let forged = [(1, (1, DealerFault::InvalidInput))];
	build_and_execute(|| {
		let scene = Scene::with_panel(3, &forged);
		scene.verify();
		scene.attest_all([1]);
		scene.freeze();
		assert_eq!(Vss::reports(TASK, true)[5..], [Absent, Absent]);
		assert_ok!(scene.challenge_with_bond(1));
		assert_eq!(Vss::reports(TASK, true)[5..], [Idle, Idle]);
		assert_eq!(Vss::reports(TASK, true)[1], Absent, "a share is due all the same");
	});
	build_and_execute(|| {
		let scene = Scene::with_panel(3, &forged);
		scene.verify();
		judged(scene.challenge(6, 1));
		scene.freeze();
		assert_eq!(Vss::reports(TASK, true)[5..], [Idle, Absent]);
	});
}

/// Every report that a seat can have, of both kinds of seats in one task.
#[test]
fn reports_of_all_kinds_stand_in_one_row() {
	build_and_execute(|| {
		let faults = [(0, (5, DealerFault::WrongShare)), (1, (1, DealerFault::InvalidInput))];
		let ctx = open_task_with_panel(TASK, (9, 4), 2, LENGTH, 3);
		let scene = Scene::of(ctx, 3, &faults);
		scene.verify();
		// Seats 8 and 11 attest to what nobody could attest to who had looked.
		scene.attest_all([8, 11]);
		judged(scene.challenge(2, 1));
		scene.attest_all([1, 4, 9, 10]);
		judged(scene.challenge(12, 2));
		judged(scene.challenge(4, 2));
		scene.freeze();
		judged(scene.accuse(5, 0));
		for seat in [1, 2, 7, 8] {
			judged(scene.commit(seat, &scene.share(seat)));
		}
		scene.reveal_phase();
		for seat in [1, 2, 3] {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		let mut wrong = scene.share(7);
		wrong.values[0] += Scalar::from(1u8);
		judged(scene.reveal(7, &wrong));
		judged(scene.reveal(8, &scene.share(8)));
		use SeatReport::*;
		let members = [
			Right,
			Silent,
			Uncommitted,
			Convicted,
			Excused,
			Absent,
			Convicted,
			FalseAttestation,
			Absent,
		];
		let panel = [Right, FalseAttestation, Convicted, Absent];
		assert_eq!(Vss::reports(TASK, true), [members.as_slice(), &panel].concat());
		assert_eq!(Vss::exposer(TASK), Some(operator(2)));
	});
}

/// Panel, exclusions and who exposed go with the task; what the result says stays.
#[test]
fn settling_frees_all_of_a_panel() {
	build_and_execute(|| {
		let faults = [(0, (1, DealerFault::InvalidInput)), (1, (1, DealerFault::InvalidInput))];
		let scene = Scene::with_panel(3, &faults);
		scene.verify();
		judged(scene.challenge(6, 0));
		scene.attest_all([1, 6, 7]);
		scene.freeze();
		assert_ok!(scene.challenge_with_bond(1));
		scene.commit_all(1..=3);
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		set_status(TASK, TaskStatus::Settling(Outcome::Completed));
		let result = Vss::result(TASK);
		let told = result.as_ref().map(|result| (result.panel, result.attested, result.disproven));
		assert_eq!(told, Some((2, 0, 1)));
		assert_eq!(Vss::settle(TASK, true, &mut unlimited()), Progress::Done);
		assert_freed();
		assert_eq!(Vss::result(TASK), result);
		assert_eq!(Vss::exposer(TASK), None);
		assert_eq!(Vss::reports(TASK, true), vec![]);
		assert_eq!(Vss::counters(TASK), Counters::default());
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
	let open = |threshold, seats, verifiers| {
		Vss::open(TASK, &Opening { threshold, seats, verifiers, recipient: None });
	};
	build_and_execute(|| {
		assert_storage_noop!(open(200, 5, 0));
		assert_storage_noop!(open(2, 200, 0));
		assert_storage_noop!(open(2, MAX_SEATS as u8 + 1, 0));
		// A panel without a committee.
		assert_storage_noop!(open(2, 5, 5));
		assert_storage_noop!(open(2, 5, 6));
	});
}

#[test]
fn the_freeze_weighs_by_dealings_and_sums() {
	build_and_execute(|| {
		let measured = <() as WeightInfo>::freeze(512, 15);
		let db: RuntimeDbWeight = <Test as frame_system::Config>::DbWeight::get();
		let states = SeatState::max_encoded_len() as u64 * u64::from(MAX_SEATS);
		// Where the sums are outside of the group, the seats' states are read and written besides.
		let expected = measured
			.saturating_add(db.reads_writes(1, 1))
			.saturating_add(Weight::from_parts(0, states));
		assert_eq!(<Vss as Sharing>::freeze_weight(512, 15), expected);
	});
}
