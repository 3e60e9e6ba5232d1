//! What `demo` and `simulate` report of a whole run.

mod print;

use crate::{chain::Token, error::Error};
use ostraka_party::report::{self, TaskReport};
use schemars::JsonSchema;
use serde::Serialize;

/// A whole run.
#[derive(Debug, Serialize, JsonSchema)]
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
	/// The proofs that inputs are valid, of a run on a chain.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub proofs: Option<ProofsReport>,
	/// The tasks.
	pub tasks: Vec<TaskReport>,
}

/// Who made, checked and attested the proofs of a whole run.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct ProofsReport {
	/// Proofs that dealers made.
	pub made: usize,
	/// Bytes of all of them.
	pub bytes: usize,
	/// Time that the dealings with them took to make, together.
	pub milliseconds: f64,
	/// Of the dealings that count, those whose proof was judged again from block bodies.
	pub judged: usize,
	/// Of these, those whose proof holds.
	pub hold: usize,
	/// Members of all committees.
	pub members: usize,
	/// Of these, those who attested: to them all shares were right and all proofs held.
	pub members_attested: usize,
	/// Verifiers of all panels.
	pub verifiers: usize,
	/// Of these, those who attested: to them all proofs held.
	pub verifiers_attested: usize,
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
