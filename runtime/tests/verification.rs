//! Verification over all pallets: members that attest, that are silent, that accuse. What the freeze finds, and what each of it
//! does to money. Challenges are in `challenge.rs`, what a panel does in `panel.rs`.

mod chain;

use chain::{
	account,
	books::{gained, lost, silence, Changes, Offer, Watched, DATA_REWARD},
	task::{
		accept, deal_all, deal_outside, deal_wrongly, drawn, input, result, start, submit, WINDOW,
	},
	verdict::{completed, convicted, convicting, frozen_at, verified_until, Conviction},
	wealth,
};
use frame_support::dispatch::GetDispatchInfo;
use ostraka_primitives::{
	fault::DealerFault,
	message::{ChallengeMessage, EvidenceMessage},
	task::{FailReason, Outcome, SecurityClass},
	MAX_VALIDITY,
};
use ostraka_runtime::{
	configs::prices::{BaseFeePerSeat, DrawFee},
	Runtime, RuntimeCall, RuntimeEvent, Vss,
};
use pallet_vss::Event;
use sp_core::ed25519;
use sp_runtime::DispatchError;

#[test]
fn a_task_whose_seats_all_attest_freezes_two_blocks_after_its_last_dealing() {
	let mut watched = Watched::drawn(3, Offer::default());
	let (task, chain) = (watched.task, &mut watched.chain);
	deal_all(chain, task, &watched.dealers);
	let dealt = chain.number();
	assert!(verified_until(chain, task) > dealt + 2, "the window is no longer than that anyway");

	chain.block(Vec::new());
	let events = chain.look(chain::events);
	let mut seats = Vec::new();
	for event in &events {
		if let RuntimeEvent::Vss(Event::Attested { task: of, seat, attested, .. }) = event {
			seats.push(*seat);
			assert_eq!((*of, *attested), (task, seats.len() as u32));
		}
	}
	seats.sort_unstable();
	assert_eq!(seats, [1, 2, 3, 4, 5]);
	let complete = RuntimeEvent::Tasks(pallet_tasks::Event::VerificationComplete { task });
	assert!(events.contains(&complete));
	assert_eq!(verified_until(chain, task), dealt + 1);
	assert_eq!(frozen_at(chain, task), dealt + 2);
	assert_eq!(chain.number(), dealt + 2);

	let mut chain = watched.ends(Outcome::Completed, &completed([0; 3]));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// It is not there when the others check, and answers when they answer.
#[test]
fn a_silent_member_costs_the_whole_window_and_is_paid_less() {
	let mut watched = Watched::drawn(3, Offer::default());
	let workers = watched.workers();
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.keep_only_workers(workers[1..].iter().copied());
	deal_all(chain, task, &watched.dealers);
	let until = verified_until(chain, task);
	assert_eq!(frozen_at(chain, task), until + 1);
	chain.keep_only_workers(workers);

	let mut chain = watched.ends(Outcome::Completed, &completed([silence(), 0, 0]));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

#[test]
fn a_member_that_comes_back_ends_the_window_and_loses_nothing() {
	let mut watched = Watched::drawn(3, Offer::default());
	let workers = watched.workers();
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.keep_only_workers(workers[1..].iter().copied());
	deal_all(chain, task, &watched.dealers);
	let until = verified_until(chain, task);
	chain.block(Vec::new());
	chain.block(Vec::new());
	assert_eq!(verified_until(chain, task), until);
	chain.keep_only_workers(workers);
	// Its worker runs after the next block; the one after that has the attestation.
	let back = chain.number() + 1;
	assert_eq!(frozen_at(chain, task), back + 2);
	assert!(back + 2 < until);

	watched.ends(Outcome::Completed, &completed([0; 3]));
}

/// What the experiments measure, with several tasks at a time.
#[test]
fn results_come_at_most_eight_blocks_after_the_last_dealing() {
	let (mut chain, alice, dealers) = start(5);
	let tasks: Vec<_> = (0..6)
		.map(|_| submit(&mut chain, &alice, SecurityClass::Confidential, &dealers, 0))
		.collect();
	for task in &tasks {
		accept(&mut chain, *task, &dealers);
	}
	for task in &tasks {
		drawn(&mut chain, *task);
	}
	for task in &tasks {
		deal_all(&mut chain, *task, &dealers);
	}
	chain.blocks_until(8, || tasks.iter().all(|task| Vss::result(*task).is_some()));
}

#[test]
fn a_wrong_share_convicts_its_dealer_and_the_task_goes_on() {
	let mut watched = Watched::drawn(4, Offer { data_reward: DATA_REWARD, ..Default::default() });
	let (task, chain) = (watched.task, &mut watched.chain);
	let (liar, honest) = watched.dealers.split_last().unwrap();
	let wrong = deal_wrongly(chain, task, liar, &input(9, 99_999), 2);
	chain.submit(liar, wrong);
	deal_all(chain, task, honest);

	let mut chain = watched.ends(Outcome::Completed, &convicting(Some(2)));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

#[test]
fn an_accusation_is_adjudicated_in_the_block_that_brings_it() {
	// Its turn may be the last of five
	let offer = Offer { data_reward: DATA_REWARD, window: 2 * WINDOW, ..Default::default() };
	let mut watched = Watched::drawn(4, offer);
	let (task, chain) = (watched.task, &mut watched.chain);
	let (liar, honest) = watched.dealers.split_last().unwrap();
	let wrong = deal_wrongly(chain, task, liar, &input(1, 100), 3);
	chain.submit(liar, wrong);
	let Conviction { dealer, seat, fault, excluded, .. } = convicted(chain);
	assert_eq!((dealer, seat), (account(liar), Some(3)));
	assert_eq!((fault, excluded), (DealerFault::WrongShare, true));

	deal_all(chain, task, honest);
	watched.ends(Outcome::Completed, &convicting(Some(3)));
}

/// All seats see it, members before they open anything; the one whose turn is first says so, a member by an accusation and a
/// verifier by a challenge.
#[test]
fn a_commitment_outside_the_group_convicts_its_dealer_and_the_task_goes_on() {
	let mut watched = Watched::drawn(4, Offer { data_reward: DATA_REWARD, ..Default::default() });
	let (task, chain) = (watched.task, &mut watched.chain);
	let (liar, honest) = watched.dealers.split_last().unwrap();
	let outside = deal_outside(chain, task, liar, &input(9, 900));
	chain.submit(liar, outside);
	let Conviction { dealer, seat, fault, excluded, .. } = convicted(chain);
	assert_eq!(dealer, account(liar));
	assert!(seat.is_some());
	assert_eq!((fault, excluded), (DealerFault::OutsideSubgroup, true));

	deal_all(chain, task, honest);
	let mut chain = watched.ends(Outcome::Completed, &convicting(seat));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// The dealer, the whole committee and the panel are in league, or they are away. Nobody can be convicted without an accusation
/// or a challenge, and nothing comes out: everybody has back what is theirs, and who has a seat its base part.
#[test]
fn commitments_outside_the_group_that_nobody_accuses_end_the_task() {
	let mut watched = Watched::drawn(4, Offer { data_reward: DATA_REWARD, ..Default::default() });
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.workers = false;
	let (liar, honest) = watched.dealers.split_last().unwrap();
	let outside = deal_outside(chain, task, liar, &input(9, 900));
	chain.submit(liar, outside);
	deal_all(chain, task, honest);
	let until = verified_until(chain, task);
	while chain.number() <= until {
		chain.block(Vec::new());
	}
	assert!(chain.look(chain::events).contains(&RuntimeEvent::Vss(Event::Unsound { task })));

	let changes = Changes {
		requester: lost(5 * BaseFeePerSeat::DEFAULT + DrawFee::DEFAULT),
		dealers: vec![0; 4],
		members: vec![gained(BaseFeePerSeat::DEFAULT); 3],
		verifiers: vec![gained(BaseFeePerSeat::DEFAULT); 2],
		treasury: gained(DrawFee::DEFAULT),
		..Default::default()
	};
	let failed = Outcome::Failed(FailReason::UnsoundCommitments);
	let mut chain = watched.ends(failed, &changes);
	assert_eq!(chain.look(|| Vss::result(task)), None);
}

#[test]
fn an_account_that_signs_a_workers_call_is_refused_and_pays() {
	let (mut chain, alice, _) = start(0);
	let signature = ed25519::Signature::from_raw([0; 64]);
	let (accepted_set, dealt, excluded, at) = ([0; 32], [0; 32], [0; 32], 1);
	let calls = [
		pallet_vss::Call::attest { task: 0, seat: 1, dealt, excluded, at, signature },
		pallet_vss::Call::commit_result {
			task: 0,
			seat: 1,
			accepted_set,
			commitment: [0; 32],
			at,
			signature,
		},
		pallet_vss::Call::reveal_result {
			task: 0,
			seat: 1,
			accepted_set,
			share: vec![0; 32 * 257].try_into().unwrap(),
			at,
			signature,
		},
		pallet_vss::Call::accuse {
			task: 0,
			seat: 1,
			dealer: account(&alice),
			digest: [0; 32],
			evidence: EvidenceMessage {
				dh: [0; 32],
				dleq: [0; 64],
				commitments: Default::default(),
				ephemeral: [0; 32],
				sealed_hashes: Default::default(),
				validity_hash: [0; 32],
				sealed: vec![0; 32 * 257 + 16].try_into().unwrap(),
			},
			at,
			signature,
		},
		pallet_vss::Call::challenge {
			task: 0,
			seat: 1,
			dealer: account(&alice),
			digest: [0; 32],
			challenge: ChallengeMessage {
				commitments: Default::default(),
				ephemeral: [0; 32],
				sealed_hashes: Default::default(),
				validity: vec![0; MAX_VALIDITY as usize].try_into().unwrap(),
			},
			at,
			signature,
		},
	];
	for call in calls {
		let before = chain.look(|| wealth(&account(&alice)));
		let info = RuntimeCall::from(call.clone()).get_dispatch_info();
		let least = chain.look(|| {
			pallet_transaction_payment::Pallet::<Runtime>::weight_to_fee(info.call_weight)
		});
		assert_eq!(chain.attempt(&alice, call), Err(DispatchError::BadOrigin));
		let paid = before - chain.look(|| wealth(&account(&alice)));
		assert!(least > 0 && paid >= least, "paid {paid}, its weight costs {least}");
	}
}
