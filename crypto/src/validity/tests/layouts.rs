//! Shapes of proofs, and their sizes.

use super::*;

#[test]
fn rows_hold_what_they_must_and_little_more() {
	for length in [1, 2, 3, 8, 64, 255, 256] {
		for bits in (0..400).chain([1_000, 2_048, 65_536, 100_000, MAX_BITS]) {
			for products in [0, 1, 2, 8, 336, MAX_FORMS] {
				let layout = Layout::new(length, bits, products);
				let Layout { q, m, p, n, h, .. } = layout;
				let d = layout.degree();
				assert!(q >= length && q <= 256 && m >= 1 && m * q >= bits, "{layout:?}");
				assert!(q == length || (m * q).saturating_sub(bits) < m, "{layout:?}");
				assert!(p * q >= products && (p == 0) == (products == 0), "{layout:?}");
				assert!(n * h >= d && n * h < d + h && n <= 256, "{layout:?}");
			}
		}
	}
}

#[test]
fn proofs_are_as_short_as_promised() {
	let size = |length| short_entries(length, 32).layout().proof_length();
	assert_eq!((size(8), size(64)), (3_712, 9_152));
	let layout = *short_entries(8, 32).layout();
	assert_eq!((layout.q, layout.m, layout.points(), layout.scalars()), (32, 8, 13, 77));
}
