//! What a proxy may do for its principal: by whole transactions, as a stolen proxy key would send them.

mod chain;

use chain::{
	account,
	challenge::Challenge,
	orders::{name, set_price},
	pair,
	task::{acceptance, agreed, deal, deal_wrongly, drawn, input, submission, submit},
	wealth, worker_keys, Chain,
};
use codec::Encode;
use cumulus_primitives_core::AggregateMessageOrigin;
use frame_support::traits::{
	fungible::{Inspect, InspectHold},
	InstanceFilter,
};
use ostraka_primitives::{consent::Policy, role::Role, task::SecurityClass};
use ostraka_runtime::{
	configs::{
		prices::parameters::prices::{DrawFee, Parameters},
		system::ProxyType,
	},
	AccountId, Balance, Balances, Consent, Runtime, RuntimeCall, RuntimeEvent, SessionKeys, UNIT,
};
use sp_core::{ed25519, sr25519, Pair};
use sp_runtime::{DispatchError, DispatchResult};

/// A chain on which the thief has a proxy of that kind for each of these principals.
fn start(principals: &[&sr25519::Pair], kind: ProxyType) -> (Chain, sr25519::Pair) {
	let mut chain = Chain::development();
	chain.register_nodes();
	let thief = pair("//Ferdie");
	for principal in principals {
		let delegate = account(&thief).into();
		let add = pallet_proxy::Call::add_proxy { delegate, proxy_type: kind, delay: 0 };
		chain.submit(principal, RuntimeCall::Proxy(add));
	}
	(chain, thief)
}

/// Sends a call through the thief's proxy, in a block of its own. Returns how the call itself fared.
fn through(
	chain: &mut Chain,
	thief: &sr25519::Pair,
	principal: &sr25519::Pair,
	call: RuntimeCall,
) -> DispatchResult {
	let real = account(principal).into();
	let call = pallet_proxy::Call::proxy { real, force_proxy_type: None, call: Box::new(call) };
	chain.submit(thief, RuntimeCall::Proxy(call));
	let executed = chain.look(chain::events).into_iter().find_map(|event| match event {
		RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
		_ => None,
	});
	executed.expect("the proxy call was executed")
}

/// All that an account owns (not the block author's: it is paid for blocks), what of it is on hold, and what is on reserve.
fn money(chain: &mut Chain, who: &AccountId) -> (Balance, Balance, Balance) {
	chain.look(|| {
		let held = <Balances as InspectHold<AccountId>>::total_balance_on_hold(who);
		let free = <Balances as Inspect<AccountId>>::balance(who);
		(wealth(who), held, wealth(who) - free)
	})
}

/// Sends a call alone, in a batch, and for the first of the principal's derived accounts: each is refused, and the
/// principal has what it had.
fn moves_nothing(
	chain: &mut Chain,
	thief: &sr25519::Pair,
	principal: &sr25519::Pair,
	call: RuntimeCall,
) {
	let filtered = Err(DispatchError::from(frame_system::Error::<Runtime>::CallFiltered));
	let before = money(chain, &account(principal));
	let batch = pallet_utility::Call::batch_all { calls: vec![call.clone()] };
	let derived = pallet_utility::Call::as_derivative { index: 0, call: Box::new(call.clone()) };
	for call in [call, RuntimeCall::Utility(batch), RuntimeCall::Utility(derived)] {
		assert_eq!(through(chain, thief, principal, call.clone()), filtered, "{call:?}");
	}
	assert_eq!(money(chain, &account(principal)), before);
}

#[test]
fn a_non_transfer_proxy_submits_no_task_for_its_own_dealers() {
	let bob = pair("//Bob");
	let (mut chain, thief) = start(&[&bob], ProxyType::NonTransfer);
	let dealers = ["//Ferdie", "//Ferdie//1", "//Ferdie//2"].map(pair);
	let reward = 900_000 * UNIT;
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, reward);
	moves_nothing(&mut chain, &thief, &bob, call);
}

#[test]
fn a_non_transfer_proxy_deals_no_wrong_share() {
	let (alice, bob) = (pair("//Alice"), pair("//Bob"));
	let (mut chain, thief) = start(&[&bob], ProxyType::NonTransfer);
	let dealers = ["//Bob", "//Charlie", "//Dave"].map(pair);
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	drawn(&mut chain, task);
	let call = deal_wrongly(&mut chain, task, &bob, &input(1, 100), 2);
	moves_nothing(&mut chain, &thief, &bob, call);
}

#[test]
fn a_non_transfer_proxy_accepts_no_task_with_a_deposit() {
	let (alice, bob) = (pair("//Alice"), pair("//Bob"));
	let (mut chain, thief) = start(&[&bob], ProxyType::NonTransfer);
	let dealers = ["//Bob", "//Charlie", "//Dave"].map(pair);
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	let call = acceptance(&mut chain, task);
	moves_nothing(&mut chain, &thief, &bob, call);
}

/// The thief deals, and lets the principal challenge that: a false challenge, of which the dealer has a part of the bond.
#[test]
fn no_narrow_proxy_puts_a_bond_at_risk() {
	let (alice, bob) = (pair("//Alice"), pair("//Bob"));
	for kind in
		[ProxyType::NonTransfer, ProxyType::CancelProxy, ProxyType::Operator, ProxyType::Dealer]
	{
		let (mut chain, thief) = start(&[&bob], kind);
		let dealers = ["//Ferdie", "//Charlie", "//Dave"].map(pair);
		let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
		drawn(&mut chain, task);
		let dealing = deal(&mut chain, task, &thief, &input(1, 100));
		let call = Challenge::of(&thief, &dealing).with_bond();
		chain.submit(&thief, dealing);
		moves_nothing(&mut chain, &thief, &bob, call);
	}
}

/// The thief loosens what the principal allows, and has it asked what that would have refused.
#[test]
fn no_narrow_proxy_loosens_a_policy() {
	let (bob, dataset) = (pair("//Bob"), [7; 32]);
	let tight = Policy { least_cohort: 8, ..Default::default() };
	let set = |policy| RuntimeCall::Consent(pallet_consent::Call::set_policy { dataset, policy });
	let remove = RuntimeCall::Consent(pallet_consent::Call::remove_policy { dataset });
	for kind in
		[ProxyType::NonTransfer, ProxyType::CancelProxy, ProxyType::Operator, ProxyType::Dealer]
	{
		let (mut chain, thief) = start(&[&bob], kind);
		chain.submit(&bob, set(tight.clone()));
		moves_nothing(&mut chain, &thief, &bob, set(Policy::default()));
		moves_nothing(&mut chain, &thief, &bob, remove.clone());
		let standing = chain.look(|| Consent::policy(account(&bob), dataset)).unwrap();
		assert_eq!((&standing.now, standing.next), (&tight, None));
	}
}

#[test]
fn a_non_transfer_proxy_gives_nobody_a_nodes_stake() {
	let operator = chain::operator(1);
	let (mut chain, thief) = start(&[&operator], ProxyType::NonTransfer);
	let worker = ed25519::Pair::from_string("//thief", None).unwrap();
	let keys = worker_keys(&chain.genesis(), &operator, &worker);
	let call = RuntimeCall::Registry(pallet_registry::Call::rotate_key {
		worker: worker.public(),
		seal_key: keys.seal_key,
		proof: keys.proof,
		worker_signature: ed25519::Signature::from_raw(keys.signature),
	});
	moves_nothing(&mut chain, &thief, &operator, call);
}

#[test]
fn a_non_transfer_proxy_bonds_for_no_candidacy() {
	let bob = pair("//Bob");
	let (mut chain, thief) = start(&[&bob], ProxyType::NonTransfer);
	chain.look(|| {
		let keys = SessionKeys { aura: bob.public().into() };
		pallet_session::NextKeys::<Runtime>::insert(account(&bob), keys);
	});
	let call =
		RuntimeCall::CollatorSelection(pallet_collator_selection::Call::register_as_candidate {});
	moves_nothing(&mut chain, &thief, &bob, call);
}

/// A `NonTransfer` proxy may set session keys, so keys hold none of the principal's money.
#[test]
fn session_keys_bind_no_money() {
	let bob = pair("//Bob");
	let (mut chain, proxy) = start(&[&bob], ProxyType::NonTransfer);
	let owner = account(&bob);
	let before = money(&mut chain, &owner);
	let (keys, proof) = chain.look(|| {
		let made = SessionKeys::generate(&owner.encode(), None);
		(made.keys, made.proof.encode())
	});
	let set = RuntimeCall::Session(pallet_session::Call::set_keys { keys: keys.clone(), proof });
	assert_eq!(through(&mut chain, &proxy, &bob, set), Ok(()));
	let stored = chain.look(|| pallet_session::NextKeys::<Runtime>::get(&owner));
	assert_eq!(stored, Some(keys));
	assert_eq!(money(&mut chain, &owner), before);
	let purge = RuntimeCall::Session(pallet_session::Call::purge_keys {});
	assert_eq!(through(&mut chain, &proxy, &bob, purge), Ok(()));
	assert_eq!(chain.look(|| pallet_session::NextKeys::<Runtime>::get(&owner)), None);
	assert_eq!(money(&mut chain, &owner), before);
}

/// A multisig runs its call under an origin that no proxy's filter sees.
#[test]
fn no_narrow_proxy_acts_for_a_multisig() {
	let bob = pair("//Bob");
	let kinds =
		[ProxyType::NonTransfer, ProxyType::CancelProxy, ProxyType::Operator, ProxyType::Dealer];
	for kind in kinds {
		let (mut chain, thief) = start(&[&bob], kind);
		let transfer =
			pallet_balances::Call::transfer_all { dest: account(&thief).into(), keep_alive: false };
		let call = RuntimeCall::Multisig(pallet_multisig::Call::as_multi_threshold_1 {
			other_signatories: vec![account(&pair("//Charlie"))],
			call: Box::new(RuntimeCall::Balances(transfer)),
		});
		moves_nothing(&mut chain, &thief, &bob, call);
	}
}

#[test]
fn a_non_transfer_proxy_chills_a_node() {
	let operator = chain::operator(1);
	let (mut chain, thief) = start(&[&operator], ProxyType::NonTransfer);
	let chill = RuntimeCall::Registry(pallet_registry::Call::chill {});
	let batch = pallet_utility::Call::batch_all { calls: vec![chill] };
	assert_eq!(through(&mut chain, &thief, &operator, RuntimeCall::Utility(batch)), Ok(()));
	let node = chain.look(|| ostraka_runtime::Registry::node_info(&account(&operator))).unwrap();
	assert!(!node.active);
}

/// One call of each sort that is, or might be taken for, some proxy's.
fn samples() -> Vec<RuntimeCall> {
	let who = account(&pair("//Bob"));
	let dealing = ostraka_primitives::message::DealingMessage {
		commitments: Default::default(),
		ephemeral: [0; 32],
		proof: [0; 64],
		sealed: Default::default(),
		validity: Default::default(),
	};
	let challenge = ostraka_primitives::message::ChallengeMessage {
		commitments: Default::default(),
		ephemeral: [0; 32],
		sealed_hashes: Default::default(),
		validity: Default::default(),
	};
	let registry = {
		use pallet_registry::Call;
		let (worker, seal_key, proof) = (Default::default(), [0; 32], [0; 64]);
		let (worker_signature, role) = (Default::default(), Role::Both);
		[
			Call::register {
				worker,
				seal_key,
				proof,
				worker_signature,
				stake: 1,
				capacity: 1,
				role,
			},
			Call::bond { amount: 1 },
			Call::unbond { amount: 1 },
			Call::withdraw {},
			Call::chill {},
			Call::activate {},
			Call::rotate_key { worker, seal_key, proof, worker_signature },
			Call::set_capacity { capacity: 1 },
			Call::set_role { role },
			Call::deregister {},
			Call::apply_slash { culprit: who.clone(), index: 0 },
			Call::cancel_slash { culprit: who.clone(), index: 0 },
		]
	};
	let proxy = {
		use pallet_proxy::Call;
		let delegate = || who.clone().into();
		let proxy_type = ProxyType::Any;
		[
			Call::add_proxy { delegate: delegate(), proxy_type, delay: 0 },
			Call::remove_proxies {},
			Call::reject_announcement { delegate: delegate(), call_hash: Default::default() },
		]
	};
	let others: Vec<RuntimeCall> = vec![
		frame_system::Call::remark { remark: Vec::new() }.into(),
		frame_system::Call::remark_with_event { remark: Vec::new() }.into(),
		frame_system::Call::set_code { code: Vec::new() }.into(),
		pallet_session::Call::purge_keys {}.into(),
		pallet_balances::Call::transfer_all { dest: who.clone().into(), keep_alive: true }.into(),
		pallet_balances::Call::burn { value: 1, keep_alive: true }.into(),
		pallet_collator_selection::Call::leave_intent {}.into(),
		pallet_utility::Call::batch { calls: Vec::new() }.into(),
		pallet_sudo::Call::remove_key {}.into(),
		RuntimeCall::MessageQueue(pallet_message_queue::Call::reap_page {
			message_origin: AggregateMessageOrigin::Parent,
			page_index: 0,
		}),
		RuntimeCall::TxPause(pallet_tx_pause::Call::unpause { ident: name("Tasks", "submit") }),
		set_price(Parameters::DrawFee(DrawFee, Some(1))),
		pallet_tasks::Call::cancel { task: 0 }.into(),
		pallet_tasks::Call::poke { task: 0 }.into(),
		pallet_tasks::Call::accept { task: 0, terms: [0; 32], dataset: [0; 32] }.into(),
		pallet_consent::Call::set_policy { dataset: [0; 32], policy: Policy::default() }.into(),
		pallet_consent::Call::remove_policy { dataset: [0; 32] }.into(),
		pallet_vss::Call::deal { task: 0, task_hash: [0; 32], dealing }.into(),
		pallet_vss::Call::challenge_with_bond {
			task: 0,
			dealer: who.clone(),
			digest: [0; 32],
			challenge,
		}
		.into(),
		pallet_vss::Call::attest {
			task: 0,
			seat: 1,
			dealt: [0; 32],
			excluded: [0; 32],
			at: 0,
			signature: Default::default(),
		}
		.into(),
	];
	let registry = registry.into_iter().map(RuntimeCall::Registry);
	registry.chain(proxy.into_iter().map(RuntimeCall::Proxy)).chain(others).collect()
}

/// Names of the samples that a proxy of this kind may send.
fn allowed(kind: ProxyType) -> Vec<String> {
	use frame_support::traits::GetCallMetadata;
	let samples = samples().into_iter().filter(|call| kind.filter(call));
	samples
		.map(|call| {
			let names = call.get_call_metadata();
			format!("{}.{}", names.pallet_name, names.function_name)
		})
		.collect()
}

#[test]
fn proxies_do_what_they_are_for_and_nothing_else() {
	assert_eq!(allowed(ProxyType::Any).len(), samples().len());
	assert_eq!(
		allowed(ProxyType::NonTransfer),
		[
			"Registry.chill",
			"Registry.activate",
			"Registry.set_capacity",
			"Registry.set_role",
			"Proxy.reject_announcement",
			"System.remark",
			"System.remark_with_event",
			"Session.purge_keys",
			"Utility.batch",
			"Tasks.poke",
		]
	);
	assert_eq!(allowed(ProxyType::CancelProxy), ["Proxy.reject_announcement", "Utility.batch"]);
	assert_eq!(
		allowed(ProxyType::Operator),
		[
			"Registry.chill",
			"Registry.activate",
			"Registry.rotate_key",
			"Registry.set_capacity",
			"Registry.set_role",
		]
	);
	assert_eq!(allowed(ProxyType::Dealer), ["Tasks.accept", "Vss.deal"]);
}

/// Else a proxy could give itself, or take from others, more than it has.
#[test]
fn a_kind_includes_another_only_if_it_may_do_all_of_it() {
	use ProxyType::*;
	let kinds = [Any, NonTransfer, CancelProxy, Operator, Dealer];
	for (wide, narrow) in kinds.iter().flat_map(|wide| kinds.iter().map(move |each| (wide, each))) {
		let includes = samples().iter().all(|call| wide.filter(call) || !narrow.filter(call));
		assert_eq!(wide.is_superset(narrow), includes, "{wide:?} and {narrow:?}");
	}
}
