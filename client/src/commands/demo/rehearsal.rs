//! A demonstration beforehand: what a dealer would refuse is said before a chain is started.

use crate::error::Error;
use ostraka_party::{
	data::{Book, Table},
	inputs::{self, Encoding, Inputs},
	plan::Plan,
	request::rounds::{self, Second},
};
use ostraka_primitives::spec::TaskSpec;
use ostraka_protocol::statistics::Outcome;

/// Makes every dealer's vector for every task that a plan comes to, as the demonstration will. What a second task asks follows
/// from the result of a first one, which is that of the pooled rows. `least` is the least number of dealers of the class.
///
/// # Errors
/// `Data`, `Encode`, `Floor`: what the demonstration would stop at.
pub fn rehearse(
	plan: &Plan,
	table: &Table,
	book: &Book,
	encoding: &Encoding,
	least: u32,
) -> Result<(), Error> {
	let deal = |spec: &TaskSpec| inputs::inputs(book, table, spec, encoding);
	let again = |spec: &TaskSpec, made: &Inputs<'_>| -> Result<(), Error> {
		let Some(outcome) = outcome(spec, made, encoding.min_cell) else { return Ok(()) };
		if let Second::Task(second) = rounds::second(spec, &outcome) {
			deal(&second)?;
		}
		Ok(())
	};
	let mut first = Vec::new();
	for spec in &plan.first {
		first.push((spec, deal(spec)?));
	}
	for grouped in &plan.grouped {
		let Some((counting, made)) = first.get(grouped.contributors) else { continue };
		let Some(counted) = outcome(counting, made, encoding.min_cell) else { continue };
		let (Some(spec), _) = grouped.with_enough(&counted, least) else { continue };
		let made = deal(&spec)?;
		if grouped.is_refined {
			again(&spec, &made)?;
		}
	}
	for (spec, made) in plan.refined.iter().filter_map(|place| first.get(*place)) {
		again(spec, made)?;
	}
	Ok(())
}

/// The result of a task; `None` if the rows have none, and nothing follows from it.
fn outcome(spec: &TaskSpec, made: &Inputs<'_>, min_cell: u64) -> Option<Outcome> {
	let rows: Vec<_> = made.parts.iter().map(|(_, input)| &input.rows).collect();
	inputs::pooled(spec, &rows, min_cell).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_party::{
		plan::{LOANS, LOANS_NAME, LOANS_SPLIT},
		request::{StatisticName, StatisticRequest},
	};

	fn request(statistic: StatisticName, group_by: Option<&str>) -> StatisticRequest {
		StatisticRequest {
			statistic: Some(statistic),
			columns: vec!["x".to_owned()],
			group_by: group_by.map(str::to_owned),
			max_rows: 1000,
			..Default::default()
		}
	}

	/// What of the tasks of a statistic is refused, in words, though the first of them is dealt.
	fn refused(rows: &str, request: &StatisticRequest, min_cell: u64) -> Option<String> {
		let file = format!("who,x,g\n{rows}");
		let table = Table::parse("data.csv", file.as_bytes()).expect("well-formed");
		let plan = Plan::new(request, &table, false).expect("valid");
		let book = Book::split(&table, "who", None).expect("dealers");
		let encoding = Encoding { min_cell, ..Default::default() };
		let first = inputs::inputs(&book, &table, &plan.first[0], &encoding);
		assert_eq!(first.map(|made| made.parts.len()).ok(), Some(4));
		rehearse(&plan, &table, &book, &encoding, 3).err().map(|error| error.to_string())
	}

	/// Rows of each of four dealers.
	fn rows(of: impl Fn(&str) -> Vec<(u32, &'static str)>) -> String {
		let line = |who: &str| {
			let lines = of(who).into_iter().map(|(x, group)| format!("{who},{x},{group}\n"));
			lines.collect::<String>()
		};
		["a", "b", "c", "d"].map(line).concat()
	}

	/// Six rows of group `p` for each dealer, and of group `q` one for those named and six for the others.
	fn groups(small: &[&str]) -> String {
		rows(|who| {
			let of_q = if small.contains(&who) { 1 } else { 6 };
			let p = (0..6).map(|i| (1000 + 7 * i, "p"));
			p.chain((0..of_q).map(|i| (1000 + 7 * i, "q"))).collect()
		})
	}

	#[test]
	fn a_small_group_is_refused_before_its_dealers_are_counted() {
		let mean = request(StatisticName::Mean, Some("g"));
		// three dealers count for q, so it is asked for; the fourth has one row of it
		let said = refused(&groups(&["a"]), &mean, 5).expect("one row of q");
		assert!(said.contains("a: group q has 1 row, fewer than the floor of 5"), "{said}");
		assert!(said.contains("--drop-small-cells") && said.contains("--min-cell"), "{said}");
		// two dealers are too few: q is left out, and nobody deals of it
		assert_eq!(refused(&groups(&["a", "b"]), &mean, 5), None);
		assert_eq!(refused(&groups(&[]), &mean, 5), None);
		assert_eq!(refused(&groups(&["a"]), &mean, 1), None);
	}

	#[test]
	fn a_small_bin_within_the_bin_of_a_quantile_is_refused_before_that_is_known() {
		// of the first task's bins one has seven rows of each dealer and one has six; the second divides the former
		let spread = rows(|_| {
			let low = (0..7).map(|i| (3_000 + 100 * i, "p"));
			low.chain((0..6).map(|i| (99_000 + 7 * i, "p"))).collect()
		});
		for group_by in [None, Some("g")] {
			let median = request(StatisticName::Median, group_by);
			let said = refused(&spread, &median, 5).expect("one row in a bin");
			assert!(said.contains("column `x`: the bin `"), "{said}");
			assert!(said.contains("has 1 row, fewer than the floor of 5"), "{said}");
			assert_eq!(refused(&spread, &median, 1), None);
		}
	}

	#[test]
	fn nothing_is_refused_of_the_built_in_demonstration() {
		let table = Table::parse(LOANS_NAME, LOANS).expect("well-formed");
		let plan = Plan::new(&StatisticRequest::default(), &table, false).expect("it fits");
		let book = Book::split(&table, LOANS_SPLIT, None).expect("states");
		let encoding = Encoding { min_cell: 1, ..Default::default() };
		rehearse(&plan, &table, &book, &encoding, 5).expect("all is dealt");
	}
}
