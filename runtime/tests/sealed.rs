//! Results that are sealed to a recipient, over all pallets: what its mask hides and opens, and what a missing or a wrong one costs.
//! Every pallet's invariants are checked after every block.

mod chain;

use chain::{
	account,
	accusation::accusation,
	books::{
		blamed, gained, lost, outsider, reward, undrawn, vanished, Changes, Offer, Watched,
		DATA_REWARD, FEE,
	},
	pair,
	task::{
		accept, acceptance, deal, deal_all, deal_forged, deal_mask, deal_mask_wrongly,
		deal_wrongly, input, mean_up_to, start, status, vector, WINDOW,
	},
	verdict::{
		completed, convicted, false_claim, frozen_at, verified_until, with_conviction, Conviction,
	},
	Chain,
};
use ostraka_crypto::Scalar;
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	runtime_api::runtime_decl_for_ostraka_api::OstrakaApiV1,
	task::{FailReason, Outcome, SecurityClass, TaskStatus},
	AccountId, BlockNumber, TaskId,
};
use ostraka_protocol::{
	masking::{opening, opens, unmask, MaskSeed},
	G1,
};
use ostraka_runtime::{
	configs::{
		ostraka::{AbsenceSlash, FalseAccusationSlash, SilentCut, SlashShare},
		prices::{DealerDeposit, DrawFee},
	},
	Consent, Registry, Runtime, RuntimeCall, RuntimeEvent, Tasks, Vss,
};
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
	let changes = Changes { outsider: lost(DealerDeposit::DEFAULT), ..changes };
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

/// Seats of the task with everybody who cheats: it is not there at all; not there until the freeze; says that its right share is
/// wrong; finds a wrong share; finds, as a verifier, an invalid input.
const ABSENT: u8 = 1;
const SILENT: u8 = 2;
const FALSE_ACCUSER: u8 = 3;
const ACCUSER: u8 = 4;
const CHALLENGER: u8 = 6;
/// Places of its dealers: so many deal as they should, then come one of an invalid input, one of a wrong share, and one that
/// accepts and does not deal.
const HONEST: usize = 5;
const FORGER: usize = 5;
const WRONG_SHARE: usize = 6;
/// What the only row of the invalid input holds, of a column up to a thousand.
const FORGED: u64 = 1_000_000_000;

/// What a task with all these came to.
struct Played {
	/// What its events tell, but for those of seats and of the recipient, in their order.
	told: Vec<String>,
	/// What they tell of seats that answer, in no order: that is the order of keys.
	of_seats: Vec<String>,
	/// What they tell of the recipient, and of its mask.
	of_recipient: Vec<String>,
	/// What is left of each seat's node, by seat: stake, stake on its way out, whether it is in selection, tasks in which it
	/// answered, absences, convictions.
	nodes: Vec<(u128, u128, bool, u32, u32, u32)>,
	/// The sum, for who may read it.
	sum: Vec<Scalar>,
}

/// Plays it, on a chain of its own: a node that one task slashes could have a seat in another.
fn played(is_sealed: bool) -> Played {
	let (chain, _, mut dealers) = start(6);
	dealers.extend(["//Eve//stash", "//Ferdie//stash"].map(pair));
	let before = chain.heard.len();
	let offer = Offer {
		class: SecurityClass::Confidential,
		spec: mean_up_to(1_000),
		data_reward: DATA_REWARD,
		window: 6 * WINDOW,
		sealed_to: is_sealed.then(|| account(&outsider())),
		..Default::default()
	};
	let mut watched = Watched::on(chain, dealers, offer);
	let (task, invited) = (watched.task, watched.dealers.len());
	// Where the sealed task has a block of its recipient's, the open one has one of nothing
	if is_sealed {
		accept(&mut watched.chain, task, &[outsider()]);
	} else {
		watched.chain.block(Vec::new());
	}
	watched.accept(invited);
	watched.draw();
	let workers = watched.workers();
	let only = |chain: &mut Chain, seats: &[u8]| {
		chain.keep_only_workers(seats.iter().map(|seat| workers[usize::from(*seat) - 1]));
	};
	let (chain, dealers) = (&mut watched.chain, &watched.dealers);
	let opened = is_sealed.then(|| {
		let seed = MaskSeed::random(&mut OsRng);
		let (mask, opened) = deal_mask(chain, task, &outsider(), &seed);
		chain.submit(&outsider(), mask);
		opened
	});
	if opened.is_none() {
		chain.block(Vec::new());
	}

	only(chain, &[CHALLENGER]);
	let forged = deal_forged(chain, task, &dealers[FORGER], &input(1, FORGED));
	chain.submit(&dealers[FORGER], forged);
	let Conviction { dealer, seat, fault, excluded, .. } = convicted(chain);
	assert_eq!((dealer, seat), (account(&dealers[FORGER]), Some(CHALLENGER)));
	assert_eq!((fault, excluded), (DealerFault::InvalidInput, true));

	only(chain, &[ACCUSER]);
	let wrong = deal_wrongly(chain, task, &dealers[WRONG_SHARE], &input(9, 900), ACCUSER);
	chain.submit(&dealers[WRONG_SHARE], wrong);
	let Conviction { dealer, seat, fault, excluded, .. } = convicted(chain);
	assert_eq!((dealer, seat), (account(&dealers[WRONG_SHARE]), Some(ACCUSER)));
	assert_eq!((fault, excluded), (DealerFault::WrongShare, true));

	let dealt = deal(chain, task, &dealers[0], &input(5, 500));
	chain.submit(&dealers[0], dealt.clone());
	let lie = accusation(chain, FALSE_ACCUSER, &dealers[0], &dealt);
	assert_eq!(chain.block(vec![lie]), [Ok(Ok(()))]);
	let liar = watched.committee[usize::from(FALSE_ACCUSER) - 1].account.clone();
	let convicted = (liar, Some(FALSE_ACCUSER), AccuserFault::FalseAccusation);
	assert_eq!(false_claim(chain), Some(convicted));

	deal_all(chain, task, &dealers[1..HONEST]);
	chain.blocks_until(7 * WINDOW, || matches!(status(task), TaskStatus::Verifying { .. }));
	only(chain, &[ACCUSER, 5, CHALLENGER, 7]);
	let until = verified_until(chain, task);
	assert_eq!(frozen_at(chain, task), until + 1);
	only(chain, &[SILENT, ACCUSER, 5, CHALLENGER, 7]);

	let seats: Vec<AccountId> = watched.seats().map(|seat| seat.account.clone()).collect();
	let named = |who: &str, accounts: Vec<AccountId>| {
		let named = accounts.into_iter().zip(1..);
		named.map(|(account, number)| (account, format!("{who} {number}"))).collect::<Vec<_>>()
	};
	let names = [
		named("seat", seats.clone()),
		named("dealer", watched.dealers.iter().map(account).collect()),
		named("requester", vec![account(&watched.requester)]),
		named("recipient", vec![account(&outsider())]),
	]
	.concat();
	let mut chain = watched.ends(Outcome::Completed, &with_all_cheats());
	let published = vector(&mut chain, task);
	let sum = match &opened {
		Some(opened) => unmask(&published, &opened.vector).unwrap(),
		None => published.clone(),
	};
	assert_eq!(sum == published, !is_sealed);
	let node = |account: &AccountId| {
		let node = Registry::node_info(account).unwrap();
		let (stake, record) = ((node.stake, node.unbonding), (node.absences, node.convictions));
		(stake.0, stake.1, node.active, node.completed, record.0, record.1)
	};
	let nodes = chain.look(|| seats.iter().map(node).collect());
	let (told, of_seats, of_recipient) = told(&chain.heard[before..], &names);
	Played { told, of_seats, of_recipient, nodes, sum }
}

/// What this task changes, in all.
fn with_all_cheats() -> Changes {
	let (each, deposit) = (FEE / 7, DealerDeposit::DEFAULT);
	let (cut, absence) = (SilentCut::get() * each, AbsenceSlash::get());
	let slash = FalseAccusationSlash::get();
	let part = SlashShare::get() * slash;
	let of_data = gained(DATA_REWARD / 5);
	let mut dealers = vec![of_data; HONEST];
	dealers[0] += gained(part);
	dealers.extend([lost(deposit), lost(deposit), lost(vanished())]);
	Changes {
		requester: lost(5 * each + DATA_REWARD + DrawFee::DEFAULT) + gained(2 * reward()),
		dealers,
		members: vec![
			lost(absence),
			gained(each - cut),
			lost(slash),
			gained(each + reward()),
			gained(each),
		],
		verifiers: vec![gained(each + reward()), gained(each)],
		outsider: 0,
		treasury: gained(DrawFee::DEFAULT + cut + absence + (slash - part) + vanished())
			+ gained(2 * (deposit - 2 * reward())),
	}
}

/// What the events of our pallets tell, with everybody's name: in their order, of seats that answer, and of the recipient. Not
/// hashes, the result's numbers, nor blocks, of which disputes take as many as it is to somebody's turn.
fn told(
	events: &[RuntimeEvent],
	names: &[(AccountId, String)],
) -> (Vec<String>, Vec<String>, Vec<String>) {
	use pallet_tasks::Event as Task;
	use pallet_vss::Event as Share;
	let (mut told, mut of_seats, mut of_recipient) = (Vec::new(), Vec::new(), Vec::new());
	for event in events {
		let mut text = match event {
			// A rent is by the block, and disputes take as many as they take
			RuntimeEvent::Incentives(pallet_incentives::Event::FeeSettled {
				requester,
				paid,
				returned,
				forfeited,
				withheld,
				rent,
				..
			}) => {
				let left = returned + rent;
				format!("fee of {requester:?}: {paid} {left} {forfeited} {withheld}")
			},
			RuntimeEvent::Incentives(event) => format!("{event:?}"),
			RuntimeEvent::Registry(event) => format!("{event:?}"),
			RuntimeEvent::Consent(event) => format!("{event:?}"),
			RuntimeEvent::Tasks(event) => match event {
				Task::CommitteeDrawn { .. } => "drawn".to_owned(),
				Task::InvitingEnded { early, accepted, .. } => {
					format!("invited {early} {accepted}")
				},
				Task::CollectingEnded { early, .. } => format!("collected {early}"),
				Task::AcceptedSetFrozen { accepted, .. } => format!("frozen {accepted}"),
				Task::CommittingEnded { early, .. } => format!("committed {early}"),
				other => format!("{other:?}"),
			},
			RuntimeEvent::Vss(event) => match event {
				Share::Attested { seat, .. } => format!("seat {seat} attested"),
				Share::ResultCommitted { seat, .. } => format!("seat {seat} committed"),
				Share::ResultShareRight { seat, .. } => format!("seat {seat} revealed"),
				Share::Dealt { dealer, .. } => format!("dealt by {dealer:?}"),
				Share::Frozen { accepted, .. } => format!("set of {accepted}"),
				Share::ResultPublished { dealers, .. } => format!("result of {dealers}"),
				other => format!("{other:?}"),
			},
			_ => continue,
		};
		for (account, name) in names {
			text = text.replace(&format!("{account:?}"), name);
		}
		if text.contains("recipient") {
			of_recipient.push(text);
		} else if text.starts_with("seat ") {
			of_seats.push(text);
		} else {
			told.push(text);
		}
	}
	of_seats.sort();
	(told, of_seats, of_recipient)
}

/// With one who is absent, one who is silent, a false accusation, a share that is wrong and an input that is invalid, both
/// found, and a dealer that does not deal.
#[test]
fn a_sealed_task_pays_slashes_and_settles_as_an_open_one() {
	let (sealed, open) = (played(true), played(false));
	assert_eq!(sealed.told, open.told);
	assert_eq!(sealed.of_seats, open.of_seats);
	assert_eq!(sealed.nodes, open.nodes);
	assert_eq!((&sealed.sum, &open.sum), (&input(15, 1500), &input(15, 1500)));

	// Every cheat is in it
	let all = open.told.join("\n");
	let punished = "Absence FalseAccusation BadDealing NoDealing";
	for fault in punished.split(' ') {
		assert!(all.contains(&format!("fault: {fault}, ")), "{fault}: {all}");
	}
	assert!(!all.contains("withheld: 0 "), "{all}");
	let records: Vec<_> = open.nodes.iter().map(|node| (node.4, node.5)).collect();
	let of = |seat: u8| records[usize::from(seat) - 1];
	assert_eq!((of(ABSENT), of(FALSE_ACCUSER), of(SILENT)), ((1, 0), (0, 1), (0, 0)));
	// The recipient's deposit comes back, and it is paid nothing
	assert!(open.of_recipient.is_empty(), "{:?}", open.of_recipient);
	assert_eq!(sealed.of_recipient.len(), 4, "{:?}", sealed.of_recipient);
	for part in ["DepositHeld", "Accepted", "dealt by recipient", "DepositReturned"] {
		let of_mask = sealed.of_recipient.iter().any(|text| text.contains(part));
		assert!(of_mask, "{part}: {:?}", sealed.of_recipient);
	}
}
