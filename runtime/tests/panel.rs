//! Panels over all pallets: verifiers that attest, sleep, lie, or challenge, right or wrong, and what each of it does to money.
//! Every pallet's invariants are checked after every block.

mod chain;

use chain::{
	account,
	attestation::{attest, attestation, named, Named},
	books::{gained, lost, outsider, reward, silence, Changes, Offer, Watched, DATA_REWARD, EACH},
	challenge::Challenge,
	is_refused, operator, pair,
	task::{
		accept, deal, deal_all, deal_forged, deal_outside, deal_wrongly, input, mean_up_to, panel,
		result, start, status, submit, vector, WINDOW,
	},
	verdict::{
		completed, convicted, convicting, conviction, exposed, false_claim, frozen_at,
		verified_until, Conviction,
	},
	worker, worker_number, Chain,
};
use ostraka_crypto::Scalar;
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	role::Role,
	runtime_api::runtime_decl_for_ostraka_api::OstrakaApiV1,
	task::{Outcome, SecurityClass, TaskStatus},
	traits::DrawError,
	Balance, TaskId,
};
use ostraka_protocol::wire;
use ostraka_runtime::{
	configs::{
		ostraka::{AbsenceSlash, FalseAccusationSlash, FalseAttestationSlash, SlashShare},
		prices::{BaseFeePerSeat, DealerDeposit, DrawFee},
	},
	Registry, Runtime, RuntimeCall, Tasks, Vss,
};
use sp_core::sr25519;

type Refusal = pallet_vss::Error<Runtime>;

/// What the liar says that its only row holds, where a row may hold a thousand.
const FORGED: u64 = 1_000_000_000;

/// A mean of rows of no more than a thousand, with time for the last seat's turn to dispute before dealing ends.
fn asked(data_reward: Balance) -> Offer {
	Offer { spec: mean_up_to(1_000), data_reward, window: 2 * WINDOW, ..Default::default() }
}

fn is_reveal(call: &RuntimeCall) -> bool {
	matches!(call, RuntimeCall::Vss(pallet_vss::Call::reveal_result { .. }))
}

fn is_challenge(call: &RuntimeCall) -> bool {
	matches!(call, RuntimeCall::Vss(pallet_vss::Call::challenge { .. }))
}

fn is_dispute(call: &RuntimeCall) -> bool {
	is_challenge(call) || matches!(call, RuntimeCall::Vss(pallet_vss::Call::accuse { .. }))
}

/// The last of the dealers forges its input, the others deal. Nobody looks at it meanwhile. Returns what shows the forgery.
fn forge(chain: &mut Chain, task: TaskId, dealers: &[sr25519::Pair]) -> Challenge {
	let (liar, honest) = dealers.split_last().unwrap();
	let workers = std::mem::replace(&mut chain.workers, false);
	let forged = deal_forged(chain, task, liar, &input(1, FORGED));
	let challenge = Challenge::of(liar, &forged);
	chain.submit(liar, forged);
	deal_all(chain, task, honest);
	chain.workers = workers;
	challenge
}

/// Seats of the panel, those of them whose attestations stand, and dealings found invalid after the freeze, as the result has it.
fn marks(chain: &mut Chain, task: TaskId) -> (u32, u32, u32) {
	let result = chain.look(|| Vss::result(task)).unwrap();
	(result.panel, result.attested, result.disproven)
}

/// What who exposes it gets of what a false attestation costs.
fn part() -> Balance {
	SlashShare::get() * FalseAttestationSlash::get()
}

#[test]
fn a_panel_is_drawn_of_those_who_verify_and_paid_for_its_attestations() {
	let mut watched = Watched::drawn(3, Offer::default());
	let workers = watched.workers();
	assert!(workers[..3].iter().all(|number| *number <= 7), "{workers:?}");
	assert!(workers[3..].iter().all(|number| *number > 7), "{workers:?}");
	assert_eq!(workers.len(), 5);
	let (task, chain) = (watched.task, &mut watched.chain);
	for seat in watched.committee.iter().chain(&watched.panel) {
		let expected = chain.look(|| Runtime::expected_rewards(seat.account.clone()));
		assert_eq!(expected, EACH);
	}

	deal_all(chain, task, &watched.dealers);
	chain.block(Vec::new());
	let info = chain.look(|| Runtime::task(task)).unwrap();
	assert_eq!((&info.committee, &info.panel), (&watched.committee, &watched.panel));
	assert_eq!((info.attested, info.verified, info.disproven), (3, 2, 0));

	let mut chain = watched.ends(Outcome::Completed, &completed([0; 3]));
	assert_eq!(marks(&mut chain, task), (2, 2, 0));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// It costs the others the window, and itself its pay and what an absence costs. The result comes all the same, and says so.
#[test]
fn a_sleeping_panel_costs_the_window_and_no_result() {
	let mut watched = Watched::drawn(3, Offer::default());
	let workers = watched.workers();
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.keep_only_workers(workers[..3].iter().copied());
	deal_all(chain, task, &watched.dealers);
	let until = verified_until(chain, task);
	assert_eq!(frozen_at(chain, task), until + 1);

	let changes = Changes {
		requester: lost(3 * EACH + DrawFee::DEFAULT),
		dealers: vec![0; 3],
		members: vec![gained(EACH); 3],
		verifiers: vec![lost(AbsenceSlash::get()); 2],
		treasury: gained(DrawFee::DEFAULT + 2 * AbsenceSlash::get()),
		..Default::default()
	};
	let asleep = watched.panel.clone();
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(marks(&mut chain, task), (2, 0, 0));
	assert_eq!(result(&mut chain, task), [6, 600]);
	for seat in asleep {
		let node = chain.look(|| Registry::node_info(&seat.account)).unwrap();
		assert_eq!((node.absences, node.active), (1, true));
	}
}

/// What everybody can see a verifier sees too: an input that no rows give, and a commitment outside the group. It cannot accuse.
#[test]
fn a_verifier_challenges_what_it_sees_while_the_committee_sleeps() {
	type Deal = fn(&mut Chain, TaskId, &sr25519::Pair, &[Scalar]) -> RuntimeCall;
	let wrong: [(Deal, DealerFault); 2] =
		[(deal_forged, DealerFault::InvalidInput), (deal_outside, DealerFault::OutsideSubgroup)];
	for (dealing, expected) in wrong {
		let mut watched = Watched::drawn(4, asked(DATA_REWARD));
		let workers = watched.workers();
		let (task, chain) = (watched.task, &mut watched.chain);
		chain.keep_only_workers(workers[3..].iter().copied());
		let (liar, honest) = watched.dealers.split_last().unwrap();
		let wrong = dealing(chain, task, liar, &input(1, FORGED));
		chain.submit(liar, wrong);
		let Conviction { dealer, seat, fault, excluded, .. } = convicted(chain);
		assert_eq!((dealer, fault, excluded), (account(liar), expected, true));
		assert!(seat > Some(3), "{seat:?}");

		chain.keep_only_workers(workers);
		deal_all(chain, task, honest);
		let mut chain = watched.ends(Outcome::Completed, &convicting(seat));
		assert_eq!(marks(&mut chain, task), (2, 2, 0));
		assert_eq!(result(&mut chain, task), [6, 600]);
	}
}

/// As a member's does: it is slashed, has no second try, attests to nothing and is paid nothing.
#[test]
fn a_verifiers_false_challenge_convicts_the_verifier() {
	let mut watched = Watched::drawn(3, asked(0));
	let (task, chain) = (watched.task, &mut watched.chain);
	let (dealer, others) = watched.dealers.split_first().unwrap();
	let dealt = deal(chain, task, dealer, &input(3, 300));
	let challenge = Challenge::of(dealer, &dealt);
	chain.submit(dealer, dealt);

	let liar = watched.panel[0].clone();
	let key = worker(worker_number(&liar.worker));
	let transaction = challenge.by_seat(chain, 4, &key);
	assert_eq!(chain.block(vec![transaction]), [Ok(Ok(()))]);
	let claim = (liar.account.clone(), Some(4), AccuserFault::FalseChallenge);
	assert_eq!(false_claim(chain), Some(claim));
	assert!(conviction(chain).is_none());
	assert!(!chain.look(|| Registry::node_info(&liar.account)).unwrap().active);
	let again = challenge.by_seat(chain, 4, &key);
	let again = chain.block(vec![again]).remove(0);
	assert!(is_refused(&again, Refusal::AccusationsForfeited), "{again:?}");

	deal_all(chain, task, others);
	let now = named(chain, task);
	let word = attestation(chain, task, 4, now);
	let refused = chain.block(vec![word]).remove(0);
	assert!(is_refused(&refused, Refusal::AccusationsForfeited), "{refused:?}");

	let slash = FalseAccusationSlash::get();
	let part = SlashShare::get() * slash;
	let changes = Changes {
		requester: lost(4 * EACH + DrawFee::DEFAULT),
		dealers: vec![gained(part), 0, 0],
		members: vec![gained(EACH); 3],
		verifiers: vec![lost(slash), gained(EACH)],
		treasury: gained(DrawFee::DEFAULT + slash - part),
		..Default::default()
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(marks(&mut chain, task), (2, 1, 0));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// The members look, and are kept from challenging: they attest to nothing. The panel does, in league with the liar. Somebody
/// outside exposes it after the freeze: no number changes, but the result says so, and who lied pays for it at the settlement.
#[test]
fn a_lying_panel_is_slashed_for_what_an_outsider_shows_later() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.muted = is_challenge;
	let challenge = forge(chain, task, &watched.dealers);
	attest(chain, task, [4, 5]);
	let until = verified_until(chain, task);
	assert_eq!(frozen_at(chain, task), until + 1);
	chain.submit(&outsider(), challenge.with_bond());
	assert!(!conviction(chain).unwrap().excluded);
	assert_eq!(exposed(chain), Some((vec![4, 5], account(&outsider()))));
	assert_eq!(chain.look(|| Runtime::task(task)).unwrap().disproven, 1);
	// Nothing is taken of them yet: their stakes count until the task is settled
	for seat in &watched.panel {
		assert!(chain.look(|| Registry::node_info(&seat.account)).unwrap().active);
	}
	let again = chain.attempt(&outsider(), challenge.with_bond());
	assert_eq!(again, Err(Refusal::AlreadyConvicted.into()));

	let (slash, quarter) = (FalseAttestationSlash::get(), DATA_REWARD / 4);
	let changes = Changes {
		requester: lost(3 * EACH + 3 * quarter + DrawFee::DEFAULT) + gained(reward()),
		dealers: [vec![gained(quarter); 3], vec![lost(DealerDeposit::DEFAULT)]].concat(),
		members: vec![gained(EACH - silence()); 3],
		verifiers: vec![lost(slash); 2],
		outsider: gained(reward() + 2 * part()),
		treasury: gained(
			DrawFee::DEFAULT + 3 * silence() + DealerDeposit::DEFAULT - 2 * reward()
				+ 2 * (slash - part()),
		),
	};
	let liars = watched.panel.clone();
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(vector(&mut chain, task), input(7, FORGED + 600));
	assert_eq!(marks(&mut chain, task), (2, 0, 1));
	for seat in liars {
		let node = chain.look(|| Registry::node_info(&seat.account)).unwrap();
		assert_eq!((node.convictions, node.active), (1, false));
	}
}

/// Dealer, committee and panel are in league: everybody attests to the forgery, and the result is out in a few blocks. One
/// account without a seat is enough to have all of them slashed, and the result marked that is out already.
#[test]
fn one_outsider_exposes_a_corrupt_committee_and_panel() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let (task, chain) = (watched.task, &mut watched.chain);
	// The last member's share comes late, so that revealing is not over
	chain.muted = |call| {
		let late =
			matches!(call, RuntimeCall::Vss(pallet_vss::Call::reveal_result { seat: 3, .. }));
		late || is_challenge(call)
	};
	let challenge = forge(chain, task, &watched.dealers);
	attest(chain, task, 1..=5);
	chain.blocks_until(20, || Vss::result(task).is_some());
	assert!(matches!(chain.look(|| status(task)), TaskStatus::Revealing { .. }));
	assert_eq!(marks(chain, task), (2, 2, 0));
	chain.submit(&outsider(), challenge.with_bond());
	assert_eq!(exposed(chain), Some((vec![1, 2, 3, 4, 5], account(&outsider()))));
	assert_eq!(marks(chain, task), (2, 0, 1));
	chain.muted = is_challenge;

	let (slash, quarter) = (FalseAttestationSlash::get(), DATA_REWARD / 4);
	let changes = Changes {
		requester: lost(3 * quarter + DrawFee::DEFAULT) + gained(reward()),
		dealers: [vec![gained(quarter); 3], vec![lost(DealerDeposit::DEFAULT)]].concat(),
		members: vec![lost(slash); 3],
		verifiers: vec![lost(slash); 2],
		outsider: gained(reward() + 5 * part()),
		treasury: gained(
			DrawFee::DEFAULT + DealerDeposit::DEFAULT - 2 * reward() + 5 * (slash - part()),
		),
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(vector(&mut chain, task), input(7, FORGED + 600));
	assert_eq!(marks(&mut chain, task), (2, 0, 1));
}

/// A member that looks is enough: before the freeze the dealing is out, and who had attested to it is exposed all the same.
#[test]
fn a_member_exposes_a_panel_that_attested_before_it_looked() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let workers = watched.workers();
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.workers = false;
	forge(chain, task, &watched.dealers);
	attest(chain, task, [4, 5]);
	chain.workers = true;
	chain.keep_only_workers(workers[..1].iter().copied());
	let Conviction { seat, accuser, excluded, .. } = convicted(chain);
	assert_eq!((seat, excluded), (Some(1), true));
	assert_eq!(accuser, watched.committee[0].account);
	assert_eq!(exposed(chain), Some((vec![4, 5], accuser)));
	chain.keep_only_workers(workers);

	let slash = FalseAttestationSlash::get();
	let honest = convicting(seat);
	let mut members = honest.members;
	members[0] += gained(2 * part());
	let changes = Changes {
		requester: honest.requester + gained(2 * EACH),
		members,
		verifiers: vec![lost(slash); 2],
		treasury: honest.treasury + gained(2 * (slash - part())),
		..honest
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(marks(&mut chain, task), (2, 0, 0));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// Its author had seen no forgery when it signed, or had seen it excluded: neither is an attestation to the forgery, whatever
/// comes of the block or the fork that it was meant for.
#[test]
fn an_honest_attestation_is_void_where_an_exclusion_came_or_is_missing() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.workers = false;
	let challenge = forge(chain, task, &watched.dealers);

	// Of a fork on which the dealing is excluded
	let here = named(chain, task);
	let there = Named { excluded: wire::excluded(&here.excluded, &challenge.digest), ..here };
	let word = attestation(chain, task, 4, there);
	let refused = chain.block(vec![word]).remove(0);
	assert!(is_refused(&refused, Refusal::WrongDealings), "{refused:?}");

	// Behind the exclusion, in one block
	let word = attestation(chain, task, 4, here);
	let shown = chain.signed(&outsider(), challenge.with_bond());
	let results = chain.block(vec![shown, word]);
	assert_eq!(results[0], Ok(Ok(())));
	assert!(is_refused(&results[1], Refusal::WrongDealings), "{results:?}");
	assert!(conviction(chain).unwrap().excluded);
	assert_eq!(exposed(chain), None);
	assert_eq!(named(chain, task).excluded, there.excluded);

	// So all seats attest to the rest
	chain.workers = true;
	let mut chain = watched.ends(Outcome::Completed, &convicting(None));
	assert_eq!(marks(&mut chain, task), (2, 2, 0));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// Only its member can know that: everybody else attested to what they saw, which holds.
#[test]
fn a_wrong_share_exposes_nobody() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let workers = watched.workers();
	let (task, chain) = (watched.task, &mut watched.chain);
	let (liar, honest) = watched.dealers.split_last().unwrap();
	// The second member is away until the set is frozen
	let others = workers.iter().copied().enumerate().filter(|(place, _)| *place != 1);
	chain.keep_only_workers(others.map(|(_, number)| number));
	let wrong = deal_wrongly(chain, task, liar, &input(9, 900), 2);
	chain.submit(liar, wrong);
	deal_all(chain, task, honest);
	frozen_at(chain, task);
	chain.keep_only_workers(workers);
	let Conviction { seat, fault, excluded, .. } = convicted(chain);
	assert_eq!((seat, fault, excluded), (Some(2), DealerFault::WrongShare, false));
	assert_eq!(exposed(chain), None);

	let (base, quarter) = (BaseFeePerSeat::DEFAULT, DATA_REWARD / 4);
	let changes = Changes {
		requester: lost(4 * EACH + base + 3 * quarter + DrawFee::DEFAULT) + gained(reward()),
		dealers: [vec![gained(quarter); 3], vec![lost(DealerDeposit::DEFAULT)]].concat(),
		members: vec![gained(EACH), gained(base + reward()), gained(EACH)],
		verifiers: vec![gained(EACH); 2],
		treasury: gained(DrawFee::DEFAULT + DealerDeposit::DEFAULT - 2 * reward()),
		..Default::default()
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(marks(&mut chain, task), (2, 2, 0));
	assert_eq!(result(&mut chain, task), [15, 1500]);
}

/// The dealer gives an accomplice a wrong share beside its forged input, to be convicted of that and of nothing else. Who is
/// convicted already can be challenged as long as somebody is to be exposed.
#[test]
fn an_accomplices_accusation_shields_no_panel() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.muted = is_dispute;
	let (liar, honest) = watched.dealers.split_last().unwrap();
	let forged = deal_wrongly(chain, task, liar, &input(1, FORGED), 2);
	let challenge = Challenge::of(liar, &forged);
	chain.submit(liar, forged);
	deal_all(chain, task, honest);
	attest(chain, task, [4, 5]);
	frozen_at(chain, task);
	// Nor is the task over before it is challenged
	chain.muted = |call| is_challenge(call) || is_reveal(call);
	let Conviction { seat, fault, excluded, .. } = convicted(chain);
	assert_eq!((seat, fault, excluded), (Some(2), DealerFault::WrongShare, false));
	assert_eq!(exposed(chain), None);

	chain.submit(&outsider(), challenge.with_bond());
	chain.muted = is_challenge;
	assert_eq!(exposed(chain), Some((vec![4, 5], account(&outsider()))));
	// It loses its deposit once
	assert!(conviction(chain).is_none());
	let again = chain.attempt(&outsider(), challenge.with_bond());
	assert_eq!(again, Err(Refusal::AlreadyConvicted.into()));

	let (base, slash, quarter) =
		(BaseFeePerSeat::DEFAULT, FalseAttestationSlash::get(), DATA_REWARD / 4);
	let changes = Changes {
		requester: lost(2 * EACH + base + 3 * quarter + DrawFee::DEFAULT) + gained(reward()),
		dealers: [vec![gained(quarter); 3], vec![lost(DealerDeposit::DEFAULT)]].concat(),
		members: vec![gained(EACH - silence()), gained(base + reward()), gained(EACH - silence())],
		verifiers: vec![lost(slash); 2],
		outsider: gained(2 * part()),
		treasury: gained(
			DrawFee::DEFAULT + 2 * silence() + DealerDeposit::DEFAULT - 2 * reward()
				+ 2 * (slash - part()),
		),
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(vector(&mut chain, task), input(7, FORGED + 600));
	assert_eq!(marks(&mut chain, task), (2, 0, 1));
}

/// The same in time: the accomplice's accusation goes before the challenge, and takes the dealing out. Who had attested to it is
/// exposed all the same, and nobody who attests to what is left.
#[test]
fn an_accusation_in_time_shields_no_panel() {
	let mut watched = Watched::drawn(4, asked(DATA_REWARD));
	let workers = watched.workers();
	let (task, chain) = (watched.task, &mut watched.chain);
	chain.workers = false;
	let (liar, honest) = watched.dealers.split_last().unwrap();
	let forged = deal_wrongly(chain, task, liar, &input(1, FORGED), 2);
	let challenge = Challenge::of(liar, &forged);
	chain.submit(liar, forged);
	deal_all(chain, task, honest);
	attest(chain, task, [4, 5]);
	chain.workers = true;
	chain.muted = is_challenge;
	chain.keep_only_workers([workers[1]]);
	let Conviction { seat, fault, excluded, .. } = convicted(chain);
	assert_eq!((seat, fault, excluded), (Some(2), DealerFault::WrongShare, true));
	assert_eq!(exposed(chain), None);

	chain.submit(&outsider(), challenge.with_bond());
	assert_eq!(exposed(chain), Some((vec![4, 5], account(&outsider()))));
	assert!(conviction(chain).is_none(), "it loses its deposit once");
	let again = chain.attempt(&outsider(), challenge.with_bond());
	assert_eq!(again, Err(Refusal::AlreadyConvicted.into()));
	chain.keep_only_workers(workers);

	let slash = FalseAttestationSlash::get();
	let honest = convicting(seat);
	let changes = Changes {
		requester: honest.requester + gained(2 * EACH),
		verifiers: vec![lost(slash); 2],
		outsider: gained(2 * part()),
		treasury: honest.treasury + gained(2 * (slash - part())),
		..honest
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	assert_eq!(marks(&mut chain, task), (2, 0, 0));
	assert_eq!(result(&mut chain, task), [6, 600]);
}

/// A committee alone is not enough for a draw. Who takes another role once the task is there is not drawn for it, whatever it
/// changes back to: nobody chooses its seat by the seed.
#[test]
fn a_draw_waits_for_verifiers_that_were_there_before() {
	let (mut chain, alice, dealers) = start(3);
	let first = submit(&mut chain, &alice, SecurityClass::Standard, &dealers, 0);
	let operators = [operator(8), operator(9)];
	for role in [Role::Compute, Role::Verify] {
		let call = RuntimeCall::Registry(pallet_registry::Call::set_role { role });
		chain.submit_all(operators.iter().map(|who| (who, call.clone())).collect());
		for who in &operators {
			assert_eq!(chain.look(|| Registry::node_info(&account(who))).unwrap().role, role);
		}
	}
	accept(&mut chain, first, &dealers);
	chain.block(Vec::new());
	chain.block(Vec::new());
	assert!(matches!(chain.look(|| status(first)), TaskStatus::Drawing { .. }));
	let lacks = chain.look(|| Tasks::draw_obstacle(first));
	assert_eq!(lacks, Some(DrawError::TooFewVerifiers));

	// They are drawn for what comes later
	let second = submit(&mut chain, &pair("//Ferdie"), SecurityClass::Standard, &dealers, 0);
	accept(&mut chain, second, &dealers);
	chain.blocks_until(20, || matches!(status(second), TaskStatus::Collecting { .. }));
	assert_eq!(panel(&mut chain, second).len(), 2);
}
