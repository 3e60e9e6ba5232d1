//! What is said of a published vector beside its numbers: what no data can give, where a statistic is not defined, and the
//! sums that are left to show then.

use crate::escape::escaped;
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use ostraka_crypto::{encoding::decode_scalar, Scalar};
use ostraka_primitives::{spec::TaskSpec, task::TaskResult};
use ostraka_protocol::statistics::{
	finalize, named_sums, Cell, FinalizeError, Inconsistency, Outcome, Sum,
};

/// Why a statistic has no numbers although the result is right.
pub const UNDEFINED: &str =
	"the statistic is not defined on these rows: they are too few, or a column is constant or follows from others, or all \
	 weights are zero";

/// What a published result says. Of a sealed one it is nothing as long as the mask is in it: [`unsealed`](crate::mask::unsealed)
/// takes it off.
///
/// # Errors
/// Those of [`finalize`]. A result of which only some groups are impossible is no error: [`impossible`] tells.
pub fn result_outcome(spec: &TaskSpec, result: &TaskResult) -> Result<Outcome, FinalizeError> {
	finalize(spec, &values(result)?, result.dealers)
}

/// A published result's vector, entry by entry; of a sealed one without its mask, as above.
///
/// # Errors
/// Those of [`named_sums`].
pub fn result_sums(spec: &TaskSpec, result: &TaskResult) -> Result<Vec<Sum>, FinalizeError> {
	named_sums(spec, &values(result)?)
}

fn values(result: &TaskResult) -> Result<Vec<Scalar>, FinalizeError> {
	let values = result.scalars().map(|bytes| decode_scalar(&bytes));
	let values = values.collect::<Result<Vec<_>, _>>();
	// a chain never publishes a number that is not canonical
	values.map_err(|_| FinalizeError::Inconsistent(Inconsistency::SumOutOfRange))
}

/// What of a result no data can give: the group and why, one after the other. `None` if data can give all of it. That a
/// statistic is not defined on the data does not make it impossible.
pub fn impossible(outcome: &Result<Outcome, FinalizeError>) -> Option<String> {
	let outcome = match outcome {
		Ok(outcome) => outcome,
		Err(error) => return Some(error.to_string()),
	};
	let parts = outcome.impossible().into_iter().map(|(group, what)| match group {
		Some(group) => format!("group {group} is impossible: {what}"),
		None => format!("the groups together are impossible: {what}"),
	});
	let parts: Vec<String> = parts.collect();
	(!parts.is_empty()).then(|| parts.join("; "))
}

/// The sums that are shown beside an outcome, as lines of name and value, safe to print: those of which it has no
/// numbers.
pub fn sums_without_numbers(outcome: Option<&Outcome>, sums: &[Sum]) -> Vec<(String, String)> {
	let is_shown = |group: Option<&String>| match outcome {
		Some(Outcome::Whole(_)) => false,
		Some(Outcome::Groups { cells, .. }) => cells.iter().any(|(name, cell)| {
			group == Some(name) && matches!(cell, Cell::Undefined | Cell::Inconsistent(_))
		}),
		Some(Outcome::Undefined) | None => true,
	};
	let shown = sums.iter().filter(|sum| is_shown(sum.group.as_ref()));
	let line = |sum: &Sum| {
		let name = match &sum.group {
			Some(group) => format!("{group}: {}", sum.name),
			None => sum.name.clone(),
		};
		(escaped(&name).into_owned(), sum.value.to_string())
	};
	shown.map(line).collect()
}

/// A vector as exact texts, in its order and the data's own scale.
pub fn exact_sums(sums: &[Sum]) -> Vec<String> {
	sums.iter().map(|sum| sum.value.to_string()).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		fixtures::{self, column},
		verify::{
			tests::{check, played},
			transcript::transcript,
			verdict::PROVEN,
			Evidence,
		},
	};
	use ostraka_primitives::spec::{Column, Grouping, Statistic};
	use ostraka_protocol::statistics::{encode, Rows};

	const MEANS: &str = "the result is one that data can give";

	/// A spec whose last column is the target or the weight, if the statistic has one.
	fn spec(statistic: Statistic, mut columns: Vec<Column>) -> TaskSpec {
		let last = match statistic {
			Statistic::Regression | Statistic::WeightedMean | Statistic::VectorMean => {
				columns.pop()
			},
			_ => None,
		};
		let mut spec = fixtures::spec(statistic, columns);
		match statistic {
			Statistic::Regression => spec.target = last,
			_ => spec.weight = last,
		}
		spec
	}

	/// A dealer's vector; nothing at all for a dealer without rows.
	fn vector(spec: &TaskSpec, rows: &[&[i64]]) -> Vec<Scalar> {
		let mut table = Rows::new(spec);
		for row in rows {
			let values: Vec<_> = row.iter().copied().map(Some).collect();
			table.push(&values, None).expect("as wide as the spec");
		}
		match rows {
			[] => vec![Scalar::from(0u8); spec.length() as usize],
			_ => encode(spec, table.iter(), 1).expect("rows in range").vector.to_vec(),
		}
	}

	/// Whether a task's result is verified, what the check of its meaning says, and what is exported. What no data can give in
	/// a sum, no dealer's proof holds of.
	fn verified(evidence: &Evidence) -> (bool, String, serde_json::Value) {
		let verification = check(evidence);
		let broken = verification.checks.iter().filter(|check| check.holds == Some(false));
		assert!(broken.clone().all(|check| [MEANS, PROVEN].contains(&check.what)));
		assert_ne!(broken.count(), 1, "one is not without the other");
		let check = verification.checks.iter().find(|check| check.what == MEANS).expect("made");
		let transcript = transcript(evidence, &verification);
		let json = serde_json::to_value(transcript).expect("JSON");
		(verification.is_right(), check.detail.clone(), json["result"].clone())
	}

	/// A statistic, its columns, and the rows of three dealers.
	type Way<'a> = (Statistic, Vec<Column>, [&'a [&'a [i64]]; 3]);

	#[test]
	fn a_right_result_on_which_the_statistic_is_undefined_is_verified_and_exported() {
		let x = || column("x", 0, 9);
		let pair = || vec![column("x", 0, 9), column("y", 0, 9)];
		let three = || vec![column("u", 0, 9), column("v", 0, 9), column("y", 0, 9)];
		// by dealer: the only row of all; a constant column; collinear columns; no weight
		let ways: [Way; 10] = [
			(Statistic::Variance, vec![x()], [&[&[5]], &[], &[]]),
			(Statistic::Std, vec![x()], [&[], &[&[5]], &[]]),
			(Statistic::Covariance, pair(), [&[&[5, 6]], &[], &[]]),
			(Statistic::Correlation, pair(), [&[&[5, 6]], &[], &[]]),
			(Statistic::Correlation, pair(), [&[&[5, 1]], &[&[5, 2]], &[&[5, 3], &[5, 9]]]),
			(Statistic::Regression, pair(), [&[&[5, 6]], &[], &[]]),
			(Statistic::Regression, pair(), [&[&[3, 1]], &[&[3, 2]], &[&[3, 4]]]),
			(
				Statistic::Regression,
				three(),
				[&[&[1, 2, 3], &[0, 0, 1]], &[&[2, 4, 5]], &[&[4, 8, 9]]],
			),
			(Statistic::WeightedMean, pair(), [&[&[5, 0]], &[&[6, 0]], &[&[7, 0]]]),
			(Statistic::VectorMean, three(), [&[&[5, 1, 0]], &[&[6, 2, 0]], &[&[7, 3, 0]]]),
		];
		for (statistic, columns, dealers) in ways {
			let spec = spec(statistic, columns);
			let [a, b, c] = dealers.map(|rows| vector(&spec, rows));
			let evidence = played(spec.clone(), &[a.clone(), b, c, a]);
			let (is_right, detail, result) = verified(&evidence);
			assert!(is_right, "{statistic:?}: {detail}");
			assert_eq!(detail, UNDEFINED, "{statistic:?}");
			assert_eq!(result["typed"], "undefined", "{statistic:?}");
			assert_eq!(result["exact"], "undefined", "{statistic:?}");
			// its numbers are shown
			let outcome = result_outcome(&spec, &evidence.result);
			let sums = result_sums(&spec, &evidence.result).expect("it has the spec's length");
			let lines = sums_without_numbers(outcome.as_ref().ok(), &sums);
			assert_eq!(lines.len(), spec.length() as usize, "{statistic:?}");
			assert_eq!(exact_sums(&sums).len(), lines.len(), "{statistic:?}");
		}
	}

	#[test]
	fn an_impossible_group_is_named_and_hides_no_other() {
		let mut spec = fixtures::spec(Statistic::Mean, vec![column("x", 0, 9)]);
		let name = |text: &str| text.as_bytes().to_vec().try_into().expect("short");
		let groups = vec![name("a"), name("b")].try_into().expect("two");
		spec.group_by = Some(Grouping { column: name("g"), groups });
		let numbers = |numbers: [i8; 4]| numbers.map(Scalar::from).to_vec();
		let honest = numbers([1, 5, 1, 6]);
		let evidence = |liar: [i8; 4]| {
			let inputs = [honest.clone(), honest.clone(), numbers(liar), honest.clone()];
			played(spec.clone(), &inputs)
		};
		let (is_right, _, result) = verified(&evidence([1, 5, 0, 0]));
		assert!(is_right);
		let right = result["exact"]["groups"]["a"].clone();

		// a dealer whose rows of b are -9
		let poisoned = evidence([1, 5, -9, 0]);
		let (is_right, detail, result) = verified(&poisoned);
		assert!(!is_right);
		assert_eq!(detail, "group b is impossible: a count is negative");
		assert_eq!(result["exact"]["groups"]["a"], right);
		assert_eq!(result["typed"]["groups"]["b"], "impossible");
		let outcome = result_outcome(&spec, &poisoned.result);
		let sums = result_sums(&spec, &poisoned.result).expect("it has the spec's length");
		let lines = sums_without_numbers(outcome.as_ref().ok(), &sums);
		let lines: Vec<String> =
			lines.iter().map(|(name, sum)| format!("{name} = {sum}")).collect();
		assert_eq!(lines, ["b: n = -7", "b: Σ x = 12"]);

		// within the cap in each, above it in both together
		let (is_right, detail, result) = verified(&evidence([20, 90, 20, 90]));
		assert!(!is_right);
		assert!(detail.starts_with("the groups together are impossible: more rows"), "{detail}");
		assert_eq!(result["exact"]["groups"]["b"]["count"], "22");

		// nothing is left
		let (is_right, detail, result) = verified(&evidence([-9, 0, -9, 0]));
		assert!(!is_right);
		assert_eq!(detail, "no data can give this result: a count is negative");
		assert_eq!(result["exact"], serde_json::Value::Null);
	}
}
