//! A development chain of its own: the node binary with `--dev`, on a free port, with a temporary base path, stopped when
//! dropped.

use crate::{
	chain::{Chain, ChainError},
	error::Error,
};
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use ostraka_primitives::{role::Role, task::ClassParameters};
use std::{
	ffi::OsString,
	fs::File,
	net::TcpListener,
	path::{Path, PathBuf},
	process::Stdio,
	time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// The port that a node usually listens on.
const USUAL_PORT: u16 = 9944;
/// How long the node may take to answer.
const START: Duration = Duration::from_secs(300);
/// How long it may take to shut down.
const STOP: Duration = Duration::from_secs(60);
/// Wait between two looks.
const POLL: Duration = Duration::from_millis(250);
/// Lines of the node's log that an error shows.
const LOG_LINES: usize = 15;
/// Name of the node binary.
const BINARY: &str = "ostraka-node";

/// A running node.
pub struct DevNode {
	child: Child,
	url: String,
	log: PathBuf,
	// holds the log; removed with it
	_directory: TempDir,
}

/// The node binary: the given one, or the one beside this program.
///
/// # Errors
/// `Usage` if there is none.
pub fn binary(given: Option<&Path>) -> Result<PathBuf, Error> {
	if let Some(path) = given {
		return if path.is_file() {
			Ok(path.to_owned())
		} else {
			Err(Error::Usage(format!("{}: there is no node binary", path.display())))
		};
	}
	let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join(BINARY)));
	beside.filter(|path| path.is_file()).ok_or_else(|| {
		Error::Usage(format!(
			"there is no `{BINARY}` beside this program\n  build it (`make build`), name it with --node PATH or \
			 OSTRAKA_NODE, or use a running chain with --url"
		))
	})
}

impl DevNode {
	/// Starts a node on the usual port if that is free, else on any that is, and waits until it answers.
	///
	/// # Errors
	/// `Failed` with the end of its log if it does not.
	pub async fn start(binary: &Path) -> Result<(Self, Chain), Error> {
		Self::start_on(binary, usual_port().map_err(no_port)?, &[]).await
	}

	/// Starts a node on a port that nobody looks for, for as long as a test or a measurement takes, and waits until it
	/// answers.
	///
	/// # Errors
	/// As [`Self::start`].
	pub async fn start_apart(binary: &Path) -> Result<(Self, Chain), Error> {
		Self::start_on(binary, free_port().map_err(no_port)?, &[]).await
	}

	/// Starts a node with more flags on a port, and waits until it answers.
	///
	/// # Errors
	/// As [`Self::start`].
	pub async fn start_on(
		binary: &Path,
		port: u16,
		flags: &[OsString],
	) -> Result<(Self, Chain), Error> {
		let failed = |error: std::io::Error| {
			Error::Failed(format!("{} cannot be started: {error}", binary.display()))
		};
		let directory =
			tempfile::Builder::new().prefix("ostraka-demo-").tempdir().map_err(failed)?;
		let log = directory.path().join("node.log");
		let output = File::create(&log).map_err(failed)?;
		let child = Command::new(binary)
			.args(["--dev", "--rpc-port", &port.to_string()])
			.args(flags)
			.stdin(Stdio::null())
			.stdout(Stdio::null())
			.stderr(output)
			.kill_on_drop(false)
			.spawn()
			.map_err(failed)?;
		let url = format!("ws://127.0.0.1:{port}");
		let mut node = Self { child, url, log, _directory: directory };
		let chain = node.ready().await?;
		Ok((node, chain))
	}

	/// Where it listens.
	pub fn url(&self) -> &str {
		&self.url
	}

	/// Number of its process, as long as it runs.
	pub fn id(&self) -> Option<u32> {
		self.child.id()
	}

	/// Its log, which lasts as long as this does.
	pub fn log(&self) -> &Path {
		&self.log
	}

	async fn ready(&mut self) -> Result<Chain, Error> {
		let start = Instant::now();
		loop {
			if let Ok(Some(status)) = self.child.try_wait() {
				return Err(self.failure(&format!("the node ended at once ({status})")));
			}
			match Chain::connect(&self.url).await {
				Ok(chain) => return Ok(chain),
				Err(ChainError::NoConnection { .. }) if start.elapsed() < START => {},
				Err(error @ ChainError::NoConnection { .. }) => {
					return Err(self.failure(&error.to_string()))
				},
				Err(error) => return Err(error.into()),
			}
			tokio::time::sleep(POLL).await;
		}
	}

	/// Waits until so many of the chain's own nodes are registered, whatever for.
	///
	/// # Errors
	/// `Failed` if they are not in time, `Chain`.
	pub async fn registered(&mut self, chain: &Chain, nodes: usize) -> Result<usize, Error> {
		self.all_registered(chain, |active| active.len() >= nodes).await
	}

	/// Waits until the chain's own nodes are registered, and a task of such a class can be drawn of them.
	///
	/// # Errors
	/// `Failed` if they are not in time, `Chain`.
	pub async fn drawable(
		&mut self,
		chain: &Chain,
		class: &ClassParameters,
	) -> Result<usize, Error> {
		self.all_registered(chain, |active| can_be_drawn(active, class)).await
	}

	/// Waits until the roles of the active nodes are enough, and no more come.
	async fn all_registered(
		&mut self,
		chain: &Chain,
		is_enough: impl Fn(&[Role]) -> bool,
	) -> Result<usize, Error> {
		let start = Instant::now();
		let mut head = chain.head();
		let mut before = 0;
		loop {
			let nodes = chain.nodes().await?;
			let active: Vec<Role> =
				nodes.iter().filter(|node| node.active).map(|node| node.role).collect();
			// a block without a new one after enough are there: these are all
			if is_enough(&active) && active.len() == before {
				return Ok(active.len());
			}
			if start.elapsed() > START {
				let (computing, verifying) =
					(count(&active, Role::computes), count(&active, Role::verifies));
				return Err(self.failure(&format!(
					"only {} nodes are registered: {computing} compute, {verifying} verify",
					active.len()
				)));
			}
			before = active.len();
			head = chain.next_head(head).await?;
		}
	}

	/// Stops the node and waits for it.
	pub async fn stop(mut self) {
		self.signal();
		if tokio::time::timeout(STOP, self.child.wait()).await.is_err() {
			// it had its time
			let _ = self.child.kill().await;
		}
	}

	fn signal(&self) {
		let id = self.child.id().and_then(|id| i32::try_from(id).ok());
		if let Some(id) = id {
			// it may have ended meanwhile
			let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
		}
	}

	fn failure(&self, what: &str) -> Error {
		let log = std::fs::read_to_string(&self.log).unwrap_or_default();
		let lines: Vec<&str> = log.lines().collect();
		let tail =
			lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default().join("\n  ");
		Error::Failed(format!("{what}\n  {tail}"))
	}
}

impl Drop for DevNode {
	fn drop(&mut self) {
		// for ends by error or Ctrl-C; after `stop` the process is gone and has no number any more
		self.signal();
	}
}

fn count(roles: &[Role], is: fn(Role) -> bool) -> usize {
	roles.iter().filter(|role| is(**role)).count()
}

/// Whether nodes with these roles fill a committee and a panel, whichever of those that do both the committee takes.
fn can_be_drawn(roles: &[Role], class: &ClassParameters) -> bool {
	let (seats, verifiers) = (usize::from(class.seats), usize::from(class.verifiers));
	let taken = count(roles, |role| role.computes() && role.verifies()).min(seats);
	count(roles, Role::computes) >= seats
		&& count(roles, Role::verifies).saturating_sub(taken) >= verifiers
}

fn no_port(error: std::io::Error) -> Error {
	Error::Failed(format!("no port can be listened on: {error}"))
}

/// A port that nobody listens on.
///
/// # Errors
/// What the system says if there is none.
pub fn free_port() -> std::io::Result<u16> {
	Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The usual port if it is free, else any that is.
fn usual_port() -> std::io::Result<u16> {
	match TcpListener::bind(("127.0.0.1", USUAL_PORT)) {
		Ok(listener) => Ok(listener.local_addr()?.port()),
		Err(_) => free_port(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_party::class;
	use ostraka_primitives::task::SecurityClass;

	#[test]
	fn a_port_is_found_also_when_the_usual_one_is_taken() {
		let taken = TcpListener::bind(("127.0.0.1", USUAL_PORT));
		let port = usual_port().expect("a free port");
		assert!(taken.is_err() || port != USUAL_PORT);
	}

	#[test]
	fn who_computes_fills_no_panel() {
		let class = class::parameters(SecurityClass::Standard, false);
		assert_eq!((class.seats, class.verifiers), (3, 2));
		let (compute, verify, both) = (Role::Compute, Role::Verify, Role::Both);
		for (roles, expected) in [
			(vec![compute; 7], false),
			(vec![verify; 7], false),
			(vec![both; 5], true),
			(vec![both; 4], false),
			(vec![compute, compute, compute, verify], false),
			(vec![compute, compute, verify, verify, verify], false),
			(vec![compute, compute, compute, verify, verify], true),
			// the committee may take all who do both
			(vec![compute, compute, compute, both, both, verify], false),
			(vec![compute, both, both, verify, verify], true),
		] {
			assert_eq!(can_be_drawn(&roles, &class), expected, "{roles:?}");
		}
	}

	#[test]
	fn a_binary_that_is_not_there_is_named() {
		let message = binary(Some(Path::new("/no/such/node"))).err().map(|error| error.to_string());
		assert!(message.is_some_and(|message| message.contains("/no/such/node")));
	}

	#[tokio::test]
	async fn a_node_that_ends_at_once_is_an_error_with_its_log() {
		let result = DevNode::start(Path::new("/bin/false")).await;
		let message = result.err().map(|error| error.to_string()).unwrap_or_default();
		assert!(message.contains("ended at once"), "{message}");
	}
}
