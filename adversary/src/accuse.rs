//! A committee member that accuses wrongly.

use crate::{
	cheats::{self, FalseClaim},
	seat::{held, Member, Worker},
	transaction::Outcome,
};
use ostraka_client::{chain::Chain, Error};
use ostraka_primitives::{message::MessageKind, AccountId, TaskId};
use ostraka_protocol::wire::evidence_message;

/// What came of an accusation.
#[derive(Clone, Debug)]
pub struct Accused {
	/// The accuser's seat.
	pub seat: u8,
	/// Its node.
	pub node: AccountId,
	/// What the chain did.
	pub outcome: Outcome,
}

impl Accused {
	/// Who was convicted, if it was judged.
	pub fn convicted(&self) -> Option<&'static str> {
		convicted(&self.outcome)
	}
}

/// Who was convicted by an accusation or a challenge, if it was judged.
pub fn convicted(outcome: &Outcome) -> Option<&'static str> {
	let receipt = outcome.receipt()?;
	let is = |name| receipt.event("Vss", name).is_some();
	if is("AccuserConvicted") {
		return Some("accuser");
	}
	(is("DealerConvicted") || is("SeatExcused")).then_some("dealer")
}

/// Waits until the dealer has dealt, and accuses it.
///
/// # Errors
/// `Failed` if the task ends before, or the worker key has no seat; `Chain`.
pub async fn accuse(
	chain: &Chain,
	task: TaskId,
	worker: &Worker,
	dealer: &AccountId,
	claim: FalseClaim,
) -> Result<Accused, Error> {
	let dealing = held(chain, task, dealer).await?;
	let member = Member::find(chain, task, worker).await?;
	let evidence = cheats::evidence(
		&member.context,
		member.secret(),
		member.seat,
		&dealing.digest,
		&dealing.bytes,
		claim,
	);
	let evidence =
		evidence.map_err(|error| Error::Failed(format!("no evidence can be made: {error}")))?;
	let evidence = evidence_message(evidence)
		.ok_or_else(|| Error::Failed("the evidence is longer than any task allows".to_owned()))?;
	let arguments = (dealer, dealing.digest, evidence);
	let outcome = member.send(chain, MessageKind::Accuse, &arguments).await?;
	Ok(Accused { seat: member.seat, node: member.node, outcome })
}
