//! Task files: what a requester asks for, in a file of TOML that is read, reviewed and kept.
//!
//! A key has the name of the flag that says the same ([`keys()`]): one rule, and nothing that a file can say and a command
//! line cannot. Secrets, and where the chain is, are no keys: a file is to be shown to others. What a file says is handed on
//! as [flags](TaskFile::flags), which stand for those that a command line does not give.
//!
//! # Invariants
//! - What [`TaskFile::write`] writes, [`TaskFile::read`] reads as the same.
//! - Every error names the line, and for a slip of the pen the word that was meant.

mod keys;
mod node;
mod read;
mod write;

pub use keys::{find, keys, near, Key, Kind};

use super::written;

/// What a task file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFile {
	entries: Vec<(&'static Key, Value)>,
}

/// A key's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
	/// A word, text, path, name or number.
	One(String),
	/// Texts, names or numbers, in order.
	Many(Vec<String>),
	/// Whether a switch is on.
	Switch(bool),
	/// For columns, by name: one number, or two.
	Columns(Vec<(String, Vec<String>)>),
}

/// A flag that stands for a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
	/// The key.
	pub key: &'static Key,
	/// The flag's value; `None` of a switch.
	pub value: Option<String>,
	/// The column that it is about, of a key that has a value for each.
	pub column: Option<String>,
}

/// Why a text is no task file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", .line.map_or_else(String::new, |line| format!("line {line}: ")))]
pub struct TaskFileError {
	/// The line, from 1; `None` if it is about the whole.
	pub line: Option<usize>,
	/// What is wrong, safe to print.
	pub reason: String,
}

impl TaskFile {
	/// The value of a key, if it has one.
	pub fn get(&self, name: &str) -> Option<&Value> {
		self.entries.iter().find(|(key, _)| key.name == name).map(|(_, value)| value)
	}

	/// Gives a key a value in place of the one that it has. A name that is no key's is left out.
	pub fn set(&mut self, name: &str, value: Value) {
		self.entries.retain(|(key, _)| key.name != name);
		self.entries.extend(find(name).map(|key| (key, value)));
	}

	/// The columns that a key names: `columns`, `target` or `weight`.
	pub fn columns_of(&self, name: &str) -> Vec<&str> {
		match self.get(name) {
			Some(Value::One(column)) => vec![column],
			Some(Value::Many(names)) => names.iter().map(String::as_str).collect(),
			_ => Vec::new(),
		}
	}

	/// The columns that the statistic has, target and weight among them.
	pub fn columns(&self) -> Vec<&str> {
		["columns", "target", "weight"].iter().flat_map(|name| self.columns_of(name)).collect()
	}

	/// What it says, as flags.
	pub fn flags(&self) -> Vec<Flag> {
		let mut flags = Vec::new();
		for (key, value) in &self.entries {
			let mut push = |value: Option<String>, column: Option<&String>| {
				flags.push(Flag { key, value, column: column.cloned() });
			};
			match (key.kind, value) {
				(_, Value::Switch(false)) => {},
				(_, Value::Switch(true)) => push(None, None),
				(Kind::Name, Value::One(name)) => push(Some(written(name)), None),
				(_, Value::One(text)) => push(Some(text.clone()), None),
				(Kind::Names, Value::Many(names)) => {
					names.iter().for_each(|name| push(Some(written(name)), None));
				},
				(Kind::Pair, Value::Many(bounds)) => push(Some(bounds.join(":")), None),
				(Kind::Numbers, Value::Many(numbers)) => push(Some(numbers.join(",")), None),
				(_, Value::Many(texts)) => {
					texts.iter().for_each(|text| push(Some(text.clone()), None));
				},
				(_, Value::Columns(columns)) => {
					for (column, numbers) in columns {
						let value = format!("{}={}", written(column), numbers.join(":"));
						push(Some(value), Some(column));
					}
				},
			}
		}
		flags
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_file_is_flags() {
		let file = TaskFile::read(
			"statistic = \"histogram\"\ncolumns = [\"Income, net\"]\nedges = [0, 10.5, 1e2]\nround = true\ndecimal-comma = \
			 false\nrange.\"Income, net\" = [-1.5, \"2\"]\ndecimals.\"Income, net\" = 1\ndealer = [\"//Bob\", \"//Dave\"]\n\
			 group-by = \"a,b\"\nbetween = [-3, 4]\nfee = 1.50\nleast-dealers = 4\nrequire = [\"//Bob\"]\ncounted-by = 7\n\
			 sealed-to = \"self\"\n",
		)
		.expect("well-formed");
		let flags: Vec<String> = file
			.flags()
			.into_iter()
			.map(|flag| match flag.value {
				Some(value) => format!("--{}={value}", flag.key.name),
				None => format!("--{}", flag.key.name),
			})
			.collect();
		assert_eq!(
			flags,
			[
				"--statistic=histogram",
				"--columns=\"Income, net\"",
				"--edges=0,10.5,100",
				"--round",
				"--range=\"Income, net\"=-1.5:2",
				"--decimals=\"Income, net\"=1",
				"--dealer=//Bob",
				"--dealer=//Dave",
				"--group-by=\"a,b\"",
				"--between=-3:4",
				"--fee=1.5",
				"--least-dealers=4",
				"--require=//Bob",
				"--counted-by=7",
				"--sealed-to=self",
			]
		);
		assert_eq!(file.columns(), ["Income, net"]);
	}

	#[test]
	fn a_value_takes_the_place_of_another() {
		let mut file = TaskFile::default();
		file.set("fee", Value::One("1".to_owned()));
		file.set("fee", Value::One("2".to_owned()));
		file.set("no such key", Value::Switch(true));
		assert_eq!(file.get("fee"), Some(&Value::One("2".to_owned())));
		assert_eq!(file.flags().len(), 1);
	}
}
