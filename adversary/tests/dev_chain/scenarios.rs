//! The scenarios, each on a task of its own, and the money of all of them together.

use crate::setting::{units, Setting, Stage, STAKE};
use ostraka_adversary::{
	accuse::{accuse, AccusationFault},
	answer::{answer, AnswerFault},
	cheats::DealingFault,
	copy::{copy, What},
	deal::deal,
	ledger::{holdings, Ledger},
	seat::Worker,
	transaction::{Outcome, Refuser},
	wait,
};
use ostraka_client::chain::{Event, Signer};
use ostraka_primitives::{AccountId, Balance};
use std::collections::BTreeMap;

/// Places of the first task's cohort: honest dealers, then three who forge, then one who copies.
const HONEST: [usize; 5] = [0, 1, 2, 3, 4];
const FORGERS: [usize; 3] = [5, 6, 7];
const COPIER: usize = 8;

/// The tasks, and what everybody had before the first of them.
pub struct Plan<'a> {
	setting: &'a Setting,
	forging: Stage,
	wrong: Stage,
	cancelling: Stage,
	accusing: Stage,
	committing: Stage,
	before: BTreeMap<AccountId, Balance>,
	ledger: Ledger,
}

fn assert_refused(outcome: &Outcome, reason: &str) {
	match outcome {
		Outcome::Refused { by: Refuser::Dispatch, reason: found } if found == reason => {},
		other => panic!("to be refused in its block for {reason}: {other:?}"),
	}
}

fn named<'a>(events: &'a [Event], name: &'a str) -> impl Iterator<Item = &'a Event> {
	events.iter().filter(move |event| event.is("Vss", name))
}

fn count(events: &[Event], name: &str) -> usize {
	named(events, name).count()
}

impl<'a> Plan<'a> {
	/// Funds the dealers and publishes the tasks.
	pub async fn publish(setting: &'a Setting) -> Self {
		let chain = &setting.chain;
		let cohorts = setting.dealers([COPIER + 1, 5, 5, 5, 5]).await;
		let mut accounts: Vec<AccountId> = cohorts.iter().flatten().map(Signer::account).collect();
		accounts.push(setting.requester.account());
		let nodes = chain.nodes().await.expect("read");
		accounts.extend(nodes.into_iter().map(|node| node.account));
		let head = chain.head();
		let before = holdings(chain, &accounts).await.expect("read");
		let ledger = Ledger::after(head.number);
		let [forging, wrong, cancelling, accusing, committing] = setting.publish(cohorts).await;
		Self { setting, forging, wrong, cancelling, accusing, committing, before, ledger }
	}

	fn workers(&self) -> [Worker; 2] {
		[self.setting.corrupt[0].worker.clone(), self.setting.corrupt[1].worker.clone()]
	}

	/// Each forged dealing is accused by the honest worker that was wronged, excluded, and its dealer slashed. Copies are
	/// refused in their blocks; the copier can still deal for itself.
	pub async fn forging_and_copying_dealers(&self) {
		let (setting, stage) = (self.setting, &self.forging);
		let (chain, task) = (&setting.chain, stage.task);
		let victims = stage.honest(&setting.corrupt);
		assert_eq!(victims.len(), FORGERS.len());

		let dealt = async {
			setting.deal(stage, &HONEST).await;
			let (copier, victim) = (&stage.dealers[COPIER], stage.dealers[0].account());
			for what in [What::Dealing, What::Key] {
				let outcome = copy(chain, task, copier, &victim, what).await.expect("an outcome");
				assert_refused(&outcome, "Vss.EphemeralReused");
			}
			let input = &stage.survey.inputs[COPIER].encoded;
			for (fault, reason) in [
				(DealingFault::NoProof, "Vss.InvalidProof"),
				(DealingFault::WrongTaskHash, "Vss.WrongTaskHash"),
			] {
				let outcome = deal(chain, task, copier, input, fault).await.expect("an outcome");
				assert_refused(&outcome, reason);
			}
			setting.deal(stage, &[COPIER]).await;
		};
		let forged = async {
			let faults: [fn(u8) -> DealingFault; 3] =
				[DealingFault::BadShare, DealingFault::BadCiphertext, DealingFault::NonCanonical];
			for ((place, (seat, _)), fault) in FORGERS.into_iter().zip(&victims).zip(faults) {
				let (signer, input) = (&stage.dealers[place], &stage.survey.inputs[place].encoded);
				let outcome = deal(chain, task, signer, input, fault(*seat)).await;
				assert!(outcome.expect("an outcome").receipt().is_some(), "the chain takes it");
			}
		};
		let workers = self.workers();
		let answered = answer(chain, task, &workers, AnswerFault::None);
		let ((), (), answered) = tokio::join!(dealt, forged, answered);
		for answered in answered.expect("answered") {
			assert_eq!(answered.judged(), Some("right"));
		}

		let counted: Vec<usize> = HONEST.into_iter().chain([COPIER]).collect();
		let events = setting.completed(stage, &counted).await;
		assert_eq!(count(&events, "Dealt"), HONEST.len() + FORGERS.len() + 1);
		assert_eq!(count(&events, "AccuserConvicted"), 0);
		// as the pallet numbers them: a wrong share, one that does not open, a number that is not canonical
		let faults = [[2u8], [0], [1]];
		assert_eq!(count(&events, "DealerConvicted"), FORGERS.len());
		for ((place, (seat, node)), fault) in FORGERS.into_iter().zip(victims).zip(faults) {
			let forger = stage.dealers[place].account();
			let convicted = named(&events, "DealerConvicted")
				.find(|event| event.field("dealer") == Some(forger.clone()))
				.expect("convicted");
			assert_eq!(convicted.field("seat"), Some(seat));
			assert_eq!(convicted.field("accuser"), Some(node));
			assert_eq!(convicted.bytes("fault"), Some(fault.as_slice()));
			assert_eq!(convicted.field("excluded"), Some(true));
		}
	}

	/// One member's share is off by one, another's is its right share of another task.
	pub async fn a_wrong_share_and_one_of_another_task(&self) {
		let stage = &self.wrong;
		self.setting.deal(stage, &stage.everybody()).await;
		let [first, second] = self.workers();
		let (first, second) = ([first], [second]);
		let (one, other) = tokio::join!(
			answer(&self.setting.chain, stage.task, &first, AnswerFault::WrongShare),
			answer(&self.setting.chain, stage.task, &second, AnswerFault::OtherTask),
		);
		for answered in [one, other].into_iter().flat_map(|answered| answered.expect("answered")) {
			assert_eq!(answered.judged(), Some("does-not-fit"));
		}
		let events = self.setting.completed(stage, &stage.everybody()).await;
		assert_eq!(count(&events, "ResultShareWrong"), 2);
		assert_eq!(count(&events, "ResultShareRight"), 3);
	}

	/// The result would be the right one, were only it checked.
	pub async fn shares_whose_errors_cancel_at_zero(&self) {
		let stage = &self.cancelling;
		self.setting.deal(stage, &stage.everybody()).await;
		let workers = self.workers();
		let answered =
			answer(&self.setting.chain, stage.task, &workers, AnswerFault::CancelAtZero).await;
		for answered in answered.expect("answered") {
			assert_eq!(answered.judged(), Some("does-not-fit"));
		}
		let events = self.setting.completed(stage, &stage.everybody()).await;
		assert_eq!(count(&events, "ResultShareWrong"), 2);
		assert_eq!(count(&events, "ResultShareRight"), 3);
	}

	/// The accusers are convicted, by what they show themselves; the dealers' inputs count on.
	pub async fn false_accusers(&self) {
		let stage = &self.accusing;
		let chain = &self.setting.chain;
		self.setting.deal(stage, &stage.everybody()).await;
		let [first, second] = self.workers();
		let accused = [stage.dealers[0].account(), stage.dealers[1].account()];
		let (one, other) = tokio::join!(
			accuse(chain, stage.task, &first, &accused[0], AccusationFault::False),
			accuse(chain, stage.task, &second, &accused[1], AccusationFault::WrongDleq),
		);
		for accused in [one, other] {
			assert_eq!(accused.expect("an outcome").convicted(), Some("accuser"));
		}
		let events = self.setting.completed(stage, &stage.everybody()).await;
		assert_eq!(count(&events, "DealerConvicted"), 0);
		// a false accusation, a proof that does not hold
		for ((node, dealer), fault) in self.setting.corrupt.iter().zip(accused).zip([[2u8], [1]]) {
			let convicted = named(&events, "AccuserConvicted")
				.find(|event| event.field("accuser") == Some(node.account()))
				.expect("convicted");
			assert_eq!(convicted.field("dealer"), Some(dealer));
			assert_eq!(convicted.bytes("fault"), Some(fault.as_slice()));
		}
	}

	/// A right share convicts, if it is not what was committed.
	pub async fn a_share_that_is_not_what_was_committed(&self) {
		let stage = &self.committing;
		let chain = &self.setting.chain;
		self.setting.deal(stage, &stage.everybody()).await;
		let [first, second] = self.workers();
		let (first, second) = ([first], [second]);
		let (one, other) = tokio::join!(
			answer(chain, stage.task, &first, AnswerFault::CommitOther),
			answer(chain, stage.task, &second, AnswerFault::None),
		);
		let judged = |answered: &[ostraka_adversary::answer::Answered]| {
			answered.iter().map(|answered| answered.judged()).collect::<Vec<_>>()
		};
		assert_eq!(judged(&one.expect("answered")), [Some("not-as-committed")]);
		assert_eq!(judged(&other.expect("answered")), [Some("right")]);
		let events = self.setting.completed(stage, &stage.everybody()).await;
		assert_eq!(count(&events, "ResultShareWrong"), 1);
		assert_eq!(count(&events, "ResultShareRight"), 4);
	}

	/// Every account has what it had, changed by what the events say; slashes are those of the faults, and nothing is
	/// on hold any more but stakes.
	pub async fn everybodys_money_adds_up(&self) {
		let chain = &self.setting.chain;
		let head = chain.head();
		wait::finalized(chain, head.number).await.expect("final");
		let mut ledger = self.ledger.clone();
		ledger.catch_up(chain, head).await.expect("read");
		let accounts: Vec<AccountId> = self.before.keys().cloned().collect();
		let after = holdings(chain, &accounts).await.expect("read");
		for (account, before) in &self.before {
			let change = after[account] as i128 - *before as i128;
			assert_eq!(change, ledger.change(account), "{account:?}");
		}

		let deposit: Balance = chain.constant("Incentives", "DealerDeposit").expect("a constant");
		for place in FORGERS {
			let lost = -ledger.change(&self.forging.dealers[place].account());
			// what it lost beyond the deposit is the fee of one transaction
			assert!(lost > deposit as i128 && lost < (deposit + deposit / 20) as i128, "{lost}");
		}
		let exposed = self.accusing.dealers[0].account();
		let slash: Balance =
			chain.constant("Incentives", "FalseAccusationSlash").expect("a constant");
		assert!(ledger.change(&exposed) > (slash / 8) as i128, "made whole out of the slash");

		let stages =
			[&self.forging, &self.wrong, &self.cancelling, &self.accusing, &self.committing];
		let dealers = stages.iter().flat_map(|stage| &stage.dealers);
		for account in dealers.chain([&self.setting.requester]).map(Signer::account) {
			assert_eq!(chain.money(&account).await.expect("read").reserved, 0, "{account:?}");
		}

		let wrong: Balance = chain.constant("Incentives", "WrongShareSlash").expect("a constant");
		let corrupt = &self.setting.corrupt;
		for (node, (slashed, convictions, completed)) in
			corrupt.iter().zip([(3 * wrong + slash, 4, 1), (2 * wrong + slash, 3, 2)])
		{
			let info = chain.node(&node.account()).await.expect("read").expect("registered");
			assert_eq!(info.stake, units(chain, STAKE) - slashed);
			assert_eq!((info.convictions, info.absences), (convictions, 0));
			assert_eq!(info.completed, completed);
			assert!(!info.active);
		}
		let is_honest = |account: &AccountId| corrupt.iter().all(|node| node.account() != *account);
		for info in chain.nodes().await.expect("read") {
			if is_honest(&info.account) {
				assert_eq!((info.convictions, info.absences), (0, 0));
				assert_eq!(info.stake, units(chain, 10_000));
			}
		}
	}
}
