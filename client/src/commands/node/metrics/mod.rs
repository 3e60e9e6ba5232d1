//! `ostraka node metrics`: serves what an operator watches to Prometheus, and what whoever asks for statistics or deals to them
//! does.
//!
//! - `read`: reads the chain; `accounts`: what it has of accounts that ask or deal.
//! - `serve`: answers requests, from what was read last.
//!
//! # Invariants
//! - The chain is read once for each best block, however often somebody asks.
//! - No answer waits for the chain: a chain that stands still, a node that is gone, show in the metrics themselves.
//! - A counter never goes back as long as the command runs: it outlives connections.

mod accounts;
mod read;
mod serve;

use crate::{
	chain::{account, Chain, ChainError, Head, DEFAULT_URL},
	cli::Global,
	error::Error,
	metrics::{
		account::MOST_ACCOUNTS,
		reading::{Reading, MOST_OPERATORS},
		registry::{registry, text, Service},
		seen::Seen,
	},
	output::{Notes, Output},
};
use clap::Args;
use ostraka_party::words::counted;
use ostraka_primitives::AccountId;
use read::Reader;
use schemars::JsonSchema;
use serde::Serialize;
use serve::{serve, Page};
use std::{
	net::SocketAddr,
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::{
	net::TcpListener,
	signal::unix::{signal, SignalKind},
	sync::watch,
};

/// Examples, after the help.
pub const EXAMPLES: &str = "\
Examples:
  ostraka node metrics
  ostraka node metrics --listen 127.0.0.1:9617 --operator 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  ostraka node metrics --account 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty

An --account is whoever asks for statistics or deals to them: its tasks by their phase, what waits for
it, its money and what is on hold of it, and what is left of its quotas. Any node of the chain tells it.

GET /metrics is for Prometheus, GET /health for health checks: 200, or 503 if the chain was not read
of late. What each metric says, and what to do about it, is in docs/OPERATOR.md, \"What to watch\".
SIGTERM ends it with code 0.";

/// How long one reading may take.
const LIMIT: Duration = Duration::from_secs(60);
/// Wait before a node that does not answer is asked again.
const PAUSE: Duration = Duration::from_secs(5);

/// Flags of `node metrics`.
#[derive(Args, Debug)]
pub struct MetricsArgs {
	/// Where to listen; what is told is public on the chain, but for which keys the node has
	#[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9617")]
	pub listen: SocketAddr,
	/// An operator to watch, again for each; if neither this nor --account is given, all whose worker key the node at --url has
	#[arg(long = "operator", value_name = "ACCOUNT", value_parser = account::parse)]
	pub operators: Vec<AccountId>,
	/// An account that asks for statistics or deals to them, again for each
	#[arg(long = "account", value_name = "ACCOUNT", value_parser = account::parse)]
	pub accounts: Vec<AccountId>,
}

/// Runs the command, until it is interrupted.
///
/// # Errors
/// `Usage` if the address cannot be listened on, or it is not known whom to watch; `Chain` if there is no chain of this version
/// at the start. Later it waits for the chain to come back.
pub async fn run(args: &MetricsArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let operators = distinct("--operator", &args.operators, MOST_OPERATORS)?;
	let accounts = distinct("--account", &args.accounts, MOST_ACCOUNTS)?;
	let unheard =
		|error: std::io::Error| Error::Usage(format!("--listen {}: {error}", args.listen));
	let listener = TcpListener::bind(args.listen).await.map_err(unheard)?;
	let at = listener.local_addr().map_err(unheard)?;
	let url = global.url.as_deref().unwrap_or(DEFAULT_URL);
	let reader = Reader::new(Chain::connect(url).await?, &operators, &accounts).await?;
	let mut ended = signal(SignalKind::terminate())
		.map_err(|error| Error::Failed(format!("SIGTERM cannot be heard: {error}")))?;
	match out.is_json() {
		true => out.json(&Listening { listens: at.to_string() })?,
		false => {
			let watched = watched(reader.operators().len(), accounts.len());
			writeln!(out, "metrics of {watched} are at http://{at}/metrics")?;
		},
	}
	let (tell, told) = watch::channel(Page::default());
	let follow = Follow {
		url: url.to_owned(),
		operators,
		accounts,
		tell,
		notes: out.notes().clone(),
		service: Service::default(),
		seen: Seen::default(),
		reading: None,
		read_at: None,
	};
	tokio::select! {
		() = serve(listener, told) => {},
		() = follow.run(reader) => {},
		_ = ended.recv() => {},
	}
	Ok(())
}

/// Who is watched.
fn watched(operators: usize, accounts: usize) -> String {
	match (counted(operators, "operator"), counted(accounts, "account")) {
		(operators, _) if accounts == 0 => operators,
		(_, accounts) if operators == 0 => accounts,
		(operators, accounts) => format!("{operators} and {accounts}"),
	}
}

/// The accounts that a flag names, each once.
fn distinct(flag: &str, accounts: &[AccountId], most: usize) -> Result<Vec<AccountId>, Error> {
	let mut distinct = accounts.to_vec();
	distinct.sort();
	distinct.dedup();
	if distinct.len() > most {
		let what = format!("{flag}: at most {most} can be watched at a time");
		return Err(Error::Usage(what));
	}
	Ok(distinct)
}

/// Keeps what is served up to date.
struct Follow {
	url: String,
	operators: Vec<AccountId>,
	accounts: Vec<AccountId>,
	tell: watch::Sender<Page>,
	notes: Notes,
	service: Service,
	seen: Seen,
	reading: Option<Reading>,
	read_at: Option<Instant>,
}

impl Follow {
	/// Reads for ever; where that fails, connects again.
	async fn run(mut self, mut reader: Reader) {
		self.publish();
		loop {
			let error = self.follow(&mut reader).await;
			self.service.failures = self.service.failures.saturating_add(1);
			self.service.is_up = false;
			self.publish();
			self.notes.say(format!("the chain cannot be read: {error}"));
			reader = self.connect(reader).await;
			self.notes.say(format!("the chain at {} is read again", self.url));
		}
	}

	/// Reads each best block. Returns why it cannot be read any more.
	async fn follow(&mut self, reader: &mut Reader) -> Error {
		loop {
			let head = reader.chain().head();
			match tokio::time::timeout(LIMIT, reader.read(head, &mut self.seen)).await {
				Ok(Ok(reading)) => self.read(reading),
				Ok(Err(error)) => return error,
				Err(_) => return Error::Failed(format!("not within {} s", LIMIT.as_secs())),
			}
			if let Err(error) = self.wait(reader.chain(), head).await {
				return error.into();
			}
		}
	}

	/// Waits for another best block, and tells meanwhile if the node does not answer.
	async fn wait(&mut self, chain: &Chain, head: Head) -> Result<(), ChainError> {
		let mut lost = chain.lost();
		loop {
			tokio::select! {
				next = chain.next_head(head) => match next {
					// a chain that stands still is told by the time of the last reading
					Err(ChainError::Still { .. }) => {},
					other => return other.map(drop),
				},
				changed = lost.changed() => {
					if changed.is_err() {
						return chain.next_head(head).await.map(drop);
					}
					self.service.is_up = !*lost.borrow_and_update();
					self.publish();
				},
			}
		}
	}

	/// A new connection, however long it takes. It is the same chain as long as nobody says otherwise: what was counted stays, and what
	/// was looked for.
	async fn connect(&mut self, before: Reader) -> Reader {
		loop {
			tokio::time::sleep(PAUSE).await;
			let connected = match Chain::connect(&self.url).await {
				Ok(chain) => Reader::new(chain, &self.operators, &self.accounts).await,
				Err(error) => Err(error.into()),
			};
			match connected {
				Ok(reader) => return reader.after(before),
				Err(_) => {
					self.service.failures = self.service.failures.saturating_add(1);
					self.publish();
				},
			}
		}
	}

	fn read(&mut self, reading: Reading) {
		self.reading = Some(reading);
		self.read_at = Some(Instant::now());
		// a clock before 1970 is as wrong as one at it
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		self.service.read_at = Some(now.as_secs_f64());
		self.service.is_up = true;
		self.publish();
	}

	fn publish(&self) {
		let registry = registry(&self.service, &self.seen, self.reading.as_ref());
		// a string takes all that is written into it
		let text = text(&registry).unwrap_or_default();
		self.tell.send_replace(Page { text, is_up: self.service.is_up, read_at: self.read_at });
	}
}

/// That it listens, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Listening {
	/// The address and the port.
	listens: String,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn accounts_are_watched_once_and_not_too_many() {
		let account = |byte: u8| AccountId::new([byte; 32]);
		let some = [account(2), account(1), account(2)];
		let twice = distinct("--operator", &some, 2).expect("two");
		assert_eq!(twice, [account(1), account(2)]);
		let many: Vec<AccountId> = (0..=MOST_OPERATORS as u8).map(account).collect();
		let error = distinct("--account", &many, MOST_OPERATORS).expect_err("too many");
		let says = "--account: at most 64";
		assert!(error.exit_code() == 2 && error.to_string().contains(says), "{error}");
	}

	#[test]
	fn who_is_watched_is_told() {
		assert_eq!(watched(2, 0), "2 operators");
		assert_eq!(watched(0, 1), "1 account");
		assert_eq!(watched(1, 3), "1 operator and 3 accounts");
	}
}
