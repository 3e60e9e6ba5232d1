//! Stands in for `kvdb-rocksdb`, so that a node is built without RocksDB.
//!
//! polkadot-sdk has no feature that leaves RocksDB out. Here [`Database`] has no values: [`Database::open`] always fails, so every
//! method on a database is unreachable, and the type says so.
#![forbid(unsafe_code)]

use std::{collections::HashMap, io, path::Path};

use kvdb::{DBKeyValue, DBTransaction, DBValue, KeyValueDB};

/// The fields that polkadot-sdk sets.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
	pub max_open_files: i32,
	pub memory_budget: HashMap<u32, usize>,
	pub columns: u32,
	pub create_if_missing: bool,
}

impl DatabaseConfig {
	/// A configuration with that many columns.
	pub fn with_columns(columns: u32) -> Self {
		Self {
			max_open_files: 512,
			memory_budget: HashMap::new(),
			columns,
			create_if_missing: true,
		}
	}
}

/// A RocksDB database: there is none.
#[derive(Debug)]
pub enum Database {}

impl Database {
	/// Always fails. `sc-client-db` reads the error's first words as "does not exist"; `--database auto` then opens ParityDB.
	pub fn open<P: AsRef<Path>>(_config: &DatabaseConfig, path: P) -> io::Result<Self> {
		Err(io::Error::new(
			io::ErrorKind::Unsupported,
			format!(
				"create_if_missing is false: this node is built without RocksDB and cannot open {}; start it with --database paritydb",
				path.as_ref().display()
			),
		))
	}

	pub fn add_column(&mut self) -> io::Result<()> {
		match *self {}
	}

	pub fn remove_last_column(&mut self) -> io::Result<()> {
		match *self {}
	}

	pub fn num_columns(&self) -> u32 {
		match *self {}
	}

	pub fn force_compact(&self, _column: u32) -> io::Result<()> {
		match *self {}
	}

	// Callers that have no `KeyValueDB` in scope find these, as in the crate that this one stands in for.

	pub fn transaction(&self) -> DBTransaction {
		match *self {}
	}

	pub fn get(&self, _column: u32, _key: &[u8]) -> io::Result<Option<DBValue>> {
		match *self {}
	}

	pub fn write(&self, _transaction: DBTransaction) -> io::Result<()> {
		match *self {}
	}

	pub fn iter(&self, _column: u32) -> Box<dyn Iterator<Item = io::Result<DBKeyValue>> + '_> {
		match *self {}
	}
}

impl KeyValueDB for Database {
	fn get(&self, _column: u32, _key: &[u8]) -> io::Result<Option<DBValue>> {
		match *self {}
	}

	fn get_by_prefix(&self, _column: u32, _prefix: &[u8]) -> io::Result<Option<DBValue>> {
		match *self {}
	}

	fn write(&self, _transaction: DBTransaction) -> io::Result<()> {
		match *self {}
	}

	fn iter<'a>(&'a self, _column: u32) -> Box<dyn Iterator<Item = io::Result<DBKeyValue>> + 'a> {
		match *self {}
	}

	fn iter_with_prefix<'a>(
		&'a self,
		_column: u32,
		_prefix: &'a [u8],
	) -> Box<dyn Iterator<Item = io::Result<DBKeyValue>> + 'a> {
		match *self {}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn opening_says_what_to_do() {
		let error =
			Database::open(&DatabaseConfig::with_columns(3), "/data/db").unwrap_err().to_string();
		assert!(error.starts_with("create_if_missing is false"), "{error}");
		assert!(error.contains("--database paritydb") && error.contains("/data/db"), "{error}");
	}
}
