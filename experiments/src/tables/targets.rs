//! What was aimed at, beside what it was before and what came out: one table of `docs/results/timing.md`, over the figures of
//! all parts.

use super::{digits, scaling::Filled};
use crate::{
	limits::{Compared, BARE, BITS, CHECK, DEALING, HELD, PROOF, SHARED},
	measured::Chain,
	schemes::ostraka::ranges,
	store::Row,
};
use ostraka_experiment_rows::{Call, WITHOUT_PROOF};
use std::fmt::Write;

/// Names of schemes.
const OWN: &str = "ostraka";
const SHARING: &str = "ostraka-sharing-only";
const PRIO: &str = "prio3";
const ELGAMAL: &str = "elgamal";
const PAILLIER: &str = "paillier-2048";
const PACKED: &str = "paillier-2048-packed";
/// Committees: seats and threshold.
const OF_SEVEN: (u32, u32) = (7, 3);
const LARGEST: (u32, u32) = (31, 15);
/// The length of the vector that most targets are about.
const LENGTH: u32 = 8;

/// What the table is made of.
pub struct Measured<'a> {
	/// Every scheme's times.
	pub rows: &'a [Row],
	/// The distance to the limit.
	pub limits: &'a [Compared],
	/// The chain.
	pub chain: &'a Chain,
}

impl Measured<'_> {
	/// The largest number of users.
	fn most(&self) -> usize {
		self.rows.iter().map(|row| row.users).max().unwrap_or_default()
	}

	fn row(&self, scheme: &str, length: usize) -> Option<&Row> {
		let most = self.most();
		self.rows
			.iter()
			.find(|row| row.scheme == scheme && row.length == length && row.users == most)
	}

	/// How many times below the peer's is all our work.
	fn times(&self, peer: &str, own: &str, length: usize) -> Option<f64> {
		Some(self.row(peer, length)?.total_ms / self.row(own, length)?.total_ms)
	}

	/// A server's time a user, at L = 8.
	fn node(&self, scheme: &str) -> Option<f64> {
		Some(self.row(scheme, LENGTH as usize)?.node_ms / self.most() as f64)
	}

	/// A dealing without its proof over the group operations that it cannot avoid.
	fn over_bare(&self, length: usize) -> Option<f64> {
		let is_it =
			|one: &&Compared| one.operation == DEALING && one.size == length && one.other == BARE;
		Some(self.limits.iter().find(is_it)?.ours_over_other)
	}

	/// What a limit is compared by, in milliseconds.
	fn limit(&self, operation: &str, length: usize) -> Option<f64> {
		let is_it = |one: &&Compared| one.operation == operation && one.size == length;
		Some(self.limits.iter().find(is_it)?.ours_us / 1e3)
	}

	/// Bytes of the proof that was made: they follow from what is proven.
	fn proof_bytes(&self, length: usize) -> Option<f64> {
		self.limit(PROOF, length)?;
		Some(ranges(length, BITS).ok()?.layout().proof_length() as f64)
	}

	fn call(&self, name: &str, committee: (u32, u32)) -> Option<&Call> {
		self.call_of(name, committee, LENGTH)
	}

	fn call_of(&self, name: &str, committee: (u32, u32), length: u32) -> Option<&Call> {
		self.chain.calls.iter().find(|call| {
			call.variant == "host"
				&& call.call == name
				&& ((call.seats, call.threshold), call.length) == (committee, length)
		})
	}

	/// From inputs closed to the result, the slowest task of all runs.
	fn slowest(&self) -> Option<f64> {
		self.chain.runs.iter().map(|run| run.result_blocks_max).max().map(f64::from)
	}

	/// What it was measured on, part by part.
	fn notes(&self) -> String {
		let mut notes: Vec<(&str, String)> = Vec::new();
		let timing = self.rows.iter().map(|row| ("timing", row.measured_on.clone()));
		let limits = self.limits.iter().map(|one| ("limits", one.measured_on.clone()));
		let runs = self.chain.runs.iter();
		let runs = runs.map(|run| ("chain", format!("{}; {}", run.machine, run.versions)));
		for note in timing.chain(limits).chain(runs) {
			if !notes.contains(&note) {
				notes.push(note);
			}
		}
		notes.iter().map(|(part, note)| format!("`{part}`: {note}. ")).collect()
	}
}

/// On which side of a figure the target is met.
#[derive(Clone, Copy)]
enum Aim {
	AtLeast(f64),
	AtMost(f64),
	/// None: the figure is shown beside those that are aimed at.
	Anything,
}

use Aim::{Anything, AtLeast, AtMost};

impl Aim {
	/// What the table says of whether it is met.
	fn met(self, measured: f64) -> &'static str {
		let is_met = match self {
			AtLeast(least) => measured >= least,
			AtMost(most) => measured <= most,
			Anything => return "",
		};
		if is_met {
			"yes"
		} else {
			"**no**"
		}
	}

	fn shown(self, unit: &str) -> String {
		match self {
			AtLeast(least) => format!("at least {least}{unit}"),
			AtMost(most) => format!("at most {most}{unit}"),
			Anything => "nothing".to_owned(),
		}
	}
}

/// A target, or a figure without one.
struct Target {
	what: &'static str,
	/// The unit behind the figures.
	unit: &'static str,
	/// The figure when the target was set, as the part's table had it; nothing where there was none.
	before: &'static str,
	aim: Aim,
	/// The part that measures it.
	part: &'static str,
	of: fn(&Measured<'_>) -> Option<f64>,
}

/// A target on our times beside another scheme's, at the most users.
const fn beside(
	what: &'static str,
	before: &'static str,
	aim: Aim,
	of: fn(&Measured<'_>) -> Option<f64>,
) -> Target {
	Target { what, unit: "", before, aim, part: "timing", of }
}

/// A target of the chain.
const fn on_chain(
	what: &'static str,
	unit: &'static str,
	before: &'static str,
	aim: Aim,
	of: fn(&Measured<'_>) -> Option<f64>,
) -> Target {
	Target { what, unit, before, aim, part: "chain", of }
}

/// A target on proofs that inputs are valid, of which there were none.
const fn of_proofs(
	what: &'static str,
	unit: &'static str,
	aim: Aim,
	of: fn(&Measured<'_>) -> Option<f64>,
) -> Target {
	Target { what, unit, before: "", aim, part: "limits", of }
}

/// All, in the order of the table. What the earlier ones missed, or met with little to spare, is asked of anew. Figures of
/// dealings from before there were proofs are asked of dealings without their proof; what a proof may take is asked of it alone.
const TARGETS: [Target; 32] = [
	beside("sharing only, times below `paillier-2048`, L = 1", "2343", AtLeast(1e3), |measured| {
		measured.times(PAILLIER, SHARING, 1)
	}),
	beside("the same, L = 8", "5708", AtLeast(1e3), |measured| {
		measured.times(PAILLIER, SHARING, 8)
	}),
	beside("the same, L = 64", "6509", AtLeast(1e3), |measured| {
		measured.times(PAILLIER, SHARING, 64)
	}),
	beside("sharing only, times below `elgamal`, L = 8", "47.5", AtLeast(10.), |measured| {
		measured.times(ELGAMAL, SHARING, 8)
	}),
	beside("the same, L = 64", "53.9", AtLeast(10.), |measured| {
		measured.times(ELGAMAL, SHARING, 64)
	}),
	beside(
		"everything verified, times below `paillier-2048`, L = 8",
		"30.0",
		AtLeast(15.),
		|measured| measured.times(PAILLIER, OWN, 8),
	),
	beside("the same, L = 64", "116", AtLeast(40.), |measured| measured.times(PAILLIER, OWN, 64)),
	beside(
		"everything verified, times below `paillier-2048-packed`, L = 8",
		"3.74",
		AtLeast(5.),
		|measured| measured.times(PACKED, OWN, 8),
	),
	beside("the same, L = 64", "1.80", AtLeast(3.), |measured| measured.times(PACKED, OWN, 64)),
	Target {
		what: "client without its proof, L = 8, n = 5, t = 2",
		unit: " ms",
		before: "1.47",
		aim: AtMost(1.),
		part: "limits",
		of: |measured| measured.limit(SHARED, 8),
	},
	Target {
		what: "client, its proof included",
		unit: " ms",
		before: "",
		aim: Anything,
		part: "timing",
		of: |measured| Some(measured.row(OWN, 8)?.client_ms),
	},
	beside("the same, times below `paillier-2048`", "", AtLeast(20.), |measured| {
		Some(measured.row(PAILLIER, 8)?.client_ms / measured.row(OWN, 8)?.client_ms)
	}),
	Target {
		what: "a node's time a dealing without its proof, 300 at once, L = 8",
		unit: " ms",
		before: "0.180",
		aim: AtMost(0.11),
		part: "limits",
		of: |measured| measured.limit(HELD, 8),
	},
	Target {
		what: "a node's time a dealing, its proof included, L = 8",
		unit: " ms",
		before: "",
		aim: Anything,
		part: "timing",
		of: |measured| measured.node(OWN),
	},
	beside("the same over an aggregator of `prio3`", "4.35", AtMost(3.), |measured| {
		Some(measured.node(OWN)? / measured.node(PRIO)?)
	}),
	Target {
		what: "dealing without its proof over the group operations that it cannot avoid, L = 256, n = 7, t = 3",
		unit: "",
		before: "0.79",
		aim: AtMost(0.65),
		part: "limits",
		of: |measured| measured.over_bare(256),
	},
	of_proofs("bytes of a proof of 32-bit values, L = 8", "", AtMost(4_096.), |measured| {
		measured.proof_bytes(8)
	}),
	of_proofs("the same, L = 64", "", AtMost(9_216.), |measured| measured.proof_bytes(64)),
	of_proofs("making it, L = 8", " ms", AtMost(5.), |measured| measured.limit(PROOF, 8)),
	of_proofs("the same, L = 64", " ms", AtMost(15.), |measured| measured.limit(PROOF, 64)),
	of_proofs("a node a proof, 300 at once, L = 8", " ms", AtMost(0.25), |measured| {
		measured.limit(CHECK, 8)
	}),
	of_proofs("the same, L = 64", " ms", AtMost(0.7), |measured| measured.limit(CHECK, 64)),
	on_chain("`deal`, (7, 3), L = 8", " ms", "5.11", AtMost(3.), |measured| {
		Some(measured.call("deal", OF_SEVEN)?.ref_ms)
	}),
	on_chain("`deal`, (31, 15), L = 8", " ms", "10.7", AtMost(3.6), |measured| {
		Some(measured.call("deal", LARGEST)?.ref_ms)
	}),
	on_chain(
		"dealings a block as a chain fills it, (7, 3), L = 8",
		"",
		"293",
		AtLeast(400.),
		|measured| Some(Filled::of(measured.chain, OF_SEVEN)?.as_given_back()),
	),
	on_chain("the same, (31, 15)", "", "139", AtLeast(350.), |measured| {
		Some(Filled::of(measured.chain, LARGEST)?.as_given_back())
	}),
	on_chain("`accuse`, (7, 3), L = 8", " ms", "9.28", AtMost(5.), |measured| {
		Some(measured.call("accuse", OF_SEVEN)?.ref_ms)
	}),
	on_chain("`challenge`, (7, 3), L = 8", " ms", "", AtMost(15.), |measured| {
		Some(measured.call("challenge", OF_SEVEN)?.ref_ms)
	}),
	on_chain("the same, L = 64", " ms", "", AtMost(30.), |measured| {
		Some(measured.call_of("challenge", OF_SEVEN, 64)?.ref_ms)
	}),
	on_chain(
		"bytes of a dealing without its proof, (7, 3), L = 8",
		"",
		"2832",
		AtMost(2_770.),
		|measured| Some(measured.call(WITHOUT_PROOF, OF_SEVEN)?.bytes as f64),
	),
	on_chain("the same, its proof included", "", "", Anything, |measured| {
		Some(measured.call("deal", OF_SEVEN)?.bytes as f64)
	}),
	on_chain(
		"inputs closed to result, the slowest task, blocks",
		"",
		"25",
		AtMost(8.),
		|measured| measured.slowest(),
	),
];

/// The table. What was not measured yet is not in it.
pub fn table(measured: &Measured<'_>) -> String {
	let mut text = format!(
		"\n`make experiments ARGS=\"--only timing,limits,chain\"`. {}One thread, but for the chain.\n\nAt N = {}. *Before* is what \
		 the tables said when the targets were set: times of an AMD EPYC, for the dealing over what it cannot avoid those of an \
		 Intel Xeon, calls by the weights of that time; dealings had no proofs of their inputs. Ratios compare; times of two \
		 machines do not.\n\n\
		 | target | before | asked | measured | met | part |\n|---|---|---|---|---|---|\n",
		measured.notes(),
		measured.most(),
	);
	for Target { what, unit, before, aim, part, of } in &TARGETS {
		let Some(found) = of(measured) else { continue };
		let met = aim.met(found);
		let before = if before.is_empty() { "none".to_owned() } else { format!("{before}{unit}") };
		let _ = writeln!(
			text,
			"| {what} | {before} | {} | {}{unit} | {met} | `{part}` |",
			aim.shown(unit),
			digits(found),
		);
	}
	text + "\n"
}

#[cfg(test)]
mod tests {
	use super::*;

	fn row(scheme: &str, users: usize, length: usize, total_ms: f64) -> Row {
		Row {
			scheme: scheme.into(),
			users,
			length,
			client_ms: 1.,
			server_ms: 10.,
			total_ms,
			bytes_per_user: 9,
			node_ms: users as f64 / 10.,
			client_quartiles: (0.9, 1.1),
			measured_on: "m; v".into(),
		}
	}

	fn call(name: &str, ref_ms: f64, bytes: u64) -> Call {
		Call {
			call: name.into(),
			variant: "host".into(),
			class: "normal".into(),
			seats: 7,
			threshold: 3,
			length: 8,
			dealers: 0,
			bytes,
			ref_ms,
			proof_bytes: 0,
			calls_a_block: 1,
			bound: String::new(),
		}
	}

	#[test]
	fn targets_say_yes_and_no() {
		let rows = [
			row(OWN, 300, 8, 100.),
			row(PAILLIER, 300, 8, 1_600.),
			row(PAILLIER, 300, 64, 100.),
			row(OWN, 300, 64, 100.),
			row(OWN, 50, 64, 1e9),
			row(PRIO, 300, 8, 5.),
		];
		let limit = Compared {
			operation: DEALING.into(),
			size: 256,
			runs: 5,
			ours_us: 3.,
			ours_min_us: 3.,
			ours_max_us: 3.,
			other: BARE.into(),
			other_us: 4.,
			ours_over_other: 0.75,
			measured_on: "other; v".into(),
		};
		let proof = |operation: &str, ours_us| Compared {
			operation: operation.into(),
			size: 8,
			ours_us,
			..limit.clone()
		};
		let proofs =
			[proof(PROOF, 4_000.), proof(CHECK, 300.), proof(SHARED, 900.), proof(HELD, 120.)];
		let limits = [std::slice::from_ref(&limit), &proofs].concat();
		let normal = Call { seats: 0, length: 0, ..call("normal", 1_500., 3_932_160) };
		let calls = vec![
			Call { class: "limit".into(), ..normal },
			call("deal", 2.5, 5_970),
			call(WITHOUT_PROOF, 2.4, 2_769),
			call("challenge", 14., 4_500),
			Call { length: 64, ..call("challenge", 31., 9_500) },
		];
		let chain = Chain { calls, charges: Vec::new(), runs: Vec::new() };
		let text = table(&Measured { rows: &rows, limits: &limits, chain: &chain });
		for line in [
			"`timing`: m; v. `limits`: other; v. One thread",
			"At N = 300.",
			"L = 8 | 30.0 | at least 15 | 16.0 | yes | `timing` |",
			"| the same, L = 64 | 116 | at least 40 | 1.00 | **no** | `timing` |",
			"| 0.180 ms | at most 0.11 ms | 0.120 ms | **no** | `limits` |",
			"proof included, L = 8 | none | nothing | 0.100 ms |  | `timing` |",
			"| 1.47 ms | at most 1 ms | 0.900 ms | yes | `limits` |",
			"| client, its proof included | none | nothing | 1.00 ms |  | `timing` |",
			"below `paillier-2048` | none | at least 20 | 1.00 | **no** | `timing` |",
			"32-bit values, L = 8 | none | at most 4096 | 3712 | yes | `limits` |",
			"| making it, L = 8 | none | at most 5 ms | 4.00 ms | yes |",
			"300 at once, L = 8 | none | at most 0.25 ms | 0.300 ms | **no** |",
			"| `challenge`, (7, 3), L = 8 | none | at most 15 ms | 14.0 ms | yes |",
			"| the same, L = 64 | none | at most 30 ms | 31.0 ms | **no** |",
			"| 4.35 | at most 3 | 1.00 | yes |",
			"| 0.79 | at most 0.65 | 0.750 | **no** | `limits` |",
			"| 5.11 ms | at most 3 ms | 2.50 ms | yes | `chain` |",
			"| 293 | at least 400 | 600 | yes |",
			"| 2832 | at most 2770 | 2769 | yes |",
			"| the same, its proof included | none | nothing | 5970 |  | `chain` |",
		] {
			assert!(text.contains(line), "{line}: {text}");
		}
		// what there is no figure of
		for absent in ["elgamal", "accuse", "(31, 15)", "blocks |"] {
			assert!(!text.contains(absent), "{absent}: {text}");
		}
	}
}
