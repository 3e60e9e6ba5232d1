//! The proofs and the seal: complete, and bound to every field of their statements.

use ark_ec::CurveGroup;
use ostraka_crypto::{
	encoding::{encode_point, encode_scalar, IDENTITY},
	generators, group,
	messages::{self, DealingBytes, EvidenceBytes},
	proofs::{self, DleqStatement, KeyStatement, RhoStatement},
	scalar,
	seal::{ciphertext_len, Context, Key, SealSecret},
	vss::SecretShare,
	Affine, Error, Plain, PointBytes, Scalar,
};
use proptest::prelude::*;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

fn rng(seed: u64) -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(seed)
}

fn public(secret: &SealSecret) -> PointBytes {
	encode_point(&secret.public::<Plain>())
}

/// Another point of the subgroup.
fn other(bytes: &PointBytes) -> PointBytes {
	let point = ostraka_crypto::encoding::decode_point::<Plain>(bytes).unwrap();
	encode_point(&(point + generators::h::<Plain>()).into_affine())
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
		let seal_key = public(&secret);
		let statement = KeyStatement { genesis: &genesis, account: &account, worker: &worker, seal_key: &seal_key };
		let proof = proofs::prove_key::<Plain, _>(&statement, &secret, &mut rng);
		prop_assert_eq!(proofs::verify_key::<Plain>(&statement, &proof), Ok(()));
		let changed = [
			KeyStatement { genesis: &flip(&genesis), ..statement },
			KeyStatement { account: &flip(&account), ..statement },
			KeyStatement { worker: &flip(&worker), ..statement },
			KeyStatement { seal_key: &other(&seal_key), ..statement },
		];
		for statement in changed {
			prop_assert_eq!(proofs::verify_key::<Plain>(&statement, &proof), Err(Error::InvalidProof));
		}
	}

	#[test]
	fn a_rho_proof_binds_all_it_names(task_hash: [u8; 32], dealer: [u8; 32], seed: u64) {
		let mut rng = rng(seed);
		let rho = SealSecret::random(&mut rng);
		let ephemeral = public(&rho);
		let commitments = [ephemeral, other(&ephemeral)];
		let hashes = [[1; 32], [2; 32], [3; 32]];
		let statement = RhoStatement {
			task_hash: &task_hash,
			dealer: &dealer,
			ephemeral: &ephemeral,
			commitments: &commitments,
			sealed_hashes: &hashes,
		};
		let proof = proofs::prove_rho::<Plain, _>(&statement, &rho, &mut rng);
		prop_assert_eq!(proofs::verify_rho::<Plain>(&statement, &proof), Ok(()));
		let changed = [
			RhoStatement { task_hash: &flip(&task_hash), ..statement },
			RhoStatement { dealer: &flip(&dealer), ..statement },
			RhoStatement { ephemeral: &other(&ephemeral), ..statement },
			RhoStatement { commitments: &[commitments[1], commitments[0]], ..statement },
			RhoStatement { commitments: &commitments[..1], ..statement },
			RhoStatement { sealed_hashes: &hashes[..2], ..statement },
			RhoStatement { sealed_hashes: &[[1; 32], [2; 32], [4; 32]], ..statement },
		];
		for statement in changed {
			prop_assert_eq!(proofs::verify_rho::<Plain>(&statement, &proof), Err(Error::InvalidProof));
		}
	}

	#[test]
	fn a_dleq_proof_binds_all_it_names(task_hash: [u8; 32], digest: [u8; 32], j in 1u8.., seed: u64) {
		let mut rng = rng(seed);
		let secret = SealSecret::random(&mut rng);
		let r = SealSecret::random(&mut rng).public::<Plain>();
		let (seal_key, ephemeral, dh) = (public(&secret), encode_point(&r), encode_point(&secret.dh(&r)));
		let statement = DleqStatement {
			task_hash: &task_hash,
			digest: &digest,
			j,
			seal_key: &seal_key,
			ephemeral: &ephemeral,
			dh: &dh,
		};
		let proof = proofs::prove_dleq::<Plain, _>(&statement, &secret, &mut rng).unwrap();
		let k = proofs::verify_dleq::<Plain>(&statement, &proof).map(|k| encode_point(&k));
		prop_assert_eq!(k, Ok(dh));
		let changed = [
			DleqStatement { task_hash: &flip(&task_hash), ..statement },
			DleqStatement { digest: &flip(&digest), ..statement },
			DleqStatement { j: j.wrapping_add(1), ..statement },
			DleqStatement { seal_key: &other(&seal_key), ..statement },
			DleqStatement { ephemeral: &other(&ephemeral), ..statement },
			DleqStatement { dh: &other(&dh), ..statement },
		];
		for statement in changed {
			let verdict = proofs::verify_dleq::<Plain>(&statement, &proof).map(|_| ());
			prop_assert_eq!(verdict, Err(Error::InvalidProof));
		}
		// a wrong K with a proof of its own
		let wrong = DleqStatement { dh: &other(&dh), ..statement };
		let proof = proofs::prove_dleq::<Plain, _>(&wrong, &secret, &mut rng).unwrap();
		prop_assert_eq!(proofs::verify_dleq::<Plain>(&wrong, &proof).map(|_| ()), Err(Error::InvalidProof));
	}

	#[test]
	fn a_changed_proof_does_not_hold(place in 0usize..64, bit in 0u32..8, seed: u64) {
		let mut rng = rng(seed);
		let secret = SealSecret::random(&mut rng);
		let statement =
			KeyStatement { genesis: &[1; 32], account: &[2; 32], worker: &[3; 32], seal_key: &public(&secret) };
		let mut proof = proofs::prove_key::<Plain, _>(&statement, &secret, &mut rng);
		proof[place] ^= 1 << bit;
		let error = proofs::verify_key::<Plain>(&statement, &proof).unwrap_err();
		prop_assert!(matches!(error, Error::InvalidProof | Error::NonCanonicalScalar));
	}

	#[test]
	fn a_seal_opens_for_its_node_only(length in 1usize..10, place: usize, bit in 0u32..8, seed: u64) {
		let mut rng = rng(seed);
		let (secret, rho) = (SealSecret::random(&mut rng), SealSecret::random(&mut rng));
		let (seal_key, ephemeral) = (public(&secret), public(&rho));
		let commitments = [ephemeral, IDENTITY];
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
		let dh = rho.dh(&secret.public::<Plain>());
		prop_assert_eq!(secret.dh(&rho.public::<Plain>()), dh);
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
			Context { commitments: &[IDENTITY, ephemeral], ..context },
		];
		for context in changed {
			prop_assert_eq!(Key::derive(&dh, &context).open(&sealed, length), Err(Error::Unopenable));
		}
		let stranger = SealSecret::random(&mut rng).dh(&rho.public::<Plain>());
		prop_assert_eq!(Key::derive(&stranger, &context).open(&sealed, length), Err(Error::Unopenable));
		let place = place % sealed.len();
		sealed[place] ^= 1 << bit;
		prop_assert_eq!(Key::derive(&dh, &context).open(&sealed, length), Err(Error::Unopenable));
		sealed.pop();
		let shorter = Key::derive(&dh, &context).open(&sealed, length);
		let is_length = matches!(shorter, Err(Error::Length { .. }));
		prop_assert!(is_length);
	}

	/// The digest covers every field, and evidence carries enough to recompute it.
	#[test]
	fn a_digest_binds_the_dealing(task_hash: [u8; 32], dealer: [u8; 32], sealed in prop::collection::vec(any::<[u8; 4]>(), 3)) {
		let dealing = DealingBytes {
			commitments: vec![IDENTITY; 2],
			ephemeral: IDENTITY,
			proof: [0; 64],
			sealed: sealed.iter().map(|bytes| bytes.to_vec()).collect(),
		};
		let digest = dealing.digest(&task_hash, &dealer);
		let evidence = EvidenceBytes {
			dh: IDENTITY,
			dleq: [0; 64],
			commitments: dealing.commitments.clone(),
			ephemeral: dealing.ephemeral,
			sealed_hashes: dealing.sealed_hashes(),
			sealed: dealing.sealed[0].clone(),
		};
		prop_assert_eq!(evidence.digest(&task_hash, &dealer), digest);
		prop_assert_ne!(dealing.digest(&flip(&task_hash), &dealer), digest);
		prop_assert_ne!(dealing.digest(&task_hash, &flip(&dealer)), digest);
		for change in 0..4 {
			let mut changed = dealing.clone();
			match change {
				0 => changed.commitments[1][95] ^= 1,
				1 => changed.ephemeral[95] ^= 1,
				2 => changed.sealed[2][0] ^= 1,
				_ => drop(changed.commitments.pop()),
			}
			prop_assert_ne!(changed.digest(&task_hash, &dealer), digest);
		}
		prop_assert_eq!(evidence.sealed_hashes[0], messages::hash_sealed(&evidence.sealed));
	}
}

/// A sealed share whose plaintext is no scalar opens to that very error: it is evidence against the dealer.
#[test]
fn a_sealed_non_scalar_is_named() {
	use chacha20poly1305::{aead::Aead, ChaCha20Poly1305, KeyInit, Nonce};
	use hkdf::Hkdf;
	use sha2::Sha256;
	let dh = generators::h::<Plain>();
	let context = Context {
		task_hash: &[1; 32],
		dealer: &[2; 32],
		j: 3,
		seal_key: &IDENTITY,
		ephemeral: &IDENTITY,
		commitments: &[],
	};
	// The key derivation once more, from the documents: this pins it, too.
	let info = ostraka_crypto::transcript::Transcript::of_task("ostraka/seal/v1", &[1; 32])
		.fixed(&[2; 32])
		.u8(3)
		.point(&IDENTITY)
		.point(&IDENTITY)
		.points(&[])
		.digest();
	let mut key = [0; 32];
	Hkdf::<Sha256>::new(Some(b"ostraka/seal/v1"), &encode_point(&dh))
		.expand(&info, &mut key)
		.unwrap();
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

/// Same secret, same statement, same generator of randomness: same nonce. One of them another: another nonce.
#[test]
fn nonces_depend_on_secret_statement_and_randomness() {
	let (a, b) = (SealSecret::from_signature(&[1; 64]), SealSecret::from_signature(&[2; 64]));
	let (key_a, key_b) = (public(&a), public(&b));
	let statement =
		|genesis, seal_key| KeyStatement { genesis, account: &[2; 32], worker: &[3; 32], seal_key };
	let prove = |statement: KeyStatement<'_>, secret: &SealSecret, seed| {
		proofs::prove_key::<Plain, _>(&statement, secret, &mut rng(seed))
	};
	// The first message zP - cE, from the proof.
	let first = |proof: [u8; 64], key: &SealSecret| {
		let half = |range| {
			ostraka_crypto::encoding::decode_scalar(&<[u8; 32]>::try_from(&proof[range]).unwrap())
				.unwrap()
		};
		let public: Affine<Plain> = key.public();
		let point = group::msm(
			&[ostraka_crypto::curve::generator(), -public],
			&[half(32..64), half(0..32)],
		);
		encode_point(&point.into_affine())
	};
	let base = first(prove(statement(&[1; 32], &key_a), &a, 1), &a);
	assert_eq!(base, first(prove(statement(&[1; 32], &key_a), &a, 1), &a));
	assert_ne!(base, first(prove(statement(&[1; 32], &key_a), &a, 2), &a));
	assert_ne!(base, first(prove(statement(&[9; 32], &key_a), &a, 1), &a));
	assert_ne!(base, first(prove(statement(&[1; 32], &key_b), &b, 1), &b));
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
		seal_key: &IDENTITY,
		ephemeral: &IDENTITY,
		commitments: &[],
	};
	assert_eq!(format!("{:?}", Key::derive(&generators::h::<Plain>(), &context)), "Key(..)");
}

#[test]
fn keys_that_are_no_keys_are_refused() {
	let statement = KeyStatement {
		genesis: &[1; 32],
		account: &[2; 32],
		worker: &[3; 32],
		seal_key: &IDENTITY,
	};
	assert_eq!(proofs::verify_key::<Plain>(&statement, &[0; 64]), Err(Error::Identity));
	let statement = RhoStatement {
		task_hash: &[1; 32],
		dealer: &[2; 32],
		ephemeral: &IDENTITY,
		commitments: &[],
		sealed_hashes: &[],
	};
	assert_eq!(proofs::verify_rho::<Plain>(&statement, &[0; 64]), Err(Error::Identity));
	let h = encode_point(&generators::h::<Plain>());
	let statement = DleqStatement {
		task_hash: &[1; 32],
		digest: &[2; 32],
		j: 1,
		seal_key: &h,
		ephemeral: &h,
		dh: &IDENTITY,
	};
	assert_eq!(
		proofs::verify_dleq::<Plain>(&statement, &[0; 64]).map(|_| ()),
		Err(Error::Identity)
	);
}
