//! Commitments outside of the group, on a chain: accused, accused by nobody, cancelling between dealers, accused late.

use super::{
	chain::{Failure, Party, Penalty, Phase, Refusal, Standing},
	scenario::dealer_id,
	table::{table, Table},
	torsion::{of_order, ORDERS},
};
use ostraka_crypto::{
	vss::{Commitments, SecretShare},
	Plain, Scalar,
};
use ostraka_primitives::fault::DealerFault;
use ostraka_protocol::{
	adjudicator::{self, Verdict},
	worker,
};
use std::collections::BTreeSet;

const OUTSIDE: DealerFault = DealerFault::OutsideSubgroup;
const GUILTY: Result<Verdict, Refusal> = Ok(Verdict::DealerGuilty(OUTSIDE));

/// The result shares of a committee that opens everything and looks at nothing.
fn blind_shares(table: &Table) -> Vec<(u8, SecretShare)> {
	let of_node = |node: &super::node::Node| {
		let open = |(id, record): (_, &super::chain::Record)| {
			worker::open(&table.chain.ctx, &node.secret, node.j, id, &record.body).unwrap()
		};
		let shares: Vec<SecretShare> = table.chain.accepted().map(open).collect();
		(node.j, worker::aggregate(&shares).unwrap())
	};
	table.nodes.iter().map(of_node).collect()
}

fn sum(inputs: &[&[Scalar]]) -> Vec<Scalar> {
	(0..inputs[0].len()).map(|l| inputs.iter().map(|input| input[l]).sum()).collect()
}

/// Every small order: all nodes see it and open nothing, one accusation is enough, and the task goes on without the dealing.
#[test]
fn accused_torsion_is_excluded_and_never_opened() {
	for (seed, order) in (400..).zip(ORDERS) {
		let mut table = table(2, 5, 2, 1, seed);
		let input = table.vector();
		table.deal(0, &input);
		table.shift(1, &[(1, of_order(order))]);
		table.examine();
		let cheat = dealer_id(1);
		for node in &table.nodes {
			assert_eq!(node.bad, BTreeSet::from([cheat]));
			assert_eq!(node.opened, BTreeSet::from([dealer_id(0)]));
			let evidence = node.accusation(&table.chain, &cheat, &mut table.rng).unwrap();
			assert_eq!((evidence.dh, evidence.dleq), ([0; 32], [0; 64]));
		}
		assert_eq!(table.accuse(3, 1), GUILTY);
		assert_eq!(table.accuse(4, 1), Err(Refusal::AlreadyConvicted));
		table.chain.freeze();
		assert_eq!(table.chain.phase, Phase::Committing);
		table.chain.end_committing();
		for (j, share) in blind_shares(&table) {
			assert_eq!(table.reveal(j, &share), Ok(true));
		}
		table.chain.settle();
		assert_eq!(table.chain.result.as_ref().unwrap().sum, input);
		assert_eq!(table.chain.ledger[&Party::Dealer(cheat)], [Penalty::Dealer(OUTSIDE)]);
		assert_eq!(table.chain.ledger.len(), 1);
	}
}

/// Every member slept: the freeze finds it, the task ends, no dealer is convicted, and whoever attested without a look is punished. Were the sums taken as they are, honest
/// nodes' shares would not fit.
#[test]
fn torsion_that_nobody_accuses_ends_the_task() {
	for (seed, order) in (410..).zip(ORDERS) {
		let mut table = table(2, 5, 2, 1, seed);
		let input = table.vector();
		table.deal(0, &input);
		table.shift(1, &[(2, of_order(order))]);
		table.examine();
		let sums = table.chain.aggregate().to_bytes();
		let unchecked = Commitments::<Plain>::from_stored_bytes(&sums, 2).unwrap();
		// but where the order divides `j^2`
		for (j, share) in blind_shares(&table) {
			let fits = adjudicator::check_result_share(&unchecked, j, &share);
			assert_eq!(fits, u32::from(j) % order == 0, "node {j}, which is honest");
		}
		let named = table.chain.named();
		for j in 1..=4 {
			assert_eq!(table.chain.attest(j, &named), Ok(()), "asleep");
		}
		table.chain.freeze();
		assert_eq!(table.chain.phase, Phase::Failed(Failure::UnsoundCommitments));
		assert_eq!(table.chain.h_a, None);
		assert_eq!(table.accuse(3, 1), Err(Refusal::WrongPhase));
		assert_eq!(table.chain.commit(1, &[0; 32], [0; 32]), Err(Refusal::WrongPhase));
		table.chain.settle();
		assert!(table.chain.result.is_none() && table.chain.exposer.is_none());
		let false_one = |j| (Party::Node(j), vec![Penalty::FalseAttestation]);
		assert_eq!(table.chain.ledger, (1..=4).map(false_one).collect());
	}
}

/// Parts that cancel are harmless: the sums are in the group, and whoever adds up its shares has the right one. Members that
/// look have no share of such a dealing, and say so until the end: each dealer is convicted late, its accuser excused.
#[test]
fn torsion_that_cancels_leaves_the_result_right() {
	for (seed, order) in (420..).zip(ORDERS) {
		let mut table = table(2, 5, 2, 1, seed);
		let first = table.vector();
		table.deal(0, &first);
		let point = of_order(order);
		let second = table.shift(1, &[(0, point), (1, -point)]);
		let third = table.shift(2, &[(0, -point), (1, point)]);
		table.examine();
		table.chain.freeze();
		assert_eq!(table.chain.phase, Phase::Committing);
		let before = (table.chain.h_a, table.chain.aggregate());

		assert_eq!(table.accuse(5, 1), GUILTY);
		assert_eq!(table.chain.records[&dealer_id(1)].standing, Standing::ConvictedLate);
		assert_eq!(before, (table.chain.h_a, table.chain.aggregate()), "the set is frozen");
		let shares = blind_shares(&table);
		shares[..4].iter().for_each(|(j, share)| table.commit(*j, share));
		table.chain.end_committing();
		for (j, share) in &shares[..4] {
			assert_eq!(table.reveal(*j, share), Ok(true));
		}
		assert_eq!(table.nodes[4].result_share(&table.chain), None);
		table.chain.settle();
		assert_eq!(table.chain.phase, Phase::Completed);
		let result = table.chain.result.as_ref().unwrap();
		assert_eq!(result.sum, sum(&[&first, &second, &third]));
		let opens =
			adjudicator::verify_result::<Plain>(&result.commitment, &result.sum, &result.blinding);
		assert_eq!(opens, Ok(true));
		let dealer = Party::Dealer(dealer_id(1));
		assert_eq!(table.chain.ledger[&dealer], [Penalty::Dealer(OUTSIDE)]);
		assert_eq!(table.chain.ledger.len(), 1, "the excused is not punished for its absence");
	}
}

/// One of a cancelling pair is accused: the other one's part is left over, and is accused too, or found.
#[test]
fn half_a_pair_is_as_good_as_one() {
	for accused in [false, true] {
		let mut table = table(1, 3, 2, 1, 430);
		let input = table.vector();
		table.deal(0, &input);
		let point = of_order(11);
		table.shift(1, &[(1, point)]);
		table.shift(2, &[(1, -point)]);
		table.examine();
		assert!(table.chain.aggregate().checked::<Plain>().is_ok());
		assert_eq!(table.accuse(1, 1), GUILTY);
		assert!(table.chain.aggregate().checked::<Plain>().is_err());
		if accused {
			assert_eq!(table.accuse(2, 2), GUILTY);
		}
		table.chain.freeze();
		let end = Phase::Failed(Failure::UnsoundCommitments);
		assert_eq!(table.chain.phase, if accused { Phase::Committing } else { end });
	}
}
