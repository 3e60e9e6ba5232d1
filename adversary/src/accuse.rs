//! A committee member that accuses wrongly.

use crate::{
	cheats::{self, FalseClaim},
	seat::{dealings, Member, Worker},
	transaction::Outcome,
	wait::{phase, Phase},
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
		let receipt = self.outcome.receipt()?;
		let is = |name| receipt.event("Vss", name).is_some();
		if is("AccuserConvicted") {
			return Some("accuser");
		}
		(is("DealerConvicted") || is("SeatExcused")).then_some("dealer")
	}
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
	let dealing = loop {
		let head = chain.head();
		let info = chain.task_at(task, head).await?;
		let now = phase(&info.task.status);
		if now == Phase::Ended {
			return Err(Error::Failed(format!(
				"task {task} ended before there was anything to accuse"
			)));
		}
		if now > Phase::Drawing {
			let held = dealings(chain, task).await?;
			if let Some(found) = held.into_iter().find(|held| held.dealer == *dealer) {
				break found;
			}
		}
		chain.next_head(head).await?;
	};
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
