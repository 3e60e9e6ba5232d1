//! A transcript's dealings read back, and their proofs judged.
//!
//! A transcript is somebody's file, and what it says of the task and of who counts is its word. Of each dealing in it the digest is computed again, with the hash of its proof, and held
//! against the dealer's signature (the proof of `ρ`): so what is judged here is what that dealer dealt to that task. A proof
//! names the relation that it was made for, and does not hold beside a spec with another. Specs can differ and have one relation (in
//! their names, or a mean for a sum): that the spec is the task's is not known here, and it is not handed out. What `docs/TRANSCRIPT.md` asks for
//! besides is made elsewhere: by [`Evidence::check`](super::Evidence::check) from a chain, by `checker/` from the file.

use super::transcript::VERSION;
use crate::{account::address, validity::Proofs};
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use codec::DecodeAll;
use ostraka_crypto::{
	messages::{self, hash_validity},
	proofs::{verify_rho, verify_signature},
	validity::{batch_verify, Item, Relation, Statement},
	Plain,
};
use ostraka_primitives::{
	spec::TaskSpec, AccountId, Digest, PointBytes, ProtocolVersion, SealKeyBytes, MAX_COMMITTEE,
	MAX_DEALERS, MAX_VALIDITY,
};
use ostraka_protocol::{statistics::relation, Version};
use rand_core::{CryptoRng, RngCore};
use serde::Deserialize;

/// Longest encoding of a spec that is looked at, in bytes: longer than any.
const MAX_SPEC: usize = 1 << 16;

/// Why a transcript is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
	/// It has an earlier format.
	#[error(
		"the transcript has format {0}, whose dealings carry no proofs that their inputs are valid; format {read} is read: \
		 export it again, from a chain whose tasks have them",
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
}

#[derive(Deserialize)]
struct Head {
	version: u64,
}

#[derive(Deserialize)]
struct Document {
	task: TaskPart,
	task_hash: String,
	dealings: Vec<DealingPart>,
}

#[derive(Deserialize)]
struct TaskPart {
	protocol: ProtocolVersion,
	threshold: u8,
	spec_scale: String,
}

#[derive(Deserialize)]
struct DealingPart {
	dealer_id: String,
	commitments: Vec<String>,
	ephemeral: String,
	proof: String,
	sealed_hashes: Vec<String>,
	validity: Option<String>,
	digest: String,
	counts: bool,
}

/// A dealing of a transcript, which its dealer has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownDealing {
	/// The dealer.
	pub dealer: AccountId,
	/// The digest.
	pub digest: Digest,
	/// Whether the transcript says that it counts.
	pub counts: bool,
	commitments: Vec<PointBytes>,
	validity: Vec<u8>,
}

/// The dealings of a transcript, and what their proofs are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
	/// `TH`.
	pub task_hash: Digest,
	/// The dealings, in their order.
	pub dealings: Vec<ShownDealing>,
	relation: Relation,
}

/// What became of the proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
	/// How many of the dealings that count prove their input valid.
	pub proofs: Proofs,
	/// Dealers whose dealing counts, and whose proof does not hold.
	pub unproven: Vec<AccountId>,
	/// Dealers whose dealing does not count, and whose proof does not hold.
	pub excluded: Vec<AccountId>,
}

impl Shown {
	/// Judges all proofs, in one batch; where that fails, the single ones are found by halves. The draws of `rng` must be unknown to
	/// the dealers.
	pub fn judge<'a, R: RngCore + CryptoRng + ?Sized>(&'a self, rng: &mut R) -> Judged {
		let item = |dealing: &'a ShownDealing| -> Item<'a> {
			let statement = Statement {
				task_hash: &self.task_hash,
				dealer: dealing.dealer.as_ref(),
				commitments: &dealing.commitments,
			};
			Item { relation: &self.relation, statement, proof: &dealing.validity }
		};
		let items: Vec<_> = self.dealings.iter().map(item).collect();
		let refused = batch_verify::<Plain, R>(&items, rng);
		let refused = refused.into_iter().filter_map(|place| self.dealings.get(place));
		let (unproven, excluded): (Vec<_>, Vec<_>) = refused.partition(|dealing| dealing.counts);
		let of = self.dealings.iter().filter(|dealing| dealing.counts).count();
		let proofs = Proofs { hold: of.saturating_sub(unproven.len()), of };
		let dealers = |dealings: Vec<&ShownDealing>| -> Vec<AccountId> {
			dealings.into_iter().map(|dealing| dealing.dealer.clone()).collect()
		};
		Judged { proofs, unproven: dealers(unproven), excluded: dealers(excluded) }
	}
}

/// Reads a transcript's dealings.
///
/// # Errors
/// [`ReadError`]: the file is of another format, cannot be read, or holds a dealing that its dealer has not made. That a proof
/// does not hold is none: [`Shown::judge`] says so.
pub fn read(text: &str) -> Result<Shown, ReadError> {
	let form = |error: serde_json::Error| ReadError::Form(error.to_string());
	let Head { version } = serde_json::from_str(text).map_err(form)?;
	match version {
		version if version < u64::from(VERSION) => return Err(ReadError::Older(version)),
		version if version > u64::from(VERSION) => return Err(ReadError::Newer(version)),
		_ => {},
	}
	let Document { task, task_hash, dealings } = serde_json::from_str(text).map_err(form)?;
	Version::from_number(task.protocol).map_err(|error| ReadError::Task(error.to_string()))?;
	let task_hash = fixed("task_hash", &task_hash).map_err(ReadError::Task)?;
	let spec = bytes("spec_scale", &task.spec_scale, MAX_SPEC).map_err(ReadError::Task)?;
	let spec = TaskSpec::decode_all(&mut &spec[..])
		.map_err(|_| ReadError::Task("`spec_scale` is no specification".to_string()))?;
	let relation = relation(&spec).map_err(|error| ReadError::Task(error.to_string()))?;
	if dealings.len() > MAX_DEALERS as usize {
		let what = format!("{} dealings, there are at most {MAX_DEALERS}", dealings.len());
		return Err(ReadError::Task(what));
	}
	let read = |(place, part): (usize, DealingPart)| {
		dealing(&task_hash, task.threshold, &part)
			.map_err(|what| ReadError::Dealing { place, what })
	};
	let dealings = (1..).zip(dealings).map(read).collect::<Result<Vec<_>, _>>()?;
	Ok(Shown { task_hash, dealings, relation })
}

/// Reads a dealing; else returns what is wrong with it.
fn dealing(task_hash: &Digest, threshold: u8, part: &DealingPart) -> Result<ShownDealing, String> {
	let dealer: [u8; 32] = fixed("dealer_id", &part.dealer_id)?;
	let length = usize::from(threshold).saturating_add(1);
	if part.commitments.len() != length {
		return Err(format!("{} `commitments`, there are {length}", part.commitments.len()));
	}
	if part.sealed_hashes.len() > MAX_COMMITTEE as usize {
		return Err(format!("more than {MAX_COMMITTEE} `sealed_hashes`"));
	}
	let commitments: Vec<PointBytes> = list("commitments", &part.commitments)?;
	let sealed_hashes: Vec<Digest> = list("sealed_hashes", &part.sealed_hashes)?;
	let ephemeral: SealKeyBytes = fixed("ephemeral", &part.ephemeral)?;
	let signature: [u8; 64] = fixed("proof", &part.proof)?;
	let shown: Digest = fixed("digest", &part.digest)?;
	let validity = part.validity.as_deref();
	let validity = validity.ok_or("there is no `validity`, the proof that its input is valid")?;
	let validity = bytes("validity", validity, MAX_VALIDITY as usize)?;

	let hash = hash_validity(&validity);
	let digest =
		messages::digest(task_hash, &dealer, &ephemeral, &commitments, &sealed_hashes, &hash);
	if digest != shown {
		return Err("`digest` is not that of the dealing and its `validity`".to_string());
	}
	let dealer = AccountId::new(dealer);
	verify_rho(&digest, &ephemeral, &signature, verify_signature)
		.map_err(|error| format!("`proof` is not that of {}: {error}", address(&dealer)))?;
	Ok(ShownDealing { dealer, digest, counts: part.counts, commitments, validity })
}

/// Bytes in hexadecimal, with `0x` before them, no more than `most`.
fn bytes(name: &str, text: &str, most: usize) -> Result<Vec<u8>, String> {
	let digits = text.strip_prefix("0x").ok_or_else(|| format!("`{name}` has no 0x before it"))?;
	if digits.len() > most.saturating_mul(2) {
		return Err(format!("`{name}` is longer than {most} bytes"));
	}
	hex::decode(digits).map_err(|_| format!("`{name}` is not hexadecimal"))
}

fn fixed<const N: usize>(name: &str, text: &str) -> Result<[u8; N], String> {
	let wrong = |_| format!("`{name}` has not {N} bytes");
	bytes(name, text, N)?.try_into().map_err(wrong)
}

fn list<const N: usize>(name: &str, texts: &[String]) -> Result<Vec<[u8; N]>, String> {
	texts.iter().map(|text| fixed(name, text)).collect()
}
