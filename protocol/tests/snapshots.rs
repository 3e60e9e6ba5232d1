//! Pins the hashes that the roles agree by. A change here breaks every running task. The crate below pins what lies
//! under them: points, scalars, dealings, proofs.

use ostraka_crypto::{encoding::IDENTITY, vss::SecretShare, Scalar};
use ostraka_protocol::{adjudicator, task_hash, Member, TaskHashInput, Version};

const TASK_HASH: &str = "1689162ef7a3c4aa55e8da0d8277e3f7eca6c5d70bafade8388ce61a58daa502";
const ACCEPTED_SET_HASH: &str = "1c45129af339cc9b1998016d68bf0786dc0ada50a04e34a39a8c6a29ffa04632";
const RESULT_COMMITMENT: &str = "d65de0f4d2c87b3732d4a6fc803911e0997af70dcb34bb41d9deed4de1b47d2a";

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
