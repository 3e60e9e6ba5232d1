//! How long members have to commit and to reveal: what it is on each network, that nobody waits for it where all answer, and what
//! one gains that does not.

mod chain;

use chain::{
	books::{gained, lost, Changes, Offer, Watched, EACH, FEE},
	pair,
	task::{deal_all, result, start, status, submit},
	Chain,
};
use frame_support::traits::Get;
use ostraka_primitives::{
	task::{Outcome, SecurityClass, TaskStatus},
	BlockNumber, TaskId,
};
use ostraka_runtime::{
	configs::{
		collation::BLOCK_PROCESSING_VELOCITY,
		ostraka::{FinalityLag, MinCollect},
		prices::DrawFee,
	},
	presets::{self, PRODUCTION_PRESET},
	Registry, Runtime, RuntimeCall, Tasks, Vss, DAYS, MINUTES, SLOT_DURATION,
};
use pallet_network::{AnswerWindow, Solo, DEVELOPMENT_WINDOW, PRODUCTION_WINDOW};

#[test]
fn members_have_ten_minutes_and_on_test_networks_one() {
	for name in presets::names() {
		let minutes = if name.as_str() == PRODUCTION_PRESET { 10 } else { 1 };
		Chain::from_preset(name.as_ref()).look(|| {
			for window in [
				<Runtime as pallet_tasks::Config>::CommitWindow::get(),
				<Runtime as pallet_tasks::Config>::RevealWindow::get(),
			] {
				assert_eq!(window, minutes * MINUTES, "{name:?}");
			}
		});
	}
}

/// The audit's latent fault: at three blocks a slot, which elastic scaling makes, six and ten blocks were twelve and twenty seconds,
/// less than the relay chain takes to finalize one. However many blocks come in a slot, these times stay.
#[test]
fn windows_last_as_long_however_many_blocks_come_in_a_slot() {
	let lasts = |blocks: BlockNumber| {
		u64::from(blocks) * SLOT_DURATION / u64::from(BLOCK_PROCESSING_VELOCITY)
	};
	Chain::from_preset(PRODUCTION_PRESET).look(|| {
		assert_eq!(lasts(FinalityLag::get()), 36_000);
		assert_eq!(lasts(MinCollect::get()), 60_000);
	});
	assert_eq!([MINUTES, DAYS].map(lasts), [60_000, 86_400_000]);
}

/// Blocks that a task's members have, for either answer.
fn windows(chain: &mut Chain, task: TaskId) -> (BlockNumber, BlockNumber) {
	let windows = chain.look(|| Tasks::task(task)).unwrap().windows;
	(windows.commit, windows.reveal)
}

/// Its genesis knew of no window. What is open keeps what was asked.
#[test]
fn a_network_from_before_gives_ten_minutes_to_new_tasks() {
	let (mut chain, alice, dealers) = start(3);
	let before = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	chain.look(AnswerWindow::<Runtime>::kill);
	let after = submit(&mut chain, &pair("//Ferdie"), SecurityClass::Standard, &dealers, 0);
	let lag = chain.look(FinalityLag::get);
	assert_eq!(windows(&mut chain, before), (lag + MINUTES, MINUTES));
	assert_eq!(windows(&mut chain, after), (lag + 10 * MINUTES, 10 * MINUTES));
}

/// A task in its first block of committing, on a chain that waits for finality, whose members have so long. All have attested.
fn frozen(window: BlockNumber) -> Watched {
	let (mut chain, _, dealers) = start(3);
	chain.look(|| {
		Solo::<Runtime>::put(false);
		AnswerWindow::<Runtime>::put(window);
	});
	let mut watched = Watched::on(chain, dealers, Offer::default());
	watched.accept(3);
	watched.draw();
	let task = watched.task;
	deal_all(&mut watched.chain, task, &watched.dealers);
	watched.chain.blocks_until(20, || is_committing(task));
	watched
}

fn is_committing(task: TaskId) -> bool {
	matches!(status(task), TaskStatus::Committing { .. })
}

fn is_revealing(task: TaskId) -> bool {
	matches!(status(task), TaskStatus::Revealing { .. })
}

/// What a task changes in which all have answered.
fn all_answered() -> Changes {
	Changes {
		requester: lost(FEE + DrawFee::DEFAULT),
		dealers: vec![0; 3],
		members: vec![gained(EACH); 3],
		verifiers: vec![gained(EACH); 2],
		treasury: gained(DrawFee::DEFAULT),
		..Default::default()
	}
}

#[test]
fn where_all_answer_nobody_waits_for_the_window() {
	let took = |window| {
		let watched = frozen(window);
		let from = watched.chain.number();
		watched.ends(Outcome::Completed, &all_answered()).number() - from
	};
	let [short, long] = [DEVELOPMENT_WINDOW, PRODUCTION_WINDOW].map(took);
	assert_eq!(short, long);
	assert!(long < PRODUCTION_WINDOW / 5, "{long} blocks");
}

fn first_reveals(call: &RuntimeCall) -> bool {
	use pallet_vss::Call::reveal_result;
	matches!(call, RuntimeCall::Vss(reveal_result { seat: 1, .. }))
}

fn first_answers(call: &RuntimeCall) -> bool {
	use pallet_vss::Call::commit_result;
	matches!(call, RuntimeCall::Vss(commit_result { seat: 1, .. })) || first_reveals(call)
}

fn nine_minutes(chain: &mut Chain) {
	for _ in 0..9 * MINUTES {
		chain.block(Vec::new());
	}
}

/// An update of its image, say, in either phase: nobody hears of the member meanwhile. It was out at a minute.
#[test]
fn a_member_that_comes_back_after_nine_minutes_is_not_absent() {
	let mut watched = frozen(PRODUCTION_WINDOW);
	let task = watched.task;
	let chain = &mut watched.chain;
	chain.muted = first_answers;
	nine_minutes(chain);
	assert!(chain.look(|| is_committing(task)));
	chain.muted = first_reveals;
	chain.blocks_until(MINUTES, || is_revealing(task));
	nine_minutes(chain);
	assert!(chain.look(|| is_revealing(task)));
	chain.muted = |_| false;

	let member = watched.committee[0].account.clone();
	let mut chain = watched.ends(Outcome::Completed, &all_answered());
	assert_eq!(result(&mut chain, task), [6, 600]);
	let node = chain.look(|| Registry::node_info(&member)).unwrap();
	assert_eq!((node.absences, node.completed), (0, 1));
}

/// All that it buys, for an absence: the result is there after one window, the end after two.
#[test]
fn a_silent_member_holds_a_result_up_for_one_window_and_the_end_for_two() {
	let mut watched = frozen(PRODUCTION_WINDOW);
	let (task, member) = (watched.task, watched.committee[0].account.clone());
	let chain = &mut watched.chain;
	let (from, lag) = (chain.number(), chain.look(FinalityLag::get));
	chain.muted = first_answers;
	chain.blocks_until(2 * PRODUCTION_WINDOW, || Vss::result(task).is_some());
	let shown = chain.number() - from;
	let over = || matches!(status(task), TaskStatus::Settled(Outcome::Completed));
	chain.blocks_until(2 * PRODUCTION_WINDOW, over);
	let ended = chain.number() - from;

	let committed = lag + PRODUCTION_WINDOW;
	let soon = PRODUCTION_WINDOW / 10;
	assert!((committed..=committed + soon).contains(&shown), "{shown} blocks");
	let revealed = committed + PRODUCTION_WINDOW;
	assert!((revealed..=revealed + soon).contains(&ended), "{ended} blocks");
	assert_eq!(result(chain, task), [6, 600]);
	assert_eq!(chain.look(|| Registry::node_info(&member)).unwrap().absences, 1);
}
