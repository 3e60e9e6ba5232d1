//! What a dealer has written down, held against a task, and the log of what it then does.

use crate::{
	chain::{Chain, Receipt},
	error::Error,
	onchain::consent::{unheld, Held},
	output::{Notes, Output},
	view::lines::hex,
};
use codec::Encode;
use ostraka_party::{
	address,
	audit::{Act, Data, Entry, Log, Step, Transaction, Turn},
	policy::{refusal, Dataset, Line, Policy, Question},
};
use ostraka_primitives::{api::TaskInfo, spec::TaskSpec, task::TaskStatus, AccountId, TaskId};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// After so long it is looked again whether another job's turn is over.
const LOOKS: Duration = Duration::from_millis(200);

/// What a policy says of a task.
pub(super) struct Ruling<'a> {
	/// The policy.
	pub policy: &'a Policy,
	/// The data set that the task is for.
	pub dataset: &'a Dataset,
	/// Its rules, a line each.
	pub lines: Vec<Line>,
}

impl<'a> Ruling<'a> {
	/// Asks a policy about a task as the chain has it. How many tasks were accepted lately is counted where it is asked
	/// whether to accept one more. `held` is what the chain has of the data set, where it is known whose it is.
	///
	/// # Errors
	/// `Log`.
	pub fn of(
		policy: &'a Policy,
		dataset: &'a Dataset,
		chain: &Chain,
		(task, info): (TaskId, &TaskInfo),
		log: &Log,
		is_accepting: bool,
		held: Option<&Held>,
	) -> Result<Self, Error> {
		let spent = match policy.allow.quota {
			Some((_, blocks)) if is_accepting => {
				let since = chain.head().number.saturating_sub(blocks);
				let genesis = hex(chain.genesis());
				Some(spent(log, (dataset.name.as_str(), genesis.as_str()), task, since, held)?)
			},
			_ => None,
		};
		// who has accepted is fixed between the end of inviting and the task's end
		let is_fixed =
			matches!(info.task.status, TaskStatus::Drawing { .. } | TaskStatus::Collecting { .. });
		let question = Question {
			class: Some(info.task.class),
			requester: Some(&info.task.requester),
			conditions: Some(&info.task.conditions),
			invited: (!info.dealers.is_empty()).then_some(info.dealers.as_slice()),
			accepted: is_fixed.then_some(info.accepted.as_slice()),
			spent,
			..Question::of(&info.task.spec)
		};
		let mut lines = policy.says(dataset, &question);
		if let Some(held) = held {
			let conditions = is_accepting.then_some(&info.task.conditions);
			lines.extend(held.lines(&policy.on_chain(), conditions));
		}
		Ok(Self { policy, dataset, lines })
	}

	/// Adds what there is to say of the data set that the account has accepted the task for.
	pub fn of_accepted(&mut self, accepted: &[u8; 32]) {
		let line = unheld(accepted, &self.dataset.tag(), &self.policy.on_chain());
		self.lines.extend(line);
	}

	/// Writes what the policy says, line by line.
	///
	/// # Errors
	/// `Output`.
	pub fn write(&self, out: &mut Output<'_>) -> Result<(), Error> {
		writeln!(out, "what the policy says ({}):", self.policy.file)?;
		write_lines(&self.lines, out)
	}

	/// For JSON.
	pub fn record(&self) -> RulingRecord<'_> {
		RulingRecord {
			policy: hex(self.policy.hash),
			dataset: &self.dataset.name,
			allowed: refusal(&self.lines).is_none(),
			rules: &self.lines,
		}
	}

	/// The group-by that a task comes to, by what the policy says its column can hold.
	pub fn bins_as_groups(&self, spec: &TaskSpec) -> Option<TaskSpec> {
		self.dataset.fitting(spec, 0).bins_as_groups(spec)
	}

	/// Why the policy does not allow the task; `None` if it does.
	pub fn refusal(&self, task: TaskId, has_accepted: bool) -> Option<Error> {
		let reasons = refusal(&self.lines)?;
		let cost = match has_accepted {
			true => {
				"\n  this account has accepted it, and loses a part of its deposit if it does not deal: who wants to deal all \
				 the same changes the policy"
			},
			false => "",
		};
		Some(Error::Failed(format!(
			"task {task} is not allowed by the policy {}, and nothing was sent\n  {reasons}{cost}",
			self.policy.file
		)))
	}
}

/// How many tasks over a data set were accepted or dealt to in that block or later, `task` not counted: by the log, and by what the
/// chain has. A run that was interrupted logged nothing of what it sent, and other tools log nothing here.
///
/// # Errors
/// `Log`.
fn spent(
	log: &Log,
	(dataset, genesis): (&str, &str),
	task: TaskId,
	since: u32,
	held: Option<&Held>,
) -> Result<u32, Error> {
	let logged = log.tasks_since(dataset, genesis, since);
	let mut tasks = logged.map_err(ostraka_party::Error::from)?;
	let mut on_chain = held.map(|held| held.tasks_since(since)).unwrap_or_default();
	on_chain.remove(&task);
	// which tasks these were is not known: the log may have them
	let forgotten = held.map_or(0, |held| held.forgotten_since(since));
	let least = on_chain.len().saturating_add(forgotten);
	tasks.append(&mut on_chain);
	tasks.remove(&task);
	Ok(u32::try_from(tasks.len().max(least)).unwrap_or(u32::MAX))
}

/// Logs that what a run before this one began is on the chain, if the log does not say so: who was interrupted has not seen it. `block`
/// is where it was seen. If that cannot be logged it is on the chain all the same, so people are told.
pub(super) fn found(
	log: &Log,
	notes: &Notes,
	genesis: &str,
	act: Act,
	(task, account): (TaskId, &str),
	block: u32,
) {
	let begun = log.begun(act, genesis, task, account).map_err(ostraka_party::Error::from);
	let logged = match begun {
		Ok(Some(begun)) => {
			append(log, Entry { step: Step::Done, seen: Some(block), ..begun }, notes)
		},
		Ok(None) => Ok(()),
		Err(error) => Err(error.into()),
	};
	if let Err(error) = logged {
		notes.say(format!("warning: this is done, and not logged: {error}"));
	}
}

/// Writes rules of a policy, one below the other.
///
/// # Errors
/// `Output`.
pub(super) fn write_lines(lines: &[Line], out: &mut Output<'_>) -> Result<(), Error> {
	let shown =
		|line: &Line| (format!("  {:<4}  {}", line.says.word(), line.rule), line.why.clone());
	out.lines(&lines.iter().map(shown).collect::<Vec<_>>())
}

/// What a policy says of a task, for JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct RulingRecord<'a> {
	/// SHA-256 of its file.
	policy: String,
	dataset: &'a str,
	allowed: bool,
	rules: &'a [Line],
}

/// Goes on without a policy only if somebody at the terminal says so.
///
/// # Errors
/// `Failed` if the answer is no, `Usage` if there is nobody to ask.
pub(super) async fn without_policy(task: TaskId, out: &Output<'_>) -> Result<(), Error> {
	let question = "There is no policy that says what your rows may be asked. Go on without one?";
	let otherwise = format!(
		"nothing is done for task {task} without a policy that says what your rows may be asked"
	);
	let how = "--no-policy, or make a policy with `ostraka policy init --data FILE`";
	out.must_agree(question, &otherwise, how).await
}

/// Logs what is done about one task.
pub(super) struct Keeper<'a> {
	log: &'a Log,
	notes: Notes,
	/// What all entries have.
	base: Entry,
	/// Most tasks over the data set, in so many blocks, by the policy's file.
	quota: Option<(u32, u32)>,
}

impl<'a> Keeper<'a> {
	/// Of a task and the account that acts.
	pub fn new(
		log: &'a Log,
		notes: &Notes,
		chain: &Chain,
		(task, info): (TaskId, &TaskInfo),
		account: &AccountId,
		ruling: Option<&Ruling<'_>>,
	) -> Self {
		let base = Entry {
			genesis: Some(hex(chain.genesis())),
			task: Some(task),
			spec: Some(hex(Sha256::digest(info.task.spec.encode()))),
			terms: Some(hex(info.task.terms)),
			account: Some(address(account)),
			policy: ruling.map(|ruling| hex(ruling.policy.hash)),
			dataset: ruling.map(|ruling| ruling.dataset.name.clone()),
			..Entry::of(Act::Accept, Step::Begun)
		};
		let quota = ruling.and_then(|ruling| ruling.policy.allow.quota);
		Self { log, notes: notes.clone(), base, quota }
	}

	/// Whether the policy's file says how many tasks there may be.
	pub fn counts(&self) -> bool {
		self.quota.is_some()
	}

	/// Waits until no other job accepts a task for the same data set, and takes the turn: until it is dropped the others wait.
	///
	/// # Errors
	/// `Log`.
	pub async fn turn(&self, dataset: &[u8; 32]) -> Result<Turn, Error> {
		let genesis = self.base.genesis.as_deref().unwrap_or_default();
		let account = self.base.account.as_deref().unwrap_or_default();
		let mut is_told = false;
		loop {
			let turn = self.log.turn(genesis, account, &hex(dataset));
			if let Some(turn) = turn.map_err(ostraka_party::Error::from)? {
				return Ok(turn);
			}
			if !std::mem::replace(&mut is_told, true) {
				self.notes.say(
					"waits for another job that accepts a task for the same data set: what is left of its quota is counted \
					 by one job at a time",
				);
			}
			tokio::time::sleep(LOOKS).await;
		}
	}

	/// Counts once more, in block `now`, whether the policy has a task left: another job may have accepted one since it was asked.
	///
	/// # Errors
	/// `Failed` if not; `Log`.
	pub fn recounts(&self, now: u32, held: &Held) -> Result<(), Error> {
		let Entry { task, dataset, genesis, .. } = &self.base;
		let (Some((most, blocks)), Some(task), Some(dataset), Some(genesis)) =
			(self.quota, task, dataset, genesis)
		else {
			return Ok(());
		};
		let since = now.saturating_sub(blocks);
		let over = (dataset.as_str(), genesis.as_str());
		let spent = spent(self.log, over, *task, since, Some(held))?;
		if spent < most {
			return Ok(());
		}
		self.refuses(Act::Accept)?;
		Err(Error::Failed(format!(
			"task {task} is not accepted, and nothing was sent: per_period: {most} over one data set in {blocks} blocks; \
			 {spent} so far, with what another job has accepted meanwhile"
		)))
	}

	/// With the file, and what became of its rows.
	pub fn with(mut self, data: Data) -> Self {
		self.base.data = Some(data);
		self
	}

	/// Logs that something is about to be sent; `info` is the task as it is then.
	///
	/// # Errors
	/// `Log`.
	pub fn begins(&self, act: Act, info: &TaskInfo) -> Result<(), Error> {
		let committee = info.committee.iter().map(|seat| address(&seat.account)).collect();
		self.add(Entry { act, step: Step::Begun, committee, ..self.base.clone() })
	}

	/// Logs that the policy does not allow something.
	///
	/// # Errors
	/// `Log`.
	pub fn refuses(&self, act: Act) -> Result<(), Error> {
		self.add(Entry { act, step: Step::Refused, ..self.base.clone() })
	}

	/// Logs that something is on the chain. If that cannot be logged it is on the chain all the same, so people are told.
	pub fn ends(&self, act: Act, receipt: &Receipt) {
		let transaction = Some(Transaction {
			block: receipt.block.number,
			hash: hex(receipt.block.hash),
			fee: receipt.fee.to_string(),
		});
		let entry = Entry { act, step: Step::Done, transaction, ..self.base.clone() };
		if let Err(error) = self.add(entry) {
			self.notes.say(format!("warning: this is done, and not logged: {error}"));
		}
	}

	/// Logs that something is on the chain that another run than this one sent, or this one without seeing its end.
	pub fn finds(&self, act: Act, block: u32) {
		let Entry { task, account, genesis, .. } = &self.base;
		if let (Some(task), Some(account), Some(genesis)) = (task, account, genesis) {
			found(self.log, &self.notes, genesis, act, (*task, account.as_str()), block);
		}
	}

	fn add(&self, entry: Entry) -> Result<(), Error> {
		append(self.log, entry, &self.notes)
	}
}

/// Adds an entry to a log. People are told of a line that was torn.
///
/// # Errors
/// `Log`.
pub(super) fn append(log: &Log, entry: Entry, notes: &Notes) -> Result<(), Error> {
	let appended = log.append(entry).map_err(ostraka_party::Error::from)?;
	if appended.after_torn {
		notes.say(format!(
			"{}: the last line was only begun when the tool or the machine stopped; it stays, and the next one names it",
			log.path().display()
		));
	}
	Ok(())
}

#[cfg(test)]
mod tests;
