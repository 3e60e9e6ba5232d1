//! Random sequences of everything that can happen to nodes: the invariants hold after each step and
//! no token is lost.

use super::*;
use frame::traits::Imbalance;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
enum Step {
	Admit(Balance, u32, Role),
	Bond(Balance),
	Unbond(Balance),
	Withdraw,
	Chill,
	Activate,
	Rotate(u8),
	Capacity(u32),
	Role(Role),
	Deregister,
	Slash(Balance),
	/// Blocks for which slashes are deferred from now on.
	Defer(BlockNumber),
	Apply(prop::sample::Index),
	Cancel(prop::sample::Index),
	Absence,
	Presence(bool),
	Conviction,
	/// Stake factor, verifiers.
	Draw(u32, u8),
	Release(prop::sample::Index),
	Wait(BlockNumber),
}

fn step() -> impl Strategy<Value = Step> {
	let role = || prop::sample::select(Role::ALL.to_vec());
	prop_oneof![
		3 => (50u128..600, 0u32..12, role())
			.prop_map(|(stake, capacity, role)| Step::Admit(stake, capacity, role)),
		1 => (0u128..300).prop_map(Step::Bond),
		2 => (0u128..300).prop_map(Step::Unbond),
		2 => Just(Step::Withdraw),
		1 => Just(Step::Chill),
		1 => Just(Step::Activate),
		1 => (20u8..200).prop_map(Step::Rotate),
		1 => (0u32..12).prop_map(Step::Capacity),
		1 => role().prop_map(Step::Role),
		1 => Just(Step::Deregister),
		1 => (0u128..700).prop_map(Step::Slash),
		2 => Just(Step::Absence),
		2 => prop_oneof![Just(0u32), 1u32..UNBONDING].prop_map(Step::Defer),
		2 => any::<prop::sample::Index>().prop_map(Step::Apply),
		1 => any::<prop::sample::Index>().prop_map(Step::Cancel),
		1 => any::<bool>().prop_map(Step::Presence),
		1 => Just(Step::Conviction),
		4 => (1u32..3, 0u8..3).prop_map(|(factor, verifiers)| Step::Draw(factor, verifiers)),
		2 => any::<prop::sample::Index>().prop_map(Step::Release),
		2 => (1u32..60).prop_map(Step::Wait),
	]
}

/// Keys are claimed as `rotate_key` does, without the proofs, which are other tests' business.
fn rotate(operator: &AccountId, number: u8) -> DispatchResult {
	let mut node = Nodes::<Test>::get(operator).ok_or(Error::NotRegistered)?;
	let (worker, seal_key) = (WorkerKey::from_raw([number; 32]), [number; 32]);
	Pallet::check_keys_free(&worker, &seal_key)?;
	Pallet::replace_keys(operator, &mut node, worker, seal_key);
	Nodes::<Test>::insert(operator, node);
	Ok(())
}

/// What a slash takes at once.
fn taken(operator: &AccountId, amount: Balance) -> Balance {
	Registry::slash(&offence(operator), amount).map_or(0, |credit| credit.peek())
}

/// One of the pending slashes, if there is any.
fn pending(which: prop::sample::Index) -> Option<(AccountId, u32)> {
	let all: Vec<_> = PendingSlashes::<Test>::iter_keys().collect();
	(!all.is_empty()).then(|| all[which.index(all.len())].clone())
}

fn apply(culprit: &AccountId, number: u32) -> DispatchResult {
	let applied = Registry::apply_slash(signed(&account(59)), culprit.clone(), number);
	applied.map(|_| ()).map_err(|refused| refused.error)
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

	#[test]
	fn invariants_hold(steps in prop::collection::vec((0u8..15, step()), 1..80)) {
		new_test_ext().execute_with(|| {
			let issuance = Balances::total_issuance();
			let mut slashed = 0;
			let mut culprits = BTreeSet::new();
			let mut tasks: Vec<(TaskId, Seated)> = Vec::new();
			for (index, (number, step)) in steps.into_iter().enumerate() {
				let operator = account(number);
				let origin = || signed(&operator);
				let dispatch = |call: &dyn Fn() -> DispatchResult| {
					let _ = frame::deps::frame_support::storage::with_storage_layer(call);
				};
				match step {
					Step::Admit(stake, capacity, role) => dispatch(&|| Pallet::admit_genesis(&GenesisNode {
						account: operator.clone(),
						worker: WorkerKey::from_raw([number; 32]),
						seal_key: vec![number; 32].into(),
						stake,
						capacity,
						role,
					})),
					Step::Bond(amount) => dispatch(&|| Registry::bond(origin(), amount)),
					Step::Unbond(amount) => dispatch(&|| Registry::unbond(origin(), amount)),
					Step::Withdraw => dispatch(&|| {
						Registry::withdraw(origin()).map(|_| ()).map_err(|refused| refused.error)
					}),
					Step::Chill => dispatch(&|| Registry::chill(origin())),
					Step::Activate => dispatch(&|| Registry::activate(origin())),
					Step::Rotate(key) => dispatch(&|| rotate(&operator, key)),
					Step::Capacity(capacity) => dispatch(&|| Registry::set_capacity(origin(), capacity)),
					Step::Role(role) => dispatch(&|| Registry::set_role(origin(), role)),
					Step::Deregister => dispatch(&|| Registry::deregister(origin())),
					Step::Slash(amount) => {
						slashed += taken(&operator, amount);
						Registry::note_conviction(&operator);
						culprits.insert(operator.clone());
					},
					Step::Absence => {
						slashed += taken(&operator, ABSENCE);
						Registry::note_presence(&operator, false);
						culprits.insert(operator.clone());
					},
					Step::Defer(blocks) => SlashDeferral::set(&blocks),
					Step::Apply(which) => if let Some((culprit, number)) = pending(which) {
						shared();
						dispatch(&|| apply(&culprit, number));
						slashed += shared().iter().map(|(_, amount)| amount).sum::<Balance>();
					},
					Step::Cancel(which) => if let Some((culprit, number)) = pending(which) {
						assert_ok!(Registry::cancel_slash(RuntimeOrigin::root(), culprit, number));
					},
					Step::Presence(present) => Registry::note_presence(&operator, present),
					Step::Conviction => Registry::note_conviction(&operator),
					Step::Draw(factor, verifiers) => {
						let task = index as TaskId;
						let barred = [operator.clone()];
						let class = ClassParameters { verifiers, ..class(3, factor) };
						if let Ok(seated) = draw(&request(task, class, &barred)) {
							tasks.push((task, seated));
						}
					},
					Step::Release(which) if !tasks.is_empty() => {
						let (task, seated) = tasks.swap_remove(which.index(tasks.len()));
						Registry::release(task, &seated.committee, &seated.panel);
					},
					Step::Release(_) => {},
					Step::Wait(blocks) => System::set_block_number(System::block_number() + blocks),
				}
				Registry::do_try_state().unwrap();
				assert_eq!(Balances::total_issuance(), issuance - slashed);
				// All seats are covered, but for what was taken already.
				for (account, node) in Nodes::<Test>::iter() {
					let worst = SEAT_STAKE * Balance::from(node.assigned);
					assert!(culprits.contains(&account) || worst <= node.held());
				}
			}
			// Everybody can leave in the end, with all that was not slashed: what is pending is applied before.
			System::set_block_number(System::block_number() + UNBONDING);
			for (culprit, number) in PendingSlashes::<Test>::iter_keys().collect::<Vec<_>>() {
				shared();
				assert_ok!(apply(&culprit, number));
				slashed += shared().iter().map(|(_, amount)| amount).sum::<Balance>();
			}
			assert_eq!(Pending::<Test>::iter().count(), 0);
			for (task, seated) in tasks {
				Registry::release(task, &seated.committee, &seated.panel);
			}
			for info in Pallet::nodes(None) {
				let origin = || signed(&info.account);
				if info.active {
					assert_ok!(Registry::chill(origin()));
				}
				System::set_block_number(System::block_number() + UNBONDING);
				if info.unbonding > 0 {
					assert_ok!(Registry::withdraw(origin()));
				}
				if info.stake > 0 {
					assert_ok!(Registry::unbond(origin(), info.stake));
					System::set_block_number(System::block_number() + UNBONDING);
					assert_ok!(Registry::withdraw(origin()));
				}
				// Who lost all its stake has nothing to withdraw.
				if info.stake == 0 && info.unbonding == 0 {
					assert_ok!(Registry::deregister(origin()));
				}
			}
			assert_eq!(Keys::<Test>::iter().count(), 0);
			assert_eq!(SealKeys::<Test>::iter().count(), 0);
			assert_eq!(Seats::<Test>::iter().count(), 0);
			assert_eq!(FormerKeys::<Test>::iter().count(), 0);
			let free: Balance = (0..60).map(|number| Balances::free_balance(account(number))).sum();
			assert_eq!(free, issuance - slashed);
		});
	}
}
