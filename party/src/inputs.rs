//! The dealers' rows and vectors for a task, and the same statistic over their pooled rows.

use crate::{
	data::{Book, Dealer, Table},
	error::Error,
	escape::escaped,
	request::text,
	words::counted,
};
use ostraka_primitives::spec::{Statistic, TaskSpec};
use ostraka_protocol::statistics::{
	encode, plaintext, plaintext_contributors, EncodeError, Encoded, Encoder, Outcome,
	PlaintextError, Rows,
};

/// How dealers encode their rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Encoding {
	/// Round values to their column's decimals instead of refusing longer ones.
	pub round: bool,
	/// Fewest rows that a dealer may have in a group, or at all without groups.
	pub min_cell: u64,
	/// Leave rows of smaller groups out instead of refusing them.
	pub drop_small_cells: bool,
}

/// A dealer's part in a task.
pub struct Input {
	/// The rows that it encodes, if they are kept.
	pub rows: Rows,
	/// Its vector.
	pub encoded: Encoded,
}

/// All dealers' parts in a task.
pub struct Inputs<'a> {
	/// The parts. A dealer that has no row for the task has none.
	pub parts: Vec<(&'a Dealer, Input)>,
	/// The dealers without a part.
	pub idle: Vec<&'a Dealer>,
	/// Rows left out for a missing value, those of dealers without a part too.
	pub skipped_missing: u64,
	/// Rows left out as of a cell with fewer than the floor.
	pub skipped_small_cell: u64,
}

impl Inputs<'_> {
	/// Says which dealers have no part; nothing if all have one.
	pub fn idle_note(&self) -> Option<String> {
		const MOST: usize = 10;
		if self.idle.is_empty() {
			return None;
		}
		let names: Vec<_> =
			self.idle.iter().take(MOST).map(|dealer| escaped(&dealer.name)).collect();
		let more = match self.idle.len().checked_sub(MOST) {
			None | Some(0) => String::new(),
			Some(more) => format!(" and {more} more"),
		};
		let dealers = counted(self.idle.len(), "dealer");
		Some(format!("{dealers} without a row that can be used: {}{more}", names.join(", ")))
	}

	/// Says how many dealers have cells with fewer rows than a floor, which they would refuse to deal.
	pub fn small_note(&self, spec: &TaskSpec, floor: u64) -> Option<String> {
		if spec.statistic == Statistic::Contributors {
			return None;
		}
		let is_small = |input: &Input| {
			input.encoded.per_group_rows.iter().any(|rows| (1..floor).contains(rows))
		};
		let small = self.parts.iter().filter(|(_, input)| is_small(input)).count();
		(small > 0).then(|| {
			let where_ = if spec.group_by.is_some() { " in a group" } else { "" };
			format!(
				"{small} of {} with fewer than {floor} rows{where_}: `ostraka deal` refuses those unless its --min-cell is \
				 lowered or --drop-small-cells leaves them out",
				counted(self.parts.len(), "dealer")
			)
		})
	}
}

/// The vector of the one dealer of a book. Its rows are encoded as they are read, and none is kept.
///
/// # Errors
/// `Data`, `Encode`.
pub fn own(
	book: &Book,
	table: &Table,
	spec: &TaskSpec,
	encoding: Encoding,
) -> Result<Encoded, Error> {
	let mut made = encode_all(book, table, spec, encoding, false)?;
	let (dealer, made) =
		made.pop().ok_or_else(|| Error::Failed("there is no dealer".to_owned()))?;
	let made = made.map_err(|error| Error::encode(&dealer.name, error, table.advice()))?;
	Ok(made.encoded)
}

/// All dealers' parts in a task, with their rows, to hold a result against.
///
/// # Errors
/// `Data`, `Encode`.
pub fn inputs<'a>(
	book: &'a Book,
	table: &Table,
	spec: &TaskSpec,
	encoding: Encoding,
) -> Result<Inputs<'a>, Error> {
	let mut inputs =
		Inputs { parts: Vec::new(), idle: Vec::new(), skipped_missing: 0, skipped_small_cell: 0 };
	for (dealer, made) in encode_all(book, table, spec, encoding, true)? {
		match made {
			Ok(input) => {
				inputs.skipped_missing += input.encoded.skipped_missing;
				inputs.skipped_small_cell += input.encoded.skipped_small_cell;
				inputs.parts.push((dealer, input));
			},
			// the others do without it
			Err(EncodeError::NoRows { skipped_missing, .. }) => {
				inputs.skipped_missing += skipped_missing;
				inputs.idle.push(dealer);
			},
			Err(error) => return Err(Error::encode(&dealer.name, error, table.advice())),
		}
	}
	Ok(inputs)
}

type Made<'a> = Vec<(&'a Dealer, Result<Input, EncodeError>)>;

/// Encodes every dealer's rows, in one reading of the file.
fn encode_all<'a>(
	book: &'a Book,
	table: &Table,
	spec: &TaskSpec,
	encoding: Encoding,
	keeps_rows: bool,
) -> Result<Made<'a>, Error> {
	let Encoding { round, min_cell, drop_small_cells } = encoding;
	let wrong = |dealer: &Dealer, error| Error::encode(&dealer.name, error, table.advice());
	let mut parts = Vec::new();
	for dealer in &book.dealers {
		let encoder = Encoder::new(spec).map_err(|error| wrong(dealer, error))?;
		parts.push((dealer, encoder, Rows::new(spec)));
	}
	book.for_each_row(table, spec, round, |owner, row| {
		let Some((dealer, encoder, rows)) = parts.get_mut(owner) else { return Ok(()) };
		let kept = if keeps_rows { rows.push(row.values, row.group) } else { Ok(()) };
		kept.and_then(|()| encoder.push(row)).map_err(|error| wrong(dealer, error))
	})?;
	let finish = |(dealer, mut encoder, mut rows): (&'a Dealer, Encoder<'_>, Rows)| {
		if drop_small_cells {
			encoder.strike_small_cells(min_cell);
		}
		let made = encoder.finish(min_cell).and_then(|encoded| {
			if encoded.skipped_small_cell > 0 && keeps_rows {
				rows = without_small_cells(spec, &rows, min_cell)?;
			}
			Ok(Input { rows, encoded })
		});
		(dealer, made)
	};
	Ok(parts.into_iter().map(finish).collect())
}

/// The rows without those of cells below the floor: their group is struck, which leaves them out.
fn without_small_cells(spec: &TaskSpec, rows: &Rows, min_cell: u64) -> Result<Rows, EncodeError> {
	let counts = encode(spec, rows.iter(), 1)?.per_group_rows;
	let groups: Vec<String> =
		spec.group_by.iter().flat_map(|grouping| grouping.groups.iter().map(text)).collect();
	let is_small = |group: &str| {
		let place = groups.iter().position(|name| name == group);
		place.and_then(|place| counts.get(place)).is_some_and(|count| *count < min_cell)
	};
	let mut kept = Rows::new(spec);
	for row in rows.iter() {
		let group = row.group.filter(|group| !is_small(group));
		// without groups all rows are the one cell, and none is kept
		if group.is_some() || spec.group_by.is_some() {
			kept.push(row.values, group)?;
		}
	}
	Ok(kept)
}

/// The statistic over pooled rows in the clear.
///
/// # Errors
/// See [`PlaintextError`].
pub fn pooled(spec: &TaskSpec, rows: &[&Rows], min_cell: u64) -> Result<Outcome, PlaintextError> {
	if spec.statistic == Statistic::Contributors {
		return plaintext_contributors(spec, rows.iter().map(|rows| rows.iter()), min_cell);
	}
	plaintext(spec, rows.iter().flat_map(|rows| rows.iter()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		advice::Advice,
		request::{build, StatisticName, StatisticRequest},
	};

	fn request() -> StatisticRequest {
		StatisticRequest {
			statistic: Some(StatisticName::Mean),
			columns: vec!["x".to_owned()],
			group_by: Some("g".to_owned()),
			max_rows: 9,
			..Default::default()
		}
	}

	fn table(text: &str) -> Table {
		Table::parse("data.csv", text.as_bytes()).expect("well-formed")
	}

	#[test]
	fn a_dealer_without_values_has_no_part_and_its_rows_are_counted() {
		let table = table("who,x,g\na,1,p\nb,NA,p\nb,,p\nc,3,p\nc,4,\n");
		let book = Book::split(&table, "who", None).expect("three dealers");
		let spec = build(&request(), Some(&table), false).expect("valid");
		let encoding = Encoding { min_cell: 1, ..Default::default() };
		let inputs = inputs(&book, &table, &spec, encoding).expect("encoded");
		assert_eq!((inputs.parts.len(), inputs.skipped_missing), (2, 3));
		assert_eq!(
			inputs.idle_note().as_deref(),
			Some("1 dealer without a row that can be used: b")
		);
		let small = inputs.small_note(&spec, 3).expect("one row each");
		assert!(small.contains("2 of 2 dealers with fewer than 3 rows in a group"), "{small}");
		assert_eq!(inputs.small_note(&spec, 1), None);
	}

	#[test]
	fn small_cells_are_refused_or_struck() {
		let table = table("who,x,g\na,1,p\na,2,p\na,5,q\n");
		let book = Book::split(&table, "who", None).expect("one dealer");
		let spec = build(&request(), Some(&table), false).expect("valid");
		let encoding = Encoding { min_cell: 2, ..Default::default() };
		let refused = own(&book, &table, &spec, encoding).expect_err("one row of q").to_string();
		assert!(refused.contains("group q has 1 row, fewer than the floor of 2"), "{refused}");
		let encoding = Encoding { drop_small_cells: true, ..encoding };
		let all = inputs(&book, &table, &spec, encoding).expect("encoded");
		let (_, input) = &all.parts[0];
		assert_eq!((input.encoded.used, all.skipped_small_cell, all.skipped_missing), (2, 1, 0));
		assert_eq!(input.encoded.per_group_rows, [2, 0]);
		let again = encode(&spec, input.rows.iter(), 1).expect("encoded");
		assert_eq!(again.vector, input.encoded.vector);
		let alone = own(&book, &table, &spec, encoding).expect("encoded");
		assert_eq!(alone.vector, input.encoded.vector);
	}

	#[test]
	fn a_dealer_is_not_told_of_the_requesters_flags() {
		let error = || EncodeError::TooManyRows { row: 3, max_rows: 2 };
		assert!(Error::encode("a", error(), Advice::Requester).to_string().contains("--max-rows"));
		assert!(!Error::encode("a", error(), Advice::Dealer).to_string().contains("--max-rows"));
	}
}
