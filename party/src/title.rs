//! A task in a few words.

use crate::request::{label, shown};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use ostraka_primitives::spec::TaskSpec;

/// A task in a few words that are safe to print: `regression of y on a, b by g`.
pub fn title(spec: &TaskSpec) -> String {
	let columns =
		spec.columns.iter().map(|column| shown(&column.name)).collect::<Vec<_>>().join(", ");
	let mut title = label(spec.statistic).to_owned();
	match &spec.target {
		Some(target) => title += &format!(" of {} on {columns}", shown(&target.name)),
		None if columns.is_empty() => {},
		None => title += &format!(" of {columns}"),
	}
	if let Some(weight) = &spec.weight {
		title += &format!(" weighted by {}", shown(&weight.name));
	}
	if let Some(grouping) = &spec.group_by {
		title += &format!(" by {}", shown(&grouping.column));
	}
	title
}
