//! The scenarios. Each starts a network of its own, so they run one at a time:
//! `make zombienet-test SCENARIO=smoke`. What each asserts is true of final blocks.

mod attacks;
mod crash;
mod entropy;
mod forks;
mod hoard;
mod load;
mod outage;
mod panels;
mod play;
mod pool;
mod redraw;
mod smoke;
mod upgrade;

/// Longest that a scenario may take: a chain that stands still is no success.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(90 * 60);

macro_rules! scenarios {
	($($name:ident: $run:path,)*) => {
		$(
			#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
			async fn $name() -> anyhow::Result<()> {
				tokio::time::timeout(LONGEST, $run()).await?
			}
		)*
	};
}

scenarios! {
	smoke: smoke::with_host_calls,
	pure_wasm: smoke::without_host_calls,
	stock_node: smoke::on_the_stock_node,
	crash: crash::two_of_five,
	too_many_crashes: crash::three_of_five,
	forging_dealer: attacks::forging_dealers,
	forged_input: attacks::forged_inputs,
	lying_verifier: panels::lying_verifiers,
	sleeping_panel: panels::sleeping_panel,
	corrupt_node: attacks::corrupt_nodes,
	false_accuser: attacks::false_accusers,
	restart: outage::restart,
	lost_database: outage::lost_database,
	concurrency: load::twenty_tasks,
	upgrade: upgrade::during_a_task,
	lost_transactions: pool::lost_transactions,
	re_org: forks::a_dealing_is_replaced,
	redraw: redraw::a_requester_draws_again,
	withheld_entropy: entropy::collators_withhold_the_seed,
	seat_hoarding: hoard::seats_are_hoarded,
}
