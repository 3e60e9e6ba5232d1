//! The commands, one module each.

pub mod completions;
pub mod deal;
pub mod demo;
pub mod node;
pub mod records;
pub mod result;
pub mod show;
pub mod simulate;
pub mod supply;
pub mod task;
pub mod worker_key;

use crate::{
	chain::{Chain, ChainError, DEFAULT_URL},
	cli::{Cli, Command, Global},
	error::Error,
};

/// Runs a command.
///
/// # Errors
/// Whatever ends it.
pub fn run(cli: Cli) -> Result<(), Error> {
	let global = cli.global;
	match &cli.command {
		Command::Simulate(args) => simulate::run(args, &global),
		Command::Completions { shell } => {
			completions::run(*shell);
			Ok(())
		},
		command => {
			let runtime = tokio::runtime::Builder::new_multi_thread()
				.enable_all()
				.build()
				.map_err(|error| Error::Failed(format!("no threads can be started: {error}")))?;
			let result = runtime.block_on(until_interrupted(command, &global));
			// a task that still waits for the node is not waited for
			runtime.shutdown_background();
			result
		},
	}
}

async fn until_interrupted(command: &Command, global: &Global) -> Result<(), Error> {
	let work = async {
		match command {
			Command::Node(args) => node::run(args, global).await,
			Command::Task(args) => task::run(args, global).await,
			Command::Deal(args) => deal::run(args, global).await,
			Command::Result(args) => result::run(args, global).await,
			Command::Demo(args) => demo::run(args, global).await,
			Command::Simulate(_) | Command::Completions { .. } => Ok(()),
		}
	};
	tokio::select! {
		result = work => result,
		_ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
	}
}

/// Connects to the chain that the flags name. If the connection is lost later, people are told.
///
/// # Errors
/// `Chain`.
pub async fn connect(global: &Global) -> Result<Chain, ChainError> {
	let chain = Chain::connect(global.url.as_deref().unwrap_or(DEFAULT_URL)).await?;
	if !global.json {
		let (mut lost, url) = (chain.lost(), chain.url().to_owned());
		tokio::spawn(async move {
			while lost.changed().await.is_ok() {
				if *lost.borrow_and_update() {
					let seconds = Chain::patience().as_secs();
					eprintln!("the connection to {url} is lost; trying again for {seconds} s");
				} else {
					eprintln!("connected to {url} again");
				}
			}
		});
	}
	Ok(chain)
}
