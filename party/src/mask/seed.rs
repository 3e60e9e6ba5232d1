//! The files of seed and opening. A seed's is made before anything is sent: what was dealt from a seed that is lost cannot be
//! read by anybody.

use super::{
	form::{OpeningFile, LONGEST},
	MaskSeed,
};
use crate::{error::Error, escape::escaped};
use rand_core::{CryptoRng, RngCore};
use std::{
	fs::{File, OpenOptions},
	io::{self, Read, Write},
	path::Path,
};
use zeroize::Zeroizing;

/// Characters of a seed: hexadecimal digits.
const DIGITS: usize = 64;

/// Why a seed or an opening is not to be had from a file, or not to be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
	/// It cannot be read or written.
	#[error("{}: {reason}", escaped(.file))]
	Unreadable {
		/// The file.
		file: String,
		/// What the system says.
		reason: String,
	},
	/// There is one of that name.
	#[error(
		"{}: there is such a file, and nothing is written over it: a result is read with the seed that its mask was dealt \
		 from\n  name another one",
		escaped(.file)
	)]
	Exists {
		/// The file.
		file: String,
	},
	/// Others can read it.
	#[error(
		"{}: others on this machine can read the mask's seed, and with it the sealed result\n  `chmod 600` on it; if \
		 somebody may have read it, take a new seed for the next task",
		escaped(.file)
	)]
	OpenToOthers {
		/// The file.
		file: String,
	},
	/// It is no seed.
	#[error("{}: this is no seed of a mask: {DIGITS} hexadecimal digits are wanted", escaped(.file))]
	Malformed {
		/// The file.
		file: String,
	},
}

/// Draws a seed and writes it to a new file that its owner alone can read.
///
/// # Errors
/// `Exists`, `Unreadable`: nothing was written, or what was written is not known to last.
pub fn create_seed<R: RngCore + CryptoRng>(
	path: &Path,
	rng: &mut R,
) -> Result<MaskSeed, MaskError> {
	let seed = MaskSeed::random(rng);
	let mut text = Zeroizing::new([0u8; DIGITS + 1]);
	let (digits, newline) = text.split_at_mut(DIGITS);
	hex::encode_to_slice(seed.bytes(), digits).map_err(|_| malformed(path))?;
	newline.fill(b'\n');
	write_new(path, text.as_slice())?;
	Ok(seed)
}

/// Reads a seed. Nobody but its owner may read its file.
///
/// # Errors
/// `Unreadable`, `OpenToOthers`, `Malformed`.
pub fn read_seed(path: &Path) -> Result<MaskSeed, MaskError> {
	let opened = File::open(path).map_err(|error| unreadable(path, &error))?;
	// what is looked at is what is read
	guard::check(path, &opened.metadata().map_err(|error| unreadable(path, &error))?)?;
	let mut text = Zeroizing::new(Vec::with_capacity(DIGITS + 3));
	let most = u64::try_from(DIGITS + 3).unwrap_or(u64::MAX);
	opened.take(most).read_to_end(&mut text).map_err(|error| unreadable(path, &error))?;
	let mut bytes = Zeroizing::new([0u8; 32]);
	let digits = text.strip_suffix(b"\n").unwrap_or(&text);
	let digits = digits.strip_suffix(b"\r").unwrap_or(digits);
	hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| malformed(path))?;
	Ok(MaskSeed::from_bytes(*bytes))
}

/// Writes an opening to a new file. Its owner alone can read it, until the owner gives it to others.
///
/// # Errors
/// `Mask`: there is such a file, or it cannot be written.
pub fn write_opening(path: &Path, opening: &OpeningFile) -> Result<(), Error> {
	let text = Zeroizing::new(opening.to_text()?);
	Ok(write_new(path, text.as_bytes())?)
}

/// Reads an opening, which may be anybody's.
///
/// # Errors
/// `Mask` if it cannot be read; `Failed` if it is none.
pub fn read_opening(path: &Path) -> Result<OpeningFile, Error> {
	let opened = File::open(path).map_err(|error| unreadable(path, &error))?;
	// room for all at once: a text that grows leaves its old, unwiped copy behind
	let mut text = Zeroizing::new(String::with_capacity(LONGEST + 1));
	let most = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
	opened.take(most).read_to_string(&mut text).map_err(|error| unreadable(path, &error))?;
	OpeningFile::parse(&text)
}

/// Writes a new file, and waits until it would outlast the machine: what is in it, and that its folder has it.
fn write_new(path: &Path, text: &[u8]) -> Result<(), MaskError> {
	let mut options = OpenOptions::new();
	options.write(true).create_new(true);
	guard::restrict(&mut options);
	let mut file = options.open(path).map_err(|error| match error.kind() {
		io::ErrorKind::AlreadyExists => MaskError::Exists { file: name(path) },
		_ => unreadable(path, &error),
	})?;
	let written = file.write_all(text).and_then(|()| file.sync_all());
	let written = written.and_then(|()| guard::sync(folder(path)));
	written.map_err(|error| unreadable(path, &error))
}

/// The folder that a file is in.
fn folder(path: &Path) -> &Path {
	match path.parent() {
		Some(folder) if !folder.as_os_str().is_empty() => folder,
		_ => Path::new("."),
	}
}

fn name(path: &Path) -> String {
	path.display().to_string()
}

fn malformed(path: &Path) -> MaskError {
	MaskError::Malformed { file: name(path) }
}

fn unreadable(path: &Path, error: &io::Error) -> MaskError {
	let reason = match error.kind() {
		io::ErrorKind::NotFound => "there is no such file".to_owned(),
		_ => error.to_string(),
	};
	MaskError::Unreadable { file: name(path), reason }
}

#[cfg(unix)]
mod guard {
	use super::{name, MaskError};
	use std::{
		fs::{File, Metadata, OpenOptions},
		io,
		os::unix::fs::{MetadataExt, OpenOptionsExt},
		path::Path,
	};

	const OWNERS: u32 = 0o600;
	const FOR_OTHERS: u32 = 0o077;

	/// Whether nobody but the owner can read or write it.
	pub fn check(path: &Path, metadata: &Metadata) -> Result<(), MaskError> {
		match metadata.mode() & FOR_OTHERS {
			0 => Ok(()),
			_ => Err(MaskError::OpenToOthers { file: name(path) }),
		}
	}

	/// Makes what is created its owner's alone.
	pub fn restrict(options: &mut OpenOptions) {
		options.mode(OWNERS);
	}

	/// Waits until what a folder names would outlast the machine.
	pub fn sync(folder: &Path) -> io::Result<()> {
		File::open(folder)?.sync_all()
	}
}

#[cfg(not(unix))]
mod guard {
	use super::MaskError;
	use std::{
		fs::{Metadata, OpenOptions},
		io,
		path::Path,
	};

	/// There are no modes here to tell who can read.
	pub fn check(_: &Path, _: &Metadata) -> Result<(), MaskError> {
		Ok(())
	}

	/// There are no modes here to set.
	pub fn restrict(_: &mut OpenOptions) {}

	/// Folders are no files here that could be waited for.
	pub fn sync(_: &Path) -> io::Result<()> {
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	fn draws() -> ChaCha20Rng {
		ChaCha20Rng::seed_from_u64(7)
	}

	#[test]
	fn a_seed_comes_back_and_is_never_written_over() {
		let folder = tempfile::tempdir().expect("a folder");
		let file = folder.path().join("mask.seed");
		let seed = create_seed(&file, &mut draws()).expect("written");
		let text = std::fs::read_to_string(&file).expect("it is there");
		assert_eq!(text, format!("{}\n", hex::encode(seed.bytes())));
		assert_eq!(read_seed(&file).expect("it is one").bytes(), seed.bytes());
		let again = create_seed(&file, &mut ChaCha20Rng::seed_from_u64(8));
		let said = again.map(|_| ()).expect_err("it is there").to_string();
		assert!(said.contains("nothing is written over it"), "{said}");
		assert_eq!(std::fs::read_to_string(&file).expect("it is there"), text);
	}

	#[cfg(unix)]
	#[test]
	fn the_folder_of_a_new_file_is_waited_for() {
		assert_eq!(folder(Path::new("mask.seed")), Path::new("."));
		assert_eq!(folder(Path::new("a/mask.seed")), Path::new("a"));
		let made = tempfile::tempdir().expect("a folder");
		let file = made.path().join("mask.seed");
		guard::sync(folder(&file)).expect("it is there");
		guard::sync(&made.path().join("none")).expect_err("it is not");
	}

	#[test]
	fn what_is_no_seed_is_refused_and_not_shown() {
		let folder = tempfile::tempdir().expect("a folder");
		let good = "ab".repeat(32);
		let more = format!("{good}ab");
		for (place, text) in
			["", "\n", &good[1..], &more, &good.replace('a', "x")].iter().enumerate()
		{
			let file = folder.path().join(place.to_string());
			write_new(&file, text.as_bytes()).expect("written");
			let said = read_seed(&file).map(|_| ()).expect_err("it is none").to_string();
			assert!(said.contains("this is no seed") && !said.contains("abab"), "{said}");
		}
		let file = folder.path().join("windows");
		write_new(&file, format!("{good}\r\n").as_bytes()).expect("written");
		assert_eq!(read_seed(&file).expect("a newline is a newline").bytes(), &[0xab; 32]);
		let said =
			read_seed(&folder.path().join("none")).map(|_| ()).expect_err("none").to_string();
		assert!(said.contains("there is no such file"), "{said}");
	}

	#[cfg(unix)]
	#[test]
	fn a_seed_that_others_can_read_is_refused() {
		use std::os::unix::fs::PermissionsExt;
		let folder = tempfile::tempdir().expect("a folder");
		let file = folder.path().join("mask.seed");
		create_seed(&file, &mut draws()).map(|_| ()).expect("written");
		let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
		assert_eq!(mode & 0o777, 0o600);
		for bad in [0o640, 0o604, 0o660, 0o601] {
			let permissions = std::fs::Permissions::from_mode(bad);
			std::fs::set_permissions(&file, permissions).expect("it is ours");
			let said = read_seed(&file).map(|_| ()).expect_err("others can read it").to_string();
			assert!(said.contains("others on this machine can read"), "{said}");
		}
		let permissions = std::fs::Permissions::from_mode(0o400);
		std::fs::set_permissions(&file, permissions).expect("it is ours");
		assert!(read_seed(&file).is_ok());
	}
}
