//! A spec's columns: decimals and ranges from flags, else from what the file holds.

use super::{
	problem::{bounded_name, number, usage, Result, SpecProblem},
	statistic::StatisticRequest,
};
use crate::{
	data::{
		decimal::Decimal,
		infer::{self, Found, Wanted},
		Table,
	},
	escape::escaped,
};
use ostraka_primitives::spec::{Column, Statistic};

/// What the file says of the request's columns, in the order of columns, target and weight. Of what is only counted a column
/// may be one of text, if nothing about numbers is declared for it.
pub(super) fn look(
	statistic: Statistic,
	request: &StatisticRequest,
	table: Option<&Table>,
	round: bool,
) -> Result<Vec<Found>> {
	let Some(table) = table else { return Ok(Vec::new()) };
	let names = request.columns.iter().chain(&request.target).chain(&request.weight);
	let wanted: Vec<Wanted<'_>> = names
		.map(|name| {
			let decimals = declared_decimals(request, name);
			let has_range = request.ranges.iter().any(|range| range.column == *name);
			let may_be_text = is_counted(statistic) && decimals.is_none() && !has_range;
			Wanted { name, decimals, may_be_text }
		})
		.collect();
	Ok(infer::facts(table, &wanted, round)?)
}

/// Whether of a statistic's columns only the presence of values matters.
fn is_counted(statistic: Statistic) -> bool {
	matches!(statistic, Statistic::Count | Statistic::Contributors)
}

fn declared_decimals(request: &StatisticRequest, name: &str) -> Option<u8> {
	request.decimals.iter().find(|arg| arg.column == name).map(|arg| arg.decimals)
}

/// A column as its flags declare it, else as the file shows it.
pub(super) fn column(
	name: &String,
	statistic: Statistic,
	request: &StatisticRequest,
	found: Option<Found>,
) -> Result<Column> {
	let given_decimals = declared_decimals(request, name);
	let given_range = request.ranges.iter().find(|arg| arg.column == *name);
	let of_range = |bound: &String| number("--range", Some(name.as_str()), bound);
	let range = match given_range {
		Some(range) => Some((of_range(&range.min)?, of_range(&range.max)?)),
		None => None,
	};
	let facts = match found {
		Some(Found::Numbers(facts)) => Some(facts),
		Some(Found::Text) => return text_column(name),
		None => None,
	};
	// a declared bound may be finer than all values, and so may an edge
	let bounds = range.iter().flat_map(|(min, max)| [*min, *max]);
	let mut finest = bounds.map(|bound| bound.scale()).max();
	if request.columns.first() == Some(name) {
		for (flag, edge) in given_edges(request) {
			let scale = number(flag, None, edge)?.scale();
			finest = Some(finest.unwrap_or_default().max(scale));
		}
	}
	let decimals = match (given_decimals, &facts) {
		(Some(decimals), _) => decimals,
		(None, Some(facts)) => facts.decimals.max(finest.unwrap_or_default().min(9) as u8),
		(None, None) if range.is_some() => {
			u8::try_from(finest.unwrap_or_default()).unwrap_or(u8::MAX)
		},
		(None, None) if is_counted(statistic) => return text_column(name),
		(None, None) => {
			let name = escaped(name);
			return usage(format!(
				"column `{name}` has no declared range: give --range {name}=MIN:MAX, or a file to infer it from \
				 with --data FILE"
			));
		},
	};
	let (min, max) = match (range, facts) {
		(Some((min, max)), _) => {
			let units = |bound: Decimal| {
				bound.to_units(decimals).map_err(|error| {
					SpecProblem::Usage(format!("--range {}: a bound {error}", escaped(name)))
				})
			};
			(units(min)?, units(max)?)
		},
		(None, Some(facts)) => {
			let (min, max) = facts.widened();
			let finer = 10i64.checked_pow(u32::from(decimals.saturating_sub(facts.decimals)));
			let units = |bound: i64| finer.and_then(|finer| bound.checked_mul(finer));
			match (units(min), units(max)) {
				// 0 to 0 is the range of a column of text
				(Some(0), Some(0)) if is_counted(statistic) && decimals == 0 => (0, 1),
				(Some(min), Some(max)) => (min, max),
				_ => {
					return usage(format!(
						"column `{}`: its values are too large for {decimals} decimals",
						escaped(name)
					))
				},
			}
		},
		(None, None) => return usage(format!("column `{}` has no declared range", escaped(name))),
	};
	if min > max {
		return usage(format!(
			"--range {}: the smaller bound comes first, as MIN:MAX",
			escaped(name)
		));
	}
	Ok(Column { name: bounded_name(name)?, decimals, min, max })
}

/// A column of which any text is a value: what is only counted needs no numbers.
fn text_column(name: &str) -> Result<Column> {
	Ok(Column { name: bounded_name(name)?, decimals: 0, min: 0, max: 0 })
}

/// The edges that the flags name, each with its flag.
fn given_edges(request: &StatisticRequest) -> impl Iterator<Item = (&'static str, &String)> {
	let between = request.between.iter().flat_map(|(min, max)| [min, max]);
	let edges = request.edges.iter().map(|edge| ("--edges", edge));
	edges.chain(between.map(|bound| ("--between", bound)))
}
