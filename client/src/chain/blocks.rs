//! Block bodies and events.

use super::{strip_length, Chain, ChainError, Head};
use codec::Decode;
use std::{collections::VecDeque, sync::Arc};
use subxt::{
	config::substrate::H256,
	events::Phase,
	ext::scale_decode::visitor::{decode_with_visitor, IgnoreVisitor},
};

/// Blocks whose events are kept at hand.
const KEPT: usize = 64;

/// The pallets whose events are decoded field by field.
const DECODED: [&str; 7] =
	["Registry", "Tasks", "Vss", "Incentives", "Consent", "TransactionPayment", "System"];

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
	/// Place of the extrinsic that caused it; `None` if a hook did.
	pub extrinsic: Option<u32>,
	/// The pallet.
	pub pallet: String,
	/// Its name.
	pub name: String,
	fields: Vec<(String, Vec<u8>)>,
}

impl Event {
	/// Whether it is that pallet's event of that name.
	pub fn is(&self, pallet: &str, name: &str) -> bool {
		self.pallet == pallet && self.name == name
	}

	/// A field by its name; `None` if there is none, or of another type.
	pub fn field<T: Decode>(&self, name: &str) -> Option<T> {
		let (_, bytes) = self.fields.iter().find(|(field, _)| field == name)?;
		codec::DecodeAll::decode_all(&mut bytes.as_slice()).ok()
	}

	/// An event, for unit tests.
	#[cfg(test)]
	pub(crate) fn sample(pallet: &str, name: &str, fields: &[(&str, Vec<u8>)]) -> Self {
		let fields = fields.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone()));
		Self {
			extrinsic: Some(2),
			pallet: pallet.to_owned(),
			name: name.to_owned(),
			fields: fields.collect(),
		}
	}

	/// A field's SCALE bytes.
	pub fn bytes(&self, name: &str) -> Option<&[u8]> {
		self.fields.iter().find(|(field, _)| field == name).map(|(_, bytes)| bytes.as_slice())
	}
}

/// Events of recent blocks.
#[derive(Default)]
pub(super) struct Events(VecDeque<(H256, Arc<Vec<Event>>)>);

impl Chain {
	/// A block's hash, by number, on the best chain.
	///
	/// # Errors
	/// `Pruned` if the node does not know the block.
	pub async fn block_hash(&self, number: u32) -> Result<H256, ChainError> {
		let hash = self
			.0
			.link
			.ask(|rpc| async move { rpc.chain_get_block_hash(Some(number.into())).await })
			.await?;
		hash.ok_or(ChainError::Pruned { what: "the hash", block: number })
	}

	/// A block's extrinsics, without their length prefixes.
	///
	/// # Errors
	/// `Pruned`.
	pub async fn body(&self, block: Head) -> Result<Vec<Vec<u8>>, ChainError> {
		let hash = block.hash;
		let details =
			self.0.link.ask(|rpc| async move { rpc.chain_get_block(Some(hash)).await }).await?;
		let pruned = ChainError::Pruned { what: "the body", block: block.number };
		let extrinsics = details.ok_or(pruned)?.block.extrinsics;
		Ok(extrinsics.iter().map(|bytes| strip_length(&bytes.0).to_vec()).collect())
	}

	/// A block's extrinsics, by number.
	///
	/// # Errors
	/// As [`Self::body`].
	pub async fn body_of(&self, number: u32) -> Result<Vec<Vec<u8>>, ChainError> {
		let hash = self.block_hash(number).await?;
		self.body(Head { number, hash }).await
	}

	/// A block's events.
	///
	/// # Errors
	/// `Pruned` if the node no longer has the block's state, `Unreadable`.
	pub async fn events(&self, block: Head) -> Result<Arc<Vec<Event>>, ChainError> {
		let mut kept = self.0.events.lock().await;
		if let Some((_, events)) = kept.0.iter().find(|(hash, _)| *hash == block.hash) {
			return Ok(events.clone());
		}
		let key = self.storage_prefix("System", "Events").to_vec();
		let bytes = self.storage_at(&key, block).await?.unwrap_or_default();
		let events = Arc::new(self.decode_events(bytes)?);
		kept.0.push_back((block.hash, events.clone()));
		while kept.0.len() > KEPT {
			kept.0.pop_front();
		}
		Ok(events)
	}

	fn decode_events(&self, bytes: Vec<u8>) -> Result<Vec<Event>, ChainError> {
		let unreadable = |error: String| ChainError::Unreadable(format!("events: {error}"));
		let metadata = self.metadata();
		let mut events = Vec::new();
		for event in self.0.client.events().from_bytes(bytes).iter() {
			let event = event.map_err(|error| unreadable(error.to_string()))?;
			let mut fields = Vec::new();
			if DECODED.contains(&event.pallet_name()) {
				let pallet = metadata.pallet_by_event_index(event.pallet_index());
				let variant =
					pallet.and_then(|pallet| pallet.event_variant_by_index(event.event_index()));
				let mut rest = event.field_bytes();
				for field in variant.iter().flat_map(|variant| &variant.fields) {
					let before = rest;
					decode_with_visitor(
						&mut rest,
						field.ty.id,
						metadata.types(),
						IgnoreVisitor::new(),
					)
					.map_err(|error| unreadable(error.to_string()))?;
					let bytes =
						before.get(..before.len() - rest.len()).unwrap_or_default().to_vec();
					fields.push((field.name.clone().unwrap_or_default(), bytes));
				}
			}
			let extrinsic = match event.phase() {
				Phase::ApplyExtrinsic(index) => Some(index),
				_ => None,
			};
			events.push(Event {
				extrinsic,
				pallet: event.pallet_name().to_owned(),
				name: event.event_name().to_owned(),
				fields,
			});
		}
		Ok(events)
	}
}
