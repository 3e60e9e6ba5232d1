//! Rows of several dealers and a statistic over them, drawn at random.

use super::scenario::below;
use ostraka_crypto::{
	scalar,
	validity::{Conditions, Relation},
	Scalar,
};
use ostraka_primitives::spec::{Column, Grouping, Statistic, TaskSpec};
use ostraka_protocol::statistics::{self, Row, Rows};
use rand_chacha::ChaCha20Rng;
use std::collections::BTreeSet;

/// The dealers' inputs, and what they stand for.
pub enum Data {
	/// Any field elements.
	Vectors(Vec<Vec<Scalar>>),
	/// A real statistic.
	Table { spec: Box<TaskSpec>, rows: Vec<Rows> },
}

impl Data {
	/// Half of the time a statistic, else vectors.
	pub fn random(dealers: usize, rng: &mut ChaCha20Rng) -> Self {
		if below(rng, 2) == 0 {
			let length = 1 + below(rng, 8);
			let mut vector = || (0..length).map(|_| scalar::random(rng)).collect();
			return Self::Vectors((0..dealers).map(|_| vector()).collect());
		}
		let statistics =
			[Statistic::Correlation, Statistic::Regression, Statistic::Median, Statistic::Mean];
		Self::table(statistics[below(rng, statistics.len())], dealers, rng)
	}

	/// Rows enough that every statistic is defined.
	pub fn table(statistic: Statistic, dealers: usize, rng: &mut ChaCha20Rng) -> Self {
		let spec = spec(statistic);
		let rows = (0..dealers).map(|_| rows(&spec, rng)).collect();
		Self::Table { spec: Box::new(spec), rows }
	}

	/// What each dealer proves of its input: of any field elements, nothing but how many they are.
	pub fn relation(&self) -> Relation {
		match self {
			Self::Vectors(vectors) => anything(vectors[0].len()),
			Self::Table { spec, .. } => statistics::validity::relation(spec).unwrap(),
		}
	}

	/// What each dealer deals.
	pub fn inputs(&self) -> Vec<Vec<Scalar>> {
		match self {
			Self::Vectors(vectors) => vectors.clone(),
			Self::Table { spec, rows } => rows
				.iter()
				.map(|rows| statistics::encode(spec, rows.iter(), 1).unwrap().vector.to_vec())
				.collect(),
		}
	}

	/// Whether the published sum is the accepted dealers' and says what the pooled rows say.
	pub fn check(&self, accepted: &BTreeSet<usize>, sum: &[Scalar]) {
		let inputs = self.inputs();
		let direct: Vec<Scalar> =
			(0..sum.len()).map(|l| accepted.iter().map(|place| inputs[*place][l]).sum()).collect();
		assert_eq!(sum, direct, "the sum over the accepted dealers");
		if let Self::Table { spec, rows } = self {
			let joint = statistics::finalize(spec, sum, accepted.len() as u32).unwrap();
			let direct = if spec.statistic == Statistic::Contributors {
				let dealers = accepted.iter().map(|place| rows[*place].iter());
				statistics::plaintext_contributors(spec, dealers, 1)
			} else {
				let pooled = accepted.iter().flat_map(|place| rows[*place].iter());
				statistics::plaintext(spec, pooled.collect::<Vec<Row<'_>>>())
			};
			assert_eq!(joint, direct.unwrap());
		}
	}
}

/// The relation that every vector of a length satisfies.
pub fn anything(length: usize) -> Relation {
	Conditions::new(length).unwrap().finish()
}

pub fn column(name: &str, min: i64, max: i64) -> Column {
	Column { name: name.as_bytes().to_vec().try_into().unwrap(), decimals: 2, min, max }
}

/// The mean is asked for each of two groups, and so are the contributors. One bin of the histogram lies outside the range.
pub fn spec(statistic: Statistic) -> TaskSpec {
	let (a, b) = (column("a", -50_000, 50_000), column("b", 0, 90_000));
	let columns = match statistic {
		Statistic::Covariance
		| Statistic::Correlation
		| Statistic::Regression
		| Statistic::VectorMean => vec![a, b],
		_ => vec![a],
	};
	let edges = match statistic {
		Statistic::Median | Statistic::Quantiles => vec![-30_000, -10_000, 0, 10_000, 30_000],
		Statistic::Histogram => vec![-10_000, 10_000, 60_000],
		_ => Vec::new(),
	};
	let quantiles = if statistic == Statistic::Quantiles { vec![250, 750] } else { Vec::new() };
	let is_weighted = matches!(statistic, Statistic::WeightedMean | Statistic::VectorMean);
	let is_grouped = matches!(statistic, Statistic::Mean | Statistic::Contributors);
	let groups = ["one", "two"].map(|group| group.as_bytes().to_vec().try_into().unwrap());
	TaskSpec {
		statistic,
		columns: columns.try_into().unwrap(),
		target: (statistic == Statistic::Regression).then(|| column("y", -9_000, 9_000)),
		weight: is_weighted.then(|| column("w", 0, 500)),
		edges: edges.try_into().unwrap(),
		quantiles: quantiles.try_into().unwrap(),
		group_by: is_grouped.then(|| Grouping {
			column: b"group".to_vec().try_into().unwrap(),
			groups: groups.to_vec().try_into().unwrap(),
		}),
		max_rows: 100,
	}
}

fn rows(spec: &TaskSpec, rng: &mut ChaCha20Rng) -> Rows {
	let mut rows = Rows::new(spec);
	for i in 0..8 + below(rng, 8) {
		let values: Vec<Option<i64>> = spec
			.all_columns()
			.map(|column| {
				let value = column.min + below(rng, (column.max - column.min) as usize + 1) as i64;
				// some are missing, never in the first rows
				(i < 8 || below(rng, 6) > 0).then_some(value)
			})
			.collect();
		rows.push(&values, Some(["one", "two"][i % 2])).unwrap();
	}
	rows
}
