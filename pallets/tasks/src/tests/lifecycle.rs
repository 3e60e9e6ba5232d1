//! Tasks on their whole way, early ends and failures included.

use crate::{mock::*, *};
use frame::{deps::sp_runtime::TransactionOutcome, testing_prelude::*};
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::TaskBook,
};
use ostraka_protocol::Version;
use SecurityClass::*;

/// A task whose committee is drawn, in block 3.
fn drawn(class: SecurityClass) -> TaskId {
	let task = submit(class).unwrap();
	run_to(3);
	assert_eq!(status(task), Collecting { until: 3 + COLLECT });
	task
}

/// The verification window of a Standard task with four dealers.
const VERIFY: BlockNumber = 11;

#[test]
fn a_task_with_everybody_in_time_ends_early() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		run_to(2);
		assert_eq!(status(task), Drawing { from: 3, until: 13 });
		run_to(3);
		assert_eq!(status(task), Collecting { until: 23 });

		run_to(10);
		Tasks::all_dealt(task);
		assert_eq!(status(task), Verifying { until: 10 + VERIFY });

		// verification runs whole
		run_to(21);
		assert_eq!(status(task), Verifying { until: 21 });
		run_to(22);
		assert_eq!(status(task), Committing { frozen_at: 22, until: 22 + COMMIT });

		run_to(27);
		Tasks::all_committed(task);
		assert_eq!(status(task), Revealing { until: 27 + REVEAL });

		run_to(30);
		Tasks::all_revealed(task);
		assert_eq!(status(task), Settling(Completed));
		run_to(31);
		assert_eq!(status(task), Settled(Completed));

		let seed = world(|world| match world.journal[1] {
			Did::Drew { seed, .. } => seed,
			_ => panic!("no draw"),
		});
		assert_eq!(
			journal(task),
			vec![
				Did::Opened { task, requester: requester(), fee: FEE, data_reward: REWARD },
				Did::Drew { task, seed },
				Did::Shared { task, threshold: 1, seats: 3 },
				Did::Froze { task },
				Did::Paid { task, seats: 3, reports: 3, due: Some(true), completed: true },
				Did::Freed { task, completed: true },
				Did::Released { task, seats: 3 },
				Did::Closed { task },
			]
		);
		let task_hash = Tasks::task(task).unwrap().task_hash.unwrap();
		assert_eq!(
			events()[2..],
			vec![
				Event::CollectingEnded { task, early: true, verify_until: 21 },
				Event::AcceptedSetFrozen { task, accepted: 4, commit_until: 31 },
				Event::CommittingEnded { task, early: true, reveal_until: 33 },
				Event::TaskCompleted { task },
				Event::TaskSettled { task, outcome: Completed },
			]
		);
		assert!(matches!(
			&events()[1],
			Event::CommitteeDrawn { task_hash: hash, members, collect_until: 23, .. }
				if *hash == task_hash && members.len() == 3
		));
	});
}

#[test]
fn a_task_with_the_late_ends_at_its_deadlines() {
	build_and_execute(|| {
		let task = drawn(Standard);
		run_to(23);
		assert_eq!(status(task), Collecting { until: 23 });
		run_to(24);
		let verify = 24 + VERIFY;
		assert_eq!(status(task), Verifying { until: verify });
		run_to(verify + 1);
		let commit = verify + 1 + COMMIT;
		assert_eq!(status(task), Committing { frozen_at: verify + 1, until: commit });
		run_to(commit + 1);
		let reveal = commit + 1 + REVEAL;
		assert_eq!(status(task), Revealing { until: reveal });
		run_to(reveal);
		assert_eq!(status(task), Revealing { until: reveal });
		run_to(reveal + 1);
		assert_eq!(status(task), Settling(Completed));
		run_to(reveal + 2);
		assert_eq!(status(task), Settled(Completed));
		assert!(reveal + 1 - 1 <= Tasks::longest_task());
	});
}

#[test]
fn what_a_settled_task_leaves_is_its_record() {
	build_and_execute(|| {
		let task = drawn(Restricted);
		world(|world| world.accepted = 11);
		run_until(task, is_settled);
		assert!(Tasks::dealers(task).is_empty());
		assert!(Tasks::committee(task).is_empty());
		assert!(Tasks::open_tasks().is_empty());
		assert_eq!(<Tasks as TaskBook>::view(task), None);
		assert_eq!(<Tasks as TaskBook>::status(task), Some(Settled(Completed)));
		assert_eq!(Tasks::task(task).unwrap().spec, mean());
		assert_eq!(Settlements::<Test>::iter().count(), 0);
		assert_eq!(Cohorts::<Test>::iter().count(), 0);
		assert_eq!(DrawnTasks::<Test>::iter().count(), 0);
	});
}

#[test]
fn the_sharing_sees_the_drawn_task() {
	build_and_execute(|| {
		let task = drawn(Confidential);
		let view = <Tasks as TaskBook>::view(task).unwrap();
		assert_eq!(Some(view.task_hash), Tasks::task(task).unwrap().task_hash);
		assert_eq!((view.threshold, view.length, view.invited), (2, 2, 6));
		assert_eq!(view.status, status(task));
		assert_eq!(view.committee, Tasks::committee(task));
		let info = Tasks::task_info(task).unwrap();
		assert_eq!((info.task.drawn_at, info.dealers.len(), info.committee.len()), (Some(3), 6, 5));
		assert_eq!(Tasks::task_info(task + 1), None);
	});
}

#[test]
fn neither_requester_nor_dealer_sits_on_the_committee() {
	build_and_execute(|| {
		world(|world| world.seed = None);
		let list: Vec<_> = (0..200).map(account).collect();
		let task = submit_with(Standard, list.clone().try_into().unwrap()).unwrap();
		for first in [0, 1, 190, 255] {
			let record = Records::<Test>::get(task).unwrap();
			let _ = frame::deps::frame_support::storage::with_transaction(|| {
				assert!(Tasks::draw(task, Drawing { from: 1, until: 9 }, record, &[first; 32]));
				let committee = Tasks::committee(task);
				assert!(committee.iter().all(|seat| !list.contains(&seat.account)));
				TransactionOutcome::Rollback(DispatchResult::Ok(()))
			});
		}
	});
}

#[test]
fn the_task_hash_pins_task_cohort_and_draw() {
	build_and_execute(|| {
		let task = drawn(Standard);
		let record = Records::<Test>::get(task).unwrap();
		let committee = Tasks::committee(task);
		let hash = |task, record: &Record, at, committee: &Committee| {
			Tasks::hash_task(task, Version::CURRENT, record, at, committee)
		};
		let right = record.drawn.unwrap().1;
		assert_eq!(hash(task, &record, 3, &committee), right);
		assert_ne!(hash(task + 1, &record, 3, &committee), right);
		assert_ne!(hash(task, &record, 4, &committee), right);

		let mut others = vec![record.clone(); 9];
		others[0].cohort = [0; 32];
		others[1].spec.max_rows += 1;
		others[2].class = Confidential;
		others[3].parameters.threshold += 1;
		others[4].windows.verify += 1;
		others[5].windows.collect += 1;
		others[6].windows.commit += 1;
		others[7].windows.reveal += 1;
		others[8].parameters.least_dealers -= 1;
		for other in others {
			assert_ne!(hash(task, &other, 3, &committee), right);
		}
		let mut swapped = committee.clone();
		swapped.as_mut().swap(0, 1);
		assert_ne!(hash(task, &record, 3, &swapped), right);
		let mut other_key = committee.clone();
		other_key[2].seal_key[0] ^= 1;
		assert_ne!(hash(task, &record, 3, &other_key), right);

		// another chain
		frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(3));
		assert_ne!(hash(task, &record, 3, &committee), right);
		frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(69));
		assert_eq!(hash(task, &record, 3, &committee), right);
	});
}

/// Two forks on which the class asks for different numbers of dealers, all else being equal. Were their task hashes the
/// same, a dealing made where it hides among ten would be taken where it hides among three.
#[test]
fn two_forks_that_ask_for_different_numbers_of_dealers_have_different_task_hashes() {
	let on_a_fork = |least_dealers| {
		let mut hash = None;
		build_and_execute(|| {
			Classes::mutate(|classes| classes[0].least_dealers = least_dealers);
			let task = submit_with(Standard, dealers(5)).unwrap();
			run_to(3);
			let found = Tasks::task(task).unwrap();
			assert_eq!(found.parameters.least_dealers, least_dealers);
			hash = found.task_hash;
			Classes::mutate(|classes| classes[0].least_dealers = 3);
		});
		hash.unwrap()
	};
	let (here, there) = (on_a_fork(3), on_a_fork(4));
	assert_eq!(on_a_fork(3), here, "nothing else differs");
	assert_ne!(here, there);
}

/// A task keeps the version of the protocol under which it was submitted; of one that this runtime does not know no
/// committee is drawn, and it fails at the end of its window.
#[test]
fn a_task_follows_the_protocol_that_it_was_submitted_under() {
	build_and_execute(|| {
		let task = drawn(Standard);
		let current = Version::CURRENT.number();
		assert_eq!(Tasks::task(task).unwrap().protocol, current);
		assert_eq!(Tasks::view(task).unwrap().protocol, current);

		let later = submit(Standard).unwrap();
		Records::<Test>::mutate(later, |record| record.as_mut().unwrap().protocol = current + 1);
		run_until(later, |status| status == Settled(Failed(NoCommittee)));
		assert_eq!(Tasks::task(later).unwrap().task_hash, None);
	});
}

#[test]
fn two_draws_of_one_block_have_different_seeds() {
	build_and_execute(|| {
		submit(Standard).unwrap();
		submit(Standard).unwrap();
		run_to(3);
		let seeds: Vec<_> = world(|world| {
			let seed = |did: &Did| match did {
				Did::Drew { seed, .. } => Some(*seed),
				_ => None,
			};
			world.journal.iter().filter_map(seed).collect()
		});
		assert_eq!(seeds.len(), 2);
		assert_ne!(seeds[0], seeds[1]);
	});
}

#[test]
fn a_draw_waits_for_its_randomness() {
	build_and_execute(|| {
		world(|world| (world.seed, world.epoch) = (None, 5));
		let task = submit(Restricted).unwrap();
		world(|world| world.epoch = 6);
		run_to(8);
		assert_eq!(status(task), Drawing { from: 3, until: 13 });
		// asked once a block, from the third on, for the epoch of the submission
		assert_eq!(world(|world| world.asked.clone()), vec![(Restricted, 5); 6]);
		world(|world| world.seed = Some([1; 32]));
		run_to(9);
		assert_eq!(status(task), Collecting { until: 9 + COLLECT });
		assert_eq!(Tasks::task(task).unwrap().drawn_at, Some(9));
	});
}

#[test]
fn a_draw_is_tried_again_until_nodes_are_there() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		run_to(12);
		assert_eq!(status(task), Drawing { from: 3, until: 13 });
		assert_eq!(Tasks::draw_obstacle(task), Some(DrawError::TooLittleCapacity));
		world(|world| world.obstacle = None);
		assert_eq!(Tasks::draw_obstacle(task), None);
		run_to(13);
		assert_eq!(status(task), Collecting { until: 13 + COLLECT });
		world(|world| world.obstacle = Some(DrawError::TooFewNodes));
		assert_eq!(Tasks::draw_obstacle(task), None);
	});
}

#[test]
fn without_a_committee_the_task_fails() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		world(|world| world.obstacle = Some(DrawError::TooFewNodes));
		run_to(14);
		assert_eq!(status(task), Settling(Failed(NoCommittee)));
		run_to(15);
		assert_eq!(status(task), Settled(Failed(NoCommittee)));
		assert_eq!(
			journal(task)[1..],
			vec![
				Did::Paid { task, seats: 0, reports: 0, due: None, completed: false },
				Did::Closed { task },
			]
		);
		let failed = Event::TaskFailed { task, reason: NoCommittee };
		assert_eq!(events()[1], failed);
	});
}

#[test]
fn with_too_few_accepted_dealers_nothing_is_released() {
	build_and_execute(|| {
		let task = drawn(Standard);
		world(|world| world.accepted = 2);
		Tasks::all_dealt(task);
		run_to(3 + VERIFY + 1);
		assert_eq!(status(task), Settling(Failed(TooFewDealers)));
		// too late for both
		Tasks::all_committed(task);
		Tasks::all_revealed(task);
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Failed(TooFewDealers)));
		assert_eq!(
			journal(task)[3..],
			vec![
				Did::Froze { task },
				Did::Paid { task, seats: 3, reports: 3, due: Some(false), completed: false },
				Did::Freed { task, completed: false },
				Did::Released { task, seats: 3 },
				Did::Closed { task },
			]
		);
		assert!(!events().iter().any(|event| matches!(event, Event::AcceptedSetFrozen { .. })));
	});
}

#[test]
fn the_least_number_of_dealers_is_enough() {
	build_and_execute(|| {
		let task = drawn(Standard);
		world(|world| world.accepted = 3);
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Completed));
	});
}

#[test]
fn with_too_few_shares_the_task_fails() {
	build_and_execute(|| {
		let task = drawn(Standard);
		world(|world| world.has_result = false);
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Failed(TooFewShares)));
		let paid = Did::Paid { task, seats: 3, reports: 3, due: Some(true), completed: false };
		assert!(journal(task).contains(&paid));
	});
}

#[test]
fn cancelled_before_the_draw_nobody_is_paid() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		assert_ok!(Tasks::cancel(RuntimeOrigin::signed(requester()), task));
		assert_eq!(status(task), Settling(Failed(Cancelled)));
		run_to(2);
		assert_eq!(status(task), Settled(Failed(Cancelled)));
		assert_eq!(
			journal(task)[1..],
			vec![
				Did::Paid { task, seats: 0, reports: 0, due: None, completed: false },
				Did::Closed { task },
			]
		);
	});
}

#[test]
fn cancelled_while_collecting_the_committee_gets_its_base_fee() {
	build_and_execute(|| {
		let task = drawn(Standard);
		run_to(23);
		assert_ok!(Tasks::cancel(RuntimeOrigin::signed(requester()), task));
		// a dealing in the same block changes nothing
		Tasks::all_dealt(task);
		assert_eq!(status(task), Settling(Failed(Cancelled)));
		run_to(24);
		assert_eq!(status(task), Settled(Failed(Cancelled)));
		assert_eq!(
			journal(task)[3..],
			vec![
				Did::Paid { task, seats: 3, reports: 3, due: Some(false), completed: false },
				Did::Freed { task, completed: false },
				Did::Released { task, seats: 3 },
				Did::Closed { task },
			]
		);
	});
}

#[test]
fn it_is_too_late_to_cancel_once_dealing_is_over() {
	build_and_execute(|| {
		let task = drawn(Standard);
		let cancel = || Tasks::cancel(RuntimeOrigin::signed(requester()), task);
		while !is_settled(status(task)) {
			next_block(Weight::MAX);
			if !matches!(status(task), Collecting { .. }) {
				assert_noop!(cancel(), Error::<Test>::WrongPhase);
			}
		}
		assert_eq!(status(task), Settled(Completed));
	});
}

#[test]
fn an_end_is_only_noted_in_its_own_phase() {
	build_and_execute(|| {
		let ends: [fn(TaskId); 3] = [Tasks::all_dealt, Tasks::all_committed, Tasks::all_revealed];
		let unchanged = |task, ends: &[fn(TaskId)]| {
			let before = status(task);
			for end in ends {
				end(task);
				assert_eq!(status(task), before);
			}
		};
		let task = submit(Standard).unwrap();
		unchanged(task, &ends);
		run_to(3);
		unchanged(task, &ends[1..]);
		Tasks::all_dealt(task);
		unchanged(task, &ends);
		run_until(task, |status| matches!(status, Committing { .. }));
		unchanged(task, &[ends[0], ends[2]]);
		Tasks::all_committed(task);
		unchanged(task, &ends[..2]);
		Tasks::all_revealed(task);
		unchanged(task, &ends);
		run_until(task, is_settled);
		unchanged(task, &ends);
		// unknown tasks
		for end in ends {
			end(task + 1);
		}
		assert_eq!(<Tasks as TaskBook>::status(task + 1), None);
	});
}
