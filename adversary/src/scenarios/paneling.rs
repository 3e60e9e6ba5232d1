//! Panels of the adversary's: verifiers that attest to what they have not looked at, and verifiers that sleep; and a committee and
//! a panel that are corrupt whole. What they are about takes no share to see, so one who looks is enough.

use super::{attested, honestly_completed, judged, only_these_were_punished};
use crate::{
	accuse::convicted,
	answer::{answer, AnswerFault},
	challenge::{challenge, ChallengeFault, Challenger},
	cheats::DealingFault,
	deal::deal,
	forged::ForgedInput,
	scene::{count, named, Scene, Stage},
	seat::{Corrupt, Worker},
	wait::{exactly, Phase},
};
use ostraka_client::{
	chain::{Chain, Event, Signer},
	verify::result_outcome,
	Error,
};
use ostraka_primitives::{
	fault::{DealerFault, Fault},
	task::{Outcome as Ended, TaskResult},
	AccountId, Balance,
};

/// The adversary's verifiers, who are the whole panel, attest to an input that is not valid: its dealing comes last, and their
/// attestations before anybody has challenged it. The adversary's members look away so long, and are played honestly once one
/// without a seat has challenged it, while verification lasts: the dealing is excluded, the result is right without it, and the
/// verifiers are slashed at settlement, a part of which goes to who exposed them.
///
/// # Errors
/// `Chain`.
pub async fn lying_verifiers(scene: &Scene, stage: &Stage, outsider: &Signer) -> Result<(), Error> {
	let chain = &scene.chain;
	lie(scene, stage, &[]).await?;
	expose(chain, stage, outsider, true).await?;
	let answered = answer(chain, stage.task, &scene.workers(), AnswerFault::None).await?;
	assert!(judged(&answered).into_iter().all(|judged| judged == Some("right")));
	let exposer = lies_were_exposed(scene, stage).await?;
	assert_eq!(exposer, outsider.account());
	Ok(())
}

/// All dealers deal, the last an input that is not valid; the adversary's verifiers attest, and so do these members. Ends when all
/// of it is in final blocks. Whoever is honest has to look away meanwhile.
///
/// # Errors
/// `Failed` if verification is over before, `Chain`.
pub async fn lie(scene: &Scene, stage: &Stage, members: &[Worker]) -> Result<(), Error> {
	let (chain, task) = (&scene.chain, stage.task);
	let last = stage.dealers.len() - 1;
	stage.deal(chain, &stage.all_but_last()).await?;
	let forged = async {
		let (signer, input) = (&stage.dealers[last], &stage.survey.inputs[last].encoded);
		let fault = DealingFault::Input(ForgedInput::OtherVector);
		let outcome = deal(chain, task, signer, input, fault).await?;
		assert!(outcome.receipt().is_some(), "the chain takes it: {outcome:?}");
		Ok(())
	};
	let verifiers = scene.verifiers.iter().map(|node| node.worker.clone());
	let workers: Vec<Worker> = verifiers.chain(members.iter().cloned()).collect();
	tokio::try_join!(forged, attested(chain, task, &workers)).map(|_| ())
}

/// One without a seat challenges the last dealer's dealing, before the freeze if `early`, else between it and the result.
///
/// # Errors
/// `Failed` if it is too late for that, `Chain`.
pub async fn expose(
	chain: &Chain,
	stage: &Stage,
	outsider: &Signer,
	early: bool,
) -> Result<(), Error> {
	let phase = if early { Phase::Verifying } else { Phase::Committing };
	exactly(chain, stage.task, phase).await?;
	let bonded = Challenger::Bonded(outsider);
	let fault = ChallengeFault::None;
	let outcome = challenge(chain, stage.task, bonded, &forger(stage), fault).await?;
	assert_eq!(convicted(&outcome), Some("dealer"), "{outcome:?}");
	Ok(())
}

/// Asserts of a task in which the adversary's verifiers [`lie`], and nobody else, that they were exposed while verification lasted, and
/// what follows. Returns who exposed them.
///
/// # Errors
/// `Chain`.
pub async fn lies_were_exposed(scene: &Scene, stage: &Stage) -> Result<AccountId, Error> {
	let chain = &scene.chain;
	let events = stage.completed(chain, &stage.all_but_last()).await?;
	let convicted = named(&events, "DealerConvicted").next().expect("convicted");
	assert_eq!(convicted.field("dealer"), Some(forger(stage)));
	assert_eq!(convicted.field("fault"), Some(DealerFault::InvalidInput));
	assert_eq!(convicted.field("excluded"), Some(true));
	let liars: Vec<(u8, AccountId)> = stage.panel().collect();
	let exposer = exposed(&events, &liars);
	assert_eq!(convicted.field("accuser"), Some(exposer.clone()));
	// members attest after the exclusion, to what is left
	let before = events.iter().take_while(|event| !event.is("Vss", "DealerConvicted"));
	let before = before.filter(|event| event.is("Vss", "Attested")).count();
	assert_eq!(before, liars.len());
	paid_for_their_lies(chain, &events, &liars);
	let culprits = liars.into_iter().map(|(_, node)| node).chain([forger(stage)]);
	only_these_were_punished(stage, &events, &culprits.collect::<Vec<_>>());

	let result = published(chain, stage).await?;
	assert_eq!(attested_and_disproven(&result), (0, 0));
	assert_eq!(result.panel as usize, stage.panel().count());
	Ok(exposer)
}

/// The adversary has all seats of committee and panel, and all attest to an input that is not valid: the set is frozen with it at
/// once, and the result is wrong. One without a seat challenges it late: no number changes, but the record says that the input
/// was disproven and that nobody's attestation stands, and each of them is slashed.
///
/// # Errors
/// `Chain`.
pub async fn all_seats_lie(scene: &Scene, stage: &Stage, outsider: &Signer) -> Result<(), Error> {
	let (chain, task, workers) = (&scene.chain, stage.task, scene.workers());
	assert_eq!(stage.seats().count(), workers.len(), "all members are the adversary's");
	let answered = async {
		// nobody commits before: the window of committing is long enough
		expose(chain, stage, outsider, false).await?;
		// they attest where they lie
		answer(chain, task, &workers, AnswerFault::Silent).await
	};
	let ((), answered) = tokio::try_join!(lie(scene, stage, &workers), answered)?;
	assert!(judged(&answered).into_iter().all(|judged| judged == Some("right")));

	let end = stage.ended(chain).await?;
	assert_eq!(end.outcome, Ended::Completed);
	let events = end.events;
	let convicted = named(&events, "DealerConvicted").next().expect("convicted");
	assert_eq!(convicted.field("excluded"), Some(false), "it is too late for that");
	let liars: Vec<(u8, AccountId)> = stage.row().collect();
	assert_eq!(exposed(&events, &liars), outsider.account());
	paid_for_their_lies(chain, &events, &liars);
	let culprits = liars.into_iter().map(|(_, node)| node).chain([forger(stage)]);
	only_these_were_punished(stage, &events, &culprits.collect::<Vec<_>>());

	let result = published(chain, stage).await?;
	assert_eq!(result.dealers as usize, stage.dealers.len(), "the input counts");
	assert_eq!(attested_and_disproven(&result), (0, 1));
	let pooled = stage.survey.pooled(&stage.everybody())?;
	let found = result_outcome(&stage.survey.spec, &result);
	assert_ne!(found.ok(), Some(pooled), "it is poisoned");
	Ok(())
}

/// The adversary's verifiers, who are the whole panel, do nothing. The task waits for the window of verification, and goes on: its
/// record says that nobody of the panel attested. The verifiers were absent, and are paid nothing.
///
/// # Errors
/// `Chain`.
pub async fn a_sleeping_panel(scene: &Scene, stage: &Stage) -> Result<(), Error> {
	let chain = &scene.chain;
	let events = honestly_completed(scene, stage, &stage.everybody()).await?;
	assert_eq!(count(&events, "Attested"), stage.seats().count());
	assert!(!events.iter().any(|event| event.is("Tasks", "VerificationComplete")));
	let sleepers: Vec<AccountId> = scene.verifiers.iter().map(Corrupt::account).collect();
	assert_eq!(stage.panel().count(), sleepers.len(), "the panel is the adversary's");
	only_these_were_punished(stage, &events, &sleepers);
	for event in punished(&events, &sleepers) {
		assert_eq!(event.field("fault"), Some(Fault::Absence));
	}
	let result = published(chain, stage).await?;
	assert_eq!(attested_and_disproven(&result), (0, 0));
	assert_eq!(result.panel as usize, sleepers.len());
	Ok(())
}

/// Who dealt the invalid input.
fn forger(stage: &Stage) -> AccountId {
	stage.dealers[stage.dealers.len() - 1].account()
}

/// Asserts that exactly these were exposed, once, and returns by whom.
fn exposed(events: &[Event], liars: &[(u8, AccountId)]) -> AccountId {
	assert_eq!(count(events, "AttestedFalsely"), 1);
	let told = named(events, "AttestedFalsely").next().expect("exposed");
	let mut seats: Vec<u8> = told.field("seats").expect("their seats");
	seats.sort_unstable();
	assert_eq!(seats, liars.iter().map(|(seat, _)| *seat).collect::<Vec<_>>());
	told.field("exposer").expect("an exposer")
}

/// Asserts what lying cost, and that a part of it went to who exposed it, and none to the requester.
fn paid_for_their_lies(chain: &Chain, events: &[Event], liars: &[(u8, AccountId)]) {
	let slash: Balance = chain.constant("Incentives", "FalseAttestationSlash").expect("a constant");
	let accounts: Vec<AccountId> = liars.iter().map(|(_, node)| node.clone()).collect();
	let found = punished(events, &accounts);
	assert_eq!(found.len(), liars.len());
	for event in found {
		let amount = |field| event.field::<Balance>(field).expect("an amount");
		assert_eq!(event.field("fault"), Some(Fault::FalseAttestation));
		assert_eq!(amount("amount"), slash);
		// Who gets a part of it is paid when it is applied
		if event.is("Registry", "SlashDeferred") {
			continue;
		}
		assert_eq!(amount("to_victim"), 0);
		let part = amount("to_accuser");
		assert!(part > 0 && part <= slash / 4, "{part}");
	}
}

/// What is told of these accounts' punishments.
fn punished<'a>(events: &'a [Event], culprits: &[AccountId]) -> Vec<&'a Event> {
	let is_theirs = |event: &&Event| {
		(event.is("Incentives", "Punished") || event.is("Registry", "SlashDeferred"))
			&& event
				.field::<AccountId>("culprit")
				.is_some_and(|culprit| culprits.contains(&culprit))
	};
	events.iter().filter(is_theirs).collect()
}

/// The result as a final block has it.
async fn published(chain: &Chain, stage: &Stage) -> Result<TaskResult, Error> {
	let head = chain.finalized().await?;
	let result = chain.result_at(stage.task, head).await?;
	result.ok_or_else(|| Error::Failed(format!("task {} has no result", stage.task)))
}

/// Of a result: how many of the panel attested to what stands, and how many inputs that count were disproven.
fn attested_and_disproven(result: &TaskResult) -> (u32, u32) {
	(result.attested, result.disproven)
}
