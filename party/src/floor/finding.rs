//! What a vector would single out, in words: the column and the kind of value, never a value.

use crate::{escape::escaped, spec::written, words::counted};
use alloc::{borrow::ToOwned, format, string::String};

/// Something that a vector would single out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
	/// Place of the cell: that of the group, or 0 without groups.
	pub cell: usize,
	/// The group; `None` without groups.
	pub group: Option<String>,
	/// Place of the entry of the cell's vector, if it is one entry that is too small.
	pub entry: Option<usize>,
	/// Rows that are singled out; of a constant column all of them.
	pub rows: u64,
	/// What it is.
	pub what: What,
}

/// What is singled out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
	/// A sum has few terms that are not zero.
	Sum {
		/// What the sum adds up: `Σ x`, `Σ x·y`.
		name: String,
		/// The columns in it.
		columns: String,
	},
	/// One of the few values of a column has few rows.
	Value {
		/// The column.
		column: String,
		/// How many values it has.
		values: usize,
	},
	/// A column has one value.
	Constant {
		/// The column.
		column: String,
	},
	/// A bin has few rows.
	Bin {
		/// The column.
		column: String,
		/// The bin, by the task's edges.
		bin: String,
	},
}

impl Finding {
	/// Whether it is an entry alone that can be left out, and not all of its cell.
	pub fn is_of_bin(&self) -> bool {
		matches!(self.what, What::Bin { .. })
	}

	/// What is wrong, in words, safe to print.
	pub fn problem(&self, floor: u64) -> String {
		let rows = counted(usize::try_from(self.rows).unwrap_or(usize::MAX), "row");
		let problem = match &self.what {
			What::Sum { name, columns } => format!(
				"{}: only {rows} would add to `{}`, fewer than the floor of {floor}, as in all others it is zero: the \
				 published sum would be that of these rows alone",
				escaped(columns),
				escaped(name)
			),
			What::Value { column, values } => format!(
				"column `{}`: one of its {} has {rows}, fewer than the floor of {floor}: the published sums can be solved for \
				 these rows alone",
				escaped(column),
				counted(*values, "distinct value")
			),
			What::Constant { column } => format!(
				"column `{}`: it has one value in {rows}: the published sums could tell this dealer from the others by it, \
				 and give its part alone",
				escaped(column)
			),
			What::Bin { column, bin } => format!(
				"column `{}`: the bin `{}` has {rows}, fewer than the floor of {floor}: its count would be that of these rows \
				 alone",
				escaped(column),
				escaped(bin)
			),
		};
		match &self.group {
			Some(group) => format!("group {}: {problem}", escaped(group)),
			None => problem,
		}
	}

	/// What it is, in a few words, safe to print.
	pub fn summary(&self) -> String {
		let rows = counted(usize::try_from(self.rows).unwrap_or(usize::MAX), "row");
		let what = match &self.what {
			What::Sum { name, .. } => {
				format!("`{}`: {rows} with a term that is not zero", escaped(name))
			},
			What::Value { column, values } => format!(
				"column `{}`: one of its {} in {rows}",
				escaped(column),
				counted(*values, "distinct value")
			),
			What::Constant { column } => {
				format!("column `{}`: one value in {rows}", escaped(column))
			},
			What::Bin { column, bin } => {
				format!("column `{}`: the bin `{}` with {rows}", escaped(column), escaped(bin))
			},
		};
		match &self.group {
			Some(group) => format!("group {}: {what}", escaped(group)),
			None => what,
		}
	}

	/// What a dealer can do to have it dealt all the same, or left out.
	pub fn advice(&self) -> String {
		match &self.what {
			What::Constant { column } => format!(
				"if that may be told, allow it with --allow-constant {} (in a policy: constant = true for that column); \
				 --drop-small-cells leaves the rows out",
				escaped(&written(column))
			),
			_ => "leave such rows out with --drop-small-cells, or lower the floor with --min-cell (in a policy: floor, \
			      below which they are left out)"
				.to_owned(),
		}
	}
}
