//! What the chain holds a dealer's data set to, before the dealer accepts one more task over it.
//!
//! The chain counts the tasks that were dealt to. Who has accepted and not dealt yet has a dealing to come for each such task, which
//! the chain would refuse once the quota is spent: so they are counted here before another one is accepted.

use crate::{
	chain::{
		consent::{Entry, Standing},
		Chain, ChainError, Head,
	},
	error::Error,
};
use futures::{future, stream, StreamExt, TryStreamExt};
use ostraka_party::{
	address,
	policy::{Line, Says},
	words::counted,
};
use ostraka_primitives::{
	api::TaskInfo,
	consent::{Policy, Quota},
	task::{Conditions, TaskStatus},
	AccountId, BlockNumber, Digest, TaskId,
};
use std::collections::BTreeSet;

/// Newest tasks that are looked through for acceptances.
const LOOKED_AT: u32 = 512;
/// Of these so many at a time.
const AT_ONCE: usize = 16;
/// What a policy's line on the chain is called.
const RULE: &str = "on_chain";

/// Tag of what is dealt without a policy: no data set's.
pub const NO_DATASET: Digest = [0; 32];

/// What the chain knows of a dealer's tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duties {
	/// The block that this is of.
	pub block: BlockNumber,
	/// The last tasks that it dealt to.
	pub history: Vec<Entry>,
	/// Open tasks that it has accepted and not dealt to, with the data sets' tags.
	pub accepted: Vec<(TaskId, Digest)>,
}

impl Duties {
	/// Of a dealer.
	///
	/// # Errors
	/// `Chain`.
	pub async fn read(chain: &Chain, dealer: &AccountId) -> Result<Self, ChainError> {
		let head = chain.head();
		let count = chain.tasks().await?;
		let accepted = stream::iter(
			(count.saturating_sub(LOOKED_AT)..count).map(|task| to_deal(chain, task, dealer, head)),
		);
		let accepted = accepted
			.buffered(AT_ONCE)
			.try_filter_map(|found| future::ready(Ok(found)))
			.try_collect()
			.await?;
		let history = chain.history(dealer, head).await?;
		Ok(Self { block: head.number, history, accepted })
	}

	/// What the chain holds one of the dealer's data sets to, as it asks before `task` is accepted.
	///
	/// # Errors
	/// `Chain`.
	pub async fn of(
		&self,
		chain: &Chain,
		dealer: &AccountId,
		dataset: &Digest,
		task: Option<TaskId>,
	) -> Result<Held, ChainError> {
		let head = chain.head();
		let standing = chain.policy(dealer, dataset, head).await?;
		let forgotten = chain.forgotten(dealer, dataset, head).await?;
		Ok(Held { forgotten, ..self.held(standing, dataset, task) })
	}

	/// The same, of what the chain has.
	pub fn held(&self, standing: Option<Standing>, dataset: &Digest, task: Option<TaskId>) -> Held {
		let is_of = |other: &Digest| other == dataset;
		let dealt = self.history.iter().filter(|entry| is_of(&entry.dataset));
		let accepted = self
			.accepted
			.iter()
			.filter(|(other, tag)| is_of(tag) && Some(*other) != task)
			.map(|(other, _)| *other)
			.collect();
		let dealt = dealt.copied().collect();
		let others = self.history.iter().filter(|entry| !is_of(&entry.dataset));
		let elsewhere = others.map(|entry| entry.task).collect();
		Held { block: self.block, standing, dealt, forgotten: Vec::new(), elsewhere, accepted }
	}
}

/// A task with the data set's tag, if the dealer has accepted it and has yet to deal to it.
async fn to_deal(
	chain: &Chain,
	task: TaskId,
	dealer: &AccountId,
	head: Head,
) -> Result<Option<(TaskId, Digest)>, ChainError> {
	let Some(info) = chain.task_if_any(task, head).await? else { return Ok(None) };
	let may_deal = matches!(
		info.task.status,
		TaskStatus::Inviting { .. } | TaskStatus::Drawing { .. } | TaskStatus::Collecting { .. }
	);
	if !may_deal || !info.accepted.contains(dealer) || chain.dealing(task, dealer).await?.is_some()
	{
		return Ok(None);
	}
	let acceptance = chain.acceptance(task, dealer, head).await?;
	Ok(acceptance.map(|acceptance| (task, acceptance.agreed.dataset)))
}

/// What the chain holds one data set to, and what was asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
	/// The block that this is of.
	pub block: BlockNumber,
	/// The policy as the chain keeps it.
	pub standing: Option<Standing>,
	/// The tasks that were dealt to, as far as they are remembered.
	pub dealt: Vec<Entry>,
	/// The blocks of those that are not: each counts against the quota all the same.
	pub forgotten: Vec<BlockNumber>,
	/// The tasks that were dealt to with another data set, as far as they are remembered.
	pub elsewhere: Vec<TaskId>,
	/// Those that are accepted and still to be dealt to.
	pub accepted: Vec<TaskId>,
}

/// How much of a quota is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
	/// The quota.
	pub quota: Quota,
	/// Tasks within the quota's blocks that were dealt to.
	pub dealt: usize,
	/// Tasks that may be accepted now.
	pub tasks: usize,
	/// If none: from which block on one may be, if that does not hang on tasks that are still to be dealt to.
	pub next_at: Option<BlockNumber>,
}

impl Held {
	/// The policy that holds.
	pub fn policy(&self) -> Option<&Policy> {
		self.standing.as_ref()?.at(self.block)
	}

	/// The tasks that were dealt to in that block or later, and those that are accepted and still to be dealt to.
	pub fn tasks_since(&self, block: BlockNumber) -> BTreeSet<TaskId> {
		let dealt = self.dealt.iter().filter(|entry| entry.at >= block).map(|entry| entry.task);
		dealt.chain(self.accepted.iter().copied()).collect()
	}

	/// How many of those that were dealt to in that block or later are not remembered by their numbers.
	pub fn forgotten_since(&self, block: BlockNumber) -> usize {
		self.forgotten.iter().filter(|at| **at >= block).count()
	}

	/// How much of the quota is left, if there is one.
	pub fn left(&self) -> Option<Left> {
		let quota = self.policy()?.quota?;
		let until = |at: BlockNumber| {
			let end = at.saturating_add(quota.blocks);
			(end > self.block).then_some(end)
		};
		let dealt = self.dealt.iter().map(|entry| entry.at);
		let mut ends: Vec<BlockNumber> =
			dealt.chain(self.forgotten.iter().copied()).filter_map(until).collect();
		ends.sort_unstable();
		let most = usize::from(quota.tasks);
		let spent = ends.len().saturating_add(self.accepted.len());
		// so many of them must be too long ago before there is room for one more
		let too_many = (spent + 1).saturating_sub(most);
		let next_at = too_many.checked_sub(1).and_then(|place| ends.get(place)).copied();
		Some(Left { quota, dealt: ends.len(), tasks: most.saturating_sub(spent), next_at })
	}

	/// Why the chain would not take an acceptance of a task on these conditions, or not the dealing that follows; `None` if it
	/// would.
	pub fn refusal(&self, conditions: &Conditions) -> Option<String> {
		let mut reasons = Vec::new();
		if let Some(counting) = conditions.counting.filter(|task| self.elsewhere.contains(task)) {
			reasons.push(format!(
				"task {counting} counted the contributors with another data set of this dealer, and no other counts here: \
				 --dataset NAME takes that one"
			));
		}
		if let Some(policy) = self.policy() {
			self.look(policy, conditions, &mut reasons);
		}
		(!reasons.is_empty()).then(|| reasons.join("; "))
	}

	/// What of a policy stands against a task on these conditions.
	fn look(&self, policy: &Policy, conditions: &Conditions, reasons: &mut Vec<String>) {
		if let Some(left) = self.left().filter(|left| left.tasks == 0) {
			reasons.push(self.spent(&left));
		}
		if conditions.least_dealers < policy.least_cohort {
			reasons.push(format!(
				"the task takes no fewer than {}, and the policy on the chain asks for {}",
				dealers(conditions.least_dealers),
				policy.least_cohort
			));
		}
		let absent: Vec<String> = policy
			.co_dealers
			.iter()
			.filter(|dealer| !conditions.required.contains(dealer))
			.map(address)
			.collect();
		if !absent.is_empty() {
			reasons.push(format!(
				"by the policy on the chain the task must require {}, and does not",
				absent.join(", ")
			));
		}
	}

	/// That a quota is spent, by what, and until when.
	fn spent(&self, left: &Left) -> String {
		let Left { quota, dealt, next_at, .. } = *left;
		let mut text = format!(
			"{} in {} may be asked, and {} {} dealt to",
			counted(quota.tasks.into(), "task"),
			counted(quota.blocks as usize, "block"),
			dealt,
			if dealt == 1 { "was" } else { "were" }
		);
		if !self.accepted.is_empty() {
			let tasks: Vec<String> = self.accepted.iter().map(TaskId::to_string).collect();
			text.push_str(&format!(
				", {} accepted and still to be dealt to ({})",
				tasks.len(),
				tasks.join(", ")
			));
		}
		text.push_str(&match next_at {
			Some(block) => format!(": no more before block {block}"),
			None => ": no more before one of these is over".to_owned(),
		});
		text
	}

	/// What the chain has to say beside a policy's file, as lines of the policy. `conditions` are those of a task that is to be
	/// accepted.
	pub fn lines(&self, file: &Policy, conditions: Option<&Conditions>) -> Vec<Line> {
		let mut lines = Vec::new();
		if let Some(why) = conditions.and_then(|conditions| self.refusal(conditions)) {
			lines.push(Line { rule: RULE, says: Says::No, why });
		} else if let Some(Left { quota, tasks, .. }) = self.left() {
			let why = format!(
				"{tasks} of {} in {} may still be asked",
				counted(quota.tasks.into(), "task"),
				counted(quota.blocks as usize, "block")
			);
			lines.push(Line { rule: RULE, says: Says::Yes, why });
		}
		let (says, why) = match self.warning(file) {
			Some(warning) => (Says::Open, warning),
			None if self.policy().is_none() => (
				Says::Yes,
				"there is nothing in the policy that the chain could hold to".to_owned(),
			),
			None => (Says::Yes, "the chain holds to what the policy says".to_owned()),
		};
		lines.push(Line { rule: RULE, says, why });
		lines
	}

	/// What of a policy's file the chain does not hold to, now or from a block on; `None` if it holds to all of it.
	pub fn warning(&self, file: &Policy) -> Option<String> {
		let remedy = "`ostraka policy publish` has it hold to this one";
		match self.policy() {
			None if *file == Policy::default() => return None,
			None => {
				return Some(format!(
					"the chain has no policy for this data set, and holds another client to nothing: {remedy}"
				))
			},
			Some(policy) => {
				let looser = looser(policy, file);
				if !looser.is_empty() {
					return Some(format!(
						"the chain's policy is looser than this one in {}: {remedy}",
						looser.join(", ")
					));
				}
			},
		}
		let (later, block) = self.standing.as_ref()?.later(self.block)?;
		let none = Policy::default();
		let looser = looser(later.unwrap_or(&none), file);
		(!looser.is_empty()).then(|| {
			format!(
				"from block {block} on the chain's policy is looser than this one in {}: {remedy}",
				looser.join(", ")
			)
		})
	}
}

/// Names of the rules in which a policy on the chain asks for less than a file's.
pub fn looser(chain: &Policy, file: &Policy) -> Vec<&'static str> {
	let is_quota_looser = match (&chain.quota, &file.quota) {
		(_, None) => false,
		(None, Some(_)) => true,
		(Some(chain), Some(file)) => chain.tasks > file.tasks || chain.blocks < file.blocks,
	};
	// 0 and 1 ask for nothing
	let asks_less = file.least_difference > chain.least_difference.max(1);
	let is_without = |dealer: &AccountId| !chain.co_dealers.contains(dealer);
	[
		("per_period", is_quota_looser),
		("least_cohort", chain.least_cohort < file.least_cohort),
		("co_dealers", file.co_dealers.iter().any(is_without)),
		("least_difference", asks_less),
	]
	.into_iter()
	.filter(|(_, is_looser)| *is_looser)
	.map(|(rule, _)| rule)
	.collect()
}

/// Checks that the chain would take an acceptance for a data set, and the dealing that follows. Returns what the chain has of the data
/// set: its open acceptances too, where `is_counted` asks for them or the chain's policy has a quota.
///
/// # Errors
/// `Failed` if not; `Chain`.
pub async fn check(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	dealer: &AccountId,
	dataset: &Digest,
	is_counted: bool,
) -> Result<Held, Error> {
	let head = chain.head();
	let standing = chain.policy(dealer, dataset, head).await?;
	let policy = standing.as_ref().and_then(|standing| standing.at(head.number));
	let has_quota = policy.is_some_and(|policy| policy.quota.is_some());
	let duties = match is_counted || has_quota {
		true => Duties::read(chain, dealer).await?,
		// its acceptances count against a quota alone
		false => {
			let history = chain.history(dealer, head).await?;
			Duties { block: head.number, history, ..Duties::default() }
		},
	};
	let held = duties.of(chain, dealer, dataset, Some(task)).await?;
	match held.refusal(&info.task.conditions) {
		None => Ok(held),
		Some(reasons) => Err(Error::Failed(format!(
			"task {task} is not accepted, as the chain would refuse it: {reasons}\n  `ostraka policy show --account {}` shows \
			 what may be asked; nothing was sent",
			address(dealer)
		))),
	}
}

/// Checks that all dealers whom a task requires have accepted it, once that is fixed: without one there is no result.
///
/// # Errors
/// `Failed` if one has not.
pub fn check_required(task: TaskId, info: &TaskInfo) -> Result<(), Error> {
	let required = info.task.conditions.required.iter();
	let absent: Vec<String> =
		required.filter(|dealer| !info.accepted.contains(dealer)).map(address).collect();
	if absent.is_empty() {
		return Ok(());
	}
	Err(Error::Failed(format!(
		"task {task} requires dealers who have not accepted it: {}; the chain draws no committee for such a task, so the node \
		 shows something else than the chain has, and nothing is dealt\n  ask another node",
		absent.join(", ")
	)))
}

/// Checks that what is dealt is of the data set that was accepted for, if one was: the chain compares tasks by it.
///
/// # Errors
/// `Failed` if it is of another.
pub fn check_dataset(task: TaskId, accepted: &Digest, dealt: &Digest) -> Result<(), Error> {
	if accepted == dealt || [accepted, dealt].contains(&&NO_DATASET) {
		return Ok(());
	}
	Err(Error::Failed(format!(
		"task {task} was accepted for another data set than the one that would be dealt, and nothing was sent\n  --dataset NAME \
		 takes the one that it was accepted for; who does not deal loses a part of the deposit"
	)))
}

/// What stands against a dealing under a policy, if its task was accepted for no data set and `file`, what a chain can hold to of the
/// policy, asks for something: the chain holds such a dealing to nothing, whatever is published. Another tool may have accepted, or
/// somebody who has the account's key.
pub fn unheld(accepted: &Digest, dealt: &Digest, file: &Policy) -> Option<Line> {
	let rules = looser(&Policy::default(), file);
	if *accepted != NO_DATASET || *dealt == NO_DATASET || rules.is_empty() {
		return None;
	}
	let why = format!(
		"the task was accepted for no data set, and the chain holds its dealing to nothing of the policy, whatever is published: \
		 not to {}; if it was you who accepted it so, --no-policy deals all the same",
		rules.join(", ")
	);
	Some(Line { rule: RULE, says: Says::No, why })
}

fn dealers(number: u32) -> String {
	counted(number as usize, "dealer")
}

#[cfg(test)]
mod tests;
