//! Steps that several scenarios take.

use crate::{
	account::address,
	tool::{Running, Tool},
	wait_for,
};
use ostraka_primitives::TaskId;
use serde_json::Value;
use std::path::Path;

/// Flags that invite the accounts of these secrets.
pub fn invite(secrets: &[String]) -> String {
	secrets.iter().map(|secret| format!(" --dealer {}", address(secret))).collect()
}

/// Submits a task and returns what the tool says of it.
#[track_caller]
pub fn submit(tool: &Tool, by: &str, flags: &str, dealers: &[String]) -> Value {
	tool.run(&format!("task submit {flags}{}", invite(dealers))).by(by).json()
}

/// Number of a task that was submitted.
#[track_caller]
pub fn number(submitted: &Value) -> TaskId {
	let number = submitted["task"].as_u64().and_then(|number| number.try_into().ok());
	number.unwrap_or_else(|| panic!("no number of a task: {submitted}"))
}

/// A task, as `task show` has it.
#[track_caller]
pub fn show(tool: &Tool, task: TaskId) -> Value {
	tool.run(&format!("task show {task}")).json()
}

/// Waits until a task is in one of these states, and returns what `task show` has of it then.
#[track_caller]
pub fn reaches(tool: &Tool, task: TaskId, states: &[&str]) -> Value {
	wait_for(&format!("task {task} does not reach {states:?}"), || {
		let shown = show(tool, task);
		let is_there = shown["state"].as_str().is_some_and(|state| states.contains(&state));
		is_there.then_some(shown)
	})
}

/// Accepts, in the background, without being asked, whatever the requester asked before.
pub fn accept(tool: &Tool, task: TaskId, by: &str) -> Running {
	tool.run(&format!("accept {task} --yes --again")).by(by).start()
}

/// All these dealers accept, at the same time; returns when all have.
#[track_caller]
pub fn accept_all(tool: &Tool, task: TaskId, dealers: &[String]) {
	let running: Vec<Running> = dealers.iter().map(|by| accept(tool, task, by)).collect();
	for running in running {
		running.done().says(&[&format!("accepted task {task}, in block")]);
	}
}

/// These dealers, who are all that are invited, accept; returns what `task show` has of the task once it is drawn.
#[track_caller]
pub fn drawn(tool: &Tool, task: TaskId, dealers: &[String]) -> Value {
	accept_all(tool, task, dealers);
	reaches(tool, task, &["collecting"])
}

/// Deals, in the background; accepts first, without being asked, if that is not done yet.
pub fn deal(tool: &Tool, task: TaskId, by: &str, file: &Path) -> Running {
	tool.run(&format!("deal --task {task} --yes --again")).by(by).data(file).start()
}

/// All these dealers deal rows of the same file, at the same time, and accept first if that is not done yet; returns when
/// all have.
#[track_caller]
pub fn deal_all(tool: &Tool, task: TaskId, dealers: &[String], file: &Path) {
	let running: Vec<Running> = dealers.iter().map(|by| deal(tool, task, by, file)).collect();
	for running in running {
		running.done().says(&[&format!("dealt to task {task}, in block")]);
	}
}
