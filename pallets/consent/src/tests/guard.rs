//! Random tasks, cohorts, drop-outs and exclusions, several at once, against an exhaustive search for pairs.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// More than the largest difference, so that sets can be too far apart to be looked at.
const DEALERS: u8 = 24;
/// As many as a history holds.
const TASKS: usize = HISTORY as usize;
/// More than that.
const MANY_TASKS: usize = 12;
/// Dealers of each of those.
const BUSY: u8 = 6;

/// Columns of tasks.
const A: &[&str] = &["a"];
const B: &[&str] = &["b"];
const BOTH: &[&str] = &["b", "a"];

type Numbers = BTreeSet<u8>;

/// A task, from its first dealing on.
#[derive(Clone, Debug)]
struct Plan {
	/// Who deals.
	dealers: Numbers,
	/// Who of them deals `WAGES`; the others deal `LOANS`.
	wages: Numbers,
	/// Who of them is excluded.
	excluded: Numbers,
	columns: &'static [&'static str],
	counting: Option<TaskId>,
	/// When they deal, and how much later are exclusions, freeze and end.
	times: [u16; 4],
	released: bool,
}

#[derive(Clone, Copy, Debug)]
enum Moment {
	Deal,
	Exclude,
	Freeze,
	End,
}

/// A frozen set, as the search sees it.
struct Set {
	dealt: BTreeMap<u8, Digest>,
	least: u8,
	columns: &'static [&'static str],
}

impl Plan {
	fn dataset(&self, dealer: u8) -> Digest {
		if self.wages.contains(&dealer) {
			WAGES
		} else {
			LOANS
		}
	}

	fn accepted(&self) -> Numbers {
		&self.dealers - &self.excluded
	}

	fn set(&self, demands: &BTreeMap<u8, u8>) -> Set {
		let accepted = self.accepted();
		let demands = accepted.iter().filter_map(|dealer| demands.get(dealer).copied());
		Set {
			least: demands.max().unwrap_or_default(),
			dealt: accepted.iter().map(|dealer| (*dealer, self.dataset(*dealer))).collect(),
			columns: self.columns,
		}
	}

	fn freeze(&self, task: TaskId) -> Result<(), FailReason> {
		let dealers: Vec<u8> = self.accepted().into_iter().collect();
		let columns = columns(self.columns);
		Freeze { dealers: &dealers, columns, counting: self.counting }.of(task)
	}

	fn moments(&self, task: TaskId) -> impl Iterator<Item = (u16, TaskId, Moment)> {
		let mut time = 0;
		let kinds = [Moment::Deal, Moment::Exclude, Moment::Freeze, Moment::End];
		self.times.into_iter().zip(kinds).map(move |(later, moment)| {
			time += later;
			(time, task, moment)
		})
	}
}

impl Set {
	fn has(&self, dealer: &u8) -> bool {
		self.dealt.contains_key(dealer)
	}

	/// How many dealers are in one of the two alone.
	fn differs_from(&self, other: &Self) -> usize {
		(0..DEALERS).filter(|dealer| self.has(dealer) != other.has(dealer)).count()
	}

	fn shares_dealers_with(&self, other: &Self) -> bool {
		other.dealt.keys().any(|dealer| self.has(dealer))
	}

	/// Whether results of both may be known.
	fn is_apart_from(&self, other: &Self) -> bool {
		let least = self.least.max(other.least);
		let meets = self.columns.iter().any(|name| other.columns.contains(name));
		!meets
			|| !self.shares_dealers_with(other)
			|| least <= 1
			|| self.dealt == other.dealt
			|| self.differs_from(other) >= usize::from(least)
	}

	/// How many dealers of both have no entry any more of the other one's task.
	fn forgot(&self, task: TaskId, other: &Self) -> usize {
		let forgot = |dealer: &&u8| other.has(dealer) && !remembers(**dealer, task);
		self.dealt.keys().filter(forgot).count()
	}

	/// Whether results of both may be known, as far as dealers remember: who forgot adds two to what the sets seem to differ by,
	/// and if all did there is nothing to compare.
	fn seems_apart_from(&self, task: TaskId, other: &Self) -> bool {
		let forgot = self.forgot(task, other);
		let shared = self.dealt.keys().filter(|dealer| other.has(dealer)).count();
		let least = usize::from(self.least.max(other.least));
		self.is_apart_from(other)
			|| forgot == shared
			|| self.differs_from(other) + 2 * forgot >= least
	}

	fn contains(&self, other: &Self) -> bool {
		other.dealt.iter().all(|(dealer, dataset)| self.dealt.get(dealer) == Some(dataset))
	}
}

fn at_most(count: usize) -> impl Strategy<Value = Numbers> {
	prop::collection::btree_set(0..DEALERS, 0..=count)
}

fn plan() -> impl Strategy<Value = Plan> {
	let missing = prop_oneof![3 => at_most(2), 2 => at_most(12), 1 => at_most(18)];
	let few = || prop_oneof![4 => Just(Numbers::new()), 1 => at_most(2)];
	let columns = prop_oneof![4 => Just(A), 1 => Just(B), 1 => Just(BOTH)];
	let counting = prop_oneof![3 => Just(None), 1 => (1..=TASKS as TaskId).prop_map(Some)];
	let times = [0u16..40, 0u16..10, 0u16..10, 0u16..10];
	(missing, few(), few(), columns, counting, times, prop::bool::weighted(0.8)).prop_map(
		|(missing, wages, excluded, columns, counting, times, released)| Plan {
			dealers: (0..DEALERS).filter(|dealer| !missing.contains(dealer)).collect(),
			wages,
			excluded,
			columns,
			counting,
			times,
			released,
		},
	)
}

fn remembers(dealer: u8, task: TaskId) -> bool {
	Consents::history(account(dealer)).iter().any(|entry| entry.task == task)
}

/// A freeze, and what was said to it.
struct Said<'a> {
	set: &'a Set,
	/// Whether one of its dealers has no entry of its task any more.
	is_forgotten: bool,
	counting: Option<TaskId>,
	frozen: &'a BTreeMap<TaskId, Set>,
	said: Result<(), FailReason>,
}

/// Each dealer remembers all.
fn is_exact(freeze: &Said) {
	assert_eq!(freeze.said, search(freeze.set, freeze.counting, freeze.frozen));
}

/// Dealers may have forgotten. It is exact where none of these has, and what passes seems apart from what is remembered, with
/// all who were counted.
fn is_as_remembered(freeze: &Said) {
	let Said { set, frozen, .. } = *freeze;
	let forgot = |(task, other): (&TaskId, &Set)| set.forgot(*task, other) > 0;
	if !freeze.is_forgotten && !frozen.iter().any(forgot) {
		return is_exact(freeze);
	}
	if freeze.said.is_ok() {
		let is_in = |counting| frozen.get(&counting).is_some_and(|counted| set.contains(counted));
		assert!(freeze.counting.is_none_or(is_in));
		assert!(frozen.iter().all(|(task, other)| set.seems_apart_from(*task, other)));
	}
}

/// What the pallet must say to a freeze.
fn search(
	set: &Set,
	counting: Option<TaskId>,
	frozen: &BTreeMap<TaskId, Set>,
) -> Result<(), FailReason> {
	let is_counted = |counting| frozen.get(&counting).is_some_and(|counted| set.contains(counted));
	if !counting.is_none_or(is_counted) {
		return Err(FailReason::NotCounted);
	}
	if frozen.values().all(|other| set.is_apart_from(other)) {
		Ok(())
	} else {
		Err(FailReason::Differencing)
	}
}

/// Plays all plans at once, and checks what is said to each freeze. Returns the sets of which something is known in the end.
fn play(plans: &[Plan], demands: &BTreeMap<u8, u8>, check: fn(&Said)) -> BTreeMap<TaskId, Set> {
	for (dealer, demand) in demands {
		assert_ok!(set(*dealer, LOANS, differ(*demand)));
		assert_ok!(set(*dealer, WAGES, differ(*demand)));
	}
	let mut moments: Vec<_> =
		(1..).zip(plans).flat_map(|(task, plan)| plan.moments(task)).collect();
	// Stable: a task's moments stay in their order.
	moments.sort_by_key(|(time, _, _)| *time);
	let mut frozen = BTreeMap::new();
	for (time, task, moment) in moments {
		at(1 + BlockNumber::from(time));
		let plan = &plans[task as usize - 1];
		match moment {
			Moment::Deal => {
				for dealer in &plan.dealers {
					assert_ok!(deal(task, *dealer, plan.dataset(*dealer)));
				}
			},
			Moment::Exclude => plan.excluded.iter().for_each(|dealer| fall_away(task, *dealer)),
			Moment::Freeze => {
				let mut set = plan.set(demands);
				let is_forgotten = set.dealt.keys().any(|dealer| !remembers(*dealer, task));
				if is_forgotten {
					// Whose demand is not known asks for the most
					set.least = MAX_DIFFERENCE;
				}
				let (said, counting) = (plan.freeze(task), plan.counting);
				check(&Said { set: &set, is_forgotten, counting, frozen: &frozen, said });
				if said.is_ok() {
					frozen.insert(task, set);
				}
			},
			Moment::End => {
				if !plan.released {
					let dealers: Vec<u8> = plan.accepted().into_iter().collect();
					end_unreleased(task, &dealers);
					frozen.remove(&task);
				}
			},
		}
	}
	frozen
}

/// All pairs of sets of five dealers, with a demand that a dealer of the first or of the second made: nothing but the number of
/// dealers who are in one of the two alone decides.
#[test]
fn every_pair_of_sets_of_five_dealers() {
	const FEW: u8 = 5;
	let of_bits =
		|bits: u8| (0..FEW).filter(|dealer| (bits >> dealer) & 1 == 1).collect::<Vec<_>>();
	let sets: Vec<Vec<u8>> = (1..1 << FEW).map(of_bits).collect();
	for (one, other) in sets.iter().flat_map(|one| sets.iter().map(move |other| (one, other))) {
		let is_alone = |dealer: &u8| one.contains(dealer) != other.contains(dealer);
		let apart = (0..FEW).filter(is_alone).count();
		let meets = one.iter().any(|dealer| other.contains(dealer));
		for (least, demanding) in
			[2, 3, 6].into_iter().flat_map(|least| [(least, one), (least, other)])
		{
			build_and_execute(|| {
				assert_ok!(set(demanding[0], LOANS, differ(least)));
				assert_eq!(run(1, one), Ok(()));
				let passes = apart == 0 || !meets || apart >= usize::from(least);
				let expected = if passes { Ok(()) } else { Err(FailReason::Differencing) };
				assert_eq!(run(2, other), expected, "{one:?}, {other:?}, {least}");
			});
		}
	}
}

proptest! {
	#[test]
	fn no_pair_is_too_near(
		plans in prop::collection::vec(plan(), 2..=TASKS),
		demands in prop::collection::btree_map(0..DEALERS, 0u8..=MAX_DIFFERENCE, 0..4),
	) {
		build_and_execute(|| {
			let known = play(&plans, &demands, is_exact);
			for (task, set) in &known {
				assert!(known.values().all(|other| set.is_apart_from(other)), "task {task}");
			}
			for plan in &plans {
				let set = plan.set(&demands);
				let differs = |(task, other): (&TaskId, &Set)| {
					let differ = set.differs_from(other);
					let is_near = (1..usize::from(MAX_DIFFERENCE)).contains(&differ);
					let is_seen = is_near && set.shares_dealers_with(other);
					is_seen.then_some((*task, differ as u32))
				};
				let expected: Vec<_> = known.iter().filter_map(differs).collect();
				let dealers: Vec<u8> = plan.accepted().into_iter().collect();
				assert_eq!(Consents::nearest(accounts(&dealers)), expected);
			}
		});
	}

	/// Dealers of more tasks than their histories hold.
	#[test]
	fn what_is_remembered_is_not_too_near(
		plans in prop::collection::vec(plan(), TASKS + 1..=MANY_TASKS),
		demands in prop::collection::btree_map(0..DEALERS, 0u8..=MAX_DIFFERENCE, 0..4),
	) {
		build_and_execute(|| {
			let mut plans = plans;
			plans.iter_mut().for_each(|plan| plan.dealers.extend(0..BUSY));
			play(&plans, &demands, is_as_remembered);
		});
	}
}
