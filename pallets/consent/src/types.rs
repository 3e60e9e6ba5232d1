//! What the pallet stores, and the arithmetic of policies and quotas. Nothing here knows a `Config`.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::deps::{sp_core::ConstU32, sp_runtime::BoundedVec};
use ostraka_primitives::{
	consent::{ColumnSet, Policy, Quota, HISTORY},
	Balance, BlockNumber, Digest, TaskId,
};
use scale_info::TypeInfo;

/// The last tasks that a dealer dealt to, oldest first, each once.
pub type History = BoundedVec<Entry, ConstU32<HISTORY>>;

/// The blocks of dealings over one data set that its dealer's history has no place for any more, oldest first. No quota counts
/// more of them.
pub type PushedOut = BoundedVec<BlockNumber, ConstU32<HISTORY>>;

/// What a policy is to become.
pub type Pending = (Option<Policy>, BlockNumber);

/// How a dealer's policy for one data set stands.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Standing {
	/// What holds. Once [`Self::next`] is due, see [`Self::settled`].
	pub now: Policy,
	/// What is looser, `None` for no policy at all, and the first block in which it holds.
	pub next: Option<Pending>,
	/// What its dealer has on hold for it.
	pub deposit: Balance,
}

impl Standing {
	/// The same in this block: what is due holds. A removal that is due asks for nothing, and stays visible: its deposit can be
	/// had back.
	pub fn settled(mut self, block: BlockNumber) -> Self {
		match self.next.take() {
			Some((Some(policy), due)) if due <= block => self.now = policy,
			Some((None, due)) if due <= block => {
				self.now = Policy::default();
				self.next = Some((None, due));
			},
			next => self.next = next,
		}
		self
	}

	/// Whether its removal is due. Its deposit can be had back then.
	pub fn is_removed(&self, block: BlockNumber) -> bool {
		matches!(self.next, Some((None, due)) if due <= block)
	}

	/// A policy that is set, over one that is [`Self::settled`]: what is tighter holds at once, what is looser once it is due.
	/// `None` if the two name too many co-dealers together.
	///
	/// What holds only gets tighter until the last policy set is due, and so is at least as tight as all that were set
	/// meanwhile. To set once more what is pending already puts nothing off.
	pub fn set(&self, policy: Policy, due: BlockNumber) -> Option<Self> {
		let now = stricter(&self.now, &policy)?;
		let next = if now == policy {
			None
		} else {
			let due = match &self.next {
				Some((Some(pending), earlier)) if *pending == policy => *earlier,
				_ => due,
			};
			Some((Some(policy), due))
		};
		Some(Self { now, next, deposit: self.deposit })
	}
}

/// What is at least as tight as both, field by field: fewer tasks in more blocks, the larger cohort, the larger difference,
/// all co-dealers. They are sorted if both policies' are. `None` if they are too many.
pub fn stricter(one: &Policy, other: &Policy) -> Option<Policy> {
	let mut co_dealers = one.co_dealers.clone();
	for dealer in &other.co_dealers {
		if !co_dealers.contains(dealer) {
			co_dealers.try_push(dealer.clone()).ok()?;
		}
	}
	co_dealers.sort();
	let quota = match (one.quota, other.quota) {
		(Some(one), Some(other)) => {
			Some(Quota { tasks: one.tasks.min(other.tasks), blocks: one.blocks.max(other.blocks) })
		},
		(one, other) => one.or(other),
	};
	Some(Policy {
		quota,
		least_cohort: one.least_cohort.max(other.least_cohort),
		least_difference: one.least_difference.max(other.least_difference),
		co_dealers,
	})
}

/// A task that a dealer dealt to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Entry {
	/// The task.
	pub task: TaskId,
	/// Tag of the data set that it dealt.
	pub dataset: Digest,
	/// Block in which it dealt.
	pub at: BlockNumber,
	/// By how many dealers the task's accepted set must differ from another, as far as this dealer goes.
	pub least_difference: u8,
}

/// The accepted set of a task that was frozen, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct AcceptedSetRecord {
	/// How many dealers it has.
	pub dealers: u32,
	/// The most that one of them asks of the difference to another set.
	pub least_difference: u8,
	/// The columns that the task reads.
	pub columns: ColumnSet,
}

/// What an account may still be asked about one data set.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Allowance {
	/// How many tasks at once; `None` if there is no quota.
	pub left: Option<u32>,
	/// If none: the first block in which it may be asked again.
	pub next_at: Option<BlockNumber>,
	/// What holds now. The default, which asks for nothing, if there is no policy.
	pub policy: Policy,
}

/// What counts against a quota.
pub struct Usage {
	/// The blocks of the tasks over the data set that are known, oldest first: those that were pushed out of the history came
	/// before those in it.
	blocks: Vec<BlockNumber>,
}

impl Usage {
	/// That of one data set.
	pub fn of(history: &[Entry], dataset: &Digest, pushed_out: &[BlockNumber]) -> Self {
		let entries = history.iter().filter(|entry| entry.dataset == *dataset);
		let remembered = entries.map(|entry| entry.at);
		Self { blocks: pushed_out.iter().copied().chain(remembered).collect() }
	}

	/// How many more tasks the quota admits in this block.
	pub fn left(&self, quota: &Quota, now: BlockNumber) -> u32 {
		let counts = |at: BlockNumber| at.saturating_add(quota.blocks) > now;
		let used = self.blocks.iter().filter(|at| counts(**at)).count();
		u32::from(quota.tasks).saturating_sub(used as u32)
	}

	/// The first block in which the quota admits a task, if nothing is dealt until then.
	pub fn admits_from(&self, quota: &Quota) -> BlockNumber {
		// All but the last `tasks - 1` must have gone.
		let tasks = usize::from(quota.tasks);
		let last_to_go = self.blocks.len().checked_sub(tasks);
		let at = last_to_go.and_then(|place| self.blocks.get(place));
		at.map_or(0, |at| at.saturating_add(quota.blocks))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec;
	use ostraka_primitives::AccountId;

	fn dealers(numbers: &[u8]) -> BoundedVec<AccountId, ConstU32<8>> {
		let accounts = numbers.iter().map(|number| AccountId::new([*number; 32]));
		accounts.collect::<Vec<_>>().try_into().unwrap()
	}

	fn policy(tasks: u8, blocks: BlockNumber, cohort: u32, differ: u8, with: &[u8]) -> Policy {
		Policy {
			quota: Some(Quota { tasks, blocks }),
			least_cohort: cohort,
			least_difference: differ,
			co_dealers: dealers(with),
		}
	}

	#[test]
	fn stricter_goes_field_by_field() {
		let one = policy(2, 10, 8, 1, &[1, 3]);
		let other = policy(3, 20, 5, 4, &[2, 3]);
		let both = policy(2, 20, 8, 4, &[1, 2, 3]);
		assert_eq!(stricter(&one, &other), Some(both.clone()));
		assert_eq!(stricter(&other, &one), Some(both));
		assert_eq!(stricter(&one, &Policy::default()), Some(one.clone()));
		assert_eq!(stricter(&Policy::default(), &one), Some(one));
	}

	#[test]
	fn eight_co_dealers_are_the_most_of_both() {
		let one = policy(1, 1, 0, 0, &[1, 2, 3, 4, 5]);
		let other = policy(1, 1, 0, 0, &[5, 6, 7, 8]);
		assert_eq!(stricter(&one, &other).unwrap().co_dealers.len(), 8);
		assert_eq!(stricter(&one, &policy(1, 1, 0, 0, &[6, 7, 8, 9])), None);
	}

	#[test]
	fn a_quota_is_over_the_blocks_before() {
		let usage = Usage { blocks: vec![10, 12, 15] };
		let quota = |tasks| Quota { tasks, blocks: 10 };
		assert_eq!(usage.left(&quota(4), 15), 1);
		assert_eq!(usage.left(&quota(3), 19), 0);
		assert_eq!(usage.left(&quota(3), 20), 1, "the first one counts no more");
		assert_eq!(usage.admits_from(&quota(3)), 20);
		assert_eq!(usage.admits_from(&quota(2)), 22);
		assert_eq!(usage.admits_from(&quota(1)), 25);
		assert_eq!(usage.admits_from(&quota(4)), 0);
		let forever = Quota { tasks: 1, blocks: BlockNumber::MAX };
		assert_eq!(usage.left(&forever, BlockNumber::MAX - 1), 0);
	}

	#[test]
	fn what_was_pushed_out_counts_as_what_was_not() {
		let entry = |dataset, at| Entry { task: at, dataset, at, least_difference: 0 };
		let (own, other) = ([1; 32], [2; 32]);
		let history = [entry(own, 13), entry(other, 14), entry(own, 15)];
		let usage = Usage::of(&history, &own, &[10, 12]);
		let quota = |tasks| Quota { tasks, blocks: 10 };
		assert_eq!(usage.left(&quota(8), 19), 4);
		assert_eq!(usage.left(&quota(8), 20), 5);
		assert_eq!(usage.admits_from(&quota(4)), 20);
		assert_eq!(usage.admits_from(&quota(3)), 22);
		assert_eq!(usage.admits_from(&quota(2)), 23);
		assert_eq!(Usage::of(&history, &other, &[]).left(&quota(8), 15), 7);
	}
}
