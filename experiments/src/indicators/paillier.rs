//! Paillier aggregation under attack, in its usual deployment: users send ciphertexts to an aggregator, which sends their
//! product to a key holder, who announces the sum.

use super::{
	growth, large, scalability, small, unproven, words, Column, Finding, FALSE_VALUE, USERS,
};
use crate::schemes::paillier::{number, Paillier};
use anyhow::{anyhow, Result};
use fast_paillier::{backend::Integer, DecryptionKey, EncryptionKey};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

/// Bits of the modulus: no indicator depends on it.
const BITS: u32 = 1024;

/// What is public: the key, the ciphertexts, and what the key holder says.
struct Record<'a> {
	key: &'a EncryptionKey,
	ciphertexts: &'a [Integer],
	announced: Option<u64>,
}

impl Record<'_> {
	/// The sum that a user who reads the record believes. The user can multiply the ciphertexts again, and does; against the
	/// announced number there is nothing to hold the product.
	fn believed(&self) -> Result<Option<u64>> {
		product(self.key, self.ciphertexts)?;
		Ok(self.announced)
	}
}

/// The product of ciphertexts: the encryption of the sum.
pub fn product(key: &EncryptionKey, ciphertexts: &[Integer]) -> Result<Integer> {
	ciphertexts.iter().try_fold(Integer::one(), |product, ciphertext| {
		key.oadd(&product, ciphertext).map_err(|error| anyhow!("{error:?}"))
	})
}

/// A number of at most 64 bits.
pub fn to_u64(number: &Integer) -> Option<u64> {
	let bytes = number.to_bytes_msf();
	(bytes.len() <= 8).then(|| bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// Carries out all attacks.
pub fn attack(amounts: &[u64]) -> Result<Column> {
	let values = &amounts[..USERS];
	let mut rng = ChaCha20Rng::from_rng(rand_core::OsRng)?;
	let [p, q] = [(); 2].map(|()| Integer::generate_prime(&mut rng, BITS / 2));
	let secret = DecryptionKey::from_primes(p, q).map_err(|error| anyhow!("{error:?}"))?;
	let key = secret.encryption_key();
	let mut encrypt = |values: &[u64]| {
		values
			.iter()
			.map(|value| key.encrypt_with_random(&mut rng, &number(*value)))
			.map(|sealed| {
				sealed.map(|(ciphertext, _)| ciphertext).map_err(|error| anyhow!("{error:?}"))
			})
			.collect::<Result<Vec<_>>>()
	};
	let ciphertexts = encrypt(values)?;
	let bounded = small(amounts);
	let poisoned = encrypt(&[bounded.as_slice(), &[FALSE_VALUE]].concat())?;
	let sum: u64 = values.iter().sum();
	let decrypt = |ciphertext: &Integer| secret.decrypt(ciphertext).ok().as_ref().and_then(to_u64);
	let record = |announced| Record { key, ciphertexts: &ciphertexts, announced };

	let known = decrypt(&product(key, &ciphertexts)?);
	let silent = record(None).believed()?;
	let lied = record(Some(sum + 1)).believed()?;
	let honest = record(known).believed()?;
	let met = honest == Some(sum) && silent == Some(sum) && lied == Some(sum);
	let fairness = Finding::new(
		met,
		format!(
			"the key holder decrypts {} and keeps silent: users have {}; it announces another sum: users have {}",
			words::sum(known),
			words::sum(silent),
			words::sum(lied)
		),
	);

	let garbage = [ciphertexts.as_slice(), &[Integer::zero()]].concat();
	let refused = product(key, &garbage).is_err();
	let robustness = Finding::new(
		silent == Some(sum) && lied == Some(sum) && refused,
		format!(
			"the key holder crashes: users have {}; it sends a wrong number: they have {}; a malformed ciphertext {}",
			words::sum(silent),
			words::sum(lied),
			words::refused(refused)
		),
	);

	// The aggregator has every ciphertext and no key: it tries all values with the one nonce it knows, whose power is one.
	let mut guess = Integer::one();
	let mut hits = 0;
	for _ in 0..=40_000 {
		hits += u32::from(guess == ciphertexts[0]);
		guess = &guess + key.n();
	}
	let together = decrypt(&ciphertexts[0]);
	let privacy = Finding::new(
		hits == 0 && together == Some(values[0]),
		format!(
			"the aggregator alone is right in {hits} of 40,001 guesses; the key holder alone sees the product. Both together, \
			 or the key holder where uploads are public, get {}, the first user's value",
			words::value(together)
		),
	);

	let verifiability = Finding::new(
		honest == Some(sum) && lied != Some(sum + 1),
		format!(
			"users believe {} if {sum} is announced, and {} if {} is",
			words::sum(honest),
			words::sum(lied),
			sum + 1
		),
	);

	let validity = unproven(decrypt(&product(key, &poisoned)?), &bounded);

	let (sizes, ratio) = growth(&mut Paillier::new(1, BITS, false)?, amounts)?;
	let scaling = scalability(&sizes, ratio, large(&mut Paillier::new(1, BITS, false)?, amounts)?);
	Ok(Column {
		name: "Paillier",
		deployment: "aggregator and key holder, c = 1",
		findings: [fairness, scaling, robustness, privacy, verifiability, validity],
	})
}
