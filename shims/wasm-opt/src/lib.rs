//! Stands in for the `wasm-opt` crate, so that a runtime is built without compiling binaryen.
//!
//! `substrate-wasm-builder` asks for two passes at level 0: drop DWARF, and replace sign extension by WebAssembly 1.0. The target
//! `wasm32v1-none` emits only WebAssembly 1.0. So [`OptimizationOptions::run`] drops the debug sections and *checks* the rest with
//! a validator that knows no later feature. What passes is written; only what does not pass is given to a `wasm-opt` on the
//! `PATH`. A blob's bytes therefore never depend on whether the machine has binaryen.
#![forbid(unsafe_code)]

use std::{
	fmt, fs, io,
	path::{Path, PathBuf},
	process::Command,
};

use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// The passes that `substrate-wasm-builder` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
	StripDwarf,
	SignextLowering,
}

impl Pass {
	fn flag(self) -> &'static str {
		match self {
			Self::StripDwarf => "--strip-dwarf",
			Self::SignextLowering => "--signext-lowering",
		}
	}
}

/// What to do with a blob.
#[derive(Clone, Debug, Default)]
pub struct OptimizationOptions {
	passes: Vec<Pass>,
	names: bool,
}

impl OptimizationOptions {
	/// No optimisation: only the passes that are added.
	pub fn new_opt_level_0() -> Self {
		Self::default()
	}

	/// Nothing to do: WebAssembly 1.0 is asked for always.
	pub fn mvp_features_only(&mut self) -> &mut Self {
		self
	}

	/// Keeps the names of functions.
	pub fn debug_info(&mut self, keep: bool) -> &mut Self {
		self.names = keep;
		self
	}

	pub fn add_pass(&mut self, pass: Pass) -> &mut Self {
		self.passes.push(pass);
		self
	}

	/// Reads a blob from `from` and writes it to `to`, which may be the same file.
	///
	/// # Errors
	/// The file cannot be read or written, or is not WebAssembly 1.0 and no `wasm-opt` on the `PATH` makes it such.
	pub fn run(
		&self,
		from: impl AsRef<Path>,
		to: impl AsRef<Path>,
	) -> Result<(), OptimizationError> {
		let (from, to) = (from.as_ref(), to.as_ref());
		let blob = fs::read(from)
			.map_err(|source| OptimizationError::File { path: from.into(), source })?;
		let blob = if self.passes.contains(&Pass::StripDwarf) {
			without_debug_sections(&blob)?
		} else {
			blob
		};
		match check(&blob) {
			Ok(()) => fs::write(to, &blob)
				.map_err(|source| OptimizationError::File { path: to.into(), source }),
			Err(reason) => self.by_binaryen(from, to, reason),
		}
	}

	fn by_binaryen(&self, from: &Path, to: &Path, reason: String) -> Result<(), OptimizationError> {
		let mut command = Command::new("wasm-opt");
		command.arg(from).arg("-o").arg(to).args([
			"-O0",
			"--enable-sign-ext",
			"--enable-mutable-globals",
		]);
		command.args(self.passes.iter().map(|pass| pass.flag()));
		if self.names {
			command.arg("--debuginfo");
		}
		match command.status() {
			Ok(status) if status.success() => {},
			outcome => {
				return Err(OptimizationError::NotFirstVersion {
					reason,
					binaryen: match outcome {
						Ok(status) => format!("wasm-opt failed: {status}"),
						Err(error) => format!("wasm-opt cannot be started: {error}"),
					},
				})
			},
		}
		let lowered =
			fs::read(to).map_err(|source| OptimizationError::File { path: to.into(), source })?;
		check(&lowered).map_err(|reason| OptimizationError::NotFirstVersion {
			reason,
			binaryen: "wasm-opt left it so".into(),
		})
	}
}

/// Whether a blob is WebAssembly 1.0: the first version and mutable globals.
fn check(blob: &[u8]) -> Result<(), String> {
	Validator::new_with_features(WasmFeatures::WASM1)
		.validate_all(blob)
		.map(drop)
		.map_err(|error| error.to_string())
}

/// The blob without its `.debug_*` custom sections.
fn without_debug_sections(blob: &[u8]) -> Result<Vec<u8>, OptimizationError> {
	let mut kept = Vec::with_capacity(blob.len());
	let mut copied_to = 0;
	for payload in Parser::new(0).parse_all(blob) {
		let payload = payload.map_err(|error| OptimizationError::Malformed(error.to_string()))?;
		if let Payload::CustomSection(section) = payload {
			if section.name().starts_with(".debug_") {
				let range = section.range();
				let start =
					header_start(blob, copied_to, range.start, range.len()).ok_or_else(|| {
						OptimizationError::Malformed(
							"a custom section's header is malformed".into(),
						)
					})?;
				kept.extend_from_slice(&blob[copied_to..start]);
				copied_to = range.end;
			}
		}
	}
	kept.extend_from_slice(&blob[copied_to..]);
	Ok(kept)
}

/// Where the section begins whose contents begin at `contents` and are `length` bytes long: its id, 0, and its length in LEB128 go
/// before. Lengths may be padded to five bytes.
fn header_start(blob: &[u8], floor: usize, contents: usize, length: usize) -> Option<usize> {
	(1..=5).find_map(|digits| {
		let id = contents.checked_sub(digits + 1).filter(|&id| id >= floor)?;
		let leb = blob.get(id + 1..contents)?;
		let value = leb
			.iter()
			.enumerate()
			.fold(0usize, |sum, (i, byte)| sum | usize::from(byte & 0x7f) << (7 * i));
		let terminated =
			leb.iter().enumerate().all(|(i, byte)| (byte & 0x80 == 0) == (i + 1 == digits));
		(blob[id] == 0 && terminated && value == length).then_some(id)
	})
}

/// Why a blob was not written.
#[derive(Debug)]
pub enum OptimizationError {
	/// A file cannot be read or written.
	File { path: PathBuf, source: io::Error },
	/// Not WebAssembly at all.
	Malformed(String),
	/// WebAssembly of a later version.
	NotFirstVersion { reason: String, binaryen: String },
}

impl fmt::Display for OptimizationError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::File { path, source } => write!(f, "{}: {source}", path.display()),
			Self::Malformed(reason) => write!(f, "not a WebAssembly module: {reason}"),
			Self::NotFirstVersion { reason, binaryen } => write!(
				f,
				"the blob is not WebAssembly 1.0 ({reason}), and {binaryen}: build for wasm32v1-none, or install binaryen 120 or newer"
			),
		}
	}
}

impl std::error::Error for OptimizationError {
	fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
		match self {
			Self::File { source, .. } => Some(source),
			_ => None,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// A module with one function of no parameters, an i32 as its result, and the given body; then custom sections.
	fn module(body: &[u8], custom: &[(&str, &[u8])]) -> Vec<u8> {
		let mut blob = b"\0asm\x01\0\0\0".to_vec();
		blob.extend_from_slice(&[1, 5, 1, 0x60, 0, 1, 0x7f]); // type: [] -> [i32]
		blob.extend_from_slice(&[3, 2, 1, 0]); // function 0 has type 0
		let code_len = body.len() as u8 + 2;
		blob.extend_from_slice(&[10, code_len + 2, 1, code_len, 0]);
		blob.extend_from_slice(body);
		blob.push(0x0b);
		for (name, bytes) in custom {
			blob.extend_from_slice(&[0, (1 + name.len() + bytes.len()) as u8, name.len() as u8]);
			blob.extend_from_slice(name.as_bytes());
			blob.extend_from_slice(bytes);
		}
		blob
	}

	const SEVEN: &[u8] = &[0x41, 7]; // i32.const 7
	const SIGN_EXTENDED: &[u8] = &[0x41, 7, 0xc0]; // i32.extend8_s

	#[test]
	fn the_first_version_passes_and_sign_extension_does_not() {
		assert_eq!(check(&module(SEVEN, &[])), Ok(()));
		assert!(check(&module(SIGN_EXTENDED, &[])).unwrap_err().contains("sign extension"));
		assert!(check(b"no module").is_err());
	}

	#[test]
	fn debug_sections_go_and_others_stay() {
		let with = module(
			SEVEN,
			&[
				(".debug_info", &[1; 40]),
				("name", &[]),
				(".debug_line", &[2; 9]),
				("runtime_version", &[3]),
			],
		);
		let without = module(SEVEN, &[("name", &[]), ("runtime_version", &[3])]);
		assert_eq!(without_debug_sections(&with).unwrap(), without);
		assert_eq!(without_debug_sections(&without).unwrap(), without);
	}

	#[test]
	fn a_blob_is_copied_or_refused() {
		let folder = std::env::temp_dir().join(format!("wasm-opt-shim-{}", std::process::id()));
		fs::create_dir_all(&folder).unwrap();
		let (from, to) = (folder.join("in.wasm"), folder.join("out.wasm"));
		let mut options = OptimizationOptions::new_opt_level_0();
		options
			.mvp_features_only()
			.debug_info(true)
			.add_pass(Pass::StripDwarf)
			.add_pass(Pass::SignextLowering);

		fs::write(&from, module(SEVEN, &[(".debug_info", &[1; 4])])).unwrap();
		options.run(&from, &to).unwrap();
		assert_eq!(fs::read(&to).unwrap(), module(SEVEN, &[]));

		fs::write(&from, b"\0asm").unwrap();
		assert!(matches!(options.run(&from, &to), Err(OptimizationError::Malformed(_))));
		fs::remove_dir_all(folder).unwrap();
	}
}
