//! Openings: of the mask that is dealt, of one task alone, and as files.

use super::*;
use crate::fixtures;
use alloc::{string::ToString, vec};
use ostraka_crypto::seal::SealSecret;
use ostraka_primitives::spec::Statistic;
use ostraka_protocol::{wire, Version};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

fn recipient() -> AccountId {
	AccountId::new([9; 32])
}

/// A task whose result is sealed, with a task hash.
fn record() -> Task {
	let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
	let mut task = Task { task_hash: Some([1; 32]), ..fixtures::task(spec) };
	task.conditions.sealed_to = Some(recipient());
	task
}

fn seed() -> MaskSeed {
	MaskSeed::from_bytes([7; 32])
}

fn made() -> OpeningFile {
	opening(4, &record(), &recipient(), &seed()).expect("it is sealed")
}

fn result(numbers: &[u64]) -> TaskResult {
	TaskResult {
		accepted_set: [0; 32],
		dealers: 3,
		commitment: [0; 96],
		vector: numbers
			.iter()
			.map(|number| U256::from(*number))
			.collect::<Vec<_>>()
			.try_into()
			.expect("few"),
		blinding: [0; 32],
		panel: 0,
		attested: 0,
		disproven: 0,
		sealed_to: Some(recipient()),
	}
}

#[test]
fn an_opening_is_that_of_the_mask_that_is_dealt() {
	let mut rng = ChaCha20Rng::seed_from_u64(1);
	let keys = [0; 3].map(|_| SealSecret::random(&mut rng).public()).to_vec();
	let record = record();
	let (threshold, length) = (record.parameters.threshold, record.spec.length());
	let ctx = wire::context_of(
		Version::CURRENT,
		[1; 32],
		threshold,
		length,
		7,
		keys,
		record.conditions.sealed_to.as_ref(),
	);
	let mask = masking::derive::<Plain>(&seed(), &ctx, &[9; 32]).expect("a mask");
	assert_eq!(mask.opening, made().opening);
	assert_eq!(masking::opens::<Plain>(&mask.dealing.commitments[0], &made().opening), Ok(true));
}

#[test]
fn only_its_recipient_opens_a_result_and_only_of_a_drawn_task() {
	let said = |task: &Task, account: [u8; 32]| {
		opening(4, task, &AccountId::new(account), &seed()).expect_err("refused").to_string()
	};
	assert!(said(&record(), [8; 32]).contains("not sealed to 5"));
	let plain = Task { conditions: fixtures::task(record().spec).conditions, ..record() };
	assert!(said(&plain, [9; 32]).contains("not sealed to 5"));
	assert!(said(&Task { task_hash: None, ..record() }, [9; 32]).contains("no committee yet"));
}

#[test]
fn a_mask_comes_off_a_result() {
	let numbers = |numbers: &[u64]| Opening {
		vector: numbers.iter().map(|number| Scalar::from(*number)).collect(),
		blinding: Scalar::from(0u8),
	};
	let plain = unsealed(&result(&[10, 20]), &numbers(&[3, 20])).expect("of one length");
	assert_eq!(plain, TaskResult { sealed_to: None, ..result(&[7, 0]) });
	let said = unsealed(&result(&[10, 20]), &numbers(&[3])).expect_err("shorter").to_string();
	assert!(said.contains("has 1 numbers, and the result 2"), "{said}");
}

#[test]
fn an_opening_comes_back_from_its_text() {
	let text = made().to_text().expect("JSON");
	assert_eq!(OpeningFile::parse(&text).expect("it is one"), made());
	let (shown, secrets) = (format!("{:?}", made()), made().opening);
	for secret in secrets.vector.iter().chain([&secrets.blinding]) {
		assert!(!shown.contains(&format!("{secret:?}")), "{shown}");
		assert!(!shown.contains(&number(secret)[2..]), "{shown}");
	}
	let blinding = number(&made().opening.blinding);
	let (blinding, too_large) = (blinding.as_str(), format!("0x{}", "ff".repeat(32)));
	for (from, to) in [
		("\"task\":4", "\"task\":-4"),
		("\"task\":4", "\"task\":4,\"note\":1"),
		("\"task\":4", "\"task\":4,\"task\":5"),
		("\"values\":[", "\"values\":[\"0x00\","),
		(blinding, &blinding[2..]),
		(blinding, too_large.as_str()),
		("\"task_hash\":\"0x01", "\"task_hash\":\"0x"),
		("\"recipient\":\"5", "\"recipient\":\"6"),
	] {
		assert!(text.contains(from), "{from}");
		let said = OpeningFile::parse(&text.replacen(from, to, 1)).expect_err(to).to_string();
		assert!(said.starts_with("this is no opening of a result"), "{said}");
	}
	assert!(OpeningFile::parse(&" ".repeat(1 << 21)).is_err());
}

#[test]
fn an_opening_names_its_task() {
	let right = made();
	let (hash, recipient) = (Some(&[1; 32]), recipient());
	right.check(4, hash, Some(&recipient)).expect("it is of this one");
	let other = AccountId::new([8; 32]);
	for (task, hash, recipient, part) in [
		(5, hash, Some(&recipient), "the opening is of task 4"),
		(4, Some(&[2; 32]), Some(&recipient), "another task hash"),
		(4, None, Some(&recipient), "another task hash"),
		(4, hash, Some(&other), "the opening is of a mask of 5"),
		(4, hash, None, "sealed to nobody"),
	] {
		let said = right.check(task, hash, recipient).expect_err(part).to_string();
		assert!(said.contains(part) && said.contains("nothing is opened"), "{said}");
	}
}

#[test]
fn what_a_file_is_read_into_is_wiped() {
	fn is_wiped<T: zeroize::ZeroizeOnDrop>() {}
	is_wiped::<form::Form>();
}

#[cfg(feature = "std")]
#[test]
fn an_openings_file_is_new_and_may_be_given_to_others() {
	let folder = tempfile::tempdir().expect("a folder");
	let file = folder.path().join("opening.json");
	write_opening(&file, &made()).expect("written");
	assert_eq!(read_opening(&file).expect("it is one"), made());
	let said = write_opening(&file, &made()).expect_err("it is there").to_string();
	assert!(said.contains("nothing is written over it"), "{said}");
	#[cfg(unix)]
	{
		use std::os::unix::fs::PermissionsExt;
		let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
		assert_eq!(mode & 0o777, 0o600, "who opens the result says so, by giving it to others");
		let shown = std::fs::Permissions::from_mode(0o644);
		std::fs::set_permissions(&file, shown).expect("it is ours");
		assert!(read_opening(&file).is_ok());
	}
}
