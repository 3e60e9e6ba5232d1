//! Transactions and what became of them.
//!
//! A worker's call travels as a *general* transaction (version 5): no signature around it, every extension with its
//! empty value, `AuthorizeCall` first, which gives the call its origin from the signature among its own arguments.

use codec::{Compact, Encode};
use ostraka_client::{
	chain::{track::Place, Call, Chain, ChainError, Head, Receipt, Signer},
	Error,
};
use serde_json::{json, Value};

/// First byte of a general transaction: version 5, neither bare nor signed.
const GENERAL: u8 = 0x45;

/// What the chain did with a transaction.
#[derive(Clone, Debug)]
pub enum Outcome {
	/// It is in a block and did what it was to do.
	Included(Receipt),
	/// It did nothing.
	Refused {
		/// Who refused it.
		by: Refuser,
		/// Why: `Pallet.Error` where the runtime says so, else the pool's words.
		reason: String,
	},
}

/// Who refuses a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refuser {
	/// The transaction pool, before any block.
	Pool,
	/// The runtime, in a block.
	Dispatch,
}

impl Refuser {
	/// Its name in reports.
	pub fn label(self) -> &'static str {
		match self {
			Self::Pool => "pool",
			Self::Dispatch => "dispatch",
		}
	}
}

impl Outcome {
	/// The receipt, if it was included.
	pub fn receipt(&self) -> Option<&Receipt> {
		match self {
			Self::Included(receipt) => Some(receipt),
			Self::Refused { .. } => None,
		}
	}

	/// Why it was refused, if it was.
	pub fn refusal(&self) -> Option<&str> {
		match self {
			Self::Included(_) => None,
			Self::Refused { reason, .. } => Some(reason),
		}
	}

	/// As JSON.
	pub fn json(&self) -> Value {
		match self {
			Self::Included(receipt) => json!({
				"outcome": "included",
				"block": receipt.block.number,
				"events": receipt.events.iter()
					.map(|event| format!("{}.{}", event.pallet, event.name))
					.collect::<Vec<_>>(),
			}),
			Self::Refused { by, reason } => {
				json!({ "outcome": "refused", "by": by.label(), "reason": reason })
			},
		}
	}

	/// What the client's answer to a submission says, if it says anything of the transaction.
	///
	/// # Errors
	/// Whatever else it is.
	pub fn of(submitted: Result<Receipt, ChainError>) -> Result<Self, Error> {
		match submitted {
			Ok(receipt) => Ok(Self::Included(receipt)),
			Err(ChainError::Refused { name, .. }) => {
				Ok(Self::Refused { by: Refuser::Dispatch, reason: name })
			},
			Err(ChainError::Invalid { reason, .. }) => {
				Ok(Self::Refused { by: Refuser::Pool, reason })
			},
			Err(other) => Err(other.into()),
		}
	}
}

/// Signs a call, submits it and waits for what becomes of it.
///
/// # Errors
/// `Chain`.
pub async fn signed(chain: &Chain, call: &Call, signer: &Signer) -> Result<Outcome, Error> {
	Outcome::of(chain.submit(call, signer).await)
}

/// Submits a worker's call, made anew for the block of each attempt, until it is in a final block or refused.
///
/// # Errors
/// `Failed` if no block takes it, `Chain`.
pub async fn general(
	chain: &Chain,
	attempts: u32,
	make: impl Fn(u32) -> Call,
) -> Result<Outcome, Error> {
	let retry: u32 = chain.constant("Vss", "RetryInterval").unwrap_or(4);
	let gone = || ChainError::Gone { url: chain.url().to_owned(), seconds: 0 };
	let mut tried: Vec<(Call, Vec<u8>, Head)> = Vec::new();
	for _ in 0..attempts {
		let from = chain.head();
		let until = from.number + retry + 1;
		let call = make(from.number);
		let transaction = general_bytes(chain, &call)?;
		let mut told = chain.expect(&transaction, until);
		if let Err(reason) = hand_in(chain, &with_length(&transaction)).await? {
			// an earlier one may have got in by a block that was not best at first
			for (call, transaction, from) in &tried {
				if let Some(place) = chain.in_final(transaction, *from, until).await? {
					return judged(chain, call, place).await;
				}
			}
			return Ok(Outcome::Refused { by: Refuser::Pool, reason });
		}
		while let Some(place) = told.await.map_err(|_| gone())?? {
			if chain.is_final(place.block).await? {
				return judged(chain, &call, place).await;
			}
			told = chain.expect_again(&transaction, until, from).await?;
		}
		tried.push((call, transaction, from));
	}
	Err(Error::Failed("no block took the transaction, and the pool did not say why".to_owned()))
}

async fn judged(chain: &Chain, call: &Call, place: Place) -> Result<Outcome, Error> {
	Outcome::of(chain.receipt(call, None, place).await)
}

/// Hands bytes to the pool as they are; `Err` inside is the pool's refusal, in the runtime's words if it has any.
///
/// # Errors
/// `Chain` if the node does not answer.
pub async fn hand_in(chain: &Chain, extrinsic: &[u8]) -> Result<Result<(), String>, Error> {
	let sent =
		chain.link().ask(|rpc| async move { rpc.author_submit_extrinsic(extrinsic).await }).await;
	match sent {
		Ok(_) => Ok(Ok(())),
		Err(ChainError::Rpc(message)) => Ok(Err(named(chain, &message))),
		Err(other) => Err(other.into()),
	}
}

/// A general transaction of a call, without its length.
///
/// # Errors
/// `Failed` if the chain has an extension whose empty value is not known here, or no such call.
pub fn general_bytes(chain: &Chain, call: &Call) -> Result<Vec<u8>, Error> {
	let extrinsic = chain.metadata().extrinsic();
	let mut bytes = vec![GENERAL, extrinsic.transaction_extension_version_to_use_for_encoding()];
	for extension in extrinsic.transaction_extensions_to_use_for_encoding() {
		// an immortal era, nonce 0, tip 0, no metadata hash: each one byte of zero; the others are empty
		match extension.identifier() {
			"CheckMortality" | "CheckNonce" | "ChargeTransactionPayment" | "CheckMetadataHash" => {
				bytes.push(0)
			},
			"AuthorizeCall"
			| "CheckNonZeroSender"
			| "CheckSpecVersion"
			| "CheckTxVersion"
			| "CheckGenesis"
			| "CheckWeight"
			| "StorageWeightReclaim" => {},
			other => {
				return Err(Error::Failed(format!("the transaction extension {other} is unknown")))
			},
		}
	}
	bytes.extend(call_bytes(chain, call)?);
	Ok(bytes)
}

/// A call as it stands in an extrinsic: pallet, call, arguments.
///
/// # Errors
/// `Failed` if the chain has no such call.
pub fn call_bytes(chain: &Chain, call: &Call) -> Result<Vec<u8>, Error> {
	let title = call.title();
	let absent = || Error::Failed(format!("the chain has no call {title}"));
	let (pallet, name) = title.split_once('.').ok_or_else(absent)?;
	let pallet = chain.metadata().pallet_by_name(pallet).ok_or_else(absent)?;
	let variant = pallet.call_variant_by_name(name).ok_or_else(absent)?;
	Ok([&[pallet.call_index(), variant.index], call.arguments()].concat())
}

/// An extrinsic's bytes with their length in front.
pub fn with_length(bytes: &[u8]) -> Vec<u8> {
	let mut whole = Compact(bytes.len() as u32).encode();
	whole.extend_from_slice(bytes);
	whole
}

/// The pool's message, with the name of the runtime's error where it gives its number. Bytes that are no transaction make
/// the runtime's entry point stop, which the node tells with a trace that differs from build to build.
fn named(chain: &Chain, message: &str) -> String {
	if message.contains("TaggedTransactionQueue_validate_transaction") && message.contains("trap") {
		return "the runtime cannot decode it".to_owned();
	}
	let number = message.split("Custom error: ").nth(1).map(|rest| {
		rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u8>()
	});
	let Some(Ok(number)) = number else { return message.to_owned() };
	let pallet = chain.metadata().pallet_by_name("Vss");
	let variant = pallet.and_then(|pallet| pallet.error_variant_by_index(number));
	variant.map_or_else(|| message.to_owned(), |variant| format!("Vss.{}", variant.name))
}
