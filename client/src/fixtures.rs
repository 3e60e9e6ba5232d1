//! What unit tests of commands begin with.

use crate::chain::Token;
use ostraka_primitives::{
	api::{NodeInfo, TaskInfo},
	odds::{Odds, PanelOdds},
	role::Role,
	spec::{Column, Grouping, Name, Statistic, TaskSpec},
	task::{ClassParameters, Conditions, SecurityClass, Task, TaskStatus, Windows},
	AccountId, WorkerKey,
};

/// A token of three decimals.
pub fn token() -> Token {
	Token { decimals: 3, symbol: "OST".to_owned() }
}

/// A name of a column or group.
pub fn name(text: &str) -> Name {
	text.as_bytes().to_vec().try_into().expect("short")
}

/// A mean by group over three invited dealers, all of which have accepted, and one has dealt. It collects until block 20.
pub fn task() -> TaskInfo {
	let column = Column { name: name("x"), decimals: 1, min: 0, max: 90 };
	let groups = vec![name("a"), name("b")].try_into().expect("few");
	let spec = TaskSpec {
		statistic: Statistic::Mean,
		columns: vec![column].try_into().expect("one"),
		target: None,
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: Some(Grouping { column: name("g"), groups }),
		max_rows: 9,
	};
	let parameters =
		ClassParameters { seats: 3, threshold: 1, stake_factor: 1, least_dealers: 3, verifiers: 2 };
	let task = Task {
		protocol: ostraka_protocol::Version::CURRENT.number(),
		requester: AccountId::new([9; 32]),
		spec,
		class: SecurityClass::Standard,
		parameters,
		conditions: Conditions::of(&parameters),
		windows: Windows { collect: 1, verify: 2, commit: 3, reveal: 4 },
		submitted_at: 5,
		invited: 3,
		cohort: [7; 32],
		terms: [5; 32],
		accepted: 3,
		consent: [4; 32],
		fee: 1_500,
		data_reward: 2_000,
		task_hash: Some([8; 32]),
		drawn_at: Some(6),
		status: TaskStatus::Collecting { first_by: 12, until: 20 },
	};
	let dealers = [1, 2, 3].map(|byte| AccountId::new([byte; 32])).to_vec();
	TaskInfo {
		task,
		committee: Default::default(),
		accepted: dealers.clone(),
		dealers,
		dealings: 1,
		excluded: 0,
		attested: 0,
		committed: 0,
		right_shares: 0,
		panel: Default::default(),
		verified: 0,
		disproven: 0,
		masked: false,
	}
}

/// The same while it invites until block 20: one of the three has accepted.
pub fn inviting() -> TaskInfo {
	let mut info = task();
	info.task.status = TaskStatus::Inviting { until: 20 };
	(info.task.drawn_at, info.task.task_hash, info.task.accepted) = (None, None, 1);
	info.accepted.truncate(1);
	info.dealings = 0;
	info
}

/// The odds of (7, 3) and of a panel of three over many small nodes, at 2.78 tokens a draw.
pub fn odds() -> Odds {
	Odds {
		fifth: 33_344_000,
		third: 173_300_000,
		price_fifth: Some(83_373),
		price_third: Some(16_041),
		panel: Some(PanelOdds {
			fifth: 8_108_473,
			third: 37_384_800,
			both_fifth: 269_696,
			both_third: 6_472_264,
		}),
	}
}

/// An active node for both roles, with one of 16 seats taken.
pub fn node() -> NodeInfo {
	NodeInfo {
		account: AccountId::new([4; 32]),
		worker: WorkerKey::from_raw([5; 32]),
		seal_key: [6; 32],
		stake: 5_000,
		unbonding: 2_000,
		active: true,
		capacity: 16,
		assigned: 1,
		completed: 7,
		absences: 0,
		convictions: 0,
		role: Role::Both,
	}
}
