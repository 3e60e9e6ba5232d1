//! `ostraka task`: the requester's side.

mod cancel;
mod list;
mod show;
mod submit;
mod watch;

use crate::{
	cli::{values, Global},
	error::Error,
	output::Output,
};
use clap::{Args, Subcommand};
use ostraka_primitives::TaskId;

/// Flags of `task`.
#[derive(Args, Debug)]
pub struct TaskArgs {
	/// The command.
	#[command(subcommand)]
	pub command: TaskCommand,
}

/// The commands of `task`.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
	/// Publish a task; its number is printed
	#[command(after_help = submit::EXAMPLES)]
	Submit(Box<submit::SubmitArgs>),
	/// The newest tasks
	List(list::ListArgs),
	/// One task
	Show(OneArgs),
	/// Follow a task until it has ended, then show its result
	Watch(OneArgs),
	/// Take a task back: while it invites, or while dealers deal at the price of the whole fee; not during its draw
	Cancel(OneArgs),
}

/// Which task.
#[derive(Args, Debug)]
pub struct OneArgs {
	/// Its number
	#[arg(allow_negative_numbers = true, value_parser = values::task)]
	pub task: TaskId,
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Data`, `Chain`; `Failed` if a watched task fails.
pub async fn run(args: &TaskArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	match &args.command {
		TaskCommand::Submit(args) => submit::run(args, global, out).await,
		TaskCommand::List(args) => list::run(args, global, out).await,
		TaskCommand::Show(args) => show::run(args, global, out).await,
		TaskCommand::Watch(args) => watch::run(args, global, out).await,
		TaskCommand::Cancel(args) => cancel::run(args, global, out).await,
	}
}
