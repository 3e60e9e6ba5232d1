//! The adversary against a development chain: forging and copying dealers, corrupt compute nodes, false accusers.
//!
//! The chain's own seven nodes are honest. Two more, with a great stake and worker keys that lie in no keystore, belong
//! to the adversary, so that it sits on every committee; nobody but the test acts for them. All tasks are published
//! before the first conviction, which takes a node out of selection.

mod chain;

use chain::{DevChain, STAKE};
use ostraka_adversary::{
	scenarios::{
		a_share_that_is_not_what_was_committed, a_wrong_share_and_one_of_another_task,
		false_accusers, forging_and_copying_dealers, shares_whose_errors_cancel_at_zero, COPIER,
		FORGERS,
	},
	scene::{units, Books, Scene, Stage},
};
use ostraka_client::chain::Signer;
use ostraka_primitives::{task::SecurityClass, AccountId, Balance};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cheats_are_convicted_and_results_are_right() {
	let (dev, scene) = DevChain::start().await;
	let cohorts = scene.dealers("//Adversary//dealer", &[COPIER + 1, 5, 5, 5, 5]).await;
	let cohorts = cohorts.expect("funded");
	let mut accounts: Vec<AccountId> = cohorts.iter().flatten().map(Signer::account).collect();
	accounts.push(scene.requester.account());
	let books = Books::open(&scene.chain, &accounts).await.expect("read");
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
	everybodys_money_adds_up(&scene, &books, &stages, forging, accusing).await;
	dev.stop().await;
}

/// Slashes are those of the faults, and nothing is on hold any more but stakes.
async fn everybodys_money_adds_up(
	scene: &Scene,
	books: &Books,
	stages: &[Stage],
	forging: &Stage,
	accusing: &Stage,
) {
	let chain = &scene.chain;
	let ledger = books.add_up(chain).await.expect("read");
	let deposit: Balance = chain.constant("Incentives", "DealerDeposit").expect("a constant");
	for place in FORGERS {
		let lost = -ledger.change(&forging.dealers[place].account());
		// what it lost beyond the deposit is the fee of one transaction
		assert!(lost > deposit as i128 && lost < (deposit + deposit / 20) as i128, "{lost}");
	}
	let exposed = accusing.dealers[0].account();
	let slash: Balance = chain.constant("Incentives", "FalseAccusationSlash").expect("a constant");
	assert!(ledger.change(&exposed) > (slash / 8) as i128, "made whole out of the slash");

	let dealers = stages.iter().flat_map(|stage| &stage.dealers);
	for account in dealers.chain([&scene.requester]).map(Signer::account) {
		assert_eq!(chain.money(&account).await.expect("read").reserved, 0, "{account:?}");
	}

	let wrong: Balance = chain.constant("Incentives", "WrongShareSlash").expect("a constant");
	let corrupt = &scene.corrupt;
	for (node, (slashed, convictions, completed)) in
		corrupt.iter().zip([(3 * wrong + slash, 4, 1), (2 * wrong + slash, 3, 2)])
	{
		let info = chain.node(&node.account()).await.expect("read").expect("registered");
		assert_eq!(info.stake, units(chain, STAKE) - slashed);
		assert_eq!((info.convictions, info.absences), (convictions, 0));
		assert_eq!(info.completed, completed);
		assert!(!info.active);
	}
	let is_honest = |account: &AccountId| corrupt.iter().all(|node| node.account() != *account);
	for info in chain.nodes().await.expect("read") {
		if is_honest(&info.account) {
			assert_eq!((info.convictions, info.absences), (0, 0));
			assert_eq!(info.stake, units(chain, 10_000));
		}
	}
}
