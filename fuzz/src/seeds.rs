//! What the targets begin with: an input for each thing that a target can be led to.
//!
//! They follow from the code, so they are made and not kept by hand: `cargo run --example seeds` writes them to `seeds/`, and a
//! test holds what is there against them.

use crate::{dealings, TARGETS};
use codec::Encode;
use ostraka_primitives::{
	consent::{Policy, Quota},
	message::{IndexedDealing, MessageKind},
	spec::{Column, Grouping, Statistic, TaskSpec},
	task::Conditions,
	AccountId,
};
use std::{
	fs, io,
	path::{Path, PathBuf},
};

/// A target's name, and its seeds.
pub type Seeds = (&'static str, Vec<Vec<u8>>);

fn spec() -> TaskSpec {
	let name = |text: &str| text.as_bytes().to_vec().try_into().expect("short");
	let column = |text: &str| Column { name: name(text), decimals: 2, min: 0, max: 900 };
	let groups = vec![name("a"), name("b")].try_into().expect("two");
	TaskSpec {
		statistic: Statistic::Regression,
		columns: vec![column("x"), column("z")].try_into().expect("two"),
		target: Some(column("y")),
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: Some(Grouping { column: name("g"), groups }),
		max_rows: 100,
	}
}

fn accounts(bytes: [u8; 2]) -> Vec<AccountId> {
	bytes.map(|byte| AccountId::new([byte; 32])).to_vec()
}

/// Everything that a task can promise.
fn conditions() -> Conditions {
	Conditions {
		least_dealers: 8,
		required: accounts([3, 4]).try_into().expect("two"),
		counting: Some(7),
		sealed_to: Some(AccountId::new([5; 32])),
	}
}

/// Everything that a dealer can ask for.
fn policy() -> Policy {
	Policy {
		quota: Some(Quota { tasks: 4, blocks: 14_400 }),
		least_cohort: 8,
		least_difference: 5,
		co_dealers: accounts([3, 4]).try_into().expect("two"),
	}
}

/// The seeds of all targets.
pub fn all() -> [Seeds; TARGETS.len()] {
	let kind = |kind: u8, bytes: Vec<u8>| [vec![kind], bytes].concat();
	let dealing = dealings::honest_message();
	let indexed = IndexedDealing { dealer: AccountId::new([3; 32]), dealing: dealing.clone() };
	// 33 dealings of three commitments, picked of three; the second of these has one outside of the group
	let batch: [&[u8]; 5] =
		[&[9, 0, 2, 0], &[0; 6], &[0, 0, 5, 4, 0, 0, 0], &[0; 6], &[0, 0, 1, 0, 2, 0, 1]];
	let rows: Vec<u8> = (0..120u32).map(|place| (place * 7 % 251) as u8).collect();
	[
		(
			"decoders",
			(0..11)
				.map(|decoder| kind(decoder, vec![1, 3, 0, 0]))
				.chain([
					// two commitments, one of them outside of the group
					kind(3, vec![2, 0, 0, 0, 5, 3, 0, 0]),
					// many at once
					kind(8, batch.concat()),
					// keys: the identity, and zero in another form
					kind(7, vec![2, 0]),
					kind(7, vec![3, 0]),
					// proofs of validity: as it is, one byte short, one byte long
					kind(10, vec![]),
					kind(10, vec![0, 1, 255, 1]),
					kind(10, vec![0, 2]),
				])
				.collect(),
		),
		(
			"dealings",
			vec![
				// nothing is changed
				vec![],
				// a wrong value to node 1, and its evidence as it is
				vec![0, 1, 0, 0, 0, 0, 1, 0, 1],
				// two of one node's numbers and a commitment, sealed anew
				vec![0, 3, 1, 0, 0, 0, 5, 2, 0, 2, 0, 9, 0, 0, 4, 1, 3, 0, 1],
				// sealed garbage, proven anew
				vec![0, 0, 1, 0, 0, 0, 1, 31, 0, 255, 1],
				// a ciphertext changed, proven anew, and evidence with another `K`
				vec![0, 0, 1, 0, 0, 1, 1, 7, 0, 1, 1, 0, 0, 1, 0, 0, 1],
				// sealed shares exchanged, proven anew
				vec![0, 0, 1, 1, 0, 2, 1, 2, 0, 0, 1, 2, 1, 5, 0, 8, 1],
				// a commitment outside of the group, and evidence as it is
				vec![0, 1, 0, 0, 5, 2, 0, 0, 1, 0, 0, 0],
				// the same of both, opposite parts, and evidence that reveals nothing
				vec![0, 2, 0, 0, 5, 4, 1, 0, 5, 5, 0, 0, 1, 0, 1, 9, 0],
				// an honest dealing, and evidence that reveals nothing
				vec![0, 0, 0, 0, 1, 0, 1, 9, 0],
				// an honest mask; one with a wrong value to node 1; one outside of the group, and evidence that reveals nothing
				vec![1],
				vec![1, 1, 0, 0, 0, 0, 1, 0, 1],
				vec![1, 1, 0, 0, 5, 2, 0, 0, 1, 0, 1, 9, 0],
				// a mask with a byte of proof, which is not taken
				vec![1, 0, 1, 0, 0, 10, 7, 1],
				// an honest dealing, and evidence with the hash of another proof of validity
				vec![0, 0, 0, 0, 1, 0, 1, 10, 1, 3, 0, 1],
			],
		),
		(
			"challenge",
			vec![
				// nothing is changed
				vec![],
				// a byte of the proof of validity, proven anew
				vec![0, 0, 1, 0, 0, 8, 1, 9, 0, 1, 1],
				// none of it: not taken
				vec![0, 0, 1, 0, 0, 9, 0, 0, 1],
				// a bit more in what is proven
				vec![0, 0, 1, 0, 0, 11, 0, 0, 1, 0, 0, 0, 1],
				// a commitment outside of the group, and the same with a byte more of proof, which is not taken
				vec![0, 1, 0, 0, 5, 2, 0],
				vec![0, 1, 0, 0, 5, 2, 1, 0, 0, 10, 7, 1],
				// an honest dealing, and challenges with another point, hash, proof
				vec![0, 0, 0, 0, 1, 0, 0, 0, 0],
				vec![0, 0, 0, 0, 1, 3, 0, 0, 1, 0, 0, 1],
				vec![0, 0, 0, 0, 1, 5, 1, 9, 0, 1],
				// an honest mask, one outside of the group, and one that is challenged with a proof
				vec![1],
				vec![1, 1, 0, 0, 5, 2, 0],
				vec![1, 0, 0, 0, 1, 7],
				// the honest proof in the challenge of a dealing with another one
				vec![0, 0, 1, 0, 0, 8, 1, 9, 0, 1, 1, 1, 7],
			],
		),
		(
			"messages",
			vec![
				kind(0, vec![1, 9, 0, 1]),
				kind(1, vec![1, 9, 0, 1]),
				kind(2, dealing.encode()),
				kind(3, dealings::honest_evidence_message().encode()),
				kind(5, indexed.encode()),
				kind(7, MessageKind::Commit.encode()),
				kind(7, MessageKind::Attest.encode()),
				kind(7, MessageKind::Challenge.encode()),
				kind(12, vec![1, 9, 0, 1]),
				kind(13, dealings::honest_challenge_message().encode()),
				kind(11, spec().encode()),
				kind(14, conditions().encode()),
				kind(15, policy().encode()),
			],
		),
		(
			"statistics",
			(0..14)
				.map(|statistic| [vec![0, statistic], rows.clone()].concat())
				.chain([[vec![1], spec().encode(), rows.clone()].concat()])
				.collect(),
		),
	]
}

/// Where a target's seeds are.
pub fn folder(target: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target)
}

/// The name of a target's seed with this number.
pub fn name(number: usize) -> String {
	format!("{number:02}")
}

/// Writes all seeds anew, and leaves no others.
///
/// # Errors
/// Those of the file system.
pub fn write() -> io::Result<()> {
	for (target, seeds) in all() {
		let folder = folder(target);
		if folder.exists() {
			fs::remove_dir_all(&folder)?;
		}
		fs::create_dir_all(&folder)?;
		for (number, seed) in seeds.iter().enumerate() {
			fs::write(folder.join(name(number)), seed)?;
		}
	}
	Ok(())
}
