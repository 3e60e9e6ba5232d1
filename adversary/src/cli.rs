//! The command line: one attack a command, its outcome as JSON.

use crate::{
	accept::{accept, AcceptFault},
	accuse::{accuse, convicted},
	answer::{answer, AnswerFault, Answered},
	attest::{attest, AttestFault},
	challenge::{challenge, ChallengeFault, Challenger},
	cheats::{DealingFault, FalseClaim},
	copy::{copy, What},
	deal,
	forged::ForgedInput,
	garbage::Garbage,
	seat::Worker,
	soak::{self, SoakArgs},
	transaction::Outcome,
	wait::{until, Phase},
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use ostraka_client::{
	chain::{
		account::{self, address},
		Chain, Signer, DEFAULT_URL,
	},
	cli::data::FileArgs,
	Error,
};
use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	AccountId, TaskId,
};
use serde_json::{json, Value};

/// Dealers and nodes that cheat, against a running chain
#[derive(Debug, Parser)]
#[command(
	name = "ostraka-adversary",
	version,
	after_help = "Exit codes: 0 the chain took or refused it (the output says which); 1 neither, or a soak that did \
	              not hold; 2 usage; 3 no chain; 4 no block took it.",
	max_term_width = 110
)]
pub struct Cli {
	/// Print JSON
	#[arg(long, global = true)]
	pub json: bool,
	/// Where the chain is
	#[arg(long, global = true, value_name = "URL", env = "OSTRAKA_URL", default_value = DEFAULT_URL)]
	pub url: String,
	/// The attack.
	#[command(subcommand)]
	pub command: Command,
}

/// The attacks.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Accept a task as its chain must refuse
	Accept(AcceptArgs),
	/// Deal with a fault
	Deal(DealArgs),
	/// Send another dealer's dealing, or its R, as one's own
	Copy(CopyArgs),
	/// Attest with a fault or without having looked, as a member or verifier
	Attest(AttestArgs),
	/// Commit to and reveal result shares with a fault, as committee members
	Answer(AnswerArgs),
	/// Accuse a dealer wrongly, as a committee member
	Accuse(AccuseArgs),
	/// Challenge a dealer's proof that its input is valid, as a member or verifier, or with a bond
	Challenge(ChallengeArgs),
	/// Send malformed, truncated, oversized, random, replayed and absurd transactions
	Garbage(GarbageArgs),
	/// Run a dev chain under a steady mix of tasks, cheats and garbage, and hold it against what must not be lost
	Soak(SoakArgs),
}

/// Flags of `accept`.
#[derive(Args, Debug)]
pub struct AcceptArgs {
	/// The task
	#[arg(long, value_name = "N")]
	pub task: TaskId,
	/// Secret of the account
	#[arg(long, value_name = "SURI")]
	pub suri: String,
	/// What is wrong with it; all but other-terms is a matter of whose account it is, and of the time
	#[arg(long, value_enum)]
	pub fault: AcceptFault,
}

/// Flags of `deal`.
#[derive(Args, Debug)]
pub struct DealArgs {
	/// The task
	#[arg(long, value_name = "N")]
	pub task: TaskId,
	/// Secret of the dealer's account
	#[arg(long, value_name = "SURI")]
	pub suri: String,
	/// The rows it would deal.
	#[command(flatten)]
	pub file: FileArgs,
	/// Take only the rows with that text in that column
	#[arg(long, value_name = "COLUMN=TEXT", value_parser = parse_only)]
	pub only: Option<(String, String)>,
	/// bad-share=J, bad-ciphertext=J, non-canonical=J (J: the seat that gets it), outside (a commitment outside of the
	/// group), forged-input=other-vector, =other-dealer, =other-task, =other-relation, =two, =wrong-product, =entry-beyond or
	/// =torsion (how the input is not proven valid), =truncated or =empty (a proof of another length, which the chain refuses),
	/// wrong-task-hash or no-proof
	#[arg(long, value_name = "FAULT", value_parser = parse_fault)]
	pub fault: DealingFault,
}

/// Flags of `copy`.
#[derive(Args, Debug)]
pub struct CopyArgs {
	/// The task
	#[arg(long, value_name = "N")]
	pub task: TaskId,
	/// Secret of the copying dealer's account
	#[arg(long, value_name = "SURI")]
	pub suri: String,
	/// Whose dealing
	#[arg(long, value_name = "ACCOUNT", value_parser = account::parse)]
	pub of: AccountId,
	/// What of it
	#[arg(long, value_enum)]
	pub what: What,
}

/// Flags of `attest`.
#[derive(Args, Debug)]
pub struct AttestArgs {
	/// The task
	#[arg(long, value_name = "N")]
	pub task: TaskId,
	/// Secret of the worker key of a member or verifier
	#[arg(long, value_name = "SURI")]
	pub suri_worker: String,
	/// What is wrong with it; twice and wrong-phase are a matter of when it is sent: that is at once for wrong-phase, and
	/// when verification has begun for all others
	#[arg(long, value_enum)]
	pub fault: AttestFault,
}

/// Flags of `answer`.
#[derive(Args, Debug)]
pub struct AnswerArgs {
	/// The task
	#[arg(long, value_name = "N")]
	pub task: TaskId,
	/// Secret of a member's worker key
	#[arg(long, value_name = "SURI")]
	pub suri_worker: String,
	/// Secret of another member's worker key, who does the same
	#[arg(long, value_name = "SURI")]
	pub with: Option<String>,
	/// What is wrong with the answer
	#[arg(long, value_enum)]
	pub fault: AnswerFault,
}

/// Flags of `accuse`.
#[derive(Args, Debug)]
pub struct AccuseArgs {
	/// The task
	#[arg(long, value_name = "N")]
	pub task: TaskId,
	/// Secret of the member's worker key
	#[arg(long, value_name = "SURI")]
	pub suri_worker: String,
	/// Whom
	#[arg(long, value_name = "ACCOUNT", value_parser = account::parse)]
	pub dealer: AccountId,
	/// false (the share that it opens is right), wrong-dleq, invalid-dh or outside (it says that a commitment lies outside
	/// of the group, and opens nothing)
	#[arg(long, value_name = "FAULT", value_parser = parse_claim)]
	pub fault: FalseClaim,
}

/// Flags of `challenge`.
#[derive(Args, Debug)]
pub struct ChallengeArgs {
	/// The task
	#[arg(long, value_name = "N")]
	pub task: TaskId,
	/// Secret of the worker key of a member or verifier
	#[arg(long, value_name = "SURI", required_unless_present = "suri", conflicts_with = "suri")]
	pub suri_worker: Option<String>,
	/// Secret of an account, which puts up a bond
	#[arg(long, value_name = "SURI")]
	pub suri: Option<String>,
	/// Whom
	#[arg(long, value_name = "ACCOUNT", value_parser = account::parse)]
	pub dealer: AccountId,
	/// What is wrong with it; whether it is right otherwise is a matter of the dealing
	#[arg(long, value_enum, default_value = "none")]
	pub fault: ChallengeFault,
}

/// Flags of `garbage`.
#[derive(Args, Debug)]
pub struct GarbageArgs {
	/// Secret of an account with money for fees
	#[arg(long, value_name = "SURI")]
	pub suri: String,
	/// How many
	#[arg(long, value_name = "K", default_value_t = 100)]
	pub count: usize,
	/// What they follow from
	#[arg(long, value_name = "X", default_value_t = 1)]
	pub seed: u64,
}

fn parse_only(text: &str) -> Result<(String, String), String> {
	let (column, value) = text.split_once('=').ok_or("the form is COLUMN=TEXT")?;
	Ok((column.to_owned(), value.trim().to_owned()))
}

fn parse_fault(text: &str) -> Result<DealingFault, String> {
	let seat =
		|seat: &str| seat.parse().map_err(|_| format!("`{seat}` is not the number of a seat"));
	let share = |fault: DealerFault, j: &str| -> Result<DealingFault, String> {
		Ok(DealingFault::Accusable(fault, seat(j)?))
	};
	match text.split_once('=') {
		Some(("bad-share", j)) => share(DealerFault::WrongShare, j),
		Some(("bad-ciphertext", j)) => share(DealerFault::Unopenable, j),
		Some(("non-canonical", j)) => share(DealerFault::NonCanonicalScalar, j),
		Some(("forged-input", how)) => ForgedInput::from_str(how, false).map(DealingFault::Input),
		// every committee has a first seat
		None if text == "outside" => Ok(DealingFault::Accusable(DealerFault::OutsideSubgroup, 1)),
		None if text == "wrong-task-hash" => Ok(DealingFault::WrongTaskHash),
		None if text == "no-proof" => Ok(DealingFault::NoProof),
		_ => Err("it is bad-share=J, bad-ciphertext=J, non-canonical=J, outside, forged-input=HOW, wrong-task-hash or no-proof"
			.to_owned()),
	}
}

fn parse_claim(text: &str) -> Result<FalseClaim, String> {
	match text {
		"false" => Ok(FalseClaim::Share(AccuserFault::FalseAccusation)),
		"wrong-dleq" => Ok(FalseClaim::Share(AccuserFault::WrongDleq)),
		"invalid-dh" => Ok(FalseClaim::Share(AccuserFault::InvalidDh)),
		"outside" => Ok(FalseClaim::Outside),
		_ => Err("it is false, wrong-dleq, invalid-dh or outside".to_owned()),
	}
}

/// Runs a command and prints what came of it.
///
/// # Errors
/// Whatever kept it from an outcome; `Failed` if a soak's chain did not hold.
pub async fn run(cli: &Cli) -> Result<(), Error> {
	let report = match &cli.command {
		// it looks at interruptions itself: it has a chain to stop
		Command::Soak(args) => soak::run(args).await?,
		attack => tokio::select! {
			report = run_attack(attack, &cli.url) => report?,
			_ = tokio::signal::ctrl_c() => return Err(Error::Interrupted),
		},
	};
	print(&report, cli.json);
	match report["failures"].as_array().map_or(0, Vec::len) {
		0 => Ok(()),
		count => Err(Error::Failed(format!("{count} things did not hold: see `failures`"))),
	}
}

async fn run_attack(attack: &Command, url: &str) -> Result<Value, Error> {
	let chain = Chain::connect(url).await?;
	Ok(match attack {
		Command::Accept(args) => accept_command(args, &chain).await?,
		Command::Deal(args) => deal_command(args, &chain).await?,
		Command::Copy(args) => {
			let signer = Signer::from_secret(&args.suri)?;
			let outcome = copy(&chain, args.task, &signer, &args.of, args.what).await?;
			dealt("copy", args.task, &signer, &outcome)
		},
		Command::Attest(args) => attest_command(args, &chain).await?,
		Command::Answer(args) => answer_command(args, &chain).await?,
		Command::Accuse(args) => accuse_command(args, &chain).await?,
		Command::Challenge(args) => challenge_command(args, &chain).await?,
		Command::Garbage(args) => {
			let mut garbage = Garbage::new(&chain, Signer::from_secret(&args.suri)?, args.seed);
			garbage.send_all(args.count).await?;
			garbage.tally.json()
		},
		Command::Soak(args) => soak::run(args).await?,
	})
}

async fn accept_command(args: &AcceptArgs, chain: &Chain) -> Result<Value, Error> {
	let signer = Signer::from_secret(&args.suri)?;
	let outcome = accept(chain, args.task, &signer, args.fault).await?;
	let mut report = outcome.json();
	report["attack"] = json!("accept");
	report["task"] = json!(args.task);
	report["account"] = json!(address(&signer.account()));
	Ok(report)
}

async fn deal_command(args: &DealArgs, chain: &Chain) -> Result<Value, Error> {
	let signer = Signer::from_secret(&args.suri)?;
	let info = chain.task(args.task).await?;
	let input = deal::encode(&args.file, args.only.as_ref(), &info.task.spec)?;
	let outcome = deal::deal(chain, args.task, &signer, &input, args.fault).await?;
	Ok(dealt("deal", args.task, &signer, &outcome))
}

async fn attest_command(args: &AttestArgs, chain: &Chain) -> Result<Value, Error> {
	let worker = Worker::from_secret(&args.suri_worker)?;
	if args.fault != AttestFault::WrongPhase {
		until(chain, args.task, Phase::Verifying).await?;
	}
	let outcome = attest(chain, args.task, &worker, args.fault).await?;
	let mut report = outcome.json();
	report["attack"] = json!("attest");
	report["task"] = json!(args.task);
	Ok(report)
}

async fn answer_command(args: &AnswerArgs, chain: &Chain) -> Result<Value, Error> {
	let secrets = [Some(&args.suri_worker), args.with.as_ref()];
	let workers: Vec<Worker> = secrets
		.into_iter()
		.flatten()
		.map(|secret| Worker::from_secret(secret))
		.collect::<Result<_, _>>()?;
	let answered = answer(chain, args.task, &workers, args.fault).await?;
	let members: Vec<Value> = answered.iter().map(Answered::json).collect();
	Ok(json!({ "attack": "answer", "task": args.task, "members": members }))
}

async fn accuse_command(args: &AccuseArgs, chain: &Chain) -> Result<Value, Error> {
	let worker = Worker::from_secret(&args.suri_worker)?;
	let accused = accuse(chain, args.task, &worker, &args.dealer, args.fault).await?;
	let mut report = accused.outcome.json();
	report["attack"] = json!("accuse");
	report["task"] = json!(args.task);
	report["seat"] = json!(accused.seat);
	report["node"] = json!(address(&accused.node));
	report["dealer"] = json!(address(&args.dealer));
	report["convicted"] = json!(accused.convicted());
	Ok(report)
}

async fn challenge_command(args: &ChallengeArgs, chain: &Chain) -> Result<Value, Error> {
	let worker = args.suri_worker.as_deref().map(Worker::from_secret).transpose()?;
	let signer = args.suri.as_deref().map(Signer::from_secret).transpose()?;
	let challenger = match (&worker, &signer) {
		(Some(worker), _) => Challenger::Seat(worker),
		(None, Some(signer)) => Challenger::Bonded(signer),
		(None, None) => return Err(Error::Usage("name who challenges".to_owned())),
	};
	let outcome = challenge(chain, args.task, challenger, &args.dealer, args.fault).await?;
	let mut report = outcome.json();
	report["attack"] = json!("challenge");
	report["task"] = json!(args.task);
	report["dealer"] = json!(address(&args.dealer));
	report["convicted"] = json!(convicted(&outcome));
	Ok(report)
}

fn dealt(attack: &str, task: TaskId, signer: &Signer, outcome: &Outcome) -> Value {
	let mut report = outcome.json();
	let event = outcome.receipt().and_then(|receipt| receipt.event("Vss", "Dealt"));
	let digest: Option<[u8; 32]> = event.and_then(|event| event.field("digest"));
	report["attack"] = json!(attack);
	report["task"] = json!(task);
	report["account"] = json!(address(&signer.account()));
	report["digest"] = json!(digest.map(hex::encode));
	report
}

/// Prints a report: as it is, or a line for each of its fields.
pub fn print(report: &Value, as_json: bool) {
	if as_json {
		println!("{report}");
		return;
	}
	for (name, value) in report.as_object().into_iter().flatten() {
		println!("{name}: {value}");
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn the_command_line_is_sound() {
		Cli::command().debug_assert();
	}

	#[test]
	fn faults_are_read() {
		let accusable = |fault, seat| Ok(DealingFault::Accusable(fault, seat));
		assert_eq!(parse_fault("bad-share=3"), accusable(DealerFault::WrongShare, 3));
		assert_eq!(parse_fault("outside"), accusable(DealerFault::OutsideSubgroup, 1));
		assert_eq!(parse_fault("no-proof"), Ok(DealingFault::NoProof));
		let forged = DealingFault::Input(ForgedInput::OtherVector);
		assert_eq!(parse_fault("forged-input=other-vector"), Ok(forged));
		let forged = DealingFault::Input(ForgedInput::WrongProduct);
		assert_eq!(parse_fault("forged-input=wrong-product"), Ok(forged));
		let wrong = ["", "bad-share", "bad-share=x", "no-proof=1", "bad-share=300", "outside=1"];
		for wrong in wrong.into_iter().chain(["forged-input", "forged-input=1"]) {
			assert!(parse_fault(wrong).is_err(), "{wrong}");
		}
		let wrong_dleq = FalseClaim::Share(AccuserFault::WrongDleq);
		assert_eq!(parse_claim("wrong-dleq"), Ok(wrong_dleq));
		assert_eq!(parse_claim("outside"), Ok(FalseClaim::Outside));
		assert!(parse_claim("true").is_err());
	}

	#[test]
	fn attacks_are_read_from_their_flags() {
		let attest = ["ostraka-adversary", "attest", "--task", "7", "--suri-worker", "//A"];
		let faults = [("none", AttestFault::None), ("other-dealings", AttestFault::OtherDealings)];
		for (text, fault) in faults {
			let cli = Cli::try_parse_from(attest.iter().chain(&["--fault", text]));
			let command = cli.expect("an attack").command;
			assert!(
				matches!(command, Command::Attest(args) if args.fault == fault && args.task == 7)
			);
		}
		assert!(Cli::try_parse_from(attest).is_err(), "without a fault");
	}

	#[test]
	fn a_challenge_has_one_author() {
		let dealer = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		let challenge = ["ostraka-adversary", "challenge", "--task", "7", "--dealer", dealer];
		let by = |more: &[&str]| Cli::try_parse_from(challenge.iter().chain(more)).is_ok();
		assert!(by(&["--suri-worker", "//A"]) && by(&["--suri", "//A", "--fault", "other-proof"]));
		assert!(!by(&[]) && !by(&["--suri-worker", "//A", "--suri", "//B"]));
	}
}
