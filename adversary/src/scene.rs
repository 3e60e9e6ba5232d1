//! A scene: the chain, who plays on it, a task with its dealers, and the books that everybody's money is held against.
//!
//! Every assertion is about final blocks. What the chain does otherwise than expected is a panic that says what: this
//! module and [`crate::scenarios`] are for tests.

use crate::{
	ledger::{holdings, Ledger},
	seat::{Corrupt, Worker},
	state::Snapshot,
	wait,
};
use ostraka_client::{
	chain::{Chain, Event, Head, Signer},
	onchain::{
		deal::{drawn, needed},
		gather::{gather, Bodies},
	},
	request::StatisticName,
	testbed::{
		accounts::{accounts as paths, fund},
		survey::{self, Survey},
	},
	verify::result_outcome,
	Error,
};
use ostraka_primitives::{
	api::TaskInfo,
	task::{Outcome, SecurityClass},
	AccountId, Balance, TaskId,
};
use rand_core::OsRng;
use std::collections::BTreeMap;

/// Blocks for accepting, and for dealing; either ends sooner, when all have done so.
pub const LONG: u32 = 120;
/// The rows.
pub const ROWS: &str =
	"value\n3\n1\n4\n1\n5\n9\n2\n6\n5\n3\n5\n8\n9\n7\n9\n3\n2\n3\n8\n4\n6\n2\n6\n4\n3\n3\n8\n";

/// The chain and who plays on it.
pub struct Scene {
	/// The chain.
	pub chain: Chain,
	/// Who publishes the tasks.
	pub requester: Signer,
	/// Who pays for the dealers.
	pub sponsor: Signer,
	/// The adversary's compute nodes, which do nothing but compute.
	pub corrupt: Vec<Corrupt>,
	/// The adversary's verifiers, which do nothing but verify.
	pub verifiers: Vec<Corrupt>,
}

/// A task with its dealers and their rows. All dealers are invited.
pub struct Stage {
	/// The task.
	pub task: TaskId,
	/// As it was after its draw, or before that as it was published.
	pub info: TaskInfo,
	/// What is computed, and the dealers' parts.
	pub survey: Survey,
	/// The dealers.
	pub dealers: Vec<Signer>,
}

/// How a task ended.
pub struct End {
	/// How.
	pub outcome: Outcome,
	/// The block in which it was settled.
	pub settled: u32,
	/// The final block in which that was read.
	pub head: Head,
	/// The task's events, of all blocks up to that one.
	pub events: Vec<Event>,
}

/// What everybody had, and what happened since.
pub struct Books {
	first: Snapshot,
	before: BTreeMap<AccountId, Balance>,
	ledger: Ledger,
}

impl Scene {
	/// Accounts with money for two dealings, one for each dealer of each cohort; and the books from there on, of the
	/// dealers, the requester and all nodes' operators.
	///
	/// # Errors
	/// `Chain`.
	pub async fn dealers(
		&self,
		path: &str,
		cohorts: &[usize],
	) -> Result<(Vec<Vec<Signer>>, Books), Error> {
		let mut accounts = paths(path, cohorts.iter().sum())?;
		let amount = 2 * needed(&self.chain).await?;
		fund(&self.chain, &self.sponsor, &accounts, amount).await?;
		let players = accounts.iter().chain([&self.requester]).map(Signer::account);
		let books = Books::open(&self.chain, players).await?;
		let cohorts = cohorts.iter().map(|size| accounts.split_off(accounts.len() - size));
		Ok((cohorts.collect(), books))
	}

	/// Publishes a task for each cohort, all at the same time, lets all dealers accept, and waits for the draws. All of the
	/// adversary's nodes have to sit on each committee, and its verifiers on each panel: there must not be more candidates than
	/// seats.
	///
	/// # Errors
	/// `Failed` if a draw leaves one of them out, `Data`, `Chain`.
	pub async fn publish(
		&self,
		class: SecurityClass,
		cohorts: Vec<Vec<Signer>>,
	) -> Result<Vec<Stage>, Error> {
		let published = cohorts.into_iter().map(|dealers| async move {
			let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len())?;
			self.stage(class, survey, dealers, LONG).await
		});
		let stages = futures::future::try_join_all(published).await?;
		let mut nodes = self.corrupt.iter().chain(&self.verifiers).map(Corrupt::account);
		if nodes.all(|node| stages.iter().all(|stage| stage.seat(&node).is_some())) {
			return Ok(stages);
		}
		Err(Error::Failed("not all of the adversary's nodes are drawn".to_owned()))
	}

	/// Publishes a task, lets all dealers accept, and waits for its draw.
	///
	/// # Errors
	/// `Chain`.
	pub async fn stage(
		&self,
		class: SecurityClass,
		survey: Survey,
		dealers: Vec<Signer>,
		collect: u32,
	) -> Result<Stage, Error> {
		let mut stage = self.invited(class, survey, dealers, [LONG, collect]).await?;
		stage.accept(&self.chain, &stage.everybody()).await?;
		stage.drawn(&self.chain).await?;
		Ok(stage)
	}

	/// Publishes a task: nobody has accepted yet. `windows`: blocks for accepting and for dealing.
	///
	/// # Errors
	/// `Chain`.
	pub async fn invited(
		&self,
		class: SecurityClass,
		survey: Survey,
		dealers: Vec<Signer>,
		windows: [u32; 2],
	) -> Result<Stage, Error> {
		let (chain, requester, [accept, collect]) = (&self.chain, &self.requester, windows);
		let task = survey.publish(chain, requester, class, &dealers, accept, collect).await?;
		let info = chain.task(task).await?;
		Ok(Stage { task, info, survey, dealers })
	}

	/// The worker keys of the adversary's compute nodes.
	pub fn workers(&self) -> Vec<Worker> {
		self.corrupt.iter().map(|node| node.worker.clone()).collect()
	}
}

impl Stage {
	/// The seat of an account's node, on the committee or on the panel.
	pub fn seat(&self, account: &AccountId) -> Option<u8> {
		self.row().find(|(_, node)| node == account).map(|(seat, _)| seat)
	}

	/// The seats of committee and panel in their row, with their nodes' accounts.
	pub fn row(&self) -> impl Iterator<Item = (u8, AccountId)> + '_ {
		let seats = self.info.committee.iter().chain(self.info.panel.iter());
		(1u8..).zip(seats).map(|(number, seat)| (number, seat.account.clone()))
	}

	/// The committee's seats.
	pub fn seats(&self) -> impl Iterator<Item = (u8, AccountId)> + '_ {
		self.row().take(self.info.committee.len())
	}

	/// The panel's seats.
	pub fn panel(&self) -> impl Iterator<Item = (u8, AccountId)> + '_ {
		self.row().skip(self.info.committee.len())
	}

	/// The committee's seats that are not the adversary's, with their nodes' accounts.
	pub fn honest(&self, corrupt: &[Corrupt]) -> Vec<(u8, AccountId)> {
		let is_honest = |account: &AccountId| corrupt.iter().all(|node| node.account() != *account);
		self.seats().filter(|(_, account)| is_honest(account)).collect()
	}

	/// All places of the cohort.
	pub fn everybody(&self) -> Vec<usize> {
		(0..self.dealers.len()).collect()
	}

	/// All of them but the last.
	pub fn all_but_last(&self) -> Vec<usize> {
		(0..self.dealers.len().saturating_sub(1)).collect()
	}

	/// Accounts of some dealers, sorted.
	pub fn accounts(&self, places: &[usize]) -> Vec<AccountId> {
		let mut accounts: Vec<AccountId> =
			places.iter().map(|place| self.dealers[*place].account()).collect();
		accounts.sort();
		accounts
	}

	/// Lets some dealers accept, all at the same time.
	///
	/// # Errors
	/// As [`survey::accept`].
	pub async fn accept(&self, chain: &Chain, places: &[usize]) -> Result<(), Error> {
		let dealers: Vec<&Signer> = places.iter().map(|place| &self.dealers[*place]).collect();
		survey::accept(chain, self.task, &dealers).await
	}

	/// Waits until the committee is drawn in a final block.
	///
	/// # Errors
	/// `Failed` if the task ends before, `Chain`.
	pub async fn drawn(&mut self, chain: &Chain) -> Result<(), Error> {
		self.info = drawn(chain, self.task).await?;
		match self.info.task.drawn_at {
			Some(_) => Ok(()),
			None => Err(Error::Failed(format!("task {} ended before its draw", self.task))),
		}
	}

	/// Lets some dealers deal honestly, all at the same time.
	///
	/// # Errors
	/// As [`survey::deal`].
	pub async fn deal(&self, chain: &Chain, places: &[usize]) -> Result<(), Error> {
		let dealers: Vec<_> = places
			.iter()
			.map(|place| (&self.dealers[*place], &self.survey.inputs[*place].encoded))
			.collect();
		survey::deal(chain, self.task, &dealers).await
	}

	/// Waits until the task is settled in a final block.
	///
	/// # Errors
	/// `Chain`.
	pub async fn ended(&self, chain: &Chain) -> Result<End, Error> {
		let (outcome, head) = wait::settled(chain, self.task).await?;
		let (mut events, mut settled) = (Vec::new(), None);
		for number in self.info.task.submitted_at..=head.number {
			let hash = chain.block_hash(number).await?;
			let of_block = chain.events(Head { number, hash }).await?;
			let of_task = |event: &&Event| event.field::<TaskId>("task") == Some(self.task);
			events.extend(of_block.iter().filter(of_task).cloned());
			if settled.is_none() && events.iter().any(|event| event.is("Tasks", "TaskSettled")) {
				settled = Some(number);
			}
		}
		let settled = settled.ok_or_else(|| {
			Error::Failed(format!("no final block tells that task {} is settled", self.task))
		})?;
		Ok(End { outcome, settled, head, events })
	}

	/// [`Self::ended`], and asserts that the task completed, that its result is that of the pooled rows of these dealers,
	/// and that it can be verified from chain data. Returns the task's events.
	///
	/// # Errors
	/// `Chain`.
	///
	/// # Panics
	/// If an assertion fails.
	pub async fn completed(&self, chain: &Chain, places: &[usize]) -> Result<Vec<Event>, Error> {
		let task = self.task;
		let end = self.ended(chain).await?;
		assert_eq!(end.outcome, Outcome::Completed, "task {task}");
		let result = chain.result_at(task, end.head).await?.expect("a completed task has a result");
		assert_eq!(result.dealers as usize, places.len(), "task {task}");
		let found = result_outcome(&self.survey.spec, &result)?;
		assert_eq!(found, self.survey.pooled(places)?, "task {task}");

		let info = chain.task_at(task, end.head).await?;
		let evidence = gather(chain, task, &info, &result, &Bodies::default()).await?;
		let verification = evidence.check(&mut OsRng);
		assert!(verification.is_right(), "task {task}: {:?}", verification.checks);
		Ok(end.events)
	}
}

impl Books {
	/// Notes what these accounts have, and all nodes' operators.
	async fn open(chain: &Chain, accounts: impl Iterator<Item = AccountId>) -> Result<Self, Error> {
		let last = chain.wait_final(chain.head().number).await?;
		let nodes = chain.nodes_at(last).await?;
		let accounts: Vec<AccountId> =
			accounts.chain(nodes.into_iter().map(|node| node.account)).collect();
		let before = holdings(chain, &accounts, last).await?;
		let first = Snapshot::read(chain, last).await?;
		Ok(Self { first, before, ledger: Ledger::after(last.number) })
	}

	/// Asserts that every account has what it had, changed by what the events say; that all accounts together have what was
	/// issued; and that nothing is left of tasks, nor on hold but stakes. To be called when all tasks are settled. Returns the
	/// ledger.
	///
	/// # Errors
	/// `Chain`, `Failed`.
	///
	/// # Panics
	/// If an account has not.
	pub async fn add_up(&self, chain: &Chain) -> Result<Ledger, Error> {
		let head = chain.wait_final(chain.head().number).await?;
		let mut ledger = self.ledger.clone();
		ledger.catch_up(chain, head).await?;
		let accounts: Vec<AccountId> = self.before.keys().cloned().collect();
		let after = holdings(chain, &accounts, head).await?;
		for (account, before) in &self.before {
			let change = after[account] as i128 - *before as i128;
			assert_eq!(change, ledger.change(account), "{account:?}");
		}
		let failures = Snapshot::read(chain, head).await?.failures(chain, &self.first);
		assert!(failures.is_empty(), "{failures:?}");
		Ok(ledger)
	}
}

/// So many tokens.
pub fn units(chain: &Chain, tokens: Balance) -> Balance {
	tokens * 10u128.pow(u32::from(chain.token().decimals))
}

/// Events of the pallet `Vss` of that name for the task.
pub fn named<'a>(events: &'a [Event], name: &'a str) -> impl Iterator<Item = &'a Event> {
	events.iter().filter(move |event| event.is("Vss", name))
}

/// Accounts of a task's events of one kind, in the field of that name, each as often as it stands there.
pub fn accounts(events: &[Event], pallet: &str, name: &str, field: &str) -> Vec<AccountId> {
	let found = events.iter().filter(|event| event.is(pallet, name));
	let mut accounts: Vec<AccountId> = found.filter_map(|event| event.field(field)).collect();
	accounts.sort();
	accounts
}

/// Who was punished by a task's events, each as often as it was. Where slashes are deferred, a node's stake counts no more once
/// `SlashDeferred` tells of it, and nobody has a part of it yet; deposits and bonds are shared out at once everywhere.
pub fn punished(events: &[Event]) -> Vec<AccountId> {
	let told = |pallet, name| accounts(events, pallet, name, "culprit");
	let mut culprits = [told("Incentives", "Punished"), told("Registry", "SlashDeferred")].concat();
	culprits.sort();
	culprits
}

/// Their number.
pub fn count(events: &[Event], name: &str) -> usize {
	named(events, name).count()
}
