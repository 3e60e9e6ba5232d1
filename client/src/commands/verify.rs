//! `ostraka verify`: a transcript, checked from its file alone.

use super::{
	excluded,
	found::{judged, Found, OfFile},
};
use crate::{error::Error, output::Output, view::lines::hex};
use clap::Args;
use ostraka_party::{
	address,
	mask::read_opening,
	verify::{
		file::{check_file, check_opened, CheckedFile, LONGEST},
		meaning::exact_sums,
		read::ReadError,
		result_sums, Verdict,
	},
};
use ostraka_primitives::{api::TaskInfo, task::TaskResult, Digest, TaskId};
use rand_core::OsRng;
use std::{
	fs::File,
	io::Read,
	path::{Path, PathBuf},
};

/// Examples, and what is not checked, after the help.
const EXAMPLES: &str = "\
Examples:
  ostraka result 7 --export transcript.json
  ostraka verify transcript.json
  ostraka verify transcript.json --opening opening.json

No chain is asked. The checks are those of `ostraka result --verify`, and so are the exit codes; each
proof is judged. They say whether the file is consistent. A file can be made up as a whole: that a chain
has this task, these dealings and this result only a node that you trust can say, and what to ask it is
listed. Of a sealed result all is checked but what it says; that too, with what its recipient opened it by
(`ostraka result 7 --mask-file FILE --open FILE`). checker/ has the same checks in Python, of a different hand.";

/// Flags of `verify`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct VerifyArgs {
	/// The transcript
	#[arg(value_name = "FILE")]
	pub file: PathBuf,
	/// What the recipient of a sealed result opened it by
	#[arg(long, value_name = "FILE")]
	pub opening: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// `Party` if the opening cannot be read; `Usage` if the file cannot be read, or is no transcript of this format; `Failed` if it does not withstand the checks, or what it
/// says of task, dealings, accusations or result cannot be; `Unproven` if its result is arithmetically right and no more, or what
/// was asked is tied to nothing.
pub fn run(args: &VerifyArgs, out: &mut Output<'_>) -> Result<(), Error> {
	let unreadable = |why: String| Error::Usage(format!("{}: {why}", args.file.display()));
	let bytes = read(&args.file).map_err(|error| unreadable(error.to_string()))?;
	let checked = match &args.opening {
		Some(opening) => check_opened(&bytes, read_opening(opening)?, &mut OsRng),
		None => check_file(&bytes, &mut OsRng),
	};
	write(&checked.map_err(|error| refused(&args.file, &error))?, out)
}

/// The error of a file that is no transcript, or of one that is forged or damaged.
fn refused(file: &Path, error: &ReadError) -> Error {
	let said = format!("{}: {error}", file.display());
	match error {
		ReadError::Older(_) | ReadError::Newer(_) | ReadError::Form(_) => Error::Usage(said),
		ReadError::Task(_)
		| ReadError::Dealing { .. }
		| ReadError::Accusation { .. }
		| ReadError::Result(_)
		| ReadError::Opening(_) => Error::Failed(said),
	}
}

/// The file's bytes, and no more than it takes to see that it is too long.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
	let mut bytes = Vec::new();
	File::open(path)?.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
	Ok(bytes)
}

fn write(checked: &CheckedFile, out: &mut Output<'_>) -> Result<(), Error> {
	let CheckedFile { evidence, verification } = checked;
	let plain = evidence.plain(verification);
	let result = plain.as_ref().unwrap_or(&evidence.result);
	let mut found = Found::new(evidence.task, &evidence.info, result, plain.is_some(), None);
	found.record.excluded = excluded::known(&[], &verification.excluded);
	let record = &evidence.info.task;
	found.record.chain = Some(OfFile {
		genesis: hex(evidence.genesis),
		task_hash: record.task_hash.map(hex),
		requester: address(&record.requester),
	});
	found.write(Some(verification), out)?;
	let verdict = verification.verdict();
	if !out.is_json() && verdict != Verdict::Wrong {
		writeln!(
			out,
			"a file can be made up as a whole: it is a chain's word only if a node that you trust says all of this of its task too"
		)?;
		let said = to_compare(&evidence.genesis, evidence.task, &evidence.info, &evidence.result);
		out.lines(&said)?;
	}
	judged(evidence.task, verdict)
}

/// What of a transcript a chain must say too. Dealings can be made up in any account's name, and so can a whole task, also for a
/// task hash that a chain has: `h_A` ties the dealings, and so the numbers, to those that it took.
fn to_compare(
	genesis: &Digest,
	task: TaskId,
	info: &TaskInfo,
	result: &TaskResult,
) -> Vec<(String, String)> {
	let record = &info.task;
	let said = match result.sealed_to.as_ref().or(record.conditions.sealed_to.as_ref()) {
		// the numbers that are published say nothing: `h_A` ties them
		Some(recipient) => format!("sealed to {}", address(recipient)),
		None => {
			let sums = result_sums(&record.spec, result);
			sums.map(|sums| exact_sums(&sums)).unwrap_or_default().join(", ")
		},
	};
	let lines = [
		("first block", hex(genesis)),
		("task", task.to_string()),
		("task hash", record.task_hash.map(hex).unwrap_or_default()),
		("requester", address(&record.requester)),
		("h_A", hex(result.accepted_set)),
		("result", format!("of {} dealings: {said}", result.dealers)),
		("attested", format!("{} of {} verifiers", result.attested, result.panel)),
		("disproven", result.disproven.to_string()),
	];
	lines.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::Notes};
	use sp_core::U256;

	/// What the command says of a file, and its error.
	fn said(text: &[u8]) -> (String, Option<Error>) {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let file = directory.path().join("transcript.json");
		std::fs::write(&file, text).expect("written");
		let mut results = Vec::new();
		let mut out = Output::new(&mut results, Notes::none(), false);
		let error = run(&VerifyArgs { file, opening: None }, &mut out).err();
		(String::from_utf8(results).expect("text"), error)
	}

	#[test]
	fn what_is_no_transcript_of_this_format_is_told() {
		let files: [(&[u8], &str); 6] = [
			(b"{\"version\": 4}", "export it again"),
			(b"{\"version\": 99}", "a newer release"),
			(b"{\"version\": 5}", "this is no transcript"),
			(b"{}", "this is no transcript"),
			(b"\xff", "this is no transcript"),
			(b"", "this is no transcript"),
		];
		for (text, part) in files {
			let (results, error) = said(text);
			let error = error.unwrap_or_else(|| panic!("{part}: {results}"));
			assert_eq!((error.exit_code(), results.as_str()), (2, ""), "{error}");
			let message = error.to_string();
			assert!(message.contains("transcript.json: ") && message.contains(part), "{message}");
		}
	}

	#[test]
	fn what_a_chain_must_say_too_is_listed() {
		let info = fixtures::task();
		let mut result = TaskResult {
			accepted_set: [1; 32],
			dealers: 3,
			commitment: [0; 96],
			vector: [2u32, 30, 1, 90].map(U256::from).to_vec().try_into().expect("short"),
			blinding: [0; 32],
			panel: 2,
			attested: 1,
			disproven: 4,
			sealed_to: None,
		};
		let listed = to_compare(&[7; 32], 9, &info, &result);
		let of = |name: &str| listed.iter().find(|line| line.0 == name).expect(name).1.clone();
		assert_eq!((of("first block"), of("task")), (hex([7; 32]), "9".to_owned()));
		assert_eq!(of("task hash"), info.task.task_hash.map(hex).unwrap_or_default());
		assert_eq!(of("requester"), address(&info.task.requester));
		assert_eq!(of("h_A"), hex([1; 32]));
		let sums = of("result");
		assert!(
			sums.starts_with("of 3 dealings: 2, ") && sums.matches(", ").count() == 3,
			"{sums}"
		);
		assert_eq!(
			(of("attested"), of("disproven")),
			("1 of 2 verifiers".to_owned(), "4".to_owned())
		);
		// of numbers that say nothing, whose they are
		let recipient = info.task.requester.clone();
		let sealed = format!("of 3 dealings: sealed to {}", address(&recipient));
		result.sealed_to = Some(recipient);
		let listed = to_compare(&[7; 32], 9, &info, &result);
		assert!(listed.contains(&("result".to_owned(), sealed)), "{listed:?}");
	}

	/// Of a forged transcript a script must not think that it gave wrong flags.
	#[test]
	fn what_is_forged_fails_and_is_no_wrong_flag() {
		let of = |error: ReadError| refused(Path::new("t.json"), &error);
		let what = || "it cannot be".to_owned();
		for error in [
			ReadError::Task(what()),
			ReadError::Dealing { place: 2, what: what() },
			ReadError::Accusation { place: 1, what: what() },
			ReadError::Result(what()),
			ReadError::Opening(what()),
		] {
			let error = of(error);
			let said = error.to_string();
			assert_eq!(error.exit_code(), 1, "{said}");
			assert!(said.starts_with("t.json: ") && said.ends_with("it cannot be"), "{said}");
		}
		for error in [ReadError::Older(4), ReadError::Newer(9), ReadError::Form(what())] {
			assert_eq!(of(error).exit_code(), 2);
		}
	}

	#[test]
	fn a_file_that_is_not_there_is_named() {
		let file = PathBuf::from("/no/such/transcript");
		let args = VerifyArgs { file, opening: None };
		let mut results = Vec::new();
		let error = run(&args, &mut Output::new(&mut results, Notes::none(), false));
		let error = error.expect_err("there is none");
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().starts_with("/no/such/transcript: "), "{error}");
	}
}
