//! Masks: the recipient's dealing to a task that is sealed to it, and every way to cheat with one.

use super::*;
use frame::deps::frame_support::weights::WeightMeter;
use ostraka_crypto::encoding::decode_scalar;
use ostraka_primitives::traits::Progress;
use ostraka_protocol::masking::{self, MaskSeed};

/// Members' and verifiers' seats.
const SEATS: (u8, u8) = (5, 2);
/// A verifier's.
const VERIFIER: u8 = 6;
/// The recipient's number among the fixtures' dealers.
const RECIPIENT: u32 = 500;

fn opened(dealers: u32) -> TaskContext {
	open_sealed_task(TASK, SEATS, 2, LENGTH, dealers)
}

/// The recipient's mask, with these faults.
fn mask(ctx: &TaskContext, faults: &[(u8, DealerFault)]) -> DealingBytes {
	let vector = fixtures::forged(&fixtures::input(LENGTH as usize, 501));
	fixtures::faulty_dealing(ctx, &recipient(), &vector, faults, 501).unwrap()
}

fn honest(ctx: &TaskContext, index: u32) -> DealingBytes {
	let input = fixtures::input(LENGTH as usize, u64::from(index) + 1);
	fixtures::dealing(ctx, &dealer_account(index), &input, index.into()).unwrap()
}

/// Honest dealers, and after them a mask with these faults.
fn scene(dealers: u32, faults: &[(u8, DealerFault)]) -> Scene {
	let mut scene = Scene::of(opened(dealers), dealers, &[]);
	let made = mask(&scene.ctx, faults);
	assert_ok!(deal(&scene.ctx, &recipient(), made.clone()));
	scene.dealt.push((recipient(), made));
	scene
}

fn state() -> SharingState {
	Sharings::<Test>::get(TASK).unwrap()
}

/// Whose dealings the book was told of that did not fall away.
fn counted() -> BTreeSet<AccountId> {
	Counted::get().into_iter().map(|(_, dealer)| dealer).collect()
}

fn dealers(count: u32) -> BTreeSet<AccountId> {
	(0..count).map(dealer_account).collect()
}

fn all(count: u32) -> BTreeSet<AccountId> {
	dealers(count).into_iter().chain([recipient()]).collect()
}

/// The recipient is convicted of this by who has the seat, in time or not.
#[track_caller]
fn convicted(seat: Option<u8>, accuser: AccountId, fault: DealerFault, excluded: bool) {
	let (task, dealer) = (TASK, recipient());
	event(Event::DealerConvicted {
		task,
		dealer: dealer.clone(),
		seat,
		accuser: accuser.clone(),
		fault,
		excluded,
	});
	assert!(money().contains(&Money::Dealer { task, dealer, accuser }));
	assert_eq!(state().masked, !excluded);
	assert_eq!(Vss::counters(TASK).masked, !excluded);
	assert_eq!(counted().contains(&recipient()), !excluded);
}

/// What is published is the sum and the mask, and its recipient alone takes the mask off. The mask is no dealer's wherever dealers
/// are counted, and is not paid; its deposit comes back.
#[test]
fn a_sealed_result_is_its_recipients() {
	build_and_execute(|| {
		let mut scene = Scene::of(opened(3), 3, &[]);
		assert_eq!(BookLog::get(), vec![], "the mask is awaited");
		let seed = MaskSeed::from_bytes([7; 32]);
		let mask = masking::derive::<G1>(&seed, &scene.ctx, recipient().as_ref()).unwrap();
		assert_ok!(deal(&scene.ctx, &recipient(), mask.dealing.clone()));
		scene.dealt.push((recipient(), mask.dealing));
		assert_eq!(BookLog::get(), vec![Told::Dealt(TASK)]);
		let expected = Counters { dealings: 4, masked: true, ..Counters::default() };
		assert_eq!(Vss::counters(TASK), expected);
		assert_eq!((state().accepted(), state().counting()), (3, 4));
		assert_eq!(counted(), all(3));

		scene.verify();
		scene.attest_all(1..=7);
		let accepted_set = scene.freeze();
		event(Event::Frozen { task: TASK, accepted: 3, accepted_set });
		assert_eq!(frozen(), all(3));
		scene.commit_all(1..=5);
		assert!(!Vss::is_released(TASK));
		for seat in 1..=5 {
			judged(scene.reveal(seat, &scene.share(seat)));
			assert!(Vss::is_released(TASK));
		}
		let result = Vss::result(TASK).unwrap();
		assert_eq!((result.dealers, result.sealed_to.clone()), (3, Some(recipient())));
		let masked: Vec<_> = result.scalars().map(|value| decode_scalar(&value).unwrap()).collect();
		let mut sum = vec![Scalar::from(0u8); LENGTH as usize];
		for salt in 1..=3 {
			let input = fixtures::input(LENGTH as usize, salt);
			sum.iter_mut().zip(input).for_each(|(sum, value)| *sum += value);
		}
		assert_eq!(masking::unmask(&masked, &mask.opening.vector), Ok(sum.clone()));
		assert!(masked.iter().zip(&sum).all(|(masked, value)| masked != value));

		set_status(TASK, TaskStatus::Settling(Outcome::Completed));
		MoneyLog::take();
		assert_eq!(Vss::settle(TASK, true, &mut WeightMeter::new()), Progress::Done);
		let paid = |index| Money::Paid { task: TASK, dealer: dealer_account(index), accepted: 3 };
		for index in 0..3 {
			assert!(money().contains(&paid(index)));
		}
		assert_eq!(money().len(), 3 + 4, "three are paid, four deposits return");
		assert!(money().contains(&Money::Released(TASK, recipient())));
		assert_eq!(Deposits::get(), vec![]);
		assert!(Vss::is_released(TASK) && !Vss::is_released(TASK + 1));
	});
}

/// From the first right share on somebody may know more than it should: the task counts as released. A wrong one tells nothing.
#[test]
fn a_right_share_releases() {
	build_and_execute(|| {
		let scene = scene(2, &[]);
		scene.verify();
		scene.freeze();
		let mut wrong = scene.share(1);
		wrong.blinding += Scalar::from(1u8);
		judged(scene.commit(1, &wrong));
		scene.commit_all(2..=2);
		assert!(!Vss::is_released(TASK));
		judged(scene.reveal(1, &wrong));
		assert!(!Vss::is_released(TASK));
		judged(scene.reveal(2, &scene.share(2)));
		assert!(Vss::is_released(TASK) && !Vss::has_result(TASK));
	});
}

/// It is a dealing as any: the first one keeps collecting open.
#[test]
fn a_mask_may_be_the_first_dealing() {
	build_and_execute(|| {
		let ctx = opened(2);
		System::set_block_number(15);
		assert_ok!(deal(&ctx, &recipient(), mask(&ctx, &[])));
		System::set_block_number(16);
		assert_ok!(deal(&ctx, &dealer_account(0), honest(&ctx, 0)));
		assert_eq!(BookLog::get(), vec![]);
		assert_ok!(deal(&ctx, &dealer_account(1), honest(&ctx, 1)));
		assert_eq!(BookLog::get(), vec![Told::Dealt(TASK)]);
	});
}

/// Who has to prove cannot pass for the recipient, of a task that is sealed to nobody no more than of one that is to another; and a
/// mask with a proof would be one that no challenge reaches.
#[test]
fn nobody_but_the_recipient_deals_without_a_proof() {
	let input = fixtures::input(LENGTH as usize, 1);
	let refuse = |ctx: &TaskContext, dealer: AccountId, proof: usize| {
		let proof = vec![0; proof];
		let made = fixtures::dealing_with_proof(ctx, &dealer, &input, proof, 1).unwrap();
		assert_noop!(deal(ctx, &dealer, made), Error::<Test>::WrongLength);
	};
	build_and_execute(|| {
		let ctx = opened(2);
		refuse(&ctx, dealer_account(0), 0);
		refuse(&ctx, recipient(), ctx.proof_length as usize);
		refuse(&ctx, recipient(), 1);
		// Somebody else's mask, as it was sent.
		let copied = mask(&ctx, &[]);
		assert_noop!(deal(&ctx, &dealer_account(0), copied), Error::<Test>::WrongLength);
		assert!(!state().masked);
	});
	build_and_execute(|| {
		let ctx = open_task(TASK, 5, 2, LENGTH, 2);
		refuse(&ctx, dealer_account(0), 0);
		let made = fixtures::dealing_with_proof(&ctx, &recipient(), &input, vec![], 1).unwrap();
		assert_noop!(deal(&ctx, &recipient(), made), Error::<Test>::NotAccepted);
	});
}

/// There is one mask, in time, of a recipient who accepted, and made for this task.
#[test]
fn a_mask_is_refused_as_any_dealing_is() {
	build_and_execute(|| {
		let ctx = opened(2);
		let made = mask(&ctx, &[]);
		Acceptances::mutate(|all| all.insert(TASK, vec![dealer_account(0), dealer_account(1)]));
		assert_noop!(deal(&ctx, &recipient(), made.clone()), Error::<Test>::NotAccepted);
		Acceptances::mutate(|all| all.get_mut(&TASK).unwrap().push(recipient()));

		let other = opened_as(TASK + 1);
		let of_other = mask(&other, &[]);
		assert_noop!(deal(&other, &recipient(), of_other.clone()), Error::<Test>::WrongTaskHash);
		assert_noop!(deal(&ctx, &recipient(), of_other), Error::<Test>::InvalidProof);

		System::set_block_number(21);
		first_dealing(&ctx);
		assert_noop!(deal(&ctx, &recipient(), made.clone()), Error::<Test>::DeadlinePassed);
		System::set_block_number(20);
		assert_ok!(deal(&ctx, &recipient(), made.clone()));
		assert_noop!(deal(&ctx, &recipient(), made.clone()), Error::<Test>::AlreadyDealt);
		set_status(TASK, TaskStatus::Verifying { until: 30 });
		assert_noop!(deal(&ctx, &recipient(), made), Error::<Test>::WrongPhase);
	});
}

/// A sealed task of another number.
fn opened_as(task: TaskId) -> TaskContext {
	open_sealed_task(task, SEATS, 2, LENGTH, 2)
}

/// The first dealing, in time.
fn first_dealing(ctx: &TaskContext) {
	let now = System::block_number();
	System::set_block_number(15);
	assert_ok!(deal(ctx, &dealer_account(0), honest(ctx, 0)));
	System::set_block_number(now);
}

/// What a dealer allows is looked at before anything is written.
#[test]
fn who_allows_no_more_does_not_deal() {
	build_and_execute(|| {
		let ctx = opened(2);
		Spent::set(vec![dealer_account(1)]);
		let spent = DispatchError::Other("quota spent");
		assert_noop!(deal(&ctx, &dealer_account(1), honest(&ctx, 1)), spent);
		assert_ok!(deal(&ctx, &dealer_account(0), honest(&ctx, 0)));
		assert_eq!(counted(), dealers(1));
		Spent::take();
		assert_ok!(deal(&ctx, &dealer_account(1), honest(&ctx, 1)));
		assert_eq!(counted(), dealers(2));
	});
}

/// What is excluded falls away, of a dealer as of the recipient.
#[test]
fn the_book_is_told_of_exclusions() {
	build_and_execute(|| {
		let scene = Scene::new(2, &[(1, (2, DealerFault::WrongShare))]);
		assert_eq!(counted(), dealers(2));
		judged(scene.accuse(2, 1));
		assert_eq!(counted(), dealers(1));
	});
	build_and_execute(|| {
		let scene = Scene::new(2, &[(1, (2, DealerFault::WrongShare))]);
		scene.verify();
		scene.freeze();
		judged(scene.accuse(2, 1));
		assert_eq!(counted(), dealers(2), "it counts on");
	});
}

/// Without dealers a mask counts nobody: the book, which has the least number, is told of none.
#[test]
fn a_mask_is_not_counted_into_the_least_number() {
	build_and_execute(|| {
		let ctx = opened(3);
		assert_ok!(deal(&ctx, &recipient(), mask(&ctx, &[])));
		assert_eq!((state().accepted(), state().counting()), (0, 1));
		set_status(TASK, TaskStatus::Verifying { until: 30 });
		assert_eq!(frozen(), BTreeSet::from([recipient()]));
		let accepted_set = Vss::accepted_set(TASK).unwrap();
		event(Event::Frozen { task: TASK, accepted: 0, accepted_set });
		set_status(TASK, TaskStatus::Settling(Outcome::Failed(FailReason::TooFewDealers)));
	});
}

/// The freeze says that it is not there; that there is no result then is the book's to say.
#[test]
fn a_mask_that_does_not_come_is_missing_from_the_set() {
	build_and_execute(|| {
		let scene = Scene::of(opened(3), 3, &[]);
		scene.verify();
		assert_eq!(frozen(), dealers(3));
		assert!(!Vss::counters(TASK).masked);
		assert_eq!(state().accepted(), 3);
		set_status(TASK, TaskStatus::Settling(Outcome::Failed(FailReason::MaskMissing)));
		MoneyLog::take();
		assert_eq!(Vss::settle(TASK, false, &mut WeightMeter::new()), Progress::Done);
		assert_eq!(money().len(), 3);
		assert_eq!(Deposits::get(), vec![(TASK, recipient())], "the book's to judge");
	});
}

/// A wrong share of a mask is accused as of any dealing, and takes the mask out of the sums.
#[test]
fn a_mask_with_a_wrong_share_is_excluded() {
	for fault in [DealerFault::WrongShare, DealerFault::Unopenable, DealerFault::NonCanonicalScalar]
	{
		build_and_execute(|| {
			let scene = scene(2, &[(2, fault)]);
			scene.verify();
			judged(scene.accuse(2, 2));
			convicted(Some(2), operator(2), fault, true);
			assert_eq!(standing(RECIPIENT), Standing::Excluded);
			assert_eq!((state().accepted(), state().dealings), (2, 3));
			assert_eq!(frozen(), dealers(2));
			set_status(TASK, TaskStatus::Settling(Outcome::Failed(FailReason::MaskMissing)));
			MoneyLog::take();
			assert_eq!(Vss::settle(TASK, false, &mut WeightMeter::new()), Progress::Done);
			assert!(!money().contains(&Money::Released(TASK, recipient())));
			assert_eq!(money().len(), 2);
		});
	}
}

/// Too late to exclude, it counts on, its recipient is punished, and the result is sealed.
#[test]
fn a_mask_that_is_accused_late_counts_on() {
	build_and_execute(|| {
		let scene = scene(2, &[(2, DealerFault::WrongShare)]);
		scene.verify();
		scene.freeze();
		judged(scene.accuse(2, 2));
		convicted(Some(2), operator(2), DealerFault::WrongShare, false);
		assert_eq!(standing(RECIPIENT), Standing::ConvictedLate);
		assert!(seat_state(2).excused);
		scene.commit_all([1, 3, 4]);
		for seat in [1, 3, 4] {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		let result = Vss::result(TASK).unwrap();
		assert_eq!((result.dealers, result.disproven), (2, 0));
		assert_eq!(result.sealed_to, Some(recipient()));
	});
}

#[test]
fn who_accuses_a_sound_mask_is_convicted() {
	build_and_execute(|| {
		let scene = scene(2, &[]);
		scene.verify();
		judged(scene.accuse(3, 2));
		let told = Money::FalseAccuser { task: TASK, accuser: operator(3), exposed: recipient() };
		assert_eq!(money(), vec![told]);
		assert!(seat_state(3).accused_falsely && state().masked);
		scene.freeze();
	});
}

/// A mask may share whatever it likes, rows or not: nothing of it is to be proven, so nothing to be challenged.
#[test]
fn who_challenges_a_sound_mask_is_convicted() {
	for seat in [1, VERIFIER] {
		build_and_execute(|| {
			let scene = scene(2, &[]);
			scene.verify();
			judged(scene.challenge(seat, 2));
			event(Event::AccuserConvicted {
				task: TASK,
				seat: Some(seat),
				accuser: operator(seat),
				dealer: recipient(),
				fault: AccuserFault::FalseChallenge,
			});
			let (node, dealer) = (operator(seat), recipient());
			assert_eq!(money(), vec![Money::FalseChallenger { task: TASK, node, dealer }]);
			assert!(state().masked);
			scene.freeze();
		});
	}
	build_and_execute(|| {
		let scene = scene(2, &[]);
		assert_ok!(scene.challenge_with_bond(2));
		let (challenger, dealer) = (challenger(), recipient());
		assert!(money().contains(&Money::BondForfeited { task: TASK, challenger, dealer }));
		assert!(state().masked);
	});
}

/// A proof that was never dealt is not the mask's, wrong as it may be.
#[test]
fn a_challenge_brings_no_proof_to_a_mask() {
	build_and_execute(|| {
		let scene = scene(2, &[]);
		scene.verify();
		let mut shown = scene.shown(2);
		shown.validity = vec![0; scene.ctx.proof_length as usize].try_into().unwrap();
		refused(|| scene.challenge_with(1, 2, shown.clone()), Error::WrongLength);
		assert_noop!(scene.bond_on(2, shown), Error::<Test>::WrongLength);
	});
}

/// A commitment outside of the group is everybody's to show: the recipient is convicted, and whoever attested exposed.
#[test]
fn torsion_in_a_mask_convicts_its_recipient() {
	let fault = DealerFault::OutsideSubgroup;
	build_and_execute(|| {
		let scene = scene(2, &[(0, fault)]);
		scene.verify();
		scene.attest_all([1, VERIFIER]);
		judged(scene.challenge(7, 2));
		convicted(Some(7), operator(7), fault, true);
		let (task, seats, exposer) = (TASK, vec![1, VERIFIER], operator(7));
		event(Event::AttestedFalsely { task, seats, exposer });
		assert_eq!(frozen(), dealers(2));
		set_status(TASK, TaskStatus::Settling(Outcome::Failed(FailReason::MaskMissing)));
	});
	build_and_execute(|| {
		let scene = scene(2, &[(0, fault)]);
		judged(scene.accuse(3, 2));
		convicted(Some(3), operator(3), fault, true);
	});
	build_and_execute(|| {
		let scene = scene(2, &[(0, fault)]);
		assert_ok!(scene.challenge_with_bond(2));
		convicted(None, challenger(), fault, true);
		assert!(money().contains(&Money::BondReleased(TASK, challenger())));
	});
	build_and_execute(|| {
		let scene = scene(2, &[(0, fault)]);
		scene.verify();
		assert_eq!(Vss::freeze(TASK), Frozen::Unsound, "nobody looked");
	});
}

/// A recipient and a dealer whose parts outside of the group cancel: shown late, both are convicted, and the result says that both
/// are invalid, one more than it has dealers.
#[test]
fn torsion_in_a_mask_that_cancels_is_marked() {
	build_and_execute(|| {
		let ctx = opened(1);
		let mut scene = Scene { ctx, dealt: Vec::new() };
		let part = fixtures::order_three();
		for (dealer, part) in [(dealer_account(0), part), (recipient(), -part)] {
			let (ctx, input) = (&scene.ctx, fixtures::input(LENGTH as usize, 1));
			let seed = u64::from(dealer == recipient()) + 1;
			let made = fixtures::dealing_outside(ctx, &dealer, &input, &[], &[(1, part)], seed);
			let made = made.unwrap();
			assert_ok!(deal(&scene.ctx, &dealer, made.clone()));
			scene.dealt.push((dealer, made));
		}
		scene.verify();
		scene.freeze();
		judged(scene.challenge(VERIFIER, 1));
		convicted(Some(VERIFIER), operator(VERIFIER), DealerFault::OutsideSubgroup, false);
		judged(scene.challenge(VERIFIER, 0));
		scene.commit_all(1..=3);
		for seat in 1..=3 {
			judged(scene.reveal(seat, &scene.share(seat)));
		}
		let result = Vss::result(TASK).unwrap();
		assert_eq!((result.dealers, result.disproven), (1, 2));
	});
}

/// What the state says of the mask is looked at.
#[test]
fn a_miscounted_mask_is_found() {
	build_and_execute(|| {
		scene(2, &[]);
		let good = state();
		let bad = [
			SharingState { masked: false, ..good.clone() },
			SharingState { recipient: None, ..good.clone() },
			SharingState { recipient: Some(dealer_account(0)), ..good.clone() },
		];
		for state in bad {
			Sharings::<Test>::insert(TASK, state);
			assert!(Vss::do_try_state().is_err());
		}
		Sharings::<Test>::insert(TASK, good);
	});
}
