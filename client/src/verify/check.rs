//! The checks, on what was gathered. No chain, no clock.

use super::gather::context;
use ostraka_crypto::{
	encoding::decode_scalar,
	messages::{DealingBytes, EvidenceBytes},
	vss::{Commitments, SecretShare},
	Plain, Scalar,
};
use ostraka_primitives::{
	api::TaskInfo,
	task::{published_bytes, Committee, TaskResult},
	AccountId, Digest, TaskId,
};
use ostraka_protocol::{
	adjudicator::{self, Aggregate, Verdict},
	statistics::{finalize, Outcome},
	task_hash, Member, TaskContext, TaskHashInput,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// Most sets of dealings that are tried against `h_A` when accusations cannot be judged.
const MOST_SETS: usize = 4096;

/// A dealing whose proof holds.
#[derive(Clone, Debug)]
pub struct Dealing {
	/// The dealer that the proof names.
	pub dealer: AccountId,
	/// Block whose body holds it.
	pub block: u32,
	/// Its digest.
	pub digest: Digest,
	/// The dealing.
	pub bytes: DealingBytes,
}

/// An accusation.
#[derive(Clone, Debug)]
pub struct Accusation {
	/// Block whose body holds it.
	pub block: u32,
	/// The accuser's seat.
	pub seat: u8,
	/// The accused.
	pub dealer: AccountId,
	/// Digest of the dealing.
	pub digest: Digest,
	/// The evidence.
	pub evidence: EvidenceBytes,
}

/// A result share.
#[derive(Clone, Debug)]
pub struct Share {
	/// Block whose body holds it.
	pub block: u32,
	/// The seat.
	pub seat: u8,
	/// `y_j`, then `γ_j`.
	pub share: Vec<u8>,
}

/// All that was gathered of a task.
#[derive(Clone, Debug)]
pub struct Evidence {
	/// Hash of the chain's first block.
	pub genesis: Digest,
	/// The task.
	pub task: TaskId,
	/// Its record.
	pub info: TaskInfo,
	/// Its committee, if the node still knows it.
	pub committee: Option<Committee>,
	/// Its result.
	pub result: TaskResult,
	/// Dealings whose proof holds, one a dealer.
	pub dealings: Vec<Dealing>,
	/// Accusations.
	pub accusations: Vec<Accusation>,
	/// Result shares with the result's `h_A`, one a seat.
	pub shares: Vec<Share>,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
	/// What is checked.
	pub what: &'static str,
	/// Whether it holds; `None` if it could not be made.
	pub holds: Option<bool>,
	/// In numbers.
	pub detail: String,
}

/// What came of all checks.
#[derive(Clone, Debug)]
pub struct Verification {
	/// The checks.
	pub checks: Vec<Check>,
	/// Digests of the dealings that count, if they could be told.
	pub accepted: Vec<Digest>,
	/// `C^A_0 .. C^A_t`, if they could be told.
	pub aggregate: Vec<[u8; 96]>,
	/// Seats whose result share is right.
	pub right: Vec<u8>,
	/// The typed result.
	pub outcome: Option<Outcome>,
}

impl Verification {
	/// Whether every check that could be made holds, those that carry the result among them.
	pub fn is_right(&self) -> bool {
		self.checks.iter().all(|check| check.holds != Some(false))
			&& self.checks.iter().any(|check| check.holds == Some(true))
			&& !self.accepted.is_empty()
			&& self.outcome.is_some()
	}
}

impl Evidence {
	/// Makes all checks.
	pub fn check(&self) -> Verification {
		let mut checks = Vec::new();
		let mut note = |what, holds, detail: String| checks.push(Check { what, holds, detail });
		let task_hash = self.info.task.task_hash.unwrap_or_default();
		let mut context = context(&self.info, &task_hash);
		if let Some(committee) = &self.committee {
			context.seal_keys = committee.iter().map(|seat| seat.seal_key).collect();
		}

		let values: Option<Vec<Scalar>> =
			self.result.scalars().map(|bytes| decode_scalar(&bytes).ok()).collect();
		let blinding = decode_scalar(&self.result.blinding).ok();
		let opens = values.as_ref().zip(blinding).is_some_and(|(values, blinding)| {
			adjudicator::verify_result::<Plain>(&self.result.commitment, values, &blinding)
				== Ok(true)
		});
		note(
			"the result opens its commitment",
			Some(opens),
			format!("{} numbers and the blinding value against C_0", self.result.vector.len()),
		);

		let hash = self.committee.as_ref().and_then(|committee| self.task_hash(committee));
		note(
			"the task hash covers the record",
			hash.map(|hash| hash == task_hash),
			match hash {
				Some(_) => "genesis, task, spec, cohort, class, windows, committee".to_owned(),
				None => "the node no longer knows the committee".to_owned(),
			},
		);

		let accepted = self.accepted(&context);
		let (set, aggregate) = accepted.clone().unwrap_or_default();
		note(
			"the dealings that count hash to h_A and add up to C_0",
			Some(accepted.is_some()),
			format!(
				"{} dealings with a proof that holds, {} accusations, {} dealings counted",
				self.dealings.len(),
				self.accusations.len(),
				self.result.dealers
			),
		);

		let right = self.right_shares(&context, &aggregate);
		let needed = context.commitments();
		let same = right.get(..needed).map(|first| {
			adjudicator::reconstruct(first)
				.is_ok_and(|(sum, gamma)| Some(sum) == values && Some(gamma) == blinding)
		});
		note(
			"the result shares give the result",
			if aggregate.is_empty() { None } else { Some(same == Some(true)) },
			format!(
				"{} of {} revealed shares are right, {needed} are needed",
				right.len(),
				self.shares.len()
			),
		);

		let spec = &self.info.task.spec;
		let outcome = values.and_then(|values| finalize(spec, &values, self.result.dealers).ok());
		note(
			"the result is one that data can give",
			Some(outcome.is_some()),
			"ranges, counts, variances".to_owned(),
		);
		let right = right.iter().map(|(seat, _)| *seat).collect();
		Verification { checks, accepted: set, aggregate, right, outcome }
	}

	/// The task hash, computed from what it covers.
	pub fn task_hash(&self, committee: &Committee) -> Option<Digest> {
		let record = &self.info.task;
		let members: Vec<Member> = members(committee);
		Some(task_hash(&TaskHashInput {
			genesis: &self.genesis,
			task_id: self.task,
			spec: &published_bytes(&record.spec, &record.cohort),
			class: record.class.index(),
			n: record.parameters.seats,
			threshold: record.parameters.threshold,
			deadlines: &record.windows.deadlines(record.drawn_at?),
			committee: &members,
		}))
	}

	/// The dealings that count, by digest, and their sums, if they can be told: those that hash to `h_A` and whose
	/// commitments add up to the result's.
	fn accepted(&self, context: &TaskContext) -> Option<(Vec<Digest>, Vec<[u8; 96]>)> {
		let count = self.result.dealers as usize;
		let suspects = self.suspects(context);
		let excess = self.dealings.len().checked_sub(count)?;
		let commitments: Vec<Commitments<Plain>> = self
			.dealings
			.iter()
			.map(|dealing| Commitments::from_bytes(&dealing.bytes.commitments, context.threshold))
			.collect::<Result<_, _>>()
			.ok()?;
		let mut all = Aggregate::<Plain>::zero(context.threshold);
		for dealing in &commitments {
			all.add(dealing).ok()?;
		}
		for excluded in subsets(&suspects, excess).take(MOST_SETS) {
			let mut aggregate = all.clone();
			for place in &excluded {
				aggregate.sub(commitments.get(*place)?).ok()?;
			}
			let points = aggregate.to_bytes();
			if points.first() != Some(&self.result.commitment) {
				continue;
			}
			let digests: Vec<Digest> = self
				.dealings
				.iter()
				.enumerate()
				.filter(|(place, _)| !excluded.contains(place))
				.map(|(_, dealing)| dealing.digest)
				.collect();
			let hash = adjudicator::accepted_set_hash(&context.task_hash, &digests, &points);
			if hash == self.result.accepted_set {
				return Some((digests, points));
			}
		}
		None
	}

	/// Places of the dealings that may have been excluded: those convicted by an accusation, if the committee is known and
	/// it can be judged; else all accused, then all others.
	fn suspects(&self, context: &TaskContext) -> Vec<usize> {
		let place = |dealer: &AccountId, digest: &Digest| {
			let is_it = |dealing: &Dealing| dealing.dealer == *dealer && dealing.digest == *digest;
			self.dealings.iter().position(is_it)
		};
		let mut convicted = Vec::new();
		for accusation in &self.accusations {
			let Some(place) = place(&accusation.dealer, &accusation.digest) else { continue };
			let guilty = || {
				let (dealer, digest) = (accusation.dealer.as_ref(), &accusation.digest);
				let verdict = adjudicator::judge::<Plain>(
					context,
					dealer,
					accusation.seat,
					digest,
					&accusation.evidence,
				);
				matches!(verdict, Ok(Verdict::DealerGuilty(_)))
			};
			if (self.committee.is_none() || guilty()) && !convicted.contains(&place) {
				convicted.push(place);
			}
		}
		if self.committee.is_none() {
			let known: BTreeSet<usize> = convicted.iter().copied().collect();
			convicted.extend((0..self.dealings.len()).filter(|place| !known.contains(place)));
		}
		convicted
	}

	/// The result shares that fit the aggregate.
	fn right_shares(
		&self,
		context: &TaskContext,
		aggregate: &[[u8; 96]],
	) -> Vec<(u8, SecretShare)> {
		let Ok(aggregate) = Aggregate::<Plain>::from_untrusted_bytes(aggregate, context.threshold)
		else {
			return Vec::new();
		};
		let mut right = Vec::new();
		for share in &self.shares {
			let Ok(decoded) = SecretShare::from_bytes(&share.share, context.length()) else {
				continue;
			};
			let known = right.iter().any(|(seat, _)| *seat == share.seat);
			let seats = context.seal_keys.len();
			let is_seat = (1..=seats).contains(&usize::from(share.seat));
			if !known
				&& is_seat && adjudicator::check_result_share(&aggregate, share.seat, &decoded)
			{
				right.push((share.seat, decoded));
			}
		}
		right
	}
}

/// A committee as the task hash takes it.
pub fn members(committee: &Committee) -> Vec<Member> {
	committee
		.iter()
		.map(|seat| Member {
			account: seat.account.clone().into(),
			worker: seat.worker.0,
			seal_key: seat.seal_key,
		})
		.collect()
}

/// All subsets of `size` of the items, those of the first items first.
fn subsets(items: &[usize], size: usize) -> impl Iterator<Item = Vec<usize>> + '_ {
	let mut next: Option<Vec<usize>> = (size <= items.len()).then(|| (0..size).collect());
	std::iter::from_fn(move || {
		let present = next.take()?;
		let subset = present.iter().filter_map(|place| items.get(*place)).copied().collect();
		// the rightmost place that can still move
		let mut following = present.clone();
		let movable = (0..size).rev().find(|i| present[*i] + (size - i) < items.len());
		if let Some(i) = movable {
			following[i] += 1;
			for k in i + 1..size {
				following[k] = following[k - 1] + 1;
			}
			next = Some(following);
		}
		Some(subset)
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn subsets_come_once_each_and_in_order() {
		let all: Vec<Vec<usize>> = subsets(&[7, 8, 9, 10], 2).collect();
		assert_eq!(all, [[7, 8], [7, 9], [7, 10], [8, 9], [8, 10], [9, 10]]);
		assert_eq!(subsets(&[1, 2], 0).collect::<Vec<_>>(), [Vec::<usize>::new()]);
		assert_eq!(subsets(&[1, 2], 3).count(), 0);
		assert_eq!(subsets(&[], 0).count(), 1);
	}
}
