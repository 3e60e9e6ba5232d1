//! Members that attest without having looked, that do not attest, or attest to something else; false accusations.

use super::{judged, only_these_were_punished};
use crate::{
	accuse::accuse,
	answer::{answer, AnswerFault},
	attest::{attest, refused, AttestFault},
	cheats::{DealingFault, FalseClaim},
	deal::deal,
	ledger::Ledger,
	scene::{count, named, Scene, Stage},
	seat::Corrupt,
};
use ostraka_client::{
	chain::{Chain, Event},
	Error,
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	AccountId, Balance,
};

/// Parts that a share of something is counted in.
const WHOLE: Balance = 1_000_000_000;

/// The adversary's members attest in the first block of verification, to dealings that they have not looked at: the last of
/// them wrongs an honest member. That one's accusation lands all the same, as verification does not end without it.
///
/// # Errors
/// `Chain`.
pub async fn hasty_members(scene: &Scene, stage: &Stage) -> Result<(), Error> {
	let (chain, task) = (&scene.chain, stage.task);
	let (honest, last) = (stage.all_but_last(), stage.dealers.len() - 1);
	let (victim, accuser) = stage.honest(&scene.corrupt).remove(0);
	let dealt = async {
		stage.deal(chain, &honest).await?;
		// with this one dealing ends, and verification begins
		let (signer, input) = (&stage.dealers[last], &stage.survey.inputs[last].encoded);
		let fault = DealingFault::Accusable(DealerFault::WrongShare, victim);
		let outcome = deal(chain, task, signer, input, fault).await?;
		assert!(outcome.receipt().is_some(), "the chain takes it: {outcome:?}");
		Ok(())
	};
	let workers = scene.workers();
	let answered = answer(chain, task, &workers, AnswerFault::None);
	let ((), answered) = tokio::try_join!(dealt, answered)?;
	for answered in &answered {
		let attested = answered.attest.as_ref().and_then(|outcome| outcome.receipt());
		let attested = attested.is_some_and(|receipt| receipt.event("Vss", "Attested").is_some());
		assert!(attested, "{answered:?}");
	}
	assert!(judged(&answered).into_iter().all(|judged| judged == Some("right")));

	let events = stage.completed(chain, &honest).await?;
	let forger = stage.dealers[last].account();
	let convicted = named(&events, "DealerConvicted").next().expect("convicted");
	assert_eq!(convicted.field("dealer"), Some(forger.clone()));
	assert_eq!(convicted.field("accuser"), Some(accuser));
	assert_eq!(convicted.field("excluded"), Some(true));
	// all attested in the end, who accused after its accusation; with the last of them verification was over
	assert_eq!(count(&events, "Attested"), stage.row().count());
	let place = |pallet, name| events.iter().position(|event| event.is(pallet, name));
	let complete = place("Tasks", "VerificationComplete");
	assert!(complete.is_some() && complete > place("Vss", "DealerConvicted"), "{events:?}");
	only_these_were_punished(stage, &events, &[forger]);
	Ok(())
}

/// The first of the adversary's members never attests, and does all else: the task waits for the whole window of verification,
/// and the member lacks a part of what the others earn, which goes to no requester.
///
/// # Errors
/// `Chain`.
pub async fn a_silent_member(scene: &Scene, stage: &Stage) -> Result<(), Error> {
	let (chain, task) = (&scene.chain, stage.task);
	stage.deal(chain, &stage.everybody()).await?;
	let workers = scene.workers();
	let (silent, other) = tokio::try_join!(
		answer(chain, task, &workers[..1], AnswerFault::Silent),
		answer(chain, task, &workers[1..], AnswerFault::None),
	)?;
	assert_eq!([judged(&silent), judged(&other)].concat(), [Some("right"); 2]);
	let events = stage.completed(chain, &stage.everybody()).await?;
	only_these_were_punished(stage, &events, &[]);

	assert_eq!(count(&events, "Attested"), stage.row().count() - 1);
	assert!(!events.iter().any(|event| event.is("Tasks", "VerificationComplete")));
	let told = |name| events.iter().find(|event| event.is("Tasks", name)).expect("told");
	let last: Option<u32> = told("CollectingEnded").field("verify_until");
	let commit_until: Option<u32> = told("AcceptedSetFrozen").field("commit_until");
	let frozen_at = commit_until.map(|until| until - stage.info.task.windows.commit);
	assert!(last.is_some() && frozen_at > last, "frozen at {frozen_at:?}, after {last:?}");

	let [less, whole] = [0, 1].map(|place| paid(&events, &scene.corrupt[place].account()));
	let cut: u32 = chain.constant("Incentives", "SilentCut").expect("a constant");
	assert!(cut > 0);
	assert_eq!(whole - less, (whole * Balance::from(cut)).div_ceil(WHOLE));
	let settled = events.iter().find(|event| event.is("Incentives", "FeeSettled"));
	assert_eq!(settled.and_then(|event| event.field("withheld")), Some(whole - less));
	Ok(())
}

/// Asserts of the ledger what [`a_silent_member`] does of the task's events: the requester paid what was withheld, and no
/// other task of these had a silent member.
pub fn only_this_had_a_silent_member(ledger: &Ledger, silent: &Stage, others: &[&Stage]) {
	assert!(ledger.withheld(silent.task) > 0);
	for stage in others {
		assert_eq!(ledger.withheld(stage.task), 0, "task {}", stage.task);
	}
}

/// What a node was paid.
fn paid(events: &[Event], node: &AccountId) -> Balance {
	let is_it = |event: &&Event| {
		event.is("Incentives", "NodePaid")
			&& event.field::<AccountId>("node").as_ref() == Some(node)
	};
	let paid = events.iter().find(is_it).and_then(|event| event.field("amount"));
	paid.expect("it was paid")
}

/// Attestations that the chain must refuse: before verification, of other dealings, fewer or other exclusions, by another
/// key, a second time. Who has attested may still accuse: the second of the adversary's members claims that a dealer's
/// commitments lie outside of the group, which they do not, and is convicted. Nothing of it keeps the task from its result.
///
/// # Errors
/// `Failed` if the chain does otherwise, `Chain`.
pub async fn attestations_that_are_refused(scene: &Scene, stage: &Stage) -> Result<(), Error> {
	let (chain, task) = (&scene.chain, stage.task);
	let workers = scene.workers();
	let (first, second) = (&workers[0], &workers[1]);
	refused(chain, task, first, AttestFault::WrongPhase).await?;
	stage.deal(chain, &stage.everybody()).await?;
	// verification lasts until the first one attests, and no longer than its window
	let wronged = async {
		for fault in [
			AttestFault::OtherDealings,
			AttestFault::FewerDealings,
			AttestFault::OtherExclusions,
			AttestFault::OtherKey,
		] {
			refused(chain, task, first, fault).await?;
		}
		Ok::<_, Error>(())
	};
	let accused = stage.dealers[0].account();
	let accusing = async {
		let outcome = attest(chain, task, second, AttestFault::None).await?;
		assert!(outcome.receipt().is_some(), "the chain takes it: {outcome:?}");
		refused(chain, task, second, AttestFault::Twice).await?;
		accuse(chain, task, second, &accused, FalseClaim::Outside).await
	};
	let ((), accusation) = tokio::try_join!(wronged, accusing)?;
	assert_eq!(accusation.convicted(), Some("accuser"), "{accusation:?}");
	let answered = answer(chain, task, &workers[..1], AnswerFault::None).await?;
	assert_eq!(judged(&answered), [Some("right")]);

	let events = stage.completed(chain, &stage.everybody()).await?;
	assert_eq!(count(&events, "DealerConvicted"), 0);
	let convicted = named(&events, "AccuserConvicted").next().expect("convicted");
	assert_eq!(convicted.field("dealer"), Some(accused));
	assert_eq!(convicted.field("fault"), Some(AccuserFault::InvalidDh));
	// each once, however many were sent
	assert_eq!(count(&events, "Attested"), stage.row().count());
	only_these_were_punished(stage, &events, &[scene.corrupt[1].account()]);
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
	let [one, other] = faults.map(FalseClaim::Share);
	let (one, other) = tokio::try_join!(
		accuse(chain, stage.task, &workers[0], &accused[0], one),
		accuse(chain, stage.task, &workers[1], &accused[1], other),
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

/// Asserts that both dealers that [`false_accusers`] accuse are made whole out of the slashes.
pub fn the_exposed_are_made_whole(chain: &Chain, ledger: &Ledger, stage: &Stage) {
	let slash: Balance = chain.constant("Incentives", "FalseAccusationSlash").expect("a constant");
	for exposed in &stage.dealers[..2] {
		let change = ledger.change(&exposed.account());
		assert!(change > (slash / 8) as i128, "made whole out of the slash: {change}");
	}
}
