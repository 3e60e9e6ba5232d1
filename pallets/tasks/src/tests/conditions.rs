//! What a task promises of its accepted set: what may be promised, and that the freeze holds the task to it.

use super::*;
use frame::{deps::sp_io::hashing::sha2_256, testing_prelude::*};
use ostraka_primitives::{
	consent::ColumnSet,
	spec::{Column, Grouping, Statistic},
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::TaskBook,
};
use ostraka_protocol::wire::Published;
use SecurityClass::Standard;

/// The dealers of [`submit_on`], sorted.
fn invited() -> Vec<AccountId> {
	let mut dealers = dealers(4).into_inner();
	dealers.sort();
	dealers
}

fn requiring(dealers: &[AccountId]) -> Conditions {
	Conditions { required: dealers.to_vec().try_into().unwrap(), ..plain() }
}

fn promising(least_dealers: u32) -> Conditions {
	Conditions { least_dealers, ..plain() }
}

fn counted_by(task: TaskId) -> Conditions {
	Conditions { counting: Some(task), ..plain() }
}

/// A statistic of these columns by `grade`, with these groups.
fn grouped(statistic: Statistic, columns: &[&str], groups: &[&str]) -> TaskSpec {
	let columns: Vec<_> = columns.iter().map(|name| column(name)).collect();
	let groups: Vec<_> = groups.iter().map(|name| column(name).name).collect();
	TaskSpec {
		statistic,
		columns: columns.try_into().unwrap(),
		group_by: Some(Grouping {
			column: column("grade").name,
			groups: groups.try_into().unwrap(),
		}),
		..mean()
	}
}

fn contributors(columns: &[&str], groups: &[&str]) -> TaskSpec {
	grouped(Statistic::Contributors, columns, groups)
}

fn mean_by(groups: &[&str]) -> TaskSpec {
	grouped(Statistic::Mean, &["income"], groups)
}

/// The task goes to its end, with all dealers.
fn completed(task: TaskId) {
	accept_all(task);
	run_until(task, |status| matches!(status, Collecting { .. }));
	deal_all(task);
	run_until(task, is_settled);
	assert_eq!(status(task), Settled(Completed));
}

/// A task on these conditions that all have accepted and dealt to, and whose set is frozen, or was not to be.
fn frozen_on(conditions: Conditions) -> TaskId {
	let task = submit_on(conditions).unwrap();
	accept_all(task);
	run_until(task, |status| matches!(status, Collecting { .. }));
	deal_all(task);
	run_until(task, |status| matches!(status, Committing { .. } | Settling(_)));
	task
}

fn is_asked(task: TaskId) -> bool {
	heard(task).iter().any(|heard| matches!(heard, Heard::Freezes { .. }))
}

#[test]
fn conditions_are_recorded_accepted_and_hashed() {
	build_and_execute(|| {
		let asked = Conditions { least_dealers: 4, ..requiring(&invited()[1..3]) };
		let task = submit_on(asked.clone()).unwrap();
		let plain_one = submit(Standard).unwrap();
		assert_ne!(terms(task), terms(plain_one));
		accept_all(task);
		run_until(task, |status| matches!(status, Collecting { .. }));
		let found = Tasks::task(task).unwrap();
		assert_eq!(found.conditions, asked);
		let drawn = DrawnTasks::<Test>::get(task).unwrap();
		assert_eq!(drawn.conditions, asked);
		assert_eq!(drawn.columns, ColumnSet::of(&mean(), sha2_256));
		let hash = |conditions: &Conditions| {
			let published = Published { conditions, ..Published::of(&found).unwrap() };
			published.hash(&[69; 32], task, &drawn.committee, &drawn.panel)
		};
		assert_eq!(found.task_hash, Some(hash(&asked)));
		for other in [plain(), promising(4), requiring(&invited()[1..3])] {
			assert_ne!(found.task_hash, Some(hash(&other)));
		}
	});
}

/// Less than the class asks for would lay its dealers open, more than are invited can never be.
#[test]
fn the_least_number_lies_between_the_class_and_the_invited() {
	build_and_execute(|| {
		for least in [0, 2, 5, u32::MAX] {
			assert_noop!(submit_on(promising(least)), Error::<Test>::WrongLeast);
		}
		for least in [3, 4] {
			assert_ok!(submit_on(promising(least)));
		}
	});
}

#[test]
fn required_dealers_are_invited_sorted_and_named_once() {
	build_and_execute(|| {
		let dealers = invited();
		let [one, two] = [&dealers[0], &dealers[1]].map(Clone::clone);
		for wrong in [
			vec![two.clone(), one.clone()],
			vec![one.clone(), one.clone()],
			vec![one.clone(), two.clone(), one.clone()],
			vec![account(250)],
			vec![requester()],
		] {
			assert_noop!(submit_on(requiring(&wrong)), Error::<Test>::WrongRequired);
		}
		for right in [vec![], vec![two.clone()], vec![one, two], dealers] {
			assert_ok!(submit_on(requiring(&right)));
		}
	});
}

/// A count over other groups or columns, or none at all, says nothing of the groups that are asked for.
#[test]
fn only_a_task_that_counted_the_groups_is_named() {
	build_and_execute(|| {
		let submit = |spec, task| submit_spec_on(spec, counted_by(task));
		let groups = &["A", "B"];
		let counting = submit_spec_on(contributors(&["income", "loan"], groups), plain()).unwrap();
		let wrong = |spec, task| {
			assert_noop!(submit(spec, task), Error::<Test>::WrongCounting);
		};
		// Not there, and not completed
		wrong(mean_by(groups), 99);
		wrong(mean_by(groups), counting);
		let own = NextTask::<Test>::get();
		wrong(mean_by(groups), own);
		completed(counting);
		assert_ok!(submit(mean_by(groups), counting));
		// Groups with too few are left out, and not every column is asked for
		assert_ok!(submit(mean_by(&["B"]), counting));
		let both = grouped(Statistic::Covariance, &["loan", "income"], groups);
		assert_ok!(submit(both, counting));

		wrong(mean_by(&["A", "C"]), counting);
		wrong(grouped(Statistic::Mean, &["age"], groups), counting);
		let mut by_another = mean_by(groups);
		by_another.group_by.as_mut().unwrap().column = column("state").name;
		wrong(by_another, counting);
		// Nothing is counted for it
		wrong(mean(), counting);
		wrong(contributors(&["income"], groups), counting);
		// It counts nothing
		let other = submit_spec_on(mean_by(groups), plain()).unwrap();
		completed(other);
		wrong(mean_by(groups), other);
		// It failed
		let failed = submit_spec_on(contributors(&["income"], groups), plain()).unwrap();
		assert_ok!(cancel(failed));
		wrong(mean_by(groups), failed);
		run_until(failed, is_settled);
		wrong(mean_by(groups), failed);
	});
}

/// Of an earlier version no accepted set is remembered, and a sealed count nobody can hold against the result.
#[test]
fn a_count_follows_this_version_and_is_public() {
	build_and_execute(|| {
		let groups = &["A", "B"];
		let counting = submit_spec_on(contributors(&["income"], groups), plain()).unwrap();
		completed(counting);
		let asked = || submit_spec_on(mean_by(groups), counted_by(counting));
		assert_ok!(asked());
		let record = Records::<Test>::get(counting).unwrap();
		let old = Record { protocol: record.protocol - 1, ..record.clone() };
		Records::<Test>::insert(counting, old);
		assert_noop!(asked(), Error::<Test>::WrongCounting);
		let conditions = Conditions { sealed_to: Some(account(200)), ..plain() };
		Records::<Test>::insert(counting, Record { conditions, ..record.clone() });
		assert_noop!(asked(), Error::<Test>::WrongCounting);
		Records::<Test>::insert(counting, record);
		assert_ok!(asked());
	});
}

/// Rows that only the count has would hide that a group's sums are those of a few.
#[test]
fn only_rows_of_the_spec_are_counted() {
	build_and_execute(|| {
		let groups = &["A", "B"];
		let counting = submit_spec_on(contributors(&["income", "loan"], groups), plain()).unwrap();
		completed(counting);
		let asked = |change: fn(&mut TaskSpec)| {
			let mut spec = mean_by(groups);
			change(&mut spec);
			submit_spec_on(spec, counted_by(counting))
		};
		let over = |decimals, min, max| {
			let income = Column { decimals, min, max, ..column("income") };
			let columns = vec![income].try_into().unwrap();
			submit_spec_on(TaskSpec { columns, ..mean_by(groups) }, counted_by(counting))
		};
		let Column { decimals, min, max, .. } = column("income");
		assert_ok!(over(decimals, min - 1, max + 1));
		for (decimals, min, max) in
			[(decimals, min + 1, max), (decimals, min, max - 1), (decimals + 1, min, max)]
		{
			assert_noop!(over(decimals, min, max), Error::<Test>::WrongCounting);
		}
		assert_ok!(asked(|spec| spec.max_rows += 1));
		assert_noop!(asked(|spec| spec.max_rows -= 1), Error::<Test>::WrongCounting);
	});
}

/// Bins are counted as groups of the one column; what they are called is not looked at.
#[test]
fn the_bins_of_a_histogram_are_counted_too() {
	build_and_execute(|| {
		let counting = submit_spec_on(contributors(&[], &["low", "high"]), plain()).unwrap();
		completed(counting);
		let binned = |statistic, name: &str| TaskSpec {
			statistic,
			columns: vec![column(name)].try_into().unwrap(),
			edges: vec![10, 20].try_into().unwrap(),
			quantiles: match statistic {
				Statistic::Quantiles => vec![500].try_into().unwrap(),
				_ => Default::default(),
			},
			..mean()
		};
		let submit = |spec| submit_spec_on(spec, counted_by(counting));
		for statistic in [Statistic::Histogram, Statistic::Quantiles, Statistic::Median] {
			assert_ok!(submit(binned(statistic, "grade")));
			assert_noop!(submit(binned(statistic, "income")), Error::<Test>::WrongCounting);
		}
		// Without edges there is nothing that would be counted
		let plain_mean = TaskSpec { columns: binned(Statistic::Median, "grade").columns, ..mean() };
		assert_noop!(submit(plain_mean), Error::<Test>::WrongCounting);
		let fewer = TaskSpec { max_rows: 999, ..binned(Statistic::Median, "grade") };
		assert_noop!(submit(fewer), Error::<Test>::WrongCounting);
	});
}

/// The result is there before the settlement is through.
#[test]
fn a_count_is_good_as_soon_as_its_task_is_completed() {
	build_and_execute(|| {
		let groups = &["A", "B"];
		let counting = submit_spec_on(contributors(&["income"], groups), plain()).unwrap();
		accept_all(counting);
		run_until(counting, |status| matches!(status, Collecting { .. }));
		deal_all(counting);
		run_until(counting, |status| matches!(status, Revealing { .. }));
		let asked = || submit_spec_on(mean_by(groups), counted_by(counting));
		assert_noop!(asked(), Error::<Test>::WrongCounting);
		Tasks::all_revealed(counting);
		assert_eq!(status(counting), Settling(Completed));
		assert_ok!(asked());
	});
}

/// Without a committee the requester does not get to know who would be missing.
#[test]
fn without_the_required_dealers_nothing_is_drawn() {
	build_and_execute(|| {
		let dealers = invited();
		let lacks_one = submit_on(requiring(&dealers[2..])).unwrap();
		let promises_more = submit_on(promising(4)).unwrap();
		let enough = submit_on(requiring(&dealers[1..3])).unwrap();
		for dealer in &dealers[..3] {
			for task in [lacks_one, promises_more, enough] {
				assert_ok!(accept(task, dealer));
			}
		}
		assert_eq!(Invitations::<Test>::get(lacks_one).unwrap().missing, 1);
		assert_eq!(Invitations::<Test>::get(enough).unwrap().missing, 0);
		run_to(12);
		for task in [lacks_one, promises_more] {
			assert_eq!(status(task), Settling(Failed(TooFewAcceptances)));
		}
		assert!(matches!(status(enough), Drawing { .. }));
		run_until(lacks_one, is_settled);
		let back = |dealer| deposit(lacks_one, dealer) == Some(Deposit::Returned);
		assert!(dealers[..3].iter().all(back));
	});
}

/// What a dealer allows is asked with what the task promises, before the dealer's money is touched.
#[test]
fn a_dealers_policy_is_asked() {
	build_and_execute(|| {
		let dealers = invited();
		let task = submit_on(Conditions { least_dealers: 4, ..requiring(&dealers[..1]) }).unwrap();
		let refusal = DispatchError::Other("the quota is spent");
		world(|world| world.refuses.acceptances = Some(refusal));
		assert_noop!(accept(task, &dealers[0]), refusal);
		assert_eq!(deposit(task, &dealers[0]), None);
		assert!(!Tasks::has_accepted(task, &dealers[0]));

		world(|world| world.refuses.acceptances = None);
		assert_ok!(accept(task, &dealers[0]));
		let asked = Heard::Accepts {
			task,
			dealer: dealers[0].clone(),
			dataset: DATASET,
			least_dealers: 4,
			required: dealers[..1].to_vec(),
			counting: None,
		};
		assert_eq!(heard(task), [asked.clone(), asked]);
		// Who is refused for another reason is not asked about
		assert_noop!(accept(task, &account(50)), Error::<Test>::NotInvited);
		assert_noop!(accept(task, &dealers[0]), Error::<Test>::AlreadyAccepted);
		assert_eq!(heard(task).len(), 2);
	});
}

#[test]
fn a_dealing_is_taken_under_what_was_agreed_to() {
	build_and_execute(|| {
		let dealers = invited();
		let task = submit(Standard).unwrap();
		for dealer in &dealers[..3] {
			assert_ok!(accept(task, dealer));
		}
		let before = heard(task).len();
		let refusal = DispatchError::Other("the quota is spent");
		world(|world| world.refuses.dealings = Some(refusal));
		assert_noop!(Tasks::dealing(task, &dealers[0]), refusal);
		world(|world| world.refuses.dealings = None);
		assert_ok!(Tasks::dealing(task, &dealers[0]));
		// Invited, and has not accepted; not invited; of another task
		for (task, who) in [(task, &dealers[3]), (task, &requester()), (task + 1, &dealers[0])] {
			assert_noop!(Tasks::dealing(task, who), Error::<Test>::NotInvited);
		}
		<Tasks as TaskBook>::fell_away(task, &dealers[0]);
		<Tasks as TaskBook>::fell_away(task, &requester());
		let (dealer, agreed) = (dealers[0].clone(), agreed(DATASET));
		let dealt = Heard::Dealt { task, dealer: dealer.clone(), agreed };
		assert_eq!(heard(task)[before..], [dealt.clone(), dealt, Heard::FellAway { task, dealer }]);
	});
}

/// The set of a task on these conditions lacks its last dealer, or is `refused` by who remembers: the task fails, and only its
/// requester pays.
fn breaks(asked: fn() -> Conditions, refused: Option<FailReason>, reason: FailReason) {
	build_and_execute(|| {
		let dealers = invited();
		world(|world| {
			world.lacks = [dealers[3].clone()].into_iter().collect();
			world.refuses.sets = refused;
		});
		let task = frozen_on(asked());
		assert_eq!(status(task), Settling(Failed(reason)));
		assert_eq!(is_asked(task), refused.is_some());
		run_until(task, is_settled);
		assert_eq!(journal(task)[4..], settled_drawn(task, false, Ending::Forfeited));
		assert!(dealers.iter().all(|dealer| deposit(task, dealer) == Some(Deposit::Returned)));
		let frozen = |event: &Event<Test>| matches!(event, Event::AcceptedSetFrozen { .. });
		assert!(!events().iter().any(frozen));
	});
}

/// Once the committee is drawn, a set that does not keep the promise costs the requester the whole fee, whoever is missing:
/// else it would be a draw for nothing. Nobody who dealt pays.
#[test]
fn a_set_that_breaks_the_conditions_has_no_result() {
	breaks(|| promising(4), None, TooFewDealers);
	breaks(|| requiring(&invited()[3..]), None, DealerMissing);
	breaks(plain, Some(NotCounted), NotCounted);
	breaks(plain, Some(Differencing), Differencing);
}

/// The same set passes where it was not promised to be another one, and the dealers' neighbour sees who is in it.
#[test]
fn the_accepted_set_is_shown_to_those_who_remember() {
	build_and_execute(|| {
		let dealers = invited();
		world(|world| world.lacks = [dealers[3].clone()].into_iter().collect());
		let groups = &["A", "B"];
		let counting = submit_spec_on(contributors(&["income"], groups), plain()).unwrap();
		completed(counting);
		let task = submit_spec_on(mean_by(groups), counted_by(counting)).unwrap();
		completed(task);
		for (task, spec, counting) in [
			(counting, contributors(&["income"], groups), None),
			(task, mean_by(groups), Some(counting)),
		] {
			let columns = ColumnSet::of(&spec, sha2_256);
			let set = Heard::Freezes { task, dealers: dealers[..3].to_vec(), columns, counting };
			assert!(heard(task).contains(&set));
		}
	});
}

fn is_forgotten(task: TaskId) -> (bool, usize) {
	let heard = heard(task);
	let fell_away = |heard: &&Heard| matches!(heard, Heard::FellAway { .. });
	let unreleased = heard.contains(&Heard::Unreleased { task });
	(unreleased, heard.iter().filter(fell_away).count())
}

/// From the first right result share on a task counts as released: who reveals it and then sees to it that no result comes
/// would else have two sets that differ by a single dealer.
#[test]
fn a_task_with_one_right_share_is_remembered_though_it_failed() {
	for (has_share, expected) in [(true, (false, 0)), (false, (true, 4))] {
		build_and_execute(|| {
			world(|world| (world.has_result, world.has_share) = (false, has_share));
			let task = frozen_on(plain());
			run_until(task, |status| matches!(status, Settling(_)));
			// The set in the step that ends it, its dealers with the cohort
			assert_eq!(is_forgotten(task), (!has_share, 0));
			// What is freed meanwhile tells nothing any more
			world(|world| world.has_share = !has_share);
			run_until(task, is_settled);
			assert_eq!(status(task), Settled(Failed(TooFewShares)));
			assert_eq!(is_forgotten(task), expected);
		});
	}
}

#[test]
fn a_completed_task_is_remembered_and_one_that_was_not_frozen_is_not() {
	build_and_execute(|| {
		let task = submit(Standard).unwrap();
		completed(task);
		assert_eq!(is_forgotten(task), (false, 0));
		// Two of four have accepted
		let task = submit(Standard).unwrap();
		for dealer in &invited()[..2] {
			assert_ok!(accept(task, dealer));
		}
		assert_ok!(cancel(task));
		run_until(task, is_settled);
		assert_eq!(is_forgotten(task), (false, 2));
		// No accepted set was there to forget
		world(|world| world.found = Found::Unsound);
		let task = frozen_on(plain());
		run_until(task, is_settled);
		assert_eq!(is_forgotten(task), (false, 4));
		assert!(!is_asked(task));
	});
}
