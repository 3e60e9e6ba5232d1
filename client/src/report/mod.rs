//! What `demo` and `simulate` report of a whole run.

mod print;

use crate::{chain::Token, error::Error};
use ostraka_party::report::{self, TaskReport};
use serde::Serialize;

/// A whole run.
#[derive(Debug, Serialize)]
pub struct Report {
	/// Dealers of the run.
	pub dealers: usize,
	/// Rows of all dealers together.
	pub rows: u64,
	/// Rows of nobody: their split column is empty.
	pub skipped_rows: u64,
	/// The security class.
	pub class: String,
	/// The token that fees and rewards are in; amounts count its smallest unit.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub token: Option<Token>,
	/// What people should know about how the file was read.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub notes: Vec<String>,
	/// The tasks.
	pub tasks: Vec<TaskReport>,
}

impl Report {
	/// Checks that every task is right.
	///
	/// # Errors
	/// `Failed`, with what is not right with each of the others.
	pub fn check(&self) -> Result<(), Error> {
		Ok(report::check(&self.tasks)?)
	}
}
