//! The end of verification: who attests, to what, until when, and what silence costs. `panel.rs` has what a false attestation
//! costs.

use super::{
	chain::{Chain, Named, Party, Penalty, Phase, Refusal, Standing},
	cheats,
	scenario::{dealer_id, DealerRole},
	table::{chain, table, Table},
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use ostraka_protocol::{adjudicator::Verdict, wire};
use std::collections::BTreeSet;

/// Two honest dealings before five nodes, examined.
fn examined(seed: u64) -> Table {
	let mut table = table(2, 5, 2, 1, seed);
	for place in 0..2 {
		let input = table.vector();
		table.deal(place, &input);
	}
	table.examine();
	table
}

/// Node `j` attests to what it has examined.
fn attest(table: &mut Table, j: u8) -> Result<(), Refusal> {
	let named = table.nodes[usize::from(j) - 1].attestation(&table.chain).expect("content");
	table.chain.attest(j, &named)
}

/// A false accusation of node `j`, which convicts it.
fn lie(table: &mut Table, j: u8, place: usize) {
	let (id, ctx) = (dealer_id(place), table.chain.ctx.clone());
	let record = &table.chain.records[&id];
	let (digest, secret) = (record.digest, &table.nodes[usize::from(j) - 1].secret);
	let evidence = cheats::evidence(&ctx, secret, j, &digest, &record.body, &mut table.rng);
	let verdict = table.chain.accuse(j, &id, &digest, &evidence);
	assert_eq!(verdict, Ok(Verdict::AccuserGuilty(AccuserFault::FalseAccusation)));
}

/// The last of the awaited ends it, and a convicted liar is not waited for: by its attestation, or by its conviction.
#[test]
fn verification_ends_with_the_last_attestation() {
	let mut table = examined(500);
	for j in 1..=5 {
		assert!(!table.chain.is_complete, "{j} is waited for");
		assert_eq!(attest(&mut table, j), Ok(()));
		assert_eq!(attest(&mut table, j), Err(Refusal::AlreadyAttested));
	}
	assert!(table.chain.is_complete);

	for lie_first in [true, false] {
		let mut table = examined(501);
		if lie_first {
			lie(&mut table, 3, 0);
		}
		for j in [1, 2, 4, 5] {
			assert!(!table.chain.is_complete);
			assert_eq!(attest(&mut table, j), Ok(()));
		}
		if !lie_first {
			assert!(!table.chain.is_complete, "3 is waited for");
			lie(&mut table, 3, 0);
		}
		assert!(table.chain.is_complete);
		assert_eq!(attest(&mut table, 3), Err(Refusal::Forfeited), "a liar has no say");
	}

	// a task that nobody dealt to has nothing to wait for either
	let mut table = self::table(1, 3, 2, 1, 502);
	table.examine();
	(1..=3).for_each(|j| assert_eq!(attest(&mut table, j), Ok(())));
	assert!(table.chain.is_complete);
}

/// An attestation takes no right away: until the freeze, who attested may accuse, also when all have. What was attested before
/// an exclusion stands; who attests after it names it. A wrong share is seen by nobody but its victim: it exposes nobody.
#[test]
fn who_attested_may_still_accuse() {
	let mut table = table(2, 5, 2, 1, 503);
	let input = table.vector();
	table.deal(0, &input);
	table.cheat(1, DealerRole::BadValue, &[4]);
	let dealt = wire::dealt(&[0; 32], &table.chain.records[&dealer_id(0)].digest);
	let dealt = wire::dealt(&dealt, &table.chain.records[&dealer_id(1)].digest);
	let before: Named = (dealt, [0; 32]);
	assert_eq!(table.chain.named(), before);
	assert_eq!(table.chain.attest(4, &before), Err(Refusal::WrongPhase), "dealings may still come");
	table.examine();
	assert_eq!(table.nodes[3].attestation(&table.chain), None, "its share is bad");
	for j in [4, 1, 2, 3] {
		assert_eq!(table.chain.attest(j, &before), Ok(()), "node 4 without a look");
	}
	let guilty = Ok(Verdict::DealerGuilty(DealerFault::WrongShare));
	assert_eq!(table.accuse(4, 1), guilty);
	let bad = table.chain.records[&dealer_id(1)].digest;
	assert_eq!(table.chain.named(), (dealt, wire::excluded(&[0; 32], &bad)));
	assert!(!table.chain.is_complete);
	assert_eq!(table.chain.attest(5, &before), Err(Refusal::WrongDealings), "in flight");
	assert_eq!(attest(&mut table, 5), Ok(()), "after the exclusion");
	assert!(table.chain.is_complete);
	table.chain.freeze();
	let named = table.chain.named();
	assert_eq!(table.chain.attest(5, &named), Err(Refusal::WrongPhase));
	assert!(table.chain.exposed().is_empty());

	let mut table = self::table(1, 3, 2, 1, 504);
	let input = table.vector();
	table.deal(0, &input);
	table.cheat(1, DealerRole::Unopenable, &[2]);
	table.examine();
	let named = table.chain.named();
	(1..=3).for_each(|j| assert_eq!(table.chain.attest(j, &named), Ok(())));
	assert!(table.chain.is_complete, "this block is the last one");
	assert_eq!(table.accuse(2, 1), Ok(Verdict::DealerGuilty(DealerFault::Unopenable)));
	assert_eq!(table.chain.records[&dealer_id(1)].standing, Standing::Excluded);
	table.chain.freeze();
	assert_eq!(table.chain.accepted().count(), 1);
}

/// Attestations of one fork on another: with a dealing more, with one fewer, with the same in another order. They are refused,
/// and punish nobody.
#[test]
fn an_attestation_counts_on_its_own_fork_only() {
	let mut here = table(1, 3, 2, 1, 505);
	let inputs: Vec<_> = (0..3).map(|_| here.vector()).collect();
	let dealings: Vec<_> = (0..3).map(|place| here.make(place, &inputs[place])).collect();
	let fork = |places: &[usize]| -> Chain {
		let mut chain = chain(&here.nodes, 1, 2, 1);
		let task_hash = chain.ctx.task_hash;
		for place in places {
			chain.deal(&dealer_id(*place), &task_hash, &dealings[*place]).unwrap();
		}
		chain.end_collecting();
		chain
	};
	let mut forks = [&[0, 1][..], &[0, 1, 2], &[1, 0], &[1], &[]].map(fork);
	let hashes: Vec<_> = forks.iter().map(Chain::named).collect();
	assert_eq!(hashes[4], ([0; 32], [0; 32]));
	for (place, chain) in forks.iter_mut().enumerate() {
		for other in (0..hashes.len()).filter(|other| *other != place) {
			assert_eq!(chain.attest(1, &hashes[other]), Err(Refusal::WrongDealings));
		}
		assert_eq!(chain.attest(1, &hashes[place]), Ok(()));
		assert!(chain.ledger.is_empty());
	}
}

/// Who never attests makes the others wait, does all the rest, and is paid less; the task is the same.
#[test]
fn silence_costs_the_window_and_a_part_of_the_pay() {
	let mut table = examined(506);
	for j in [1, 2, 4, 5] {
		assert_eq!(attest(&mut table, j), Ok(()));
	}
	assert!(!table.chain.is_complete, "the window runs whole");
	table.chain.freeze();
	let shares: Vec<_> =
		table.nodes.iter().map(|node| (node.j, node.result_share(&table.chain).unwrap())).collect();
	shares[..4].iter().for_each(|(j, share)| table.commit(*j, share));
	table.chain.end_committing();
	for (j, share) in &shares[..4] {
		assert_eq!(table.reveal(*j, share), Ok(true));
	}
	table.chain.settle();
	assert_eq!(table.chain.phase, Phase::Completed);
	assert_eq!(table.chain.paid(true), BTreeSet::from([1, 2, 4]));
	assert_eq!(table.chain.paid(false), BTreeSet::from([3]));
	// and an attestation is no substitute for the work
	assert_eq!(table.chain.ledger[&Party::Node(5)], [Penalty::Absent]);
	assert_eq!(table.chain.ledger.len(), 1);
}
