//! The adversary against a development chain: forging and copying dealers, corrupt compute nodes, false accusers.
//!
//! The chain's own seven nodes are honest. Two more, with a great stake and worker keys that lie in no keystore, belong
//! to the adversary, so that it sits on every committee; nobody but the test acts for them. All tasks are published
//! before the first conviction, which takes a node out of selection.

mod chain;

use chain::{DevChain, STAKE};
use ostraka_adversary::scenarios::{
	a_share_that_is_not_what_was_committed, a_wrong_share_and_one_of_another_task, false_accusers,
	forgers_lost_their_deposits, forging_and_copying_dealers, only_the_corrupt_were_slashed,
	shares_whose_errors_cancel_at_zero, the_exposed_are_made_whole, Record, COPIER,
};
use ostraka_primitives::{task::SecurityClass, Balance};

/// Stake of the chain's own nodes, in tokens.
const HONEST_STAKE: Balance = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cheats_are_convicted_and_results_are_right() {
	let (dev, scene) = DevChain::start().await;
	let cohorts = scene.dealers("//Adversary//dealer", &[COPIER + 1, 5, 5, 5, 5]).await;
	let (cohorts, books) = cohorts.expect("funded");
	let stages = scene.publish(SecurityClass::Confidential, cohorts).await.expect("published");
	let [forging, wrong, cancelling, accusing, committing] = &stages[..] else {
		unreachable!("one for each cohort")
	};
	tokio::try_join!(
		forging_and_copying_dealers(&scene, forging),
		a_wrong_share_and_one_of_another_task(&scene, wrong),
		shares_whose_errors_cancel_at_zero(&scene, cancelling),
		false_accusers(&scene, accusing),
		a_share_that_is_not_what_was_committed(&scene, committing),
	)
	.expect("an outcome for each");

	let ledger = books.add_up(&scene.chain).await.expect("read");
	forgers_lost_their_deposits(&scene.chain, &ledger, forging);
	the_exposed_are_made_whole(&scene.chain, &ledger, accusing);
	// each did its part where the other dealers forged, and the second also where only the first cheated
	let records = [
		Record { wrong: 3, false_accusations: 1, completed: 1 },
		Record { wrong: 2, false_accusations: 1, completed: 2 },
	];
	only_the_corrupt_were_slashed(&scene, [STAKE, HONEST_STAKE], &records).await.expect("read");
	dev.stop().await;
}
