//! Pins the hashes that the roles agree by. A change here breaks every running task. The crate below pins what lies
//! under them: points, scalars, dealings, proofs.

use ostraka_crypto::{encoding::IDENTITY, vss::SecretShare, Scalar};
use ostraka_protocol::{adjudicator, task_hash, Member, TaskHashInput, UnknownVersion, Version};

const TASK_HASH: &str = "c1cbeb8ca6bdd2669abcc57dd470c0d389ba101629d997eef115ad451abfbf56";
const ACCEPTED_SET_HASH: &str = "c9789afef17479ff01a1fc472cb26e3f01a2551e202d1ccd40b31ead8f537c31";
const RESULT_COMMITMENT: &str = "bbd5c499b7ebeedef381aef6854f13fe1fc30368874bde223c3201cd2653241d";

/// Records and `TH` name it.
#[test]
fn versions_keep_their_numbers() {
	assert_eq!(Version::V3.number(), 3);
	assert_eq!(Version::from_number(3), Ok(Version::V3));
	for other in [0, 1, 2, 4, u16::MAX] {
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
		version: Version::V3,
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
