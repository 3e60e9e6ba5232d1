//! A full node as an operator runs it: a process with a base path and a keystore, and the relay chain by RPC.

use crate::{files::Program, relay::Relay};
use anyhow::{bail, ensure, Context, Result};
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use ostraka_client::{chain::Chain, testbed::node::free_port};
use std::{
	fs::OpenOptions,
	path::{Path, PathBuf},
	process::Stdio,
	time::{Duration, Instant},
};
use tokio::process::{Child, Command};

/// How long a node may take to answer: it compiles the runtime first.
const START: Duration = Duration::from_secs(300);
/// How long it may take to shut down.
const STOP: Duration = Duration::from_secs(60);
/// How long finality may stand still: longer than a fork of the relay chain takes to outgrow the other.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// What every node of a network is started with.
#[derive(Clone, Debug)]
pub struct Setting {
	/// The node binary.
	pub program: Program,
	/// The parachain's specification.
	pub spec: PathBuf,
	/// The relay chain's specification.
	pub relay_spec: PathBuf,
	/// The relay chain's RPC.
	pub relay_rpc: String,
	/// Addresses of the nodes to connect to first.
	pub peers: Vec<String>,
	/// Where the nodes' base paths are.
	pub folder: PathBuf,
}

impl Setting {
	/// That of a running relay chain.
	///
	/// # Errors
	/// If the network has no parachain.
	pub fn of(relay: &Relay, program: Program, folder: &Path) -> Result<Self> {
		Ok(Self {
			program,
			spec: relay.para_spec()?,
			relay_spec: relay.spec(),
			relay_rpc: relay.rpc()?,
			peers: relay.addresses()?,
			folder: folder.to_owned(),
		})
	}
}

/// A full node, running or not.
pub struct Node {
	/// Its name.
	pub name: String,
	setting: Setting,
	compute: bool,
	rpc_port: u16,
	port: u16,
	child: Option<Child>,
}

impl Node {
	/// A node that does not run yet; with `compute` it will run the offchain worker.
	///
	/// # Errors
	/// If no port is free, or its folder cannot be made.
	pub fn new(name: &str, setting: &Setting, compute: bool) -> Result<Self> {
		let node = Self {
			name: name.to_owned(),
			setting: setting.clone(),
			compute,
			rpc_port: free_port()?,
			port: free_port()?,
			child: None,
		};
		std::fs::create_dir_all(node.base())?;
		Ok(node)
	}

	/// Its base path.
	pub fn base(&self) -> PathBuf {
		self.setting.folder.join(&self.name)
	}

	/// Its keystore.
	pub fn keystore(&self) -> PathBuf {
		self.base().join("keystore")
	}

	/// Its log, of all its runs.
	pub fn log(&self) -> PathBuf {
		self.setting.folder.join(format!("{}.log", self.name))
	}

	/// Its RPC.
	pub fn url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.rpc_port)
	}

	/// Makes a worker key and puts it into its keystore, as an operator does.
	///
	/// # Errors
	/// If the node binary refuses.
	pub async fn make_key(&self) -> Result<()> {
		let json = ["generate", "--scheme", "ed25519", "--output-type", "json"];
		let made: serde_json::Value = serde_json::from_slice(&self.key(&json, &[]).await?)?;
		let phrase = made["secretPhrase"].as_str().context("a key has a phrase")?;
		let insert = ["insert", "--key-type", "ostr", "--scheme", "ed25519", "--suri", phrase];
		let (keystore, base) = (self.keystore(), self.base());
		let paths: [(&str, &Path); 3] = [
			("--keystore-path", &keystore),
			("--chain", &self.setting.spec),
			("--base-path", &base),
		];
		self.key(&insert, &paths).await.map(|_| ())
	}

	/// A command of the node binary's `key`. Returns what it prints.
	async fn key(&self, command: &[&str], paths: &[(&str, &Path)]) -> Result<Vec<u8>> {
		let mut process = Command::new(self.setting.program.path());
		process.arg("key").args(command);
		for (flag, path) in paths {
			process.arg(flag).arg(path);
		}
		let output = process.output().await?;
		let said = String::from_utf8_lossy(&output.stderr);
		ensure!(output.status.success(), "{}: key {}: {said}", self.name, command[0]);
		Ok(output.stdout)
	}

	/// Starts it. It goes on with the database that it has.
	///
	/// # Errors
	/// If it runs, or cannot be started.
	pub fn start(&mut self) -> Result<()> {
		self.start_with(&[])
	}

	/// [`Self::start`], with more flags.
	///
	/// # Errors
	/// As [`Self::start`].
	pub fn start_with(&mut self, flags: &[&str]) -> Result<()> {
		ensure!(self.child.is_none(), "{} runs already", self.name);
		let log = OpenOptions::new().create(true).append(true).open(self.log())?;
		let mut command = Command::new(self.setting.program.path());
		if self.compute {
			command.args(self.setting.program.compute());
		}
		command
			.arg("--base-path")
			.arg(self.base())
			.arg("--keystore-path")
			.arg(self.keystore())
			.arg("--chain")
			.arg(&self.setting.spec)
			.args(["--name", &self.name])
			.args(["--database", "paritydb", "--state-pruning", "archive"])
			.args(["--blocks-pruning", "archive"])
			.args(["--listen-addr", &format!("/ip4/127.0.0.1/tcp/{}", self.port)])
			.args(["--rpc-port", &self.rpc_port.to_string(), "--rpc-methods", "unsafe"])
			.args(["--no-mdns", "--no-telemetry", "--no-prometheus"])
			.args(["-l", "ostraka=debug"])
			.args(flags)
			.args(["--relay-chain-rpc-urls", &self.setting.relay_rpc])
			.arg("--bootnodes")
			.args(&self.setting.peers)
			.arg("--")
			.arg("--chain")
			.arg(&self.setting.relay_spec)
			.args(["--listen-addr", "/ip4/127.0.0.1/tcp/0", "--no-mdns", "--no-prometheus"])
			.stdin(Stdio::null())
			.stdout(Stdio::null())
			.stderr(log)
			.kill_on_drop(true);
		let child = command.spawn().with_context(|| format!("{} cannot be started", self.name))?;
		self.child = Some(child);
		Ok(())
	}

	/// Waits until it answers.
	///
	/// # Errors
	/// If it ends or does not in time.
	pub async fn ready(&mut self) -> Result<Chain> {
		let began = Instant::now();
		loop {
			let child =
				self.child.as_mut().with_context(|| format!("{} does not run", self.name))?;
			if let Some(status) = child.try_wait()? {
				bail!("{} ended at once ({status}): {}", self.name, self.log().display());
			}
			match Chain::connect_with(&self.url(), PATIENCE).await {
				Ok(chain) => return Ok(chain),
				Err(error) if began.elapsed() > START => {
					bail!("{} does not answer: {error}: {}", self.name, self.log().display())
				},
				Err(_) => tokio::time::sleep(PAUSE).await,
			}
		}
	}

	/// Kills it, as a power cut would.
	///
	/// # Errors
	/// If it does not run.
	pub async fn kill(&mut self) -> Result<()> {
		let mut child = self.child.take().with_context(|| format!("{} does not run", self.name))?;
		Ok(child.kill().await?)
	}

	/// Shuts it down, as an operator would.
	///
	/// # Errors
	/// If it does not run.
	pub async fn stop(&mut self) -> Result<()> {
		self.signal(Signal::SIGTERM)?;
		let mut child = self.child.take().with_context(|| format!("{} does not run", self.name))?;
		if tokio::time::timeout(STOP, child.wait()).await.is_err() {
			child.kill().await?;
		}
		Ok(())
	}

	/// Lets it stand still: it neither hears nor says anything.
	///
	/// # Errors
	/// If it does not run.
	pub fn pause(&self) -> Result<()> {
		self.signal(Signal::SIGSTOP)
	}

	/// Lets it go on.
	///
	/// # Errors
	/// If it does not run.
	pub fn resume(&self) -> Result<()> {
		self.signal(Signal::SIGCONT)
	}

	/// Whether it runs, be it paused.
	pub fn runs(&self) -> bool {
		self.child.is_some()
	}

	/// Removes its database, so that it comes back with its keystore only.
	///
	/// # Errors
	/// If it runs, or there is none.
	pub fn forget(&self) -> Result<()> {
		ensure!(self.child.is_none(), "{} runs", self.name);
		let chains = self.base().join("chains");
		std::fs::remove_dir_all(&chains)
			.with_context(|| format!("{} cannot be removed", chains.display()))
	}

	/// Lines of its log that hold a text.
	///
	/// # Errors
	/// If there is no log.
	pub fn says(&self, text: &str) -> Result<Vec<String>> {
		let log = std::fs::read_to_string(self.log())?;
		Ok(log.lines().filter(|line| line.contains(text)).map(str::to_owned).collect())
	}

	fn signal(&self, signal: Signal) -> Result<()> {
		let id = self.child.as_ref().and_then(Child::id);
		let id = id.with_context(|| format!("{} does not run", self.name))?;
		Ok(kill(Pid::from_raw(i32::try_from(id)?), signal)?)
	}
}
