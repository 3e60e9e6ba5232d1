//! The compiled-in generators against RFC 9380's hash, and the hash against the RFC's own vectors.

use ark_bls12_381::Fq;
use ark_ec::{short_weierstrass::Affine, AffineRepr};
use ark_ff::PrimeField;
use ostraka_crypto::{
	encoding::{decode_point, encode_point},
	generators::{self, message, DOMAIN, MAX_LENGTH},
	hash_to_curve::hash_to_curve,
	Plain,
};
use std::{collections::BTreeSet, fmt::Write};

fn recomputed() -> Vec<Affine<Plain>> {
	(0..=MAX_LENGTH).map(|index| hash_to_curve(DOMAIN, &message(index)).unwrap()).collect()
}

fn source(points: &[Affine<Plain>]) -> String {
	let mut text = String::from(
		"//! The generators `H`, `G_1 .. G_256`: generated, see the parent module for how. Each row holds the limbs of `x`\n\
		 //! and of `y`, least significant first, in Montgomery form.\n\n\
		 #[rustfmt::skip]\n#[allow(clippy::unreadable_literal)]\n\
		 pub(super) static TABLE: [[[u64; 6]; 2]; 257] = [\n",
	);
	for point in points {
		let limbs = |coordinate: Fq| {
			let limbs: Vec<_> =
				coordinate.0 .0.iter().map(|limb| format!("{limb:#018x}")).collect();
			limbs.join(", ")
		};
		let (x, y) = point.xy().unwrap();
		writeln!(text, "\t[[{}], [{}]],", limbs(x), limbs(y)).unwrap();
	}
	text + "];\n"
}

#[test]
fn table_is_the_hash_of_the_names() {
	let points = recomputed();
	if std::env::var_os("OSTRAKA_REGENERATE").is_some() {
		let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/generators/table.rs");
		std::fs::write(path, source(&points)).unwrap();
		return;
	}
	assert_eq!(generators::h::<Plain>(), points[0]);
	for (l, point) in points.iter().enumerate().skip(1) {
		assert_eq!(generators::g::<Plain>(l), Some(*point), "G_{l}");
	}
	assert_eq!(generators::g::<Plain>(0), None);
	assert_eq!(generators::g::<Plain>(MAX_LENGTH + 1), None);
}

#[test]
fn generators_are_unrelated_valid_points() {
	let bases = generators::bases::<Plain>(MAX_LENGTH).unwrap();
	assert_eq!(bases.len(), MAX_LENGTH + 1);
	assert_eq!(bases[MAX_LENGTH], generators::h::<Plain>());
	let mut seen = BTreeSet::new();
	for point in bases.iter().chain([&Affine::<Plain>::generator()]) {
		// in the subgroup, not the identity
		assert_eq!(decode_point::<Plain>(&encode_point(point)), Ok(*point));
		assert!(!point.is_zero());
		// neither twice nor the negative of another
		assert!(seen.insert(encode_point(point)));
		assert!(seen.insert(encode_point(&-*point)));
	}
	assert!(generators::bases::<Plain>(0).is_err());
	assert!(generators::bases::<Plain>(MAX_LENGTH + 1).is_err());
}

#[test]
fn a_prefix_of_the_bases_ends_in_h() {
	let bases = generators::bases::<Plain>(3).unwrap();
	let g = |l| generators::g::<Plain>(l).unwrap();
	assert_eq!(bases, [g(1), g(2), g(3), generators::h()]);
}

/// RFC 9380, appendix J.9.1: BLS12381G1_XMD:SHA-256_SSWU_RO_.
mod rfc9380 {
	use super::*;

	const DST: &[u8] = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_";

	fn check(message: &[u8], x: &str, y: &str) {
		let point = hash_to_curve(DST, message).unwrap();
		let (px, py) = point.xy().unwrap();
		let hex = |coordinate: Fq| {
			let limbs = coordinate.into_bigint().0;
			limbs.iter().rev().map(|limb| format!("{limb:016x}")).collect::<String>()
		};
		assert_eq!(hex(px), x);
		assert_eq!(hex(py), y);
	}

	#[test]
	fn empty() {
		check(
			b"",
			"052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4e8cf62d9c09db0fac349612b759e79a1",
			"08ba738453bfed09cb546dbb0783dbb3a5f1f566ed67bb6be0e8c67e2e81a4cc68ee29813bb7994998f3eae0c9c6a265",
		);
	}

	#[test]
	fn abc() {
		check(
			b"abc",
			"03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a7943388a49a3aee664ba5379a7655d3c68900be2f6903",
			"0b9c15f3fe6e5cf4211f346271d7b01c8f3b28be689c8429c85b67af215533311f0b8dfaaa154fa6b88176c229f2885d",
		);
	}

	#[test]
	fn digits() {
		check(
			b"abcdef0123456789",
			"11e0b079dea29a68f0383ee94fed1b940995272407e3bb916bbf268c263ddd57a6a27200a784cbc248e84f357ce82d98",
			"03a87ae2caf14e8ee52e51fa2ed8eefe80f02457004ba4d486d6aa1f517c0889501dc7413753f9599b099ebcbbd2d709",
		);
	}

	#[test]
	fn q128() {
		check(
			&[b"q128_".as_slice(), &[b'q'; 128]].concat(),
			"15f68eaa693b95ccb85215dc65fa81038d69629f70aeee0d0f677cf22285e7bf58d7cb86eefe8f2e9bc3f8cb84fac488",
			"1807a1d50c29f430b8cafc4f8638dfeeadf51211e1602a5f184443076715f91bb90a48ba1e370edce6ae1062f5e6dd38",
		);
	}

	#[test]
	fn a512() {
		check(
			&[b"a512_".as_slice(), &[b'a'; 512]].concat(),
			"082aabae8b7dedb0e78aeb619ad3bfd9277a2f77ba7fad20ef6aabdc6c31d19ba5a6d12283553294c1825c4b3ca2dcfe",
			"05b84ae5a942248eea39e1d91030458c40153f3b654ab7872d779ad1e942856a20c438e8d99bc8abfbf74729ce1f7ac8",
		);
	}
}
