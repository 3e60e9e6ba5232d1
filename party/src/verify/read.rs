//! A transcript read back: what it holds, as the evidence that [`gather`](super::gather) makes of block bodies.
//!
//! A transcript is somebody's file, and what it says of task, committee and result is its word, which the checks hold against each
//! other. Of each dealing the digest is computed here, with the hash of its proof, and held against the proof of `ρ`: so nothing of it
//! was changed since it was made. Who made it the proof does not say, as it is a signature under the dealing's own `R`: anybody can
//! make one in any account's name, and a whole task of such. That the accounts sent these dealings, and that the chain took them, is
//! believed here; `h_A` in a chain's state says it. Who does not count among them has to be convicted by what is there.

use super::{
	check::{Accusation, Dealing, Evidence, Share},
	transcript::VERSION,
};
use crate::{
	account::{account, address},
	mask::{self, Opening},
};
use alloc::{
	borrow::ToOwned,
	collections::{BTreeMap, BTreeSet},
	format,
	string::{String, ToString},
	vec::Vec,
};
use codec::DecodeAll;
use ostraka_crypto::{
	messages::{self, hash_validity, DealingBytes, EvidenceBytes},
	proofs::{verify_rho, verify_signature},
	seal::PublicKey,
};
use ostraka_primitives::{
	api::TaskInfo,
	spec::{TaskSpec, MAX_LENGTH},
	task::{
		ClassParameters, Committee, Conditions, Outcome, Panel, Seat, SecurityClass, Task,
		TaskResult, TaskStatus, Windows,
	},
	AccountId, Digest, PointBytes, ProtocolVersion, SealKeyBytes, TaskId, WorkerKey, MAX_COMMITTEE,
	MAX_DEALERS, MAX_SEALED, MAX_VALIDITY,
};
use ostraka_protocol::{adjudicator::AcceptedDigest, statistics::proof_length, Version};
use serde::Deserialize;
use sp_core::U256;

/// Longest encoding of a spec that is looked at, in bytes: longer than any.
const MAX_SPEC: usize = 1 << 16;
/// Longest encoding of conditions that is looked at, in bytes: longer than any.
const MAX_CONDITIONS: usize = 1 << 9;
/// Most accusations: each member accuses each dealing once, and a second time is refused.
const MAX_ACCUSATIONS: usize = (MAX_COMMITTEE * MAX_DEALERS) as usize;

/// Why a transcript is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
	/// It has an earlier format.
	#[error(
		"the transcript has format {0}, of tasks without conditions that its dealers accepted; format {read} is read: export \
		 it again, from a chain whose tasks have them",
		read = VERSION
	)]
	Older(u64),
	/// It has a later format.
	#[error(
		"the transcript has format {0}, format {read} is read: take a newer release of ostraka",
		read = VERSION
	)]
	Newer(u64),
	/// It is no transcript.
	#[error("this is no transcript: {0}")]
	Form(String),
	/// What it says of the task cannot be.
	#[error("the transcript's task: {0}")]
	Task(String),
	/// What it says of a dealing cannot be.
	#[error("dealing {place} of the transcript: {what}")]
	Dealing {
		/// Its place, from 1.
		place: usize,
		/// What.
		what: String,
	},
	/// What it says of an accusation cannot be.
	#[error("accusation {place} of the transcript: {what}")]
	Accusation {
		/// Its place, from 1.
		place: usize,
		/// What.
		what: String,
	},
	/// What it says of the result or its shares cannot be.
	#[error("the transcript's result: {0}")]
	Result(String),
	/// What was given to open its result is not of it.
	#[error("the opening of the transcript's result: {0}")]
	Opening(String),
}

#[derive(Deserialize)]
struct Head {
	version: u64,
}

#[derive(Deserialize)]
struct Document {
	genesis: String,
	task: TaskPart,
	committee: Option<Vec<SeatPart>>,
	panel: Option<Vec<SeatPart>>,
	task_hash: String,
	dealings: Vec<DealingPart>,
	accusations: Vec<AccusationPart>,
	accepted_set: AcceptedSetPart,
	result_shares: Vec<SharePart>,
	result: ResultPart,
}

#[derive(Deserialize)]
struct TaskPart {
	id: TaskId,
	protocol: ProtocolVersion,
	requester: String,
	class_index: u8,
	seats: u8,
	threshold: u8,
	verifiers: u8,
	conditions_scale: String,
	invited: u32,
	accepted: u32,
	cohort: String,
	consent: String,
	submitted_at: u32,
	drawn_at: u32,
	windows: WindowsPart,
	spec_scale: String,
}

#[derive(Deserialize)]
struct WindowsPart {
	collect: u32,
	verify: u32,
	commit: u32,
	reveal: u32,
}

#[derive(Deserialize)]
struct SeatPart {
	account_id: String,
	worker: String,
	seal_key: String,
}

#[derive(Deserialize)]
struct DealingPart {
	dealer_id: String,
	block: u32,
	commitments: Vec<String>,
	ephemeral: String,
	proof: String,
	sealed_hashes: Vec<String>,
	validity: Option<String>,
	digest: String,
}

#[derive(Deserialize)]
struct AccusationPart {
	block: u32,
	seat: u8,
	dealer: String,
	digest: String,
	dh: String,
	dleq: String,
	sealed: String,
}

#[derive(Deserialize)]
struct AcceptedSetPart {
	#[serde(rename = "h_A")]
	hash: String,
	dealers: u32,
}

#[derive(Deserialize)]
struct SharePart {
	block: u32,
	seat: u8,
	values: Vec<String>,
	auxiliary: Option<String>,
}

#[derive(Deserialize)]
struct ResultPart {
	values: Vec<String>,
	blinding: String,
	commitment: String,
	attested: u32,
	disproven: u32,
	sealed_to: Option<String>,
	opening: Option<OpeningPart>,
}

#[derive(Deserialize)]
struct OpeningPart {
	values: Vec<String>,
	blinding: String,
}

/// Reads a transcript.
///
/// # Errors
/// [`ReadError`]: it is of another format, cannot be read, or holds a dealing whose proof of `ρ` does not hold. That something else of
/// it does not hold is none: [`Evidence::check`] says so.
pub fn read(text: &str) -> Result<Evidence, ReadError> {
	let form = |error: serde_json::Error| ReadError::Form(error.to_string());
	let Head { version } = serde_json::from_str(text).map_err(form)?;
	match version {
		version if version < u64::from(VERSION) => return Err(ReadError::Older(version)),
		version if version > u64::from(VERSION) => return Err(ReadError::Newer(version)),
		_ => {},
	}
	let document: Document = serde_json::from_str(text).map_err(form)?;
	let genesis = fixed("genesis", &document.genesis).map_err(ReadError::Task)?;
	let task_hash = fixed("task_hash", &document.task_hash).map_err(ReadError::Task)?;
	let (version, task) = record(&document.task, task_hash).map_err(ReadError::Task)?;
	let (committee, panel) = drawn(&document, &task.parameters).map_err(ReadError::Task)?;
	let (dealings, shown) = dealings(&document.dealings, &task, &task_hash)?;
	let seats = task.parameters.seats;
	let accusations = accusations(&document.accusations, seats, &dealings, &shown)?;
	let shares = shares(&document.result_shares, seats).map_err(ReadError::Result)?;
	let result = result(&document).map_err(ReadError::Result)?;
	let opening = document.result.opening.as_ref().map(opening);
	let opening = opening.transpose().map_err(ReadError::Result)?;
	let info = TaskInfo {
		task,
		committee: committee.clone().unwrap_or_default(),
		panel: panel.clone(),
		dealers: Vec::new(),
		accepted: Vec::new(),
		dealings: 0,
		excluded: 0,
		attested: 0,
		committed: 0,
		right_shares: 0,
		verified: 0,
		disproven: 0,
		masked: false,
	};
	Ok(Evidence {
		genesis,
		task: document.task.id,
		version,
		info,
		committee,
		panel,
		result,
		opening,
		dealings,
		accusations,
		challenged: BTreeSet::new(),
		shares,
	})
}

/// The task's record, as far as a transcript has it. Its terms, what is paid for it and the stake that its class asks for are not there,
/// and no check is of them.
fn record(part: &TaskPart, task_hash: Digest) -> Result<(Version, Task), String> {
	let version = Version::from_number(part.protocol).map_err(|error| error.to_string())?;
	let spec = bytes("spec_scale", &part.spec_scale, MAX_SPEC)?;
	let spec = TaskSpec::decode_all(&mut &spec[..])
		.map_err(|_| "`spec_scale` is no specification".to_owned())?;
	proof_length(&spec).map_err(|error| error.to_string())?;
	let conditions = bytes("conditions_scale", &part.conditions_scale, MAX_CONDITIONS)?;
	let conditions = Conditions::decode_all(&mut &conditions[..])
		.map_err(|_| "`conditions_scale` is no task's conditions".to_owned())?;
	let is_sorted = conditions.required.windows(2).all(|pair| pair.first() < pair.last());
	if !is_sorted {
		return Err("the required dealers are not sorted, each of them once".to_owned());
	}
	let classes = [SecurityClass::Standard, SecurityClass::Confidential, SecurityClass::Restricted];
	let class = classes.into_iter().find(|class| class.index() == part.class_index);
	let parameters = ClassParameters {
		seats: part.seats,
		threshold: part.threshold,
		stake_factor: 1,
		// the class's own is not there: by its conditions a task promises no fewer
		least_dealers: conditions.least_dealers,
		verifiers: part.verifiers,
	};
	if !parameters.is_sound() {
		return Err(format!(
			"{} seats with threshold {}, {} verifiers and {} dealers at least are impossible",
			part.seats, part.threshold, part.verifiers, conditions.least_dealers
		));
	}
	let WindowsPart { collect, verify, commit, reveal } = part.windows;
	let task = Task {
		protocol: part.protocol,
		requester: account(&part.requester).ok_or("`requester` is no address")?,
		spec,
		class: class.ok_or("`class_index` is none")?,
		parameters,
		conditions,
		windows: Windows { collect, verify, commit, reveal },
		submitted_at: part.submitted_at,
		invited: part.invited,
		cohort: fixed("cohort", &part.cohort)?,
		terms: [0; 32],
		accepted: part.accepted,
		consent: fixed("consent", &part.consent)?,
		fee: 0,
		data_reward: 0,
		task_hash: Some(task_hash),
		drawn_at: Some(part.drawn_at),
		status: TaskStatus::Settled(Outcome::Completed),
	};
	Ok((version, task))
}

/// Committee and panel; an empty panel without the committee.
fn drawn(
	document: &Document,
	parameters: &ClassParameters,
) -> Result<(Option<Committee>, Panel), String> {
	let Some(members) = &document.committee else { return Ok((None, Panel::default())) };
	let too_many = |_| "there are more seats than any task has".to_owned();
	let members = seats("committee", members, parameters.seats)?;
	if let Some(seat) = members.iter().find(|seat| PublicKey::from_bytes(&seat.seal_key).is_err()) {
		return Err(format!("the `seal_key` of {} is no key", address(&seat.account)));
	}
	let verifiers = document.panel.as_ref().ok_or("there is a `committee` and no `panel`")?;
	let verifiers = seats("panel", verifiers, parameters.verifiers)?;
	let members = Committee::try_from(members).map_err(too_many)?;
	Ok((Some(members), Panel::try_from(verifiers).map_err(too_many)?))
}

fn seats(name: &str, parts: &[SeatPart], number: u8) -> Result<Vec<Seat>, String> {
	if parts.len() != usize::from(number) {
		return Err(format!("{} seats in `{name}`, there are {number}", parts.len()));
	}
	let seat = |part: &SeatPart| -> Result<Seat, String> {
		Ok(Seat {
			account: AccountId::new(fixed("account_id", &part.account_id)?),
			worker: WorkerKey::from_raw(fixed("worker", &part.worker)?),
			seal_key: fixed("seal_key", &part.seal_key)?,
		})
	};
	parts.iter().map(seat).collect()
}

/// By digest: where a dealing stands, and the hashes of its sealed shares, which accusations show.
type ShownHashes = BTreeMap<Digest, (usize, Vec<Digest>)>;

fn dealings(
	parts: &[DealingPart],
	task: &Task,
	task_hash: &Digest,
) -> Result<(Vec<Dealing>, ShownHashes), ReadError> {
	if parts.len() > MAX_DEALERS as usize {
		let what = format!("{} dealings, there are at most {MAX_DEALERS}", parts.len());
		return Err(ReadError::Task(what));
	}
	// the spec has a relation
	let proof_length = proof_length(&task.spec).unwrap_or_default() as usize;
	let (mut dealings, mut shown) = (Vec::new(), ShownHashes::new());
	for (place, part) in (1..).zip(parts) {
		let read = dealing(task_hash, task, proof_length, part);
		let (dealing, hashes) = read.map_err(|what| ReadError::Dealing { place, what })?;
		shown.entry(*dealing.digest.hash()).or_insert((dealings.len(), hashes));
		dealings.push(dealing);
	}
	Ok((dealings, shown))
}

/// Reads a dealing; else returns what is wrong with it. The recipient's is the mask, which proves nothing.
fn dealing(
	task_hash: &Digest,
	task: &Task,
	proof_length: usize,
	part: &DealingPart,
) -> Result<(Dealing, Vec<Digest>), String> {
	let ClassParameters { seats, threshold, .. } = task.parameters;
	let dealer: [u8; 32] = fixed("dealer_id", &part.dealer_id)?;
	let length = usize::from(threshold).saturating_add(1);
	if part.commitments.len() != length {
		return Err(format!("{} `commitments`, there are {length}", part.commitments.len()));
	}
	if part.sealed_hashes.len() != usize::from(seats) {
		return Err(format!("{} `sealed_hashes`, there are {seats}", part.sealed_hashes.len()));
	}
	let commitments: Vec<PointBytes> = list("commitments", &part.commitments)?;
	let sealed_hashes: Vec<Digest> = list("sealed_hashes", &part.sealed_hashes)?;
	let ephemeral: SealKeyBytes = fixed("ephemeral", &part.ephemeral)?;
	let proof: [u8; 64] = fixed("proof", &part.proof)?;
	let given: Digest = fixed("digest", &part.digest)?;
	let validity = part.validity.as_deref();
	let validity = validity.ok_or("there is no `validity`, the proof that its input is valid")?;
	let validity = bytes("validity", validity, MAX_VALIDITY as usize)?;

	let hash = hash_validity(&validity);
	let digest =
		messages::digest(task_hash, &dealer, &ephemeral, &commitments, &sealed_hashes, &hash);
	if digest != given {
		return Err("`digest` is not that of the dealing and its `validity`".to_owned());
	}
	let dealer = AccountId::new(dealer);
	verify_rho(&digest, &ephemeral, &proof, verify_signature)
		.map_err(|error| format!("`proof` is not that of {}: {error}", address(&dealer)))?;
	// the chain takes no other
	let is_mask = task.conditions.sealed_to.as_ref() == Some(&dealer);
	let expected = if is_mask { 0 } else { proof_length };
	if validity.len() != expected {
		let of = if is_mask { "of a mask " } else { "" };
		return Err(format!("`validity` {of}has {} bytes, there are {expected}", validity.len()));
	}
	let bytes = DealingBytes { commitments, ephemeral, proof, sealed: Vec::new(), validity };
	let digest = AcceptedDigest::of_state(digest);
	Ok((Dealing { dealer, block: part.block, digest, bytes, taken: Some(true) }, sealed_hashes))
}

fn accusations(
	parts: &[AccusationPart],
	seats: u8,
	dealings: &[Dealing],
	shown: &ShownHashes,
) -> Result<Vec<Accusation>, ReadError> {
	if parts.len() > MAX_ACCUSATIONS {
		let what = format!("{} accusations, there are at most {MAX_ACCUSATIONS}", parts.len());
		return Err(ReadError::Task(what));
	}
	let mut by = BTreeSet::new();
	let read = |(place, part): (usize, &AccusationPart)| {
		let read = accusation(part, seats, dealings, shown).and_then(|read| {
			let is_first = by.insert((read.seat, read.digest));
			let twice = || format!("seat {} accuses the same dealing twice", part.seat);
			is_first.then_some(read).ok_or_else(twice)
		});
		read.map_err(|what| ReadError::Accusation { place, what })
	};
	(1..).zip(parts).map(read).collect()
}

/// Reads an accusation. What the evidence repeats of the dealing is taken from there; of one that is not shown it is nothing.
fn accusation(
	part: &AccusationPart,
	seats: u8,
	dealings: &[Dealing],
	shown: &ShownHashes,
) -> Result<Accusation, String> {
	is_member(part.seat, seats)?;
	let digest: Digest = fixed("digest", &part.digest)?;
	let accused =
		shown.get(&digest).and_then(|(place, hashes)| Some((&dealings.get(*place)?.bytes, hashes)));
	let (commitments, ephemeral, sealed_hashes, validity_hash) = match accused {
		Some((bytes, hashes)) => {
			(bytes.commitments.clone(), bytes.ephemeral, hashes.clone(), bytes.validity_hash())
		},
		None => Default::default(),
	};
	Ok(Accusation {
		block: part.block,
		seat: part.seat,
		dealer: account(&part.dealer).ok_or("`dealer` is no address")?,
		digest,
		evidence: EvidenceBytes {
			dh: fixed("dh", &part.dh)?,
			dleq: fixed("dleq", &part.dleq)?,
			commitments,
			ephemeral,
			sealed_hashes,
			validity_hash,
			sealed: bytes("sealed", &part.sealed, MAX_SEALED as usize)?,
		},
	})
}

/// Whether a seat is a member's: a verifier accuses of no share, and has none to reveal.
fn is_member(seat: u8, seats: u8) -> Result<(), String> {
	let is_one = (1..=seats).contains(&seat);
	is_one.then_some(()).ok_or_else(|| format!("`seat` {seat} is none of the committee's"))
}

fn shares(parts: &[SharePart], seats: u8) -> Result<Vec<Share>, String> {
	if parts.len() > MAX_COMMITTEE as usize {
		return Err(format!("{} result shares, there are at most {MAX_COMMITTEE}", parts.len()));
	}
	let share = |part: &SharePart| -> Result<Share, String> {
		is_member(part.seat, seats)?;
		if part.values.len() > MAX_LENGTH as usize {
			return Err(format!("a result share has more than {MAX_LENGTH} `values`"));
		}
		let mut share = Vec::new();
		for value in part.values.iter().chain(&part.auxiliary) {
			share.extend(bytes("values", value, 32)?);
		}
		Ok(Share { block: part.block, seat: part.seat, share })
	};
	parts.iter().map(share).collect()
}

fn result(document: &Document) -> Result<TaskResult, String> {
	let part = &document.result;
	let mut vector = Vec::new();
	for value in part.values.iter().take(MAX_LENGTH as usize + 1) {
		vector.push(U256::from_little_endian(&fixed::<32>("values", value)?));
	}
	Ok(TaskResult {
		accepted_set: fixed("h_A", &document.accepted_set.hash)?,
		dealers: document.accepted_set.dealers,
		commitment: fixed("commitment", &part.commitment)?,
		vector: vector.try_into().map_err(|_| format!("more than {MAX_LENGTH} `values`"))?,
		blinding: fixed("blinding", &part.blinding)?,
		panel: u32::from(document.task.verifiers),
		attested: part.attested,
		disproven: part.disproven,
		sealed_to: match &part.sealed_to {
			Some(text) => Some(account(text).ok_or("`sealed_to` is no address")?),
			None => None,
		},
	})
}

fn opening(part: &OpeningPart) -> Result<Opening, String> {
	if part.values.len() > MAX_LENGTH as usize {
		return Err(format!("its `opening` has more than {MAX_LENGTH} `values`"));
	}
	mask::numbers(&part.values, &part.blinding)
		.ok_or_else(|| "its `opening` has what is no number of 32 bytes".to_owned())
}

/// Bytes in hexadecimal of lower case, with `0x` before them, no more than `most`.
fn bytes(name: &str, text: &str, most: usize) -> Result<Vec<u8>, String> {
	let digits = text.strip_prefix("0x").ok_or_else(|| format!("`{name}` has no 0x before it"))?;
	if digits.len() > most.saturating_mul(2) {
		return Err(format!("`{name}` is longer than {most} bytes"));
	}
	let is_upper = digits.bytes().any(|digit| digit.is_ascii_uppercase());
	let decoded = if is_upper { None } else { hex::decode(digits).ok() };
	decoded.ok_or_else(|| format!("`{name}` is not hexadecimal, of lower case"))
}

fn fixed<const N: usize>(name: &str, text: &str) -> Result<[u8; N], String> {
	let wrong = |_| format!("`{name}` has not {N} bytes");
	bytes(name, text, N)?.try_into().map_err(wrong)
}

fn list<const N: usize>(name: &str, texts: &[String]) -> Result<Vec<[u8; N]>, String> {
	texts.iter().map(|text| fixed(name, text)).collect()
}
