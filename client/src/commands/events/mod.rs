//! `ostraka events`: what happens to tasks and nodes, block by block, for people, scripts and programs.
//!
//! - `read`: which blocks are read, and which of them lost to others.
//! - `record`, `value`: an event as a line of JSON, by the types of the chain's metadata.
//! - `hook`: the program that is run for each.
//! - `webhook`: the address that each is sent to.

mod hook;
mod read;
pub(super) mod record;
mod value;
mod webhook;

use super::connect;
use crate::{
	chain::{link::is_plain_allowed, Chain, ChainError, Head},
	cli::{task::AnyTaskArg, Global},
	error::Error,
	output::Output,
};
use clap::{ArgGroup, Args};
use hook::Hook;
use ostraka_party::escape::escaped_json;
use ostraka_primitives::TaskId;
use read::Reader;
use record::{lost, of_event, Record};
use serde::Serialize;
use std::path::PathBuf;
use webhook::Webhook;

const EXAMPLES: &str = "\
Examples:
  ostraka events --follow
  ostraka events 7 --from 1200 --json
  ostraka events --follow --from 1200 --json --exec ./on-event
  ostraka events --follow --webhook https://example.org/ostraka

With --json every event is a line: block, hash, final, index (its place among the block's
events), extrinsic, event, task, fields. Amounts are text, in the token's smallest unit. A
command that follows says, when it is interrupted, with which --from it goes on; after a crash
that is the block of the last line, some of whose events may come again.

The program of --exec is run once for each event, one after the other, without a shell and
without arguments, with that line on its standard input and without the secrets of this
command's environment. It has a minute. What it prints goes to standard error. If it fails, the
command ends, so that no event is lost; with --keep-going that is said, and the next is told.

To the address of --webhook the same line is posted. Who answers 2xx has it; after 408, 429, 5xx, or
no answer it is sent again for a minute, and then, or after another answer, it has failed as a
program does. An event may come twice: block, hash and index tell. OSTRAKA_WEBHOOK keeps an address
with a token in it from the list of processes.";

/// Flags of `events`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("told").args(["exec", "webhook"]).multiple(true))]
pub struct EventsArgs {
	/// Events of this task alone.
	#[command(flatten)]
	pub task: AnyTaskArg,
	/// Go on with every new block, until interrupted
	#[arg(long)]
	pub follow: bool,
	/// The first block that is read [default: the newest]
	#[arg(long, value_name = "BLOCK")]
	pub from: Option<u32>,
	/// Read blocks that may still lose to others too; of one that has, a line says `lost`
	#[arg(long)]
	pub best: bool,
	/// Program to run for each event
	#[arg(long, value_name = "PROGRAM")]
	pub exec: Option<PathBuf>,
	/// Address to post each event to
	#[arg(long, value_name = "URL", env = "OSTRAKA_WEBHOOK", hide_env_values = true)]
	pub webhook: Option<String>,
	/// Go on if that program or address fails
	#[arg(long, requires = "told")]
	pub keep_going: bool,
}

/// Runs the command.
///
/// # Errors
/// `Usage`; `Chain` (`Pruned` if the node no longer has the state of a block); `Failed` if the program or the address fails.
pub async fn run(args: &EventsArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let hook = args.exec.as_deref().map(|program| Hook::new(program, args.keep_going));
	let hook = hook.transpose()?;
	let webhook = args.webhook.as_deref();
	let webhook = webhook.map(|url| Webhook::new(url, args.keep_going, is_plain_allowed()));
	let webhook = webhook.transpose()?;
	let chain = connect(global, out).await?;
	let mut known = chain.head();
	let newest = if args.best { read::best(&chain).await? } else { chain.finalized().await? };
	let mut reader = Reader::new(args.from.unwrap_or(newest.number));
	let mut teller = Teller { chain: &chain, task: args.task.number, hook, webhook, out };
	loop {
		// asked before the best block is, which then stands on it
		let last = chain.finalized().await?;
		while let Some(number) = reader.next_final(last.number) {
			let hash = chain.block_hash(number).await?;
			teller.tell(Head { number, hash }, true, reader.resumes()).await?;
		}
		if args.best {
			let head = read::best(&chain).await?;
			let path = reader.path(&chain, head).await?;
			for block in reader.turn(&path, head) {
				teller.take_back(block).await?;
			}
			for block in path {
				let is_final = block.number <= last.number;
				teller.tell(block, is_final, reader.resumes()).await?;
			}
			reader.settle(last.number);
		}
		match (args.follow, args.best) {
			(false, _) => return Ok(()),
			(true, true) => known = chain.next_head(known).await?,
			(true, false) => {
				chain.wait_final(reader.resumes()).await?;
			},
		}
	}
}

/// Who is told.
struct Teller<'a, 'b> {
	chain: &'a Chain,
	task: Option<TaskId>,
	hook: Option<Hook>,
	webhook: Option<Webhook>,
	out: &'a mut Output<'b>,
}

impl Teller<'_, '_> {
	/// Tells the events of a block, then from which block on the command could go on.
	async fn tell(&mut self, block: Head, is_final: bool, resumes: u32) -> Result<(), Error> {
		let events = self.chain.events(block).await?;
		for (event, index) in events.iter().zip(0u32..) {
			let Some(record) = of_event(self.chain.metadata(), block, is_final, event, index)
				.map_err(|what| {
					ChainError::Unreadable(format!("block {}: {what}", block.number))
				})?
			else {
				continue;
			};
			if self.task.is_none() || self.task == record.task() {
				self.say(&record, Record::line, &record.title()).await?;
			}
		}
		self.out.farewell().is(format!("--from {resumes} goes on from here"));
		Ok(())
	}

	/// Tells that a block that was told lost to another.
	async fn take_back(&mut self, block: Head) -> Result<(), Error> {
		let number = block.number;
		let said = format!("block {number}: lost to another; what it told did not happen there");
		self.say(&lost(block), |_| said.clone(), "a block that lost").await
	}

	async fn say<R: Serialize>(
		&mut self,
		record: &R,
		line: impl Fn(&R) -> String,
		title: &str,
	) -> Result<(), Error> {
		let json = serde_json::to_string(record)
			.map_err(|error| Error::Failed(format!("this cannot be written as JSON: {error}")))?;
		let json = format!("{}\n", escaped_json(&json));
		match self.out.is_json() {
			true => self.out.raw(json.as_bytes())?,
			false => writeln!(self.out, "{}", line(record))?,
		}
		if let Some(hook) = &self.hook {
			hook.call(&json, title, self.out.notes()).await?;
		}
		match &self.webhook {
			Some(webhook) => webhook.call(&json, title, self.out.notes()).await,
			None => Ok(()),
		}
	}
}
