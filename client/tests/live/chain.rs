//! Development chains, and their processes.

use crate::wait_for;
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use std::{
	fs::File,
	path::{Path, PathBuf},
	process::{Child, Command, ExitStatus, Stdio},
	time::Duration,
};
use tempfile::TempDir;

/// How long anything may take: far more than it does, as the machine may be busy.
pub const LIMIT: Duration = Duration::from_secs(300);
/// What a development chain says when its nodes are registered.
const READY: &str = "compute nodes registered";

/// The node binary.
///
/// # Errors
/// How to make one, if there is none.
pub fn binary() -> Result<PathBuf, String> {
	let beside = Path::new(env!("CARGO_BIN_EXE_ostraka")).with_file_name("ostraka-node");
	let path = std::env::var_os("OSTRAKA_NODE").map_or(beside, PathBuf::from);
	if path.is_file() {
		return Ok(path);
	}
	Err(format!(
		"there is no node binary at {}: make it with `cargo build --release --workspace`, or name one by OSTRAKA_NODE",
		path.display()
	))
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
	ostraka_client::testbed::node::free_port().expect("a free port")
}

/// A process of `ostraka dev`, which the node binary becomes with `--dev`: the one that supervises the node. Ended by its number, at
/// the latest when this is dropped.
pub struct DevChain {
	child: Child,
	url: String,
	directory: TempDir,
}

impl DevChain {
	/// Starts one on a free port, with more flags. Its temporary files lie in a directory of its own.
	pub fn start(binary: &Path, flags: &[&str]) -> Self {
		Self::start_at(binary, free_port(), flags)
	}

	/// Starts one on a port.
	pub fn start_at(binary: &Path, port: u16, flags: &[&str]) -> Self {
		let mut command = Command::new(binary);
		command.args(["--dev", "--rpc-port", &port.to_string()]).args(flags);
		Self::run(command, port)
	}

	/// Starts one by a command that names this port.
	pub fn run(mut command: Command, port: u16) -> Self {
		let directory = TempDir::new().expect("a temporary directory");
		std::fs::create_dir(directory.path().join("tmp")).expect("created");
		let log = File::create(directory.path().join("log")).expect("created");
		let child = command
			.env("TMPDIR", directory.path().join("tmp"))
			.stdin(Stdio::null())
			.stdout(Stdio::null())
			.stderr(log)
			.spawn()
			.expect("the node binary starts");
		Self { child, url: format!("ws://127.0.0.1:{port}"), directory }
	}

	/// Waits until its compute nodes are registered.
	#[track_caller]
	pub fn ready(&mut self) {
		wait_for("the chain's nodes are not registered", || {
			let ended = self.child.try_wait().expect("its state is known");
			assert!(ended.is_none(), "the chain ended at once: {}", self.log());
			self.log().contains(READY).then_some(())
		})
	}

	pub fn url(&self) -> &str {
		&self.url
	}

	/// Its log so far.
	pub fn log(&self) -> String {
		let bytes = std::fs::read(self.directory.path().join("log")).unwrap_or_default();
		String::from_utf8_lossy(&bytes).into_owned()
	}

	/// What lies in its directory for temporary files.
	pub fn left(&self) -> Vec<String> {
		let entries = std::fs::read_dir(self.directory.path().join("tmp")).expect("it can be read");
		entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
	}

	/// The supervising process.
	pub fn supervisor(&self) -> Pid {
		Pid::from_raw(i32::try_from(self.child.id()).expect("a process number"))
	}

	/// The node's own process, as soon as there is one.
	#[track_caller]
	pub fn node(&self) -> Pid {
		let id = self.child.id();
		wait_for("the node's process", || {
			let path = format!("/proc/{id}/task/{id}/children");
			let children = std::fs::read_to_string(path).unwrap_or_default();
			// the guard comes first
			children.split_whitespace().nth(1)?.parse().ok().map(Pid::from_raw)
		})
	}

	/// Kills node and supervisor as a machine's failure would: without a chance to do anything.
	pub fn kill(mut self) {
		// the supervisor first, so that it does not see the node's end; neither has time to do anything
		let node = self.node();
		kill(self.supervisor(), Signal::SIGKILL).expect("killed");
		kill(node, Signal::SIGKILL).expect("killed");
		self.child.wait().expect("ended");
		ended(node);
	}

	/// Asks it to end and waits for that.
	#[track_caller]
	pub fn stop(&mut self) -> ExitStatus {
		kill(self.supervisor(), Signal::SIGTERM).expect("it runs");
		self.wait()
	}

	/// Waits for its end.
	#[track_caller]
	pub fn wait(&mut self) -> ExitStatus {
		wait_for("the chain does not end", || self.child.try_wait().expect("its state is known"))
	}
}

impl Drop for DevChain {
	fn drop(&mut self) {
		if let Ok(None) = self.child.try_wait() {
			// a scenario failed; the node sees its supervisor's end and shuts down
			let _ = self.child.kill();
			let _ = self.child.wait();
		}
	}
}

/// Waits until a process that is not a child has ended.
#[track_caller]
pub fn ended(process: Pid) {
	wait_for("a process does not end", || {
		let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
		// a zombie that nobody has waited for has ended too
		let state = state
			.rsplit(')')
			.next()
			.and_then(|rest| rest.split_whitespace().next().map(str::to_owned));
		state.is_none_or(|state| state == "Z").then_some(())
	})
}
