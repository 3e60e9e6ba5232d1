//! Whole tasks over all pallets: real blocks, fees, keys, dealings, offchain workers. Every pallet's invariants are
//! checked after every block.

mod chain;

use chain::{
	account, pair,
	task::{deal, deal_wrongly, drawn, input, settled, status, submit},
	wealth, worker_number, Chain,
};
use frame_support::dispatch::GetDispatchInfo;
use ostraka_crypto::{encoding::decode_scalar, Scalar};
use ostraka_primitives::{
	message::EvidenceMessage,
	task::{FailReason, Outcome, SecurityClass, TaskStatus},
	TaskId,
};
use ostraka_protocol::{adjudicator::verify_result, G1};
use ostraka_runtime::{Balances, Runtime, RuntimeEvent, Tasks, Vss, UNIT};
use pallet_vss::Event;
use sp_core::{ed25519, sr25519};
use sp_runtime::DispatchError;

const DATA_REWARD: u128 = 30 * UNIT;

/// A chain with seven nodes, its requester, and this many dealers.
fn start(dealers: usize) -> (Chain, sr25519::Pair, Vec<sr25519::Pair>) {
	let mut chain = Chain::development();
	chain.register_nodes();
	let names = ["//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie", "//Bob//stash"];
	let dealers = names[..dealers].iter().map(|name| pair(name)).collect();
	(chain, pair("//Alice"), dealers)
}

/// The published vector as small integers, after the check that anybody can re-run.
fn result(chain: &mut Chain, task: TaskId) -> Vec<u64> {
	let result = chain.look(|| Vss::result(task)).unwrap();
	let values: Vec<Scalar> =
		result.scalars().map(|bytes| decode_scalar(&bytes).unwrap()).collect();
	let blinding = decode_scalar(&result.blinding).unwrap();
	assert_eq!(verify_result::<G1>(&result.commitment, &values, &blinding), Ok(true));
	values
		.iter()
		.map(|value| {
			(0..100_000).find(|number| Scalar::from(*number) == *value).expect("a small integer")
		})
		.collect()
}

/// Deals for each dealer `i` (from 1) `i` rows of sum `100 i`, all in one block.
fn deal_all(chain: &mut Chain, task: TaskId, dealers: &[sr25519::Pair]) {
	let transactions = dealers
		.iter()
		.zip(1..)
		.map(|(dealer, i)| {
			let call = deal(chain, task, dealer, &input(i, 100 * i));
			chain.signed(dealer, call)
		})
		.collect();
	let results = chain.block(transactions);
	assert!(results.iter().all(|result| *result == Ok(Ok(()))), "{results:?}");
}

/// No unit is made or lost unnoticed: all accounts together own the total issuance.
fn balances_add_up(chain: &mut Chain) {
	chain.look(|| {
		let owned: u128 = frame_system::Account::<Runtime>::iter_values()
			.map(|account| account.data.free + account.data.reserved)
			.sum();
		assert_eq!(owned, pallet_balances::TotalIssuance::<Runtime>::get());
	});
}

fn nothing_on_hold(chain: &mut Chain, account: &ostraka_runtime::AccountId) {
	use frame_support::traits::fungible::InspectHold;
	assert_eq!(
		chain.look(|| <Balances as InspectHold<_>>::total_balance_on_hold(account)),
		0,
		"{account}"
	);
}

#[test]
fn a_task_completes_and_everybody_is_paid() {
	let (mut chain, alice, dealers) = start(5);
	let task = submit(&mut chain, &alice, SecurityClass::Confidential, &dealers, DATA_REWARD);
	let committee = drawn(&mut chain, task);
	assert_eq!(committee.len(), 5);
	let before: Vec<_> =
		committee.iter().map(|seat| chain.look(|| wealth(&seat.account))).collect();
	let dealers_before: Vec<_> =
		dealers.iter().map(|dealer| chain.look(|| wealth(&account(dealer)))).collect();

	deal_all(&mut chain, task, &dealers);
	assert!(matches!(chain.look(|| status(task)), TaskStatus::Verifying { .. }));
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));

	assert_eq!(result(&mut chain, task), [15, 1500]);
	for (seat, before) in committee.iter().zip(before) {
		assert!(chain.look(|| wealth(&seat.account)) > before, "a member is paid");
	}
	for (dealer, before) in dealers.iter().zip(dealers_before) {
		let now = chain.look(|| wealth(&account(dealer)));
		assert!(now > before, "the data reward is more than the fee");
		nothing_on_hold(&mut chain, &account(dealer));
	}
	nothing_on_hold(&mut chain, &account(&alice));
	balances_add_up(&mut chain);
}

#[test]
fn a_result_comes_soon_after_verification() {
	let (mut chain, alice, dealers) = start(5);
	let tasks: Vec<_> = (0..6)
		.map(|_| submit(&mut chain, &alice, SecurityClass::Confidential, &dealers, 0))
		.collect();
	for task in &tasks {
		drawn(&mut chain, *task);
	}
	for task in &tasks {
		deal_all(&mut chain, *task, &dealers);
	}
	let last = *tasks.last().unwrap();
	let TaskStatus::Verifying { until } = chain.look(|| status(last)) else { panic!("not dealt") };
	chain.blocks_until(120, || tasks.iter().all(|task| Vss::result(*task).is_some()));
	assert!(chain.number() <= until + 6, "{} blocks after the window", chain.number() - until);
}

#[test]
fn a_wrong_share_convicts_its_dealer_and_the_task_goes_on() {
	let (mut chain, alice, dealers) = start(4);
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, DATA_REWARD);
	drawn(&mut chain, task);
	let (liar, honest) = dealers.split_last().unwrap();
	let (before, treasury_before) = chain.look(|| {
		(wealth(&account(liar)), wealth(&ostraka_runtime::configs::system::TreasuryAccount::get()))
	});
	let wrong = deal_wrongly(&mut chain, task, liar, &input(9, 99_999), 2);
	chain.submit(liar, wrong);
	deal_all(&mut chain, task, honest);
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));

	assert_eq!(result(&mut chain, task), [6, 600]);
	let after = chain.look(|| wealth(&account(liar)));
	assert!(after < before, "the deposit is gone");
	nothing_on_hold(&mut chain, &account(liar));
	let treasury = chain.look(|| wealth(&ostraka_runtime::configs::system::TreasuryAccount::get()));
	assert!(treasury >= treasury_before);
	balances_add_up(&mut chain);
}

#[test]
fn an_absent_member_is_punished_and_the_task_completes() {
	let (mut chain, alice, dealers) = start(3);
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	let committee = drawn(&mut chain, task);
	let absent = &committee[0];
	let stake = |chain: &mut Chain, who| {
		chain.look(|| ostraka_runtime::Registry::node_info(who)).unwrap().stake
	};
	let before = stake(&mut chain, &absent.account);
	let present = committee[1..].iter().map(|seat| worker_number(&seat.worker));
	chain.keep_only_workers(present.collect::<Vec<_>>());

	deal_all(&mut chain, task, &dealers);
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));
	assert_eq!(result(&mut chain, task), [6, 600]);
	assert!(stake(&mut chain, &absent.account) < before);
	let node = chain.look(|| ostraka_runtime::Registry::node_info(&absent.account)).unwrap();
	assert_eq!((node.absences, node.assigned), (1, 0));
	balances_add_up(&mut chain);
}

#[test]
fn too_few_dealers_fail_a_task_and_cost_nothing_but_the_base_fee() {
	let (mut chain, alice, dealers) = start(3);
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, DATA_REWARD);
	drawn(&mut chain, task);
	let before = chain.look(|| wealth(&account(&dealers[0])));
	let call = deal(&mut chain, task, &dealers[0], &input(1, 100));
	chain.submit(&dealers[0], call);
	assert_eq!(
		settled(&mut chain, task),
		TaskStatus::Settled(Outcome::Failed(FailReason::TooFewDealers))
	);
	assert_eq!(chain.look(|| Vss::result(task)), None);
	for who in [&alice, &dealers[0]] {
		nothing_on_hold(&mut chain, &account(who));
	}
	let paid = before - chain.look(|| wealth(&account(&dealers[0])));
	assert!(paid < UNIT, "the deposit is back, only the transaction's fee is gone");
	balances_add_up(&mut chain);
}

#[test]
fn too_few_answers_fail_a_task() {
	let (mut chain, alice, dealers) = start(3);
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	let committee = drawn(&mut chain, task);
	chain.keep_only_workers([worker_number(&committee[0].worker)]);
	deal_all(&mut chain, task, &dealers);
	assert_eq!(
		settled(&mut chain, task),
		TaskStatus::Settled(Outcome::Failed(FailReason::TooFewShares))
	);
	for seat in &committee[1..] {
		let node = chain.look(|| ostraka_runtime::Registry::node_info(&seat.account)).unwrap();
		assert_eq!(node.absences, 1);
	}
	balances_add_up(&mut chain);
}

#[test]
fn a_requester_can_take_a_task_back() {
	let (mut chain, alice, dealers) = start(3);
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, DATA_REWARD);
	drawn(&mut chain, task);
	chain.submit(&alice, ostraka_runtime::RuntimeCall::Tasks(pallet_tasks::Call::cancel { task }));
	assert_eq!(
		settled(&mut chain, task),
		TaskStatus::Settled(Outcome::Failed(FailReason::Cancelled))
	);
	nothing_on_hold(&mut chain, &account(&alice));
	balances_add_up(&mut chain);
}

#[test]
fn a_dealing_of_another_task_is_refused() {
	let (mut chain, alice, dealers) = start(3);
	let first = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	let second = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	drawn(&mut chain, first);
	drawn(&mut chain, second);
	let call = deal(&mut chain, first, &dealers[0], &input(1, 100));
	let ostraka_runtime::RuntimeCall::Vss(pallet_vss::Call::deal { task_hash, dealing, .. }) = call
	else {
		panic!("not a dealing")
	};
	let replayed = pallet_vss::Call::deal { task: second, task_hash, dealing };
	let transaction = chain.signed(&dealers[0], ostraka_runtime::RuntimeCall::Vss(replayed));
	let results = chain.block(vec![transaction]);
	assert_eq!(results, [Ok(Err(pallet_vss::Error::<Runtime>::WrongTaskHash.into()))]);
}

#[test]
fn restricted_waits_for_randomness_of_two_epochs_later() {
	let (mut chain, alice, dealers) = start(6);
	// Ten dealers are needed; the rest are accounts that need not exist.
	let mut dealers = dealers;
	dealers.extend((0..4).map(|number| pair(&format!("//dealer//{number}"))));
	chain.look(|| pallet_tasks::Insecure::<Runtime>::put(false));
	let epoch = |chain: &mut Chain| chain.look(Tasks::relay_epoch).unwrap().epoch;
	let task = submit(&mut chain, &alice, SecurityClass::Restricted, &dealers, 0);
	let submitted = epoch(&mut chain);
	for _ in 0..3 * chain::RELAY_EPOCH {
		let drawing = matches!(chain.look(|| status(task)), TaskStatus::Drawing { .. });
		if !drawing {
			break;
		}
		chain.block(Vec::new());
	}
	assert!(matches!(chain.look(|| status(task)), TaskStatus::Collecting { .. }));
	assert_eq!(epoch(&mut chain), submitted + 2);
}

#[test]
fn an_accusation_is_adjudicated_in_the_block_that_brings_it() {
	let (mut chain, alice, dealers) = start(4);
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	drawn(&mut chain, task);
	let call = deal_wrongly(&mut chain, task, &dealers[0], &input(1, 100), 3);
	chain.submit(&dealers[0], call);
	let mut convicted = None;
	for _ in 0..30 {
		chain.block(Vec::new());
		convicted = chain.look(chain::events).into_iter().find_map(|event| match event {
			RuntimeEvent::Vss(Event::DealerConvicted { dealer, seat, excluded, .. }) => {
				Some((dealer, seat, excluded))
			},
			_ => None,
		});
		if convicted.is_some() {
			break;
		}
	}
	assert_eq!(convicted, Some((account(&dealers[0]), 3, true)));
}

#[test]
fn an_account_that_signs_a_workers_call_is_refused_and_pays() {
	let (mut chain, alice, _) = start(0);
	let signature = ed25519::Signature::from_raw([0; 64]);
	let (accepted_set, at) = ([0; 32], 1);
	let calls = [
		pallet_vss::Call::commit_result {
			task: 0,
			seat: 1,
			accepted_set,
			commitment: [0; 32],
			at,
			signature,
		},
		pallet_vss::Call::reveal_result {
			task: 0,
			seat: 1,
			accepted_set,
			share: vec![0; 32 * 257].try_into().unwrap(),
			at,
			signature,
		},
		pallet_vss::Call::accuse {
			task: 0,
			seat: 1,
			dealer: account(&alice),
			digest: [0; 32],
			evidence: EvidenceMessage {
				dh: [0; 96],
				dleq: [0; 64],
				commitments: Default::default(),
				ephemeral: [0; 96],
				sealed_hashes: Default::default(),
				sealed: vec![0; 32 * 257 + 16].try_into().unwrap(),
			},
			at,
			signature,
		},
	];
	for call in calls {
		let before = chain.look(|| wealth(&account(&alice)));
		let info = ostraka_runtime::RuntimeCall::from(call.clone()).get_dispatch_info();
		let least = chain.look(|| {
			pallet_transaction_payment::Pallet::<Runtime>::weight_to_fee(info.call_weight)
		});
		let transaction = chain.signed(&alice, call.into());
		let results = chain.block(vec![transaction]);
		assert_eq!(results, [Ok(Err(DispatchError::BadOrigin))]);
		let paid = before - chain.look(|| wealth(&account(&alice)));
		assert!(least > 0 && paid >= least, "paid {paid}, its weight costs {least}");
	}
}
