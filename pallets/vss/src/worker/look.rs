//! What a run has before it of one seat's dealings: all of them, or those of which something is not known to be right.

use super::{
	chain,
	decide::{Dealing, Extent, ShareState},
	store::{self, Survey},
	WorkerError,
};
use crate::Config;
use alloc::{collections::BTreeSet, vec::Vec};
use ostraka_primitives::{task::TaskStatus, AccountId, BlockNumber, Digest};

/// What a run has before it of a task's dealings.
pub(super) struct Look {
	/// The state's running hash of them.
	pub dealt: Digest,
	/// Which ones these are.
	pub extent: Extent,
	/// Those that count.
	pub dealings: Vec<Dealing>,
	/// Dealers of excluded ones whose share and proof are not known to be right.
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
		let Some(dealt) = chain::dealt::<T>(seat.task) else { return Ok(None) };
		let survey = store::survey(&seat.key)?;
		let known = survey.as_ref().filter(|survey| survey.dealt == dealt);
		let (extent, found) = match known {
			// Its dealings go one by one.
			Some(_) if matches!(seat.state.status, TaskStatus::Settling(_)) => return Ok(None),
			Some(survey) if !all => (Extent::Open, chain::dealings_of::<T>(seat, &survey.open)),
			_ => (Extent::All, chain::dealings::<T>(seat)),
		};
		let chain::Found { counted: mut dealings, excluded } = found;
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
			dealt,
			extent,
			dealings,
			excluded,
			survey,
			tried: BTreeSet::new(),
			disputes: 0,
			challenges: 0,
		}))
	}

	/// Whether the seat has its shares of all of these.
	pub fn adds_up(&self) -> bool {
		self.dealings.iter().all(|dealing| dealing.share.is_some_and(ShareState::adds_up))
	}

	/// How many of these have proofs that were not looked at.
	pub fn unproven(&self) -> usize {
		let is_unproven = |dealing: &&Dealing| dealing.share == Some(ShareState::Unproven);
		self.dealings.iter().filter(is_unproven).count()
	}

	/// Keeps what was found so far, for the next runs. Not for a task that ended: of its dealings some are gone already.
	pub fn keep(&mut self, seat: &chain::Seat) {
		let counted = self.dealings.iter();
		let open = counted.filter(|dealing| dealing.share != Some(ShareState::Right));
		let open = open.map(|dealing| dealing.dealer.clone());
		let open = self.excluded.iter().cloned().chain(open).collect();
		let survey = Survey { dealt: self.dealt, open };
		if self.survey.as_ref() != Some(&survey) {
			store::keep_survey(&seat.key, &survey);
			self.survey = Some(survey);
		}
	}
}

/// Puts the seats in the order in which their proofs are checked: who has least to do goes first, else a task whose proofs are
/// dear would keep all others waiting. In every other block one seat whose turn it is goes before them, so that light tasks do
/// not keep a dear one waiting for good.
pub(super) fn order(unproven: &mut [(chain::Seat, Look)], now: BlockNumber) {
	unproven.sort_by_key(|(seat, look)| {
		u64::from(seat.context.proof_length).saturating_mul(look.unproven() as u64)
	});
	if now % 2 == 1 {
		let turn = (now as usize / 2).checked_rem(unproven.len());
		if let Some(up_to) = turn.and_then(|turn| unproven.get_mut(..=turn)) {
			up_to.rotate_right(1);
		}
	}
}
