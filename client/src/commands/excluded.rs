//! Dealings that do not count: whose, why, and who found it. Of an unsettled task the chain's events say it, of any with a
//! result its check.

use crate::{
	onchain::convictions::{Conviction, Verdict},
	view::records::Exclusion,
};
use ostraka_party::{address, fault, verify::Excluded};

/// A conviction of a dealing's dealer, as a record.
pub(super) fn of_conviction(conviction: &Conviction) -> Exclusion {
	Exclusion {
		dealer: address(&conviction.dealer),
		fault: match conviction.verdict {
			Verdict::Dealer { fault, .. } => Some(fault::dealer(fault)),
			Verdict::Author(_) => None,
		},
		by: Some(address(&conviction.author)),
		seat: conviction.seat,
		block: Some(conviction.block),
	}
}

/// What the events tell of dealings that were disproven too late to be excluded.
pub(super) fn late(convictions: &[Conviction]) -> Vec<Exclusion> {
	convictions.iter().filter(|told| told.disproves()).map(of_conviction).collect()
}

/// What the events tell of dealings that are excluded; where they no longer do, what the check of the result found.
pub(super) fn known(convictions: &[Conviction], found: &[Excluded]) -> Vec<Exclusion> {
	let excluding = || convictions.iter().filter(|told| told.excludes());
	let told = |dealer: &Excluded| excluding().find(|told| told.dealer == dealer.dealer);
	let of_found = |excluded: &Excluded| match told(excluded) {
		Some(conviction) => of_conviction(conviction),
		None => Exclusion {
			dealer: address(&excluded.dealer),
			fault: excluded.fault.map(fault::dealer),
			by: None,
			seat: None,
			block: None,
		},
	};
	match found {
		[] => excluding().map(of_conviction).collect(),
		found => found.iter().map(of_found).collect(),
	}
}

/// Lines for people, of so many dealings that are excluded; those of which the node no longer tells are counted.
pub(super) fn lines(excluded: u32, known: &[Exclusion]) -> Vec<(String, String)> {
	let mut lines: Vec<_> = known.iter().map(|one| ("excluded".to_owned(), one.line())).collect();
	let more = (excluded as usize).saturating_sub(known.len());
	if more > 0 {
		let which = if known.is_empty() { String::new() } else { " more".to_owned() };
		lines.push((
			"excluded".to_owned(),
			format!("{more}{which}, of which the node no longer has the events"),
		));
	}
	lines
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::{fault::DealerFault, AccountId};

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	fn conviction(dealer: u8, seat: Option<u8>) -> Conviction {
		let verdict = Verdict::Dealer { fault: DealerFault::InvalidInput, excluded: true };
		Conviction { block: 12, dealer: account(dealer), author: account(9), seat, verdict }
	}

	fn found(dealer: u8) -> Excluded {
		Excluded { dealer: account(dealer), fault: Some(DealerFault::InvalidInput) }
	}

	#[test]
	fn who_found_it_is_said_where_the_node_tells() {
		let known = known(&[conviction(1, Some(3)), conviction(2, None)], &[]);
		let lines = lines(3, &known);
		let (first, second) = (&lines[0].1, &lines[1].1);
		let why = "InvalidInput, the proof that its input is valid does not hold";
		let by = address(&account(9));
		assert_eq!(
			first,
			&format!("{}: {why}; found by seat 3 ({by}) in block 12", address(&account(1)))
		);
		assert!(second.ends_with(&format!("found by {by}, with a bond, in block 12")), "{second}");
		assert_eq!(lines[2].1, "1 more, of which the node no longer has the events");
		assert_eq!(super::lines(1, &[])[0].1, "1, of which the node no longer has the events");
		assert!(super::lines(0, &[]).is_empty());
	}

	#[test]
	fn what_was_found_too_late_is_told_apart() {
		let mut disproven = conviction(2, Some(5));
		let fault = DealerFault::InvalidInput;
		disproven.verdict = Verdict::Dealer { fault, excluded: false };
		let told = [conviction(1, Some(3)), disproven];
		assert_eq!(known(&told, &[]).len(), 1);
		let late = late(&told);
		assert_eq!(late.len(), 1);
		let said = late[0].line();
		assert!(said.starts_with(&address(&account(2))) && said.contains("seat 5"), "{said}");
	}

	#[test]
	fn a_check_tells_of_a_settled_task_too() {
		let known = known(&[conviction(2, None)], &[found(1), found(2)]);
		assert_eq!((known[0].by.as_deref(), known[0].block), (None, None));
		assert_eq!(known[1].block, Some(12));
		assert!(known[0].line().ends_with("does not hold"), "{}", known[0].line());
	}
}
