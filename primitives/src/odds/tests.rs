//! The odds beside what is known of them, and beside every draw that there can be.

use super::*;

/// All that a billionth and the rounding of stakes come to.
const ROUNDING: f64 = 1e-8;

fn class(seats: u8, threshold: u8, verifiers: u8) -> ClassParameters {
	ClassParameters { seats, threshold, stake_factor: 1, least_dealers: 3, verifiers }
}

/// Nodes that do both.
fn both(stakes: &[Balance]) -> Vec<(Role, Balance)> {
	stakes.iter().map(|stake| (Role::Both, *stake)).collect()
}

fn of(nodes: &[(Role, Balance)], cap: Balance, class: &ClassParameters) -> Odds {
	Odds::of(nodes.iter().copied(), cap, class, 1_000)
}

fn odds(stakes: &[Balance], cap: Balance, seats: u8, threshold: u8) -> (f64, f64) {
	let odds = of(&both(stakes), cap, &class(seats, threshold, 0));
	assert_eq!(odds.panel, None, "there is none");
	(part(odds.fifth), part(odds.third))
}

fn part(billionths: u64) -> f64 {
	billionths as f64 / CERTAIN as f64
}

fn near(found: f64, expected: f64) -> bool {
	(found - expected).abs() <= 0.03 * expected
}

/// The table of DESIGN, which is the binomial's: many small equal nodes.
#[test]
fn many_small_nodes_give_the_binomial() {
	let stakes = [1_000_000_000_000_000; 1_000];
	for (seats, threshold, fifth, third) in [
		(3, 1, 0.104, 0.259),
		(5, 2, 0.0579, 0.2099),
		(7, 3, 0.0333, 0.1733),
		(13, 6, 0.0070, 0.1035),
	] {
		let found = odds(&stakes, Balance::MAX, seats, threshold);
		assert!(near(found.0, fifth) && near(found.1, third), "({seats}, {threshold}): {found:?}");
	}
	let (fifth, _) = odds(&stakes, Balance::MAX, 31, 15);
	assert!((0.00007..0.00010).contains(&fifth), "{fifth}");
}

/// Of many small nodes a panel is the adversary's by the power of its part, and with the committee by the product, almost.
#[test]
fn many_small_nodes_give_the_power() {
	let stakes = [1_000_000_000_000_000; 1_000];
	for (seats, threshold, verifiers) in [(3, 1, 2), (5, 2, 2), (7, 3, 3), (13, 6, 3), (31, 15, 5)]
	{
		let found = of(&both(&stakes), Balance::MAX, &class(seats, threshold, verifiers));
		let panel = found.panel.expect("a panel");
		let power = |part: f64| part.powi(verifiers.into());
		for (found, expected) in
			[(panel.fifth, power(0.2)), (panel.third, power(1.0 / 3.0))].map(|(n, p)| (part(n), p))
		{
			// the committee's honest members are missing, so it is somewhat more
			assert!(found > expected && found < 1.12 * expected, "{seats}: {found}, {expected}");
		}
		let product = part(found.third) * part(panel.third);
		assert!(near(part(panel.both_third), product), "{seats}: {panel:?} and {product}");
		assert!(panel.both_fifth < panel.fifth && panel.both_fifth < found.fifth, "{found:?}");
	}
}

#[test]
fn few_large_nodes_are_worse_and_a_cap_costs_whoever_does_not_split() {
	let (many, few) = ([10; 400], [200; 20]);
	let (small, _) = odds(&many, Balance::MAX, 31, 15);
	let (large, _) = odds(&few, Balance::MAX, 31, 15);
	assert!(large > 10.0 * small, "{small} and {large}");
	let (capped, _) = odds(&few, 50, 31, 15);
	assert!(capped > large);
	let panel = |nodes: &[Balance], cap| {
		of(&both(nodes), cap, &class(3, 1, 2)).panel.expect("a panel").fifth
	};
	assert!(panel(&few, Balance::MAX) > panel(&many, Balance::MAX));
	assert!(panel(&few, 50) > panel(&few, Balance::MAX));
}

#[test]
fn a_price_is_what_the_tries_cost() {
	let odds = of(&both(&[5; 500]), 5, &class(7, 3, 3));
	let expected = 1_000 * u128::from(CERTAIN) / u128::from(odds.fifth);
	assert_eq!(odds.price_fifth, Some(expected));
	assert!(odds.price_third < odds.price_fifth);
}

#[test]
fn nothing_overflows() {
	for stakes in [&[][..], &[0], &[Balance::MAX; 3], &[1, Balance::MAX]] {
		for role in Role::ALL {
			for (seats, threshold, verifiers) in
				[(3, 1, 2), (31, 15, 5), (255, 127, 255), (0, 0, 0)]
			{
				let nodes = stakes.iter().map(|stake| (role, *stake));
				let class = class(seats, threshold, verifiers);
				let odds = Odds::of(nodes, 7, &class, Balance::MAX);
				assert!(odds.fifth <= CERTAIN && odds.third <= CERTAIN, "{odds:?}");
				let Some(panel) = odds.panel else { continue };
				assert!(panel.fifth <= CERTAIN && panel.third <= CERTAIN, "{odds:?}");
				assert!(panel.both_fifth <= panel.fifth.min(odds.fifth), "{odds:?}");
				assert!(panel.both_third <= panel.third.min(odds.third), "{odds:?}");
			}
		}
	}
}

/// Every draw of a committee and of the panel beside it, honest nodes one by one. The adversary's stake is a part of either
/// body's, and no draw makes it smaller.
struct Draws<'a> {
	honest: &'a [(Role, Balance)],
	class: ClassParameters,
	part: f64,
}

impl Draws<'_> {
	/// Stake of the honest nodes that a body takes and that are not among these, before the adversary has its part of it.
	fn stake(&self, takes: fn(Role) -> bool, seated: u32) -> f64 {
		let left = self.honest.iter().enumerate().filter(|(place, _)| (seated >> place) & 1 == 0);
		left.filter(|(_, (role, _))| takes(*role)).map(|(_, (_, stake))| *stake as f64).sum()
	}

	/// Probability that the committee, the panel, and both are captured, with so many seats drawn, these honest nodes among them.
	fn after(&self, drawn: u8, seated: u32) -> [f64; 3] {
		let corrupt = |takes: fn(Role) -> bool| self.part * self.stake(takes, 0);
		if drawn == self.class.seats {
			let is_captured =
				u32::from(drawn) - seated.count_ones() > u32::from(self.class.threshold);
			let own = corrupt(Role::verifies);
			let all = own + (1.0 - self.part) * self.stake(Role::verifies, seated);
			let panel = (own / all).powi(self.class.verifiers.into());
			let captured = f64::from(u8::from(is_captured));
			return [captured, panel, captured * panel];
		}
		let own = corrupt(Role::computes);
		let all = own + (1.0 - self.part) * self.stake(Role::computes, seated);
		let mut sum = self.after(drawn + 1, seated).map(|odds| odds * own / all);
		for (place, (role, stake)) in self.honest.iter().enumerate() {
			if !role.computes() || (seated >> place) & 1 == 1 {
				continue;
			}
			let weight = (1.0 - self.part) * *stake as f64 / all;
			let then = self.after(drawn + 1, seated | (1 << place));
			sum.iter_mut().zip(then).for_each(|(sum, odds)| *sum += weight * odds);
		}
		sum
	}
}

/// What is found and what every draw gives, of the committee, the panel and both.
fn beside(honest: &[(Role, Balance)], class: ClassParameters) -> Vec<(f64, f64)> {
	let found = of(honest, Balance::MAX, &class);
	let panel = found.panel.expect("a panel");
	let fifth = [found.fifth, panel.fifth, panel.both_fifth].map(part);
	let third = [found.third, panel.third, panel.both_third].map(part);
	let exact = |part| Draws { honest, class, part }.after(0, 0);
	fifth.into_iter().zip(exact(0.2)).chain(third.into_iter().zip(exact(1.0 / 3.0))).collect()
}

/// So many nodes with the same stake for a role.
fn nodes(groups: &[(Role, usize)]) -> Vec<(Role, Balance)> {
	let group = |(role, number): &(Role, usize)| vec![(*role, 1_000_000_000_000); *number];
	groups.iter().flat_map(group).collect()
}

#[test]
fn of_equal_nodes_the_odds_are_those_of_every_draw() {
	let alike = nodes(&[(Role::Both, 8)]);
	let apart = nodes(&[(Role::Compute, 6), (Role::Verify, 5)]);
	for honest in [&alike, &apart] {
		for class in [class(3, 1, 2), class(5, 2, 3)] {
			for (found, exact) in beside(honest, class) {
				assert!((found - exact).abs() < ROUNDING, "{honest:?}: {found} and {exact}");
			}
		}
	}
	// a captured committee leaves the panel more honest nodes, if they do both
	let together = |honest: &[(Role, Balance)]| {
		let odds = beside(honest, class(5, 2, 3));
		odds[2].1 / (odds[0].1 * odds[1].1)
	};
	assert!(together(&alike) < 0.5 && (together(&apart) - 1.0).abs() < ROUNDING);
}

/// Where honest members need not be those that the panel then lacks, it is counted as if they were.
#[test]
fn of_other_nodes_the_odds_are_no_smaller() {
	let mixed = nodes(&[(Role::Compute, 3), (Role::Verify, 3), (Role::Both, 4)]);
	let uneven: Vec<_> = [
		(Role::Compute, 10),
		(Role::Compute, 30),
		(Role::Verify, 5),
		(Role::Verify, 25),
		(Role::Both, 10),
		(Role::Both, 40),
		(Role::Both, 20),
		(Role::Compute, 15),
		(Role::Verify, 12),
	]
	.into_iter()
	.map(|(role, stake)| (role, stake * 1_000_000_000_000))
	.collect();
	for (honest, class) in
		[(&mixed, class(3, 1, 2)), (&mixed, class(5, 2, 3)), (&uneven, class(3, 1, 2))]
	{
		for (found, exact) in beside(honest, class) {
			assert!(found > exact - ROUNDING, "{found} and {exact}");
			assert!(found < 2.0 * exact, "{found} and {exact}");
		}
	}
}
