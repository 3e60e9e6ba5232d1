//! Distinct values of a column, counted as long as they are few.

use alloc::vec::Vec;
use zeroize::{Zeroize, Zeroizing};

/// The distinct values of a column and their rows, up to so many. Secret; wiped on drop, and where it grows.
pub(super) struct Values {
	most: usize,
	/// Rising.
	values: Zeroizing<Vec<i64>>,
	rows: Zeroizing<Vec<u64>>,
	/// Place of the value of the last row: rows that follow one another are often alike.
	last: usize,
	is_over: bool,
}

impl Values {
	/// Tells up to `most` values apart.
	pub fn new(most: usize) -> Self {
		let (values, rows) = (Zeroizing::new(Vec::new()), Zeroizing::new(Vec::new()));
		Self { most, values, rows, last: 0, is_over: false }
	}

	/// Counts a row.
	pub fn push(&mut self, value: i64) {
		if self.is_over {
			return;
		}
		if self.values.get(self.last) != Some(&value) {
			match self.values.binary_search(&value) {
				Ok(place) => self.last = place,
				Err(place) => {
					if self.values.len() == self.most {
						// what was counted is of no use any more
						let most = self.most;
						*self = Self::new(most);
						self.is_over = true;
						return;
					}
					insert(&mut self.values, place, value);
					insert(&mut self.rows, place, 0);
					self.last = place;
				},
			}
		}
		if let Some(rows) = self.rows.get_mut(self.last) {
			*rows = rows.saturating_add(1);
		}
	}

	/// Rows of each value; `None` if there are more values than are told apart.
	pub fn rows(&self) -> Option<&[u64]> {
		(!self.is_over).then_some(self.rows.as_slice())
	}

	/// The values, rising; `None` if there are more than are told apart.
	pub fn values(&self) -> Option<&[i64]> {
		(!self.is_over).then_some(self.values.as_slice())
	}
}

/// Inserts into a list that leaves no copy behind where it grows.
fn insert<T: Copy + Zeroize>(list: &mut Zeroizing<Vec<T>>, place: usize, item: T) {
	if list.len() == list.capacity() {
		let mut larger = Zeroizing::new(Vec::with_capacity((2 * list.capacity()).max(4)));
		larger.extend_from_slice(list);
		*list = larger;
	}
	list.insert(place, item);
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn values_are_counted_while_they_are_few() {
		let mut values = Values::new(3);
		for value in [5, 5, -1, 5, 9, 9, -1] {
			values.push(value);
		}
		assert_eq!(values.values(), Some(&[-1, 5, 9][..]));
		assert_eq!(values.rows(), Some(&[2, 3, 2][..]));
		values.push(0);
		assert_eq!((values.rows(), values.values()), (None, None));
		values.push(5);
		assert_eq!(values.rows(), None);
	}

	#[test]
	fn many_values_are_told_apart() {
		let mut values = Values::new(100);
		(0..300).for_each(|i| values.push(i * 37 % 100));
		assert_eq!(values.rows(), Some(&[3; 100][..]));
	}
}
