//! Challenges in tests: of a dealing as its transaction has it, by whoever makes them.

use super::{account, Chain};
use codec::Encode;
use ostraka_primitives::{
	message::{ChallengeMessage, MessageKind},
	AccountId, Digest, TaskId,
};
use ostraka_protocol::{wire, worker::challenge_unjudged};
use ostraka_runtime::{transaction, RuntimeCall, UncheckedExtrinsic, Vss};
use pallet_vss::authorize::{payload, Attempt};
use sp_core::{ed25519, sr25519, Pair};

/// What is shown of a dealing, and which one it is.
pub struct Challenge {
	/// The task.
	pub task: TaskId,
	/// `TH`.
	pub task_hash: Digest,
	/// Whose dealing it is.
	pub dealer: AccountId,
	/// The dealing's digest.
	pub digest: Digest,
	/// What is shown.
	pub shown: ChallengeMessage,
}

impl Challenge {
	/// Of the dealing in this dealer's transaction.
	pub fn of(dealer: &sr25519::Pair, transaction: &RuntimeCall) -> Self {
		let RuntimeCall::Vss(pallet_vss::Call::deal { task, task_hash, dealing }) = transaction
		else {
			panic!("not a dealing")
		};
		let dealer = account(dealer);
		let dealing = wire::dealing_bytes(dealing);
		let digest = dealing.digest(task_hash, dealer.as_ref());
		let shown = wire::challenge_message(challenge_unjudged(&dealing)).unwrap();
		Self { task: *task, task_hash: *task_hash, dealer, digest, shown }
	}

	/// The call of who has no seat.
	pub fn with_bond(&self) -> RuntimeCall {
		RuntimeCall::Vss(pallet_vss::Call::challenge_with_bond {
			task: self.task,
			dealer: self.dealer.clone(),
			digest: self.digest,
			challenge: self.shown.clone(),
		})
	}

	/// The transaction of the member or verifier on this seat, for the next block.
	pub fn by_seat(
		&self,
		chain: &mut Chain,
		seat: u8,
		worker: &ed25519::Pair,
	) -> UncheckedExtrinsic {
		let (task, at) = (self.task, chain.number() + 1);
		let attempt = Attempt { task, seat, kind: MessageKind::Challenge, at };
		let arguments = payload(&(&self.dealer, &self.digest, &self.shown));
		let message = chain.look(|| Vss::worker_message(self.task_hash, attempt, arguments));
		let call = pallet_vss::Call::challenge {
			task,
			seat,
			dealer: self.dealer.clone(),
			digest: self.digest,
			challenge: self.shown.clone(),
			at,
			signature: worker.sign(&message.encode()),
		};
		let extension = transaction::extension(0, false);
		UncheckedExtrinsic::new_transaction(RuntimeCall::Vss(call), extension)
	}
}
