//! The institutions of a demonstration: an account each, derived from one seed, with money for their deposits.

use crate::{
	chain::{calls, Chain, ChainError, Signer},
	data::Book,
	error::Error,
	onchain::deal::needed,
};
use ostraka_primitives::{AccountId, Balance};
use rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};

/// Accounts that one transaction pays.
const AT_ONCE: usize = 100;

/// Who plays.
pub struct Cast {
	/// Pays for everything, asks for the tasks.
	pub requester: Signer,
	/// The institutions, in the order of the book.
	pub dealers: Vec<Signer>,
}

impl Cast {
	/// Makes an account for each dealer of a book.
	///
	/// # Errors
	/// `Usage` if a seed gives no account, which no 32 bytes do.
	pub fn new(requester: Signer, book: &Book) -> Result<Self, Error> {
		let mut seed = [0u8; 32];
		OsRng.fill_bytes(&mut seed);
		let account = |name: &str| {
			let secret = Sha256::new().chain_update(seed).chain_update(name).finalize();
			Signer::from_seed(secret.into())
		};
		let dealers =
			book.dealers.iter().map(|dealer| account(&dealer.name)).collect::<Result<_, _>>()?;
		Ok(Self { requester, dealers })
	}

	/// Gives every dealer what it needs for so many dealings.
	///
	/// # Errors
	/// `Chain`.
	pub async fn fund(&self, chain: &Chain, dealings: usize) -> Result<Balance, Error> {
		let amount = needed(chain).saturating_mul(dealings as Balance);
		let accounts: Vec<AccountId> = self.dealers.iter().map(Signer::account).collect();
		for part in accounts.chunks(AT_ONCE) {
			let call = calls::pay_all(chain.metadata(), part, amount).ok_or_else(|| {
				ChainError::Unreadable(
					"the chain has no Utility.batch_all or Balances.transfer_keep_alive".to_owned(),
				)
			})?;
			chain.submit(&call, &self.requester, None).await?;
		}
		Ok(amount)
	}
}
