//! The checks on a whole task, right and with every part of it tampered with.

mod gathering;
mod panel;
mod proofs;
mod reading;
mod sealed;

use super::{
	check::{Accusation, Check, Dealing, Evidence, Share, Verification},
	verdict::{Verdict, CONDITIONS, HASH, PANEL, PROVEN, SET},
};
use crate::{class, fixtures, mask::MaskSeed, simulate::cheats};
use ostraka_crypto::{
	encoding::encode_scalar,
	messages::DealingBytes,
	proofs::verify_signature,
	seal::SealSecret,
	vss::{SecretShare, UncheckedCommitments},
	Plain, Scalar,
};
use ostraka_primitives::{
	api::TaskInfo,
	fault::DealerFault,
	spec::{Statistic, TaskSpec},
	task::{
		Committee, Conditions, Outcome as Ended, Panel, Seat, SecurityClass, Task, TaskResult,
		TaskStatus, Windows,
	},
	AccountId,
};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Aggregate},
	dealer, masking,
	statistics::relation,
	wire, worker, Version,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_core::U256;

/// The fault of the fourth dealer, the only one that is convicted, where nothing else is said.
const FOURTH: [Option<DealerFault>; 4] = [None, None, None, Some(DealerFault::WrongShare)];

/// A completed mean over four dealers (rows 1; 2; 3; 4), the fourth of which was convicted and excluded.
fn evidence() -> Evidence {
	of_faults(FOURTH)
}

/// The same of dealers with these faults.
fn of_faults(faults: [Option<DealerFault>; 4]) -> Evidence {
	let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
	let inputs = [1u8, 2, 3, 4].map(|value| vec![Scalar::from(1u8), Scalar::from(value)]);
	played_with(spec, &inputs, faults)
}

/// A completed task over four dealers with these vectors, the fourth of which was convicted and excluded.
pub(super) fn played(spec: TaskSpec, inputs: &[Vec<Scalar>; 4]) -> Evidence {
	played_with(spec, inputs, FOURTH)
}

/// The recipient of a sealed result.
const RECIPIENT: [u8; 32] = [70; 32];

/// The same of dealers with these faults. Only the fourth is accused, if its share or its commitments are wrong. A vector that
/// no rows give is dealt with a proof that does not hold, whatever the fault.
fn played_with(
	spec: TaskSpec,
	inputs: &[Vec<Scalar>; 4],
	faults: [Option<DealerFault>; 4],
) -> Evidence {
	played_for(spec, inputs, faults, None)
}

/// The same, sealed to a recipient if there is the seed of its mask, which is the first of the dealings.
fn played_for(
	spec: TaskSpec,
	inputs: &[Vec<Scalar>; 4],
	faults: [Option<DealerFault>; 4],
	seed: Option<&MaskSeed>,
) -> Evidence {
	let mut rng = ChaCha20Rng::seed_from_u64(5);
	let secrets: Vec<SealSecret> = (0..3).map(|_| SealSecret::random(&mut rng)).collect();
	let seats: Vec<Seat> = secrets
		.iter()
		.zip(1u8..)
		.map(|(secret, j)| Seat {
			account: AccountId::new([j; 32]),
			worker: sp_core::ed25519::Public::from_raw([100 + j; 32]),
			seal_key: secret.public(),
		})
		.collect();
	let committee: Committee = seats.try_into().expect("three seats");
	let parameters = class::parameters(SecurityClass::Standard, false);
	let verifier = |j: u8| Seat {
		account: AccountId::new([j; 32]),
		worker: sp_core::ed25519::Public::from_raw([100 + j; 32]),
		seal_key: [200 + j; 32],
	};
	let panel: Vec<Seat> = (4..).take(usize::from(parameters.verifiers)).map(verifier).collect();
	let panel: Panel = panel.try_into().expect("few seats");
	let task = Task {
		protocol: Version::CURRENT.number(),
		requester: AccountId::new([50; 32]),
		spec,
		class: SecurityClass::Standard,
		parameters,
		conditions: Conditions {
			sealed_to: seed.map(|_| AccountId::new(RECIPIENT)),
			..Conditions::of(&parameters)
		},
		windows: Windows { collect: 10, verify: 10, commit: 10, reveal: 10 },
		submitted_at: 5,
		invited: 4,
		cohort: wire::cohort_hash(&[61, 62, 63, 64].map(|byte| AccountId::new([byte; 32]))),
		terms: [5; 32],
		accepted: 4,
		consent: [6; 32],
		fee: 0,
		data_reward: 0,
		task_hash: None,
		drawn_at: Some(8),
		status: TaskStatus::Settled(Ended::Completed),
	};
	let info = TaskInfo {
		task,
		committee: committee.clone(),
		dealers: Vec::new(),
		accepted: Vec::new(),
		dealings: 0,
		excluded: 0,
		attested: 0,
		committed: 0,
		right_shares: 0,
		panel: panel.clone(),
		verified: 0,
		disproven: 0,
		masked: false,
	};
	let sealed_to = info.task.conditions.sealed_to.clone();
	let result = TaskResult {
		accepted_set: [0; 32],
		dealers: 3,
		commitment: [0; 96],
		vector: Default::default(),
		blinding: [0; 32],
		panel: u32::from(parameters.verifiers),
		attested: u32::from(parameters.verifiers),
		disproven: 0,
		sealed_to,
	};
	let mut evidence = Evidence {
		genesis: [8; 32],
		task: 3,
		version: Version::CURRENT,
		info,
		committee: Some(committee.clone()),
		panel,
		result,
		opening: None,
		dealings: Vec::new(),
		accusations: Vec::new(),
		challenged: Default::default(),
		shares: Vec::new(),
	};
	let task_hash = evidence.task_hash(&committee).expect("drawn");
	evidence.info.task.task_hash = Some(task_hash);
	let context = evidence.context();
	let relation = relation(&evidence.info.task.spec).expect("valid");
	for ((place, input), fault) in (1u8..).zip(inputs).zip(faults) {
		let account = [60 + place; 32];
		let fault = fault.or((!relation.holds(input)).then_some(DealerFault::InvalidInput));
		let bytes = match fault {
			Some(fault) => cheats::deal(&context, &relation, &account, input, fault, 2, &mut rng),
			None => dealer::deal::<Plain, _>(&context, &relation, &account, input, &mut rng),
		}
		.expect("a dealing");
		let dealing = taken(&evidence, account, bytes);
		evidence.dealings.push(dealing);
	}
	let bad = evidence.dealings.last().expect("four").clone();
	let (secret, dealer) = (&secrets[1], bad.dealer.as_ref());
	if faults[3].is_some_and(|fault| fault != DealerFault::InvalidInput) {
		let (digest, bytes) = (&bad.digest, &bad.bytes);
		let accusation =
			worker::accuse::<Plain, _>(&context, secret, 2, dealer, digest, bytes, &mut rng);
		evidence.accusations.push(Accusation {
			block: 12,
			seat: 2,
			dealer: bad.dealer.clone(),
			digest: *bad.digest.hash(),
			evidence: accusation.expect("it is right"),
		});
	}

	if let Some(seed) = seed {
		let mask = masking::derive::<Plain>(seed, &context, &RECIPIENT).expect("a mask");
		let dealing = taken(&evidence, RECIPIENT, mask.dealing);
		evidence.dealings.insert(0, dealing);
	}
	let accepted = &evidence.dealings[..3 + usize::from(seed.is_some())];
	let mut aggregate = Aggregate::zero(1);
	for dealing in accepted {
		let commitments =
			UncheckedCommitments::from_bytes(&dealing.bytes.commitments, 1).expect("points");
		aggregate.add(&commitments).expect("one threshold");
	}
	let shares: Vec<(u8, SecretShare)> = secrets
		.iter()
		.zip(1u8..)
		.map(|(secret, j)| {
			let open = |dealing: &Dealing| {
				worker::open(&context, secret, j, dealing.dealer.as_ref(), &dealing.bytes)
			};
			let own: Vec<SecretShare> = accepted.iter().map(|d| open(d).expect("opens")).collect();
			(j, worker::aggregate(&own).expect("one length"))
		})
		.collect();
	let (values, blinding) = adjudicator::reconstruct(&shares[..2]).expect("two shares");
	let number = |value| U256::from_little_endian(&encode_scalar(value));
	let digests: Vec<_> = accepted.iter().map(|dealing| *dealing.digest.hash()).collect();
	evidence.result = TaskResult {
		accepted_set: adjudicator::accepted_set_hash(&task_hash, &digests, &aggregate.to_bytes()),
		dealers: 3,
		commitment: aggregate.to_bytes()[0],
		vector: values.iter().map(number).collect::<Vec<_>>().try_into().expect("short"),
		blinding: encode_scalar(&blinding),
		..evidence.result
	};
	evidence.shares = shares
		.iter()
		.map(|(seat, share)| Share { block: 20, seat: *seat, share: share.to_bytes().to_vec() })
		.collect();
	evidence
}

/// A dealing that the chain took.
fn taken(evidence: &Evidence, account: [u8; 32], bytes: DealingBytes) -> Dealing {
	let digest = digest(evidence, &account, &bytes);
	Dealing { dealer: AccountId::new(account), block: 9, digest, bytes, taken: Some(true) }
}

/// The digest of a dealing that the chain takes.
fn digest(evidence: &Evidence, dealer: &[u8; 32], bytes: &DealingBytes) -> AcceptedDigest {
	let accepted =
		adjudicator::verify_dealing(&evidence.context(), dealer, bytes, verify_signature);
	accepted.expect("good").digest
}

/// All checks.
pub(super) fn check(evidence: &Evidence) -> Verification {
	evidence.check(&mut ChaCha20Rng::seed_from_u64(6))
}

/// What a node does once a task is settled, and its state is pruned.
fn forget_committee(evidence: &mut Evidence) {
	evidence.committee = None;
	evidence.panel = Default::default();
	evidence.info.committee = Default::default();
	evidence.info.panel = Default::default();
}

/// Names of the checks that do not hold.
fn broken(evidence: &Evidence) -> Vec<&'static str> {
	let verification = check(evidence);
	let broken: Vec<_> = verification
		.checks
		.iter()
		.filter(|check| check.holds == Some(false))
		.map(|check| check.what)
		.collect();
	let is_open = |check: &Check| check.what == SET && check.holds.is_none();
	let is_open = verification.checks.iter().any(is_open);
	assert_eq!(verification.is_right(), broken.is_empty() && !is_open);
	broken
}

const OPENS: &str = "the result opens its commitment";
const SHARES: &str = "the result shares give the result";
const MEANS: &str = "the result is one that data can give";

#[test]
fn a_right_task_withstands_every_check() {
	let evidence = evidence();
	let verification = check(&evidence);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert!(verification.checks.iter().all(|check| check.holds == Some(true)));
	assert_eq!(verification.right, [1, 2, 3]);
	assert_eq!(verification.accepted.len(), 3);
	let made = super::transcript::transcript(&evidence, &verification);
	let text = serde_json::to_string(&made).expect("JSON");
	assert!(text.starts_with("{\"version\":5,\"genesis\":"), "in the order of the page: {text}");
	let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!(json["result"]["exact"]["mean"], "2");
	assert_eq!(json["dealings"][3]["counts"], false);
	assert_eq!(json["task"]["accepted"], 4);
	assert_eq!(json["task"]["verifiers"], 2);
	let conditions = serde_json::json!({
		"least_dealers": 3, "required": [], "counting": null, "sealed_to": null,
	});
	assert_eq!(json["task"]["conditions"], conditions);
	assert_eq!(json["task"]["conditions_scale"], "0x03000000000000");
	assert!(json["result"]["sealed_to"].is_null() && json["result"]["opening"].is_null());
	assert_eq!((&json["result"]["attested"], &json["result"]["disproven"]), (&2.into(), &0.into()));
	assert_eq!(json["task"]["consent"], format!("0x{}", "06".repeat(32)));
}

#[test]
fn a_forgotten_committee_leaves_the_rest_checkable() {
	let mut evidence = evidence();
	forget_committee(&mut evidence);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	let verification = check(&evidence);
	assert!(verification.checks.iter().any(|check| check.what == HASH && check.holds.is_none()));
	assert!(verification
		.checks
		.iter()
		.any(|check| check.what == PANEL && check.holds == Some(true)));
	// whether the accusation is right cannot be told, and anybody may have made it up
	assert_eq!(verification.verdict(), Verdict::Unexplained);
	assert_eq!(verification.dealings, [0, 1, 2, 3]);
	// without it the set is still found, as every subset is tried
	evidence.accusations.clear();
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert_eq!(check(&evidence).verdict(), Verdict::Unexplained);
}

#[test]
fn another_result_is_seen() {
	let mut evidence = evidence();
	evidence.result.vector[1] = U256::from(7);
	assert_eq!(broken(&evidence), [OPENS, SHARES]);
	let mut evidence = self::evidence();
	evidence.result.blinding = encode_scalar(&Scalar::from(7u8));
	assert_eq!(broken(&evidence), [OPENS, SHARES]);
	// a sum that three rows from 0 to 9 cannot have
	let mut evidence = self::evidence();
	evidence.result.vector[1] = U256::from(70);
	assert_eq!(broken(&evidence), [OPENS, SHARES, MEANS]);
}

#[test]
fn another_commitment_or_accepted_set_is_seen() {
	let mut evidence = evidence();
	evidence.result.commitment = evidence.dealings[0].bytes.commitments[0];
	assert!(broken(&evidence).contains(&OPENS) && broken(&evidence).contains(&SET));
	let mut evidence = self::evidence();
	evidence.result.accepted_set = [1; 32];
	assert_eq!(broken(&evidence), [SET]);
	let mut evidence = self::evidence();
	evidence.result.dealers = 4;
	assert!(broken(&evidence).contains(&SET));
}

#[test]
fn a_missing_or_foreign_dealing_is_seen() {
	let mut evidence = evidence();
	evidence.dealings.remove(0);
	assert!(broken(&evidence).contains(&SET));
	let mut evidence = self::evidence();
	evidence.dealings[0].digest = AcceptedDigest::of_state([1; 32]);
	assert!(broken(&evidence).contains(&SET));
}

#[test]
fn an_exclusion_without_a_rightful_accusation_is_seen() {
	let mut evidence = evidence();
	evidence.accusations.clear();
	assert_eq!(broken(&evidence), [SET]);
	let mut evidence = self::evidence();
	evidence.accusations[0].seat = 1;
	assert_eq!(broken(&evidence), [SET]);
}

#[test]
fn commitments_outside_the_group_convict_and_nothing_is_opened() {
	let evidence = of_faults([None, None, None, Some(DealerFault::OutsideSubgroup)]);
	let accusation = &evidence.accusations[0].evidence;
	assert_eq!((accusation.dh, accusation.dleq), ([0; 32], [0; 64]));
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert_eq!(check(&evidence).accepted.len(), 3);
	let json = transcript(&evidence);
	assert_eq!(json["dealings"][3]["counts"], false);
	assert_eq!(json["accusations"][0]["dh"], format!("0x{}", "00".repeat(32)));
	// it is seen in the dealing itself, whoever told the chain, and how
	let mut other = evidence.clone();
	other.accusations.clear();
	assert_eq!(broken(&other), Vec::<&str>::new());
	let excluded = check(&other).excluded;
	assert_eq!(excluded[0].fault, Some(DealerFault::OutsideSubgroup));
	// and of commitments in the group such evidence convicts nobody
	let mut other = self::evidence();
	other.accusations[0].evidence.dh = [0; 32];
	assert_eq!(broken(&other), [SET]);
}

#[test]
fn parts_outside_the_group_that_cancel_are_harmless() {
	// three times a point of order three
	let outside = Some(DealerFault::OutsideSubgroup);
	let evidence = of_faults([outside, outside, outside, Some(DealerFault::WrongShare)]);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert_eq!(check(&evidence).right, [1, 2, 3]);
}

#[test]
fn a_sum_outside_the_group_is_seen() {
	let outside = Some(DealerFault::OutsideSubgroup);
	let evidence = of_faults([outside, None, None, Some(DealerFault::WrongShare)]);
	assert_eq!(broken(&evidence), [SHARES]);
	let verification = check(&evidence);
	let shares = verification.checks.iter().find(|check| check.what == SHARES).expect("made");
	assert_eq!(shares.detail, "the sum of the commitments lies outside the group");
	assert!(verification.right.is_empty(), "nothing of it is multiplied");
}

#[test]
fn a_record_other_than_that_hashed_is_seen() {
	let mut evidence = evidence();
	// proofs are of the spec that was dealt to
	evidence.info.task.spec.max_rows = 10;
	assert_eq!(broken(&evidence), [HASH, PROVEN]);
	let mut evidence = self::evidence();
	evidence.info.task.consent = [0; 32];
	assert_eq!(broken(&evidence), [HASH]);
	let mut evidence = self::evidence();
	evidence.info.task.conditions.least_dealers = 2;
	assert_eq!(broken(&evidence), [HASH]);
	let mut evidence = self::evidence();
	evidence.info.task.conditions.counting = Some(1);
	assert_eq!(broken(&evidence), [HASH]);
}

fn requires(conditions: &mut Conditions, byte: u8) {
	conditions.required.try_push(AccountId::new([byte; 32])).expect("there is room");
}

/// A runtime that lets fewer dealings count than was promised, or others.
#[test]
fn what_the_task_promises_is_held_against_what_counts() {
	let on = |change: fn(&mut Conditions)| {
		let mut evidence = evidence();
		change(&mut evidence.info.task.conditions);
		// which the task hash would tell
		forget_committee(&mut evidence);
		let verification = check(&evidence);
		let met = verification.checks.iter().find(|check| check.what == CONDITIONS);
		let met = met.expect("made");
		(met.holds, met.detail.clone(), verification.verdict())
	};
	assert_eq!(on(|_| {}).1, "3 dealers of 3 at least");
	let (holds, detail, verdict) = on(|conditions| conditions.least_dealers = 4);
	assert_eq!((holds, verdict), (Some(false), Verdict::Wrong), "{detail}");
	assert_eq!(on(|conditions| requires(conditions, 61)).0, Some(true));
	// the fourth was excluded
	for other in [64, 65] {
		let mut evidence = evidence();
		requires(&mut evidence.info.task.conditions, other);
		assert_eq!(broken(&evidence), [HASH, CONDITIONS]);
	}
	let (_, detail, _) = on(|conditions| conditions.counting = Some(7));
	assert!(detail.contains("the dealers of task 7"), "{detail}");
}

#[test]
fn wrong_and_too_few_result_shares_are_seen() {
	let mut evidence = evidence();
	evidence.shares[0].share[0] ^= 1;
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert_eq!(check(&evidence).right, [2, 3]);
	evidence.shares[1].share[0] ^= 1;
	assert_eq!(broken(&evidence), [SHARES]);
	let mut evidence = self::evidence();
	evidence.shares[0].seat = 2;
	evidence.shares.truncate(2);
	assert_eq!(broken(&evidence), [SHARES]);
}

/// Another dealing of a dealer, with a proof that holds.
fn another(evidence: &Evidence, account: [u8; 32], seed: u64) -> Dealing {
	let mut rng = ChaCha20Rng::seed_from_u64(seed);
	let input = [Scalar::from(1u8), Scalar::from(9u8)];
	let relation = relation(&evidence.info.task.spec).expect("valid");
	let bytes =
		dealer::deal::<Plain, _>(&evidence.context(), &relation, &account, &input, &mut rng);
	let bytes = bytes.expect("a dealing");
	let digest = digest(evidence, &account, &bytes);
	Dealing { dealer: AccountId::new(account), block: 8, digest, bytes, taken: None }
}

/// The same after the node has forgotten the events that say which dealings the chain took.
fn without_events() -> Evidence {
	let mut evidence = evidence();
	evidence.dealings.iter_mut().for_each(|dealing| dealing.taken = None);
	evidence
}

fn transcript(evidence: &Evidence) -> serde_json::Value {
	let made = super::transcript::transcript(evidence, &check(evidence));
	serde_json::to_value(made).expect("JSON")
}

#[test]
fn garbage_before_a_share_stands_in_no_ones_way() {
	let mut evidence = evidence();
	let garbage = (1..=3).map(|seat| Share { block: 13, seat, share: vec![1; 96] });
	evidence.shares.splice(0..0, garbage);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	let verification = check(&evidence);
	assert_eq!(verification.right, [1, 2, 3]);
	assert_eq!(verification.shares, [3, 4, 5]);
	let json = transcript(&evidence);
	let shares = json["result_shares"].as_array().expect("a list");
	assert_eq!(shares.len(), 3);
	assert!(shares.iter().all(|share| share["right"] == true && share["block"] == 20));
	// a seat without a right one is shown with the first, and counted
	evidence.shares.pop();
	let json = transcript(&evidence);
	assert_eq!(json["result_shares"].as_array().map(Vec::len), Some(3));
	assert_eq!(json["result_shares"][0]["right"], false);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
}

#[test]
fn a_refused_dealing_before_the_accepted_one_stands_in_no_ones_way() {
	let mut evidence = without_events();
	let flood = (0..20).map(|seed| another(&evidence, [61; 32], seed)).collect::<Vec<_>>();
	let second = another(&evidence, [62; 32], 100);
	evidence.dealings.splice(0..0, flood.into_iter().chain([second]));
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	let verification = check(&evidence);
	assert_eq!(verification.accepted.len(), 3);
	assert_eq!(verification.dealings, [21, 22, 23, 24]);
	let json = transcript(&evidence);
	let dealings = json["dealings"].as_array().expect("a list");
	let counts: Vec<bool> = dealings.iter().map(|dealing| dealing["counts"] == true).collect();
	assert_eq!(counts, [true, true, true, false]);

	// as it is after the settlement, when the committee is forgotten too
	forget_committee(&mut evidence);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert_eq!(check(&evidence).accepted.len(), 3);
}

#[test]
fn a_dealing_that_the_chain_may_have_refused_is_no_exclusion() {
	let mut evidence = without_events();
	let of_a_stranger = another(&evidence, [65; 32], 1);
	evidence.dealings.insert(0, of_a_stranger);
	let verification = check(&evidence);
	assert_eq!(verification.verdict(), Verdict::Unexplained);
	let set = verification.checks.iter().find(|check| check.what == SET).expect("made");
	assert_eq!(set.holds, None);
	assert!(set.detail.contains("1 dealers' are neither counted nor convicted"), "{}", set.detail);
	assert_eq!(verification.dealings, [1, 2, 3, 4]);
	// if the chain took it, it was left out for no reason
	evidence.dealings[0].taken = Some(true);
	assert!(broken(&evidence).contains(&SET));
	// and if not, nothing is open
	evidence.dealings[0].taken = Some(false);
	assert!(check(&evidence).checks.iter().all(|check| check.holds == Some(true)));
}

#[test]
fn a_conviction_is_needed_without_events_too() {
	let mut evidence = without_events();
	evidence.accusations.clear();
	let verification = check(&evidence);
	let set = verification.checks.iter().find(|check| check.what == SET).expect("made");
	assert_eq!(set.holds, None);
	assert_eq!(verification.accepted.len(), 3);
	assert_eq!(verification.verdict(), Verdict::Unexplained);
	// nor is it forgotten with the committee
	forget_committee(&mut evidence);
	assert_eq!(check(&evidence).verdict(), Verdict::Unexplained);
}
