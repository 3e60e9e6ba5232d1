//! Tasks and nodes as JSON and as lines for people.

use crate::{
	chain::{account::address, Chain, Token},
	class,
	plan::title,
	verify::transcript,
};
use ostraka_primitives::{
	api::{NodeInfo, TaskInfo},
	task::{Outcome, TaskStatus},
	TaskId,
};
use serde_json::{json, Value as Json};

/// The name of a state.
pub fn state(status: &TaskStatus) -> &'static str {
	match status {
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
		TaskStatus::Drawing { until, .. }
		| TaskStatus::Collecting { until }
		| TaskStatus::Verifying { until }
		| TaskStatus::Committing { until, .. }
		| TaskStatus::Revealing { until } => Some(*until),
		TaskStatus::Settling(_) | TaskStatus::Settled(_) => None,
	}
}

/// How far a task is, in a few words.
pub fn progress(info: &TaskInfo, block: u32) -> String {
	let left = until(&info.task.status).map_or(0, |until| until.saturating_sub(block));
	let seats = info.task.parameters.seats;
	match &info.task.status {
		TaskStatus::Drawing { .. } => "waiting for its committee".to_owned(),
		TaskStatus::Collecting { .. } => {
			format!("dealings {} of {}, {left} blocks left", info.dealings, info.task.invited)
		},
		TaskStatus::Verifying { .. } => {
			format!(
				"committee checks its shares, {left} blocks left, {} dealings excluded",
				info.excluded
			)
		},
		TaskStatus::Committing { .. } => format!("commitments {} of {seats}", info.committed),
		TaskStatus::Revealing { .. } => format!("result shares {} of {seats}", info.right_shares),
		TaskStatus::Settling(outcome) => format!("{}, being settled", ended(*outcome)),
		TaskStatus::Settled(outcome) => ended(*outcome),
	}
}

/// How a task ended, in words.
pub fn ended(outcome: Outcome) -> String {
	match outcome {
		Outcome::Completed => "completed".to_owned(),
		Outcome::Failed(reason) => format!("failed: {}", reason.explain()),
	}
}

/// A task as JSON. Amounts are in the token's smallest unit, as text.
pub fn task_json(id: TaskId, info: &TaskInfo) -> Json {
	let task = &info.task;
	json!({
		"task": id,
		"title": title(&task.spec),
		"state": state(&task.status),
		"outcome": outcome(&task.status).map(ended),
		"until": until(&task.status),
		"requester": address(&task.requester),
		"class": class::label(task.class),
		"seats": task.parameters.seats,
		"threshold": task.parameters.threshold,
		"least_dealers": task.parameters.least_dealers,
		"windows": {
			"collect": task.windows.collect,
			"verify": task.windows.verify,
			"commit": task.windows.commit,
			"reveal": task.windows.reveal,
		},
		"submitted_at": task.submitted_at,
		"drawn_at": task.drawn_at,
		"task_hash": task.task_hash.map(hex),
		"fee": task.fee.to_string(),
		"data_reward": task.data_reward.to_string(),
		"invited": task.invited,
		"dealings": info.dealings,
		"excluded": info.excluded,
		"committed": info.committed,
		"right_shares": info.right_shares,
		"spec": transcript::spec(&task.spec),
		"committee": info.committee.iter().map(|seat| address(&seat.account)).collect::<Vec<_>>(),
		"dealers": info.dealers.iter().map(address).collect::<Vec<_>>(),
	})
}

/// A task as lines of name and value.
pub fn task_lines(chain: &Chain, id: TaskId, info: &TaskInfo) -> Vec<(String, String)> {
	let task = &info.task;
	let token = chain.token();
	let mut lines = vec![
		("task".to_owned(), format!("{id}: {}", title(&task.spec))),
		(
			"state".to_owned(),
			format!("{} ({})", state(&task.status), progress(info, chain.head().number)),
		),
		("requester".to_owned(), address(&task.requester)),
		(
			"class".to_owned(),
			format!(
				"{}: {} nodes hold the shares, any {} of them learn nothing; {} dealers at least",
				class::label(task.class),
				task.parameters.seats,
				task.parameters.threshold,
				task.parameters.least_dealers
			),
		),
		("fee".to_owned(), token.render(task.fee)),
		("data reward".to_owned(), token.render(task.data_reward)),
		("submitted".to_owned(), format!("block {}", task.submitted_at)),
	];
	for column in task.spec.all_columns() {
		let bound = |units| crate::data::decimal::render(units, column.decimals);
		let range = format!("{} to {}, public", bound(column.min), bound(column.max));
		lines.push((format!("column {}", crate::spec::text(&column.name)), range));
	}
	if let Some(grouping) = &task.spec.group_by {
		let groups: Vec<String> = grouping.groups.iter().map(crate::spec::text).collect();
		lines.push((
			format!("groups of {}", crate::spec::text(&grouping.column)),
			groups.join(", "),
		));
	}
	if let (Some(block), Some(hash)) = (task.drawn_at, task.task_hash) {
		lines.push(("drawn".to_owned(), format!("block {block}")));
		lines.push(("task hash".to_owned(), hex(hash)));
	}
	for (seat, j) in info.committee.iter().zip(1u32..) {
		lines.push((format!("seat {j}"), address(&seat.account)));
	}
	lines.push((
		"dealers".to_owned(),
		format!("{} invited, {} have dealt", task.invited, info.dealings),
	));
	lines
}

/// A node as JSON. Amounts are in the token's smallest unit, as text.
pub fn node_json(node: &NodeInfo) -> Json {
	json!({
		"account": address(&node.account),
		"worker": hex(node.worker.0),
		"seal_key": hex(node.seal_key),
		"stake": node.stake.to_string(),
		"unbonding": node.unbonding.to_string(),
		"active": node.active,
		"capacity": node.capacity,
		"assigned": node.assigned,
		"completed": node.completed,
		"absences": node.absences,
		"convictions": node.convictions,
	})
}

/// A node as lines of name and value.
pub fn node_lines(token: &Token, node: &NodeInfo) -> Vec<(String, String)> {
	let selection = if node.active { "in selection" } else { "not in selection (chilled)" };
	[
		("account", address(&node.account)),
		("state", selection.to_owned()),
		("stake", token.render(node.stake)),
		("on its way out", token.render(node.unbonding)),
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

/// Prints lines of name and value.
pub fn print_lines(lines: &[(String, String)]) {
	let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
	for (name, value) in lines {
		println!("{name:<width$}  {value}");
	}
}
