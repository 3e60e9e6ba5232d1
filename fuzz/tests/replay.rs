//! Every target on its seeds, and on some hundred inputs without guidance: what can be had without libFuzzer.

use ostraka_fuzz::{seeds, TARGETS};
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use std::{collections::BTreeMap, fs};

/// Inputs of each target that are changed seeds.
const CHANGED: usize = 250;

/// Every target's seeds with what it does.
fn targets() -> impl Iterator<Item = (seeds::Seeds, fn(&[u8]))> {
	seeds::all().into_iter().zip(TARGETS).map(|((target, seeds), (name, run))| {
		assert_eq!(target, name);
		assert!(!seeds.is_empty(), "{name} has no seeds");
		((target, seeds), run)
	})
}

#[test]
fn committed_seeds_are_what_the_code_makes() {
	for (target, seeds) in seeds::all() {
		let made: BTreeMap<String, Vec<u8>> = (0..).map(seeds::name).zip(seeds).collect();
		let files = fs::read_dir(seeds::folder(target)).expect("every target has seeds");
		let kept: BTreeMap<String, Vec<u8>> = files
			.map(|file| {
				let file = file.expect("a file");
				let name = file.file_name().into_string().expect("a number");
				(name, fs::read(file.path()).expect("a seed"))
			})
			.collect();
		assert!(
			kept == made,
			"{target}: write them anew by `cargo run --release --example seeds` in fuzz/"
		);
	}
}

#[test]
fn seeds_pass() {
	for ((_, seeds), run) in targets() {
		seeds.iter().for_each(|seed| run(seed));
	}
}

#[test]
fn random_changes_of_seeds_pass() {
	for ((_, seeds), run) in targets() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let mut below = |bound: usize| rng.next_u32() as usize % bound.max(1);
		for _ in 0..CHANGED {
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
