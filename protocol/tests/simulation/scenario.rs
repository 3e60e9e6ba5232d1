//! Who plays a task and who cheats in which way; and, from that alone, what must come of it.

use super::chain::{Failure, Party, Penalty, Phase};
use ostraka_crypto::Identity;
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};
use std::collections::{BTreeMap, BTreeSet};

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
}

impl DealerRole {
	pub const FAULTS: [Self; 17] = [
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
	];

	/// What accusations must show.
	pub fn fault(self) -> Option<DealerFault> {
		match self {
			Self::BadValue | Self::BadBlinding => Some(DealerFault::WrongShare),
			Self::Unopenable => Some(DealerFault::Unopenable),
			Self::NonCanonical => Some(DealerFault::NonCanonicalScalar),
			Self::Torsion | Self::OppositeTorsion => Some(DealerFault::OutsideSubgroup),
			_ => None,
		}
	}

	/// How often it adds the point of order three, modulo three.
	fn torsion(self) -> usize {
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
	/// Accuses whoever dealt it a bad share.
	Diligent,
	/// Accuses nobody.
	Silent,
	/// Accuses rightly, but after the freeze.
	Late,
	/// Accuses a dealer of a right share.
	False,
	/// Accuses with a wrong proof.
	WrongDleq,
	/// Accuses with a `K` that is no key.
	NoKeyDh,
	/// Claims that commitments are outside of the group which are not.
	FalseTorsion,
	/// Evidence about another dealing, of another task and of another node; diligent apart from that.
	Foreign,
}

impl AccuserRole {
	pub const FAULTS: [Self; 7] = [
		Self::Silent,
		Self::Late,
		Self::False,
		Self::WrongDleq,
		Self::NoKeyDh,
		Self::FalseTorsion,
		Self::Foreign,
	];
}

/// How a node attests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttestRole {
	/// Once its shares of all dealings that count are right.
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

/// A dealer's part.
#[derive(Clone, Debug)]
pub struct DealerPart {
	pub role: DealerRole,
	/// Seats that a bad sealed share goes to.
	pub victims: BTreeSet<u8>,
}

impl DealerPart {
	/// Whether node `j` finds a fault. Commitments outside of the group wrong everybody.
	fn wrongs(&self, j: u8) -> bool {
		match self.role.fault() {
			Some(DealerFault::OutsideSubgroup) => true,
			Some(_) => self.victims.contains(&j),
			None => false,
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
	/// Everybody is honest.
	pub fn honest(threshold: u8, n: u8, dealers: usize) -> Self {
		let dealer = DealerPart { role: DealerRole::Honest, victims: BTreeSet::new() };
		Self {
			threshold,
			least_dealers: 1,
			dealers: vec![dealer; dealers],
			nodes: vec![NodePart::HONEST; usize::from(n)],
			arrivals: (0..dealers).collect(),
			reveals: (1..=n).collect(),
		}
	}

	/// A committee of up to 13 nodes with `t` up to 6; in most at most `t` nodes cheat. One in six is asleep: nobody accuses in
	/// time.
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
		if below(rng, 6) == 0 {
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
		scenario
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

	pub fn node(&self, j: u8) -> &NodePart {
		&self.nodes[usize::from(j) - 1]
	}
}

/// What must come of a scenario.
#[derive(Debug)]
pub struct Expected {
	/// Places of the dealers whose input is in the result.
	pub accepted: BTreeSet<usize>,
	pub ledger: BTreeMap<Party, Vec<Penalty>>,
	/// Seats that are paid in full.
	pub paid: BTreeSet<u8>,
	/// Seats that are paid less, as they never attested.
	pub silent: BTreeSet<u8>,
	/// Whether verification ends before its window does.
	pub is_early: bool,
	pub phase: Phase,
}

impl Expected {
	pub fn of(scenario: &Scenario) -> Self {
		let mut ledger: BTreeMap<Party, Vec<Penalty>> = BTreeMap::new();
		let mut punish = |party, penalty| ledger.entry(party).or_default().push(penalty);
		let dealt = dealt(scenario);
		let victim = |place: &usize, j: u8| scenario.dealers[*place].wrongs(j);
		let accusing = |j: &u8, roles: &[AccuserRole]| roles.contains(&scenario.node(*j).accusing);

		// verification
		let mut accepted = dealt.clone();
		for place in &dealt {
			let Some(fault) = scenario.dealers[*place].role.fault() else { continue };
			let in_time = [AccuserRole::Diligent, AccuserRole::Foreign];
			if (1..=scenario.n()).any(|j| victim(place, j) && accusing(&j, &in_time)) {
				accepted.remove(place);
				punish(Party::Dealer(dealer_id(*place)), Penalty::Dealer(fault));
			}
		}
		let torsion = accepted.iter().map(|place| scenario.dealers[*place].role.torsion());
		let sound = torsion.sum::<usize>() % 3 == 0;
		let frozen = sound && accepted.len() >= scenario.least_dealers.max(1);
		let mut excused = BTreeSet::new();
		for place in accepted.iter().filter(|_| frozen) {
			let Some(fault) = scenario.dealers[*place].role.fault() else { continue };
			let late: Vec<u8> = (1..=scenario.n())
				.filter(|j| victim(place, *j) && accusing(j, &[AccuserRole::Late]))
				.collect();
			if !late.is_empty() {
				punish(Party::Dealer(dealer_id(*place)), Penalty::Dealer(fault));
				excused.extend(late);
			}
		}
		let mut liars = BTreeSet::new();
		for j in 1..=scenario.n() {
			// Evidence about commitments outside of the group would convict their dealer, whatever else is wrong with it.
			let any = dealt.iter().any(|place| scenario.dealers[*place].role.torsion() == 0);
			let right_one = dealt.iter().any(|place| !victim(place, j));
			let fault = match scenario.node(j).accusing {
				AccuserRole::False if right_one => AccuserFault::FalseAccusation,
				AccuserRole::WrongDleq if any => AccuserFault::WrongDleq,
				AccuserRole::NoKeyDh | AccuserRole::FalseTorsion if any => AccuserFault::InvalidDh,
				_ => continue,
			};
			punish(Party::Node(j), Penalty::Accuser(fault));
			liars.insert(j);
		}
		let has_right = |j: u8| !accepted.iter().any(|place| victim(place, j));
		let attests = |j: &u8| match scenario.node(*j).attesting {
			AttestRole::Hasty => true,
			AttestRole::Diligent => !liars.contains(j) && has_right(*j),
			AttestRole::Never | AttestRole::OtherDealings => false,
		};
		let attested: BTreeSet<u8> = (1..=scenario.n()).filter(attests).collect();
		let is_early = (1..=scenario.n()).all(|j| attested.contains(&j) || liars.contains(&j));
		if !frozen {
			let failure = if sound { Failure::TooFewDealers } else { Failure::UnsoundCommitments };
			let (paid, silent) = (BTreeSet::new(), BTreeSet::new());
			let phase = Phase::Failed(failure);
			return Self { accepted, ledger, paid, silent, is_early, phase };
		}

		// computation
		// Right shares that count, and those that anybody can interpolate from: a right share that is not what was
		// committed convicts its author and is public all the same.
		let (mut right, mut public) = (0usize, 0usize);
		let mut paid = BTreeSet::new();
		let mut committed = false;
		for j in 1..=scenario.n() {
			let penalty = match scenario.node(j).answering {
				AnswerRole::Diligent if has_right(j) => {
					committed = true;
					right += 1;
					public += 1;
					paid.insert(j);
					continue;
				},
				AnswerRole::Uncommitted if has_right(j) => {
					right += 1;
					public += 1;
					continue;
				},
				AnswerRole::Wrong | AnswerRole::Cancelling => Penalty::WrongShare,
				AnswerRole::OtherThanCommitted => Penalty::NotAsCommitted,
				AnswerRole::CommittedToOther => {
					public += usize::from(has_right(j));
					Penalty::NotAsCommitted
				},
				role if role.waits() => continue,
				AnswerRole::CommitsOnly | AnswerRole::Misshapen => {
					committed = true;
					Penalty::Absent
				},
				_ => Penalty::Absent,
			};
			committed |= matches!(penalty, Penalty::WrongShare | Penalty::NotAsCommitted);
			if penalty != Penalty::Absent || !excused.contains(&j) {
				punish(Party::Node(j), penalty);
			}
		}
		let needed = usize::from(scenario.threshold) + 1;
		for j in (1..=scenario.n()).filter(|j| scenario.node(*j).answering.waits()) {
			let copied = committed && scenario.node(j).answering == AnswerRole::CopiedCommitment;
			match public >= needed {
				true if copied => punish(Party::Node(j), Penalty::NotAsCommitted),
				true => right += 1,
				false if excused.contains(&j) => {},
				false => punish(Party::Node(j), Penalty::Absent),
			}
		}
		let phase = match right >= needed {
			true => Phase::Completed,
			false => Phase::Failed(Failure::TooFewShares),
		};
		let (paid, silent) = paid.into_iter().partition(|j| attested.contains(j));
		Self { accepted, ledger, paid, silent, is_early, phase }
	}
}

/// Places of the dealers whose dealing passes at dispatch.
fn dealt(scenario: &Scenario) -> BTreeSet<usize> {
	let role = |place: &usize| scenario.dealers[*place].role;
	let mut shared =
		scenario.arrivals.iter().filter(|place| role(place) == DealerRole::SharedEphemeral);
	let first_shared = shared.next();
	(0..scenario.dealers.len())
		.filter(|place| match role(place) {
			DealerRole::Honest | DealerRole::SecondDealing => true,
			DealerRole::SharedEphemeral => Some(place) == first_shared,
			role => role.fault().is_some(),
		})
		.collect()
}
