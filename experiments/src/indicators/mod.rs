//! Experiment 1: six indicators, each decided by attacks that are carried out.
//!
//! A deployment has servers, of which it claims to stand `c` corrupt ones. They crash, withhold, and send what they like.
//! Users may be corrupt too, and send a value that none can have. One that is possible and false is not counted, since no
//! scheme can see it.

pub mod elgamal;
pub mod ostraka;
pub mod paillier;
pub mod threshold_paillier;
mod words;

use crate::{data, scheme::plain_sum, scheme::Scheme};
use anyhow::{ensure, Result};
use std::{fmt, time::Duration};

/// How many there are.
pub const INDICATORS: usize = 6;

/// What is asked of a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indicator {
	/// See [`Indicator::definition`].
	Fairness,
	/// See [`Indicator::definition`].
	Scalability,
	/// See [`Indicator::definition`].
	Robustness,
	/// See [`Indicator::definition`].
	Privacy,
	/// See [`Indicator::definition`].
	Verifiability,
	/// See [`Indicator::definition`].
	InputValidity,
}

impl Indicator {
	/// All, in the order of the table.
	pub const ALL: [Self; INDICATORS] = [
		Self::Fairness,
		Self::Scalability,
		Self::Robustness,
		Self::Privacy,
		Self::Verifiability,
		Self::InputValidity,
	];

	/// What exactly is asked.
	pub fn definition(self) -> &'static str {
		match self {
			Self::Fairness => {
				"If anyone learns the sum, every user gets it, and all get the same: also when `c` servers stop at the \
				 moment they know it, or announce another one."
			},
			Self::Scalability => {
				"An upload is as large among 200 users as among 25; the servers' work a user grows by less than half from \
				 25 to 200; and large values come out too, exactly, within 30 s: the squares of all loans in cents, \
				 which a variance needs, summed over eight users."
			},
			Self::Robustness => {
				"The right sum over the honest users comes out although `c` servers crash, or `c` servers send wrong \
				 contributions, or a user sends a malformed upload."
			},
			Self::Privacy => {
				"`c` servers, with all that is public, cannot tell which of the possible values a user sent. (Control: \
				 `c + 1` can, by the same program.)"
			},
			Self::Verifiability => {
				"From the public record alone, anyone accepts the right sum and refuses another, whoever vouches for it."
			},
			Self::InputValidity => {
				"A user that sends 1,000,000,000 where 1,000 is the most is found out, and the right sum over the honest users \
				 comes out without it; nobody learns more of the others' values. What the scheme's library has for that is used."
			},
		}
	}
}

impl fmt::Display for Indicator {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::InputValidity => f.write_str("Input validity"),
			named => write!(f, "{named:?}"),
		}
	}
}

/// What came out of a check.
#[derive(Clone, Debug)]
pub struct Finding {
	/// Whether the scheme has what is asked.
	pub met: bool,
	/// What was seen.
	pub evidence: String,
}

impl Finding {
	/// A finding.
	pub fn new(met: bool, evidence: impl Into<String>) -> Self {
		Self { met, evidence: evidence.into() }
	}

	/// The same, of sums under a threshold key: only adding up depends on the number of users.
	fn of_adding_up(mut self) -> Self {
		self.evidence += " (what grows is adding up: contributions to the decryption and their proofs are as many for any N)";
		self
	}
}

/// A scheme in a deployment.
pub struct Column {
	/// Its name.
	pub name: &'static str,
	/// Servers, and how many corrupt ones it claims to stand.
	pub deployment: &'static str,
	/// One finding an indicator.
	pub findings: [Finding; INDICATORS],
}

impl Column {
	/// How many indicators are met.
	pub fn met(&self) -> usize {
		self.findings.iter().filter(|finding| finding.met).count()
	}
}

/// Attacks every scheme.
pub fn run(amounts: &[u64]) -> Result<Vec<Column>> {
	Ok(vec![
		ostraka::attack(amounts)?,
		paillier::attack(amounts)?,
		threshold_paillier::attack(amounts)?,
		elgamal::attack(amounts)?,
		elgamal::attack_threshold(amounts)?,
	])
}

/// The users of whom there are few; one contributes each.
const USERS: usize = 5;
/// Where values have a bound: the largest that a user can have, and what one sends all the same.
const LARGEST: u64 = 1_000;
const FALSE_VALUE: u64 = 1_000_000_000;

/// The first users' values where they have that bound: amounts in hundreds.
fn small(amounts: &[u64]) -> Vec<u64> {
	amounts.iter().take(USERS).map(|amount| amount / 100).collect()
}

/// The finding about a scheme in which nothing says what an upload holds: the sum that comes out with the false value in it.
fn unproven(sum: Option<u64>, values: &[u64]) -> Finding {
	let honest: u64 = values.iter().sum();
	Finding::new(
		sum == Some(honest),
		format!(
			"the upload of {FALSE_VALUE} is taken, as it looks as the others do: users have {}, where the others' sum is {honest}",
			words::sum(sum)
		),
	)
}

/// Sums of squares of the amounts in cents, of eight users who share the loans among them.
fn squares(amounts: &[u64]) -> Vec<Vec<u64>> {
	let users = amounts.chunks(amounts.len().div_ceil(8));
	users.map(|loans| vec![loans.iter().map(|amount| (amount * 100).pow(2)).sum()]).collect()
}

/// Growth from 25 to 200 users: the sizes of the uploads, and the ratio of the servers' work a user.
fn growth<S: Scheme>(scheme: &mut S, amounts: &[u64]) -> Result<(Vec<usize>, f64)> {
	let inputs = data::inputs(amounts, 200, 1);
	scheme.prepare(inputs.len())?;
	let uploads = inputs
		.iter()
		.enumerate()
		.map(|(user, input)| scheme.upload(user, input))
		.collect::<Result<Vec<_>>>()?;
	let mut sizes: Vec<_> = uploads.iter().map(|upload| scheme.bytes(upload)).collect();
	sizes.dedup();
	let mut per_user = |users: usize| -> Result<f64> {
		// the quickest of three: noise only adds
		let mut best = Duration::MAX;
		for _ in 0..3 {
			let outcome = scheme.aggregate(&uploads[..users])?;
			ensure!(outcome.sum == plain_sum(&inputs[..users]), "a wrong sum");
			best = best.min(outcome.server);
		}
		Ok(best.as_secs_f64() / users as f64)
	};
	let small = per_user(25)?;
	Ok((sizes, per_user(200)? / small))
}

/// The finding from growth, and from what came of large values.
fn scalability(sizes: &[usize], ratio: f64, large: Result<String, String>) -> Finding {
	let met = sizes.len() == 1 && ratio < 1.5 && large.is_ok();
	let (Ok(large) | Err(large)) = large;
	let sizes: Vec<_> = sizes.iter().map(usize::to_string).collect();
	Finding::new(
		met,
		format!(
			"uploads of {} bytes whatever N; servers' work a user at N = 200 is {ratio:.2} of that at 25; {large}",
			sizes.join(" and ")
		),
	)
}

/// The sum of large values by a scheme.
fn large<S: Scheme>(scheme: &mut S, amounts: &[u64]) -> Result<Result<String, String>> {
	let inputs = squares(amounts);
	let uploads = inputs
		.iter()
		.enumerate()
		.map(|(user, input)| scheme.upload(user, input))
		.collect::<Result<Vec<_>>>()?;
	let expected = plain_sum(&inputs);
	Ok(match scheme.aggregate(&uploads) {
		Ok(outcome) if outcome.sum == expected => {
			Ok(format!("{} bits came out", expected[0].ilog2() + 1))
		},
		Ok(_) => Err("a large sum came out wrong".into()),
		Err(error) => Err(format!("a sum of {} bits: {error}", expected[0].ilog2() + 1)),
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The table that `docs/RESULTS.md` shows: a change of it is a change of what is claimed. The evidence is in words.
	#[test]
	fn the_attacks_come_out_as_reported() {
		let loans = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/loans.csv");
		let amounts = data::amounts(std::path::Path::new(loans)).unwrap();
		let columns = run(&amounts).unwrap();
		for finding in columns.iter().flat_map(|column| &column.findings) {
			for debug in ["Some(", "None", "Guilty", "[", "true", "false,", "false."] {
				assert!(!finding.evidence.contains(debug), "{}", finding.evidence);
			}
		}
		let met: Vec<_> = columns
			.into_iter()
			.map(|column| (column.name, column.findings.map(|finding| finding.met)))
			.collect();
		assert_eq!(
			met,
			[
				("Ostraka", [true; INDICATORS]),
				("Paillier", [false, true, false, true, false, false]),
				("Paillier, threshold", [true, true, true, true, true, false]),
				("ElGamal", [false, false, false, true, false, false]),
				("ElGamal, threshold", [true, false, true, true, true, true]),
			]
		);
	}
}
