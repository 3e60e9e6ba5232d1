//! The development chain's specification, and the runtime that goes into it.
//!
//! Our own node knows the chain by name. The stock one takes a file: the committed one (chain-specs/), with the runtime's code put in.

use crate::error::Error;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The committed specification, without code.
const DEVELOPMENT: &str = include_str!("../../../chain-specs/dev.json");
/// What the chain is called by a node that knows it.
pub const KNOWN: &str = "dev";
/// The variable that names a runtime.
pub const RUNTIME: &str = "OSTRAKA_RUNTIME";

/// Beginning of the names of nodes that know no chain by name.
const STOCK: &str = "polkadot-";
/// Where a build leaves the runtime, beside the programs.
const BUILT: &str = "wbuild/ostraka-runtime/ostraka_runtime.compact.compressed.wasm";
/// How WebAssembly begins, and how it does as nodes take it compressed.
const BEGINNINGS: [&[u8]; 2] = [b"\0asm", &[0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05]];

/// The runtime that a node is to be given: the one that is named; for a stock node else the one that was built beside this
/// program. `None` if the node has one.
///
/// # Errors
/// `Usage` if there is none.
pub fn runtime(node: &Path, named: Option<&Path>) -> Result<Option<PathBuf>, Error> {
	if let Some(file) = named {
		return Ok(Some(file.to_owned()));
	}
	let is_stock =
		node.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(STOCK.as_bytes()));
	if !is_stock {
		return Ok(None);
	}
	let built = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join(BUILT)));
	let built = built.filter(|path| path.is_file()).ok_or_else(|| {
		Error::Usage(format!(
			"{} has no runtime of its own\n  name the file of one by --runtime or {RUNTIME}: a build leaves it in \
			 target/release/{BUILT}",
			node.display()
		))
	})?;
	Ok(Some(built))
}

/// The development chain's specification with the runtime in this file.
///
/// # Errors
/// `Usage` if it cannot be read, or is no runtime.
pub fn with_runtime(file: &Path) -> Result<String, Error> {
	let wrong = |what: String| Error::Usage(format!("{}: {what}", file.display()));
	let code = std::fs::read(file)
		.map_err(|error| wrong(format!("the runtime cannot be read: {error}")))?;
	if !BEGINNINGS.iter().any(|beginning| code.starts_with(beginning)) {
		return Err(wrong("this is no runtime: it is not WebAssembly".to_owned()));
	}
	let unreadable = || Error::Failed("chain-specs/dev.json is not as it was made".to_owned());
	let mut specification: Value = serde_json::from_str(DEVELOPMENT).map_err(|_| unreadable())?;
	let place = specification.pointer_mut("/genesis/runtimeGenesis/code").ok_or_else(unreadable)?;
	*place = Value::String(format!("0x{}", hex::encode(code)));
	Ok(specification.to_string())
}

/// Addresses that the chain's first block gives money, for tests.
#[cfg(test)]
pub fn endowed() -> Vec<String> {
	let specification: Value = serde_json::from_str(DEVELOPMENT).expect("JSON");
	let list = specification.pointer("/genesis/runtimeGenesis/patch/balances/balances");
	let list = list.and_then(Value::as_array).expect("a list");
	list.iter().map(|pair| pair[0].as_str().expect("an address").to_owned()).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_code_is_put_in_and_nothing_else_changes() {
		let file = tempfile::NamedTempFile::new().expect("a temporary file");
		std::fs::write(file.path(), b"\0asm\x01").expect("written");
		let made = with_runtime(file.path()).expect("a specification");
		let mut made: Value = serde_json::from_str(&made).expect("JSON");
		let code = made.pointer_mut("/genesis/runtimeGenesis/code").expect("code");
		assert_eq!(*code, "0x0061736d01");
		*code = "0x".into();
		assert_eq!(made, serde_json::from_str::<Value>(DEVELOPMENT).expect("JSON"));
	}

	#[test]
	fn what_is_no_runtime_is_refused() {
		let file = tempfile::NamedTempFile::new().expect("a temporary file");
		std::fs::write(file.path(), "{}").expect("written");
		for path in [file.path(), Path::new("/no/such/runtime.wasm")] {
			let message = with_runtime(path).err().map(|error| error.to_string());
			let name = path.display().to_string();
			assert!(message.as_ref().is_some_and(|message| message.contains(&name)), "{message:?}");
		}
	}

	#[test]
	fn a_node_that_has_a_runtime_is_given_none() {
		let file = Path::new("a.wasm");
		for (node, named, expected) in [
			("/bin/ostraka-node", None, None),
			("/bin/ostraka-node", Some(file), Some(file)),
			("/bin/polkadot-omni-node", Some(file), Some(file)),
		] {
			let found = runtime(Path::new(node), named).expect("an answer");
			assert_eq!(found.as_deref(), expected, "{node}");
		}
		// none is built beside a test
		let message = runtime(Path::new("/bin/polkadot-omni-node"), None).err();
		assert!(message.is_some_and(|message| message.to_string().contains(RUNTIME)));
	}
}
