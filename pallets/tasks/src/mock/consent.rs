//! What dealers allow, as a test says, and what the book asked of it.

use super::{units, world, Fake};
use crate::*;
use ostraka_primitives::{
	consent::{Agreed, ColumnSet},
	traits::{AcceptedSet, Asked},
};

/// What the book asked of the neighbour that knows what dealers allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
	/// A dealer wants to accept.
	Accepts {
		task: TaskId,
		dealer: AccountId,
		dataset: Digest,
		least_dealers: u32,
		required: Vec<AccountId>,
		counting: Option<TaskId>,
	},
	/// A dealing is taken, under what was agreed to.
	Dealt { task: TaskId, dealer: AccountId, agreed: Agreed },
	/// A dealing does not count any more.
	FellAway { task: TaskId, dealer: AccountId },
	/// The accepted set is frozen.
	Freezes { task: TaskId, dealers: Vec<AccountId>, columns: ColumnSet, counting: Option<TaskId> },
	/// Nothing was released.
	Unreleased { task: TaskId },
}

/// What it refuses.
#[derive(Clone, Debug, Default)]
pub struct Refuses {
	/// Acceptances.
	pub acceptances: Option<DispatchError>,
	/// Dealings.
	pub dealings: Option<DispatchError>,
	/// Accepted sets.
	pub sets: Option<FailReason>,
}

/// By how many dealers all ask sets to differ.
pub const DIFFERENCE: u8 = 3;

/// What a dealer agrees to who deals this data set.
pub fn agreed(dataset: Digest) -> Agreed {
	Agreed { dataset, quota: None, least_difference: DIFFERENCE }
}

/// What it was asked about a task.
pub fn heard(task: TaskId) -> Vec<Heard> {
	let of_task = |heard: &&Heard| match heard {
		Heard::Accepts { task: of, .. }
		| Heard::Dealt { task: of, .. }
		| Heard::FellAway { task: of, .. }
		| Heard::Freezes { task: of, .. }
		| Heard::Unreleased { task: of } => *of == task,
	};
	world(|world| world.heard.iter().filter(of_task).cloned().collect())
}

fn hear(heard: Heard) {
	world(|world| world.heard.push(heard));
}

impl Consent for Fake {
	fn accept(
		dealer: &AccountId,
		dataset: &Digest,
		asked: &Asked,
	) -> Result<Agreed, DispatchError> {
		hear(Heard::Accepts {
			task: asked.task,
			dealer: dealer.clone(),
			dataset: *dataset,
			least_dealers: asked.least_dealers,
			required: asked.required.to_vec(),
			counting: asked.counting,
		});
		world(|world| world.refuses.acceptances).map_or(Ok(agreed(*dataset)), Err)
	}

	fn dealt(task: TaskId, dealer: &AccountId, agreed: &Agreed) -> DispatchResult {
		hear(Heard::Dealt { task, dealer: dealer.clone(), agreed: *agreed });
		world(|world| world.refuses.dealings).map_or(Ok(()), Err)
	}

	fn fell_away(task: TaskId, dealer: &AccountId) {
		hear(Heard::FellAway { task, dealer: dealer.clone() });
	}

	fn freeze(set: &AcceptedSet) -> Result<(), FailReason> {
		let AcceptedSet { task, dealers, columns, counting } = *set;
		hear(Heard::Freezes { task, dealers: dealers.to_vec(), columns, counting });
		world(|world| world.refuses.sets).map_or(Ok(()), Err)
	}

	/// A unit for each 128 dealers.
	fn freeze_weight(dealers: u32) -> Weight {
		units(u64::from(dealers) / 128)
	}

	fn unreleased(task: TaskId) {
		hear(Heard::Unreleased { task });
	}
}
