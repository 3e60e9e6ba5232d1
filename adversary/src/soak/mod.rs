//! The soak: a dev chain of its own takes a steady mix of tasks, dealings, disputes and garbage for some minutes, and
//! must lose nothing.
//!
//! - [`lane`]: tasks one after the other, honest and not, each held against the pooled rows; [`play`] says how each is played,
//!   [`record`] what became of it.
//! - [`measure`]: memory, disk and state over time.
//! - [`crate::state`]: the whole state at the end, and what must hold of it.
//!
//! Everything listens on the loopback interface only. The mix follows from a seed; what the machine makes of it does not.

mod lane;
mod measure;
mod play;
mod record;

use crate::{
	garbage::{self, Garbage},
	ledger::{holdings, Ledger},
	seat::Corrupt,
	state::Snapshot,
};
use clap::Args;
use lane::Lane;
use measure::{Done, Samples, Watch};
use ostraka_client::{
	chain::{calls, Chain, Signer},
	onchain::{accept::lost_by_silence, deal::deposit},
	testbed::{
		accounts::{accounts, fund},
		node::{self, DevNode},
	},
	Error,
};
use ostraka_primitives::{role::Role, AccountId, Balance};
use record::Record;
use serde_json::{json, Value};
use std::{
	ffi::OsString,
	path::PathBuf,
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};

/// Nodes of the chain's own: seven compute, three verify.
const HONEST_NODES: usize = 10;
/// Stake of the adversary's node, in tokens: three times that of an honest one. What counts of it is bounded by the class: it
/// sits on three Standard committees of eight, on most Confidential ones, and on panels of many of the other tasks.
const STAKE: Balance = 30_000;
/// What a dealer starts with, in tokens: deposits of many forged dealings.
const DEALER: Balance = 5_000;
/// What a requester starts with, in tokens.
const REQUESTER: Balance = 100_000;
/// What an account starts with that cannot pay a deposit, in tokens: many transactions' fees.
const POOR: Balance = 5;
/// Bad transactions of a hundred, and the least that there must have been.
const BAD: u64 = 30;
const LEAST_BAD: u64 = 25;
/// Wait between two looks of the watching tasks.
const PAUSE: Duration = Duration::from_millis(500);
/// What sets the node apart from a development chain's, so that what it needs shows within minutes: it forgets old states, as an
/// operator's does (of 256 blocks; here of more, as some of what is checked looks back so far), and keeps 64 MiB of the state in
/// memory, as a gibibyte takes hours to fill.
const AS_OPERATED: [&str; 4] = ["--state-pruning", "512", "--trie-cache-size", "67108864"];
/// A task's last event.
const SETTLED: &str = "Tasks.TaskSettled";
/// Lines of the node's log that tell of a panic are expected from one place only: the node hands transactions that do
/// not decode to the runtime, whose entry point is made to stop at them.
const UNDECODABLE: &str = "Bad input data provided to";

/// Flags of `soak`.
#[derive(Args, Debug)]
pub struct SoakArgs {
	/// For how long tasks are published
	#[arg(long, value_name = "MINUTES", default_value_t = 20)]
	pub minutes: u64,
	/// The node binary; the one beside this program unless given
	#[arg(long, value_name = "PATH", env = "OSTRAKA_NODE")]
	pub node: Option<PathBuf>,
	/// Port of the chain's RPC server; any that is free unless given
	#[arg(long, value_name = "PORT")]
	pub rpc_port: Option<u16>,
	/// Tasks at a time
	#[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=16))]
	pub lanes: u32,
	/// What the mix follows from
	#[arg(long, value_name = "N", default_value_t = 1)]
	pub seed: u64,
	/// File for the state at the end, for `try_state`
	#[arg(long, value_name = "FILE")]
	pub snapshot: Option<PathBuf>,
}

/// Runs the soak. The report says under `failures` what did not hold.
///
/// # Errors
/// Whatever kept it from its end.
pub async fn run(args: &SoakArgs) -> Result<Value, Error> {
	let failed = |error: std::io::Error| Error::Failed(format!("the soak cannot start: {error}"));
	let directory = tempfile::Builder::new().prefix("ostraka-soak-").tempdir().map_err(failed)?;
	let base = directory.path().join("chain");
	let port = match args.rpc_port {
		Some(port) => port,
		None => node::free_port().map_err(failed)?,
	};
	let binary = node::binary(args.node.as_deref())?;
	let mut flags = vec!["--base-path".into(), base.clone().into_os_string()];
	flags.extend(AS_OPERATED.map(OsString::from));
	let (mut dev, chain) = DevNode::start_on(&binary, port, &flags).await?;
	dev.registered(&chain, HONEST_NODES).await?;
	let watch = Watch { node: dev.id(), base };
	let result = tokio::select! {
		result = soak(args, &chain, &watch) => result,
		// the log is kept also where somebody loses patience
		_ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
	};
	let log = std::fs::read_to_string(dev.log()).unwrap_or_default();
	dev.stop().await;
	let mut report = match result {
		Ok(report) => report,
		Err(Error::Interrupted) => {
			eprintln!("{}", keep(&log));
			return Err(Error::Interrupted);
		},
		Err(error) => return Err(Error::Failed(format!("{error}\n  {}", keep(&log)))),
	};
	let (panics, undecodable) = panics(&log);
	report["undecodable_at_the_runtime"] = json!(undecodable);
	if !panics.is_empty() {
		fail(&mut report, format!("panics in the node's log: {panics:?}"));
	}
	if report["failures"].as_array().is_some_and(|failures| !failures.is_empty()) {
		fail(&mut report, keep(&log));
	}
	Ok(report)
}

/// Keeps the node's log, whose folder goes with the chain. Says where.
fn keep(log: &str) -> String {
	let kept = std::env::temp_dir().join(format!("ostraka-soak-{}.log", std::process::id()));
	match std::fs::write(&kept, log) {
		Ok(()) => format!("the node's log: {}", kept.display()),
		Err(error) => format!("the node's log is lost: {error}"),
	}
}

/// Panics in a log, and the number of those that are the runtime's way to refuse bytes.
fn panics(log: &str) -> (Vec<&str>, usize) {
	let lines: Vec<&str> = log.lines().collect();
	let mut found = Vec::new();
	let mut undecodable = 0;
	for (place, line) in lines.iter().enumerate() {
		if !line.contains("panicked") {
			continue;
		}
		let next = lines.get(place + 1).copied().unwrap_or_default();
		if line.contains(UNDECODABLE) || next.contains(UNDECODABLE) {
			undecodable += 1;
		} else {
			found.push(*line);
		}
	}
	(found, undecodable)
}

fn fail(report: &mut Value, what: String) {
	if let Some(failures) = report["failures"].as_array_mut() {
		failures.push(json!(what));
	}
}

/// What the tasks of a soak share.
struct Shared {
	chain: Chain,
	corrupt: Corrupt,
	/// Until when tasks are published.
	until: Instant,
	/// Whether everything is over.
	over: AtomicBool,
	/// Transactions that did something, as the events tell.
	good: AtomicU64,
}

async fn soak(args: &SoakArgs, chain: &Chain, watch: &Watch) -> Result<Value, Error> {
	let unit = 10u128.pow(u32::from(chain.token().decimals));
	let corrupt =
		Corrupt::register(chain, "//Bob", "//Soak//worker", STAKE * unit, Role::Both).await?;
	let alice = Signer::from_secret("//Alice")?;
	let requesters = accounts("//Soak//requester", args.lanes as usize)?;
	fund(chain, &alice, &requesters, REQUESTER * unit).await?;
	let poor = accounts("//Soak//poor", args.lanes as usize)?;
	fund(chain, &alice, &poor, POOR * unit).await?;
	let mut lanes = Vec::new();
	for ((number, requester), poor) in (1..).zip(requesters).zip(poor) {
		let dealers = accounts(&format!("//Soak//{number}"), lane::MOST_DEALERS)?;
		fund(chain, &alice, &dealers, DEALER * unit).await?;
		lanes.push(Lane::new(requester, dealers, poor, args.seed.wrapping_mul(1_000) + number));
	}
	let sender = Signer::from_secret("//Eve")?;

	let nodes = chain.nodes().await?.into_iter().map(|node| node.account);
	let accounts: Vec<AccountId> =
		lanes.iter().flat_map(Lane::accounts).chain(nodes).chain([sender.account()]).collect();
	let first = Snapshot::read(chain, chain.head()).await?;
	let begun = chain.head();
	let before = holdings(chain, &accounts, begun).await?;

	let shared = Arc::new(Shared {
		chain: chain.clone(),
		corrupt,
		until: Instant::now() + Duration::from_secs(60 * args.minutes),
		over: AtomicBool::new(false),
		good: AtomicU64::new(0),
	});
	let garbage = Garbage::new(chain, sender, args.seed);
	let abuse = tokio::spawn(abuse(shared.clone(), garbage));
	let ledger = Ledger::after(begun.number);
	let monitored = tokio::spawn(monitor(shared.clone(), ledger, watch.clone()));
	let running: Vec<_> =
		lanes.into_iter().map(|lane| tokio::spawn(lane.run(shared.clone()))).collect();
	let mut records: Vec<Record> = Vec::new();
	for lane in running {
		records.extend(lane.await.map_err(|error| Error::Failed(format!("a lane: {error}")))?);
	}
	shared.over.store(true, Ordering::Relaxed);
	let broken = |error: tokio::task::JoinError| Error::Failed(format!("the soak broke: {error}"));
	let garbage = abuse.await.map_err(broken)??;
	let (mut ledger, samples) = monitored.await.map_err(broken)??;

	let head = chain.head();
	chain.wait_final(head.number).await?;
	ledger.catch_up(chain, head).await?;
	let after = holdings(chain, &accounts, head).await?;
	let last = Snapshot::read(chain, head).await?;
	if let Some(path) = &args.snapshot {
		last.write(path)?;
	}

	let mut report = json!({
		"minutes": args.minutes,
		"blocks": head.number - begun.number,
		"tasks": record::summary(&records),
		"events": ledger.counts(),
		"bad": garbage.tally.json(),
		"good": shared.good.load(Ordering::Relaxed),
		"memory_disk_state": samples.json(),
		"state": { "first": first.size(), "last": last.size() },
		"failures": [],
	});
	for record in records.iter().filter(|record| !record.is_as_expected()) {
		fail(&mut report, format!("task: {}", record.json()));
	}
	for what in record::never_judged(&records) {
		fail(&mut report, what);
	}
	let lost = lost_by_silence(chain, deposit(chain).await?)
		.ok_or_else(|| Error::Failed("the chain names no Incentives.VanishedShare".to_owned()))?;
	for what in records.iter().filter_map(|record| record.missing(&ledger, lost)) {
		fail(&mut report, what);
	}
	let (bad, good) = (garbage.tally.sent(), shared.good.load(Ordering::Relaxed));
	if bad * 100 < LEAST_BAD * (bad + good) {
		fail(&mut report, format!("{bad} bad transactions beside {good} good ones are too few"));
	}
	for taken in &garbage.tally.taken {
		fail(&mut report, format!("the chain took what it should not: {taken}"));
	}
	for (account, before) in &before {
		let now = after.get(account).copied().unwrap_or_default();
		let change = now as i128 - *before as i128;
		if change != ledger.change(account) {
			let told = ledger.change(account);
			fail(&mut report, format!("{account:?} gained {change}, the events say {told}"));
		}
	}
	for what in last.failures(chain, &first) {
		fail(&mut report, what);
	}
	Ok(report)
}

/// Sends bad transactions, in proportion to the good ones.
async fn abuse(shared: Arc<Shared>, mut sender: Garbage) -> Result<Garbage, Error> {
	while !shared.over.load(Ordering::Relaxed) {
		let wanted = shared.good.load(Ordering::Relaxed) * BAD / (100 - BAD);
		let missing = wanted.saturating_sub(sender.tally.sent());
		if missing == 0 {
			tokio::time::sleep(PAUSE).await;
		} else {
			sender.send((missing as usize).min(garbage::BATCH)).await?;
		}
	}
	Ok(sender)
}

/// Reads every block's events, takes samples, and puts the adversary's node back in selection after a conviction.
async fn monitor(
	shared: Arc<Shared>,
	mut ledger: Ledger,
	watch: Watch,
) -> Result<(Ledger, Samples), Error> {
	let mut samples = Samples::default();
	let corrupt = &shared.corrupt;
	while !shared.over.load(Ordering::Relaxed) {
		let head = shared.chain.head();
		ledger.catch_up(&shared.chain, head).await?;
		let done = ["Tasks.TaskSubmitted", "Tasks.Accepted", "Vss.Dealt", "Vss.DealerConvicted"]
			.into_iter()
			.chain(["Vss.AccuserConvicted", "Vss.Attested", "Vss.ResultCommitted"])
			.chain(["Vss.ResultShareRight", "Vss.ResultShareWrong", "Registry.Activated"]);
		shared.good.store(done.map(|name| ledger.count(name)).sum(), Ordering::Relaxed);
		let (dealings, settled) = (ledger.count("Vss.Dealt"), ledger.count(SETTLED));
		samples.take(&shared.chain, &watch, Done { dealings, settled }).await?;
		let node = shared.chain.node(&corrupt.account()).await?;
		if node.is_some_and(|node| !node.active) {
			shared.chain.submit(&calls::activate(), &corrupt.operator).await?;
		}
		tokio::time::sleep(PAUSE).await;
	}
	Ok((ledger, samples))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn only_the_runtimes_refusal_of_bytes_is_no_panic() {
		let log = "a\nthread 'main' panicked at x.rs:1\nBad input data provided to validate_transaction\nb";
		assert_eq!(panics(log), (vec![], 1));
		let log = "thread 'main' panicked at x.rs:1\nindex out of bounds";
		assert_eq!(panics(log).0.len(), 1);
	}
}
