//! An allocator that searches every block which is freed for what must not be left in one: secret scalars in every form that
//! arithmetic gives them, secret points, secret bytes. A block that grows is freed where it stood, so copies that growth
//! leaves behind are found too.
//!
//! Not found: what stays on the stack, and what is only a function of a secret that nobody foresaw here.

use ark_bls12_381::Fq;
use ark_ff::{BigInt, Field, PrimeField, Zero};
use ostraka_crypto::{group, Affine, Plain, Scalar};
use rand_core::{CryptoRng, RngCore};
use std::{
	alloc::{GlobalAlloc, Layout, System},
	cell::Cell,
	ptr,
};

/// The allocator, for `#[global_allocator]`.
pub struct Searching;

thread_local! {
	/// What is searched for on this thread; null while nothing is.
	static SOUGHT: Cell<*const Secrets> = const { Cell::new(ptr::null()) };
	/// A bit for each name of a secret that was found.
	static FOUND: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: blocks are the system allocator's. One that is freed is read before, as bytes, all of which were written when it was
// allocated; the search allocates nothing.
unsafe impl GlobalAlloc for Searching {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		// so that nothing old stands in what a program does not write to
		unsafe { System.alloc_zeroed(layout) }
	}

	unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
		let sought = SOUGHT.get();
		if !sought.is_null() {
			let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
			FOUND.set(FOUND.get() | unsafe { &*sought }.find(bytes));
		}
		unsafe { System.dealloc(block, layout) }
	}
}

/// Names of the secrets that stood in a block when it was freed while `act` ran. What `act` returns must not hold any.
pub fn left_by<T>(secrets: &mut Secrets, act: impl FnOnce() -> T) -> (T, Vec<&'static str>) {
	secrets.sort();
	FOUND.set(0);
	SOUGHT.set(secrets);
	let made = act();
	SOUGHT.set(ptr::null());
	let found = FOUND.get();
	let names = secrets.names.iter().enumerate();
	(made, names.filter(|(bit, _)| found >> bit & 1 == 1).map(|(_, name)| *name).collect())
}

/// Asserts that [`left_by`] finds nothing.
#[track_caller]
pub fn assert_wiped<T>(secrets: &mut Secrets, act: impl FnOnce() -> T) -> T {
	let (made, left) = left_by(secrets, act);
	assert!(left.is_empty(), "left in freed memory: {left:?}");
	made
}

/// Bytes of a secret, with the place of its name.
struct Pattern {
	/// The first eight bytes, by which it is looked up.
	head: u64,
	bytes: Vec<u8>,
	name: usize,
}

/// What is searched for.
#[derive(Default)]
pub struct Secrets {
	names: Vec<&'static str>,
	/// Rising by `head` once sorted.
	patterns: Vec<Pattern>,
	points: Vec<(Affine<Plain>, usize)>,
	/// A bit for each hash of a `head`.
	heads: Vec<u64>,
}

impl Secrets {
	fn name(&mut self, name: &'static str) -> usize {
		let known = self.names.iter().position(|other| *other == name);
		known.unwrap_or_else(|| {
			self.names.push(name);
			assert!(self.names.len() <= 64, "a bit for each");
			self.names.len() - 1
		})
	}

	/// Bytes as they are. Nearly nothing but zeros, such as the upper half of a small number, is no secret: memory is full
	/// of it.
	pub fn bytes(&mut self, name: &'static str, bytes: &[u8]) {
		assert!(bytes.len() >= 8, "a shorter one is found by chance");
		if bytes.iter().filter(|byte| **byte != 0).count() < 4 {
			return;
		}
		let name = self.name(name);
		self.patterns.push(Pattern { head: head(bytes), bytes: bytes.to_vec(), name });
	}

	/// A scalar, as canonical bytes and as the field's own limbs, each half by itself; as the two halves by the curve's
	/// endomorphism, with signs and without; and as digits of any usual length in integers of any size.
	pub fn scalar(&mut self, name: &'static str, scalar: &Scalar) {
		let limbs = scalar.into_bigint().0;
		self.integer(name, &limbs);
		scalar.0 .0.chunks(2).for_each(|half| self.bytes(name, &bytes_of(half)));
		let signed = signed_halves(scalar).map(|(half, _)| half);
		for half in halves(&limbs).into_iter().chain(signed) {
			self.bytes(name, &half.to_le_bytes());
		}
	}

	/// An exponent of Ristretto255, as canonical bytes, which is how its library holds it, and as digits.
	#[allow(dead_code)] // of one of the programs that use this module
	pub fn exponent(&mut self, name: &'static str, bytes: &[u8; 32]) {
		self.integer(name, &std::array::from_fn(|limb| head(&bytes[8 * limb..])));
	}

	/// An integer, each half by itself, and as digits.
	fn integer(&mut self, name: &'static str, limbs: &[u64; 4]) {
		limbs.chunks(2).for_each(|half| self.bytes(name, &bytes_of(half)));
		for bits in 2..=14 {
			for signed in [false, true] {
				let digits = digits(limbs, bits, signed);
				let digits = digits.get(..digits.len().min(72 / bits + 8)).unwrap_or_default();
				for size in [1, 2, 4, 8].into_iter().filter(|size| *size > 1 || bits < 8) {
					let sized = |digit: &i64| digit.to_le_bytes().into_iter().take(size);
					let bytes: Vec<u8> = digits.iter().flat_map(sized).collect();
					self.bytes(name, &bytes);
				}
			}
		}
	}

	/// A point, as affine coordinates in the field's own limbs, as encoded bytes, and as Jacobian coordinates.
	pub fn point(&mut self, name: &'static str, point: &Affine<Plain>) {
		self.bytes(name, &coordinates(point)[..48]);
		self.bytes(name, &ostraka_crypto::encoding::encode_point(point)[..48]);
		let place = self.name(name);
		self.points.push((*point, place));
	}

	/// Two neighbours among the multiples of a public base that the digits of a scalar's halves pick from a table, as they stand
	/// there and, of the second half, as the endomorphism maps them: a list of picks is the scalar.
	pub fn picks(&mut self, name: &'static str, scalar: &Scalar, base: &Affine<Plain>) {
		let [first, second] = signed_halves(scalar);
		let one = Scalar::from(1u8);
		for ((half, negative), factor) in
			[(first, one), (second, one), (second, Scalar::from(SQUARE))]
		{
			let digits = digits(&[half as u64, (half >> 64) as u64, 0, 0], 8, true);
			let place = digits.windows(2).position(|pair| !pair.contains(&0));
			let Some(place) = place else { continue };
			let pick = |place: usize| {
				let power = Scalar::from(256u16).pow([place as u64]) * factor;
				let multiple = Scalar::from(if negative { -digits[place] } else { digits[place] });
				coordinates(&group::affine(&group::mul(base, &(multiple * power))))
			};
			self.bytes(name, &[pick(place), pick(place + 1)].concat());
		}
	}

	fn sort(&mut self) {
		self.patterns.sort_by_key(|pattern| pattern.head);
		self.heads = vec![0; 1 << 12];
		for pattern in &self.patterns {
			let (word, bit) = hash(pattern.head);
			self.heads[word] |= 1 << bit;
		}
	}

	/// A bit for each name of what stands in a block.
	fn find(&self, block: &[u8]) -> u64 {
		let mut found = 0;
		for start in 0..block.len().saturating_sub(7) {
			let rest = &block[start..];
			let head = head(rest);
			let (word, bit) = hash(head);
			if self.heads[word] >> bit & 1 == 1 {
				let first = self.patterns.partition_point(|pattern| pattern.head < head);
				let same = self.patterns[first..].iter().take_while(|other| other.head == head);
				for pattern in same.filter(|pattern| rest.starts_with(&pattern.bytes)) {
					found |= 1 << pattern.name;
				}
			}
			if start % 8 == 0 && !self.points.is_empty() {
				found |= self.find_jacobian(rest);
			}
		}
		found
	}

	/// Whether a block begins with `x z²`, `y z³`, `z` of a secret point.
	fn find_jacobian(&self, block: &[u8]) -> u64 {
		let Some([x, y, z]) = block.get(..144).map(|bytes| {
			let field = |bytes: &[u8]| {
				let mut limbs = [0; 6];
				limbs
					.iter_mut()
					.zip(bytes.chunks_exact(8))
					.for_each(|(limb, bytes)| *limb = head(bytes));
				Fq::new_unchecked(BigInt(limbs))
			};
			[field(&bytes[..48]), field(&bytes[48..96]), field(&bytes[96..])]
		}) else {
			return 0;
		};
		let reduced = |coordinate: &Fq| coordinate.0 < Fq::MODULUS;
		if z.is_zero() || ![x, y, z].iter().all(reduced) {
			return 0;
		}
		let square = z.square();
		let is = |point: &Affine<Plain>| point.x * square == x && point.y * square * z == y;
		self.points
			.iter()
			.filter(|(point, _)| is(point))
			.fold(0, |found, (_, name)| found | 1 << name)
	}
}

fn head(bytes: &[u8]) -> u64 {
	u64::from_le_bytes(std::array::from_fn(|place| bytes[place]))
}

fn hash(head: u64) -> (usize, u32) {
	let hash = head.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 46;
	((hash >> 6) as usize, (hash & 63) as u32)
}

fn coordinates(point: &Affine<Plain>) -> Vec<u8> {
	bytes_of(&[point.x.0 .0, point.y.0 .0].concat())
}

fn bytes_of(limbs: &[u64]) -> Vec<u8> {
	limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect()
}

/// The square of the curve's parameter.
const SQUARE: u128 = 0xd201_0000_0001_0000 * 0xd201_0000_0001_0000;

/// Magnitudes and signs (true: negative) of the halves that are as short as they can be.
fn signed_halves(scalar: &Scalar) -> [(u128, bool); 2] {
	let (limbs, opposite) = (scalar.into_bigint(), (-*scalar).into_bigint());
	let negative = limbs > opposite;
	let [rest, quotient] = halves(&limbs.min(opposite).0);
	if rest > SQUARE / 2 {
		[(SQUARE - rest, !negative), (quotient + 1, negative)]
	} else {
		[(rest, negative), (quotient, negative)]
	}
}

/// Remainder and quotient by the square of the curve's parameter, bit by bit.
fn halves(limbs: &[u64; 4]) -> [u128; 2] {
	let bits = (0..256).rev().map(|place| limbs[place / 64] >> (place % 64) & 1);
	let (rest, quotient) = bits.fold((0u128, 0u128), |(rest, quotient), bit| {
		let twice = rest << 1 | u128::from(bit);
		let fits = rest >> 127 == 1 || twice >= SQUARE;
		let rest = if fits { twice.wrapping_sub(SQUARE) } else { twice };
		(rest, quotient << 1 | u128::from(fits))
	});
	[rest, quotient]
}

/// Digits of so many bits, least first.
fn digits(limbs: &[u64; 4], bits: usize, signed: bool) -> Vec<i64> {
	let bit = |place: usize| limbs.get(place / 64).map_or(0, |limb| limb >> (place % 64) & 1);
	let digit = |start: usize| (0..bits).map(|i| (bit(start + i) << i) as i64).sum::<i64>();
	let mut carry = 0;
	let digits = (0..256).step_by(bits).map(|start| {
		let value = digit(start) + carry;
		carry = i64::from(signed && value > 1 << (bits - 1));
		value - (carry << bits)
	});
	digits.collect()
}

/// A generator that notes what it gives.
pub struct Recording<R> {
	/// The generator.
	pub inner: R,
	/// What was asked of it, call by call.
	pub drawn: Vec<Vec<u8>>,
}

impl<R: RngCore> RngCore for Recording<R> {
	fn next_u32(&mut self) -> u32 {
		self.inner.next_u32()
	}

	fn next_u64(&mut self) -> u64 {
		self.inner.next_u64()
	}

	fn fill_bytes(&mut self, bytes: &mut [u8]) {
		self.inner.fill_bytes(bytes);
		self.drawn.push(bytes.to_vec());
	}

	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
		self.fill_bytes(bytes);
		Ok(())
	}
}

impl<R: CryptoRng> CryptoRng for Recording<R> {}

impl<R> Recording<R> {
	/// A generator of which nothing was asked yet.
	pub fn new(inner: R) -> Self {
		Self { inner, drawn: Vec::new() }
	}

	/// The scalars that were drawn, each from 64 bytes.
	pub fn scalars(&self) -> Vec<Scalar> {
		let wide = self.drawn.iter().filter_map(|bytes| <&[u8; 64]>::try_from(&bytes[..]).ok());
		wide.map(ostraka_crypto::scalar::from_wide).collect()
	}
}
