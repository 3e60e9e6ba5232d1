//! What the numbers of a check mean.

use crate::{
	chain::{state::Money, Token},
	view::lines::{accepted, first_by, hex, state},
};
use ostraka_party::{escape::escaped, title::title, words::counted};
use ostraka_primitives::{
	api::{NodeInfo, TaskInfo},
	role::Role,
	task::TaskStatus,
	AccountId, Balance, SealKeyBytes, TaskId, WorkerKey,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;
use subxt::rpcs::methods::legacy::SystemHealth;

/// Blocks between the newest final one and the best from which on finality lags.
const LAG: u32 = 30;
/// Least time after a block that is worth a warning.
const OLD: Duration = Duration::from_secs(60);
/// How far a clock may be behind.
const BEHIND: Duration = Duration::from_secs(5);

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
	/// All right.
	Ok,
	/// It may be all right: somebody should look.
	Warning,
	/// Not right.
	Failed,
	/// It could not be looked at.
	Skipped,
}

impl Status {
	/// It as a word.
	pub fn word(self) -> &'static str {
		match self {
			Self::Ok => "ok",
			Self::Warning => "warning",
			Self::Failed => "failed",
			Self::Skipped => "skipped",
		}
	}
}

/// What came of a check, and what is said of it.
pub type Part = (Status, String);

/// The best block against the newest final one.
pub fn finality(best: u32, last: u32) -> Part {
	// the two are asked for one after the other
	let says = format!("block {} is the best, block {last} is final", best.max(last));
	match best.saturating_sub(last) {
		lag if lag > LAG => (
			Status::Warning,
			format!(
				"{says}\nfinality lags by {}: what is sent waits for it",
				counted(lag as usize, "block")
			),
		),
		_ => (Status::Ok, says),
	}
}

/// What is wrong with a node that has not caught up with its chain.
pub fn behind(health: &SystemHealth) -> Option<&'static str> {
	health.is_syncing.then_some("it is not synced yet")
}

/// What is wrong with a node that hears of nothing, and should.
pub fn alone(health: &SystemHealth) -> Option<&'static str> {
	let is_alone = health.should_have_peers && health.peers == 0;
	is_alone.then_some("a node without peers hears of nothing")
}

/// This machine's clock against the time in the newest block.
pub fn clock(number: u32, block: Duration, now: Duration, each: Duration) -> Part {
	let limit = OLD.max(each.saturating_mul(10));
	match (now.checked_sub(block), block.checked_sub(now)) {
		(_, Some(ahead)) if ahead > BEHIND.max(each) => (
			Status::Failed,
			format!(
				"block {number} is from {} s after this machine's time: its clock is behind\nset it by NTP",
				ahead.as_secs()
			),
		),
		(Some(age), _) if age > limit => (
			Status::Warning,
			format!(
				"block {number}, the newest, is {} s old: the chain stands still, the node is not synced, or this machine's \
				 clock is ahead",
				age.as_secs()
			),
		),
		(age, _) => {
			(Status::Ok, format!("block {number} is {} s old", age.unwrap_or_default().as_secs()))
		},
	}
}

/// An account's money against what a dealer needs for one more task.
pub fn money(token: &Token, account: &str, money: &Money, needed: Balance) -> Part {
	let free = money.free.saturating_sub(money.frozen);
	let says = format!(
		"{account} has {}, and {} on hold",
		token.render(free),
		token.render(money.reserved)
	);
	match (free, money.reserved) {
		(0, 0) => (Status::Failed, format!("{account} has nothing: send tokens to it first")),
		_ if free < needed => (
			Status::Warning,
			format!(
				"{says}\nto accept a task takes {} for the deposit and the fees",
				token.render(needed)
			),
		),
		_ => (Status::Ok, says),
	}
}

/// An open task of an account, and what is next; nothing if it is not open, or not the account's.
pub fn task(
	id: TaskId,
	info: &TaskInfo,
	account: &AccountId,
	has_dealt: bool,
	block: u32,
) -> Option<Part> {
	let status = &info.task.status;
	if matches!(status, TaskStatus::Settled(_)) {
		return None;
	}
	let what = format!("task {id}, {} ({}", title(&info.task.spec), state(status));
	let left = |until: u32| counted(until.saturating_sub(block) as usize, "block");
	let asked_for = (info.task.requester == *account)
		.then(|| (Status::Ok, format!("asks for {what}, {})", accepted(info))));
	let has_accepted = info.accepted.contains(account);
	if info.task.conditions.sealed_to.as_ref() == Some(account) {
		return Some(recipient(id, info, &what, has_accepted, block));
	}
	if !info.dealers.contains(account) {
		return asked_for;
	}
	match status {
		TaskStatus::Inviting { until } if !has_accepted => Some((
			Status::Ok,
			format!("is asked to deal to {what}): `ostraka accept {id}` within {}", left(*until)),
		)),
		TaskStatus::Collecting { until, .. } if has_accepted && !has_dealt => {
			let until = first_by(info).unwrap_or(*until);
			Some((
				Status::Warning,
				format!(
					"has not dealt to {what}): `ostraka deal --task {id}` within {}, or a part of the deposit is lost",
					left(until)
				),
			))
		},
		_ if has_accepted => Some((Status::Ok, format!("deals to {what})"))),
		_ => asked_for,
	}
}

/// What is next of a task whose result is sealed to the account.
fn recipient(id: TaskId, info: &TaskInfo, what: &str, has_accepted: bool, block: u32) -> Part {
	let mask = |until: u32| {
		let left = counted(until.saturating_sub(block) as usize, "block");
		format!("`ostraka mask --task {id} --mask-file FILE` within {left}")
	};
	match info.task.status {
		TaskStatus::Inviting { until } if !has_accepted => {
			(Status::Ok, format!("is to read the result of {what}): {}", mask(until)))
		},
		TaskStatus::Collecting { until, .. } if has_accepted && !info.masked => (
			Status::Warning,
			format!(
				"has dealt no mask to {what}): {}, or the task fails and a part of the deposit is lost",
				mask(until)
			),
		),
		_ => (Status::Ok, format!("is to read the result of {what})")),
	}
}

/// Whether the chain holds one data set of an account to what its policy says; `warning` is what it does not.
pub fn policy(dataset: &str, file: &str, warning: Option<&str>) -> Part {
	let of = format!("data set {} of {}", escaped(dataset), escaped(file));
	match warning {
		Some(warning) => (Status::Warning, format!("{of}: {warning}")),
		None => (Status::Ok, format!("{of}: the chain asks for no less than the policy")),
	}
}

/// Somebody has no node.
pub fn unregistered(whose: &str) -> Part {
	(Status::Failed, format!("{whose} has no node\n`ostraka node register` registers it"))
}

/// Whether a key is in the keystore of the node at that address, if that says so.
pub fn in_keystore(url: &str, has: Option<bool>) -> Part {
	match has {
		Some(true) => (Status::Ok, format!("the node at {url} has it in its keystore")),
		Some(false) => (
			Status::Warning,
			format!(
				"the node at {url} has it not in its keystore: is it the one whose worker is to use it?"
			),
		),
		None => (
			Status::Skipped,
			format!(
				"the node at {url} does not say whether it has it: that takes --rpc-methods unsafe"
			),
		),
	}
}

/// A worker key, and the seal key that follows from it, against what its node is registered with. Who only verifies, and has no
/// seat, is sealed nothing, so that its seal key is of no account. A seat that it has may be a committee's, from before its role
/// was another.
pub fn keys(node: &NodeInfo, public: &WorkerKey, seal_key: Option<&SealKeyBytes>) -> Part {
	if node.worker != *public {
		return (
			Status::Failed,
			format!(
				"the node is registered with the worker key {}, and this is {}\n`ostraka node rotate` registers this one",
				hex(node.worker.0),
				hex(public.0)
			),
		);
	}
	if is_sealed_to(node) && seal_key.is_none_or(|seal_key| node.seal_key != *seal_key) {
		return (
			Status::Failed,
			format!(
				"the node is registered with the seal key {}, which does not follow from this worker key: it can open no \
				 share\n`ostraka node rotate` registers the right one",
				hex(node.seal_key)
			),
		);
	}
	registered(node)
}

/// Whether shares are sealed to a node, or may be: a seat that it has may be a committee's.
pub const fn is_sealed_to(node: &NodeInfo) -> bool {
	node.role.computes() || node.assigned > 0
}

/// What a node is registered for, and whether it is in selection.
pub fn registered(node: &NodeInfo) -> Part {
	let active = if node.active { "active" } else { "chilled" };
	let status = if node.active { Status::Ok } else { Status::Warning };
	let duty = match node.role {
		Role::Compute => "to compute",
		Role::Verify if node.assigned > 0 => {
			"to verify (shares are sealed to it if it has a committee's seat from before)"
		},
		Role::Verify => "to verify (no share is sealed to it)",
		Role::Both => "to compute and to verify",
	};
	(
		status,
		format!(
			"{}: registered {duty}, {active}, {} of {} tasks",
			hex(node.worker.0),
			node.assigned,
			node.capacity
		),
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;

	#[test]
	fn finality_may_lag_a_little() {
		assert_eq!(finality(100, 97).0, Status::Ok);
		assert_eq!(finality(90, 97).0, Status::Ok);
		let (status, says) = finality(100, 60);
		assert!(status == Status::Warning && says.contains("by 40 blocks"), "{says}");
	}

	#[test]
	fn a_node_may_be_behind_and_alone() {
		let of = |is_syncing, should_have_peers, peers| {
			let health = SystemHealth { peers, is_syncing, should_have_peers };
			(behind(&health).is_some(), alone(&health).is_some())
		};
		assert_eq!(of(false, true, 3), (false, false));
		assert_eq!(of(false, false, 0), (false, false), "a chain of one node");
		assert_eq!(of(true, true, 0), (true, true));
	}

	#[test]
	fn a_key_is_there_or_not_or_nobody_says() {
		let of = |has| in_keystore("ws://node", has);
		assert_eq!(of(Some(true)).0, Status::Ok);
		assert_eq!(of(Some(false)).0, Status::Warning);
		let (status, says) = of(None);
		assert!(status == Status::Skipped && says.contains("--rpc-methods unsafe"), "{says}");
	}

	#[test]
	fn a_clock_is_held_against_the_newest_block() {
		let at = Duration::from_secs;
		let clock = |block, now| clock(7, at(block), at(now), at(6));
		assert_eq!(clock(1_000, 1_002), (Status::Ok, "block 7 is 2 s old".to_owned()));
		// a block's time may be some seconds ahead
		assert_eq!(clock(1_006, 1_000).0, Status::Ok);
		let (status, says) = clock(1_030, 1_000);
		assert!(status == Status::Failed && says.contains("30 s after"), "{says}");
		assert_eq!(clock(1_000, 1_060).0, Status::Ok);
		let (status, says) = clock(1_000, 1_061);
		assert!(status == Status::Warning && says.contains("61 s old"), "{says}");
		assert_eq!(clock(1_000, 0).0, Status::Failed);
	}

	#[test]
	fn money_is_held_against_a_dealers_deposit() {
		let of = |free, reserved| {
			money(&fixtures::token(), "5G", &Money { free, reserved, frozen: 0 }, 10_510)
		};
		assert_eq!(of(0, 0).0, Status::Failed);
		let (status, says) = of(10_509, 7_000);
		assert!(status == Status::Warning && says.contains("takes 10.51 OST"), "{says}");
		assert_eq!(of(10_510, 0), (Status::Ok, "5G has 10.51 OST, and 0 OST on hold".to_owned()));
		let frozen = Money { free: 20_000, reserved: 0, frozen: 15_000 };
		assert_eq!(money(&fixtures::token(), "5G", &frozen, 10_510).0, Status::Warning);
	}

	#[test]
	fn what_an_account_has_to_do_is_said() {
		let (mut info, block) = (fixtures::task(), 7);
		let dealer = info.dealers[1].clone();
		let of = |info: &TaskInfo, account: &AccountId, has_dealt| {
			task(4, info, account, has_dealt, block)
		};
		let (status, says) = of(&info, &dealer, false).expect("it is to deal");
		assert_eq!(status, Status::Warning);
		assert!(
			says.contains(
				"task 4, mean of x by g (collecting): `ostraka deal --task 4` within 13 blocks"
			),
			"{says}"
		);
		assert_eq!(of(&info, &dealer, true).map(|part| part.0), Some(Status::Ok));
		let requester = info.task.requester.clone();
		let (_, says) = of(&info, &requester, false).expect("it asks");
		assert!(says.starts_with("asks for task 4") && says.contains("accepted 3 of 3"), "{says}");
		assert_eq!(of(&info, &AccountId::new([77; 32]), false), None);
		// nobody has dealt yet
		info.dealings = 0;
		let (_, says) = of(&info, &dealer, false).expect("it is to deal");
		assert!(says.contains("within 5 blocks"), "{says}");
		let inviting = fixtures::inviting();
		let (status, says) = of(&inviting, &inviting.dealers[2], false).expect("it is asked");
		assert!(
			status == Status::Ok && says.contains("`ostraka accept 4` within 13 blocks"),
			"{says}"
		);
		info.task.status = TaskStatus::Settled(ostraka_primitives::task::Outcome::Completed);
		assert_eq!(of(&info, &dealer, false), None);
	}

	#[test]
	fn a_recipient_is_told_of_its_mask() {
		let (mut info, recipient) = (fixtures::inviting(), AccountId::new([70; 32]));
		info.task.conditions.sealed_to = Some(recipient.clone());
		let of = |info: &TaskInfo| task(4, info, &recipient, false, 7);
		let (status, says) = of(&info).expect("it is to accept");
		assert!(status == Status::Ok && says.contains("`ostraka mask --task 4"), "{says}");
		let mut info = fixtures::task();
		info.task.conditions.sealed_to = Some(recipient.clone());
		info.accepted.push(recipient.clone());
		let (status, says) = of(&info).expect("it is to deal");
		assert!(status == Status::Warning && says.contains("within 13 blocks"), "{says}");
		info.masked = true;
		assert_eq!(of(&info).map(|part| part.0), Some(Status::Ok));
	}

	#[test]
	fn what_the_chain_does_not_hold_to_is_a_warning() {
		assert_eq!(policy("loans", "p.toml", None).0, Status::Ok);
		let (status, says) = policy("loans", "p.toml", Some("it is looser"));
		assert!(status == Status::Warning && says.contains("data set loans"), "{says}");
	}

	#[test]
	fn who_only_verifies_has_no_seal_duty() {
		let mut node = fixtures::node();
		let worker = node.worker;
		(node.role, node.assigned) = (Role::Verify, 0);
		for seal_key in [None, Some(&[0; 32])] {
			let (status, says) = keys(&node, &worker, seal_key);
			assert_eq!(status, Status::Ok, "{says}");
			assert!(says.contains("registered to verify (no share is sealed to it)"), "{says}");
		}
		// unless it has a seat, which may be one of a committee
		node.assigned = 1;
		assert_eq!(keys(&node, &worker, Some(&[0; 32])).0, Status::Failed);
		let seal_key = node.seal_key;
		let (status, says) = keys(&node, &worker, Some(&seal_key));
		assert!(status == Status::Ok && says.contains("a committee's seat from before"), "{says}");
		node.assigned = 0;
		// but its worker key signs
		assert_eq!(keys(&node, &WorkerKey::from_raw([1; 32]), None).0, Status::Failed);
		node.role = Role::Compute;
		assert_eq!(keys(&node, &worker, Some(&[0; 32])).0, Status::Failed);
	}

	#[test]
	fn keys_are_those_that_are_registered() {
		let mut node = fixtures::node();
		let (worker, seal) = (node.worker, node.seal_key);
		let (status, says) = keys(&node, &worker, Some(&seal));
		assert!(
			status == Status::Ok && says.contains("to compute and to verify, active"),
			"{says}"
		);
		assert_eq!(keys(&node, &worker, None).0, Status::Failed);
		let (status, says) = keys(&node, &worker, Some(&[0; 32]));
		assert!(status == Status::Failed && says.contains("can open no share"), "{says}");
		let other = WorkerKey::from_raw([1; 32]);
		let (status, says) = keys(&node, &other, Some(&seal));
		assert!(status == Status::Failed && says.contains("node rotate"), "{says}");
		node.active = false;
		assert_eq!(keys(&node, &worker, Some(&seal)).0, Status::Warning);
	}
}
