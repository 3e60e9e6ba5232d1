//! A log that is changed, torn, written by many at a time.

use super::*;
use std::{io::Write, path::PathBuf};

fn entry(task: TaskId) -> Entry {
	Entry {
		genesis: Some("0x00".to_owned()),
		task: Some(task),
		dataset: Some("pay".to_owned()),
		transaction: Some(Transaction {
			block: 10 * task,
			hash: "0x01".to_owned(),
			fee: "12".to_owned(),
		}),
		..Entry::of(Act::Deal, Step::Done)
	}
}

fn user() -> User {
	User { uid: Some(1007), name: Some("grete".to_owned()) }
}

fn log() -> (tempfile::TempDir, PathBuf, Log) {
	let folder = tempfile::tempdir().expect("a folder");
	let path = folder.path().join("new").join("log.jsonl");
	let log = Log::new(path.clone(), "1.2.3", user());
	(folder, path, log)
}

fn written(tasks: std::ops::Range<TaskId>) -> (tempfile::TempDir, PathBuf, Log) {
	let (folder, path, log) = log();
	for task in tasks {
		assert_eq!(log.append(entry(task)), Ok(Appended { after_torn: false }));
	}
	(folder, path, log)
}

#[track_caller]
fn broken(path: &PathBuf, log: &Log, text: &str, line: u64) {
	std::fs::write(path, text).expect("written");
	let error = log.verify().expect_err("it is broken");
	assert!(matches!(error, LogError::Broken { line: at, .. } if at == line), "{error}");
}

#[test]
fn lines_hold_on_to_one_another() {
	let (_folder, path, log) = written(0..4);
	let verified = log.verify().expect("whole");
	assert_eq!((verified.lines, verified.torn, verified.ends_torn), (4, 0, false));
	let text = std::fs::read_to_string(&path).expect("text");
	let lines: Vec<&str> = text.lines().collect();
	assert!(lines[0].starts_with(&format!("{{\"before\":\"{}\"", "0".repeat(64))));
	for part in ["\"version\":\"1.2.3\"", "\"act\":\"deal\"", "\"step\":\"done\"", "\"time\":\"20"]
	{
		assert!(lines[3].contains(part), "{}", lines[3]);
	}
	assert_eq!(verified.last, lines::hash(lines[3].as_bytes()));
	let all = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
	broken(&path, &log, &text.replacen("\"task\":1", "\"task\":7", 1), 3);
	broken(&path, &log, &all(&[lines[0], lines[2], lines[3]]), 2);
	broken(&path, &log, &all(&[lines[0], lines[1], lines[1], lines[2]]), 3);
	broken(&path, &log, &all(&[lines[1], lines[0]]), 1);
	broken(&path, &log, &all(&[lines[0], "no entry", lines[1]]), 3);
	broken(&path, &log, &all(&[lines[0], "no entry", "nor this"]), 3);
}

/// A line says who ran it, by number and by name; one of an earlier version, which has no number, is read as it was.
#[test]
fn a_line_says_who_ran_it() {
	let (_folder, path, log) = written(0..1);
	let named = std::fs::read_to_string(&path).expect("text");
	assert!(named.contains("\"user\":\"grete\",\"uid\":1007,"), "{named}");
	let nameless = Log::new(path.clone(), "1.2.3", User { uid: Some(2001), name: None });
	assert_eq!(nameless.append(entry(1)), Ok(Appended { after_torn: false }));
	let text = std::fs::read_to_string(&path).expect("text");
	assert!(text.ends_with('\n') && text.contains("\"user\":\"\",\"uid\":2001,"), "{text}");
	assert_eq!(log.verify().expect("whole").lines, 2);
	std::fs::write(&path, named.replacen("\"uid\":1007,", "", 1)).expect("written");
	assert_eq!(log.append(entry(1)), Ok(Appended { after_torn: false }));
	assert_eq!(log.verify().expect("whole").lines, 2);
}

#[test]
fn a_line_that_was_only_begun_is_named_by_the_next() {
	for cut in [1, 40, 200] {
		let (_folder, path, log) = written(0..3);
		let whole = std::fs::read(&path).expect("bytes");
		std::fs::write(&path, &whole[..whole.len() - cut]).expect("cut");
		let verified = log.verify().expect("it was only begun");
		let is_torn = cut > 1;
		assert_eq!((verified.lines, verified.ends_torn), (if is_torn { 2 } else { 3 }, is_torn));
		assert_eq!(log.append(entry(9)), Ok(Appended { after_torn: is_torn }));
		let verified = log.verify().expect("it is named");
		assert_eq!((verified.torn, verified.ends_torn), (u64::from(is_torn), false));
		assert_eq!(log.append(entry(10)), Ok(Appended { after_torn: false }));
		assert_eq!(log.verify().expect("whole").torn, u64::from(is_torn));
		// and cannot be changed any more
		let text = std::fs::read_to_string(&path).expect("text");
		let changed: Vec<String> = text
			.lines()
			.map(|line| if line.ends_with("}") { line.to_owned() } else { format!("{line} ") })
			.collect();
		if is_torn {
			broken(&path, &log, &changed.join("\n"), 4);
		}
	}
}

#[test]
fn the_first_line_may_be_torn_too_and_a_line_break_alone_added() {
	let (_folder, path, log) = written(0..1);
	for rest in ["{\"bef", "{\"bef\n"] {
		std::fs::write(&path, rest).expect("written");
		assert_eq!(log.append(entry(1)), Ok(Appended { after_torn: true }));
		let verified = log.verify().expect("it is named");
		assert_eq!((verified.lines, verified.torn), (1, 1));
	}
	std::fs::write(&path, "{\"bef\n{\"bef").expect("written");
	assert!(matches!(log.append(entry(1)), Err(LogError::Broken { line: 0, .. })));
}

#[test]
fn many_can_write_at_a_time() {
	let (_folder, _path, log) = log();
	std::thread::scope(|scope| {
		for task in 0..8 {
			let log = &log;
			scope.spawn(move || (0..10).for_each(|_| assert!(log.append(entry(task)).is_ok())));
		}
	});
	assert_eq!(log.verify().expect("whole").lines, 80);
}

#[cfg(unix)]
#[test]
fn a_log_is_nobody_elses_to_read() {
	use std::os::unix::fs::PermissionsExt;
	let (_folder, path, log) = written(0..1);
	let mode =
		|path: &std::path::Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
	assert_eq!((mode(&path), mode(path.parent().expect("a folder"))), (0o600, 0o700));
	std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
	log.append(entry(1)).expect("added");
	assert_eq!(mode(&path), 0o600);
}

#[test]
fn tasks_of_a_period_are_counted() {
	let (_folder, path, log) = written(0..6);
	let tasks = |dataset, genesis, block| {
		let found = log.tasks_since(dataset, genesis, block).expect("readable");
		found.into_iter().collect::<Vec<_>>()
	};
	assert_eq!(tasks("pay", "0x00", 30), [3, 4, 5]);
	assert!(tasks("loans", "0x00", 0).is_empty() && tasks("pay", "0x02", 0).is_empty());
	let begun = Entry { step: Step::Begun, ..entry(8) };
	log.append(begun).expect("added");
	assert_eq!(tasks("pay", "0x00", 30), [3, 4, 5]);
	// a torn line is no act
	let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("there");
	file.write_all(b"{\"before").expect("written");
	assert_eq!(tasks("pay", "0x00", 50), [5]);
	let none = Log::new(path.with_extension("none"), "1", user());
	assert_eq!(none.tasks_since("pay", "0x00", 0), Ok(Default::default()));
	assert!(none.verify().expect_err("none").to_string().contains("no such file"));
}

/// A run was interrupted between its sending and its end: the next one finds what it began, logs that it is there, and from then
/// on it counts as any other.
#[test]
fn what_was_begun_and_is_found_on_the_chain_counts() {
	let (_folder, _path, log) = log();
	let begun =
		Entry { step: Step::Begun, account: Some("bob".to_owned()), transaction: None, ..entry(7) };
	let open = |act, genesis, task, account| log.begun(act, genesis, task, account);
	assert_eq!(open(Act::Deal, "0x00", 7, "bob"), Ok(None), "there is no log yet");
	log.append(begun.clone()).expect("added");
	assert_eq!(open(Act::Deal, "0x00", 7, "bob"), Ok(Some(begun.clone())));
	for other in [
		open(Act::Accept, "0x00", 7, "bob"),
		open(Act::Deal, "0x01", 7, "bob"),
		open(Act::Deal, "0x00", 8, "bob"),
		open(Act::Deal, "0x00", 7, "eve"),
	] {
		assert_eq!(other, Ok(None));
	}
	assert!(log.tasks_since("pay", "0x00", 0).expect("readable").is_empty());
	log.append(Entry { step: Step::Done, seen: Some(70), ..begun }).expect("added");
	assert_eq!(open(Act::Deal, "0x00", 7, "bob"), Ok(None), "it has its end");
	let tasks = |block| log.tasks_since("pay", "0x00", block).expect("readable").len();
	assert_eq!((tasks(70), tasks(71)), (1, 0));
	assert_eq!(log.verify().expect("whole").lines, 2);
}

/// Two jobs look at one quota: the second has its turn when the first is done, or its process has ended.
#[test]
fn one_at_a_time_has_a_turn_over_a_data_set() {
	let (_folder, path, log) = log();
	let turn = |genesis, account, dataset| log.turn(genesis, account, dataset).expect("a lock");
	let first = turn("0x00", "bob", "pay");
	assert!(first.is_some());
	// another job has a log of its own in hand
	let other = Log::new(path, "1.2.3", user());
	assert!(other.turn("0x00", "bob", "pay").expect("a lock").is_none());
	for (genesis, account, dataset) in
		[("0x01", "bob", "pay"), ("0x00", "eve", "pay"), ("0x00", "bob", "loans")]
	{
		assert!(turn(genesis, account, dataset).is_some(), "another data set");
	}
	assert_eq!(other.append(entry(1)), Ok(Appended { after_torn: false }), "a turn locks no log");
	drop(first);
	assert!(other.turn("0x00", "bob", "pay").expect("a lock").is_some());
	let nowhere = Log::new("/dev/null/log.jsonl".into(), "1.2.3", user());
	assert!(matches!(nowhere.turn("0x00", "bob", "pay"), Err(LogError::Unreadable { .. })));
}

/// Two results over the same dealers tell what changed in between, so a dealer is told that something did.
#[test]
fn a_data_set_whose_file_changed_is_noticed() {
	let (_folder, path, log) = log();
	let of_file = |task, file: &str| {
		let data = Data {
			file: file.to_owned(),
			used: 20,
			missing: 0,
			other_group: 0,
			small: 0,
			beyond: 0,
			clipped: 0,
			outside: 0,
			no_number: 0,
			rounded: 0,
		};
		Entry { data: Some(data), ..entry(task) }
	};
	let another =
		|dataset, genesis, file| log.dealt_from_another(dataset, genesis, file).expect("readable");
	assert_eq!(another("pay", "0x00", "aa"), None, "there is no log yet");
	for (task, file) in [(1, "aa"), (2, "bb"), (3, "aa")] {
		log.append(of_file(task, file)).expect("added");
	}
	assert_eq!(another("pay", "0x00", "aa"), Some(2));
	assert_eq!(another("pay", "0x00", "bb"), Some(3));
	assert_eq!(another("pay", "0x00", "cc"), Some(3), "the last one");
	assert_eq!((another("loans", "0x00", "cc"), another("pay", "0x02", "cc")), (None, None));
	// what was not dealt tells nothing
	let others = [
		Entry { step: Step::Begun, ..of_file(4, "dd") },
		Entry { act: Act::Accept, ..of_file(5, "dd") },
	];
	for entry in others {
		log.append(entry).expect("added");
	}
	assert_eq!(another("pay", "0x00", "cc"), Some(3));
	assert!(path.exists());
}
