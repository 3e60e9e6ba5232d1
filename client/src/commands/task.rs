//! `ostraka task`: the requester's side.

use super::{
	records, result,
	show::{self, print_lines, state, task_lines, INSECURE},
};
use crate::{
	chain::{
		account::{self, address},
		calls, Chain, ChainError, Signer,
	},
	class,
	cli::{class::ClassName, data::FileArgs, statistic::StatisticArgs, values, Global},
	error::Error,
	groups, onchain,
	output::{self, progress::Progress},
	request::build,
	title::title,
	words::{counted, is_or_are},
};
use clap::{Args, Subcommand};
use ostraka_primitives::{
	api::TaskInfo,
	spec::TaskSpec,
	task::{Outcome, SecurityClass, TaskStatus},
	AccountId, TaskId, MAX_DEALERS,
};
use serde::Serialize;
use std::path::PathBuf;

/// Flags of `task`.
#[derive(Args, Debug)]
pub struct TaskArgs {
	/// The command.
	#[command(subcommand)]
	pub command: TaskCommand,
}

const SUBMIT: &str = "\
Examples:
  ostraka task submit --suri //Alice --statistic mean --columns income --range income=0:250000 --dealers-file cohort.txt
  ostraka task submit --suri //Alice --statistic contributors --group-by grade --groups A,B,C --dealer //Bob --dealer …
  ostraka task submit --suri //Alice --statistic mean --columns rate --range rate=0:40 --decimals rate=2 \\
      --group-by grade --groups A,B,C --contributors-task 7 --dealers-file cohort.txt

A group-by runs as two tasks: first the number of dealers with rows in each group, then the statistic over the groups
that have enough.";

/// The commands of `task`.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
	/// Publish a task; its number is printed
	#[command(after_help = SUBMIT)]
	Submit(Box<SubmitArgs>),
	/// The newest tasks
	List {
		/// How many
		#[arg(long, value_name = "N", default_value_t = 20)]
		last: u32,
	},
	/// One task
	Show {
		/// Its number
		#[arg(allow_negative_numbers = true, value_parser = values::task)]
		task: TaskId,
	},
	/// Follow a task until it has ended, then show its result
	Watch {
		/// Its number
		#[arg(allow_negative_numbers = true, value_parser = values::task)]
		task: TaskId,
	},
	/// Take a task back before its dealing is over
	Cancel {
		/// Its number
		#[arg(allow_negative_numbers = true, value_parser = values::task)]
		task: TaskId,
	},
}

/// Flags of `task submit`.
#[derive(Args, Debug)]
#[command(mut_arg("statistic", |statistic| statistic.required(true)))]
pub struct SubmitArgs {
	/// What is computed.
	#[command(flatten)]
	pub request: StatisticArgs,
	/// A sample file to infer decimals, ranges and groups from.
	#[command(flatten)]
	pub file: FileArgs,
	/// Security class: decides how many nodes hold the data
	#[arg(long, value_enum, ignore_case = true, default_value_t = ClassName::Confidential)]
	pub class: ClassName,
	/// An invited dealer: an address, 0x and 64 hexadecimal digits, or //Name (given once for each)
	#[arg(long = "dealer", value_name = "ACCOUNT", value_parser = account::parse)]
	pub dealers: Vec<AccountId>,
	/// File with an invited dealer on each line
	#[arg(long, value_name = "FILE")]
	pub dealers_file: Option<PathBuf>,
	/// Task that counted the contributors to each group: groups with too few are left out
	#[arg(
		long,
		value_name = "N",
		requires = "group_by",
		allow_negative_numbers = true,
		value_parser = values::task
	)]
	pub contributors_task: Option<TaskId>,
	/// Blocks for dealing
	#[arg(long, value_name = "BLOCKS", default_value_t = 300)]
	pub collect: u32,
	/// Fee for the committee, in tokens; the least fee unless given
	#[arg(long, value_name = "TOKENS", allow_negative_numbers = true, value_parser = values::amount)]
	pub fee: Option<String>,
	/// Reward for the accepted dealers together, in tokens
	#[arg(
		long,
		value_name = "TOKENS",
		default_value = "0",
		allow_negative_numbers = true,
		value_parser = values::amount
	)]
	pub data_reward: String,
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Data`, `Chain`; `Failed` if a watched task fails.
pub async fn run(args: &TaskArgs, global: &Global) -> Result<(), Error> {
	match &args.command {
		TaskCommand::Submit(args) => submit(args, global).await,
		TaskCommand::List { last } => list(*last, global).await,
		TaskCommand::Show { task } => show_one(*task, global).await,
		TaskCommand::Watch { task } => watch(*task, global).await,
		TaskCommand::Cancel { task } => cancel(*task, global).await,
	}
}

/// The invited dealers, from flags and file.
fn dealers(args: &SubmitArgs) -> Result<Vec<AccountId>, Error> {
	let mut dealers = args.dealers.clone();
	if let Some(path) = &args.dealers_file {
		let file = path.display();
		let text = std::fs::read_to_string(path)
			.map_err(|error| Error::Usage(format!("{file}: cannot be read: {error}")))?;
		for (line, number) in text.lines().zip(1u32..) {
			let entry = line.split('#').next().unwrap_or_default().trim();
			if !entry.is_empty() {
				let account = account::parse(entry);
				let wrong = |error| Error::Usage(format!("{file}, line {number}: {error}"));
				dealers.push(account.map_err(wrong)?);
			}
		}
	}
	if dealers.is_empty() {
		return Err(nobody(args));
	}
	let mut sorted = dealers.clone();
	sorted.sort();
	if let Some(twice) = sorted.iter().zip(sorted.iter().skip(1)).find(|(one, next)| one == next) {
		return Err(Error::Usage(format!("the dealer {} is invited twice", address(twice.0))));
	}
	if dealers.len() > MAX_DEALERS as usize {
		return Err(Error::Usage(format!(
			"{} dealers: a task can invite {MAX_DEALERS}",
			dealers.len()
		)));
	}
	Ok(dealers)
}

fn nobody(args: &SubmitArgs) -> Error {
	Error::Usage(match &args.dealers_file {
		Some(path) => {
			format!("{}: no dealer is in it\n  name one on each line", path.display())
		},
		None => {
			"nobody is invited\n  name each dealer with --dealer ACCOUNT, or all in a file with --dealers-file FILE"
				.to_owned()
		},
	})
}

async fn submit(args: &SubmitArgs, global: &Global) -> Result<(), Error> {
	let signer = Signer::from_flags(global)?;
	let table = args.file.table()?;
	let spec = build(&args.request.request(), table.as_ref(), args.file.round)?;
	let dealers = dealers(args)?;
	let chain = super::connect(global).await?;
	let class = SecurityClass::from(args.class);
	let parameters = chain.class(class).await?;
	let spec = match args.contributors_task {
		Some(task) => enough(&chain, spec, task, class, parameters.least_dealers).await?,
		None => spec,
	};
	if dealers.len() < parameters.least_dealers as usize {
		return Err(Error::Usage(format!(
			"{} {} invited; class {} needs {}: invite more with --dealer, or take a lower --class",
			counted(dealers.len(), "dealer"),
			is_or_are(dealers.len()),
			class::label(class),
			parameters.least_dealers
		)));
	}
	let bound = |name| chain.constant::<u32>("Tasks", name);
	if let (Some(shortest), Some(longest)) = (bound("MinCollect"), bound("MaxCollect")) {
		if !(shortest..=longest).contains(&args.collect) {
			return Err(Error::Usage(format!(
				"--collect {}: dealing takes between {shortest} and {longest} blocks on this chain",
				args.collect
			)));
		}
	}
	let least = chain.least_fee(&spec, class, dealers.len() as u32).await?;
	let token = chain.token();
	let fee = match &args.fee {
		Some(text) => token.parse(text).map_err(Error::Usage)?,
		None => least,
	};
	if fee < least {
		return Err(Error::Usage(format!(
			"--fee {} is below the least fee of this task, {}",
			token.render(fee),
			token.render(least)
		)));
	}
	let reward = token.parse(&args.data_reward).map_err(Error::Usage)?;
	let invited = calls::Dealers::try_from(dealers.clone())
		.map_err(|_| Error::Usage("too many dealers".to_owned()))?;
	let call = calls::submit(spec.clone(), class, invited, args.collect, fee, reward);
	let receipt = match chain.submit(&call, &signer, None).await {
		Err(error) if lacks_nodes(&error) => {
			let numbers = chain.supply_of_nodes(&parameters).await?;
			return Err(error.with_hint(&numbers).into());
		},
		receipt => receipt?,
	};
	let event = receipt.event("Tasks", "TaskSubmitted");
	let task: TaskId = event.and_then(|event| event.field("task")).ok_or_else(|| {
		ChainError::Unreadable("the task was submitted, but its number cannot be read".to_owned())
	})?;
	let insecure = chain.is_insecure().await?;
	if global.json {
		output::print_json(&Submitted {
			task,
			block: receipt.block.number,
			fee: fee.to_string(),
			data_reward: reward.to_string(),
			transaction_fee: receipt.fee.to_string(),
			dealers: dealers.len(),
			length: spec.length(),
			insecure_chain: insecure,
		});
		return Ok(());
	}
	println!("task {task}: {}", title(&spec));
	println!("  in block {}, fee {}", receipt.block.number, token.render(fee));
	println!(
		"  {} {} invited; follow it with `ostraka task watch {task}`",
		counted(dealers.len(), "dealer"),
		is_or_are(dealers.len())
	);
	if insecure {
		println!("  {INSECURE}");
	}
	Ok(())
}

/// A task that was submitted, as JSON.
#[derive(Serialize)]
struct Submitted {
	task: TaskId,
	block: u32,
	fee: String,
	data_reward: String,
	transaction_fee: String,
	dealers: usize,
	length: u32,
	insecure_chain: bool,
}

/// A task that was taken back, as JSON.
#[derive(Serialize)]
struct Cancelled {
	task: TaskId,
	cancelled: bool,
	block: u32,
	transaction_fee: String,
}

/// Whether a task was refused for want of nodes for its committee.
fn lacks_nodes(error: &ChainError) -> bool {
	let names = ["Tasks.TooFewNodes", "Tasks.TooLittleStake", "Tasks.TooLittleCapacity"];
	matches!(error, ChainError::Refused { name, .. } if names.contains(&name.as_str()))
}

/// The spec over the groups that the contributors' task found enough dealers in.
async fn enough(
	chain: &Chain,
	spec: TaskSpec,
	task: TaskId,
	class: SecurityClass,
	least: u32,
) -> Result<TaskSpec, Error> {
	let uncounted = groups::uncounted(&spec, &chain.task(task).await?.task.spec);
	if !uncounted.is_empty() {
		return Err(Error::Usage(format!(
			"--contributors-task {task}: it counted dealers without asking for a value of {}, so no dealer would deal\n  \
			 count them with the same --columns, --target and --weight first",
			uncounted.join(", ")
		)));
	}
	let counted = onchain::groups::counted(chain, task).await?;
	let (spec, left_out) = groups::with_enough(&spec, &counted, least);
	if !left_out.is_empty() {
		eprintln!("left out for too few dealers: {}", left_out.join(", "));
	}
	spec.ok_or_else(|| {
		Error::Failed(format!(
			"task {task} counted the dealers: {}, so there is nothing to compute\n  {}",
			groups::too_few(&counted, least),
			class::for_more_dealers(class, true)
		))
	})
}

async fn list(last: u32, global: &Global) -> Result<(), Error> {
	let chain = super::connect(global).await?;
	let count = chain.tasks().await?;
	let mut infos = Vec::new();
	for task in count.saturating_sub(last)..count {
		infos.push((task, chain.task(task).await?));
	}
	if global.json {
		let tasks: Vec<_> = infos.iter().map(|(task, info)| records::task(*task, info)).collect();
		output::print_json(&tasks);
		return Ok(());
	}
	let mut table = output::table(&["task", "statistic", "class", "state", "progress"]);
	for (task, info) in &infos {
		table.add_row([
			task.to_string(),
			title(&info.task.spec),
			class::label(info.task.class).to_owned(),
			state(&info.task.status).to_owned(),
			show::progress(info, chain.head().number),
		]);
	}
	println!("{table}");
	println!("{} of {count} tasks", infos.len());
	Ok(())
}

async fn show_one(task: TaskId, global: &Global) -> Result<(), Error> {
	let chain = super::connect(global).await?;
	let info = chain.task(task).await?;
	if global.json {
		output::print_json(&records::task(task, &info));
		return Ok(());
	}
	print_lines(&task_lines(&chain, task, &info));
	if chain.is_insecure().await? {
		println!("{INSECURE}");
	}
	if let TaskStatus::Drawing { .. } = info.task.status {
		if let Some(obstacle) = chain.draw_obstacle(task).await? {
			println!("no committee yet: {obstacle}");
		}
	}
	Ok(())
}

/// Follows a task to its end. Whatever becomes of the connection meanwhile, the state is read anew at every block.
async fn watch(task: TaskId, global: &Global) -> Result<(), Error> {
	let chain = super::connect(global).await?;
	let progress = Progress::new(global.json);
	let mut info = chain.task(task).await?;
	let bar = progress.spinner(&format!("task {task}, {}:", title(&info.task.spec)));
	let mut head = chain.head();
	let mut said = String::new();
	let ended = loop {
		let line = progress_line(&chain, task, &info, head.number).await?;
		bar.set_message(format!("{}: {line}", state(&info.task.status)));
		// without a terminal a line for every step
		if !progress.is_shown() && !global.json && state(&info.task.status) != said {
			said = state(&info.task.status).to_owned();
			eprintln!("block {}: {said}: {line}", head.number);
		}
		if let Some(outcome) = show::outcome(&info.task.status) {
			break outcome;
		}
		head = chain.next_head(head).await?;
		info = chain.task(task).await?;
	};
	progress.clear();
	match ended {
		Outcome::Completed => result::print(&chain, task, &info, global).await,
		Outcome::Failed(_) => {
			if global.json {
				output::print_json(&records::task(task, &info));
			}
			Err(Error::Failed(format!("task {task} {}", show::ended(ended))))
		},
	}
}

/// How far a task is; of one without a committee, what it lacks.
async fn progress_line(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	block: u32,
) -> Result<String, ChainError> {
	let line = show::progress(info, block);
	if let TaskStatus::Drawing { .. } = info.task.status {
		if let Some(obstacle) = chain.draw_obstacle(task).await? {
			return Ok(format!("{line}: {obstacle}"));
		}
	}
	Ok(line)
}

async fn cancel(task: TaskId, global: &Global) -> Result<(), Error> {
	let signer = Signer::from_flags(global)?;
	let chain = super::connect(global).await?;
	let before = chain.task(task).await?.task;
	let receipt = chain.submit(&calls::cancel(task), &signer, None).await?;
	if global.json {
		output::print_json(&Cancelled {
			task,
			cancelled: true,
			block: receipt.block.number,
			transaction_fee: receipt.fee.to_string(),
		});
		return Ok(());
	}
	let token = chain.token();
	println!("task {task} is cancelled, in block {}", receipt.block.number);
	match before.status {
		TaskStatus::Drawing { .. } => println!(
			"  its fee, {}, and its data reward, {}, return to you; the price of the draw does not",
			token.render(before.fee),
			token.render(before.data_reward)
		),
		_ => println!(
			"  its data reward, {}, returns to you, and its fee, {}, less what its committee gets for having been drawn",
			token.render(before.data_reward),
			token.render(before.fee)
		),
	}
	Ok(())
}
