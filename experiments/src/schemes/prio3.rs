//! Prio3SumVec, the IETF's secure aggregation, with two aggregators: shares with a proof that every value is in range. Both
//! must stay apart for privacy, and both must answer for there to be a result. The shares' transport encryption
//! (HPKE, one encapsulation an aggregator) is another layer's and not counted.

use crate::{
	data,
	scheme::{Clock, Outcome, Scheme},
};
use anyhow::{bail, Result};
use prio::{
	codec::Encode,
	vdaf::{
		prio3::{optimal_chunk_length, Prio3InputShare, Prio3PublicShare, Prio3SumVec},
		Aggregator, Client, Collector, VerifyTransition,
	},
};
use rand::RngExt;

const CONTEXT: &[u8] = b"ostraka experiments";
type Field = prio::field::Field128;

/// Two aggregators and a collector.
pub struct Prio3 {
	vdaf: Prio3SumVec,
	verify_key: [u8; 32],
}

/// A report.
pub struct Upload {
	nonce: [u8; 16],
	public: Prio3PublicShare<32>,
	shares: Vec<Prio3InputShare<Field, 32>>,
}

impl Prio3 {
	/// Vectors of `length` values.
	pub fn new(length: usize) -> Result<Self> {
		let chunk = optimal_chunk_length(length * data::BITS as usize);
		let vdaf = Prio3SumVec::new_sum_vec(2, (1 << data::BITS) - 1, length, chunk)?;
		Ok(Self { vdaf, verify_key: rand::rng().random() })
	}
}

impl Scheme for Prio3 {
	type Upload = Upload;

	fn upload(&mut self, _user: usize, input: &[u64]) -> Result<Upload> {
		let measurement: Vec<u128> = input.iter().map(|value| u128::from(*value)).collect();
		let nonce = rand::rng().random();
		let (public, shares) = self.vdaf.shard(CONTEXT, &measurement, &nonce)?;
		Ok(Upload { nonce, public, shares })
	}

	fn bytes(&self, Upload { nonce, public, shares }: &Upload) -> usize {
		let shares: usize = shares.iter().filter_map(Encode::encoded_len).sum();
		nonce.len() + public.encoded_len().unwrap_or_default() + shares
	}

	fn aggregate(&mut self, uploads: &[Upload]) -> Result<Outcome> {
		let mut clock = Clock::default();
		let vdaf = &self.vdaf;
		let mut sums = [vdaf.aggregate_init(&()), vdaf.aggregate_init(&())];
		for Upload { nonce, public, shares } in uploads {
			let mut states = Vec::with_capacity(2);
			let mut verifiers = Vec::with_capacity(2);
			for (server, share) in shares.iter().enumerate() {
				let (state, verifier) = clock.time(server, || {
					let key = &self.verify_key;
					vdaf.verify_init(key, CONTEXT, server, &(), nonce, public, share)
				})?;
				states.push(state);
				verifiers.push(verifier);
			}
			let message =
				clock.time(0, || vdaf.verifier_shares_to_message(CONTEXT, &(), verifiers))?;
			for (server, state) in states.into_iter().enumerate() {
				clock.time(server, || {
					match vdaf.verify_next(CONTEXT, state, message.clone())? {
						VerifyTransition::Finish(share) => {
							Ok(prio::vdaf::Aggregatable::accumulate(&mut sums[server], &share)?)
						},
						VerifyTransition::Continue(..) => bail!("Prio3 has one round"),
					}
				})?;
			}
		}
		let sum = clock.time(0, || vdaf.unshard(&(), sums, uploads.len()))?;
		let sum = sum.into_iter().map(|value| Ok(u64::try_from(value)?)).collect::<Result<_>>()?;
		Ok(Outcome { sum, server: clock.total(), node: clock.busiest(0) })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::scheme::plain_sum;

	#[test]
	fn the_sum_comes_out_and_a_mixed_up_report_is_noticed() {
		let inputs: Vec<_> = (0..4u64).map(|user| vec![user, 40_000, 65_535 - user]).collect();
		let mut scheme = Prio3::new(3).unwrap();
		let mut uploads: Vec<_> =
			inputs.iter().map(|input| scheme.upload(0, input).unwrap()).collect();
		assert!(scheme.bytes(&uploads[0]) > 3 * 16 * 16);
		assert_eq!(scheme.aggregate(&uploads).unwrap().sum, plain_sum(&inputs));
		assert!(scheme.upload(0, &[1 << 16, 0, 0]).is_err());
		let other = uploads.pop().unwrap();
		uploads[0].shares[1] = other.shares[1].clone();
		assert!(scheme.aggregate(&uploads).is_err());
	}
}
