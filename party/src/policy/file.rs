//! Where a policy is, and that it is nobody else's.

use super::{error::PolicyError, model::Policy};
use crate::places;
use std::{
	io,
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Where a policy is looked for if nothing names one; `None` if the environment names no home.
pub fn usual_place() -> Option<PathBuf> {
	Some(places::configuration(|name| std::env::var_os(name))?.join("policy.toml"))
}

impl Policy {
	/// Reads a policy. It and its folder must be the user's own, or root's, and nobody else may write it, its folder, or one
	/// above.
	///
	/// # Errors
	/// `Unreadable`, `OpenToOthers`, `OfAnother`, and those of [`Self::parse`].
	pub fn read(path: &Path) -> Result<Self, PolicyError> {
		let file = || path.display().to_string();
		let unreadable =
			|error: io::Error| PolicyError::Unreadable { file: file(), reason: reason(&error) };
		// what is looked at is what is read: the file behind all links, opened once
		let path = path.canonicalize().map_err(unreadable)?;
		let mut opened = std::fs::File::open(&path).map_err(unreadable)?;
		guard::check(&path, &opened.metadata().map_err(unreadable)?, &file())?;
		let mut text = Zeroizing::new(String::new());
		io::Read::read_to_string(&mut opened, &mut text).map_err(unreadable)?;
		Self::parse(&path, &text)
	}
}

fn reason(error: &io::Error) -> String {
	match error.kind() {
		io::ErrorKind::NotFound => "there is no such file".to_owned(),
		_ => error.to_string(),
	}
}

#[cfg(unix)]
mod guard {
	use super::PolicyError;
	use std::{fs::Metadata, os::unix::fs::MetadataExt, path::Path};

	const WRITE_FOR_OTHERS: u32 = 0o022;
	/// In such a folder only a file's owner can move it, whoever can write.
	const STICKY: u32 = 0o1000;
	const ROOT: u32 = 0;

	pub fn check(path: &Path, metadata: &Metadata, file: &str) -> Result<(), PolicyError> {
		let open = |what| PolicyError::OpenToOthers { file: file.to_owned(), what };
		if metadata.mode() & WRITE_FOR_OTHERS != 0 {
			return Err(open("the policy"));
		}
		let is_open =
			|folder: Metadata| folder.mode() & WRITE_FOR_OTHERS != 0 && folder.mode() & STICKY == 0;
		let folder = path.parent().and_then(|folder| folder.metadata().ok());
		let own = own_user();
		let is_anothers = |metadata: &Metadata| {
			metadata.uid() != ROOT && own.is_some_and(|own| own != metadata.uid())
		};
		if is_anothers(metadata) || folder.as_ref().is_some_and(is_anothers) {
			return Err(PolicyError::OfAnother { file: file.to_owned() });
		}
		if folder.is_some_and(is_open) {
			return Err(open("the policy's folder"));
		}
		// who can write further up puts another folder in the place of the policy's
		let mut above = path.ancestors().skip(2).filter_map(|folder| folder.metadata().ok());
		if above.any(is_open) {
			return Err(open("a folder above the policy"));
		}
		Ok(())
	}

	/// The user as whom files are made, told by a file that is made.
	fn own_user() -> Option<u32> {
		Some(tempfile::tempfile().ok()?.metadata().ok()?.uid())
	}
}

#[cfg(not(unix))]
mod guard {
	use super::PolicyError;
	use std::{fs::Metadata, path::Path};

	/// There are no modes here to tell who can write.
	pub fn check(_: &Path, _: &Metadata, _: &str) -> Result<(), PolicyError> {
		Ok(())
	}
}
