//! Verification in tests: how long it lasts, who is convicted, and what that does to everybody's money.

use super::{
	books::{gained, lost, reward, Changes, DATA_REWARD, EACH, FEE},
	events,
	task::status,
	Chain,
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	task::TaskStatus,
	AccountId, Balance, BlockNumber, TaskId,
};
use ostraka_runtime::{
	configs::prices::{DealerDeposit, DrawFee},
	RuntimeEvent,
};
use pallet_vss::Event;

/// Last block of a task's verification.
pub fn verified_until(chain: &mut Chain, task: TaskId) -> BlockNumber {
	match chain.look(|| status(task)) {
		TaskStatus::Verifying { until } => until,
		other => panic!("{other:?}"),
	}
}

/// Block of a task's freeze, which is waited for.
pub fn frozen_at(chain: &mut Chain, task: TaskId) -> BlockNumber {
	chain.blocks_until(60, || !matches!(status(task), TaskStatus::Verifying { .. }));
	match chain.look(|| status(task)) {
		TaskStatus::Committing { frozen_at, .. } => frozen_at,
		other => panic!("{other:?}"),
	}
}

/// A conviction of a dealer as its event tells of it.
#[derive(Debug)]
pub struct Conviction {
	/// Who was convicted.
	pub dealer: AccountId,
	/// Seat of who proved it, if it has one.
	pub seat: Option<u8>,
	/// Who proved it.
	pub accuser: AccountId,
	/// What of.
	pub fault: DealerFault,
	/// Whether the dealing no longer counts.
	pub excluded: bool,
}

/// The conviction of a dealer in the newest block.
pub fn conviction(chain: &mut Chain) -> Option<Conviction> {
	chain.look(events).into_iter().find_map(|event| match event {
		RuntimeEvent::Vss(Event::DealerConvicted {
			dealer,
			seat,
			accuser,
			fault,
			excluded,
			..
		}) => Some(Conviction { dealer, seat, accuser, fault, excluded }),
		_ => None,
	})
}

/// The next conviction of a dealer.
pub fn convicted(chain: &mut Chain) -> Conviction {
	for _ in 0..30 {
		chain.block(Vec::new());
		if let Some(found) = conviction(chain) {
			return found;
		}
	}
	panic!("nobody is convicted");
}

/// Who was convicted of a false claim against a dealer in the newest block, on which seat, and of what.
pub fn false_claim(chain: &mut Chain) -> Option<(AccountId, Option<u8>, AccuserFault)> {
	chain.look(events).into_iter().find_map(|event| match event {
		RuntimeEvent::Vss(Event::AccuserConvicted { accuser, seat, fault, .. }) => {
			Some((accuser, seat, fault))
		},
		_ => None,
	})
}

/// Seats that were shown to have attested falsely in the newest block, and who is named for it.
pub fn exposed(chain: &mut Chain) -> Option<(Vec<u8>, AccountId)> {
	chain.look(events).into_iter().find_map(|event| match event {
		RuntimeEvent::Vss(Event::AttestedFalsely { seats, exposer, .. }) => Some((seats, exposer)),
		_ => None,
	})
}

/// What a task of the class Standard changes that completes although the last of its four dealers is convicted, upon the
/// accusation or challenge of this seat, or else of the outsider.
pub fn convicting(seat: Option<u8>) -> Changes {
	let (mut nodes, mut outsider) = (vec![gained(EACH); 5], 0);
	match seat {
		Some(seat) => nodes[usize::from(seat) - 1] += gained(reward()),
		None => outsider = gained(reward()),
	}
	let verifiers = nodes.split_off(3);
	let third = gained(DATA_REWARD / 3);
	Changes {
		requester: lost(FEE + DATA_REWARD + DrawFee::DEFAULT) + gained(reward()),
		dealers: vec![third, third, third, lost(DealerDeposit::DEFAULT)],
		members: nodes,
		verifiers,
		outsider,
		treasury: gained(DrawFee::DEFAULT + DealerDeposit::DEFAULT - 2 * reward()),
	}
}

/// What a task of that class changes without a data reward, if all goes well but for what these members lose of their pay.
pub fn completed(cuts: [Balance; 3]) -> Changes {
	Changes {
		requester: lost(FEE + DrawFee::DEFAULT),
		dealers: vec![0; 3],
		members: cuts.map(|cut| gained(EACH - cut)).to_vec(),
		verifiers: vec![gained(EACH); 2],
		treasury: gained(DrawFee::DEFAULT + cuts.iter().sum::<Balance>()),
		..Default::default()
	}
}

/// The same changes, but for what a conviction upon this member's accusation brings: not for the deposit, whoever lost that.
pub fn with_conviction(changes: Changes, seat: usize) -> Changes {
	let mut members = changes.members;
	members[seat - 1] += gained(reward());
	Changes {
		requester: changes.requester + gained(reward()),
		members,
		treasury: changes.treasury + gained(DealerDeposit::DEFAULT - 2 * reward()),
		..changes
	}
}
