//! What a dealer proves of its vector: conditions that [`encode`](super::encode()) meets for any legal rows, and that no vector
//! breaks without [`finalize`](super::finalize()) calling it inconsistent. One test holds all three together.
//!
//! A relation follows from the spec alone. With `M` the most rows of a dealer and `w` the bits of `max - min` of a column:
//!
//! | statistic | what is proven of a group | meaning |
//! |---|---|---|
//! | count, contributors | n is no more than M; than 1 | exactly what rows give |
//! | sum, mean | n min <= Σx <= n max | exactly what rows give |
//! | weighted mean, vector mean | Σw min <= Σwx <= Σw max, Σw no more than M times the largest weight | the same with real weights |
//! | variance, std | that of a sum; Σ(x - min)(max - x), Σ(x - min)² and n Σx² - (Σx)² are not negative | the convex hull of legal rows |
//! | covariance, correlation | both variances; McCormick's four forms; the determinant of the 2 x 2 matrix of spreads | necessary, tight for centred data |
//! | regression | McCormick's forms of every pair; the variance of every column, and Σ(max - x)² | the hull of the box: the matrix as a whole need not be positive |
//! | histogram, quantiles, median | no bin is negative, none outside the range is filled | exactly what rows give |
//!
//! All groups (and bins) together have no more rows than M. McCormick's forms are the sums of the four products of the distances
//! of `x` and `y` from their bounds.
//!
//! The conditions say of integers what they say of field elements, for no form that they bind comes near the field's order: entries
//! are pinned to fewer than 160 bits by the ranges, so that products of two of them have fewer than 200. The determinant's have as
//! many as two spreads together, of which each may have 192; where it could have more than [`MAX_WIDTH`] it is left out
//! ([`proves_determinant`]).
//!
//! Zeros are legal: they are what a dealer without rows deals.
//!
//! [`MAX_WIDTH`]: ostraka_crypto::validity::MAX_WIDTH

#[cfg(test)]
mod tests;

use core::fmt;
use ostraka_crypto::{
	validity::{Conditions, Form, Relation, MAX_WIDTH},
	Error,
};
use ostraka_primitives::{
	spec::{Column, SpecError, Statistic, TaskSpec},
	MAX_VALIDITY,
};

/// Why there is no relation for a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unprovable {
	/// The spec is not valid.
	Spec(SpecError),
	/// The relation would be larger than proofs may be.
	TooLarge,
}

impl fmt::Display for Unprovable {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Spec(error) => write!(f, "the task's specification is not valid: {error:?}"),
			Self::TooLarge => f.write_str("a proof that an input is valid would be too large"),
		}
	}
}

impl core::error::Error for Unprovable {}

impl From<SpecError> for Unprovable {
	fn from(error: SpecError) -> Self {
		Self::Spec(error)
	}
}

impl From<Error> for Unprovable {
	/// Conditions are refused for their size only: forms are made of entries that a valid spec has.
	fn from(_: Error) -> Self {
		Self::TooLarge
	}
}

/// The relation that every dealer's vector of a task satisfies. What it says of a spec is part of the protocol: another relation is
/// another [`Version`](crate::Version), or the proofs in open tasks would be wrong from one block to the next.
///
/// # Errors
/// [`Unprovable`]. Every valid spec has a relation today.
pub fn relation(spec: &TaskSpec) -> Result<Relation, Unprovable> {
	spec.validate()?;
	let mut builder = Builder {
		spec,
		conditions: Conditions::new(spec.length() as usize)?,
		rows: bits(spec.max_rows.into()),
	};
	let group = u16::try_from(spec.length_of_group()).map_err(|_| Unprovable::TooLarge)?;
	let groups = u16::try_from(spec.groups()).map_err(|_| Unprovable::TooLarge)?;
	for first in (0..groups).map(|number| number.saturating_mul(group)) {
		builder.group(first)?;
	}
	builder.cap(group, groups)?;
	Ok(builder.conditions.finish())
}

/// Bytes of every proof of a task: they follow from the spec alone, whatever the vector.
///
/// # Errors
/// [`Unprovable`].
pub fn proof_length(spec: &TaskSpec) -> Result<u32, Unprovable> {
	let length = relation(spec)?.layout().proof_length();
	u32::try_from(length).ok().filter(|length| *length <= MAX_VALIDITY).ok_or(Unprovable::TooLarge)
}

/// Whether a dealer also proves that a covariance is no larger than its variances allow. For columns with ranges and rows
/// so many that the numbers come near the field's order it does not; and of other statistics there is nothing to prove.
pub fn proves_determinant(spec: &TaskSpec) -> bool {
	match (spec.statistic, spec.columns.as_slice()) {
		(Statistic::Covariance | Statistic::Correlation, [x, y]) => {
			determinant_width(bits(spec.max_rows.into()), x, y) <= MAX_WIDTH
		},
		_ => false,
	}
}

/// The least `k` with `value < 2^k`.
fn bits(value: i128) -> u32 {
	i128::BITS - value.leading_zeros()
}

/// Bits of the distance between a column's bounds.
fn width(column: &Column) -> u32 {
	bits(i128::from(column.max) - i128::from(column.min))
}

fn bounds(column: &Column) -> (i128, i128) {
	(column.min.into(), column.max.into())
}

/// Bits of the product of the spreads of two columns.
fn determinant_width(rows: u32, x: &Column, y: &Column) -> u32 {
	4 * rows + 2 * width(x) + 2 * width(y)
}

fn entry(place: u16, coefficient: i128) -> Form {
	Form::default().entry(place, coefficient)
}

/// A column and the entries of its sums.
#[derive(Clone, Copy)]
struct Moments<'a> {
	column: &'a Column,
	/// Σx.
	sum: u16,
	/// Σx².
	squares: u16,
}

type Done = Result<(), Unprovable>;

/// A relation under construction.
struct Builder<'a> {
	spec: &'a TaskSpec,
	conditions: Conditions,
	/// Bits of the most rows.
	rows: u32,
}

impl Builder<'_> {
	/// Conditions on a group's vector, whose first entry is at `first`, but for the cap.
	fn group(&mut self, first: u16) -> Done {
		let spec = self.spec;
		let at = |place: u16| first.saturating_add(place);
		let columns = spec.columns.as_slice();
		match (spec.statistic, columns) {
			(Statistic::Contributors, _) => self.range(entry(first, 1), 1),
			(Statistic::Count, _) => self.range(entry(first, 1), self.rows),
			(Statistic::Sum | Statistic::Mean, [x]) => {
				self.range(entry(first, 1), self.rows)?;
				self.sum(first, self.rows, x, at(1))
			},
			(Statistic::WeightedMean | Statistic::VectorMean, columns) => {
				let weights = self.rows + self.bits_of_weight();
				self.range(entry(first, 1), weights)?;
				columns
					.iter()
					.zip(1..)
					.try_for_each(|(x, place)| self.sum(first, weights, x, at(place)))
			},
			(Statistic::Variance | Statistic::Std, [x]) => {
				self.range(entry(first, 1), self.rows)?;
				self.variance(first, Moments { column: x, sum: at(1), squares: at(2) }).map(|_| ())
			},
			(Statistic::Covariance | Statistic::Correlation, [x, y]) => {
				self.range(entry(first, 1), self.rows)?;
				let x = Moments { column: x, sum: at(1), squares: at(3) };
				let y = Moments { column: y, sum: at(2), squares: at(5) };
				self.covariance(first, x, y, at(4))
			},
			(Statistic::Regression, columns) => self.regression(first, columns),
			(Statistic::Histogram | Statistic::Quantiles | Statistic::Median, [x]) => {
				self.bins(first, x)
			},
			// a valid spec has the columns that its statistic takes
			_ => Err(Unprovable::Spec(SpecError::WrongColumns)),
		}
	}

	/// Bits of the largest weight; none without weights.
	fn bits_of_weight(&self) -> u32 {
		self.spec.weight.as_ref().map_or(0, |weight| bits(weight.max.into()))
	}

	fn range(&mut self, form: Form, width: u32) -> Done {
		Ok(self.conditions.range(form, width)?)
	}

	/// `n min <= Σx <= n max`, or the same with Σw for n. `n` has so many bits.
	fn sum(&mut self, n: u16, bits_of_n: u32, x: &Column, sum: u16) -> Done {
		let (min, max) = bounds(x);
		let width = bits_of_n + width(x);
		self.range(entry(n, -min).entry(sum, 1), width)?;
		self.range(entry(n, max).entry(sum, -1), width)
	}

	/// Σ(x - min)(max - x) and Σ(x - min)² are not negative. Both together pin the squares of no rows to zero.
	fn squares(&mut self, n: u16, x: Moments<'_>) -> Done {
		let (min, max) = bounds(x.column);
		let width = self.rows + 2 * width(x.column);
		let inside = entry(n, -(min * max)).entry(x.sum, min + max).entry(x.squares, -1);
		self.range(inside, width)?;
		self.distances(n, x, min)
	}

	/// Σ(x - end)² is not negative.
	fn distances(&mut self, n: u16, x: Moments<'_>, end: i128) -> Done {
		let squares = entry(n, end * end).entry(x.sum, -2 * end).entry(x.squares, 1);
		self.range(squares, self.rows + 2 * width(x.column))
	}

	/// That of a variance; returns `n Σx² - (Σx)²`.
	fn variance(&mut self, n: u16, x: Moments<'_>) -> Result<Form, Unprovable> {
		self.sum(n, self.rows, x.column, x.sum)?;
		self.squares(n, x)?;
		let squares = self.conditions.product(entry(n, 1), entry(x.squares, 1))?;
		let square = self.conditions.product(entry(x.sum, 1), entry(x.sum, 1))?;
		let spread = Form::default().product(squares, 1).product(square, -1);
		self.range(spread.clone(), 2 * self.rows + 2 * width(x.column))?;
		Ok(spread)
	}

	/// McCormick's four forms of Σxy.
	fn products(&mut self, n: u16, x: Moments<'_>, y: Moments<'_>, products: u16) -> Done {
		let bits = self.rows + width(x.column) + width(y.column);
		let ((x_min, x_max), (y_min, y_max)) = (bounds(x.column), bounds(y.column));
		// Σ(x - a)(y - b), or its opposite, for each pair of ends
		for (a, b, sign) in
			[(x_min, y_min, 1), (x_max, y_max, 1), (x_min, y_max, -1), (x_max, y_min, -1)]
		{
			let corner = entry(products, sign)
				.entry(y.sum, -sign * a)
				.entry(x.sum, -sign * b)
				.entry(n, sign * a * b);
			self.range(corner, bits)?;
		}
		Ok(())
	}

	fn covariance(&mut self, n: u16, x: Moments<'_>, y: Moments<'_>, products: u16) -> Done {
		let x_spread = self.variance(n, x)?;
		let y_spread = self.variance(n, y)?;
		self.products(n, x, y, products)?;
		let bits = determinant_width(self.rows, x.column, y.column);
		if bits > MAX_WIDTH {
			return Ok(());
		}
		let conditions = &mut self.conditions;
		let scaled = conditions.product(entry(n, 1), entry(products, 1))?;
		let means = conditions.product(entry(x.sum, 1), entry(y.sum, 1))?;
		let joint = Form::default().product(scaled, 1).product(means, -1);
		let spreads = conditions.product(x_spread, y_spread)?;
		let square = conditions.product(joint.clone(), joint)?;
		self.range(Form::default().product(spreads, 1).product(square, -1), bits)
	}

	/// Entries are the upper triangle of Σzzᵀ with z = (1, x_1, .., x_d), row by row; then Σzy; then Σy².
	fn regression(&mut self, n: u16, columns: &[Column]) -> Done {
		let Some(target) = &self.spec.target else {
			return Err(Unprovable::Spec(SpecError::WrongTarget));
		};
		let k = u16::try_from(columns.len() + 1).map_err(|_| Unprovable::TooLarge)?;
		// k is at most 21, as the vector has at most 256 entries
		let triangle = |i: u16, j: u16| n + i * k - i * i.saturating_sub(1) / 2 + (j - i);
		let with_target = |i: u16| n + k * (k + 1) / 2 + i;
		let x = |i: u16| columns.get(usize::from(i) - 1).map(|column| (i, column));
		let moments =
			|(i, column)| Moments { column, sum: triangle(0, i), squares: triangle(i, i) };
		let y = Moments { column: target, sum: with_target(0), squares: with_target(k) };

		self.range(entry(n, 1), self.rows)?;
		for (i, x_i) in (1..k).filter_map(|i| Some((i, moments(x(i)?)))).chain([(k, y)]) {
			self.variance(n, x_i)?;
			self.distances(n, x_i, x_i.column.max.into())?;
			for j in i + 1..k {
				if let Some(x_j) = x(j).map(moments) {
					self.products(n, x_i, x_j, triangle(i, j))?;
				}
			}
			if i < k {
				self.products(n, x_i, y, with_target(i))?;
			}
		}
		Ok(())
	}

	/// No bin is negative, and none that the column's range excludes is filled.
	fn bins(&mut self, first: u16, x: &Column) -> Done {
		let edges = self.spec.edges.as_slice();
		let lowers = core::iter::once(None).chain(edges.iter().map(Some));
		let uppers = edges.iter().map(Some).chain(core::iter::once(None));
		for ((lower, upper), place) in lowers.zip(uppers).zip(first..) {
			let outside = lower.is_some_and(|lower| *lower > x.max)
				|| upper.is_some_and(|upper| *upper <= x.min);
			if outside {
				self.conditions.zero(entry(place, 1))?;
			} else {
				self.range(entry(place, 1), self.rows)?;
			}
		}
		Ok(())
	}

	/// All rows together are no more than the cap; of weighted sums the weights.
	fn cap(&mut self, group: u16, groups: u16) -> Done {
		let spec = self.spec;
		let rows = i128::from(spec.max_rows);
		let heaviest = spec.weight.as_ref().map_or(1, |weight| i128::from(weight.max));
		let (most, bits_of_one) = (rows * heaviest, self.rows + self.bits_of_weight());
		let all = group.saturating_mul(groups);
		let (counts, step, largest) = match spec.statistic {
			Statistic::Contributors => (groups, group, 1),
			Statistic::Histogram | Statistic::Quantiles | Statistic::Median => {
				(all, 1, (1 << bits_of_one) - 1)
			},
			_ => (groups, group, (1 << bits_of_one) - 1),
		};
		// what the ranges of the counts say already
		if i128::from(counts).saturating_mul(largest) <= most {
			return Ok(());
		}
		let places = (0..all).step_by(usize::from(step.max(1)));
		let rest = places.fold(Form::constant(most), |form, place| form.entry(place, -1));
		self.range(rest, bits_of_one)
	}
}
