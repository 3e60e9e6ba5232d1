//! Tests of consent. The helpers are the tasks: what they ask, who deals, who is excluded, what is frozen.

mod freeze;
mod guard;
mod loosening;
mod policies;
mod quota;
mod views;

use crate::{mock::*, *};
use frame::testing_prelude::*;
use ostraka_primitives::{
	consent::{Agreed, ColumnSet, Quota},
	spec::{Column, Statistic, TaskSpec},
	task::FailReason,
	traits::{AcceptedSet, Asked, Consent},
};

type Error = crate::Error<Test>;

/// Tags of data sets.
const LOANS: Digest = [1; 32];
const WAGES: Digest = [2; 32];

fn at(block: BlockNumber) {
	System::set_block_number(block);
}

fn signed(dealer: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(account(dealer))
}

fn accounts(numbers: &[u8]) -> Vec<AccountId> {
	numbers.iter().map(|number| account(*number)).collect()
}

fn quota(tasks: u8, blocks: BlockNumber) -> Policy {
	Policy { quota: Some(Quota { tasks, blocks }), ..Policy::default() }
}

fn differ(least_difference: u8) -> Policy {
	Policy { least_difference, ..Policy::default() }
}

fn cohort(least_cohort: u32) -> Policy {
	Policy { least_cohort, ..Policy::default() }
}

fn with(co_dealers: &[u8]) -> Policy {
	Policy { co_dealers: accounts(co_dealers).try_into().unwrap(), ..Policy::default() }
}

fn set(dealer: u8, dataset: Digest, policy: Policy) -> DispatchResult {
	Consents::set_policy(signed(dealer), dataset, policy)
}

fn remove(dealer: u8, dataset: Digest) -> DispatchResult {
	Consents::remove_policy(signed(dealer), dataset)
}

/// What holds of the dealer's policy.
fn holds(dealer: u8, dataset: Digest) -> Policy {
	Consents::policy(account(dealer), dataset).map(|standing| standing.now).unwrap_or_default()
}

/// Accepts a task that promises three dealers and requires none.
fn accept(task: TaskId, dealer: u8, dataset: Digest) -> Result<Agreed, DispatchError> {
	let asked = Asked { task, least_dealers: 3, required: &[], counting: None };
	<Consents as Consent>::accept(&account(dealer), &dataset, &asked)
}

/// Accepts and deals.
fn deal(task: TaskId, dealer: u8, dataset: Digest) -> DispatchResult {
	let agreed = accept(task, dealer, dataset)?;
	<Consents as Consent>::dealt(task, &account(dealer), &agreed)
}

fn fall_away(task: TaskId, dealer: u8) {
	<Consents as Consent>::fell_away(task, &account(dealer));
}

/// What a sum over these columns reads. The hash is the name's first letter.
fn columns(names: &[&str]) -> ColumnSet {
	let column = |name: &&str| Column {
		name: name.as_bytes().to_vec().try_into().unwrap(),
		decimals: 0,
		min: 0,
		max: 1,
	};
	let spec = TaskSpec {
		statistic: Statistic::Sum,
		columns: names.iter().map(column).collect::<Vec<_>>().try_into().unwrap(),
		target: None,
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: None,
		max_rows: 1,
	};
	ColumnSet::of(&spec, |bytes| [bytes.last().copied().unwrap_or_default(); 32])
}

/// A freeze of tasks over one column, or of others.
struct Freeze<'a> {
	dealers: &'a [u8],
	columns: ColumnSet,
	counting: Option<TaskId>,
}

impl Freeze<'_> {
	fn of(self, task: TaskId) -> Result<(), FailReason> {
		let dealers = accounts(self.dealers);
		let set =
			AcceptedSet { task, dealers: &dealers, columns: self.columns, counting: self.counting };
		<Consents as Consent>::freeze(&set)
	}
}

/// Freezes a task over the column `a`.
fn freeze(task: TaskId, dealers: &[u8]) -> Result<(), FailReason> {
	Freeze { dealers, columns: columns(&["a"]), counting: None }.of(task)
}

/// All of them deal `LOANS`.
fn all_deal(task: TaskId, dealers: &[u8]) {
	for dealer in dealers {
		assert_ok!(deal(task, *dealer, LOANS));
	}
}

/// All of them deal `LOANS`, and the task is frozen.
fn run(task: TaskId, dealers: &[u8]) -> Result<(), FailReason> {
	all_deal(task, dealers);
	freeze(task, dealers)
}

/// A task ends with nothing released.
fn end_unreleased(task: TaskId, dealers: &[u8]) {
	<Consents as Consent>::unreleased(task);
	dealers.iter().for_each(|dealer| fall_away(task, *dealer));
}
