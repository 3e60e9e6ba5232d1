//! What the numbers of a check mean.

use crate::{
	chain::{state::Money, Token},
	view::lines::{accepted, first_by, hex, state},
};
use ostraka_party::{title::title, words::counted};
use ostraka_primitives::{
	api::{NodeInfo, TaskInfo},
	task::TaskStatus,
	AccountId, Balance, SealKeyBytes, TaskId, WorkerKey,
};
use serde::Serialize;
use std::time::Duration;

/// Blocks between the newest final one and the best from which on finality lags.
const LAG: u32 = 30;
/// Least time after a block that is worth a warning.
const OLD: Duration = Duration::from_secs(60);
/// How far a clock may be behind.
const BEHIND: Duration = Duration::from_secs(5);

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
	if !info.dealers.contains(account) {
		return asked_for;
	}
	let has_accepted = info.accepted.contains(account);
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

/// A worker key, and the seal key that follows from it, against what its node is registered with.
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
	if seal_key.is_none_or(|seal_key| node.seal_key != *seal_key) {
		return (
			Status::Failed,
			format!(
				"the node is registered with the seal key {}, which does not follow from this worker key: it can open no \
				 share\n`ostraka node rotate` registers the right one",
				hex(node.seal_key)
			),
		);
	}
	let active = if node.active { "active" } else { "chilled" };
	let status = if node.active { Status::Ok } else { Status::Warning };
	(
		status,
		format!(
			"{}: registered, {active}, {} of {} tasks",
			hex(public.0),
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
	fn keys_are_those_that_are_registered() {
		let mut node = fixtures::node();
		let (worker, seal) = (node.worker, node.seal_key);
		assert_eq!(keys(&node, &worker, Some(&seal)).0, Status::Ok);
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
