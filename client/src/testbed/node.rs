//! A development chain of its own, on a free port, in a temporary folder, stopped when dropped.

use super::{
	chain_spec,
	process::{connect, Process, Settings},
	workers,
};
use crate::{
	chain::{Chain, ChainError},
	error::Error,
};
use ostraka_primitives::{role::Role, task::ClassParameters};
use std::{
	ffi::OsString,
	net::TcpListener,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

/// The port that a node usually listens on.
const USUAL_PORT: u16 = 9944;
/// How long nodes may take to be registered.
const REGISTERED: Duration = Duration::from_secs(300);
/// Lines of the node's log that an error shows.
const LOG_LINES: usize = 15;
/// Name of our node, which has the runtime inside.
const OWN: &str = "ostraka-node";
/// Name of the stock one, which takes any runtime.
const STOCK: &str = "polkadot-omni-node";

/// A running node.
pub struct DevNode {
	process: Process,
}

/// The node binary: the given one; else ours, beside this program or on the `PATH`; else the stock one on the `PATH`.
///
/// # Errors
/// `Usage` if there is none.
pub fn binary(given: Option<&Path>) -> Result<PathBuf, Error> {
	if let Some(path) = given {
		return named(path)
			.ok_or_else(|| Error::Usage(format!("{}: there is no node binary", path.display())));
	}
	let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join(OWN)));
	let beside = beside.filter(|path| path.is_file());
	beside.or_else(|| on_path(OWN)).or_else(|| on_path(STOCK)).ok_or_else(|| {
		Error::Usage(format!(
			"there is no `{OWN}` beside this program, and neither that nor `{STOCK}` on the PATH\n  build ours (`make build`), \
			 name one with --node PATH or OSTRAKA_NODE, or use a running chain with --url"
		))
	})
}

/// A program that is named as at a shell: by its path, or by a name on the `PATH`.
fn named(path: &Path) -> Option<PathBuf> {
	if path.is_file() {
		// a name alone would be looked for elsewhere
		return std::path::absolute(path).ok();
	}
	if path.components().count() != 1 {
		return None;
	}
	on_path(path.to_str()?)
}

fn on_path(name: &str) -> Option<PathBuf> {
	let folders = std::env::var_os("PATH")?;
	std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

impl DevNode {
	/// Starts a node on the usual port if that is free, else on any that is, and waits until it answers and the chain's own nodes are
	/// registered. A node that has no runtime is given the one that `OSTRAKA_RUNTIME` names, or the one that was built beside this
	/// program.
	///
	/// # Errors
	/// `Failed` with the end of its log if it does not; `Usage` if there is no runtime.
	pub async fn start(binary: &Path) -> Result<(Self, Chain), Error> {
		Self::start_on(binary, usual_port()?, &[]).await
	}

	/// Starts a node on a port that nobody looks for, for as long as a test or a measurement takes.
	///
	/// # Errors
	/// As [`Self::start`].
	pub async fn start_apart(binary: &Path) -> Result<(Self, Chain), Error> {
		Self::start_on(binary, free_port().map_err(no_port)?, &[]).await
	}

	/// Starts a node with more flags on a port.
	///
	/// # Errors
	/// As [`Self::start`].
	pub async fn start_on(
		binary: &Path,
		port: u16,
		flags: &[OsString],
	) -> Result<(Self, Chain), Error> {
		let named = std::env::var_os(chain_spec::RUNTIME).map(PathBuf::from);
		let runtime = chain_spec::runtime(binary, named.as_deref())?;
		let settings =
			Settings { node: binary, runtime: runtime.as_deref(), port, flags, has_log_file: true };
		let mut process = Process::start(&settings).await?;
		let (url, registers) = (process.url().to_owned(), process.registers());
		let ready = async {
			let chain = connect(&url).await?;
			if registers {
				workers::register(&chain).await?;
			}
			Ok::<Chain, Error>(chain)
		};
		let (error, has_ended) = tokio::select! {
			chain = ready => match chain {
				Ok(chain) => return Ok((Self { process }, chain)),
				Err(error) => (error, false),
			},
			status = process.wait() => {
				(Error::Failed(format!("the node ended at once ({})", status?)), true)
			},
		};
		let error = match error {
			error @ (Error::Failed(_) | Error::Chain(ChainError::NoConnection { .. })) => {
				with_log(&error.to_string(), &process.log())
			},
			other => other,
		};
		// what kept it from starting is what is told
		let _ = if has_ended { process.clear().await } else { process.end().await.map(|_| ()) };
		Err(error)
	}

	/// Where it listens.
	pub fn url(&self) -> &str {
		self.process.url()
	}

	/// Number of its process, as long as it runs.
	pub fn id(&self) -> Option<u32> {
		self.process.id()
	}

	/// Its log, which lasts as long as this does.
	pub fn log(&self) -> PathBuf {
		self.process.log()
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
			if start.elapsed() > REGISTERED {
				let (computing, verifying) =
					(count(&active, Role::computes), count(&active, Role::verifies));
				let what = format!(
					"only {} nodes are registered: {computing} compute, {verifying} verify",
					active.len()
				);
				return Err(with_log(&what, &self.log()));
			}
			before = active.len();
			head = chain.next_head(head).await?;
		}
	}

	/// Stops the node and waits for it.
	pub async fn stop(self) {
		// its guard ends it in any case
		let _ = self.process.end().await;
	}
}

/// An error with the end of the node's log.
fn with_log(what: &str, log: &Path) -> Error {
	let log = std::fs::read_to_string(log).unwrap_or_default();
	let lines: Vec<&str> = log.lines().collect();
	let tail = lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default().join("\n  ");
	Error::Failed(format!("{what}\n  {tail}"))
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
///
/// # Errors
/// `Failed` if there is none.
pub fn usual_port() -> Result<u16, Error> {
	if is_free(USUAL_PORT) {
		Ok(USUAL_PORT)
	} else {
		free_port().map_err(no_port)
	}
}

/// Whether nobody listens on a port.
pub fn is_free(port: u16) -> bool {
	TcpListener::bind(("127.0.0.1", port)).is_ok()
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

	#[test]
	fn a_binary_is_named_as_at_a_shell() {
		assert_eq!(named(Path::new("sh")), on_path("sh"));
		assert!(on_path("sh").is_some_and(|path| path.is_absolute()));
		assert_eq!(named(Path::new("no/such/sh")), None);
		assert_eq!(named(Path::new("no-such-program")), None);
		assert!(named(Path::new("Cargo.toml")).is_some_and(|path| path.is_absolute()));
	}

	#[tokio::test]
	async fn a_node_that_ends_at_once_is_an_error_with_its_log() {
		let result = DevNode::start(Path::new("/bin/false")).await;
		let message = result.err().map(|error| error.to_string()).unwrap_or_default();
		assert!(message.contains("ended at once"), "{message}");
	}
}
