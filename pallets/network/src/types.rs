//! What the pallet stores, and the class tables and windows that networks start with. Nothing here knows the
//! pallet's `Config`.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use ostraka_primitives::{task::ClassParameters, BlockNumber, MAX_DEALERS};
use scale_info::TypeInfo;

/// What this block knows of its relay parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct RelayView {
	/// Its number.
	pub number: u32,
	/// Its epoch.
	pub epoch: u64,
	/// VRF output of its author, if it has one: only a block that a secondary author made without one has none.
	pub author_vrf: Option<[u8; 32]>,
}

/// Parameters of the three security classes.
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
pub struct Table {
	/// Of Standard.
	pub standard: ClassParameters,
	/// Of Confidential.
	pub confidential: ClassParameters,
	/// Of Restricted.
	pub restricted: ClassParameters,
}

impl Table {
	/// Whether each class is sound by itself, and can have as many dealers as it needs.
	pub fn is_sound(&self) -> bool {
		self.to_array().iter().all(|class| class.is_sound() && class.least_dealers <= MAX_DEALERS)
	}

	/// As a list, in the classes' order.
	pub fn to_array(self) -> [ClassParameters; 3] {
		[self.standard, self.confidential, self.restricted]
	}
}

const fn class(
	(seats, threshold): (u8, u8),
	verifiers: u8,
	stake_factor: u32,
	least_dealers: u32,
) -> ClassParameters {
	ClassParameters { seats, threshold, stake_factor, least_dealers, verifiers }
}

/// Classes of a production network. With a fifth of the stake corrupt, a committee is captured with
/// probability 3 % at (7, 3) and 0.009 % at (31, 15). Of a panel one honest verifier that is awake is enough, beside members
/// who look too.
pub const PRODUCTION: Table = Table {
	standard: class((7, 3), 3, 1, 3),
	confidential: class((13, 6), 3, 2, 5),
	restricted: class((31, 15), 5, 5, 10),
};

/// Blocks in which members answer on a production network: ten minutes, at one every six seconds. A restart or an update costs an
/// operator nothing, and where all answer nobody waits for it.
pub const PRODUCTION_WINDOW: BlockNumber = 100;

/// The same on a test network, where nodes are silent on purpose and everybody waits for them: a minute.
pub const DEVELOPMENT_WINDOW: BlockNumber = 10;

/// Classes of a development chain, which seven nodes that compute and three that verify can serve.
pub const DEVELOPMENT: Table = Table {
	standard: class((3, 1), 2, 1, 3),
	confidential: class((5, 2), 2, 2, 5),
	restricted: class((7, 3), 3, 5, 10),
};
