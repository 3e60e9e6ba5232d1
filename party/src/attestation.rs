//! What the verification nodes said of a task, in words.

use crate::words::counted;
use core::fmt;
use ostraka_primitives::task::TaskResult;
use serde::Serialize;

/// How many of a panel attested, and what was found wrong after it was too late to leave it out. As JSON its names are those that
/// every record of a task has: `verifiers_attested`, `verifiers`, `disproven`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attestation {
	/// Verifiers that attested to a set in which nothing was shown to be invalid since.
	#[serde(rename = "verifiers_attested")]
	pub attested: u32,
	/// Seats of the panel.
	#[serde(rename = "verifiers")]
	pub panel: u32,
	/// Dealings that count and were shown to be invalid after the freeze: they change no number.
	pub disproven: u32,
}

impl From<&TaskResult> for Attestation {
	fn from(result: &TaskResult) -> Self {
		let TaskResult { attested, panel, disproven, .. } = *result;
		Self { attested, panel, disproven }
	}
}

impl fmt::Display for Attestation {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
		match self.panel {
			0 => f.write_str("there is no panel")?,
			panel => {
				let verifiers = counted(number(panel), "verifier");
				write!(f, "attested by {} of {verifiers}", self.attested)?;
			},
		}
		match self.disproven {
			0 => Ok(()),
			disproven => {
				write!(f, "; {} disproven after the freeze", counted(number(disproven), "dealing"))
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn who_attested_and_what_was_disproven_is_said() {
		let of = |attested, panel, disproven| Attestation { attested, panel, disproven };
		assert_eq!(of(2, 2, 0).to_string(), "attested by 2 of 2 verifiers");
		assert_eq!(of(0, 1, 0).to_string(), "attested by 0 of 1 verifier");
		assert_eq!(of(0, 0, 0).to_string(), "there is no panel");
		let said = "attested by 0 of 3 verifiers; 1 dealing disproven after the freeze";
		assert_eq!(of(0, 3, 1).to_string(), said);
	}
}
