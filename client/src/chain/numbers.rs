//! Numbers of an account's transactions, in one row whoever asks in this process.
//!
//! A chain takes the transactions of an account in the order of their numbers (nonces). Two that are signed at the same time
//! must not have one number, and a number that is left out holds up all that come after it. So an account has one turn: who
//! has it looks for the next number, signs, and hands in.

use ostraka_primitives::AccountId;
use std::{
	collections::HashMap,
	sync::{Arc, Mutex as Lock, PoisonError},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The turns of all accounts that have sent something.
#[derive(Default)]
pub struct Numbers(Lock<HashMap<AccountId, Arc<Mutex<Last>>>>);

/// The highest number that the account has handed in and that may still be on its way: the pool may not count it yet.
#[derive(Debug, Default)]
pub struct Last(Option<u64>);

impl Numbers {
	/// Waits for the account's turn, which ends when it is dropped. Those that wait get it in the order in which they ask.
	pub async fn turn(&self, account: &AccountId) -> OwnedMutexGuard<Last> {
		let turn = {
			let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
			turns.entry(account.clone()).or_default().clone()
		};
		turn.lock_owned().await
	}

	/// Forgets what the account has handed in, as some of it came to nothing: the node knows then what comes next.
	pub async fn forget(&self, account: &AccountId) {
		*self.turn(account).await = Last::default();
	}
}

impl Last {
	/// The number to take, where `next` is the one that the node names.
	pub fn after(&self, next: u64) -> u64 {
		self.0.map_or(next, |last| next.max(last.saturating_add(1)))
	}

	/// A transaction of that number is handed in.
	pub fn hand_in(&mut self, number: u64) {
		self.0 = Some(number);
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn a_number_is_given_once_whatever_the_node_says() {
		let numbers = Numbers::default();
		let [account, other] = [1, 2].map(|byte| AccountId::new([byte; 32]));
		let mut turn = numbers.turn(&account).await;
		assert_eq!(turn.after(7), 7);
		turn.hand_in(7);
		drop(turn);
		let turn = numbers.turn(&account).await;
		assert_eq!(turn.after(7), 8, "the pool does not count the seventh yet");
		assert_eq!(turn.after(12), 12, "somebody else has sent for it");
		assert_eq!(numbers.turn(&other).await.after(7), 7, "while the first has its turn");
		drop(turn);
		numbers.forget(&account).await;
		assert_eq!(numbers.turn(&account).await.after(7), 7, "the seventh came to nothing");
	}

	#[tokio::test]
	async fn a_number_that_is_not_handed_in_is_given_again() {
		let numbers = Numbers::default();
		let account = AccountId::new([1; 32]);
		assert_eq!(numbers.turn(&account).await.after(3), 3);
		assert_eq!(numbers.turn(&account).await.after(3), 3);
	}
}
