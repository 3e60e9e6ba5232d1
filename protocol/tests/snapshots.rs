//! Pins the hashes that the roles agree by. A change here breaks every running task. The crate below pins what lies
//! under them: points, scalars, dealings, proofs.

use ostraka_crypto::{encoding::IDENTITY, vss::SecretShare, Scalar};
use ostraka_protocol::{adjudicator, task_hash, Member, TaskHashInput, Version};

const TASK_HASH: &str = "bb5ab901543f0e88c162f8dac8c79c92fdd55a63f633b3280d1a431896d0cd60";
const ACCEPTED_SET_HASH: &str = "1d9a674c8d7c5a57bf329b87f3248437f27a352f10b2e5499ca3d8014ba05729";
const RESULT_COMMITMENT: &str = "e04b005cfaa57d13e3d7c09f71825377e768d8772d80e39d7c9bf640b9285593";

#[test]
fn hashes_are_what_they_were() {
	let committee = [1u8, 2, 3].map(|j| Member {
		account: [j; 32],
		worker: [0x80 | j; 32],
		seal_key: IDENTITY,
	});
	let hash = task_hash(&TaskHashInput {
		genesis: &[1; 32],
		task_id: 2,
		version: Version::V2,
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
