//! `ostraka node register` and `ostraka node rotate`: a node's keys and their proofs.

use super::change::{amount, held, send};
use crate::{
	chain::{calls, Call, Chain, Signer},
	cli::{
		account::signer,
		role::RoleName,
		values,
		worker_key::{self, WorkerKeyArgs},
		Global, YesArg,
	},
	commands::connect,
	error::Error,
	output::Output,
	view::lines::hex,
};
use clap::Args;
use ostraka_primitives::{role::Role, Balance, WorkerKey, WorkerSignature};
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
	/// Whether it is asked for.
	#[command(flatten)]
	pub consent: YesArg,
}

/// Registers the account's node, after a question at a terminal.
///
/// # Errors
/// `Usage`, `Chain`; `Failed` if the answer is no.
pub async fn run(args: &RegisterArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	// what can be wrong with flags comes before the chain
	let key = worker_key::read(&args.worker)?;
	let chain = connect(global, out).await?;
	let stake = amount(&chain, &args.stake)?;
	check_stake(&chain, stake)?;
	let question = format!("{} {SERVES}", held(&chain, stake));
	out.agree(args.consent.yes, &question, "the node is not registered").await?;
	let new = New { stake, capacity: args.capacity, role: args.role.into() };
	let call = registration(&chain, &signer, &key, Some(new))?;
	send(&chain, &call, &signer, out).await
}

/// What is asked before a node is registered, behind what becomes of its stake.
const SERVES: &str = "It can be drawn for every task that is submitted from then on, and loses stake where it does not answer. \
                      Register it?";

/// Gives the account's node another worker key, after a question at a terminal.
///
/// # Errors
/// `Usage`, `Chain`; `Failed` if the answer is no.
pub async fn rotate(
	worker: &WorkerKeyArgs,
	consent: YesArg,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	let key = worker_key::read(worker)?;
	let chain = connect(global, out).await?;
	let question = rotated(&worker_key::public(&key));
	out.agree(consent.yes, &question, "the worker key is not changed").await?;
	let call = registration(&chain, &signer, &key, None)?;
	send(&chain, &call, &signer, out).await
}

/// What is asked before a node has another worker key.
fn rotated(key: &WorkerKey) -> String {
	format!(
		"Draws to come have the node under worker key {}: without it in the node's keystore the node is absent, and slashed. The \
		 former key has to stay there until the event KeyReleased names it. Change the key?",
		hex(key.0)
	)
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

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_person_is_asked_with_the_new_key() {
		let asked = rotated(&WorkerKey::from_raw([5; 32]));
		for part in
			[hex([5u8; 32]).as_str(), "absent, and slashed", "KeyReleased", "Change the key?"]
		{
			assert!(asked.contains(part), "`{asked}` does not say `{part}`");
		}
	}
}
