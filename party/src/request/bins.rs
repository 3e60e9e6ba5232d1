//! Equal bins over a declared range.

use ostraka_primitives::spec::MAX_BOUND;

/// Edges of `bins` equal bins that cover `min ..= max`, in the column's units: their width is 1, 2 or 5 times a power
/// of ten, and they start at a multiple of it. Where no such bins cover the range (few bins on both sides of zero) they
/// start at `min`. `None` if the edges would exceed what a spec can hold.
pub fn edges(min: i64, max: i64, bins: usize) -> Option<Vec<i64>> {
	let (min, max) = (i128::from(min), i128::from(max));
	let count = i128::try_from(bins).ok().filter(|count| *count > 0)?;
	let mut power = 1i128;
	while power <= i128::from(MAX_BOUND) {
		for factor in [1, 2, 5] {
			let width = factor * power;
			let start = min.div_euclid(width) * width;
			let end = start + count * width;
			if end > max {
				return rising(start, width, count);
			}
		}
		power *= 10;
	}
	rising(min, (max - min) / count + 1, count)
}

fn rising(start: i128, width: i128, count: i128) -> Option<Vec<i64>> {
	let in_bounds = |edge: &i64| (-MAX_BOUND..=MAX_BOUND).contains(edge);
	(0..=count).map(|i| i64::try_from(start + i * width).ok().filter(in_bounds)).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn widths_are_round() {
		assert_eq!(
			edges(1000, 40_000, 10).expect("covers"),
			(0..=10).map(|i| i * 5000).collect::<Vec<_>>()
		);
		assert_eq!(edges(0, 6, 3).expect("covers"), [0, 5, 10, 15]);
		assert_eq!(edges(-7, 7, 8).expect("covers"), [-8, -6, -4, -2, 0, 2, 4, 6, 8]);
		assert_eq!(edges(5, 5, 1).expect("covers"), [5, 6]);
		assert_eq!(edges(-5, 5, 1).expect("covers"), [-5, 6]);
		assert_eq!(edges(0, 1, 0), None);
		assert_eq!(edges(-MAX_BOUND, MAX_BOUND, 2), None);
	}

	proptest! {
		#[test]
		fn all_values_lie_between_the_outer_edges(
			a in -1i64 << 58..1 << 58, b in -1i64 << 58..1 << 58, bins in 1usize..254,
		) {
			let (min, max) = (a.min(b), a.max(b));
			let edges = edges(min, max, bins).expect("a range with room around it");
			prop_assert_eq!(edges.len(), bins + 1);
			prop_assert!(edges[0] <= min && max < edges[bins]);
			prop_assert!(edges.windows(2).all(|pair| pair[0] < pair[1]));
		}
	}
}
