//! How a task of the soak is played: by its dealers and its requester, and by the adversary's node.

use crate::{attest::AttestFault, cheats::FalseClaim, scene::LONG};
use ostraka_primitives::{
	fault::AccuserFault,
	task::{FailReason, Outcome},
};
use std::ops::Range;

/// Plays, each as often as [`Play::of`] has it.
pub const PLAYS: u32 = 30;
/// Roles, each as often as [`Role::of`] has it.
pub const ROLES: u32 = 24;
/// Roles of a verifier, each as often as [`Role::of_verifier`] has it.
pub const VERIFIERS_ROLES: u32 = 6;
/// Blocks for accepting or dealing, if not all do.
const SHORT: u32 = 30;
/// Attestations that are refused, those first that anybody can try before its own.
static ATTESTATIONS: [AttestFault; 6] = [
	AttestFault::OtherDealings,
	AttestFault::FewerDealings,
	AttestFault::OtherExclusions,
	AttestFault::OtherKey,
	AttestFault::Twice,
	AttestFault::WrongPhase,
];

/// How a task is played. All dealers accept and deal honestly, and nobody takes it back, unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Play {
	/// So.
	Honest,
	/// One of them forges.
	Forging,
	/// One of them accepts, and vanishes.
	Vanishing,
	/// One of them would accept, and cannot pay the deposit.
	Poor,
	/// Too few of them accept.
	TooFewAccept,
	/// One of them deals.
	TooFew,
	/// Nobody deals.
	NobodyDeals,
	/// The requester cancels it before anybody has accepted.
	Withdrawn,
	/// The requester cancels it after the draw.
	Cancelled,
}

impl Play {
	/// One of them all, the honest ones mostly; `number` is below [`PLAYS`].
	pub fn of(number: u32) -> Self {
		match number {
			0 => Self::TooFewAccept,
			1 => Self::TooFew,
			2 => Self::NobodyDeals,
			3 => Self::Withdrawn,
			4 => Self::Cancelled,
			5 => Self::Poor,
			6 | 7 => Self::Vanishing,
			8..=15 => Self::Forging,
			_ => Self::Honest,
		}
	}

	/// How the task has to end.
	pub fn outcome(self) -> Outcome {
		Outcome::Failed(match self {
			Self::Honest | Self::Forging | Self::Vanishing | Self::Poor => {
				return Outcome::Completed
			},
			Self::TooFewAccept => FailReason::TooFewAcceptances,
			Self::TooFew => FailReason::TooFewDealers,
			Self::NobodyDeals => FailReason::NoDealings,
			Self::Withdrawn | Self::Cancelled => FailReason::Cancelled,
		})
	}

	/// Whether the requester loses the fee: the committee was drawn for nothing.
	pub fn forfeits(self) -> bool {
		matches!(self, Self::TooFew | Self::NobodyDeals | Self::Cancelled)
	}

	/// Of so many invited dealers, how many accept.
	pub fn accepting(self, invited: usize) -> usize {
		match self {
			Self::Poor => invited - 1,
			Self::TooFewAccept => 1,
			Self::Withdrawn => 0,
			_ => invited,
		}
	}

	/// Of so many who have accepted, how many deal honestly. They come first.
	pub fn honest(self, accepted: usize) -> usize {
		match self {
			Self::Forging | Self::Vanishing => accepted - 1,
			Self::TooFew => 1,
			Self::NobodyDeals | Self::Cancelled => 0,
			_ => accepted,
		}
	}

	/// Of so many who have accepted, those who lose a part of their deposit, by place.
	pub fn vanished(self, accepted: usize) -> Range<usize> {
		match self {
			Self::Vanishing | Self::TooFew | Self::NobodyDeals => self.honest(accepted)..accepted,
			_ => 0..0,
		}
	}

	/// Blocks for accepting and for dealing.
	pub fn windows(self) -> [u32; 2] {
		match self {
			Self::Poor | Self::TooFewAccept => [SHORT, LONG],
			Self::Vanishing | Self::TooFew | Self::NobodyDeals => [LONG, SHORT],
			_ => [LONG, LONG],
		}
	}
}

/// What the adversary's node does in a task. Where it answers or verifies it attests in the first block of verification, and has
/// looked at nothing, whatever was dealt: if that is shown to be invalid later, it is slashed besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
	/// It has no seat.
	NotDrawn,
	/// It answers rightly.
	Honest,
	/// The same, but that it does not attest.
	Silent,
	/// It does not answer, nor attest. On the panel there is nothing to answer.
	Absent,
	/// It is on the panel, and attests.
	Verify,
	/// It accuses an honest dealer.
	Accuse(FalseClaim),
	/// It challenges one.
	Challenge,
	/// It answers wrongly.
	Wrong,
	/// It reveals another share than it committed to.
	CommitOther,
}

impl Role {
	/// One of them all for a node on the committee; `number` is below [`ROLES`].
	pub fn of(number: u32) -> Self {
		match number {
			0 => Self::Absent,
			1 | 2 => Self::Accuse(FalseClaim::Share(AccuserFault::FalseAccusation)),
			3 | 4 => Self::Challenge,
			5 => Self::Accuse(FalseClaim::Share(AccuserFault::WrongDleq)),
			6 => Self::Accuse(FalseClaim::Share(AccuserFault::InvalidDh)),
			7 | 8 => Self::Accuse(FalseClaim::Outside),
			9..=11 => Self::Wrong,
			12 | 13 => Self::CommitOther,
			14 | 15 => Self::Silent,
			_ => Self::Honest,
		}
	}

	/// One of them all for a node on the panel; `number` is below [`VERIFIERS_ROLES`].
	pub fn of_verifier(number: u32) -> Self {
		match number {
			0 => Self::Absent,
			1 => Self::Challenge,
			_ => Self::Verify,
		}
	}

	/// How the chain has to judge it, if it is judged.
	pub fn expected(self) -> Option<&'static str> {
		match self {
			Self::NotDrawn | Self::Absent | Self::Verify => None,
			Self::Honest | Self::Silent => Some("right"),
			Self::Accuse(_) | Self::Challenge => Some("accuser"),
			Self::Wrong => Some("does-not-fit"),
			Self::CommitOther => Some("not-as-committed"),
		}
	}

	/// The attestations that it can try besides, which the chain has to refuse. Only who is honest otherwise does so after its
	/// own, or after the end.
	pub fn attestations(self) -> &'static [AttestFault] {
		match self {
			Self::Honest | Self::Verify => &ATTESTATIONS,
			Self::Wrong | Self::CommitOther | Self::Silent => &ATTESTATIONS[..4],
			Self::NotDrawn | Self::Absent | Self::Accuse(_) | Self::Challenge => &[],
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::collections::BTreeSet;

	#[test]
	fn every_role_and_play_comes_up() {
		let roles: BTreeSet<Role> = (0..ROLES).map(Role::of).collect();
		assert_eq!(roles.len(), 10);
		assert!(!roles.contains(&Role::NotDrawn));
		let verifiers: BTreeSet<Role> = (0..VERIFIERS_ROLES).map(Role::of_verifier).collect();
		assert_eq!(verifiers, BTreeSet::from([Role::Absent, Role::Verify, Role::Challenge]));
		let plays: BTreeSet<Play> = (0..PLAYS).map(Play::of).collect();
		assert_eq!(plays.len(), 9);
	}

	#[test]
	fn only_what_the_chain_refuses_is_tried() {
		let roles = (0..ROLES).map(Role::of);
		let roles = roles.chain((0..VERIFIERS_ROLES).map(Role::of_verifier));
		for fault in roles.flat_map(Role::attestations) {
			assert!(fault.reason().is_some(), "{fault:?}");
		}
		// who is silent does not attest in the course of it
		assert!(!Role::Silent.attestations().contains(&AttestFault::Twice));
	}
}
