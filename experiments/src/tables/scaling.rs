//! The arithmetic of `docs/SCALING.md`: from what calls and the hook's steps weigh to dealings a second, and what gives
//! first.
//!
//! A task's extrinsics and the hook's steps for it are added up, and each sum is held against what a block has for it.
//! That gives blocks a task; the largest number is what counts, as blocks are shared by tasks that follow each other.
//! Proofs of extrinsics are upper bounds of which most is given back once it is known what they took, so they are told
//! and do not count. Of the hook's a quarter counts, which stays claimed.

use super::digits;
use crate::measured::Chain;
use ostraka_experiment_rows::Call;
use std::{
	fmt::Write,
	ops::{Add, Mul},
};

/// Part of what the hook claims of the proof that stays claimed whatever the recorder saw: `UnseenKept` of the runtime.
const KEPT: f64 = 0.25;

/// The committee and the length that the page is about, and its task sizes.
const COMMITTEE: (u32, u32) = (7, 3);
/// Seats of the panel beside that committee.
const PANEL: u32 = 3;
const LENGTH: u32 = 8;
const COHORTS: [u32; 4] = [10, 50, 200, 512];
/// The committees whose dealings are counted alone.
const COMMITTEES: [(u32, u32); 5] = [(3, 1), (5, 2), (7, 3), (13, 6), (31, 15)];
/// Seconds between two of a core's blocks.
const CORE_SECONDS: f64 = 6.;
/// Bytes of a KB and a MB, as the page has them.
const KB: f64 = 1_000.;
const MB: f64 = 1_000_000.;

/// What something takes, or what there is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cost {
	/// Reference time, in milliseconds.
	ms: f64,
	/// Bytes of proof, those of extrinsics included.
	proof: f64,
	/// Bytes of extrinsics.
	bytes: f64,
}

impl Add for Cost {
	type Output = Self;
	fn add(self, other: Self) -> Self {
		Self {
			ms: self.ms + other.ms,
			proof: self.proof + other.proof,
			bytes: self.bytes + other.bytes,
		}
	}
}

impl Mul<f64> for Cost {
	type Output = Self;
	fn mul(self, times: f64) -> Self {
		Self { ms: self.ms * times, proof: self.proof * times, bytes: self.bytes * times }
	}
}

/// The weights of one kind.
struct Weights<'a> {
	calls: Vec<&'a Call>,
}

/// What a task of so many dealers takes, by who does it.
struct Task {
	dealers: f64,
	/// `submit`, the acceptances and the dealings.
	normal: Cost,
	/// The calls of members and verifiers.
	seats: Cost,
	/// The draw.
	draw: Cost,
	/// The hook's other steps.
	hook: Cost,
}

impl Task {
	fn all(&self) -> Cost {
		self.normal + self.seats + self.draw + self.hook
	}
}

/// A way in which a block is used up, and blocks that a task takes of it.
struct Use {
	what: &'static str,
	blocks: f64,
	/// Whether it is a bound of which most is given back.
	is_given_back: bool,
}

impl<'a> Weights<'a> {
	fn of(chain: &'a Chain, variant: &str) -> Self {
		Self { calls: chain.calls.iter().filter(|call| call.variant == variant).collect() }
	}

	/// A call's cost, by its committee and length, or by the number of dealers, where it depends on these.
	fn cost(&self, name: &str, dealers: u32) -> Option<Cost> {
		let fits = |call: &&&Call| {
			let of_committee = call.seats == 0 || (call.seats, call.threshold) == COMMITTEE;
			let of_length = call.length == 0 || call.seats == 0 || call.length == LENGTH;
			let of_cohort = call.dealers == 0 || call.dealers == dealers;
			call.call == name && of_committee && of_length && of_cohort
		};
		let call = self.calls.iter().find(fits)?;
		let (proof, bytes) = (call.whole_proof() as f64, call.bytes as f64);
		Some(Cost { ms: call.ref_ms, proof, bytes })
	}

	/// What a block has.
	fn limit(&self, name: &str) -> Option<Cost> {
		let call = self.calls.iter().find(|call| call.call == name && call.class == "limit")?;
		let (proof, bytes) = (call.proof_bytes as f64, call.bytes as f64);
		Some(Cost { ms: call.ref_ms, proof, bytes })
	}

	fn task(&self, dealers: u32) -> Option<Task> {
		let cost = |name| self.cost(name, dealers);
		let (seats, threshold) = (f64::from(COMMITTEE.0), f64::from(COMMITTEE.1));
		let count = f64::from(dealers);
		Some(Task {
			dealers: count,
			normal: cost("submit")? + (cost("accept")? + cost("deal")?) * count,
			seats: cost("attest")? * (seats + f64::from(PANEL))
				+ cost("commit_result")? * seats
				+ cost("reveal_result, checked")? * threshold
				+ cost("reveal_result, deciding")?
				+ cost("reveal_result, later")? * (seats - threshold - 1.),
			draw: cost("draw")?,
			// inviting, collecting, committing and revealing may end by the hook; verification ends by the freeze
			hook: cost("advance")? * 4.
				+ cost("freeze")?
				+ cost("settle_dealing")? * count
				+ cost("settle, dealings apart")?,
		})
	}

	/// Blocks that a task takes, by each of what a block has; the largest first.
	fn uses(&self, task: &Task) -> Option<Vec<Use>> {
		let (block, normal, hook) =
			(self.limit("block")?, self.limit("normal")?, self.limit("hook")?);
		let all = task.all();
		// a draw is not begun with less than its worst weight left: what is left over then serves no other
		let hook_ms = 1. / (hook.ms / task.draw.ms).floor() + task.hook.ms / hook.ms;
		// of the proof that a step claims this stays claimed; the last draw of a block still needs room for all of its own
		let draws = 1. + ((hook.proof - task.draw.proof) / (KEPT * task.draw.proof)).floor();
		let hook_proof = 1. / draws + KEPT * task.hook.proof / hook.proof;
		let mut uses: Vec<Use> = [
			("ref time of ordinary transactions", task.normal.ms / normal.ms, false),
			("proof size of ordinary transactions", task.normal.proof / normal.proof, true),
			("length of ordinary transactions", task.normal.bytes / normal.bytes, false),
			("ref time of the hook", hook_ms, false),
			("proof size of the hook", hook_proof, false),
			("ref time of the block", all.ms / block.ms, false),
			("proof size of the block", all.proof / block.proof, true),
		]
		.map(|(what, blocks, is_given_back)| Use { what, blocks, is_given_back })
		.into();
		uses.sort_by(|a, b| b.blocks.total_cmp(&a.blocks));
		Some(uses)
	}
}

/// What a dealing takes of blocks, as a part of a task of the largest cohort.
pub fn dealing(chain: &Chain) -> Option<String> {
	let weights = Weights::of(chain, "host");
	let most = *COHORTS.last()?;
	let count = f64::from(most);
	let part = |name| Some(weights.cost(name, most)? * (1. / count));
	let task = weights.task(most)?;
	let rest = part("settle, dealings apart")? + part("advance")? * 4.;
	let all = task.all() * (1. / count);
	let lines = [
		("`accept`", "transaction", weights.cost("accept", 0)?),
		("`deal`", "transaction", weights.cost("deal", 0)?),
		("its part of `submit`", "transaction", part("submit")?),
		(
			"its part of the calls of members and verifiers",
			"transaction",
			task.seats * (1. / count),
		),
		("its part of `freeze`", "hook", part("freeze")?),
		("`settle_dealing`", "hook", weights.cost("settle_dealing", 0)?),
		("its part of the draw", "hook", task.draw * (1. / count)),
		("its place in the cohort, its part of what else is settled", "hook", rest),
		("**sum**", "", all),
	];
	let mut text = format!(
		"\nA dealing in a task of {most}, n = {}, t = {}, a panel of {PANEL}, L = {LENGTH}:\n\n| | in | ref time, ms | proof, KB | bytes in blocks |\n|---|---|---|---|---|\n",
		COMMITTEE.0, COMMITTEE.1
	);
	for (name, place, cost) in lines {
		let _ = writeln!(
			text,
			"| {name} | {place} | {} | {} | {:.0} |",
			digits(cost.ms),
			digits(cost.proof / KB),
			cost.bytes
		);
	}
	Some(text + "\n")
}

/// How many dealings of a committee, and nothing else, ordinary transactions have room for in a block, by each of what they
/// have.
#[derive(Clone, Copy, Debug)]
pub struct Filled {
	ref_time: f64,
	length: f64,
	proof: f64,
}

impl Filled {
	/// With host calls, of the page's length.
	pub fn of(chain: &Chain, committee: (u32, u32)) -> Option<Self> {
		let weights = Weights::of(chain, "host");
		let has = weights.limit("normal")?;
		let deal = weights.calls.iter().find(|call| {
			call.call == "deal"
				&& (call.seats, call.threshold) == committee
				&& call.length == LENGTH
		})?;
		Some(Self {
			ref_time: has.ms / deal.ref_ms,
			length: has.bytes / deal.bytes as f64,
			proof: has.proof / deal.whole_proof() as f64,
		})
	}

	/// As a chain fills a block: what dealings do not take of their proofs is given back, and leaves room for the next ones.
	pub fn as_given_back(&self) -> f64 {
		self.ref_time.min(self.length).floor()
	}
}

/// What a block has, and how many dealings that allows if tasks follow each other without end; then how many of nothing but
/// dealings.
pub fn limits(chain: &Chain) -> Option<String> {
	let weights = Weights::of(chain, "host");
	let task = weights.task(*COHORTS.last()?)?;
	let (block, normal, hook) =
		(weights.limit("block")?, weights.limit("normal")?, weights.limit("hook")?);
	let has = |what: &str| {
		let of = match what {
			_ if what.ends_with("hook") => hook,
			_ if what.ends_with("block") => block,
			_ => normal,
		};
		match what {
			_ if what.starts_with("ref") => format!("{} ms", digits(of.ms)),
			_ if what.starts_with("proof") => format!("{} MB", digits(of.proof / MB)),
			_ => format!("{} MB", digits(of.bytes / MB)),
		}
	};
	let mut text =
		String::from("\n| of a block | there is | dealings that it allows |\n|---|---|---|\n");
	for Use { what, blocks, is_given_back } in weights.uses(&task)? {
		let allowed = (task.dealers / blocks).floor();
		let more = if is_given_back { ", before what is given back" } else { "" };
		let _ = writeln!(text, "| {what} | {} | {allowed:.0}{more} |", has(what));
	}
	let _ = write!(
		text,
		"\nDealings alone, L = {LENGTH}, in what ordinary transactions have:\n\n| n, t | by ref time | by length | by proof size, \
		 before what is given back | as a chain fills a block |\n|---|---|---|---|---|\n"
	);
	for (seats, threshold) in COMMITTEES {
		let filled = Filled::of(chain, (seats, threshold))?;
		let Filled { ref_time, length, proof } = filled;
		let _ = writeln!(
			text,
			"| {seats}, {threshold} | {:.0} | {:.0} | {:.0} | {:.0} |",
			ref_time.floor(),
			length.floor(),
			proof.floor(),
			filled.as_given_back(),
		);
	}
	Some(text + "\n")
}

/// Dealings a second at each step, and the first limit there.
pub fn steps(chain: &Chain) -> Option<String> {
	let mut text = String::from(
		"\n| step | dealers a task | blocks a task | dealings a second | a million dealers in | first limit | then |\n|---|---|---|---|---|---|---|\n",
	);
	let steps = [
		("one core, a block every 6 s", "host", 1., COHORTS.as_slice()),
		("the same without host calls", "pure", 1., &COHORTS[3..]),
		("elastic scaling: 3 cores, every 2 s", "host", 3., &COHORTS[2..]),
		("12 cores, every 0.5 s", "host", 12., &COHORTS[3..]),
	];
	for (step, variant, cores, cohorts) in steps {
		let weights = Weights::of(chain, variant);
		for dealers in cohorts {
			let task = weights.task(*dealers)?;
			let mut uses = weights.uses(&task)?;
			uses.retain(|one| !one.is_given_back);
			// however many cores: every node executes one block after the other
			uses.push(Use {
				what: "execution, block after block",
				blocks: task.all().ms / (1e3 * CORE_SECONDS / cores),
				is_given_back: false,
			});
			uses.sort_by(|a, b| b.blocks.total_cmp(&a.blocks));
			let (first, then) = (uses.first()?, next(&uses)?);
			let rate = task.dealers / first.blocks / CORE_SECONDS * cores;
			let _ = writeln!(
				text,
				"| {step} | {dealers} | {} | {} | {} | {} | {} at {} |",
				digits(first.blocks),
				digits(rate),
				duration(1e6 / rate),
				first.what,
				then.what,
				digits(task.dealers / then.blocks / CORE_SECONDS * cores),
			);
		}
	}
	Some(text + "\n")
}

/// The limit behind the first, of another kind: of a block's part both dimensions would be raised together.
fn next(uses: &[Use]) -> Option<&Use> {
	let part = |one: &Use| one.what.rsplit("of ").next();
	let first = uses.first()?;
	uses.iter().find(|one| part(one) != part(first))
}

fn duration(seconds: f64) -> String {
	match seconds {
		_ if seconds < 120. => format!("{seconds:.0} s"),
		_ if seconds < 7_200. => format!("{:.0} min", seconds / 60.),
		_ if seconds < 172_800. => format!("{:.1} h", seconds / 3_600.),
		_ => format!("{:.1} days", seconds / 86_400.),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn call(name: &str, class: &str, dealers: u32, cost: (f64, u64, u64)) -> Call {
		Call {
			call: name.into(),
			variant: "host".into(),
			class: class.into(),
			seats: 0,
			threshold: 0,
			length: 0,
			dealers,
			bytes: cost.2,
			ref_ms: cost.0,
			proof_bytes: cost.1,
			calls_a_block: 0,
			bound: String::new(),
		}
	}

	fn chain() -> Chain {
		let mut calls = vec![
			call("block", "limit", 0, (2_000., 10_000_000, 5_000_000)),
			call("normal", "limit", 0, (1_500., 7_500_000, 3_750_000)),
			call("hook", "limit", 0, (500., 2_500_000, 0)),
			call("accept", "normal", 0, (0., 0, 0)),
			call("attest", "operational", 0, (1., 0, 100)),
			call("commit_result", "operational", 0, (1., 0, 100)),
			call("draw", "hook", 0, (30., 2_000_000, 0)),
			call("advance", "hook", 0, (0., 0, 0)),
			call("settle_dealing", "hook", 0, (1., 7_000, 0)),
		];
		for (seats, threshold) in COMMITTEES {
			let deal = call("deal", "normal", 0, (4., 10_000, 3_000));
			calls.push(Call { seats, threshold, length: LENGTH, ..deal });
		}
		for name in ["reveal_result, checked", "reveal_result, deciding", "reveal_result, later"] {
			calls.push(call(name, "operational", 0, (2., 0, 0)));
		}
		for dealers in COHORTS {
			calls.push(call("submit", "normal", dealers, (1., 0, 0)));
			let freeze = call("freeze", "hook", dealers, (0., 0, 0));
			// that of another committee comes first, and is not the page's
			calls.push(Call { seats: 31, threshold: 15, ref_ms: 1e6, ..freeze.clone() });
			calls.push(Call { seats: COMMITTEE.0, threshold: COMMITTEE.1, ..freeze });
			calls.push(call("settle, dealings apart", "hook", dealers, (0., 0, 0)));
		}
		Chain { calls, charges: Vec::new(), runs: Vec::new() }
	}

	#[test]
	fn the_scarcest_comes_first() {
		let chain = chain();
		let weights = Weights::of(&chain, "host");
		let task = weights.task(512).unwrap();
		assert_eq!(task.seats.ms, 10. + 7. + 14.);
		let uses = weights.uses(&task).unwrap();
		// dealings of 4 ms each, and the submission, in 1,500 ms a block
		assert_eq!(uses[0].what, "ref time of ordinary transactions");
		assert!((uses[0].blocks - task.normal.ms / 1_500.).abs() < 1e-9);
		// sixteen draws a block, and 512 ms of settlements in blocks of 500 ms
		let time = uses.iter().find(|one| one.what == "ref time of the hook").unwrap();
		assert!((time.blocks - (1. / 16. + 512. / 500.)).abs() < 1e-9);
		// two draws a block, and a quarter of 3.58 MB of settlements in blocks of 2.5 MB
		let proof = uses.iter().find(|one| one.what == "proof size of the hook").unwrap();
		assert!((proof.blocks - (0.5 + 0.25 * 512. * 7_000. / 2.5e6)).abs() < 1e-9);
		assert_eq!(next(&uses).unwrap().what, "ref time of the block");
		let text = limits(&chain).unwrap();
		assert!(text.contains("| proof size of the hook | 2.50 MB | 596 |"));
		assert!(text.contains("| 7, 3 | 375 | 1250 | 576 | 375 |"), "{text}");
	}

	#[test]
	fn without_weights_there_are_no_tables() {
		let chain = Chain { calls: Vec::new(), charges: Vec::new(), runs: Vec::new() };
		assert!(dealing(&chain).is_none() && limits(&chain).is_none() && steps(&chain).is_none());
	}

	#[test]
	fn durations_have_fitting_units() {
		assert_eq!(
			[90., 600., 36_000., 864_000.].map(duration),
			["90 s", "10 min", "10.0 h", "10.0 days"]
		);
	}
}
