//! Attestations of members and verifiers in the adversary's hands: by who has looked at nothing, and such as the chain must
//! refuse.

use crate::{
	seat::{Member, Seen, Worker},
	transaction::{Outcome, Refuser},
};
use clap::ValueEnum;
use ostraka_client::{chain::Chain, Error};
use ostraka_primitives::{message::MessageKind, TaskId};

/// Why an attestation to other dealings or exclusions than the chain's is refused.
const WRONG_DEALINGS: &str = "Vss.WrongDealings";
/// Secret of a key that has no seat anywhere.
const STRANGER: &str = "//Adversary//stranger";

/// What is wrong with an attestation. The last two are a matter of when it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum AttestFault {
	/// Nothing that the chain could see: it is that of an honest worker, but nobody has looked at a share
	None,
	/// It is about other dealings, as on another fork
	OtherDealings,
	/// It is about all dealings but the last
	FewerDealings,
	/// It is about other exclusions, as on another fork
	OtherExclusions,
	/// It is signed with a key that has no seat
	OtherKey,
	/// The seat has attested before
	Twice,
	/// Verification has not begun, or is over
	WrongPhase,
}

impl AttestFault {
	/// Why the chain has to refuse it; `None` if it has to take it.
	pub fn reason(self) -> Option<&'static str> {
		match self {
			Self::None => None,
			Self::OtherDealings | Self::FewerDealings | Self::OtherExclusions => {
				Some(WRONG_DEALINGS)
			},
			Self::OtherKey => Some("Vss.BadSignature"),
			Self::Twice => Some("Vss.AlreadyAttested"),
			Self::WrongPhase => Some("Vss.WrongPhase"),
		}
	}
}

/// Attests for the seat with that worker key, at a time that the caller has seen to. Without a fault it is made anew as often as
/// a dealing is excluded before it gets in.
///
/// # Errors
/// `Failed` if the key has no seat, or the fault takes a dealing and there is none; `Chain`.
pub async fn attest(
	chain: &Chain,
	task: TaskId,
	worker: &Worker,
	fault: AttestFault,
) -> Result<Outcome, Error> {
	let mut member = Member::find(chain, task, worker).await?;
	if fault == AttestFault::OtherKey {
		member.worker = Worker::from_secret(STRANGER)?;
	}
	let mut seen = Seen::of(chain, task).await?;
	loop {
		let mut named = seen.clone();
		if fault == AttestFault::FewerDealings && named.dealt.pop().is_none() {
			return Err(Error::Failed(format!("nobody has dealt to task {task}")));
		}
		let (mut dealt, mut excluded) = named.hashes();
		match fault {
			AttestFault::OtherDealings => dealt[0] ^= 1,
			AttestFault::OtherExclusions => excluded[0] ^= 1,
			_ => {},
		}
		let outcome = member.send(chain, MessageKind::Attest, &(dealt, excluded)).await?;
		if fault != AttestFault::None || outcome.refusal() != Some(WRONG_DEALINGS) {
			return Ok(outcome);
		}
		let now = Seen::of(chain, task).await?;
		if now == seen {
			return Ok(outcome);
		}
		seen = now;
	}
}

/// Sends an attestation with a fault, whose time the caller has seen to.
///
/// # Errors
/// `Failed` if the chain does not refuse it before any block, and for that fault; those of [`attest`].
pub async fn refused(
	chain: &Chain,
	task: TaskId,
	worker: &Worker,
	fault: AttestFault,
) -> Result<(), Error> {
	match attest(chain, task, worker, fault).await? {
		Outcome::Refused { by: Refuser::Pool, reason }
			if Some(reason.as_str()) == fault.reason() =>
		{
			Ok(())
		},
		other => Err(Error::Failed(format!(
			"task {task}: an attestation was to be refused before any block for {:?} ({fault:?}): {other:?}",
			fault.reason()
		))),
	}
}
