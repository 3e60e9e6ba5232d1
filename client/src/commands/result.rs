//! `ostraka result`: what a task found, checked again if asked.

use super::{
	connect, excluded,
	found::{judged, Found},
};
use crate::{
	chain::{Chain, ChainError},
	cli::{task::TaskArg, Global},
	error::Error,
	onchain::{
		self,
		convictions::of_dealings,
		gather::{gather, Bodies},
	},
	output::Output,
	view::lines::{progress, state},
};
use clap::Args;
use ostraka_party::{
	escape::escaped,
	mask::{self, read_opening, read_seed, write_opening, OpeningFile},
	verify::{
		transcript::transcript,
		verdict::{HASH, SEAL},
		Evidence, Verdict, Verification,
	},
};
use ostraka_primitives::{api::TaskInfo, spec::Statistic, task::TaskResult, TaskId};
use rand_core::OsRng;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  ostraka result 7
  ostraka result 7 --verify --json
  ostraka result --task 7 --export transcript.json
  ostraka result 7 --mask-file seven.seed
  ostraka result 7 --mask-file seven.seed --open opening.json
  ostraka result 7 --opening opening.json --verify

--verify computes everything again from block bodies, and judges the proofs of the dealings. A result that is the sum of what was
dealt ends with the exit code 5, and it is said so, if the proof of a dealing among it does not hold, if no data can give it all
the same, or if nothing tells why a dealing does not count.

A sealed result is read with the seed of its recipient's mask (--mask-file), or by anybody with what the recipient opened it by
(--open writes that, --opening reads it); both are held against the mask that was dealt, from block bodies. Without them it
is said whom it is sealed to, and --verify checks all that it rests on. A transcript opens the result only with --open or --opening.";

/// Flags of `result`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ResultArgs {
	/// The task.
	#[command(flatten)]
	pub task: TaskArg,
	/// Check the result again, from chain data alone
	#[arg(long)]
	pub verify: bool,
	/// Write the transcript, for others to check
	#[arg(long, value_name = "FILE")]
	pub export: Option<PathBuf>,
	/// Seed of the recipient's mask, as `ostraka mask` wrote it: reads a sealed result
	#[arg(long, value_name = "FILE", conflicts_with = "opening", help_heading = "Sealed results")]
	pub mask_file: Option<PathBuf>,
	/// Write what opens the result: whoever has that file reads the result, and can check that it is right
	#[arg(
		long,
		value_name = "FILE",
		requires = "mask_file",
		conflicts_with = "opening",
		help_heading = "Sealed results"
	)]
	pub open: Option<PathBuf>,
	/// What the recipient opened the result by: reads a sealed result
	#[arg(long, value_name = "FILE", help_heading = "Sealed results")]
	pub opening: Option<PathBuf>,
}

impl ResultArgs {
	/// What opens a sealed result, and the file that says so; `None` if neither seed nor opening is given.
	fn opener(&self, task: TaskId, info: &TaskInfo) -> Result<Option<(&Path, OpeningFile)>, Error> {
		let record = &info.task;
		let recipient = record.conditions.sealed_to.as_ref();
		if let Some(file) = self.opening.as_deref() {
			let opening = read_opening(file)?;
			opening.check(task, record.task_hash.as_ref(), recipient)?;
			return Ok(Some((file, opening)));
		}
		let Some(file) = self.mask_file.as_deref() else { return Ok(None) };
		let seed = read_seed(file).map_err(ostraka_party::Error::from)?;
		let recipient = recipient.ok_or_else(|| {
			Error::Usage(format!(
				"--mask-file: the result of task {task} is sealed to nobody, and read without a seed"
			))
		})?;
		Ok(Some((file, mask::opening(task, record, recipient, &seed)?)))
	}

	/// Why nothing may be written, if files are asked for: the result is not right, or what opens it may open another task's. The
	/// mask follows from the seed and the task hash, so a node that names another hash would have the mask of that task written.
	fn unwritten(&self, task: TaskId, verification: &Verification) -> Option<Error> {
		if self.export.is_none() && self.open.is_none() {
			return None;
		}
		let verdict = verification.verdict();
		if let (Verdict::Wrong, Some(problem)) = (verdict, verdict.problem()) {
			return Some(Error::Failed(format!("task {task}: {problem}; nothing was written")));
		}
		let mut hashes = verification.checks.iter().filter(|check| check.what == HASH);
		let is_tied = hashes.any(|check| check.holds == Some(true));
		let reveals = self.mask_file.is_some() && self.open.is_some();
		(reveals && !is_tied).then(|| {
			Error::Failed(format!(
				"task {task}: its task hash is not checked, as its committee is not known, so what --open writes could open another \
				 task's result; nothing was written\n  ask a node that keeps its states (--state-pruning archive)"
			))
		})
	}

	/// Writes the transcript. What is in it everybody sees: who reads a result by a seed opens it to nobody by that.
	fn export(&self, evidence: &Evidence, verification: &Verification) -> Result<(), Error> {
		let Some(path) = &self.export else { return Ok(()) };
		let made = match (&evidence.opening, &self.mask_file, &self.open) {
			(Some(_), Some(_), None) => {
				let sealed = Evidence { opening: None, ..evidence.clone() };
				let verification = tokio::task::block_in_place(|| sealed.check(&mut OsRng));
				transcript(&sealed, &verification)
			},
			_ => transcript(evidence, verification),
		};
		let text = serde_json::to_string_pretty(&made)
			.map_err(|error| Error::Failed(error.to_string()))?;
		std::fs::write(path, text + "\n")
			.map_err(|error| Error::Failed(format!("{}: {error}", path.display())))
	}
}

/// Runs the command.
///
/// # Errors
/// `Party` if a seed or an opening is not to be had; `Usage` if there is nothing to open; `Chain`; `Failed` if there is no result,
/// it is not opened by what is given, it does not withstand the checks or, unchecked, no data can give it; `Unproven` if it is
/// arithmetically right and no more.
pub async fn run(args: &ResultArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let task = args.task.number;
	let info = chain.task(task).await?;
	let is_asked = args.verify || args.export.is_some();
	let opener = args.opener(task, &info)?;
	if !is_asked && opener.is_none() {
		return print(&chain, task, &info, out).await;
	}
	let result = published(&chain, task, &info).await?;
	let mut evidence = gather(&chain, task, &info, &result, &Bodies::default()).await?;
	if let Some((_, opening)) = &opener {
		evidence.open(opening.clone())?;
	}
	let verification = tokio::task::block_in_place(|| evidence.check(&mut OsRng));
	let plain = evidence.plain(&verification);
	if let (Some((file, _)), None) = (&opener, &plain) {
		return Err(not_opened(task, file, &verification));
	}
	let unwritten = args.unwritten(task, &verification);
	if unwritten.is_none() {
		args.export(&evidence, &verification)?;
		if let (Some(path), Some((_, opening))) = (&args.open, &opener) {
			write_opening(path, opening)?;
		}
	}
	let is_opened = plain.is_some();
	let result = plain.unwrap_or(result);
	let accept = accept_window(&chain, task, &info).await?;
	let mut found = Found::new(task, &info, &result, is_opened, accept);
	let told = of_dealings(&chain, task, &info).await?;
	found.record.excluded = excluded::known(&told, &verification.excluded);
	found.record.late = excluded::late(&told);
	let is_shown = is_asked || out.is_json();
	found.write(is_shown.then_some(&verification), out)?;
	if let Some(error) = unwritten {
		return Err(error);
	}
	if let (Some(path), false) = (&args.export, out.is_json()) {
		writeln!(out, "the transcript is in {}", path.display())?;
	}
	if let (Some(path), false) = (&args.open, out.is_json()) {
		let path = path.display();
		writeln!(
			out,
			"what opens the result is in {path}: whoever has it reads the result, by `ostraka result {task} --opening {path}`"
		)?;
	}
	judged(task, verification.verdict())
}

/// Why a result is not opened: the mask that was dealt is another one, or is not to be had.
fn not_opened(task: TaskId, file: &Path, verification: &Verification) -> Error {
	let why = verification.checks.iter().find(|check| check.what == SEAL);
	let why = why.map_or("its mask is not known", |check| check.detail.as_str());
	Error::Failed(format!(
		"{} does not open the result of task {task}: {}\n  name the file that its mask was dealt from, or what its recipient \
		 wrote with --open; of a mask that the node no longer has, a node with all block bodies tells",
		escaped(&file.display().to_string()),
		escaped(why)
	))
}

/// The published result.
async fn published(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<TaskResult, Error> {
	chain.result(task).await?.ok_or_else(|| {
		let how = progress(info, chain.head().number);
		Error::Failed(format!("task {task} has no result: {} ({how})", state(&info.task.status)))
	})
}

/// Writes a task's result: all that is published of it, also where no data can give it.
///
/// # Errors
/// As [`run`].
pub async fn print(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let result = published(chain, task, info).await?;
	let accept = accept_window(chain, task, info).await?;
	let mut found = Found::new(task, info, &result, false, accept);
	let told = of_dealings(chain, task, info).await?;
	found.record.excluded = excluded::known(&told, &[]);
	found.record.late = excluded::late(&told);
	let impossible = found.record.impossible.clone();
	found.write(None, out)?;
	match impossible {
		Some(what) => Err(Error::Failed(format!("the result of task {task}: {what}"))),
		None => Ok(()),
	}
}

/// Blocks that a task left for accepting, if a second task may follow it, and the node still tells.
async fn accept_window(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
) -> Result<Option<u32>, ChainError> {
	match info.task.spec.statistic {
		Statistic::Quantiles | Statistic::Median => {
			onchain::tasks::accept_window(chain, task, &info.task).await
		},
		_ => Ok(None),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use clap::Parser;
	use ostraka_party::{mask::create_seed, verify::check::Check};
	use ostraka_primitives::AccountId;

	#[derive(Parser)]
	struct Results {
		#[command(flatten)]
		args: ResultArgs,
	}

	fn args(words: &str) -> Result<ResultArgs, clap::Error> {
		let words = std::iter::once("result").chain(words.split_whitespace());
		Results::try_parse_from(words).map(|read| read.args)
	}

	#[test]
	fn what_opens_a_result_takes_the_seed() {
		assert!(args("7 --mask-file a --open b").is_ok());
		assert!(args("7 --opening b --verify").is_ok());
		for words in ["7 --open b", "7 --mask-file a --opening b", "7 --opening b --open c"] {
			assert!(args(words).is_err(), "{words}");
		}
	}

	/// What came of these checks.
	fn verification(checks: &[(&'static str, Option<bool>)]) -> Verification {
		let check = |&(what, holds): &(&'static str, Option<bool>)| Check {
			what,
			holds,
			detail: String::new(),
		};
		Verification {
			checks: checks.iter().map(check).collect(),
			accepted: vec![[1; 32]],
			aggregate: Vec::new(),
			right: Vec::new(),
			dealings: Vec::new(),
			shares: Vec::new(),
			proofs: None,
			excluded: Vec::new(),
			outcome: None,
		}
	}

	#[test]
	fn of_a_wrong_result_nothing_is_written_and_of_an_untied_one_no_opening() {
		let wrong = verification(&[("the shares fit", Some(false)), (HASH, Some(true))]);
		let open = verification(&[("the shares fit", Some(true)), (HASH, None)]);
		let right = verification(&[("the shares fit", Some(true)), (HASH, Some(true))]);
		let said = |words: &str, verification: &Verification| {
			let args = args(words).expect("right flags");
			args.unwritten(7, verification).map(|error| error.to_string())
		};
		for words in ["7 --mask-file a --open b", "7 --export c", "7 --opening a --export c"] {
			let refused = said(words, &wrong).expect("it is wrong");
			assert!(refused.contains("nothing was written"), "{refused}");
			assert_eq!(said(words, &right), None, "{words}");
		}
		let refused = said("7 --mask-file a --open b", &open).expect("another task's, maybe");
		assert!(refused.contains("not checked") && refused.contains("nothing was"), "{refused}");
		// what is in a file already is opened to all
		assert_eq!(said("7 --opening a --export c", &open), None);
		assert_eq!(said("7 --verify", &wrong), None, "no file is asked for");
	}

	#[test]
	fn a_seed_gives_the_same_opening_again_and_to_its_recipient_alone() {
		let folder = tempfile::tempdir().expect("a temporary directory");
		let file = folder.path().join("seven.seed");
		create_seed(&file, &mut OsRng).map(|_| ()).expect("it is new");
		let args = ResultArgs { mask_file: Some(file), ..args("7").expect("a number") };
		let mut info = fixtures::task();
		let none = args.opener(7, &info).map(|_| ()).expect_err("it is sealed to nobody");
		assert_eq!(none.exit_code(), 2, "{none}");
		info.task.conditions.sealed_to = Some(AccountId::new([7; 32]));
		let opening = |info: &TaskInfo| {
			let opener = args.opener(7, info).expect("a seed");
			opener.map(|(_, opening)| opening).expect("a file is named")
		};
		let first = opening(&info);
		assert_eq!(first.recipient, AccountId::new([7; 32]));
		assert_eq!(first, opening(&info));
		info.task.conditions.sealed_to = Some(AccountId::new([6; 32]));
		assert_ne!(first.opening, opening(&info).opening);
		// written and read, it is of that task alone
		let written = folder.path().join("opening.json");
		write_opening(&written, &first).expect("it is new");
		let args = ResultArgs { mask_file: None, opening: Some(written), ..args };
		let refused = args.opener(7, &info).map(|_| ()).expect_err("another recipient's");
		assert!(refused.to_string().contains("nothing is opened"), "{refused}");
		info.task.conditions.sealed_to = Some(AccountId::new([7; 32]));
		assert!(args.opener(8, &info).is_err() && args.opener(7, &info).is_ok());
	}
}
