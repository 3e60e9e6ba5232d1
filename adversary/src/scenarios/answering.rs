//! Wrong result shares.

use super::{judged, only_these_were_punished};
use crate::{
	answer::{answer, AnswerFault},
	scene::{count, Scene, Stage},
	seat::Corrupt,
};
use ostraka_client::Error;
use ostraka_primitives::AccountId;

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
