//! Why a party cannot go on.

use crate::{advice::Advice, escape::escaped, floor::Finding};
#[cfg(feature = "std")]
use crate::{
	audit::LogError, data::DataError, mask::MaskError, policy::PolicyError, request::SpecProblem,
};
use alloc::{
	borrow::ToOwned,
	format,
	string::{String, ToString},
};
use ostraka_protocol::statistics::{EncodeError, FinalizeError, PlaintextError};

/// Why a party cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// A data file is not as it must be.
	#[cfg(feature = "std")]
	#[error(transparent)]
	Data(#[from] DataError),
	/// What is asked for does not fit together.
	#[error("{0}")]
	Usage(String),
	/// Rows cannot be encoded.
	#[error("{}: {}{}", escaped(.dealer), message(.error), encode_hint(.error, *.advice))]
	Encode {
		/// Whose rows.
		dealer: String,
		/// Why.
		error: EncodeError,
		/// Who reads.
		advice: Advice,
	},
	/// The vector of a dealer's rows would single something out.
	#[error("{}: {}\n  {}", escaped(.dealer), .finding.problem(*.floor), .finding.advice())]
	Floor {
		/// Whose rows.
		dealer: String,
		/// What it would single out.
		finding: Finding,
		/// The floor.
		floor: u64,
	},
	/// A policy is not one, or cannot be taken.
	#[cfg(feature = "std")]
	#[error(transparent)]
	Policy(#[from] PolicyError),
	/// The log of a dealer's acts is not as it must be.
	#[cfg(feature = "std")]
	#[error(transparent)]
	Log(#[from] LogError),
	/// The seed of a mask, or an opening, is not to be had, or not to be written.
	#[cfg(feature = "std")]
	#[error(transparent)]
	Mask(#[from] MaskError),
	/// A task has no result, or a result is not right.
	#[error("{0}")]
	Failed(String),
}

impl Error {
	/// An error of encoding, with the dealer's name.
	pub fn encode(dealer: &str, error: EncodeError, advice: Advice) -> Self {
		Self::Encode { dealer: dealer.to_owned(), error, advice }
	}
}

#[cfg(feature = "std")]
impl From<SpecProblem> for Error {
	fn from(problem: SpecProblem) -> Self {
		match problem {
			SpecProblem::Usage(message) => Self::Usage(message),
			SpecProblem::Data(error) => Self::Data(error),
		}
	}
}

impl From<FinalizeError> for Error {
	fn from(error: FinalizeError) -> Self {
		Self::Failed(error.to_string())
	}
}

impl From<PlaintextError> for Error {
	fn from(error: PlaintextError) -> Self {
		Self::Failed(format!("the pooled rows: {error}"))
	}
}

/// What is wrong, without what a terminal acts on: a group's name is in it.
fn message(error: &EncodeError) -> String {
	escaped(&error.to_string()).into_owned()
}

fn encode_hint(error: &EncodeError, advice: Advice) -> &'static str {
	match error {
		EncodeError::TooManyRows { .. } if advice == Advice::Dealer => {
			"\n  ask the requester for a task that allows more, or deal fewer rows"
		},
		EncodeError::TooManyRows { .. } => "\n  let the task allow more with --max-rows, or split the rows",
		EncodeError::NoRows { .. } => "\n  a dealer needs at least one row with a value in every column",
		EncodeError::SmallCell { .. } => {
			"\n  few rows in a cell tell about each of them: leave them out with --drop-small-cells, or lower the \
			 floor with --min-cell"
		},
		_ => "",
	}
}
