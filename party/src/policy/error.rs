//! Why there is no policy to go by.

use crate::escape::escaped;

/// Why there is no policy to go by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
	/// It cannot be read.
	#[error("{}: the policy cannot be read: {reason}", escaped(.file))]
	Unreadable {
		/// The file.
		file: String,
		/// What the system says.
		reason: String,
	},
	/// Others can change it.
	#[error(
		"{}: others on this machine can write {what}, and with it what your rows may be asked\n  `chmod go-w` on it, and see \
		 that it says what you wrote",
		escaped(.file)
	)]
	OpenToOthers {
		/// The file.
		file: String,
		/// Itself, its folder, or one above.
		what: &'static str,
	},
	/// It is somebody else's.
	#[error(
		"{}: {what} belongs to another user of this machine, who can change what your rows may be asked\n  take a copy of your \
		 own, in a folder of your own",
		escaped(.file)
	)]
	OfAnother {
		/// The file.
		file: String,
		/// Itself, its folder, one above, or a link to it.
		what: &'static str,
	},
	/// It has not the form of a policy.
	#[error("{}{}: {}", escaped(.file), line_of(*.line), escaped(.reason))]
	Malformed {
		/// The file.
		file: String,
		/// The line.
		line: Option<usize>,
		/// What is wrong with it.
		reason: String,
	},
	/// What it says makes no sense.
	#[error("{}: {reason}", escaped(.file))]
	Wrong {
		/// The file.
		file: String,
		/// What, safe to print.
		reason: String,
	},
	/// It has no such data set.
	#[error(
		"{}: {what}\n  the data sets are: {}; --dataset NAME takes one",
		escaped(.file),
		.there_are.join(", ")
	)]
	NoDataset {
		/// The file.
		file: String,
		/// What was looked for, safe to print.
		what: String,
		/// The names of those that there are.
		there_are: Vec<String>,
	},
}

fn line_of(line: Option<usize>) -> String {
	line.map_or_else(String::new, |line| format!(", line {line}"))
}
