//! What a scenario's panel does, beside the committee.

use super::{
	chain::{Chain, Party, Refusal, Standing},
	node::Verifier,
	scenario::{Scenario, VerifierRole},
};
use ostraka_crypto::Identity;
use ostraka_primitives::fault::AccuserFault;
use ostraka_protocol::{adjudicator::Verdict, worker};
use rand_chacha::ChaCha20Rng;

fn in_role<'a>(
	scenario: &'a Scenario,
	verifiers: &'a [Verifier],
	role: VerifierRole,
) -> impl Iterator<Item = &'a Verifier> {
	let seats = verifiers.iter().zip(&scenario.panel);
	seats.filter(move |(_, own)| **own == role).map(|(verifier, _)| verifier)
}

/// Who does not look attests first.
pub fn attest_hastily(scenario: &Scenario, verifiers: &[Verifier], chain: &mut Chain) {
	for verifier in in_role(scenario, verifiers, VerifierRole::Hasty) {
		let named = chain.named();
		assert_eq!(chain.attest(verifier.j, &named), Ok(()));
	}
}

/// The others look.
pub fn look(scenario: &Scenario, verifiers: &mut [Verifier], chain: &Chain, rng: &mut ChaCha20Rng) {
	for (verifier, role) in verifiers.iter_mut().zip(&scenario.panel) {
		if !matches!(role, VerifierRole::Hasty | VerifierRole::Asleep) {
			verifier.examine(chain, rng);
		}
	}
}

/// Challenges of proofs that hold. Whoever lied once is not heard again, not even with the truth.
pub fn lie(scenario: &Scenario, verifiers: &[Verifier], chain: &mut Chain) {
	for verifier in in_role(scenario, verifiers, VerifierRole::FalseChallenge) {
		let has_nothing = |id: &Identity| verifier.found().all(|(found, _)| found != id);
		let target = chain.records.iter().find(|(id, _)| has_nothing(id));
		let Some((id, record)) = target else { continue };
		let (id, digest) = (*id, record.digest);
		let challenge = worker::challenge_unjudged(&record.body);
		let verdict = chain.challenge(Party::Node(verifier.j), &id, &digest, &challenge);
		assert_eq!(verdict, Ok(Verdict::AccuserGuilty(AccuserFault::FalseChallenge)));
		for (id, _) in verifier.found() {
			assert_eq!(verifier.challenge(chain, id), Err(Refusal::Forfeited));
		}
		let named = chain.named();
		assert_eq!(chain.attest(verifier.j, &named), Err(Refusal::Forfeited));
	}
}

/// Rightful challenges in time.
pub fn challenge(scenario: &Scenario, verifiers: &[Verifier], chain: &mut Chain) {
	for verifier in in_role(scenario, verifiers, VerifierRole::Diligent) {
		for (id, fault) in verifier.found() {
			let is_open = chain.records[id].standing == Standing::Accepted;
			let guilty = Ok(Verdict::DealerGuilty(fault));
			let answer = if is_open { guilty } else { Err(Refusal::AlreadyConvicted) };
			assert_eq!(verifier.challenge(chain, id), answer);
			assert_eq!(chain.records[id].standing, Standing::Excluded);
		}
	}
}

/// Attestations of those who have looked and have nothing to show.
pub fn attest(scenario: &Scenario, verifiers: &[Verifier], chain: &mut Chain) {
	for role in [VerifierRole::Diligent, VerifierRole::Late] {
		for verifier in in_role(scenario, verifiers, role) {
			let Some(own) = verifier.attestation(chain) else { continue };
			assert_eq!(chain.attest(verifier.j, &own), Ok(()), "verifier {}", verifier.j);
			assert_eq!(chain.attest(verifier.j, &own), Err(Refusal::AlreadyAttested));
		}
	}
}

/// Rightful challenges after the freeze.
pub fn challenge_late(scenario: &Scenario, verifiers: &[Verifier], chain: &mut Chain) {
	for verifier in in_role(scenario, verifiers, VerifierRole::Late) {
		for (id, fault) in verifier.found() {
			let first = chain.records[id].standing == Standing::Accepted;
			let guilty = Ok(Verdict::DealerGuilty(fault));
			let answer = if first { guilty } else { Err(Refusal::AlreadyConvicted) };
			assert_eq!(verifier.challenge(chain, id), answer);
		}
	}
}
