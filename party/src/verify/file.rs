//! A transcript checked from its bytes alone: the checks that are made from a chain, and that the file says nothing else than
//! what comes of them.
//!
//! So a file is consistent, or not. Whether a chain has that task stays open: anybody can make up a whole one, also for a task
//! hash that a chain has. Genesis, task hash, requester, `h_A`, the result and who attested to it are to be compared with the state of
//! a node that is trusted.

use super::{
	check::{named, Check, Evidence, Verification},
	read::{read, ReadError},
	transcript::transcript,
	unique::parse,
	verdict::FILE,
};
use crate::mask::OpeningFile;
use alloc::{
	borrow::ToOwned,
	collections::BTreeSet,
	format,
	string::{String, ToString},
	vec::Vec,
};
use ostraka_primitives::{AccountId, SealKeyBytes};
use ostraka_protocol::wire::cohort_hash;
use rand_core::{CryptoRng, RngCore};
use serde_json::{Number, Value};

/// Longest file that is looked at, in bytes. The longest honest one has some ninety megabytes.
pub const LONGEST: usize = 128 << 20;
/// How far two forms of one double may be apart, of which a reader of JSON may have rounded one.
const ROUNDING: f64 = 1e-15;
/// What of a file nothing in it proves, in words.
const WORD: &str = "but requester, submitted_at, blocks of messages, who was invited and has not dealt, attested and \
                    disproven, which are its word, and the exporter's checks";

/// A transcript that was checked.
#[derive(Clone, Debug)]
pub struct CheckedFile {
	/// What it holds. Counters of the task and what is paid for it are in no transcript, and are zero here.
	pub evidence: Evidence,
	/// What came of the checks. The verdict is [`Verification::verdict`], as of a task that was checked from a chain; how many of the
	/// proofs hold is in [`Verification::proofs`].
	pub verification: Verification,
}

/// Checks a transcript from its bytes. The draws of `rng` must be unknown to the dealers.
///
/// # Errors
/// [`ReadError`]: it is of another format, cannot be read, has a name twice in an object, or holds a dealing whose proof of `ρ`
/// does not hold.
pub fn check_file<R: RngCore + CryptoRng + ?Sized>(
	file: &[u8],
	rng: &mut R,
) -> Result<CheckedFile, ReadError> {
	check(file, None, rng)
}

/// [`check_file`] of a sealed result with an opening that is not in the file. What the file says is held against what comes of it
/// alone.
///
/// # Errors
/// Those of [`check_file`]; `Opening` if the opening is of another task, of another recipient's mask, or another one than the file's
/// own.
pub fn check_opened<R: RngCore + CryptoRng + ?Sized>(
	file: &[u8],
	opening: OpeningFile,
	rng: &mut R,
) -> Result<CheckedFile, ReadError> {
	check(file, Some(opening), rng)
}

fn check<R: RngCore + CryptoRng + ?Sized>(
	file: &[u8],
	opening: Option<OpeningFile>,
	rng: &mut R,
) -> Result<CheckedFile, ReadError> {
	if file.len() > LONGEST {
		return Err(ReadError::Form(format!("it has more than {LONGEST} bytes")));
	}
	let form = |error: &dyn ToString| ReadError::Form(error.to_string());
	let text = core::str::from_utf8(file).map_err(|error| form(&error))?;
	let mut evidence = read(text)?;
	let given = parse(text).map_err(|error| form(&error))?;
	let is_opened = evidence.opening.is_none() && opening.is_some();
	if let Some(opening) = opening {
		let own = evidence.opening.take();
		evidence.open(opening).map_err(|error| ReadError::Opening(error.to_string()))?;
		if own.is_some() && own != evidence.opening {
			return Err(ReadError::Opening("the transcript has another opening".to_owned()));
		}
	}
	let mut verification = evidence.check(rng);
	// what came with the file is no part of it
	let aside = is_opened.then(|| (evidence.opening.take(), verification.outcome.take()));
	let ours = serde_json::to_value(transcript(&evidence, &verification));
	if let Some((opening, outcome)) = aside {
		(evidence.opening, verification.outcome) = (opening, outcome);
	}
	let mut places = contradicting(&evidence);
	places.extend(differing(ours.map_err(|error| form(&error))?, given));
	verification.checks.push(Check {
		what: FILE,
		holds: Some(places.is_empty()),
		detail: match places.as_slice() {
			[] => format!("every field {WORD}"),
			places => format!("not {}", named(places)),
		},
	});
	Ok(CheckedFile { evidence, verification })
}

/// What of the record cannot be, beside the dealings: of a chain these numbers are the state's, of which a file has none.
fn contradicting(evidence: &Evidence) -> Vec<String> {
	let record = &evidence.info.task;
	let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
	// who deals the mask is no dealer
	let recipient = record.conditions.sealed_to.as_ref();
	let dealers = evidence.dealings.iter().map(|dealing| &dealing.dealer);
	let dealers = dealers.filter(|dealer| Some(*dealer) != recipient);
	let dealers: Vec<AccountId> = dealers.cloned().collect();
	let dealt = dealers.len();
	let ephemerals: BTreeSet<&SealKeyBytes> =
		evidence.dealings.iter().map(|dealing| &dealing.bytes.ephemeral).collect();
	let is_all = dealt == number(record.invited);
	let contradictions = [
		("task.accepted", record.accepted > record.invited || dealt > number(record.accepted)),
		("task.cohort", is_all && cohort_hash(&dealers) != record.cohort),
		("one ephemeral a dealing", ephemerals.len() != evidence.dealings.len()),
	];
	let found = contradictions.into_iter().filter(|(_, is_one)| *is_one);
	found.map(|(place, _)| place.to_owned()).collect()
}

/// Where a file says something else than the transcript that is made of its own evidence, or more: at its top alone may more
/// stand. What the exporter found is its word. Of the sealed shares' hashes, whose shares are in no transcript, the digests are
/// computed.
fn differing(mut ours: Value, mut given: Value) -> Vec<String> {
	for fields in [&mut ours, &mut given].into_iter().filter_map(Value::as_object_mut) {
		fields.remove("checks");
		let dealings = fields.get_mut("dealings").and_then(Value::as_array_mut);
		for dealing in dealings.into_iter().flatten().filter_map(Value::as_object_mut) {
			dealing.remove("sealed_hashes");
		}
	}
	let mut found = Vec::new();
	compare("", &ours, Some(&given), &mut found);
	found
}

/// Notes the places below this one where both say something else, and the names that are in the file alone. It goes no deeper than
/// our own.
fn compare(place: &str, ours: &Value, given: Option<&Value>, found: &mut Vec<String>) {
	match (ours, given) {
		(Value::Object(ours), Some(Value::Object(given))) => {
			for (name, value) in ours {
				let dot = if place.is_empty() { "" } else { "." };
				compare(&format!("{place}{dot}{name}"), value, given.get(name), found);
			}
			// of a file's names none is shown
			if !place.is_empty() && given.keys().any(|name| !ours.contains_key(name)) {
				found.push(format!("{place}, which has more names"));
			}
		},
		(Value::Array(ours), Some(Value::Array(given))) if ours.len() == given.len() => {
			for (at, (ours, given)) in ours.iter().zip(given).enumerate() {
				compare(&format!("{place}[{at}]"), ours, Some(given), found);
			}
		},
		(Value::Number(ours), Some(Value::Number(given))) if is_same(ours, given) => {},
		(ours, Some(given)) if ours == given => {},
		_ => found.push(place.to_owned()),
	}
}

/// Whether two numbers are one: whole ones exactly, doubles up to what a reader rounds.
fn is_same(ours: &Number, given: &Number) -> bool {
	match (ours.as_f64(), given.as_f64()) {
		(Some(a), Some(b)) if ours.is_f64() => {
			let (distance, size) = (a - b, if a < 0.0 { -a } else { a });
			distance <= size * ROUNDING && -distance <= size * ROUNDING
		},
		_ => ours == given,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	fn places(ours: Value, given: Value) -> Vec<String> {
		differing(ours, given)
	}

	#[test]
	fn what_is_said_otherwise_is_found_with_its_place() {
		let ours = json!({ "a": [1, { "b": 1.5 }], "checks": [1], "c": null });
		assert!(places(ours.clone(), ours.clone()).is_empty());
		let said = json!({ "a": [1, { "b": 1.500_000_1 }], "checks": 7, "c": null });
		assert_eq!(places(ours.clone(), said), ["a[1].b"]);
		let rounded = json!({ "a": [1, { "b": 1.500_000_000_000_000_2 }], "c": null, "more": 1 });
		assert!(places(ours.clone(), rounded).is_empty());
		assert_eq!(places(ours.clone(), json!({ "a": [2], "c": 0 })), ["a", "c"]);
		assert_eq!(
			places(ours.clone(), json!({ "a": [2.0, { "b": "1.5" }] })),
			["a[0]", "a[1].b", "c"]
		);
		assert_eq!(places(ours, json!([])), [""]);
		// below the top no name is passed over, and one that is not there is missed
		let ours = json!({ "a": [{ "b": 1 }], "dealings": [{ "sealed_hashes": [] }] });
		let said = json!({ "a": [{ "b": 1, "B": 2 }], "dealings": [{ "sealed_hashes": [1] }] });
		assert_eq!(places(ours.clone(), said), ["a[0], which has more names"]);
		assert_eq!(places(ours.clone(), json!({ "a": [{}], "dealings": [{}] })), ["a[0].b"]);
		// a reader rounds by less than that
		assert_eq!(places(json!({ "n": 1.5 }), json!({ "n": 1.500_000_000_000_3 })), ["n"]);
		assert_eq!(places(json!({ "n": -3.5 }), json!({ "n": 3.5 })), ["n"]);
		assert!(places(json!({ "n": 3.0 }), json!({ "n": 3 })).is_empty(), "the same number");
	}
}
