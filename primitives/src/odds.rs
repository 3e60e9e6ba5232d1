//! The odds of a capture: how likely a draw gives more than `t` of a committee's `n` seats, or all of a panel's `v`, to one who
//! holds a part of the stake.
//!
//! The worst case is counted: the adversary has split its stake into nodes so small that drawing some leaves the rest as
//! large, and below what counts of one account. The honest stake is what the present candidates hold, less the adversary's
//! part, in as many equal nodes as weigh the same: `(Σ s)² / Σ s²`, of what counts of each. Honest nodes are drawn without
//! replacement, so few and large ones make the odds worse.
//!
//! # Panels
//! The adversary holds the part of the stake that computes, and the same part of that which verifies. The panel is drawn after the
//! committee, of those that verify and are not on it: each honest member that does both is missing there. Of `h` honest members
//! as many do both as can: that is so where all of them do, or none, and else the worst case. A panel that is the
//! adversary's as a whole has drawn no honest node, so its stake is the same for each seat, and the probability a power. The sum
//! over `h` says how often that comes, and over the `h` of a captured committee how often both come: the two are not
//! independent, since a captured committee leaves the panel more honest nodes.
//!
//! # How exact
//! Of equal nodes that all do the same it is the probability itself, but for a billionth; where some do both and some one alone it
//! is more, never less. Unequal nodes are rounded to equal ones, so of few that differ much it is an estimate. It takes `n²` steps
//! and two passes over the candidates a body.

use crate::{role::Role, task::ClassParameters, Balance};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

/// Fractional bits of a probability.
const FRACTION: u32 = 60;
const ONE: u128 = 1 << FRACTION;
/// Bits that are kept of a sum of stakes.
const STAKE_BITS: u32 = 40;
/// A probability of one, in the unit that [`Odds`] has.
pub const CERTAIN: u64 = 1_000_000_000;

/// What a capture is likely to take, against those who can be drawn now.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo,
)]
pub struct Odds {
	/// Probability that one draw is captured by who holds a fifth of the stake, in billionths.
	pub fifth: u64,
	/// The same by who holds a third.
	pub third: u64,
	/// What drawing until a capture costs who holds a fifth, on average, if the dealers accept every time; none if it never
	/// comes.
	pub price_fifth: Option<Balance>,
	/// The same for who holds a third.
	pub price_third: Option<Balance>,
	/// What it is for the panel; none if the class has no verifiers.
	pub panel: Option<PanelOdds>,
}

/// How likely all verifiers of a panel are one's who holds a part of the stake: then nobody but members, and who looks unasked,
/// is between an invalid input and the result.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo,
)]
pub struct PanelOdds {
	/// Probability that one draw gives the whole panel to who holds a fifth of the stake that verifies, in billionths.
	pub fifth: u64,
	/// The same by who holds a third.
	pub third: u64,
	/// Probability that one draw gives the whole panel, and the committee with it, to who holds a fifth of the stake of either, in
	/// billionths.
	pub both_fifth: u64,
	/// The same by who holds a third.
	pub both_third: u64,
}

impl Odds {
	/// For candidates with these roles and stakes, of each of which `cap` counts at most, and a class; `price` is what one draw
	/// costs that comes to nothing.
	pub fn of(
		candidates: impl Iterator<Item = (Role, Balance)> + Clone,
		cap: Balance,
		class: &ClassParameters,
		price: Balance,
	) -> Self {
		let bodies = Bodies::of(candidates, cap);
		let fifth = bodies.captures(1, 5, class);
		let third = bodies.captures(1, 3, class);
		let until = |odds: u64| {
			let certain = Balance::from(CERTAIN).saturating_mul(price);
			certain.checked_div(odds.into())
		};
		let panel = PanelOdds {
			fifth: fifth.panel,
			third: third.panel,
			both_fifth: fifth.both,
			both_third: third.both,
		};
		Self {
			fifth: fifth.committee,
			third: third.committee,
			price_fifth: until(fifth.committee),
			price_third: until(third.committee),
			panel: (class.verifiers > 0).then_some(panel),
		}
	}
}

/// What one who holds a part of the stake captures, in billionths.
struct Captures {
	committee: u64,
	panel: u64,
	both: u64,
}

/// The candidates by what they may be drawn for.
struct Bodies {
	computing: Crowd,
	verifying: Crowd,
	/// Those of the latter that compute too, in the same unit.
	either: Crowd,
}

impl Bodies {
	fn of(candidates: impl Iterator<Item = (Role, Balance)> + Clone, cap: Balance) -> Self {
		let stakes = |takes: fn(Role) -> bool| {
			let taken = candidates.clone().filter(move |(role, _)| takes(*role));
			taken.map(|(_, stake)| stake)
		};
		let computing = stakes(Role::computes);
		let verifying = stakes(Role::verifies);
		let either = stakes(|role| role.computes() && role.verifies());
		let unit = shift(verifying.clone());
		Self {
			computing: Crowd::of(computing.clone(), cap, shift(computing)),
			verifying: Crowd::of(verifying, cap, unit),
			either: Crowd::of(either, cap, unit),
		}
	}

	/// Who holds `part / of` of the stake of either body captures these.
	fn captures(&self, part: u128, of: u128, class: &ClassParameters) -> Captures {
		let most_honest = usize::from(class.seats.saturating_sub(class.threshold));
		let (mut committee, mut panel, mut both) = (0u128, 0u128, 0u128);
		let seated = self.computing.honest_seats(part, of, class.seats);
		for (honest, probability) in seated.into_iter().enumerate() {
			let all = self.whole_panel(part, of, honest as u128, class.verifiers);
			let with_panel = product(probability, all);
			panel = panel.saturating_add(with_panel);
			if honest < most_honest {
				committee = committee.saturating_add(probability);
				both = both.saturating_add(with_panel);
			}
		}
		let billionths = |probability: u128| {
			u64::try_from(product(probability.min(ONE), CERTAIN.into())).unwrap_or(CERTAIN)
		};
		let (committee, panel, both) = (billionths(committee), billionths(panel), billionths(both));
		Captures { committee, panel, both }
	}

	/// Probability that who holds `part / of` of the stake that verifies has all seats of a panel, beside a committee with so
	/// many honest members.
	fn whole_panel(&self, part: u128, of: u128, honest: u128, seats: u8) -> u128 {
		let Self { verifying, either, .. } = self;
		// All stakes in units of which a node that does either weighs a whole number.
		let unit = either.equal.max(1);
		let taken = either.counting.saturating_mul(honest.min(either.equal));
		let left = verifying.counting.saturating_mul(unit).saturating_sub(taken);
		let corrupt = verifying.whole.saturating_mul(part).saturating_mul(unit);
		let all = corrupt.saturating_add(left.saturating_mul(of.saturating_sub(part)));
		let to_corrupt = ratio(corrupt, all);
		(0..seats).fold(ONE, |probability, _| product(probability, to_corrupt))
	}
}

/// By how many bits stakes are shifted, so that [`STAKE_BITS`] of their sum are left.
fn shift(stakes: impl Iterator<Item = Balance>) -> u32 {
	let whole = stakes.fold(0, u128::saturating_add);
	(u128::BITS - whole.leading_zeros()).saturating_sub(STAKE_BITS)
}

/// The candidates, as their number and their stake.
struct Crowd {
	/// All stake.
	whole: u128,
	/// What counts of it.
	counting: u128,
	/// Number of equal nodes that weigh the same.
	equal: u128,
}

impl Crowd {
	fn of(stakes: impl Iterator<Item = Balance>, cap: Balance, shift: u32) -> Self {
		let scaled = stakes.map(|stake| (stake >> shift, stake.min(cap) >> shift));
		let (mut whole, mut counting, mut squares) = (0u128, 0u128, 0u128);
		for (stake, counts) in scaled {
			whole = whole.saturating_add(stake);
			counting = counting.saturating_add(counts);
			squares = squares.saturating_add(counts.saturating_mul(counts));
		}
		let equal = counting.saturating_mul(counting).checked_div(squares).unwrap_or_default();
		Self { whole, counting, equal }
	}

	/// Probability of each number of `seats` that go to honest nodes, where another holds `part / of` of the stake.
	fn honest_seats(&self, part: u128, of: u128, seats: u8) -> [u128; 256] {
		let corrupt = self.whole.saturating_mul(part).saturating_mul(self.equal);
		let honest_each = self.counting.saturating_mul(of.saturating_sub(part));
		// By the number of honest nodes drawn so far.
		let mut drawn = [0u128; 256];
		if let Some(none) = drawn.first_mut() {
			*none = ONE;
		}
		for draw in 0..usize::from(seats) {
			let mut next = [0u128; 256];
			for (honest, probability) in drawn.iter().enumerate().take(draw.saturating_add(1)) {
				let left = self.equal.saturating_sub(honest as u128);
				let all = corrupt.saturating_add(honest_each.saturating_mul(left));
				let to_corrupt = ratio(corrupt, all);
				let to_honest = ONE.saturating_sub(to_corrupt);
				if let Some(same) = next.get_mut(honest) {
					*same = same.saturating_add(product(*probability, to_corrupt));
				}
				if let Some(more) = next.get_mut(honest.saturating_add(1)) {
					*more = more.saturating_add(product(*probability, to_honest));
				}
			}
			drawn = next;
		}
		drawn
	}
}

/// `part / all` as a probability; one if there is nothing else.
fn ratio(part: u128, all: u128) -> u128 {
	let shift = (u128::BITS - all.leading_zeros()).saturating_sub(u128::BITS - FRACTION - 1);
	let (part, all) = (part >> shift, all >> shift);
	(part << FRACTION).checked_div(all).unwrap_or(ONE).min(ONE)
}

/// Product of a probability and a number.
fn product(probability: u128, number: u128) -> u128 {
	probability.saturating_mul(number) >> FRACTION
}

#[cfg(test)]
mod tests;
