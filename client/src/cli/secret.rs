//! How a secret gets here: from a file that nobody else can read, from a program, or from whoever sits at the terminal.
//! It is never repeated, neither in an error nor in the log.

use super::Global;
use crate::{error::Error, output::Notes};
use ostraka_party::escape::escaped;
use std::{
	fs::{File, Metadata},
	io::{self, IsTerminal, Read},
	path::Path,
	process::{Command, Stdio},
};
use zeroize::Zeroizing;

/// A secret text, wiped when it is dropped.
pub type Secret = Zeroizing<String>;

/// Reads a file that holds a secret. One that others can read or write is not used.
///
/// # Errors
/// `Usage`.
pub fn read_file(path: &Path) -> Result<Secret, Error> {
	let (text, guarded) = look_into(path)?;
	guarded.map(|()| text)
}

/// What a file holds, and the error of [`read_file`] if others can read or write it: for who has something worse to say of it.
///
/// # Errors
/// `Usage` if it cannot be read.
pub fn look_into(path: &Path) -> Result<(Secret, Result<(), Error>), Error> {
	let unreadable = |error: io::Error| {
		Error::Usage(format!("{}: the key file cannot be read: {error}", shown(path)))
	};
	// what is looked at is what is read
	let mut file = File::open(path).map_err(unreadable)?;
	let metadata = file.metadata().map_err(unreadable)?;
	let mut text = Secret::default();
	file.read_to_string(&mut text).map_err(unreadable)?;
	let guarded = if is_open_to_others(&metadata, is_credential(path)) {
		let file = shown(path);
		Err(Error::Usage(format!(
			"{file}: others on this machine can read or write this key file, so it is not used\n  `chmod 600 {file}` keeps \
			 the secret from now on; who could read it may have done so"
		)))
	} else {
		Ok(())
	};
	Ok((text, guarded))
}

/// The first line of a secret file.
///
/// # Errors
/// `Usage`.
pub fn first_line(path: &Path) -> Result<Secret, Error> {
	let text = read_file(path)?;
	line(&text).ok_or_else(|| empty(path))
}

/// What is said of a file without a secret in its first line.
pub fn empty(path: &Path) -> Error {
	Error::Usage(format!("{}: the key file's first line is empty", shown(path)))
}

/// The first line of a text, unless it is empty.
pub fn line(text: &str) -> Option<Secret> {
	let text = text.strip_prefix('\u{feff}').unwrap_or(text);
	let line = text.lines().next().unwrap_or_default().trim();
	(!line.is_empty()).then(|| Secret::new(line.to_owned()))
}

/// The first line that a program prints: words, without a shell. It has this terminal, to ask for what opens its store.
///
/// # Errors
/// `Usage`.
pub fn of_command(command: &str) -> Result<Secret, Error> {
	let wrong = |what: String| Error::Usage(format!("--key-command: {what}"));
	let mut words = command.split_whitespace();
	let program = words.next().ok_or_else(|| wrong("give a program".to_owned()))?;
	let named = escaped(program).into_owned();
	let output = Command::new(program)
		.args(words)
		.stdin(Stdio::inherit())
		.stderr(Stdio::inherit())
		.output()
		.map_err(|error| wrong(format!("{named} cannot be run: {error}")))?;
	let text = Zeroizing::new(output.stdout);
	if !output.status.success() {
		return Err(wrong(format!("{named} failed ({})", output.status)));
	}
	let text = std::str::from_utf8(&text).map_err(|_| wrong(format!("{named} printed no text")))?;
	line(text).ok_or_else(|| wrong(format!("the first line that {named} printed is empty")))
}

/// Asks whoever sits at the terminal; what is typed is not shown. `None` if nobody does: there is no terminal, or it is a
/// program that reads JSON.
///
/// # Errors
/// `Interrupted`; `Failed` if the terminal cannot be read.
pub fn asked(what: &str, global: &Global, notes: &Notes) -> Result<Option<Secret>, Error> {
	if global.json || !io::stdin().is_terminal() {
		return Ok(None);
	}
	notes.prompt(format!("{what}: "));
	match rpassword::read_password() {
		Ok(typed) => Ok(Some(Secret::new(typed))),
		Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Error::Interrupted),
		Err(error) => Err(Error::Failed(format!("the terminal cannot be read: {error}"))),
	}
}

fn shown(path: &Path) -> String {
	escaped(&path.display().to_string()).into_owned()
}

/// Whether systemd handed the file over (`LoadCredential=`): it keeps others away by the folder, and gives the file to the
/// service's user by an access list, which its mode shows as one for the group.
fn is_credential(path: &Path) -> bool {
	let folder = std::env::var_os("CREDENTIALS_DIRECTORY");
	folder.is_some_and(|folder| path.parent() == Some(Path::new(&folder)))
}

/// Whether a file's mode lets group or others read or write it. What is no file, such as a pipe, has no readers but this one.
#[cfg(unix)]
fn is_open_to_others(metadata: &Metadata, is_credential: bool) -> bool {
	use std::os::unix::fs::PermissionsExt;
	let others = if is_credential { 0o026 } else { 0o066 };
	metadata.is_file() && metadata.permissions().mode() & others != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Metadata, _: bool) -> bool {
	false
}

#[cfg(all(test, unix))]
mod tests {
	use super::*;
	use std::{fs::Permissions, os::unix::fs::PermissionsExt};

	fn said<T>(result: Result<T, Error>) -> String {
		result.err().map(|error| error.to_string()).unwrap_or_default()
	}

	#[test]
	fn a_file_that_others_can_read_is_not_used() {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let file = directory.path().join("a key");
		std::fs::write(&file, "\u{feff} bottom drive \nmore").expect("written");
		for (mode, is_used) in [
			(0o600, true),
			(0o400, true),
			(0o700, true),
			(0o640, false),
			(0o604, false),
			(0o644, false),
			(0o620, false),
			(0o602, false),
		] {
			std::fs::set_permissions(&file, Permissions::from_mode(mode)).expect("it is ours");
			let read = first_line(&file);
			assert_eq!(read.is_ok(), is_used, "{mode:o}");
			match read {
				Ok(line) => assert_eq!(line.as_str(), "bottom drive"),
				Err(error) => {
					let said = error.to_string();
					assert!(said.contains("chmod 600") && !said.contains("bottom"), "{said}");
				},
			}
		}
	}

	#[test]
	fn a_credential_may_be_its_groups() {
		let file = tempfile::NamedTempFile::new().expect("a temporary file");
		for (mode, as_credential) in [(0o440, false), (0o444, true), (0o460, true)] {
			std::fs::set_permissions(file.path(), Permissions::from_mode(mode))
				.expect("it is ours");
			let metadata = file.as_file().metadata().expect("it is there");
			assert!(is_open_to_others(&metadata, false), "{mode:o}");
			assert_eq!(is_open_to_others(&metadata, true), as_credential, "{mode:o}");
		}
	}

	#[test]
	fn a_file_without_a_secret_is_told() {
		let directory = tempfile::tempdir().expect("a temporary directory");
		let file = directory.path().join("key");
		assert!(said(first_line(&file)).contains("key file cannot be read"));
		std::fs::write(&file, "\n//Alice\n").expect("written");
		std::fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("it is ours");
		assert!(said(first_line(&file)).contains("first line is empty"));
	}

	#[test]
	fn a_program_says_it_without_a_shell() {
		assert_eq!(of_command("echo //Alice").expect("it says it").as_str(), "//Alice");
		assert_eq!(of_command("echo $HOME;ls").expect("words").as_str(), "$HOME;ls");
		for (command, part) in [
			("", "give a program"),
			("true", "first line that true printed is empty"),
			("false", "false failed"),
			("/no/such/program x", "/no/such/program cannot be run"),
		] {
			let said = said(of_command(command));
			assert!(said.starts_with("--key-command: ") && said.contains(part), "{said}");
		}
	}

	#[test]
	fn a_program_that_reads_json_is_not_asked() {
		let global = Global { json: true, ..Global::default() };
		assert!(matches!(asked("Secret", &global, &Notes::none()), Ok(None)));
	}
}
