//! Attacks that take a plan rather than a fault: each is carried out as far as the rules let it, and where a rule is
//! what stops it, the test shows what the attacker would have without that rule.

use super::{
	chain::{Chain, Failure, Party, Penalty, Phase, Refusal, Standing},
	cheats,
	data::{spec, Data},
	node::Node,
	play::interpolated,
	scenario::{dealer_id, DealerRole},
	table::{chain, table, Table},
};
use ostraka_crypto::{
	encoding::IDENTITY,
	polynomial, scalar,
	seal::{Context, Key, SealSecret},
	vss::{self, SecretShare},
	Error, Plain, Scalar,
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	spec::Statistic,
};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Aggregate, Verdict},
	statistics::{self, Outcome},
	worker,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::collections::BTreeSet;

/// The sum over one dealer is its input, and over none there is nothing to say: a class's least number of dealers
/// decides before anybody computes.
#[test]
fn no_result_over_zero_or_a_single_dealer() {
	for (dealers, least) in [(0, 0), (0, 3), (1, 2), (1, 3)] {
		let mut table = table(1, 3, 2, least, 1);
		for place in 0..dealers {
			let input = table.vector();
			table.deal(place, &input);
		}
		table.examine();
		table.chain.freeze();
		assert_eq!(table.chain.phase, Phase::Failed(Failure::TooFewDealers));
		assert_eq!(table.chain.h_a, None);
		assert_eq!(table.chain.commit(1, &[0; 32], [0; 32]), Err(Refusal::WrongPhase));
		assert_eq!(table.chain.reveal(1, &[0; 32], &[0; 96]), Err(Refusal::WrongPhase));
		table.chain.settle();
		assert!(table.chain.result.is_none() && table.chain.ledger.is_empty());
	}
	// nobody's share of nothing
	assert!(worker::aggregate(&[]).is_err());

	// An exclusion counts against the least number too: it is asked at the freeze, not before.
	let mut table = table(1, 3, 2, 2, 2);
	let input = table.vector();
	table.deal(0, &input);
	table.cheat(1, DealerRole::BadValue, &[3]);
	table.examine();
	assert!(table.accuse(3, 1).is_ok());
	table.chain.freeze();
	assert_eq!(table.chain.phase, Phase::Failed(Failure::TooFewDealers));
}

/// Inputs of zero are inputs. Commitments that cancel are legal: the aggregate is then the identity, and only shares of
/// zero fit it.
#[test]
fn zero_vectors_and_the_identity_are_no_special_case() {
	let mut table = table(2, 5, 3, 1, 3);
	let zero = vec![Scalar::from(0u8); 3];
	table.deal(0, &zero);
	table.deal(1, &zero);
	let shares = table.shares();
	table.chain.end_committing();
	for (j, share) in &shares {
		assert_eq!(table.reveal(*j, share), Ok(true));
	}
	assert_eq!(table.chain.result.as_ref().unwrap().sum, zero);

	let mut aggregate = table.chain.aggregate();
	for (_, record) in table.chain.accepted() {
		aggregate.sub(&record.commitments).unwrap();
	}
	assert_eq!(aggregate, Aggregate::zero(2));
	let sums = aggregate.checked::<Plain>().unwrap();
	assert!(adjudicator::check_result_share(&sums, 4, &SecretShare::zero(3)));
	assert!(!adjudicator::check_result_share(&sums, 4, &shares[3].1));
	let blinding = Scalar::from(0u8);
	assert_eq!(adjudicator::verify_result::<Plain>(&IDENTITY, &zero, &blinding), Ok(true));
	assert_eq!(
		adjudicator::verify_result::<Plain>(&IDENTITY, &zero, &shares[0].1.blinding),
		Ok(false)
	);
}

/// Dealers are never weighted: weights `1, 2^64` would make of the sum a list of the inputs. A node that weighs them
/// has no right share, a result that weighs them does not verify. Weighted statistics carry their weights inside
/// `encode`, row by row.
#[test]
fn weights_are_the_rows_not_the_dealers() {
	let mut table = table(1, 3, 1, 2, 4);
	let (x, y) = (1_234_567u64, 7_654_321u64);
	table.deal(0, &[Scalar::from(x)]);
	table.deal(1, &[Scalar::from(y)]);
	table.examine();
	table.chain.freeze();
	let weight = Scalar::from(1u128 << 64);
	let weighted = |node: &Node| {
		let open = |place| {
			let id = dealer_id(place);
			let body = &table.chain.records[&id].body;
			worker::open(&table.chain.ctx, &node.secret, node.j, &id, body).unwrap()
		};
		let mut second = open(1);
		second.values.iter_mut().for_each(|value| *value *= weight);
		second.blinding *= weight;
		worker::aggregate(&[open(0), second]).unwrap()
	};
	let shares: Vec<_> = table.nodes.iter().map(|node| (node.j, weighted(node))).collect();
	let (sum, blinding) = adjudicator::reconstruct(&shares[..2]).unwrap();
	assert_eq!(sum, [Scalar::from(u128::from(y) << 64 | u128::from(x))], "both inputs in clear");
	let c0 = table.chain.aggregate().to_bytes()[0];
	assert_eq!(adjudicator::verify_result::<Plain>(&c0, &sum, &blinding), Ok(false));
	table.chain.end_committing();
	for (j, share) in &shares {
		assert_eq!(table.reveal(*j, share), Ok(false));
		assert_eq!(table.chain.ledger[&Party::Node(*j)], [Penalty::WrongShare]);
	}

	let mut rng = ChaCha20Rng::seed_from_u64(5);
	let data = Data::table(Statistic::WeightedMean, 3, &mut rng);
	let inputs = data.inputs();
	let sum: Vec<Scalar> = (0..2).map(|l| inputs.iter().map(|input| input[l]).sum()).collect();
	data.check(&BTreeSet::from([0, 1, 2]), &sum);
	// and weights of zero in all rows define no mean
	let zero = [Scalar::from(0u8); 2];
	let undefined = statistics::finalize(&spec(Statistic::WeightedMean), &zero, 3);
	assert_eq!(undefined, Ok(Outcome::Undefined));
}

/// Two forks whose accepted sets differ by one dealer. Were the committee to answer on both, the difference of the two
/// results would be that dealer's input. Messages of one fork are refused, unpunished, on the other; and the worker's
/// lock, which outlives the fork, lets a dealing enter one accepted set only.
#[test]
fn two_forks_with_different_accepted_sets() {
	let mut here = table(2, 5, 2, 1, 6);
	let inputs: Vec<_> = (0..3).map(|_| here.vector()).collect();
	let dealings: Vec<_> = (0..3).map(|place| here.make(place, &inputs[place])).collect();
	let there = chain(&here.nodes, 2, 2, 1);
	let (nodes, verifiers) = (Vec::new(), Vec::new());
	let mut there = Table { nodes, verifiers, chain: there, rng: here.rng.clone() };
	for (place, dealing) in dealings.iter().enumerate() {
		here.include(place, dealing);
		if place != 2 {
			there.include(place, dealing);
		}
	}
	here.examine();
	here.chain.freeze();
	there.chain.end_collecting();
	there.chain.freeze();
	let (h_here, h_there) = (here.chain.h_a.unwrap(), there.chain.h_a.unwrap());
	assert_ne!(h_here, h_there);

	// what the lock is for
	let shares = |chain: &Chain| -> Vec<(u8, SecretShare)> {
		here.nodes.iter().map(|node| (node.j, node.result_share(chain).unwrap())).collect()
	};
	let (on_here, on_there) = (shares(&here.chain), shares(&there.chain));
	let (sum_here, _) = adjudicator::reconstruct(&on_here[..3]).unwrap();
	let (sum_there, _) = adjudicator::reconstruct(&on_there[..3]).unwrap();
	let difference: Vec<Scalar> = sum_here.iter().zip(&sum_there).map(|(a, b)| *a - b).collect();
	assert_eq!(difference, inputs[2], "the third dealer's input");

	// messages of one fork on the other
	let node = &here.nodes[0];
	let commitment = node.commitment(&h_here, &on_here[0].1);
	let answer = there.chain.commit(1, &h_here, commitment);
	assert_eq!(answer, Err(Refusal::WrongAcceptedSet));
	there.chain.end_committing();
	let answer = there.chain.reveal(1, &h_here, &on_here[0].1.to_bytes());
	assert_eq!(answer, Err(Refusal::WrongAcceptedSet));
	assert!(there.chain.ledger.is_empty());

	// the lock, in either order, and again on the same fork
	for (j, node) in here.nodes.iter_mut().enumerate() {
		let (first, second) =
			if j % 2 == 0 { (&here.chain, &there.chain) } else { (&there.chain, &here.chain) };
		assert!(node.lock(first));
		assert!(node.lock(first), "a retry");
		assert!(!node.lock(second), "another set with a dealing that is in one");
		assert!(node.locks.values().all(|set| Some(*set) == first.h_a));
	}
}

/// Two wrong shares whose errors cancel at zero: the value that they give with `t - 1` right ones is right, so a check
/// of the value alone would take them in and blame every later honest node. Each share is checked for itself.
#[test]
fn wrong_shares_that_cancel_at_zero() {
	for (threshold, n) in [(1u8, 3u8), (2, 5), (4, 9), (6, 13)] {
		let mut table = table(threshold, n, 2, 1, 7);
		let input = table.vector();
		table.deal(0, &input);
		let mut shares = table.shares();
		let first: Vec<u8> = (1..=threshold + 1).collect();
		let weights = polynomial::lagrange(&first, 0).unwrap();
		let error = scalar::random(&mut table.rng);
		shares[0].1.values[0] += error * weights[1];
		shares[1].1.values[0] -= error * weights[0];
		shares.iter().for_each(|(j, share)| table.commit(*j, share));
		table.chain.end_committing();

		// the naive chain
		let naive = &shares[..=usize::from(threshold)];
		let (sum, blinding) = adjudicator::reconstruct(naive).unwrap();
		assert_eq!(sum, input);
		let c0 = table.chain.aggregate().to_bytes()[0];
		assert_eq!(adjudicator::verify_result::<Plain>(&c0, &sum, &blinding), Ok(true));
		let (j, honest) = &shares[usize::from(n) - 1];
		assert_eq!(adjudicator::lies_on(naive, *j, honest), Ok(false), "an innocent looks guilty");

		// this one
		for (j, share) in &shares {
			assert_eq!(table.reveal(*j, share), Ok(*j > 2));
		}
		table.chain.settle();
		assert_eq!(
			table.chain.phase,
			if n - 2 > threshold { Phase::Completed } else { Phase::Failed(Failure::TooFewShares) }
		);
		let culprits: Vec<_> = table.chain.ledger.keys().copied().collect();
		assert_eq!(culprits, [Party::Node(1), Party::Node(2)]);
	}
}

/// A node that computed nothing interpolates its share from `t + 1` reveals. The share is right and serves liveness,
/// but earns nothing: commitments end before reveals begin, and another's commitment does not open to it.
#[test]
fn interpolated_free_riding_reveal() {
	let mut table = table(2, 7, 2, 1, 8);
	let input = table.vector();
	table.deal(0, &input);
	let shares = table.shares();
	let h_a = table.chain.h_a.unwrap();
	shares[..4].iter().for_each(|(j, share)| table.commit(*j, share));
	let copied = table.chain.commitment(1).unwrap();
	assert_eq!(table.chain.commit(6, &h_a, copied), Ok(()));
	table.chain.end_committing();
	for (j, share) in &shares[..3] {
		assert!(interpolated(&table.chain, 5).is_none(), "t reveals say nothing");
		assert_eq!(table.reveal(*j, share), Ok(true));
	}
	for (j, own) in &shares[3..] {
		let free = interpolated(&table.chain, *j).unwrap();
		assert_eq!(free, *own, "indistinguishable from a computed one");
	}
	// Too late to commit to it
	let free = interpolated(&table.chain, 5).unwrap();
	let commitment = table.nodes[4].commitment(&h_a, &free);
	assert_eq!(table.chain.commit(5, &h_a, commitment), Err(Refusal::WrongPhase));
	assert_eq!(table.reveal(5, &free), Ok(true));
	let free = interpolated(&table.chain, 6).unwrap();
	assert_eq!(table.reveal(6, &free), Ok(false));
	assert_eq!(table.reveal(4, &shares[3].1), Ok(true));
	table.chain.settle();
	assert_eq!(table.chain.paid(false), BTreeSet::from([1, 2, 3, 4]));
	assert_eq!(table.chain.ledger[&Party::Node(6)], [Penalty::NotAsCommitted]);
	assert_eq!(table.chain.ledger[&Party::Node(7)], [Penalty::Absent]);
	assert_eq!(table.chain.ledger.len(), 2);
}

/// One conviction a dealing; a liar who is there first costs the honest accuser nothing.
#[test]
fn accusations_after_a_conviction_and_behind_a_liar() {
	let mut table = table(2, 5, 2, 1, 9);
	let input = table.vector();
	table.deal(0, &input);
	table.cheat(1, DealerRole::Unopenable, &[2, 3, 4]);
	table.examine();
	let (id, ctx) = (dealer_id(1), table.chain.ctx.clone());
	let digest = table.chain.records[&id].digest;
	let node = &table.nodes[1];
	let body = &table.chain.records[&id].body;
	let mut lie = cheats::evidence(&ctx, &node.secret, 2, &digest, body, &mut table.rng);
	lie.dleq = [0; 64];
	let verdict = table.chain.accuse(2, &id, &digest, &lie);
	assert_eq!(verdict, Ok(Verdict::AccuserGuilty(AccuserFault::WrongDleq)));
	assert_eq!(table.chain.records[&id].standing, Standing::Accepted);
	assert_eq!(table.accuse(2, 1), Err(Refusal::Forfeited));

	let guilty = Verdict::DealerGuilty(DealerFault::Unopenable);
	assert_eq!(table.accuse(3, 1), Ok(guilty));
	let after = table.chain.aggregate();
	assert_eq!(table.accuse(4, 1), Err(Refusal::AlreadyConvicted));
	assert_eq!(table.chain.aggregate(), after, "subtracted once");
	assert_eq!(table.chain.ledger[&Party::Dealer(id)].len(), 1);
	assert_eq!(table.chain.ledger[&Party::Node(2)].len(), 1);
	assert_eq!(table.chain.ledger.len(), 2);
}

/// An accusation after the freeze costs the dealer its deposit and excuses the accuser; the accepted set and the result
/// stay.
#[test]
fn an_accusation_after_the_freeze_leaves_the_accepted_set() {
	let mut table = table(2, 5, 2, 1, 10);
	let input = table.vector();
	table.deal(0, &input);
	table.cheat(1, DealerRole::BadBlinding, &[4, 5]);
	table.examine();
	table.chain.freeze();
	let before = (table.chain.h_a, table.chain.aggregate());
	assert_eq!(table.accuse(4, 1), Ok(Verdict::DealerGuilty(DealerFault::WrongShare)));
	assert_eq!(table.accuse(4, 1), Err(Refusal::AlreadyConvicted));
	// the other victim lacks its share as well
	assert_eq!(table.accuse(5, 1), Ok(Verdict::DealerGuilty(DealerFault::WrongShare)));
	assert_eq!(before, (table.chain.h_a, table.chain.aggregate()));
	assert_eq!(table.chain.records[&dealer_id(1)].standing, Standing::ConvictedLate);
	table.chain.end_committing();
	for j in 1..=3u8 {
		let share = table.nodes[usize::from(j) - 1].result_share(&table.chain).unwrap();
		assert_eq!(table.reveal(j, &share), Ok(true));
	}
	for j in [4, 5] {
		assert_eq!(table.nodes[j - 1].result_share(&table.chain), None);
	}
	table.chain.settle();
	assert_eq!(table.chain.phase, Phase::Completed);
	let dealer = Party::Dealer(dealer_id(1));
	assert_eq!(table.chain.ledger[&dealer], [Penalty::Dealer(DealerFault::WrongShare)]);
	assert_eq!(table.chain.ledger.len(), 1, "the excused are not punished for their absence");
}

/// What the proof of `rho` and the ban on copied `R` are for: the value that an honest accuser reveals against a
/// dealing with a copied `R` opens the honest dealer's share.
#[test]
fn a_copied_r_would_make_accusers_an_oracle() {
	let mut table = table(1, 3, 2, 1, 11);
	let input = table.vector();
	let honest = table.make(0, &input);
	let rho = SealSecret::random(&mut table.rng);
	let bad = (DealerRole::Unopenable, &BTreeSet::from([2]));
	let (ctx, thief) = (table.chain.ctx.clone(), dealer_id(1));
	let relation = &table.chain.relation;
	let mut copy = cheats::deal(&ctx, relation, &thief, &input, bad, &rho, &mut table.rng);
	(copy.ephemeral, copy.proof) = (honest.ephemeral, honest.proof);
	let answer = table.chain.deal(&thief, &ctx.task_hash, &copy);
	assert_eq!(answer, Err(Refusal::Protocol(Error::InvalidProof)));
	table.include(0, &honest);
	let answer = table.chain.deal(&thief, &ctx.task_hash, &copy);
	assert_eq!(answer, Err(Refusal::CopiedEphemeral));

	// had it been accepted
	let accepted = AcceptedDigest::of_state(copy.digest(&ctx.task_hash, &thief));
	let node = &table.nodes[1];
	let rng = &mut table.rng;
	let evidence =
		worker::accuse::<Plain, _>(&ctx, &node.secret, 2, &thief, &accepted, &copy, rng).unwrap();
	let context = Context {
		task_hash: &ctx.task_hash,
		dealer: &dealer_id(0),
		j: 2,
		seal_key: &ctx.seal_keys[1],
		ephemeral: &honest.ephemeral,
		commitments: &honest.commitments,
	};
	let key = Key::derive(&evidence.dh, &context);
	let stolen = key.open(&honest.sealed[1], 2).unwrap();
	let commitments = vss::Commitments::<Plain>::from_bytes(&honest.commitments, 1).unwrap();
	assert!(vss::check_share(&commitments, 2, &stolen));
}
