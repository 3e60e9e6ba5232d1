//! The tool's one error type, and what it exits with.

use crate::{chain::ChainError, data::DataError, simulate::Failure, spec::SpecProblem};
use ostraka_protocol::statistics::{EncodeError, FinalizeError, PlaintextError};
use serde_json::json;

/// Everything that can end a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// A data file is not as it must be.
	#[error(transparent)]
	Data(#[from] DataError),
	/// Flags do not fit together.
	#[error("{0}")]
	Usage(String),
	/// Rows cannot be encoded.
	#[error("{dealer}: {error}{}", encode_hint(.error))]
	Encode {
		/// Whose rows.
		dealer: String,
		/// Why.
		error: EncodeError,
	},
	/// The chain is not there, went away, is another one, or refused.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// A task has no result, or a result is not right.
	#[error("{0}")]
	Failed(String),
	/// Ctrl-C.
	#[error("interrupted")]
	Interrupted,
}

/// Exit code of a command that did what it was asked.
pub const EXIT_OK: u8 = 0;

impl Error {
	/// What the process exits with: 1 failed, 2 wrong flags or data, 3 a problem with the chain, 4 refused by the chain or
	/// no such task or node, 130 interrupted.
	pub fn exit_code(&self) -> u8 {
		match self {
			Self::Failed(_) => 1,
			Self::Data(_) | Self::Usage(_) | Self::Encode { .. } => 2,
			Self::Chain(error) if error.is_refusal() => 4,
			Self::Chain(_) => 3,
			Self::Interrupted => 130,
		}
	}

	/// Prints the error to standard error, as JSON if asked.
	pub fn print(&self, as_json: bool) {
		if as_json {
			eprintln!("{}", json!({ "error": self.to_string(), "code": self.exit_code() }));
		} else {
			eprintln!("error: {self}");
		}
	}

	/// An error of encoding, with the dealer's name.
	pub fn encode(dealer: &str, error: EncodeError) -> Self {
		Self::Encode { dealer: dealer.to_owned(), error }
	}
}

impl From<SpecProblem> for Error {
	fn from(problem: SpecProblem) -> Self {
		match problem {
			SpecProblem::Usage(message) => Self::Usage(message),
			SpecProblem::Data(error) => Self::Data(error),
		}
	}
}

impl From<Failure> for Error {
	fn from(failure: Failure) -> Self {
		Self::Failed(failure.to_string())
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

fn encode_hint(error: &EncodeError) -> &'static str {
	match error {
		EncodeError::TooManyRows { .. } => "\n  let the task allow more with --max-rows, or split the rows",
		EncodeError::NoRows { .. } => "\n  a dealer needs at least one row with a value in every column",
		EncodeError::SmallCell { .. } => {
			"\n  few rows in a cell tell about each of them: leave them out with --drop-small-cells, or lower the \
			 floor with --min-cell"
		},
		_ => "",
	}
}
