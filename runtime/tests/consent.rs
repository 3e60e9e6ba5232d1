//! What dealers allow, over all pallets: accepted sets that are too near to each other, contributors that were counted, quotas,
//! and policies that loosen. Every pallet's invariants are checked after every block. Sealed results are in `sealed.rs`.

mod chain;

use chain::{
	account,
	books::{blamed, lost, nothing_on_hold, reward, Changes, Offer, Watched, FEE},
	events, pair,
	task::{
		about, accept_with, acceptance_of, deal, deal_all, deal_wrongly, drawn, input, mean,
		publish, result, settled, start, status, submission, submit, under, with, WINDOW,
	},
	verdict::{convicted, with_conviction, Conviction},
	wealth, Chain,
};
use codec::MaxEncodedLen;
use frame_support::traits::Get;
use ostraka_crypto::Scalar;
use ostraka_primitives::{
	consent::{ColumnSet, Policy, Quota, HISTORY, MAX_DIFFERENCE},
	fault::DealerFault,
	spec::{Grouping, Name, Statistic, TaskSpec},
	task::{FailReason, Outcome, SecurityClass, TaskStatus},
	traits::{AcceptedSet, Consent as _},
	AccountId, BlockNumber, Digest, TaskId, MAX_DEALERS,
};
use ostraka_protocol::wire::dataset_tag;
use ostraka_runtime::{
	configs::{
		ostraka::LooseningDelay,
		prices::{DealerDeposit, DrawFee},
		system::RuntimeBlockWeights,
	},
	Consent, Runtime, RuntimeCall, RuntimeEvent, System, Vss, UNIT,
};
use pallet_consent::{AcceptedSetRecord, Entry, Event, Histories, History, Sets};
use sp_core::sr25519;
use sp_runtime::DispatchResult;

type Refusal = pallet_consent::Error<Runtime>;

/// By how many dealers the accepted sets of two tasks must differ in these tests, if a dealer asks for that.
const APART: u8 = 2;

fn dataset() -> Digest {
	dataset_tag("loans-2026")
}

fn apart() -> Policy {
	Policy { least_difference: APART, ..Default::default() }
}

fn quota(tasks: u8, blocks: BlockNumber) -> Policy {
	Policy { quota: Some(Quota { tasks, blocks }), ..Default::default() }
}

fn set(policy: Policy) -> RuntimeCall {
	RuntimeCall::Consent(pallet_consent::Call::set_policy { dataset: dataset(), policy })
}

/// A chain with so many dealers, the first of whom has this policy.
fn start_with(dealers: usize, policy: Policy) -> (Chain, sr25519::Pair, Vec<sr25519::Pair>) {
	let (mut chain, requester, dealers) = start(dealers);
	chain.submit(&dealers[0], set(policy));
	(chain, requester, dealers)
}

/// These dealers' rows have a mean, which comes out.
fn averaged(chain: &mut Chain, requester: &sr25519::Pair, dealers: &[sr25519::Pair]) -> TaskId {
	let task = submit(chain, requester, SecurityClass::Standard, dealers, 0);
	accept_with(chain, task, dealers, dataset());
	drawn(chain, task);
	deal_all(chain, task, dealers);
	assert_eq!(settled(chain, task), TaskStatus::Settled(Outcome::Completed));
	task
}

/// A task that these dealers have accepted, with time to deal to another one besides.
fn asked(chain: &mut Chain, requester: &sr25519::Pair, dealers: &[sr25519::Pair]) -> TaskId {
	let call = submission(chain, SecurityClass::Standard, dealers, 0);
	let task = publish(chain, requester, with(call, FEE, 4 * WINDOW));
	accept_with(chain, task, dealers, dataset());
	task
}

/// The block in which a task's accepted set is frozen, or fails to be, is the newest one.
fn judged(chain: &mut Chain, task: TaskId) {
	chain.blocks_until(60, || matches!(status(task), TaskStatus::Verifying { .. }));
	chain.blocks_until(60, || !matches!(status(task), TaskStatus::Verifying { .. }));
}

/// What the newest block says of a set that is too near: the task, the other one, how many differ, and how many would have to.
fn too_near(chain: &mut Chain) -> Option<(TaskId, TaskId, u32, u32)> {
	chain.look(events).into_iter().find_map(|event| match event {
		RuntimeEvent::Consent(Event::TooNear { task, other, differ, least }) => {
			Some((task, other, differ, least))
		},
		_ => None,
	})
}

/// The task that the newest block says was not counted, and the one that should have.
fn not_counted(chain: &mut Chain) -> Option<(TaskId, TaskId)> {
	chain.look(events).into_iter().find_map(|event| match event {
		RuntimeEvent::Consent(Event::NotCounted { task, counting }) => Some((task, counting)),
		_ => None,
	})
}

/// The tasks that are remembered of a dealer.
fn remembered(chain: &mut Chain, dealer: &sr25519::Pair) -> Vec<TaskId> {
	let history = chain.look(|| Consent::history(account(dealer)));
	history.into_iter().map(|entry| entry.task).collect()
}

fn failed(reason: FailReason) -> Outcome {
	Outcome::Failed(reason)
}

/// Number of the next block.
fn next(chain: &Chain) -> BlockNumber {
	chain.number() + 1
}

/// Waits until the next block is this one.
fn until_next_is(chain: &mut Chain, block: BlockNumber) {
	chain.blocks_until(200, || System::block_number() + 1 >= block);
	assert_eq!(next(chain), block);
}

/// Whichever is the larger one: the later has no result, at its requester's cost alone, and is forgotten.
#[test]
fn a_set_that_differs_from_an_earlier_one_by_one_dealer_has_no_result() {
	for (first, second) in [(4, 3), (3, 4)] {
		let (mut chain, alice, dealers) = start_with(4, apart());
		let earlier = averaged(&mut chain, &alice, &dealers[..first]);
		let asked = &dealers[..second];
		let mut watched = Watched::on(chain, asked.to_vec(), Offer::default());
		let (task, chain) = (watched.task, &mut watched.chain);
		accept_with(chain, task, asked, dataset());
		watched.draw();
		let chain = &mut watched.chain;
		deal_all(chain, task, asked);
		assert_eq!(remembered(chain, &dealers[0]), [earlier, task]);
		judged(chain, task);
		assert_eq!(too_near(chain), Some((task, earlier, 1, APART.into())));

		let end = failed(FailReason::Differencing);
		let mut chain = watched.ends(end, &blamed(second, 0));
		assert_eq!(chain.look(|| Vss::result(task)), None);
		let sets = chain.look(|| [earlier, task].map(Sets::<Runtime>::contains_key));
		assert_eq!(sets, [true, false]);
		assert_eq!(remembered(&mut chain, &dealers[0]), [earlier]);

		// The same dealers again are the same set: their results have no difference
		let again = averaged(&mut chain, &alice, &dealers[..first]);
		assert_eq!(remembered(&mut chain, &dealers[0]), [earlier, again]);
	}
}

/// Of the same set with another tag nobody knows whether it has the same rows: it counts as near.
#[test]
fn a_dealer_that_names_other_data_makes_no_set_look_further_away() {
	let (mut chain, alice, dealers) = start_with(4, apart());
	let earlier = averaged(&mut chain, &alice, &dealers);
	let task = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	accept_with(&mut chain, task, &dealers[..3], dataset());
	accept_with(&mut chain, task, &dealers[3..], dataset_tag("other"));
	drawn(&mut chain, task);
	deal_all(&mut chain, task, &dealers);
	judged(&mut chain, task);
	assert_eq!(too_near(&mut chain), Some((task, earlier, 0, APART.into())));
	let end = TaskStatus::Settled(failed(FailReason::Differencing));
	assert_eq!(settled(&mut chain, task), end);
}

/// Two tasks are asked, drawn, and dealt to at once. Neither requester knows which of them will be frozen first.
#[test]
fn of_two_near_sets_at_the_same_time_one_has_no_result() {
	// Sets that differ from the beginning, in either order, and sets that an exclusion makes differ
	for (invited, wrong) in [([4, 3], false), ([3, 4], false), ([4, 4], true)] {
		let (mut chain, alice, dealers) = start_with(4, apart());
		let requesters = [alice, pair("//Ferdie")];
		let ferdie = account(&requesters[1]);
		let before = chain.look(|| wealth(&ferdie));
		let tasks: Vec<_> = invited
			.iter()
			.zip(&requesters)
			.map(|(count, requester)| asked(&mut chain, requester, &dealers[..*count]))
			.collect();
		for task in &tasks {
			drawn(&mut chain, *task);
		}
		let owned: Vec<_> =
			dealers.iter().map(|dealer| chain.look(|| wealth(&account(dealer)))).collect();
		// All dealings of a dealer in one transaction
		let calls = dealers.iter().enumerate().map(|(index, dealer)| {
			let of = |(task, count): (&TaskId, &usize)| (index < *count).then_some(*task);
			let tasks = tasks.iter().zip(&invited).filter_map(of);
			let rows = input(1, 100);
			let calls = tasks.enumerate().map(|(place, task)| {
				if wrong && place == 1 && index == 3 {
					deal_wrongly(&mut chain, task, dealer, &rows, 2)
				} else {
					deal(&mut chain, task, dealer, &rows)
				}
			});
			let calls = calls.collect();
			(dealer, RuntimeCall::Utility(pallet_utility::Call::batch_all { calls }))
		});
		let calls = calls.collect();
		chain.submit_all(calls);

		let mut ends: Vec<_> = tasks.iter().map(|task| settled(&mut chain, *task)).collect();
		let ferdies_failed = ends[1] != TaskStatus::Settled(Outcome::Completed);
		ends.sort_by_key(|end| *end != TaskStatus::Settled(Outcome::Completed));
		let expected = [Outcome::Completed, failed(FailReason::Differencing)];
		assert_eq!(ends, expected.map(TaskStatus::Settled), "{invited:?} {wrong}");
		let results = chain.look(|| tasks.iter().filter_map(|task| Vss::result(*task)).count());
		assert_eq!(results, 1);
		if ferdies_failed {
			let gained = if wrong { reward() } else { 0 };
			let paid = before + gained - chain.look(|| wealth(&ferdie));
			// But for the base part of five seats all of it is forfeited, and nothing comes back
			let expected = FEE + DrawFee::DEFAULT;
			assert!((expected..expected + UNIT).contains(&paid), "{paid}");
		}
		// Who dealt right pays for transactions, and nothing else
		let right = if wrong { &dealers[..3] } else { &dealers[..] };
		for (dealer, owned) in right.iter().zip(owned) {
			let paid = owned - chain.look(|| wealth(&account(dealer)));
			assert!(paid < 2 * UNIT, "{paid}");
			nothing_on_hold(&mut chain, &account(dealer));
		}
	}
}

/// The same four are asked twice, and one of them deals wrongly the second time: its dealing is out, so that the sets differ by it.
#[test]
fn an_exclusion_that_makes_two_sets_differ_costs_the_later_one_its_result() {
	let (mut chain, alice, dealers) = start_with(4, apart());
	let earlier = averaged(&mut chain, &alice, &dealers);
	let offer = Offer { window: 2 * WINDOW, ..Default::default() };
	let mut watched = Watched::on(chain, dealers.clone(), offer);
	let (task, chain) = (watched.task, &mut watched.chain);
	accept_with(chain, task, &dealers, dataset());
	watched.draw();
	let chain = &mut watched.chain;
	let (liar, honest) = dealers.split_last().unwrap();
	let wrong = deal_wrongly(chain, task, liar, &input(1, 100), 2);
	chain.submit(liar, wrong);
	let Conviction { dealer, seat, fault, excluded, .. } = convicted(chain);
	assert_eq!((dealer, seat), (account(liar), Some(2)));
	assert_eq!((fault, excluded), (DealerFault::WrongShare, true));
	assert_eq!(remembered(chain, liar), [earlier]);
	deal_all(chain, task, honest);
	judged(chain, task);
	assert_eq!(too_near(chain), Some((task, earlier, 1, APART.into())));

	let changes = with_conviction(blamed(4, 0), 2);
	let dealers = vec![0, 0, 0, lost(DealerDeposit::DEFAULT)];
	let mut chain = watched.ends(failed(FailReason::Differencing), &Changes { dealers, ..changes });
	assert_eq!(chain.look(|| Vss::result(task)), None);
}

fn name(text: &str) -> Name {
	text.as_bytes().to_vec().try_into().unwrap()
}

/// A statistic of two groups.
fn by_region(statistic: Statistic) -> TaskSpec {
	let groups = vec![name("north"), name("south")].try_into().unwrap();
	let group_by = Some(Grouping { column: name("region"), groups });
	TaskSpec { statistic, group_by, ..mean() }
}

/// Means of two groups: a row in each.
fn grouped() -> Vec<Scalar> {
	[input(1, 100), input(1, 50)].concat()
}

/// All dealers deal the same.
fn deal_each(chain: &mut Chain, task: TaskId, dealers: &[sr25519::Pair], input: &[Scalar]) {
	let calls = dealers.iter().map(|dealer| (dealer, deal(chain, task, dealer, input))).collect();
	chain.submit_all(calls);
}

/// A chain on which the contributors of four dealers are counted: none of them has a policy.
fn counted() -> (Chain, sr25519::Pair, Vec<sr25519::Pair>, TaskId) {
	let (mut chain, alice, dealers) = start(4);
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, 0);
	let call = with(about(call, by_region(Statistic::Contributors)), FEE, WINDOW);
	let counting = publish(&mut chain, &alice, call);
	accept_with(&mut chain, counting, &dealers, dataset());
	drawn(&mut chain, counting);
	deal_each(&mut chain, counting, &dealers, &input(1, 1));
	assert_eq!(settled(&mut chain, counting), TaskStatus::Settled(Outcome::Completed));
	assert_eq!(result(&mut chain, counting), [4, 4]);
	(chain, alice, dealers, counting)
}

/// The transaction that asks for the groups' means of these dealers, and names the task that counted.
fn asks_by_region(chain: &mut Chain, dealers: &[sr25519::Pair], counting: TaskId) -> RuntimeCall {
	let call = submission(chain, SecurityClass::Standard, dealers, 0);
	let call = with(about(call, by_region(Statistic::Mean)), FEE, WINDOW);
	under(call, |conditions| conditions.counting = Some(counting))
}

#[test]
fn a_group_by_over_the_counted_dealers_has_a_result() {
	let (mut chain, alice, dealers, counting) = counted();
	let call = asks_by_region(&mut chain, &dealers, counting);
	let task = publish(&mut chain, &alice, call);
	accept_with(&mut chain, task, &dealers, dataset());
	drawn(&mut chain, task);
	deal_each(&mut chain, task, &dealers, &grouped());
	assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));
	assert_eq!(result(&mut chain, task), [4, 400, 4, 200]);

	// What counts no contributors can stand for no count
	let call = asks_by_region(&mut chain, &dealers, task);
	let refused = chain.attempt(&alice, call);
	assert_eq!(refused, Err(pallet_tasks::Error::<Runtime>::WrongCounting.into()));
}

/// A group of one contributor less than were counted can be a group of too few.
#[test]
fn a_group_by_over_one_dealer_fewer_than_were_counted_has_no_result() {
	let (chain, _, dealers, counting) = counted();
	let spec = by_region(Statistic::Mean);
	let offer = Offer { spec, counting: Some(counting), ..Default::default() };
	let mut watched = Watched::on(chain, dealers[..3].to_vec(), offer);
	let (task, chain) = (watched.task, &mut watched.chain);
	accept_with(chain, task, &dealers[..3], dataset());
	watched.draw();
	let chain = &mut watched.chain;
	deal_each(chain, task, &dealers[..3], &grouped());
	judged(chain, task);
	assert_eq!(not_counted(chain), Some((task, counting)));
	let mut chain = watched.ends(failed(FailReason::NotCounted), &blamed(3, 0));
	assert_eq!(chain.look(|| Vss::result(task)), None);
}

/// Nobody has counted whose rows those are: who says so of its own cannot accept, and its group-by is none of its requester's loss.
#[test]
fn a_group_by_over_other_data_than_was_counted_is_not_accepted() {
	let (mut chain, alice, dealers, counting) = counted();
	let call = asks_by_region(&mut chain, &dealers, counting);
	let task = publish(&mut chain, &alice, call);
	let other = acceptance_of(&mut chain, task, dataset_tag("other"));
	assert_eq!(chain.attempt(&dealers[3], other), Err(Refusal::OtherDataset.into()));
	accept_with(&mut chain, task, &dealers, dataset());
	drawn(&mut chain, task);
}

/// Who asks does not matter, nor that both asked before either was dealt to.
#[test]
fn a_quota_is_not_spent_twice_by_two_requesters() {
	const BLOCKS: BlockNumber = 100;
	let (mut chain, alice, dealers) = start_with(4, quota(1, BLOCKS));
	let ferdie = pair("//Ferdie");
	let left = |chain: &mut Chain| {
		let allowance = chain.look(|| Consent::allowance(account(&dealers[0]), dataset()));
		(allowance.left, allowance.next_at)
	};
	assert_eq!(left(&mut chain), (Some(1), None));
	let tasks: Vec<_> = [&alice, &ferdie]
		.into_iter()
		.map(|requester| asked(&mut chain, requester, &dealers))
		.collect();
	let [first, second] = tasks[..] else { panic!("two tasks") };
	drawn(&mut chain, first);
	drawn(&mut chain, second);
	deal_all(&mut chain, first, &dealers);
	let dealt = chain.number();
	assert_eq!(left(&mut chain), (Some(0), Some(dealt + BLOCKS)));
	let call = deal(&mut chain, second, &dealers[0], &input(1, 100));
	assert_eq!(chain.attempt(&dealers[0], call), Err(Refusal::QuotaSpent.into()));
	deal_all(&mut chain, second, &dealers[1..]);
	for task in [first, second] {
		assert_eq!(settled(&mut chain, task), TaskStatus::Settled(Outcome::Completed));
	}
	assert_eq!(result(&mut chain, first), [10, 1000]);
	assert_eq!(result(&mut chain, second), [6, 600]);

	// A third one is refused before it binds anybody, to the last block of the quota
	let at = dealt + BLOCKS;
	chain.blocks_until(200, || System::block_number() + 5 >= at);
	let third = submit(&mut chain, &ferdie, SecurityClass::Standard, &dealers, 0);
	let call = acceptance_of(&mut chain, third, dataset());
	until_next_is(&mut chain, at - 1);
	assert_eq!(chain.attempt(&dealers[0], call.clone()), Err(Refusal::QuotaSpent.into()));
	nothing_on_hold(&mut chain, &account(&dealers[0]));
	assert_eq!(chain.attempt(&dealers[0], call), Ok(()));
}

/// The attack: who gets at a dealer's account for an hour loosens its policy, and asks for what that would have refused.
#[test]
fn a_policy_that_is_loosened_just_before_a_task_refuses_it_until_the_delay_is_over() {
	let remove = RuntimeCall::Consent(pallet_consent::Call::remove_policy { dataset: dataset() });
	let tight = Policy { least_cohort: 4, ..Default::default() };
	for loosening in [set(Policy::default()), remove] {
		let (mut chain, alice, dealers) = start_with(4, tight.clone());
		chain.submit(&dealers[0], loosening);
		let due = chain.number() + chain.look(<LooseningDelay as Get<BlockNumber>>::get);
		let ask = |chain: &mut Chain, least_dealers| {
			let call = submission(chain, SecurityClass::Standard, &dealers, 0);
			let call = under(call, |conditions| conditions.least_dealers = least_dealers);
			publish(chain, &alice, call)
		};
		let task = ask(&mut chain, 3);
		let call = acceptance_of(&mut chain, task, dataset());
		let refused: DispatchResult = Err(Refusal::TooFewDealersAsked.into());
		assert_eq!(chain.attempt(&dealers[0], call), refused);
		// What the policy asks for is still there to be had
		let task = ask(&mut chain, 4);
		let call = acceptance_of(&mut chain, task, dataset());
		assert_eq!(chain.attempt(&dealers[0], call), Ok(()));

		until_next_is(&mut chain, due - 4);
		let task = ask(&mut chain, 3);
		let call = acceptance_of(&mut chain, task, dataset());
		until_next_is(&mut chain, due - 1);
		assert_eq!(chain.attempt(&dealers[0], call.clone()), refused);
		assert_eq!(chain.attempt(&dealers[0], call), Ok(()));
	}
}

/// Task of a freeze that compares as much as there can be.
const FROZEN: TaskId = 1;

/// So many dealers with full histories: of the task that is frozen, of three that all of them dealt to, and of four that nobody else
/// did.
fn full_histories() -> Vec<AccountId> {
	let remember = |index: u32| {
		let dealer = AccountId::new(sp_io::hashing::blake2_256(&index.to_le_bytes()));
		let own: TaskId = 100 + index * 4;
		let tasks = (own..own + 4).chain(FROZEN + 1..FROZEN + 4).chain([FROZEN]);
		let least_difference = MAX_DIFFERENCE;
		let entry = |task| Entry { task, dataset: dataset(), at: 0, least_difference };
		let history: Vec<_> = tasks.map(entry).collect();
		assert_eq!(history.len(), HISTORY as usize);
		Histories::<Runtime>::insert(&dealer, History::try_from(history).unwrap());
		dealer
	};
	let dealers = (0..MAX_DEALERS).map(remember).collect();
	for task in FROZEN + 1..FROZEN + 4 {
		let columns = ColumnSet::default();
		let (dealers, least_difference) = (MAX_DEALERS, MAX_DIFFERENCE);
		let set = AcceptedSetRecord { dealers, least_difference, columns };
		Sets::<Runtime>::insert(task, set);
	}
	dealers
}

/// The hook takes it of a block beside all else that is due.
#[test]
fn to_compare_the_largest_cohort_takes_less_than_a_tenth_of_a_block() {
	let claimed = Consent::freeze_weight(MAX_DEALERS);
	let tenth = RuntimeBlockWeights::get().max_block.saturating_div(10);
	assert!(claimed.ref_time() <= tenth.ref_time(), "{claimed}, of {tenth}");

	let mut chain = Chain::development();
	let dealers = chain.look(full_histories);
	let (columns, counting) = (ColumnSet::default(), None);
	let set = AcceptedSet { task: FROZEN, dealers: &dealers, columns, counting };
	let (recorded, frozen) = chain.proven(|| Consent::freeze(&set));
	assert_eq!(frozen, Ok(()));
	let histories = MAX_DEALERS * HISTORY * Entry::max_encoded_len() as u32;
	assert!(recorded > u64::from(histories), "{recorded}: not all histories were read");
	assert!(recorded <= claimed.proof_size(), "{recorded}, of {claimed}");
	// What is claimed counts the way to each history as if no other were read; the hook gives back what was not recorded.
	assert!(recorded <= tenth.proof_size(), "{recorded}, of {tenth}");
}
