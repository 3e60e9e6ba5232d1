//! How often a data set is asked.

use super::*;
use proptest::prelude::*;

/// The requester does not matter: a quota spent through one is spent for all, as nothing of the requester is asked.
#[test]
fn a_quota_is_the_data_sets() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, quota(2, 50)));
		assert_ok!(deal(1, 1, LOANS));
		assert_ok!(deal(2, 1, LOANS));
		assert_noop!(accept(3, 1, LOANS), Error::QuotaSpent);
		assert_ok!(accept(3, 1, WAGES));
		at(50);
		assert_noop!(accept(3, 1, LOANS), Error::QuotaSpent);
		at(51);
		assert_ok!(accept(3, 1, LOANS));
	});
}

/// To accept more than the quota at once and then deal to all of them.
#[test]
fn open_acceptances_get_no_further_than_the_quota() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, quota(2, 50)));
		let agreed = [1, 2, 3].map(|task| accept(task, 1, LOANS).unwrap());
		assert_ok!(<Consents as Consent>::dealt(1, &account(1), &agreed[0]));
		assert_ok!(<Consents as Consent>::dealt(2, &account(1), &agreed[1]));
		assert_noop!(<Consents as Consent>::dealt(3, &account(1), &agreed[2]), Error::QuotaSpent);
	});
}

#[test]
fn what_fell_away_counts_no_more() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, quota(1, 50)));
		assert_ok!(deal(1, 1, LOANS));
		fall_away(2, 1);
		assert_noop!(accept(2, 1, LOANS), Error::QuotaSpent);
		fall_away(1, 1);
		assert_ok!(accept(2, 1, LOANS));
		assert!(!Histories::<Test>::contains_key(account(1)), "an empty history is freed");
	});
}

/// A policy that is loosened after the quota was spent gives nothing back before it is due.
#[test]
fn a_spent_quota_cannot_be_raised_at_once() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, quota(1, 1000)));
		assert_ok!(deal(1, 1, LOANS));
		assert_ok!(set(1, LOANS, quota(8, 1)));
		at(DAY);
		assert_noop!(accept(2, 1, LOANS), Error::QuotaSpent);
		at(1 + DAY);
		assert_ok!(accept(2, 1, LOANS));
	});
}

/// Eight tasks over another data set, which has no quota, push the entry out that the quota counts.
#[test]
fn a_quota_is_not_had_back_by_tasks_over_other_data() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, quota(1, 50)));
		assert_ok!(deal(1, 1, LOANS));
		at(10);
		for task in 2..10 {
			assert_ok!(deal(task, 1, WAGES));
		}
		assert!(Consents::history(account(1)).iter().all(|entry| entry.dataset == WAGES));
		assert_noop!(accept(10, 1, LOANS), Error::QuotaSpent);
		// Nor if all of those come to nothing.
		(2..10).for_each(|task| fall_away(task, 1));
		assert_noop!(accept(10, 1, LOANS), Error::QuotaSpent);
		at(51);
		assert_ok!(accept(10, 1, LOANS));
	});
}

/// One task that was pushed out counts as one: seven more are in place under a quota of eight.
#[test]
fn a_task_that_was_pushed_out_counts_once() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, quota(8, 1000)));
		assert_ok!(deal(1, 1, LOANS));
		for task in 2..10 {
			assert_ok!(deal(task, 1, WAGES));
		}
		for task in 10..17 {
			assert_ok!(deal(task, 1, LOANS));
		}
		assert_noop!(accept(17, 1, LOANS), Error::QuotaSpent);
		for task in 17..25 {
			assert_ok!(deal(task, 1, WAGES));
		}
		assert_noop!(accept(25, 1, LOANS), Error::QuotaSpent);
		at(1001);
		assert_ok!(accept(25, 1, LOANS));
	});
}

/// The last eight are kept: no quota counts more.
#[test]
fn of_what_is_pushed_out_the_oldest_goes_first() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, quota(8, 50)));
		for round in 0..10 {
			at(1 + 10 * round);
			assert_ok!(deal(100 * round, 1, LOANS));
			for other in 1..=HISTORY {
				assert_ok!(deal(100 * round + other, 1, WAGES));
			}
		}
		let kept = Forgotten::<Test>::get(account(1), LOANS);
		assert_eq!(kept.to_vec(), [21, 31, 41, 51, 61, 71, 81, 91]);
	});
}

proptest! {
	/// Against a log of all that was dealt.
	#[test]
	fn a_quota_is_counted_exactly(
		tasks in 1u8..=8,
		blocks in 1u32..100,
		steps in prop::collection::vec((any::<bool>(), 0u32..12), 1..80),
	) {
		build_and_execute(|| {
			assert_ok!(set(1, LOANS, quota(tasks, blocks)));
			let (mut now, mut log) = (1, Vec::<BlockNumber>::new());
			for (task, (is_counted, wait)) in (1..).zip(steps) {
				now += wait;
				at(now);
				if !is_counted {
					assert_ok!(deal(task, 1, WAGES));
					continue;
				}
				let used = log.iter().filter(|at| **at + blocks > now).count();
				let may = used < usize::from(tasks);
				assert_eq!(deal(task, 1, LOANS).is_ok(), may);
				if may {
					log.push(now);
				}
			}
		});
	}
}

/// What is pushed out is kept where a policy may need it, and no longer than that one.
#[test]
fn what_is_pushed_out_is_kept_for_a_policy_alone() {
	build_and_execute(|| {
		for task in 1..10 {
			assert_ok!(deal(task, 1, WAGES));
		}
		assert_eq!(Forgotten::<Test>::iter().count(), 0);
		assert_ok!(set(1, WAGES, quota(8, 1)));
		at(2);
		assert_ok!(deal(10, 1, WAGES));
		assert_eq!(Forgotten::<Test>::get(account(1), WAGES).to_vec(), [1]);
		assert_ok!(remove(1, WAGES));
		at(2 + DAY);
		assert_ok!(remove(1, WAGES));
		assert_eq!(Forgotten::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_history_has_the_last_eight() {
	build_and_execute(|| {
		for task in 1..=10 {
			at(task);
			assert_ok!(deal(task, 1, LOANS));
		}
		let tasks: Vec<_> =
			Consents::history(account(1)).into_iter().map(|entry| entry.task).collect();
		assert_eq!(tasks, [3, 4, 5, 6, 7, 8, 9, 10]);
	});
}

/// All eight that a history holds can be a quota.
#[test]
fn the_largest_quota_is_counted() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, quota(8, 50)));
		for task in 1..=8 {
			assert_ok!(deal(task, 1, LOANS));
		}
		assert_noop!(deal(9, 1, LOANS), Error::QuotaSpent);
	});
}
