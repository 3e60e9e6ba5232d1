//! What is said of a demonstration, and which result it seals.

use super::*;
use crate::demo::chronicle::Mark;
use ostraka_party::{
	data::Table,
	plan::{LOANS, LOANS_NAME},
	request::{StatisticName, StatisticRequest},
};
use ostraka_primitives::AccountId;

#[test]
fn who_never_attested_is_told_by_what_it_cost() {
	let account = |byte| AccountId::new([byte; 32]);
	let mut journal = Journal {
		right: [account(1), account(2)].into(),
		nodes: [(account(1), 100), (account(2), 95)].into(),
		panel: [account(4)].into(),
		attested: [account(1), account(4)].into(),
		frozen: Some(Mark { block: 7, at: std::time::Instant::now() }),
		withheld: 5,
		..Default::default()
	};
	let said = silent(&journal);
	assert_eq!(said.len(), 1, "{said:?}");
	assert!(said[0].starts_with("1 member of the committee never attested"), "{said:?}");
	assert!(said[0].ends_with("paid less"), "{said:?}");
	journal.attested = [account(1), account(2)].into();
	let said = silent(&journal);
	assert_eq!(said.len(), 1, "{said:?}");
	assert!(said[0].starts_with("1 verifier of the panel never attested"), "{said:?}");
	assert!(said[0].ends_with("not paid"), "{said:?}");
	journal.attested.insert(account(4));
	assert!(silent(&journal).is_empty());
}

#[test]
fn one_result_is_sealed_on_which_no_other_task_hangs() {
	let loans = Table::parse(LOANS_NAME, LOANS).expect("well-formed");
	let built_in = Plan::new(&StatisticRequest::default(), &loans, false).expect("it fits");
	assert_eq!(sealed(&built_in), Some(0));
	let mean = |group_by: Option<&str>| {
		let request = StatisticRequest {
			statistic: Some(StatisticName::Mean),
			columns: vec!["loan_amount".to_owned()],
			group_by: group_by.map(str::to_owned),
			max_rows: 9,
			..Default::default()
		};
		Plan::new(&request, &loans, false).expect("valid")
	};
	assert_eq!(sealed(&mean(None)), Some(0));
	// everybody has to read how many contribute to each group
	assert_eq!(sealed(&mean(Some("grade"))), None);
}

#[test]
fn how_long_it_takes_is_said_before() {
	let loans = Table::parse(LOANS_NAME, LOANS).expect("well-formed");
	let built_in = Plan::new(&StatisticRequest::default(), &loans, false).expect("it fits");
	assert_eq!(how_long(&built_in), "the demo takes about a minute and a half, on two cores");
	let request = |statistic, group_by: Option<&str>| {
		let request = StatisticRequest {
			statistic: Some(statistic),
			columns: vec!["loan_amount".to_owned()],
			group_by: group_by.map(str::to_owned),
			max_rows: 9,
			..Default::default()
		};
		how_long(&Plan::new(&request, &loans, false).expect("valid"))
	};
	assert!(request(StatisticName::Mean, None).contains("about a minute,"));
	assert!(request(StatisticName::Median, None).contains("a minute and a half"));
	assert!(request(StatisticName::Median, Some("grade")).contains("two minutes"));
	assert!(stage_note(1, "").starts_with("1 task: runs, which takes some 30 blocks"));
}
