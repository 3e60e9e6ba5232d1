//! `ostraka node`: the operator's side.

use super::{
	records,
	show::{node_lines, print_lines},
	supply,
	worker_key::{self, WorkerKeyArgs},
};
use crate::{
	chain::{
		account::{self, address},
		calls, Call, Chain, ChainError, Receipt, Signer,
	},
	cli::{values, Global},
	error::Error,
	output,
	words::counted,
};
use clap::{Args, Subcommand};
use ostraka_crypto::Plain;
use ostraka_primitives::{AccountId, WorkerSignature};
use ostraka_protocol::worker_key::register;
use rand_core::OsRng;
use serde::Serialize;
use sp_core::ed25519::Pair;

/// Flags of `node`.
#[derive(Args, Debug)]
pub struct NodeArgs {
	/// The command.
	#[command(subcommand)]
	pub command: NodeCommand,
}

const REGISTER: &str = "\
Examples:
  ostraka node register --suri //Operator --worker-suri //Worker --stake 2000
  ostraka node register --key-file operator.key --stake 5000 --capacity 16 \\
      --keystore /var/lib/ostraka/chains/ostraka/keystore

The worker key lies in the node's keystore under the key type `ostr`; its secret never leaves this machine. The sealing
key and its proof follow from it.";

/// The commands of `node`.
#[derive(Debug, Subcommand)]
pub enum NodeCommand {
	/// Register the account's compute node: holds the stake, proves the keys, puts it in selection
	#[command(after_help = REGISTER)]
	Register {
		/// The worker key.
		#[command(flatten)]
		worker: WorkerKeyArgs,
		/// Stake, in tokens
		#[arg(long, value_name = "TOKENS", allow_negative_numbers = true, value_parser = values::amount)]
		stake: String,
		/// Tasks that the node takes at a time
		#[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=256))]
		capacity: u32,
	},
	/// All compute nodes
	List,
	/// One compute node
	Show {
		/// Its operator; the signing account unless given
		#[arg(value_parser = account::parse)]
		account: Option<AccountId>,
	},
	/// Add to the stake
	Bond {
		/// How much, in tokens
		#[arg(allow_negative_numbers = true, value_parser = values::amount)]
		amount: String,
	},
	/// Send stake on its way out; it can be withdrawn when the unbonding period is over
	Unbond {
		/// How much, in tokens
		#[arg(allow_negative_numbers = true, value_parser = values::amount)]
		amount: String,
	},
	/// Take back the stake that is due
	Withdraw,
	/// Leave selection; the node still serves the tasks that it sits on
	Chill,
	/// Be in selection again
	Activate,
	/// Take a new worker key for later tasks; keep the former key until its last task is settled
	Rotate {
		/// The new worker key.
		#[command(flatten)]
		worker: WorkerKeyArgs,
	},
	/// Set how many tasks the node takes at a time
	Capacity {
		/// How many
		#[arg(value_parser = clap::value_parser!(u32).range(1..=256))]
		capacity: u32,
	},
	/// Forget the node: it must be chilled, without stake and without tasks
	Deregister,
	/// Give the worker of the node at --url the sealed shares of a task that it missed, from block bodies
	Supply(supply::SupplyArgs),
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Chain`.
pub async fn run(args: &NodeArgs, global: &Global) -> Result<(), Error> {
	let reads = matches!(args.command, NodeCommand::List | NodeCommand::Supply(_));
	let named = matches!(&args.command, NodeCommand::Show { account: Some(_) });
	let signer = if reads || named { None } else { Some(Signer::from_flags(global)?) };
	// what can be wrong with flags comes before the chain
	let worker = match &args.command {
		NodeCommand::Register { worker, .. } | NodeCommand::Rotate { worker } => {
			Some(worker_key::read(worker)?)
		},
		_ => None,
	};
	let chain = super::connect(global).await?;
	let Some(signer) = signer else {
		return match &args.command {
			NodeCommand::Supply(args) => supply::run(args, &chain, global).await,
			NodeCommand::Show { account: Some(account) } => show(&chain, account, global).await,
			_ => list(&chain, global).await,
		};
	};
	let call = match &args.command {
		NodeCommand::Register { stake, capacity, .. } => {
			let stake = amount(&chain, stake)?;
			check_stake(&chain, stake)?;
			registration(&chain, &signer, worker.as_ref(), Some((stake, *capacity)))?
		},
		NodeCommand::Rotate { .. } => registration(&chain, &signer, worker.as_ref(), None)?,
		NodeCommand::Bond { amount: text } => calls::bond(amount(&chain, text)?),
		NodeCommand::Unbond { amount: text } => calls::unbond(amount(&chain, text)?),
		NodeCommand::Withdraw => calls::withdraw(),
		NodeCommand::Chill => calls::chill(),
		NodeCommand::Activate => calls::activate(),
		NodeCommand::Capacity { capacity } => calls::set_capacity(*capacity),
		NodeCommand::Deregister => calls::deregister(),
		NodeCommand::Show { .. } | NodeCommand::List | NodeCommand::Supply(_) => {
			return show(&chain, &signer.account(), global).await
		},
	};
	if let NodeCommand::Withdraw = args.command {
		check_due(&chain, &signer.account()).await?;
	}
	let receipt = chain.submit(&call, &signer, None).await?;
	report(&chain, &call, &signer, &receipt, global).await
}

fn amount(chain: &Chain, text: &str) -> Result<u128, Error> {
	chain.token().parse(text).map_err(Error::Usage)
}

/// Checks a new node's stake against the least.
fn check_stake(chain: &Chain, stake: u128) -> Result<(), Error> {
	match chain.constant::<u128>("Registry", "MinStake") {
		Some(least) if stake < least => Err(Error::Usage(format!(
			"--stake {} is below the least stake of this chain, {}",
			chain.token().render(stake),
			chain.token().render(least)
		))),
		_ => Ok(()),
	}
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

/// The call that registers a worker key, or changes to it.
fn registration(
	chain: &Chain,
	signer: &Signer,
	worker: Option<&Pair>,
	stake: Option<(u128, u32)>,
) -> Result<Call, Error> {
	let key = worker.ok_or_else(|| Error::Usage("give the worker key".to_owned()))?;
	let account: [u8; 32] = signer.account().into();
	let public = worker_key::public(key);
	let sign = |message: &[u8]| Some(worker_key::sign(key, message));
	let made = register::<Plain, _>(chain.genesis(), &account, &public.0, sign, &mut OsRng)
		.ok_or_else(|| Error::Usage("the worker key does not sign".to_owned()))?;
	let signature = WorkerSignature::from_raw(made.signature);
	Ok(match stake {
		Some((stake, capacity)) => {
			calls::register(public, made.seal_key, made.proof, signature, stake, capacity)
		},
		None => calls::rotate_key(public, made.seal_key, made.proof, signature),
	})
}

/// A call that was made, as JSON.
#[derive(Serialize)]
struct Sent {
	call: String,
	block: u32,
	fee: String,
	node: Option<records::NodeRecord>,
}

async fn report(
	chain: &Chain,
	call: &Call,
	signer: &Signer,
	receipt: &Receipt,
	global: &Global,
) -> Result<(), Error> {
	let node = chain.node(&signer.account()).await?;
	if global.json {
		output::print_json(&Sent {
			call: call.title(),
			block: receipt.block.number,
			fee: receipt.fee.to_string(),
			node: node.as_ref().map(records::node),
		});
		return Ok(());
	}
	println!(
		"{} is in block {}, for {}",
		call.title(),
		receipt.block.number,
		chain.token().render(receipt.fee)
	);
	if let Some(node) = node {
		let unlocks = chain.unlocks(&node.account).await?.unwrap_or_default();
		print_lines(&node_lines(chain.token(), &node, &unlocks));
	}
	Ok(())
}

async fn show(chain: &Chain, account: &AccountId, global: &Global) -> Result<(), Error> {
	let node = chain.node(account).await?;
	let node = node.ok_or_else(|| ChainError::NoNode(address(account)))?;
	let expected = chain.expected_rewards(account).await?;
	if global.json {
		let mut record = records::node(&node);
		record.expected_rewards = Some(expected.to_string());
		output::print_json(&record);
		return Ok(());
	}
	let unlocks = chain.unlocks(account).await?.unwrap_or_default();
	let mut lines = node_lines(chain.token(), &node, &unlocks);
	lines.push(("expected rewards".to_owned(), chain.token().render(expected)));
	print_lines(&lines);
	Ok(())
}

async fn list(chain: &Chain, global: &Global) -> Result<(), Error> {
	let nodes = chain.nodes().await?;
	if global.json {
		output::print_json(&nodes.iter().map(records::node).collect::<Vec<_>>());
		return Ok(());
	}
	let mut table =
		output::table(&["node", "state", "stake", "tasks", "right", "absences", "convictions"]);
	for node in &nodes {
		table.add_row([
			address(&node.account),
			if node.active { "active" } else { "chilled" }.to_owned(),
			chain.token().render(node.stake),
			format!("{}/{}", node.assigned, node.capacity),
			node.completed.to_string(),
			node.absences.to_string(),
			node.convictions.to_string(),
		]);
	}
	println!("{table}");
	println!("{}", counted(nodes.len(), "node"));
	Ok(())
}
