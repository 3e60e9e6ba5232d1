//! The accepted set: which dealings it has, and whom it leaves out.

use super::{
	evidence::{Dealing, Evidence},
	guilt::Convicted,
	search::{self, Absence, Options},
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use ostraka_crypto::{encoding::decode_point, vss::UncheckedCommitments, Plain};
use ostraka_primitives::{AccountId, Digest, PointBytes};
use ostraka_protocol::{
	adjudicator::{self, Aggregate},
	TaskContext,
};

/// The accepted set.
pub(super) struct Accepted {
	/// Where in [`Evidence::dealings`] its dealings stand.
	pub(super) places: BTreeSet<usize>,
	/// `C^A_0 .. C^A_t`.
	pub(super) aggregate: Vec<PointBytes>,
}

impl Evidence {
	/// The dealings that count, and their sums, if they can be told: those that hash to `h_A` and whose commitments add up
	/// to the result's. Those that are disputed and `convicted` are likely absent, and those that are `guilty` by themselves may
	/// be. One by one their commitments may lie outside the group, as the chain took them: that parts outside cancel harms
	/// nobody, and [`Fitting::new`](super::fitting::Fitting::new) checks the sums.
	pub(super) fn accepted(
		&self,
		context: &TaskContext,
		convicted: &Convicted,
		guilty: &BTreeSet<usize>,
		budget: usize,
	) -> Option<Accepted> {
		let target = decode_point::<Plain>(&self.result.commitment).ok()?;
		let decode = |made: &Dealing| {
			UncheckedCommitments::from_bytes(&made.bytes.commitments, context.threshold).ok()
		};
		let commitments: Vec<Option<UncheckedCommitments>> =
			self.dealings.iter().map(decode).collect();
		let of = |place: usize| commitments.get(place).and_then(Option::as_ref);
		// a mask counts in the sums, and is no dealer's
		let masks = usize::from(self.info.task.conditions.sealed_to.is_some());
		let mut dealers: Vec<Options> = self
			.candidates()
			.values()
			.filter_map(|places| {
				let first = |place: &usize| Some((*place, *of(*place)?.points().first()?));
				let dealings: Vec<_> = places.iter().filter_map(first).collect();
				let absence = self.absence(places, convicted, guilty);
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
			// without its mask a sealed result would be anybody's to read
			if self.masks(&places).len() != masks {
				return None;
			}
			let digests = self.digests(&places);
			let hash = adjudicator::accepted_set_hash(&context.task_hash, &digests, &points);
			(hash == self.result.accepted_set).then_some((places, points))
		};
		let count = (self.result.dealers as usize).saturating_add(masks);
		let (places, aggregate) = search::find(&dealers, &target, count, budget, accept)?;
		Some(Accepted { places, aggregate })
	}

	/// Dealers with a dealing that the chain may have taken, of which none is in the set or convicted: nothing tells why they are
	/// left out. An accusation that cannot be judged tells nothing: anybody can have made it up.
	pub(super) fn unexplained(
		&self,
		accepted: &Accepted,
		convicted: &Convicted,
	) -> BTreeSet<AccountId> {
		let explained: BTreeSet<&AccountId> = accepted
			.places
			.iter()
			.chain(convicted.iter().filter(|(_, fault)| fault.is_some()).map(|(place, _)| place))
			.filter_map(|place| Some(&self.dealings.get(*place)?.dealer))
			.collect();
		let dealers = self.candidates().into_keys();
		dealers.filter(|dealer| !explained.contains(dealer)).cloned().collect()
	}

	/// Where each dealer's dealings stand that the chain may have taken.
	pub(super) fn candidates(&self) -> BTreeMap<&AccountId, Vec<usize>> {
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

	fn absence(
		&self,
		places: &[usize],
		convicted: &Convicted,
		guilty: &BTreeSet<usize>,
	) -> Absence {
		let is_open = || {
			self.committee.is_none()
				|| !places.iter().any(|place| self.is_taken(*place))
				|| places.iter().any(|place| guilty.contains(place))
		};
		if places.iter().any(|place| matches!(convicted.get(place), Some(Some(_)))) {
			Absence::Told
		} else if places.iter().any(|place| convicted.contains_key(place)) {
			Absence::Likely
		} else if is_open() {
			Absence::Possible
		} else {
			Absence::Never
		}
	}

	pub(super) fn digests(&self, places: &BTreeSet<usize>) -> Vec<Digest> {
		let dealings = places.iter().filter_map(|place| self.dealings.get(*place));
		dealings.map(|dealing| *dealing.digest.hash()).collect()
	}
}
