//! Of quotas, of what a policy's file and the chain's differ in, and of what is refused.

use super::*;
use crate::fixtures;

const TAG: Digest = [7; 32];

fn entry(task: TaskId, at: BlockNumber) -> Entry {
	Entry { task, dataset: TAG, at, least_difference: 0 }
}

fn quota(tasks: u8, blocks: BlockNumber) -> Policy {
	Policy { quota: Some(Quota { tasks, blocks }), ..Policy::default() }
}

fn held(now: Policy, dealt: &[Entry], accepted: &[TaskId]) -> Held {
	let standing = Some(Standing { now, next: None, deposit: 1 });
	let (dealt, accepted) = (dealt.to_vec(), accepted.to_vec());
	Held { block: 100, standing, dealt, forgotten: Vec::new(), elsewhere: Vec::new(), accepted }
}

fn conditions() -> Conditions {
	fixtures::task().task.conditions
}

#[test]
fn other_data_sets_and_the_task_itself_are_not_counted() {
	let duties = Duties {
		block: 100,
		history: vec![entry(1, 60), Entry { dataset: [8; 32], ..entry(2, 70) }],
		accepted: vec![(3, TAG), (4, [8; 32]), (5, TAG)],
	};
	let held = duties.held(None, &TAG, Some(5));
	assert_eq!((held.dealt, held.elsewhere, held.accepted), (vec![entry(1, 60)], vec![2], vec![3]));
}

#[test]
fn a_quota_is_spent_by_dealings_and_by_acceptances() {
	let left = |held: &Held| held.left().map(|left| (left.dealt, left.tasks, left.next_at));
	let one = held(quota(2, 50), &[entry(1, 60)], &[]);
	assert_eq!(left(&one), Some((1, 1, None)));
	assert_eq!(one.refusal(&conditions()), None);
	// a block too early, and the first in which it is over
	let two = held(quota(2, 50), &[entry(1, 51), entry(2, 60)], &[]);
	assert_eq!(left(&two), Some((2, 0, Some(101))));
	let over = held(quota(2, 50), &[entry(1, 50), entry(2, 60)], &[]);
	assert_eq!(left(&over), Some((1, 1, None)));
	let refused = two.refusal(&conditions()).expect("spent");
	assert_eq!(
		refused,
		"2 tasks in 50 blocks may be asked, and 2 were dealt to: no more before block 101"
	);
	// whoever asks: an open acceptance counts as a dealing
	let open = held(quota(2, 50), &[entry(2, 60)], &[9]);
	assert_eq!(left(&open), Some((1, 0, Some(110))));
	let refused = open.refusal(&conditions()).expect("spent");
	assert!(
		refused.contains("1 was dealt to, 1 accepted and still to be dealt to (9)"),
		"{refused}"
	);
	let all = held(quota(2, 50), &[], &[8, 9]);
	let refused = all.refusal(&conditions()).expect("spent");
	assert!(refused.ends_with("no more before one of these is over"), "{refused}");
	assert_eq!(held(Policy::default(), &[entry(1, 99)], &[8]).left(), None);
}

#[test]
fn what_a_newer_dealing_pushed_out_is_counted_as_what_it_did_not() {
	let left = |held: &Held| held.left().map(|left| (left.dealt, left.tasks, left.next_at));
	let one = Held { forgotten: vec![70], ..held(quota(2, 50), &[], &[]) };
	assert_eq!(left(&one), Some((1, 1, None)));
	let long_ago = Held { forgotten: vec![40, 50], ..one };
	assert_eq!(left(&long_ago), Some((0, 2, None)));
	let two = Held { forgotten: vec![50, 70], ..held(quota(2, 50), &[entry(9, 90)], &[]) };
	assert_eq!(left(&two), Some((2, 0, Some(120))));
}

#[test]
fn the_data_set_that_was_counted_is_the_one_to_be_dealt() {
	let counted = Conditions { counting: Some(4), ..conditions() };
	// whether or not there is a policy
	let with = held(Policy::default(), &[entry(4, 60)], &[]);
	let without = Held { standing: None, ..with.clone() };
	for held in [with, without] {
		assert_eq!(held.refusal(&counted), None, "it is this one");
		let other = Held { dealt: Vec::new(), elsewhere: vec![4], ..held };
		let refused = other.refusal(&counted).expect("another one was counted");
		assert!(refused.contains("task 4") && refused.contains("--dataset NAME"), "{refused}");
		assert_eq!(other.refusal(&conditions()), None, "no task is named");
	}
}

#[test]
fn a_task_that_promises_less_is_refused() {
	let co_dealer = AccountId::new([5; 32]);
	let policy = Policy {
		least_cohort: 9,
		co_dealers: vec![co_dealer.clone()].try_into().expect("one"),
		..Policy::default()
	};
	let held = held(policy, &[], &[]);
	let refused = held.refusal(&conditions()).expect("it promises less");
	for part in ["no fewer than 3 dealers", "asks for 9", &address(&co_dealer)] {
		assert!(refused.contains(part), "`{refused}` does not say `{part}`");
	}
	let required = vec![co_dealer].try_into().expect("one");
	let promised = Conditions { least_dealers: 9, required, ..conditions() };
	assert_eq!(held.refusal(&promised), None);
}

#[test]
fn what_the_chain_does_not_hold_to_is_named() {
	let file = Policy { least_cohort: 8, least_difference: 5, ..quota(4, 100) };
	assert!(looser(&file, &file).is_empty());
	let loose = Policy { least_cohort: 7, least_difference: 4, ..quota(5, 100) };
	assert_eq!(looser(&loose, &file), ["per_period", "least_cohort", "least_difference"]);
	assert_eq!(looser(&quota(4, 99), &quota(4, 100)), ["per_period"]);
	assert!(looser(&quota(3, 200), &quota(4, 100)).is_empty(), "tighter");
	let one = Policy { least_difference: 1, ..Policy::default() };
	assert!(looser(&Policy::default(), &one).is_empty(), "1 asks for nothing");

	let none = Held { standing: None, ..held(Policy::default(), &[], &[]) };
	assert_eq!(none.warning(&Policy::default()), None);
	let warning = none.warning(&file).expect("none is there");
	assert!(warning.contains("`ostraka policy publish`"), "{warning}");
	let mut held = held(file.clone(), &[], &[]);
	assert_eq!(held.warning(&file), None);
	if let Some(standing) = &mut held.standing {
		standing.next = Some((None, 120));
	}
	let warning = held.warning(&file).expect("it is to be removed");
	assert!(warning.starts_with("from block 120 on") && warning.contains("per_period"));
}

#[test]
fn what_the_chain_refuses_the_policy_refuses() {
	let file = quota(1, 50);
	let held = held(file.clone(), &[entry(1, 99)], &[]);
	let lines = held.lines(&file, Some(&conditions()));
	assert_eq!((lines[0].rule, lines[0].says), ("on_chain", Says::No));
	let lines = held.lines(&file, None);
	assert_eq!(lines[0].why, "0 of 1 task in 50 blocks may still be asked");
	assert!(lines.iter().all(|line| line.says == Says::Yes), "{lines:?}");
}

#[test]
fn what_is_dealt_is_of_the_data_set_that_was_accepted_for() {
	assert!(check_dataset(7, &TAG, &TAG).is_ok());
	// without a policy no data set is named; what a policy says of that, `unheld` tells
	assert!(check_dataset(7, &NO_DATASET, &TAG).is_ok());
	assert!(check_dataset(7, &TAG, &NO_DATASET).is_ok());
	let error = check_dataset(7, &TAG, &[8; 32]).expect_err("another").to_string();
	assert!(error.contains("task 7") && error.contains("--dataset NAME"), "{error}");
}

/// Another tool, or a thief of the key, accepts two tasks for no data set, so that the chain compares and counts nothing: the dealer's
/// own tool does not deal to them by its policy.
#[test]
fn what_was_accepted_for_no_data_set_is_not_dealt_under_a_policy() {
	let file = Policy { least_difference: 5, least_cohort: 8, ..quota(4, 100) };
	let line = unheld(&NO_DATASET, &TAG, &file).expect("the chain holds it to nothing");
	assert_eq!((line.rule, line.says), ("on_chain", Says::No));
	for part in ["for no data set", "per_period, least_cohort, least_difference", "--no-policy"] {
		assert!(line.why.contains(part), "`{}` does not say `{part}`", line.why);
	}
	assert_eq!(unheld(&TAG, &TAG, &file), None, "it is the policy's");
	assert_eq!(unheld(&NO_DATASET, &NO_DATASET, &file), None, "nor is a data set dealt");
	assert_eq!(unheld(&NO_DATASET, &TAG, &Policy::default()), None, "there is nothing to hold to");
}

#[test]
fn a_required_dealer_that_has_not_accepted_stops_the_dealing() {
	let mut info = fixtures::task();
	assert!(check_required(7, &info).is_ok());
	let required = vec![info.dealers[2].clone()];
	info.task.conditions.required = required.try_into().expect("one");
	assert!(check_required(7, &info).is_ok());
	info.accepted.pop();
	let error = check_required(7, &info).expect_err("it is not there").to_string();
	assert!(error.contains(&address(&info.dealers[2])), "{error}");
}
