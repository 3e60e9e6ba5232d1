//! From block bodies to evidence: what is kept, what is believed, and when enough was read.

use super::*;
use crate::verify::{
	find::Indices,
	gather::{last_block, Gathering, Reported},
};
use codec::Encode;
use ostraka_crypto::vss;
use std::{collections::BTreeSet, ops::RangeInclusive};

const INDICES: Indices = Indices {
	deal: [50, 0],
	accuse: [50, 1],
	challenge: [50, 5],
	challenge_with_bond: [50, 6],
	reveal: [50, 3],
	submit: [49, 0],
};

/// Someone's extrinsic around a call.
fn signed(account: [u8; 32], call: &[u8]) -> Vec<u8> {
	[&[0x84u8, 0][..], &account, &[1; 70], call].concat()
}

/// What stands behind a member's message: the block of the attempt, and a signature.
const TAIL: (u32, [u8; 64]) = (100, [0; 64]);

fn remark(call: &[u8]) -> Vec<u8> {
	signed([99; 32], &[&[0u8, 7][..], &call.to_vec().encode()].concat())
}

fn deal_call(evidence: &Evidence, dealing: &Dealing) -> Vec<u8> {
	let message = wire::dealing_message(dealing.bytes.clone()).expect("short");
	(INDICES.deal, evidence.task, evidence.context().task_hash, message).encode()
}

fn accuse_call(evidence: &Evidence, accusation: &Accusation) -> Vec<u8> {
	let message = wire::evidence_message(accusation.evidence.clone()).expect("short");
	let (seat, dealer, digest) = (accusation.seat, &accusation.dealer, accusation.digest);
	(INDICES.accuse, evidence.task, seat, dealer, digest, message, TAIL).encode()
}

/// The challenge of a dealing, with or without a seat.
fn challenge_call(evidence: &Evidence, dealing: &Dealing, seat: Option<u8>) -> Vec<u8> {
	let challenge = worker::challenge_unjudged(&dealing.bytes);
	let challenge = wire::challenge_message(challenge).expect("short");
	let (dealer, digest) = (&dealing.dealer, dealing.digest.hash());
	match seat {
		Some(seat) => (INDICES.challenge, evidence.task, seat, dealer, digest, challenge).encode(),
		None => (INDICES.challenge_with_bond, evidence.task, dealer, digest, challenge).encode(),
	}
}

fn reveal_call(evidence: &Evidence, seat: u8, share: &[u8]) -> Vec<u8> {
	let call = (INDICES.reveal, evidence.task, seat, evidence.result.accepted_set);
	(call, share.to_vec(), TAIL).encode()
}

/// The beginning of a gathering, and what is to be gathered.
fn gathering() -> (Gathering, Evidence) {
	gathering_of(evidence())
}

fn gathering_of(full: Evidence) -> (Gathering, Evidence) {
	gathering_among(full, 61..=64)
}

/// The same where these accounts are invited.
fn gathering_among(full: Evidence, accounts: RangeInclusive<u8>) -> (Gathering, Evidence) {
	let start = Evidence {
		dealings: Vec::new(),
		accusations: Vec::new(),
		shares: Vec::new(),
		..full.clone()
	};
	let invited = accounts.map(|byte| AccountId::new([byte; 32])).collect();
	(Gathering::new(start, full.context().task_hash, INDICES, Some(invited)), full)
}

/// Puts the dealings and the accusation into their blocks.
fn look_at_dealings(gathering: &mut Gathering, full: &Evidence) {
	for dealing in &full.dealings {
		let account: &[u8; 32] = dealing.dealer.as_ref();
		gathering.look(9, &signed(*account, &deal_call(full, dealing)));
	}
	for accusation in &full.accusations {
		gathering.look(12, &[vec![0x45, 0, 0], accuse_call(full, accusation)].concat());
	}
}

#[test]
fn a_scan_ends_for_right_shares_alone() {
	let (mut gathering, full) = gathering();
	look_at_dealings(&mut gathering, &full);
	// one remark a seat, with the right head and anything behind it
	for seat in 1..=3 {
		gathering.look(19, &remark(&reveal_call(&full, seat, &[1; 96])));
	}
	gathering.settle(&Reported::default());
	assert!(gathering.may_be_over());
	assert!(!gathering.is_over(19));
	assert!(!gathering.is_over(1000), "garbage is followed by no quiet");
	for share in &full.shares[..2] {
		gathering.look(20, &reveal_call(&full, share.seat, &share.share));
	}
	assert!(!gathering.is_over(35));
	assert!(gathering.is_over(36), "enough, and quiet");
	gathering.look(40, &reveal_call(&full, 3, &full.shares[2].share));
	assert!(gathering.is_over(40), "all");
	let evidence = gathering.evidence();
	assert_eq!(evidence.shares.len(), 6);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
	assert_eq!(check(&evidence).right, [1, 2, 3]);
}

#[test]
fn what_can_be_no_share_of_a_seat_is_not_kept() {
	let (mut gathering, full) = gathering();
	for (seat, length) in [(0, 96), (4, 96), (255, 96), (1, 64), (1, 128)] {
		gathering.look(19, &remark(&reveal_call(&full, seat, &vec![1; length])));
	}
	for _ in 0..3 {
		gathering.look(19, &remark(&reveal_call(&full, 2, &[1; 96])));
	}
	assert_eq!(gathering.evidence().shares.len(), 1);
}

#[test]
fn a_copied_dealing_is_the_one_that_the_chain_took() {
	let (mut gathering, full) = gathering();
	// someone sees the dealing on its way, and has a copy of it in an earlier block
	gathering.look(8, &remark(&deal_call(&full, &full.dealings[0])));
	look_at_dealings(&mut gathering, &full);
	let digests: BTreeSet<_> = full.dealings.iter().map(|dealing| *dealing.digest.hash()).collect();
	let mut reported = Reported::default();
	reported.events.insert(8, Some(BTreeSet::new()));
	gathering.settle(&reported);
	reported.events.insert(9, Some(digests));
	gathering.settle(&reported);
	let evidence = gathering.evidence();
	assert_eq!(evidence.dealings.len(), 4);
	assert!(evidence.dealings.iter().all(|dealing| dealing.taken == Some(true)));
	assert_eq!(evidence.dealings[0].block, 9);
	assert_eq!(evidence.dealings[0].dealer, full.dealings[0].dealer);
}

#[test]
fn events_tell_a_refused_dealing_and_strangers_deal_nothing() {
	let (mut gathering, full) = gathering();
	let refused = another(&full, [61; 32], 1);
	gathering.look(8, &signed([61; 32], &deal_call(&full, &refused)));
	// anyone can prove a dealing of its own, and copy another's under its own signature
	let stranger = another(&full, [99; 32], 2);
	gathering.look(8, &signed([99; 32], &deal_call(&full, &stranger)));
	look_at_dealings(&mut gathering, &full);
	for share in &full.shares {
		gathering.look(20, &reveal_call(&full, share.seat, &share.share));
	}
	let mut reported = Reported::default();
	gathering.settle(&reported);
	assert!(gathering.is_over(20), "it is found without the events");
	reported.events.insert(8, Some(BTreeSet::new()));
	gathering.settle(&reported);
	let evidence = gathering.evidence();
	let digests = |dealings: &[Dealing]| -> Vec<_> {
		dealings.iter().map(|dealing| dealing.digest).collect()
	};
	assert_eq!(digests(&evidence.dealings), digests(&full.dealings));
	assert_eq!(broken(&evidence), Vec::<&str>::new());
}

/// A batch of a remark and the call: the remark reads, with what follows it, as a dealing whose proof begins with the call's
/// head.
fn hidden(evidence: &Evidence, dealing: &Dealing) -> Vec<u8> {
	let call = deal_call(evidence, dealing);
	let behind = call.len() - dealing.bytes.validity.len();
	let account: &[u8; 32] = dealing.dealer.as_ref();
	signed(*account, &[&call[..behind], &call].concat())
}

#[test]
fn a_dealing_hides_behind_no_remark() {
	let (mut gathering, full) = gathering();
	for dealing in &full.dealings {
		gathering.look(9, &hidden(&full, dealing));
	}
	for accusation in &full.accusations {
		gathering.look(12, &[vec![0x45, 0, 0], accuse_call(&full, accusation)].concat());
	}
	for share in &full.shares {
		gathering.look(20, &reveal_call(&full, share.seat, &share.share));
	}
	let digests = full.dealings.iter().map(|dealing| *dealing.digest.hash()).collect();
	let mut reported = Reported::default();
	reported.events.insert(9, Some(digests));
	gathering.settle(&reported);
	let evidence = gathering.evidence();
	assert_eq!(evidence.dealings.len(), 4);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
}

/// Sent by a proxy, or in a batch of somebody who is invited too.
#[test]
fn a_dealing_is_its_dealers_whoever_signs() {
	for signer in [[99; 32], [62; 32]] {
		let (mut gathering, full) = gathering();
		gathering.look(9, &signed(signer, &deal_call(&full, &full.dealings[0])));
		let evidence = gathering.evidence();
		assert_eq!(evidence.dealings.len(), 1);
		assert_eq!(evidence.dealings[0].dealer, full.dealings[0].dealer);
	}
}

#[test]
fn a_challenged_dealing_is_judged_where_it_is_found() {
	for seat in [Some(2), None] {
		let (mut gathering, full) = gathering_of(proofs::forged_fourth());
		look_at_dealings(&mut gathering, &full);
		for share in &full.shares {
			gathering.look(20, &reveal_call(&full, share.seat, &share.share));
		}
		let digests = full.dealings.iter().map(|dealing| *dealing.digest.hash()).collect();
		let mut reported = Reported::default();
		reported.events.insert(9, Some(digests));
		gathering.settle(&reported);
		assert!(!gathering.is_over(20), "the chain took four, and nothing convicts the fourth");
		// anybody can name any dealing, in any bytes
		for dealing in &full.dealings[..3] {
			gathering.look(12, &remark(&challenge_call(&full, dealing, seat)));
		}
		let other = Dealing { dealer: full.dealings[0].dealer.clone(), ..full.dealings[3].clone() };
		gathering.look(12, &remark(&challenge_call(&full, &other, seat)));
		assert!(!gathering.is_over(20));
		let challenge = challenge_call(&full, &full.dealings[3], seat);
		gathering.look(13, &[vec![0x45, 0, 0], challenge].concat());
		assert!(gathering.is_over(20), "{seat:?}");
		let evidence = gathering.evidence();
		assert_eq!(evidence.challenged.len(), 4, "whatever it is worth");
		assert_eq!(broken(&evidence), Vec::<&str>::new());
	}
}

/// Whoever names every dealing in a remark does not have them all judged.
#[test]
fn few_of_all_challenged_dealings_are_judged_where_they_are_found() {
	for (named, is_judged) in [(31, true), (32, false)] {
		let (mut gathering, full) = gathering_among(proofs::forged_fourth(), 61..=164);
		look_at_dealings(&mut gathering, &full);
		for account in 101..101 + named {
			let right = another(&full, [account; 32], u64::from(account));
			gathering.look(8, &signed([account; 32], &deal_call(&full, &right)));
			gathering.look(10, &remark(&challenge_call(&full, &right, None)));
		}
		for share in &full.shares {
			gathering.look(20, &reveal_call(&full, share.seat, &share.share));
		}
		let digests = full.dealings.iter().map(|dealing| *dealing.digest.hash()).collect();
		let mut reported = Reported::default();
		reported.events.insert(8, Some(BTreeSet::new()));
		reported.events.insert(9, Some(digests));
		gathering.settle(&reported);
		gathering.look(13, &remark(&challenge_call(&full, &full.dealings[3], None)));
		assert_eq!(gathering.is_over(20), is_judged, "{named}");
		assert_eq!(broken(&gathering.evidence()), Vec::<&str>::new(), "all are, in the end");
	}
}

/// Nor does a dealing in a later block spoil what a node without events says.
#[test]
fn a_dealing_outside_of_the_collecting_window_was_not_taken() {
	for (block, verdict) in [(18, Verdict::Unexplained), (19, Verdict::Right)] {
		let (mut gathering, full) = gathering_among(evidence(), 61..=65);
		look_at_dealings(&mut gathering, &full);
		let late = another(&full, [65; 32], 1);
		gathering.look(block, &remark(&deal_call(&full, &late)));
		for share in &full.shares {
			gathering.look(30, &reveal_call(&full, share.seat, &share.share));
		}
		gathering.settle(&Reported::default());
		assert_eq!(check(&gathering.evidence()).verdict(), verdict, "{block}");
	}
	// what the chain took counts wherever else a copy of it stands
	let (mut gathering, full) = gathering();
	look_at_dealings(&mut gathering, &full);
	gathering.look(19, &remark(&deal_call(&full, &full.dealings[0])));
	gathering.settle(&Reported::default());
	assert_eq!(gathering.evidence().dealings.len(), 4);
}

/// Those of one dealer in one body can be many times longer than the body.
#[test]
fn of_dealings_that_the_chain_refused_nothing_long_stays() {
	let (mut gathering, full) = gathering();
	let flood: Vec<Dealing> = (0..8).map(|seed| another(&full, [61; 32], seed)).collect();
	for dealing in flood.iter().chain([&full.dealings[0]]) {
		gathering.look(8, &remark(&deal_call(&full, dealing)));
	}
	let mut reported = Reported::default();
	gathering.settle(&reported);
	assert!(gathering.kept() > 0, "without events each may be the one");
	reported.events.insert(8, Some(BTreeSet::new()));
	gathering.settle(&reported);
	assert_eq!(gathering.kept(), 0);
	// the chain takes one of them later
	look_at_dealings(&mut gathering, &full);
	let digests = full.dealings.iter().map(|dealing| *dealing.digest.hash()).collect();
	reported.events.insert(9, Some(digests));
	gathering.settle(&reported);
	for share in &full.shares {
		gathering.look(20, &reveal_call(&full, share.seat, &share.share));
	}
	let evidence = gathering.evidence();
	assert_eq!(evidence.dealings.len(), 4);
	assert_eq!(broken(&evidence), Vec::<&str>::new());
}

/// The chain does not take it, whatever else of it is right.
#[test]
fn a_dealing_whose_proof_has_another_length_is_not_kept() {
	let full = evidence();
	let (context, account) = (full.context(), [61; 32]);
	let right = context.proof_length as usize;
	let mut rng = ChaCha20Rng::seed_from_u64(9);
	for (length, kept) in [(right, 1), (right - 1, 0), (right + 1, 0), (0, 0)] {
		let input = vec![Scalar::from(1u8); context.length()];
		let n = context.n().expect("a committee");
		let shared = vss::share::<Plain, _>(&input, context.threshold, n, &mut rng);
		let (commitments, shares) = shared.expect("shared");
		let (commitments, rho) = (commitments.to_bytes(), SealSecret::random(&mut rng));
		let proof = vec![7; length];
		let bytes =
			dealer::assemble(&context, &account, commitments, &shares, &rho, proof, &mut rng)
				.expect("made");
		let dealing = Dealing { bytes, ..full.dealings[0].clone() };
		let (mut gathering, _) = gathering();
		gathering.look(9, &signed(account, &deal_call(&full, &dealing)));
		assert_eq!(gathering.evidence().dealings.len(), kept, "{length} bytes");
	}
}

#[test]
fn accusations_of_no_dealing_are_not_kept() {
	let (mut gathering, full) = gathering();
	look_at_dealings(&mut gathering, &full);
	let right = &full.accusations[0];
	for _ in 0..2 {
		gathering.look(12, &remark(&accuse_call(&full, right)));
	}
	let other = Accusation { digest: [7; 32], ..right.clone() };
	gathering.look(12, &remark(&accuse_call(&full, &other)));
	let other = Accusation { dealer: AccountId::new([61; 32]), ..right.clone() };
	gathering.look(12, &remark(&accuse_call(&full, &other)));
	let other = Accusation { seat: 4, ..right.clone() };
	gathering.look(12, &remark(&accuse_call(&full, &other)));
	assert_eq!(gathering.evidence().accusations.len(), 1);
}

/// What a remark says in a seat's name takes the place of no accusation that convicts, and comes into no transcript beside it.
#[test]
fn of_a_seat_and_a_dealing_one_accusation_is_kept() {
	let full = evidence();
	let right = &full.accusations[0];
	let garbage = |byte: u8| {
		let mut made_up = right.clone();
		made_up.evidence.dleq = [byte; 64];
		made_up
	};
	for place in 0..3 {
		let (mut gathering, full) = gathering();
		for dealing in &full.dealings {
			let account: &[u8; 32] = dealing.dealer.as_ref();
			gathering.look(9, &signed(*account, &deal_call(&full, dealing)));
		}
		let mut all = vec![garbage(1), garbage(2)];
		all.insert(place, right.clone());
		for accusation in &all {
			gathering.look(12, &remark(&accuse_call(&full, accusation)));
		}
		let kept = gathering.evidence().accusations;
		assert_eq!(kept.len(), 1, "{place}");
		assert_eq!(kept[0].evidence.dleq, right.evidence.dleq, "{place}");
	}
}

#[test]
fn windows_of_any_length_end() {
	let mut info = evidence().info;
	assert_eq!(last_block(&info, 8), 8 + 40 + 64);
	info.task.windows.reveal = u32::MAX;
	assert_eq!(last_block(&info, 8), u32::MAX);
}
