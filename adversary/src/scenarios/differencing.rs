//! Requesters that ask one cohort after the other, and dealers whose policies on the chain hold them off.

use super::assert_refused;
use crate::{
	scene::{accounts, punished, Scene, Stage, LONG, ROWS},
	transaction::signed,
};
use ostraka_client::{
	chain::{calls, Signer},
	onchain::consent::NO_DATASET,
	request::StatisticName,
	testbed::survey::Survey,
	Error,
};
use ostraka_primitives::{
	consent::{Policy, Quota},
	task::{FailReason, Outcome as Ended, SecurityClass},
	Balance, BlockNumber, TaskId,
};

/// Class of these tasks.
const CLASS: SecurityClass = SecurityClass::Standard;
/// By how many dealers two accepted sets have to differ, as one dealer has it.
const LEAST: u8 = 2;

/// The first of the dealers asks the chain that tasks differ by two dealers. A requester asks all of them, and then all but the
/// last about the same column: the difference would be the last one's rows, so the second task has no result, and nobody is to blame
/// but who asked.
///
/// # Errors
/// `Chain`.
pub async fn a_difference_of_one(scene: &Scene, dealers: &[Signer]) -> Result<(), Error> {
	let chain = &scene.chain;
	let policy = Policy { least_difference: LEAST, ..Policy::default() };
	chain.submit(&calls::set_policy(NO_DATASET, policy), &dealers[0]).await?;
	let all = dealt(scene, dealers).await?;
	all.completed(chain, &all.everybody()).await?;

	let fewer = dealt(scene, &dealers[..dealers.len() - 1]).await?;
	let end = fewer.ended(chain).await?;
	assert_eq!(end.outcome, Ended::Failed(FailReason::Differencing));
	assert!(chain.result_at(fewer.task, end.head).await?.is_none());
	let told = end.events.iter().find(|event| event.is("Consent", "TooNear"));
	let told = told.expect("the chain says of which task");
	assert_eq!(told.field::<TaskId>("other"), Some(all.task));
	let [differ, least] = ["differ", "least"].map(|name| told.field::<u32>(name));
	assert_eq!((differ, least), (Some(1), Some(LEAST.into())));
	assert!(punished(&end.events).is_empty());
	let returned = accounts(&end.events, "Incentives", "DepositReturned", "dealer");
	assert_eq!(returned, fewer.accounts(&fewer.everybody()));
	let settled = end.events.iter().find(|event| event.is("Incentives", "FeeSettled"));
	assert_eq!(settled.and_then(|event| event.field::<Balance>("returned")), Some(0));

	// the same set tells nothing that is not known
	let again = dealt(scene, dealers).await?;
	again.completed(chain, &again.everybody()).await?;
	Ok(())
}

/// The first of the dealers of [`a_difference_of_one`] allows two tasks, which it has dealt to: it cannot accept another, not even
/// once it has set a looser policy, or taken it back, as that holds later. When it does, the policy goes, and its deposit comes back.
///
/// # Errors
/// `Chain`.
pub async fn a_policy_that_is_loosened(scene: &Scene, dealers: &[Signer]) -> Result<(), Error> {
	let (chain, wary) = (&scene.chain, &dealers[0]);
	let quota = Some(Quota { tasks: 2, blocks: 1_000_000 });
	let tight = Policy { quota, ..Policy::default() };
	chain.submit(&calls::set_policy(NO_DATASET, tight), wary).await?;
	let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len())?;
	let stage = scene.invited(CLASS, survey, dealers.to_vec(), [LONG; 2]).await?;
	let (task, terms) = (stage.task, stage.info.task.terms);
	let accept = calls::accept(task, terms, NO_DATASET);
	assert_refused(&signed(chain, &accept, wary).await?, "Consent.QuotaSpent");

	let loose = calls::set_policy(NO_DATASET, Policy::default());
	let receipt = chain.submit(&loose, wary).await?;
	assert!(receipt.event("Consent", "LooseningSet").is_some());
	assert_refused(&signed(chain, &accept, wary).await?, "Consent.QuotaSpent");

	let remove = calls::remove_policy(NO_DATASET);
	let receipt = chain.submit(&remove, wary).await?;
	let told = receipt.event("Consent", "LooseningSet").expect("it holds for a while");
	let at: BlockNumber = told.field("at").expect("the block from which on it does not");
	assert!(at > receipt.block.number);
	assert_refused(&signed(chain, &remove, wary).await?, "Consent.NotYet");
	assert_refused(&signed(chain, &accept, wary).await?, "Consent.QuotaSpent");

	while chain.head().number < at {
		chain.next_head(chain.head()).await?;
	}
	let receipt = chain.submit(&remove, wary).await?;
	assert!(receipt.event("Consent", "PolicyRemoved").is_some());
	chain.submit(&accept, wary).await?;
	chain.submit(&calls::cancel(task), &scene.requester).await?;
	let end = stage.ended(chain).await?;
	assert_eq!(end.outcome, Ended::Failed(FailReason::Cancelled));
	Ok(())
}

/// A task that all of these dealers have accepted and dealt to.
async fn dealt(scene: &Scene, dealers: &[Signer]) -> Result<Stage, Error> {
	let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len())?;
	let stage = scene.stage(CLASS, survey, dealers.to_vec(), LONG).await?;
	stage.deal(&scene.chain, &stage.everybody()).await?;
	Ok(stage)
}
