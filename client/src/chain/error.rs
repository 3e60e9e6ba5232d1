//! What goes wrong with a chain, in plain words.

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

	/// Whether chain and connection are all right, and what was asked was refused.
	pub fn is_refusal(&self) -> bool {
		matches!(
			self,
			Self::Invalid { .. }
				| Self::Refused { .. }
				| Self::NotIncluded { .. }
				| Self::NoTask(_)
				| Self::NoNode(_)
		)
	}
}

/// What to do about a refusal, where the chain's own words for it do not say so.
pub(super) fn advice(name: &str) -> Option<&'static str> {
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
			let docs = "The chain's words.".to_owned();
			let error = ChainError::Refused { call: "A.b".to_owned(), name: name.to_owned(), docs };
			match advice(name) {
				Some(advice) => error.with_hint(advice).to_string(),
				None => error.to_string(),
			}
		};
		let said = refused("Tasks.OtherTerms");
		assert!(said.contains("Tasks.OtherTerms\n  The chain's words.\n  another block"), "{said}");
		let said = refused("Consent.OtherDataset");
		assert!(said.contains("--dataset NAME"), "{said}");
		assert_eq!(refused("Tasks.NoRows"), "A.b failed: Tasks.NoRows\n  The chain's words.");
	}
}
