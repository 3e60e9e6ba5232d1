//! Running the `ostraka` tool as its users do.

use crate::{chain::LIMIT, schema, wait_for};
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use serde_json::Value;
use std::{
	ffi::{OsStr, OsString},
	fs::File,
	path::Path,
	process::{Child, Command, ExitStatus, Stdio},
	time::Instant,
};
use tempfile::TempDir;

/// Where the tool looks for its chain.
#[derive(Clone)]
pub struct Tool {
	url: String,
}

/// A command line that is being put together.
pub struct Run {
	command: Command,
	line: String,
}

/// What a finished command printed.
#[derive(Debug)]
pub struct Said {
	pub out: String,
	pub err: String,
	status: ExitStatus,
}

/// A command that runs.
pub struct Running {
	child: Child,
	line: String,
	words: Vec<OsString>,
	output: TempDir,
}

impl Tool {
	pub fn new(url: &str) -> Self {
		Self { url: url.to_owned() }
	}

	/// A command, given as words. A dealer's goes by no policy, and is logged in the folder of temporary files.
	pub fn run(&self, words: &str) -> Run {
		let mut command = Command::new(env!("CARGO_BIN_EXE_ostraka"));
		for name in [
			"OSTRAKA_SURI",
			"OSTRAKA_NODE",
			"OSTRAKA_WORKER_SURI",
			"OSTRAKA_POLICY",
			"OSTRAKA_CONFIG",
			"OSTRAKA_PROFILE",
		] {
			command.env_remove(name);
		}
		let log = std::env::temp_dir().join(format!("ostraka-live-{}.jsonl", std::process::id()));
		command.env("OSTRAKA_LOG", log);
		command.env("OSTRAKA_URL", &self.url).args(words.split_whitespace());
		if words.starts_with("accept ") || words.starts_with("deal ") {
			command.arg("--no-policy");
		}
		Run { command, line: words.to_owned() }
	}
}

impl Run {
	/// Signed with this secret.
	pub fn by(self, secret: &str) -> Self {
		self.flag("--suri", secret)
	}

	/// With the rows of this file.
	pub fn data(self, file: &Path) -> Self {
		self.flag("--data", file)
	}

	pub fn flag(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
		self.command.arg(name).arg(value.as_ref());
		self.line.push_str(&format!(" {name} {}", value.as_ref().to_string_lossy()));
		self
	}

	/// Starts it.
	pub fn start(mut self) -> Running {
		let output = TempDir::new().expect("a temporary directory");
		let file = |name: &str| File::create(output.path().join(name)).expect("created");
		let child = self
			.command
			.stdin(Stdio::null())
			.stdout(file("out"))
			.stderr(file("err"))
			.spawn()
			.expect("the tool starts");
		let words = self.command.get_args().map(OsStr::to_owned).collect();
		Running { child, line: self.line, words, output }
	}

	/// Runs it to its end, which must be a good one.
	#[track_caller]
	pub fn done(self) -> Said {
		self.start().done()
	}

	/// Runs it with `--json`; it must end well.
	#[track_caller]
	pub fn json(mut self) -> Value {
		self.command.arg("--json");
		self.start().json()
	}

	/// Runs it; it must end with that code, print nothing to standard output, and say all the parts.
	#[track_caller]
	pub fn fails(self, code: i32, parts: &[&str]) -> String {
		let running = self.start();
		let line = running.line.clone();
		let said = running.said();
		said.holds(&line, code, parts);
		assert!(said.out.is_empty(), "ostraka {line} failed, and printed: {}", said.out);
		said.err
	}
}

impl Running {
	/// What it has printed so far.
	pub fn so_far(&self) -> String {
		self.read("out") + &self.read("err")
	}

	fn read(&self, name: &str) -> String {
		std::fs::read_to_string(self.output.path().join(name)).unwrap_or_default()
	}

	/// Waits until it has printed a text.
	#[track_caller]
	pub fn until(&mut self, text: &str) {
		let line = self.line.clone();
		wait_for(&format!("ostraka {line} does not say `{text}`"), || {
			let said = self.so_far();
			if said.contains(text) {
				return Some(());
			}
			let ended = self.child.try_wait().expect("its state is known");
			assert!(ended.is_none(), "ostraka {line} ended, and never said `{text}`: {said}");
			None
		})
	}

	/// Whether it still runs.
	pub fn is_running(&mut self) -> bool {
		self.child.try_wait().expect("its state is known").is_none()
	}

	/// Interrupts it, as Ctrl-C does.
	pub fn interrupt(&self) {
		let id = i32::try_from(self.child.id()).expect("a process number");
		kill(Pid::from_raw(id), Signal::SIGINT).expect("it runs");
	}

	/// Ends it.
	#[track_caller]
	pub fn end(mut self) {
		self.child.kill().expect("it runs");
		self.child.wait().expect("ended");
	}

	/// Waits for its end. What it printed as JSON must be what the schema of its command says.
	#[track_caller]
	pub fn said(mut self) -> Said {
		let began = Instant::now();
		let status = loop {
			if let Some(status) = self.child.try_wait().expect("its state is known") {
				break status;
			}
			if began.elapsed() > LIMIT {
				self.child.kill().expect("killed");
				self.child.wait().expect("ended");
				panic!("ostraka {} does not end; it said: {}", self.line, self.so_far());
			}
			std::thread::sleep(std::time::Duration::from_millis(20));
		};
		let (out, err) = (self.read("out"), self.read("err"));
		schema::said(self.words.iter().map(OsString::as_os_str), &out, &err);
		Said { out, err, status }
	}

	/// Waits for its end, which must be a good one.
	#[track_caller]
	pub fn done(self) -> Said {
		let line = self.line.clone();
		let said = self.said();
		assert!(said.status.success(), "ostraka {line}: {}\n{}{}", said.status, said.out, said.err);
		said
	}

	/// Waits for its end, with this code and these parts in what it says.
	#[track_caller]
	pub fn ends(self, code: i32, parts: &[&str]) -> Said {
		let line = self.line.clone();
		let said = self.said();
		said.holds(&line, code, parts);
		said
	}

	/// Waits for its good end and reads the JSON that it printed.
	#[track_caller]
	pub fn json(self) -> Value {
		let line = self.line.clone();
		let said = self.done();
		serde_json::from_str(&said.out)
			.unwrap_or_else(|error| panic!("ostraka {line}: no JSON ({error}): {}", said.out))
	}
}

impl Said {
	#[track_caller]
	fn holds(&self, line: &str, code: i32, parts: &[&str]) {
		let said = format!("{}{}", self.out, self.err);
		assert_eq!(self.status.code(), Some(code), "ostraka {line}: {said}");
		for part in parts {
			assert!(said.contains(part), "ostraka {line}: it does not say `{part}`: {said}");
		}
	}

	/// Its output must hold all the parts.
	#[track_caller]
	pub fn says(&self, parts: &[&str]) -> &Self {
		for part in parts {
			assert!(self.out.contains(part), "it does not say `{part}`: {}{}", self.out, self.err);
		}
		self
	}
}
