//! What a judgement relies on, and what it checks itself. `R` was proven when its dealing came in, every `E_j` at its
//! registration. Of the commitments nobody has said yet that they are in the group, and `K` comes with the accusation.

use super::{torsion, *};

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

/// Judges the evidence about whatever dealing it names, as of a state that holds it.
fn judged(case: &Case) -> Result<Verdict, Error> {
	let digest = case.evidence.digest(&case.setup.ctx.task_hash, &DEALER);
	case.setup.judge(ACCUSER, &AcceptedDigest::of_state(digest), &case.evidence)
}

/// A change of a case.
type Edit = Box<dyn Fn(&mut Case)>;

/// Every commitment is checked, and before anything else is looked at: evidence about a dealing with one outside of the group
/// convicts the dealer, whatever stands in the place of `K`, its proof and the sealed share.
#[test]
fn a_judgement_checks_the_commitments_first() {
	assert_eq!(
		judged(&case()),
		Ok(Verdict::AccuserGuilty(AccuserFault::FalseAccusation)),
		"a right share"
	);
	let mut edits: Vec<Edit> = vec![
		Box::new(|_| {}),
		Box::new(|case| (case.evidence.dh, case.evidence.dleq) = (NEUTRAL, [0; 64])),
		Box::new(|case| case.evidence.dleq = [0xff; 64]),
		Box::new(|case| case.evidence.ephemeral = NO_KEYS[0]),
		Box::new(|case| case.setup.ctx.seal_keys[usize::from(ACCUSER) - 1] = NO_KEYS[0]),
		Box::new(|case| {
			let sealed = &mut case.evidence.sealed;
			sealed.fill(0);
			let hash = ostraka_crypto::messages::hash_sealed(sealed);
			case.evidence.sealed_hashes[usize::from(ACCUSER) - 1] = hash;
		}),
	];
	edits
		.extend(NO_KEYS.map(|key| Box::new(move |case: &mut Case| case.evidence.dh = key) as Edit));
	let three = torsion::of_order(3);
	for k in 0..=usize::from(THRESHOLD) {
		for edit in &edits {
			let mut case = case();
			torsion::shift(&mut case.evidence.commitments[k], &three);
			edit(&mut case);
			assert_eq!(judged(&case), Ok(Verdict::DealerGuilty(DealerFault::OutsideSubgroup)));
		}
	}
}

/// What state vouches for is not doubted: were `R` or an `E_j` no key, that would be no accuser's fault, and an error convicts
/// nobody. The same of commitments that do not decode.
#[test]
fn what_state_vouches_for_convicts_nobody() {
	let errors: [(Edit, Error); 6] = [
		(Box::new(|case| case.evidence.ephemeral = NO_KEYS[0]), Error::NonCanonicalKey),
		(Box::new(|case| case.evidence.ephemeral = NEUTRAL), Error::Identity),
		(Box::new(|case| case.setup.ctx.seal_keys[1] = NO_KEYS[3]), Error::NonCanonicalKey),
		(Box::new(|case| case.setup.ctx.seal_keys[1] = NEUTRAL), Error::Identity),
		(Box::new(|case| case.evidence.commitments[1] = [0; 96]), Error::NotOnCurve),
		(Box::new(|case| case.evidence.commitments[2][0] |= 0x80), Error::NonCanonicalPoint),
	];
	for (edit, error) in errors {
		let mut case = case();
		edit(&mut case);
		assert_eq!(judged(&case), Err(error));
	}
}

/// Why the digest of an accepted dealing is a type: what a judgement takes as it is, `verify_dealing` refuses. And what it does
/// not refuse, commitments outside of the group, a judgement convicts of.
#[test]
fn what_a_judgement_takes_as_it_is_is_refused_at_dispatch() {
	let verdict = |edit: &dyn Fn(&mut DealingBytes)| {
		let mut case = case();
		edit(&mut case.dealing);
		case.setup.verify(&case.dealing).map(|_| ())
	};
	for key in NO_KEYS {
		assert_eq!(verdict(&|dealing| dealing.ephemeral = key), Err(Error::InvalidProof));
	}
	assert_eq!(verdict(&|dealing| dealing.ephemeral = NEUTRAL), Err(Error::Identity));
	assert_eq!(verdict(&|dealing| dealing.commitments[1] = [0; 96]), Err(Error::NotOnCurve));
	let flagged = |dealing: &mut DealingBytes| dealing.commitments[2][0] |= 0x80;
	assert_eq!(verdict(&flagged), Err(Error::NonCanonicalPoint));
}

/// A worker decodes `R` itself, whatever a state says: its secret meets that element.
#[test]
fn a_worker_decodes_r_before_its_secret_meets_it() {
	for (key, error) in NO_KEYS
		.map(|key| (key, Error::NonCanonicalKey))
		.into_iter()
		.chain([(NEUTRAL, Error::Identity)])
	{
		let Case { mut setup, mut dealing, .. } = case();
		dealing.ephemeral = key;
		let digest = dealing.digest(&setup.ctx.task_hash, &DEALER);
		let secret = setup.secret(ACCUSER).clone();
		let opened = worker::open(&setup.ctx, &secret, ACCUSER, &DEALER, &dealing);
		assert_eq!(opened, Err(Fault::NotOurs(error)));
		let (ctx, rng) = (&setup.ctx, &mut setup.rng);
		let made = worker::evidence(ctx, &secret, ACCUSER, &digest, &dealing, rng);
		assert_eq!(made, Err(error));
		let accused = setup.accuse(ACCUSER, &AcceptedDigest::of_state(digest), &dealing);
		assert_eq!(accused, Err(error));
	}
}
