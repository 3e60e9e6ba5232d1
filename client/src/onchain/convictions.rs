//! Who was convicted over a task's dealings, as the chain's events tell it: a dealer of a bad one, or who accused or
//! challenged a right one.

use crate::chain::{account::address, Chain, ChainError, Event, Head};
use ostraka_party::fault;
use ostraka_primitives::{
	api::TaskInfo,
	fault::{AccuserFault, DealerFault},
	AccountId, TaskId,
};

/// Most blocks, back from the newest, whose events are looked through.
const SEARCHED: u32 = 1_024;

/// A verdict over a dealing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conviction {
	/// The block in which it was judged.
	pub block: u32,
	/// Whose dealing it is.
	pub dealer: AccountId,
	/// Who accused or challenged.
	pub author: AccountId,
	/// The author's seat; none of who challenged with a bond.
	pub seat: Option<u8>,
	/// Who is guilty, and of what.
	pub verdict: Verdict,
}

/// Who is guilty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// The dealer, and whether its dealing no longer counts.
	Dealer {
		/// What is wrong with the dealing.
		fault: DealerFault,
		/// Whether it was found before the accepted set was frozen.
		excluded: bool,
	},
	/// Who accused or challenged.
	Author(AccuserFault),
}

impl Conviction {
	/// The conviction that an event of a block tells of, and its task.
	pub fn of(event: &Event, block: u32) -> Option<(TaskId, Self)> {
		let verdict = match (event.pallet.as_str(), event.name.as_str()) {
			("Vss", "DealerConvicted") => {
				Verdict::Dealer { fault: event.field("fault")?, excluded: event.field("excluded")? }
			},
			("Vss", "AccuserConvicted") => Verdict::Author(event.field("fault")?),
			_ => return None,
		};
		let conviction = Self {
			block,
			dealer: event.field("dealer")?,
			author: event.field("accuser")?,
			seat: event.field("seat")?,
			verdict,
		};
		Some((event.field("task")?, conviction))
	}

	/// Whether the dealing no longer counts.
	pub fn excludes(&self) -> bool {
		matches!(self.verdict, Verdict::Dealer { excluded: true, .. })
	}

	/// Whether the dealing counts, and everybody can see that it must not: it was found out after the freeze.
	pub fn disproves(&self) -> bool {
		matches!(self.verdict, Verdict::Dealer { fault, excluded: false } if fault.is_public())
	}

	/// Who accused or challenged: a member or verifier by its seat, or an account with a bond.
	pub fn by(&self) -> String {
		let author = address(&self.author);
		match self.seat {
			Some(seat) => format!("seat {seat} ({author})"),
			None => format!("{author}, with a bond"),
		}
	}

	/// What the author did, if that can be told: who has a seat may have shown commitments outside the group either way.
	fn act(&self) -> &'static str {
		match (self.seat, self.verdict) {
			(Some(_), Verdict::Dealer { fault: DealerFault::OutsideSubgroup, .. }) => "found",
			(None, _)
			| (_, Verdict::Dealer { fault: DealerFault::InvalidInput, .. })
			| (_, Verdict::Author(AccuserFault::FalseChallenge)) => "challenged",
			_ => "accused",
		}
	}

	/// It in a line.
	pub fn line(&self) -> String {
		let (dealer, by, act, block) = (address(&self.dealer), self.by(), self.act(), self.block);
		match self.verdict {
			Verdict::Dealer { fault, excluded } => {
				let counts = if excluded { "excluded" } else { "convicted too late, it counts on" };
				let what = fault::dealer(fault);
				format!(
					"the dealing of {dealer}: {what}; {act} by {by}; {counts}, in block {block}"
				)
			},
			Verdict::Author(fault) => {
				let what = fault::accuser(fault);
				format!(
					"the dealing of {dealer} was {act} by {by}, who is convicted in block {block}: {what}"
				)
			},
		}
	}
}

/// The convictions of a task in a range of blocks of the best chain, those of the newest block first; as far back as the
/// node still has the events, and no further than until these are enough.
///
/// # Errors
/// `Rpc`, `Gone`, `Unreadable`.
pub async fn between(
	chain: &Chain,
	task: TaskId,
	(from, to): (u32, u32),
	is_enough: impl Fn(&[Conviction]) -> bool,
) -> Result<Vec<Conviction>, ChainError> {
	let mut found: Vec<Conviction> = Vec::new();
	for number in (from..=to).rev() {
		let events = match chain.block_hash(number).await {
			Ok(hash) => chain.events(Head { number, hash }).await,
			Err(error) => Err(error),
		};
		let events = match events {
			Ok(events) => events,
			Err(ChainError::Pruned { .. }) => break,
			Err(error) => return Err(error),
		};
		let convictions = events.iter().filter_map(|event| Conviction::of(event, number));
		found.extend(convictions.filter(|(other, _)| *other == task).map(|(_, found)| found));
		if is_enough(&found) {
			break;
		}
	}
	Ok(found)
}

/// The convictions by which dealings of a task are excluded, or were disproven too late for that, as far as the node still
/// tells. Nothing is looked for where there is none, nor once the task is settled, as the state no longer says so then.
///
/// # Errors
/// `Rpc`, `Gone`, `Unreadable`.
pub async fn of_dealings(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
) -> Result<Vec<Conviction>, ChainError> {
	let (excluded, disproven) = (info.excluded as usize, info.disproven as usize);
	let drawn_at = info.task.drawn_at.filter(|_| excluded > 0 || disproven > 0);
	let Some(drawn_at) = drawn_at else { return Ok(Vec::new()) };
	let are_all = |found: &[Conviction]| {
		let of = |is: fn(&Conviction) -> bool| found.iter().filter(|one| is(one)).count();
		of(Conviction::excludes) >= excluded && of(Conviction::disproves) >= disproven
	};
	let to = chain.head().number;
	let range = (drawn_at.max(to.saturating_sub(SEARCHED)), to);
	let mut found = between(chain, task, range, are_all).await?;
	found.retain(|found| found.excludes() || found.disproves());
	Ok(found)
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	fn dealer_convicted(seat: Option<u8>, fault: DealerFault, excluded: bool) -> Event {
		let fields = [
			("task", 7u32.encode()),
			("dealer", account(1).encode()),
			("seat", seat.encode()),
			("accuser", account(2).encode()),
			("fault", fault.encode()),
			("excluded", excluded.encode()),
		];
		Event::sample("Vss", "DealerConvicted", &fields)
	}

	fn line(event: &Event) -> String {
		let (task, conviction) = Conviction::of(event, 12).expect("a conviction");
		assert_eq!(task, 7);
		conviction.line()
	}

	#[test]
	fn a_member_and_an_account_with_a_bond_are_told_apart() {
		let (dealer, other) = (address(&account(1)), address(&account(2)));
		let why = fault::dealer(DealerFault::InvalidInput);
		assert_eq!(
			line(&dealer_convicted(Some(3), DealerFault::InvalidInput, true)),
			format!("the dealing of {dealer}: {why}; challenged by seat 3 ({other}); excluded, in block 12")
		);
		assert_eq!(
			line(&dealer_convicted(None, DealerFault::InvalidInput, true)),
			format!("the dealing of {dealer}: {why}; challenged by {other}, with a bond; excluded, in block 12")
		);
		let late = line(&dealer_convicted(Some(3), DealerFault::WrongShare, false));
		assert!(late.contains("accused by seat 3") && late.contains("it counts on"), "{late}");
		// a verifier cannot accuse
		let outside = line(&dealer_convicted(Some(5), DealerFault::OutsideSubgroup, true));
		assert!(
			outside.contains("; found by seat 5 (") && !outside.contains("accused"),
			"{outside}"
		);
		let outside = line(&dealer_convicted(None, DealerFault::OutsideSubgroup, true));
		assert!(outside.contains("; challenged by "), "{outside}");
	}

	#[test]
	fn who_challenges_falsely_is_named() {
		let fields = |seat: Option<u8>, fault: AccuserFault| {
			[
				("task", 7u32.encode()),
				("seat", seat.encode()),
				("accuser", account(2).encode()),
				("dealer", account(1).encode()),
				("fault", fault.encode()),
			]
		};
		let convicted =
			|seat, fault| Event::sample("Vss", "AccuserConvicted", &fields(seat, fault));
		let said = line(&convicted(None, AccuserFault::FalseChallenge));
		assert!(
			said.contains("was challenged by") && said.contains(", with a bond, who"),
			"{said}"
		);
		assert!(said.contains("in block 12: FalseChallenge"), "{said}");
		let said = line(&convicted(Some(1), AccuserFault::WrongDleq));
		assert!(said.contains("was accused by seat 1 ("), "{said}");
		let (_, conviction) =
			Conviction::of(&convicted(None, AccuserFault::FalseChallenge), 12).expect("one");
		assert!(!conviction.excludes());
	}

	#[test]
	fn other_events_convict_nobody() {
		assert_eq!(Conviction::of(&Event::sample("Vss", "Dealt", &[]), 1), None);
		// of a chain whose events are others
		assert_eq!(Conviction::of(&Event::sample("Vss", "DealerConvicted", &[]), 1), None);
		let told = |fault, excluded| {
			let event = dealer_convicted(Some(3), fault, excluded);
			let (_, told) = Conviction::of(&event, 1).expect("a conviction");
			(told.excludes(), told.disproves())
		};
		assert_eq!(told(DealerFault::InvalidInput, true), (true, false));
		assert_eq!(told(DealerFault::InvalidInput, false), (false, true));
		assert_eq!(told(DealerFault::OutsideSubgroup, false), (false, true));
		// a share that one member alone has seen says nothing of who attested
		assert_eq!(told(DealerFault::WrongShare, false), (false, false));
	}
}
