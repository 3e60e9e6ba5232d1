//! What is said of a demonstration, and which results it seals.

use super::*;
use crate::demo::chronicle::Mark;
use ostraka_party::{
	data::Table,
	plan::{LOANS, LOANS_NAME},
	request::{StatisticName, StatisticRequest},
};
use ostraka_primitives::{task::TaskResult, AccountId};
use sp_core::U256;

/// The plan of one statistic over the loan book.
fn loans(statistic: StatisticName, group_by: Option<&str>) -> Plan {
	let loans = Table::parse(LOANS_NAME, LOANS).expect("well-formed");
	let request = StatisticRequest {
		statistic: Some(statistic),
		columns: vec!["loan_amount".to_owned()],
		group_by: group_by.map(str::to_owned),
		max_rows: 9,
		..Default::default()
	};
	Plan::new(&request, &loans, false).expect("valid")
}

/// The plan of all that is computed over the loan book unless told otherwise.
fn built_in() -> Plan {
	let loans = Table::parse(LOANS_NAME, LOANS).expect("well-formed");
	Plan::new(&StatisticRequest::default(), &loans, false).expect("it fits")
}

/// Task 7, as it ended with these sums over five dealers.
fn staged(spec: &TaskSpec, promise: Promise, sums: Vec<u32>) -> Staged {
	let vector: Vec<U256> = sums.into_iter().map(U256::from).collect();
	let result = TaskResult {
		accepted_set: [0; 32],
		dealers: 5,
		commitment: [0; 96],
		vector: vector.try_into().expect("short"),
		blinding: [0; 32],
		panel: 0,
		attested: 0,
		disproven: 0,
		sealed_to: None,
	};
	Staged {
		task: 7,
		spec: spec.clone(),
		promise,
		opening: None,
		inputs: Vec::new(),
		skipped: (0, 0),
		journal: Journal::default(),
		result: Some(result),
		transactions: 0,
		proofs: Vec::new(),
	}
}

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
	let first = |plan: &Plan| seals::first(plan, None);
	assert_eq!(first(&built_in()), [0]);
	assert_eq!(first(&loans(StatisticName::Mean, None)), [0]);
	// everybody has to read how many contribute to each group, and which bin the median lies in
	assert!(first(&loans(StatisticName::Mean, Some("grade"))).is_empty());
	assert!(first(&loans(StatisticName::Median, None)).is_empty());
}

#[test]
fn all_results_are_sealed_or_none_where_that_is_asked() {
	let all = |plan: &Plan| seals::first(plan, Some(SealedTo::Requester));
	// of the seven the last one counts contributors
	assert_eq!(all(&built_in()), [0, 1, 2, 3, 4, 5]);
	assert_eq!(all(&loans(StatisticName::Mean, None)), [0]);
	assert!(all(&loans(StatisticName::Mean, Some("grade"))).is_empty());
	assert!(all(&loans(StatisticName::Median, None)).is_empty());
	assert!(seals::first(&built_in(), Some(SealedTo::Nobody)).is_empty());
}

/// Nobody but the requester could check what the later task asks.
#[test]
fn no_result_is_sealed_by_which_a_later_task_is_asked() {
	for (to, is_all) in
		[(None, false), (Some(SealedTo::Requester), true), (Some(SealedTo::Nobody), false)]
	{
		for (statistic, is_refined) in [(StatisticName::Mean, false), (StatisticName::Median, true)]
		{
			let plan = loans(statistic, Some("grade"));
			let counting = &plan.first[0];
			let sums = vec![5; counting.length() as usize];
			let mut all = vec![staged(counting, Promise::default(), sums)];
			let second =
				grouped(&plan, &all, SecurityClass::Standard, 5, to).expect("all are counted");
			let is_sealed = is_all && !is_refined;
			assert_eq!(second.promises, [Promise { counting: Some(7), is_sealed }], "{to:?}");
			assert_eq!(second.refined.len(), usize::from(is_refined));

			// all rows of a group lie in the bin in the middle
			let (spec, promise) = (&second.specs[0], second.promises[0]);
			let each = spec.length_of_group() as usize;
			let places = 0..spec.length() as usize;
			let sums = places.map(|place| if place % each == each / 2 { 5 } else { 0 });
			all.push(staged(spec, promise, sums.collect()));
			let last = closer(second.refined.iter().copied(), &all, to).expect("it is a result");
			let promise = Promise { counting: Some(7), is_sealed: is_all };
			assert_eq!(last.promises, vec![promise; second.refined.len()], "{to:?}");
		}
	}
}

#[test]
fn what_is_sealed_is_said_of_one_of_several_and_of_none() {
	let said = |to, sealed: &[bool]| {
		let promise = |is_sealed: &bool| Promise { is_sealed: *is_sealed, counting: None };
		seals::said(to, &sealed.iter().map(promise).collect::<Vec<_>>())
	};
	assert!(said(None, &[false, false]).is_empty());
	assert!(said(Some(SealedTo::Nobody), &[false, false]).is_empty());
	let one = said(None, &[true, false]);
	assert_eq!(one.len(), 1, "{one:?}");
	assert!(one[0].starts_with("one result is sealed to the requester: it deals a mask"));
	let all = Some(SealedTo::Requester);
	let several = said(all, &[true, false, true]);
	assert_eq!(several.len(), 2, "{several:?}");
	assert!(several[0].starts_with("2 results are sealed to the requester: it deals a mask for"));
	let open = "1 result is not sealed, as other tasks hang on it: everybody reads it";
	assert_eq!(several[1], open);
	let open = "2 results are not sealed, as other tasks hang on them: everybody reads them";
	assert_eq!(said(all, &[false, false]), [open]);
}

#[test]
fn how_long_it_takes_is_said_before() {
	assert_eq!(how_long(&built_in()), "the demo takes about a minute and a half, on two cores");
	let request = |statistic, group_by: Option<&str>| how_long(&loans(statistic, group_by));
	assert!(request(StatisticName::Mean, None).contains("about a minute,"));
	assert!(request(StatisticName::Median, None).contains("a minute and a half"));
	assert!(request(StatisticName::Median, Some("grade")).contains("two minutes"));
	assert!(stage_note(1, "").starts_with("1 task: runs, which takes some 30 blocks"));
}
