//! Pins the hashes that the roles agree by. A change here breaks every running task. The crate below pins what lies
//! under them: points, scalars, dealings, proofs.

use ostraka_crypto::{encoding::IDENTITY, vss::SecretShare, Scalar};
use ostraka_protocol::{adjudicator, task_hash, Member, TaskHashInput, UnknownVersion, Version};

const TASK_HASH: &str = "d9036e9b37db995bfd09d4a605c041e78f06853eae5410e2e2ab472c6f6f93ab";
const ACCEPTED_SET_HASH: &str = "c51f3b4636c790fcf0706c53eddb6026e2c136b99bc8bbcaacd1d4d1d2be6d8d";
const RESULT_COMMITMENT: &str = "29f02e56643b84e0c60430f07e41417e40ba033e645b0763c894bd9b709a0204";

/// Records and `TH` name it.
#[test]
fn versions_keep_their_numbers() {
	assert_eq!(Version::V5.number(), 5);
	assert_eq!(Version::from_number(5), Ok(Version::V5));
	for other in [0, 1, 2, 3, 4, 6, u16::MAX] {
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
		version: Version::V5,
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
