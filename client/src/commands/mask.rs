//! `ostraka mask`: the recipient's side of a sealed task.

use super::connect;
use crate::{
	chain::{account::address, state::DealingRecord, Chain, ChainError, Receipt, Signer},
	cli::{account::signer, task::TaskArg, Global},
	dealing,
	error::Error,
	onchain::{
		self,
		accept::{check_money, has_accepted, lost_by_silence},
		consent::NO_DATASET,
		deal::deposit,
		mask,
	},
	output::{progress::Progress, Output},
	view::lines::{
		accepted, column_lines, condition_lines, ended, first_by, outcome, state, until, INSECURE,
	},
};
use clap::Args;
use ostraka_party::{
	mask::{create_seed, read_seed, MaskSeed},
	title::title,
};
use ostraka_primitives::{api::TaskInfo, task::TaskStatus, AccountId, TaskId};
use rand_core::OsRng;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  ostraka task submit task.toml --suri //Alice --sealed-to self
  ostraka mask 7 --suri //Alice --mask-file seven.seed
  ostraka result 7 --mask-file seven.seed
  ostraka result 7 --mask-file seven.seed --open opening.json

The result of a sealed task is published under a mask, which its recipient deals beside the dealers: random numbers that are
added to theirs. This command accepts the task for the recipient, with a deposit, waits for the committee, and deals the mask. It
draws a seed first and writes it to FILE, which must be new and which nobody else may read; all of the mask follows from it and
the task. Run again after an interruption at any point, with the same FILE, it goes on from there, and sends nothing that
is on the chain already. One FILE serves several tasks.

Keep FILE: without it nobody can read the result, and who has it reads it. --yes accepts without being asked.";

/// Flags of `mask`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct MaskArgs {
	/// The task.
	#[command(flatten)]
	pub task: TaskArg,
	/// File of the seed that the mask follows from; drawn and written if there is none
	#[arg(long, value_name = "FILE")]
	pub mask_file: PathBuf,
	/// Accept without being asked: for scripts
	#[arg(long)]
	pub yes: bool,
}

/// Runs the command.
///
/// # Errors
/// `Usage` if nobody can be asked; `Party` if the seed's file is not to be had; `Chain`; `Failed` if the task is not sealed to
/// the account, takes no mask of it any more, or has one of another seed.
pub async fn run(args: &MaskArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	// a file that cannot be used is told before anything else
	let known = known_seed(&args.mask_file)?;
	let chain = connect(global, out).await?;
	let (task, account) = (args.task.number, signer.account());
	let info = chain.task(task).await?;
	check_recipient(task, &info, &account)?;
	if let Some(record) = onchain::deal::dealt(&chain, task, &account).await? {
		return already(&chain, (task, &info), args, (&account, known.as_ref(), &record), out);
	}
	let is_agreed = has_accepted(&chain, task, &account).await?;
	let is_accepting = matches!(info.task.status, TaskStatus::Inviting { .. }) && !is_agreed;
	let is_open = matches!(
		info.task.status,
		TaskStatus::Inviting { .. } | TaskStatus::Drawing { .. } | TaskStatus::Collecting { .. }
	);
	if !is_open || !(is_agreed || is_accepting) {
		return Err(over(task, &info));
	}
	if !out.is_json() {
		out.lines(&asked(&chain, task, &info).await?)?;
		if chain.is_insecure().await? {
			writeln!(out, "{INSECURE}")?;
		}
	}
	if is_accepting {
		dealing::check_terms(chain.genesis(), task, &info)?;
		check_money(&chain, &info.task, &account).await?;
		confirm(&chain, task, args, out).await?;
	}
	// whatever happens from here on, what is dealt can be read
	let seed = match known {
		Some(seed) => seed,
		None => create_seed(&args.mask_file, &mut OsRng).map_err(ostraka_party::Error::from)?,
	};
	let accept_fee = match is_accepting {
		true => accepting(&chain, (task, &info), &signer, out).await?.map(|receipt| receipt.fee),
		false => None,
	};
	let drawn = collecting(&chain, (task, &info), args, &account, out).await?;
	let context = dealing::context(chain.genesis(), task, &drawn)?;
	let Some(receipt) = mask::deal(&chain, task, &context, &seed, &signer).await? else {
		let record = onchain::deal::dealt(&chain, task, &account).await?;
		let record = record.ok_or_else(|| over(task, &drawn))?;
		return already(&chain, (task, &drawn), args, (&account, Some(&seed), &record), out);
	};
	if out.is_json() {
		return out.json(&Masked {
			task,
			masked: true,
			already: false,
			block: receipt.block.number,
			fee: Some(receipt.fee.to_string()),
			accept_fee: accept_fee.map(|fee| fee.to_string()),
			deposit: Some(deposit(&chain).await?.to_string()),
			mask_file: shown(&args.mask_file),
		});
	}
	writeln!(
		out,
		"dealt the mask of task {task}, in block {}, for {}; a deposit is held until the task is settled\n  {}",
		receipt.block.number,
		chain.token().render(receipt.fee),
		next(task, &args.mask_file)
	)
}

/// The seed in a file; `None` if there is no such file.
fn known_seed(file: &Path) -> Result<Option<MaskSeed>, Error> {
	// a broken link is there, and is no seed
	match file.symlink_metadata() {
		Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
		_ => Ok(Some(read_seed(file).map_err(ostraka_party::Error::from)?)),
	}
}

/// Checks that a task's result is sealed to an account.
fn check_recipient(task: TaskId, info: &TaskInfo, account: &AccountId) -> Result<(), Error> {
	match &info.task.conditions.sealed_to {
		Some(recipient) if recipient == account => Ok(()),
		Some(recipient) => Err(Error::Failed(format!(
			"the result of task {task} is sealed to {}, and not to the account {}\n  sign with the recipient's account: nobody \
			 else can deal its mask",
			address(recipient),
			address(account)
		))),
		None => Err(Error::Failed(format!(
			"the result of task {task} is sealed to nobody: everybody can read it, and it takes no mask\n  `ostraka task submit \
			 --sealed-to ACCOUNT` publishes a task whose result one account alone reads"
		))),
	}
}

/// Why a task takes no mask any more.
fn over(task: TaskId, info: &TaskInfo) -> Error {
	let status = &info.task.status;
	Error::Failed(format!(
		"task {task} takes no mask of this account any more: {}\n  its recipient accepts before the committee is drawn, as the \
		 dealers do, and deals while they do",
		outcome(status).map_or_else(|| state(status).to_owned(), ended)
	))
}

/// What a recipient accepts, as lines.
///
/// # Errors
/// `Chain`.
async fn asked(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
) -> Result<Vec<(String, String)>, Error> {
	let mut lines = vec![
		("task".to_owned(), format!("{task}: {}", title(&info.task.spec))),
		("requester".to_owned(), address(&info.task.requester)),
	];
	lines.extend(column_lines(&info.task.spec));
	lines.extend(condition_lines(info));
	let token = chain.token();
	let deposit = deposit(chain).await?;
	let lost = lost_by_silence(chain, deposit).map_or_else(String::new, |lost| {
		format!("; without the mask in time {} is lost", token.render(lost))
	});
	let held = format!("{} until the task is settled{lost}", token.render(deposit));
	lines.push(("deposit".to_owned(), held));
	Ok(lines)
}

/// Asks whether to accept.
async fn confirm(
	chain: &Chain,
	task: TaskId,
	args: &MaskArgs,
	out: &Output<'_>,
) -> Result<(), Error> {
	if args.yes {
		return Ok(());
	}
	let held = chain.token().render(deposit(chain).await?);
	let question = format!("Accept task {task} as its recipient, with a deposit of {held}?");
	let otherwise = format!("task {task} is not accepted");
	out.must_agree(&question, &otherwise, "--yes to accept it as its recipient").await
}

/// Accepts, as the recipient. `None` if the account had accepted before.
async fn accepting(
	chain: &Chain,
	(task, info): (TaskId, &TaskInfo),
	signer: &Signer,
	out: &mut Output<'_>,
) -> Result<Option<Receipt>, Error> {
	out.farewell().is(format!(
		"the acceptance of task {task} may be on its way, and holds a deposit if it comes to a block\n  run the same \
		 command again, with the same file: it looks before it acts"
	));
	let receipt = onchain::accept::accept(chain, task, info, signer, &NO_DATASET).await?;
	if let (Some(receipt), false) = (&receipt, out.is_json()) {
		let (block, fee) = (receipt.block.number, chain.token().render(receipt.fee));
		writeln!(out, "accepted task {task} as its recipient, in block {block}, for {fee}")?;
	}
	Ok(receipt)
}

/// Waits until the committee is drawn for good. The task must be the one then that was accepted, and the account among those
/// who have.
async fn collecting(
	chain: &Chain,
	(task, checked): (TaskId, &TaskInfo),
	args: &MaskArgs,
	account: &AccountId,
	out: &Output<'_>,
) -> Result<TaskInfo, Error> {
	let again = format!(
		"`ostraka mask {task} --mask-file {}` goes on with the same mask",
		shown(&args.mask_file)
	);
	out.farewell().is(format!(
		"nothing is lost: task {task} stays accepted and waits for its committee\n  {again}; without it in time the task \
		 has no result, and its recipient loses a part of its deposit"
	));
	let bars = Progress::new(out.is_json());
	let bar = bars.spinner(&format!("task {task}"));
	let mut said = String::new();
	let mut head = chain.head();
	let mut info = chain.task(task).await?;
	while let TaskStatus::Inviting { .. } | TaskStatus::Drawing { .. } = info.task.status {
		let line = waits(chain, task, &info).await?;
		let left = until(&info.task.status).map_or(0, |until| until.saturating_sub(head.number));
		bar.set_message(format!("{line}, {left} blocks left"));
		// without a terminal a line for every change
		if !bars.is_shown() && line != said {
			out.notes().say(format!("block {}: task {task} {line}", head.number));
			said = line;
		}
		head = chain.next_head(head).await?;
		info = chain.task(task).await?;
	}
	bars.clear();
	info = onchain::deal::drawn(chain, task).await?;
	let TaskStatus::Collecting { until, .. } = info.task.status else {
		return Err(over(task, &info));
	};
	dealing::unchanged(task, checked, &info)?;
	dealing::check_accepted(task, &info, account)?;
	let last = first_by(&info).unwrap_or(until);
	out.farewell().is(format!(
		"the mask of task {task} may be on its way\n  {again} if it is not; it must be in by block {last}"
	));
	Ok(info)
}

/// What a task without a committee waits for.
async fn waits(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<String, ChainError> {
	if let TaskStatus::Inviting { .. } = info.task.status {
		return Ok(format!("waits for its dealers: {}", accepted(info)));
	}
	let obstacle = chain.draw_obstacle(task).await?;
	let obstacle = obstacle.map_or_else(String::new, |obstacle| format!(": {obstacle}"));
	Ok(format!("waits for its committee{obstacle}"))
}

/// The mask is on the chain: nothing is to be done, which is what was asked, if the seed is the one that it was dealt from.
fn already(
	chain: &Chain,
	(task, info): (TaskId, &TaskInfo),
	args: &MaskArgs,
	(account, seed, record): (&AccountId, Option<&MaskSeed>, &DealingRecord),
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let is_its = match seed {
		Some(seed) => {
			let context = dealing::context(chain.genesis(), task, info)?;
			mask::is_of(&context, account, seed, record)?
		},
		None => false,
	};
	check_seed(task, &args.mask_file, is_its, record.block)?;
	write_already(task, &args.mask_file, record.block, out)
}

/// Checks that the mask on the chain is that of the seed.
fn check_seed(task: TaskId, file: &Path, is_its: bool, block: u32) -> Result<(), Error> {
	if is_its {
		return Ok(());
	}
	Err(Error::Failed(format!(
		"the mask of task {task} was dealt in block {block}, from another seed than that of {}: nothing was sent\n  name the \
		 file with the seed that it was dealt from; without it nobody can read the result",
		shown(file)
	)))
}

fn write_already(task: TaskId, file: &Path, block: u32, out: &mut Output<'_>) -> Result<(), Error> {
	if out.is_json() {
		return out.json(&Masked {
			task,
			masked: true,
			already: true,
			block,
			fee: None,
			accept_fee: None,
			deposit: None,
			mask_file: shown(file),
		});
	}
	writeln!(
		out,
		"this account has dealt the mask of task {task} already, in block {block}, from this seed: nothing was sent\n  {}",
		next(task, file)
	)
}

fn next(task: TaskId, file: &Path) -> String {
	format!(
		"keep {}: `ostraka result {task} --mask-file {}` reads the result with it, and nothing else does",
		shown(file),
		shown(file)
	)
}

fn shown(file: &Path) -> String {
	file.display().to_string()
}

/// A mask that is on the chain, as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Masked {
	task: TaskId,
	masked: bool,
	already: bool,
	block: u32,
	#[serde(skip_serializing_if = "Option::is_none")]
	fee: Option<String>,
	#[serde(skip_serializing_if = "Option::is_none")]
	accept_fee: Option<String>,
	#[serde(skip_serializing_if = "Option::is_none")]
	deposit: Option<String>,
	mask_file: String,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	#[test]
	fn only_the_recipient_deals_a_mask() {
		let mut info = fixtures::inviting();
		let refused = |info: &TaskInfo| {
			check_recipient(7, info, &account(8)).map_err(|error| error.to_string())
		};
		let said = refused(&info).expect_err("it is sealed to nobody");
		assert!(said.contains("everybody can read it") && said.contains("--sealed-to"), "{said}");
		info.task.conditions.sealed_to = Some(account(7));
		let said = refused(&info).expect_err("it is sealed to another");
		assert!(said.contains(&format!("sealed to {}", address(&account(7)))), "{said}");
		info.task.conditions.sealed_to = Some(account(8));
		assert_eq!(refused(&info), Ok(()));
	}

	#[test]
	fn a_mask_that_is_there_is_not_sent_again() {
		let file = Path::new("seven.seed");
		let text = written(false, |out| write_already(7, file, 5, out));
		assert!(text.contains("already, in block 5, from this seed: nothing was sent"), "{text}");
		assert!(text.contains("`ostraka result 7 --mask-file seven.seed`"), "{text}");
		let text = written(true, |out| write_already(7, file, 5, out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&record["masked"], &record["already"]), (&true.into(), &true.into()));
		assert!(record.get("fee").is_none(), "{record}");
	}

	/// Another seed would not read what comes of it.
	#[test]
	fn a_mask_of_another_seed_is_told() {
		let file = Path::new("other.seed");
		assert!(check_seed(7, file, true, 5).is_ok());
		let error = check_seed(7, file, false, 5).expect_err("it is another's");
		assert_eq!(error.exit_code(), 1);
		let said = error.to_string();
		assert!(said.contains("from another seed than that of other.seed"), "{said}");
	}

	#[test]
	fn a_task_that_is_over_takes_no_mask() {
		let said = over(7, &fixtures::task()).to_string();
		assert!(said.contains("takes no mask of this account any more: collecting"), "{said}");
	}

	#[test]
	fn a_seed_is_read_where_there_is_one() {
		let folder = tempfile::tempdir().expect("a temporary directory");
		let file = folder.path().join("seven.seed");
		assert!(known_seed(&file).expect("there is none").is_none());
		create_seed(&file, &mut OsRng).map(|_| ()).expect("it is new");
		assert!(known_seed(&file).expect("it is one").is_some());
		std::fs::write(&file, "no seed").expect("written");
		let error = known_seed(&file).map(|_| ()).expect_err("it is none");
		assert_eq!(error.exit_code(), 2, "{error}");
	}
}
