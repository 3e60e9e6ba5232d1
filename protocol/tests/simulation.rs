//! Whole committees with no chain: dealers, nodes and cheats play tasks against a small model of the chain's rules
//! (`simulation/chain.rs`), which asks [`ostraka_protocol::adjudicator`] and nobody else.
//!
//! Asserted of every task, whoever cheats in whatever way:
//! - the result is the sum over the accepted dealers, opens their commitments, and says what the statistic over the
//!   pooled rows says;
//! - exactly the culprits are punished, each for what it did; nobody who is honest is ever named;
//! - the task completes if and only if enough dealings were accepted and `t + 1` right result shares came in; with at
//!   most `t` cheating nodes and enough accepted dealers it always does;
//! - who is paid has committed to a right share and revealed it, and who never attested is paid less; a verifier is paid for its
//!   attestation;
//! - exactly those are exposed who attested to what anybody could show to be invalid, and somebody did;
//! - verification ends early if and only if every seat that is awaited has attested, the committee's and the panel's.
//!
//! What must come of a task is computed from the cast alone (`simulation/expected.rs`), by other rules than those it is
//! played by. `simulation/attacks.rs` has the attacks that a random cast does not make, `simulation/unsound.rs` those with
//! commitments outside of the group, `simulation/forged.rs` those with inputs that are not valid and `simulation/challenges.rs`
//! those on who finds them, `simulation/attesting.rs` those on the end of verification, `simulation/panel.rs` those by verifiers and
//! on them, `simulation/sealed.rs` those on masks, `simulation/privacy.rs` the argument that the views of `t` nodes are
//! independent of the inputs, and of a result that is sealed.
//!
//! A failing random task prints its seed; `OSTRAKA_SIMULATION_SEED=<seed>` plays that one alone.

#[path = "simulation/attacks.rs"]
mod attacks;
#[path = "simulation/attesting.rs"]
mod attesting;
#[path = "simulation/chain.rs"]
mod chain;
#[path = "simulation/challenges.rs"]
mod challenges;
#[path = "simulation/cheats.rs"]
mod cheats;
#[path = "simulation/data.rs"]
mod data;
#[path = "simulation/expected.rs"]
mod expected;
#[path = "simulation/forged.rs"]
mod forged;
#[path = "simulation/node.rs"]
mod node;
#[path = "simulation/panel.rs"]
mod panel;
#[path = "simulation/play.rs"]
mod play;
#[path = "simulation/privacy.rs"]
mod privacy;
#[path = "simulation/scenario.rs"]
mod scenario;
#[path = "simulation/sealed.rs"]
mod sealed;
#[path = "simulation/table.rs"]
mod table;
#[path = "simulation/terms.rs"]
mod terms;
#[path = "torsion/mod.rs"]
mod torsion;
#[path = "simulation/unsound.rs"]
mod unsound;
#[path = "simulation/verifying.rs"]
mod verifying;

use chain::{Failure, Party, Penalty, Phase};
use data::Data;
use expected::Expected;
use ostraka_crypto::Plain;
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use ostraka_protocol::adjudicator;
use play::play;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use scenario::{
	dealer_id, AccuserRole, AnswerRole, AttestRole, DealerPart, DealerRole, NodePart, Scenario,
	VerifierRole,
};
use std::collections::{BTreeMap, BTreeSet};

/// Random tasks of one test run.
const TASKS: u64 = 240;

/// Names the seed of the task that fails.
struct Seed(u64);

impl Drop for Seed {
	fn drop(&mut self) {
		if std::thread::panicking() {
			eprintln!("seed of the failing task: OSTRAKA_SIMULATION_SEED={}", self.0);
		}
	}
}

/// Plays a scenario and asserts all that must come of it.
fn check(scenario: &Scenario, data: &Data, rng: &mut ChaCha20Rng) -> Phase {
	let expected = Expected::of(scenario);
	let chain = play(scenario, data, rng);

	let accepted: BTreeSet<_> = chain.accepted().map(|(id, _)| *id).collect();
	let places = expected.accepted.iter().map(|place| dealer_id(*place));
	assert_eq!(accepted, places.collect(), "accepted dealers of {scenario:?}");
	assert_eq!(chain.ledger, expected.ledger, "penalties of {scenario:?}");
	assert_eq!(chain.phase, expected.phase, "end of {scenario:?}");
	assert_eq!(chain.paid(true), expected.paid, "paid nodes of {scenario:?}");
	assert_eq!(chain.paid(false), expected.silent, "nodes paid less of {scenario:?}");
	assert_eq!(chain.is_complete, expected.is_early, "end of verification of {scenario:?}");
	assert_eq!(chain.verified(), expected.verified, "paid verifiers of {scenario:?}");
	assert_eq!(chain.exposed(), expected.exposed, "exposed seats of {scenario:?}");
	// The freeze exposes for nobody.
	let by_nobody = chain.phase == Phase::Failed(Failure::UnsoundCommitments);
	let exposer = chain.exposer.is_some() || by_nobody;
	assert!(exposer || expected.exposed.is_empty(), "exposer of {scenario:?}");
	assert!(chain.exposer.is_none() || !expected.exposed.is_empty(), "exposer of {scenario:?}");
	assert_eq!(chain.disproven, expected.disproven, "what is disproven of {scenario:?}");

	// no innocent named
	for (place, part) in scenario.dealers.iter().enumerate() {
		if part.role == DealerRole::Honest {
			assert!(!chain.ledger.contains_key(&Party::Dealer(dealer_id(place))));
			assert!(expected.accepted.contains(&place));
		}
	}
	let cheats = scenario.nodes.iter().filter(|part| !part.is_honest()).count();
	for (j, _) in (1u8..).zip(&scenario.nodes).filter(|(_, part)| part.is_honest()) {
		assert!(!chain.ledger.contains_key(&Party::Node(j)));
	}
	for (j, _) in scenario.verifiers().filter(|(_, role)| *role == VerifierRole::Diligent) {
		assert!(!chain.ledger.contains_key(&Party::Node(j)));
	}

	// guaranteed output
	let enough = accepted.len() >= scenario.least_dealers;
	if enough && cheats <= usize::from(scenario.threshold) {
		assert_eq!(chain.phase, Phase::Completed);
	}
	assert_eq!(chain.result.is_some(), chain.phase == Phase::Completed);

	if let Some(result) = &chain.result {
		data.check(&expected.accepted, &result.sum);
		let (c0, sum, blinding) = (&result.commitment, &result.sum, &result.blinding);
		assert_eq!(adjudicator::verify_result::<Plain>(c0, sum, blinding), Ok(true));
		let direct = chain.accepted().fold(
			adjudicator::Aggregate::zero(scenario.threshold),
			|mut sums, (_, record)| {
				sums.add(&record.commitments).unwrap();
				sums
			},
		);
		assert_eq!(direct, chain.aggregate(), "each exclusion subtracts once");
	}
	chain.phase
}

#[test]
fn random_committees_compute_the_sum_and_name_every_culprit() {
	let replayed = std::env::var("OSTRAKA_SIMULATION_SEED").ok();
	let replayed = replayed.map(|seed| seed.parse::<u64>().expect("a number"));
	let mut roles: BTreeMap<String, usize> = BTreeMap::new();
	let mut ends: BTreeMap<(String, bool), usize> = BTreeMap::new();
	let mut play_one = |seed: u64| {
		let _named_on_failure = Seed(seed);
		let mut rng = ChaCha20Rng::seed_from_u64(seed);
		let scenario = Scenario::random(&mut rng);
		let data = Data::random(scenario.dealers.len(), &mut rng);
		let end = check(&scenario, &data, &mut rng);
		let of_a_statistic = matches!(data, Data::Table { .. });
		*ends.entry((format!("{end:?}"), of_a_statistic)).or_default() += 1;
		for part in &scenario.dealers {
			*roles.entry(format!("{:?}", part.role)).or_default() += 1;
		}
		for NodePart { accusing, attesting, answering } in &scenario.nodes {
			*roles.entry(format!("accuser {accusing:?}")).or_default() += 1;
			*roles.entry(format!("attest {attesting:?}")).or_default() += 1;
			*roles.entry(format!("answer {answering:?}")).or_default() += 1;
		}
		for role in &scenario.panel {
			*roles.entry(format!("verifier {role:?}")).or_default() += 1;
		}
	};
	if let Some(seed) = replayed {
		play_one(seed);
		return;
	}
	(0..TASKS).for_each(&mut play_one);
	// The seeds are fixed, and so is what they cover: every role, and every end, with a statistic and without.
	let every = DealerRole::FAULTS
		.iter()
		.map(|role| format!("{role:?}"))
		.chain(AccuserRole::FAULTS.iter().map(|role| format!("accuser {role:?}")))
		.chain(AttestRole::FAULTS.iter().map(|role| format!("attest {role:?}")))
		.chain(AnswerRole::FAULTS.iter().map(|role| format!("answer {role:?}")))
		.chain(VerifierRole::FAULTS.iter().map(|role| format!("verifier {role:?}")));
	let missing: Vec<_> = every.filter(|role| !roles.contains_key(role)).collect();
	assert!(missing.is_empty(), "no random task has {missing:?}");
	assert_eq!(ends.len(), 2 * 4, "completed, too few dealers, too few shares, unsound: {ends:?}");
}

/// A committee of five (`t = 2`) and three dealers.
fn small() -> Scenario {
	Scenario::honest(2, 5, 3)
}

fn check_ledger(seed: u64, scenario: &Scenario, expected: &[(Party, Vec<Penalty>)]) {
	let mut rng = ChaCha20Rng::seed_from_u64(seed);
	let data = Data::random(scenario.dealers.len(), &mut rng);
	let end = check(scenario, &data, &mut rng);
	assert_eq!(end, Phase::Completed);
	assert_eq!(Expected::of(scenario).ledger, expected.iter().cloned().collect());
}

/// Each fault of a dealer alone, in a table that is independent of the scenarios' own reckoning.
#[test]
fn each_fault_of_a_dealer_alone() {
	for (seed, role) in (0..).zip(DealerRole::FAULTS) {
		let mut scenario = small();
		scenario.dealers[1] = DealerPart { role, victims: BTreeSet::from([2, 4]) };
		let penalty = match role {
			DealerRole::BadValue | DealerRole::BadBlinding => Some(DealerFault::WrongShare),
			DealerRole::Unopenable => Some(DealerFault::Unopenable),
			DealerRole::NonCanonical => Some(DealerFault::NonCanonicalScalar),
			DealerRole::Torsion | DealerRole::OppositeTorsion => Some(DealerFault::OutsideSubgroup),
			DealerRole::WrongBit | DealerRole::ForeignProof => Some(DealerFault::InvalidInput),
			// refused, as no proof at all is
			_ => None,
		};
		let ledger: Vec<_> = penalty
			.map(|fault| (Party::Dealer(dealer_id(1)), vec![Penalty::Dealer(fault)]))
			.into_iter()
			.collect();
		check_ledger(seed, &scenario, &ledger);
		let counts = matches!(role, DealerRole::SecondDealing | DealerRole::SharedEphemeral);
		assert_eq!(Expected::of(&scenario).accepted.contains(&1), counts, "{role:?}");
	}
}

/// Each fault of an accuser alone, beside a dealer who wrongs it.
#[test]
fn each_fault_of_an_accuser_alone() {
	for (seed, role) in (20..).zip(AccuserRole::FAULTS) {
		let mut scenario = small();
		scenario.nodes[2].accusing = role;
		scenario.dealers[2] =
			DealerPart { role: DealerRole::BadValue, victims: BTreeSet::from([3]) };
		let dealer = (Party::Dealer(dealer_id(2)), vec![Penalty::Dealer(DealerFault::WrongShare)]);
		// It lacks a share of a dealing that counts, and did not say so when it could.
		let liar = |fault| (Party::Node(3), vec![Penalty::Accuser(fault), Penalty::Absent]);
		let ledger = match role {
			AccuserRole::Diligent => unreachable!("no fault"),
			AccuserRole::Silent => vec![(Party::Node(3), vec![Penalty::Absent])],
			AccuserRole::Late | AccuserRole::Foreign => vec![dealer],
			AccuserRole::False => vec![liar(AccuserFault::FalseAccusation)],
			AccuserRole::WrongDleq => vec![liar(AccuserFault::WrongDleq)],
			AccuserRole::NoKeyDh | AccuserRole::FalseTorsion => vec![liar(AccuserFault::InvalidDh)],
			AccuserRole::FalseChallenge => vec![liar(AccuserFault::FalseChallenge)],
		};
		check_ledger(seed, &scenario, &ledger);
		// whoever keeps its complaint to itself has nothing to attest either
		let waits = matches!(role, AccuserRole::Silent | AccuserRole::Late);
		assert_eq!(Expected::of(&scenario).is_early, !waits, "{role:?}");
		let excluded = role == AccuserRole::Foreign;
		assert_eq!(Expected::of(&scenario).accepted.contains(&2), !excluded, "{role:?}");
	}
}

/// A proof that does not hold, and each way to complain of it: of the first who complains in time, nothing of the dealing counts;
/// who complains later, or of something else, has its share all the same.
#[test]
fn each_way_to_complain_of_a_forged_proof() {
	for (seed, role) in (80..).zip(AccuserRole::FAULTS) {
		let mut scenario = small();
		scenario.nodes.iter_mut().for_each(|part| part.accusing = AccuserRole::Silent);
		scenario.nodes[2].accusing = role;
		scenario.dealers[0] =
			DealerPart { role: DealerRole::ForeignProof, victims: BTreeSet::new() };
		let dealer = || {
			let fault = Penalty::Dealer(DealerFault::InvalidInput);
			(Party::Dealer(dealer_id(0)), vec![fault])
		};
		let liar = |fault| vec![(Party::Node(3), vec![Penalty::Accuser(fault)])];
		let ledger = match role {
			AccuserRole::Diligent => unreachable!("no fault"),
			AccuserRole::Silent => vec![],
			AccuserRole::Late | AccuserRole::Foreign => vec![dealer()],
			AccuserRole::False => liar(AccuserFault::FalseAccusation),
			AccuserRole::WrongDleq => liar(AccuserFault::WrongDleq),
			AccuserRole::NoKeyDh | AccuserRole::FalseTorsion => liar(AccuserFault::InvalidDh),
			AccuserRole::FalseChallenge => liar(AccuserFault::FalseChallenge),
		};
		check_ledger(seed, &scenario, &ledger);
		let expected = Expected::of(&scenario);
		let excluded = role == AccuserRole::Foreign;
		assert_eq!(expected.accepted.contains(&0), !excluded, "{role:?}");
		assert_eq!(expected.is_early, excluded, "who is silent has nothing to attest: {role:?}");
		let all = &expected.paid | &expected.silent;
		assert_eq!(all, (1..=5).collect(), "{role:?}");
	}
}

/// Each way not to attest, alone: the others wait for it, it is paid less, and nobody is punished.
#[test]
fn each_fault_of_an_attestation_alone() {
	for (seed, role) in (30..).zip(AttestRole::FAULTS) {
		let mut scenario = small();
		scenario.nodes[1].attesting = role;
		check_ledger(seed, &scenario, &[]);
		let expected = Expected::of(&scenario);
		let attests = role == AttestRole::Hasty;
		assert_eq!(expected.is_early, attests, "{role:?}");
		let silent = if attests { BTreeSet::new() } else { BTreeSet::from([2]) };
		assert_eq!(expected.silent, silent, "{role:?}");
		assert_eq!(expected.paid.len(), 5 - silent.len(), "{role:?}");
	}
	// What was attested without a look is accused all the same.
	let mut scenario = small();
	scenario.nodes[1].attesting = AttestRole::Hasty;
	scenario.dealers[2] = DealerPart { role: DealerRole::BadValue, victims: BTreeSet::from([2]) };
	let dealer = (Party::Dealer(dealer_id(2)), vec![Penalty::Dealer(DealerFault::WrongShare)]);
	check_ledger(33, &scenario, &[dealer]);
	assert!(Expected::of(&scenario).is_early);
}

/// Each fault of a verifier alone, beside an honest one, members that look at no proof, and a dealer whose proof does not hold.
#[test]
fn each_fault_of_a_verifier_alone() {
	for (seed, role) in (90..).zip(VerifierRole::FAULTS) {
		for diligent in [true, false] {
			let mut scenario = small();
			scenario.nodes.iter_mut().for_each(|part| part.accusing = AccuserRole::Silent);
			scenario.panel = if diligent { vec![role, VerifierRole::Diligent] } else { vec![role] };
			scenario.dealers[1] =
				DealerPart { role: DealerRole::ForeignProof, victims: BTreeSet::new() };
			let invalid = vec![Penalty::Dealer(DealerFault::InvalidInput)];
			let dealer = (Party::Dealer(dealer_id(1)), invalid);
			let own = |penalty| (Party::Node(6), vec![penalty]);
			let lie = Penalty::Accuser(AccuserFault::FalseChallenge);
			let ledger = match (role, diligent) {
				(VerifierRole::Diligent, _) => unreachable!("no fault"),
				(VerifierRole::Asleep, true) => vec![dealer, own(Penalty::Absent)],
				(VerifierRole::Asleep, false) => vec![own(Penalty::Absent)],
				(VerifierRole::Hasty, true) => vec![dealer, own(Penalty::FalseAttestation)],
				// nobody ever shows it
				(VerifierRole::Hasty, false) => vec![],
				(VerifierRole::FalseChallenge, true) => vec![dealer, own(lie)],
				(VerifierRole::FalseChallenge, false) => vec![own(lie)],
				(VerifierRole::Late, true) => vec![dealer],
				// it knew better than to attest, and owes nothing to what it shows
				(VerifierRole::Late, false) => vec![dealer],
			};
			check_ledger(seed, &scenario, &ledger);
			let expected = Expected::of(&scenario);
			assert_eq!(expected.accepted.contains(&1), !diligent, "{role:?}");
			assert_eq!(expected.verified.contains(&7), diligent, "{role:?}");
			let own = role == VerifierRole::Late && diligent;
			let unseen = role == VerifierRole::Hasty && !diligent;
			assert_eq!(expected.verified.contains(&6), own || unseen, "{role:?}");
			let late = role == VerifierRole::Late && !diligent;
			assert_eq!(expected.disproven, u32::from(late), "{role:?}");
		}
	}
}

/// Each fault of a node with its result share, alone.
#[test]
fn each_fault_of_an_answer_alone() {
	for (seed, role) in (40..).zip(AnswerRole::FAULTS) {
		let mut scenario = small();
		scenario.nodes[3].answering = role;
		let mut culprits = vec![4u8];
		if role == AnswerRole::Cancelling {
			scenario.nodes[0].answering = role;
			culprits.push(1);
		}
		scenario.order_reveals();
		let penalty = match role {
			AnswerRole::Wrong | AnswerRole::Cancelling => Some(Penalty::WrongShare),
			AnswerRole::OtherThanCommitted
			| AnswerRole::CommittedToOther
			| AnswerRole::CopiedCommitment => Some(Penalty::NotAsCommitted),
			AnswerRole::Absent
			| AnswerRole::CommitsOnly
			| AnswerRole::OtherSet
			| AnswerRole::Misshapen => Some(Penalty::Absent),
			AnswerRole::Diligent | AnswerRole::Uncommitted | AnswerRole::FreeRider => None,
		};
		let ledger: Vec<_> = culprits
			.iter()
			.flat_map(|j| penalty.map(|penalty| (Party::Node(*j), vec![penalty])))
			.collect();
		check_ledger(seed, &scenario, &ledger);
		let paid: BTreeSet<u8> = (1..=5).filter(|j| !culprits.contains(j)).collect();
		assert_eq!(Expected::of(&scenario).paid, paid, "{role:?}");
	}
}

/// `t + 1` right shares complete a task, `t` do not, whatever `n` is.
#[test]
fn a_task_completes_with_one_right_share_more_than_the_threshold() {
	for (seed, (threshold, n)) in (60..).zip([(1, 3), (2, 5), (3, 7), (6, 13)]) {
		for absent in [n - threshold - 1, n - threshold] {
			let mut scenario = Scenario::honest(threshold, n, 2);
			for part in scenario.nodes.iter_mut().take(usize::from(absent)) {
				part.answering = AnswerRole::Absent;
			}
			let mut rng = ChaCha20Rng::seed_from_u64(seed);
			let data = Data::random(2, &mut rng);
			let end = check(&scenario, &data, &mut rng);
			let enough = n - absent > threshold;
			assert_eq!(end == Phase::Completed, enough, "{absent} of {n} absent, t = {threshold}");
		}
	}
}
