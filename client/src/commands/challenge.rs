//! `ostraka challenge`: judges the proofs of a task's dealings, and has the chain judge those that do not hold.

use super::connect;
use crate::{
	chain::{calls, Chain, ChainError, Signer, Token},
	cli::{account::signer, task::TaskArg, Global},
	error::Error,
	onchain::challenge::{bond, is_open, look, reward, send, Finding, Judged, Sent},
	output::{self, Output},
	view::lines::{ended, hex, outcome, state},
};
use clap::Args;
use ostraka_party::{address, fault, words::counted};
use ostraka_primitives::{
	api::TaskInfo, fault::DealerFault, message::ChallengeMessage, record::Standing, AccountId,
	Balance, TaskId,
};
use schemars::JsonSchema;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  ostraka challenge 7 --dry-run
  ostraka challenge 7 --suri //Alice
  ostraka challenge --task 7 --dealer 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY --key-file my.key --yes --json

Every dealing carries a proof that its numbers are ones that rows within the task's ranges can give. This command reads a
task's dealings from block bodies and judges each proof here. Of one that does not hold it asks the chain to compute the same:
the dealer is convicted then, its dealing excluded if the accepted set is not frozen yet, and you have a part of its deposit. A
bond is held meanwhile, and would be lost if the proof held: what was not judged here, and found wrong, is never challenged. The
nodes that have a seat in the task do this by themselves; anybody may. Without a terminal it challenges with --yes only.";

/// Flags of `challenge`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ChallengeArgs {
	/// The task.
	#[command(flatten)]
	pub task: TaskArg,
	/// Judge this dealer's dealing alone: an address, 0x and 64 hexadecimal digits, or //Name
	#[arg(long, value_name = "ACCOUNT", value_parser = crate::chain::account::parse)]
	pub dealer: Option<AccountId>,
	/// Challenge without being asked: for scripts
	#[arg(long)]
	pub yes: bool,
	/// Judge, show what does not hold, and stop: needs no account
	#[arg(long)]
	pub dry_run: bool,
}

/// Runs the command.
///
/// # Errors
/// `Usage` if nobody can be asked; `Chain`; `Failed` if the task takes no challenges, the answer is no, or the chain finds
/// otherwise than was found here.
pub async fn run(args: &ChallengeArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let signer = match args.dry_run {
		true => None,
		false => Some(signer(global, out.notes())?),
	};
	let chain = connect(global, out).await?;
	let task = args.task.number;
	let info = chain.task(task).await?;
	check(task, &info, args.dealer.as_ref())?;
	let judged = look(&chain, task, &info, args.dealer.as_ref()).await?;
	let mut record = Record::new(task, &judged);
	(record.bond, record.reward) = (text(bond(&chain)), text(reward(&chain).await?));
	if !out.is_json() {
		write(task, &judged, out)?;
	}
	let wrong: Vec<(&Judged, &ChallengeMessage)> = judged.iter().filter_map(wrong).collect();
	if let (Some(signer), false) = (&signer, wrong.is_empty()) {
		agree(args.yes, &chain, task, &wrong, signer, &mut record, out).await?;
		for (judged, challenge) in wrong {
			let dealer = &judged.dealer;
			out.farewell().is(format!(
				"the challenge of the dealing of {} may be on its way, with a bond that is held while it is judged\n  run the \
				 same command again: it looks before it acts",
				address(dealer)
			));
			let sent = send(&chain, task, judged, challenge, signer).await?;
			if !out.is_json() {
				writeln!(out, "{}", line(chain.token(), dealer, &sent))?;
			}
			record.note(dealer, &sent);
		}
	}
	match out.is_json() {
		true => out.json(&record),
		false => Ok(()),
	}
}

/// Whether a task's dealings can be challenged, and that dealer is one of its.
fn check(task: TaskId, info: &TaskInfo, dealer: Option<&AccountId>) -> Result<(), Error> {
	if !is_open(info) {
		let status = &info.task.status;
		let how = outcome(status).map_or_else(|| state(status).to_owned(), ended);
		return Err(Error::Failed(format!(
			"the dealings of task {task} cannot be challenged: {how}\n  they can from the draw of its committee until its result \
			 shares are in; `ostraka result {task} --verify` judges the proofs of a task with a result"
		)));
	}
	match dealer {
		Some(dealer) if !info.accepted.contains(dealer) => Err(Error::Failed(format!(
			"the account {} has not accepted task {task}, and has no dealing in it",
			address(dealer)
		))),
		_ => Ok(()),
	}
}

/// A dealing that was found wrong, and what shows it.
fn wrong(judged: &Judged) -> Option<(&Judged, &ChallengeMessage)> {
	let Finding::Wrong(_, challenge) = &judged.finding else { return None };
	Some((judged, challenge.as_ref()))
}

/// Shows what is at stake, and asks whether to challenge.
async fn agree(
	yes: bool,
	chain: &Chain,
	task: TaskId,
	wrong: &[(&Judged, &ChallengeMessage)],
	signer: &Signer,
	record: &mut Record,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let Some((first, challenge)) = wrong.first() else { return Ok(()) };
	let (dealer, digest) = (first.dealer.clone(), first.record.digest);
	let call = calls::challenge_with_bond(task, dealer, digest, (*challenge).clone());
	let fee = chain.fee_of(&call, signer).await?;
	record.fee = Some(fee.to_string());
	let stakes = Stakes { bond: bond(chain), fee, reward: reward(chain).await? };
	if !out.is_json() {
		out.lines(&stakes.lines(chain.token()))?;
	}
	check_money(chain, &signer.account(), &stakes).await?;
	if yes {
		return Ok(());
	}
	let what = counted(wrong.len(), "dealing");
	let how =
		format!("--yes to challenge\n  `ostraka challenge {task} --dry-run` shows what is wrong");
	let otherwise = format!("no dealing of task {task} is challenged");
	out.must_agree(&format!("Challenge {what} of task {task}?"), &otherwise, &how).await
}

/// What a challenge costs, and what it pays.
struct Stakes {
	bond: Option<Balance>,
	fee: Balance,
	reward: Option<Balance>,
}

impl Stakes {
	fn lines(&self, token: &Token) -> Vec<(String, String)> {
		let amount = |amount: Option<Balance>| {
			amount.map_or_else(|| "what the chain asks".to_owned(), |amount| token.render(amount))
		};
		let lines = [
			(
				"bond",
				format!(
					"{}, held while the chain judges; lost if it finds the proof to hold",
					amount(self.bond)
				),
			),
			("fee", format!("{} a challenge at most", token.render(self.fee))),
			("reward", format!("{} a challenge, of the dealer's deposit", amount(self.reward))),
		];
		lines.map(|(name, value)| (name.to_owned(), value)).to_vec()
	}
}

/// Checks that an account can pay for a challenge.
async fn check_money(chain: &Chain, account: &AccountId, stakes: &Stakes) -> Result<(), Error> {
	let money = chain.money(account).await?;
	let free = money.free.saturating_sub(money.frozen);
	let existential: Balance = chain.constant("Balances", "ExistentialDeposit").unwrap_or_default();
	let needed = stakes.bond.unwrap_or_default().saturating_add(stakes.fee);
	let needed = needed.saturating_add(existential);
	if free >= needed {
		return Ok(());
	}
	Err(Error::Chain(ChainError::Invalid {
		call: "Vss.challenge_with_bond".to_owned(),
		reason: format!(
			"the account {} has {} and needs {} for the bond and the fee\n  send tokens to it first; the bond comes back with \
			 the verdict",
			address(account),
			chain.token().render(free),
			chain.token().render(needed)
		),
	}))
}

/// What was found of a dealing, in words.
fn found(judged: &Judged) -> String {
	let besides = match judged.record.standing {
		Standing::Accepted => "",
		Standing::Excluded => "; its dealer is convicted already of another fault: excluded",
		Standing::ConvictedLate => "; its dealer is convicted already of another fault, too late",
	};
	match (&judged.finding, judged.record.standing) {
		(Finding::Holds, _) => format!("holds{besides}"),
		(Finding::Mask, _) => {
			format!("a mask, which proves nothing: its commitments are sound{besides}")
		},
		(Finding::Wrong(what @ DealerFault::InvalidInput, _), _) => {
			format!("DOES NOT HOLD: {}{besides}", fault::dealer(*what))
		},
		(Finding::Wrong(what, _), _) => format!("WRONG: {}{besides}", fault::dealer(*what)),
		(Finding::Convicted, Standing::ConvictedLate) => {
			"its dealer was convicted too late: it counts on".to_owned()
		},
		(Finding::Convicted, _) => "excluded already".to_owned(),
		(Finding::Absent, _) => "not judged: its block's body does not hold it".to_owned(),
	}
}

/// Writes what was found.
fn write(task: TaskId, judged: &[Judged], out: &mut Output<'_>) -> Result<(), Error> {
	if judged.is_empty() {
		return writeln!(out, "task {task}: nobody has dealt yet");
	}
	let mut table = output::table(&["dealer", "block", "proof of valid input"]);
	for judged in judged {
		let block = judged.record.block.to_string();
		table.add_row([address(&judged.dealer), block, found(judged)]);
	}
	writeln!(out, "{table}")?;
	let count = |of: fn(&Finding) -> bool| judged.iter().filter(|one| of(&one.finding)).count();
	let holds = count(|finding| *finding == Finding::Holds);
	let wrong = count(|finding| matches!(finding, Finding::Wrong(..)));
	let absent = count(|finding| *finding == Finding::Absent);
	write!(out, "task {task}: {} judged: {holds} hold, ", counted(holds + wrong, "proof"))?;
	match wrong {
		0 => writeln!(out, "and there is nothing to challenge")?,
		_ => writeln!(out, "{wrong} not")?,
	}
	match absent {
		0 => Ok(()),
		_ => writeln!(
			out,
			"{} not judged: ask a node that keeps the bodies (--blocks-pruning archive)",
			counted(absent, "dealing")
		),
	}
}

/// What came of a challenge, in a line.
fn line(token: &Token, dealer: &AccountId, sent: &Sent) -> String {
	let dealer = address(dealer);
	match sent {
		Sent::Convicted { receipt, excluded, reward, .. } => {
			let counts = if *excluded {
				"its dealing is excluded"
			} else {
				"too late: its dealing counts on"
			};
			format!(
				"{dealer} is convicted, in block {}: {counts}; {} paid to you, for a fee of {}",
				receipt.block.number,
				token.render(*reward),
				token.render(receipt.fee)
			)
		},
		Sent::Shown { receipt, exposed } => format!(
			"{dealer} was convicted before of another fault; that its dealing is invalid the chain has seen in block {}; slashed at \
			 settlement, as they had attested to it: {}",
			receipt.block.number,
			counted(*exposed, "seat")
		),
		Sent::Forestalled => format!(
			"{dealer} was convicted before, and there is nothing more to show: nothing was judged, and no bond is held"
		),
	}
}

fn text(amount: Option<Balance>) -> Option<String> {
	amount.map(|amount| amount.to_string())
}

/// What was judged and challenged, as JSON. Amounts are in the token's smallest unit, as text.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Record {
	task: TaskId,
	/// Dealings whose proof does not hold.
	wrong: usize,
	/// What is held while a challenge is judged.
	bond: Option<String>,
	/// The most that a challenge costs in fees; none if there was none to make.
	fee: Option<String>,
	/// What a right challenge pays.
	reward: Option<String>,
	dealings: Vec<DealingRecord>,
}

/// A dealing, as JSON.
#[derive(Debug, Serialize, JsonSchema)]
struct DealingRecord {
	dealer: String,
	block: u32,
	digest: String,
	/// Whether its proof holds; none if it was not judged.
	holds: Option<bool>,
	/// What is wrong with it.
	fault: Option<String>,
	/// Whether its dealer was convicted before.
	convicted: bool,
	/// The challenge that the chain found right, if one was made here.
	challenge: Option<Challenge>,
}

/// A challenge that the chain found right, as JSON.
#[derive(Debug, Serialize, JsonSchema)]
struct Challenge {
	block: u32,
	fee: String,
	reward: String,
	/// Whether it is why the dealing no longer counts.
	excluded: bool,
	/// Seats that had attested to it.
	exposed: usize,
}

impl Record {
	fn new(task: TaskId, judged: &[Judged]) -> Self {
		let dealing = |judged: &Judged| DealingRecord {
			dealer: address(&judged.dealer),
			block: judged.record.block,
			digest: hex(judged.record.digest),
			holds: match judged.finding {
				Finding::Holds => Some(true),
				Finding::Wrong(..) => Some(false),
				Finding::Mask | Finding::Convicted | Finding::Absent => None,
			},
			fault: match judged.finding {
				Finding::Wrong(fault, _) => Some(fault::dealer(fault)),
				_ => None,
			},
			convicted: judged.record.standing != Standing::Accepted,
			challenge: None,
		};
		Self {
			task,
			wrong: judged.iter().filter_map(wrong).count(),
			bond: None,
			fee: None,
			reward: None,
			dealings: judged.iter().map(dealing).collect(),
		}
	}

	/// What came of the challenge of a dealer.
	fn note(&mut self, dealer: &AccountId, sent: &Sent) {
		let dealer = address(dealer);
		let Some(dealing) = self.dealings.iter_mut().find(|other| other.dealer == dealer) else {
			return;
		};
		match sent {
			Sent::Convicted { receipt, excluded, reward, exposed } => {
				dealing.challenge = Some(Challenge {
					block: receipt.block.number,
					fee: receipt.fee.to_string(),
					reward: reward.to_string(),
					excluded: *excluded,
					exposed: *exposed,
				});
			},
			Sent::Shown { receipt, exposed } => {
				dealing.challenge = Some(Challenge {
					block: receipt.block.number,
					fee: receipt.fee.to_string(),
					reward: "0".to_owned(),
					excluded: false,
					exposed: *exposed,
				});
			},
			Sent::Forestalled => dealing.convicted = true,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		chain::{state::DealingRecord as Held, Head, Receipt},
		fixtures::{self, token},
		output::written,
	};
	use ostraka_primitives::task::{Outcome, TaskStatus};

	fn judged(dealer: u8, standing: Standing, finding: Finding) -> Judged {
		let record = Held { standing, ..Held::taken([dealer; 32], [0; 32], 9) };
		Judged { dealer: AccountId::new([dealer; 32]), record, finding }
	}

	fn challenge() -> ChallengeMessage {
		ChallengeMessage {
			commitments: Default::default(),
			ephemeral: [1; 32],
			sealed_hashes: Default::default(),
			validity: Default::default(),
		}
	}

	fn forged(dealer: u8) -> Judged {
		let finding = Finding::Wrong(DealerFault::InvalidInput, Box::new(challenge()));
		judged(dealer, Standing::Accepted, finding)
	}

	fn some() -> Vec<Judged> {
		vec![
			judged(1, Standing::Accepted, Finding::Holds),
			forged(2),
			judged(3, Standing::Excluded, Finding::Convicted),
			judged(4, Standing::ConvictedLate, Finding::Convicted),
			judged(5, Standing::Accepted, Finding::Absent),
		]
	}

	fn convicted(excluded: bool) -> Sent {
		let block = Head { number: 12, hash: Default::default() };
		let receipt = Receipt { block, fee: 20, events: Vec::new() };
		Sent::Convicted { receipt, excluded, reward: 2_500, exposed: 1 }
	}

	#[test]
	fn what_holds_and_what_does_not_is_a_table() {
		let text = written(false, |out| write(7, &some(), out));
		for part in [
			"DOES NOT HOLD: InvalidInput",
			"excluded already",
			"convicted too late",
			"body does not hold it",
			"task 7: 2 proofs judged: 1 hold, 1 not\n",
			"1 dealing not judged: ask a node",
		] {
			assert!(text.contains(part), "no `{part}` in {text}");
		}
		let right = [judged(1, Standing::Accepted, Finding::Holds)];
		let text = written(false, |out| write(7, &right, out));
		assert!(text.ends_with("1 proof judged: 1 hold, and there is nothing to challenge\n"));
		let text = written(false, |out| write(7, &[], out));
		assert_eq!(text, "task 7: nobody has dealt yet\n");
	}

	#[test]
	fn only_what_was_found_wrong_is_challenged() {
		let some = some();
		let challenged: Vec<_> = some.iter().filter_map(wrong).collect();
		assert_eq!(challenged.len(), 1);
		assert_eq!(challenged[0].0.dealer, AccountId::new([2; 32]));
	}

	#[test]
	fn what_is_at_stake_is_shown_before() {
		let stakes = Stakes { bond: Some(5_000), fee: 30, reward: Some(2_500) };
		let text = written(false, |out| out.lines(&stakes.lines(&token())));
		for part in ["bond    5 OST, held", "fee     0.03 OST a challenge", "reward  2.5 OST a"] {
			assert!(text.contains(part), "no `{part}` in {text}");
		}
	}

	#[test]
	fn what_came_of_it_is_a_line() {
		let dealer = AccountId::new([2; 32]);
		let said = line(&token(), &dealer, &convicted(true));
		assert!(
			said.contains("in block 12: its dealing is excluded; 2.5 OST paid to you"),
			"{said}"
		);
		let late = line(&token(), &dealer, &convicted(false));
		assert!(late.contains("too late: its dealing counts on"), "{late}");
		assert!(line(&token(), &dealer, &Sent::Forestalled).contains("no bond is held"));
		let block = Head { number: 13, hash: Default::default() };
		let receipt = Receipt { block, fee: 0, events: Vec::new() };
		let shown = line(&token(), &dealer, &Sent::Shown { receipt, exposed: 2 });
		assert!(
			shown.contains("in block 13") && shown.ends_with("attested to it: 2 seats"),
			"{shown}"
		);
	}

	#[test]
	fn what_else_a_dealer_is_convicted_of_is_said() {
		let wrong = || forged(2).finding;
		for standing in [Standing::Excluded, Standing::ConvictedLate] {
			for finding in [Finding::Holds, wrong()] {
				let said = found(&judged(2, standing, finding));
				assert!(said.contains("convicted already of another fault"), "{said}");
			}
		}
		assert_eq!(found(&judged(2, Standing::Accepted, Finding::Holds)), "holds");
		// and it is challenged all the same
		let late = judged(2, Standing::ConvictedLate, wrong());
		assert!(super::wrong(&late).is_some());
	}

	#[test]
	fn json_says_what_was_judged_and_challenged() {
		let mut record = Record::new(7, &some());
		record.note(&AccountId::new([2; 32]), &convicted(true));
		let record = serde_json::to_value(record).expect("JSON");
		assert_eq!((&record["task"], &record["wrong"]), (&7.into(), &1.into()));
		let holds: Vec<_> =
			(0..5).map(|place| record["dealings"][place]["holds"].clone()).collect();
		assert_eq!(serde_json::json!(holds), serde_json::json!([true, false, null, null, null]));
		assert_eq!(record["dealings"][1]["challenge"]["excluded"], true);
		assert_eq!(record["dealings"][1]["challenge"]["reward"], "2500");
		assert_eq!(record["dealings"][1]["challenge"]["exposed"], 1);
		assert_eq!(record["dealings"][2]["convicted"], true);
		assert_eq!(record["dealings"][0]["challenge"], serde_json::Value::Null);
	}

	#[test]
	fn a_task_that_takes_no_challenge_is_told() {
		let mut info = fixtures::task();
		let dealer = info.accepted[1].clone();
		assert!(check(7, &info, Some(&dealer)).is_ok() && check(7, &info, None).is_ok());
		let other = check(7, &info, Some(&AccountId::new([8; 32]))).expect_err("no dealer");
		assert!(other.to_string().contains("has not accepted task 7"), "{other}");
		info.task.status = TaskStatus::Settled(Outcome::Completed);
		let over = check(7, &info, None).expect_err("settled");
		assert!(over.to_string().contains("cannot be challenged: completed\n"), "{over}");
		assert_eq!(over.exit_code(), 1);
		let early = check(7, &fixtures::inviting(), None).expect_err("not drawn");
		assert!(early.to_string().contains("cannot be challenged: inviting\n"), "{early}");
	}
}
