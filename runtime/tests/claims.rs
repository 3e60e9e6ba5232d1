//! What the steps of the task book's hook claim of the proof of validity is no less than the sum of the bounds that the generated
//! files name. That it is no less than what is recorded `proof.rs` shows.

use frame_support::weights::Weight;
use ostraka_primitives::{traits::Sharing, MAX_COMMITMENTS, MAX_DEALERS};
use ostraka_runtime::{
	configs::{ostraka::PollShare, system::RuntimeBlockWeights},
	Consent, Runtime, Vss,
};
use pallet_tasks::WeightInfo as _;
use pallet_vss::WeightInfo as _;

type Book = <Runtime as pallet_tasks::Config>::WeightInfo;
type Shares = <Runtime as pallet_vss::Config>::WeightInfo;

/// What a step claims.
type Claim = fn() -> Weight;

/// Of each pallet whose steps are the hook's what the tool wrote, with host calls and without.
const BOOK: [&str; 2] = [
	include_str!("../src/weights/host_calls/pallet_tasks.rs"),
	include_str!("../src/weights/pure_wasm/pallet_tasks.rs"),
];
const SHARES: [&str; 2] = [
	include_str!("../src/weights/host_calls/pallet_vss.rs"),
	include_str!("../src/weights/pure_wasm/pallet_vss.rs"),
];
const CONSENT: [&str; 1] = [include_str!("../src/weights/common/pallet_consent.rs")];

/// Read by each of the book's steps, and in a block's proof once.
const LISTS: [&str; 2] = ["Tasks::Agenda", "Tasks::Unsettled"];

/// What the tool counts of the trie for an entry, beside its bytes: so many for each layer.
const NODE: u64 = 495;

/// What a step reads of one storage item.
#[derive(Debug)]
struct Item {
	/// Its pallet and name.
	name: String,
	/// How many entries, where all that the step goes through is as many as may be.
	reads: u64,
	/// The longest entry.
	longest: u64,
	/// Layers of the trie on the way to it.
	layers: u64,
}

impl Item {
	/// Bound of what its reads add to the proof, where only so many dealers are there. What is read as often as there may be dealers
	/// is read once for each, but for a read more or less.
	fn bound(&self, dealers: u64) -> u64 {
		let most = u64::from(MAX_DEALERS);
		let each = self.reads + 1 >= most;
		let reads = if each { self.reads.saturating_sub(most - dealers) } else { self.reads };
		// A node is in a proof once: of a layer no more than there are
		let nodes: u64 = (0..self.layers as u32).map(|layer| reads.min(16u64.pow(layer))).sum();
		reads * self.longest + NODE * nodes
	}
}

/// The number between two texts.
fn between(line: &str, before: &str, after: &str) -> u64 {
	let (_, rest) = line.split_once(before).unwrap_or_else(|| panic!("no {before} in {line}"));
	let (number, _) = rest.split_once(after).unwrap_or_else(|| panic!("no {after} in {line}"));
	number.trim().parse().unwrap()
}

/// What a step reads, by the comments above its function.
fn items(file: &str, step: &str) -> Vec<Item> {
	let mut items = Vec::new();
	let mut lines = file.lines().map(str::trim);
	while let Some(line) = lines.next() {
		if let Some(storage) = line.strip_prefix("/// Storage: `") {
			let (name, _) = storage.split_once('`').unwrap();
			let reads = between(line, "(r:", " ");
			let proof = lines.next().unwrap();
			assert!(proof.starts_with(&format!("/// Proof: `{name}`")), "{name}: {proof}");
			let (longest, added) =
				(between(proof, "`max_size`: Some(", ")"), between(proof, "added: ", ","));
			assert!(added > longest && (added - longest).is_multiple_of(NODE), "{name}: {proof}");
			let layers = (added - longest) / NODE;
			items.push(Item { name: name.to_owned(), reads, longest, layers });
		} else if line.starts_with("fn ") {
			if line.starts_with(&format!("fn {step}(")) {
				assert!(!items.is_empty(), "{step} reads nothing");
				return items;
			}
			items.clear();
		}
	}
	panic!("there is no {step}")
}

/// Holds a claim to the sum of the bounds in each file, with no dealers, one, as many as there may be, and some in between.
fn assert_claims(files: &[&str], step: &str, claim: impl Fn(u32) -> Weight) {
	for file in files {
		let mut items = items(file, step);
		// The block's first look counts it, and what each task's work begins with
		let is_list = |item: &Item| LISTS.contains(&item.name.as_str());
		items.retain(|item| !is_list(item) || ["poll", "advance"].contains(&step));
		for dealers in (0..=MAX_DEALERS).step_by(15).chain([1, 2, 16, 17, 255, 256, MAX_DEALERS]) {
			let sum: u64 = items.iter().map(|item| item.bound(dealers.into())).sum();
			let claim = claim(dealers).proof_size();
			assert!(
				claim >= sum,
				"{step} of {dealers} claims {claim}, and may read {sum}: {items:?}"
			);
		}
	}
}

#[test]
fn every_step_claims_the_sum_of_its_bounds() {
	let steps: [(&str, Claim); 9] = [
		("poll", Book::poll),
		("advance", Book::advance),
		("draw_wait", Book::draw_wait),
		("draw_check", Book::draw_check),
		("draw", Book::draw),
		("freeze", Book::freeze),
		("settle_fee", Book::settle_fee),
		("settle_sharing", Book::settle_sharing),
		("close", Book::close),
	];
	for (name, claim) in steps {
		assert_claims(&BOOK, name, |_| claim());
	}
	assert_claims(&BOOK, "free_cohort", Book::free_cohort);
	assert_claims(&SHARES, "settle_dealing", |_| Shares::settle_dealing());
	assert_claims(&SHARES, "settle_task", |_| Shares::settle_task());
	// What the book takes for a freeze of its neighbours, besides its own
	for threshold in [1, (MAX_COMMITMENTS - 1) as u8] {
		let sums = |dealings| <Vss as Sharing>::freeze_weight(dealings, threshold);
		assert_claims(&SHARES, "freeze", sums);
	}
	let compared = <Consent as ostraka_primitives::traits::Consent>::freeze_weight;
	assert_claims(&CONSENT, "freeze", compared);
}

/// The audit's finding: what the tool wrote for the fee's stage was less than the sum. Without that the test above would say
/// nothing.
#[test]
fn what_was_measured_alone_would_claim_too_little() {
	for file in BOOK {
		let sum: u64 = items(file, "settle_fee").iter().map(|item| item.bound(0)).sum();
		let written = file.split_once("fn settle_fee(").unwrap().1;
		assert!(between(written, "from_parts(0, ", ")") < sum, "the tool takes the sum now");
	}
}

/// The hook goes through a cohort by as many entries as its weight says that it can, which takes each to be as dear as the others.
#[test]
fn entries_of_a_cohort_are_claimed_evenly() {
	let (none, one) = (Book::free_cohort(0), Book::free_cohort(1));
	let each = one.saturating_sub(none).proof_size();
	for entries in [2, 17, 300, MAX_DEALERS] {
		let claim = Book::free_cohort(entries).proof_size();
		assert_eq!(claim, none.proof_size() + each * u64::from(entries));
	}
	let limit = (PollShare::get() * RuntimeBlockWeights::get().max_block).proof_size();
	assert!((limit - none.proof_size()) / each >= 256, "a block frees too few entries");
}
