//! Transactions that no chain should do anything for: malformed, truncated, oversized, random and replayed ones, and
//! well-formed ones with absurd arguments.
//!
//! Every one that the pool takes is followed to its block, so that each ends as refused by the pool, refused in its
//! block, never included, or *taken*: the last is what must not happen.

mod absurd;

use crate::transaction::{call_bytes, general_bytes, hand_in, with_length};
use codec::{Compact, Encode};
use ostraka_client::{
	chain::{submit::VALID_FOR, track::Found, Call, Chain, ChainError, Signer},
	Error,
};
use ostraka_primitives::{TaskId, MAX_VALIDITY};
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use serde_json::{json, Value};
use std::collections::BTreeMap;
use tokio::sync::oneshot;

/// Transactions whose blocks are waited for together.
pub const BATCH: usize = 12;
/// Bytes of a transaction that no block has room for.
const HUGE: usize = 4 * 1024 * 1024;
/// One transaction in so many is huge.
const HUGE_EVERY: u32 = 64;
/// Blocks whose bodies are looked through for something to replay.
const RECENT: u32 = 64;
/// Tasks that garbage is mostly about.
const NEWEST: u32 = 4;
/// Blocks that are left alone before these.
const SETTLED: u32 = 4;

/// Ways in which a transaction is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
	/// Random bytes.
	Random,
	/// A signed transaction cut short.
	Truncated,
	/// A signed transaction with a bit flipped.
	Flipped,
	/// A signed call of ours, its arguments random bytes.
	Malformed,
	/// A list in a call claims more entries than there are bytes.
	Overlong,
	/// A transaction longer than a block.
	Oversized,
	/// A call that needs a signature, without one.
	Unsigned,
	/// A transaction that a block holds already.
	Replayed,
	/// A worker's call, well-formed, with a signature of nobody's.
	Forged,
	/// A signed call, well-formed, that asks for something absurd.
	Absurd,
}

/// All kinds.
pub const KINDS: [Kind; 10] = [
	Kind::Random,
	Kind::Truncated,
	Kind::Flipped,
	Kind::Malformed,
	Kind::Overlong,
	Kind::Oversized,
	Kind::Unsigned,
	Kind::Replayed,
	Kind::Forged,
	Kind::Absurd,
];

impl Kind {
	/// Its name in reports.
	pub fn label(self) -> &'static str {
		match self {
			Self::Random => "random",
			Self::Truncated => "truncated",
			Self::Flipped => "flipped",
			Self::Malformed => "malformed",
			Self::Overlong => "overlong",
			Self::Oversized => "oversized",
			Self::Unsigned => "unsigned",
			Self::Replayed => "replayed",
			Self::Forged => "forged",
			Self::Absurd => "absurd",
		}
	}
}

/// What became of bad transactions.
#[derive(Clone, Debug, Default)]
pub struct Tally {
	/// By kind and reason.
	refused: BTreeMap<Kind, BTreeMap<String, u64>>,
	/// Kinds and calls of those that were taken.
	pub taken: Vec<String>,
}

impl Tally {
	/// Transactions that were refused or never included.
	pub fn refused(&self) -> u64 {
		self.refused.values().flat_map(BTreeMap::values).sum()
	}

	/// Transactions that were sent.
	pub fn sent(&self) -> u64 {
		self.refused() + self.taken.len() as u64
	}

	/// As JSON.
	pub fn json(&self) -> Value {
		let kinds: serde_json::Map<String, Value> = self
			.refused
			.iter()
			.map(|(kind, reasons)| (kind.label().to_owned(), json!(reasons)))
			.collect();
		json!({ "sent": self.sent(), "refused": self.refused(), "by_kind": kinds, "taken": self.taken })
	}

	fn note(&mut self, kind: Kind, reason: &str) {
		let reasons = self.refused.entry(kind).or_default();
		*reasons.entry(reason.to_owned()).or_default() += 1;
	}
}

/// A transaction that the pool took.
struct Waiting {
	kind: Kind,
	call: Call,
	told: oneshot::Receiver<Found>,
}

/// A sender of garbage.
pub struct Garbage {
	chain: Chain,
	signer: Signer,
	rng: ChaCha20Rng,
	/// Number of tasks ever, as of the last look.
	tasks: TaskId,
	/// What came of it all.
	pub tally: Tally,
}

impl Garbage {
	/// A sender whose garbage follows from a seed.
	pub fn new(chain: &Chain, signer: Signer, seed: u64) -> Self {
		let rng = ChaCha20Rng::seed_from_u64(seed);
		Self { chain: chain.clone(), signer, rng, tasks: 0, tally: Tally::default() }
	}

	/// Sends so many, a few at a time.
	///
	/// # Errors
	/// `Chain` if the node does not answer.
	pub async fn send_all(&mut self, count: usize) -> Result<(), Error> {
		let mut left = count;
		while left > 0 {
			let batch = left.min(BATCH);
			self.send(batch).await?;
			left -= batch;
		}
		Ok(())
	}

	/// Sends so many and waits for what becomes of those that the pool takes.
	///
	/// # Errors
	/// `Chain` if the node does not answer.
	pub async fn send(&mut self, count: usize) -> Result<(), Error> {
		let mut waiting = Vec::new();
		self.tasks = self.chain.tasks().await?;
		let mut nonce = self.chain.nonce(&self.signer.account()).await?;
		for _ in 0..count {
			let kind = self.kind();
			let call = self.call(kind);
			let Some(bytes) = self.bytes(kind, &call, nonce).await? else { continue };
			let told = self.chain.expect(
				ostraka_client::chain::strip_length(&bytes),
				self.chain.head().number + VALID_FOR,
			);
			match hand_in(&self.chain, &bytes).await? {
				Err(reason) => self.tally.note(kind, &reason),
				Ok(()) => {
					// only these carry the number in a transaction whose signature holds
					nonce +=
						u64::from(matches!(kind, Kind::Absurd | Kind::Malformed | Kind::Overlong));
					waiting.push(Waiting { kind, call, told });
				},
			}
		}
		for Waiting { kind, call, told } in waiting {
			let gone = || ChainError::Gone { url: self.chain.url().to_owned(), seconds: 0 };
			let Some(place) = told.await.map_err(|_| gone())?? else {
				self.tally.note(kind, "never included");
				continue;
			};
			match self.chain.receipt(&call, None, place).await {
				Ok(_) => self.tally.taken.push(format!("{}: {}", kind.label(), call.title())),
				Err(ChainError::Refused { name, .. }) => self.tally.note(kind, &name),
				Err(other) => return Err(other.into()),
			}
		}
		Ok(())
	}

	fn kind(&mut self) -> Kind {
		loop {
			let kind = KINDS[self.below(KINDS.len() as u32) as usize];
			if kind != Kind::Oversized || self.below(HUGE_EVERY / KINDS.len() as u32) == 0 {
				return kind;
			}
		}
	}

	fn below(&mut self, bound: u32) -> u32 {
		self.rng.next_u32() % bound.max(1)
	}

	fn random(&mut self, length: usize) -> Vec<u8> {
		let mut bytes = vec![0; length];
		self.rng.fill_bytes(&mut bytes);
		bytes
	}

	fn array<const N: usize>(&mut self) -> [u8; N] {
		let mut bytes = [0; N];
		self.rng.fill_bytes(&mut bytes);
		bytes
	}

	/// A call for a kind: one of ours, or for forged ones one of the workers'.
	fn call(&mut self, kind: Kind) -> Call {
		match kind {
			Kind::Forged => self.workers_call(),
			Kind::Malformed => {
				let (pallet, name) = CALLS[self.below(CALLS.len() as u32) as usize];
				let length = self.below(600) as usize;
				Call::encoded(pallet, name, self.random(length))
			},
			Kind::Overlong => {
				let names = ["deal", "challenge_with_bond", "submit", "set_policy"];
				let name = names[self.below(names.len() as u32) as usize];
				// a list of a billion entries, and some bytes of it
				let claim = Compact(1u32 << 29).encode();
				let filler = self.random(200);
				match name {
					"deal" => {
						let head = (self.rng.next_u32(), self.array::<32>()).encode();
						Call::encoded("Vss", "deal", [head, claim, filler].concat())
					},
					"challenge_with_bond" => {
						// the proof, behind lists of nothing
						let dealing = (self.array::<32>(), self.array::<32>());
						let head = (self.task(), dealing, 0u8, self.array::<32>(), 0u8).encode();
						Call::encoded("Vss", name, [head, claim, filler].concat())
					},
					"set_policy" => {
						// the co-dealers, behind no quota, the least cohort and the difference
						let head = (self.array::<32>(), 0u8, self.rng.next_u32(), 0u8).encode();
						Call::encoded("Consent", name, [head, claim, filler].concat())
					},
					_ => self.overlong_submission(claim, filler),
				}
			},
			Kind::Oversized => Call::encoded("System", "remark", vec![0u8; HUGE].encode()),
			_ => self.absurd(),
		}
	}

	/// A worker's call with the right form.
	fn workers_call(&mut self) -> Call {
		let head = (self.task(), self.below(6) as u8).encode();
		let tail = (self.chain.head().number, self.array::<64>()).encode();
		let (name, middle) = match self.below(5) {
			0 => ("commit_result", (self.array::<32>(), self.array::<32>()).encode()),
			1 => {
				// of a task without dealings these hashes are the right ones
				let dealt = if self.below(2) == 0 { [0; 32] } else { self.array::<32>() };
				let excluded = if self.below(2) == 0 { [0; 32] } else { self.array::<32>() };
				("attest", (dealt, excluded).encode())
			},
			2 => {
				let length = 32 * (2 + self.below(3) as usize);
				("reveal_result", (self.array::<32>(), self.random(length)).encode())
			},
			3 => ("challenge", self.challenge()),
			_ => {
				let points: Vec<[u8; 96]> = (0..2).map(|_| self.array()).collect();
				let hashes: Vec<[u8; 32]> = (0..3).map(|_| self.array()).collect();
				let evidence = (self.array::<32>(), self.array::<64>(), points, self.array::<32>());
				let rest = (hashes, self.array::<32>(), self.random(112));
				let dealer = (self.array::<32>(), self.array::<32>());
				("accuse", (dealer, evidence, rest).encode())
			},
		};
		Call::encoded("Vss", name, [head, middle, tail].concat())
	}

	/// A dealer, a digest, and a challenge of the right form with a proof of any length that a dealing may have.
	fn challenge(&mut self) -> Vec<u8> {
		let points: Vec<[u8; 96]> = (0..2).map(|_| self.array()).collect();
		let hashes: Vec<[u8; 32]> = (0..3).map(|_| self.array()).collect();
		let most = [8_000, MAX_VALIDITY + 1][self.below(2) as usize];
		let length = self.below(most);
		let proof = self.random(length as usize);
		let dealer = (self.array::<32>(), self.array::<32>());
		(dealer, points, self.array::<32>(), hashes, proof).encode()
	}

	/// A number of a task, mostly of one of the newest.
	fn task(&mut self) -> TaskId {
		match self.below(8) {
			0 => self.rng.next_u32(),
			_ => self.tasks.saturating_sub(1 + self.below(NEWEST)),
		}
	}

	/// The transaction; `None` if there is nothing of the kind.
	async fn bytes(
		&mut self,
		kind: Kind,
		call: &Call,
		nonce: u64,
	) -> Result<Option<Vec<u8>>, Error> {
		let anchor = self.chain.anchor().await?;
		let signed = || self.chain.sign(call, &self.signer, nonce, anchor);
		Ok(Some(match kind {
			Kind::Random => {
				let length = 1 + self.below(2_000) as usize;
				let bytes = self.random(length);
				match self.below(2) {
					0 => bytes,
					_ => with_length(&bytes),
				}
			},
			Kind::Truncated => {
				let whole = signed()?;
				let whole = ostraka_client::chain::strip_length(&whole).to_vec();
				let kept = self.below(whole.len() as u32) as usize;
				with_length(&whole[..kept])
			},
			Kind::Flipped => {
				let whole = signed()?;
				let mut bytes = ostraka_client::chain::strip_length(&whole).to_vec();
				let place = self.below(bytes.len() as u32) as usize;
				bytes[place] ^= 1 << self.below(8);
				with_length(&bytes)
			},
			Kind::Malformed | Kind::Overlong | Kind::Oversized | Kind::Absurd => signed()?,
			Kind::Unsigned => {
				// bare, of either version
				let version = [4, 5][self.below(2) as usize];
				with_length(&[vec![version], call_bytes(&self.chain, call)?].concat())
			},
			Kind::Forged => with_length(&general_bytes(&self.chain, call)?),
			Kind::Replayed => match self.replayed().await? {
				Some(bytes) => with_length(&bytes),
				None => return Ok(None),
			},
		}))
	}

	/// A transaction from a recent block, not an inherent.
	async fn replayed(&mut self) -> Result<Option<Vec<u8>>, Error> {
		let head = self.chain.head();
		// not so recent that somebody may still wait for it
		let back = SETTLED + self.below(RECENT);
		let body = self.chain.body_of(head.number.saturating_sub(back)).await?;
		// bare ones are the inherents
		let sent: Vec<Vec<u8>> =
			body.into_iter().filter(|bytes| !matches!(bytes.first(), Some(4 | 5))).collect();
		let place = self.below(sent.len() as u32) as usize;
		Ok(sent.into_iter().nth(place))
	}
}

/// The calls of our own pallets.
const CALLS: [(&str, &str); 23] = [
	("Registry", "register"),
	("Registry", "bond"),
	("Registry", "unbond"),
	("Registry", "set_capacity"),
	("Registry", "set_role"),
	("Registry", "rotate_key"),
	("Tasks", "submit"),
	("Tasks", "cancel"),
	("Tasks", "accept"),
	("Tasks", "poke"),
	("Vss", "deal"),
	("Vss", "accuse"),
	("Vss", "attest"),
	("Vss", "commit_result"),
	("Vss", "reveal_result"),
	("Vss", "challenge"),
	("Vss", "challenge_with_bond"),
	("Consent", "set_policy"),
	("Consent", "remove_policy"),
	("Network", "set_classes"),
	("Balances", "transfer_keep_alive"),
	("Utility", "batch_all"),
	("Sudo", "sudo"),
];
