//! Slashes of a node that Root can still cancel: for people, and for programs.

use crate::chain::Token;
use ostraka_primitives::{
	fault::{Fault, PendingSlash},
	BlockNumber, TaskId,
};
use schemars::JsonSchema;
use serde::Serialize;

/// Most slashes that are listed for people.
const MOST_SLASHES: usize = 20;

/// A slash as JSON.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SlashRecord {
	/// Its number, by which it is applied or cancelled.
	index: u32,
	task: TaskId,
	fault: &'static str,
	amount: String,
	/// First block in which anybody can have it applied.
	due: BlockNumber,
}

/// Slashes as JSON.
pub fn records(slashes: &[(u32, PendingSlash)]) -> Vec<SlashRecord> {
	let record = |(index, slash): &(u32, PendingSlash)| SlashRecord {
		index: *index,
		task: slash.offence.task,
		fault: name(slash.offence.fault),
		amount: slash.amount.to_string(),
		due: slash.at,
	};
	slashes.iter().map(record).collect()
}

/// Slashes as lines of name and value; none if there are none. `now`: the newest block.
pub fn lines(
	token: &Token,
	slashes: &[(u32, PendingSlash)],
	now: BlockNumber,
) -> Vec<(String, String)> {
	if slashes.is_empty() {
		return Vec::new();
	}
	let sum = slashes.iter().fold(0u128, |sum, (_, slash)| sum.saturating_add(slash.amount));
	let held = format!("{}: on hold, and out of the stake", token.render(sum));
	let mut lines = vec![("pending slashes".to_owned(), held)];
	for (index, slash) in slashes.iter().take(MOST_SLASHES) {
		let (amount, fault) = (token.render(slash.amount), name(slash.offence.fault));
		let task = slash.offence.task;
		let until = match slash.at > now {
			true => format!("Root can cancel it until block {} at least", slash.at),
			false => {
				format!("due: anybody can have it applied (`ostraka node slash apply {index}`)")
			},
		};
		lines.push((String::new(), format!("{index}: {amount}, {fault} in task {task}; {until}")));
	}
	if slashes.len() > MOST_SLASHES {
		let more = slashes.len() - MOST_SLASHES;
		lines.push((String::new(), format!("and {more} more (--json lists all)")));
	}
	lines
}

/// A fault that costs somebody something, in words.
pub fn name(fault: Fault) -> &'static str {
	match fault {
		Fault::BadDealing => "bad dealing",
		Fault::FalseAccusation => "false accusation",
		Fault::WrongShare => "wrong share",
		Fault::Absence => "absence",
		Fault::NoDealing => "no dealing",
		Fault::FalseChallenge => "false challenge",
		Fault::FalseAttestation => "false attestation",
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_primitives::{fault::Offence, AccountId};

	fn slash(index: u32, fault: Fault, at: BlockNumber) -> (u32, PendingSlash) {
		let culprit = AccountId::new([4; 32]);
		let offence = Offence { task: 7, culprit, fault, accuser: None, victim: None };
		(index, PendingSlash { offence, amount: 1_500, at })
	}

	#[test]
	fn each_says_until_when_it_can_be_cancelled() {
		let slashes = [slash(3, Fault::Absence, 91), slash(8, Fault::WrongShare, 90)];
		let lines = lines(&fixtures::token(), &slashes, 90);
		let values: Vec<&str> = lines.iter().map(|(_, value)| value.as_str()).collect();
		assert_eq!(
			values,
			[
				"3 OST: on hold, and out of the stake",
				"3: 1.5 OST, absence in task 7; Root can cancel it until block 91 at least",
				"8: 1.5 OST, wrong share in task 7; due: anybody can have it applied (`ostraka node slash apply 8`)",
			]
		);
	}

	#[test]
	fn where_nothing_is_pending_nothing_is_said() {
		assert!(lines(&fixtures::token(), &[], 90).is_empty());
		assert!(records(&[]).is_empty());
	}

	#[test]
	fn long_lists_are_cut_for_people_only() {
		let slashes: Vec<_> = (0..23).map(|index| slash(index, Fault::Absence, 91)).collect();
		let lines = lines(&fixtures::token(), &slashes, 90);
		assert_eq!(lines.len(), 1 + MOST_SLASHES + 1);
		assert_eq!(lines[lines.len() - 1].1, "and 3 more (--json lists all)");
		assert_eq!(records(&slashes).len(), 23);
	}

	#[test]
	fn programs_read_numbers_and_names() {
		let records = records(&[slash(3, Fault::FalseAttestation, 91)]);
		assert_eq!(
			serde_json::to_value(&records).expect("JSON"),
			serde_json::json!([{
				"index": 3, "task": 7, "fault": "false attestation", "amount": "1500", "due": 91
			}])
		);
	}
}
