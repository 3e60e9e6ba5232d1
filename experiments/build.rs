//! Notes the versions of the compared crates, from the lock file, for the tables.

use std::{env, fs, path::Path};

const CRATES: [&str; 7] = [
	"ark-bls12-381",
	"blst",
	"curve25519-dalek",
	"elastic-elgamal",
	"fast-paillier",
	"prio",
	"ring",
];

fn main() {
	let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
	let lock = Path::new(&folder).join("Cargo.lock");
	println!("cargo:rerun-if-changed={}", lock.display());
	let lock = fs::read_to_string(lock).unwrap_or_default();
	let version = |name: &str| {
		let after = lock.split(&format!("name = \"{name}\"\nversion = \"")).last()?;
		Some(format!("{name} {}", after.split('"').next()?))
	};
	let versions: Vec<_> = CRATES.iter().filter_map(|name| version(name)).collect();
	println!("cargo:rustc-env=VERSIONS={}", versions.join(", "));
}
