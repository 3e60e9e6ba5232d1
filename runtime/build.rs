//! Builds the runtime's wasm blob, and, if asked to, a second one without host calls.
//!
//! `WASM_BINARY` is the blob that nodes run; it uses the features that this crate is built with. Tests compare it
//! with one that has the feature `host-calls` off, but the same weights. As that is another wasm build of some
//! minutes, it is made only if the variable `OSTRAKA_PURE_WASM` is set; else `pure::WASM_BINARY` is `None`.

/// Asks for the second blob.
const PURE: &str = "OSTRAKA_PURE_WASM";
/// The digest's file, and the variable by which the extension `CheckMetadataHash` is told of it when it is compiled.
#[cfg(feature = "build-wasm")]
const DIGEST: (&str, &str) = ("metadata.digest", "RUNTIME_METADATA_HASH");
/// Names of the files that the blobs' constants are in.
#[cfg(feature = "std")]
const FILES: [&str; 2] = ["wasm_binary.rs", "wasm_binary_pure.rs"];

fn main() {
	println!("cargo:rerun-if-env-changed={PURE}");
	#[cfg(feature = "build-wasm")]
	build();
	#[cfg(all(feature = "std", not(feature = "build-wasm")))]
	FILES.iter().for_each(|file| no_blob(file));
}

#[cfg(feature = "build-wasm")]
fn build() {
	use substrate_wasm_builder::WasmBuilder;

	let [_, pure] = FILES;
	// The builder turns on in wasm what cargo says is on here, but for `std`.
	std::env::remove_var("CARGO_FEATURE_BUILD_WASM");
	let (file, variable) = DIGEST;
	println!("cargo:rerun-if-changed={file}");
	// The digest is of one version.
	if std::env::var_os("CARGO_FEATURE_NEXT_SPEC_VERSION").is_none() {
		let digest = std::fs::read_to_string(file).expect("the digest is committed");
		std::env::set_var(variable, digest.trim());
	}
	WasmBuilder::build_using_defaults();
	if std::env::var_os(PURE).is_some_and(|value| !value.is_empty()) {
		std::env::remove_var("CARGO_FEATURE_HOST_CALLS");
		// `HOST_CALL_WEIGHTS` stays: state holds weights and fees, so to be compared both blobs must weigh alike.
		WasmBuilder::init_with_defaults().set_file_name(pure).build();
	} else {
		no_blob(pure);
	}
}

/// Writes what says that there is no blob.
#[cfg(feature = "std")]
fn no_blob(file: &str) {
	let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
	let path = std::path::Path::new(&out).join(file);
	let text = "pub const WASM_BINARY: Option<&[u8]> = None;\n";
	std::fs::write(path, text).expect("OUT_DIR can be written to");
}
