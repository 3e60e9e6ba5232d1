//! What the chain holds an account to, and what it may still be asked.

use crate::{
	chain::{account, Chain},
	cli::{account::named, policy::PolicyFileArgs, Global},
	commands::connect,
	error::Error,
	onchain::consent::{Duties, Held},
	output::Output,
	view::lines::hex,
};
use clap::Args;
use ostraka_party::{address, escape::escaped, policy::Policy as File, words::counted};
use ostraka_primitives::{
	consent::{Policy, Quota},
	AccountId, BlockNumber, Digest, TaskId,
};
use ostraka_protocol::wire::dataset_tag;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Examples for the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ostraka policy show --account 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  ostraka policy show --key-file bob.key --dataset loans-2026 --json

Anybody can look: what a dealer allows stands on the chain, under hashes of its data sets' names. The names are those of the
policy's file, if there is one.";

/// Flags of `policy show`.
#[derive(Args, Debug)]
pub struct ShowArgs {
	/// The dealer: an address, 0x and 64 hexadecimal digits, or //Name [default: the account that signs]
	#[arg(long, value_name = "ACCOUNT", value_parser = account::parse)]
	pub account: Option<AccountId>,
	/// The policy whose data sets are named, and which of them alone is shown.
	#[command(flatten)]
	pub policy: PolicyFileArgs,
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Policy`; `Chain`.
pub(super) async fn run(
	args: &ShowArgs,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let account = match &args.account {
		Some(account) => account.clone(),
		None => named(global, out.notes())?,
	};
	let file = args.policy.read()?;
	let chain = connect(global, out).await?;
	let duties = Duties::read(&chain, &account).await?;
	let names = names(args.policy.dataset.as_deref(), file.as_ref());
	let tags = match &args.policy.dataset {
		Some(name) => vec![dataset_tag(name)],
		None => tags(&chain, &account, &duties, &names).await?,
	};
	let mut sets = Vec::new();
	for tag in tags {
		let held = duties.of(&chain, &account, &tag, None).await?;
		let name = names.get(&tag).cloned();
		// a policy's file says something of its own data sets
		let of_file = name.is_some().then_some(file.as_ref()).flatten();
		let warning = of_file.and_then(|file| held.warning(&file.on_chain()));
		sets.push(DatasetRecord::of(&tag, name, &held, warning));
	}
	write(&ShownRecord { account: address(&account), block: duties.block, datasets: sets }, out)
}

/// Names of data sets, by tag, as far as they are known here.
fn names(named: Option<&str>, file: Option<&File>) -> BTreeMap<Digest, String> {
	let of_file = file.into_iter().flat_map(|file| file.datasets.keys().map(String::as_str));
	named.into_iter().chain(of_file).map(|name| (dataset_tag(name), name.to_owned())).collect()
}

/// Tags of all data sets of an account that are known here, to the chain or to its memory, each once.
async fn tags(
	chain: &Chain,
	account: &AccountId,
	duties: &Duties,
	names: &BTreeMap<Digest, String>,
) -> Result<Vec<Digest>, Error> {
	let mut tags = chain.datasets(account, chain.head()).await?;
	tags.extend(names.keys());
	tags.extend(duties.history.iter().map(|entry| entry.dataset));
	tags.extend(duties.accepted.iter().map(|(_, dataset)| dataset));
	tags.sort_unstable();
	tags.dedup();
	Ok(tags)
}

fn write(shown: &ShownRecord, out: &mut Output<'_>) -> Result<(), Error> {
	if out.is_json() {
		return out.json(shown);
	}
	let ShownRecord { account, block, datasets } = shown;
	if datasets.is_empty() {
		return writeln!(out, "the chain holds {account} to nothing, and it has dealt to no task");
	}
	for set in datasets {
		out.lines(&set.lines())?;
		writeln!(out)?;
	}
	let sets = counted(datasets.len(), "data set");
	writeln!(out, "block {block}: {sets} of {account}")
}

/// What the chain holds an account to, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct ShownRecord {
	account: String,
	block: BlockNumber,
	datasets: Vec<DatasetRecord>,
}

/// One data set of it.
#[derive(Serialize, JsonSchema)]
struct DatasetRecord {
	/// Its name, if it is known here.
	name: Option<String>,
	tag: String,
	/// What holds; none if the chain has no policy.
	policy: Option<PolicyRecord>,
	/// What is to hold from a block on.
	later: Option<LaterRecord>,
	/// Tasks that may be accepted now; none without a quota.
	left: Option<usize>,
	/// If none may: the block from which on one may be.
	next_at: Option<BlockNumber>,
	/// The last tasks that it was dealt to.
	dealt: Vec<DealtRecord>,
	/// Tasks that are accepted, and still to be dealt to.
	accepted: Vec<TaskId>,
	/// What of the policy's file the chain does not hold to.
	warning: Option<String>,
}

/// A policy of the chain, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct PolicyRecord {
	per_period: Option<u8>,
	period_blocks: Option<BlockNumber>,
	least_cohort: u32,
	least_difference: u8,
	co_dealers: Vec<String>,
}

/// What is to hold from a block on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct LaterRecord {
	from: BlockNumber,
	/// None for no policy.
	policy: Option<PolicyRecord>,
}

/// A task that was dealt to.
#[derive(Serialize, JsonSchema)]
struct DealtRecord {
	task: TaskId,
	block: BlockNumber,
}

impl PolicyRecord {
	/// Of a policy.
	pub fn of(policy: &Policy) -> Self {
		let Policy { quota, least_cohort, least_difference, co_dealers } = policy;
		Self {
			per_period: quota.map(|quota| quota.tasks),
			period_blocks: quota.map(|quota| quota.blocks),
			least_cohort: *least_cohort,
			least_difference: *least_difference,
			co_dealers: co_dealers.iter().map(address).collect(),
		}
	}

	/// In words.
	pub fn text(&self) -> String {
		let mut parts = Vec::new();
		if let (Some(tasks), Some(blocks)) = (self.per_period, self.period_blocks) {
			parts.push(quota_text(&Quota { tasks, blocks }));
		}
		if self.least_cohort > 0 {
			parts.push(format!("{} at least", counted(self.least_cohort as usize, "dealer")));
		}
		if self.least_difference > 1 {
			parts.push(format!("differences of {} dealers", self.least_difference));
		}
		if !self.co_dealers.is_empty() {
			parts.push(format!("with {}", self.co_dealers.join(", ")));
		}
		match parts.is_empty() {
			true => "anything".to_owned(),
			false => parts.join("; "),
		}
	}
}

impl LaterRecord {
	/// What is to hold later than in a block, if anything is.
	pub fn of(held: &Held) -> Option<Self> {
		let (policy, from) = held.standing.as_ref()?.later(held.block)?;
		Some(Self { from, policy: policy.map(PolicyRecord::of) })
	}

	/// In words.
	pub fn text(&self) -> String {
		let policy = self.policy.as_ref();
		let what = policy.map_or_else(|| "no policy".to_owned(), PolicyRecord::text);
		format!("from block {} on: {what}", self.from)
	}
}

fn quota_text(quota: &Quota) -> String {
	let (tasks, blocks) = (quota.tasks.into(), quota.blocks as usize);
	format!("{} in {}", counted(tasks, "task"), counted(blocks, "block"))
}

impl DatasetRecord {
	fn of(tag: &Digest, name: Option<String>, held: &Held, warning: Option<String>) -> Self {
		let left = held.left();
		let dealt = held.dealt.iter();
		Self {
			name,
			tag: hex(tag),
			policy: held.policy().map(PolicyRecord::of),
			later: LaterRecord::of(held),
			left: left.map(|left| left.tasks),
			next_at: left.filter(|left| left.tasks == 0).and_then(|left| left.next_at),
			dealt: dealt.map(|entry| DealtRecord { task: entry.task, block: entry.at }).collect(),
			accepted: held.accepted.clone(),
			warning,
		}
	}

	fn lines(&self) -> Vec<(String, String)> {
		let line = |name: &str, value: String| (name.to_owned(), value);
		let name = match &self.name {
			Some(name) => format!("{} ({})", escaped(name), self.tag),
			None => self.tag.clone(),
		};
		let policy = self.policy.as_ref();
		let policy = policy.map_or_else(|| "no policy on the chain".to_owned(), PolicyRecord::text);
		let mut lines = vec![line("data set", name), line("may be asked", policy)];
		if let Some(left) = self.left {
			let next = self.next_at.map(|block| format!(" before block {block}"));
			let text = match left {
				0 => format!("none{}", next.unwrap_or_default()),
				_ => counted(left, "task"),
			};
			lines.push(line("left", text));
		}
		lines.extend(self.later.iter().map(|later| line("later", later.text())));
		let dealt =
			self.dealt.iter().map(|dealt| format!("{} (block {})", dealt.task, dealt.block));
		let dealt: Vec<String> = dealt.collect();
		if !dealt.is_empty() {
			lines.push(line("dealt to", dealt.join(", ")));
		}
		if !self.accepted.is_empty() {
			let tasks: Vec<String> = self.accepted.iter().map(TaskId::to_string).collect();
			lines.push(line("to deal to", tasks.join(", ")));
		}
		lines.extend(self.warning.iter().map(|warning| line("warning", warning.clone())));
		lines
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		chain::consent::{Entry, Standing},
		output::written,
	};

	fn shown() -> ShownRecord {
		let quota = Some(Quota { tasks: 2, blocks: 50 });
		let now = Policy { quota, least_cohort: 8, ..Policy::default() };
		let tag = dataset_tag("loans");
		let held = Held {
			block: 100,
			standing: Some(Standing { now, next: Some((None, 120)), deposit: 1 }),
			dealt: vec![Entry { task: 3, dataset: tag, at: 90, least_difference: 0 }],
			forgotten: Vec::new(),
			elsewhere: Vec::new(),
			accepted: vec![5],
		};
		let named = Some("loans".to_owned());
		let sets = vec![DatasetRecord::of(&tag, named, &held, Some("looser".to_owned()))];
		ShownRecord { account: "5G".to_owned(), block: 100, datasets: sets }
	}

	#[test]
	fn people_see_what_may_still_be_asked() {
		let text = written(false, |out| write(&shown(), out));
		for part in [
			"loans (0x",
			"2 tasks in 50 blocks; 8 dealers at least",
			"none before block 140",
			"from block 120 on: no policy",
			"3 (block 90)",
			"to deal to    5\n",
			"block 100: 1 data set of 5G",
		] {
			assert!(text.contains(part), "`{text}` does not say `{part}`");
		}
		let none = ShownRecord { datasets: Vec::new(), ..shown() };
		let text = written(false, |out| write(&none, out));
		assert!(text.contains("holds 5G to nothing"), "{text}");
	}

	#[test]
	fn programs_see_the_same() {
		let text = written(true, |out| write(&shown(), out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		let set = &record["datasets"][0];
		assert_eq!((&set["left"], &set["policy"]["per_period"]), (&0.into(), &2.into()));
		assert_eq!((&set["later"]["from"], &set["later"]["policy"]), (&120.into(), &().into()));
		assert_eq!((&set["accepted"][0], &set["dealt"][0]["block"]), (&5.into(), &90.into()));
	}

	#[test]
	fn what_asks_for_nothing_is_said() {
		assert_eq!(PolicyRecord::of(&Policy::default()).text(), "anything");
	}
}
