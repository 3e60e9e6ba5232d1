//! Every target on its seeds, and on some thousand inputs without guidance: what can be had without libFuzzer.

use ostraka_fuzz::TARGETS;
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use std::{fs, path::Path};

/// Seeds of a target.
fn seeds(target: &str) -> Vec<Vec<u8>> {
	let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
	let files = fs::read_dir(&folder).expect("every target has seeds");
	files.map(|file| fs::read(file.expect("a file").path()).expect("a seed")).collect()
}

#[test]
fn seeds_pass() {
	for (name, run) in TARGETS {
		let seeds = seeds(name);
		assert!(!seeds.is_empty(), "{name} has no seeds");
		seeds.iter().for_each(|seed| run(seed));
	}
}

#[test]
fn random_changes_of_seeds_pass() {
	for (name, run) in TARGETS {
		let seeds = seeds(name);
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let mut below = |bound: usize| rng.next_u32() as usize % bound.max(1);
		for _ in 0..1000 {
			let mut input = seeds[below(seeds.len())].clone();
			for _ in 0..1 + below(4) {
				let place = below(input.len() + 1);
				match below(3) {
					0 => input.insert(place, below(256) as u8),
					1 => input.truncate(place),
					_ => input
						.iter_mut()
						.skip(place)
						.take(1)
						.for_each(|byte| *byte = below(256) as u8),
				}
			}
			input.extend((0..below(40)).map(|_| below(256) as u8));
			run(&input);
		}
	}
}
