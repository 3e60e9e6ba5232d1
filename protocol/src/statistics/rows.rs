//! Rows as the statistics take them: fixed-point values and a group's name.

use super::error::EncodeError;
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{
	fmt,
	ops::{Deref, DerefMut},
};
use ostraka_primitives::spec::{Name, TaskSpec};
use zeroize::{optimization_barrier, Zeroizing};

/// One row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
	/// The values of [`TaskSpec::all_columns`], in their order and units; `None` is a missing value.
	pub values: &'a [Option<i64>],
	/// The text of the group column; `None` if missing, or if the task has no groups.
	pub group: Option<&'a str>,
}

/// Cells of rows, of which nothing is left in memory that is freed, as long as no more are put in than it was made for.
///
/// Not `Zeroizing`: that writes `None` over a cell in the end, and a `None` has the bytes of a value too, which are then what the
/// stack held there before: a value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cells(Vec<Option<i64>>);

impl Cells {
	/// None yet, with room for so many.
	pub fn with_capacity(room: usize) -> Self {
		Self(Vec::with_capacity(room))
	}
}

impl Deref for Cells {
	type Target = Vec<Option<i64>>;

	fn deref(&self) -> &Self::Target {
		&self.0
	}
}

impl DerefMut for Cells {
	fn deref_mut(&mut self) -> &mut Self::Target {
		&mut self.0
	}
}

impl Drop for Cells {
	fn drop(&mut self) {
		let room = self.0.capacity();
		self.0.clear();
		self.0.resize(room, Some(0));
		optimization_barrier(self.0.as_slice());
	}
}

/// A table of rows of one width. Secret: nothing of it is left in memory that is freed, also where it grew.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Rows {
	width: usize,
	values: Cells,
	groups: Zeroizing<Vec<Option<String>>>,
}

impl Rows {
	/// An empty table of the width that a spec's rows have.
	pub fn new(spec: &TaskSpec) -> Self {
		Self { width: spec.all_columns().count(), ..Self::default() }
	}

	/// Adds a row.
	///
	/// # Errors
	/// [`EncodeError::RowWidth`] if it has another number of values than the table.
	pub fn push(&mut self, values: &[Option<i64>], group: Option<&str>) -> Result<(), EncodeError> {
		if values.len() != self.width {
			let row = self.groups.len() as u64 + 1;
			return Err(EncodeError::RowWidth { row, expected: self.width, found: values.len() });
		}
		if self.values.capacity() - self.values.len() < values.len() {
			// a vector that grows by itself leaves its old, unwiped copy behind
			let room = (2 * self.values.capacity()).max(self.values.len() + values.len());
			let mut larger = Cells::with_capacity(room);
			larger.extend_from_slice(&self.values);
			self.values = larger;
		}
		self.values.extend_from_slice(values);
		// names stay where they are when their list grows
		self.groups.push(group.map(ToOwned::to_owned));
		Ok(())
	}

	/// Number of rows.
	pub fn len(&self) -> usize {
		self.groups.len()
	}

	/// Whether there are no rows.
	pub fn is_empty(&self) -> bool {
		self.groups.is_empty()
	}

	/// The rows in order.
	pub fn iter(&self) -> impl Iterator<Item = Row<'_>> + Clone {
		self.groups.iter().enumerate().map(|(i, group)| Row {
			values: self.values.get(i * self.width..(i + 1) * self.width).unwrap_or_default(),
			group: group.as_deref(),
		})
	}
}

/// Shows no value, and not how many rows there are: they are what nobody is to see.
impl fmt::Debug for Rows {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Rows").field("width", &self.width).finish_non_exhaustive()
	}
}

/// What becomes of a row.
pub(super) enum Use {
	/// It counts in the cell of that index; its values are complete.
	Cell(usize),
	/// A value or its group is missing.
	Missing,
	/// Its group is not one of the spec's.
	OtherGroup,
}

/// Decides what becomes of a row, and puts its values into `values`.
pub(super) fn classify(spec: &TaskSpec, row: Row<'_>, values: &mut Vec<i64>) -> Use {
	let cell = match (&spec.group_by, row.group) {
		(None, _) => 0,
		(Some(_), None) => return Use::Missing,
		(Some(grouping), Some(name)) => {
			match grouping.groups.iter().position(|group| group.as_slice() == name.as_bytes()) {
				Some(cell) => cell,
				None => return Use::OtherGroup,
			}
		},
	};
	values.clear();
	values.extend(row.values.iter().flatten());
	if values.len() == row.values.len() {
		Use::Cell(cell)
	} else {
		Use::Missing
	}
}

/// A spec's name as text. A valid spec's names are UTF-8.
pub(super) fn text(name: &Name) -> String {
	String::from_utf8_lossy(name).into_owned()
}
