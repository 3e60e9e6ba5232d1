//! Which rows are taken where there are more than may be.

use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};

/// What a choice follows from.
pub type Seed = [u8; 32];

/// A choice among rows that come one after the other: so many of all, each set of them as likely as any other (selection
/// sampling, Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S). It follows from the seed and the two
/// numbers; nothing is remembered of the rows.
pub(super) struct Sample {
	wanted: u64,
	left: u64,
	stream: ChaCha20Rng,
}

impl Sample {
	/// Chooses `wanted` of `rows`, all if there are fewer.
	pub fn new(wanted: u64, rows: u64, seed: &Seed) -> Self {
		Self { wanted: wanted.min(rows), left: rows, stream: ChaCha20Rng::from_seed(*seed) }
	}

	/// Whether the next row is taken.
	pub fn takes_next(&mut self) -> bool {
		let draw = (u128::from(self.stream.next_u64()) * u128::from(self.left)) >> 64;
		self.left = self.left.saturating_sub(1);
		let is_taken = draw < u128::from(self.wanted);
		self.wanted -= u64::from(is_taken);
		is_taken
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn chosen(wanted: u64, rows: u64, seed: u8) -> Vec<u64> {
		let mut sample = Sample::new(wanted, rows, &[seed; 32]);
		(0..rows).filter(|_| sample.takes_next()).collect()
	}

	#[test]
	fn so_many_are_chosen() {
		for (wanted, rows) in [(0, 9), (1, 9), (9, 9), (20, 9), (500, 1000), (0, 0)] {
			assert_eq!(chosen(wanted, rows, 3).len() as u64, wanted.min(rows));
		}
		assert_eq!(chosen(4, 9, 3), chosen(4, 9, 3));
	}

	#[test]
	fn every_row_is_chosen_as_often() {
		let mut times = [0u32; 10];
		for seed in 0..200 {
			chosen(3, 10, seed).into_iter().for_each(|row| times[row as usize] += 1);
		}
		assert_eq!(times.iter().sum::<u32>(), 600);
		assert!(times.iter().all(|times| (35..90).contains(times)), "{times:?}");
	}
}
