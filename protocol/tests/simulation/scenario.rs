//! Who plays a task, and who cheats in which way.

use ostraka_crypto::Identity;
use ostraka_primitives::fault::DealerFault;
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};
use std::collections::BTreeSet;

/// What a dealer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealerRole {
	Honest,
	Absent,
	/// The victims' shares have a wrong value.
	BadValue,
	/// The victims' auxiliary shares are wrong.
	BadBlinding,
	/// The victims' ciphertexts are noise.
	Unopenable,
	/// The victims' shares hold a number above the field's order.
	NonCanonical,
	/// An own dealing under the `R` and the proof of an honest dealer's.
	CopiedEphemeral,
	/// An honest dealer's dealing, byte for byte.
	CopiedDealing,
	/// A dealing under a `rho` that all dealers of this role share: of each the proof holds.
	SharedEphemeral,
	/// A dealing with a wrong proof of `rho`.
	WrongProof,
	/// A dealing for another task, and says so.
	WrongTaskHash,
	/// The own dealing of another task, under this task's hash.
	Replayed,
	/// Two dealings.
	SecondDealing,
	/// A ciphertext too few.
	Misshapen,
	/// An `R` that is no group element.
	NoKeyEphemeral,
	/// Another's public key in the place of `R`.
	ForeignEphemeral,
	/// A point of order three added to a commitment.
	Torsion,
	/// The opposite of that point: with one of each the sum is in the group.
	OppositeTorsion,
	/// A bit that is none in the proof that the input is valid.
	WrongBit,
	/// The proof of the same dealing by somebody else.
	ForeignProof,
	/// No proof at all, which is refused by its length.
	NoProof,
}

impl DealerRole {
	pub const FAULTS: [Self; 20] = [
		Self::Absent,
		Self::BadValue,
		Self::BadBlinding,
		Self::Unopenable,
		Self::NonCanonical,
		Self::CopiedEphemeral,
		Self::CopiedDealing,
		Self::SharedEphemeral,
		Self::WrongProof,
		Self::WrongTaskHash,
		Self::Replayed,
		Self::SecondDealing,
		Self::Misshapen,
		Self::NoKeyEphemeral,
		Self::ForeignEphemeral,
		Self::Torsion,
		Self::OppositeTorsion,
		Self::WrongBit,
		Self::ForeignProof,
		Self::NoProof,
	];

	/// What accusations, or a challenge, must show.
	pub fn fault(self) -> Option<DealerFault> {
		match self {
			Self::BadValue | Self::BadBlinding => Some(DealerFault::WrongShare),
			Self::Unopenable => Some(DealerFault::Unopenable),
			Self::NonCanonical => Some(DealerFault::NonCanonicalScalar),
			Self::Torsion | Self::OppositeTorsion => Some(DealerFault::OutsideSubgroup),
			Self::WrongBit | Self::ForeignProof => Some(DealerFault::InvalidInput),
			_ => None,
		}
	}

	/// How often it adds the point of order three, modulo three.
	pub fn torsion(self) -> usize {
		match self {
			Self::Torsion => 1,
			Self::OppositeTorsion => 2,
			_ => 0,
		}
	}
}

/// What a node does in verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccuserRole {
	/// Accuses whoever dealt it a bad share, and challenges whoever proved nothing.
	Diligent,
	/// Complains of nobody.
	Silent,
	/// Complains rightly, but after the freeze.
	Late,
	/// Accuses a dealer of a right share.
	False,
	/// Accuses with a wrong proof.
	WrongDleq,
	/// Accuses with a `K` that is no key.
	NoKeyDh,
	/// Claims that commitments are outside of the group which are not.
	FalseTorsion,
	/// Challenges a proof that holds.
	FalseChallenge,
	/// Evidence and challenges about another dealing, of another task and of another node; diligent apart from that.
	Foreign,
}

impl AccuserRole {
	pub const FAULTS: [Self; 8] = [
		Self::Silent,
		Self::Late,
		Self::False,
		Self::WrongDleq,
		Self::NoKeyDh,
		Self::FalseTorsion,
		Self::FalseChallenge,
		Self::Foreign,
	];
}

/// How a node attests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttestRole {
	/// Once its shares of all dealings that count are right, and their proofs hold.
	Diligent,
	/// Never.
	Never,
	/// Before it has looked at anything; what it finds then it accuses all the same, as its other role says.
	Hasty,
	/// To other dealings than those of the task.
	OtherDealings,
}

impl AttestRole {
	pub const FAULTS: [Self; 3] = [Self::Never, Self::Hasty, Self::OtherDealings];
}

/// What a node does in computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerRole {
	/// Commits to its share and reveals it; says nothing if it lacks a share of an accepted dealing.
	Diligent,
	/// Commits to a wrong share and reveals that.
	Wrong,
	/// Commits to its share and reveals another.
	OtherThanCommitted,
	/// Reveals its share, but has committed to another.
	CommittedToOther,
	/// One of two wrong shares whose errors cancel at zero.
	Cancelling,
	Absent,
	/// Commits and falls silent.
	CommitsOnly,
	/// Reveals its share without having committed.
	Uncommitted,
	/// Computes nothing, and interpolates a share from those that were revealed.
	FreeRider,
	/// The same, under a commitment copied from another node.
	CopiedCommitment,
	/// Answers for another accepted set.
	OtherSet,
	/// Commits, and reveals bytes that are no share.
	Misshapen,
}

impl AnswerRole {
	pub const FAULTS: [Self; 11] = [
		Self::Wrong,
		Self::OtherThanCommitted,
		Self::CommittedToOther,
		Self::Cancelling,
		Self::Absent,
		Self::CommitsOnly,
		Self::Uncommitted,
		Self::FreeRider,
		Self::CopiedCommitment,
		Self::OtherSet,
		Self::Misshapen,
	];

	/// Whether it has to see others' reveals first.
	pub fn waits(self) -> bool {
		matches!(self, Self::FreeRider | Self::CopiedCommitment)
	}
}

/// What a verifier does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifierRole {
	/// Looks, challenges what it can show, then attests.
	Diligent,
	/// Does nothing.
	Asleep,
	/// Attests before it has looked at anything, and never looks.
	Hasty,
	/// Challenges a proof that holds.
	FalseChallenge,
	/// Challenges after the freeze only, and attests in time if it has nothing to show.
	Late,
}

impl VerifierRole {
	pub const FAULTS: [Self; 4] = [Self::Asleep, Self::Hasty, Self::FalseChallenge, Self::Late];
}

/// A dealer's part.
#[derive(Clone, Debug)]
pub struct DealerPart {
	pub role: DealerRole,
	/// Seats that a bad sealed share goes to.
	pub victims: BTreeSet<u8>,
}

impl DealerPart {
	/// Whether node `j` finds a fault. Commitments outside of the group, and what is not proven, everybody does.
	pub fn is_found_by(&self, j: u8) -> bool {
		self.role.fault() == Some(DealerFault::InvalidInput) || self.wrongs(j)
	}

	/// Whether node `j` has no right share of its dealing.
	pub fn wrongs(&self, j: u8) -> bool {
		match self.role.fault() {
			Some(DealerFault::OutsideSubgroup) => true,
			Some(DealerFault::InvalidInput) | None => false,
			Some(_) => self.victims.contains(&j),
		}
	}
}

/// A node's part.
#[derive(Clone, Copy, Debug)]
pub struct NodePart {
	pub accusing: AccuserRole,
	pub attesting: AttestRole,
	pub answering: AnswerRole,
}

impl NodePart {
	pub const HONEST: Self = Self {
		accusing: AccuserRole::Diligent,
		attesting: AttestRole::Diligent,
		answering: AnswerRole::Diligent,
	};

	pub fn is_honest(&self) -> bool {
		self.accusing == AccuserRole::Diligent
			&& self.attesting == AttestRole::Diligent
			&& self.answering == AnswerRole::Diligent
	}
}

/// A task's cast and order of events.
#[derive(Clone, Debug)]
pub struct Scenario {
	pub threshold: u8,
	pub least_dealers: usize,
	pub dealers: Vec<DealerPart>,
	/// Seat `j` at index `j - 1`.
	pub nodes: Vec<NodePart>,
	/// Seat `n + 1 + i` at index `i`.
	pub panel: Vec<VerifierRole>,
	/// Whether its challenges come before the members' complaints.
	pub panel_first: bool,
	/// Order in which dealings arrive, by place.
	pub arrivals: Vec<usize>,
	/// Order in which result shares are revealed, by seat.
	pub reveals: Vec<u8>,
}

/// The account of the dealer at a place.
pub fn dealer_id(place: usize) -> Identity {
	[0xd0 + place as u8; 32]
}

pub fn below(rng: &mut ChaCha20Rng, bound: usize) -> usize {
	(rng.next_u64() % bound as u64) as usize
}

pub fn shuffle<T>(items: &mut [T], rng: &mut ChaCha20Rng) {
	for last in (1..items.len()).rev() {
		items.swap(last, below(rng, last + 1));
	}
}

fn pick<T: Copy>(items: &[T], rng: &mut ChaCha20Rng) -> T {
	items[below(rng, items.len())]
}

impl Scenario {
	/// Everybody is honest, and there is no panel.
	pub fn honest(threshold: u8, n: u8, dealers: usize) -> Self {
		let dealer = DealerPart { role: DealerRole::Honest, victims: BTreeSet::new() };
		Self {
			threshold,
			least_dealers: 1,
			dealers: vec![dealer; dealers],
			nodes: vec![NodePart::HONEST; usize::from(n)],
			panel: Vec::new(),
			panel_first: false,
			arrivals: (0..dealers).collect(),
			reveals: (1..=n).collect(),
		}
	}

	/// A committee of up to 13 nodes with `t` up to 6, and a panel of up to three; in most at most `t` nodes cheat. One in six
	/// is asleep: nobody accuses or challenges in time.
	pub fn random(rng: &mut ChaCha20Rng) -> Self {
		let threshold = 1 + below(rng, 6) as u8;
		let least = 2 * threshold + 1;
		let n = least + below(rng, usize::from(13 - least) + 1) as u8;
		let dealers = 1 + below(rng, 6).max(below(rng, 3));
		let mut scenario = Self::honest(threshold, n, dealers);
		scenario.least_dealers = 1 + below(rng, 3);

		let mut seats: Vec<u8> = (1..=n).collect();
		for part in &mut scenario.dealers {
			if below(rng, 3) == 0 {
				part.role = pick(&DealerRole::FAULTS, rng);
				shuffle(&mut seats, rng);
				let wronged = if below(rng, 2) == 0 { 1 } else { 1 + below(rng, seats.len()) };
				part.victims = seats.iter().take(wronged).copied().collect();
			}
		}
		let most = if below(rng, 3) == 0 { n } else { threshold };
		let cheats = below(rng, usize::from(most) + 1);
		shuffle(&mut seats, rng);
		for seat in seats.iter().take(cheats) {
			let part = &mut scenario.nodes[usize::from(*seat) - 1];
			if below(rng, 2) == 0 {
				part.accusing = pick(&AccuserRole::FAULTS, rng);
			}
			if below(rng, 3) == 0 {
				part.attesting = pick(&AttestRole::FAULTS, rng);
			}
			if below(rng, 3) > 0 {
				part.answering = pick(&AnswerRole::FAULTS, rng);
			}
			if part.answering == AnswerRole::Cancelling {
				part.answering = AnswerRole::Wrong;
			}
		}
		let asleep = below(rng, 6) == 0;
		if asleep {
			for part in &mut scenario.nodes {
				part.accusing = pick(&[AccuserRole::Silent, AccuserRole::Late], rng);
			}
			let torsion = [DealerRole::Torsion, DealerRole::OppositeTorsion];
			for _ in 0..below(rng, 3) {
				scenario.dealers[below(rng, dealers)].role = pick(&torsion, rng);
			}
		}
		if cheats >= 2 && below(rng, 3) == 0 {
			for seat in seats.iter().take(2) {
				scenario.nodes[usize::from(*seat) - 1].answering = AnswerRole::Cancelling;
			}
		}
		shuffle(&mut scenario.arrivals, rng);
		shuffle(&mut scenario.reveals, rng);
		scenario.order_reveals();
		scenario.seat_panel(asleep, rng.clone());
		scenario
	}

	/// Half of a random panel cheats. Its draws are its own: all else of the task is as it would be without a panel.
	fn seat_panel(&mut self, asleep: bool, mut rng: ChaCha20Rng) {
		rng.set_stream(1);
		let rng = &mut rng;
		for _ in 0..below(rng, 4) {
			let role = if asleep {
				pick(&[VerifierRole::Asleep, VerifierRole::Hasty, VerifierRole::Late], rng)
			} else if below(rng, 2) == 0 {
				VerifierRole::Diligent
			} else {
				pick(&VerifierRole::FAULTS, rng)
			};
			self.panel.push(role);
		}
		self.panel_first = below(rng, 2) == 0;
	}

	/// The cancelling pair first, whoever waits for others last.
	pub fn order_reveals(&mut self) {
		let nodes = &self.nodes;
		self.reveals.sort_by_key(|j| match nodes[usize::from(*j) - 1].answering {
			AnswerRole::Cancelling => 0,
			role if role.waits() => 2,
			_ => 1,
		});
	}

	pub fn n(&self) -> u8 {
		self.nodes.len() as u8
	}

	/// The panel's seats, with what they do.
	pub fn verifiers(&self) -> impl Iterator<Item = (u8, VerifierRole)> + '_ {
		(self.n() + 1..).zip(self.panel.iter().copied())
	}

	pub fn node(&self, j: u8) -> &NodePart {
		&self.nodes[usize::from(j) - 1]
	}
}
