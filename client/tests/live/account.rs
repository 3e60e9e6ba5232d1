//! Accounts with money, and what the library sees of a chain.

use ostraka_client::{
	chain::{Chain, Signer},
	testbed::accounts::fund,
};
use ostraka_primitives::{
	api::{Prices, TaskInfo},
	AccountId, Balance, TaskId,
};
use std::future::Future;

/// Funded accounts of each scenario.
pub const EACH: usize = 6;
/// What each has at first, in tokens.
pub const FUNDS: Balance = 10_000;
/// A token's smallest units.
pub const UNIT: Balance = 1_000_000_000_000;

/// Secret of a scenario's account.
pub fn secret(scenario: &str, number: usize) -> String {
	format!("//live//{scenario}//{number}")
}

/// The account of a secret.
pub fn account(secret: &str) -> AccountId {
	Signer::from_secret(secret).expect("a derivation path").account()
}

/// The address of a secret's account.
pub fn address(secret: &str) -> String {
	ostraka_client::chain::account::address(&account(secret))
}

/// A chain, looked at by the library.
pub struct Look {
	url: String,
}

impl Look {
	pub fn new(url: &str) -> Self {
		Self { url: url.to_owned() }
	}

	/// Connects and asks; what the answer is about is the best block of the moment.
	pub fn ask<T, F: Future<Output = T>>(&self, ask: impl FnOnce(Chain) -> F) -> T {
		let runtime =
			tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
		runtime.block_on(async {
			ask(Chain::connect(&self.url).await.expect("the chain answers")).await
		})
	}

	/// What an account can spend, and what it has on hold.
	pub fn money(&self, secret: &str) -> (Balance, Balance) {
		let account = account(secret);
		let money = self.ask(|chain| async move { chain.money(&account).await });
		let money = money.expect("the chain answers");
		(money.free, money.reserved)
	}

	/// A task.
	pub fn task(&self, task: TaskId) -> TaskInfo {
		self.ask(|chain| async move { chain.task(task).await }).expect("there is such a task")
	}

	/// Prices in force.
	pub fn prices(&self) -> Prices {
		self.ask(|chain| async move { chain.prices().await }).expect("the chain answers")
	}

	/// An amount that the chain's metadata states.
	pub fn constant(&self, pallet: &str, name: &str) -> Balance {
		self.ask(|chain| async move { chain.constant(pallet, name) })
			.expect("there is such a constant")
	}

	/// Gives the accounts of scenarios their money.
	pub fn fund<'a>(&self, scenarios: impl Iterator<Item = &'a str>) {
		let signer = |secret: &str| Signer::from_secret(secret).expect("a derivation path");
		let accounts: Vec<Signer> = scenarios
			.flat_map(|name| (0..EACH).map(move |number| secret(name, number)))
			.map(|secret| signer(&secret))
			.collect();
		let alice = signer("//Alice");
		self.ask(|chain| async move { fund(&chain, &alice, &accounts, FUNDS * UNIT).await })
			.expect("paid");
	}
}
