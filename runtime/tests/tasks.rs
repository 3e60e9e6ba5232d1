//! Whole tasks over all pallets: real blocks, fees, keys, dealings, offchain workers. Every pallet's invariants are
//! checked after every block.

mod chain;

use chain::{
	account, operator, pair,
	task::{
		accept, acceptance, agreed, deal, deal_wrongly, drawn, input, publish, settled, status,
		submission, submit, with, WINDOW,
	},
	wealth, worker_number, Chain,
};
use frame_support::{dispatch::GetDispatchInfo, traits::fungible::Mutate};
use ostraka_crypto::{encoding::decode_scalar, Scalar};
use ostraka_primitives::{
	message::EvidenceMessage,
	task::{FailReason, Outcome, SecurityClass, TaskStatus},
	traits::{DrawEntropy, DrawError},
	Balance, TaskId,
};
use ostraka_protocol::{adjudicator::verify_result, G1};
use ostraka_runtime::{
	configs::{
		ostraka::{BaseFeePerSeat, DealerDeposit, DrawFee, VanishedShare},
		system::TreasuryAccount,
	},
	entropy::RelayEntropy,
	presets::TEST_NODES,
	Balances, Registry, Runtime, RuntimeCall, RuntimeEvent, Tasks, Vss, UNIT,
};
use pallet_vss::Event;
use sp_core::{ed25519, sr25519};
use sp_runtime::DispatchError;

type Refusal = pallet_tasks::Error<Runtime>;

/// Far above what transactions cost.
const FEE: Balance = 20 * UNIT;
const DATA_REWARD: Balance = 30 * UNIT;

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

/// No node holds a seat.
fn nobody_is_seated(chain: &mut Chain) {
	for number in 1..=TEST_NODES {
		let operator = account(&operator(number));
		let node = chain.look(|| Registry::node_info(&operator)).unwrap();
		assert_eq!(node.assigned, 0, "node {number}");
	}
}

fn failed(reason: FailReason) -> TaskStatus {
	TaskStatus::Settled(Outcome::Failed(reason))
}

/// What a task does to the money of its requester, of its dealers, and of the treasury, which gets draw fees, forfeited
/// fees and slashes. None of them makes blocks.
struct Books {
	people: Vec<sr25519::Pair>,
	before: Vec<Balance>,
	treasury: Balance,
}

impl Books {
	fn open(chain: &mut Chain, requester: &sr25519::Pair, dealers: &[sr25519::Pair]) -> Self {
		let people: Vec<_> = [requester].into_iter().chain(dealers).cloned().collect();
		let before = chain.look(|| people.iter().map(|who| wealth(&account(who))).collect());
		let treasury = chain.look(|| wealth(&TreasuryAccount::get()));
		Self { people, before, treasury }
	}

	/// The requester, then each dealer, lost so much, and the fees of its transactions on top; the treasury has gained all
	/// that it should. Nothing is on hold any more.
	fn close(self, chain: &mut Chain, lost: &[Balance], treasury: Balance) {
		assert_eq!(lost.len(), self.people.len());
		for ((who, before), lost) in self.people.iter().zip(self.before).zip(lost) {
			let who = account(who);
			let now = chain.look(|| wealth(&who));
			let paid = before.checked_sub(now + lost).expect("as much is gone, at least");
			assert!(paid < UNIT, "{who} paid {paid} besides {lost}");
			nothing_on_hold(chain, &who);
		}
		assert_eq!(chain.look(|| wealth(&TreasuryAccount::get())) - self.treasury, treasury);
		balances_add_up(chain);
	}
}

/// What a dealer loses who accepted and did not deal.
fn vanished() -> Balance {
	VanishedShare::get().mul_ceil(DealerDeposit::get())
}

/// What is left of a fee that nobody earned but for the base part of a committee of three.
fn forfeited() -> Balance {
	FEE - 3 * BaseFeePerSeat::get()
}

fn cancel(task: TaskId) -> RuntimeCall {
	RuntimeCall::Tasks(pallet_tasks::Call::cancel { task })
}

#[test]
fn a_task_completes_and_everybody_is_paid() {
	let (mut chain, alice, dealers) = start(5);
	let task = agreed(&mut chain, &alice, SecurityClass::Confidential, &dealers, DATA_REWARD);
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
		accept(&mut chain, *task, &dealers);
	}
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
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, DATA_REWARD);
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
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
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
fn too_few_dealings_cost_the_requester_its_fee_and_the_vanished_a_part_of_their_deposits() {
	let (mut chain, _, dealers) = start(3);
	let ferdie = pair("//Ferdie");
	let books = Books::open(&mut chain, &ferdie, &dealers);
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, DATA_REWARD);
	let task = publish(&mut chain, &ferdie, with(call, FEE, WINDOW));
	accept(&mut chain, task, &dealers);
	drawn(&mut chain, task);
	let call = deal(&mut chain, task, &dealers[0], &input(1, 100));
	chain.submit(&dealers[0], call);

	assert_eq!(settled(&mut chain, task), failed(FailReason::TooFewDealers));
	assert_eq!(chain.look(|| Vss::result(task)), None);
	// Who dealt has its deposit back.
	let lost = [FEE + DrawFee::get(), 0, vanished(), vanished()];
	books.close(&mut chain, &lost, DrawFee::get() + forfeited() + 2 * vanished());
	nobody_is_seated(&mut chain);
}

#[test]
fn who_accepts_and_does_not_deal_loses_a_part_of_its_deposit() {
	let (mut chain, _, dealers) = start(4);
	let ferdie = pair("//Ferdie");
	let books = Books::open(&mut chain, &ferdie, &dealers);
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, 0);
	let task = publish(&mut chain, &ferdie, with(call, FEE, WINDOW));
	accept(&mut chain, task, &dealers);
	drawn(&mut chain, task);
	deal_all(&mut chain, task, &dealers[..3]);

	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));
	assert_eq!(result(&mut chain, task), [6, 600]);
	// Three seats share the fee evenly; what the division leaves comes back.
	let lost = [FEE - FEE % 3 + DrawFee::get(), 0, 0, 0, vanished()];
	books.close(&mut chain, &lost, DrawFee::get() + vanished());
	nobody_is_seated(&mut chain);
}

/// The audit's attack: seats of a week for 1.2 tokens a task.
#[test]
fn seats_are_not_held_by_accounts_that_never_deal() {
	let (mut chain, _, dealers) = start(3);
	let ferdie = pair("//Ferdie");
	let books = Books::open(&mut chain, &ferdie, &dealers);
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, 0);
	let task = publish(&mut chain, &ferdie, with(call, FEE, 8 * WINDOW));
	accept(&mut chain, task, &dealers);
	drawn(&mut chain, task);
	let drawn_at = chain.number();

	assert_eq!(settled(&mut chain, task), failed(FailReason::NoDealings));
	let held = chain.number() - drawn_at;
	assert!(held <= 2 * WINDOW + 4, "{held} blocks");
	let lost = [FEE + DrawFee::get(), vanished(), vanished(), vanished()];
	books.close(&mut chain, &lost, DrawFee::get() + forfeited() + 3 * vanished());
	nobody_is_seated(&mut chain);
}

#[test]
fn too_few_acceptances_return_everything_but_the_draw_fee() {
	let (mut chain, _, dealers) = start(3);
	let ferdie = pair("//Ferdie");
	let books = Books::open(&mut chain, &ferdie, &dealers);
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, DATA_REWARD);
	let task = publish(&mut chain, &ferdie, with(call, FEE, WINDOW));
	accept(&mut chain, task, &dealers[..2]);
	nobody_is_seated(&mut chain);

	assert_eq!(settled(&mut chain, task), failed(FailReason::TooFewAcceptances));
	assert_eq!(chain.look(|| Tasks::task(task)).unwrap().drawn_at, None);
	books.close(&mut chain, &[DrawFee::get(), 0, 0, 0], DrawFee::get());
}

/// The audit's attack: a requester who draws until a committee suits. A try was half a token.
#[test]
fn another_draw_costs_the_whole_fee_and_every_consent_again() {
	let (mut chain, _, dealers) = start(3);
	let ferdie = pair("//Ferdie");
	let books = Books::open(&mut chain, &ferdie, &dealers);
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, DATA_REWARD);
	let call = with(call, FEE, WINDOW);
	let first = publish(&mut chain, &ferdie, call.clone());
	accept(&mut chain, first, &dealers);
	drawn(&mut chain, first);
	chain.submit(&ferdie, cancel(first));
	assert_eq!(settled(&mut chain, first), failed(FailReason::Cancelled));
	let lost = [FEE + DrawFee::get(), 0, 0, 0];
	books.close(&mut chain, &lost, DrawFee::get() + forfeited());

	// The same question is another task. A consent to the first is none to it, and without the last one there is no draw.
	let books = Books::open(&mut chain, &ferdie, &dealers);
	let second = publish(&mut chain, &ferdie, call);
	let terms = chain.look(|| Tasks::task(first)).unwrap().terms;
	let replayed = RuntimeCall::Tasks(pallet_tasks::Call::accept { task: second, terms });
	assert_eq!(chain.attempt(&dealers[0], replayed), Err(Refusal::OtherTerms.into()));
	accept(&mut chain, second, &dealers[..2]);
	assert_eq!(settled(&mut chain, second), failed(FailReason::TooFewAcceptances));
	assert_eq!(chain.look(|| Tasks::task(second)).unwrap().drawn_at, None);
	books.close(&mut chain, &[DrawFee::get(), 0, 0, 0], DrawFee::get());
}

#[test]
fn an_acceptance_that_is_not_asked_for_or_cannot_pay_is_refused() {
	let (mut chain, alice, mut dealers) = start(3);
	let poor = pair("//poor");
	chain.look(|| Balances::mint_into(&account(&poor), DealerDeposit::get() / 2).unwrap());
	dealers.push(poor.clone());
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	let call = acceptance(&mut chain, task);
	let other = RuntimeCall::Tasks(pallet_tasks::Call::accept { task, terms: [0; 32] });

	let refused = chain.attempt(&pair("//Ferdie"), call.clone());
	assert_eq!(refused, Err(Refusal::NotInvited.into()));
	assert_eq!(chain.attempt(&dealers[0], other), Err(Refusal::OtherTerms.into()));
	assert!(matches!(chain.attempt(&poor, call.clone()), Err(DispatchError::Token(_))));
	nothing_on_hold(&mut chain, &account(&poor));
	accept(&mut chain, task, &dealers[..3]);
	let refused = chain.attempt(&dealers[0], call.clone());
	assert_eq!(refused, Err(Refusal::AlreadyAccepted.into()));

	// One is missing, so inviting lasts its whole window.
	drawn(&mut chain, task);
	let info = chain.look(|| Tasks::task_info(task)).unwrap();
	let accepted: Vec<_> = dealers[..3].iter().map(account).collect();
	assert_eq!((info.accepted, info.dealers.len()), (accepted, 4));
	chain.look(|| Balances::mint_into(&account(&poor), DealerDeposit::get()).unwrap());
	assert_eq!(chain.attempt(&poor, call), Err(Refusal::WrongPhase.into()));
	balances_add_up(&mut chain);
}

/// Who accepts bars its own node, by a deposit. Naming others bars nobody.
#[test]
fn only_who_accepts_is_kept_off_the_committee() {
	let (mut chain, alice, others) = start(3);
	let operators: Vec<_> = (1..=TEST_NODES).map(operator).collect();
	let dealers = [operators[0].clone(), operators[1].clone(), others[0].clone()];
	for _ in 0..4 {
		let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
		let committee = drawn(&mut chain, task);
		let barred: Vec<_> = dealers.iter().map(account).collect();
		assert!(committee.iter().all(|seat| !barred.contains(&seat.account)));
	}

	// All nodes are named, and none is barred.
	let named = [&operators[..], &others[..]].concat();
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &named, 0);
	accept(&mut chain, task, &others);
	assert!(chain.look(|| pallet_tasks::Barred::<Runtime>::get(task)).is_empty());
	drawn(&mut chain, task);

	// More than a third of the stake is: the draw waits.
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &operators[..3], 0);
	chain.block(Vec::new());
	chain.block(Vec::new());
	assert!(matches!(chain.look(|| status(task)), TaskStatus::Drawing { .. }));
	let lacks = chain.look(|| Tasks::draw_obstacle(task));
	assert_eq!(lacks, Some(DrawError::TooLittleCapacity));
}

#[test]
fn too_few_answers_fail_a_task() {
	let (mut chain, alice, dealers) = start(3);
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
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
fn a_requester_takes_a_task_back_for_the_draw_fee_until_inviting_ends() {
	let (mut chain, _, dealers) = start(3);
	let ferdie = pair("//Ferdie");
	let books = Books::open(&mut chain, &ferdie, &dealers);
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, DATA_REWARD);
	let task = publish(&mut chain, &ferdie, with(call, FEE, WINDOW));
	accept(&mut chain, task, &dealers[..2]);
	let refused = chain.attempt(&dealers[0], cancel(task));
	assert_eq!(refused, Err(Refusal::NotRequester.into()));
	chain.submit(&ferdie, cancel(task));
	assert_eq!(settled(&mut chain, task), failed(FailReason::Cancelled));
	books.close(&mut chain, &[DrawFee::get(), 0, 0, 0], DrawFee::get());
}

#[test]
fn a_dealing_of_another_task_is_refused() {
	let (mut chain, alice, dealers) = start(3);
	let first = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	let second = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
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
fn restricted_waits_for_randomness_of_two_epochs_later_and_is_woken_by_it() {
	let mut chain = Chain::secure();
	chain.register_nodes();
	let dealers: Vec<_> = (0..10).map(|number| pair(&format!("//dealer//{number}"))).collect();
	for dealer in &dealers {
		chain.look(|| Balances::mint_into(&account(dealer), 2 * DealerDeposit::get()).unwrap());
	}
	let task = agreed(&mut chain, &pair("//Alice"), SecurityClass::Restricted, &dealers, 0);
	let after = chain.look(|| pallet_tasks::Draws::<Runtime>::get(task)).unwrap().after;
	assert_eq!(after, chain.look(RelayEntropy::moment));
	let drawing = || matches!(status(task), TaskStatus::Drawing { .. });
	for _ in 0..3 * chain::RELAY_EPOCH {
		if !chain.look(drawing) {
			break;
		}
		chain.block(Vec::new());
	}
	assert!(matches!(chain.look(|| status(task)), TaskStatus::Collecting { .. }));
	let now = chain.look(RelayEntropy::moment);
	assert_eq!(now.epoch, after.epoch + 2);
	// In the first block that knows the epoch.
	assert_eq!(u64::from(now.number), now.epoch * chain::RELAY_EPOCH);
	balances_add_up(&mut chain);
}

#[test]
fn an_accusation_is_adjudicated_in_the_block_that_brings_it() {
	let (mut chain, alice, dealers) = start(4);
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
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
