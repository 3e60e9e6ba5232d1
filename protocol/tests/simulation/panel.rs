//! Panels: what they see and may do, what a false attestation costs, and who can show it.

use super::{
	chain::{Chain, Named, Party, Penalty, Phase, Refusal, Standing},
	cheats,
	data::{anything, Data},
	scenario::{dealer_id, DealerRole},
	table::{paneled, Table},
	torsion::of_order,
};
use ostraka_crypto::{messages::DealingBytes, seal::SealSecret};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	spec::Statistic,
};
use ostraka_protocol::{adjudicator::Verdict, dealer, worker};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::collections::BTreeSet;

const INVALID: Result<Verdict, Refusal> = Ok(Verdict::DealerGuilty(DealerFault::InvalidInput));
const OUTSIDE: Result<Verdict, Refusal> = Ok(Verdict::DealerGuilty(DealerFault::OutsideSubgroup));
const STRANGER: Party = Party::Bonded([7; 32]);

/// An honest dealing and one whose proof has a bit that is two, before five members and two verifiers that have examined them.
fn forged(seed: u64) -> (Data, Table) {
	let data = Data::table(Statistic::Mean, 2, &mut ChaCha20Rng::seed_from_u64(seed));
	let mut table = paneled(data.relation(), (2, 5, 2), 1, seed);
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

/// These seats attest to what there is now, whatever they have seen.
fn attest(table: &mut Table, seats: &[u8]) -> Named {
	let named = table.chain.named();
	for j in seats {
		assert_eq!(table.chain.attest(*j, &named), Ok(()), "seat {j}");
	}
	named
}

fn set(seats: &[u8]) -> BTreeSet<u8> {
	seats.iter().copied().collect()
}

/// What each of these seats, and nobody else with one, is punished for.
fn assert_punished(table: &Table, seats: &[u8], penalty: Penalty) {
	let is_seat = |party: &&Party| matches!(party, Party::Node(_));
	let punished: Vec<Party> = table.chain.ledger.keys().filter(is_seat).copied().collect();
	let expected: Vec<Party> = seats.iter().copied().map(Party::Node).collect();
	assert_eq!(punished, expected);
	assert!(punished.iter().all(|party| table.chain.ledger[party] == [penalty]));
}

/// A verifier's challenge excludes at once, and verification waits for committee and panel.
#[test]
fn a_panel_looks_challenges_and_attests() {
	let (data, mut table) = forged(800);
	let id = dealer_id(1);
	for verifier in &table.verifiers {
		assert_eq!(verifier.forged, BTreeSet::from([id]));
		assert_eq!(verifier.attestation(&table.chain), None);
	}
	assert_eq!(table.verifiers[1].challenge(&mut table.chain, &id), INVALID);
	assert_eq!(table.verifiers[0].challenge(&mut table.chain, &id), Err(Refusal::AlreadyConvicted));
	for j in [1, 2, 3, 4, 5, 6] {
		let named = attest(&mut table, &[j]);
		assert!(!table.chain.is_complete, "seat {j} is not the last");
		assert_eq!(table.verifiers[1].attestation(&table.chain), Some(named));
	}
	attest(&mut table, &[7]);
	assert!(table.chain.is_complete);
	table.chain.freeze();
	table.answer();
	assert_eq!(table.chain.phase, Phase::Completed);
	data.check(&BTreeSet::from([0]), &table.sum());
	assert_eq!(table.chain.verified(), set(&[6, 7]));
	assert!(table.chain.exposed().is_empty());
	assert_punished(&table, &[], Penalty::Absent);
}

/// A seat of the panel has no share: what takes one is refused, and punishes nobody.
#[test]
fn a_verifier_has_no_share() {
	let mut table = paneled(anything(2), (1, 3, 1), 1, 801);
	let input = table.vector();
	table.deal(0, &input);
	table.examine();
	let (id, secret) = (dealer_id(0), &table.nodes[2].secret);
	let (ctx, record) = (&table.chain.ctx, &table.chain.records[&id]);
	let (digest, body) = (record.digest, &record.body);
	assert!(worker::unopened(4, body).is_err(), "nothing is sealed to it");
	// a member's evidence under its own number
	let evidence = cheats::evidence(ctx, secret, 3, &digest, body, &mut table.rng);
	assert_eq!(table.chain.accuse(4, &id, &digest, &evidence), Err(Refusal::UnknownSeat));
	attest(&mut table, &[4]);
	table.chain.freeze();
	let h_a = table.chain.h_a.unwrap();
	assert_eq!(table.chain.commit(4, &h_a, [1; 32]), Err(Refusal::UnknownSeat));
	table.chain.end_committing();
	assert_eq!(table.chain.reveal(4, &h_a, &[0; 96]), Err(Refusal::UnknownSeat));
	table.chain.settle();
	assert!(!table.chain.ledger.contains_key(&Party::Node(4)), "it did its part");
}

/// Wrong shares are none of a panel's business: it attests, and the victim's accusation exposes nobody.
#[test]
fn a_fault_of_a_share_exposes_nobody() {
	for late in [false, true] {
		let mut table = paneled(anything(2), (2, 5, 2), 1, 802);
		let input = table.vector();
		table.deal(0, &input);
		table.cheat(1, DealerRole::BadValue, &[4]);
		table.examine();
		assert!(table.verifiers.iter().all(|verifier| verifier.found().next().is_none()));
		attest(&mut table, &[1, 2, 6, 7]);
		if late {
			table.chain.freeze();
		}
		let guilty = Ok(Verdict::DealerGuilty(DealerFault::WrongShare));
		assert_eq!(table.accuse(4, 1), guilty);
		if !late {
			table.chain.freeze();
		}
		table.answer();
		assert_eq!(table.chain.phase, Phase::Completed);
		assert!(table.chain.exposed().is_empty() && table.chain.disproven == 0);
		assert_eq!(table.chain.verified(), set(&[6, 7]));
		assert_punished(&table, &[], Penalty::Absent);
	}
}

/// A panel that attests to garbage, and members that do, before the freeze and after it. Who shows it may be anybody. Every one
/// that attested is exposed, nobody else, and after the freeze no number changes.
#[test]
fn who_attested_to_garbage_is_exposed() {
	for late in [false, true] {
		let (data, mut table) = forged(803);
		attest(&mut table, &[2, 6, 7]);
		if late {
			table.chain.freeze();
		}
		let before = (table.chain.h_a, table.chain.aggregate());
		assert_eq!(table.chain.verified(), set(&[6, 7]), "so far");
		assert_eq!(table.challenge_with_bond([7; 32], 1), INVALID);
		assert_eq!(table.chain.exposed(), set(&[2, 6, 7]));
		assert_eq!(table.chain.exposer, Some(STRANGER));
		assert_eq!(table.challenge(3, 1), Err(Refusal::AlreadyConvicted), "once");
		assert_eq!(table.chain.disproven, u32::from(late));
		if late {
			assert_eq!(before, (table.chain.h_a, table.chain.aggregate()));
		} else {
			let named = table.chain.named();
			assert_eq!(
				table.chain.attest(6, &named),
				Err(Refusal::AlreadyAttested),
				"no second try"
			);
			table.chain.freeze();
		}
		assert!(!table.chain.ledger.contains_key(&Party::Node(6)), "it is at settlement");
		table.answer();
		assert_eq!(table.chain.phase, Phase::Completed);
		assert!(table.chain.verified().is_empty());
		assert!(!table.chain.paid(true).contains(&2), "its right share earns nothing");
		assert_eq!(table.chain.paid(false), set(&[1, 3, 4, 5]));
		assert_punished(&table, &[2, 6, 7], Penalty::FalseAttestation);
		let counted: &[usize] = if late { &[0, 1] } else { &[0] };
		data.check(&counted.iter().copied().collect(), &table.sum());
	}
}

/// Committee and panel are corrupt whole and attest to what is outside of every range. One outsider with a bond exposes all of
/// them.
#[test]
fn one_outsider_exposes_all() {
	let (_, mut table) = forged(804);
	let all = [1, 2, 3, 4, 5, 6, 7];
	attest(&mut table, &all);
	assert!(table.chain.is_complete);
	table.chain.freeze();
	assert_eq!(table.challenge_with_bond([7; 32], 1), INVALID);
	table.answer();
	assert_eq!(table.chain.exposed(), set(&all));
	assert!(table.chain.paid(true).is_empty() && table.chain.verified().is_empty());
	assert_punished(&table, &all, Penalty::FalseAttestation);
	assert_eq!(table.chain.exposer, Some(STRANGER));
}

/// Commitments outside of the group are as public: a verifier challenges, as it has nothing to accuse with.
#[test]
fn a_verifier_challenges_what_is_outside_of_the_group() {
	let mut table = paneled(anything(2), (2, 5, 2), 1, 805);
	let input = table.vector();
	table.deal(0, &input);
	table.shift(1, &[(1, of_order(11))]);
	table.examine();
	let id = dealer_id(1);
	assert!(table.verifiers.iter().all(|verifier| verifier.outside == BTreeSet::from([id])));
	assert!(table.verifiers.iter().all(|verifier| verifier.forged.is_empty()), "not looked at");
	attest(&mut table, &[1, 6]);
	assert_eq!(table.verifiers[1].challenge(&mut table.chain, &id), OUTSIDE);
	assert_eq!(table.chain.exposed(), set(&[1, 6]));
	assert_eq!(table.chain.exposer, Some(Party::Node(7)));
	attest(&mut table, &[7]);
	table.chain.freeze();
	table.answer();
	assert_eq!(table.sum(), input);
	assert_punished(&table, &[1, 6], Penalty::FalseAttestation);
}

/// A panel asleep: the set is frozen all the same, nothing of it is attested, and absence is all that is punished. Who sleeps until
/// there was no freeze owes nothing.
#[test]
fn a_sleeping_panel_stops_nothing() {
	for least in [1, 3] {
		let mut table = paneled(anything(2), (1, 3, 2), least, 806);
		let input = table.vector();
		table.deal(0, &input);
		table.examine();
		attest(&mut table, &[1, 2, 3]);
		assert!(!table.chain.is_complete, "the window runs whole");
		table.chain.freeze();
		if least == 3 {
			table.chain.settle();
			assert!(table.chain.ledger.is_empty());
			continue;
		}
		table.answer();
		assert_eq!((table.chain.phase, table.sum()), (Phase::Completed, input));
		assert!(table.chain.verified().is_empty());
		assert_eq!(table.chain.paid(true), set(&[1, 2, 3]));
		assert_punished(&table, &[4, 5], Penalty::Absent);
	}
}

/// A verifier's false challenge convicts it, exposes nobody, and takes away its say; it is not waited for.
#[test]
fn a_false_challenge_by_a_verifier() {
	let (_, mut table) = forged(807);
	let (honest, bad) = (dealer_id(0), dealer_id(1));
	attest(&mut table, &[7]);
	let record = &table.chain.records[&honest];
	let (digest, challenge) = (record.digest, worker::challenge_unjudged(&record.body));
	let lie = table.chain.challenge(Party::Node(6), &honest, &digest, &challenge);
	assert_eq!(lie, Ok(Verdict::AccuserGuilty(AccuserFault::FalseChallenge)));
	assert!(table.chain.exposed().is_empty(), "nothing of what 7 attested to is shown");
	assert_eq!(table.verifiers[0].challenge(&mut table.chain, &bad), Err(Refusal::Forfeited));
	let named = table.chain.named();
	assert_eq!(table.chain.attest(6, &named), Err(Refusal::Forfeited));
	assert_eq!(table.challenge(1, 1), INVALID);
	attest(&mut table, &[1, 2, 3, 4, 5]);
	assert!(table.chain.is_complete);
	table.chain.freeze();
	table.answer();
	let ledger = &table.chain.ledger;
	let lie = Penalty::Accuser(AccuserFault::FalseChallenge);
	assert_eq!(ledger[&Party::Node(6)], [lie], "and it is not absent besides");
	assert_eq!(ledger[&Party::Node(7)], [Penalty::FalseAttestation]);
}

/// A dealer gives its accomplice a wrong share beside an invalid input. The accomplice's accusation convicts the dealer, late or in
/// time, of what exposes nobody; it shields nobody either, and who attests to what is left is safe.
#[test]
fn an_accomplice_does_not_shield_who_attested() {
	[false, true].into_iter().for_each(shields_nobody);
}

fn shields_nobody(late: bool) {
	let mut table = paneled(anything(2), (2, 5, 2), 1, 808);
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
	attest(&mut table, &[1, 2, 6, 7]);
	if late {
		table.chain.freeze();
	}
	assert_eq!(table.accuse(4, 1), Ok(Verdict::DealerGuilty(DealerFault::WrongShare)));
	assert!(table.chain.exposed().is_empty());
	if !late {
		attest(&mut table, &[3]);
	}
	assert_eq!(table.challenge_with_bond([7; 32], 1), INVALID);
	assert_eq!(table.chain.exposed(), set(&[1, 2, 6, 7]));
	let again = table.challenge_with_bond([7; 32], 1);
	assert_eq!(again, Err(Refusal::AlreadyConvicted), "nobody is left to expose");
	let dealer = Party::Dealer(id);
	assert_eq!(table.chain.ledger[&dealer], [Penalty::Dealer(DealerFault::WrongShare)], "once");
	assert_eq!(table.chain.disproven, u32::from(late));
}

/// What an honest verifier attests on one fork, where an invalid dealing is excluded, is nothing on another, where it counts: if it
/// were, the challenge there would expose who is honest.
#[test]
fn an_attestation_after_an_exclusion_is_none_before_it() {
	let (_, here) = forged(809);
	let bodies: Vec<DealingBytes> =
		here.chain.records.values().map(|record| record.body.clone()).collect();
	let workers: Vec<_> = here.nodes.iter().map(|node| node.worker).collect();
	let fork = || -> Chain {
		let (ctx, relation) = (here.chain.ctx.clone(), here.chain.relation.clone());
		let dealers = (0..2).map(dealer_id);
		let mut chain = Chain::new(ctx, relation, workers.clone(), 2, dealers, 1);
		let task_hash = chain.ctx.task_hash;
		for (place, body) in bodies.iter().enumerate() {
			chain.deal(&dealer_id(place), &task_hash, body).unwrap();
		}
		chain.end_collecting();
		chain
	};
	let (mut one, mut other) = (fork(), fork());
	let (honest, id) = (&here.verifiers[0], dealer_id(1));
	assert_eq!(one.named(), other.named());
	assert_eq!(honest.challenge(&mut one, &id), INVALID);
	let attested = honest.attestation(&one).expect("content there");
	assert_eq!(one.attest(6, &attested), Ok(()));
	assert_eq!(other.attest(6, &attested), Err(Refusal::WrongDealings));
	// What is sent before an exclusion and comes in behind it is void as well.
	let early = other.named();
	assert_eq!(honest.challenge(&mut other, &id), INVALID);
	assert_eq!(other.attest(7, &early), Err(Refusal::WrongDealings));
	assert_eq!(other.attest(6, &attested), Ok(()), "the same has happened here too");
	assert!(one.exposed().is_empty() && other.exposed().is_empty());
	assert!([&one, &other].iter().all(|chain| chain.records[&id].standing == Standing::Excluded));
}
