//! Inputs that no rows could give, over all pallets: who challenges them, who challenges wrongly, what becomes of a task in which
//! nobody does, and what each of it does to money. Every pallet's invariants are checked after every block.

mod chain;

use chain::{
	account,
	books::{
		balances_add_up, gained, lost, nothing_on_hold, outsider, reward, silence, Changes, Offer,
		Watched, DATA_REWARD, EACH, FEE,
	},
	challenge::Challenge,
	pair,
	task::{deal, deal_all, deal_forged, input, mean_up_to, result, status, vector},
	verdict::{
		completed, convicted, convicting, conviction, false_claim, frozen_at, verified_until,
		Conviction,
	},
	wealth, worker, worker_number,
};
use frame_support::traits::fungible::Mutate;
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	task::{Outcome, TaskStatus},
	Balance,
};
use ostraka_runtime::{
	configs::{
		ostraka::{AbsenceSlash, ChallengeBond, FalseAccusationSlash, SlashShare},
		prices::{BaseFeePerSeat, DealerDeposit, DrawFee},
	},
	Balances, Registry, Runtime, RuntimeCall, Vss, UNIT,
};
use sp_runtime::DispatchError;

type Refusal = pallet_vss::Error<Runtime>;

/// The most that a row may hold.
const MOST: i64 = 1_000;
/// What the liar says that its only row holds.
const FORGED: u64 = 1_000_000_000;

/// A mean of rows of no more than [`MOST`].
fn asked(data_reward: Balance) -> Offer {
	Offer { spec: mean_up_to(MOST), data_reward, ..Default::default() }
}

fn is_challenge(call: &RuntimeCall) -> bool {
	matches!(call, RuntimeCall::Vss(pallet_vss::Call::challenge { .. }))
}

/// A liar can put what a row may hold into the sum, and not a unit more.
#[test]
fn the_greatest_legal_input_is_taken_and_the_next_is_challenged() {
	for (sum, legal) in [(MOST as u64, true), (MOST as u64 + 1, false)] {
		let mut watched = Watched::drawn(4, asked(0));
		let (task, chain) = (watched.task, &mut watched.chain);
		let (last, others) = watched.dealers.split_last().unwrap();
		let dealt = deal_forged(chain, task, last, &input(1, sum));
		chain.submit(last, dealt);
		deal_all(chain, task, others);
		chain.blocks_until(20, || matches!(status(task), TaskStatus::Committing { .. }));
		let counters = chain.look(|| Vss::counters(task));
		assert_eq!((counters.dealings, counters.excluded), (4, u32::from(!legal)));
	}
}

#[test]
fn a_challenge_from_a_seat_excludes_a_forged_input_and_the_task_goes_on() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let (task, chain) = (watched.task, &mut watched.chain);
	let (liar, honest) = watched.dealers.split_last().unwrap();
	let forged = deal_forged(chain, task, liar, &input(1, FORGED));
	chain.submit(liar, forged);
	let Conviction { dealer, seat, accuser, fault, excluded } = convicted(chain);
	assert_eq!(dealer, account(liar));
	assert_eq!((fault, excluded), (DealerFault::InvalidInput, true));
	let mut seats = watched.committee.iter().chain(&watched.panel);
	assert_eq!(accuser, seats.nth(usize::from(seat.unwrap()) - 1).unwrap().account);
	let calls = chain.blocks.iter().flat_map(|block| &block.extrinsics);
	assert_eq!(calls.filter(|call| is_challenge(&call.function)).count(), 1);

	deal_all(chain, task, honest);
	let mut chain = watched.ends(Outcome::Completed, &convicting(seat));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

#[test]
fn an_outsiders_challenge_does_the_same_and_its_bond_comes_back() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let (task, chain) = (watched.task, &mut watched.chain);
	let (liar, honest) = watched.dealers.split_last().unwrap();
	chain.workers = false;
	let forged = deal_forged(chain, task, liar, &input(1, FORGED));
	let challenge = Challenge::of(liar, &forged);
	chain.submit(liar, forged);
	let before = chain.look(|| wealth(&account(&outsider())));
	chain.submit(&outsider(), challenge.with_bond());

	let Conviction { dealer, seat, accuser, fault, excluded } = conviction(chain).unwrap();
	assert_eq!((dealer, accuser), (account(liar), account(&outsider())));
	assert_eq!((seat, fault, excluded), (None, DealerFault::InvalidInput, true));
	nothing_on_hold(chain, &account(&outsider()));
	// Who is right pays nothing for the call, whatever the fees are
	assert_eq!(chain.look(|| wealth(&account(&outsider()))), before + reward());

	// Who comes later finds it done, and risks nothing
	let late = chain.attempt(&outsider(), challenge.with_bond());
	assert_eq!(late, Err(Refusal::AlreadyConvicted.into()));
	nothing_on_hold(chain, &account(&outsider()));

	chain.workers = true;
	deal_all(chain, task, honest);
	let mut chain = watched.ends(Outcome::Completed, &convicting(None));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// It cannot save a part of its deposit by being the first.
#[test]
fn a_dealer_that_challenges_its_own_forged_input_gets_no_part_of_its_deposit() {
	let mut watched = Watched::drawn(4, asked(0));
	let (task, chain) = (watched.task, &mut watched.chain);
	let (liar, honest) = watched.dealers.split_last().unwrap();
	chain.workers = false;
	let forged = deal_forged(chain, task, liar, &input(1, FORGED));
	let challenge = Challenge::of(liar, &forged);
	chain.submit(liar, forged);
	chain.submit(liar, challenge.with_bond());
	let Conviction { dealer, accuser, excluded, .. } = conviction(chain).unwrap();
	assert_eq!((dealer, accuser, excluded), (account(liar), account(liar), true));

	chain.workers = true;
	deal_all(chain, task, honest);
	let changes = Changes {
		requester: lost(FEE + DrawFee::DEFAULT) + gained(reward()),
		dealers: vec![0, 0, 0, lost(DealerDeposit::DEFAULT)],
		members: vec![gained(EACH); 3],
		verifiers: vec![gained(EACH); 2],
		treasury: gained(DrawFee::DEFAULT + DealerDeposit::DEFAULT - reward()),
		..Default::default()
	};
	watched.ends(Outcome::Completed, &changes);
}

/// It is slashed, has no second try, and is paid nothing; its dealer is made whole, and the others' task goes on.
#[test]
fn a_members_false_challenge_convicts_the_member() {
	let mut watched = Watched::drawn(3, asked(0));
	let (task, chain) = (watched.task, &mut watched.chain);
	let (dealer, others) = watched.dealers.split_first().unwrap();
	let dealt = deal(chain, task, dealer, &input(3, 300));
	let challenge = Challenge::of(dealer, &dealt);
	chain.submit(dealer, dealt);

	let liar = &watched.committee[0];
	let key = worker(worker_number(&liar.worker));
	let transaction = challenge.by_seat(chain, 1, &key);
	assert_eq!(chain.block(vec![transaction]), [Ok(Ok(()))]);
	let convicted = (liar.account.clone(), Some(1), AccuserFault::FalseChallenge);
	assert_eq!(false_claim(chain), Some(convicted));
	assert!(conviction(chain).is_none());
	assert!(!chain.look(|| Registry::node_info(&liar.account)).unwrap().active);
	let again = challenge.by_seat(chain, 1, &key);
	assert!(chain.block(vec![again])[0].is_err());
	// Nor does another's key speak for a seat
	let forged = challenge.by_seat(chain, 2, &key);
	assert!(chain.block(vec![forged])[0].is_err());

	deal_all(chain, task, others);
	let slash = FalseAccusationSlash::get();
	let part = SlashShare::get() * slash;
	let changes = Changes {
		requester: lost(4 * EACH + DrawFee::DEFAULT),
		dealers: vec![gained(part), 0, 0],
		members: vec![lost(slash), gained(EACH), gained(EACH)],
		verifiers: vec![gained(EACH); 2],
		treasury: gained(DrawFee::DEFAULT + slash - part),
		..Default::default()
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// Who has no seat loses its bond, each time.
#[test]
fn an_outsiders_false_challenge_costs_its_bond() {
	let mut watched = Watched::drawn(3, asked(0));
	let (task, chain) = (watched.task, &mut watched.chain);
	let (dealer, others) = watched.dealers.split_first().unwrap();
	let dealt = deal(chain, task, dealer, &input(3, 300));
	let challenge = Challenge::of(dealer, &dealt);
	chain.submit(dealer, dealt);
	for _ in 0..2 {
		chain.submit(&outsider(), challenge.with_bond());
		let convicted = (account(&outsider()), None, AccuserFault::FalseChallenge);
		assert_eq!(false_claim(chain), Some(convicted));
		assert!(conviction(chain).is_none());
		nothing_on_hold(chain, &account(&outsider()));
	}

	deal_all(chain, task, others);
	let bonds = 2 * ChallengeBond::get();
	let part = 2 * (SlashShare::get() * ChallengeBond::get());
	let mut changes = completed([0; 3]);
	changes.dealers[0] += gained(part);
	changes.outsider -= gained(bonds);
	changes.treasury += gained(bonds - part);
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// No bond is taken for what cannot be judged, and nothing is judged without one.
#[test]
fn who_has_no_means_or_shows_something_else_is_not_judged() {
	let mut watched = Watched::drawn(3, asked(0));
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.workers = false;
	let dealer = &watched.dealers[0];
	let forged = deal_forged(chain, task, dealer, &input(1, FORGED));
	let challenge = Challenge::of(dealer, &forged);
	chain.submit(dealer, forged);

	let poor = pair("//poor");
	// For the fee, but not for the bond
	let means = ChallengeBond::get() - UNIT;
	chain.look(|| Balances::mint_into(&account(&poor), means).unwrap());
	let refused = chain.attempt(&poor, challenge.with_bond());
	assert!(matches!(refused, Err(DispatchError::Token(_))), "{refused:?}");
	nothing_on_hold(chain, &account(&poor));

	// A proof that the dealer never sent, and the dealing of somebody who never dealt
	let mut other = Challenge { shown: challenge.shown.clone(), ..challenge };
	other.shown.validity[0] ^= 1;
	let refused = chain.attempt(&outsider(), other.with_bond());
	assert_eq!(refused, Err(Refusal::DigestMismatch.into()));
	other.dealer = account(&watched.dealers[1]);
	let refused = chain.attempt(&outsider(), other.with_bond());
	assert_eq!(refused, Err(Refusal::UnknownDealing.into()));
	nothing_on_hold(chain, &account(&outsider()));
	assert!(conviction(chain).is_none());
	balances_add_up(chain);
}

/// A committee and a panel in league with the liar, of which nobody challenges: what the chain publishes is what was dealt, and
/// that nobody attested to it. So somebody has to look, and anybody can: a transcript shows the proofs to all.
#[test]
fn a_poisoned_sum_goes_through_where_nobody_challenges() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.muted = is_challenge;
	let (liar, honest) = watched.dealers.split_last().unwrap();
	let forged = deal_forged(chain, task, liar, &input(1, FORGED));
	chain.submit(liar, forged);
	deal_all(chain, task, honest);
	// Nor does anybody attest
	let until = verified_until(chain, task);
	assert_eq!(frozen_at(chain, task), until + 1);

	let changes = Changes {
		requester: lost(3 * EACH + DATA_REWARD + DrawFee::DEFAULT),
		dealers: vec![gained(DATA_REWARD / 4); 4],
		members: vec![gained(EACH - silence()); 3],
		verifiers: vec![lost(AbsenceSlash::get()); 2],
		treasury: gained(DrawFee::DEFAULT + 3 * silence() + 2 * AbsenceSlash::get()),
		..Default::default()
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(vector(&mut chain, task), input(7, FORGED + 600));
	let result = chain.look(|| Vss::result(task)).unwrap();
	assert_eq!((result.panel, result.attested, result.disproven), (2, 0, 0));
}

/// Once the set is frozen a challenge changes no number, but the dealer pays for what it did.
#[test]
fn a_late_challenge_convicts_the_dealer_of_a_poisoned_sum() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.muted = is_challenge;
	let (liar, honest) = watched.dealers.split_last().unwrap();
	let forged = deal_forged(chain, task, liar, &input(1, FORGED));
	let challenge = Challenge::of(liar, &forged);
	chain.submit(liar, forged);
	deal_all(chain, task, honest);
	frozen_at(chain, task);
	chain.submit(&outsider(), challenge.with_bond());
	let Conviction { dealer, seat, fault, excluded, .. } = conviction(chain).unwrap();
	assert_eq!((dealer, seat), (account(liar), None));
	assert_eq!((fault, excluded), (DealerFault::InvalidInput, false));
	let again = chain.attempt(&outsider(), challenge.with_bond());
	assert_eq!(again, Err(Refusal::AlreadyConvicted.into()));

	// Its part of the data reward goes back. The verifiers knew better than to attest, and are not absent
	let (base, quarter) = (BaseFeePerSeat::DEFAULT, DATA_REWARD / 4);
	let changes = Changes {
		requester: lost(3 * EACH + 2 * base + 3 * quarter + DrawFee::DEFAULT) + gained(reward()),
		dealers: [vec![gained(quarter); 3], vec![lost(DealerDeposit::DEFAULT)]].concat(),
		members: vec![gained(EACH - silence()); 3],
		verifiers: vec![gained(base); 2],
		outsider: gained(reward()),
		treasury: gained(DrawFee::DEFAULT + 3 * silence() + DealerDeposit::DEFAULT - 2 * reward()),
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(vector(&mut chain, task), input(7, FORGED + 600));
	let result = chain.look(|| Vss::result(task)).unwrap();
	assert_eq!((result.panel, result.attested, result.disproven), (2, 0, 1));
}
