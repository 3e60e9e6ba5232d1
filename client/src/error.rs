//! The tool's one error type, and what it exits with.

use crate::chain::ChainError;
use ostraka_party::{data::DataError, escape::escaped, request::SpecProblem};
use ostraka_protocol::statistics::FinalizeError;
use serde_json::json;

/// Everything that can end a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// Rows cannot be used, or what is asked for does not fit together.
	#[error(transparent)]
	Party(ostraka_party::Error),
	/// Flags do not fit together.
	#[error("{0}")]
	Usage(String),
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
			Self::Party(_) | Self::Usage(_) => 2,
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
			eprintln!("error: {}", printable(&self.to_string()));
		}
	}
}

/// Line by line without what a terminal acts on: whatever an error quotes, it moves no cursor.
fn printable(text: &str) -> String {
	text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

impl From<ostraka_party::Error> for Error {
	fn from(error: ostraka_party::Error) -> Self {
		match error {
			ostraka_party::Error::Failed(message) => Self::Failed(message),
			other => Self::Party(other),
		}
	}
}

impl From<DataError> for Error {
	fn from(error: DataError) -> Self {
		Self::Party(error.into())
	}
}

impl From<SpecProblem> for Error {
	fn from(problem: SpecProblem) -> Self {
		Self::Party(problem.into())
	}
}

impl From<FinalizeError> for Error {
	fn from(error: FinalizeError) -> Self {
		ostraka_party::Error::from(error).into()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_error_moves_no_cursor() {
		let said = printable("`\u{1b}[2J` is wrong\n  mend it\r\u{202e}");
		assert_eq!(said, "`\\u{1b}[2J` is wrong\n  mend it\\u{d}\\u{202e}");
	}
}
