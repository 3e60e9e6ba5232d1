//! From what earlier versions stored.

use super::*;
use crate::migrations::{v1, V1ToV2};
use frame::deps::frame_support::storage::unhashed;

/// Puts state back to version 1.
fn go_back() {
	for (task, escrow) in Escrows::<Test>::iter().collect::<Vec<_>>() {
		let TaskEscrow { requester, fee, base_per_seat, data_reward, data_left, settled, rent: _ } =
			escrow;
		let old = v1::TaskEscrow { requester, fee, base_per_seat, data_reward, data_left, settled };
		unhashed::put(&Escrows::<Test>::hashed_key_for(task), &old);
	}
	StorageVersion::new(1).put::<Incentives>();
}

/// Tasks that are open at the upgrade were asked for no rent, and pay none: in whatever state their money is, it is what it was.
#[test]
fn old_escrows_keep_no_rent() {
	build_and_execute(|| {
		assert_open(TASK, 500, 90);
		assert_open(6, 70, 10);
		assert_open(7, 40, 33);
		assert_settle(&[SeatReport::Right; 5], Ending::Completed, &[100; 5]);
		Incentives::pay_dealer(TASK, &account(11), 3);
		let before: Vec<_> = Escrows::<Test>::iter().collect();
		assert_eq!(before.len(), 3);
		go_back();
		V1ToV2::<Test>::on_runtime_upgrade();
		assert_eq!(StorageVersion::get::<Incentives>(), 2);
		assert_eq!(Escrows::<Test>::iter().collect::<Vec<_>>(), before);
		assert_ok!(Incentives::do_try_state());

		assert_close(TASK, 60);
		let end = |members: &[u8], reports: &[SeatReport]| {
			let (members, none) = (committee(members), panel(&[]));
			let (longest, ending) =
				(Held { place: u32::MAX, seats: u32::MAX, bytes: u32::MAX }, Ending::Returned);
			Incentives::settle_fee(6, &members, &none, reports, None, ending, longest);
		};
		events();
		end(&[1, 2], &[SeatReport::Idle; 2]);
		let charged = |event: &Event<Test>| match event {
			Event::FeeSettled { rent, paid, returned, .. } => Some((*rent, *paid, *returned)),
			_ => None,
		};
		assert_eq!(events().iter().find_map(charged), Some((0, 40, 30)));
		assert_close(6, 10);
		assert_close(7, 73);
	});
}

/// It would take the rent off those who are asked for it.
#[test]
fn a_second_time_it_does_nothing() {
	build_and_execute(|| {
		StorageVersion::new(1).put::<Incentives>();
		V1ToV2::<Test>::on_runtime_upgrade();
		assert_eq!(StorageVersion::get::<Incentives>(), 2);
		let rent = Rent { place: 3, seats: 5, byte: 2, most: 80 };
		assert_open_with_rent(TASK, 500, 90, rent);
		V1ToV2::<Test>::on_runtime_upgrade();
		assert_eq!(Incentives::escrow(TASK).map(|escrow| escrow.rent), Some(rent));
		assert_close(TASK, 590);
	});
}
