//! `ostraka task prices`: what tasks cost now, and how full the chain is.

use crate::{chain::Token, cli::Global, commands::connect, error::Error, output::Output};
use ostraka_primitives::{api::Prices, rent::Occupancy, Balance};
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs the command.
///
/// # Errors
/// `Chain`.
pub async fn run(global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let prices = chain.prices().await?;
	match out.is_json() {
		true => out.json(&Record::from(&prices)),
		false => out.lines(&lines(chain.token(), chain.block_time(), &prices)),
	}
}

/// Prices as lines of name and value.
fn lines(token: &Token, block: Duration, prices: &Prices) -> Vec<(String, String)> {
	let amount = |amount| token.render(amount);
	let rent = |price: Balance| {
		format!("{} a block, {} a day", amount(price), amount(a_day(price, block)))
	};
	let lines = [
		("draw", format!("{}, never returned", amount(prices.draw_fee))),
		("work", format!("{} a seat, also of a task that fails", amount(prices.base_fee_per_seat))),
		(
			"",
			format!(
				"{} a seat for each number of each invited dealer, at least",
				amount(prices.fee_per_element)
			),
		),
		("place", format!("{}: {}", rent(prices.place_rent), taken(&prices.places))),
		("seat", format!("{}: {}", rent(prices.seat_rent), taken(&prices.seats))),
		(
			"state",
			format!(
				"{} a byte that stays for good: of the task once it is drawn, and of its result",
				amount(prices.byte_fee)
			),
		),
		("deposit", format!("{} of each dealer that accepts", amount(prices.dealer_deposit))),
	];
	lines.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

/// How full something is, in words.
fn taken(occupancy: &Occupancy) -> String {
	format!("{} of {} are taken", occupancy.used, occupancy.total)
}

/// What a day costs where a block costs this.
fn a_day(price: Balance, block: Duration) -> Balance {
	let blocks = DAY.as_millis().checked_div(block.as_millis()).unwrap_or_default();
	price.saturating_mul(blocks)
}

/// Prices as JSON: amounts in the token's smallest unit.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Record {
	draw_fee: String,
	base_fee_per_seat: String,
	fee_per_element: String,
	dealer_deposit: String,
	/// A block of a place, were it taken now.
	place_rent: String,
	/// A block of a seat, likewise.
	seat_rent: String,
	/// A byte of what stays for good: of the task's record once it is drawn, and of its result.
	byte_fee: String,
	places: Taken,
	seats: Taken,
}

/// How full something is.
#[derive(Serialize, JsonSchema)]
struct Taken {
	used: u32,
	total: u32,
}

impl From<&Prices> for Record {
	fn from(prices: &Prices) -> Self {
		let taken = |of: &Occupancy| Taken { used: of.used, total: of.total };
		Self {
			draw_fee: prices.draw_fee.to_string(),
			base_fee_per_seat: prices.base_fee_per_seat.to_string(),
			fee_per_element: prices.fee_per_element.to_string(),
			dealer_deposit: prices.dealer_deposit.to_string(),
			place_rent: prices.place_rent.to_string(),
			seat_rent: prices.seat_rent.to_string(),
			byte_fee: prices.byte_fee.to_string(),
			places: taken(&prices.places),
			seats: taken(&prices.seats),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;

	fn prices() -> Prices {
		Prices {
			draw_fee: 500,
			base_fee_per_seat: 100,
			fee_per_element: 1,
			dealer_deposit: 10_000,
			place_rent: 2,
			seat_rent: 4,
			places: Occupancy { used: 7, total: 1_000 },
			seats: Occupancy { used: 300, total: 720 },
			byte_fee: 3,
		}
	}

	#[test]
	fn rents_are_told_by_the_block_and_by_the_day() {
		let lines = lines(&fixtures::token(), Duration::from_secs(6), &prices());
		let value = |name: &str| {
			let line = lines.iter().find(|(of, _)| of == name);
			line.map(|(_, value)| value.as_str()).unwrap_or_default()
		};
		assert_eq!(value("place"), "0.002 OST a block, 28.8 OST a day: 7 of 1000 are taken");
		assert!(value("seat").ends_with("57.6 OST a day: 300 of 720 are taken"), "{lines:?}");
		assert!(value("state").starts_with("0.003 OST a byte"), "{lines:?}");
		assert_eq!(value("deposit"), "10 OST of each dealer that accepts");
		// a chain that says nothing of its blocks
		assert_eq!(a_day(5, Duration::ZERO), 0);
	}

	#[test]
	fn json_has_amounts_as_text_and_how_full_it_is_as_numbers() {
		let record = serde_json::to_value(Record::from(&prices())).expect("JSON");
		assert_eq!((&record["draw_fee"], &record["place_rent"]), (&"500".into(), &"2".into()));
		assert_eq!(record["byte_fee"], "3");
		let seats = &record["seats"];
		assert_eq!((&seats["used"], &seats["total"]), (&300.into(), &720.into()));
	}
}
