//! The draw: who may sit on a committee or on a panel, and the race that picks by stake. Pure
//! functions over candidates.
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
//! out, and, where selection is full, those with the least stake by entering it with more. On the
//! committee it moves nobody else thereby: who would have come next is let in.
//!
//! # The panel
//! It is drawn after the committee, of those that verify and are not on it, by a race of its own: the
//! order of arrival there says nothing about this one. So one account has one seat, and a node that
//! does both is no more likely on both. Whether a panel can be filled is asked before the committee is
//! drawn, and of the worst committee: otherwise the seed would decide whether there is a draw, and a
//! draw that fails is one that can be tried again. So is whether two thirds of the stake of those that
//! verify may be drawn: the committee then takes its part of them, and nothing is asked of the rest.
//!
//! Of nodes that do both, the panel is drawn of what the committee leaves. There who leaves does move
//! others: if one of the committee's is taken out, who comes next is let in, and may be somebody that
//! the panel's race would have seated. So an operator that learns the seed a block early can pull others
//! off the panel, one for each node of its own on the committee, and lose these seats by it. Nobody can
//! do it to nodes that verify alone: they are on no committee, and their race is theirs.
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
	role::Role,
	task::ClassParameters,
	traits::{DrawError, DrawRequest},
	AccountId, Balance, TaskId,
};

#[cfg(test)]
mod tests;

/// Fractional bits of the logarithm.
const FRACTION: u32 = 48;
const DRAW_TAG: &[u8; 15] = b"ostraka/draw/v1";
/// Domain of [`panel_seed`].
const PANEL_TAG: &[u8; 16] = b"ostraka/panel/v1";

/// Whose seats are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
	/// The committee's.
	Committee,
	/// The panel's.
	Panel,
}

impl Body {
	/// Whether a node in this role may have one.
	fn takes(self, role: Role) -> bool {
		match self {
			Self::Committee => role.computes(),
			Self::Panel => role.verifies(),
		}
	}

	/// How many there are.
	fn seats(self, parameters: &ClassParameters) -> usize {
		match self {
			Self::Committee => parameters.seats.into(),
			Self::Panel => parameters.verifiers.into(),
		}
	}

	/// What to say of something that is missing. Of a panel it is always the same: what helps is more
	/// nodes that verify.
	fn lack(self, error: DrawError) -> DrawError {
		match self {
			Self::Committee => error,
			Self::Panel => DrawError::TooFewVerifiers,
		}
	}
}

/// What a class makes of stakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeBounds {
	/// Least that who has a seat holds.
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

/// The candidates that may sit on the task's committee, and those that may sit on its panel, or what
/// is missing for a draw. Who does both is among both. Whatever committee is drawn, the latter fill a
/// panel beside it; a class without verifiers asks for none, and nothing is looked at for it.
///
/// # Errors
/// Those of [`eligible`]; `TooFewVerifiers` besides, if the worst committee left too few.
pub fn for_task<'a>(
	candidates: &'a [Candidate],
	request: &DrawRequest,
	bounds: &StakeBounds,
) -> Result<(Vec<&'a Candidate>, Vec<&'a Candidate>), DrawError> {
	let computing = eligible(candidates, request, bounds, Body::Committee)?;
	let verifiers = Body::Panel.seats(&request.parameters);
	if verifiers == 0 {
		return Ok((computing, Vec::new()));
	}
	let verifying = eligible(candidates, request, bounds, Body::Panel)?;
	// Whoever may sit on the panel and computes may sit on the committee too.
	let either = verifying.iter().filter(|node| node.role.computes()).count();
	let taken = either.min(Body::Committee.seats(&request.parameters));
	if verifying.len().saturating_sub(taken) < verifiers {
		return Err(DrawError::TooFewVerifiers);
	}
	Ok((computing, verifying))
}

/// The candidates that may have a seat of this body, or what is missing for a draw.
///
/// Of the candidates in its role that were in selection before the task was submitted, with their
/// present stake or more, those sit that are not barred, hold the class's least stake and have a
/// place free. They must be as many as seats, and of what counts of the stakes of *all* of the former
/// that hold the least stake, barred ones included, at least two thirds must be theirs: otherwise a
/// requester could choose who sits by asking many operators to be dealers, or by filling the others'
/// capacity.
///
/// # Errors
/// Of a committee what is missing, of a panel `TooFewVerifiers`, whatever it is.
pub fn eligible<'a>(
	candidates: &'a [Candidate],
	request: &DrawRequest,
	bounds: &StakeBounds,
	body: Body,
) -> Result<Vec<&'a Candidate>, DrawError> {
	let seats = body.seats(&request.parameters);
	let barred: BTreeSet<_> = request.barred.iter().collect();
	let is_present = |node: &&Candidate| body.takes(node.role) && node.since < request.submitted_at;
	let present = || candidates.iter().filter(is_present);
	let stake = |nodes: &mut dyn Iterator<Item = &Candidate>| {
		nodes.fold(U256::zero(), |sum, node| sum.saturating_add(bounds.counted(node.stake).into()))
	};
	let whole = stake(&mut present().filter(|node| node.stake >= bounds.least));

	let mut nodes: Vec<_> = present().filter(|node| !barred.contains(&node.account)).collect();
	let enough = |nodes: &[&Candidate], error| {
		if nodes.len() < seats {
			Err(body.lack(error))
		} else {
			Ok(())
		}
	};
	enough(&nodes, DrawError::TooFewNodes)?;
	nodes.retain(|node| node.stake >= bounds.least);
	enough(&nodes, DrawError::TooLittleStake)?;
	nodes.retain(|node| node.free > 0);
	enough(&nodes, DrawError::TooLittleCapacity)?;
	let eligible = stake(&mut nodes.iter().copied());
	if eligible.saturating_mul(3.into()) < whole.saturating_mul(2.into()) {
		return Err(body.lack(DrawError::TooLittleCapacity));
	}
	Ok(nodes)
}

/// Those that are not on the committee.
pub fn beside<'a>(
	committee: &[&Candidate],
	mut verifying: Vec<&'a Candidate>,
) -> Vec<&'a Candidate> {
	let seated: BTreeSet<_> = committee.iter().map(|member| &member.account).collect();
	verifying.retain(|node| !seated.contains(&node.account));
	verifying
}

/// The seed of the panel's race, from the committee's.
pub fn panel_seed(seed: &[u8; 32]) -> [u8; 32] {
	sha2_256(&[PANEL_TAG.as_slice(), seed].concat())
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
