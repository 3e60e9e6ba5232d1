//! Calls that ask for something absurd: well-formed ones, and submissions with lists that claim to be longer than they are.

use super::Garbage;
use crate::scene::LONG;
use codec::Encode;
use ostraka_client::chain::{calls, Call};
use ostraka_primitives::{
	consent::{Policy, Quota, HISTORY, MAX_DIFFERENCE},
	spec::{Column, Statistic, TaskSpec},
	task::{Conditions, SecurityClass},
	AccountId, Balance,
};
use rand_chacha::rand_core::RngCore;
use sp_core::{bounded::BoundedVec, ConstU32};

/// What an absurd submission offers as fee and as data reward: more than any task costs.
const PAY: Balance = 1 << 60;

impl Garbage {
	/// A well-formed call that an account without a node, a task, an invitation or a policy cannot make, or that nobody can.
	pub(super) fn absurd(&mut self) -> Call {
		let amount = u128::from(self.rng.next_u64());
		match self.below(15) {
			0 => {
				let points: Vec<[u8; 96]> = (0..2).map(|_| self.array()).collect();
				let sealed: Vec<Vec<u8>> = (0..3).map(|_| self.random(112)).collect();
				let dealing =
					(points, self.array::<32>(), self.array::<64>(), sealed, self.random(3_000));
				Call::encoded("Vss", "deal", (self.task(), self.array::<32>(), dealing).encode())
			},
			1 => calls::cancel(self.task()),
			2 => calls::bond(amount),
			3 => calls::unbond(amount),
			4 => calls::withdraw(),
			5 => calls::chill(),
			6 => calls::activate(),
			7 => calls::deregister(),
			8 => calls::set_capacity(self.below(600)),
			9 => calls::accept(self.task(), self.array(), self.array()),
			10 => {
				let bytes = [self.task().encode(), self.challenge()].concat();
				Call::encoded("Vss", "challenge_with_bond", bytes)
			},
			11 => self.absurd_submission(),
			12 => self.absurd_policy(),
			13 => calls::remove_policy(self.array()),
			_ => {
				let keys = (self.array::<32>(), self.array::<32>(), self.array::<64>());
				let rest = (self.array::<64>(), 5_000_000_000_000_000u128, 1u32);
				Call::encoded("Registry", "register", (keys, rest).encode())
			},
		}
	}

	/// A submission whose columns, or whose required dealers, claim to be more than there are.
	pub(super) fn overlong_submission(&mut self, claim: Vec<u8>, filler: Vec<u8>) -> Call {
		let head = match self.below(2) {
			0 => vec![1],
			_ => (asked(), self.rng.next_u32()).encode(),
		};
		Call::encoded("Tasks", "submit", [head, claim, filler].concat())
	}

	/// A submission that is right but for its conditions.
	fn absurd_submission(&mut self) -> Call {
		let mut dealers: Vec<AccountId> = (0..3).map(|_| AccountId::new(self.array())).collect();
		dealers.sort();
		let mut conditions = Conditions {
			least_dealers: 3,
			required: Default::default(),
			counting: None,
			sealed_to: None,
		};
		match self.below(6) {
			0 => conditions.least_dealers = self.below(3),
			1 => conditions.least_dealers = 4 + self.below(u32::MAX - 4),
			2 => conditions.required = required([AccountId::new(self.array())]),
			3 => conditions.required = required([dealers[1].clone(), dealers[1].clone()]),
			4 => conditions.sealed_to = Some(dealers[2].clone()),
			// there are no groups whose dealers a task could have counted
			_ => conditions.counting = Some(self.task()),
		}
		let dealers = calls::Dealers::truncate_from(dealers);
		let class = SecurityClass::Standard;
		calls::submit(asked(), conditions, class, dealers, LONG, LONG, PAY, PAY)
	}

	/// A policy that no data set can have.
	fn absurd_policy(&mut self) -> Call {
		let mut policy = Policy { least_cohort: self.rng.next_u32(), ..Policy::default() };
		match self.below(4) {
			0 => policy.quota = Some(Quota { tasks: 0, blocks: 1 + self.below(1 << 20) }),
			1 => policy.quota = Some(Quota { tasks: HISTORY as u8 + 1, blocks: 1 }),
			2 => policy.least_difference = MAX_DIFFERENCE + 1,
			_ => {
				let twice = AccountId::new(self.array());
				policy.co_dealers = required([twice.clone(), twice]);
			},
		}
		calls::set_policy(self.array(), policy)
	}
}

/// What is asked where something else is wrong: a mean of whole numbers.
fn asked() -> TaskSpec {
	let column =
		Column { name: BoundedVec::truncate_from(b"value".to_vec()), decimals: 0, min: 0, max: 9 };
	TaskSpec {
		statistic: Statistic::Mean,
		columns: BoundedVec::truncate_from(vec![column]),
		target: None,
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: None,
		max_rows: 1_000,
	}
}

/// So many accounts as a list of a call: at most eight.
fn required<const N: usize>(accounts: [AccountId; N]) -> BoundedVec<AccountId, ConstU32<8>> {
	BoundedVec::truncate_from(accounts.to_vec())
}
