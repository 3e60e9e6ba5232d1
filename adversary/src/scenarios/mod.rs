//! Attacks, and what the chain has to make of each: on any chain on which honest workers run.
//!
//! Each takes a [`Stage`] whose committee has two seats of the adversary's and three of honest workers, and whose panel is
//! honest, unless it says otherwise. A scenario panics where the chain does something else.
//!
//! | module | attacks |
//! |---|---|
//! | [`accepting`] | acceptances, dealers that vanish, requesters that draw again |
//! | [`dealing`] | forged and copied dealings |
//! | [`differencing`] | cohorts that differ by one dealer, quotas that are spent, policies that are loosened |
//! | [`challenging`] | forged inputs; challenges that are false, late or about nothing |
//! | [`verifying`] | attestations that are hasty, missing or wrong; false accusations |
//! | [`answering`] | wrong result shares |
//! | [`paneling`] | verifiers that attest to what they have not looked at, or sleep; a committee and a panel that are corrupt whole |
//! | [`sealing`] | recipients whose mask is bad or never comes, dealings without a proof |

pub mod accepting;
pub mod answering;
pub mod challenging;
pub mod dealing;
pub mod differencing;
pub mod paneling;
pub mod sealing;
pub mod verifying;

pub use accepting::*;
pub use answering::*;
pub use challenging::*;
pub use dealing::*;
pub use differencing::*;
pub use paneling::*;
pub use sealing::*;
pub use verifying::*;

use crate::{
	answer::{answer, AnswerFault, Answered},
	attest::{attest, AttestFault},
	scene::{accounts, punished, units, Scene, Stage},
	seat::{Corrupt, Worker},
	transaction::{Outcome, Refuser},
	wait::{exactly, Phase},
};
use futures::future::try_join_all;
use ostraka_client::{
	chain::{Chain, Event, Signer},
	Error,
};
use ostraka_primitives::{AccountId, Balance, TaskId};

fn assert_refused(outcome: &Outcome, reason: &str) {
	match outcome {
		Outcome::Refused { by: Refuser::Dispatch, reason: found } if found == reason => {},
		other => panic!("to be refused in its block for {reason}: {other:?}"),
	}
}

fn judged(answered: &[Answered]) -> Vec<Option<&'static str>> {
	answered.iter().map(Answered::judged).collect()
}

/// The seats of these keys attest as soon as verification has begun, and have looked at nothing.
async fn attested(chain: &Chain, task: TaskId, workers: &[Worker]) -> Result<(), Error> {
	let attested = workers.iter().map(|worker| async move {
		exactly(chain, task, Phase::Verifying).await?;
		let outcome = attest(chain, task, worker, AttestFault::None).await?;
		let taken =
			outcome.receipt().is_some_and(|receipt| receipt.event("Vss", "Attested").is_some());
		assert!(taken, "the chain takes it: {outcome:?}");
		Ok::<_, Error>(())
	});
	try_join_all(attested).await.map(|_| ())
}

/// These dealers deal, the adversary's members are played honestly, and the task completes with them. Returns its events.
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

/// Asserts that these were punished once each and nobody else, and that all other members, verifiers and dealers were paid.
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
	assert_eq!(punished(events), culprits);
	let nodes = stage.row().map(|(_, node)| node).collect();
	assert_eq!(told("NodePaid", "node"), but_culprits(nodes));
	let dealers = stage.dealers.iter().map(Signer::account).collect();
	assert_eq!(told("DealerPaid", "dealer"), but_culprits(dealers));
}

/// What became of one of the adversary's nodes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record {
	/// Wrong result shares.
	pub wrong: u32,
	/// False accusations and challenges: they cost the same.
	pub false_accusations: u32,
	/// Tasks in which it attested to an invalid input.
	pub false_attestations: u32,
	/// Tasks in which it did nothing.
	pub absences: u32,
	/// Tasks in which it did its part.
	pub completed: u32,
}

/// Asserts that the adversary's nodes lost what their faults cost, and are out of selection if they were convicted, and that no
/// other node lost anything. `stakes`: those of the adversary's nodes and of the others, in tokens. `records`: of its compute
/// nodes, then of its verifiers.
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
	let (attestation, absence) = (slash("FalseAttestationSlash"), slash("AbsenceSlash"));
	let [of_corrupt, of_others] = stakes.map(|tokens| units(chain, tokens));
	let head = chain.wait_final(chain.head().number).await?;
	let nodes = chain.nodes_at(head).await?;
	let corrupt: Vec<&Corrupt> = scene.corrupt.iter().chain(&scene.verifiers).collect();
	for (node, record) in corrupt.iter().zip(records) {
		let found = nodes.iter().find(|info| info.account == node.account());
		let info = found.expect("it is registered");
		let slashed = wrong * Balance::from(record.wrong)
			+ accusation * Balance::from(record.false_accusations)
			+ attestation * Balance::from(record.false_attestations)
			+ absence * Balance::from(record.absences);
		assert_eq!(info.stake, of_corrupt - slashed);
		let convictions = record.wrong + record.false_accusations + record.false_attestations;
		assert_eq!((info.convictions, info.absences), (convictions, record.absences));
		assert_eq!(info.completed, record.completed);
		assert_eq!(info.active, convictions == 0);
	}
	let is_honest = |account: &AccountId| corrupt.iter().all(|own| own.account() != *account);
	for info in nodes.iter().filter(|info| is_honest(&info.account)) {
		assert_eq!((info.convictions, info.absences), (0, 0));
		assert_eq!(info.stake, of_others);
	}
	Ok(())
}
