//! Our proofs beside Bulletproofs of the same ranges, counted: a table of `docs/results/limits.md`.

use crate::limits::{
	bulletproofs::{both, Cost},
	BITS,
};
use anyhow::Result;
use std::fmt::Write;

/// Lengths that targets are about.
const LENGTHS: [usize; 2] = [8, 64];
/// What is counted.
type Figure = (&'static str, fn(&Cost) -> usize);
const FIGURES: [Figure; 7] = [
	("points of a proof", |cost| cost.points),
	("scalars", |cost| cost.scalars),
	("bytes, points uncompressed", Cost::bytes),
	("made: additions for bits", |cost| cost.additions),
	("made: terms of sums", |cost| cost.made),
	("checked alone: terms of one sum", |cost| cost.checked),
	("checked among many: terms of its own", |cost| cost.of_many),
];

/// The table. It follows from the formulas alone, whatever it runs on.
///
/// # Errors
/// Those of [`both`].
pub fn table() -> Result<String> {
	let costs = LENGTHS.iter().map(|length| both(*length, BITS)).collect::<Result<Vec<_>>>()?;
	let mut text =
		String::from("\n`make experiments ARGS=\"--only limits\"`. Counted, not measured.\n\n| |");
	for length in LENGTHS {
		let _ = write!(text, " ours, L = {length} | Bulletproof | ours over it |");
	}
	let _ = write!(text, "\n|---|{}", "---|---|---|".repeat(LENGTHS.len()));
	for (name, of) in FIGURES {
		let _ = write!(text, "\n| {name} |");
		for [ours, theirs] in &costs {
			let ratio = super::digits(of(ours) as f64 / of(theirs) as f64);
			let _ = write!(text, " {} | {} | {ratio} |", of(ours), of(theirs));
		}
	}
	Ok(text + "\n\n")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn ours_are_longer_and_cheaper() {
		let text = table().unwrap();
		for line in [
			"| | ours, L = 8 | Bulletproof | ours over it | ours, L = 64 | Bulletproof | ours over it |",
			"| points of a proof | 13 | 20 | 0.650 | 30 | 26 | 1.15 |",
			"| bytes, points uncompressed | 3712 | 2080 | 1.78 | 9152 | 2656 | 3.45 |",
			"| made: terms of sums | 107 | 2570 | 0.0416 | 275 | 20496 | 0.0134 |",
			"| checked alone: terms of one sum | 47 | 542 | 0.0867 | 122 | 4188 | 0.0291 |",
			"| checked among many: terms of its own | 14 | 28 | 0.500 | 31 | 90 | 0.344 |",
		] {
			assert!(text.contains(line), "{line}: {text}");
		}
	}
}
