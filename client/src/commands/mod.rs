//! The commands, one file each: its flags, and a function `run(args, .., out)` that does what they say.

mod accept;
mod challenge;
mod completions;
mod csv;
mod deal;
mod dealt;
mod demo;
mod dev;
mod doctor;
mod events;
mod excluded;
mod found;
mod inbox;
mod keyring;
mod log;
mod man;
mod mask;
mod node;
mod pace;
mod policy;
mod profile;
mod reference;
mod result;
mod rules;
pub mod schema;
mod simulate;
mod task;
mod task_file;
pub mod usage;
mod verify;

use crate::{
	chain::{Chain, ChainError, DEFAULT_URL},
	cli::{Global, LogFormat},
	error::Error,
	output::{self, Notes, Output},
};
use clap::{Parser, Subcommand};
use clap_complete::Shell;
use std::{ffi::OsString, time::Duration};

const EXAMPLES: &str = "\
Examples:
  ostraka demo                                        50 institutions, a dev chain of its own
  ostraka dev                                         a dev chain until Ctrl-C
  ostraka simulate --faults bad-share=2,wrong-share=1 the protocol without a chain
  ostraka demo --data survey.csv --split-by hospital --statistic correlation --columns dose,response
  ostraka task init; ostraka task submit task.toml    what is asked, in a file that can be shown
  ostraka task submit --suri //Alice --statistic mean --columns income --range income=0:250000 \\
      --dealer 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --dealer …
  ostraka policy init --data mine.csv
  ostraka inbox --suri //Bob
  ostraka accept 7 --suri //Bob
  ostraka deal --suri //Bob --task 7 --data mine.csv
  ostraka mask 7 --suri //Alice --mask-file seven.seed   of a task whose result is sealed to //Alice
  ostraka result 7 --verify
  ostraka verify transcript.json
  ostraka challenge 7 --dry-run

Exit codes:
    0  done
    1  no result, or one that fails the checks; a failed check of doctor or node check; an acceptance, dealing, mask or challenge not made
    2  wrong flags or data
    3  chain unreachable, stalled, or of another version
    4  refused by the chain, or no such task or node
    5  a result that is arithmetically right and no more: of inputs not all proven valid, for one
  130  interrupted";

/// Joint statistics over data that nobody shows to anyone
#[derive(Debug, Parser)]
#[command(name = "ostraka", version, after_help = EXAMPLES, max_term_width = 110)]
pub struct Cli {
	/// Flags of all commands.
	#[command(flatten)]
	pub global: Global,
	/// The command.
	#[command(subcommand)]
	pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// The operator's side: nodes, what they are drawn for, and their stake
	Node(node::NodeArgs),
	/// The requester's side: tasks
	Task(task::TaskArgs),
	/// The dealer's side: accept what a task asks, with a deposit, before its committee is drawn
	Accept(accept::AcceptArgs),
	/// The dealer's side: accept, wait for the draw, and deal rows to the task's committee
	Deal(deal::DealArgs),
	/// The dealer's side: what its rows may be asked, and what that says of a task
	Policy(policy::PolicyCommandArgs),
	/// The dealer's side: what it is asked, what its policy says of it, and what is due
	Inbox(inbox::InboxArgs),
	/// The dealer's side: the log of what it accepted and dealt
	Log(log::LogCommandArgs),
	/// The recipient's side of a sealed task: accept it, wait for the draw, and deal the mask that its result is published under
	Mask(mask::MaskArgs),
	/// A task's result
	Result(result::ResultArgs),
	/// Check a transcript from its file alone: a result with all that it rests on, as `result --export` wrote it
	Verify(verify::VerifyArgs),
	/// Judge the proofs of a task's dealings, and have the chain convict whose does not hold
	Challenge(challenge::ChallengeArgs),
	/// What happens to tasks and nodes, block by block
	Events(events::EventsArgs),
	/// Look through what is needed, and say what is not right
	Doctor(doctor::DoctorArgs),
	/// Secrets of accounts in the operating system's keyring, for --keyring NAME
	Keyring(keyring::KeyringCommandArgs),
	/// The whole protocol in one process, without a chain
	Simulate(simulate::SimulateArgs),
	/// Institutions compute joint statistics on a chain, from CSV rows to verified results
	Demo(demo::DemoArgs),
	/// Run a development chain until Ctrl-C, by our node or by the stock omni node
	Dev(dev::DevArgs),
	/// What commands print with --json, as JSON Schema: for scripts and programs
	Schema(schema::SchemaArgs),
	/// Write a page for `man` of each command
	#[command(hide = true)]
	Man(man::ManArgs),
	/// Print completions for a shell
	Completions {
		/// The shell
		shell: Shell,
	},
	/// Print the page of all commands, docs/CLI.md
	#[command(hide = true)]
	Reference,
}

/// Reads a command line, the program's name in front, and the profile and the task file that it names. What is wrong with it, and
/// help, is printed as clap does and ends the process, unless it is for a program.
///
/// # Errors
/// `Usage`.
pub fn parse(words: Vec<OsString>, as_json: bool) -> Result<Cli, Error> {
	let profile = profile::flags(&words, profile::usual_place(), |name| std::env::var_os(name))?;
	task_file::with_files(words, profile, as_json)
}

/// Runs a command: results to standard output, notes to standard error.
///
/// # Errors
/// Whatever ends it.
pub fn run(cli: Cli) -> Result<(), Error> {
	let json = cli.global.json;
	output::log::start(cli.global.verbose, cli.global.log_format);
	let notes = match cli.global.log_format {
		Some(LogFormat::Json) => Notes::logged(),
		_ if json => Notes::none(),
		_ => Notes::to(std::io::stderr()),
	};
	let mut stdout = std::io::stdout();
	let out = &mut Output::new(&mut stdout, notes, json);
	match &cli.command {
		Command::Simulate(args) => simulate::run(args, out),
		Command::Completions { shell } => completions::run(*shell, out),
		Command::Man(args) => man::run(args),
		Command::Reference => reference::run(out),
		Command::Log(args) => log::run(args, out),
		Command::Schema(args) => schema::run(args, out),
		Command::Verify(args) => verify::run(args, out),
		command => {
			let runtime = tokio::runtime::Builder::new_multi_thread()
				.enable_all()
				.build()
				.map_err(|error| Error::Failed(format!("no threads can be started: {error}")))?;
			let result = runtime.block_on(until_interrupted(command, &cli.global, out));
			// a task that still waits for the node is not waited for
			runtime.shutdown_background();
			result
		},
	}
}

async fn until_interrupted(
	command: &Command,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if let Command::Dev(args) = command {
		// it hears of signals by itself, more than one kind, and ends its node first
		return dev::run(args, out).await;
	}
	let farewell = out.farewell().clone();
	let work = async {
		match command {
			Command::Node(args) => node::run(args, global, out).await,
			Command::Task(args) => task::run(args, global, out).await,
			Command::Accept(args) => accept::run(args, global, out).await,
			Command::Deal(args) => deal::run(args, global, out).await,
			Command::Policy(args) => policy::run(args, global, out).await,
			Command::Inbox(args) => inbox::run(args, global, out).await,
			Command::Mask(args) => mask::run(args, global, out).await,
			Command::Result(args) => result::run(args, global, out).await,
			Command::Challenge(args) => challenge::run(args, global, out).await,
			Command::Events(args) => events::run(args, global, out).await,
			Command::Doctor(args) => doctor::run(args, global, out).await,
			Command::Keyring(args) => keyring::run(args, global, out).await,
			Command::Demo(args) => demo::run(args, global, out).await,
			Command::Dev(_)
			| Command::Simulate(_)
			| Command::Completions { .. }
			| Command::Man(_)
			| Command::Reference
			| Command::Log(_)
			| Command::Schema(_)
			| Command::Verify(_) => Ok(()),
		}
	};
	tokio::select! {
		// it is listened for before the work begins, which may ask a person who then breaks off
		biased;
		_ = tokio::signal::ctrl_c() => Err(farewell.error()),
		result = work => result,
	}
}

/// Time without a new block after which people are told.
const QUIET: Duration = Duration::from_secs(30);

/// Tells people when no block comes: whatever the command waits for, it waits in vain while that lasts.
async fn tell_of_quiet(chain: Chain, notes: Notes) {
	let mut head = chain.head();
	let mut is_told = false;
	loop {
		match tokio::time::timeout(QUIET, chain.next_head(head)).await {
			Ok(Ok(next)) => {
				if std::mem::take(&mut is_told) {
					notes.say(format!("block {} has come", next.number));
				}
				head = next;
			},
			Ok(Err(_)) => break,
			Err(_) if is_told => {},
			Err(_) => {
				is_told = true;
				notes.say(format!(
					"no block has come for {} s since block {}; waiting. Tasks need blocks that come by themselves: a \
					 node with --instant-seal makes none for them",
					QUIET.as_secs(),
					head.number
				));
			},
		}
	}
}

/// Connects to the chain that the flags name. If the connection is lost later, people are told.
///
/// # Errors
/// `Chain`.
async fn connect(global: &Global, out: &Output<'_>) -> Result<Chain, ChainError> {
	let chain = Chain::connect(global.url.as_deref().unwrap_or(DEFAULT_URL)).await?;
	tokio::spawn(tell_of_quiet(chain.clone(), out.notes().clone()));
	let (mut lost, url, notes) = (chain.lost(), chain.url().to_owned(), out.notes().clone());
	tokio::spawn(async move {
		while lost.changed().await.is_ok() {
			if *lost.borrow_and_update() {
				let seconds = Chain::patience().as_secs();
				notes.say(format!("the connection to {url} is lost; trying again for {seconds} s"));
			} else {
				notes.say(format!("connected to {url} again"));
			}
		}
	});
	Ok(chain)
}
