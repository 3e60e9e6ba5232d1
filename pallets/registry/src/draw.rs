//! The draw: who may sit on a committee, and the race that picks by stake. Pure functions over
//! candidates.
//!
//! # What counts
//! Of each stake [`StakeBounds::counted`], in the race as in the two thirds. The classes' odds are
//! those of many small nodes: without a cap, one seat an account would favour who splits its stake
//! over those who do not, and a large node that is full would stop all draws.
//!
//! # Which draw
//! Candidate `i`, of whose stake `w_i` counts, gets a uniform number `U_i` from `SHA-256("ostraka/draw/v1",
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
//! out, and, where selection is full, those with the least stake by entering it with more.
//!
//! # How exact
//! `U_i` has 128 bits and the logarithm 48 fractional bits; times are compared as exact fractions.
//! No modulus and no division is involved, so there is no modulo bias; what the rounding of the
//! logarithm shifts of a probability is below 2^-40.

use crate::types::Candidate;
use alloc::{collections::BTreeSet, vec::Vec};
use core::cmp::Ordering;
use frame::deps::{sp_core::U256, sp_io::hashing::sha2_256};
use ostraka_primitives::{
	traits::{DrawError, DrawRequest},
	AccountId, Balance, TaskId,
};

/// Fractional bits of the logarithm.
const FRACTION: u32 = 48;
const DRAW_TAG: &[u8; 15] = b"ostraka/draw/v1";

/// What a class makes of stakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeBounds {
	/// Least that a member holds.
	pub least: Balance,
	/// Most that counts of what one account holds.
	pub most: Balance,
}

impl StakeBounds {
	/// What counts of this stake.
	pub fn counted(&self, stake: Balance) -> Balance {
		stake.min(self.most)
	}
}

/// The candidates that may sit on the task, or what is missing for a draw.
///
/// Of the candidates that were in selection before the task was submitted, with their present stake
/// or more, those sit that are not barred, hold the class's least stake and have a place free. They
/// must be as many as seats, and of what counts of the stakes of *all* of the former that hold the
/// least stake, barred ones included, at least two thirds must be theirs: otherwise a requester
/// could choose its committee by asking many operators to be dealers, or by filling the others'
/// capacity.
pub fn eligible<'a>(
	candidates: &'a [Candidate],
	request: &DrawRequest,
	bounds: &StakeBounds,
) -> Result<Vec<&'a Candidate>, DrawError> {
	let seats = usize::from(request.parameters.seats);
	let barred: BTreeSet<_> = request.barred.iter().collect();
	let present = || candidates.iter().filter(|node| node.since < request.submitted_at);
	let stake = |nodes: &mut dyn Iterator<Item = &Candidate>| {
		nodes.fold(U256::zero(), |sum, node| sum.saturating_add(bounds.counted(node.stake).into()))
	};
	let whole = stake(&mut present().filter(|node| node.stake >= bounds.least));

	let mut nodes: Vec<_> = present().filter(|node| !barred.contains(&node.account)).collect();
	let enough =
		|nodes: &[&Candidate], error| if nodes.len() < seats { Err(error) } else { Ok(()) };
	enough(&nodes, DrawError::TooFewNodes)?;
	nodes.retain(|node| node.stake >= bounds.least);
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
	bounds: &StakeBounds,
) -> Vec<&'a Candidate> {
	let mut runners: Vec<_> = candidates
		.iter()
		.map(|candidate| {
			let log = neg_log2(ticket(seed, task, &candidate.account));
			(log, bounds.counted(candidate.stake), *candidate)
		})
		.collect();
	runners.sort_by(|(left_log, left_stake, left), (right_log, right_stake, right)| {
		arrives_before(*left_log, *left_stake, *right_log, *right_stake)
			.then_with(|| left.account.cmp(&right.account))
	});
	runners.into_iter().take(seats).map(|(_, _, candidate)| candidate).collect()
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

	/// All stake counts.
	const ALL: StakeBounds = StakeBounds { least: 0, most: Balance::MAX };

	fn candidate(index: u8, stake: Balance) -> Candidate {
		Candidate { account: AccountId::new([index; 32]), stake, since: 0, free: 1 }
	}

	/// A request for `seats`, submitted in block 1.
	fn request(task: TaskId, seats: u8, barred: &[AccountId]) -> DrawRequest<'_> {
		let threshold = (seats - 1) / 2;
		let parameters = ClassParameters { seats, threshold, stake_factor: 1, least_dealers: 3 };
		DrawRequest { task, parameters, submitted_at: 1, barred }
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
			let seated = race(&seed(round), round, &candidates, 2, &ALL);
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
			let seated = race(&seed(number), 0, &candidates, 3, &ALL);
			assert_eq!(index_of(seated[2]), 2);
		}
	}

	#[test]
	fn seed_and_task_each_change_the_draw() {
		let candidates: Vec<_> = (0..40).map(|index| candidate(index, 5)).collect();
		let candidates: Vec<_> = candidates.iter().collect();
		let drawn = |seed, task| -> Vec<_> {
			race(&seed, task, &candidates, 5, &ALL).into_iter().map(index_of).collect()
		};
		assert_eq!(drawn([1; 32], 1), drawn([1; 32], 1));
		assert_ne!(drawn([1; 32], 1), drawn([2; 32], 1));
		assert_ne!(drawn([1; 32], 1), drawn([1; 32], 2));
	}

	/// Half of all stake in one account has no more of the seats than the cap gives it.
	#[test]
	fn a_whale_counts_no_more_than_the_cap() {
		let mut candidates: Vec<_> = (1..=20).map(|index| candidate(index, 10)).collect();
		candidates.push(candidate(0, 200));
		let candidates: Vec<_> = candidates.iter().collect();
		let rounds = 10_000;
		let wins = |bounds: &StakeBounds| {
			let first = |round| index_of(race(&seed(round), round, &candidates, 1, bounds)[0]);
			(0..rounds).filter(|round| first(*round) == 0).count() as f64
		};
		// Six standard deviations, and more.
		let is_about = |wins: f64, expected: f64| (wins - expected).abs() < 6.0 * expected.sqrt();
		let rounds = f64::from(rounds);
		assert!(is_about(wins(&ALL), rounds / 2.0));
		assert!(is_about(wins(&StakeBounds { least: 1, most: 30 }), rounds * 30.0 / 230.0));
	}

	/// Nor does it stop all draws when it has no place left.
	#[test]
	fn a_full_whale_does_not_stop_draws() {
		let mut candidates: Vec<_> = (1..=20).map(|index| candidate(index, 10)).collect();
		candidates.push(Candidate { free: 0, ..candidate(0, 200) });
		let request = request(1, 3, &[]);
		assert_eq!(
			eligible(&candidates, &request, &ALL).map(|_| ()),
			Err(DrawError::TooLittleCapacity)
		);
		let bounds = StakeBounds { least: 1, most: 100 };
		assert_eq!(eligible(&candidates, &request, &bounds).map(|nodes| nodes.len()), Ok(20));
	}

	/// The audit's attack: nine of 45 equal nodes are the requester's, and it names the operators of
	/// another 15 as dealers. Naming bars nobody, so that the odds stay those of a fifth of the stake;
	/// they become those of 30 % only if all 15 accept, with a deposit each.
	#[test]
	fn naming_dealers_does_not_multiply_captures() {
		let candidates: Vec<_> = (0..45).map(|index| candidate(index, 5)).collect();
		let captures = |barred: &[AccountId]| {
			let is_captured = |round: &u32| {
				let may_sit = eligible(&candidates, &request(*round, 7, barred), &ALL).unwrap();
				let seated = race(&seed(*round), *round, &may_sit, 7, &ALL);
				seated.iter().filter(|node| index_of(node) < 9).count() > 3
			};
			(0..2_000).filter(is_captured).count()
		};
		// Expected are 43 and 192; the bounds are five standard deviations and more away.
		assert!(captures(&[]) < 80);
		let accepted: Vec<_> = (30..45).map(|index| AccountId::new([index; 32])).collect();
		let at_the_limit = captures(&accepted);
		assert!((120..270).contains(&at_the_limit), "{at_the_limit}");
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
			let mut before = race(&seed, 9, &all, all.len(), &ALL);
			before.retain(|node| index_of(node) != gone);
			prop_assert_eq!(before, race(&seed, 9, &others, others.len(), &ALL));
		}

		/// More stake never makes a candidate later, and above the most that counts nothing moves.
		#[test]
		fn more_stake_never_harms(
			stakes in prop::collection::vec(1u128..1_000_000, 2..30),
			richer in any::<prop::sample::Index>(),
			more in 1u128..1_000_000,
			most in 1u128..1_000_000,
			seed: [u8; 32],
		) {
			let bounds = StakeBounds { least: 0, most };
			let mut candidates: Vec<_> =
				stakes.iter().enumerate().map(|(index, stake)| candidate(index as u8, *stake)).collect();
			let richer = richer.index(candidates.len());
			let place = |candidates: &[Candidate]| {
				let all: Vec<_> = candidates.iter().collect();
				let order = race(&seed, 9, &all, all.len(), &bounds);
				order.iter().position(|node| index_of(node) == richer)
			};
			let before = place(&candidates);
			candidates[richer].stake += more;
			prop_assert!(place(&candidates) <= before);
			if candidates[richer].stake - more >= most {
				prop_assert_eq!(place(&candidates), before);
			}
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
			let is_barred = |index: usize| index == 0 || dealers[index];
			let barred: Vec<_> = (0u8..12)
				.filter(|index| is_barred(usize::from(*index)))
				.map(|index| AccountId::new([index; 32]))
				.collect();
			let request = DrawRequest {
				task: 1,
				parameters: ClassParameters { seats: 3, threshold: 1, stake_factor: 1, least_dealers: 2 },
				submitted_at: 2,
				barred: &barred,
			};
			let found = eligible(&candidates, &request, &StakeBounds { least: 3, most: 4 });
			let holds = |node: &&Candidate| node.since < 2 && node.stake >= 3;
			let may = |node: &&Candidate| {
				holds(node) && !is_barred(index_of(node)) && node.free > 0
			};
			let fit: Vec<_> = candidates.iter().filter(may).collect();
			let fit_stake: u128 = fit.iter().map(|node| node.stake.min(4)).sum();
			let whole: u128 = candidates.iter().filter(holds).map(|node| node.stake.min(4)).sum();
			let can = fit.len() >= 3 && fit_stake * 3 >= whole * 2;
			prop_assert_eq!(found.is_ok(), can);
			if let Ok(found) = found {
				prop_assert_eq!(found, fit);
			}
		}
	}
}
