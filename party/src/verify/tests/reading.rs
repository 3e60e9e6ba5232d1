//! Transcripts read back and checked: what is refused with its place, and what is seen.

use super::*;
use crate::{
	account::address,
	validity::Proofs,
	verify::{
		file::{check_file, CheckedFile},
		read::{read, ReadError},
		verdict::FILE,
	},
};
use codec::Encode;
use ostraka_crypto::messages::{self, hash_validity};
use ostraka_primitives::MAX_VALIDITY;
use serde_json::{json, Value as Json};

fn checked(json: &Json) -> Result<CheckedFile, ReadError> {
	check_file(json.to_string().as_bytes(), &mut ChaCha20Rng::seed_from_u64(9))
}

/// Names of the checks that do not hold of a transcript, and what is said of the file.
fn failed(json: &Json) -> (Vec<&'static str>, String) {
	let CheckedFile { verification, .. } = checked(json).expect("it can be read");
	let failed = verification.checks.iter().filter(|check| check.holds == Some(false));
	let failed = failed.map(|check| check.what).collect();
	let said = verification.checks.last().expect("made");
	assert_eq!(said.what, FILE);
	(failed, said.detail.clone())
}

/// What is said of a transcript with a change.
fn refused(change: impl FnOnce(&mut Json)) -> String {
	let mut json = transcript(&evidence());
	change(&mut json);
	checked(&json).expect_err("it is refused").to_string()
}

/// The checks that see a change of a transcript.
fn seen(change: impl FnOnce(&mut Json)) -> (Vec<&'static str>, String) {
	let mut json = transcript(&evidence());
	change(&mut json);
	failed(&json)
}

#[test]
fn a_transcript_comes_to_what_its_task_comes_to() {
	let lying = Some(DealerFault::OutsideSubgroup);
	for full in [
		evidence(),
		of_faults([None, None, None, lying]),
		proofs::forged_fourth(),
		proofs::dealt([1, 20, 3, 12]),
	] {
		let expected = check(&full);
		let CheckedFile { evidence, verification } =
			checked(&transcript(&full)).expect("it is one");
		assert_eq!(verification.verdict(), expected.verdict());
		assert_eq!(verification.proofs, expected.proofs);
		assert_eq!(verification.excluded, expected.excluded);
		assert_eq!(verification.accepted, expected.accepted);
		assert_eq!(verification.right, expected.right);
		assert_eq!(verification.outcome, expected.outcome);
		assert_eq!((&evidence.result, &evidence.panel), (&full.result, &full.panel));
		assert_eq!(evidence.info.task.conditions, full.info.task.conditions);
		assert_eq!(verification.checks.len(), expected.checks.len() + 1);
	}
}

#[test]
fn a_poisoned_sum_is_not_proven_from_the_file_either() {
	let CheckedFile { verification, .. } =
		checked(&transcript(&proofs::dealt([1, 20, 3, 12]))).expect("it is one");
	assert_eq!(verification.verdict(), Verdict::Unproven);
	assert_eq!(verification.proofs, Some(Proofs { hold: 2, of: 3 }));
}

#[test]
fn without_the_committee_what_is_left_is_checked() {
	let mut full = proofs::forged_fourth();
	forget_committee(&mut full);
	let json = transcript(&full);
	assert!(json["committee"].is_null() && json["panel"].is_null());
	let CheckedFile { verification, .. } = checked(&json).expect("it is one");
	// what was asked is tied to nothing
	assert_eq!(verification.verdict(), Verdict::Unpinned);
	assert!(!verification.is_right());
	let hash = verification.checks.iter().find(|check| check.what == HASH).expect("made");
	assert_eq!((hash.holds, hash.detail.as_str()), (None, "the committee is not known"));
	let mut full = evidence();
	forget_committee(&mut full);
	let CheckedFile { verification, .. } = checked(&transcript(&full)).expect("it is one");
	assert_eq!(verification.verdict(), Verdict::Unpinned);
}

/// Under the hash of a task of class Standard over whole numbers: another class, another requester, numbers ten times smaller.
/// Where the seats are shown the hash sees it. Who leaves them out may say so, and is not believed.
#[test]
fn what_was_asked_is_not_a_files_word() {
	let lied = |forget: fn(&mut Evidence)| {
		let mut lied = proofs::forged_fourth();
		lied.info.task.spec.columns[0].decimals = 1;
		lied.info.task.class = SecurityClass::Restricted;
		lied.info.task.requester = AccountId::new([9; 32]);
		forget(&mut lied);
		transcript(&lied)
	};
	assert_eq!(failed(&lied(|_| {})).0, [HASH]);
	let hidden = lied(forget_committee);
	assert_eq!(failed(&hidden).0, Vec::<&str>::new(), "nothing in it contradicts itself");
	assert_eq!(checked(&hidden).expect("it is one").verification.verdict(), Verdict::Unpinned);
}

#[test]
fn what_the_file_says_otherwise_is_seen() {
	let of_file = |change: fn(&mut Json), place: &str| {
		let (failed, said) = seen(change);
		assert_eq!(failed, [FILE], "{place}");
		assert_eq!(said, format!("not {place}"));
	};
	of_file(|json| json["result"]["exact"]["mean"] = json!("3"), "result.exact.mean");
	of_file(|json| json["result"]["typed"]["mean"] = json!(2.001), "result.typed.mean");
	of_file(|json| json["result"]["typed"] = json!("undefined"), "result.typed");
	of_file(|json| json["dealings"][3]["counts"] = json!(true), "dealings[3].counts");
	of_file(|json| json["result_shares"][0]["right"] = json!(false), "result_shares[0].right");
	of_file(|json| json["task"]["spec"]["max_rows"] = json!(10), "task.spec.max_rows");
	of_file(|json| json["task"]["class"] = json!("Restricted"), "task.class");
	of_file(|json| json["task"]["length"] = json!(3), "task.length");
	of_file(|json| json["committee"][1]["seat"] = json!(4), "committee[1].seat");
	of_file(|json| json["panel"][0]["seat"] = json!(1), "panel[0].seat");
	of_file(|json| json["task_hash_preimage"] = json!(null), "task_hash_preimage");
	let more = "result.exact, which has more names";
	of_file(|json| json["result"]["exact"]["median"] = json!("3"), more);
	of_file(|json| json["task"]["spec"]["note"] = json!(1), "task.spec, which has more names");
	let last = "accepted_set.digests[2]";
	of_file(|json| json["accepted_set"]["digests"][2] = json!("0x00"), last);
	of_file(|json| json["accepted_set"]["aggregate"] = json!([]), "accepted_set.aggregate");
	of_file(|json| json["task"]["accepted"] = json!(3), "task.accepted");
	of_file(|json| json["task"]["invited"] = json!(3), "task.accepted");
	let cohort = "task.cohort";
	of_file(|json| json["task"]["cohort"] = json!(format!("0x{}", "07".repeat(32))), cohort);
	// who was invited and has not dealt is not in the file
	let more = |json: &mut Json| {
		json["task"]["invited"] = json!(5);
		json["task"]["cohort"] = json!(format!("0x{}", "07".repeat(32)));
	};
	assert_eq!(seen(more).0, Vec::<&str>::new());
	// of some fields nothing in the file tells
	let word = "attested and disproven, which are its word, and";
	assert!(seen(|_| {}).1.contains(word));
	assert_eq!(seen(|json| json["result"]["attested"] = json!(1)).0, Vec::<&str>::new());
	// what the exporter found is its word
	assert_eq!(seen(|json| json["checks"] = json!([])).0, Vec::<&str>::new());
}

#[test]
fn what_the_checks_are_of_is_seen_by_them() {
	let by = |change: fn(&mut Json), what: &'static str| {
		let (failed, _) = seen(change);
		assert!(failed.contains(&what), "{what}: {failed:?}");
	};
	let hash = json!(format!("0x{}", "07".repeat(32)));
	let genesis = hash.clone();
	assert!(seen(|json| json["genesis"] = genesis).0.contains(&HASH));
	assert!(seen(|json| json["panel"][0]["worker"] = hash).0.contains(&HASH));
	by(|json| json["task"]["windows"]["verify"] = json!(11), HASH);
	// conditions that differ from those that are hashed
	let scale = |conditions: &Conditions| json!(format!("0x{}", hex::encode(conditions.encode())));
	let other = |change: fn(&mut Conditions)| {
		let mut conditions = evidence().info.task.conditions;
		change(&mut conditions);
		scale(&conditions)
	};
	let changes: [fn(&mut Conditions); 3] = [
		|conditions| conditions.least_dealers = 4,
		|conditions| conditions.counting = Some(2),
		|conditions| requires(conditions, 61),
	];
	for change in changes {
		let (failed, said) = seen(|json| json["task"]["conditions_scale"] = other(change));
		assert!(failed.contains(&HASH) && failed.contains(&FILE), "{failed:?}");
		assert!(said.contains("task.conditions."), "{said}");
	}
	by(|json| json["task"]["conditions"]["least_dealers"] = json!(4), FILE);
	by(|json| json["task"]["conditions"]["counting"] = json!(2), FILE);
	let four = other(|conditions| conditions.least_dealers = 4);
	assert!(seen(|json| json["task"]["conditions_scale"] = four).0.contains(&CONDITIONS));
	by(|json| json["accusations"] = json!([]), SET);
	by(|json| json["accepted_set"]["dealers"] = json!(4), SET);
	by(|json| json["result_shares"] = json!([]), SHARES);
	by(|json| json["result"]["blinding"] = json!(format!("0x{}", "00".repeat(32))), OPENS);
	by(|json| json["result"]["attested"] = json!(3), PANEL);
	by(|json| json["result"]["disproven"] = json!(1), PANEL);
	// a dealing that is left out of the file, or is there twice
	by(|json| drop(json["dealings"].as_array_mut().map(|all| all.remove(0))), SET);
	let twice = |json: &mut Json| {
		let dealing = json["dealings"][0].clone();
		json["dealings"].as_array_mut().expect("a list").push(dealing);
	};
	by(twice, FILE);
}

#[test]
fn other_formats_are_refused_with_words() {
	for version in [0, 1, 2, 3, 4] {
		let said = refused(|json| json["version"] = json!(version));
		assert!(said.contains(&format!("format {version}")) && said.contains("format 5"), "{said}");
		assert!(said.contains("without conditions that its dealers accepted"), "{said}");
	}
	let said = refused(|json| json["version"] = json!(6));
	assert!(said.contains("format 6") && said.contains("newer release"), "{said}");
	for version in [json!("5"), json!(null), json!(-5), json!(5.0)] {
		let said = refused(|json| json["version"] = version);
		assert!(said.starts_with("this is no transcript"), "{said}");
	}
	for text in ["", "5", "[]", "{}", "{\"version\":5}", "\u{0}"] {
		assert!(matches!(read(text), Err(ReadError::Form(_))), "{text}");
	}
	let mut rng = ChaCha20Rng::seed_from_u64(9);
	let error = check_file(b"{\"version\":5,\"genesis\":\"\xff\"}", &mut rng);
	assert!(matches!(error, Err(ReadError::Form(_))), "it is no UTF-8");
}

#[test]
fn a_proof_that_is_no_bytes_is_refused_with_its_place() {
	let said = |validity: Json| refused(|json| json["dealings"][1]["validity"] = validity);
	let longest = MAX_VALIDITY as usize;
	let longer = format!("`validity` is longer than {longest} bytes");
	for (validity, what) in [
		(json!(null), "there is no `validity`"),
		(json!("00"), "`validity` has no 0x before it"),
		(json!("0x0"), "`validity` is not hexadecimal"),
		(json!("0xzz"), "`validity` is not hexadecimal"),
		(json!("0xAA"), "`validity` is not hexadecimal, of lower case"),
		(json!("0x\u{0661}"), "`validity` is not hexadecimal"),
		(json!(format!("0x{}", "00".repeat(longest + 1))), longer.as_str()),
		// bytes, but not those that were dealt
		(json!("0x"), "`digest` is not that of the dealing and its `validity`"),
		(json!(format!("0x{}", "00".repeat(longest))), "`digest` is not that"),
	] {
		let said = said(validity);
		assert!(said.starts_with("dealing 2 of the transcript: "), "{said}");
		assert!(said.contains(what), "{said}");
	}
	assert!(said(json!(7)).starts_with("this is no transcript"));
	let said = refused(|json| {
		json["dealings"][3].as_object_mut().expect("an object").remove("validity");
	});
	assert!(said.starts_with("dealing 4") && said.contains("there is no `validity`"), "{said}");
}

#[test]
fn a_proof_twice_in_a_dealing_is_refused() {
	let text = transcript(&evidence()).to_string();
	let twice = text.replacen("\"validity\":", "\"validity\":\"0x\",\"validity\":", 1);
	assert_ne!(text, twice);
	let said = read(&twice).expect_err("one of them would be believed").to_string();
	assert!(said.contains("duplicate field `validity`"), "{said}");
	// also where nothing of ours is read, such as the numbers that people look at
	let twice = text.replacen("\"mean\":", "\"mean\":\"9\",\"mean\":", 1);
	assert_ne!(text, twice);
	assert!(read(&twice).is_ok());
	let error = check_file(twice.as_bytes(), &mut ChaCha20Rng::seed_from_u64(9));
	let said = error.expect_err("one of them would be believed").to_string();
	assert!(said.contains("the same name twice"), "{said}");
}

/// A forger can compute digests, and sign nothing under an `R` that it has not drawn.
#[test]
fn another_proof_under_its_digest_is_not_the_dealers() {
	let full = evidence();
	let made = &full.dealings[0];
	let proof = full.dealings[1].bytes.validity.clone();
	let digest = messages::digest(
		&full.context().task_hash,
		made.dealer.as_ref(),
		&made.bytes.ephemeral,
		&made.bytes.commitments,
		&made.bytes.sealed_hashes(),
		&hash_validity(&proof),
	);
	let said = refused(|json| {
		json["dealings"][0]["validity"] = json!(format!("0x{}", hex::encode(&proof)));
		json["dealings"][0]["digest"] = json!(format!("0x{}", hex::encode(digest)));
	});
	let whose = format!("`proof` is not that of {}", address(&made.dealer));
	assert!(said.starts_with("dealing 1") && said.contains(&whose), "{said}");
}

#[test]
fn beside_another_spec_no_proof_holds() {
	let mut spec = evidence().info.task.spec;
	spec.max_rows = 10;
	let mut json = transcript(&evidence());
	json["task"]["spec_scale"] = json!(format!("0x{}", hex::encode(spec.encode())));
	let CheckedFile { verification, .. } = checked(&json).expect("it can be read");
	assert_eq!(verification.proofs, Some(Proofs { hold: 0, of: 3 }));
	assert_eq!(verification.verdict(), Verdict::Wrong);
	// one with the same relation, under which they hold, is not what was hashed
	let mut spec = evidence().info.task.spec;
	spec.statistic = Statistic::Sum;
	json["task"]["spec_scale"] = json!(format!("0x{}", hex::encode(spec.encode())));
	let (failed, said) = failed(&json);
	assert_eq!(failed, [HASH, FILE]);
	assert!(said.contains("task.spec.statistic") && said.contains("task_hash_preimage"), "{said}");
}

#[test]
fn a_task_that_cannot_be_is_refused() {
	for protocol in [4, 5] {
		let said = refused(|json| json["task"]["protocol"] = json!(protocol));
		assert!(said.contains(&format!("version {protocol} of the protocol")), "{said}");
	}
	let spec = hex::encode(evidence().info.task.spec.encode());
	for scale in [format!("0x{spec}00"), "0x".to_owned(), format!("0x{}", &spec[2..])] {
		let said = refused(|json| json["task"]["spec_scale"] = json!(scale));
		assert!(said.starts_with("the transcript's task: "), "{said}");
	}
	let mut invalid = evidence().info.task.spec;
	invalid.max_rows = 0;
	let scale = json!(format!("0x{}", hex::encode(invalid.encode())));
	let said = refused(|json| json["task"]["spec_scale"] = scale);
	assert!(said.contains("is not valid"), "{said}");
	let said = refused(|json| json["task_hash"] = json!("0x07"));
	assert!(said.contains("`task_hash` has not 32 bytes"), "{said}");
	let said = refused(|json| {
		let dealing = json["dealings"][0].clone();
		json["dealings"] = Json::Array(vec![dealing; 513]);
	});
	assert!(said.contains("513 dealings"), "{said}");
	for (name, value) in [("threshold", 255), ("seats", 2), ("verifiers", 17)] {
		let said = refused(|json| json["task"][name] = json!(value));
		assert!(said.contains("are impossible"), "{name}: {said}");
	}
	let conditions = |change: fn(&mut Conditions)| {
		let mut conditions = evidence().info.task.conditions;
		change(&mut conditions);
		refused(|json| {
			let scale = format!("0x{}", hex::encode(conditions.encode()));
			json["task"]["conditions_scale"] = json!(scale);
		})
	};
	assert!(conditions(|conditions| conditions.least_dealers = 2).contains("are impossible"));
	let twice = |conditions: &mut Conditions| {
		conditions.required = vec![AccountId::new([61; 32]); 2].try_into().expect("two");
	};
	assert!(conditions(twice).contains("the required dealers are not sorted"));
	for scale in ["0x", "0x0300000000000000", "0x03000000000002"] {
		let said = refused(|json| json["task"]["conditions_scale"] = json!(scale));
		assert!(said.contains("`conditions_scale` is no task's conditions"), "{said}");
	}
	let said = refused(|json| json["task"]["class_index"] = json!(3));
	assert!(said.contains("`class_index` is none"), "{said}");
	let said = refused(|json| json["task"]["requester"] = json!("5G"));
	assert!(said.contains("`requester` is no address"), "{said}");
}

#[test]
fn seats_are_as_many_as_the_class_asks_for() {
	let said = refused(|json| drop(json["panel"].as_array_mut().map(Vec::pop)));
	assert!(said.contains("1 seats in `panel`, there are 2"), "{said}");
	let said = refused(|json| json["panel"] = json!(null));
	assert!(said.contains("a `committee` and no `panel`"), "{said}");
	let said = refused(|json| drop(json["committee"].as_array_mut().map(Vec::pop)));
	assert!(said.contains("2 seats in `committee`, there are 3"), "{said}");
	let said =
		refused(|json| json["committee"][0]["seal_key"] = json!(format!("0x{}", "00".repeat(32))));
	assert!(said.contains("is no key"), "{said}");
	// a verifier neither accuses nor reveals
	let said = refused(|json| json["accusations"][0]["seat"] = json!(4));
	assert!(said.starts_with("accusation 1") && said.contains("`seat` 4 is none"), "{said}");
	let said = refused(|json| json["result_shares"][2]["seat"] = json!(5));
	assert!(said.contains("`seat` 5 is none of the committee's"), "{said}");
}

/// Each is judged in full: a file of thousands that convict nobody would take minutes.
#[test]
fn a_seat_accuses_a_dealing_once() {
	let again = |change: fn(&mut Json)| {
		move |json: &mut Json| {
			let mut accusation = json["accusations"][0].clone();
			change(&mut accusation);
			json["accusations"].as_array_mut().expect("a list").push(accusation);
		}
	};
	let same: fn(&mut Json) = |_| {};
	let other: fn(&mut Json) =
		|accusation| accusation["dleq"] = json!(format!("0x{}", "00".repeat(64)));
	for change in [same, other] {
		let said = refused(again(change));
		assert!(said.starts_with("accusation 2") && said.contains("seat 2 accuses"), "{said}");
	}
	// another seat may, and the same seat another dealing
	assert_eq!(seen(again(|accusation| accusation["seat"] = json!(1))).0, Vec::<&str>::new());
	let other = again(|accusation| accusation["digest"] = json!(format!("0x{}", "07".repeat(32))));
	assert_eq!(seen(other).0, Vec::<&str>::new());
	// nor is more judged than that, wherever the evidence is from
	let mut full = evidence();
	let mut made_up = full.accusations[0].clone();
	made_up.evidence.dleq = [0; 64];
	full.accusations.insert(0, made_up);
	assert!(full.convicted(&full.context()).is_empty());
	full.accusations[0].seat = 1;
	assert_eq!(full.convicted(&full.context()).len(), 1);
}

#[test]
fn lists_of_a_dealing_have_their_lengths() {
	let said =
		refused(|json| drop(json["dealings"][0]["commitments"].as_array_mut().map(Vec::pop)));
	assert!(said.contains("1 `commitments`, there are 2"), "{said}");
	let said = refused(|json| {
		let hash = json["dealings"][0]["sealed_hashes"][0].clone();
		json["dealings"][0]["sealed_hashes"] = Json::Array(vec![hash; 33]);
	});
	assert!(said.contains("33 `sealed_hashes`, there are 3"), "{said}");
	let said = refused(|json| json["dealings"][2]["commitments"][1] = json!("0x00"));
	assert!(said.starts_with("dealing 3") && said.contains("96 bytes"), "{said}");
}
