//! What to do, as a function of what is seen.

use crate::worker::decide::*;
use frame::prelude::Weight;
use ostraka_primitives::{
	task::{FailReason, Outcome, TaskStatus},
	BlockNumber,
};
use proptest::prelude::*;

const LAG: BlockNumber = 3;
const RETRY: BlockNumber = 4;

fn dealing(first: u8, share: Option<ShareState>) -> Dealing {
	let mut digest = [0; 32];
	digest[0] = first;
	Dealing {
		dealer: [first; 32].into(),
		digest,
		dealt_at: 10,
		counts: true,
		accusable: true,
		challengeable: true,
		disputed_at: None,
		share,
	}
}

fn seat(status: TaskStatus) -> SeatView {
	SeatView {
		seat: 2,
		seats: 5,
		verifies: false,
		status,
		attested: false,
		committed: false,
		answered: false,
		excused: false,
		may_accuse: true,
	}
}

/// A seat of the panel.
fn verifier(status: TaskStatus) -> SeatView {
	SeatView { verifies: true, ..seat(status) }
}

fn right(count: u8) -> Vec<Dealing> {
	(0..count).map(|first| dealing(first, Some(ShareState::Right))).collect()
}

const COLLECTING: TaskStatus = TaskStatus::Collecting { first_by: 30, until: 100 };
const COMMITTING: TaskStatus = TaskStatus::Committing { frozen_at: 20, until: 30 };
const REVEALING: TaskStatus = TaskStatus::Revealing { until: 40 };
const VERIFYING: TaskStatus = TaskStatus::Verifying { until: 60 };

/// Whether it attests, with these dealings before it.
fn attests(seat: SeatView, dealings: &[Dealing], extent: Extent, now: BlockNumber) -> bool {
	seat.plan(dealings, extent, now, LAG, RETRY).attest
}

#[test]
fn attests_while_there_is_time_and_once() {
	for (now, due) in [(11, true), (59, true), (60, false), (61, false)] {
		assert_eq!(attests(seat(VERIFYING), &right(3), Extent::All, now), due, "{now}");
	}
	for (changed, why) in [
		(SeatView { attested: true, ..seat(VERIFYING) }, "it has"),
		(SeatView { may_accuse: false, ..seat(VERIFYING) }, "nobody waits for a false accuser"),
		(SeatView { excused: true, ..seat(VERIFYING) }, "nor for who is excused"),
		(seat(COLLECTING), "there may be more dealings"),
		(seat(COMMITTING), "it is over"),
		(seat(REVEALING), "it is over"),
	] {
		assert!(!attests(changed, &right(3), Extent::All, 25), "{why}");
	}
}

#[test]
fn attests_only_to_shares_that_it_has_seen_to_be_right() {
	let unsure = [
		None,
		Some(ShareState::Unopened),
		Some(ShareState::Missing(12)),
		Some(ShareState::Unproven),
	];
	for share in unsure.into_iter().chain([Some(ShareState::Wrong), Some(ShareState::Forged)]) {
		let mut dealings = right(3);
		dealings.push(dealing(9, share));
		assert!(!attests(seat(VERIFYING), &dealings, Extent::All, 25), "{share:?}");
		assert!(!attests(seat(VERIFYING), &dealings[3..], Extent::Open, 25), "{share:?}");
	}
	// An accusation that is on its way is none that has been judged.
	let mut accused = dealing(9, Some(ShareState::Wrong));
	accused.disputed_at = Some(25);
	assert!(!attests(seat(VERIFYING), &[accused], Extent::Open, 26));
	// That there is none, or none that counts any more, is something to attest to.
	for extent in [Extent::All, Extent::Open] {
		assert!(attests(seat(VERIFYING), &[], extent, 25));
	}
}

/// What is excluded is there to be challenged, and for nothing else.
#[test]
fn what_does_not_count_keeps_nobody_from_attesting_or_answering() {
	let out = |share| Dealing { counts: false, accusable: false, ..dealing(9, share) };
	for share in [None, Some(ShareState::Wrong), Some(ShareState::Forged)] {
		let mut dealings = right(3);
		dealings.push(out(share));
		assert!(attests(seat(VERIFYING), &dealings, Extent::Open, 25), "{share:?}");
		let plan = seat(COMMITTING).plan(&dealings, Extent::All, 25, LAG, RETRY);
		assert_eq!(plan.answer, Some(Answer::Commit), "{share:?}");
		assert!(!seat(COMMITTING).looks_at_proofs(&dealings, false), "{share:?}");
		let disputes = seat(VERIFYING).plan(&dealings, Extent::Open, 59, LAG, RETRY).dispute;
		assert_eq!(disputes.len(), usize::from(share == Some(ShareState::Forged)));
	}
	let alone = [out(Some(ShareState::Right))];
	assert_eq!(seat(COMMITTING).plan(&alone, Extent::All, 25, LAG, RETRY).answer, None);
}

/// Of some of the dealings no sum is made.
#[test]
fn answers_nothing_over_a_part_of_the_set() {
	for (status, answer) in [(COMMITTING, Answer::Commit), (REVEALING, Answer::Reveal)] {
		let plan = |extent| seat(status).plan(&right(3), extent, 25, LAG, RETRY).answer;
		assert_eq!(plan(Extent::All), Some(answer));
		assert_eq!(plan(Extent::Open), None);
	}
}

#[test]
fn commits_only_after_the_lag_and_within_the_window() {
	let answer = |now| seat(COMMITTING).plan(&right(3), Extent::All, now, LAG, RETRY).answer;
	assert_eq!(answer(22), None);
	assert_eq!(answer(23), Some(Answer::Commit));
	assert_eq!(answer(30), Some(Answer::Commit));
	assert_eq!(answer(31), None);
}

#[test]
fn reveals_in_its_window_whether_it_committed_or_not() {
	for committed in [false, true] {
		let seat = SeatView { committed, ..seat(REVEALING) };
		assert_eq!(seat.plan(&right(3), Extent::All, 35, LAG, RETRY).answer, Some(Answer::Reveal));
		assert_eq!(seat.plan(&right(3), Extent::All, 41, LAG, RETRY).answer, None);
	}
}

#[test]
fn answers_nothing_while_a_share_is_missing_wrong_or_unseen() {
	let unseen = [None, Some(ShareState::Unopened), Some(ShareState::Missing(12))];
	for share in unseen.into_iter().chain([Some(ShareState::Wrong)]) {
		let mut dealings = right(3);
		dealings.push(dealing(9, share));
		for status in [COMMITTING, REVEALING] {
			assert_eq!(seat(status).plan(&dealings, Extent::All, 25, LAG, RETRY).answer, None);
		}
	}
	assert_eq!(seat(COMMITTING).plan(&[], Extent::All, 25, LAG, RETRY).answer, None);
}

#[test]
fn has_nothing_to_do_once_included_convicted_or_ended() {
	let idle = [
		SeatView { committed: true, ..seat(COMMITTING) },
		SeatView { answered: true, ..seat(COMMITTING) },
		SeatView { answered: true, ..seat(REVEALING) },
		SeatView { excused: true, may_accuse: false, ..seat(COMMITTING) },
		SeatView { excused: true, may_accuse: false, ..seat(REVEALING) },
		seat(TaskStatus::Inviting { until: 99 }),
		seat(TaskStatus::Drawing { until: 99 }),
		seat(TaskStatus::Settling(Outcome::Completed)),
		seat(TaskStatus::Settled(Outcome::Failed(FailReason::TooFewShares))),
	];
	for seat in idle {
		assert!(!seat.is_busy());
		assert_eq!(seat.plan(&right(3), Extent::All, 25, LAG, RETRY), Plan::default());
	}
}

#[test]
fn accuses_in_turn_before_the_freeze() {
	let wrong = [dealing(0, Some(ShareState::Wrong))];
	// Seat 2 has rank 2 in the queue of a digest that starts at place 0.
	let plan = |now| seat(COLLECTING).plan(&wrong, Extent::All, now, LAG, RETRY).dispute;
	assert_eq!(plan(13), Vec::<usize>::new());
	assert_eq!(plan(14), vec![0]);
}

#[test]
fn accuses_in_time_for_two_attempts_before_verification_ends() {
	let mut late = dealing(0, Some(ShareState::Wrong));
	late.dealt_at = 50;
	let verifying = TaskStatus::Verifying { until: 60 };
	let plan = |now| seat(verifying).plan(&[late.clone()], Extent::All, now, LAG, RETRY).dispute;
	assert_eq!(plan(51), Vec::<usize>::new());
	assert_eq!(plan(52), vec![0]);
}

#[test]
fn accuses_at_once_after_the_freeze() {
	let wrong = [dealing(3, Some(ShareState::Wrong))];
	for status in [COMMITTING, REVEALING] {
		assert_eq!(seat(status).plan(&wrong, Extent::All, 20, LAG, RETRY).dispute, vec![0]);
	}
	assert_eq!(seat(REVEALING).plan(&wrong, Extent::All, 39, LAG, RETRY).dispute, vec![0]);
	assert_eq!(
		seat(REVEALING).plan(&wrong, Extent::All, 40, LAG, RETRY),
		Plan::default(),
		"too late"
	);
}

#[test]
fn an_excused_member_accuses_on_and_answers_nothing() {
	for status in [COMMITTING, REVEALING] {
		let excused = SeatView { excused: true, ..seat(status) };
		assert_eq!(excused.plan(&right(3), Extent::All, 25, LAG, RETRY), Plan::default());
		let mut dealings = right(3);
		dealings.push(dealing(9, Some(ShareState::Wrong)));
		let plan = Plan { dispute: vec![3], most: 1, attest: false, answer: None };
		assert_eq!(excused.plan(&dealings, Extent::All, 25, LAG, RETRY), plan);
	}
}

#[test]
fn accuses_nobody_without_the_right_to_or_to_no_effect() {
	let wrong = [dealing(0, Some(ShareState::Wrong))];
	let barred = SeatView { may_accuse: false, ..seat(COLLECTING) };
	assert_eq!(barred.plan(&wrong, Extent::All, 50, LAG, RETRY).dispute, Vec::<usize>::new());
	let spent = [Dealing { accusable: false, ..wrong[0].clone() }];
	assert_eq!(
		seat(COLLECTING).plan(&spent, Extent::All, 50, LAG, RETRY).dispute,
		Vec::<usize>::new()
	);
}

/// The share is right: of the frozen set it is added up, whoever was to challenge the proof, or to look at it.
#[test]
fn answers_over_forged_and_unproven_dealings() {
	let mut dealings = right(3);
	dealings.push(dealing(8, Some(ShareState::Unproven)));
	dealings.push(dealing(9, Some(ShareState::Forged)));
	for (status, answer) in [(COMMITTING, Answer::Commit), (REVEALING, Answer::Reveal)] {
		let plan = |extent| seat(status).plan(&dealings, extent, 25, LAG, RETRY).answer;
		assert_eq!(plan(Extent::All), Some(answer));
		assert_eq!(plan(Extent::Open), None);
	}
}

#[test]
fn disputes_nothing_whose_proof_it_has_not_seen() {
	let unproven = dealing(0, Some(ShareState::Unproven));
	assert_eq!(unproven.dispute(), None);
	for status in [COLLECTING, VERIFYING, COMMITTING, REVEALING] {
		let one = core::slice::from_ref(&unproven);
		assert!(seat(status).plan(one, Extent::All, 30, LAG, RETRY).dispute.is_empty());
	}
}

#[test]
fn proofs_wait_for_the_answer_once_the_set_is_frozen() {
	let dealings = [dealing(0, Some(ShareState::Unproven)), dealing(1, Some(ShareState::Forged))];
	for status in [COLLECTING, VERIFYING] {
		assert!(seat(status).looks_at_proofs(&dealings, false));
	}
	for status in [COMMITTING, REVEALING] {
		assert!(!seat(status).looks_at_proofs(&dealings, false));
		assert!(seat(status).looks_at_proofs(&dealings, true));
		// None is due, or none can be given.
		assert!(SeatView { excused: true, ..seat(status) }.looks_at_proofs(&dealings, false));
		let wrong = dealing(2, Some(ShareState::Wrong));
		let dealings = [dealings[0].clone(), wrong];
		assert!(seat(status).looks_at_proofs(&dealings, false));
	}
}

#[test]
fn challenges_in_turn_before_the_freeze_and_from_it_on() {
	let forged = [dealing(0, Some(ShareState::Forged))];
	assert_eq!(forged[0].dispute(), Some(Dispute::Challenge));
	// The row is one: nobody's turn depends on whose seat it is.
	for of in [seat, verifier] {
		let due = |status, now| {
			let plan = of(status).plan(&forged, Extent::All, now, LAG, RETRY);
			assert_eq!(plan.dispute.len(), plan.most);
			plan.most == 1
		};
		// Dealt in block 10, and of rank 2.
		assert!(!due(COLLECTING, 13) && due(COLLECTING, 14));
		assert!(!due(VERIFYING, 13) && due(VERIFYING, 14));
		let soon_over = TaskStatus::Verifying { until: 19 };
		assert!(!due(soon_over, 10) && due(soon_over, 11), "in time for two attempts");
		// Frozen in block 20.
		assert!(!due(COMMITTING, 23) && due(COMMITTING, 24));
		assert!(due(REVEALING, 31) && !due(REVEALING, 40), "too late");
	}
}

#[test]
fn a_verifier_attests_as_a_member_does() {
	for (now, due) in [(11, true), (59, true), (60, false)] {
		assert_eq!(attests(verifier(VERIFYING), &right(3), Extent::All, now), due, "{now}");
	}
	assert!(attests(verifier(VERIFYING), &[], Extent::Open, 25));
	for status in [COLLECTING, COMMITTING, REVEALING] {
		assert!(!attests(verifier(status), &right(3), Extent::All, 25));
	}
	for share in [
		None,
		Some(ShareState::Unopened),
		Some(ShareState::Missing(12)),
		Some(ShareState::Unproven),
		Some(ShareState::Forged),
	] {
		let open = [dealing(9, share)];
		assert!(!attests(verifier(VERIFYING), &open, Extent::Open, 25), "{share:?}");
	}
	let attested = SeatView { attested: true, ..verifier(VERIFYING) };
	assert!(!attests(attested, &right(3), Extent::All, 25));
	let barred = SeatView { may_accuse: false, ..verifier(VERIFYING) };
	assert!(!attests(barred, &right(3), Extent::All, 25));
}

/// It has no shares to open, and nothing else to do once it may dispute nothing.
#[test]
fn a_verifier_is_busy_as_long_as_dealings_can_be_disputed() {
	for status in [COLLECTING, VERIFYING, COMMITTING, REVEALING] {
		assert!(verifier(status).is_busy());
		assert!(SeatView { attested: true, ..verifier(status) }.is_busy());
		assert!(!SeatView { may_accuse: false, ..verifier(status) }.is_busy());
		assert_eq!(
			seat(status).answer_due(25, LAG).is_some(),
			status == COMMITTING || status == REVEALING
		);
		assert_eq!(verifier(status).answer_due(25, LAG), None);
		let unproven = [dealing(0, Some(ShareState::Unproven))];
		assert!(verifier(status).looks_at_proofs(&unproven, false), "nothing goes before");
	}
	for status in [
		TaskStatus::Inviting { until: 99 },
		TaskStatus::Drawing { until: 99 },
		TaskStatus::Settling(Outcome::Completed),
		TaskStatus::Settled(Outcome::Completed),
	] {
		assert!(!verifier(status).is_busy());
	}
}

#[test]
fn challenges_only_what_its_challenge_would_convict() {
	let forged = dealing(0, Some(ShareState::Forged));
	let wrong = dealing(0, Some(ShareState::Wrong));
	for (changed, expected) in [
		// A dealer convicted late may still be accused, for an excuse, and challenged only if that exposes somebody.
		(Dealing { challengeable: false, ..forged.clone() }, None),
		(Dealing { accusable: false, ..forged.clone() }, Some(Dispute::Challenge)),
		(Dealing { challengeable: false, ..wrong.clone() }, Some(Dispute::Accuse)),
		(Dealing { accusable: false, ..wrong }, None),
		(dealing(0, Some(ShareState::Right)), None),
		(dealing(0, None), None),
	] {
		assert_eq!(changed.dispute(), expected);
		let plan = seat(COLLECTING).plan(&[changed], Extent::All, 50, LAG, RETRY);
		assert_eq!(plan.dispute.len(), usize::from(expected.is_some()));
	}
	let barred = SeatView { may_accuse: false, ..seat(COLLECTING) };
	let one = core::slice::from_ref(&forged);
	assert_eq!(barred.plan(one, Extent::All, 50, LAG, RETRY), Plan::default());
	let on_its_way = Dealing { disputed_at: Some(49), ..forged };
	assert_eq!(seat(COLLECTING).plan(&[on_its_way], Extent::All, 50, LAG, RETRY), Plan::default());
}

/// So many wrong shares, dealt in block 0.
fn flood(count: u16) -> Vec<Dealing> {
	let one = |number: u16| {
		let mut dealing = dealing(0, Some(ShareState::Wrong));
		dealing.digest[..2].copy_from_slice(&number.to_le_bytes());
		Dealing { dealt_at: 0, ..dealing }
	};
	(0..count).map(one).collect()
}

#[test]
fn accuses_as_fast_as_the_time_left_asks_for() {
	let most =
		|status, count, now| seat(status).plan(&flood(count), Extent::All, now, LAG, RETRY).most;
	assert_eq!(most(COLLECTING, 500, 99), MIN_ACCUSATIONS);
	// Two attempts before the end: twenty blocks less eight.
	let verifying = TaskStatus::Verifying { until: 120 };
	assert_eq!(most(verifying, 40, 100), MIN_ACCUSATIONS);
	assert_eq!(most(verifying, 240, 100), 20);
	assert_eq!(most(verifying, 241, 100), 21);
	assert_eq!(most(verifying, 500, 118), MAX_ACCUSATIONS);
	assert_eq!(most(verifying, 30, 118), 30);
	assert_eq!(most(verifying, 3, 118), 3);
	for status in [COMMITTING, REVEALING] {
		assert_eq!(most(status, 500, 25), MAX_ACCUSATIONS);
	}
}

#[test]
fn challenges_of_a_run_leave_a_quarter_of_a_block() {
	let block = Weight::from_parts(2_000, 4_000);
	let most = |time, proof| most_challenges(block, Weight::from_parts(time, proof));
	assert_eq!([most(500, 0), most(501, 0), most(750, 0), most(751, 0)], [3, 2, 2, 1]);
	assert_eq!(most(5_000, 0), 1, "one may always be sent");
	assert_eq!(most(500, 1_500), 2, "by what is scarcest");
	assert_eq!([most(24, 0), most(23, 0), most(1, 0)], [62, MAX_ACCUSATIONS, MAX_ACCUSATIONS]);
	assert_eq!(most(0, 0), MAX_ACCUSATIONS);
}

#[test]
fn what_is_on_its_way_takes_no_place() {
	let mut dealings = flood(12);
	let first = seat(COLLECTING).plan(&dealings, Extent::All, 90, LAG, RETRY);
	assert_eq!((first.dispute.len(), first.most), (12, MIN_ACCUSATIONS));
	for place in first.dispute.into_iter().take(first.most) {
		dealings[place].disputed_at = Some(90);
	}
	let second = seat(COLLECTING).plan(&dealings, Extent::All, 91, LAG, RETRY);
	assert_eq!((second.dispute.len(), second.most), (4, 4));
	assert!(second.dispute.iter().all(|place| dealings[*place].disputed_at.is_none()));
	// Those that were not included come again when their time is over.
	assert_eq!(
		seat(COLLECTING).plan(&dealings, Extent::All, 90 + RETRY, LAG, RETRY).dispute.len(),
		12
	);
}

#[test]
fn every_accusation_comes_first_in_some_block() {
	let dealings = flood(12);
	let first = |now| seat(COLLECTING).plan(&dealings, Extent::All, now, LAG, RETRY).dispute[0];
	let mut firsts: Vec<_> = (50..62).map(first).collect();
	firsts.sort_unstable();
	assert_eq!(firsts, (0..12).collect::<Vec<usize>>());
}

#[test]
fn a_flood_of_wrong_shares_is_accused_before_verification_ends() {
	// Room for so many accusations in a block, and the window that the task book gives 512 dealers and 7 seats.
	const ROOM: usize = 32;
	const UNTIL: BlockNumber = 4 + 2 * 7 + 17;
	let seat = SeatView { seats: 7, ..seat(TaskStatus::Verifying { until: UNTIL }) };
	let mut dealings = flood(512);
	let mut pool: Vec<usize> = Vec::new();
	for now in 1..=UNTIL {
		for place in pool.drain(..pool.len().min(ROOM)) {
			dealings[place].accusable = false;
		}
		let plan = seat.plan(&dealings, Extent::All, now, LAG, RETRY);
		for place in plan.dispute.into_iter().take(plan.most) {
			dealings[place].disputed_at = Some(now);
			pool.push(place);
		}
	}
	assert!(dealings.iter().all(|dealing| !dealing.accusable));
}

proptest! {
	#[test]
	fn ranks_of_one_dealing_are_a_permutation(digest: [u8; 32], seats in 1u8..=32) {
		let mut ranks: Vec<_> = (1..=seats).map(|seat| rank(seat, seats, &digest)).collect();
		ranks.sort_unstable();
		prop_assert_eq!(ranks, (0..u32::from(seats)).collect::<Vec<_>>());
	}

	#[test]
	fn something_is_recent_for_the_retry_interval_on_both_sides(at: u32, now: u32, retry in 1u32..100) {
		let distance = (i64::from(at) - i64::from(now)).unsigned_abs();
		prop_assert_eq!(is_recent(at, now, retry), distance < u64::from(retry));
	}

	#[test]
	fn an_answer_never_rests_on_anything_but_right_shares(
		states in proptest::collection::vec(0u8..6, 0..12),
		now in 0u32..60,
		revealing: bool,
	) {
		let share = |state| match state {
			0 => Some(ShareState::Right),
			1 => Some(ShareState::Wrong),
			2 => Some(ShareState::Missing(1)),
			3 => Some(ShareState::Forged),
			4 => Some(ShareState::Unproven),
			_ => None,
		};
		let dealings: Vec<_> = states.iter().zip(0u8..).map(|(s, i)| dealing(i, share(*s))).collect();
		let status = if revealing { REVEALING } else { COMMITTING };
		let plan = seat(status).plan(&dealings, Extent::All, now, LAG, RETRY);
		if plan.answer.is_some() {
			prop_assert!(!states.is_empty() && states.iter().all(|state| [0, 3, 4].contains(state)));
		}
		let plan = verifier(status).plan(&dealings, Extent::All, now, LAG, RETRY);
		prop_assert_eq!((plan.answer, plan.attest), (None, false), "a verifier has none to give");
	}
}
