//! Paillier with a threshold key, by Damgård and Jurik, with Shoup's proofs of right decryption: five key holders, any three
//! decrypt. Ciphertexts are public, so anyone can aggregate. No maintained crate has it; what is here serves the indicators,
//! with the key dealt by a trusted party.

use super::{
	growth, large,
	paillier::{product, to_u64},
	scalability, small, unproven, words, Column, Finding, FALSE_VALUE, USERS,
};
use crate::schemes::paillier::{number, Paillier};
use anyhow::{anyhow, Context, Result};
use fast_paillier::{backend::Integer, EncryptionKey};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sha2::{Digest, Sha256};

const HOLDERS: i32 = 5;
const THRESHOLD: usize = 2;
/// `HOLDERS!`
const DELTA: u32 = 120;
const BITS: u32 = 1024;

/// What everybody knows.
struct Public {
	key: EncryptionKey,
	/// A square, and its powers by the holders' exponents.
	base: Integer,
	verification: Vec<Integer>,
}

/// A holder's contribution to a decryption, with the proof that its exponent is the right one.
#[derive(Clone)]
struct Partial {
	holder: i32,
	value: Integer,
	challenge: Integer,
	response: Integer,
}

impl Public {
	fn power(&self, base: &Integer, exponent: &Integer) -> Result<Integer> {
		base.pow_mod_ref(exponent, self.key.nn()).context("no inverse")
	}

	fn challenge(&self, numbers: &[&Integer]) -> Integer {
		let hash = numbers.iter().fold(Sha256::new(), |hash, number| {
			let bytes = number.to_bytes_msf();
			hash.chain_update((bytes.len() as u64).to_le_bytes()).chain_update(bytes)
		});
		Integer::from_bytes_msf(&hash.finalize()[..16])
	}

	/// `c^(2 delta s)`, and a proof of the equality of the logarithms of its square to `c^4` and of `v_i` to `v`.
	fn decrypt(
		&self,
		holder: i32,
		share: &Integer,
		ciphertext: &Integer,
		rng: &mut ChaCha20Rng,
	) -> Result<Partial> {
		let exponent = share * &Integer::from(DELTA);
		let value = self.power(ciphertext, &(&exponent * &Integer::from(2u32)))?;
		let fourth = self.power(ciphertext, &Integer::from(4u32))?;
		let nonce = Integer::random_bits(2 * BITS + 512, rng);
		let square = self.power(&value, &Integer::from(2u32))?;
		let firsts = [self.power(&fourth, &nonce)?, self.power(&self.base, &nonce)?];
		let own = &self.verification[holder as usize - 1];
		let challenge = self.challenge(&[&fourth, &square, own, &firsts[0], &firsts[1]]);
		let response = &nonce + &(&challenge * &exponent);
		Ok(Partial { holder, value, challenge, response })
	}

	fn is_right(&self, partial: &Partial, ciphertext: &Integer) -> Result<bool> {
		let fourth = self.power(ciphertext, &Integer::from(4u32))?;
		let square = self.power(&partial.value, &Integer::from(2u32))?;
		let own = &self.verification[partial.holder as usize - 1];
		let minus = -partial.challenge.clone();
		let first = |base: &Integer, power: &Integer| -> Result<Integer> {
			let product = self.power(base, &partial.response)? * self.power(power, &minus)?;
			Ok(product.modulo(self.key.nn()))
		};
		let firsts = [first(&fourth, &square)?, first(&self.base, own)?];
		let challenge = self.challenge(&[&fourth, &square, own, &firsts[0], &firsts[1]]);
		Ok(challenge == partial.challenge)
	}

	/// The plaintext, from the first three of these contributions.
	fn combine(&self, partials: &[Partial]) -> Result<Option<u64>> {
		let Some(partials) = partials.get(..THRESHOLD + 1) else { return Ok(None) };
		self.combine_all(partials)
	}

	/// What the given contributions combine to, whether they are enough or not.
	fn combine_all(&self, partials: &[Partial]) -> Result<Option<u64>> {
		let mut result = Integer::one();
		for Partial { holder: i, value, .. } in partials {
			let others = || partials.iter().map(|partial| partial.holder).filter(|j| j != i);
			let top: i32 = others().product::<i32>() * DELTA as i32;
			let bottom: i32 = others().map(|j| j - i).product();
			let power = self.power(value, &Integer::from(2 * top / bottom))?;
			result = (result * power).modulo(self.key.nn());
		}
		let n = self.key.n();
		let plain = (result - Integer::one()) / n;
		let factor = Integer::from(4 * DELTA * DELTA).invert(n).context("no inverse")?;
		Ok(to_u64(&(plain * factor).modulo(n)))
	}

	/// What anyone who reads the record believes: the first three contributions with right proofs, combined.
	fn believed(
		&self,
		ciphertext: &Integer,
		partials: &[Partial],
	) -> Result<(Option<u64>, Vec<i32>)> {
		let (mut right, mut named) = (Vec::new(), Vec::new());
		for partial in partials {
			if self.is_right(partial, ciphertext)? {
				right.push(partial.clone());
			} else {
				named.push(partial.holder);
			}
		}
		Ok((self.combine(&right)?, named))
	}
}

/// Deals a key: the public part and the holders' shares.
fn deal(rng: &mut ChaCha20Rng) -> Result<(Public, Vec<Integer>)> {
	let [p, q] = [(); 2].map(|()| Integer::generate_safe_prime(rng, BITS / 2));
	let n = &p * &q;
	let half = |prime: &Integer| (prime - Integer::one()) >> 1u32;
	let m = half(&p) * half(&q);
	let order = &n * &m;
	// zero modulo m, one modulo n
	let d = &m * &m.invert_ref(&n).context("no inverse")?;
	let coefficients: Vec<_> = (0..THRESHOLD).map(|_| order.random_below_ref(rng)).collect();
	let shares: Vec<_> = (1..=HOLDERS)
		.map(|i| {
			let i = Integer::from(i);
			let higher = coefficients.iter().fold(Integer::zero(), |sum, next| (sum + next) * &i);
			(higher + &d).modulo(&order)
		})
		.collect();
	let key = EncryptionKey::from_n(n);
	let root = Integer::sample_in_mult_group_of(rng, key.nn());
	let base = root.square().modulo(key.nn());
	let mut public = Public { key, base, verification: Vec::new() };
	for share in &shares {
		let power = public.power(&public.base, &(share * &Integer::from(DELTA)))?;
		public.verification.push(power);
	}
	Ok((public, shares))
}

/// Carries out all attacks.
pub fn attack(amounts: &[u64]) -> Result<Column> {
	let values = &amounts[..USERS];
	let mut rng = ChaCha20Rng::from_rng(rand_core::OsRng)?;
	let (public, shares) = deal(&mut rng)?;
	let mut encrypt = |values: &[u64]| {
		values
			.iter()
			.map(|value| public.key.encrypt_with_random(&mut rng, &number(*value)))
			.map(|sealed| {
				sealed.map(|(ciphertext, _)| ciphertext).map_err(|error| anyhow!("{error:?}"))
			})
			.collect::<Result<Vec<_>>>()
	};
	let ciphertexts = encrypt(values)?;
	let bounded = small(amounts);
	let poisoned = encrypt(&[bounded.as_slice(), &[FALSE_VALUE]].concat())?;
	let sum: u64 = values.iter().sum();
	let aggregate = product(&public.key, &ciphertexts)?;
	let mut partials = |ciphertext: &Integer| {
		(1..)
			.zip(&shares)
			.map(|(holder, share)| public.decrypt(holder, share, ciphertext, &mut rng))
			.collect::<Result<Vec<_>>>()
	};
	let all = partials(&aggregate)?;
	let mut falsified = all.clone();
	for partial in &mut falsified[..THRESHOLD] {
		partial.value = (partial.value.clone() * public.base.clone()).modulo(public.key.nn());
	}
	let (silent, _) = public.believed(&aggregate, &all[THRESHOLD..])?;
	let (lied, named) = public.believed(&aggregate, &falsified)?;
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
	let garbage = [ciphertexts.as_slice(), &[Integer::zero()]].concat();
	let refused = product(&public.key, &garbage).is_err();
	let robustness = Finding::new(
		fairness.met && refused,
		format!(
			"two holders crash: the record gives {}; two send wrong contributions: it gives {}; a malformed ciphertext {}",
			words::sum(silent),
			words::sum(lied),
			words::refused(refused)
		),
	);

	let own = partials(&ciphertexts[0])?;
	let coalition = public.combine_all(&own[..THRESHOLD])?;
	let control = public.combine(&own)?;
	let privacy = Finding::new(
		coalition != Some(values[0]) && control == Some(values[0]),
		format!(
			"two holders get {} out of a user's ciphertext, three get {}",
			words::value(coalition),
			words::value(control)
		),
	);

	let (honest, _) = public.believed(&aggregate, &all)?;
	// All holders together vouch for another sum: contributions to the decryption of another ciphertext.
	let other = partials(&product(&public.key, &[aggregate.clone(), ciphertexts[0].clone()])?)?;
	let (vouched, _) = public.believed(&aggregate, &other)?;
	let verifiability = Finding::new(
		honest == right && vouched.is_none(),
		format!(
			"the record gives {}; with contributions to another sum it gives {}",
			words::sum(honest),
			words::sum(vouched)
		),
	);

	let poisoned = product(&public.key, &poisoned)?;
	let (believed, _) = public.believed(&poisoned, &partials(&poisoned)?)?;
	let validity = unproven(believed, &bounded);

	let (sizes, ratio) = growth(&mut Paillier::new(1, BITS, false)?, amounts)?;
	let scaling = scalability(&sizes, ratio, large(&mut Paillier::new(1, BITS, false)?, amounts)?);
	Ok(Column {
		name: "Paillier, threshold",
		deployment: "5 key holders with proofs, uploads public, c = 2",
		findings: [fairness, scaling.of_adding_up(), robustness, privacy, verifiability, validity],
	})
}
