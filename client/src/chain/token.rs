//! The chain's token, and amounts of it as text.

use super::link::Link;
use ostraka_party::escape::escaped;
use ostraka_primitives::Balance;

/// The chain's token.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Token {
	/// Digits behind the decimal point.
	pub decimals: u8,
	/// Its sign.
	pub symbol: String,
}

impl Token {
	/// Reads what the node says of its chain's token.
	pub(super) async fn read(link: &Link) -> Self {
		let properties =
			link.ask(|rpc| async move { rpc.system_properties().await }).await.unwrap_or_default();
		let first = |name: &str| match properties.get(name) {
			Some(serde_json::Value::Array(values)) => values.first().cloned(),
			other => other.cloned(),
		};
		let decimals = first("tokenDecimals").and_then(|value| value.as_u64());
		let symbol = first("tokenSymbol").and_then(|value| value.as_str().map(str::to_owned));
		Self {
			decimals: decimals
				.and_then(|decimals| u8::try_from(decimals).ok())
				.unwrap_or(12)
				.min(30),
			symbol: symbol
				.map_or_else(|| "UNIT".to_owned(), |symbol| escaped(&symbol).into_owned()),
		}
	}

	/// An amount in tokens, as text.
	pub fn render(&self, amount: Balance) -> String {
		format!("{} {}", decimal(amount, self.decimals), self.symbol)
	}

	/// An amount in tokens with four decimals, without the token's sign: for tables.
	pub fn short(&self, amount: Balance) -> String {
		const SHOWN: u8 = 4;
		let cut = 10u128.pow(u32::from(self.decimals.saturating_sub(SHOWN)));
		let decimals = usize::from(self.decimals.min(SHOWN));
		let digits = format!("{:0>width$}", amount / cut, width = decimals + 1);
		let (whole, fraction) = digits.split_at(digits.len() - decimals);
		if decimals == 0 {
			whole.to_owned()
		} else {
			format!("{whole}.{fraction}")
		}
	}

	/// Reads an amount in tokens.
	///
	/// # Errors
	/// What is wrong with it.
	pub fn parse(&self, text: &str) -> Result<Balance, String> {
		let text = text.trim();
		let (whole, fraction) = amount_parts(text)?;
		let decimals = usize::from(self.decimals);
		if fraction.trim_end_matches('0').len() > decimals {
			return Err(format!("`{text}`: the token has {decimals} decimals"));
		}
		let fraction: String = format!("{fraction:0<decimals$}").chars().take(decimals).collect();
		let digits = format!("{whole}{fraction}");
		digits.trim_start_matches('0').parse().or_else(|_| {
			match digits.bytes().all(|b| b == b'0') {
				true => Ok(0),
				false => Err(format!("`{text}` is more than there can be")),
			}
		})
	}
}

/// A number of units of `10^-decimals`, as text without zeros at its end.
pub fn decimal(units: u128, decimals: u8) -> String {
	let decimals = usize::from(decimals);
	let digits = format!("{units:0>width$}", width = decimals + 1);
	let (whole, fraction) = digits.split_at(digits.len() - decimals);
	let fraction = fraction.trim_end_matches('0');
	let point = if fraction.is_empty() { "" } else { "." };
	format!("{whole}{point}{fraction}")
}

/// The digits of an amount in tokens before the point and behind it.
///
/// # Errors
/// What is wrong with its form.
pub fn amount_parts(text: &str) -> Result<(&str, &str), String> {
	let text = text.trim();
	if text.strip_prefix('-').and_then(unsigned_parts).is_some() {
		return Err(format!("`{text}` must not be negative"));
	}
	unsigned_parts(text).ok_or_else(|| format!("`{text}` is not an amount of tokens, as in 12.5"))
}

fn unsigned_parts(text: &str) -> Option<(&str, &str)> {
	let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
	let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
	let is_empty = whole.is_empty() && fraction.is_empty();
	(!is_empty && is_digits(whole) && is_digits(fraction)).then_some((whole, fraction))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn amounts_are_read_and_shown_in_tokens() {
		let token = Token { decimals: 3, symbol: "OST".to_owned() };
		for (text, amount) in
			[("0", 0), ("1", 1000), ("12.5", 12_500), (".001", 1), ("1.2000", 1200), ("0.0", 0)]
		{
			assert_eq!(token.parse(text), Ok(amount), "{text}");
		}
		for text in ["", ".", "1.2345", "-1", "1e3", "1,5", "x", &"9".repeat(50)] {
			assert!(token.parse(text).is_err(), "{text}");
		}
		assert_eq!(token.render(12_500), "12.5 OST");
		assert_eq!(token.render(7), "0.007 OST");
		assert_eq!(token.short(12_345), "12.345");
		assert_eq!(Token { decimals: 6, ..token.clone() }.short(1_234_567), "1.2345");
		assert_eq!(Token { decimals: 0, ..token }.render(7), "7 OST");
	}
}
