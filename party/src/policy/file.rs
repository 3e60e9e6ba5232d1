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
	/// Reads a policy. It, every folder on the way to it and every link must be the user's own, or root's; and nobody else may write it
	/// or such a folder, except where only who owns what lies in a folder can move it (a sticky one, as `/tmp`).
	///
	/// # Errors
	/// `Unreadable`, `OpenToOthers`, `OfAnother`, and those of [`Self::parse`].
	pub fn read(path: &Path) -> Result<Self, PolicyError> {
		let file = || path.display().to_string();
		let unreadable =
			|error: io::Error| PolicyError::Unreadable { file: file(), reason: reason(&error) };
		// what is looked at is what is read: the file behind all links, opened once
		let path = guard::find(path, &file()).map_err(|problem| match problem {
			guard::Problem::Io(error) => unreadable(error),
			guard::Problem::Policy(error) => error,
		})?;
		let mut opened = std::fs::File::open(&path).map_err(unreadable)?;
		guard::check(&opened.metadata().map_err(unreadable)?, &file())?;
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

/// Who can put another file in the place of one: who can write it or a folder on the way to it, and who owns one of them or a link on
/// that way. An owner can always move what is his, and what lies in a folder of his, a sticky one or not.
#[cfg(unix)]
pub(super) mod guard {
	use super::PolicyError;
	use std::{
		collections::VecDeque,
		ffi::OsString,
		fs::Metadata,
		io,
		os::unix::fs::MetadataExt,
		path::{Component, Path, PathBuf},
	};

	const WRITE_FOR_OTHERS: u32 = 0o022;
	/// In such a folder only the owner of what lies in it, or of the folder itself, can move that, whoever can write.
	const STICKY: u32 = 0o1000;
	const ROOT: u32 = 0;
	/// Most links on the way to a file, as the system has it.
	const MOST_LINKS: u32 = 40;

	/// Why there is no way to a file, or none to go.
	pub enum Problem {
		Io(io::Error),
		Policy(PolicyError),
	}

	impl From<io::Error> for Problem {
		fn from(error: io::Error) -> Self {
			Self::Io(error)
		}
	}

	/// What lies on the way to a file, or is it.
	#[derive(Clone, Copy, Debug, PartialEq, Eq)]
	pub enum Kind {
		Folder,
		Link,
		File,
	}

	/// What others can do to one of these.
	#[derive(Clone, Copy, Debug, PartialEq, Eq)]
	pub enum Danger {
		/// They can write it.
		Open,
		/// It is theirs.
		Anothers,
	}

	/// What others than `own`, and root, can do to what has this owner and this mode. Where it is not known who that is, owners are not
	/// looked at.
	pub fn danger(kind: Kind, owner: u32, mode: u32, own: Option<u32>) -> Option<Danger> {
		if owner != ROOT && own.is_some_and(|own| own != owner) {
			return Some(Danger::Anothers);
		}
		let is_open = match kind {
			// a link has no mode of its own
			Kind::Link => false,
			Kind::Folder => mode & WRITE_FOR_OTHERS != 0 && mode & STICKY == 0,
			Kind::File => mode & WRITE_FOR_OTHERS != 0,
		};
		is_open.then_some(Danger::Open)
	}

	/// The file behind all links, once every folder and every link on the way to it is looked at, in the order in which the system
	/// follows them.
	pub fn find(path: &Path, file: &str) -> Result<PathBuf, Problem> {
		let own = own_user();
		let mut at = PathBuf::from("/");
		let mut folders = vec![at.symlink_metadata()?];
		// a relative path begins where the process is
		let begin = if path.is_absolute() { PathBuf::new() } else { std::env::current_dir()? };
		let mut rest: VecDeque<OsString> = parts(&begin).chain(parts(path)).collect();
		let mut links = 0;
		while let Some(part) = rest.pop_front() {
			if part == ".." {
				if at.pop() {
					folders.pop();
				}
				continue;
			}
			let next = at.join(&part);
			let metadata = next.symlink_metadata()?;
			if metadata.is_symlink() {
				links += 1;
				if links > MOST_LINKS {
					return Err(
						io::Error::other("there are too many links on the way to it").into()
					);
				}
				if let Some(danger) = danger(Kind::Link, metadata.uid(), metadata.mode(), own) {
					return Err(problem(danger, "a link to the policy", file));
				}
				// who can write where it lies, or above, can put another in its place
				check_folders(&folders, "the folder of a link to the policy", own, file)?;
				let target = std::fs::read_link(&next)?;
				if target.is_absolute() {
					at = PathBuf::from("/");
					folders.truncate(1);
				}
				let behind = std::mem::take(&mut rest);
				rest = parts(&target).chain(behind).collect();
				continue;
			}
			if !rest.is_empty() {
				folders.push(metadata);
			}
			at = next;
		}
		check_folders(&folders, "the policy's folder", own, file)?;
		Ok(at)
	}

	/// Names of a path, from the root or from where it begins.
	fn parts(path: &Path) -> impl Iterator<Item = OsString> + '_ {
		path.components().filter_map(|part| match part {
			Component::Normal(name) => Some(name.to_owned()),
			Component::ParentDir => Some(OsString::from("..")),
			Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
		})
	}

	/// Looks at the folders from the root to `last`, that of a file or of a link.
	fn check_folders(
		folders: &[Metadata],
		last: &'static str,
		own: Option<u32>,
		file: &str,
	) -> Result<(), Problem> {
		let mut what = last;
		for folder in folders.iter().rev() {
			if let Some(danger) = danger(Kind::Folder, folder.uid(), folder.mode(), own) {
				return Err(problem(danger, what, file));
			}
			what = "a folder above the policy";
		}
		Ok(())
	}

	/// Looks at the file itself, as it was opened.
	pub fn check(metadata: &Metadata, file: &str) -> Result<(), PolicyError> {
		match danger(Kind::File, metadata.uid(), metadata.mode(), own_user()) {
			Some(danger) => Err(error(danger, "the policy", file)),
			None => Ok(()),
		}
	}

	fn problem(danger: Danger, what: &'static str, file: &str) -> Problem {
		Problem::Policy(error(danger, what, file))
	}

	fn error(danger: Danger, what: &'static str, file: &str) -> PolicyError {
		let file = file.to_owned();
		match danger {
			Danger::Open => PolicyError::OpenToOthers { file, what },
			Danger::Anothers => PolicyError::OfAnother { file, what },
		}
	}

	/// The user as whom files are made, told by a file that is made.
	fn own_user() -> Option<u32> {
		Some(tempfile::tempfile().ok()?.metadata().ok()?.uid())
	}
}

#[cfg(not(unix))]
mod guard {
	use super::PolicyError;
	use std::{
		fs::Metadata,
		io,
		path::{Path, PathBuf},
	};

	/// Why there is no way to a file.
	pub enum Problem {
		Io(io::Error),
		#[allow(dead_code)] // as where there are modes
		Policy(PolicyError),
	}

	/// The file behind all links.
	pub fn find(path: &Path, _: &str) -> Result<PathBuf, Problem> {
		path.canonicalize().map_err(Problem::Io)
	}

	/// There are no modes here to tell who can write.
	pub fn check(_: &Metadata, _: &str) -> Result<(), PolicyError> {
		Ok(())
	}
}
