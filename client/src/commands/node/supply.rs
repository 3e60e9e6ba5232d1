//! `ostraka node supply`: hands a node's worker the dealings that it missed (it was offline, or came by warp sync),
//! from block bodies. The worker checks them as any other: their digests must be in the chain's state.

use crate::{
	chain::{Chain, ChainError},
	cli::{task::TaskArg, values, Global},
	commands::connect,
	dealing,
	error::Error,
	onchain::{
		gather::{scan_dealings, Bodies},
		recorded::{records, Recorded},
	},
	output::Output,
};
use clap::Args;
use codec::Encode;
use ostraka_party::{address, verify::find::FoundDealing};
use ostraka_primitives::{
	message::{indexed_key, IndexedDealing},
	TaskId,
};
use schemars::JsonSchema;
use serde::Serialize;

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
			"{message}\n  to write into its database, start it with --rpc-methods unsafe for as long as this takes, and listen on localhost only"
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
	let Some(drawn_at) = info.task.drawn_at else {
		return Err(Error::Failed(format!("task {task} has no committee yet")));
	};
	let context = dealing::context(chain.genesis(), task, &info).map_err(|error| {
		Error::Failed(format!("no dealing of task {task} can be told from others: {error}"))
	})?;
	let until = drawn_at.saturating_add(info.task.windows.collect).min(source.head().number);
	let records = records(&chain, task, info.accepted.iter().cloned()).await?;
	// only what the state holds is of use to the worker
	let recorded = Recorded::new(&records);
	let pick = |block: u32, found: FoundDealing| {
		let (dealer, bytes) = recorded.find(&context.task_hash, block, &found)?;
		let digest = bytes.digest(&context.task_hash, dealer.as_ref());
		Some((digest, block, IndexedDealing { dealer: dealer.clone(), dealing: found.dealing }))
	};
	let (bodies, range) = (Bodies::default(), (drawn_at, until));
	let found = scan_dealings(&source, &bodies, task, &context, range, pick).await?;
	let mut supplied = Vec::new();
	for (digest, block, dealing) in found {
		chain.set_offchain(&indexed_key(&digest), &dealing.encode()).await.map_err(refused)?;
		supplied.push((address(&dealing.dealer), block));
	}
	if out.is_json() {
		let supplied = supplied.into_iter().map(|(dealer, block)| Dealing { dealer, block });
		return out.json(&Supplied { task, supplied: supplied.collect() });
	}
	writeln!(
		out,
		"{} of {} dealings of task {task} are in the node's offchain database now",
		supplied.len(),
		info.dealings
	)
}

/// What was brought, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Supplied {
	task: TaskId,
	/// The dealings that the node has now.
	supplied: Vec<Dealing>,
}

/// A dealing that was brought.
#[derive(Serialize, JsonSchema)]
struct Dealing {
	dealer: String,
	/// The block that it is in.
	block: u32,
}
