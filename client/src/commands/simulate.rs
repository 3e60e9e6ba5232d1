//! `ostraka simulate`: the whole protocol in one process.

use crate::{
	class::{self, ClassName},
	cli::Global,
	data::{Book, DataError, Table},
	error::Error,
	groups,
	output::progress::Progress,
	plan::{title, Grouped, Plan},
	report::{Report, TaskReport, NOT_COUNTED},
	run::{self, BookArgs},
	simulate::{
		faults::{self, FaultKind, Faults, Roles},
		play, Cast, Failure,
	},
	spec::StatisticRequest,
};
use clap::Args;
use codec::Encode;
use ostraka_primitives::{
	spec::TaskSpec,
	task::{ClassParameters, SecurityClass},
};
use ostraka_protocol::statistics::{finalize, named_sums, Outcome};
use rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};

const EXAMPLES: &str = "\
Examples:
  ostraka simulate
  ostraka simulate --class restricted --faults bad-share=3,wrong-share=2,silent-node=1
  ostraka simulate --data survey.csv --split-by clinic --statistic regression --columns dose,age --target response
  ostraka simulate --data survey.csv --dealers 8 --statistic histogram --columns age --bins 10 --json";

/// Flags of `simulate`.
#[derive(Args, Debug)]
#[command(after_help = after_help())]
pub struct SimulateArgs {
	/// The data; the loan book of examples/ unless given.
	#[command(flatten)]
	pub book: BookArgs,
	/// What is computed; the loan book's statistics unless given.
	#[command(flatten)]
	pub request: StatisticRequest,
	/// Security class: decides how many nodes hold the data
	#[arg(long, value_enum, ignore_case = true, default_value_t = ClassName::Confidential)]
	pub class: ClassName,
	/// Committees as large as on a production chain
	#[arg(long)]
	pub production: bool,
	/// Faults to play, each as KIND or KIND=N; the kinds are listed below
	#[arg(long, value_name = "KIND=N,..", value_delimiter = ',', value_parser = faults::parse)]
	pub faults: Vec<Faults>,
	/// Number that all randomness follows from; drawn afresh unless given
	#[arg(long, value_name = "N")]
	pub seed: Option<u64>,
}

fn after_help() -> String {
	format!("{EXAMPLES}\n\nFaults:\n{}", faults::help())
}

struct Stage<'a> {
	args: &'a SimulateArgs,
	table: &'a Table,
	book: &'a Book,
	class: SecurityClass,
	parameters: ClassParameters,
	roles: Roles,
	seed: [u8; 32],
	progress: Progress,
}

/// Runs the command.
///
/// # Errors
/// `Data`, `Usage`, `Encode`; `Failed` if a task fails or its result is not that of the pooled rows.
pub fn run(args: &SimulateArgs, global: &Global) -> Result<(), Error> {
	let (table, book) = args.book.read()?;
	let plan = Plan::new(&args.request, &table, args.book.file.round)?;
	let class = SecurityClass::from(args.class);
	let parameters = class::parameters(class, args.production);
	check_dealers(&table, &book, &parameters)?;
	let seats = usize::from(parameters.seats);
	let mut seed = [0u8; 32];
	match args.seed {
		Some(number) => seed = Sha256::digest(number.to_le_bytes()).into(),
		None => OsRng.fill_bytes(&mut seed),
	}
	let start = usize::from(seed[0]);
	let roles =
		Roles::cast(&args.faults, book.dealers.len(), seats, start).map_err(Error::Usage)?;
	let lost = roles.nodes.iter().flatten().filter(|fault| fault.loses_share()).count();
	if seats - lost < usize::from(parameters.threshold) + 1 {
		let most = seats - usize::from(parameters.threshold) - 1;
		return Err(Error::Usage(format!(
			"--faults: with {lost} result shares lost of {seats} there is no result; {most} at most can be lost"
		)));
	}
	let progress = Progress::new(global.json);
	let stage =
		Stage { args, table: &table, book: &book, class, parameters, roles, seed, progress };
	let mut reports = Vec::new();
	let mut outcomes = Vec::new();
	for spec in &plan.first {
		let (report, outcome) = stage.task(spec, reports.len() as u32)?;
		reports.push(report);
		outcomes.push(outcome);
	}
	for grouped in &plan.grouped {
		let counted = outcomes.get(grouped.contributors).and_then(Option::as_ref);
		reports.push(stage.grouped(grouped, counted, reports.len() as u32)?);
	}
	stage.progress.clear();
	let report = Report {
		dealers: book.dealers.len(),
		rows: book.rows(),
		skipped_rows: book.skipped,
		class: class::label(class).to_owned(),
		token: None,
		tasks: reports,
	};
	report.print(global.json);
	report.check()
}

fn check_dealers(table: &Table, book: &Book, parameters: &ClassParameters) -> Result<(), Error> {
	let needed = parameters.least_dealers as usize;
	if book.dealers.len() >= needed {
		return Ok(());
	}
	Err(Error::Data(DataError::TooFewDealers {
		file: table.file().to_owned(),
		found: book.dealers.len(),
		needed,
		hint: "the class asks for so many: take a lower --class, or another split",
	}))
}

impl Stage<'_> {
	/// Plays a statistic by group, over the groups that have enough of the dealers counted before.
	fn grouped(
		&self,
		grouped: &Grouped,
		counted: Option<&Outcome>,
		number: u32,
	) -> Result<TaskReport, Error> {
		let mut report = TaskReport::of(&grouped.spec);
		let Some(counted) = counted else {
			report.fails(NOT_COUNTED);
			return Ok(report);
		};
		let least = self.parameters.least_dealers;
		let (spec, left_out) = grouped.with_enough(counted, least);
		match spec {
			Some(spec) => report = self.task(&spec, number)?.0,
			None => report.is_not_computed(
				groups::too_few(counted, least),
				class::for_more_dealers(self.class, true),
			),
		}
		report.left_out = left_out;
		Ok(report)
	}

	/// Plays one task and compares its result.
	fn task(&self, spec: &TaskSpec, number: u32) -> Result<(TaskReport, Option<Outcome>), Error> {
		let inputs = run::inputs(&self.book.dealers, self.table, spec, &self.args.book)?;
		let names: Vec<String> = inputs.iter().map(|(dealer, _)| dealer.name.clone()).collect();
		let vectors: Vec<&[_]> =
			inputs.iter().map(|(_, input)| input.encoded.vector.as_slice()).collect();
		let roles = self.roles_of(&names);
		let bar = self.progress.bar(&title(spec), inputs.len() as u64);
		let played = play(
			&Cast {
				task: number,
				spec: &spec.encode(),
				class: self.class as u8,
				parameters: self.parameters,
				names: &names,
				inputs: &vectors,
				roles: &roles,
				seed: self.seed,
			},
			|phase| {
				if phase.is_empty() {
					bar.inc(1);
				} else {
					bar.set_message(phase);
				}
			},
		);
		bar.finish_with_message("done");
		let mut report = TaskReport::of(spec);
		report.skipped_missing =
			inputs.iter().map(|(_, input)| input.encoded.skipped_missing).sum();
		let played = match played {
			Ok(played) => played,
			Err(failure) => {
				self.enter_failure(&mut report, spec, &failure);
				return Ok((report, None));
			},
		};
		let accepted = played.accepted.len() as u32;
		let rows: Vec<_> = played
			.accepted
			.iter()
			.filter_map(|place| inputs.get(*place).map(|(_, input)| &input.rows))
			.collect();
		let pooled = run::pooled(spec, &rows, self.args.book.min_cell);
		let joint = finalize(spec, &played.sum, accepted);
		let joint = report.enter(joint, &named_sums(spec, &played.sum)?, pooled)?;
		report.accepted = accepted;
		report.verified = played.verified;
		report.faults = played.faults;
		for (phase, seconds) in played.phases {
			report.phase(phase, None, seconds);
		}
		self.check_culprits(&mut report, &names, &roles);
		Ok((report, Some(joint)))
	}

	/// The roles of the dealers with rows for a task: each keeps its own also where others have none.
	fn roles_of(&self, names: &[String]) -> Roles {
		let dealers = self.book.dealers.iter().zip(&self.roles.dealers);
		let role = |name: &String| dealers.clone().find(|(dealer, _)| dealer.name == *name);
		Roles {
			dealers: names.iter().map(|name| role(name).and_then(|(_, role)| *role)).collect(),
			nodes: self.roles.nodes.clone(),
		}
	}

	fn enter_failure(&self, report: &mut TaskReport, spec: &TaskSpec, failure: &Failure) {
		let why = failure.to_string();
		match failure {
			Failure::TooFewDealers { .. } => {
				let advice = class::for_more_dealers(self.class, spec.group_by.is_some());
				report.is_not_computed(why, advice);
			},
			_ => report.fails(why),
		}
	}

	/// Every culprit must be named, and nobody else.
	fn check_culprits(&self, report: &mut TaskReport, names: &[String], roles: &Roles) {
		let dealers = names.iter().cloned().zip(roles.dealers.iter().copied());
		let nodes = (1..).map(|j: u32| format!("node {j}")).zip(roles.nodes.iter().copied());
		let expected: Vec<(String, FaultKind)> =
			dealers.chain(nodes).filter_map(|(name, role)| Some((name, role?))).collect();
		let named: Vec<&str> = report.faults.iter().map(|fault| fault.by.as_str()).collect();
		let missed = expected.iter().find(|(name, _)| !named.contains(&name.as_str()));
		let innocent = named.iter().find(|name| expected.iter().all(|(other, _)| other != *name));
		if let Some((name, kind)) = missed {
			report.fails(format!("{name} got away with {kind}"));
		} else if let Some(name) = innocent {
			report.fails(format!("{name} was named and is innocent"));
		}
	}
}
