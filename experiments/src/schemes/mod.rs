//! The schemes, one module each.

pub mod elgamal;
pub mod ostraka;
pub mod paillier;
pub mod prio3;
pub mod sharing_only;

use anyhow::{bail, Result};

/// A scheme by its name in the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// Everything verified.
	Ostraka,
	/// Sharing, symmetric sealing, sums, reconstruction, and no check.
	SharingOnly,
	/// Paillier with a modulus of so many bits, packed or not.
	Paillier(u32, bool),
	/// Lifted ElGamal.
	ElGamal,
	/// Prio3SumVec.
	Prio3,
}

impl Kind {
	/// All that the first experiment compares.
	pub const ALL: [Self; 8] = [
		Self::SharingOnly,
		Self::Prio3,
		Self::ElGamal,
		Self::Ostraka,
		Self::Paillier(2048, true),
		Self::Paillier(3072, true),
		Self::Paillier(2048, false),
		Self::Paillier(3072, false),
	];

	/// The name.
	pub fn name(self) -> &'static str {
		match self {
			Self::Ostraka => "ostraka",
			Self::SharingOnly => "ostraka-sharing-only",
			Self::Paillier(2048, false) => "paillier-2048",
			Self::Paillier(2048, true) => "paillier-2048-packed",
			Self::Paillier(_, false) => "paillier-3072",
			Self::Paillier(_, true) => "paillier-3072-packed",
			Self::ElGamal => "elgamal",
			Self::Prio3 => "prio3",
		}
	}

	/// The scheme of a name.
	pub fn of(name: &str) -> Result<Self> {
		match Self::ALL.into_iter().find(|kind| kind.name() == name) {
			Some(kind) => Ok(kind),
			None => bail!("no scheme is called {name}: {}", Self::ALL.map(Self::name).join(", ")),
		}
	}
}
