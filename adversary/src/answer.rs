//! Committee members with wrong result shares. They attest first, as honest workers do, so that nobody waits for them.

use crate::{
	attest::{attest, AttestFault},
	seat::{share_elsewhere, Member, Worker},
	transaction::Outcome,
	wait::{phase, until, Phase},
};
use clap::ValueEnum;
use futures::future::try_join_all;
use ostraka_client::{chain::Chain, Error};
use ostraka_crypto::{polynomial, vss::SecretShare, Scalar};
use ostraka_primitives::{
	fault::ShareFault,
	message::{MessageKind, ResultShareBytes},
	AccountId, Digest, TaskId,
};
use ostraka_protocol::adjudicator::result_commitment;
use serde_json::{json, Value};

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AnswerFault {
	/// Nothing: the adversary plays the node's honest worker
	None,
	/// Nothing but that it does not attest, so that all wait for the whole window of verification
	Silent,
	/// A number of the share is one too large
	WrongShare,
	/// Two shares are wrong such that the value at zero stays what it was (needs --with)
	CancelAtZero,
	/// The share is the same seat's right one in another task
	OtherTask,
	/// The share is right, but not what was committed
	CommitOther,
}

/// What came of a member's answer.
#[derive(Clone, Debug)]
pub struct Answered {
	/// Its seat.
	pub seat: u8,
	/// Its node.
	pub node: AccountId,
	/// What the chain did with the attestation; `None` if verification was over, or it was silent.
	pub attest: Option<Outcome>,
	/// What the chain did with the commitment; `None` if the window was over.
	pub commit: Option<Outcome>,
	/// What the chain did with the result share.
	pub reveal: Outcome,
}

impl Answered {
	/// How the share was judged: `right`, or what is wrong with it.
	pub fn judged(&self) -> Option<&'static str> {
		let receipt = self.reveal.receipt()?;
		if receipt.event("Vss", "ResultShareRight").is_some() {
			return Some("right");
		}
		match receipt.event("Vss", "ResultShareWrong")?.field("fault")? {
			ShareFault::NotAsCommitted => Some("not-as-committed"),
			ShareFault::DoesNotFit => Some("does-not-fit"),
		}
	}

	/// As JSON.
	pub fn json(&self) -> Value {
		json!({
			"seat": self.seat,
			"node": ostraka_client::chain::account::address(&self.node),
			"attest": self.attest.as_ref().map(Outcome::json),
			"commit": self.commit.as_ref().map(Outcome::json),
			"reveal": self.reveal.json(),
			"judged": self.judged(),
		})
	}
}

/// Plays the seats of these worker keys in a task from verification to their reveals, all with the fault. They attest in the
/// first block of verification, and have looked at nothing.
///
/// # Errors
/// `Usage` if the fault needs another number of seats, `Failed` if a key has no seat, a share cannot be made or the
/// task ends before, `Chain`.
pub async fn answer(
	chain: &Chain,
	task: TaskId,
	workers: &[Worker],
	fault: AnswerFault,
) -> Result<Vec<Answered>, Error> {
	if fault == AnswerFault::CancelAtZero && workers.len() != 2 {
		return Err(Error::Usage("errors that cancel at zero take two worker keys".to_owned()));
	}
	// until an attestation is final, committing may be nearly over
	let attests = workers.iter().map(|worker| attested(chain, task, worker, fault));
	let (attests, answered) = tokio::try_join!(
		try_join_all(attests),
		committed_and_revealed(chain, task, workers, fault)
	)?;
	let with_attestation =
		|(answered, attest): (Answered, Option<Outcome>)| Answered { attest, ..answered };
	Ok(answered.into_iter().zip(attests).map(with_attestation).collect())
}

/// Attests as soon as verification has begun; `None` if it is over, or the fault is not to.
async fn attested(
	chain: &Chain,
	task: TaskId,
	worker: &Worker,
	fault: AnswerFault,
) -> Result<Option<Outcome>, Error> {
	let info = until(chain, task, Phase::Verifying).await?;
	if fault == AnswerFault::Silent || phase(&info.task.status) != Phase::Verifying {
		return Ok(None);
	}
	attest(chain, task, worker, AttestFault::None).await.map(Some)
}

/// Commits and reveals, from the freeze on.
async fn committed_and_revealed(
	chain: &Chain,
	task: TaskId,
	workers: &[Worker],
	fault: AnswerFault,
) -> Result<Vec<Answered>, Error> {
	let info = until(chain, task, Phase::Committing).await?;
	if phase(&info.task.status) == Phase::Ended {
		return Err(Error::Failed(format!("task {task} has ended")));
	}
	let mut members = Vec::new();
	let mut set = Digest::default();
	let mut right = Vec::new();
	for worker in workers {
		let member = Member::find(chain, task, worker).await?;
		let (h_a, share) = member.result_share(chain).await?;
		set = h_a;
		right.push(share);
		members.push(member);
	}
	let shown = shown(chain, &members, &right, fault).await?;

	let commits =
		members.iter().zip(&right).zip(&shown).map(|((member, right), shown)| async move {
			// what is committed is what will be shown, unless that is the fault
			let mut share = shown.clone();
			if fault == AnswerFault::CommitOther {
				share = right.clone();
				share.blinding += Scalar::from(1u8);
			}
			let commitment =
				result_commitment(&set, member.seat, &member.worker.public().0, &share);
			match phase(&chain.task(task).await?.task.status) {
				Phase::Committing => {
					member.send(chain, MessageKind::Commit, &(set, commitment)).await.map(Some)
				},
				_ => Ok(None),
			}
		});
	let commits = try_join_all(commits).await?;
	until(chain, task, Phase::Revealing).await?;
	let revealed = members.iter().zip(&shown).map(|(member, share)| async move {
		let bytes = ResultShareBytes::try_from(share.to_bytes().to_vec())
			.map_err(|_| Error::Failed("the share is longer than any task allows".to_owned()))?;
		member.send(chain, MessageKind::Reveal, &(set, bytes)).await
	});
	let revealed = try_join_all(revealed).await?;
	Ok(members
		.into_iter()
		.zip(commits)
		.zip(revealed)
		.map(|((member, commit), reveal)| Answered {
			seat: member.seat,
			node: member.node,
			attest: None,
			commit,
			reveal,
		})
		.collect())
}

/// The shares that the members will show.
async fn shown(
	chain: &Chain,
	members: &[Member],
	right: &[SecretShare],
	fault: AnswerFault,
) -> Result<Vec<SecretShare>, Error> {
	let mut shown = right.to_vec();
	match fault {
		AnswerFault::None | AnswerFault::Silent | AnswerFault::CommitOther => {},
		AnswerFault::WrongShare => shown.iter_mut().for_each(|share| add(share, Scalar::from(1u8))),
		AnswerFault::CancelAtZero => {
			let seats: Vec<u8> = members.iter().map(|member| member.seat).collect();
			let threshold = members.first().map_or(1, |member| member.context.threshold);
			let failed = || Error::Failed("the committee has no such seats".to_owned());
			let errors = cancelling(&seats, threshold).ok_or_else(failed)?;
			shown.iter_mut().zip(errors).for_each(|(share, error)| add(share, error));
		},
		AnswerFault::OtherTask => {
			for (share, member) in shown.iter_mut().zip(members) {
				let length = member.context.length();
				(_, *share) = share_elsewhere(chain, member.task, &member.worker, length).await?;
			}
		},
	}
	Ok(shown)
}

fn add(share: &mut SecretShare, error: Scalar) {
	if let Some(value) = share.values.first_mut() {
		*value += error;
	}
}

/// Errors of two shares that cancel at zero, for the `t + 1` seats with theirs first and then the lowest others.
fn cancelling(seats: &[u8], threshold: u8) -> Option<Vec<Scalar>> {
	let [_, _] = seats else { return None };
	let others = (1..=u8::MAX).filter(|seat| !seats.contains(seat));
	let all: Vec<u8> =
		seats.iter().copied().chain(others).take(usize::from(threshold) + 1).collect();
	let weights = polynomial::lagrange(&all, 0).ok()?;
	// error 1 times weight 2 and error 2 times minus weight 1: their weighted sum vanishes
	Some(vec![*weights.get(1)?, -*weights.first()?])
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_crypto::{scalar, vss, Plain};
	use rand_core::OsRng;

	#[test]
	fn cancelling_errors_leave_the_value_at_zero() {
		for (seats, threshold, n) in [([2, 3], 1, 3), ([1, 4], 2, 5), ([7, 2], 3, 7)] {
			let secret = [scalar::random(&mut OsRng)];
			let (_, shares) =
				vss::share::<Plain, _>(&secret, threshold, n, &mut OsRng).expect("sound");
			let mut indexed: Vec<(u8, SecretShare)> = (1..).zip(shares).collect();
			let errors = cancelling(&seats, threshold).expect("two seats");
			for (seat, error) in seats.iter().zip(errors) {
				let (_, share) = &mut indexed[usize::from(*seat) - 1];
				let before = share.clone();
				add(share, error);
				assert!(*share != before);
			}
			indexed.sort_by_key(|(seat, _)| !seats.contains(seat));
			indexed.truncate(usize::from(threshold) + 1);
			let found = vss::reconstruct(&indexed).expect("enough");
			assert_eq!(found.values, secret);
		}
		assert!(cancelling(&[1], 1).is_none());
	}
}
