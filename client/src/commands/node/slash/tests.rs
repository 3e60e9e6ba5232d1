//! Slashes that tests of the commands begin with.

use super::*;
use ostraka_primitives::{
	fault::{Fault, Offence, PendingSlash},
	AccountId,
};

/// At block 90.
pub(super) fn now() -> Now {
	Now { block: 90, each: Duration::from_secs(6) }
}

/// An absence that can be applied.
pub(super) fn due(number: u32) -> NumberedSlash {
	let culprit = AccountId::new([4; 32]);
	let offence = Offence { task: 7, culprit, fault: Fault::Absence, accuser: None, victim: None };
	(number, PendingSlash { offence, amount: 1_500, at: 90 })
}

/// A wrong share of another node, in a hundred blocks.
pub(super) fn early(number: u32) -> NumberedSlash {
	let (culprit, accuser) = (AccountId::new([5; 32]), Some(AccountId::new([6; 32])));
	let offence = Offence { task: 9, culprit, fault: Fault::WrongShare, accuser, victim: None };
	(number, PendingSlash { offence, amount: 1_500, at: 190 })
}

#[test]
fn slashes_are_found_by_their_numbers() {
	let waiting = || vec![due(3), early(8), due(9)];
	let of = |numbers: &[u32]| chosen(numbers, waiting(), "Registry.apply_slash");
	let numbers = |slashes: Vec<NumberedSlash>| -> Vec<u32> {
		slashes.into_iter().map(|(number, _)| number).collect()
	};
	assert_eq!(of(&[9, 3]).map(numbers).ok(), Some(vec![3, 9]));
	assert_eq!(of(&[8, 8]).map(numbers).ok(), Some(vec![8]), "each once");
	let refused = of(&[3, 4]).expect_err("there is none of that number");
	assert!(refused.is_refusal());
	let said = refused.to_string();
	assert!(said.contains("no slash waits with the number 4"), "{said}");
	assert!(said.contains("`ostraka node slash list`"), "{said}");
}

#[test]
fn what_is_due_is_told_in_blocks_and_in_time() {
	assert_eq!((now().left(89), now().left(90), now().left(91)), (0, 0, 1));
	assert_eq!(now().when(90), "since block 90");
	let week = now().when(90 + 100_800);
	assert_eq!(week, "from block 100890 on, in 100800 blocks (7 days at 6 s a block)");
}
