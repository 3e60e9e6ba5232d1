//! The argument without its group: rows, polynomials and openings over a field. Generic, so that tests count every choice of
//! a field of three elements.
//!
//! Letters are those of `docs/VALIDITY.md`. With `d = m + 2p + 2`:
//! - `l(X)` has the coefficients `s; b_1 .. b_m; left_k + shift_k; out_k; x` at the exponents `0 .. d - 1`;
//! - `r(X)` has `Y_i D (b_i - 1) + w_i; Y_(m+k) D right_k + w_L,k; w_O,k - Y_(m+k) D; w_0; D s'` at `-1 .. -d`;
//! - the constant coefficient of `<l, r>` is known to all if every condition holds.

use super::{
	layout::Layout,
	relation::{Form, Relation, Variable},
	witness::Witness,
};
use alloc::{vec, vec::Vec};
use ark_ff::PrimeField;
use core::iter::successors;
use zeroize::{Zeroize, Zeroizing};

/// `first, first * base, first * base^2, ..`.
fn geometric<F: PrimeField>(first: F, base: F) -> impl Iterator<Item = F> {
	successors(Some(first), move |power| Some(*power * base))
}

/// `1, base, .., base^(count - 1)`.
fn powers<F: PrimeField>(base: F, count: usize) -> Vec<F> {
	geometric(F::ONE, base).take(count).collect()
}

/// The inverse; zero has none, and challenges are not zero.
fn inverse<F: PrimeField>(value: F) -> F {
	value.inverse().unwrap_or(F::ZERO)
}

fn inner<F: PrimeField>(left: &[F], right: &[F]) -> F {
	left.iter().zip(right).map(|(left, right)| *left * right).sum()
}

/// Adds `factor * values` to a sum.
fn accumulate<F: PrimeField>(sum: &mut [F], factor: F, values: &[F]) {
	for (sum, value) in sum.iter_mut().zip(values) {
		*sum += factor * value;
	}
}

/// Values that are committed to together, or an opening: a weighted sum of such. Wiped on drop.
pub(super) struct Row<F: PrimeField> {
	pub values: Vec<F>,
	pub blinding: F,
}

impl<F: PrimeField> Row<F> {
	fn zero(length: usize) -> Self {
		Self { values: vec![F::ZERO; length], blinding: F::ZERO }
	}

	/// A row of given values; its blinding value is drawn.
	fn blinded(values: &[F], draw: &mut impl FnMut() -> F) -> Self {
		Self { values: values.to_vec(), blinding: draw() }
	}

	fn add(&mut self, weight: F, row: &Self) {
		accumulate(&mut self.values, weight, &row.values);
		self.blinding += weight * row.blinding;
	}
}

impl<F: PrimeField> Drop for Row<F> {
	fn drop(&mut self) {
		self.values.zeroize();
		self.blinding.zeroize();
	}
}

/// The linear conditions, combined by powers of `z`: weights of the bits, of left operands, right operands and products, of
/// the vector, and a constant. If every condition holds, the weighted sum of all is zero.
struct Weights<F> {
	bits: Vec<F>,
	left: Vec<F>,
	right: Vec<F>,
	out: Vec<F>,
	input: Vec<F>,
	constant: F,
}

impl<F: PrimeField> Weights<F> {
	fn new(relation: &Relation, z: F) -> Self {
		let Layout { length, q, m, p, .. } = *relation.layout();
		let (mut bits, mut left, mut right) =
			(vec![F::ZERO; m * q], vec![F::ZERO; p * q], vec![F::ZERO; p * q]);
		let mut forms =
			Forms { out: vec![F::ZERO; p * q], input: vec![F::ZERO; q], constant: F::ZERO };
		let mut powers = geometric(z, z);
		let mut power = || powers.next().unwrap_or(F::ZERO);

		let mut places = bits.iter_mut();
		for (form, width) in relation.ranges() {
			// the form less its bits' values
			let power = power();
			forms.add(form, power);
			let mut weight = -power;
			for place in places.by_ref().take(*width as usize) {
				*place = weight;
				weight.double_in_place();
			}
		}
		// a bit that nothing uses
		places.for_each(|place| *place = power());
		for ([one, other], (left, right)) in
			relation.products().iter().zip(left.iter_mut().zip(&mut right))
		{
			// the form less the operand
			for (form, operand) in [(one, left), (other, right)] {
				let power = power();
				forms.add(form, power);
				*operand = -power;
			}
		}
		for form in relation.zeros() {
			forms.add(form, power());
		}
		// nothing is committed beyond the vector
		forms.input.iter_mut().skip(length).for_each(|place| *place = power());
		let Forms { out, input, constant } = forms;
		Self { bits, left, right, out, input, constant }
	}
}

/// The weights that forms have together.
struct Forms<F> {
	out: Vec<F>,
	input: Vec<F>,
	constant: F,
}

impl<F: PrimeField> Forms<F> {
	fn add(&mut self, form: &Form, power: F) {
		for (variable, coefficient) in &form.terms {
			let weight = match variable {
				Variable::Entry(place) => self.input.get_mut(usize::from(*place)),
				Variable::Product(place) => self.out.get_mut(usize::from(*place)),
			};
			if let Some(weight) = weight {
				*weight += power * F::from(*coefficient);
			}
		}
		self.constant += power * F::from(form.constant);
	}
}

/// What everybody knows once `y` and `z` are drawn.
pub(super) struct Public<F> {
	layout: Layout,
	/// `D = (1, y, .., y^(q-1))`.
	d: Vec<F>,
	/// `Y_i = y^(q i)`, `i = 1 .. m + p`.
	scales: Vec<F>,
	weights: Weights<F>,
	/// `Y_(m+k)^-1 D^-1 w_R,k`, one after the other.
	shifts: Vec<F>,
	/// The constant coefficient of `<l, r>` if every condition holds.
	constant: F,
}

impl<F: PrimeField> Public<F> {
	/// For challenges that are not zero.
	pub(super) fn new(relation: &Relation, y: F, z: F) -> Self {
		let layout = *relation.layout();
		let Layout { q, m, p, .. } = layout;
		let weights = Weights::new(relation, z);
		let step = y.pow([q as u64]);
		// the exponents of Y_(m+k) D run on from one k to the next
		let y_inverse = inverse(y);
		let first = y_inverse.pow([(q * (m + 1)) as u64]);
		let downwards = geometric(first, y_inverse);
		let shifts: Vec<F> = weights.right.iter().zip(downwards).map(|(w, y)| y * w).collect();
		let constant = inner(&shifts, &weights.left) - weights.constant;
		let scales = geometric(step, step).take(m + p).collect();
		Self { layout, d: powers(y, q), scales, weights, shifts, constant }
	}

	/// What the openings' weights are at `X`.
	pub(super) fn at(&self, x: F) -> Openings<F> {
		Openings::new(&self.layout, &self.scales, x)
	}

	/// What the third opening's value at `X` lacks to be that of `<l, r>` less its constant coefficient, with `l` and `r` as the
	/// other two give them. Zero if all is right.
	pub(super) fn product_lacks(&self, x: F, [first, second, third]: [&[F]; 3]) -> F {
		let Layout { q, m, p, .. } = self.layout;
		let (up, down) = (powers(x, m + p + 1), powers(inverse(x), self.layout.degree()));

		let mut l = first.to_vec();
		for (shift, power) in self.shifts.chunks_exact(q).zip(up.iter().skip(m + 1)) {
			accumulate(&mut l, *power, shift);
		}

		// what w_i and w_O,k are less of
		let (of_bits, of_products) = self.scales.split_at_checked(m).unwrap_or_default();
		let minus: F = inner(of_bits, down.get(1..).unwrap_or_default())
			+ inner(of_products, down.get(m + p + 1..).unwrap_or_default());
		let mut r: Vec<F> =
			self.d.iter().zip(second).map(|(d, value)| *d * (*value - minus)).collect();
		let Weights { bits, left, out, input, .. } = &self.weights;
		let rows = [bits, left, out, input].into_iter().flat_map(|rows| rows.chunks_exact(q));
		for (row, power) in rows.zip(down.iter().skip(1)) {
			accumulate(&mut r, *power, row);
		}

		inner(&l, &r) - self.constant - inner(third, &powers(x, third.len()))
	}
}

/// By how much each row enters each of the three openings, and `C_0` the first.
///
/// Rows are in the order of the proof's points: bits, left, right, out, `s`, `s'`, coefficients below, coefficients above,
/// mask.
pub(super) struct Openings<F> {
	pub rows: Vec<[F; 3]>,
	pub input: F,
}

impl<F: PrimeField> Openings<F> {
	fn new(layout: &Layout, scales: &[F], x: F) -> Self {
		let (m, p, d) = (layout.m, layout.p, layout.degree());
		let inverse = inverse(x);
		let (up, down) = (powers(x, d), powers(inverse, d + 1));
		let zero = F::ZERO;
		let mut rows = Vec::with_capacity(layout.points());
		let upwards = |from: usize, count: usize| up.iter().skip(from).take(count);
		let scaled = || down.iter().skip(1).zip(scales).map(|(power, scale)| *power * scale);
		rows.extend(upwards(1, m).zip(scaled()).map(|(up, down)| [*up, down, zero]));
		rows.extend(upwards(m + 1, p).map(|up| [*up, zero, zero]));
		rows.extend(scaled().skip(m).map(|down| [zero, down, zero]));
		rows.extend(upwards(m + p + 1, p).map(|up| [*up, zero, zero]));
		rows.push([F::ONE, zero, zero]);
		rows.push([zero, down.last().copied().unwrap_or(zero), zero]);
		let (step, step_down) = (x.pow([layout.n as u64]), inverse.pow([layout.n as u64]));
		let below = geometric(step_down, step_down).take(layout.h);
		let above = geometric(x, step).take(layout.h);
		rows.extend(below.chain(above).chain([x.square()]).map(|power| [zero, zero, power]));
		Self { rows, input: up.last().copied().unwrap_or(zero) }
	}
}

/// The rows of the first message, in the order of [`Openings`].
pub(super) fn first_rows<F: PrimeField>(
	layout: &Layout,
	witness: &Witness<F>,
	draw: &mut impl FnMut() -> F,
) -> Vec<Row<F>> {
	// Room for all rows, as rows that move leave copies behind.
	let mut rows = Vec::with_capacity(layout.first_points());
	for values in [&witness.bits, &witness.left, &witness.right, &witness.out] {
		rows.extend(values.chunks_exact(layout.q).map(|values| Row::blinded(values, draw)));
	}
	for _ in 0..2 {
		let values = Zeroizing::new((0..layout.q).map(|_| draw()).collect::<Vec<_>>());
		rows.push(Row::blinded(&values, draw));
	}
	rows
}

/// The rows of the coefficients of `<l, r>`, and that of their mask, in the order of [`Openings`]. `rows` are the first ones.
///
/// A row `c_0 .. c_(n-1)` below stands for `sum_j c_j X^(j - i n)`, `i = 1 .. h`; one above for `sum_j c_j X^(1 + i n + j)`,
/// `i = 0 .. h - 1`. Masks `ν_j X^(1 + j)` are added to the first one above, and taken away by the last row, which stands for
/// `X^2 sum_j c_j X^j`.
pub(super) fn coefficient_rows<F: PrimeField>(
	public: &Public<F>,
	witness: &Witness<F>,
	rows: &[Row<F>],
	draw: &mut impl FnMut() -> F,
) -> Vec<Row<F>> {
	let Layout { n, h, .. } = public.layout;
	let d = public.layout.degree();
	let product = product(public, witness, rows);
	let coefficient = |place: usize| product.get(place).copied().unwrap_or(F::ZERO);
	let mut values = Zeroizing::new(vec![F::ZERO; n]);
	let mut rows = Vec::with_capacity(2 * h + 1);
	for row in 1..=h {
		for (value, column) in values.iter_mut().zip(0..) {
			// the coefficient of X^e is at place d + e
			*value = (d + column).checked_sub(row * n).map_or(F::ZERO, coefficient);
		}
		rows.push(Row::blinded(&values, draw));
	}
	let mut masks = Zeroizing::new(Vec::with_capacity(n));
	masks.push(F::ZERO);
	masks.extend((1..n).map(|_| draw()));
	for row in 0..h {
		for (value, column) in values.iter_mut().zip(0..) {
			*value = coefficient(d + 1 + row * n + column);
		}
		if row == 0 {
			accumulate(&mut values, F::ONE, &masks);
		}
		rows.push(Row::blinded(&values, draw));
	}
	values.iter_mut().for_each(|value| *value = F::ZERO);
	accumulate(&mut values, -F::ONE, masks.get(1..).unwrap_or_default());
	rows.push(Row::blinded(&values, draw));
	rows
}

/// The coefficients of `<l, r>`, that of `X^e` at place `d + e`.
fn product<F: PrimeField>(
	public: &Public<F>,
	witness: &Witness<F>,
	rows: &[Row<F>],
) -> Zeroizing<Vec<F>> {
	let Layout { q, m, p, .. } = public.layout;
	let (d, size) = (public.layout.degree(), public.layout.degree() * q);
	let Weights { bits, left, out, input, .. } = &public.weights;
	let masks = rows.get(m + 3 * p..).unwrap_or_default();
	let mut masks = masks.iter().map(|row| row.values.as_slice());
	let (s, s_prime) = (masks.next().unwrap_or_default(), masks.next().unwrap_or_default());

	let mut l = Zeroizing::new(Vec::with_capacity(size));
	l.extend_from_slice(s);
	l.extend_from_slice(&witness.bits);
	l.extend(witness.left.iter().zip(&public.shifts).map(|(value, shift)| *value + shift));
	l.extend_from_slice(&witness.out);
	l.extend_from_slice(&witness.input);
	l.resize(size, F::ZERO);

	// Y_i D for all rows of bits and of products, one after the other
	let scaled: Vec<F> =
		(public.scales.iter()).flat_map(|scale| public.d.iter().map(move |d| *scale * d)).collect();
	let (of_bits, of_products) = scaled.split_at_checked(m * q).unwrap_or_default();
	let mut r = Zeroizing::new(Vec::with_capacity(size));
	let terms = of_bits.iter().zip(&witness.bits).zip(bits);
	r.extend(terms.map(|((scale, bit), weight)| *scale * (*bit - F::ONE) + weight));
	let terms = of_products.iter().zip(&witness.right).zip(left);
	r.extend(terms.map(|((scale, value), weight)| *scale * value + weight));
	r.extend(out.iter().zip(of_products).map(|(weight, scale)| *weight - scale));
	r.extend_from_slice(input);
	r.extend(public.d.iter().zip(s_prime).map(|(d, value)| *d * value));

	let mut product = Zeroizing::new(vec![F::ZERO; 2 * d]);
	for (up, l) in l.chunks_exact(q).enumerate() {
		for (down, r) in (1..).zip(r.chunks_exact(q)) {
			// the constant one is not sent
			if up != down {
				if let Some(coefficient) = product.get_mut(d + up - down) {
					*coefficient += inner(l, r);
				}
			}
		}
	}
	product
}

/// The three openings of rows with weights. `input` is the vector with its blinding value.
pub(super) fn open<'r, F: PrimeField>(
	layout: &Layout,
	weights: &Openings<F>,
	rows: impl IntoIterator<Item = &'r Row<F>>,
	input: &Row<F>,
) -> [Row<F>; 3] {
	let mut openings = layout.openings().map(Row::zero);
	for (row, weights) in rows.into_iter().zip(&weights.rows) {
		for (opening, weight) in openings.iter_mut().zip(weights) {
			if !weight.is_zero() {
				opening.add(*weight, row);
			}
		}
	}
	let [first, ..] = &mut openings;
	first.add(weights.input, input);
	openings
}
