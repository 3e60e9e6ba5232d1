//! Notes the versions of the compared crates, from the lock file, for the tables.

use std::{env, fs, path::Path};

const CRATES: [&str; 8] = [
	"ark-bls12-381",
	"blst",
	SHARED,
	"elastic-elgamal",
	"fast-paillier",
	"prio",
	"ring",
	"schnorrkel",
];

/// A peer's, and in another version what our keys are made with.
const SHARED: &str = "curve25519-dalek";

fn main() {
	let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
	let lock = Path::new(&folder).join("Cargo.lock");
	println!("cargo:rerun-if-changed={}", lock.display());
	let lock = fs::read_to_string(lock).unwrap_or_default();
	let versions_of = |name: &str| {
		let start = format!("name = \"{name}\"\nversion = \"");
		let found: Vec<_> =
			lock.split(&start).skip(1).filter_map(|after| after.split('"').next()).collect();
		// the newest is what is compared; of one we use another than a peer does
		let told = if name == SHARED { found.join(" and ") } else { (*found.last()?).to_owned() };
		Some(format!("{name} {told}"))
	};
	let versions: Vec<_> = CRATES.iter().filter_map(|name| versions_of(name)).collect();
	println!("cargo:rustc-env=VERSIONS={}", versions.join(", "));
}
