//! Quantiles read off a histogram.

use super::{
	number::{pow10, ratio, Number},
	outcome::Quantile,
};
use num_bigint::BigInt;
use num_integer::Integer;

/// The quantile of so many thousandths of the `n > 0` counted rows, which is the row of rank `⌈q n / 1000⌉`.
/// `None` only if the counts do not sum to `n` or are negative.
pub(super) fn read(
	counts: &[BigInt],
	edges: &[i64],
	decimals: u8,
	n: &BigInt,
	thousandths: u16,
) -> Option<Quantile> {
	let rank = (n * thousandths).div_ceil(&BigInt::from(1000u16));
	let mut below = BigInt::from(0u8);
	let mut found = None;
	for (bin, count) in counts.iter().enumerate() {
		let upto = &below + count;
		if rank <= upto {
			found = Some((bin, count));
			break;
		}
		below = upto;
	}
	let (bin, count) = found?;
	let lower = bin.checked_sub(1).and_then(|edge| edges.get(edge)).copied();
	let upper = edges.get(bin).copied();
	let position = (rank - below) * 2u8 - 1u8;
	let scale = pow10(u32::from(decimals));
	let value = match (lower, upper) {
		(Some(lower), Some(upper)) => {
			let width = BigInt::from(upper) - lower;
			ratio(count * 2u8 * lower + width * position, count * 2u8 * scale)
		},
		(Some(edge), None) | (None, Some(edge)) => ratio(BigInt::from(edge), scale),
		(None, None) => None,
	};
	let edge = |edge: Option<i64>| edge.map(|edge| Number::decimal(edge, decimals));
	Some(Quantile { thousandths, value: Number::Ratio(value?), bounds: (edge(lower), edge(upper)) })
}
