//! `ostraka node show`: one node.

use crate::{
	chain::{account, ChainError},
	cli::{account::named, Global},
	commands::connect,
	error::Error,
	output::Output,
	view::{lines::node_lines, pending, records},
};
use clap::Args;
use ostraka_party::address;
use ostraka_primitives::AccountId;

/// Flags of `node show`.
#[derive(Args, Debug)]
pub struct ShowArgs {
	/// Its operator; the signing account unless given
	#[arg(value_parser = account::parse)]
	pub account: Option<AccountId>,
}

/// Runs the command.
///
/// # Errors
/// `Usage`; `Chain` (`NoNode`) if the account has none.
pub async fn run(args: &ShowArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let account = match &args.account {
		Some(account) => account.clone(),
		None => named(global, out.notes())?,
	};
	let chain = connect(global, out).await?;
	let node = chain.node(&account).await?;
	let node = node.ok_or_else(|| ChainError::NoNode(address(&account)))?;
	let expected = chain.expected_rewards(&account).await?;
	let pending = chain.pending_slashes(&account).await?;
	if out.is_json() {
		let mut record = records::node(&node);
		record.expected_rewards = Some(expected.to_string());
		record.pending_slashes = Some(pending::records(&pending));
		return out.json(&record);
	}
	let unlocks = chain.unlocks(&account).await?.unwrap_or_default();
	let mut lines = node_lines(chain.token(), &node, &unlocks);
	lines.push(("expected rewards".to_owned(), chain.token().render(expected)));
	lines.extend(pending::lines(chain.token(), &pending, chain.head().number));
	out.lines(&lines)
}
