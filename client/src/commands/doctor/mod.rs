//! `ostraka doctor`: looks through what a requester, a dealer or an operator needs, and says what is not right.
//!
//! - `judge`: what the numbers mean.
//! - `digest`: the digest of the runtime's metadata.

mod digest;
mod judge;

use crate::{
	chain::{account, Chain, ChainError, Head, DEFAULT_URL},
	cli::{
		account::signer,
		worker_key::{self, WorkerKeyArgs},
		Global,
	},
	error::Error,
	onchain,
	output::Output,
	view::lines::{hex, INSECURE},
};
use clap::Args;
use codec::Decode;
use futures::{stream, StreamExt, TryStreamExt};
use judge::{Part, Status};
use ostraka_party::{address, escape::escaped, words::counted};
use ostraka_primitives::{task::TaskStatus, AccountId, Digest, WORKER_KEY_TYPE};
use ostraka_protocol::worker_key::register;
use rand_core::OsRng;
use serde::Serialize;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use subxt::ext::frame_decode::storage::encode_storage_key_prefix;

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
	/// The worker key that the account's compute node must have.
	#[command(flatten)]
	pub worker: Option<WorkerKeyArgs>,
}

fn parse_hash(text: &str) -> Result<Digest, String> {
	let digits = text.trim();
	let digits = digits.strip_prefix("0x").unwrap_or(digits);
	let bytes = hex::decode(digits).ok().and_then(|bytes| Digest::try_from(bytes).ok());
	bytes.ok_or_else(|| format!("`{text}` is not a hash: give 0x and 64 hexadecimal digits"))
}

/// A check, and what came of it.
#[derive(Debug, Serialize)]
struct Check {
	check: &'static str,
	status: Status,
	says: String,
}

/// All checks, as JSON.
#[derive(Debug, Serialize)]
struct Report<'a> {
	healthy: bool,
	checks: &'a [Check],
}

/// Runs the command.
///
/// # Errors
/// `Usage`; `Chain` if no chain of this version answers; `Failed` if a check fails.
pub async fn run(args: &DoctorArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let account = match (&args.account, &global.suri, &global.key_file) {
		(Some(account), ..) => Some(account.clone()),
		(None, None, None) => None,
		_ => Some(signer(global, out.notes())?.account()),
	};
	let began = Instant::now();
	let url = global.url.as_deref().unwrap_or(DEFAULT_URL);
	let chain = match Chain::connect(url).await {
		Ok(chain) => chain,
		Err(error) => {
			let first = error.to_string().lines().next().unwrap_or_default().to_owned();
			write(&[Check { check: "connection", status: Status::Failed, says: first }], out)?;
			return Err(error.into());
		},
	};
	let took = began.elapsed();
	let head = chain.head();
	let mut checks = Vec::new();
	let mut push = |check, part: Part| {
		let (status, says) = part;
		checks.push(Check { check, status, says });
	};
	push("connection", connection(&chain, took).await?);
	push("chain", genesis(&chain, args.genesis.as_ref()).await?);
	push("runtime", runtime(&chain).await?);
	push("metadata", digest::check(&chain).await?);
	push("draws", draws(&chain).await?);
	push("finality", judge::finality(head.number, chain.finalized().await?.number));
	push("clock", clock(&chain, head).await?);
	if let Some(account) = &account {
		push("account", money(&chain, account).await?);
		for part in tasks(&chain, account, head).await? {
			push("tasks", part);
		}
	}
	if let Some(worker) = &args.worker {
		match worker_key::read(worker, out.notes()) {
			Err(error) => push("worker key", (Status::Failed, error.to_string())),
			Ok(key) => {
				for part in node(&chain, account.as_ref(), &key).await? {
					push("worker key", part);
				}
			},
		}
	}
	write(&checks, out)?;
	judged(&checks)
}

/// Writes the checks.
///
/// # Errors
/// `Output`.
fn write(checks: &[Check], out: &mut Output<'_>) -> Result<(), Error> {
	if out.is_json() {
		let healthy = failed(checks).is_empty();
		return out.json(&Report { healthy, checks });
	}
	for check in checks {
		// what comes after a line break stands below
		let says = check.says.replace('\n', &format!("\n{:23}", ""));
		writeln!(out, "{:<9} {:<12} {says}", check.status.word(), check.check)?;
	}
	Ok(())
}

/// The names of those that failed.
fn failed(checks: &[Check]) -> Vec<&'static str> {
	checks.iter().filter(|one| one.status == Status::Failed).map(|one| one.check).collect()
}

/// Whether all is right.
///
/// # Errors
/// `Failed` if a check failed.
fn judged(checks: &[Check]) -> Result<(), Error> {
	match failed(checks).as_slice() {
		[] => Ok(()),
		failed => Err(Error::Failed(format!(
			"{} failed: {}",
			counted(failed.len(), "check"),
			failed.join(", ")
		))),
	}
}

async fn connection(chain: &Chain, took: Duration) -> Result<Part, ChainError> {
	let name = chain.link().ask(|rpc| async move { rpc.system_name().await }).await?;
	let version = chain.link().ask(|rpc| async move { rpc.system_version().await }).await?;
	let health = chain.link().ask(|rpc| async move { rpc.system_health().await }).await?;
	let node = format!(
		"{} answers in {} ms: {} {}, {}",
		chain.url(),
		took.as_millis(),
		escaped(&name),
		escaped(&version),
		counted(health.peers, "peer")
	);
	Ok(match (health.is_syncing, health.should_have_peers && health.peers == 0) {
		(true, _) => (Status::Warning, format!("{node}; it is not synced yet")),
		(false, true) => {
			(Status::Warning, format!("{node}; a node without peers hears of nothing"))
		},
		(false, false) => (Status::Ok, node),
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

async fn clock(chain: &Chain, head: Head) -> Result<Part, ChainError> {
	if chain.is_insecure().await? {
		let says = "not looked at: the blocks of a development chain have a time of their own";
		return Ok((Status::Ok, says.to_owned()));
	}
	let key = &encode_storage_key_prefix("Timestamp", "Now");
	let hash = head.hash;
	let bytes =
		chain.link().ask(|rpc| async move { rpc.state_get_storage(key, Some(hash)).await }).await?;
	let millis = u64::decode(&mut bytes.unwrap_or_default().as_slice())
		.map_err(|error| ChainError::Unreadable(format!("Timestamp.Now: {error}")))?;
	// a clock before 1970 is as wrong as one at it
	let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	Ok(judge::clock(head.number, Duration::from_millis(millis), now, chain.block_time()))
}

async fn money(chain: &Chain, account: &AccountId) -> Result<Part, ChainError> {
	let money = chain.money(account).await?;
	let needed = onchain::deal::needed(chain);
	Ok(judge::money(chain.token(), &address(account), &money, needed))
}

/// The open tasks that an account asks for or deals to.
async fn tasks(chain: &Chain, account: &AccountId, head: Head) -> Result<Vec<Part>, ChainError> {
	let count = chain.tasks().await?;
	let numbers = count.saturating_sub(LOOKED_AT)..count;
	let infos =
		numbers.map(|task| async move { Ok::<_, ChainError>((task, chain.task(task).await?)) });
	let all: Vec<_> = stream::iter(infos).buffered(AT_ONCE).try_collect().await?;
	let mut parts = Vec::new();
	for (task, info) in all {
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

/// A worker key against the account's compute node, or that which has it, and against the keystore of the node that answers.
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
		let whose = match account {
			Some(account) => format!("the account {} has no compute node", address(account)),
			None => format!("no compute node has the worker key {}", hex(public.0)),
		};
		return Ok(vec![(
			Status::Failed,
			format!("{whose}\n`ostraka node register` registers it"),
		)]);
	};
	let operator: [u8; 32] = node.account.clone().into();
	let sign = |message: &[u8]| Some(worker_key::sign(key, message));
	let made = register(chain.genesis(), &operator, &public.0, sign, &mut OsRng);
	let seal_key = made.map(|made| made.seal_key);
	let mut parts = vec![judge::keys(&node, &public, seal_key.as_ref())];
	let kind = String::from_utf8_lossy(&WORKER_KEY_TYPE.0).into_owned();
	let asked = chain.link().ask(|rpc| {
		let kind = kind.clone();
		async move { rpc.author_has_key(public.0.to_vec(), kind).await }
	});
	parts.push(match asked.await {
		Ok(true) => (Status::Ok, format!("the node at {} has it in its keystore", chain.url())),
		Ok(false) => (
			Status::Warning,
			format!(
				"the node at {} has it not in its keystore: is it the one that computes?",
				chain.url()
			),
		),
		Err(ChainError::Rpc(_)) => (
			Status::Skipped,
			format!(
				"the node at {} does not say whether it has it: that takes --rpc-methods unsafe",
				chain.url()
			),
		),
		Err(error) => return Err(error),
	});
	Ok(parts)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::Notes;

	fn checks() -> Vec<Check> {
		vec![
			Check { check: "chain", status: Status::Ok, says: "Ostraka".to_owned() },
			Check { check: "clock", status: Status::Failed, says: "wrong\nset it".to_owned() },
			Check { check: "worker key", status: Status::Skipped, says: "not told".to_owned() },
		]
	}

	fn said(is_json: bool, checks: Vec<Check>) -> (String, Option<String>) {
		let mut results = Vec::new();
		let mut out = Output::new(&mut results, Notes::none(), is_json);
		write(&checks, &mut out).expect("it can be written");
		let error = judged(&checks).err();
		assert!(error.iter().all(|error| error.exit_code() == 1));
		(String::from_utf8(results).expect("text"), error.map(|error| error.to_string()))
	}

	#[test]
	fn checks_are_a_plain_list() {
		let (text, error) = said(false, checks());
		let expected = "ok        chain        Ostraka\nfailed    clock        wrong\n                       set it\n\
		                skipped   worker key   not told\n";
		assert_eq!(text, expected);
		assert_eq!(error.as_deref(), Some("1 check failed: clock"));
		let mut fine = checks();
		fine.remove(1);
		assert_eq!(said(false, fine).1, None);
	}

	#[test]
	fn checks_are_json() {
		let report: serde_json::Value =
			serde_json::from_str(&said(true, checks()).0).expect("JSON");
		assert_eq!(report["healthy"], false);
		assert_eq!(report["checks"][1]["status"], "failed");
		assert_eq!(report["checks"][0]["says"], "Ostraka");
	}

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
