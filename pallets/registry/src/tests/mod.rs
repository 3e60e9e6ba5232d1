//! Tests of the registry. Helpers named `assert_..` make a call and check its event and what it
//! left in storage.

mod deferral;
mod draws;
mod genesis;
mod keys;
mod migration;
mod operator;
mod panels;
mod random;
mod stakes;

use crate::{mock::*, *};
use frame::{
	deps::sp_core::{ed25519, Pair},
	testing_prelude::*,
};
use ostraka_primitives::{
	fault::Offence,
	task::{ClassParameters, Committee, Panel},
	traits::{Committees, DrawError, DrawRequest, Roster, Seated, Stakes},
};
use ostraka_protocol::worker_key::{self, registration_message, Registration};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

type Pallet = crate::Pallet<Test>;
type Error = crate::Error<Test>;

fn pair(number: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[number; 32])
}

/// Worker key `number`, ready to be registered by `operator` on the chain with this genesis.
fn registration_on(genesis: [u8; 32], operator: &AccountId, number: u8) -> Registration {
	let pair = pair(number);
	let mut rng = ChaCha20Rng::from_seed([number; 32]);
	let sign = |message: &[u8]| Some(pair.sign(message).0);
	worker_key::register(&genesis, operator.as_ref(), &pair.public().0, sign, &mut rng).unwrap()
}

fn registration(operator: &AccountId, number: u8) -> Registration {
	registration_on(Pallet::genesis(), operator, number)
}

fn signed(operator: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(operator.clone())
}

/// `register` with all that can be wrong, of a node that does whatever comes.
fn register(
	operator: &AccountId,
	worker: WorkerKey,
	keys: &Registration,
	stake: Balance,
	capacity: u32,
) -> DispatchResult {
	let signature = WorkerSignature::from_raw(keys.signature);
	Registry::register(
		signed(operator),
		worker,
		keys.seal_key,
		keys.proof,
		signature,
		stake,
		capacity,
		Role::Both,
	)
}

/// Registers account `number` with worker key `number`.
fn assert_register(number: u8, stake: Balance, capacity: u32) -> AccountId {
	let operator = account(number);
	let keys = registration(&operator, number);
	let worker = pair(number).public();
	let free = Balances::free_balance(&operator);
	events();
	assert_ok!(register(&operator, worker, &keys, stake, capacity));
	assert_eq!(
		events(),
		[Event::Registered {
			operator: operator.clone(),
			worker,
			stake,
			capacity,
			role: Role::Both
		}]
	);
	assert_eq!(Balances::free_balance(&operator), free - stake);
	let node = Nodes::<Test>::get(&operator).unwrap();
	assert_eq!(node.active_since, Some(System::block_number()));
	assert_eq!(
		Pallet::node_info(&operator),
		Some(NodeInfo {
			account: operator.clone(),
			worker,
			seal_key: keys.seal_key,
			stake,
			unbonding: 0,
			active: true,
			capacity,
			assigned: 0,
			completed: 0,
			absences: 0,
			convictions: 0,
			role: Role::Both,
		})
	);
	assert_eq!(Registry::seal_key(&worker), Some(keys.seal_key));
	operator
}

/// Registers account `number` without proofs: for tests in which keys do not matter.
fn admit(number: u8, stake: Balance, capacity: u32) -> AccountId {
	admit_as(Role::Both, number, stake, capacity)
}

fn admit_as(role: Role, number: u8, stake: Balance, capacity: u32) -> AccountId {
	let (worker, seal_key) = (WorkerKey::from_raw([number; 32]), [number; 32]);
	let operator = account(number);
	Pallet::admit(&operator, &NewNode { worker, seal_key, stake, capacity, role }).unwrap();
	operator
}

/// A node's wrong share in task 7, of which accounts 40 and 41 have a part.
fn offence(operator: &AccountId) -> Offence {
	Offence {
		task: 7,
		culprit: operator.clone(),
		fault: Fault::WrongShare,
		accuser: Some(account(40)),
		victim: Some(account(41)),
	}
}

/// A slash that is not deferred.
fn slash(operator: &AccountId, amount: Balance) -> CreditOf<Test> {
	Registry::slash(&offence(operator), amount).expect("it is taken at once")
}

fn node(operator: &AccountId) -> Node {
	Nodes::<Test>::get(operator).unwrap()
}

fn assert_bond(operator: &AccountId, amount: Balance) {
	let before = node(operator);
	events();
	assert_ok!(Registry::bond(signed(operator), amount));
	let stake = before.stake + amount;
	assert_eq!(events(), [Event::Bonded { operator: operator.clone(), amount, stake }]);
	let active_since = before.active_since.map(|_| System::block_number());
	assert_eq!(node(operator), Node { stake, active_since, ..before });
}

fn assert_unbond(operator: &AccountId, amount: Balance) {
	let before = node(operator);
	events();
	assert_ok!(Registry::unbond(signed(operator), amount));
	let (at, stake) = (System::block_number() + UNBONDING, before.stake - amount);
	assert_eq!(events(), [Event::Unbonding { operator: operator.clone(), amount, at, stake }]);
	let after = node(operator);
	assert_eq!(after.held(), before.held());
	assert_eq!(after.stake, stake);
	assert_eq!(after.active_since, before.active_since);
	assert_eq!(after.unbonding.last().unwrap().at, at);
}

fn assert_withdraw(operator: &AccountId, amount: Balance) {
	let (before, free) = (node(operator), Balances::free_balance(operator));
	events();
	assert_ok!(Registry::withdraw(signed(operator)));
	assert_eq!(events(), [Event::Withdrawn { operator: operator.clone(), amount }]);
	assert_eq!(Balances::free_balance(operator), free + amount);
	assert_eq!(node(operator).held(), before.held() - amount);
	assert_eq!(node(operator).stake, before.stake);
}

/// Withdraws the last that a node has, which forgets it.
fn assert_leave(operator: &AccountId, amount: Balance) {
	let (before, free) = (node(operator), Balances::free_balance(operator));
	assert_eq!(before.held(), amount);
	events();
	assert_ok!(Registry::withdraw(signed(operator)));
	let withdrawn = Event::Withdrawn { operator: operator.clone(), amount };
	assert_eq!(events(), [withdrawn, deregistered(operator, before.worker)]);
	assert_eq!(Balances::free_balance(operator), free + amount);
	assert_gone(operator, &before);
}

fn deregistered(operator: &AccountId, worker: WorkerKey) -> Event<Test> {
	Event::Deregistered { operator: operator.clone(), worker }
}

/// Nothing of the node is left, and its keys are free.
fn assert_gone(operator: &AccountId, node: &Node) {
	assert_eq!(Nodes::<Test>::get(operator), None);
	assert_eq!(Keys::<Test>::get(node.worker), None);
	assert_eq!(SealKeys::<Test>::get(node.seal_key), None);
	assert_eq!(Pallet::node_info(operator), None);
	assert!(Pallet::seats(operator.clone()).is_empty());
	assert!(!is_candidate(operator));
}

fn assert_chill(operator: &AccountId) {
	let before = node(operator);
	events();
	assert_ok!(Registry::chill(signed(operator)));
	let cause = ChillCause::Operator;
	assert_eq!(events(), [Event::Chilled { operator: operator.clone(), cause }]);
	assert_eq!(node(operator), Node { active_since: None, ..before });
}

fn assert_activate(operator: &AccountId) {
	events();
	assert_ok!(Registry::activate(signed(operator)));
	assert_eq!(events(), [Event::Activated { operator: operator.clone() }]);
	assert_eq!(node(operator).active_since, Some(System::block_number()));
	assert_eq!(node(operator).reputation.recent, 0);
}

/// Rotates to worker key `number`; returns the former key.
fn assert_rotate(operator: &AccountId, number: u8, former_has_seats: bool) -> WorkerKey {
	let before = node(operator);
	let keys = registration(operator, number);
	let worker = pair(number).public();
	let signature = WorkerSignature::from_raw(keys.signature);
	events();
	assert_ok!(Registry::rotate_key(
		signed(operator),
		worker,
		keys.seal_key,
		keys.proof,
		signature
	));
	let former = before.worker;
	assert_eq!(
		events(),
		[Event::KeyRotated { operator: operator.clone(), worker, former, former_has_seats }]
	);
	assert_eq!(node(operator), Node { worker, seal_key: keys.seal_key, pinned: 0, ..before });
	assert_eq!(FormerKeys::<Test>::get(former), former_has_seats.then_some(before.pinned));
	assert_eq!(Registry::seal_key(&worker), Some(keys.seal_key));
	assert_eq!(Registry::seal_key(&former), None);
	assert_eq!(Keys::<Test>::contains_key(former), former_has_seats);
	assert_eq!(SealKeys::<Test>::contains_key(before.seal_key), former_has_seats);
	former
}

fn assert_set_capacity(operator: &AccountId, capacity: u32) {
	let before = node(operator);
	events();
	assert_ok!(Registry::set_capacity(signed(operator), capacity));
	assert_eq!(events(), [Event::CapacitySet { operator: operator.clone(), capacity }]);
	assert_eq!(node(operator), Node { capacity, ..before });
}

fn assert_deregister(operator: &AccountId) {
	let before = node(operator);
	events();
	assert_ok!(Registry::deregister(signed(operator)));
	assert_eq!(events(), [deregistered(operator, before.worker)]);
	assert_gone(operator, &before);
}

fn assert_set_role(operator: &AccountId, role: Role) {
	let before = node(operator);
	events();
	assert_ok!(Registry::set_role(signed(operator), role));
	assert_eq!(events(), [Event::RoleSet { operator: operator.clone(), role }]);
	let active_since = before.active_since.map(|_| System::block_number());
	assert_eq!(node(operator), Node { role, active_since, ..before });
	assert_eq!(Pallet::node_info(operator).unwrap().role, role);
}

/// A class without a panel.
fn class(seats: u8, stake_factor: u32) -> ClassParameters {
	let threshold = (seats - 1) / 2;
	ClassParameters { seats, threshold, stake_factor, least_dealers: 2, verifiers: 0 }
}

/// A request that was submitted in this block and bars these accounts.
fn request(task: TaskId, parameters: ClassParameters, barred: &[AccountId]) -> DrawRequest<'_> {
	DrawRequest { task, parameters, submitted_at: System::block_number(), barred }
}

fn seed(number: u32) -> [u8; 32] {
	frame::hashing::sha2_256(&number.to_le_bytes())
}

/// Whether a committee could be drawn for a task that is submitted now and bars nobody.
fn can_draw(parameters: ClassParameters) -> Result<(), DrawError> {
	Registry::can_draw(&request(0, parameters, &[]))
}

/// Draws from what is eligible.
fn draw(request: &DrawRequest) -> Result<Seated, DrawError> {
	Registry::draw(Registry::eligible(request)?, seed(request.task))
}

/// Draws a committee without a panel for an outsider's task, and checks it.
fn assert_draw(task: TaskId, parameters: ClassParameters) -> Committee {
	let seated = assert_seated(task, parameters);
	assert!(seated.panel.is_empty());
	seated.committee
}

/// Draws the seats of an outsider's task, and checks seats, places and assignments.
fn assert_seated(task: TaskId, parameters: ClassParameters) -> Seated {
	let barred = [account(59)];
	let request = request(task, parameters, &barred);
	let before = Candidates::<Test>::get();
	let seated = draw(&request).unwrap();
	let Seated { committee, panel } = &seated;
	assert_eq!(committee.len(), usize::from(parameters.seats));
	assert_eq!(panel.len(), usize::from(parameters.verifiers));
	for seat in committee.iter().chain(panel) {
		let node = node(&seat.account);
		assert_eq!((seat.worker, seat.seal_key), (node.worker, node.seal_key));
		assert!(Registry::assignments(&seat.worker).contains(&task));
		assert!(Pallet::tasks_of(&seat.account).contains(&task));
		let entries = Pallet::seats(seat.account.clone()).len();
		assert_eq!(node.assigned as usize, entries);
	}
	for old in before {
		let own = committee.iter().chain(panel).filter(|seat| seat.account == old.account);
		let taken = own.count() as u32;
		assert!(taken <= 1, "one seat an operator");
		assert_eq!(free(&old.account), old.free - taken);
	}
	seated
}

/// Settles a task without a panel, and checks that its seats are given back.
fn assert_release(task: TaskId, committee: &Committee) {
	assert_all_released(task, committee, &Panel::default());
}

fn assert_all_released(task: TaskId, committee: &Committee, panel: &Panel) {
	Registry::release(task, committee, panel);
	for seat in committee.iter().chain(panel) {
		assert!(!Registry::assignments(&seat.worker).contains(&task));
		assert!(!Pallet::tasks_of(&seat.account).contains(&task));
	}
}

/// Places free of a node in selection.
fn free(operator: &AccountId) -> u32 {
	let candidates = Candidates::<Test>::get();
	candidates.iter().find(|candidate| candidate.account == *operator).unwrap().free
}

fn is_candidate(operator: &AccountId) -> bool {
	let candidates = Candidates::<Test>::get();
	let found = candidates.iter().any(|candidate| candidate.account == *operator);
	assert_eq!(Registry::is_candidate(operator), found);
	found
}
