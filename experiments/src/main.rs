//! Ostraka beside its peers, measured on the same work, and its chain: see `docs/RESULTS.md`.
//!
//! One thread for everything but the chain. Figures go to `experiments/out`; the tables of `docs/results` and of
//! `docs/SCALING.md` are written anew from there. A run that was ended goes on where it stopped.

mod data;
mod indicators;
mod limits;
mod measured;
mod plots;
mod scheme;
mod schemes;
mod stats;
mod store;
mod tables;
mod timing;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use measured::Chain;
use plots::Plot;
use schemes::Kind;
use std::{
	fs,
	path::{Path, PathBuf},
};
use store::{Machine, Row, Store};
use tables::{
	bulletproofs, chain, scaling, schemes as compared,
	targets::{self, Measured},
};
use timing::Grid;

/// Pages of `docs/`, and the sections of each that are written here.
const SECTIONS: [(&str, &str); 15] = [
	("results/indicators.md", "indicators"),
	("results/timing.md", "timing"),
	("results/timing.md", "targets"),
	("results/sizes.md", "lengths"),
	("results/sizes.md", "users"),
	("results/limits.md", "limits"),
	("results/limits.md", "bulletproofs"),
	("results/chain.md", "calls"),
	("results/chain.md", "throughput"),
	("results/chain.md", "latency"),
	("results/chain.md", "charges"),
	("results/chain.md", "state"),
	("SCALING.md", "dealing"),
	("SCALING.md", "a block's limits"),
	("SCALING.md", "steps"),
];

/// A part of the experiments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
	/// Experiment 1: the six indicators.
	Indicators,
	/// Experiment 2: every scheme, 50 to 300 users, L = 1, 8, 64.
	Timing,
	/// L up to 256, for ostraka and prio3.
	Lengths,
	/// N up to 10,000, for the same.
	Users,
	/// Our arithmetic beside blst's, arkworks' and memory bandwidth; a dealing beside what it cannot avoid; proofs beside the
	/// sharing, and beside Bulletproofs.
	Limits,
	/// Experiment 3: throughput, latency, weights and costs on a development chain.
	Chain,
}

/// Compares Ostraka with Paillier, ElGamal and Prio3, and measures its chain. The whole takes about an hour and a half.
#[derive(Parser)]
struct Args {
	/// Small sizes, into `out/quick`; the documents stay as they are.
	#[arg(long)]
	quick: bool,
	/// Measure again what was measured before.
	#[arg(long)]
	fresh: bool,
	/// Only these parts.
	#[arg(long, value_enum, value_delimiter = ',')]
	only: Vec<Part>,
	/// Only these schemes, of experiment 2.
	#[arg(long, value_delimiter = ',')]
	schemes: Vec<String>,
	/// Measure nothing on the chain: its tables from the files that are there.
	#[arg(long)]
	tables: bool,
}

fn main() -> Result<()> {
	let args = Args::parse();
	// Before anything starts a pool: peers and we run on one thread.
	std::env::set_var("RAYON_NUM_THREADS", "1");
	let root = Path::new(env!("CARGO_MANIFEST_DIR"));
	let out = root.join(if args.quick { "out/quick" } else { "out" });
	fs::create_dir_all(&out)?;
	let run = Run {
		amounts: data::amounts(&root.join("../examples/loans.csv"))?,
		docs: (!args.quick).then(|| root.join("../docs")),
		machine: Machine::here(),
		out,
		args,
	};
	println!("{}\n{}", run.machine.name, run.machine.versions);
	if run.wants(Part::Indicators) {
		run.indicators()?;
	}
	if run.wants(Part::Timing) {
		let rows = run.measure(Grid::timing(run.args.quick))?;
		run.show_rows("timing", "timing", &rows, compared::timing)?;
		run.plot_users(&rows)?;
	}
	if run.wants(Part::Lengths) {
		let rows = run.measure(Grid::lengths(run.args.quick))?;
		run.show_rows("lengths", "lengths", &rows, compared::sizes)?;
		run.plot(
			"lengths",
			"Client against length, N = 300",
			&rows,
			"values a user, L",
			"client, ms",
			|row| (row.length as f64, row.client_ms),
		)?;
	}
	if run.wants(Part::Users) {
		let rows = run.measure(Grid::users(run.args.quick))?;
		run.show_rows("users", "users", &rows, compared::sizes)?;
		let rows: Vec<_> = rows.into_iter().filter(|row| row.length == 8).collect();
		run.plot(
			"users",
			"All servers against users, L = 8",
			&rows,
			"users, N",
			"all servers, ms",
			|row| (row.users as f64, row.server_ms),
		)?;
	}
	if run.wants(Part::Limits) {
		let lines = limits::run(run.args.quick)?;
		limits::write(&lines, &run.machine.note(), &run.out.join("limits.csv"))?;
		let made_by = tables::made_by("limits", &format!("{}. One thread.", run.machine.note()));
		run.show("limits", &format!("{made_by}{}", compared::limits(&lines)))?;
		run.show("bulletproofs", &bulletproofs::table()?)?;
	}
	if run.wants(Part::Chain) {
		run.chain()?;
	}
	if [Part::Timing, Part::Limits, Part::Chain].into_iter().any(|part| run.wants(part)) {
		run.targets()?;
	}
	println!("figures and plots: {}", run.out.display());
	Ok(())
}

struct Run {
	args: Args,
	out: PathBuf,
	amounts: Vec<u64>,
	docs: Option<PathBuf>,
	machine: Machine,
}

impl Run {
	fn wants(&self, part: Part) -> bool {
		self.args.only.is_empty() || self.args.only.contains(&part)
	}

	/// Prints a section, and puts it into its page.
	fn show(&self, section: &str, text: &str) -> Result<()> {
		println!("\n== {section}\n{text}");
		let Some(docs) = &self.docs else { return Ok(()) };
		let page = SECTIONS.iter().find(|(_, one)| *one == section);
		let (page, _) = page.with_context(|| format!("no page has the section {section}"))?;
		tables::update(&docs.join(page), section, text)
	}

	/// The same for a table of rows that a part measured.
	fn show_rows(
		&self,
		section: &str,
		part: &str,
		rows: &[Row],
		table: fn(&[Row]) -> String,
	) -> Result<()> {
		let made_by = tables::made_by(part, &compared::measured_on(rows));
		self.show(section, &format!("{made_by}{}", table(rows)))
	}

	fn chain(&self) -> Result<()> {
		if !self.args.tables {
			measured::measure(&self.out, self.args.quick, self.args.fresh)?;
		}
		let chain = Chain::read(&self.out)?;
		let measured = |rows: usize, table: fn(&Chain) -> String| (rows > 0).then(|| table(&chain));
		let (calls, charges, runs) = (chain.calls.len(), chain.charges.len(), chain.runs.len());
		for (section, text) in [
			("calls", measured(calls, chain::calls)),
			("throughput", measured(runs, chain::throughput)),
			("latency", measured(runs, chain::latency)),
			("charges", measured(charges, chain::charges)),
			("state", measured(runs, chain::state)),
			("dealing", scaling::dealing(&chain)),
			("a block's limits", scaling::limits(&chain)),
			("steps", scaling::steps(&chain)),
		] {
			// what was not measured yet stays as it is
			if let Some(text) = text {
				self.show(section, &text)?;
			}
		}
		let plot = Plot {
			title: "Dealings a second against dealings at once".to_owned(),
			x: "dealings sent together",
			y: "dealings a second",
			note: &chain.note(),
		};
		plot.lines(&self.out.join("chain_throughput.svg"), chain::throughput_lines(&chain))?;
		let plot = Plot {
			title: "From inputs closed to the result, one task".to_owned(),
			x: "dealers",
			y: "seconds",
			note: &chain.note(),
		};
		plot.lines(&self.out.join("chain_latency.svg"), chain::latency_lines(&chain))
	}

	/// What was aimed at, by all that is measured so far.
	fn targets(&self) -> Result<()> {
		let rows = Store::open(&self.out, "timing", false)?.rows()?;
		let limits = limits::read(&self.out.join("limits.csv"))?;
		let chain = Chain::read(&self.out)?;
		let measured = Measured { rows: &rows, limits: &limits, chain: &chain };
		self.show("targets", &targets::table(&measured))
	}

	fn indicators(&self) -> Result<()> {
		let columns = indicators::run(&self.amounts)?;
		compared::indicators_csv(&columns, &self.out.join("indicators.csv"))?;
		let made_by = tables::made_by("indicators", &format!("{}.", self.machine.note()));
		self.show("indicators", &format!("{made_by}{}", compared::indicators(&columns)))
	}

	fn measure(&self, mut grid: Grid) -> Result<Vec<Row>> {
		if !self.args.schemes.is_empty() {
			let wanted =
				self.args.schemes.iter().map(|name| Kind::of(name)).collect::<Result<Vec<_>>>()?;
			grid.schemes.retain(|kind| wanted.contains(kind));
		}
		let mut store = Store::open(&self.out, grid.name, self.args.fresh)?;
		timing::run(&grid, &self.amounts, &mut store, &self.machine)?;
		store.rows()
	}

	fn plot_users(&self, rows: &[Row]) -> Result<()> {
		let mut lengths: Vec<_> = rows.iter().map(|row| row.length).collect();
		lengths.sort_unstable();
		lengths.dedup();
		for length in lengths {
			let rows: Vec<_> = rows.iter().filter(|row| row.length == length).cloned().collect();
			let title = format!("Time of all parties against users, L = {length}");
			self.plot(&format!("total_{length}"), &title, &rows, "users, N", "total, ms", |row| {
				(row.users as f64, row.total_ms)
			})?;
		}
		Ok(())
	}

	fn plot(
		&self,
		name: &str,
		title: &str,
		rows: &[Row],
		x: &str,
		y: &str,
		of: impl Fn(&Row) -> (f64, f64),
	) -> Result<()> {
		let note = format!(
			"{}. Medians over all users (clients) and of 3 to 5 runs (servers); the spread is in the CSV.\n{}",
			self.machine.name, self.machine.versions
		);
		let plot = Plot { title: title.to_owned(), x, y, note: &note };
		let rows: Vec<_> = rows.iter().collect();
		plot.draw(&self.out.join(format!("{name}.svg")), &rows, |row| of(row).0, |row| of(row).1)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_flags_are_as_documented() {
		let args = Args::parse_from(["experiments", "--quick", "--only", "timing,chain"]);
		assert!(args.quick && !args.fresh && !args.tables);
		assert_eq!(args.only, [Part::Timing, Part::Chain]);
		assert_eq!(Kind::of("paillier-3072-packed").unwrap(), Kind::Paillier(3072, true));
		assert!(Kind::of("rot13").is_err());
	}
}
