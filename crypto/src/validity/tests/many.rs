//! Many proofs at once: the verdicts are those of each by itself.

use super::*;
use crate::{reference, vss::Commitments};
use ark_ec::CurveGroup;

struct Batch {
	relations: [Relation; 3],
	dealt: Vec<Dealt>,
	proofs: Vec<Vec<u8>>,
}

impl Batch {
	fn new(count: usize, rng: &mut ChaCha20Rng) -> Self {
		let relations = [mean(-50), variance(), short_entries(5, 20)];
		let vectors = [&[10, 100][..], &[10, 100, 2_000], &[1, 2, 3, 4, 1 << 19]].map(scalars);
		let (mut dealt, mut proofs) = (Vec::new(), Vec::new());
		for place in 0..count {
			let values = &vectors[place % 3];
			let new = Dealt::new(values, rng);
			proofs.push(new.prove(&relations[place % 3], values, rng));
			dealt.push(new);
		}
		Self { relations, dealt, proofs }
	}

	fn items(&self) -> Vec<Item<'_>> {
		let all = self.dealt.iter().zip(&self.proofs).enumerate();
		all.map(|(place, (dealt, proof))| Item {
			relation: &self.relations[place % 3],
			statement: dealt.statement(),
			proof,
		})
		.collect()
	}
}

#[test]
fn wrong_ones_are_named() {
	let mut rng = rng(1);
	let honest = Batch::new(33, &mut rng);
	let judge = |batch: &Batch, rng: &mut ChaCha20Rng| {
		let items = batch.items();
		let one_by_one = (0..items.len()).filter(|place| {
			let Item { relation, statement, proof } = items[*place];
			verify::<Plain>(relation, &statement, proof).is_err()
		});
		let found = batch_verify::<Plain, _>(&items, rng);
		assert_eq!(found, one_by_one.collect::<Vec<_>>());
		found
	};
	assert_eq!(judge(&honest, &mut rng), [0usize; 0]);
	assert_eq!(batch_verify::<Plain, _>(&[], &mut rng), [0usize; 0]);
	for wrong in [&[0][..], &[32], &[4, 5, 6, 30], &[0, 1, 2, 31, 32]] {
		let mut batch = Batch {
			relations: honest.relations.clone(),
			dealt: Vec::new(),
			proofs: honest.proofs.clone(),
		};
		for dealt in &honest.dealt {
			let commitments = dealt.commitments.clone();
			batch.dealt.push(Dealt { commitments, blinding: dealt.blinding });
		}
		for (kind, place) in wrong.iter().enumerate() {
			let proof = &mut batch.proofs[*place];
			match kind % 4 {
				// a blinding value that is another
				0 => *proof.last_mut().unwrap() ^= 1,
				1 => proof.truncate(100),
				// a proof for another dealer
				2 => batch.dealt[*place].commitments[1] = batch.dealt[0].commitments[2],
				// a commitment outside the subgroup
				_ => {
					let values = scalars(&[10, 100]);
					let c0 = commit(&values, &honest.dealt[*place].blinding);
					let outside = (c0 + reference::order_three()).into_affine();
					batch.dealt[*place].commitments[0] = encode_point(&outside);
				},
			}
		}
		assert_eq!(judge(&batch, &mut rng), wrong);
	}
}

/// Errors of two proofs that cancel if they are added up do not cancel with coefficients.
#[test]
fn errors_do_not_cancel() {
	let mut rng = rng(2);
	let mut batch = Batch::new(2, &mut rng);
	batch.relations[1] = batch.relations[0].clone();
	let values = scalars(&[10, 100]);
	let dealt = Dealt::new(&values, &mut rng);
	let proof = dealt.prove(&batch.relations[0], &values, &mut rng);
	let twin =
		|dealt: &Dealt| Dealt { commitments: dealt.commitments.clone(), blinding: dealt.blinding };
	batch.dealt = vec![twin(&dealt), twin(&dealt)];
	batch.proofs = vec![proof.clone(), proof];
	assert_eq!(batch_verify::<Plain, _>(&batch.items(), &mut rng), [0usize; 0]);
	batch.proofs.iter_mut().for_each(|proof| *proof.last_mut().unwrap() ^= 1);
	assert_eq!(batch_verify::<Plain, _>(&batch.items(), &mut rng), [0, 1]);
}

/// Who has checked the commitments gets the verdicts of who has not, of each proof and of all. Commitments of another dealing are
/// no short cut.
#[test]
fn checked_commitments_change_no_verdict() {
	let mut rng = rng(3);
	let mut batch = Batch::new(33, &mut rng);
	*batch.proofs[4].last_mut().unwrap() ^= 1;
	batch.proofs[9].truncate(100);
	batch.dealt[20].commitments[1] = batch.dealt[0].commitments[2];
	batch.proofs[26][0] ^= 1;
	let decode = |dealt: &Dealt| Commitments::<Plain>::from_bytes(&dealt.commitments, 2).unwrap();
	let mut commitments: Vec<_> = batch.dealt.iter().map(decode).collect();
	let found = |commitments: &[Commitments<Plain>], rng: &mut ChaCha20Rng| {
		let items: Vec<_> = batch.items().into_iter().zip(commitments).collect();
		let one_by_one = items.iter().enumerate().filter(|(_, (item, commitments))| {
			let Item { relation, statement, proof } = item;
			verify_checked(relation, statement, commitments, proof).is_err()
		});
		let one_by_one: Vec<_> = one_by_one.map(|(place, _)| place).collect();
		assert_eq!(batch_verify_checked(&items, rng), one_by_one);
		one_by_one
	};
	assert_eq!(found(&commitments, &mut rng), [4, 9, 20, 26]);
	assert_eq!(batch_verify::<Plain, _>(&batch.items(), &mut rng), [4, 9, 20, 26]);
	for (Item { relation, statement, proof }, commitments) in batch.items().iter().zip(&commitments)
	{
		assert_eq!(
			verify_checked(relation, statement, commitments, proof),
			verify::<Plain>(relation, statement, proof)
		);
	}
	// another vector's, those of nothing
	commitments.swap(0, 3);
	commitments[1].0.clear();
	assert_eq!(found(&commitments, &mut rng), [0, 1, 3, 4, 9, 20, 26]);
}
