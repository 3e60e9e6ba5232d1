//! Which dealings convict their dealers: by an accusation, or by themselves.
//!
//! A sealed share is judged by what its receiver reveals, so that an accusation has to be there. Commitments outside the group
//! and a proof that does not hold are seen in the dealing itself, by anybody: whoever challenged it on the chain showed no more
//! than that, and the challenge is not needed to judge it.

use super::evidence::{Accusation, Dealing, Evidence};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use ostraka_crypto::{messages::DealingBytes, validity::Relation, Identity, Plain};
use ostraka_primitives::{fault::DealerFault, spec::TaskSpec, AccountId, Digest};
use ostraka_protocol::{
	adjudicator::{self, Verdict},
	statistics::{relation, Unprovable},
	worker::{self, Fault},
	TaskContext,
};
use rand_core::{CryptoRng, RngCore};

/// Most dealings that are judged of a dealer.
pub(super) const MOST_JUDGED: usize = 64;

/// By the place of a dealing: what convicts its dealer. `None` is an accusation that cannot be judged, and so explains nothing.
pub(super) type Convicted = BTreeMap<usize, Option<DealerFault>>;

/// What dealings are guilty of by themselves, as far as they were judged.
pub(super) struct Judged {
	/// What their proofs are of; nothing is proven if the task has none.
	relation: Result<Relation, Unprovable>,
	/// Places of all that were judged.
	looked_at: BTreeSet<usize>,
	/// Places of those with a commitment outside the group.
	outside: BTreeSet<usize>,
	/// Places of those whose proof that the input is valid does not hold.
	unproven: BTreeSet<usize>,
}

impl Judged {
	/// Nothing yet.
	pub(super) fn new(spec: &TaskSpec) -> Self {
		Self {
			relation: relation(spec),
			looked_at: BTreeSet::new(),
			outside: BTreeSet::new(),
			unproven: BTreeSet::new(),
		}
	}

	/// Of some dealings those whose proof does not hold.
	///
	/// # Errors
	/// `Unprovable` if the task has no relation: nothing is proven then.
	pub(super) fn unproven(&self, among: &BTreeSet<usize>) -> Result<Vec<usize>, Unprovable> {
		match &self.relation {
			Ok(_) => Ok(self.unproven.intersection(among).copied().collect()),
			Err(error) => Err(*error),
		}
	}

	/// Places of all that are guilty.
	pub(super) fn guilty(&self) -> BTreeSet<usize> {
		self.outside.union(&self.unproven).copied().collect()
	}

	/// Adds what the dealings are guilty of to what accusations convict of.
	pub(super) fn convict(&self, convicted: &mut Convicted) {
		let outside = self.outside.iter().map(|place| (place, DealerFault::OutsideSubgroup));
		let unproven = self.unproven.iter().map(|place| (place, DealerFault::InvalidInput));
		for (place, fault) in outside.chain(unproven) {
			convicted.entry(*place).or_default().get_or_insert(fault);
		}
	}

	/// Judges those of the dealings at these places that were not judged yet, all in one batch; where that fails, the single
	/// ones are found by halves.
	pub(super) fn look<R: RngCore + CryptoRng + ?Sized>(
		&mut self,
		evidence: &Evidence,
		context: &TaskContext,
		places: impl IntoIterator<Item = usize>,
		rng: &mut R,
	) {
		let new: BTreeSet<usize> =
			places.into_iter().filter(|place| !self.looked_at.contains(place)).collect();
		let made: Vec<(usize, &Dealing)> =
			new.iter().filter_map(|place| Some((*place, evidence.dealings.get(*place)?))).collect();
		let at = |place: usize| made.get(place).map(|(place, _)| *place);

		let bytes: Vec<&DealingBytes> = made.iter().map(|(_, dealing)| &dealing.bytes).collect();
		let commitments = worker::commitments::<Plain, R>(context, &bytes, rng);
		let outside = commitments.iter().enumerate().filter(|(_, commitments)| {
			matches!(commitments, Err(Fault::Dealer(DealerFault::OutsideSubgroup)))
		});
		self.outside.extend(outside.filter_map(|(place, _)| at(place)));

		if let Ok(relation) = &self.relation {
			let mut items: Vec<(&Identity, &DealingBytes)> = Vec::with_capacity(made.len());
			for (_, dealing) in &made {
				items.push((dealing.dealer.as_ref(), &dealing.bytes));
			}
			let refused = worker::invalid::<Plain, R>(context, relation, &items, rng);
			self.unproven.extend(refused.into_iter().filter_map(at));
		}
		self.looked_at.extend(new);
	}
}

impl Evidence {
	/// Whether somebody challenged the dealing at a place, whatever the challenge is worth.
	fn is_challenged(&self, place: usize) -> bool {
		let dealing = self.dealings.get(place);
		dealing.is_some_and(|dealing| self.challenged.contains(dealing.digest.hash()))
	}

	/// Of what the chain may have taken of these dealers: the dealings to judge, those before others that somebody challenged. One
	/// of a dealer's is all that the chain takes, so that there are no more than [`MOST_JUDGED`] of each: who proves a thousand,
	/// in remarks, is not judged a thousand times.
	pub(super) fn to_judge(&self, is_one: impl Fn(&AccountId) -> bool) -> Vec<usize> {
		let dealers = self.candidates().into_iter().filter(|(dealer, _)| is_one(dealer));
		dealers
			.flat_map(|(_, mut places)| {
				places.sort_by_key(|place| !self.is_challenged(*place));
				places.truncate(MOST_JUDGED);
				places
			})
			.collect()
	}

	/// What accusations and challenges convict: of the dealings that nobody disputes before the chain none was excluded. A challenge
	/// is believed for nothing: the dealing that it names is judged.
	pub(super) fn disputed<R: RngCore + CryptoRng + ?Sized>(
		&self,
		context: &TaskContext,
		judged: &mut Judged,
		rng: &mut R,
	) -> Convicted {
		let challenged = self.to_judge(|_| true).into_iter();
		let challenged = challenged.filter(|place| self.is_challenged(*place));
		judged.look(self, context, challenged, rng);
		let mut convicted = self.convicted(context);
		judged.convict(&mut convicted);
		convicted
	}

	/// What an accusation convicts the dealer of this dealing of; `None` of nothing. If the committee is not known it cannot be judged:
	/// `Some(None)` if it is about the dealing at least.
	pub(super) fn accused(
		&self,
		context: &TaskContext,
		accusation: &Accusation,
		dealing: &Dealing,
	) -> Option<Option<DealerFault>> {
		let (dealer, seat) = (accusation.dealer.as_ref(), accusation.seat);
		let (digest, evidence) = (&dealing.digest, &accusation.evidence);
		if self.committee.is_none() {
			// by whose keys it is judged is not known, but that it is about the dealing can be seen
			let about = adjudicator::match_evidence(context, dealer, seat, digest.hash(), evidence);
			return about.is_ok().then_some(None);
		}
		match adjudicator::judge::<Plain>(context, dealer, seat, digest, evidence) {
			Ok(Verdict::DealerGuilty(fault)) => Some(Some(fault)),
			_ => None,
		}
	}

	/// What accusations convict; if the committee is not known, and none can be judged, what they accuse and show. Of each seat one
	/// accusation of each dealing is judged: as many as a task can have.
	pub(super) fn convicted(&self, context: &TaskContext) -> Convicted {
		let places: BTreeMap<(&AccountId, &Digest), usize> = (0..)
			.zip(&self.dealings)
			.map(|(place, dealing)| ((&dealing.dealer, dealing.digest.hash()), place))
			.collect();
		let (mut convicted, mut judged) = (Convicted::new(), BTreeSet::new());
		for accusation in &self.accusations {
			let accused = (&accusation.dealer, &accusation.digest);
			let Some(place) = places.get(&accused).filter(|place| !convicted.contains_key(*place))
			else {
				continue;
			};
			let Some(dealing) = self.dealings.get(*place) else { continue };
			if !judged.insert((accusation.seat, *place)) {
				continue;
			}
			if let Some(fault) = self.accused(context, accusation, dealing) {
				convicted.insert(*place, fault);
			}
		}
		convicted
	}
}
