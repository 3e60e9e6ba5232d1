//! The adversary against development chains: forging and copying dealers, inputs that are not proven valid, corrupt compute
//! nodes and verifiers, false accusers and challengers, members that attest too soon or never, a panel that sleeps; recipients whose
//! mask is bad or never comes, and requesters that ask for a difference.
//!
//! On the first chain three of its own compute nodes stay in selection, and its verifiers, all honest. Two more nodes, with worker
//! keys that lie in no keystore, belong to the adversary, so that it sits on every committee of five; nobody but the test acts for
//! them. On the second the adversary has all seats of committee and panel. On these two all tasks are drawn before the first
//! conviction, which takes a node out of selection. On the third it has no node.

mod chain;

use chain::{DevChain, STAKE};
use ostraka_adversary::scenarios::{
	a_bad_mask, a_dealer_that_vanishes, a_difference_of_one, a_false_challenge_costs_the_bond,
	a_mask_that_never_comes, a_policy_that_is_loosened, a_requester_that_draws_again,
	a_result_for_its_recipient, a_share_that_is_not_what_was_committed, a_silent_member,
	a_sleeping_panel, a_wrong_share_and_one_of_another_task, acceptances_that_are_refused,
	all_seats_lie, attestations_that_are_refused, each_draw_cost_the_fee, false_accusers,
	false_challengers, forged_inputs, forgers_lost_their_deposits, forging_and_copying_dealers,
	hasty_members, invalid_inputs_cost_deposits, lying_verifiers, only_the_corrupt_were_slashed,
	only_this_had_a_silent_member, recipients_lost_their_deposits,
	shares_whose_errors_cancel_at_zero, the_exposed_are_made_whole, the_vanished_lost_a_part,
	who_accepted_is_counted, with_a_poor_dealer, Record, Sealed, COPIER, INVALID, VALID,
};
use ostraka_primitives::task::SecurityClass;

/// Draws of one cohort's tasks, before the requester goes on.
const DRAWS: usize = 2;

/// Each test has a node that makes a block a second: two at once would starve the workers of both.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cheats_are_convicted_and_results_are_right() {
	let _alone = ALONE.lock().await;
	let (dev, scene) = DevChain::start("cheats").await;
	let proving = VALID.len() + INVALID.len();
	let sizes = [COPIER + 1, 5, 5, 5, 5, 6, 6, 5, 5, proving, 5, 5, 2];
	let (mut cohorts, books) = scene.dealers("//Adversary//dealer", &sizes).await.expect("funded");
	let class = SecurityClass::Confidential;

	// two who have no part in any task, and challenge
	let outsiders = cohorts.pop().expect("the last accounts");
	let accepting = cohorts.pop().expect("the last cohort");
	let again = a_requester_that_draws_again(&scene, class, &accepting, DRAWS);
	let again = again.await.expect("drawn and cancelled");
	let mut refusing =
		with_a_poor_dealer(&scene, class, accepting).await.expect("a task with a poor dealer");
	let (stages, ()) = tokio::try_join!(
		scene.publish(class, cohorts),
		acceptances_that_are_refused(&scene, &mut refusing),
	)
	.expect("published, drawn and refused");
	let [first @ .., silent, attesting, unproven, challenging] = &stages[..] else {
		unreachable!("one for each cohort")
	};
	let [forging, wrong, cancelling, accusing, committing, vanishing, hasty] = first else {
		unreachable!("one for each cohort")
	};
	tokio::try_join!(
		forging_and_copying_dealers(&scene, forging),
		a_wrong_share_and_one_of_another_task(&scene, wrong),
		shares_whose_errors_cancel_at_zero(&scene, cancelling),
		false_accusers(&scene, accusing),
		a_share_that_is_not_what_was_committed(&scene, committing),
		a_dealer_that_vanishes(&scene, vanishing),
		hasty_members(&scene, hasty),
		a_silent_member(&scene, silent),
		attestations_that_are_refused(&scene, attesting),
		forged_inputs(&scene, unproven, &outsiders[0]),
		false_challengers(&scene, challenging, &scene.corrupt[0], &outsiders[1]),
		who_accepted_is_counted(&scene, &refusing),
	)
	.expect("an outcome for each");

	let ledger = books.add_up(&scene.chain).await.expect("read");
	forgers_lost_their_deposits(&ledger, forging);
	invalid_inputs_cost_deposits(&ledger, unproven);
	a_false_challenge_costs_the_bond(&scene.chain, &ledger, &outsiders[1]);
	the_exposed_are_made_whole(&scene.chain, &ledger, accusing);
	the_vanished_lost_a_part(&scene.chain, &ledger, vanishing);
	each_draw_cost_the_fee(&scene.chain, &ledger, &again).await.expect("read");
	only_this_had_a_silent_member(&ledger, silent, &[hasty, attesting, vanishing, &refusing]);
	// each did its part where dealers cheated or vanished, where the two were hasty and where the first was silent; the first
	// also where only the second accused, and the second where only the first cheated or challenged
	let records = [
		Record { wrong: 3, false_accusations: 2, completed: 7, ..Record::default() },
		Record { wrong: 2, false_accusations: 2, completed: 8, ..Record::default() },
	];
	only_the_corrupt_were_slashed(&scene, [STAKE; 2], &records).await.expect("read");
	dev.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn panels_that_lie_or_sleep_are_told_and_pay() {
	let _alone = ALONE.lock().await;
	let (dev, scene) = DevChain::corrupt_whole("panels").await;
	let sizes = [5, 5, 5, 5, 3];
	let (mut cohorts, books) = scene.dealers("//Adversary//dealer", &sizes).await.expect("funded");
	// who have no part in any task, and challenge
	let outsiders = cohorts.pop().expect("the last accounts");
	let stages = scene.publish(SecurityClass::Standard, cohorts).await.expect("drawn");
	let [lying, whole, sleeping, challenging] = &stages[..] else {
		unreachable!("one for each cohort")
	};
	tokio::try_join!(
		lying_verifiers(&scene, lying, &outsiders[0]),
		all_seats_lie(&scene, whole, &outsiders[1]),
		a_sleeping_panel(&scene, sleeping),
		false_challengers(&scene, challenging, &scene.verifiers[0], &outsiders[2]),
	)
	.expect("an outcome for each");

	let ledger = books.add_up(&scene.chain).await.expect("read");
	a_false_challenge_costs_the_bond(&scene.chain, &ledger, &outsiders[2]);
	// members lie once, with all others; of the verifiers, who lie twice and sleep once, the first also challenges falsely
	let member = Record { false_attestations: 1, completed: 3, ..Record::default() };
	let first =
		Record { false_accusations: 1, false_attestations: 2, absences: 1, ..Record::default() };
	let second = Record { false_accusations: 0, completed: 1, ..first };
	let records = [member, member, member, first, second];
	only_the_corrupt_were_slashed(&scene, [STAKE; 2], &records).await.expect("read");
	dev.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn masks_and_policies_hold() {
	let _alone = ALONE.lock().await;
	let (dev, scene) = DevChain::honest("consent").await;
	// three dealers and a recipient each, and four dealers
	let (mut cohorts, books) = scene.dealers("//Adversary//dealer", &[4; 4]).await.expect("funded");
	let wary = cohorts.pop().expect("the last cohort");
	let sealed = Sealed::publish(&scene, cohorts).await.expect("drawn");
	let [whole, bad, missing] = &sealed[..] else { unreachable!("one for each cohort") };
	tokio::try_join!(
		a_result_for_its_recipient(&scene, whole),
		a_bad_mask(&scene, bad),
		a_mask_that_never_comes(&scene, missing),
	)
	.expect("an outcome for each");
	a_difference_of_one(&scene, &wary).await.expect("an outcome for each");
	a_policy_that_is_loosened(&scene, &wary).await.expect("refused until it is gone");

	let ledger = books.add_up(&scene.chain).await.expect("read");
	recipients_lost_their_deposits(&scene.chain, &ledger, bad, missing);
	only_the_corrupt_were_slashed(&scene, [STAKE; 2], &[]).await.expect("read");
	dev.stop().await;
}
