//! What is said of rules, what counts against a quota, and whose turn it is.

use super::*;
use crate::{chain::consent::Entry as Dealing, fixtures, output::written};
use futures::FutureExt;
use ostraka_party::{audit::User, policy::Says};
use std::{
	io::{self, Write},
	sync::{Arc, Mutex},
};

fn line(rule: &'static str, says: Says, why: &str) -> Line {
	Line { rule, says, why: why.to_owned() }
}

#[test]
fn rules_stand_one_below_the_other() {
	let lines = [line("rows", Says::Yes, "enough"), line("requesters", Says::No, "not Bob")];
	let text = written(false, |out| write_lines(&lines, out));
	assert_eq!(text, "  yes   rows        enough\n  NO    requesters  not Bob\n");
}

#[tokio::test]
async fn a_script_says_that_it_goes_without_a_policy() {
	let mut results = Vec::<u8>::new();
	let out = Output::new(&mut results, Notes::none(), true);
	let error = without_policy(7, &out).await.expect_err("nobody is asked");
	assert_eq!(error.exit_code(), 2);
	for part in ["task 7", "--no-policy", "ostraka policy init"] {
		assert!(error.to_string().contains(part), "{error}");
	}
}

fn log() -> (tempfile::TempDir, Log) {
	let folder = tempfile::tempdir().expect("a folder");
	let log = Log::new(folder.path().join("log.jsonl"), "1.2.3", User::default());
	(folder, log)
}

/// What a job keeps of a task, under a policy of one task in fifty blocks.
fn keeper(log: &Log, notes: Notes, task: TaskId) -> Keeper<'_> {
	let base = Entry {
		genesis: Some("0x00".to_owned()),
		task: Some(task),
		account: Some("bob".to_owned()),
		dataset: Some("pay".to_owned()),
		..Entry::of(Act::Accept, Step::Begun)
	};
	Keeper { log, notes, base, quota: Some((1, 50)) }
}

fn held(dealt: &[(TaskId, u32)], accepted: &[TaskId]) -> Held {
	let entry = |(task, at): &(TaskId, u32)| Dealing {
		task: *task,
		dataset: [7; 32],
		at: *at,
		least_difference: 0,
	};
	Held {
		block: 100,
		standing: None,
		dealt: dealt.iter().map(entry).collect(),
		forgotten: Vec::new(),
		elsewhere: Vec::new(),
		accepted: accepted.to_vec(),
	}
}

/// `accept 7` is interrupted once the pool has it, and never run again: `accept 8` counts it all the same.
#[test]
fn what_was_interrupted_counts_against_the_quota() {
	let (_folder, log) = log();
	let keeper = keeper(&log, Notes::none(), 7);
	keeper.begins(Act::Accept, &fixtures::inviting()).expect("logged");
	let spent = |task, held: Option<&Held>| {
		super::spent(&log, ("pay", "0x00"), task, 50, held).expect("readable")
	};
	let (open, recent, old) = (held(&[], &[7]), held(&[(7, 50)], &[]), held(&[(7, 49)], &[]));
	assert_eq!(spent(8, None), 0, "the log has no end of it");
	assert_eq!((spent(8, Some(&open)), spent(7, Some(&open))), (1, 0), "the chain has it");
	assert_eq!((spent(8, Some(&recent)), spent(8, Some(&old))), (1, 0), "and its dealing");
	// run again, it is found
	keeper.finds(Act::Accept, 60);
	assert_eq!((spent(8, None), spent(7, None)), (1, 0));
	assert_eq!(spent(8, Some(&recent)), 1, "log and chain have the same one");
	assert_eq!(spent(9, Some(&held(&[(8, 70)], &[]))), 2, "and here two");
	// the chain knows the numbers of the newest alone
	let pushed = Held { forgotten: vec![49, 50, 70], ..held(&[(8, 80)], &[]) };
	assert_eq!(spent(9, Some(&pushed)), 3);
	// what is found again is logged once
	keeper.finds(Act::Accept, 61);
	assert_eq!(log.verify().expect("whole").lines, 2);
}

/// `deal 7` is interrupted, and finds its dealing when it is run again: from then on the log knows which file that was of.
#[test]
fn a_dealing_that_is_found_tells_of_its_file() {
	let (_folder, log) = log();
	let data = Data {
		file: "aa".to_owned(),
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
	let keeper = keeper(&log, Notes::none(), 7).with(data);
	keeper.begins(Act::Deal, &fixtures::task()).expect("logged");
	let changed = || log.dealt_from_another("pay", "0x00", "bb").expect("readable");
	assert_eq!(changed(), None);
	found(&log, &Notes::none(), "0x00", Act::Accept, (7, "bob"), 60);
	assert_eq!(changed(), None, "another act");
	found(&log, &Notes::none(), "0x00", Act::Deal, (7, "bob"), 60);
	assert_eq!(changed(), Some(7));
}

/// What is said to people.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
	fn text(&self) -> String {
		String::from_utf8(self.0.lock().expect("whole").clone()).expect("text")
	}
}

impl Write for Heard {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.0.lock().expect("whole").extend_from_slice(bytes);
		Ok(bytes.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

/// What cannot be logged after it was done is told, and stops nobody.
#[test]
fn what_is_found_and_cannot_be_logged_is_told() {
	let heard = Heard::default();
	// a folder is no log
	let folder = tempfile::tempdir().expect("a folder");
	let log = Log::new(folder.path().to_owned(), "1.2.3", User::default());
	keeper(&log, Notes::to(heard.clone()), 7).finds(Act::Accept, 60);
	assert!(heard.text().contains("this is done, and not logged"), "{}", heard.text());
}

/// Two jobs wait for the same block, and both have seen a task left when they wake. The second has its turn when the first's acceptance
/// is final, and counts again.
#[tokio::test]
async fn two_jobs_do_not_both_accept_the_last_task() {
	let (_folder, log) = log();
	let heard = Heard::default();
	let (first, second) =
		(keeper(&log, Notes::none(), 7), keeper(&log, Notes::to(heard.clone()), 8));
	let (tag, before) = ([7; 32], held(&[], &[]));
	let turn = first.turn(&tag).await.expect("nobody else has it");
	first.recounts(100, &before).expect("one is left");
	assert!(second.turn(&tag).now_or_never().is_none(), "it waits, and can be broken off");
	assert!(heard.text().starts_with("waits for another job"), "{}", heard.text());
	assert!(second.turn(&[8; 32]).now_or_never().is_some(), "another data set");
	first.begins(Act::Accept, &fixtures::inviting()).expect("logged");
	let transaction =
		Some(Transaction { block: 100, hash: "0x01".to_owned(), fee: "12".to_owned() });
	first.add(Entry { step: Step::Done, transaction, ..first.base.clone() }).expect("logged");
	drop(turn);
	let turn = second.turn(&tag).await.expect("the first is done");
	let error = second.recounts(101, &before).expect_err("none is left").to_string();
	for part in ["task 8 is not accepted, and nothing was sent", "1 over one data set", "1 so far"]
	{
		assert!(error.contains(part), "`{error}` does not say `{part}`");
	}
	first.recounts(101, &before).expect("a task does not count against itself");
	drop(turn);
	assert_eq!(log.verify().expect("whole").lines, 3, "a refusal is logged too");
}
