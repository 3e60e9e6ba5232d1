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
	task::{FailReason, Outcome, Task, TaskStatus},
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
			let dealings = format!("dealings {}, {left} blocks left", dealings(info));
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

/// How many of those who accepted have dealt, and whether the mask is there.
fn dealings(info: &TaskInfo) -> String {
	let dealings = info.dealings.saturating_sub(info.masked.into());
	let dealings = format!("{dealings} of {}", info.task.accepted);
	match (&info.task.conditions.sealed_to, info.masked) {
		(None, _) => dealings,
		(Some(_), true) => format!("{dealings} and the mask"),
		(Some(_), false) => format!("{dealings}, no mask yet"),
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

/// How many of the invited dealers have accepted, and whether the recipient has.
pub fn accepted(info: &TaskInfo) -> String {
	let accepted = format!("accepted {} of {}", info.task.accepted, info.task.invited);
	match &info.task.conditions.sealed_to {
		None => accepted,
		Some(recipient) if info.accepted.contains(recipient) => {
			format!("{accepted} and the recipient")
		},
		Some(_) => format!("{accepted}, not the recipient"),
	}
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

/// All that is left of a task that failed before its draw, once it is settled, as lines of name and value.
pub fn undrawn_lines(id: TaskId, reason: FailReason) -> Vec<(String, String)> {
	let outcome = Outcome::Failed(reason);
	let state = state(&TaskStatus::Settled(outcome));
	let rest = format!(
		"nothing, as no committee was drawn for it; `ostraka events {id} --from BLOCK` tells of it, of blocks that the node \
		 has"
	);
	vec![
		("task".to_owned(), id.to_string()),
		("state".to_owned(), format!("{state} ({})", ended(outcome))),
		("left".to_owned(), rest),
	]
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
		let panel = capture::panel_line(odds, is_drawn);
		lines.extend(panel.map(|panel| ("panel".to_owned(), panel)));
	}
	lines.extend([
		("fee".to_owned(), token.render(task.fee)),
		("data reward".to_owned(), token.render(task.data_reward)),
		("submitted".to_owned(), format!("block {}", task.submitted_at)),
	]);
	lines.extend(condition_lines(info));
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
		_ => format!(", {} have dealt", info.dealings.saturating_sub(info.masked.into())),
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
		task.conditions.least_dealers
	)
}

/// What a task promises its dealers beside their least number, and who alone reads its result, if anybody does.
pub fn condition_lines(info: &TaskInfo) -> Vec<(String, String)> {
	let conditions = &info.task.conditions;
	let required = conditions.required.iter();
	let mut lines: Vec<_> = required
		.map(|dealer| {
			("required".to_owned(), format!("{}: there is no result without it", address(dealer)))
		})
		.collect();
	if let Some(counting) = conditions.counting {
		let all = format!(
			"task {counting}: there is no result without each of its dealers, with the data set that it had there"
		);
		lines.push(("counted by".to_owned(), all));
	}
	if let Some(recipient) = &conditions.sealed_to {
		let who = format!("{}, who alone reads the result{}", address(recipient), mask(info));
		lines.push(("sealed to".to_owned(), who));
	}
	lines
}

/// How it stands with the mask of a sealed task.
fn mask(info: &TaskInfo) -> &'static str {
	let recipient = info.task.conditions.sealed_to.as_ref();
	let has_accepted = recipient.is_some_and(|recipient| info.accepted.contains(recipient));
	match (&info.task.status, info.masked) {
		(TaskStatus::Inviting { .. } | TaskStatus::Drawing { .. }, _) => match has_accepted {
			true => "; it has accepted",
			false => "; it has not accepted",
		},
		(TaskStatus::Collecting { .. }, true) => "; its mask is there",
		(TaskStatus::Collecting { .. }, false) => "; its mask is not there yet",
		(
			TaskStatus::Verifying { .. }
			| TaskStatus::Committing { .. }
			| TaskStatus::Revealing { .. },
			is_there,
		) => match is_there {
			true => "; its mask counts",
			false => "; its mask does not count",
		},
		(TaskStatus::Settling(_) | TaskStatus::Settled(_), _) => "",
	}
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
mod tests;
