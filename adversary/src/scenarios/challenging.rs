//! Dealers that do not prove their input valid, and challenges: rightful, false, late, and of something else than the chain
//! holds.

use super::{assert_refused, attested, judged, only_these_were_punished};
use crate::{
	accuse::convicted,
	answer::{answer, AnswerFault},
	challenge::{challenge, ChallengeFault, Challenger},
	cheats::DealingFault,
	deal::deal,
	forged::{FORGED_WITH_PRODUCTS, MISSHAPEN_INPUTS},
	ledger::Ledger,
	scene::{count, named, Scene, Stage},
	seat::{excluded, Corrupt, Worker},
	transaction::{Outcome, Refuser},
};
use futures::future::try_join_all;
use ostraka_client::{
	chain::{Chain, Signer},
	Error,
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	AccountId, Balance,
};

/// Places of a cohort with dealers of forged inputs: those who deal honestly.
pub const VALID: [usize; 5] = [0, 1, 2, 3, 4];
/// Those who forge, each in another way.
pub const INVALID: [usize; FORGED_WITH_PRODUCTS.len()] = [5, 6, 7, 8, 9, 10, 11, 12];
/// Those who deal honestly at the second attempt: the first has a proof of another length, each another.
const MISSHAPEN: [usize; MISSHAPEN_INPUTS.len()] = [0, 1];

/// Dealings that do not prove their input valid, each in another way, come first, and the chain takes them. Honest workers,
/// those of members and those of verifiers, challenge them all; whoever has no seat may be first with one. All are excluded,
/// and their dealers slashed. Nobody challenges an excluded one again. Then the others deal, and the result is theirs. Of
/// these some first send a proof of another length than the task's: the chain takes no such dealing, convicts nobody, and
/// takes the next. The cohort is of all of them; the adversary's seats, if it has any, are played honestly.
///
/// # Errors
/// `Chain`.
pub async fn forged_inputs(scene: &Scene, stage: &Stage, outsider: &Signer) -> Result<(), Error> {
	let (chain, task) = (&scene.chain, stage.task);
	let forgers = INVALID.map(|place| stage.dealers[place].account());
	let [first, .., last] = &forgers;
	let workers = scene.workers();
	let dealt = async {
		let forged =
			INVALID.into_iter().zip(FORGED_WITH_PRODUCTS).map(|(place, forged)| async move {
				let (signer, input) = (&stage.dealers[place], &stage.survey.inputs[place].encoded);
				let outcome = deal(chain, task, signer, input, DealingFault::Input(forged)).await?;
				assert!(outcome.receipt().is_some(), "the chain takes {forged:?}: {outcome:?}");
				Ok::<_, Error>(())
			});
		// a member may come before who has no seat
		let bonded =
			challenge(chain, task, Challenger::Bonded(outsider), last, ChallengeFault::None);
		let (_, bonded) = tokio::try_join!(try_join_all(forged), bonded)?;
		match convicted(&bonded) {
			None => assert_refused(&bonded, "Vss.AlreadyConvicted"),
			convicted => assert_eq!(convicted, Some("dealer")),
		}
		for forger in &forgers {
			excluded(chain, task, forger).await?;
		}
		let again = Challenger::Bonded(outsider);
		let again = challenge(chain, task, again, first, ChallengeFault::None).await?;
		assert_refused(&again, "Vss.AlreadyConvicted");
		if let Some(worker) = workers.first() {
			let again = Challenger::Seat(worker);
			let again = challenge(chain, task, again, first, ChallengeFault::None).await?;
			assert_refused_at_once(&again, "Vss.AlreadyConvicted");
		}
		for (place, forged) in MISSHAPEN.into_iter().zip(MISSHAPEN_INPUTS) {
			let (signer, input) = (&stage.dealers[place], &stage.survey.inputs[place].encoded);
			let outcome = deal(chain, task, signer, input, DealingFault::Input(forged)).await?;
			assert_refused(&outcome, "Vss.WrongLength");
		}
		stage.deal(chain, &VALID).await
	};
	let answered = async {
		match workers.is_empty() {
			true => Ok(Vec::new()),
			false => answer(chain, task, &workers, AnswerFault::None).await,
		}
	};
	let ((), answered) = tokio::try_join!(dealt, answered)?;
	assert!(judged(&answered).into_iter().all(|judged| judged == Some("right")));

	let events = stage.completed(chain, &VALID).await?;
	assert_eq!(count(&events, "Dealt"), VALID.len() + INVALID.len());
	assert_eq!(count(&events, "DealerConvicted"), INVALID.len());
	assert_eq!(count(&events, "AccuserConvicted"), 0);
	// nobody lacks a share of what is only invalid
	assert_eq!(count(&events, "SeatExcused"), 0);
	let honest = [stage.honest(&scene.corrupt), stage.panel().collect()].concat();
	for forger in &forgers {
		let convicted = named(&events, "DealerConvicted")
			.find(|event| event.field("dealer") == Some(forger.clone()))
			.expect("convicted");
		assert_eq!(convicted.field("fault"), Some(DealerFault::InvalidInput));
		assert_eq!(convicted.field("excluded"), Some(true));
		let seat: Option<u8> = convicted.field("seat").expect("with or without a seat");
		let challenger: AccountId = convicted.field("accuser").expect("a challenger");
		match seat {
			Some(seat) => assert!(honest.contains(&(seat, challenger))),
			None => assert_eq!([forger, &challenger], [last, &outsider.account()]),
		}
	}
	only_these_were_punished(stage, &events, &forgers);
	Ok(())
}

/// Asserts that each forger of [`forged_inputs`] lost its deposit, and no more than a fee besides.
pub fn invalid_inputs_cost_deposits(ledger: &Ledger, stage: &Stage) {
	for place in INVALID {
		let forger = stage.dealers[place].account();
		let (lost, deposit) = (-ledger.change(&forger), ledger.deposit(stage.task, &forger));
		assert!(lost > deposit as i128 && lost < (deposit + deposit / 20) as i128, "{lost}");
	}
}

/// Challenges of honest dealers, while dealings come in. Those that show something else than the chain holds are refused, and
/// convict nobody. One of the adversary's nodes, a member or a verifier, and one without a seat then challenge a dealing as it is,
/// whose proof holds: both are convicted, and the node may challenge no more. The dealers' inputs count on. The adversary's other
/// seats are played honestly.
///
/// # Errors
/// `Chain`.
pub async fn false_challengers(
	scene: &Scene,
	stage: &Stage,
	challenger: &Corrupt,
	outsider: &Signer,
) -> Result<(), Error> {
	let (chain, task) = (&scene.chain, stage.task);
	let others = |nodes: &[Corrupt]| -> Vec<Worker> {
		let others = nodes.iter().filter(|node| node.account() != challenger.account());
		others.map(|node| node.worker.clone()).collect()
	};
	let (members, verifiers) = (others(&scene.corrupt), others(&scene.verifiers));
	let (seated, without_seat) =
		(Challenger::Seat(&challenger.worker), Challenger::Bonded(outsider));
	let accused = [stage.dealers[0].account(), stage.dealers[1].account()];
	let challenged = async {
		stage.deal(chain, &stage.all_but_last()).await?;
		for fault in [ChallengeFault::OtherProof, ChallengeFault::FewerHashes] {
			let reason = fault.reason().expect("to be refused");
			let outcome = challenge(chain, task, seated, &accused[0], fault).await?;
			assert_refused_at_once(&outcome, reason);
			let outcome = challenge(chain, task, without_seat, &accused[1], fault).await?;
			assert_refused(&outcome, reason);
		}
		for (author, dealer) in [seated, without_seat].into_iter().zip(&accused) {
			let outcome = challenge(chain, task, author, dealer, ChallengeFault::None).await?;
			assert_eq!(convicted(&outcome), Some("accuser"), "{outcome:?}");
		}
		let again = challenge(chain, task, seated, &accused[1], ChallengeFault::None).await?;
		assert_refused_at_once(&again, "Vss.AccusationsForfeited");
		// with the last one dealing ends
		stage.deal(chain, &[stage.dealers.len() - 1]).await
	};
	let answered = answer(chain, task, &members, AnswerFault::None);
	let verified = attested(chain, task, &verifiers);
	let ((), answered, ()) = tokio::try_join!(challenged, answered, verified)?;
	assert!(judged(&answered).into_iter().all(|judged| judged == Some("right")));

	let events = stage.completed(chain, &stage.everybody()).await?;
	assert_eq!(count(&events, "DealerConvicted"), 0);
	assert_eq!(count(&events, "AccuserConvicted"), 2);
	let node = challenger.account();
	let challengers = [(stage.seat(&node), node), (None, outsider.account())];
	for ((seat, author), dealer) in challengers.iter().zip(accused) {
		let convicted = named(&events, "AccuserConvicted")
			.find(|event| event.field("accuser") == Some(author.clone()))
			.expect("convicted");
		assert_eq!(convicted.field("seat"), Some(*seat));
		assert_eq!(convicted.field("dealer"), Some(dealer));
		assert_eq!(convicted.field("fault"), Some(AccuserFault::FalseChallenge));
	}
	only_these_were_punished(stage, &events, &challengers.map(|(_, author)| author));
	Ok(())
}

/// Asserts that who challenged without a seat in [`false_challengers`] lost its bond, and no more than fees besides.
pub fn a_false_challenge_costs_the_bond(chain: &Chain, ledger: &Ledger, outsider: &Signer) {
	let bond: Balance = chain.constant("Incentives", "ChallengeBond").expect("a constant");
	let lost = -ledger.change(&outsider.account());
	// a bond covers the fees of two challenges
	assert!(lost > bond as i128 && lost < (3 * bond) as i128, "{lost}");
}

fn assert_refused_at_once(outcome: &Outcome, reason: &str) {
	match outcome {
		Outcome::Refused { by: Refuser::Pool, reason: found } if found == reason => {},
		other => panic!("to be refused before any block for {reason}: {other:?}"),
	}
}
