//! The dealers' rows and vectors for a task, and the same statistic over their pooled rows.
//!
//! A dealer's vector is made in one of these [ways](Way): its rows are checked, and what is wrong with them is an error, by a policy's
//! limits too if there are some; or they are made to fit its policy, and whatever they are, there is a vector.

use crate::{
	data::{Book, Cells, Dealer, Fits, Limits, Table},
	error::Error,
	escape::escaped,
	floor::{self, Finding, Rules, Tally, What},
	groups,
	words::counted,
};
use ostraka_crypto::Scalar;
use ostraka_primitives::spec::{Statistic, TaskSpec};
use ostraka_protocol::statistics::{
	plaintext, plaintext_contributors, EncodeError, Encoded, Encoder, Outcome, PlaintextError, Rows,
};

/// How dealers encode rows that are checked.
#[derive(Clone, Debug, Default)]
pub struct Encoding {
	/// Round values to their column's decimals instead of refusing longer ones.
	pub round: bool,
	/// Fewest rows that a dealer's numbers may single out ([`crate::floor`]); 0 and 1 are no floor.
	pub min_cell: u64,
	/// Leave rows out that would be singled out, instead of refusing them.
	pub drop_small_cells: bool,
	/// Columns that may have one value in all rows.
	pub constants: Vec<String>,
}

/// How rows are made to fit a dealer's policy ([`crate::policy`]).
#[derive(Clone, Debug, Default)]
pub struct Fitting {
	/// Between what each column's values lie, by place in the spec.
	pub limits: Vec<Limits>,
	/// Fewest rows that the dealer's numbers may single out.
	pub floor: u64,
	/// Columns that may have one value in all rows.
	pub constants: Vec<String>,
}

impl Fitting {
	/// The group-by that a task comes to, as each of its bins holds one of the few values that its column can have.
	pub fn bins_as_groups(&self, spec: &TaskSpec) -> Option<TaskSpec> {
		let limits = self.limits.first()?;
		groups::of_bins(spec, &groups::between(limits.min, limits.max)?)
	}
}

/// How a dealer's vector is made.
#[derive(Clone, Copy, Debug)]
pub enum Way<'a> {
	/// What is wrong with the rows is an error.
	Checked(&'a Encoding),
	/// The same, and so is a value outside these limits, by place of its column in the spec: a policy's.
	Held(&'a Encoding, &'a [Limits]),
	/// Whatever the rows are, there is a vector: of zeros, where nothing is left.
	Fitted(&'a Fitting),
}

impl<'a> Way<'a> {
	fn cells(self) -> Cells<'a> {
		match self {
			Self::Checked(encoding) => Cells::Checked { round: encoding.round, limits: &[] },
			Self::Held(encoding, limits) => Cells::Checked { round: encoding.round, limits },
			Self::Fitted(fitting) => Cells::Fitted(&fitting.limits),
		}
	}

	fn rules(self) -> Rules<'a> {
		match self {
			Self::Checked(Encoding { min_cell, constants, .. })
			| Self::Held(Encoding { min_cell, constants, .. }, _) => Rules { floor: *min_cell, constants },
			Self::Fitted(Fitting { floor, constants, .. }) => Rules { floor: *floor, constants },
		}
	}

	/// Whether what would be singled out is left out.
	fn strikes(self) -> bool {
		match self {
			Self::Checked(encoding) | Self::Held(encoding, _) => encoding.drop_small_cells,
			Self::Fitted(_) => true,
		}
	}
}

/// A dealer's vector, and how it came about.
pub struct Prepared {
	/// The vector.
	pub encoded: Encoded,
	/// Cells that were not as they were declared.
	pub fits: Fits,
	/// Rows beyond the most that the dealer has dealt of.
	pub beyond: u64,
	/// What would have been singled out, and was left out.
	pub struck: Vec<Finding>,
	/// The group-by that the task comes to, as each of its bins holds one value of its column.
	pub as_groups: Option<TaskSpec>,
}

/// A dealer's part in a task.
pub struct Input {
	/// The rows that it encodes, if they are kept.
	pub rows: Rows,
	/// Its vector.
	pub encoded: Encoded,
	tally: Tally,
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

	/// Says how many dealers would not deal with that floor, and why.
	pub fn small_note(&self, spec: &TaskSpec, floor: u64) -> Option<String> {
		if spec.statistic == Statistic::Contributors {
			return None;
		}
		let rules = Rules { floor, constants: &[] };
		let (mut few, mut singled, mut constant) = (0, 0, 0);
		for (_, input) in &self.parts {
			let found = input.tally.findings(spec, &rules);
			if input.encoded.per_group_rows.iter().any(|rows| (1..floor).contains(rows)) {
				few += 1;
			} else if found.iter().any(|finding| !matches!(finding.what, What::Constant { .. })) {
				singled += 1;
			} else if !found.is_empty() {
				constant += 1;
			}
		}
		let of_all = |number: usize| format!("{number} of {}", counted(self.parts.len(), "dealer"));
		let mut notes = Vec::new();
		if few > 0 {
			let where_ = if spec.group_by.is_some() { " in a group" } else { "" };
			notes.push(format!(
				"{} with fewer than {floor} rows{where_}: `ostraka deal` refuses those unless its --min-cell is \
				 lowered or --drop-small-cells leaves them out",
				of_all(few)
			));
		}
		if singled > 0 {
			notes.push(format!(
				"{} whose numbers would single out less than {floor} rows (bins, products, columns of few values): \
				 `ostraka deal` refuses those as well",
				of_all(singled)
			));
		}
		if constant > 0 {
			notes.push(format!(
				"{} with one value in all rows of a column, by which it could be told from the others: `ostraka deal` \
				 refuses those unless --allow-constant names the column",
				of_all(constant)
			));
		}
		(!notes.is_empty()).then(|| notes.join("; "))
	}
}

/// The vector of the one dealer of a book, whose rows are checked.
///
/// # Errors
/// `Data`, `Encode`, `Floor`.
pub fn own(
	book: &Book,
	table: &Table,
	spec: &TaskSpec,
	encoding: &Encoding,
) -> Result<Encoded, Error> {
	Ok(prepare(book, table, spec, Way::Checked(encoding))?.encoded)
}

/// The vector of the one dealer of a book. Its rows are encoded as they are read, and none is kept.
///
/// # Errors
/// `Data`, `Encode`, `Floor`. Of rows that are [made to fit](Way::Fitted) only what the spec, the file's form and its header
/// have wrong is an error, never a cell or a number of rows.
pub fn prepare(
	book: &Book,
	table: &Table,
	spec: &TaskSpec,
	way: Way<'_>,
) -> Result<Prepared, Error> {
	let (mut made, fits) = encode_all(book, table, spec, way, false)?;
	let (dealer, made) =
		made.pop().ok_or_else(|| Error::Failed("there is no dealer".to_owned()))?;
	let Made { encoded, tally, struck, .. } =
		made.map_err(|refused| refused.of(dealer, table, way))?;
	let as_groups = match way {
		// a refusal must not follow from the rows
		Way::Fitted(fitting) => fitting.bins_as_groups(spec),
		Way::Checked(_) | Way::Held(..) => groups::of_declared_bins(spec)
			.or_else(|| groups::of_bins(spec, &tally.values_in_bins()?)),
	};
	Ok(Prepared { encoded, fits, beyond: book.left_out(), struck, as_groups })
}

/// All dealers' parts in a task, with their rows, to hold a result against.
///
/// # Errors
/// `Data`, `Encode`, `Floor`.
pub fn inputs<'a>(
	book: &'a Book,
	table: &Table,
	spec: &TaskSpec,
	encoding: &Encoding,
) -> Result<Inputs<'a>, Error> {
	let mut inputs =
		Inputs { parts: Vec::new(), idle: Vec::new(), skipped_missing: 0, skipped_small_cell: 0 };
	let way = Way::Checked(encoding);
	for (dealer, made) in encode_all(book, table, spec, way, true)?.0 {
		match made {
			Ok(Made { encoded, tally, rows, .. }) => {
				inputs.skipped_missing += encoded.skipped_missing;
				inputs.skipped_small_cell += encoded.skipped_small_cell;
				inputs.parts.push((dealer, Input { rows, encoded, tally }));
			},
			// the others do without it
			Err(Refused::Encode(EncodeError::NoRows { skipped_missing, .. })) => {
				inputs.skipped_missing += skipped_missing;
				inputs.idle.push(dealer);
			},
			Err(refused) => return Err(refused.of(dealer, table, way)),
		}
	}
	Ok(inputs)
}

/// What was made of a dealer's rows.
struct Made {
	rows: Rows,
	encoded: Encoded,
	tally: Tally,
	struck: Vec<Finding>,
}

/// Why nothing was made of them.
enum Refused {
	Encode(EncodeError),
	Floor(Finding),
}

impl From<EncodeError> for Refused {
	fn from(error: EncodeError) -> Self {
		Self::Encode(error)
	}
}

impl Refused {
	fn of(self, dealer: &Dealer, table: &Table, way: Way<'_>) -> Error {
		let dealer = dealer.name.clone();
		match self {
			Self::Encode(error) => Error::Encode { dealer, error, advice: table.advice() },
			Self::Floor(finding) => Error::Floor { dealer, finding, floor: way.rules().floor },
		}
	}
}

type OfAll<'a> = Vec<(&'a Dealer, Result<Made, Refused>)>;

/// Encodes every dealer's rows, in one reading of the file.
fn encode_all<'a>(
	book: &'a Book,
	table: &Table,
	spec: &TaskSpec,
	way: Way<'_>,
	keeps_rows: bool,
) -> Result<(OfAll<'a>, Fits), Error> {
	let wrong = |dealer: &Dealer, error| Error::encode(&dealer.name, error, table.advice());
	let mut parts = Vec::new();
	for dealer in &book.dealers {
		let encoder = Encoder::new(spec).map_err(|error| wrong(dealer, error))?;
		parts.push((dealer, encoder, Tally::new(spec), Rows::new(spec)));
	}
	let fits = book.for_each_row(table, spec, way.cells(), |owner, row| {
		let Some((dealer, encoder, tally, rows)) = parts.get_mut(owner) else { return Ok(()) };
		tally.push(row);
		let kept = if keeps_rows { rows.push(row.values, row.group) } else { Ok(()) };
		kept.and_then(|()| encoder.push(row)).map_err(|error| wrong(dealer, error))
	})?;
	let finish = |(dealer, encoder, tally, rows)| (dealer, finish(spec, encoder, tally, rows, way));
	Ok((parts.into_iter().map(finish).collect(), fits))
}

/// The vector of all rows of a dealer, held against the floor.
fn finish(
	spec: &TaskSpec,
	mut encoder: Encoder<'_>,
	tally: Tally,
	rows: Rows,
	way: Way<'_>,
) -> Result<Made, Refused> {
	let rules = way.rules();
	if way.strikes() {
		encoder.strike_small_cells(rules.floor);
	}
	let mut encoded = match (encoder.finish(rules.floor), way) {
		(Err(EncodeError::NoRows { skipped_missing, skipped_other_group }), Way::Fitted(_)) => {
			Encoded {
				vector: vec![Scalar::from(0u8); spec.length() as usize].into(),
				used: 0,
				skipped_missing,
				skipped_other_group,
				skipped_small_cell: tally.rows(),
				per_group_rows: vec![0; spec.groups() as usize],
			}
		},
		(made, _) => made?,
	};
	let found = tally.findings(spec, &rules);
	if !way.strikes() {
		return match found.into_iter().next() {
			Some(finding) => Err(Refused::Floor(finding)),
			None => Ok(Made { rows, encoded, tally, struck: Vec::new() }),
		};
	}
	strike(spec, &mut encoded, &found);
	if encoded.used == 0 && !matches!(way, Way::Fitted(_)) {
		let Encoded { skipped_missing, skipped_other_group, .. } = encoded;
		return Err(EncodeError::NoRows { skipped_missing, skipped_other_group }.into());
	}
	let rows = match encoded.skipped_small_cell {
		0 => rows,
		_ => without_struck(spec, &rows, &tally, &encoded, &found)?,
	};
	Ok(Made { rows, encoded, tally, struck: found })
}

/// Leaves out what was found: bins alone, of everything else all of its cell.
fn strike(spec: &TaskSpec, encoded: &mut Encoded, found: &[Finding]) {
	let length = spec.length_of_group() as usize;
	for finding in found {
		let Some(of_cell) = encoded.per_group_rows.get_mut(finding.cell) else { continue };
		let (from, entries, rows) = match finding.entry.filter(|_| finding.is_of_bin()) {
			// a cell that is struck already has no rows left
			Some(bin) => (bin, 1, finding.rows.min(*of_cell)),
			None => (0, length, *of_cell),
		};
		let entries = encoded.vector.iter_mut().skip(finding.cell * length + from).take(entries);
		entries.for_each(|entry| *entry = Scalar::from(0u8));
		*of_cell = of_cell.saturating_sub(rows);
		encoded.used = encoded.used.saturating_sub(rows);
		encoded.skipped_small_cell = encoded.skipped_small_cell.saturating_add(rows);
	}
}

/// The rows without those that are left out.
fn without_struck(
	spec: &TaskSpec,
	rows: &Rows,
	tally: &Tally,
	encoded: &Encoded,
	found: &[Finding],
) -> Result<Rows, EncodeError> {
	let mut kept = Rows::new(spec);
	for row in rows.iter() {
		let is_struck = tally.cell(row).is_some_and(|cell| {
			let bin = row
				.values
				.first()
				.copied()
				.flatten()
				.map(|value| floor::bin_of(&spec.edges, value));
			let in_bin = |finding: &Finding| {
				finding.cell == cell && finding.is_of_bin() && finding.entry == bin
			};
			encoded.per_group_rows.get(cell) == Some(&0) || found.iter().any(in_bin)
		});
		if !is_struck {
			kept.push(row.values, row.group)?;
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
	use ostraka_protocol::statistics::encode;

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
		let inputs = inputs(&book, &table, &spec, &encoding).expect("encoded");
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
		let table = table("who,x,g\na,1,p\na,2,p\na,4,p\na,5,q\n");
		let book = Book::split(&table, "who", None).expect("one dealer");
		let spec = build(&request(), Some(&table), false).expect("valid");
		let encoding = Encoding { min_cell: 2, ..Default::default() };
		let refused = own(&book, &table, &spec, &encoding).expect_err("one row of q").to_string();
		assert!(refused.contains("group q has 1 row, fewer than the floor of 2"), "{refused}");
		let encoding = Encoding { drop_small_cells: true, ..encoding };
		let all = inputs(&book, &table, &spec, &encoding).expect("encoded");
		let (_, input) = &all.parts[0];
		assert_eq!((input.encoded.used, all.skipped_small_cell, all.skipped_missing), (3, 1, 0));
		assert_eq!(input.encoded.per_group_rows, [3, 0]);
		let again = encode(&spec, input.rows.iter(), 1).expect("encoded");
		assert_eq!(again.vector, input.encoded.vector);
		let alone = own(&book, &table, &spec, &encoding).expect("encoded");
		assert_eq!(alone.vector, input.encoded.vector);
	}

	#[test]
	fn a_dealer_is_not_told_of_the_requesters_flags() {
		let error = || EncodeError::TooManyRows { row: 3, max_rows: 2 };
		assert!(Error::encode("a", error(), Advice::Requester).to_string().contains("--max-rows"));
		assert!(!Error::encode("a", error(), Advice::Dealer).to_string().contains("--max-rows"));
	}
}
