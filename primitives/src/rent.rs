//! Rent of places and seats: what a block of them costs as they fill, and what a task owes for the blocks that it held them, and for
//! the bytes that it leaves.
//!
//! A *place* is a task's entry in the agenda, held from its submission to its settlement. A *seat* is one of its committee or of
//! its panel, held from the draw to the settlement. Both are paid by the block; a seat that is asked for and not drawn yet costs a
//! tenth of that, as it makes seats dearer for others. The price of a block is fixed at the submission, by what is taken once the
//! task has its own, and stays: `base * dearness`, with `u` the taken part and
//!
//! ```text
//! dearness(u) = 1 / max(1 - u, 1/10)²
//! ```
//!
//! 1 where all is free, 4 at half, 25 at four fifths, and 100 from nine tenths on: the last tenth is for who pays a hundred
//! times as much. So nobody takes everything at the price that the first one pays. All of it is in whole numbers, rounded up: what
//! has a price is never free.
//!
//! The *bytes* that stay for good are paid once, at one price: of a task that was drawn those of its record, and of one that completed
//! those of its result too. What fails before its draw leaves no record, and pays for none. Nothing is ever freed of them, so that no
//! price by the block would do.

use crate::{Balance, BlockNumber};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

#[cfg(test)]
mod tests;

/// Nothing gets dearer from where no more is free than one part in so many.
const LEAST_FREE: u64 = 10;
/// How many times the base a price can be: that number squared.
pub const DEAREST: Balance = 100;

/// How full something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Occupancy {
	/// How many are taken. It may be more than there are, of seats that many tasks wait for.
	pub used: u32,
	/// How many there are.
	pub total: u32,
}

impl Occupancy {
	/// What it is once so many more are taken.
	pub const fn plus(&self, more: u32) -> Self {
		Self { used: self.used.saturating_add(more), total: self.total }
	}

	/// Price of one at this occupancy, of which `base` is the price where all is free: from `base` to [`DEAREST`] times as much.
	/// Where there are none it is the dearest.
	pub fn price(&self, base: Balance) -> Balance {
		let free = u64::from(self.total.saturating_sub(self.used));
		let total = u64::from(self.total);
		if free.saturating_mul(LEAST_FREE) <= total {
			return base.saturating_mul(DEAREST);
		}
		// Squares of 32 bits fit 64, and what is left of a division by one of them, times the other, fits 128.
		let square = |number: u64| Balance::from(number.saturating_mul(number));
		let (of_total, of_free) = (square(total), square(free));
		let (Some(whole), Some(left)) = (base.checked_div(of_free), base.checked_rem(of_free))
		else {
			return base.saturating_mul(DEAREST);
		};
		let rest = left.saturating_mul(of_total).div_ceil(of_free);
		whole.saturating_mul(of_total).saturating_add(rest)
	}
}

/// Blocks that a task held what it rents, and bytes that it leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
	/// Its place.
	pub place: BlockNumber,
	/// Blocks of its seats, of which those before the draw count a tenth.
	pub seats: BlockNumber,
	/// Bytes of state that it leaves for good.
	pub bytes: u32,
}

/// Rent of one task, as it was fixed when it was submitted.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Rent {
	/// A block of its place.
	pub place: Balance,
	/// A block of all its seats together, once they are drawn; until then it is a tenth of that.
	pub seats: Balance,
	/// A byte of state that it leaves for good.
	pub byte: Balance,
	/// Most that it can come to: what is kept of the fee.
	pub most: Balance,
}

impl Rent {
	/// At these prices of a block and of a byte, of a task that holds both no longer than this, and leaves no more.
	pub fn new(place: Balance, seats: Balance, byte: Balance, longest: &Held) -> Self {
		let rent = Self { place, seats, byte, most: Balance::MAX };
		Self { most: rent.sum(longest), ..rent }
	}

	/// What is due after a place was held so many blocks, the seats so many, and where so many bytes stay, counted as [`Held`] says:
	/// never more than was kept of the fee, however late the settlement comes.
	pub fn due(&self, held: &Held) -> Balance {
		self.sum(held).min(self.most)
	}

	/// All of it at these prices.
	fn sum(&self, held: &Held) -> Balance {
		let of_seats = self.seats.saturating_mul(held.seats.into());
		let of_bytes = self.byte.saturating_mul(held.bytes.into());
		let of_place = self.place.saturating_mul(held.place.into());
		of_place.saturating_add(of_seats).saturating_add(of_bytes)
	}
}
