//! `ostraka task`: the requester's side.

pub(super) mod cancel;
mod conditions;
pub(super) mod init;
pub(super) mod list;
pub(super) mod poke;
pub(super) mod prices;
mod show;
pub(super) mod submit;
mod watch;

use crate::{
	cli::{task::TaskArg, Global},
	error::Error,
	output::Output,
};
use clap::{Args, Subcommand};

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
	/// Write a task file: what is asked, of whom and for how much
	#[command(after_help = init::EXAMPLES)]
	Init(Box<init::InitArgs>),
	/// Publish a task; its number is printed
	#[command(after_help = submit::EXAMPLES)]
	Submit(Box<submit::SubmitArgs>),
	/// The newest tasks
	List(list::ListArgs),
	/// One task
	Show(TaskArg),
	/// Follow a task until it has ended, then show its result
	Watch(TaskArg),
	/// Take a task back: while it invites, or while dealers deal at the price of the whole fee; not during its draw
	Cancel(cancel::CancelArgs),
	/// Put a task back that stands still though its phase is over: for nothing if the chain has forgotten it
	Poke(TaskArg),
	/// What tasks cost now, and how full the chain is
	Prices,
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Data`, `Chain`; `Failed` if a watched task fails.
pub async fn run(args: &TaskArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	match &args.command {
		TaskCommand::Init(args) => init::run(args, out).await,
		TaskCommand::Submit(args) => submit::run(args, global, out).await,
		TaskCommand::List(args) => list::run(args, global, out).await,
		TaskCommand::Show(args) => show::run(args, global, out).await,
		TaskCommand::Watch(args) => watch::run(args, global, out).await,
		TaskCommand::Cancel(args) => cancel::run(args, global, out).await,
		TaskCommand::Poke(args) => poke::run(args, global, out).await,
		TaskCommand::Prices => prices::run(global, out).await,
	}
}
