//! Challenges: by members and by others, true and false, about something else, early and late.

use super::{
	chain::{Party, Penalty, Phase, Refusal, Standing},
	cheats,
	data::{anything, Data},
	scenario::{dealer_id, DealerRole},
	table::{table_of, Table},
};
use ostraka_crypto::{
	encoding::IDENTITY,
	messages::{ChallengeBytes, DealingBytes},
	seal::SealSecret,
	Error,
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	spec::Statistic,
};
use ostraka_protocol::{
	adjudicator::{Aggregate, Verdict},
	dealer, worker,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::collections::BTreeSet;

const INVALID: Result<Verdict, Refusal> = Ok(Verdict::DealerGuilty(DealerFault::InvalidInput));
const FALSE: Result<Verdict, Refusal> = Ok(Verdict::AccuserGuilty(AccuserFault::FalseChallenge));
const STRANGER: Party = Party::Bonded([7; 32]);

/// An honest dealing and one whose proof has a bit that is two, before five nodes that have examined them.
fn examined(seed: u64) -> (Data, Table) {
	let data = Data::table(Statistic::Mean, 2, &mut ChaCha20Rng::seed_from_u64(seed));
	let mut table = table_of(data.relation(), (2, 5), 1, seed);
	let inputs = data.inputs();
	table.deal(0, &inputs[0]);
	let (ctx, relation, id) = (&table.chain.ctx, &table.chain.relation, dealer_id(1));
	let (bad, none) = (DealerRole::WrongBit, BTreeSet::new());
	let rho = SealSecret::random(&mut table.rng);
	let dealing = cheats::deal(ctx, relation, &id, &inputs[1], (bad, &none), &rho, &mut table.rng);
	table.include(1, &dealing);
	table.examine();
	(data, table)
}

/// Whatever a challenge of a dealing shows.
fn challenge(
	table: &mut Table,
	author: Party,
	place: usize,
	edit: impl FnOnce(&mut ChallengeBytes),
) -> Result<Verdict, Refusal> {
	let id = dealer_id(place);
	let record = &table.chain.records[&id];
	let (digest, mut challenge) = (record.digest, worker::challenge_unjudged(&record.body));
	edit(&mut challenge);
	table.chain.challenge(author, &id, &digest, &challenge)
}

#[test]
fn a_false_challenge_convicts_its_author() {
	let (data, mut table) = examined(700);
	assert_eq!(challenge(&mut table, Party::Node(2), 0, |_| {}), FALSE);
	let lie = Penalty::Accuser(AccuserFault::FalseChallenge);
	assert_eq!(table.chain.ledger[&Party::Node(2)], [lie]);
	assert_eq!(table.chain.records[&dealer_id(0)].standing, Standing::Accepted);
	// it is not heard again, and not waited for
	let named = table.chain.named();
	assert_eq!(table.challenge(2, 1), Err(Refusal::Forfeited));
	assert_eq!(challenge(&mut table, Party::Node(2), 0, |_| {}), Err(Refusal::Forfeited));
	assert_eq!(table.chain.attest(2, &named), Err(Refusal::Forfeited));
	// who has no seat loses a bond, and may bring another one
	assert_eq!(challenge(&mut table, STRANGER, 0, |_| {}), FALSE);
	assert_eq!(challenge(&mut table, STRANGER, 0, |_| {}), FALSE);
	assert_eq!(table.chain.ledger[&STRANGER], [lie, lie]);
	// the truth is heard from others, once
	assert_eq!(table.challenge_with_bond([7; 32], 1), INVALID);
	assert_eq!(table.challenge(3, 1), Err(Refusal::AlreadyConvicted));
	assert_eq!(challenge(&mut table, STRANGER, 1, |_| {}), Err(Refusal::AlreadyConvicted));
	for j in [1, 3, 4, 5] {
		assert!(!table.chain.is_complete);
		assert_eq!(table.chain.attest(j, &named), Err(Refusal::WrongDealings), "one is excluded");
		let now = table.chain.named();
		assert_eq!(table.chain.attest(j, &now), Ok(()));
	}
	assert!(table.chain.is_complete);
	table.chain.freeze();
	table.answer();
	assert_eq!(table.chain.phase, Phase::Completed);
	data.check(&BTreeSet::from([0]), &table.sum());
	assert_eq!(table.chain.ledger.len(), 3, "a member, a stranger and a dealer");
}

/// Bytes that are not those of the dealing: refused, whoever dealt it, and nobody is named.
#[test]
fn a_challenge_that_does_not_match_convicts_nobody() {
	let (_, mut table) = examined(701);
	let bodies = [0, 1].map(|place| table.chain.records[&dealer_id(place)].body.clone());
	let changes: [fn(&mut ChallengeBytes, &DealingBytes); 8] = [
		|challenge, other| challenge.commitments.clone_from(&other.commitments),
		|challenge, _| challenge.commitments[0] = IDENTITY,
		|challenge, other| challenge.ephemeral = other.ephemeral,
		|challenge, other| challenge.sealed_hashes = other.sealed_hashes(),
		|challenge, _| challenge.sealed_hashes.swap(0, 1),
		|challenge, other| challenge.validity.clone_from(&other.validity),
		|challenge, _| challenge.validity[9] ^= 1,
		|challenge, other| *challenge = worker::challenge_unjudged(other),
	];
	let misshapen: [fn(&mut ChallengeBytes); 4] = [
		|challenge| challenge.commitments.push(IDENTITY),
		|challenge| challenge.sealed_hashes.truncate(4),
		|challenge| challenge.validity.clear(),
		|challenge| challenge.validity.push(0),
	];
	for author in [Party::Node(3), STRANGER] {
		for (place, other) in [(0, &bodies[1]), (1, &bodies[0])] {
			for change in changes {
				let answer = challenge(&mut table, author, place, |c| change(c, other));
				assert_eq!(answer, Err(Refusal::Protocol(Error::DigestMismatch)));
			}
			for change in misshapen {
				let answer = challenge(&mut table, author, place, change);
				assert!(matches!(answer, Err(Refusal::Protocol(Error::Length { .. }))));
			}
		}
		// under another's name, or a digest that no dealing has
		let (id, other) = (dealer_id(1), dealer_id(0));
		let digest = table.chain.records[&id].digest;
		let sound = worker::challenge_unjudged(&bodies[1]);
		for (id, digest) in [(other, digest), (id, [0; 32]), (dealer_id(2), digest)] {
			let answer = table.chain.challenge(author, &id, &digest, &sound);
			assert_eq!(answer, Err(Refusal::UnknownDealing));
		}
	}
	assert!(table.chain.ledger.is_empty());
	assert_eq!(table.challenge(3, 1), INVALID, "its author is heard as ever");
}

/// A dealing whose proof has another length than the task's is refused and names nobody: its dealer may deal again.
#[test]
fn who_deals_without_a_proof_may_deal_again() {
	let data = Data::table(Statistic::Mean, 1, &mut ChaCha20Rng::seed_from_u64(705));
	let mut table = table_of(data.relation(), (1, 3), 1, 706);
	let (input, id) = (data.inputs().remove(0), dealer_id(0));
	let rho = SealSecret::random(&mut table.rng);
	let (ctx, relation) = (table.chain.ctx.clone(), table.chain.relation.clone());
	let bad = (DealerRole::NoProof, &BTreeSet::new());
	let without = cheats::deal(&ctx, &relation, &id, &input, bad, &rho, &mut table.rng);
	let honest = table.make(0, &input);
	let mut longer = honest.clone();
	longer.validity.push(0);
	let mut shorter = honest.clone();
	shorter.validity.pop();
	for dealing in [&without, &longer, &shorter] {
		let (expected, found) = (ctx.proof_length as usize, dealing.validity.len());
		let error = Error::Length { what: "proof", expected, found };
		let answer = table.chain.deal(&id, &ctx.task_hash, dealing);
		assert_eq!(answer, Err(Refusal::Protocol(error)));
	}
	assert!(table.chain.records.is_empty() && table.chain.ledger.is_empty());
	assert_eq!((table.chain.aggregate(), table.chain.dealt), (Aggregate::zero(1), [0; 32]));
	table.include(0, &honest);
	table.examine();
	table.chain.freeze();
	table.answer();
	data.check(&BTreeSet::from([0]), &table.sum());
	assert!(table.chain.ledger.is_empty());
}

/// A dealing can be challenged as soon as it is there.
#[test]
fn a_challenge_while_dealings_still_come() {
	let mut table = table_of(anything(2), (1, 3), 1, 702);
	table.cheat(1, DealerRole::ForeignProof, &[]);
	assert_eq!(table.challenge_with_bond([7; 32], 1), INVALID);
	assert_eq!(table.chain.aggregate(), Aggregate::zero(1));
	let input = table.vector();
	table.deal(0, &input);
	table.examine();
	let named = table.chain.named();
	for j in 1..=3 {
		assert_eq!(table.nodes[usize::from(j) - 1].attestation(&table.chain), Some(named));
		assert_eq!(table.chain.attest(j, &named), Ok(()));
	}
	table.chain.freeze();
	table.answer();
	assert_eq!(table.sum(), input);
}

/// After the freeze a challenge costs the dealer its deposit, once, and changes no number. It excuses nobody: its author has its
/// share, as all have.
#[test]
fn a_challenge_after_the_freeze_changes_no_number() {
	let (data, mut table) = examined(703);
	assert!(table.nodes.iter().all(|node| node.attestation(&table.chain).is_none()));
	table.chain.freeze();
	let before = (table.chain.h_a, table.chain.aggregate());
	assert_eq!(challenge(&mut table, STRANGER, 0, |_| {}), FALSE, "late lies cost as much");
	assert_eq!(table.challenge(4, 1), INVALID);
	assert_eq!(table.challenge(5, 1), Err(Refusal::AlreadyConvicted));
	assert_eq!(table.challenge_with_bond([8; 32], 1), Err(Refusal::AlreadyConvicted));
	assert_eq!(table.chain.records[&dealer_id(1)].standing, Standing::ConvictedLate);
	assert_eq!(before, (table.chain.h_a, table.chain.aggregate()));

	// all but the one that challenged answer
	let own = |node: &super::node::Node| (node.j, node.result_share(&table.chain).unwrap());
	let shares: Vec<_> = table.nodes.iter().filter(|node| node.j != 4).map(own).collect();
	shares.iter().for_each(|(j, share)| table.commit(*j, share));
	table.chain.end_committing();
	for (j, share) in &shares {
		assert_eq!(table.reveal(*j, share), Ok(true));
	}
	table.chain.settle();
	assert_eq!(table.chain.phase, Phase::Completed);
	data.check(&BTreeSet::from([0, 1]), &table.sum());
	let dealer = Party::Dealer(dealer_id(1));
	assert_eq!(table.chain.ledger[&dealer], [Penalty::Dealer(DealerFault::InvalidInput)]);
	assert_eq!(table.chain.ledger[&Party::Node(4)], [Penalty::Absent]);
	assert_eq!(table.chain.ledger.len(), 3, "and the stranger");
	let answer = challenge(&mut table, STRANGER, 1, |_| {});
	assert_eq!(answer, Err(Refusal::WrongPhase), "the task is over");
}

/// A wrong share in a dealing that is not proven either: its victim accuses, anybody may challenge, whoever comes first convicts.
/// Late, the victim is excused all the same.
#[test]
fn two_faults_in_one_dealing_are_convicted_once() {
	let wrong_share = Ok(Verdict::DealerGuilty(DealerFault::WrongShare));
	for (late, challenged_first) in [(false, false), (false, true), (true, false), (true, true)] {
		let mut table = table_of(anything(2), (2, 5), 1, 704);
		let input = table.vector();
		table.deal(0, &input);
		let (ctx, relation, id) = (&table.chain.ctx, &table.chain.relation, dealer_id(1));
		let bad = (DealerRole::BadValue, &BTreeSet::from([4]));
		let rho = SealSecret::random(&mut table.rng);
		let mut dealing = cheats::deal(ctx, relation, &id, &input, bad, &rho, &mut table.rng);
		// what is no proof, and as long as one
		dealing.validity.fill(0);
		dealer::prove(ctx, &id, &mut dealing, &rho, &mut table.rng);
		table.include(1, &dealing);
		table.examine();
		assert!(table.nodes[3].bad.contains(&id) && !table.nodes[3].forged.contains(&id));
		assert!(table.nodes[2].forged.contains(&id) && !table.nodes[2].bad.contains(&id));
		if late {
			table.chain.freeze();
		}
		let refused = Err(Refusal::AlreadyConvicted);
		if challenged_first {
			assert_eq!(table.challenge(3, 1), INVALID);
			assert_eq!(table.accuse(4, 1), if late { wrong_share } else { refused });
		} else {
			assert_eq!(table.accuse(4, 1), wrong_share);
			assert_eq!(table.challenge(3, 1), if late { INVALID } else { refused });
			assert_eq!(table.chain.disproven, u32::from(late), "it is said of what counts");
			assert_eq!(table.challenge(3, 1), refused, "once");
		}
		let fault =
			if challenged_first { DealerFault::InvalidInput } else { DealerFault::WrongShare };
		assert_eq!(table.chain.ledger[&Party::Dealer(id)], [Penalty::Dealer(fault)]);
		if !late {
			table.chain.freeze();
		}
		table.answer();
		assert_eq!(table.chain.phase, Phase::Completed);
		assert_eq!(table.chain.ledger.len(), 1, "node 4 is excused if it has no share");
	}
}
