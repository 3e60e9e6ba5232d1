//! The account that the flags name.

use super::Global;
use crate::{chain::Signer, error::Error, output::Notes};
use std::path::Path;

/// The account that the flags name.
///
/// # Errors
/// `Usage` if they name none, or one that is not usable.
pub fn signer(global: &Global, notes: &Notes) -> Result<Signer, Error> {
	if let Some(path) = &global.key_file {
		return Ok(Signer::from_secret(&first_line(path, notes)?)?);
	}
	match &global.suri {
		Some(secret) => Ok(Signer::from_secret(secret)?),
		None => Err(Error::Usage(
			"this needs an account to sign with: give --suri SECRET, --key-file FILE, or set OSTRAKA_SURI"
				.to_owned(),
		)),
	}
}

/// The first line of a secret file. People are told if others of this machine can read it.
///
/// # Errors
/// `Usage`.
pub fn first_line(path: &Path, notes: &Notes) -> Result<String, Error> {
	let text = std::fs::read_to_string(path).map_err(|error| {
		Error::Usage(format!("{}: the key file cannot be read: {error}", path.display()))
	})?;
	if is_open_to_others(path) {
		let file = path.display();
		notes.say(format!(
			"warning: others on this machine can read {file}: `chmod 600 {file}` keeps the secret"
		));
	}
	let line =
		text.strip_prefix('\u{feff}').unwrap_or(&text).lines().next().unwrap_or_default().trim();
	if line.is_empty() {
		return Err(Error::Usage(format!(
			"{}: the key file's first line is empty",
			path.display()
		)));
	}
	Ok(line.to_owned())
}

/// Whether a file's mode lets group or others read it.
#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
	use std::os::unix::fs::PermissionsExt;
	path.metadata()
		.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
	false
}
