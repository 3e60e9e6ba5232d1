//! What `submit` and `cancel` take and refuse.

use crate::{mock::*, types::verify_window, *};
use frame::testing_prelude::*;
use ostraka_primitives::{
	spec::{Column, SpecError, Statistic, MAX_BOUND},
	task::{Seat, Task, TaskStatus::*, Terms, Windows},
	traits::{Seed, TaskBook},
};
use ostraka_protocol::{
	statistics::validity::{proof_length, Unprovable},
	wire::{cohort_hash, terms_hash},
	Version,
};

fn submit_spec(spec: TaskSpec) -> DispatchResult {
	submit_spec_on(spec, plain()).map(|_| ())
}

#[test]
fn a_submission_is_recorded() {
	build_and_execute(|| {
		let task = submit(SecurityClass::Confidential).unwrap();

		let found = Tasks::task(task).unwrap();
		let mut cohort = dealers(6).into_inner();
		cohort.sort();
		assert_eq!(found.requester, requester());
		assert_eq!(found.spec, mean());
		assert_eq!(found.parameters, Classes::get()[1]);
		assert_eq!(found.invited, 6);
		assert_eq!(found.cohort, cohort_hash(&cohort));
		assert_eq!((found.fee, found.data_reward), (FEE, REWARD));
		assert_eq!((found.task_hash, found.drawn_at), (None, None));
		assert_eq!(found.submitted_at, 1);
		assert_eq!((found.accepted, found.consent), (0, [0; 32]));
		assert_eq!(found.status, Inviting { until: 1 + ACCEPT });
		let verify = verify_window(VERIFY_BASE, 5, 6, 10);
		assert_eq!(verify, 4 + 10 + 2);
		assert_eq!(
			found.windows,
			Windows { collect: COLLECT, verify, commit: COMMIT, reveal: REVEAL }
		);
		assert_eq!(Tasks::dealers(task), cohort);
		assert_eq!(Tasks::open_tasks(), vec![task]);
		assert!(Tasks::accepted(task).is_empty());
		assert!(!cohort.iter().any(|dealer| Tasks::has_accepted(task, dealer)));
		assert_eq!(Tasks::view(task), None);
		let opened = Did::Opened { task, requester: requester(), fee: FEE, data_reward: REWARD };
		assert_eq!(journal(task), vec![opened]);
		assert_eq!(
			events(),
			vec![Event::TaskSubmitted {
				task,
				requester: requester(),
				class: SecurityClass::Confidential,
				dealers: 6,
				fee: FEE,
				data_reward: REWARD,
				accept_until: 11,
			}]
		);
	});
}

#[test]
fn the_requester_may_be_a_dealer() {
	build_and_execute(|| {
		let mut list = dealers(3).into_inner();
		list.push(requester());
		let task = submit_with(SecurityClass::Standard, list.try_into().unwrap()).unwrap();
		assert_ok!(accept(task, &requester()));
		assert!(Tasks::has_accepted(task, &requester()));
	});
}

/// What a dealer accepts covers all that was asked, on this chain, by this requester, in this task.
#[test]
fn the_terms_cover_all_that_is_asked() {
	build_and_execute(|| {
		let task = submit(SecurityClass::Standard).unwrap();
		let right = Tasks::task(task).unwrap();
		let genesis = [69; 32];
		let hash = |asked: &Task| terms_hash(&Terms::of(asked), &genesis, task);
		assert_eq!(right.terms, hash(&right));
		assert_eq!(right.protocol, Version::CURRENT.number());

		let mut others = vec![right.clone(); 17];
		others[0].requester = account(2);
		others[1].spec.max_rows += 1;
		others[2].cohort[0] ^= 1;
		others[3].class = SecurityClass::Confidential;
		others[4].parameters.threshold += 1;
		others[5].parameters.least_dealers += 1;
		others[6].windows.collect += 1;
		others[7].windows.reveal += 1;
		others[8].fee += 1;
		others[9].data_reward += 1;
		others[10].protocol += 1;
		others[11].parameters.seats += 1;
		others[12].parameters.verifiers += 1;
		others[13].conditions.least_dealers += 1;
		others[14].conditions.required = vec![account(3)].try_into().unwrap();
		others[15].conditions.counting = Some(0);
		others[16].conditions.sealed_to = Some(account(3));
		for other in &others {
			assert_ne!(hash(other), right.terms);
		}
		assert_ne!(terms_hash(&Terms::of(&right), &genesis, task + 1), right.terms);
		assert_ne!(terms_hash(&Terms::of(&right), &[3; 32], task), right.terms);

		// They stay the same whatever becomes of the task
		accept_all(task);
		run_until(task, is_settled);
		assert_eq!(terms(task), right.terms);
	});
}

#[test]
fn the_order_of_the_dealers_does_not_matter() {
	build_and_execute(|| {
		let list = dealers(5);
		let mut other = list.clone().into_inner();
		other.rotate_left(2);
		let one = submit_with(SecurityClass::Standard, list).unwrap();
		let two = submit_with(SecurityClass::Standard, other.try_into().unwrap()).unwrap();
		assert_eq!(Tasks::task(one).unwrap().cohort, Tasks::task(two).unwrap().cohort);
	});
}

#[test]
fn numbers_are_never_used_twice() {
	build_and_execute(|| {
		let first = submit(SecurityClass::Standard).unwrap();
		assert_ok!(Tasks::cancel(RuntimeOrigin::signed(requester()), first));
		run_until(first, is_settled);
		assert_eq!(submit(SecurityClass::Standard).unwrap(), first + 1);
		NextTask::<Test>::put(TaskId::MAX);
		assert_noop!(submit(SecurityClass::Standard), Error::<Test>::NoTaskNumbers);
		NextTask::<Test>::put(first + 2);
	});
}

#[test]
fn every_broken_rule_of_a_spec_has_its_error() {
	build_and_execute(|| {
		let wrong = |change: fn(&mut TaskSpec), error: Error<Test>| {
			let mut spec = mean();
			change(&mut spec);
			assert_noop!(submit_spec(spec), error);
		};
		wrong(|spec| spec.columns = Default::default(), Error::WrongColumns);
		wrong(|spec| spec.target = Some(column("y")), Error::WrongTarget);
		wrong(|spec| spec.weight = Some(column("w")), Error::WrongWeight);
		wrong(|spec| spec.edges = vec![1, 2].try_into().unwrap(), Error::WrongEdges);
		wrong(|spec| spec.quantiles = vec![500].try_into().unwrap(), Error::WrongQuantiles);
		wrong(|spec| spec.columns[0].name = Default::default(), Error::WrongName);
		wrong(|spec| spec.columns[0].min = 2_000_000, Error::WrongRange);
		wrong(|spec| spec.max_rows = 0, Error::NoRows);
		wrong(
			|spec| {
				spec.group_by = Some(ostraka_primitives::spec::Grouping {
					column: column("state").name,
					groups: Default::default(),
				})
			},
			Error::WrongGroups,
		);
		wrong(
			|spec| {
				spec.statistic = ostraka_primitives::spec::Statistic::Histogram;
				spec.edges = (0..200).collect::<Vec<_>>().try_into().unwrap();
				let groups: Vec<_> = ["a", "b"].map(|name| column(name).name).to_vec();
				spec.group_by = Some(ostraka_primitives::spec::Grouping {
					column: column("state").name,
					groups: groups.try_into().unwrap(),
				});
			},
			Error::SpecTooLong,
		);
	});
}

/// A regression on 20 columns, of which every pair has to be proven consistent.
fn regression() -> TaskSpec {
	let columns: Vec<_> = (0..20).map(|number| column(&format!("x{number}"))).collect();
	TaskSpec {
		statistic: Statistic::Regression,
		columns: columns.try_into().unwrap(),
		target: Some(column("y")),
		..mean()
	}
}

/// The longer the proofs, the fewer of them a block can judge.
#[test]
fn the_window_for_verification_follows_the_length_of_the_proofs() {
	build_and_execute(|| {
		PerBlock::set(3);
		let mut wide = mean();
		(wide.columns[0].min, wide.columns[0].max) = (-MAX_BOUND, MAX_BOUND);
		wide.max_rows = u32::MAX;
		let specs = [mean(), wide, regression()];
		let lengths = specs.each_ref().map(|spec| proof_length(spec).unwrap());
		assert_eq!(lengths.map(|length| (length / PROOF_STEP).min(2)), [0, 1, 2]);

		// Seven adjudications: three a block, two, one
		for (spec, blocks) in specs.into_iter().zip([3, 4, 7]) {
			let task = NextTask::<Test>::get();
			assert_ok!(submit_spec(spec));
			let windows = Tasks::task(task).unwrap().windows;
			assert_eq!(windows.verify, VERIFY_BASE + 2 * 3 + blocks);
			let others = Windows { verify: 0, ..windows };
			let expected = Windows { collect: COLLECT, verify: 0, commit: COMMIT, reveal: REVEAL };
			assert_eq!(others, expected);
		}
		assert_eq!(world(|world| world.proofs.clone()), lengths);
	});
}

/// An upgrade that derives another relation is seen while tasks are open that were taken with the one before.
#[test]
fn proofs_of_another_length_than_the_spec_says_are_seen_until_the_task_is_settled() {
	build_and_execute(|| {
		let task = super::drawn(SecurityClass::Standard);
		assert_ok!(Tasks::do_try_state());
		let record = Records::<Test>::get(task).unwrap();
		let change = |by: u32| {
			Records::<Test>::mutate(task, |found| {
				found.as_mut().unwrap().proof_length = record.proof_length + by;
			});
		};
		change(32);
		assert_eq!(
			Tasks::do_try_state(),
			Err(DispatchError::Other("a task's proofs have another length than its spec says"))
		);
		change(0);
		DrawnTasks::<Test>::mutate(task, |found| found.as_mut().unwrap().proof_length += 32);
		assert_eq!(
			Tasks::do_try_state(),
			Err(DispatchError::Other("a task has proofs of two lengths"))
		);
		DrawnTasks::<Test>::mutate(task, |found| found.as_mut().unwrap().proof_length -= 32);
		assert_ok!(Tasks::do_try_state());
	});
}

/// No valid spec is too much for a proof today, not even the one with the most bits. One that were would be refused by name.
#[test]
fn what_cannot_be_proven_has_its_error() {
	build_and_execute(|| {
		let mut most = regression();
		let wide = |column: &mut Column| (column.min, column.max) = (-MAX_BOUND, MAX_BOUND);
		most.columns.iter_mut().chain(&mut most.target).for_each(wide);
		most.max_rows = u32::MAX;
		assert_ok!(submit_spec(most));

		let refused = |error: Unprovable| DispatchError::from(Error::<Test>::from(error));
		assert_eq!(refused(Unprovable::TooLarge), Error::<Test>::Unprovable.into());
		let broken = Unprovable::Spec(SpecError::NoRows);
		assert_eq!(refused(broken), Error::<Test>::NoRows.into());
	});
}

/// A proof's length is not worked out for what is refused for less.
#[test]
fn nothing_is_proven_of_what_costs_too_little() {
	build_and_execute(|| {
		let (origin, class) = (RuntimeOrigin::signed(requester()), SecurityClass::Standard);
		let least = Fake::least_fee(3, regression().length(), 4);
		let call = Tasks::submit(
			origin,
			regression(),
			plain(),
			class,
			dealers(4),
			ACCEPT,
			COLLECT,
			least - 1,
			REWARD,
		);
		assert_eq!(call, Err(Error::<Test>::FeeTooLow.into()));
		assert!(world(|world| world.proofs.is_empty()));
	});
}

/// Whoever needs the relation of a task's dealings finds what it follows from.
#[test]
fn what_a_drawn_task_computes_is_known() {
	build_and_execute(|| {
		let task = super::drawn(SecurityClass::Standard);
		assert!(Tasks::view(task).is_some());
		assert_eq!(Tasks::spec(task), Some(mean()));
		assert_eq!(Tasks::spec(task + 1), None);
	});
}

#[test]
fn cohort_windows_and_fee_are_checked() {
	build_and_execute(|| {
		let timed = |dealers: Dealers, accept, collect, fee| {
			let (origin, class) = (RuntimeOrigin::signed(requester()), SecurityClass::Standard);
			Tasks::submit(origin, mean(), plain(), class, dealers, accept, collect, fee, 0)
		};
		let call = |dealers, collect, fee| timed(dealers, ACCEPT, collect, fee);
		assert_noop!(call(dealers(0), COLLECT, FEE), Error::<Test>::TooFewDealers);
		assert_noop!(call(dealers(2), COLLECT, FEE), Error::<Test>::TooFewDealers);
		let mut twice = dealers(3).into_inner();
		twice.push(twice[0].clone());
		let twice: Dealers = twice.try_into().unwrap();
		assert_noop!(call(twice, COLLECT, FEE), Error::<Test>::DuplicateDealer);
		assert_noop!(call(dealers(3), LEAST_COLLECT - 1, FEE), Error::<Test>::WindowTooShort);
		assert_noop!(call(dealers(3), MAX_COLLECT + 1, FEE), Error::<Test>::WindowTooLong);
		for (accept, error) in [
			(LEAST_ACCEPT - 1, Error::<Test>::WindowTooShort),
			(MAX_ACCEPT + 1, Error::<Test>::WindowTooLong),
		] {
			assert_noop!(timed(dealers(3), accept, COLLECT, FEE), error);
		}
		for (accept, collect) in [
			(ACCEPT, COLLECT),
			(ACCEPT, LEAST_COLLECT),
			(ACCEPT, MAX_COLLECT),
			(LEAST_ACCEPT, COLLECT),
			(MAX_ACCEPT, COLLECT),
		] {
			let quote = Tasks::quote(&mean(), SecurityClass::Standard, 3, accept, collect);
			assert_eq!(quote.work, Fake::least_fee(3, mean().length(), 3));
			let least = quote.least;
			assert_noop!(timed(dealers(3), accept, collect, least - 1), Error::<Test>::FeeTooLow);
			assert_ok!(timed(dealers(3), accept, collect, least));
		}
	});
}

#[test]
fn the_origin_must_be_signed() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let (by, asked, class) = (origin.clone(), plain(), SecurityClass::Standard);
			let list = dealers(3);
			let call = Tasks::submit(by, mean(), asked, class, list, ACCEPT, COLLECT, FEE, 0);
			assert_eq!(call, Err(DispatchError::BadOrigin));
			let call = Tasks::accept(origin.clone(), 0, [0; 32], DATASET);
			assert_eq!(call, Err(DispatchError::BadOrigin));
			assert_eq!(Tasks::cancel(origin, 0), Err(DispatchError::BadOrigin));
		}
	});
}

#[test]
fn what_a_committee_lacks_is_said() {
	build_and_execute(|| {
		for (obstacle, error) in [
			(DrawError::TooFewNodes, Error::<Test>::TooFewNodes),
			(DrawError::TooLittleStake, Error::<Test>::TooLittleStake),
			(DrawError::TooLittleCapacity, Error::<Test>::TooLittleCapacity),
			(DrawError::TooFewVerifiers, Error::<Test>::TooFewVerifiers),
		] {
			world(|world| world.obstacle = Some(obstacle));
			assert_noop!(submit(SecurityClass::Standard), error);
			assert!(world(|world| world.journal.is_empty()));
		}
	});
}

#[test]
fn a_requester_that_cannot_pay_leaves_nothing() {
	build_and_execute(|| {
		world(|world| world.broke = true);
		assert_noop!(submit(SecurityClass::Standard), TokenError::FundsUnavailable);
	});
}

#[test]
fn open_tasks_are_bounded() {
	build_and_execute(|| {
		let tasks: Vec<_> =
			(0..MAX_OPEN).map(|_| submit(SecurityClass::Standard).unwrap()).collect();
		assert_noop!(submit(SecurityClass::Standard), Error::<Test>::TooManyOpenTasks);

		// Room comes with the settlement, not with the cancellation
		assert_ok!(cancel(tasks[0]));
		assert_noop!(submit(SecurityClass::Standard), Error::<Test>::TooManyOpenTasks);
		run_until(tasks[0], is_settled);
		assert_ok!(submit(SecurityClass::Standard));
		assert_noop!(submit(SecurityClass::Standard), Error::<Test>::TooManyOpenTasks);
		// A full agenda still takes every move
		for task in &tasks[1..] {
			accept_all(*task);
		}
		run_to(60);
		let waits = |task: &TaskId| matches!(status(*task), Inviting { .. } | Drawing { .. });
		assert!(!tasks.iter().any(waits));
	});
}

#[test]
fn the_open_tasks_of_an_account_are_bounded() {
	build_and_execute(|| {
		let class = SecurityClass::Standard;
		MaxOpenPerAccount::set(2);
		let (first, second) = (submit(class).unwrap(), submit(class).unwrap());
		assert_noop!(submit(class), Error::<Test>::TooManyOfRequester);
		assert_ok!(submit_as(account(2), class, dealers(4)));
		assert_eq!(OpenOf::<Test>::get(requester()), 2);

		// Room comes with the settlement, however a task ends
		assert_ok!(cancel(first));
		assert_noop!(submit(class), Error::<Test>::TooManyOfRequester);
		next_block(Weight::MAX);
		assert_eq!(OpenOf::<Test>::get(requester()), 1);
		assert_ok!(submit(class));
		assert_noop!(submit(class), Error::<Test>::TooManyOfRequester);
		accept_all(second);
		run_until(second, |status| matches!(status, Collecting { .. }));
		deal_all(second);
		run_until(second, is_settled);
		assert_ok!(submit(class));

		// Nothing stays of who has no open task
		run_to(200);
		assert_eq!(OpenOf::<Test>::iter().count(), 0);
	});
}

/// Whose node may not sit on the committee is known when it submits.
#[test]
fn a_requester_that_operates_a_candidate_is_barred() {
	build_and_execute(|| {
		let class = SecurityClass::Standard;
		let task = submit_as(account(50), class, dealers(4)).unwrap();
		assert_eq!(Barred::<Test>::get(task).into_inner(), vec![account(50)]);
		let other = submit(class).unwrap();
		assert!(!Barred::<Test>::contains_key(other));
		// Nobody else was looked up
		assert_eq!(world(|world| world.looked_up.clone()), vec![account(50), requester()]);

		// Of three nodes for three seats one is the requester's
		world(|world| world.candidates = (50..53).map(account).collect());
		assert_ok!(submit(class));
		let asked = submit_as(account(50), class, dealers(4));
		assert_eq!(asked, Err(Error::<Test>::TooFewNodes.into()));
	});
}

#[test]
fn cancelling_is_for_the_requester() {
	build_and_execute(|| {
		let task = submit(SecurityClass::Standard).unwrap();
		let by = |who: AccountId, task| Tasks::cancel(RuntimeOrigin::signed(who), task);
		assert_noop!(by(requester(), task + 1), Error::<Test>::UnknownTask);
		assert_noop!(by(account(2), task), Error::<Test>::NotRequester);
		// Who is invited is not asked either
		assert_noop!(by(dealers(4)[0].clone(), task), Error::<Test>::NotRequester);
		assert_ok!(by(requester(), task));
		assert_noop!(by(requester(), task), Error::<Test>::WrongPhase);
	});
}

/// Some know the seed before the chain does, and with it the committee: they must not take back what does not suit.
#[test]
fn a_task_is_not_taken_back_while_its_committee_is_drawn() {
	build_and_execute(|| {
		world(|world| world.seed = Seed::Soon);
		let task = consented(SecurityClass::Restricted);
		for seed in [Seed::Soon, Seed::Epoch(3), Seed::Known([1; 32])] {
			world(|world| world.seed = seed);
			assert_noop!(cancel(task), Error::<Test>::WrongPhase);
		}
		// Nor while it waits for nodes with its seed known
		world(|world| world.obstacle = Some(DrawError::TooLittleCapacity));
		next_block(Weight::MAX);
		assert_eq!(Draws::<Test>::get(task).unwrap().seed, Some([1; 32]));
		assert_noop!(cancel(task), Error::<Test>::WrongPhase);

		// Once it is drawn that is possible again, and costs the whole fee
		world(|world| world.obstacle = None);
		run_until(task, |status| matches!(status, Collecting { .. }));
		assert_ok!(cancel(task));
	});
}

#[test]
fn the_record_is_as_small_as_the_docs_say() {
	build_and_execute(|| {
		let task = consented(SecurityClass::Standard);
		run_to(4);
		let record = Records::<Test>::get(task).unwrap();
		assert!(record.drawn.is_some());
		assert_eq!(record.encoded_size(), 260);
		assert_eq!(Record::max_encoded_len(), 28_218);
		assert_eq!(TaskStatus::max_encoded_len(), 9);
		assert_eq!(Due::max_encoded_len(), 17);
		assert_eq!(Invitation::max_encoded_len(), 424);
		assert_eq!(size_of::<[u8; 32]>() + Invitee::max_encoded_len(), 77);
		assert_eq!(DrawPlan::max_encoded_len(), 62);
		assert_eq!(Seat::max_encoded_len(), 96);
	});
}
