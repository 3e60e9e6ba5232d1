//! Which accepted sets may have a result: the counting task's dealers are in, and no earlier set is too near.
//!
//! # Why one pass is enough
//! A set that differs from this one by fewer than [`MAX_DIFFERENCE`] dealers shares all but fewer than so many of this one's with
//! it. So it is in their histories, and how many share it says whether it has to be looked at: at most [`MOST_COMPARED`] have.

use crate::*;
use alloc::collections::BTreeMap;
use ostraka_primitives::{consent::ColumnSet, task::FailReason, traits::AcceptedSet};

/// What the dealers of a set have in common with another task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shared {
	/// How many dealt to it too, over whatever data set.
	both: u32,
	/// How many of them over the data set of this task.
	same: u32,
}

/// What the histories of a set's dealers say.
#[derive(Default)]
struct Overlaps {
	/// How many dealers the set has.
	dealers: u32,
	/// The most that one of them asks of the difference to another set.
	least: u8,
	/// Other tasks of theirs.
	others: BTreeMap<TaskId, Shared>,
}

impl Overlaps {
	/// Adds a dealer's history. `task` is the one whose set this is.
	fn add(&mut self, task: Option<TaskId>, history: &[Entry]) {
		self.dealers = self.dealers.saturating_add(1);
		let own = history.iter().find(|entry| Some(entry.task) == task);
		// One that was pushed out by newer ones: its dealer is not known to ask for less.
		let asked = own.map_or(MAX_DIFFERENCE, |own| own.least_difference);
		self.least = self.least.max(asked);
		for entry in history.iter().filter(|entry| Some(entry.task) != task) {
			let shared = self.others.entry(entry.task).or_default();
			shared.both = shared.both.saturating_add(1);
			if own.is_some_and(|own| own.dataset == entry.dataset) {
				shared.same = shared.same.saturating_add(1);
			}
		}
	}

	/// By how many dealers a set differs from this one: those who are in one of the two alone.
	fn differ(&self, shared: &Shared, other: &AcceptedSetRecord) -> u32 {
		let only_here = self.dealers.saturating_sub(shared.both);
		only_here.saturating_add(other.dealers.saturating_sub(shared.both))
	}

	/// Whether the same dealers dealt the same data sets.
	fn is_same(&self, shared: &Shared, other: &AcceptedSetRecord) -> bool {
		shared.both == shared.same && shared.both == self.dealers && shared.both == other.dealers
	}

	/// Whether the set with this in common can be too near.
	fn is_near(&self, shared: &Shared) -> bool {
		shared.both.saturating_add(MAX_DIFFERENCE.into()) > self.dealers
	}
}

impl<T: Config> Pallet<T> {
	fn overlaps<'a>(
		task: Option<TaskId>,
		dealers: impl IntoIterator<Item = &'a AccountId>,
	) -> Overlaps {
		let mut overlaps = Overlaps::default();
		for dealer in dealers {
			overlaps.add(task, &Histories::<T>::get(dealer));
		}
		overlaps
	}

	/// Compares a set with those before it, and records it.
	pub(crate) fn admit(set: &AcceptedSet) -> Result<(), FailReason> {
		let task = set.task;
		let overlaps = Self::overlaps(Some(task), set.dealers);
		if let Some(counting) = set.counting {
			if !Self::is_counted(&overlaps, counting) {
				Self::deposit_event(Event::NotCounted { task, counting });
				return Err(FailReason::NotCounted);
			}
		}
		if let Some((other, differ, least)) = Self::too_near(&overlaps, &set.columns) {
			Self::deposit_event(Event::TooNear { task, other, differ, least });
			return Err(FailReason::Differencing);
		}
		let record = AcceptedSetRecord {
			dealers: overlaps.dealers,
			least_difference: overlaps.least,
			columns: set.columns,
		};
		Sets::<T>::insert(task, record);
		Ok(())
	}

	/// Whether all dealers of the counting task are in the set, each with the data set that was counted.
	fn is_counted(overlaps: &Overlaps, counting: TaskId) -> bool {
		let shared = overlaps.others.get(&counting).copied().unwrap_or_default();
		Sets::<T>::get(counting).is_some_and(|counted| shared.same == counted.dealers)
	}

	/// The first task whose set is too near: by how many dealers it differs, and by how many it would have to.
	fn too_near(overlaps: &Overlaps, columns: &ColumnSet) -> Option<(TaskId, u32, u32)> {
		Self::near(overlaps).find_map(|(task, shared, other)| {
			let least = u32::from(overlaps.least.max(other.least_difference));
			let differ = overlaps.differ(shared, &other);
			let passes = !columns.meets(&other.columns)
				|| least <= 1
				|| overlaps.is_same(shared, &other)
				|| differ >= least;
			(!passes).then_some((task, differ, least))
		})
	}

	/// The frozen sets that can be too near, by task.
	fn near<'a>(
		overlaps: &'a Overlaps,
	) -> impl Iterator<Item = (TaskId, &'a Shared, AcceptedSetRecord)> + 'a {
		let others = overlaps.others.iter().filter(move |(_, shared)| overlaps.is_near(shared));
		others.filter_map(|(task, shared)| Some((*task, shared, Sets::<T>::get(task)?)))
	}

	/// The tasks that a set of exactly these dealers would differ from, by 1 to 15 dealers.
	pub(crate) fn near_to(dealers: &[AccountId]) -> Vec<(TaskId, u32)> {
		let overlaps = Self::overlaps(None, dealers);
		let differing = Self::near(&overlaps)
			.map(|(task, shared, other)| (task, overlaps.differ(shared, &other)));
		differing.filter(|(_, differ)| (1..u32::from(MAX_DIFFERENCE)).contains(differ)).collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The fewest dealers that one of so many shares with a set that it is compared with: all but 15.
	fn fewest(dealers: u32) -> u32 {
		dealers.saturating_sub(u32::from(MAX_DIFFERENCE) - 1).max(1)
	}

	/// How many sets one of so many dealers is compared with, whose full histories have as many tasks as they can, each of them in
	/// those of `share` dealers.
	fn compared(dealers: u32, share: u32) -> u32 {
		let mut overlaps = Overlaps::default();
		for dealer in 0..dealers {
			let task = |place: u32| (place * dealers + dealer) / share;
			let entry = |task| Entry { task, dataset: [0; 32], at: 0, least_difference: 0 };
			let history: Vec<_> = (0..HISTORY).map(task).map(entry).collect();
			overlaps.add(Some(TaskId::MAX), &history);
		}
		overlaps.others.values().filter(|shared| overlaps.is_near(shared)).count() as u32
	}

	/// The most has a set of 16, which can share a single dealer with each task of its histories.
	#[test]
	fn no_cohort_is_compared_with_more_than_128_sets() {
		let sizes = || (0..=64).chain([128, 512]);
		let most = sizes().map(|dealers| compared(dealers, fewest(dealers))).max();
		assert_eq!(most, Some(MOST_COMPARED));
		assert_eq!(compared(16, fewest(16)), 128);
		assert_eq!(compared(512, fewest(512)), 8);
		for dealers in sizes().filter(|dealers| fewest(*dealers) > 1) {
			assert_eq!(
				compared(dealers, fewest(dealers) - 1),
				0,
				"one dealer fewer is too far away"
			);
		}
	}
}
