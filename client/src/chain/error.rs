//! What goes wrong with a chain, in plain words.

use ostraka_primitives::task::FailReason;

/// A problem with the chain or the connection to it.
#[allow(missing_docs)] // of the fields: a variant's message says what each is
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChainError {
	/// Nobody answers.
	#[error(
		"no chain answers at {url}: {reason}\n  start a node (`make dev` gives a development chain), or name \
		 another with --url ws://HOST:PORT"
	)]
	NoConnection { url: String, reason: String },
	/// A plain connection to another machine.
	#[error(
		"{url} is a plain connection to another machine: whoever sits between could show a committee of its own, and read \
		 what is dealt to it\n  use wss://, or forward the port (`ssh -N -L 9944:localhost:9944 HOST`) and use \
		 ws://localhost:9944; if the way there is safe all the same, set OSTRAKA_ALLOW_PLAIN=1"
	)]
	Plain { url: String },
	/// The connection was lost and did not come back.
	#[error(
		"the connection to {url} was lost and did not come back within {seconds} s\n  what was sent may still take \
		 effect: run the same command again, it looks before it acts"
	)]
	Gone { url: String, seconds: u64 },
	/// The chain answers, but is another one.
	#[error("the chain at {url} is not an Ostraka chain: {what}")]
	NotOstraka { url: String, what: String },
	/// The chain is an Ostraka chain of another version.
	#[error(
		"the chain at {url} speaks another version: {what}\n  use the `ostraka` that belongs to it"
	)]
	OtherVersion { url: String, what: String },
	/// After a reconnect another chain answers.
	#[error("another chain answers at {url} now than before: its first block is another one")]
	OtherChain { url: String },
	/// The node refuses a request.
	#[error("the node refuses the request: {0}")]
	Rpc(String),
	/// An answer that cannot be read.
	#[error("the node's answer cannot be read: {0}")]
	Unreadable(String),
	/// State or body of a block that the node no longer has.
	#[error(
		"the node no longer has {what} of block {block}\n  ask a node that keeps it (--blocks-pruning archive \
		 --state-pruning archive)"
	)]
	Pruned { what: &'static str, block: u32 },
	/// The transaction pool does not take the transaction.
	#[error("{call} was not taken: {reason}")]
	Invalid { call: String, reason: String },
	/// The transaction is in a block, and failed there.
	#[error("{call} failed: {name}{}", sentence(.docs))]
	Refused { call: String, name: String, docs: String },
	/// The transaction was in no block as long as it was valid.
	#[error(
		"{call} was in none of {blocks} blocks and is no longer valid: run the command again{}",
		last_said(.reason)
	)]
	NotIncluded { call: String, blocks: u32, reason: Option<String> },
	/// Finality stands still.
	#[error(
		"block {block} is not final: for {minutes} minutes the newest final block has been {last}\n  the chain's finality \
		 stands still; what was sent may count all the same: look before you run the command again"
	)]
	NotFinal { block: u32, last: u32, minutes: u64 },
	/// The chain makes no blocks.
	#[error(
		"the chain makes no blocks: block {block} has been its newest for {minutes} minutes\n  a task needs blocks that come \
		 by themselves, for its draw and its windows: a node that makes them for transactions only (--instant-seal) runs none"
	)]
	Still { block: u32, minutes: u64 },
	/// There is no such task.
	#[error("there is no task {0}\n  `ostraka task list` shows the tasks there are")]
	NoTask(u32),
	/// The task is settled, and failed before its committee was drawn: its state is all that is left of it.
	#[error(
		"task {task} has no result, it failed: {}\n  that was before its committee was drawn, and nothing else is left of \
		 it; `ostraka events {task} --from BLOCK` tells of it, of blocks that the node has",
		explained(.reason)
	)]
	Undrawn { task: u32, reason: FailReason },
	/// There is no such node.
	#[error("the account {0} has no node\n  `ostraka node list` shows the nodes there are")]
	NoNode(String),
}

impl ChainError {
	/// The same with another line for a refusal.
	pub fn with_hint(self, hint: &str) -> Self {
		match self {
			Self::Refused { call, name, docs } => {
				let docs =
					if docs.is_empty() { hint.to_owned() } else { format!("{docs}\n  {hint}") };
				Self::Refused { call, name, docs }
			},
			other => other,
		}
	}

	/// The same for who would send a call that a settled task refuses.
	pub fn of_call(self, call: &str) -> Self {
		match self {
			Self::Undrawn { task, reason } => Self::Invalid {
				call: call.to_owned(),
				reason: format!("task {task} is settled, it failed: {}", reason.explain()),
			},
			other => other,
		}
	}

	/// Whether chain and connection are all right, and what was asked was refused.
	pub fn is_refusal(&self) -> bool {
		matches!(
			self,
			Self::Invalid { .. }
				| Self::Refused { .. }
				| Self::NotIncluded { .. }
				| Self::NoTask(_)
				| Self::Undrawn { .. }
				| Self::NoNode(_)
		)
	}
}

/// The error of a call that the chain's filter holds back: of a paused one.
const FILTERED: &str = "System.CallFiltered";

/// A refusal in the chain's own words, with what to do about it where these do not say so.
pub(super) fn refused(call: String, name: String, docs: String) -> ChainError {
	if name == FILTERED {
		let docs = held_back(&call);
		return ChainError::Refused { call, name, docs };
	}
	let advice = advice(&name);
	let refused = ChainError::Refused { call, name, docs };
	match advice {
		Some(advice) => refused.with_hint(advice),
		None => refused,
	}
}

/// Why a call was held back. The chain's word for it names no pause. Only what begins something can be paused, and by Root alone.
fn held_back(call: &str) -> String {
	let meanwhile = match call {
		"Tasks.submit" => "nobody can ask; open tasks go on",
		"Tasks.accept" => {
			"no dealer can accept, and a task without enough acceptances ends without a draw; drawn tasks go on"
		},
		"Registry.register" | "Registry.bond" | "Registry.activate" => {
			"no node comes in, adds stake or comes back; those that are there stay, and may leave"
		},
		_ => {
			return "this chain takes no such call, and has no pause for it\n  use the `ostraka` that belongs to the chain".to_owned()
		},
	};
	format!(
		"this call is paused on this chain: Root, the relay chain's governance, can pause what begins something, as before an \
		 upgrade\n  meanwhile {meanwhile}\n  try again later; `TxPause.PausedCalls` in the chain's state has what is paused, and every \
		 try costs its fee"
	)
}

/// What to do about a refusal, where the chain's own words for it do not say so.
fn advice(name: &str) -> Option<&'static str> {
	Some(match name {
		"Tasks.NotInvited" => "sign with the account that the requester invited",
		"Tasks.AlreadyAccepted" => "`ostraka deal` goes on from there",
		"Tasks.OtherTerms" => {
			"another block won, or the node shows another task than the chain has: `ostraka task show` before you accept"
		},
		"Consent.QuotaSpent" => "`ostraka policy show --account` says from which block on it may be asked again",
		"Consent.TooFewDealersAsked" | "Consent.CoDealerNotRequired" => {
			"the requester sets that: `--least-dealers` and `--require` of `ostraka task submit`"
		},
		"Consent.OtherDataset" => {
			"the task that counted the contributors had another data set of this account: `--dataset NAME` takes that one"
		},
		"Consent.NotYet" => {
			"what is looser holds after a while: `ostraka policy show --account` says from which block on"
		},
		"Registry.SlashPending" | "Registry.SlashNotDue" => {
			"`ostraka node slash list` shows those that wait, and from which block on they can be applied"
		},
		"Tasks.TooManyOfRequester" => {
			"`ostraka task list` shows the open tasks; `ostraka task cancel` takes one back that still invites"
		},
		"Vss.DigestMismatch" => {
			"another block won, or the node shows another dealing than the chain has: run the command again, it looks before it acts"
		},
		"Vss.NotAccepted" => {
			"who deals accepts while a task invites (`ostraka accept`), before its committee is drawn"
		},
		_ => return None,
	})
}

fn explained(reason: &FailReason) -> &'static str {
	reason.explain()
}

fn last_said(reason: &Option<String>) -> String {
	reason.as_ref().map_or_else(String::new, |reason| format!("\n  the node last said: {reason}"))
}

fn sentence(docs: &str) -> String {
	if docs.is_empty() {
		String::new()
	} else {
		format!("\n  {docs}")
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_to_do_stands_under_what_the_chain_says() {
		let refused = |name: &str| {
			super::refused("A.b".to_owned(), name.to_owned(), "The chain's words.".to_owned())
				.to_string()
		};
		let said = refused("Tasks.OtherTerms");
		assert!(said.contains("Tasks.OtherTerms\n  The chain's words.\n  another block"), "{said}");
		let said = refused("Consent.OtherDataset");
		assert!(said.contains("--dataset NAME"), "{said}");
		assert_eq!(refused("Tasks.NoRows"), "A.b failed: Tasks.NoRows\n  The chain's words.");
	}

	#[test]
	fn of_a_task_that_is_gone_is_told_why_it_failed() {
		let gone = ChainError::Undrawn { task: 7, reason: FailReason::Cancelled };
		assert!(gone.is_refusal(), "chain and connection are all right");
		let said = gone.to_string();
		for part in [
			"task 7 has no result, it failed: the requester cancelled it\n",
			"`ostraka events 7 --from BLOCK`",
		] {
			assert!(said.contains(part), "{said}");
		}
		let refused = gone.of_call("Tasks.cancel").to_string();
		let parts = ["Tasks.cancel was not taken: task 7 is settled", "the requester cancelled it"];
		assert!(parts.iter().all(|part| refused.contains(part)), "{refused}");
		assert!(matches!(ChainError::NoTask(7).of_call("Tasks.cancel"), ChainError::NoTask(7)));
	}

	#[test]
	fn a_paused_call_is_told_as_that() {
		let refused = |call: &str| {
			let docs = "The origin filter prevent the call to be dispatched.".to_owned();
			super::refused(call.to_owned(), FILTERED.to_owned(), docs)
		};
		for (call, meanwhile) in [
			("Tasks.submit", "open tasks go on"),
			("Tasks.accept", "ends without a draw"),
			("Registry.register", "may leave"),
			("Registry.bond", "may leave"),
			("Registry.activate", "may leave"),
		] {
			let said = refused(call).to_string();
			let begins = format!(
				"{call} failed: System.CallFiltered\n  this call is paused on this chain: "
			);
			assert!(said.starts_with(&begins), "{said}");
			for part in [meanwhile, "Root", "try again later"] {
				assert!(said.contains(part), "`{said}` does not say `{part}`");
			}
			assert!(!said.contains("origin filter"), "{said}");
			assert!(refused(call).is_refusal());
		}
		// what cannot be paused is not said to be
		let said = refused("Vss.deal").to_string();
		assert!(!said.contains("is paused") && said.contains("belongs to the chain"), "{said}");
	}
}
