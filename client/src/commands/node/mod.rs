//! `ostraka node`: the operator's side.

pub(super) mod change;
mod check;
mod indexed;
mod list;
pub(super) mod metrics;
mod operators;
mod register;
mod show;
pub(super) mod slash;
pub(super) mod supply;

use crate::{
	cli::{role::RoleName, values, worker_key::WorkerKeyArgs, Global, YesArg},
	error::Error,
	output::Output,
};
use clap::{Args, Subcommand};

/// Flags of `node`.
#[derive(Args, Debug)]
pub struct NodeArgs {
	/// The command.
	#[command(subcommand)]
	pub command: NodeCommand,
}

/// The commands of `node`.
#[derive(Debug, Subcommand)]
pub enum NodeCommand {
	/// Register the account's node: holds the stake, proves the keys, puts it in selection
	#[command(after_help = register::EXAMPLES)]
	Register(register::RegisterArgs),
	/// All nodes, and what each is drawn for
	List(list::ListArgs),
	/// One node
	Show(show::ShowArgs),
	/// Add to the stake
	Bond {
		/// How much, in tokens
		#[arg(allow_negative_numbers = true, value_parser = values::amount)]
		amount: String,
		/// Whether it is asked for.
		#[command(flatten)]
		consent: YesArg,
	},
	/// Send stake on its way out; it can be withdrawn when the unbonding period is over
	Unbond {
		/// How much, in tokens
		#[arg(allow_negative_numbers = true, value_parser = values::amount)]
		amount: String,
		/// Whether it is asked for.
		#[command(flatten)]
		consent: YesArg,
	},
	/// Take back the stake that is due
	Withdraw,
	/// Leave selection; the node still serves the tasks that it sits on
	Chill,
	/// Be in selection again
	Activate,
	/// Take a new worker key for later tasks; keep the former key until its last task is settled
	Rotate {
		/// The new worker key.
		#[command(flatten)]
		worker: WorkerKeyArgs,
		/// Whether it is asked for.
		#[command(flatten)]
		consent: YesArg,
	},
	/// Set how many tasks the node takes at a time
	Capacity {
		/// How many
		#[arg(value_parser = clap::value_parser!(u32).range(1..=256))]
		capacity: u32,
	},
	/// Set what later draws take the node for: committees, panels, or either
	Role {
		/// The role
		#[arg(value_enum, ignore_case = true)]
		role: RoleName,
	},
	/// Forget the node: it must be chilled, without stake and without tasks
	Deregister(YesArg),
	/// Slashes that wait for a week: which there are; have them applied when they are due; what Root sends to cancel one
	Slash(slash::SlashArgs),
	/// Give the worker of the node at --url the sealed shares of a task that it missed, from block bodies
	Supply(supply::SupplyArgs),
	/// Check that the node at --url does what an operator's node has to: for scripts
	#[command(after_help = check::EXAMPLES)]
	Check(check::CheckArgs),
	/// Serve Prometheus what an operator watches, or whoever asks for statistics or deals to them, until it is interrupted
	#[command(after_help = metrics::EXAMPLES)]
	Metrics(metrics::MetricsArgs),
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Chain`; `Failed` if the answer is no, and of `check`.
pub async fn run(args: &NodeArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	use change::Change;
	let unasked = YesArg::default();
	let (change, consent) = match &args.command {
		NodeCommand::Register(args) => return register::run(args, global, out).await,
		NodeCommand::Rotate { worker, consent } => {
			return register::rotate(worker, *consent, global, out).await
		},
		NodeCommand::List(args) => return list::run(args, global, out).await,
		NodeCommand::Show(args) => return show::run(args, global, out).await,
		NodeCommand::Slash(args) => return slash::run(args, global, out).await,
		NodeCommand::Supply(args) => return supply::run(args, global, out).await,
		NodeCommand::Check(args) => return check::run(args, global, out).await,
		NodeCommand::Metrics(args) => return metrics::run(args, global, out).await,
		NodeCommand::Bond { amount, consent } => (Change::Bond(amount), *consent),
		NodeCommand::Unbond { amount, consent } => (Change::Unbond(amount), *consent),
		NodeCommand::Withdraw => (Change::Withdraw, unasked),
		NodeCommand::Chill => (Change::Chill, unasked),
		NodeCommand::Activate => (Change::Activate, unasked),
		NodeCommand::Capacity { capacity } => (Change::Capacity(*capacity), unasked),
		NodeCommand::Role { role } => (Change::Role((*role).into()), unasked),
		NodeCommand::Deregister(consent) => (Change::Deregister, *consent),
	};
	change::run(change, consent, global, out).await
}
