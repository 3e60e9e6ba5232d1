//! The decoder takes one encoding of each proof and no other.

use super::{
	encoding::Proof,
	layout::{POINT, SCALAR},
	*,
};
use ark_ff::{BigInteger, PrimeField};
use proptest::prelude::*;
use rand_core::RngCore;

fn proven() -> (Relation, Dealt, Vec<u8>) {
	let mut rng = rng(1);
	let (relation, values) = (variance(), scalars(&[10, 100, 2_000]));
	let dealt = Dealt::new(&values, &mut rng);
	let proof = dealt.prove(&relation, &values, &mut rng);
	(relation, dealt, proof)
}

fn refused(relation: &Relation, dealt: &Dealt, proof: &[u8]) -> Error {
	verify::<Plain>(relation, &dealt.statement(), proof).unwrap_err()
}

#[test]
fn lengths_are_exact() {
	let (relation, dealt, proof) = proven();
	let longer = [proof.as_slice(), &[0]].concat();
	for wrong in [&[], &proof[1..], &proof[..proof.len() - 1], &proof[..POINT], &longer[..]] {
		assert!(matches!(refused(&relation, &dealt, wrong), Error::Length { .. }));
	}
	let with_scalar = [proof.as_slice(), &[0; SCALAR]].concat();
	assert!(matches!(refused(&relation, &dealt, &with_scalar), Error::Length { .. }));
}

#[test]
fn any_other_byte_is_refused() {
	let (relation, dealt, proof) = proven();
	for place in (0..proof.len()).step_by(5) {
		let mut wrong = proof.clone();
		wrong[place] ^= 1 << (place % 8);
		refused(&relation, &dealt, &wrong);
	}
}

#[test]
fn scalars_are_canonical() {
	let (relation, dealt, proof) = proven();
	let layout = relation.layout();
	for number in 0..layout.scalars() {
		let at = POINT * layout.points() + SCALAR * number;
		// the same number, and the order added to it
		let mut number = Scalar::MODULUS;
		let mut value = <Scalar as PrimeField>::BigInt::default();
		for (limb, bytes) in value.0.iter_mut().zip(proof[at..at + SCALAR].chunks(8)) {
			*limb = u64::from_le_bytes(bytes.try_into().unwrap());
		}
		if number.add_with_carry(&value) {
			continue;
		}
		let mut wrong = proof.clone();
		wrong[at..at + SCALAR].copy_from_slice(&number.to_bytes_le());
		assert_eq!(refused(&relation, &dealt, &wrong), Error::NonCanonicalScalar);
	}
}

#[test]
fn points_are_canonical_and_on_the_curve() {
	let (relation, dealt, proof) = proven();
	for number in 0..relation.layout().points() {
		let at = POINT * number;
		// a flag of the compressed form; x not below the base field's order; another y
		for (place, byte, error) in [
			(at, 0x80, Error::NonCanonicalPoint),
			(at, 0x20, Error::NonCanonicalPoint),
			(at, 0x1f, Error::NonCanonicalPoint),
			(at + POINT - 1, 1, Error::NotOnCurve),
		] {
			let mut wrong = proof.clone();
			wrong[place] = if byte == 0x1f { byte } else { wrong[place] ^ byte };
			let read = Proof::from_bytes(relation.layout(), &wrong).unwrap();
			assert_eq!(read.points().map(|_| ()), Err(error), "point {number}");
			refused(&relation, &dealt, &wrong);
		}
	}
}

#[test]
fn what_was_read_is_what_is_written() {
	let (relation, _, proof) = proven();
	let read = Proof::from_bytes(relation.layout(), &proof).unwrap();
	let mut written: Vec<u8> =
		read.first.iter().chain(&read.coefficients).flatten().copied().collect();
	for (opening, blinding) in read.openings.iter().zip(&read.blindings) {
		encoding::push_opening(&mut written, opening, blinding);
	}
	assert_eq!(written, proof);
	let points = read.points().unwrap();
	assert_eq!(points.len(), relation.layout().points());
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	/// Of any bytes, those of a proof among them, nothing panics and nothing is accepted.
	#[test]
	fn any_bytes_are_refused(seed: u64, from in 0usize..2_000, length in 1usize..3_000) {
		let (relation, dealt, proof) = proven();
		let mut rng = rng(seed);
		let mut noise = vec![0; length];
		rng.fill_bytes(&mut noise);
		refused(&relation, &dealt, &noise);
		let mut spliced = proof.clone();
		let end = (from + length).min(spliced.len());
		if let Some(part) = spliced.get_mut(from..end) {
			part.copy_from_slice(&noise[..end - from]);
		}
		prop_assume!(spliced != proof);
		refused(&relation, &dealt, &spliced);
		for item in [&noise, &spliced] {
			let item = Item { relation: &relation, statement: dealt.statement(), proof: item };
			prop_assert_eq!(batch_verify::<Plain, _>(&[item], &mut rng), [0]);
		}
	}
}
