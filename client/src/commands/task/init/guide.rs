//! A task file step by step: what is computed over which columns, in which ranges, and who deals.

use super::{ask::Ask, draft::plain};
use crate::error::Error;
use ostraka_party::{
	data::{
		decimal::{render, Decimal},
		infer::{self, Facts, Found, Wanted},
		DataError, Table,
	},
	escape::escaped,
	request::{
		names,
		task_file::{find, near, Kind, TaskFile, Value},
	},
	words::counted,
};
use std::path::Path;

/// Most columns of a sample that are shown.
const MOST_SHOWN: usize = 40;

/// How many columns a statistic has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
	One,
	Two,
	Many,
}

/// How a file is read.
pub type Read<'a> = dyn Fn(&Path) -> Result<Option<Table>, DataError> + 'a;

/// Asks for what a task file leaves open. What is not usable is asked for again.
///
/// # Errors
/// `Failed` if there is no answer.
pub fn guide(given: TaskFile, read: &Read<'_>, ask: &mut dyn Ask) -> Result<TaskFile, Error> {
	let mut guide = Guide { task: given, table: None, ask };
	guide.sample(read)?;
	guide.show();
	let statistic = guide.word("statistic", "What is to be computed", "mean")?;
	guide.columns(&statistic)?;
	guide.details(&statistic)?;
	guide.grouping(&statistic)?;
	if !is_counted(&statistic) {
		guide.ranges()?;
	}
	if guide.is_open("class") {
		guide.word(
			"class",
			"Security class: how bad would exposure of the rows be",
			"confidential",
		)?;
	}
	if guide.is_open("dealer") && guide.is_open("dealers-file") {
		guide.text(
			"dealers-file",
			"File with an invited dealer's account on each line; it may come later",
		)?;
	}
	if guide.table.is_some() && guide.is_open("split-by") && guide.is_open("dealers") {
		guide.split_by()?;
	}
	Ok(guide.task)
}

/// Whether of a statistic's columns only the presence of values matters.
fn is_counted(statistic: &str) -> bool {
	matches!(statistic, "count" | "contributors")
}

struct Guide<'a> {
	task: TaskFile,
	table: Option<Table>,
	ask: &'a mut dyn Ask,
}

impl Guide<'_> {
	fn is_open(&self, name: &str) -> bool {
		self.task.get(name).is_none()
	}

	fn set(&mut self, name: &str, value: &str) {
		self.task.set(name, Value::One(value.to_owned()));
	}

	/// A sample to look at.
	fn sample(&mut self, read: &Read<'_>) -> Result<(), Error> {
		if let Some(Value::One(path)) = self.task.get("data") {
			self.table = read(Path::new(path))?;
			return Ok(());
		}
		loop {
			let path =
				self.ask.ask("A file with some rows, to look at; none is needed", Some(""))?;
			if path.is_empty() {
				return Ok(());
			}
			match read(Path::new(&path)) {
				Ok(table) => {
					self.table = table;
					self.set("data", &path);
					return Ok(());
				},
				Err(error) => self.ask.say(&error.to_string()),
			}
		}
	}

	/// Shows a sample's columns.
	fn show(&mut self) {
		let Some(table) = &self.table else { return };
		self.ask.say(&format!(
			"{}: {}",
			escaped(table.file()),
			counted(usize::try_from(table.rows()).unwrap_or(usize::MAX), "row")
		));
		for name in table.columns().iter().take(MOST_SHOWN) {
			let holds = match found(table, name, true) {
				Ok(Found::Numbers(facts)) => format!(
					"numbers from {} to {}",
					plain(&render(facts.min, facts.decimals)),
					plain(&render(facts.max, facts.decimals))
				),
				Ok(Found::Text) => "text".to_owned(),
				Err(_) => "no value that can be used".to_owned(),
			};
			self.ask.say(&format!("  {}: {holds}", escaped(name)));
		}
		if table.columns().len() > MOST_SHOWN {
			self.ask.say(&format!("  and {} more", table.columns().len() - MOST_SHOWN));
		}
	}

	/// One of a key's words.
	fn word(&mut self, name: &str, question: &str, usual: &str) -> Result<String, Error> {
		let words = match find(name).map(|key| key.kind) {
			Some(Kind::Word(words)) => words,
			_ => &[],
		};
		self.ask.say(&format!("  there are: {}", words.join(", ")));
		loop {
			let answer = self.ask.ask(question, Some(usual))?;
			if let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(&answer)) {
				self.set(name, word);
				return Ok((*word).to_owned());
			}
			let meant = near(&answer, words.iter().copied());
			let meant = meant.map_or_else(String::new, |word| format!("; did you mean {word}?"));
			self.ask.say(&format!("there is no `{}`{meant}", escaped(&answer)));
		}
	}

	/// A text, if there is one.
	fn text(&mut self, name: &str, question: &str) -> Result<(), Error> {
		let answer = self.ask.ask(question, Some(""))?;
		if !answer.is_empty() {
			self.set(name, &answer);
		}
		Ok(())
	}

	/// The statistic's columns.
	fn columns(&mut self, statistic: &str) -> Result<(), Error> {
		let (question, number) = match statistic {
			"covariance" | "correlation" => ("Its two columns, with a comma between", Columns::Two),
			"regression" => ("Its regressors, with commas between", Columns::Many),
			"vector-mean" | "contributors" => ("Its columns, with commas between", Columns::Many),
			_ => ("Its column", Columns::One),
		};
		let names = self.names(question, number, !is_counted(statistic))?;
		self.task.set("columns", Value::Many(names));
		Ok(())
	}

	/// Names of columns that the sample has, with numbers in them if these are wanted.
	fn names(
		&mut self,
		question: &str,
		number: Columns,
		are_numbers: bool,
	) -> Result<Vec<String>, Error> {
		loop {
			let answer = self.ask.ask(question, None)?;
			let there_are = self.table.as_ref().map_or(&[][..], Table::columns);
			let names = match number {
				Columns::One => names::one(&answer).map(|name| vec![name]),
				_ => names::columns(&answer, there_are),
			};
			let names = names.and_then(|names| match (number, names.len()) {
				(Columns::Two, 2) | (Columns::One | Columns::Many, 1..) => Ok(names),
				(_, given) => Err(format!("that is {}", counted(given, "column"))),
			});
			let checked = names.and_then(|names| {
				for name in &names {
					if let Some(table) = &self.table {
						found(table, name, !are_numbers).map_err(|error| error.to_string())?;
					}
				}
				Ok(names)
			});
			match checked {
				Ok(names) => return Ok(names),
				Err(error) => self.ask.say(&error),
			}
		}
	}

	/// What a statistic needs beside its columns.
	fn details(&mut self, statistic: &str) -> Result<(), Error> {
		if statistic == "regression" {
			let names = self.names("Its dependent column", Columns::One, true)?;
			names.iter().for_each(|name| self.set("target", name));
		}
		if matches!(statistic, "weighted-mean" | "vector-mean") {
			let names = self.names("The column of weights", Columns::One, true)?;
			names.iter().for_each(|name| self.set("weight", name));
		}
		if statistic == "histogram" {
			let is_right = |answer: &str| answer.parse::<u32>().is_ok_and(|bins| bins > 0);
			let bins = self.until("Number of bins", Some("20"), "a whole number", is_right)?;
			self.set("bins", &bins);
		}
		if statistic == "quantiles" {
			let question = "Which quantiles, between 0 and 1, with commas between";
			let of = |answer: &str| -> Vec<String> {
				answer.split(',').map(|one| one.trim().to_owned()).collect()
			};
			let is_right = |answer: &str| {
				let in_range = |one: &String| {
					Decimal::parse(one).is_ok()
						&& one.parse::<f64>().is_ok_and(|one| one > 0.0 && one < 1.0)
				};
				of(answer).iter().all(in_range)
			};
			let usual = Some("0.25, 0.5, 0.75");
			let answer = self.until(question, usual, "numbers between 0 and 1", is_right)?;
			self.task.set("quantiles", Value::Many(of(&answer)));
		}
		Ok(())
	}

	/// An answer that is right.
	fn until(
		&mut self,
		question: &str,
		usual: Option<&str>,
		wanted: &str,
		is_right: impl Fn(&str) -> bool,
	) -> Result<String, Error> {
		loop {
			let answer = self.ask.ask(question, usual)?;
			if is_right(&answer) {
				return Ok(answer);
			}
			self.ask.say(&format!("`{}`: {wanted} is wanted", escaped(&answer)));
		}
	}

	/// Column and groups of a statistic by group.
	fn grouping(&mut self, statistic: &str) -> Result<(), Error> {
		let usual = if statistic == "contributors" { None } else { Some("") };
		let column = loop {
			let answer = self.ask.ask("Column whose text groups the rows", usual)?;
			if answer.is_empty() {
				return Ok(());
			}
			let column = names::one(&answer).and_then(|column| match &self.table {
				Some(table) => {
					table.column(&column).map(|_| column).map_err(|error| error.to_string())
				},
				None => Ok(column),
			});
			match column {
				Ok(column) => break column,
				Err(error) => self.ask.say(&error),
			}
		};
		self.set("group-by", &column);
		if self.table.is_none() {
			let groups = loop {
				let answer = self.ask.ask("The groups, with commas between", None)?;
				match names::list(&answer) {
					Ok(groups) => break groups,
					Err(error) => self.ask.say(&error),
				}
			};
			self.task.set("groups", Value::Many(groups));
		}
		Ok(())
	}

	/// Ranges, which are public, and without a sample decimals.
	fn ranges(&mut self) -> Result<(), Error> {
		let mut names: Vec<String> = self.task.columns().into_iter().map(str::to_owned).collect();
		let (mut ranges, mut decimals) = (self.given("range"), self.given("decimals"));
		// a weight may be one of the columns
		names.sort();
		names.dedup();
		names.retain(|name| ranges.iter().all(|(known, _)| known != name));
		if !names.is_empty() {
			self.ask.say("  ranges are public, and a dealer with a value outside deals nothing: take what makes sense");
		}
		for name in names {
			let shown = escaped(&name).into_owned();
			let usual = match &self.table {
				Some(table) => match found(table, &name, false) {
					Ok(Found::Numbers(facts)) => Some(range_of(&facts)),
					_ => None,
				},
				None => None,
			};
			let question = format!("Smallest and largest value of `{shown}`, as MIN:MAX");
			let is_right = |answer: &str| bounds(answer).is_some();
			let answer = self.until(&question, usual.as_deref(), "MIN:MAX", is_right)?;
			let bounds = bounds(&answer).unwrap_or_default();
			if self.table.is_none() && decimals.iter().all(|(known, _)| *known != name) {
				let digits = bounds.iter().map(|bound| scale(bound)).max().unwrap_or_default();
				let is_right = |answer: &str| answer.parse::<u8>().is_ok_and(|digits| digits <= 9);
				let usual = digits.min(9).to_string();
				let question = format!("Digits behind the decimal point of `{shown}`");
				let wanted = "a whole number from 0 to 9";
				let digits = self.until(&question, Some(&usual), wanted, is_right)?;
				decimals.push((name.clone(), vec![digits]));
			}
			ranges.push((name, bounds));
		}
		self.task.set("range", Value::Columns(ranges));
		if !decimals.is_empty() {
			self.task.set("decimals", Value::Columns(decimals));
		}
		Ok(())
	}

	fn given(&self, name: &str) -> Vec<(String, Vec<String>)> {
		match self.task.get(name) {
			Some(Value::Columns(columns)) => columns.clone(),
			_ => Vec::new(),
		}
	}

	/// Whose rows are whose, in a simulation.
	fn split_by(&mut self) -> Result<(), Error> {
		loop {
			let question = "Column that says whose rows are whose, to simulate with";
			let answer = self.ask.ask(question, Some(""))?;
			let Some(table) = self.table.as_ref().filter(|_| !answer.is_empty()) else {
				return Ok(());
			};
			let column = names::one(&answer).and_then(|column| {
				table.column(&column).map(|_| column).map_err(|error| error.to_string())
			});
			match column {
				Ok(column) => {
					self.set("split-by", &column);
					return Ok(());
				},
				Err(error) => self.ask.say(&error),
			}
		}
	}
}

/// What a column of a sample holds.
fn found(table: &Table, name: &str, may_be_text: bool) -> Result<Found, DataError> {
	let wanted = [Wanted { name, decimals: None, may_be_text }];
	let found = infer::facts(table, &wanted, true)?;
	Ok(found.first().copied().unwrap_or(Found::Text))
}

fn range_of(facts: &Facts) -> String {
	let (min, max) = facts.widened();
	let bound = |units| plain(&render(units, facts.decimals));
	format!("{}:{}", bound(min), bound(max))
}

/// Two numbers, the smaller one first.
fn bounds(answer: &str) -> Option<Vec<String>> {
	let (min, max) = answer.split_once(':')?;
	let (min, max) = (min.trim(), max.trim());
	Decimal::parse(min).ok().zip(Decimal::parse(max).ok())?;
	// that they are numbers is known: which is larger can be told roughly
	let order = min.parse::<f64>().ok()?.partial_cmp(&max.parse::<f64>().ok()?)?;
	order.is_le().then(|| vec![min.to_owned(), max.to_owned()])
}

/// Digits behind a number's point.
fn scale(number: &str) -> u32 {
	Decimal::parse(number).map_or(0, |number| number.scale())
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Answers that were thought of before, and what was said.
	#[derive(Default)]
	struct Script {
		answers: Vec<&'static str>,
		said: Vec<String>,
	}

	impl Ask for Script {
		fn ask(&mut self, question: &str, usual: Option<&str>) -> Result<String, Error> {
			self.said.push(format!("? {question} [{}]", usual.unwrap_or("-")));
			if self.answers.is_empty() {
				return Err(Error::Failed(format!("no answer to: {question}")));
			}
			match (self.answers.remove(0), usual) {
				("", Some(usual)) => Ok(usual.to_owned()),
				(answer, _) => Ok(answer.to_owned()),
			}
		}

		fn say(&mut self, line: &str) {
			self.said.push(line.to_owned());
		}
	}

	const ROWS: &[u8] = b"who,income,hours,g\na,1013.5,8,p\nb,39812,7,q\nc,2000,0,p\n";

	fn guided(answers: &[&'static str]) -> (Result<TaskFile, Error>, String) {
		let mut script = Script { answers: answers.to_vec(), said: Vec::new() };
		let read = |path: &Path| match path.to_str() {
			Some("rows.csv") => Table::parse("rows.csv", ROWS).map(Some),
			_ => Table::parse("none.csv", b"").map(Some),
		};
		let task = guide(TaskFile::default(), &read, &mut script);
		assert!(task.is_err() || script.answers.is_empty(), "not asked: {:?}", script.answers);
		(task, script.said.join("\n"))
	}

	#[test]
	fn a_sample_is_shown_and_its_ranges_are_offered() {
		let answers = [
			"none.csv",
			"rows.csv",
			"meen",
			"",
			"g",
			"income",
			"",
			"",
			"standard",
			"cohort.txt",
			"who",
		];
		let (task, said) = guided(&answers);
		for line in [
			"none.csv: the file is empty",
			"rows.csv: 3 rows",
			"  income: numbers from 1013.5 to 39812",
			"  g: text",
			"there is no `meen`; did you mean mean?",
			"column `g`: `p` is not a number",
			"? Smallest and largest value of `income`, as MIN:MAX [1000:40000]",
		] {
			assert!(said.contains(line), "no `{line}` in {said}");
		}
		let task = task.unwrap_or_else(|error| panic!("{error}: {said}"));
		let text = task.write(&[]);
		for line in [
			"statistic = \"mean\"",
			"columns = [\"income\"]",
			"range.income = [1000, 40000]",
			"class = \"standard\"",
			"dealers-file = \"cohort.txt\"",
			"data = \"rows.csv\"",
			"split-by = \"who\"",
		] {
			assert!(text.lines().any(|other| other == line), "no `{line}` in {text}");
		}
	}

	#[test]
	fn what_a_statistic_needs_is_asked() {
		let (task, said) = guided(&[
			"rows.csv",
			"regression",
			"hours, income",
			"income",
			"g",
			"",
			"0:12",
			"",
			"",
			"",
		]);
		let task = task.unwrap_or_else(|error| panic!("{error}: {said}"));
		assert_eq!(task.columns(), ["hours", "income", "income"]);
		assert_eq!(task.get("group-by"), Some(&Value::One("g".to_owned())));
		let (task, said) =
			guided(&["", "quantiles", "x", "2", "0.1, 0.9", "", "5:1", "0:2.25", "", "", ""]);
		assert!(said.contains("`2`: numbers between 0 and 1 is wanted"), "{said}");
		assert!(said.contains("`5:1`: MIN:MAX is wanted"), "{said}");
		let text = task.expect("all is answered").write(&[]);
		for line in ["quantiles = [0.1, 0.9]", "range.x = [0, 2.25]", "decimals.x = 2"] {
			assert!(text.lines().any(|other| other == line), "no `{line}` in {text}");
		}
		let (task, said) = guided(&["", "contributors", "x, y", "g", "a, b", "", ""]);
		let task = task.unwrap_or_else(|error| panic!("{error}: {said}"));
		assert_eq!(task.get("groups"), Some(&Value::Many(vec!["a".to_owned(), "b".to_owned()])));
		assert!(!said.contains("MIN:MAX"), "{said}");
		let (task, _) = guided(&["", "covariance", "x", "x,y", "", "0:1", "", "0:1", "", "", ""]);
		assert_eq!(task.expect("all is answered").columns(), ["x", "y"]);
		let (task, _) = guided(&["", "weighted-mean", "x", "w", "", "0:1", "", "0:1", "", "", ""]);
		assert!(task.expect("all is answered").get("weight").is_some());
		let (task, _) = guided(&["", "histogram", "x", "none", "", "", "0:1", "", "", ""]);
		assert_eq!(task.expect("all is answered").get("bins"), Some(&Value::One("20".to_owned())));
	}

	#[test]
	fn without_an_answer_it_ends() {
		let (task, _) = guided(&["", "mean"]);
		assert!(task.is_err_and(|error| error.to_string().contains("no answer to: Its column")));
	}
}
