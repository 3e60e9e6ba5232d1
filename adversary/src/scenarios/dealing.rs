//! Dealers that forge, and dealers that copy.

use super::{assert_refused, judged, only_these_were_punished};
use crate::{
	answer::{answer, AnswerFault},
	cheats::DealingFault,
	copy::{copy, What},
	deal::deal,
	ledger::Ledger,
	scene::{count, named, Scene, Stage},
	seat::excluded,
};
use ostraka_client::Error;
use ostraka_primitives::{fault::DealerFault, AccountId};

/// Places of a cohort with dishonest dealers: honest ones, then four who forge, then one who copies.
pub const HONEST: [usize; 5] = [0, 1, 2, 3, 4];
/// The forgers' places.
pub const FORGERS: [usize; 4] = [5, 6, 7, 8];
/// What is wrong with the forgers' dealings: with a sealed share of one honest member each, and with the commitments, which
/// every member sees.
const FORGED: [DealerFault; 4] = [
	DealerFault::WrongShare,
	DealerFault::Unopenable,
	DealerFault::NonCanonicalScalar,
	DealerFault::OutsideSubgroup,
];
/// The copier's place, the last.
pub const COPIER: usize = 9;

/// Each dealing with a forged share is accused by the honest worker that was wronged; the one with commitments outside of the
/// group is accused by any member, or challenged by any verifier; all are excluded, and their dealers slashed. Copies are refused in their blocks; the copier can still deal
/// for itself. The cohort is of [`COPIER`] `+ 1`; the adversary's seats, if it has any, are played honestly.
///
/// # Errors
/// `Chain`.
pub async fn forging_and_copying_dealers(scene: &Scene, stage: &Stage) -> Result<(), Error> {
	let (chain, task) = (&scene.chain, stage.task);
	let honest = stage.honest(&scene.corrupt);
	assert!(honest.len() + 1 >= FORGERS.len(), "a victim for each forged share");
	// who sees nothing but its own share has a victim of its own
	let forgeries: Vec<_> = FORGERS.into_iter().zip(FORGED).zip(honest.iter().cycle()).collect();

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
		for ((place, fault), (seat, _)) in &forgeries {
			let (signer, input) = (&stage.dealers[*place], &stage.survey.inputs[*place].encoded);
			let fault = DealingFault::Accusable(*fault, *seat);
			let outcome = deal(chain, task, signer, input, fault).await?;
			assert!(outcome.receipt().is_some(), "the chain takes it: {outcome:?}");
		}
		Ok(())
	};
	let answered = async {
		let workers = scene.workers();
		if workers.is_empty() {
			return Ok(Vec::new());
		}
		// they look at nothing, and who attests to commitments outside of the group is slashed
		for place in FORGERS {
			excluded(chain, task, &stage.dealers[place].account()).await?;
		}
		answer(chain, task, &workers, AnswerFault::None).await
	};
	let ((), (), answered) = tokio::try_join!(dealt, forged, answered)?;
	assert!(judged(&answered).into_iter().all(|judged| judged == Some("right")));

	let counted: Vec<usize> = HONEST.into_iter().chain([COPIER]).collect();
	let events = stage.completed(chain, &counted).await?;
	assert_eq!(count(&events, "Dealt"), HONEST.len() + FORGERS.len() + 1);
	assert_eq!(count(&events, "AccuserConvicted"), 0);
	assert_eq!(count(&events, "DealerConvicted"), FORGERS.len());
	for ((place, fault), victim) in forgeries {
		let forger = stage.dealers[place].account();
		let convicted = named(&events, "DealerConvicted")
			.find(|event| event.field("dealer") == Some(forger.clone()))
			.expect("convicted");
		let seat = convicted.field::<Option<u8>>("seat").flatten();
		let accuser = seat.zip(convicted.field::<AccountId>("accuser"));
		let accuser = accuser.expect("who has a seat disputed it");
		match fault {
			DealerFault::OutsideSubgroup => {
				let is_verifier = stage.panel().any(|seat| seat == accuser);
				assert!(is_verifier || honest.contains(&accuser), "{accuser:?}");
			},
			_ => assert_eq!(accuser, *victim),
		}
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

/// Asserts that each forger of [`forging_and_copying_dealers`] lost its deposit, and no more than a fee besides.
pub fn forgers_lost_their_deposits(ledger: &Ledger, stage: &Stage) {
	for place in FORGERS {
		let forger = stage.dealers[place].account();
		let (lost, deposit) = (-ledger.change(&forger), ledger.deposit(stage.task, &forger));
		assert!(lost > deposit as i128 && lost < (deposit + deposit / 20) as i128, "{lost}");
	}
}
