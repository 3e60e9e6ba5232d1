//! A dealer that forges.

use crate::{
	cheats::{self, DealingFault},
	transaction::{signed, Outcome},
	wait::{exactly, Phase},
};
use ostraka_client::{
	chain::{calls, Chain, Signer},
	cli::data::FileArgs,
	data::Book,
	dealing::context,
	inputs::{self, Encoding},
	Error,
};
use ostraka_crypto::validity::Relation;
use ostraka_primitives::{spec::TaskSpec, TaskId};
use ostraka_protocol::{
	statistics::{validity, Encoded},
	wire::dealing_message,
};

/// A dealer's vector from the rows of a file, or from those that have a text in a column.
///
/// # Errors
/// `Usage`, `Data`, `Encode`.
pub fn encode(
	file: &FileArgs,
	only: Option<&(String, String)>,
	spec: &TaskSpec,
) -> Result<Encoded, Error> {
	let table = file.table()?.ok_or_else(|| {
		Error::Usage("name the file with the dealer's rows: --data FILE".to_owned())
	})?;
	let book = match only {
		Some((column, text)) => Book::of_value(&table, column, text)?,
		None => Book::of_all(&table, table.file()),
	};
	let encoding = Encoding { round: file.round, min_cell: 1, ..Default::default() };
	Ok(inputs::own(&book, &table, spec, &encoding)?)
}

/// What a task's dealers prove of their inputs.
///
/// # Errors
/// `Failed` if there is no such thing.
pub(crate) fn relation(spec: &TaskSpec) -> Result<Relation, Error> {
	validity::relation(spec).map_err(|error| Error::Failed(error.to_string()))
}

/// Waits until a task takes dealings and deals with a fault.
///
/// # Errors
/// `Failed` if it takes none any more or the fault cannot be made, `Chain`.
pub async fn deal(
	chain: &Chain,
	task: TaskId,
	signer: &Signer,
	input: &Encoded,
	fault: DealingFault,
) -> Result<Outcome, Error> {
	let info = exactly(chain, task, Phase::Collecting).await?;
	let ctx = context(chain.genesis(), task, &info)?;
	let account: [u8; 32] = signer.account().into();
	let relation = relation(&info.task.spec)?;
	let made = cheats::deal(&ctx, &relation, &account, &input.vector, fault)
		.map_err(|error| Error::Failed(format!("the forged dealing cannot be made: {error}")))?;
	let mut task_hash = ctx.task_hash;
	if fault == DealingFault::WrongTaskHash {
		task_hash[0] ^= 1;
	}
	let message = dealing_message(made)
		.ok_or_else(|| Error::Failed("the dealing is longer than any task allows".to_owned()))?;
	signed(chain, &calls::deal(task, task_hash, message), signer).await
}
