//! `ostraka node register` and `ostraka node rotate`: a node's keys and their proofs.

use super::change::{amount, send};
use crate::{
	chain::{calls, Call, Chain, Signer},
	cli::{
		account::signer,
		role::RoleName,
		values,
		worker_key::{self, WorkerKeyArgs},
		Global,
	},
	commands::connect,
	error::Error,
	output::Output,
};
use clap::Args;
use ostraka_primitives::{role::Role, Balance, WorkerSignature};
use ostraka_protocol::worker_key::register;
use rand_core::OsRng;
use sp_core::ed25519::Pair;

/// Examples, after the help.
pub const EXAMPLES: &str = "\
Examples:
  ostraka node register --suri //Operator --worker-suri //Worker --stake 2000
  ostraka node register --key-file operator.key --stake 5000 --capacity 12 \\
      --keystore /var/lib/ostraka/chains/ostraka/keystore
  ostraka node register --key-file operator.key --stake 1000 --role verify --worker-key-file worker.key

The worker key lies in the node's keystore under the key type `ostr`; its secret never leaves this machine. The sealing
key and its proof follow from it.";

/// Flags of `node register`.
#[derive(Args, Debug)]
pub struct RegisterArgs {
	/// The worker key.
	#[command(flatten)]
	pub worker: WorkerKeyArgs,
	/// Stake, in tokens
	#[arg(long, value_name = "TOKENS", allow_negative_numbers = true, value_parser = values::amount)]
	pub stake: String,
	/// Tasks that the node takes at a time
	#[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=256))]
	pub capacity: u32,
	/// What the node is drawn for: committees, panels, or either (in one task it has one seat)
	#[arg(long, value_enum, ignore_case = true, default_value_t = RoleName::Both)]
	pub role: RoleName,
}

/// Registers the account's node.
///
/// # Errors
/// `Usage`, `Chain`.
pub async fn run(args: &RegisterArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	// what can be wrong with flags comes before the chain
	let key = worker_key::read(&args.worker)?;
	let chain = connect(global, out).await?;
	let stake = amount(&chain, &args.stake)?;
	check_stake(&chain, stake)?;
	let new = New { stake, capacity: args.capacity, role: args.role.into() };
	let call = registration(&chain, &signer, &key, Some(new))?;
	send(&chain, &call, &signer, out).await
}

/// Gives the account's node another worker key.
///
/// # Errors
/// `Usage`, `Chain`.
pub async fn rotate(
	worker: &WorkerKeyArgs,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	let key = worker_key::read(worker)?;
	let chain = connect(global, out).await?;
	let call = registration(&chain, &signer, &key, None)?;
	send(&chain, &call, &signer, out).await
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

/// What a new node has besides its keys.
struct New {
	stake: Balance,
	capacity: u32,
	role: Role,
}

/// The call that registers a worker key, or changes to it.
fn registration(
	chain: &Chain,
	signer: &Signer,
	key: &Pair,
	new: Option<New>,
) -> Result<Call, Error> {
	let account: [u8; 32] = signer.account().into();
	let public = worker_key::public(key);
	let sign = |message: &[u8]| Some(worker_key::sign(key, message));
	let made = register(chain.genesis(), &account, &public.0, sign, &mut OsRng)
		.ok_or_else(|| Error::Usage("the worker key does not sign".to_owned()))?;
	let signature = WorkerSignature::from_raw(made.signature);
	Ok(match new {
		Some(New { stake, capacity, role }) => {
			calls::register(public, made.seal_key, made.proof, signature, stake, capacity, role)
		},
		None => calls::rotate_key(public, made.seal_key, made.proof, signature),
	})
}
