//! An opening as a file: for anybody, who checks it against the mask that counts.

use super::Opening;
use crate::{
	account::{account, address},
	error::Error,
};
use alloc::{
	borrow::ToOwned,
	format,
	string::{String, ToString},
	vec::Vec,
};
use ostraka_crypto::{
	encoding::{decode_scalar, encode_scalar},
	Scalar,
};
use ostraka_primitives::{spec::MAX_LENGTH, AccountId, Digest, TaskId};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Longest file that is looked at, in bytes: one of the longest opening has some 300 thousand.
pub(super) const LONGEST: usize = 1 << 20;

/// An opening, and what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningFile {
	/// The task.
	pub task: TaskId,
	/// Its task hash, so that it is of one chain.
	pub task_hash: Digest,
	/// Whose mask it opens.
	pub recipient: AccountId,
	/// The mask and its blinding value.
	pub opening: Opening,
}

/// The file's numbers, as they are written. They are wiped: who has them reads the result.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
	task: TaskId,
	task_hash: String,
	recipient: String,
	values: Vec<String>,
	blinding: String,
}

impl OpeningFile {
	/// The file's text: JSON, with a newline at its end.
	///
	/// # Errors
	/// `Failed` if it cannot be written down, which none is.
	pub fn to_text(&self) -> Result<String, Error> {
		let form = Form {
			task: self.task,
			task_hash: hexadecimal(&self.task_hash),
			recipient: address(&self.recipient),
			values: self.opening.vector.iter().map(number).collect(),
			blinding: number(&self.opening.blinding),
		};
		let text = serde_json::to_string(&form).map_err(|error| wrong(&error))?;
		Ok(text + "\n")
	}

	/// Reads a file's text.
	///
	/// # Errors
	/// `Failed`, with what is wrong with it.
	pub fn parse(text: &str) -> Result<Self, Error> {
		if text.len() > LONGEST {
			return Err(wrong(&format!("it has more than {LONGEST} bytes")));
		}
		let form: Form = serde_json::from_str(text).map_err(|error| wrong(&error))?;
		if form.values.len() > MAX_LENGTH as usize {
			return Err(wrong(&format!("it has more than {MAX_LENGTH} `values`")));
		}
		let opening = numbers(&form.values, &form.blinding);
		Ok(Self {
			task: form.task,
			task_hash: digits(&form.task_hash).ok_or_else(|| wrong(&"`task_hash` is no hash"))?,
			recipient: account(&form.recipient)
				.ok_or_else(|| wrong(&"`recipient` is no address"))?,
			opening: opening.ok_or_else(|| {
				wrong(&"`values` and `blinding` are not numbers of 32 bytes in hexadecimal")
			})?,
		})
	}

	/// Whether it is of this task, whose result is sealed to that recipient. Whether it opens the mask is seen once that is known
	/// ([`Evidence::check`](crate::verify::Evidence::check)).
	///
	/// # Errors
	/// `Failed`, and says what it is of.
	pub fn check(
		&self,
		task: TaskId,
		task_hash: Option<&Digest>,
		recipient: Option<&AccountId>,
	) -> Result<(), Error> {
		let what = if recipient.is_none() {
			"its result is sealed to nobody".to_owned()
		} else if self.task != task {
			format!("the opening is of task {}", self.task)
		} else if Some(&self.task_hash) != task_hash {
			"the opening is of a task with this number and another task hash".to_owned()
		} else if Some(&self.recipient) != recipient {
			format!("the opening is of a mask of {}", address(&self.recipient))
		} else {
			return Ok(());
		};
		Err(Error::Failed(format!("task {task}: {what}; nothing is opened")))
	}
}

/// An opening from its numbers in hexadecimal; `None` if one of them is none.
pub(crate) fn numbers(values: &[String], blinding: &str) -> Option<Opening> {
	let scalar = |text: &str| decode_scalar(&digits(text)?).ok();
	// with its length from the start it is never moved
	let vector = Vec::with_capacity(values.len());
	let mut opening = Opening { vector, blinding: scalar(blinding)? };
	for value in values {
		opening.vector.push(scalar(value)?);
	}
	Some(opening)
}

/// A number of an opening in hexadecimal.
pub(crate) fn number(value: &Scalar) -> String {
	hexadecimal(&encode_scalar(value))
}

fn hexadecimal(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn wrong(what: &dyn ToString) -> Error {
	Error::Failed(format!("this is no opening of a result: {}", what.to_string()))
}

/// 32 bytes in hexadecimal of lower case, with `0x` before them.
fn digits(text: &str) -> Option<[u8; 32]> {
	let digits = text.strip_prefix("0x")?;
	let is_lower = !digits.bytes().any(|digit| digit.is_ascii_uppercase());
	hex::decode(digits).ok().filter(|_| is_lower)?.try_into().ok()
}
