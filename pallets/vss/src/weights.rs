//! What calls weigh, by what they cost: `l` is the length of the vector, `t` the threshold, `k` kilobytes of sealed
//! shares. Seats are not a component: besides the bytes that each adds they cost next to nothing, and benchmarks run
//! with the largest committee.

use frame::prelude::Weight;
use ostraka_primitives::MAX_COMMITMENTS;

/// Weights of the pallet's calls and of the work that the task book does through it.
pub trait WeightInfo {
	/// Taking a dealing, its offchain-indexed bytes apart.
	fn deal(t: u32, k: u32) -> Weight;
	/// Judging an accusation that is right and in time, the last that verification waits for.
	fn accuse(l: u32, t: u32) -> Weight;
	/// Judging a right one after the freeze, which is the last that its phase waits for.
	fn accuse_late(l: u32, t: u32) -> Weight;
	/// Judging a false one, of the same kind.
	fn accuse_false(l: u32, t: u32) -> Weight;
	/// Taking an attestation, the last that verification waits for.
	fn attest() -> Weight;
	/// Taking a commitment.
	fn commit_result() -> Weight;
	/// Judging one of the first `t` right shares.
	fn reveal_result_checked(l: u32, t: u32) -> Weight;
	/// Judging a wrong share before the result, and punishing its member.
	fn reveal_result_wrong(l: u32, t: u32) -> Weight;
	/// Judging the `t + 1`st right share, and publishing the result.
	fn reveal_result_deciding(l: u32, t: u32) -> Weight;
	/// Judging a right share after the result.
	fn reveal_result_later(l: u32, t: u32) -> Weight;
	/// Judging a wrong one, and punishing its member.
	fn reveal_result_wrong_later(l: u32, t: u32) -> Weight;
	/// Authorizing [`Self::accuse`].
	fn authorize_accuse(l: u32, t: u32) -> Weight;
	/// Authorizing [`Self::attest`].
	fn authorize_attest() -> Weight;
	/// Authorizing [`Self::commit_result`].
	fn authorize_commit_result() -> Weight;
	/// Authorizing a reveal.
	fn authorize_reveal_result(l: u32) -> Weight;
	/// Freezing a set of `d` dealings, and checking the `t + 1` sums of their commitments.
	fn freeze(d: u32, t: u32) -> Weight;
	/// Settling one dealing.
	fn settle_dealing() -> Weight;
	/// Settling what is left of a task.
	fn settle_task() -> Weight;
}

/// Length of the vector, from the length of a sealed share.
pub(crate) fn length_of(sealed: usize) -> u32 {
	length_of_result(sealed.saturating_sub(16))
}

/// Length of the vector, from the length of a result share.
pub(crate) fn length_of_result(share: usize) -> u32 {
	u32::try_from((share / 32).saturating_sub(1)).unwrap_or(u32::MAX)
}

/// Threshold, from the number of commitments.
pub(crate) fn threshold_of(commitments: usize) -> u32 {
	u32::try_from(commitments.saturating_sub(1)).unwrap_or(u32::MAX)
}

/// Worst weight of an accusation: whether it is right does not follow from the call.
pub(crate) fn worst_accuse<W: WeightInfo>(l: u32, t: u32) -> Weight {
	W::accuse(l, t).max(W::accuse_late(l, t)).max(W::accuse_false(l, t))
}

/// Worst weight of a reveal: neither the threshold nor the shares that are in follow from the call.
pub(crate) fn worst_reveal<W: WeightInfo>(l: u32) -> Weight {
	let t = MAX_COMMITMENTS - 1;
	W::reveal_result_checked(l, t)
		.max(W::reveal_result_deciding(l, t))
		.max(W::reveal_result_later(l, t))
		.max(W::reveal_result_wrong(l, t))
		.max(W::reveal_result_wrong_later(l, t))
}

/// For mocks only.
impl WeightInfo for () {
	fn deal(t: u32, k: u32) -> Weight {
		Weight::from_parts(1_000 * u64::from(t + k + 1), 0)
	}
	fn accuse(l: u32, t: u32) -> Weight {
		Weight::from_parts(1_000 * u64::from(l + t + 1), 0)
	}
	fn accuse_late(l: u32, t: u32) -> Weight {
		Weight::from_parts(1_100 * u64::from(l + t + 1), 0)
	}
	fn accuse_false(l: u32, t: u32) -> Weight {
		Weight::from_parts(1_200 * u64::from(l + t + 1), 0)
	}
	fn attest() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn commit_result() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn reveal_result_checked(l: u32, t: u32) -> Weight {
		Weight::from_parts(2_000 * u64::from(l + t + 1), 0)
	}
	fn reveal_result_wrong(l: u32, t: u32) -> Weight {
		Weight::from_parts(2_500 * u64::from(l + t + 1), 0)
	}
	fn reveal_result_deciding(l: u32, t: u32) -> Weight {
		Weight::from_parts(3_000 * u64::from(l + t + 1), 0)
	}
	fn reveal_result_later(l: u32, t: u32) -> Weight {
		Weight::from_parts(1_000 * u64::from(l + t + 1), 0)
	}
	fn reveal_result_wrong_later(l: u32, t: u32) -> Weight {
		Weight::from_parts(1_500 * u64::from(l + t + 1), 0)
	}
	fn authorize_accuse(l: u32, t: u32) -> Weight {
		Weight::from_parts(1_000 * u64::from(l + t + 1), 0)
	}
	fn authorize_attest() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn authorize_commit_result() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn authorize_reveal_result(l: u32) -> Weight {
		Weight::from_parts(1_000 * u64::from(l + 1), 0)
	}
	fn freeze(d: u32, t: u32) -> Weight {
		Weight::from_parts(1_000 * u64::from(d + t + 1), 0)
	}
	fn settle_dealing() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn settle_task() -> Weight {
		Weight::from_parts(1_000, 0)
	}
}
