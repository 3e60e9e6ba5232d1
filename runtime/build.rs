//! Builds the runtime's wasm blob: `WASM_BINARY`, which nodes run. It has the features that this crate is built with.
//! Blobs with other features are built by `scripts/runtime_wasm.sh`.

/// The digest's file, and the variable by which the extension `CheckMetadataHash` is told of it when it is compiled.
#[cfg(feature = "build-wasm")]
const DIGEST: (&str, &str) = ("metadata.digest", "RUNTIME_METADATA_HASH");

fn main() {
	#[cfg(feature = "build-wasm")]
	build();
	#[cfg(all(feature = "std", not(feature = "build-wasm")))]
	no_blob();
}

#[cfg(feature = "build-wasm")]
fn build() {
	use substrate_wasm_builder::WasmBuilder;

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
}

/// Writes what says that there is no blob.
#[cfg(all(feature = "std", not(feature = "build-wasm")))]
fn no_blob() {
	let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
	let path = std::path::Path::new(&out).join("wasm_binary.rs");
	let text = "pub const WASM_BINARY: Option<&[u8]> = None;\n";
	std::fs::write(path, text).expect("OUT_DIR can be written to");
}
