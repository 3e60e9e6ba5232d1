//! The draw's own tests: what it gives to whom, and what moves it.

use super::*;
use ostraka_primitives::odds::{Odds, CERTAIN};
use proptest::prelude::*;

/// All stake counts.
const ALL: StakeBounds = StakeBounds { least: 0, most: Balance::MAX };

fn candidate(index: u8, stake: Balance) -> Candidate {
	let (account, role) = (AccountId::new([index; 32]), Role::Compute);
	Candidate { account, stake, since: 0, free: 1, role }
}

/// A request for `seats`, submitted in block 1.
fn request(task: TaskId, seats: u8, barred: &[AccountId]) -> DrawRequest<'_> {
	DrawRequest { task, parameters: class(seats, 0), submitted_at: 1, barred }
}

fn class(seats: u8, verifiers: u8) -> ClassParameters {
	let threshold = (seats - 1) / 2;
	ClassParameters { seats, threshold, stake_factor: 1, least_dealers: 3, verifiers }
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
	let candidates: Vec<_> =
		stakes.iter().enumerate().map(|(index, stake)| candidate(index as u8, *stake)).collect();
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
		eligible(&candidates, &request, &ALL, Body::Committee).map(|_| ()),
		Err(DrawError::TooLittleCapacity)
	);
	let bounds = StakeBounds { least: 1, most: 100 };
	assert_eq!(
		eligible(&candidates, &request, &bounds, Body::Committee).map(|nodes| nodes.len()),
		Ok(20)
	);
}

/// The audit's attack: nine of 45 equal nodes are the requester's, and it names the operators of
/// another 15 as dealers. Naming bars nobody, so that the odds stay those of a fifth of the stake;
/// they become those of 30 % only if all 15 accept, with a deposit each.
#[test]
fn naming_dealers_does_not_multiply_captures() {
	let candidates: Vec<_> = (0..45).map(|index| candidate(index, 5)).collect();
	let captures = |barred: &[AccountId]| {
		let is_captured = |round: &u32| {
			let may_sit =
				eligible(&candidates, &request(*round, 7, barred), &ALL, Body::Committee).unwrap();
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

/// Where all do both, the panel's race is another one than the committee's: who came in fourth there is not first here.
#[test]
fn the_panel_has_a_race_of_its_own() {
	let candidates: Vec<_> = (0..40).map(|index| candidate(index, 5)).collect();
	let candidates: Vec<_> = candidates.iter().collect();
	let order = |seed: &[u8; 32]| -> Vec<_> {
		race(seed, 1, &candidates, 40, &ALL).into_iter().map(index_of).collect()
	};
	let rounds = 400;
	let is_next = |round: &u32| {
		let (seed, panel_seed) = (seed(*round), panel_seed(&seed(*round)));
		let (committee, panel) = (order(&seed), order(&panel_seed));
		let first_beside = panel.iter().find(|index| !committee[..3].contains(index));
		first_beside == committee.get(3)
	};
	// One of 37 by chance: 11 expected, and six standard deviations more.
	let times = (0..rounds).filter(is_next).count();
	assert!(times < 31, "{times} of {rounds}");
}

/// Who sits on a committee of three, and who on a panel of two beside it.
fn seated(seed: &[u8; 32], candidates: &[Candidate]) -> [BTreeSet<usize>; 2] {
	let of = |body: Body| -> Vec<&Candidate> {
		candidates.iter().filter(|node| body.takes(node.role)).collect()
	};
	let members = race(seed, 1, &of(Body::Committee), 3, &ALL);
	let left = beside(&members, of(Body::Panel));
	let panel = race(&panel_seed(seed), 1, &left, 2, &ALL);
	[members, panel].map(|seats| seats.into_iter().map(index_of).collect())
}

/// The odds that clients are told are those of this draw: an adversary with a third of the stake of either body, in nodes of less
/// than a third of an honest one's stake, captures about as often as they say.
#[test]
fn captures_are_as_likely_as_the_odds_say() {
	let class = class(3, 2);
	let alike = vec![(Role::Both, 10); 24];
	let mixed = [(Role::Compute, 10), (Role::Verify, 10), (Role::Both, 10)].repeat(12);
	for honest in [alike, mixed] {
		let own = (0..40).map(|index| Candidate { role: Role::Both, ..candidate(index, 3) });
		let others = (40u8..).zip(&honest);
		let others = others
			.map(|(index, (role, stake))| Candidate { role: *role, ..candidate(index, *stake) });
		let candidates: Vec<_> = own.chain(others).collect();
		let rounds = 3_000;
		let (mut committees, mut panels, mut both) = (0u32, 0u32, 0u32);
		for round in 0..rounds {
			let [members, panel] = seated(&seed(round), &candidates);
			let has_committee = members.iter().filter(|index| **index < 40).count() > 1;
			let has_panel = panel.iter().all(|index| *index < 40);
			committees += u32::from(has_committee);
			panels += u32::from(has_panel);
			both += u32::from(has_committee && has_panel);
		}
		let nodes = candidates.iter().map(|node| (node.role, node.stake));
		let odds = Odds::of(nodes, Balance::MAX, &class, 1);
		let panel = odds.panel.expect("a class with a panel");
		for (found, billionths) in
			[(committees, odds.third), (panels, panel.third), (both, panel.both_third)]
		{
			let expected = billionths as f64 / CERTAIN as f64 * f64::from(rounds);
			// Four standard deviations. What the adversary has drawn is missing of its stake, so it is somewhat less.
			let (low, high) = (0.85 * expected, 1.02 * expected);
			let band = low - 4.0 * low.sqrt()..high + 4.0 * high.sqrt();
			assert!(band.contains(&f64::from(found)), "{found} of {rounds} for {expected}");
		}
	}
}

/// Of nodes that do both, one that leaves the committee can pull another off the panel: it comes next.
#[test]
fn leaving_the_committee_may_pull_another_off_the_panel() {
	let candidates: Vec<_> =
		(0..6).map(|index| Candidate { role: Role::Both, ..candidate(index, 1) }).collect();
	let pulls = |round: &u32| {
		let before = seated(&seed(*round), &candidates);
		let leaver = before[0].first().copied();
		let rest: Vec<_> =
			candidates.iter().filter(|node| Some(index_of(node)) != leaver).cloned().collect();
		!before[1].is_subset(&seated(&seed(*round), &rest)[1])
	};
	// Two of the three that are left have a seat, and one of the three comes next.
	let times = (0..300).filter(pulls).count();
	assert!((150..250).contains(&times), "{times} of 300");
}

proptest! {
	/// Who leaves the committee lets the next one in. The panel loses that one, if it had a seat there, and nobody else: so never
	/// one that verifies alone.
	#[test]
	fn leaving_the_committee_pulls_off_the_panel_only_who_joins_it(
		nodes in prop::collection::vec((1u128..1_000, 0usize..3), 6..20),
		gone in 0usize..3,
		seed: [u8; 32],
	) {
		let candidates: Vec<_> = (0u8..)
			.zip(&nodes)
			.map(|(index, (stake, role))| Candidate { role: Role::ALL[*role], ..candidate(index, *stake) })
			.collect();
		let before = seated(&seed, &candidates);
		let leaver = before[0].iter().nth(gone).copied();
		let rest: Vec<_> =
			candidates.iter().filter(|node| Some(index_of(node)) != leaver).cloned().collect();
		let after = seated(&seed, &rest);
		let joined: BTreeSet<_> = after[0].difference(&before[0]).copied().collect();
		prop_assert!(joined.len() <= 1);
		let pulled: BTreeSet<_> = before[1].difference(&after[1]).copied().collect();
		prop_assert!(pulled.is_subset(&joined));
		prop_assert!(pulled.iter().all(|index| candidates[*index].role == Role::Both));
	}

	/// Who leaves lets the next one in and moves nobody else in a race.
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
		nodes in prop::collection::vec((1u128..6, 0u32..4, 0u32..3, 0usize..3), 0..12),
		dealers in prop::collection::vec(any::<bool>(), 12),
		of_panel: bool,
	) {
		let candidates: Vec<_> = nodes
			.iter()
			.enumerate()
			.map(|(index, (stake, since, free, role))| Candidate {
				account: AccountId::new([index as u8; 32]),
				stake: *stake,
				since: *since,
				free: *free,
				role: Role::ALL[*role],
			})
			.collect();
		let is_barred = |index: usize| index == 0 || dealers[index];
		let barred: Vec<_> = (0u8..12)
			.filter(|index| is_barred(usize::from(*index)))
			.map(|index| AccountId::new([index; 32]))
			.collect();
		let request = DrawRequest {
			task: 1,
			parameters: class(3, 2),
			submitted_at: 2,
			barred: &barred,
		};
		let (body, seats) = if of_panel { (Body::Panel, 2) } else { (Body::Committee, 3) };
		let found = eligible(&candidates, &request, &StakeBounds { least: 3, most: 4 }, body);
		let is_asked = |role| match role {
			Role::Compute => !of_panel,
			Role::Verify => of_panel,
			Role::Both => true,
		};
		let holds =
			|node: &&Candidate| is_asked(node.role) && node.since < 2 && node.stake >= 3;
		let may = |node: &&Candidate| {
			holds(node) && !is_barred(index_of(node)) && node.free > 0
		};
		let fit: Vec<_> = candidates.iter().filter(may).collect();
		let fit_stake: u128 = fit.iter().map(|node| node.stake.min(4)).sum();
		let whole: u128 = candidates.iter().filter(holds).map(|node| node.stake.min(4)).sum();
		let can = fit.len() >= seats && fit_stake * 3 >= whole * 2;
		prop_assert_eq!(found.is_ok(), can);
		if of_panel && !can {
			prop_assert_eq!(found.as_ref().err(), Some(&DrawError::TooFewVerifiers));
		}
		if let Ok(found) = found {
			prop_assert_eq!(found, fit);
		}
	}

	/// What is let through fills committee and panel, nobody twice, whatever the seed; and what is not has a committee that
	/// would leave too few.
	#[test]
	fn both_are_filled_whatever_the_seed(
		nodes in prop::collection::vec((1u128..1_000, 0usize..3), 0..14),
		seats in prop::sample::select(vec![3u8, 5]),
		verifiers in 0u8..5,
		seed: [u8; 32],
	) {
		let candidates: Vec<_> = (0u8..)
			.zip(&nodes)
			.map(|(index, (stake, role))| Candidate { role: Role::ALL[*role], ..candidate(index, *stake) })
			.collect();
		let parameters = class(seats, verifiers);
		let request = DrawRequest { task: 1, parameters, submitted_at: 1, barred: &[] };
		let found = for_task(&candidates, &request, &ALL);
		let (n, v) = (usize::from(seats), usize::from(verifiers));
		let number = |role: Role| candidates.iter().filter(|node| node.role == role).count();
		let (compute, verify, both) =
			(number(Role::Compute), number(Role::Verify), number(Role::Both));
		// The worst committee has as many of those that do both as there are, or as it has seats.
		let can_compute = compute + both >= n;
		let can_verify = v == 0 || verify + both - both.min(n) >= v;
		match found {
			Ok((computing, verifying)) => {
				prop_assert!(can_compute && can_verify);
				let members = race(&seed, 1, &computing, n, &ALL);
				let left = beside(&members, verifying);
				let panel = race(&panel_seed(&seed), 1, &left, v, &ALL);
				prop_assert_eq!((members.len(), panel.len()), (n, v));
				prop_assert!(members.iter().all(|node| node.role.computes()));
				prop_assert!(panel.iter().all(|node| node.role.verifies()));
				let seated: BTreeSet<_> =
					members.iter().chain(&panel).map(|node| &node.account).collect();
				prop_assert_eq!(seated.len(), n + v);
			},
			Err(DrawError::TooFewNodes) => prop_assert!(!can_compute),
			Err(error) => {
				prop_assert_eq!(error, DrawError::TooFewVerifiers);
				prop_assert!(can_compute && !can_verify);
			},
		}
	}
}
