//! The tool's one error type, and what it exits with.

use crate::chain::{account::AccountError, ChainError};
use ostraka_party::{
	data::DataError,
	escape::{escaped_json, escaped_lines},
	request::SpecProblem,
};
use ostraka_protocol::statistics::FinalizeError;
use schemars::JsonSchema;
use serde::Serialize;
use std::io;

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
	/// A result is arithmetically right and no more: an input is not proven valid, no data can give it, nothing tells why a
	/// dealing does not count, or, of a file, what was asked is tied to nothing.
	#[error("{0}")]
	Unproven(String),
	/// The output cannot be written.
	#[error("the output cannot be written: {0}")]
	Output(#[from] io::Error),
	/// Ctrl-C.
	#[error("interrupted")]
	Interrupted,
	/// Ctrl-C, and what is to be known of where that left things.
	#[error("interrupted: {0}")]
	Stopped(String),
}

/// An error as JSON, on standard error.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Record {
	/// What the process exits with.
	code: u8,
	/// What is wrong, and what to do.
	error: String,
}

/// Exit code of a program whose reader went away: 128 and the number of the signal that ends others over it.
const NO_READER: u8 = 141;

impl Error {
	/// What the process exits with: 1 failed, 2 wrong flags or data, 3 a problem with the chain, 4 refused by the chain or
	/// no such task or node, 5 a result that is arithmetically right and no more, 130 interrupted, 141 if the output's reader went
	/// away.
	pub fn exit_code(&self) -> u8 {
		match self {
			Self::Output(_) if self.is_reader_gone() => NO_READER,
			Self::Failed(_) | Self::Output(_) | Self::Chain(ChainError::Undrawn { .. }) => 1,
			Self::Party(_) | Self::Usage(_) => 2,
			Self::Chain(error) if error.is_refusal() => 4,
			Self::Chain(_) => 3,
			Self::Unproven(_) => 5,
			Self::Interrupted | Self::Stopped(_) => 130,
		}
	}

	/// Whether whoever read the output stopped (`ostraka task list | head`): that ends the tool, and nobody is told.
	pub fn is_reader_gone(&self) -> bool {
		matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
	}

	/// Writes the error, as JSON if asked.
	///
	/// # Errors
	/// Those of the writer.
	pub fn write(&self, to: &mut dyn io::Write, as_json: bool) -> io::Result<()> {
		let text = self.to_string();
		if as_json {
			let record = Record { code: self.exit_code(), error: text };
			writeln!(to, "{}", escaped_json(&serde_json::to_string(&record)?))
		} else {
			writeln!(to, "error: {}", escaped_lines(&text))
		}
	}
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

impl From<AccountError> for Error {
	fn from(error: AccountError) -> Self {
		Self::Usage(error.to_string())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::task::FailReason;

	#[test]
	fn a_result_of_unproven_inputs_has_a_code_of_its_own() {
		assert_eq!(Error::Unproven("not all".to_owned()).exit_code(), 5);
		assert_eq!(Error::Failed("wrong".to_owned()).exit_code(), 1);
	}

	#[test]
	fn a_task_that_failed_has_failed_whatever_is_left_of_it() {
		let gone = ChainError::Undrawn { task: 7, reason: FailReason::NoCommittee };
		assert_eq!(Error::from(gone.clone()).exit_code(), 1);
		assert_eq!(Error::from(gone.of_call("Tasks.poke")).exit_code(), 4);
		assert_eq!(Error::from(ChainError::NoTask(7)).exit_code(), 4);
	}

	#[test]
	fn an_error_moves_no_cursor() {
		let error = Error::Failed("task `\u{1b}[2A` failed\n  do this".to_owned());
		let mut said = Vec::new();
		error.write(&mut said, false).expect("written");
		assert_eq!(said, b"error: task `\\u{1b}[2A` failed\n  do this\n");
		let mut said = Vec::new();
		error.write(&mut said, true).expect("written");
		assert!(
			String::from_utf8(said).is_ok_and(|said| said.contains("`\\u001b[2A` failed\\n  do"))
		);
	}
}
