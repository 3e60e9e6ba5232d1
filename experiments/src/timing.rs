//! Experiment 2: the same sum by every scheme, against the number of users and the length of their vectors.
//!
//! One thread, and its processor time. Every user's client runs once and is timed alone; the table has the median over
//! the users. The servers run on the first `N` uploads, several times, each time with a check that the joint sum is
//! right; the table has the median of the work of all servers together.

use crate::{
	data,
	scheme::{plain_sum, Scheme, Stopwatch},
	schemes::{
		elgamal::ElGamal, ostraka::Ostraka, paillier::Paillier, prio3::Prio3,
		sharing_only::SharingOnly, Kind,
	},
	stats::Summary,
	store::{Machine, Row, Store},
};
use anyhow::{ensure, Result};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// Users and lengths of a table, and who is in it.
pub struct Grid {
	/// Name of the CSV.
	pub name: &'static str,
	/// Schemes.
	pub schemes: Vec<Kind>,
	/// Numbers of users.
	pub users: Vec<usize>,
	/// Lengths.
	pub lengths: Vec<usize>,
	/// Runs of the servers.
	pub runs: usize,
}

impl Grid {
	/// Experiment 2's table.
	pub fn timing(quick: bool) -> Self {
		let (users, lengths, runs) = if quick {
			(vec![5, 10], vec![1, 8], 2)
		} else {
			(vec![50, 100, 150, 200, 250, 300], vec![1, 8, 64], 5)
		};
		Self { name: "timing", schemes: Kind::ALL.to_vec(), users, lengths, runs }
	}

	/// Longer vectors, for the schemes that verify.
	pub fn lengths(quick: bool) -> Self {
		let (users, lengths) =
			if quick { (vec![10], vec![4, 16]) } else { (vec![300], vec![1, 4, 16, 64, 128, 256]) };
		let schemes = vec![Kind::Ostraka, Kind::Prio3];
		Self { name: "lengths", schemes, users, lengths, runs: 3 }
	}

	/// More users, for the same.
	pub fn users(quick: bool) -> Self {
		let (users, lengths) = if quick {
			(vec![20, 40], vec![8])
		} else {
			(vec![300, 1_000, 3_000, 10_000], vec![8, 64])
		};
		let schemes = vec![Kind::Ostraka, Kind::Prio3];
		Self { name: "users", schemes, users, lengths, runs: 3 }
	}
}

/// Measures what is not in the store yet.
pub fn run(grid: &Grid, amounts: &[u64], store: &mut Store, machine: &Machine) -> Result<()> {
	for kind in &grid.schemes {
		for length in &grid.lengths {
			let missing: Vec<_> = grid
				.users
				.iter()
				.copied()
				.filter(|users| !store.has(kind.name(), *users, *length))
				.collect();
			let Some(most) = missing.iter().max() else { continue };
			let inputs = data::inputs(amounts, *most, *length);
			let mut measure =
				Measure { name: kind.name(), inputs, users: missing, grid, store, machine };
			match *kind {
				Kind::Ostraka => measure.all(&mut Ostraka::new(*length)?)?,
				Kind::SharingOnly => measure.all(&mut SharingOnly::new(*length)?)?,
				Kind::Paillier(bits, packed) => {
					measure.all(&mut Paillier::new(*length, bits, packed)?)?
				},
				Kind::ElGamal => measure.all(&mut ElGamal::new((1 << data::BITS) - 1))?,
				Kind::Prio3 => measure.all(&mut Prio3::new(*length)?)?,
			}
		}
	}
	Ok(())
}

struct Measure<'a> {
	name: &'static str,
	inputs: Vec<Vec<u64>>,
	users: Vec<usize>,
	grid: &'a Grid,
	store: &'a mut Store,
	machine: &'a Machine,
}

impl Measure<'_> {
	fn all<S: Scheme>(&mut self, scheme: &mut S) -> Result<()> {
		let length = self.inputs[0].len();
		let steps = self.inputs.len() + self.users.len() * self.grid.runs;
		let bar = ProgressBar::new(steps as u64);
		bar.set_style(ProgressStyle::with_template("{msg:34} {wide_bar} {pos}/{len} {eta}")?);
		bar.set_message(format!("{} L={length}", self.name));
		scheme.prepare(self.inputs.len())?;
		warm_up(scheme, &self.inputs)?;
		let mut uploads = Vec::with_capacity(self.inputs.len());
		let mut clients = Vec::with_capacity(self.inputs.len());
		for (user, input) in self.inputs.iter().enumerate() {
			let start = Stopwatch::start();
			let upload = scheme.upload(user, input)?;
			clients.push(start.elapsed());
			uploads.push(upload);
			bar.inc(1);
		}
		for users in std::mem::take(&mut self.users) {
			let expected = plain_sum(&self.inputs[..users]);
			let (mut servers, mut nodes) = (Vec::new(), Vec::new());
			for _ in 0..self.grid.runs {
				let outcome = scheme.aggregate(&uploads[..users])?;
				ensure!(outcome.sum == expected, "{}: a wrong sum of {users} users", self.name);
				servers.push(outcome.server);
				nodes.push(outcome.node);
				bar.inc(1);
			}
			let client = Summary::of(&clients[..users]);
			let server = Summary::of(&servers);
			let row = Row {
				scheme: self.name.to_owned(),
				users,
				length,
				client_ms: client.median,
				server_ms: server.median,
				total_ms: users as f64 * client.median + server.median,
				bytes_per_user: scheme.bytes(&uploads[0]),
				node_ms: Summary::of(&nodes).median,
				client_quartiles: (client.low, client.high),
				measured_on: self.machine.note(),
			};
			self.store.add(&row, &client, &server, self.machine)?;
		}
		bar.finish_and_clear();
		Ok(())
	}
}

/// Lets caches fill and tables be made: at least one upload, then until a tenth of a second has passed.
fn warm_up<S: Scheme>(scheme: &mut S, inputs: &[Vec<u64>]) -> Result<()> {
	let start = Instant::now();
	for user in 0.. {
		scheme.upload(user % inputs.len(), &inputs[user % inputs.len()])?;
		if user >= 20 || start.elapsed() > Duration::from_millis(100) {
			break;
		}
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::scheme::Outcome;

	/// Adds up in the clear, and one too much if told to.
	struct Clear(u64);

	impl Scheme for Clear {
		type Upload = Vec<u64>;
		fn upload(&mut self, _user: usize, input: &[u64]) -> Result<Vec<u64>> {
			Ok(input.to_vec())
		}
		fn bytes(&self, upload: &Vec<u64>) -> usize {
			8 * upload.len()
		}
		fn aggregate(&mut self, uploads: &[Vec<u64>]) -> Result<Outcome> {
			let mut sum = plain_sum(uploads);
			sum[0] += self.0;
			Ok(Outcome { sum, ..Outcome::default() })
		}
	}

	#[test]
	fn a_wrong_sum_ends_the_run_and_done_rows_are_skipped() {
		let folder = std::env::temp_dir().join(format!("ostraka-timing-{}", std::process::id()));
		let mut store = Store::open(&folder, "t", true).unwrap();
		let machine = Machine { name: String::new(), versions: String::new() };
		let grid = Grid { name: "t", schemes: vec![], users: vec![], lengths: vec![], runs: 2 };
		let measure = |users: Vec<usize>, wrong: u64, store: &mut Store| {
			let inputs = data::inputs(&[1, 2, 3], 4, 2);
			let grid = &grid;
			let machine = &machine;
			Measure { name: "clear", inputs, users, grid, store, machine }.all(&mut Clear(wrong))
		};
		assert!(measure(vec![4], 1, &mut store).is_err());
		assert!(!store.has("clear", 4, 2));
		measure(vec![2, 4], 0, &mut store).unwrap();
		assert!(store.has("clear", 2, 2) && store.has("clear", 4, 2));
		assert_eq!(store.rows().unwrap()[1].bytes_per_user, 16);
		std::fs::remove_dir_all(folder).unwrap();
	}
}
