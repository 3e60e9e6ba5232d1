//! The account that the flags name.

use super::Global;
use crate::{chain::Signer, error::Error};
use std::path::Path;

/// The account that the flags name.
///
/// # Errors
/// `Usage` if they name none, or one that is not usable.
pub fn signer(global: &Global) -> Result<Signer, Error> {
	if let Some(path) = &global.key_file {
		return Ok(Signer::from_secret(&first_line(path)?)?);
	}
	match &global.suri {
		Some(secret) => Ok(Signer::from_secret(secret)?),
		None => Err(Error::Usage(
			"this needs an account to sign with: give --suri SECRET, --key-file FILE, or set OSTRAKA_SURI"
				.to_owned(),
		)),
	}
}

/// The first line of a secret file.
///
/// # Errors
/// `Usage`.
pub fn first_line(path: &Path) -> Result<String, Error> {
	let text = std::fs::read_to_string(path).map_err(|error| {
		Error::Usage(format!("{}: the key file cannot be read: {error}", path.display()))
	})?;
	let line = text.lines().next().unwrap_or_default().trim();
	if line.is_empty() {
		return Err(Error::Usage(format!(
			"{}: the key file's first line is empty",
			path.display()
		)));
	}
	Ok(line.to_owned())
}
