//! What a run has before it of one seat's dealings: all of them, or those of which something is not known to be right.

use super::{
	chain::{self, Hashes},
	decide::{Dealing, Extent, ShareState},
	store::{self, Survey},
	WorkerError,
};
use crate::Config;
use alloc::{collections::BTreeSet, vec::Vec};
use ostraka_primitives::{task::TaskStatus, AccountId, BlockNumber, Digest};

/// What a run has before it of a task's dealings.
pub(super) struct Look {
	/// The state's running hashes of them, and of the excluded ones.
	pub hashes: Hashes,
	/// Which ones these are.
	pub extent: Extent,
	/// Those that count, and excluded ones that shield somebody.
	pub dealings: Vec<Dealing>,
	/// Dealers of other excluded ones whose share and proof are not known to be right.
	excluded: Vec<AccountId>,
	/// The survey as it lies in the database.
	survey: Option<Survey>,
	/// Dealings that this run has tried to dispute.
	pub tried: BTreeSet<Digest>,
	/// How many disputes it has sent, or failed to.
	pub disputes: usize,
	/// How many of these are challenges.
	pub challenges: usize,
}

impl Look {
	/// Reads what there is to look at, and has all of it in the ledger. `all`: whether all dealings are asked for, also if
	/// the survey knows that nothing is new.
	///
	/// `None` without a sharing, or where the task ended and all its dealings are in the ledger.
	///
	/// # Errors
	/// `Busy`, `Record`.
	pub fn take<T: Config>(seat: &chain::Seat, all: bool) -> Result<Option<Self>, WorkerError> {
		let Some(hashes) = chain::hashes::<T>(seat.task) else { return Ok(None) };
		let survey = store::survey(&seat.key)?;
		let known = survey.as_ref().filter(|survey| survey.dealt == hashes.dealt);
		let (extent, found) = match known {
			// Its dealings go one by one.
			Some(_) if matches!(seat.state.status, TaskStatus::Settling(_)) => return Ok(None),
			Some(survey) if !all => (Extent::Open, chain::dealings_of::<T>(seat, &survey.open)),
			_ => (Extent::All, chain::dealings::<T>(seat)),
		};
		let chain::Found { open: mut dealings, excluded } = found;
		let digests = dealings.iter().map(|dealing| dealing.digest);
		let digests: Vec<_> = digests.chain(excluded.iter().map(|(_, digest)| *digest)).collect();
		let ledger = match digests.is_empty() {
			true => Default::default(),
			false => store::list(&seat.key, digests)?,
		};
		for dealing in &mut dealings {
			dealing.share = ledger.get(&dealing.digest).copied();
		}
		let open = |(dealer, digest): (AccountId, Digest)| {
			(ledger.get(&digest) != Some(&ShareState::Right)).then_some(dealer)
		};
		let excluded = excluded.into_iter().filter_map(open).collect();
		Ok(Some(Self {
			hashes,
			extent,
			dealings,
			excluded,
			survey,
			tried: BTreeSet::new(),
			disputes: 0,
			challenges: 0,
		}))
	}

	/// Whether the seat has all of these to add up.
	pub fn adds_up(&self) -> bool {
		let adds_up = |dealing: &Dealing| dealing.share.is_some_and(ShareState::adds_up);
		self.dealings.iter().all(|dealing| !dealing.counts || adds_up(dealing))
	}

	/// Those that count.
	pub fn counted(&self) -> Vec<Dealing> {
		self.dealings.iter().filter(|dealing| dealing.counts).cloned().collect()
	}

	/// How many of these have proofs that were not looked at.
	pub fn unproven(&self) -> usize {
		let is_unproven = |dealing: &&Dealing| dealing.share == Some(ShareState::Unproven);
		self.dealings.iter().filter(is_unproven).count()
	}

	/// Keeps what was found so far, for the next runs. Not for a task that ended: of its dealings some are gone already.
	pub fn keep(&mut self, seat: &chain::Seat) {
		let open = self.dealings.iter().filter(|dealing| dealing.share != Some(ShareState::Right));
		let open = open.map(|dealing| dealing.dealer.clone());
		let open = self.excluded.iter().cloned().chain(open).collect();
		let survey = Survey { dealt: self.hashes.dealt, open };
		if self.survey.as_ref() != Some(&survey) {
			store::keep_survey(&seat.key, &survey);
			self.survey = Some(survey);
		}
	}
}

/// Puts the seats in the order in which their proofs are checked: who has least to do goes first, else a task whose proofs are
/// dear would keep all others waiting. In every other block one seat whose turn it is goes before them, so that light tasks do
/// not keep a dear one waiting for good. Seats of frozen sets, of which nothing is excluded any more, come after all others, each
/// kind in this order.
pub(super) fn order(unproven: &mut [(chain::Seat, Look)], now: BlockNumber) {
	unproven.sort_by_key(|(seat, look)| {
		let work = u64::from(seat.context.proof_length).saturating_mul(look.unproven() as u64);
		(seat.state.is_frozen(), work)
	});
	if now % 2 == 1 {
		let live = unproven.partition_point(|(seat, _)| !seat.state.is_frozen());
		let (live, frozen) = unproven.split_at_mut_checked(live).unwrap_or_default();
		for part in [live, frozen] {
			let turn = (now as usize / 2).checked_rem(part.len());
			if let Some(up_to) = turn.and_then(|turn| part.get_mut(..=turn)) {
				up_to.rotate_right(1);
			}
		}
	}
}
