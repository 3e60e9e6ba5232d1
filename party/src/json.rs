//! Outcomes as JSON.
//!
//! Counts and whole numbers are JSON integers as far as these reach (2^64), all other numbers are the doubles nearest to
//! the exact ones. What has to be exact is compared before it comes here, or written as text (`docs/TRANSCRIPT.md`).

use alloc::{
	string::{String, ToString},
	vec::Vec,
};
use ostraka_protocol::statistics::{Digits, Number, Value};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

/// Digits of a fraction that is turned into a double: enough for the nearest one.
const DIGITS: Digits = Digits::Significant(25);

/// JSON whose objects keep the order of their names: a statistic's numbers are read in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
	/// A value without structure.
	Leaf(Json),
	/// A list.
	List(Vec<Tree>),
	/// An object.
	Map(Vec<(String, Tree)>),
}

impl Default for Tree {
	fn default() -> Self {
		Self::Leaf(Json::Null)
	}
}

impl Serialize for Tree {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		match self {
			Self::Leaf(value) => value.serialize(serializer),
			Self::List(items) => serializer.collect_seq(items),
			Self::Map(entries) => {
				serializer.collect_map(entries.iter().map(|(name, entry)| (name, entry)))
			},
		}
	}
}

/// Its names are those of a statistic's numbers: nothing holds for all statistics.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for Tree {
	fn schema_name() -> alloc::borrow::Cow<'static, str> {
		"Tree".into()
	}

	fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
		schemars::json_schema!({
			"description": "Numbers under the names that the statistic gives them, in lists or objects; a text where there is none: undefined, impossible; null if there is nothing"
		})
	}
}

impl Tree {
	/// The same without the order.
	pub fn to_json(&self) -> Json {
		match self {
			Self::Leaf(value) => value.clone(),
			Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
			Self::Map(entries) => Json::Object(
				entries.iter().map(|(name, entry)| (name.clone(), entry.to_json())).collect(),
			),
		}
	}

	fn of(value: &Value, number: &impl Fn(&Number) -> Json) -> Self {
		match value {
			Value::Null => Self::default(),
			Value::Text(text) => Self::Leaf(Json::String(text.clone())),
			Value::Number(value) => Self::Leaf(number(value)),
			Value::List(items) => {
				Self::List(items.iter().map(|item| Self::of(item, number)).collect())
			},
			Value::Map(entries) => Self::Map(
				entries
					.iter()
					.map(|(name, entry)| (name.clone(), Self::of(entry, number)))
					.collect(),
			),
		}
	}
}

/// An outcome's tree of names as JSON.
pub fn value(value: &Value) -> Tree {
	Tree::of(value, &number)
}

/// An outcome's tree of names with every number as exact text: `12`, `3.50`, `-7/3`, `sqrt(2/3)`.
pub fn exact(value: &Value) -> Tree {
	Tree::of(value, &|number| Json::String(number.to_string()))
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_primitives::spec::Statistic;
	use ostraka_protocol::statistics::{plaintext, Rows};

	fn outcome() -> Value {
		let spec = fixtures::spec(Statistic::Std, vec![fixtures::column("x", 1, 100)]);
		let mut rows = Rows::new(&spec);
		for units in [10, 20, 25] {
			rows.push(&[Some(units)], None).expect("one value a row");
		}
		plaintext(&spec, rows.iter()).expect("three rows").to_named()
	}

	#[test]
	fn numbers_are_the_nearest_doubles() {
		let json = value(&outcome()).to_json();
		assert_eq!(json["count"], 3);
		assert_eq!(json["sum"], 5.5);
		assert_eq!(json["mean"], 5.5 / 3.0);
		assert_eq!(json["std"], 0.763_762_615_825_973_4);
	}

	#[test]
	fn names_keep_their_order() {
		let text = serde_json::to_string(&exact(&outcome())).expect("JSON");
		let names = ["count", "sum", "mean", "variance", "std"];
		let places = names.map(|name| text.find(&format!("\"{name}\":")).expect("it is there"));
		assert!(places.is_sorted(), "{text}");
	}

	#[test]
	fn exact_numbers_are_texts() {
		let json = exact(&outcome()).to_json();
		assert_eq!(json["sum"], "5.5");
		assert_eq!(json["mean"], "11/6");
		assert_eq!(json["std"], "sqrt(7/12)");
	}
}
