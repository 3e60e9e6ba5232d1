//! The operator's calls, keys apart.

use super::*;

#[test]
fn a_node_lives_from_register_to_its_last_withdrawal() {
	build_and_execute(|| {
		let operator = assert_register(1, 300, 4);
		assert!(is_candidate(&operator));
		assert_bond(&operator, 50);
		assert_unbond(&operator, 150);
		assert_chill(&operator);
		assert!(!is_candidate(&operator));
		assert_activate(&operator);
		assert_set_capacity(&operator, 9);
		assert_eq!(free(&operator), 9);
		assert_chill(&operator);
		assert_unbond(&operator, 200);
		System::set_block_number(1 + UNBONDING);
		assert_leave(&operator, 350);
		assert_noop!(Registry::deregister(signed(&operator)), Error::NotRegistered);
		assert_eq!(Balances::free_balance(&operator), FUNDS);
		// All is free again.
		assert_register(1, 300, 4);
	});
}

#[test]
fn calls_want_a_node() {
	build_and_execute(|| {
		let nobody = signed(&account(1));
		let keys = registration(&account(1), 1);
		let signature = WorkerSignature::from_raw(keys.signature);
		assert_noop!(Registry::bond(nobody.clone(), 1), Error::NotRegistered);
		assert_noop!(Registry::unbond(nobody.clone(), 1), Error::NotRegistered);
		assert_noop!(Registry::withdraw(nobody.clone()), Error::NotRegistered);
		assert_noop!(Registry::chill(nobody.clone()), Error::NotRegistered);
		assert_noop!(Registry::activate(nobody.clone()), Error::NotRegistered);
		assert_noop!(Registry::set_capacity(nobody.clone(), 1), Error::NotRegistered);
		assert_noop!(Registry::set_role(nobody.clone(), Role::Verify), Error::NotRegistered);
		assert_noop!(Registry::deregister(nobody.clone()), Error::NotRegistered);
		let worker = pair(1).public();
		assert_noop!(
			Registry::rotate_key(nobody, worker, keys.seal_key, keys.proof, signature),
			Error::NotRegistered
		);
	});
}

#[test]
fn calls_want_a_signature() {
	build_and_execute(|| {
		let keys = registration(&account(1), 1);
		let signature = WorkerSignature::from_raw(keys.signature);
		let worker = pair(1).public();
		let root = RuntimeOrigin::root;
		let (seal_key, proof) = (keys.seal_key, keys.proof);
		let role = Role::Both;
		let register = Registry::register(root(), worker, seal_key, proof, signature, 100, 1, role);
		assert_noop!(register, BadOrigin);
		assert_noop!(Registry::set_role(root(), role), BadOrigin);
		assert_noop!(Registry::bond(root(), 1), BadOrigin);
		assert_noop!(Registry::unbond(root(), 1), BadOrigin);
		assert_noop!(Registry::withdraw(root()), BadOrigin);
		assert_noop!(Registry::chill(root()), BadOrigin);
		assert_noop!(Registry::activate(root()), BadOrigin);
		assert_noop!(Registry::rotate_key(root(), worker, seal_key, proof, signature), BadOrigin);
		assert_noop!(Registry::set_capacity(root(), 1), BadOrigin);
		assert_noop!(Registry::deregister(root()), BadOrigin);
	});
}

#[test]
fn register_wants_stake_and_capacity_and_no_second_node() {
	build_and_execute(|| {
		let operator = account(1);
		let keys = registration(&operator, 1);
		let worker = pair(1).public();
		let attempt = |stake, capacity| register(&operator, worker, &keys, stake, capacity);
		assert_noop!(attempt(MIN_STAKE - 1, 1), Error::BelowLeastStake);
		assert_noop!(attempt(MIN_STAKE, 0), Error::InvalidCapacity);
		assert_noop!(attempt(MIN_STAKE, MAX_ASSIGNMENTS + 1), Error::InvalidCapacity);
		// The existential deposit stays.
		assert_noop!(attempt(FUNDS, 1), TokenError::FundsUnavailable);
		assert_register(1, MIN_STAKE, MAX_ASSIGNMENTS);
		let keys = registration(&operator, 2);
		assert_noop!(
			register(&operator, pair(2).public(), &keys, MIN_STAKE, 1),
			Error::AlreadyRegistered
		);
	});
}

#[test]
fn selection_has_an_end() {
	build_and_execute(|| {
		for number in 2..2 + MAX_NODES as u8 {
			admit(number, MIN_STAKE, 1);
		}
		// Who has no more than the others displaces nobody.
		let operator = account(1);
		let keys = registration(&operator, 1);
		assert_noop!(
			register(&operator, pair(1).public(), &keys, MIN_STAKE, 1),
			Error::SelectionFull
		);
		assert_chill(&account(2));
		assert_register(1, MIN_STAKE, 1);
		assert_noop!(Registry::activate(signed(&account(2))), Error::SelectionFull);
	});
}

/// As many nodes with the least stake as there are places shut everybody else out. Now who comes
/// with more takes the place of the last of them.
#[test]
fn selection_cannot_be_squatted() {
	build_and_execute(|| {
		let last = 1 + MAX_NODES as u8;
		for number in 2..=last {
			System::set_block_number(number.into());
			admit(number, MIN_STAKE, 1);
		}
		System::set_block_number(20);
		let committee = assert_draw(1, class(MAX_NODES as u8, 1));

		let operator = account(1);
		let (keys, worker) = (registration(&operator, 1), pair(1).public());
		let stake = MIN_STAKE + 1;
		let before = node(&account(last));
		events();
		assert_ok!(register(&operator, worker, &keys, stake, 1));
		let displaced = |number, by: &AccountId| -> Event<Test> {
			Event::Displaced { node: account(number), by: by.clone() }
		};
		assert_eq!(
			events(),
			[
				displaced(last, &operator),
				Event::Registered {
					operator: operator.clone(),
					worker,
					stake,
					capacity: 1,
					role: Role::Both
				}
			]
		);
		assert!(is_candidate(&operator));
		// It keeps its stake and its seat, and serves the task.
		assert!(!is_candidate(&account(last)));
		assert_eq!(node(&account(last)), Node { active_since: None, ..before });
		assert_eq!(Pallet::tasks_of(&account(last)), [1]);
		assert_release(1, &committee);
		// It comes back with more, and another one goes.
		let back = account(last);
		assert_noop!(Registry::activate(signed(&back)), Error::SelectionFull);
		assert_bond(&back, 1);
		assert!(!is_candidate(&back));
		assert_ok!(Registry::activate(signed(&back)));
		assert_eq!(events(), [displaced(last - 1, &back), Event::Activated { operator: back }]);

		// Whoever comes has to have more than the least, and no squatter is left in the end.
		for number in 20..20 + MAX_NODES as u8 {
			admit(number, 2 * MIN_STAKE, 1);
		}
		assert!((1..=last).all(|number| !is_candidate(&account(number))));
		let operator = account(40);
		let keys = registration(&operator, 40);
		assert_noop!(
			register(&operator, pair(40).public(), &keys, 2 * MIN_STAKE, 1),
			Error::SelectionFull
		);
	});
}

#[test]
fn bond_wants_an_amount_that_is_there() {
	build_and_execute(|| {
		let operator = assert_register(1, MIN_STAKE, 1);
		assert_noop!(Registry::bond(signed(&operator), 0), Error::ZeroAmount);
		assert_noop!(Registry::bond(signed(&operator), FUNDS), TokenError::FundsUnavailable);
		assert_bond(&operator, FUNDS - MIN_STAKE - 1);
	});
}

#[test]
fn bond_restarts_the_time_in_selection() {
	build_and_execute(|| {
		let operator = assert_register(1, MIN_STAKE, 1);
		System::set_block_number(7);
		assert_bond(&operator, 1);
		assert_eq!(node(&operator).active_since, Some(7));
		assert_chill(&operator);
		assert_bond(&operator, 1);
		assert_eq!(node(&operator).active_since, None);
	});
}

#[test]
fn unbond_is_bounded() {
	build_and_execute(|| {
		let operator = assert_register(1, 1000, 1);
		let unbond = |amount| Registry::unbond(signed(&operator), amount);
		assert_noop!(unbond(0), Error::ZeroAmount);
		assert_noop!(unbond(1001), Error::NotEnoughStake);
		assert_noop!(unbond(901), Error::BelowLeastStake);
		// Chunks of one block are one.
		assert_unbond(&operator, 10);
		assert_unbond(&operator, 10);
		assert_eq!(node(&operator).unbonding.len(), 1);
		for block in 2..=MAX_UNLOCKS {
			System::set_block_number(block);
			assert_unbond(&operator, 10);
		}
		System::set_block_number(MAX_UNLOCKS + 1);
		assert_noop!(unbond(10), Error::TooManyUnlocks);
		// Chilled, all may go.
		assert_chill(&operator);
		System::set_block_number(MAX_UNLOCKS);
		assert_unbond(&operator, 830);
		assert_eq!(node(&operator).stake, 0);
		assert_noop!(Registry::activate(signed(&operator)), Error::BelowLeastStake);
	});
}

#[test]
fn withdraw_gives_what_is_due_and_no_more() {
	build_and_execute(|| {
		let operator = assert_register(1, 1000, 1);
		let withdraw = || Registry::withdraw(signed(&operator));
		assert_noop!(withdraw(), Error::NothingToWithdraw);
		assert_unbond(&operator, 200);
		System::set_block_number(5);
		assert_unbond(&operator, 300);
		System::set_block_number(UNBONDING);
		assert_noop!(withdraw(), Error::NothingToWithdraw);
		System::set_block_number(1 + UNBONDING);
		assert_withdraw(&operator, 200);
		assert_noop!(withdraw(), Error::NothingToWithdraw);
		System::set_block_number(5 + UNBONDING);
		assert_withdraw(&operator, 300);
		assert!(node(&operator).unbonding.is_empty());
	});
}

#[test]
fn withdraw_gives_what_seats_do_not_need() {
	build_and_execute(|| {
		for number in 1..=3 {
			admit(number, 1000, 2);
		}
		System::set_block_number(2);
		let modest = assert_draw(1, class(3, 1));
		let demanding = assert_draw(2, class(3, 5));
		let operator = account(1);
		assert_chill(&operator);
		assert_unbond(&operator, 400);
		System::set_block_number(3);
		assert_unbond(&operator, 200);
		System::set_block_number(3 + UNBONDING);
		// 400 would stay; the second task's class asks for 500, of which absences may have taken
		// some. What is due first goes first.
		assert_withdraw(&operator, 500 + ABSENCE_BUFFER);
		let left = Unlock { amount: 100 - ABSENCE_BUFFER, at: 3 + UNBONDING };
		assert_eq!(node(&operator).unbonding.into_inner(), [left]);
		let withdraw = || Registry::withdraw(signed(&operator));
		assert_noop!(withdraw(), Error::StakeNeeded);
		assert_release(2, &demanding);
		assert_withdraw(&operator, 100 - ABSENCE_BUFFER);
		assert_unbond(&operator, 400);
		System::set_block_number(3 + 2 * UNBONDING);
		assert_withdraw(&operator, 300 + ABSENCE_BUFFER);
		assert_noop!(withdraw(), Error::StakeNeeded);
		assert_release(1, &modest);
		assert_leave(&operator, 100 - ABSENCE_BUFFER);
	});
}

#[test]
fn withdraw_leaves_what_a_fault_in_every_seat_costs() {
	build_and_execute(|| {
		for number in 1..=3 {
			admit(number, 10 * SEAT_STAKE, 10);
		}
		System::set_block_number(2);
		let committees: Vec<_> =
			(1..=8).map(|task| (task, assert_draw(task, class(3, 1)))).collect();
		let operator = account(1);
		assert_chill(&operator);
		assert_unbond(&operator, 5 * SEAT_STAKE);
		System::set_block_number(2 + UNBONDING);
		let withdraw = || Registry::withdraw(signed(&operator));
		// What would stay is enough for each task's class, but covers five of eight seats.
		assert_eq!(node(&operator).stake, MIN_STAKE);
		assert_withdraw(&operator, 2 * SEAT_STAKE);
		for (task, committee) in &committees[..3] {
			assert_noop!(withdraw(), Error::StakeNeeded);
			assert_release(*task, committee);
			assert_withdraw(&operator, SEAT_STAKE);
		}
		assert_noop!(withdraw(), Error::NothingToWithdraw);
	});
}

/// `withdraw` may cost as much as two calls, and as all seats, and says what it was.
#[test]
fn a_withdrawal_costs_what_it_does() {
	use frame::deps::frame_support::dispatch::GetDispatchInfo;
	build_and_execute(|| {
		for number in 1..=3 {
			admit(number, 300, 2);
		}
		System::set_block_number(2);
		let committees = [assert_draw(1, class(3, 1)), assert_draw(2, class(3, 1))];
		let operator = account(1);
		assert_chill(&operator);
		assert_unbond(&operator, 100);
		System::set_block_number(3);
		assert_unbond(&operator, 200);
		let withdraw = || Registry::withdraw(signed(&operator)).unwrap().actual_weight;
		let declared = crate::Call::<Test>::withdraw {}.get_dispatch_info().call_weight;
		let (alone, forgetting) = (<() as WeightInfo>::withdraw, <() as WeightInfo>::deregister());
		assert_eq!(declared, alone(MAX_ASSIGNMENTS) + forgetting);
		System::set_block_number(2 + UNBONDING);
		assert_eq!(withdraw(), Some(alone(2)));
		for (task, committee) in [1, 2].into_iter().zip(&committees) {
			assert_release(task, committee);
		}
		System::set_block_number(3 + UNBONDING);
		assert_eq!(withdraw(), Some(alone(0) + forgetting));
		assert_eq!(Nodes::<Test>::get(&operator), None);
	});
}

/// In selection a node holds the least stake, so that it does not go by accident.
#[test]
fn a_withdrawal_leaves_the_node_that_has_stake() {
	build_and_execute(|| {
		let operator = assert_register(1, 2 * MIN_STAKE, 1);
		assert_unbond(&operator, MIN_STAKE);
		System::set_block_number(1 + UNBONDING);
		assert_withdraw(&operator, MIN_STAKE);
		assert!(is_candidate(&operator));
	});
}

#[test]
fn chill_and_activate_want_a_change() {
	build_and_execute(|| {
		let operator = assert_register(1, 100, 1);
		assert_noop!(Registry::activate(signed(&operator)), Error::AlreadyActive);
		assert_chill(&operator);
		assert_noop!(Registry::chill(signed(&operator)), Error::NotActive);
		assert_activate(&operator);
	});
}

#[test]
fn capacity_has_bounds_and_may_fall_below_the_seats() {
	build_and_execute(|| {
		for number in 1..=3 {
			admit(number, 100, 3);
		}
		System::set_block_number(2);
		let operator = account(1);
		let first = assert_draw(1, class(3, 1));
		assert_draw(2, class(3, 1));
		let set = |capacity| Registry::set_capacity(signed(&operator), capacity);
		assert_noop!(set(0), Error::InvalidCapacity);
		assert_noop!(set(MAX_ASSIGNMENTS + 1), Error::InvalidCapacity);
		assert_set_capacity(&operator, 1);
		assert_eq!(free(&operator), 0);
		assert_release(1, &first);
		assert_eq!(free(&operator), 0);
		assert_set_capacity(&operator, MAX_ASSIGNMENTS);
		assert_bond(&operator, SEAT_STAKE * Balance::from(MAX_ASSIGNMENTS));
		assert_eq!(free(&operator), MAX_ASSIGNMENTS - 1);
	});
}

#[test]
fn leaving_has_an_order() {
	build_and_execute(|| {
		for number in 1..=3 {
			admit(number, 100, 1);
		}
		System::set_block_number(2);
		let committee = assert_draw(1, class(3, 1));
		let operator = account(1);
		let leave = || Registry::deregister(signed(&operator));
		assert_noop!(leave(), Error::StillActive);
		assert_chill(&operator);
		assert_noop!(leave(), Error::StillBonded);
		// A slash may leave a member nothing; it still has its seat.
		drop(slash(&operator, 100));
		Registry::note_conviction(&operator);
		assert_noop!(leave(), Error::StillAssigned);
		assert_noop!(Registry::withdraw(signed(&operator)), Error::NothingToWithdraw);
		assert_release(1, &committee);
		assert_deregister(&operator);
	});
}

#[test]
fn try_state_sees_a_node_that_withdrew_all_and_stayed() {
	new_test_ext().execute_with(|| {
		let operator = assert_register(1, MIN_STAKE, 1);
		assert_chill(&operator);
		drop(slash(&operator, MIN_STAKE));
		let complaint = "a node that withdrew all its stake is still there";
		assert_eq!(Registry::do_try_state(), Err(complaint.into()));
		Registry::note_presence(&operator, false);
		assert_ok!(Registry::do_try_state());
	});
}

#[test]
fn try_state_counts_seats() {
	new_test_ext().execute_with(|| {
		let operator = assert_register(1, MIN_STAKE, 1);
		let seat = HeldSeat { worker: node(&operator).worker, least_stake: MIN_STAKE };
		Seats::<Test>::insert(&operator, 1, seat);
		let complaint = "a node holds another number of seats";
		assert_eq!(Registry::do_try_state(), Err(complaint.into()));
		let mut node = node(&operator);
		node.assigned = 1;
		Pallet::store(&operator, &node);
		let complaint = "a node's key has another number of seats";
		assert_eq!(Registry::do_try_state(), Err(complaint.into()));
		node.pinned = 1;
		Pallet::store(&operator, &node);
		assert_ok!(Registry::do_try_state());
		FormerKeys::<Test>::insert(WorkerKey::default(), 1);
		let complaint = "a former key has another number of seats";
		assert_eq!(Registry::do_try_state(), Err(complaint.into()));
	});
}

#[test]
fn try_state_sees_stake_without_a_node() {
	new_test_ext().execute_with(|| {
		let reason = HoldReason::Stake.into();
		assert_ok!(<Balances as MutateHold<AccountId>>::hold(&reason, &account(1), 5));
		let complaint = "stake differs from what is on hold";
		assert_eq!(Registry::do_try_state(), Err(complaint.into()));
	});
}

#[test]
fn nodes_come_in_pages() {
	build_and_execute(|| {
		for number in 0..5 {
			admit(number, 100, 1);
		}
		let all = Pallet::nodes(None);
		assert_eq!(all.len(), 5);
		let rest = Pallet::nodes(Some(all[1].account.clone()));
		assert_eq!(rest, all[2..]);
		assert!(Pallet::nodes(Some(all[4].account.clone())).is_empty());
		assert_eq!(Pallet::nodes_after(None), all);
		assert_eq!(Pallet::node(all[0].account.clone()).as_ref(), Some(&all[0]));
	});
}

#[test]
fn parameters_fit_together() {
	build_and_execute(|| {
		<Registry as Hooks<BlockNumber>>::integrity_test();
	});
}

#[test]
#[should_panic(expected = "would cost nothing")]
fn a_seat_takes_up_stake() {
	build_and_execute(|| {
		SeatStake::set(&0);
		<Registry as Hooks<BlockNumber>>::integrity_test();
	});
}

#[test]
#[should_panic(expected = "could take no seat")]
fn the_least_stake_covers_a_seat() {
	build_and_execute(|| {
		SeatStake::set(&(MIN_STAKE + 1));
		<Registry as Hooks<BlockNumber>>::integrity_test();
	});
}

#[test]
#[should_panic(expected = "could take no seat")]
fn the_buffer_leaves_what_a_seat_takes_up() {
	build_and_execute(|| {
		AbsenceBuffer::set(&(MIN_STAKE - SEAT_STAKE + 1));
		<Registry as Hooks<BlockNumber>>::integrity_test();
	});
}

#[test]
#[should_panic(expected = "no stake would count")]
fn some_stake_counts() {
	build_and_execute(|| {
		StakeCap::set(&0);
		<Registry as Hooks<BlockNumber>>::integrity_test();
	});
}

#[test]
#[should_panic(expected = "ever count as absent")]
fn absences_fit_into_their_window() {
	build_and_execute(|| {
		AbsenceWindow::set(&(MAX_ABSENCES - 1));
		<Registry as Hooks<BlockNumber>>::integrity_test();
	});
}

#[test]
#[should_panic(expected = "nobody remembers")]
fn the_window_is_remembered() {
	build_and_execute(|| {
		AbsenceWindow::set(&33);
		<Registry as Hooks<BlockNumber>>::integrity_test();
	});
}

#[test]
#[should_panic(expected = "withdraw its stake before")]
fn unbonding_outlasts_tasks() {
	build_and_execute(|| {
		LongestTask::set(&UNBONDING);
		<Registry as Hooks<BlockNumber>>::integrity_test();
	});
}
