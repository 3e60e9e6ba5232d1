//! What `submit` and `cancel` take and refuse.

use crate::{mock::*, types::verify_window, *};
use frame::testing_prelude::*;
use ostraka_primitives::task::{TaskStatus::*, Windows};
use ostraka_protocol::wire::cohort_hash;

fn submit_spec(spec: TaskSpec) -> DispatchResult {
	let origin = RuntimeOrigin::signed(requester());
	Tasks::submit(origin, spec, SecurityClass::Standard, dealers(4), COLLECT, FEE, REWARD)
}

#[test]
fn a_submission_is_recorded() {
	build_and_execute(|| {
		world(|world| world.epoch = 9);
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
		assert_eq!(Records::<Test>::get(task).unwrap().submitted_epoch, 9);
		assert_eq!(found.status, Drawing { from: 3, until: 13 });
		let verify = verify_window(VERIFY_BASE, 5, 6, 10);
		assert_eq!(verify, 4 + 10 + 2);
		assert_eq!(
			found.windows,
			Windows { collect: COLLECT, verify, commit: COMMIT, reveal: REVEAL }
		);
		assert_eq!(Tasks::dealers(task), cohort);
		assert_eq!(Tasks::open_tasks(), vec![task]);
		assert!(cohort.iter().all(|dealer| <Tasks as TaskBook>::is_invited(task, dealer)));
		assert!(!<Tasks as TaskBook>::is_invited(task, &requester()));
		assert_eq!(<Tasks as TaskBook>::view(task), None);
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
				draw_from: 3,
				draw_until: 13,
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
		assert!(<Tasks as TaskBook>::is_invited(task, &requester()));
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

#[test]
fn cohort_windows_and_fee_are_checked() {
	build_and_execute(|| {
		let call = |dealers: Dealers, collect, fee| {
			let origin = RuntimeOrigin::signed(requester());
			Tasks::submit(origin, mean(), SecurityClass::Standard, dealers, collect, fee, 0)
		};
		assert_noop!(call(dealers(0), COLLECT, FEE), Error::<Test>::TooFewDealers);
		assert_noop!(call(dealers(2), COLLECT, FEE), Error::<Test>::TooFewDealers);
		let mut twice = dealers(3).into_inner();
		twice.push(twice[0].clone());
		let twice: Dealers = twice.try_into().unwrap();
		assert_noop!(call(twice, COLLECT, FEE), Error::<Test>::DuplicateDealer);
		assert_noop!(call(dealers(3), 4, FEE), Error::<Test>::WindowTooShort);
		assert_noop!(call(dealers(3), 101, FEE), Error::<Test>::WindowTooLong);
		let least = Fake::least_fee(3, mean().length(), 3);
		assert_noop!(call(dealers(3), COLLECT, least - 1), Error::<Test>::FeeTooLow);
		assert_ok!(call(dealers(3), 5, least));
		assert_ok!(call(dealers(3), 100, least));
	});
}

#[test]
fn the_origin_must_be_signed() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let class = SecurityClass::Standard;
			let call = Tasks::submit(origin.clone(), mean(), class, dealers(3), COLLECT, FEE, 0);
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

		// room comes with the settlement, not with the cancellation
		assert_ok!(Tasks::cancel(RuntimeOrigin::signed(requester()), tasks[0]));
		assert_noop!(submit(SecurityClass::Standard), Error::<Test>::TooManyOpenTasks);
		run_until(tasks[0], is_settled);
		assert_ok!(submit(SecurityClass::Standard));
		assert_noop!(submit(SecurityClass::Standard), Error::<Test>::TooManyOpenTasks);
		// a full agenda still takes every move
		run_to(60);
		assert!(tasks.iter().all(|task| !matches!(status(*task), Drawing { .. })));
	});
}

#[test]
fn cancelling_is_for_the_requester() {
	build_and_execute(|| {
		let task = submit(SecurityClass::Standard).unwrap();
		let cancel = |who: AccountId, task| Tasks::cancel(RuntimeOrigin::signed(who), task);
		assert_noop!(cancel(requester(), task + 1), Error::<Test>::UnknownTask);
		assert_noop!(cancel(account(2), task), Error::<Test>::NotRequester);
		assert_ok!(cancel(requester(), task));
		assert_noop!(cancel(requester(), task), Error::<Test>::WrongPhase);
	});
}

#[test]
fn the_record_is_as_small_as_the_docs_say() {
	build_and_execute(|| {
		let task = submit(SecurityClass::Standard).unwrap();
		run_to(4);
		let record = Records::<Test>::get(task).unwrap();
		assert!(record.drawn.is_some());
		assert_eq!(record.encoded_size(), 220);
		assert_eq!(Record::max_encoded_len(), 27_886);
		assert_eq!(TaskStatus::max_encoded_len(), 9);
		assert_eq!(Due::max_encoded_len(), 8);
	});
}

use ostraka_primitives::traits::TaskBook;
