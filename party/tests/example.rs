//! The transcript in `examples/`, checked from its bytes: what `checker/` does in Python, of a different hand.

use ostraka_party::verify::{check_file, read::ReadError, Verdict};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

const EXAMPLE: &str = include_str!("../../examples/transcript.json");

fn rng() -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(1)
}

#[test]
fn the_example_withstands_every_check() {
	let checked = check_file(EXAMPLE.as_bytes(), &mut rng()).expect("it is a transcript");
	for check in &checked.verification.checks {
		assert_eq!(check.holds, Some(true), "{}: {}", check.what, check.detail);
	}
	assert_eq!(checked.verification.verdict(), Verdict::Right);
	assert!(checked.verification.proofs.is_some_and(|proofs| proofs.all()));
}

/// Any changed digit of it is seen, or refused.
#[test]
fn a_changed_example_is_not_right() {
	let digits: Vec<usize> =
		EXAMPLE.match_indices("0x").map(|(at, _)| at + 2).filter(|at| is_digit(*at)).collect();
	let checks = EXAMPLE.find("\"checks\"").unwrap_or(EXAMPLE.len());
	for at in digits.into_iter().filter(|at| *at < checks).step_by(7) {
		let mut bytes = EXAMPLE.as_bytes().to_vec();
		bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
		match check_file(&bytes, &mut rng()) {
			Ok(checked) => assert_ne!(checked.verification.verdict(), Verdict::Right, "{at}"),
			Err(ReadError::Older(_) | ReadError::Newer(_)) => panic!("its format is not changed"),
			Err(_) => {},
		}
	}
}

fn is_digit(at: usize) -> bool {
	EXAMPLE.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit)
}
