//! `ostraka simulate`: the whole protocol in one process.

use super::deal;
use crate::{
	cli::{class::ClassName, data::BookArgs, statistic::StatisticArgs},
	error::Error,
	output::{progress::Progress, Output},
	report::Report,
};
use clap::Args;
use ostraka_party::{
	class,
	data::{Book, Table},
	groups, inputs,
	plan::{Grouped, Plan},
	report::{TaskReport, NOT_COUNTED},
	request::rounds::{self, Second},
	simulate::{
		faults::{self, FaultKind, Faults, Roles},
		play, Cast, Failure,
	},
	title::title,
};
use ostraka_primitives::{
	spec::TaskSpec,
	task::{ClassParameters, SecurityClass},
};
use ostraka_protocol::statistics::{finalize, named_sums, Outcome};
use rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  ostraka simulate
  ostraka simulate --class restricted --faults bad-share=3,wrong-share=2,silent-node=1
  ostraka simulate --faults forged-input=2,false-challenge=1
  ostraka simulate --faults forged-input=1,lying-verifier=1
  ostraka simulate --sealed --statistic mean --columns income --data survey.csv --dealers 8
  ostraka simulate --sealed --faults bad-mask
  ostraka simulate --data survey.csv --split-by clinic --statistic regression --columns dose,age --target response
  ostraka simulate --task-file task.toml --split-by clinic
  ostraka simulate --data survey.csv --dealers 8 --statistic histogram --columns age --bins 10 --json";

/// Flags of `simulate`.
#[derive(Args, Debug)]
#[command(after_help = after_help())]
pub struct SimulateArgs {
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
	/// Committees as large as on a production chain
	#[arg(long)]
	pub production: bool,
	/// Seal each result to a recipient, who deals a mask, and reads the result by its seed
	#[arg(long)]
	pub sealed: bool,
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

/// What is said of a task whose result is sealed.
const SEALED: &str =
	"its result is published under a mask, and read here by the seed of its recipient";
/// What a recipient is told whose mask does not count.
const NO_MASK: &str = "a sealed result is there only with its recipient's mask";

/// What the titles of a quantile's two tasks end in.
pub(super) const FIRST: &str = ", first: which bin";
pub(super) const SECOND: &str = ", second: within that bin";

struct Simulation<'a> {
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
pub fn run(args: &SimulateArgs, out: &mut Output<'_>) -> Result<(), Error> {
	let (table, book) = args.book.read()?;
	let request = args.request.request(Some(&table))?;
	let plan = Plan::new(&request, &table, args.book.file.round)?;
	let class = SecurityClass::from(args.class);
	let parameters = class::parameters(class, args.production);
	book.check_dealers(&table, parameters.least_dealers)?;
	let seats = usize::from(parameters.seats);
	let mut seed = [0u8; 32];
	match args.seed {
		Some(number) => seed = Sha256::digest(number.to_le_bytes()).into(),
		None => OsRng.fill_bytes(&mut seed),
	}
	let start = usize::from(seed[0]);
	let roles = Roles::cast(&args.faults, book.dealers.len(), &parameters, args.sealed, start)
		.map_err(Error::Usage)?;
	let lost = roles.nodes.iter().flatten().filter(|fault| fault.loses_share()).count();
	if seats - lost < usize::from(parameters.threshold) + 1 {
		let most = seats - usize::from(parameters.threshold) - 1;
		return Err(Error::Usage(format!(
			"--faults: with {lost} result shares lost of {seats} there is no result; {most} at most can be lost"
		)));
	}
	let progress = Progress::new(out.is_json());
	let simulation =
		Simulation { args, table: &table, book: &book, class, parameters, roles, seed, progress };
	let mut reports = Vec::new();
	let mut outcomes = Vec::new();
	for spec in &plan.first {
		let (report, outcome) = simulation.task(spec, reports.len() as u32)?;
		reports.push(report);
		outcomes.push(outcome);
	}
	for grouped in &plan.grouped {
		let counted = outcomes.get(grouped.contributors).and_then(Option::as_ref);
		let more = simulation.grouped(grouped, counted, reports.len() as u32)?;
		reports.extend(more);
	}
	for place in &plan.refined {
		let number = reports.len() as u32;
		let (Some(spec), Some(report)) = (plan.first.get(*place), reports.get_mut(*place)) else {
			continue;
		};
		let outcome = outcomes.get(*place).and_then(Option::as_ref);
		let more = simulation.refined(spec, outcome, report, number)?;
		reports.extend(more);
	}
	simulation.progress.clear();
	let report = Report {
		dealers: book.dealers.len(),
		rows: book.rows(),
		skipped_rows: book.skipped,
		class: class::label(class).to_owned(),
		token: None,
		notes: table.notes(),
		proofs: None,
		tasks: reports,
	};
	report.write(out)?;
	report.check()
}

impl Simulation<'_> {
	/// Plays a statistic by group, over the groups that have enough of the dealers counted before; a quantile twice.
	fn grouped(
		&self,
		grouped: &Grouped,
		counted: Option<&Outcome>,
		number: u32,
	) -> Result<Vec<TaskReport>, Error> {
		let mut report = TaskReport::of(&grouped.spec);
		let Some(counted) = counted else {
			report.fails(NOT_COUNTED);
			return Ok(vec![report]);
		};
		let least = self.parameters.least_dealers;
		let (spec, left_out) = grouped.with_enough(counted, least);
		let mut more = None;
		match spec {
			Some(spec) => {
				let (played, outcome) = self.task(&spec, number)?;
				report = played;
				if grouped.is_refined {
					more = self.refined(&spec, outcome.as_ref(), &mut report, number + 1)?;
				}
			},
			None => report.is_not_computed(
				groups::too_few(counted, least),
				class::for_more_dealers(self.class, true),
			),
		}
		let mut reports: Vec<TaskReport> = std::iter::once(report).chain(more).collect();
		reports.iter_mut().for_each(|report| report.left_out.clone_from(&left_out));
		Ok(reports)
	}

	/// Plays the second task of a quantile, over the bins that matter by the first one's outcome.
	fn refined(
		&self,
		spec: &TaskSpec,
		outcome: Option<&Outcome>,
		first: &mut TaskReport,
		number: u32,
	) -> Result<Option<TaskReport>, Error> {
		let Some(outcome) = outcome else { return Ok(None) };
		match rounds::second(spec, outcome) {
			Second::Task(spec) => {
				let (mut report, _) = self.task(&spec, number)?;
				first.title.push_str(FIRST);
				report.title.push_str(SECOND);
				Ok(Some(report))
			},
			Second::None(why) => {
				first.notes.push(format!("asked for once: {why}"));
				Ok(None)
			},
		}
	}

	/// Plays one task and compares its result.
	fn task(&self, spec: &TaskSpec, number: u32) -> Result<(TaskReport, Option<Outcome>), Error> {
		let inputs = inputs::inputs(self.book, self.table, spec, &self.args.book.encoding())?;
		let parts = &inputs.parts;
		let names: Vec<String> = parts.iter().map(|(dealer, _)| dealer.name.clone()).collect();
		let vectors: Vec<&[_]> =
			parts.iter().map(|(_, input)| input.encoded.vector.as_slice()).collect();
		let roles = self.roles_of(&names);
		let bar = self.progress.bar(&title(spec), parts.len() as u64);
		let played = play(
			&Cast {
				task: number,
				spec,
				class: self.class as u8,
				parameters: self.parameters,
				names: &names,
				inputs: &vectors,
				roles: &roles,
				sealed: self.args.sealed,
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
		report.skipped_missing = inputs.skipped_missing;
		report.skipped_small_cell = inputs.skipped_small_cell;
		report.notes.extend(inputs.idle_note());
		report.notes.extend(self.args.sealed.then(|| SEALED.to_owned()));
		if self.args.book.min_cell < deal::FLOOR {
			report.notes.extend(inputs.small_note(spec, deal::FLOOR));
		}
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
			.filter_map(|place| parts.get(*place).map(|(_, input)| &input.rows))
			.collect();
		let pooled = inputs::pooled(spec, &rows, self.args.book.min_cell);
		let joint = finalize(spec, &played.sum, accepted);
		let joint = report.enter(joint, &named_sums(spec, &played.sum)?, pooled)?;
		report.accepted = accepted;
		report.verified = played.verified;
		report.proofs = Some(played.proofs);
		report.attestation = Some(played.attestation);
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
			verifiers: self.roles.verifiers.clone(),
			recipient: self.roles.recipient,
		}
	}

	fn enter_failure(&self, report: &mut TaskReport, spec: &TaskSpec, failure: &Failure) {
		let why = failure.to_string();
		match failure {
			Failure::TooFewDealers { .. } => {
				let advice = class::for_more_dealers(self.class, spec.group_by.is_some());
				report.is_not_computed(why, advice);
			},
			Failure::MaskMissing { .. } => report.is_not_computed(why, NO_MASK),
			_ => report.fails(why),
		}
	}

	/// Every culprit must be named, and nobody else.
	fn check_culprits(&self, report: &mut TaskReport, names: &[String], roles: &Roles) {
		let dealers = names.iter().cloned().zip(roles.dealers.iter().copied());
		let expected: Vec<(String, FaultKind)> =
			dealers.chain(roles.seats()).filter_map(|(name, role)| Some((name, role?))).collect();
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::{written, Notes};
	use clap::Parser;

	#[derive(Parser)]
	struct Simulate {
		#[command(flatten)]
		args: SimulateArgs,
	}

	const ROWS: &str = "who,x\na,1\na,2\nb,3\nb,4\nc,5\nc\u{1b}[1A,6\n";

	fn args(flags: &str) -> (tempfile::TempDir, SimulateArgs) {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let file = directory.path().join("data.csv");
		std::fs::write(&file, ROWS).expect("written");
		let fixed =
			"simulate --split-by who --class standard --statistic mean --columns x --seed 7";
		let mut words: Vec<String> =
			fixed.split(' ').chain(flags.split_whitespace()).map(str::to_owned).collect();
		words.extend(["--data".to_owned(), file.display().to_string()]);
		(directory, Simulate::parse_from(words).args)
	}

	#[test]
	fn people_see_the_joint_result_beside_the_pooled_one() {
		let (_directory, args) = args("");
		let text = written(false, |out| run(&args, out));
		assert!(text.starts_with("4 dealers, 6 rows, class Standard\n"), "{text}");
		assert!(text.contains("mean of x") && text.contains("3.5"), "{text}");
		assert!(text.contains("verified") && !text.contains("NO "), "{text}");
	}

	#[test]
	fn programs_see_json() {
		let (_directory, args) = args("");
		let text = written(true, |out| run(&args, out));
		let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(report["tasks"][0]["result"]["mean"], 3.5);
		assert_eq!((&report["tasks"][0]["exact"], &report["dealers"]), (&true.into(), &4.into()));
	}

	#[test]
	fn a_culprit_is_named_and_moves_no_cursor() {
		let kinds = ["bad-share", "outside-group", "forged-input"];
		for (seed, kind) in (0..9).zip(kinds.into_iter().cycle()) {
			let (_directory, mut args) = args(&format!("--faults {kind}=1"));
			args.seed = Some(seed);
			let text = written(false, |out| run(&args, out));
			assert!(text.contains(kind) && text.contains("convicted by node"), "{text}");
			assert!(!text.contains('\u{1b}'), "{text}");
		}
	}

	#[test]
	fn a_verifier_that_does_not_look_is_exposed_and_one_that_sleeps_is_counted() {
		for (faults, attested, said) in [
			("forged-input=1,lying-verifier=1", 1, "FalseAttestation"),
			("silent-verifier=1", 1, "absent"),
			("false-verifier=1", 1, "FalseChallenge"),
		] {
			let (_directory, args) = args(&format!("--faults {faults}"));
			let text = written(false, |out| run(&args, out));
			assert!(text.contains(said), "{faults}: {text}");
			let line = format!("mean of x: attested by {attested} of 2 verifiers\n");
			assert!(text.contains(&line), "{faults}: {text}");
		}
		let (_directory, args) = args("");
		let text = written(true, |out| run(&args, out));
		let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		let all = serde_json::json!({ "verifiers_attested": 2, "verifiers": 2, "disproven": 0 });
		assert_eq!(report["tasks"][0]["attestation"], all);
	}

	#[test]
	fn a_sealed_result_is_the_same_and_is_not_there_without_its_mask() {
		let (_directory, args) = args("--sealed");
		let text = written(true, |out| run(&args, out));
		let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		let task = &report["tasks"][0];
		assert_eq!((&task["exact"], &task["verified"]), (&true.into(), &true.into()));
		assert_eq!((&task["result"]["mean"], &task["accepted"]), (&3.5.into(), &4.into()));
		let (_directory, unsealed) = self::args("");
		assert!(!written(false, |out| run(&unsealed, out)).contains(SEALED));
		for kind in ["bad-mask", "missing-mask"] {
			let (_directory, args) = self::args(&format!("--sealed --faults {kind}"));
			let mut results = Vec::new();
			let error = run(&args, &mut Output::new(&mut results, Notes::none(), false));
			let error = error.expect_err("there is no result");
			assert_eq!(error.exit_code(), 1);
			let said = error.to_string();
			assert!(said.contains("mask does not count") && said.contains(NO_MASK), "{said}");
		}
		let (_directory, nobody) = self::args("--faults bad-mask");
		let mut results = Vec::new();
		let error = run(&nobody, &mut Output::new(&mut results, Notes::none(), false));
		assert_eq!(error.map_err(|error| error.exit_code()), Err(2), "nobody to play it");
	}

	#[test]
	fn more_faults_than_dealers_are_refused_before_anything_is_written() {
		let (_directory, args) = args("--faults bad-share=9");
		let mut results = Vec::new();
		let error = run(&args, &mut Output::new(&mut results, Notes::none(), false));
		assert_eq!(error.map_err(|error| error.exit_code()), Err(2));
		assert!(results.is_empty());
	}
}
