//! What Root may pause, and what becomes of tasks that are open meanwhile: nobody who keeps to the protocol pays for a pause.

mod chain;

use chain::{
	account,
	books::{gained, lost, undrawn, Changes, Offer, Watched, DATA_REWARD, FEE},
	operator,
	orders::{name, order},
	pair,
	task::{acceptance, deal_all, mean, result, status, submission, WINDOW},
	worker_keys, Chain,
};
use frame_support::traits::{Contains, GetCallMetadata};
use ostraka_primitives::{
	role::Role,
	task::{FailReason, Outcome, SecurityClass, TaskStatus},
};
use ostraka_runtime::{
	configs::{
		governance::{NeverPaused, PAUSABLE},
		prices::DrawFee,
		system::ProxyType,
	},
	Registry, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, Tasks, TxPause, UNIT,
};
use pallet_tx_pause::{Error, PausedCalls};
use sp_core::{ed25519, sr25519, Pair};
use sp_runtime::{DispatchError, DispatchResult};
use std::any::TypeId;

fn pause(pallet: &str, call: &str) -> RuntimeCall {
	let full_name = name(pallet, call);
	RuntimeCall::TxPause(pallet_tx_pause::Call::pause { full_name })
}

fn unpause(pallet: &str, call: &str) -> RuntimeCall {
	let ident = name(pallet, call);
	RuntimeCall::TxPause(pallet_tx_pause::Call::unpause { ident })
}

/// All that can be paused is.
fn pause_all(chain: &mut Chain) {
	let calls = PAUSABLE.iter().map(|(pallet, call)| pause(pallet, call)).collect();
	chain.ordered(RuntimeCall::Utility(pallet_utility::Call::batch_all { calls }));
	for (pallet, call) in PAUSABLE {
		assert!(chain.look(|| TxPause::is_paused(&name(pallet, call))), "{pallet}.{call}");
	}
}

fn filtered() -> DispatchResult {
	Err(DispatchError::from(frame_system::Error::<Runtime>::CallFiltered))
}

/// Every call of the runtime.
fn all_calls() -> Vec<(&'static str, &'static str)> {
	let pallets = RuntimeCall::get_module_names().iter().copied();
	let of = |pallet: &'static str| {
		RuntimeCall::get_call_names(pallet).iter().map(move |call| (pallet, *call))
	};
	pallets.flat_map(of).collect()
}

/// Whatever calls there will be: one that is new is in the list only if somebody puts it there.
#[test]
fn only_what_begins_something_can_be_paused() {
	let mut chain = Chain::development();
	let all = all_calls();
	assert!(PAUSABLE.iter().all(|call| all.contains(call)));
	chain.look(|| {
		for (pallet, call) in &all {
			// Names that are too long would count as paused
			let name = name(pallet, call);
			let refused = matches!(TxPause::ensure_can_pause(&name), Err(Error::Unpausable));
			assert_eq!(refused, !PAUSABLE.contains(&(*pallet, *call)), "{pallet}.{call}");
			assert_eq!(NeverPaused::contains(&name), !PAUSABLE.contains(&(*pallet, *call)));
		}
		let none = name("Tasks", "no_such_call");
		assert!(matches!(TxPause::ensure_can_pause(&none), Err(Error::Unpausable)));
	});
	// Of our own pallets these are left out because honest nodes, dealers or requesters would pay
	for never in [
		("Vss", "deal"),
		("Vss", "accuse"),
		("Vss", "challenge"),
		("Vss", "challenge_with_bond"),
		("Vss", "attest"),
		("Vss", "commit_result"),
		("Vss", "reveal_result"),
		("Tasks", "cancel"),
		("Tasks", "poke"),
		("Registry", "chill"),
		("Registry", "unbond"),
		("Registry", "withdraw"),
		("Registry", "deregister"),
		("Registry", "rotate_key"),
		("Registry", "set_capacity"),
		("Registry", "set_role"),
		("Registry", "apply_slash"),
		("Registry", "cancel_slash"),
		("Consent", "set_policy"),
		("Consent", "remove_policy"),
		("Parameters", "set_parameter"),
		("Proxy", "proxy"),
		("Multisig", "as_multi"),
		("Utility", "batch_all"),
		("System", "apply_authorized_upgrade"),
		("ParachainSystem", "set_validation_data"),
		("Timestamp", "set"),
	] {
		assert!(all.contains(&never) && !PAUSABLE.contains(&never), "{never:?}");
	}
}

/// What a deadline waits for. Who is kept from it until that is over is slashed, loses a deposit or a fee, has no result, or does not undo in
/// time what was done in its name.
const AWAITED: [(&str, &str); 9] = [
	("Vss", "deal"),
	("Vss", "accuse"),
	("Vss", "challenge"),
	("Vss", "challenge_with_bond"),
	("Vss", "attest"),
	("Vss", "commit_result"),
	("Vss", "reveal_result"),
	("Tasks", "cancel"),
	("Consent", "set_policy"),
];

/// Of the same pallets what is only done later, if it cannot be done now.
const PATIENT: [(&str, &str); 2] = [("Tasks", "poke"), ("Consent", "remove_policy")];

/// Deadlines are block numbers, and go on whether or not calls can run. Here these always can: a block's migrations leave the next one
/// to calls, and of what can be paused no deadline makes anybody pay. Who changes that has deadlines stand still first
/// (docs/UPGRADING.md, Migrations over several blocks).
#[test]
fn what_a_deadline_waits_for_can_run_in_every_block() {
	type Migrator = <Runtime as frame_system::Config>::MultiBlockMigrator;
	assert_eq!(TypeId::of::<Migrator>(), TypeId::of::<()>(), "blocks without calls");
	type Filter = <Runtime as frame_system::Config>::BaseCallFilter;
	assert_eq!(TypeId::of::<Filter>(), TypeId::of::<TxPause>(), "another filter of calls");

	let known = [&AWAITED[..], &PATIENT[..], &PAUSABLE[..]].concat();
	for (pallet, call) in all_calls() {
		if ["Tasks", "Vss", "Consent"].contains(&pallet) {
			assert!(known.contains(&(pallet, call)), "does a deadline wait for {pallet}.{call}?");
		}
	}
	let mut chain = Chain::development();
	chain.look(|| {
		for (pallet, call) in AWAITED {
			assert!(all_calls().contains(&(pallet, call)), "{pallet}.{call}");
			let name = name(pallet, call);
			let paused = TxPause::pause(RuntimeOrigin::root(), name.clone());
			assert_eq!(paused, Err(Error::<Runtime>::Unpausable.into()), "{pallet}.{call}");
			assert!(!TxPause::is_paused(&name), "{pallet}.{call}");
		}
	});
}

/// What a pause of an inherent would be: a chain that makes no block any more, and that no order reaches.
#[test]
fn a_chain_whose_inherents_are_ordered_to_pause_goes_on() {
	let mut chain = Chain::development();
	for (pallet, call) in
		[("ParachainSystem", "set_validation_data"), ("Timestamp", "set"), ("TxPause", "unpause")]
	{
		chain.receive(vec![order(&pause(pallet, call))]);
		assert!(!chain.look(|| TxPause::is_paused(&name(pallet, call))));
		chain.block(Vec::new());
	}
	assert_eq!(chain.look(|| PausedCalls::<Runtime>::iter().count()), 0);
}

/// A task with a reward for its dealers, and time for an order before the first of them must have dealt.
fn rewarded() -> Offer {
	Offer { data_reward: DATA_REWARD, window: 8 * WINDOW, ..Default::default() }
}

/// What such a task changes if all goes well.
fn all_well() -> Changes {
	Changes {
		requester: lost(FEE + DATA_REWARD + DrawFee::DEFAULT),
		dealers: vec![gained(DATA_REWARD / 3); 3],
		members: vec![gained(FEE / 5); 3],
		verifiers: vec![gained(FEE / 5); 2],
		treasury: gained(DrawFee::DEFAULT),
		..Default::default()
	}
}

#[test]
fn a_drawn_task_completes_while_all_that_can_be_paused_is() {
	let mut watched = Watched::drawn(3, rewarded());
	let task = watched.task;
	pause_all(&mut watched.chain);
	deal_all(&mut watched.chain, task, &watched.dealers);
	let mut chain = watched.ends(Outcome::Completed, &all_well());
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// State that says that a worker's call is paused, as a mistake in a migration could write, is not looked at.
#[test]
fn a_worker_answers_whatever_is_noted_as_paused() {
	let mut watched = Watched::drawn(3, rewarded());
	let task = watched.task;
	watched.chain.look(|| {
		for call in ["deal", "attest", "commit_result", "reveal_result"] {
			PausedCalls::<Runtime>::insert(name("Vss", call), ());
		}
	});
	deal_all(&mut watched.chain, task, &watched.dealers);
	watched.ends(Outcome::Completed, &all_well());
}

#[test]
fn with_acceptances_paused_inviting_ends_and_everybody_has_its_deposit_back() {
	let mut watched = Watched::new(3, rewarded());
	let task = watched.task;
	watched.accept(2);
	watched.chain.ordered(pause("Tasks", "accept"));
	let late = acceptance(&mut watched.chain, task);
	assert_eq!(watched.chain.attempt(&watched.dealers[2], late), filtered());
	let failed = Outcome::Failed(FailReason::TooFewAcceptances);
	let mut chain = watched.ends(failed, &undrawn(3));
	assert_eq!(chain.look(|| status(task)), TaskStatus::Settled(failed));
}

/// Sends a call alone, in a batch, and through a proxy that may do anything. None of them comes through.
fn stands_still(chain: &mut Chain, who: &sr25519::Pair, call: RuntimeCall) {
	assert_eq!(chain.attempt(who, call.clone()), filtered(), "{call:?}");
	let batch = pallet_utility::Call::batch_all { calls: vec![call.clone()] };
	assert_eq!(chain.attempt(who, RuntimeCall::Utility(batch)), filtered(), "{call:?}");
	let proxy = pair("//Ferdie");
	let real = account(who).into();
	let through = pallet_proxy::Call::proxy { real, force_proxy_type: None, call: Box::new(call) };
	chain.submit(&proxy, RuntimeCall::Proxy(through));
	let executed = chain.look(chain::events).into_iter().find_map(|event| match event {
		RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
		_ => None,
	});
	assert_eq!(executed, Some(filtered()));
}

#[test]
fn what_is_paused_comes_through_nowhere_and_goes_on_afterwards() {
	let (mut chain, node) = (Chain::development(), operator(1));
	chain.register_nodes();
	let (alice, newcomer) = (pair("//Alice"), pair("//Dave"));
	for who in [&alice, &newcomer, &node] {
		let delegate = account(&pair("//Ferdie")).into();
		let proxy_type = ProxyType::Any;
		let add = pallet_proxy::Call::add_proxy { delegate, proxy_type, delay: 0 };
		chain.submit(who, RuntimeCall::Proxy(add));
	}
	chain.submit(&node, RuntimeCall::Registry(pallet_registry::Call::chill {}));

	let dealers = ["//Bob", "//Charlie", "//Eve"].map(pair);
	let submit = submission(&mut chain, SecurityClass::Standard, &dealers, 0);
	let worker = ed25519::Pair::from_string("//newcomer", None).unwrap();
	let keys = worker_keys(&chain.genesis(), &newcomer, &worker);
	let register = RuntimeCall::Registry(pallet_registry::Call::register {
		worker: worker.public(),
		seal_key: keys.seal_key,
		proof: keys.proof,
		worker_signature: ed25519::Signature::from_raw(keys.signature),
		stake: 2_000 * UNIT,
		capacity: 1,
		role: Role::Both,
	});
	let bond = RuntimeCall::Registry(pallet_registry::Call::bond { amount: UNIT });
	let activate = RuntimeCall::Registry(pallet_registry::Call::activate {});
	let paused = [(&alice, submit), (&newcomer, register), (&node, bond), (&node, activate)];

	pause_all(&mut chain);
	for (who, call) in &paused {
		stands_still(&mut chain, who, call.clone());
	}
	// Who wants to leave, or to take less, can
	let capacity = pallet_registry::Call::set_capacity { capacity: 1 };
	chain.submit(&node, RuntimeCall::Registry(capacity));
	chain.submit(&node, RuntimeCall::Registry(pallet_registry::Call::unbond { amount: UNIT }));

	for (pallet, call) in PAUSABLE {
		chain.ordered(unpause(pallet, call));
	}
	for (who, call) in paused {
		chain.submit(who, call);
	}
	chain.look(|| {
		assert_eq!(Tasks::task(0).unwrap().spec, mean());
		assert!(Registry::node_info(&account(&newcomer)).is_some());
		assert!(Registry::node_info(&account(&node)).unwrap().active);
	});
}
