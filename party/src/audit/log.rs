//! A log's file.

use super::{
	error::LogError,
	lines::{each, end, verify, Line, Verified, LONGEST},
	time::utc,
	Act, Entry, Step, User,
};
use crate::places;
use ostraka_primitives::TaskId;
use sha2::{Digest, Sha256};
use std::{
	collections::BTreeSet,
	fs::{File, OpenOptions, TryLockError},
	io::{self, BufReader, Read, Seek, SeekFrom, Write},
	path::{Path, PathBuf},
	time::SystemTime,
};

/// Where a log is if nothing names one; `None` if the environment names no home.
pub fn usual_place() -> Option<PathBuf> {
	Some(places::data(|name| std::env::var_os(name))?.join("log.jsonl"))
}

/// A log.
#[derive(Clone, Debug)]
pub struct Log {
	path: PathBuf,
	version: String,
	user: User,
}

/// A line was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
	/// Whether a torn line was found before it.
	pub after_torn: bool,
}

/// A turn to count what is left of a data set's quota and to accept: nobody else has one until this is dropped, or its process
/// ends.
#[derive(Debug)]
pub struct Turn(File);

impl Drop for Turn {
	fn drop(&mut self) {
		// it is free when the file is closed, whatever comes of this
		let _ = self.0.unlock();
	}
}

impl Log {
	/// The log in a file, written by this version of the tool, which that user runs.
	pub fn new(path: PathBuf, version: &str, user: User) -> Self {
		Self { path, version: version.to_owned(), user }
	}

	/// Its file.
	pub fn path(&self) -> &Path {
		&self.path
	}

	fn file(&self) -> String {
		self.path.display().to_string()
	}

	/// Adds a line, and waits until it is on the disk. The file and its folder are made if they are not there.
	///
	/// # Errors
	/// `Unreadable`; `Broken` if its last lines are no entries.
	pub fn append(&self, entry: Entry) -> Result<Appended, LogError> {
		self.write(entry).map_err(|problem| match problem {
			Problem::Io(error) => LogError::unreadable(&self.file(), &error),
			Problem::Log(error) => error,
		})
	}

	fn write(&self, entry: Entry) -> Result<Appended, Problem> {
		self.make_folder()?;
		let mut file = open(&self.path)?;
		// gone when the file is closed, however that comes
		file.lock()?;
		let length = file.seek(SeekFrom::End(0))?;
		let from = length.saturating_sub(LONGEST);
		file.seek(SeekFrom::Start(from))?;
		let mut bytes = Vec::new();
		file.read_to_end(&mut bytes)?;
		let end = end(&self.file(), &bytes, from == 0).map_err(Problem::Log)?;
		let line = Line {
			before: hex::encode(end.before),
			torn: end.torn.map(hex::encode),
			time: utc(SystemTime::now()),
			version: self.version.clone(),
			user: self.user.name.clone().unwrap_or_default(),
			uid: self.user.uid,
			entry,
		};
		let line = serde_json::to_string(&line).map_err(io::Error::other)?;
		let opening = if end.is_open { "\n" } else { "" };
		file.write_all(format!("{opening}{line}\n").as_bytes())?;
		file.sync_data()?;
		Ok(Appended { after_torn: end.torn.is_some() })
	}

	/// Takes a turn over a data set of an account on a chain; `None` if another has it. It is a lock on an empty file beside the
	/// log, which stays.
	///
	/// # Errors
	/// `Unreadable`, of that file.
	pub fn turn(
		&self,
		genesis: &str,
		account: &str,
		dataset: &str,
	) -> Result<Option<Turn>, LogError> {
		let hash = Sha256::digest(format!("{genesis}\n{account}\n{dataset}"));
		let name = hex::encode(hash.get(..8).unwrap_or_default());
		let mut path = self.path.clone().into_os_string();
		path.push(format!(".{name}.lock"));
		let path = PathBuf::from(path);
		let unreadable =
			|error: io::Error| LogError::unreadable(&path.display().to_string(), &error);
		self.make_folder().map_err(unreadable)?;
		let file = open(&path).map_err(unreadable)?;
		match file.try_lock() {
			Ok(()) => Ok(Some(Turn(file))),
			Err(TryLockError::WouldBlock) => Ok(None),
			Err(TryLockError::Error(error)) => Err(unreadable(error)),
		}
	}

	fn make_folder(&self) -> io::Result<()> {
		match self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
			Some(folder) => make_folder(folder),
			None => Ok(()),
		}
	}

	/// Reads it through.
	///
	/// # Errors
	/// As [`verify`].
	pub fn verify(&self) -> Result<Verified, LogError> {
		verify(&self.file(), self.reader()?)
	}

	/// The tasks over a data set on a chain that were accepted or dealt to in that block or later. None if there is no log
	/// yet.
	///
	/// # Errors
	/// `Unreadable`.
	pub fn tasks_since(
		&self,
		dataset: &str,
		genesis: &str,
		block: u32,
	) -> Result<BTreeSet<TaskId>, LogError> {
		let mut tasks = BTreeSet::new();
		if !self.path.exists() {
			return Ok(tasks);
		}
		each(&self.file(), self.reader()?, |_, _, line| {
			let Some(Line { entry, .. }) = line else { return Ok(()) };
			let is_here = is_over(&entry, dataset, genesis)
				&& matches!((entry.act, entry.step), (Act::Accept | Act::Deal, Step::Done));
			let at = entry.transaction.as_ref().map(|sent| sent.block).or(entry.seen);
			if is_here && at.is_some_and(|at| at >= block) {
				tasks.extend(entry.task);
			}
			Ok(())
		})?;
		Ok(tasks)
	}

	/// The last line by which an account began an act for a task, if no line says that it is done: its run was interrupted, or could
	/// not send it. `None` if there is none, or no log yet.
	///
	/// # Errors
	/// `Unreadable`.
	pub fn begun(
		&self,
		act: Act,
		genesis: &str,
		task: TaskId,
		account: &str,
	) -> Result<Option<Entry>, LogError> {
		let mut begun = None;
		if !self.path.exists() {
			return Ok(begun);
		}
		each(&self.file(), self.reader()?, |_, _, line| {
			let Some(Line { entry, .. }) = line else { return Ok(()) };
			let is_it = entry.act == act
				&& entry.task == Some(task)
				&& entry.genesis.as_deref() == Some(genesis)
				&& entry.account.as_deref() == Some(account);
			match entry.step {
				Step::Begun if is_it => begun = Some(entry),
				Step::Done if is_it => begun = None,
				_ => {},
			}
			Ok(())
		})?;
		Ok(begun)
	}

	/// The last task over a data set on a chain that was dealt to from another file than that of this hash, in hexadecimal.
	/// `None` if there is none, or no log yet.
	///
	/// # Errors
	/// `Unreadable`.
	pub fn dealt_from_another(
		&self,
		dataset: &str,
		genesis: &str,
		file: &str,
	) -> Result<Option<TaskId>, LogError> {
		let mut last = None;
		if !self.path.exists() {
			return Ok(last);
		}
		each(&self.file(), self.reader()?, |_, _, line| {
			let Some(Line { entry, .. }) = line else { return Ok(()) };
			let is_dealt = is_over(&entry, dataset, genesis)
				&& matches!((entry.act, entry.step), (Act::Deal, Step::Done));
			if is_dealt && entry.data.as_ref().is_some_and(|data| data.file != file) {
				last = entry.task;
			}
			Ok(())
		})?;
		Ok(last)
	}

	fn reader(&self) -> Result<BufReader<File>, LogError> {
		let file = File::open(&self.path);
		file.map(BufReader::new).map_err(|error| LogError::unreadable(&self.file(), &error))
	}
}

/// Whether an entry is about a data set on a chain.
fn is_over(entry: &Entry, dataset: &str, genesis: &str) -> bool {
	entry.dataset.as_deref() == Some(dataset) && entry.genesis.as_deref() == Some(genesis)
}

enum Problem {
	Io(io::Error),
	Log(LogError),
}

impl From<io::Error> for Problem {
	fn from(error: io::Error) -> Self {
		Self::Io(error)
	}
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
	use std::os::unix::fs::DirBuilderExt;
	std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
	std::fs::create_dir_all(folder)
}

/// Opens a log to be read and added to; nobody else may read or write it.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
	use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
	const OWN: u32 = 0o600;
	let file = OpenOptions::new().read(true).append(true).create(true).mode(OWN).open(path)?;
	let metadata = file.metadata()?;
	if metadata.is_file() && metadata.mode() & 0o077 != 0 {
		file.set_permissions(std::fs::Permissions::from_mode(OWN))?;
	}
	Ok(file)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
	OpenOptions::new().read(true).append(true).create(true).open(path)
}
