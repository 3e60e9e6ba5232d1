//! `ostraka accept`: a dealer agrees to what a task asks, before its committee is drawn.

use super::{
	connect,
	rules::{found, without_policy, Keeper, Ruling, RulingRecord},
};
use crate::{
	chain::{Chain, Receipt, Signer},
	cli::{
		account::signer,
		policy::{LogArgs, PolicyArgs},
		task::TaskArg,
		Global,
	},
	dealing,
	error::Error,
	onchain::{
		accept::{accept, check_money, has_accepted, held, lost_by_silence},
		bins,
		consent::{self, Duties, NO_DATASET},
		deal::deposit,
		earlier::{self, Earlier},
		groups,
	},
	output::Output,
	view::{
		capture::Capture,
		lines::{ended, hex, outcome, state, INSECURE},
		terms::Asked,
	},
};
use clap::Args;
use ostraka_party::{address, audit::Act, escape::escaped, groups::of_declared_bins};
use ostraka_primitives::{
	api::TaskInfo, odds::Odds, task::TaskStatus, AccountId, Balance, Digest, TaskId,
};
use schemars::JsonSchema;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  ostraka accept 7 --suri //Bob
  ostraka accept 7 --key-file bob.key --yes --json

Accepting holds a deposit, and obliges to deal once the committee is drawn: `ostraka deal --task 7` does that, and accepts
first if that is not done yet. It checks the rows before anything is at stake; this command knows none. Both go by the
dealer's policy (`ostraka policy`); without one they ask at a terminal, and in scripts take --no-policy.";

/// Flags of `accept`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct AcceptArgs {
	/// The task.
	#[command(flatten)]
	pub task: TaskArg,
	/// What is agreed to unseen.
	#[command(flatten)]
	pub consent: ConsentArgs,
	/// What the dealer has written down.
	#[command(flatten)]
	pub rules: PolicyArgs,
	/// Where it is logged.
	#[command(flatten)]
	pub log: LogArgs,
}

/// The flags of who accepts, by whichever command.
#[derive(Args, Clone, Debug, Default)]
pub struct ConsentArgs {
	/// Accept without being asked: for scripts
	#[arg(long)]
	pub yes: bool,
	/// Accept also when the same requester has asked for some of the same columns within a day, or that cannot be told
	#[arg(long)]
	pub again: bool,
	/// Accept groups for whose dealers no counting task is named
	#[arg(long)]
	pub unchecked_groups: bool,
}

/// Runs the command.
///
/// # Errors
/// `Usage` if nobody can be asked; `Chain`; `Failed` if the task takes no acceptance of the account, or it says no.
pub async fn run(args: &AcceptArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	let (policy, log) = (args.rules.read()?, args.log.log()?);
	let chain = connect(global, out).await?;
	let (task, account) = (args.task.number, signer.account());
	let info = chain.task(task).await?;
	if has_accepted(&chain, task, &account).await? {
		let (genesis, by) = (hex(chain.genesis()), address(&account));
		let of_task = (task, by.as_str());
		found(&log, out.notes(), &genesis, Act::Accept, of_task, chain.head().number);
		return already(task, &info, out);
	}
	check_invited(task, &info, &account)?;
	if !matches!(info.task.status, TaskStatus::Inviting { .. }) {
		return Err(over(task, &info));
	}
	let ruling = match &policy {
		Some(policy) => {
			let named = args.rules.file.dataset.as_deref();
			let dataset = policy.dataset(named, None, &info.task.spec);
			let dataset = dataset.map_err(ostraka_party::Error::from)?;
			let duties = Duties::read(&chain, &account).await?;
			let held = duties.of(&chain, &account, &dataset.tag(), Some(task)).await?;
			let of_task = (task, &info);
			Some(Ruling::of(policy, dataset, &chain, of_task, &log, true, Some(&held))?)
		},
		None => None,
	};
	let keeper = Keeper::new(&log, out.notes(), &chain, (task, &info), &account, ruling.as_ref());
	let earlier = earlier::look(&chain, task, &info, &account).await?;
	let odds = chain.odds(info.task.class, info.task.fee).await?;
	if !out.is_json() {
		show(&chain, task, &info, &account, (&earlier, &odds), out).await?;
		if let Some(ruling) = &ruling {
			ruling.write(out)?;
		}
		if chain.is_insecure().await? {
			writeln!(out, "{INSECURE}")?;
		}
	}
	if let Some(refusal) = ruling.as_ref().and_then(|ruling| ruling.refusal(task, false)) {
		keeper.refuses(Act::Accept)?;
		return Err(refusal);
	}
	if !args.consent.unchecked_groups {
		let as_groups = match &ruling {
			Some(ruling) => ruling.bins_as_groups(&info.task.spec),
			None => of_declared_bins(&info.task.spec),
		};
		bins::check(&chain, task, &info, as_groups.as_ref()).await?;
	}
	let is_without_policy = ruling.is_none() && !args.rules.no_policy;
	let asks = Asks { consent: &args.consent, dataset: tag(ruling.as_ref()), is_without_policy };
	let receipt = agree(&chain, task, &info, &signer, &earlier, (&asks, &keeper), out).await?;
	let Some(receipt) = receipt else { return already(task, &info, out) };
	let deposit = match held(&receipt) {
		Some(held) => held,
		None => deposit(&chain).await?,
	};
	let accepted = Accepted {
		task,
		accepted: true,
		already: false,
		block: receipt.block.number,
		fee: receipt.fee.to_string(),
		deposit: deposit.to_string(),
		terms: hex(info.task.terms),
		dataset_tag: hex(asks.dataset),
		earlier_tasks: earlier.tasks,
		came_to_nothing: earlier.came_to_nothing,
		capture: Capture::from(&odds),
		policy: ruling.as_ref().map(Ruling::record),
	};
	if out.is_json() {
		return out.json(&accepted);
	}
	write(&chain, task, &receipt, deposit, out)
}

/// What is to be asked before a task is accepted.
pub(super) struct Asks<'a> {
	/// What is agreed to unseen.
	pub consent: &'a ConsentArgs,
	/// Tag of the data set that is to be dealt.
	pub dataset: Digest,
	/// Whether it is accepted without a policy, and nobody has said so.
	pub is_without_policy: bool,
}

/// Tag of the data set that a policy has a task for; that of none without a policy.
pub(super) fn tag(ruling: Option<&Ruling<'_>>) -> Digest {
	ruling.map_or(NO_DATASET, |ruling| ruling.dataset.tag())
}

/// Checks that an account is among a task's dealers, whom the chain knows as long as the task has not ended.
///
/// # Errors
/// `Failed` if not.
pub(super) fn check_invited(
	task: TaskId,
	info: &TaskInfo,
	account: &AccountId,
) -> Result<(), Error> {
	let is_known = outcome(&info.task.status).is_none();
	if is_known && info.task.conditions.sealed_to.as_ref() == Some(account) {
		return Err(Error::Failed(format!(
			"the result of task {task} is sealed to the account {}, which deals a mask and no rows\n  `ostraka mask --task {task} \
			 --mask-file FILE` accepts it, and deals the mask",
			address(account)
		)));
	}
	if is_known && !info.dealers.contains(account) {
		return Err(Error::Failed(format!(
			"the account {} is not invited to task {task}\n  sign with the account that the requester invited",
			address(account)
		)));
	}
	Ok(())
}

/// Why a task can no longer be accepted.
pub(super) fn over(task: TaskId, info: &TaskInfo) -> Error {
	let status = &info.task.status;
	Error::Failed(format!(
		"this account has not accepted task {task}, which takes no acceptances any more: {}\n  who deals accepts before the \
		 committee is drawn",
		outcome(status).map_or_else(|| state(status).to_owned(), ended)
	))
}

/// Shows what is asked, and what accepting means.
///
/// # Errors
/// `Chain`, `Output`.
pub(super) async fn show(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	account: &AccountId,
	(earlier, odds): (&Earlier, &Odds),
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let deposit = deposit(chain).await?;
	let asked = Asked {
		task,
		info,
		dealer: account,
		block: (chain.head().number, chain.block_time()),
		token: chain.token(),
		odds,
		deposit,
		lost: lost_by_silence(chain, deposit),
		earlier: (earlier.tasks, earlier.came_to_nothing),
	};
	out.lines(&asked.lines())
}

/// Accepts, after checks of what can be checked and the question whether to. `None` if the account had accepted before. Where there
/// is a quota, by the policy's file or on the chain, one job at a time counts what is left of it and accepts: from the answer to the
/// question until the acceptance is final.
///
/// # Errors
/// `Failed` if a check fails or the answer is no, `Usage` if there is nobody to ask, `Chain`.
pub(super) async fn agree(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	signer: &Signer,
	earlier: &Earlier,
	(asks, keeper): (&Asks<'_>, &Keeper<'_>),
	out: &Output<'_>,
) -> Result<Option<Receipt>, Error> {
	let Asks { consent: args, dataset, is_without_policy } = *asks;
	if !args.again {
		check_first(task, earlier)?;
	}
	if !args.unchecked_groups {
		groups::check(chain, task, info).await?;
	}
	dealing::check_terms(chain.genesis(), task, info)?;
	let (account, counts) = (signer.account(), keeper.counts());
	let on_chain = consent::check(chain, task, info, &account, &dataset, false).await?;
	check_money(chain, &info.task, &account).await?;
	if args.yes {
		if is_without_policy {
			without_policy(task, out).await?;
		}
	} else {
		let held = chain.token().render(deposit(chain).await?);
		let without = if is_without_policy { " and without a policy" } else { "" };
		let question = format!("Accept task {task}, with a deposit of {held}{without}?");
		let how = format!("--yes to accept what it asks\n  `ostraka task show {task}` shows that");
		out.must_agree(&question, &format!("task {task} is not accepted"), &how).await?;
	}
	let turn = match counts || on_chain.left().is_some() {
		true => Some(keeper.turn(&dataset).await?),
		false => None,
	};
	if turn.is_some() {
		// a job that had its turn before may have accepted meanwhile
		let on_chain = consent::check(chain, task, info, &account, &dataset, counts).await?;
		keeper.recounts(chain.head().number, &on_chain)?;
	}
	out.farewell().is(format!(
		"the acceptance of task {task} may be on its way, and holds a deposit if it comes to a block\n  run the same \
		 command again: it looks before it acts"
	));
	keeper.begins(Act::Accept, info)?;
	let receipt = accept(chain, task, info, signer, &dataset).await?;
	match &receipt {
		Some(receipt) => keeper.ends(Act::Accept, receipt),
		None => keeper.finds(Act::Accept, chain.head().number),
	}
	drop(turn);
	Ok(receipt)
}

/// Checks that the requester does not ask for the same again, as far as that can be told.
fn check_first(task: TaskId, earlier: &Earlier) -> Result<(), Error> {
	if earlier.is_cut {
		return Err(Error::Failed(format!(
			"task {task} is not accepted: whether the same requester asked for the same within a day cannot be told, as more \
			 than {} tasks were submitted since\n  somebody may have submitted them to hide one; --again accepts all the same",
			earlier::MOST
		)));
	}
	let Some((other, columns)) = &earlier.same else { return Ok(()) };
	let columns: Vec<_> = columns.iter().map(|column| escaped(column)).collect();
	Err(Error::Failed(format!(
		"task {task} is not accepted: the same requester asked for {} within a day, by task {other}\n  each task has a \
		 committee of its own, and who asks again and again has one that suits it in the end; if you know why it asks \
		 again, --again accepts all the same",
		columns.join(", ")
	)))
}

/// The account has accepted: nothing is to be done, which is what was asked.
fn already(task: TaskId, info: &TaskInfo, out: &mut Output<'_>) -> Result<(), Error> {
	if out.is_json() {
		let terms = hex(info.task.terms);
		return out.json(&Already { task, accepted: true, already: true, terms });
	}
	writeln!(
		out,
		"this account has accepted task {task} already: nothing was sent\n  {}",
		next(task)
	)
}

fn next(task: TaskId) -> String {
	format!(
		"deal when its committee is drawn: `ostraka deal --task {task} --data FILE` waits for that"
	)
}

/// Writes that a task is accepted, and what is next.
fn write(
	chain: &Chain,
	task: TaskId,
	receipt: &Receipt,
	deposit: Balance,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let token = chain.token();
	writeln!(
		out,
		"accepted task {task}, in block {}, for {}; a deposit of {} is held until the task is settled\n  {}",
		receipt.block.number,
		token.render(receipt.fee),
		token.render(deposit),
		next(task)
	)
}

/// An acceptance that was there already, as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Already {
	task: TaskId,
	accepted: bool,
	already: bool,
	terms: String,
}

/// An acceptance, as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Accepted<'a> {
	task: TaskId,
	accepted: bool,
	already: bool,
	block: u32,
	fee: String,
	deposit: String,
	terms: String,
	/// Tag of the data set that it was accepted for.
	dataset_tag: String,
	earlier_tasks: u32,
	came_to_nothing: u32,
	capture: Capture,
	/// What the dealer's policy says of the task; none without one.
	policy: Option<RulingRecord<'a>>,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};

	#[test]
	fn a_second_task_needs_a_flag() {
		let mut earlier = Earlier { tasks: 3, came_to_nothing: 1, ..Earlier::default() };
		assert!(check_first(7, &earlier).is_ok());
		earlier.same = Some((5, vec!["x".to_owned(), "y\u{1b}[1A".to_owned()]));
		let error = check_first(7, &earlier).expect_err("the same columns").to_string();
		for part in ["asked for x, y\\u{1b}[1A within a day, by task 5", "--again"] {
			assert!(error.contains(part), "`{error}` does not say `{part}`");
		}
	}

	#[test]
	fn what_cannot_be_told_of_a_day_needs_a_flag() {
		let earlier = Earlier { is_cut: true, ..Earlier::default() };
		let error = check_first(7, &earlier).expect_err("a part of the day").to_string();
		for part in ["cannot be told, as more than 100000 tasks", "--again accepts"] {
			assert!(error.contains(part), "`{error}` does not say `{part}`");
		}
	}

	#[test]
	fn only_who_is_invited_can_accept() {
		let info = fixtures::inviting();
		assert!(check_invited(7, &info, &info.dealers[2]).is_ok());
		let error = check_invited(7, &info, &AccountId::new([8; 32])).expect_err("not invited");
		assert!(error.to_string().contains("is not invited to task 7"), "{error}");
	}

	#[test]
	fn a_recipient_is_told_how_it_accepts() {
		let mut info = fixtures::inviting();
		let recipient = AccountId::new([8; 32]);
		info.task.conditions.sealed_to = Some(recipient.clone());
		let error = check_invited(7, &info, &recipient).expect_err("it has no rows").to_string();
		assert!(error.contains("`ostraka mask --task 7 --mask-file FILE`"), "{error}");
	}

	#[test]
	fn without_a_policy_no_data_set_is_named() {
		assert_eq!(tag(None), [0; 32]);
	}

	#[test]
	fn a_task_that_is_drawn_is_not_accepted_any_more() {
		let error = over(7, &fixtures::task()).to_string();
		assert!(error.contains("takes no acceptances any more: collecting"), "{error}");
	}

	#[test]
	fn an_acceptance_that_is_there_is_not_sent_again() {
		let info = fixtures::inviting();
		let text = written(false, |out| already(7, &info, out));
		assert!(text.contains("has accepted task 7 already: nothing was sent"), "{text}");
		let text = written(true, |out| already(7, &info, out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&record["accepted"], &record["already"]), (&true.into(), &true.into()));
	}
}
