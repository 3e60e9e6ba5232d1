//! The proofs and the seal: complete, and bound to every field of their statements.

use curve25519_dalek::{
	constants::{RISTRETTO_BASEPOINT_COMPRESSED, RISTRETTO_BASEPOINT_POINT},
	ristretto::CompressedRistretto,
	scalar::Scalar as Exponent,
};
use ostraka_crypto::{
	encoding::{encode_point, encode_scalar, IDENTITY},
	generators,
	messages::{self, ChallengeBytes, DealingBytes, EvidenceBytes},
	proofs::{self, verify_signature, DleqStatement, KeyStatement},
	scalar,
	seal::{ciphertext_len, Context, Key, PublicKey, SealSecret},
	vss::SecretShare,
	Error, Hash, Plain, Scalar, SealKeyBytes,
};
use proptest::prelude::*;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

/// The identity of Ristretto255.
const NO_KEY: SealKeyBytes = [0; 32];

fn rng(seed: u64) -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(seed)
}

fn key(bytes: &SealKeyBytes) -> PublicKey {
	PublicKey::from_bytes(bytes).unwrap()
}

/// Another element.
fn other(bytes: &SealKeyBytes) -> SealKeyBytes {
	let element = CompressedRistretto(*bytes).decompress().unwrap();
	(element + RISTRETTO_BASEPOINT_POINT).compress().to_bytes()
}

fn flip(hash: &[u8; 32]) -> [u8; 32] {
	let mut flipped = *hash;
	flipped[31] ^= 1;
	flipped
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(12))]

	#[test]
	fn a_key_proof_binds_all_it_names(genesis: [u8; 32], account: [u8; 32], worker: [u8; 32], seed: u64) {
		let mut rng = rng(seed);
		let secret = SealSecret::random(&mut rng);
		let seal_key = secret.public();
		let statement = KeyStatement { genesis: &genesis, account: &account, worker: &worker, seal_key: &seal_key };
		let proof = proofs::prove_key(&statement, &secret, &mut rng);
		prop_assert_eq!(proofs::verify_key(&statement, &proof), Ok(()));
		let changed = [
			KeyStatement { genesis: &flip(&genesis), ..statement },
			KeyStatement { account: &flip(&account), ..statement },
			KeyStatement { worker: &flip(&worker), ..statement },
			KeyStatement { seal_key: &other(&seal_key), ..statement },
		];
		for statement in changed {
			prop_assert_eq!(proofs::verify_key(&statement, &proof), Err(Error::InvalidProof));
		}
	}

	/// The digest stands for task, dealer, `R`, commitments, ciphertexts and the proof of validity: the proof of one dealing is
	/// none of another.
	#[test]
	fn a_rho_proof_binds_the_dealing(task_hash: [u8; 32], dealer: [u8; 32], seed: u64) {
		let mut rng = rng(seed);
		let rho = SealSecret::random(&mut rng);
		let dealing = DealingBytes {
			commitments: vec![IDENTITY, encode_point(&generators::h::<Plain>())],
			ephemeral: rho.public(),
			proof: [0; 64],
			sealed: vec![vec![1; 3], vec![2; 3], vec![3; 3]],
			validity: vec![4; 5],
		};
		let digest = dealing.digest(&task_hash, &dealer);
		let proof = proofs::prove_rho(&digest, &rho, &mut rng);
		let verify = |digest: &Hash, ephemeral: &SealKeyBytes| {
			proofs::verify_rho(digest, ephemeral, &proof, verify_signature)
		};
		prop_assert_eq!(verify(&digest, &dealing.ephemeral), Ok(()));
		// replayed by another dealer, in another task, under another `R` (with its digest and without)
		let mut changed = vec![
			(dealing.digest(&flip(&task_hash), &dealer), dealing.ephemeral),
			(dealing.digest(&task_hash, &flip(&dealer)), dealing.ephemeral),
			(digest, other(&dealing.ephemeral)),
		];
		let mut of = |change: &dyn Fn(&mut DealingBytes)| {
			let mut dealing = dealing.clone();
			change(&mut dealing);
			changed.push((dealing.digest(&task_hash, &dealer), dealing.ephemeral));
		};
		of(&|dealing| dealing.ephemeral = other(&dealing.ephemeral));
		of(&|dealing| dealing.commitments.swap(0, 1));
		of(&|dealing| dealing.commitments.truncate(1));
		of(&|dealing| dealing.sealed.truncate(2));
		of(&|dealing| dealing.sealed[2][0] ^= 1);
		of(&|dealing| dealing.validity[4] ^= 1);
		of(&|dealing| dealing.validity.push(0));
		of(&|dealing| dealing.validity.clear());
		for (digest, ephemeral) in changed {
			prop_assert_eq!(verify(&digest, &ephemeral), Err(Error::InvalidProof));
		}
	}

	#[test]
	fn a_dleq_proof_binds_all_it_names(task_hash: [u8; 32], digest: [u8; 32], j in 1u8.., seed: u64) {
		let mut rng = rng(seed);
		let secret = SealSecret::random(&mut rng);
		let ephemeral = SealSecret::random(&mut rng).public();
		let (seal_key, dh) = (secret.public(), *secret.dh(&key(&ephemeral)));
		let statement = DleqStatement {
			task_hash: &task_hash,
			digest: &digest,
			j,
			seal_key: &seal_key,
			ephemeral: &ephemeral,
			dh: &dh,
		};
		let proof = proofs::prove_dleq(&statement, &secret, &mut rng).unwrap();
		prop_assert_eq!(proofs::verify_dleq(&statement, &proof), Ok(()));
		let changed = [
			DleqStatement { task_hash: &flip(&task_hash), ..statement },
			DleqStatement { digest: &flip(&digest), ..statement },
			DleqStatement { j: j.wrapping_add(1), ..statement },
			DleqStatement { seal_key: &other(&seal_key), ..statement },
			DleqStatement { ephemeral: &other(&ephemeral), ..statement },
			DleqStatement { dh: &other(&dh), ..statement },
		];
		for statement in changed {
			prop_assert_eq!(proofs::verify_dleq(&statement, &proof), Err(Error::InvalidProof));
		}
		// wrong values of K with proofs of their own: by another exponent, or off by B
		let stranger = SealSecret::random(&mut rng);
		for (dh, prover) in [
			(*stranger.dh(&key(&ephemeral)), &secret),
			(*stranger.dh(&key(&ephemeral)), &stranger),
			(other(&dh), &secret),
		] {
			let wrong = DleqStatement { dh: &dh, ..statement };
			let proof = proofs::prove_dleq(&wrong, prover, &mut rng).unwrap();
			prop_assert_eq!(proofs::verify_dleq(&wrong, &proof), Err(Error::InvalidProof));
		}
	}

	#[test]
	fn a_changed_proof_does_not_hold(place in 0usize..64, bit in 0u32..8, seed: u64) {
		let mut rng = rng(seed);
		let secret = SealSecret::random(&mut rng);
		let statement =
			KeyStatement { genesis: &[1; 32], account: &[2; 32], worker: &[3; 32], seal_key: &secret.public() };
		let mut proof = proofs::prove_key(&statement, &secret, &mut rng);
		proof[place] ^= 1 << bit;
		let error = proofs::verify_key(&statement, &proof).unwrap_err();
		prop_assert!(matches!(error, Error::InvalidProof | Error::NonCanonicalScalar));
		let mut proof = proofs::prove_rho(&[1; 32], &secret, &mut rng);
		proof[place] ^= 1 << bit;
		let verdict = proofs::verify_rho(&[1; 32], &secret.public(), &proof, verify_signature);
		prop_assert_eq!(verdict, Err(Error::InvalidProof));
	}

	#[test]
	fn a_seal_opens_for_its_node_only(length in 1usize..10, place: usize, bit in 0u32..8, seed: u64) {
		let mut rng = rng(seed);
		let (secret, rho) = (SealSecret::random(&mut rng), SealSecret::random(&mut rng));
		let (seal_key, ephemeral) = (secret.public(), rho.public());
		let commitments = [encode_point(&generators::h::<Plain>()), IDENTITY];
		let context = Context {
			task_hash: &[1; 32],
			dealer: &[2; 32],
			j: 3,
			seal_key: &seal_key,
			ephemeral: &ephemeral,
			commitments: &commitments,
		};
		let share = SecretShare {
			values: (0..length).map(|_| scalar::random(&mut rng)).collect(),
			blinding: scalar::random(&mut rng),
		};
		let dh = rho.dh(&key(&seal_key));
		prop_assert_eq!(secret.dh(&key(&ephemeral)), dh.clone());
		let mut sealed = Key::derive(&dh, &context).seal(&share).unwrap();
		prop_assert_eq!(sealed.len(), ciphertext_len(length));
		prop_assert_eq!(Key::derive(&dh, &context).open(&sealed, length).unwrap(), share);

		let changed = [
			Context { task_hash: &[0; 32], ..context },
			Context { dealer: &[0; 32], ..context },
			Context { j: 4, ..context },
			Context { seal_key: &ephemeral, ..context },
			Context { ephemeral: &seal_key, ..context },
			Context { commitments: &commitments[..1], ..context },
			Context { commitments: &[IDENTITY, commitments[0]], ..context },
		];
		for context in changed {
			prop_assert_eq!(Key::derive(&dh, &context).open(&sealed, length), Err(Error::Unopenable));
		}
		let stranger = SealSecret::random(&mut rng).dh(&key(&ephemeral));
		prop_assert_eq!(Key::derive(&stranger, &context).open(&sealed, length), Err(Error::Unopenable));
		let place = place % sealed.len();
		sealed[place] ^= 1 << bit;
		prop_assert_eq!(Key::derive(&dh, &context).open(&sealed, length), Err(Error::Unopenable));
		sealed.pop();
		let shorter = Key::derive(&dh, &context).open(&sealed, length);
		let is_length = matches!(shorter, Err(Error::Length { .. }));
		prop_assert!(is_length);
	}

	/// The digest covers every field but the proof under it, and evidence and challenges carry enough to recompute it.
	#[test]
	fn a_digest_binds_the_dealing(
		task_hash: [u8; 32],
		dealer: [u8; 32],
		sealed in prop::collection::vec(any::<[u8; 4]>(), 3),
		validity in prop::collection::vec(any::<u8>(), 1..9),
	) {
		let dealing = DealingBytes {
			commitments: vec![IDENTITY; 2],
			ephemeral: [4; 32],
			proof: [0; 64],
			sealed: sealed.iter().map(|bytes| bytes.to_vec()).collect(),
			validity,
		};
		let digest = dealing.digest(&task_hash, &dealer);
		let evidence = EvidenceBytes {
			dh: [5; 32],
			dleq: [0; 64],
			commitments: dealing.commitments.clone(),
			ephemeral: dealing.ephemeral,
			sealed_hashes: dealing.sealed_hashes(),
			validity_hash: dealing.validity_hash(),
			sealed: dealing.sealed[0].clone(),
		};
		prop_assert_eq!(evidence.digest(&task_hash, &dealer), digest);
		let challenge = ChallengeBytes {
			commitments: dealing.commitments.clone(),
			ephemeral: dealing.ephemeral,
			sealed_hashes: dealing.sealed_hashes(),
			validity: dealing.validity.clone(),
		};
		prop_assert_eq!(challenge.digest(&task_hash, &dealer), digest);
		prop_assert_ne!(dealing.digest(&flip(&task_hash), &dealer), digest);
		prop_assert_ne!(dealing.digest(&task_hash, &flip(&dealer)), digest);
		for change in 0..7 {
			let mut changed = dealing.clone();
			match change {
				0 => changed.commitments[1][95] ^= 1,
				1 => changed.ephemeral[31] ^= 1,
				2 => changed.sealed[2][0] ^= 1,
				3 => changed.validity[0] ^= 1,
				4 => drop(changed.validity.pop()),
				5 => changed.validity.push(0),
				_ => drop(changed.commitments.pop()),
			}
			prop_assert_ne!(changed.digest(&task_hash, &dealer), digest);
		}
		let signed = DealingBytes { proof: [1; 64], ..dealing.clone() };
		prop_assert_eq!(signed.digest(&task_hash, &dealer), digest);
		prop_assert_eq!(evidence.sealed_hashes[0], messages::hash_sealed(&evidence.sealed));
		prop_assert_eq!(evidence.validity_hash, messages::hash_validity(&dealing.validity));
	}
}

/// A sealed share whose plaintext is no scalar opens to that very error: it is evidence against the dealer.
#[test]
fn a_sealed_non_scalar_is_named() {
	use chacha20poly1305::{aead::Aead, ChaCha20Poly1305, KeyInit, Nonce};
	use hkdf::Hkdf;
	use sha2::Sha256;
	let dh = [6; 32];
	let context = Context {
		task_hash: &[1; 32],
		dealer: &[2; 32],
		j: 3,
		seal_key: &[4; 32],
		ephemeral: &[5; 32],
		commitments: &[],
	};
	// The key derivation once more, from the documents: this pins it, too.
	let info = ostraka_crypto::transcript::Transcript::of_task("ostraka/seal/v2", &[1; 32])
		.fixed(&[2; 32])
		.u8(3)
		.fixed(&[4; 32])
		.fixed(&[5; 32])
		.points(&[])
		.digest();
	let mut key = [0; 32];
	Hkdf::<Sha256>::new(Some(b"ostraka/seal/v2"), &dh).expand(&info, &mut key).unwrap();
	let seal = |plaintext: &[u8]| {
		ChaCha20Poly1305::new(&key.into()).encrypt(&Nonce::default(), plaintext).unwrap()
	};
	let good = [encode_scalar(&Scalar::from(7u8)), encode_scalar(&Scalar::from(9u8))].concat();
	let opened = Key::derive(&dh, &context).open(&seal(&good), 1).unwrap();
	assert_eq!(opened, SecretShare { values: vec![7u8.into()], blinding: 9u8.into() });
	for bad in [[vec![0xff; 32], vec![0; 32]].concat(), [vec![0; 32], vec![0xff; 32]].concat()] {
		let error = Key::derive(&dh, &context).open(&seal(&bad), 1).unwrap_err();
		assert_eq!(error, Error::NonCanonicalScalar);
	}
}

/// The first message `zB - cE`, from a proof of the key `E`.
fn first_message(proof: &[u8; 64], public: &SealKeyBytes) -> SealKeyBytes {
	let half = |range: core::ops::Range<usize>| {
		Exponent::from_canonical_bytes(proof[range].try_into().unwrap()).unwrap()
	};
	let public = CompressedRistretto(*public).decompress().unwrap();
	let first = half(32..64) * RISTRETTO_BASEPOINT_POINT - half(0..32) * public;
	first.compress().to_bytes()
}

/// Same secret, same statement, same generator of randomness: same nonce. One of them another: another nonce.
#[test]
fn nonces_depend_on_secret_statement_and_randomness() {
	let (a, b) = (SealSecret::from_signature(&[1; 64]), SealSecret::from_signature(&[2; 64]));
	let first = |genesis: &Hash, secret: &SealSecret, seed| {
		let public = secret.public();
		let (account, worker) = (&[2; 32], &[3; 32]);
		let statement = KeyStatement { genesis, account, worker, seal_key: &public };
		let proof = proofs::prove_key(&statement, secret, &mut rng(seed));
		first_message(&proof, &public)
	};
	let base = first(&[1; 32], &a, 1);
	assert_eq!(base, first(&[1; 32], &a, 1));
	assert_ne!(base, first(&[1; 32], &a, 2));
	assert_ne!(base, first(&[9; 32], &a, 1));
	assert_ne!(base, first(&[1; 32], &b, 1));
	// of a signature the first message is its first half
	let first = |digest: &Hash, secret: &SealSecret, seed| {
		proofs::prove_rho(digest, secret, &mut rng(seed))[..32].to_vec()
	};
	let base = first(&[1; 32], &a, 1);
	assert_eq!(base, first(&[1; 32], &a, 1));
	assert_ne!(base, first(&[1; 32], &a, 2));
	assert_ne!(base, first(&[9; 32], &a, 1));
	assert_ne!(base, first(&[1; 32], &b, 1));
}

/// With a generator that gives the same bytes always, two statements still have two nonces, and so do two secrets.
#[test]
fn a_broken_generator_of_randomness_repeats_no_nonce() {
	struct Broken;
	impl rand_core::RngCore for Broken {
		fn next_u32(&mut self) -> u32 {
			0
		}
		fn next_u64(&mut self) -> u64 {
			0
		}
		fn fill_bytes(&mut self, bytes: &mut [u8]) {
			bytes.fill(0);
		}
		fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
			bytes.fill(0);
			Ok(())
		}
	}
	impl rand_core::CryptoRng for Broken {}

	let secrets = [1, 2].map(|byte| SealSecret::from_signature(&[byte; 64]));
	let mut firsts = Vec::new();
	for secret in &secrets {
		let public = secret.public();
		for byte in [1, 2] {
			let statement = KeyStatement {
				genesis: &[byte; 32],
				account: &[2; 32],
				worker: &[3; 32],
				seal_key: &public,
			};
			let proof = proofs::prove_key(&statement, secret, &mut Broken);
			firsts.push(first_message(&proof, &public).to_vec());
			firsts.push(proofs::prove_rho(&[byte; 32], secret, &mut Broken)[..32].to_vec());
		}
	}
	let count = firsts.len();
	firsts.sort();
	firsts.dedup();
	assert_eq!(firsts.len(), count);
}

#[test]
fn secrets_print_nothing_and_compare() {
	let secret = SealSecret::from_signature(&[1; 64]);
	assert_eq!(format!("{secret:?}"), "SealSecret(..)");
	assert_eq!(secret, SealSecret::from_signature(&[1; 64]));
	assert_ne!(secret, SealSecret::from_signature(&[2; 64]));
	let context = Context {
		task_hash: &[0; 32],
		dealer: &[0; 32],
		j: 1,
		seal_key: &[1; 32],
		ephemeral: &[2; 32],
		commitments: &[],
	};
	assert_eq!(format!("{:?}", Key::derive(&[3; 32], &context)), "Key(..)");
}

/// Any place of a key: the identity, which small multiples of nothing give, and bytes that are no element.
#[test]
fn keys_that_are_no_keys_are_refused() {
	let good = SealSecret::from_signature(&[1; 64]).public();
	let no_element = [0xff; 32];
	for (bad, error) in [(NO_KEY, Error::Identity), (no_element, Error::NonCanonicalKey)] {
		let statement =
			KeyStatement { genesis: &[1; 32], account: &[2; 32], worker: &[3; 32], seal_key: &bad };
		assert_eq!(proofs::verify_key(&statement, &[0; 64]), Err(error));
		let good = DleqStatement {
			task_hash: &[1; 32],
			digest: &[2; 32],
			j: 1,
			seal_key: &good,
			ephemeral: &good,
			dh: &good,
		};
		for statement in [
			DleqStatement { seal_key: &bad, ..good },
			DleqStatement { ephemeral: &bad, ..good },
			DleqStatement { dh: &bad, ..good },
		] {
			assert_eq!(proofs::verify_dleq(&statement, &[0; 64]), Err(error));
		}
		let secret = SealSecret::from_signature(&[1; 64]);
		let statement = DleqStatement { ephemeral: &bad, ..good };
		assert_eq!(proofs::prove_dleq(&statement, &secret, &mut rng(1)), Err(error));
	}
	let verdict = |ephemeral| proofs::verify_rho(&[1; 32], ephemeral, &[0; 64], verify_signature);
	assert_eq!(verdict(&NO_KEY), Err(Error::Identity));
	assert_eq!(verdict(&no_element), Err(Error::InvalidProof));
	assert_eq!(verdict(&good), Err(Error::InvalidProof));
}

/// Under the identity everybody can sign: `s B = R` is all that the scheme asks there. So the check is ours.
#[test]
fn a_signature_under_the_identity_is_no_proof() {
	let digest = [7; 32];
	let mut signature = [0; 64];
	let exponent = Exponent::from(5u8);
	signature[..32].copy_from_slice((exponent * RISTRETTO_BASEPOINT_POINT).compress().as_bytes());
	signature[32..].copy_from_slice(exponent.as_bytes());
	signature[63] |= 128;
	assert!(verify_signature(&signature, &proofs::rho_message(&digest), &NO_KEY));
	let verdict = proofs::verify_rho(&digest, &NO_KEY, &signature, verify_signature);
	assert_eq!(verdict, Err(Error::Identity));
}

/// Who deals with `rho` of 1 shows its shares to everybody, and harms nobody else: `K` is the node's public key.
#[test]
fn a_small_rho_is_harmless() {
	let node = SealSecret::from_signature(&[1; 64]);
	let base = RISTRETTO_BASEPOINT_COMPRESSED.to_bytes();
	assert_eq!(*node.dh(&key(&base)), node.public());
}

/// Whose public key `R` is matters not: there is no proof without its secret. A signature under it for anything else is none,
/// and neither is one by the dealer's own key.
#[test]
fn somebody_elses_key_is_no_ephemeral_key() {
	let (account, dealer) =
		(SealSecret::from_signature(&[1; 64]), SealSecret::from_signature(&[2; 64]));
	let verdict = |digest: &Hash, secret: &SealSecret| {
		let proof = proofs::prove_rho(digest, secret, &mut rng(1));
		proofs::verify_rho(&[7; 32], &account.public(), &proof, verify_signature)
	};
	assert_eq!(verdict(&[7; 32], &dealer), Err(Error::InvalidProof));
	assert_eq!(verdict(&[8; 32], &account), Err(Error::InvalidProof));
	assert_eq!(verdict(&[7; 32], &account), Ok(()));
}
