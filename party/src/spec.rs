//! A spec in words: its statistic, the names in it, and which of its columns are text. Requests and files both stand on
//! this; [`request`](crate::request) shows it to others.

use crate::escape::escaped;
use alloc::{borrow::ToOwned, format, string::String};
use ostraka_primitives::spec::{Column, Name, Statistic, TaskSpec};

/// The name of a statistic in flags and JSON.
pub fn label(statistic: Statistic) -> &'static str {
	match statistic {
		Statistic::Count => "count",
		Statistic::Sum => "sum",
		Statistic::Mean => "mean",
		Statistic::WeightedMean => "weighted-mean",
		Statistic::Variance => "variance",
		Statistic::Std => "std",
		Statistic::Covariance => "covariance",
		Statistic::Correlation => "correlation",
		Statistic::Regression => "regression",
		Statistic::Histogram => "histogram",
		Statistic::Quantiles => "quantiles",
		Statistic::Median => "median",
		Statistic::VectorMean => "vector-mean",
		Statistic::Contributors => "contributors",
	}
}

/// Whether of a column only the presence of a value is asked, whatever it is: it is counted, and its declared range is that
/// of a column of text, 0 to 0.
pub fn is_text(spec: &TaskSpec, column: &Column) -> bool {
	let is_counted = matches!(spec.statistic, Statistic::Count | Statistic::Contributors);
	is_counted && (column.decimals, column.min, column.max) == (0, 0, 0)
}

/// A spec's name, safe to print.
pub fn shown(name: &Name) -> String {
	escaped(&text(name)).into_owned()
}

/// A spec's name as text.
pub fn text(name: &Name) -> String {
	String::from_utf8_lossy(name).into_owned()
}

/// A name as a list of names has it ([`crate::request::names`]): in double quotes if there is a comma or a quote in it.
pub fn written(name: &str) -> String {
	match name.contains([',', '"']) {
		true => format!("\"{}\"", name.replace('"', "\"\"")),
		false => name.to_owned(),
	}
}
