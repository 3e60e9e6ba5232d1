//! A first policy, from a sample of the data.

use crate::{
	data::{
		decimal::render,
		infer::{self, Facts, Found, Wanted},
		DataError, Table,
	},
	error::Error,
};
use std::fmt::Write;

/// Fewest rows that numbers may single out, in a policy that is proposed.
const FLOOR: u64 = 20;

/// The text of a policy over one data set, of that name and file. Columns and their decimals are those of the sample; ranges
/// and the most rows are rounded up so far that they tell the sample's size and not its extremes. Who reads it puts in what a
/// column can hold.
///
/// # Errors
/// `Data`.
pub fn propose(table: &Table, name: &str, file: &str, secret: &[u8; 32]) -> Result<String, Error> {
	let mut names: Vec<&String> = table.columns().iter().filter(|name| !name.is_empty()).collect();
	let mut left_out: Vec<(String, &str)> = Vec::new();
	let found = loop {
		let wanted: Vec<Wanted<'_>> =
			names.iter().map(|name| Wanted { name, decimals: None, may_be_text: true }).collect();
		let (column, why) = match infer::facts(table, &wanted, true) {
			Ok(found) => break found,
			Err(DataError::NoValue { column, .. }) => (column, "no value in any row"),
			Err(DataError::Cell { column, .. }) => (column, "numbers that no column can hold"),
			Err(DataError::RoundedAway { column, .. }) => (column, "numbers of too many decimals"),
			Err(error) => return Err(error.into()),
		};
		names.retain(|name| **name != column);
		left_out.push((column, why));
	};
	let rows = u32::try_from(roomy(table.rows().max(1).into())).unwrap_or(u32::MAX);
	let mut text = format!(
		"# What the rows of {name} may be asked. Proposed from a sample: read it, and put in what you know.\n\
		 # It is read by `ostraka accept` and `ostraka deal`; `ostraka policy check --task N` says what it says of a task.\n\n\
		 # Decides which rows are left out where there are more than `rows`. Keep it to yourself.\n\
		 secret = \"{}\"\n\n\
		 [dataset.{}]\n\
		 file = {}\n\
		 # Most rows. A task must take so many; what is beyond them is left out.\n\
		 rows = {rows}\n\
		 # Fewest of your rows that a number may be about.\n\
		 floor = {FLOOR}\n\
		 # A value outside its range becomes the nearest bound; \"skip\" has it count as missing.\n\
		 clip = true\n",
		hex::encode(secret),
		key(name),
		quoted(file),
	);
	for (column, found) in names.iter().zip(found) {
		let _ = write!(text, "\n[dataset.{}.columns.{}]\n", key(name), key(column));
		text.push_str(&match found {
			Found::Text => "text = true\n".to_owned(),
			Found::Numbers(facts) => numbers(&facts),
		});
	}
	for (column, why) in left_out {
		let _ = write!(text, "\n# {}: left out, {why}\n", quoted(&column));
	}
	text.push_str(
		"\n[allow]\n\
		 classes = [\"confidential\", \"restricted\"]\n\
		 # Accounts whose tasks you answer, or \"any\".\n\
		 requesters = [\"any\"]\n\
		 statistics = [\"any\"]\n\
		 # Fewest dealers that a task must promise.\n\
		 least_cohort = 8\n\
		 # Accounts of dealers that you know: a task must require them.\n\
		 co_dealers = []\n\
		 # Most tasks over one data set in so many blocks: 8 at most.\n\
		 per_period = 4\n\
		 period_blocks = 14400\n\
		 # By how many dealers two tasks must differ, if they differ: 16 at most.\n\
		 least_difference = 5\n",
	);
	Ok(text)
}

fn numbers(facts: &Facts) -> String {
	// TOML has doubles, which hold so much exactly
	const EXACT: i64 = 1 << 53;
	let bound = |units: i128| match i64::try_from(units) {
		Ok(units) if facts.decimals > 0 && units.abs() > EXACT => {
			quoted(&render(units, facts.decimals))
		},
		Ok(units) => render(units, facts.decimals),
		Err(_) => units.to_string(),
	};
	let most = i128::from(crate::data::decimal::MAX_UNITS);
	let (min, max) = (i128::from(facts.min), i128::from(facts.max));
	let low = if min < 0 { -roomy(-min).min(most) } else { 0 };
	let high = if max > 0 { roomy(max).min(most) } else { 0 };
	format!("decimals = {}\nrange = [{}, {}]\n", facts.decimals, bound(low), bound(high))
}

/// The least number of 1, 2 or 5 times a power of ten that is no smaller.
fn roomy(size: i128) -> i128 {
	let mut power = 1i128;
	loop {
		let next = [1, 2, 5].map(|digit| digit * power).into_iter().find(|step| *step >= size);
		match next {
			Some(step) => return step,
			None => power *= 10,
		}
	}
}

/// A name as a key of TOML.
fn key(name: &str) -> String {
	let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
	match !name.is_empty() && name.chars().all(is_bare) {
		true => name.to_owned(),
		false => quoted(name),
	}
}

/// A text as TOML has it.
fn quoted(text: &str) -> String {
	let mut quoted = "\"".to_owned();
	for character in text.chars() {
		match character {
			'"' => quoted.push_str("\\\""),
			'\\' => quoted.push_str("\\\\"),
			c if c.is_control() => {
				let _ = write!(quoted, "\\u{:04X}", c as u32);
			},
			c => quoted.push(c),
		}
	}
	quoted.push('"');
	quoted
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn sizes_are_rounded_up() {
		for (size, expected) in
			[(1, 1), (2, 2), (3, 5), (6, 10), (10, 10), (11, 20), (731_337, 1_000_000)]
		{
			assert_eq!(roomy(size), expected);
		}
	}

	#[test]
	fn names_are_keys() {
		assert_eq!(key("income_2"), "income_2");
		assert_eq!(key("Income, net (\"EUR\")"), "\"Income, net (\\\"EUR\\\")\"");
		assert_eq!(key(""), "\"\"");
		assert_eq!(quoted("a\\b\u{1b}"), "\"a\\\\b\\u001B\"");
	}
}
