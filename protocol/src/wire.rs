//! From SCALE types to the protocol's own, and back: the one place where a message's bytes, a task's seats and its record
//! become what the roles take.
//!
//! | on the chain (`ostraka-primitives`) | in the protocol |
//! |---|---|
//! | `DealingMessage`, `EvidenceMessage`, `ChallengeMessage` | [`DealingBytes`], [`EvidenceBytes`], [`ChallengeBytes`] |
//! | `Committee`, `Panel` | [`Member`]s, seal keys |
//! | a task's record, committee and panel | its [`TaskContext`], and [`Published`] for `TH` |
//! | accounts of dealers | hashes of cohort and consent |
//! | what was asked | the hash of its terms |
//! | digests of dealings, and of those excluded | the hashes that attestations name |
//!
//! Nothing is checked here but lengths that a SCALE type bounds.

use crate::task::{task_hash, task_hash_preimage, Member, TaskContext, TaskHashInput, Version};
use alloc::vec::Vec;
use ostraka_crypto::{
	messages::{ChallengeBytes, DealingBytes, EvidenceBytes},
	transcript::sha256,
};
use ostraka_primitives::{
	message::{ChallengeMessage, DealingMessage, EvidenceMessage},
	spec::TaskSpec,
	task::{
		published_bytes, ClassParameters, Committee, Conditions, Panel, Seat, SecurityClass, Task,
		Terms, Windows,
	},
	AccountId, BlockNumber, Digest, SealKeyBytes, TaskId,
};

/// Domain of [`consent`].
const CONSENT_TAG: &[u8] = b"ostraka/consent/v1";
/// Domain of [`dealt`].
const DEALT_TAG: &[u8] = b"ostraka/dealt/v1";
/// Domain of [`dataset_tag`].
const DATASET_TAG: &[u8] = b"ostraka/dataset/v1";
/// Domain of [`excluded`].
const EXCLUDED_TAG: &[u8] = b"ostraka/excluded/v1";

/// A dealing as the protocol's functions take it.
pub fn dealing_bytes(message: &DealingMessage) -> DealingBytes {
	DealingBytes {
		commitments: message.commitments.to_vec(),
		ephemeral: message.ephemeral,
		proof: message.proof,
		sealed: message.sealed.iter().map(|sealed| sealed.to_vec()).collect(),
		validity: message.validity.to_vec(),
	}
}

/// Evidence as the protocol's functions take it.
pub fn evidence_bytes(message: &EvidenceMessage) -> EvidenceBytes {
	EvidenceBytes {
		dh: message.dh,
		dleq: message.dleq,
		commitments: message.commitments.to_vec(),
		ephemeral: message.ephemeral,
		sealed_hashes: message.sealed_hashes.to_vec(),
		validity_hash: message.validity_hash,
		sealed: message.sealed.to_vec(),
	}
}

/// A challenge as the protocol's functions take it.
pub fn challenge_bytes(message: &ChallengeMessage) -> ChallengeBytes {
	ChallengeBytes {
		commitments: message.commitments.to_vec(),
		ephemeral: message.ephemeral,
		sealed_hashes: message.sealed_hashes.to_vec(),
		validity: message.validity.to_vec(),
	}
}

/// A dealing as the chain's call takes it; `None` if something of it is longer than any task allows.
pub fn dealing_message(bytes: DealingBytes) -> Option<DealingMessage> {
	let sealed = bytes
		.sealed
		.into_iter()
		.map(|sealed| sealed.try_into().ok())
		.collect::<Option<Vec<_>>>()?;
	Some(DealingMessage {
		commitments: bytes.commitments.try_into().ok()?,
		ephemeral: bytes.ephemeral,
		proof: bytes.proof,
		sealed: sealed.try_into().ok()?,
		validity: bytes.validity.try_into().ok()?,
	})
}

/// Evidence as the chain's call takes it; `None` if something of it is longer than any task allows.
pub fn evidence_message(bytes: EvidenceBytes) -> Option<EvidenceMessage> {
	Some(EvidenceMessage {
		dh: bytes.dh,
		dleq: bytes.dleq,
		commitments: bytes.commitments.try_into().ok()?,
		ephemeral: bytes.ephemeral,
		sealed_hashes: bytes.sealed_hashes.try_into().ok()?,
		validity_hash: bytes.validity_hash,
		sealed: bytes.sealed.try_into().ok()?,
	})
}

/// A challenge as the chain's call takes it; `None` if something of it is longer than any task allows.
pub fn challenge_message(bytes: ChallengeBytes) -> Option<ChallengeMessage> {
	Some(ChallengeMessage {
		commitments: bytes.commitments.try_into().ok()?,
		ephemeral: bytes.ephemeral,
		sealed_hashes: bytes.sealed_hashes.try_into().ok()?,
		validity: bytes.validity.try_into().ok()?,
	})
}

/// Those who have these seats, of a committee or of a panel, in their order.
pub fn members(seats: &[Seat]) -> Vec<Member> {
	let member = |seat: &Seat| Member {
		account: seat.account.clone().into(),
		worker: seat.worker.0,
		seal_key: seat.seal_key,
	};
	seats.iter().map(member).collect()
}

/// `E_1 .. E_n` of a committee.
pub fn seal_keys(committee: &Committee) -> Vec<SealKeyBytes> {
	committee.iter().map(|seat| seat.seal_key).collect()
}

/// SHA-256 of the dealers' accounts, sorted, one after the other: what a task's record names its cohort by.
pub fn cohort_hash(dealers: &[AccountId]) -> Digest {
	let mut sorted: Vec<[u8; 32]> = dealers.iter().map(|dealer| dealer.clone().into()).collect();
	sorted.sort_unstable();
	sha256(&sorted.concat())
}

/// Hash of the dealers who have accepted, this one included, from the hash of those before it. It begins with zeros.
pub fn consent(before: &Digest, dealer: &AccountId) -> Digest {
	let dealer: &[u8; 32] = dealer.as_ref();
	sha256(&[CONSENT_TAG, before, dealer].concat())
}

/// [`consent`] of dealers in the order in which they accepted.
pub fn consent_hash(dealers: &[AccountId]) -> Digest {
	dealers.iter().fold([0; 32], |hash, dealer| consent(&hash, dealer))
}

/// Hash of the digests of the dealings that a task has taken, in their order, this one included, from the hash of those
/// before it. It begins with zeros, and an exclusion does not change it: who attests names by it what it has checked, so that
/// an attestation made on another fork is none here.
pub fn dealt(before: &Digest, digest: &Digest) -> Digest {
	sha256(&[DEALT_TAG, before, digest].concat())
}

/// Hash of the digests of the dealings that a task has excluded, in the order in which it did, this one included, from the
/// hash of those before it. It begins with zeros. Who attests names it beside [`dealt`]: an attestation in flight is void once
/// a dealing more is excluded, and none speaks for a dealing that its author had seen excluded, which on another fork still
/// counts.
pub fn excluded(before: &Digest, digest: &Digest) -> Digest {
	sha256(&[EXCLUDED_TAG, before, digest].concat())
}

/// The tag under which a chain knows a dealer's data set of this name.
pub fn dataset_tag(name: &str) -> Digest {
	sha256(&[DATASET_TAG, name.as_bytes()].concat())
}

/// Hash of what an invited dealer accepts: who accepts names it, so that nobody accepts something else than it was shown.
pub fn terms_hash(terms: &Terms<'_>, genesis: &Digest, task: TaskId) -> Digest {
	sha256(&terms.bytes(genesis, task))
}

/// What everybody knows of a task whose seats are drawn. Of the panel nothing is in it.
///
/// # Errors
/// [`UnknownVersion`](crate::UnknownVersion).
#[cfg(feature = "runtime")]
pub fn context(
	view: &ostraka_primitives::traits::TaskView,
) -> Result<TaskContext, crate::UnknownVersion> {
	let version = Version::from_number(view.protocol)?;
	let keys = seal_keys(&view.committee);
	let (hash, recipient) = (view.task_hash, view.recipient.as_ref());
	let (threshold, length, proof_length) = (view.threshold, view.length, view.proof_length);
	Ok(context_of(version, hash, threshold, length, proof_length, keys, recipient))
}

/// What everybody knows of a task, from its parts; `proof_length` follows from the spec
/// ([`proof_length`](crate::statistics::validity::proof_length)), `seal_keys` are those of the committee, and the `recipient` is whom
/// the result is sealed to.
pub fn context_of(
	version: Version,
	task_hash: Digest,
	threshold: u8,
	length: u32,
	proof_length: u32,
	seal_keys: Vec<SealKeyBytes>,
	recipient: Option<&AccountId>,
) -> TaskContext {
	// Above what any spec allows, and refused there.
	let length = u16::try_from(length).unwrap_or(u16::MAX);
	let recipient = recipient.map(|recipient| recipient.clone().into());
	TaskContext { version, task_hash, threshold, length, proof_length, seal_keys, recipient }
}

/// What of a task's record its hash covers.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a> {
	/// The protocol that it follows.
	pub version: Version,
	/// What is computed.
	pub spec: &'a TaskSpec,
	/// Hash of all who accepted.
	pub consent: &'a Digest,
	/// What the task promises its dealers, and who reads its result.
	pub conditions: &'a Conditions,
	/// The class.
	pub class: SecurityClass,
	/// What the class asks for.
	pub parameters: &'a ClassParameters,
	/// The phases' lengths.
	pub windows: &'a Windows,
	/// Block of the draw.
	pub drawn_at: BlockNumber,
}

impl<'a> Published<'a> {
	/// Of a task's record; `None` before the draw, and if the task follows a version that is not known here.
	pub fn of(record: &'a Task) -> Option<Self> {
		Some(Self {
			version: Version::from_number(record.protocol).ok()?,
			spec: &record.spec,
			consent: &record.consent,
			conditions: &record.conditions,
			class: record.class,
			parameters: &record.parameters,
			windows: &record.windows,
			drawn_at: record.drawn_at?,
		})
	}

	/// `TH` of the task with this number, committee and panel, on the chain with this genesis.
	pub fn hash(
		&self,
		genesis: &Digest,
		task: TaskId,
		committee: &Committee,
		panel: &Panel,
	) -> Digest {
		self.with_input(genesis, task, committee, panel, task_hash)
	}

	/// The bytes whose SHA-256 is [`Self::hash`].
	pub fn preimage(
		&self,
		genesis: &Digest,
		task: TaskId,
		committee: &Committee,
		panel: &Panel,
	) -> Vec<u8> {
		self.with_input(genesis, task, committee, panel, task_hash_preimage)
	}

	fn with_input<T>(
		&self,
		genesis: &Digest,
		task: TaskId,
		committee: &Committee,
		panel: &Panel,
		then: impl FnOnce(&TaskHashInput<'_>) -> T,
	) -> T {
		then(&TaskHashInput {
			genesis,
			task_id: task,
			version: self.version,
			spec: &published_bytes(self.spec, self.consent, self.conditions),
			class: self.class.index(),
			n: self.parameters.seats,
			threshold: self.parameters.threshold,
			least_dealers: self.conditions.least_dealers,
			deadlines: &self.windows.deadlines(self.drawn_at),
			committee: &members(committee),
			panel: &members(panel),
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_cohort_is_hashed_sorted() {
		let (a, b) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		let expected = sha256(&[[1u8; 32], [2; 32]].concat());
		assert_eq!(cohort_hash(&[b.clone(), a.clone()]), expected);
		assert_eq!(cohort_hash(&[a, b]), expected);
	}

	#[test]
	fn consent_has_an_order_and_a_domain() {
		let (a, b) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		assert_eq!(consent_hash(&[]), [0; 32]);
		let first = sha256(&[&b"ostraka/consent/v1"[..], &[0; 32], &[1; 32]].concat());
		assert_eq!(consent_hash(core::slice::from_ref(&a)), first);
		let both = sha256(&[&b"ostraka/consent/v1"[..], &first, &[2; 32]].concat());
		assert_eq!(consent_hash(&[a.clone(), b.clone()]), both);
		assert_ne!(consent_hash(&[b, a]), both);
	}

	/// An attestation names all dealings, in the order in which they were taken.
	#[test]
	fn dealings_are_hashed_in_their_order_under_a_domain() {
		let first = sha256(&[&b"ostraka/dealt/v1"[..], &[0; 32], &[1; 32]].concat());
		assert_eq!(dealt(&[0; 32], &[1; 32]), first);
		let both = sha256(&[&b"ostraka/dealt/v1"[..], &first, &[2; 32]].concat());
		assert_eq!(dealt(&first, &[2; 32]), both);
		let exchanged = dealt(&dealt(&[0; 32], &[2; 32]), &[1; 32]);
		assert_ne!(exchanged, both, "the same dealings in another order");
		assert_ne!(dealt(&[0; 32], &[2; 32]), both, "the last of two");
		// 32 bytes are no account: the domain keeps both apart
		assert_ne!(dealt(&[0; 32], &[1; 32]), consent(&[0; 32], &AccountId::new([1; 32])));
	}

	/// An attestation names the exclusions too, apart from the dealings.
	#[test]
	fn exclusions_are_hashed_in_their_order_under_a_domain_of_their_own() {
		let first = sha256(&[&b"ostraka/excluded/v1"[..], &[0; 32], &[1; 32]].concat());
		assert_eq!(excluded(&[0; 32], &[1; 32]), first);
		let both = excluded(&first, &[2; 32]);
		assert_ne!(excluded(&excluded(&[0; 32], &[2; 32]), &[1; 32]), both, "another order");
		assert_ne!(first, both, "one more");
		// all dealings excluded is not all dealings dealt
		assert_ne!(first, dealt(&[0; 32], &[1; 32]));
	}

	#[test]
	fn the_hash_covers_committee_and_panel_and_which_is_which() {
		let spec = TaskSpec {
			statistic: ostraka_primitives::spec::Statistic::Count,
			columns: Default::default(),
			target: None,
			weight: None,
			edges: Default::default(),
			quantiles: Default::default(),
			group_by: None,
			max_rows: 1,
		};
		let parameters = ClassParameters {
			seats: 3,
			threshold: 1,
			stake_factor: 1,
			least_dealers: 3,
			verifiers: 1,
		};
		let windows = Windows { collect: 1, verify: 2, commit: 3, reveal: 4 };
		let conditions = Conditions::of(&parameters);
		let published = Published {
			version: Version::CURRENT,
			spec: &spec,
			consent: &[1; 32],
			conditions: &conditions,
			class: SecurityClass::Standard,
			parameters: &parameters,
			windows: &windows,
			drawn_at: 5,
		};
		let seat = |number: u8| Seat {
			account: AccountId::new([number; 32]),
			worker: ostraka_primitives::WorkerKey::from_raw([number | 0x80; 32]),
			seal_key: [number | 0x40; 32],
		};
		let hash = |committee: &[u8], panel: &[u8]| {
			let seats = |numbers: &[u8]| numbers.iter().copied().map(seat).collect::<Vec<_>>();
			let committee = Committee::try_from(seats(committee)).unwrap();
			let panel = Panel::try_from(seats(panel)).unwrap();
			let preimage = published.preimage(&[6; 32], 7, &committee, &panel);
			let hash = published.hash(&[6; 32], 7, &committee, &panel);
			assert_eq!(sha256(&preimage), hash);
			hash
		};
		let base = hash(&[1, 2, 3], &[4]);
		let others: [(&[u8], &[u8]); 4] =
			[(&[1, 2, 3], &[]), (&[1, 2, 3, 4], &[]), (&[1, 2], &[3, 4]), (&[1, 2, 3], &[5])];
		for (committee, panel) in others {
			assert_ne!(hash(committee, panel), base, "{committee:?} {panel:?}");
		}
		let dealer = AccountId::new([8; 32]);
		let required = [dealer.clone()].to_vec().try_into().unwrap();
		for other in [
			Conditions { least_dealers: 4, ..conditions.clone() },
			Conditions { required, ..conditions.clone() },
			Conditions { counting: Some(0), ..conditions.clone() },
			Conditions { sealed_to: Some(dealer), ..conditions.clone() },
		] {
			let published = Published { conditions: &other, ..published };
			let committee = Committee::try_from([1, 2, 3].map(seat).to_vec()).unwrap();
			let panel = Panel::try_from([4].map(seat).to_vec()).unwrap();
			assert_ne!(published.hash(&[6; 32], 7, &committee, &panel), base, "{other:?}");
		}
	}

	/// A data set's tag is no account, and no consent.
	#[test]
	fn a_data_set_is_hashed_under_a_domain() {
		assert_eq!(dataset_tag("loans"), sha256(b"ostraka/dataset/v1loans"));
		assert_ne!(dataset_tag("loans"), dataset_tag("Loans"));
	}

	#[test]
	fn messages_come_back_as_they_went() {
		let dealing = DealingBytes {
			commitments: [[1; 96], [2; 96]].to_vec(),
			ephemeral: [3; 32],
			proof: [4; 64],
			sealed: [[5; 80], [6; 80], [7; 80]].map(|sealed| sealed.to_vec()).to_vec(),
			validity: [8; 100].to_vec(),
		};
		let message = dealing_message(dealing.clone()).unwrap();
		assert_eq!(dealing_bytes(&message), dealing);
		let evidence = EvidenceBytes {
			dh: [1; 32],
			dleq: [2; 64],
			commitments: dealing.commitments.clone(),
			ephemeral: dealing.ephemeral,
			sealed_hashes: dealing.sealed_hashes(),
			validity_hash: dealing.validity_hash(),
			sealed: dealing.sealed[1].clone(),
		};
		let message = evidence_message(evidence.clone()).unwrap();
		assert_eq!(evidence_bytes(&message), evidence);
		let challenge = crate::worker::challenge_unjudged(&dealing);
		let message = challenge_message(challenge.clone()).unwrap();
		assert_eq!(challenge_bytes(&message), challenge);
		let (task_hash, dealer) = ([9; 32], [10; 32]);
		assert_eq!(challenge.digest(&task_hash, &dealer), dealing.digest(&task_hash, &dealer));
		assert_eq!(evidence.digest(&task_hash, &dealer), dealing.digest(&task_hash, &dealer));
	}

	#[test]
	fn what_no_task_allows_is_no_message() {
		let dealing = DealingBytes {
			commitments: [[1; 96]; 2].to_vec(),
			ephemeral: [3; 32],
			proof: [4; 64],
			sealed: [[5; 80]; 3].map(|sealed| sealed.to_vec()).to_vec(),
			validity: [8; 100].to_vec(),
		};
		let commitments = [[1; 96]; ostraka_primitives::MAX_COMMITMENTS as usize + 1].to_vec();
		let sealed = [vec![0; ostraka_primitives::MAX_SEALED as usize + 1]].to_vec();
		let seats = vec![vec![0; 80]; ostraka_primitives::MAX_COMMITTEE as usize + 1];
		let validity = vec![8; ostraka_primitives::MAX_VALIDITY as usize + 1];
		let longest = DealingBytes { validity: validity[1..].to_vec(), ..dealing.clone() };
		assert!(dealing_message(longest).is_some());
		let longer = DealingBytes { validity, ..dealing.clone() };
		assert!(challenge_message(crate::worker::challenge_unjudged(&longer)).is_none());
		assert!(dealing_message(longer).is_none());
		assert!(dealing_message(DealingBytes { commitments, ..dealing.clone() }).is_none());
		assert!(dealing_message(DealingBytes { sealed, ..dealing.clone() }).is_none());
		assert!(dealing_message(DealingBytes { sealed: seats, ..dealing }).is_none());
	}
}
