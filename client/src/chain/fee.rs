//! What transactions would cost, as the chain reckons it. Nothing is sent.

use super::{Call, Chain, ChainError, Signer};
use codec::{Compact, Decode, Encode};
use ostraka_primitives::Balance;

const OF_TRANSACTION: &str = "TransactionPaymentApi_query_info";
const OF_LENGTH: &str = "TransactionPaymentApi_query_length_to_fee";

/// What the chain returns of a transaction: a weight of two numbers, a class, and the fee without a tip.
type Reckoned = ((Compact<u64>, Compact<u64>), u8, Balance);

impl Chain {
	/// The fee that an account would pay for a call now, if nothing of it is given back.
	///
	/// # Errors
	/// `Unreadable` if the chain does not say.
	pub async fn fee_of(&self, call: &Call, signer: &Signer) -> Result<Balance, ChainError> {
		let nonce = self.nonce(&signer.account()).await?;
		let extrinsic = self.sign(call, signer, nonce, self.anchor().await?)?;
		let length = (extrinsic.len() as u32).encode();
		let (_, _, fee): Reckoned =
			self.reckon(OF_TRANSACTION, &[extrinsic, length].concat()).await?;
		Ok(fee)
	}

	/// What of a transaction's fee is for its length, of so many bytes.
	///
	/// # Errors
	/// `Unreadable` if the chain does not say.
	pub async fn fee_of_length(&self, bytes: u32) -> Result<Balance, ChainError> {
		self.reckon(OF_LENGTH, &bytes.encode()).await
	}

	async fn reckon<T: Decode>(&self, function: &str, arguments: &[u8]) -> Result<T, ChainError> {
		let answer = self
			.0
			.link
			.ask(|rpc| async move { rpc.state_call(function, Some(arguments), None).await })
			.await?;
		T::decode(&mut answer.as_slice())
			.map_err(|error| ChainError::Unreadable(format!("{function}: {error}")))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_fee_stands_behind_weight_and_class() {
		// of a RuntimeDispatchInfo of polkadot-sdk
		let answer = "070088526a74c24504000087d61200000000000000000000000000";
		let answer = hex::decode(answer).expect("hexadecimal");
		let (weight, class, fee) = Reckoned::decode(&mut answer.as_slice()).expect("an answer");
		assert_eq!(weight, (Compact(500_000_000_000), Compact(70_000)));
		assert_eq!((class, fee), (0, 1_234_567));
	}
}
