//! `ostraka node slash`: slashes that are *deferred*. Their stake is on hold, and counts for nothing; they are applied once they are
//! due, a week after the fault, unless Root cancels them.
//!
//! - `list`: those that wait.
//! - `apply`: anybody has one applied that is due.
//! - `cancel`: what Root sends to cancel one. The tool sends no such call.

pub(in crate::commands) mod apply;
pub(in crate::commands) mod cancel;
pub(in crate::commands) mod list;

use crate::{
	chain::{slashes::NumberedSlash, Chain, ChainError, Head},
	cli::Global,
	error::Error,
	output::Output,
	view::lines::span,
};
use clap::{Args, Subcommand};
use ostraka_primitives::BlockNumber;
use std::{collections::BTreeSet, time::Duration};

/// Flags of `node slash`.
#[derive(Args, Debug)]
pub struct SlashArgs {
	/// The command.
	#[command(subcommand)]
	pub command: SlashCommand,
}

/// The commands of `node slash`.
#[derive(Debug, Subcommand)]
pub enum SlashCommand {
	/// Slashes that wait, of all nodes or of one, and from when on each can be applied
	#[command(after_help = list::EXAMPLES)]
	List(list::ListArgs),
	/// Have slashes applied that are due: what they took is shared out, for good. Whoever signs pays nothing
	#[command(after_help = apply::EXAMPLES)]
	Apply(apply::ApplyArgs),
	/// Print the calls by which Root cancels slashes; nothing is signed or sent
	#[command(after_help = cancel::EXAMPLES)]
	Cancel(cancel::CancelArgs),
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Chain`; `Failed` if the answer to a question is no.
pub async fn run(args: &SlashArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	match &args.command {
		SlashCommand::List(args) => list::run(args, global, out).await,
		SlashCommand::Apply(args) => apply::run(args, global, out).await,
		SlashCommand::Cancel(args) => cancel::run(args, global, out).await,
	}
}

/// The newest block, and how long one takes.
#[derive(Clone, Copy)]
struct Now {
	block: BlockNumber,
	each: Duration,
}

impl Now {
	fn of(chain: &Chain, head: Head) -> Self {
		Self { block: head.number, each: chain.block_time() }
	}

	/// Blocks until a block; none if it has come.
	fn left(&self, at: BlockNumber) -> BlockNumber {
		at.saturating_sub(self.block)
	}

	/// When what is due in a block is so, in words.
	fn when(&self, at: BlockNumber) -> String {
		match self.left(at) {
			0 => format!("since block {at}"),
			left => format!("from block {at} on, in {}", span(left, self.each)),
		}
	}
}

/// The slashes with these numbers, in their order.
///
/// # Errors
/// `Invalid` if none waits with one of them.
fn chosen(
	numbers: &[u32],
	waiting: Vec<NumberedSlash>,
	call: &str,
) -> Result<Vec<NumberedSlash>, ChainError> {
	let mut missing: BTreeSet<u32> = numbers.iter().copied().collect();
	let chosen = waiting.into_iter().filter(|(number, _)| missing.remove(number)).collect();
	match missing.first() {
		None => Ok(chosen),
		Some(number) => Err(ChainError::Invalid {
			call: call.to_owned(),
			reason: format!(
				"no slash waits with the number {number}: it was applied or cancelled, or there never was one\n  `ostraka node slash \
				 list` shows those that wait"
			),
		}),
	}
}

#[cfg(test)]
mod tests;
