//! What `accept` takes and refuses, and how inviting ends.

use super::*;
use crate::types::Acceptance;
use frame::{
	deps::{frame_support::storage::with_transaction, sp_runtime::TransactionOutcome},
	testing_prelude::*,
};
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*, Terms},
	traits::{Seed, TaskBook},
};
use ostraka_protocol::wire::{consent_hash, terms_hash, Published};
use SecurityClass::Standard;

/// A task whose dealers may accept, and these dealers, sorted.
fn invited() -> (TaskId, Vec<AccountId>) {
	let task = submit(Standard).unwrap();
	(task, Tasks::dealers(task))
}

fn accept_as(who: &AccountId, task: TaskId, terms: Digest) -> DispatchResult {
	Tasks::accept(RuntimeOrigin::signed(who.clone()), task, terms, DATASET)
}

#[test]
fn an_acceptance_is_recorded() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		// In another order than that of their accounts
		let order = [&dealers[2], &dealers[0], &dealers[3]].map(Clone::clone);
		for (place, dealer) in (0u32..).zip(&order) {
			assert_eq!(Cohorts::<Test>::get(task, dealer), Some(Invitee::Dealer(None)));
			assert_ok!(accept(task, dealer));
			let acceptance = Acceptance { place, agreed: agreed(DATASET) };
			let entry = Invitee::Dealer(Some(acceptance));
			assert_eq!(Cohorts::<Test>::get(task, dealer), Some(entry));
			assert!(Tasks::has_accepted(task, dealer));
			assert_eq!(deposit(task, dealer), Some(Deposit::Held));
			let (dealer, accepted) = (dealer.clone(), place + 1);
			assert_eq!(events().last(), Some(&Event::Accepted { task, dealer, accepted }));
			let found = Tasks::task(task).unwrap();
			let so_far = &order[..accepted as usize];
			assert_eq!((found.accepted, found.consent), (accepted, consent_hash(so_far)));
			assert_eq!(Tasks::accepted(task), so_far);
			Tasks::do_try_state().unwrap();
		}
		// Nobody else is touched
		assert!(!Tasks::has_accepted(task, &dealers[1]));
		assert_eq!(deposit(task, &dealers[1]), None);
		assert_eq!(Tasks::dealers(task), dealers);
		assert_eq!(Tasks::task_info(task).unwrap().accepted, order);
		assert_eq!(status(task), Inviting { until: 11 });
	});
}

#[test]
fn a_dealer_accepts_once() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		assert_ok!(accept(task, &dealers[0]));
		assert_noop!(accept(task, &dealers[0]), Error::<Test>::AlreadyAccepted);
		assert_ok!(accept(task, &dealers[1]));
		assert_noop!(accept(task, &dealers[0]), Error::<Test>::AlreadyAccepted);
		assert_eq!(Tasks::task(task).unwrap().accepted, 2);
		// In every task for itself
		let other = submit(Standard).unwrap();
		assert_ok!(accept(other, &dealers[0]));
	});
}

#[test]
fn only_the_invited_accept() {
	build_and_execute(|| {
		let (task, _) = invited();
		for other in [requester(), account(50), dealers(5)[0].clone()] {
			assert_noop!(accept(task, &other), Error::<Test>::NotInvited);
			assert!(!Tasks::has_accepted(task, &other));
		}
	});
}

/// What was shown is what is accepted: on a fork, or after a re-org, the task of this number may ask for something else.
#[test]
fn other_terms_are_refused() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		let twin = submit(Standard).unwrap();
		let found = Tasks::task(task).unwrap();
		let mut dearer = found.clone();
		dearer.spec.max_rows += 1;
		let shown = Terms::of(&dearer);
		for other in
			[[0; 32], terms(twin), terms_hash(&shown, &[69; 32], task), found.cohort, found.consent]
		{
			assert_noop!(accept_as(&dealers[0], task, other), Error::<Test>::OtherTerms);
		}
		assert_eq!(deposit(task, &dealers[0]), None);
		assert_ok!(accept_as(&dealers[0], task, found.terms));
	});
}

#[test]
fn a_task_that_is_not_there_is_not_accepted() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		let asked = terms(task);
		assert_noop!(accept_as(&dealers[0], task + 1, asked), Error::<Test>::UnknownTask);
		assert_ok!(cancel(task));
		assert_noop!(accept_as(&dealers[0], task, asked), Error::<Test>::WrongPhase);
		run_until(task, is_settled);
		assert_noop!(accept_as(&dealers[0], task, asked), Error::<Test>::WrongPhase);
	});
}

#[test]
fn who_is_late_is_refused() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		for dealer in &dealers[..2] {
			assert_ok!(accept(task, dealer));
		}
		run_to(11);
		assert_ok!(accept(task, &dealers[2]));
		run_to(12);
		assert_eq!(status(task), Drawing { until: 22 });
		let late = || accept(task, &dealers[3]);
		assert_noop!(late(), Error::<Test>::WrongPhase);
		run_to(13);
		assert_eq!(status(task), Collecting { first_by: 18, until: 33 });
		assert_noop!(late(), Error::<Test>::WrongPhase);
	});
}

#[test]
fn who_has_no_deposit_is_refused() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		assert_ok!(accept(task, &dealers[0]));
		world(|world| world.broke = true);
		assert_noop!(accept(task, &dealers[1]), TokenError::FundsUnavailable);
		assert!(!Tasks::has_accepted(task, &dealers[1]));
		world(|world| world.broke = false);
		assert_ok!(accept(task, &dealers[1]));
		assert_eq!(Tasks::task(task).unwrap().accepted, 2);
	});
}

/// What a re-org takes back leaves nothing: storage is all there is. Then the dealer may accept again.
#[test]
fn an_acceptance_that_was_taken_back_can_be_made_again() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		let _ = with_transaction(|| {
			assert_ok!(accept(task, &dealers[0]));
			TransactionOutcome::Rollback(DispatchResult::Ok(()))
		});
		// The neighbours of this mock keep no storage
		world(|world| world.deposits.clear());
		assert!(!Tasks::has_accepted(task, &dealers[0]));
		assert_eq!(Tasks::task(task).unwrap().consent, [0; 32]);
		assert_ok!(accept(task, &dealers[0]));
		assert_eq!(Tasks::task(task).unwrap().consent, consent_hash(&dealers[..1]));
	});
}

#[test]
fn inviting_ends_early_when_all_have_accepted() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		run_to(4);
		for dealer in &dealers[..3] {
			assert_ok!(accept(task, dealer));
			assert_eq!(status(task), Inviting { until: 11 });
			assert_eq!(Draws::<Test>::get(task), None);
		}
		assert_ok!(accept(task, &dealers[3]));
		assert_eq!(status(task), Drawing { until: 4 + DRAW_BLOCKS });
		let ended = Event::InvitingEnded { task, early: true, accepted: 4, draw_until: 14 };
		assert_eq!(events().last(), Some(&ended));
		run_to(5);
		assert_eq!(Tasks::view(task).unwrap().accepted, 4);
	});
}

/// The least number of dealers is enough at the deadline; who has not accepted by then has no part in it.
#[test]
fn at_the_deadline_those_who_accepted_go_on() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		for dealer in &dealers[1..] {
			assert_ok!(accept(task, dealer));
		}
		run_to(11);
		assert_eq!(status(task), Inviting { until: 11 });
		run_to(12);
		assert_eq!(status(task), Drawing { until: 12 + DRAW_BLOCKS });
		let ended = Event::InvitingEnded { task, early: false, accepted: 3, draw_until: 22 };
		assert_eq!(events().last(), Some(&ended));
		run_to(13);
		let view = Tasks::view(task).unwrap();
		assert_eq!((view.accepted, view.status), (3, status(task)));
		assert!(!Tasks::has_accepted(task, &dealers[0]));
		assert!(dealers[1..].iter().all(|dealer| Tasks::has_accepted(task, dealer)));
		let info = Tasks::task_info(task).unwrap();
		assert_eq!((info.dealers, info.accepted), (dealers.clone(), dealers[1..].to_vec()));
		assert_eq!(info.task.consent, consent_hash(&dealers[1..]));
		assert!(!Tasks::has_accepted(task, &requester()));
		assert!(!Tasks::has_accepted(task + 1, &dealers[1]));
	});
}

#[test]
fn with_too_few_acceptances_all_goes_back() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		for dealer in &dealers[..2] {
			assert_ok!(accept(task, dealer));
		}
		run_to(12);
		assert_eq!(status(task), Settling(Failed(TooFewAcceptances)));
		let failed = Event::TaskFailed { task, reason: TooFewAcceptances };
		assert_eq!(events().last(), Some(&failed));
		run_to(13);
		assert_eq!(status(task), Settled(Failed(TooFewAcceptances)));
		assert_eq!(journal(task)[1..], settled_undrawn(task));
		let found: Vec<_> = dealers.iter().map(|dealer| deposit(task, dealer)).collect();
		let back = Some(Deposit::Returned);
		assert_eq!(found, [back, back, None, None]);
		assert!(Tasks::task(task).is_none(), "it leaves its state alone");
		// Nobody was asked for a seed, nobody looked for nodes
		assert!(world(|world| world.asked.is_empty()));
		assert_eq!(world(|world| world.checks.clone()), vec![(task, 1)]);
	});
}

#[test]
fn without_any_acceptance_it_fails_too() {
	build_and_execute(|| {
		let (task, _) = invited();
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Failed(TooFewAcceptances)));
		assert_eq!(Tasks::now(), 13);
	});
}

/// Candidates among requester and acceptors are kept off the committee. Who does not accept is never looked up.
#[test]
fn who_accepts_is_barred_and_nobody_else_is_looked_up() {
	build_and_execute(|| {
		// The requester and dealers with numbers below 100 have nodes
		let list: Vec<_> = [20, 30, 40, 120, 130].map(account).to_vec();
		let requester = account(10);
		let task =
			submit_as(requester.clone(), Standard, list.clone().try_into().unwrap()).unwrap();
		let accepted = [&list[1], &list[3], &list[0]].map(Clone::clone);
		for dealer in &accepted {
			assert_ok!(accept(task, dealer));
		}
		let barred = [10, 30, 20].map(account).to_vec();
		assert_eq!(Barred::<Test>::get(task).into_inner(), barred);
		let looked_up: Vec<_> = [10, 30, 120, 20].map(account).to_vec();
		assert_eq!(world(|world| world.looked_up.clone()), looked_up);
		run_to(13);
		let drew = |did: &Did| match did {
			Did::Drew { barred, .. } => Some(barred.clone()),
			_ => None,
		};
		assert_eq!(journal(task).iter().find_map(drew), Some(barred));
		assert_eq!(world(|world| world.looked_up.clone()), looked_up);
		// The draw frees it
		assert!(!Barred::<Test>::contains_key(task));
		let committee = Tasks::committee(task);
		assert!(!committee.iter().any(|seat| accepted.contains(&seat.account)));
		assert!(!committee.iter().any(|seat| seat.account == requester));
	});
}

/// A requester that deals too is barred once.
#[test]
fn nobody_is_barred_twice() {
	build_and_execute(|| {
		let list: Vec<_> = [10, 120, 130].map(account).to_vec();
		let task = submit_as(account(10), Standard, list.try_into().unwrap()).unwrap();
		accept_all(task);
		assert_eq!(Barred::<Test>::get(task).into_inner(), vec![account(10)]);
	});
}

/// Nodes of those who accepted leave too few: that is found at the draw, and what is barred is freed at the end.
#[test]
fn acceptances_can_leave_too_few_nodes() {
	build_and_execute(|| {
		world(|world| world.candidates = (20..25).map(account).collect());
		let list: Vec<_> = (20..23).map(account).collect();
		let task = submit_with(Standard, list.try_into().unwrap()).unwrap();
		assert_eq!(Tasks::draw_obstacle(task), None);
		accept_all(task);
		assert_eq!(Tasks::draw_obstacle(task), Some(DrawError::TooFewNodes));
		assert_eq!(Barred::<Test>::get(task).len(), 3);
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Failed(NoCommittee)));
		assert_eq!(Barred::<Test>::iter().count(), 0);
	});
}

/// What is barred is freed with every other end too.
#[test]
fn barred_nodes_are_freed_however_a_task_ends() {
	build_and_execute(|| {
		world(|world| world.seed = Seed::Soon);
		let of_candidates = || {
			let list: Vec<_> = (20..24).map(account).collect();
			submit_as(requester(), Standard, list.try_into().unwrap()).unwrap()
		};
		let (inviting, drawing, failing) = (of_candidates(), of_candidates(), of_candidates());
		world(|world| world.obstacle = Some(DrawError::TooFewNodes));
		for task in [inviting, failing] {
			assert_ok!(accept(task, &account(20)));
		}
		accept_all(drawing);
		assert_eq!(Barred::<Test>::iter().count(), 3);
		assert_ok!(cancel(inviting));
		assert_eq!(Barred::<Test>::iter().count(), 2);
		run_until(drawing, is_settled);
		run_until(failing, is_settled);
		assert_eq!(Barred::<Test>::iter().count(), 0);
	});
}

/// The order in which dealers accept is part of `TH`, as is who did not.
#[test]
fn the_task_hash_names_those_who_accepted() {
	build_and_execute(|| {
		let (task, dealers) = invited();
		for dealer in [&dealers[3], &dealers[1], &dealers[0]] {
			assert_ok!(accept(task, dealer));
		}
		run_to(13);
		let found = Tasks::task(task).unwrap();
		let order = [&dealers[3], &dealers[1], &dealers[0]].map(Clone::clone);
		assert_eq!(found.consent, consent_hash(&order));
		let published = Published::of(&found).unwrap();
		let hash = published.hash(&[69; 32], task, &Tasks::committee(task), &Tasks::panel(task));
		assert_eq!(found.task_hash, Some(hash));
		// It stays after the settlement, though the cohort is gone
		run_until(task, is_settled);
		let after = Tasks::task(task).unwrap();
		assert_eq!((after.accepted, after.consent), (3, found.consent));
	});
}
