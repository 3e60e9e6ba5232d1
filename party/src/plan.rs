//! What a demo or a simulation computes: one statistic from flags, or the built-in list over the loan book.
//!
//! A group-by is planned as two tasks: how many dealers have rows in each group first, then the
//! statistic over the groups that have enough. A quantile without bins of its own is two tasks as well, the second over the
//! bins that matter ([`crate::request::rounds`]).

use crate::{
	data::{DataError, Table},
	groups,
	request::{
		build, contributors_first, rounds::is_read_off_bins, SpecProblem, StatisticName,
		StatisticRequest,
	},
};
use ostraka_primitives::spec::{Statistic, TaskSpec};
use ostraka_protocol::statistics::Outcome;

/// The loan book that `demo` and `simulate` use without --data; `examples/README.md` names its source.
pub const LOANS: &[u8] = include_bytes!("../../examples/loans.csv");
/// Its name in messages.
pub const LOANS_NAME: &str = "examples/loans.csv";
/// Its column of institutions.
pub const LOANS_SPLIT: &str = "state";

/// Tasks in the order of their report.
#[derive(Clone, Debug)]
pub struct Plan {
	/// To be run at the same time.
	pub first: Vec<TaskSpec>,
	/// Statistics by group, each to be run after the task of [`Self::first`] that counts its contributors.
	pub grouped: Vec<Grouped>,
	/// Quantiles of [`Self::first`], by place, that are asked for again more closely.
	pub refined: Vec<usize>,
}

/// A statistic by group.
#[derive(Clone, Debug)]
pub struct Grouped {
	/// Place in [`Plan::first`] of the task that counts the contributors.
	pub contributors: usize,
	/// The statistic over all groups.
	pub spec: TaskSpec,
	/// Whether it is asked for again more closely.
	pub is_refined: bool,
}

impl Plan {
	/// The plan of a request; without a statistic in it, the built-in one.
	///
	/// # Errors
	/// Those of [`build`].
	pub fn new(
		request: &StatisticRequest,
		table: &Table,
		round: bool,
	) -> Result<Self, SpecProblem> {
		if request.statistic.is_none() {
			return Self::of_loans(table);
		}
		let spec = build(request, Some(table), round)?;
		let mut plan = Self { first: Vec::new(), grouped: Vec::new(), refined: Vec::new() };
		plan.push(spec, is_refined(request));
		Ok(plan)
	}

	/// The statistics of the loan book.
	fn of_loans(table: &Table) -> Result<Self, SpecProblem> {
		let mut plan = Self { first: Vec::new(), grouped: Vec::new(), refined: Vec::new() };
		for request in loans_requests() {
			let spec = build(&request, Some(table), false).map_err(|problem| match problem {
				SpecProblem::Data(error @ DataError::NoColumn { .. }) => {
					SpecProblem::Usage(format!(
					"{error}\n  without --statistic the loan book's statistics are computed; for another file \
					 say which with --statistic and --columns"
				))
				},
				other => other,
			})?;
			plan.push(spec, is_refined(&request));
		}
		Ok(plan)
	}

	/// Most tasks that it can come to.
	pub fn most_tasks(&self) -> usize {
		let again = self.grouped.iter().filter(|grouped| grouped.is_refined).count();
		self.first.len() + self.grouped.len() + self.refined.len() + again
	}

	fn push(&mut self, spec: TaskSpec, is_refined: bool) {
		if spec.group_by.is_none() || spec.statistic == Statistic::Contributors {
			if is_refined {
				self.refined.push(self.first.len());
			}
			self.first.push(spec);
			return;
		}
		self.first.push(contributors_first(&spec));
		self.grouped.push(Grouped { contributors: self.first.len() - 1, spec, is_refined });
	}
}

/// Whether a request leaves the bins of a quantile open, so that a second task may ask more closely.
pub fn is_refined(request: &StatisticRequest) -> bool {
	let has_bins = request.bins.is_some() || !request.edges.is_empty() || request.between.is_some();
	request.statistic.is_some_and(is_read_off_bins) && !has_bins
}

fn loans_requests() -> Vec<StatisticRequest> {
	let request = |statistic, columns: &[&str]| StatisticRequest {
		statistic: Some(statistic),
		columns: columns.iter().map(|name| (*name).to_owned()).collect(),
		max_rows: 1_000_000,
		..Default::default()
	};
	let edges = |step: u32| (0..=40_000 / step).map(|i| (i * step).to_string()).collect();
	let amounts = |statistic, step| StatisticRequest {
		edges: edges(step),
		..request(statistic, &["loan_amount"])
	};
	vec![
		request(StatisticName::Mean, &["annual_income"]),
		request(StatisticName::Std, &["annual_income"]),
		request(StatisticName::Correlation, &["interest_rate", "debt_to_income"]),
		StatisticRequest {
			target: Some("interest_rate".to_owned()),
			..request(
				StatisticName::Regression,
				&["debt_to_income", "annual_income", "loan_amount"],
			)
		},
		amounts(StatisticName::Histogram, 5_000),
		amounts(StatisticName::Median, 1_000),
		StatisticRequest {
			group_by: Some("grade".to_owned()),
			..request(StatisticName::Mean, &["interest_rate"])
		},
	]
}

impl Grouped {
	/// The task over the groups to which at least `least` dealers contribute, and the groups left out.
	pub fn with_enough(
		&self,
		contributors: &Outcome,
		least: u32,
	) -> (Option<TaskSpec>, Vec<String>) {
		groups::with_enough(&self.spec, contributors, least)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::title::title;
	use ostraka_protocol::statistics::{plaintext_contributors, Rows};

	#[test]
	fn the_built_in_plan_fits_the_loan_book() {
		let table = Table::parse(LOANS_NAME, LOANS).expect("well-formed");
		let plan =
			Plan::new(&StatisticRequest::default(), &table, false).expect("its columns are there");
		let titles: Vec<String> = plan.first.iter().map(title).collect();
		assert_eq!(titles.len(), 7);
		assert_eq!(
			titles[3],
			"regression of interest_rate on debt_to_income, annual_income, loan_amount"
		);
		assert_eq!(plan.grouped.len(), 1);
		assert_eq!(title(&plan.grouped[0].spec), "mean of interest_rate by grade");
		assert_eq!(plan.grouped[0].contributors, 6);
	}

	#[test]
	fn a_quantile_without_bins_is_asked_for_twice() {
		let table = Table::parse("data.csv", b"x,g\n1,a\n2,a\n").expect("well-formed");
		let request = StatisticRequest {
			statistic: Some(StatisticName::Median),
			columns: vec!["x".to_owned()],
			max_rows: 9,
			..Default::default()
		};
		let plan = |request: &StatisticRequest| Plan::new(request, &table, false).expect("valid");
		assert_eq!(plan(&request).refined, [0]);
		let binned = StatisticRequest { bins: Some(3), ..request.clone() };
		assert!(plan(&binned).refined.is_empty());
		let grouped = plan(&StatisticRequest { group_by: Some("g".to_owned()), ..request });
		assert!(grouped.refined.is_empty() && grouped.grouped[0].is_refined);
	}

	#[test]
	fn another_file_needs_a_statistic() {
		let table = Table::parse("other.csv", b"a\n1\n").expect("well-formed");
		let message =
			Plan::new(&StatisticRequest::default(), &table, false).expect_err("no income");
		assert!(message.to_string().contains("say which with --statistic"));
	}

	#[test]
	fn groups_with_too_few_dealers_are_left_out() {
		let table = Table::parse("data.csv", b"x,g\n1,a\n2,a\n3,b\n").expect("well-formed");
		let request = StatisticRequest {
			statistic: Some(StatisticName::Mean),
			columns: vec!["x".to_owned()],
			group_by: Some("g".to_owned()),
			max_rows: 9,
			..Default::default()
		};
		let plan = Plan::new(&request, &table, false).expect("valid");
		let rows = |groups: &[&str]| {
			let mut rows = Rows::new(&plan.first[0]);
			for group in groups {
				rows.push(&[Some(1)], Some(group)).expect("one column");
			}
			rows
		};
		let dealers = [rows(&["a", "b"]), rows(&["a"])];
		let counted = plaintext_contributors(&plan.first[0], dealers.iter().map(Rows::iter), 1)
			.expect("counted");
		let (spec, left_out) = plan.grouped[0].with_enough(&counted, 2);
		assert_eq!(left_out, ["b"]);
		assert_eq!(spec.map(|spec| spec.groups()), Some(1));
		assert_eq!(plan.grouped[0].with_enough(&counted, 3).0, None);
	}
}
