//! Signing, submitting, and waiting until it is done for good.

use super::{
	account,
	calls::Call,
	error::refused,
	track::{Found, Place},
	Chain, ChainError, Event, Head, Signer,
};
use ostraka_primitives::{AccountId, Balance};
use std::sync::atomic::{AtomicU32, Ordering};
use subxt::{config::DefaultExtrinsicParamsBuilder, error::DispatchError, utils::AccountId32};
use tokio::sync::{oneshot, SemaphorePermit};

/// Blocks for which a transaction is valid, counted from its anchor.
pub const VALID_FOR: u32 = 64;
/// Blocks after which a transaction that no block has is handed in again: pools lose transactions.
const AGAIN_AFTER: u32 = 8;

/// A transaction that is in a final block and did what it was to do.
#[derive(Clone, Debug)]
pub struct Receipt {
	/// The block.
	pub block: Head,
	/// The fee that was paid.
	pub fee: Balance,
	/// Its events.
	pub events: Vec<Event>,
}

impl Receipt {
	/// The first event of that pallet and name.
	pub fn event(&self, pallet: &str, name: &str) -> Option<&Event> {
		self.events.iter().find(|event| event.is(pallet, name))
	}
}

impl Chain {
	/// Number of the account's next transaction, those in the pool counted.
	pub async fn nonce(&self, account: &AccountId) -> Result<u64, ChainError> {
		let id = AccountId32(account.clone().into());
		let id = &id;
		self.0.link.ask(|rpc| async move { rpc.system_account_next_index(id).await }).await
	}

	/// Signs a call, submits it and waits until it is in a block that is final. The transaction has the account's next
	/// number, after those that this process has handed in. If its block loses to another, or pools lose it, it is handed in
	/// again.
	///
	/// # Errors
	/// `Invalid` if the pool does not take it, `Refused` if it fails in its block, `NotIncluded`, `NotFinal`, `Gone`.
	pub async fn submit(&self, call: &Call, signer: &Signer) -> Result<Receipt, ChainError> {
		let account = signer.account();
		let mut turn = self.0.numbers.turn(&account).await;
		let nonce = {
			let _place = self.place().await?;
			turn.after(self.nonce(&account).await?)
		};
		let anchor = self.anchor().await?;
		let extrinsic = self.sign(call, signer, nonce, anchor)?;
		let until = anchor.number + VALID_FOR;
		tracing::debug!(call = call.title(), nonce, until, "a transaction is handed in");
		let bare = super::strip_length(&extrinsic);
		let mut told = self.expect(bare, until);
		let mut reason = self.send(call, signer, &extrinsic, false).await?;
		turn.hand_in(nonce);
		drop(turn);
		loop {
			let place = self.included(call, signer, &extrinsic, told, &mut reason).await?;
			let Some(place) = place else {
				// a block that is not best may have it, and win
				if let Some(place) = self.in_final(bare, anchor, until).await? {
					return self.receipt(call, Some(signer), place).await;
				}
				self.0.numbers.forget(&account).await;
				let (call, blocks) = (call.title(), VALID_FOR);
				return Err(ChainError::NotIncluded { call, blocks, reason });
			};
			tracing::debug!(
				call = call.title(),
				block = place.block.number,
				index = place.index,
				"a block has the transaction"
			);
			if self.is_final(place.block).await? {
				return self.receipt(call, Some(signer), place).await;
			}
			told = self.expect_again(bare, until, anchor).await?;
			reason = self.send(call, signer, &extrinsic, true).await?;
		}
	}

	/// Waits until a transaction is in a best block, and hands it in again when that may help, noting what the pool says;
	/// `None` if the best chain is past the blocks that can have it.
	async fn included(
		&self,
		call: &Call,
		signer: &Signer,
		extrinsic: &[u8],
		mut told: oneshot::Receiver<Found>,
		reason: &mut Option<String>,
	) -> Found {
		let gone = ChainError::Gone { url: self.url().to_owned(), seconds: 0 };
		let mut reconnects = self.reconnects();
		let mut again = self.head().number + AGAIN_AFTER;
		loop {
			tokio::select! {
				place = &mut told => return place.unwrap_or(Err(gone)),
				// a node that was started again has lost its pool
				Ok(()) = reconnects.changed() => {
					*reason = self.send(call, signer, extrinsic, true).await?;
				},
				head = self.wait_for_block(again) => {
					again = head?.number + AGAIN_AFTER;
					*reason = self.send(call, signer, extrinsic, true).await?;
				},
			}
		}
	}

	/// Signs a call: an extrinsic with its length, valid for [`VALID_FOR`] blocks from its anchor on ([`Self::anchor`]).
	///
	/// # Errors
	/// `Unreadable` if the chain's metadata does not say how.
	pub fn sign(
		&self,
		call: &Call,
		signer: &Signer,
		nonce: u64,
		anchor: Head,
	) -> Result<Vec<u8>, ChainError> {
		let unsignable = |error: &dyn std::fmt::Display| {
			ChainError::Unreadable(format!("{}: {error}", call.title()))
		};
		let parameters = DefaultExtrinsicParamsBuilder::new()
			.nonce(nonce)
			.mortal_from_unchecked(u64::from(VALID_FOR), u64::from(anchor.number), anchor.hash)
			.build();
		let extrinsic = self
			.0
			.client
			.tx()
			.create_signable_offline(call, parameters)
			.and_then(|mut signable| signable.sign(signer.keypair()))
			.map_err(|error| unsignable(&error))?;
		Ok(extrinsic.into_encoded())
	}

	/// Waits until one request more may be under way.
	async fn place(&self) -> Result<SemaphorePermit<'_>, ChainError> {
		let gone = |_| ChainError::Gone { url: self.url().to_owned(), seconds: 0 };
		self.0.sending.acquire().await.map_err(gone)
	}

	/// Hands an extrinsic to the pool. If the connection is lost over it, it is handed in again; that the pool has it or a
	/// block had it is no error then. Nor is any refusal if it was handed in `before`: returns what the pool said then.
	async fn send(
		&self,
		call: &Call,
		signer: &Signer,
		extrinsic: &[u8],
		before: bool,
	) -> Result<Option<String>, ChainError> {
		let _place = self.place().await?;
		let attempts = AtomicU32::new(0);
		let sent = self
			.0
			.link
			.ask(|rpc| {
				attempts.fetch_add(1, Ordering::Relaxed);
				async move { rpc.author_submit_extrinsic(extrinsic).await }
			})
			.await;
		match sent {
			Ok(_) => Ok(None),
			Err(ChainError::Rpc(message)) => {
				if message.contains("Already Imported") {
					return Ok(None);
				}
				let reason = explain(&message, &signer.account());
				tracing::debug!(call = call.title(), said = message, "the pool does not take it");
				if before || attempts.into_inner() > 1 {
					return Ok(Some(reason));
				}
				Err(ChainError::Invalid { call: call.title(), reason })
			},
			Err(other) => Err(other),
		}
	}

	/// What became of a transaction in its block.
	///
	/// # Errors
	/// `Refused` if it failed there (with what the signer has, if it is named and lacks money).
	pub async fn receipt(
		&self,
		call: &Call,
		signer: Option<&Signer>,
		place: Place,
	) -> Result<Receipt, ChainError> {
		let all = self.events(place.block).await?;
		let events: Vec<Event> =
			all.iter().filter(|event| event.extrinsic == Some(place.index)).cloned().collect();
		if let Some(failed) = events.iter().find(|event| event.is("System", "ExtrinsicFailed")) {
			let error = failed.bytes("dispatch_error").unwrap_or_default();
			let (refusal, for_money) = self.refusal(call, error);
			return Err(match signer {
				Some(signer) if for_money => self.with_money(refusal, signer).await?,
				_ => refusal,
			});
		}
		let fees =
			events.iter().filter(|event| event.is("TransactionPayment", "TransactionFeePaid"));
		let fee = fees.filter_map(|event| event.field::<Balance>("actual_fee")).sum();
		Ok(Receipt { block: place.block, fee, events })
	}

	/// A refusal for want of money, with what the account has.
	async fn with_money(
		&self,
		refusal: ChainError,
		signer: &Signer,
	) -> Result<ChainError, ChainError> {
		let account = signer.account();
		let money = self.money(&account).await?;
		Ok(refusal.with_hint(&format!(
			"the account {} has {} free, which does not cover what is to be held and the fees",
			account::address(&account),
			self.token().render(money.free.saturating_sub(money.frozen))
		)))
	}

	/// A dispatch error in words, and whether it is want of money.
	fn refusal(&self, call: &Call, error: &[u8]) -> (ChainError, bool) {
		let call = call.title();
		let decoded = DispatchError::decode_from(error, self.0.client.metadata());
		let for_money = matches!(&decoded, Ok(DispatchError::Token(_)));
		let refusal = match decoded {
			Ok(DispatchError::Module(error)) => match error.details() {
				Ok(details) => {
					let name = format!("{}.{}", details.pallet.name(), details.variant.name);
					refused(call, name, details.variant.docs.join(" ").trim().to_owned())
				},
				Err(_) => {
					ChainError::Refused { call, name: error.to_string(), docs: String::new() }
				},
			},
			Ok(other) => ChainError::Refused { call, name: other.to_string(), docs: String::new() },
			Err(error) => {
				ChainError::Refused { call, name: error.to_string(), docs: String::new() }
			},
		};
		(refusal, for_money)
	}
}

/// What the pool's message means for whoever sent the transaction.
fn explain(message: &str, account: &AccountId) -> String {
	let address = account::address(account);
	if message.contains("Inability to pay") {
		return format!("the account {address} cannot pay the fee\n  send tokens to it first");
	}
	if message.contains("outdated") || message.contains("Stale") {
		return format!("another transaction of {address} got ahead: run the command again");
	}
	if message.contains("bad signature") {
		return "the chain does not recognise the signature: its runtime was upgraded meanwhile, or it is another \
		        chain\n  run the command again"
			.to_owned();
	}
	if message.contains("Priority is too low") {
		return format!(
			"another transaction of {address} waits in its place: try again in a few blocks"
		);
	}
	message.to_owned()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn messages_of_the_pool_are_explained() {
		let account = AccountId::new([1; 32]);
		let poor =
			"Invalid Transaction (Inability to pay some fees (e.g. account balance too low))";
		assert!(explain(poor, &account).contains("cannot pay the fee"));
		assert!(explain("Transaction is outdated", &account).contains("run the command again"));
		assert_eq!(explain("something else", &account), "something else");
	}
}
