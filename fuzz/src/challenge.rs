//! A dealing with changes, and a challenge of it with changes: who is convicted by what.
//!
//! The dealing is that of [`dealings`](crate::dealings), so it can hold the proof of another input, or none: as long as one, since
//! no other is taken; a mask holds none. A challenge with other bytes than the dealing's convicts nobody; behind the digest the
//! dealer is convicted if its commitments are outside of the group or its proof does not hold, and else whoever challenged. Of a
//! mask no proof is asked.

use crate::{dealings, input::Input};
use ostraka_crypto::{proofs::verify_signature, validity, Plain};
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Verdict},
	worker, Error,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

/// Runs the target.
pub fn run(data: &[u8]) {
	let mut input = Input(data);
	let dealer = dealings::dealer(&mut input);
	let dealing = dealings::changed(&mut input, dealer);
	let (context, relation) = (dealings::context(), dealings::relation());
	let accepted = adjudicator::verify_dealing(context, dealer, &dealing, verify_signature);
	let Ok(accepted) = accepted else { return };
	let statement = context.statement(dealer, &dealing.commitments);
	let proof = validity::verify::<Plain>(relation, &statement, &dealing.validity);
	let holds = context.is_mask(dealer) || proof.is_ok();
	let inside = accepted.commitments.check::<Plain>().is_ok();
	let rightful = match (inside, holds) {
		(false, _) => Verdict::DealerGuilty(DealerFault::OutsideSubgroup),
		(true, false) => Verdict::DealerGuilty(DealerFault::InvalidInput),
		(true, true) => Verdict::AccuserGuilty(AccuserFault::FalseChallenge),
	};

	// beside an honest one, that the batch is one
	let mut rng = ChaCha20Rng::seed_from_u64(8);
	let items = [(&dealings::DEALER, dealings::honest()), (dealer, &dealing)];
	let invalid = worker::invalid::<Plain, _>(context, relation, &items, &mut rng);
	assert_eq!(invalid, if holds { vec![] } else { vec![1] });
	let digest = accepted.digest;
	let made = worker::challenge::<Plain>(context, relation, dealer, &digest, &dealing);
	match rightful {
		Verdict::DealerGuilty(_) => assert_eq!(made, Ok(worker::challenge_unjudged(&dealing))),
		Verdict::AccuserGuilty(_) => assert_eq!(made, Err(Error::NoFault)),
	}

	let original = worker::challenge_unjudged(&dealing);
	let mut challenge = original.clone();
	for _ in 0..input.byte() % 4 {
		match input.byte() % 8 {
			0 => challenge.commitments[input.below(2)] = input.point(),
			1 => challenge.commitments.swap(0, 1),
			2 => challenge.ephemeral = input.key(),
			3 => {
				let place = input.below(challenge.sealed_hashes.len());
				if let Some(hash) = challenge.sealed_hashes.get_mut(place) {
					input.change(hash);
				}
			},
			4 => challenge.sealed_hashes.truncate(input.below(4)),
			5 => _ = input.change(&mut challenge.validity),
			6 => challenge.validity.truncate(input.below(challenge.validity.len() + 1)),
			_ => challenge.validity.clone_from(&dealings::honest().validity),
		}
	}
	let judge = |digest: &AcceptedDigest| {
		adjudicator::judge_challenge::<Plain>(context, relation, dealer, digest, &challenge)
	};
	let verdict = judge(&digest);
	if challenge == original {
		assert_eq!(verdict, Ok(rightful));
	} else {
		assert!(matches!(verdict, Err(Error::DigestMismatch | Error::Length { .. })));
	}
	assert!(judge(&AcceptedDigest::of_state([0; 32])).is_err());
}
