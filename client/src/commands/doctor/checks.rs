//! Checks that `doctor` and `node check` both make, and how a list of checks is told.

use super::judge::{self, Part, Status};
use crate::{
	chain::{Chain, ChainError, Head},
	cli::worker_key,
	error::Error,
	output::Output,
};
use codec::Decode;
use ostraka_party::words::counted;
use ostraka_primitives::{AccountId, SealKeyBytes, WorkerKey, WORKER_KEY_TYPE};
use ostraka_protocol::worker_key::register;
use rand_core::OsRng;
use schemars::JsonSchema;
use serde::Serialize;
use sp_core::ed25519::Pair;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use subxt::{
	ext::frame_decode::storage::encode_storage_key_prefix, rpcs::methods::legacy::SystemHealth,
};

/// A check, and what came of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Check {
	/// What was looked at.
	pub check: &'static str,
	/// What came of it.
	pub status: Status,
	/// What is said of it.
	pub says: String,
}

/// All checks, as JSON.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::commands) struct Report<'a> {
	healthy: bool,
	checks: &'a [Check],
}

/// Checks, in the order in which they are told.
#[derive(Debug, Default)]
pub struct Checks(pub Vec<Check>);

impl Checks {
	/// Adds one.
	pub fn push(&mut self, check: &'static str, (status, says): Part) {
		self.0.push(Check { check, status, says });
	}

	/// Writes them.
	///
	/// # Errors
	/// `Output`.
	pub fn write(&self, out: &mut Output<'_>) -> Result<(), Error> {
		if out.is_json() {
			let healthy = self.failed().is_empty();
			return out.json(&Report { healthy, checks: &self.0 });
		}
		for check in &self.0 {
			// what comes after a line break stands below
			let says = check.says.replace('\n', &format!("\n{:23}", ""));
			writeln!(out, "{:<9} {:<12} {says}", check.status.word(), check.check)?;
		}
		Ok(())
	}

	/// The names of those that failed.
	fn failed(&self) -> Vec<&'static str> {
		self.0.iter().filter(|one| one.status == Status::Failed).map(|one| one.check).collect()
	}

	/// Whether all is right.
	///
	/// # Errors
	/// `Failed` if a check failed.
	pub fn judged(&self) -> Result<(), Error> {
		match self.failed().as_slice() {
			[] => Ok(()),
			failed => Err(Error::Failed(format!(
				"{} failed: {}",
				counted(failed.len(), "check"),
				failed.join(", ")
			))),
		}
	}
}

/// What the node says of its peers, and of whether it has caught up.
///
/// # Errors
/// `Rpc`, `Gone`, `Unreadable`.
pub async fn health(chain: &Chain) -> Result<SystemHealth, ChainError> {
	chain.link().ask(|rpc| async move { rpc.system_health().await }).await
}

/// This machine's clock against the newest block.
///
/// # Errors
/// `Pruned`, `Rpc`, `Gone`, `Unreadable`.
pub async fn clock(chain: &Chain, head: Head) -> Result<Part, ChainError> {
	if chain.is_insecure().await? {
		let says = "not looked at: the blocks of a development chain have a time of their own";
		return Ok((Status::Ok, says.to_owned()));
	}
	let bytes = chain.storage_at(&encode_storage_key_prefix("Timestamp", "Now"), head).await?;
	let millis = u64::decode(&mut bytes.unwrap_or_default().as_slice())
		.map_err(|error| ChainError::Unreadable(format!("Timestamp.Now: {error}")))?;
	// a clock before 1970 is as wrong as one at it
	let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	Ok(judge::clock(head.number, Duration::from_millis(millis), now, chain.block_time()))
}

/// The seal key that follows from a worker key for that operator; `None` if the key does not sign.
pub fn seal_key(chain: &Chain, operator: &AccountId, key: &Pair) -> Option<SealKeyBytes> {
	let operator: [u8; 32] = operator.clone().into();
	let public = worker_key::public(key);
	let sign = |message: &[u8]| Some(worker_key::sign(key, message));
	let made = register(chain.genesis(), &operator, &public.0, sign, &mut OsRng);
	made.map(|made| made.seal_key)
}

/// Whether a worker key is in the keystore of the node that answers; `None` if that does not say.
///
/// # Errors
/// `Gone`, `Unreadable`.
pub async fn is_in_keystore(chain: &Chain, key: &WorkerKey) -> Result<Option<bool>, ChainError> {
	let (key, kind) = (key.0, String::from_utf8_lossy(&WORKER_KEY_TYPE.0).into_owned());
	let asked = chain.link().ask(|rpc| {
		let kind = kind.clone();
		async move { rpc.author_has_key(key.to_vec(), kind).await }
	});
	match asked.await {
		Ok(has) => Ok(Some(has)),
		Err(ChainError::Rpc(_)) => Ok(None),
		Err(error) => Err(error),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::Notes;

	fn checks() -> Checks {
		Checks(vec![
			Check { check: "chain", status: Status::Ok, says: "Ostraka".to_owned() },
			Check { check: "clock", status: Status::Failed, says: "wrong\nset it".to_owned() },
			Check { check: "worker key", status: Status::Skipped, says: "not told".to_owned() },
		])
	}

	fn said(is_json: bool, checks: Checks) -> (String, Option<String>) {
		let mut results = Vec::new();
		let mut out = Output::new(&mut results, Notes::none(), is_json);
		checks.write(&mut out).expect("it can be written");
		let error = checks.judged().err();
		assert!(error.iter().all(|error| error.exit_code() == 1));
		(String::from_utf8(results).expect("text"), error.map(|error| error.to_string()))
	}

	#[test]
	fn checks_are_a_plain_list() {
		let (text, error) = said(false, checks());
		let expected = "ok        chain        Ostraka\nfailed    clock        wrong\n                       set it\n\
		                skipped   worker key   not told\n";
		assert_eq!(text, expected);
		assert_eq!(error.as_deref(), Some("1 check failed: clock"));
		let mut fine = checks();
		fine.0.remove(1);
		assert_eq!(said(false, fine).1, None);
	}

	#[test]
	fn checks_are_json() {
		let report: serde_json::Value =
			serde_json::from_str(&said(true, checks()).0).expect("JSON");
		assert_eq!(report["healthy"], false);
		assert_eq!(report["checks"][1]["status"], "failed");
		assert_eq!(report["checks"][0]["says"], "Ostraka");
	}
}
