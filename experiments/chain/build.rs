//! Notes what the figures are of: compiler, and versions of the crates that they depend on most.

use std::{env, fs, path::Path, process::Command};

const CRATES: [&str; 4] =
	["polkadot-omni-node-lib", "frame-system", "sp-crypto-ec-utils", "ostraka-runtime"];

fn main() {
	let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
	let lock = Path::new(&folder).join("../../Cargo.lock");
	println!("cargo:rerun-if-changed={}", lock.display());
	let lock = fs::read_to_string(lock).unwrap_or_default();
	let version = |name: &str| {
		let (_, after) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
		Some(format!("{name} {}", after.split('"').next()?))
	};
	let compiler = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
	let compiler = Command::new(compiler).arg("--version").output();
	let compiler =
		compiler.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).ok();
	let versions: Vec<String> =
		compiler.into_iter().chain(CRATES.iter().filter_map(|name| version(name))).collect();
	println!("cargo:rustc-env=VERSIONS={}", versions.join(", "));
}
