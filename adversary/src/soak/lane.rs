//! Tasks one after the other, each from its publication to its settlement.

use super::{
	play::{Play, Role, PLAYS, ROLES, VERIFIERS_ROLES},
	record::{Acted, Record},
	Shared,
};
use crate::{
	accept::{refused, AcceptFault},
	accuse::{accuse, convicted},
	answer::{answer, AnswerFault},
	attest::{attest, AttestFault},
	challenge::{challenge, ChallengeFault, Challenger},
	cheats::DealingFault,
	deal,
	forged::FORGED_INPUTS,
	scene::LONG,
	seat::Worker,
	transaction::Outcome,
	wait::{self, Phase},
};
use ostraka_client::{
	chain::{calls, Chain, Signer},
	request::StatisticName,
	testbed::survey::{self, Survey},
	verify::result_outcome,
	Error,
};
use ostraka_primitives::{
	api::TaskInfo,
	fault::DealerFault,
	task::{Outcome as Ended, Seat, SecurityClass},
	AccountId, TaskId,
};
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use std::{fmt::Write, sync::Arc, time::Instant};

/// Dealers of a lane: as many as its largest cohort.
pub const MOST_DEALERS: usize = 7;
/// Acceptances that are refused whatever the play, and challenges that cost a bond: one task in so many has each.
const EVERY: u32 = 6;
/// What members find wrong with a forged dealing, where it is not that its input is not proven valid.
const FORGED: [DealerFault; 4] = [
	DealerFault::WrongShare,
	DealerFault::Unopenable,
	DealerFault::NonCanonicalScalar,
	DealerFault::OutsideSubgroup,
];

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
		let task = survey.publish(chain, requester, class, &dealers, accept, collect).await?;
		record.task = Some(task);
		let accepted = play.accepting(cohort);
		self.accept(shared, task, &dealers, accepted, record).await?;
		match play {
			Play::TooFewAccept => {},
			Play::Withdrawn => {
				chain.submit(&calls::cancel(task), &self.requester).await?;
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
		if outcome == Ended::Completed {
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
				chain.submit(&calls::cancel(task), &self.requester).await?;
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
		let is_among = |seats: &[Seat]| seats.iter().any(|seat| seat.account == corrupt);
		record.role = match (is_among(&info.committee), is_among(&info.panel)) {
			(true, _) => Role::of(self.below(ROLES)),
			(_, true) => Role::of_verifier(self.below(VERIFIERS_ROLES)),
			_ => Role::NotDrawn,
		};
		let attestations = record.role.attestations();
		// about every second time
		let tried = attestations.get(self.below(2 * attestations.len() as u32) as usize).copied();
		// an honest seat: its worker accuses by itself
		let seats: Vec<u8> = (1u8..)
			.zip(&info.committee)
			.filter(|(_, seat)| seat.account != corrupt)
			.map(|(number, _)| number)
			.collect();
		let victim = seats[self.below(seats.len() as u32) as usize];
		let accusable = FORGED.map(|fault| DealingFault::Accusable(fault, victim));
		let faults = [&accusable[..], &FORGED_INPUTS.map(DealingFault::Input)].concat();
		let fault = faults[self.below(faults.len() as u32) as usize];
		let bonded = self.below(EVERY) == 0;
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
		let node = Node { chain, task, worker: &shared.corrupt.worker };
		let acts = node.act(record.role, tried, &accused, &mut record.acted);
		// the requester has no seat
		let challenger = Challenger::Bonded(&self.requester);
		let challenged = async {
			match bonded {
				true => {
					let fault = ChallengeFault::None;
					challenge(chain, task, challenger, &accused, fault).await.map(Some)
				},
				false => Ok(None),
			}
		};
		let (dealt, acted, challenged) = tokio::join!(dealt, acts, challenged);
		// a cheat that comes too late is no failure of the chain
		record.challenged =
			challenged.as_ref().ok().and_then(|outcome| convicted(outcome.as_ref()?));
		record.missed = acted.err().or(challenged.err()).map(|error| error.to_string());
		dealt
	}
}

/// The adversary's node on a task's committee or panel.
struct Node<'a> {
	chain: &'a Chain,
	task: TaskId,
	worker: &'a Worker,
}

impl Node<'_> {
	/// Plays a role, with an attestation tried that the chain must not take.
	async fn act(
		&self,
		role: Role,
		tried: Option<AttestFault>,
		accused: &AccountId,
		acted: &mut Acted,
	) -> Result<(), Error> {
		let (late, tried) = match tried {
			Some(AttestFault::WrongPhase) => (true, None),
			tried => (false, tried),
		};
		if let Some(fault) = tried {
			acted.attested = self.attest(fault).await?;
		}
		match role {
			Role::NotDrawn | Role::Absent => {},
			Role::Verify => {
				wait::until(self.chain, self.task, Phase::Verifying).await?;
				// it may have attested, where it was to try that twice; and verification may be over
				attest(self.chain, self.task, self.worker, AttestFault::None).await?;
			},
			Role::Honest => self.answer(AnswerFault::None, acted).await?,
			Role::Silent => self.answer(AnswerFault::Silent, acted).await?,
			Role::Wrong => self.answer(AnswerFault::WrongShare, acted).await?,
			Role::CommitOther => self.answer(AnswerFault::CommitOther, acted).await?,
			Role::Accuse(claim) => {
				let accusation = accuse(self.chain, self.task, self.worker, accused, claim).await?;
				acted.judged = accusation.convicted();
			},
			Role::Challenge => {
				let (challenger, fault) = (Challenger::Seat(self.worker), ChallengeFault::None);
				let outcome = challenge(self.chain, self.task, challenger, accused, fault).await?;
				acted.judged = convicted(&outcome);
			},
		}
		if late {
			let fault = AttestFault::WrongPhase;
			// of a task that is settled meanwhile it has no seat any more
			let outcome = attest(self.chain, self.task, self.worker, fault).await.ok();
			acted.attested = outcome.map(|outcome| (fault, outcome.receipt().is_some()));
		}
		Ok(())
	}

	/// Tries an attestation with a fault before its own, or after it if the fault is that it is the second. Returns whether it
	/// was taken; `None` if it could not be tried.
	async fn attest(&self, fault: AttestFault) -> Result<Option<(AttestFault, bool)>, Error> {
		let (chain, task, worker) = (self.chain, self.task, self.worker);
		let info = wait::until(chain, task, Phase::Verifying).await?;
		if wait::phase(&info.task.status) != Phase::Verifying {
			return Ok(None);
		}
		if fault == AttestFault::Twice {
			let first = attest(chain, task, worker, AttestFault::None).await?;
			if first.receipt().is_none() {
				return Ok(None);
			}
		}
		let outcome = attest(chain, task, worker, fault).await?;
		Ok(Some((fault, outcome.receipt().is_some())))
	}

	async fn answer(&self, fault: AnswerFault, acted: &mut Acted) -> Result<(), Error> {
		let worker = std::slice::from_ref(self.worker);
		let answered = answer(self.chain, self.task, worker, fault).await?;
		let Some(answered) = answered.first() else { return Ok(()) };
		acted.judged = answered.judged();
		let commit = answered.commit.as_ref().and_then(Outcome::receipt);
		acted.is_paid_less =
			fault == AnswerFault::Silent && commit.is_some() && acted.judged == Some("right");
		Ok(())
	}
}
