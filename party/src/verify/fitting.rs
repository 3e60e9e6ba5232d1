//! Which of the result shares in block bodies are right.

use super::evidence::Share;
use alloc::{collections::BTreeMap, vec::Vec};
use ostraka_crypto::{
	vss::{Commitments, SecretShare},
	Plain, PointBytes,
};
use ostraka_protocol::{adjudicator, TaskContext};

/// The result shares that fit an aggregate, one a seat. Shares may come bit by bit.
pub(super) struct Fitting {
	context: TaskContext,
	aggregate: Commitments<Plain>,
	looked: usize,
	/// By seat: where it stands, and the share.
	right: BTreeMap<u8, (usize, SecretShare)>,
}

impl Fitting {
	/// `None` if the aggregate is not one of that task, or not in the group: its summands were only added up, and it is checked
	/// before anything of it is multiplied.
	pub(super) fn new(aggregate: &[PointBytes], context: &TaskContext) -> Option<Self> {
		let aggregate = Commitments::from_bytes(aggregate, context.threshold).ok()?;
		Some(Self { context: context.clone(), aggregate, looked: 0, right: BTreeMap::new() })
	}

	/// Looks at the shares that have come since the last time. One that does not fit stands in no other's way.
	pub(super) fn look(&mut self, shares: &[Share]) {
		let seats = self.context.seal_keys.len();
		for (place, share) in shares.iter().enumerate().skip(self.looked) {
			let is_seat = (1..=seats).contains(&usize::from(share.seat));
			if !is_seat || self.right.contains_key(&share.seat) {
				continue;
			}
			let Ok(decoded) = SecretShare::from_bytes(&share.share, self.context.length()) else {
				continue;
			};
			if adjudicator::check_result_share(&self.aggregate, share.seat, &decoded) {
				self.right.insert(share.seat, (place, decoded));
			}
		}
		self.looked = shares.len();
	}

	/// Where the right shares stand, by seat.
	pub(super) fn places(&self) -> impl Iterator<Item = (u8, usize)> + '_ {
		self.right.iter().map(|(seat, (place, _))| (*seat, *place))
	}

	/// The right shares, by seat.
	pub(super) fn into_shares(self) -> Vec<(u8, SecretShare)> {
		self.right.into_iter().map(|(seat, (_, share))| (seat, share)).collect()
	}
}
