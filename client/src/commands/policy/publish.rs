//! Has the chain hold to what the policy says, or takes that back.

use super::show::{LaterRecord, PolicyRecord};
use crate::{
	chain::{calls, consent::Standing, Call, Chain, Receipt, Signer},
	cli::{
		account::signer,
		policy::{LogArgs, PolicyFileArgs},
		Global, YesArg,
	},
	commands::{connect, rules::append},
	error::Error,
	onchain::consent::{looser, Duties},
	output::Output,
	view::lines::hex,
};
use clap::Args;
use ostraka_party::{
	address,
	audit::{Act, Entry, Log, Step, Transaction},
	escape::escaped,
	policy::Policy as File,
};
use ostraka_primitives::{consent::Policy, Balance, BlockNumber, Digest};
use ostraka_protocol::wire::dataset_tag;
use schemars::JsonSchema;
use serde::Serialize;

/// Examples for the help.
pub(super) const EXAMPLES: &str = "\
Examples:
  ostraka policy publish --key-file bob.key
  ostraka policy publish --key-file bob.key --dataset loans-2026 --policy loans.toml --json
  ostraka policy publish --key-file bob.key --dataset loans-2026 --remove

The chain takes per_period, least_cohort, co_dealers and least_difference of a policy, under a hash of the data set's name, and
refuses an acceptance that they do not allow, whichever client it comes from. What is tighter than before holds at once, what is
looser a day later. A deposit is held for each data set; it comes back with a second --remove, once the first one is due.";

/// Flags of `policy publish`.
#[derive(Args, Debug)]
pub struct PublishArgs {
	/// The policy, and which of its data sets; all of them unless given.
	#[command(flatten)]
	pub policy: PolicyFileArgs,
	/// Take back what the chain holds to
	#[arg(long)]
	pub remove: bool,
	/// Where it is logged.
	#[command(flatten)]
	pub log: LogArgs,
	/// Whether it is asked for.
	#[command(flatten)]
	pub consent: YesArg,
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Policy`, `Log`; `Chain`; `Failed` if the answer is no.
pub(super) async fn run(
	args: &PublishArgs,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	let log = args.log.log()?;
	let file = match args.remove {
		// what is taken back need not be in a file any more
		true => args.policy.read()?,
		false => Some(args.policy.read_some()?),
	};
	let names = names(file.as_ref(), args.policy.dataset.as_deref(), args.remove)?;
	let wanted = file.as_ref().filter(|_| !args.remove).map(File::on_chain);
	let chain = connect(global, out).await?;
	let deposit = chain.constant::<Balance>("Consent", "PolicyDeposit").unwrap_or_default();
	let deposit = chain.token().render(deposit);
	let mut records = Vec::new();
	for name in names {
		let tag = dataset_tag(&name);
		let standing = chain.policy(&signer.account(), &tag, chain.head()).await?;
		let todo = Todo::of(standing.as_ref(), wanted.as_ref(), chain.head().number);
		if let Some(question) = todo.question(&name, wanted.as_ref(), &deposit) {
			let otherwise = format!("the policy of {} is left as it is", escaped(&name));
			out.agree(args.consent.yes, &question, &otherwise).await?;
		}
		let receipt = match todo.call(&tag, wanted.as_ref()) {
			Some(call) => {
				let entry = Entry {
					genesis: Some(hex(chain.genesis())),
					account: Some(address(&signer.account())),
					policy: file.as_ref().map(|file| hex(file.hash)),
					dataset: Some(name.clone()),
					..Entry::of(Act::Policy, Step::Begun)
				};
				Some(send(&chain, &call, &signer, (&log, entry), out).await?)
			},
			None => None,
		};
		let record = PublishedRecord::of(&chain, &signer, name, &todo, receipt).await?;
		if !out.is_json() {
			writeln!(out, "{}", record.text(args.remove))?;
		}
		records.push(record);
	}
	match out.is_json() {
		true => out.json(&records),
		false => Ok(()),
	}
}

/// Sends a call between two entries of the log.
async fn send(
	chain: &Chain,
	call: &Call,
	signer: &Signer,
	(log, begun): (&Log, Entry),
	out: &Output<'_>,
) -> Result<Receipt, Error> {
	append(log, begun.clone(), out.notes())?;
	let receipt = chain.submit(call, signer).await?;
	let transaction = Some(Transaction {
		block: receipt.block.number,
		hash: hex(receipt.block.hash),
		fee: receipt.fee.to_string(),
	});
	let done = Entry { step: Step::Done, transaction, ..begun };
	if let Err(error) = append(log, done, out.notes()) {
		out.notes().say(format!("warning: this is done, and not logged: {error}"));
	}
	Ok(receipt)
}

/// The data sets that are meant.
fn names(file: Option<&File>, named: Option<&str>, is_removed: bool) -> Result<Vec<String>, Error> {
	match (file, named) {
		(Some(file), Some(name)) if !is_removed && !file.datasets.contains_key(name) => {
			let there_are: Vec<&str> = file.datasets.keys().map(String::as_str).collect();
			Err(Error::Usage(format!(
				"{}: there is no data set `{}`\n  the data sets are: {}",
				file.file,
				escaped(name),
				there_are.join(", ")
			)))
		},
		(_, Some(name)) => Ok(vec![name.to_owned()]),
		(Some(file), None) => Ok(file.datasets.keys().cloned().collect()),
		(None, None) => Err(Error::Usage(
			"there is no policy that names the data sets: name one with --dataset NAME".to_owned(),
		)),
	}
}

/// What is to be done about a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Todo {
	/// Nothing: it is as it is to be, or will be in a while.
	Nothing,
	/// Its policy is set.
	Set,
	/// Its policy is removed, which holds in a while.
	Remove,
	/// It is removed, and its deposit comes back.
	Free,
}

impl Todo {
	/// What brings the chain to a policy, or to none, in this block.
	fn of(standing: Option<&Standing>, wanted: Option<&Policy>, block: BlockNumber) -> Self {
		let is_it = |policy: Option<&Policy>| match (policy, wanted) {
			(Some(policy), Some(wanted)) => {
				looser(policy, wanted).is_empty() && looser(wanted, policy).is_empty()
			},
			(None, None) => true,
			_ => false,
		};
		let Some(standing) = standing else {
			return if wanted.is_some() { Self::Set } else { Self::Nothing };
		};
		match (standing.later(block), wanted) {
			(Some((later, _)), _) if is_it(later) => Self::Nothing,
			(None, None) if standing.at(block).is_none() => Self::Free,
			(None, Some(_)) if is_it(standing.at(block)) => Self::Nothing,
			(_, None) => Self::Remove,
			(_, Some(_)) => Self::Set,
		}
	}

	/// What is asked before it is done, if nothing undoes it at once.
	fn question(self, name: &str, wanted: Option<&Policy>, deposit: &str) -> Option<String> {
		let name = escaped(name);
		match (self, wanted) {
			(Self::Set, Some(policy)) => Some(format!(
				"{name}: the chain is to hold it to: {}. It refuses what that does not allow, whichever client asks; what is tighter \
				 than before holds at once, and is loosened a day after you ask for it only. A first policy holds a deposit of \
				 {deposit}. Publish it?",
				PolicyRecord::of(policy).text()
			)),
			(Self::Remove, _) => Some(format!(
				"{name}: a day from now on the chain holds it to nothing; the deposit comes back with a second --remove, from \
				 then on. Remove it?"
			)),
			(Self::Set | Self::Nothing | Self::Free, _) => None,
		}
	}

	fn call(self, tag: &Digest, wanted: Option<&Policy>) -> Option<Call> {
		match (self, wanted) {
			(Self::Set, Some(policy)) => Some(calls::set_policy(*tag, policy.clone())),
			(Self::Remove | Self::Free, _) => Some(calls::remove_policy(*tag)),
			_ => None,
		}
	}
}

/// What became of a data set, as JSON.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::commands) struct PublishedRecord {
	dataset: String,
	tag: String,
	/// Whether something was sent.
	sent: bool,
	block: Option<BlockNumber>,
	fee: Option<String>,
	/// What holds now; none if the chain has no policy.
	policy: Option<PolicyRecord>,
	/// What is to hold from a block on.
	later: Option<LaterRecord>,
}

impl PublishedRecord {
	async fn of(
		chain: &Chain,
		signer: &Signer,
		name: String,
		todo: &Todo,
		receipt: Option<Receipt>,
	) -> Result<Self, Error> {
		let tag = dataset_tag(&name);
		let head = receipt.as_ref().map_or_else(|| chain.head(), |receipt| receipt.block);
		let account = signer.account();
		let standing = chain.policy(&account, &tag, head).await?;
		let held = Duties { block: head.number, ..Duties::default() }.held(standing, &tag, None);
		Ok(Self {
			dataset: name,
			tag: hex(tag),
			sent: *todo != Todo::Nothing,
			block: receipt.as_ref().map(|receipt| receipt.block.number),
			fee: receipt.as_ref().map(|receipt| receipt.fee.to_string()),
			policy: held.policy().map(PolicyRecord::of),
			later: LaterRecord::of(&held),
		})
	}

	/// In a line or two.
	fn text(&self, is_removed: bool) -> String {
		let name = escaped(&self.dataset);
		let sent = match self.block {
			Some(block) => format!("in block {block}"),
			None => "nothing was sent".to_owned(),
		};
		let policy = self.policy.as_ref();
		let holds = match policy {
			Some(policy) => format!("the chain holds it to: {}", policy.text()),
			None => "the chain holds it to nothing".to_owned(),
		};
		let later = self.later.as_ref().map(|later| format!("\n  {}", later.text()));
		let deposit = match (is_removed, &self.later) {
			(true, Some(_)) => "\n  --remove once more, from then on, gives the deposit back",
			_ => "",
		};
		format!("{name}: {holds} ({sent}){}{deposit}", later.unwrap_or_default())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::consent::Quota;

	fn policy(tasks: u8) -> Policy {
		Policy { quota: Some(Quota { tasks, blocks: 9 }), ..Policy::default() }
	}

	fn standing(tasks: u8, next: Option<(Option<Policy>, BlockNumber)>) -> Standing {
		Standing { now: policy(tasks), next, deposit: 1 }
	}

	#[test]
	fn nothing_is_sent_twice() {
		let wanted = policy(4);
		let of = |standing: Option<&Standing>| Todo::of(standing, Some(&wanted), 100);
		assert_eq!(of(None), Todo::Set);
		assert_eq!(of(Some(&standing(4, None))), Todo::Nothing);
		assert_eq!(of(Some(&standing(3, None))), Todo::Set, "looser, or tighter");
		// on its way
		assert_eq!(of(Some(&standing(3, Some((Some(policy(4)), 120))))), Todo::Nothing);
		assert_eq!(of(Some(&standing(3, Some((Some(policy(4)), 100))))), Todo::Nothing);
		// something looser is on its way: what is set now takes its place
		assert_eq!(of(Some(&standing(4, Some((Some(policy(5)), 120))))), Todo::Set);
		assert_eq!(of(Some(&standing(4, Some((None, 120))))), Todo::Set);
		assert_eq!(of(Some(&standing(4, Some((None, 99))))), Todo::Set);
	}

	#[test]
	fn a_removal_takes_two_steps() {
		let of = |standing: Option<&Standing>| Todo::of(standing, None, 100);
		assert_eq!(of(None), Todo::Nothing);
		assert_eq!(of(Some(&standing(4, None))), Todo::Remove);
		assert_eq!(of(Some(&standing(4, Some((Some(policy(5)), 120))))), Todo::Remove);
		assert_eq!(of(Some(&standing(4, Some((None, 101))))), Todo::Nothing, "not due");
		assert_eq!(of(Some(&standing(4, Some((None, 100))))), Todo::Free);
		let call = Todo::Free.call(&[1; 32], None).map(|call| call.title());
		assert_eq!(call.as_deref(), Some("Consent.remove_policy"));
		let call = Todo::Set.call(&[1; 32], Some(&policy(4))).map(|call| call.title());
		assert_eq!(call.as_deref(), Some("Consent.set_policy"));
		assert_eq!(Todo::Nothing.call(&[1; 32], Some(&policy(4))), None);
	}

	#[test]
	fn a_person_is_asked_before_what_takes_a_day_to_undo() {
		let asked = |todo: Todo| todo.question("lo\u{1b}ans", Some(&policy(4)), "1 OST");
		let set = asked(Todo::Set).unwrap_or_default();
		for part in [
			"lo\\u{1b}ans: ",
			"4 tasks in 9 blocks",
			"a day after",
			"a deposit of 1 OST",
			"Publish",
		] {
			assert!(set.contains(part), "`{set}` does not say `{part}`");
		}
		let remove = asked(Todo::Remove).unwrap_or_default();
		assert!(remove.contains("a day from now on") && remove.ends_with("Remove it?"), "{remove}");
		assert_eq!((asked(Todo::Nothing), asked(Todo::Free)), (None, None));
	}

	#[test]
	fn who_removes_is_told_when_the_deposit_comes_back() {
		let later = LaterRecord::of(&Duties { block: 100, ..Duties::default() }.held(
			Some(standing(4, Some((None, 120)))),
			&[1; 32],
			None,
		));
		let record = PublishedRecord {
			dataset: "loans".to_owned(),
			tag: hex([1u8; 32]),
			sent: true,
			block: Some(100),
			fee: Some("1".to_owned()),
			policy: Some(PolicyRecord::of(&policy(4))),
			later,
		};
		let text = record.text(true);
		for part in
			["loans: the chain holds it to: 4 tasks in 9 blocks", "from block 120 on", "deposit"]
		{
			assert!(text.contains(part), "`{text}` does not say `{part}`");
		}
	}

	#[test]
	fn a_data_set_is_named_or_in_the_file() {
		assert!(names(None, None, true).is_err_and(|error| error.to_string().contains("--dataset")));
		assert_eq!(names(None, Some("old"), true).ok(), Some(vec!["old".to_owned()]));
	}
}
