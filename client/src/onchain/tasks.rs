//! Tasks published on a chain.

use crate::{
	chain::{calls, Chain, ChainError, Head, Receipt, Signer},
	error::Error,
};
use ostraka_primitives::{
	api::{Prices, Quote},
	odds::Odds,
	rent::Occupancy,
	spec::TaskSpec,
	task::{Conditions, SecurityClass, Task, TaskStatus},
	AccountId, Balance, TaskId,
};

/// Part of the rent that the usual fee is above the least one.
const MARGIN: Balance = 10;
/// What counts as all of something.
const WHOLE: Balance = 1_000_000;

/// A task to be published.
pub struct Submission<'a> {
	/// What it computes.
	pub spec: &'a TaskSpec,
	/// What it promises its dealers, and who reads its result; what its class asks for and nothing else unless given.
	pub conditions: Option<Conditions>,
	/// Its class.
	pub class: SecurityClass,
	/// The dealers that it invites.
	pub dealers: Vec<AccountId>,
	/// Blocks for accepting.
	pub accept: u32,
	/// Blocks for dealing.
	pub collect: u32,
	/// Reward for the accepted dealers together; as much as the work costs unless given.
	pub data_reward: Option<Balance>,
	/// Other tasks of this class that are published at the same time, and may come before it.
	pub beside: u32,
}

impl Submission<'_> {
	/// Publishes the task for the [`usual_fee`], and what the tasks beside it may raise the rent by. Returns its number and the
	/// transaction's fee.
	///
	/// # Errors
	/// `Usage` if it invites more dealers than a task can; `Chain`.
	pub async fn send(self, chain: &Chain, requester: &Signer) -> Result<(TaskId, Balance), Error> {
		let Self { spec, conditions, class, dealers, accept, collect, data_reward, beside } = self;
		let parameters = chain.class(class).await?;
		let conditions = conditions.unwrap_or_else(|| Conditions::of(&parameters));
		// a mask is checked as a dealing is: no less than what the chain can ask
		let invited = dealers.len() as u32 + u32::from(conditions.sealed_to.is_some());
		let quote = chain.least_fee(spec, class, invited, (accept, collect)).await?;
		let risen = rise(&chain.prices().await?, beside, parameters.all_seats().into());
		let fee = usual_fee(&quote).saturating_add(quote.rent.most.saturating_mul(risen) / WHOLE);
		let invited = calls::Dealers::try_from(dealers)
			.map_err(|_| Error::Usage("more dealers than a task can invite".to_owned()))?;
		let reward = data_reward.unwrap_or(quote.work);
		let (spec, dealers) = (spec.clone(), invited);
		let call = calls::submit(spec, conditions, class, dealers, accept, collect, fee, reward);
		let receipt = chain.submit(&call, requester).await?;
		Ok((number(&receipt)?, receipt.fee))
	}
}

/// The fee that a task is published for unless another one is named: the least one, and a tenth of the rent for what fills up
/// between the look at the price and the transaction's block. What is not needed for that is paid to who has a seat.
pub fn usual_fee(quote: &Quote) -> Balance {
	quote.least.saturating_add(quote.rent.most / MARGIN)
}

/// What is named beside the [`usual_fee`] at the second look at the price and those after it: as much of the rent again for each
/// that came to nothing, as others ask for tasks at the same time.
pub fn more(quote: &Quote, looks: u32) -> Balance {
	(quote.rent.most / MARGIN).saturating_mul(looks.into()).saturating_mul(2)
}

/// By how much so many other tasks, of so many seats each, raise the rent of one that comes after them, in parts of [`WHOLE`].
fn rise(prices: &Prices, others: u32, seats: u32) -> Balance {
	let of = |occupancy: Occupancy, each: u32| {
		let own = occupancy.plus(each);
		let (first, last) = (own.price(WHOLE), own.plus(others.saturating_mul(each)).price(WHOLE));
		let times = last.saturating_mul(WHOLE).checked_div(first).unwrap_or(WHOLE);
		times.saturating_sub(WHOLE)
	};
	of(prices.places, 1).max(of(prices.seats, seats))
}

/// The number of the task that a transaction published.
///
/// # Errors
/// `Unreadable` if it published none.
pub fn number(receipt: &Receipt) -> Result<TaskId, ChainError> {
	let event = receipt.event("Tasks", "TaskSubmitted");
	event.and_then(|event| event.field("task")).ok_or_else(|| {
		ChainError::Unreadable("the task was submitted, but its number cannot be read".to_owned())
	})
}

/// The odds of a capture, were a task's committee drawn of the nodes that can be drawn now; `None` if the task has ended.
///
/// # Errors
/// `Chain`.
pub async fn odds(chain: &Chain, task: &Task) -> Result<Option<Odds>, ChainError> {
	match task.status {
		TaskStatus::Settling(_) | TaskStatus::Settled(_) => Ok(None),
		_ => chain.odds(task.class, task.fee).await.map(Some),
	}
}

/// Blocks that a task left for accepting, by the event of its submission, as no state has them; `None` if the node no
/// longer has that event.
///
/// # Errors
/// `Rpc`, `Gone`, `Unreadable`.
pub async fn accept_window(
	chain: &Chain,
	id: TaskId,
	task: &Task,
) -> Result<Option<u32>, ChainError> {
	let number = task.submitted_at;
	let events = match chain.block_hash(number).await {
		Ok(hash) => chain.events(Head { number, hash }).await,
		Err(error) => Err(error),
	};
	let events = match events {
		Ok(events) => events,
		Err(ChainError::Pruned { .. }) => return Ok(None),
		Err(error) => return Err(error),
	};
	let submitted = events.iter().find(|event| {
		event.is("Tasks", "TaskSubmitted") && event.field::<TaskId>("task") == Some(id)
	});
	let until = submitted.and_then(|event| event.field::<u32>("accept_until"));
	Ok(until.and_then(|until| until.checked_sub(number)))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn prices(places: Occupancy, seats: Occupancy) -> Prices {
		Prices {
			draw_fee: 0,
			base_fee_per_seat: 0,
			fee_per_element: 0,
			dealer_deposit: 0,
			place_rent: 0,
			seat_rent: 0,
			places,
			seats,
			byte_fee: 0,
		}
	}

	#[test]
	fn the_rent_rises_by_what_is_published_beside() {
		let empty = Occupancy { used: 0, total: 1_000 };
		assert_eq!(rise(&prices(empty, empty), 0, 5), 0);
		// from half of the seats to three quarters, five at a time: four times as dear
		let risen = rise(&prices(empty, Occupancy { used: 45, total: 100 }), 5, 5);
		assert_eq!(risen, 3 * WHOLE);
		// where there is nothing more to take nothing gets dearer
		let full = Occupancy { used: 100, total: 100 };
		assert_eq!(rise(&prices(full, full), 50, 5), 0);
		assert_eq!(rise(&prices(full, Occupancy { used: 0, total: 0 }), 50, 5), 0);
	}

	#[test]
	fn the_usual_fee_has_a_tenth_of_the_rent_beside_the_least_one() {
		let rent = ostraka_primitives::rent::Rent { place: 1, seats: 2, byte: 1, most: 500 };
		let quote = Quote { work: 700, rent, bytes: 9, least: 1_200 };
		assert_eq!(usual_fee(&quote), 1_250);
		// whoever was outrun names more each time
		assert_eq!((more(&quote, 2), more(&quote, 3)), (200, 300));
	}
}
