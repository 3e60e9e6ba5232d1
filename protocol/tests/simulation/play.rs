//! Plays a scenario: honest parties with the protocol's own roles, cheats as their role says. What an honest party
//! sends must never be refused, and each attempt of a cheat must be refused where it has to be; both is asserted on
//! the spot.

use super::{
	chain::{Chain, Party, Phase, Refusal, Standing},
	cheats,
	data::Data,
	node::{committee, context, panel, Node, Verifier},
	scenario::{dealer_id, AccuserRole, AnswerRole, AttestRole, DealerPart, DealerRole, Scenario},
	verifying,
};
use ostraka_crypto::{
	messages::DealingBytes,
	polynomial, scalar,
	seal::SealSecret,
	vss::{self, SecretShare},
	Error, Hash, Plain, Scalar,
};
use ostraka_primitives::fault::{AccuserFault, DealerFault};
use ostraka_protocol::{
	adjudicator::{self, Verdict},
	dealer, wire, worker, TaskContext,
};
use rand_chacha::ChaCha20Rng;
use std::collections::{BTreeMap, BTreeSet};

/// Plays a whole task over the dealers' data (by place) and returns the chain as it stands at the end.
pub fn play(scenario: &Scenario, data: &Data, rng: &mut ChaCha20Rng) -> Chain {
	let mut nodes = committee(scenario.n(), rng);
	let mut verifiers = panel(scenario.n(), scenario.panel.len() as u8);
	let (inputs, relation) = (data.inputs(), data.relation());
	let ctx = context(1, scenario.threshold, &relation, &nodes, &verifiers);
	// Another task of the same committee and relation: what is replayed comes from there.
	let sibling = context(2, scenario.threshold, &relation, &nodes, &verifiers);
	let workers = nodes.iter().map(|node| node.worker).collect();
	let consenting = (0..inputs.len()).map(dealer_id);
	let (v, least) = (verifiers.len(), scenario.least_dealers);
	let mut chain = Chain::new(ctx, relation, workers, v, consenting, least);

	collect(scenario, &sibling, &inputs, &mut chain, rng);
	chain.end_collecting();
	verify(scenario, &sibling, (&mut nodes, &mut verifiers), &mut chain, rng);
	chain.freeze();
	if chain.phase == Phase::Committing {
		let before = (chain.h_a, chain.aggregate().to_bytes());
		accuse_late(scenario, &nodes, &mut chain, rng);
		verifying::challenge_late(scenario, &verifiers, &mut chain);
		compute(scenario, &sibling, &mut nodes, &mut chain, rng);
		assert_eq!(before, (chain.h_a, chain.aggregate().to_bytes()), "A is frozen");
	}
	chain.settle();
	chain
}

/// Input sharing.
fn collect(
	scenario: &Scenario,
	sibling: &TaskContext,
	inputs: &[Vec<Scalar>],
	chain: &mut Chain,
	rng: &mut ChaCha20Rng,
) {
	let (ctx, relation) = (chain.ctx.clone(), chain.relation.clone());
	let mut honest: BTreeMap<usize, DealingBytes> = BTreeMap::new();
	for (place, part) in scenario.dealers.iter().enumerate() {
		if part.role == DealerRole::Honest {
			let (id, input) = (dealer_id(place), &inputs[place]);
			let dealing = dealer::deal::<Plain, _>(&ctx, &relation, &id, input, rng).unwrap();
			honest.insert(place, dealing);
		}
	}
	// Dealings can be seen, and copied, before they are included.
	let seen = honest.first_key_value().map(|(place, dealing)| (*place, dealing.clone()));
	let shared = SealSecret::random(rng);
	let mut shared_used = false;
	for place in &scenario.arrivals {
		let (id, input) = (&dealer_id(*place), inputs[*place].as_slice());
		let DealerPart { role, victims } = &scenario.dealers[*place];
		let rho = SealSecret::random(rng);
		let mut deal = |ctx: &TaskContext, rho: &SealSecret| {
			cheats::deal(ctx, &relation, id, input, (*role, victims), rho, rng)
		};
		let refused = |error| Err(Refusal::Protocol(error));
		let (task_hash, dealing, answer) = match role {
			DealerRole::Absent => continue,
			DealerRole::Honest => (ctx.task_hash, honest[place].clone(), Ok(())),
			DealerRole::CopiedEphemeral | DealerRole::CopiedDealing => {
				let Some((original, seen)) = &seen else { continue };
				let copy = match role {
					DealerRole::CopiedDealing => seen.clone(),
					_ => DealingBytes {
						ephemeral: seen.ephemeral,
						proof: seen.proof,
						..deal(&ctx, &rho)
					},
				};
				// ahead of the original too: and the original is then not in its way
				let answer = if chain.records.contains_key(&dealer_id(*original)) {
					Err(Refusal::CopiedEphemeral)
				} else {
					refused(Error::InvalidProof)
				};
				(ctx.task_hash, copy, answer)
			},
			DealerRole::SharedEphemeral => {
				let answer = if shared_used { Err(Refusal::CopiedEphemeral) } else { Ok(()) };
				shared_used = true;
				(ctx.task_hash, deal(&ctx, &shared), answer)
			},
			DealerRole::WrongProof => {
				(ctx.task_hash, deal(&ctx, &rho), refused(Error::InvalidProof))
			},
			DealerRole::WrongTaskHash => {
				(sibling.task_hash, deal(sibling, &rho), Err(Refusal::WrongTaskHash))
			},
			DealerRole::Replayed => {
				(ctx.task_hash, deal(sibling, &rho), refused(Error::InvalidProof))
			},
			DealerRole::Misshapen => {
				let mut dealing = deal(&ctx, &rho);
				dealing.sealed.pop();
				let n = ctx.seal_keys.len();
				let error = Error::Length { what: "sealed shares", expected: n, found: n - 1 };
				(ctx.task_hash, dealing, refused(error))
			},
			DealerRole::NoKeyEphemeral | DealerRole::ForeignEphemeral => {
				(ctx.task_hash, deal(&ctx, &rho), refused(Error::InvalidProof))
			},
			// turned away by its length
			DealerRole::NoProof => {
				let expected = ctx.proof_length as usize;
				let error = Error::Length { what: "proof", expected, found: 0 };
				(ctx.task_hash, deal(&ctx, &rho), refused(error))
			},
			// nobody looks at dispatch
			DealerRole::Torsion
			| DealerRole::OppositeTorsion
			| DealerRole::SecondDealing
			| DealerRole::BadValue
			| DealerRole::BadBlinding
			| DealerRole::Unopenable
			| DealerRole::NonCanonical
			| DealerRole::WrongBit
			| DealerRole::ForeignProof => (ctx.task_hash, deal(&ctx, &rho), Ok(())),
		};
		assert_eq!(chain.deal(id, &task_hash, &dealing), answer, "dealer {place}, {role:?}");
		if *role == DealerRole::SecondDealing {
			let second = dealer::deal::<Plain, _>(&ctx, &relation, id, input, rng).unwrap();
			assert_eq!(chain.deal(id, &ctx.task_hash, &second), Err(Refusal::DealtBefore));
		}
	}
}

/// Verification up to the freeze: who attests without a look, then liars, then who lies and is honest beside it, then the
/// honest, committee and panel in either order. At the end attests who has nothing to complain of.
fn verify(
	scenario: &Scenario,
	sibling: &TaskContext,
	(nodes, verifiers): (&mut [Node], &mut [Verifier]),
	chain: &mut Chain,
	rng: &mut ChaCha20Rng,
) {
	for node in nodes.iter().filter(|n| scenario.node(n.j).attesting == AttestRole::Hasty) {
		let named = chain.named();
		assert_eq!(chain.attest(node.j, &named), Ok(()));
	}
	verifying::attest_hastily(scenario, verifiers, chain);
	nodes.iter_mut().for_each(|node| node.examine(chain, rng));
	verifying::look(scenario, verifiers, chain, rng);
	let (nodes, verifiers) = (&*nodes, &*verifiers);
	let ctx = chain.ctx.clone();
	for node in nodes {
		let (j, secret) = (node.j, &node.secret);
		let role = scenario.node(j).accusing;
		let target = chain.records.iter().find(|(id, _)| match role {
			AccuserRole::False => !node.bad.contains(*id),
			AccuserRole::FalseChallenge => node.opened.contains(*id) && !node.forged.contains(*id),
			// where the commitments are not in the group, no evidence convicts its author
			_ => node.opened.contains(*id),
		});
		let Some((id, record)) = target else { continue };
		let (id, digest, body) = (*id, record.digest, &record.body);
		let evidence = match role {
			AccuserRole::False => cheats::evidence(&ctx, secret, j, &digest, body, rng),
			AccuserRole::WrongDleq => {
				let mut evidence = cheats::evidence(&ctx, secret, j, &digest, body, rng);
				evidence.dleq[32] ^= 1;
				evidence
			},
			AccuserRole::NoKeyDh => {
				let mut evidence = cheats::evidence(&ctx, secret, j, &digest, body, rng);
				evidence.dh = cheats::NO_KEY;
				worker::prove(&ctx, secret, j, &digest, &mut evidence, rng).unwrap();
				evidence
			},
			AccuserRole::FalseTorsion => worker::unopened(j, body).unwrap(),
			AccuserRole::FalseChallenge => {
				let challenge = worker::challenge_unjudged(body);
				let verdict = chain.challenge(Party::Node(j), &id, &digest, &challenge);
				let fault = AccuserFault::FalseChallenge;
				assert_eq!(verdict, Ok(Verdict::AccuserGuilty(fault)));
				assert_forfeited(node, chain, rng);
				continue;
			},
			_ => continue,
		};
		let verdict = chain.accuse(j, &id, &digest, &evidence);
		assert!(matches!(verdict, Ok(Verdict::AccuserGuilty(_))), "node {j}: {verdict:?}");
		assert_forfeited(node, chain, rng);
	}
	verifying::lie(scenario, verifiers, chain);
	for node in nodes.iter().filter(|n| scenario.node(n.j).accusing == AccuserRole::Foreign) {
		complain_of_something_else(sibling, nodes, node, chain, rng);
	}
	if scenario.panel_first {
		verifying::challenge(scenario, verifiers, chain);
	}
	for node in nodes {
		if matches!(scenario.node(node.j).accusing, AccuserRole::Diligent | AccuserRole::Foreign) {
			node.accuse_all(chain, rng);
		}
	}
	if !scenario.panel_first {
		verifying::challenge(scenario, verifiers, chain);
	}
	attest(scenario, sibling, nodes, chain);
	verifying::attest(scenario, verifiers, chain);
	let is_awaited =
		|j: &u8| !chain.has_attested(*j) && !chain.ledger.contains_key(&Party::Node(*j));
	let seats = scenario.n() + scenario.panel.len() as u8;
	let is_over = !(1..=seats).any(|j| is_awaited(&j));
	assert_eq!(chain.is_complete, is_over, "verification ends with the last one that is awaited");
}

/// Whoever lied once is not heard again, not even with the truth.
fn assert_forfeited(node: &Node, chain: &mut Chain, rng: &mut ChaCha20Rng) {
	for id in &node.bad {
		let digest = chain.records[id].digest;
		let evidence = node.accusation(chain, id, rng).unwrap();
		assert_eq!(chain.accuse(node.j, id, &digest, &evidence), Err(Refusal::Forfeited));
	}
	for id in &node.forged {
		assert_eq!(node.challenge(chain, id), Err(Refusal::Forfeited));
	}
}

/// Attestations, and those that are refused.
fn attest(scenario: &Scenario, sibling: &TaskContext, nodes: &[Node], chain: &mut Chain) {
	let named = chain.named();
	let (dealt, excluded) = named;
	for node in nodes {
		let (j, role) = (node.j, scenario.node(node.j).attesting);
		match role {
			AttestRole::Diligent => {
				let Some(own) = node.attestation(chain) else { continue };
				let is_heard = !chain.ledger.contains_key(&Party::Node(j));
				let answer = if is_heard { Ok(()) } else { Err(Refusal::Forfeited) };
				assert_eq!(chain.attest(j, &own), answer, "node {j}");
			},
			AttestRole::OtherDealings if !chain.ledger.contains_key(&Party::Node(j)) => {
				// those of a fork with one more, or with one more excluded, and the hash of another kind of thing
				let more = (wire::dealt(&dealt, &[1; 32]), excluded);
				let fewer = (dealt, wire::excluded(&excluded, &[1; 32]));
				for other in [more, fewer, (sibling.task_hash, excluded)] {
					assert_eq!(chain.attest(j, &other), Err(Refusal::WrongDealings));
				}
			},
			AttestRole::OtherDealings | AttestRole::Never | AttestRole::Hasty => {},
		}
		if chain.has_attested(j) {
			let again = chain.attest(j, &named).unwrap_err();
			assert!(matches!(again, Refusal::AlreadyAttested | Refusal::Forfeited), "{again:?}");
		}
	}
}

/// Evidence and challenges that are sound where they belong, sent where they do not.
fn complain_of_something_else(
	sibling: &TaskContext,
	nodes: &[Node],
	node: &Node,
	chain: &mut Chain,
	rng: &mut ChaCha20Rng,
) {
	let (j, secret, ctx) = (node.j, &node.secret, chain.ctx.clone());
	let Some((id, record)) = chain.records.first_key_value() else { return };
	let (id, digest) = (*id, record.digest);
	let other = &nodes[usize::from(j) % nodes.len()];
	// of another task: the same dealer's bad share there
	let input = vec![Scalar::from(1u8); ctx.length()];
	let (rho, bad) = (SealSecret::random(rng), (DealerRole::Unopenable, &BTreeSet::from([j])));
	let there = cheats::deal(sibling, &chain.relation, &id, &input, bad, &rho, rng);
	let there_digest = there.digest(&sibling.task_hash, &id);
	let mut foreign = vec![
		cheats::evidence(sibling, secret, j, &there_digest, &there, rng),
		cheats::evidence(&ctx, &other.secret, other.j, &digest, &record.body, rng),
	];
	// of another dealing of the task
	if let Some((_, record)) = chain.records.iter().nth(1) {
		foreign.push(cheats::evidence(&ctx, secret, j, &record.digest, &record.body, rng));
	}
	for evidence in &foreign {
		let refused = Err(Refusal::Protocol(Error::DigestMismatch));
		assert_eq!(chain.accuse(j, &id, &digest, evidence), refused);
	}
	let unknown = chain.accuse(j, &id, &there_digest, &foreign[0]);
	assert_eq!(unknown, Err(Refusal::UnknownDealing));
	// what is no proof, in the place of the one that the dealing has; and the other task's dealing whole
	let (author, expected) = (Party::Node(j), ctx.proof_length as usize);
	let mut challenges = vec![worker::challenge_unjudged(&there)];
	challenges.extend(chain.records.values().map(|record| {
		let without = DealingBytes { validity: vec![0; expected], ..record.body.clone() };
		worker::challenge_unjudged(&without)
	}));
	for challenge in &mut challenges {
		let refused = Err(Refusal::Protocol(Error::DigestMismatch));
		assert_eq!(chain.challenge(author, &id, &digest, challenge), refused);
		// nothing at all
		let validity = std::mem::take(&mut challenge.validity);
		let error = Error::Length { what: "proof", expected, found: 0 };
		let answer = chain.challenge(author, &id, &digest, challenge);
		assert_eq!(answer, Err(Refusal::Protocol(error)));
		challenge.validity = validity;
	}
	let unknown = chain.challenge(author, &id, &there_digest, &challenges[0]);
	assert_eq!(unknown, Err(Refusal::UnknownDealing));
}

/// Rightful accusations and challenges after the freeze.
fn accuse_late(scenario: &Scenario, nodes: &[Node], chain: &mut Chain, rng: &mut ChaCha20Rng) {
	for node in nodes.iter().filter(|n| scenario.node(n.j).accusing == AccuserRole::Late) {
		let mut excused = false;
		for id in &node.bad {
			let record = &chain.records[id];
			let (digest, standing) = (record.digest, record.standing);
			let evidence = node.accusation(chain, id, rng).unwrap();
			let verdict = chain.accuse(node.j, id, &digest, &evidence);
			if standing == Standing::Accepted || standing == Standing::ConvictedLate && !excused {
				assert!(matches!(verdict, Ok(Verdict::DealerGuilty(_))), "{verdict:?}");
				excused = true;
			} else {
				assert_eq!(verdict, Err(Refusal::AlreadyConvicted));
			}
		}
		for id in &node.forged {
			let first = chain.records[id].standing == Standing::Accepted;
			let guilty = Ok(Verdict::DealerGuilty(DealerFault::InvalidInput));
			let answer = if first { guilty } else { Err(Refusal::AlreadyConvicted) };
			assert_eq!(node.challenge(chain, id), answer);
		}
	}
}

/// Commitments and reveals.
fn compute(
	scenario: &Scenario,
	sibling: &TaskContext,
	nodes: &mut [Node],
	chain: &mut Chain,
	rng: &mut ChaCha20Rng,
) {
	let h_a = chain.h_a.unwrap();
	// the very same set, as if of another task
	let digests: Vec<Hash> = chain.accepted().map(|(_, record)| record.digest).collect();
	let sums = chain.aggregate().to_bytes();
	let other_h_a = adjudicator::accepted_set_hash(&sibling.task_hash, &digests, &sums);
	let mut errors = cancelling_errors(scenario, chain.ctx.length(), rng);
	// What each node will say, before it knows what others say.
	let mut shares: BTreeMap<u8, (SecretShare, SecretShare)> = BTreeMap::new();
	for node in nodes.iter_mut() {
		let role = scenario.node(node.j).answering;
		let own = node.result_share(chain);
		let honest = matches!(role, AnswerRole::Diligent | AnswerRole::Uncommitted);
		if honest && own.is_none() {
			continue;
		}
		let lacking = own.is_none();
		assert!(node.lock(chain), "a dealing enters one set");
		let own = own.unwrap_or_else(|| noise(chain.ctx.length(), rng));
		let mut wrong = own.clone();
		match errors.remove(&node.j) {
			Some(error) => wrong.add(&error).unwrap(),
			None if role == AnswerRole::Wrong && lacking => {},
			None => wrong.add(&noise(chain.ctx.length(), rng)).unwrap(),
		}
		let (committed, revealed) = match role {
			AnswerRole::Wrong | AnswerRole::Cancelling => (wrong.clone(), wrong),
			AnswerRole::OtherThanCommitted => (own, wrong),
			AnswerRole::CommittedToOther => (wrong, own),
			_ => (own.clone(), own),
		};
		shares.insert(node.j, (committed, revealed));
	}

	for node in nodes.iter().filter(|node| !scenario.node(node.j).answering.waits()) {
		let Some((share, _)) = shares.get(&node.j) else { continue };
		match scenario.node(node.j).answering {
			AnswerRole::Absent | AnswerRole::Uncommitted => {},
			AnswerRole::OtherSet => {
				let commitment = node.commitment(&other_h_a, share);
				let answer = chain.commit(node.j, &other_h_a, commitment);
				assert_eq!(answer, Err(Refusal::WrongAcceptedSet));
			},
			_ => {
				let commitment = node.commitment(&h_a, share);
				assert_eq!(chain.commit(node.j, &h_a, commitment), Ok(()));
				let again = chain.commit(node.j, &h_a, [0; 32]);
				assert_eq!(again, Err(Refusal::AlreadyCommitted));
			},
		}
	}
	let copied = (1..=scenario.n()).find_map(|j| chain.commitment(j));
	for j in 1..=scenario.n() {
		if let (AnswerRole::CopiedCommitment, Some(copied)) = (scenario.node(j).answering, copied) {
			assert_eq!(chain.commit(j, &h_a, copied), Ok(()));
		}
	}
	chain.end_committing();

	for j in &scenario.reveals {
		let role = scenario.node(*j).answering;
		let share = if role.waits() {
			match interpolated(chain, *j) {
				Some(share) => share,
				None => continue,
			}
		} else {
			match shares.get(j) {
				Some((_, share)) => share.clone(),
				None => continue,
			}
		};
		let bytes = share.to_bytes();
		match role {
			AnswerRole::Absent | AnswerRole::CommitsOnly => {},
			AnswerRole::OtherSet => {
				let answer = chain.reveal(*j, &other_h_a, &bytes);
				assert_eq!(answer, Err(Refusal::WrongAcceptedSet));
			},
			AnswerRole::Misshapen => {
				let answer = chain.reveal(*j, &h_a, &bytes[1..]);
				assert!(matches!(answer, Err(Refusal::Protocol(Error::Length { .. }))));
				let answer = chain.reveal(*j, &h_a, &cheats::non_canonical(&share));
				assert_eq!(answer, Err(Refusal::Protocol(Error::NonCanonicalScalar)));
			},
			_ => {
				chain.reveal(*j, &h_a, &bytes).unwrap();
				assert_eq!(chain.reveal(*j, &h_a, &bytes), Err(Refusal::AlreadyRevealed));
			},
		}
	}
}

fn noise(length: usize, rng: &mut ChaCha20Rng) -> SecretShare {
	SecretShare {
		values: (0..length).map(|_| scalar::random(rng)).collect(),
		blinding: scalar::random(rng),
	}
}

/// Errors of the cancelling pair that vanish at zero when the first `t + 1` reveals are interpolated.
fn cancelling_errors(
	scenario: &Scenario,
	length: usize,
	rng: &mut ChaCha20Rng,
) -> BTreeMap<u8, SecretShare> {
	let pair: Vec<u8> = scenario
		.reveals
		.iter()
		.copied()
		.filter(|j| scenario.node(*j).answering == AnswerRole::Cancelling)
		.collect();
	let [a, b] = pair[..] else { return BTreeMap::new() };
	let first = &scenario.reveals[..=usize::from(scenario.threshold)];
	let weights = polynomial::lagrange(first, 0).unwrap();
	let error = noise(length, rng);
	let scaled = |factor: Scalar| SecretShare {
		values: error.values.iter().map(|value| *value * factor).collect(),
		blinding: error.blinding * factor,
	};
	// they are the first two to reveal
	BTreeMap::from([(a, scaled(weights[1])), (b, scaled(-weights[0]))])
}

/// What a free rider makes of the reveals so far: its right share, if `t + 1` others were right. The check is one that
/// anybody can make.
pub fn interpolated(chain: &Chain, j: u8) -> Option<SecretShare> {
	let sums = chain.sums();
	let right: Vec<(u8, SecretShare)> = chain
		.revealed
		.iter()
		.filter(|(other, share)| adjudicator::check_result_share(&sums, *other, share))
		.take(usize::from(chain.ctx.threshold) + 1)
		.cloned()
		.collect();
	(right.len() > usize::from(chain.ctx.threshold)).then(|| vss::interpolate(&right, j).unwrap())
}
