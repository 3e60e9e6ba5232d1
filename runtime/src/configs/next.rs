//! What the runtime that a test upgrades to has otherwise (feature `next-spec-version`): rules of tasks that are submitted from then
//! on. A task that is open over the upgrade has stored the ones before, and ends by them. Without the feature nothing is changed.

use crate::BlockNumber;
use ostraka_primitives::task::ClassParameters;

/// Whether this is that runtime.
const NEXT: bool = cfg!(feature = "next-spec-version");

/// A class as tasks are submitted by it: in the next runtime of a threshold that is lower by one, unless it is one. Whoever judged an
/// open task by that would refuse its dealings, and could not add its result up.
pub const fn class(class: ClassParameters) -> ClassParameters {
	if NEXT && class.threshold > 1 {
		ClassParameters { threshold: class.threshold - 1, ..class }
	} else {
		class
	}
}

/// The window for answers: in the next runtime a block longer.
pub const fn answer_window(blocks: BlockNumber) -> BlockNumber {
	if NEXT {
		blocks.saturating_add(1)
	} else {
		blocks
	}
}
