//! Sets the pallets' neighbours up for benchmarks, with the real ones, and with as much in state as there can be:
//! the largest committees that root may ask for, selection and agenda full, and nodes with all the seats and all the
//! chunks of stake on their way out that fit. Nothing depends on the genesis preset.

use crate::{
	network::{Classes, Relay, RelayView, Table, PRODUCTION},
	AccountId, Balance, Balances, Incentives, Runtime, RuntimeHoldReason, System, Tasks, UNIT,
};
use alloc::vec::Vec;
use frame_support::{
	traits::{
		fungible::{Mutate, MutateHold},
		ConstU32, Get,
	},
	BoundedVec,
};
use ostraka_primitives::{
	spec::{Column, Statistic, TaskSpec},
	task::{ClassParameters, Committee, Seat, SecurityClass, Windows},
	traits::{Escrow, TaskView},
	BlockNumber, TaskId, WorkerKey, MAX_ASSIGNMENTS, MAX_COMMITTEE,
};
use pallet_registry::{
	Candidate, Candidates, HeldSeat, KeyOwner, Keys, Node, Nodes, Reputation, SealKeys, Seats,
	Unlock, MAX_UNLOCKS,
};
use pallet_tasks::{
	types::{Drawn, Due, Record},
	Agenda, Cohorts, DrawnTasks, Insecure, NextTask, Records, Statuses,
};

type MaxNodes = <Runtime as pallet_registry::Config>::MaxNodes;
type MaxOpenTasks = <Runtime as pallet_tasks::Config>::MaxOpenTasks;
type HeldSeats = BoundedVec<HeldSeat, ConstU32<MAX_ASSIGNMENTS>>;

/// What a benchmark's accounts have.
const FUNDS: Balance = 1_000_000 * UNIT;
/// Window of every phase of a benchmark's task.
const WINDOW: BlockNumber = 1_000;
/// Production's classes, the largest with one seat more: the most that `set_classes` takes.
const CLASSES: Table = Table {
	restricted: ClassParameters { seats: MAX_COMMITTEE as u8, ..PRODUCTION.restricted },
	..PRODUCTION
};

/// Of [`pallet_tasks::Config`] and [`pallet_vss::Config`].
pub struct Helper;

impl Helper {
	fn fund(account: &AccountId) {
		Balances::set_balance(account, FUNDS);
	}

	/// A node of whose keys nobody has the secrets.
	fn numbered(number: u32) -> Seat {
		let bytes = sp_io::hashing::sha2_256(&number.to_le_bytes());
		let mut seal_key = [0; 96];
		seal_key[..32].copy_from_slice(&bytes);
		Seat { account: AccountId::new(bytes), worker: WorkerKey::from_raw(bytes), seal_key }
	}

	/// Fills the registry: the members of a committee, and others up to the most nodes that can be in selection. Each
	/// holds so many seats, in tasks of no benchmark and under no key of a benchmark.
	fn fill_registry(members: &[Seat], held: u32) {
		let least_stake = <Runtime as pallet_registry::Config>::MinStake::get();
		let held = (0..held).map(|number| HeldSeat {
			task: TaskId::MAX - number,
			worker: WorkerKey::default(),
			least_stake,
		});
		let held: HeldSeats = BoundedVec::truncate_from(held.collect());
		let most: u32 = MaxNodes::get();
		let others = (0..most).map(Self::numbered);
		let nodes = members.iter().cloned().chain(others).take(most as usize);
		let mut candidates: Vec<_> = nodes.map(|node| Self::add_node(node, &held)).collect();
		candidates.sort_by(|left, right| left.account.cmp(&right.account));
		let candidates: BoundedVec<Candidate, MaxNodes> = BoundedVec::truncate_from(candidates);
		Candidates::<Runtime>::put(candidates);
	}

	/// Puts a node into the registry, with the least stake for each seat that it can hold: more than the most demanding
	/// class asks for, and than faults in all of them cost. One more absence puts it out of selection. Answers its entry
	/// in selection.
	fn add_node(node: Seat, held: &HeldSeats) -> Candidate {
		let Seat { account, worker, seal_key } = node;
		let least_stake = <Runtime as pallet_registry::Config>::MinStake::get();
		let stake = Balance::from(MAX_ASSIGNMENTS) * least_stake;
		let absences: u32 = <Runtime as pallet_registry::Config>::MaxAbsences::get();
		let since = 0;
		Self::fund(&account);
		let reason = RuntimeHoldReason::Registry(pallet_registry::HoldReason::Stake);
		let on_hold = stake + Balance::from(MAX_UNLOCKS) * UNIT;
		let done = <Balances as MutateHold<AccountId>>::hold(&reason, &account, on_hold);
		assert!(done.is_ok(), "{done:?}");
		let unbonding = (0..MAX_UNLOCKS)
			.map(|chunk| Unlock { amount: UNIT, at: BlockNumber::MAX - MAX_UNLOCKS + chunk });
		Nodes::<Runtime>::insert(
			&account,
			Node {
				worker,
				seal_key,
				capacity: MAX_ASSIGNMENTS,
				stake,
				unbonding: BoundedVec::truncate_from(unbonding.collect()),
				active_since: Some(since),
				reputation: Reputation {
					absences_in_a_row: absences.saturating_sub(1),
					..Default::default()
				},
			},
		);
		Keys::<Runtime>::insert(worker, KeyOwner { account: account.clone(), seal_key });
		SealKeys::<Runtime>::insert(seal_key, worker);
		Seats::<Runtime>::insert(&account, held);
		let free = MAX_ASSIGNMENTS.saturating_sub(held.len() as u32);
		Candidate { account, stake, since, free }
	}

	/// Puts a task on the agenda, before as many others as may be open with it.
	fn fill_agenda(first: Due) {
		let most: u32 = MaxOpenTasks::get();
		let others =
			(1..most).map(|number| Due { at: BlockNumber::MAX, task: TaskId::MAX - number });
		let agenda: BoundedVec<Due, MaxOpenTasks> =
			BoundedVec::truncate_from(core::iter::once(first).chain(others).collect());
		Agenda::<Runtime>::put(agenda);
	}
}

impl pallet_tasks::benchmarking::BenchmarkHelper for Helper {
	/// Each node has room for one seat more.
	fn prepare() {
		System::set_block_number(System::block_number() + 10);
		Classes::<Runtime>::put(CLASSES);
		Self::fill_registry(&[], MAX_ASSIGNMENTS - 1);
		// On an insecure chain a seed depends on all that it can depend on.
		Insecure::<Runtime>::put(true);
		Relay::<Runtime>::put(RelayView { storage_root: [1; 32], complete: true });
		Tasks::note_relay_epoch(1_000, [2; 32]);
		// What is measured should not have to append to these.
		System::reset_events();
	}

	fn fund(account: &AccountId) {
		Self::fund(account);
	}

	fn rotate_keys(committee: &Committee) {
		for seat in committee {
			Nodes::<Runtime>::mutate(&seat.account, |node| {
				if let Some(node) = node {
					node.worker = WorkerKey::default();
				}
			});
		}
	}
}

impl pallet_vss::BenchmarkHelper for Helper {
	/// The first call for a task fills registry and agenda; later ones must bring the same committee.
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
				protocol: view.protocol,
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
				protocol: view.protocol,
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
			Self::fill_registry(&view.committee, MAX_ASSIGNMENTS);
			Self::fill_agenda(Due { at: now + WINDOW, task });
			let opened = <Incentives as Escrow>::open(task, &requester, UNIT, UNIT);
			assert!(opened.is_ok(), "{opened:?}");
		}
		System::reset_events();
	}
}
