//! What is told of each account that asks for statistics or deals to them.

use super::{blocks, tokens, Book, Counters, Gauges};
use crate::metrics::{
	account::{reasons, Account, Action, Part},
	reading::Reading,
};
use prometheus_client::registry::Unit;

/// The phases of a task that is not settled.
const PHASES: [&str; 7] =
	["inviting", "drawing", "collecting", "verifying", "committing", "revealing", "settling"];

/// The metrics of accounts.
pub(super) struct Accounts {
	free: Gauges,
	held: Gauges,
	promised: Gauges,
	tasks: Gauges,
	ended: Counters,
	due: Gauges,
	urgent: Gauges,
	history: Gauges,
	quota: Gauges,
	left: Gauges,
	policies: Gauges,
}

impl Accounts {
	pub(super) fn new(book: &mut Book) -> Self {
		let (tokens, tasks) =
			(|| Unit::Other("tokens".to_owned()), || Unit::Other("tasks".to_owned()));
		Self {
			free: book.gauge_of("account_free", "What the account can spend", tokens()),
			held: book.gauge_of(
				"account_held",
				"What is on hold of it: escrow of its tasks, deposits of its acceptances, bonds, deposits of policies, stake",
				tokens(),
			),
			promised: book.gauge_of(
				"account_promised",
				"Fees and data rewards of the tasks that it asked for and that are not settled",
				tokens(),
			),
			tasks: book.gauge(
				"account_tasks",
				"Tasks that are not settled, by what the account is to them and by their phase",
			),
			ended: book.counter(
				"account_tasks_ended",
				"Settled tasks that it asked for, of the newest 512 at the start and of all since",
			),
			due: book.gauge("account_due", "Tasks that wait for it to accept or to deal"),
			urgent: book.gauge_of(
				"account_due_deadline",
				"Blocks that are left for the most urgent of these; absent if there is none",
				blocks(),
			),
			history: book.gauge_of(
				"account_history",
				"Tasks that it dealt to, as far as the chain remembers them",
				tasks(),
			),
			quota: book.gauge_of(
				"dataset_quota",
				"Tasks that the policy on the chain lets ask a data set within its period",
				tasks(),
			),
			left: book.gauge_of("dataset_left", "Of these, how many may still be accepted", tasks()),
			policies: book.gauge("account_policies", "Data sets of which the chain has a policy"),
		}
	}

	pub(super) fn fill(&self, reading: &Reading) {
		for account in &reading.accounts {
			self.money(account, reading.decimals);
			self.work(account, reading.best);
			self.consent(account);
		}
	}

	fn money(&self, account: &Account, decimals: u8) {
		let own = ("account", account.address.as_str());
		self.free.set(&[own], tokens(account.free, decimals));
		for reason in reasons() {
			let held = account.held.get(reason).copied().unwrap_or_default();
			self.held.set(&[own, ("reason", reason)], tokens(held, decimals));
		}
		let (fees, rewards) = account.promised();
		for (what, amount) in [("fee", fees), ("data_reward", rewards)] {
			self.promised.set(&[own, ("what", what)], tokens(amount, decimals));
		}
	}

	fn work(&self, account: &Account, best: u32) {
		let own = ("account", account.address.as_str());
		for part in Part::ALL {
			for phase in PHASES {
				let pairs = [own, ("part", part.label()), ("phase", phase)];
				self.tasks.number(&pairs, account.parts(part, phase));
			}
		}
		let ended = account.ended;
		for (outcome, count) in [("completed", ended.completed), ("failed", ended.failed)] {
			self.ended.add(&[own, ("outcome", outcome)], count);
		}
		for action in Action::ALL {
			let pairs = [own, ("action", action.label())];
			let (count, left) = account.waiting(action, best);
			self.due.number(&pairs, count);
			if let Some(left) = left {
				self.urgent.number(&pairs, left);
			}
		}
	}

	fn consent(&self, account: &Account) {
		let own = ("account", account.address.as_str());
		self.history.number(&[own], account.history);
		self.policies.number(&[own], account.datasets.len());
		for dataset in &account.datasets {
			let Some(left) = dataset.left else { continue };
			let pairs = [own, ("dataset", dataset.tag.as_str())];
			self.quota.number(&pairs, left.quota.tasks);
			self.left.number(&pairs, left.tasks);
		}
	}
}

#[cfg(test)]
mod tests {
	use crate::metrics::{
		account::tests::account,
		reading::Reading,
		registry::tests::{has, told},
	};

	#[test]
	fn what_was_read_of_an_account_is_told() {
		let reading =
			Reading { best: 100, decimals: 3, accounts: vec![account()], ..Reading::default() };
		let text = told(Some(&reading));
		for line in [
			"ostraka_account_free_tokens{account=\"5Account\"} 12.5",
			"ostraka_account_held_tokens{account=\"5Account\",reason=\"escrow\"} 3.5",
			"ostraka_account_held_tokens{account=\"5Account\",reason=\"deposit\"} 2.0",
			"ostraka_account_held_tokens{account=\"5Account\",reason=\"policy\"} 0.0",
			"ostraka_account_promised_tokens{account=\"5Account\",what=\"fee\"} 1.5",
			"ostraka_account_promised_tokens{account=\"5Account\",what=\"data_reward\"} 2.0",
			"ostraka_account_tasks{account=\"5Account\",part=\"requester\",phase=\"collecting\"} 1.0",
			"ostraka_account_tasks{account=\"5Account\",part=\"dealer\",phase=\"inviting\"} 1.0",
			"ostraka_account_tasks{account=\"5Account\",part=\"recipient\",phase=\"settling\"} 0.0",
			"ostraka_account_tasks_ended_total{account=\"5Account\",outcome=\"completed\"} 4",
			"ostraka_account_tasks_ended_total{account=\"5Account\",outcome=\"failed\"} 1",
			"ostraka_account_due{account=\"5Account\",action=\"deal\"} 1.0",
			"ostraka_account_due_deadline_blocks{account=\"5Account\",action=\"deal\"} 20.0",
			"ostraka_account_history_tasks{account=\"5Account\"} 9.0",
			"ostraka_account_policies{account=\"5Account\"} 2.0",
			"ostraka_dataset_quota_tasks{account=\"5Account\",dataset=\"0xab\"} 3.0",
			"ostraka_dataset_left_tasks{account=\"5Account\",dataset=\"0xab\"} 1.0",
		] {
			has(&text, line);
		}
		// there is nothing to be left of where there is no quota
		assert!(!text.contains("dataset=\"0xcd\""), "{text}");
	}

	#[test]
	fn of_who_has_nothing_to_do_no_deadline_is_told() {
		let mut idle = account();
		idle.tasks.clear();
		let text = told(Some(&Reading { accounts: vec![idle], ..Reading::default() }));
		has(&text, "ostraka_account_due{account=\"5Account\",action=\"accept\"} 0.0");
		assert!(!text.contains("ostraka_account_due_deadline_blocks{"), "{text}");
	}
}
