//! The mask of a sealed result: its seed, its opening, and the result without it.
//!
//! A task can seal its result to a recipient, who deals a vector of random numbers, the mask, and the chain publishes the sum of
//! all vectors with the mask in it. Everything about the mask follows from a seed and the task ([`ostraka_protocol::masking`]):
//! with the seed the recipient reads the result at any time, and can open it to others, who check the opening against what the
//! mask was committed to. Who loses the seed has lost the result.
//!
//! | file | for |
//! |---|---|
//! | here | the opening, and the result without its mask |
//! | `form` | an opening as a file |
//! | `seed` | the seed's file, and writing both |

mod form;
#[cfg(feature = "std")]
mod seed;
#[cfg(test)]
mod tests;

pub use form::OpeningFile;
pub(crate) use form::{number, numbers};
pub use ostraka_protocol::masking::{MaskSeed, Opening};
#[cfg(feature = "std")]
pub use seed::{create_seed, read_opening, read_seed, write_opening, MaskError};

use crate::{account::address, error::Error};
use alloc::{format, vec::Vec};
use ostraka_crypto::{
	encoding::{decode_scalar, encode_scalar},
	Plain, Scalar,
};
use ostraka_primitives::{
	task::{Task, TaskResult},
	AccountId, TaskId,
};
use ostraka_protocol::masking;
use sp_core::U256;
use zeroize::Zeroizing;

/// What opens the mask that a recipient dealt, or deals, to a task from that seed. It takes no committee: a task that was settled
/// long ago can be read.
///
/// # Errors
/// `Failed` if the task's result is not sealed to the account, or no committee was drawn.
pub fn opening(
	task: TaskId,
	record: &Task,
	recipient: &AccountId,
	seed: &MaskSeed,
) -> Result<OpeningFile, Error> {
	let wrong = |what: &str| Error::Failed(format!("task {task}: {what}"));
	if record.conditions.sealed_to.as_ref() != Some(recipient) {
		return Err(wrong(&format!("its result is not sealed to {}", address(recipient))));
	}
	let task_hash = record.task_hash.ok_or_else(|| wrong("it has no committee yet"))?;
	let length = usize::try_from(record.spec.length()).unwrap_or(usize::MAX);
	let threshold = record.parameters.threshold;
	let opening =
		masking::opening::<Plain>(seed, &task_hash, recipient.as_ref(), threshold, length)
			.map_err(|error| wrong(&format!("it can have no mask: {error}")))?;
	Ok(OpeningFile { task, task_hash, recipient: recipient.clone(), opening })
}

/// A sealed result without its mask. Whether the opening is the mask's is not asked here:
/// [`Evidence::check`](crate::verify::Evidence::check) does.
///
/// # Errors
/// `Failed` if it has another length than the result.
pub fn unsealed(result: &TaskResult, opening: &Opening) -> Result<TaskResult, Error> {
	let wrong = || {
		let (own, there_are) = (opening.vector.len(), result.vector.len());
		Error::Failed(format!("the opening has {own} numbers, and the result {there_are}"))
	};
	let masked: Option<Vec<Scalar>> =
		result.scalars().map(|bytes| decode_scalar(&bytes).ok()).collect();
	let masked = masked.ok_or_else(wrong)?;
	let plain = masking::unmask(&masked, &opening.vector).map_err(|_| wrong())?;
	let plain = Zeroizing::new(plain);
	let numbers: Vec<U256> =
		plain.iter().map(|value| U256::from_little_endian(&encode_scalar(value))).collect();
	let vector = numbers.try_into().map_err(|_| wrong())?;
	Ok(TaskResult { vector, sealed_to: None, ..result.clone() })
}
