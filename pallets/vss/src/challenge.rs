//! Judging challenges: somebody says that a dealing's proof that its input is valid does not hold.
//!
//! A challenge needs no secret, so anybody can make one: a member or a verifier on its seat, for free, or an account with a
//! bond. It brings what the chain has only hashed, and the runtime computes the verdict. Who is convicted, and what becomes of the
//! dealing: [`dispute`](crate::dispute). A false one costs who has a seat what a false accusation does, and anybody else its bond,
//! which is on hold while the challenge is judged and not longer.
//!
//! Who convicts a dealer with a bond pays nothing for the call, whatever the fees: what a right challenge brings would else be
//! eaten up where blocks are full.
//!
//! Nobody is excused by a challenge: its author has its share, or none is due from it. So a dealer that was convicted
//! cannot be challenged again, with one exception: what it was convicted of was not for everybody to see. A dealer that gave an
//! accomplice a wrong share could else be accused by it, which exposes nobody, and so shield who had attested to its invalid
//! input, or hide that the input counts. Of one that is excluded a challenge is taken as long as the attestation of a seat stands
//! that had attested before the exclusion; of one that counts, until its fault was shown. It exposes whoever attested, marks the
//! result, and the dealer loses nothing more.
//!
//! A mask proves nothing, so a challenge of it is right only where a commitment lies outside of the group; any other convicts its
//! author.
//!
//! | | shown | judged by | before the freeze | later |
//! |---|---|---|---|---|
//! | accusation | the accuser's share | its key, commitments, share | the dealing is out | counts on, the accuser is excused |
//! | challenge | the proof | the task's relation | the dealing is out | counts on, nobody is excused |

use crate::{
	dispute::{Author, Dispute, Seated},
	types::{standing, Seats as SeatStates},
	weights, Config, Error, Event, Pallet, Seats, WeightInfo, G1,
};
use frame::prelude::*;
use ostraka_crypto::messages::ChallengeBytes;
use ostraka_primitives::{
	message::ChallengeMessage,
	traits::{Penalties, TaskBook},
	AccountId, Digest, TaskId, MAX_COMMITMENTS,
};
use ostraka_protocol::{
	adjudicator::{judge_challenge, match_challenge, Verdict},
	statistics, wire,
};

/// A challenge that belongs to the task and to an accepted dealing, and is due to be judged.
pub(crate) struct Challenge {
	/// The challenged dealing.
	pub dispute: Dispute,
	/// What the proof is judged by, which matches the record's digest.
	shown: ChallengeBytes,
}

impl<T: Config> Pallet<T> {
	/// Everything that a challenge from a seat must satisfy to be judged, signature apart. Hashes, but no group operations.
	pub(crate) fn check_challenge(
		task: TaskId,
		seat: u8,
		dealer: &AccountId,
		digest: &Digest,
		challenge: &ChallengeMessage,
	) -> Result<(Challenge, Seated), Error<T>> {
		let found = Self::disputable(task)?;
		let author = Self::disputing_seat(task, seat, &found.0)?;
		let dispute = Self::disputed(task, dealer, digest, found)?;
		Ok((Self::challenged(dispute, challenge, &author.seats)?, author))
	}

	/// What every challenge must satisfy, whoever it comes from. `seats` are the task's states.
	fn challenged(
		dispute: Dispute,
		challenge: &ChallengeMessage,
		seats: &SeatStates,
	) -> Result<Challenge, Error<T>> {
		let does_something = dispute.record.is_challengeable(standing(seats));
		ensure!(does_something, Error::AlreadyConvicted);
		let shown = wire::challenge_bytes(challenge);
		let dealer: &[u8; 32] = dispute.dealer.as_ref();
		let digest = &dispute.record.digest;
		match_challenge(&dispute.ctx, dealer, digest, &shown).map_err(Self::mismatch)?;
		Ok(Challenge { dispute, shown })
	}

	pub(crate) fn do_challenge(
		task: TaskId,
		seat: u8,
		dealer: AccountId,
		digest: Digest,
		challenge: ChallengeMessage,
	) -> DispatchResult {
		let (challenge, seated) = Self::check_challenge(task, seat, &dealer, &digest, &challenge)?;
		let Challenge { dispute, shown } = &challenge;
		match Self::verdict(&challenge)? {
			Verdict::DealerGuilty(fault) => {
				let (author, mut seats) = (seated.author(), seated.seats);
				Self::convict_dealer(dispute, &shown.commitments, author, fault, &mut seats)
			},
			Verdict::AccuserGuilty(fault) => {
				T::Penalties::punish_false_challenger(task, &seated.seat.account, &dealer);
				Self::convict_seat(dispute, seated, fault)
			},
		}
	}

	pub(crate) fn do_challenge_with_bond(
		task: TaskId,
		challenger: AccountId,
		dealer: AccountId,
		digest: Digest,
		challenge: ChallengeMessage,
	) -> DispatchResultWithPostInfo {
		let found = Self::disputable(task)?;
		let dispute = Self::disputed(task, &dealer, &digest, found)?;
		let mut seats = Seats::<T>::get(task).ok_or(Error::<T>::Corrupt)?;
		let challenge = Self::challenged(dispute, &challenge, &seats)?;
		T::Penalties::hold_bond(task, &challenger)?;
		let Challenge { dispute, shown } = &challenge;
		match Self::verdict(&challenge)? {
			Verdict::DealerGuilty(fault) => {
				T::Penalties::release_bond(task, &challenger);
				let author = Author { account: challenger, seat: None };
				Self::convict_dealer(dispute, &shown.commitments, author, fault, &mut seats)?;
				Ok(Pays::No.into())
			},
			Verdict::AccuserGuilty(fault) => {
				T::Penalties::forfeit_bond(task, &challenger, &dealer);
				let (seat, accuser) = (None, challenger);
				Self::deposit_event(Event::AccuserConvicted { task, seat, accuser, dealer, fault });
				Ok(().into())
			},
		}
	}

	/// Computes the verdict, by the relation that follows from the task's spec.
	///
	/// # Errors
	/// `UnknownProtocol` if the relation is not the one that the task was taken with: this runtime derives another from its
	/// spec, and nobody is judged by that. `Corrupt`.
	fn verdict(challenge: &Challenge) -> Result<Verdict, Error<T>> {
		let Challenge { dispute, shown } = challenge;
		// A task whose dealings could not be proven was not taken.
		let spec = T::Tasks::spec(dispute.task).ok_or(Error::Corrupt)?;
		let relation = statistics::relation(&spec).map_err(|_| Error::Corrupt)?;
		let dealer: &[u8; 32] = dispute.dealer.as_ref();
		judge_challenge::<G1>(&dispute.ctx, &relation, dealer, &dispute.accepted(), shown).map_err(
			|error| match error {
				ostraka_crypto::Error::Length { .. } => Error::UnknownProtocol,
				_ => Error::Corrupt,
			},
		)
	}

	/// Worst weight of one challenge of a proof of so many bytes, whoever makes it, authorization included.
	pub fn worst_challenge(proof_length: u32) -> Weight {
		let threshold = MAX_COMMITMENTS - 1;
		let points = weights::proof_points(proof_length as usize);
		let kilobytes = weights::proof_kilobytes(proof_length as usize);
		weights::challenge::<T>(threshold, points)
			.saturating_add(T::WeightInfo::authorize_challenge(kilobytes))
	}
}
