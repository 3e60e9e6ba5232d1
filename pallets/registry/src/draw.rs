//! The draw: who may sit on a committee, and the race that picks by stake. Pure functions over
//! candidates.
//!
//! # Which draw
//! Candidate `i` with stake `w_i` gets a uniform number `U_i` from `SHA-256("ostraka/draw/v1",
//! seed, task, account_i)` and runs for the time `-log(U_i) / w_i`; the `n` that arrive first are
//! seated in order of arrival. These times are exponentially distributed with rate `w_i`, so the
//! order of arrival is a draw by stake without replacement: the first is `i` with probability `w_i
//! / sum w`, the next one likewise among those left (Efraimidis and Spirakis, "Weighted random
//! sampling with a reservoir", 2006).
//!
//! Why not walk along the cumulated stake with a stream from the seed: there, each candidate's
//! stake shifts all that come after it. Whoever learns the seed a block early could then choose, by
//! chilling or bonding some of many nodes, among many committees, until one suits. In the race a
//! candidate's time depends on nobody else, so all that an operator can do is take its own nodes
//! out.
//!
//! # How exact
//! `U_i` has 128 bits and the logarithm 48 fractional bits; times are compared as exact fractions.
//! No modulus and no division is involved, so there is no modulo bias; what the rounding of the
//! logarithm shifts of a probability is below 2^-40.

use crate::types::Candidate;
use alloc::vec::Vec;
use core::cmp::Ordering;
use frame::deps::{sp_core::U256, sp_io::hashing::sha2_256};
use ostraka_primitives::{
	traits::{DrawError, DrawRequest},
	AccountId, Balance, TaskId,
};

/// Fractional bits of the logarithm.
const FRACTION: u32 = 48;
const DRAW_TAG: &[u8; 15] = b"ostraka/draw/v1";

/// The candidates that may sit on the task, or what is missing for a draw.
///
/// Of the candidates that were in selection before the task was submitted, with their present stake
/// or more, those sit that are neither requester nor dealer, hold `least_stake` and have a place
/// free. They must be as many as seats and hold at least two thirds of the stake of *all* of the
/// former that hold `least_stake`, requester and dealers included: otherwise a requester could
/// choose its committee by naming the others as dealers, or by filling their capacity.
pub fn eligible<'a>(
	candidates: &'a [Candidate],
	request: &DrawRequest,
	least_stake: Balance,
	is_dealer: impl Fn(&AccountId) -> bool,
) -> Result<Vec<&'a Candidate>, DrawError> {
	let seats = usize::from(request.parameters.seats);
	let present = || candidates.iter().filter(|node| node.since < request.submitted_at);
	let stake = |nodes: &mut dyn Iterator<Item = &Candidate>| {
		nodes.fold(U256::zero(), |sum, node| sum.saturating_add(node.stake.into()))
	};
	let whole = stake(&mut present().filter(|node| node.stake >= least_stake));

	let mut nodes: Vec<_> = present()
		.filter(|node| node.account != *request.requester && !is_dealer(&node.account))
		.collect();
	let enough =
		|nodes: &[&Candidate], error| if nodes.len() < seats { Err(error) } else { Ok(()) };
	enough(&nodes, DrawError::TooFewNodes)?;
	nodes.retain(|node| node.stake >= least_stake);
	enough(&nodes, DrawError::TooLittleStake)?;
	nodes.retain(|node| node.free > 0);
	enough(&nodes, DrawError::TooLittleCapacity)?;
	let eligible = stake(&mut nodes.iter().copied());
	if eligible.saturating_mul(3.into()) < whole.saturating_mul(2.into()) {
		return Err(DrawError::TooLittleCapacity);
	}
	Ok(nodes)
}

/// The first `seats` candidates to arrive, in order. Fewer candidates give a shorter list.
pub fn race<'a>(
	seed: &[u8; 32],
	task: TaskId,
	candidates: &[&'a Candidate],
	seats: usize,
) -> Vec<&'a Candidate> {
	let mut runners: Vec<_> = candidates
		.iter()
		.map(|candidate| (neg_log2(ticket(seed, task, &candidate.account)), *candidate))
		.collect();
	runners.sort_by(|(left_log, left), (right_log, right)| {
		arrives_before(*left_log, left.stake, *right_log, right.stake)
			.then_with(|| left.account.cmp(&right.account))
	});
	runners.into_iter().take(seats).map(|(_, candidate)| candidate).collect()
}

/// Compares `left_log / left_stake` with `right_log / right_stake`.
fn arrives_before(
	left_log: u64,
	left_stake: Balance,
	right_log: u64,
	right_stake: Balance,
) -> Ordering {
	// Below 2^55 * 2^128: no overflow.
	let product = |log: u64, stake: Balance| U256::from(log).saturating_mul(stake.into());
	product(left_log, right_stake).cmp(&product(right_log, left_stake))
}

/// A uniform number of 128 bits, the candidate's own.
fn ticket(seed: &[u8; 32], task: TaskId, account: &AccountId) -> u128 {
	let bytes: &[u8; 32] = account.as_ref();
	let hash = sha2_256(&[DRAW_TAG.as_slice(), seed, &task.to_le_bytes(), bytes].concat());
	hash.iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

/// `-log2(ticket / 2^128)` with [`FRACTION`] fractional bits; between 1 and `128 * 2^FRACTION`.
///
/// The integer part is the position of the highest bit. Each squaring of the remaining mantissa in
/// `[1, 2)` gives one more bit: it is 1 if the square reaches 2.
fn neg_log2(ticket: u128) -> u64 {
	let ticket = ticket.max(1);
	let zeros = ticket.leading_zeros();
	// One bit before the point and 63 after it; the highest bit is set.
	let mut mantissa = ((ticket << zeros) >> 64) as u64;
	let mut log = u64::from(127 - zeros);
	for _ in 0..FRACTION {
		let square = u128::from(mantissa) * u128::from(mantissa);
		let carry = (square >> 127) as u64;
		mantissa = if carry == 1 { square >> 64 } else { square >> 63 } as u64;
		log = (log << 1) | carry;
	}
	(128u64 << FRACTION) - log
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::task::ClassParameters;
	use proptest::prelude::*;

	fn candidate(index: u8, stake: Balance) -> Candidate {
		Candidate { account: AccountId::new([index; 32]), stake, since: 0, free: 1 }
	}

	fn seed(number: u32) -> [u8; 32] {
		sha2_256(&number.to_le_bytes())
	}

	fn index_of(candidate: &Candidate) -> usize {
		let bytes: &[u8; 32] = candidate.account.as_ref();
		bytes[0].into()
	}

	#[test]
	fn the_logarithm_is_the_logarithm() {
		let exact = |ticket: u128| (128.0 - (ticket as f64).log2()) * (FRACTION as f64).exp2();
		assert_eq!(neg_log2(0), 128 << FRACTION);
		assert_eq!(neg_log2(1), 128 << FRACTION);
		assert_eq!(neg_log2(1 << 127), 1 << FRACTION);
		assert_eq!(neg_log2(u128::MAX), 1);
		for number in 0..2000 {
			let ticket = ticket(&seed(number), number, &AccountId::new([7; 32]));
			let error = (neg_log2(ticket) as f64 - exact(ticket)).abs() / (FRACTION as f64).exp2();
			assert!(error < 1e-12, "{ticket}: off by {error}");
		}
	}

	/// The probability of each ordered pair is that of two draws without replacement.
	#[test]
	fn seats_are_drawn_by_stake_without_replacement() {
		let stakes: [Balance; 4] = [1, 2, 3, 6];
		let candidates: Vec<_> = stakes
			.iter()
			.enumerate()
			.map(|(index, stake)| candidate(index as u8, *stake))
			.collect();
		let candidates: Vec<_> = candidates.iter().collect();
		let rounds = 40_000;
		let mut counts = [[0u32; 4]; 4];
		for round in 0..rounds {
			let seated = race(&seed(round), round, &candidates, 2);
			counts[index_of(seated[0])][index_of(seated[1])] += 1;
		}
		let total: Balance = stakes.iter().sum();
		for first in 0..4 {
			for second in 0..4 {
				let expected = if first == second {
					0.0
				} else {
					let left = (total - stakes[first]) as f64;
					stakes[first] as f64 / total as f64 * stakes[second] as f64 / left
				};
				let expected = expected * f64::from(rounds);
				let deviation = (f64::from(counts[first][second]) - expected).abs();
				// Six standard deviations: a fair draw fails one run in 10^8.
				assert!(
					deviation <= 6.0 * expected.sqrt(),
					"{first} then {second}: {} for {expected}",
					counts[first][second]
				);
			}
		}
	}

	#[test]
	fn huge_stakes_do_not_overflow() {
		let candidates = [candidate(1, Balance::MAX), candidate(2, 1), candidate(3, Balance::MAX)];
		let candidates: Vec<_> = candidates.iter().collect();
		for number in 0..100 {
			let seated = race(&seed(number), 0, &candidates, 3);
			assert_eq!(index_of(seated[2]), 2);
		}
	}

	#[test]
	fn seed_and_task_each_change_the_draw() {
		let candidates: Vec<_> = (0..40).map(|index| candidate(index, 5)).collect();
		let candidates: Vec<_> = candidates.iter().collect();
		let drawn = |seed, task| -> Vec<_> {
			race(&seed, task, &candidates, 5).into_iter().map(index_of).collect()
		};
		assert_eq!(drawn([1; 32], 1), drawn([1; 32], 1));
		assert_ne!(drawn([1; 32], 1), drawn([2; 32], 1));
		assert_ne!(drawn([1; 32], 1), drawn([1; 32], 2));
	}

	proptest! {
		/// Who leaves lets the next one in and moves nobody else.
		#[test]
		fn leaving_moves_nobody_else(
			stakes in prop::collection::vec(1u128..1_000_000, 3..30),
			gone in any::<prop::sample::Index>(),
			seed: [u8; 32],
		) {
			let candidates: Vec<_> =
				stakes.iter().enumerate().map(|(index, stake)| candidate(index as u8, *stake)).collect();
			let gone = gone.index(candidates.len());
			let all: Vec<_> = candidates.iter().collect();
			let others: Vec<_> = candidates.iter().filter(|node| index_of(node) != gone).collect();
			let mut before = race(&seed, 9, &all, all.len());
			before.retain(|node| index_of(node) != gone);
			prop_assert_eq!(before, race(&seed, 9, &others, others.len()));
		}

		/// More stake never makes a candidate later.
		#[test]
		fn more_stake_never_harms(
			stakes in prop::collection::vec(1u128..1_000_000, 2..30),
			richer in any::<prop::sample::Index>(),
			more in 1u128..1_000_000,
			seed: [u8; 32],
		) {
			let mut candidates: Vec<_> =
				stakes.iter().enumerate().map(|(index, stake)| candidate(index as u8, *stake)).collect();
			let richer = richer.index(candidates.len());
			let place = |candidates: &[Candidate]| {
				let all: Vec<_> = candidates.iter().collect();
				let order = race(&seed, 9, &all, all.len());
				order.iter().position(|node| index_of(node) == richer)
			};
			let before = place(&candidates);
			candidates[richer].stake += more;
			prop_assert!(place(&candidates) <= before);
		}

		/// `eligible` against its definition, said differently.
		#[test]
		fn eligible_is_what_it_says(
			nodes in prop::collection::vec((1u128..6, 0u32..4, 0u32..3), 0..12),
			dealers in prop::collection::vec(any::<bool>(), 12),
		) {
			let candidates: Vec<_> = nodes
				.iter()
				.enumerate()
				.map(|(index, (stake, since, free))| Candidate {
					account: AccountId::new([index as u8; 32]),
					stake: *stake,
					since: *since,
					free: *free,
				})
				.collect();
			let requester = AccountId::new([0; 32]);
			let request = DrawRequest {
				task: 1,
				parameters: ClassParameters { seats: 3, threshold: 1, stake_factor: 1, least_dealers: 2 },
				submitted_at: 2,
				requester: &requester,
			};
			let is_dealer = |account: &AccountId| dealers[usize::from(AsRef::<[u8; 32]>::as_ref(account)[0])];
			let found = eligible(&candidates, &request, 3, is_dealer);
			let may = |node: &&Candidate| {
				index_of(node) != 0
					&& !is_dealer(&node.account)
					&& node.since < 2 && node.stake >= 3
					&& node.free > 0
			};
			let fit: Vec<_> = candidates.iter().filter(may).collect();
			let fit_stake: u128 = fit.iter().map(|node| node.stake).sum();
			let whole: u128 =
				candidates.iter().filter(|node| node.since < 2 && node.stake >= 3).map(|node| node.stake).sum();
			let can = fit.len() >= 3 && fit_stake * 3 >= whole * 2;
			prop_assert_eq!(found.is_ok(), can);
			if let Ok(found) = found {
				prop_assert_eq!(found, fit);
			}
		}
	}
}
