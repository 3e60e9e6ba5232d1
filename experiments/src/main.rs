//! Ostraka beside its peers, measured on the same work: see `docs/RESULTS.md`.
//!
//! One thread for everything. Figures go to `experiments/out`; the tables of `docs/RESULTS.md` are written anew
//! from there. A run that was ended goes on where it stopped.

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
}

/// Compares Ostraka with Paillier, ElGamal and Prio3. The whole takes about half an hour, most of it Paillier's.
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
		results: (!args.quick).then(|| root.join("../docs/RESULTS.md")),
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
	println!("figures and plots: {}", run.out.display());
	Ok(())
}

struct Run {
	args: Args,
	out: PathBuf,
	amounts: Vec<u64>,
	results: Option<PathBuf>,
	machine: Machine,
}

impl Run {
	fn wants(&self, part: Part) -> bool {
		self.args.only.is_empty() || self.args.only.contains(&part)
	}

	/// Prints a table, and puts it into the document.
	fn show(&self, section: &str, text: &str) -> Result<()> {
		println!("\n== {section}\n{text}");
		let Some(file) = &self.results else { return Ok(()) };
		let note = format!("\n{}; {}. One thread.\n", self.machine.name, self.machine.versions);
		report::update(file, section, text)?;
		report::update(file, "machine", &format!("{note}\n"))
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
		let note = format!("{}. Medians; the spread is in the CSV.", self.machine.name);
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
		let args = Args::parse_from(["experiments", "--quick", "--only", "timing,limits"]);
		assert!(args.quick && !args.fresh);
		assert_eq!(args.only, [Part::Timing, Part::Limits]);
		assert_eq!(Kind::of("paillier-3072-packed").unwrap(), Kind::Paillier(3072, true));
		assert!(Kind::of("rot13").is_err());
	}
}
