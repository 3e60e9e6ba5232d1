//! `ostraka node supply`: hands a node's worker the dealings that it missed (it was offline, or came by warp sync),
//! from block bodies. The worker checks them as any other: their digests must be in the chain's state.

use crate::{
	chain::{calls::indices, Chain, ChainError},
	cli::{task::TaskArg, values, Global},
	commands::connect,
	error::Error,
	onchain::gather::{scan_dealings, Bodies},
	output::Output,
};
use clap::Args;
use codec::Encode;
use ostraka_party::address;
use ostraka_primitives::message::{indexed_key, IndexedDealing};
use ostraka_protocol::wire::dealing_bytes;
use serde_json::json;

/// Flags of `node supply`.
#[derive(Args, Debug)]
pub struct SupplyArgs {
	/// The task.
	#[command(flatten)]
	pub task: TaskArg,
	/// Node that has the block bodies; the one at --url unless given
	#[arg(long, value_name = "URL", value_parser = values::url)]
	pub from: Option<String>,
}

/// What a node says that does not let its database be written.
fn refused(error: ChainError) -> ChainError {
	match error {
		ChainError::Rpc(message) => ChainError::Rpc(format!(
			"{message}\n  to write into its database, start it with --rpc-methods unsafe (and listen on localhost only)"
		)),
		other => other,
	}
}

/// Runs the command.
///
/// # Errors
/// `Chain`; the node at --url must allow unsafe RPC methods.
pub async fn run(args: &SupplyArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let source = match &args.from {
		Some(url) => Chain::connect(url).await?,
		None => chain.clone(),
	};
	let task = args.task.number;
	let info = chain.task(task).await?;
	let (Some(task_hash), Some(drawn_at)) = (info.task.task_hash, info.task.drawn_at) else {
		return Err(Error::Failed(format!("task {task} has no committee yet")));
	};
	let indices = indices(chain.metadata())
		.ok_or_else(|| ChainError::Unreadable("the calls are unknown".to_owned()))?;
	let until = drawn_at.saturating_add(info.task.windows.collect).min(source.head().number);
	let bodies = Bodies::default();
	let range = (drawn_at, until);
	let found = scan_dealings(&source, &bodies, &indices, task, &task_hash, range).await?;
	let mut supplied = Vec::new();
	for (block, found) in found {
		for dealer in found.signer.iter().chain(&info.dealers) {
			let bytes = dealing_bytes(&found.dealing);
			let digest = bytes.digest(&task_hash, dealer.as_ref());
			// only what the state holds as accepted is of use to the worker
			let record = chain.dealing(task, dealer).await?;
			if record.is_none_or(|record| record.digest != digest) {
				continue;
			}
			let value = IndexedDealing { dealer: dealer.clone(), dealing: found.dealing.clone() };
			chain.set_offchain(&indexed_key(&digest), &value.encode()).await.map_err(refused)?;
			supplied.push((address(dealer), block));
			break;
		}
	}
	if out.is_json() {
		let supplied: Vec<_> = supplied
			.iter()
			.map(|(dealer, block)| json!({ "dealer": dealer, "block": block }))
			.collect();
		return out.json(&json!({ "task": task, "supplied": supplied }));
	}
	writeln!(
		out,
		"{} of {} dealings of task {task} are in the node's offchain database now",
		supplied.len(),
		info.dealings
	)
}
