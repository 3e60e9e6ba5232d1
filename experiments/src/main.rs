//! Ostraka beside its peers, measured on the same work, and its chain: see `docs/RESULTS.md`.
//!
//! One thread for everything but the chain. Figures go to `experiments/out`; the tables of `docs/RESULTS.md` and of
//! `docs/SCALING.md` are written anew from there. A run that was ended goes on where it stopped.

mod chain;
mod data;
mod indicators;
mod limits;
mod plots;
mod report;
mod scheme;
mod schemes;
mod stats;
mod store;
mod timing;

use anyhow::Result;
use chain::Chain;
use clap::{Parser, ValueEnum};
use plots::Plot;
use schemes::Kind;
use std::{
	fs,
	path::{Path, PathBuf},
};
use store::{Machine, Row, Store};
use timing::Grid;

/// A part of the experiments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
	/// Experiment 1: the five indicators.
	Indicators,
	/// Experiment 2: every scheme, 50 to 300 users, L = 1, 8, 64.
	Timing,
	/// L up to 256, for ostraka and prio3.
	Lengths,
	/// N up to 10,000, for the same.
	Users,
	/// Our arithmetic beside blst's, arkworks' and memory bandwidth.
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
		run.show("timing", &report::timing(&rows))?;
		run.show("targets", &report::targets(&rows))?;
		run.plot_users(&rows)?;
	}
	if run.wants(Part::Lengths) {
		let rows = run.measure(Grid::lengths(run.args.quick))?;
		run.show("lengths", &report::scaling(&rows))?;
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
		run.show("users", &report::scaling(&rows))?;
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
		limits::write(&lines, &run.out.join("limits.csv"))?;
		run.show("limits", &report::limits(&lines))?;
	}
	if run.wants(Part::Chain) {
		run.chain()?;
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

	/// Prints a table, and puts it into the document.
	fn show(&self, section: &str, text: &str) -> Result<()> {
		println!("\n== {section}\n{text}");
		let Some(docs) = &self.docs else { return Ok(()) };
		let file = docs.join("RESULTS.md");
		let note = format!("\n{}; {}. One thread.\n", self.machine.name, self.machine.versions);
		report::update(&file, section, text)?;
		report::update(&file, "machine", &format!("{note}\n"))
	}

	fn chain(&self) -> Result<()> {
		if !self.args.tables {
			chain::measure(&self.out, self.args.quick, self.args.fresh)?;
		}
		let chain = Chain::read(&self.out)?;
		let measured = |rows: usize, table: fn(&Chain) -> String| (rows > 0).then(|| table(&chain));
		let (calls, charges, runs) = (chain.calls.len(), chain.charges.len(), chain.runs.len());
		for (document, section, text) in [
			("RESULTS.md", "chain throughput", measured(runs, chain::throughput)),
			("RESULTS.md", "chain latency", measured(runs, chain::latency)),
			("RESULTS.md", "chain calls", measured(calls, chain::calls)),
			("RESULTS.md", "chain dealers", measured(charges, chain::dealers)),
			("RESULTS.md", "chain state", measured(runs, chain::left_open)),
			("SCALING.md", "dealing", chain::dealing(&chain)),
			("SCALING.md", "limits", chain::limits(&chain)),
			("SCALING.md", "steps", chain::steps(&chain)),
		] {
			// what was not measured yet stays as it is
			let Some(text) = text else { continue };
			println!("\n== {section}\n{text}");
			if let Some(docs) = &self.docs {
				report::update(&docs.join(document), section, &text)?;
			}
		}
		let plot = Plot {
			title: "Dealings a second against dealings at once".to_owned(),
			x: "dealings sent together",
			y: "dealings a second",
			note: &chain.short_note(),
		};
		plot.lines(&self.out.join("chain_throughput.svg"), chain::throughput_lines(&chain))?;
		let plot = Plot {
			title: "From inputs closed to the result, one task".to_owned(),
			x: "dealers",
			y: "seconds",
			note: &chain.short_note(),
		};
		plot.lines(&self.out.join("chain_latency.svg"), chain::latency_lines(&chain))
	}

	fn indicators(&self) -> Result<()> {
		let columns = indicators::run(&self.amounts)?;
		report::indicators_csv(&columns, &self.out.join("indicators.csv"))?;
		self.show("indicators", &report::indicators(&columns))
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
