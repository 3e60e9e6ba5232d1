//! `ostraka node slash apply`: has slashes applied that are due.

use super::{chosen, Now};
use crate::{
	chain::{calls, slashes::NumberedSlash, Chain, ChainError, Receipt, Signer, Token},
	cli::{account::signer, Global},
	commands::connect,
	error::Error,
	output::Output,
	view::pending,
};
use clap::Args;
use futures::future;
use ostraka_party::{address, words::counted};
use ostraka_primitives::{fault::PendingSlash, Balance, BlockNumber};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// Examples, after the help.
pub const EXAMPLES: &str = "\
Examples:
  ostraka node slash apply 3 8 --key-file mine.key
  ostraka node slash apply --due --yes --key-file mine.key

Anybody may sign, the operator too, who cannot leave before. The fee comes back with the transaction that applies a slash.";

/// The call that is made.
const CALL: &str = "Registry.apply_slash";
/// Transactions that are on their way at a time.
const AT_ONCE: usize = 32;

/// Flags of `node slash apply`.
#[derive(Args, Debug)]
pub struct ApplyArgs {
	/// Numbers of the slashes, as `ostraka node slash list` has them
	#[arg(value_name = "NUMBER", required_unless_present = "due")]
	pub numbers: Vec<u32>,
	/// All that are due, of all nodes
	#[arg(long, conflicts_with = "numbers")]
	pub due: bool,
	/// Have them applied without being asked
	#[arg(long)]
	pub yes: bool,
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Chain`; `Failed` if the answer is no.
pub(super) async fn run(
	args: &ApplyArgs,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	let chain = connect(global, out).await?;
	let head = chain.head();
	let waiting = chain.all_pending_slashes(head).await?;
	let slashes: Vec<NumberedSlash> = match args.due {
		true => waiting.into_iter().filter(|(_, slash)| slash.at <= head.number).collect(),
		false => chosen(&args.numbers, waiting, CALL)?,
	};
	check_due(&slashes, Now::of(&chain, head))?;
	if !args.yes && !slashes.is_empty() {
		let question = question(&slashes, chain.token());
		out.must_agree(&question, "nothing is applied", "--yes to have it applied").await?;
	}
	out.farewell().is(
		"slashes may be on their way to be applied\n  run the same command again: it looks before it acts"
			.to_owned(),
	);
	let mut applied = Vec::new();
	for part in slashes.chunks(AT_ONCE) {
		applied.extend(send(&chain, &signer, part).await?);
	}
	write(&applied, chain.token(), out)
}

/// Refuses what the chain would refuse for a fee.
fn check_due(slashes: &[NumberedSlash], now: Now) -> Result<(), ChainError> {
	match slashes.iter().find(|(_, slash)| now.left(slash.at) > 0) {
		None => Ok(()),
		Some((number, slash)) => Err(ChainError::Invalid {
			call: CALL.to_owned(),
			reason: format!(
				"slash {number} is not due: Root can still cancel it, and it can be applied {}",
				now.when(slash.at)
			),
		}),
	}
}

/// What is asked before slashes are applied, which nothing undoes.
fn question(slashes: &[NumberedSlash], token: &Token) -> String {
	let taken = match slashes {
		[(number, slash)] => format!(
			"Slash {number}, for {} in task {}, takes {} of the node of {}",
			pending::name(slash.offence.fault),
			slash.offence.task,
			token.render(slash.amount),
			address(&slash.offence.culprit)
		),
		_ => {
			let nodes: BTreeSet<_> =
				slashes.iter().map(|(_, slash)| &slash.offence.culprit).collect();
			let sum =
				slashes.iter().fold(0u128, |sum, (_, slash)| sum.saturating_add(slash.amount));
			format!(
				"{} slashes take {} of {}",
				slashes.len(),
				token.render(sum),
				counted(nodes.len(), "node")
			)
		},
	};
	format!("{taken}. Once that is applied Root cannot cancel it. Have it applied?")
}

/// Has slashes applied, a transaction each: in a batch none of them is free.
async fn send(
	chain: &Chain,
	signer: &Signer,
	slashes: &[NumberedSlash],
) -> Result<Vec<Applied>, ChainError> {
	let sent = slashes.iter().map(|(number, slash)| async move {
		let call = calls::apply_slash(slash.offence.culprit.clone(), *number);
		match chain.submit(&call, signer).await {
			Ok(receipt) => Ok(Applied::of(*number, slash, Some(&receipt))),
			Err(error) if is_gone(&error) => Ok(Applied::of(*number, slash, None)),
			Err(error) => Err(error),
		}
	});
	future::try_join_all(sent).await
}

/// Whether somebody else had the slash applied meanwhile, or Root cancelled it.
fn is_gone(error: &ChainError) -> bool {
	matches!(error, ChainError::Refused { name, .. } if name == "Registry.NoSuchSlash")
}

/// What became of a slash, and how much it took.
struct Applied {
	record: Record,
	amount: Balance,
}

/// What became of a slash, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Record {
	/// Its number.
	index: u32,
	/// The node's operator.
	account: String,
	amount: String,
	/// Whether this applied it; if not, it was applied or cancelled by others meanwhile.
	applied: bool,
	block: Option<BlockNumber>,
	transaction_fee: Option<String>,
}

impl Applied {
	fn of(number: u32, slash: &PendingSlash, receipt: Option<&Receipt>) -> Self {
		let taken = receipt.and_then(|receipt| receipt.event("Registry", "Slashed"));
		let amount = taken.and_then(|event| event.field("amount")).unwrap_or(slash.amount);
		let record = Record {
			index: number,
			account: address(&slash.offence.culprit),
			amount: amount.to_string(),
			applied: receipt.is_some(),
			block: receipt.map(|receipt| receipt.block.number),
			transaction_fee: receipt.map(|receipt| receipt.fee.to_string()),
		};
		Self { record, amount }
	}
}

fn write(applied: &[Applied], token: &Token, out: &mut Output<'_>) -> Result<(), Error> {
	if out.is_json() {
		return out.json(&applied.iter().map(|applied| &applied.record).collect::<Vec<_>>());
	}
	if applied.is_empty() {
		return writeln!(out, "no slash is due");
	}
	for Applied { record, amount } in applied {
		match record.block {
			Some(block) => writeln!(
				out,
				"slash {} is applied, in block {block}: {} of the node of {}",
				record.index,
				token.render(*amount),
				record.account
			)?,
			None => writeln!(
				out,
				"slash {} does not wait any more: somebody else had it applied, or Root cancelled it",
				record.index
			)?,
		}
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::{super::tests::*, *};
	use crate::{
		chain::{Event, Head},
		fixtures,
		output::written,
	};
	use codec::Encode;

	fn receipt() -> Receipt {
		let taken = Event::sample("Registry", "Slashed", &[("amount", 1_400u128.encode())]);
		let block = Head { number: 93, hash: Default::default() };
		Receipt { block, fee: 0, events: vec![taken] }
	}

	fn said(is_json: bool, applied: &[Applied]) -> String {
		written(is_json, |out| write(applied, &fixtures::token(), out))
	}

	fn both() -> [Applied; 2] {
		let ((_, slash), receipt) = (due(3), receipt());
		[Applied::of(3, &slash, Some(&receipt)), Applied::of(8, &slash, None)]
	}

	#[test]
	fn what_is_not_due_is_refused_before_it_costs_anything() {
		assert!(check_due(&[due(3)], now()).is_ok() && check_due(&[], now()).is_ok());
		let refused = check_due(&[due(3), early(8)], now()).expect_err("not due");
		assert!(refused.is_refusal());
		let said = refused.to_string();
		for part in ["slash 8 is not due", "from block 190 on, in 100 blocks (10 min"] {
			assert!(said.contains(part), "`{said}` does not say `{part}`");
		}
	}

	#[test]
	fn a_person_is_asked_with_what_is_taken() {
		let asked = question(&[due(3)], &fixtures::token());
		let begins = "Slash 3, for absence in task 7, takes 1.5 OST of the node of 5";
		assert!(asked.starts_with(begins), "{asked}");
		assert!(asked.contains("Once that is applied Root cannot cancel it."), "{asked}");
		let asked = question(&[due(3), due(4), early(8)], &fixtures::token());
		assert!(asked.starts_with("3 slashes take 4.5 OST of 2 nodes. "), "{asked}");
	}

	#[test]
	fn what_somebody_else_applied_is_no_failure() {
		let text = said(false, &both());
		let lines: Vec<&str> = text.lines().collect();
		assert!(
			lines[0].starts_with("slash 3 is applied, in block 93: 1.4 OST of the node of 5"),
			"{text}"
		);
		assert!(lines[1].starts_with("slash 8 does not wait any more: somebody else"), "{text}");
		let refused = |name: &str| {
			let docs = "The chain's words.".to_owned();
			ChainError::Refused { call: CALL.to_owned(), name: name.to_owned(), docs }
		};
		assert!(is_gone(&refused("Registry.NoSuchSlash")));
		assert!(!is_gone(&refused("Registry.SlashNotDue")));
	}

	#[test]
	fn where_nothing_is_due_nothing_is_applied() {
		assert_eq!(said(false, &[]), "no slash is due\n");
		assert_eq!(said(true, &[]), "[]\n");
	}

	#[test]
	fn json_says_which_were_applied() {
		let list: serde_json::Value = serde_json::from_str(&said(true, &both())).expect("JSON");
		assert_eq!((&list[0]["applied"], &list[0]["block"]), (&true.into(), &93.into()));
		assert_eq!(
			(&list[0]["amount"], &list[0]["transaction_fee"]),
			(&"1400".into(), &"0".into())
		);
		assert_eq!(list[1]["applied"], false);
		assert!(list[1]["block"].is_null() && list[1]["transaction_fee"].is_null());
	}
}
