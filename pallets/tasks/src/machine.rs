//! The status machine: which state follows which. Pure functions on [`TaskStatus`], without storage
//! or `Config`.
//!
//! ```text
//! Inviting ──invited──► Drawing ──drawn──► Collecting ──dealt──► Verifying ──frozen──► Committing ──committed──► Revealing
//!    │ too few             │ undrawn           │ undealt             │ unsound, conditions                          │
//!    │ cancelled           │                   │ cancelled           ▼                                              │ revealed
//!    └─────────────────────┴───────────────────┴──────────────► Settling(outcome) ◄─────────────────────────────────┘
//!                                                                   │ settled
//!                                                                   ▼
//!                                                               Settled(outcome)
//! ```
//! Invariants: a task never goes back, `Settled` is the only state that nothing leaves, and a phase
//! entered in block `b` ends at `b` plus its window at the latest. Verification is left by the freeze
//! alone, which comes after its last block: `attested` makes the present block the last one, and so
//! takes nothing from it.

use ostraka_primitives::{
	task::{FailReason, Outcome, TaskStatus, Windows},
	traits::Ending,
	BlockNumber,
};

/// Why a transition is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
	/// The task is in another state.
	WrongState,
	/// The state lasts longer.
	TooEarly,
	/// The state's last block is over.
	TooLate,
}

/// Transitions of a task's state. Each takes the present block where it matters.
pub trait Machine: Sized {
	/// Inviting is over, early as `all` have accepted, or at its deadline: if `enough` have, seats are drawn, for
	/// which there are `window` blocks.
	///
	/// # Errors
	/// Not in `Inviting`, or its `until` is not over and some may still accept.
	fn invited(
		self,
		now: BlockNumber,
		window: BlockNumber,
		all: bool,
		enough: bool,
	) -> Result<Self, Refused>;
	/// Committee and panel were drawn: dealers may deal, the first within `first` blocks.
	///
	/// # Errors
	/// Not in `Drawing`, or after its `until`.
	fn drawn(
		self,
		now: BlockNumber,
		windows: &Windows,
		first: BlockNumber,
	) -> Result<Self, Refused>;
	/// Committee and panel did not come together in time.
	///
	/// # Errors
	/// Not in `Drawing`, or its `until` is not over.
	fn undrawn(self, now: BlockNumber) -> Result<Self, Refused>;
	/// The requester takes it back.
	///
	/// # Errors
	/// In neither `Inviting` nor `Collecting`, or after its `until`. Not in `Drawing`: the seed can be known to some before the
	/// chain knows it, and who could take a draw back that does not suit would draw again for next to nothing.
	fn cancelled(self, now: BlockNumber) -> Result<Self, Refused>;
	/// Nobody has dealt.
	///
	/// # Errors
	/// Not in `Collecting`, or its `first_by` is not over.
	fn undealt(self, now: BlockNumber) -> Result<Self, Refused>;
	/// Collecting is over, early or at its deadline: committee and panel check.
	///
	/// # Errors
	/// Not in `Collecting`.
	fn dealt(self, now: BlockNumber, windows: &Windows) -> Result<Self, Refused>;
	/// All seats that are awaited have attested: this is the last block in which they may accuse or challenge.
	///
	/// # Errors
	/// Not in `Verifying`, or its `until` does not come later.
	fn attested(self, now: BlockNumber) -> Result<Self, Refused>;
	/// Whether the accepted set may be frozen.
	///
	/// # Errors
	/// Not in `Verifying`, or its `until` is not over.
	fn may_freeze(self, now: BlockNumber) -> Result<(), Refused>;
	/// The accepted set is frozen, and `found` says whether it may have a result, or why not.
	///
	/// # Errors
	/// As [`Self::may_freeze`].
	fn frozen(
		self,
		now: BlockNumber,
		windows: &Windows,
		found: Result<(), FailReason>,
	) -> Result<Self, Refused>;
	/// Committing is over, early or at its deadline: members reveal.
	///
	/// # Errors
	/// Not in `Committing`.
	fn committed(self, now: BlockNumber, windows: &Windows) -> Result<Self, Refused>;
	/// Revealing is over, early or at its deadline.
	///
	/// # Errors
	/// Not in `Revealing`.
	fn revealed(self, has_result: bool) -> Result<Self, Refused>;
	/// Nothing is left to pay, return or free.
	///
	/// # Errors
	/// Not in `Settling`.
	fn settled(self) -> Result<Self, Refused>;
	/// First block in which the book has to look at the task, entered in block `now`; none once it
	/// has ended.
	fn due_at(self, now: BlockNumber) -> Option<BlockNumber>;
}

impl Machine for TaskStatus {
	fn invited(
		self,
		now: BlockNumber,
		window: BlockNumber,
		all: bool,
		enough: bool,
	) -> Result<Self, Refused> {
		let Self::Inviting { until } = self else { return Err(Refused::WrongState) };
		if !all {
			over(now, until)?;
		}
		Ok(if enough {
			Self::Drawing { until: now.saturating_add(window) }
		} else {
			Self::Settling(Outcome::Failed(FailReason::TooFewAcceptances))
		})
	}

	fn drawn(
		self,
		now: BlockNumber,
		windows: &Windows,
		first: BlockNumber,
	) -> Result<Self, Refused> {
		let Self::Drawing { until } = self else { return Err(Refused::WrongState) };
		in_time(now, until)?;
		Ok(Self::Collecting {
			first_by: now.saturating_add(first.min(windows.collect)),
			until: now.saturating_add(windows.collect),
		})
	}

	fn undrawn(self, now: BlockNumber) -> Result<Self, Refused> {
		let Self::Drawing { until } = self else { return Err(Refused::WrongState) };
		over(now, until)?;
		Ok(Self::Settling(Outcome::Failed(FailReason::NoCommittee)))
	}

	fn cancelled(self, now: BlockNumber) -> Result<Self, Refused> {
		match self {
			Self::Inviting { until } | Self::Collecting { until, .. } => {
				in_time(now, until)?;
				Ok(Self::Settling(Outcome::Failed(FailReason::Cancelled)))
			},
			_ => Err(Refused::WrongState),
		}
	}

	fn undealt(self, now: BlockNumber) -> Result<Self, Refused> {
		let Self::Collecting { first_by, .. } = self else { return Err(Refused::WrongState) };
		over(now, first_by)?;
		Ok(Self::Settling(Outcome::Failed(FailReason::NoDealings)))
	}

	fn dealt(self, now: BlockNumber, windows: &Windows) -> Result<Self, Refused> {
		let Self::Collecting { .. } = self else { return Err(Refused::WrongState) };
		Ok(Self::Verifying { until: now.saturating_add(windows.verify) })
	}

	fn attested(self, now: BlockNumber) -> Result<Self, Refused> {
		let Self::Verifying { until } = self else { return Err(Refused::WrongState) };
		(now < until).then_some(Self::Verifying { until: now }).ok_or(Refused::TooLate)
	}

	fn may_freeze(self, now: BlockNumber) -> Result<(), Refused> {
		let Self::Verifying { until } = self else { return Err(Refused::WrongState) };
		over(now, until)
	}

	fn frozen(
		self,
		now: BlockNumber,
		windows: &Windows,
		found: Result<(), FailReason>,
	) -> Result<Self, Refused> {
		self.may_freeze(now)?;
		Ok(match found {
			Ok(()) => {
				Self::Committing { frozen_at: now, until: now.saturating_add(windows.commit) }
			},
			Err(reason) => Self::Settling(Outcome::Failed(reason)),
		})
	}

	fn committed(self, now: BlockNumber, windows: &Windows) -> Result<Self, Refused> {
		let Self::Committing { .. } = self else { return Err(Refused::WrongState) };
		Ok(Self::Revealing { until: now.saturating_add(windows.reveal) })
	}

	fn revealed(self, has_result: bool) -> Result<Self, Refused> {
		let Self::Revealing { .. } = self else { return Err(Refused::WrongState) };
		Ok(Self::Settling(if has_result {
			Outcome::Completed
		} else {
			Outcome::Failed(FailReason::TooFewShares)
		}))
	}

	fn settled(self) -> Result<Self, Refused> {
		let Self::Settling(outcome) = self else { return Err(Refused::WrongState) };
		Ok(Self::Settled(outcome))
	}

	fn due_at(self, now: BlockNumber) -> Option<BlockNumber> {
		match self {
			Self::Drawing { .. } => Some(now.saturating_add(1)),
			Self::Collecting { first_by, .. } => Some(first_by.saturating_add(1)),
			Self::Inviting { until }
			| Self::Verifying { until }
			| Self::Committing { until, .. }
			| Self::Revealing { until } => Some(until.saturating_add(1)),
			Self::Settling(_) | Self::Settled(_) => None,
		}
	}
}

/// `until` is the last block in which something may happen.
fn in_time(now: BlockNumber, until: BlockNumber) -> Result<(), Refused> {
	(now <= until).then_some(()).ok_or(Refused::TooLate)
}

/// The contrary of [`in_time`].
fn over(now: BlockNumber, until: BlockNumber) -> Result<(), Refused> {
	(now > until).then_some(()).ok_or(Refused::TooEarly)
}

/// What becomes of the fee of a task that ended so, by whether its committee was drawn. An accepted set that may have no result
/// costs the whole fee, whatever it lacks: else a requester would have another draw for nothing by a set that fails on purpose.
/// Commitments that are found unsound at the freeze are a dealer's doing, but committee and panel should have seen it: the fee
/// goes back.
pub fn ending(outcome: Outcome, drawn: bool) -> Ending {
	match outcome {
		Outcome::Completed => Ending::Completed,
		Outcome::Failed(
			FailReason::Cancelled
			| FailReason::TooFewDealers
			| FailReason::NoDealings
			| FailReason::DealerMissing
			| FailReason::NotCounted
			| FailReason::Differencing
			| FailReason::MaskMissing,
		) if drawn => Ending::Forfeited,
		Outcome::Failed(_) => Ending::Returned,
	}
}

/// Whether dealing was over in a task that ended so: who accepted and has not dealt by then loses a part of its deposit.
pub fn dealing_was_over(outcome: Outcome) -> bool {
	match outcome {
		Outcome::Completed => true,
		Outcome::Failed(reason) => matches!(
			reason,
			FailReason::TooFewDealers
				| FailReason::TooFewShares
				| FailReason::NoDealings
				| FailReason::UnsoundCommitments
				| FailReason::DealerMissing
				| FailReason::NotCounted
				| FailReason::Differencing
				| FailReason::MaskMissing
		),
	}
}

/// Whether result shares were due in a task that ended so: whether it reached `Revealing`. Before nothing is released.
pub fn shares_were_due(outcome: Outcome) -> bool {
	matches!(outcome, Outcome::Completed | Outcome::Failed(FailReason::TooFewShares))
}
