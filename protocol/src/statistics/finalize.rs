//! The reader's side: the sum of the dealers' vectors to a typed outcome.
//!
//! Field elements are lifted to the centred residue, checked against every condition of [`super::checks`], and
//! turned into exact numbers. A vector that no data can give is refused; nothing here panics.

use super::{
	checks::{self, Inconsistency, Moments},
	number::{pow10, ratio, Number},
	outcome::{Bins, Cell, Named, Outcome, Summary},
	quantile, regression,
	rows::text,
};
use alloc::vec::Vec;
use ark_ff::{BigInteger, PrimeField};
use core::fmt;
use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use ostraka_crypto::Scalar;
use ostraka_primitives::spec::{Column, SpecError, Statistic, TaskSpec};

/// Why a sum has no outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalizeError {
	/// The spec is not valid.
	Spec(SpecError),
	/// The vector has another length than the spec says.
	Length {
		/// By the spec.
		expected: u32,
		/// Entries of the vector.
		found: usize,
	},
	/// No data can give this vector.
	Inconsistent(Inconsistency),
	/// The data are possible, but the statistic is not defined on them: a determinant or a variance that is
	/// divided by is zero, or there is but one row where two are needed.
	Singular,
}

impl fmt::Display for FinalizeError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Spec(error) => write!(f, "the task's specification is not valid: {error:?}"),
			Self::Length { expected, found } => {
				write!(f, "the result has {found} entries, the task's vector {expected}")
			},
			Self::Inconsistent(what) => write!(f, "no data can give this result: {what}"),
			Self::Singular => f.write_str("the statistic is not defined on these data (singular)"),
		}
	}
}

impl core::error::Error for FinalizeError {}

impl From<SpecError> for FinalizeError {
	fn from(error: SpecError) -> Self {
		Self::Spec(error)
	}
}

impl From<Inconsistency> for FinalizeError {
	fn from(what: Inconsistency) -> Self {
		Self::Inconsistent(what)
	}
}

/// Reads the sum of `dealers` accepted vectors.
///
/// Of a task with groups, a group without rows is [`Cell::Empty`] and one on which the statistic is not
/// defined [`Cell::Undefined`]; one inconsistent group makes the whole inconsistent. That every dealer has a
/// row is not asked: a dealer who shares zeros harms nobody.
///
/// # Errors
/// See [`FinalizeError`]. Never panics.
pub fn finalize(spec: &TaskSpec, sum: &[Scalar], dealers: u32) -> Result<Outcome, FinalizeError> {
	spec.validate()?;
	if sum.len() != spec.length() as usize {
		return Err(FinalizeError::Length { expected: spec.length(), found: sum.len() });
	}
	let sums: Vec<BigInt> = sum.iter().map(centre_lift).collect();
	let reader = Reader {
		spec,
		dealers: BigInt::from(dealers),
		cap: BigInt::from(u64::from(dealers) * u64::from(spec.max_rows)),
	};
	let cells = sums.chunks(spec.length_of_group().max(1) as usize);
	let Some(grouping) = &spec.group_by else {
		let summary = reader.summary(&sums)?;
		return match summary {
			Some(summary) => Ok(Outcome::Whole(summary)),
			// rows with weights of zero have a count that the sums do not tell
			None if reader.weights_can_vanish() => Err(FinalizeError::Singular),
			None => Err(Inconsistency::NoRows.into()),
		};
	};
	reader.check_total(sums.chunks(spec.length_of_group().max(1) as usize))?;
	let cells = grouping.groups.iter().zip(cells).map(|(name, sums)| {
		let cell = match reader.summary(sums) {
			Ok(Some(summary)) => Cell::Value(summary),
			Ok(None) => Cell::Empty,
			Err(FinalizeError::Singular) => Cell::Undefined,
			Err(error) => return Err(error),
		};
		Ok((text(name), cell))
	});
	Ok(Outcome::Groups { column: text(&grouping.column), cells: cells.collect::<Result<_, _>>()? })
}

/// The integer of least magnitude that is congruent to the field element.
fn centre_lift(element: &Scalar) -> BigInt {
	let residue = element.into_bigint();
	let lift = |bytes: &[u8]| BigInt::from_bytes_le(Sign::Plus, bytes);
	if residue > Scalar::MODULUS_MINUS_ONE_DIV_TWO {
		lift(&residue.to_bytes_le()) - lift(&Scalar::MODULUS.to_bytes_le())
	} else {
		lift(&residue.to_bytes_le())
	}
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

	/// All groups together keep the cap, and are not all empty.
	fn check_total<'v>(
		&self,
		cells: impl Iterator<Item = &'v [BigInt]>,
	) -> Result<(), FinalizeError> {
		let statistic = self.spec.statistic;
		let total: BigInt = match statistic {
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
		checks::count(&total, &most)?;
		let may_be_empty = statistic == Statistic::Contributors || self.weights_can_vanish();
		if total.is_zero() && !may_be_empty {
			return Err(Inconsistency::NoRows.into());
		}
		Ok(())
	}

	/// One cell's statistic; `None` if it has no rows.
	fn summary(&self, sums: &[BigInt]) -> Result<Option<Summary>, FinalizeError> {
		let length =
			|| FinalizeError::Length { expected: self.spec.length_of_group(), found: sums.len() };
		let [n, others @ ..] = sums else { return Err(length()) };
		let columns = self.spec.columns.as_slice();
		match self.spec.statistic {
			Statistic::Contributors => {
				checks::count(n, &self.dealers)?;
				return Ok(Some(Summary::Contributors { contributors: n.clone() }));
			},
			Statistic::Histogram | Statistic::Quantiles | Statistic::Median => {
				let [column] = columns else { return Err(length()) };
				return self.histogram(sums, column);
			},
			Statistic::WeightedMean | Statistic::VectorMean => {
				let Some(weight) = &self.spec.weight else { return Err(length()) };
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
				let Some(target) = &self.spec.target else { return Err(length()) };
				regression::solve(sums, columns, target)?
			},
			(Statistic::Count, _, _) => Summary::Count { count },
			_ => return Err(length()),
		};
		Ok(Some(summary))
	}

	fn variance(&self, n: &BigInt, x: &Moments) -> Result<Summary, FinalizeError> {
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
	) -> Result<Summary, FinalizeError> {
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
			Ok::<_, FinalizeError>(Named { name: text(&moments.column.name), value })
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
	) -> Result<Option<Summary>, FinalizeError> {
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
					Ok::<_, FinalizeError>(Named { name: text(&column.name), value })
				});
				Summary::VectorMean { weight_sum, mean: means.collect::<Result<_, _>>()? }
			},
		};
		Ok(Some(summary))
	}

	fn histogram(
		&self,
		counts: &[BigInt],
		column: &Column,
	) -> Result<Option<Summary>, FinalizeError> {
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
				.ok_or(FinalizeError::Singular)
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

/// A quotient whose divisor of zero means that the statistic is not defined.
pub(super) fn divide(numerator: BigInt, divisor: BigInt) -> Result<BigRational, FinalizeError> {
	ratio(numerator, divisor).ok_or(FinalizeError::Singular)
}

/// `sum / n` in the data's scale.
fn mean(n: &BigInt, sum: &BigInt, column: &Column) -> Result<Number, FinalizeError> {
	divide(sum.clone(), n * pow10(u32::from(column.decimals))).map(Number::Ratio)
}
