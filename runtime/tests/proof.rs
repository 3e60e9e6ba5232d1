//! What the task book's hook claims of the proof of validity, what it adds to it, and what comes back: over the whole runtime,
//! on a state whose reads are recorded.

mod chain;

use chain::{
	account, operator, pair,
	recorded::{import, Bare},
	task::{
		accept, acceptance, agreed, deal_all, drawn, publish, settled, start, status, submission,
	},
	try_state, worker, Chain,
};
use frame_support::{traits::fungible::Mutate, weights::Weight};
use ostraka_primitives::{
	role::Role,
	task::{Outcome, SecurityClass, TaskStatus},
	traits::{Consent as _, Sharing},
	TaskId,
};
use ostraka_runtime::{
	configs::{
		ostraka::{PollShare, UnseenKept},
		system::{RuntimeBlockWeights, TreasuryAccount},
	},
	presets::{test_numbers, test_role},
	Balances, Consent, Runtime, RuntimeCall, Vss, UNIT,
};
use pallet_tasks::{types::Stage, Cohorts, DrawnTasks, Draws, Settlements, WeightInfo as _};
use pallet_vss::{Sharings, WeightInfo as _};
use sp_core::{sr25519, Pair};

type Weights = <Runtime as pallet_tasks::Config>::WeightInfo;
type SharingWeights = <Runtime as pallet_vss::Config>::WeightInfo;

/// Nodes of the chain whose committees and panels are production's largest, of 31 and of 5 seats. Of those beside the test nodes
/// all up to [`COMPUTING`] compute, 33 together, and the rest verify, seven together.
const NODES: u8 = 40;
const COMPUTING: u8 = 36;
/// Dealers that its task invites, that accept, and that deal.
const INVITED: u8 = 12;
const ACCEPTED: usize = 11;
const DEALT: usize = 10;

/// Full nodes of the trie on the way to an entry of a map with a million of them, and with thousands.
const MILLION: usize = 5;
const THOUSANDS: usize = 3;

/// A chain with production's classes and enough nodes for each, and a task's dealers, of whom one operates a node.
fn large() -> (Chain, Vec<sr25519::Pair>) {
	let mut chain = Chain::development();
	chain.workers = false;
	let named = (1..INVITED).map(|number| pair(&format!("//dealer//{number}")));
	let dealers: Vec<_> = [operator(1)].into_iter().chain(named).collect();
	chain.look(|| {
		pallet_network::Classes::<Runtime>::put(pallet_network::PRODUCTION);
		let others = (1..=NODES).filter(|number| !test_numbers().contains(number));
		let operators = others.map(operator);
		for who in operators.chain(dealers.iter().cloned()) {
			Balances::mint_into(&account(&who), 20_000 * UNIT).unwrap();
		}
	});
	let role = |number: u8| match number {
		_ if test_numbers().contains(&number) => test_role(number),
		..=COMPUTING => Role::Compute,
		_ => Role::Verify,
	};
	chain.register((1..=NODES).map(|number| (number, role(number))));
	(chain, dealers)
}

/// Asks for a task of the largest class.
fn ask(chain: &mut Chain, dealers: &[sr25519::Pair]) -> TaskId {
	let call = submission(chain, SecurityClass::Restricted, dealers, 0);
	publish(chain, &pair("//Alice"), call)
}

/// The ways to all entries of maps that a task's steps read or write, as they are where a million accounts and tasks are
/// remembered, and thousands are nodes and open tasks.
fn ways(task: TaskId, dealers: &[sr25519::Pair]) -> Vec<(Vec<u8>, usize)> {
	use pallet_consent::{Histories, Sets};
	use pallet_incentives::{Deposits, Escrows};
	use pallet_registry::{Keys, Nodes};
	use pallet_tasks::{Barred, Invitations, OpenOf, Records, Statuses};
	use pallet_vss::{Dealings, Results, RightShares, UsedEphemerals};
	let requester = account(&pair("//Alice"));
	let dealer = account(&dealers[0]);
	let operators: Vec<_> = (1..=NODES).map(|number| account(&operator(number))).collect();
	let mut accounts: Vec<_> = dealers.iter().skip(1).map(account).collect();
	accounts.extend([requester.clone(), TreasuryAccount::get()]);
	accounts.extend(operators.iter().cloned());

	let mut long: Vec<Vec<u8>> = vec![
		Statuses::<Runtime>::hashed_key_for(task),
		Records::<Runtime>::hashed_key_for(task),
		Results::<Runtime>::hashed_key_for(task),
		Sets::<Runtime>::hashed_key_for(task),
	];
	long.extend(dealers.iter().map(|dealer| Histories::<Runtime>::hashed_key_for(account(dealer))));
	for account in &accounts {
		long.push(frame_system::Account::<Runtime>::hashed_key_for(account));
		long.push(pallet_balances::Holds::<Runtime>::hashed_key_for(account));
	}
	let mut short: Vec<Vec<u8>> = vec![
		Barred::<Runtime>::hashed_key_for(task),
		Cohorts::<Runtime>::hashed_key_for(task, &dealer),
		Draws::<Runtime>::hashed_key_for(task),
		DrawnTasks::<Runtime>::hashed_key_for(task),
		Invitations::<Runtime>::hashed_key_for(task),
		OpenOf::<Runtime>::hashed_key_for(&requester),
		Settlements::<Runtime>::hashed_key_for(task),
		Dealings::<Runtime>::hashed_key_for(task, &dealer),
		RightShares::<Runtime>::hashed_key_for(task, 1u8),
		pallet_vss::Seats::<Runtime>::hashed_key_for(task),
		Sharings::<Runtime>::hashed_key_for(task),
		UsedEphemerals::<Runtime>::hashed_key_for(task),
		Deposits::<Runtime>::hashed_key_for(task, &dealer),
		Escrows::<Runtime>::hashed_key_for(task),
	];
	for (operator, number) in operators.iter().zip(1..=NODES) {
		short.push(Nodes::<Runtime>::hashed_key_for(operator));
		short.push(pallet_registry::Seats::<Runtime>::hashed_key_for(operator, task));
		short.push(Keys::<Runtime>::hashed_key_for(worker(number).public()));
	}
	let long = long.into_iter().map(|key| (key, MILLION));
	long.chain(short.into_iter().map(|key| (key, THOUSANDS))).collect()
}

/// Lets the block be the last one of the task's phase, without a hook.
fn wait(chain: &mut Chain, task: TaskId) {
	let until = match chain.look(|| status(task)) {
		TaskStatus::Inviting { until }
		| TaskStatus::Collecting { until, .. }
		| TaskStatus::Verifying { until }
		| TaskStatus::Committing { until, .. }
		| TaskStatus::Revealing { until } => until,
		other => panic!("{other:?} has no last block"),
	};
	chain.idle_until(until);
}

/// In the next block the hook takes this step and no other: it has the time that the step `needs`. Of the proof it may take
/// what the step `claims`.
fn step(
	chain: &mut Chain,
	name: &str,
	needs: Weight,
	claims: Weight,
	is_taken: impl FnOnce() -> bool,
) {
	let poll = Weights::poll();
	let (Bare { hook, whole, .. }, without) = chain.hooked((poll + needs).ref_time());
	assert!(chain.look(is_taken), "{name}: not taken, or not alone");

	// A claim is at least what was recorded. Of the rest a part stays, and the other comes back
	assert!(hook.recorded <= hook.claimed, "{name}: {hook:?}");
	let most = (poll + claims).proof_size();
	let least = poll.proof_size() + UnseenKept::get() * claims.proof_size();
	assert!((least..most).contains(&hook.claimed), "{name}: {hook:?}, in {least} to {most}");

	// With the ways to all that was written, which nobody has seen before
	let all = whole.since(without.whole);
	assert!(all.recorded <= all.claimed, "{name}: {all:?}");
	assert!(whole.recorded <= whole.claimed, "{name}: {whole:?}");
}

/// One that needs all that it claims.
fn plain(chain: &mut Chain, name: &str, weight: Weight, is_taken: impl FnOnce() -> bool) {
	step(chain, name, weight, weight, is_taken);
}

fn stage(task: TaskId) -> Option<Stage> {
	Settlements::<Runtime>::get(task).map(|left| left.stage)
}

fn tries(task: TaskId) -> Option<u8> {
	Draws::<Runtime>::get(task).map(|plan| plan.tries)
}

/// A task of the largest committee and panel, where everybody is absent, which is dearer than paying them: every step of the
/// hook, each in a block of its own, on a state as deep as a large network's.
#[test]
fn every_step_claims_what_it_adds_to_the_proof() {
	let (mut chain, dealers) = large();
	let task = ask(&mut chain, &dealers);
	accept(&mut chain, task, &dealers[..ACCEPTED]);
	let ways = ways(task, &dealers);
	let advance = Weights::advance();
	let look = advance + Weights::draw_wait();

	let others = chain.crowd(&ways);
	wait(&mut chain, task);
	plain(&mut chain, "end of inviting", advance, || {
		matches!(status(task), TaskStatus::Drawing { .. })
	});
	plain(&mut chain, "look at a draw", look, || {
		let seed = Draws::<Runtime>::get(task).and_then(|plan| plan.seed);
		seed.is_some() && tries(task) == Some(0)
	});
	let draw = look + Weights::draw_check() + Weights::draw();
	plain(&mut chain, "draw", draw, || matches!(status(task), TaskStatus::Collecting { .. }));
	let drawn = chain.look(|| DrawnTasks::<Runtime>::get(task)).unwrap();
	assert_eq!((drawn.committee.len(), drawn.panel.len()), (31, 5));
	chain.uncrowd(&others);
	chain.look(try_state);

	deal_all(&mut chain, task, &dealers[..DEALT]);
	let others = chain.crowd(&ways);
	wait(&mut chain, task);
	plain(&mut chain, "end of collecting", advance, || {
		matches!(status(task), TaskStatus::Verifying { .. })
	});
	wait(&mut chain, task);
	let known = chain.look(|| DrawnTasks::<Runtime>::get(task)).unwrap();
	let sums = Vss::freeze_weight(known.accepted, known.threshold);
	let compared = Consent::freeze_weight(known.accepted);
	plain(&mut chain, "freeze", advance + Weights::freeze() + sums + compared, || {
		matches!(status(task), TaskStatus::Committing { .. })
	});
	wait(&mut chain, task);
	plain(&mut chain, "end of committing", advance, || {
		matches!(status(task), TaskStatus::Revealing { .. })
	});
	wait(&mut chain, task);
	plain(&mut chain, "end of revealing", advance, || stage(task) == Some(Stage::Fee));

	let fee = advance + Weights::settle_fee();
	plain(&mut chain, "fee", fee, || stage(task) == Some(Stage::Sharing));
	let sharing = advance + Weights::settle_sharing();
	let three = sharing + SharingWeights::settle_dealing() * 3;
	plain(&mut chain, "dealings", three, || {
		let freed = Sharings::<Runtime>::get(task).map(|state| state.freed);
		(stage(task), freed) == (Some(Stage::Sharing), Some(3))
	});
	let left = SharingWeights::settle_dealing() * (DEALT as u64 - 3);
	let rest = sharing + left + SharingWeights::settle_task();
	plain(&mut chain, "end of the sharing", rest, || stage(task) == Some(Stage::Cohort));
	let entries = |count: u32| advance + Weights::free_cohort(count);
	let of_cohort = move || Cohorts::<Runtime>::iter_key_prefix(task).count();
	plain(&mut chain, "entries of the cohort", entries(5), || of_cohort() == 7);
	step(&mut chain, "end of the cohort", entries(8), entries(7), || {
		(stage(task), of_cohort()) == (Some(Stage::Close), 0)
	});
	plain(&mut chain, "close", advance + Weights::close(), || {
		matches!(status(task), TaskStatus::Settled(Outcome::Failed(_)))
	});
	chain.uncrowd(&others);
	chain.look(try_state);
}

/// It begins only if there is enough for a draw, and takes a look at the candidates: whether members are missing or verifiers.
#[test]
fn a_draw_that_finds_too_few_nodes_claims_what_it_adds_to_the_proof() {
	for missing in [2..=4, 8..=10] {
		let (mut chain, dealers) = large();
		let task = ask(&mut chain, &dealers);
		let chill = || RuntimeCall::Registry(pallet_registry::Call::chill {});
		let operators: Vec<_> = missing.map(operator).collect();
		let call = acceptance(&mut chain, task);
		let accepts = dealers.iter().map(|dealer| (dealer, call.clone()));
		chain.submit_all(accepts.chain(operators.iter().map(|who| (who, chill()))).collect());
		assert_eq!(chain.look(|| tries(task)), Some(0));

		let others = chain.crowd(&ways(task, &dealers));
		let look = Weights::advance() + Weights::draw_wait() + Weights::draw_check();
		step(&mut chain, "failed draw", look + Weights::draw(), look, || tries(task) == Some(1));
		chain.uncrowd(&others);
		chain.look(try_state);
	}
}

/// A task from its beginning to its end, with all calls and workers. Who imports a block finds that as much came back as who
/// made it did: the state's root depends on it.
#[test]
fn blocks_say_no_less_than_they_prove_and_whoever_imports_them_agrees() {
	let mut chain = Chain::development();
	chain.recording = true;
	chain.register_nodes();
	let dealers = ["//Bob", "//Charlie", "//Dave"].map(pair);
	let task = agreed(&mut chain, &pair("//Alice"), SecurityClass::Standard, &dealers, UNIT);
	drawn(&mut chain, task);
	deal_all(&mut chain, task, &dealers);
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));

	assert_eq!(chain.proofs.len(), chain.blocks.len());
	for (number, proof) in (1..).zip(&chain.proofs) {
		assert!(proof.recorded > 0 && proof.recorded <= proof.claimed, "{number}: {proof:?}");
	}
	import(&chain);
}

/// Tasks to be drawn in one block.
const TASKS: u32 = 14;

/// How many of them are.
fn drawn_in_a_block(recording: bool) -> u64 {
	let (mut chain, _, dealers) = start(3);
	chain.recording = recording;
	let requesters: Vec<_> =
		(0..TASKS).map(|number| pair(&format!("//requester//{number}"))).collect();
	chain.look(|| {
		for who in &requesters {
			Balances::mint_into(&account(who), 1_000 * UNIT).unwrap();
		}
	});
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, 0);
	chain.submit_all(requesters.iter().map(|who| (who, call.clone())).collect());
	let calls = (0..TASKS).map(|task| acceptance(&mut chain, task)).collect();
	let call = RuntimeCall::Utility(pallet_utility::Call::batch_all { calls });
	chain.submit_all(dealers.iter().map(|dealer| (dealer, call.clone())).collect());
	let are = |chain: &mut Chain, is: fn(TaskStatus) -> bool| {
		chain.look(|| (0..TASKS).filter(|task| is(status(*task))).count() as u64)
	};
	let drawing = are(&mut chain, |status| matches!(status, TaskStatus::Drawing { .. }));
	assert_eq!(drawing, u64::from(TASKS));
	chain.block(Vec::new());
	are(&mut chain, |status| matches!(status, TaskStatus::Collecting { .. }))
}

#[test]
fn a_block_has_room_for_twelve_draws_as_most_of_their_claims_come_back() {
	let limit = PollShare::get() * RuntimeBlockWeights::get().max_block;
	let looks = (Weights::advance() + Weights::draw_wait()) * u64::from(TASKS);
	let left = limit.saturating_sub(Weights::poll() + looks);
	let by_bounds = left.checked_div_per_component(&(Weights::draw_check() + Weights::draw()));
	assert_eq!(Some(drawn_in_a_block(false)), by_bounds);
	assert!(by_bounds < Some(12), "the bounds have become small: {by_bounds:?}");
	assert!(drawn_in_a_block(true) >= 12);
}
