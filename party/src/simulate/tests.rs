//! Whole tasks with cheats: the sum is that of the others, and each culprit is named.

use super::{
	faults::{parse, Faults, Roles},
	play, Cast, Played,
};
use crate::{class, fixtures, report::FaultReport, validity::Proofs};
use ostraka_crypto::Scalar;
use ostraka_primitives::{spec::Statistic, task::SecurityClass};

/// A mean over five dealers, one without rows; faults go to dealers and nodes from the first on.
fn played(faults: &[&str]) -> Played {
	let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
	let inputs = [[1u8, 2], [1, 3], [2, 9], [1, 4], [0, 0]].map(|input| input.map(Scalar::from));
	let inputs = inputs.each_ref().map(|input| &input[..]);
	let names = ["a", "b", "c", "d", "e"].map(str::to_owned);
	let parameters = class::parameters(SecurityClass::Standard, false);
	let faults: Vec<Faults> = faults.iter().map(|kind| parse(kind).expect("a fault")).collect();
	let roles = Roles::cast(&faults, inputs.len(), usize::from(parameters.seats), 0);
	let roles = roles.expect("enough of them");
	let cast = Cast {
		task: 1,
		spec: &spec,
		class: SecurityClass::Standard.index(),
		parameters,
		names: &names,
		inputs: &inputs,
		roles: &roles,
		seed: [7; 32],
	};
	play(&cast, |_| {}).expect("there is a result")
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
