//! The chain's tables: `docs/results/chain.md`.

use super::{digits, made_by};
use crate::{measured::Chain, stats::slope};
use ostraka_experiment_rows::{Call, Charge, Run};
use std::{collections::BTreeMap, fmt::Write};

/// Bytes of a KiB.
const KIB: f64 = 1024.;
/// The calls: a dealer's policy, then those of a task in their order.
const ORDER: [&str; 11] = [
	"set_policy",
	"remove_policy",
	"submit",
	"accept",
	"deal",
	"accuse",
	"challenge",
	"challenge_with_bond",
	"attest",
	"commit_result",
	"reveal_result",
];

/// Median, smallest and largest.
fn spread(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
	let mut values: Vec<f64> = values.collect();
	values.sort_by(f64::total_cmp);
	let at = |place: usize| values.get(place).copied().unwrap_or_default();
	(at(values.len().saturating_sub(1) / 2), at(0), at(values.len().saturating_sub(1)))
}

/// A median with the smallest and the largest value, where these differ.
fn shown(values: impl Iterator<Item = f64>) -> String {
	let (median, low, high) = spread(values);
	let [median, low, high] = [median, low, high].map(digits);
	if low == high {
		median
	} else {
		format!("{median} ({low} to {high})")
	}
}

/// A whole number, or the range of such.
fn range(values: impl Iterator<Item = f64>) -> String {
	let (median, low, high) = spread(values);
	match low == high {
		true => format!("{median}"),
		false => format!("{median} ({low} to {high})"),
	}
}

/// The runs of each combination: one task at a time first.
fn combinations(chain: &Chain) -> BTreeMap<(bool, u32, u32, u32), Vec<&Run>> {
	let mut of: BTreeMap<_, Vec<&Run>> = BTreeMap::new();
	for run in &chain.runs {
		let key = (run.tasks > 1, run.length, run.tasks, run.dealers);
		of.entry(key).or_default().push(run);
	}
	of
}

fn least_runs(chain: &Chain) -> usize {
	combinations(chain).values().map(Vec::len).min().unwrap_or_default()
}

fn per_cent(share: f64) -> String {
	format!("{:.0}", 100. * share)
}

/// What made the runs' tables.
fn runs_by(chain: &Chain) -> String {
	let run = chain.runs.first();
	made_by(
		"chain",
		&run.map_or_else(String::new, |run| format!("{}; {}.", run.machine, run.versions)),
	)
}

/// A sentence for where the weights have changed since the chain ran: by what it charged for a dealing.
fn other_weights(chain: &Chain) -> String {
	let is_same = |call: &&Call, charge: &Charge| {
		call.call == "deal"
			&& call.variant == "host"
			&& (call.seats, call.threshold, call.length)
				== (charge.seats, charge.threshold, charge.length)
	};
	let mut charges =
		chain.charges.iter().filter(|charge| charge.call == "deal" && charge.length == 8);
	let pair = charges
		.next_back()
		.and_then(|charge| Some((charge, chain.calls.iter().find(|call| is_same(call, charge))?)));
	match pair {
		Some((charge, call)) if (charge.ref_ms / call.ref_ms - 1.).abs() > 0.03 => format!(
			" The weights were not those of the table of calls: a `deal` of ({}, {}), L = {} was charged {} ms, and \
			 weighs {} ms now.",
			charge.seats,
			charge.threshold,
			charge.length,
			digits(charge.ref_ms),
			digits(call.ref_ms)
		),
		_ => String::new(),
	}
}

/// Dealings and tasks a second.
pub fn throughput(chain: &Chain) -> String {
	let mut text = runs_by(chain);
	let _ = write!(
		text,
		"Committees of ({}, {}), blocks of one second or longer; medians of {} runs (smallest to largest).{}\n\n\
		 | tasks at once | dealers each | L | dealings a second | blocks | most in a block | of its ref time, proof, length, % | \
		 bound by | acceptances, blocks | draws, blocks | tasks a second |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
		chain.runs.first().map_or(0, |run| run.seats),
		chain.runs.first().map_or(0, |run| run.threshold),
		least_runs(chain),
		other_weights(chain),
	);
	for ((_, length, tasks, dealers), runs) in combinations(chain) {
		let each = |of: fn(&Run) -> f64| runs.iter().map(move |run| of(run));
		let busiest = runs.iter().max_by_key(|run| run.busiest_block);
		let Some(busiest) = busiest else { continue };
		let _ = writeln!(
			text,
			"| {tasks} | {dealers} | {length} | {} | {} | {} | {}, {}, {} | {} | {} | {} | {} |",
			shown(each(|run| f64::from(run.dealings) / run.deal_seconds)),
			range(each(|run| f64::from(run.deal_blocks))),
			busiest.busiest_block,
			per_cent(busiest.ref_share),
			per_cent(busiest.proof_share),
			per_cent(busiest.length_share),
			busiest.bound,
			range(each(|run| f64::from(run.accept_blocks))),
			range(each(|run| f64::from(run.draw_blocks))),
			shown(each(|run| f64::from(run.tasks) / run.whole_seconds)),
		);
	}
	text + "\n"
}

/// Dealings a second against dealings sent together, a line a length: one task, and several of the largest.
pub fn throughput_lines(chain: &Chain) -> BTreeMap<String, Vec<(f64, f64)>> {
	let largest = chain.runs.iter().map(|run| run.dealers).max();
	let mut lines: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
	for ((at_once, length, _, dealers), runs) in combinations(chain) {
		if at_once && Some(dealers) != largest {
			continue;
		}
		let rate = spread(runs.iter().map(|run| f64::from(run.dealings) / run.deal_seconds)).0;
		let dealings = runs.first().map_or(0, |run| run.dealings);
		lines.entry(format!("L = {length}")).or_default().push((f64::from(dealings), rate));
	}
	lines
}

/// Seconds from inputs closed to the result against dealers, of one task at a time, a line a length.
pub fn latency_lines(chain: &Chain) -> BTreeMap<String, Vec<(f64, f64)>> {
	let mut lines: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
	for ((at_once, length, _, dealers), runs) in combinations(chain) {
		if !at_once {
			let seconds = spread(runs.iter().map(|run| run.result_seconds)).0;
			lines.entry(format!("L = {length}")).or_default().push((f64::from(dealers), seconds));
		}
	}
	lines
}

/// From inputs closed to the result.
pub fn latency(chain: &Chain) -> String {
	let mut text = runs_by(chain);
	text.push_str(
		"\n| tasks at once | dealers each | L | verification, blocks | commitment | revelation | inputs closed to result, blocks | \
		 the slowest task | the same, s |\n|---|---|---|---|---|---|---|---|---|\n",
	);
	for ((_, length, tasks, dealers), runs) in combinations(chain) {
		let each = |of: fn(&Run) -> f64| runs.iter().map(move |run| of(run));
		let both = |blocks: fn(&Run) -> f64, seconds: fn(&Run) -> f64| {
			format!("{} ({} s)", range(each(blocks)), digits(spread(each(seconds)).0))
		};
		let _ = writeln!(
			text,
			"| {tasks} | {dealers} | {length} | {} | {} | {} | {} | {} | {} |",
			both(|run| run.verify_blocks, |run| run.verify_seconds),
			both(|run| run.commit_blocks, |run| run.commit_seconds),
			both(|run| run.reveal_blocks, |run| run.reveal_seconds),
			range(each(|run| run.result_blocks)),
			range(each(|run| f64::from(run.result_blocks_max))),
			shown(each(|run| run.result_seconds)),
		);
	}
	text + "\n"
}

/// Calls a block, with host calls and in pure wasm.
pub fn calls(chain: &Chain) -> String {
	let mut text = made_by("chain", "From the generated weights, `runtime/src/weights`.");
	text.push_str(
		"\n| call | host calls: ms | proof, KiB | a block | first limit | pure wasm: ms | a block | first limit | wasm over host |\n\
		 |---|---|---|---|---|---|---|---|---|\n",
	);
	let wanted = |call: &Call| {
		// what depends on the committee alone has no length
		let is_short = matches!(call.length, 0 | 8 | 256);
		// the cases of a revelation, and the largest committee, for two lengths only
		let of_committee = match call.seats {
			0 => true,
			7 => is_short || !call.call.contains(','),
			31 => is_short && !call.call.contains(','),
			_ => false,
		};
		let of_cohort = matches!(call.dealers, 0 | 10 | 200 | 512);
		call.variant == "host" && call.class != "limit" && of_committee && of_cohort
	};
	let mut host: Vec<&Call> = chain.calls.iter().filter(|call| wanted(call)).collect();
	// calls first, the hook's steps behind them, each in the order of a task; what is equal stays as it is
	let steps = ORDER.iter().chain(&["draw", "advance", "freeze", "settle_dealing", "settle"]);
	let steps: Vec<&str> = steps.copied().collect();
	let place =
		|call: &Call| steps.iter().position(|step| call.call.split(',').next() == Some(step));
	host.sort_by_key(|call| (place(call), call.call.clone(), call.seats));
	for own in host {
		let Some(pure) = counterpart(chain, own) else { continue };
		let _ = writeln!(
			text,
			"| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
			title(own),
			digits(own.ref_ms),
			digits(own.whole_proof() as f64 / KIB),
			own.calls_a_block,
			own.bound,
			digits(pure.ref_ms),
			pure.calls_a_block,
			pure.bound,
			digits(pure.ref_ms / own.ref_ms),
		);
	}
	text + "\n"
}

fn counterpart<'a>(chain: &'a Chain, own: &Call) -> Option<&'a Call> {
	chain.calls.iter().find(|call| {
		call.variant == "pure"
			&& call.call == own.call
			&& (call.seats, call.length, call.dealers) == (own.seats, own.length, own.dealers)
	})
}

fn title(call: &Call) -> String {
	let mut title = match call.class.as_str() {
		"hook" => format!("hook: {}", call.call),
		_ => format!("`{}`", call.call.split(',').next().unwrap_or_default()),
	};
	if let Some((_, rest)) = call.call.split_once(',').filter(|_| call.class != "hook") {
		title += &format!(",{rest}");
	}
	if call.seats > 0 {
		title += &format!(", ({}, {})", call.seats, call.threshold);
	}
	if call.seats > 0 && call.length > 0 {
		title += &format!(", L = {}", call.length);
	}
	if call.dealers > 0 {
		title += &format!(", {} dealers", call.dealers);
	}
	title
}

/// Bytes, weight and fee of each call, as the chain charged them.
pub fn charges(chain: &Chain) -> String {
	let charge = chain.charges.first();
	let on = charge.map_or_else(String::new, |one| format!("{}; {}.", one.machine, one.versions));
	let mut text = made_by("chain", &format!("{on}{}", other_weights(chain)));
	text.push_str(
		"\n| call | n, t | L | bytes | ms charged | proof, KiB | fee, tokens | on hold, tokens |\n|---|---|---|---|---|---|---|---|\n",
	);
	let mut charges: Vec<&Charge> = chain.charges.iter().collect();
	let place = |call: &str| ORDER.iter().position(|name| *name == call);
	charges.sort_by_key(|charge| (place(&charge.call), charge.seats, charge.length));
	// the dealers' own call for every committee, the others for the largest
	let most = charges.iter().map(|charge| charge.seats).max().unwrap_or_default();
	for charge in charges.into_iter().filter(|one| one.call == "deal" || one.seats == most) {
		let with_range = |value: f64, low: f64, high: f64| {
			let [value, low, high] = [value, low, high].map(digits);
			if low == high {
				value
			} else {
				format!("{value} ({low} to {high})")
			}
		};
		let bytes = match charge.bytes_min == charge.bytes_max {
			true => charge.bytes.to_string(),
			false => format!("{} ({} to {})", charge.bytes, charge.bytes_min, charge.bytes_max),
		};
		let _ = writeln!(
			text,
			"| `{}` ({}) | {}, {} | {} | {bytes} | {} | {} | {} | {} |",
			charge.call,
			charge.count,
			charge.seats,
			charge.threshold,
			charge.length,
			with_range(charge.ref_ms, charge.ref_ms_min, charge.ref_ms_max),
			digits((charge.proof_bytes + charge.bytes) as f64 / KIB),
			with_range(charge.fee, charge.fee_min, charge.fee_max),
			charge.deposit,
		);
	}
	text + "\n"
}

/// State that a task takes: a dealer's part is the slope over the numbers of dealers, what remains the task's.
pub fn state(chain: &Chain) -> String {
	let mut text = runs_by(chain);
	text.push_str(
		"\n| L | while open: a dealer, bytes | the task, bytes | after settlement: a dealer | the task |\n|---|---|---|---|---|\n",
	);
	let mut lengths: Vec<u32> = chain.runs.iter().map(|run| run.length).collect();
	lengths.sort_unstable();
	lengths.dedup();
	for length in lengths {
		let line = |of: fn(&Run) -> Option<i64>| {
			let points: Vec<(f64, f64)> = chain
				.runs
				.iter()
				.filter(|run| run.length == length)
				.filter_map(|run| Some((f64::from(run.dealers), of(run)? as f64)))
				.collect();
			let count = points.len().max(1) as f64;
			let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
			let first = points.first().copied().unwrap_or_default();
			// one number of dealers has no slope
			if points.iter().all(|point| point.0 == first.0) {
				return None;
			}
			let each = slope(&points);
			Some((each, mean(|point| point.1) - each * mean(|point| point.0)))
		};
		let (Some(open), Some(left)) = (line(|run| run.state_open), line(|run| run.state_left))
		else {
			continue;
		};
		let _ = writeln!(
			text,
			"| {length} | {} | {} | {} | {} |",
			open.0.round() as i64,
			open.1.round() as i64,
			left.0.round() as i64,
			left.1.round() as i64
		);
	}
	text + "\n"
}

#[cfg(test)]
mod tests {
	use super::*;

	fn run(tasks: u32, dealers: u32, state: Option<i64>) -> Run {
		Run {
			tasks,
			dealers,
			length: 8,
			run: 1,
			seats: 5,
			threshold: 2,
			dealings: tasks * dealers,
			deal_blocks: 2,
			deal_seconds: 2.,
			busiest_block: 7,
			ref_share: 0.5,
			proof_share: 0.75,
			length_share: 0.25,
			bound: "demand".into(),
			accept_blocks: 3,
			accept_seconds: 3.,
			draw_blocks: 2,
			draw_seconds: 2.,
			verify_blocks: 17.,
			verify_seconds: 17.2,
			commit_blocks: 2.,
			commit_seconds: 2.,
			reveal_blocks: 1.,
			reveal_seconds: 1.,
			result_blocks: 20.,
			result_seconds: 20.2,
			result_blocks_max: 21,
			settle_blocks: 1.,
			settle_seconds: 1.,
			whole_blocks: 25,
			whole_seconds: 25.,
			bytes: 2_100,
			fee: 0.025,
			state_open: state,
			state_left: Some(500),
			machine: "m".into(),
			versions: "v".into(),
		}
	}

	fn chain() -> Chain {
		let runs = vec![
			run(1, 10, Some(3_000)),
			run(1, 50, Some(11_000)),
			run(4, 50, None),
			run(4, 50, None),
		];
		Chain { calls: Vec::new(), charges: Vec::new(), runs }
	}

	#[test]
	fn combinations_are_rows() {
		let text = throughput(&chain());
		assert!(
			text.contains("| 1 | 50 | 8 | 25.0 | 2 | 7 | 50, 75, 25 | demand | 3 | 2 | 0.0400 |"),
			"{text}"
		);
		assert!(
			text.contains("| 4 | 50 | 8 | 100 |") && text.contains("m; v.\nCommittees of (5, 2)")
		);
		let text = latency(&chain());
		assert_eq!(latency_lines(&chain())["L = 8"], [(10., 20.2), (50., 20.2)]);
		assert!(
			text.contains("| 17 (17.2 s) | 2 (2.00 s) | 1 (1.00 s) | 20 | 21 | 20.2 |"),
			"{text}"
		);
		assert_eq!(throughput_lines(&chain())["L = 8"], [(10., 5.), (50., 25.), (200., 100.)]);
	}

	#[test]
	fn state_is_split_into_the_dealers_and_the_tasks() {
		assert!(state(&chain()).contains("| 8 | 200 | 1000 | 0 | 500 |"));
	}

	#[test]
	fn weights_that_have_changed_since_are_told() {
		let charge = Charge {
			call: "deal".into(),
			seats: 7,
			threshold: 3,
			length: 8,
			count: 11,
			bytes: 2_832,
			bytes_min: 2_832,
			bytes_max: 2_832,
			ref_ms: 4.49,
			ref_ms_min: 4.49,
			ref_ms_max: 4.49,
			proof_bytes: 900,
			fee: 0.0325,
			fee_min: 0.0325,
			fee_max: 0.0325,
			deposit: 10.,
			machine: "m".into(),
			versions: "v".into(),
		};
		let call = |ref_ms| Call {
			call: "deal".into(),
			variant: "host".into(),
			class: "normal".into(),
			seats: 7,
			threshold: 3,
			length: 8,
			dealers: 0,
			bytes: 2_832,
			ref_ms,
			proof_bytes: 30_000,
			calls_a_block: 240,
			bound: "proof size".into(),
		};
		let mut chain = Chain { charges: vec![charge], calls: vec![call(5.11)], ..chain() };
		let told = "a `deal` of (7, 3), L = 8 was charged 4.49 ms, and weighs 5.11 ms now";
		assert!(throughput(&chain).contains(told) && charges(&chain).contains(told));
		chain.calls = vec![call(4.5)];
		let told = "was charged";
		assert!(!throughput(&chain).contains(told) && !charges(&chain).contains(told));
		assert!(charges(&chain)
			.contains("| `deal` (11) | 7, 3 | 8 | 2832 | 4.49 | 3.64 | 0.0325 | 10 |"));
	}

	#[test]
	fn spreads_are_shown_where_there_are_any() {
		assert_eq!(shown([1., 3., 2.].into_iter()), "2.00 (1.00 to 3.00)");
		assert_eq!(
			(shown([2., 2.].into_iter()), range([2., 3.].into_iter())),
			("2.00".into(), "2 (2 to 3)".into())
		);
	}
}
