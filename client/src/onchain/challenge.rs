//! Challenges by anybody: a task's dealings, read from block bodies and judged here as the runtime would judge them, and
//! what it takes to have it do so.
//!
//! # Invariants
//! - A challenge is made only of a dealing that was judged here, and found wrong: [`Finding::Wrong`] has it, and nothing else.
//! - What is judged is bound to what the chain will judge. The task hash covers the spec, which says what is to be proven,
//!   and the dealing's digest covers task hash and proof. A node that shows another spec than the chain has shows another
//!   task hash too, and so another digest, of which the chain convicts nobody.

use super::{
	deal::{deposit, share_of},
	gather::{scan_dealings, Bodies},
	recorded::{records, Recorded},
};
use crate::{
	chain::{calls, state::DealingRecord, Chain, ChainError, Receipt, Signer},
	dealing,
	error::Error,
};
use ostraka_crypto::{
	messages::DealingBytes, proofs::verify_signature, validity::Relation, Identity, Plain,
};
use ostraka_party::{address, verify::find::FoundDealing};
use ostraka_primitives::{
	api::TaskInfo, fault::DealerFault, message::ChallengeMessage, spec::TaskSpec, task::TaskStatus,
	AccountId, Balance, TaskId,
};
use ostraka_protocol::{
	adjudicator::{self, Verdict},
	statistics::relation,
	wire::challenge_message,
	worker, TaskContext,
};
use rand_core::OsRng;
use std::collections::{BTreeMap, BTreeSet};

/// A dealing that a task's state holds.
#[derive(Clone, Debug)]
pub struct Judged {
	/// Who dealt it.
	pub dealer: AccountId,
	/// What the state holds.
	pub record: DealingRecord,
	/// What was found.
	pub finding: Finding,
}

/// What was found of a dealing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
	/// Its proof holds, of commitments that are in the group.
	Holds,
	/// It is the recipient's mask, whose commitments are in the group: a mask proves nothing of its vector.
	Mask,
	/// Something is wrong with it, which a challenge shows.
	Wrong(DealerFault, Box<ChallengeMessage>),
	/// Its dealer is convicted already, and a challenge would show nothing more: it was not judged.
	Convicted,
	/// The body of its block does not hold it.
	Absent,
}

/// Whether challenges of a task's dealings are judged, as far as its state tells.
pub fn is_open(info: &TaskInfo) -> bool {
	matches!(
		info.task.status,
		TaskStatus::Collecting { .. }
			| TaskStatus::Verifying { .. }
			| TaskStatus::Committing { .. }
			| TaskStatus::Revealing { .. }
	)
}

/// What is at stake for who challenges; `None` if the chain does not say.
pub fn bond(chain: &Chain) -> Option<Balance> {
	chain.constant("Incentives", "ChallengeBond")
}

/// What a right challenge pays, of a deposit as it is now; `None` if the chain does not say.
///
/// # Errors
/// `Chain`.
pub async fn reward(chain: &Chain) -> Result<Option<Balance>, ChainError> {
	Ok(share_of(chain, deposit(chain).await?, "AccuserShare"))
}

/// Whether a challenge may do something, as far as the record tells. Of a dealer that is convicted of what not everybody sees
/// it marks the result, or exposes who had attested. The seats that the record names may have been exposed meanwhile: the chain
/// refuses then, before it judges or holds a bond.
fn is_open_to_challenge(record: &DealingRecord) -> bool {
	!record.disproven && record.is_challengeable(record.attested)
}

/// Reads the dealings of a task, or one dealer's, from block bodies, and judges each of which a challenge may show something.
///
/// # Errors
/// `Failed` if what the node shows of the task does not fit together, `Pruned` if it no longer has a body, `Chain`.
pub async fn look(
	chain: &Chain,
	task: TaskId,
	info: &TaskInfo,
	only: Option<&AccountId>,
) -> Result<Vec<Judged>, Error> {
	let context = dealing::context(chain.genesis(), task, info).map_err(|error| {
		Error::Failed(format!("no dealing of task {task} can be judged: {error}"))
	})?;
	let dealers = info.accepted.iter().filter(|dealer| only.is_none_or(|only| only == *dealer));
	let records = records(chain, task, dealers.cloned()).await?;
	let mut dealings = read(chain, task, &context, &records).await?;
	let to_judge: Vec<_> = records.iter().map(|(dealer, _)| dealings.remove(dealer)).collect();
	tokio::task::block_in_place(|| judge(&context, &info.task.spec, &records, &to_judge))
}

/// The dealings of which a challenge may show something, by dealer, as far as their blocks' bodies hold them.
async fn read(
	chain: &Chain,
	task: TaskId,
	context: &TaskContext,
	records: &[(AccountId, DealingRecord)],
) -> Result<BTreeMap<AccountId, DealingBytes>, ChainError> {
	let open = || records.iter().filter(|(_, record)| is_open_to_challenge(record));
	let blocks: BTreeSet<u32> = open().map(|(_, record)| record.block).collect();
	let (bodies, recorded) = (Bodies::default(), Recorded::new(open()));
	let mut found = BTreeMap::new();
	for block in blocks {
		let pick = |number: u32, other: FoundDealing| {
			let (dealer, bytes) = recorded.find(&context.task_hash, number, &other)?;
			Some((dealer.clone(), bytes))
		};
		found.extend(scan_dealings(chain, &bodies, task, context, (block, block), pick).await?);
	}
	Ok(found)
}

/// Judges dealings: all proofs at once, and each that is refused once more alone, as the runtime will.
fn judge(
	context: &TaskContext,
	spec: &TaskSpec,
	records: &[(AccountId, DealingRecord)],
	dealings: &[Option<DealingBytes>],
) -> Result<Vec<Judged>, Error> {
	let relation = relation(spec).map_err(|error| Error::Failed(error.to_string()))?;
	let there: Vec<(&Identity, &DealingBytes)> = records
		.iter()
		.zip(dealings)
		.filter_map(|((dealer, _), dealing)| Some((dealer.as_ref(), dealing.as_ref()?)))
		.collect();
	let bytes: Vec<&DealingBytes> = there.iter().map(|(_, dealing)| *dealing).collect();
	let invalid = worker::invalid::<Plain, _>(context, &relation, &there, &mut OsRng);
	let mut suspects: BTreeSet<&Identity> =
		invalid.iter().filter_map(|place| Some(there.get(*place)?.0)).collect();
	let in_group = worker::commitments::<Plain, _>(context, &bytes, &mut OsRng);
	let outside = there.iter().zip(in_group).filter(|(_, commitments)| commitments.is_err());
	suspects.extend(outside.map(|((dealer, _), _)| *dealer));

	let finding = |dealer: &AccountId, record: &DealingRecord, dealing: Option<&DealingBytes>| {
		if !is_open_to_challenge(record) {
			return Ok(Finding::Convicted);
		}
		let Some(dealing) = dealing else { return Ok(Finding::Absent) };
		let id: &Identity = dealer.as_ref();
		match suspects.contains(id) {
			true => alone(context, &relation, dealer, dealing),
			false if context.is_mask(id) => Ok(Finding::Mask),
			false => Ok(Finding::Holds),
		}
	};
	records
		.iter()
		.zip(dealings)
		.map(|((dealer, record), dealing)| {
			let finding = finding(dealer, record, dealing.as_ref())?;
			Ok(Judged { dealer: dealer.clone(), record: *record, finding })
		})
		.collect()
}

/// Judges one dealing as the runtime will.
fn alone(
	context: &TaskContext,
	relation: &Relation,
	dealer: &AccountId,
	dealing: &DealingBytes,
) -> Result<Finding, Error> {
	let id: &Identity = dealer.as_ref();
	let wrong = |error: ostraka_crypto::Error| {
		Error::Failed(format!(
			"the dealing of {} cannot be judged: {error}\n  the node shows something that no chain takes: ask another",
			address(dealer)
		))
	};
	// a digest of this check's own: what a node says of its state vouches for nothing
	let accepted = adjudicator::verify_dealing(context, id, dealing, verify_signature);
	let digest = accepted.map_err(wrong)?.digest;
	let challenge = worker::challenge_unjudged(dealing);
	let verdict = adjudicator::judge_challenge::<Plain>(context, relation, id, &digest, &challenge);
	match (verdict.map_err(wrong)?, challenge_message(challenge)) {
		(Verdict::DealerGuilty(fault), Some(message)) => {
			Ok(Finding::Wrong(fault, Box::new(message)))
		},
		// what a block holds is no longer than what the chain takes
		(Verdict::AccuserGuilty(_), _) | (_, None) => Ok(Finding::Holds),
	}
}

/// What came of a challenge.
#[derive(Clone, Debug)]
pub enum Sent {
	/// The dealer is convicted.
	Convicted {
		/// The transaction.
		receipt: Receipt,
		/// Whether the dealing no longer counts.
		excluded: bool,
		/// What it paid.
		reward: Balance,
		/// Seats that had attested to it.
		exposed: usize,
	},
	/// The dealer was convicted before, of what not everybody sees: now all know that the input is invalid.
	Shown {
		/// The transaction.
		receipt: Receipt,
		/// Seats that had attested to it.
		exposed: usize,
	},
	/// Somebody else was there before.
	Forestalled,
}

/// Challenges a dealing that was found wrong, and waits until that is judged in a block that is final.
///
/// # Errors
/// `Chain`; `Failed` if the chain convicts the challenger.
pub async fn send(
	chain: &Chain,
	task: TaskId,
	judged: &Judged,
	challenge: &ChallengeMessage,
	signer: &Signer,
) -> Result<Sent, Error> {
	let Judged { dealer, record, .. } = judged;
	let call = calls::challenge_with_bond(task, dealer.clone(), record.digest, challenge.clone());
	let receipt = match chain.submit(&call, signer).await {
		Ok(receipt) => receipt,
		Err(ChainError::Refused { name, .. }) if name == "Vss.AlreadyConvicted" => {
			return Ok(Sent::Forestalled);
		},
		Err(error) => return Err(error.into()),
	};
	if receipt.event("Vss", "AccuserConvicted").is_some() {
		return Err(Error::Failed(format!(
			"the chain does not find the dealing of {} wrong, which was judged here: the bond is lost\n  chain and tool \
			 differ, which must not be: send no other challenge, and report it (SECURITY.md)",
			address(dealer)
		)));
	}
	let exposing = receipt.event("Vss", "AttestedFalsely");
	let seats: Option<Vec<u8>> = exposing.and_then(|event| event.field("seats"));
	let exposed = seats.map_or(0, |seats| seats.len());
	let Some(convicted) = receipt.event("Vss", "DealerConvicted") else {
		return Ok(Sent::Shown { receipt, exposed });
	};
	let excluded = convicted.field("excluded").unwrap_or_default();
	let punished = receipt.event("Incentives", "Punished");
	let reward = punished.and_then(|event| event.field("to_accuser")).unwrap_or_default();
	Ok(Sent::Convicted { receipt, excluded, reward, exposed })
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use codec::Encode;
	use ostraka_crypto::transcript::sha256;
	use ostraka_crypto::{seal::SealSecret, vss, Scalar};
	use ostraka_party::verify::find::{self, Indices, Lengths};
	use ostraka_primitives::record::{SeatSet, Standing};
	use ostraka_protocol::{dealer, wire, Version};

	/// Two groups of (rows, sum): within the bounds of the fixture's task, and outside them by one.
	const RIGHT: [u64; 4] = [2, 30, 1, 90];
	const FORGED: [u64; 4] = [2, 30, 1, 91];

	struct Stage {
		spec: TaskSpec,
		context: TaskContext,
		relation: Relation,
	}

	impl Stage {
		fn new() -> Self {
			Self::sealed_to(None)
		}

		fn sealed_to(recipient: Option<&AccountId>) -> Self {
			let spec = fixtures::task().task.spec;
			let seal_keys = (0..3).map(|_| SealSecret::random(&mut OsRng).public()).collect();
			let relation = relation(&spec).expect("a valid spec");
			let (length, proof) = (spec.length(), relation.layout().proof_length() as u32);
			let context =
				wire::context_of(Version::CURRENT, [8; 32], 1, length, proof, seal_keys, recipient);
			Self { spec, context, relation }
		}

		fn honest(&self, dealer: u8) -> DealingBytes {
			let input = RIGHT.map(Scalar::from);
			let made = dealer::deal::<Plain, _>(
				&self.context,
				&self.relation,
				&[dealer; 32],
				&input,
				&mut OsRng,
			);
			made.expect("a dealing")
		}

		/// A dealing of another input with the proof of an honest one: right in all but that.
		fn forged(&self, dealer: u8) -> DealingBytes {
			let (ctx, id) = (&self.context, &[dealer; 32]);
			let input = FORGED.map(Scalar::from);
			let shared = vss::share::<Plain, _>(&input, ctx.threshold, 3, &mut OsRng);
			let (commitments, shares) = shared.expect("sound parameters");
			let rho = SealSecret::random(&mut OsRng);
			let (bytes, proof) = (commitments.to_bytes(), self.honest(dealer).validity);
			let made = dealer::assemble(ctx, id, bytes, &shares, &rho, proof, &mut OsRng);
			made.expect("three shares")
		}

		fn record(
			&self,
			dealer: u8,
			dealing: &DealingBytes,
			standing: Standing,
		) -> (AccountId, DealingRecord) {
			let digest = dealing.digest(&self.context.task_hash, &[dealer; 32]);
			let taken = DealingRecord::taken(digest, sha256(&dealing.ephemeral), 9);
			let record = DealingRecord { standing, ..taken };
			(AccountId::new([dealer; 32]), record)
		}

		fn findings(
			&self,
			dealings: Vec<(Standing, Option<DealingBytes>, DealingBytes)>,
		) -> Result<Vec<Finding>, Error> {
			let records: Vec<_> = (1..)
				.zip(&dealings)
				.map(|(dealer, (standing, _, dealt))| self.record(dealer, dealt, *standing))
				.collect();
			let read: Vec<_> = dealings.into_iter().map(|(_, read, _)| read).collect();
			let judged = judge(&self.context, &self.spec, &records, &read)?;
			Ok(judged.into_iter().map(|judged| judged.finding).collect())
		}
	}

	#[test]
	fn a_forged_proof_alone_is_challenged() {
		let stage = Stage::new();
		let (first, forged, third, fourth, late) =
			(stage.honest(1), stage.forged(2), stage.honest(3), stage.forged(4), stage.forged(5));
		let findings = stage.findings(vec![
			(Standing::Accepted, Some(first.clone()), first),
			(Standing::Accepted, Some(forged.clone()), forged.clone()),
			// its block's body does not hold it
			(Standing::Accepted, None, third),
			// others were there before, and nobody had attested
			(Standing::Excluded, None, fourth),
			// of a share that it saw a member convicted it too late: that its input counts and is invalid nobody has shown
			(Standing::ConvictedLate, Some(late.clone()), late.clone()),
		]);
		let findings = findings.expect("all of it can be judged");
		let wrong = |dealing| {
			let challenge = challenge_message(worker::challenge_unjudged(dealing)).expect("short");
			Finding::Wrong(DealerFault::InvalidInput, Box::new(challenge))
		};
		let (first, last) = (wrong(&forged), wrong(&late));
		let expected = [Finding::Holds, first, Finding::Absent, Finding::Convicted, last];
		assert_eq!(findings, expected);
	}

	#[test]
	fn a_mask_is_never_challenged_for_a_proof() {
		let stage = Stage::sealed_to(Some(&AccountId::new([1; 32])));
		let vector = FORGED.map(Scalar::from);
		let mask = dealer::mask::<Plain, _>(&stage.context, &[1; 32], &vector, &mut OsRng);
		let (mask, other) = (mask.expect("the recipient's"), stage.honest(2));
		let findings = stage.findings(vec![
			(Standing::Accepted, Some(mask.clone()), mask),
			(Standing::Accepted, Some(other.clone()), other),
		]);
		assert_eq!(findings.expect("both can be judged"), [Finding::Mask, Finding::Holds]);
	}

	#[test]
	fn who_is_convicted_is_challenged_as_long_as_that_shows_something() {
		let mut seats = SeatSet::default();
		seats.insert(4);
		let nobody = SeatSet::default();
		for (standing, attested, disproven, expected) in [
			(Standing::Accepted, nobody, false, true),
			(Standing::ConvictedLate, nobody, false, true),
			(Standing::ConvictedLate, nobody, true, false),
			(Standing::Excluded, nobody, false, false),
			(Standing::Excluded, seats, false, true),
			(Standing::Excluded, seats, true, false),
		] {
			let taken = DealingRecord::taken([1; 32], [2; 32], 9);
			let record = DealingRecord { standing, attested, disproven, ..taken };
			assert_eq!(is_open_to_challenge(&record), expected, "{record:?}");
		}
	}

	const INDICES: Indices = Indices {
		deal: [50, 0],
		accuse: [50, 1],
		challenge: [50, 5],
		challenge_with_bond: [50, 6],
		reveal: [50, 3],
		submit: [49, 0],
	};

	/// A batch of a remark and the call: the remark reads, with what follows it, as a dealing of the same dealer, whose proof
	/// begins with the call's head. Both the reading for challenges and `node supply` pick by the record.
	#[test]
	fn a_dealing_hides_behind_no_remark() {
		let stage = Stage::new();
		let dealing = stage.forged(1);
		let message = wire::dealing_message(dealing.clone()).expect("short");
		let call = (INDICES.deal, 7u32, stage.context.task_hash, message).encode();
		let fake = &call[..call.len() - dealing.validity.len()];
		let batch = [&[0x84u8, 0][..], &[1; 32], &[1; 70], fake, &call].concat();
		let records = [stage.record(1, &dealing, Standing::Accepted)];
		let (recorded, hash) = (Recorded::new(&records), &stage.context.task_hash);
		let found = || {
			let lengths = Lengths::of(&stage.context);
			find::dealings(&batch, &INDICES, 7, hash, lengths)
		};
		assert_eq!(found().count(), 2, "the remark reads as one too");
		let picked: Vec<_> = found().filter_map(|found| recorded.find(hash, 9, &found)).collect();
		assert_eq!(picked, [(&AccountId::new([1; 32]), dealing)]);
		assert!(found().all(|found| recorded.find(hash, 8, &found).is_none()));
	}

	#[test]
	fn what_no_chain_takes_is_not_challenged() {
		let stage = Stage::new();
		let mut dealing = stage.forged(1);
		// without it the state cannot hold its digest
		dealing.proof = [0; 64];
		let outcome = stage.findings(vec![(Standing::Accepted, Some(dealing.clone()), dealing)]);
		let error = outcome.expect_err("it proves nothing").to_string();
		assert!(error.contains("cannot be judged") && error.contains("ask another"), "{error}");
	}

	#[test]
	fn challenges_are_judged_until_result_shares_are_in() {
		let mut info = fixtures::task();
		for (status, expected) in [
			(TaskStatus::Inviting { until: 9 }, false),
			(TaskStatus::Drawing { until: 9 }, false),
			(TaskStatus::Verifying { until: 9 }, true),
			(TaskStatus::Revealing { until: 9 }, true),
			(TaskStatus::Settled(ostraka_primitives::task::Outcome::Completed), false),
		] {
			info.task.status = status;
			assert_eq!(is_open(&info), expected, "{status:?}");
		}
	}
}
