//! The SCALE types that come in transactions, or out of a node's state, on valid messages with changes and on any bytes.
//! The first byte picks the type.

use crate::{dealings, input::Input};
use codec::{Codec, Encode, MaxEncodedLen};
use ostraka_crypto::proofs::verify_signature;
use ostraka_primitives::{
	consent::{Agreed, Policy, Quota, HISTORY, MAX_DIFFERENCE},
	message::{
		ChallengeMessage, DealingMessage, EvidenceMessage, IndexedDealing, MessageKind,
		ResultShareBytes,
	},
	role::Role,
	spec::TaskSpec,
	task::{ClassParameters, Committee, Conditions, Panel, Task, TaskResult},
	AccountId, MAX_SEATS,
};
use ostraka_protocol::{adjudicator, statistics::validity::proof_length, wire};
use std::fmt::Debug;

/// Decodes, and asserts that the same bytes come out again.
fn read<T: Codec + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
	let mut rest = bytes;
	let value = T::decode(&mut rest).ok()?;
	let used = &bytes[..bytes.len() - rest.len()];
	assert_eq!(value.encode(), used);
	Some(value)
}

/// [`read`] of what has a longest encoding.
fn bounded<T: Codec + MaxEncodedLen + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
	let value = read::<T>(bytes)?;
	assert!(value.encoded_size() <= T::max_encoded_len());
	Some(value)
}

/// Runs the target.
pub fn run(data: &[u8]) {
	let mut input = Input(data);
	match input.byte() % 16 {
		0 => {
			let mut bytes = dealings::honest_message().encode();
			input.change(&mut bytes);
			dealing(&bytes);
		},
		1 => {
			let mut bytes = dealings::honest_evidence_message().encode();
			input.change(&mut bytes);
			evidence(&bytes);
		},
		2 => dealing(input.0),
		3 => evidence(input.0),
		4 => drop(bounded::<ResultShareBytes>(input.0)),
		5 => drop(read::<IndexedDealing>(input.0)),
		6 => {
			let dealer = AccountId::new([3; 32]);
			let mut bytes = IndexedDealing { dealer, dealing: dealings::honest_message() }.encode();
			input.change(&mut bytes);
			read::<IndexedDealing>(&bytes);
		},
		7 => {
			bounded::<MessageKind>(input.0);
			bounded::<Role>(input.0);
		},
		8 => {
			bounded::<Committee>(input.0);
			bounded::<Panel>(input.0);
		},
		9 => {
			bounded::<Task>(input.0);
			if let Some(class) = bounded::<ClassParameters>(input.0) {
				assert!(!class.is_sound() || u32::from(class.all_seats()) <= MAX_SEATS);
			}
		},
		10 => {
			if let Some(result) = bounded::<TaskResult>(input.0) {
				assert_eq!(result.scalars().count(), result.vector.len());
			}
		},
		11 => {
			if let Some(spec) = bounded::<TaskSpec>(input.0) {
				// of a length that fits, whatever it is
				assert!(spec.validate().is_err() || (1..=256).contains(&spec.length()));
				// and its dealers have something to prove
				assert_eq!(proof_length(&spec).is_ok(), spec.validate().is_ok());
			}
		},
		12 => {
			let mut bytes = dealings::honest_challenge_message().encode();
			input.change(&mut bytes);
			challenge(&bytes);
		},
		13 => challenge(input.0),
		14 => drop(bounded::<Conditions>(input.0)),
		_ => policy(input.0),
	}
}

fn policy(bytes: &[u8]) {
	bounded::<Agreed>(bytes);
	let Some(policy) = bounded::<Policy>(bytes) else { return };
	if policy.is_sound() {
		// what a dealer's history can tell of it
		let is_told =
			|quota: Quota| (1..=HISTORY).contains(&u32::from(quota.tasks)) && quota.blocks > 0;
		assert!(policy.quota.is_none_or(is_told));
		assert!(policy.least_difference <= MAX_DIFFERENCE);
		let mut co_dealers = policy.co_dealers.to_vec();
		co_dealers.sort();
		assert!(co_dealers.windows(2).all(|pair| pair[0] != pair[1]), "none twice");
	}
}

fn dealing(bytes: &[u8]) {
	let Some(message) = bounded::<DealingMessage>(bytes) else { return };
	let made = wire::dealing_bytes(&message);
	assert_eq!(wire::dealing_message(made.clone()).as_ref(), Some(&message));
	let (context, dealer) = (dealings::context(), &dealings::DEALER);
	let accepted = adjudicator::verify_dealing(context, dealer, &made, verify_signature);
	// another dealing has another digest, and no proof that holds
	assert!(accepted.is_err() || message == dealings::honest_message());
}

fn evidence(bytes: &[u8]) {
	let Some(message) = bounded::<EvidenceMessage>(bytes) else { return };
	let made = wire::evidence_bytes(&message);
	assert_eq!(wire::evidence_message(made.clone()).as_ref(), Some(&message));
	dealings::judge_against_the_honest(&made);
}

fn challenge(bytes: &[u8]) {
	let Some(message) = bounded::<ChallengeMessage>(bytes) else { return };
	let made = wire::challenge_bytes(&message);
	assert_eq!(wire::challenge_message(made.clone()).as_ref(), Some(&message));
	dealings::judge_challenge_of_the_honest(&made);
}
