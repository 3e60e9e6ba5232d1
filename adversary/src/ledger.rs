//! What every account should have gained or lost, from the events of blocks: fees, escrow, rewards, slashes and what
//! others get of them. Transfers between accounts are not events that are read here: none may happen meanwhile.

use ostraka_client::chain::{Chain, Event, Head};
use ostraka_client::Error;
use ostraka_primitives::{fault::Fault, AccountId, Balance, TaskId};
use std::collections::BTreeMap;

/// Gains and losses since some block.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
	requesters: BTreeMap<TaskId, AccountId>,
	/// What requesters lost of a fee that nobody earned.
	forfeited: BTreeMap<TaskId, Balance>,
	/// What tasks paid for their place and their seats.
	rents: BTreeMap<TaskId, Balance>,
	/// What dealers had on hold in tasks.
	deposits: BTreeMap<(TaskId, AccountId), Balance>,
	/// What silent members lacked of what they earned, by which nobody gains.
	withheld: BTreeMap<TaskId, Balance>,
	/// Who first showed of a task that somebody attested falsely.
	exposers: BTreeMap<TaskId, AccountId>,
	/// What dealers lost who accepted and did not deal.
	vanished: BTreeMap<TaskId, BTreeMap<AccountId, Balance>>,
	changes: BTreeMap<AccountId, i128>,
	counts: BTreeMap<String, u64>,
	/// The last block that was read.
	last: u32,
}

impl Ledger {
	/// A ledger that begins after this block.
	pub fn after(block: u32) -> Self {
		Self { last: block, ..Default::default() }
	}

	/// Reads all blocks up to a head.
	///
	/// # Errors
	/// `Failed` if an event has other fields than expected, `Chain`.
	pub async fn catch_up(&mut self, chain: &Chain, head: Head) -> Result<(), Error> {
		while self.last < head.number {
			let number = self.last + 1;
			let hash = match number == head.number {
				true => head.hash,
				false => chain.block_hash(number).await?,
			};
			let events = chain.events(Head { number, hash }).await?;
			self.read(&events).ok_or_else(|| {
				Error::Failed(format!("the events of block {number} are not as expected"))
			})?;
			self.last = number;
		}
		Ok(())
	}

	/// What an account has gained, or lost, held money counted as its own.
	pub fn change(&self, account: &AccountId) -> i128 {
		self.changes.get(account).copied().unwrap_or_default()
	}

	/// What the requester of a task has forfeited of its fee.
	pub fn forfeited(&self, task: TaskId) -> Balance {
		self.forfeited.get(&task).copied().unwrap_or_default()
	}

	/// What a task paid for its place and its seats.
	pub fn rent(&self, task: TaskId) -> Balance {
		self.rents.get(&task).copied().unwrap_or_default()
	}

	/// What a dealer had on hold in a task.
	pub fn deposit(&self, task: TaskId, dealer: &AccountId) -> Balance {
		self.deposits.get(&(task, dealer.clone())).copied().unwrap_or_default()
	}

	/// What silent members of a task lacked of what they earned.
	pub fn withheld(&self, task: TaskId) -> Balance {
		self.withheld.get(&task).copied().unwrap_or_default()
	}

	/// The dealers who accepted a task and did not deal, with what each lost.
	pub fn vanished(&self, task: TaskId) -> BTreeMap<AccountId, Balance> {
		self.vanished.get(&task).cloned().unwrap_or_default()
	}

	/// How often an event of our own pallets happened, by `Pallet.Event`.
	pub fn count(&self, event: &str) -> u64 {
		self.counts.get(event).copied().unwrap_or_default()
	}

	/// All counts.
	pub fn counts(&self) -> &BTreeMap<String, u64> {
		&self.counts
	}

	/// `None` if an event lacks a field.
	fn read(&mut self, events: &[Event]) -> Option<()> {
		for event in events {
			let own = ["Registry", "Tasks", "Vss", "Incentives", "Consent"];
			if own.contains(&event.pallet.as_str()) {
				*self.counts.entry(format!("{}.{}", event.pallet, event.name)).or_default() += 1;
			}
			match (event.pallet.as_str(), event.name.as_str()) {
				("TransactionPayment", "TransactionFeePaid") => {
					let fee: Balance = event.field("actual_fee")?;
					self.take(event.field("who")?, fee);
				},
				("Incentives", "EscrowOpened") => {
					let requester: AccountId = event.field("requester")?;
					self.requesters.insert(event.field("task")?, requester.clone());
					self.take(requester, event.field("draw_fee")?);
				},
				("Incentives", "NodePaid") => self.paid(event, "node")?,
				("Incentives", "FeeSettled") => {
					let task: TaskId = event.field("task")?;
					let forfeited: Balance = event.field("forfeited")?;
					let withheld: Balance = event.field("withheld")?;
					let rent: Balance = event.field("rent")?;
					self.forfeited.insert(task, forfeited);
					self.withheld.insert(task, withheld);
					self.rents.insert(task, rent);
					self.take(event.field("requester")?, forfeited + withheld + rent);
				},
				("Incentives", "DepositHeld") => {
					let held = (event.field("task")?, event.field("dealer")?);
					self.deposits.insert(held, event.field("amount")?);
				},
				("Incentives", "DealerPaid") => self.paid(event, "dealer")?,
				("Incentives", "Punished") => self.punished(event, events)?,
				("Vss", "AttestedFalsely") => {
					let exposer: AccountId = event.field("exposer")?;
					self.exposers.insert(event.field("task")?, exposer);
				},
				_ => {},
			}
		}
		Some(())
	}

	/// A requester pays.
	fn paid(&mut self, event: &Event, whom: &str) -> Option<()> {
		let amount: Balance = event.field("amount")?;
		let requester = self.requester(event)?;
		self.take(requester, amount);
		self.give(event.field(whom)?, amount);
		Some(())
	}

	fn punished(&mut self, event: &Event, events: &[Event]) -> Option<()> {
		let (culprit, amount): (AccountId, Balance) =
			(event.field("culprit")?, event.field("amount")?);
		let fault: Fault = event.field("fault")?;
		if fault == Fault::NoDealing {
			let of_task = self.vanished.entry(event.field("task")?).or_default();
			of_task.insert(culprit.clone(), amount);
		}
		let verdict = |name: &str| {
			let is_it = |other: &&Event| {
				other.is("Vss", name)
					&& other.extrinsic == event.extrinsic
					&& other.bytes("task") == event.bytes("task")
			};
			events.iter().find(is_it)
		};
		let victim = match fault {
			Fault::FalseAccusation | Fault::FalseChallenge => {
				verdict("AccuserConvicted")?.field("dealer")?
			},
			_ => self.requester(event)?,
		};
		let to_accuser: Balance = event.field("to_accuser")?;
		match fault {
			Fault::BadDealing => {
				self.give(verdict("DealerConvicted")?.field("accuser")?, to_accuser);
			},
			// at settlement, long after it was exposed
			Fault::FalseAttestation => {
				// none after a freeze that found the sum unsound: then the treasury has it all
				if let Some(exposer) = self.exposers.get(&event.field("task")?).cloned() {
					self.give(exposer, to_accuser);
				}
			},
			_ => {},
		}
		self.take(culprit, amount);
		self.give(victim, event.field("to_victim")?);
		Some(())
	}

	fn requester(&self, event: &Event) -> Option<AccountId> {
		self.requesters.get(&event.field("task")?).cloned()
	}

	fn give(&mut self, account: AccountId, amount: Balance) {
		*self.changes.entry(account).or_default() += amount as i128;
	}

	fn take(&mut self, account: AccountId, amount: Balance) {
		*self.changes.entry(account).or_default() -= amount as i128;
	}
}

/// All that accounts have as of a block, held or free.
///
/// # Errors
/// `Chain`.
pub async fn holdings(
	chain: &Chain,
	accounts: &[AccountId],
	block: Head,
) -> Result<BTreeMap<AccountId, Balance>, Error> {
	let mut holdings = BTreeMap::new();
	for account in accounts {
		let money = chain.money_at(account, block).await?;
		holdings.insert(account.clone(), money.free + money.reserved);
	}
	Ok(holdings)
}
