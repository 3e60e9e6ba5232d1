//! Accusations in tests: by a member of whatever share it has, by whoever makes them.

use super::{
	account,
	task::{context, view},
	worker, worker_number, Chain,
};
use codec::Encode;
use ostraka_primitives::message::MessageKind;
use ostraka_protocol::{
	wire,
	worker::evidence,
	worker_key::{seal_key_message, seal_secret},
};
use ostraka_runtime::{transaction, RuntimeCall, UncheckedExtrinsic, Vss};
use pallet_vss::authorize::{payload, Attempt};
use rand_core::OsRng;
use sp_core::{sr25519, Pair};

/// The transaction by which the member on this seat accuses the dealer of the dealing in this transaction, for the next block. It
/// shows what the member's share is, right or wrong.
pub fn accusation(
	chain: &mut Chain,
	seat: u8,
	dealer: &sr25519::Pair,
	transaction: &RuntimeCall,
) -> UncheckedExtrinsic {
	let RuntimeCall::Vss(pallet_vss::Call::deal { task, task_hash, dealing }) = transaction else {
		panic!("not a dealing")
	};
	let (genesis, context) = (chain.genesis(), context(chain, *task));
	let view = view(chain, *task);
	let member = view.seat(seat).unwrap();
	let key = worker(worker_number(&member.worker));
	let secret = seal_secret(key.sign(&seal_key_message(&genesis.0, member.account.as_ref())).0);

	let (dealer, dealing) = (account(dealer), wire::dealing_bytes(dealing));
	let digest = dealing.digest(task_hash, dealer.as_ref());
	let shown = evidence(&context, &secret, seat, &digest, &dealing, &mut OsRng).unwrap();
	let evidence = wire::evidence_message(shown).unwrap();

	let (task, at) = (*task, chain.number() + 1);
	let attempt = Attempt { task, seat, kind: MessageKind::Accuse, at };
	let arguments = payload(&(&dealer, &digest, &evidence));
	let message = chain.look(|| Vss::worker_message(*task_hash, attempt, arguments));
	let signature = key.sign(&message.encode());
	let call = pallet_vss::Call::accuse { task, seat, dealer, digest, evidence, at, signature };
	let extension = transaction::extension(0, false);
	UncheckedExtrinsic::new_transaction(RuntimeCall::Vss(call), extension)
}
