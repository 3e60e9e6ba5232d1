//! The checks, on what was gathered. No chain, no clock.

pub use super::{
	evidence::{Accusation, Dealing, Evidence, Share},
	verdict::{Check, Verification},
};

use super::{
	accepted::Accepted,
	fitting::Fitting,
	guilt::{Convicted, Judged},
	meaning::{self, result_outcome},
	verdict::{Excluded, CONDITIONS, HASH, PANEL, POSSIBLE, PROVEN, SEAL, SET},
};
use crate::{
	account::address,
	attestation::Attestation,
	mask::{self, OpeningFile},
	validity::Proofs,
	words::counted,
	Error,
};
use alloc::{
	borrow::ToOwned,
	collections::{BTreeMap, BTreeSet},
	format,
	string::{String, ToString},
	vec::Vec,
};
use ostraka_crypto::{encoding::decode_scalar, Plain, Scalar};
use ostraka_primitives::{
	task::{Committee, TaskResult},
	AccountId, Digest,
};
use ostraka_protocol::{
	adjudicator, masking,
	statistics::{proof_length, Outcome},
	wire::{self, Published},
	TaskContext,
};
use rand_core::{CryptoRng, RngCore};

/// How far the accepted set is searched for, in the units of [`search::find`](super::search::find): some seconds.
const BUDGET: usize = 1 << 18;
/// Most dealers, or places in a file, that a check names.
const MOST_NAMED: usize = 8;

/// What is found of a result's seal.
struct Sealing {
	/// The check; `None` of a result that is not sealed.
	check: Option<(Option<bool>, String)>,
	/// The result without its mask, if that is known.
	plain: Option<TaskResult>,
}

impl Evidence {
	/// Makes all checks. The draws of `rng` must be unknown to the dealers: proofs are judged in batches by them.
	pub fn check<R: RngCore + CryptoRng + ?Sized>(&self, rng: &mut R) -> Verification {
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
			HASH,
			hash.map(|hash| hash == task_hash),
			match hash {
				Some(_) => {
					"genesis, task, version, spec, consent, conditions, class, windows, committee, panel"
						.to_owned()
				},
				None => "the committee is not known".to_owned(),
			},
		);

		let (judged, accepted, convicted) = self.judged(&context, rng);
		let unexplained = accepted.as_ref().map(|accepted| self.unexplained(accepted, &convicted));
		let unexplained = unexplained.unwrap_or_default();
		let dealings = self.one_a_dealer(&convicted, accepted.as_ref(), &unexplained);
		let excluded = self.excluded(&dealings, &convicted, accepted.as_ref());
		let mut detail = format!(
			"{} dealings whose proof of ρ holds, {} accusations, {} dealings counted",
			self.dealings.len(),
			self.accusations.len(),
			self.result.dealers
		);
		if !excluded.is_empty() {
			detail += &format!("; excluded: {}", named(&excluded));
		}
		if !unexplained.is_empty() {
			detail += &format!(
				"; {} dealers' are neither counted nor convicted, and the node no longer knows enough to tell why (one \
				 with --state-pruning archive knows which the chain took)",
				unexplained.len()
			);
		}
		// the hash is right then, but an exclusion for no reason would look the same
		note(SET, unexplained.is_empty().then_some(accepted.is_some()), detail);

		let (proofs, is_proven, detail) = self.proven(&judged, accepted.as_ref());
		note(PROVEN, is_proven, detail);
		let (is_panels, detail) = self.panels(&judged, accepted.as_ref());
		note(PANEL, is_panels, detail);
		let (are_met, detail) = self.conditions(accepted.as_ref());
		note(CONDITIONS, are_met, detail);
		let seal = self.seal(accepted.as_ref());
		if let Some((is_sealed, detail)) = seal.check {
			note(SEAL, is_sealed, detail);
		}

		let aggregate = accepted.as_ref().map_or(&[][..], |accepted| accepted.aggregate.as_slice());
		let mut fitting = Fitting::new(aggregate, &context);
		let is_outside = fitting.is_none() && !aggregate.is_empty();
		fitting.iter_mut().for_each(|fitting| fitting.look(&self.shares));
		let shares = self.one_a_seat(fitting.as_ref());
		let right = fitting.map(Fitting::into_shares).unwrap_or_default();
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

		let plain = seal.plain.as_ref();
		let outcome = plain.map(|plain| result_outcome(&self.info.task.spec, plain));
		let impossible = outcome.as_ref().and_then(meaning::impossible);
		note(
			POSSIBLE,
			outcome.as_ref().map(|_| impossible.is_none()),
			match (impossible, &outcome) {
				(Some(impossible), _) => impossible,
				(None, Some(Ok(Outcome::Undefined))) => meaning::UNDEFINED.to_owned(),
				(None, Some(_)) => "ranges, counts, variances".to_owned(),
				(None, None) => {
					"it is sealed: what it says its recipient alone can read".to_owned()
				},
			},
		);
		Verification {
			checks,
			accepted: accepted.iter().flat_map(|accepted| self.digests(&accepted.places)).collect(),
			aggregate: aggregate.to_vec(),
			right: right.iter().map(|(seat, _)| *seat).collect(),
			dealings,
			shares,
			proofs,
			excluded,
			outcome,
		}
	}

	/// The accepted set, and what convicts of the dealings. Judged are those that are challenged, those that count and some of
	/// each dealer that is left out; all dealers' only if no set is found otherwise.
	fn judged<R: RngCore + CryptoRng + ?Sized>(
		&self,
		context: &TaskContext,
		rng: &mut R,
	) -> (Judged, Option<Accepted>, Convicted) {
		let mut judged = Judged::new(&self.info.task.spec);
		let mut convicted = self.disputed(context, &mut judged, rng);
		let mut accepted = self.accepted(context, &convicted, &BTreeSet::new(), BUDGET);
		if accepted.is_none() {
			// what is wrong by itself may be left out, whether or not a body shows who told the chain
			judged.look(self, context, self.to_judge(|_| true), rng);
			accepted = self.accepted(context, &convicted, &judged.guilty(), BUDGET);
		}
		if let Some(Accepted { places, .. }) = &accepted {
			let counted = places.iter().filter_map(|place| self.dealings.get(*place));
			let counted: BTreeSet<&AccountId> = counted.map(|dealing| &dealing.dealer).collect();
			let left_out = self.to_judge(|dealer| !counted.contains(dealer));
			judged.look(self, context, places.iter().copied().chain(left_out), rng);
		}
		judged.convict(&mut convicted);
		(judged, accepted, convicted)
	}

	/// How many of the dealings that count prove their input valid, and what is to be said of that.
	fn proven(
		&self,
		judged: &Judged,
		accepted: Option<&Accepted>,
	) -> (Option<Proofs>, Option<bool>, String) {
		let Some(Accepted { places, .. }) = accepted else {
			return (None, None, "it is not known which dealings count".to_owned());
		};
		let of = places.len().saturating_sub(self.masks(places).len());
		let unproven = match judged.unproven(places) {
			Ok(unproven) => unproven,
			Err(error) => return (Some(Proofs { hold: 0, of }), Some(false), error.to_string()),
		};
		let proofs = Proofs { hold: of.saturating_sub(unproven.len()), of };
		let mut detail = proofs.to_string();
		if !unproven.is_empty() {
			let dealers = unproven.iter().filter_map(|place| self.dealings.get(*place));
			let dealers: Vec<String> = dealers.map(|dealing| address(&dealing.dealer)).collect();
			detail += &format!("; not proven: the input of {}", named(&dealers));
		}
		(Some(proofs), Some(proofs.all()), detail)
	}

	/// Whether what the result says of its panel can be, and what it says: as many seats as the class asks for, one account
	/// each, no more attestations than seats, and no more dealings disproven than are wrong for all to see. Who attested stands
	/// in the chain's state alone.
	fn panels(&self, judged: &Judged, accepted: Option<&Accepted>) -> (Option<bool>, String) {
		let said = Attestation::from(&self.result);
		let seats = self.info.task.parameters.verifiers;
		let mut accounts = BTreeSet::new();
		let members = self.committee.iter().flatten();
		let mut all = members.chain(&self.panel);
		let is_drawn = self.committee.is_none() || self.panel.len() == usize::from(seats);
		let is_one_each = all.all(|seat| accounts.insert(&seat.account));
		let is_counted = said.panel == u32::from(seats) && said.attested <= said.panel;
		let wrong = accepted.map(|set| judged.guilty().intersection(&set.places).count());
		let is_shown =
			wrong.map(|wrong| usize::try_from(said.disproven).is_ok_and(|shown| shown <= wrong));
		let holds = match is_drawn && is_one_each && is_counted {
			true => is_shown,
			false => Some(false),
		};
		(holds, format!("{said}, as the record says"))
	}

	/// Whether the dealings that count are as many as the task promises its dealers, and those of the dealers that it requires
	/// among them. Whether they are those of the task that counted the contributors too, that task alone tells.
	fn conditions(&self, accepted: Option<&Accepted>) -> (Option<bool>, String) {
		let conditions = &self.info.task.conditions;
		let number = |number: usize| counted(number, "dealer");
		let least = usize::try_from(conditions.least_dealers).unwrap_or(usize::MAX);
		let Some(Accepted { places, .. }) = accepted else {
			return (None, "it is not known which dealings count".to_owned());
		};
		let dealers: BTreeSet<&AccountId> =
			places.iter().filter_map(|place| Some(&self.dealings.get(*place)?.dealer)).collect();
		let count = places.len().saturating_sub(self.masks(places).len());
		let sealed_to = conditions.sealed_to.as_ref();
		let missing = conditions.required.iter();
		let missing = missing.filter(|one| !dealers.contains(one) || sealed_to == Some(*one));
		let missing: Vec<String> = missing.map(address).collect();
		let mut detail = format!("{} of {least} at least", number(count));
		if !conditions.required.is_empty() {
			detail += &format!(", {} required", number(conditions.required.len()));
		}
		if !missing.is_empty() {
			detail += &format!("; missing: {}", named(&missing));
		}
		if let Some(counting) = conditions.counting {
			detail +=
				&format!("; that the dealers of task {counting} are among them is its to tell");
		}
		(Some(count >= least && missing.is_empty()), detail)
	}

	/// Of these dealings those that are masks: one, if the result is sealed.
	pub(super) fn masks(&self, places: &BTreeSet<usize>) -> Vec<usize> {
		let sealed_to = self.info.task.conditions.sealed_to.as_ref();
		let is_mask = |place: &&usize| {
			let dealing = self.dealings.get(**place);
			dealing.is_some_and(|dealing| Some(&dealing.dealer) == sealed_to)
		};
		places.iter().filter(is_mask).copied().collect()
	}

	/// Whether the result is sealed to whom the task names, and what it is without its mask.
	fn seal(&self, accepted: Option<&Accepted>) -> Sealing {
		let asked = self.info.task.conditions.sealed_to.as_ref();
		let said = self.result.sealed_to.as_ref();
		let open = |holds, detail: &str| {
			let check = Some((holds, detail.to_owned()));
			Sealing { check, plain: None }
		};
		let recipient = match (asked, said) {
			(None, None) if self.opening.is_none() => {
				return Sealing { check: None, plain: Some(self.result.clone()) };
			},
			(None, None) => {
				return open(Some(false), "it is sealed to nobody, and there is an opening")
			},
			(Some(asked), Some(said)) if asked == said => address(asked),
			(Some(asked), _) => {
				let detail =
					format!("the task asks for {}, and the result says otherwise", address(asked));
				return open(Some(false), &detail);
			},
			(None, Some(said)) => {
				let detail =
					format!("the result says {}, and the task asks for none", address(said));
				return open(Some(false), &detail);
			},
		};
		let mask = accepted.map(|accepted| self.masks(&accepted.places));
		let mask = mask.as_ref().and_then(|masks| self.dealings.get(*masks.first()?));
		let Some(mask) = mask else {
			return open(None, &format!("to {recipient}, whose mask is not known"));
		};
		let Some(opening) = &self.opening else {
			return open(
				Some(true),
				&format!("to {recipient}, whose mask counts; it is not opened"),
			);
		};
		let is_its = mask
			.bytes
			.commitments
			.first()
			.is_some_and(|commitment| masking::opens::<Plain>(commitment, opening) == Ok(true));
		let plain = mask::unsealed(&self.result, opening).ok().filter(|_| is_its);
		if plain.is_none() {
			return open(
				Some(false),
				&format!("the opening is not that of the mask of {recipient}"),
			);
		}
		let detail = format!("to {recipient}, whose mask counts, and is opened");
		Sealing { check: Some((Some(true), detail)), plain }
	}

	/// Takes an opening of the result. Whether it opens the mask that counts, [`Self::check`] says.
	///
	/// # Errors
	/// `Failed` if it is of another task, or of another recipient's mask.
	pub fn open(&mut self, file: OpeningFile) -> Result<(), Error> {
		let record = &self.info.task;
		let recipient = record.conditions.sealed_to.as_ref();
		file.check(self.task, record.task_hash.as_ref(), recipient)?;
		self.opening = Some(file.opening);
		Ok(())
	}

	/// The result that data gives: without its mask if it was sealed, and the opening is that of the mask, as `verification` found.
	/// `None` of a sealed one that is not opened.
	pub fn plain(&self, verification: &Verification) -> Option<TaskResult> {
		verification.outcome.as_ref()?;
		match &self.opening {
			Some(opening) => mask::unsealed(&self.result, opening).ok(),
			None => Some(self.result.clone()),
		}
	}

	/// Of the dealings that the chain took, those that do not count, and why.
	fn excluded(
		&self,
		dealings: &[usize],
		convicted: &Convicted,
		accepted: Option<&Accepted>,
	) -> Vec<Excluded> {
		let Some(Accepted { places, .. }) = accepted else { return Vec::new() };
		let left_out = dealings.iter().filter(|place| !places.contains(*place));
		let excluded = left_out.filter_map(|place| {
			let dealer = self.dealings.get(*place)?.dealer.clone();
			Some(Excluded { dealer, fault: *convicted.get(place)? })
		});
		excluded.collect()
	}

	/// What a dealing's check needs. Without the committee the seal keys are not known, but how many they are. To a task
	/// without proofs no dealing fits.
	pub(super) fn context(&self) -> TaskContext {
		let record = &self.info.task;
		let committee = self.committee.as_ref().unwrap_or(&self.info.committee);
		let mut seal_keys = wire::seal_keys(committee);
		seal_keys.resize(usize::from(record.parameters.seats), [0; 32]);
		let task_hash = record.task_hash.unwrap_or_default();
		let (threshold, length) = (record.parameters.threshold, record.spec.length());
		let proof_length = proof_length(&record.spec).unwrap_or_default();
		let recipient = record.conditions.sealed_to.as_ref();
		wire::context_of(
			self.version,
			task_hash,
			threshold,
			length,
			proof_length,
			seal_keys,
			recipient,
		)
	}

	/// The task hash, computed from what it covers, with that committee and [`Self::panel`].
	pub fn task_hash(&self, committee: &Committee) -> Option<Digest> {
		let published = Published::of(&self.info.task)?;
		Some(published.hash(&self.genesis, self.task, committee, &self.panel))
	}

	/// Of each dealer the dealing that the chain took, as far as can be told.
	fn one_a_dealer(
		&self,
		convicted: &Convicted,
		accepted: Option<&Accepted>,
		unexplained: &BTreeSet<AccountId>,
	) -> Vec<usize> {
		let counts =
			|place: &usize| accepted.is_some_and(|accepted| accepted.places.contains(place));
		let mut places: Vec<usize> = self
			.candidates()
			.into_iter()
			.filter(|(dealer, places)| {
				let is_accused = || places.iter().any(|place| convicted.contains_key(place));
				!unexplained.contains(*dealer) || is_accused()
			})
			.filter_map(|(_, places)| {
				let counted = places.iter().find(|place| counts(place));
				let guilty = || places.iter().find(|place| convicted.contains_key(*place));
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

/// A list for people, not too long.
pub(super) fn named<T: ToString>(items: &[T]) -> String {
	let mut text =
		items.iter().take(MOST_NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
	if let Some(more @ 1..) = items.len().checked_sub(MOST_NAMED) {
		text += &format!(" and {more} more");
	}
	text
}
