//! A small model of the chain: the rules of the five phases around one task, without accounts, blocks or money.
//! Everything that needs judgement is asked of [`adjudicator`], as the runtime asks it.
//!
//! # Terms
//! - A message that is *refused* changes nothing and names nobody. What is *punished* stands in the ledger.
//! - A caller's identity (dealer, seat `j`) counts as authenticated: signatures are the pallets' subject. So does the bond of
//!   who has no seat and challenges.
//! - Seats `1 ..= n` are the committee's, `n + 1 ..= n + v` the panel's, which attests and challenges, and nothing else.
//! - Verification is *complete* when every seat that is awaited has attested: it then ends with the block at hand, and an
//!   accusation is taken until it has ended. Otherwise it lasts its window.
//! - The *mask* of a task that is sealed is its recipient's dealing. It is taken, checked and accused as any, without a proof, and no
//!   dealer: without it nothing is computed.
//! - Who has attested is *exposed* by the first proof that everybody can see, of a dealing that counted when it did.

pub use super::terms::{Failure, Party, Penalty, Phase, Refusal, Standing};
use ostraka_crypto::{
	messages::{ChallengeBytes, DealingBytes, EvidenceBytes},
	proofs::verify_signature,
	validity::Relation,
	vss::{Commitments, SecretShare, UncheckedCommitments},
	Hash, Identity, Plain, PointBytes, Scalar, SealKeyBytes,
};
use ostraka_primitives::fault::DealerFault;
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Aggregate, Verdict},
	wire, TaskContext,
};
use std::collections::{BTreeMap, BTreeSet};

/// What an attestation names: the running hashes of the dealings, and of those excluded.
pub type Named = (Hash, Hash);

/// An accepted dealing. `body` is what block bodies hold, the rest is state.
pub struct Record {
	pub digest: Hash,
	pub standing: Standing,
	/// Whether a fault of it was shown that everybody can see.
	pub disproven: bool,
	/// Seats that had attested to it when it was excluded for what not everybody can see.
	attested: BTreeSet<u8>,
	pub commitments: UncheckedCommitments,
	pub body: DealingBytes,
}

#[derive(Clone, Default)]
struct SeatState {
	accused_falsely: bool,
	excused: bool,
	attested: bool,
	attested_falsely: bool,
	commitment: Option<Hash>,
	/// Whether its revealed share was right.
	answer: Option<bool>,
}

impl SeatState {
	/// Whether anything is expected of it.
	fn is_awaited(&self) -> bool {
		!self.accused_falsely && !self.excused && self.answer != Some(false)
	}

	/// Whether it attested, and nothing in the set that this was about was shown to be invalid since.
	fn attestation_stands(&self) -> bool {
		self.attested && !self.attested_falsely
	}
}

/// The published result.
#[derive(Clone, Debug)]
pub struct Published {
	pub sum: Vec<Scalar>,
	pub blinding: Scalar,
	pub commitment: PointBytes,
}

pub struct Chain {
	pub ctx: TaskContext,
	/// What the task's dealers prove.
	pub relation: Relation,
	pub phase: Phase,
	pub records: BTreeMap<Identity, Record>,
	pub ledger: BTreeMap<Party, Vec<Penalty>>,
	pub result: Option<Published>,
	/// Every share that was revealed and judged, right or wrong, in order.
	pub revealed: Vec<(u8, SecretShare)>,
	pub h_a: Option<Hash>,
	/// Digests of the dealings in the order in which they were taken.
	pub order: Vec<Hash>,
	/// Their running hash.
	pub dealt: Hash,
	/// Digests of those excluded, in the order in which they were.
	pub exclusions: Vec<Hash>,
	/// Who exposed most seats by one dispute, and of several the last.
	pub exposer: Option<Party>,
	/// How many these were.
	most_exposed: usize,
	/// Seats that showed a dealing to be invalid in a way that everybody can see.
	finders: BTreeSet<u8>,
	/// Dealings that count and were found invalid after the freeze.
	pub disproven: u32,
	/// Whether all that are awaited have attested.
	pub is_complete: bool,
	workers: Vec<Identity>,
	/// Dealers who have accepted.
	consenting: BTreeSet<Identity>,
	least_dealers: usize,
	ephemerals: BTreeSet<SealKeyBytes>,
	/// State holds bytes.
	aggregate: Vec<PointBytes>,
	/// The committee's, then the panel's.
	seats: Vec<SeatState>,
	is_settled: bool,
	/// The first `t + 1` right shares.
	right: Vec<(u8, SecretShare)>,
}

fn ensure(condition: bool, otherwise: Refusal) -> Result<(), Refusal> {
	condition.then_some(()).ok_or(otherwise)
}

impl Chain {
	pub fn new(
		ctx: TaskContext,
		relation: Relation,
		workers: Vec<Identity>,
		verifiers: usize,
		consenting: impl IntoIterator<Item = Identity>,
		least_dealers: usize,
	) -> Self {
		Self {
			phase: Phase::Collecting,
			records: BTreeMap::new(),
			ledger: BTreeMap::new(),
			result: None,
			revealed: Vec::new(),
			h_a: None,
			order: Vec::new(),
			dealt: [0; 32],
			exclusions: Vec::new(),
			exposer: None,
			most_exposed: 0,
			finders: BTreeSet::new(),
			disproven: 0,
			is_complete: false,
			seats: vec![SeatState::default(); workers.len() + verifiers],
			is_settled: false,
			workers,
			consenting: consenting.into_iter().chain(ctx.recipient).collect(),
			// a result over nobody, or of one class below its least number, is never computed
			least_dealers: least_dealers.max(1),
			ephemerals: BTreeSet::new(),
			aggregate: Aggregate::zero(ctx.threshold).to_bytes(),
			right: Vec::new(),
			ctx,
			relation,
		}
	}

	/// Seals the result, before anybody deals: the recipient accepts with the dealers.
	pub fn seal_to(&mut self, recipient: Identity) {
		assert!(self.records.is_empty());
		self.ctx.recipient = Some(recipient);
		self.consenting.insert(recipient);
	}

	/// The dealings that count, in the order of their dealers.
	pub fn accepted(&self) -> impl Iterator<Item = (&Identity, &Record)> {
		self.records.iter().filter(|(_, record)| record.standing != Standing::Excluded)
	}

	pub fn aggregate(&self) -> Aggregate {
		Aggregate::from_bytes(&self.aggregate, self.ctx.threshold).unwrap()
	}

	/// The sums that the freeze has checked.
	pub fn sums(&self) -> Commitments<Plain> {
		assert!(self.h_a.is_some(), "nothing is checked before the freeze");
		Commitments::from_stored_bytes(&self.aggregate, self.ctx.threshold).unwrap()
	}

	pub fn commitment(&self, j: u8) -> Option<Hash> {
		self.seat(j).commitment
	}

	/// Members that are paid, by whether they have attested: right shares that were committed to. Who was silent is paid less,
	/// who attested falsely nothing.
	pub fn paid(&self, attested: bool) -> BTreeSet<u8> {
		self.seats_that(|seat| {
			let is_right = seat.answer == Some(true) && seat.commitment.is_some();
			is_right && seat.attested == attested && !seat.attested_falsely
		})
	}

	/// Verifiers whose attestation stands: they are paid.
	pub fn verified(&self) -> BTreeSet<u8> {
		let stands = |seat: &SeatState| seat.attestation_stands() && !seat.accused_falsely;
		self.seats_that(stands).into_iter().filter(|j| !self.computes(*j)).collect()
	}

	/// Seats of both kinds that were shown to have attested falsely.
	pub fn exposed(&self) -> BTreeSet<u8> {
		self.seats_that(|seat| seat.attested_falsely)
	}

	fn seats_that(&self, is_so: impl Fn(&SeatState) -> bool) -> BTreeSet<u8> {
		(1u8..).zip(&self.seats).filter(|(_, seat)| is_so(seat)).map(|(j, _)| j).collect()
	}

	/// Whether the seat is the committee's.
	pub fn computes(&self, j: u8) -> bool {
		usize::from(j) <= self.workers.len()
	}

	/// What an attestation names now.
	pub fn named(&self) -> Named {
		let excluded = |hash, digest: &Hash| wire::excluded(&hash, digest);
		(self.dealt, self.exclusions.iter().fold([0; 32], excluded))
	}

	pub fn has_attested(&self, j: u8) -> bool {
		self.seat(j).attested
	}

	pub fn deal(
		&mut self,
		dealer: &Identity,
		task_hash: &Hash,
		dealing: &DealingBytes,
	) -> Result<(), Refusal> {
		self.in_phase(Phase::Collecting)?;
		ensure(*task_hash == self.ctx.task_hash, Refusal::WrongTaskHash)?;
		ensure(self.consenting.contains(dealer), Refusal::NotAccepted)?;
		ensure(!self.records.contains_key(dealer), Refusal::DealtBefore)?;
		ensure(!self.ephemerals.contains(&dealing.ephemeral), Refusal::CopiedEphemeral)?;
		let accepted = adjudicator::verify_dealing(&self.ctx, dealer, dealing, verify_signature)
			.map_err(Refusal::Protocol)?;
		let mut aggregate = self.aggregate();
		aggregate.add(&accepted.commitments).unwrap();
		self.aggregate = aggregate.to_bytes();
		self.ephemerals.insert(dealing.ephemeral);
		let record = Record {
			digest: *accepted.digest.hash(),
			standing: Standing::Accepted,
			disproven: false,
			attested: BTreeSet::new(),
			commitments: accepted.commitments,
			body: dealing.clone(),
		};
		self.dealt = wire::dealt(&self.dealt, &record.digest);
		self.order.push(record.digest);
		self.records.insert(*dealer, record);
		Ok(())
	}

	pub fn end_collecting(&mut self) {
		assert_eq!(self.phase, Phase::Collecting);
		self.phase = Phase::Verifying;
	}

	pub fn accuse(
		&mut self,
		j: u8,
		dealer: &Identity,
		digest: &Hash,
		evidence: &EvidenceBytes,
	) -> Result<Verdict, Refusal> {
		let late = self.is_late()?;
		ensure(self.computes(j), Refusal::UnknownSeat)?;
		let seat = self.seat(j);
		ensure(!seat.accused_falsely, Refusal::Forfeited)?;
		let record = self.record(dealer, digest)?;
		let standing = record.standing;
		let open = match standing {
			Standing::Accepted => true,
			Standing::ConvictedLate => !seat.excused,
			Standing::Excluded => false,
		};
		ensure(open, Refusal::AlreadyConvicted)?;
		let accepted = AcceptedDigest::of_state(record.digest);
		let verdict = adjudicator::judge::<Plain>(&self.ctx, dealer, j, &accepted, evidence)
			.map_err(Refusal::Protocol)?;
		match verdict {
			Verdict::AccuserGuilty(fault) => {
				self.seat_mut(j).accused_falsely = true;
				self.punish(Party::Node(j), Penalty::Accuser(fault));
			},
			Verdict::DealerGuilty(fault) => {
				self.convict(Party::Node(j), dealer, fault, late, &evidence.commitments);
				if late {
					self.seat_mut(j).excused = true;
				}
			},
		}
		self.note_progress();
		Ok(verdict)
	}

	/// Who has a seat, or somebody with a bond, says that a dealing's proof does not hold.
	pub fn challenge(
		&mut self,
		author: Party,
		dealer: &Identity,
		digest: &Hash,
		challenge: &ChallengeBytes,
	) -> Result<Verdict, Refusal> {
		let late = self.is_late()?;
		if let Party::Node(j) = author {
			ensure(!self.seat(j).accused_falsely, Refusal::Forfeited)?;
		}
		let record = self.record(dealer, digest)?;
		let open = match record.standing {
			Standing::Accepted => true,
			// What an accomplice accused a dealer of shields nobody who attested to its input, and does not hide that it counts.
			Standing::ConvictedLate => !record.disproven,
			Standing::Excluded => !record.attested.is_disjoint(&self.standing()),
		};
		ensure(open, Refusal::AlreadyConvicted)?;
		let accepted = AcceptedDigest::of_state(record.digest);
		let (ctx, relation) = (&self.ctx, &self.relation);
		let verdict =
			adjudicator::judge_challenge::<Plain>(ctx, relation, dealer, &accepted, challenge)
				.map_err(Refusal::Protocol)?;
		match verdict {
			Verdict::AccuserGuilty(fault) => {
				if let Party::Node(j) = author {
					self.seat_mut(j).accused_falsely = true;
				}
				self.punish(author, Penalty::Accuser(fault));
			},
			// nobody lacks anything for an answer
			Verdict::DealerGuilty(fault) => {
				self.convict(author, dealer, fault, late, &challenge.commitments);
			},
		}
		self.note_progress();
		Ok(verdict)
	}

	/// Whether the set is frozen.
	fn is_late(&self) -> Result<bool, Refusal> {
		match self.phase {
			Phase::Collecting | Phase::Verifying => Ok(false),
			Phase::Committing | Phase::Revealing => Ok(true),
			Phase::Completed | Phase::Failed(_) => Err(Refusal::WrongPhase),
		}
	}

	fn record(&self, dealer: &Identity, digest: &Hash) -> Result<&Record, Refusal> {
		let record = self.records.get(dealer).ok_or(Refusal::UnknownDealing)?;
		ensure(record.digest == *digest, Refusal::UnknownDealing)?;
		Ok(record)
	}

	/// Punishes the dealer, once, takes its dealing out of the sums unless they are frozen, and exposes who attested to it, if
	/// that could be seen.
	fn convict(
		&mut self,
		author: Party,
		dealer: &Identity,
		fault: DealerFault,
		late: bool,
		commitments: &[PointBytes],
	) {
		let first = self.records[dealer].standing == Standing::Accepted;
		if fault.is_public() && !self.records[dealer].disproven {
			self.disprove(author, dealer, late);
		}
		if !first {
			return;
		}
		self.punish(Party::Dealer(*dealer), Penalty::Dealer(fault));
		let standing = if late {
			Standing::ConvictedLate
		} else {
			let threshold = self.ctx.threshold;
			let commitments = UncheckedCommitments::from_bytes(commitments, threshold).unwrap();
			let mut aggregate = self.aggregate();
			aggregate.sub(&commitments).unwrap();
			self.aggregate = aggregate.to_bytes();
			self.exclusions.push(self.records[dealer].digest);
			Standing::Excluded
		};
		let attested = self.standing();
		let record = self.records.get_mut(dealer).unwrap();
		record.standing = standing;
		if !late {
			record.attested = attested;
		}
	}

	/// Everybody can see that the dealing is invalid: whoever has attested to it is exposed, and a dealing that counts is marked.
	fn disprove(&mut self, author: Party, dealer: &Identity, late: bool) {
		let mut exposed = self.standing();
		let record = self.records.get_mut(dealer).unwrap();
		record.disproven = true;
		if record.standing == Standing::Excluded {
			exposed.retain(|j| record.attested.contains(j));
		} else {
			self.disproven += u32::from(late);
		}
		if let Party::Node(j) = author {
			self.finders.insert(j);
		}
		if !exposed.is_empty() && exposed.len() >= self.most_exposed {
			self.most_exposed = exposed.len();
			self.exposer = Some(author);
		}
		for j in exposed {
			self.seat_mut(j).attested_falsely = true;
		}
	}

	/// Seats whose attestation stands.
	fn standing(&self) -> BTreeSet<u8> {
		self.seats_that(SeatState::attestation_stands)
	}

	/// Node `j` says that it has checked these dealings, but for those excluded: its shares, if it has any, commitments and
	/// proofs; and that it complains of nobody.
	pub fn attest(&mut self, j: u8, named: &Named) -> Result<(), Refusal> {
		self.in_phase(Phase::Verifying)?;
		ensure(self.seat(j).is_awaited(), Refusal::Forfeited)?;
		ensure(!self.seat(j).attested, Refusal::AlreadyAttested)?;
		ensure(*named == self.named(), Refusal::WrongDealings)?;
		self.seat_mut(j).attested = true;
		self.note_progress();
		Ok(())
	}

	fn note_progress(&mut self) {
		let is_over = self.seats.iter().all(|seat| seat.attested || !seat.is_awaited());
		self.is_complete |= self.phase == Phase::Verifying && is_over;
	}

	/// Ends verification: `A` never changes again. If the sums are outside of the group, nobody attested truly.
	pub fn freeze(&mut self) {
		assert_eq!(self.phase, Phase::Verifying);
		if self.aggregate().checked::<Plain>().is_err() {
			self.phase = Phase::Failed(Failure::UnsoundCommitments);
			for j in self.standing() {
				self.seat_mut(j).attested_falsely = true;
			}
			return;
		}
		let digests: Vec<Hash> = self.accepted().map(|(_, record)| record.digest).collect();
		let masks = self.accepted().filter(|(id, _)| self.ctx.is_mask(id)).count();
		if masks < usize::from(self.ctx.recipient.is_some()) {
			self.phase = Phase::Failed(Failure::MaskMissing);
			return;
		}
		if digests.len() - masks < self.least_dealers {
			self.phase = Phase::Failed(Failure::TooFewDealers);
			return;
		}
		let h_a = adjudicator::accepted_set_hash(&self.ctx.task_hash, &digests, &self.aggregate);
		self.h_a = Some(h_a);
		self.phase = Phase::Committing;
	}

	pub fn commit(&mut self, j: u8, h_a: &Hash, commitment: Hash) -> Result<(), Refusal> {
		self.in_phase(Phase::Committing)?;
		ensure(self.computes(j), Refusal::UnknownSeat)?;
		ensure(self.h_a == Some(*h_a), Refusal::WrongAcceptedSet)?;
		ensure(self.seat(j).commitment.is_none(), Refusal::AlreadyCommitted)?;
		self.seat_mut(j).commitment = Some(commitment);
		Ok(())
	}

	pub fn end_committing(&mut self) {
		assert_eq!(self.phase, Phase::Committing);
		self.phase = Phase::Revealing;
	}

	/// Whether the share is right; if not, its author is punished.
	pub fn reveal(&mut self, j: u8, h_a: &Hash, share: &[u8]) -> Result<bool, Refusal> {
		self.in_phase(Phase::Revealing)?;
		ensure(self.computes(j), Refusal::UnknownSeat)?;
		ensure(self.h_a == Some(*h_a), Refusal::WrongAcceptedSet)?;
		let seat = self.seat(j);
		ensure(seat.answer.is_none(), Refusal::AlreadyRevealed)?;
		let share = SecretShare::from_bytes(share, self.ctx.length()).map_err(Refusal::Protocol)?;
		let worker = &self.workers[usize::from(j) - 1];
		let commitment = adjudicator::result_commitment(h_a, j, worker, &share);
		let needed = usize::from(self.ctx.threshold) + 1;
		let fault = if seat.commitment.is_some_and(|committed| committed != commitment) {
			Some(Penalty::NotAsCommitted)
		} else if self.right.len() < needed {
			let fits = adjudicator::check_result_share(&self.sums(), j, &share);
			(!fits).then_some(Penalty::WrongShare)
		} else {
			let fits = adjudicator::lies_on(&self.right, j, &share).unwrap();
			(!fits).then_some(Penalty::WrongShare)
		};
		self.seat_mut(j).answer = Some(fault.is_none());
		self.revealed.push((j, share.clone()));
		match fault {
			Some(penalty) => self.punish(Party::Node(j), penalty),
			None if self.right.len() < needed => {
				self.right.push((j, share));
				if self.right.len() == needed {
					let (sum, blinding) = adjudicator::reconstruct(&self.right).unwrap();
					let commitment = self.aggregate[0];
					self.result = Some(Published { sum, blinding, commitment });
				}
			},
			None => {},
		}
		Ok(fault.is_none())
	}

	/// The last deadline, or the end of a task that failed before.
	pub fn settle(&mut self) {
		if std::mem::replace(&mut self.is_settled, true) {
			return;
		}
		for j in (1u8..).take(self.seats.len()) {
			if self.seat(j).attested_falsely {
				self.punish(Party::Node(j), Penalty::FalseAttestation);
			} else if self.is_absent(j) {
				self.punish(Party::Node(j), Penalty::Absent);
			}
		}
		if self.phase == Phase::Revealing {
			self.phase = match self.result {
				Some(_) => Phase::Completed,
				None => Phase::Failed(Failure::TooFewShares),
			};
		}
	}

	/// Whether the seat owes something that was due: a member its share, a verifier its attestation to a set that was frozen, unless
	/// it was shown to be invalid, or the verifier has shown that a dealing was.
	fn is_absent(&self, j: u8) -> bool {
		let seat = self.seat(j);
		if self.computes(j) {
			self.phase == Phase::Revealing && seat.answer.is_none() && !seat.excused
		} else {
			let owes = self.h_a.is_some() && self.disproven == 0 && !self.finders.contains(&j);
			owes && !seat.attested && !seat.accused_falsely
		}
	}

	fn in_phase(&self, phase: Phase) -> Result<(), Refusal> {
		ensure(self.phase == phase, Refusal::WrongPhase)
	}

	fn seat(&self, j: u8) -> &SeatState {
		&self.seats[usize::from(j) - 1]
	}

	fn seat_mut(&mut self, j: u8) -> &mut SeatState {
		&mut self.seats[usize::from(j) - 1]
	}

	fn punish(&mut self, party: Party, penalty: Penalty) {
		self.ledger.entry(party).or_default().push(penalty);
	}
}
