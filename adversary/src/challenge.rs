//! Challenges of dealings' proofs that their inputs are valid: by members and verifiers in the adversary's hands, and by
//! anybody with a bond.

use crate::{
	seat::{held, Member, Worker},
	transaction::{signed, Outcome},
};
use clap::ValueEnum;
use ostraka_client::{
	chain::{calls, Chain, Signer},
	Error,
};
use ostraka_primitives::{message::MessageKind, AccountId, TaskId};
use ostraka_protocol::{wire::challenge_message, worker::challenge_unjudged};

/// What is wrong with a challenge before it is judged. Whether it is a false one is a matter of the dealing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum ChallengeFault {
	/// Nothing: it shows the dealing as it is
	None,
	/// It shows a proof that the dealing does not carry
	OtherProof,
	/// It shows fewer of the dealing's hashes than there are
	FewerHashes,
}

impl ChallengeFault {
	/// Why the chain has to refuse it; `None` if it has to judge it.
	pub fn reason(self) -> Option<&'static str> {
		match self {
			Self::None => None,
			Self::OtherProof => Some("Vss.DigestMismatch"),
			Self::FewerHashes => Some("Vss.WrongLength"),
		}
	}
}

/// Who challenges.
#[derive(Clone, Copy)]
pub enum Challenger<'a> {
	/// The seat with this worker key, on the committee or on the panel.
	Seat(&'a Worker),
	/// Anybody, with a bond.
	Bonded(&'a Signer),
}

/// Waits until the dealer has dealt, and challenges its dealing, whatever its proof is.
///
/// # Errors
/// `Failed` if the task ends before, or the worker key has no seat; `Chain`.
pub async fn challenge(
	chain: &Chain,
	task: TaskId,
	challenger: Challenger<'_>,
	dealer: &AccountId,
	fault: ChallengeFault,
) -> Result<Outcome, Error> {
	let dealing = held(chain, task, dealer).await?;
	let mut shown = challenge_unjudged(&dealing.bytes);
	match fault {
		ChallengeFault::None => {},
		ChallengeFault::OtherProof => {
			shown.validity.iter_mut().take(1).for_each(|byte| *byte ^= 1);
		},
		ChallengeFault::FewerHashes => {
			shown.sealed_hashes.pop();
		},
	}
	let message = challenge_message(shown)
		.ok_or_else(|| Error::Failed("the challenge is longer than any task allows".to_owned()))?;
	match challenger {
		Challenger::Seat(worker) => {
			let member = Member::find(chain, task, worker).await?;
			let arguments = (dealer, dealing.digest, message);
			member.send(chain, MessageKind::Challenge, &arguments).await
		},
		Challenger::Bonded(signer) => {
			let call = calls::challenge_with_bond(task, dealer.clone(), dealing.digest, message);
			signed(chain, &call, signer).await
		},
	}
}
