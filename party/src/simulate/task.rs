//! One task: from the dealers' vectors to the published result.

mod attesting;
mod verifying;

use super::{
	cheats,
	faults::{FaultKind, Roles},
};
use crate::{
	attestation::Attestation, fault as words, report::FaultReport, validity::Proofs, words::counted,
};
use codec::Encode;
use ostraka_crypto::{
	messages::DealingBytes,
	proofs::verify_signature,
	seal::SealSecret,
	validity::Relation,
	vss::{SecretShare, UncheckedCommitments},
	Error, Hash, Identity, Plain, Scalar,
};
use ostraka_primitives::{fault::DealerFault, spec::TaskSpec, task::ClassParameters};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Aggregate, Verdict},
	dealer,
	masking::{self, MaskSeed, Opening},
	statistics::{proof_length, relation, Unprovable},
	task_hash, worker, Member, TaskContext, TaskHashInput, Version,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, time::Instant};

/// Who plays a task.
pub struct Cast<'a> {
	/// Number of the task.
	pub task: u32,
	/// What is computed.
	pub spec: &'a TaskSpec,
	/// Code of the class.
	pub class: u8,
	/// The class's parameters.
	pub parameters: ClassParameters,
	/// The dealers' names.
	pub names: &'a [String],
	/// The dealers' vectors, all of one length.
	pub inputs: &'a [&'a [Scalar]],
	/// Who cheats.
	pub roles: &'a Roles,
	/// Whether the result is sealed to a recipient, who deals a mask and reads the result by its seed.
	pub sealed: bool,
	/// All randomness follows from it.
	pub seed: [u8; 32],
}

impl Cast<'_> {
	/// The recipient's account.
	fn recipient(&self) -> Option<Identity> {
		self.sealed.then(|| identity(&self.seed, "recipient", 0))
	}

	/// What it draws its masks from.
	fn mask_seed(&self) -> MaskSeed {
		MaskSeed::from_bytes(identity(&self.seed, "mask", 0))
	}

	/// Whether the dealing with this place is the mask, which comes behind all dealers'.
	fn is_mask(&self, place: usize) -> bool {
		self.sealed && place == self.inputs.len()
	}

	/// What who deals with this place does.
	fn role(&self, place: usize) -> Option<FaultKind> {
		match self.is_mask(place) {
			true => self.roles.recipient,
			false => self.roles.dealers.get(place).copied().flatten(),
		}
	}

	/// What a report calls who deals with this place.
	fn name(&self, place: usize) -> String {
		match self.is_mask(place) {
			true => "recipient".to_owned(),
			false => self.names.get(place).map_or_else(|| format!("dealer {place}"), Clone::clone),
		}
	}
}

/// How a task ended.
pub struct Played {
	/// The sum of the accepted dealers' vectors, as the recipient reads it if the result is sealed.
	pub sum: Vec<Scalar>,
	/// Places of the accepted dealers.
	pub accepted: Vec<usize>,
	/// Whether the published sum opens the sum of the accepted commitments, and the mask its own.
	pub verified: bool,
	/// How many of the accepted dealers prove their input valid.
	pub proofs: Proofs,
	/// What the panel said of it, and what was found too late.
	pub attestation: Attestation,
	/// The faults, and who was convicted of them.
	pub faults: Vec<FaultReport>,
	/// Seconds of each phase.
	pub phases: Vec<(&'static str, f64)>,
}

/// Why a task has no result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
	/// The result is sealed, and its recipient's mask does not count.
	#[error("the recipient's mask does not count: {verdict}")]
	MaskMissing {
		/// What became of it.
		verdict: String,
	},
	/// Too few dealings were accepted.
	#[error("{} accepted, the class asks for {needed}", counted(*.accepted, "dealing"))]
	TooFewDealers {
		/// Accepted dealings.
		accepted: usize,
		/// What the class asks for.
		needed: u32,
	},
	/// Too few right result shares were revealed.
	#[error("{right} right result shares were revealed, {needed} are needed")]
	TooFewShares {
		/// Right ones.
		right: usize,
		/// `t + 1`.
		needed: usize,
	},
	/// Nothing can be proven of an input for this spec.
	#[error("{0}")]
	Unprovable(#[from] Unprovable),
	/// A function of the protocol refused what honest parties sent.
	#[error("{0}")]
	Protocol(#[from] Error),
}

impl From<Failure> for crate::Error {
	fn from(failure: Failure) -> Self {
		Self::Failed(failure.to_string())
	}
}

struct Node {
	secret: SealSecret,
	worker: Identity,
}

/// A dealing that the chain accepted.
struct Accepted {
	place: usize,
	digest: AcceptedDigest,
	commitments: UncheckedCommitments,
	bytes: DealingBytes,
}

/// Plays a task. `progress` is told the name of each phase and called once for each dealing.
///
/// # Errors
/// [`Failure`].
pub fn play(cast: &Cast<'_>, progress: impl Fn(&'static str) + Sync) -> Result<Played, Failure> {
	let ClassParameters { seats, threshold, least_dealers, verifiers, .. } = cast.parameters;
	let rng = |what: &str, i: usize| stream(&cast.seed, cast.task, what, i);
	let mut faults = Vec::new();
	let mut phases = Vec::new();
	let mut clock = Instant::now();
	let mut lap = |phases: &mut Vec<(&'static str, f64)>, name| {
		phases.push((name, clock.elapsed().as_secs_f64()));
		clock = Instant::now();
	};

	let members = usize::from(seats);
	let drawn: Vec<Node> = (0..members + usize::from(verifiers))
		.map(|i| Node {
			secret: SealSecret::random(&mut rng("node", i)),
			worker: identity(&cast.seed, "worker", i),
		})
		.collect();
	let ctx = context(cast, &drawn);
	let nodes = drawn.get(..members).unwrap_or_default();
	let relation = relation(cast.spec)?;
	lap(&mut phases, "drawing");

	progress("dealing");
	let mut dealers: Vec<Identity> =
		(0..cast.inputs.len()).map(|i| identity(&cast.seed, "dealer", i)).collect();
	let role = |place: usize| cast.role(place);
	let deal = |(place, input): (usize, &&[Scalar])| -> Result<Option<DealingBytes>, Error> {
		let rng = &mut rng("deal", place);
		let id = dealers.get(place).ok_or(Error::Index)?;
		if let Some(fault) = role(place).and_then(FaultKind::of_dealing) {
			let victim = 1 + (place % usize::from(seats)) as u8;
			let forged = (fault == DealerFault::InvalidInput).then(|| cheats::forged(input));
			let input = forged.as_deref().unwrap_or(input);
			return cheats::deal(&ctx, &relation, id, input, fault, victim, rng).map(Some);
		}
		if role(place) == Some(FaultKind::SilentDealer) {
			return Ok(None);
		}
		let mut dealing = dealer::deal::<Plain, _>(&ctx, &relation, id, input, rng)?;
		if role(place) == Some(FaultKind::Malformed) {
			dealing.proof[0] ^= 1;
		}
		progress("");
		Ok(Some(dealing))
	};
	let dealt: Result<Vec<_>, _> = cast.inputs.par_iter().enumerate().map(deal).collect();
	let mut dealings = dealt?;
	copy_dealings(&mut dealings, cast.roles);
	if let Some(recipient) = cast.recipient() {
		let place = dealers.len();
		dealings.push(mask(cast, &ctx, &relation, &recipient, &mut rng("deal", place))?);
		dealers.push(recipient);
	}

	// the chain, at dispatch
	let mut accepted: Vec<Accepted> = Vec::new();
	let mut ephemerals = BTreeSet::new();
	for ((place, id), bytes) in dealers.iter().enumerate().zip(dealings) {
		let name = cast.name(place);
		let Some(bytes) = bytes else {
			faults.push(fault(role(place), &name, "absent".to_owned()));
			continue;
		};
		match adjudicator::verify_dealing(&ctx, id, &bytes, verify_signature) {
			Ok(_) if !ephemerals.insert(bytes.ephemeral) => {
				faults.push(fault(role(place), &name, "rejected: R was used before".to_owned()));
			},
			Ok(dealing) => accepted.push(Accepted {
				place,
				digest: dealing.digest,
				commitments: dealing.commitments,
				bytes,
			}),
			Err(error) => faults.push(fault(role(place), &name, format!("rejected: {error}"))),
		}
	}
	lap(&mut phases, "collecting");

	progress("verifying");
	let verifying =
		verifying::Verifying { cast, ctx: &ctx, relation: &relation, nodes, dealers: &dealers };
	let (shares, mut attested) = verifying.run(&mut accepted, &mut faults)?;
	lap(&mut phases, "verifying");
	let mask = accepted.iter().find(|dealing| cast.is_mask(dealing.place));
	if cast.sealed && mask.is_none() {
		let fault = cast.roles.recipient.map_or_else(String::new, |kind| kind.to_string());
		let verdict = faults.iter().find(|report| report.fault == fault);
		let verdict = verdict.map_or_else(String::new, |report| report.verdict.clone());
		return Err(Failure::MaskMissing { verdict });
	}
	let masks = usize::from(mask.is_some());
	let count = accepted.len().saturating_sub(masks);
	if count < (least_dealers as usize).max(1) {
		return Err(Failure::TooFewDealers { accepted: count, needed: least_dealers });
	}

	progress("computing");
	let mut aggregate = Aggregate::zero(threshold);
	for dealing in &accepted {
		aggregate.add(&dealing.commitments)?;
	}
	// as the freeze: summands were checked by nodes, the sums are by the chain
	let (points, sums) = (aggregate.to_bytes(), aggregate.checked::<Plain>()?);
	let digests: Vec<Hash> = accepted.iter().map(|dealing| *dealing.digest.hash()).collect();
	let h_a = adjudicator::accepted_set_hash(&ctx.task_hash, &digests, &points);
	let mut right: Vec<(u8, SecretShare)> = Vec::new();
	let needed = usize::from(threshold) + 1;
	for (((place, node), j), own) in nodes.iter().enumerate().zip(1u8..).zip(&shares) {
		let cheat = cast.roles.nodes.get(place).copied().flatten();
		let mut share = worker::aggregate(own)?;
		let commitment = adjudicator::result_commitment(&h_a, j, &node.worker, &share);
		match cheat {
			Some(FaultKind::SilentNode) => {
				faults.push(fault(cheat, &format!("node {j}"), "absent".to_owned()));
				continue;
			},
			Some(FaultKind::WrongShare) => share.blinding += Scalar::from(1u8),
			_ => {},
		}
		let committed = adjudicator::result_commitment(&h_a, j, &node.worker, &share) == commitment;
		let fits = if right.len() < needed {
			adjudicator::check_result_share(&sums, j, &share)
		} else {
			adjudicator::lies_on(right.get(..needed).unwrap_or_default(), j, &share)?
		};
		match (fits, cheat) {
			(false, _) => {
				faults.push(fault(cheat, &format!("node {j}"), "convicted: wrong share".to_owned()))
			},
			(true, Some(FaultKind::Uncommitted)) => {
				faults.push(fault(cheat, &format!("node {j}"), "unpaid: no commitment".to_owned()));
				right.push((j, share));
			},
			(true, _) if !committed => {
				faults.push(fault(
					cheat,
					&format!("node {j}"),
					"convicted: not what was committed".to_owned(),
				));
			},
			(true, _) => right.push((j, share)),
		}
	}
	lap(&mut phases, "computing");

	progress("settling");
	let first = right.get(..needed).ok_or(Failure::TooFewShares { right: right.len(), needed })?;
	let (mut sum, blinding) = adjudicator::reconstruct(first)?;
	let mut verified = match points.first() {
		Some(c0) => adjudicator::verify_result::<Plain>(c0, &sum, &blinding)?,
		None => false,
	};
	if let (Some(recipient), Some(mask)) = (cast.recipient(), mask) {
		let (opening, c0) = (opening(cast, &ctx, &recipient)?, mask.bytes.commitments.first());
		let c0 = c0.ok_or(Error::Index)?;
		verified &= masking::opens::<Plain>(c0, &opening)?;
		sum = masking::unmask(&sum, &opening.vector)?;
	}
	let proven: Vec<(&Identity, &DealingBytes)> = accepted
		.iter()
		.filter_map(|dealing| Some((dealers.get(dealing.place)?, &dealing.bytes)))
		.collect();
	let unproven = worker::invalid::<Plain, _>(&ctx, &relation, &proven, &mut rng("read", 0));
	let proofs = Proofs { hold: count.saturating_sub(unproven.len()), of: count };
	// whoever reads the result can challenge late: it changes no number
	let mut disproven = 0;
	for dealing in unproven.iter().filter_map(|at| accepted.get(*at)) {
		if let Verdict::DealerGuilty(what) = verifying.challenged(dealing)? {
			disproven += 1;
			attested.expose(what);
			let verdict =
				format!("convicted after the freeze by an outsider: {}", words::dealer(what));
			faults.push(fault(role(dealing.place), &cast.name(dealing.place), verdict));
		}
	}
	faults.extend(attested.reports(disproven));
	let attestation = attested.attestation(disproven);
	lap(&mut phases, "settling");
	let places = accepted.iter().map(|dealing| dealing.place);
	let accepted = places.filter(|place| !cast.is_mask(*place)).collect();
	Ok(Played { sum, accepted, verified, proofs, attestation, faults, phases })
}

/// What opens the recipient's mask.
fn opening(cast: &Cast<'_>, ctx: &TaskContext, recipient: &Identity) -> Result<Opening, Error> {
	let (seed, hash) = (cast.mask_seed(), &ctx.task_hash);
	masking::opening::<Plain>(&seed, hash, recipient, ctx.threshold, ctx.length())
}

/// What the recipient deals, if anything.
fn mask(
	cast: &Cast<'_>,
	ctx: &TaskContext,
	relation: &Relation,
	recipient: &Identity,
	rng: &mut ChaCha20Rng,
) -> Result<Option<DealingBytes>, Error> {
	let role = cast.roles.recipient;
	if role == Some(FaultKind::MissingMask) {
		return Ok(None);
	}
	let Some(fault) = role.and_then(FaultKind::of_dealing) else {
		let mask = masking::derive::<Plain>(&cast.mask_seed(), ctx, recipient)?;
		return Ok(Some(mask.dealing));
	};
	let vector = &opening(cast, ctx, recipient)?.vector;
	cheats::deal(ctx, relation, recipient, vector, fault, 1, rng).map(Some)
}

/// Lets every dealer with that fault send the dealing of the next one that has none.
fn copy_dealings(dealings: &mut [Option<DealingBytes>], roles: &Roles) {
	let honest = roles.dealers.iter().position(Option::is_none);
	let copied = honest.and_then(|place| dealings.get(place).cloned().flatten());
	for (dealing, role) in dealings.iter_mut().zip(&roles.dealers) {
		if *role == Some(FaultKind::Copied) {
			dealing.clone_from(&copied);
		}
	}
}

/// What everybody knows of a task with these nodes: the committee, then the panel.
fn context(cast: &Cast<'_>, drawn: &[Node]) -> TaskContext {
	let seats: Vec<Member> = drawn
		.iter()
		.enumerate()
		.map(|(i, node)| Member {
			account: identity(&cast.seed, "operator", i),
			worker: node.worker,
			seal_key: node.secret.public(),
		})
		.collect();
	let (committee, panel) = seats.split_at(usize::from(cast.parameters.seats).min(seats.len()));
	let task_hash = task_hash(&TaskHashInput {
		genesis: &cast.seed,
		task_id: cast.task,
		version: Version::CURRENT,
		spec: &(cast.spec, cast.recipient()).encode(),
		class: cast.class,
		n: cast.parameters.seats,
		threshold: cast.parameters.threshold,
		least_dealers: cast.parameters.least_dealers,
		deadlines: &[],
		committee,
		panel,
	});
	let length = cast.inputs.first().map_or(0, |input| input.len());
	TaskContext {
		version: Version::CURRENT,
		task_hash,
		threshold: cast.parameters.threshold,
		length: u16::try_from(length).unwrap_or(u16::MAX),
		// of one without proofs nothing is played
		proof_length: proof_length(cast.spec).unwrap_or_default(),
		seal_keys: committee.iter().map(|member| member.seal_key).collect(),
		recipient: cast.recipient(),
	}
}

fn fault(kind: Option<FaultKind>, by: &str, verdict: String) -> FaultReport {
	let fault = kind.map_or_else(|| "unexpected".to_owned(), |kind| kind.to_string());
	FaultReport { fault, by: by.to_owned(), verdict }
}

fn identity(seed: &[u8; 32], what: &str, i: usize) -> Identity {
	Sha256::new()
		.chain_update(seed)
		.chain_update(what)
		.chain_update((i as u64).to_le_bytes())
		.finalize()
		.into()
}

fn stream(seed: &[u8; 32], task: u32, what: &str, i: usize) -> ChaCha20Rng {
	let key = identity(seed, &format!("{task}/{what}"), i);
	ChaCha20Rng::from_seed(key)
}
