//! The same statistics over pooled rows in the clear, to hold a joint result against.
//!
//! Nothing here goes through [`super::encode`]'s vector or [`super::finalize`]'s formulas: deviations are taken
//! from the mean row by row, the regression centres its columns, eliminates over fractions and sums its own
//! residuals, quantiles come from the sorted values. All of it is exact, so an equal [`Outcome`] is evidence
//! for both. Ranges and caps are not checked, and nothing is wiped: who pools the rows has them all in the clear.

use super::{
	error::PlaintextError,
	number::{pow10, ratio, Number},
	outcome::{Bins, Cell, Named, Outcome, Quantile, Summary},
	rows::{classify, text, Row, Use},
};
use alloc::{string::ToString, vec, vec::Vec};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use ostraka_primitives::spec::{Column, Statistic, TaskSpec, INTERCEPT};

/// Complete rows of one cell.
type Sample = Vec<Vec<i64>>;

/// `None`: not defined on this sample.
type Defined<T> = Option<T>;

/// The statistic over pooled rows.
///
/// # Errors
/// See [`PlaintextError`].
pub fn plaintext<'a>(
	spec: &TaskSpec,
	rows: impl IntoIterator<Item = Row<'a>>,
) -> Result<Outcome, PlaintextError> {
	spec.validate()?;
	if spec.statistic == Statistic::Contributors {
		return Err(PlaintextError::WrongStatistic);
	}
	let samples = samples(spec, rows)?;
	let no_rows = samples.iter().all(|sample| is_empty(spec, sample));
	let weights_can_vanish = spec.weight.as_ref().is_some_and(|weight| weight.min == 0);
	if no_rows && !weights_can_vanish {
		return Err(PlaintextError::NoRows);
	}
	let mut cells = samples.iter().map(|sample| {
		if !is_empty(spec, sample) {
			summary(spec, sample).map_or(Cell::Undefined, Cell::Value)
		} else if weights_can_vanish {
			Cell::Undefined
		} else {
			Cell::Empty
		}
	});
	Ok(match &spec.group_by {
		Some(grouping) => Outcome::Groups {
			column: text(&grouping.column),
			cells: grouping.groups.iter().map(text).zip(cells).collect(),
			together: None,
		},
		None => match cells.next() {
			Some(Cell::Value(summary)) => Outcome::Whole(summary),
			_ => Outcome::Undefined,
		},
	})
}

/// Contributors a group: the dealers that have `min_cell` (at least 1) rows in it.
///
/// # Errors
/// See [`PlaintextError`].
pub fn plaintext_contributors<'a, R: IntoIterator<Item = Row<'a>>>(
	spec: &TaskSpec,
	dealers: impl IntoIterator<Item = R>,
	min_cell: u64,
) -> Result<Outcome, PlaintextError> {
	spec.validate()?;
	let (Statistic::Contributors, Some(grouping)) = (spec.statistic, &spec.group_by) else {
		return Err(PlaintextError::WrongStatistic);
	};
	let mut contributors = vec![0u64; grouping.groups.len()];
	for rows in dealers {
		for (count, sample) in contributors.iter_mut().zip(samples(spec, rows)?) {
			if sample.len() as u64 >= min_cell.max(1) {
				*count += 1;
			}
		}
	}
	let cells = contributors
		.into_iter()
		.map(|n| Cell::Value(Summary::Contributors { contributors: BigInt::from(n) }));
	Ok(Outcome::Groups {
		column: text(&grouping.column),
		cells: grouping.groups.iter().map(text).zip(cells).collect(),
		together: None,
	})
}

/// Sorts the rows that count into cells.
fn samples<'a>(
	spec: &TaskSpec,
	rows: impl IntoIterator<Item = Row<'a>>,
) -> Result<Vec<Sample>, PlaintextError> {
	let expected = spec.all_columns().count();
	let mut samples = vec![Sample::new(); spec.groups() as usize];
	let mut values = Vec::new();
	for (row, number) in rows.into_iter().zip(1u64..) {
		if row.values.len() != expected {
			return Err(PlaintextError::RowWidth {
				row: number,
				expected,
				found: row.values.len(),
			});
		}
		if let Use::Cell(cell) = classify(spec, row, &mut values) {
			samples.get_mut(cell).into_iter().for_each(|sample| sample.push(values.clone()));
		}
	}
	Ok(samples)
}

/// No rows, or none with a weight.
fn is_empty(spec: &TaskSpec, sample: &Sample) -> bool {
	let weightless = |row: &Vec<i64>| spec.weight.is_some() && row.last() == Some(&0);
	sample.iter().all(weightless)
}

/// A column's values.
fn column(sample: &Sample, index: usize) -> impl Iterator<Item = i64> + Clone + '_ {
	sample.iter().filter_map(move |row| row.get(index)).copied()
}

fn summary(spec: &TaskSpec, sample: &Sample) -> Defined<Summary> {
	let count = BigInt::from(sample.len());
	let first = spec.columns.first();
	let sum = || Some(Number::decimal(total(column(sample, 0)), first?.decimals));
	let mean =
		|index: usize| Some(Number::Ratio(mean(sample, index) / unit(spec.columns.get(index)?)));
	Some(match spec.statistic {
		Statistic::Count => Summary::Count { count },
		Statistic::Sum => Summary::Sum { count, sum: sum()? },
		Statistic::Mean => Summary::Mean { count, sum: sum()?, mean: mean(0)? },
		Statistic::Variance | Statistic::Std => {
			let scale = unit(first?);
			let variance = scatter(sample, 0, 0) / less_one(sample)? / &scale / &scale;
			let std =
				(spec.statistic == Statistic::Std).then(|| Number::root(false, variance.clone()));
			Summary::Variance {
				count,
				sum: sum()?,
				mean: mean(0)?,
				variance: Number::Ratio(variance),
				std: std.flatten(),
			}
		},
		Statistic::Covariance | Statistic::Correlation => {
			let [x, y] = spec.columns.as_slice() else { return None };
			let joint = scatter(sample, 0, 1);
			let correlation = if spec.statistic == Statistic::Correlation {
				let spreads = scatter(sample, 0, 0) * scatter(sample, 1, 1);
				if spreads.is_zero() {
					return None;
				}
				Some(Number::root(joint.is_negative(), &joint * &joint / spreads)?)
			} else {
				None
			};
			let means = [
				Named { name: text(&x.name), value: mean(0)? },
				Named { name: text(&y.name), value: mean(1)? },
			];
			Summary::Covariance {
				count,
				means,
				covariance: Number::Ratio(joint / less_one(sample)? / unit(x) / unit(y)),
				correlation,
			}
		},
		Statistic::Regression => regression(spec, sample)?,
		Statistic::Histogram => Summary::Histogram { count, bins: histogram(spec, sample)? },
		Statistic::Median => Summary::Median {
			count,
			bins: histogram(spec, sample)?,
			median: quantile(spec, sample, 500)?,
		},
		Statistic::Quantiles => Summary::Quantiles {
			count,
			bins: histogram(spec, sample)?,
			quantiles: spec
				.quantiles
				.iter()
				.map(|q| quantile(spec, sample, *q))
				.collect::<Option<_>>()?,
		},
		Statistic::WeightedMean => {
			let weight = spec.weight.as_ref()?;
			Summary::WeightedMean {
				weight_sum: Number::decimal(total(column(sample, 1)), weight.decimals),
				weighted_sum: Number::decimal(
					weighted_total(sample, 0, 1),
					weight.decimals.saturating_add(first?.decimals),
				),
				mean: Number::Ratio(weighted_mean(sample, 0, 1)? / unit(first?)),
			}
		},
		Statistic::VectorMean => {
			let weight = spec.columns.len();
			let mean = spec.columns.iter().enumerate().map(|(i, column)| {
				let value = Number::Ratio(weighted_mean(sample, i, weight)? / unit(column));
				Some(Named { name: text(&column.name), value })
			});
			Summary::VectorMean {
				weight_sum: Number::decimal(
					total(column(sample, weight)),
					spec.weight.as_ref()?.decimals,
				),
				mean: mean.collect::<Option<_>>()?,
			}
		},
		// not reached: [`plaintext`] refuses it
		Statistic::Contributors => return None,
	})
}

/// Units of a column in 1.
fn unit(column: &Column) -> BigRational {
	BigRational::from_integer(pow10(u32::from(column.decimals)))
}

fn total(values: impl Iterator<Item = i64>) -> BigInt {
	values.map(BigInt::from).sum()
}

/// Mean of a column of a sample that is not empty, in its units.
fn mean(sample: &Sample, index: usize) -> BigRational {
	BigRational::new(total(column(sample, index)), BigInt::from(sample.len().max(1)))
}

/// `n - 1`, `None` if that is zero.
fn less_one(sample: &Sample) -> Defined<BigRational> {
	let freedom = BigInt::from(sample.len()) - 1u8;
	freedom.is_positive().then(|| BigRational::from_integer(freedom))
}

/// Σ(x - mean x)(y - mean y), deviation by deviation over the common denominators of the means.
fn scatter(sample: &Sample, x: usize, y: usize) -> BigRational {
	let deviations = |index: usize| {
		let mean = mean(sample, index);
		let denominator = mean.denom().clone();
		let numerators: Vec<BigInt> =
			column(sample, index).map(|value| &denominator * value - mean.numer()).collect();
		(numerators, denominator)
	};
	let (xs, x_denominator) = deviations(x);
	let (ys, y_denominator) =
		if x == y { (xs.clone(), x_denominator.clone()) } else { deviations(y) };
	let products: BigInt = xs.iter().zip(&ys).map(|(dx, dy)| dx * dy).sum();
	BigRational::new(products, x_denominator * y_denominator)
}

fn weighted_total(sample: &Sample, value: usize, weight: usize) -> BigInt {
	let pairs = column(sample, value).zip(column(sample, weight));
	pairs.map(|(x, w)| BigInt::from(x) * w).sum()
}

fn weighted_mean(sample: &Sample, value: usize, weight: usize) -> Defined<BigRational> {
	ratio(weighted_total(sample, value, weight), total(column(sample, weight)))
}

/// Whether a value lies in a bin.
fn in_bin(edges: &[i64], bin: usize, value: i64) -> bool {
	let lower = bin.checked_sub(1).and_then(|edge| edges.get(edge));
	lower.is_none_or(|lower| *lower <= value) && edges.get(bin).is_none_or(|upper| value < *upper)
}

fn histogram(spec: &TaskSpec, sample: &Sample) -> Defined<Bins> {
	let decimals = spec.columns.first()?.decimals;
	let edges = spec.edges.as_slice();
	let counts = (0..=edges.len()).map(|bin| {
		BigInt::from(column(sample, 0).filter(|value| in_bin(edges, bin, *value)).count())
	});
	Some(Bins {
		counts: counts.collect(),
		edges: edges.iter().map(|edge| Number::decimal(*edge, decimals)).collect(),
	})
}

/// Sorts the values, takes the one of rank `⌈qn⌉`, and places it in its bin by its rank among the bin's values.
fn quantile(spec: &TaskSpec, sample: &Sample, thousandths: u16) -> Defined<Quantile> {
	let decimals = spec.columns.first()?.decimals;
	let edges = spec.edges.as_slice();
	let mut sorted: Vec<i64> = column(sample, 0).collect();
	sorted.sort_unstable();
	let rank = (sorted.len() as u128 * u128::from(thousandths)).div_ceil(1000);
	let index = usize::try_from(rank.checked_sub(1)?).ok()?;
	let value = *sorted.get(index)?;
	let bin = (0..=edges.len()).find(|bin| in_bin(edges, *bin, value))?;
	let before =
		sorted.iter().filter(|other| (0..bin).any(|bin| in_bin(edges, bin, **other))).count();
	let members = sorted.iter().filter(|other| in_bin(edges, bin, **other)).count();
	let lower = bin.checked_sub(1).and_then(|edge| edges.get(edge)).copied();
	let upper = edges.get(bin).copied();
	let exact = |number: i64| BigRational::from_integer(BigInt::from(number));
	let place = match (lower, upper) {
		(Some(lower), Some(upper)) => {
			// the middle of its share of the bin
			let share = ratio(BigInt::from(index - before), BigInt::from(members))?
				+ ratio(BigInt::one(), BigInt::from(members) * 2u8)?;
			exact(lower) + (exact(upper) - exact(lower)) * share
		},
		(lower, upper) => exact(lower.or(upper)?),
	};
	let edge = |edge: Option<i64>| edge.map(|edge| Number::decimal(edge, decimals));
	Some(Quantile {
		thousandths,
		value: Number::Ratio(place / unit(spec.columns.first()?)),
		bounds: (edge(lower), edge(upper)),
	})
}

/// Least squares on centred columns: slopes from the scatter matrix, the intercept from the means, the residuals
/// one by one.
fn regression(spec: &TaskSpec, sample: &Sample) -> Defined<Summary> {
	let d = spec.columns.len();
	let target = spec.target.as_ref()?;
	let matrix: Vec<Vec<BigRational>> =
		(0..d).map(|i| (0..d).map(|j| scatter(sample, i, j)).collect()).collect();
	let inverse = invert(matrix)?;
	let with_target: Vec<BigRational> = (0..d).map(|i| scatter(sample, i, d)).collect();
	let dot = |left: &[BigRational], right: &[BigRational]| -> BigRational {
		left.iter().zip(right).map(|(l, r)| l * r).sum()
	};
	let slopes: Vec<BigRational> = inverse.iter().map(|row| dot(row, &with_target)).collect();
	let means: Vec<BigRational> = (0..d).map(|i| mean(sample, i)).collect();
	let intercept = mean(sample, d) - dot(&slopes, &means);

	let residual = residual_squares(sample, &intercept, &slopes);
	let total = scatter(sample, d, d);
	let r_squared = (!total.is_zero()).then(|| Number::Ratio((&total - &residual) / &total));

	// units of a coefficient: the target's in one, by the regressor's in one
	let units: Vec<BigRational> = core::iter::once(BigRational::one())
		.chain(spec.columns.iter().map(unit))
		.map(|z| z / unit(target))
		.collect();
	let names =
		core::iter::once(INTERCEPT.to_string()).chain(spec.columns.iter().map(|c| text(&c.name)));
	let coefficients = core::iter::once(&intercept).chain(&slopes).zip(&units);
	let coefficients = names.clone().zip(coefficients).map(|(name, (coefficient, unit))| Named {
		name,
		value: Number::Ratio(coefficient * unit),
	});

	let freedom = sample.len().checked_sub(d + 1)?;
	let std_errors = if freedom == 0 {
		None
	} else {
		let variance = residual / BigRational::from_integer(BigInt::from(freedom));
		// of the intercept: s² (1/n + mean' S^-1 mean); of slope j: s² (S^-1)_jj
		let at_means: Vec<BigRational> = inverse.iter().map(|row| dot(row, &means)).collect();
		let first =
			BigRational::new(BigInt::one(), BigInt::from(sample.len())) + dot(&at_means, &means);
		let diagonal = inverse.iter().enumerate().filter_map(|(i, row)| row.get(i)).cloned();
		let factors = core::iter::once(first).chain(diagonal).zip(&units);
		let errors = names.zip(factors).map(|(name, (factor, unit))| {
			Some(Named { name, value: Number::root(false, &variance * factor * unit * unit)? })
		});
		Some(errors.collect::<Option<_>>()?)
	};
	Some(Summary::Regression {
		count: BigInt::from(sample.len()),
		coefficients: coefficients.collect(),
		std_errors,
		r_squared,
	})
}

/// Σ(y - a - Σ b_j x_j)² over the common denominator of the coefficients.
fn residual_squares(
	sample: &Sample,
	intercept: &BigRational,
	slopes: &[BigRational],
) -> BigRational {
	let common = slopes.iter().fold(intercept.denom().clone(), |lcm, slope| lcm.lcm(slope.denom()));
	let raise = |value: &BigRational| value.numer() * (&common / value.denom());
	let a = raise(intercept);
	let b: Vec<BigInt> = slopes.iter().map(raise).collect();
	let squares: BigInt = sample
		.iter()
		.filter_map(|row| {
			let (y, xs) = row.split_last()?;
			let fitted: BigInt = b.iter().zip(xs).map(|(b, x)| b * x).sum();
			let rest = &common * y - &a - fitted;
			Some(&rest * &rest)
		})
		.sum();
	BigRational::new(squares, &common * &common)
}

/// Gauss-Jordan over fractions, with the rows exchanged where a pivot is zero; `None` if singular.
fn invert(mut matrix: Vec<Vec<BigRational>>) -> Defined<Vec<Vec<BigRational>>> {
	let d = matrix.len();
	for (i, row) in matrix.iter_mut().enumerate() {
		row.extend((0..d).map(|j| BigRational::from_integer(BigInt::from(u8::from(i == j)))));
	}
	for p in 0..d {
		let found = (p..d)
			.find(|i| matrix.get(*i).and_then(|row| row.get(p)).is_some_and(|x| !x.is_zero()));
		matrix.swap(p, found?);
		let pivot = matrix.get(p)?.get(p)?.clone();
		let pivot_row: Vec<BigRational> =
			matrix.get(p)?.iter().map(|entry| entry / &pivot).collect();
		for (i, row) in matrix.iter_mut().enumerate() {
			if i == p {
				row.clone_from(&pivot_row);
				continue;
			}
			let factor = row.get(p)?.clone();
			for (entry, above) in row.iter_mut().zip(&pivot_row) {
				*entry -= &factor * above;
			}
		}
	}
	Some(matrix.into_iter().map(|row| row.into_iter().skip(d).collect()).collect())
}
