//! Results that are sealed to a recipient, over all pallets: what its mask hides and opens, and what a missing or a wrong one costs.
//! Every pallet's invariants are checked after every block.

mod chain;

use chain::{
	account,
	books::{blamed, gained, lost, outsider, undrawn, vanished, Changes, Offer, Watched},
	task::{
		accept, acceptance, deal_all, deal_mask, deal_mask_wrongly, input, start, status, vector,
		WINDOW,
	},
	verdict::{completed, convicted, with_conviction, Conviction},
	Chain,
};
use ostraka_primitives::{
	fault::DealerFault,
	runtime_api::runtime_decl_for_ostraka_api::OstrakaApiV1,
	task::{FailReason, Outcome, TaskStatus},
	BlockNumber, TaskId,
};
use ostraka_protocol::{
	masking::{opening, opens, unmask, MaskSeed},
	G1,
};
use ostraka_runtime::{configs::ostraka::DealerDeposit, Consent, Runtime, RuntimeCall, Tasks, Vss};
use rand_core::OsRng;

/// A task of three dealers that is sealed to the outsider, accepted by all, and drawn.
fn sealed(window: BlockNumber) -> Watched {
	let (chain, _, dealers) = start(3);
	let sealed_to = Some(account(&outsider()));
	let offer = Offer { sealed_to, window, ..Default::default() };
	let mut watched = Watched::on(chain, dealers, offer);
	watched.accept(3);
	accept(&mut watched.chain, watched.task, &[outsider()]);
	watched.draw();
	watched
}

fn is_masked(chain: &mut Chain, task: TaskId) -> bool {
	chain.look(|| Runtime::task(task)).unwrap().masked
}

#[test]
fn a_sealed_result_is_read_with_the_mask_alone() {
	let mut watched = sealed(WINDOW);
	let (task, chain) = (watched.task, &mut watched.chain);
	let info = chain.look(|| Runtime::task(task)).unwrap();
	assert_eq!((info.dealers.len(), info.accepted.len(), info.task.accepted), (3, 4, 3));
	let seed = MaskSeed::random(&mut OsRng);
	let (mask, opened) = deal_mask(chain, task, &outsider(), &seed);
	assert!(!is_masked(chain, task));
	chain.submit(&outsider(), mask.clone());
	assert!(is_masked(chain, task));
	deal_all(chain, task, &watched.dealers);

	let mut chain = watched.ends(Outcome::Completed, &completed([0; 3]));
	let published = chain.look(|| Vss::result(task)).unwrap();
	assert_eq!(published.sealed_to, Some(account(&outsider())));
	assert_eq!((published.dealers, published.attested), (3, 2));
	assert_eq!(chain.look(|| Consent::accepted_set(task)).unwrap().dealers, 3);
	assert!(chain.look(|| Consent::history(account(&outsider()))).is_empty());
	// What is published is what the shares open to, and not what was asked for
	let masked = vector(&mut chain, task);
	let plain = input(6, 600);
	assert!(masked.iter().zip(&plain).all(|(masked, plain)| masked != plain));
	assert_eq!(unmask(&masked, &opened.vector), Ok(plain.clone()));

	// Long after, and without the committee
	let record = chain.look(|| Tasks::task(task)).unwrap();
	let (hash, threshold) = (record.task_hash.unwrap(), record.parameters.threshold);
	let recipient = account(&outsider());
	let again = opening::<G1>(&seed, &hash, recipient.as_ref(), threshold, plain.len());
	assert_eq!(again.as_ref(), Ok(&opened));
	let RuntimeCall::Vss(pallet_vss::Call::deal { dealing, .. }) = mask else {
		panic!("not a dealing")
	};
	assert_eq!(opens::<G1>(&dealing.commitments[0], &opened), Ok(true));
	let other = MaskSeed::random(&mut OsRng);
	let other = opening::<G1>(&other, &hash, recipient.as_ref(), threshold, plain.len());
	assert_ne!(unmask(&masked, &other.unwrap().vector), Ok(plain));
}

/// Without it the result would be for everybody. Whoever promised it pays, beside the requester.
#[test]
fn without_its_mask_a_sealed_task_has_no_result() {
	let mut watched = sealed(WINDOW);
	let (task, chain) = (watched.task, &mut watched.chain);
	let (mask, _) = deal_mask(chain, task, &outsider(), &MaskSeed::random(&mut OsRng));
	deal_all(chain, task, &watched.dealers);
	assert!(matches!(chain.look(|| status(task)), TaskStatus::Collecting { .. }));
	chain.blocks_until(20, || matches!(status(task), TaskStatus::Verifying { .. }));
	let late = chain.attempt(&outsider(), mask);
	assert_eq!(late, Err(pallet_vss::Error::<Runtime>::WrongPhase.into()));

	let changes = blamed(3, 0);
	let changes = Changes {
		outsider: lost(vanished()),
		treasury: changes.treasury + gained(vanished()),
		..changes
	};
	let mut chain = watched.ends(Outcome::Failed(FailReason::MaskMissing), &changes);
	assert_eq!(chain.look(|| Vss::result(task)), None);
}

#[test]
fn a_mask_of_wrong_shares_convicts_its_recipient() {
	let mut watched = sealed(2 * WINDOW);
	let (task, chain) = (watched.task, &mut watched.chain);
	let wrong = deal_mask_wrongly(chain, task, &outsider(), 2);
	chain.submit(&outsider(), wrong);
	assert!(is_masked(chain, task));
	let Conviction { dealer, seat, fault, excluded, .. } = convicted(chain);
	assert_eq!((dealer, seat), (account(&outsider()), Some(2)));
	assert_eq!((fault, excluded), (DealerFault::WrongShare, true));
	assert!(!is_masked(chain, task));
	deal_all(chain, task, &watched.dealers);

	let changes = with_conviction(blamed(3, 0), 2);
	let changes = Changes { outsider: lost(DealerDeposit::get()), ..changes };
	let mut chain = watched.ends(Outcome::Failed(FailReason::MaskMissing), &changes);
	assert_eq!(chain.look(|| Vss::result(task)), None);
}

/// Who does not accept to read it is not waited for when seats are drawn.
#[test]
fn a_sealed_task_without_its_recipients_acceptance_is_not_drawn() {
	let (chain, _, dealers) = start(3);
	let offer = Offer { sealed_to: Some(account(&outsider())), ..Default::default() };
	let mut watched = Watched::on(chain, dealers, offer);
	watched.accept(3);
	let (task, chain) = (watched.task, &mut watched.chain);
	assert!(matches!(chain.look(|| status(task)), TaskStatus::Inviting { .. }));
	let call = acceptance(chain, task);
	chain.blocks_until(20, || !matches!(status(task), TaskStatus::Inviting { .. }));
	let late = chain.attempt(&outsider(), call);
	assert_eq!(late, Err(pallet_tasks::Error::<Runtime>::WrongPhase.into()));
	watched.ends(Outcome::Failed(FailReason::TooFewAcceptances), &undrawn(3));
}
