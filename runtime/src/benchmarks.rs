//! Sets our pallets' neighbours up for benchmarks, with the real ones, and with as much in state as there can be:
//! the largest committees and panels that root may ask for, selection and agenda full, nodes that can be drawn for either,
//! with all the chunks of stake on their way out that fit, the seats of all tasks that may be open, and all that is
//! remembered of the relay chain. No two nodes are alike. At the end, what the SDK's own benchmarks ask of a runtime.
//!
//! What all of them have in common is the genesis state's ([`found`]), whatever the preset: put there anew in every
//! repetition it would take most of a measurement's time.

use crate::{
	entropy::RelayDelay, AccountId, Balance, Balances, Incentives, ParachainSystem, Runtime,
	RuntimeEvent, RuntimeHoldReason, SessionKeys, System, Tasks, UNIT,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_benchmarking::BenchmarkError;
use frame_support::{
	traits::{
		fungible::{Mutate, MutateHold},
		Get,
	},
	BoundedVec,
};
use ostraka_primitives::{
	consent::{Agreed, ColumnSet, Quota, HISTORY},
	rent::Rent,
	role::Role,
	spec::TaskSpec,
	task::{ClassParameters, Committee, Conditions, Panel, Seat, SecurityClass, Windows},
	traits::{Escrow, Penalties, TaskView},
	BlockNumber, Digest, TaskId, WorkerKey, MAX_ASSIGNMENTS, MAX_COMMITTEE, MAX_PANEL, MAX_SEATS,
};
use pallet_network::{Classes, Relay, RelayView, Solo, Table, PRODUCTION};
use pallet_registry::{
	Candidate, Candidates, HeldSeat, KeyOwner, Keys, Node, Nodes, Pending, PendingTotal,
	Reputation, SealKeys, Seats, Unlock, MAX_PENDING, MAX_UNLOCKS,
};
use pallet_tasks::{
	types::{
		Acceptance, Drawn, DrawnAt, Due, Invitation, Invitee, Record, MAX_RELAY_BLOCKS,
		MAX_RELAY_EPOCHS,
	},
	Agenda, Cohorts, DrawnTasks, Insecure, Invitations, NextTask, Records, Statuses, Unsettled,
};

type MaxNodes = <Runtime as pallet_registry::Config>::MaxNodes;
type MaxOpenTasks = <Runtime as pallet_tasks::Config>::MaxOpenTasks;
type MinStake = <Runtime as pallet_registry::Config>::MinStake;
type SeatStake = <Runtime as pallet_registry::Config>::SeatStake;
type MaxAbsences = <Runtime as pallet_registry::Config>::MaxAbsences;

/// What a benchmark's accounts have.
const FUNDS: Balance = 1_000_000 * UNIT;
/// Tag of a benchmark's data set, by which `pallet_tasks`' own accepts.
const DATASET: Digest = [1; 32];
/// Window of every phase of a benchmark's task.
const WINDOW: BlockNumber = 1_000;
/// Relay block that a benchmark's block is built on, and its epoch.
const RELAY: u32 = 1_000_000;
const EPOCH: u64 = 1_000;
/// Production's classes, the largest with as many seats of both kinds as `set_classes` takes.
const CLASSES: Table = Table {
	restricted: ClassParameters {
		seats: MAX_COMMITTEE as u8,
		verifiers: MAX_PANEL as u8,
		..PRODUCTION.restricted
	},
	..PRODUCTION
};

/// Puts into the genesis state what the benchmarks of our pallets have in common: classes, a full registry, and all that is
/// remembered of the relay chain.
pub fn found() {
	Classes::<Runtime>::put(CLASSES);
	Helper::fill_registry();
	Helper::fill_relay();
}

/// Of [`pallet_tasks::Config`] and [`pallet_vss::Config`].
pub struct Helper;

impl Helper {
	fn fund(account: &AccountId) {
		Balances::set_balance(account, FUNDS);
	}

	/// A node of whose keys nobody has the secrets.
	fn numbered(number: u32) -> Seat {
		let bytes = sp_io::hashing::sha2_256(&number.to_le_bytes());
		Seat { account: AccountId::new(bytes), worker: WorkerKey::from_raw(bytes), seal_key: bytes }
	}

	/// Fills the registry with the most nodes that can be in selection, each with as many seats as open tasks can have, in tasks of
	/// no benchmark.
	fn fill_registry() {
		let most: u32 = MaxNodes::get();
		let nodes = (0..most).map(Self::numbered).zip(0..);
		Self::select(nodes.map(|(node, number)| Self::add_node(node, number, MAX_SEATS)).collect());
	}

	/// Puts those on a task's seats into the registry and into selection, in place of as many others. Of the seats that nodes
	/// hold nothing is read that these would have to have.
	fn seat(seated: Vec<Seat>) {
		let mut candidates = Candidates::<Runtime>::get().into_inner();
		candidates.truncate(candidates.len().saturating_sub(seated.len()));
		let numbers = MaxNodes::get()..;
		candidates.extend(
			seated.into_iter().zip(numbers).map(|(node, number)| Self::add_node(node, number, 0)),
		);
		Self::select(candidates);
	}

	/// Makes these the selection, which is sorted.
	fn select(mut candidates: Vec<Candidate>) {
		candidates.sort_by(|left, right| left.account.cmp(&right.account));
		let candidates: BoundedVec<Candidate, MaxNodes> = BoundedVec::truncate_from(candidates);
		Candidates::<Runtime>::put(candidates);
	}

	/// Puts a node into the registry, with the least stake for each seat that it can hold, and a little that no other
	/// node has: more than the most demanding class asks for, and than faults in all of them cost. One more absence puts
	/// it out of selection. As many slashes are pending as there can be, so that one more is looked for a place in vain and then
	/// taken at once: that is dearer than deferring it. Returns its entry in selection.
	fn add_node(node: Seat, number: u32, held: u32) -> Candidate {
		let Seat { account, worker, seal_key } = node;
		let stake = Balance::from(MAX_ASSIGNMENTS) * MinStake::get() + Balance::from(number);
		let absences: u32 = MaxAbsences::get();
		let since = 0;
		Self::fund(&account);
		let reason = RuntimeHoldReason::Registry(pallet_registry::HoldReason::Stake);
		let pending = Balance::from(MAX_PENDING) * UNIT;
		let on_hold = stake + Balance::from(MAX_UNLOCKS) * UNIT + pending;
		Pending::<Runtime>::insert(
			&account,
			PendingTotal { slashes: MAX_PENDING, amount: pending },
		);
		let done = <Balances as MutateHold<AccountId>>::hold(&reason, &account, on_hold);
		assert!(done.is_ok(), "{done:?}");
		let unbonding = (0..MAX_UNLOCKS)
			.map(|chunk| Unlock { amount: UNIT, at: BlockNumber::MAX - MAX_UNLOCKS + chunk });
		let node = Node {
			worker,
			seal_key,
			capacity: MAX_ASSIGNMENTS,
			stake,
			unbonding: BoundedVec::truncate_from(unbonding.collect()),
			active_since: Some(since),
			reputation: Reputation {
				recent: (1u32 << absences.saturating_sub(1)) - 1,
				..Default::default()
			},
			assigned: held,
			pinned: held,
			role: Role::Both,
		};
		for seat in 0..held {
			let least_stake = MinStake::get() + Balance::from(seat);
			Seats::<Runtime>::insert(
				&account,
				TaskId::MAX - seat,
				HeldSeat { worker, least_stake },
			);
		}
		Keys::<Runtime>::insert(worker, KeyOwner { account: account.clone(), seal_key });
		SealKeys::<Runtime>::insert(seal_key, worker);
		let (free, role) = (node.free_seats(SeatStake::get()), node.role);
		Nodes::<Runtime>::insert(&account, node);
		Candidate { account, stake, since, free, role }
	}

	/// As many blocks and epochs of the relay chain are known as are remembered, up to the ones that this block is built on.
	fn fill_relay() {
		Relay::<Runtime>::put(RelayView { number: RELAY, epoch: EPOCH, author_vrf: Some([1; 32]) });
		for before in (0..MAX_RELAY_BLOCKS).rev() {
			Self::tell_relay_block(RELAY - before);
		}
		for before in (0..u64::from(MAX_RELAY_EPOCHS)).rev() {
			let randomness = sp_io::hashing::sha2_256(&before.to_le_bytes());
			Tasks::note_relay_epoch(EPOCH - before, randomness);
		}
	}

	fn tell_relay_block(number: u32) {
		Tasks::note_relay_block(number, sp_io::hashing::sha2_256(&number.to_le_bytes()));
	}

	/// Puts a task on the agenda, before as many others as may be open with it. As many wait for their settlement.
	fn fill_agenda(first: Due) {
		let most: u32 = MaxOpenTasks::get();
		let others = (1..most).map(|number| Due {
			at: BlockNumber::MAX,
			task: TaskId::MAX - number,
			epoch: None,
		});
		let agenda: BoundedVec<Due, MaxOpenTasks> =
			BoundedVec::truncate_from(core::iter::once(first).chain(others).collect());
		Agenda::<Runtime>::put(agenda);
		let ended = (1..most).map(|number| TaskId::MAX / 2 - TaskId::from(number));
		Unsettled::<Runtime>::put(BoundedVec::truncate_from(ended.collect()));
	}
}

impl pallet_tasks::benchmarking::BenchmarkHelper for Helper {
	/// Open tasks have no more seats than are held in the genesis state: as many, on average, as a committee and a panel.
	fn prepare() {
		System::set_block_number(System::block_number() + 10);
		// On an insecure chain draws of all classes take the randomness of relay blocks, the longer list.
		Insecure::<Runtime>::put(true);
		Solo::<Runtime>::put(false);
		// What is measured should not have to append to these.
		System::reset_events();
	}

	fn advance_relay() {
		for later in 1..=RelayDelay::get() {
			Self::tell_relay_block(RELAY + later);
		}
	}

	fn candidate() -> AccountId {
		Self::numbered(0).account
	}

	fn fund(account: &AccountId) {
		Self::fund(account);
	}

	fn remember(dealer: &AccountId, task: TaskId) {
		pallet_consent::benchmarking::fill_history::<Runtime>(dealer, DATASET);
		pallet_consent::Histories::<Runtime>::mutate(dealer, |history| {
			if let Some(newest) = history.last_mut() {
				newest.task = task;
			}
		});
	}

	fn rotate_keys(committee: &Committee, panel: &Panel) {
		for seat in committee.iter().chain(panel) {
			pallet_registry::benchmarking::outdate_key::<Runtime>(&seat.account);
		}
	}
}

impl pallet_vss::BenchmarkHelper for Helper {
	/// The first call for a task puts its seats into the registry, and fills the agenda; later ones must bring the same seats.
	fn set_task(task: TaskId, view: &TaskView, spec: &TaskSpec, dealers: &[AccountId]) {
		let now = System::block_number();
		let requester = AccountId::new([77; 32]);
		Self::fund(&requester);
		let windows = Windows { collect: WINDOW, verify: WINDOW, commit: WINDOW, reveal: WINDOW };
		let parameters = ClassParameters {
			seats: view.committee.len() as u8,
			threshold: view.threshold,
			stake_factor: 1,
			least_dealers: 2,
			verifiers: view.panel.len() as u8,
		};
		let class = SecurityClass::Standard;
		let conditions =
			Conditions { sealed_to: view.recipient.clone(), ..Conditions::of(&parameters) };
		let (accepted, consent) = (view.accepted, [0; 32]);
		let known = Records::<Runtime>::contains_key(task);
		Records::<Runtime>::insert(
			task,
			Record {
				protocol: view.protocol,
				requester: requester.clone(),
				spec: spec.clone(),
				proof_length: view.proof_length,
				class,
				parameters,
				conditions: conditions.clone(),
				windows,
				submitted_at: now,
				invited: accepted,
				cohort: [0; 32],
				fee: UNIT,
				data_reward: UNIT,
				drawn: Some(DrawnAt { block: now, task_hash: view.task_hash, accepted, consent }),
			},
		);
		Invitations::<Runtime>::insert(
			task,
			Invitation {
				requester: requester.clone(),
				terms: [0; 32],
				class,
				parameters,
				conditions: conditions.clone(),
				submitted_at: now,
				invited: accepted,
				accepted,
				missing: 0,
				sealed: view.recipient.is_some(),
				consent,
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
				proof_length: view.proof_length,
				accepted,
				columns: ColumnSet::of(spec, sp_io::hashing::sha2_256),
				conditions,
				windows,
				committee: view.committee.clone(),
				panel: view.panel.clone(),
			},
		);
		for (dealer, place) in dealers.iter().zip(0u32..) {
			Self::fund(dealer);
			let invitee = if view.recipient.as_ref() == Some(dealer) {
				Invitee::Recipient(Some(place))
			} else {
				if !pallet_consent::Histories::<Runtime>::contains_key(dealer) {
					pallet_consent::benchmarking::fill_history::<Runtime>(dealer, DATASET);
				}
				let quota = Some(Quota { tasks: HISTORY as u8, blocks: 1 });
				let agreed = Agreed { dataset: DATASET, quota, least_difference: 0 };
				Invitee::Dealer(Some(Acceptance { place, agreed }))
			};
			Cohorts::<Runtime>::insert(task, dealer, invitee);
			if !pallet_incentives::Deposits::<Runtime>::contains_key(task, dealer) {
				let held = <Incentives as Penalties>::hold_deposit(task, dealer);
				assert!(held.is_ok(), "{held:?}");
			}
		}
		if !known {
			NextTask::<Runtime>::put(task + 1);
			Self::seat(view.committee.iter().chain(&view.panel).cloned().collect());
			Self::fill_agenda(Due { at: now + WINDOW, task, epoch: None });
			let rent = Rent { place: 1, seats: 1, byte: 1, most: UNIT / 2 };
			let opened = <Incentives as Escrow>::open(task, &requester, UNIT, UNIT, rent);
			assert!(opened.is_ok(), "{opened:?}");
		}
		System::reset_events();
	}

	fn fund(account: &AccountId) {
		Self::fund(account);
	}
}

/// New code waits for the relay chain's consent.
impl frame_system_benchmarking::Config for Runtime {
	fn setup_set_code_requirements(code: &Vec<u8>) -> Result<(), BenchmarkError> {
		ParachainSystem::initialize_for_set_code_benchmark(code.len() as u32);
		Ok(())
	}

	fn verify_set_code() {
		let stored = cumulus_pallet_parachain_system::Event::ValidationFunctionStored;
		System::assert_last_event(RuntimeEvent::ParachainSystem(stored));
	}
}

impl cumulus_pallet_session_benchmarking::Config for Runtime {
	fn generate_session_keys_and_proof(owner: AccountId) -> (SessionKeys, Vec<u8>) {
		let made = SessionKeys::generate(&owner.encode(), None);
		(made.keys, made.proof.encode())
	}
}

impl pallet_transaction_payment::BenchmarkConfig for Runtime {}
