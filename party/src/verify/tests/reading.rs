//! Transcripts read back: what is judged, and what is refused with its place.

use super::*;
use crate::{
	account::address,
	validity::Proofs,
	verify::read::{read, Judged, ReadError, Shown},
};
use codec::Encode;
use ostraka_crypto::messages::{self, hash_validity};
use ostraka_primitives::MAX_VALIDITY;
use serde_json::{json, Value as Json};

fn judge(shown: &Shown) -> Judged {
	shown.judge(&mut ChaCha20Rng::seed_from_u64(9))
}

fn read_json(json: &Json) -> Result<Shown, ReadError> {
	read(&json.to_string())
}

/// What is said of a transcript with a change.
fn refused(change: impl FnOnce(&mut Json)) -> String {
	let mut json = transcript(&evidence());
	change(&mut json);
	read_json(&json).expect_err("it is refused").to_string()
}

#[test]
fn a_transcript_comes_back_with_its_proofs() {
	let full = evidence();
	let shown = read_json(&transcript(&full)).expect("it is one");
	let digests: Vec<_> = shown.dealings.iter().map(|dealing| dealing.digest).collect();
	let expected: Vec<_> = full.dealings.iter().map(|dealing| *dealing.digest.hash()).collect();
	assert_eq!(digests, expected);
	let counts: Vec<bool> = shown.dealings.iter().map(|dealing| dealing.counts).collect();
	assert_eq!(counts, [true, true, true, false]);
	let proofs = Proofs { hold: 3, of: 3 };
	assert_eq!(judge(&shown), Judged { proofs, unproven: Vec::new(), excluded: Vec::new() });
}

#[test]
fn proofs_that_do_not_hold_are_told_by_who_counts() {
	let shown = read_json(&transcript(&proofs::forged_fourth())).expect("it is one");
	let judged = judge(&shown);
	assert_eq!((judged.proofs, judged.unproven.len()), (Proofs { hold: 3, of: 3 }, 0));
	assert_eq!(judged.excluded, [AccountId::new([64; 32])]);

	let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
	let inputs = [1u8, 20, 3, 4].map(|value| vec![Scalar::from(1u8), Scalar::from(value)]);
	let shown = read_json(&transcript(&played(spec, &inputs))).expect("it is one");
	let judged = judge(&shown);
	assert_eq!(judged.proofs, Proofs { hold: 2, of: 3 });
	assert_eq!(judged.unproven, [AccountId::new([62; 32])]);
}

#[test]
fn other_formats_are_refused_with_words() {
	for version in [0, 1, 2] {
		let said = refused(|json| json["version"] = json!(version));
		assert!(said.contains(&format!("format {version}")) && said.contains("format 3"), "{said}");
		assert!(said.contains("carry no proofs"), "{said}");
	}
	let said = refused(|json| json["version"] = json!(4));
	assert!(said.contains("format 4") && said.contains("newer release"), "{said}");
	for version in [json!("3"), json!(null), json!(-3), json!(3.0)] {
		let said = refused(|json| json["version"] = version);
		assert!(said.starts_with("this is no transcript"), "{said}");
	}
	for text in ["", "3", "[]", "{}", "{\"version\":3}", "\u{0}"] {
		assert!(matches!(read(text), Err(ReadError::Form(_))), "{text}");
	}
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
}

/// A forger can compute digests, and sign nothing for a dealer.
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
	let judged = judge(&read_json(&json).expect("it can be read"));
	assert_eq!(judged.proofs, Proofs { hold: 0, of: 3 });
	assert_eq!((judged.unproven.len(), judged.excluded.len()), (3, 1));
}

/// What a proof does not name is the file's word: nothing of it comes back.
#[test]
fn a_spec_with_the_same_relation_changes_nothing_that_is_read() {
	let mut spec = evidence().info.task.spec;
	spec.statistic = Statistic::Sum;
	let mut json = transcript(&evidence());
	json["task"]["spec_scale"] = json!(format!("0x{}", hex::encode(spec.encode())));
	let shown = read_json(&json).expect("it can be read");
	assert_eq!(shown, read_json(&transcript(&evidence())).expect("it is one"));
	assert!(judge(&shown).proofs.all());
}

#[test]
fn a_task_that_cannot_be_is_refused() {
	let said = refused(|json| json["task"]["protocol"] = json!(3));
	assert!(said.contains("version 3 of the protocol"), "{said}");
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
}

#[test]
fn lists_of_a_dealing_have_their_lengths() {
	let said = refused(|json| json["task"]["threshold"] = json!(255));
	assert!(said.contains("2 `commitments`, there are 256"), "{said}");
	let said = refused(|json| {
		let hash = json["dealings"][0]["sealed_hashes"][0].clone();
		json["dealings"][0]["sealed_hashes"] = Json::Array(vec![hash; 33]);
	});
	assert!(said.contains("more than 32 `sealed_hashes`"), "{said}");
	let said = refused(|json| json["dealings"][2]["commitments"][1] = json!("0x00"));
	assert!(said.starts_with("dealing 3") && said.contains("96 bytes"), "{said}");
}
