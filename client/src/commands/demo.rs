//! `ostraka demo`: institutions compute joint statistics on a chain.

mod rehearsal;
mod seals;

use self::{rehearsal::rehearse, seals::SealedTo};
use super::simulate::{FIRST, SECOND};
use crate::{
	chain::{Chain, Signer},
	cli::{
		account::{is_named, signer},
		class::ClassName,
		data::BookArgs,
		statistic::StatisticArgs,
		values, Global,
	},
	demo::{
		cast::Cast,
		chronicle::{Chronicle, Journal},
		tasks::{Promise, Setting, Staged},
	},
	error::Error,
	onchain::gather::{gather, Bodies},
	output::{progress::Progress, Output},
	report::{ProofsReport, Report},
	testbed::node::{self, DevNode},
};
use clap::Args;
use ostraka_party::{
	address, class, groups, inputs,
	mask::unsealed,
	plan::Plan,
	report::{TaskReport, NOT_COUNTED},
	request::rounds,
	verify::{result_outcome, result_sums, Verdict},
	words::counted,
};
use ostraka_primitives::{
	spec::TaskSpec,
	task::{ClassParameters, FailReason, Outcome, SecurityClass},
	Balance,
};
use rand_core::OsRng;
use serde_json::{json, Value as Json};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  ostraka demo
  ostraka demo --sealed-to requester
  ostraka demo --url ws://127.0.0.1:9944 --suri //Alice
  ostraka demo --data examples/clinics.csv --split-by clinic --statistic regression --columns dose --target response
  ostraka demo --data examples/clinics.csv --split-by clinic --statistic mean --columns response --group-by arm --json

Without --url a development chain is started for it, and stopped at the end. The built-in
statistics take about a minute and a half there. Of the tasks that run first, the result of one
on which no other task hangs is sealed to the requester, who alone can read it. --sealed-to seals
all such results, those of later tasks too, or none.";

/// Flags of `demo`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct DemoArgs {
	/// Task file: its keys are flags, of which those that are given here take the place
	#[arg(long, value_name = "TASK_FILE")]
	pub task_file: Option<PathBuf>,
	/// The data; the loan book of examples/ unless given.
	#[command(flatten)]
	pub book: BookArgs,
	/// What is computed; the loan book's statistics unless given.
	#[command(flatten)]
	pub request: StatisticArgs,
	/// Security class: decides how many nodes hold the data
	#[arg(long, value_enum, ignore_case = true, default_value_t = ClassName::Confidential)]
	pub class: ClassName,
	/// Node binary to start a development chain with, ours or polkadot-omni-node (which needs a runtime by OSTRAKA_RUNTIME); the one
	/// beside this program unless given
	#[arg(long, value_name = "PATH", env = "OSTRAKA_NODE", conflicts_with = "url")]
	pub node: Option<PathBuf>,
	/// Blocks for dealing
	#[arg(long, value_name = "BLOCKS", default_value_t = 100)]
	pub collect: u32,
	/// Reward for the accepted dealers of each task together, in tokens; as much as the fee without the rent unless given
	#[arg(long, value_name = "TOKENS", allow_negative_numbers = true, value_parser = values::amount)]
	pub data_reward: Option<String>,
	/// Whom results are sealed to, who alone can read them; one result is sealed to the requester unless given
	#[arg(long, value_name = "WHO", value_enum, ignore_case = true)]
	pub sealed_to: Option<SealedTo>,
}

/// Runs the command.
///
/// # Errors
/// `Data`, `Usage`, `Encode` before anything is sent; `Chain`; `Failed` if a task fails, its result is not that of the
/// pooled rows, or does not withstand the checks.
pub async fn run(args: &DemoArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	// everything that can be wrong with files and flags comes before the chain
	let (table, book) = args.book.read()?;
	let request = args.request.request(Some(&table))?;
	let plan = Plan::new(&request, &table, args.book.file.round)?;
	let class = SecurityClass::from(args.class);
	let least = class::parameters(class, false).least_dealers;
	rehearse(&plan, &table, &book, &args.book.encoding(), least)?;
	let requester = match is_named(global) {
		true => signer(global, out.notes())?,
		false => Signer::from_secret("//Alice")?,
	};
	let progress = Progress::new(out.is_json());
	let notes = out.notes().clone();
	let note = |text: &str| {
		if progress.is_shown() {
			progress.say(text);
		} else {
			notes.say(text);
		}
	};
	let (mut node, chain) = match &global.url {
		Some(url) => (None, Chain::connect(url).await?),
		None => {
			let binary = node::binary(args.node.as_deref())?;
			note(&how_long(&plan));
			note("starting a development chain…");
			let (node, chain) = DevNode::start(&binary).await?;
			note(&format!("a development chain runs at {}", node.url()));
			(Some(node), chain)
		},
	};
	let parameters = chain.class(class).await?;
	book.check_dealers(&table, parameters.least_dealers)?;
	if let Some(node) = &mut node {
		let nodes = node.drawable(&chain, &parameters).await?;
		note(&format!(
			"{nodes} nodes are registered; a task has {} that compute and {} that verify the inputs",
			parameters.seats, parameters.verifiers
		));
	}
	if chain.is_insecure().await? {
		note("draws are predictable on this chain: it is for trying things out");
	}
	let data_reward = match &args.data_reward {
		Some(text) => Some(chain.token().parse(text).map_err(Error::Usage)?),
		None => None,
	};
	let cast = Cast::new(requester, &book)?;
	let amount = cast.fund(&chain, plan.most_tasks()).await?;
	note(&format!(
		"{} institutions have an account each, with {} for deposits and fees",
		book.dealers.len(),
		chain.token().render(amount)
	));
	note(
		"each accepts what it is asked, with a deposit, before a committee is drawn; then it deals, with a proof that its input \
		 is one that rows can give",
	);
	let mut chronicle = Chronicle::start(&chain);
	let setting = Setting {
		chain: &chain,
		cast: &cast,
		table: &table,
		book: &book,
		encoding: args.book.encoding(),
		class,
		parameters,
		collect: args.collect,
		data_reward,
		progress: &progress,
	};
	note(&stage_note(plan.first.len(), ""));
	let say_sealed = |promises: &[Promise]| {
		for text in seals::said(args.sealed_to, promises) {
			note(&text);
		}
	};
	if args.sealed_to == Some(SealedTo::Nobody) {
		note(seals::NONE);
	}
	let sealed = seals::first(&plan, args.sealed_to);
	let promise = |place| Promise { is_sealed: sealed.contains(&place), counting: None };
	let promises: Vec<Promise> = (0..plan.first.len()).map(promise).collect();
	say_sealed(&promises);
	let mut staged = setting.stage(&plan.first, &[], &promises, &mut chronicle).await?;
	let Second { specs, cohorts, promises, mut left_out, mut reports, refined } =
		grouped(&plan, &staged, class, parameters.least_dealers, args.sealed_to)?;
	if !specs.is_empty() {
		note(&stage_note(specs.len(), ", by group"));
		say_sealed(&promises);
		staged.extend(setting.stage(&specs, &cohorts, &promises, &mut chronicle).await?);
	}
	let refined = plan.refined.iter().chain(&refined).copied();
	let Closer { specs, cohorts, promises, of, once } = closer(refined, &staged, args.sealed_to)?;
	if !specs.is_empty() {
		note(&stage_note(specs.len(), ", within the bins of quantiles"));
		say_sealed(&promises);
		staged.extend(setting.stage(&specs, &cohorts, &promises, &mut chronicle).await?);
	}
	let first = staged.len() - specs.len();
	for place in &of {
		let of_group = place.checked_sub(plan.first.len());
		left_out.push(of_group.and_then(|place| left_out.get(place)).cloned().unwrap_or_default());
	}
	note("verifying every result and every proof again, from chain data alone…");
	let bodies = Bodies::default();
	let mut tasks = Vec::new();
	for staged in &staged {
		tasks.push(report(&chain, staged, class, args.book.min_cell, &bodies).await?);
	}
	let proofs = proofs(&staged, &tasks, &parameters);
	for (task, left_out) in tasks.iter_mut().skip(plan.first.len()).zip(left_out) {
		task.left_out = left_out;
	}
	for (place, why) in once {
		let task = tasks.get_mut(place);
		task.into_iter().for_each(|task| task.notes.push(format!("asked for once: {why}")));
	}
	for (second, place) in (first..).zip(of) {
		tasks.get_mut(place).into_iter().for_each(|task| task.title.push_str(FIRST));
		tasks.get_mut(second).into_iter().for_each(|task| task.title.push_str(SECOND));
	}
	tasks.append(&mut reports);
	progress.clear();
	let report = Report {
		dealers: book.dealers.len(),
		rows: book.rows(),
		skipped_rows: book.skipped,
		class: class::label(class).to_owned(),
		token: Some(chain.token().clone()),
		notes: table.notes(),
		proofs: Some(proofs),
		tasks,
	};
	report.write(out)?;
	if let Some(node) = node {
		node.stop().await;
	}
	report.check()
}

/// How long the whole takes on a development chain of its own, which makes a block a second (docs/RESULTS.md): some twenty
/// seconds, and for each stage of tasks as long as [`stage_note`] says.
fn how_long(plan: &Plan) -> String {
	let is_refined = !plan.refined.is_empty() || plan.grouped.iter().any(|task| task.is_refined);
	let stages = 1 + usize::from(!plan.grouped.is_empty()) + usize::from(is_refined);
	let time = match stages {
		1 => "a minute",
		2 => "a minute and a half",
		_ => "two minutes",
	};
	format!("the demo takes about {time}, on two cores")
}

/// What is said before tasks run to their end, which takes as long as their windows (docs/RESULTS.md).
fn stage_note(tasks: usize, what: &str) -> String {
	let run = if tasks == 1 { "runs" } else { "run at the same time" };
	format!(
		"{}{what}: {run}, which takes some 30 blocks (half a minute with a block a second)",
		counted(tasks, "task")
	)
}

/// What is run after the contributors are counted.
#[derive(Default)]
struct Second {
	/// The statistics, over the groups that have enough dealers.
	specs: Vec<TaskSpec>,
	/// Places of the dealers over whom the contributors were counted.
	cohorts: Vec<Vec<usize>>,
	/// What they promise: the tasks that counted them, and whether they are sealed.
	promises: Vec<Promise>,
	/// Groups left out.
	left_out: Vec<Vec<String>>,
	/// Reports of those that have no group with enough.
	reports: Vec<TaskReport>,
	/// Quantiles that are asked for again more closely, by place among all tasks.
	refined: Vec<usize>,
}

/// The second tasks of quantiles.
#[derive(Default)]
struct Closer {
	/// The tasks.
	specs: Vec<TaskSpec>,
	/// Places of the dealers of each one's first task.
	cohorts: Vec<Vec<usize>>,
	/// What they promise: the same counting task as the first ones.
	promises: Vec<Promise>,
	/// Places of the first tasks.
	of: Vec<usize>,
	/// Places of those that have no second one, and why.
	once: Vec<(usize, &'static str)>,
}

/// The second tasks of the quantiles at these places, as far as the first ones have results.
fn closer(
	places: impl Iterator<Item = usize>,
	staged: &[Staged],
	to: Option<SealedTo>,
) -> Result<Closer, Error> {
	let is_sealed = seals::later(to, false);
	let mut closer = Closer::default();
	for place in places {
		let Some(first) = staged.get(place) else { continue };
		let Some(result) = &first.result else { continue };
		match rounds::second(&first.spec, &result_outcome(&first.spec, result)?) {
			rounds::Second::Task(spec) => {
				closer.specs.push(*spec);
				closer.cohorts.push(first.inputs.iter().map(|(place, _)| *place).collect());
				closer.promises.push(Promise { is_sealed, ..first.promise });
				closer.of.push(place);
			},
			rounds::Second::None(why) => closer.once.push((place, why)),
		}
	}
	Ok(closer)
}

fn grouped(
	plan: &Plan,
	staged: &[Staged],
	class: SecurityClass,
	least: u32,
	to: Option<SealedTo>,
) -> Result<Second, Error> {
	let mut second = Second::default();
	for grouped in &plan.grouped {
		let Some(counting) = staged.get(grouped.contributors) else { continue };
		let mut report = TaskReport::of(&grouped.spec);
		let Some(result) = &counting.result else {
			report.fails(NOT_COUNTED);
			second.reports.push(report);
			continue;
		};
		let counted = result_outcome(&counting.spec, result)?;
		let (spec, left_out) = grouped.with_enough(&counted, least);
		match spec {
			Some(spec) => {
				if grouped.is_refined {
					second.refined.push(plan.first.len() + second.specs.len());
				}
				second.specs.push(spec);
				second.cohorts.push(counting.inputs.iter().map(|(place, _)| *place).collect());
				let counting = Some(counting.task);
				let is_sealed = seals::later(to, grouped.is_refined);
				second.promises.push(Promise { counting, is_sealed });
				second.left_out.push(left_out);
			},
			None => {
				let why = groups::too_few(&counted, least);
				report.is_not_computed(why, class::for_more_dealers(class, true));
				report.left_out = left_out;
				second.reports.push(report);
			},
		}
	}
	Ok(second)
}

/// A task's report: its result beside that of the pooled rows, and checked again.
async fn report(
	chain: &Chain,
	staged: &Staged,
	class: SecurityClass,
	min_cell: u64,
	bodies: &Bodies,
) -> Result<TaskReport, Error> {
	let mut report = TaskReport::of(&staged.spec);
	report.task = Some(staged.task);
	(report.skipped_missing, report.skipped_small_cell) = staged.skipped;
	for (phase, from, to) in staged.journal.phases() {
		let seconds = to.at.duration_since(from.at).as_secs_f64();
		report.phase(phase, Some(to.block.saturating_sub(from.block)), seconds);
	}
	report.fees = fees(staged);
	report.rewards = rewards(staged);
	report.notes.extend(silent(&staged.journal));
	let Some(result) = &staged.result else {
		enter_failure(&mut report, staged, class);
		return Ok(report);
	};
	report.accepted = result.dealers;
	report.attestation = Some(result.into());
	if result.dealers as usize != staged.inputs.len() {
		report.fails(format!(
			"{} of {} dealings were accepted: {}",
			result.dealers,
			staged.inputs.len(),
			staged.journal.convictions.join(", ")
		));
	}
	let rows: Vec<_> = staged.inputs.iter().map(|(_, input)| &input.rows).collect();
	let pooled = tokio::task::block_in_place(|| inputs::pooled(&staged.spec, &rows, min_cell));
	let plain = match &staged.opening {
		Some(file) => {
			report.notes.push(seals::READ.to_owned());
			unsealed(result, &file.opening)?
		},
		None => result.clone(),
	};
	let joint = result_outcome(&staged.spec, &plain);
	report.enter(joint, &result_sums(&staged.spec, &plain)?, pooled)?;
	let info = chain.task(staged.task).await?;
	let mut evidence = gather(chain, staged.task, &info, result, bodies).await?;
	if let Some(file) = &staged.opening {
		evidence.open(file.clone())?;
	}
	let verification = tokio::task::block_in_place(|| evidence.check(&mut OsRng));
	let verdict = verification.verdict();
	report.verified = verdict != Verdict::Wrong;
	if let (Verdict::Impossible | Verdict::Unexplained, Some(problem)) =
		(verdict, verdict.problem())
	{
		report.fails(problem);
	}
	report.proofs = verification.proofs;
	report.notes.extend(verification.excluded.iter().map(|one| format!("{one} is excluded")));
	Ok(report)
}

/// Who made, checked and attested the proofs of all tasks, of which each has a report.
fn proofs(staged: &[Staged], reports: &[TaskReport], parameters: &ClassParameters) -> ProofsReport {
	let made = || staged.iter().flat_map(|staged| &staged.proofs);
	let judged = || reports.iter().filter_map(|report| report.proofs);
	let attested = || staged.iter().map(|staged| staged.journal.attested());
	ProofsReport {
		made: made().count(),
		bytes: made().map(|proof| proof.bytes).sum(),
		milliseconds: made().map(|proof| proof.took.as_secs_f64() * 1e3).sum(),
		judged: judged().map(|proofs| proofs.of).sum(),
		hold: judged().map(|proofs| proofs.hold).sum(),
		members: staged.len() * usize::from(parameters.seats),
		members_attested: attested().map(|(members, _)| members).sum(),
		verifiers: staged.len() * usize::from(parameters.verifiers),
		verifiers_attested: attested().map(|(_, verifiers)| verifiers).sum(),
	}
}

/// Why a task has no result.
fn enter_failure(report: &mut TaskReport, staged: &Staged, class: SecurityClass) {
	match staged.journal.outcome {
		Some(Outcome::Failed(reason @ FailReason::TooFewDealers)) => {
			let advice = class::for_more_dealers(class, staged.spec.group_by.is_some());
			report.is_not_computed(reason.explain(), advice);
		},
		Some(Outcome::Failed(reason)) => report.fails(reason.explain()),
		_ => report.fails("it has no result"),
	}
}

/// What the requester and the dealers paid.
fn fees(staged: &Staged) -> Json {
	let journal = &staged.journal;
	let nodes = journal.paid + journal.withheld;
	let chain = journal.draw_fee + journal.rent;
	let total = nodes + journal.dealers + chain + staged.transactions;
	json!({
		"nodes": money(journal.paid),
		"withheld": money(journal.withheld),
		"data_reward": money(journal.dealers),
		"draw": money(journal.draw_fee),
		"rent": money(journal.rent),
		"transactions": money(staged.transactions),
		"total": money(total),
	})
}

/// What nodes and dealers earned.
fn rewards(staged: &Staged) -> Json {
	let nodes: Balance = staged.journal.nodes.values().sum();
	let by_node = staged.journal.nodes.iter();
	let by_node = by_node.map(|(node, amount)| (address(node), money(*amount)));
	json!({
		"nodes": money(nodes),
		"dealers": money(staged.journal.dealers),
		"total": money(nodes + staged.journal.dealers),
		"by_node": by_node.collect::<serde_json::Map<_, _>>(),
		"silent": staged.journal.silent().into_iter().map(address).collect::<Vec<_>>(),
	})
}

/// What is said of members and verifiers that never attested.
fn silent(journal: &Journal) -> Vec<String> {
	let (silent, asleep) = (journal.silent().len(), journal.asleep());
	let waited = "never attested: verification took its whole window, and they were";
	let members = || format!("{} of the committee {waited} paid less", counted(silent, "member"));
	let panel = || format!("{} of the panel {waited} not paid", counted(asleep, "verifier"));
	let said = [(journal.withheld > 0 && silent > 0).then(members), (asleep > 0).then(panel)];
	said.into_iter().flatten().collect()
}

/// An amount in the token's smallest unit: a number as far as these reach, else a text.
fn money(amount: Balance) -> Json {
	u64::try_from(amount).map_or_else(|_| Json::from(amount.to_string()), Json::from)
}

#[cfg(test)]
mod tests;
