//! The page of all commands, held against what the tool prints.

use super::ostraka;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/CLI.md");

#[test]
fn the_page_of_commands_is_what_the_tool_prints() {
	let mut command = ostraka();
	// what the machine is set to does not get onto the page, least of all a secret
	command.arg("reference").envs([
		("OSTRAKA_SURI", "//Somebody"),
		("OSTRAKA_URL", "ws://127.0.0.1:1"),
		("COLUMNS", "20"),
	]);
	let output = command.output().expect("runs");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	let printed = String::from_utf8(output.stdout).expect("text");
	let page = std::fs::read_to_string(PAGE).expect("docs/CLI.md can be read");
	let same = printed.lines().zip(page.lines()).take_while(|(new, old)| new == old).count();
	assert!(
		printed == page,
		"docs/CLI.md is not what the tool prints from line {} on: make it anew by `ostraka reference > docs/CLI.md`",
		same + 1
	);
}

#[test]
fn the_page_is_for_the_documents_alone() {
	let output = ostraka().arg("--help").output().expect("runs");
	let help = String::from_utf8(output.stdout).expect("text");
	assert!(help.contains("completions") && !help.contains("reference"), "{help}");
}
