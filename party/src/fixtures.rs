//! What unit tests begin with: the plainest column, spec and task.

use crate::class;
use ostraka_primitives::{
	spec::{Column, Statistic, TaskSpec},
	task::{Conditions, SecurityClass, Task, TaskStatus, Windows},
	AccountId,
};

/// A column of numbers from 0 to `max` units.
pub fn column(name: &str, decimals: u8, max: i64) -> Column {
	let name = name.as_bytes().to_vec().try_into().expect("short");
	Column { name, decimals, min: 0, max }
}

/// A statistic of columns, without groups, for nine rows a dealer.
pub fn spec(statistic: Statistic, columns: Vec<Column>) -> TaskSpec {
	TaskSpec {
		statistic,
		columns: columns.try_into().expect("few"),
		target: None,
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: None,
		max_rows: 9,
	}
}

/// A task of class Standard that waits for its draw.
pub fn task(spec: TaskSpec) -> Task {
	let class = SecurityClass::Standard;
	let parameters = class::parameters(class, false);
	Task {
		protocol: ostraka_protocol::Version::CURRENT.number(),
		requester: AccountId::new([9; 32]),
		spec,
		class,
		parameters,
		conditions: Conditions::of(&parameters),
		windows: Windows { collect: 1, verify: 2, commit: 3, reveal: 4 },
		submitted_at: 5,
		invited: 3,
		cohort: [7; 32],
		terms: [5; 32],
		accepted: 3,
		consent: [6; 32],
		fee: 0,
		data_reward: 0,
		task_hash: None,
		drawn_at: None,
		status: TaskStatus::Drawing { until: 9 },
	}
}
