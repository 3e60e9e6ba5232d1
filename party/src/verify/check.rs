//! The checks, on what was gathered. No chain, no clock.

use super::{
	meaning::{self, result_outcome},
	search::{self, Absence, Options},
};
use alloc::{
	borrow::ToOwned,
	collections::{BTreeMap, BTreeSet},
	format,
	string::String,
	vec::Vec,
};
use ostraka_crypto::{
	encoding::{decode_point, decode_scalar},
	messages::{DealingBytes, EvidenceBytes},
	vss::{Commitments, SecretShare, UncheckedCommitments},
	Plain, Scalar,
};
use ostraka_primitives::{
	api::TaskInfo,
	task::{Committee, TaskResult},
	AccountId, Digest, PointBytes, TaskId,
};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Aggregate, Verdict},
	statistics::{FinalizeError, Outcome},
	wire::{self, Published},
	TaskContext, Version,
};
use serde::Serialize;

/// How far the accepted set is searched for, in the units of [`search::find`]: some seconds.
const BUDGET: usize = 1 << 18;

/// A dealing whose proof holds.
#[derive(Clone, Debug)]
pub struct Dealing {
	/// The dealer that the proof names.
	pub dealer: AccountId,
	/// Block whose body holds it.
	pub block: u32,
	/// Its digest, of the proof's check.
	pub digest: AcceptedDigest,
	/// The dealing.
	pub bytes: DealingBytes,
	/// Whether the chain took it, as far as its state or its events tell.
	pub taken: Option<bool>,
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
	/// The protocol that it follows.
	pub version: Version,
	/// Its record.
	pub info: TaskInfo,
	/// Its committee, if the node still knows it.
	pub committee: Option<Committee>,
	/// Its result.
	pub result: TaskResult,
	/// Dealings whose proof holds, in the order of their blocks: of each dealer all that the chain may have taken.
	pub dealings: Vec<Dealing>,
	/// Accusations.
	pub accusations: Vec<Accusation>,
	/// Result shares with the result's `h_A`, in the order of their blocks: all that may be a seat's.
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
	/// Where in [`Evidence::dealings`] those stand that the chain took as far as can be told, one a dealer.
	pub dealings: Vec<usize>,
	/// Where in [`Evidence::shares`] one of each seat stands: the right one, else the first.
	pub shares: Vec<usize>,
	/// The typed result, which may be undefined; or why no data can give it.
	pub outcome: Result<Outcome, FinalizeError>,
}

/// The accepted set.
pub(super) struct Accepted {
	/// Where in [`Evidence::dealings`] its dealings stand.
	places: BTreeSet<usize>,
	/// `C^A_0 .. C^A_t`.
	pub(super) aggregate: Vec<PointBytes>,
	/// Dealers with a dealing of which it is not known whether the chain took it, and which is neither in the set nor
	/// convicted.
	unexplained: BTreeSet<AccountId>,
}

/// The result shares that fit an aggregate, one a seat. Shares may come bit by bit.
pub(super) struct Fitting {
	context: TaskContext,
	aggregate: Commitments<Plain>,
	looked: usize,
	/// By seat: where it stands, and the share.
	right: BTreeMap<u8, (usize, SecretShare)>,
}

impl Fitting {
	/// `None` if the aggregate is not one of that task, or not in the group: its summands were only added up, and it is checked
	/// before anything of it is multiplied.
	pub(super) fn new(aggregate: &[PointBytes], context: &TaskContext) -> Option<Self> {
		let aggregate = Commitments::from_bytes(aggregate, context.threshold).ok()?;
		Some(Self { context: context.clone(), aggregate, looked: 0, right: BTreeMap::new() })
	}

	/// Looks at the shares that have come since the last time. One that does not fit stands in no other's way.
	pub(super) fn look(&mut self, shares: &[Share]) {
		let seats = self.context.seal_keys.len();
		for (place, share) in shares.iter().enumerate().skip(self.looked) {
			let is_seat = (1..=seats).contains(&usize::from(share.seat));
			if !is_seat || self.right.contains_key(&share.seat) {
				continue;
			}
			let Ok(decoded) = SecretShare::from_bytes(&share.share, self.context.length()) else {
				continue;
			};
			if adjudicator::check_result_share(&self.aggregate, share.seat, &decoded) {
				self.right.insert(share.seat, (place, decoded));
			}
		}
		self.looked = shares.len();
	}

	/// Where the right shares stand, by seat.
	pub(super) fn places(&self) -> impl Iterator<Item = (u8, usize)> + '_ {
		self.right.iter().map(|(seat, (place, _))| (*seat, *place))
	}
}

impl Verification {
	/// Whether every check that could be made holds, those that carry the result among them. A statistic that is not
	/// defined on the data is as right as any; a result of which one group is impossible is not right as a whole.
	pub fn is_right(&self) -> bool {
		self.checks.iter().all(|check| check.holds != Some(false))
			&& self.checks.iter().any(|check| check.holds == Some(true))
			&& !self.accepted.is_empty()
	}
}

impl Evidence {
	/// Makes all checks.
	pub fn check(&self) -> Verification {
		let mut checks = Vec::new();
		let mut note = |what, holds, detail: String| checks.push(Check { what, holds, detail });
		let context = self.context();
		let task_hash = context.task_hash;

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
				Some(_) => {
					"genesis, task, version, spec, consent, class, least dealers, windows, committee"
						.to_owned()
				},
				None => "the node no longer knows the committee".to_owned(),
			},
		);

		let convicted = self.convicted(&context);
		let accepted = self.accepted(&context, &convicted, BUDGET);
		let unexplained = accepted.as_ref().map_or(0, |accepted| accepted.unexplained.len());
		let mut detail = format!(
			"{} dealings with a proof that holds, {} accusations, {} dealings counted",
			self.dealings.len(),
			self.accusations.len(),
			self.result.dealers
		);
		if unexplained > 0 {
			detail += &format!(
				"; {unexplained} dealers' are neither counted nor convicted, and the node no longer knows whether the \
				 chain took them (one with --state-pruning archive does)"
			);
		}
		note(
			"the dealings that count hash to h_A and add up to C_0",
			// the hash is right then, but an exclusion for no reason would look the same
			(unexplained == 0).then_some(accepted.is_some()),
			detail,
		);

		let aggregate = accepted.as_ref().map_or(&[][..], |accepted| accepted.aggregate.as_slice());
		let mut fitting = Fitting::new(aggregate, &context);
		let is_outside = fitting.is_none() && !aggregate.is_empty();
		fitting.iter_mut().for_each(|fitting| fitting.look(&self.shares));
		let shares = self.one_a_seat(fitting.as_ref());
		let right: Vec<(u8, SecretShare)> = fitting
			.into_iter()
			.flat_map(|fitting| fitting.right)
			.map(|(seat, (_, share))| (seat, share))
			.collect();
		let needed = context.commitments();
		let same = right.get(..needed).map(|first| {
			adjudicator::reconstruct(first)
				.is_ok_and(|(sum, gamma)| Some(sum) == values && Some(gamma) == blinding)
		});
		note(
			"the result shares give the result",
			if aggregate.is_empty() { None } else { Some(same == Some(true)) },
			if is_outside {
				"the sum of the commitments lies outside the group".to_owned()
			} else {
				format!(
					"{} of {} revealed shares are right, {needed} are needed",
					right.len(),
					shares.len()
				)
			},
		);

		let outcome = result_outcome(&self.info.task.spec, &self.result);
		let impossible = meaning::impossible(&outcome);
		note(
			"the result is one that data can give",
			Some(impossible.is_none()),
			match impossible {
				Some(impossible) => impossible,
				None if outcome == Ok(Outcome::Undefined) => meaning::UNDEFINED.to_owned(),
				None => "ranges, counts, variances".to_owned(),
			},
		);
		Verification {
			checks,
			accepted: accepted.iter().flat_map(|accepted| self.digests(&accepted.places)).collect(),
			aggregate: aggregate.to_vec(),
			right: right.iter().map(|(seat, _)| *seat).collect(),
			dealings: self.one_a_dealer(&convicted, accepted.as_ref()),
			shares,
			outcome,
		}
	}

	/// What a dealing's check needs. Without the committee the seal keys are not known, but how many they are.
	pub(super) fn context(&self) -> TaskContext {
		let record = &self.info.task;
		let committee = self.committee.as_ref().unwrap_or(&self.info.committee);
		let mut seal_keys = wire::seal_keys(committee);
		seal_keys.resize(usize::from(record.parameters.seats), [0; 32]);
		let task_hash = record.task_hash.unwrap_or_default();
		let (threshold, length) = (record.parameters.threshold, record.spec.length());
		wire::context_of(self.version, task_hash, threshold, length, seal_keys)
	}

	/// The task hash, computed from what it covers.
	pub fn task_hash(&self, committee: &Committee) -> Option<Digest> {
		Some(Published::of(&self.info.task)?.hash(&self.genesis, self.task, committee))
	}

	/// The dealings that count, and their sums, if they can be told: those that hash to `h_A` and whose commitments add up
	/// to the result's. One by one their commitments may lie outside the group, as the chain took them: that parts outside
	/// cancel harms nobody, and [`Fitting::new`] checks the sums.
	pub(super) fn accepted(
		&self,
		context: &TaskContext,
		convicted: &BTreeSet<usize>,
		budget: usize,
	) -> Option<Accepted> {
		let target = decode_point::<Plain>(&self.result.commitment).ok()?;
		let decode = |made: &Dealing| {
			UncheckedCommitments::from_bytes(&made.bytes.commitments, context.threshold).ok()
		};
		let commitments: Vec<Option<UncheckedCommitments>> =
			self.dealings.iter().map(decode).collect();
		let of = |place: usize| commitments.get(place).and_then(Option::as_ref);
		let mut dealers: Vec<Options> = self
			.candidates()
			.values()
			.filter_map(|places| {
				let first = |place: &usize| Some((*place, *of(*place)?.points().first()?));
				let dealings: Vec<_> = places.iter().filter_map(first).collect();
				let absence = self.absence(places, convicted);
				(!dealings.is_empty()).then_some(Options { dealings, absence })
			})
			.collect();
		dealers.sort_by_key(|dealer| dealer.absence);

		let firsts: Vec<Option<usize>> =
			dealers.iter().map(|dealer| dealer.dealings.first().map(|(place, _)| *place)).collect();
		let mut all = Aggregate::zero(context.threshold);
		for first in firsts.iter().flatten() {
			all.add(of(*first)?).ok()?;
		}
		let accept = |choice: &[Option<usize>]| {
			let mut aggregate = all.clone();
			for (first, chosen) in firsts.iter().zip(choice).filter(|(first, own)| first != own) {
				aggregate.sub(of((*first)?)?).ok()?;
				if let Some(chosen) = chosen {
					aggregate.add(of(*chosen)?).ok()?;
				}
			}
			let points = aggregate.to_bytes();
			let places: BTreeSet<usize> = choice.iter().flatten().copied().collect();
			let digests = self.digests(&places);
			let hash = adjudicator::accepted_set_hash(&context.task_hash, &digests, &points);
			(hash == self.result.accepted_set).then_some((places, points))
		};
		let count = self.result.dealers as usize;
		let (places, aggregate) = search::find(&dealers, &target, count, budget, accept)?;

		let explained: BTreeSet<&AccountId> = places
			.iter()
			.chain(convicted)
			.filter_map(|place| Some(&self.dealings.get(*place)?.dealer))
			.collect();
		let unexplained = match self.committee {
			Some(_) => {
				let dealers = self.candidates().into_keys();
				dealers.filter(|dealer| !explained.contains(dealer)).cloned().collect()
			},
			// no conviction can be seen without the keys: the check of the task hash says that they are not known
			None => BTreeSet::new(),
		};
		Some(Accepted { places, aggregate, unexplained })
	}

	/// Where each dealer's dealings stand that the chain may have taken.
	fn candidates(&self) -> BTreeMap<&AccountId, Vec<usize>> {
		let mut candidates: BTreeMap<&AccountId, Vec<usize>> = BTreeMap::new();
		for (place, dealing) in self.dealings.iter().enumerate() {
			if dealing.taken != Some(false) {
				candidates.entry(&dealing.dealer).or_default().push(place);
			}
		}
		for places in candidates.values_mut() {
			// it takes one of a dealer
			if let Some(taken) = places.iter().copied().find(|place| self.is_taken(*place)) {
				*places = alloc::vec![taken];
			}
		}
		candidates
	}

	fn is_taken(&self, place: usize) -> bool {
		self.dealings.get(place).is_some_and(|dealing| dealing.taken == Some(true))
	}

	fn absence(&self, places: &[usize], convicted: &BTreeSet<usize>) -> Absence {
		if places.iter().any(|place| convicted.contains(place)) {
			Absence::Likely
		} else if self.committee.is_none() || !places.iter().any(|place| self.is_taken(*place)) {
			Absence::Possible
		} else {
			Absence::Never
		}
	}

	/// Where the dealings stand that an accusation convicts; if the committee is not known, and none can be judged, those
	/// that are accused.
	pub(super) fn convicted(&self, context: &TaskContext) -> BTreeSet<usize> {
		let places: BTreeMap<(&AccountId, &Digest), usize> = (0..)
			.zip(&self.dealings)
			.map(|(place, dealing)| ((&dealing.dealer, dealing.digest.hash()), place))
			.collect();
		let mut convicted = BTreeSet::new();
		for accusation in &self.accusations {
			let accused = (&accusation.dealer, &accusation.digest);
			let Some(place) = places.get(&accused).filter(|place| !convicted.contains(*place))
			else {
				continue;
			};
			let Some(dealing) = self.dealings.get(*place) else { continue };
			let is_guilty = || {
				let verdict = adjudicator::judge::<Plain>(
					context,
					accusation.dealer.as_ref(),
					accusation.seat,
					&dealing.digest,
					&accusation.evidence,
				);
				matches!(verdict, Ok(Verdict::DealerGuilty(_)))
			};
			if self.committee.is_none() || is_guilty() {
				convicted.insert(*place);
			}
		}
		convicted
	}

	fn digests(&self, places: &BTreeSet<usize>) -> Vec<Digest> {
		let dealings = places.iter().filter_map(|place| self.dealings.get(*place));
		dealings.map(|dealing| *dealing.digest.hash()).collect()
	}

	/// Of each dealer the dealing that the chain took, as far as can be told.
	fn one_a_dealer(&self, convicted: &BTreeSet<usize>, accepted: Option<&Accepted>) -> Vec<usize> {
		let counts =
			|place: &usize| accepted.is_some_and(|accepted| accepted.places.contains(place));
		let is_open = |dealer: &AccountId| {
			accepted.is_some_and(|accepted| accepted.unexplained.contains(dealer))
		};
		let mut places: Vec<usize> = self
			.candidates()
			.into_iter()
			.filter(|(dealer, _)| !is_open(dealer))
			.filter_map(|(_, places)| {
				let counted = places.iter().find(|place| counts(place));
				let guilty = || places.iter().find(|place| convicted.contains(*place));
				counted.or_else(guilty).or(places.first()).copied()
			})
			.collect();
		places.sort_unstable();
		places
	}

	/// Of each seat the result share that is right, else the first.
	fn one_a_seat(&self, fitting: Option<&Fitting>) -> Vec<usize> {
		let mut by_seat: BTreeMap<u8, usize> = BTreeMap::new();
		for (place, share) in self.shares.iter().enumerate() {
			by_seat.entry(share.seat).or_insert(place);
		}
		by_seat.extend(fitting.into_iter().flat_map(Fitting::places));
		let mut places: Vec<usize> = by_seat.into_values().collect();
		places.sort_unstable();
		places
	}
}
