//! What a task promises its dealers of the accepted set: what a submission may promise, and whether the set keeps it.

use crate::*;
use alloc::collections::{BTreeMap, BTreeSet};
use ostraka_primitives::{
	spec::{Column, Statistic},
	traits::{AcceptedSet, Frozen},
};
use ostraka_protocol::Version;

impl<T: Config> Pallet<T> {
	/// Checks what a task with this spec promises the dealers of its `cohort`, which is sorted, none twice. Reads at most one
	/// task, that which counted.
	///
	/// # Errors
	/// `WrongLeast`, `RecipientDeals`, `TooManyDealers`, `WrongRequired`, `WrongCounting`.
	pub(crate) fn check_conditions(
		conditions: &Conditions,
		spec: &TaskSpec,
		parameters: &ClassParameters,
		cohort: &[AccountId],
	) -> DispatchResult {
		let Conditions { least_dealers, required, counting, sealed_to } = conditions;
		let invited = cohort.len() as u32;
		let deals = |account: &AccountId| cohort.binary_search(account).is_ok();
		let possible = parameters.least_dealers..=invited;
		ensure!(possible.contains(least_dealers), Error::<T>::WrongLeast);
		if let Some(recipient) = sealed_to {
			ensure!(!deals(recipient), Error::<T>::RecipientDeals);
			ensure!(invited < MAX_DEALERS, Error::<T>::TooManyDealers);
		}
		let rises = required.iter().zip(required.iter().skip(1)).all(|(one, next)| one < next);
		ensure!(rises && required.iter().all(deals), Error::<T>::WrongRequired);
		if let Some(counting) = counting {
			ensure!(Self::has_counted(*counting, spec), Error::<T>::WrongCounting);
		}
		Ok(())
	}

	/// Whether a task has counted the contributors to the groups or bins of this spec: it is completed, under this version of the
	/// protocol (of an older one no accepted set is remembered), for anybody to read, and [`counts`].
	pub(crate) fn has_counted(counting: TaskId, spec: &TaskSpec) -> bool {
		let is_completed = matches!(
			Statuses::<T>::get(counting),
			Some(
				TaskStatus::Settling(Outcome::Completed) | TaskStatus::Settled(Outcome::Completed)
			)
		);
		is_completed
			&& Records::<T>::get(counting).is_some_and(|counted| {
				counted.protocol == Version::CURRENT.number()
					&& counted.conditions.sealed_to.is_none()
					&& counts(&counted.spec, spec)
			})
	}

	/// Whether the accepted set of a task may have a result: what the freeze found, the task's conditions, and what its dealers
	/// agreed to. Returns the number of its dealers, who are remembered then.
	///
	/// # Errors
	/// Why it may not.
	pub(crate) fn accepted_set(
		task: TaskId,
		drawn: &Drawn,
		found: Frozen,
	) -> Result<u32, FailReason> {
		let Frozen::Sound(who) = found else { return Err(FailReason::UnsoundCommitments) };
		let dealers = dealers_of(&drawn.conditions, who)?;
		let (columns, counting) = (drawn.columns, drawn.conditions.counting);
		T::Consent::freeze(&AcceptedSet { task, dealers: &dealers, columns, counting })?;
		Ok(dealers.len() as u32)
	}
}

/// Whether a spec counts the contributors to all groups of another one, or to its bins, of rows that all are among the other
/// one's: no more rows a dealer, and, where it reads them, a value of the same unit in the range of each of its columns. It may
/// have counted other groups besides: those with too few are left out afterwards.
fn counts(counting: &TaskSpec, spec: &TaskSpec) -> bool {
	let columns: BTreeMap<_, _> =
		counting.columns.iter().map(|column| (column.name.as_slice(), column)).collect();
	let is_counted = |column: &Column| {
		columns.get(column.name.as_slice()).map(|counted| lies_within(counted, column))
	};
	// Bins are counted as groups of their column, whose values are in the place of the groups' names.
	let is_optional = spec.group_by.is_none();
	counting.statistic == Statistic::Contributors
		&& spec.statistic != Statistic::Contributors
		&& counting.max_rows <= spec.max_rows
		&& has_groups_of(counting, spec)
		&& spec.all_columns().all(|column| is_counted(column).unwrap_or(is_optional))
}

/// Whether a spec's groups are those that another one asks about: by the same column, all of them; or the bins of its only column,
/// whose names are not looked at.
fn has_groups_of(counting: &TaskSpec, spec: &TaskSpec) -> bool {
	let Some(counted) = &counting.group_by else { return false };
	let Some(grouping) = &spec.group_by else {
		let mut columns = spec.all_columns();
		let (only, others) = (columns.next(), columns.next());
		return !spec.edges.is_empty()
			&& others.is_none()
			&& only.is_some_and(|column| column.name == counted.column);
	};
	let groups: BTreeSet<_> = counted.groups.iter().map(|group| group.as_slice()).collect();
	counted.column == grouping.column
		&& grouping.groups.iter().all(|group| groups.contains(group.as_slice()))
}

/// Whether all values of a column are values of another one.
fn lies_within(column: &Column, other: &Column) -> bool {
	column.decimals == other.decimals && column.min >= other.min && column.max <= other.max
}

/// The dealers among those whose dealings count, if they are the ones that the conditions ask for.
///
/// # Errors
/// `MaskMissing`, `TooFewDealers`, `DealerMissing`.
pub(crate) fn dealers_of(
	conditions: &Conditions,
	mut who: Vec<AccountId>,
) -> Result<Vec<AccountId>, FailReason> {
	if let Some(recipient) = &conditions.sealed_to {
		let mask = who.iter().position(|account| account == recipient);
		who.swap_remove(mask.ok_or(FailReason::MaskMissing)?);
	}
	if (who.len() as u32) < conditions.least_dealers {
		return Err(FailReason::TooFewDealers);
	}
	let all = conditions.required.iter().all(|dealer| who.contains(dealer));
	all.then_some(who).ok_or(FailReason::DealerMissing)
}
