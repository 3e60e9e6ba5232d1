//! Proofs that inputs are valid: those that count, those that exclude, and changed ones.

use super::*;
use crate::{
	account::address,
	validity::Proofs,
	verify::{
		guilt::{Judged, MOST_JUDGED},
		verdict::FILE,
		Excluded,
	},
};
use ostraka_crypto::messages::EvidenceBytes;

/// A mean over four dealers with one row each, of which the range holds 0 to 9. Nobody is accused.
pub(super) fn dealt(values: [u8; 4]) -> Evidence {
	let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
	let inputs = values.map(|value| vec![Scalar::from(1u8), Scalar::from(value)]);
	played_with(spec, &inputs, [None; 4])
}

/// Of four dealings the last is excluded: its input is none that a row gives.
pub(super) fn forged_fourth() -> Evidence {
	dealt([1, 2, 3, 20])
}

fn detail(verification: &Verification, what: &str) -> String {
	let check = verification.checks.iter().find(|check| check.what == what).expect("made");
	check.detail.clone()
}

#[test]
fn an_unproven_input_excludes_and_it_is_said_why() {
	let evidence = forged_fourth();
	assert!(evidence.accusations.is_empty());
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	let verification = check(&evidence);
	assert_eq!(verification.verdict(), Verdict::Right);
	assert_eq!(verification.proofs, Some(Proofs { hold: 3, of: 3 }));
	assert_eq!(detail(&verification, PROVEN), "proofs of valid input: 3 of 3 hold");
	let dealer = AccountId::new([64; 32]);
	let said = format!(
		"; excluded: {} (InvalidInput, the proof that its input is valid does not hold)",
		address(&dealer)
	);
	assert!(detail(&verification, SET).ends_with(&said), "{}", detail(&verification, SET));
	let fault = Some(DealerFault::InvalidInput);
	assert_eq!(verification.excluded, [Excluded { dealer, fault }]);
	// the committee is not needed to see it
	let mut forgotten = evidence;
	forget_committee(&mut forgotten);
	assert_eq!(broken(&forgotten), Vec::<&str>::new());
	assert_eq!(check(&forgotten).excluded[0].fault, fault);
}

#[test]
fn a_dealing_that_proves_its_input_is_excluded_for_no_reason() {
	let evidence = dealt([1, 2, 3, 4]);
	assert_eq!(broken(&evidence), [SET]);
	assert!(check(&evidence).excluded.is_empty());
	// once the node has forgotten committee and events it cannot be told: the result is not right all the same
	let mut forgotten = evidence;
	forget_committee(&mut forgotten);
	forgotten.dealings.iter_mut().for_each(|dealing| dealing.taken = None);
	let verification = check(&forgotten);
	let set = verification.checks.iter().find(|check| check.what == SET).expect("made");
	assert_eq!(set.holds, None);
	assert_eq!(verification.verdict(), Verdict::Unexplained);
	assert!(!verification.is_right());
}

/// Where the committee is not known nobody can judge an accusation, whatever is in it.
#[test]
fn a_made_up_accusation_explains_no_exclusion() {
	let mut evidence = dealt([1, 2, 3, 4]);
	forget_committee(&mut evidence);
	evidence.dealings.iter_mut().for_each(|dealing| dealing.taken = None);
	let dealing = evidence.dealings[3].clone();
	let copied = EvidenceBytes {
		dh: [7; 32],
		dleq: [7; 64],
		commitments: dealing.bytes.commitments.clone(),
		ephemeral: dealing.bytes.ephemeral,
		sealed_hashes: dealing.bytes.sealed_hashes(),
		validity_hash: dealing.bytes.validity_hash(),
		sealed: dealing.bytes.sealed[1].clone(),
	};
	let of_another = EvidenceBytes { ephemeral: [7; 32], ..copied.clone() };
	for (shown, accused) in [(of_another, 0), (copied, 1)] {
		evidence.accusations = vec![Accusation {
			block: 12,
			seat: 2,
			dealer: dealing.dealer.clone(),
			digest: *dealing.digest.hash(),
			evidence: shown,
		}];
		let verification = check(&evidence);
		assert_eq!(verification.verdict(), Verdict::Unexplained);
		assert_eq!(verification.excluded.len(), accused);
	}
}

/// Of forged dealings that count, as nobody looked, the search need not guess whether they do.
#[test]
fn what_nobody_disputes_is_not_likely_absent() {
	let mut evidence = dealt([11, 12, 13, 20]);
	evidence.challenged.insert(*evidence.dealings[3].digest.hash());
	let mut rng = ChaCha20Rng::seed_from_u64(1);
	let mut judged = Judged::new(&evidence.info.task.spec);
	let disputed = evidence.disputed(&evidence.context(), &mut judged, &mut rng);
	assert_eq!(disputed.into_iter().collect::<Vec<_>>(), [(3, Some(DealerFault::InvalidInput))]);
	let verification = check(&evidence);
	assert_eq!(verification.accepted.len(), 3);
	assert_eq!(verification.verdict(), Verdict::Unproven);
	assert_eq!(verification.proofs, Some(Proofs { hold: 0, of: 3 }));
	// a challenge convicts nobody by being there
	let mut right = self::evidence();
	right.challenged = right.dealings.iter().map(|dealing| *dealing.digest.hash()).collect();
	assert_eq!(broken(&right), Vec::<&str>::new());
}

#[test]
fn a_flood_of_a_dealers_dealings_is_not_judged_one_by_one() {
	let mut evidence = dealt([1, 2, 3, 20]);
	evidence.dealings.iter_mut().for_each(|dealing| dealing.taken = None);
	let dealing = evidence.dealings[3].clone();
	for number in 0..MOST_JUDGED as u8 {
		let digest = AcceptedDigest::of_state([number; 32]);
		evidence.dealings.insert(0, Dealing { digest, ..dealing.clone() });
	}
	let last = evidence.dealings.len() - 1;
	assert_eq!(evidence.to_judge(|_| true).len(), 3 + MOST_JUDGED);
	assert!(!evidence.to_judge(|_| true).contains(&last));
	// who is challenged is judged first
	evidence.challenged.insert(*dealing.digest.hash());
	assert!(evidence.to_judge(|_| true).contains(&last));
}

/// The sum that went through: possible as a sum, and of an input that is not.
#[test]
fn a_poisoned_sum_is_arithmetically_right_and_not_proven() {
	let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
	let inputs = [1u8, 20, 3, 4].map(|value| vec![Scalar::from(1u8), Scalar::from(value)]);
	let evidence = played(spec, &inputs);
	assert_eq!(broken(&evidence), [PROVEN]);
	let verification = check(&evidence);
	assert_eq!(verification.verdict(), Verdict::Unproven);
	assert!(!verification.is_right());
	assert_eq!(verification.proofs, Some(Proofs { hold: 2, of: 3 }));
	let said = detail(&verification, PROVEN);
	let dealer = address(&AccountId::new([62; 32]));
	assert_eq!(
		said,
		format!("proofs of valid input: 2 of 3 hold; not proven: the input of {dealer}")
	);
	let problem = verification.verdict().problem().expect("there is one");
	assert!(problem.starts_with("the result is arithmetically right"), "{problem}");
	// what is wrong besides weighs more
	let mut wrong = evidence;
	wrong.result.blinding = encode_scalar(&Scalar::from(7u8));
	assert_eq!(check(&wrong).verdict(), Verdict::Wrong);
	assert_eq!(Verdict::Right.problem(), None);
}

#[test]
fn each_check_has_its_weight() {
	let right = check(&evidence());
	let without = |broken: &[&str]| {
		let mut verification = right.clone();
		for check in &mut verification.checks {
			if broken.contains(&check.what) {
				check.holds = Some(false);
			}
		}
		verification.verdict()
	};
	assert_eq!(without(&[]), Verdict::Right);
	assert_eq!(without(&[MEANS]), Verdict::Impossible);
	assert_eq!(without(&[MEANS, PROVEN]), Verdict::Unproven);
	for of_arithmetic in [OPENS, HASH, SET, SHARES, PANEL, CONDITIONS] {
		assert_eq!(without(&[of_arithmetic]), Verdict::Wrong);
		assert_eq!(without(&[of_arithmetic, MEANS, PROVEN]), Verdict::Wrong);
	}
	let mut open = right.clone();
	for check in open.checks.iter_mut().filter(|check| check.what == SET) {
		check.holds = None;
	}
	assert_eq!(open.verdict(), Verdict::Unexplained);
	// without a committee the state's record stands, and a file's is anybody's word
	let mut unknown = right.clone();
	for check in unknown.checks.iter_mut().filter(|check| check.what == HASH) {
		check.holds = None;
	}
	assert_eq!(unknown.verdict(), Verdict::Right);
	let detail = String::new();
	unknown.checks.push(Check { what: FILE, holds: Some(true), detail });
	assert_eq!(unknown.verdict(), Verdict::Unpinned);
	for (what, verdict) in [
		(SHARES, Verdict::Wrong),
		(FILE, Verdict::Wrong),
		(PROVEN, Verdict::Unpinned),
		(MEANS, Verdict::Unpinned),
	] {
		let mut broken = unknown.clone();
		for check in broken.checks.iter_mut().filter(|check| check.what == what) {
			check.holds = Some(false);
		}
		assert_eq!(broken.verdict(), verdict, "{what}");
	}
	// what is sealed is said after all that is wrong with it
	let mut sealed = right.clone();
	for check in sealed.checks.iter_mut().filter(|check| check.what == MEANS) {
		check.holds = None;
	}
	assert_eq!(sealed.verdict(), Verdict::Sealed);
	for (what, verdict) in [(SHARES, Verdict::Wrong), (PROVEN, Verdict::Unproven)] {
		let mut broken = sealed.clone();
		for check in broken.checks.iter_mut().filter(|check| check.what == what) {
			check.holds = Some(false);
		}
		assert_eq!(broken.verdict(), verdict, "{what}");
	}
	let mut unmade = right;
	unmade.checks.iter_mut().for_each(|check| check.holds = None);
	assert_eq!(unmade.verdict(), Verdict::Wrong);
	let not_right = [
		Verdict::Unproven,
		Verdict::Impossible,
		Verdict::Unexplained,
		Verdict::Unpinned,
		Verdict::Wrong,
	];
	assert!(not_right.map(Verdict::problem).iter().all(Option::is_some));
}

#[test]
fn a_sum_that_an_unproven_input_makes_impossible_is_not_proven() {
	let evidence = {
		let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
		let inputs = [1u8, 200, 3, 4].map(|value| vec![Scalar::from(1u8), Scalar::from(value)]);
		played(spec, &inputs)
	};
	assert_eq!(broken(&evidence), [PROVEN, MEANS]);
	assert_eq!(check(&evidence).verdict(), Verdict::Unproven);
}

#[test]
fn a_changed_proof_does_not_hold() {
	let changes: [fn(&mut Vec<u8>); 6] = [
		|proof| proof[0] ^= 1,
		|proof| proof[50] ^= 1,
		|proof| *proof.last_mut().expect("long") ^= 1,
		|proof| proof.rotate_left(1),
		|proof| proof.fill(0),
		|proof| proof.fill(0xff),
	];
	for (place, change) in changes.into_iter().enumerate() {
		let mut counts = self::evidence();
		change(&mut counts.dealings[1].bytes.validity);
		assert_eq!(broken(&counts), [PROVEN], "{place}");
		let mut excluded = dealt([1, 2, 3, 4]);
		change(&mut excluded.dealings[3].bytes.validity);
		assert_eq!(broken(&excluded), Vec::<&str>::new(), "{place}");
	}
	// another dealer's, which holds for that one
	let mut copied = self::evidence();
	copied.dealings[0].bytes.validity = copied.dealings[1].bytes.validity.clone();
	assert_eq!(broken(&copied), [PROVEN]);
	assert_eq!(check(&copied).proofs, Some(Proofs { hold: 2, of: 3 }));
}

#[test]
fn a_wrong_share_is_the_fault_whatever_is_proven() {
	let mut evidence = self::evidence();
	evidence.dealings[3].bytes.validity.fill(0);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert_eq!(check(&evidence).excluded[0].fault, Some(DealerFault::WrongShare));
	// an accusation that cannot be judged names no fault
	evidence = self::evidence();
	forget_committee(&mut evidence);
	let verification = check(&evidence);
	assert_eq!(verification.excluded[0].fault, None);
	let said = " (accused; not judged, as the committee is not known)";
	assert!(detail(&verification, SET).contains(said));
}
