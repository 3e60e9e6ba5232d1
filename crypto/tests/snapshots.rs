//! Pins every encoding: a change of a tag, of the order of fields or of an encoding breaks tasks, keys and results that
//! exist already. `snapshots/encodings.txt` holds them, one a line, name and bytes in hexadecimal (long ones as their
//! SHA-256). To accept a change that is meant:
//!
//! ```text
//! OSTRAKA_REGENERATE=1 cargo test --release -p ostraka-crypto --test snapshots
//! ```

use ostraka_crypto::{
	curve,
	encoding::{encode_point, encode_scalar, IDENTITY},
	generators,
	messages::{self, ChallengeBytes, DealingBytes, EvidenceBytes},
	proofs::{self, DleqStatement, KeyStatement},
	scalar,
	seal::{Context, Key, PublicKey, SealSecret},
	transcript::Transcript,
	vss, Plain, Scalar,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sha2::{Digest, Sha256};
use std::fmt::Write;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/encodings.txt");

fn encodings() -> String {
	let mut text = String::new();
	let mut line = |name: &str, bytes: &[u8]| {
		let shown = if bytes.len() > 96 {
			format!("sha256 {}", hex::encode(Sha256::digest(bytes)))
		} else {
			hex::encode(bytes)
		};
		writeln!(text, "{name} = {shown}").unwrap();
	};
	let mut rng = ChaCha20Rng::seed_from_u64(0x0574);

	line("point/identity", &IDENTITY);
	line("point/generator", &encode_point(&curve::generator::<Plain>()));
	line("point/h", &encode_point(&generators::h::<Plain>()));
	line("point/g1", &encode_point(&generators::g::<Plain>(1).unwrap()));
	line("point/g256", &encode_point(&generators::g::<Plain>(256).unwrap()));
	let all: Vec<u8> =
		generators::bases::<Plain>(256).unwrap().iter().flat_map(encode_point).collect();
	line("point/g1..g256,h", &all);
	line("scalar/one", &encode_scalar(&Scalar::from(1u8)));
	line("scalar/minus-one", &encode_scalar(&-Scalar::from(1u8)));
	line("scalar/wide", &encode_scalar(&scalar::from_wide(&[0xa5; 64])));

	line("transcript/empty", &Transcript::new("ostraka/test/v1").digest());
	let transcript = Transcript::of_task("ostraka/test/v1", &[1; 32])
		.fixed(&[2; 32])
		.variable(b"variable")
		.u8(3)
		.u32(4)
		.scalar(&encode_scalar(&Scalar::from(5u8)))
		.points(&[IDENTITY])
		.hashes(&[[6; 32]])
		.keys(&[[7; 32]]);
	line("transcript/all", &transcript.clone().digest());
	line("transcript/challenge", &encode_scalar(&transcript.challenge()));

	let secret = SealSecret::from_signature(&[7; 64]);
	let seal_key = secret.public();
	line("seal/from-signature", &seal_key);
	let key = KeyStatement {
		genesis: &[1; 32],
		account: &[2; 32],
		worker: &[3; 32],
		seal_key: &seal_key,
	};
	line("proof/key", &proofs::prove_key(&key, &secret, &mut rng));

	let input = [Scalar::from(10u8), Scalar::from(20u8)];
	let (commitments, shares) = vss::share::<Plain, _>(&input, 1, 3, &mut rng).unwrap();
	let commitments = commitments.to_bytes();
	for (k, point) in commitments.iter().enumerate() {
		line(&format!("vss/commitment-{k}"), point);
	}
	line("vss/share-1", &shares[0].to_bytes());
	line("vss/share-3", &shares[2].to_bytes());

	let rho = SealSecret::random(&mut rng);
	let ephemeral = rho.public();
	line("dealing/ephemeral", &ephemeral);
	let dh = rho.dh(&PublicKey::from_bytes(&seal_key).unwrap());
	let sealed: Vec<Vec<u8>> = (1u8..)
		.zip(&shares)
		.map(|(j, share)| {
			let context = Context {
				task_hash: &[8; 32],
				dealer: &[9; 32],
				j,
				seal_key: &seal_key,
				ephemeral: &ephemeral,
				commitments: &commitments,
			};
			Key::derive(&dh, &context).seal(share).unwrap()
		})
		.collect();
	line("dealing/sealed-1", &sealed[0]);
	line("dealing/sealed-2", &sealed[1]);
	line("dealing/sealed-hash-1", &messages::hash_sealed(&sealed[0]));
	// stands for one: the proofs' own bytes are in `validity.txt`
	let validity = vec![0xa5; 100];
	let mut dealing = DealingBytes {
		commitments: commitments.clone(),
		ephemeral,
		proof: [0; 64],
		sealed,
		validity,
	};
	line("dealing/validity-hash", &dealing.validity_hash());
	let digest = dealing.digest(&[8; 32], &[9; 32]);
	line("dealing/digest", &digest);
	line("dealing/rho-message", &proofs::rho_message(&digest));
	dealing.proof = proofs::prove_rho(&digest, &rho, &mut rng);
	line("dealing/proof", &dealing.proof);

	let dh = *dh;
	line("evidence/dh", &dh);
	let statement = DleqStatement {
		task_hash: &[8; 32],
		digest: &digest,
		j: 1,
		seal_key: &seal_key,
		ephemeral: &ephemeral,
		dh: &dh,
	};
	let dleq = proofs::prove_dleq(&statement, &secret, &mut rng).unwrap();
	line("evidence/dleq", &dleq);
	let challenge = ChallengeBytes {
		commitments: commitments.clone(),
		ephemeral,
		sealed_hashes: dealing.sealed_hashes(),
		validity: dealing.validity.clone(),
	};
	let evidence = EvidenceBytes {
		dh,
		dleq,
		commitments,
		ephemeral,
		sealed_hashes: dealing.sealed_hashes(),
		validity_hash: dealing.validity_hash(),
		sealed: dealing.sealed[0].clone(),
	};
	line("evidence/digest", &evidence.digest(&[8; 32], &[9; 32]));
	line("challenge/digest", &challenge.digest(&[8; 32], &[9; 32]));
	text
}

#[test]
fn encodings_are_what_they_were() {
	let found = encodings();
	if std::env::var_os("OSTRAKA_REGENERATE").is_some() {
		std::fs::write(PATH, found).unwrap();
		return;
	}
	let expected = std::fs::read_to_string(PATH).unwrap();
	for (expected, found) in expected.lines().zip(found.lines()) {
		assert_eq!(expected, found);
	}
	assert_eq!(expected.lines().count(), found.lines().count());
}
