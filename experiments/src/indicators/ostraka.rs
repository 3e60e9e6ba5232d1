//! Ostraka under attack: a committee of five with threshold two, by the crates that clients, nodes and runtime run.

use super::{
	growth, large, scalability, small, words, Column, Finding, FALSE_VALUE, LARGEST, USERS,
};
use crate::scheme::Scheme;
use crate::schemes::ostraka::{account, ranges, to_u64, Ostraka, Upload, N, T};
use anyhow::{ensure, Result};
use ostraka_crypto::{
	encoding::IDENTITY,
	generators, group, polynomial,
	proofs::verify_signature,
	scalar,
	seal::SealSecret,
	validity::{prove_witness, Conditions, Form, Relation, Witness},
	vss::{self, Commitments, SecretShare, UncheckedCommitments},
	Affine, Hash, PointBytes, Scalar,
};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Aggregate, Verdict},
	dealer, worker, G1,
};

/// Result shares of all nodes over honest dealings of `values`.
struct Round {
	sums: Commitments<G1>,
	shares: Vec<(u8, SecretShare)>,
	sum: u64,
}

impl Round {
	fn of(values: &[u64]) -> Result<Self> {
		let mut scheme = Ostraka::new(1)?;
		let uploads = values
			.iter()
			.enumerate()
			.map(|(user, value)| scheme.upload(user, &[*value]))
			.collect::<Result<Vec<_>>>()?;
		let (digests, aggregate) = scheme.accept(&uploads)?;
		let mut shares = Vec::new();
		for j in 1..=N {
			shares.push((j, scheme.node(j, &uploads, &digests)?));
		}
		Ok(Self { sums: aggregate.checked()?, shares, sum: values.iter().sum() })
	}

	/// What the chain publishes when these result shares are revealed: wrong ones are refused, and their nodes named.
	fn publish(&self, revealed: &[(u8, SecretShare)]) -> Result<(Option<u64>, Vec<u8>)> {
		let (mut right, mut named) = (Vec::new(), Vec::new());
		for (j, share) in revealed {
			if adjudicator::check_result_share(&self.sums, *j, share) {
				right.push((*j, share.clone()));
			} else {
				named.push(*j);
			}
		}
		right.truncate(usize::from(T) + 1);
		if right.len() <= usize::from(T) {
			return Ok((None, named));
		}
		let (sum, blinding) = adjudicator::reconstruct(&right)?;
		let c0 = self.sums.to_bytes()[0];
		ensure!(adjudicator::verify_result::<G1>(&c0, &sum, &blinding)?, "an unverifiable result");
		Ok((Some(to_u64(&sum[0])?), named))
	}

	/// The shares, those of the first `T` nodes falsified.
	fn falsified(&self) -> Vec<(u8, SecretShare)> {
		let mut shares = self.shares.clone();
		for (_, share) in shares.iter_mut().take(usize::from(T)) {
			share.values[0] += Scalar::from(1u8);
		}
		shares
	}
}

/// Carries out all attacks.
pub fn attack(amounts: &[u64]) -> Result<Column> {
	let values = &amounts[..USERS];
	let round = Round::of(values)?;
	Ok(Column {
		name: "Ostraka",
		deployment: "5 nodes and the chain, c = 2 nodes",
		findings: [
			fairness(&round)?,
			scaling(amounts)?,
			robustness(&round, values)?,
			privacy(values[0])?,
			verifiability(&round)?,
			input_validity(&small(amounts))?,
		],
	})
}

fn fairness(round: &Round) -> Result<Finding> {
	let corrupt = usize::from(T);
	// Before an honest node reveals, the corrupt ones hold `t` shares.
	let (early, _) = round.publish(&round.shares[..corrupt])?;
	let (withheld, _) = round.publish(&round.shares[corrupt..])?;
	let (false_ones, named) = round.publish(&round.falsified())?;
	let met = early.is_none() && [withheld, false_ones] == [Some(round.sum); 2] && named == [1, 2];
	Ok(Finding::new(
		met,
		format!(
			"two nodes keep silent after the others have revealed: the chain still publishes {}; they reveal false shares: it \
			 publishes {} and convicts {}; two shares, before anyone else reveals, give {}",
			words::sum(withheld),
			words::sum(false_ones),
			words::named("nodes", &named),
			words::sum(early)
		),
	))
}

fn scaling(amounts: &[u64]) -> Result<Finding> {
	let (sizes, ratio) = growth(&mut Ostraka::new(1)?, amounts)?;
	// as many bits as a value has here
	let mut of_large = Ostraka::of(ranges(1, u64::BITS)?)?;
	Ok(scalability(&sizes, ratio, large(&mut of_large, amounts)?))
}

/// What a cheating dealer does to a dealing that is well-formed otherwise.
#[derive(Clone, Copy, PartialEq)]
enum Cheat {
	/// The share of node 3 does not fit its commitments.
	Share,
	/// A point of order three is added to the last commitment: on the curve still, and outside the group.
	Commitment,
	/// The value is out of range. Proven is what can be: the bits are the lowest of those that it has.
	Value,
}

/// The node that accuses of the first two.
const ACCUSER: u8 = 3;

fn cheating_dealing(scheme: &mut Ostraka, user: usize, cheat: Cheat) -> Result<Upload> {
	let (dealer, rng) = (account(user), &mut scheme.rng);
	let input = [Scalar::from(if cheat == Cheat::Value { FALSE_VALUE } else { 1 })];
	let (commitments, mut shares) = vss::share::<G1, _>(&input, T, N, rng)?;
	let blinding = vss::secret_blinding(T, &shares)?;
	let mut commitments = commitments.to_bytes();
	match cheat {
		Cheat::Value => {},
		Cheat::Share => shares[usize::from(ACCUSER) - 1].values[0] += Scalar::from(1u8),
		Cheat::Commitment => {
			let mut order_three: PointBytes = [0; 96];
			order_three[95] = 2;
			let mut torsion = [IDENTITY; T as usize + 1];
			torsion[usize::from(T)] = order_three;
			let mut sums = Aggregate::from_bytes(&commitments, T)?;
			sums.add(&UncheckedCommitments::from_bytes(&torsion, T)?)?;
			commitments = sums.to_bytes();
		},
	}
	let (ctx, relation, rho) = (&scheme.ctx, &scheme.relation, SealSecret::random(rng));
	let statement = ctx.statement(&dealer, &commitments);
	let witness = Witness::new(relation, &input);
	let proof = prove_witness::<G1, _>(relation, &statement, &witness, &blinding, rng)?;
	let dealing = dealer::assemble(ctx, &dealer, commitments, &shares, &rho, proof, rng)?;
	Ok(Upload { dealer, dealing })
}

/// Node 3 accuses the dealer: whether the chain convicts it.
fn is_convicted(scheme: &mut Ostraka, upload: &Upload, digest: Hash) -> Result<bool> {
	let (Upload { dealer, dealing }, accepted) = (upload, AcceptedDigest::of_state(digest));
	let (ctx, secret) = (&scheme.ctx, &scheme.secrets[usize::from(ACCUSER) - 1]);
	let rng = &mut scheme.rng;
	let evidence = worker::accuse::<G1, _>(ctx, secret, ACCUSER, dealer, &accepted, dealing, rng)?;
	let verdict = adjudicator::judge::<G1>(ctx, dealer, ACCUSER, &accepted, &evidence)?;
	Ok(matches!(verdict, Verdict::DealerGuilty(_)))
}

fn robustness(round: &Round, values: &[u64]) -> Result<Finding> {
	let (crashed, _) = round.publish(&round.shares[usize::from(T)..])?;
	let (wrong, named) = round.publish(&round.falsified())?;

	// One dealer gives a node a wrong share, one commits to points outside the group; another sends garbage.
	let mut scheme = Ostraka::new(1)?;
	let mut uploads = values
		.iter()
		.enumerate()
		.map(|(user, value)| scheme.upload(user, &[*value]))
		.collect::<Result<Vec<_>>>()?;
	let mut garbage = scheme.upload(values.len(), &[1])?;
	garbage.dealing.commitments[0] = [0xff; 96];
	let refused = scheme.accept(std::slice::from_ref(&garbage)).is_err();
	for (user, cheat) in (values.len()..).zip([Cheat::Share, Cheat::Commitment]) {
		uploads.push(cheating_dealing(&mut scheme, user, cheat)?);
	}
	let (mut digests, mut aggregate) = scheme.accept(&uploads)?;
	let (cheats, cheats_digests) =
		(uploads.split_off(values.len()), digests.split_off(values.len()));
	let mut noticed = true;
	let mut convicted = true;
	for (cheat, digest) in cheats.iter().zip(cheats_digests) {
		noticed &= scheme.node(ACCUSER, std::slice::from_ref(cheat), &[digest]).is_err();
		convicted &= is_convicted(&mut scheme, cheat, digest)?;
		let excluded = adjudicator::verify_dealing(
			&scheme.ctx,
			&cheat.dealer,
			&cheat.dealing,
			verify_signature,
		)?;
		aggregate.sub(&excluded.commitments)?;
	}
	let mut shares = Vec::new();
	for j in 1..=N {
		shares.push((j, scheme.node(j, &uploads, &digests)?));
	}
	let after = to_u64(&Ostraka::settle(&aggregate.checked()?, &shares)?[0])?;

	let expected = Some(round.sum);
	let met = refused
		&& noticed
		&& convicted
		&& [crashed, wrong, Some(after)] == [expected; 3]
		&& named == [1, 2];
	Ok(Finding::new(
		met,
		format!(
			"two nodes crash: the chain publishes {}; two send wrong result shares: it publishes {} and names {}; a wrong \
			 sealed share and commitments outside the group each convict the {}; without these dealings the sum is {after}; a \
			 malformed dealing {}",
			words::sum(crashed),
			words::sum(wrong),
			words::named("nodes", &named),
			if convicted { "dealer" } else { "accuser" },
			words::refused(refused)
		),
	))
}

/// That a value is at most so much.
fn at_most(largest: u64) -> Result<Relation> {
	let (mut conditions, width) = (Conditions::new(1)?, largest.ilog2() + 1);
	conditions.range(Form::default().entry(0, 1), width)?;
	conditions.range(Form::constant(largest.into()).entry(0, -1), width)?;
	Ok(conditions.finish())
}

/// Anybody challenges a dealing: whether that convicts its dealer.
fn convicts_its_dealer(scheme: &Ostraka, upload: &Upload, digest: Hash) -> Result<bool> {
	let (Upload { dealer, dealing }, accepted) = (upload, AcceptedDigest::of_state(digest));
	let Ostraka { ctx, relation, .. } = scheme;
	let shown = worker::challenge_unjudged(dealing);
	let verdict = adjudicator::judge_challenge::<G1>(ctx, relation, dealer, &accepted, &shown)?;
	Ok(matches!(verdict, Verdict::DealerGuilty(_)))
}

fn input_validity(values: &[u64]) -> Result<Finding> {
	let mut scheme = Ostraka::of(at_most(LARGEST)?)?;
	let mut uploads = values
		.iter()
		.enumerate()
		.map(|(user, value)| scheme.upload(user, &[*value]))
		.collect::<Result<Vec<_>>>()?;
	// the client makes no such dealing: the user makes its own
	let made = scheme.upload(values.len(), &[FALSE_VALUE]).is_ok();
	uploads.push(cheating_dealing(&mut scheme, values.len(), Cheat::Value)?);
	let (mut digests, mut aggregate) = scheme.accept(&uploads)?;
	// as if nobody looked at the proofs
	let mut shares = Vec::new();
	for j in 1..=N {
		shares.push((j, worker::aggregate(&scheme.shares(j, &uploads, &digests)?)?));
	}
	let poisoned = to_u64(&Ostraka::settle(&aggregate.checked()?, &shares)?[0])?;
	let mut convicted = Vec::new();
	for (upload, digest) in uploads.iter().zip(&digests) {
		convicted.push(convicts_its_dealer(&scheme, upload, *digest)?);
	}
	let (cheat, digest) = (uploads.split_off(values.len()), digests.split_off(values.len()));
	let noticed = scheme.node(ACCUSER, &cheat, &digest).is_err();
	for Upload { dealer, dealing } in &cheat {
		let excluded = adjudicator::verify_dealing(&scheme.ctx, dealer, dealing, verify_signature)?;
		aggregate.sub(&excluded.commitments)?;
	}
	let mut shares = Vec::new();
	for j in 1..=N {
		shares.push((j, scheme.node(j, &uploads, &digests)?));
	}
	let after = to_u64(&Ostraka::settle(&aggregate.checked()?, &shares)?[0])?;
	let honest: u64 = values.iter().sum();
	// the last one's alone
	let only_the_cheat = convicted.iter().rev().skip(1).all(|is_convicted| !is_convicted);
	let caught = noticed && convicted.last() == Some(&true);
	Ok(Finding::new(
		!made && caught && only_the_cheat && after == honest,
		format!(
			"the client {} a dealing of {FALSE_VALUE}; of one made without it every node {} the proof, and a challenge convicts \
			 the {}, one of an honest dealing {}; with it the sum is {poisoned}, without it {after}",
			if made { "makes" } else { "does not make" },
			if noticed { "refuses" } else { "accepts" },
			if caught { "dealer" } else { "challenger" },
			if only_the_cheat { "its author" } else { "the dealer" },
		),
	))
}

/// How many of the candidates a coalition's shares of one value leave possible: a candidate is out if no polynomial of
/// degree `t` has it at zero and the shares at the nodes.
fn possible(candidates: &[u64], shares: &[(u8, Scalar)]) -> Result<usize> {
	let t = usize::from(T);
	let Some((first, others)) = shares.split_at_checked(t) else { return Ok(candidates.len()) };
	let fits = |candidate: &u64| -> Result<bool> {
		// the polynomial through the candidate and the first `t` shares, at the other nodes; its nodes are moved by one,
		// so that the candidate's place is not zero
		let mut nodes = vec![1];
		nodes.extend(first.iter().map(|(j, _)| j + 1));
		let known: Vec<_> = [Scalar::from(*candidate)]
			.into_iter()
			.chain(first.iter().map(|(_, share)| *share))
			.collect();
		for (j, share) in others {
			let weights = polynomial::lagrange(&nodes, j + 1)?;
			let value: Scalar =
				weights.iter().zip(&known).map(|(weight, value)| *weight * value).sum();
			if value != *share {
				return Ok(false);
			}
		}
		Ok(true)
	};
	Ok(candidates
		.iter()
		.map(fits)
		.collect::<Result<Vec<_>>>()?
		.into_iter()
		.filter(|fits| *fits)
		.count())
}

fn privacy(value: u64) -> Result<Finding> {
	let mut rng = Ostraka::new(1)?.rng;
	let secret = [Scalar::from(value)];
	let (commitments, shares) = vss::share::<G1, _>(&secret, T, N, &mut rng)?;
	let of = |nodes: std::ops::RangeInclusive<u8>| -> Vec<_> {
		nodes.map(|j| (j, shares[usize::from(j) - 1].values[0])).collect()
	};
	let candidates: Vec<u64> = (0..=40_000).collect();
	let (coalition, control) =
		(possible(&candidates, &of(1..=T))?, possible(&candidates, &of(1..=T + 1))?);

	// A dictionary attack on the commitment: it finds what is committed to without a blinding value.
	let bases = generators::bases::<G1>(1)?;
	let (g, h) = (bases[0], bases[1]);
	let search = |commitment: &Affine<G1>| {
		let mut guess = group::mul(&g, &Scalar::from(0u8));
		(0..=40_000u64).find(|_| {
			let hit = *commitment == guess;
			guess += g;
			hit
		})
	};
	let bare = group::affine(&group::mul(&g, &secret[0]));
	let (found, without) = (search(&commitments.0[0]), search(&bare));
	// The blinding value alone decides which of two inputs a commitment is to: one to the other's value exists.
	let other = group::affine(
		&(group::mul(&g, &Scalar::from(value + 1)) + group::mul(&h, &scalar::random(&mut rng))),
	);
	let met = coalition == candidates.len()
		&& control == 1
		&& found.is_none()
		&& without == Some(value)
		&& search(&other).is_none();
	Ok(Finding::new(
		met,
		format!(
			"the shares of two nodes leave {coalition} of {} values possible, those of three leave {control}; a search of all \
			 values in the commitment finds {}, in one without blinding {}",
			candidates.len(),
			words::value(found),
			words::value(without)
		),
	))
}

fn verifiability(round: &Round) -> Result<Finding> {
	let (sum, blinding) = adjudicator::reconstruct(&round.shares[..usize::from(T) + 1])?;
	let c0 = round.sums.to_bytes()[0];
	let right = adjudicator::verify_result::<G1>(&c0, &sum, &blinding)?;
	let mut other = sum;
	other[0] += Scalar::from(1u8);
	let wrong = adjudicator::verify_result::<G1>(&c0, &other, &blinding)?;
	// All nodes together may know another opening only by a relation between the generators; they try the blinding value.
	let tried = adjudicator::verify_result::<G1>(&c0, &other, &(blinding - Scalar::from(1u8)))?;
	Ok(Finding::new(
		right && !wrong && !tried,
		format!(
			"by `verify_result` on the published commitment the right sum {}, the sum plus one {}, and the same with another \
			 blinding value {}",
			words::refused(!right),
			words::refused(!wrong),
			words::refused(!tried)
		),
	))
}
