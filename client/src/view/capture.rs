//! The odds of a capture: how likely a draw gives the committee to who holds a part of the stake, and what drawing until it
//! does costs; how likely it gives it all of the panel.

use crate::chain::{token::decimal, Token};
use ostraka_primitives::{
	odds::{Odds, PanelOdds, CERTAIN},
	Balance,
};
use schemars::JsonSchema;
use serde::Serialize;

/// Decimals of a percentage that counts billionths.
const PERCENT_DECIMALS: u8 = 7;

/// Odds as the value of a line. Of a task whose committee is drawn it says that they are those of another draw, of the
/// nodes that can be drawn now.
pub fn line(token: &Token, odds: &Odds, is_drawn: bool) -> String {
	let part = |odds, whose: &str, price: Option<Balance>| {
		let price = price.map(|price| format!(" (some {})", token.render(rounded(price))));
		format!("{} {whose}{}", percent(odds), price.unwrap_or_default())
	};
	let fifth = part(odds.fifth, "a draw for a fifth of the stake", odds.price_fifth);
	let third = part(odds.third, "for a third", odds.price_third);
	let now = if is_drawn { ", were it drawn now" } else { "" };
	format!("{fifth}, {third}{now}")
}

/// The odds of the whole panel as the value of a line, if the class has one, alone and with the committee. As [`line`] besides.
pub fn panel_line(odds: &Odds, is_drawn: bool) -> Option<String> {
	let PanelOdds { fifth, third, both_fifth, both_third } = odds.panel?;
	let now = if is_drawn { ", were it drawn now" } else { "" };
	Some(format!(
		"all of it {} a draw for a fifth of the stake, {} for a third; with the committee {} and {}{now}",
		percent(fifth),
		percent(third),
		percent(both_fifth),
		percent(both_third)
	))
}

/// A probability in billionths, as a percentage.
fn percent(odds: u64) -> String {
	match odds {
		0 => format!("less than {} %", decimal(1, PERCENT_DECIMALS)),
		odds => format!("{} %", decimal(rounded(odds.into()), PERCENT_DECIMALS)),
	}
}

/// A number with its first two digits, rounded; the others are zeros.
fn rounded(number: u128) -> u128 {
	let digits = number.checked_ilog10().map_or(0, |log| log.saturating_sub(1));
	let unit = 10u128.pow(digits);
	let up = u128::from(number % unit >= unit.div_ceil(2));
	(number / unit + up).saturating_mul(unit)
}

/// Odds as JSON: probabilities as numbers from 0 to 1, prices in the token's smallest unit, as text.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Capture {
	fifth: f64,
	third: f64,
	price_fifth: Option<String>,
	price_third: Option<String>,
	/// None if the class has no verifiers.
	panel: Option<PanelCapture>,
}

/// Odds of the whole panel, alone and together with the committee, as numbers from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
struct PanelCapture {
	fifth: f64,
	third: f64,
	both_fifth: f64,
	both_third: f64,
}

/// A probability in billionths, as a number from 0 to 1.
fn probability(odds: u64) -> f64 {
	odds as f64 / CERTAIN as f64
}

impl From<PanelOdds> for PanelCapture {
	fn from(odds: PanelOdds) -> Self {
		Self {
			fifth: probability(odds.fifth),
			third: probability(odds.third),
			both_fifth: probability(odds.both_fifth),
			both_third: probability(odds.both_third),
		}
	}
}

impl From<&Odds> for Capture {
	fn from(odds: &Odds) -> Self {
		let price = |price: Option<Balance>| price.map(|price| price.to_string());
		Self {
			fifth: probability(odds.fifth),
			third: probability(odds.third),
			price_fifth: price(odds.price_fifth),
			price_third: price(odds.price_third),
			panel: odds.panel.map(PanelCapture::from),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures::{self, token};

	#[test]
	fn odds_are_a_line() {
		let odds = fixtures::odds();
		let now =
			"3.3 % a draw for a fifth of the stake (some 83 OST), 17 % for a third (some 16 OST)";
		assert_eq!(line(&token(), &odds, false), now);
		assert_eq!(line(&token(), &odds, true), format!("{now}, were it drawn now"));
	}

	#[test]
	fn a_panel_is_another_line() {
		let odds = fixtures::odds();
		let now = "all of it 0.81 % a draw for a fifth of the stake, 3.7 % for a third; with the committee 0.027 % and 0.65 %";
		assert_eq!(panel_line(&odds, false).as_deref(), Some(now));
		assert_eq!(panel_line(&odds, true), Some(format!("{now}, were it drawn now")));
	}

	#[test]
	fn what_never_comes_has_no_price() {
		let odds =
			Odds { fifth: 0, price_fifth: None, third: 88, price_third: Some(5), panel: None };
		assert_eq!(panel_line(&odds, false), None, "nothing is said of a panel that there is not");
		assert_eq!(
			line(&token(), &odds, false),
			"less than 0.0000001 % a draw for a fifth of the stake, 0.0000088 % for a third (some 0.005 OST)"
		);
	}

	#[test]
	fn two_digits_are_shown() {
		for (number, shown) in [
			(0, 0),
			(7, 7),
			(99, 99),
			(123, 120),
			(125, 130),
			(995, 1_000),
			(181_500, 180_000),
			(u128::MAX, u128::MAX / 10u128.pow(37) * 10u128.pow(37)),
		] {
			assert_eq!(rounded(number), shown, "{number}");
		}
		assert_eq!(percent(CERTAIN), "100 %");
		assert_eq!(percent(CERTAIN - 1), "100 %");
		assert_eq!(percent(104_000_000), "10 %");
		assert_eq!(percent(88_150), "0.0088 %");
	}

	#[test]
	fn odds_are_a_record() {
		let record = serde_json::to_value(Capture::from(&fixtures::odds())).expect("JSON");
		assert_eq!(record["fifth"], 0.033344);
		assert_eq!(record["price_fifth"], "83373");
		assert_eq!(record["panel"]["third"], 0.0373848);
		assert_eq!(record["panel"]["both_fifth"], 0.000269696);
		let never = Capture::from(&Odds::default());
		let record = serde_json::to_value(never).expect("JSON");
		assert_eq!((&record["third"], &record["price_third"]), (&0.0.into(), &().into()));
		assert_eq!(record["panel"], serde_json::Value::Null);
	}
}
