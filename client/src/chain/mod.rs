//! A chain, as the client sees it: typed calls in, typed state, blocks and events out.
//!
//! | module | for |
//! |---|---|
//! | [`link`] | the connection, which comes back when it is lost |
//! | [`calls`] | the calls, typed; [`layout`] holds them against the node's metadata |
//! | [`submit`] | signing, submitting, waiting until it is done for good |
//! | [`track`] | new blocks, and the transactions that are waited for in them |
//! | [`blocks`] | bodies and events |
//! | [`finality`] | what is final, and waiting for it; anchors of transactions |
//! | [`state`], [`api`] | storage, constants, the runtime API |
//! | [`stake`] | stake on its way out, nodes for a committee |
//! | [`account`] | accounts and their secrets |
//!
//! # Invariants
//! - Nothing is sent before every call's arguments, and every answer that is decoded, have been compared with the node's
//!   metadata.
//! - A lost connection is made again, and only to a chain with the same first block.

pub mod account;
pub mod api;
pub mod blocks;
pub mod calls;
mod error;
pub mod finality;
pub mod layout;
pub mod link;
pub mod stake;
pub mod state;
pub mod submit;
pub mod track;

pub use account::Signer;
pub use blocks::Event;
pub use calls::Call;
pub use error::ChainError;
pub use submit::Receipt;
pub use subxt::metadata::Metadata;
pub use track::Head;

use blocks::Events;
pub use calls::Mismatch;
use codec::{Compact, Decode, Encode};
use link::{Link, PATIENCE};
use ostraka_primitives::{Balance, Digest};
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
	/// Bounds how many transactions are handed in at a time: a connection takes so many requests and no more.
	sending: Semaphore,
}

/// The chain's token.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Token {
	/// Digits behind the decimal point.
	pub decimals: u8,
	/// Its sign.
	pub symbol: String,
}

impl Chain {
	/// Connects to a node and checks that its chain is an Ostraka chain of this version.
	///
	/// # Errors
	/// `NoConnection`, `NotOstraka`, `OtherVersion`, and those of a request.
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
		let token = token(&link).await;
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

impl Token {
	/// An amount in tokens, as text.
	pub fn render(&self, amount: Balance) -> String {
		let decimals = usize::from(self.decimals);
		let digits = format!("{amount:0>width$}", width = decimals + 1);
		let (whole, fraction) = digits.split_at(digits.len() - decimals);
		let fraction = fraction.trim_end_matches('0');
		let point = if fraction.is_empty() { "" } else { "." };
		format!("{whole}{point}{fraction} {}", self.symbol)
	}

	/// An amount in tokens with four decimals, without the token's sign: for tables.
	pub fn short(&self, amount: Balance) -> String {
		const SHOWN: u8 = 4;
		let cut = 10u128.pow(u32::from(self.decimals.saturating_sub(SHOWN)));
		let decimals = usize::from(self.decimals.min(SHOWN));
		let digits = format!("{:0>width$}", amount / cut, width = decimals + 1);
		let (whole, fraction) = digits.split_at(digits.len() - decimals);
		if decimals == 0 {
			whole.to_owned()
		} else {
			format!("{whole}.{fraction}")
		}
	}

	/// Reads an amount in tokens.
	///
	/// # Errors
	/// What is wrong with it.
	pub fn parse(&self, text: &str) -> Result<Balance, String> {
		let text = text.trim();
		let (whole, fraction) = amount_parts(text)?;
		let decimals = usize::from(self.decimals);
		if fraction.trim_end_matches('0').len() > decimals {
			return Err(format!("`{text}`: the token has {decimals} decimals"));
		}
		let fraction: String = format!("{fraction:0<decimals$}").chars().take(decimals).collect();
		let digits = format!("{whole}{fraction}");
		digits.trim_start_matches('0').parse().or_else(|_| {
			match digits.bytes().all(|b| b == b'0') {
				true => Ok(0),
				false => Err(format!("`{text}` is more than there can be")),
			}
		})
	}
}

/// The digits of an amount in tokens before the point and behind it.
///
/// # Errors
/// What is wrong with its form.
pub(crate) fn amount_parts(text: &str) -> Result<(&str, &str), String> {
	let text = text.trim();
	if text.strip_prefix('-').and_then(unsigned_parts).is_some() {
		return Err(format!("`{text}` must not be negative"));
	}
	unsigned_parts(text).ok_or_else(|| format!("`{text}` is not an amount of tokens, as in 12.5"))
}

fn unsigned_parts(text: &str) -> Option<(&str, &str)> {
	let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
	let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
	let is_empty = whole.is_empty() && fraction.is_empty();
	(!is_empty && is_digits(whole) && is_digits(fraction)).then_some((whole, fraction))
}

/// Holds everything that the client encodes for a chain or decodes from it against the chain's metadata.
///
/// # Errors
/// The first difference.
pub fn check(metadata: &Metadata) -> Result<(), Mismatch> {
	calls::check(metadata)?;
	api::check(metadata)?;
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

async fn token(link: &Link) -> Token {
	let properties =
		link.ask(|rpc| async move { rpc.system_properties().await }).await.unwrap_or_default();
	let first = |name: &str| match properties.get(name) {
		Some(serde_json::Value::Array(values)) => values.first().cloned(),
		other => other.cloned(),
	};
	let decimals = first("tokenDecimals").and_then(|value| value.as_u64());
	let symbol = first("tokenSymbol").and_then(|value| value.as_str().map(str::to_owned));
	Token {
		decimals: decimals.and_then(|decimals| u8::try_from(decimals).ok()).unwrap_or(12).min(30),
		symbol: symbol.unwrap_or_else(|| "UNIT".to_owned()),
	}
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
	fn amounts_are_read_and_shown_in_tokens() {
		let token = Token { decimals: 3, symbol: "OST".to_owned() };
		for (text, amount) in
			[("0", 0), ("1", 1000), ("12.5", 12_500), (".001", 1), ("1.2000", 1200), ("0.0", 0)]
		{
			assert_eq!(token.parse(text), Ok(amount), "{text}");
		}
		for text in ["", ".", "1.2345", "-1", "1e3", "1,5", "x", &"9".repeat(50)] {
			assert!(token.parse(text).is_err(), "{text}");
		}
		assert_eq!(token.render(12_500), "12.5 OST");
		assert_eq!(token.render(7), "0.007 OST");
		assert_eq!(token.short(12_345), "12.345");
		assert_eq!(Token { decimals: 6, ..token.clone() }.short(1_234_567), "1.2345");
		assert_eq!(Token { decimals: 0, ..token }.render(7), "7 OST");
	}

	#[test]
	fn only_a_right_length_is_stripped() {
		assert_eq!(strip_length(&vec![1u8, 2, 3].encode()), [1, 2, 3]);
		assert_eq!(strip_length(&[0x84, 1]), [0x84, 1]);
	}
}
