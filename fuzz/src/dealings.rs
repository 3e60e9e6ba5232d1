//! A dealing, or a mask, and evidence about it, from honest ones with changes, through the adjudicator and the workers.
//!
//! Changes before and behind the proof of ρ: shares and commitments are changed before the dealing is sealed and proven,
//! sealed bytes and the proof of validity afterwards, and the proof of ρ is made anew if the input says so. So a dealing that the
//! chain accepts can hold anything, as that of a lying dealer can: commitments outside of the group among it, and the proof of an
//! input that is not valid. Only its length is that of the task's proofs; a mask has none.

use crate::{input::Input, torsion::shift};
use ostraka_crypto::{
	encoding::decode_stored_point,
	messages::{ChallengeBytes, DealingBytes, EvidenceBytes},
	proofs::{self, verify_signature, DleqStatement},
	seal::SealSecret,
	validity::{self, Conditions, Form, Relation, Witness},
	vss::{self, SecretShare},
	Identity, Plain, PointBytes, Scalar,
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	message::{ChallengeMessage, DealingMessage, EvidenceMessage},
};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Verdict},
	dealer, wire,
	worker::{self, Fault},
	TaskContext, Version,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::sync::OnceLock;

/// The dealer.
pub const DEALER: Identity = [2; 32];
/// The recipient of the result, whose dealing is the mask.
pub const RECIPIENT: Identity = [3; 32];
const THRESHOLD: u8 = 1;
const NODES: u8 = 3;
const LENGTH: usize = 2;
const INPUT: [u8; LENGTH] = [5, 9];

/// An honest dealing before it is sealed.
struct Scene {
	context: TaskContext,
	/// Both numbers have five bits at most.
	relation: Relation,
	/// By node.
	secrets: Vec<SealSecret>,
	commitments: Vec<PointBytes>,
	shares: Vec<SecretShare>,
	/// That the input is valid.
	validity: Vec<u8>,
	rho: SealSecret,
}

fn rng() -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(7)
}

fn scene() -> &'static Scene {
	static SCENE: OnceLock<Scene> = OnceLock::new();
	SCENE.get_or_init(|| {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let secrets: Vec<_> = (0..NODES).map(|_| SealSecret::random(&mut rng)).collect();
		let seal_keys = secrets.iter().map(SealSecret::public).collect();
		let input = INPUT.map(Scalar::from);
		let (commitments, shares) =
			vss::share::<Plain, _>(&input, THRESHOLD, NODES, &mut rng).unwrap();
		let rho = SealSecret::random(&mut rng);
		let mut conditions = Conditions::new(LENGTH).unwrap();
		for place in 0..LENGTH as u16 {
			conditions.range(Form::default().entry(place, 1), 5).unwrap();
		}
		let relation = conditions.finish();
		let context = TaskContext {
			version: Version::CURRENT,
			task_hash: [1; 32],
			threshold: THRESHOLD,
			length: LENGTH as u16,
			proof_length: relation.layout().proof_length() as u32,
			seal_keys,
			recipient: Some(RECIPIENT),
		};
		let commitments = commitments.to_bytes();
		let blinding = vss::secret_blinding(THRESHOLD, &shares).unwrap();
		let statement = context.statement(&DEALER, &commitments);
		let validity =
			validity::prove::<Plain, _>(&relation, &statement, &input, &blinding, &mut rng);
		let validity = validity.unwrap();
		Scene { context, relation, secrets, commitments, shares, validity, rho }
	})
}

/// The task.
pub fn context() -> &'static TaskContext {
	&scene().context
}

/// What its dealers prove.
pub fn relation() -> &'static Relation {
	&scene().relation
}

/// The honest dealing.
pub fn honest() -> &'static DealingBytes {
	honest_of(&DEALER)
}

/// The honest dealing, or the honest mask if it is the recipient's.
pub fn honest_of(dealer: &Identity) -> &'static DealingBytes {
	static DEALINGS: OnceLock<[DealingBytes; 2]> = OnceLock::new();
	let assembled = |dealer| assemble(dealer, scene().commitments.clone(), &scene().shares);
	let [dealing, mask] = DEALINGS.get_or_init(|| [&DEALER, &RECIPIENT].map(assembled));
	if context().is_mask(dealer) {
		mask
	} else {
		dealing
	}
}

/// Who deals.
pub fn dealer(input: &mut Input) -> &'static Identity {
	if input.flag() {
		&RECIPIENT
	} else {
		&DEALER
	}
}

/// The honest dealing as a message.
pub fn honest_message() -> DealingMessage {
	wire::dealing_message(honest().clone()).unwrap()
}

/// Node 1's evidence about the honest dealing, which convicts node 1, as a message.
pub fn honest_evidence_message() -> EvidenceMessage {
	let scene = scene();
	let digest = honest().digest(&scene.context.task_hash, &DEALER);
	let (context, secret) = (&scene.context, &scene.secrets[0]);
	let evidence = worker::evidence(context, secret, 1, &digest, honest(), &mut rng());
	wire::evidence_message(evidence.unwrap()).unwrap()
}

/// The challenge of the honest dealing, which convicts whoever sends it, as a message.
pub fn honest_challenge_message() -> ChallengeMessage {
	wire::challenge_message(worker::challenge_unjudged(honest())).unwrap()
}

/// Judges a challenge of the honest dealing: nothing convicts its dealer, and only the right bytes their sender.
pub fn judge_challenge_of_the_honest(challenge: &ChallengeBytes) {
	let (context, relation) = (context(), relation());
	let digest = AcceptedDigest::of_state(honest().digest(&context.task_hash, &DEALER));
	let judge = |digest: &AcceptedDigest| {
		adjudicator::judge_challenge::<Plain>(context, relation, &DEALER, digest, challenge)
	};
	let is_about_it = *challenge == worker::challenge_unjudged(honest());
	let convicted = Ok(Verdict::AccuserGuilty(AccuserFault::FalseChallenge));
	assert_eq!(judge(&digest) == convicted, is_about_it);
	assert_eq!(judge(&digest).is_ok(), is_about_it);
	assert!(judge(&AcceptedDigest::of_state([0; 32])).is_err());
}

/// Judges node 1's evidence about the honest dealing: nothing convicts its dealer.
pub fn judge_against_the_honest(evidence: &EvidenceBytes) {
	let scene = scene();
	let digest = AcceptedDigest::of_state(honest().digest(&scene.context.task_hash, &DEALER));
	let verdict = adjudicator::judge::<Plain>(&scene.context, &DEALER, 1, &digest, evidence);
	assert!(!matches!(verdict, Ok(Verdict::DealerGuilty(_))));
	let other = AcceptedDigest::of_state([0; 32]);
	assert!(adjudicator::judge::<Plain>(&scene.context, &DEALER, 1, &other, evidence).is_err());
}

fn assemble(
	dealer: &Identity,
	commitments: Vec<PointBytes>,
	shares: &[SecretShare],
) -> DealingBytes {
	let Scene { context, rho, validity, .. } = scene();
	let validity = if context.is_mask(dealer) { Vec::new() } else { validity.clone() };
	dealer::assemble(context, dealer, commitments, shares, rho, validity, &mut rng()).unwrap()
}

/// The proof of a witness with changes, for commitments to the honest input.
fn forged(input: &mut Input, commitments: &[PointBytes]) -> Vec<u8> {
	let Scene { context, relation, shares, .. } = scene();
	let mut witness = Witness::new(relation, &INPUT.map(Scalar::from));
	for _ in 0..1 + input.byte() % 2 {
		let by = Scalar::from(input.integer());
		let list = if input.flag() { &mut witness.input } else { &mut witness.bits };
		let place = input.below(list.len());
		list[place] += by;
	}
	let blinding = vss::secret_blinding(THRESHOLD, shares).unwrap();
	let statement = context.statement(&DEALER, commitments);
	let proof =
		validity::prove_witness::<Plain, _>(relation, &statement, &witness, &blinding, &mut rng());
	proof.unwrap()
}

/// A dealing with changes.
pub fn changed(input: &mut Input, dealer: &Identity) -> DealingBytes {
	let scene = scene();
	let (mut commitments, mut shares) = (scene.commitments.clone(), scene.shares.clone());
	for _ in 0..input.byte() % 4 {
		let j = input.below(usize::from(NODES));
		match input.byte() % 6 {
			0 => shares[j].values[0] += Scalar::from(input.integer()),
			1 => shares[j].values[1] += Scalar::from(input.integer()),
			2 => shares[j].blinding += Scalar::from(input.integer()),
			3 => commitments.swap(0, 1),
			4 => commitments[j % 2] = input.point(),
			// not where it is none: the cheat knows what it moves
			_ => {
				let by = input.torsion();
				if decode_stored_point::<Plain>(&commitments[j % 2]).is_ok() {
					shift(&mut commitments[j % 2], &by);
				}
			},
		}
	}
	let mut dealing = assemble(dealer, commitments, &shares);
	for _ in 0..input.byte() % 4 {
		let j = input.below(usize::from(NODES));
		let seat = j as u8 + 1;
		match input.byte() % 12 {
			// something else than a share, sealed
			0 => {
				let mut plaintext = shares[j].to_bytes().to_vec();
				input.change(&mut plaintext);
				let commitments = &dealing.commitments;
				let (context, rho) = (&scene.context, &scene.rho);
				let key = dealer::sealing_key(context, dealer, seat, commitments, rho);
				dealing.sealed[j] = key.unwrap().seal_bytes(&plaintext).unwrap();
			},
			1 => _ = input.change(&mut dealing.sealed[j]),
			2 => dealing.sealed.swap(j, 0),
			3 => dealing.ephemeral = input.key(),
			4 => _ = input.change(&mut dealing.proof),
			5 => _ = dealing.sealed[j].pop(),
			6 => dealing.commitments.push(input.point()),
			7 => dealing.sealed.push(vec![0; 112]),
			8 => _ = input.change(&mut dealing.validity),
			9 => dealing.validity.truncate(input.below(dealing.validity.len() + 1)),
			10 => dealing.validity.push(input.byte()),
			_ => dealing.validity = forged(input, &dealing.commitments),
		}
	}
	if input.flag() {
		dealer::prove(&scene.context, dealer, &mut dealing, &scene.rho, &mut rng());
	}
	dealing
}

/// What is wrong with node `j`'s share, by its own check: it looks at the commitments before it opens anything.
fn fault(
	scene: &Scene,
	j: u8,
	(dealer, dealing): (&Identity, &DealingBytes),
) -> Result<SecretShare, DealerFault> {
	let secret = &scene.secrets[usize::from(j) - 1];
	let mut checked = worker::commitments::<Plain, _>(&scene.context, &[dealing], &mut rng());
	let share = checked.remove(0).and_then(|commitments| {
		let share = worker::open(&scene.context, secret, j, dealer, dealing)?;
		let is_right = vss::check_share(&commitments, j, &share);
		is_right.then_some(share).ok_or(Fault::Dealer(DealerFault::WrongShare))
	});
	share.map_err(|fault| match fault {
		Fault::Dealer(fault) => fault,
		Fault::NotOurs(error) => panic!("an accepted dealing is the task's: {error}"),
	})
}

/// Runs the target.
pub fn run(data: &[u8]) {
	let scene = scene();
	let mut input = Input(data);
	let dealer = dealer(&mut input);
	let dealing = changed(&mut input, dealer);
	let context = &scene.context;
	let accepted = adjudicator::verify_dealing(context, dealer, &dealing, verify_signature);
	let accepted = match accepted {
		Ok(accepted) => {
			let own = context.proof_length_of(dealer) as usize;
			assert_eq!(dealing.validity.len(), own, "no other length is taken");
			accepted
		},
		Err(_) => {
			assert!(dealing != *honest_of(dealer), "an honest dealing is accepted");
			return;
		},
	};
	let digest = accepted.digest;
	let shares: Vec<Result<SecretShare, DealerFault>> =
		(1..=NODES).map(|j| fault(scene, j, (dealer, &dealing))).collect();
	let is_outside = |share: &Result<_, _>| *share == Err(DealerFault::OutsideSubgroup);
	let inside = accepted.commitments.check::<Plain>().is_ok();
	assert_eq!(shares.iter().filter(|share| is_outside(share)).count(), outside_count(inside));
	for ((j, secret), share) in (1..).zip(&scene.secrets).zip(&shares) {
		let evidence =
			worker::evidence(context, secret, j, digest.hash(), &dealing, &mut rng()).unwrap();
		let verdict = adjudicator::judge::<Plain>(context, dealer, j, &digest, &evidence);
		assert_eq!(verdict, Ok(rightful(share)));
		let accusation =
			worker::accuse::<Plain, _>(context, secret, j, dealer, &digest, &dealing, &mut rng());
		assert_eq!(accusation.is_ok(), share.is_err(), "who accuses rightly convicts");
		if let Ok(accusation) = accusation {
			assert_eq!(accusation == worker::unopened(j, &dealing).unwrap(), !inside);
			let verdict = adjudicator::judge::<Plain>(context, dealer, j, &digest, &accusation);
			assert_eq!(verdict, Ok(rightful(share)));
		}
	}
	changed_evidence(&mut input, (dealer, &dealing), &digest, &shares);

	// any threshold and one of right shares give what the first commitment holds
	let right: Vec<(u8, SecretShare)> =
		(1..).zip(shares).filter_map(|(j, share)| Some((j, share.ok()?))).collect();
	if let Some(first) = right.get(..usize::from(THRESHOLD) + 1) {
		let (values, blinding) = adjudicator::reconstruct(first).unwrap();
		let opens =
			adjudicator::verify_result::<Plain>(&dealing.commitments[0], &values, &blinding);
		assert_eq!(opens, Ok(true));
		for (j, share) in &right {
			assert_eq!(adjudicator::lies_on(first, *j, share), Ok(true));
		}
	}
}

/// Of how many nodes the commitments are the complaint: all see it, or none.
fn outside_count(inside: bool) -> usize {
	if inside {
		0
	} else {
		usize::from(NODES)
	}
}

/// The verdict on evidence with the right `K`.
fn rightful(share: &Result<SecretShare, DealerFault>) -> Verdict {
	match share {
		Ok(_) => Verdict::AccuserGuilty(AccuserFault::FalseAccusation),
		Err(fault) => Verdict::DealerGuilty(*fault),
	}
}

/// Evidence of one node with changes: it convicts nobody if it is not about the dealing, the dealer if the commitments are
/// outside of the group, else its author if its `K` is not right, and else whom it should.
fn changed_evidence(
	input: &mut Input,
	(dealer, dealing): (&Identity, &DealingBytes),
	digest: &AcceptedDigest,
	shares: &[Result<SecretShare, DealerFault>],
) {
	let scene = scene();
	let place = input.below(shares.len());
	let (j, secret) = (place as u8 + 1, &scene.secrets[place]);
	let (context, hash) = (&scene.context, digest.hash());
	let original = worker::evidence(context, secret, j, hash, dealing, &mut rng()).unwrap();
	let mut evidence = original.clone();
	for _ in 0..input.byte() % 4 {
		match input.byte() % 11 {
			0 => evidence.dh = input.key(),
			1 => _ = input.change(&mut evidence.dh),
			2 => _ = input.change(&mut evidence.dleq),
			3 => {
				let k = input.below(2);
				evidence.commitments[k] = input.point();
			},
			4 => evidence.ephemeral = input.key(),
			5 => {
				let other = input.below(usize::from(NODES));
				if let Some(hash) = evidence.sealed_hashes.get_mut(other) {
					input.change(hash);
				}
			},
			6 => _ = input.change(&mut evidence.sealed),
			7 => evidence.sealed.clone_from(&dealing.sealed[input.below(dealing.sealed.len())]),
			8 => evidence.sealed_hashes.truncate(input.below(4)),
			10 => _ = input.change(&mut evidence.validity_hash),
			_ => evidence = worker::unopened(j, dealing).unwrap(),
		}
	}
	if input.flag() {
		// fails where `R` is no key, and then leaves the proof as it is
		let _ = worker::prove(context, secret, j, hash, &mut evidence, &mut rng());
	}
	let is_about_it =
		EvidenceBytes { dh: original.dh, dleq: original.dleq, ..evidence.clone() } == original;
	let verdict = adjudicator::judge::<Plain>(context, dealer, j, digest, &evidence);
	let statement = DleqStatement {
		task_hash: &context.task_hash,
		digest: hash,
		j,
		seal_key: &context.seal_keys[place],
		ephemeral: &evidence.ephemeral,
		dh: &evidence.dh,
	};
	let holds = proofs::verify_dleq(&statement, &evidence.dleq).is_ok();
	match verdict {
		Err(_) => assert!(!is_about_it, "evidence about the dealing convicts someone"),
		Ok(verdict) => {
			assert!(is_about_it, "evidence about something else convicts nobody");
			assert!(!holds || evidence.dh == original.dh, "a proof holds for the right `K` alone");
			let outside = shares[place] == Err(DealerFault::OutsideSubgroup);
			if holds || outside {
				assert_eq!(verdict, rightful(&shares[place]));
			} else {
				assert!(matches!(
					verdict,
					Verdict::AccuserGuilty(AccuserFault::InvalidDh | AccuserFault::WrongDleq)
				));
			}
		},
	}
}
