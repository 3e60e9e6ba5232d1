//! The flag of security classes.

use clap::ValueEnum;
use ostraka_primitives::task::SecurityClass;

/// A security class, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ClassName {
	/// Exposure would be unpleasant: the smallest committee
	#[value(alias = "Standard")]
	Standard,
	/// Exposure would do harm
	#[default]
	#[value(alias = "Confidential")]
	Confidential,
	/// Exposure must not happen: the largest committee
	#[value(alias = "Restricted")]
	Restricted,
}

impl From<ClassName> for SecurityClass {
	fn from(name: ClassName) -> Self {
		match name {
			ClassName::Standard => Self::Standard,
			ClassName::Confidential => Self::Confidential,
			ClassName::Restricted => Self::Restricted,
		}
	}
}
