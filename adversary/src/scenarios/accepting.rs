//! Acceptances that the chain must refuse, dealers that accept and vanish, requesters that draw until a committee suits.

use super::{assert_refused, honestly_completed, only_these_were_punished};
use crate::{
	accept::{refused, AcceptFault},
	ledger::Ledger,
	scene::{accounts, punished, Scene, Stage, LONG, ROWS},
	transaction::signed,
};
use ostraka_client::{
	chain::{calls, Chain, Signer},
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
	fault::Fault,
	task::{FailReason, Outcome as Ended, SecurityClass},
	AccountId, Balance,
};
use ostraka_protocol::wire::consent_hash;
use std::collections::BTreeMap;

/// Blocks for accepting, where not all accept.
const SHORT: u32 = 14;
/// Of what a dealer needs, the part that an account has which cannot pay the deposit.
const POOR: Balance = 10;

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
	let amount = needed(&scene.chain).await? / POOR;
	fund(&scene.chain, &scene.sponsor, std::slice::from_ref(&poor), amount).await?;
	dealers.push(poor);
	let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len())?;
	scene.invited(class, survey, dealers, [SHORT, LONG]).await
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
	let spec = &stage.info.task.spec;
	let message = make(&ctx, spec, &poor.account(), input)?;
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
	assert!(punished(&events).is_empty());
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
	let held = deposit(&scene.chain).await?;
	let lost = lost_by_silence(&scene.chain, held).expect("a constant");
	let punished = of_incentives("Punished", "culprit").expect("it is punished");
	let amount = |field| punished.field::<Balance>(field);
	assert_eq!(punished.field("fault"), Some(Fault::NoDealing));
	assert_eq!(
		[amount("amount"), amount("to_accuser"), amount("to_victim")],
		[Some(lost), Some(0), Some(0)]
	);
	let returned = of_incentives("DepositReturned", "dealer").expect("the rest goes back");
	assert_eq!(returned.field("amount"), Some(held - lost));
	Ok(())
}

/// Asserts that a dealer who vanished lost that part of its deposit, and no more than fees besides.
pub fn the_vanished_lost_a_part(chain: &Chain, ledger: &Ledger, stage: &Stage) {
	let gone = stage.dealers[stage.dealers.len() - 1].account();
	let deposit = ledger.deposit(stage.task, &gone);
	let lost = lost_by_silence(chain, deposit).expect("a constant");
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
		let stage = scene.stage(class, survey, dealers.to_vec(), LONG).await?;
		if let Some(before) = stages.last() {
			let [now, before] = [&stage, before].map(|stage| stage.info.task.terms);
			assert_ne!(now, before, "an acceptance is of one task only");
		}
		stages.push(cancelled(scene, stage).await?);
	}
	Ok(stages)
}

/// Asserts that each draw of [`a_requester_that_draws_again`] cost the whole fee, of which members and verifiers got their base
/// part, and the chain its rent.
///
/// # Errors
/// `Chain`.
pub async fn each_draw_cost_the_fee(
	chain: &Chain,
	ledger: &Ledger,
	stages: &[Stage],
) -> Result<(), Error> {
	let base = chain.prices().await?.base_fee_per_seat;
	for stage in stages {
		let fee = stage.info.task.fee;
		let seats = Balance::from(stage.info.task.parameters.all_seats());
		let rent = ledger.rent(stage.task);
		assert!(rent > 0, "it had a place and seats");
		assert_eq!(ledger.forfeited(stage.task), fee - base * seats - rent);
		assert!(ledger.vanished(stage.task).is_empty(), "nobody could have dealt");
	}
	Ok(())
}

/// Takes a drawn task back: members and verifiers get their base part, the dealers their deposits, the requester nothing.
///
/// # Errors
/// `Chain`.
pub async fn cancelled(scene: &Scene, stage: Stage) -> Result<Stage, Error> {
	let chain = &scene.chain;
	chain.submit(&calls::cancel(stage.task), &scene.requester).await?;
	let end = stage.ended(chain).await?;
	assert_eq!(end.outcome, Ended::Failed(FailReason::Cancelled));
	let settled = end.events.iter().find(|event| event.is("Incentives", "FeeSettled"));
	let amount = |field| settled.and_then(|event| event.field::<Balance>(field)).expect("told");
	assert_eq!(amount("paid") + amount("forfeited") + amount("rent"), stage.info.task.fee);
	assert_eq!(amount("returned"), 0);
	assert!(amount("forfeited") > 0, "the fee is more than the base part of all seats");
	let mut nodes: Vec<AccountId> = stage.row().map(|(_, node)| node).collect();
	nodes.sort();
	assert_eq!(accounts(&end.events, "Incentives", "NodePaid", "node"), nodes);
	let returned = accounts(&end.events, "Incentives", "DepositReturned", "dealer");
	assert_eq!(returned, stage.accounts(&stage.everybody()));
	assert!(punished(&end.events).is_empty());
	Ok(stage)
}
