//! What a prover knows: the vector, the bits of every range, operands and products. Whether it is what the relation asks for.

use super::relation::{Form, Relation};
use crate::scalar::Scalar;
use alloc::vec::Vec;
use ark_ff::{BigInteger, PrimeField};
use core::fmt;
use zeroize::{Zeroize, Zeroizing};

/// A vector with all that follows from it. A cheat changes what does not follow: nothing of a witness is checked by who
/// proves it. Wiped on drop.
pub struct Witness<F: PrimeField = Scalar> {
	/// The vector.
	pub input: Vec<F>,
	/// The bits of all ranges, each from the lowest; then zeros to the end of the last row.
	pub bits: Vec<F>,
	/// Left operands, then zeros to the end of the last row.
	pub left: Vec<F>,
	/// Right operands likewise.
	pub right: Vec<F>,
	/// Products likewise.
	pub out: Vec<F>,
}

impl<F: PrimeField> Witness<F> {
	/// The witness of a vector. If the vector does not satisfy the relation, the bits are the lowest ones of values that have
	/// more.
	pub fn new(relation: &Relation, input: &[F]) -> Self {
		let layout = relation.layout();
		let Products { left, right, out } = Products::of(relation, input);
		// room for all at once: a vector that grows leaves its old, unwiped copy behind
		let mut witness = Self {
			input: Vec::with_capacity(layout.q),
			bits: Vec::with_capacity(layout.m * layout.q),
			left: padded(&left, layout.p * layout.q),
			right: padded(&right, layout.p * layout.q),
			out: padded(&out, layout.p * layout.q),
		};
		witness.input.extend_from_slice(input);
		for (form, width) in relation.ranges() {
			let value = Zeroizing::new(form.value(input, &out).into_bigint());
			witness.bits.extend((0..*width as usize).map(|bit| {
				let limb = value.as_ref().get(bit / 64).copied().unwrap_or_default();
				F::from(limb >> (bit % 64) & 1)
			}));
		}
		witness.bits.resize(layout.m * layout.q, F::ZERO);
		witness
	}
}

impl<F: PrimeField> Drop for Witness<F> {
	fn drop(&mut self) {
		let Self { input, bits, left, right, out } = self;
		[input, bits, left, right, out].into_iter().for_each(Zeroize::zeroize);
	}
}

impl<F: PrimeField> fmt::Debug for Witness<F> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Witness({} values, ..)", self.input.len())
	}
}

fn padded<F: PrimeField>(values: &[F], length: usize) -> Vec<F> {
	let mut row = Vec::with_capacity(length.max(values.len()));
	row.extend_from_slice(values);
	row.resize(length.max(values.len()), F::ZERO);
	row
}

/// Operands and products of a vector.
pub(super) struct Products<F: PrimeField> {
	pub left: Zeroizing<Vec<F>>,
	pub right: Zeroizing<Vec<F>>,
	pub out: Zeroizing<Vec<F>>,
}

impl<F: PrimeField> Products<F> {
	pub(super) fn of(relation: &Relation, input: &[F]) -> Self {
		let room = || Zeroizing::new(Vec::with_capacity(relation.products().len()));
		let (mut left, mut right, mut out) = (room(), room(), room());
		for [one, other] in relation.products() {
			let (one, other) = (one.value(input, &out), other.value(input, &out));
			left.push(one);
			right.push(other);
			out.push(one * other);
		}
		Self { left, right, out }
	}
}

impl Relation {
	/// Whether a vector satisfies the relation.
	pub fn holds<F: PrimeField>(&self, input: &[F]) -> bool {
		let products = Products::of(self, input);
		let value = |form: &Form| form.value(input, &products.out);
		let fits = |(form, width): &(Form, u32)| value(form).into_bigint().num_bits() <= *width;
		input.len() == self.length()
			&& self.ranges().iter().all(fits)
			&& self.zeros().iter().all(|form| value(form).is_zero())
	}
}
