//! Weights of the task book's calls and of the steps of its hook.
//!
//! The `()` implementation is for mocks: round numbers, large enough that a small meter stops the
//! hook half-way. A runtime takes generated weights.

use frame::deps::frame_support::weights::Weight;

/// Weights of this pallet. What the neighbours do is part of each, as benchmarks run with the real
/// ones; `Sharing::freeze_weight`, `Consent::freeze_weight` and what `Sharing::settle` takes from its meter come on top.
pub trait WeightInfo {
	/// `submit` with `d` dealers and a recipient, the longest spec, the relation that is dearest to derive, the most dealers
	/// that are required, and the longest task that counted.
	fn submit(d: u32) -> Weight;
	/// `cancel` before the draw, with the most nodes barred from it.
	fn cancel() -> Weight;
	/// `accept`, of the last of the most dealers, who is required and operates a candidate.
	fn accept() -> Weight;
	/// `poke` of a task whose draw waits, with the last free place of an agenda of which all others wait for a relay epoch.
	fn poke() -> Weight;
	/// Looking at the agenda, and waking all that waits for a relay epoch.
	fn poll() -> Weight;
	/// A transition at a deadline: also what every other step of the hook starts with.
	fn advance() -> Weight;
	/// Looking for a draw's randomness, and putting the draw off.
	fn draw_wait() -> Weight;
	/// Looking whether a draw would find enough nodes in a full registry, with the most of them barred, and putting it off.
	fn draw_check() -> Weight;
	/// A draw from what [`Self::draw_check`] found: candidates are not read again.
	fn draw() -> Weight;
	/// A freeze, of a task without dealings and with the largest committee and panel, and a look whether the most dealers meet
	/// its conditions.
	fn freeze() -> Weight;
	/// Punishing the largest committee and panel, who all attested falsely, and paying who exposed them.
	fn settle_fee() -> Weight;
	/// Handing a settlement to the sharing.
	fn settle_sharing() -> Weight;
	/// Freeing `d` entries of the cohort of a task that released nothing, with a part of each one's deposit forfeited.
	fn free_cohort(d: u32) -> Weight;
	/// Releasing the largest committee and panel and closing the escrow.
	fn close() -> Weight;
}

impl WeightInfo for () {
	fn submit(d: u32) -> Weight {
		unit(20).saturating_add(unit(1).saturating_mul(d.into()))
	}
	fn cancel() -> Weight {
		unit(5)
	}
	fn accept() -> Weight {
		unit(5)
	}
	fn poke() -> Weight {
		unit(3)
	}
	fn poll() -> Weight {
		unit(1)
	}
	fn advance() -> Weight {
		unit(2)
	}
	fn draw_wait() -> Weight {
		unit(2)
	}
	fn draw_check() -> Weight {
		unit(4)
	}
	fn draw() -> Weight {
		unit(36)
	}
	fn freeze() -> Weight {
		unit(4)
	}
	fn settle_fee() -> Weight {
		unit(40)
	}
	fn settle_sharing() -> Weight {
		unit(2)
	}
	fn free_cohort(d: u32) -> Weight {
		unit(1).saturating_add(unit(1).saturating_mul(d.into()))
	}
	fn close() -> Weight {
		unit(10)
	}
}

/// Round numbers for mocks.
fn unit(count: u64) -> Weight {
	Weight::from_parts(1_000_000, 100).saturating_mul(count)
}
