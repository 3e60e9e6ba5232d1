//! A task's transcript as JSON: enough for an independent implementation to check it. `docs/TRANSCRIPT.md` says what
//! every field is and which checks to make; the two change together.

use super::check::{Accusation, Check, Dealing, Evidence, Share, Verification};
use crate::{
	account::address,
	class,
	json::{self, Tree},
	mask,
	request::{label, text},
};
use alloc::{format, string::String, vec::Vec};
use codec::Encode;
use ostraka_primitives::{
	spec::{Column, TaskSpec},
	task::{Committee, Conditions, Seat, Windows},
	ProtocolVersion, TaskId,
};
use ostraka_protocol::{statistics::Outcome, wire::Published};
use serde::Serialize;

/// Version of the format.
pub const VERSION: u32 = 5;

/// A transcript; the fields stand in the order of `docs/TRANSCRIPT.md`.
#[derive(Debug, Serialize)]
pub struct Transcript {
	version: u32,
	genesis: String,
	task: TaskPart,
	committee: Option<Vec<SeatPart>>,
	panel: Option<Vec<SeatPart>>,
	task_hash: String,
	task_hash_preimage: Option<String>,
	dealings: Vec<DealingPart>,
	accusations: Vec<AccusationPart>,
	accepted_set: AcceptedSetPart,
	result_shares: Vec<SharePart>,
	result: ResultPart,
	checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct TaskPart {
	id: TaskId,
	protocol: ProtocolVersion,
	requester: String,
	class: &'static str,
	class_index: u8,
	seats: u8,
	threshold: u8,
	verifiers: u8,
	length: u32,
	conditions: ConditionsPart,
	conditions_scale: String,
	invited: u32,
	accepted: u32,
	cohort: String,
	consent: String,
	submitted_at: u32,
	drawn_at: Option<u32>,
	windows: WindowsPart,
	spec: Spec,
	spec_scale: String,
}

/// What a task promises its dealers, and who reads its result.
#[derive(Debug, Serialize)]
pub struct ConditionsPart {
	least_dealers: u32,
	required: Vec<String>,
	counting: Option<TaskId>,
	sealed_to: Option<String>,
}

/// Lengths of a task's phases, in blocks.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WindowsPart {
	collect: u32,
	verify: u32,
	commit: u32,
	reveal: u32,
}

#[derive(Debug, Serialize)]
struct SeatPart {
	seat: u8,
	account: String,
	account_id: String,
	worker: String,
	seal_key: String,
}

#[derive(Debug, Serialize)]
struct DealingPart {
	dealer: String,
	dealer_id: String,
	block: u32,
	commitments: Vec<String>,
	ephemeral: String,
	proof: String,
	sealed_hashes: Vec<String>,
	validity: String,
	digest: String,
	counts: bool,
}

#[derive(Debug, Serialize)]
struct AccusationPart {
	block: u32,
	seat: u8,
	dealer: String,
	digest: String,
	dh: String,
	dleq: String,
	sealed: String,
}

#[derive(Debug, Serialize)]
struct AcceptedSetPart {
	#[serde(rename = "h_A")]
	hash: String,
	dealers: u32,
	digests: Vec<String>,
	aggregate: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SharePart {
	block: u32,
	seat: u8,
	values: Vec<String>,
	auxiliary: Option<String>,
	right: bool,
}

#[derive(Debug, Serialize)]
struct ResultPart {
	values: Vec<String>,
	blinding: String,
	commitment: String,
	attested: u32,
	disproven: u32,
	sealed_to: Option<String>,
	opening: Option<OpeningPart>,
	typed: Option<Tree>,
	exact: Option<Tree>,
}

#[derive(Debug, Serialize)]
struct OpeningPart {
	values: Vec<String>,
	blinding: String,
}

/// A spec for people and for programs without SCALE.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spec {
	statistic: &'static str,
	columns: Vec<ColumnPart>,
	target: Option<ColumnPart>,
	weight: Option<ColumnPart>,
	edges: Vec<i64>,
	quantiles: Vec<u16>,
	group_by: Option<GroupingPart>,
	max_rows: u32,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ColumnPart {
	name: String,
	decimals: u8,
	min: i64,
	max: i64,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct GroupingPart {
	column: String,
	groups: Vec<String>,
}

/// The transcript.
pub fn transcript(evidence: &Evidence, verification: &Verification) -> Transcript {
	let record = &evidence.info.task;
	let result = &evidence.result;
	let outcome = verification.outcome.as_ref().and_then(|outcome| outcome.as_ref().ok());
	let named = outcome.map(Outcome::to_named);
	Transcript {
		version: VERSION,
		genesis: hex(&evidence.genesis),
		task: task(evidence),
		committee: evidence.committee.as_ref().map(|members| seats(members, 0)),
		panel: evidence.committee.as_ref().map(|members| seats(&evidence.panel, members.len())),
		task_hash: hex(&record.task_hash.unwrap_or_default()),
		task_hash_preimage: evidence
			.committee
			.as_ref()
			.and_then(|members| preimage(evidence, members)),
		dealings: verification
			.dealings
			.iter()
			.filter_map(|place| evidence.dealings.get(*place))
			.map(|made| dealing(made, verification.accepted.contains(made.digest.hash())))
			.collect(),
		accusations: evidence.accusations.iter().map(accusation).collect(),
		accepted_set: AcceptedSetPart {
			hash: hex(&result.accepted_set),
			dealers: result.dealers,
			digests: sorted(&verification.accepted),
			aggregate: hex_list(&verification.aggregate),
		},
		result_shares: verification
			.shares
			.iter()
			.filter_map(|place| evidence.shares.get(*place))
			.map(|made| share(made, verification.right.contains(&made.seat)))
			.collect(),
		result: ResultPart {
			values: result.scalars().map(|bytes| hex(&bytes)).collect(),
			blinding: hex(&result.blinding),
			commitment: hex(&result.commitment),
			attested: result.attested,
			disproven: result.disproven,
			sealed_to: result.sealed_to.as_ref().map(address),
			opening: evidence.opening.as_ref().map(|opening| OpeningPart {
				values: opening.vector.iter().map(mask::number).collect(),
				blinding: mask::number(&opening.blinding),
			}),
			typed: named.as_ref().map(json::value),
			exact: named.as_ref().map(json::exact),
		},
		checks: verification.checks.clone(),
	}
}

fn task(evidence: &Evidence) -> TaskPart {
	let record = &evidence.info.task;
	TaskPart {
		id: evidence.task,
		protocol: record.protocol,
		requester: address(&record.requester),
		class: class::label(record.class),
		class_index: record.class.index(),
		seats: record.parameters.seats,
		threshold: record.parameters.threshold,
		verifiers: record.parameters.verifiers,
		length: record.spec.length(),
		conditions: conditions(&record.conditions),
		conditions_scale: hex(&record.conditions.encode()),
		invited: record.invited,
		accepted: record.accepted,
		cohort: hex(&record.cohort),
		consent: hex(&record.consent),
		submitted_at: record.submitted_at,
		drawn_at: record.drawn_at,
		windows: windows(&record.windows),
		spec: spec(&record.spec),
		spec_scale: hex(&record.spec.encode()),
	}
}

/// A task's conditions.
pub fn conditions(conditions: &Conditions) -> ConditionsPart {
	ConditionsPart {
		least_dealers: conditions.least_dealers,
		required: conditions.required.iter().map(address).collect(),
		counting: conditions.counting,
		sealed_to: conditions.sealed_to.as_ref().map(address),
	}
}

/// A task's windows.
pub fn windows(windows: &Windows) -> WindowsPart {
	let Windows { collect, verify, commit, reveal } = *windows;
	WindowsPart { collect, verify, commit, reveal }
}

fn dealing(dealing: &Dealing, counts: bool) -> DealingPart {
	DealingPart {
		dealer: address(&dealing.dealer),
		dealer_id: hex(dealing.dealer.as_ref()),
		block: dealing.block,
		commitments: hex_list(&dealing.bytes.commitments),
		ephemeral: hex(&dealing.bytes.ephemeral),
		proof: hex(&dealing.bytes.proof),
		sealed_hashes: hex_list(&dealing.bytes.sealed_hashes()),
		validity: hex(&dealing.bytes.validity),
		digest: hex(dealing.digest.hash()),
		counts,
	}
}

fn accusation(accusation: &Accusation) -> AccusationPart {
	AccusationPart {
		block: accusation.block,
		seat: accusation.seat,
		dealer: address(&accusation.dealer),
		digest: hex(&accusation.digest),
		dh: hex(&accusation.evidence.dh),
		dleq: hex(&accusation.evidence.dleq),
		sealed: hex(&accusation.evidence.sealed),
	}
}

fn share(share: &Share, right: bool) -> SharePart {
	let values = share.share.get(..share.share.len().saturating_sub(32)).unwrap_or_default();
	SharePart {
		block: share.block,
		seat: share.seat,
		values: scalars(values),
		auxiliary: share.share.rchunks(32).next().map(hex),
		right,
	}
}

/// The bytes whose SHA-256 is the task hash.
fn preimage(evidence: &Evidence, committee: &Committee) -> Option<String> {
	let published = Published::of(&evidence.info.task)?;
	Some(hex(&published.preimage(&evidence.genesis, evidence.task, committee, &evidence.panel)))
}

/// A spec for people and for programs without SCALE.
pub fn spec(spec: &TaskSpec) -> Spec {
	Spec {
		statistic: label(spec.statistic),
		columns: spec.columns.iter().map(column).collect(),
		target: spec.target.as_ref().map(column),
		weight: spec.weight.as_ref().map(column),
		edges: spec.edges.to_vec(),
		quantiles: spec.quantiles.to_vec(),
		group_by: spec.group_by.as_ref().map(|grouping| GroupingPart {
			column: text(&grouping.column),
			groups: grouping.groups.iter().map(text).collect(),
		}),
		max_rows: spec.max_rows,
	}
}

fn column(column: &Column) -> ColumnPart {
	ColumnPart {
		name: text(&column.name),
		decimals: column.decimals,
		min: column.min,
		max: column.max,
	}
}

/// Seats with their numbers, behind so many others.
fn seats(seats: &[Seat], others: usize) -> Vec<SeatPart> {
	let seats = (1u8..).skip(others).zip(seats).map(|(j, seat)| SeatPart {
		seat: j,
		account: address(&seat.account),
		account_id: hex(seat.account.as_ref()),
		worker: hex(&seat.worker.0),
		seal_key: hex(&seat.seal_key),
	});
	seats.collect()
}

fn hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn hex_list<const N: usize>(items: &[[u8; N]]) -> Vec<String> {
	items.iter().map(|item| hex(item)).collect()
}

fn sorted(digests: &[[u8; 32]]) -> Vec<String> {
	let mut digests = digests.to_vec();
	digests.sort_unstable();
	hex_list(&digests)
}

fn scalars(bytes: &[u8]) -> Vec<String> {
	bytes.chunks(32).map(hex).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, verify::check::Check};
	use ostraka_primitives::{
		api::TaskInfo,
		spec::Statistic,
		task::{FailReason, Outcome, Panel, Task, TaskResult, TaskStatus},
		AccountId,
	};
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
	use sha2::{Digest as _, Sha256};

	fn evidence() -> Evidence {
		let seat = |byte: u8| Seat {
			account: AccountId::new([byte; 32]),
			worker: sp_core::ed25519::Public::from_raw([byte; 32]),
			seal_key: [byte; 32],
		};
		let committee: Committee = vec![seat(1), seat(2), seat(3)].try_into().expect("three");
		let panel: Panel = vec![seat(4), seat(5)].try_into().expect("two");
		let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 1, 9)]);
		let task = Task {
			drawn_at: Some(6),
			status: TaskStatus::Settled(Outcome::Failed(FailReason::Cancelled)),
			..fixtures::task(spec)
		};
		Evidence {
			genesis: [8; 32],
			task: 77,
			version: ostraka_protocol::Version::CURRENT,
			info: TaskInfo {
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
			},
			committee: Some(committee),
			panel,
			result: TaskResult {
				accepted_set: [0; 32],
				dealers: 0,
				commitment: [0; 96],
				vector: Default::default(),
				blinding: [0; 32],
				panel: 2,
				attested: 0,
				disproven: 0,
				sealed_to: None,
			},
			opening: None,
			dealings: Vec::new(),
			accusations: Vec::new(),
			challenged: Default::default(),
			shares: Vec::new(),
		}
	}

	#[test]
	fn the_preimage_hashes_to_the_task_hash() {
		let evidence = evidence();
		let committee = evidence.committee.clone().expect("known");
		let preimage = preimage(&evidence, &committee).expect("drawn");
		let bytes = hex::decode(preimage.trim_start_matches("0x")).expect("hexadecimal");
		let hash: [u8; 32] = Sha256::digest(bytes).into();
		assert_eq!(Some(hash), evidence.task_hash(&committee));
		let others = Evidence { panel: Default::default(), ..evidence };
		assert_ne!(Some(hash), others.task_hash(&committee), "the panel is in it");
	}

	#[test]
	fn the_seats_stand_in_one_row() {
		let evidence = evidence();
		let verification = evidence.check(&mut ChaCha20Rng::seed_from_u64(1));
		let json = serde_json::to_value(transcript(&evidence, &verification)).expect("JSON");
		let numbers = |list: &str| -> Vec<u64> {
			let seats = json[list].as_array().expect("a list").iter();
			seats.filter_map(|seat| seat["seat"].as_u64()).collect()
		};
		assert_eq!((numbers("committee"), numbers("panel")), (vec![1, 2, 3], vec![4, 5]));
		let forgotten = Evidence { committee: None, panel: Default::default(), ..evidence };
		let json = serde_json::to_value(transcript(&forgotten, &verification)).expect("JSON");
		assert!(json["committee"].is_null() && json["panel"].is_null());
	}

	#[test]
	fn nothing_gathered_is_nothing_verified() {
		let verification = evidence().check(&mut ChaCha20Rng::seed_from_u64(1));
		assert!(!verification.is_right());
		let opening: Option<&Check> = verification.checks.first();
		assert_eq!(opening.and_then(|check| check.holds), Some(false));
	}
}
