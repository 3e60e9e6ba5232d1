//! The flags of a dealer's policy and of the log of its acts.

use crate::error::Error;
use clap::Args;
use ostraka_party::{
	audit::{self, Log, User},
	policy::{usual_place, Policy},
};
use std::path::PathBuf;

/// Which policy, and which of its data sets.
#[derive(Args, Clone, Debug, Default)]
pub struct PolicyFileArgs {
	/// What your rows may be asked [default: ostraka/policy.toml in the configuration folder, if it is there]
	#[arg(long, value_name = "FILE", env = "OSTRAKA_POLICY", help_heading = "Policy")]
	pub policy: Option<PathBuf>,
	/// Data set of the policy [default: the one that has the file, or the columns that are asked for]
	#[arg(long, value_name = "NAME", help_heading = "Policy")]
	pub dataset: Option<String>,
}

impl PolicyFileArgs {
	/// Reads the policy, if one is named or at the usual place.
	///
	/// # Errors
	/// Those of [`Policy::read`].
	pub fn read(&self) -> Result<Option<Policy>, Error> {
		let path = match &self.policy {
			Some(path) => Some(path.clone()),
			// one that is there and cannot be read is an error, not none
			None => usual_place().filter(|path| path.symlink_metadata().is_ok()),
		};
		let policy = path.map(|path| Policy::read(&path)).transpose();
		Ok(policy.map_err(ostraka_party::Error::from)?)
	}

	/// Reads the policy, which must be there.
	///
	/// # Errors
	/// `Usage` if there is none; those of [`Policy::read`].
	pub fn read_some(&self) -> Result<Policy, Error> {
		self.read()?.ok_or_else(|| {
			let place = usual_place().map_or_else(String::new, |place| {
				format!(" (it is looked for at {})", place.display())
			});
			Error::Usage(format!(
				"there is no policy{place}: name one with --policy FILE, or make one with `ostraka policy init --data FILE`"
			))
		})
	}
}

/// The policy of who accepts or deals, or none.
#[derive(Args, Clone, Debug, Default)]
pub struct PolicyArgs {
	/// Which policy.
	#[command(flatten)]
	pub file: PolicyFileArgs,
	/// Go by no policy, also where there is one, and do not ask whether to: for scripts
	#[arg(long, help_heading = "Policy")]
	pub no_policy: bool,
}

impl PolicyArgs {
	/// Reads the policy to go by.
	///
	/// # Errors
	/// Those of [`Policy::read`]; `Usage` if a data set is named and there is no policy.
	pub fn read(&self) -> Result<Option<Policy>, Error> {
		let policy = if self.no_policy { None } else { self.file.read()? };
		match (&policy, &self.file.dataset) {
			(None, Some(_)) => Err(Error::Usage(
				"--dataset names a part of a policy, and there is none".to_owned(),
			)),
			_ => Ok(policy),
		}
	}
}

/// Where what a dealer does is logged.
#[derive(Args, Clone, Debug, Default)]
pub struct LogArgs {
	/// Log of what was accepted and dealt [default: ostraka/log.jsonl in the data folder]
	#[arg(long, value_name = "FILE", env = "OSTRAKA_LOG", help_heading = "Policy")]
	pub log: Option<PathBuf>,
}

impl LogArgs {
	/// The log.
	///
	/// # Errors
	/// `Usage` if none is named, and the environment names no home.
	pub fn log(&self) -> Result<Log, Error> {
		let path = self.log.clone().or_else(audit::usual_place).ok_or_else(|| {
			Error::Usage("there is no place for the log: name one with --log FILE".to_owned())
		})?;
		Ok(Log::new(path, env!("CARGO_PKG_VERSION"), user()))
	}
}

/// Who runs this process, as the system has it, whatever its environment says. A user that the system has no name of, as in a
/// container, has a number alone.
fn user() -> User {
	let uid = nix::unistd::getuid();
	let known = nix::unistd::User::from_uid(uid).ok().flatten();
	User { uid: Some(uid.as_raw()), name: known.map(|known| known.name) }
}

#[cfg(test)]
mod tests {
	use super::*;

	fn named(text: &str) -> (tempfile::TempDir, PolicyFileArgs) {
		let folder = tempfile::tempdir().expect("a folder");
		let path = folder.path().join("policy.toml");
		std::fs::write(&path, text).expect("written");
		(folder, PolicyFileArgs { policy: Some(path), dataset: None })
	}

	#[test]
	fn a_policy_that_is_none_is_an_error_and_not_no_policy() {
		let (_folder, file) = named("[dataset]\n");
		assert!(file.read().is_err());
		let args = PolicyArgs { file: file.clone(), no_policy: true };
		assert!(args.read().is_ok_and(|policy| policy.is_none()));
		let file = PolicyFileArgs { dataset: Some("pay".to_owned()), ..file };
		let args = PolicyArgs { file, no_policy: true };
		assert!(args.read().is_err_and(|error| error.to_string().contains("--dataset")));
	}
}
