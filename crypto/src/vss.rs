//! Verifiable secret sharing of vectors (Pedersen's, with one commitment a coefficient for all `L` values).
//!
//! For `x` in `F^L`: polynomials `f_1 .. f_L` of degree `t` with `f_l(0) = x_l`, and one blinding polynomial `b`.
//! - Commitments `C_k = sum_l f_{l,k} G_l + b_k H`, `k = 0 .. t`. They hide perfectly; the identity is a legal value.
//! - Node `j` gets `(f_1(j), .., f_L(j))` and the auxiliary share `b(j)`.
//! - A share is right if `sum_l s_l G_l + b H == sum_k j^k C_k`.
//!
//! Source: T. P. Pedersen, "Non-interactive and information-theoretic secure verifiable secret sharing", CRYPTO '91.

mod commitments;
mod subgroup;

pub use commitments::{Commitments, UncheckedCommitments};
pub(crate) use subgroup::all_inside;
pub use subgroup::batch_subgroup;

use crate::{
	curve::{is_native, Curve},
	encoding::{decode_scalar, encode_scalar, ScalarBytes},
	error::Error,
	generators, group, polynomial,
	scalar::{self, Scalar},
};
use alloc::{vec, vec::Vec};
use ark_ec::{
	short_weierstrass::{Affine, Projective},
	AdditiveGroup,
};
use ark_ff::Zero;
use core::fmt;
use rand_core::{CryptoRng, RngCore};
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A node's share of a vector, or a sum of such shares.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretShare {
	/// `f_1(j), .., f_L(j)`.
	pub values: Vec<Scalar>,
	/// The auxiliary share `b(j)`.
	pub blinding: Scalar,
}

impl SecretShare {
	/// The share of the zero vector: the neutral element of [`Self::add`].
	pub fn zero(length: usize) -> Self {
		Self { values: vec![Scalar::zero(); length], blinding: Scalar::zero() }
	}

	/// Number of values, `L`.
	pub fn length(&self) -> usize {
		self.values.len()
	}

	/// Adds another dealer's share for the same node.
	///
	/// # Errors
	/// `Length` if it has another number of values; nothing is added then.
	pub fn add(&mut self, other: &Self) -> Result<(), Error> {
		Error::length("share", self.values.len(), other.values.len())?;
		for (sum, value) in self.values.iter_mut().zip(&other.values) {
			*sum += value;
		}
		self.blinding += other.blinding;
		Ok(())
	}

	/// `32 (L + 1)` bytes: the values, then the auxiliary share.
	pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
		let mut bytes = Zeroizing::new(Vec::with_capacity(32 * (self.values.len() + 1)));
		for scalar in self.scalars() {
			bytes.extend_from_slice(&encode_scalar(scalar));
		}
		bytes
	}

	/// Reads a share of `length` values.
	///
	/// # Errors
	/// `Length`, `VectorLength`, `NonCanonicalScalar`.
	pub fn from_bytes(bytes: &[u8], length: usize) -> Result<Self, Error> {
		check_length(length)?;
		Error::length("share", 32 * (length + 1), bytes.len())?;
		let mut share = Self { values: Vec::with_capacity(length), blinding: Scalar::zero() };
		for chunk in bytes.chunks_exact(32) {
			let bytes = ScalarBytes::try_from(chunk).map_err(|_| Error::NonCanonicalScalar)?;
			let scalar = decode_scalar(&Zeroizing::new(bytes))?;
			if share.values.len() < length {
				share.values.push(scalar);
			} else {
				share.blinding = scalar;
			}
		}
		Ok(share)
	}

	/// The values, then the auxiliary share.
	fn scalars(&self) -> impl Iterator<Item = &Scalar> {
		self.values.iter().chain([&self.blinding])
	}
}

impl fmt::Debug for SecretShare {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "SecretShare({} values, ..)", self.values.len())
	}
}

impl ConstantTimeEq for SecretShare {
	fn ct_eq(&self, other: &Self) -> Choice {
		let same_length = Choice::from(u8::from(self.values.len() == other.values.len()));
		self.scalars()
			.zip(other.scalars())
			.fold(same_length, |equal, (a, b)| equal & scalar::ct_eq(a, b))
	}
}

impl PartialEq for SecretShare {
	fn eq(&self, other: &Self) -> bool {
		self.ct_eq(other).into()
	}
}

impl Eq for SecretShare {}

/// Checks a threshold against a number of nodes.
///
/// # Errors
/// `Parameters` unless `1 <= t` and `2t + 1 <= n`.
pub fn check_parameters(threshold: u8, n: u8) -> Result<(), Error> {
	let ok = threshold >= 1 && u16::from(n) > 2 * u16::from(threshold);
	ok.then_some(()).ok_or(Error::Parameters)
}

/// Checks the length of a vector.
///
/// # Errors
/// `VectorLength` unless it is in `1..=256`.
pub fn check_length(length: usize) -> Result<(), Error> {
	(1..=generators::MAX_LENGTH).contains(&length).then_some(()).ok_or(Error::VectorLength)
}

/// Shares a vector among `n` nodes, any `threshold + 1` of which can reconstruct it. Share `j` is at index `j - 1`.
///
/// # Errors
/// `Parameters`, `VectorLength`.
pub fn share<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	secret: &[Scalar],
	threshold: u8,
	n: u8,
	rng: &mut R,
) -> Result<(Commitments<P>, Vec<SecretShare>), Error> {
	check_parameters(threshold, n)?;
	check_length(secret.len())?;
	// rows[k] holds the k-th coefficients of f_1 .. f_L and b
	let mut random_row = || (0..=secret.len()).map(|_| scalar::random(rng)).collect::<Vec<_>>();
	let mut rows = Zeroizing::new(Vec::with_capacity(usize::from(threshold) + 1));
	for _ in 0..=threshold {
		rows.push(random_row());
	}
	if let Some(constants) = rows.first_mut() {
		for (constant, value) in constants.iter_mut().zip(secret) {
			*constant = *value;
		}
	}
	let points = rows.iter().map(|row| commit::<P>(row)).collect::<Result<Vec<_>, _>>()?;
	let shares = (1..=n).map(|j| share_of(&rows, secret.len(), j)).collect();
	Ok((Commitments(group::normalize(&points)), shares))
}

/// Evaluates all polynomials at `j` by Horner's rule.
fn share_of(rows: &[Vec<Scalar>], length: usize, j: u8) -> SecretShare {
	let x = Scalar::from(j);
	let mut share = SecretShare::zero(length);
	for row in rows.iter().rev() {
		let SecretShare { values, blinding } = &mut share;
		for (sum, coefficient) in values.iter_mut().chain([blinding]).zip(row) {
			*sum = *sum * x + coefficient;
		}
	}
	share
}

/// `sum_l scalars[l] G_l + scalars[L] H`: one coefficient's commitment.
fn commit<P: Curve>(scalars: &[Scalar]) -> Result<Projective<P>, Error> {
	let length = scalars.len().saturating_sub(1);
	check_length(length)?;
	#[cfg(feature = "blst")]
	if let Some(sum) = crate::fixed_base::commit(scalars) {
		return Ok(sum);
	}
	Ok(group::msm(&generators::bases::<P>(length)?, scalars))
}

/// Whether node `j`'s share fits the commitments. One multi-scalar multiplication of `L + t + 2` terms.
pub fn check_share<P: Curve>(commitments: &Commitments<P>, j: u8, share: &SecretShare) -> bool {
	let Ok(mut points) = generators::bases::<P>(share.length()) else { return false };
	if j == 0 || commitments.0.is_empty() {
		return false;
	}
	// Room for all at once: a vector that grows leaves its old, unwiped copy behind.
	let mut scalars = Zeroizing::new(Vec::with_capacity(points.len() + commitments.0.len()));
	scalars.extend(share.scalars());
	// Points are negated rather than scalars: powers of an index are short, and short scalars are cheap.
	points.extend(commitments.0.iter().map(|point| -*point));
	scalars.extend(polynomial::powers(j, commitments.0.len()));
	group::msm(&points, &scalars).is_zero()
}

/// Whether the published vector and its blinding value open a commitment: `sum_l x_l G_l + gamma H == c0`.
pub fn check_opening<P: Curve>(c0: &Affine<P>, values: &[Scalar], blinding: &Scalar) -> bool {
	let Ok(mut points) = generators::bases::<P>(values.len()) else { return false };
	points.push(-*c0);
	let scalars: Vec<_> = values.iter().chain([blinding, &Scalar::from(1u8)]).copied().collect();
	group::msm(&points, &scalars).is_zero()
}

/// Whether all shares of one dealing (share `j` at index `j - 1`) fit its commitments, up to a chance of `2^-64` over the draws of
/// `rng`. For the dealer, who holds them all and looks for faults of its machine: nobody chooses them.
///
/// One sum of the generators, from the same tables as the commitments', but not in one pass with theirs: the shares that are checked
/// are those that come out of their sealing, and what seals them is bound to the commitments.
pub fn check_dealing<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	commitments: &Commitments<P>,
	shares: &[SecretShare],
	rng: &mut R,
) -> bool {
	let Some(length) = shares.first().map(SecretShare::length) else { return false };
	let mut sum = Zeroizing::new(vec![Scalar::zero(); length + 1]);
	let mut weights = vec![Scalar::zero(); commitments.0.len()];
	for (j, share) in (1u8..=u8::MAX).zip(shares) {
		if share.length() != length {
			return false;
		}
		let coefficient = Scalar::from(rng.next_u64());
		for (sum, value) in sum.iter_mut().zip(share.scalars()) {
			*sum += coefficient * value;
		}
		for (weight, power) in weights.iter_mut().zip(polynomial::powers(j, commitments.0.len())) {
			*weight += coefficient * power;
		}
	}
	let within_bytes = shares.len() <= usize::from(u8::MAX);
	let Ok(left) = commit::<P>(&sum) else { return false };
	within_bytes && left == group::msm(&commitments.0, &weights)
}

/// One dealing's commitments and the node's share of it.
pub type BatchItem<'a, P> = (&'a Commitments<P>, &'a SecretShare);

/// Checks node `j`'s shares of many dealings at once and returns the indices of the wrong ones, rising.
///
/// The checks are added up with random 128-bit coefficients, so that one multi-scalar multiplication serves them
/// all. If the sum does not vanish, each half is checked with coefficients of its own. The draws of `rng` must
/// be unknown to the dealers: a wrong share passes with probability `2^-128`.
pub fn batch_check<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	j: u8,
	items: &[BatchItem<'_, P>],
	rng: &mut R,
) -> Vec<usize> {
	bisect(items, |range| match range {
		[] => Some(Vec::new()),
		[(commitments, share)] => {
			let right = check_share(commitments, j, share);
			Some(if right { Vec::new() } else { vec![0] })
		},
		_ => combination_vanishes(j, range, rng).then(Vec::new),
	})
}

/// The places of the wrong ones among items, rising. `wrong` tells those of a range, if it can: otherwise its halves are looked
/// at. Of a range of one item it can.
pub(crate) fn bisect<T>(
	items: &[T],
	mut wrong: impl FnMut(&[T]) -> Option<Vec<usize>>,
) -> Vec<usize> {
	let mut found = Vec::new();
	let mut ranges = vec![(0, items)];
	// Each range is halved, so there are never more than twice as many as items.
	while let Some((start, range)) = ranges.pop() {
		if let Some(places) = wrong(range) {
			found.extend(places.iter().map(|place| start + place));
		} else if range.len() > 1 {
			let middle = range.len() / 2;
			let (left, right) = range.split_at(middle);
			ranges.push((start + middle, right));
			ranges.push((start, left));
		}
	}
	found
}

/// Whether the random linear combination of the items' share checks is the identity.
fn combination_vanishes<P: Curve, R: RngCore + CryptoRng + ?Sized>(
	j: u8,
	items: &[BatchItem<'_, P>],
	rng: &mut R,
) -> bool {
	let length = items.iter().map(|(_, share)| share.length()).max().unwrap_or_default();
	let Ok(mut points) = generators::bases::<P>(length) else { return false };
	let most = items.iter().map(|(commitments, _)| commitments.0.len()).max().unwrap_or_default();
	let powers = polynomial::powers(j, most);
	let terms = items.iter().map(|(commitments, _)| commitments.0.len()).sum::<usize>();
	let mut scalars = Zeroizing::new(Vec::with_capacity(points.len() + terms));
	scalars.resize(points.len(), Scalar::zero());
	points.reserve(terms);
	let fold = is_native::<P>();
	let mut folded = Vec::new();
	for (commitments, share) in items {
		if j == 0 || commitments.0.is_empty() || share.values.is_empty() {
			return false;
		}
		let coefficient = scalar::random_short(rng);
		let Some((blinding, values)) = scalars.get_mut(..=length).and_then(|s| s.split_last_mut())
		else {
			return false;
		};
		for (sum, value) in values.iter_mut().zip(&share.values) {
			*sum += coefficient * value;
		}
		*blinding += coefficient * share.blinding;
		if fold {
			folded.push(-commitment_to_share(commitments, j));
			scalars.push(coefficient);
		} else {
			points.extend(commitments.0.iter().map(|point| -*point));
			scalars
				.extend(powers.iter().take(commitments.0.len()).map(|power| coefficient * power));
		}
	}
	points.extend(group::normalize(&folded));
	group::msm(&points, &scalars).is_zero()
}

/// `sum_k j^k C_k`, by Horner's rule: an index is short, so a step is a few doublings and additions.
fn commitment_to_share<P: Curve>(commitments: &Commitments<P>, j: u8) -> Projective<P> {
	commitments.0.iter().rev().fold(Projective::zero(), |sum, point| {
		let mut product = Projective::zero();
		for bit in (0..u8::BITS - j.leading_zeros()).rev() {
			product.double_in_place();
			if j >> bit & 1 == 1 {
				product += sum;
			}
		}
		product + point
	})
}

/// Shares at distinct nodes, as `(j, share)`.
pub type IndexedShares<'a> = &'a [(u8, SecretShare)];

/// The share that node `at` must have if the given ones are right; the secret itself, with its blinding value, for
/// `at = 0`. Field arithmetic only.
///
/// # Errors
/// `Index`, `DuplicateIndex`, `Length` if shares have different lengths.
pub fn interpolate(shares: IndexedShares<'_>, at: u8) -> Result<SecretShare, Error> {
	let indices: Vec<u8> = shares.iter().map(|(j, _)| *j).collect();
	let weights = polynomial::lagrange(&indices, at)?;
	let length = shares.first().map(|(_, share)| share.length()).unwrap_or_default();
	let mut result = SecretShare::zero(length);
	for ((_, share), weight) in shares.iter().zip(&weights) {
		Error::length("share", length, share.length())?;
		for (sum, value) in result.values.iter_mut().zip(&share.values) {
			*sum += *weight * value;
		}
		result.blinding += *weight * share.blinding;
	}
	Ok(result)
}

/// The blinding value `b_0` of `C_0`, from the shares of one dealing (share `j` at index `j - 1`): what its dealer proves
/// the vector's validity with. Field arithmetic only.
///
/// # Errors
/// `Length` if there are fewer than `threshold + 1` shares.
pub fn secret_blinding(threshold: u8, shares: &[SecretShare]) -> Result<Zeroizing<Scalar>, Error> {
	let needed = usize::from(threshold) + 1;
	let few = Error::Length { what: "shares", expected: needed, found: shares.len() };
	let first = shares.get(..needed).ok_or(few)?;
	let indices: Vec<u8> = (1..=u8::MAX).take(needed).collect();
	let weights = polynomial::lagrange(&indices, 0)?;
	let terms = weights.iter().zip(first);
	Ok(Zeroizing::new(terms.map(|(weight, share)| *weight * share.blinding).sum()))
}

/// The shared vector and its blinding value.
///
/// # Errors
/// Those of [`interpolate`].
pub fn reconstruct(shares: IndexedShares<'_>) -> Result<SecretShare, Error> {
	interpolate(shares, 0)
}
