//! Why no spec can be built, and the reading of flags that says so.

use crate::{
	data::{decimal::Decimal, DataError},
	escape::escaped,
};
use ostraka_primitives::spec::{Name, MAX_NAME};

/// Why no spec can be built.
#[derive(Debug, thiserror::Error)]
pub enum SpecProblem {
	/// The flags do not fit together.
	#[error("{0}")]
	Usage(String),
	/// The file does not give what the flags leave open.
	#[error(transparent)]
	Data(#[from] DataError),
}

/// A spec's part, or why there is none.
pub(super) type Result<T> = std::result::Result<T, SpecProblem>;

/// What is wrong with the flags.
pub(super) fn usage<T>(message: impl Into<String>) -> Result<T> {
	Err(SpecProblem::Usage(message.into()))
}

/// Reads a flag's number, a column's where one is named.
pub(super) fn number(flag: &str, column: Option<&str>, text: &str) -> Result<Decimal> {
	Decimal::parse(text).map_err(|error| {
		let of = column.map_or_else(String::new, |column| format!(" {}", escaped(column)));
		SpecProblem::Usage(format!("{flag}{of}: `{}` {error}", escaped(text)))
	})
}

/// A name as a spec holds it.
pub(super) fn bounded_name(name: &str) -> Result<Name> {
	name.as_bytes().to_vec().try_into().map_err(|_| {
		SpecProblem::Usage(format!(
			"the name `{}` has more than {MAX_NAME} bytes: rename it in the file",
			escaped(name)
		))
	})
}
