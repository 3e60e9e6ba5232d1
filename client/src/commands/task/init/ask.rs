//! Who is asked for what a task file leaves open.

use crate::{error::Error, output::Notes};
use ostraka_party::escape::escaped;

/// Who is asked.
pub trait Ask {
	/// The answer to a question, without blanks around it; `usual` if nothing is answered.
	///
	/// # Errors
	/// `Failed` if there is no answer.
	fn ask(&mut self, question: &str, usual: Option<&str>) -> Result<String, Error>;

	/// Says a line.
	fn say(&mut self, line: &str);
}

/// Whoever sits at the terminal.
pub struct Terminal {
	/// Where questions go.
	pub notes: Notes,
}

impl Ask for Terminal {
	fn ask(&mut self, question: &str, usual: Option<&str>) -> Result<String, Error> {
		let usually = match usual {
			None => String::new(),
			Some("") => " [none]".to_owned(),
			Some(usual) => format!(" [{}]", escaped(usual)),
		};
		loop {
			self.notes.say(format!("{question}{usually}:"));
			let mut line = String::new();
			let read = std::io::stdin().read_line(&mut line);
			let read =
				read.map_err(|error| Error::Failed(format!("the answer cannot be read: {error}")))?;
			if read == 0 {
				return Err(Error::Failed("there is no answer; nothing was written".to_owned()));
			}
			match (line.trim(), usual) {
				("", None) => {},
				("", Some(usual)) => return Ok(usual.to_owned()),
				(answer, _) => return Ok(answer.to_owned()),
			}
		}
	}

	fn say(&mut self, line: &str) {
		self.notes.say(line);
	}
}
