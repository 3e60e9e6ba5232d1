//! What a dealer is asked to accept, as it is shown before the dealer says yes.

use super::{
	capture,
	lines::{class_line, column_lines, condition_lines, dealer_lines, proven, span},
};
use crate::chain::Token;
use ostraka_party::{
	address,
	title::title,
	words::{counted, is_or_are},
};
use ostraka_primitives::{
	api::TaskInfo,
	odds::Odds,
	task::{Conditions, TaskStatus},
	AccountId, Balance, TaskId,
};
use std::time::Duration;

/// What a dealer is asked, and what it means for it.
pub struct Asked<'a> {
	/// The task.
	pub task: TaskId,
	/// What the node shows of it.
	pub info: &'a TaskInfo,
	/// The dealer.
	pub dealer: &'a AccountId,
	/// The chain's newest block, and how long one takes.
	pub block: (u32, Duration),
	/// What amounts are in.
	pub token: &'a Token,
	/// The odds of a draw now.
	pub odds: &'a Odds,
	/// What is held of the dealer.
	pub deposit: Balance,
	/// What of it is lost to who accepts and does not deal, if that is known.
	pub lost: Option<Balance>,
	/// Earlier tasks of the requester, and how many of them came to nothing after their draw.
	pub earlier: (u32, u32),
}

impl Asked<'_> {
	/// As lines of name and value.
	pub fn lines(&self) -> Vec<(String, String)> {
		let (task, info) = (&self.info.task, self.info);
		let line = |name: &str, value: String| (name.to_owned(), value);
		let mut lines = vec![
			line("task", format!("{}: {}", self.task, title(&task.spec))),
			line("asked by", address(&task.requester)),
			line("class", class_line(task)),
			line("capture", capture::line(self.token, self.odds, false)),
		];
		lines.extend(capture::panel_line(self.odds, false).map(|panel| line("panel", panel)));
		lines.extend(column_lines(&task.spec));
		lines.push(line(
			"published",
			format!(
				"{}, as sums over all accepted dealings; {} at most of each dealer",
				counted(task.spec.length() as usize, "number"),
				counted(task.spec.max_rows as usize, "row"),
			),
		));
		lines.push(line("proven", proven(&task.spec)));
		lines.extend(condition_lines(info));
		lines.push(line("dealers", self.dealers()));
		let others: Vec<AccountId> =
			info.dealers.iter().filter(|dealer| *dealer != self.dealer).cloned().collect();
		lines.extend(dealer_lines(&others, &info.accepted));
		let whose =
			if task.parameters.verifiers > 0 { "committee and panel" } else { "the committee" };
		let fee = self.token.render(task.fee);
		lines.push(line("fee", format!("{fee} for {whose}, and the rent of its place and seats")));
		lines.push(line("data reward", self.reward()));
		lines.extend(self.windows());
		lines.push(line("deposit", self.deposit()));
		lines.push(line("earlier", self.earlier()));
		lines
	}

	fn dealers(&self) -> String {
		let (invited, accepted) = (self.info.task.invited, self.info.task.accepted);
		let have = if accepted == 1 { "has" } else { "have" };
		format!("{invited} invited, {accepted} {have} accepted; beside this account:")
	}

	fn reward(&self) -> String {
		let (reward, invited) = (self.info.task.data_reward, self.info.task.invited);
		match reward.checked_div(invited.into()) {
			None | Some(0) => format!("{} for the dealers", self.token.render(reward)),
			Some(each) => format!(
				"{} for the accepted dealers together, {} each if all are",
				self.token.render(reward),
				self.token.render(each)
			),
		}
	}

	fn windows(&self) -> Vec<(String, String)> {
		let (windows, (block, each)) = (&self.info.task.windows, self.block);
		let mut lines = Vec::new();
		if let TaskStatus::Inviting { until } = self.info.task.status {
			let left = span(until.saturating_sub(block), each);
			lines.push(("to accept".to_owned(), format!("until block {until}, in {left}")));
		}
		lines.push((
			"to deal".to_owned(),
			format!(
				"{} from the draw on; without any dealing in the first quarter the task fails",
				span(windows.collect, each)
			),
		));
		let rest = windows.verify.saturating_add(windows.commit).saturating_add(windows.reveal);
		lines.push(("then".to_owned(), format!("{} at most to the result", span(rest, each))));
		lines
	}

	fn deposit(&self) -> String {
		let lost = self.lost.map_or_else(
			|| "a part of it is".to_owned(),
			|lost| format!("{} of it are", self.token.render(lost)),
		);
		format!(
			"{}, held until the task is settled; {lost} lost if you accept and do not deal, all of it if your dealing is \
			 proven bad",
			self.token.render(self.deposit)
		)
	}

	fn earlier(&self) -> String {
		match self.earlier {
			(0, _) => "no task of this requester is known".to_owned(),
			(tasks, nothing) => format!(
				"of {} of this requester {nothing} {} without a result after a committee was drawn",
				counted(tasks as usize, "earlier task"),
				is_or_are(nothing as usize)
			),
		}
	}
}

/// What a task promises its dealers, and who reads its result, in a few words.
pub fn conditions_in_short(conditions: &Conditions) -> String {
	let Conditions { least_dealers, required, counting, sealed_to } = conditions;
	let mut parts = vec![format!("{least_dealers} dealers at least")];
	if !required.is_empty() {
		parts.push(format!("{} required", required.len()));
	}
	if let Some(task) = counting {
		parts.push(format!("counted by {task}"));
	}
	if let Some(recipient) = sealed_to {
		parts.push(format!("sealed to {}", address(recipient)));
	}
	parts.join(", ")
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;

	#[test]
	fn what_is_promised_is_told_in_short() {
		let mut conditions = fixtures::task().task.conditions;
		assert_eq!(conditions_in_short(&conditions), "3 dealers at least");
		let [dealer, recipient] = [1, 7].map(|byte| AccountId::new([byte; 32]));
		conditions.required = vec![dealer].try_into().expect("one");
		(conditions.counting, conditions.sealed_to) = (Some(5), Some(recipient.clone()));
		let expected = format!(
			"3 dealers at least, 1 required, counted by 5, sealed to {}",
			address(&recipient)
		);
		assert_eq!(conditions_in_short(&conditions), expected);
	}

	#[test]
	fn a_dealer_sees_the_conditions() {
		let mut info = fixtures::inviting();
		let conditions = &mut info.task.conditions;
		(conditions.least_dealers, conditions.counting) = (7, Some(5));
		conditions.sealed_to = Some(AccountId::new([7; 32]));
		conditions.required = vec![AccountId::new([1; 32])].try_into().expect("one");
		let (token, odds) = (fixtures::token(), fixtures::odds());
		let asked = Asked {
			task: 7,
			info: &info,
			dealer: &info.dealers[1],
			block: (8, Duration::from_secs(6)),
			token: &token,
			odds: &odds,
			deposit: 10_000,
			lost: None,
			earlier: (0, 0),
		};
		let lines = asked.lines();
		let has = |name: &str, part: &str| {
			lines.iter().any(|(other, value)| other == name && value.contains(part))
		};
		assert!(has("class", "7 dealers at least"), "{lines:?}");
		assert!(has("required", &address(&AccountId::new([1; 32]))), "{lines:?}");
		assert!(has("counted by", "task 5"), "{lines:?}");
		assert!(has("sealed to", &address(&AccountId::new([7; 32]))), "{lines:?}");
	}

	fn value(name: &str, change: fn(&mut Asked<'_>)) -> String {
		let info = fixtures::inviting();
		let mut asked = Asked {
			task: 7,
			info: &info,
			dealer: &info.dealers[1],
			block: (8, Duration::from_secs(6)),
			token: &fixtures::token(),
			odds: &fixtures::odds(),
			deposit: 10_000,
			lost: Some(5_000),
			earlier: (4, 1),
		};
		change(&mut asked);
		let lines = asked.lines();
		let line = lines.iter().find(|(other, _)| other == name);
		line.map(|(_, value)| value.clone()).unwrap_or_default()
	}

	#[test]
	fn a_dealer_sees_what_it_would_accept() {
		let same = |_: &mut Asked<'_>| {};
		assert_eq!(value("task", same), "7: mean of x by g");
		assert_eq!(value("column x", same), "0.0 to 9.0, public");
		assert_eq!(value("groups of g", same), "a, b");
		let class = value("class", same);
		assert!(class.starts_with("Standard: 3 nodes hold the shares, any 1 of"), "{class}");
		assert!(class.contains("2 more verify the inputs"), "{class}");
		assert!(value("capture", same).starts_with("3.3 % a draw for a fifth of the stake (some"));
		assert!(value("panel", same).starts_with("all of it 0.81 % a draw for a fifth of the"));
		let fee = "1.5 OST for committee and panel, and the rent of its place and seats";
		assert_eq!(value("fee", same), fee);
		assert_eq!(
			value("data reward", same),
			"2 OST for the accepted dealers together, 0.666 OST each if all are"
		);
		assert_eq!(value("dealers", same), "3 invited, 1 has accepted; beside this account:");
		assert_eq!(value("to accept", same), "until block 20, in 12 blocks (72 s at 6 s a block)");
		assert!(value("to deal", same).starts_with("1 block (6 s at 6 s a block) from the draw on"));
		assert_eq!(value("then", same), "9 blocks (54 s at 6 s a block) at most to the result");
	}

	#[test]
	fn a_dealer_sees_what_it_can_lose() {
		let deposit = value("deposit", |_| {});
		assert!(deposit.starts_with("10 OST, held until the task is settled; 5 OST of it are lost"));
		let deposit = value("deposit", |asked| asked.lost = None);
		assert!(
			deposit.contains("a part of it is lost if you accept and do not deal"),
			"{deposit}"
		);
	}

	#[test]
	fn earlier_tries_are_counted() {
		assert_eq!(
			value("earlier", |_| {}),
			"of 4 earlier tasks of this requester 1 is without a result after a committee was drawn"
		);
		let none = value("earlier", |asked| asked.earlier = (0, 0));
		assert_eq!(none, "no task of this requester is known");
	}

	#[test]
	fn the_dealer_itself_is_not_among_the_others() {
		let info = fixtures::inviting();
		let text: Vec<String> = {
			let asked = Asked {
				task: 7,
				info: &info,
				dealer: &info.dealers[1],
				block: (8, Duration::from_secs(6)),
				token: &fixtures::token(),
				odds: &fixtures::odds(),
				deposit: 10_000,
				lost: None,
				earlier: (0, 0),
			};
			asked.lines().into_iter().map(|(_, value)| value).collect()
		};
		let is_shown = |dealer: &AccountId| text.iter().any(|line| line.contains(&address(dealer)));
		assert_eq!([0, 1, 2].map(|place| is_shown(&info.dealers[place])), [true, false, true]);
	}
}
