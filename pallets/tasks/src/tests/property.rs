//! Random tasks, calls, neighbours and meters: only legal moves, all invariants, and everything
//! settles.

use crate::{
	machine::{dealing_was_over, ending, Machine, Refused},
	mock::*,
	*,
};
use frame::testing_prelude::*;
use ostraka_primitives::{
	task::{FailReason::*, Outcome::*, TaskStatus::*, Windows},
	traits::{Ending, Seed, TaskBook},
};
use proptest::{collection::vec, option, prelude::*};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug)]
enum Op {
	/// A task of a class, with a recipient or without, that requires so many of its dealers.
	Submit(SecurityClass, bool, usize),
	/// One of the invited, or the recipient, accepts, or tries to.
	Accept(TaskId, usize),
	/// All who have not accepted do.
	AcceptAll(TaskId),
	Cancel(TaskId),
	/// One of those who accepted deals; who never does has vanished.
	Deal(TaskId, usize),
	AllDealt(TaskId),
	AllAttested(TaskId),
	AllCommitted(TaskId),
	AllRevealed(TaskId),
	Blocks {
		count: u32,
		units: u64,
	},
	Entropy(Seed),
	Epoch,
	/// What a draw lacks.
	Lacks(Option<DrawError>),
	/// Somebody shows that others attested falsely, or so it was.
	Exposes(Option<u8>),
	Result(bool),
	Means(bool),
	Freezes(Found),
	/// Whose dealing does not count: that of a dealer, or the mask.
	LacksDealing(Option<u8>),
	/// Accepted sets are refused.
	RefusesSets(Option<FailReason>),
	/// Some result shares are right although there is no result.
	Share(bool),
	/// The proof is recorded, and grows by so much with what a neighbour does; or it is not.
	Recorder(Option<u64>),
	/// The task falls off the agenda, and somebody pokes it.
	FallsOff(TaskId),
}

fn frozen() -> impl Strategy<Value = Found> {
	prop_oneof![6 => (0u32..12).prop_map(Found::First), 1 => Just(Found::Unsound)]
}

fn obstacle() -> impl Strategy<Value = Option<DrawError>> {
	prop_oneof![
		3 => Just(None),
		1 => Just(Some(DrawError::TooFewNodes)),
		1 => Just(Some(DrawError::TooLittleStake)),
		1 => Just(Some(DrawError::TooLittleCapacity)),
		1 => Just(Some(DrawError::TooFewVerifiers)),
	]
}

fn op() -> impl Strategy<Value = Op> {
	use SecurityClass::*;
	let class = prop_oneof![Just(Standard), Just(Confidential), Just(Restricted)];
	let task = || 0u32..12;
	let seed = prop_oneof![
		3 => Just(Seed::Known([5; 32])),
		1 => Just(Seed::Soon),
		1 => (0u64..4).prop_map(Seed::Epoch),
	];
	prop_oneof![
		4 => (class, any::<bool>(), 0usize..3)
			.prop_map(|(class, sealed, required)| Op::Submit(class, sealed, required)),
		4 => (task(), 0usize..12).prop_map(|(task, who)| Op::Accept(task, who)),
		3 => task().prop_map(Op::AcceptAll),
		1 => task().prop_map(Op::Cancel),
		4 => (task(), 0usize..12).prop_map(|(task, who)| Op::Deal(task, who)),
		1 => task().prop_map(Op::AllDealt),
		3 => task().prop_map(Op::AllAttested),
		2 => task().prop_map(Op::AllCommitted),
		2 => task().prop_map(Op::AllRevealed),
		6 => (1u32..8, prop_oneof![Just(0u64), 0u64..150, Just(100_000)])
			.prop_map(|(count, units)| Op::Blocks { count, units }),
		1 => seed.prop_map(Op::Entropy),
		1 => Just(Op::Epoch),
		1 => obstacle().prop_map(Op::Lacks),
		1 => option::of(any::<u8>()).prop_map(Op::Exposes),
		1 => any::<bool>().prop_map(Op::Result),
		1 => any::<bool>().prop_map(Op::Means),
		1 => frozen().prop_map(Op::Freezes),
		1 => option::of(0u8..4).prop_map(Op::LacksDealing),
		1 => option::of(prop_oneof![Just(NotCounted), Just(Differencing)])
			.prop_map(Op::RefusesSets),
		1 => any::<bool>().prop_map(Op::Share),
		1 => option::of(0u64..2_000).prop_map(Op::Recorder),
		2 => task().prop_map(Op::FallsOff),
	]
}

/// The state machine, as its picture shows it. `now` is the block of the move.
fn is_legal(from: TaskStatus, to: TaskStatus, now: BlockNumber) -> bool {
	match (from, to) {
		(Inviting { .. }, Drawing { until }) => now <= until,
		(Inviting { until }, Settling(Failed(TooFewAcceptances))) => now > until,
		(Drawing { until }, Collecting { first_by, until: deal_until }) => {
			now <= until && now <= first_by && first_by <= deal_until
		},
		(Drawing { until }, Settling(Failed(NoCommittee))) => now > until,
		(
			Inviting { until } | Drawing { until } | Collecting { until, .. },
			Settling(Failed(Cancelled)),
		) => now <= until,
		(Collecting { first_by, .. }, Settling(Failed(NoDealings))) => now > first_by,
		(Collecting { .. }, Verifying { .. }) => true,
		(Verifying { until }, Committing { frozen_at, .. }) => now > until && frozen_at == now,
		(
			Verifying { until },
			Settling(Failed(
				TooFewDealers | UnsoundCommitments | DealerMissing | NotCounted | Differencing
				| MaskMissing,
			)),
		) => now > until,
		// The block in which all have attested is the last one, and never a later one than before
		(Verifying { until }, Verifying { until: last }) => {
			last == until || (last == now && now < until)
		},
		(Committing { .. }, Revealing { .. }) => true,
		(Revealing { .. }, Settling(Completed | Failed(TooFewShares))) => true,
		(Settling(outcome), Settled(after)) => outcome == after,
		_ => from == to,
	}
}

/// Whether the requester may take a task back.
fn may_cancel(task: TaskId) -> bool {
	let Some(status) = Tasks::status(task) else { return false };
	let taken = status.cancelled(Tasks::now()).is_ok();
	let early = matches!(status, Inviting { .. } | Collecting { .. });
	assert!(early || !taken, "only before and after the draw");
	taken
}

/// The recipient in all tasks that have one.
fn recipient() -> AccountId {
	account(5)
}

/// Submits a task of this class, and whoever asks for it, if that may be.
fn try_submit(class: SecurityClass, sealed: bool, required: usize) {
	let full = Tasks::open_tasks().len() as u32 == MAX_OPEN;
	let refused = full || world(|world| world.obstacle.is_some() || world.broke);
	let list = dealers(conditions(class).least_dealers + 1);
	let mut sorted = list.to_vec();
	sorted.sort();
	sorted.truncate(required);
	let asked = Conditions {
		required: sorted.try_into().unwrap(),
		sealed_to: sealed.then(recipient),
		..conditions(class)
	};
	assert_eq!(submit_all(requester(), mean(), asked, class, list).is_err(), refused);
}

/// Who is invited to a task: its dealers, and the recipient last.
fn invited(task: TaskId) -> Vec<AccountId> {
	let known = Invitations::<Test>::get(task);
	let recipient = known.and_then(|known| known.conditions.sealed_to);
	let dealers = Tasks::dealers(task);
	let whole = !dealers.is_empty();
	dealers.into_iter().chain(recipient.filter(|_| whole)).collect()
}

/// One of those who are invited to the task tries to accept.
fn try_accept(task: TaskId, who: usize) {
	let dealers = invited(task);
	let Some(dealer) = dealers.get(who % dealers.len().max(1)) else { return };
	let open = matches!(status(task), Inviting { until } if Tasks::now() <= until);
	let has_accepted = Tasks::has_accepted(task, dealer);
	let may = open && !has_accepted && !world(|world| world.broke);
	assert_eq!(accept(task, dealer).is_ok(), may);
	assert_eq!(Tasks::has_accepted(task, dealer), has_accepted || may);
}

/// One of those who accepted tries to deal.
fn try_deal(task: TaskId, who: usize) {
	let accepted = Tasks::accepted(task);
	let Some(dealer) = accepted.get(who % accepted.len().max(1)) else { return };
	let Collecting { until, .. } = status(task) else { return };
	if Tasks::now() <= until {
		deal(task, dealer);
		if dealt(task).len() == accepted.len() {
			Tasks::all_dealt(task);
		}
	}
}

/// A task loses its entry, if it has one, and is poked: that is right then alone, and brings no look before its time.
fn try_poke(task: TaskId) {
	assert!(poke(task).is_err());
	if entries(task).is_empty() {
		return;
	}
	let (before, due) = (status(task), fall_off(task));
	assert_eq!(poke(task), Ok(Pays::No.into()));
	let after = entries(task);
	assert_eq!((after.len(), status(task)), (1, before));
	// Of draws some wait for their turn: it is theirs as soon as there is weight
	let next_look = after[0].at.max(Tasks::now() + 1);
	assert!(matches!(before, Drawing { .. }) || next_look >= due.at);
}

fn apply(op: Op) {
	match op {
		Op::Submit(class, sealed, required) => try_submit(class, sealed, required),
		Op::Accept(task, who) => try_accept(task, who),
		Op::AcceptAll(task) => {
			for who in 0..invited(task).len() {
				try_accept(task, who);
			}
		},
		Op::Cancel(task) => {
			let may = may_cancel(task);
			assert_eq!(cancel(task).is_ok(), may);
		},
		Op::Deal(task, who) => try_deal(task, who),
		Op::AllDealt(task) => Tasks::all_dealt(task),
		Op::AllAttested(task) => Tasks::all_attested(task),
		Op::AllCommitted(task) => Tasks::all_committed(task),
		Op::AllRevealed(task) => Tasks::all_revealed(task),
		Op::Blocks { units: limit, .. } => {
			assert!(poll_block(units(limit)).all_lte(units(limit)));
		},
		Op::Entropy(seed) => world(|world| world.seed = seed),
		Op::Epoch => {
			let next = Tasks::relay_epoch().map_or(0, |known| known.number + 1);
			assert!(Tasks::note_relay_epoch(next, [1; 32]));
		},
		Op::Lacks(obstacle) => world(|world| world.obstacle = obstacle),
		Op::Exposes(by) => world(|world| world.exposer = by.map(account)),
		Op::Result(there) => world(|world| world.has_result = there),
		Op::Means(there) => world(|world| world.broke = !there),
		Op::Freezes(found) => world(|world| world.found = found),
		Op::LacksDealing(whose) => {
			let of = |place: u8| match place {
				0 => recipient(),
				_ => dealers(4)[usize::from(place)].clone(),
			};
			world(|world| world.lacks = whose.map(of).into_iter().collect());
		},
		Op::RefusesSets(reason) => world(|world| world.refuses.sets = reason),
		Op::Share(there) => world(|world| world.has_share = there),
		Op::Recorder(grows) => world(|world| {
			world.recorded = grows.map(|_| 0);
			world.grows = grows.unwrap_or_default();
		}),
		Op::FallsOff(task) => try_poke(task),
	}
}

/// Applies an operation and checks every task's move.
fn checked(op: Op) {
	let before: BTreeMap<_, _> = Statuses::<Test>::iter().collect();
	apply(op);
	Tasks::do_try_state().unwrap();
	for (task, to) in Statuses::<Test>::iter() {
		match before.get(&task) {
			Some(from) => {
				assert!(is_legal(*from, to, Tasks::now()), "{from:?} to {to:?} by {op:?}");
				let shortened =
					matches!((from, to), (Verifying { .. }, Verifying { .. }) if *from != to);
				let by_attestations = matches!(op, Op::AllAttested(of) if of == task);
				assert!(!shortened || by_attestations, "{from:?} to {to:?} by {op:?}");
				if to == Settling(Failed(TooFewShares)) && *from != to {
					let told = heard(task).contains(&Heard::Unreleased { task });
					assert_eq!(told, !world(|world| world.has_share), "of task {task}");
				}
			},
			None => assert!(matches!(to, Inviting { .. })),
		}
	}
}

/// What the neighbours were asked to do for a settled task.
fn check_journal(task: TaskId) {
	let journal = journal(task);
	let count = |wanted: fn(&Did) -> bool| journal.iter().filter(|did| wanted(did)).count();
	assert_eq!(count(|did| matches!(did, Did::Opened { .. })), 1);
	assert_eq!(count(|did| matches!(did, Did::Paid { .. })), 1);
	assert_eq!(count(|did| matches!(did, Did::Closed { .. })), 1);
	let drawn = count(|did| matches!(did, Did::Drew { .. }));
	assert!(drawn <= 1);
	// What failed before its draw leaves its state alone
	let left = Tasks::task(task);
	assert_eq!(drawn == 1, left.is_some());
	assert!(left.as_ref().is_none_or(|task| task.task_hash.is_some()));
	assert_eq!(count(|did| matches!(did, Did::Shared { .. })), drawn);
	assert_eq!(count(|did| matches!(did, Did::Freed { .. })), drawn);
	assert_eq!(count(|did| matches!(did, Did::Released { .. })), drawn);
	assert!(matches!(journal.last(), Some(Did::Closed { .. })));
	let Settled(outcome) = status(task) else { panic!("task {task} is not settled") };
	let (of_committee, of_panel) = left.as_ref().map_or((0, 0), |task| {
		(usize::from(task.parameters.seats), usize::from(task.parameters.verifiers))
	});
	for did in journal {
		match did {
			Did::Shared { opening, .. } => {
				let drawn = left.as_ref().unwrap();
				let (seats, class) = ((opening.seats, opening.verifiers), &drawn.parameters);
				assert_eq!(seats, (class.all_seats(), class.verifiers));
				assert_eq!(opening.recipient, drawn.conditions.sealed_to);
			},
			Did::Paid { seats, panel, reports, exposer, ending: said, .. } => {
				assert_eq!((seats, panel, reports), (of_committee, of_panel, seats + panel));
				// Without seats nobody can have attested falsely
				assert!(drawn == 1 || exposer.is_none());
				// It pays for its place from the submission on, as for seats from the draw on, and a tenth until then
				let (held, rent) = world(|world| (world.held[&task], world.rented[&task]));
				assert!(held.place > 0 && held.seats <= held.place);
				let waited = left.as_ref().map(|task| task.drawn_at.unwrap() - task.submitted_at);
				let waiting = waited.unwrap_or(held.place);
				assert_eq!(held.seats, held.place - waiting + waiting.div_ceil(10));
				assert_eq!(held.place > waiting, drawn == 1);
				assert!(0 < rent.due(&held) && rent.due(&held) <= rent.most);
				assert_eq!(said, ending(outcome, drawn == 1));
				assert_eq!(said == Ending::Completed, outcome == Completed);
			},
			Did::Freed { completed, .. } => assert_eq!(completed, outcome == Completed),
			// Nobody's capacity is kept, of whichever kind its seat is
			Did::Released { seats, panel, .. } => {
				assert_eq!((seats, panel), (of_committee, of_panel));
			},
			_ => {},
		}
	}
}

/// What became of the deposits of a settled task.
fn check_deposits(task: TaskId) {
	let Settled(outcome) = status(task) else { panic!("task {task} is not settled") };
	let dealt = dealt(task);
	let deposits = world(|world| world.deposits.clone());
	let (mut accepted, mut sealed) = (Vec::new(), false);
	for ((_, dealer), deposit) in deposits.into_iter().filter(|((of, _), _)| *of == task) {
		let forfeited = dealing_was_over(outcome) && !dealt.contains(&dealer);
		let expected = if forfeited { Deposit::Forfeited } else { Deposit::Returned };
		assert_eq!(deposit, expected, "of {dealer} in task {task}, {outcome:?}");
		if dealer == recipient() {
			sealed = true;
		} else {
			accepted.push(dealer);
		}
	}
	if let Some(found) = Tasks::task(task) {
		assert_eq!(found.accepted as usize, accepted.len());
		assert!(found.accepted >= found.conditions.least_dealers);
		assert!(found.conditions.required.iter().all(|dealer| accepted.contains(dealer)));
		assert_eq!(sealed, found.conditions.sealed_to.is_some());
	}
	check_memory(task, outcome, &accepted);
}

/// What is remembered of a settled task's dealers: all of it, if anything was released, and else nothing.
fn check_memory(task: TaskId, outcome: Outcome, accepted: &[AccountId]) {
	let heard = heard(task);
	let count = |wanted: fn(&Heard) -> bool| heard.iter().filter(|heard| wanted(heard)).count();
	let frozen = count(|heard| matches!(heard, Heard::Freezes { .. }));
	let unreleased = count(|heard| matches!(heard, Heard::Unreleased { .. }));
	assert!(frozen <= 1 && unreleased <= 1);
	let mut forgotten: Vec<_> = heard
		.iter()
		.filter_map(|heard| match heard {
			Heard::FellAway { dealer, .. } => Some(dealer.clone()),
			_ => None,
		})
		.collect();
	forgotten.sort();
	match outcome {
		Completed => assert_eq!((frozen, unreleased, forgotten.len()), (1, 0, 0)),
		Failed(TooFewShares) if unreleased == 0 => assert!(forgotten.is_empty()),
		Failed(reason) => {
			assert_eq!(unreleased == 1, reason == TooFewShares);
			let mut all = accepted.to_vec();
			all.sort();
			assert_eq!(forgotten, all, "of task {task}, {outcome:?}");
		},
	}
}

/// Whether an accepted set may have a result.
fn set() -> impl Strategy<Value = Result<(), FailReason>> {
	prop_oneof![
		4 => Just(Ok(())),
		1 => Just(Err(UnsoundCommitments)),
		1 => Just(Err(TooFewDealers)),
		1 => Just(Err(DealerMissing)),
		1 => Just(Err(NotCounted)),
		1 => Just(Err(Differencing)),
		1 => Just(Err(MaskMissing)),
	]
}

fn any_status() -> impl Strategy<Value = TaskStatus> {
	let outcome = || {
		prop_oneof![
			Just(Completed),
			Just(Failed(NoCommittee)),
			Just(Failed(TooFewDealers)),
			Just(Failed(TooFewShares)),
			Just(Failed(Cancelled)),
			Just(Failed(TooFewAcceptances)),
			Just(Failed(NoDealings)),
			Just(Failed(UnsoundCommitments)),
			Just(Failed(DealerMissing)),
			Just(Failed(NotCounted)),
			Just(Failed(Differencing)),
			Just(Failed(MaskMissing)),
		]
	};
	let block = || prop_oneof![0u32..100, Just(u32::MAX)];
	prop_oneof![
		block().prop_map(|until| Inviting { until }),
		block().prop_map(|until| Drawing { until }),
		(block(), block()).prop_map(|(first_by, until)| Collecting { first_by, until }),
		block().prop_map(|until| Verifying { until }),
		(block(), block()).prop_map(|(frozen_at, until)| Committing { frozen_at, until }),
		block().prop_map(|until| Revealing { until }),
		outcome().prop_map(Settling),
		outcome().prop_map(Settled),
	]
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

	#[test]
	fn tasks_move_legally_and_all_settle(ops in vec(op(), 1..100), verifiers in 0u8..5) {
		build_and_execute(|| {
			ask_for_verifiers(verifiers);
			for op in ops {
				let times = if let Op::Blocks { count, .. } = op { count } else { 1 };
				for _ in 0..times {
					checked(op);
				}
			}
			// With weight again, every task comes to its end
			let limit = Tasks::now() + Tasks::longest_task() + 5;
			while Tasks::now() < limit && !Tasks::open_tasks().is_empty() {
				checked(Op::Blocks { count: 1, units: 100_000 });
			}
			for (task, status) in Statuses::<Test>::iter() {
				assert!(is_settled(status), "task {task} is stuck in {status:?}");
				check_journal(task);
				check_deposits(task);
			}
			assert!(Tasks::open_tasks().is_empty());
		});
	}

	#[test]
	fn the_machine_refuses_all_but_its_edges(
		from in any_status(),
		now in prop_oneof![0u32..100, Just(u32::MAX)],
		found in set(),
		has_result: bool,
		all: bool,
		enough: bool,
		first in 0u32..10,
	) {
		let windows = Windows { collect: 5, verify: 6, commit: 7, reveal: 8 };
		let moves = [
			// All who are invited are always enough
			from.invited(now, 9, all, all || enough),
			from.drawn(now, &windows, first),
			from.undrawn(now),
			from.cancelled(now),
			from.undealt(now),
			from.dealt(now, &windows),
			from.attested(now),
			from.frozen(now, &windows, found),
			from.committed(now, &windows),
			from.revealed(has_result),
			from.settled(),
		];
		for to in moves.into_iter().flatten() {
			prop_assert!(to != from && is_legal(from, to, now), "{:?} to {:?}", from, to);
		}
		let none = moves.iter().all(Result::is_err);
		// All can be left but in the last block of verification, and nothing leaves `Settled`
		match from {
			Settled(_) => prop_assert!(none && from.due_at(now).is_none()),
			// Its last block belongs to who accuses, however it came to be the last
			Verifying { until } => prop_assert_eq!(none, now == until),
			_ => prop_assert!(!none),
		}
		prop_assert_eq!(
			from.frozen(now, &windows, found).err(),
			from.may_freeze(now).err()
		);
		// Nobody is shut out of the block in which all have attested, and the next one freezes
		if let Ok(shortened) = from.attested(now) {
			prop_assert_eq!(shortened.may_freeze(now), Err(Refused::TooEarly));
			prop_assert_eq!(shortened.attested(now), Err(Refused::TooLate));
			prop_assert_eq!(shortened.may_freeze(now + 1), Ok(()));
			prop_assert_eq!(shortened.due_at(now), Some(now + 1));
		}
		if let Collecting { .. } = from {
			prop_assert_eq!(from.settled(), Err(Refused::WrongState));
		}
		// Inviting ends early only when nobody is left to accept
		if let Inviting { until } = from {
			let refused = from.invited(now, 9, false, enough).is_err();
			prop_assert_eq!(refused, now <= until);
		}
	}
}
