//! What people are shown.

use super::*;

#[test]
fn an_allowance_tells_when_there_is_more() {
	build_and_execute(|| {
		let allowance = || Consents::allowance(account(1), LOANS);
		let nothing = Allowance { left: None, next_at: None, policy: Policy::default() };
		assert_eq!(allowance(), nothing);
		let policy = quota(2, 50);
		assert_ok!(set(1, LOANS, policy.clone()));
		let allows =
			|left, next_at| Allowance { left: Some(left), next_at, policy: policy.clone() };
		assert_eq!(allowance(), allows(2, None));
		at(10);
		assert_ok!(deal(1, 1, LOANS));
		at(20);
		assert_ok!(deal(2, 1, LOANS));
		assert_eq!(allowance(), allows(0, Some(60)));
		at(59);
		assert_noop!(accept(3, 1, LOANS), Error::QuotaSpent);
		at(60);
		assert_eq!(allowance(), allows(1, None));
		assert_ok!(accept(3, 1, LOANS));
	});
}

#[test]
fn an_allowance_knows_what_was_pushed_out() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, quota(3, 50)));
		at(5);
		assert_ok!(deal(1, 1, LOANS));
		for task in 2..10 {
			assert_ok!(deal(task, 1, WAGES));
		}
		let allowance = Consents::allowance(account(1), LOANS);
		assert_eq!((allowance.left, allowance.next_at), (Some(2), None));
		for task in 10..12 {
			assert_ok!(deal(task, 1, LOANS));
		}
		let allowance = Consents::allowance(account(1), LOANS);
		assert_eq!((allowance.left, allowance.next_at), (Some(0), Some(55)));
	});
}

#[test]
fn a_set_is_shown_as_it_is_compared() {
	build_and_execute(|| {
		assert_ok!(set(2, LOANS, differ(4)));
		assert_eq!(run(1, &[1, 2, 3]), Ok(()));
		let set = AcceptedSetRecord { dealers: 3, least_difference: 4, columns: columns(&["a"]) };
		assert_eq!(Consents::accepted_set(1), Some(set));
	});
}

#[test]
fn the_nearest_tasks_can_be_asked_for() {
	build_and_execute(|| {
		assert_eq!(run(1, &[1, 2, 3]), Ok(()));
		assert_eq!(run(2, &[1, 2, 3, 4, 5]), Ok(()));
		all_deal(3, &[1, 2]);
		let nearest = |dealers: &[u8]| Consents::nearest(accounts(dealers));
		// The same set is not near, nor one that is not frozen.
		assert_eq!(nearest(&[1, 2, 3]), [(2, 2)]);
		assert_eq!(nearest(&[1, 2, 3, 4, 4, 1]), [(1, 1), (2, 1)], "none counts twice");
		assert!(nearest(&[6, 7]).is_empty());
	});
}

/// All but one of 513 dealers share a task: only that they are too many keeps it from being found.
#[test]
fn more_dealers_than_a_task_can_have_are_not_looked_up() {
	build_and_execute(|| {
		let dealer = |number: u16| {
			let mut bytes = [100; 32];
			bytes[..2].copy_from_slice(&number.to_le_bytes());
			AccountId::new(bytes)
		};
		let dealers: Vec<_> = (0..513).map(dealer).collect();
		let most = &dealers[..512];
		for dealer in most {
			assert_ok!(<Consents as Consent>::dealt(1, dealer, &Agreed::default()));
		}
		let columns = columns(&["a"]);
		let set = AcceptedSet { task: 1, dealers: most, columns, counting: None };
		assert_eq!(<Consents as Consent>::freeze(&set), Ok(()));
		assert_eq!(Consents::nearest(most[1..].to_vec()), [(1, 1)]);
		assert!(Consents::nearest(dealers).is_empty());
	});
}
