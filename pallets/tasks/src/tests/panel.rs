//! Panels: verifiers beside the committee, from the draw to the settlement.

use super::*;
use frame::{deps::frame_support::weights::WeightMeter, testing_prelude::*};
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, Seat, TaskStatus::*},
	traits::{Opening, Seed, TaskBook},
};
use ostraka_protocol::{wire::Published, Version};
use std::collections::BTreeSet;
use SecurityClass::{Restricted, Standard};

const VERIFIERS: u8 = 2;

/// The verification window of a Standard task with four dealers and this panel: two seats more wait two blocks each, and
/// may have something to say.
const VERIFY_WITH_PANEL: BlockNumber = VERIFY + 2 * VERIFIERS as BlockNumber;

/// A test in which all classes ask for two verifiers.
fn with_panels(test: impl FnOnce()) {
	build_and_execute(|| {
		ask_for_verifiers(VERIFIERS);
		test();
	});
}

fn accounts(seats: &[Seat]) -> Vec<AccountId> {
	seats.iter().map(|seat| seat.account.clone()).collect()
}

#[test]
fn a_panel_is_drawn_with_the_committee() {
	with_panels(|| {
		let task = drawn(Standard);
		let (committee, panel) = (Tasks::committee(task), Tasks::panel(task));
		assert_eq!((committee.len(), panel.len()), (3, 2));
		let seated: BTreeSet<_> =
			accounts(&committee).into_iter().chain(accounts(&panel)).collect();
		assert_eq!(seated.len(), 5, "nobody has two seats");

		let view = <Tasks as TaskBook>::view(task).unwrap();
		assert_eq!((&view.committee, &view.panel, view.seats()), (&committee, &panel, 5));
		assert_eq!(view.seat(3), committee.last());
		assert_eq!(view.seat(4), panel.first());
		assert_eq!(view.seat(6), None);
		let info = Tasks::task_info(task).unwrap();
		assert_eq!((&info.committee, &info.panel), (&committee, &panel));
		assert_eq!((info.attested, info.verified, info.disproven), (0, 0, 0));
		assert_eq!(info.task.parameters.verifiers, VERIFIERS);

		let opening = Opening { threshold: 1, seats: 5, verifiers: VERIFIERS, recipient: None };
		let shared = Did::Shared { task, opening };
		assert_eq!(journal(task).last(), Some(&shared));
		let drawn = Event::CommitteeDrawn {
			task,
			task_hash: view.task_hash,
			members: accounts(&committee),
			first_by: 3 + FIRST,
			collect_until: 3 + COLLECT,
			panel: accounts(&panel),
		};
		assert_eq!(events().last(), Some(&drawn));
	});
}

/// Before the draw, and of a task that nobody knows.
#[test]
fn what_is_not_drawn_has_no_panel() {
	with_panels(|| {
		let task = submit(Standard).unwrap();
		assert!(Tasks::panel(task).is_empty());
		assert!(Tasks::task_info(task).unwrap().panel.is_empty());
		assert!(Tasks::panel(task + 1).is_empty());
	});
}

#[test]
fn the_task_hash_pins_the_panel() {
	with_panels(|| {
		let task = drawn(Standard);
		let found = Tasks::task(task).unwrap();
		let (committee, panel) = (Tasks::committee(task), Tasks::panel(task));
		let published = Published::of(&found).unwrap();
		let hash = |committee: &Committee, panel: &Panel| {
			published.hash(&[69; 32], task, committee, panel)
		};
		assert_eq!(found.task_hash, Some(hash(&committee, &panel)));
		assert_eq!(found.protocol, Version::CURRENT.number());

		let mut others = vec![panel.clone(); 5];
		others[0].as_mut().swap(0, 1);
		others[1][0].worker.0[0] ^= 1;
		others[2][1].seal_key[0] ^= 1;
		others[3][1].account = account(1);
		others[4].pop();
		for other in others {
			assert_ne!(Some(hash(&committee, &other)), found.task_hash);
		}
		// A verifier that sat on the committee instead
		let (mut larger, mut smaller) = (committee.clone(), panel.clone());
		larger.try_push(smaller.remove(0)).unwrap();
		assert_ne!(Some(hash(&larger, &smaller)), found.task_hash);
	});
}

/// What a dealer accepts names the number of verifiers; no other class has its terms.
#[test]
fn two_classes_that_differ_by_their_panel_have_different_terms() {
	let terms_with = |verifiers| {
		let mut found = None;
		build_and_execute(|| {
			ask_for_verifiers(verifiers);
			let task = submit(Standard).unwrap();
			// All else is to be the same, the window too
			Records::<Test>::mutate(task, |record| record.as_mut().unwrap().windows.verify = 9);
			let terms = terms(task);
			Invitations::<Test>::mutate(task, |known| known.as_mut().unwrap().terms = terms);
			found = Some(terms);
		});
		found.unwrap()
	};
	assert_eq!(terms_with(1), terms_with(1));
	assert_ne!(terms_with(1), terms_with(2));
}

/// Neither of them learns anything by a seat there, but each could let its own dealing pass.
#[test]
fn neither_requester_nor_who_accepted_sits_on_the_panel() {
	with_panels(|| {
		// Seven nodes for five seats, of which one is the requester's and one a dealer's
		world(|world| world.candidates = (20..27).map(account).collect());
		let list: Vec<_> = [21, 120, 130].map(account).to_vec();
		let task = submit_as(account(20), Standard, list.try_into().unwrap()).unwrap();
		accept_all(task);
		run_until(task, |status| matches!(status, Collecting { .. }));
		let (committee, panel) = (Tasks::committee(task), Tasks::panel(task));
		let mut seated = accounts(&committee);
		seated.extend(accounts(&panel));
		seated.sort();
		assert_eq!(seated, [22, 23, 24, 25, 26].map(account));
	});
}

/// The requester would pay for a task that nobody judges.
#[test]
fn without_enough_verifiers_nothing_is_submitted() {
	with_panels(|| {
		world(|world| world.candidates = (20..24).map(account).collect());
		assert_noop!(submit(Standard), Error::<Test>::TooFewVerifiers);
		world(|world| world.candidates = (20..25).map(account).collect());
		assert_ok!(submit(Standard));
		// Without a panel nothing is asked of verifiers
		ask_for_verifiers(0);
		world(|world| world.candidates = (20..23).map(account).collect());
		assert_ok!(submit(Standard));
	});
}

#[test]
fn a_draw_waits_for_verifiers_and_keeps_its_seed() {
	with_panels(|| {
		world(|world| world.candidates = (20..25).map(account).collect());
		let task = consented(Standard);
		world(|world| world.candidates = (20..24).map(account).collect());
		world(|world| world.seed = Seed::Known([1; 32]));
		assert_eq!(Tasks::draw_obstacle(task), Some(DrawError::TooFewVerifiers));
		run_to(4);
		assert_eq!(status(task), Drawing { until: 11 });
		assert_eq!(Draws::<Test>::get(task).map(|plan| plan.tries), Some(1));
		assert!(!journal(task).iter().any(|did| matches!(did, Did::Drew { .. })));
		assert_noop!(cancel(task), Error::<Test>::WrongPhase);

		world(|world| world.seed = Seed::Known([2; 32]));
		world(|world| world.candidates = (20..25).map(account).collect());
		assert_eq!(Tasks::draw_obstacle(task), None);
		run_until(task, |status| matches!(status, Collecting { .. }));
		assert_eq!(Tasks::panel(task).len(), 2);
		assert_eq!(world(|world| world.asked.len()), 1, "nobody was asked for another seed");
	});
}

/// As without a committee: all but the draw fee goes back.
#[test]
fn a_draw_that_finds_no_panel_in_time_fails() {
	with_panels(|| {
		let task = consented(Standard);
		let dealers = Tasks::dealers(task);
		world(|world| world.obstacle = Some(DrawError::TooFewVerifiers));
		run_to(11);
		assert_eq!(status(task), Drawing { until: 11 });
		run_to(12);
		assert_eq!(status(task), Settling(Failed(NoCommittee)));
		run_until(task, is_settled);
		assert_eq!(journal(task)[1..], settled_undrawn(task));
		assert!(dealers.iter().all(|dealer| deposit(task, dealer) == Some(Deposit::Returned)));
	});
}

/// Every seat of both kinds may wait its turn and accuse or challenge, and is paid.
#[test]
fn verifiers_count_for_the_window_and_for_the_fee() {
	with_panels(|| {
		let task = submit(Standard).unwrap();
		assert_eq!(Tasks::task(task).unwrap().windows.verify, VERIFY_WITH_PANEL);
		PerBlock::set(1);
		let slow = submit(Standard).unwrap();
		assert_eq!(Tasks::task(slow).unwrap().windows.verify, VERIFY_BASE + 2 * 5 + (5 + 4));

		let quote = Tasks::quote(&mean(), Standard, 4, ACCEPT, COLLECT);
		assert_eq!(quote.work, Fake::least_fee(5, mean().length(), 4));
		let least = quote.least;
		let pay = |fee| {
			let (origin, list) = (RuntimeOrigin::signed(requester()), dealers(4));
			Tasks::submit(origin, mean(), plain(), Standard, list, ACCEPT, COLLECT, fee, 0)
		};
		assert_noop!(pay(least - 1), Error::<Test>::FeeTooLow);
		assert_ok!(pay(least));
	});
}

/// A panel that is put to sleep costs the window: the set is frozen all the same, and the task has its result.
#[test]
fn a_silent_panel_costs_the_window_and_no_more() {
	with_panels(|| {
		let task = drawn(Standard);
		deal_all(task);
		let until = 3 + VERIFY_WITH_PANEL;
		run_to(until);
		assert_eq!(status(task), Verifying { until });
		run_to(until + 1);
		assert_eq!(status(task), Committing { frozen_at: until + 1, until: until + 1 + COMMIT });
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Completed));
	});
}

/// Both are paid by one list of reports, who exposed false attestations is named, and both are released.
#[test]
fn committee_and_panel_are_settled_together() {
	for exposer in [None, Some(account(9))] {
		with_panels(|| {
			world(|world| world.exposer = exposer);
			let task = drawn(Standard);
			deal_all(task);
			run_until(task, is_settled);
			assert_eq!(status(task), Settled(Completed));
			let settled = settled_with_panel(task, 2, true, Ending::Completed);
			assert_eq!(journal(task)[4..], settled);
			assert!(Tasks::panel(task).is_empty());
			assert!(Tasks::task_info(task).unwrap().panel.is_empty());
			assert_eq!(DrawnTasks::<Test>::iter().count(), 0);
		});
	}
}

/// Verifiers are released and asked for their reports at every end that comes after the draw.
#[test]
fn a_panel_is_released_however_the_task_ends() {
	for (found, result, outcome, ending) in [
		(Found::First(2), false, Failed(TooFewDealers), Ending::Forfeited),
		(Found::Unsound, false, Failed(UnsoundCommitments), Ending::Returned),
		(Found::First(4), false, Failed(TooFewShares), Ending::Returned),
		(Found::First(4), true, Completed, Ending::Completed),
	] {
		with_panels(|| {
			world(|world| (world.found, world.has_result) = (found, result));
			let task = drawn(Standard);
			deal_all(task);
			run_until(task, is_settled);
			assert_eq!(status(task), Settled(outcome));
			let due = found == Found::First(4);
			assert_eq!(journal(task)[4..], settled_with_panel(task, 2, due, ending));
		});
	}
	with_panels(|| {
		let task = drawn(Standard);
		assert_ok!(cancel(task));
		run_until(task, is_settled);
		assert_eq!(journal(task)[3..], settled_with_panel(task, 2, false, Ending::Forfeited));
	});
}

/// What a class asks for later is not asked of a task that is under way.
#[test]
fn a_task_keeps_the_panel_that_it_was_submitted_with() {
	with_panels(|| {
		let task = submit(Standard).unwrap();
		ask_for_verifiers(7);
		accept_all(task);
		run_until(task, |status| matches!(status, Collecting { .. }));
		assert_eq!(Tasks::panel(task).len(), 2);
		deal_all(task);
		run_until(task, is_settled);
	});
}

/// A draw that waits shows nothing of its panel, and no other randomness than the committee's decides on it.
#[test]
fn a_panel_comes_from_the_seed_that_the_committee_comes_from() {
	with_panels(|| {
		let seats = |seed: u8| {
			world(|world| world.seed = Seed::Known([seed; 32]));
			let task = consented(Restricted);
			assert!(Tasks::panel(task).is_empty());
			run_until(task, |status| matches!(status, Collecting { .. }));
			let drew = |did: &Did| matches!(did, Did::Drew { .. });
			assert_eq!(journal(task).iter().filter(|did| drew(did)).count(), 1);
			(accounts(&Tasks::committee(task)), accounts(&Tasks::panel(task)))
		};
		let panels: BTreeSet<_> = (1..6).map(|seed| seats(seed).1).collect();
		assert!(panels.len() > 1, "another seed is another panel");
	});
}

/// A panel that lacks a seat, or has somebody who sits on the committee, is seen.
#[test]
fn try_state_sees_a_panel_that_is_not_as_the_class_asks() {
	let complaint = |change: fn(&mut Drawn)| {
		let mut found = None;
		new_test_ext().execute_with(|| {
			ask_for_verifiers(VERIFIERS);
			let task = drawn(Standard);
			assert_ok!(Tasks::do_try_state());
			DrawnTasks::<Test>::mutate(task, |drawn| change(drawn.as_mut().unwrap()));
			found = Tasks::do_try_state().err();
		});
		found
	};
	let other = |text| Some(DispatchError::Other(text));
	assert_eq!(complaint(|_| ()), None);
	let shorter = complaint(|drawn| {
		drawn.panel.pop();
	});
	assert_eq!(shorter, other("a panel has another number of seats"));
	let twice = complaint(|drawn| drawn.panel[0].account = drawn.committee[0].account.clone());
	assert_eq!(twice, other("somebody has two seats in a task"));
	let another_key = complaint(|drawn| drawn.panel[0].seal_key[0] ^= 1);
	assert_eq!(another_key, other("a task hash does not fit its task"));
}

/// Only the sharing knows whom it waits for: the book ends verification when it is told to, with a panel as without.
#[test]
fn with_a_panel_verification_ends_early_as_ever() {
	with_panels(|| {
		let task = drawn(Standard);
		deal_all(task);
		run_to(5);
		assert_ok!(Tasks::step(task, &mut WeightMeter::new()).map(|_| ()));
		assert_eq!(status(task), Verifying { until: 3 + VERIFY_WITH_PANEL });
		Tasks::all_attested(task);
		assert_eq!(status(task), Verifying { until: 5 });
		run_to(6);
		assert_eq!(status(task), Committing { frozen_at: 6, until: 6 + COMMIT });
	});
}
