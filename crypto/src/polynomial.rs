//! Polynomials over the scalar field: powers of a node's index, and Lagrange interpolation.
//!
//! A node's index `j` is 1-based: the value at zero is the secret.

use crate::{error::Error, scalar::Scalar};
use alloc::vec::Vec;
use ark_ff::{batch_inversion, One, Zero};

/// `j^0, j^1, .., j^(count - 1)`.
pub fn powers(j: u8, count: usize) -> Vec<Scalar> {
	let j = Scalar::from(j);
	core::iter::successors(Some(Scalar::one()), |power| Some(*power * j)).take(count).collect()
}

/// The weights `w_i` with `f(at) = sum_i w_i f(indices[i])` for every polynomial `f` of degree below the number of
/// indices.
///
/// # Errors
/// `Index` if there are none or one is zero, `DuplicateIndex`.
pub fn lagrange(indices: &[u8], at: u8) -> Result<Vec<Scalar>, Error> {
	if indices.is_empty() || indices.contains(&0) {
		return Err(Error::Index);
	}
	let at = Scalar::from(at);
	let mut numerators = Vec::with_capacity(indices.len());
	let mut denominators = Vec::with_capacity(indices.len());
	for (position, i) in indices.iter().enumerate() {
		let x_i = Scalar::from(*i);
		let (mut numerator, mut denominator) = (Scalar::one(), Scalar::one());
		for (other, m) in indices.iter().enumerate() {
			if other == position {
				continue;
			}
			let x_m = Scalar::from(*m);
			numerator *= at - x_m;
			denominator *= x_i - x_m;
		}
		if denominator.is_zero() {
			return Err(Error::DuplicateIndex);
		}
		numerators.push(numerator);
		denominators.push(denominator);
	}
	batch_inversion(&mut denominators);
	Ok(numerators.into_iter().zip(denominators).map(|(n, d)| n * d).collect())
}
