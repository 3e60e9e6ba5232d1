//! Verification: members and verifiers check all dealings, accuse, challenge and attest, and the adjudicator judges.

use super::{attesting::Attested, cheats, fault, stream, Accepted, Cast, Failure, FaultKind, Node};
use crate::{fault as words, report::FaultReport};
use ostraka_crypto::{
	messages::DealingBytes,
	validity::Relation,
	vss::{Commitments, SecretShare},
	Error, Identity, Plain,
};
use ostraka_primitives::fault::DealerFault;
use ostraka_protocol::{
	adjudicator::{self, Verdict},
	worker::{self, CheckedDealing, Fault},
	TaskContext,
};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// All that the members know.
pub(super) struct Verifying<'a> {
	pub cast: &'a Cast<'a>,
	pub ctx: &'a TaskContext,
	pub relation: &'a Relation,
	pub nodes: &'a [Node],
	pub dealers: &'a [Identity],
}

/// What a member finds.
struct Found {
	/// Its share of each dealing.
	shares: Vec<Result<SecretShare, Fault>>,
	/// Places of the dealings that it accuses.
	bad: Vec<usize>,
	/// Places of those that it challenges: its share is right, and the proof does not hold.
	forged: Vec<usize>,
}

/// A member's seat and its keys.
type Member<'a> = (u8, &'a Node);

impl<'a> Verifying<'a> {
	/// Lets all members check, accuse and challenge, then the panel; what is convicted leaves `accepted`. Returns the members'
	/// shares of what is left, and who attested: those that do not look before all disputes, the others after them.
	///
	/// # Errors
	/// `Protocol` if something of the honest parties is refused.
	pub(super) fn run(
		&self,
		accepted: &mut Vec<Accepted>,
		faults: &mut Vec<FaultReport>,
	) -> Result<(Vec<Vec<SecretShare>>, Attested<'a>), Failure> {
		let mut attested = Attested::at_once(self.cast.roles);
		let members: Vec<Member<'_>> = (1u8..).zip(self.nodes).collect();
		let dealings: &[Accepted] = accepted;
		let found: Result<Vec<Found>, Error> =
			members.par_iter().map(|member| self.look(dealings, *member)).collect();
		let found = found?;

		let mut excluded = BTreeSet::new();
		for (member, found) in members.iter().zip(&found) {
			let rng = &mut self.stream("accuse", member.0);
			for k in found.bad.iter().chain(&found.forged) {
				let Some(dealing) = accepted.get(*k).filter(|_| !excluded.contains(k)) else {
					continue;
				};
				let verdict = match found.forged.contains(k) {
					true => self.challenged(dealing)?,
					false => self.accused(dealing, *member, rng)?,
				};
				if let Verdict::DealerGuilty(what) = verdict {
					excluded.insert(*k);
					attested.expose(what);
					faults.push(self.convicted(dealing, &format!("node {}", member.0), what));
				}
			}
			faults.extend(self.cheat(accepted, found, *member, rng)?);
		}
		self.panel(accepted, &mut excluded, &mut attested, faults)?;
		attested.note_others();
		let shares = found.into_iter().map(|found| {
			let kept = found.shares.into_iter().enumerate().filter(|(k, _)| !excluded.contains(k));
			kept.filter_map(|(_, share)| share.ok()).collect()
		});
		let shares = shares.collect();
		let mut k = 0;
		accepted.retain(|_| {
			k += 1;
			!excluded.contains(&(k - 1))
		});
		Ok((shares, attested))
	}

	/// Lets the verifiers look at what nobody has excluded yet, and challenge.
	fn panel(
		&self,
		accepted: &[Accepted],
		excluded: &mut BTreeSet<usize>,
		attested: &mut Attested<'_>,
		faults: &mut Vec<FaultReport>,
	) -> Result<(), Error> {
		let seats = (1u8..).zip(self.cast.roles.seats()).skip(self.nodes.len());
		for (j, (who, role)) in seats {
			let looks = !matches!(role, Some(FaultKind::LyingVerifier | FaultKind::SilentVerifier));
			if !looks {
				continue;
			}
			let wrong = self.look_without_share(accepted, j)?;
			for k in &wrong {
				let Some(dealing) = accepted.get(*k).filter(|_| !excluded.contains(k)) else {
					continue;
				};
				if let Verdict::DealerGuilty(what) = self.challenged(dealing)? {
					excluded.insert(*k);
					attested.expose(what);
					faults.push(self.convicted(dealing, &who, what));
				}
			}
			let mut right = (0..).zip(accepted).filter(|(k, _)| !wrong.contains(k));
			if let (Some(FaultKind::FalseVerifier), Some((_, dealing))) = (role, right.next()) {
				let verdict = judged(self.challenged_falsely(dealing)?);
				faults.push(fault(role, &who, verdict));
			}
		}
		Ok(())
	}

	/// What a verifier finds wrong, which sees commitments and proofs alone: places of the dealings that it challenges.
	fn look_without_share(&self, accepted: &[Accepted], j: u8) -> Result<Vec<usize>, Error> {
		let rng = &mut self.stream("check", j);
		let dealings: Vec<&DealingBytes> = accepted.iter().map(|dealing| &dealing.bytes).collect();
		let commitments: Vec<Result<Commitments<Plain>, Fault>> =
			worker::commitments(self.ctx, &dealings, rng);
		let is_inside = |k: &usize| commitments.get(*k).is_some_and(Result::is_ok);
		let (inside, outside): (Vec<usize>, Vec<usize>) = (0..accepted.len()).partition(is_inside);
		let forged = self.forged(accepted, &commitments, &inside, rng)?;
		Ok(outside.into_iter().chain(forged).collect())
	}

	/// Of some dealings, whose commitments are in the group, those whose proof does not hold.
	fn forged(
		&self,
		accepted: &[Accepted],
		commitments: &[Result<Commitments<Plain>, Fault>],
		among: &[usize],
		rng: &mut ChaCha20Rng,
	) -> Result<Vec<usize>, Error> {
		let mut places = Vec::with_capacity(among.len());
		let mut proven: Vec<CheckedDealing<'_, Plain>> = Vec::with_capacity(among.len());
		for place in among {
			let found = accepted.get(*place).zip(commitments.get(*place));
			if let Some((dealing, Ok(commitments))) = found {
				places.push(*place);
				proven.push((self.dealer(dealing)?, &dealing.bytes, commitments));
			}
		}
		let refused = worker::invalid_of_checked(self.ctx, self.relation, &proven, rng);
		Ok(refused.iter().filter_map(|at| places.get(*at)).copied().collect())
	}

	/// The report of a dealer that was convicted.
	fn convicted(&self, dealing: &Accepted, by: &str, what: DealerFault) -> FaultReport {
		let role = self.cast.role(dealing.place);
		let verdict = format!("convicted by {by}: {}", words::dealer(what));
		fault(role, &self.cast.name(dealing.place), verdict)
	}

	/// Checks a member's shares of all dealings, then the proofs of those whose shares are right.
	fn look(&self, accepted: &[Accepted], (j, node): Member<'_>) -> Result<Found, Error> {
		let rng = &mut self.stream("check", j);
		let dealings: Vec<&DealingBytes> = accepted.iter().map(|dealing| &dealing.bytes).collect();
		let commitments: Vec<Result<Commitments<Plain>, Fault>> =
			worker::commitments(self.ctx, &dealings, rng);
		let open = |(dealing, commitments): (&Accepted, &Result<Commitments<Plain>, Fault>)| {
			// nothing is opened of a dealing whose points are not in the group
			let is_inside = commitments.as_ref().map(|_| ()).map_err(|fault| *fault);
			let id = is_inside.and_then(|()| self.dealer(dealing).map_err(Fault::NotOurs));
			id.and_then(|id| worker::open(self.ctx, &node.secret, j, id, &dealing.bytes))
		};
		let shares: Vec<Result<SecretShare, Fault>> =
			accepted.iter().zip(&commitments).map(open).collect();
		let good: Vec<(usize, &Commitments<Plain>, &SecretShare)> = (0..)
			.zip(&commitments)
			.zip(&shares)
			.filter_map(|((k, commitments), share)| {
				Some((k, commitments.as_ref().ok()?, share.as_ref().ok()?))
			})
			.collect();
		let items: Vec<_> =
			good.iter().map(|(_, commitments, share)| (*commitments, *share)).collect();
		let wrong = worker::check(self.ctx, j, &items, rng);
		let wrong = wrong.iter().filter_map(|at| good.get(*at)).map(|(k, ..)| *k);
		let unopened = (0..).zip(&shares).filter(|(_, share)| share.is_err()).map(|(k, _)| k);
		let bad: Vec<usize> = wrong.chain(unopened).collect();

		let right: Vec<usize> = (0..accepted.len()).filter(|k| !bad.contains(k)).collect();
		let forged = match self.cheat_of(j) {
			Some(FaultKind::BlindNode) => Vec::new(),
			_ => self.forged(accepted, &commitments, &right, rng)?,
		};
		Ok(Found { shares, bad, forged })
	}

	/// Accuses a dealer of a member's share.
	fn accused(
		&self,
		dealing: &Accepted,
		(j, node): Member<'_>,
		rng: &mut ChaCha20Rng,
	) -> Result<Verdict, Error> {
		let (id, digest, bytes) = (self.dealer(dealing)?, &dealing.digest, &dealing.bytes);
		let evidence =
			worker::accuse::<Plain, _>(self.ctx, &node.secret, j, id, digest, bytes, rng)?;
		adjudicator::judge::<Plain>(self.ctx, id, j, digest, &evidence)
	}

	/// Challenges a dealing: whoever does shows the same.
	pub(super) fn challenged(&self, dealing: &Accepted) -> Result<Verdict, Error> {
		let (id, digest, bytes) = (self.dealer(dealing)?, &dealing.digest, &dealing.bytes);
		let challenge = worker::challenge::<Plain>(self.ctx, self.relation, id, digest, bytes)?;
		adjudicator::judge_challenge::<Plain>(self.ctx, self.relation, id, digest, &challenge)
	}

	/// Challenges a dealing of which nothing is wrong.
	fn challenged_falsely(&self, dealing: &Accepted) -> Result<Verdict, Error> {
		let challenge = worker::challenge_unjudged(&dealing.bytes);
		let (id, digest) = (self.dealer(dealing)?, &dealing.digest);
		adjudicator::judge_challenge::<Plain>(self.ctx, self.relation, id, digest, &challenge)
	}

	fn cheat_of(&self, j: u8) -> Option<FaultKind> {
		self.cast.roles.nodes.get(usize::from(j) - 1).copied().flatten()
	}

	/// What a member does who accuses or challenges where nothing is wrong, and what came of it.
	fn cheat(
		&self,
		accepted: &[Accepted],
		found: &Found,
		(j, node): Member<'_>,
		rng: &mut ChaCha20Rng,
	) -> Result<Option<FaultReport>, Error> {
		let cheat = self.cheat_of(j);
		let is_right = |k: &usize| !found.bad.contains(k) && !found.forged.contains(k);
		let mut right = (0..).zip(accepted).filter(|(k, _)| is_right(k));
		let (Some(cheat), Some((_, dealing))) = (cheat, right.next()) else { return Ok(None) };
		let (id, digest, bytes) = (self.dealer(dealing)?, &dealing.digest, &dealing.bytes);
		let verdict = match (cheat, cheat.of_accusation()) {
			(FaultKind::FalseChallenge, _) => self.challenged_falsely(dealing)?,
			(_, Some(of)) => {
				let hash = digest.hash();
				let evidence = cheats::accuse(self.ctx, &node.secret, j, hash, bytes, of, rng)?;
				adjudicator::judge::<Plain>(self.ctx, id, j, digest, &evidence)?
			},
			(_, None) => return Ok(None),
		};
		Ok(Some(fault(Some(cheat), &format!("node {j}"), judged(verdict))))
	}

	fn dealer(&self, dealing: &Accepted) -> Result<&Identity, Error> {
		self.dealers.get(dealing.place).ok_or(Error::Index)
	}

	fn stream(&self, what: &str, j: u8) -> ChaCha20Rng {
		stream(&self.cast.seed, self.cast.task, what, usize::from(j) - 1)
	}
}

/// What came of an accusation or challenge by who cheats.
fn judged(verdict: Verdict) -> String {
	match verdict {
		Verdict::AccuserGuilty(what) => format!("convicted: {}", words::accuser(what)),
		Verdict::DealerGuilty(what) => format!("the dealer was convicted: {}", words::dealer(what)),
	}
}
