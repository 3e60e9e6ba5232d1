//! What must come of a task, from its cast alone.

use super::{
	chain::{Failure, Party, Penalty, Phase},
	scenario::{
		dealer_id, AccuserRole, AnswerRole, AttestRole, DealerRole, Scenario, VerifierRole,
	},
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use std::collections::{BTreeMap, BTreeSet};

/// What must come of a scenario.
#[derive(Debug)]
pub struct Expected {
	/// Places of the dealers whose input is in the result.
	pub accepted: BTreeSet<usize>,
	pub ledger: BTreeMap<Party, Vec<Penalty>>,
	/// Members that are paid in full.
	pub paid: BTreeSet<u8>,
	/// Members that are paid less, as they never attested.
	pub silent: BTreeSet<u8>,
	/// Verifiers that are paid.
	pub verified: BTreeSet<u8>,
	/// Seats that attested to what was shown to be invalid later.
	pub exposed: BTreeSet<u8>,
	/// Dealings that count and were shown to be invalid.
	pub disproven: u32,
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
		let finder = |place: &usize, j: u8| scenario.dealers[*place].is_found_by(j);
		let accusing = |j: &u8, roles: &[AccuserRole]| roles.contains(&scenario.node(*j).accusing);

		let is_public =
			|place: &usize| scenario.dealers[*place].role.fault().is_some_and(|f| f.is_public());
		let verifying = |role| scenario.panel.contains(&role);

		// verification
		let mut accepted = dealt.clone();
		for place in &dealt {
			let Some(fault) = scenario.dealers[*place].role.fault() else { continue };
			let in_time = [AccuserRole::Diligent, AccuserRole::Foreign];
			let by_member = (1..=scenario.n()).any(|j| finder(place, j) && accusing(&j, &in_time));
			if by_member || is_public(place) && verifying(VerifierRole::Diligent) {
				accepted.remove(place);
				punish(Party::Dealer(dealer_id(*place)), Penalty::Dealer(fault));
			}
		}
		let torsion = accepted.iter().map(|place| scenario.dealers[*place].role.torsion());
		let sound = torsion.sum::<usize>() % 3 == 0;
		let frozen = sound && accepted.len() >= scenario.least_dealers.max(1);
		let mut exposing = dealt.difference(&accepted).any(is_public);
		let mut disproven = 0;
		let mut excused = BTreeSet::new();
		for place in accepted.iter().filter(|_| frozen) {
			let Some(fault) = scenario.dealers[*place].role.fault() else { continue };
			let late: Vec<u8> = (1..=scenario.n())
				.filter(|j| finder(place, *j) && accusing(j, &[AccuserRole::Late]))
				.collect();
			let by_panel = is_public(place) && verifying(VerifierRole::Late);
			if !late.is_empty() || by_panel {
				exposing |= is_public(place);
				disproven += u32::from(is_public(place));
				punish(Party::Dealer(dealer_id(*place)), Penalty::Dealer(fault));
				// who challenges has its share
				excused.extend(late.into_iter().filter(|j| victim(place, *j)));
			}
		}
		let unproven = [DealerFault::InvalidInput, DealerFault::OutsideSubgroup];
		let proven_one = dealt.iter().any(|place| {
			let fault = scenario.dealers[*place].role.fault();
			!fault.is_some_and(|fault| unproven.contains(&fault))
		});
		let mut liars = BTreeSet::new();
		for j in 1..=scenario.n() {
			// Evidence about commitments outside of the group would convict their dealer, whatever else is wrong with it.
			let any = dealt.iter().any(|place| scenario.dealers[*place].role.torsion() == 0);
			let right_one = dealt.iter().any(|place| !victim(place, j));
			let fault = match scenario.node(j).accusing {
				AccuserRole::False if right_one => AccuserFault::FalseAccusation,
				AccuserRole::WrongDleq if any => AccuserFault::WrongDleq,
				AccuserRole::FalseChallenge if proven_one => AccuserFault::FalseChallenge,
				AccuserRole::NoKeyDh | AccuserRole::FalseTorsion if any => AccuserFault::InvalidDh,
				_ => continue,
			};
			punish(Party::Node(j), Penalty::Accuser(fault));
			liars.insert(j);
		}
		for (j, role) in scenario.verifiers() {
			if role == VerifierRole::FalseChallenge && proven_one {
				punish(Party::Node(j), Penalty::Accuser(AccuserFault::FalseChallenge));
				liars.insert(j);
			}
		}
		let has_right = |j: u8| !accepted.iter().any(|place| victim(place, j));
		let is_content = |j: u8| !accepted.iter().any(|place| finder(place, j));
		let attests = |j: &u8| match scenario.node(*j).attesting {
			AttestRole::Hasty => true,
			AttestRole::Diligent => !liars.contains(j) && is_content(*j),
			AttestRole::Never | AttestRole::OtherDealings => false,
		};
		let mut attested: BTreeSet<u8> = (1..=scenario.n()).filter(attests).collect();
		let all_fine = !accepted.iter().any(is_public);
		let verifies = |role| match role {
			VerifierRole::Hasty => true,
			VerifierRole::Diligent | VerifierRole::Late => all_fine,
			VerifierRole::Asleep | VerifierRole::FalseChallenge => false,
		};
		attested.extend(scenario.verifiers().filter(|(_, role)| verifies(*role)).map(|(j, _)| j));
		let seats = scenario.n() + scenario.panel.len() as u8;
		let is_early = (1..=seats).all(|j| attested.contains(&j) || liars.contains(&j));
		// Who looks first attests to nothing that anybody could show. Who does not has attested to all that was dealt.
		let hasty_members = (1..=scenario.n())
			.filter(|j| exposing && scenario.node(*j).attesting == AttestRole::Hasty);
		let hasty_verifiers = scenario
			.verifiers()
			.filter(|(_, role)| exposing && *role == VerifierRole::Hasty)
			.map(|(j, _)| j);
		let mut exposed: BTreeSet<u8> = hasty_members.chain(hasty_verifiers).collect();
		if !sound {
			exposed.clone_from(&attested);
		}
		let panel = scenario.verifiers().map(|(j, _)| j);
		let (verified, silent_panel): (BTreeSet<u8>, BTreeSet<u8>) =
			panel.partition(|j| attested.contains(j));
		let verified = &verified - &exposed;
		if !frozen {
			let failure = if sound { Failure::TooFewDealers } else { Failure::UnsoundCommitments };
			let (paid, silent) = (BTreeSet::new(), BTreeSet::new());
			let phase = Phase::Failed(failure);
			exposed.iter().for_each(|j| punish(Party::Node(*j), Penalty::FalseAttestation));
			return Self {
				accepted,
				ledger,
				paid,
				silent,
				verified,
				exposed,
				disproven,
				is_early,
				phase,
			};
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
			if penalty != Penalty::Absent || !excused.contains(&j) && !exposed.contains(&j) {
				punish(Party::Node(j), penalty);
			}
		}
		let needed = usize::from(scenario.threshold) + 1;
		for j in (1..=scenario.n()).filter(|j| scenario.node(*j).answering.waits()) {
			let copied = committed && scenario.node(j).answering == AnswerRole::CopiedCommitment;
			match public >= needed {
				true if copied => punish(Party::Node(j), Penalty::NotAsCommitted),
				true => right += 1,
				false if excused.contains(&j) || exposed.contains(&j) => {},
				false => punish(Party::Node(j), Penalty::Absent),
			}
		}
		let phase = match right >= needed {
			true => Phase::Completed,
			false => Phase::Failed(Failure::TooFewShares),
		};
		// nobody owes an attestation to what is invalid
		for j in silent_panel.difference(&liars).filter(|_| disproven == 0) {
			punish(Party::Node(*j), Penalty::Absent);
		}
		exposed.iter().for_each(|j| punish(Party::Node(*j), Penalty::FalseAttestation));
		paid.retain(|j| !exposed.contains(j));
		let (paid, silent) = paid.into_iter().partition(|j| attested.contains(j));
		Self { accepted, ledger, paid, silent, verified, exposed, disproven, is_early, phase }
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
