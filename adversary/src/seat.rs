//! A node in the adversary's hands, and its key: what its worker would know, from block bodies.

use crate::{
	transaction::{self, Outcome},
	wait::{phase, Phase},
};
use codec::Encode;
use ostraka_client::{
	chain::{
		calls::{self, Call},
		state::Standing,
		Chain, ChainError, Head, Signer,
	},
	dealing::context,
	onchain::gather::{scan_dealings, Bodies},
	verify::find::FoundDealing,
	Error,
};
use ostraka_crypto::{
	messages::DealingBytes,
	seal::SealSecret,
	vss::{SecretShare, UncheckedCommitments},
	Plain,
};
use ostraka_primitives::{
	api::TaskInfo,
	message::{MessageKind, WorkerMessage, WORKER_MESSAGE},
	role::Role,
	AccountId, Balance, Digest, TaskId, WorkerSignature,
};
use ostraka_protocol::{
	adjudicator::{accepted_set_hash, check_result_share, Aggregate},
	wire::{self, dealing_bytes},
	worker, worker_key, TaskContext,
};
use rand_core::OsRng;
use sha2::{Digest as _, Sha256};
use sp_core::{ed25519, Pair};
use std::collections::BTreeMap;

/// Attempts at a transaction before it is given up.
const ATTEMPTS: u32 = 4;

/// A worker key.
#[derive(Clone)]
pub struct Worker(ed25519::Pair);

impl Worker {
	/// The key of a secret.
	///
	/// # Errors
	/// `Usage`; the secret is not repeated.
	pub fn from_secret(secret: &str) -> Result<Self, Error> {
		ed25519::Pair::from_string(secret.trim(), None)
			.map(Self)
			.map_err(|_| Error::Usage("the secret of the worker key is not usable".to_owned()))
	}

	/// Its public part.
	pub fn public(&self) -> ed25519::Public {
		self.0.public()
	}

	/// A signature.
	pub fn sign(&self, message: &[u8]) -> [u8; 64] {
		self.0.sign(message).0
	}

	/// `e_j` of the node that an account registered with this key.
	pub fn seal_secret(&self, genesis: &Digest, account: &AccountId) -> SealSecret {
		let message = worker_key::seal_key_message(genesis, account.as_ref());
		worker_key::seal_secret(self.sign(&message))
	}
}

/// A node that the adversary runs by hand: registered as any other, its worker key in no keystore.
#[derive(Clone)]
pub struct Corrupt {
	/// Its operator.
	pub operator: Signer,
	/// Its worker key.
	pub worker: Worker,
}

impl Corrupt {
	/// Registers a node. Its stake decides how often it is drawn, its role for what.
	///
	/// # Errors
	/// `Usage` if a secret is not usable, `Chain`.
	pub async fn register(
		chain: &Chain,
		operator: &str,
		worker: &str,
		stake: Balance,
		role: Role,
	) -> Result<Self, Error> {
		let node =
			Self { operator: Signer::from_secret(operator)?, worker: Worker::from_secret(worker)? };
		let account: [u8; 32] = node.operator.account().into();
		let key = node.worker.public();
		let sign = |message: &[u8]| Some(node.worker.sign(message));
		let genesis = chain.genesis();
		let made = worker_key::register(genesis, &account, &key.0, sign, &mut OsRng)
			.ok_or_else(|| Error::Usage("the worker key does not sign".to_owned()))?;
		let signature = WorkerSignature::from_raw(made.signature);
		let capacity = ostraka_primitives::MAX_ASSIGNMENTS;
		let call =
			calls::register(key, made.seal_key, made.proof, signature, stake, capacity, role);
		chain.submit(&call, &node.operator).await?;
		Ok(node)
	}

	/// The operator's account.
	pub fn account(&self) -> AccountId {
		self.operator.account()
	}
}

/// A dealing that a task's state holds, with its bytes.
#[derive(Clone, Debug)]
pub struct HeldDealing {
	/// Whose.
	pub dealer: AccountId,
	/// Its digest.
	pub digest: Digest,
	/// Whether it counts.
	pub counts: bool,
	/// The dealing.
	pub bytes: DealingBytes,
}

/// The dealings that an unsettled task's state holds.
///
/// # Errors
/// `Failed` before the draw, `Chain`.
pub async fn dealings(chain: &Chain, task: TaskId) -> Result<Vec<HeldDealing>, Error> {
	let info = chain.task(task).await?;
	let mut held: Vec<HeldDealing> = Vec::new();
	for (dealer, digest, bytes) in in_bodies(chain, task, &info).await? {
		let record = chain.dealing(task, &dealer).await?;
		let Some(record) = record.filter(|record| record.digest == digest) else { continue };
		if held.iter().all(|known| known.dealer != dealer) {
			let counts = record.standing != Standing::Excluded;
			held.push(HeldDealing { dealer, digest, counts, bytes });
		}
	}
	Ok(held)
}

/// Waits until a dealer has dealt. Returns its dealing.
///
/// # Errors
/// `Failed` if the task ends before, `Chain`.
pub async fn held(chain: &Chain, task: TaskId, dealer: &AccountId) -> Result<HeldDealing, Error> {
	loop {
		let head = chain.head();
		let now = phase(&chain.task_at(task, head).await?.task.status);
		if now == Phase::Ended {
			return Err(Error::Failed(format!("task {task} ended before {dealer:?} had dealt")));
		}
		if now > Phase::Drawing {
			let held = dealings(chain, task).await?;
			if let Some(found) = held.into_iter().find(|held| held.dealer == *dealer) {
				return Ok(found);
			}
		}
		chain.next_head(head).await?;
	}
}

/// Waits until a dealing no longer counts.
///
/// # Errors
/// `Failed` if the task ends before, `Chain`.
pub async fn excluded(chain: &Chain, task: TaskId, dealer: &AccountId) -> Result<(), Error> {
	loop {
		let head = chain.head();
		let record = chain.dealing(task, dealer).await?;
		if record.is_some_and(|record| record.standing == Standing::Excluded) {
			return Ok(());
		}
		if phase(&chain.task_at(task, head).await?.task.status) == Phase::Ended {
			return Err(Error::Failed(format!("task {task} ended with the dealing of {dealer:?}")));
		}
		chain.next_head(head).await?;
	}
}

/// Everything in block bodies that looks like a dealing to the task, with who signed it.
async fn in_bodies(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
) -> Result<Vec<(AccountId, Digest, DealingBytes)>, Error> {
	let range = collecting(chain, task, info)?;
	let context = context(chain.genesis(), task, info)?;
	let bodies = Bodies::default();
	let pick = |_, found: FoundDealing| Some((found.signer?, found.dealing));
	let signed = scan_dealings(chain, &bodies, task, &context, range, pick).await?;
	Ok(signed
		.into_iter()
		.map(|(dealer, dealing)| {
			let bytes = dealing_bytes(&dealing);
			(dealer.clone(), bytes.digest(&context.task_hash, dealer.as_ref()), bytes)
		})
		.collect())
}

/// What an attestation is about, as a task's events tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
	/// Digests of the dealings that the task has taken, in that order, those that were excluded since among them.
	pub dealt: Vec<Digest>,
	/// Digests of those, in the order in which they were excluded.
	pub excluded: Vec<Digest>,
}

impl Seen {
	/// That of a task as of the best block.
	///
	/// # Errors
	/// `Failed` before the draw, `Chain`.
	pub async fn of(chain: &Chain, task: TaskId) -> Result<Self, Error> {
		let from = drawn_at(task, &chain.task(task).await?)?;
		let head = chain.head();
		let mut seen = Self::default();
		let mut digests: BTreeMap<AccountId, Digest> = BTreeMap::new();
		for number in from..=head.number {
			let hash = match number == head.number {
				true => head.hash,
				false => chain.block_hash(number).await?,
			};
			let events = chain.events(Head { number, hash }).await?;
			for event in events.iter().filter(|event| event.field("task") == Some(task)) {
				let dealer = event.field::<AccountId>("dealer");
				if event.is("Vss", "Dealt") {
					let Some(digest) = event.field::<Digest>("digest") else { continue };
					seen.dealt.push(digest);
					digests.extend(dealer.map(|dealer| (dealer, digest)));
				} else if event.is("Vss", "DealerConvicted")
					&& event.field("excluded") == Some(true)
				{
					seen.excluded.extend(dealer.and_then(|dealer| digests.get(&dealer).copied()));
				}
			}
		}
		Ok(seen)
	}

	/// What stands for the dealings, and for the exclusions, in an attestation.
	pub fn hashes(&self) -> (Digest, Digest) {
		let zeros = Digest::default();
		(
			self.dealt.iter().fold(zeros, |before, digest| wire::dealt(&before, digest)),
			self.excluded.iter().fold(zeros, |before, digest| wire::excluded(&before, digest)),
		)
	}
}

/// The blocks in which a task can have taken dealings so far.
fn collecting(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<(u32, u32), Error> {
	let drawn_at = drawn_at(task, info)?;
	let until = drawn_at.saturating_add(info.task.windows.collect);
	Ok((drawn_at, until.min(chain.head().number)))
}

fn drawn_at(task: TaskId, info: &TaskInfo) -> Result<u32, Error> {
	let no_committee = || Error::Failed(format!("task {task} has no committee yet"));
	info.task.drawn_at.ok_or_else(no_committee)
}

/// A seat whose worker key the adversary holds: on the committee, or on the panel, which sees no share.
pub struct Member {
	/// The task.
	pub task: TaskId,
	/// Its number, `j`: on the panel it is above `n`.
	pub seat: u8,
	/// The node's account.
	pub node: AccountId,
	/// The key.
	pub worker: Worker,
	/// What everybody knows of the task.
	pub context: TaskContext,
	secret: SealSecret,
	genesis: Digest,
}

impl Member {
	/// The seat of a worker key in a drawn, unsettled task.
	///
	/// # Errors
	/// `Failed` if it has none, `Chain`.
	pub async fn find(chain: &Chain, task: TaskId, worker: &Worker) -> Result<Self, Error> {
		let info = chain.task(task).await?;
		Self::of(chain, task, &info, worker)
	}

	fn of(chain: &Chain, task: TaskId, info: &TaskInfo, worker: &Worker) -> Result<Self, Error> {
		let none = || Error::Failed(format!("the worker key has no seat in task {task}"));
		let (seat, node) = seat_of(info, worker).ok_or_else(none)?;
		let genesis = *chain.genesis();
		Ok(Self {
			task,
			seat,
			secret: worker.seal_secret(&genesis, &node),
			node,
			worker: worker.clone(),
			context: context(chain.genesis(), task, info)?,
			genesis,
		})
	}

	/// Its secret exponent, `e_j`.
	pub fn secret(&self) -> &SealSecret {
		&self.secret
	}

	/// `h_A`, and the seat's right result share, of a task whose accepted set is frozen.
	///
	/// # Errors
	/// `Failed` if a dealing does not open, the sums lie outside of the group or the share does not fit them; `Chain`.
	pub async fn result_share(&self, chain: &Chain) -> Result<(Digest, SecretShare), Error> {
		let held = dealings(chain, self.task).await?;
		let counted: Vec<&HeldDealing> = held.iter().filter(|dealing| dealing.counts).collect();
		let failed = |what: &dyn std::fmt::Display| {
			Error::Failed(format!("task {}, seat {}: {what}", self.task, self.seat))
		};
		let threshold = self.context.threshold;
		let mut aggregate = Aggregate::zero(threshold);
		let mut sum = SecretShare::zero(self.context.length());
		for dealing in &counted {
			let commitments =
				UncheckedCommitments::from_bytes(&dealing.bytes.commitments, threshold);
			aggregate
				.add(&commitments.map_err(|error| failed(&error))?)
				.map_err(|error| failed(&error))?;
			let share = self.open(&dealing.dealer, &dealing.bytes);
			let share = share.ok_or_else(|| failed(&"a share does not open"))?;
			sum.add(&share).map_err(|error| failed(&error))?;
		}
		// as at the freeze: all at once, in the end
		let sums = aggregate.checked::<Plain>().map_err(|error| failed(&error))?;
		if !check_result_share(&sums, self.seat, &sum) {
			return Err(failed(&"the sum of its shares does not fit the aggregate"));
		}
		let digests: Vec<Digest> = counted.iter().map(|dealing| dealing.digest).collect();
		let h_a = accepted_set_hash(&self.context.task_hash, &digests, &aggregate.to_bytes());
		Ok((h_a, sum))
	}

	fn open(&self, dealer: &AccountId, dealing: &DealingBytes) -> Option<SecretShare> {
		worker::open(&self.context, &self.secret, self.seat, dealer.as_ref(), dealing).ok()
	}

	/// Signs and sends a call of its own: `arguments` are the call's beside task, seat, block and signature.
	///
	/// # Errors
	/// `Failed` if no block takes it, `Chain`.
	pub async fn send(
		&self,
		chain: &Chain,
		kind: MessageKind,
		arguments: &(impl Encode + Sync),
	) -> Result<Outcome, Error> {
		transaction::general(chain, ATTEMPTS, |at| self.call(kind, arguments, at)).await
	}

	/// The signed call of one attempt.
	pub fn call(&self, kind: MessageKind, arguments: &impl Encode, at: u32) -> Call {
		let arguments = arguments.encode();
		let message = WorkerMessage {
			domain: *WORKER_MESSAGE,
			genesis: self.genesis,
			task_hash: self.context.task_hash,
			task: self.task,
			seat: self.seat,
			kind,
			payload: Sha256::digest(&arguments).into(),
			at,
		};
		let signature = WorkerSignature::from_raw(self.worker.sign(&message.encode()));
		let mut bytes = (self.task, self.seat).encode();
		bytes.extend(arguments);
		(at, signature).encode_to(&mut bytes);
		let name = match kind {
			MessageKind::Accuse => "accuse",
			MessageKind::Commit => "commit_result",
			MessageKind::Reveal => "reveal_result",
			MessageKind::Attest => "attest",
			MessageKind::Challenge => "challenge",
		};
		Call::encoded("Vss", name, bytes)
	}
}

/// The seat of a worker key, on the committee or behind it on the panel, and its node.
fn seat_of(info: &TaskInfo, worker: &Worker) -> Option<(u8, AccountId)> {
	let key = worker.public();
	let mut row = (1u8..).zip(info.committee.iter().chain(info.panel.iter()));
	let found = row.find(|(_, seat)| seat.worker == key);
	found.map(|(number, seat)| (number, seat.account.clone()))
}

/// The key's right result share of the newest other task with vectors of that length on whose committee it sits or sat,
/// with that task's number.
///
/// # Errors
/// `Failed` if there is none, `Chain`.
pub async fn share_elsewhere(
	chain: &Chain,
	but: TaskId,
	worker: &Worker,
	length: usize,
) -> Result<(TaskId, SecretShare), Error> {
	for task in (0..chain.tasks().await?).rev().filter(|task| *task != but) {
		let Some((info, drawn)) = drawn(chain, task).await? else { continue };
		// a verifier has no share
		let is_member = seat_of(&drawn, worker)
			.is_some_and(|(seat, _)| usize::from(seat) <= drawn.committee.len());
		if drawn.task.spec.length() as usize != length || !is_member {
			continue;
		}
		let member = Member::of(chain, task, &drawn, worker)?;
		let mut sum = SecretShare::zero(length);
		let mut count = 0;
		for (dealer, _, bytes) in in_bodies(chain, task, &info).await? {
			// what the chain refused, or a dealer forged, is of no use here
			let Some(share) = member.open(&dealer, &bytes) else { continue };
			count += usize::from(sum.add(&share).is_ok());
		}
		if count > 0 {
			return Ok((task, sum));
		}
	}
	Err(Error::Failed(format!(
		"the worker key has a seat in no other task with vectors of {length} and a dealing"
	)))
}

/// A task as it is, and as it was right after its draw, if it was drawn and the node still has that state.
async fn drawn(chain: &Chain, task: TaskId) -> Result<Option<(TaskInfo, TaskInfo)>, Error> {
	let Some(info) = chain.task_if_any(task, chain.head()).await? else { return Ok(None) };
	let Some(number) = info.task.drawn_at else { return Ok(None) };
	let hash = chain.block_hash(number).await?;
	match chain.task_at(task, Head { number, hash }).await {
		Ok(drawn) => Ok(Some((info, drawn))),
		Err(ChainError::Pruned { .. }) => Ok(None),
		Err(error) => Err(error.into()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// As the chain hashes them: in their order, from zeros on.
	#[test]
	fn an_attestation_names_dealings_and_exclusions() {
		let (zeros, first, second) = (Digest::default(), [1; 32], [2; 32]);
		assert_eq!(Seen::default().hashes(), (zeros, zeros));
		let seen = Seen { dealt: vec![first, second], excluded: vec![second, first] };
		let dealt = wire::dealt(&wire::dealt(&zeros, &first), &second);
		let excluded = wire::excluded(&wire::excluded(&zeros, &second), &first);
		assert_eq!(seen.hashes(), (dealt, excluded));
		let other = Seen { excluded: vec![first, second], ..seen };
		assert_ne!(other.hashes().1, excluded);
	}
}
