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
		consent::NO_DATASET,
		deal::{self, Proof},
		groups, mask,
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
	mask::{opening, MaskSeed, OpeningFile},
	title::title,
};
use ostraka_primitives::{
	api::TaskInfo,
	spec::TaskSpec,
	task::{ClassParameters, Conditions, SecurityClass, TaskResult, TaskStatus},
	Balance, TaskId,
};
use ostraka_protocol::TaskContext;
use rand_core::OsRng;

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
	/// Reward for the accepted dealers of each task together; as much as the work costs unless given.
	pub data_reward: Option<Balance>,
	/// Where progress goes.
	pub progress: &'a Progress,
}

/// What a task promises besides what its class asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promise {
	/// The task that counted its contributors.
	pub counting: Option<TaskId>,
	/// Whether the requester alone reads its result.
	pub is_sealed: bool,
}

/// A task of a stage, to its end.
pub struct Staged {
	/// Its number.
	pub task: TaskId,
	/// What it computes.
	pub spec: TaskSpec,
	/// What it promises.
	pub promise: Promise,
	/// What its requester reads its result by, if it is sealed.
	pub opening: Option<OpeningFile>,
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

impl Staged {
	/// How many accept it and deal to it: its dealers, and who deals the mask.
	fn parties(&self) -> usize {
		self.inputs.len() + usize::from(self.promise.is_sealed)
	}
}

/// What came of the acceptances of a task and the dealings to it.
#[derive(Default)]
struct Dealt {
	fees: Balance,
	proofs: Vec<Proof>,
	opening: Option<OpeningFile>,
}

/// Dealers' parts in a task, with their places in the book.
type Placed = Vec<(usize, Input)>;

impl Setting<'_> {
	/// Runs tasks from submission to settlement. Invited are the dealers with rows for a task; where `cohorts` names
	/// places in the book, these: a count of contributors holds for its cohort only. What is promised is the class's least where
	/// `promises` says nothing.
	///
	/// # Errors
	/// `Data`, `Encode`, `Chain`, `Failed`.
	pub async fn stage(
		&self,
		specs: &[TaskSpec],
		cohorts: &[Vec<usize>],
		promises: &[Promise],
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
		let promises: Vec<Promise> =
			(0..specs.len()).map(|task| promises.get(task).copied().unwrap_or_default()).collect();
		let submitted = self.submit(specs, &cohorts, &promises).await?;
		let mut staged: Vec<Staged> = Vec::new();
		let tasks = specs.iter().zip(promises).zip(inputs).zip(submitted);
		for (((spec, promise), (inputs, skipped)), (task, fee)) in tasks {
			staged.push(Staged {
				task,
				spec: spec.clone(),
				promise,
				opening: None,
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
			.map(|staged| self.progress.bar(&title(&staged.spec), staged.parties() as u64))
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
			staged.opening = dealt.opening;
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
		promises: &[Promise],
	) -> Result<Vec<(TaskId, Balance)>, Error> {
		let tasks = specs.iter().zip(cohorts).zip(promises);
		let submissions = tasks.map(|((spec, cohort), promise)| {
			let invited = cohort.iter().filter_map(|place| self.cast.dealers.get(*place));
			let submission = Submission {
				spec,
				conditions: Some(self.conditions(*promise)),
				class: self.class,
				dealers: invited.map(Signer::account).collect(),
				accept: ACCEPT,
				collect: self.collect,
				data_reward: self.data_reward,
				beside: u32::try_from(specs.len()).unwrap_or(u32::MAX),
			};
			submission.send(self.chain, &self.cast.requester)
		});
		future::try_join_all(submissions).await
	}

	/// The conditions of a task that promises this.
	fn conditions(&self, promise: Promise) -> Conditions {
		let sealed_to = promise.is_sealed.then(|| self.cast.requester.account());
		Conditions { counting: promise.counting, sealed_to, ..Conditions::of(&self.parameters) }
	}

	/// Lets every dealer accept every task it is invited to, all at once, and deal to each as soon as its committee is drawn.
	/// Returns fees and proofs, by task.
	async fn deal(&self, staged: &[Staged]) -> Result<Vec<Dealt>, Error> {
		future::try_join_all(staged.iter().map(|staged| self.deal_one(staged))).await
	}

	/// All acceptances of one task, and all dealings to it. None waits for another to be in a block.
	async fn deal_one(&self, staged: &Staged) -> Result<Dealt, Error> {
		let parts = staged.inputs.iter();
		let players: Vec<_> = parts
			.filter_map(|(place, input)| Some((self.cast.dealers.get(*place)?, input)))
			.collect();

		let id = staged.task;
		let info = &self.chain.task(id).await?;
		groups::check(self.chain, id, info).await?;
		let recipient = self.accept_as_recipient(staged, info);
		let acceptances = players.iter().map(|(signer, _)| async move {
			let accepted = accept::accept(self.chain, id, info, signer, &NO_DATASET).await?;
			Ok::<_, Error>(accepted.map_or(0, |receipt| receipt.fee))
		});
		let acceptances =
			stream::iter(acceptances).buffer_unordered(AT_ONCE).try_collect::<Vec<Balance>>();
		let (fees, accepted) = future::try_join(acceptances, recipient).await?;

		let (context, drawn) = &self.drawn(id).await?;
		let masked = self.deal_mask(staged, context, drawn);
		let spec = &staged.spec;
		let dealings = players.iter().map(|(signer, input)| async move {
			deal::deal(self.chain, id, context, spec, &input.encoded, signer).await
		});
		let dealings = stream::iter(dealings)
			.buffer_unordered(AT_ONCE)
			.try_collect::<Vec<Option<deal::Dealt>>>();
		let (dealt, (mask_fee, opening)) = future::try_join(dealings, masked).await?;
		let dealt: Vec<deal::Dealt> = dealt.into_iter().flatten().collect();
		let fees = fees.into_iter().chain([accepted, mask_fee]);
		Ok(Dealt {
			fees: fees.chain(dealt.iter().map(|dealt| dealt.receipt.fee)).sum(),
			proofs: dealt.into_iter().map(|dealt| dealt.proof).collect(),
			opening,
		})
	}

	/// Lets the requester accept a task whose result is sealed to it. Returns the fee.
	async fn accept_as_recipient(
		&self,
		staged: &Staged,
		info: &TaskInfo,
	) -> Result<Balance, Error> {
		if !staged.promise.is_sealed {
			return Ok(0);
		}
		let (task, requester) = (staged.task, &self.cast.requester);
		let accepted = accept::accept(self.chain, task, info, requester, &NO_DATASET).await?;
		Ok(accepted.map_or(0, |receipt| receipt.fee))
	}

	/// Lets the requester deal the mask of a task whose result is sealed to it. Returns the fee, and what opens the mask.
	async fn deal_mask(
		&self,
		staged: &Staged,
		context: &TaskContext,
		drawn: &TaskInfo,
	) -> Result<(Balance, Option<OpeningFile>), Error> {
		if !staged.promise.is_sealed {
			return Ok((0, None));
		}
		let (task, requester) = (staged.task, &self.cast.requester);
		// no result outlives the demonstration, and no seed has to
		let seed = MaskSeed::random(&mut OsRng);
		let opening = opening(task, &drawn.task, &requester.account(), &seed)?;
		let dealt = mask::deal(self.chain, task, context, &seed, requester).await?;
		Ok((dealt.map_or(0, |receipt| receipt.fee), Some(opening)))
	}

	/// Waits until a task's committee is drawn.
	async fn drawn(&self, task: TaskId) -> Result<(TaskContext, TaskInfo), Error> {
		let info = deal::drawn(self.chain, task).await?;
		let TaskStatus::Collecting { .. } = info.task.status else {
			return Err(Error::Failed(format!("task {task} ended before its dealing began")));
		};
		Ok((dealing::context(self.chain.genesis(), task, &info)?, info))
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
				bar.set_message(journal.progress(staged.parties(), &self.parameters, block));
				settled += usize::from(journal.settled.is_some());
			}
			if settled == staged.len() {
				return Ok(());
			}
		}
	}
}
