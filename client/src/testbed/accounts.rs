//! Accounts, and money for them.

use crate::{
	chain::{calls, Chain, ChainError, Signer},
	error::Error,
};
use ostraka_primitives::{AccountId, Balance};

/// Accounts that one transaction pays.
const PAID_AT_ONCE: usize = 100;

/// Accounts under a path, `//path//1` to `//path//count`.
///
/// # Errors
/// `Usage` if the path is none.
pub fn accounts(path: &str, count: usize) -> Result<Vec<Signer>, Error> {
	let signer = |number: usize| Signer::from_secret(&format!("{path}//{number}"));
	Ok((1..=count).map(signer).collect::<Result<_, _>>()?)
}

/// Pays `amount` to each account.
///
/// # Errors
/// `Chain`.
pub async fn fund(
	chain: &Chain,
	from: &Signer,
	to: &[Signer],
	amount: Balance,
) -> Result<(), Error> {
	let accounts: Vec<AccountId> = to.iter().map(Signer::account).collect();
	for part in accounts.chunks(PAID_AT_ONCE) {
		let call = calls::pay_all(chain.metadata(), part, amount).ok_or_else(|| {
			ChainError::Unreadable(
				"the chain has no Utility.batch_all or Balances.transfer_keep_alive".to_owned(),
			)
		})?;
		chain.submit(&call, from).await?;
	}
	Ok(())
}
