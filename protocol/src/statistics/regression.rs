//! Ordinary least squares from sums of products, fraction-free.
//!
//! With z = (1, x_1, .., x_d) and k = d + 1: the normal equations `A β = b`, `A = Σ z zᵀ`, `b = Σ z y`. Bareiss'
//! elimination in its Gauss-Jordan form (E. H. Bareiss, Math. Comp. 22 (1968)) on `[A | b | I]` divides exactly at
//! every step and ends in `[det·I | det·β | adj A]`, so all numbers stay integers no longer than the minors
//! they are. As `A` is positive semidefinite no pivoting is needed: the pivots are its leading minors, and one of
//! zero means that the columns are collinear.

use super::{
	cell::{divide, NoSummary},
	checks::{self, Moments},
	error::Inconsistency,
	number::{pow10, Number},
	outcome::{Named, Summary},
	rows::text,
};
use alloc::{string::ToString, vec, vec::Vec};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use ostraka_primitives::spec::{Column, INTERCEPT};

/// The parts of a cell's vector.
struct Sums {
	/// `A`, k x k, symmetric.
	gram: Vec<Vec<BigInt>>,
	/// `b`, k entries.
	products: Vec<BigInt>,
	/// Σy².
	squares: BigInt,
}

/// Solves a cell of `n > 0` rows.
pub(super) fn solve(
	sums: &[BigInt],
	columns: &[Column],
	target: &Column,
) -> Result<Summary, NoSummary> {
	let k = columns.len() + 1;
	let sums = Sums::split(sums, k).ok_or(NoSummary::Shape)?;
	let (Some(n), Some(y_sum)) =
		(sums.gram.first().and_then(|row| row.first()), sums.products.first())
	else {
		return Err(NoSummary::Shape);
	};
	let y = Moments { column: target, sum: y_sum, squares: &sums.squares };
	sums.check(n, columns, &y)?;
	let solution = sums.eliminate()?;
	let det = &solution.determinant;

	// residual sum of squares times the determinant: Σy² det - (det β)ᵀ b, itself a minor, hence not negative
	let explained: BigInt = solution
		.coefficients
		.iter()
		.zip(&sums.products)
		.map(|(coefficient, b)| coefficient * b)
		.sum();
	let residual = &sums.squares * det - explained;
	if residual.is_negative() {
		return Err(Inconsistency::NotPositive.into());
	}
	let freedom = n - BigInt::from(k);
	// k rows of full rank are fitted exactly, fewer have no full rank
	if freedom.is_negative() || (freedom.is_zero() && !residual.is_zero()) {
		return Err(Inconsistency::RankAboveRows.into());
	}

	// coefficient i counts units of y in a unit of z_i
	let y_unit = pow10(u32::from(target.decimals));
	let names =
		core::iter::once(INTERCEPT.to_string()).chain(columns.iter().map(|x| text(&x.name)));
	let z_units: Vec<BigInt> = core::iter::once(BigInt::one())
		.chain(columns.iter().map(|x| pow10(u32::from(x.decimals))))
		.collect();
	let named = |numbers: Vec<Number>| -> Vec<Named> {
		names.clone().zip(numbers).map(|(name, value)| Named { name, value }).collect()
	};
	let coefficients = solution.coefficients.iter().zip(&z_units).map(|(coefficient, z_unit)| {
		divide(coefficient * z_unit, det * &y_unit).map(Number::Ratio)
	});
	let coefficients = named(coefficients.collect::<Result<_, _>>()?);

	let std_errors = if freedom.is_zero() {
		None
	} else {
		// s² (A^-1)_ii = residual / (det freedom) · adj_ii / det
		let divisor = det * det * &freedom * &y_unit * &y_unit;
		let errors = solution.adjugate_diagonal.iter().zip(&z_units).map(|(minor, z_unit)| {
			let square = divide(&residual * minor * z_unit * z_unit, divisor.clone())?;
			Number::root(false, square).ok_or(Inconsistency::NotPositive.into())
		});
		Some(named(errors.collect::<Result<_, NoSummary>>()?))
	};

	let total = y.spread(n);
	let r_squared = if total.is_zero() {
		None
	} else {
		// residual / det over total / n
		let unexplained = divide(&residual * n, det * total)?;
		Some(Number::Ratio(BigRational::one() - unexplained))
	};
	Ok(Summary::Regression { count: n.clone(), coefficients, std_errors, r_squared })
}

impl Sums {
	/// Splits `k(k+1)/2 + k + 1` entries.
	fn split(sums: &[BigInt], k: usize) -> Option<Self> {
		let (triangle, rest) = sums.split_at_checked(k * (k + 1) / 2)?;
		let (squares, products) = rest.split_last()?;
		if products.len() != k {
			return None;
		}
		let mut gram = vec![vec![BigInt::zero(); k]; k];
		let places = (0..k).flat_map(|i| (i..k).map(move |j| (i, j)));
		for ((i, j), entry) in places.zip(triangle) {
			*gram.get_mut(i)?.get_mut(j)? = entry.clone();
			*gram.get_mut(j)?.get_mut(i)? = entry.clone();
		}
		Some(Self { gram, products: products.to_vec(), squares: squares.clone() })
	}

	/// Every column and every pair of columns, the target among them, is possible by itself.
	fn check(&self, n: &BigInt, columns: &[Column], y: &Moments) -> Result<(), NoSummary> {
		y.check(n)?;
		let Some((first, rows)) = self.gram.split_first() else { return Ok(()) };
		let moments: Vec<Moments> = (columns.iter().zip(first.iter().skip(1)))
			.zip(rows.iter().enumerate())
			.filter_map(|((column, sum), (i, row))| {
				Some(Moments { column, sum, squares: row.get(i + 1)? })
			})
			.collect();
		for (i, (x, row)) in moments.iter().zip(rows).enumerate() {
			x.check(n)?;
			for (other, products) in moments.iter().zip(row.iter().skip(1)).skip(i + 1) {
				checks::products(n, x, other, products)?;
			}
		}
		for (x, products) in moments.iter().zip(self.products.iter().skip(1)) {
			checks::products(n, x, y, products)?;
		}
		Ok(())
	}

	/// Solves the normal equations.
	fn eliminate(&self) -> Result<Solution, NoSummary> {
		let k = self.gram.len();
		let mut rows: Vec<Vec<BigInt>> = (self.gram.iter().zip(&self.products).enumerate())
			.map(|(i, (row, b))| {
				let unit = (0..k).map(|j| BigInt::from(u8::from(i == j)));
				row.iter().chain(Some(b)).cloned().chain(unit).collect()
			})
			.collect();
		let mut last = BigInt::one();
		for p in 0..k {
			let pivot_row = rows.get(p).cloned().unwrap_or_default();
			let pivot = pivot_row.get(p).cloned().unwrap_or_default();
			if pivot.is_negative() {
				return Err(Inconsistency::NotPositive.into());
			}
			if pivot.is_zero() {
				// in a positive semidefinite matrix a zero on the diagonal stands in a row of zeros
				let rest = pivot_row.iter().take(k + 1).skip(p);
				let zero = rest.into_iter().all(Zero::is_zero);
				return Err(if zero {
					NoSummary::Undefined
				} else {
					Inconsistency::NotPositive.into()
				});
			}
			for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != p) {
				let factor = row.get(p).cloned().unwrap_or_default();
				for (entry, above) in row.iter_mut().zip(&pivot_row) {
					// exact, by Sylvester's identity
					*entry = (&pivot * &*entry - &factor * above) / &last;
				}
			}
			last = pivot;
		}
		let column = |j: usize, row: &[BigInt]| row.get(j).cloned().unwrap_or_default();
		Ok(Solution {
			determinant: last,
			coefficients: rows.iter().map(|row| column(k, row)).collect(),
			adjugate_diagonal: rows
				.iter()
				.enumerate()
				.map(|(i, row)| column(k + 1 + i, row))
				.collect(),
		})
	}
}

/// What the elimination ends in.
struct Solution {
	/// `det A`, positive.
	determinant: BigInt,
	/// `det A · β`.
	coefficients: Vec<BigInt>,
	/// The diagonal of `adj A = det A · A^-1`.
	adjugate_diagonal: Vec<BigInt>,
}
