//! A chain, as the client sees it: typed calls in, typed state, blocks and events out.
//!
//! | module | for |
//! |---|---|
//! | [`link`] | the connection, which comes back when it is lost |
//! | [`calls`] | the calls, typed; [`layout`] holds them against the node's metadata |
//! | [`submit`] | signing, submitting, waiting until it is done for good; [`fee`] says before what it costs |
//! | [`numbers`] | numbers of an account's transactions |
//! | [`track`] | new blocks, and the transactions that are waited for in them |
//! | [`blocks`] | bodies and events |
//! | [`finality`] | what is final, and waiting for it; anchors of transactions |
//! | [`state`], [`api`] | storage, constants, the runtime API |
//! | [`consent`] | what dealers allow, and what the chain remembers of them |
//! | [`slashes`] | slashes that Root can still cancel |
//! | [`stake`] | stake on its way out, nodes for a draw |
//! | [`account`], [`token`] | accounts and their secrets, amounts of the chain's token |
//!
//! # Errors
//! Whatever asks the node fails with `Rpc`, `Gone` or `Unreadable` if the request does; a method names its other errors.
//!
//! # Invariants
//! - Nothing is sent before every call's arguments, and every answer that is decoded, have been compared with the node's
//!   metadata.
//! - A lost connection is made again, and only to a chain with the same first block.

pub mod account;
pub mod api;
pub mod blocks;
pub mod calls;
pub mod consent;
mod error;
pub mod fee;
pub mod finality;
pub mod layout;
pub mod link;
pub mod numbers;
pub mod slashes;
pub mod stake;
pub mod state;
pub mod submit;
pub mod token;
pub mod track;

pub use account::Signer;
pub use blocks::Event;
pub use calls::Call;
pub use error::ChainError;
pub use submit::Receipt;
pub use subxt::metadata::Metadata;
pub use token::Token;
pub use track::Head;

use blocks::Events;
pub use calls::Mismatch;
use codec::{Compact, Decode, Encode};
use link::{Link, PATIENCE};
use numbers::Numbers;
use ostraka_primitives::Digest;
use std::{sync::Arc, time::Duration};
use subxt::{
	client::{OfflineClient, OfflineClientAtBlock},
	config::{
		substrate::{SpecVersionForRange, H256},
		SubstrateConfig,
	},
};
use tokio::sync::{watch, Mutex, Semaphore};
use track::Tracker;

/// Where a node is if no flag says so.
pub const DEFAULT_URL: &str = "ws://127.0.0.1:9944";
/// Version of the metadata that is asked for.
const METADATA_VERSION: u32 = 16;
/// Transactions that are handed in at a time.
const SENDING: usize = 32;

/// A connection to an Ostraka chain. Clones share it.
#[derive(Clone)]
pub struct Chain(Arc<Inner>);

struct Inner {
	link: Link,
	genesis: Digest,
	client: OfflineClientAtBlock<SubstrateConfig>,
	token: Token,
	tracker: Tracker,
	events: Mutex<Events>,
	/// How long a block's finality is waited for while no other block becomes final.
	patience: Duration,
	/// Bounds how many transactions are numbered and handed in at a time: a connection takes so many requests and no more.
	sending: Semaphore,
	numbers: Numbers,
}

impl Chain {
	/// Connects to a node and checks that its chain is an Ostraka chain of this version.
	///
	/// # Errors
	/// `NoConnection`, `NotOstraka`, `OtherVersion`.
	pub async fn connect(url: &str) -> Result<Self, ChainError> {
		Self::connect_with(url, finality::PATIENCE).await
	}

	/// [`Self::connect`], with a patience of its own where finality stands still.
	///
	/// # Errors
	/// As [`Self::connect`].
	pub async fn connect_with(url: &str, patience: Duration) -> Result<Self, ChainError> {
		let link = Link::open(url, PATIENCE).await?;
		let not_ostraka = |what: String| ChainError::NotOstraka { url: url.to_owned(), what };
		let genesis = link.ask(|rpc| async move { rpc.genesis_hash().await }).await;
		let genesis = genesis.map_err(|error| match error {
			ChainError::Rpc(what) => {
				not_ostraka(format!("it does not answer as a node does ({what})"))
			},
			other => other,
		})?;
		let metadata = metadata(&link).await?;
		let version =
			link.ask(|rpc| async move { rpc.state_get_runtime_version(None).await }).await?;
		let mismatch = |mismatch| match mismatch {
			Mismatch::Absent(what) => not_ostraka(what),
			Mismatch::Differs(what) => ChainError::OtherVersion { url: url.to_owned(), what },
		};
		check(&metadata).map_err(mismatch)?;
		let client = client(genesis, version.spec_version, version.transaction_version, metadata)?;
		tracing::debug!(
			url,
			genesis = hex::encode(genesis.0),
			runtime = version.spec_version,
			"connected"
		);
		let token = Token::read(&link).await;
		let tracker = Tracker::start(&link).await?;
		let chain = Self(Arc::new(Inner {
			link,
			genesis: genesis.0,
			client,
			token,
			tracker,
			events: Mutex::default(),
			patience,
			sending: Semaphore::new(SENDING),
			numbers: Numbers::default(),
		}));
		track::follow(&chain);
		Ok(chain)
	}

	/// Hash of the chain's first block.
	pub fn genesis(&self) -> &Digest {
		&self.0.genesis
	}

	/// Where the node is.
	pub fn url(&self) -> &str {
		self.0.link.url()
	}

	/// The connection, for requests that no method here makes.
	pub fn link(&self) -> &Link {
		&self.0.link
	}

	/// The chain's token.
	pub fn token(&self) -> &Token {
		&self.0.token
	}

	/// The chain's metadata.
	pub fn metadata(&self) -> &Metadata {
		self.0.client.metadata_ref()
	}

	/// Whether the connection is lost and being made again.
	pub fn lost(&self) -> watch::Receiver<bool> {
		self.0.link.lost()
	}

	/// For how long a lost connection is made again.
	pub const fn patience() -> Duration {
		PATIENCE
	}

	/// Whether after a lost connection the same chain answers.
	async fn check_same(&self) -> Result<(), ChainError> {
		let genesis = self.0.link.ask(|rpc| async move { rpc.genesis_hash().await }).await?;
		if genesis.0 == self.0.genesis {
			Ok(())
		} else {
			Err(ChainError::OtherChain { url: self.url().to_owned() })
		}
	}
}

/// Holds everything that the client encodes for a chain or decodes from it against the chain's metadata.
///
/// # Errors
/// The first difference.
pub fn check(metadata: &Metadata) -> Result<(), Mismatch> {
	calls::check(metadata)?;
	api::check(metadata)?;
	consent::check(metadata)?;
	state::check(metadata)
}

async fn metadata(link: &Link) -> Result<Metadata, ChainError> {
	let request = METADATA_VERSION.encode();
	let answer = link
		.ask(|rpc| {
			let request = request.clone();
			async move { rpc.state_call("Metadata_metadata_at_version", Some(&request), None).await }
		})
		.await
		.map_err(|error| match error {
			ChainError::Rpc(what) => ChainError::NotOstraka {
				url: link.url().to_owned(),
				what: format!("it has no metadata of version {METADATA_VERSION} ({what})"),
			},
			other => other,
		})?;
	// an optional, length-prefixed blob
	let unreadable = |error: codec::Error| ChainError::Unreadable(format!("metadata: {error}"));
	let bytes = <Option<Vec<u8>>>::decode(&mut answer.as_slice()).map_err(unreadable)?;
	let bytes = bytes.ok_or_else(|| ChainError::NotOstraka {
		url: link.url().to_owned(),
		what: format!("it has no metadata of version {METADATA_VERSION}"),
	})?;
	Metadata::decode_from(&bytes).map_err(unreadable)
}

fn client(
	genesis: H256,
	spec_version: u32,
	transaction_version: u32,
	metadata: Metadata,
) -> Result<OfflineClientAtBlock<SubstrateConfig>, ChainError> {
	let range = SpecVersionForRange { block_range: 0..u64::MAX, spec_version, transaction_version };
	let config = SubstrateConfig::builder()
		.set_genesis_hash(genesis)
		.set_spec_version_for_block_ranges([range])
		.set_metadata_for_spec_versions([(spec_version, metadata.arc())])
		.build();
	OfflineClient::new_with_config(config)
		.at_block(0u64)
		.map_err(|error| ChainError::Unreadable(error.to_string()))
}

/// Strips the compact length from an encoded extrinsic.
pub fn strip_length(bytes: &[u8]) -> &[u8] {
	let mut rest = bytes;
	match Compact::<u32>::decode(&mut rest) {
		Ok(length) if length.0 as usize == rest.len() => rest,
		_ => bytes,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn only_a_right_length_is_stripped() {
		assert_eq!(strip_length(&vec![1u8, 2, 3].encode()), [1, 2, 3]);
		assert_eq!(strip_length(&[0x84, 1]), [0x84, 1]);
	}
}
