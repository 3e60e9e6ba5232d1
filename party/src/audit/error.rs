//! What is wrong with a log.

use crate::escape::escaped;
use std::io;

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
	/// It cannot be read or written.
	#[error("{}: the log cannot be kept: {reason}\n  --log FILE takes another one", escaped(.file))]
	Unreadable {
		/// The file.
		file: String,
		/// What the system says.
		reason: String,
	},
	/// Its chain of hashes does not hold.
	#[error("{}{}: {reason}", escaped(.file), at(*.line))]
	Broken {
		/// The file.
		file: String,
		/// The line, from 1; 0 for its end.
		line: u64,
		/// What does not fit.
		reason: String,
	},
}

fn at(line: u64) -> String {
	match line {
		0 => String::new(),
		line => format!(", line {line}"),
	}
}

impl LogError {
	pub(super) fn unreadable(file: &str, error: &io::Error) -> Self {
		let reason = match error.kind() {
			io::ErrorKind::NotFound => "there is no such file".to_owned(),
			_ => error.to_string(),
		};
		Self::Unreadable { file: file.to_owned(), reason }
	}
}
