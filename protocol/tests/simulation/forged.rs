//! Inputs that are not valid, and proofs that are none: every way to forge one, for the relation of every statistic. Each member
//! finds each of them, one challenge excludes it, and the result is that of the others. What has another length than a proof is
//! refused at dispatch, and names nobody.

use super::{
	chain::{Party, Penalty, Phase, Refusal},
	cheats::{self, with_a_two},
	data::{anything, column, spec, Data},
	node::context,
	scenario::dealer_id,
	table::{table_of, Table},
	torsion::{of_order, shift},
};
use ostraka_crypto::{
	encoding::{decode_point, encode_point},
	generators, group,
	messages::DealingBytes,
	seal::SealSecret,
	validity::{Form, Relation, Witness},
	vss::{self, SecretShare},
	Error, Identity, Plain, PointBytes, Projective, Scalar,
};
use ostraka_primitives::{
	fault::DealerFault,
	spec::{Statistic, TaskSpec},
};
use ostraka_protocol::{
	adjudicator::Verdict,
	dealer,
	statistics::{self, validity::relation, FinalizeError, Inconsistency, Outcome},
	worker,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::collections::BTreeSet;

const INVALID: Result<Verdict, Refusal> = Ok(Verdict::DealerGuilty(DealerFault::InvalidInput));
const OUTSIDE: Result<Verdict, Refusal> = Ok(Verdict::DealerGuilty(DealerFault::OutsideSubgroup));

const STATISTICS: [Statistic; 14] = [
	Statistic::Count,
	Statistic::Sum,
	Statistic::Mean,
	Statistic::WeightedMean,
	Statistic::Variance,
	Statistic::Std,
	Statistic::Covariance,
	Statistic::Correlation,
	Statistic::Regression,
	Statistic::Histogram,
	Statistic::Quantiles,
	Statistic::Median,
	Statistic::VectorMean,
	Statistic::Contributors,
];

/// Right shares of a vector, before anything is proven of it.
struct Draft {
	input: Vec<Scalar>,
	commitments: Vec<PointBytes>,
	shares: Vec<SecretShare>,
}

/// What is wrong, and the dealing's parts.
type Forgery = (&'static str, Draft, Vec<u8>);
/// What is done to a proof that holds.
type Edit<'a> = (&'static str, &'a dyn Fn(Vec<u8>) -> Vec<u8>);

impl Table {
	fn draft(&mut self, input: &[Scalar]) -> Draft {
		let (ctx, rng) = (&self.chain.ctx, &mut self.rng);
		let n = ctx.n().unwrap();
		let (points, shares) = vss::share::<Plain, _>(input, ctx.threshold, n, rng).unwrap();
		Draft { input: input.to_vec(), commitments: points.to_bytes(), shares }
	}

	/// The proof of a witness in the dealing of the dealer at a place.
	fn prove(&mut self, place: usize, draft: &Draft, witness: &Witness) -> Vec<u8> {
		let (ctx, relation) = (&self.chain.ctx, &self.chain.relation);
		let (id, secrets) = (dealer_id(place), (witness, draft.shares.as_slice()));
		cheats::prove(ctx, relation, (&id, &draft.commitments), secrets, &mut self.rng)
	}

	/// The dealing of the dealer at a place.
	fn finish(&mut self, place: usize, draft: Draft, proof: Vec<u8>) -> DealingBytes {
		let (ctx, id, rho) = (&self.chain.ctx, dealer_id(place), SealSecret::random(&mut self.rng));
		let Draft { commitments, shares, .. } = draft;
		let rng = &mut self.rng;
		dealer::assemble(ctx, &id, commitments, &shares, &rho, proof, rng).unwrap()
	}

	fn send(&mut self, place: usize, draft: Draft, proof: Vec<u8>) {
		let dealing = self.finish(place, draft, proof);
		self.include(place, &dealing);
	}

	/// All forgeries that there are of a relation's proofs, from a valid input. The first is made for the dealer at a place, the
	/// others for those behind it.
	fn forgeries(&mut self, spec: &TaskSpec, input: &[Scalar], first: usize) -> Vec<Forgery> {
		let relation = self.chain.relation.clone();
		let mut made: Vec<Forgery> = Vec::new();
		for vector in outside(&relation, input) {
			let (place, draft) = (first + made.len(), self.draft(&vector));
			let proof = self.prove(place, &draft, &Witness::new(&relation, &vector));
			made.push(("a vector outside", draft, proof));
		}
		for (name, witness) in false_witnesses(&relation, input) {
			let (place, draft) = (first + made.len(), self.draft(input));
			let proof = self.prove(place, &draft, &witness);
			made.push((name, draft, proof));
		}
		let others = false_statements(spec, &relation);
		let threshold = self.chain.ctx.threshold;
		let sibling = context(2, threshold, &relation, &self.nodes, &self.verifiers);
		for (name, other) in &others {
			let (own, draft) = (dealer_id(first + made.len()), self.draft(input));
			let (mut ctx, mut proven, mut id) = (&self.chain.ctx, &relation, own);
			match other {
				Other::Dealer => id = dealer_id(0),
				Other::Task => ctx = &sibling,
				Other::Relation(other) => proven = other,
			}
			let witness = Witness::new(proven, input);
			let points = draft.commitments.as_slice();
			let secrets = (&witness, draft.shares.as_slice());
			let proof = cheats::prove(ctx, proven, (&id, points), secrets, &mut self.rng);
			made.push((*name, draft, proof));
		}
		let honest = self.chain.records[&dealer_id(0)].body.validity.clone();
		let edits: [Edit<'_>; 5] = [
			("a torsion point", &with_torsion),
			("truncated", &|proof| proof[..proof.len() - 1].to_vec()),
			("longer", &|proof| [proof.as_slice(), &[0]].concat()),
			("empty", &|_| Vec::new()),
			("a copy of an honest dealer's", &|_| honest.clone()),
		];
		for (name, edit) in edits {
			let (place, draft) = (first + made.len(), self.draft(input));
			let proof = self.prove(place, &draft, &Witness::new(&relation, input));
			made.push((name, draft, edit(proof)));
		}
		made
	}
}

/// Vectors just outside: of some ranges a form is moved to either side of them, and the last entry is one too many.
fn outside(relation: &Relation, input: &[Scalar]) -> Vec<Vec<Scalar>> {
	let ranges = relation.ranges();
	let mut found = Vec::new();
	for (form, width) in ranges.iter().step_by(1 + ranges.len() / 3) {
		let one = Scalar::from(1u8);
		let above = (0..*width).fold(one, |power, _| power + power);
		for target in [-one, above] {
			let moved = (0..input.len()).find_map(|place| moved(form, input, place, target));
			found.extend(moved);
		}
	}
	assert!(!found.is_empty(), "some range is of entries alone");
	let mut more = input.to_vec();
	if let Some(last) = more.last_mut() {
		*last += Scalar::from(1u8);
	}
	found.push(more);
	found.retain(|vector| !relation.holds(vector));
	found
}

/// The vector with one entry moved so that a form of entries has the given value; none unless the form holds that entry once.
fn moved(form: &Form, vector: &[Scalar], place: usize, target: Scalar) -> Option<Vec<Scalar>> {
	let mut moved = vector.to_vec();
	let mut at = |value: u8| {
		moved[place] = Scalar::from(value);
		form.value(&moved, &[])
	};
	let (zero, one) = (at(0), at(1));
	let unit = [1i8, -1].map(Scalar::from).into_iter().find(|unit| *unit == one - zero)?;
	moved[place] = (target - zero) * unit;
	Some(moved)
}

/// Witnesses of a valid input with one thing that does not follow from it.
fn false_witnesses(relation: &Relation, input: &[Scalar]) -> Vec<(&'static str, Witness)> {
	let one = Scalar::from(1u8);
	let mut all = vec![("a bit that is two", with_a_two(relation, input))];
	if relation.layout().p > 0 {
		let mut witness = Witness::new(relation, input);
		witness.out[0] += one;
		all.push(("a wrong product", witness));
	}
	if relation.layout().q > input.len() {
		let mut witness = Witness::new(relation, input);
		witness.input.push(one);
		all.push(("an entry beyond the vector", witness));
	}
	all
}

/// What else a proof can be of.
enum Other {
	Dealer,
	Task,
	Relation(Relation),
}

fn false_statements(spec: &TaskSpec, relation: &Relation) -> Vec<(&'static str, Other)> {
	let fewer = TaskSpec { max_rows: spec.max_rows - 1, ..spec.clone() };
	let fewer = self::relation(&fewer).unwrap();
	// that of contributors does not depend on their rows
	let other = if fewer == *relation { anything(relation.length()) } else { fewer };
	vec![
		("another dealer's", Other::Dealer),
		("another task's", Other::Task),
		("another relation's", Other::Relation(other)),
	]
}

/// A proof with a point of small order added to its first point.
fn with_torsion(mut proof: Vec<u8>) -> Vec<u8> {
	let (first, _) = proof.split_first_chunk_mut().expect("a point");
	let before: PointBytes = *first;
	shift(first, &of_order(11));
	assert_ne!(*first, before);
	proof
}

#[test]
fn every_forgery_of_every_relation_is_found_and_excluded() {
	for (seed, statistic) in (600..).zip(STATISTICS) {
		let data = Data::table(statistic, 2, &mut ChaCha20Rng::seed_from_u64(seed));
		let inputs = data.inputs();
		let mut table = table_of(data.relation(), (1, 3), 1, seed);
		inputs.iter().enumerate().for_each(|(place, input)| table.deal(place, input));
		let forgeries = table.forgeries(&spec(statistic), &inputs[0], inputs.len());
		let mut names = Vec::new();
		let mut refused = Vec::new();
		for (place, (name, draft, proof)) in (inputs.len()..).zip(forgeries) {
			let honest = draft.input == inputs[0];
			assert_eq!(table.chain.relation.holds(&draft.input), honest, "{name}");
			let (expected, found) = (table.chain.ctx.proof_length as usize, proof.len());
			if found == expected {
				table.send(place, draft, proof);
				names.push((place, name));
				continue;
			}
			let (id, task_hash) = (dealer_id(place), table.chain.ctx.task_hash);
			let dealing = table.finish(place, draft, proof);
			let error = Error::Length { what: "proof", expected, found };
			let answer = table.chain.deal(&id, &task_hash, &dealing);
			assert_eq!(answer, Err(Refusal::Protocol(error)), "{name}");
			refused.push(name);
		}
		assert!(names.len() >= 7, "{statistic:?}: {names:?}");
		let shapes = ["truncated", "longer", "empty"];
		assert!(shapes.iter().all(|shape| refused.contains(shape)), "{statistic:?}: {refused:?}");
		assert!(table.chain.ledger.is_empty());

		table.examine();
		for node in &table.nodes {
			let missed =
				names.iter().filter(|(place, _)| !node.forged.contains(&dealer_id(*place)));
			let missed: Vec<_> = missed.collect();
			assert!(missed.is_empty(), "{statistic:?}: {missed:?}");
			assert_eq!(node.forged.len(), names.len(), "and of the honest none");
			assert!(node.bad.is_empty(), "all shares are right");
			assert_eq!(node.attestation(&table.chain), None);
		}
		for (place, name) in &names {
			let j = 1 + (*place % 3) as u8;
			assert_eq!(table.challenge(j, *place), INVALID, "{name} of {statistic:?}");
			assert_eq!(table.challenge(j, *place), Err(Refusal::AlreadyConvicted));
			let penalties = &table.chain.ledger[&Party::Dealer(dealer_id(*place))];
			assert_eq!(*penalties, [Penalty::Dealer(DealerFault::InvalidInput)]);
		}
		assert_eq!(table.chain.ledger.len(), names.len(), "nobody else is named");
		for place in 0..table.nodes.len() {
			let named = table.nodes[place].attestation(&table.chain).expect("content now");
			assert_eq!(table.chain.attest(place as u8 + 1, &named), Ok(()));
		}
		assert!(table.chain.is_complete);
		table.chain.freeze();
		table.answer();
		data.check(&BTreeSet::from([0, 1]), &table.sum());
	}
}

/// An entry that the task's vector does not have, in `C_0` and in what is proven of it: no share fits, and no proof holds.
#[test]
fn an_entry_beyond_the_vector_is_found_twice() {
	let data = Data::table(Statistic::Sum, 1, &mut ChaCha20Rng::seed_from_u64(620));
	let input = data.inputs().remove(0);
	for challenged in [true, false] {
		let mut table = table_of(data.relation(), (1, 3), 1, 621);
		table.deal(0, &input);
		let mut draft = table.draft(&input);
		let beyond = generators::g::<Plain>(input.len() + 1).unwrap();
		let c0 = decode_point::<Plain>(&draft.commitments[0]).unwrap();
		draft.commitments[0] = encode_point(&group::affine(&(Projective::from(c0) + beyond)));
		let mut witness = Witness::new(&table.chain.relation, &input);
		witness.input.push(Scalar::from(1u8));
		let proof = table.prove(1, &draft, &witness);
		table.send(1, draft, proof);
		table.examine();
		let (id, chain) = (dealer_id(1), &table.chain);
		let body = &chain.records[&id].body;
		let found = worker::invalid::<Plain, _>(
			&chain.ctx,
			&chain.relation,
			&[(&id, body)],
			&mut table.rng,
		);
		assert_eq!(found, [0]);
		assert!(table.nodes.iter().all(|node| node.bad.contains(&id)));
		if challenged {
			assert_eq!(table.challenge_with_bond([1; 32], 1), INVALID);
		} else {
			let guilty = Ok(Verdict::DealerGuilty(DealerFault::WrongShare));
			assert_eq!(table.accuse(2, 1), guilty, "whatever its proof");
		}
		table.chain.freeze();
		table.answer();
		assert_eq!(table.sum(), input);
	}
}

/// Commitments outside of the group are that fault, also where the input is valid and its proof made for them.
#[test]
fn torsion_beside_a_proof_is_torsion() {
	let data = Data::table(Statistic::Sum, 1, &mut ChaCha20Rng::seed_from_u64(630));
	let input = data.inputs().remove(0);
	for k in 0..2 {
		let mut table = table_of(data.relation(), (1, 3), 1, 631);
		table.deal(0, &input);
		let mut draft = table.draft(&input);
		shift(&mut draft.commitments[k], &of_order(3));
		let witness = Witness::new(&table.chain.relation, &input);
		let proof = table.prove(1, &draft, &witness);
		table.send(1, draft, proof);
		table.examine();
		let id = dealer_id(1);
		assert!(table.nodes.iter().all(|node| node.bad.contains(&id) && node.forged.is_empty()));
		assert_eq!(table.challenge_with_bond([1; 32], 1), OUTSIDE, "C_{k}");
		assert_eq!(table.accuse(1, 1), Err(Refusal::AlreadyConvicted));
		table.chain.freeze();
		table.answer();
		assert_eq!(table.sum(), input);
	}
}

/// Commitments and proof of an honest dealer, byte for byte, in a dealing of one's own: it is no proof of whoever deals it again.
#[test]
fn a_copied_commitment_has_no_proof() {
	let data = Data::table(Statistic::Sum, 1, &mut ChaCha20Rng::seed_from_u64(640));
	let input = data.inputs().remove(0);
	let mut table = table_of(data.relation(), (1, 3), 1, 641);
	table.deal(0, &input);
	let honest = &table.chain.records[&dealer_id(0)].body;
	let (commitments, proof) = (honest.commitments.clone(), honest.validity.clone());
	let shares = vec![SecretShare::zero(input.len()); 3];
	table.send(1, Draft { input: Vec::new(), commitments, shares }, proof);
	table.examine();
	assert_eq!(table.challenge_with_bond([1; 32], 1), INVALID);
	table.chain.freeze();
	table.answer();
	assert_eq!(table.sum(), input, "once");
}

/// The sum of one number of each dealer, which is 1000 at most.
fn bounded() -> TaskSpec {
	let columns = vec![column("a", 0, 1_000)].try_into().unwrap();
	TaskSpec { columns, max_rows: 1, ..spec(Statistic::Sum) }
}

/// Two honest dealers of 10 and 20, and one that deals something else, before a committee of three.
fn poisoned(by: u32, seed: u64) -> Table {
	let relation = relation(&bounded()).unwrap();
	let mut table = table_of(relation.clone(), (1, 3), 1, seed);
	let vector = |value: u32| [1, value].map(Scalar::from);
	table.deal(0, &vector(10));
	table.deal(1, &vector(20));
	let poison = vector(by);
	assert!(!relation.holds(&poison));
	let draft = table.draft(&poison);
	let proof = table.prove(2, &draft, &Witness::new(&relation, &poison));
	table.send(2, draft, proof);
	table.examine();
	assert!(table.nodes.iter().all(|node| node.bad.is_empty()), "all shares are right");
	table
}

/// What proofs are for: shares, commitments and result are right, the result opens what was committed to, and it is whatever the
/// dealer wants. As far as the number of dealers allows, nobody can tell by the result alone.
#[test]
fn a_sum_poisoned_with_10_to_the_9_goes_through_if_nobody_looks_at_proofs() {
	for (seed, by) in [(650, 1_000_000_000), (651, 2_900)] {
		let mut table = poisoned(by, seed);
		let named = table.chain.named();
		for j in 1..=3 {
			assert_eq!(table.chain.attest(j, &named), Ok(()), "without a look");
		}
		table.chain.freeze();
		table.answer();
		assert_eq!(table.chain.phase, Phase::Completed);
		assert!(table.chain.ledger.is_empty());
		let sum = table.sum();
		assert_eq!(sum, [3, 30 + by].map(Scalar::from));
		match statistics::finalize(&bounded(), &sum, 3) {
			Ok(Outcome::Whole(_)) => assert_eq!(by, 2_900),
			Err(FinalizeError::Inconsistent(Inconsistency::SumOutOfRange)) => {
				assert_eq!(by, 1_000_000_000, "and what the others dealt is lost");
			},
			other => panic!("{other:?}"),
		}
	}
}

/// The same dealings before one member that looks, whatever the others do. Those who attested without a look pay for it.
#[test]
fn a_sum_poisoned_with_10_to_the_9_is_refused_when_a_member_looks() {
	for (seed, by) in [(650, 1_000_000_000), (651, 2_900), (652, 1_001)] {
		let mut table = poisoned(by, seed);
		let (id, named) = (dealer_id(2), table.chain.named());
		for j in 1..=2 {
			assert_eq!(table.chain.attest(j, &named), Ok(()), "without a look");
		}
		assert_eq!(table.nodes[2].attestation(&table.chain), None);
		assert_eq!(table.nodes[2].forged, BTreeSet::<Identity>::from([id]));
		assert_eq!(table.challenge(3, 2), INVALID);
		assert_eq!(table.nodes[2].attestation(&table.chain), Some(table.chain.named()));
		table.chain.freeze();
		table.answer();
		assert_eq!(table.sum(), [2u32, 30].map(Scalar::from));
		let penalties = &table.chain.ledger[&Party::Dealer(id)];
		assert_eq!(*penalties, [Penalty::Dealer(DealerFault::InvalidInput)]);
		for j in 1..=2 {
			assert_eq!(table.chain.ledger[&Party::Node(j)], [Penalty::FalseAttestation]);
		}
		assert_eq!(table.chain.ledger.len(), 3);
		assert_eq!(table.chain.exposer, Some(Party::Node(3)));
	}
}
