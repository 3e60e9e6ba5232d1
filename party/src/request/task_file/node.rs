//! A TOML document as a tree whose keys know their places.

use serde::{
	de::{Error, MapAccess, SeqAccess, Visitor},
	Deserialize, Deserializer,
};
use std::fmt;
use toml::Spanned;

/// A value.
#[derive(Debug)]
pub enum Node {
	/// A text.
	Text(String),
	/// A whole number.
	Whole(i64),
	/// A number with a point or an exponent.
	Float(f64),
	/// `true` or `false`.
	Switch(bool),
	/// A list.
	List(Vec<Node>),
	/// A table, in the order of the document.
	Table(Vec<(Spanned<String>, Node)>),
}

impl Node {
	/// What it is, with its article.
	pub fn what(&self) -> &'static str {
		match self {
			Self::Text(_) => "a text",
			Self::Whole(_) | Self::Float(_) => "a number",
			Self::Switch(_) => "true or false",
			Self::List(_) => "a list",
			Self::Table(_) => "a table",
		}
	}
}

impl<'de> Deserialize<'de> for Node {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		deserializer.deserialize_any(Reader)
	}
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
	type Value = Node;

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("a value")
	}

	fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
		Ok(Node::Text(text.to_owned()))
	}

	fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
		Ok(Node::Whole(number))
	}

	fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
		Ok(Node::Float(number))
	}

	fn visit_bool<E: Error>(self, is_on: bool) -> Result<Node, E> {
		Ok(Node::Switch(is_on))
	}

	fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
		let mut list = Vec::new();
		while let Some(item) = items.next_element()? {
			list.push(item);
		}
		Ok(Node::List(list))
	}

	fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
		let mut table = Vec::new();
		while let Some(entry) = entries.next_entry()? {
			table.push(entry);
		}
		Ok(Node::Table(table))
	}
}
