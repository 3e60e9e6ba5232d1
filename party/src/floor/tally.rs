//! What is remembered of a dealer's rows to know what its vector would single out: counts, and a few values.

use super::{
	entries::{factors, has_bins, is_counted, most_values, Factors, MOST_BINS},
	finding::{Finding, What},
	values::Values,
};
use crate::spec::text;
use alloc::{collections::BTreeMap, format, string::String, vec, vec::Vec};
use ostraka_crypto::Scalar;
use ostraka_primitives::spec::{Name, TaskSpec};
use ostraka_protocol::statistics::{named_sums, Row};
use zeroize::Zeroizing;

/// What a dealer's vector may not single out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules<'a> {
	/// Fewest rows; 0 and 1 are no floor.
	pub floor: u64,
	/// Columns that may have one value in all rows.
	pub constants: &'a [String],
}

/// Counts over a dealer's rows. It grows with the spec, not with the rows.
pub struct Tally {
	columns: usize,
	groups: Option<BTreeMap<Vec<u8>, usize>>,
	factors: Vec<Factors>,
	edges: Vec<i64>,
	/// Place of the weight.
	weight: Option<usize>,
	is_counted: bool,
	cells: Vec<Cell>,
}

/// Counts over the rows of a cell.
struct Cell {
	rows: u64,
	/// Distinct values, by column.
	values: Vec<Values>,
	/// Rows with a term that is not zero, by entry; of bins the rows in each.
	support: Vec<u64>,
}

impl Tally {
	/// Begins without rows.
	pub fn new(spec: &TaskSpec) -> Self {
		let columns = spec.all_columns().count();
		let (is_counted, most) = (is_counted(spec.statistic), most_values(spec));
		let tracked = if is_counted { 0 } else { columns };
		let cell = || Cell {
			rows: 0,
			values: (0..tracked).map(|_| Values::new(most)).collect(),
			support: vec![0; if is_counted { 0 } else { spec.length_of_group() as usize }],
		};
		let groups = spec
			.group_by
			.as_ref()
			.map(|grouping| grouping.groups.iter().map(|name| name.to_vec()).zip(0..).collect());
		Self {
			columns,
			groups,
			factors: factors(spec),
			edges: if has_bins(spec.statistic) { spec.edges.to_vec() } else { Vec::new() },
			weight: spec.weight.as_ref().and(columns.checked_sub(1)),
			is_counted,
			cells: (0..spec.groups()).map(|_| cell()).collect(),
		}
	}

	/// Place of the cell in which a row counts; `None` if it does not: a value or its group is missing, or its group is not
	/// one of the task's.
	pub fn cell(&self, row: Row<'_>) -> Option<usize> {
		let cell = match (&self.groups, row.group) {
			(None, _) => 0,
			(Some(_), None) => return None,
			(Some(groups), Some(name)) => *groups.get(name.as_bytes())?,
		};
		let is_whole = row.values.len() == self.columns && row.values.iter().all(Option::is_some);
		is_whole.then_some(cell)
	}

	/// Counts a row.
	pub fn push(&mut self, row: Row<'_>) {
		let place = self.cell(row);
		let Some(cell) = place.and_then(|place| self.cells.get_mut(place)) else { return };
		cell.rows = cell.rows.saturating_add(1);
		if self.is_counted {
			return;
		}
		let value = |place: usize| row.values.get(place).copied().flatten().unwrap_or_default();
		// a row without weight adds nothing of its other columns
		let is_weightless = self.weight.is_some_and(|weight| value(weight) == 0);
		for (column, values) in cell.values.iter_mut().enumerate() {
			if !is_weightless || self.weight == Some(column) {
				values.push(value(column));
			}
		}
		if !self.edges.is_empty() {
			let bin = bin_of(&self.edges, value(0));
			if let Some(rows) = cell.support.get_mut(bin) {
				*rows = rows.saturating_add(1);
			}
			return;
		}
		let is_zero = |factor: &Option<usize>| factor.is_some_and(|place| value(place) == 0);
		for (rows, factors) in cell.support.iter_mut().zip(&self.factors) {
			*rows = rows.saturating_add(u64::from(!factors.iter().any(is_zero)));
		}
	}

	/// Rows that count, of all cells.
	pub fn rows(&self) -> u64 {
		self.cells.iter().map(|cell| cell.rows).fold(0, u64::saturating_add)
	}

	/// What the vector would single out: first what is wrong with whole cells, then bins. Nothing of a cell with fewer rows
	/// than the floor, which is small itself.
	pub fn findings(&self, spec: &TaskSpec, rules: &Rules<'_>) -> Vec<Finding> {
		let mut found = Vec::new();
		if rules.floor <= 1 || self.is_counted {
			return found;
		}
		let names: Vec<&Name> = spec.all_columns().map(|column| &column.name).collect();
		let name = |place: usize| names.get(place).map_or_else(String::new, |name| text(name));
		let entries = entry_names(spec);
		let entry = |place: usize| entries.get(place).cloned().unwrap_or_default();
		let groups = spec.group_by.as_ref();
		for (place, cell) in self.cells.iter().enumerate() {
			if cell.rows < rules.floor {
				continue;
			}
			let group = groups.and_then(|grouping| grouping.groups.get(place)).map(text);
			let finding = |entry, rows, what| Finding {
				cell: place,
				group: group.clone(),
				entry,
				rows,
				what,
			};
			let is_small = |rows: u64| (1..rules.floor).contains(&rows);
			// the weight first: where it is small, all that it weights is
			let is_unweighted = self.weight.is_some() && cell.support.first() < Some(&rules.floor);
			let others = (0..cell.values.len()).filter(|column| self.weight != Some(*column));
			let others = others.filter(|_| !is_unweighted);
			for column in self.weight.into_iter().chain(others) {
				let Some(rows) = cell.values.get(column).and_then(Values::rows) else { continue };
				let column = name(column);
				match rows {
					[all] if !rules.constants.contains(&column) => {
						found.push(finding(None, *all, What::Constant { column }));
					},
					// a bin is looked at as such
					_ if !self.edges.is_empty() => {},
					_ => {
						let few = rows.iter().copied().filter(|rows| is_small(*rows)).min();
						let what = What::Value { column, values: rows.len() };
						found.extend(few.map(|few| finding(None, few, what)));
					},
				}
			}
			for (at, rows) in cell.support.iter().enumerate().filter(|(_, rows)| is_small(**rows)) {
				let what = match self.factors.get(at) {
					Some(factors) => {
						let columns = columns_of(factors, name);
						What::Sum { name: entry(at), columns }
					},
					None => What::Bin { column: name(0), bin: entry(at) },
				};
				found.push(finding(Some(at), *rows, what));
			}
		}
		found
	}

	/// The distinct values of a column that is counted in bins, over all cells, if there are no more of them than bins, nor
	/// than a task can have groups.
	pub fn values_in_bins(&self) -> Option<Zeroizing<Vec<i64>>> {
		if self.edges.is_empty() {
			return None;
		}
		let most = MOST_BINS.min(self.edges.len().saturating_add(1));
		let of_cells = self.cells.iter().filter_map(|cell| cell.values.first()?.values());
		let room = of_cells.map(<[i64]>::len).sum();
		// room for all at once: a vector that grows leaves its old, unwiped copy behind
		let mut all: Zeroizing<Vec<i64>> = Zeroizing::new(Vec::with_capacity(room));
		for cell in &self.cells {
			all.extend(cell.values.first()?.values()?);
		}
		all.sort_unstable();
		all.dedup();
		(all.len() <= most).then_some(all)
	}
}

/// Place of the bin that a value lies in.
pub(crate) fn bin_of(edges: &[i64], value: i64) -> usize {
	edges.partition_point(|edge| *edge <= value)
}

fn columns_of(factors: &Factors, name: impl Fn(usize) -> String) -> String {
	let mut places: Vec<usize> = factors.iter().flatten().copied().collect();
	places.dedup();
	let names: Vec<String> = places.into_iter().map(|place| format!("`{}`", name(place))).collect();
	let word = if names.len() == 1 { "column" } else { "columns" };
	format!("{word} {}", names.join(" and "))
}

/// The names of the entries of a group's vector.
fn entry_names(spec: &TaskSpec) -> Vec<String> {
	let zeros = vec![Scalar::from(0u8); spec.length() as usize];
	let sums = named_sums(spec, &zeros).unwrap_or_default();
	sums.into_iter().take(spec.length_of_group() as usize).map(|sum| sum.name).collect()
}
