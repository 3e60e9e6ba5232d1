//! A development chain's node: readied, started, and ended with whoever started it.

use super::{chain_spec, flags, guard::Guard, workers};
use crate::{
	chain::{Chain, ChainError},
	error::Error,
};
use std::{
	ffi::{OsStr, OsString},
	fs::File,
	io,
	path::{Path, PathBuf},
	process::{ExitStatus, Stdio},
	time::{Duration, Instant},
};
use tokio::process::Child;

/// How the names of its folders begin, among the temporary files.
const FOLDER: &str = "ostraka-dev-";
/// How long the node may take to answer at all: it compiles the runtime first, which on a busy machine takes minutes.
const START: Duration = Duration::from_secs(600);
/// Between two looks.
const POLL: Duration = Duration::from_millis(250);

/// How a node is started.
pub struct Settings<'a> {
	/// Its program.
	pub node: &'a Path,
	/// The file of the runtime that it is given; `None` if it has one.
	pub runtime: Option<&'a Path>,
	/// The port that it listens on.
	pub port: u16,
	/// Its flags, beside what a development chain needs.
	pub flags: &'a [OsString],
	/// Whether its log goes to a file in its folder, and not to where this program's errors go.
	pub has_log_file: bool,
}

/// A running node. Dropped, it is ended, and what it wrote is removed; so it is if this program dies.
pub struct Process {
	node: Child,
	guard: Guard,
	folder: PathBuf,
	url: String,
	registers: bool,
}

impl Process {
	/// Starts the node, with the worker keys of the chain's own nodes in its keystore. What it writes lies in a folder of its own,
	/// unless flags name another.
	///
	/// # Errors
	/// `Usage` if the runtime cannot be used, `Failed`.
	pub async fn start(settings: &Settings<'_>) -> Result<Self, Error> {
		let failed = |error: io::Error| {
			Error::Failed(format!("{} cannot be started: {error}", settings.node.display()))
		};
		let folder = tempfile::Builder::new().prefix(FOLDER).tempdir().map_err(failed)?;
		let mut guard = Guard::start(folder.path()).map_err(failed)?;
		// the guard removes it, after the node that writes into it
		let folder = folder.keep();
		// whoever brings a chain of their own brings its nodes too
		let registers = !flags::given(settings.flags, "--chain");
		let flags = readied(settings, &folder)?;
		let log = if settings.has_log_file {
			Stdio::from(File::create(log(&folder)).map_err(failed)?)
		} else {
			Stdio::inherit()
		};
		let node = guard.node(settings.node, &flags, log).await.map_err(failed)?;
		let url = format!("ws://127.0.0.1:{}", settings.port);
		Ok(Self { node, guard, folder, url, registers })
	}

	/// Where it listens.
	pub fn url(&self) -> &str {
		&self.url
	}

	/// Number of its process, as long as it runs.
	pub fn id(&self) -> Option<u32> {
		self.node.id()
	}

	/// The file of its log, if it has one.
	pub fn log(&self) -> PathBuf {
		log(&self.folder)
	}

	/// Whether the chain's own nodes are to be registered.
	pub fn registers(&self) -> bool {
		self.registers
	}

	/// Waits for its end.
	///
	/// # Errors
	/// `Failed` if the system does not tell.
	pub async fn wait(&mut self) -> Result<ExitStatus, Error> {
		self.node.wait().await.map_err(lost)
	}

	/// Ends it and removes what it wrote. Returns how it ended.
	///
	/// # Errors
	/// `Failed` if the system does not tell.
	pub async fn end(mut self) -> Result<ExitStatus, Error> {
		self.guard.end(&mut self.node).await.map_err(lost)
	}

	/// Removes what it wrote, when it has ended.
	///
	/// # Errors
	/// `Failed` if the system does not tell.
	pub async fn clear(self) -> Result<(), Error> {
		self.guard.clear().await.map_err(lost)
	}
}

/// All flags of the node, when its folder has what it is to find there.
fn readied(settings: &Settings<'_>, folder: &Path) -> Result<Vec<OsString>, Error> {
	let mut words = settings.flags.to_vec();
	// a folder that the node makes and removes by itself would have no keys in it
	words.retain(|word| word != "--tmp");
	let base = flags::value(&words, "--base-path").or_else(|| flags::value(&words, "-d"));
	let base = match base {
		Some(base) => PathBuf::from(base),
		None => {
			let base = folder.join("base");
			flags::add(&mut words, "--base-path", Some(base.as_os_str()));
			base
		},
	};
	let keystore = match flags::value(&words, "--keystore-path") {
		Some(keystore) => PathBuf::from(keystore),
		None => {
			let keystore = base.join("keystore");
			flags::add(&mut words, "--keystore-path", Some(keystore.as_os_str()));
			keystore
		},
	};
	workers::insert_keys(&keystore)?;
	if !flags::given(&words, "--chain") {
		let chain = match settings.runtime {
			Some(runtime) => {
				let file = folder.join("chain.json");
				std::fs::write(&file, chain_spec::with_runtime(runtime)?).map_err(|error| {
					Error::Failed(format!("{} cannot be written: {error}", file.display()))
				})?;
				file.into_os_string()
			},
			None => chain_spec::KNOWN.into(),
		};
		flags::add(&mut words, "--chain", Some(&chain));
	}
	if !flags::given(&words, "--rpc-port") {
		let port = settings.port.to_string();
		flags::add(&mut words, "--rpc-port", Some(OsStr::new(&port)));
	}
	flags::with_defaults(&mut words);
	Ok(words)
}

/// Connects to the chain as soon as its node answers.
///
/// # Errors
/// `Chain`.
pub async fn connect(url: &str) -> Result<Chain, Error> {
	let start = Instant::now();
	loop {
		match Chain::connect(url).await {
			Err(ChainError::NoConnection { .. }) if start.elapsed() < START => {},
			result => return Ok(result?),
		}
		tokio::time::sleep(POLL).await;
	}
}

fn log(folder: &Path) -> PathBuf {
	folder.join("node.log")
}

fn lost(error: io::Error) -> Error {
	Error::Failed(format!("what became of the node is not known: {error}"))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn words(line: &str) -> Vec<OsString> {
		line.split_whitespace().map(OsString::from).collect()
	}

	fn settings<'a>(flags: &'a [OsString], runtime: Option<&'a Path>) -> Settings<'a> {
		Settings { node: Path::new("node"), runtime, port: 7, flags, has_log_file: true }
	}

	#[test]
	fn a_node_finds_its_keys_and_its_chain() {
		let folder = tempfile::tempdir().expect("a temporary directory");
		let runtime = folder.path().join("a.wasm");
		std::fs::write(&runtime, b"\0asm").expect("written");
		let of = |words: &[OsString], flag: &str| flags::value(words, flag).expect("given");
		for (runtime, chain) in
			[(None, "dev".into()), (Some(runtime.as_path()), folder.path().join("chain.json"))]
		{
			let flags = words("--tmp -lx=debug");
			let flags = readied(&settings(&flags, runtime), folder.path()).expect("readied");
			assert!(!flags::given(&flags, "--tmp") && flags::given(&flags, "-lx"));
			assert_eq!(PathBuf::from(of(&flags, "--chain")), chain);
			assert_eq!(of(&flags, "--rpc-port"), "7");
			let keystore = PathBuf::from(of(&flags, "--keystore-path"));
			assert_eq!(keystore, folder.path().join("base/keystore"));
			assert_eq!(std::fs::read_dir(keystore).expect("read").count(), 10);
		}
		assert!(folder.path().join("chain.json").is_file());
	}

	#[test]
	fn a_folder_and_a_chain_that_are_given_stay() {
		let folder = tempfile::tempdir().expect("a temporary directory");
		let base = folder.path().join("mine");
		let flags = words(&format!("-d {} --chain x --rpc-port=9", base.display()));
		let flags = readied(&settings(&flags, None), folder.path()).expect("readied");
		assert!(base.join("keystore").is_dir() && !folder.path().join("base").exists());
		for flag in ["--base-path", "--chain", "--rpc-port"] {
			let times =
				flags.iter().filter(|word| word.to_string_lossy().starts_with(flag)).count();
			assert_eq!(times, usize::from(flag != "--base-path"), "{flag}");
		}
	}
}
