//! Policies: deposits, bounds, and what they say to a task.

use super::*;
use frame::token::fungible::hold::Inspect as _;

fn on_hold(dealer: u8) -> Balance {
	Balances::balance_on_hold(&HoldReason::Policy.into(), &account(dealer))
}

#[test]
fn a_first_policy_holds_at_once_and_costs_a_deposit() {
	build_and_execute(|| {
		let policy = Policy { least_cohort: 8, ..quota(2, 50) };
		assert_ok!(set(1, LOANS, policy.clone()));
		let holds = policy.clone();
		assert_eq!(events(), [Event::PolicySet { dealer: account(1), dataset: LOANS, holds }]);
		let standing = Standing { now: policy, next: None, deposit: DEPOSIT };
		assert_eq!(Consents::policy(account(1), LOANS), Some(standing));
		assert_eq!(on_hold(1), DEPOSIT);
	});
}

/// One deposit for each data set, however often its policy is set, and at the price at which it was held.
#[test]
fn a_deposit_is_held_once_and_given_back_whole() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, cohort(8)));
		PolicyDeposit::set(&(2 * DEPOSIT));
		assert_ok!(set(1, LOANS, cohort(9)));
		assert_ok!(set(1, WAGES, cohort(8)));
		assert_eq!(on_hold(1), 3 * DEPOSIT);
		assert_ok!(remove(1, LOANS));
		at(1 + DAY);
		assert_ok!(remove(1, LOANS));
		assert_eq!(on_hold(1), 2 * DEPOSIT);
		assert_eq!(Consents::policy(account(1), LOANS), None);
		assert_noop!(remove(1, LOANS), Error::NoPolicy);
	});
}

#[test]
fn who_cannot_pay_sets_no_policy() {
	build_and_execute(|| {
		assert!(set(40, LOANS, cohort(8)).is_err());
		assert_eq!(Policies::<Test>::iter().count(), 0);
	});
}

#[test]
fn policies_have_bounds() {
	build_and_execute(|| {
		for policy in [quota(0, 1), quota(9, 1), quota(1, 0), differ(17), with(&[2, 3, 2])] {
			assert_noop!(set(1, LOANS, policy), Error::UnsoundPolicy);
		}
		assert_noop!(
			Consents::set_policy(RuntimeOrigin::none(), LOANS, cohort(8)),
			DispatchError::BadOrigin
		);
	});
}

/// The union of what holds and what is new has a bound too.
#[test]
fn co_dealers_are_exchanged_in_two_steps() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, with(&[2, 3, 4, 5, 6, 7])));
		assert_noop!(set(1, LOANS, with(&[8, 9, 10])), Error::TooManyCoDealers);
		assert_ok!(set(1, LOANS, with(&[2])));
		at(1 + DAY);
		assert_ok!(set(1, LOANS, with(&[2, 8, 9, 10])));
		assert_eq!(holds(1, LOANS), with(&[2, 8, 9, 10]));
	});
}

#[test]
fn the_order_of_co_dealers_does_not_matter() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, with(&[4, 2, 3])));
		assert_ok!(set(1, LOANS, with(&[3, 4, 2])));
		let standing = Consents::policy(account(1), LOANS).unwrap();
		assert_eq!((standing.now, standing.next), (with(&[2, 3, 4]), None));
	});
}

#[test]
fn a_policy_is_its_dealers_alone() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, cohort(8)));
		assert_noop!(remove(2, LOANS), Error::NoPolicy);
		assert_ok!(set(2, LOANS, cohort(3)));
		assert_eq!(holds(1, LOANS), cohort(8));
		assert_noop!(accept(1, 1, LOANS), Error::TooFewDealersAsked);
		assert_ok!(accept(1, 2, LOANS));
		assert_ok!(accept(1, 1, WAGES));
	});
}

#[test]
fn a_task_promises_enough_dealers() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, Policy { least_difference: 4, ..cohort(8) }));
		let ask = |least_dealers| {
			let asked = Asked { task: 1, least_dealers, required: &[], counting: None };
			<Consents as Consent>::accept(&account(1), &LOANS, &asked)
		};
		assert_noop!(ask(7), Error::TooFewDealersAsked);
		let agreed = Agreed { dataset: LOANS, quota: None, least_difference: 4 };
		assert_eq!(ask(8), Ok(agreed));
	});
}

/// That a co-dealer is invited is not enough: the freeze must fail without it.
#[test]
fn a_task_requires_all_co_dealers() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, with(&[2, 3])));
		let ask = |required: &[u8]| {
			let required = accounts(required);
			let asked = Asked { task: 1, least_dealers: 3, required: &required, counting: None };
			<Consents as Consent>::accept(&account(1), &LOANS, &asked)
		};
		assert_noop!(ask(&[]), Error::CoDealerNotRequired);
		assert_noop!(ask(&[2, 4]), Error::CoDealerNotRequired);
		assert_ok!(ask(&[2, 3, 4]));
	});
}

/// To accept a task with other rows than were counted for it would let it fail for sure, at its requester's cost.
#[test]
fn who_was_counted_with_another_data_set_cannot_accept() {
	build_and_execute(|| {
		assert_ok!(deal(1, 1, LOANS));
		assert_ok!(deal(2, 1, WAGES));
		let ask = |dealer, dataset, counting| {
			let asked = Asked { task: 3, least_dealers: 3, required: &[], counting };
			<Consents as Consent>::accept(&account(dealer), &dataset, &asked)
		};
		assert_noop!(ask(1, WAGES, Some(1)), Error::OtherDataset);
		assert_noop!(ask(1, LOANS, Some(2)), Error::OtherDataset);
		assert_ok!(ask(1, LOANS, Some(1)));
		assert_ok!(ask(1, WAGES, None));
		// Who was not counted may take part besides
		assert_ok!(ask(2, WAGES, Some(1)));
	});
}

#[test]
fn without_a_policy_nothing_is_asked_and_all_is_remembered() {
	build_and_execute(|| {
		let agreed = Agreed { dataset: LOANS, quota: None, least_difference: 0 };
		assert_eq!(accept(7, 1, LOANS), Ok(agreed));
		assert!(Consents::history(account(1)).is_empty(), "an acceptance writes nothing");
		at(5);
		assert_ok!(deal(7, 1, LOANS));
		let entry = Entry { task: 7, dataset: LOANS, at: 5, least_difference: 0 };
		assert_eq!(Consents::history(account(1)), [entry]);
	});
}
