//! Tasks and nodes as lines for people.

use super::{attested, capture};
use crate::chain::{stake::Unlock, Token};
use ostraka_party::{
	address, class,
	data::decimal::render,
	request::{is_text, shown},
	title::title,
	validity::{what_is_proven, NOT_PROVEN},
	words::{counted, learn_or_learns},
};
use ostraka_primitives::{
	api::{NodeInfo, TaskInfo},
	odds::Odds,
	role::Role,
	spec::TaskSpec,
	task::{Outcome, Task, TaskStatus},
	AccountId, TaskId,
};
use std::time::Duration;

/// What is said of a chain whose draws are predictable.
pub const INSECURE: &str =
	"this is a development chain: its committees are predictable, use it to try things out only";
/// Most invited dealers that are listed for people.
const MOST_DEALERS: usize = 20;

/// The name of a state.
pub fn state(status: &TaskStatus) -> &'static str {
	match status {
		TaskStatus::Inviting { .. } => "inviting",
		TaskStatus::Drawing { .. } => "drawing",
		TaskStatus::Collecting { .. } => "collecting",
		TaskStatus::Verifying { .. } => "verifying",
		TaskStatus::Committing { .. } => "committing",
		TaskStatus::Revealing { .. } => "revealing",
		TaskStatus::Settling(_) => "settling",
		TaskStatus::Settled(_) => "settled",
	}
}

/// How a task ended, if it has.
pub fn outcome(status: &TaskStatus) -> Option<Outcome> {
	match status {
		TaskStatus::Settling(outcome) | TaskStatus::Settled(outcome) => Some(*outcome),
		_ => None,
	}
}

/// Last block of the present phase, if it has one.
pub fn until(status: &TaskStatus) -> Option<u32> {
	match status {
		TaskStatus::Inviting { until }
		| TaskStatus::Drawing { until }
		| TaskStatus::Collecting { until, .. }
		| TaskStatus::Verifying { until }
		| TaskStatus::Committing { until, .. }
		| TaskStatus::Revealing { until } => Some(*until),
		TaskStatus::Settling(_) | TaskStatus::Settled(_) => None,
	}
}

/// Last block for the first dealing, as long as there is none.
pub fn first_by(info: &TaskInfo) -> Option<u32> {
	match info.task.status {
		TaskStatus::Collecting { first_by, .. } if info.dealings == 0 => Some(first_by),
		_ => None,
	}
}

/// How far a task is, in a few words.
pub fn progress(info: &TaskInfo, block: u32) -> String {
	let left = until(&info.task.status).map_or(0, |until| until.saturating_sub(block));
	let seats = info.task.parameters.seats;
	match &info.task.status {
		TaskStatus::Inviting { .. } => format!("{}, {left} blocks left", accepted(info)),
		TaskStatus::Drawing { .. } => format!("{}; waiting for its committee", accepted(info)),
		TaskStatus::Collecting { .. } => {
			let dealings =
				format!("dealings {} of {}, {left} blocks left", info.dealings, info.task.accepted);
			match first_by(info) {
				Some(first) => format!("{dealings}, {} for the first", first.saturating_sub(block)),
				None => dealings,
			}
		},
		TaskStatus::Verifying { .. } => {
			let so_far = attested_by(info).map_or_else(String::new, |by| format!("{by} so far, "));
			let excluded = counted(info.excluded as usize, "dealing");
			format!("{so_far}{left} blocks left at most, {excluded} excluded")
		},
		TaskStatus::Committing { .. } => format!("commitments {} of {seats}", info.committed),
		TaskStatus::Revealing { .. } => format!("result shares {} of {seats}", info.right_shares),
		TaskStatus::Settling(outcome) => {
			format!("{}; rewards and deposits are being paid out", ended(*outcome))
		},
		TaskStatus::Settled(outcome) => ended(*outcome),
	}
}

/// Who has attested to the dealings of an unsettled task; `None` if it has neither seats nor a panel.
fn attested_by(info: &TaskInfo) -> Option<String> {
	let (seats, verifiers) = (info.task.parameters.seats, info.task.parameters.verifiers);
	let members = (info.attested as usize, usize::from(seats));
	attested::attested(Some(members), (info.verified as usize, usize::from(verifiers)))
}

/// What came of the attestations, once the accepted set is frozen and as long as the state knows.
fn judged_lines(info: &TaskInfo) -> Vec<(String, String)> {
	let attested = match info.task.status {
		TaskStatus::Committing { .. } | TaskStatus::Revealing { .. } => attested_by(info),
		_ => None,
	};
	let named = |name: &str, said: Option<String>| said.map(|said| (name.to_owned(), said));
	let disproven = attested::disproven(info.disproven);
	[named("inputs", attested), named("disproven", disproven)].into_iter().flatten().collect()
}

/// How many of the invited dealers have accepted.
pub fn accepted(info: &TaskInfo) -> String {
	format!("accepted {} of {}", info.task.accepted, info.task.invited)
}

/// Blocks, and the time that they take if each takes so long.
pub fn span(blocks: u32, each: Duration) -> String {
	let seconds = (each * blocks).as_secs();
	let time = match seconds {
		0..120 => format!("{seconds} s"),
		120..7_200 => format!("{} min", seconds / 60),
		7_200..172_800 => format!("{} h", seconds / 3_600),
		_ => format!("{} days", seconds / 86_400),
	};
	format!("{} ({time} at {} s a block)", counted(blocks as usize, "block"), each.as_secs_f64())
}

/// How a task ended, in words.
pub fn ended(outcome: Outcome) -> String {
	match outcome {
		Outcome::Completed => "completed".to_owned(),
		Outcome::Failed(reason) => format!("failed: {}", reason.explain()),
	}
}

/// A task as lines of name and value, as of a block; with the odds of a draw now, if they are known.
pub fn task_lines(
	token: &Token,
	block: u32,
	id: TaskId,
	info: &TaskInfo,
	odds: Option<&Odds>,
) -> Vec<(String, String)> {
	let task = &info.task;
	let mut lines = vec![
		("task".to_owned(), format!("{id}: {}", title(&task.spec))),
		("state".to_owned(), format!("{} ({})", state(&task.status), progress(info, block))),
		("requester".to_owned(), address(&task.requester)),
		("class".to_owned(), class_line(task)),
	];
	if let Some(odds) = odds {
		let is_drawn = task.drawn_at.is_some();
		lines.push(("capture".to_owned(), capture::line(token, odds, is_drawn)));
	}
	lines.extend([
		("fee".to_owned(), token.render(task.fee)),
		("data reward".to_owned(), token.render(task.data_reward)),
		("submitted".to_owned(), format!("block {}", task.submitted_at)),
	]);
	lines.extend(column_lines(&task.spec));
	lines.push(("proven".to_owned(), proven(&task.spec)));
	if let (Some(block), Some(hash)) = (task.drawn_at, task.task_hash) {
		lines.push(("drawn".to_owned(), format!("block {block}")));
		lines.push(("task hash".to_owned(), hex(hash)));
	}
	for (seat, j) in info.committee.iter().zip(1u32..) {
		lines.push((format!("seat {j}"), address(&seat.account)));
	}
	let panel = u32::from(task.parameters.seats).saturating_add(1)..;
	for (seat, j) in info.panel.iter().zip(panel) {
		lines.push((format!("seat {j}"), format!("{} (verifies)", address(&seat.account))));
	}
	lines.extend(judged_lines(info));
	let dealt = match task.status {
		// the state has forgotten how many
		TaskStatus::Settled(_) => String::new(),
		_ => format!(", {} have dealt", info.dealings),
	};
	let dealers = format!("{} invited, {} have accepted{dealt}", task.invited, task.accepted);
	lines.push(("dealers".to_owned(), dealers));
	lines.extend(dealer_lines(&info.dealers, &info.accepted));
	lines
}

/// A task's class, and what it means.
pub fn class_line(task: &Task) -> String {
	let panel = match task.parameters.verifiers {
		0 => String::new(),
		1 => "; 1 more verifies the inputs and sees no share".to_owned(),
		more => format!("; {more} more verify the inputs and see no share"),
	};
	format!(
		"{}: {} nodes hold the shares, any {} of them {} nothing{panel}; {} dealers at least",
		class::label(task.class),
		task.parameters.seats,
		task.parameters.threshold,
		learn_or_learns(task.parameters.threshold.into()),
		task.parameters.least_dealers
	)
}

/// What is proven of each dealing to a task, and what is not.
pub fn proven(spec: &TaskSpec) -> String {
	format!("of each dealing: {}; {NOT_PROVEN}", what_is_proven(spec))
}

/// A task's columns with their ranges, and its groups.
pub fn column_lines(spec: &TaskSpec) -> Vec<(String, String)> {
	let mut lines = Vec::new();
	for column in spec.all_columns() {
		let bound = |units| render(units, column.decimals);
		let range = match is_text(spec, column) {
			true => "any text, which is counted".to_owned(),
			false => format!("{} to {}, public", bound(column.min), bound(column.max)),
		};
		lines.push((format!("column {}", shown(&column.name)), range));
	}
	if let Some(grouping) = &spec.group_by {
		let groups: Vec<String> = grouping.groups.iter().map(shown).collect();
		lines.push((format!("groups of {}", shown(&grouping.column)), groups.join(", ")));
	}
	lines
}

/// Dealers, and which of them have accepted; not all, if there are many.
pub fn dealer_lines(dealers: &[AccountId], accepted: &[AccountId]) -> Vec<(String, String)> {
	let line = |dealer: &AccountId| {
		let has = if accepted.contains(dealer) { " (has accepted)" } else { "" };
		(String::new(), format!("{}{has}", address(dealer)))
	};
	let mut lines: Vec<_> = dealers.iter().take(MOST_DEALERS).map(line).collect();
	if dealers.len() > MOST_DEALERS {
		let more = dealers.len() - MOST_DEALERS;
		lines.push((String::new(), format!("and {more} more (--json lists all)")));
	}
	lines
}

/// What a node is drawn for.
fn drawn_for(role: Role) -> String {
	let what = match role {
		Role::Compute => "it computes: seats of committees",
		Role::Verify => "it verifies: seats of panels, which see no share",
		Role::Both => "it computes, and verifies: one seat in a task, of either kind",
	};
	format!("{}: {what}", role.label())
}

/// A node as lines of name and value.
pub fn node_lines(token: &Token, node: &NodeInfo, unlocks: &[Unlock]) -> Vec<(String, String)> {
	let selection = if node.active { "in selection" } else { "not in selection (chilled)" };
	let mut unbonding = token.render(node.unbonding);
	for unlock in unlocks {
		unbonding.push_str(&format!(
			"; {} from block {} on",
			token.render(unlock.amount),
			unlock.at
		));
	}
	[
		("account", address(&node.account)),
		("state", selection.to_owned()),
		("role", drawn_for(node.role)),
		("stake", token.render(node.stake)),
		("unbonding", unbonding),
		("tasks", format!("{} of {}", node.assigned, node.capacity)),
		// of a committee's seat result shares, of a panel's attestations
		("right answers", node.completed.to_string()),
		("absences", node.absences.to_string()),
		("convictions", node.convictions.to_string()),
		("worker key", hex(node.worker.0)),
		("seal key", hex(node.seal_key)),
	]
	.map(|(name, value)| (name.to_owned(), value))
	.to_vec()
}

/// Bytes in hexadecimal.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", hex::encode(bytes))
}

#[cfg(test)]
mod tests {
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
		assert!(value(&lines, "class")
			.contains("3 nodes hold the shares, any 1 of them learns nothing"));
		assert_eq!(value(&lines, "dealers"), "3 invited, 3 have accepted, 1 have dealt");
	}

	#[test]
	fn the_odds_of_a_capture_stand_under_the_class() {
		let odds = fixtures::odds();
		let shown = |info: &_| task_lines(&fixtures::token(), 7, 3, info, Some(&odds));
		let lines = shown(&fixtures::inviting());
		let place = lines.iter().position(|(name, _)| name == "capture").expect("a line");
		assert_eq!(lines[place - 1].0, "class");
		assert!(lines[place].1.ends_with(" (some 7.1 OST)"), "{lines:?}");
		let drawn = value(&shown(&fixtures::task()), "capture");
		assert!(drawn.ends_with(", were it drawn now"), "{drawn}");
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
		let shown =
			|info: &_| value(&task_lines(&fixtures::token(), 7, 3, info, None), "disproven");
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
}
