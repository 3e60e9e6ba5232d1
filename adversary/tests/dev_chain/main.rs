//! The adversary against a development chain: forging and copying dealers, corrupt compute nodes, false accusers. Every
//! assertion is about finalized blocks.
//!
//! The chain's own seven nodes are honest. Two more, with a great stake and worker keys that lie in no keystore, belong
//! to the adversary, so that it sits on every committee; nobody but the test acts for them. All tasks are published
//! before the first conviction, which takes a node out of selection.

mod scenarios;
mod setting;

use scenarios::Plan;
use setting::Setting;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cheats_are_convicted_and_results_are_right() {
	let setting = Setting::start().await;
	let plan = Plan::publish(&setting).await;
	tokio::join!(
		plan.forging_and_copying_dealers(),
		plan.a_wrong_share_and_one_of_another_task(),
		plan.shares_whose_errors_cancel_at_zero(),
		plan.false_accusers(),
		plan.a_share_that_is_not_what_was_committed(),
	);
	plan.everybodys_money_adds_up().await;
	setting.stop().await;
}
