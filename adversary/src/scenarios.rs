//! Attacks, and what the chain has to make of each: on any chain on which honest workers run.
//!
//! Each takes a [`Stage`] whose committee has two seats of the adversary's and three of honest workers, unless it says
//! otherwise. A scenario panics where the chain does something else.

use crate::{
	accept::{refused, AcceptFault},
	accuse::accuse,
	answer::{answer, AnswerFault, Answered},
	cheats::DealingFault,
	copy::{copy, What},
	deal::deal,
	ledger::Ledger,
	scene::{accounts, count, named, units, Scene, Stage, LONG, ROWS},
	seat::Corrupt,
	transaction::{signed, Outcome, Refuser},
};
use ostraka_client::{
	chain::{calls, Chain, Event, Signer},
	dealing::context,
	onchain::{
		accept::lost_by_silence,
		deal::{deposit, make, needed},
	},
	request::StatisticName,
	testbed::{accounts::fund, survey::Survey},
	Error,
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault, Fault},
	task::{FailReason, Outcome as Ended, SecurityClass},
	AccountId, Balance,
};
use ostraka_protocol::wire::consent_hash;
use std::collections::BTreeMap;

/// Places of a cohort with dishonest dealers: honest ones, then three who forge, then one who copies.
pub const HONEST: [usize; 5] = [0, 1, 2, 3, 4];
/// The forgers' places.
pub const FORGERS: [usize; 3] = [5, 6, 7];
/// What is wrong with the forgers' dealings.
const FORGED: [DealerFault; 3] =
	[DealerFault::WrongShare, DealerFault::Unopenable, DealerFault::NonCanonicalScalar];
/// The copier's place, the last.
pub const COPIER: usize = 8;
/// Blocks for accepting, where not all accept.
const SHORT: u32 = 14;
/// Of what a dealer needs, the part that an account has which cannot pay the deposit.
const POOR: Balance = 10;

fn assert_refused(outcome: &Outcome, reason: &str) {
	match outcome {
		Outcome::Refused { by: Refuser::Dispatch, reason: found } if found == reason => {},
		other => panic!("to be refused in its block for {reason}: {other:?}"),
	}
}

fn judged(answered: &[Answered]) -> Vec<Option<&'static str>> {
	answered.iter().map(Answered::judged).collect()
}

/// Publishes a task for these dealers and one more, who can pay fees and not the deposit.
///
/// # Errors
/// `Chain`.
pub async fn with_a_poor_dealer(
	scene: &Scene,
	class: SecurityClass,
	mut dealers: Vec<Signer>,
) -> Result<Stage, Error> {
	let poor = Signer::from_secret("//Adversary//poor")?;
	let amount = needed(&scene.chain) / POOR;
	fund(&scene.chain, &scene.sponsor, std::slice::from_ref(&poor), amount).await?;
	dealers.push(poor);
	let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len())?;
	scene.invited(class, survey, dealers, [SHORT, LONG], None).await
}

/// Acceptances that the chain must refuse, of a task by [`with_a_poor_dealer`] that nobody has accepted: of other terms, by
/// who is not invited, without means, a second time, and after inviting. The committee is drawn for those who accepted,
/// and who did not cannot deal. Ends with the draw: [`who_accepted_is_counted`] plays on.
///
/// # Errors
/// `Failed` if the chain does otherwise, `Chain`.
pub async fn acceptances_that_are_refused(scene: &Scene, stage: &mut Stage) -> Result<(), Error> {
	let (chain, task) = (&scene.chain, stage.task);
	let accepted = stage.all_but_last();
	let (first, poor) = (stage.dealers[0].clone(), stage.dealers[accepted.len()].clone());
	tokio::try_join!(
		refused(chain, task, &first, AcceptFault::OtherTerms),
		refused(chain, task, &scene.sponsor, AcceptFault::Uninvited),
		refused(chain, task, &poor, AcceptFault::Penniless),
	)?;
	stage.accept(chain, &accepted).await?;
	refused(chain, task, &first, AcceptFault::Twice).await?;
	stage.drawn(chain).await?;
	let mut found = stage.info.accepted.clone();
	assert_eq!(stage.info.task.accepted as usize, accepted.len());
	assert_eq!(stage.info.task.consent, consent_hash(&found), "in the order of acceptance");
	found.sort();
	assert_eq!(found, stage.accounts(&accepted));

	refused(chain, task, &poor, AcceptFault::Late).await?;
	let ctx = context(chain.genesis(), task, &stage.info)?;
	let input = &stage.survey.inputs[accepted.len()].encoded;
	let message = make(&ctx, &poor.account(), input)?;
	let uninvited = signed(chain, &calls::deal(task, ctx.task_hash, message), &poor).await?;
	assert_refused(&uninvited, "Vss.NotAccepted");
	Ok(())
}

/// Plays on where [`acceptances_that_are_refused`] ended: those who accepted deal, dealing ends with the last of them, and
/// they alone are counted and paid.
///
/// # Errors
/// `Chain`.
pub async fn who_accepted_is_counted(scene: &Scene, stage: &Stage) -> Result<(), Error> {
	let accepted = stage.all_but_last();
	let events = honestly_completed(scene, stage, &accepted).await?;
	let collected = events.iter().find(|event| event.is("Tasks", "CollectingEnded"));
	assert_eq!(collected.and_then(|event| event.field("early")), Some(true));
	assert!(accounts(&events, "Incentives", "Punished", "culprit").is_empty());
	let paid = accounts(&events, "Incentives", "DealerPaid", "dealer");
	assert_eq!(paid, stage.accounts(&accepted));
	Ok(())
}

/// All dealers have accepted, and the last one does not deal: the task completes at the end of its window without it, and
/// it loses a part of its deposit, of which nobody gets anything.
///
/// # Errors
/// `Chain`.
pub async fn a_dealer_that_vanishes(scene: &Scene, stage: &Stage) -> Result<(), Error> {
	let dealt = stage.all_but_last();
	let gone = stage.dealers[dealt.len()].account();
	let events = honestly_completed(scene, stage, &dealt).await?;
	only_these_were_punished(stage, &events, std::slice::from_ref(&gone));
	let of_incentives = |name: &str, field: &str| {
		events
			.iter()
			.find(|event| event.is("Incentives", name) && event.field(field) == Some(gone.clone()))
	};
	let lost = lost_by_silence(&scene.chain).expect("a constant");
	let punished = of_incentives("Punished", "culprit").expect("it is punished");
	let amount = |field| punished.field::<Balance>(field);
	assert_eq!(punished.field("fault"), Some(Fault::NoDealing));
	assert_eq!(
		[amount("amount"), amount("to_accuser"), amount("to_victim")],
		[Some(lost), Some(0), Some(0)]
	);
	let returned = of_incentives("DepositReturned", "dealer").expect("the rest goes back");
	assert_eq!(returned.field("amount"), Some(deposit(&scene.chain) - lost));
	Ok(())
}

/// Asserts that a dealer who vanished lost that part of its deposit, and no more than fees besides.
pub fn the_vanished_lost_a_part(chain: &Chain, ledger: &Ledger, stage: &Stage) {
	let (lost, deposit) = (lost_by_silence(chain).expect("a constant"), deposit(chain));
	let gone = stage.dealers[stage.dealers.len() - 1].account();
	assert_eq!(ledger.vanished(stage.task), BTreeMap::from([(gone.clone(), lost)]));
	let change = -ledger.change(&gone);
	assert!(change > lost as i128 && change < (lost + deposit / 20) as i128, "{change}");
	assert_eq!(ledger.forfeited(stage.task), 0, "the task completed");
}

/// A requester draws again and again, until a committee suits it: each time all dealers have to accept anew, and it loses
/// the whole fee. Returns the tasks.
///
/// # Errors
/// `Chain`.
pub async fn a_requester_that_draws_again(
	scene: &Scene,
	class: SecurityClass,
	dealers: &[Signer],
	times: usize,
) -> Result<Vec<Stage>, Error> {
	let mut stages: Vec<Stage> = Vec::new();
	for _ in 0..times {
		let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len())?;
		let stage = scene.stage(class, survey, dealers.to_vec(), LONG, None).await?;
		if let Some(before) = stages.last() {
			let [now, before] = [&stage, before].map(|stage| stage.info.task.terms);
			assert_ne!(now, before, "an acceptance is of one task only");
		}
		stages.push(cancelled(scene, stage).await?);
	}
	Ok(stages)
}

/// Asserts that each draw of [`a_requester_that_draws_again`] cost the whole fee, of which members got their base part.
pub fn each_draw_cost_the_fee(chain: &Chain, ledger: &Ledger, stages: &[Stage]) {
	let base: Balance = chain.constant("Incentives", "BaseFeePerSeat").expect("a constant");
	for stage in stages {
		let fee = stage.info.task.fee;
		let seats = Balance::from(stage.info.task.parameters.seats);
		assert_eq!(ledger.forfeited(stage.task), fee - base * seats);
		assert!(ledger.vanished(stage.task).is_empty(), "nobody could have dealt");
	}
}

/// Takes a drawn task back: the members get their base part, the dealers their deposits, the requester nothing.
///
/// # Errors
/// `Chain`.
pub async fn cancelled(scene: &Scene, stage: Stage) -> Result<Stage, Error> {
	let chain = &scene.chain;
	chain.submit(&calls::cancel(stage.task), &scene.requester, None).await?;
	let end = stage.ended(chain).await?;
	assert_eq!(end.outcome, Ended::Failed(FailReason::Cancelled));
	let settled = end.events.iter().find(|event| event.is("Incentives", "FeeSettled"));
	let amount = |field| settled.and_then(|event| event.field::<Balance>(field)).expect("told");
	assert_eq!(amount("paid") + amount("forfeited"), stage.info.task.fee);
	assert_eq!(amount("returned"), 0);
	assert!(amount("forfeited") > 0, "the fee is more than the members' base part");
	let mut members: Vec<AccountId> = stage.seats().map(|(_, node)| node).collect();
	members.sort();
	assert_eq!(accounts(&end.events, "Incentives", "NodePaid", "node"), members);
	let returned = accounts(&end.events, "Incentives", "DepositReturned", "dealer");
	assert_eq!(returned, stage.accounts(&stage.everybody()));
	assert!(accounts(&end.events, "Incentives", "Punished", "culprit").is_empty());
	Ok(stage)
}

/// These dealers deal, the adversary's seats are played honestly, and the task completes with them. Returns its events.
async fn honestly_completed(
	scene: &Scene,
	stage: &Stage,
	places: &[usize],
) -> Result<Vec<Event>, Error> {
	let chain = &scene.chain;
	let seated: Vec<_> = scene
		.corrupt
		.iter()
		.filter(|node| stage.seat(&node.account()).is_some())
		.map(|node| node.worker.clone())
		.collect();
	let answered = async {
		match seated.is_empty() {
			true => Ok(Vec::new()),
			false => answer(chain, stage.task, &seated, AnswerFault::None).await,
		}
	};
	let ((), answered) = tokio::try_join!(stage.deal(chain, places), answered)?;
	assert!(judged(&answered).into_iter().all(|judged| judged == Some("right")));
	stage.completed(chain, places).await
}

/// Each forged dealing is accused by the honest worker that was wronged, excluded, and its dealer slashed. Copies are
/// refused in their blocks; the copier can still deal for itself. The cohort is of [`COPIER`] `+ 1`; the adversary's
/// seats, if it has any, are played honestly.
///
/// # Errors
/// `Chain`.
pub async fn forging_and_copying_dealers(scene: &Scene, stage: &Stage) -> Result<(), Error> {
	let (chain, task) = (&scene.chain, stage.task);
	let victims = stage.honest(&scene.corrupt);
	assert!(victims.len() >= FORGERS.len(), "a victim for each forger");

	let dealt = async {
		stage.deal(chain, &HONEST).await?;
		let (copier, victim) = (&stage.dealers[COPIER], stage.dealers[0].account());
		for what in [What::Dealing, What::Key] {
			let outcome = copy(chain, task, copier, &victim, what).await?;
			assert_refused(&outcome, "Vss.EphemeralReused");
		}
		let input = &stage.survey.inputs[COPIER].encoded;
		for (fault, reason) in [
			(DealingFault::NoProof, "Vss.InvalidProof"),
			(DealingFault::WrongTaskHash, "Vss.WrongTaskHash"),
		] {
			assert_refused(&deal(chain, task, copier, input, fault).await?, reason);
		}
		stage.deal(chain, &[COPIER]).await
	};
	let forged = async {
		for ((place, (seat, _)), fault) in FORGERS.into_iter().zip(&victims).zip(FORGED) {
			let (signer, input) = (&stage.dealers[place], &stage.survey.inputs[place].encoded);
			let fault = DealingFault::Share(fault, *seat);
			let outcome = deal(chain, task, signer, input, fault).await?;
			assert!(outcome.receipt().is_some(), "the chain takes it: {outcome:?}");
		}
		Ok(())
	};
	let answered = async {
		match scene.workers() {
			workers if workers.is_empty() => Ok(Vec::new()),
			workers => answer(chain, task, &workers, AnswerFault::None).await,
		}
	};
	let ((), (), answered) = tokio::try_join!(dealt, forged, answered)?;
	assert!(judged(&answered).into_iter().all(|judged| judged == Some("right")));

	let counted: Vec<usize> = HONEST.into_iter().chain([COPIER]).collect();
	let events = stage.completed(chain, &counted).await?;
	assert_eq!(count(&events, "Dealt"), HONEST.len() + FORGERS.len() + 1);
	assert_eq!(count(&events, "AccuserConvicted"), 0);
	assert_eq!(count(&events, "DealerConvicted"), FORGERS.len());
	for ((place, (seat, node)), fault) in FORGERS.into_iter().zip(victims).zip(FORGED) {
		let forger = stage.dealers[place].account();
		let convicted = named(&events, "DealerConvicted")
			.find(|event| event.field("dealer") == Some(forger.clone()))
			.expect("convicted");
		assert_eq!(convicted.field("seat"), Some(seat));
		assert_eq!(convicted.field("accuser"), Some(node));
		assert_eq!(convicted.field("fault"), Some(fault));
		assert_eq!(convicted.field("excluded"), Some(true));
	}
	let forgers: Vec<AccountId> =
		FORGERS.iter().map(|place| stage.dealers[*place].account()).collect();
	only_these_were_punished(stage, &events, &forgers);
	// nobody shows anything of another dealing, the copied one above all
	assert_eq!(count(&events, "SeatExcused"), 0);
	Ok(())
}

/// Asserts that these were punished once each and nobody else, and that all other members and dealers were paid.
fn only_these_were_punished(stage: &Stage, events: &[Event], culprits: &[AccountId]) {
	let told = |name, field| accounts(events, "Incentives", name, field);
	let but_culprits = |accounts: Vec<AccountId>| {
		let mut others: Vec<AccountId> =
			accounts.into_iter().filter(|account| !culprits.contains(account)).collect();
		others.sort();
		others
	};
	let mut culprits = culprits.to_vec();
	culprits.sort();
	assert_eq!(told("Punished", "culprit"), culprits);
	let members = stage.seats().map(|(_, node)| node).collect();
	assert_eq!(told("NodePaid", "node"), but_culprits(members));
	let dealers = stage.dealers.iter().map(Signer::account).collect();
	assert_eq!(told("DealerPaid", "dealer"), but_culprits(dealers));
}

/// Asserts that each forger of [`forging_and_copying_dealers`] lost its deposit, and no more than a fee besides.
pub fn forgers_lost_their_deposits(chain: &Chain, ledger: &Ledger, stage: &Stage) {
	let deposit: Balance = chain.constant("Incentives", "DealerDeposit").expect("a constant");
	for place in FORGERS {
		let lost = -ledger.change(&stage.dealers[place].account());
		assert!(lost > deposit as i128 && lost < (deposit + deposit / 20) as i128, "{lost}");
	}
}

/// Asserts that both dealers that [`false_accusers`] accuse are made whole out of the slashes.
pub fn the_exposed_are_made_whole(chain: &Chain, ledger: &Ledger, stage: &Stage) {
	let slash: Balance = chain.constant("Incentives", "FalseAccusationSlash").expect("a constant");
	for exposed in &stage.dealers[..2] {
		let change = ledger.change(&exposed.account());
		assert!(change > (slash / 8) as i128, "made whole out of the slash: {change}");
	}
}

/// What became of one of the adversary's nodes.
#[derive(Clone, Copy, Debug)]
pub struct Record {
	/// Wrong result shares.
	pub wrong: u32,
	/// False accusations.
	pub false_accusations: u32,
	/// Tasks in which it did its part.
	pub completed: u32,
}

/// Asserts that the adversary's nodes lost what their faults cost and are out of selection, and that no other node lost
/// anything. `stakes`: those of the adversary's nodes and of the others, in tokens.
///
/// # Errors
/// `Chain`.
pub async fn only_the_corrupt_were_slashed(
	scene: &Scene,
	stakes: [Balance; 2],
	records: &[Record],
) -> Result<(), Error> {
	let chain = &scene.chain;
	let slash = |name| chain.constant::<Balance>("Incentives", name).expect("a constant");
	let (wrong, accusation) = (slash("WrongShareSlash"), slash("FalseAccusationSlash"));
	let [of_corrupt, of_others] = stakes.map(|tokens| units(chain, tokens));
	let head = chain.wait_final(chain.head().number).await?;
	let nodes = chain.nodes_at(head).await?;
	for (node, record) in scene.corrupt.iter().zip(records) {
		let found = nodes.iter().find(|info| info.account == node.account());
		let info = found.expect("it is registered");
		let slashed = wrong * Balance::from(record.wrong)
			+ accusation * Balance::from(record.false_accusations);
		assert_eq!(info.stake, of_corrupt - slashed);
		let convictions = record.wrong + record.false_accusations;
		assert_eq!((info.convictions, info.absences), (convictions, 0));
		assert_eq!(info.completed, record.completed);
		assert!(!info.active);
	}
	let is_honest = |account: &AccountId| scene.corrupt.iter().all(|own| own.account() != *account);
	for info in nodes.iter().filter(|info| is_honest(&info.account)) {
		assert_eq!((info.convictions, info.absences), (0, 0));
		assert_eq!(info.stake, of_others);
	}
	Ok(())
}

/// One member's share is off by one, another's is its right share of another task, which has to have dealings.
///
/// # Errors
/// `Chain`.
pub async fn a_wrong_share_and_one_of_another_task(
	scene: &Scene,
	stage: &Stage,
) -> Result<(), Error> {
	let chain = &scene.chain;
	stage.deal(chain, &stage.everybody()).await?;
	let workers = scene.workers();
	let (one, other) = tokio::try_join!(
		answer(chain, stage.task, &workers[..1], AnswerFault::WrongShare),
		answer(chain, stage.task, &workers[1..], AnswerFault::OtherTask),
	)?;
	assert_eq!([judged(&one), judged(&other)].concat(), [Some("does-not-fit"); 2]);
	these_were_wrong(scene, stage, &scene.corrupt).await
}

/// If only the reconstructed result were checked, these shares would pass.
///
/// # Errors
/// `Chain`.
pub async fn shares_whose_errors_cancel_at_zero(scene: &Scene, stage: &Stage) -> Result<(), Error> {
	let chain = &scene.chain;
	stage.deal(chain, &stage.everybody()).await?;
	let answered = answer(chain, stage.task, &scene.workers(), AnswerFault::CancelAtZero).await?;
	assert_eq!(judged(&answered), [Some("does-not-fit"); 2]);
	these_were_wrong(scene, stage, &scene.corrupt).await
}

/// The task completes, with the shares of the committee of five but these.
async fn these_were_wrong(scene: &Scene, stage: &Stage, wrong: &[Corrupt]) -> Result<(), Error> {
	let events = stage.completed(&scene.chain, &stage.everybody()).await?;
	assert_eq!(count(&events, "ResultShareWrong"), wrong.len());
	assert_eq!(count(&events, "ResultShareRight"), 5 - wrong.len());
	let culprits: Vec<AccountId> = wrong.iter().map(Corrupt::account).collect();
	only_these_were_punished(stage, &events, &culprits);
	Ok(())
}

/// The accusers are convicted, by what they show themselves; the dealers' inputs count on.
///
/// # Errors
/// `Chain`.
pub async fn false_accusers(scene: &Scene, stage: &Stage) -> Result<(), Error> {
	let chain = &scene.chain;
	stage.deal(chain, &stage.everybody()).await?;
	let workers = scene.workers();
	let accused = [stage.dealers[0].account(), stage.dealers[1].account()];
	let faults = [AccuserFault::FalseAccusation, AccuserFault::WrongDleq];
	let (one, other) = tokio::try_join!(
		accuse(chain, stage.task, &workers[0], &accused[0], faults[0]),
		accuse(chain, stage.task, &workers[1], &accused[1], faults[1]),
	)?;
	for accused in [one, other] {
		assert_eq!(accused.convicted(), Some("accuser"));
	}
	let events = stage.completed(chain, &stage.everybody()).await?;
	assert_eq!(count(&events, "DealerConvicted"), 0);
	for ((node, dealer), fault) in scene.corrupt.iter().zip(accused).zip(faults) {
		let convicted = named(&events, "AccuserConvicted")
			.find(|event| event.field("accuser") == Some(node.account()))
			.expect("convicted");
		assert_eq!(convicted.field("dealer"), Some(dealer));
		assert_eq!(convicted.field("fault"), Some(fault));
	}
	let culprits: Vec<AccountId> = scene.corrupt.iter().map(Corrupt::account).collect();
	only_these_were_punished(stage, &events, &culprits);
	Ok(())
}

/// A right share convicts, if it is not what was committed.
///
/// # Errors
/// `Chain`.
pub async fn a_share_that_is_not_what_was_committed(
	scene: &Scene,
	stage: &Stage,
) -> Result<(), Error> {
	let chain = &scene.chain;
	stage.deal(chain, &stage.everybody()).await?;
	let workers = scene.workers();
	let (one, other) = tokio::try_join!(
		answer(chain, stage.task, &workers[..1], AnswerFault::CommitOther),
		answer(chain, stage.task, &workers[1..], AnswerFault::None),
	)?;
	assert_eq!(judged(&one), [Some("not-as-committed")]);
	assert_eq!(judged(&other), [Some("right")]);
	these_were_wrong(scene, stage, &scene.corrupt[..1]).await
}
