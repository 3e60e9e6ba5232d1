//! What a node registers for.
//!
//! # Terms
//! - *compute node*: holds shares of the data, as a member of a task's committee.
//! - *verifier*: judges what everybody can judge, commitments and proofs, as one of a task's panel. It sees no share.
//!
//! # Invariants
//! - Variants keep their order, new ones come last: state holds their numbers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a node lets itself be drawn for. In one task it has one seat at most, whatever it does.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Role {
	/// Committees alone.
	Compute,
	/// Panels alone.
	Verify,
	/// Either.
	Both,
}

impl Role {
	/// All of them, in their order.
	pub const ALL: [Self; 3] = [Self::Compute, Self::Verify, Self::Both];

	/// Whether it may sit on a committee.
	pub const fn computes(self) -> bool {
		matches!(self, Self::Compute | Self::Both)
	}

	/// Whether it may sit on a panel.
	pub const fn verifies(self) -> bool {
		matches!(self, Self::Verify | Self::Both)
	}

	/// Its name, for people and for command lines.
	pub const fn label(self) -> &'static str {
		match self {
			Self::Compute => "compute",
			Self::Verify => "verify",
			Self::Both => "both",
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// State that exists holds these bytes.
	#[test]
	fn roles_keep_their_numbers() {
		assert_eq!(Role::ALL.encode(), [0, 1, 2]);
	}

	#[test]
	fn a_role_says_what_its_node_is_drawn_for() {
		let drawn_for = Role::ALL.map(|role| (role.label(), role.computes(), role.verifies()));
		let expected = [("compute", true, false), ("verify", false, true), ("both", true, true)];
		assert_eq!(drawn_for, expected);
	}
}
