//! Judging accusations: a member shows that its share is wrong.
//!
//! Who is convicted, and what becomes of the dealing: [`dispute`](crate::dispute). Besides, a member that accuses rightly
//! after verification has ended is excused: it lacks the share that the frozen set asks of it. So a dealer that was
//! convicted late can be accused again, by members that are not excused yet, since they too may lack their share; each
//! gains its own excuse, and the dealer loses nothing more.
//!
//! A verifier has no share: it cannot accuse.

use crate::{
	dispute::{Dispute, Seated},
	Config, Error, Event, Pallet, Standing, WeightInfo, G1,
};
use frame::prelude::*;
use ostraka_crypto::messages::EvidenceBytes;
use ostraka_primitives::{
	message::EvidenceMessage, spec::MAX_LENGTH, traits::Penalties, AccountId, Digest, TaskId,
	MAX_COMMITMENTS,
};
use ostraka_protocol::{
	adjudicator::{judge, match_evidence, Verdict},
	wire,
};

/// An accusation that belongs to the task and to an accepted dealing, and is due to be judged.
pub(crate) struct Accusation {
	/// The accused dealing.
	pub dispute: Dispute,
	/// The accuser.
	pub member: Seated,
	/// The evidence, which matches the record's digest.
	evidence: EvidenceBytes,
}

impl<T: Config> Pallet<T> {
	/// Everything that an accusation must satisfy to be judged, signature apart. Hashes, but no group operations.
	pub(crate) fn check_accusation(
		task: TaskId,
		seat: u8,
		dealer: &AccountId,
		digest: &Digest,
		evidence: &EvidenceMessage,
	) -> Result<Accusation, Error<T>> {
		let found = Self::disputable(task)?;
		Self::ensure_member(seat, &found.0)?;
		let member = Self::disputing_seat(task, seat, &found.0)?;
		let dispute = Self::disputed(task, dealer, digest, found)?;
		match dispute.record.standing {
			Standing::Accepted => {},
			Standing::ConvictedLate if !member.state.excused => {},
			Standing::ConvictedLate | Standing::Excluded => return Err(Error::AlreadyConvicted),
		}
		// Evidence about another dealing must not reach dispatch: it would be rejected there, for free and at a price.
		let evidence = wire::evidence_bytes(evidence);
		match_evidence(&dispute.ctx, dealer.as_ref(), seat, digest, &evidence)
			.map_err(Self::mismatch)?;
		Ok(Accusation { dispute, member, evidence })
	}

	pub(crate) fn do_accuse(
		task: TaskId,
		seat: u8,
		dealer: AccountId,
		digest: Digest,
		evidence: EvidenceMessage,
	) -> DispatchResult {
		let Accusation { dispute, member, evidence } =
			Self::check_accusation(task, seat, &dealer, &digest, &evidence)?;
		let accepted = dispute.accepted();
		match judge::<G1>(&dispute.ctx, dealer.as_ref(), seat, &accepted, &evidence) {
			Ok(Verdict::DealerGuilty(fault)) => {
				let (author, mut seats) = (member.author(), member.seats);
				let commitments = &evidence.commitments;
				Self::convict_dealer(&dispute, commitments, author, fault, &mut seats)?;
				if dispute.late {
					Self::change_seat(task, seat, &mut seats, |state| state.excused = true)?;
					let node = member.seat.account;
					Self::deposit_event(Event::SeatExcused { task, seat, node, dealer });
				}
				Self::note_progress(task, &dispute.view, &seats);
				Ok(())
			},
			Ok(Verdict::AccuserGuilty(fault)) => {
				T::Penalties::punish_false_accuser(task, &member.seat.account, &dealer);
				Self::convict_seat(&dispute, member, fault)
			},
			// Not for evidence that matches the digest.
			Err(_) => Err(Error::<T>::DigestMismatch.into()),
		}
	}

	/// Worst weight of one accusation, authorization included: what the verification window is measured by.
	pub fn worst_accusation() -> Weight {
		let (length, threshold) = (MAX_LENGTH, MAX_COMMITMENTS - 1);
		crate::weights::worst_accuse::<T>(length, threshold)
			.saturating_add(T::WeightInfo::authorize_accuse(length, threshold))
	}
}
