//! Changes to the account's node: `ostraka node bond`, `unbond`, `withdraw`, `chill`, `activate`, `capacity`, `role`,
//! `deregister`.

use crate::{
	chain::{calls, stake::Unlock, Call, Chain, ChainError, Signer, Token},
	cli::{account::signer, Global, YesArg},
	commands::connect,
	error::Error,
	output::Output,
	view::{
		lines::{node_lines, span},
		records,
	},
};
use ostraka_primitives::{api::NodeInfo, role::Role, AccountId, Balance};
use schemars::JsonSchema;
use serde::Serialize;

/// A change; amounts in tokens.
pub enum Change<'a> {
	/// More stake.
	Bond(&'a str),
	/// Less stake.
	Unbond(&'a str),
	/// The stake that is due is taken back.
	Withdraw,
	/// Out of selection.
	Chill,
	/// Into selection.
	Activate,
	/// Another number of tasks at a time.
	Capacity(u32),
	/// Another role, in draws to come.
	Role(Role),
	/// No node any more.
	Deregister,
}

/// Makes a change; one that nothing undoes after a question, at a terminal.
///
/// # Errors
/// `Usage`, `Chain`; `Failed` if the answer is no.
pub async fn run(
	change: Change<'_>,
	consent: YesArg,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	let chain = connect(global, out).await?;
	let call = match change {
		Change::Bond(text) => {
			let amount = amount(&chain, text)?;
			let question = format!("{} Bond it?", held(&chain, amount));
			out.agree(consent.yes, &question, "nothing is bonded").await?;
			calls::bond(amount)
		},
		Change::Unbond(text) => {
			let amount = amount(&chain, text)?;
			let question = leaving(chain.token(), amount, &unbonding(&chain));
			out.agree(consent.yes, &question, "nothing is unbonded").await?;
			calls::unbond(amount)
		},
		Change::Withdraw => {
			check_due(&chain, &signer.account()).await?;
			calls::withdraw()
		},
		Change::Chill => calls::chill(),
		Change::Activate => calls::activate(),
		Change::Capacity(capacity) => calls::set_capacity(capacity),
		Change::Role(role) => calls::set_role(role),
		Change::Deregister => {
			out.agree(consent.yes, FORGOTTEN, "the node is not deregistered").await?;
			calls::deregister()
		},
	};
	send(&chain, &call, &signer, out).await
}

/// What is asked before a node is forgotten.
const FORGOTTEN: &str =
	"The chain forgets the node, and what it is known for: tasks completed, absences, convictions. Deregister it?";

/// How long stake is on its way out.
fn unbonding(chain: &Chain) -> String {
	let blocks = chain.constant::<u32>("Registry", "UnbondingPeriod");
	blocks.map_or_else(
		|| "the unbonding period".to_owned(),
		|blocks| span(blocks, chain.block_time()),
	)
}

/// What becomes of tokens that are put on hold as stake.
pub(super) fn held(chain: &Chain, amount: Balance) -> String {
	staked(chain.token(), amount, &unbonding(chain))
}

fn staked(token: &Token, amount: Balance, period: &str) -> String {
	format!(
		"{} is put on hold as stake, and can be slashed: it comes back by `ostraka node unbond`, and {period} after that.",
		token.render(amount)
	)
}

/// What is asked before stake is sent on its way out.
fn leaving(token: &Token, amount: Balance, period: &str) -> String {
	format!(
		"{} leaves the stake: it counts in no draw any more, and can be withdrawn after {period}; until then it can be slashed, \
		 and nothing puts it back. Unbond it?",
		token.render(amount)
	)
}

/// Sends a call of an operator, and writes what became of its node.
///
/// # Errors
/// `Chain`.
pub async fn send(
	chain: &Chain,
	call: &Call,
	signer: &Signer,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let receipt = chain.submit(call, signer).await?;
	let node = chain.node(&signer.account()).await?;
	let unlocks = match &node {
		Some(node) if !out.is_json() => chain.unlocks(&node.account).await?.unwrap_or_default(),
		_ => Vec::new(),
	};
	let sent = Sent {
		call: call.title(),
		block: receipt.block.number,
		fee: receipt.fee.to_string(),
		node: node.as_ref().map(records::node),
	};
	write(&sent, receipt.fee, node.as_ref().map(|node| (node, &unlocks[..])), chain.token(), out)
}

/// Reads an amount of tokens.
///
/// # Errors
/// `Usage`.
pub fn amount(chain: &Chain, text: &str) -> Result<u128, Error> {
	chain.token().parse(text).map_err(Error::Usage)
}

/// Checks that some stake is due, to say when it will be if it is not. The chain decides all the same.
async fn check_due(chain: &Chain, account: &AccountId) -> Result<(), Error> {
	let Some(unlocks) = chain.unlocks(account).await? else { return Ok(()) };
	let now = chain.head().number;
	let reason = match unlocks.first() {
		None => {
			"no stake is on its way out\n  send some on its way with `ostraka node unbond AMOUNT`"
				.to_owned()
		},
		Some(next) if next.at > now.saturating_add(1) => format!(
			"nothing is due yet\n  {} can be withdrawn from block {} on; the chain is at block {now}",
			chain.token().render(next.amount),
			next.at
		),
		Some(_) => return Ok(()),
	};
	Err(ChainError::Invalid { call: "Registry.withdraw".to_owned(), reason }.into())
}

/// A call that was made, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Sent {
	call: String,
	block: u32,
	fee: String,
	node: Option<records::NodeRecord>,
}

fn write(
	sent: &Sent,
	fee: u128,
	node: Option<(&NodeInfo, &[Unlock])>,
	token: &Token,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if out.is_json() {
		return out.json(sent);
	}
	writeln!(out, "{} is in block {}, for {}", sent.call, sent.block, token.render(fee))?;
	match node {
		Some((node, unlocks)) => out.lines(&node_lines(token, node, unlocks)),
		None => Ok(()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};

	fn said(is_json: bool, node: Option<&NodeInfo>) -> String {
		let sent = Sent {
			call: "Registry.unbond".to_owned(),
			block: 8,
			fee: "12".to_owned(),
			node: node.map(records::node),
		};
		let unlocks = [Unlock { amount: 2_000, at: 90 }];
		let node = node.map(|node| (node, &unlocks[..]));
		written(is_json, |out| write(&sent, 12, node, &fixtures::token(), out))
	}

	#[test]
	fn the_node_is_shown_as_it_is_then() {
		let text = said(false, Some(&fixtures::node()));
		assert!(text.starts_with("Registry.unbond is in block 8, for 0.012 OST\n"), "{text}");
		assert!(text.contains("2 OST from block 90 on"), "{text}");
		assert!(text.contains("computes, and verifies"), "{text}");
		assert_eq!(said(false, None).lines().count(), 1);
	}

	#[test]
	fn a_person_is_asked_with_amount_and_period() {
		let period = span(201_600, std::time::Duration::from_secs(6));
		let asked = leaving(&fixtures::token(), 2_500, &period);
		for part in ["2.5 OST leaves the stake", "201600 blocks (14 days", "nothing puts it back"] {
			assert!(asked.contains(part), "`{asked}` does not say `{part}`");
		}
		let asked = staked(&fixtures::token(), 5_000, &period);
		for part in ["5 OST is put on hold", "can be slashed", "201600 blocks (14 days"] {
			assert!(asked.contains(part), "`{asked}` does not say `{part}`");
		}
	}

	#[test]
	fn json_has_the_node() {
		let record: serde_json::Value =
			serde_json::from_str(&said(true, Some(&fixtures::node()))).expect("JSON");
		assert_eq!((&record["fee"], &record["node"]["stake"]), (&"12".into(), &"5000".into()));
		assert_eq!(record["node"]["role"], "both");
	}
}
