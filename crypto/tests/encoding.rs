//! The decoders: round trips, one encoding a value, a named error for each thing that can be wrong, and no panic on any
//! bytes.

use ark_bls12_381::{Fq, Fr};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, BigInteger, Field, MontFp, PrimeField, Zero};
use ostraka_crypto::{
	encoding::{
		decode_point, decode_scalar, decode_stored_point, encode_point, encode_scalar, IDENTITY,
	},
	generators, group, proofs, scalar,
	seal::{ciphertext_len, Key, PublicKey, SealSecret},
	transcript::Transcript,
	vss::{Commitments, SecretShare, UncheckedCommitments},
	Affine, Error, Plain, PointBytes, Scalar,
};
use proptest::prelude::*;

fn point(exponent: u64) -> Affine<Plain> {
	group::mul(&generators::h::<Plain>(), &Scalar::from(exponent)).into_affine()
}

/// Big-endian bytes of a coordinate plus the field's order, if it fits below `2^381`.
fn plus_modulus(coordinate: Fq) -> Option<[u8; 48]> {
	let mut sum = coordinate.into_bigint();
	let carry = sum.add_with_carry(&Fq::MODULUS);
	let bytes: [u8; 48] = sum.to_bytes_be().try_into().unwrap();
	(!carry && bytes[0] & 0xe0 == 0).then_some(bytes)
}

proptest! {
	#[test]
	fn points_round_trip(exponent: u64) {
		let point = point(exponent);
		let bytes = encode_point(&point);
		prop_assert_eq!(decode_point::<Plain>(&bytes), Ok(point));
		prop_assert_eq!(decode_stored_point::<Plain>(&bytes), Ok(point));
		prop_assert_eq!(encode_point(&-point)[..48].to_vec(), bytes[..48].to_vec());
	}

	#[test]
	fn every_flag_is_refused(exponent in 1u64.., flags in 1u8..8) {
		let mut bytes = encode_point(&point(exponent));
		bytes[0] |= flags << 5;
		prop_assert_eq!(decode_point::<Plain>(&bytes), Err(Error::NonCanonicalPoint));
	}

	#[test]
	fn every_other_identity_is_refused(place in 0usize..96, bit in 0u32..8) {
		let mut bytes = IDENTITY;
		bytes[place] ^= 1 << bit;
		prop_assert!(decode_point::<Plain>(&bytes).is_err());
	}

	#[test]
	fn changed_points_are_refused(exponent in 1u64.., place in 0usize..96, bit in 0u32..8) {
		let mut bytes = encode_point(&point(exponent));
		bytes[place] ^= 1 << bit;
		// no two points of the subgroup differ in one bit here: not on the curve, or not canonical
		prop_assert!(decode_point::<Plain>(&bytes).is_err());
	}

	#[test]
	fn random_bytes_are_no_points(bytes: [u8; 48], more: [u8; 48]) {
		let bytes: PointBytes = [bytes, more].concat().try_into().unwrap();
		if let Ok(point) = decode_point::<Plain>(&bytes) {
			prop_assert_eq!(encode_point(&point), bytes);
		}
		let _ = decode_stored_point::<Plain>(&bytes).is_ok();
	}

	/// A key is the bytes that it was decoded from: no two forms of one.
	#[test]
	fn random_bytes_are_keys_in_their_one_form(bytes: [u8; 32], masked: bool) {
		let mut bytes = bytes;
		if masked {
			// most others are no field elements, or negative ones
			bytes[0] &= 0xfe;
			bytes[31] &= 0x7f;
		}
		match PublicKey::from_bytes(&bytes) {
			Ok(key) => {
				prop_assert_eq!(*key.bytes(), bytes);
				let element = curve25519_dalek::ristretto::CompressedRistretto(bytes).decompress();
				prop_assert_eq!(element.map(|element| element.compress().to_bytes()), Some(bytes));
				bytes[31] |= 0x80;
				prop_assert_eq!(PublicKey::from_bytes(&bytes), Err(Error::NonCanonicalKey));
			},
			Err(error) => prop_assert_eq!(error, Error::NonCanonicalKey),
		}
	}

	#[test]
	fn public_keys_round_trip(signature: [u8; 32]) {
		let public = SealSecret::from_signature(&signature).public();
		prop_assert_eq!(PublicKey::from_bytes(&public).map(|key| *key.bytes()), Ok(public));
	}

	/// Points of the curve outside the subgroup are found out; their coordinates are fine.
	#[test]
	fn points_outside_the_subgroup_are_refused(bytes: [u8; 32]) {
		let x = Fq::from_le_bytes_mod_order(&bytes);
		if let Some(point) = Affine::<Plain>::get_point_from_x_unchecked(x, true) {
			let expected = if point.mul_bigint(Fr::MODULUS).is_zero() { Ok(point) } else { Err(Error::NotInSubgroup) };
			prop_assert_eq!(decode_point::<Plain>(&encode_point(&point)), expected);
			prop_assert_eq!(decode_stored_point::<Plain>(&encode_point(&point)), Ok(point));
		}
	}

	#[test]
	fn scalars_round_trip(wide in prop::collection::vec(any::<u8>(), 64)) {
		let scalar = scalar::from_wide(&wide.try_into().unwrap());
		prop_assert_eq!(decode_scalar(&encode_scalar(&scalar)), Ok(scalar));
	}

	#[test]
	fn random_bytes_are_scalars_if_canonical(bytes: [u8; 32]) {
		let below = ark_ff::BigInt::<4>::from_bits_le(
			&bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1)).collect::<Vec<_>>(),
		) < Fr::MODULUS;
		match decode_scalar(&bytes) {
			Ok(scalar) => {
				prop_assert!(below);
				prop_assert_eq!(encode_scalar(&scalar), bytes);
			},
			Err(error) => {
				prop_assert!(!below);
				prop_assert_eq!(error, Error::NonCanonicalScalar);
			},
		}
	}

	#[test]
	fn wide_reduction_is_reduction(wide in prop::collection::vec(any::<u8>(), 64)) {
		let wide: [u8; 64] = wide.try_into().unwrap();
		let expected = wide.iter().rev().fold(Scalar::ZERO, |sum, byte| sum * Scalar::from(256u16) + Scalar::from(*byte));
		prop_assert_eq!(scalar::from_wide(&wide), expected);
	}

	#[test]
	fn shares_decode_or_say_why(bytes in prop::collection::vec(any::<u8>(), 0..200), length in 0usize..6) {
		match SecretShare::from_bytes(&bytes, length) {
			Ok(share) => prop_assert_eq!(share.to_bytes().to_vec(), bytes),
			Err(Error::VectorLength) => prop_assert_eq!(length, 0),
			Err(Error::Length { expected, found, .. }) => {
				prop_assert_eq!(expected, 32 * (length + 1));
				prop_assert_eq!(found, bytes.len());
				prop_assert_ne!(expected, found);
			},
			Err(error) => prop_assert_eq!(error, Error::NonCanonicalScalar),
		}
	}

	#[test]
	fn commitments_decode_or_say_why(
		points in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 96)), 0..5),
		threshold: u8,
	) {
		let points: Vec<PointBytes> = points
			.into_iter()
			.map(|(valid, bytes)| if valid { encode_point(&point(bytes[0].into())) } else { bytes.try_into().unwrap() })
			.collect();
		let checked = Commitments::<Plain>::from_bytes(&points, threshold);
		match &checked {
			Ok(commitments) => prop_assert_eq!(commitments.to_bytes(), points.clone()),
			Err(Error::Length { expected, .. }) => prop_assert_eq!(*expected, usize::from(threshold) + 1),
			Err(_) => prop_assert_eq!(points.len(), usize::from(threshold) + 1),
		}
		// in two steps the same
		let unchecked = UncheckedCommitments::from_bytes(&points, threshold);
		if let Ok(unchecked) = &unchecked {
			prop_assert_eq!(unchecked.to_bytes(), points);
		}
		prop_assert_eq!(unchecked.and_then(|unchecked| unchecked.check::<Plain>()), checked);
	}

	#[test]
	fn random_ciphertexts_do_not_open(bytes in prop::collection::vec(any::<u8>(), 0..200), exact: bool, length in 1usize..5) {
		let context = ostraka_crypto::seal::Context {
			task_hash: &[0; 32],
			dealer: &[0; 32],
			j: 1,
			seal_key: &[1; 32],
			ephemeral: &[2; 32],
			commitments: &[],
		};
		let key = Key::derive(&[3; 32], &context);
		let mut bytes = bytes;
		if exact {
			bytes.resize(ciphertext_len(length), 0);
		}
		let error = key.open(&bytes, length).unwrap_err();
		if bytes.len() == ciphertext_len(length) {
			prop_assert_eq!(error, Error::Unopenable);
		} else {
			let is_length = matches!(error, Error::Length { .. });
			prop_assert!(is_length);
		}
	}

	#[test]
	fn random_proofs_do_not_hold(halves: [[u8; 32]; 2], small: bool) {
		let [mut challenge, mut response] = halves;
		if small {
			// canonical
			challenge[31] &= 0x0f;
			response[31] &= 0x0f;
		}
		let proof: [u8; 64] = [challenge, response].concat().try_into().unwrap();
		let seal_key = SealSecret::from_signature(&[1; 64]).public();
		let statement =
			proofs::KeyStatement { genesis: &[0; 32], account: &[0; 32], worker: &[0; 32], seal_key: &seal_key };
		let error = proofs::verify_key(&statement, &proof).unwrap_err();
		prop_assert!(matches!(error, Error::InvalidProof | Error::NonCanonicalScalar));
		let statement = proofs::DleqStatement {
			task_hash: &[0; 32],
			digest: &[0; 32],
			j: 1,
			seal_key: &seal_key,
			ephemeral: &seal_key,
			dh: &seal_key,
		};
		let error = proofs::verify_dleq(&statement, &proof).unwrap_err();
		prop_assert!(matches!(error, Error::InvalidProof | Error::NonCanonicalScalar));
		prop_assert!(!small || error == Error::InvalidProof);
		let error = proofs::verify_rho(&[0; 32], &seal_key, &proof, proofs::verify_signature);
		prop_assert_eq!(error, Err(Error::InvalidProof));
	}

	/// Fields cannot be moved across their borders.
	#[test]
	fn transcripts_are_unambiguous(a in ".{0,8}", b in ".{0,8}", c in ".{0,8}", d in ".{0,8}") {
		let hash = |x: &str, y: &str| Transcript::new("t").variable(x.as_bytes()).variable(y.as_bytes()).digest();
		prop_assert_eq!(hash(&a, &b) == hash(&c, &d), (a, b) == (c, d));
	}
}

#[test]
fn the_identity_is_a_point() {
	assert_eq!(encode_point(&Affine::<Plain>::identity()), IDENTITY);
	assert_eq!(decode_point::<Plain>(&IDENTITY), Ok(Affine::identity()));
	assert_eq!(IDENTITY[0], 0x40);
	assert!(IDENTITY[1..].iter().all(|byte| *byte == 0));
}

/// 96 zero bytes are the coordinates (0, 0), which the curve library takes for the identity.
#[test]
fn zeros_are_not_the_identity() {
	assert_eq!(decode_point::<Plain>(&[0; 96]), Err(Error::NotOnCurve));
	assert_eq!(decode_stored_point::<Plain>(&[0; 96]), Err(Error::NotOnCurve));
}

#[test]
fn a_coordinate_has_one_encoding() {
	// (0, 2) has a coordinate small enough for p + x to fit into 381 bits
	let small = Affine::<Plain>::new_unchecked(Fq::ZERO, MontFp!("2"));
	let bytes = encode_point(&small);
	assert_eq!(decode_stored_point::<Plain>(&bytes), Ok(small));
	let mut aliased = bytes;
	aliased[..48].copy_from_slice(&plus_modulus(Fq::ZERO).unwrap());
	assert_eq!(decode_stored_point::<Plain>(&aliased), Err(Error::NonCanonicalPoint));
	let mut aliased = bytes;
	aliased[48..].copy_from_slice(&plus_modulus(small.y).unwrap());
	assert_eq!(decode_stored_point::<Plain>(&aliased), Err(Error::NonCanonicalPoint));
}

/// Points of order three, alone and added to a good one.
#[test]
fn small_order_points_are_refused() {
	let three = Affine::<Plain>::new_unchecked(Fq::ZERO, MontFp!("2"));
	assert!(three.is_on_curve());
	assert!((three + three + three).into_affine().is_zero());
	for point in [three, -three, (generators::h::<Plain>() + three).into_affine()] {
		let bytes = encode_point(&point);
		assert_eq!(decode_point::<Plain>(&bytes), Err(Error::NotInSubgroup));
		let commitments = [IDENTITY, bytes];
		assert_eq!(Commitments::<Plain>::from_bytes(&commitments, 1), Err(Error::NotInSubgroup));
		// what nobody has checked may hold it, until somebody does
		let unchecked = UncheckedCommitments::from_bytes(&commitments, 1).unwrap();
		assert_eq!(unchecked.points(), [Affine::identity(), point]);
		assert_eq!(unchecked.check::<Plain>(), Err(Error::NotInSubgroup));
	}
}

/// All other rules hold for commitments that nobody has checked.
#[test]
fn unchecked_commitments_are_canonical_and_on_the_curve() {
	let good = encode_point(&point(7));
	let decode = |bytes: &[PointBytes]| UncheckedCommitments::from_bytes(bytes, 1).map(|_| ());
	assert_eq!(decode(&[good, IDENTITY]), Ok(()));
	let length = |found| Err(Error::Length { what: "commitments", expected: 2, found });
	assert_eq!(decode(&[good]), length(1));
	assert_eq!(decode(&[good; 3]), length(3));
	let (mut flagged, mut moved) = (good, good);
	flagged[0] |= 0x20;
	moved[95] ^= 1;
	assert_eq!(decode(&[good, flagged]), Err(Error::NonCanonicalPoint));
	assert_eq!(decode(&[moved, good]), Err(Error::NotOnCurve));
	assert_eq!(decode(&[[0; 96], good]), Err(Error::NotOnCurve));
}

#[test]
fn the_order_is_no_scalar() {
	let bytes = |value: ark_ff::BigInt<4>| -> [u8; 32] { value.to_bytes_le().try_into().unwrap() };
	assert_eq!(decode_scalar(&bytes(Fr::MODULUS)), Err(Error::NonCanonicalScalar));
	assert_eq!(decode_scalar(&[0xff; 32]), Err(Error::NonCanonicalScalar));
	let mut largest = Fr::MODULUS;
	largest.sub_with_borrow(&ark_ff::BigInt::from(1u64));
	assert_eq!(decode_scalar(&bytes(largest)), Ok(-Scalar::ONE));
}

#[test]
fn errors_say_what_is_wrong() {
	let error = SecretShare::from_bytes(&[0; 31], 1).unwrap_err();
	assert_eq!(error.to_string(), "share: length 31 where 64 is needed");
	assert_eq!(Error::NotInSubgroup.to_string(), "point is not in the prime-order subgroup");
	assert_eq!(Error::NonCanonicalKey.to_string(), "key is not canonically encoded");
}
