//! Randomness of draws: what a block must tell of the relay chain, and that a draw has one seed, which nobody knows while
//! dealers accept.

mod chain;

use chain::{
	operator, pair,
	relay::tell_relay,
	task::{accept, deal, drawn, input, publish, settled, status, submission, with, WINDOW},
	Chain,
};
use codec::Encode;
use cumulus_primitives_core::relay_chain::well_known_keys::{
	CURRENT_BLOCK_RANDOMNESS, EPOCH_INDEX, ONE_EPOCH_AGO_RANDOMNESS,
};
use frame_support::traits::Get;
use ostraka_primitives::{
	task::{SecurityClass, TaskStatus},
	traits::{DrawEntropy, RelayMoment, Seed},
	TaskId,
};
use ostraka_runtime::{
	entropy::{RelayDelay, RelayEntropy},
	presets::TEST_NODES,
	Runtime, RuntimeCall, Tasks, UNIT,
};
use pallet_tasks::{
	types::{DrawPlan, MAX_RELAY_BLOCKS, MAX_RELAY_EPOCHS},
	Draws,
};
use std::collections::BTreeMap;

fn standard(after: &RelayMoment) -> Seed {
	RelayEntropy::seed(SecurityClass::Standard, after)
}

fn restricted(after: &RelayMoment) -> Seed {
	RelayEntropy::seed(SecurityClass::Restricted, after)
}

fn known(seed: Seed) -> [u8; 32] {
	match seed {
		Seed::Known(seed) => seed,
		Seed::Soon | Seed::Epoch(_) => panic!("{seed:?}"),
	}
}

/// A block whose proof lacks what stands under a key.
fn block_without(key: &'static [u8]) {
	let mut chain = Chain::secure();
	chain.block(Vec::new());
	chain.left_out = Some(key);
	chain.block(Vec::new());
}

#[test]
#[should_panic(expected = "the proof holds the VRF output of the relay parent's author: ")]
fn a_collator_that_leaves_the_vrf_output_out_makes_no_block() {
	block_without(CURRENT_BLOCK_RANDOMNESS);
}

#[test]
#[should_panic(expected = "the proof holds the relay chain's epoch: ")]
fn a_collator_that_leaves_the_epoch_out_makes_no_block() {
	block_without(EPOCH_INDEX);
}

#[test]
#[should_panic(expected = "the proof holds the relay chain's epoch randomness: ")]
fn a_collator_that_leaves_the_epoch_randomness_out_makes_no_block() {
	block_without(ONE_EPOCH_AGO_RANDOMNESS);
}

/// By a proof that it has none, which is no choice of the collator's.
#[test]
fn a_relay_block_without_a_vrf_output_seeds_nothing() {
	let mut chain = Chain::secure();
	chain.block(Vec::new());
	chain.look(|| {
		let after = RelayEntropy::moment();
		let least = after.number + RelayDelay::get();
		for number in after.number + 1..=least + 3 {
			tell_relay(number, None);
			assert_eq!(standard(&after), Seed::Soon);
			assert_eq!(RelayEntropy::moment().number, number);
		}
		tell_relay(least + 4, Some([1; 32]));
		known(standard(&after));
	});
}

#[test]
fn a_seed_comes_with_the_first_relay_block_four_above_whatever_our_pace() {
	let mut chain = Chain::secure();
	chain.block(Vec::new());
	chain.look(|| {
		let after = RelayEntropy::moment();
		let vrf = |later: u32| Some([later as u8; 32]);
		// Elastic scaling: three blocks of ours on each relay parent.
		let tell = |later: u32| (0..3).for_each(|_| tell_relay(after.number + later, vrf(later)));
		for later in 1..4 {
			tell(later);
			assert_eq!(standard(&after), Seed::Soon, "{later} relay blocks later");
		}
		tell(4);
		let seed = known(standard(&after));
		// No later block gives another one.
		for later in 4..4 + MAX_RELAY_BLOCKS - 1 {
			tell(later);
			assert_eq!(standard(&after), Seed::Known(seed), "{later} relay blocks later");
		}
		// Which block it was is told no more when those before it are forgotten.
		tell(4 + MAX_RELAY_BLOCKS - 1);
		assert_eq!(standard(&after), Seed::Soon);
	});
}

#[test]
fn blocks_of_ours_on_one_relay_parent_do_not_bring_a_draw_nearer() {
	let drawn_at = |paces: &[u64]| {
		let mut chain = Chain::secure();
		chain.register_nodes();
		let dealers = ["//Bob", "//Charlie", "//Dave"].map(pair);
		let call = submission(&mut chain, SecurityClass::Standard, &dealers, 0);
		let task = publish(&mut chain, &pair("//Alice"), call);
		accept(&mut chain, task, &dealers);
		let after = chain.look(|| Draws::<Runtime>::get(task)).unwrap().after;
		for pace in paces.iter().cycle().take(20) {
			chain.relay_pace = *pace;
			chain.block(Vec::new());
			if matches!(chain.look(|| status(task)), TaskStatus::Collecting { .. }) {
				break;
			}
		}
		chain.look(RelayEntropy::moment).number - after.number
	};
	assert_eq!(drawn_at(&[1]), 4);
	assert_eq!(drawn_at(&[0, 1]), 4);
	assert_eq!(drawn_at(&[1, 0]), 4);
	// Our chain was built on none of those between.
	assert_eq!(drawn_at(&[3]), 6);
}

/// An author of relay blocks knows its own outputs an epoch ahead. With an accomplice among the dealers, who accepts last,
/// it could choose which of its blocks comes four later; but what others draw in between it does not know.
#[test]
fn an_author_of_one_relay_block_knows_no_seed_beforehand() {
	let seed = |others: u8| {
		let mut chain = Chain::secure();
		chain.block(Vec::new());
		chain.look(|| {
			let after = RelayEntropy::moment();
			for later in 1..4 {
				tell_relay(after.number + later, Some([others; 32]));
			}
			tell_relay(after.number + 4, Some([77; 32]));
			known(standard(&after))
		})
	};
	assert_eq!(seed(1), seed(1));
	assert_ne!(seed(1), seed(2));
}

#[test]
fn what_the_last_dealer_accepts_in_decides_on_the_seed() {
	let mut chain = Chain::secure();
	let mut moments = Vec::new();
	for _ in 0..30 {
		chain.block(Vec::new());
		moments.push(chain.look(RelayEntropy::moment));
	}
	let waiting = chain.look(<RelayDelay as Get<u32>>::get) as usize;
	let (told, untold) = moments.split_at(moments.len() - waiting);
	chain.look(|| {
		let mut seeds: Vec<_> = told.iter().map(|after| known(standard(after))).collect();
		assert!(untold.iter().all(|after| standard(after) == Seed::Soon));
		seeds.sort();
		seeds.dedup();
		assert_eq!(seeds.len(), told.len());
	});
}

/// A mock relay chain has no VRF outputs, and a test network's epochs are too long to wait for.
#[test]
fn an_insecure_chain_draws_all_classes_from_the_next_block() {
	let mut chain = Chain::development();
	chain.block(Vec::new());
	let after = chain.look(RelayEntropy::moment);
	assert_eq!(chain.look(|| standard(&after)), Seed::Soon);
	chain.block(Vec::new());
	chain.look(|| {
		assert_eq!(known(standard(&after)), known(restricted(&after)));
	});
}

#[test]
fn restricted_seeds_are_of_the_second_epoch_after_the_last_acceptance() {
	let mut chain = Chain::secure();
	let at = |epoch| RelayMoment { number: 0, epoch };
	let mut by_epoch = BTreeMap::<u64, [u8; 32]>::new();
	for _ in 0..5 * chain::RELAY_EPOCH {
		chain.block(Vec::new());
		chain.look(|| {
			let now = RelayEntropy::moment().epoch;
			assert_eq!(restricted(&at(now)), Seed::Epoch(now + 2));
			assert_eq!(restricted(&at(now - 1)), Seed::Epoch(now + 1));
			assert_eq!(restricted(&at(u64::MAX)), Seed::Epoch(u64::MAX));
			for (epoch, seed) in &by_epoch {
				assert_eq!(restricted(&at(*epoch)), Seed::Known(*seed), "epoch {epoch} has two");
			}
			if let Seed::Known(seed) = restricted(&at(now - 2)) {
				by_epoch.insert(now - 2, seed);
			}
		});
	}
	let mut seeds: Vec<_> = by_epoch.values().collect();
	seeds.sort();
	seeds.dedup();
	assert!(seeds.len() >= 3 && seeds.len() == by_epoch.len(), "one an epoch");
}

/// A waiting draw's seed is public: were there another one in every epoch, who makes the draw fail could choose.
#[test]
fn a_restricted_draw_has_one_seed_or_none() {
	let mut chain = Chain::secure();
	chain.block(Vec::new());
	chain.look(|| {
		let after = RelayEntropy::moment();
		let mut seen = Vec::new();
		for later in 1..=u64::from(MAX_RELAY_EPOCHS) {
			assert!(Tasks::note_relay_epoch(after.epoch + later, [later as u8; 32]));
			if let Seed::Known(seed) = restricted(&after) {
				seen.push(seed);
			}
		}
		// Known from the second epoch on, until the epochs before it are forgotten.
		let expected = sp_io::hashing::sha2_256(&(b"ostraka/draw-epoch/v1", [2u8; 32]).encode());
		assert!(seen.len() > 25);
		assert!(seen.iter().all(|seed| *seed == expected));
		assert!(Tasks::note_relay_epoch(after.epoch + 100, [100; 32]));
		assert_eq!(restricted(&after), Seed::Epoch(after.epoch + 2));
	});
}

#[test]
fn a_restricted_draw_of_an_unknown_epoch_has_no_seed() {
	let mut chain = Chain::secure();
	chain.block(Vec::new());
	chain.look(|| {
		let known = Tasks::relay_epoch().unwrap().number;
		let after = RelayMoment { number: 0, epoch: known + 1 };
		// What is told of now may have been public at the last acceptance.
		for later in [3, 4] {
			assert!(Tasks::note_relay_epoch(known + later, [later as u8; 32]));
			assert_eq!(restricted(&after), Seed::Epoch(known + 3));
		}
	});
}

fn plan(chain: &mut Chain, task: TaskId) -> Option<DrawPlan> {
	chain.look(|| Draws::<Runtime>::get(task))
}

/// Everybody knows the seed of a draw that waits for places. Were there another one with the next try, whoever makes draws
/// fail would draw until a committee suits; and who asks may not take it back with the committee in sight.
#[test]
fn a_seed_is_kept_over_failed_draws() {
	let mut chain = Chain::secure();
	chain.register_nodes();
	let operators: Vec<_> = (1..=TEST_NODES).map(operator).collect();
	let one = RuntimeCall::Registry(pallet_registry::Call::set_capacity { capacity: 1 });
	chain.submit_all(operators.iter().map(|operator| (operator, one.clone())).collect());
	let ferdie = pair("//Ferdie");
	let dealers = ["//Bob", "//Charlie", "//Dave"].map(pair);
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, 0);
	let call = with(call, 20 * UNIT, 40 * WINDOW);
	let first = publish(&mut chain, &ferdie, call.clone());
	let second = publish(&mut chain, &ferdie, call);
	accept(&mut chain, first, &dealers);
	accept(&mut chain, second, &dealers);

	// The first has three of the seven places for computing, so that too few are left for the second.
	let committee = drawn(&mut chain, first);
	assert_eq!(committee.len(), 3);
	let dealing = deal(&mut chain, first, &dealers[0], &input(1, 100));
	chain.submit(&dealers[0], dealing);
	chain.blocks_until(10, || Draws::<Runtime>::get(second).is_some_and(|plan| plan.tries > 0));
	let waits = plan(&mut chain, second).unwrap();
	let seed = waits.seed.unwrap();
	assert_eq!(chain.look(|| standard(&waits.after)), Seed::Known(seed));
	let cancel = |task| RuntimeCall::Tasks(pallet_tasks::Call::cancel { task });
	let refused = chain.attempt(&ferdie, cancel(second));
	assert_eq!(refused, Err(pallet_tasks::Error::<Runtime>::WrongPhase.into()));

	// It is kept when the relay block is forgotten.
	for _ in 0..MAX_RELAY_BLOCKS {
		chain.block(Vec::new());
		assert_eq!(plan(&mut chain, second).unwrap().seed, Some(seed));
	}
	assert_eq!(chain.look(|| standard(&waits.after)), Seed::Soon);
	assert!(plan(&mut chain, second).unwrap().tries > waits.tries);

	// And the committee is drawn by it, once there are places.
	chain.submit(&ferdie, cancel(first));
	settled(&mut chain, first);
	chain.blocks_until(120, || matches!(status(second), TaskStatus::Collecting { .. }));
	let drawn = chain.look(|| Tasks::committee(second));
	let expected = chain.look(|| {
		let seed = sp_io::hashing::sha2_256(&(b"ostraka/draw/v2", seed, second).encode());
		let candidates = pallet_registry::Candidates::<Runtime>::get();
		let all: Vec<_> = candidates.iter().filter(|node| node.role.computes()).collect();
		let bounds = pallet_registry::draw::StakeBounds { least: 0, most: u128::MAX };
		let seated = pallet_registry::draw::race(&seed, second, &all, 3, &bounds);
		seated.into_iter().map(|node| node.account.clone()).collect::<Vec<_>>()
	});
	assert_eq!(drawn.iter().map(|seat| seat.account.clone()).collect::<Vec<_>>(), expected);
}
