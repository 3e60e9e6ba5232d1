//! What happened in final blocks since the start. Blocks that may still lose to others are not counted: a counter never
//! goes back.

use crate::{
	chain::Event,
	onchain::convictions::{Conviction, Verdict},
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	AccountId,
};
use std::collections::BTreeMap;

/// Counts since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
	/// Final blocks whose events were looked through.
	pub blocks: u64,
	/// Verdicts over accusations and challenges.
	pub disputes: BTreeMap<Dispute, u64>,
	/// Wrong result shares, by whether they are of an operator that is watched.
	pub wrong_shares: BTreeMap<bool, u64>,
	/// Seats of anybody that were shown to have attested falsely.
	pub exposed: u64,
}

/// A kind of verdict over an accusation or a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dispute {
	/// Who is convicted: the dealer, or who accused or challenged.
	pub convicted: &'static str,
	/// Of what.
	pub fault: &'static str,
	/// Whether an operator that is watched accused or challenged.
	pub is_own: bool,
}

/// A dealer's fault as a label.
const fn of_dealer(fault: DealerFault) -> &'static str {
	match fault {
		DealerFault::Unopenable => "unopenable",
		DealerFault::NonCanonicalScalar => "non_canonical_scalar",
		DealerFault::WrongShare => "wrong_share",
		DealerFault::OutsideSubgroup => "outside_subgroup",
		DealerFault::InvalidInput => "invalid_input",
	}
}

/// The fault of who accused or challenged as a label.
const fn of_author(fault: AccuserFault) -> &'static str {
	match fault {
		AccuserFault::InvalidDh => "invalid_dh",
		AccuserFault::WrongDleq => "wrong_dleq",
		AccuserFault::FalseAccusation => "false_accusation",
		AccuserFault::FalseChallenge => "false_challenge",
	}
}

impl Seen {
	/// Notes the events of a final block.
	pub fn note(&mut self, block: u32, events: &[Event], is_own: impl Fn(&AccountId) -> bool) {
		self.blocks = self.blocks.saturating_add(1);
		for event in events {
			if let Some((_, conviction)) = Conviction::of(event, block) {
				let (convicted, fault) = match conviction.verdict {
					Verdict::Dealer { fault, .. } => ("dealer", of_dealer(fault)),
					Verdict::Author(fault) => ("author", of_author(fault)),
				};
				let is_own = is_own(&conviction.author);
				add(&mut self.disputes, Dispute { convicted, fault, is_own }, 1);
			} else if event.is("Vss", "ResultShareWrong") {
				let is_own = event.field("node").is_some_and(|node: AccountId| is_own(&node));
				add(&mut self.wrong_shares, is_own, 1);
			} else if event.is("Vss", "AttestedFalsely") {
				let seats = event.field("seats").map_or(0, |seats: Vec<u8>| seats.len() as u64);
				self.exposed = self.exposed.saturating_add(seats);
			}
		}
	}
}

fn add<Key: Ord>(counts: &mut BTreeMap<Key, u64>, key: Key, more: u64) {
	let count = counts.entry(key).or_default();
	*count = count.saturating_add(more);
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	fn verdict(name: &str, fault: Vec<u8>, author: u8) -> Event {
		let fields = [
			("task", 7u32.encode()),
			("dealer", account(9).encode()),
			("seat", Some(2u8).encode()),
			("accuser", account(author).encode()),
			("fault", fault),
			("excluded", true.encode()),
		];
		Event::sample("Vss", name, &fields)
	}

	#[test]
	fn verdicts_are_counted_by_who_is_convicted_of_what() {
		let mut seen = Seen::default();
		let forged = verdict("DealerConvicted", DealerFault::InvalidInput.encode(), 1);
		let lie = verdict("AccuserConvicted", AccuserFault::FalseChallenge.encode(), 2);
		let unread = Event::sample("Vss", "DealerConvicted", &[("task", 7u32.encode())]);
		let other = Event::sample("Tasks", "DealerConvicted", &[]);
		seen.note(5, &[forged.clone(), lie, unread, other], |who| *who == account(2));
		seen.note(6, &[forged], |who| *who == account(2));
		let kind = |convicted, fault, is_own| Dispute { convicted, fault, is_own };
		let expected = BTreeMap::from([
			(kind("dealer", "invalid_input", false), 2),
			(kind("author", "false_challenge", true), 1),
		]);
		assert_eq!((seen.disputes, seen.blocks), (expected, 2));
	}

	#[test]
	fn wrong_shares_and_exposed_seats_are_counted() {
		let mut seen = Seen::default();
		let wrong =
			|node| Event::sample("Vss", "ResultShareWrong", &[("node", account(node).encode())]);
		let exposed =
			Event::sample("Vss", "AttestedFalsely", &[("seats", vec![1u8, 4, 6].encode())]);
		seen.note(5, &[wrong(1), wrong(2), wrong(3), exposed], |who| *who == account(1));
		assert_eq!(seen.wrong_shares, BTreeMap::from([(true, 1), (false, 2)]));
		assert_eq!(seen.exposed, 3);
	}
}
