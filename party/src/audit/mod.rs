//! The log of what a dealer did, on its own machine: a line of JSON for each act, which holds the hash of the line before.
//!
//! A line says what was done, when, by whom, with which version of the tool; which task and specification, under which policy;
//! the hash of the file, how many of its rows count and how many are left out and why; the committee; the transaction. It
//! holds no value of a file.
//!
//! By whom is what the system says of the process ([`User`]), and not what an environment says: `USER` and `LOGNAME` anybody can
//! set, and a timer's job may have neither. It is as true as the machine: who may write the log can write another name into it.
//!
//! # The chain of hashes
//! `before` of a line is the SHA-256 of the line before it, without its line break; of the first line it is zeros. So a line
//! that is changed, taken out or put in shows ([`verify`]), except at the end: who keeps the hash of the last line elsewhere
//! sees that too. A line that was only begun when the tool or the machine stopped stays as it is; the next one has its hash
//! as `torn`, and the hash of the last whole line as `before`.
//!
//! # Whole, or not at all
//! A line is added under a lock, by one write that is waited for. The file is the user's alone (mode 600).
//!
//! # One after the other
//! Who counts what is left of a quota and then accepts has a [`Turn`] meanwhile: a lock on an empty file beside the log, one for each
//! chain, account and data set. The system frees it when its process ends, however that comes.

mod error;
mod lines;
mod log;
mod time;

#[cfg(test)]
mod tests;

pub use error::LogError;
pub use lines::{verify, Verified};
pub use log::{usual_place, Appended, Log, Turn};
pub use time::utc;

use crate::{data::Fits, inputs::Prepared};
use ostraka_primitives::TaskId;
use serde::{Deserialize, Serialize};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
	/// A task was accepted.
	Accept,
	/// A dealing was made.
	Deal,
	/// A policy was written, or asked what it says.
	Policy,
}

/// Who runs the tool, as the system has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
	/// Number of the user; none where the system has no such numbers.
	pub uid: Option<u32>,
	/// Name of the user; none if the system knows none.
	pub name: Option<String>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
	/// It is about to be sent.
	Begun,
	/// It is on the chain, in a final block; or, without a chain, done.
	Done,
	/// The policy says no.
	Refused,
}

/// An act, as it is logged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
	/// What.
	pub act: Act,
	/// How far.
	pub step: Step,
	/// The chain's first block.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub genesis: Option<String>,
	/// The task.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub task: Option<TaskId>,
	/// SHA-256 of the specification's SCALE bytes.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub spec: Option<String>,
	/// The task's terms.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub terms: Option<String>,
	/// The account that signs.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub account: Option<String>,
	/// SHA-256 of the policy's file; none without a policy.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub policy: Option<String>,
	/// The policy's data set.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub dataset: Option<String>,
	/// The data.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub data: Option<Data>,
	/// The committee that can read the shares.
	#[serde(default, skip_serializing_if = "Vec::is_empty")]
	pub committee: Vec<String>,
	/// The transaction.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub transaction: Option<Transaction>,
	/// The block in which it was seen on the chain, where another run than that of this line sent it: its transaction is not known
	/// then.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub seen: Option<u32>,
}

impl Entry {
	/// An act with nothing said of it yet.
	pub fn of(act: Act, step: Step) -> Self {
		Self {
			act,
			step,
			genesis: None,
			task: None,
			spec: None,
			terms: None,
			account: None,
			policy: None,
			dataset: None,
			data: None,
			committee: Vec::new(),
			transaction: None,
			seen: None,
		}
	}
}

/// A file, and what became of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
	/// SHA-256 of the file.
	pub file: String,
	/// Rows that count.
	pub used: u64,
	/// Rows left out for a missing value.
	pub missing: u64,
	/// Rows left out as of no group of the task.
	pub other_group: u64,
	/// Rows left out that would have been singled out.
	pub small: u64,
	/// Rows left out as there are more than may be.
	pub beyond: u64,
	/// Cells that were not as they were declared: made to fit.
	pub clipped: u64,
	/// The same, taken as missing.
	pub outside: u64,
	/// Cells that are no numbers, taken as missing.
	pub no_number: u64,
	/// Cells that were rounded.
	pub rounded: u64,
}

impl Data {
	/// What became of a file's rows.
	pub fn of(file: &[u8; 32], prepared: &Prepared) -> Self {
		let (encoded, Fits { clipped, outside, no_number, rounded }) =
			(&prepared.encoded, prepared.fits);
		Self {
			file: hex::encode(file),
			used: encoded.used,
			missing: encoded.skipped_missing,
			other_group: encoded.skipped_other_group,
			small: encoded.skipped_small_cell,
			beyond: prepared.beyond,
			clipped,
			outside,
			no_number,
			rounded,
		}
	}
}

/// A transaction that is in a final block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
	/// The block's number.
	pub block: u32,
	/// Its hash.
	pub hash: String,
	/// The fee, in the token's smallest unit.
	pub fee: String,
}
