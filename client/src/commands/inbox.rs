//! `ostraka inbox`: what a dealer is asked, what its policy says of it, and what is due.

use super::{connect, rules::Ruling};
use crate::{
	chain::account,
	cli::{
		account::signer,
		policy::{LogArgs, PolicyFileArgs},
		Global,
	},
	error::Error,
	output::{table, Output},
	view::lines::state,
};
use clap::Args;
use ostraka_party::{address, due::Due, policy::refusal, title::title};
use ostraka_primitives::{api::TaskInfo, AccountId, TaskId};
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
	/// The policy.
	#[command(flatten)]
	pub policy: PolicyFileArgs,
	/// Which tasks were accepted lately.
	#[command(flatten)]
	pub log: LogArgs,
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Policy`, `Log`; `Chain`.
pub async fn run(args: &InboxArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let account = match &args.account {
		Some(account) => account.clone(),
		None => signer(global, out.notes())?.account(),
	};
	let (policy, log) = (args.policy.read()?, args.log.log()?);
	let chain = connect(global, out).await?;
	let count = chain.tasks().await?;
	let mut letters = Vec::new();
	for task in count.saturating_sub(args.last)..count {
		let info = chain.task(task).await?;
		if !info.dealers.contains(&account) {
			continue;
		}
		let has_accepted = info.accepted.contains(&account);
		let has_dealt = chain.dealing(task, &account).await?.is_some();
		let due = Due::of(&info.task.status, has_accepted, has_dealt, info.dealings);
		if due == Due::Nothing {
			continue;
		}
		let says = match &policy {
			Some(policy) => {
				let named = args.policy.dataset.as_deref();
				match policy.dataset(named, None, &info.task.spec) {
					Ok(dataset) => {
						let of_task = (task, &info);
						let ruling =
							Ruling::of(policy, dataset, &chain, of_task, &log, !has_accepted)?;
						Some(refusal(&ruling.lines))
					},
					Err(error) => Some(Some(error.to_string())),
				}
			},
			None => None,
		};
		letters.push(Letter::of(task, &info, due, says));
	}
	write(&letters, &account, chain.head().number, out)
}

/// A task that asks something of a dealer.
struct Letter {
	task: TaskId,
	title: String,
	state: &'static str,
	requester: String,
	due: Due,
	/// What the policy says: nothing, that it allows the task, or why not.
	says: Option<Option<String>>,
}

impl Letter {
	fn of(task: TaskId, info: &TaskInfo, due: Due, says: Option<Option<String>>) -> Self {
		Self {
			task,
			title: title(&info.task.spec),
			state: state(&info.task.status),
			requester: address(&info.task.requester),
			due,
			says,
		}
	}

	fn policy(&self) -> String {
		match &self.says {
			None => "no policy".to_owned(),
			Some(None) => "allows it".to_owned(),
			Some(Some(why)) => format!("refuses it: {}", why.replace("\n  ", "; ")),
		}
	}
}

/// Writes what a dealer is asked, as of a block.
fn write(
	letters: &[Letter],
	account: &AccountId,
	block: u32,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if out.is_json() {
		let records: Vec<_> = letters.iter().map(|letter| Record::of(letter, block)).collect();
		return out.json(&records);
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
			letter.due.text(block),
		]);
	}
	writeln!(out, "{table}")?;
	let pressing = letters.iter().filter(|letter| letter.due.is_pressing()).count();
	writeln!(out, "block {block}: {pressing} of {} wait for you", letters.len())
}

/// A task that asks something of a dealer, as JSON.
#[derive(Serialize)]
struct Record<'a> {
	task: TaskId,
	title: &'a str,
	state: &'static str,
	requester: &'a str,
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
}

impl<'a> Record<'a> {
	fn of(letter: &'a Letter, block: u32) -> Self {
		let (until, first_by) = match letter.due {
			Due::Answer { until } => (Some(until), None),
			Due::Deal { until, first_by } => (Some(until), first_by),
			Due::Wait | Due::Nothing => (None, None),
		};
		Self {
			task: letter.task,
			title: &letter.title,
			state: letter.state,
			requester: &letter.requester,
			pressing: letter.due.is_pressing(),
			due: letter.due.text(block),
			until,
			first_by,
			allowed: letter.says.as_ref().map(Option::is_none),
			reasons: letter.says.as_ref().and_then(Option::as_deref),
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
			Letter::of(4, &info, due, Some(Some(why))),
			Letter::of(5, &info, Due::Wait, Some(None)),
			Letter::of(6, &info, due, None),
		]
	}

	#[test]
	fn people_see_what_is_due_and_what_the_policy_says() {
		let account = AccountId::new([3; 32]);
		let text = written(false, |out| write(&letters(), &account, 8, out));
		for part in ["mean of x by g", "allows it", "no policy", "2 of 3 wait for you"] {
			assert!(text.contains(part), "`{text}` does not say `{part}`");
		}
		let none = written(false, |out| write(&[], &account, 8, out));
		assert!(none.starts_with("nothing is asked of 5"), "{none}");
	}

	#[test]
	fn programs_see_whether_it_is_allowed_and_until_when() {
		let account = AccountId::new([3; 32]);
		let text = written(true, |out| write(&letters(), &account, 8, out));
		let records: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&records[0]["allowed"], &records[0]["until"]), (&false.into(), &20.into()));
		assert_eq!(
			(&records[1]["allowed"], &records[1]["pressing"]),
			(&true.into(), &false.into())
		);
		assert_eq!(records[2]["allowed"], serde_json::Value::Null);
	}
}
