//! The institutions of a demonstration: an account each, derived from one seed, with money for their deposits.

use crate::{
	chain::{Chain, Signer},
	error::Error,
	onchain::deal::needed,
	testbed::accounts,
};
use ostraka_party::data::Book;
use ostraka_primitives::Balance;
use rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};

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
		let dealers = book.dealers.iter().map(|dealer| account(&dealer.name));
		Ok(Self { requester, dealers: dealers.collect::<Result<_, _>>()? })
	}

	/// Gives every dealer what it needs for its acceptances and dealings, so many of each. Returns how much that is.
	///
	/// # Errors
	/// `Chain`.
	pub async fn fund(&self, chain: &Chain, dealings: usize) -> Result<Balance, Error> {
		let amount = needed(chain).await?.saturating_mul(dealings as Balance);
		accounts::fund(chain, &self.requester, &self.dealers, amount).await?;
		Ok(amount)
	}
}
