//! Sealed results: recipients whose mask is bad or never comes, and dealings that pass for what they are not.

use super::assert_refused;
use crate::{
	cheats::DealingFault,
	deal::deal,
	forged::ForgedInput,
	ledger::Ledger,
	scene::{accounts, named, punished, End, Scene, Stage, LONG, ROWS},
};
use ostraka_client::{
	chain::{Chain, Signer},
	dealing::context,
	onchain::{
		accept::lost_by_silence,
		gather::{gather, Bodies},
		mask,
		tasks::Submission,
	},
	request::StatisticName,
	testbed::survey::{self, Survey},
	Error,
};
use ostraka_crypto::Plain;
use ostraka_primitives::{
	fault::{DealerFault, Fault},
	task::{Conditions, FailReason, Outcome as Ended, SecurityClass},
	AccountId, Balance,
};
use ostraka_protocol::masking::{self, MaskSeed};
use rand_core::OsRng;
use std::collections::BTreeMap;

/// Class of these tasks: a committee of three, and a panel of two.
const CLASS: SecurityClass = SecurityClass::Standard;
/// Other tasks that may be published at the same time.
const BESIDE: u32 = 8;
/// The seat whose share of a bad mask is wrong.
const VICTIM: u8 = 1;

/// A drawn task whose result is sealed to an account that is no dealer.
pub struct Sealed {
	/// The task and its dealers.
	pub stage: Stage,
	/// Whom its result is sealed to.
	pub recipient: Signer,
}

impl Sealed {
	/// Publishes one for each cohort, all at the same time, sealed to the last of its accounts; all others deal. Lets all accept, and
	/// waits for the draws.
	///
	/// # Errors
	/// `Failed` if a cohort is empty, `Chain`.
	pub async fn publish(scene: &Scene, cohorts: Vec<Vec<Signer>>) -> Result<Vec<Self>, Error> {
		let published = cohorts.into_iter().map(|cohort| Self::published(scene, cohort));
		futures::future::try_join_all(published).await
	}

	async fn published(scene: &Scene, mut dealers: Vec<Signer>) -> Result<Self, Error> {
		let chain = &scene.chain;
		let recipient =
			dealers.pop().ok_or_else(|| Error::Failed("a cohort of nobody".to_owned()))?;
		let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len())?;
		let conditions = Conditions::of(&chain.class(CLASS).await?);
		let submission = Submission {
			spec: &survey.spec,
			conditions: Some(Conditions { sealed_to: Some(recipient.account()), ..conditions }),
			class: CLASS,
			dealers: dealers.iter().map(Signer::account).collect(),
			accept: LONG,
			collect: LONG,
			data_reward: None,
			beside: BESIDE,
		};
		let (task, _) = submission.send(chain, &scene.requester).await?;
		let info = chain.task(task).await?;
		let mut stage = Stage { task, info, survey, dealers };
		let everybody: Vec<&Signer> = stage.dealers.iter().chain([&recipient]).collect();
		survey::accept(chain, task, &everybody).await?;
		stage.drawn(chain).await?;
		assert_eq!(stage.info.task.accepted as usize, stage.dealers.len(), "it is no dealer");
		Ok(Self { stage, recipient })
	}

	/// Waits for the end, and asserts that the task has no result for want of a mask; that of its fee the requester gets nothing
	/// back; and that its recipient alone was punished, for this fault.
	async fn without_mask(&self, chain: &Chain, fault: Fault) -> Result<End, Error> {
		let (stage, recipient) = (&self.stage, self.recipient.account());
		let end = stage.ended(chain).await?;
		assert_eq!(end.outcome, Ended::Failed(FailReason::MaskMissing));
		assert!(chain.result_at(stage.task, end.head).await?.is_none());
		let events = &end.events;
		assert_eq!(named(events, "ResultShareRight").count(), 0, "nothing was released");
		let punished = accounts(events, "Incentives", "Punished", "culprit");
		assert_eq!(punished, std::slice::from_ref(&recipient));
		let punished = events.iter().find(|event| event.is("Incentives", "Punished"));
		assert_eq!(punished.and_then(|event| event.field("fault")), Some(fault));
		let settled = events.iter().find(|event| event.is("Incentives", "FeeSettled"));
		assert_eq!(settled.and_then(|event| event.field::<Balance>("returned")), Some(0));
		assert!(accounts(events, "Incentives", "DealerPaid", "dealer").is_empty());
		let mut returned = accounts(events, "Incentives", "DepositReturned", "dealer");
		returned.retain(|account| *account != recipient);
		assert_eq!(returned, stage.accounts(&stage.everybody()), "the dealers are made whole");
		Ok(end)
	}
}

/// The recipient deals its mask, all others deal, and what is published is a result for the recipient alone: who lacks the mask
/// can verify it, and who has it reads the pooled rows' numbers. Neither a dealer without a proof gets in, as a mask would, nor the
/// recipient with one.
///
/// # Errors
/// `Chain`.
pub async fn a_result_for_its_recipient(scene: &Scene, sealed: &Sealed) -> Result<(), Error> {
	let (chain, stage, recipient) = (&scene.chain, &sealed.stage, &sealed.recipient);
	let task = stage.task;
	let input = &stage.survey.inputs[0].encoded;
	let without_proof = DealingFault::Input(ForgedInput::Empty);
	let outcome = deal(chain, task, &stage.dealers[0], input, without_proof).await?;
	assert_refused(&outcome, "Vss.WrongLength");
	let with_proof = DealingFault::Input(ForgedInput::OtherDealer);
	let outcome = deal(chain, task, recipient, input, with_proof).await?;
	assert_refused(&outcome, "Vss.WrongLength");

	let ctx = context(chain.genesis(), task, &stage.info)?;
	let seed = MaskSeed::random(&mut OsRng);
	let everybody = stage.everybody();
	let (masked, ()) = tokio::try_join!(
		mask::deal(chain, task, &ctx, &seed, recipient),
		stage.deal(chain, &everybody)
	)?;
	assert!(masked.is_some(), "it had not dealt before");
	let end = stage.ended(chain).await?;
	assert_eq!(end.outcome, Ended::Completed);
	let result = chain.result_at(task, end.head).await?.expect("a completed task has a result");
	assert_eq!(result.sealed_to, Some(recipient.account()));
	assert_eq!(result.dealers as usize, stage.dealers.len(), "a mask is no dealer's");

	let info = chain.task_at(task, end.head).await?;
	let mut evidence = gather(chain, task, &info, &result, &Bodies::default()).await?;
	let found = evidence.check(&mut OsRng);
	assert!(found.is_right() && found.outcome.is_none(), "{:?}", found.checks);
	let account: [u8; 32] = recipient.account().into();
	let opening = |seed: &MaskSeed| {
		masking::opening::<Plain>(seed, &ctx.task_hash, &account, ctx.threshold, ctx.length())
			.expect("a task's length")
	};
	evidence.opening = Some(opening(&seed));
	let found = evidence.check(&mut OsRng);
	assert!(found.is_right(), "{:?}", found.checks);
	let pooled = stage.survey.pooled(&stage.everybody())?;
	assert_eq!(found.outcome.and_then(Result::ok), Some(pooled));
	evidence.opening = Some(opening(&MaskSeed::random(&mut OsRng)));
	assert!(!evidence.check(&mut OsRng).is_right(), "another's opens nothing");

	let paid = accounts(&end.events, "Incentives", "DealerPaid", "dealer");
	assert_eq!(paid, stage.accounts(&stage.everybody()), "a mask is not paid");
	assert!(punished(&end.events).is_empty());
	Ok(())
}

/// A share of the recipient's mask is wrong: the member who gets it accuses the recipient, as it would a dealer, and without a mask
/// there is no result. All dealers deal.
///
/// # Errors
/// `Chain`.
pub async fn a_bad_mask(scene: &Scene, sealed: &Sealed) -> Result<(), Error> {
	let (chain, stage, recipient) = (&scene.chain, &sealed.stage, &sealed.recipient);
	// any vector is a mask
	let input = &stage.survey.inputs[0].encoded;
	let fault = DealingFault::Accusable(DealerFault::WrongShare, VICTIM);
	let dealt = async {
		let outcome = deal(chain, stage.task, recipient, input, fault).await?;
		assert!(outcome.receipt().is_some(), "the chain takes it: {outcome:?}");
		Ok(())
	};
	let everybody = stage.everybody();
	tokio::try_join!(dealt, stage.deal(chain, &everybody))?;
	let end = sealed.without_mask(chain, Fault::BadDealing).await?;
	let convicted: Vec<_> = named(&end.events, "DealerConvicted").collect();
	let [convicted] = convicted[..] else { panic!("one is convicted: {convicted:?}") };
	assert_eq!(convicted.field("dealer"), Some(recipient.account()));
	assert_eq!(convicted.field("fault"), Some(DealerFault::WrongShare));
	assert_eq!(convicted.field("excluded"), Some(true));
	let victim = stage.row().find(|(seat, _)| *seat == VICTIM).map(|(_, node)| node);
	assert_eq!(convicted.field::<AccountId>("accuser"), victim);
	Ok(())
}

/// The recipient accepts, and never deals its mask: there is no result, however many have dealt.
///
/// # Errors
/// `Chain`.
pub async fn a_mask_that_never_comes(scene: &Scene, sealed: &Sealed) -> Result<(), Error> {
	let (chain, stage) = (&scene.chain, &sealed.stage);
	stage.deal(chain, &stage.everybody()).await?;
	let end = sealed.without_mask(chain, Fault::NoDealing).await?;
	let collected = end.events.iter().find(|event| event.is("Tasks", "CollectingEnded"));
	assert_eq!(collected.and_then(|event| event.field("early")), Some(false), "it is waited for");
	Ok(())
}

/// Asserts that the recipients of [`a_bad_mask`] and of [`a_mask_that_never_comes`] lost their deposit, and that part of it.
pub fn recipients_lost_their_deposits(
	chain: &Chain,
	ledger: &Ledger,
	bad: &Sealed,
	missing: &Sealed,
) {
	let held = |sealed: &Sealed| ledger.deposit(sealed.stage.task, &sealed.recipient.account());
	let part = lost_by_silence(chain, held(missing)).expect("a constant");
	for (sealed, lost) in [(bad, held(bad)), (missing, part)] {
		let (change, deposit) = (-ledger.change(&sealed.recipient.account()), held(sealed));
		assert!(change > lost as i128 && change < (lost + deposit / 20) as i128, "{change}");
	}
	let vanished = BTreeMap::from([(missing.recipient.account(), part)]);
	assert_eq!(ledger.vanished(missing.stage.task), vanished);
}
