//! Relations: what is proven of a vector.

use super::layout::Layout;
use crate::{error::Error, transcript::Transcript, vss, Hash};
use alloc::vec::Vec;
use ark_ff::PrimeField;

const RELATION_TAG: &str = "ostraka/relation/v1";

/// Most bits of a range: no form with more may be compared with others without coming near the field's order.
pub const MAX_WIDTH: u32 = 250;
/// Most bits of all ranges of a relation.
pub const MAX_BITS: usize = 1 << 18;
/// Most conditions of each kind.
pub const MAX_FORMS: usize = 1 << 12;

/// What a form is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
	/// An entry of the vector, counted from 0.
	Entry(u16),
	/// A product, counted from 0.
	Product(u16),
}

/// An affine form: a constant and multiples of entries and products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
	pub(super) terms: Vec<(Variable, i128)>,
	pub(super) constant: i128,
}

impl Form {
	/// A constant.
	pub fn constant(constant: i128) -> Self {
		Self { terms: Vec::new(), constant }
	}

	/// Adds a multiple of an entry, counted from 0.
	#[must_use]
	pub fn entry(self, place: u16, coefficient: i128) -> Self {
		self.term(Variable::Entry(place), coefficient)
	}

	/// Adds a multiple of a product, counted from 0 as [`Conditions::product`] counts.
	#[must_use]
	pub fn product(self, place: u16, coefficient: i128) -> Self {
		self.term(Variable::Product(place), coefficient)
	}

	fn term(mut self, variable: Variable, coefficient: i128) -> Self {
		// a term of nothing is left out, so that a bound of zero costs nothing
		if coefficient != 0 {
			self.terms.push((variable, coefficient));
		}
		self
	}

	/// The form's value on a vector and the products of forms on it. Those that are not given count as zero.
	pub fn value<F: PrimeField>(&self, input: &[F], products: &[F]) -> F {
		self.terms.iter().fold(F::from(self.constant), |sum, (variable, coefficient)| {
			let value = match variable {
				Variable::Entry(place) => input.get(usize::from(*place)),
				Variable::Product(place) => products.get(usize::from(*place)),
			};
			value.map_or(sum, |value| sum + F::from(*coefficient) * value)
		})
	}

	fn hash(&self, transcript: Transcript) -> Transcript {
		let terms = self.terms.iter().fold(
			transcript.count(self.terms.len()),
			|transcript, (variable, coefficient)| {
				let (kind, place) = match variable {
					Variable::Entry(place) => (0, *place),
					Variable::Product(place) => (1, *place),
				};
				transcript.u8(kind).u16(place).fixed(&coefficient.to_le_bytes())
			},
		);
		terms.fixed(&self.constant.to_le_bytes())
	}
}

/// Conditions on a vector, as they are put together. Their order is part of the relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
	length: u16,
	ranges: Vec<(Form, u32)>,
	products: Vec<[Form; 2]>,
	zeros: Vec<Form>,
	bits: usize,
}

impl Conditions {
	/// None yet, on a vector of `length` entries.
	///
	/// # Errors
	/// `VectorLength` unless it is in `1..=256`.
	pub fn new(length: usize) -> Result<Self, Error> {
		vss::check_length(length)?;
		let length = u16::try_from(length).map_err(|_| Error::VectorLength)?;
		let (ranges, products, zeros) = (Vec::new(), Vec::new(), Vec::new());
		Ok(Self { length, ranges, products, zeros, bits: 0 })
	}

	/// Adds a range: the form lies in `[0, 2^width)`.
	///
	/// # Errors
	/// `Relation` if the form names what is not there, the width is above [`MAX_WIDTH`], or there are too many ranges or bits.
	pub fn range(&mut self, form: Form, width: u32) -> Result<(), Error> {
		self.check(&form, self.ranges.len())?;
		let bits = self.bits.saturating_add(width as usize);
		if width > MAX_WIDTH || bits > MAX_BITS {
			return Err(Error::Relation);
		}
		self.bits = bits;
		self.ranges.push((form, width));
		Ok(())
	}

	/// Adds a product of two forms, of which later forms can be made, and returns its number.
	///
	/// # Errors
	/// `Relation` if a form names what is not there, or there are too many products.
	pub fn product(&mut self, left: Form, right: Form) -> Result<u16, Error> {
		self.check(&left, self.products.len())?;
		self.check(&right, self.products.len())?;
		let number = u16::try_from(self.products.len()).map_err(|_| Error::Relation)?;
		self.products.push([left, right]);
		Ok(number)
	}

	/// Adds a zero: the form vanishes.
	///
	/// # Errors
	/// `Relation` if the form names what is not there, or there are too many zeros.
	pub fn zero(&mut self, form: Form) -> Result<(), Error> {
		self.check(&form, self.zeros.len())?;
		self.zeros.push(form);
		Ok(())
	}

	fn check(&self, form: &Form, others: usize) -> Result<(), Error> {
		let known = form.terms.iter().all(|(variable, _)| match variable {
			Variable::Entry(place) => *place < self.length,
			Variable::Product(place) => usize::from(*place) < self.products.len(),
		});
		let few = others < MAX_FORMS && form.terms.len() <= MAX_FORMS;
		(known && few).then_some(()).ok_or(Error::Relation)
	}

	/// The relation of these conditions.
	pub fn finish(self) -> Relation {
		let layout = Layout::new(usize::from(self.length), self.bits, self.products.len());
		let id = self.id();
		Relation { conditions: self, layout, id }
	}

	fn id(&self) -> Hash {
		let start = Transcript::new(RELATION_TAG).u16(self.length).count(self.ranges.len());
		let ranges = self
			.ranges
			.iter()
			.fold(start, |transcript, (form, width)| form.hash(transcript.u32(*width)));
		let products = self
			.products
			.iter()
			.fold(ranges.count(self.products.len()), |transcript, [left, right]| {
				right.hash(left.hash(transcript))
			});
		let zeros = products.count(self.zeros.len());
		self.zeros.iter().fold(zeros, |transcript, form| form.hash(transcript)).digest()
	}
}

/// What is proven of a vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
	conditions: Conditions,
	layout: Layout,
	id: Hash,
}

impl Relation {
	/// The hash that names the relation: of its length and all conditions in their order.
	pub fn id(&self) -> &Hash {
		&self.id
	}

	/// The shape of its proofs.
	pub fn layout(&self) -> &Layout {
		&self.layout
	}

	/// Entries of the vector.
	pub fn length(&self) -> usize {
		self.layout.length
	}

	/// Ranges with their widths.
	pub fn ranges(&self) -> &[(Form, u32)] {
		&self.conditions.ranges
	}

	/// Pairs of operands.
	pub(super) fn products(&self) -> &[[Form; 2]] {
		&self.conditions.products
	}

	/// Forms that vanish.
	pub(super) fn zeros(&self) -> &[Form] {
		&self.conditions.zeros
	}

	/// Bits of all ranges.
	pub fn bits(&self) -> usize {
		self.conditions.bits
	}
}
