//! Results that are sealed to a recipient: with and without an opening, and what is seen of one that does not fit.

use super::*;
use crate::{
	mask::{self, Opening, OpeningFile},
	verify::{
		file::{check_file, check_opened, CheckedFile},
		find::{Indices, Lengths},
		gather::Gathering,
		read::ReadError,
		verdict::{FILE, POSSIBLE, SEAL},
	},
};
use codec::Encode;
use serde_json::{json, Value as Json};

fn seed() -> MaskSeed {
	MaskSeed::from_bytes([3; 32])
}

/// A completed mean over three dealers (rows 1; 2; 3), sealed.
fn sealed() -> Evidence {
	let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
	let inputs = [1u8, 2, 3, 4].map(|value| vec![Scalar::from(1u8), Scalar::from(value)]);
	played_for(spec, &inputs, FOURTH, Some(&seed()))
}

/// What opens it, from that seed.
fn opening(evidence: &Evidence, seed: &MaskSeed) -> OpeningFile {
	let recipient = AccountId::new(RECIPIENT);
	mask::opening(evidence.task, &evidence.info.task, &recipient, seed).expect("it is sealed")
}

fn opened() -> Evidence {
	let mut evidence = sealed();
	let opening = opening(&evidence, &seed());
	evidence.open(opening).expect("it is of this task");
	evidence
}

fn of(verification: &Verification, what: &str) -> (Option<bool>, String) {
	let check = verification.checks.iter().find(|check| check.what == what).expect("made");
	(check.holds, check.detail.clone())
}

fn file(json: &Json, opening: Option<OpeningFile>) -> Result<CheckedFile, ReadError> {
	let (text, mut rng) = (json.to_string(), ChaCha20Rng::seed_from_u64(9));
	match opening {
		Some(opening) => check_opened(text.as_bytes(), opening, &mut rng),
		None => check_file(text.as_bytes(), &mut rng),
	}
}

fn verdict(json: &Json) -> Verdict {
	file(json, None).expect("it can be read").verification.verdict()
}

#[test]
fn all_of_a_sealed_result_but_its_meaning_is_checked() {
	let evidence = sealed();
	let verification = check(&evidence);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert_eq!(verification.verdict(), Verdict::Sealed);
	assert!(verification.is_right() && verification.verdict().problem().is_none());
	assert!(verification.outcome.is_none());
	assert!(evidence.plain(&verification).is_none());
	let open = verification.checks.iter().filter(|check| check.holds.is_none());
	assert_eq!(open.map(|check| check.what).collect::<Vec<_>>(), [POSSIBLE]);
	// the mask counts in the set, and is no dealer's; it proves nothing
	assert_eq!((verification.accepted.len(), evidence.result.dealers), (4, 3));
	assert_eq!(verification.proofs.map(|proofs| (proofs.hold, proofs.of)), Some((3, 3)));
	assert!(evidence.dealings[0].bytes.validity.is_empty());
	let (holds, detail) = of(&verification, SEAL);
	let recipient = crate::address(&AccountId::new(RECIPIENT));
	assert_eq!(holds, Some(true));
	assert!(detail.contains(&recipient) && detail.contains("it is not opened"), "{detail}");

	let json = transcript(&evidence);
	assert_eq!(json["task"]["conditions"]["sealed_to"], json!(recipient));
	assert_eq!(json["result"]["sealed_to"], json!(recipient));
	assert!(json["result"]["opening"].is_null());
	assert!(json["result"]["typed"].is_null() && json["result"]["exact"].is_null());
	assert_eq!((&json["dealings"][0]["validity"], verdict(&json)), (&json!("0x"), Verdict::Sealed));
}

#[test]
fn an_opening_tells_what_it_says() {
	let evidence = opened();
	let verification = check(&evidence);
	assert_eq!(verification.verdict(), Verdict::Right);
	assert!(verification.checks.iter().all(|check| check.holds == Some(true)));
	assert!(of(&verification, SEAL).1.ends_with("and is opened"));
	let plain = evidence.plain(&verification).expect("it is opened");
	assert_eq!(plain.vector.to_vec(), [U256::from(3), U256::from(6)]);
	let json = transcript(&evidence);
	assert_eq!(json["result"]["exact"]["mean"], "2");
	assert_eq!(json["result"]["opening"]["values"].as_array().map(Vec::len), Some(2));
	assert_eq!(verdict(&json), Verdict::Right);
	// or it comes beside the file
	let closed = sealed();
	let json = transcript(&closed);
	let CheckedFile { evidence, verification } =
		file(&json, Some(opening(&closed, &seed()))).expect("it is of this task");
	assert_eq!(verification.verdict(), Verdict::Right);
	assert_eq!(evidence.plain(&verification), Some(plain));
}

/// The mask hides the numbers and not that they cannot be.
#[test]
fn what_no_data_can_give_is_seen_once_it_is_opened() {
	let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
	let inputs = [1u8, 20, 30, 4].map(|value| vec![Scalar::from(1u8), Scalar::from(value)]);
	let mut evidence = played_for(spec, &inputs, FOURTH, Some(&seed()));
	assert_eq!(broken(&evidence), [PROVEN]);
	evidence.opening = Some(opening(&evidence, &seed()).opening);
	assert_eq!(broken(&evidence), [PROVEN, MEANS]);
}

#[test]
fn an_opening_of_another_task_is_refused() {
	let mut evidence = sealed();
	let right = opening(&evidence, &seed());
	let mut refuses = |wrong: OpeningFile, part: &str| {
		let said = evidence.open(wrong.clone()).expect_err(part).to_string();
		assert!(said.contains(part) && said.contains("nothing is opened"), "{said}");
		assert!(evidence.opening.is_none());
		let error = file(&transcript(&evidence), Some(wrong)).expect_err(part);
		assert!(matches!(error, ReadError::Opening(_)), "{error}");
	};
	refuses(OpeningFile { task: 4, ..right.clone() }, "the opening is of task 4");
	refuses(OpeningFile { task_hash: [7; 32], ..right.clone() }, "another task hash");
	let other = AccountId::new([71; 32]);
	refuses(OpeningFile { recipient: other.clone(), ..right.clone() }, "of a mask of 5");
	let mut plain = self::evidence();
	let said = plain.open(right).expect_err("it is not sealed").to_string();
	assert!(said.contains("sealed to nobody"), "{said}");
	assert!(mask::opening(3, &sealed().info.task, &other, &seed()).is_err(), "not its recipient");
}

#[test]
fn an_opening_that_does_not_fit_is_seen() {
	let wrong = |change: fn(&mut Opening)| {
		let mut evidence = opened();
		change(evidence.opening.as_mut().expect("opened"));
		assert_eq!(broken(&evidence), [SEAL]);
		let verification = check(&evidence);
		assert_eq!(verification.verdict(), Verdict::Wrong);
		assert!(verification.outcome.is_none() && evidence.plain(&verification).is_none());
		assert!(of(&verification, SEAL).1.contains("not that of the mask"));
		assert_eq!(verdict(&transcript(&evidence)), Verdict::Wrong);
	};
	wrong(|opening| opening.vector[1] += Scalar::from(1u8));
	wrong(|opening| opening.blinding += Scalar::from(1u8));
	wrong(|opening| opening.vector.truncate(1));
	wrong(|opening| opening.vector.push(Scalar::from(0u8)));
	// of another seed
	let mut evidence = sealed();
	let other = opening(&evidence, &MaskSeed::from_bytes([4; 32]));
	evidence.open(other).expect("it says that it is of this task");
	assert_eq!(broken(&evidence), [SEAL]);
	// in a file that has another one
	let json = transcript(&opened());
	let error = file(&json, Some(opening(&evidence, &MaskSeed::from_bytes([4; 32]))));
	assert!(matches!(error, Err(ReadError::Opening(_))));
	// beside a result that is not sealed
	let mut plain = self::evidence();
	plain.opening = opened().opening;
	assert_eq!(broken(&plain), [SEAL]);
}

#[test]
fn a_sealed_file_that_says_what_it_means_is_seen() {
	let told = |change: fn(&mut Json), place: &str| {
		let mut json = transcript(&sealed());
		change(&mut json);
		let CheckedFile { verification, .. } = file(&json, None).expect("it can be read");
		assert_eq!(verification.verdict(), Verdict::Wrong, "{place}");
		let (holds, detail) = of(&verification, FILE);
		assert_eq!(holds, Some(false));
		assert!(detail.contains(place), "{detail}");
	};
	told(|json| json["result"]["exact"] = json!({ "mean": "2" }), "result.exact");
	told(|json| json["result"]["typed"] = json!({ "mean": 2.0 }), "result.typed");
	// and one that is opened is held against what is in it
	let mut json = transcript(&opened());
	json["result"]["exact"]["mean"] = json!("3");
	assert_eq!(verdict(&json), Verdict::Wrong);
	let mut json = transcript(&opened());
	json["result"]["opening"]["note"] = json!(1);
	assert_eq!(verdict(&json), Verdict::Wrong, "a name more");
	// a number that is none
	let mut json = transcript(&opened());
	json["result"]["opening"]["blinding"] = json!(format!("0x{}", "ff".repeat(32)));
	assert!(matches!(file(&json, None), Err(ReadError::Result(_))));
}

#[test]
fn a_result_is_sealed_to_whom_the_task_names() {
	let mut evidence = sealed();
	evidence.result.sealed_to = None;
	assert_eq!(broken(&evidence), [SEAL]);
	assert!(check(&evidence).outcome.is_none(), "nothing is read of a vector with a mask in it");
	evidence.result.sealed_to = Some(AccountId::new([71; 32]));
	assert_eq!(broken(&evidence), [SEAL]);
	let mut evidence = self::evidence();
	evidence.result.sealed_to = Some(AccountId::new(RECIPIENT));
	assert_eq!(broken(&evidence), [SEAL]);
}

/// A set without the mask would be published for all to read; the mask counted as a dealer would hide one dealer fewer.
#[test]
fn the_mask_counts_in_the_set_and_not_among_the_dealers() {
	let mut evidence = sealed();
	evidence.result.dealers = 4;
	assert!(broken(&evidence).contains(&SET));
	let mut evidence = sealed();
	evidence.dealings.remove(0);
	assert!(broken(&evidence).contains(&SET));
	// a recipient that is required as a dealer is none
	let mut evidence = sealed();
	let required = &mut evidence.info.task.conditions.required;
	required.try_push(AccountId::new(RECIPIENT)).expect("there is room");
	assert_eq!(broken(&evidence), [HASH, CONDITIONS]);
	let mut evidence = sealed();
	evidence.info.task.conditions.least_dealers = 4;
	assert_eq!(broken(&evidence), [HASH, CONDITIONS]);
}

#[test]
fn a_mask_with_a_proof_is_no_mask_and_a_dealing_without_one_is_none() {
	let evidence = sealed();
	let proof = transcript(&evidence)["dealings"][1]["validity"].clone();
	let said = |place: usize, validity: Json| {
		let mut json = transcript(&evidence);
		json["dealings"][place]["validity"] = validity;
		file(&json, None).expect_err("the digest covers it").to_string()
	};
	assert!(said(0, proof).contains("`digest` is not that of the dealing"));
	assert!(said(1, json!("0x")).contains("`digest` is not that of the dealing"));

	// as they are dealt: with digests and proofs of ρ of their own
	let context = evidence.context();
	let relation = relation(&evidence.info.task.spec).expect("valid");
	let mut rng = ChaCha20Rng::seed_from_u64(11);
	let input = [Scalar::from(1u8), Scalar::from(1u8)];
	let dealers = [61, 62, 63, 64].map(|byte| AccountId::new([byte; 32])).to_vec();
	let found_among = |dealers: Option<Vec<AccountId>>, account: [u8; 32], bytes: &DealingBytes| {
		let message = wire::dealing_message(bytes.clone()).expect("short");
		let call = (INDICES.deal, evidence.task, context.task_hash, message).encode();
		let start = Evidence { dealings: Vec::new(), ..evidence.clone() };
		let mut gathering = Gathering::new(start, context.task_hash, INDICES, dealers);
		gathering.look(9, &[&[0x84u8, 0][..], &account, &call].concat());
		gathering.evidence().dealings.len()
	};
	let found = |account: [u8; 32], bytes: &DealingBytes| {
		found_among(Some(dealers.clone()), account, bytes)
	};
	let mask = &evidence.dealings[0].bytes;
	// sent by a proxy, whether the cohort is known or not: the task's record names the recipient
	assert_eq!(found([99; 32], mask), 1);
	assert_eq!(found_among(None, [99; 32], mask), 1);
	assert_eq!(found(RECIPIENT, mask), 1, "the recipient is none of the dealers");
	let unsealed = ostraka_protocol::TaskContext { recipient: None, ..context.clone() };
	let dealt = dealer::deal::<Plain, _>(&unsealed, &relation, &RECIPIENT, &input, &mut rng);
	assert_eq!(found(RECIPIENT, &dealt.expect("a dealing")), 0, "a mask proves nothing");
	let other = ostraka_protocol::TaskContext { recipient: Some([61; 32]), ..context.clone() };
	let bare = dealer::mask::<Plain, _>(&other, &[61; 32], &input, &mut rng);
	assert_eq!(found([61; 32], &bare.expect("a dealing")), 0, "a dealer's input is proven");
	assert_ne!(Lengths::of(&context), Lengths::of(&unsealed));
}

const INDICES: Indices = Indices {
	deal: [9, 0],
	accuse: [9, 1],
	challenge: [9, 5],
	challenge_with_bond: [9, 6],
	reveal: [9, 3],
	submit: [8, 0],
};
