//! A task file from what flags say, and from what the task built of them says of its columns and groups.

use super::InitArgs;
use crate::{chain::account::address, cli::class::ClassName, error::Error};
use clap::ValueEnum;
use ostraka_party::{
	data::{decimal::render, STDIN},
	escape::escaped,
	request::{
		is_text, label, names,
		task_file::{TaskFile, Value},
		text, StatisticRequest,
	},
};
use ostraka_primitives::spec::TaskSpec;
use std::path::Path;

/// Rows that a dealer must have in a group unless flags say otherwise.
const MIN_CELL: u64 = 1;

#[derive(Default)]
struct Draft(TaskFile);

impl Draft {
	fn one(&mut self, name: &str, value: Option<String>) {
		if let Some(value) = value {
			self.0.set(name, Value::One(value));
		}
	}

	fn many(&mut self, name: &str, values: Vec<String>) {
		if !values.is_empty() {
			self.0.set(name, Value::Many(values));
		}
	}

	fn switch(&mut self, name: &str, is_on: bool) {
		if is_on {
			self.0.set(name, Value::Switch(true));
		}
	}

	fn columns(&mut self, name: &str, columns: Vec<(String, Vec<String>)>) {
		if !columns.is_empty() {
			self.0.set(name, Value::Columns(columns));
		}
	}
}

/// The file that says what flags say. With a task ranges, decimals and groups are that task's.
///
/// # Errors
/// `Usage` if a path has no form as text.
pub fn of(
	args: &InitArgs,
	request: &StatisticRequest,
	spec: Option<&TaskSpec>,
) -> Result<TaskFile, Error> {
	let mut draft = Draft::default();
	draft.one("statistic", request.statistic.map(|statistic| label(statistic).to_owned()));
	draft.many("columns", request.columns.clone());
	draft.one("target", request.target.clone());
	draft.one("weight", request.weight.clone());
	draft.one("bins", request.bins.map(|bins| bins.to_string()));
	draft.many("edges", request.edges.clone());
	let between = request.between.clone().map(|(min, max)| vec![min, max]);
	draft.many("between", between.unwrap_or_default());
	draft.many("quantiles", request.quantiles.clone());
	draft.one("group-by", request.group_by.clone());
	draft.many("groups", groups(request, spec));
	let (ranges, decimals) = columns(request, spec);
	draft.columns("range", ranges);
	draft.columns("decimals", decimals);
	draft.one("max-rows", Some(request.max_rows.to_string()));

	let class = args.class.or(spec.map(|_| ClassName::default()));
	let class = class.and_then(|class| class.to_possible_value());
	draft.one("class", class.map(|class| class.get_name().to_owned()));
	draft.many("dealer", args.invited.iter().map(address).collect());
	draft.one("dealers-file", path(args, args.dealers_file.as_deref())?);
	draft.one("accept-within", args.accept_within.map(|blocks| blocks.to_string()));
	draft.one("collect", args.collect.map(|blocks| blocks.to_string()));
	draft.one("fee", args.fee.clone());
	draft.one("data-reward", args.data_reward.clone());

	let (book, file) = (&args.book, &args.book.file);
	draft.one("data", path(args, file.data.as_deref())?);
	let separator = file.separator.map(|byte| match byte {
		b'\t' => "tab".to_owned(),
		byte => char::from(byte).to_string(),
	});
	draft.one("separator", separator);
	draft.switch("decimal-comma", file.decimal_comma);
	draft.one("sheet", file.sheet.clone());
	draft.many("missing", file.missing.clone());
	draft.switch("round", file.round);
	let split_by = book.split_by.as_deref().map(names::one).transpose();
	draft.one("split-by", split_by.map_err(Error::Usage)?);
	draft.one("dealers", book.dealers.map(|dealers| dealers.to_string()));
	let min_cell = (book.min_cell != MIN_CELL).then(|| book.min_cell.to_string());
	draft.one("min-cell", min_cell);
	draft.many("allow-constant", book.allow_constant.clone());
	draft.switch("drop-small-cells", book.drop_small_cells);
	Ok(draft.0)
}

/// A path as the file has it: in a file that is written elsewhere it does not hang on where the command was run.
fn path(args: &InitArgs, path: Option<&Path>) -> Result<Option<String>, Error> {
	let Some(path) = path else { return Ok(None) };
	let is_here = args.place.parent().is_none_or(|folder| folder.as_os_str().is_empty());
	let is_kept = is_here || path.is_absolute() || path.as_os_str() == STDIN;
	let whole = match is_kept {
		true => path.to_owned(),
		false => std::path::absolute(path)
			.map_err(|error| Error::Failed(format!("this folder is not known: {error}")))?,
	};
	whole.to_str().map(|text| Some(text.to_owned())).ok_or_else(|| {
		let shown = path.display().to_string();
		Error::Usage(format!("`{}`: a task file holds paths of Unicode text only", escaped(&shown)))
	})
}

fn groups(request: &StatisticRequest, spec: Option<&TaskSpec>) -> Vec<String> {
	let grouping = spec.and_then(|spec| spec.group_by.as_ref());
	match grouping {
		Some(grouping) => grouping.groups.iter().map(text).collect(),
		None => request.groups.clone(),
	}
}

/// By column a value or two.
type OfColumns = Vec<(String, Vec<String>)>;

/// Ranges and decimals.
fn columns(request: &StatisticRequest, spec: Option<&TaskSpec>) -> (OfColumns, OfColumns) {
	let Some(spec) = spec else {
		let ranges = request.ranges.iter();
		let ranges = ranges.map(|one| (one.column.clone(), vec![one.min.clone(), one.max.clone()]));
		let decimals = request.decimals.iter();
		let decimals = decimals.map(|one| (one.column.clone(), vec![one.decimals.to_string()]));
		return (ranges.collect(), decimals.collect());
	};
	let (mut ranges, mut decimals) = (OfColumns::new(), OfColumns::new());
	for column in spec.all_columns() {
		let name = text(&column.name);
		// a weight may be one of the columns
		if is_text(spec, column) || ranges.iter().any(|(known, _)| *known == name) {
			continue;
		}
		let bound = |units| plain(&render(units, column.decimals));
		ranges.push((name.clone(), vec![bound(column.min), bound(column.max)]));
		decimals.push((name, vec![column.decimals.to_string()]));
	}
	(ranges, decimals)
}

/// A number without zeros behind its last digit.
pub fn plain(number: &str) -> String {
	match number.contains('.') {
		true => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
		false => number.to_owned(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn numbers_lose_their_last_zeros() {
		for (number, expected) in
			[("0.00", "0"), ("2.50", "2.5"), ("100", "100"), ("-3.0", "-3"), ("0.01", "0.01")]
		{
			assert_eq!(plain(number), expected);
		}
	}
}
