//! Pins the hashes that the roles agree by. A change here breaks every running task. The crate below pins what lies
//! under them: points, scalars, dealings, proofs.

use ostraka_crypto::{encoding::IDENTITY, vss::SecretShare, Scalar};
use ostraka_protocol::{adjudicator, task_hash, Member, TaskHashInput, UnknownVersion, Version};

const TASK_HASH: &str = "191145cd4a009642264b42872798e516e0e74a4d7517b49ea857023f16284b7b";
const ACCEPTED_SET_HASH: &str = "dd781f53e4f5c5024f220b3dc231a22a52250370c14d44817c90efa1cff6bfaf";
const RESULT_COMMITMENT: &str = "eee7c2ba5ec27d4d2fcb24b5fdacc553fadab3d4a290c98563ac7220fd0af5ae";

/// Records and `TH` name it.
#[test]
fn versions_keep_their_numbers() {
	assert_eq!(Version::V4.number(), 4);
	assert_eq!(Version::from_number(4), Ok(Version::V4));
	for other in [0, 1, 2, 3, 5, u16::MAX] {
		assert_eq!(Version::from_number(other), Err(UnknownVersion(other)));
	}
}

#[test]
fn hashes_are_what_they_were() {
	let committee = [1u8, 2, 3].map(|j| Member {
		account: [j; 32],
		worker: [0x80 | j; 32],
		seal_key: [0x40 | j; 32],
	});
	let hash = task_hash(&TaskHashInput {
		genesis: &[1; 32],
		task_id: 2,
		version: Version::V4,
		spec: b"spec",
		class: 3,
		n: 3,
		threshold: 1,
		least_dealers: 9,
		deadlines: &[10, 20, 30],
		committee: &committee,
	});
	let h_a = adjudicator::accepted_set_hash(&hash, &[[5; 32], [4; 32]], &[IDENTITY, IDENTITY]);
	let share = SecretShare { values: vec![Scalar::from(6u8)], blinding: Scalar::from(7u8) };
	let commitment = adjudicator::result_commitment(&h_a, 1, &[8; 32], &share);
	assert_eq!(hex::encode(hash), TASK_HASH);
	assert_eq!(hex::encode(h_a), ACCEPTED_SET_HASH);
	assert_eq!(hex::encode(commitment), RESULT_COMMITMENT);
}
