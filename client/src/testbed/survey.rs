//! A statistic over rows that are split among dealers.

use crate::{
	chain::{Chain, Signer},
	error::Error,
	onchain::{self, consent::NO_DATASET, tasks::Submission},
};
use futures::future;
use ostraka_party::{
	data::{Book, Table},
	dealing,
	inputs::{self, Encoding, Input},
	request::{build, StatisticRequest},
};
use ostraka_primitives::{
	spec::{Statistic, TaskSpec},
	task::SecurityClass,
	TaskId,
};
use ostraka_protocol::statistics::{Encoded, Outcome, Rows};

/// Other tasks that a test publishes at the same time: as many as the largest load does.
const BESIDE: u32 = 40;

/// What is computed, and each dealer's part.
pub struct Survey {
	/// What is computed.
	pub spec: TaskSpec,
	/// The dealers' parts.
	pub inputs: Vec<Input>,
}

impl Survey {
	/// A statistic over a table, its rows dealt out in turn to so many dealers.
	///
	/// # Errors
	/// `Data`, `Usage`, `Encode`.
	pub fn of(table: &Table, request: &StatisticRequest, dealers: usize) -> Result<Self, Error> {
		let spec = build(request, Some(table), false)?;
		let book = Book::deal_out(table, dealers)?;
		let encoding = Encoding { min_cell: 1, ..Default::default() };
		let inputs = inputs::inputs(&book, table, &spec, &encoding)?.parts;
		Ok(Self { spec, inputs: inputs.into_iter().map(|(_, input)| input).collect() })
	}

	/// The statistic of a column of a CSV text, its rows dealt out in turn to so many dealers.
	///
	/// # Errors
	/// `Data`, `Usage`, `Encode`.
	pub fn new(
		csv: &str,
		statistic: Statistic,
		column: &str,
		dealers: usize,
	) -> Result<Self, Error> {
		let table = Table::parse("survey", csv.as_bytes())?;
		let request = StatisticRequest {
			statistic: Some(statistic),
			columns: vec![column.to_owned()],
			max_rows: 1_000,
			..Default::default()
		};
		Self::of(&table, &request, dealers)
	}

	/// The statistic in the clear over the rows of some dealers, by place.
	///
	/// # Errors
	/// `Failed` if there is none.
	pub fn pooled(&self, dealers: &[usize]) -> Result<Outcome, Error> {
		let rows: Vec<&Rows> = dealers
			.iter()
			.filter_map(|place| self.inputs.get(*place))
			.map(|input| &input.rows)
			.collect();
		let pooled = inputs::pooled(&self.spec, &rows, 1);
		Ok(pooled.map_err(ostraka_party::Error::from)?)
	}

	/// Publishes it as a task for the usual fee, with as much as its work costs for the dealers, who have `accept` blocks to
	/// [`accept`] it and `collect` blocks to [`deal`]. Returns the task's number.
	///
	/// # Errors
	/// `Chain`.
	#[allow(clippy::too_many_arguments)]
	pub async fn publish(
		&self,
		chain: &Chain,
		requester: &Signer,
		class: SecurityClass,
		dealers: &[Signer],
		accept: u32,
		collect: u32,
	) -> Result<TaskId, Error> {
		let dealers = dealers.iter().map(Signer::account).collect();
		let spec = &self.spec;
		let submission = Submission {
			spec,
			conditions: None,
			class,
			dealers,
			accept,
			collect,
			data_reward: None,
			beside: BESIDE,
		};
		Ok(submission.send(chain, requester).await?.0)
	}
}

/// Lets dealers accept a task, all at the same time. Each has at most one transaction under way. When all that are invited
/// have, its committee is drawn.
///
/// # Errors
/// `Failed` if the task's terms are not those of what the chain shows, `Chain`.
pub async fn accept(chain: &Chain, task: TaskId, dealers: &[&Signer]) -> Result<(), Error> {
	let info = &chain.task(task).await?;
	let accepted = dealers
		.iter()
		.map(|signer| onchain::accept::accept(chain, task, info, signer, &NO_DATASET));
	future::try_join_all(accepted).await.map(|_| ())
}

/// Lets honest dealers deal who have accepted, all at the same time, once the committee is drawn. Each has at most one
/// transaction under way.
///
/// # Errors
/// `Failed` if one had dealt already, `Chain`.
pub async fn deal(
	chain: &Chain,
	task: TaskId,
	dealers: &[(&Signer, &Encoded)],
) -> Result<(), Error> {
	let info = &onchain::deal::drawn(chain, task).await?;
	let context = &dealing::context(chain.genesis(), task, info)?;
	let dealt = dealers.iter().map(|(signer, input)| async move {
		let spec = &info.task.spec;
		let dealt = onchain::deal::deal(chain, task, context, spec, input, signer).await?;
		dealt.ok_or_else(|| Error::Failed("a dealer had dealt already".to_owned()))
	});
	future::try_join_all(dealt).await.map(|_| ())
}
