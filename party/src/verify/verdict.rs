//! What the checks come to.

use crate::{account::address, fault, validity::Proofs};
use alloc::{string::String, vec::Vec};
use core::fmt;
use ostraka_primitives::{fault::DealerFault, AccountId, Digest};
use ostraka_protocol::statistics::{FinalizeError, Outcome};
use serde::Serialize;

/// What is checked of the proofs that inputs are valid. This check and [`POSSIBLE`] do not bear on the arithmetic.
pub const PROVEN: &str = "the inputs that count are proven valid";
/// What is checked of the dealings that count, and of those that do not.
pub const SET: &str = "the dealings that count hash to h_A and add up to C_0";
/// What is checked of the task hash: that it is of the record, and so ties what was asked.
pub const HASH: &str = "the task hash covers the record";
/// What is checked of what the result says of its panel.
pub const PANEL: &str = "what is said of the panel fits the dealings";
/// What is checked of the task's conditions.
pub const CONDITIONS: &str = "the dealings that count are those that the task promises";
/// What is checked of a result that is sealed, or says so.
pub const SEAL: &str = "the result is sealed to whom the task names";
/// What is checked of a transcript besides.
pub const FILE: &str = "the file says what its own evidence comes to";
/// What is checked of the vector's meaning.
pub const POSSIBLE: &str = "the result is one that data can give";

/// One check.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
	/// What is checked.
	pub what: &'static str,
	/// Whether it holds; `None` if it could not be made.
	pub holds: Option<bool>,
	/// In numbers.
	pub detail: String,
}

/// What came of all checks.
#[derive(Clone, Debug)]
pub struct Verification {
	/// The checks.
	pub checks: Vec<Check>,
	/// Digests of the dealings that count, if they could be told.
	pub accepted: Vec<Digest>,
	/// `C^A_0 .. C^A_t`, if they could be told.
	pub aggregate: Vec<[u8; 96]>,
	/// Seats whose result share is right.
	pub right: Vec<u8>,
	/// Where in [`Evidence::dealings`](super::Evidence::dealings) those stand that the chain took as far as can be told, one a dealer.
	pub dealings: Vec<usize>,
	/// Where in [`Evidence::shares`](super::Evidence::shares) one of each seat stands: the right one, else the first.
	pub shares: Vec<usize>,
	/// How many of the dealings that count prove their input valid, if these could be told.
	pub proofs: Option<Proofs>,
	/// Dealers whose dealing does not count, and why.
	pub excluded: Vec<Excluded>,
	/// The typed result, which may be undefined; or why no data can give it. `None` of a sealed result whose mask is not opened.
	pub outcome: Option<Result<Outcome, FinalizeError>>,
}

/// What the checks say of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
	/// Every check that could be made holds, and nobody is left out for no reason.
	Right,
	/// It is the sum of what was dealt, but of a dealing that counts the proof that its input is valid does not hold: what was
	/// dealt may be none that data can give, and so may the sum. The chain takes such a dealing, as it computes nothing with a
	/// proof that nobody challenges, and keeps it if the challenge comes after the set is frozen.
	Unproven,
	/// It is the sum of what was dealt, and each input is proven to meet the conditions of the relation, but no data can give the
	/// sum: of a regression's products, and of a covariance without its determinant, the proofs say less than what is asked of a
	/// result.
	Impossible,
	/// It is the sum of what was dealt and counts, and nothing that is left tells why a dealing does not count: the node no longer
	/// knows whether the chain took it, or whom the committee convicted. An exclusion for no reason would look the same.
	Unexplained,
	/// Of a transcript: it withstands the checks of its arithmetic, but has no committee, without which the task hash cannot be
	/// made. So nothing ties what it says was asked (spec, ranges, decimals, class, windows) to that hash, and a file can say
	/// anything there. From a chain's state the record is known without the hash.
	Unpinned,
	/// It is the sum of what was dealt with its recipient's mask in it, and every check that could be made holds. What it says, and
	/// whether data can give it, its recipient alone can tell, who may open it.
	Sealed,
	/// A check of the arithmetic does not hold, or one of what record or file say besides; or none could be made.
	Wrong,
}

impl Verdict {
	/// What is not right, in words; nothing if all is that could be checked.
	pub fn problem(self) -> Option<&'static str> {
		match self {
			Self::Right | Self::Sealed => None,
			Self::Unproven => Some(
				"the result is arithmetically right, its inputs are not all proven: of a dealing that counts the proof that its \
				 input is valid does not hold",
			),
			Self::Impossible => Some(
				"the result is arithmetically right and all of its inputs are proven, but no data can give it: the proofs of this \
				 statistic do not exclude that",
			),
			Self::Unexplained => Some(
				"the result is arithmetically right and all of its inputs are proven, but of a dealing that does not count it \
				 cannot be told why: a node with --state-pruning archive knows whether the chain took it",
			),
			Self::Unpinned => Some(
				"the transcript has no committee, so that nothing ties what was asked (spec, ranges, decimals, class, windows) to its \
				 task hash: it is the file's word; have it exported by a node with --state-pruning archive, or ask a chain \
				 (`ostraka result --verify`)",
			),
			Self::Wrong => Some("the result does not withstand the checks"),
		}
	}
}

impl Verification {
	/// What the checks that could be made say together. A statistic that is not defined on the data is as right as any; a
	/// result of which one group is impossible is not right as a whole.
	pub fn verdict(&self) -> Verdict {
		let is_broken = |check: &&Check| check.holds == Some(false);
		let broken =
			|what: &str| self.checks.iter().filter(is_broken).any(|check| check.what == what);
		let is_of_arithmetic = |check: &Check| ![PROVEN, POSSIBLE].contains(&check.what);
		let is_open = |what: &str| {
			self.checks.iter().any(|check| check.what == what && check.holds.is_none())
		};
		let is_of_file = || self.checks.iter().any(|check| check.what == FILE);
		let is_made = self.checks.iter().any(|check| check.holds == Some(true));
		let is_refuted = self.checks.iter().filter(is_broken).any(is_of_arithmetic);
		if !is_made || self.accepted.is_empty() || is_refuted {
			Verdict::Wrong
		} else if is_of_file() && is_open(HASH) {
			Verdict::Unpinned
		} else if broken(PROVEN) {
			Verdict::Unproven
		} else if broken(POSSIBLE) {
			Verdict::Impossible
		} else if is_open(SET) {
			Verdict::Unexplained
		} else if is_open(POSSIBLE) {
			Verdict::Sealed
		} else {
			Verdict::Right
		}
	}

	/// Whether every check that could be made holds, those that carry the result among them, and nobody is left out for no
	/// reason. Of a sealed result its meaning could not be checked.
	pub fn is_right(&self) -> bool {
		self.verdict().problem().is_none()
	}
}

/// A dealer whose dealing the chain took and does not count, for its fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
	/// The dealer.
	pub dealer: AccountId,
	/// What is wrong with the dealing; `None` if it was accused and the committee, by whose keys that is judged, is not known. That
	/// explains nothing: anybody can make such an accusation up.
	pub fault: Option<DealerFault>,
}

impl fmt::Display for Excluded {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&address(&self.dealer))?;
		match self.fault {
			Some(what) => write!(f, " ({})", fault::dealer(what)),
			None => f.write_str(" (accused; not judged, as the committee is not known)"),
		}
	}
}
