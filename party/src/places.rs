//! Where a tool's files are, unless it is told: by the environment, as the XDG base directory specification has it.

use std::{ffi::OsString, path::PathBuf};

/// The folder in both.
const OURS: &str = "ostraka";

/// The folder of configuration; `None` if the environment names no home.
pub(crate) fn configuration(environment: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
	folder(&environment, "XDG_CONFIG_HOME", ".config", "APPDATA")
}

/// The folder of data; `None` if the environment names no home.
pub(crate) fn data(environment: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
	folder(&environment, "XDG_DATA_HOME", ".local/share", "LOCALAPPDATA")
}

fn folder(
	environment: &impl Fn(&str) -> Option<OsString>,
	variable: &str,
	at_home: &str,
	on_windows: &str,
) -> Option<PathBuf> {
	// a relative path is no place: the specification has it passed over
	let named = |name: &str| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
	let windows = if cfg!(windows) { named(on_windows) } else { None };
	let base = named(variable).or(windows).or_else(|| Some(named("HOME")?.join(at_home)))?;
	Some(base.join(OURS))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn of(pairs: &[(&str, &str)], name: &str) -> Option<OsString> {
		let pair = pairs.iter().find(|(other, _)| *other == name)?;
		Some(pair.1.into())
	}

	#[cfg(unix)]
	#[test]
	fn files_are_where_the_environment_says() {
		let home = [("HOME", "/home/bob")];
		let path = |text: &str| Some(PathBuf::from(text));
		assert_eq!(configuration(|name| of(&home, name)), path("/home/bob/.config/ostraka"));
		assert_eq!(data(|name| of(&home, name)), path("/home/bob/.local/share/ostraka"));
		let both = [("HOME", "/home/bob"), ("XDG_CONFIG_HOME", "/c"), ("XDG_DATA_HOME", "d")];
		assert_eq!(configuration(|name| of(&both, name)), path("/c/ostraka"));
		assert_eq!(data(|name| of(&both, name)), path("/home/bob/.local/share/ostraka"));
		assert_eq!(data(|_| None), None);
	}
}
