//! The reader's side: the sum of the dealers' vectors to a typed outcome.
//!
//! Field elements are lifted to the centred residue, checked against every condition of [`super::checks`], and
//! turned into exact numbers. A vector that no data can give is refused, group by group: one impossible group does not
//! hide the others. Nothing here panics.

use super::{
	cell::{divide, mean, NoSummary},
	checks::{self, Moments},
	error::{FinalizeError, Inconsistency},
	number::{pow10, Number},
	outcome::{Bins, Cell, Named, Outcome, Summary},
	quantile, regression,
	rows::text,
	sums::integers,
};
use alloc::{string::String, vec::Vec};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use ostraka_crypto::Scalar;
use ostraka_primitives::spec::{Column, Statistic, TaskSpec};

/// Reads the sum of `dealers` accepted vectors.
///
/// Of a task with groups each [`Cell`] says what became of its group. All of them together keep the cap on rows as well,
/// of which impossible ones take nothing. That every dealer has a row is not asked: a dealer who shares zeros harms
/// nobody.
///
/// # Errors
/// [`FinalizeError::Inconsistent`] if no data can give the vector and there is nothing else to show: the task has no
/// groups, or each of them is impossible, or all are empty. Never panics.
pub fn finalize(spec: &TaskSpec, sum: &[Scalar], dealers: u32) -> Result<Outcome, FinalizeError> {
	let sums = integers(spec, sum)?;
	let reader = Reader {
		spec,
		dealers: BigInt::from(dealers),
		cap: BigInt::from(u64::from(dealers) * u64::from(spec.max_rows)),
	};
	let Some(grouping) = &spec.group_by else {
		return match reader.cell(&sums)? {
			Cell::Value(summary) => Ok(Outcome::Whole(summary)),
			Cell::Undefined => Ok(Outcome::Undefined),
			Cell::Empty => Err(Inconsistency::NoRows.into()),
			Cell::Inconsistent(what) => Err(what.into()),
		};
	};
	let length = spec.length_of_group().max(1) as usize;
	let groups = grouping.groups.iter().zip(sums.chunks(length));
	let cells = groups.map(|(name, sums)| Ok((text(name), reader.cell(sums)?)));
	let cells = cells.collect::<Result<Vec<(String, Cell)>, FinalizeError>>()?;
	let impossible = cells.iter().map(|(_, cell)| match cell {
		Cell::Inconsistent(what) => Some(*what),
		_ => None,
	});
	if let Some(what) = impossible.clone().collect::<Option<Vec<_>>>() {
		return Err(what.first().copied().unwrap_or(Inconsistency::NoRows).into());
	}
	if cells.iter().all(|(_, cell)| *cell == Cell::Empty) {
		return Err(Inconsistency::NoRows.into());
	}
	let possible = sums.chunks(length).zip(impossible);
	let possible = possible.filter_map(|(sums, what)| what.is_none().then_some(sums));
	let together = reader.check_total(possible).err();
	Ok(Outcome::Groups { column: text(&grouping.column), cells, together })
}

/// What all cells of a vector are read with.
struct Reader<'a> {
	spec: &'a TaskSpec,
	dealers: BigInt,
	/// Most rows of all dealers together.
	cap: BigInt,
}

impl Reader<'_> {
	/// Whether rows can leave no trace in the sums, as all their weights are zero.
	fn weights_can_vanish(&self) -> bool {
		self.spec.weight.as_ref().is_some_and(|weight| weight.min == 0)
	}

	/// Groups together keep the cap.
	fn check_total<'v>(&self, cells: impl Iterator<Item = &'v [BigInt]>) -> checks::Check {
		let total: BigInt = match self.spec.statistic {
			Statistic::Histogram | Statistic::Quantiles | Statistic::Median => {
				cells.flatten().sum()
			},
			_ => cells.filter_map(<[BigInt]>::first).sum(),
		};
		let most = match &self.spec.weight {
			Some(weight) => &self.cap * weight.max,
			// a dealer contributes to no more groups than it has rows
			None => self.cap.clone(),
		};
		checks::count(&total, &most)
	}

	/// Reads one cell.
	fn cell(&self, sums: &[BigInt]) -> Result<Cell, FinalizeError> {
		match self.summary(sums) {
			Ok(Some(summary)) => Ok(Cell::Value(summary)),
			// rows with weights of zero leave no trace: there may be some
			Ok(None) if self.weights_can_vanish() => Ok(Cell::Undefined),
			Ok(None) => Ok(Cell::Empty),
			Err(NoSummary::Undefined) => Ok(Cell::Undefined),
			Err(NoSummary::Inconsistent(what)) => Ok(Cell::Inconsistent(what)),
			Err(NoSummary::Shape) => Err(FinalizeError::Length {
				expected: self.spec.length_of_group(),
				found: sums.len(),
			}),
		}
	}

	/// One cell's statistic; `None` if it has no rows, or no weight.
	fn summary(&self, sums: &[BigInt]) -> Result<Option<Summary>, NoSummary> {
		let [n, others @ ..] = sums else { return Err(NoSummary::Shape) };
		let columns = self.spec.columns.as_slice();
		match self.spec.statistic {
			Statistic::Contributors => {
				checks::count(n, &self.dealers)?;
				return Ok(Some(Summary::Contributors { contributors: n.clone() }));
			},
			Statistic::Histogram | Statistic::Quantiles | Statistic::Median => {
				let [column] = columns else { return Err(NoSummary::Shape) };
				return self.histogram(sums, column);
			},
			Statistic::WeightedMean | Statistic::VectorMean => {
				let Some(weight) = &self.spec.weight else { return Err(NoSummary::Shape) };
				return self.weighted(n, others, weight);
			},
			_ => {},
		}
		checks::count(n, &self.cap)?;
		if n.is_zero() {
			checks::all_zero(others)?;
			return Ok(None);
		}
		let count = n.clone();
		let summary = match (self.spec.statistic, columns, others) {
			(Statistic::Sum | Statistic::Mean, [column], [sum]) => {
				checks::sum(n, sum, column)?;
				let total = Number::decimal(sum.clone(), column.decimals);
				if self.spec.statistic == Statistic::Sum {
					Summary::Sum { count, sum: total }
				} else {
					Summary::Mean { count, sum: total, mean: mean(n, sum, column)? }
				}
			},
			(Statistic::Variance | Statistic::Std, [column], [sum, squares]) => {
				self.variance(n, &Moments { column, sum, squares })?
			},
			(Statistic::Covariance | Statistic::Correlation, [x, y], [sx, sy, sxx, sxy, syy]) => {
				let x = Moments { column: x, sum: sx, squares: sxx };
				let y = Moments { column: y, sum: sy, squares: syy };
				self.covariance(n, &x, &y, sxy)?
			},
			(Statistic::Regression, columns, _) => {
				let Some(target) = &self.spec.target else { return Err(NoSummary::Shape) };
				regression::solve(sums, columns, target)?
			},
			(Statistic::Count, _, _) => Summary::Count { count },
			_ => return Err(NoSummary::Shape),
		};
		Ok(Some(summary))
	}

	fn variance(&self, n: &BigInt, x: &Moments) -> Result<Summary, NoSummary> {
		x.check(n)?;
		let scale = pow10(2 * u32::from(x.column.decimals));
		let variance = divide(x.spread(n), n * (n - 1u8) * scale)?;
		let std = match self.spec.statistic {
			Statistic::Std => Number::root(false, variance.clone()),
			_ => None,
		};
		Ok(Summary::Variance {
			count: n.clone(),
			sum: Number::decimal(x.sum.clone(), x.column.decimals),
			mean: mean(n, x.sum, x.column)?,
			variance: Number::Ratio(variance),
			std,
		})
	}

	fn covariance(
		&self,
		n: &BigInt,
		x: &Moments,
		y: &Moments,
		products: &BigInt,
	) -> Result<Summary, NoSummary> {
		x.check(n)?;
		y.check(n)?;
		checks::products(n, x, y, products)?;
		let joint = checks::joint_spread(n, x, y, products);
		let scale = pow10(u32::from(x.column.decimals) + u32::from(y.column.decimals));
		let covariance = divide(joint.clone(), n * (n - 1u8) * scale)?;
		let correlation = match self.spec.statistic {
			Statistic::Correlation => {
				// r² = joint² / (spread x · spread y), in which every scale cancels
				let square = divide(&joint * &joint, x.spread(n) * y.spread(n))?;
				Number::root(joint.is_negative(), square)
			},
			_ => None,
		};
		let mean_of = |moments: &Moments| {
			let value = mean(n, moments.sum, moments.column)?;
			Ok::<_, NoSummary>(Named { name: text(&moments.column.name), value })
		};
		Ok(Summary::Covariance {
			count: n.clone(),
			means: [mean_of(x)?, mean_of(y)?],
			covariance: Number::Ratio(covariance),
			correlation,
		})
	}

	fn weighted(
		&self,
		weights: &BigInt,
		sums: &[BigInt],
		weight: &Column,
	) -> Result<Option<Summary>, NoSummary> {
		checks::count(weights, &(&self.cap * weight.max))?;
		for (sum, column) in sums.iter().zip(&self.spec.columns) {
			checks::sum(weights, sum, column)?;
		}
		if weights.is_zero() {
			return Ok(None);
		}
		let weight_sum = Number::decimal(weights.clone(), weight.decimals);
		let summary = match (self.spec.statistic, sums, self.spec.columns.as_slice()) {
			(Statistic::WeightedMean, [sum], [column]) => Summary::WeightedMean {
				weight_sum,
				weighted_sum: Number::decimal(
					sum.clone(),
					weight.decimals.saturating_add(column.decimals),
				),
				mean: mean(weights, sum, column)?,
			},
			(_, sums, columns) => {
				let means = sums.iter().zip(columns).map(|(sum, column)| {
					let value = mean(weights, sum, column)?;
					Ok::<_, NoSummary>(Named { name: text(&column.name), value })
				});
				Summary::VectorMean { weight_sum, mean: means.collect::<Result<_, _>>()? }
			},
		};
		Ok(Some(summary))
	}

	fn histogram(&self, counts: &[BigInt], column: &Column) -> Result<Option<Summary>, NoSummary> {
		let edges = self.spec.edges.as_slice();
		let count = checks::bins(counts, edges, column, &self.cap)?;
		if count.is_zero() {
			return Ok(None);
		}
		let bins = Bins {
			edges: edges.iter().map(|edge| Number::decimal(*edge, column.decimals)).collect(),
			counts: counts.to_vec(),
		};
		let read = |thousandths: u16| {
			quantile::read(counts, edges, column.decimals, &count, thousandths)
				.ok_or(NoSummary::Undefined)
		};
		let summary = match self.spec.statistic {
			Statistic::Median => Summary::Median { median: read(500)?, count, bins },
			Statistic::Quantiles => {
				let quantiles = self.spec.quantiles.iter().map(|q| read(*q));
				Summary::Quantiles { quantiles: quantiles.collect::<Result<_, _>>()?, count, bins }
			},
			_ => Summary::Histogram { count, bins },
		};
		Ok(Some(summary))
	}
}
