//! When a dealer under a policy sends what follows from its rows: in blocks that the chain's numbers name, and not as soon as the rows
//! are encoded, which takes as long as the file is large.

use crate::{
	chain::{Chain, ChainError},
	output::Output,
};

/// Blocks between two of those: a minute, in production.
const PACE: u32 = 10;

/// Waits for the block from which on it is sent what was encoded by now.
///
/// # Errors
/// `Chain`.
pub(super) async fn in_step(chain: &Chain, until: u32, out: &Output<'_>) -> Result<(), ChainError> {
	let ready = chain.head().number;
	let at = moment(ready, until);
	if at > ready {
		out.notes().say(format!(
			"waits for block {at}, so that the moment does not tell how long the rows took to encode"
		));
		chain.wait_for_block(at).await?;
	}
	Ok(())
}

/// The block from which on it is sent what was encoded by block `ready`: the next whole pace. At once where the deadline `until` would
/// come within a pace of that: to be late costs a part of the deposit.
fn moment(ready: u32, until: u32) -> u32 {
	let next = ready.checked_next_multiple_of(PACE);
	next.filter(|next| next.saturating_add(PACE) <= until).unwrap_or(ready)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// A small file is encoded in the first of these blocks, a large one in the last: both are sent in the same.
	#[test]
	fn all_that_is_encoded_within_a_pace_is_sent_at_one_moment() {
		for pace in 0..50 {
			let blocks = pace * PACE + 1..=(pace + 1) * PACE;
			for ready in blocks.clone() {
				assert_eq!(moment(ready, 10_000), *blocks.end(), "encoded by block {ready}");
			}
		}
	}

	#[test]
	fn nobody_is_late_for_it() {
		for until in 0..200 {
			for ready in 0..=until {
				let at = moment(ready, until);
				assert!(at == ready || at + PACE <= until, "ready {ready}, at {at}, until {until}");
			}
		}
		assert_eq!(moment(u32::MAX, u32::MAX), u32::MAX);
	}
}
