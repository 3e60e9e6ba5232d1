//! Tasks one after the other, each from its publication to its settlement.

use super::Shared;
use crate::{
	accuse::accuse,
	answer::{answer, AnswerFault, Answered},
	cheats::DealingFault,
	deal,
	wait::{self, Phase},
};
use ostraka_client::{
	chain::{calls, Signer},
	request::StatisticName,
	testbed::survey::{self, Survey},
	verify::result_outcome,
	Error,
};
use ostraka_primitives::{
	api::TaskInfo,
	fault::{AccuserFault, DealerFault},
	task::{FailReason, Outcome, SecurityClass},
	AccountId, TaskId,
};
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use serde_json::{json, Value};
use std::{collections::BTreeMap, fmt::Write, sync::Arc, time::Instant};

/// Dealers of a lane: as many as its largest cohort.
pub const MOST_DEALERS: usize = 7;
/// Blocks for dealing, if all deal; it ends sooner.
const COLLECT: u32 = 60;
/// Blocks for dealing, if not all deal.
const SHORT: u32 = 12;
/// What is played so often must have been judged at least once.
const OFTEN: usize = 4;

/// How a task is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Play {
	/// All dealers are honest.
	Honest,
	/// One of them forges.
	Forging,
	/// One of them deals, the others do not.
	TooFew,
	/// The requester cancels it after the draw.
	Cancelled,
}

/// What the adversary's node does in a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
	/// It is not on the committee.
	NotDrawn,
	/// It answers rightly.
	Honest,
	/// It does not answer.
	Absent,
	/// It accuses an honest dealer.
	Accuse(AccuserFault),
	/// It answers wrongly.
	Wrong,
	/// It reveals another share than it committed to.
	CommitOther,
}

/// What became of a task.
pub struct Record {
	task: Option<TaskId>,
	play: Play,
	role: Role,
	outcome: Option<Outcome>,
	/// Whether its result is that of the pooled rows.
	right: Option<bool>,
	error: Option<String>,
	/// How the chain judged what the adversary's node did.
	judged: Option<&'static str>,
	/// Why it could not do what it was to do.
	missed: Option<String>,
}

impl Role {
	/// How the chain has to judge it, if it is judged.
	fn expected(self) -> Option<&'static str> {
		match self {
			Self::NotDrawn | Self::Absent => None,
			Self::Honest => Some("right"),
			Self::Accuse(_) => Some("accuser"),
			Self::Wrong => Some("does-not-fit"),
			Self::CommitOther => Some("not-as-committed"),
		}
	}
}

impl Record {
	/// Whether it ended as it had to.
	pub fn is_as_expected(&self) -> bool {
		let expected = match self.play {
			Play::Honest | Play::Forging => Outcome::Completed,
			Play::TooFew => Outcome::Failed(FailReason::TooFewDealers),
			Play::Cancelled => Outcome::Failed(FailReason::Cancelled),
		};
		let is_judged_so = self.judged.is_none() || self.judged == self.role.expected();
		self.error.is_none()
			&& self.outcome == Some(expected)
			&& self.right != Some(false)
			&& is_judged_so
	}

	/// As JSON.
	pub fn json(&self) -> Value {
		json!({
			"task": self.task,
			"play": format!("{:?}", self.play),
			"adversary": format!("{:?}", self.role),
			"outcome": self.outcome.map(|outcome| format!("{outcome:?}")),
			"right": self.right,
			"error": self.error,
			"judged": self.judged,
			"missed": self.missed,
		})
	}
}

/// How often each role was played, and judged.
fn by_role<'a>(records: impl Iterator<Item = &'a Record>) -> BTreeMap<Role, [usize; 2]> {
	let mut roles: BTreeMap<Role, [usize; 2]> = BTreeMap::new();
	for record in records {
		let [played, judged] = roles.entry(record.role).or_default();
		*played += 1;
		*judged += usize::from(record.judged.is_some());
	}
	roles
}

/// Counts of records.
pub fn summary(records: &[Record]) -> Value {
	let count = |is: &dyn Fn(&Record) -> bool| records.iter().filter(|record| is(record)).count();
	let mut plays: BTreeMap<String, usize> = BTreeMap::new();
	for record in records {
		*plays.entry(format!("{:?}", record.play)).or_default() += 1;
	}
	let told = |(role, [played, judged]): (Role, [usize; 2])| {
		(format!("{role:?}"), json!({ "played": played, "judged": judged }))
	};
	let roles: BTreeMap<String, Value> = by_role(records.iter()).into_iter().map(told).collect();
	json!({
		"published": records.len(),
		"completed": count(&|record| record.outcome == Some(Outcome::Completed)),
		"right": count(&|record| record.right == Some(true)),
		"failed": count(&|record| matches!(record.outcome, Some(Outcome::Failed(_)))),
		"not_as_expected": count(&|record| !record.is_as_expected()),
		"adversary_missed": count(&|record| record.missed.is_some()),
		"plays": plays,
		"adversary": roles,
	})
}

/// What was played often, and never judged: a cheat that always comes too late shows nothing.
pub fn never_judged(records: &[Record]) -> Vec<String> {
	by_role(records.iter().filter(|record| record.role.expected().is_some()))
		.into_iter()
		.filter(|(_, [played, judged])| *played >= OFTEN && *judged == 0)
		.map(|(role, [played, _])| format!("{role:?} was played {played} times and never judged"))
		.collect()
}

/// A sequence of tasks with accounts of its own.
pub struct Lane {
	requester: Signer,
	dealers: Vec<Signer>,
	rng: ChaCha20Rng,
}

impl Lane {
	/// A lane whose tasks follow from a seed.
	pub fn new(requester: Signer, dealers: Vec<Signer>, seed: u64) -> Self {
		Self { requester, dealers, rng: ChaCha20Rng::seed_from_u64(seed) }
	}

	/// Its accounts.
	pub fn accounts(&self) -> Vec<AccountId> {
		self.dealers.iter().chain([&self.requester]).map(Signer::account).collect()
	}

	fn below(&mut self, bound: u32) -> u32 {
		self.rng.next_u32() % bound.max(1)
	}

	/// Plays tasks until the time is over, or the chain no longer answers.
	pub async fn run(mut self, shared: Arc<Shared>) -> Vec<Record> {
		let mut records = Vec::new();
		while Instant::now() < shared.until {
			let play = match self.below(20) {
				0 => Play::TooFew,
				1 => Play::Cancelled,
				2..=7 => Play::Forging,
				_ => Play::Honest,
			};
			let mut record = Record {
				task: None,
				play,
				role: Role::NotDrawn,
				outcome: None,
				right: None,
				error: None,
				judged: None,
				missed: None,
			};
			if let Err(error) = self.play(&shared, &mut record).await {
				record.error = Some(error.to_string());
				let is_lost = matches!(&error, Error::Chain(error) if !error.is_refusal());
				records.push(record);
				if is_lost {
					break;
				}
				continue;
			}
			records.push(record);
		}
		records
	}

	async fn play(&mut self, shared: &Shared, record: &mut Record) -> Result<(), Error> {
		let chain = &shared.chain;
		let (class, cohort) = match self.below(4) {
			0 => (SecurityClass::Confidential, MOST_DEALERS),
			_ => (SecurityClass::Standard, 5),
		};
		let statistic = [StatisticName::Mean, StatisticName::Variance, StatisticName::Histogram]
			[self.below(3) as usize];
		let survey = Survey::new(&self.rows(cohort), statistic, "value", cohort)?;
		let dealers = self.dealers.get(..cohort).unwrap_or(&self.dealers);
		let collect = if record.play == Play::TooFew { SHORT } else { COLLECT };
		let task = survey.publish(chain, &self.requester, class, dealers, collect, None).await?;
		record.task = Some(task);
		let info = wait::exactly(chain, task, Phase::Collecting).await?;
		match record.play {
			Play::Cancelled => {
				chain.submit(&calls::cancel(task), &self.requester, None).await?;
			},
			Play::TooFew => {
				let lonely = (&self.dealers[0], &survey.inputs[0].encoded);
				survey::deal(chain, task, &[lonely]).await?;
			},
			Play::Honest | Play::Forging => self.deal(shared, &info, task, &survey, record).await?,
		}
		let (outcome, _) = wait::settled(chain, task).await?;
		record.outcome = Some(outcome);
		if outcome == Outcome::Completed {
			let result = chain.result(task).await?;
			let result =
				result.ok_or_else(|| Error::Failed("no result is published".to_owned()))?;
			let counted = cohort - usize::from(record.play == Play::Forging);
			let honest: Vec<usize> = (0..counted).collect();
			let is_right = result.dealers as usize == counted
				&& result_outcome(&survey.spec, &result)? == survey.pooled(&honest)?;
			record.right = Some(is_right);
		}
		Ok(())
	}

	/// Rows of small numbers, a few for each dealer.
	fn rows(&mut self, dealers: usize) -> String {
		let mut csv = "value\n0\n100\n".to_owned();
		for _ in 0..4 * dealers {
			// writing to a string does not fail
			let _ = writeln!(csv, "{}", self.below(101));
		}
		csv
	}

	/// Lets the dealers deal, the last of them forging if so asked, and the adversary's node play its role.
	async fn deal(
		&mut self,
		shared: &Shared,
		info: &TaskInfo,
		task: TaskId,
		survey: &Survey,
		record: &mut Record,
	) -> Result<(), Error> {
		let chain = &shared.chain;
		let corrupt = shared.corrupt.account();
		let is_drawn = info.committee.iter().any(|seat| seat.account == corrupt);
		record.role = match self.below(20) {
			_ if !is_drawn => Role::NotDrawn,
			0 => Role::Absent,
			1..=4 => Role::Accuse(AccuserFault::FalseAccusation),
			5 => Role::Accuse(AccuserFault::WrongDleq),
			6 => Role::Accuse(AccuserFault::InvalidDh),
			7..=9 => Role::Wrong,
			10 | 11 => Role::CommitOther,
			_ => Role::Honest,
		};
		// an honest seat: its worker accuses by itself
		let seats: Vec<u8> = (1u8..)
			.zip(&info.committee)
			.filter(|(_, seat)| seat.account != corrupt)
			.map(|(number, _)| number)
			.collect();
		let victim = seats[self.below(seats.len() as u32) as usize];
		let fault =
			[DealerFault::WrongShare, DealerFault::Unopenable, DealerFault::NonCanonicalScalar]
				[self.below(3) as usize];
		let fault = DealingFault::Share(fault, victim);
		let count = survey.inputs.len();
		let honest = count - usize::from(record.play == Play::Forging);
		let dealers: Vec<_> = (0..honest)
			.map(|place| (&self.dealers[place], &survey.inputs[place].encoded))
			.collect();
		let dealt = async {
			survey::deal(chain, task, &dealers).await?;
			if honest < count {
				let (signer, input) = (&self.dealers[honest], &survey.inputs[honest].encoded);
				let outcome = deal::deal(chain, task, signer, input, fault).await?;
				if let Some(reason) = outcome.refusal() {
					return Err(Error::Failed(format!("a forged dealing was refused: {reason}")));
				}
			}
			Ok(())
		};
		let accused = self.dealers[0].account();
		let worker = std::slice::from_ref(&shared.corrupt.worker);
		let answered = |fault| async move {
			let answered = answer(chain, task, worker, fault).await?;
			Ok::<_, Error>(answered.first().and_then(Answered::judged))
		};
		let acted = async {
			match record.role {
				Role::NotDrawn | Role::Absent => Ok(None),
				Role::Honest => answered(AnswerFault::None).await,
				Role::Wrong => answered(AnswerFault::WrongShare).await,
				Role::CommitOther => answered(AnswerFault::CommitOther).await,
				Role::Accuse(fault) => {
					Ok(accuse(chain, task, &worker[0], &accused, fault).await?.convicted())
				},
			}
		};
		let (dealt, acted) = tokio::join!(dealt, acted);
		// a cheat that comes too late is no failure of the chain
		match acted {
			Ok(judged) => record.judged = judged,
			Err(error) => record.missed = Some(error.to_string()),
		}
		dealt
	}
}
