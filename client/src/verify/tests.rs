//! The checks on a whole task, right and with every part of it tampered with.

use super::check::{Accusation, Dealing, Evidence, Share};
use crate::{
	class,
	simulate::{cheats, faults::FaultKind},
};
use ostraka_crypto::{
	encoding::{encode_point, encode_scalar},
	seal::SealSecret,
	vss::{Commitments, SecretShare},
	Plain, Scalar,
};
use ostraka_primitives::{
	api::TaskInfo,
	spec::{Column, Statistic, TaskSpec},
	task::{
		Committee, Outcome as Ended, Seat, SecurityClass, Task, TaskResult, TaskStatus, Windows,
	},
	AccountId,
};
use ostraka_protocol::{
	adjudicator::{self, Aggregate},
	dealer, worker, TaskContext,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_core::U256;

/// A completed mean over four dealers (rows 1; 2; 3; 4), the fourth of which was convicted and excluded.
fn evidence() -> Evidence {
	let mut rng = ChaCha20Rng::seed_from_u64(5);
	let secrets: Vec<SealSecret> = (0..3).map(|_| SealSecret::random(&mut rng)).collect();
	let seats: Vec<Seat> = secrets
		.iter()
		.zip(1u8..)
		.map(|(secret, j)| Seat {
			account: AccountId::new([j; 32]),
			worker: sp_core::ed25519::Public::from_raw([100 + j; 32]),
			seal_key: encode_point(&secret.public::<Plain>()),
		})
		.collect();
	let committee: Committee = seats.try_into().expect("three seats");
	let column =
		Column { name: b"x".to_vec().try_into().expect("short"), decimals: 0, min: 0, max: 9 };
	let task = Task {
		requester: AccountId::new([50; 32]),
		spec: TaskSpec {
			statistic: Statistic::Mean,
			columns: vec![column].try_into().expect("one"),
			target: None,
			weight: None,
			edges: Default::default(),
			quantiles: Default::default(),
			group_by: None,
			max_rows: 9,
		},
		class: SecurityClass::Standard,
		parameters: class::parameters(SecurityClass::Standard, false),
		windows: Windows { collect: 10, verify: 10, commit: 10, reveal: 10 },
		submitted_at: 5,
		invited: 4,
		cohort: [7; 32],
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
		dealings: 0,
		excluded: 0,
		committed: 0,
		right_shares: 0,
	};
	let result = TaskResult {
		accepted_set: [0; 32],
		dealers: 3,
		commitment: [0; 96],
		vector: Default::default(),
		blinding: [0; 32],
	};
	let mut evidence = Evidence {
		genesis: [8; 32],
		task: 3,
		info,
		committee: Some(committee.clone()),
		result,
		dealings: Vec::new(),
		accusations: Vec::new(),
		shares: Vec::new(),
	};
	let task_hash = evidence.task_hash(&committee).expect("drawn");
	evidence.info.task.task_hash = Some(task_hash);
	let context = TaskContext {
		task_hash,
		threshold: 1,
		length: 2,
		seal_keys: committee.iter().map(|seat| seat.seal_key).collect(),
	};
	for value in 1u8..=4 {
		let account = [60 + value; 32];
		let input = [Scalar::from(1u8), Scalar::from(value)];
		let bytes = if value == 4 {
			cheats::deal(&context, &account, &input, FaultKind::BadShare, 2, &mut rng)
		} else {
			dealer::deal::<Plain, _>(&context, &account, &input, &mut rng)
		}
		.expect("a dealing");
		let digest = bytes.digest(&task_hash, &account);
		evidence.dealings.push(Dealing {
			dealer: AccountId::new(account),
			block: 9,
			digest,
			bytes,
		});
	}
	let bad = evidence.dealings.last().expect("four").clone();
	let (secret, dealer) = (&secrets[1], bad.dealer.as_ref());
	let accusation =
		worker::accuse::<Plain, _>(&context, secret, 2, dealer, &bad.digest, &bad.bytes, &mut rng);
	evidence.accusations.push(Accusation {
		block: 12,
		seat: 2,
		dealer: bad.dealer.clone(),
		digest: bad.digest,
		evidence: accusation.expect("it is right"),
	});

	let accepted = &evidence.dealings[..3];
	let mut aggregate = Aggregate::<Plain>::zero(1);
	for dealing in accepted {
		let commitments = Commitments::from_bytes(&dealing.bytes.commitments, 1).expect("points");
		aggregate.add(&commitments).expect("one threshold");
	}
	let shares: Vec<(u8, SecretShare)> = secrets
		.iter()
		.zip(1u8..)
		.map(|(secret, j)| {
			let open = |dealing: &Dealing| {
				worker::open::<Plain>(&context, secret, j, dealing.dealer.as_ref(), &dealing.bytes)
			};
			let own: Vec<SecretShare> = accepted.iter().map(|d| open(d).expect("opens")).collect();
			(j, worker::aggregate(&own).expect("one length"))
		})
		.collect();
	let (values, blinding) = adjudicator::reconstruct(&shares[..2]).expect("two shares");
	let number = |value| U256::from_little_endian(&encode_scalar(value));
	let digests: Vec<_> = accepted.iter().map(|dealing| dealing.digest).collect();
	evidence.result = TaskResult {
		accepted_set: adjudicator::accepted_set_hash(&task_hash, &digests, &aggregate.to_bytes()),
		dealers: 3,
		commitment: aggregate.to_bytes()[0],
		vector: values.iter().map(number).collect::<Vec<_>>().try_into().expect("short"),
		blinding: encode_scalar(&blinding),
	};
	evidence.shares = shares
		.iter()
		.map(|(seat, share)| Share { block: 20, seat: *seat, share: share.to_bytes().to_vec() })
		.collect();
	evidence
}

/// Names of the checks that do not hold.
fn broken(evidence: &Evidence) -> Vec<&'static str> {
	let verification = evidence.check();
	let broken: Vec<_> = verification
		.checks
		.iter()
		.filter(|check| check.holds == Some(false))
		.map(|check| check.what)
		.collect();
	assert_eq!(verification.is_right(), broken.is_empty());
	broken
}

const OPENS: &str = "the result opens its commitment";
const HASH: &str = "the task hash covers the record";
const SET: &str = "the dealings that count hash to h_A and add up to C_0";
const SHARES: &str = "the result shares give the result";
const MEANS: &str = "the result is one that data can give";

#[test]
fn a_right_task_withstands_every_check() {
	let evidence = evidence();
	let verification = evidence.check();
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert!(verification.checks.iter().all(|check| check.holds == Some(true)));
	assert_eq!(verification.right, [1, 2, 3]);
	assert_eq!(verification.accepted.len(), 3);
	let made = super::transcript::transcript(&evidence, &verification);
	let text = serde_json::to_string(&made).expect("JSON");
	assert!(text.starts_with("{\"version\":1,\"genesis\":"), "in the order of the page: {text}");
	let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!(json["result"]["exact"]["mean"], "2");
	assert_eq!(json["dealings"][3]["counts"], false);
}

#[test]
fn a_forgotten_committee_leaves_the_rest_checkable() {
	let mut evidence = evidence();
	evidence.committee = None;
	evidence.info.committee = Default::default();
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	let verification = evidence.check();
	assert!(verification.checks.iter().any(|check| check.what == HASH && check.holds.is_none()));
	// without the accusation the set is still found, as every subset is tried
	evidence.accusations.clear();
	assert_eq!(broken(&evidence), Vec::<&str>::new());
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
	evidence.dealings[0].digest = [1; 32];
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
fn a_record_other_than_that_hashed_is_seen() {
	let mut evidence = evidence();
	evidence.info.task.spec.max_rows = 10;
	assert_eq!(broken(&evidence), [HASH]);
	let mut evidence = self::evidence();
	evidence.info.task.cohort = [0; 32];
	assert_eq!(broken(&evidence), [HASH]);
}

#[test]
fn wrong_and_too_few_result_shares_are_seen() {
	let mut evidence = evidence();
	evidence.shares[0].share[0] ^= 1;
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert_eq!(evidence.check().right, [2, 3]);
	evidence.shares[1].share[0] ^= 1;
	assert_eq!(broken(&evidence), [SHARES]);
	let mut evidence = self::evidence();
	evidence.shares[0].seat = 2;
	evidence.shares.truncate(2);
	assert_eq!(broken(&evidence), [SHARES]);
}
