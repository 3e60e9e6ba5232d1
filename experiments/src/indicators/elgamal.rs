//! Lifted ElGamal aggregation under attack: in its usual deployment, like Paillier's; and with a threshold key of
//! `elastic-elgamal`, whose contributions carry proofs.

use super::{
	growth, scalability, small, squares, unproven, words, Column, Finding, FALSE_VALUE, LARGEST,
	USERS,
};
use crate::{
	scheme::plain_sum,
	schemes::elgamal::{decode, ElGamal, Logarithms},
};
use anyhow::{anyhow, Result};
use curve25519_dalek::RistrettoPoint;
use elastic_elgamal::{
	group::Ristretto,
	sharing::{ActiveParticipant, Dealer, Params, PublicKeySet},
	CandidateDecryption, Ciphertext, Keypair, LogEqualityProof, PreparedRange, RangeDecomposition,
	RangeProof, VerifiableDecryption,
};
use std::time::Instant;

type Sealed = Ciphertext<Ristretto>;

/// No sum of the attacks is larger.
const MOST: u64 = 1 << 24;
/// Giant steps that fit in some seconds.
const EFFORT: u64 = 1 << 20;

fn total(ciphertexts: &[Sealed]) -> Sealed {
	ciphertexts.iter().fold(Sealed::zero(), |sum, ciphertext| sum + *ciphertext)
}

/// A search for the sum of large values: how far it gets.
fn large(amounts: &[u64], logarithms: &Logarithms) -> Result<String, String> {
	let sum = plain_sum(&squares(amounts))[0];
	let keys = Keypair::<Ristretto>::generate(&mut rand::rng());
	let sealed = keys.public().encrypt(sum, &mut rand::rng());
	let start = Instant::now();
	let reach = EFFORT << 16;
	match logarithms.find(&keys.secret().decrypt_to_element(sealed), reach) {
		Some(found) if found == sum => Ok(format!("{} bits came out", sum.ilog2() + 1)),
		_ => {
			// With tables as large as the search is long, a step of either takes about as long as one here.
			let steps = (sum as f64).sqrt();
			let seconds = start.elapsed().as_secs_f64() * 2. * steps / EFFORT as f64;
			Err(format!(
				"a sum of {} bits does not: balanced best, table and search take {seconds:.0} s and {:.0} GB",
				sum.ilog2() + 1,
				steps * 40. / 1e9
			))
		},
	}
}

fn scaling(amounts: &[u64], logarithms: &Logarithms) -> Result<Finding> {
	let (sizes, ratio) = growth(&mut ElGamal::new(40_000), amounts)?;
	Ok(scalability(&sizes, ratio, large(amounts, logarithms)))
}

fn malformed_is_refused() -> bool {
	decode(&[0xff; 64]).is_err()
}

/// The usual deployment.
pub fn attack(amounts: &[u64]) -> Result<Column> {
	let values = &amounts[..USERS];
	let logarithms = Logarithms::new();
	let keys = Keypair::<Ristretto>::generate(&mut rand::rng());
	let ciphertexts: Vec<Sealed> =
		values.iter().map(|value| keys.public().encrypt(*value, &mut rand::rng())).collect();
	let sum: u64 = values.iter().sum();
	let decrypt = |sealed: Sealed| logarithms.find(&keys.secret().decrypt_to_element(sealed), MOST);
	// As with Paillier: users add up the public ciphertexts again, and have nothing to hold an announced number against it.
	let believed = |announced: Option<u64>| {
		total(&ciphertexts);
		announced
	};
	let known = decrypt(total(&ciphertexts));
	let (silent, lied, honest) = (believed(None), believed(Some(sum + 1)), believed(known));
	let right = Some(sum);
	let fairness = Finding::new(
		honest == right && [silent, lied] == [right; 2],
		format!(
			"the key holder decrypts {} and keeps silent: users have {}; it announces another sum: users have {}",
			words::sum(known),
			words::sum(silent),
			words::sum(lied)
		),
	);
	let refused = malformed_is_refused();
	let robustness = Finding::new(
		[silent, lied] == [right; 2] && refused,
		format!(
			"the key holder crashes: users have {}; it sends a wrong number: they have {}; a malformed ciphertext {}",
			words::sum(silent),
			words::sum(lied),
			words::refused(refused)
		),
	);
	// The aggregator searches all values in the blinded part.
	let blinded: &RistrettoPoint = ciphertexts[0].blinded_element();
	let alone = logarithms.find(blinded, 40_000);
	let together = decrypt(ciphertexts[0]);
	let privacy = Finding::new(
		alone.is_none() && together == Some(values[0]),
		format!(
			"the aggregator alone gets {} by a search of all values; the key holder alone sees the sum. Both together, or the \
			 key holder where uploads are public, get {}, the first user's value",
			words::value(alone),
			words::value(together)
		),
	);
	let verifiability = Finding::new(
		honest == right && lied != Some(sum + 1),
		format!(
			"users believe {} if {sum} is announced, and {} if {} is",
			words::sum(honest),
			words::sum(lied),
			sum + 1
		),
	);
	// In this deployment uploads are bare ciphertexts.
	let bounded = small(amounts);
	let poisoned: Vec<Sealed> = bounded
		.iter()
		.chain([&FALSE_VALUE])
		.map(|value| keys.public().encrypt(*value, &mut rand::rng()))
		.collect();
	let element = keys.secret().decrypt_to_element(total(&poisoned));
	let validity = unproven(logarithms.find(&element, 2 * FALSE_VALUE), &bounded);
	let scaling = scaling(amounts, &logarithms)?;
	Ok(Column {
		name: "ElGamal",
		deployment: "aggregator and key holder, c = 1",
		findings: [fairness, scaling, robustness, privacy, verifiability, validity],
	})
}

/// A holder's contribution, with its proof.
type Partial = (usize, CandidateDecryption<Ristretto>, LogEqualityProof<Ristretto>);

/// The holders' public side.
struct Public {
	params: Params,
	keys: PublicKeySet<Ristretto>,
	logarithms: Logarithms,
}

impl Public {
	fn combine(
		&self,
		sealed: Sealed,
		shares: &[(usize, VerifiableDecryption<Ristretto>)],
	) -> Option<u64> {
		let combined = self.params.combine_shares(shares.iter().copied())?;
		self.logarithms.find(&combined.decrypt_to_element(sealed), MOST)
	}

	/// What anyone who reads the record believes, and whose contributions are wrong.
	fn believed(&self, sealed: Sealed, partials: &[Partial]) -> (Option<u64>, Vec<usize>) {
		let (mut right, mut named) = (Vec::new(), Vec::new());
		for (holder, share, proof) in partials {
			match self.keys.verify_share(*share, sealed, *holder, proof) {
				Ok(share) => right.push((*holder, share)),
				Err(_) => named.push(*holder + 1),
			}
		}
		(self.combine(sealed, &right), named)
	}
}

/// Uploads with the library's range proofs, one of them of another ciphertext than its own: which are refused, and the sum of
/// the others by all holders.
fn proven(
	public: &Public,
	values: &[u64],
	mut partials: impl FnMut(Sealed) -> Vec<Partial>,
) -> Finding {
	let (key, mut rng) = (public.keys.shared_key(), rand::rng());
	let range = PreparedRange::from(RangeDecomposition::optimal(LARGEST + 1));
	let mut uploads: Vec<(Sealed, RangeProof<Ristretto>)> =
		values.iter().map(|value| key.encrypt_range(&range, *value, &mut rng)).collect();
	// the library proves nothing of a value out of range
	let (sealed, proof) = key.encrypt_range(&range, LARGEST, &mut rng);
	uploads.push((sealed + key.encrypt(FALSE_VALUE - LARGEST, &mut rng), proof));
	let (mut taken, mut refused) = (Vec::new(), Vec::new());
	for (user, (sealed, proof)) in uploads.iter().enumerate() {
		match key.verify_range(&range, *sealed, proof) {
			Ok(()) => taken.push(*sealed),
			Err(_) => refused.push(user),
		}
	}
	let honest: u64 = values.iter().sum();
	let aggregate = total(&taken);
	let (sum, _) = public.believed(aggregate, &partials(aggregate));
	Finding::new(
		sum == Some(honest) && refused == [values.len()],
		format!(
			"with the range proofs that the library has, the upload of {FALSE_VALUE} {}: the record gives {}, where the others' \
			 sum is {honest}",
			words::refused(refused.contains(&values.len())),
			words::sum(sum)
		),
	)
}

/// With a threshold key: five holders, any three decrypt.
pub fn attack_threshold(amounts: &[u64]) -> Result<Column> {
	let values = &amounts[..USERS];
	let mut rng = rand::rng();
	let params = Params::new(5, 3);
	let dealer = Dealer::<Ristretto>::new(params, &mut rng);
	let (polynomial, proof) = dealer.public_info();
	let keys = PublicKeySet::new(params, polynomial, proof).map_err(|error| anyhow!("{error}"))?;
	let holders = (0..5)
		.map(|i| ActiveParticipant::new(keys.clone(), i, dealer.secret_share_for_participant(i)))
		.collect::<Result<Vec<_>, _>>()
		.map_err(|error| anyhow!("{error}"))?;
	let public = Public { params, keys, logarithms: Logarithms::new() };
	let ciphertexts: Vec<Sealed> =
		values.iter().map(|value| public.keys.shared_key().encrypt(*value, &mut rng)).collect();
	let sum: u64 = values.iter().sum();
	let aggregate = total(&ciphertexts);
	let mut partials = |sealed: Sealed| -> Vec<Partial> {
		let share = |(i, holder): (usize, &ActiveParticipant<Ristretto>)| {
			let (share, proof) = holder.decrypt_share(sealed, &mut rng);
			(i, CandidateDecryption::from(share), proof)
		};
		holders.iter().enumerate().map(share).collect()
	};
	let all = partials(aggregate);
	let own = partials(ciphertexts[0]);
	// The first two send what belongs to another ciphertext.
	let mut falsified = all.clone();
	falsified[..2].clone_from_slice(&own[..2]);
	let (silent, _) = public.believed(aggregate, &all[2..]);
	let (lied, named) = public.believed(aggregate, &falsified);
	let right = Some(sum);
	let fairness = Finding::new(
		[silent, lied] == [right; 2] && named == [1, 2],
		format!(
			"two holders keep silent: the record gives {}; they send false contributions: it gives {}, and {} are found out",
			words::sum(silent),
			words::sum(lied),
			words::named("holders", &named)
		),
	);
	let refused = malformed_is_refused();
	let robustness = Finding::new(
		fairness.met && refused,
		format!(
			"two holders crash: the record gives {}; two send wrong contributions: it gives {}; a malformed ciphertext {}",
			words::sum(silent),
			words::sum(lied),
			words::refused(refused)
		),
	);
	// Two holders combine what they have as if two were enough.
	let pair = Params::new(5, 2);
	let two: Vec<_> = own[..2].iter().map(|(i, share, _)| (*i, share.into_unchecked())).collect();
	let coalition = pair.combine_shares(two).and_then(|combined| {
		public.logarithms.find(&combined.decrypt_to_element(ciphertexts[0]), MOST)
	});
	let (control, _) = public.believed(ciphertexts[0], &own[..3]);
	let privacy = Finding::new(
		coalition != Some(values[0]) && control == Some(values[0]),
		format!(
			"two holders get {} out of a user's ciphertext, three get {}",
			words::value(coalition),
			words::value(control)
		),
	);
	let (honest, _) = public.believed(aggregate, &all);
	let other = partials(aggregate + ciphertexts[0]);
	let (vouched, _) = public.believed(aggregate, &other);
	let validity = proven(&public, &small(amounts), partials);
	let verifiability = Finding::new(
		honest == right && vouched.is_none(),
		format!(
			"the record gives {}; with contributions to another sum it gives {}",
			words::sum(honest),
			words::sum(vouched)
		),
	);
	Ok(Column {
		name: "ElGamal, threshold",
		deployment: "5 key holders with proofs, uploads public, c = 2",
		findings: [
			fairness,
			scaling(amounts, &public.logarithms)?.of_adding_up(),
			robustness,
			privacy,
			verifiability,
			validity,
		],
	})
}
