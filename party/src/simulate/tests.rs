//! Whole tasks with cheats: the sum is that of the others, and each culprit is named.

use super::{
	faults::{parse, Faults, Roles},
	play, Cast, Failure, Played,
};
use crate::{attestation::Attestation, class, fixtures, report::FaultReport, validity::Proofs};
use ostraka_crypto::Scalar;
use ostraka_primitives::{spec::Statistic, task::SecurityClass};

/// A mean over five dealers, one without rows, with three nodes and two verifiers; faults go to each from the first on.
fn played(faults: &[&str]) -> Played {
	try_play(faults, false).expect("there is a result")
}

/// The same; if it is sealed, `Played` is what the recipient reads.
fn try_play(faults: &[&str], sealed: bool) -> Result<Played, Failure> {
	let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
	let inputs = [[1u8, 2], [1, 3], [2, 9], [1, 4], [0, 0]].map(|input| input.map(Scalar::from));
	let inputs = inputs.each_ref().map(|input| &input[..]);
	let names = ["a", "b", "c", "d", "e"].map(str::to_owned);
	let parameters = class::parameters(SecurityClass::Standard, false);
	let faults: Vec<Faults> = faults.iter().map(|kind| parse(kind).expect("a fault")).collect();
	let roles = Roles::cast(&faults, inputs.len(), &parameters, sealed, 0);
	let roles = roles.expect("enough of them");
	let cast = Cast {
		task: 1,
		spec: &spec,
		class: SecurityClass::Standard.index(),
		parameters,
		names: &names,
		inputs: &inputs,
		roles: &roles,
		sealed,
		seed: [7; 32],
	};
	play(&cast, |_| {})
}

fn verdicts(faults: &[FaultReport]) -> Vec<(&str, &str, &str)> {
	faults
		.iter()
		.map(|fault| (fault.fault.as_str(), fault.by.as_str(), fault.verdict.as_str()))
		.collect()
}

#[test]
fn honest_inputs_are_all_proven() {
	let played = played(&[]);
	assert!(played.verified && played.faults.is_empty());
	assert_eq!(played.accepted, [0, 1, 2, 3, 4]);
	assert_eq!(played.proofs, Proofs { hold: 5, of: 5 });
	assert_eq!(played.attestation, Attestation { attested: 2, panel: 2, disproven: 0 });
	assert_eq!(played.sum, [5u8, 18].map(Scalar::from));
}

#[test]
fn a_forged_input_is_challenged_and_excluded() {
	let played = played(&["forged-input=2"]);
	assert!(played.verified);
	assert_eq!(played.accepted, [2, 3, 4]);
	assert_eq!(played.proofs, Proofs { hold: 3, of: 3 });
	assert_eq!(played.sum, [3u8, 13].map(Scalar::from));
	let said = "convicted by node 1: InvalidInput, the proof that its input is valid does not hold";
	let expected = [("forged-input", "a", said), ("forged-input", "b", said)];
	assert_eq!(verdicts(&played.faults), expected);
}

#[test]
fn who_challenges_what_holds_is_convicted_alone() {
	let played = played(&["forged-input", "false-challenge"]);
	assert_eq!(played.accepted, [1, 2, 3, 4]);
	let verdicts = verdicts(&played.faults);
	assert_eq!(verdicts.len(), 2, "{verdicts:?}");
	let said = "convicted: FalseChallenge, the proof that it challenges holds";
	assert!(verdicts.contains(&("false-challenge", "node 1", said)), "{verdicts:?}");
	assert_eq!(played.sum, [4u8, 16].map(Scalar::from), "its share is right");
}

#[test]
fn a_wrong_share_is_accused_whatever_is_proven() {
	let played = played(&["bad-share", "forged-input"]);
	assert_eq!(played.accepted, [2, 3, 4]);
	let verdicts = verdicts(&played.faults);
	for (by, what) in [("a", "WrongShare, "), ("b", "InvalidInput, ")] {
		let is_it =
			|(_, culprit, said): &&(&str, &str, &str)| *culprit == by && said.contains(what);
		assert_eq!(verdicts.iter().filter(is_it).count(), 1, "{verdicts:?}");
	}
}

/// What the panel's part in a task comes to, and who is convicted of what.
fn panel(faults: &[&str]) -> (Played, Vec<(String, String)>) {
	let played = played(faults);
	assert!(played.verified, "the sum is that of what was dealt, whatever the panel does");
	let said = played.faults.iter().map(|fault| (fault.by.clone(), fault.verdict.clone()));
	let said = said.collect();
	(played, said)
}

const LIED: &str =
	"convicted: FalseAttestation, the proof of a dealing that it attested to does not hold";

#[test]
fn who_attests_to_garbage_is_convicted_when_a_member_looks() {
	let (played, said) = panel(&["forged-input", "lying-verifier"]);
	assert_eq!(played.accepted, [1, 2, 3, 4], "one honest member keeps it out");
	assert_eq!(played.proofs, Proofs { hold: 4, of: 4 });
	assert_eq!(played.attestation, Attestation { attested: 1, panel: 2, disproven: 0 });
	assert_eq!(said.len(), 2, "{said:?}");
	assert!(said.contains(&("verifier 4".to_owned(), LIED.to_owned())), "{said:?}");
}

#[test]
fn what_takes_a_share_to_be_seen_convicts_no_verifier() {
	let (played, said) = panel(&["bad-share", "lying-verifier"]);
	assert_eq!(played.accepted, [1, 2, 3, 4]);
	assert_eq!(played.attestation.attested, 2);
	let lucky = "not found out: nothing that it attested to is wrong";
	assert!(said.contains(&("verifier 4".to_owned(), lucky.to_owned())), "{said:?}");
}

#[test]
fn commitments_outside_the_group_convict_who_attested_to_them() {
	let (played, said) = panel(&["outside-group", "lying-verifier=2"]);
	assert_eq!(played.accepted, [1, 2, 3, 4]);
	assert_eq!(played.attestation, Attestation { attested: 0, panel: 2, disproven: 0 });
	let lied = said.iter().filter(|(_, verdict)| verdict.contains("lies outside the group"));
	assert_eq!(lied.count(), 3, "the dealer and both: {said:?}");
}

#[test]
fn a_sleeping_panel_changes_no_number() {
	let (played, said) = panel(&["forged-input", "silent-verifier=2"]);
	assert_eq!(played.accepted, [1, 2, 3, 4]);
	assert_eq!(played.sum, [4u8, 16].map(Scalar::from));
	assert_eq!(played.attestation, Attestation { attested: 0, panel: 2, disproven: 0 });
	let absent = said.iter().filter(|(_, verdict)| verdict.starts_with("absent"));
	assert_eq!(absent.map(|(by, _)| by.as_str()).collect::<Vec<_>>(), ["verifier 4", "verifier 5"]);
}

#[test]
fn one_verifier_is_enough_where_the_committee_looks_away() {
	let (played, said) = panel(&["forged-input", "blind-node=3", "lying-verifier"]);
	assert_eq!(played.accepted, [1, 2, 3, 4]);
	assert_eq!(played.proofs, Proofs { hold: 4, of: 4 });
	let dealer = said.iter().find(|(by, _)| by == "a").expect("it is convicted");
	assert!(dealer.1.starts_with("convicted by verifier 5: InvalidInput, "), "{said:?}");
	let lied = said.iter().filter(|(_, verdict)| verdict == LIED).map(|(by, _)| by.as_str());
	assert_eq!(lied.collect::<Vec<_>>(), ["node 1", "node 2", "node 3", "verifier 4"]);
	assert_eq!(played.attestation, Attestation { attested: 1, panel: 2, disproven: 0 });
}

/// Then the input counts. The arithmetic is right, whoever reads the result sees that an input is not proven, and one outsider
/// convicts all who attested.
#[test]
fn a_committee_and_a_panel_that_are_corrupt_whole_are_exposed_by_one_outsider() {
	let (played, said) = panel(&["forged-input", "blind-node=3", "lying-verifier=2"]);
	assert_eq!(played.accepted, [0, 1, 2, 3, 4]);
	assert_eq!(played.proofs, Proofs { hold: 4, of: 5 });
	assert_eq!(played.attestation, Attestation { attested: 0, panel: 2, disproven: 1 });
	let lied = said.iter().filter(|(_, verdict)| verdict == LIED);
	assert_eq!(lied.count(), 5, "{said:?}");
	let dealer = said.iter().find(|(by, _)| by == "a").expect("it is convicted");
	assert!(dealer.1.starts_with("convicted after the freeze by an outsider: InvalidInput, "));
}

#[test]
fn a_verifier_that_challenges_the_honest_is_convicted_alone() {
	let (played, said) = panel(&["false-verifier"]);
	assert_eq!(played.accepted, [0, 1, 2, 3, 4]);
	assert_eq!(played.attestation, Attestation { attested: 1, panel: 2, disproven: 0 });
	let verdict = "convicted: FalseChallenge, the proof that it challenges holds".to_owned();
	assert_eq!(said, [("verifier 4".to_owned(), verdict)]);
}

#[test]
fn the_recipient_reads_a_sealed_result() {
	let played = try_play(&[], true).expect("there is a result");
	assert!(played.verified && played.faults.is_empty());
	assert_eq!(played.accepted, [0, 1, 2, 3, 4], "the mask is no dealer");
	assert_eq!(played.proofs, Proofs { hold: 5, of: 5 });
	assert_eq!(played.attestation, Attestation { attested: 2, panel: 2, disproven: 0 });
	assert_eq!(played.sum, [5u8, 18].map(Scalar::from));
}

/// Others' faults change as little of a sealed result as of another, and the mask keeps nobody from being named.
#[test]
fn a_sealed_result_is_that_of_the_others() {
	let faults = ["forged-input", "copied", "false-challenge", "lying-verifier"];
	let [sealed, open] = [true, false].map(|sealed| try_play(&faults, sealed).expect("a result"));
	assert!(sealed.verified);
	assert_eq!((&sealed.sum, &sealed.accepted), (&open.sum, &open.accepted));
	assert_eq!(verdicts(&sealed.faults), verdicts(&open.faults));
	// what is not found in time is found later, and the mask is not counted among the proofs
	let late = ["forged-input", "blind-node=3", "lying-verifier=2"];
	let played = try_play(&late, true).expect("a result");
	assert_eq!(played.proofs, Proofs { hold: 4, of: 5 });
	assert_eq!(played.attestation.disproven, 1);
}

#[test]
fn without_the_recipients_mask_there_is_no_result() {
	let failure = |fault: &str| match try_play(&[fault], true) {
		Ok(_) => panic!("there is a result"),
		Err(failure) => failure.to_string(),
	};
	assert_eq!(failure("missing-mask"), "the recipient's mask does not count: absent");
	let said = "convicted by node 1: WrongShare, a sealed share does not fit the commitments";
	assert_eq!(failure("bad-mask"), format!("the recipient's mask does not count: {said}"));
}
