//! Results for their recipient: a sealed task whole, and what can be wrong with a mask, who sends it and who complains of it.

use super::{
	chain::{Failure, Party, Penalty, Phase, Refusal, Standing},
	cheats,
	data::{anything, Data},
	scenario::{dealer_id, DealerRole},
	table::{self, paneled, Table},
	torsion::of_order,
};
use ostraka_crypto::{
	messages::ChallengeBytes, seal::SealSecret, validity::Relation, Error, Plain, Scalar,
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	spec::Statistic,
};
use ostraka_protocol::{
	adjudicator::{AcceptedDigest, Verdict},
	dealer,
	masking::{self, Mask, MaskSeed},
	worker, TaskContext,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::collections::BTreeSet;

/// The recipient's place among those who deal.
const RECIPIENT: usize = 44;
const STRANGER: Party = Party::Bonded([7; 32]);
const FALSE: Result<Verdict, Refusal> = Ok(Verdict::AccuserGuilty(AccuserFault::FalseChallenge));

/// Five nodes (`t = 2`) and two verifiers before a sealed task.
fn sealed(relation: Relation, least_dealers: usize, seed: u64) -> Table {
	let mut table = paneled(relation, (2, 5, 2), least_dealers, seed);
	table.chain.seal_to(dealer_id(RECIPIENT));
	table
}

fn seed() -> MaskSeed {
	MaskSeed::from_bytes([6; 32])
}

fn mask(ctx: &TaskContext) -> Mask {
	masking::derive::<Plain>(&seed(), ctx, &dealer_id(RECIPIENT)).unwrap()
}

/// The recipient deals its mask.
fn include_mask(table: &mut Table) -> Mask {
	let mask = mask(&table.chain.ctx);
	table.include(RECIPIENT, &mask.dealing);
	mask
}

/// So many dealers deal any vectors, whose sum is returned.
fn deal(table: &mut Table, dealers: usize) -> Vec<Scalar> {
	let inputs: Vec<Vec<Scalar>> = (0..dealers).map(|_| table.vector()).collect();
	for (place, input) in inputs.iter().enumerate() {
		table.deal(place, input);
	}
	(0..table.chain.ctx.length()).map(|l| inputs.iter().map(|input| input[l]).sum()).collect()
}

fn length(what: &'static str, expected: usize, found: usize) -> Refusal {
	Refusal::Protocol(Error::Length { what, expected, found })
}

/// Committee and panel attest, the masked vector is published and opens the sums, and the recipient alone reads the statistic:
/// long afterwards, from its seed.
#[test]
fn a_sealed_task_whole() {
	let data = Data::table(Statistic::Mean, 3, &mut ChaCha20Rng::seed_from_u64(900));
	let mut table = sealed(data.relation(), 3, 901);
	let inputs = data.inputs();
	table.deal(0, &inputs[0]);
	include_mask(&mut table);
	table.deal(1, &inputs[1]);
	table.deal(2, &inputs[2]);
	table.examine();
	let named = table.chain.named();
	for node in &table.nodes {
		assert_eq!(node.attestation(&table.chain), Some(named));
	}
	for verifier in &table.verifiers {
		assert_eq!(verifier.attestation(&table.chain), Some(named));
	}
	for j in 1..=7 {
		assert_eq!(table.chain.attest(j, &named), Ok(()));
	}
	assert!(table.chain.is_complete, "the mask keeps nobody waiting");
	table.chain.freeze();
	table.answer();
	assert_eq!(table.chain.phase, Phase::Completed);
	assert!(table.chain.ledger.is_empty());
	assert_eq!(table.chain.paid(true), (1..=5).collect());
	assert_eq!(table.chain.verified(), BTreeSet::from([6, 7]));

	let (published, ctx) = (table.sum(), &table.chain.ctx);
	let (hash, t, length) = (&ctx.task_hash, ctx.threshold, ctx.length());
	let open = |seed: &MaskSeed, recipient: usize| {
		masking::opening::<Plain>(seed, hash, &dealer_id(recipient), t, length).unwrap()
	};
	let read = |vector: &[Scalar]| masking::unmask(&published, vector).unwrap();
	let opening = open(&seed(), RECIPIENT);
	let sum = read(&opening.vector);
	data.check(&BTreeSet::from([0, 1, 2]), &sum);
	assert!(published.iter().zip(&sum).all(|(masked, entry)| masked != entry));
	// nobody else's seed, and no other recipient's mask, reads anything
	for other in [open(&MaskSeed::from_bytes([7; 32]), RECIPIENT), open(&seed(), 0)] {
		assert!(read(&other.vector).iter().zip(&sum).all(|(other, entry)| other != entry));
	}
}

/// Who publishes an opening publishes the one result: what it opens is the commitment that the mask was dealt with.
#[test]
fn an_opening_is_checked_against_the_masks_commitment() {
	let mut table = sealed(anything(2), 1, 902);
	deal(&mut table, 1);
	let mask = include_mask(&mut table);
	let c0 = |place: usize| table.chain.records[&dealer_id(place)].body.commitments[0];
	let opens =
		|place: usize, opening: &masking::Opening| masking::opens::<Plain>(&c0(place), opening);
	assert_eq!(opens(RECIPIENT, &mask.opening), Ok(true));
	assert_eq!(opens(0, &mask.opening), Ok(false), "a dealer's vector");
	for l in 0..2 {
		let mut other = mask.opening.clone();
		other.vector[l] += Scalar::from(1u8);
		assert_eq!(opens(RECIPIENT, &other), Ok(false), "a result of its choice");
	}
	let mut other = mask.opening.clone();
	other.blinding = -other.blinding;
	assert_eq!(opens(RECIPIENT, &other), Ok(false));
	let mut other = mask.opening.clone();
	other.vector.pop();
	assert_eq!(opens(RECIPIENT, &other), Ok(false), "shorter");
	other.vector.clear();
	assert_eq!(opens(RECIPIENT, &other), Err(Error::VectorLength));
}

/// A mask is no dealer: it hides nobody.
#[test]
fn a_mask_counts_towards_no_least_number() {
	for (dealers, end) in [(2, Phase::Failed(Failure::TooFewDealers)), (3, Phase::Committing)] {
		let mut table = sealed(anything(1), 3, 903);
		include_mask(&mut table);
		deal(&mut table, dealers);
		table.examine();
		table.chain.freeze();
		assert_eq!(table.chain.phase, end);
		assert_eq!(table.chain.accepted().count(), dealers + 1);
	}
}

#[test]
fn without_its_mask_nothing_of_a_sealed_task_is_computed() {
	let mut table = sealed(anything(1), 1, 904);
	deal(&mut table, 4);
	table.examine();
	// too late
	let (ctx, id) = (table.chain.ctx.clone(), dealer_id(RECIPIENT));
	let late = table.chain.deal(&id, &ctx.task_hash, &mask(&ctx).dealing);
	assert_eq!(late, Err(Refusal::WrongPhase));
	table.chain.freeze();
	assert_eq!(table.chain.phase, Phase::Failed(Failure::MaskMissing));
	assert_eq!(table.chain.h_a, None);
	table.chain.settle();
	assert!(table.chain.ledger.is_empty() && table.chain.result.is_none());
}

/// A recipient that seals bad shares is convicted by their accusation, as a dealer is, and ends its own task.
#[test]
fn a_bad_share_of_a_mask_is_accused() {
	let roles = [
		DealerRole::BadValue,
		DealerRole::BadBlinding,
		DealerRole::Unopenable,
		DealerRole::NonCanonical,
	];
	for (number, role) in (910..).zip(roles) {
		let mut table = sealed(anything(2), 1, number);
		deal(&mut table, 2);
		table.cheat(RECIPIENT, role, &[2, 4]);
		table.examine();
		let (id, fault) = (dealer_id(RECIPIENT), role.fault().unwrap());
		let victims: Vec<u8> =
			table.nodes.iter().filter(|node| node.bad.contains(&id)).map(|node| node.j).collect();
		assert_eq!(victims, [2, 4], "{role:?}");
		assert!(table.verifiers.iter().all(|verifier| verifier.found().count() == 0));
		assert_eq!(table.accuse(4, RECIPIENT), Ok(Verdict::DealerGuilty(fault)));
		assert_eq!(table.accuse(2, RECIPIENT), Err(Refusal::AlreadyConvicted));
		assert_eq!(table.chain.records[&id].standing, Standing::Excluded);
		table.chain.freeze();
		table.chain.settle();
		assert_eq!(table.chain.phase, Phase::Failed(Failure::MaskMissing));
		assert_eq!(table.chain.ledger[&Party::Dealer(id)], [Penalty::Dealer(fault)]);
		assert_eq!(table.chain.ledger.len(), 1, "at its recipient's cost alone");
	}
}

/// After the freeze the mask counts on, whatever is shown of it: the others' shares are enough.
#[test]
fn a_mask_that_is_accused_late_counts_on() {
	let mut table = sealed(anything(2), 1, 915);
	deal(&mut table, 2);
	table.cheat(RECIPIENT, DealerRole::BadBlinding, &[4, 5]);
	table.examine();
	table.chain.freeze();
	for j in [4, 5] {
		let guilty = Ok(Verdict::DealerGuilty(DealerFault::WrongShare));
		assert_eq!(table.accuse(j, RECIPIENT), guilty, "and so it is excused");
	}
	table.answer();
	assert_eq!(table.chain.phase, Phase::Completed);
	table.sum();
	let recipient = Party::Dealer(dealer_id(RECIPIENT));
	assert_eq!(table.chain.ledger[&recipient], [Penalty::Dealer(DealerFault::WrongShare)]);
}

/// Commitments outside of the group: all see it, a verifier among them, and a challenge can show that of a mask alone.
#[test]
fn torsion_in_a_mask_is_convicted() {
	for by in ["a member's accusation", "a verifier's challenge", "a stranger's challenge"] {
		let mut table = sealed(anything(2), 1, 920);
		deal(&mut table, 2);
		table.shift(RECIPIENT, &[(1, of_order(3))]);
		table.examine();
		let id = dealer_id(RECIPIENT);
		assert!(table
			.nodes
			.iter()
			.all(|node| node.bad.contains(&id) && !node.opened.contains(&id)));
		assert!(table.verifiers.iter().all(|verifier| verifier.outside.contains(&id)));
		let verdict = match by {
			"a member's accusation" => table.accuse(3, RECIPIENT),
			"a verifier's challenge" => table.verifiers[1].challenge(&mut table.chain, &id),
			_ => table.challenge_with_bond([7; 32], RECIPIENT),
		};
		assert_eq!(verdict, Ok(Verdict::DealerGuilty(DealerFault::OutsideSubgroup)), "{by}");
		table.chain.freeze();
		assert_eq!(table.chain.phase, Phase::Failed(Failure::MaskMissing));
		assert_eq!(table.chain.ledger.len(), 1, "{by}");
	}
	// that nobody speaks of ends the task as a dealer's does
	let mut table = sealed(anything(2), 1, 921);
	deal(&mut table, 2);
	table.shift(RECIPIENT, &[(0, of_order(11))]);
	table.examine();
	table.chain.freeze();
	assert_eq!(table.chain.phase, Phase::Failed(Failure::UnsoundCommitments));
}

/// A mask has no proof that could be wrong: who challenges one whose commitments are sound is convicted, and only of its very
/// bytes. Nobody honest makes such a challenge.
#[test]
fn a_challenge_of_a_sound_mask_convicts_its_author() {
	let data = Data::table(Statistic::Mean, 1, &mut ChaCha20Rng::seed_from_u64(930));
	let mut table = sealed(data.relation(), 1, 931);
	table.deal(0, &data.inputs()[0]);
	let mask = include_mask(&mut table);
	table.examine();
	let id = dealer_id(RECIPIENT);
	assert!(table.nodes.iter().all(|node| node.bad.is_empty() && node.forged.is_empty()));
	let accepted = AcceptedDigest::of_state(table.chain.records[&id].digest);
	let (ctx, relation) = (table.chain.ctx.clone(), table.chain.relation.clone());
	let made = worker::challenge::<Plain>(&ctx, &relation, &id, &accepted, &mask.dealing);
	assert_eq!(made, Err(Error::NoFault));

	let sound = worker::challenge_unjudged(&mask.dealing);
	let mut proving = sound.clone();
	proving.validity.push(0);
	let mut moved = sound.clone();
	moved.commitments.swap(0, 1);
	for author in [Party::Node(2), Party::Node(7), STRANGER] {
		let digest = *accepted.hash();
		let mut challenge =
			|bytes: &ChallengeBytes| table.chain.challenge(author, &id, &digest, bytes);
		assert_eq!(challenge(&proving), Err(length("proof", 0, 1)));
		assert_eq!(challenge(&moved), Err(Refusal::Protocol(Error::DigestMismatch)));
		assert_eq!(challenge(&sound), FALSE);
		let lie = Penalty::Accuser(AccuserFault::FalseChallenge);
		assert_eq!(table.chain.ledger[&author], [lie]);
	}
	assert_eq!(table.chain.ledger.len(), 3, "and nobody else");
	assert_eq!(table.chain.records[&id].standing, Standing::Accepted);
	table.chain.freeze();
	table.answer();
	assert_eq!(table.chain.phase, Phase::Completed);
	data.check(&BTreeSet::from([0]), &masking::unmask(&table.sum(), &mask.opening.vector).unwrap());
}

/// What has no proof is taken of the recipient alone, and of the recipient nothing else: else a dealer could deal any vector.
#[test]
fn a_dealing_without_a_proof_is_the_recipients_alone() {
	let data = Data::table(Statistic::Mean, 2, &mut ChaCha20Rng::seed_from_u64(940));
	let mut table = sealed(data.relation(), 1, 941);
	let (ctx, relation) = (table.chain.ctx.clone(), table.chain.relation.clone());
	let (dealer, recipient) = (dealer_id(0), dealer_id(RECIPIENT));
	let (own, inputs) = (ctx.proof_length as usize, data.inputs());
	let input = &inputs[0];

	// a dealer's that is not proven, and the recipient's under a dealer's name
	let rho = SealSecret::random(&mut table.rng);
	let bad = (DealerRole::NoProof, &BTreeSet::new());
	let without = cheats::deal(&ctx, &relation, &dealer, input, bad, &rho, &mut table.rng);
	let mask = mask(&ctx);
	for dealing in [&without, &mask.dealing] {
		let answer = table.chain.deal(&dealer, &ctx.task_hash, dealing);
		assert_eq!(answer, Err(length("proof", own, 0)));
	}
	let made = dealer::mask::<Plain, _>(&ctx, &dealer, input, &mut table.rng);
	assert_eq!(made, Err(Error::Length { what: "proof", expected: own, found: 0 }));

	// a dealer's that is proven, under the recipient's name, and a mask with a byte of proof
	let proven = table.make(0, input);
	let mut longer = mask.dealing.clone();
	longer.validity.push(0);
	for (dealing, found) in [(&proven, own), (&longer, 1)] {
		let answer = table.chain.deal(&recipient, &ctx.task_hash, dealing);
		assert_eq!(answer, Err(length("proof", 0, found)));
	}
	let made = dealer::deal::<Plain, _>(&ctx, &relation, &recipient, input, &mut table.rng);
	assert_eq!(made, Err(Error::Length { what: "proof", expected: 0, found: own }));

	assert!(table.chain.records.is_empty() && table.chain.ledger.is_empty());
	table.include(0, &proven);
	table.include(RECIPIENT, &mask.dealing);
	let again = table.chain.deal(&recipient, &ctx.task_hash, &mask.dealing);
	assert_eq!(again, Err(Refusal::DealtBefore), "one mask");
}

/// Of a task that is not sealed nobody is the recipient; and a mask is of one task, though its recipient keeps one seed.
#[test]
fn a_mask_is_of_one_sealed_task() {
	let mut table = sealed(anything(2), 1, 950);
	let ctx = table.chain.ctx.clone();
	let elsewhere = TaskContext { task_hash: [9; 32], ..ctx.clone() };
	let (here, there) = (mask(&ctx), mask(&elsewhere));
	assert_eq!(mask(&ctx).dealing, here.dealing, "the same again");
	assert!(here.opening.vector.iter().all(|entry| !there.opening.vector.contains(entry)));
	let recipient = dealer_id(RECIPIENT);
	let answer = table.chain.deal(&recipient, &ctx.task_hash, &there.dealing);
	assert_eq!(answer, Err(Refusal::Protocol(Error::InvalidProof)));
	table.include(RECIPIENT, &here.dealing);

	let mut unsealed = table::table(2, 5, 2, 1, 951);
	let ctx = unsealed.chain.ctx.clone();
	let answer = unsealed.chain.deal(&recipient, &ctx.task_hash, &here.dealing);
	assert_eq!(answer, Err(Refusal::NotAccepted));
	let made = dealer::mask::<Plain, _>(&ctx, &recipient, &here.opening.vector, &mut unsealed.rng);
	assert!(matches!(made, Err(Error::Length { what: "proof", .. })));
}
