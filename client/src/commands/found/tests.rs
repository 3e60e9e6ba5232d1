//! What is written of results.

use super::*;
use crate::{fixtures, output::written};
use ostraka_party::verify::verdict::{FILE, HASH, POSSIBLE, PROVEN, SEAL, SET};
use ostraka_primitives::{spec::Statistic, task::Outcome as TaskOutcome, AccountId};
use sp_core::U256;

fn result(vector: Vec<U256>) -> TaskResult {
	TaskResult {
		accepted_set: [1; 32],
		dealers: 3,
		commitment: [0; 96],
		vector: vector.try_into().expect("short"),
		blinding: [0; 32],
		panel: 2,
		attested: 2,
		disproven: 0,
		sealed_to: None,
	}
}

/// Two groups of (rows, sum), in units of a tenth.
fn of(vector: [u32; 4]) -> Found {
	Found::new(7, &fixtures::task(), &result(vector.map(U256::from).to_vec()), false, None)
}

fn found() -> Found {
	of([2, 30, 1, 90])
}

#[test]
fn a_result_is_lines_of_its_numbers() {
	let text = written(false, |out| found().write(None, out));
	assert!(text.starts_with("task 7: mean of x by g (3 dealers)\n"), "{text}");
	assert!(text.contains("1.5") && text.contains('9'), "{text}");
	assert!(!text.to_lowercase().contains("verified"), "{text}");
}

/// What came of these checks, by what was checked and whether it holds.
fn verification(checks: &[(&'static str, bool)]) -> Verification {
	let check = |&(what, holds): &(&'static str, bool)| Check {
		what,
		holds: Some(holds),
		detail: "1 of 3".to_owned(),
	};
	Verification {
		checks: checks.iter().map(check).collect(),
		accepted: vec![[1; 32]],
		aggregate: Vec::new(),
		right: Vec::new(),
		dealings: Vec::new(),
		shares: Vec::new(),
		proofs: Some(Proofs { hold: 2, of: 3 }),
		excluded: Vec::new(),
		outcome: Some(Ok(Outcome::Undefined)),
	}
}

#[test]
fn a_check_that_fails_is_shown() {
	let verification = verification(&[("the shares fit", false)]);
	let text = written(false, |out| found().write(Some(&verification), out));
	assert!(text.contains("the shares fit") && text.contains("NO "), "{text}");
	assert!(text.ends_with("NOT VERIFIED\n"), "{text}");
	let error = judged(7, verification.verdict()).expect_err("wrong");
	assert_eq!(error.exit_code(), 1);
	assert!(error.to_string().contains("does not withstand the checks"), "{error}");
}

#[test]
fn a_right_sum_that_is_not_right_otherwise_is_told_apart() {
	for (what, holds, verdict, words) in [
		(PROVEN, Some(false), "unproven", "NOT ALL INPUTS PROVEN"),
		(POSSIBLE, Some(false), "impossible", "BUT NO DATA CAN GIVE IT"),
		(SET, None, "unexplained", "BUT NOT KNOWN WHY A DEALING IS LEFT OUT"),
	] {
		let mut verification = verification(&[("the shares fit", true), (what, true)]);
		verification.checks[1].holds = holds;
		let text = written(false, |out| found().write(Some(&verification), out));
		assert!(text.ends_with(&format!("ARITHMETICALLY RIGHT, {words}\n")), "{text}");
		let error = judged(7, verification.verdict()).expect_err("not right");
		assert_eq!(error.exit_code(), 5, "{what}");
		assert!(error.to_string().contains("arithmetically right"), "{error}");
		let text = written(true, |out| found().write(Some(&verification), out));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&record["verified"], &record["verdict"]), (&false.into(), &verdict.into()));
		assert_eq!(record["proofs"], serde_json::json!({ "hold": 2, "of": 3 }));
	}
}

#[test]
fn a_dealing_that_does_not_count_is_named_with_who_found_it() {
	let mut found = found();
	found.record.excluded = vec![Exclusion {
		dealer: "5F".to_owned(),
		fault: Some("InvalidInput, it does not hold".to_owned()),
		by: Some("5G".to_owned()),
		seat: Some(2),
		block: Some(8),
	}];
	let text = written(false, |out| found.write(None, out));
	let line = "excluded: 5F: InvalidInput, it does not hold; found by seat 2 (5G) in block 8\n";
	assert!(text.contains(line), "{text}");
}

#[test]
fn who_attested_is_told_and_what_was_found_since() {
	let told = |status, attested, disproven| {
		let mut info = fixtures::task();
		(info.attested, info.task.status) = (3, status);
		let mut result = result([2u32, 30, 1, 90].map(U256::from).to_vec());
		(result.attested, result.disproven) = (attested, disproven);
		move |is_json| {
			let found = Found::new(7, &info, &result, false, None);
			written(is_json, |out| found.write(None, out))
		}
	};
	let settling = TaskStatus::Settling(TaskOutcome::Completed);
	let text = told(settling, 2, 0)(false);
	assert!(text.contains("attested by 3 of 3 members and 2 of 2 verifiers\n"), "{text}");
	// of a settled task the record alone is left, which has the panel
	let settled = TaskStatus::Settled(TaskOutcome::Completed);
	let told = told(settled, 0, 1);
	let text = told(false);
	assert!(text.contains("\nattested by 0 of 2 verifiers\n"), "{text}");
	assert!(text.contains("disproven: 1 dealing, found invalid after the freeze"), "{text}");
	let record: serde_json::Value = serde_json::from_str(&told(true)).expect("JSON");
	let names = ["verifiers", "verifiers_attested", "disproven"];
	let counts = names.map(|name| record[name].clone());
	assert_eq!(serde_json::json!(counts), serde_json::json!([2, 0, 1]));
	assert!(record.get("members_attested").is_none() && record.get("late").is_none());
}

#[test]
fn a_group_that_no_data_can_give_is_told_with_its_sums() {
	// one row whose value is beyond the declared range
	let text = written(false, |out| of([2, 30, 1, 91]).write(None, out));
	assert!(text.contains("1.5"), "the other group: {text}");
	assert!(text.contains("group b is impossible"), "{text}");
	assert!(text.contains("the sums that were published:\nb: "), "{text}");
}

/// Blocks that the median leaves for accepting.
const ACCEPT: u32 = 20;

/// A median over bins, of which each has so many rows.
fn median(edges: &[i64], rows: &[u32]) -> Found {
	let mut info = fixtures::task();
	info.task.spec.statistic = Statistic::Median;
	info.task.spec.group_by = None;
	info.task.spec.edges = edges.to_vec().try_into().expect("few");
	let vector: Vec<U256> = rows.iter().copied().map(U256::from).collect();
	Found::new(7, &info, &result(vector), false, Some(ACCEPT))
}

#[test]
fn a_quantile_of_a_wide_bin_is_told_with_the_command_that_divides_it() {
	let found = || median(&[0, 20, 90], &[0, 1, 4, 0]);
	let text = written(false, |out| found().write(None, out));
	assert!(text.contains("here from 2.0 to below 9.0\n"), "{text}");
	let mut commands = text.lines().map(str::trim).filter(|line| line.starts_with("ostraka "));
	let command = commands.next_back().expect("a command");
	assert!(command.starts_with("ostraka task submit --statistic median --columns x "), "{text}");
	let flags = " --class standard --accept-within 20 --collect 1 --dealer 5";
	assert!(command.contains(flags), "{text}");
	assert!(command.ends_with(" --between 2.0:9.0"), "{text}");
	let text = written(true, |out| found().write(None, out));
	let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!(record["second_task"], command);
	// a bin of one unit says it all
	let text = written(false, |out| median(&[0, 20, 21], &[0, 1, 4, 0]).write(None, out));
	assert!(!text.contains("task submit"), "{text}");
}

#[test]
fn a_settled_tasks_dealers_are_in_a_file() {
	let mut info = fixtures::task();
	info.dealers.clear();
	let command = second(&info, Some(command::ACCEPT_WITHIN), ("--between", "1:2".to_owned()));
	assert!(!command.contains("--accept-within"), "{command}");
	assert!(command.ends_with(" --dealers-file FILE --between 1:2"), "{command}");
}

/// As the command that reads a file has it.
fn of_file() -> Found {
	let mut found = found();
	let requester = "5Requester".to_owned();
	let (genesis, task_hash) = ("0x0a".to_owned(), Some("0x0b".to_owned()));
	found.record.chain = Some(OfFile { genesis, task_hash, requester });
	found
}

#[test]
fn a_file_is_consistent_and_not_verified() {
	let right = verification(&[("the shares fit", true), (FILE, true)]);
	let text = written(false, |out| of_file().write(Some(&right), out));
	assert!(text.ends_with("\nconsistent\n"), "{text}");
	assert!(!text.to_lowercase().contains("verified"), "{text}");
	let text = written(true, |out| of_file().write(Some(&right), out));
	let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!((&record["consistent"], &record["verdict"]), (&true.into(), &"right".into()));
	assert!(record.get("verified").is_none());
	assert_eq!(record["requester"], "5Requester");
}

#[test]
fn a_file_without_its_committee_says_what_was_asked_by_itself() {
	let mut open = verification(&[("the shares fit", true), (HASH, true), (FILE, true)]);
	open.checks[1].holds = None;
	assert_eq!(open.verdict(), Verdict::Unpinned);
	let text = written(false, |out| of_file().write(Some(&open), out));
	assert!(text.ends_with("\nWHAT WAS ASKED IS TIED TO NOTHING\n"), "{text}");
	let error = judged(7, open.verdict()).expect_err("not right");
	assert_eq!(error.exit_code(), 5);
	assert!(error.to_string().contains("it is the file's word"), "{error}");
	let text = written(true, |out| of_file().write(Some(&open), out));
	let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!((&record["consistent"], &record["verdict"]), (&false.into(), &"unpinned".into()));
}

#[test]
fn json_says_whether_it_was_checked() {
	let text = written(true, |out| found().write(None, out));
	let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!(record["dealers"], 3);
	assert!(record.get("verified").is_none() && record.get("checks").is_none());
	let verification = verification(&[("the shares fit", true)]);
	let text = written(true, |out| found().write(Some(&verification), out));
	let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!((&record["verified"], &record["verdict"]), (&true.into(), &"right".into()));
	assert!(judged(7, verification.verdict()).is_ok());
}

/// A result as it is published under a mask of the account of sevens: numbers that say nothing.
fn sealed() -> (TaskInfo, TaskResult) {
	let recipient = AccountId::new([7; 32]);
	let mut info = fixtures::task();
	info.task.conditions.sealed_to = Some(recipient.clone());
	let masked = [U256::MAX / 7, U256::from(5u8), U256::from(6u8), U256::from(9u8)];
	let result = TaskResult { sealed_to: Some(recipient), ..result(masked.to_vec()) };
	(info, result)
}

#[test]
fn of_a_sealed_result_nothing_is_said_but_whose_it_is() {
	let (info, result) = sealed();
	let found = || Found::new(7, &info, &result, false, None);
	let text = written(false, |out| found().write(None, out));
	let recipient = address(&AccountId::new([7; 32]));
	assert!(text.contains(&format!("sealed to {recipient}, who alone can read it")), "{text}");
	assert!(text.contains("`ostraka result 7 --mask-file FILE`"), "{text}");
	for word in ["impossible", "the sums", "mean ", "undefined"] {
		assert!(!text.contains(&format!("\n{word}")), "{text}");
	}
	let text = written(true, |out| found().write(None, out));
	let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!((&record["sealed_to"], &record["opened"]), (&recipient.into(), &false.into()));
	assert!(record["result"].is_null() && record["exact"].is_null(), "{record}");
	assert_eq!(record["sums"], serde_json::json!([]));
	assert!(record.get("impossible").is_none());
}

#[test]
fn a_sealed_result_is_verified_but_for_what_it_says() {
	let (info, result) = sealed();
	let mut made = verification(&[("the shares fit", true), (SEAL, true), (POSSIBLE, true)]);
	(made.checks[2].holds, made.outcome) = (None, None);
	assert_eq!(made.verdict(), Verdict::Sealed);
	assert!(judged(7, made.verdict()).is_ok());
	let found = || Found::new(7, &info, &result, false, None);
	let text = written(false, |out| found().write(Some(&made), out));
	assert!(text.ends_with("\nverified, but for what it says, which is sealed\n"), "{text}");
	let text = written(true, |out| found().write(Some(&made), out));
	let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!((&record["verified"], &record["verdict"]), (&true.into(), &"sealed".into()));
}

#[test]
fn a_result_whose_mask_is_taken_off_is_a_result() {
	let (info, _) = sealed();
	let plain = result([2u32, 30, 1, 90].map(U256::from).to_vec());
	let text = written(false, |out| Found::new(7, &info, &plain, true, None).write(None, out));
	assert!(
		text.contains("and read here by what opens its mask") && text.contains("1.5"),
		"{text}"
	);
	let text = written(true, |out| Found::new(7, &info, &plain, true, None).write(None, out));
	let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!((&record["opened"], record["result"].is_null()), (&true.into(), false));
}

#[test]
fn a_result_that_names_no_recipient_is_masked_all_the_same() {
	let (info, mut masked) = sealed();
	masked.sealed_to = None;
	let found = || Found::new(7, &info, &masked, false, None);
	let text = written(false, |out| found().write(None, out));
	assert!(text.contains("who alone can read it") && !text.contains("the sums"), "{text}");
	let text = written(true, |out| found().write(None, out));
	let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
	assert_eq!((&record["opened"], record["result"].is_null()), (&false.into(), true));
	assert_eq!(record["sums"], serde_json::json!([]));
}
