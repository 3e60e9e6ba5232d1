//! Tests of the view of a task.

use super::*;

fn view(members: u8, verifiers: u8) -> TaskView {
	let seat = |number: u8| Seat {
		account: AccountId::new([number; 32]),
		worker: WorkerKey::from_raw([number; 32]),
		seal_key: [number; 32],
	};
	let first_verifier = members + 1;
	let committee: Vec<_> = (1..first_verifier).map(seat).collect();
	let panel: Vec<_> = (first_verifier..first_verifier + verifiers).map(seat).collect();
	TaskView {
		protocol: 6,
		task_hash: [0; 32],
		threshold: 1,
		length: 1,
		proof_length: 0,
		accepted: 0,
		status: TaskStatus::Drawing { until: 0 },
		committee: committee.try_into().unwrap(),
		panel: panel.try_into().unwrap(),
		recipient: None,
	}
}

#[test]
fn seats_stand_in_one_row() {
	let view = view(3, 2);
	for number in 1..=5 {
		let seat = view.seat(number).unwrap();
		assert_eq!(seat.account, AccountId::new([number; 32]));
		assert_eq!(view.computes(number), number <= 3);
	}
	for number in [0, 6, 255] {
		assert!(view.seat(number).is_none() && !view.computes(number), "{number}");
	}
	assert_eq!(view.seats(), 5);
}

#[test]
fn a_panel_may_be_empty() {
	let view = view(3, 0);
	assert_eq!(view.seats(), 3);
	assert!(view.seat(3).is_some() && view.seat(4).is_none());
}

/// One dealing of each dealer who accepted, and one of the recipient.
#[test]
fn a_mask_is_awaited_too() {
	let view = TaskView { accepted: 4, ..view(3, 0) };
	assert_eq!(view.awaited(), 4);
	assert_eq!(TaskView { recipient: Some(AccountId::new([9; 32])), ..view }.awaited(), 5);
}
