//! Results that are sealed to a recipient, who deals a mask: it is asked as a dealer is, and counted as none.

use super::*;
use frame::testing_prelude::*;
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*},
	traits::{Opening, TaskBook},
};
use ostraka_protocol::wire::consent_hash;
use SecurityClass::Standard;

/// Who reads the results in these tests.
fn recipient() -> AccountId {
	account(250)
}

fn sealed_to(recipient: AccountId) -> Conditions {
	Conditions { sealed_to: Some(recipient), ..plain() }
}

/// A sealed task whose dealers and recipient may accept, and its dealers, sorted.
fn sealed() -> (TaskId, Vec<AccountId>) {
	let task = submit_on(sealed_to(recipient())).unwrap();
	(task, Tasks::dealers(task))
}

/// A sealed task that all have accepted and dealt to, the recipient too.
fn dealt_sealed() -> (TaskId, Vec<AccountId>) {
	let (task, dealers) = sealed();
	accept_all(task);
	run_until(task, |status| matches!(status, Collecting { .. }));
	deal_all(task);
	(task, dealers)
}

/// The accepted set lacks the dealings of these accounts.
fn lacks(accounts: &[AccountId]) {
	world(|world| world.lacks = accounts.iter().cloned().collect());
}

#[test]
fn a_recipient_is_asked_as_a_dealer_is_and_counted_as_none() {
	build_and_execute(|| {
		let (task, dealers) = sealed();
		assert_eq!(dealers.len(), 4);
		assert_eq!(Cohorts::<Test>::get(task, recipient()), Some(Invitee::Recipient(None)));
		assert!(!Tasks::has_accepted(task, &recipient()));
		assert_ok!(accept(task, &dealers[1]));
		assert_ok!(accept(task, &recipient()));
		let told = Event::Accepted { task, dealer: recipient(), accepted: 1 };
		assert_eq!(events().last(), Some(&told));
		assert_eq!(Cohorts::<Test>::get(task, recipient()), Some(Invitee::Recipient(Some(1))));
		assert_noop!(accept(task, &recipient()), Error::<Test>::AlreadyAccepted);
		assert_ok!(accept(task, &dealers[0]));

		assert!(Tasks::has_accepted(task, &recipient()));
		assert_eq!(deposit(task, &recipient()), Some(Deposit::Held));
		let order = [dealers[1].clone(), recipient(), dealers[0].clone()];
		let info = Tasks::task_info(task).unwrap();
		assert_eq!((&info.dealers, info.accepted.as_slice()), (&dealers, order.as_slice()));
		assert_eq!((info.task.accepted, info.task.invited), (2, 4));
		assert_eq!(info.task.consent, consent_hash(&order));
		assert!(!info.masked);
		// It allows nothing of its own
		let of_recipient = |heard: &Heard| matches!(heard, Heard::Accepts { dealer, .. } if *dealer == recipient());
		assert!(!heard(task).iter().any(of_recipient));
	});
}

/// It knows its mask; were it to deal an input too, one account would deal twice.
#[test]
fn a_recipient_is_no_dealer() {
	build_and_execute(|| {
		let dealers = dealers(4);
		let asked = submit_on(sealed_to(dealers[2].clone()));
		assert_noop!(asked, Error::<Test>::RecipientDeals);
		// Whoever pays may read
		assert_ok!(submit_on(sealed_to(requester())));
		let required = vec![recipient()].try_into().unwrap();
		let asked = Conditions { required, ..sealed_to(recipient()) };
		assert_noop!(submit_on(asked), Error::<Test>::WrongRequired);
	});
}

#[test]
fn a_mask_takes_the_place_of_a_dealer() {
	build_and_execute(|| {
		let with = |count| {
			let (list, asked) = (dealers(count), sealed_to(recipient()));
			submit_all(requester(), mean(), asked, Standard, list)
		};
		assert_noop!(with(MAX_DEALERS), Error::<Test>::TooManyDealers);
		assert_ok!(with(MAX_DEALERS - 1));
		assert_ok!(submit_with(Standard, dealers(MAX_DEALERS)));
	});
}

/// A mask can be accused as any dealing, so the window has room for it.
#[test]
fn the_window_for_verification_has_room_for_the_mask() {
	build_and_execute(|| {
		PerBlock::set(1);
		let verify = |task| Tasks::task(task).unwrap().windows.verify;
		let plain = submit(Standard).unwrap();
		assert_eq!(verify(plain), VERIFY_BASE + 2 * 3 + 3 + 4);
		assert_eq!(verify(sealed().0), VERIFY_BASE + 2 * 3 + 3 + 5);
	});
}

#[test]
fn inviting_ends_early_with_the_recipient() {
	build_and_execute(|| {
		let (task, dealers) = sealed();
		for dealer in &dealers {
			assert_ok!(accept(task, dealer));
			assert_eq!(status(task), Inviting { until: 11 });
		}
		assert_ok!(accept(task, &recipient()));
		let ended = Event::InvitingEnded { task, early: true, accepted: 4, draw_until: 11 };
		assert_eq!(events().last(), Some(&ended));

		// In whatever order
		let (task, dealers) = sealed();
		assert_ok!(accept(task, &recipient()));
		for dealer in &dealers {
			assert_eq!(status(task), Inviting { until: 11 });
			assert_ok!(accept(task, dealer));
		}
		assert!(matches!(status(task), Drawing { .. }));
	});
}

/// Nobody would read the result.
#[test]
fn without_its_recipient_nothing_is_drawn() {
	build_and_execute(|| {
		let (task, dealers) = sealed();
		for dealer in &dealers {
			assert_ok!(accept(task, dealer));
		}
		run_to(12);
		assert_eq!(status(task), Settling(Failed(TooFewAcceptances)));
		run_until(task, is_settled);
		assert_eq!(journal(task)[1..], settled_undrawn(task));
		assert!(dealers.iter().all(|dealer| deposit(task, dealer) == Some(Deposit::Returned)));
	});
}

/// It would let two dealers hide among three.
#[test]
fn a_recipient_does_not_count_itself_into_the_least_number() {
	build_and_execute(|| {
		let (task, dealers) = sealed();
		for who in [&dealers[0], &dealers[1], &recipient()] {
			assert_ok!(accept(task, who));
		}
		run_to(12);
		assert_eq!(status(task), Settling(Failed(TooFewAcceptances)));
		run_until(task, is_settled);
		assert_eq!(deposit(task, &recipient()), Some(Deposit::Returned));

		let (task, dealers) = dealt_sealed();
		lacks(&dealers[..2]);
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Failed(TooFewDealers)));
	});
}

#[test]
fn the_sharing_knows_whom_the_result_is_sealed_to() {
	build_and_execute(|| {
		let (task, _) = sealed();
		accept_all(task);
		run_until(task, |status| matches!(status, Collecting { .. }));
		let view = Tasks::view(task).unwrap();
		assert_eq!((view.accepted, view.awaited()), (4, 5));
		assert_eq!(view.recipient, Some(recipient()));
		let recipient = Some(recipient());
		let opening = Opening { threshold: 1, seats: 3, verifiers: 0, recipient };
		assert_eq!(journal(task).last(), Some(&Did::Shared { task, opening }));

		let task = consented(Standard);
		run_until(task, |status| matches!(status, Collecting { .. }));
		let view = Tasks::view(task).unwrap();
		assert_eq!((view.accepted, view.awaited(), view.recipient), (4, 4, None));
	});
}

/// A mask is nobody's data: nothing of it is remembered, and it is none of the set that is compared.
#[test]
fn a_sealed_task_completes_and_its_mask_is_no_dealers() {
	build_and_execute(|| {
		let (task, dealers) = sealed();
		accept_all(task);
		run_until(task, |status| matches!(status, Collecting { .. }));
		let before = heard(task).len();
		assert_ok!(Tasks::dealing(task, &recipient()));
		<Tasks as TaskBook>::fell_away(task, &recipient());
		assert_eq!(heard(task).len(), before);
		deal_all(task);
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Completed));
		let accepted = |event: &Event<Test>| match event {
			Event::AcceptedSetFrozen { accepted, .. } => Some(*accepted),
			_ => None,
		};
		assert_eq!(events().iter().find_map(accepted), Some(4));
		let set = |heard: &Heard| match heard {
			Heard::Freezes { dealers, .. } => Some(dealers.clone()),
			_ => None,
		};
		let mut compared = heard(task).iter().find_map(set).unwrap();
		compared.sort();
		assert_eq!(compared, dealers);
		assert_eq!(deposit(task, &recipient()), Some(Deposit::Returned));
		assert_eq!(Cohorts::<Test>::iter().count(), 0);
	});
}

/// It does not come: who accepted as the recipient pays a part of its deposit and the whole fee is lost, so that a recipient
/// cannot look at what would be there and stay away for nothing. The dealers, who dealt, pay nothing.
#[test]
fn a_mask_that_is_missing_is_its_recipients_cost() {
	build_and_execute(|| {
		let (task, dealers) = sealed();
		accept_all(task);
		run_until(task, |status| matches!(status, Collecting { .. }));
		for dealer in &dealers {
			deal(task, dealer);
		}
		lacks(&[recipient()]);
		run_until(task, is_settled);
		assert_eq!(status(task), Settled(Failed(MaskMissing)));
		let settled = settled_drawn(task, false, Ending::Forfeited);
		assert_eq!(journal(task)[4..], settled);
		assert_eq!(deposit(task, &recipient()), Some(Deposit::Forfeited));
		assert!(dealers.iter().all(|dealer| deposit(task, dealer) == Some(Deposit::Returned)));
		// The dealers' set was not looked at, and what they dealt is forgotten
		let heard = heard(task);
		assert!(!heard.iter().any(|heard| matches!(heard, Heard::Freezes { .. })));
		for dealer in dealers {
			assert!(heard.contains(&Heard::FellAway { task, dealer }));
		}
		assert!(!heard.contains(&Heard::FellAway { task, dealer: recipient() }));
	});
}

/// The mask comes first: without it nothing else is to be said of the set.
#[test]
fn what_is_missing_is_said_in_this_order() {
	build_and_execute(|| {
		let mut dealers = dealers(4).into_inner();
		dealers.sort();
		let required = vec![dealers[0].clone()].try_into().unwrap();
		let asked = Conditions { required, ..sealed_to(recipient()) };
		world(|world| world.refuses.sets = Some(Differencing));
		for (missing, reason) in [
			(vec![recipient(), dealers[0].clone(), dealers[1].clone()], MaskMissing),
			(vec![dealers[0].clone(), dealers[1].clone()], TooFewDealers),
			(vec![dealers[0].clone()], DealerMissing),
			(vec![], Differencing),
		] {
			let task = submit_on(asked.clone()).unwrap();
			accept_all(task);
			run_until(task, |status| matches!(status, Collecting { .. }));
			deal_all(task);
			lacks(&missing);
			run_until(task, is_settled);
			assert_eq!(status(task), Settled(Failed(reason)));
		}
	});
}

/// Its node would hold shares of what its mask is to hide, and of the mask.
#[test]
fn a_recipient_that_operates_a_candidate_is_barred() {
	build_and_execute(|| {
		let task = submit_on(sealed_to(account(50))).unwrap();
		assert!(!Barred::<Test>::contains_key(task));
		accept_all(task);
		assert_eq!(Barred::<Test>::get(task).into_inner(), vec![account(50)]);
		// The requester is barred once, whatever else it is
		let asked = sealed_to(account(60));
		let task = submit_all(account(60), mean(), asked, Standard, dealers(4)).unwrap();
		accept_all(task);
		assert_eq!(Barred::<Test>::get(task).into_inner(), vec![account(60)]);
		run_until(task, |status| matches!(status, Collecting { .. }));
		assert!(!Tasks::committee(task).iter().any(|seat| seat.account == account(60)));
	});
}

/// The freeze looks at the mask too.
#[test]
fn the_weight_of_a_freeze_counts_the_mask() {
	build_and_execute(|| {
		let (task, _) = dealt_sealed();
		let Verifying { until } = status(task) else { panic!("not verifying") };
		run_to(until);
		// The look, the step, five dealings and a threshold of one
		let freeze = 1 + 2 + 4 + 5 + 1;
		next_block(units(freeze - 1));
		assert_eq!(status(task), Verifying { until });
		assert_eq!(next_block(units(freeze)), units(freeze));
		assert!(matches!(status(task), Committing { .. }));
	});
}

#[test]
fn try_state_sees_a_recipient_astray() {
	let complaint = |change: fn(TaskId)| {
		let mut found = None;
		new_test_ext().execute_with(|| {
			let (task, _) = sealed();
			assert_ok!(accept(task, &recipient()));
			assert_ok!(Tasks::do_try_state());
			change(task);
			found = Tasks::do_try_state().err();
		});
		found
	};
	let other = |text| Some(DispatchError::Other(text));
	let astray = "a cohort has too many or too few dealers, or another recipient";
	let missing = complaint(|task| Cohorts::<Test>::remove(task, recipient()));
	assert_eq!(missing, other(astray));
	let another = complaint(|task| {
		Cohorts::<Test>::insert(task, account(251), Invitee::Recipient(None));
	});
	assert_eq!(another, other(astray));
	let dealer = complaint(|task| {
		Cohorts::<Test>::insert(task, recipient(), Invitee::Dealer(None));
	});
	assert_eq!(dealer, other(astray));
	let unheard = complaint(|task| {
		Invitations::<Test>::mutate(task, |known| known.as_mut().unwrap().sealed = false);
	});
	assert_eq!(unheard, other("acceptances are miscounted"));
	let miscounted = complaint(|task| {
		Invitations::<Test>::mutate(task, |known| known.as_mut().unwrap().missing = 1);
	});
	assert_eq!(miscounted, other("required dealers are miscounted"));
	let promised = complaint(|task| {
		let promise = |known: &mut Option<Record>| {
			known.as_mut().unwrap().conditions.least_dealers = 5;
		};
		Records::<Test>::mutate(task, promise);
	});
	assert_eq!(promised, other("a task promises what it cannot keep"));
}
