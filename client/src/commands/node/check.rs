//! `ostraka node check`: whether a node does what an operator's node has to, for scripts and health checks.

use super::{indexed, operators};
use crate::{
	chain::{account, Chain, DEFAULT_URL},
	cli::{
		account::{is_named, named},
		role::RoleName,
		worker_key::{self, WorkerKeyArgs},
		Global,
	},
	commands::doctor::{
		checks::{self, Checks},
		judge::{self, Part, Status},
	},
	error::Error,
	output::Output,
	view::lines::hex,
};
use clap::Args;
use nix::sys::statvfs::statvfs;
use ostraka_party::{address, words::counted};
use ostraka_primitives::{api::NodeInfo, role::Role, AccountId};
use sp_core::ed25519::Pair;
use std::{
	path::{Path, PathBuf},
	time::Duration,
};

/// Examples, after the help.
pub const EXAMPLES: &str = "\
Examples:
  ostraka node check
  ostraka node check 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --role verify --json
  ostraka node check --keystore /var/lib/ostraka/chains/ID/keystore --base-path /var/lib/ostraka

Each line is a check: ok, a warning, failed, or skipped where nobody says. Without an account or a
key it looks at all nodes whose worker key the node at --url has, which takes --rpc-methods unsafe.

Exit codes: 0 none failed, 1 one did, 2 it could not ask.";

/// How long it may ask.
const LIMIT: Duration = Duration::from_secs(60);
/// Least room that is left for the node's databases.
const LEAST_ROOM: u128 = 10 << 30;

/// Flags of `node check`.
#[derive(Args, Debug)]
#[command(mut_group("WorkerKeyArgs", |group| group.required(false)))]
pub struct CheckArgs {
	/// The operator; that of the worker key, or the signing account unless given
	#[arg(value_parser = account::parse)]
	pub account: Option<AccountId>,
	/// The worker key, to see whether the registered sealing key follows from it.
	#[command(flatten)]
	pub worker: Option<WorkerKeyArgs>,
	/// What the node must be registered for
	#[arg(long, value_enum, ignore_case = true)]
	pub role: Option<RoleName>,
	/// It is right that the node has no peers
	#[arg(long)]
	pub solo: bool,
	/// The node's base path, to see how much room is left there
	#[arg(long, value_name = "DIR")]
	pub base_path: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// `Failed` if a check failed; `Usage` if it could not ask, whyever: scripts get one code for that.
pub async fn run(args: &CheckArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let asked = tokio::time::timeout(LIMIT, look(args, global, out)).await;
	let seconds = LIMIT.as_secs();
	let checks = asked
		.unwrap_or_else(|_| Err(Error::Usage(format!("no answers within {seconds} s"))))
		.map_err(could_not_ask)?;
	checks.write(out)?;
	checks.judged()
}

fn could_not_ask(error: Error) -> Error {
	match error {
		Error::Chain(error) => Error::Usage(error.to_string()),
		other => other,
	}
}

/// For a script, what may be all right is not.
fn strictly((status, says): Part) -> Part {
	match status {
		Status::Warning => (Status::Failed, says),
		_ => (status, says),
	}
}

async fn look(args: &CheckArgs, global: &Global, out: &Output<'_>) -> Result<Checks, Error> {
	// what can be wrong with flags comes before the chain
	let key = args.worker.as_ref().map(worker_key::read).transpose()?;
	let by = match (&args.account, &key) {
		(Some(account), _) => Some(account.clone()),
		(None, None) if is_named(global) => Some(named(global, out.notes())?),
		(None, _) => None,
	};
	let mut checks = Checks::default();
	if let Some(path) = &args.base_path {
		checks.push("disk", room(path)?);
	}
	let chain = Chain::connect(global.url.as_deref().unwrap_or(DEFAULT_URL)).await?;
	let head = chain.head();
	let health = checks::health(&chain).await?;
	let is_behind = judge::behind(&health).map(|why| (Status::Failed, why.to_owned()));
	let at = || (Status::Ok, format!("at block {}", head.number));
	checks.push("synced", is_behind.unwrap_or_else(at));
	let is_alone = judge::alone(&health).filter(|_| !args.solo);
	let is_alone = is_alone.map(|why| (Status::Failed, why.to_owned()));
	checks.push("peers", is_alone.unwrap_or((Status::Ok, counted(health.peers, "peer"))));
	checks.push("finality", judge::finality(head.number, chain.finalized().await?.number));
	checks.push("clock", strictly(checks::clock(&chain, head).await?));
	checks.push("indexing", indexed::check(&chain).await?);
	let nodes = match (by, &key) {
		(Some(account), _) => vec![(chain.node(&account).await?, address(&account))],
		(None, Some(key)) => {
			let public = worker_key::public(key);
			let nodes = chain.nodes().await?;
			let found = nodes.into_iter().find(|node| node.worker == public);
			vec![(found, format!("whoever has the worker key {}", hex(public.0)))]
		},
		(None, None) => {
			let named = |node: NodeInfo| {
				let whose = address(&node.account);
				(Some(node), whose)
			};
			operators::found(&chain).await?.into_iter().map(named).collect()
		},
	};
	if nodes.is_empty() {
		let nobody = format!("of the worker keys of the node at {} none", chain.url());
		checks.push("registered", judge::unregistered(&nobody));
	}
	for (node, whose) in nodes {
		let Some(node) = node else {
			checks.push("registered", judge::unregistered(&whose));
			continue;
		};
		checks.push("registered", judge::registered(&node));
		checks.push("role", role(&node, args.role.map(Role::from)));
		let has = checks::is_in_keystore(&chain, &node.worker).await?;
		checks.push("worker key", strictly(judge::in_keystore(chain.url(), has)));
		checks.push("sealing key", sealing(&chain, &node, key.as_ref()));
	}
	Ok(checks)
}

/// What a node is registered for against what is wanted.
fn role(node: &NodeInfo, wanted: Option<Role>) -> Part {
	let is = node.role.label();
	match wanted.filter(|wanted| *wanted != node.role) {
		None => (Status::Ok, is.to_owned()),
		Some(wanted) => {
			let wanted = wanted.label();
			(Status::Failed, format!("{is}, not {wanted}\n`ostraka node role {wanted}` changes it"))
		},
	}
}

/// The registered sealing key against the one that follows from the worker's secret.
fn sealing(chain: &Chain, node: &NodeInfo, key: Option<&Pair>) -> Part {
	let Some(key) = key else {
		let says = "give the worker key (--keystore, --worker-key-file) to see whether it is right";
		return (Status::Skipped, says.to_owned());
	};
	let follows = checks::seal_key(chain, &node.account, key);
	match judge::keys(node, &worker_key::public(key), follows.as_ref()) {
		(Status::Failed, says) => (Status::Failed, says),
		_ if !judge::is_sealed_to(node) => (Status::Ok, "no share is sealed to it".to_owned()),
		_ => (Status::Ok, "it follows from the worker key".to_owned()),
	}
}

/// Room on the disk of a path.
///
/// # Errors
/// `Usage` if there is no such path.
fn room(path: &Path) -> Result<Part, Error> {
	let disk = statvfs(path)
		.map_err(|error| Error::Usage(format!("--base-path {}: {error}", path.display())))?;
	Ok(judge_room(u128::from(disk.blocks_available()) * u128::from(disk.fragment_size())))
}

fn judge_room(bytes: u128) -> Part {
	let status = if bytes < LEAST_ROOM { Status::Failed } else { Status::Ok };
	let (left, least) = (bytes >> 30, LEAST_ROOM >> 30);
	(status, format!("{left} GiB are left for the databases, at least {least} should be"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{chain::ChainError, fixtures};

	#[test]
	fn scripts_get_one_code_for_what_could_not_be_asked() {
		let gone = ChainError::Gone { url: "ws://node".to_owned(), seconds: 120 };
		let error = could_not_ask(gone.into());
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().contains("ws://node"), "{error}");
		// a check that failed is another thing
		assert_eq!(could_not_ask(Error::Failed("1 check failed".to_owned())).exit_code(), 1);
	}

	#[test]
	fn a_warning_is_a_failure_for_a_script() {
		let of = |status| strictly((status, String::new())).0;
		assert_eq!(of(Status::Warning), Status::Failed);
		for status in [Status::Ok, Status::Failed, Status::Skipped] {
			assert_eq!(of(status), status);
		}
	}

	#[test]
	fn a_role_is_held_against_the_one_that_is_wanted() {
		let node = fixtures::node();
		assert_eq!(role(&node, None), (Status::Ok, "both".to_owned()));
		assert_eq!(role(&node, Some(Role::Both)).0, Status::Ok);
		let (status, says) = role(&node, Some(Role::Verify));
		assert!(status == Status::Failed && says.contains("node role verify"), "{says}");
	}

	#[test]
	fn room_is_held_against_the_least() {
		assert_eq!(judge_room(LEAST_ROOM - 1).0, Status::Failed);
		assert_eq!(judge_room(LEAST_ROOM).0, Status::Ok);
		assert!(room(Path::new("/")).is_ok());
		let message = room(Path::new("/no/such/folder")).expect_err("no such folder").to_string();
		assert!(message.contains("--base-path /no/such/folder"), "{message}");
	}
}
