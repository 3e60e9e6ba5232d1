//! What is proven about an input, in words, and how many of a task's proofs hold.

use crate::words::counted;
use alloc::{borrow::ToOwned, format, string::String};
use core::fmt;
use ostraka_primitives::spec::{Statistic, TaskSpec};
use ostraka_protocol::statistics::proves_determinant;
use serde::Serialize;

/// What no proof about a dealing can say.
pub const NOT_PROVEN: &str = "whether its numbers are true to its data no proof can say";

/// How many of the proofs that the inputs of a task are valid hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Proofs {
	/// Those that hold.
	pub hold: usize,
	/// All: one for each dealing that counts.
	pub of: usize,
}

impl Proofs {
	/// Whether all hold.
	pub fn all(self) -> bool {
		self.hold == self.of
	}
}

impl fmt::Display for Proofs {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "proofs of valid input: {} of {} hold", self.hold, self.of)
	}
}

/// What a proof that holds says of the numbers in a dealing, as a clause: `its count and sum are such as ..`. No more than
/// the relation of the spec does.
pub fn what_is_proven(spec: &TaskSpec) -> String {
	let rows = most_rows(spec);
	match spec.statistic {
		Statistic::Contributors => "in each group it counts itself once or not at all".to_owned(),
		Statistic::Count => format!("its count is that of {rows}"),
		Statistic::Sum | Statistic::Mean => {
			format!("its count and sum are such as {rows} within the declared range can give")
		},
		Statistic::WeightedMean | Statistic::VectorMean => format!(
			"its weighted sums lie within the bounds that the declared ranges set for {rows} with weights from 0 to the largest"
		),
		Statistic::Variance | Statistic::Std => format!(
			"its count, sum and sum of squares lie within the bounds that the declared range sets for {rows}, and give no \
			 negative variance"
		),
		Statistic::Covariance | Statistic::Correlation => {
			let determinant = match proves_determinant(spec) {
				true => ", and give no covariance that the variances do not allow",
				false => "; that the covariance is one that the variances allow is not proven",
			};
			format!(
				"its sums of values, squares and products lie within the bounds that the declared ranges set for \
				 {rows}{determinant}"
			)
		},
		Statistic::Regression => format!(
			"its sums of values, squares and products lie, for each pair of columns, within the bounds that the declared ranges \
			 set for {rows}, and give no column a negative variance; that they are those of a table is not proven"
		),
		Statistic::Histogram | Statistic::Quantiles | Statistic::Median => {
			format!("its bins count {rows}, and none outside the declared range")
		},
	}
}

fn most_rows(spec: &TaskSpec) -> String {
	let rows = counted(usize::try_from(spec.max_rows).unwrap_or(usize::MAX), "row");
	let together = if spec.group_by.is_some() { " in all groups together" } else { "" };
	format!("at most {rows}{together}")
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures::{column, spec};
	use ostraka_primitives::spec::{Grouping, MAX_BOUND};

	#[test]
	fn proofs_are_counted() {
		let some = Proofs { hold: 2, of: 3 };
		assert_eq!(some.to_string(), "proofs of valid input: 2 of 3 hold");
		assert!(!some.all() && Proofs { hold: 3, of: 3 }.all());
	}

	#[test]
	fn no_more_is_said_than_is_proven() {
		let mut sum = spec(Statistic::Sum, vec![column("x", 0, 9)]);
		let said = what_is_proven(&sum);
		assert_eq!(
			said,
			"its count and sum are such as at most 9 rows within the declared range can give"
		);
		let name = |text: &str| text.as_bytes().to_vec().try_into().expect("short");
		let groups = vec![name("a"), name("b")].try_into().expect("two");
		sum.group_by = Some(Grouping { column: name("g"), groups });
		sum.max_rows = 1;
		assert!(what_is_proven(&sum).contains("at most 1 row in all groups together"));

		let line = spec(Statistic::Regression, vec![column("x", 0, 9)]);
		let said = what_is_proven(&line);
		assert!(said.contains("give no column a negative variance; that they are"), "{said}");

		let pair =
			|max| spec(Statistic::Covariance, vec![column("x", 0, max), column("y", 0, max)]);
		assert!(what_is_proven(&pair(9)).contains("and give no covariance"));
		let mut wide = pair(MAX_BOUND);
		wide.max_rows = u32::MAX;
		assert!(what_is_proven(&wide).ends_with("is not proven"));
	}
}
