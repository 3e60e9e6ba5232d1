//! The keys of a task file: each has the name of the flag that says the same.

/// What a key's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// One of some words.
	Word(&'static [&'static str]),
	/// Any text.
	Text,
	/// A list of texts, each a flag of its own.
	Texts,
	/// Path of a file; a relative one begins in the task file's folder.
	Path,
	/// The name of a column.
	Name,
	/// A list of names, of columns or of groups.
	Names,
	/// A whole number, not negative.
	Whole,
	/// A number.
	Number,
	/// A list of numbers.
	Numbers,
	/// Two numbers, the smaller one first.
	Pair,
	/// `true` or `false`.
	Switch,
	/// For columns, by name: two numbers.
	Ranges,
	/// For columns, by name: a number of digits.
	Decimals,
}

/// A key.
#[derive(Debug, PartialEq, Eq)]
pub struct Key {
	/// Its name, which is that of its flag.
	pub name: &'static str,
	/// What its value is.
	pub kind: Kind,
	/// What it is for: a comment of one line.
	pub says: &'static str,
	/// A value, as a file has it; a key of columns has the column's name in front.
	pub sample: &'static str,
}

/// The statistics, as [`label`](crate::request::label) names them.
const STATISTICS: &[&str] = &[
	"count",
	"sum",
	"mean",
	"weighted-mean",
	"variance",
	"std",
	"covariance",
	"correlation",
	"regression",
	"histogram",
	"quantiles",
	"median",
	"vector-mean",
	"contributors",
];

/// The security classes.
const CLASSES: &[&str] = &["standard", "confidential", "restricted"];

/// Keys that belong together, under a comment of one line.
pub struct Part {
	/// The comment.
	pub says: &'static str,
	/// The keys, in the order in which a file has them.
	pub keys: &'static [Key],
}

const fn key(name: &'static str, kind: Kind, sample: &'static str, says: &'static str) -> Key {
	Key { name, kind, says, sample }
}

/// All keys, in the order in which a file has them.
pub const PARTS: &[Part] = &[
	Part {
		says: "What is computed. Of a task that is published, everybody sees all of this part",
		keys: &[
			key(
				"statistic",
				Kind::Word(STATISTICS),
				"\"mean\"",
				"count, sum, mean, weighted-mean, variance, std, covariance, correlation, regression, histogram, quantiles, \
				 median, vector-mean, contributors",
			),
			key("columns", Kind::Names, "[\"income\"]", "Its columns; the regressors of a regression"),
			key("target", Kind::Name, "\"income\"", "Dependent column of a regression"),
			key("weight", Kind::Name, "\"hours\"", "Weight column of a weighted mean or a vector mean"),
			key(
				"bins",
				Kind::Whole,
				"20",
				"Equal bins of a histogram, quantiles or median; a quantile without bins is asked for in two tasks",
			),
			key("edges", Kind::Numbers, "[0, 10, 100]", "Or their rising edges"),
			key("between", Kind::Pair, "[1000, 2000]", "The part of the range that equal bins divide"),
			key("quantiles", Kind::Numbers, "[0.25, 0.5]", "Between 0 and 1, to three decimals"),
			key("group-by", Kind::Name, "\"region\"", "Column whose text groups the rows: one result a group"),
			key("groups", Kind::Names, "[\"north\", \"south\"]", "The groups"),
			key(
				"range",
				Kind::Ranges,
				"income = [0, 250000]",
				"Smallest and largest value of a column that a dealer may have: take what makes sense, not what a sample shows",
			),
			key("decimals", Kind::Decimals, "income = 2", "Digits behind a column's decimal point"),
			key("max-rows", Kind::Whole, "1000000", "Most rows that one dealer may encode"),
		],
	},
	Part {
		says: "Who holds the shares, who deals, on which conditions, and for how much. Of this part too everybody sees all",
		keys: &[
			key(
				"class",
				Kind::Word(CLASSES),
				"\"confidential\"",
				"standard, confidential or restricted: decides how many nodes hold the data",
			),
			key(
				"dealer",
				Kind::Texts,
				"[\"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\"]",
				"The invited dealers' accounts",
			),
			key("dealers-file", Kind::Path, "\"cohort.txt\"", "Or a file with one on each line"),
			key(
				"contributors-task",
				Kind::Whole,
				"7",
				"Task that counted the contributors to each group (task submit --count-first)",
			),
			key(
				"least-dealers",
				Kind::Whole,
				"8",
				"Fewest dealers whose dealings make a result; what the class asks for unless given",
			),
			key(
				"require",
				Kind::Texts,
				"[\"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\"]",
				"Invited dealers without whom there is no result, 8 at most",
			),
			key(
				"counted-by",
				Kind::Whole,
				"7",
				"Task that counted the contributors: without one of its dealers there is no result; contributors-task says the same",
			),
			key(
				"sealed-to",
				Kind::Text,
				"\"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\"",
				"The one account that reads the result, or self for the requester's: it deals a mask",
			),
			key("accept-within", Kind::Whole, "300", "Blocks for accepting"),
			key("collect", Kind::Whole, "300", "Blocks for dealing"),
			key("fee", Kind::Number, "1.5", "For committee and panel, in tokens; the least fee unless given"),
			key("data-reward", Kind::Number, "0", "For the accepted dealers together, in tokens"),
		],
	},
	Part {
		says: "A file of rows: the sample of `task submit`, all rows of `simulate` and `demo`. Nothing here is published",
		keys: &[
			key("data", Kind::Path, "\"sample.csv\"", "The file; what is not given above is inferred from it"),
			key("separator", Kind::Text, "\";\"", "What separates its cells: one character, or tab"),
			key("decimal-comma", Kind::Switch, "true", "Its numbers have a comma where otherwise the point stands"),
			key("sheet", Kind::Text, "\"2024\"", "Sheet of a workbook"),
			key("missing", Kind::Texts, "[\"?\"]", "Texts that stand for a missing value in any column"),
			key("round", Kind::Switch, "true", "Longer values are rounded, not refused"),
			key("split-by", Kind::Name, "\"clinic\"", "simulate, demo: column whose text names a row's dealer"),
			key("dealers", Kind::Whole, "8", "simulate, demo: number of dealers"),
			key("min-cell", Kind::Whole, "3", "simulate, demo: fewest rows that a dealer may have in a group"),
			key(
				"allow-constant",
				Kind::Names,
				"[\"region\"]",
				"simulate, demo: columns that may have one value in all rows of a dealer",
			),
			key(
				"drop-small-cells",
				Kind::Switch,
				"true",
				"simulate, demo: rows of smaller groups are left out, not refused",
			),
		],
	},
];

/// All keys.
pub fn keys() -> impl Iterator<Item = &'static Key> {
	PARTS.iter().flat_map(|part| part.keys)
}

/// The key of that name.
pub fn find(name: &str) -> Option<&'static Key> {
	keys().find(|key| key.name == name)
}

/// The one of some names that a name is most like, if it is like one: so that a slip of the pen is told.
pub fn near<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
	// a name that is far too long is like none, and costs no time
	const LONGEST: usize = 64;
	let spelled: Vec<char> =
		name.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
	if spelled.len() > LONGEST {
		return None;
	}
	// two letters that changed places count as two
	let most = ((spelled.len() + 1) / 3).max(1);
	let far = names.into_iter().map(|other| {
		let letters: Vec<char> = other.chars().take(LONGEST + 1).collect();
		(distance(&spelled, &letters), other)
	});
	far.filter(|(far, _)| *far <= most && *far < spelled.len())
		.min_by_key(|(far, _)| *far)
		.map(|(_, other)| other)
}

/// Letters that are to be put in, taken out or replaced until the one word is the other.
fn distance(one: &[char], other: &[char]) -> usize {
	let mut row: Vec<usize> = (0..=other.len()).collect();
	for (i, a) in one.iter().enumerate() {
		let mut diagonal = i;
		let mut left = i + 1;
		let mut next = vec![left];
		for (b, above) in other.iter().zip(row.iter().skip(1)) {
			let replaced = diagonal + usize::from(!a.eq_ignore_ascii_case(b));
			left = replaced.min(left + 1).min(above + 1);
			next.push(left);
			diagonal = *above;
		}
		row = next;
	}
	row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::request::label;
	use ostraka_primitives::spec::Statistic;

	#[test]
	fn the_statistics_are_those_that_there_are() {
		let all = [
			Statistic::Count,
			Statistic::Sum,
			Statistic::Mean,
			Statistic::WeightedMean,
			Statistic::Variance,
			Statistic::Std,
			Statistic::Covariance,
			Statistic::Correlation,
			Statistic::Regression,
			Statistic::Histogram,
			Statistic::Quantiles,
			Statistic::Median,
			Statistic::VectorMean,
			Statistic::Contributors,
		];
		assert_eq!(all.map(label).as_slice(), STATISTICS);
		let says = find("statistic").expect("a key").says;
		assert_eq!(says.split(", ").collect::<Vec<_>>(), STATISTICS);
	}

	#[test]
	fn no_key_is_there_twice() {
		let mut names: Vec<&str> = keys().map(|key| key.name).collect();
		let there_are = names.len();
		names.sort_unstable();
		names.dedup();
		assert_eq!(names.len(), there_are);
		assert!(keys().all(|key| !key.says.contains('\n') && !key.says.ends_with('.')));
	}

	#[test]
	fn a_slip_of_the_pen_is_told_from_another_word() {
		let near = |name: &str| near(name, keys().map(|key| key.name));
		for (name, expected) in [
			("colums", "columns"),
			("group_by", "group-by"),
			("Statistic", "statistic"),
			("max_row", "max-rows"),
			("datareward", "data-reward"),
			("fees", "fee"),
			("rnage", "range"),
			("sealed_to", "sealed-to"),
			("required", "require"),
			("least_dealer", "least-dealers"),
		] {
			assert_eq!(near(name), Some(expected), "{name}");
		}
		for name in ["", "x", "password", "committee", &"fee".repeat(100)] {
			assert_eq!(near(name), None, "{name}");
		}
	}

	#[test]
	fn distances_are_counted_in_letters() {
		let far = |one: &str, other: &str| {
			distance(&one.chars().collect::<Vec<_>>(), &other.chars().collect::<Vec<_>>())
		};
		for (one, other, expected) in [
			("", "", 0),
			("a", "", 1),
			("", "ab", 2),
			("kitten", "sitting", 3),
			("flaw", "lawn", 2),
		] {
			assert_eq!(far(one, other), expected, "{one} {other}");
			assert_eq!(far(other, one), expected, "{other} {one}");
		}
	}
}
