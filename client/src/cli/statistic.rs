//! The flags that say what is computed.

use crate::{
	data::Table,
	error::Error,
	request::{names, DecimalsArg, RangeArg, StatisticRequest},
};
use clap::{Args, ValueEnum};
use ostraka_primitives::spec::Statistic;

/// A statistic, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatisticName {
	/// Rows that have a value
	Count,
	/// Sum of a column
	Sum,
	/// Arithmetic mean of a column
	Mean,
	/// Mean of a column weighted by another (--weight)
	WeightedMean,
	/// Sample variance (n - 1)
	Variance,
	/// Sample standard deviation
	Std,
	/// Sample covariance of two columns
	Covariance,
	/// Pearson's correlation of two columns
	Correlation,
	/// Least squares of --target on the columns
	Regression,
	/// Counts over --edges or --bins
	Histogram,
	/// --quantiles read off a histogram
	Quantiles,
	/// The median read off a histogram
	Median,
	/// Weighted mean of all columns (federated averaging; --weight)
	VectorMean,
	/// Dealers with rows in each group (--group-by)
	Contributors,
}

impl From<StatisticName> for Statistic {
	fn from(name: StatisticName) -> Self {
		match name {
			StatisticName::Count => Self::Count,
			StatisticName::Sum => Self::Sum,
			StatisticName::Mean => Self::Mean,
			StatisticName::WeightedMean => Self::WeightedMean,
			StatisticName::Variance => Self::Variance,
			StatisticName::Std => Self::Std,
			StatisticName::Covariance => Self::Covariance,
			StatisticName::Correlation => Self::Correlation,
			StatisticName::Regression => Self::Regression,
			StatisticName::Histogram => Self::Histogram,
			StatisticName::Quantiles => Self::Quantiles,
			StatisticName::Median => Self::Median,
			StatisticName::VectorMean => Self::VectorMean,
			StatisticName::Contributors => Self::Contributors,
		}
	}
}

/// What is computed over which columns.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Statistic")]
pub struct StatisticArgs {
	/// What to compute
	#[arg(long, value_name = "NAME", value_enum)]
	pub statistic: Option<StatisticName>,
	/// Its columns, separated by commas (the regressors of a regression); a name with a comma in it in double quotes
	#[arg(long, value_name = "A,B,..", requires = "statistic")]
	pub columns: Vec<String>,
	/// Dependent column of a regression
	#[arg(long, value_name = "COLUMN", requires = "statistic")]
	pub target: Option<String>,
	/// Weight column of a weighted mean or a vector mean
	#[arg(long, value_name = "COLUMN", requires = "statistic")]
	pub weight: Option<String>,
	/// Number of equal bins of a histogram, quantiles or median; without bins a quantile is asked for in two tasks
	#[arg(long, value_name = "N", requires = "statistic", conflicts_with = "edges")]
	pub bins: Option<usize>,
	/// Rising edges of the bins; values below the first and from the last up have bins of their own
	#[arg(
		long,
		value_name = "E0,E1,..",
		value_delimiter = ',',
		allow_hyphen_values = true,
		requires = "statistic"
	)]
	pub edges: Vec<String>,
	/// The part of the range that equal bins divide: the bin of an earlier result that a quantile lies in
	#[arg(
		long,
		value_name = "MIN:MAX",
		allow_hyphen_values = true,
		requires = "statistic",
		conflicts_with = "edges",
		value_parser = parse_between
	)]
	pub between: Option<Between>,
	/// Quantiles to read, between 0 and 1, to three decimals
	#[arg(long, value_name = "Q,..", value_delimiter = ',', requires = "statistic")]
	pub quantiles: Vec<String>,
	/// Column whose text groups the rows: one result a group
	#[arg(long, value_name = "COLUMN", requires = "statistic")]
	pub group_by: Option<String>,
	/// The groups, separated by commas; all texts of the column in the file unless given
	#[arg(long, value_name = "G,..", requires = "group_by")]
	pub groups: Vec<String>,
	/// Declared range of a column, which is public; inferred from the file unless given
	#[arg(long = "range", value_name = "COLUMN=MIN:MAX", value_parser = parse_range)]
	pub ranges: Vec<RangeArg>,
	/// Digits behind a column's decimal point; inferred from the file unless given
	#[arg(long = "decimals", value_name = "COLUMN=N", value_parser = parse_decimals)]
	pub decimals: Vec<DecimalsArg>,
	/// Most rows that one dealer may encode
	#[arg(long, value_name = "N", default_value_t = 1_000_000)]
	pub max_rows: u32,
}

/// Part of a range, as text: smallest and largest.
type Between = (String, String);

impl StatisticArgs {
	/// What the flags ask for. A text that as a whole names a column of the table means that column, commas and all.
	///
	/// # Errors
	/// `Usage` if a list of names is none.
	pub fn request(&self, table: Option<&Table>) -> Result<StatisticRequest, Error> {
		let args = self.clone();
		let there_are = table.map_or(&[][..], Table::columns);
		let wrong = |flag: &str, error: String| Error::Usage(format!("{flag} {error}"));
		let mut columns = Vec::new();
		for text in &args.columns {
			let names =
				names::columns(text, there_are).map_err(|error| wrong("--columns", error))?;
			columns.extend(names);
		}
		let mut groups = Vec::new();
		for text in &args.groups {
			groups.extend(names::list(text).map_err(|error| wrong("--groups", error))?);
		}
		let one = |flag: &str, text: Option<String>| {
			text.map(|text| names::one(&text)).transpose().map_err(|error| wrong(flag, error))
		};
		Ok(StatisticRequest {
			statistic: args.statistic.map(Statistic::from),
			columns,
			target: one("--target", args.target)?,
			weight: one("--weight", args.weight)?,
			bins: args.bins,
			edges: args.edges,
			between: args.between,
			quantiles: args.quantiles,
			group_by: one("--group-by", args.group_by)?,
			groups,
			ranges: args.ranges,
			decimals: args.decimals,
			max_rows: args.max_rows,
		})
	}
}

fn parse_between(text: &str) -> Result<Between, String> {
	match text.split_once(':') {
		Some((min, max)) if !min.trim().is_empty() && !max.trim().is_empty() => {
			Ok((min.to_owned(), max.to_owned()))
		},
		_ => Err("the form is MIN:MAX, as in 1000:2000".to_owned()),
	}
}

fn parse_range(text: &str) -> Result<RangeArg, String> {
	let form = || "the form is COLUMN=MIN:MAX, as in income=0:250000".to_owned();
	// names may have an `=` or a `:` in them, numbers have neither
	let (column, bounds) = text.rsplit_once('=').ok_or_else(form)?;
	let (min, max) = bounds.split_once(':').ok_or_else(form)?;
	if column.is_empty() || min.trim().is_empty() || max.trim().is_empty() {
		return Err(form());
	}
	Ok(RangeArg { column: names::one(column)?, min: min.to_owned(), max: max.to_owned() })
}

fn parse_decimals(text: &str) -> Result<DecimalsArg, String> {
	let form = || "the form is COLUMN=N with N from 0 to 9, as in income=2".to_owned();
	let (column, decimals) = text.rsplit_once('=').ok_or_else(form)?;
	let decimals: u8 = decimals.trim().parse().map_err(|_| form())?;
	if column.is_empty() || decimals > ostraka_primitives::spec::MAX_DECIMALS {
		return Err(form());
	}
	Ok(DecimalsArg { column: names::one(column)?, decimals })
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reads_ranges_and_decimals() {
		let range = parse_range("a=b=-1.5:2").expect("well-formed");
		let expected =
			RangeArg { column: "a=b".to_owned(), min: "-1.5".to_owned(), max: "2".to_owned() };
		assert_eq!(range, expected);
		for text in ["a", "a=1", "=1:2", "a=:2", "a=1:"] {
			assert!(parse_range(text).is_err(), "{text}");
		}
		assert_eq!(parse_decimals("a=9").map(|arg| arg.decimals), Ok(9));
		for text in ["a", "a=", "a=10", "a=-1", "=2", "a=x"] {
			assert!(parse_decimals(text).is_err(), "{text}");
		}
	}

	#[test]
	fn every_name_is_its_label() {
		for name in StatisticName::value_variants() {
			let value = name.to_possible_value().expect("none is hidden");
			assert_eq!(value.get_name(), crate::request::label((*name).into()));
		}
	}
}
