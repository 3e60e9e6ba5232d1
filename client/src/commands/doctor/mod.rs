//! `ostraka doctor`: looks through what a requester, a dealer or an operator needs, and says what is not right.
//!
//! - `checks`: the checks that `node check` makes too, and how a list of them is told.
//! - `judge`: what the numbers mean.
//! - `digest`: the digest of the runtime's metadata.

pub(super) mod checks;
mod digest;
pub(super) mod judge;

use crate::{
	chain::{account, Chain, ChainError, Head, DEFAULT_URL},
	cli::{
		account::{is_named, named},
		policy::PolicyFileArgs,
		worker_key::{self, WorkerKeyArgs},
		Global,
	},
	error::Error,
	onchain::{self, consent::Duties},
	output::Output,
	view::lines::{hex, INSECURE},
};
use checks::{Check, Checks};
use clap::Args;
use futures::{stream, StreamExt, TryStreamExt};
use judge::{Part, Status};
use ostraka_party::{address, escape::escaped, words::counted};
use ostraka_primitives::{task::TaskStatus, AccountId, Digest};
use std::time::{Duration, Instant};

const EXAMPLES: &str = "\
Examples:
  ostraka doctor
  ostraka doctor --key-file bob.key --genesis 0x… --json
  ostraka doctor --suri //Operator --keystore /var/lib/ostraka/chains/ostraka/keystore

Each line is a check: ok, a warning, or failed. The exit code is 0 if none failed, 1 if one
did, 3 if no chain answers.";

/// Newest tasks that are looked through for those of an account.
const LOOKED_AT: u32 = 500;
/// Of these so many at a time.
const AT_ONCE: usize = 16;

/// Flags of `doctor`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, mut_group("WorkerKeyArgs", |group| group.required(false)))]
pub struct DoctorArgs {
	/// The account that is looked at; the signing account unless given
	#[arg(value_parser = account::parse)]
	pub account: Option<AccountId>,
	/// Hash of the first block that the chain must have
	#[arg(long, value_name = "HASH", value_parser = parse_hash)]
	pub genesis: Option<Digest>,
	/// The policy that the chain should hold the account to.
	#[command(flatten)]
	pub policy: PolicyFileArgs,
	/// The worker key that the account's node must have.
	#[command(flatten)]
	pub worker: Option<WorkerKeyArgs>,
}

fn parse_hash(text: &str) -> Result<Digest, String> {
	let digits = text.trim();
	let digits = digits.strip_prefix("0x").unwrap_or(digits);
	let bytes = hex::decode(digits).ok().and_then(|bytes| Digest::try_from(bytes).ok());
	bytes.ok_or_else(|| format!("`{text}` is not a hash: give 0x and 64 hexadecimal digits"))
}

/// Runs the command.
///
/// # Errors
/// `Usage`; `Chain` if no chain of this version answers; `Failed` if a check fails.
pub async fn run(args: &DoctorArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let account = match &args.account {
		Some(account) => Some(account.clone()),
		None if is_named(global) => Some(named(global, out.notes())?),
		None => None,
	};
	let began = Instant::now();
	let url = global.url.as_deref().unwrap_or(DEFAULT_URL);
	let chain = match Chain::connect(url).await {
		Ok(chain) => chain,
		Err(error) => {
			let first = error.to_string().lines().next().unwrap_or_default().to_owned();
			let failed = Check { check: "connection", status: Status::Failed, says: first };
			Checks(vec![failed]).write(out)?;
			return Err(error.into());
		},
	};
	let took = began.elapsed();
	let head = chain.head();
	let mut checks = Checks::default();
	checks.push("connection", connection(&chain, took).await?);
	checks.push("chain", genesis(&chain, args.genesis.as_ref()).await?);
	checks.push("runtime", runtime(&chain).await?);
	checks.push("metadata", digest::check(&chain).await?);
	checks.push("draws", draws(&chain).await?);
	checks.push("finality", judge::finality(head.number, chain.finalized().await?.number));
	checks.push("clock", checks::clock(&chain, head).await?);
	if let Some(account) = &account {
		checks.push("account", money(&chain, account).await?);
		for part in tasks(&chain, account, head).await? {
			checks.push("tasks", part);
		}
		for part in policies(&chain, account, &args.policy).await? {
			checks.push("policy", part);
		}
	}
	if let Some(worker) = &args.worker {
		match worker_key::read(worker) {
			Err(error) => checks.push("worker key", (Status::Failed, error.to_string())),
			Ok(key) => {
				for part in node(&chain, account.as_ref(), &key).await? {
					checks.push("worker key", part);
				}
			},
		}
	}
	checks.write(out)?;
	checks.judged()
}

async fn connection(chain: &Chain, took: Duration) -> Result<Part, ChainError> {
	let name = chain.link().ask(|rpc| async move { rpc.system_name().await }).await?;
	let version = chain.link().ask(|rpc| async move { rpc.system_version().await }).await?;
	let health = checks::health(chain).await?;
	let node = format!(
		"{} answers in {} ms: {} {}, {}",
		chain.url(),
		took.as_millis(),
		escaped(&name),
		escaped(&version),
		counted(health.peers, "peer")
	);
	Ok(match judge::behind(&health).or_else(|| judge::alone(&health)) {
		Some(why) => (Status::Warning, format!("{node}; {why}")),
		None => (Status::Ok, node),
	})
}

async fn genesis(chain: &Chain, expected: Option<&Digest>) -> Result<Part, ChainError> {
	let name = chain.link().ask(|rpc| async move { rpc.system_chain().await }).await?;
	let is = format!("{}, whose first block is {}", escaped(&name), hex(chain.genesis()));
	Ok(match expected {
		Some(expected) if expected != chain.genesis() => {
			(Status::Failed, format!("{is}; another one is wanted: {}", hex(expected)))
		},
		_ => (Status::Ok, is),
	})
}

async fn runtime(chain: &Chain) -> Result<Part, ChainError> {
	let version = chain.link().ask(|rpc| async move { rpc.state_get_runtime_version(None).await });
	let version = version.await?;
	let name = version.other.get("specName").and_then(|name| name.as_str()).unwrap_or("?");
	Ok((
		Status::Ok,
		format!(
			"{} {}, transactions of version {}: its calls and answers are those that this tool knows",
			escaped(name),
			version.spec_version,
			version.transaction_version
		),
	))
}

async fn draws(chain: &Chain) -> Result<Part, ChainError> {
	Ok(match chain.is_insecure().await? {
		true => (Status::Warning, INSECURE.to_owned()),
		false => {
			(Status::Ok, "committees are drawn from randomness that nobody knows before".to_owned())
		},
	})
}

async fn money(chain: &Chain, account: &AccountId) -> Result<Part, ChainError> {
	let money = chain.money(account).await?;
	let needed = onchain::deal::needed(chain).await?;
	Ok(judge::money(chain.token(), &address(account), &money, needed))
}

/// The open tasks that an account asks for or deals to.
async fn tasks(chain: &Chain, account: &AccountId, head: Head) -> Result<Vec<Part>, ChainError> {
	let count = chain.tasks().await?;
	let numbers = count.saturating_sub(LOOKED_AT)..count;
	let infos = numbers.map(|task| async move {
		Ok::<_, ChainError>((task, chain.task_if_any(task, head).await?))
	});
	let all: Vec<_> = stream::iter(infos).buffered(AT_ONCE).try_collect().await?;
	let mut parts = Vec::new();
	for (task, info) in all {
		let Some(info) = info else { continue };
		let is_collecting = matches!(info.task.status, TaskStatus::Collecting { .. });
		let has_dealt = match is_collecting && info.accepted.contains(account) {
			true => chain.dealing(task, account).await?.is_some(),
			false => false,
		};
		parts.extend(judge::task(task, &info, account, has_dealt, head.number));
	}
	if parts.is_empty() {
		let looked = counted(count.min(LOOKED_AT) as usize, "newest task");
		parts.push((Status::Ok, format!("none of the {looked} that is open is of this account")));
	}
	Ok(parts)
}

/// The data sets of an account's policy against what the chain holds them to; nothing if there is no policy.
async fn policies(
	chain: &Chain,
	account: &AccountId,
	args: &PolicyFileArgs,
) -> Result<Vec<Part>, ChainError> {
	let policy = match args.read() {
		Ok(Some(policy)) => policy,
		Ok(None) => return Ok(Vec::new()),
		Err(error) => return Ok(vec![(Status::Failed, error.to_string())]),
	};
	let duties = Duties { block: chain.head().number, ..Duties::default() };
	let mut parts = Vec::new();
	for dataset in policy.datasets.values() {
		if args.dataset.as_ref().is_some_and(|named| *named != dataset.name) {
			continue;
		}
		let held = duties.of(chain, account, &dataset.tag(), None).await?;
		let warning = held.warning(&policy.on_chain());
		parts.push(judge::policy(&dataset.name, &policy.file, warning.as_deref()));
	}
	Ok(parts)
}

/// A worker key against the account's node, or that which has it, and against the keystore of the node that answers.
async fn node(
	chain: &Chain,
	account: Option<&AccountId>,
	key: &sp_core::ed25519::Pair,
) -> Result<Vec<Part>, ChainError> {
	let public = worker_key::public(key);
	let node = match account {
		Some(account) => chain.node(account).await?,
		None => chain.nodes().await?.into_iter().find(|node| node.worker == public),
	};
	let Some(node) = node else {
		return Ok(vec![match account {
			Some(account) => judge::unregistered(&format!("the account {}", address(account))),
			None => (
				Status::Failed,
				format!(
					"no node has the worker key {}\n`ostraka node register` registers it",
					hex(public.0)
				),
			),
		}]);
	};
	let seal_key = checks::seal_key(chain, &node.account, key);
	let has = checks::is_in_keystore(chain, &public).await?;
	Ok(vec![judge::keys(&node, &public, seal_key.as_ref()), judge::in_keystore(chain.url(), has)])
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn hashes_are_read() {
		let digits = "ab".repeat(32);
		assert_eq!(parse_hash(&format!("0x{digits}")), Ok([0xab; 32]));
		assert_eq!(parse_hash(&digits), Ok([0xab; 32]));
		for text in ["", "0x", "0x12", "nonsense", &"ab".repeat(33)] {
			assert!(parse_hash(text).is_err_and(|error| error.contains("is not a hash")), "{text}");
		}
	}
}
