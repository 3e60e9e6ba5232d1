//! What a dealer has written down, held against a task, and the log of what it then does.

use crate::{
	chain::{Chain, Receipt},
	error::Error,
	onchain::consent::Held,
	output::{Notes, Output},
	view::lines::hex,
};
use codec::Encode;
use ostraka_party::{
	address,
	audit::{Act, Data, Entry, Log, Step, Transaction},
	policy::{refusal, Dataset, Line, Policy, Question},
};
use ostraka_primitives::{api::TaskInfo, spec::TaskSpec, task::TaskStatus, AccountId, TaskId};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

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
	/// whether to accept one more. `held` is what the chain holds the data set to, where it is known whose it is.
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
				let tasks = log.tasks_since(&dataset.name, &genesis, since);
				let mut tasks = tasks.map_err(ostraka_party::Error::from)?;
				tasks.remove(&task);
				Some(u32::try_from(tasks.len()).unwrap_or(u32::MAX))
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
	match out.ask(question).await? {
		Some(true) => Ok(()),
		Some(false) => {
			Err(Error::Failed(format!("the answer was no, and nothing was sent to task {task}")))
		},
		None => Err(Error::Usage(format!(
			"there is no policy that says what your rows may be asked, and no terminal to ask at: nothing was sent to task \
			 {task}\n  make a policy with `ostraka policy init --data FILE`, or give --no-policy"
		))),
	}
}

/// Logs what is done about one task.
pub(super) struct Keeper<'a> {
	log: &'a Log,
	notes: Notes,
	/// What all entries have.
	base: Entry,
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
		Self { log, notes: notes.clone(), base }
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
mod tests {
	use super::*;
	use crate::output::written;
	use ostraka_party::policy::Says;

	fn line(rule: &'static str, says: Says, why: &str) -> Line {
		Line { rule, says, why: why.to_owned() }
	}

	#[test]
	fn rules_stand_one_below_the_other() {
		let lines = [line("rows", Says::Yes, "enough"), line("requesters", Says::No, "not Bob")];
		let text = written(false, |out| write_lines(&lines, out));
		assert_eq!(text, "  yes   rows        enough\n  NO    requesters  not Bob\n");
	}

	#[tokio::test]
	async fn a_script_says_that_it_goes_without_a_policy() {
		let mut results = Vec::<u8>::new();
		let out = Output::new(&mut results, Notes::none(), true);
		let error = without_policy(7, &out).await.expect_err("nobody is asked");
		assert_eq!(error.exit_code(), 2);
		for part in ["task 7", "--no-policy", "ostraka policy init"] {
			assert!(error.to_string().contains(part), "{error}");
		}
	}
}
