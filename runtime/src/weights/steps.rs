//! What the steps of the task book's hook claim of the proof of validity: as measured, and at least the sum of the bounds of all
//! that a step reads. The benchmarks' tool takes the largest of these bounds where their sum belongs. And where it counts too much, or
//! misses something: what a freeze reads of one map, whose keys share most of their way; the page of messages that is not yet full.
//!
//! A read's bound is that of its entry, and of a full node in each layer of the trie on the way to it: five layers in a map, one
//! for a value of its own. A proof has a node once, whatever is read through it: of the keys of one map no more than one node
//! is counted in the first layer, no more than 16 in the second, and so on. Nor is the agenda counted by every step: `poll` reads it
//! first, and `advance`, with which whatever is done for a task in a block begins, counts it again. `runtime/tests/claims.rs`
//! computes the sums from the comments of the generated files, and holds each claim to them: when it fails, a number here follows.

use crate::Runtime;
use core::marker::PhantomData;
use frame_support::weights::Weight;

/// Bytes of a full node of the trie in a proof, as the benchmarks' tool counts it.
const NODE: u64 = 495;
/// Layers of a map of a million entries.
const LAYERS: u32 = 5;

/// Bytes of a page of the queue of downward messages, and of the way to it.
const PAGE: u64 = 68_060;

/// Bound of so many reads of one map, of entries of so many bytes at most.
fn reads(keys: u64, longest: u64) -> u64 {
	let nodes: u64 = (0..LAYERS).map(|layer| keys.min(16u64.saturating_pow(layer))).sum();
	nodes.saturating_mul(NODE).saturating_add(keys.saturating_mul(longest))
}

/// A measured weight that claims so much of the proof at least.
fn at_least(measured: Weight, proof: u64) -> Weight {
	measured.max(Weight::from_parts(0, proof))
}

/// A measured weight that claims so much of the proof, whatever was counted.
fn claiming(measured: Weight, proof: u64) -> Weight {
	Weight::from_parts(measured.ref_time(), proof)
}

/// These as they were measured.
macro_rules! measured {
	($($name:ident($($component:ident),*);)*) => {$(
		fn $name($($component: u32),*) -> Weight {
			W::$name($($component),*)
		}
	)*};
}

/// Measured weights, of which those of the hook's steps claim no less than their sums.
pub struct Summed<W>(PhantomData<W>);

impl<W: pallet_tasks::WeightInfo> pallet_tasks::WeightInfo for Summed<W> {
	measured! {
		submit(d);
		cancel();
		accept();
		poke();
		poll();
		draw_wait();
		draw_check();
		draw();
		freeze();
		settle_sharing();
	}
	fn advance() -> Weight {
		at_least(W::advance(), 50_450)
	}
	fn settle_fee() -> Weight {
		at_least(W::settle_fee(), 474_032)
	}
	/// Evenly by the entries, as the hook reckons how many it can free: three layers of each of five maps, of which the first two
	/// have their nodes in the part that is there anyway.
	fn free_cohort(d: u32) -> Weight {
		let each = 8_268u64.saturating_mul(d.into());
		at_least(W::free_cohort(d), each.saturating_add(55_258))
	}
	fn close() -> Weight {
		at_least(W::close(), 435_607)
	}
}

impl<W: pallet_vss::WeightInfo> pallet_vss::WeightInfo for Summed<W> {
	measured! {
		deal(t, k);
		accuse(l, t);
		accuse_late(l, t);
		accuse_false(l, t);
		challenge(t, p);
		challenge_with_bond(t, p);
		attest();
		commit_result();
		reveal_result_checked(l, t);
		reveal_result_wrong(l, t);
		reveal_result_deciding(l, t);
		reveal_result_later(l, t);
		reveal_result_wrong_later(l, t);
		authorize_accuse(l, t);
		authorize_challenge(b);
		authorize_attest();
		authorize_commit_result();
		authorize_reveal_result(l);
	}
	/// The dealings, and one read that finds no more. The tool counts the way to each as if it stood alone; those of a task stand
	/// side by side.
	fn freeze(d: u32, t: u32) -> Weight {
		let dealings = reads(u64::from(d).saturating_add(1), 138);
		claiming(W::freeze(d, t), dealings.saturating_add(13_843))
	}
	fn settle_dealing() -> Weight {
		at_least(W::settle_dealing(), 19_256)
	}
	fn settle_task() -> Weight {
		at_least(W::settle_task(), 164_127)
	}
}

impl<W: pallet_consent::WeightInfo> pallet_consent::WeightInfo for Summed<W> {
	measured! {
		set_policy();
		remove_policy();
	}
	/// Of 512 random keys among a million the upper three layers of the trie have 273 nodes at most, and each key has two of its
	/// own; of 129 sets likewise. The tool counts the way to each as if no other of its map were read.
	fn freeze(d: u32) -> Weight {
		let each = 1_444u64.saturating_mul(d.into());
		claiming(W::freeze(d), each.saturating_add(358_000))
	}
}

impl<W: cumulus_pallet_parachain_system::WeightInfo> cumulus_pallet_parachain_system::WeightInfo
	for Summed<W>
{
	measured! {
		block_weight_tx_extension_max_weight();
		block_weight_tx_extension_stays_fraction_of_core();
		block_weight_tx_extension_full_core();
	}
	/// The page that is not yet full is read again, which the benchmark's empty queue has not.
	fn enqueue_inbound_downward_messages(n: u32) -> Weight {
		let page = <Runtime as frame_system::Config>::DbWeight::get().reads(1);
		let page = page.saturating_add(Weight::from_parts(0, PAGE));
		W::enqueue_inbound_downward_messages(n).saturating_add(page)
	}
}
