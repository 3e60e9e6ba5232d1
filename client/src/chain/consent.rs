//! What dealers allow, as the chain has it, what it remembers of them, and what their acceptances were given under.

use super::{calls::Mismatch, layout::Own, state::pruned, Chain, ChainError, Head};
use codec::Decode;
use ostraka_primitives::{
	consent::{Agreed, Policy},
	AccountId, Balance, BlockNumber, Digest, TaskId,
};
use scale_info::{meta_type, MetaType, TypeInfo};
use subxt::{
	ext::{frame_decode::storage::encode_storage_key, scale_value::Value},
	metadata::Metadata,
};

/// Most data sets of one dealer that are listed.
const MOST_DATASETS: u32 = 256;

/// What a dealer allows of one data set, as the chain keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub struct Standing {
	/// What holds now, if nothing else is due.
	pub now: Policy,
	/// What holds from a block on; a policy that is removed is none then.
	pub next: Option<(Option<Policy>, BlockNumber)>,
	/// What is held for it.
	pub deposit: Balance,
}

impl Standing {
	/// What holds in a block.
	pub fn at(&self, block: BlockNumber) -> Option<&Policy> {
		match &self.next {
			Some((next, due)) if *due <= block => next.as_ref(),
			_ => Some(&self.now),
		}
	}

	/// What is to hold later than in that block, and from when on.
	pub fn later(&self, block: BlockNumber) -> Option<(Option<&Policy>, BlockNumber)> {
		let (next, due) = self.next.as_ref()?;
		(*due > block).then_some((next.as_ref(), *due))
	}
}

/// A task that a dealer dealt to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub struct Entry {
	/// The task.
	pub task: TaskId,
	/// Tag of the data set.
	pub dataset: Digest,
	/// When.
	pub at: BlockNumber,
	/// By how many dealers its accepted set must differ from another.
	pub least_difference: u8,
}

/// A dealer's acceptance of an open task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
pub struct Acceptance {
	/// Its place among those who have accepted.
	pub place: u32,
	/// What it was given under.
	pub agreed: Agreed,
}

/// An account that an open task knows.
#[allow(dead_code)] // the recipient's place is not read, but part of what is stored
#[derive(Clone, Copy, Debug, PartialEq, Eq, Decode, TypeInfo)]
enum Invitee {
	Dealer(Option<Acceptance>),
	Recipient(Option<u32>),
}

/// Holds the types of this module against a chain's metadata.
pub(super) fn check(metadata: &Metadata) -> Result<(), Mismatch> {
	let items: [(&str, &str, MetaType); 4] = [
		("Consent", "Policies", meta_type::<Standing>()),
		("Consent", "Histories", meta_type::<Vec<Entry>>()),
		("Consent", "Forgotten", meta_type::<Vec<BlockNumber>>()),
		("Tasks", "Cohorts", meta_type::<Invitee>()),
	];
	for (pallet, item, form) in items {
		let absent = || Mismatch::Absent(format!("it has no pallet `{pallet}`"));
		let storage = metadata.pallet_by_name(pallet).ok_or_else(absent)?.storage();
		let entry = storage.and_then(|storage| storage.entry_by_name(item));
		let differs = |what: &str| Mismatch::Differs(format!("storage {pallet}.{item}: {what}"));
		let entry = entry.ok_or_else(|| differs("it is not there"))?;
		let own = Own::new([form]);
		own.matches(0, metadata.types(), entry.value_ty()).map_err(|what| differs(&what))?;
	}
	Ok(())
}

impl Chain {
	/// What a dealer allows of a data set.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn policy(
		&self,
		dealer: &AccountId,
		dataset: &Digest,
		block: Head,
	) -> Result<Option<Standing>, ChainError> {
		let account: &[u8] = dealer.as_ref();
		let keys = vec![Value::from_bytes(account), Value::from_bytes(dataset)];
		self.stored("Consent", "Policies", keys, block).await
	}

	/// The last tasks that a dealer dealt to and that count, the oldest first.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn history(&self, dealer: &AccountId, block: Head) -> Result<Vec<Entry>, ChainError> {
		let account: &[u8] = dealer.as_ref();
		let keys = vec![Value::from_bytes(account)];
		let history = self.stored("Consent", "Histories", keys, block).await?;
		Ok(history.unwrap_or_default())
	}

	/// The blocks of the last dealings over a data set that newer ones have pushed out of its dealer's history. Each counts against
	/// a quota as one that is still there.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn forgotten(
		&self,
		dealer: &AccountId,
		dataset: &Digest,
		block: Head,
	) -> Result<Vec<BlockNumber>, ChainError> {
		let account: &[u8] = dealer.as_ref();
		let keys = vec![Value::from_bytes(account), Value::from_bytes(dataset)];
		let forgotten = self.stored("Consent", "Forgotten", keys, block).await?;
		Ok(forgotten.unwrap_or_default())
	}

	/// Tags of the data sets of which a dealer has told the chain what it allows.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn datasets(
		&self,
		dealer: &AccountId,
		block: Head,
	) -> Result<Vec<Digest>, ChainError> {
		let account: &[u8] = dealer.as_ref();
		let (metadata, parts) = (self.metadata(), vec![Value::from_bytes(account)]);
		let types = metadata.types();
		let start = encode_storage_key("Consent", "Policies", parts, metadata, types)
			.map_err(|error| ChainError::Unreadable(format!("Consent.Policies: {error}")))?;
		let (start, hash) = (start.as_slice(), block.hash);
		let keys = self
			.link()
			.ask(|rpc| async move {
				rpc.state_get_keys_paged(start, MOST_DATASETS, None, Some(hash)).await
			})
			.await
			.map_err(|error| pruned(error, block.number))?;
		// the tag stands at the key's end, whatever hash is before it
		Ok(keys.iter().filter_map(|key| key.last_chunk::<32>().copied()).collect())
	}

	/// A dealer's acceptance of an open task.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn acceptance(
		&self,
		task: TaskId,
		dealer: &AccountId,
		block: Head,
	) -> Result<Option<Acceptance>, ChainError> {
		let account: &[u8] = dealer.as_ref();
		let keys = vec![Value::u128(task.into()), Value::from_bytes(account)];
		let invitee: Option<Invitee> = self.stored("Tasks", "Cohorts", keys, block).await?;
		Ok(match invitee {
			Some(Invitee::Dealer(acceptance)) => acceptance,
			Some(Invitee::Recipient(_)) | None => None,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	fn asking_for(least_cohort: u32) -> Policy {
		Policy { least_cohort, ..Policy::default() }
	}

	#[test]
	fn what_is_looser_holds_when_it_is_due() {
		let (tight, loose) = (asking_for(9), asking_for(3));
		let mut standing = Standing { now: tight.clone(), next: None, deposit: 1 };
		assert_eq!((standing.at(u32::MAX), standing.later(0)), (Some(&tight), None));
		standing.next = Some((Some(loose.clone()), 20));
		assert_eq!((standing.at(19), standing.at(20)), (Some(&tight), Some(&loose)));
		assert_eq!(standing.later(19), Some((Some(&loose), 20)));
		assert_eq!(standing.later(20), None);
		// removed
		standing.next = Some((None, 20));
		assert_eq!((standing.at(19), standing.at(20)), (Some(&tight), None));
	}

	#[test]
	fn an_acceptance_is_read_and_a_recipients_is_none_of_a_dealer() {
		let acceptance = Acceptance { place: 2, agreed: Agreed::default() };
		let bytes = (0u8, Some((2u32, Agreed::default()))).encode();
		let read = Invitee::decode(&mut bytes.as_slice());
		assert_eq!(read, Ok(Invitee::Dealer(Some(acceptance))));
		let bytes = (1u8, Some(2u32)).encode();
		assert_eq!(Invitee::decode(&mut bytes.as_slice()), Ok(Invitee::Recipient(Some(2))));
	}
}
