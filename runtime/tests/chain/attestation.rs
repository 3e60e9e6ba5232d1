//! Attestations in tests: made by hand, whatever their author has seen of the dealings.

use super::{task::view, worker, worker_number, Chain};
use codec::Encode;
use ostraka_primitives::{message::MessageKind, Digest, TaskId};
use ostraka_runtime::{transaction, Runtime, RuntimeCall, UncheckedExtrinsic, Vss};
use pallet_vss::authorize::{payload, Attempt};
use sp_core::Pair;

/// What an attestation names: the running hashes of a task's dealings, and of those that were excluded.
#[derive(Clone, Copy)]
pub struct Named {
	/// Of all dealings.
	pub dealt: Digest,
	/// Of the excluded ones.
	pub excluded: Digest,
}

/// Those of the newest block.
pub fn named(chain: &mut Chain, task: TaskId) -> Named {
	let sharing = chain.look(|| pallet_vss::Sharings::<Runtime>::get(task)).unwrap();
	Named { dealt: sharing.dealt, excluded: sharing.excluded_hash }
}

/// The attestation of this seat, a member's or a verifier's, for the next block.
pub fn attestation(chain: &mut Chain, task: TaskId, seat: u8, named: Named) -> UncheckedExtrinsic {
	let view = view(chain, task);
	let key = worker(worker_number(&view.seat(seat).unwrap().worker));
	let Named { dealt, excluded } = named;
	let at = chain.number() + 1;
	let attempt = Attempt { task, seat, kind: MessageKind::Attest, at };
	let arguments = payload(&(dealt, excluded));
	let message = chain.look(|| Vss::worker_message(view.task_hash, attempt, arguments));
	let signature = key.sign(&message.encode());
	let call = pallet_vss::Call::attest { task, seat, dealt, excluded, at, signature };
	let extension = transaction::extension(0, false);
	UncheckedExtrinsic::new_transaction(RuntimeCall::Vss(call), extension)
}

/// These seats attest to the dealings as they are, in one block, which takes all of it.
pub fn attest(chain: &mut Chain, task: TaskId, seats: impl IntoIterator<Item = u8>) {
	let named = named(chain, task);
	let all: Vec<_> = seats.into_iter().map(|seat| attestation(chain, task, seat, named)).collect();
	let results = chain.block(all);
	assert!(results.iter().all(|result| *result == Ok(Ok(()))), "{results:?}");
}
