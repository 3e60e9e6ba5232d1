//! `--dev`: a development chain in one go.
//!
//! This process readies a base path and a keystore with the workers' keys, starts this program again as the chain's
//! node, and registers the nodes that compute and verify by transactions ([`crate::registration`]). Then it waits.
//!
//! # How it ends
//! - A signal to this process is passed on to the node; when that has shut down, the temporary base path is removed.
//! - If this process dies without a chance to do so, the node sees it by the end of its standard input, shuts down,
//!   and removes the base path itself. So neither a process nor a directory is ever left over.
//! - A node that inherits the variable which asks for that, but not the pipe that it names, does neither.

use crate::{arguments, registration};
use anyhow::{bail, Context, Result};
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use ostraka_primitives::WORKER_KEY_TYPE;
use ostraka_runtime::presets::{TEST_NODES, TEST_VERIFIERS};
use sc_keystore::LocalKeystore;
use sp_keystore::Keystore;
use std::{
	ffi::{OsStr, OsString},
	fs::File,
	future::Future,
	io,
	net::{Ipv4Addr, TcpListener},
	os::{
		fd::{AsFd, OwnedFd},
		unix::fs::{FileTypeExt, MetadataExt},
	},
	path::{Path, PathBuf},
	pin::pin,
	process::{ExitStatus, Stdio},
	sync::atomic::{AtomicBool, Ordering},
	time::Duration,
};
use tokio::{
	process::{Child, Command},
	signal::unix::{signal, SignalKind},
};

/// Set for a node that a development chain's process started: which pipe its standard input is, and the directory to
/// remove in that process's place, or nothing ([`Supervision`]). The pipe makes it void for every other process that has
/// it in its environment.
const SUPERVISED: &str = "OSTRAKA_NODE_SUPERVISED";

/// How the names of the directories begin that are removed at the end.
const TEMPORARY: &str = "ostraka-dev-";

/// The port that clients look for a node's RPC at.
const DEFAULT_RPC_PORT: u16 = 9944;

/// How long the node may take to shut down before it is killed.
const SHUTDOWN: Duration = Duration::from_secs(60);

/// Between two looks at whether the node takes signals.
const CAUGHT_PAUSE: Duration = Duration::from_millis(20);
/// Attempts at removing the base path, and the pause between two.
const REMOVALS: u32 = 50;
const REMOVAL_PAUSE: Duration = Duration::from_millis(200);

/// Runs a development chain until it ends or a signal comes.
pub fn run(mut arguments: Vec<OsString>) -> Result<()> {
	// Whoever brings a chain of their own brings its nodes too.
	let register = !arguments::given(&arguments, "--chain");

	arguments = arguments::without(arguments, "--tmp");
	let given = arguments::value(&arguments, "--base-path")
		.or_else(|| arguments::value(&arguments, "-d"))
		.map(std::path::PathBuf::from);
	let temporary = match given {
		Some(_) => None,
		None => Some(
			tempfile::Builder::new()
				.prefix(TEMPORARY)
				.tempdir()
				.context("no temporary directory can be made")?,
		),
	};
	if let Some(directory) = &temporary {
		arguments = arguments::with(arguments, "--base-path", Some(directory.path().as_os_str()));
	}
	let base = given.as_deref().or(temporary.as_ref().map(|directory| directory.path()));

	let keystore = match (arguments::value(&arguments, "--keystore-path"), base) {
		(Some(path), _) => path,
		(None, Some(base)) => {
			let path = base.join("keystore").into_os_string();
			arguments = arguments::with(arguments, "--keystore-path", Some(&path));
			path
		},
		(None, None) => bail!("--base-path needs a value"),
	};
	insert_worker_keys(Path::new(&keystore))?;

	let port = match arguments::value(&arguments, "--rpc-port") {
		Some(port) => given_port(&port)?,
		None => {
			let port = free_port()?;
			let text = OsString::from(port.to_string());
			arguments = arguments::with(arguments, "--rpc-port", Some(&text));
			port
		},
	};
	arguments = arguments::with_defaults(arguments, &arguments::DEVELOPMENT);

	let url = format!("ws://127.0.0.1:{port}");
	let ready = async {
		if register {
			registration::register_test_nodes(&url).await?;
			eprintln!(
				"Ostraka: development chain at {url}, {TEST_NODES} compute nodes registered, and \
				{TEST_VERIFIERS} verifiers"
			);
		}
		Ok(())
	};
	let remove = temporary.as_ref().map(|directory| directory.path());
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
	let outcome = runtime.block_on(supervise(&arguments, remove, ready));
	if let Some(directory) = temporary {
		let path = directory.path().to_path_buf();
		directory.close().with_context(|| format!("{} is left behind", path.display()))?;
	}
	let status = outcome?;
	if !status.success() {
		bail!("the node ended with {status}");
	}
	Ok(())
}

/// Starts the node and waits for it, for `ready`, and for signals.
async fn supervise(
	arguments: &[OsString],
	remove: Option<&Path>,
	ready: impl Future<Output = Result<()>>,
) -> Result<ExitStatus> {
	// Before the node starts: from here on no signal is missed.
	let mut interrupt = signal(SignalKind::interrupt())?;
	let mut terminate = signal(SignalKind::terminate())?;
	let mut hangup = signal(SignalKind::hangup())?;

	let program = std::env::current_exe().context("this program's own path is unknown")?;
	// The writing end is held until the end: the node takes the end of its standard input for our death.
	let (reading, _writing) = io::pipe().context("no pipe can be made")?;
	let reading = File::from(OwnedFd::from(reading));
	let supervision = Supervision { pipe: pipe(&reading)?, remove: remove.map(Path::to_path_buf) };
	let mut node = Command::new(program)
		.args(arguments)
		.env(SUPERVISED, supervision.to_text())
		.stdin(Stdio::from(reading))
		.spawn()
		.context("the node cannot be started")?;

	let mut ready = pin!(ready);
	let mut is_ready = false;
	loop {
		tokio::select! {
			status = node.wait() => return Ok(status?),
			_ = interrupt.recv() => break,
			_ = terminate.recv() => break,
			_ = hangup.recv() => break,
			result = &mut ready, if !is_ready => {
				is_ready = true;
				if let Err(error) = result {
					stop(&mut node).await?;
					return Err(error);
				}
			},
		}
	}
	stop(&mut node).await
}

/// Asks the node to shut down, and kills it if it does not.
async fn stop(node: &mut Child) -> Result<ExitStatus> {
	if let Some(id) = node.id().and_then(|id| i32::try_from(id).ok()) {
		// It may have ended already.
		kill(Pid::from_raw(id), Signal::SIGTERM).ok();
	}
	match tokio::time::timeout(SHUTDOWN, node.wait()).await {
		Ok(status) => Ok(status?),
		Err(_) => {
			node.kill().await?;
			bail!("the node did not shut down within {SHUTDOWN:?} and was killed");
		},
	}
}

/// Which file an open one is: numbers of its device and of itself there.
type FileNumber = (u64, u64);

/// What a development chain's process tells the node that it starts.
#[derive(Debug, PartialEq, Eq)]
struct Supervision {
	/// The pipe between the two, which is the node's standard input.
	pipe: FileNumber,
	/// What the node is to remove if that process dies.
	remove: Option<PathBuf>,
}

impl Supervision {
	/// As the variable's value.
	fn to_text(&self) -> OsString {
		let mut text = OsString::from(format!("{}:{}:", self.pipe.0, self.pipe.1));
		text.push(self.remove.as_deref().map(Path::as_os_str).unwrap_or_default());
		text
	}

	/// Reads the variable's value. `None` if it is not one, or is meant for a process whose standard input is another.
	fn read(text: &OsStr, input: &File) -> Option<Self> {
		let text = text.to_str()?;
		let (device, rest) = text.split_once(':')?;
		let (number, path) = rest.split_once(':')?;
		let number = (device.parse().ok()?, number.parse().ok()?);
		let path = Path::new(path);
		let is_temporary = path
			.file_name()
			.is_some_and(|name| name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes()));
		let remove = is_temporary.then(|| path.to_path_buf());
		(pipe(input).ok()? == number).then_some(Self { pipe: number, remove })
	}
}

/// Which pipe an open file is.
fn pipe(file: &File) -> io::Result<FileNumber> {
	let metadata = file.metadata()?;
	if metadata.file_type().is_fifo() {
		Ok((metadata.dev(), metadata.ino()))
	} else {
		Err(io::ErrorKind::InvalidInput.into())
	}
}

/// What a development chain's process told this one, if one started it.
fn supervision() -> Option<Supervision> {
	let text = std::env::var_os(SUPERVISED)?;
	let input = io::stdin().as_fd().try_clone_to_owned().ok()?;
	Supervision::read(&text, &File::from(input))
}

/// Runs the node itself. If a development chain's process started it, the node ends with that process.
pub fn supervised(node: impl FnOnce() -> Result<()>) -> Result<()> {
	static ALONE: AtomicBool = AtomicBool::new(false);
	let Some(Supervision { remove, .. }) = supervision() else { return node() };
	std::thread::spawn(|| {
		// Nothing is ever written to it; it ends with the process at its other end.
		io::copy(&mut io::stdin().lock(), &mut io::sink()).ok();
		ALONE.store(true, Ordering::SeqCst);
		// While the node is only starting, the signal would end it before it could remove anything.
		while !is_caught(Signal::SIGTERM) {
			std::thread::sleep(CAUGHT_PAUSE);
		}
		kill(Pid::this(), Signal::SIGTERM).ok();
	});
	let outcome = node();
	if let Some(remove) = remove.filter(|_| ALONE.load(Ordering::SeqCst)) {
		remove_all(&remove);
	}
	outcome
}

/// Removes a folder. The node's threads may still put files into it for a moment, over which a removal fails.
fn remove_all(folder: &Path) {
	for _ in 0..REMOVALS {
		if std::fs::remove_dir_all(folder).is_ok() || !folder.exists() {
			return;
		}
		std::thread::sleep(REMOVAL_PAUSE);
	}
}

/// Whether this process has a handler for a signal, as far as the system tells.
fn is_caught(signal: Signal) -> bool {
	let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
	let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
	let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
	mask.is_none_or(|mask| mask >> (signal as i32 - 1) & 1 == 1)
}

/// Puts the test workers' keys into a keystore.
fn insert_worker_keys(directory: &Path) -> Result<()> {
	let failed = || format!("the keystore {} cannot be written", directory.display());
	let keystore = LocalKeystore::open(directory, None).with_context(failed)?;
	for (secret, worker) in registration::test_workers()? {
		if keystore.insert(WORKER_KEY_TYPE, &secret, &worker.0).is_err() {
			bail!(failed());
		}
	}
	Ok(())
}

/// A port that was asked for. The library would silently take another if it is in use.
fn given_port(port: &std::ffi::OsStr) -> Result<u16> {
	let port: u16 = port
		.to_str()
		.and_then(|port| port.parse().ok())
		.with_context(|| format!("--rpc-port takes a number, not {port:?}"))?;
	is_free(port).with_context(|| format!("port {port} is in use: give another --rpc-port"))?;
	Ok(port)
}

/// The usual port, or any that is free.
fn free_port() -> Result<u16> {
	is_free(DEFAULT_RPC_PORT).or_else(|_| is_free(0)).context("no port is free for the RPC server")
}

fn is_free(port: u16) -> io::Result<u16> {
	Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, port))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_port_in_use_is_refused() {
		let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
		let port = taken.local_addr().unwrap().port().to_string();
		let error = given_port(port.as_ref()).unwrap_err();
		assert!(error.to_string().contains("in use"), "{error}");
		assert!(given_port("x".as_ref()).is_err());
	}

	#[test]
	fn a_signal_without_a_handler_is_told_from_one_with() {
		assert!(!is_caught(Signal::SIGUSR2));
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
		let _handler = runtime.block_on(async { signal(SignalKind::user_defined2()) }).unwrap();
		assert!(is_caught(Signal::SIGUSR2));
	}

	fn piped() -> (File, impl Sized) {
		let (reading, writing) = io::pipe().unwrap();
		(File::from(OwnedFd::from(reading)), writing)
	}

	#[test]
	fn a_node_is_supervised_through_the_pipe_that_it_was_given() {
		let (input, _writing) = piped();
		let number = pipe(&input).unwrap();
		for remove in [None, Some(PathBuf::from("/tmp/ostraka-dev-a:b"))] {
			let told = Supervision { pipe: number, remove };
			assert_eq!(Supervision::read(&told.to_text(), &input), Some(told));
		}
	}

	#[test]
	fn an_inherited_variable_supervises_nobody() {
		let (input, _writing) = piped();
		let (other, _other_writing) = piped();
		let remove = Some(PathBuf::from("/tmp/ostraka-dev-x"));
		let told = Supervision { pipe: pipe(&input).unwrap(), remove }.to_text();
		assert_eq!(Supervision::read(&told, &other), None);
		assert_eq!(Supervision::read(&told, &File::open("/dev/null").unwrap()), None);
		for text in ["", "/home/me", "1:2", "x:y:/tmp/ostraka-dev-x", "::"] {
			assert_eq!(Supervision::read(text.as_ref(), &input), None, "{text}");
		}
	}

	#[test]
	fn only_a_temporary_base_path_is_removed() {
		let (input, _writing) = piped();
		for path in ["/", "/home/me", "/tmp/ostraka-dev-x/..", ""] {
			let told = Supervision { pipe: pipe(&input).unwrap(), remove: Some(path.into()) };
			let read = Supervision::read(&told.to_text(), &input).unwrap();
			assert_eq!(read.remove, None, "{path}");
		}
	}

	#[test]
	fn the_keystore_holds_every_workers_key() {
		let directory = tempfile::tempdir().unwrap();
		insert_worker_keys(directory.path()).unwrap();
		let keystore = LocalKeystore::open(directory.path(), None).unwrap();
		let workers = registration::test_workers().unwrap();
		assert_eq!(workers.len(), 10);
		for (_, worker) in workers {
			let signature = keystore.ed25519_sign(WORKER_KEY_TYPE, &worker, b"x").unwrap();
			assert!(signature.is_some());
		}
	}
}
