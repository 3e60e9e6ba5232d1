//! Outcomes as JSON.
//!
//! Counts and whole numbers are JSON integers as far as these reach (2^64), all other numbers are the doubles nearest to
//! the exact ones. What has to be exact is compared before it comes here, or written as text (`docs/TRANSCRIPT.md`).

use ostraka_protocol::statistics::{Digits, Number, Value};
use serde_json::{Map, Value as Json};

/// Digits of a fraction that is turned into a double: enough for the nearest one.
const DIGITS: Digits = Digits::Significant(25);

/// An outcome's tree of names as JSON.
pub fn value(value: &Value) -> Json {
	match value {
		Value::Null => Json::Null,
		Value::Text(text) => Json::String(text.clone()),
		Value::Number(number) => self::number(number),
		Value::List(items) => Json::Array(items.iter().map(self::value).collect()),
		Value::Map(entries) => Json::Object(
			entries
				.iter()
				.map(|(name, entry)| (name.clone(), self::value(entry)))
				.collect::<Map<_, _>>(),
		),
	}
}

/// A number as JSON.
pub fn number(number: &Number) -> Json {
	let text = number.render(DIGITS);
	let is_whole = matches!(number, Number::Integer(_) | Number::Decimal { decimals: 0, .. });
	if is_whole {
		if let Ok(whole) = text.parse::<i64>() {
			return Json::from(whole);
		}
		if let Ok(whole) = text.parse::<u64>() {
			return Json::from(whole);
		}
	}
	text.parse::<f64>().map_or(Json::Null, Json::from)
}

/// An outcome's tree of names with every number as exact text: `12`, `3.50`, `-7/3`, `sqrt(2/3)`.
pub fn exact(value: &Value) -> Json {
	match value {
		Value::Null => Json::Null,
		Value::Text(text) => Json::String(text.clone()),
		Value::Number(number) => Json::String(number.to_string()),
		Value::List(items) => Json::Array(items.iter().map(exact).collect()),
		Value::Map(entries) => Json::Object(
			entries.iter().map(|(name, entry)| (name.clone(), exact(entry))).collect::<Map<_, _>>(),
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::spec::{Column, Statistic, TaskSpec};
	use ostraka_protocol::statistics::{plaintext, Rows};

	fn outcome() -> Value {
		let name = |text: &str| text.as_bytes().to_vec().try_into().expect("short");
		let spec = TaskSpec {
			statistic: Statistic::Std,
			columns: vec![Column { name: name("x"), decimals: 1, min: 0, max: 100 }]
				.try_into()
				.expect("one"),
			target: None,
			weight: None,
			edges: Default::default(),
			quantiles: Default::default(),
			group_by: None,
			max_rows: 9,
		};
		let mut rows = Rows::new(&spec);
		for units in [10, 20, 25] {
			rows.push(&[Some(units)], None).expect("one value a row");
		}
		plaintext(&spec, rows.iter()).expect("three rows").to_named()
	}

	#[test]
	fn numbers_are_the_nearest_doubles() {
		let json = value(&outcome());
		assert_eq!(json["count"], 3);
		assert_eq!(json["sum"], 5.5);
		assert_eq!(json["mean"], 5.5 / 3.0);
		assert_eq!(json["std"], 0.763_762_615_825_973_4);
	}

	#[test]
	fn exact_numbers_are_texts() {
		let json = exact(&outcome());
		assert_eq!(json["sum"], "5.5");
		assert_eq!(json["mean"], "11/6");
		assert_eq!(json["std"], "sqrt(7/12)");
	}
}
