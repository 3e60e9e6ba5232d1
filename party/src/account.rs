//! Accounts as text.

use alloc::string::String;
use ostraka_primitives::AccountId;
use sp_core::crypto::Ss58Codec;

/// An account's address (SS58).
pub fn address(account: &AccountId) -> String {
	account.to_ss58check()
}

/// The account of an address; `None` if it is none.
pub(crate) fn account(address: &str) -> Option<AccountId> {
	AccountId::from_ss58check(address).ok()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_address_is_that_of_other_tools() {
		let alice = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
		let bytes: [u8; 32] = hex::decode(alice).expect("hexadecimal").try_into().expect("32");
		let expected = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		assert_eq!(address(&AccountId::new(bytes)), expected);
		assert_eq!(account(expected), Some(AccountId::new(bytes)));
		for none in
			["", "0x00", alice, &expected[1..], "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ"]
		{
			assert_eq!(account(none), None, "{none}");
		}
	}
}
