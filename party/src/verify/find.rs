//! The protocol's messages in block bodies.
//!
//! A message is found by the head of its call (pallet, call, task, and the task hash or `h_A` that it carries) anywhere
//! in an extrinsic's bytes, so that it makes no difference whether it was sent alone, in a batch or through a proxy,
//! and the envelope need not be understood. Anyone can put such bytes into a block, in a remark for instance. What is found
//! this way is believed only for what it proves: a dealing by its proof of `ρ`, which covers the task hash and the dealer; the
//! whole set of dealings by `h_A`; a challenge for nothing, the dealing is judged itself; a result share by the aggregate; a
//! cohort by its hash.
//!
//! Nothing that is found may stand in the way of anything else: not of what comes after it, and not of what begins within it.
//! Whoever writes a remark in front of a call chooses bytes that read, with the head of that call, as a longer message; so a
//! search goes on one byte behind each head, whatever was decoded there. Messages may thus overlap, and be many times longer
//! together than the bytes. Hence:
//!
//! - of a message whose lengths follow from the task they are compared before anything of it is copied ([`Lengths`]);
//! - a member's call is never inside of another: it ends where its extrinsic does, so that there is one in each at most;
//! - what is found is handed out one by one: nothing here keeps it.

use alloc::vec::Vec;
use codec::{Compact, Decode, Encode};
use core::iter::from_fn;
use ostraka_crypto::seal::ciphertext_len;
use ostraka_primitives::{
	message::{DealingMessage, EvidenceMessage, ResultShareBytes},
	spec::TaskSpec,
	task::{Conditions, SecurityClass},
	AccountId, Digest, PointBytes, TaskId, MAX_DEALERS,
};
use ostraka_protocol::TaskContext;
use sp_core::{bounded::BoundedVec, ConstU32};

/// The dealers that a task invites.
pub type Dealers = BoundedVec<AccountId, ConstU32<MAX_DEALERS>>;

/// Pallet and call, as they stand in an extrinsic.
pub type CallIndex = [u8; 2];

/// The calls to look for.
#[derive(Clone, Copy, Debug)]
pub struct Indices {
	/// `Vss.deal`.
	pub deal: CallIndex,
	/// `Vss.accuse`.
	pub accuse: CallIndex,
	/// `Vss.challenge`.
	pub challenge: CallIndex,
	/// `Vss.challenge_with_bond`.
	pub challenge_with_bond: CallIndex,
	/// `Vss.reveal_result`.
	pub reveal: CallIndex,
	/// `Tasks.submit`.
	pub submit: CallIndex,
}

impl Indices {
	/// Reads them by a lookup of a pallet's call in a chain's metadata.
	pub fn new(index: impl Fn(&str, &str) -> Option<CallIndex>) -> Option<Self> {
		Some(Self {
			deal: index("Vss", "deal")?,
			accuse: index("Vss", "accuse")?,
			challenge: index("Vss", "challenge")?,
			challenge_with_bond: index("Vss", "challenge_with_bond")?,
			reveal: index("Vss", "reveal_result")?,
			submit: index("Tasks", "submit")?,
		})
	}
}

/// A dealing in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDealing {
	/// The account that signed the extrinsic, if one did.
	pub signer: Option<AccountId>,
	/// The dealing.
	pub dealing: DealingMessage,
}

/// An accusation in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAccusation {
	/// The accuser's seat.
	pub seat: u8,
	/// The accused.
	pub dealer: AccountId,
	/// Digest of the dealing.
	pub digest: Digest,
	/// The evidence.
	pub evidence: EvidenceMessage,
}

/// A challenge in a body, as far as it names what it challenges. What it shows of a dealing is in the dealing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundChallenge {
	/// The challenged.
	pub dealer: AccountId,
	/// Digest of the dealing.
	pub digest: Digest,
}

/// A result share in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundShare {
	/// The seat.
	pub seat: u8,
	/// `y_j`, then `γ_j`.
	pub share: ResultShareBytes,
}

/// Bytes of a member's call behind its message: the block of the attempt, and the worker's signature.
const MEMBERS_TAIL: usize = 4 + 64;

/// The lengths that a task fixes of its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
	/// Commitments of a dealing.
	commitments: usize,
	/// Sealed shares of a dealing.
	seats: usize,
	/// Bytes of each.
	sealed: usize,
	/// Bytes of the proof that the input is valid.
	validity: usize,
	/// Whether there is a mask, which has no proof.
	masked: bool,
	/// Bytes of a result share.
	share: usize,
}

impl Lengths {
	/// Those of a task.
	pub fn of(context: &TaskContext) -> Self {
		Self {
			commitments: context.commitments(),
			seats: context.seal_keys.len(),
			sealed: ciphertext_len(context.length()),
			validity: usize::try_from(context.proof_length).unwrap_or(usize::MAX),
			masked: context.recipient.is_some(),
			share: context.length().saturating_add(1).saturating_mul(32),
		}
	}

	/// What is behind a dealing of these lengths; `None` if the bytes begin with none.
	fn behind_dealing<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
		let commitments = behind_list(bytes, self.commitments, size_of::<PointBytes>())?;
		// R, and the proof of `ρ`
		let mut rest = behind_list(commitments.get(32 + 64..)?, self.seats, 0)?;
		for _ in 0..self.seats {
			rest = behind_list(rest, self.sealed, 1)?;
		}
		let masks = || self.masked.then(|| behind_list(rest, 0, 1)).flatten();
		behind_list(rest, self.validity, 1).or_else(masks)
	}

	/// What is behind evidence of these lengths; `None` if the bytes begin with none.
	fn behind_evidence<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
		// K, and its proof
		let commitments = bytes.get(32 + 64..)?;
		let ephemeral = behind_list(commitments, self.commitments, size_of::<PointBytes>())?;
		let validity = behind_list(ephemeral.get(32..)?, self.seats, size_of::<Digest>())?;
		behind_list(validity.get(32..)?, self.sealed, 1)
	}
}

/// What is behind a list with so many elements of that size, which are not looked at.
fn behind_list(bytes: &[u8], number: usize, size: usize) -> Option<&[u8]> {
	let mut elements = bytes;
	let Compact(found) = Compact::<u32>::decode(&mut elements).ok()?;
	let is_it = usize::try_from(found) == Ok(number);
	is_it.then(|| elements.get(number.checked_mul(size)?..)).flatten()
}

/// What `read` makes of the bytes behind each head, one by one.
fn behind_heads<'a, T: 'a>(
	bytes: &'a [u8],
	head: Vec<u8>,
	read: impl Fn(&'a [u8]) -> Option<T> + 'a,
) -> impl Iterator<Item = T> + 'a {
	let mut rest = bytes;
	from_fn(move || loop {
		let start = rest.windows(head.len()).position(|window| window == head)?;
		let behind = rest.get(start.checked_add(head.len())?..)?;
		// not behind the head: the next one may begin with its end
		rest = rest.get(start.checked_add(1)?..)?;
		if let Some(message) = read(behind) {
			return Some(message);
		}
	})
}

/// The account that signed an extrinsic (version 4, address form `Id`).
fn signer(extrinsic: &[u8]) -> Option<AccountId> {
	match extrinsic {
		[0x84, 0, rest @ ..] => AccountId::decode(&mut &*rest).ok(),
		_ => None,
	}
}

/// The dealings of a task.
pub fn dealings<'a>(
	extrinsic: &'a [u8],
	indices: &Indices,
	task: TaskId,
	task_hash: &Digest,
	lengths: Lengths,
) -> impl Iterator<Item = FoundDealing> + 'a {
	let signer = signer(extrinsic);
	behind_heads(extrinsic, (indices.deal, task, task_hash).encode(), move |mut bytes| {
		lengths.behind_dealing(bytes)?;
		let dealing = DealingMessage::decode(&mut bytes).ok()?;
		Some(FoundDealing { signer: signer.clone(), dealing })
	})
}

/// The accusation in a task that an extrinsic ends with.
pub fn accusations<'a>(
	extrinsic: &'a [u8],
	indices: &Indices,
	task: TaskId,
	lengths: Lengths,
) -> impl Iterator<Item = FoundAccusation> + 'a {
	behind_heads(extrinsic, (indices.accuse, task).encode(), move |mut bytes| {
		let (seat, dealer, digest) = <(u8, AccountId, Digest)>::decode(&mut bytes).ok()?;
		let behind = lengths.behind_evidence(bytes)?;
		(behind.len() == MEMBERS_TAIL).then_some(())?;
		let evidence = EvidenceMessage::decode(&mut bytes).ok()?;
		Some(FoundAccusation { seat, dealer, digest, evidence })
	})
}

/// The challenges in a task: of members, of verifiers, and of anybody.
pub fn challenges<'a>(
	extrinsic: &'a [u8],
	indices: &Indices,
	task: TaskId,
) -> impl Iterator<Item = FoundChallenge> + 'a {
	let of_member = (indices.challenge, task).encode();
	let of_member = behind_heads(extrinsic, of_member, |mut bytes| {
		let (_, dealer, digest) = <(u8, AccountId, Digest)>::decode(&mut bytes).ok()?;
		Some(FoundChallenge { dealer, digest })
	});
	let of_anybody = (indices.challenge_with_bond, task).encode();
	let of_anybody = behind_heads(extrinsic, of_anybody, |mut bytes| {
		let (dealer, digest) = <(AccountId, Digest)>::decode(&mut bytes).ok()?;
		Some(FoundChallenge { dealer, digest })
	});
	of_member.chain(of_anybody)
}

/// The result share of a task with that accepted set that an extrinsic ends with.
pub fn shares<'a>(
	extrinsic: &'a [u8],
	indices: &Indices,
	task: TaskId,
	accepted_set: Digest,
	lengths: Lengths,
) -> impl Iterator<Item = FoundShare> + 'a {
	behind_heads(extrinsic, (indices.reveal, task).encode(), move |mut bytes| {
		let (seat, set) = <(u8, Digest)>::decode(&mut bytes).ok()?;
		let behind = behind_list(bytes, lengths.share, 1)?;
		(set == accepted_set && behind.len() == MEMBERS_TAIL).then_some(())?;
		Some(FoundShare { seat, share: ResultShareBytes::decode(&mut bytes).ok()? })
	})
}

/// The cohorts of so many dealers that submissions of a spec on these conditions under a class name.
pub fn cohorts<'a>(
	extrinsic: &'a [u8],
	indices: &Indices,
	spec: &TaskSpec,
	conditions: &Conditions,
	class: SecurityClass,
	invited: u32,
) -> impl Iterator<Item = Dealers> + 'a {
	behind_heads(extrinsic, (indices.submit, spec, conditions, class).encode(), move |mut bytes| {
		behind_list(bytes, usize::try_from(invited).ok()?, 32)?;
		Dealers::decode(&mut bytes).ok()
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::spec::Statistic;
	use proptest::prelude::*;

	const INDICES: Indices = Indices {
		deal: [9, 0],
		accuse: [9, 1],
		challenge: [9, 5],
		challenge_with_bond: [9, 6],
		reveal: [9, 3],
		submit: [8, 0],
	};

	const LENGTHS: Lengths =
		Lengths { commitments: 2, seats: 1, sealed: 80, validity: 70, masked: false, share: 64 };
	/// Block of the attempt, and signature.
	const TAIL: [u8; MEMBERS_TAIL] = [0; MEMBERS_TAIL];

	fn message() -> DealingMessage {
		DealingMessage {
			commitments: vec![[1; 96], [2; 96]].try_into().expect("two"),
			ephemeral: [3; 32],
			proof: [4; 64],
			sealed: vec![vec![5; 80].try_into().expect("short")].try_into().expect("one"),
			validity: vec![6; 70].try_into().expect("short"),
		}
	}

	fn head() -> Vec<u8> {
		(INDICES.deal, 7u32, [8u8; 32]).encode()
	}

	fn found(extrinsic: &[u8]) -> Vec<FoundDealing> {
		dealings(extrinsic, &INDICES, 7, &[8; 32], LENGTHS).collect()
	}

	#[test]
	fn a_dealing_is_found_alone_and_in_a_batch() {
		let call = [head(), message().encode()].concat();
		let alone = [vec![0x84, 0], vec![6; 32], vec![1; 70], call.clone()].concat();
		let expected = FoundDealing { signer: Some(AccountId::new([6; 32])), dealing: message() };
		assert_eq!(found(&alone), [expected]);
		let batch = [vec![0x84, 0], vec![6; 32], vec![40, 2, 8], call.clone(), call].concat();
		assert_eq!(found(&batch).len(), 2);
		assert_eq!(dealings(&alone, &INDICES, 8, &[8; 32], LENGTHS).count(), 0);
		assert_eq!(dealings(&alone, &INDICES, 7, &[9; 32], LENGTHS).count(), 0);
	}

	/// A remark in front of the call in a batch, whose last bytes are to be the call's head: read as a dealing, it takes the head
	/// for the beginning of its proof.
	#[test]
	fn a_remark_that_swallows_the_head_of_a_dealing_hides_nothing() {
		let fake = DealingMessage { validity: Default::default(), ..message() };
		let mut remark = [head(), fake.encode()].concat();
		// the length of a proof, of which the first bytes are those that follow in the batch
		remark.pop();
		remark.extend(Compact(LENGTHS.validity as u32).encode());
		let call = [head(), message().encode()].concat();
		let batch = [vec![0x84, 0], vec![6; 32], vec![40, 2, 8, 0, 7], remark, call].concat();
		let found = found(&batch);
		assert_eq!(found.len(), 2, "the remark reads as one too");
		assert!(found[0].dealing.validity.starts_with(&head()));
		assert_eq!(found[1].dealing, message());
	}

	/// What has no proof is found where there is a mask; whose it is, its proof of `ρ` says.
	#[test]
	fn a_mask_is_found_where_the_task_has_one() {
		let mask = DealingMessage { validity: Default::default(), ..message() };
		let call = [head(), mask.encode()].concat();
		let masked = Lengths { masked: true, ..LENGTHS };
		let of = |call: &[u8], lengths| -> Vec<DealingMessage> {
			let found = dealings(call, &INDICES, 7, &[8; 32], lengths);
			found.map(|found| found.dealing).collect()
		};
		assert!(of(&call, LENGTHS).is_empty());
		assert_eq!(of(&call, masked), [mask]);
		let dealt = [head(), message().encode()].concat();
		assert_eq!(of(&dealt, masked), [message()], "a dealer's is found beside it");
		for end in 0..call.len() {
			assert!(of(&call[..end], masked).is_empty(), "{end}");
		}
	}

	/// A head that ends as it begins can share a byte with the next.
	#[test]
	fn a_head_that_begins_within_a_head_is_found() {
		let mut hash = [8u8; 32];
		hash[31] = INDICES.deal[0];
		let head = (INDICES.deal, 7u32, hash).encode();
		let call = [head.clone(), message().encode()].concat();
		let hidden = [&head[..head.len() - 1], &call].concat();
		assert_eq!(dealings(&hidden, &INDICES, 7, &hash, LENGTHS).count(), 1);
	}

	#[test]
	fn what_has_other_lengths_than_the_tasks_is_no_dealing() {
		let call = [head(), message().encode()].concat();
		for other in [
			Lengths { commitments: 1, ..LENGTHS },
			Lengths { commitments: usize::MAX, ..LENGTHS },
			Lengths { seats: 2, ..LENGTHS },
			Lengths { sealed: 79, ..LENGTHS },
			Lengths { validity: 71, ..LENGTHS },
		] {
			assert_eq!(dealings(&call, &INDICES, 7, &[8; 32], other).count(), 0, "{other:?}");
		}
		for end in 0..call.len() {
			assert!(found(&call[..end]).is_empty(), "{end}");
		}
	}

	#[test]
	fn challenges_of_members_and_of_anybody_are_found() {
		let (dealer, digest) = (AccountId::new([3; 32]), [4; 32]);
		let expected = [FoundChallenge { dealer: dealer.clone(), digest }];
		let found = |extrinsic: &[u8], task| -> Vec<FoundChallenge> {
			challenges(extrinsic, &INDICES, task).collect()
		};
		let shown = vec![7u8; 200];
		let member = (INDICES.challenge, 7u32, 2u8, &dealer, digest, &shown, 100u32).encode();
		assert_eq!(found(&[vec![0x45, 0, 0], member].concat(), 7), expected);
		let bonded = (INDICES.challenge_with_bond, 7u32, &dealer, digest, &shown).encode();
		let bonded = [vec![0x84, 0], vec![6; 32], bonded].concat();
		assert_eq!(found(&bonded, 7), expected);
		assert!(found(&bonded, 8).is_empty());
	}

	/// The result shares with an accepted set of eights.
	fn found_shares(extrinsic: &[u8]) -> Vec<FoundShare> {
		shares(extrinsic, &INDICES, 7, [8; 32], LENGTHS).collect()
	}

	#[test]
	fn a_result_share_is_found_with_its_accepted_set() {
		let share: ResultShareBytes = vec![1; 64].try_into().expect("short");
		let call = (INDICES.reveal, 7u32, 2u8, [8u8; 32], share.clone(), TAIL).encode();
		let extrinsic = [vec![0x45, 0, 0, 1], call.clone()].concat();
		assert_eq!(found_shares(&extrinsic), [FoundShare { seat: 2, share }]);
		assert_eq!(shares(&extrinsic, &INDICES, 7, [7; 32], LENGTHS).count(), 0);
		let longer = Lengths { share: 96, ..LENGTHS };
		assert_eq!(shares(&extrinsic, &INDICES, 7, [8; 32], longer).count(), 0);
		// a member's call is the last of its extrinsic, and the only one
		assert!(found_shares(&[call.clone(), vec![0]].concat()).is_empty());
		assert!(found_shares(&call[..call.len() - 1]).is_empty());
		assert_eq!(found_shares(&[call.clone(), call].concat()).len(), 1);
	}

	#[test]
	fn a_result_share_within_anothers_bytes_is_found() {
		let head = (INDICES.reveal, 7u32, 2u8, [8u8; 32], Compact(64u32)).encode();
		let right = [&head[..], &[9; 64], &TAIL].concat();
		let found = found_shares(&[head, right].concat());
		assert_eq!(found.len(), 1);
		assert_eq!(found[0].share.as_slice(), [9; 64]);
	}

	#[test]
	fn an_accusation_is_found_at_the_end_of_its_extrinsic() {
		let evidence = EvidenceMessage {
			dh: [1; 32],
			dleq: [2; 64],
			commitments: message().commitments,
			ephemeral: [3; 32],
			sealed_hashes: vec![[4; 32]].try_into().expect("one"),
			validity_hash: [5; 32],
			sealed: vec![6; 80].try_into().expect("short"),
		};
		let dealer = AccountId::new([3; 32]);
		let call = (INDICES.accuse, 7u32, 2u8, &dealer, [4u8; 32], &evidence, TAIL).encode();
		let found = |extrinsic: &[u8], lengths| -> Vec<FoundAccusation> {
			accusations(extrinsic, &INDICES, 7, lengths).collect()
		};
		let expected = FoundAccusation { seat: 2, dealer, digest: [4; 32], evidence };
		// behind the head of one that swallows it
		let hidden = [&call[..90], &call].concat();
		assert_eq!(found(&hidden, LENGTHS), [expected]);
		assert!(found(&[call.clone(), vec![0]].concat(), LENGTHS).is_empty());
		assert!(found(&call, Lengths { seats: 2, ..LENGTHS }).is_empty());
		assert!(found(&call, Lengths { sealed: 81, ..LENGTHS }).is_empty());
	}

	#[test]
	fn a_cohort_is_found_with_its_spec() {
		let spec = |max_rows| TaskSpec {
			statistic: Statistic::Contributors,
			columns: Default::default(),
			target: None,
			weight: None,
			edges: Default::default(),
			quantiles: Default::default(),
			group_by: None,
			max_rows,
		};
		let dealers: Dealers =
			vec![AccountId::new([1; 32]), AccountId::new([2; 32])].try_into().expect("two");
		let class = SecurityClass::Confidential;
		let conditions = |sealed_to: Option<u8>| Conditions {
			least_dealers: 3,
			required: Default::default(),
			counting: Some(5),
			sealed_to: sealed_to.map(|byte| AccountId::new([byte; 32])),
		};
		let asked = (spec(7), conditions(Some(9)), class, &dealers);
		let call = (INDICES.submit, asked, 50u32, 300u32, 1u128, 0u128).encode();
		let extrinsic = [vec![0x84, 0, 1, 1], call].concat();
		let on = |conditions: &Conditions, max_rows, class, invited| -> Vec<Dealers> {
			cohorts(&extrinsic, &INDICES, &spec(max_rows), conditions, class, invited).collect()
		};
		let found = |max_rows, class, invited| on(&conditions(Some(9)), max_rows, class, invited);
		assert!(on(&conditions(None), 7, class, 2).is_empty(), "on other conditions");
		assert_eq!(found(7, class, 2), [dealers]);
		assert!(found(8, class, 2).is_empty());
		assert!(found(7, SecurityClass::Standard, 2).is_empty());
		assert!(found(7, class, 3).is_empty());
	}

	proptest! {
		#[test]
		fn random_bytes_hold_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
			prop_assert!(found(&bytes).is_empty());
			let headed = [(INDICES.accuse, 7u32).encode(), bytes.clone()].concat();
			prop_assert_eq!(accusations(&headed, &INDICES, 7, LENGTHS).count(), 0);
			let headed = [(INDICES.reveal, 7u32).encode(), bytes.clone()].concat();
			prop_assert!(found_shares(&headed).is_empty());
			let headed = [head(), bytes].concat();
			prop_assert!(found(&headed).is_empty());
		}
	}
}
