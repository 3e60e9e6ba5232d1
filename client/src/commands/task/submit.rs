//! `ostraka task submit`: publishes a task.

mod costs;

use self::costs::Costs;
use super::conditions::ConditionArgs;
use crate::{
	chain::{
		account::{self, address},
		calls, Chain, ChainError, Token,
	},
	cli::{
		account::signer, class::ClassName, data::FileArgs, statistic::StatisticArgs, values,
		Global, YesArg,
	},
	commands::connect,
	error::Error,
	onchain,
	output::Output,
	view::{
		capture::{self, Capture},
		command,
		lines::INSECURE,
	},
};
use clap::Args;
use ostraka_party::{
	class,
	data::Table,
	escape::escaped,
	groups,
	plan::is_refined,
	request::{build, contributors_first, rounds},
	title::title,
	words::{counted, is_or_are},
};
use ostraka_primitives::{
	spec::TaskSpec,
	task::{ClassParameters, Conditions, SecurityClass},
	AccountId, Balance, TaskId, MAX_DEALERS,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

/// Examples and the way of a group-by, after the help.
pub const EXAMPLES: &str = "\
Examples:
  ostraka task submit task.toml --suri //Alice
  ostraka task submit task.toml --suri //Alice --count-first
  ostraka task submit --suri //Alice --statistic mean --columns income --range income=0:250000 --dealers-file cohort.txt
  ostraka task submit --suri //Alice --statistic contributors --group-by grade --groups A,B,C --dealer //Bob --dealer …
  ostraka task submit --suri //Alice --statistic mean --columns rate --range rate=0:40 --decimals rate=2 \\
      --group-by grade --groups A,B,C --contributors-task 7 --dealers-file cohort.txt
  ostraka task submit task.toml --suri //Alice --least-dealers 12 --require //Bob --require //Dave
  ostraka task submit task.toml --suri //Alice --sealed-to self

A group-by runs as two tasks: first the number of dealers with rows in each group, then the statistic over the groups
that have enough (--count-first publishes the first).
So does a quantile or median without --bins, --edges or --between: the first task finds the bin, some
tenths of its size, and the second divides it. `task submit` says how the second is asked for, `result` with the bin.

Everybody reads a result, but a sealed one: its recipient deals a mask (`ostraka mask`), and reads it with the seed of that
mask. A task of which that, a required dealer or a dealer of the counting task is missing fails, and its fee is lost.";

/// Flags of `task submit`.
#[derive(Args, Debug)]
#[command(
	mut_arg("statistic", |statistic| statistic.required(true)),
	override_usage = "ostraka task submit [OPTIONS] --statistic <NAME>\n       ostraka task submit [OPTIONS] <TASK_FILE>"
)]
pub struct SubmitArgs {
	/// Task file (`ostraka task init` writes one): its keys are flags, of which those that are given here take the place
	#[arg(value_name = "TASK_FILE")]
	pub task_file: Option<PathBuf>,
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
	/// Task that counted the contributors to each group: groups with too few are left out, and without one of its dealers there
	/// is no result
	#[arg(
		long,
		value_name = "N",
		requires = "group_by",
		allow_negative_numbers = true,
		value_parser = values::task
	)]
	pub contributors_task: Option<TaskId>,
	/// Publish the task that counts the contributors to each group, which comes before this one
	#[arg(long, requires = "group_by", conflicts_with = "contributors_task")]
	pub count_first: bool,
	/// What is promised to the dealers, and who reads the result.
	#[command(flatten)]
	pub conditions: ConditionArgs,
	/// Blocks for accepting; with all acceptances in, the committee is drawn at once
	#[arg(long, value_name = "BLOCKS", default_value_t = command::ACCEPT_WITHIN)]
	pub accept_within: u32,
	/// Blocks for dealing; with no dealing in the first quarter, the task fails
	#[arg(long, value_name = "BLOCKS", default_value_t = 300)]
	pub collect: u32,
	/// Fee for committee, panel and rent, in tokens; the least fee and a tenth of the rent unless given, or more where the price rises meanwhile
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
	/// Whether it is asked for.
	#[command(flatten)]
	pub consent: YesArg,
}

/// The invited dealers, from flags and file.
fn dealers(args: &SubmitArgs) -> Result<Vec<AccountId>, Error> {
	let mut dealers = args.dealers.clone();
	if let Some(path) = &args.dealers_file {
		let file = path.display();
		let text = std::fs::read_to_string(path)
			.map_err(|error| Error::Usage(format!("{file}: cannot be read: {error}")))?;
		// the mark that some editors put before UTF-8
		let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
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

/// The command of a quantile's second task, without the bin, which the first one's result names.
fn second(
	args: &SubmitArgs,
	spec: &TaskSpec,
	parameters: &ClassParameters,
	conditions: &Conditions,
) -> String {
	let mut more = Vec::from_iter(command::accept_within(args.accept_within));
	more.push(("--collect", args.collect.to_string()));
	if args.data_reward != "0" {
		more.push(("--data-reward", args.data_reward.clone()));
	}
	more.extend(args.dealers.iter().map(|dealer| ("--dealer", address(dealer))));
	if let Some(file) = &args.dealers_file {
		more.push(("--dealers-file", file.display().to_string()));
	}
	more.extend(command::conditions(parameters, conditions));
	more.push(("--between", "LOW:HIGH".to_owned()));
	command::again(spec, args.class.into(), more)
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Data`; `Chain`; `Failed` if no group has dealers enough, or the answer is no.
pub async fn run(args: &SubmitArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	let table = args.file.table()?;
	let request = args.request.request(table.as_ref())?;
	let mut spec = build(&request, table.as_ref(), args.file.round)?;
	if args.count_first {
		spec = contributors_first(&spec);
	}
	let is_refined = is_refined(&request) && !args.count_first;
	let dealers = dealers(args)?;
	let chain = connect(global, out).await?;
	let class = SecurityClass::from(args.class);
	let parameters = chain.class(class).await?;
	let mut notes = table.as_ref().map(Table::notes).unwrap_or_default();
	let spec = match args.contributors_task {
		Some(task) => {
			enough(&chain, spec, task, class, parameters.least_dealers, &mut notes).await?
		},
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
	let counting = args.contributors_task.or(args.conditions.counted_by);
	let account = signer.account();
	let conditions = args.conditions.conditions(&parameters, &dealers, counting, &account)?;
	check_window(&chain, ("--accept-within", args.accept_within), "accepting", "Accept")?;
	check_window(&chain, ("--collect", args.collect), "dealing", "Collect")?;
	// a mask costs what a dealing does
	let dealing = dealers.len() as u32 + u32::from(conditions.sealed_to.is_some());
	let (accept, collect) = (args.accept_within, args.collect);
	let quote = chain.least_fee(&spec, class, dealing, (accept, collect)).await?;
	let token = chain.token();
	let fee = match &args.fee {
		Some(text) => token.parse(text).map_err(Error::Usage)?,
		None => onchain::tasks::usual_fee(&quote),
	};
	if fee < quote.least {
		return Err(Error::Usage(format!(
			"--fee {} is below the least fee of this task, {}: {} for committee and panel, {} for rent and for what stays on \
			 the chain\n  rent follows from --accept-within and --collect, and from how full the chain is: `ostraka task prices`",
			token.render(fee),
			token.render(quote.least),
			token.render(quote.work),
			token.render(quote.rent.most)
		)));
	}
	let reward = token.parse(&args.data_reward).map_err(Error::Usage)?;
	let invited = calls::Dealers::try_from(dealers.clone())
		.map_err(|_| Error::Usage("too many dealers".to_owned()))?;
	let most = quote.rent.most.saturating_mul(MOST_RISE);
	let draw_fee = chain.prices().await?.draw_fee;
	let (mut quote, mut fee, mut looks) = (quote, fee, 1);
	let receipt = loop {
		// at each price: nobody has agreed to a higher one
		let costs = Costs { fee, rent: quote.rent.most, reward, draw_fee };
		let question = costs.question(token, &title(&spec), dealers.len());
		out.agree(args.consent.yes, &question, "the task is not published").await?;
		let (of_spec, of_all, all) = (spec.clone(), conditions.clone(), invited.clone());
		let call = calls::submit(of_spec, of_all, class, all, accept, collect, fee, reward);
		let refused = match chain.submit(&call, &signer).await {
			Ok(receipt) => break receipt,
			Err(refused) => refused,
		};
		if lacks_nodes(&refused) {
			let numbers = chain.supply_of_nodes(&parameters).await?;
			return Err(refused.with_hint(&numbers).into());
		}
		if !is_dearer(&refused) {
			return Err(refused.into());
		}
		// who names a fee pays no more, whatever the price is now
		if args.fee.is_some() || looks == LOOKS {
			return Err(refused.with_hint(DEARER).into());
		}
		quote = chain.least_fee(&spec, class, dealing, (accept, collect)).await?;
		if quote.rent.most > most {
			return Err(refused.with_hint(DEARER).into());
		}
		out.notes().say(format!(
			"places or seats were taken meanwhile: the rent is {} at most now",
			token.render(quote.rent.most)
		));
		looks += 1;
		fee = onchain::tasks::usual_fee(&quote).saturating_add(onchain::tasks::more(&quote, looks));
	};
	let odds = chain.odds(class, fee).await?;
	if is_refined {
		notes.push(rounds::FIRST_NOTE.to_owned());
	}
	let task = onchain::tasks::number(&receipt)?;
	if args.count_first {
		notes.push(format!(
			"it counts the dealers with rows in each group; with its result the statistic is asked for by the same command \
			 with --contributors-task {task} in place of --count-first"
		));
	}
	let opened = receipt.event("Incentives", "EscrowOpened");
	let rent = opened.and_then(|event| event.field("rent")).unwrap_or(quote.rent.most);
	let submitted = Submitted {
		task,
		block: receipt.block.number,
		fee: fee.to_string(),
		rent: rent.to_string(),
		data_reward: reward.to_string(),
		transaction_fee: receipt.fee.to_string(),
		dealers: dealers.len(),
		accept_until: receipt.block.number.saturating_add(args.accept_within),
		length: spec.length(),
		capture: Capture::from(&odds),
		insecure_chain: chain.is_insecure().await?,
		notes,
		least_dealers: conditions.least_dealers,
		sealed_to: conditions.sealed_to.as_ref().map(address),
		second_task: is_refined.then(|| second(args, &spec, &parameters, &conditions)),
	};
	let captures = (capture::line(token, &odds, false), capture::panel_line(&odds, false));
	write(&submitted, &spec, &fee_line(token, fee, rent), &captures, out)
}

/// What a task costs at most, and what of it comes back.
fn fee_line(token: &Token, fee: Balance, rent: Balance) -> String {
	format!(
		"{}, of which {} at most is rent of its place and seats, by the block: the rest of that comes back",
		token.render(fee),
		token.render(rent)
	)
}

/// Writes what was submitted; with the odds of a capture of the committee, and of the panel, if there is one.
fn write(
	submitted: &Submitted,
	spec: &TaskSpec,
	fee: &str,
	(capture, panel): &(String, Option<String>),
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if out.is_json() {
		return out.json(submitted);
	}
	let task = submitted.task;
	writeln!(out, "task {task}: {}", title(spec))?;
	writeln!(out, "  in block {}, fee {fee}", submitted.block)?;
	writeln!(out, "  capture: {capture}")?;
	if let Some(panel) = panel {
		writeln!(out, "  panel: {panel}")?;
	}
	writeln!(
		out,
		"  {} {} invited; follow it with `ostraka task watch {task}`",
		counted(submitted.dealers, "dealer"),
		is_or_are(submitted.dealers)
	)?;
	writeln!(
		out,
		"  next each of them accepts it, by block {}: `ostraka accept {task}`, or `ostraka deal`, which does both; its \
		 committee is drawn when all have, or enough by then",
		submitted.accept_until
	)?;
	if let Some(recipient) = &submitted.sealed_to {
		writeln!(
			out,
			"  its result is sealed to {recipient}, who accepts it too, by then, and deals the mask: `ostraka mask {task} \
			 --mask-file FILE`; without the mask there is no result"
		)?;
	}
	for note in &submitted.notes {
		writeln!(out, "  {note}")?;
	}
	if let Some(second) = &submitted.second_task {
		writeln!(
			out,
			"  once `ostraka result --task {task}` names the bin, which it puts into this command as LOW:HIGH:\n    {second}"
		)?;
	}
	if submitted.insecure_chain {
		writeln!(out, "  {INSECURE}")?;
	}
	Ok(())
}

/// A task that was submitted, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Submitted {
	task: TaskId,
	block: u32,
	fee: String,
	/// Most that the rent can come to: a part of the fee.
	rent: String,
	data_reward: String,
	transaction_fee: String,
	dealers: usize,
	accept_until: u32,
	length: u32,
	capture: Capture,
	insecure_chain: bool,
	least_dealers: u32,
	/// Whom the result is sealed to.
	#[serde(skip_serializing_if = "Option::is_none")]
	sealed_to: Option<String>,
	#[serde(skip_serializing_if = "Vec::is_empty")]
	notes: Vec<String>,
	/// The command of the second task, if this is a quantile's first one.
	#[serde(skip_serializing_if = "Option::is_none")]
	second_task: Option<String>,
}

/// Checks a window against the chain's bounds for it.
fn check_window(
	chain: &Chain,
	(flag, blocks): (&str, u32),
	doing: &str,
	name: &str,
) -> Result<(), Error> {
	let bound = |end: &str| chain.constant::<u32>("Tasks", &format!("{end}{name}"));
	match (bound("Min"), bound("Max")) {
		(Some(shortest), Some(longest)) if !(shortest..=longest).contains(&blocks) => {
			Err(Error::Usage(format!(
				"{flag} {blocks}: {doing} takes between {shortest} and {longest} blocks on this chain"
			)))
		},
		_ => Ok(()),
	}
}

/// Whether a task was refused for want of nodes for its committee or panel.
fn lacks_nodes(error: &ChainError) -> bool {
	let names = [
		"Tasks.TooFewNodes",
		"Tasks.TooLittleStake",
		"Tasks.TooLittleCapacity",
		"Tasks.TooFewVerifiers",
	];
	matches!(error, ChainError::Refused { name, .. } if names.contains(&name.as_str()))
}

/// How often the price is looked at, where places or seats are taken between the look and the transaction's block.
const LOOKS: u32 = 6;
/// Up to how many times the rent that was looked at first is paid without asking again.
const MOST_RISE: Balance = 8;

/// What is to be done where places or seats were taken between the look at the price and the transaction's block.
const DEARER: &str = "places or seats were taken since the price was looked at, and nothing but the transaction was paid\n  the \
                      same command looks again; --fee names more at once";

/// Whether a task was refused as it costs more now than its fee.
fn is_dearer(error: &ChainError) -> bool {
	matches!(error, ChainError::Refused { name, .. } if name == "Tasks.FeeTooLow")
}

/// The spec over the groups that the contributors' task found enough dealers in.
async fn enough(
	chain: &Chain,
	spec: TaskSpec,
	task: TaskId,
	class: SecurityClass,
	least: u32,
	notes: &mut Vec<String>,
) -> Result<TaskSpec, Error> {
	let uncounted = groups::uncounted(&spec, &chain.task(task).await?.task.spec);
	if !uncounted.is_empty() {
		return Err(Error::Usage(format!(
			"--contributors-task {task}: it counted dealers without asking for a value of {}, so no dealer would deal\n  \
			 count them with the same --columns, --target and --weight first",
			uncounted.iter().map(|name| escaped(name)).collect::<Vec<_>>().join(", ")
		)));
	}
	let counted = onchain::groups::counted(chain, task).await?;
	let (spec, left_out) = groups::with_enough(&spec, &counted, least);
	if !left_out.is_empty() {
		let left_out: Vec<_> = left_out.iter().map(|group| escaped(group)).collect();
		notes.push(format!("left out for too few dealers: {}", left_out.join(", ")));
	}
	spec.ok_or_else(|| {
		Error::Failed(format!(
			"task {task} counted the dealers: {}, so there is nothing to compute\n  {}",
			groups::too_few(&counted, least),
			class::for_more_dealers(class, true)
		))
	})
}

#[cfg(test)]
mod tests;
