//! What dealers allow, as the chain holds them to it.
//!
//! # Invariants
//! - A policy is its dealer's alone. What is asked of the accepted set as a whole is a task's
//!   [`Conditions`](crate::task::Conditions), which a policy can make a reason to refuse.
//! - An acceptance keeps what it was given under ([`Agreed`]): a policy that changes later changes nothing about it.

use crate::{
	spec::{Statistic, TaskSpec},
	AccountId, BlockNumber, Digest,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32};

/// Most dealers that a policy names, without whom a task is not accepted.
pub const MAX_CO_DEALERS: u32 = 8;
/// Most dealers that a task can require.
pub const MAX_REQUIRED: u32 = 8;
/// Tasks that are remembered of a dealer: the last ones that it dealt to.
pub const HISTORY: u32 = 8;
/// The largest difference that a policy can ask for.
pub const MAX_DIFFERENCE: u8 = 16;

/// How many tasks one data set may be asked in so many blocks.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Quota {
	/// Most tasks: 1 to [`HISTORY`].
	pub tasks: u8,
	/// In so many blocks, 1 at least.
	pub blocks: BlockNumber,
}

impl Quota {
	/// Whether a dealer's history tells whether it is spent.
	pub fn is_sound(&self) -> bool {
		(1..=HISTORY).contains(&u32::from(self.tasks)) && self.blocks >= 1
	}
}

/// What a dealer allows of one data set. The default asks for nothing.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Policy {
	/// How often it may be asked.
	pub quota: Option<Quota>,
	/// Least number of accepted dealers that a task must promise.
	pub least_cohort: u32,
	/// By how many dealers the accepted sets of two tasks must differ, if they differ: [`MAX_DIFFERENCE`] at most. 0 and 1 ask for
	/// nothing.
	pub least_difference: u8,
	/// Dealers that a task must require.
	pub co_dealers: BoundedVec<AccountId, ConstU32<MAX_CO_DEALERS>>,
}

impl Policy {
	/// Whether its numbers are within their bounds, and no dealer is named twice.
	pub fn is_sound(&self) -> bool {
		let is_quota_sound = self.quota.as_ref().is_none_or(Quota::is_sound);
		let others = |place: usize| self.co_dealers.iter().skip(place.saturating_add(1));
		let is_once =
			|(place, dealer): (usize, &AccountId)| !others(place).any(|other| other == dealer);
		is_quota_sound
			&& self.least_difference <= MAX_DIFFERENCE
			&& self.co_dealers.iter().enumerate().all(is_once)
	}
}

/// What an acceptance keeps of the policy that it was given under.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Agreed {
	/// Tag of the data set that is dealt.
	pub dataset: Digest,
	/// How often that may be asked.
	pub quota: Option<Quota>,
	/// By how many dealers the task's accepted set must differ from another.
	pub least_difference: u8,
}

/// Names of columns as bits, 256 of them: whether two tasks have a column in common. Two names share a bit once in 256 times;
/// then a pair is taken to have one that has none, and never the other way round.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ColumnSet([u64; 4]);

/// Domains of the names' hashes: a count of dealers cannot be subtracted from sums over rows.
const OF_SUMS: &[u8] = b"ostraka/column/v1";
const OF_COUNTS: &[u8] = b"ostraka/contributors/v1";

impl ColumnSet {
	/// Those that a spec reads, the one that it groups by among them. `hash` is SHA-256.
	pub fn of(spec: &TaskSpec, hash: impl Fn(&[u8]) -> Digest) -> Self {
		let domain = match spec.statistic {
			Statistic::Contributors => OF_COUNTS,
			_ => OF_SUMS,
		};
		let columns = spec.all_columns().map(|column| column.name.as_slice());
		let grouping = spec.group_by.as_ref().map(|grouping| grouping.column.as_slice());
		let mut set = Self::default();
		for name in columns.chain(grouping) {
			let [bit, ..] = hash(&[domain, name].concat());
			let (word, place) = (usize::from(bit / 64), u32::from(bit % 64));
			if let Some(word) = set.0.get_mut(word) {
				*word |= 1u64.checked_shl(place).unwrap_or(0);
			}
		}
		set
	}

	/// Whether the two have one in common.
	pub fn meets(&self, other: &Self) -> bool {
		self.0.iter().zip(&other.0).any(|(one, other)| one & other != 0)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::spec::{Column, Grouping, Name};
	use alloc::{vec, vec::Vec};

	/// A hash that tells names apart by their last letter.
	fn last(bytes: &[u8]) -> Digest {
		let of_counts = u8::from(bytes.starts_with(OF_COUNTS)) * 128;
		[bytes.last().copied().unwrap_or_default() % 128 + of_counts; 32]
	}

	fn name(text: &str) -> Name {
		text.as_bytes().to_vec().try_into().unwrap()
	}

	fn spec(statistic: Statistic, columns: &[&str], group: Option<&str>) -> TaskSpec {
		let column = |text: &&str| Column { name: name(text), decimals: 0, min: 0, max: 1 };
		let groups =
			|text| Grouping { column: name(text), groups: vec![name("g")].try_into().unwrap() };
		TaskSpec {
			statistic,
			columns: columns.iter().map(column).collect::<Vec<_>>().try_into().unwrap(),
			target: None,
			weight: None,
			edges: Default::default(),
			quantiles: Default::default(),
			group_by: group.map(groups),
			max_rows: 1,
		}
	}

	#[test]
	fn tasks_meet_where_they_read_the_same_column() {
		let set =
			|columns: &[&str], group| ColumnSet::of(&spec(Statistic::Sum, columns, group), last);
		let income = set(&["a"], None);
		assert!(income.meets(&set(&["b", "a"], None)));
		assert!(!income.meets(&set(&["b", "c"], None)));
		assert!(income.meets(&set(&["b"], Some("a"))), "grouped by it");
		assert!(!ColumnSet::default().meets(&income));
	}

	/// What counts dealers gives no difference with what adds rows up.
	#[test]
	fn a_count_of_dealers_meets_counts_alone() {
		let counts = ColumnSet::of(&spec(Statistic::Contributors, &["a"], Some("g")), last);
		let sums = ColumnSet::of(&spec(Statistic::Sum, &["a"], Some("g")), last);
		assert!(!counts.meets(&sums));
		assert!(counts.meets(&counts));
	}

	#[test]
	fn a_policy_is_within_its_bounds() {
		let quota =
			|tasks, blocks| Policy { quota: Some(Quota { tasks, blocks }), ..Policy::default() };
		assert!(Policy::default().is_sound());
		assert!(quota(1, 1).is_sound() && quota(8, u32::MAX).is_sound());
		for unsound in [quota(0, 1), quota(9, 1), quota(1, 0)] {
			assert!(!unsound.is_sound(), "{unsound:?}");
		}
		let differs = |least_difference| Policy { least_difference, ..Policy::default() };
		assert!(differs(16).is_sound() && !differs(17).is_sound());
		let with = |bytes: &[u8]| Policy {
			co_dealers: bytes
				.iter()
				.map(|byte| AccountId::new([*byte; 32]))
				.collect::<Vec<_>>()
				.try_into()
				.unwrap(),
			..Policy::default()
		};
		assert!(with(&[1, 2, 3]).is_sound() && !with(&[1, 2, 1]).is_sound());
	}
}
