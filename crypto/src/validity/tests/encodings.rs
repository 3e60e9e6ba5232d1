//! The decoder takes one encoding of each proof and no other.

use super::{
	encoding::{compress, decompress, Proof},
	layout::{POINT, SCALAR},
	*,
};
use crate::reference;
use ark_bls12_381::Fq;
use ark_ec::AffineRepr;
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
fn points_have_one_encoding() {
	for point in reference::points(40).into_iter().filter(|point| !point.is_zero()) {
		let bytes = compress(&point);
		assert_eq!(decompress(&bytes), Ok(point));
		assert_eq!(decompress(&compress(&-point)), Ok(-point));
		// each other combination of flags
		for flags in 1..8u8 {
			let mut other = bytes;
			other[0] ^= flags << 5;
			let decoded = decompress(&other);
			if flags == 1 {
				assert_eq!(decoded, Ok(-point));
			} else {
				assert_eq!(decoded, Err(Error::NonCanonicalPoint), "flags {flags}");
			}
		}
	}
	let identity = compress(&Affine::<Plain>::identity());
	assert_eq!(decompress(&identity), Ok(Affine::identity()));
	for (place, byte) in [(0, 0xe0), (0, 0x40), (0, 0xc1), (47, 1)] {
		let mut other = identity;
		other[place] = byte;
		assert_eq!(decompress(&other), Err(Error::NonCanonicalPoint));
	}
}

#[test]
fn coordinates_are_canonical_and_on_the_curve() {
	// x = 0 is that of the points of order three; so is the base field's order, if it is not refused
	let mut zero = [0u8; POINT];
	zero[0] = 0x80;
	assert_eq!(decompress(&zero), Err(Error::NotInSubgroup));
	assert_eq!(compress(&reference::order_three())[1..], zero[1..]);
	let mut order: [u8; POINT] = Fq::MODULUS.to_bytes_be().try_into().unwrap();
	order[0] |= 0x80;
	assert_eq!(decompress(&order), Err(Error::NonCanonicalPoint));
	order[47] += 1;
	assert_eq!(decompress(&order), Err(Error::NonCanonicalPoint));
	// of small x about half are on the curve
	let decoded = (0..200u8).map(|x| {
		let mut bytes = zero;
		bytes[47] = x;
		decompress(&bytes)
	});
	let off = decoded.filter(|point| *point == Err(Error::NotOnCurve)).count();
	assert!((60..140).contains(&off), "{off} of 200");
}

#[test]
fn compressed_points_are_the_standard_ones() {
	let generator = "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";
	let point = Affine::<Plain>::generator();
	assert_eq!(hex::encode(compress(&point)), generator);
	assert_eq!(hex::encode(compress(&-point)), generator.replacen('9', "b", 1));
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
