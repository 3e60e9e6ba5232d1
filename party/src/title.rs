//! A task in a few words.

use crate::request::{label, shown};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use ostraka_primitives::spec::TaskSpec;

/// A task in a few words, safe to print: `regression of y on a, b by g`.
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_primitives::spec::Statistic;

	#[test]
	fn a_name_that_moves_the_cursor_is_spelled_out() {
		let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x\u{1b}[1A", 0, 9)]);
		assert_eq!(title(&spec), "mean of x\\u{1b}[1A");
	}
}
