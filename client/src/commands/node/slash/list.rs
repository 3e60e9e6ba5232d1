//! `ostraka node slash list`: slashes that wait.

use super::Now;
use crate::{
	chain::{account, slashes::NumberedSlash, Token},
	cli::Global,
	commands::{connect, csv},
	error::Error,
	output::{table, Output},
	view::pending,
};
use clap::Args;
use ostraka_party::{address, words::counted};
use ostraka_primitives::{AccountId, BlockNumber, TaskId};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// Examples, after the help.
pub const EXAMPLES: &str = "\
Examples:
  ostraka node slash list
  ostraka node slash list 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --json
  ostraka node slash list --csv

A slash is named by its number, which no other has on the chain. On a development chain of one process none waits: slashes are
taken at once there.";

/// Flags of `node slash list`.
#[derive(Args, Debug)]
pub struct ListArgs {
	/// Operator whose node's slashes are listed; those of all nodes unless given
	#[arg(value_parser = account::parse)]
	pub account: Option<AccountId>,
	/// Print them as CSV, for a spreadsheet
	#[arg(long, conflicts_with = "json")]
	pub csv: bool,
}

/// What CSV has of a slash, by its names in JSON.
const COLUMNS: [&str; 10] = [
	"index",
	"account",
	"task",
	"fault",
	"amount",
	"accuser",
	"victim",
	"due",
	"blocks_left",
	"seconds_left",
];

/// Runs the command.
///
/// # Errors
/// `Chain`.
pub(super) async fn run(
	args: &ListArgs,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let head = chain.head();
	let slashes = match &args.account {
		Some(account) => chain.pending_slashes_at(account, head).await?,
		None => chain.all_pending_slashes(head).await?,
	};
	write(&slashes, Now::of(&chain, head), chain.token(), args.csv, out)
}

/// A slash that waits, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Record {
	/// Its number, by which it is applied or cancelled.
	index: u32,
	/// The node's operator.
	account: String,
	task: TaskId,
	fault: &'static str,
	amount: String,
	/// Who proved the fault, and has a part of the slash; none of an absence.
	accuser: Option<String>,
	/// Whom it harmed, and who has a part too.
	victim: Option<String>,
	/// First block in which anybody can have it applied.
	due: BlockNumber,
	/// Blocks until then; 0 if it has come.
	blocks_left: BlockNumber,
	/// The time that they take, as the chain is meant to run.
	seconds_left: u64,
}

impl Record {
	fn of((index, slash): &NumberedSlash, now: Now) -> Self {
		let blocks_left = now.left(slash.at);
		Self {
			index: *index,
			account: address(&slash.offence.culprit),
			task: slash.offence.task,
			fault: pending::name(slash.offence.fault),
			amount: slash.amount.to_string(),
			accuser: slash.offence.accuser.as_ref().map(address),
			victim: slash.offence.victim.as_ref().map(address),
			due: slash.at,
			blocks_left,
			seconds_left: (now.each * blocks_left).as_secs(),
		}
	}
}

fn write(
	slashes: &[NumberedSlash],
	now: Now,
	token: &Token,
	as_csv: bool,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if as_csv || out.is_json() {
		let slashes: Vec<_> = slashes.iter().map(|slash| Record::of(slash, now)).collect();
		return match as_csv {
			true => csv::write(&COLUMNS, &slashes, out),
			false => out.json(&slashes),
		};
	}
	if slashes.is_empty() {
		return writeln!(out, "no slash waits");
	}
	let mut table = table(&["slash", "node", "task", "fault", "amount", "can be applied"]);
	for (index, slash) in slashes {
		table.add_row([
			index.to_string(),
			address(&slash.offence.culprit),
			slash.offence.task.to_string(),
			pending::name(slash.offence.fault).to_owned(),
			token.render(slash.amount),
			now.when(slash.at),
		]);
	}
	writeln!(out, "{table}")?;
	let nodes: BTreeSet<_> = slashes.iter().map(|(_, slash)| &slash.offence.culprit).collect();
	let sum = slashes.iter().fold(0u128, |sum, (_, slash)| sum.saturating_add(slash.amount));
	writeln!(out, "{} on hold, of {}", token.render(sum), counted(nodes.len(), "node"))?;
	writeln!(
		out,
		"until one is applied Root can cancel it: `ostraka node slash cancel NUMBER` prints what Root sends"
	)
}

#[cfg(test)]
mod tests {
	use super::{super::tests::*, *};
	use crate::{fixtures, output::written};

	fn said(slashes: &[NumberedSlash], is_json: bool, as_csv: bool) -> String {
		written(is_json, |out| write(slashes, now(), &fixtures::token(), as_csv, out))
	}

	#[test]
	fn slashes_are_rows_of_a_table() {
		let text = said(&[due(3), early(8)], false, false);
		for part in [
			"absence",
			"wrong share",
			"1.5 OST",
			"since block 90",
			"from block 190 on, in 100 blocks",
		] {
			assert!(text.contains(part), "no {part} in {text}");
		}
		assert!(text.contains("\n3 OST on hold, of 2 nodes\n"), "{text}");
		assert!(text.contains("`ostraka node slash cancel NUMBER`"), "{text}");
	}

	#[test]
	fn an_empty_list_says_so() {
		assert_eq!(said(&[], false, false), "no slash waits\n");
		assert_eq!(said(&[], true, false), "[]\n");
		assert_eq!(said(&[], false, true).lines().count(), 1, "the names alone");
	}

	#[test]
	fn csv_has_a_line_for_each_slash() {
		let text = said(&[early(8)], false, true);
		let lines: Vec<&str> = text.split_terminator("\r\n").collect();
		assert!(lines[0].starts_with("index,account,task,fault,amount,"), "{text}");
		assert!(lines[1].starts_with("8,5") && lines.len() == 2, "{text}");
		assert!(lines[1].ends_with(",190,100,600"), "{text}");
	}

	#[test]
	fn json_says_when_in_blocks_and_in_time() {
		let text = said(&[due(3), early(8)], true, false);
		let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		let left = |place: usize| {
			let slash = &list[place];
			["due", "blocks_left", "seconds_left"].map(|name| slash[name].as_u64())
		};
		assert_eq!(left(0), [Some(90), Some(0), Some(0)]);
		assert_eq!(left(1), [Some(190), Some(100), Some(600)]);
		assert_eq!((&list[0]["fault"], &list[0]["amount"]), (&"absence".into(), &"1500".into()));
		assert!(list[0]["accuser"].is_null(), "nobody proves an absence");
		assert_eq!(list[1]["accuser"], address(&AccountId::new([6; 32])));
	}
}
