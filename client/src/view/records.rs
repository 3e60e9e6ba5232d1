//! Tasks and nodes as JSON. Amounts are in the token's smallest unit, as text.

use super::{
	capture::Capture,
	lines::{ended, first_by, hex, outcome, state, until},
	pending::SlashRecord,
};
use ostraka_party::{
	address, class,
	title::title,
	verify::transcript::{spec, windows, Spec, WindowsPart},
};
use ostraka_primitives::{
	api::{NodeInfo, TaskInfo},
	task::{FailReason, Outcome, TaskStatus},
	TaskId,
};
use schemars::JsonSchema;
use serde::Serialize;

/// A task.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskRecord {
	task: TaskId,
	title: String,
	state: &'static str,
	outcome: Option<String>,
	until: Option<u32>,
	/// While nobody has dealt: last block for the first dealing.
	first_by: Option<u32>,
	requester: String,
	class: &'static str,
	seats: u8,
	threshold: u8,
	/// Seats of the panel.
	verifiers: u8,
	least_dealers: u32,
	/// Dealers without whom there is no result.
	required: Vec<String>,
	/// The task that counted the contributors to the groups.
	counting: Option<TaskId>,
	/// Whom the result is sealed to.
	sealed_to: Option<String>,
	/// Whether the recipient's mask is among the dealings.
	masked: bool,
	windows: WindowsPart,
	submitted_at: u32,
	drawn_at: Option<u32>,
	task_hash: Option<String>,
	fee: String,
	data_reward: String,
	terms: String,
	invited: u32,
	accepted: u32,
	dealings: u32,
	excluded: u32,
	/// Dealings that count and were found invalid after the accepted set was frozen.
	disproven: u32,
	/// Members that have checked their shares and the proofs of all dealings, and dispute none.
	members_attested: u32,
	/// Verifiers that have checked the commitments and the proofs of all dealings, and dispute none.
	verifiers_attested: u32,
	committed: u32,
	right_shares: u32,
	spec: Spec,
	committee: Vec<String>,
	panel: Vec<String>,
	dealers: Vec<String>,
	/// Those who have accepted, the recipient among them, in the order in which they did.
	accepted_by: Vec<String>,
	/// The odds of a draw now, where they were asked for.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub capture: Option<Capture>,
	/// The dealings that are excluded, where that was asked for.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub exclusions: Vec<Exclusion>,
	/// The dealings that were disproven too late to be excluded, where that was asked for.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub late: Vec<Exclusion>,
}

/// A dealing that was found bad: it does not count, or was found out too late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Exclusion {
	/// Whose it is.
	pub dealer: String,
	/// What is wrong with it, if that is known.
	pub fault: Option<String>,
	/// Who accused or challenged, where the node still tells.
	pub by: Option<String>,
	/// Its seat; none of who challenged with a bond.
	pub seat: Option<u8>,
	/// The block in which it was judged.
	pub block: Option<u32>,
}

impl Exclusion {
	/// It in a line.
	pub fn line(&self) -> String {
		let fault = self.fault.as_deref().unwrap_or("it was accused");
		let mut line = format!("{}: {fault}", self.dealer);
		match (&self.by, self.seat) {
			(Some(by), Some(seat)) => line.push_str(&format!("; found by seat {seat} ({by})")),
			(Some(by), None) => line.push_str(&format!("; found by {by}, with a bond,")),
			(None, _) => {},
		}
		if let Some(block) = self.block {
			line.push_str(&format!(" in block {block}"));
		}
		line
	}
}

/// A task as JSON.
pub fn task(id: TaskId, info: &TaskInfo) -> TaskRecord {
	let task = &info.task;
	TaskRecord {
		task: id,
		title: title(&task.spec),
		state: state(&task.status),
		outcome: outcome(&task.status).map(ended),
		until: until(&task.status),
		first_by: first_by(info),
		requester: address(&task.requester),
		class: class::label(task.class),
		seats: task.parameters.seats,
		threshold: task.parameters.threshold,
		verifiers: task.parameters.verifiers,
		least_dealers: task.conditions.least_dealers,
		required: task.conditions.required.iter().map(address).collect(),
		counting: task.conditions.counting,
		sealed_to: task.conditions.sealed_to.as_ref().map(address),
		masked: info.masked,
		windows: windows(&task.windows),
		submitted_at: task.submitted_at,
		drawn_at: task.drawn_at,
		task_hash: task.task_hash.map(hex),
		fee: task.fee.to_string(),
		data_reward: task.data_reward.to_string(),
		terms: hex(task.terms),
		invited: task.invited,
		accepted: task.accepted,
		dealings: info.dealings,
		excluded: info.excluded,
		disproven: info.disproven,
		members_attested: info.attested,
		verifiers_attested: info.verified,
		committed: info.committed,
		right_shares: info.right_shares,
		spec: spec(&task.spec),
		committee: info.committee.iter().map(|seat| address(&seat.account)).collect(),
		panel: info.panel.iter().map(|seat| address(&seat.account)).collect(),
		dealers: info.dealers.iter().map(address).collect(),
		accepted_by: info.accepted.iter().map(address).collect(),
		capture: None,
		exclusions: Vec::new(),
		late: Vec::new(),
	}
}

/// A task that failed before its committee was drawn, once it is settled: its state is all that is left of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UndrawnRecord {
	task: TaskId,
	state: &'static str,
	outcome: String,
}

/// A task that failed before its draw as JSON: names and values as [`task`] has them, as far as they are left.
pub fn undrawn(id: TaskId, reason: FailReason) -> UndrawnRecord {
	let outcome = Outcome::Failed(reason);
	let state = state(&TaskStatus::Settled(outcome));
	UndrawnRecord { task: id, state, outcome: ended(outcome) }
}

/// A node.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NodeRecord {
	account: String,
	worker: String,
	seal_key: String,
	stake: String,
	unbonding: String,
	active: bool,
	role: &'static str,
	capacity: u32,
	assigned: u32,
	completed: u32,
	absences: u32,
	convictions: u32,
	/// What unsettled tasks will pay it if all goes well, where that was asked for.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub expected_rewards: Option<String>,
	/// Slashes that Root can still cancel, where that was asked for.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub pending_slashes: Option<Vec<SlashRecord>>,
}

/// A node as JSON.
pub fn node(node: &NodeInfo) -> NodeRecord {
	NodeRecord {
		account: address(&node.account),
		worker: hex(node.worker.0),
		seal_key: hex(node.seal_key),
		stake: node.stake.to_string(),
		unbonding: node.unbonding.to_string(),
		active: node.active,
		role: node.role.label(),
		capacity: node.capacity,
		assigned: node.assigned,
		completed: node.completed,
		absences: node.absences,
		convictions: node.convictions,
		expected_rewards: None,
		pending_slashes: None,
	}
}
