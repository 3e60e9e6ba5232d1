//! Tasks submitted, accepted, dealt to and followed to their settlement, all at the same time.

use super::{
	cast::Cast,
	chronicle::{Chronicle, Journal},
};
use crate::{
	chain::{Chain, Signer},
	error::Error,
	onchain::{
		accept,
		deal::{self, Proof},
		groups,
		tasks::Submission,
	},
	output::progress::Progress,
};
use futures::{future, stream, StreamExt, TryStreamExt};
use indicatif::ProgressBar;
use ostraka_party::{
	data::{Book, Table},
	dealing,
	inputs::{self, Encoding, Input},
	title::title,
};
use ostraka_primitives::{
	spec::TaskSpec,
	task::{ClassParameters, SecurityClass, TaskResult, TaskStatus},
	Balance, TaskId,
};
use ostraka_protocol::TaskContext;

/// Dealers that accept a task, or deal to it, at a time.
const AT_ONCE: usize = 64;
/// Blocks for accepting; inviting ends sooner, when all have.
const ACCEPT: u32 = 100;

/// What all stages share.
pub struct Setting<'a> {
	/// The chain.
	pub chain: &'a Chain,
	/// Who plays.
	pub cast: &'a Cast,
	/// The data.
	pub table: &'a Table,
	/// Whose rows are whose.
	pub book: &'a Book,
	/// How dealers encode.
	pub encoding: Encoding,
	/// The class.
	pub class: SecurityClass,
	/// What it asks for.
	pub parameters: ClassParameters,
	/// Blocks for dealing.
	pub collect: u32,
	/// Reward for the accepted dealers of each task together; as much as the fee unless given.
	pub data_reward: Option<Balance>,
	/// Where progress goes.
	pub progress: &'a Progress,
}

/// A task of a stage, to its end.
pub struct Staged {
	/// Its number.
	pub task: TaskId,
	/// What it computes.
	pub spec: TaskSpec,
	/// The dealers' parts: place in the book, rows and vector.
	pub inputs: Vec<(usize, Input)>,
	/// Rows left out for a missing value, and as of a small cell.
	pub skipped: (u64, u64),
	/// What happened to it.
	pub journal: Journal,
	/// Its result, if it has one.
	pub result: Option<TaskResult>,
	/// Transaction fees of its submission, its acceptances and its dealings.
	pub transactions: Balance,
	/// The proofs in its dealings.
	pub proofs: Vec<Proof>,
}

/// What came of the acceptances of a task and the dealings to it.
#[derive(Default)]
struct Dealt {
	fees: Balance,
	proofs: Vec<Proof>,
}

/// Dealers' parts in a task, with their places in the book.
type Placed = Vec<(usize, Input)>;

impl Setting<'_> {
	/// Runs tasks from submission to settlement. Invited are the dealers with rows for a task; where `cohorts` names
	/// places in the book, these: a count of contributors holds for its cohort only.
	///
	/// # Errors
	/// `Data`, `Encode`, `Chain`, `Failed`.
	pub async fn stage(
		&self,
		specs: &[TaskSpec],
		cohorts: &[Vec<usize>],
		chronicle: &mut Chronicle,
	) -> Result<Vec<Staged>, Error> {
		let mut inputs = Vec::new();
		for spec in specs {
			inputs.push(tokio::task::block_in_place(|| self.inputs(spec))?);
		}
		let with_rows = |(inputs, _): &(Vec<(usize, Input)>, (u64, u64))| {
			inputs.iter().map(|(place, _)| *place).collect::<Vec<_>>()
		};
		let cohorts: Vec<Vec<usize>> = inputs
			.iter()
			.enumerate()
			.map(|(task, inputs)| cohorts.get(task).cloned().unwrap_or_else(|| with_rows(inputs)))
			.collect();
		let submitted = self.submit(specs, &cohorts).await?;
		let mut staged: Vec<Staged> = Vec::new();
		for ((spec, (inputs, skipped)), (task, fee)) in specs.iter().zip(inputs).zip(submitted) {
			staged.push(Staged {
				task,
				spec: spec.clone(),
				inputs,
				skipped,
				journal: Journal::default(),
				result: None,
				transactions: fee,
				proofs: Vec::new(),
			});
		}
		let bars: Vec<ProgressBar> = staged
			.iter()
			.map(|staged| self.progress.bar(&title(&staged.spec), staged.inputs.len() as u64))
			.collect();
		let dealt = {
			let dealt = self.deal(&staged);
			let watched = self.watch(&staged, &bars, chronicle);
			// dealing may fail long before the tasks end
			let (dealt, ()) = future::try_join(dealt, watched).await?;
			dealt
		};
		for (staged, dealt) in staged.iter_mut().zip(dealt) {
			staged.transactions = staged.transactions.saturating_add(dealt.fees);
			staged.proofs = dealt.proofs;
		}
		for staged in &mut staged {
			staged.journal = chronicle.journal(staged.task);
			staged.result = self.chain.result(staged.task).await?;
		}
		bars.iter().for_each(ProgressBar::abandon);
		Ok(staged)
	}

	/// The dealers' parts in a task, and the rows left out: for a missing value, as of a small cell.
	fn inputs(&self, spec: &TaskSpec) -> Result<(Placed, (u64, u64)), Error> {
		let made = inputs::inputs(self.book, self.table, spec, &self.encoding)?;
		let place = |name: &str| self.book.dealers.iter().position(|dealer| dealer.name == name);
		let parts = made.parts.into_iter();
		let inputs = parts.filter_map(|(dealer, input)| Some((place(&dealer.name)?, input)));
		Ok((inputs.collect(), (made.skipped_missing, made.skipped_small_cell)))
	}

	/// Publishes the tasks. Returns their numbers and transaction fees.
	async fn submit(
		&self,
		specs: &[TaskSpec],
		cohorts: &[Vec<usize>],
	) -> Result<Vec<(TaskId, Balance)>, Error> {
		let first = self.chain.nonce(&self.cast.requester.account()).await?;
		let submissions = specs.iter().zip(cohorts).zip(first..).map(|((spec, cohort), nonce)| {
			let invited = cohort.iter().filter_map(|place| self.cast.dealers.get(*place));
			let submission = Submission {
				spec,
				class: self.class,
				dealers: invited.map(Signer::account).collect(),
				accept: ACCEPT,
				collect: self.collect,
				data_reward: self.data_reward,
			};
			submission.send(self.chain, &self.cast.requester, Some(nonce))
		});
		future::try_join_all(submissions).await
	}

	/// Lets every dealer accept every task it is invited to, all at once, and deal to each as soon as its committee is drawn.
	/// Returns fees and proofs, by task.
	async fn deal(&self, staged: &[Staged]) -> Result<Vec<Dealt>, Error> {
		let nonces = self.cast.dealers.iter().map(|signer| {
			let account = signer.account();
			async move { self.chain.nonce(&account).await }
		});
		let nonces: Vec<u64> = stream::iter(nonces).buffered(AT_ONCE).try_collect().await?;
		let tasks = (0..staged.len()).map(|task| self.deal_one(task, staged, &nonces));
		future::try_join_all(tasks).await
	}

	/// All acceptances of one task, and all dealings to it. A dealer's transactions are numbered, its acceptances before its
	/// dealings and each in the order of the tasks, so that none waits for another to be in a block.
	async fn deal_one(&self, task: usize, all: &[Staged], nonces: &[u64]) -> Result<Dealt, Error> {
		let Some(staged) = all.get(task) else { return Ok(Dealt::default()) };
		let players: Vec<_> = staged
			.inputs
			.iter()
			.filter_map(|(place, input)| {
				let (signer, first) = (self.cast.dealers.get(*place)?, nonces.get(*place)?);
				let has_part =
					|staged: &&Staged| staged.inputs.iter().any(|(other, _)| other == place);
				let before = all.iter().take(task).filter(has_part).count() as u64;
				let parts = all.iter().filter(has_part).count() as u64;
				Some((signer, input, first + before, first + parts + before))
			})
			.collect();

		let id = staged.task;
		let info = &self.chain.task(id).await?;
		groups::check(self.chain, id, info).await?;
		let acceptances = players.iter().map(|(signer, _, nonce, _)| async move {
			let accepted = accept::accept(self.chain, id, info, signer, Some(*nonce)).await?;
			Ok::<_, Error>(accepted.map_or(0, |receipt| receipt.fee))
		});
		let fees: Vec<Balance> =
			stream::iter(acceptances).buffer_unordered(AT_ONCE).try_collect().await?;

		let context = &self.drawn(id).await?;
		let spec = &staged.spec;
		let dealings = players.iter().map(|(signer, input, _, nonce)| async move {
			let (vector, nonce) = (&input.encoded, Some(*nonce));
			deal::deal(self.chain, id, context, spec, vector, signer, nonce).await
		});
		let dealt: Vec<Option<deal::Dealt>> =
			stream::iter(dealings).buffer_unordered(AT_ONCE).try_collect().await?;
		let dealt: Vec<deal::Dealt> = dealt.into_iter().flatten().collect();
		Ok(Dealt {
			fees: fees.into_iter().chain(dealt.iter().map(|dealt| dealt.receipt.fee)).sum(),
			proofs: dealt.into_iter().map(|dealt| dealt.proof).collect(),
		})
	}

	/// Waits until a task's committee is drawn.
	async fn drawn(&self, task: TaskId) -> Result<TaskContext, Error> {
		let info = deal::drawn(self.chain, task).await?;
		let TaskStatus::Collecting { .. } = info.task.status else {
			return Err(Error::Failed(format!("task {task} ended before its dealing began")));
		};
		Ok(dealing::context(self.chain.genesis(), task, &info)?)
	}

	/// Shows how far the tasks are, until all are settled.
	async fn watch(
		&self,
		staged: &[Staged],
		bars: &[ProgressBar],
		chronicle: &mut Chronicle,
	) -> Result<(), Error> {
		loop {
			let block = chronicle.next().await?;
			let mut settled = 0;
			for (staged, bar) in staged.iter().zip(bars) {
				let journal = chronicle.journal(staged.task);
				bar.set_position(u64::from(journal.dealings));
				bar.set_message(journal.progress(staged.inputs.len(), &self.parameters, block));
				settled += usize::from(journal.settled.is_some());
			}
			if settled == staged.len() {
				return Ok(());
			}
		}
	}
}
