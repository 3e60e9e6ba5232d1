//! A policy, tasks that it allows, and tasks that it does not.

mod rows;
mod rules;

use super::*;
use crate::{
	data::{Book, Reading, Table},
	fixtures::{column, spec},
	inputs::{Encoding, Prepared},
};
use ostraka_primitives::spec::{Grouping, Statistic, TaskSpec};
use std::path::Path;

const POLICY: &str = r#"
secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

[dataset.pay]
file = "pay.csv"
rows = 100
floor = 5
clip = true

[dataset.pay.columns.salary]
decimals = 2
range = [0, 2500.5]

[dataset.pay.columns.age]
decimals = 0
range = [-10, 120]

[dataset.pay.columns.flag]
decimals = 0
range = [0, 1]
constant = true

[dataset.pay.columns.site]
text = true

[allow]
classes = ["confidential", "restricted"]
requesters = ["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]
statistics = ["any"]
least_cohort = 5
co_dealers = ["0x0202020202020202020202020202020202020202020202020202020202020202"]
per_period = 4
period_blocks = 14400
least_difference = 5
"#;

const ALICE: [u8; 32] = [
	0xd4, 0x35, 0x93, 0xc7, 0x15, 0xfd, 0xd3, 0x1c, 0x61, 0x14, 0x1a, 0xbd, 0x04, 0xa9, 0x9f, 0xd6,
	0x82, 0x2c, 0x85, 0x58, 0x85, 0x4c, 0xcd, 0xe3, 0x9a, 0x56, 0x84, 0xe7, 0xa5, 0x6d, 0xa2, 0x7d,
];

fn policy() -> Policy {
	Policy::parse(Path::new("/home/bob/policy.toml"), POLICY).expect("well-formed")
}

fn pay(policy: &Policy) -> &Dataset {
	&policy.datasets["pay"]
}

fn of(statistic: Statistic, columns: &[(&str, u8, i64, i64)]) -> TaskSpec {
	let columns = columns.iter().map(|(name, decimals, min, max)| {
		let mut column = column(name, *decimals, *max);
		column.min = *min;
		column
	});
	let mut spec = spec(statistic, columns.collect());
	spec.max_rows = 100;
	spec
}

const SALARY: (&str, u8, i64, i64) = ("salary", 2, 0, 300_000);
const AGE: (&str, u8, i64, i64) = ("age", 0, -10, 200);
const FLAG: (&str, u8, i64, i64) = ("flag", 0, 0, 1);

fn grouped(mut spec: TaskSpec, groups: &[&str]) -> TaskSpec {
	let names = groups.iter().map(|name| column(name, 0, 0).name).collect::<Vec<_>>();
	let groups = names.try_into().expect("few");
	spec.group_by = Some(Grouping { column: column("site", 0, 0).name, groups });
	spec
}

/// A task of every kind that the policy allows.
fn tasks() -> Vec<TaskSpec> {
	let mut histogram = of(Statistic::Histogram, &[SALARY]);
	histogram.edges = vec![0, 10_000, 100_000].try_into().expect("few");
	let mut regression = of(Statistic::Regression, &[AGE, FLAG]);
	regression.target = Some(of(Statistic::Mean, &[SALARY]).columns[0].clone());
	let mut weighted = of(Statistic::WeightedMean, &[SALARY]);
	weighted.weight = Some(of(Statistic::Mean, &[FLAG]).columns[0].clone());
	vec![
		of(Statistic::Mean, &[SALARY]),
		of(Statistic::Std, &[("salary", 4, -900, 90_000_000)]),
		of(Statistic::Covariance, &[AGE, SALARY]),
		of(Statistic::Count, &[("site", 0, 0, 0)]),
		grouped(of(Statistic::Mean, &[SALARY]), &["a", "b"]),
		grouped(of(Statistic::Contributors, &[SALARY]), &["a", "b"]),
		histogram,
		regression,
		weighted,
	]
}

/// Tasks that the policy does not allow.
fn others() -> Vec<(TaskSpec, &'static str)> {
	let mut few_rows = of(Statistic::Mean, &[SALARY]);
	few_rows.max_rows = 99;
	let mut by_age = grouped(of(Statistic::Mean, &[SALARY]), &["a"]);
	if let Some(grouping) = &mut by_age.group_by {
		grouping.column = column("town", 0, 0).name;
	}
	vec![
		(of(Statistic::Mean, &[("salary", 2, 0, 250_049)]), "does not contain it"),
		(of(Statistic::Mean, &[("salary", 2, 1, 900_000)]), "does not contain it"),
		(of(Statistic::Mean, &[("salary", 0, 0, 900_000)]), "2 decimals, and the task asks for 0"),
		(of(Statistic::Mean, &[("bonus", 0, 0, 9)]), "`bonus` is not among them"),
		(of(Statistic::Mean, &[("site", 0, 0, 9)]), "column of text"),
		(few_rows, "takes 99 rows a dealer, the policy has 100 rows at most"),
		(by_age, "`town`, which the task groups by, is not among them"),
	]
}

fn read(text: &str) -> Table {
	let reading = Reading { may_be_empty: true, ..Default::default() };
	Table::parse_with("pay.csv", text.as_bytes(), reading).expect("well-formed")
}

fn dealt(policy: &Policy, spec: &TaskSpec, text: &str) -> Prepared {
	let (dataset, table) = (pay(policy), read(text));
	let hash = table.hash().expect("in memory");
	let book = dataset.book(&table, &hash, None).expect("all rows");
	dataset.prepare(&book, &table, spec, 0).expect("there is always a vector")
}
