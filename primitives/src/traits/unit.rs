//! What the traits are to a mock that does not care: `()` knows nothing, holds nothing and does nothing.

use super::*;

impl Committees for () {
	type Eligible = ();
	fn eligible(_: &DrawRequest) -> Result<(), DrawError> {
		Err(DrawError::TooFewNodes)
	}
	fn draw(_: (), _: [u8; 32]) -> Result<Seated, DrawError> {
		Err(DrawError::TooFewNodes)
	}
	fn is_candidate(_: &AccountId) -> bool {
		false
	}
	fn free_seats() -> u32 {
		0
	}
	fn release(_: TaskId, _: &Committee, _: &Panel) {}
}

impl Roster for () {
	fn assignments(_: &WorkerKey) -> Vec<TaskId> {
		Vec::new()
	}
	fn seal_key(_: &WorkerKey) -> Option<SealKeyBytes> {
		None
	}
}

impl Stakes for () {
	type Credit = ();
	fn slash(_: &Offence, _: Balance) -> Option<()> {
		Some(())
	}
	fn note_presence(_: &AccountId, _: bool) {}
	fn note_conviction(_: &AccountId) {}
}

/// Burns it.
impl<Credit> Proceeds<Credit> for () {
	fn share_out(_: &Offence, _: Credit) {}
}

impl TaskBook for () {
	fn view(_: TaskId) -> Option<TaskView> {
		None
	}
	fn status(_: TaskId) -> Option<TaskStatus> {
		None
	}
	fn spec(_: TaskId) -> Option<TaskSpec> {
		None
	}
	fn has_accepted(_: TaskId, _: &AccountId) -> bool {
		false
	}
	fn dealing(_: TaskId, _: &AccountId) -> DispatchResult {
		Ok(())
	}
	fn fell_away(_: TaskId, _: &AccountId) {}
	fn all_dealt(_: TaskId) {}
	fn all_attested(_: TaskId) {}
	fn all_committed(_: TaskId) {}
	fn all_revealed(_: TaskId) {}
}

impl Consent for () {
	fn accept(_: &AccountId, dataset: &Digest, _: &Asked) -> Result<Agreed, DispatchError> {
		Ok(Agreed { dataset: *dataset, ..Agreed::default() })
	}
	fn dealt(_: TaskId, _: &AccountId, _: &Agreed) -> DispatchResult {
		Ok(())
	}
	fn fell_away(_: TaskId, _: &AccountId) {}
	fn freeze(_: &AcceptedSet) -> Result<(), FailReason> {
		Ok(())
	}
	fn freeze_weight(_: u32) -> sp_weights::Weight {
		sp_weights::Weight::zero()
	}
	fn unreleased(_: TaskId) {}
}

impl Sharing for () {
	fn open(_: TaskId, _: &Opening) {}
	fn freeze(_: TaskId) -> Frozen {
		Frozen::Sound(Vec::new())
	}
	fn freeze_weight(_: u32, _: u8) -> sp_weights::Weight {
		sp_weights::Weight::zero()
	}
	fn dealings(_: TaskId) -> u32 {
		0
	}
	fn has_result(_: TaskId) -> bool {
		false
	}
	fn is_released(_: TaskId) -> bool {
		false
	}
	fn reports(_: TaskId, _: bool) -> Vec<SeatReport> {
		Vec::new()
	}
	fn exposer(_: TaskId) -> Option<AccountId> {
		None
	}
	fn settle(_: TaskId, _: bool, _: &mut WeightMeter) -> Progress {
		Progress::Done
	}
	fn settle_weight() -> sp_weights::Weight {
		sp_weights::Weight::zero()
	}
}

impl Adjudications for () {
	fn per_block(_: u32) -> u32 {
		1
	}
}

impl Escrow for () {
	fn least_fee(_: u8, _: u32, _: u32) -> Balance {
		0
	}
	fn rents(_: Occupancy, _: Occupancy) -> (Balance, Balance) {
		(0, 0)
	}
	fn byte_fee() -> Balance {
		0
	}
	fn open(_: TaskId, _: &AccountId, _: Balance, _: Balance, _: Rent) -> DispatchResult {
		Ok(())
	}
	fn settle_fee(
		_: TaskId,
		_: &Committee,
		_: &Panel,
		_: &[SeatReport],
		_: Option<&AccountId>,
		_: Ending,
		_: Held,
	) {
	}
	fn pay_dealer(_: TaskId, _: &AccountId, _: u32) {}
	fn close(_: TaskId) {}
}

impl Penalties for () {
	fn hold_deposit(_: TaskId, _: &AccountId) -> Result<(), DispatchError> {
		Ok(())
	}
	fn release_deposit(_: TaskId, _: &AccountId) {}
	fn forfeit_deposit(_: TaskId, _: &AccountId) {}
	fn punish_dealer(_: TaskId, _: &AccountId, _: &AccountId) {}
	fn punish_false_accuser(_: TaskId, _: &AccountId, _: &AccountId) {}
	fn punish_false_challenger(_: TaskId, _: &AccountId, _: &AccountId) {}
	fn punish_wrong_share(_: TaskId, _: &AccountId) {}
	fn hold_bond(_: TaskId, _: &AccountId) -> DispatchResult {
		Ok(())
	}
	fn release_bond(_: TaskId, _: &AccountId) {}
	fn forfeit_bond(_: TaskId, _: &AccountId, _: &AccountId) {}
}

impl DrawEntropy for () {
	fn seed(_: SecurityClass, _: &RelayMoment) -> Seed {
		Seed::Soon
	}
	fn moment() -> RelayMoment {
		RelayMoment::default()
	}
}

impl Reclaim for () {
	fn begin(_: &WeightMeter) -> Self {}
	fn end(self, _: &mut WeightMeter) {}
}
