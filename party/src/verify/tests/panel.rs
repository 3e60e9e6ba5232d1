//! What a result says of its panel, and who sits on it.

use super::*;

fn detail_of_panel(evidence: &Evidence) -> String {
	let verification = check(evidence);
	let check = verification.checks.iter().find(|check| check.what == PANEL).expect("made");
	check.detail.clone()
}

#[test]
fn another_panel_than_that_hashed_is_seen() {
	let mut evidence = evidence();
	assert_eq!(detail_of_panel(&evidence), "attested by 2 of 2 verifiers, as the record says");
	evidence.panel[0].worker = sp_core::ed25519::Public::from_raw([1; 32]);
	assert_eq!(broken(&evidence), [HASH]);
	let mut evidence = self::evidence();
	evidence.panel.pop();
	assert_eq!(broken(&evidence), [HASH, PANEL]);
	// a verifier that holds a share too
	let mut evidence = self::evidence();
	evidence.panel[1].account = AccountId::new([2; 32]);
	assert_eq!(broken(&evidence), [HASH, PANEL]);
	// the last member called a verifier, and the other way round
	let mut evidence = self::evidence();
	let mut members = evidence.committee.clone().expect("known");
	let last = members.pop().expect("three");
	evidence.panel.try_insert(0, last).expect("there is room");
	evidence.committee = Some(members);
	assert!(broken(&evidence).contains(&HASH) && broken(&evidence).contains(&PANEL));
}

#[test]
fn no_more_attest_than_have_a_seat() {
	let mut evidence = evidence();
	evidence.result.attested = 0;
	assert_eq!(broken(&evidence), Vec::<&str>::new(), "a panel that slept changes no number");
	assert_eq!(detail_of_panel(&evidence), "attested by 0 of 2 verifiers, as the record says");
	evidence.result.attested = 3;
	assert_eq!(broken(&evidence), [PANEL]);
	for panel in [0, 1, 3] {
		let mut evidence = self::evidence();
		evidence.result.panel = panel;
		evidence.result.attested = 0;
		assert_eq!(broken(&evidence), [PANEL], "{panel}");
	}
	// it is told without the seats' keys too
	let mut forgotten = self::evidence();
	forget_committee(&mut forgotten);
	forgotten.result.attested = 3;
	assert_eq!(broken(&forgotten), [PANEL]);
	assert_eq!(check(&forgotten).verdict(), Verdict::Wrong);
}

/// A forged input that counts, as committee and panel looked away: an outsider has shown it since, or nobody has.
#[test]
fn what_is_disproven_is_wrong_for_all_to_see() {
	let mut evidence = proofs::dealt([1, 20, 3, 12]);
	evidence.result.attested = 0;
	for shown in [0, 1] {
		evidence.result.disproven = shown;
		assert_eq!(broken(&evidence), [PROVEN], "{shown}");
		assert_eq!(check(&evidence).verdict(), Verdict::Unproven);
	}
	let said =
		"attested by 0 of 2 verifiers; 1 dealing disproven after the freeze, as the record says";
	assert_eq!(detail_of_panel(&evidence), said);
	// of honest dealings none is
	evidence.result.disproven = 2;
	assert_eq!(broken(&evidence), [PROVEN, PANEL]);
	let mut honest = self::evidence();
	honest.result.disproven = 1;
	assert_eq!(broken(&honest), [PANEL]);
	assert_eq!(check(&honest).verdict(), Verdict::Wrong);
}

#[test]
fn a_class_without_verifiers_has_no_panel() {
	let mut evidence = evidence();
	evidence.info.task.parameters.verifiers = 0;
	evidence.panel = Default::default();
	(evidence.result.panel, evidence.result.attested) = (0, 0);
	let committee = evidence.committee.clone().expect("known");
	// it is another task: the hash covers how many seats there are
	assert_eq!(broken(&evidence), [HASH]);
	assert_ne!(evidence.task_hash(&committee), evidence.info.task.task_hash);
	assert_eq!(detail_of_panel(&evidence), "there is no panel, as the record says");
}
