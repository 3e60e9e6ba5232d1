//! Tests of the statistics, and what they share: specs, parsing of small tables, random data.

mod bounds;
mod encoding;
mod inconsistent;
mod known;
mod loans;
mod numbers;
mod properties;

use super::*;
use alloc::{
	format,
	string::{String, ToString},
	vec,
	vec::Vec,
};
use ostraka_crypto::Scalar;
use ostraka_primitives::spec::{Column, Grouping, Name, Statistic, TaskSpec};
use rand_chacha::ChaCha8Rng;
use rand_core::RngCore;

pub(super) fn name(text: &str) -> Name {
	Name::try_from(text.as_bytes().to_vec()).unwrap()
}

pub(super) fn column(text: &str, decimals: u8, min: i64, max: i64) -> Column {
	Column { name: name(text), decimals, min, max }
}

/// A spec with columns; target and weight are taken off their end if the statistic has them.
pub(super) fn spec(statistic: Statistic, mut columns: Vec<Column>) -> TaskSpec {
	let weighted = matches!(statistic, Statistic::WeightedMean | Statistic::VectorMean);
	let weight = if weighted { columns.pop() } else { None };
	let target = if statistic == Statistic::Regression { columns.pop() } else { None };
	TaskSpec {
		statistic,
		columns: columns.try_into().unwrap(),
		target,
		weight,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: None,
		max_rows: 100_000,
	}
}

pub(super) fn grouped(mut spec: TaskSpec, groups: &[&str]) -> TaskSpec {
	let groups = groups.iter().map(|group| name(group)).collect::<Vec<_>>();
	spec.group_by = Some(Grouping { column: name("group"), groups: groups.try_into().unwrap() });
	spec
}

pub(super) fn with_edges(mut spec: TaskSpec, edges: &[i64], quantiles: &[u16]) -> TaskSpec {
	spec.edges = edges.to_vec().try_into().unwrap();
	spec.quantiles = quantiles.to_vec().try_into().unwrap();
	spec
}

/// Complete rows without groups.
pub(super) fn table(spec: &TaskSpec, values: &[&[i64]]) -> Rows {
	let mut rows = Rows::new(spec);
	for row in values {
		rows.push(&row.iter().copied().map(Some).collect::<Vec<_>>(), None).unwrap();
	}
	rows
}

/// Parses `12.3` to units of `10^-decimals`.
pub(super) fn units(text: &str, decimals: u8) -> i64 {
	let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
	let padded = format!("{fraction:0<width$}", width = usize::from(decimals));
	assert!(fraction.trim_end_matches('0').len() <= usize::from(decimals), "{text}");
	format!("{whole}{}", &padded[..usize::from(decimals)]).parse().unwrap()
}

/// Sums vectors as the committee does.
pub(super) fn add(sum: &mut Vec<Scalar>, vector: &[Scalar]) {
	if sum.is_empty() {
		sum.resize(vector.len(), Scalar::from(0u64));
	}
	assert_eq!(sum.len(), vector.len());
	sum.iter_mut().zip(vector).for_each(|(entry, term)| *entry += term);
}

/// Encodes every dealer's rows and finalizes the sum.
pub(super) fn joint(spec: &TaskSpec, dealers: &[Rows]) -> Result<Outcome, FinalizeError> {
	let mut sum = vec![Scalar::from(0u64); spec.length() as usize];
	for rows in dealers {
		add(&mut sum, &encode(spec, rows.iter(), 1).unwrap().vector);
	}
	finalize(spec, &sum, dealers.len() as u32)
}

/// The summary of a task without groups.
pub(super) fn whole(spec: &TaskSpec, rows: &Rows) -> Summary {
	let Outcome::Whole(summary) = joint(spec, core::slice::from_ref(rows)).unwrap() else {
		panic!("a task without groups")
	};
	assert_eq!(Outcome::Whole(summary.clone()), plaintext(spec, rows.iter()).unwrap());
	summary
}

/// A number of a tree, by path, rendered.
pub(super) fn rendered(value: &Value, path: &[&str], digits: Digits) -> String {
	let mut value = value;
	for part in path {
		value = value.get(part).unwrap_or_else(|| panic!("{part} of {path:?}"));
	}
	let Value::Number(number) = value else { panic!("{path:?} is no number") };
	number.render(digits)
}

/// Scalars of small integers.
pub(super) fn scalars(integers: &[i128]) -> Vec<Scalar> {
	integers.iter().map(|integer| Scalar::from(*integer)).collect()
}

pub(super) fn below(rng: &mut ChaCha8Rng, bound: u64) -> u64 {
	rng.next_u64() % bound
}

pub(super) fn between(rng: &mut ChaCha8Rng, min: i64, max: i64) -> i64 {
	let width = (i128::from(max) - i128::from(min) + 1) as u128;
	let offset = u128::from(rng.next_u64()) % width;
	(i128::from(min) + offset as i128) as i64
}

pub(super) const STATISTICS: [Statistic; 14] = [
	Statistic::Count,
	Statistic::Sum,
	Statistic::Mean,
	Statistic::WeightedMean,
	Statistic::Variance,
	Statistic::Std,
	Statistic::Covariance,
	Statistic::Correlation,
	Statistic::Regression,
	Statistic::Histogram,
	Statistic::Quantiles,
	Statistic::Median,
	Statistic::VectorMean,
	Statistic::Contributors,
];

/// A random valid spec of a statistic.
pub(super) fn random_spec(rng: &mut ChaCha8Rng, statistic: Statistic) -> TaskSpec {
	let columns = match statistic {
		Statistic::Covariance | Statistic::Correlation => 2,
		Statistic::Regression => 2 + below(rng, 4),
		Statistic::VectorMean => 2 + below(rng, 5),
		Statistic::WeightedMean => 2,
		Statistic::Contributors => below(rng, 3),
		_ => 1,
	};
	// narrow ranges give singular and degenerate data, wide ones long numbers
	let widest = [1i64, 3, 1000, 1 << 40, 1 << 62][below(rng, 5) as usize];
	let column = |rng: &mut ChaCha8Rng, i: u64| {
		let (a, b) = (between(rng, -widest, widest), between(rng, -widest, widest));
		column(&format!("c{i}"), below(rng, 10) as u8, a.min(b), a.max(b))
	};
	let columns: Vec<Column> = (0..columns).map(|i| column(rng, i)).collect();
	let mut spec = spec(statistic, columns);
	if let Some(weight) = &mut spec.weight {
		weight.min = below(rng, 2) as i64;
		weight.max = weight.max.max(weight.min);
	}
	if matches!(statistic, Statistic::Histogram | Statistic::Quantiles | Statistic::Median) {
		let mut edges: Vec<i64> =
			(0..2 + below(rng, 6)).map(|_| between(rng, -widest, widest)).collect();
		edges.extend([-widest, widest]);
		edges.sort_unstable();
		edges.dedup();
		let quantiles = match statistic {
			Statistic::Quantiles => {
				(0..1 + below(rng, 5)).map(|_| 1 + below(rng, 999) as u16).collect()
			},
			_ => vec![],
		};
		spec = with_edges(spec, &edges, &quantiles);
	}
	if statistic == Statistic::Contributors || below(rng, 2) == 0 {
		spec = grouped(spec, &["a", "b", "c"][..1 + below(rng, 3) as usize]);
	}
	spec.max_rows = 40 + below(rng, 100) as u32;
	spec.validate().unwrap();
	spec
}

/// Random rows within the declared ranges, some with missing values and some of other groups.
pub(super) fn random_rows(rng: &mut ChaCha8Rng, spec: &TaskSpec, most: u64) -> Rows {
	let mut rows = Rows::new(spec);
	for _ in 0..below(rng, most + 1) {
		let values: Vec<Option<i64>> = spec
			.all_columns()
			.map(|column| match below(rng, 20) {
				0 => None,
				1 => Some(column.min),
				2 => Some(column.max),
				_ => Some(between(rng, column.min, column.max)),
			})
			.collect();
		let group = [Some("a"), Some("b"), Some("c"), Some("other"), None][below(rng, 5) as usize];
		rows.push(&values, group).unwrap();
	}
	rows
}
