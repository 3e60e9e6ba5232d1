//! Whole tasks over all pallets: real blocks, fees, keys, dealings, offchain workers. Every pallet's invariants are
//! checked after every block. What verification does is in `verification.rs`.

mod chain;

use chain::{
	account,
	books::{
		balances_add_up, blamed, gained, lost, nothing_on_hold, outsider, undrawn, vanished,
		Changes, Offer, Watched, DATA_REWARD, EACH, FEE,
	},
	operator, pair,
	task::{
		accept, acceptance, agreed, deal, deal_all, drawn, input, panel, result, start, status,
		submit, NO_DATASET, WINDOW,
	},
	wealth, Chain,
};
use frame_support::{
	storage::with_transaction_unchecked,
	traits::{fungible::Mutate, Hooks},
	weights::WeightMeter,
};
use ostraka_primitives::{
	task::{FailReason, Outcome, SecurityClass, TaskStatus},
	traits::{DrawEntropy, DrawError},
	TaskId,
};
use ostraka_runtime::{
	configs::{
		ostraka::AbsenceSlash,
		prices::{BaseFeePerSeat, DealerDeposit, DrawFee},
	},
	entropy::RelayEntropy,
	presets::test_numbers,
	Balances, Registry, Runtime, RuntimeCall, RuntimeEvent, System, Tasks, Vss,
};
use sp_runtime::{DispatchError, TransactionOutcome};

type Refusal = pallet_tasks::Error<Runtime>;

fn failed(reason: FailReason) -> Outcome {
	Outcome::Failed(reason)
}

fn rewarded() -> Offer {
	Offer { data_reward: DATA_REWARD, ..Default::default() }
}

fn cancel(task: TaskId) -> RuntimeCall {
	RuntimeCall::Tasks(pallet_tasks::Call::cancel { task })
}

/// What the hook would make of a task, were the block after so many more the next one, and all its weight there. Nothing stays
/// of it.
fn hooked(chain: &mut Chain, task: TaskId, blocks: u32) -> TaskStatus {
	let at = chain.number() + blocks;
	chain.look(|| {
		with_transaction_unchecked(|| {
			System::set_block_number(at);
			<Tasks as Hooks<u32>>::on_poll(at, &mut WeightMeter::new());
			TransactionOutcome::Rollback(status(task))
		})
	})
}

#[test]
fn a_task_completes_and_everybody_is_paid() {
	let mut watched = Watched::drawn(5, Offer { class: SecurityClass::Confidential, ..rewarded() });
	let task = watched.task;
	deal_all(&mut watched.chain, task, &watched.dealers);
	assert!(matches!(watched.chain.look(|| status(task)), TaskStatus::Verifying { .. }));

	let changes = Changes {
		requester: lost(FEE + DATA_REWARD + DrawFee::DEFAULT),
		dealers: vec![gained(DATA_REWARD / 5); 5],
		members: vec![gained(FEE / 7); 5],
		verifiers: vec![gained(FEE / 7); 2],
		treasury: gained(DrawFee::DEFAULT),
		..Default::default()
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(result(&mut chain, task), [15, 1500]);
}

/// It is paid nothing, and what it would have been goes back.
#[test]
fn an_absent_member_is_punished_and_the_task_completes() {
	let mut watched = Watched::drawn(3, Offer::default());
	let task = watched.task;
	let absent = watched.committee[0].account.clone();
	let workers = watched.workers();
	watched.chain.keep_only_workers(workers[1..].iter().copied());
	deal_all(&mut watched.chain, task, &watched.dealers);

	let changes = Changes {
		requester: lost(4 * EACH + DrawFee::DEFAULT),
		dealers: vec![0; 3],
		members: vec![lost(AbsenceSlash::get()), gained(EACH), gained(EACH)],
		verifiers: vec![gained(EACH); 2],
		treasury: gained(DrawFee::DEFAULT + AbsenceSlash::get()),
		..Default::default()
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(result(&mut chain, task), [6, 600]);
	let node = chain.look(|| Registry::node_info(&absent)).unwrap();
	assert_eq!(node.absences, 1);
}

#[test]
fn too_few_dealings_cost_the_requester_its_fee_and_the_vanished_a_part_of_their_deposits() {
	let mut watched = Watched::drawn(3, rewarded());
	let task = watched.task;
	let call = deal(&mut watched.chain, task, &watched.dealers[0], &input(1, 100));
	watched.chain.submit(&watched.dealers[0], call);

	// Who dealt has its deposit back.
	let mut chain = watched.ends(failed(FailReason::TooFewDealers), &blamed(3, 2));
	assert_eq!(chain.look(|| Vss::result(task)), None);
}

#[test]
fn who_accepts_and_does_not_deal_loses_a_part_of_its_deposit() {
	let mut watched = Watched::drawn(4, Offer::default());
	let task = watched.task;
	deal_all(&mut watched.chain, task, &watched.dealers[..3]);

	let changes = Changes {
		requester: lost(FEE + DrawFee::DEFAULT),
		dealers: vec![0, 0, 0, lost(vanished())],
		members: vec![gained(EACH); 3],
		verifiers: vec![gained(EACH); 2],
		treasury: gained(DrawFee::DEFAULT + vanished()),
		..Default::default()
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// The audit's attack: seats of a week for 1.2 tokens a task.
#[test]
fn seats_are_not_held_by_accounts_that_never_deal() {
	let watched = Watched::drawn(3, Offer { window: 8 * WINDOW, ..Default::default() });
	let drawn_at = watched.chain.number();
	let chain = watched.ends(failed(FailReason::NoDealings), &blamed(3, 3));
	let held = chain.number() - drawn_at;
	assert!(held <= 2 * WINDOW + 4, "{held} blocks");
}

#[test]
fn too_few_acceptances_return_everything_but_the_draw_fee() {
	let mut watched = Watched::new(3, rewarded());
	let task = watched.task;
	watched.accept(2);
	let mut chain = watched.ends(failed(FailReason::TooFewAcceptances), &undrawn(3));
	assert_eq!(chain.look(|| Tasks::task(task)), None, "it leaves its state alone");
}

/// The audit's attack: a requester who draws until a committee suits. A try was half a token.
#[test]
fn another_draw_costs_the_whole_fee_and_every_consent_again() {
	let mut watched = Watched::drawn(3, rewarded());
	let first = watched.task;
	watched.chain.submit(&watched.requester, cancel(first));
	let dealers = watched.dealers.clone();
	let chain = watched.ends(failed(FailReason::Cancelled), &blamed(3, 0));

	// The same question is another task. A consent to the first is none to it, and without the last one there is no draw.
	let mut watched = Watched::on(chain, dealers, rewarded());
	let second = watched.task;
	let terms = watched.chain.look(|| Tasks::task(first)).unwrap().terms;
	let dataset = NO_DATASET;
	let replayed = RuntimeCall::Tasks(pallet_tasks::Call::accept { task: second, terms, dataset });
	let refused = watched.chain.attempt(&watched.dealers[0], replayed);
	assert_eq!(refused, Err(Refusal::OtherTerms.into()));
	watched.accept(2);
	let mut chain = watched.ends(failed(FailReason::TooFewAcceptances), &undrawn(3));
	assert_eq!(chain.look(|| Tasks::task(second)), None);
	let first = chain.look(|| Tasks::task(first)).unwrap();
	assert!(first.drawn_at.is_some(), "a draw that came to nothing can be told to dealers");
}

#[test]
fn a_requester_takes_a_task_back_for_the_draw_fee_until_inviting_ends() {
	let mut watched = Watched::new(3, rewarded());
	let task = watched.task;
	watched.accept(2);
	let refused = watched.chain.attempt(&watched.dealers[0], cancel(task));
	assert_eq!(refused, Err(Refusal::NotRequester.into()));
	watched.chain.submit(&watched.requester, cancel(task));
	watched.ends(failed(FailReason::Cancelled), &undrawn(3));
}

#[test]
fn an_acceptance_that_is_not_asked_for_or_cannot_pay_is_refused() {
	let (mut chain, alice, mut dealers) = start(3);
	let poor = pair("//poor");
	chain.look(|| Balances::mint_into(&account(&poor), DealerDeposit::DEFAULT / 2).unwrap());
	dealers.push(poor.clone());
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	let call = acceptance(&mut chain, task);
	let (terms, dataset) = ([0; 32], NO_DATASET);
	let other = RuntimeCall::Tasks(pallet_tasks::Call::accept { task, terms, dataset });

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
	chain.look(|| Balances::mint_into(&account(&poor), DealerDeposit::DEFAULT).unwrap());
	assert_eq!(chain.attempt(&poor, call), Err(Refusal::WrongPhase.into()));
	balances_add_up(&mut chain);
}

/// Who accepts bars its own node, be it for computing or for verifying, by a deposit. Naming others bars nobody.
#[test]
fn only_who_accepts_is_kept_off_committee_and_panel() {
	let (mut chain, alice, others) = start(3);
	let operators: Vec<_> = test_numbers().map(operator).collect();
	let dealers = [operators[0].clone(), operators[7].clone(), others[0].clone()];
	for _ in 0..4 {
		let task = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
		let committee = drawn(&mut chain, task);
		let panel = panel(&mut chain, task);
		let barred: Vec<_> = dealers.iter().map(account).collect();
		assert_eq!((committee.len(), panel.len()), (3, 2));
		let mut seats = committee.iter().chain(&panel);
		assert!(seats.all(|seat| !barred.contains(&seat.account)));
	}

	// All nodes are named, and none is barred.
	let named = [&operators[..], &others[..]].concat();
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &named, 0);
	accept(&mut chain, task, &others);
	assert!(chain.look(|| pallet_tasks::Barred::<Runtime>::get(task)).is_empty());
	drawn(&mut chain, task);

	// More than a third of the computing nodes' stake is: the draw waits.
	let task = agreed(&mut chain, &alice, SecurityClass::Standard, &operators[..3], 0);
	chain.block(Vec::new());
	chain.block(Vec::new());
	assert!(matches!(chain.look(|| status(task)), TaskStatus::Drawing { .. }));
	let lacks = chain.look(|| Tasks::draw_obstacle(task));
	assert_eq!(lacks, Some(DrawError::TooLittleCapacity));
}

/// Who answered has its base part, and the absent are punished.
#[test]
fn too_few_answers_fail_a_task() {
	let mut watched = Watched::drawn(3, Offer::default());
	let workers = watched.workers();
	watched.chain.keep_only_workers([&workers[..1], &workers[3..]].concat());
	deal_all(&mut watched.chain, watched.task, &watched.dealers);

	let absent = || lost(AbsenceSlash::get());
	let changes = Changes {
		requester: lost(3 * BaseFeePerSeat::DEFAULT + DrawFee::DEFAULT),
		dealers: vec![0; 3],
		members: vec![gained(BaseFeePerSeat::DEFAULT), absent(), absent()],
		verifiers: vec![gained(BaseFeePerSeat::DEFAULT); 2],
		treasury: gained(DrawFee::DEFAULT + 2 * AbsenceSlash::get()),
		..Default::default()
	};
	let absent: Vec<_> = watched.committee[1..].iter().map(|seat| seat.account.clone()).collect();
	let mut chain = watched.ends(failed(FailReason::TooFewShares), &changes);
	for account in absent {
		let node = chain.look(|| Registry::node_info(&account)).unwrap();
		assert_eq!(node.absences, 1);
	}
}

#[test]
fn a_dealing_of_another_task_is_refused() {
	let (mut chain, alice, dealers) = start(3);
	let first = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	let second = agreed(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	drawn(&mut chain, first);
	drawn(&mut chain, second);
	let call = deal(&mut chain, first, &dealers[0], &input(1, 100));
	let RuntimeCall::Vss(pallet_vss::Call::deal { task_hash, dealing, .. }) = call else {
		panic!("not a dealing")
	};
	let replayed = pallet_vss::Call::deal { task: second, task_hash, dealing };
	let refused = chain.attempt(&dealers[0], RuntimeCall::Vss(replayed));
	assert_eq!(refused, Err(pallet_vss::Error::<Runtime>::WrongTaskHash.into()));
}

#[test]
fn restricted_waits_for_randomness_of_two_epochs_later_and_is_woken_by_it() {
	let mut chain = Chain::secure();
	chain.register_nodes();
	let dealers: Vec<_> = (0..10).map(|number| pair(&format!("//dealer//{number}"))).collect();
	for dealer in &dealers {
		chain.look(|| Balances::mint_into(&account(dealer), 2 * DealerDeposit::DEFAULT).unwrap());
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

/// Without its entry on the agenda the hook never comes to a task again, and what is locked up in it is nobody's. Whoever sees
/// that puts it back, without a stake in it and for nothing; and once is enough.
#[test]
fn a_task_that_fell_off_the_agenda_is_put_back_by_anybody_and_completes() {
	let mut watched = Watched::drawn(3, Offer::default());
	let task = watched.task;
	deal_all(&mut watched.chain, task, &watched.dealers);
	// All have attested: the next block is to freeze, and there is nothing that anybody with a seat could do for it.
	let over = || status(task) == TaskStatus::Verifying { until: System::block_number() };
	watched.chain.blocks_until(20, over);
	let verifying = watched.chain.look(|| status(task));
	assert!(matches!(hooked(&mut watched.chain, task, 1), TaskStatus::Committing { .. }));
	watched.chain.look(|| {
		pallet_tasks::Agenda::<Runtime>::mutate(|agenda| agenda.retain(|due| due.task != task));
	});
	for blocks in [1, 1_000, 1_000_000] {
		assert_eq!(hooked(&mut watched.chain, task, blocks), verifying);
	}

	let poke = RuntimeCall::Tasks(pallet_tasks::Call::poke { task });
	let owned = |chain: &mut Chain| chain.look(|| wealth(&account(&outsider())));
	let before = owned(&mut watched.chain);
	watched.chain.submit(&outsider(), poke.clone());
	assert_eq!(owned(&mut watched.chain), before);
	let at = watched.chain.number();
	let put_back = RuntimeEvent::Tasks(pallet_tasks::Event::PutBack { task, at });
	assert!(watched.chain.look(chain::events).contains(&put_back));
	assert_eq!(watched.chain.look(|| status(task)), verifying);

	// By then it is frozen, and on the agenda: to poke it is of no use, and costs.
	let refused = watched.chain.attempt(&outsider(), poke.clone());
	assert_eq!(refused, Err(Refusal::NothingToDo.into()));
	assert!(owned(&mut watched.chain) < before);
	assert!(matches!(watched.chain.look(|| status(task)), TaskStatus::Committing { .. }));

	let changes = Changes {
		requester: lost(FEE + DrawFee::DEFAULT),
		dealers: vec![0; 3],
		members: vec![gained(EACH); 3],
		verifiers: vec![gained(EACH); 2],
		treasury: gained(DrawFee::DEFAULT),
		..Default::default()
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(result(&mut chain, task), [6, 600]);
	assert_eq!(chain.attempt(&outsider(), poke), Err(Refusal::NothingToDo.into()));
}
