//! What is said of tasks and nodes.

use super::*;
use crate::fixtures;
use ostraka_primitives::{task::Seat, WorkerKey};

fn value(lines: &[(String, String)], name: &str) -> String {
	let line = lines.iter().find(|(other, _)| other == name);
	line.map(|(_, value)| value.clone()).unwrap_or_default()
}

#[test]
fn a_column_of_text_has_no_range() {
	let mut info = fixtures::task();
	info.task.spec.statistic = ostraka_primitives::spec::Statistic::Count;
	let column = &mut info.task.spec.columns[0];
	(column.decimals, column.min, column.max) = (0, 0, 0);
	let lines = task_lines(&fixtures::token(), 7, 3, &info, None);
	assert_eq!(value(&lines, "column x"), "any text, which is counted");
}

#[test]
fn a_task_is_shown_with_what_it_publishes() {
	let lines = task_lines(&fixtures::token(), 7, 3, &fixtures::task(), None);
	assert_eq!(value(&lines, "task"), "3: mean of x by g");
	assert_eq!(value(&lines, "state"), "collecting (dealings 1 of 3, 13 blocks left)");
	assert_eq!(value(&lines, "column x"), "0.0 to 9.0, public");
	assert_eq!(value(&lines, "groups of g"), "a, b");
	let proven = value(&lines, "proven");
	assert!(proven.starts_with("of each dealing: its count and sum are such as"), "{proven}");
	assert!(proven.ends_with(NOT_PROVEN), "{proven}");
	assert!(
		value(&lines, "class").contains("3 nodes hold the shares, any 1 of them learns nothing")
	);
	assert_eq!(value(&lines, "dealers"), "3 invited, 3 have accepted, 1 have dealt");
}

#[test]
fn the_odds_of_a_capture_stand_under_the_class() {
	let odds = fixtures::odds();
	let shown = |info: &_| task_lines(&fixtures::token(), 7, 3, info, Some(&odds));
	let lines = shown(&fixtures::inviting());
	let place = lines.iter().position(|(name, _)| name == "capture").expect("a line");
	assert_eq!(lines[place - 1].0, "class");
	assert!(lines[place].1.ends_with(" (some 16 OST)"), "{lines:?}");
	let drawn = value(&shown(&fixtures::task()), "capture");
	assert!(drawn.ends_with(", were it drawn now"), "{drawn}");
	assert_eq!(lines[place + 1].0, "panel");
	assert!(lines[place + 1].1.starts_with("all of it 0.81 % a draw"), "{lines:?}");
}

#[test]
fn what_a_task_waits_for_is_said() {
	let mut info = fixtures::inviting();
	let shown = |info: &_| value(&task_lines(&fixtures::token(), 7, 3, info, None), "state");
	assert_eq!(shown(&info), "inviting (accepted 1 of 3, 13 blocks left)");
	info.task.status = TaskStatus::Drawing { until: 20 };
	assert_eq!(shown(&info), "drawing (accepted 1 of 3; waiting for its committee)");
	info.task.accepted = 3;
	info.task.status = TaskStatus::Collecting { first_by: 12, until: 20 };
	let expected = "collecting (dealings 0 of 3, 13 blocks left, 5 for the first)";
	assert_eq!(shown(&info), expected);
	assert_eq!(until(&info.task.status), Some(20));
}

#[test]
fn conditions_are_told_and_how_it_stands_with_the_mask() {
	let mut info = fixtures::inviting();
	assert!(condition_lines(&info).is_empty());
	let recipient = AccountId::new([7; 32]);
	let required = AccountId::new([2; 32]);
	let conditions = &mut info.task.conditions;
	conditions.least_dealers = 5;
	conditions.required = vec![required.clone()].try_into().expect("few");
	(conditions.counting, conditions.sealed_to) = (Some(4), Some(recipient.clone()));
	let shown = |info: &_| task_lines(&fixtures::token(), 7, 3, info, None);
	let lines = shown(&info);
	assert!(value(&lines, "class").ends_with("; 5 dealers at least"));
	assert!(value(&lines, "required").starts_with(&address(&required)));
	assert!(value(&lines, "counted by").starts_with("task 4: "));
	let sealed = |info: &_| {
		let said = value(&shown(info), "sealed to");
		let who = format!("{}, who alone reads the result; ", address(&recipient));
		said.strip_prefix(&who).unwrap_or_default().to_owned()
	};
	let state = |info: &_| value(&shown(info), "state");
	assert_eq!(sealed(&info), "it has not accepted");
	assert_eq!(state(&info), "inviting (accepted 1 of 3, not the recipient, 13 blocks left)");
	info.accepted.push(recipient.clone());
	assert_eq!(sealed(&info), "it has accepted");
	assert_eq!(state(&info), "inviting (accepted 1 of 3 and the recipient, 13 blocks left)");

	info.task.status = TaskStatus::Collecting { first_by: 12, until: 20 };
	info.dealings = 2;
	assert_eq!(sealed(&info), "its mask is not there yet");
	assert_eq!(state(&info), "collecting (dealings 2 of 1, no mask yet, 13 blocks left)");
	info.masked = true;
	assert_eq!(sealed(&info), "its mask is there");
	assert_eq!(state(&info), "collecting (dealings 1 of 1 and the mask, 13 blocks left)");
	assert!(value(&shown(&info), "dealers").ends_with(", 1 have dealt"), "a mask is no dealer's");
	info.task.status = TaskStatus::Verifying { until: 20 };
	assert_eq!(sealed(&info), "its mask counts");
	info.masked = false;
	assert_eq!(sealed(&info), "its mask does not count");
}

#[test]
fn who_has_attested_is_counted() {
	let mut info = fixtures::task();
	info.task.status = TaskStatus::Verifying { until: 20 };
	(info.attested, info.verified, info.excluded) = (2, 1, 1);
	let shown = |info: &_| task_lines(&fixtures::token(), 7, 3, info, None);
	let expected = "verifying (attested by 2 of 3 members and 1 of 2 verifiers so far, \
	                13 blocks left at most, 1 dealing excluded)";
	assert_eq!(value(&shown(&info), "state"), expected);
	assert_eq!(value(&shown(&info), "inputs"), "", "the state says it");
	// all have: the set is frozen in the next block
	(info.attested, info.verified) = (3, 2);
	info.task.status = TaskStatus::Verifying { until: 7 };
	let all = "attested by 3 of 3 members and 2 of 2 verifiers";
	assert!(progress(&info, 7).starts_with(&format!("{all} so far, 0 blocks left")));
	info.task.status = TaskStatus::Committing { frozen_at: 7, until: 20 };
	assert_eq!(value(&shown(&info), "inputs"), all);
	// the state has forgotten it
	info.task.status = TaskStatus::Settled(Outcome::Completed);
	assert_eq!(value(&shown(&info), "inputs"), "");
}

#[test]
fn a_dealing_that_was_disproven_too_late_is_told() {
	let mut info = fixtures::task();
	info.task.status = TaskStatus::Revealing { until: 20 };
	let shown = |info: &_| value(&task_lines(&fixtures::token(), 7, 3, info, None), "disproven");
	assert_eq!(shown(&info), "");
	info.disproven = 1;
	let said = "1 dealing, found invalid after the freeze: it changed no number";
	assert_eq!(shown(&info), said);
}

#[test]
fn the_panel_has_the_seats_after_the_committees() {
	let mut info = fixtures::task();
	let seat = |byte: u8| Seat {
		account: AccountId::new([byte; 32]),
		worker: WorkerKey::from_raw([byte; 32]),
		seal_key: [byte; 32],
	};
	info.committee = vec![seat(1), seat(2), seat(3)].try_into().expect("few");
	info.panel = vec![seat(4), seat(5)].try_into().expect("few");
	let lines = task_lines(&fixtures::token(), 7, 3, &info, None);
	assert_eq!(value(&lines, "seat 3"), address(&AccountId::new([3; 32])));
	assert_eq!(
		value(&lines, "seat 5"),
		format!("{} (verifies)", address(&AccountId::new([5; 32])))
	);
	assert_eq!(value(&lines, "seat 6"), "");
	assert!(value(&lines, "class").contains("; 2 more verify the inputs and see no share; 3"));
	info.task.parameters.verifiers = 0;
	assert!(class_line(&info.task).ends_with("learns nothing; 3 dealers at least"));
}

#[test]
fn a_failure_says_why() {
	let reason = ostraka_primitives::task::FailReason::UnsoundCommitments;
	let said = ended(Outcome::Failed(reason));
	assert!(said.starts_with("failed: the sum of the commitments lies outside"), "{said}");
	let reason = ostraka_primitives::task::FailReason::MaskMissing;
	assert!(ended(Outcome::Failed(reason)).contains("mask of the result's recipient"));
}

#[test]
fn who_has_accepted_is_marked() {
	let lines = dealer_lines(&fixtures::task().dealers, &fixtures::inviting().accepted);
	let marked: Vec<bool> =
		lines.iter().map(|(_, line)| line.ends_with(" (has accepted)")).collect();
	assert_eq!(marked, [true, false, false]);
}

#[test]
fn blocks_are_shown_with_their_time() {
	let of = |blocks| span(blocks, Duration::from_secs(6));
	assert_eq!(of(1), "1 block (6 s at 6 s a block)");
	assert_eq!(of(300), "300 blocks (30 min at 6 s a block)");
	assert_eq!(of(14_400), "14400 blocks (24 h at 6 s a block)");
	assert_eq!(of(100_800), "100800 blocks (7 days at 6 s a block)");
}

#[test]
fn names_of_others_move_no_cursor() {
	let mut info = fixtures::task();
	let name = b"x\x1b[2A\n".to_vec().try_into().expect("short");
	info.task.spec.columns[0].name = name;
	let lines = task_lines(&fixtures::token(), 7, 3, &info, None);
	assert!(!value(&lines, "column x\\u{1b}[2A\\u{a}").is_empty(), "{lines:?}");
	let all = format!("{}{}", value(&lines, "task"), lines[0].1);
	assert!(!all.contains('\u{1b}'), "{all}");
}

#[test]
fn a_node_is_shown_with_what_it_unbonds() {
	let unlocks = [Unlock { amount: 2_000, at: 90 }];
	let lines = node_lines(&fixtures::token(), &fixtures::node(), &unlocks);
	assert_eq!(value(&lines, "stake"), "5 OST");
	assert_eq!(value(&lines, "unbonding"), "2 OST; 2 OST from block 90 on");
	assert_eq!(value(&lines, "tasks"), "1 of 16");
	let role = |role| {
		let node = NodeInfo { role, ..fixtures::node() };
		value(&node_lines(&fixtures::token(), &node, &[]), "role")
	};
	assert_eq!(role(Role::Compute), "compute: it computes: seats of committees");
	assert!(role(Role::Verify).starts_with("verify: it verifies: seats of panels"));
	assert!(role(Role::Both).starts_with("both: it computes, and verifies"));
}
