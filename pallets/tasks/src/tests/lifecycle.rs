//! Tasks on their whole way, with all in time and with all late; what a draw fixes, and what it waits for.

use super::*;
use crate::types::DrawnAt;
use frame::{
	deps::{sp_io::hashing::sha2_256, sp_runtime::TransactionOutcome},
	testing_prelude::*,
};
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::{Opening, RelayMoment, Seed, TaskBook},
};
use ostraka_protocol::{wire::consent_hash, Version};
use SecurityClass::*;

#[test]
fn a_task_with_everybody_in_time_ends_early() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		run_to(2);
		assert_eq!(status(task), Inviting { until: 11 });
		accept_all(task);
		assert_eq!(status(task), Drawing { until: 12 });
		run_to(3);
		assert_eq!(status(task), Collecting { first_by: 8, until: 23 });

		deal_one(task);
		run_to(10);
		assert_eq!(status(task), Collecting { first_by: 8, until: 23 });
		deal_all(task);
		assert_eq!(status(task), Verifying { until: 10 + VERIFY });

		run_to(12);
		assert_eq!(status(task), Verifying { until: 10 + VERIFY });
		Tasks::all_attested(task);
		assert_eq!(status(task), Verifying { until: 12 });
		run_to(13);
		assert_eq!(status(task), Committing { frozen_at: 13, until: 13 + COMMIT });

		run_to(18);
		Tasks::all_committed(task);
		assert_eq!(status(task), Revealing { until: 18 + REVEAL });

		run_to(20);
		Tasks::all_revealed(task);
		assert_eq!(status(task), Settling(Completed));
		run_to(21);
		assert_eq!(status(task), Settled(Completed));

		let drew = journal(task)[1].clone();
		assert!(matches!(&drew, Did::Drew { barred, .. } if barred.is_empty()));
		let before = vec![
			Did::Opened { task, requester: requester(), fee: FEE, data_reward: REWARD },
			drew,
			Did::Shared {
				task,
				opening: Opening { threshold: 1, seats: 3, verifiers: 0, recipient: None },
			},
			Did::Froze { task },
		];
		let settled = settled_drawn(task, true, Ending::Completed);
		assert_eq!(journal(task), [before, settled].concat());
		let mut dealers = dealers(4).into_inner();
		dealers.sort();
		let accepted = (1..).zip(dealers.iter().cloned());
		let accepted: Vec<Event<Test>> =
			accepted.map(|(accepted, dealer)| Event::Accepted { task, dealer, accepted }).collect();
		assert_eq!(events()[1..5], accepted);
		assert_eq!(
			events()[5],
			Event::InvitingEnded { task, early: true, accepted: 4, draw_until: 12 }
		);
		let task_hash = Tasks::task(task).unwrap().task_hash.unwrap();
		assert!(matches!(
			&events()[6],
			Event::CommitteeDrawn {
				task_hash: hash,
				members,
				first_by: 8,
				collect_until: 23,
				panel,
				..
			} if *hash == task_hash && members.len() == 3 && panel.is_empty()
		));
		assert_eq!(
			events()[7..],
			vec![
				Event::CollectingEnded { task, early: true, verify_until: 21 },
				Event::VerificationComplete { task },
				Event::AcceptedSetFrozen { task, accepted: 4, commit_until: 22 },
				Event::CommittingEnded { task, early: true, reveal_until: 24 },
				Event::TaskCompleted { task },
				Event::TaskSettled { task, outcome: Completed },
			]
		);
		assert!(dealers.iter().all(|dealer| deposit(task, dealer) == Some(Deposit::Returned)));
	});
}

#[test]
fn a_task_with_the_late_ends_at_its_deadlines() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		for dealer in &Tasks::dealers(task)[..3] {
			assert_ok!(accept(task, dealer));
		}
		run_to(11);
		assert_eq!(status(task), Inviting { until: 11 });
		run_to(12);
		assert_eq!(status(task), Drawing { until: 22 });
		run_to(13);
		assert_eq!(status(task), Collecting { first_by: 18, until: 33 });
		run_to(18);
		deal_one(task);
		run_to(33);
		assert_eq!(status(task), Collecting { first_by: 18, until: 33 });
		run_to(34);
		let verify = 34 + VERIFY;
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
		assert!(reveal <= Tasks::longest_task());
	});
}

#[test]
fn what_a_settled_task_leaves_is_its_record() {
	build_and_execute(|| {
		let task = dealt_one(Restricted);
		world(|world| world.found = Found::First(11));
		run_until(task, is_settled);
		assert!(Tasks::dealers(task).is_empty());
		assert!(Tasks::committee(task).is_empty());
		assert!(Tasks::open_tasks().is_empty());
		assert_eq!(<Tasks as TaskBook>::view(task), None);
		assert_eq!(<Tasks as TaskBook>::status(task), Some(Settled(Completed)));
		let found = Tasks::task(task).unwrap();
		assert_eq!((found.spec, found.accepted), (mean(), 11));
		assert_ne!(found.consent, [0; 32]);
		assert!(Tasks::accepted(task).is_empty());
		assert_eq!(Invitations::<Test>::iter().count(), 0);
		assert_eq!(Draws::<Test>::iter().count(), 0);
		assert_eq!(Barred::<Test>::iter().count(), 0);
		assert_eq!(OpenOf::<Test>::iter().count(), 0);
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
		assert_eq!((view.threshold, view.length, view.accepted), (2, 2, 6));
		assert_eq!(view.status, status(task));
		assert_eq!(view.committee, Tasks::committee(task));
		let info = Tasks::task_info(task).unwrap();
		assert_eq!((info.task.drawn_at, info.dealers.len(), info.committee.len()), (Some(3), 6, 5));
		// In the order in which they accepted, which was the sorted one
		assert_eq!(info.accepted, info.dealers);
		assert_eq!(Tasks::task_info(task + 1), None);
	});
}

#[test]
fn neither_requester_nor_who_accepted_sits_on_the_committee() {
	build_and_execute(|| {
		world(|world| world.seed = Seed::Soon);
		world(|world| world.candidates = (0..=255).map(account).collect());
		let list: Vec<_> = (2..202).map(account).collect();
		let task = submit_with(Standard, list.clone().try_into().unwrap()).unwrap();
		let (willing, others) = list.split_at(150);
		for dealer in willing {
			assert_ok!(accept(task, dealer));
		}
		run_to(12);
		let plan = Draws::<Test>::get(task).unwrap();
		let mut seated = Vec::new();
		for first in 0..200u8 {
			let _ = frame::deps::frame_support::storage::with_transaction(|| {
				let eligible = Tasks::eligible(task, &plan).unwrap();
				assert!(Tasks::draw(task, status(task), &plan, eligible, &[first; 32]));
				seated.extend(Tasks::committee(task).into_iter().map(|seat| seat.account));
				TransactionOutcome::Rollback(DispatchResult::Ok(()))
			});
		}
		assert!(!seated.iter().any(|member| willing.contains(member) || *member == requester()));
		// To name somebody bars nobody
		assert!(seated.iter().any(|member| others.contains(member)));
	});
}

#[test]
fn the_task_hash_pins_task_consent_and_draw() {
	build_and_execute(|| {
		let task = drawn(Standard);
		let record = Records::<Test>::get(task).unwrap();
		let committee = Tasks::committee(task);
		let DrawnAt { block, task_hash: right, accepted, consent } = record.drawn.clone().unwrap();
		assert_eq!((block, accepted), (3, 4));
		assert_eq!(consent, consent_hash(&Tasks::accepted(task)));
		let hash_for = |task, record: &Record, consent: &Digest, at, committee: &Committee| {
			Tasks::hash_task(task, Version::CURRENT, record, consent, at, committee, &Panel::new())
		};
		let hash = |task, record: &Record, at, committee: &Committee| {
			hash_for(task, record, &consent, at, committee)
		};
		assert_eq!(hash(task, &record, 3, &committee), right);
		assert_ne!(hash(task + 1, &record, 3, &committee), right);
		assert_ne!(hash(task, &record, 4, &committee), right);

		let mut others = vec![record.clone(); 11];
		others[0].spec.max_rows += 1;
		others[1].class = Confidential;
		others[2].parameters.threshold += 1;
		others[3].windows.verify += 1;
		others[4].windows.collect += 1;
		others[5].windows.commit += 1;
		others[6].windows.reveal += 1;
		others[7].conditions.least_dealers += 1;
		others[8].conditions.required = vec![account(3)].try_into().unwrap();
		others[9].conditions.counting = Some(0);
		others[10].conditions.sealed_to = Some(account(3));
		for other in others {
			assert_ne!(hash(task, &other, 3, &committee), right);
		}
		// One dealer fewer, or in another order
		let mut dealers = Tasks::accepted(task);
		dealers.swap(0, 1);
		for dealers in [&dealers[..], &dealers[1..]] {
			let other = consent_hash(dealers);
			assert_ne!(hash_for(task, &record, &other, 3, &committee), right);
		}
		let mut swapped = committee.clone();
		swapped.as_mut().swap(0, 1);
		assert_ne!(hash(task, &record, 3, &swapped), right);
		let mut other_key = committee.clone();
		other_key[2].seal_key[0] ^= 1;
		assert_ne!(hash(task, &record, 3, &other_key), right);

		// Another chain
		let (terms, other_chain) = (terms(task), H256::repeat_byte(3));
		frame_system::BlockHash::<Test>::insert(0, other_chain);
		assert_ne!(hash(task, &record, 3, &committee), right);
		assert_ne!(Tasks::task(task).unwrap().terms, terms);
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
			accept_all(task);
			run_to(3);
			let found = Tasks::task(task).unwrap();
			assert_eq!(found.parameters.least_dealers, least_dealers);
			hash = found.task_hash;
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

		let later = consented(Standard);
		Records::<Test>::mutate(later, |record| record.as_mut().unwrap().protocol = current + 1);
		let terms = terms(later);
		Invitations::<Test>::mutate(later, |known| known.as_mut().unwrap().terms = terms);
		run_until(later, |status| status == Settling(Failed(NoCommittee)));
		assert_eq!(Tasks::task(later).unwrap().task_hash, None);
	});
}

#[test]
fn two_draws_of_one_block_have_different_seeds() {
	build_and_execute(|| {
		consented(Standard);
		consented(Standard);
		run_to(2);
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
		let moment = |number, epoch| RelayMoment { number, epoch };
		world(|world| (world.seed, world.moment) = (Seed::Soon, moment(50, 5)));
		let task = submit(Restricted).unwrap();
		world(|world| world.moment = moment(60, 6));
		accept_all(task);
		world(|world| world.moment = moment(70, 7));
		run_to(8);
		assert_eq!(status(task), Drawing { until: 11 });
		// Asked once a block, from the second on, for what comes after the last acceptance
		assert_eq!(world(|world| world.asked.clone()), vec![(Restricted, moment(60, 6)); 7]);
		world(|world| world.seed = Seed::Known([1; 32]));
		run_to(9);
		assert_eq!(status(task), Collecting { first_by: 9 + FIRST, until: 9 + COLLECT });
		assert_eq!(Tasks::task(task).unwrap().drawn_at, Some(9));
	});
}

/// With some of the invited it is the block in which the hook ends inviting that counts: no acceptance came after.
#[test]
fn at_the_deadline_the_moment_is_that_of_the_hook() {
	build_and_execute(|| {
		let moment = |number| RelayMoment { number, epoch: 1 };
		let task = submit(Standard).unwrap();
		for dealer in &Tasks::dealers(task)[..3] {
			assert_ok!(accept(task, dealer));
		}
		run_to(11);
		world(|world| world.moment = moment(20));
		run_to(12);
		world(|world| world.moment = moment(30));
		run_to(13);
		assert_eq!(world(|world| world.asked.clone()), vec![(Standard, moment(20))]);
		assert_eq!(Tasks::task(task).unwrap().drawn_at, Some(13));
	});
}

/// Whatever the entropy would answer later: everybody knows the first seed, so that another one would be another try.
#[test]
fn a_seed_is_fixed_once_and_kept_over_failed_tries() {
	build_and_execute(|| {
		let task = consented(Standard);
		world(|world| world.seed = Seed::Known([1; 32]));
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		run_to(2);
		for other in [Seed::Known([2; 32]), Seed::Soon, Seed::Epoch(9), Seed::Known([3; 32])] {
			world(|world| world.seed = other);
			next_block(Weight::MAX);
			assert_eq!(Draws::<Test>::get(task).unwrap().seed, Some([1; 32]));
		}
		world(|world| world.obstacle = None);
		run_until(task, |status| matches!(status, Collecting { .. }));
		let drew = Did::Drew {
			task,
			seed: sha2_256(&(b"ostraka/draw/v2", [1u8; 32], task).encode()),
			barred: Vec::new(),
		};
		assert!(journal(task).contains(&drew));
		// Nobody was asked again
		assert_eq!(world(|world| world.asked.len()), 1);
	});
}

#[test]
fn a_draw_is_tried_again_until_nodes_are_there() {
	build_and_execute(|| {
		let task = consented(Standard);
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		run_to(10);
		assert_eq!(status(task), Drawing { until: 11 });
		assert_eq!(Tasks::draw_obstacle(task), Some(DrawError::TooLittleCapacity));
		world(|world| world.obstacle = None);
		assert_eq!(Tasks::draw_obstacle(task), None);
		run_to(11);
		assert_eq!(status(task), Collecting { first_by: 11 + FIRST, until: 11 + COLLECT });
		world(|world| world.obstacle = Some(DrawError::TooFewNodes));
		assert_eq!(Tasks::draw_obstacle(task), None);
	});
}

#[test]
fn what_a_draw_would_lack_is_said_while_dealers_are_invited() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		assert_eq!(Tasks::draw_obstacle(task), None);
		world(|world| world.obstacle = Some(DrawError::TooLittleStake));
		assert_eq!(Tasks::draw_obstacle(task), Some(DrawError::TooLittleStake));
		assert_eq!(Tasks::draw_obstacle(task + 1), None);
	});
}
