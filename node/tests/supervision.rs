//! A variable that a process inherits deletes nobody's directory.

use std::process::{Command, Stdio};

/// The node of a development chain finds in its environment what to remove if that chain's own process dies. A process
/// that only has the variable too must keep its hands off: its standard input ends as well.
#[test]
fn an_inherited_variable_deletes_no_directory() {
	let folder = tempfile::Builder::new().prefix("ostraka-dev-").tempdir().unwrap();
	let kept = folder.path().join("kept");
	std::fs::write(&kept, "kept").unwrap();
	let path = folder.path().to_str().unwrap();
	for value in [path.to_owned(), format!("0:0:{path}"), format!("8:1:{path}")] {
		// Building the genesis takes longer than the end of the input to be seen.
		let ended = Command::new(env!("CARGO_BIN_EXE_ostraka-node"))
			.args(["export-genesis-wasm", "--chain", "dev"])
			.arg(folder.path().join("out"))
			.env("OSTRAKA_NODE_SUPERVISED", &value)
			.stdin(Stdio::null())
			.output()
			.unwrap();
		assert!(ended.status.success(), "{value}: {}", String::from_utf8_lossy(&ended.stderr));
		assert!(kept.exists(), "{value}: a directory that was not its own is gone");
	}
}
