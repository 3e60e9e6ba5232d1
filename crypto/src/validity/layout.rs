//! How a relation's bits and products stand in rows, and how long a proof of it is.

use crate::generators::MAX_LENGTH;

/// Bytes of a point in a proof.
pub(super) const POINT: usize = 96;
/// Bytes of a scalar in a proof.
pub(super) const SCALAR: usize = 32;
/// Rows are about as long as the square root of so many times the bits. A larger number makes for fewer points, which cost a
/// verifier most, and for more bytes. At this one, proofs for 256 and for 2,048 bits are within 4 and 9 kilobytes.
const LENGTHENED: usize = 4;

/// The shape of a proof. All of it follows from the length of the vector and the numbers of bits and of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
	/// `L`, the entries of the vector.
	pub length: usize,
	/// `q`, the length of a row; at least `L`.
	pub q: usize,
	/// `m`, rows of bits. At least one.
	pub m: usize,
	/// `p`, rows of left operands, of right operands and of products, each. None if there are no products.
	pub p: usize,
	/// `n`, the length of a row of coefficients.
	pub n: usize,
	/// `h`, rows of the coefficients below, and of those above the constant one.
	pub h: usize,
}

impl Layout {
	/// The layout for a vector of `length` entries, so many bits and so many products. Verdicts hang on it: another layout is
	/// another version of the protocol.
	pub(super) fn new(length: usize, bits: usize, products: usize) -> Self {
		let bits = bits.max(1);
		let root = (LENGTHENED * bits - 1).isqrt() + 1;
		let m = bits.div_ceil(root.clamp(length, MAX_LENGTH));
		// no longer than that number of rows needs
		let q = bits.div_ceil(m).max(length);
		let p = products.div_ceil(q);
		let degree = m + 2 * p + 2;
		let h = (degree / 4).isqrt().max(1);
		Self { length, q, m, p, n: degree.div_ceil(h), h }
	}

	/// `d = m + 2p + 2`: the product of the two polynomials has exponents from `-d` to `d - 2`.
	pub(super) fn degree(&self) -> usize {
		self.m + 2 * self.p + 2
	}

	/// Points of the first message: rows of bits, of left operands, of right operands and of products; the two masks.
	pub(super) fn first_points(&self) -> usize {
		self.m + 3 * self.p + 2
	}

	/// All points of a proof: those of the first message, then the rows of coefficients and their mask.
	pub fn points(&self) -> usize {
		self.first_points() + 2 * self.h + 1
	}

	/// Lengths of the three openings, the blinding values not counted.
	pub(super) fn openings(&self) -> [usize; 3] {
		[self.q, self.q, self.n]
	}

	/// All scalars of a proof: the openings with their blinding values.
	pub fn scalars(&self) -> usize {
		self.openings().iter().map(|length| length + 1).sum()
	}

	/// Bytes of a proof.
	pub fn proof_length(&self) -> usize {
		POINT * self.points() + SCALAR * self.scalars()
	}

	/// Generators `G_1, G_2, ..` that the openings are under.
	pub(super) fn generators(&self) -> usize {
		self.q.max(self.n)
	}
}
