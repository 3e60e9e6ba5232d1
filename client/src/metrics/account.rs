//! What was read of an account that asks for statistics, deals to them or reads their results, as of one block.

use crate::{onchain::consent::Left, view::lines};
use ostraka_party::due::Due;
use ostraka_primitives::{
	api::TaskInfo,
	task::{Outcome, TaskStatus},
	AccountId, Balance, TaskId,
};
use std::collections::BTreeMap;

/// Most accounts that are watched at a time.
pub const MOST_ACCOUNTS: usize = 16;
/// Most data sets of one account that have series of their own.
pub const MOST_DATASETS: usize = 16;

/// Why tokens are on hold: pallet and reason as the chain names them, and the label for both.
const REASONS: [(&str, &str, &str); 5] = [
	("Incentives", "Escrow", "escrow"),
	("Incentives", "Deposit", "deposit"),
	("Incentives", "Bond", "bond"),
	("Consent", "Policy", "policy"),
	("Registry", "Stake", "stake"),
];
/// The label of all other reasons.
const OTHER: &str = "other";

/// All labels of reasons.
pub fn reasons() -> impl Iterator<Item = &'static str> {
	REASONS.into_iter().map(|(.., label)| label).chain([OTHER])
}

/// The label of a reason.
pub fn reason(pallet: &str, name: &str) -> &'static str {
	let is_it = |known: &&(&str, &str, &str)| known.0 == pallet && known.1 == name;
	REASONS.iter().find(is_it).map_or(OTHER, |(.., label)| *label)
}

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
	/// Its address.
	pub address: String,
	/// What it can spend, the existential deposit included.
	pub free: Balance,
	/// What is on hold, by the reasons' labels.
	pub held: BTreeMap<&'static str, Balance>,
	/// Its parts in tasks that are not settled.
	pub tasks: Vec<Involved>,
	/// The tasks that it asked for and that are settled.
	pub ended: Ended,
	/// Tasks that it dealt to, as far as the chain remembers them.
	pub history: usize,
	/// Its data sets of which the chain has a policy.
	pub datasets: Vec<Dataset>,
}

/// A part in a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Involved {
	/// The task.
	pub task: TaskId,
	/// How far it is.
	pub status: TaskStatus,
	/// The part.
	pub part: Part,
	/// What the task wants of it next.
	pub due: Due,
	/// What the task has on hold of it: fee, and data reward. Its requester's alone.
	pub promised: (Balance, Balance),
}

/// What an account is to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
	/// It asked for it.
	Requester,
	/// It is invited to deal.
	Dealer,
	/// The result is sealed to it.
	Recipient,
}

impl Part {
	/// All of them.
	pub const ALL: [Self; 3] = [Self::Requester, Self::Dealer, Self::Recipient];

	/// Its name.
	pub const fn label(self) -> &'static str {
		match self {
			Self::Requester => "requester",
			Self::Dealer => "dealer",
			Self::Recipient => "recipient",
		}
	}

	/// Whether an account has that part in a task.
	pub fn is_of(self, account: &AccountId, info: &TaskInfo) -> bool {
		match self {
			Self::Requester => info.task.requester == *account,
			Self::Dealer => info.dealers.contains(account),
			Self::Recipient => info.task.conditions.sealed_to.as_ref() == Some(account),
		}
	}
}

/// What a task can want of a dealer or recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
	/// To accept, or not.
	Accept,
	/// To deal: who accepted and does not loses a part of its deposit.
	Deal,
}

impl Action {
	/// Both.
	pub const ALL: [Self; 2] = [Self::Accept, Self::Deal];

	/// Its name.
	pub const fn label(self) -> &'static str {
		match self {
			Self::Accept => "accept",
			Self::Deal => "deal",
		}
	}
}

impl Involved {
	/// The name of its task's phase.
	pub fn phase(&self) -> &'static str {
		lines::state(&self.status)
	}

	/// What waits for the account now, and the last block for it.
	fn waits(&self) -> Option<(Action, u32)> {
		match self.due {
			Due::Answer { until } => Some((Action::Accept, until)),
			Due::Deal { until, .. } => Some((Action::Deal, until)),
			Due::Wait | Due::Nothing => None,
		}
	}
}

/// Tasks of a requester that are settled for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
	/// With a result.
	pub completed: u64,
	/// Without one.
	pub failed: u64,
}

impl Ended {
	/// Notes one more.
	pub fn note(&mut self, outcome: Outcome) {
		let count = match outcome {
			Outcome::Completed => &mut self.completed,
			Outcome::Failed(_) => &mut self.failed,
		};
		*count = count.saturating_add(1);
	}
}

/// A data set of which the chain has a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
	/// Its tag, in hexadecimal.
	pub tag: String,
	/// What is left of its quota, if it has one.
	pub left: Option<Left>,
}

impl Account {
	/// Its parts of that kind in tasks in that phase.
	pub fn parts(&self, part: Part, phase: &str) -> usize {
		self.tasks.iter().filter(|task| task.part == part && task.phase() == phase).count()
	}

	/// Blocks that are left for each task that waits for such an action of it.
	fn blocks_left(&self, action: Action, best: u32) -> impl Iterator<Item = u32> + '_ {
		let waits = self.tasks.iter().filter_map(Involved::waits);
		waits
			.filter(move |(other, _)| *other == action)
			.map(move |(_, until)| until.saturating_sub(best))
	}

	/// Tasks that wait for such an action of it, and the blocks that are left for the most urgent.
	pub fn waiting(&self, action: Action, best: u32) -> (usize, Option<u32>) {
		(self.blocks_left(action, best).count(), self.blocks_left(action, best).min())
	}

	/// Fees and data rewards of its tasks that are not settled.
	pub fn promised(&self) -> (Balance, Balance) {
		self.tasks.iter().fold((0, 0), |(fees, rewards): (Balance, Balance), task| {
			let (fee, reward) = task.promised;
			(fees.saturating_add(fee), rewards.saturating_add(reward))
		})
	}
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_primitives::{consent::Quota, task::FailReason};

	fn involved(task: TaskId, part: Part, status: TaskStatus, due: Due) -> Involved {
		Involved { task, status, part, due, promised: (0, 0) }
	}

	/// An account that asks for a task, is invited to two, has accepted one, and has a quota of which one of three is left.
	pub fn account() -> Account {
		let (inviting, collecting) = (
			TaskStatus::Inviting { until: 130 },
			TaskStatus::Collecting { first_by: 105, until: 120 },
		);
		let deal = Due::Deal { until: 120, first_by: Some(105) };
		let quota = Quota { tasks: 3, blocks: 1_000 };
		Account {
			address: "5Account".to_owned(),
			free: 12_500,
			held: BTreeMap::from([("escrow", 3_500), ("deposit", 2_000)]),
			tasks: vec![
				Involved {
					promised: (1_500, 2_000),
					..involved(4, Part::Requester, collecting, Due::Nothing)
				},
				involved(5, Part::Dealer, collecting, deal),
				involved(6, Part::Dealer, inviting, Due::Answer { until: 130 }),
				involved(7, Part::Recipient, inviting, Due::Wait),
			],
			ended: Ended { completed: 4, failed: 1 },
			history: 9,
			datasets: vec![
				Dataset {
					tag: "0xab".to_owned(),
					left: Some(Left { quota, dealt: 2, tasks: 1, next_at: None }),
				},
				Dataset { tag: "0xcd".to_owned(), left: None },
			],
		}
	}

	#[test]
	fn what_waits_for_an_account_is_counted_with_the_nearest_deadline() {
		let mut account = account();
		assert_eq!(account.waiting(Action::Deal, 100), (1, Some(20)));
		assert_eq!(account.waiting(Action::Accept, 100), (1, Some(30)));
		let nearer = Involved { due: Due::Deal { until: 103, first_by: None }, ..account.tasks[1] };
		account.tasks.push(nearer);
		assert_eq!(account.waiting(Action::Deal, 100), (2, Some(3)));
		// a deadline that has passed is none below zero
		assert_eq!(account.waiting(Action::Deal, 110), (2, Some(0)));
		account.tasks.clear();
		assert_eq!(account.waiting(Action::Deal, 100), (0, None));
	}

	#[test]
	fn parts_are_counted_by_phase_and_promises_summed() {
		let mut account = account();
		assert_eq!(account.parts(Part::Dealer, "collecting"), 1);
		assert_eq!(account.parts(Part::Dealer, "inviting"), 1);
		assert_eq!(account.parts(Part::Recipient, "inviting"), 1);
		assert_eq!(account.parts(Part::Recipient, "collecting"), 0);
		assert_eq!(account.promised(), (1_500, 2_000));
		account.tasks.push(Involved { promised: (Balance::MAX, 1), ..account.tasks[0] });
		assert_eq!(account.promised(), (Balance::MAX, 2_001));
	}

	#[test]
	fn an_account_can_have_several_parts_in_a_task() {
		let mut info = fixtures::task();
		let account = AccountId::new([1; 32]);
		let parts = |info: &TaskInfo| Part::ALL.map(|part| part.is_of(&account, info));
		assert_eq!(parts(&info), [false, true, false]);
		info.task.requester = account.clone();
		info.task.conditions.sealed_to = Some(account.clone());
		assert_eq!(parts(&info), [true; 3]);
		info.dealers.clear();
		assert_eq!(parts(&info), [true, false, true]);
	}

	#[test]
	fn reasons_have_a_label_each_and_unknown_ones_share_one() {
		assert_eq!(reason("Incentives", "Deposit"), "deposit");
		assert_eq!(reason("Registry", "Stake"), "stake");
		// the name alone says nothing
		assert_eq!(
			(reason("Session", "Deposit"), reason("Incentives", "Other")),
			("other", "other")
		);
		let all: std::collections::BTreeSet<_> = reasons().collect();
		assert_eq!(all.len(), reasons().count());
	}

	#[test]
	fn ends_are_counted_by_their_outcome() {
		let mut ended = Ended::default();
		ended.note(Outcome::Completed);
		ended.note(Outcome::Failed(FailReason::Cancelled));
		ended.note(Outcome::Failed(FailReason::TooFewShares));
		assert_eq!(ended, Ended { completed: 1, failed: 2 });
	}
}
