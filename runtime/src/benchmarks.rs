//! Sets the pallets' neighbours up for benchmarks, with the real ones.

use crate::{
	AccountId, Balance, Balances, Incentives, Registry, Runtime, RuntimeHoldReason, System, UNIT,
};
use frame_support::traits::{
	fungible::{Mutate, MutateHold},
	Get,
};
use ostraka_primitives::{
	spec::{Column, Statistic, TaskSpec},
	task::{ClassParameters, SecurityClass, Windows},
	traits::{Escrow, TaskView},
	BlockNumber, PointBytes, TaskId, WorkerKey,
};
use pallet_registry::{Candidate, Candidates, KeyOwner, Keys, Node, Nodes, SealKeys};
use pallet_tasks::{
	types::{Drawn, Due, Record},
	Agenda, Cohorts, DrawnTasks, NextTask, Records, Statuses,
};

/// What a benchmark's accounts have.
const FUNDS: Balance = 1_000_000 * UNIT;
/// Window of every phase of a benchmark's task.
const WINDOW: BlockNumber = 1_000;

/// Of [`pallet_tasks::Config`] and [`pallet_vss::Config`].
pub struct Helper;

impl Helper {
	fn fund(account: &AccountId) {
		Balances::set_balance(account, FUNDS);
	}

	/// Puts a node into the registry, in selection, with the stake of the most demanding class.
	fn add_node(account: AccountId, worker: WorkerKey, seal_key: PointBytes) {
		let stake = 10 * <Runtime as pallet_registry::Config>::MinStake::get();
		Self::fund(&account);
		let reason = RuntimeHoldReason::Registry(pallet_registry::HoldReason::Stake);
		let held = <Balances as MutateHold<AccountId>>::hold(&reason, &account, stake);
		assert!(held.is_ok(), "{held:?}");
		let since = 0;
		Nodes::<Runtime>::insert(
			&account,
			Node {
				worker,
				seal_key,
				capacity: 256,
				stake,
				unbonding: Default::default(),
				active_since: Some(since),
				reputation: Default::default(),
			},
		);
		Keys::<Runtime>::insert(worker, KeyOwner { account: account.clone(), seal_key });
		SealKeys::<Runtime>::insert(seal_key, worker);
		Candidates::<Runtime>::mutate(|candidates| {
			let place = candidates.partition_point(|other| other.account < account);
			let candidate = Candidate { account, stake, since, free: 256 };
			assert!(candidates.try_insert(place, candidate).is_ok());
		});
	}
}

impl pallet_tasks::benchmarking::BenchmarkHelper for Helper {
	fn prepare() {
		for number in 0..<Runtime as pallet_registry::Config>::MaxNodes::get() {
			let bytes = sp_io::hashing::sha2_256(&number.to_le_bytes());
			let mut seal_key = [0; 96];
			seal_key[..32].copy_from_slice(&bytes);
			Self::add_node(AccountId::new(bytes), WorkerKey::from_raw(bytes), seal_key);
		}
		System::set_block_number(System::block_number() + 10);
		crate::network::Relay::<Runtime>::put(crate::network::RelayView {
			storage_root: [1; 32],
			complete: true,
		});
		crate::Tasks::note_relay_epoch(1_000, [2; 32]);
	}

	fn fund(account: &AccountId) {
		Self::fund(account);
	}
}

impl pallet_vss::BenchmarkHelper for Helper {
	fn set_task(task: TaskId, view: &TaskView, dealers: &[AccountId]) {
		let now = System::block_number();
		let requester = AccountId::new([77; 32]);
		Self::fund(&requester);
		let windows = Windows { collect: WINDOW, verify: WINDOW, commit: WINDOW, reveal: WINDOW };
		let parameters = ClassParameters {
			seats: view.committee.len() as u8,
			threshold: view.threshold,
			stake_factor: 1,
			least_dealers: 2,
		};
		let column = Column { name: Default::default(), decimals: 0, min: 0, max: 1 };
		let spec = TaskSpec {
			statistic: Statistic::Mean,
			columns: [column].to_vec().try_into().unwrap_or_default(),
			target: None,
			weight: None,
			edges: Default::default(),
			quantiles: Default::default(),
			group_by: None,
			max_rows: 1,
		};
		let known = Records::<Runtime>::contains_key(task);
		Records::<Runtime>::insert(
			task,
			Record {
				requester: requester.clone(),
				spec,
				class: SecurityClass::Standard,
				parameters,
				windows,
				submitted_at: now,
				submitted_epoch: 0,
				invited: view.invited,
				cohort: [0; 32],
				fee: UNIT,
				data_reward: UNIT,
				drawn: Some((now, view.task_hash)),
			},
		);
		Statuses::<Runtime>::insert(task, view.status);
		DrawnTasks::<Runtime>::insert(
			task,
			Drawn {
				task_hash: view.task_hash,
				threshold: view.threshold,
				length: view.length,
				invited: view.invited,
				least_dealers: parameters.least_dealers,
				windows,
				committee: view.committee.clone(),
			},
		);
		for dealer in dealers {
			Self::fund(dealer);
			Cohorts::<Runtime>::insert(task, dealer, ());
		}
		if !known {
			NextTask::<Runtime>::put(task + 1);
			Agenda::<Runtime>::mutate(|agenda| {
				assert!(agenda.try_push(Due { at: now + WINDOW, task }).is_ok());
			});
			let opened = <Incentives as Escrow>::open(task, &requester, UNIT, UNIT);
			assert!(opened.is_ok(), "{opened:?}");
		}
		for seat in &view.committee {
			if Registry::node_info(&seat.account).is_none() {
				Self::add_node(seat.account.clone(), seat.worker, seat.seal_key);
			}
		}
	}
}
