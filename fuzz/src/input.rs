//! The input, read piece by piece, and what it makes of valid things.

use crate::torsion::{of_order, shift, ORDERS};
use ostraka_crypto::{
	encoding::{encode_point, IDENTITY},
	generators, group,
	seal::SealSecret,
	Affine, Plain, PointBytes, Scalar, SealKeyBytes,
};
use std::sync::OnceLock;

/// The field's order of Ristretto255: zero, in a form that is not its one.
const ZERO_IN_ANOTHER_FORM: SealKeyBytes = {
	let mut bytes = [0xff; 32];
	bytes[0] = 0xed;
	bytes[31] = 0x7f;
	bytes
};
/// The identity of Ristretto255.
pub const NEUTRAL: SealKeyBytes = [0; 32];

/// Hands out the input piece by piece, then zeros.
pub struct Input<'a>(pub &'a [u8]);

impl Input<'_> {
	/// The next bytes.
	pub fn take<const N: usize>(&mut self) -> [u8; N] {
		let mut bytes = [0; N];
		let count = N.min(self.0.len());
		bytes[..count].copy_from_slice(&self.0[..count]);
		self.0 = &self.0[count..];
		bytes
	}

	/// The next byte.
	pub fn byte(&mut self) -> u8 {
		let [byte] = self.take();
		byte
	}

	/// A yes or no; no at the end.
	pub fn flag(&mut self) -> bool {
		self.byte() % 2 == 1
	}

	/// A number below `bound`; zero at the end.
	pub fn below(&mut self, bound: usize) -> usize {
		usize::from(u16::from_le_bytes(self.take())) % bound.max(1)
	}

	/// A small integer, of either sign.
	pub fn small(&mut self) -> i64 {
		i64::from(i8::from_le_bytes(self.take()))
	}

	/// An integer of any size, small ones and powers of two more often.
	pub fn integer(&mut self) -> i64 {
		match self.byte() % 4 {
			0 | 1 => self.small(),
			2 => {
				let power = 1i64.checked_shl(u32::from(self.byte()) % 64).unwrap_or_default();
				power.wrapping_add(self.small() % 3)
			},
			_ => i64::from_le_bytes(self.take()),
		}
	}

	/// Changes a few bytes, or none. Returns whether they are others than before.
	pub fn change(&mut self, bytes: &mut [u8]) -> bool {
		let mut changed = bytes.to_vec();
		for _ in 0..self.byte() % 4 {
			let place = self.below(changed.len());
			let by = self.byte();
			changed.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= by);
		}
		let differs = changed != bytes;
		bytes.copy_from_slice(&changed);
		differs
	}

	/// A point: most often one of the group, or one outside of it, or one that must be refused.
	pub fn point(&mut self) -> PointBytes {
		let multiple = |base: &Affine<Plain>, scalar: i64| {
			encode_point(&group::affine(&group::mul(base, &Scalar::from(scalar))))
		};
		let mut bytes = match self.byte() % 7 {
			0 => encode_point(&generators::h::<Plain>()),
			1 => multiple(&generators::h(), self.small()),
			2 => {
				let index = 1 + self.below(8);
				generators::g::<Plain>(index).map_or(IDENTITY, |point| encode_point(&point))
			},
			3 => IDENTITY,
			4 => encode_point(&self.torsion()),
			5 => {
				let mut bytes = encode_point(&generators::h::<Plain>());
				shift(&mut bytes, &self.torsion());
				bytes
			},
			_ => self.take(),
		};
		self.change(&mut bytes);
		bytes
	}

	/// A point of small order: on the curve, outside of the subgroup.
	pub fn torsion(&mut self) -> Affine<Plain> {
		static POINTS: OnceLock<[Affine<Plain>; 5]> = OnceLock::new();
		let points = POINTS.get_or_init(|| ORDERS.map(of_order));
		let choice = self.byte();
		let point = points[usize::from(choice / 2) % points.len()];
		if choice % 2 == 1 {
			-point
		} else {
			point
		}
	}

	/// A key for sealing: most often one, or one that must be refused.
	pub fn key(&mut self) -> SealKeyBytes {
		let mut bytes = match self.byte() % 5 {
			0 | 1 => SealSecret::from_signature(&[self.byte()]).public(),
			2 => NEUTRAL,
			3 => ZERO_IN_ANOTHER_FORM,
			_ => self.take(),
		};
		self.change(&mut bytes);
		bytes
	}
}
