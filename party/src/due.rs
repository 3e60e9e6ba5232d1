//! What a task that invites a dealer, or seals its result to a recipient, wants of it next.

use alloc::{borrow::ToOwned, format, string::String};
use ostraka_primitives::{task::TaskStatus, BlockNumber};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
	/// To accept, or not.
	Answer {
		/// Last block for it.
		until: BlockNumber,
	},
	/// To deal, as was accepted.
	Deal {
		/// Last block for it.
		until: BlockNumber,
		/// Last block for the first dealing of all, as long as there is none.
		first_by: Option<BlockNumber>,
	},
	/// Nothing, until a committee is drawn; then to deal.
	Wait,
	/// Nothing any more.
	Nothing,
}

impl Due {
	/// What a task in that state wants of an invited dealer, or of its recipient, that has accepted or not, has dealt or not;
	/// `dealings` are all that it has, the mask among them.
	pub fn of(status: &TaskStatus, has_accepted: bool, has_dealt: bool, dealings: u32) -> Self {
		match *status {
			TaskStatus::Inviting { until } if !has_accepted => Self::Answer { until },
			TaskStatus::Inviting { .. } | TaskStatus::Drawing { .. } if has_accepted => Self::Wait,
			TaskStatus::Collecting { first_by, until } if has_accepted && !has_dealt => {
				Self::Deal { until, first_by: (dealings == 0).then_some(first_by) }
			},
			_ => Self::Nothing,
		}
	}

	/// Whether the dealer has to do something now.
	pub fn is_pressing(self) -> bool {
		matches!(self, Self::Answer { .. } | Self::Deal { .. })
	}

	/// In words for an invited dealer, as of a block.
	pub fn text(self, block: BlockNumber) -> String {
		self.told(block, "deal")
	}

	/// In words for the recipient of a sealed result, who deals its mask, as of a block.
	pub fn recipients_text(self, block: BlockNumber) -> String {
		self.told(block, "deal the mask")
	}

	fn told(self, block: BlockNumber, deal: &str) -> String {
		let left = |until: BlockNumber| until.saturating_sub(block);
		match self {
			Self::Answer { until } => {
				format!("accept by block {until}, {} blocks left", left(until))
			},
			Self::Deal { until, first_by: None } => {
				format!("{deal} by block {until}, {} blocks left", left(until))
			},
			Self::Deal { until, first_by: Some(first) } => format!(
				"{deal} by block {until}, {} blocks left; somebody by block {first}, {} left",
				left(until),
				left(first)
			),
			Self::Wait => format!("accepted; {deal} when its committee is drawn"),
			Self::Nothing => "nothing".to_owned(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::task::Outcome;

	#[test]
	fn what_is_due_follows_from_the_state_and_what_was_done() {
		let inviting = TaskStatus::Inviting { until: 20 };
		let collecting = TaskStatus::Collecting { first_by: 12, until: 20 };
		let drawing = TaskStatus::Drawing { until: 20 };
		let over = TaskStatus::Settled(Outcome::Completed);
		assert_eq!(Due::of(&inviting, false, false, 0), Due::Answer { until: 20 });
		assert_eq!(Due::of(&inviting, true, false, 0), Due::Wait);
		assert_eq!(Due::of(&drawing, true, false, 0), Due::Wait);
		// too late to accept
		assert_eq!(Due::of(&drawing, false, false, 0), Due::Nothing);
		assert_eq!(Due::of(&collecting, false, false, 0), Due::Nothing);
		let deal = Due::of(&collecting, true, false, 0);
		assert_eq!(deal, Due::Deal { until: 20, first_by: Some(12) });
		assert_eq!(Due::of(&collecting, true, false, 1), Due::Deal { until: 20, first_by: None });
		assert_eq!(Due::of(&collecting, true, true, 1), Due::Nothing);
		assert_eq!(Due::of(&over, true, true, 3), Due::Nothing);
		assert!(deal.is_pressing() && !Due::Wait.is_pressing());
		assert_eq!(deal.text(8), "deal by block 20, 12 blocks left; somebody by block 12, 4 left");
		assert_eq!(Due::Answer { until: 20 }.text(30), "accept by block 20, 0 blocks left");
		assert_eq!(deal.recipients_text(8).replacen("deal the mask", "deal", 1), deal.text(8));
		assert_eq!(
			Due::Wait.recipients_text(8),
			"accepted; deal the mask when its committee is drawn"
		);
	}
}
