//! What a node is drawn for, by name.

use clap::ValueEnum;
use ostraka_primitives::role::Role;

/// A role, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
	/// Panels: it judges proofs, and sees no share
	Verify,
	/// Committees: it holds shares, and computes
	Compute,
	/// Either, in a task one of the two
	#[default]
	Both,
}

impl From<RoleName> for Role {
	fn from(name: RoleName) -> Self {
		match name {
			RoleName::Verify => Self::Verify,
			RoleName::Compute => Self::Compute,
			RoleName::Both => Self::Both,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_role_is_named_as_the_chain_names_it() {
		for role in Role::ALL {
			let name = RoleName::from_str(role.label(), false).expect("a name");
			assert_eq!(Role::from(name), role);
		}
		assert!(RoleName::from_str("verifier", false).is_err());
		assert_eq!(Role::from(RoleName::default()), Role::Both);
	}
}
