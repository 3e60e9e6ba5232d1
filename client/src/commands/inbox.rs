//! `ostraka inbox`: what a dealer is asked, what its policy says of it, and what is due.

use super::{connect, csv, rules::Ruling};
use crate::{
	chain::account,
	cli::{
		account::named,
		policy::{LogArgs, PolicyFileArgs},
		Global,
	},
	error::Error,
	onchain::consent::Duties,
	output::{table, Output},
	view::{lines::state, terms::conditions_in_short},
};
use clap::Args;
use ostraka_party::{address, due::Due, policy::refusal, title::title};
use ostraka_primitives::{api::TaskInfo, AccountId, TaskId};
use schemars::JsonSchema;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  ostraka inbox --account 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  ostraka inbox --key-file bob.key --json";

/// Flags of `inbox`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct InboxArgs {
	/// The dealer: an address, 0x and 64 hexadecimal digits, or //Name [default: the account that signs]
	#[arg(long, value_name = "ACCOUNT", value_parser = account::parse)]
	pub account: Option<AccountId>,
	/// How many of the chain's newest tasks are looked through
	#[arg(long, value_name = "N", default_value_t = 512)]
	pub last: u32,
	/// Print it as CSV, for a spreadsheet
	#[arg(long, conflicts_with = "json")]
	pub csv: bool,
	/// The policy.
	#[command(flatten)]
	pub policy: PolicyFileArgs,
	/// Which tasks were accepted lately.
	#[command(flatten)]
	pub log: LogArgs,
}

/// What CSV has of a task, by its names in JSON.
const COLUMNS: [&str; 14] = [
	"task",
	"title",
	"state",
	"requester",
	"conditions",
	"sealed_to",
	"recipient",
	"pressing",
	"due",
	"until",
	"first_by",
	"allowed",
	"reasons",
	"looser_on_chain",
];

/// Runs the command.
///
/// # Errors
/// `Usage`, `Policy`, `Log`; `Chain`.
pub async fn run(args: &InboxArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let account = match &args.account {
		Some(account) => account.clone(),
		None => named(global, out.notes())?,
	};
	let (policy, log) = (args.policy.read()?, args.log.log()?);
	let chain = connect(global, out).await?;
	let count = chain.tasks().await?;
	// what the chain holds the account to is asked for where there is a policy to hold it against
	let duties = match &policy {
		Some(_) => Some(Duties::read(&chain, &account).await?),
		None => None,
	};
	let mut letters = Vec::new();
	for task in count.saturating_sub(args.last)..count {
		let Some(info) = chain.task_if_any(task, chain.head()).await? else { continue };
		let is_recipient = info.task.conditions.sealed_to.as_ref() == Some(&account);
		if !is_recipient && !info.dealers.contains(&account) {
			continue;
		}
		let has_accepted = info.accepted.contains(&account);
		let has_dealt = chain.dealing(task, &account).await?.is_some();
		let due = Due::of(&info.task.status, has_accepted, has_dealt, info.dealings);
		if due == Due::Nothing {
			continue;
		}
		let mut looser = None;
		let says = match (&policy, &duties) {
			_ if is_recipient => Says::Recipient,
			(Some(policy), Some(duties)) => {
				let named = args.policy.dataset.as_deref();
				match policy.dataset(named, None, &info.task.spec) {
					Ok(dataset) => {
						let held = duties.of(&chain, &account, &dataset.tag(), Some(task)).await?;
						looser = held.warning(&policy.on_chain());
						let (of_task, held) = ((task, &info), Some(&held));
						let mut ruling = Ruling::of(
							policy,
							dataset,
							&chain,
							of_task,
							&log,
							!has_accepted,
							held,
						)?;
						let head = chain.head();
						if let Some(acceptance) = chain.acceptance(task, &account, head).await? {
							ruling.of_accepted(&acceptance.agreed.dataset);
						}
						refusal(&ruling.lines).map_or(Says::Allows, Says::Refuses)
					},
					Err(error) => Says::Refuses(error.to_string()),
				}
			},
			_ => Says::NoPolicy,
		};
		letters.push(Letter { looser, ..Letter::of(task, &info, due, says) });
	}
	write(&letters, &account, chain.head().number, args.csv, out)
}

/// A task that asks something of a dealer.
struct Letter {
	task: TaskId,
	title: String,
	state: &'static str,
	requester: String,
	/// What the task promises, and who reads its result, in short.
	conditions: String,
	sealed_to: Option<String>,
	due: Due,
	says: Says,
	/// What of the policy the chain does not hold to.
	looser: Option<String>,
}

/// What the policy says of a task.
enum Says {
	/// There is none.
	NoPolicy,
	/// It is not asked: the account reads the result, and deals a mask.
	Recipient,
	/// It allows it.
	Allows,
	/// Why it does not.
	Refuses(String),
}

impl Letter {
	fn of(task: TaskId, info: &TaskInfo, due: Due, says: Says) -> Self {
		Self {
			task,
			title: title(&info.task.spec),
			state: state(&info.task.status),
			requester: address(&info.task.requester),
			conditions: conditions_in_short(&info.task.conditions),
			sealed_to: info.task.conditions.sealed_to.as_ref().map(address),
			due,
			says,
			looser: None,
		}
	}

	/// What is due, as of a block.
	fn due(&self, block: u32) -> String {
		match self.says {
			Says::Recipient => self.due.recipients_text(block),
			_ => self.due.text(block),
		}
	}

	fn policy(&self) -> String {
		match &self.says {
			Says::NoPolicy => "no policy".to_owned(),
			Says::Recipient => "not asked".to_owned(),
			Says::Allows => "allows it".to_owned(),
			Says::Refuses(why) => format!("refuses it: {}", why.replace("\n  ", "; ")),
		}
	}
}

/// Writes what a dealer is asked, as of a block.
fn write(
	letters: &[Letter],
	account: &AccountId,
	block: u32,
	as_csv: bool,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if as_csv || out.is_json() {
		let records: Vec<_> = letters.iter().map(|letter| Record::of(letter, block)).collect();
		return match as_csv {
			true => csv::write(&COLUMNS, &records, out),
			false => out.json(&records),
		};
	}
	if letters.is_empty() {
		return writeln!(out, "nothing is asked of {}", address(account));
	}
	let mut table = table(&["task", "statistic", "asked by", "policy", "due"]);
	for letter in letters {
		table.add_row([
			letter.task.to_string(),
			letter.title.clone(),
			letter.requester.clone(),
			letter.policy(),
			letter.due(block),
		]);
	}
	writeln!(out, "{table}")?;
	for letter in letters {
		write!(out, "task {}: {}", letter.task, letter.conditions)?;
		match letter.says {
			Says::Recipient => writeln!(
				out,
				"; you are its recipient: `ostraka mask --task {} --mask-file FILE` accepts, and deals the mask",
				letter.task
			)?,
			_ => writeln!(out)?,
		}
		if let Some(looser) = &letter.looser {
			writeln!(out, "  {looser}")?;
		}
	}
	let pressing = letters.iter().filter(|letter| letter.due.is_pressing()).count();
	writeln!(out, "block {block}: {pressing} of {} wait for you", letters.len())
}

/// A task that asks something of a dealer, as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Record<'a> {
	task: TaskId,
	title: &'a str,
	state: &'static str,
	requester: &'a str,
	/// What the task promises, and who reads its result, in short.
	conditions: &'a str,
	/// Whom its result is sealed to.
	sealed_to: Option<&'a str>,
	/// Whether this account is the recipient, which deals a mask.
	recipient: bool,
	/// Whether the dealer has to do something now.
	pressing: bool,
	due: String,
	/// Last block for it.
	until: Option<u32>,
	/// Last block for the first dealing, while nobody has dealt.
	first_by: Option<u32>,
	/// Whether the policy allows it; none without a policy.
	allowed: Option<bool>,
	/// Why the policy does not.
	reasons: Option<&'a str>,
	/// What of the policy the chain does not hold to.
	looser_on_chain: Option<&'a str>,
}

impl<'a> Record<'a> {
	fn of(letter: &'a Letter, block: u32) -> Self {
		let (until, first_by) = match letter.due {
			Due::Answer { until } => (Some(until), None),
			Due::Deal { until, first_by } => (Some(until), first_by),
			Due::Wait | Due::Nothing => (None, None),
		};
		let (allowed, reasons) = match &letter.says {
			Says::NoPolicy | Says::Recipient => (None, None),
			Says::Allows => (Some(true), None),
			Says::Refuses(why) => (Some(false), Some(why.as_str())),
		};
		Self {
			task: letter.task,
			title: &letter.title,
			state: letter.state,
			requester: &letter.requester,
			conditions: &letter.conditions,
			sealed_to: letter.sealed_to.as_deref(),
			recipient: matches!(letter.says, Says::Recipient),
			pressing: letter.due.is_pressing(),
			due: letter.due(block),
			until,
			first_by,
			allowed,
			reasons,
			looser_on_chain: letter.looser.as_deref(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};

	fn letters() -> Vec<Letter> {
		let info = fixtures::inviting();
		let due = Due::of(&info.task.status, false, false, 0);
		let why = "requesters: not Bob\n  rows: too few".to_owned();
		vec![
			Letter::of(4, &info, due, Says::Refuses(why)),
			Letter {
				looser: Some("the chain has no policy".to_owned()),
				..Letter::of(5, &info, Due::Wait, Says::Allows)
			},
			Letter::of(6, &info, due, Says::NoPolicy),
		]
	}

	#[test]
	fn people_see_what_is_due_and_what_the_policy_says() {
		let account = AccountId::new([3; 32]);
		let text = written(false, |out| write(&letters(), &account, 8, false, out));
		for part in [
			"mean of x by g",
			"allows it",
			"no policy",
			"task 4: 3 dealers at least\ntask 5: 3 dealers at least\n  the chain has no policy\n",
			"2 of 3 wait for you",
		] {
			assert!(text.contains(part), "`{text}` does not say `{part}`");
		}
		let none = written(false, |out| write(&[], &account, 8, false, out));
		assert!(none.starts_with("nothing is asked of 5"), "{none}");
	}

	#[test]
	fn a_recipient_sees_that_it_deals_a_mask() {
		let mut info = fixtures::inviting();
		let account = AccountId::new([3; 32]);
		info.task.conditions.sealed_to = Some(account.clone());
		let due = Due::of(&info.task.status, false, false, 0);
		let letters = [Letter::of(4, &info, due, Says::Recipient)];
		let text = written(false, |out| write(&letters, &account, 8, false, out));
		assert!(text.contains("`ostraka mask --task 4 --mask-file FILE`"), "{text}");
		assert!(text.contains("1 of 1 wait for you"), "{text}");
		let text = written(true, |out| write(&letters, &account, 8, false, out));
		let records: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(records[0]["sealed_to"], address(&account));
		assert_eq!((&records[0]["recipient"], &records[0]["allowed"]), (&true.into(), &().into()));
	}

	#[test]
	fn a_spreadsheet_has_a_line_for_each_task() {
		let account = AccountId::new([3; 32]);
		let text = written(false, |out| write(&letters(), &account, 8, true, out));
		let lines: Vec<&str> = text.split_terminator("\r\n").collect();
		assert_eq!(lines.len(), 4, "{text}");
		assert!(lines[0].starts_with("task,title,state,requester,"), "{text}");
		assert!(lines[1].starts_with("4,mean of x by g,") && lines[1].contains("false,"), "{text}");
		assert!(lines[1].contains("requesters: not Bob\\u{a}  rows: too few"), "{text}");
		// every name is one of the record's
		let record = serde_json::to_value(Record::of(&letters()[0], 8)).expect("JSON");
		assert!(COLUMNS.iter().all(|name| record.get(name).is_some()), "{record}");
	}

	#[test]
	fn programs_see_whether_it_is_allowed_and_until_when() {
		let account = AccountId::new([3; 32]);
		let text = written(true, |out| write(&letters(), &account, 8, false, out));
		let records: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&records[0]["allowed"], &records[0]["until"]), (&false.into(), &20.into()));
		assert_eq!(
			(&records[1]["allowed"], &records[1]["pressing"]),
			(&true.into(), &false.into())
		);
		assert_eq!(records[1]["looser_on_chain"], "the chain has no policy");
		assert_eq!(records[2]["allowed"], serde_json::Value::Null);
	}
}
