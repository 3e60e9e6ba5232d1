//! What a judgement relies on, and what it checks itself. Every point of a dealing was checked at its dispatch, every `E_j` at
//! its registration; only `K` comes with the accusation.

use super::*;
use ostraka_crypto::encoding::decode_point;

const ACCUSER: u8 = 2;
const THRESHOLD: u8 = 2;

/// An honest dealing to five nodes, and evidence of one of them.
struct Case {
	setup: Setup,
	dealing: DealingBytes,
	evidence: EvidenceBytes,
}

fn case() -> Case {
	let mut setup = setup(THRESHOLD, 5, 3, 1);
	let (_, dealing) = setup.deal(&DEALER);
	let digest = setup.digest(&dealing);
	let evidence = setup.evidence(ACCUSER, &digest, &dealing);
	Case { setup, dealing, evidence }
}

/// The same point with one of order three, `(0, 2)`, added: on the curve, outside the prime-order subgroup.
fn off_the_subgroup(bytes: &mut PointBytes) {
	let three: Affine<Curve> =
		Affine::new_unchecked(ark_bls12_381::Fq::from(0u8), ark_bls12_381::Fq::from(2u8));
	let point = decode_point::<Curve>(bytes).unwrap();
	*bytes = encode_point(&(point + three).into());
}

/// Judges the evidence about whatever dealing it names, as of a state that holds it.
fn judged(case: &Case) -> Result<Verdict, Error> {
	let digest = case.evidence.digest(&case.setup.ctx.task_hash, &DEALER);
	case.setup.judge(ACCUSER, &AcceptedDigest::of_state(digest), &case.evidence)
}

/// A change of a case.
type Edit = Box<dyn Fn(&mut Case)>;

/// Puts each of the `t + 4` points that a judgement decodes outside the subgroup, one at a time. A point that it checks
/// gives an error or convicts the accuser of that point; one that state vouches for goes by unseen.
#[test]
fn a_judgement_makes_one_subgroup_check() {
	let false_accusation = Ok(Verdict::AccuserGuilty(AccuserFault::FalseAccusation));
	assert_eq!(judged(&case()), false_accusation, "a right share");
	let commitments = usize::from(THRESHOLD) + 1;
	let mut edits: Vec<Edit> = Vec::new();
	for k in 0..commitments {
		edits.push(Box::new(move |case| off_the_subgroup(&mut case.evidence.commitments[k])));
	}
	edits.push(Box::new(|case| off_the_subgroup(&mut case.evidence.ephemeral)));
	edits.push(Box::new(|case| {
		off_the_subgroup(&mut case.setup.ctx.seal_keys[usize::from(ACCUSER) - 1]);
	}));
	edits.push(Box::new(|case| off_the_subgroup(&mut case.evidence.dh)));
	assert_eq!(edits.len(), commitments + 3);

	let seen = |edit: &dyn Fn(&mut Case)| {
		let mut case = case();
		edit(&mut case);
		let verdict = judged(&case);
		verdict.is_err() || verdict == Ok(Verdict::AccuserGuilty(AccuserFault::InvalidDh))
	};
	let checked: Vec<bool> = edits.iter().map(|edit| seen(edit.as_ref())).collect();
	assert_eq!(checked.iter().filter(|checked| **checked).count(), 1, "{checked:?}");
	assert_eq!(checked.last(), Some(&true), "`K`, which nobody has seen before");
}

/// Why the digest of an accepted dealing is a type: what a judgement does not check, `verify_dealing` does.
#[test]
fn what_a_judgement_leaves_out_is_refused_at_dispatch() {
	let refused = |edit: &dyn Fn(&mut DealingBytes)| {
		let mut case = case();
		edit(&mut case.dealing);
		adjudicator::verify_dealing::<Curve>(&case.setup.ctx, &DEALER, &case.dealing).map(|_| ())
	};
	for k in 0..=usize::from(THRESHOLD) {
		let edit = |dealing: &mut DealingBytes| off_the_subgroup(&mut dealing.commitments[k]);
		assert_eq!(refused(&edit), Err(Error::NotInSubgroup));
	}
	let edit = |dealing: &mut DealingBytes| off_the_subgroup(&mut dealing.ephemeral);
	assert_eq!(refused(&edit), Err(Error::NotInSubgroup));
}

/// A worker checks `R` itself, whatever a state says: its secret meets that point.
#[test]
fn a_worker_checks_r_before_its_secret_meets_it() {
	let Case { setup, mut dealing, .. } = case();
	let Setup { ctx, secrets, mut rng } = setup;
	let secret = &secrets[usize::from(ACCUSER) - 1];
	off_the_subgroup(&mut dealing.ephemeral);
	let digest = dealing.digest(&ctx.task_hash, &DEALER);
	let opened = worker::open::<Curve>(&ctx, secret, ACCUSER, &DEALER, &dealing);
	assert_eq!(opened, Err(worker::Fault::NotOurs(Error::NotInSubgroup)));
	let made = worker::evidence::<Curve, _>(&ctx, secret, ACCUSER, &digest, &dealing, &mut rng);
	assert_eq!(made, Err(Error::NotInSubgroup));
	let accepted = AcceptedDigest::of_state(digest);
	let accused =
		worker::accuse::<Curve, _>(&ctx, secret, ACCUSER, &DEALER, &accepted, &dealing, &mut rng);
	assert_eq!(accused, Err(Error::NotInSubgroup));
}
