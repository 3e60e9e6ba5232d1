//! Tasks one after the other, each from its publication to its settlement.

use super::Shared;
use crate::{
	accept::{refused, AcceptFault},
	accuse::accuse,
	answer::{answer, AnswerFault, Answered},
	cheats::DealingFault,
	deal,
	ledger::Ledger,
	scene::LONG,
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
	AccountId, Balance, TaskId,
};
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use serde_json::{json, Value};
use std::{collections::BTreeMap, fmt::Write, ops::Range, sync::Arc, time::Instant};

/// Dealers of a lane: as many as its largest cohort.
pub const MOST_DEALERS: usize = 7;
/// Blocks for accepting or dealing, if not all do.
const SHORT: u32 = 30;
/// What is played so often must have been judged at least once.
const OFTEN: usize = 4;

/// How a task is played. All dealers accept and deal honestly, and nobody takes it back, unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Play {
	/// So.
	Honest,
	/// One of them forges.
	Forging,
	/// One of them accepts, and vanishes.
	Vanishing,
	/// One of them would accept, and cannot pay the deposit.
	Poor,
	/// Too few of them accept.
	TooFewAccept,
	/// One of them deals.
	TooFew,
	/// Nobody deals.
	NobodyDeals,
	/// The requester cancels it before anybody has accepted.
	Withdrawn,
	/// The requester cancels it after the draw.
	Cancelled,
}

impl Play {
	/// One of them all, the honest ones mostly; `number` is below [`PLAYS`].
	fn of(number: u32) -> Self {
		match number {
			0 => Self::TooFewAccept,
			1 => Self::TooFew,
			2 => Self::NobodyDeals,
			3 => Self::Withdrawn,
			4 => Self::Cancelled,
			5 => Self::Poor,
			6 | 7 => Self::Vanishing,
			8..=15 => Self::Forging,
			_ => Self::Honest,
		}
	}

	/// How the task has to end.
	fn outcome(self) -> Outcome {
		Outcome::Failed(match self {
			Self::Honest | Self::Forging | Self::Vanishing | Self::Poor => {
				return Outcome::Completed
			},
			Self::TooFewAccept => FailReason::TooFewAcceptances,
			Self::TooFew => FailReason::TooFewDealers,
			Self::NobodyDeals => FailReason::NoDealings,
			Self::Withdrawn | Self::Cancelled => FailReason::Cancelled,
		})
	}

	/// Whether the requester loses the fee: the committee was drawn for nothing.
	fn forfeits(self) -> bool {
		matches!(self, Self::TooFew | Self::NobodyDeals | Self::Cancelled)
	}

	/// Of so many invited dealers, how many accept.
	fn accepting(self, invited: usize) -> usize {
		match self {
			Self::Poor => invited - 1,
			Self::TooFewAccept => 1,
			Self::Withdrawn => 0,
			_ => invited,
		}
	}

	/// Of so many who have accepted, how many deal honestly. They come first.
	fn honest(self, accepted: usize) -> usize {
		match self {
			Self::Forging | Self::Vanishing => accepted - 1,
			Self::TooFew => 1,
			Self::NobodyDeals | Self::Cancelled => 0,
			_ => accepted,
		}
	}

	/// Of so many who have accepted, those who lose a part of their deposit, by place.
	fn vanished(self, accepted: usize) -> Range<usize> {
		match self {
			Self::Vanishing | Self::TooFew | Self::NobodyDeals => self.honest(accepted)..accepted,
			_ => 0..0,
		}
	}

	/// Blocks for accepting and for dealing.
	fn windows(self) -> [u32; 2] {
		match self {
			Self::Poor | Self::TooFewAccept => [SHORT, LONG],
			Self::Vanishing | Self::TooFew | Self::NobodyDeals => [LONG, SHORT],
			_ => [LONG, LONG],
		}
	}
}

/// Plays, each as often as [`Play::of`] has it.
const PLAYS: u32 = 30;
/// Acceptances that are refused whatever the play: one task in so many has each.
const EVERY: u32 = 6;

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
	/// Acceptances that the chain refused.
	refused: Vec<AcceptFault>,
	/// Dealers who accepted, and did not deal.
	vanished: Vec<AccountId>,
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
	fn new(play: Play) -> Self {
		Self {
			task: None,
			play,
			role: Role::NotDrawn,
			refused: Vec::new(),
			vanished: Vec::new(),
			outcome: None,
			right: None,
			error: None,
			judged: None,
			missed: None,
		}
	}

	/// Whether it ended as it had to.
	pub fn is_as_expected(&self) -> bool {
		let is_judged_so = self.judged.is_none() || self.judged == self.role.expected();
		self.error.is_none()
			&& self.outcome == Some(self.play.outcome())
			&& self.right != Some(false)
			&& is_judged_so
	}

	/// What of deposits and fee is not as it has to be, where the task ended as it had to. `lost`: what a dealer loses who
	/// vanishes.
	pub fn missing(&self, ledger: &Ledger, lost: Balance) -> Option<String> {
		let task = self.task.filter(|_| self.is_as_expected())?;
		let expected: BTreeMap<AccountId, Balance> =
			self.vanished.iter().map(|dealer| (dealer.clone(), lost)).collect();
		let found = ledger.vanished(task);
		if found != expected {
			return Some(format!("task {task}: {expected:?} to be lost, and lost were {found:?}"));
		}
		let forfeited = ledger.forfeited(task);
		if (forfeited > 0) != self.play.forfeits() {
			return Some(format!("task {task}, {:?}: {forfeited} of the fee is lost", self.play));
		}
		None
	}

	/// As JSON.
	pub fn json(&self) -> Value {
		json!({
			"task": self.task,
			"play": format!("{:?}", self.play),
			"adversary": format!("{:?}", self.role),
			"refused": format!("{:?}", self.refused),
			"vanished": self.vanished.len(),
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
	let mut refused: BTreeMap<String, usize> = BTreeMap::new();
	for fault in records.iter().flat_map(|record| &record.refused) {
		*refused.entry(format!("{fault:?}")).or_default() += 1;
	}
	json!({
		"published": records.len(),
		"completed": count(&|record| record.outcome == Some(Outcome::Completed)),
		"right": count(&|record| record.right == Some(true)),
		"failed": count(&|record| matches!(record.outcome, Some(Outcome::Failed(_)))),
		"not_as_expected": count(&|record| !record.is_as_expected()),
		"adversary_missed": count(&|record| record.missed.is_some()),
		"vanished_dealers": records.iter().map(|record| record.vanished.len()).sum::<usize>(),
		"plays": plays,
		"refused_acceptances": refused,
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
	/// Who can pay fees, and not the deposit.
	poor: Signer,
	rng: ChaCha20Rng,
}

impl Lane {
	/// A lane whose tasks follow from a seed.
	pub fn new(requester: Signer, dealers: Vec<Signer>, poor: Signer, seed: u64) -> Self {
		Self { requester, dealers, poor, rng: ChaCha20Rng::seed_from_u64(seed) }
	}

	/// Its accounts.
	pub fn accounts(&self) -> Vec<AccountId> {
		self.dealers.iter().chain([&self.requester, &self.poor]).map(Signer::account).collect()
	}

	fn below(&mut self, bound: u32) -> u32 {
		self.rng.next_u32() % bound.max(1)
	}

	/// Plays tasks until the time is over, or the chain no longer answers.
	pub async fn run(mut self, shared: Arc<Shared>) -> Vec<Record> {
		let mut records = Vec::new();
		while Instant::now() < shared.until {
			let mut record = Record::new(Play::of(self.below(PLAYS)));
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
		let (chain, play) = (&shared.chain, record.play);
		let (class, cohort) = match self.below(4) {
			0 => (SecurityClass::Confidential, MOST_DEALERS),
			_ => (SecurityClass::Standard, 5),
		};
		let statistic = [StatisticName::Mean, StatisticName::Variance, StatisticName::Histogram]
			[self.below(3) as usize];
		let survey = Survey::new(&self.rows(cohort), statistic, "value", cohort)?;
		let mut dealers: Vec<Signer> = self.dealers.iter().take(cohort).cloned().collect();
		if let (Play::Poor, Some(last)) = (play, dealers.last_mut()) {
			*last = self.poor.clone();
		}
		let [accept, collect] = play.windows();
		let requester = &self.requester;
		let task = survey.publish(chain, requester, class, &dealers, accept, collect, None).await?;
		record.task = Some(task);
		let accepted = play.accepting(cohort);
		self.accept(shared, task, &dealers, accepted, record).await?;
		match play {
			Play::TooFewAccept => {},
			Play::Withdrawn => {
				chain.submit(&calls::cancel(task), &self.requester, None).await?;
			},
			_ => {
				let info = wait::exactly(chain, task, Phase::Collecting).await?;
				// the first dealing of a short window is due at once
				if collect == LONG && self.below(EVERY) == 0 {
					refused(chain, task, &dealers[0], AcceptFault::Late).await?;
					record.refused.push(AcceptFault::Late);
				}
				self.drawn(shared, &info, task, &survey, accepted, record).await?;
			},
		}
		let (outcome, _) = wait::settled(chain, task).await?;
		record.outcome = Some(outcome);
		let vanished = dealers.get(play.vanished(accepted)).unwrap_or_default();
		record.vanished = vanished.iter().map(Signer::account).collect();
		if outcome == Outcome::Completed {
			let result = chain.result(task).await?;
			let result =
				result.ok_or_else(|| Error::Failed("no result is published".to_owned()))?;
			let honest: Vec<usize> = (0..play.honest(accepted)).collect();
			let is_right = result.dealers as usize == honest.len()
				&& result_outcome(&survey.spec, &result)? == survey.pooled(&honest)?;
			record.right = Some(is_right);
		}
		Ok(())
	}

	/// Lets the first so many dealers accept, and has some acceptances refused.
	async fn accept(
		&mut self,
		shared: &Shared,
		task: TaskId,
		dealers: &[Signer],
		accepted: usize,
		record: &mut Record,
	) -> Result<(), Error> {
		let chain = &shared.chain;
		let Some((first, others)) = dealers.get(..accepted).and_then(<[_]>::split_first) else {
			return Ok(());
		};
		// the requester is no dealer of its own tasks
		let requester = self.requester.clone();
		for (fault, signer) in
			[(AcceptFault::OtherTerms, first), (AcceptFault::Uninvited, &requester)]
		{
			if self.below(EVERY) == 0 {
				refused(chain, task, signer, fault).await?;
				record.refused.push(fault);
			}
		}
		survey::accept(chain, task, &[first]).await?;
		if self.below(EVERY) == 0 {
			refused(chain, task, first, AcceptFault::Twice).await?;
			record.refused.push(AcceptFault::Twice);
		}
		if let (Play::Poor, Some(poor)) = (record.play, dealers.last()) {
			refused(chain, task, poor, AcceptFault::Penniless).await?;
			record.refused.push(AcceptFault::Penniless);
		}
		let others: Vec<&Signer> = others.iter().collect();
		survey::accept(chain, task, &others).await
	}

	/// What becomes of a task whose committee is drawn.
	async fn drawn(
		&mut self,
		shared: &Shared,
		info: &TaskInfo,
		task: TaskId,
		survey: &Survey,
		accepted: usize,
		record: &mut Record,
	) -> Result<(), Error> {
		let chain = &shared.chain;
		match record.play {
			Play::Cancelled => {
				chain.submit(&calls::cancel(task), &self.requester, None).await?;
				Ok(())
			},
			Play::NobodyDeals => Ok(()),
			Play::TooFew => {
				let lonely = (&self.dealers[0], &survey.inputs[0].encoded);
				survey::deal(chain, task, &[lonely]).await
			},
			_ => self.deal(shared, info, task, survey, accepted, record).await,
		}
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
		accepted: usize,
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
		let honest = record.play.honest(accepted);
		let forges = record.play == Play::Forging;
		let dealers: Vec<_> = (0..honest)
			.map(|place| (&self.dealers[place], &survey.inputs[place].encoded))
			.collect();
		let dealt = async {
			survey::deal(chain, task, &dealers).await?;
			if forges {
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
