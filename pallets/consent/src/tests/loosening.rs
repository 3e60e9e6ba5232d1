//! What is looser waits: attacks on that, and a random one.

use super::*;
use crate::types::stricter;
use proptest::prelude::*;

fn is_as_tight(one: &Policy, other: &Policy) -> bool {
	stricter(one, other).as_ref() == Some(one)
}

#[test]
fn what_is_looser_holds_a_day_later() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, cohort(8)));
		at(10);
		events();
		assert_ok!(set(1, LOANS, cohort(3)));
		let (dealer, dataset) = (account(1), LOANS);
		assert_eq!(
			events(),
			[
				Event::PolicySet { dealer: dealer.clone(), dataset, holds: cohort(8) },
				Event::LooseningSet { dealer, dataset, policy: Some(cohort(3)), at: 10 + DAY }
			]
		);
		at(10 + DAY - 1);
		assert_noop!(accept(1, 1, LOANS), Error::TooFewDealersAsked);
		at(10 + DAY);
		assert_ok!(accept(1, 1, LOANS));
		assert_eq!(
			Consents::policy(account(1), LOANS),
			Some(Standing { now: cohort(3), next: None, deposit: DEPOSIT })
		);
	});
}

/// Each field has its own direction: one policy can be tighter in one and looser in another.
#[test]
fn fields_are_apart() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, Policy { least_difference: 5, ..quota(2, 50) }));
		assert_ok!(set(1, LOANS, Policy { least_cohort: 9, ..quota(1, 10) }));
		let both = Policy { least_cohort: 9, least_difference: 5, ..quota(1, 50) };
		assert_eq!(holds(1, LOANS), both);
		at(1 + DAY);
		assert_eq!(holds(1, LOANS), Policy { least_cohort: 9, ..quota(1, 10) });
	});
}

/// Loosened just before a task, over each field, and by removal.
#[test]
fn nothing_is_loosened_just_before_a_task() {
	build_and_execute(|| {
		let tight = Policy { least_cohort: 8, least_difference: 5, ..quota(1, 50) };
		assert_ok!(set(1, LOANS, tight.clone()));
		for loose in [Policy::default(), quota(8, 1), cohort(7), differ(4)] {
			assert_ok!(set(1, LOANS, loose));
			assert_eq!(holds(1, LOANS), tight);
		}
		assert_ok!(remove(1, LOANS));
		assert_eq!(holds(1, LOANS), tight);
		at(DAY);
		assert_eq!(holds(1, LOANS), tight);
		assert_noop!(accept(1, 1, LOANS), Error::TooFewDealersAsked);
	});
}

/// To loosen, wait until a block before the day is over, and tighten and loosen again: the second loosening has its own day.
#[test]
fn a_loosening_that_is_nearly_due_takes_no_other_along() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, cohort(8)));
		assert_ok!(set(1, LOANS, cohort(6)));
		at(DAY);
		assert_ok!(set(1, LOANS, cohort(9)));
		assert_ok!(set(1, LOANS, cohort(3)));
		at(2 * DAY - 1);
		assert_eq!(holds(1, LOANS), cohort(9));
		at(2 * DAY);
		assert_eq!(holds(1, LOANS), cohort(3));
	});
}

/// A removal that is pending, or due, gives no other policy its day.
#[test]
fn a_removal_is_no_way_around() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, cohort(8)));
		assert_ok!(remove(1, LOANS));
		assert_noop!(remove(1, LOANS), Error::NotYet);
		at(DAY);
		assert_noop!(remove(1, LOANS), Error::NotYet);
		assert_ok!(set(1, LOANS, cohort(3)));
		at(2 * DAY - 1);
		assert_eq!(holds(1, LOANS), cohort(8));
		at(2 * DAY);
		assert_eq!(holds(1, LOANS), cohort(3));
	});
}

/// What is due and was not freed asks for nothing, and a policy that is set then holds at once, on the same deposit.
#[test]
fn a_removal_that_is_due_asks_for_nothing() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, cohort(8)));
		assert_ok!(remove(1, LOANS));
		at(1 + DAY);
		assert_ok!(accept(1, 1, LOANS));
		assert!(Consents::policy(account(1), LOANS).unwrap().is_removed(1 + DAY));
		assert_ok!(set(1, LOANS, cohort(5)));
		let standing = Standing { now: cohort(5), next: None, deposit: DEPOSIT };
		assert_eq!(Consents::policy(account(1), LOANS), Some(standing));
	});
}

/// A tool that publishes the same file every hour does not put it off.
#[test]
fn the_same_loosening_again_is_not_put_off() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, cohort(8)));
		assert_ok!(set(1, LOANS, cohort(3)));
		for block in [2, DAY / 2, DAY] {
			at(block);
			assert_ok!(set(1, LOANS, cohort(3)));
		}
		assert_eq!(holds(1, LOANS), cohort(8));
		at(1 + DAY);
		assert_eq!(holds(1, LOANS), cohort(3));
	});
}

/// A shorter delay does not hasten what is pending.
#[test]
fn a_block_that_was_named_stays() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, cohort(8)));
		assert_ok!(set(1, LOANS, cohort(3)));
		LooseningDelay::set(&1);
		at(DAY);
		assert_eq!(holds(1, LOANS), cohort(8));
	});
}

/// An acceptance is held to what it was given under, a tightened policy does not change it, nor does a loosened one.
#[test]
fn an_acceptance_keeps_what_it_agreed_to() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, Policy { least_difference: 2, ..quota(2, 50) }));
		let agreed = accept(1, 1, LOANS).unwrap();
		assert_ok!(set(1, LOANS, Policy { least_difference: 9, ..quota(1, 50) }));
		assert_ok!(deal(2, 1, LOANS));
		assert_ok!(<Consents as Consent>::dealt(1, &account(1), &agreed));
		let asked: Vec<_> =
			Consents::history(account(1)).iter().map(|entry| entry.least_difference).collect();
		assert_eq!(asked, [9, 2]);
	});
}

#[derive(Clone, Debug)]
enum Step {
	Set(Policy),
	Remove,
	Wait(BlockNumber),
}

fn any_policy() -> impl Strategy<Value = Policy> {
	let quota = prop::option::of((1u8..=8, 1u32..200));
	let co_dealers = prop::collection::btree_set(1u8..8, 0..4);
	(quota, 0u32..10, 0u8..=16, co_dealers).prop_map(|(quota, cohort, differ, with)| Policy {
		quota: quota.map(|(tasks, blocks)| Quota { tasks, blocks }),
		least_cohort: cohort,
		least_difference: differ,
		co_dealers: accounts(&with.into_iter().collect::<Vec<_>>()).try_into().unwrap(),
	})
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		4 => any_policy().prop_map(Step::Set),
		1 => Just(Step::Remove),
		4 => prop_oneof![Just(1), Just(DAY - 1), Just(DAY), 1u32..2 * DAY].prop_map(Step::Wait),
	]
}

proptest! {
	/// Whatever is set in whichever order: what holds is at least as tight, field by field, as all that was set within the last
	/// day; and the last thing that was set holds, if nothing else was set, a day later.
	#[test]
	fn what_holds_is_as_tight_as_all_of_the_last_day(
		steps in prop::collection::vec(step(), 1..30),
	) {
		build_and_execute(|| {
			// What was set, `None` for a removal, and since when it waits to hold.
			let mut log: Vec<(BlockNumber, Option<Policy>)> = Vec::new();
			let mut now = 1;
			for step in steps {
				match step {
					Step::Set(policy) => {
						assert_ok!(set(1, LOANS, policy.clone()));
						let policy = Some(policy);
						// Set once more, it is put off no further.
						let since = log.last().filter(|(_, last)| *last == policy);
						log.push((since.map_or(now, |(since, _)| *since), policy));
					},
					Step::Remove => match remove(1, LOANS) {
						Ok(()) => log.push((now, None)),
						Err(error) => {
							let refusals = [Error::NotYet, Error::NoPolicy];
							assert!(refusals.map(DispatchError::from).contains(&error));
						},
					},
					Step::Wait(blocks) => now += blocks,
				}
				at(now);
				let holds = holds(1, LOANS);
				for (since, policy) in &log {
					let is_recent = since + DAY > now;
					let policy = policy.clone().unwrap_or_default();
					assert!(!is_recent || is_as_tight(&holds, &policy), "{holds:?} {policy:?}");
				}
				if let Some((since, last)) = log.last() {
					let last = last.clone().unwrap_or_default();
					assert!(since + DAY > now || holds == last, "{holds:?} {last:?}");
				}
			}
		});
	}
}
