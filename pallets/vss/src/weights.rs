//! What calls weigh, by what they cost: `l` is the length of the vector, `t` the threshold, `k` kilobytes of sealed
//! shares and of the proof of validity, `b` those of the proof alone, `p` points in it. Seats are not a component: besides
//! the bytes that each adds they cost next to nothing, and benchmarks run with the largest committee and the largest panel.
//!
//! A challenge costs what the points of its proof do. How many these are follows from the task's relation, which a call does
//! not show; but it shows the proof's length, and [`proof_points`] is never below what a proof of that length has.

use crate::Config;
use codec::MaxEncodedLen;
use frame::prelude::{Get, Weight};
use ostraka_primitives::{spec::TaskSpec, task::TaskResult, MAX_COMMITMENTS};

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
	/// Judging a challenge from a seat: a member's false one after the freeze, the last that its phase waits for. A right one
	/// writes other things: [`challenge`] is what the call weighs by.
	fn challenge(t: u32, p: u32) -> Weight;
	/// Judging a challenge with a bond: one that is right, in time, and exposes all seats.
	fn challenge_with_bond(t: u32, p: u32) -> Weight;
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
	/// Authorizing [`Self::challenge`].
	fn authorize_challenge(b: u32) -> Weight;
	/// Authorizing [`Self::attest`].
	fn authorize_attest() -> Weight;
	/// Authorizing [`Self::commit_result`].
	fn authorize_commit_result() -> Weight;
	/// Authorizing a reveal.
	fn authorize_reveal_result(l: u32) -> Weight;
	/// Freezing a set of `d` dealings, a mask among them, and checking the `t + 1` sums of their commitments.
	fn freeze(d: u32, t: u32) -> Weight;
	/// Settling one dealing, a dealer's that is paid.
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
pub(crate) fn worst_accuse<T: Config>(l: u32, t: u32) -> Weight {
	T::WeightInfo::accuse(l, t)
		.max(T::WeightInfo::accuse_late(l, t))
		.max(T::WeightInfo::accuse_false(l, t))
		.saturating_add(marks::<T>())
}

/// Kilobytes of a proof of so many bytes, by which its authorization weighs: it is hashed there.
pub(crate) fn proof_kilobytes(bytes: usize) -> u32 {
	u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX)
}

/// Most points of a proof of so many bytes, as any spec asks for.
///
/// A point has 96 bytes, and a scalar 32. A proof of `N` bits in `m` rows of `q` has about `m` points, and two openings of
/// `q` scalars. As long as rows lengthen with the number of bits, `q` is about `4 m`: with each point come 8 scalars, 352
/// bytes in all. From the longest rows on, of 256 entries, nothing grows but the number of rows: a point's own 96 bytes come
/// with it, after the some 16 kB of the two openings. The constant part of the first line is what rows of operands and of
/// coefficients have beside those of bits. Rows that a long vector lengthens beyond what their bits ask for make a proof
/// longer, and its points fewer.
pub fn proof_points(bytes: usize) -> u32 {
	let growing = bytes.saturating_add(4_608) / 352;
	let longest = bytes.saturating_sub(16_384) / 96;
	u32::try_from(growing.max(longest)).unwrap_or(u32::MAX)
}

/// Weight of a challenge of a proof of so many points, from a seat or with a bond: the worse of both. Whether it is right does
/// not follow from the call; one from a seat is measured with its author convicted, one with a bond with the dealer convicted and
/// whoever had attested exposed.
pub(crate) fn challenge<T: Config>(t: u32, p: u32) -> Weight {
	T::WeightInfo::challenge(t, p)
		.max(T::WeightInfo::challenge_with_bond(t, p))
		.saturating_add(longest_spec())
		.saturating_add(marks::<T>())
}

/// What a dispute that is right costs besides where it marks a result that is out, the longest there is: disputes are measured
/// without one.
fn marks<T: Config>() -> Weight {
	let proof = Weight::from_parts(0, TaskResult::max_encoded_len() as u64);
	T::DbWeight::get().reads_writes(1, 1).saturating_add(proof)
}

/// What the longest spec adds to the proof of validity of the block: those by which challenges are measured are shorter, as
/// long names make no proof longer.
fn longest_spec() -> Weight {
	Weight::from_parts(0, TaskSpec::max_encoded_len() as u64)
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
	fn challenge(t: u32, p: u32) -> Weight {
		Weight::from_parts(1_300 * u64::from(t + p + 1), 0)
	}
	fn challenge_with_bond(t: u32, p: u32) -> Weight {
		Weight::from_parts(1_400 * u64::from(t + p + 1), 0)
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
	fn authorize_challenge(b: u32) -> Weight {
		Weight::from_parts(1_000 * u64::from(b + 1), 0)
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
