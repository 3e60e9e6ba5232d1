//! Who ends a development chain's node: a process of its own, so that neither a node nor a folder is left, however the one that
//! started them comes to its end.
//!
//! It is a script for the system's shell, as it must work for any node and for every program that starts one. It waits for the end
//! of its standard input, which comes with its starter's death too.
//!
//! A node must not run that the guard does not know of. So [`Guard::node`] starts a shell in its place, which becomes the node when it is
//! told to; if nobody lives to tell it, it ends.

use nix::sys::signal::Signal;
use std::{
	ffi::OsString,
	io,
	os::unix::process::ExitStatusExt,
	path::Path,
	process::{ExitStatus, Stdio},
};
use tokio::{
	io::AsyncWriteExt,
	process::{Child, ChildStdin, Command},
};

/// What the guard does.
const GUARD: &str = include_str!("guard.sh");
/// What waits to become the node.
const GATE: &str = r#"read -r line || exit 1; exec "$0" "$@" </dev/null"#;

/// A guard, for as long as it has something to wait for. Dropped, it does its work.
pub struct Guard {
	process: Child,
	line: ChildStdin,
}

impl Guard {
	/// Starts the guard of a folder.
	///
	/// # Errors
	/// The system's.
	pub fn start(folder: &Path) -> io::Result<Self> {
		let mut process = Command::new("sh")
			.args(["-c", GUARD, "ostraka-dev-guard"])
			.arg(folder)
			.stdin(Stdio::piped())
			.stdout(Stdio::null())
			.stderr(Stdio::null())
			.spawn()?;
		let line = process.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
		Ok(Self { process, line })
	}

	/// Starts a node that is guarded from its first moment on.
	///
	/// # Errors
	/// The system's.
	pub async fn node(
		&mut self,
		program: &Path,
		flags: &[OsString],
		log: Stdio,
	) -> io::Result<Child> {
		let mut node = Command::new("sh")
			.args(["-c", GATE])
			.arg(program)
			.args(flags)
			.stdin(Stdio::piped())
			.stdout(Stdio::null())
			.stderr(log)
			.spawn()?;
		let mut gate = node.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
		let id = node.id().ok_or(io::ErrorKind::BrokenPipe)?;
		self.line.write_all(format!("{id}\n").as_bytes()).await?;
		// where that fails it has ended, which its status tells
		let _ = gate.write_all(b"\n").await;
		Ok(node)
	}

	/// Ends the node and removes the folder. Returns how the node ended.
	///
	/// # Errors
	/// The system's.
	pub async fn end(self, node: &mut Child) -> io::Result<ExitStatus> {
		let Self { mut process, line } = self;
		drop(line);
		// at the same time: for the guard a process that nobody has waited for is still there
		let (status, _) = tokio::try_join!(node.wait(), process.wait())?;
		Ok(status)
	}

	/// Removes the folder of a node that has ended by itself.
	///
	/// # Errors
	/// The system's.
	pub async fn clear(self) -> io::Result<()> {
		let Self { mut process, mut line } = self;
		// its number may be another's soon
		line.write_all(b"\n").await?;
		drop(line);
		process.wait().await.map(|_| ())
	}
}

/// Whether a node that was asked to end did, and did not have to be made to.
pub fn ended_well(status: ExitStatus) -> bool {
	// one that was only starting has no ear for the request, which ends it all the same; at a terminal it is asked too
	let asks = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM];
	status.success() || asks.iter().any(|ask| status.signal() == Some(*ask as i32))
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{path::PathBuf, time::Duration};
	use tempfile::TempDir;

	/// A folder with a file in it, and its guard.
	fn guarded(name: &str) -> (TempDir, PathBuf, Guard) {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let folder = directory.path().join(name);
		std::fs::create_dir(&folder).expect("created");
		std::fs::write(folder.join("file"), "text").expect("written");
		let guard = Guard::start(&folder).expect("a shell");
		(directory, folder, guard)
	}

	async fn sleeping(guard: &mut Guard) -> Child {
		let flags = [OsString::from("600")];
		guard.node(Path::new("sleep"), &flags, Stdio::null()).await.expect("a node")
	}

	async fn in_time<T>(what: impl std::future::Future<Output = T>) -> T {
		tokio::time::timeout(Duration::from_secs(50), what).await.expect("in time")
	}

	#[tokio::test]
	async fn a_guard_ends_its_node_and_removes_the_folder() {
		let (_directory, folder, mut guard) = guarded("with a space");
		let mut node = sleeping(&mut guard).await;
		assert!(node.try_wait().expect("known").is_none());
		let status = in_time(guard.end(&mut node)).await.expect("ended");
		assert!(ended_well(status) && !status.success(), "{status}");
		assert!(!folder.exists());
	}

	#[tokio::test]
	async fn a_guard_that_is_dropped_does_its_work() {
		let (_directory, folder, mut guard) = guarded("folder");
		let mut node = sleeping(&mut guard).await;
		drop(guard);
		in_time(node.wait()).await.expect("ended");
		in_time(async {
			while folder.exists() {
				tokio::time::sleep(Duration::from_millis(20)).await;
			}
		})
		.await;
	}

	#[tokio::test]
	async fn a_node_that_ended_is_not_ended_again() {
		let (_directory, folder, mut guard) = guarded("folder");
		// stands for another's process with the node's number
		let mut other = sleeping(&mut guard).await;
		in_time(guard.clear()).await.expect("cleared");
		assert!(!folder.exists() && other.try_wait().expect("known").is_none());
		other.kill().await.expect("it runs");
	}

	#[tokio::test]
	async fn a_node_without_a_guard_does_not_start() {
		let folder = tempfile::tempdir().expect("a temporary directory");
		let file = folder.path().join("file");
		let mut gate = Command::new("sh")
			.args(["-c", GATE, "touch"])
			.arg(&file)
			.stdin(Stdio::null())
			.spawn()
			.expect("a shell");
		let status = in_time(gate.wait()).await.expect("ended");
		assert!(!status.success() && !file.exists());
	}
}
