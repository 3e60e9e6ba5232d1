//! Which sets may have a result: attacks on the comparison, and on counting tasks.

use super::*;
use ostraka_primitives::task::FailReason::{Differencing, NotCounted};

/// Two sets that differ by one dealer, the fifth.
const FIVE: &[u8] = &[1, 2, 3, 4, 5];
const FOUR: &[u8] = &[1, 2, 3, 4];

/// Six dealers, each asking for a difference of three.
fn six_who_ask_for_three() {
	for dealer in 1..=6 {
		assert_ok!(set(dealer, LOANS, differ(3)));
	}
}

fn too_near(task: TaskId, other: TaskId, differ: u32, least: u32) -> Vec<Event<Test>> {
	vec![Event::TooNear { task, other, differ, least }]
}

/// Two tasks whose sets differ by one dealer, in either order.
#[test]
fn one_dealer_more_or_fewer_is_too_near() {
	for (first, second) in [(FIVE, FOUR), (FOUR, FIVE)] {
		build_and_execute(|| {
			six_who_ask_for_three();
			assert_eq!(run(1, first), Ok(()));
			events();
			assert_eq!(run(2, second), Err(Differencing));
			assert_eq!(events(), too_near(2, 1, 1, 3));
			assert_eq!(Consents::accepted_set(2), None, "it is compared with no others");
		});
	}
}

/// Both collect at the same time: the later freeze fails, whichever it is.
#[test]
fn at_the_same_time_the_later_freeze_fails() {
	for (sooner, later) in [(1, 2), (2, 1)] {
		build_and_execute(|| {
			six_who_ask_for_three();
			let dealers = |task| if task == 1 { FIVE } else { FOUR };
			all_deal(1, dealers(1));
			all_deal(2, dealers(2));
			assert_eq!(freeze(sooner, dealers(sooner)), Ok(()));
			assert_eq!(freeze(later, dealers(later)), Err(Differencing));
		});
	}
}

/// The sets were the same until a dealer was excluded, before or after the other was frozen.
#[test]
fn an_exclusion_in_between_is_seen() {
	for excluded_first in [true, false] {
		build_and_execute(|| {
			six_who_ask_for_three();
			all_deal(1, &[1, 2, 3, 4]);
			all_deal(2, &[1, 2, 3, 4]);
			if excluded_first {
				fall_away(2, 4);
				assert_eq!(freeze(1, &[1, 2, 3, 4]), Ok(()));
			} else {
				assert_eq!(freeze(1, &[1, 2, 3, 4]), Ok(()));
				fall_away(2, 4);
			}
			events();
			assert_eq!(freeze(2, &[1, 2, 3]), Err(Differencing));
			assert_eq!(events(), too_near(2, 1, 1, 3));
		});
	}
}

/// One dealer exchanged for another makes two.
#[test]
fn an_exchange_counts_twice() {
	build_and_execute(|| {
		six_who_ask_for_three();
		assert_eq!(run(1, &[1, 2, 3, 4]), Ok(()));
		events();
		assert_eq!(run(2, &[1, 2, 3, 5]), Err(Differencing));
		assert_eq!(events(), too_near(2, 1, 2, 3));
		end_unreleased(2, &[1, 2, 3, 5]);
		assert_eq!(run(3, &[1, 2, 5, 6]), Ok(()), "four are enough");
	});
}

#[test]
fn the_same_dealers_with_the_same_data_pass() {
	build_and_execute(|| {
		six_who_ask_for_three();
		assert_eq!(run(1, &[1, 2, 3, 4]), Ok(()));
		assert_eq!(run(2, &[4, 3, 2, 1]), Ok(()));
	});
}

/// A swapped tag would make the dealer of both look like one of either, and the sets two apart.
#[test]
fn a_swapped_tag_is_no_distance() {
	build_and_execute(|| {
		six_who_ask_for_three();
		assert_ok!(set(4, WAGES, differ(3)));
		assert_eq!(run(1, &[1, 2, 3, 4]), Ok(()));
		all_deal(2, &[1, 2, 3]);
		assert_ok!(deal(2, 4, WAGES));
		events();
		assert_eq!(freeze(2, &[1, 2, 3, 4]), Err(Differencing));
		assert_eq!(events(), too_near(2, 1, 0, 3));
	});
}

/// Of two tasks the larger demand counts, whichever set it is in, and whether or not its dealer is in the other.
#[test]
fn the_largest_demand_of_either_set_counts() {
	for demanding in [1, 5] {
		for order in [[1, 2], [2, 1]] {
			build_and_execute(|| {
				assert_ok!(set(demanding, LOANS, differ(2)));
				let dealers = |task| if task == 1 { FIVE } else { FOUR };
				let [first, second] = order;
				assert_eq!(run(first, dealers(first)), Ok(()));
				assert_eq!(run(second, dealers(second)), Err(Differencing));
			});
		}
	}
}

#[test]
fn a_demand_of_one_or_none_is_none() {
	for least in [0, 1] {
		build_and_execute(|| {
			assert_ok!(set(1, LOANS, differ(least)));
			assert_eq!(run(1, &[1, 2, 3, 4]), Ok(()));
			assert_eq!(run(2, &[1, 2, 3]), Ok(()));
		});
	}
}

#[test]
fn the_largest_demand_is_met_by_sixteen() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, differ(16)));
		let all: Vec<u8> = (1..=19).collect();
		assert_eq!(run(1, &all), Ok(()));
		events();
		assert_eq!(run(2, &all[..4]), Err(Differencing));
		assert_eq!(events(), too_near(2, 1, 15, 16));
		end_unreleased(2, &all[..4]);
		assert_eq!(run(3, &all[..3]), Ok(()));
	});
}

#[test]
fn tasks_without_a_column_in_common_are_not_compared() {
	build_and_execute(|| {
		six_who_ask_for_three();
		assert_eq!(run(1, &[1, 2, 3, 4]), Ok(()));
		let over = |task, names: &[&str]| {
			all_deal(task, &[1, 2, 3]);
			Freeze { dealers: &[1, 2, 3], columns: columns(names), counting: None }.of(task)
		};
		assert_eq!(over(2, &["b"]), Ok(()));
		assert_eq!(over(3, &["c", "a"]), Err(Differencing));
	});
}

/// A task of which nothing was released is compared with no others; one that was stays, whatever became of it.
#[test]
fn nothing_released_is_nothing_known() {
	build_and_execute(|| {
		six_who_ask_for_three();
		assert_eq!(run(1, &[1, 2, 3, 4]), Ok(()));
		assert_eq!(run(2, &[1, 2, 3]), Err(Differencing));
		end_unreleased(2, &[1, 2, 3]);
		end_unreleased(1, &[1, 2, 3, 4]);
		assert_eq!(run(3, &[1, 2, 3]), Ok(()));
		assert_eq!(run(4, &[1, 2, 3, 4]), Err(Differencing));
	});
}

/// To have a dealer's demand forgotten before the freeze, by eight newer tasks that it deals to meanwhile.
#[test]
fn a_demand_that_was_pushed_out_is_the_largest() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, differ(3)));
		assert_eq!(run(1, &[1, 2, 3, 4]), Ok(()));
		all_deal(2, &[1, 2, 3]);
		for task in 10..18 {
			assert_ok!(deal(task, 1, LOANS));
		}
		events();
		// With what is still known the sets are three apart, as far as the other one asks for.
		assert_eq!(freeze(2, &[1, 2, 3]), Err(Differencing));
		assert_eq!(events(), too_near(2, 1, 3, 16));
	});
}

/// What the comparison cannot see, see the crate's head: a first task that all of them have forgotten.
#[test]
fn more_than_eight_tasks_ago_is_forgotten() {
	build_and_execute(|| {
		six_who_ask_for_three();
		assert_eq!(run(1, &[1, 2, 3, 4]), Ok(()));
		for task in 2..9 {
			assert_eq!(run(task, &[1, 2, 3, 4]), Ok(()));
			end_unreleased(task, &[]);
		}
		assert_eq!(run(9, &[1, 2, 3]), Ok(()));
	});
}

/// Group-by after the task that counted: with all of its dealers and others passes, without one of them does not.
#[test]
fn all_who_were_counted_take_part() {
	build_and_execute(|| {
		let freeze = |task, dealers: &[u8], counting| {
			all_deal(task, dealers);
			Freeze { dealers, columns: columns(&["a"]), counting }.of(task)
		};
		assert_eq!(run(1, &[1, 2, 3]), Ok(()));
		assert_eq!(freeze(2, &[1, 2, 3], Some(1)), Ok(()));
		assert_eq!(freeze(3, &[1, 2, 3, 4], Some(1)), Ok(()));
		events();
		assert_eq!(freeze(4, &[1, 2, 4, 5], Some(1)), Err(NotCounted));
		assert_eq!(events(), [Event::NotCounted { task: 4, counting: 1 }]);
	});
}

/// A count over other rows says nothing of these.
#[test]
fn a_count_over_another_data_set_is_none() {
	build_and_execute(|| {
		assert_eq!(run(1, &[1, 2, 3]), Ok(()));
		all_deal(2, &[1, 2]);
		assert_ok!(deal(2, 3, WAGES));
		let set = Freeze { dealers: &[1, 2, 3], columns: columns(&["b"]), counting: Some(1) };
		assert_eq!(set.of(2), Err(NotCounted));
	});
}

/// A task that was never frozen, released nothing, or is the one at hand, counts nobody.
#[test]
fn a_count_must_have_come_out() {
	build_and_execute(|| {
		all_deal(1, &[1, 2, 3]);
		all_deal(3, &[1, 2, 3]);
		let counted = |counting| {
			let set = Freeze { dealers: &[1, 2, 3], columns: columns(&["b"]), counting };
			set.of(3)
		};
		assert_eq!(counted(Some(1)), Err(NotCounted), "not frozen");
		assert_eq!(counted(Some(3)), Err(NotCounted), "itself");
		assert_eq!(freeze(1, &[1, 2, 3]), Ok(()));
		<Consents as Consent>::unreleased(1);
		assert_eq!(counted(Some(1)), Err(NotCounted), "not released");
		assert_eq!(counted(None), Ok(()));
	});
}

/// Sets without a dealer in common have no difference that could single somebody out, however small they are.
#[test]
fn strangers_are_not_compared() {
	build_and_execute(|| {
		assert_ok!(set(1, LOANS, differ(9)));
		assert_eq!(run(1, &[1, 2, 3]), Ok(()));
		assert_eq!(run(2, &[4, 5, 6]), Ok(()));
	});
}
