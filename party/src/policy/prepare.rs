//! A dealer's vector under its policy: whatever its rows are, there is one.

use super::{
	error::PolicyError,
	model::{ColumnRule, Dataset, Numbers, Policy},
};
use crate::{
	data::{Book, DataError, Limits, Seed, Table},
	error::Error,
	escape::escaped,
	inputs::{self, Encoding, Fitting, Prepared, Way},
	spec::text,
};
use ostraka_primitives::spec::{Column, TaskSpec};
use sha2::{Digest, Sha256};
use std::path::Path;

/// What separates the choice of rows from other hashes.
const ROWS: &[u8] = b"ostraka/rows/v1";

impl Policy {
	/// The data set of a name; or the one whose file that is; or the only one; or the only one that has a task's columns.
	///
	/// # Errors
	/// `NoDataset`.
	pub fn dataset(
		&self,
		name: Option<&str>,
		file: Option<&Path>,
		spec: &TaskSpec,
	) -> Result<&Dataset, PolicyError> {
		let none = |what: String| PolicyError::NoDataset {
			file: self.file.clone(),
			what,
			there_are: self.datasets.keys().cloned().collect(),
		};
		if let Some(name) = name {
			let wrong = || none(format!("there is no data set `{}`", escaped(name)));
			return self.datasets.get(name).ok_or_else(wrong);
		}
		let all = || self.datasets.values();
		if let Some(file) = file {
			let same = |path: &Path| match (path.canonicalize(), file.canonicalize()) {
				(Ok(path), Ok(file)) => path == file,
				_ => path == file,
			};
			let mut found = all().filter(|dataset| same(&dataset.path));
			return match (found.next(), found.next()) {
				(Some(dataset), None) => Ok(dataset),
				(Some(_), Some(_)) => Err(none("more than one data set has this file".to_owned())),
				(None, _) => Err(none(format!(
					"no data set has the file {}",
					escaped(&file.display().to_string())
				))),
			};
		}
		let has_all = |dataset: &&Dataset| {
			let mut columns = spec.all_columns().map(|column| text(&column.name));
			columns.all(|name| dataset.columns.contains_key(&name))
		};
		let mut of_columns = all().filter(has_all);
		match (all().next(), self.datasets.len(), of_columns.next(), of_columns.next()) {
			(Some(only), 1, _, _) | (_, _, Some(only), None) => Ok(only),
			_ => Err(none("it cannot be told which data set the task is for".to_owned())),
		}
	}
}

impl Dataset {
	/// The rows of a table that are the dealer's, the most that the policy has of them. `file` is the table's hash, `only` a
	/// column and its text that take the place of the policy's own where it has none.
	///
	/// # Errors
	/// `Data`.
	pub fn book(
		&self,
		table: &Table,
		file: &[u8; 32],
		only: Option<&(String, String)>,
	) -> Result<Book, Error> {
		let book = match self.only.as_ref().or(only) {
			Some((column, value)) => Book::of_value_if_any(table, column, value)?,
			None => Book::of_all(table, table.file()),
		};
		Ok(book.at_most(self.rows.into(), self.seed(file)))
	}

	/// Which rows are left out follows from this: from the policy's secret, if it has one, and the file's content. Nobody
	/// who asks knows either. It is the same for every task over one file, so that no two tasks see different rows of it.
	fn seed(&self, file: &[u8; 32]) -> Seed {
		let secret: &[u8] = self.secret.as_ref().map_or(&[], |secret| secret.as_slice());
		let hash = Sha256::new()
			.chain_update(ROWS)
			.chain_update([secret.len() as u8])
			.chain_update(secret)
			.chain_update([self.name.len() as u8])
			.chain_update(&self.name)
			.chain_update(file);
		hash.finalize().into()
	}

	/// How rows are made to fit for a task that the policy allows. `floor` counts if it is higher than the policy's.
	pub fn fitting(&self, spec: &TaskSpec, floor: u64) -> Fitting {
		let limits = |column: &Column| {
			let rule = self.columns.get(&text(&column.name)).and_then(|rule| rule.numbers);
			// of a column of text no number is looked at
			let own = rule.and_then(|numbers| numbers.in_units_of(column));
			let (min, max) = own.unwrap_or((column.min, column.max));
			Limits { min, max, clips: self.clips }
		};
		let is_constant = |rule: &(&String, &ColumnRule)| rule.1.constant;
		Fitting {
			limits: spec.all_columns().map(limits).collect(),
			floor: self.floor.max(floor),
			constants: self
				.columns
				.iter()
				.filter(is_constant)
				.map(|(name, _)| name.clone())
				.collect(),
		}
	}

	/// The vector of a book's rows for a task that the policy allows.
	///
	/// # Errors
	/// `Data`: what the file's form or its header have wrong, never a cell or a number of rows.
	pub fn prepare(
		&self,
		book: &Book,
		table: &Table,
		spec: &TaskSpec,
		floor: u64,
	) -> Result<Prepared, Error> {
		inputs::prepare(book, table, spec, Way::Fitted(&self.fitting(spec, floor)))
	}

	/// The vector of a book's rows for a task that the policy allows, if the rows are as they should be: nothing is made to fit. The
	/// policy's limits, its cap and its columns of one value hold; of the floors the higher one.
	///
	/// # Errors
	/// `Data`, `Encode`, `Floor`: whether there is a vector follows from the rows here.
	pub fn prepare_checked(
		&self,
		book: &Book,
		table: &Table,
		spec: &TaskSpec,
		encoding: Encoding,
	) -> Result<Prepared, Error> {
		if book.rows() > u64::from(self.rows) {
			let found = usize::try_from(book.rows()).unwrap_or(usize::MAX);
			let file = table.file().to_owned();
			return Err(DataError::BeyondPolicy { file, found, most: self.rows }.into());
		}
		let Fitting { limits, floor, constants } = self.fitting(spec, encoding.min_cell);
		let encoding = Encoding { min_cell: floor, constants, ..encoding };
		inputs::prepare(book, table, spec, Way::Held(&encoding, &limits))
	}
}

impl Numbers {
	/// The range in the units of a task's column; `None` if that has fewer decimals, or cannot hold it.
	pub(super) fn in_units_of(&self, column: &Column) -> Option<(i64, i64)> {
		let finer = 10i64.checked_pow(column.decimals.checked_sub(self.decimals)?.into())?;
		let (min, max) = (self.min.checked_mul(finer)?, self.max.checked_mul(finer)?);
		(column.min <= min && max <= column.max).then_some((min, max))
	}
}
