//! Tasks and nodes as lines for people.

use super::capture;
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
			format!(
				"{} of {seats} members attested, {left} blocks left at most, {} excluded",
				info.attested,
				counted(info.excluded as usize, "dealing")
			)
		},
		TaskStatus::Committing { .. } => format!("commitments {} of {seats}", info.committed),
		TaskStatus::Revealing { .. } => format!("result shares {} of {seats}", info.right_shares),
		TaskStatus::Settling(outcome) => {
			format!("{}; rewards and deposits are being paid out", ended(*outcome))
		},
		TaskStatus::Settled(outcome) => ended(*outcome),
	}
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
	format!(
		"{}: {} nodes hold the shares, any {} of them {} nothing; {} dealers at least",
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
		("stake", token.render(node.stake)),
		("unbonding", unbonding),
		("tasks", format!("{} of {}", node.assigned, node.capacity)),
		("right result shares", node.completed.to_string()),
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
	fn who_has_checked_its_shares_is_counted() {
		let mut info = fixtures::task();
		info.task.status = TaskStatus::Verifying { until: 20 };
		(info.attested, info.excluded) = (2, 1);
		let lines = task_lines(&fixtures::token(), 7, 3, &info, None);
		let expected =
			"verifying (2 of 3 members attested, 13 blocks left at most, 1 dealing excluded)";
		assert_eq!(value(&lines, "state"), expected);
		// all have: the set is frozen in the next block
		(info.attested, info.task.status) = (3, TaskStatus::Verifying { until: 7 });
		assert!(progress(&info, 7).starts_with("3 of 3 members attested, 0 blocks left"));
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
	}
}
