//! Which of the proven dealings are the accepted ones.
//!
//! The chain's events tell, but a node forgets them after some hundred blocks. What is left is that the accepted
//! dealings are so many, that their `C_0` add up to the result's, and that they hash to `h_A`. A dealer may have put
//! dealings into blocks that the chain did not take (without a deposit, too late, in a remark), before or after the one
//! that it took; nobody else can, as their proofs name it. So each dealer has *options*, one of its dealings or, as far
//! as that is possible, none, and the search starts from the likely ones and changes as few dealers' options as it can.
//!
//! The last change is looked up by what is missing from the sum. So one change costs one look, however many dealings a
//! dealer floods the blocks with, and two cost one a dealing; a budget bounds the rest. What is found is believed for
//! its hash alone: no bound and no order makes a wrong set pass.

use alloc::{collections::BTreeMap, vec, vec::Vec};
use ostraka_crypto::{encoding::encode_point, group, Affine, Plain, PointBytes, Projective};

/// What a set that is tried against `h_A` costs of the budget, where a change costs 1.
const TRIAL: usize = 8;

type Sum = Projective<Plain>;

/// Whether a dealer may have none of its dealings in the accepted set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absence {
	/// One of its dealings was judged, and convicts it.
	Told,
	/// It is accused, and nobody can judge that: anybody can say so of any dealing.
	Likely,
	/// Perhaps.
	Possible,
	/// The chain took one, and nobody convicted it.
	Never,
}

/// A dealer's options.
#[derive(Clone, Debug)]
pub struct Options {
	/// Its dealings, the likelier first: where each stands, and its `C_0`.
	pub dealings: Vec<(usize, Affine<Plain>)>,
	/// Whether it may have none in the set.
	pub absence: Absence,
}

impl Options {
	/// All options, and what each adds to the sum.
	fn all(&self) -> impl Iterator<Item = (Option<usize>, Sum)> + '_ {
		let none = (self.absence != Absence::Never).then(|| (None, Sum::default()));
		self.dealings.iter().map(|(place, point)| (Some(*place), Sum::from(*point))).chain(none)
	}

	fn first(&self) -> Option<usize> {
		self.dealings.first().map(|(place, _)| *place)
	}

	/// The first, unless it is as likely as that to have none.
	fn first_unless(&self, absence: Absence) -> Option<usize> {
		(self.absence > absence).then(|| self.first()).flatten()
	}

	fn point(&self, option: Option<usize>) -> Sum {
		let found = self.all().find(|(other, _)| *other == option);
		found.map_or_else(Sum::default, |(_, point)| point)
	}
}

/// The first set of `count` dealings with that sum of which `accept` makes something. It is given the option of each
/// dealer.
pub fn find<T>(
	dealers: &[Options],
	target: &Affine<Plain>,
	count: usize,
	budget: usize,
	mut accept: impl FnMut(&[Option<usize>]) -> Option<T>,
) -> Option<T> {
	let is_any = |absence: Absence| dealers.iter().any(|dealer| dealer.absence == absence);
	let (is_told, is_likely) = (is_any(Absence::Told), is_any(Absence::Likely));
	let unless = |absence: Absence| move |dealer: &Options| dealer.first_unless(absence);
	let mut starts = vec![Start::new(dealers, target, count, unless(Absence::Likely))];
	if is_told && is_likely {
		starts.push(Start::new(dealers, target, count, unless(Absence::Told)));
	}
	if is_told || is_likely {
		starts.push(Start::new(dealers, target, count, Options::first));
	}
	let mut left = budget;
	for changes in 0..=dealers.len() {
		for start in &starts {
			// what is linear in the number of dealings is always tried
			let allowed = match changes {
				0 | 1 => usize::MAX,
				2 => start.changes.len().saturating_add(budget),
				_ => left,
			};
			let mut walk = Walk { start, picked: Vec::new(), left: allowed, accept: &mut accept };
			let found = walk.go(changes, 0, start.rest, start.missing);
			if changes > 2 {
				left = walk.left;
			}
			if found.is_some() {
				return found;
			}
		}
		if changes >= 2 && left == 0 {
			break;
		}
	}
	None
}

/// Where the search starts, and the changes from there.
struct Start {
	choice: Vec<Option<usize>>,
	/// What the sum lacks.
	rest: Sum,
	/// How many dealings are lacking.
	missing: isize,
	changes: Vec<Change>,
	/// Changes by what they add to the sum.
	by_sum: BTreeMap<PointBytes, Vec<usize>>,
}

/// Another option for a dealer.
struct Change {
	dealer: usize,
	to: Option<usize>,
	adds: Sum,
	gain: isize,
}

impl Start {
	fn new(
		dealers: &[Options],
		target: &Affine<Plain>,
		count: usize,
		option: impl Fn(&Options) -> Option<usize>,
	) -> Self {
		let present = |option: Option<usize>| isize::from(option.is_some());
		let choice: Vec<Option<usize>> = dealers.iter().map(option).collect();
		let mut rest = Sum::from(*target);
		let mut missing = isize::try_from(count).unwrap_or(isize::MAX);
		let mut changes = Vec::new();
		for (place, (dealer, chosen)) in dealers.iter().zip(&choice).enumerate() {
			let point = dealer.point(*chosen);
			rest -= point;
			missing = missing.saturating_sub(present(*chosen));
			let others = dealer.all().filter(|(other, _)| other != chosen);
			changes.extend(others.map(|(to, other)| Change {
				dealer: place,
				to,
				adds: other - point,
				gain: present(to) - present(*chosen),
			}));
		}
		let sums: Vec<Sum> = changes.iter().map(|change| change.adds).collect();
		let mut by_sum: BTreeMap<PointBytes, Vec<usize>> = BTreeMap::new();
		for (place, sum) in group::normalize(&sums).iter().enumerate() {
			by_sum.entry(encode_point(sum)).or_default().push(place);
		}
		Self { choice, rest, missing, changes, by_sum }
	}
}

struct Walk<'a, F> {
	start: &'a Start,
	/// The changes made so far.
	picked: Vec<usize>,
	left: usize,
	accept: &'a mut F,
}

impl<F> Walk<'_, F> {
	/// Makes that many more changes, each behind the one before in the list.
	fn go<T>(&mut self, more: usize, from: usize, rest: Sum, missing: isize) -> Option<T>
	where
		F: FnMut(&[Option<usize>]) -> Option<T>,
	{
		if missing.unsigned_abs() > more {
			return None;
		}
		match more {
			0 => (rest == Sum::default()).then(|| self.attempt()).flatten(),
			1 => self.look(from, &rest, missing),
			_ => {
				let start = self.start;
				for (place, change) in start.changes.iter().enumerate().skip(from) {
					if self.left == 0 {
						return None;
					}
					self.left -= 1;
					if self.is_changed(change.dealer) {
						continue;
					}
					self.picked.push(place);
					let found =
						self.go(more - 1, place + 1, rest - change.adds, missing - change.gain);
					self.picked.pop();
					if found.is_some() {
						return found;
					}
				}
				None
			},
		}
	}

	/// Tries the changes that add just what is lacking.
	fn look<T>(&mut self, from: usize, rest: &Sum, missing: isize) -> Option<T>
	where
		F: FnMut(&[Option<usize>]) -> Option<T>,
	{
		let start = self.start;
		let fitting = start.by_sum.get(&encode_point(&group::affine(rest)))?;
		let behind = fitting.partition_point(|place| *place < from);
		for place in fitting.iter().skip(behind) {
			let fits = start
				.changes
				.get(*place)
				.is_some_and(|change| change.gain == missing && !self.is_changed(change.dealer));
			if fits && self.left > 0 {
				self.picked.push(*place);
				let found = self.attempt();
				self.picked.pop();
				if found.is_some() {
					return found;
				}
			}
		}
		None
	}

	fn attempt<T>(&mut self) -> Option<T>
	where
		F: FnMut(&[Option<usize>]) -> Option<T>,
	{
		self.left = self.left.saturating_sub(TRIAL);
		let mut choice = self.start.choice.clone();
		for change in self.picked.iter().filter_map(|place| self.start.changes.get(*place)) {
			if let Some(option) = choice.get_mut(change.dealer) {
				*option = change.to;
			}
		}
		(self.accept)(&choice)
	}

	fn is_changed(&self, dealer: usize) -> bool {
		let of_it = |place: &usize| {
			self.start.changes.get(*place).is_some_and(|change| change.dealer == dealer)
		};
		self.picked.iter().any(of_it)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_crypto::Scalar;

	const BUDGET: usize = 1 << 12;

	fn point(number: u64) -> Affine<Plain> {
		group::affine(&group::mul_generator::<Plain>(&Scalar::from(number)))
	}

	/// Dealers with dealings whose `C_0` are those multiples of the generator; a dealing stands where its multiple says.
	fn dealers(options: &[(&[u64], Absence)]) -> Vec<Options> {
		let dealings = |numbers: &[u64]| {
			numbers.iter().map(|number| (*number as usize, point(*number))).collect()
		};
		options
			.iter()
			.map(|(numbers, absence)| Options { dealings: dealings(numbers), absence: *absence })
			.collect()
	}

	fn set(choice: &[Option<usize>]) -> Vec<usize> {
		choice.iter().flatten().copied().collect()
	}

	/// Looks for one set among all with its sum and number.
	fn search(dealers: &[Options], wanted: &[usize]) -> Option<Vec<usize>> {
		let target = point(wanted.iter().sum::<usize>() as u64);
		find(dealers, &target, wanted.len(), BUDGET, |choice| {
			Some(set(choice)).filter(|set| set == wanted)
		})
	}

	#[test]
	fn the_likely_set_needs_one_trial() {
		let dealers =
			dealers(&[(&[1], Absence::Likely), (&[10], Absence::Never), (&[100], Absence::Never)]);
		let mut trials = 0;
		let found = find(&dealers, &point(110), 2, BUDGET, |choice| {
			trials += 1;
			Some(set(choice))
		});
		assert_eq!((found, trials), (Some(vec![10, 100]), 1));
	}

	#[test]
	fn others_of_a_dealers_dealings_and_absences_are_tried() {
		use Absence::{Likely, Never, Possible};
		let dealers = dealers(&[
			(&[1, 2, 3], Never),
			(&[10, 20], Possible),
			(&[100], Likely),
			(&[1000, 2000], Never),
		]);
		for wanted in [
			&[1, 10, 1000][..],
			&[3, 10, 1000],
			&[3, 20, 2000],
			&[1, 1000],
			&[2, 2000],
			&[1, 10, 100, 1000],
			&[2, 20, 100, 2000],
		] {
			assert_eq!(search(&dealers, wanted).as_deref(), Some(wanted));
		}
		// one whose dealing the chain took and nobody convicted is never left out
		assert_eq!(search(&dealers, &[10, 1000]), None);
		// nor are there two of one dealer
		assert_eq!(search(&dealers, &[1, 2, 1000]), None);
	}

	/// Whoever accuses all whose dealings count makes none of them absent.
	#[test]
	fn made_up_accusations_do_not_hide_who_is_absent() {
		let numbers: Vec<[u64; 1]> = (0..45).map(|n| [1 << n]).collect();
		let absence = |place: usize| if place < 40 { Absence::Likely } else { Absence::Told };
		let options: Vec<(&[u64], Absence)> = numbers
			.iter()
			.enumerate()
			.map(|(place, number)| (&number[..], absence(place)))
			.collect();
		let wanted: Vec<usize> = numbers[..40].iter().map(|[number]| *number as usize).collect();
		assert_eq!(search(&dealers(&options), &wanted), Some(wanted));
	}

	#[test]
	fn a_flood_of_one_dealer_costs_as_many_looks() {
		let flood: Vec<u64> = (1000..1400).collect();
		let all = dealers(&[
			(&flood, Absence::Never),
			(&[1], Absence::Never),
			(&[2], Absence::Possible),
			(&[3], Absence::Possible),
		]);
		assert_eq!(search(&all, &[1399, 1, 2, 3]), Some(vec![1399, 1, 2, 3]));
		assert_eq!(search(&all, &[1399, 1, 2]), Some(vec![1399, 1, 2]));
		// all with one sum: each is tried
		let mut same = dealers(&[(&[5], Absence::Never), (&[1], Absence::Never)]);
		same[0].dealings = (0..3000).map(|place| (place + 10, point(5))).collect();
		let found = find(&same, &point(6), 2, 0, |choice| {
			Some(set(choice)).filter(|set| set == &[3009, 1])
		});
		assert_eq!(found, Some(vec![3009, 1]));
	}

	#[test]
	fn a_search_for_nothing_ends() {
		let numbers: Vec<[u64; 2]> = (0..40).map(|n| [1 << n, (1 << n) + 1]).collect();
		let options: Vec<(&[u64], Absence)> =
			numbers.iter().map(|pair| (&pair[..], Absence::Possible)).collect();
		let target = point(u64::MAX);
		assert_eq!(find(&dealers(&options), &target, 30, BUDGET, |_| Some(())), None);
		assert_eq!(find(&[], &target, 0, BUDGET, |_| Some(())), None);
	}
}
