//! Pins the hashes that the roles agree by. A change here breaks every running task. The crate below pins what lies
//! under them: points, scalars, dealings, proofs.

use ostraka_crypto::{
	encoding::{encode_scalar, IDENTITY},
	vss::SecretShare,
	Plain, Scalar,
};
use ostraka_protocol::{
	adjudicator,
	masking::{self, MaskSeed},
	task_hash, Member, TaskHashInput, UnknownVersion, Version,
};

const TASK_HASH: &str = "f68e68c4601271c5f48bc19803397265432524267c1995f76e9adc38c7792b5b";
const ACCEPTED_SET_HASH: &str = "f66ea642c5590f4e255d3f985f011a18607c3dcb515ec370754b057de9ff0f97";
const RESULT_COMMITMENT: &str = "9697822a58d966449f6f7b8703387d39de9083ca25eb7c82d9565bf33a7c89f6";
/// The mask `m` of two entries, and its blinding value.
const MASK: [&str; 3] = [
	"2824cfb0633d7ca6584128e3288e9efced11af11693086f1c857dd5a4dbecf73",
	"67074152ba085ff64f9f557eede4e6336f65fb20bd0300ba0729bed36c7e3234",
	"1e3acf482136b121ab80f061edfc8c356090239605912399ba0b2d3cfb152a54",
];

/// Records and `TH` name it.
#[test]
fn versions_keep_their_numbers() {
	assert_eq!(Version::V6.number(), 6);
	assert_eq!(Version::from_number(6), Ok(Version::V6));
	for other in [0, 1, 2, 3, 4, 5, 7, u16::MAX] {
		assert_eq!(Version::from_number(other), Err(UnknownVersion(other)));
	}
}

#[test]
fn hashes_are_what_they_were() {
	let seat =
		|j: u8| Member { account: [j; 32], worker: [0x80 | j; 32], seal_key: [0x40 | j; 32] };
	let hash = task_hash(&TaskHashInput {
		genesis: &[1; 32],
		task_id: 2,
		version: Version::V6,
		spec: b"spec",
		class: 3,
		n: 3,
		threshold: 1,
		least_dealers: 9,
		deadlines: &[10, 20, 30],
		committee: &[1, 2, 3].map(seat),
		panel: &[4, 5].map(seat),
	});
	let h_a = adjudicator::accepted_set_hash(&hash, &[[5; 32], [4; 32]], &[IDENTITY, IDENTITY]);
	let share = SecretShare { values: vec![Scalar::from(6u8)], blinding: Scalar::from(7u8) };
	let commitment = adjudicator::result_commitment(&h_a, 1, &[8; 32], &share);
	assert_eq!(hex::encode(hash), TASK_HASH);
	assert_eq!(hex::encode(h_a), ACCEPTED_SET_HASH);
	assert_eq!(hex::encode(commitment), RESULT_COMMITMENT);
}

/// Another mask of the same seed, and nobody reads the results that were sealed before: the first, second and fifth scalar that
/// ChaCha20 gives under SHA-256 of tag, seed, `TH` and recipient.
#[test]
fn masks_are_what_they_were() {
	let seed = MaskSeed::from_bytes([7; 32]);
	let opening = masking::opening::<Plain>(&seed, &[1; 32], &[9; 32], 1, 2).unwrap();
	let scalars = opening.vector.iter().chain([&opening.blinding]);
	let bytes: Vec<String> = scalars.map(|scalar| hex::encode(encode_scalar(scalar))).collect();
	assert_eq!(bytes, MASK);
}
