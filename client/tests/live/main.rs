//! Every command of the tool against real chains: development chains of the node binary, started here and stopped here.
//!
//! One chain serves most scenarios; those that kill it, or need it otherwise, have chains of their own. A scenario is a
//! function that panics if something is not as it should be. It has funded accounts and a directory to itself, so
//! scenarios that share a chain run at the same time. Those that change the chain's compute nodes come first, alone.
//!
//! `cargo test --release --test live -- WORD …` runs the scenarios whose names contain
//! one of the words. The node binary is the one beside `ostraka`, or what `OSTRAKA_NODE` names.

mod account;
mod chain;
mod challenge;
mod connection;
mod dealing;
mod dev;
mod groups;
mod inputs;
mod interruption;
mod kit;
mod metrics;
mod node;
mod operator;
mod other_chain;
mod refusals;
mod requester;
#[path = "../schema/mod.rs"]
mod schema;
mod sealed;
mod supply;
mod tool;
mod transcript;

use account::Look;
use chain::{binary, DevChain, LIMIT};
use std::{
	any::Any,
	panic::{catch_unwind, AssertUnwindSafe},
	path::{Path, PathBuf},
	process::ExitCode,
	sync::Mutex,
	time::{Duration, Instant},
};
use tempfile::TempDir;
use tool::Tool;

/// What a scenario runs on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ground {
	/// No chain, or chains that it starts itself.
	Own,
	/// The shared chain, before the others and alone.
	First,
	/// The shared chain, with others.
	Shared,
}

type Play = fn(&Scene);

/// Names, grounds and functions of all scenarios.
const SCENARIOS: &[(&str, Ground, Play)] = &[
	("connection::no_chain_answers", Ground::Own, connection::no_chain_answers),
	("connection::what_answers_is_no_node", Ground::Own, connection::what_answers_is_no_node),
	("node::a_killed_chain_leaves_nothing", Ground::Own, node::a_killed_chain_leaves_nothing),
	("dev::a_runtime_from_a_file", Ground::Own, dev::a_runtime_from_a_file),
	("interruption::the_node_is_killed", Ground::Own, interruption::the_node_is_killed),
	("supply::missed_dealings_are_supplied", Ground::Own, supply::missed_dealings_are_supplied),
	(
		"challenge::a_forged_proof_is_challenged_with_a_bond",
		Ground::Own,
		challenge::a_forged_proof_is_challenged_with_a_bond,
	),
	("metrics::a_chain_that_is_gone_is_told", Ground::Own, metrics::a_chain_that_is_gone_is_told),
	("inputs::a_chain_without_blocks", Ground::Own, inputs::a_chain_without_blocks),
	("operator::a_node_from_key_to_chill", Ground::First, operator::a_node_from_key_to_chill),
	("operator::registrations_refused", Ground::First, operator::registrations_refused),
	("operator::what_a_committee_lacks", Ground::First, operator::what_a_committee_lacks),
	("connection::another_chain_answers", Ground::Shared, connection::another_chain_answers),
	("requester::a_task_to_its_transcript", Ground::Shared, requester::a_task_to_its_transcript),
	(
		"requester::a_cancelled_task_is_refunded",
		Ground::Shared,
		requester::a_cancelled_task_is_refunded,
	),
	(
		"requester::a_task_without_dealings_fails",
		Ground::Shared,
		requester::a_task_without_dealings_fails,
	),
	("requester::a_dealer_that_vanishes", Ground::Shared, requester::a_dealer_that_vanishes),
	("requester::too_few_acceptances", Ground::Shared, requester::too_few_acceptances),
	("sealed::a_result_for_its_recipient", Ground::Shared, sealed::a_result_for_its_recipient),
	("sealed::a_mask_that_never_comes", Ground::Shared, sealed::a_mask_that_never_comes),
	(
		"interruption::a_dealing_is_interrupted",
		Ground::Shared,
		interruption::a_dealing_is_interrupted,
	),
	("groups::grouping_takes_two_tasks", Ground::Shared, groups::grouping_takes_two_tasks),
	("inputs::files_of_every_kind", Ground::Shared, inputs::files_of_every_kind),
	("inputs::groups_with_commas", Ground::Shared, inputs::groups_with_commas),
	("inputs::names_of_others", Ground::Shared, inputs::names_of_others),
	(
		"refusals::tasks_that_cannot_be_submitted",
		Ground::Shared,
		refusals::tasks_that_cannot_be_submitted,
	),
	(
		"refusals::dealings_that_cannot_be_made",
		Ground::Shared,
		refusals::dealings_that_cannot_be_made,
	),
	(
		"refusals::acceptances_that_are_refused",
		Ground::Shared,
		refusals::acceptances_that_are_refused,
	),
	("refusals::tasks_that_do_not_exist", Ground::Shared, refusals::tasks_that_do_not_exist),
	("kit::a_task_file_to_its_result", Ground::Shared, kit::a_task_file_to_its_result),
	("kit::what_the_doctor_sees", Ground::Shared, kit::what_the_doctor_sees),
	("metrics::a_task_is_watched", Ground::Shared, metrics::a_task_is_watched),
	("metrics::a_node_is_checked", Ground::Shared, metrics::a_node_is_checked),
];

/// What a scenario has to itself, and the chain it plays on.
pub struct Scene {
	name: &'static str,
	directory: TempDir,
	/// The node binary.
	binary: PathBuf,
	/// Web socket of the shared chain; empty for a scenario with grounds of its own.
	url: String,
}

impl Scene {
	/// The tool, on the shared chain.
	pub fn tool(&self) -> Tool {
		Tool::new(&self.url)
	}

	/// The shared chain as the library sees it.
	pub fn look(&self) -> Look {
		Look::new(&self.url)
	}

	/// Secret of the `number`-th of this scenario's accounts, of which the first [`account::EACH`] are funded.
	pub fn secret(&self, number: usize) -> String {
		account::secret(self.name, number)
	}

	/// A directory that is removed at the end.
	pub fn path(&self, name: &str) -> PathBuf {
		self.directory.path().join(name)
	}

	/// A file with this text in that directory.
	pub fn file(&self, name: &str, text: &str) -> PathBuf {
		let path = self.path(name);
		std::fs::write(&path, text).expect("written");
		path
	}
}

/// Name, and why it failed, of each scenario that was run, with the time it took.
type Record = Mutex<Vec<(&'static str, Result<(), String>, Duration)>>;

fn main() -> ExitCode {
	let words: Vec<String> =
		std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
	let chosen: Vec<_> = SCENARIOS
		.iter()
		.copied()
		.filter(|(name, ..)| {
			words.is_empty() || words.iter().any(|word| name.contains(word.as_str()))
		})
		.collect();
	if std::env::args().any(|argument| argument == "--list") {
		chosen.iter().for_each(|(name, ..)| println!("{name}: test"));
		return ExitCode::SUCCESS;
	}
	if chosen.is_empty() {
		println!("no scenario of that name: no chain is started");
		return ExitCode::SUCCESS;
	}
	let binary = match binary() {
		Ok(binary) => binary,
		Err(message) => {
			eprintln!("{message}");
			return ExitCode::FAILURE;
		},
	};
	let record = Record::default();
	let began = Instant::now();
	play_all(&chosen, &binary, &record);
	let record = record.into_inner().expect("nobody panics with the record in hand");
	report(&record, began.elapsed())
}

fn play_all(chosen: &[(&'static str, Ground, Play)], binary: &Path, record: &Record) {
	let on = |ground| chosen.iter().filter(move |(_, other, _)| *other == ground);
	let shares = on(Ground::First).chain(on(Ground::Shared)).next().is_some();
	// a start is mostly compiling the runtime: the others start when the one that most wait for is up
	let shared = shares.then(|| {
		note(record, "(the shared chain starts)", || {
			let mut chain = DevChain::start(binary, &[]);
			chain.ready();
			let names = on(Ground::First).chain(on(Ground::Shared)).map(|(name, ..)| *name);
			Look::new(chain.url()).fund(names);
			chain
		})
	});
	std::thread::scope(|scope| {
		for &(name, _, play) in on(Ground::Own) {
			scope.spawn(move || perform(name, play, binary, "", record));
		}
		let Some(chain) = shared.flatten() else { return };
		let url = chain.url();
		for &(name, _, play) in on(Ground::First) {
			perform(name, play, binary, url, record);
		}
		std::thread::scope(|scope| {
			for &(name, _, play) in on(Ground::Shared) {
				scope.spawn(move || perform(name, play, binary, url, record));
			}
		});
		note(record, "(the shared chain stops and leaves nothing)", || node::stops_cleanly(chain));
	});
}

fn perform(name: &'static str, play: Play, binary: &Path, url: &str, record: &Record) {
	note(record, name, || {
		let directory = TempDir::new().expect("a temporary directory");
		play(&Scene { name, directory, binary: binary.to_owned(), url: url.to_owned() });
	});
}

/// Runs and notes what came of it.
fn note<T>(record: &Record, name: &'static str, run: impl FnOnce() -> T) -> Option<T> {
	let began = Instant::now();
	let outcome = catch_unwind(AssertUnwindSafe(run)).map_err(|panic| message(&*panic));
	let took = began.elapsed();
	let (made, outcome) = match outcome {
		Ok(made) => (Some(made), Ok(())),
		Err(message) => (None, Err(message)),
	};
	let word = if outcome.is_ok() { "ok" } else { "FAILED" };
	println!("{name} … {word} ({:.1} s)", took.as_secs_f64());
	record.lock().expect("nobody panics with the record in hand").push((name, outcome, took));
	made
}

fn message(panic: &(dyn Any + Send)) -> String {
	let text = panic.downcast_ref::<String>().map(String::as_str);
	text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").to_owned()
}

fn report(record: &[(&str, Result<(), String>, Duration)], took: Duration) -> ExitCode {
	let failed: Vec<_> = record
		.iter()
		.filter_map(|(name, outcome, _)| Some((name, outcome.as_ref().err()?)))
		.collect();
	for (name, why) in &failed {
		println!("\n--- {name}\n{why}");
	}
	let seconds = took.as_secs();
	println!("\n{} of {} right, in {seconds} s", record.len() - failed.len(), record.len());
	if failed.is_empty() {
		return ExitCode::SUCCESS;
	}
	let names: Vec<String> = failed.iter().map(|(name, _)| name.to_string()).collect();
	println!("failed: {}", names.join(", "));
	ExitCode::FAILURE
}

/// Waits until `found` finds something.
///
/// # Panics
/// If it does not within [`LIMIT`].
#[track_caller]
pub fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
	let began = Instant::now();
	loop {
		if let Some(found) = found() {
			return found;
		}
		assert!(began.elapsed() < LIMIT, "{what}: not within {} s", LIMIT.as_secs());
		std::thread::sleep(Duration::from_millis(100));
	}
}
