//! Acceptances that the chain must refuse.

use crate::transaction::{signed, Outcome, Refuser};
use clap::ValueEnum;
use ostraka_client::{
	chain::{calls, Chain, Signer},
	onchain::consent::NO_DATASET,
	Error,
};
use ostraka_primitives::TaskId;

/// What is wrong with an acceptance. The first is wrong in what it says, the others in who sends it, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum AcceptFault {
	/// It names other terms than those that were asked
	OtherTerms,
	/// Its account is not invited
	Uninvited,
	/// Its account has accepted before
	Twice,
	/// Inviting has ended
	Late,
	/// Its account cannot pay the deposit
	Penniless,
}

impl AcceptFault {
	/// How the reason begins for which the chain has to refuse it.
	pub fn reason(self) -> &'static str {
		match self {
			Self::OtherTerms => "Tasks.OtherTerms",
			Self::Uninvited => "Tasks.NotInvited",
			Self::Twice => "Tasks.AlreadyAccepted",
			Self::Late => "Tasks.WrongPhase",
			Self::Penniless => "Token error",
		}
	}
}

/// Accepts a task's terms, or others if that is the fault.
///
/// # Errors
/// `Chain`.
pub async fn accept(
	chain: &Chain,
	task: TaskId,
	signer: &Signer,
	fault: AcceptFault,
) -> Result<Outcome, Error> {
	let mut terms = chain.task(task).await?.task.terms;
	if fault == AcceptFault::OtherTerms {
		terms[0] ^= 1;
	}
	signed(chain, &calls::accept(task, terms, NO_DATASET), signer).await
}

/// Sends an acceptance with a fault, whose sender and time the caller has seen to.
///
/// # Errors
/// `Failed` if the chain does not refuse it in its block, and for that fault; `Chain`.
pub async fn refused(
	chain: &Chain,
	task: TaskId,
	signer: &Signer,
	fault: AcceptFault,
) -> Result<(), Error> {
	match accept(chain, task, signer, fault).await? {
		Outcome::Refused { by: Refuser::Dispatch, reason }
			if reason.starts_with(fault.reason()) =>
		{
			Ok(())
		},
		other => Err(Error::Failed(format!(
			"task {task}: an acceptance was to be refused in its block for {} ({fault:?}): {other:?}",
			fault.reason()
		))),
	}
}
