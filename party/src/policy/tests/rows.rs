//! Whether a dealing is made and how large it is follows from policy, task and chain: a requester finds out nothing of the rows by
//! these. When it is sent is the tool's part (`client/src/commands/pace.rs`); what the moment can tell all the same, `docs/DEALER.md` says.

use super::*;
use crate::dealing;
use codec::Encode;
use ostraka_crypto::{seal::SealSecret, Scalar};
use ostraka_primitives::AccountId;
use ostraka_protocol::{statistics::proof_length, TaskContext, Version};
use proptest::{
	prelude::*,
	test_runner::{Config, TestRunner},
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

/// A cell of anything that a file may hold.
fn cell() -> impl Strategy<Value = String> {
	prop_oneof![
		6 => (-20_000i64..400_000).prop_map(|units| format!("{}.{:02}", units / 100, units.abs() % 100)),
		4 => (0i64..3).prop_map(|number| number.to_string()),
		2 => Just(String::new()),
		1 => prop::sample::select(vec![
			"NA", "two", "1e40", "-1e40", "1e999", "inf", "NaN", "0.123456789012", "1,5", "-", "x y", "9999999999999999999999",
		]).prop_map(|text| format!("\"{text}\"")),
	]
}

fn rows() -> impl Strategy<Value = String> {
	let site = prop::sample::select(vec!["a", "b", "c", "", "a"]);
	let row = (cell(), cell(), cell(), site)
		.prop_map(|(salary, age, flag, site)| format!("{salary},{age},{flag},{site},end\n"));
	prop::collection::vec(row, 0..160)
		.prop_map(|rows| format!("salary,age,flag,site,last\n{}", rows.concat()))
}

/// Deals from a thousand tables of anything under one policy: for an allowed task there is always a vector, of the one length
/// that the task has, and of whatever is not allowed the same is said.
#[test]
fn whether_and_how_large_a_dealing_is_does_not_depend_on_the_rows() {
	let policy = policy();
	let (allowed, refused) = (tasks(), others());
	for spec in &allowed {
		assert_eq!(spec.validate(), Ok(()));
		let lines = policy.says(pay(&policy), &Question::of(spec));
		assert!(is_allowed(&lines), "{lines:?}");
	}
	let said: Vec<Option<String>> = refused
		.iter()
		.map(|(spec, part)| {
			let said = refusal(&policy.says(pay(&policy), &Question::of(spec)));
			assert!(said.as_ref().is_some_and(|said| said.contains(part)), "{said:?} {part}");
			said
		})
		.collect();
	let config = Config { cases: 1_000, failure_persistence: None, ..Default::default() };
	TestRunner::new(config)
		.run(&rows(), |text| {
			for spec in &allowed {
				let prepared = dealt(&policy, spec, &text);
				prop_assert_eq!(prepared.encoded.vector.len(), spec.length() as usize);
				prop_assert!(prepared.encoded.used <= 100);
				prop_assert!(singles_nobody_out(spec, &prepared, 5));
			}
			for ((spec, _), said) in refused.iter().zip(&said) {
				prop_assert_eq!(&refusal(&policy.says(pay(&policy), &Question::of(spec))), said);
			}
			Ok(())
		})
		.expect("it holds for all of them");
}

/// Deals for real, to a committee of five: what goes to the chain has one size, whatever the rows are.
#[test]
fn a_dealing_has_as_many_bytes_whatever_the_rows_are() {
	let (policy, mut rng) = (policy(), ChaCha20Rng::from_seed([3; 32]));
	let many: String = (0..130).map(|i| format!("{},{},{},a\n", i * 20, i % 90, i % 2)).collect();
	let header = "salary,age,flag,site\n";
	let tables = [header.to_owned(), format!("{header}{many}"), format!("{header}two,,1e40,b\n")];
	let account = AccountId::new([2; 32]);
	for spec in tasks() {
		let ctx = TaskContext {
			version: Version::CURRENT,
			task_hash: [1; 32],
			threshold: 2,
			length: spec.length() as u16,
			proof_length: proof_length(&spec).expect("valid"),
			seal_keys: (0..5).map(|_| SealSecret::random(&mut rng).public()).collect(),
			recipient: None,
		};
		let sizes = tables.each_ref().map(|text| {
			let encoded = dealt(&policy, &spec, text).encoded;
			dealing::make(&ctx, &spec, &account, &encoded, &mut rng)
				.expect("a dealing")
				.encode()
				.len()
		});
		assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
	}
}

/// Whether counts of rows are those of the floor, or none.
fn singles_nobody_out(spec: &TaskSpec, prepared: &Prepared, floor: u64) -> bool {
	let is_fine = |rows: u64| rows == 0 || rows >= floor;
	let counts = prepared.encoded.per_group_rows.iter().copied().all(is_fine)
		|| spec.statistic == Statistic::Contributors;
	let bins = spec.statistic != Statistic::Histogram
		|| prepared
			.encoded
			.vector
			.iter()
			.all(|entry| (0..=100).any(|rows| *entry == Scalar::from(rows) && is_fine(rows)));
	counts && bins
}

#[test]
fn nothing_left_is_dealt_as_zeros() {
	let policy = policy();
	let header = "salary,age,flag,site\n";
	for text in [header.to_owned(), format!("{header},,,\n"), format!("{header}1,1,1,a\n")] {
		for spec in tasks() {
			let made = dealt(&policy, &spec, &text);
			assert!(made.encoded.vector.iter().all(|entry| *entry == Scalar::from(0u8)));
			let is_of_dealers = spec.statistic == Statistic::Contributors;
			assert!(made.encoded.used == 0 || is_of_dealers);
		}
	}
}

/// A requester that halves the range from task to task finds the policy's bound, whatever the largest value is.
#[test]
fn an_oracle_on_the_largest_value_shows_nothing() {
	let policy = policy();
	let found = |values: &str| {
		let table = format!("salary,age,flag,site\n{values}");
		let (mut low, mut high) = (0i64, 1 << 40);
		let mut vectors = Vec::new();
		while low < high {
			let middle = (low + high) / 2;
			let spec = of(Statistic::Mean, &[("salary", 2, 0, middle)]);
			match is_allowed(&policy.says(pay(&policy), &Question::of(&spec))) {
				true => {
					vectors.push(dealt(&policy, &spec, &table).encoded.vector.to_vec());
					high = middle;
				},
				false => low = middle + 1,
			}
		}
		vectors.dedup();
		(low, vectors.len())
	};
	let rows = |largest: &str| {
		let others: String = (0..40).map(|i| format!("{},1,1,a\n", i * 3)).collect();
		format!("{others}{largest},1,1,a\n")
	};
	// the bound, and one vector whatever the range is
	for largest in ["117.01", "2499", "7313.37"] {
		assert_eq!(found(&rows(largest)), (250_050, 1));
	}
}

/// A requester that halves the cap finds the policy's, whatever the number of rows is.
#[test]
fn an_oracle_on_the_number_of_rows_shows_nothing() {
	let policy = policy();
	let found = |rows: u32| {
		let table: String = (0..rows).map(|i| format!("{},1,1,a\n", i % 90)).collect();
		let table = format!("salary,age,flag,site\n{table}");
		let (mut low, mut high) = (1u32, 1 << 20);
		let mut vectors = Vec::new();
		while low < high {
			let mut spec = of(Statistic::Mean, &[SALARY]);
			spec.max_rows = (low + high) / 2;
			match is_allowed(&policy.says(pay(&policy), &Question::of(&spec))) {
				true => {
					vectors.push(dealt(&policy, &spec, &table).encoded.vector.to_vec());
					high = spec.max_rows;
				},
				false => low = spec.max_rows + 1,
			}
		}
		vectors.dedup();
		(low, vectors.len())
	};
	for rows in [30, 99, 100, 101, 150] {
		assert_eq!(found(rows), (100, 1));
	}
}

#[test]
fn every_task_sees_the_same_rows() {
	let policy = policy();
	let rows: String = (0..300).map(|i| format!("{i},{},1,a\n", i % 50)).collect();
	let text = format!("salary,age,flag,site\n{rows}");
	let made = dealt(&policy, &of(Statistic::Mean, &[SALARY]), &text);
	assert_eq!((made.encoded.used, made.beyond), (100, 200));
	let pair = dealt(&policy, &of(Statistic::Covariance, &[SALARY, AGE]), &text);
	assert_eq!(pair.encoded.vector[..2], made.encoded.vector[..2]);
	let mut higher = of(Statistic::Mean, &[SALARY]);
	higher.max_rows = 250;
	assert_eq!(dealt(&policy, &higher, &text).encoded.vector, made.encoded.vector);
	// another secret, and another file, take others
	let other = POLICY.replace("secret = \"00", "secret = \"ff");
	let other = Policy::parse(Path::new("policy.toml"), &other).expect("well-formed");
	let spec = of(Statistic::Mean, &[SALARY]);
	assert_ne!(dealt(&other, &spec, &text).encoded.vector, made.encoded.vector);
	let longer = format!("{text}0,0,1,a\n");
	assert_ne!(dealt(&policy, &spec, &longer).encoded.vector[1], made.encoded.vector[1]);
}

#[test]
fn values_are_clipped_or_skipped_and_counted() {
	let rows: String = (0..20).map(|i| format!("{i},1,1,a\n")).collect();
	let text = format!("salary,age,flag,site\n{rows}9999,1,1,a\n-3,1,1,a\nx,1,1,a\n");
	let spec = of(Statistic::Mean, &[SALARY]);
	let made = dealt(&policy(), &spec, &text);
	assert_eq!((made.encoded.used, made.fits.clipped, made.fits.no_number), (22, 2, 1));
	assert_eq!(made.encoded.vector[1], Scalar::from(19_000u64 + 250_050));
	let skipping = POLICY.replace("clip = true", "clip = \"skip\"");
	let skipping = Policy::parse(Path::new("policy.toml"), &skipping).expect("well-formed");
	let made = dealt(&skipping, &spec, &text);
	assert_eq!((made.encoded.used, made.fits.outside, made.encoded.skipped_missing), (20, 2, 3));
}

/// A task's range may be wider than the policy's, and its cap higher: rows that are checked keep to the policy's.
#[test]
fn checked_rows_keep_to_the_policy() {
	let policy = policy();
	let mut spec = of(Statistic::Mean, &[("salary", 2, -900_000, 90_000_000_000)]);
	spec.max_rows = 1_000;
	assert!(is_allowed(&policy.says(pay(&policy), &Question::of(&spec))));
	let rows = |number: u32| (0..number).map(|i| format!("{i},1,1,a\n")).collect::<String>();
	let text = |rows: &str| format!("salary,age,flag,site\n{rows}");
	let checked = |text: &str| {
		let (table, encoding) = (read(text), Encoding { min_cell: 1, ..Default::default() });
		let book = Book::of_all(&table, "bob");
		let prepared = pay(&policy).prepare_checked(&book, &table, &spec, encoding);
		prepared.map(|made| made.encoded.used).map_err(|error| error.to_string())
	};
	assert_eq!(checked(&text(&rows(100))), Ok(100));
	for (value, shown) in
		[("900000000", "900000000.00"), ("2500.51", "2500.51"), ("-0.01", "-0.01")]
	{
		let outside = text(&format!("{}{value},1,1,a\n", rows(20)));
		let error = checked(&outside).expect_err("the task takes it, the policy does not");
		let part = format!(
			"line 22, column `salary`: {shown} is outside the policy's range 0.00 to 2500.50"
		);
		assert!(error.contains(&part), "{error}");
		assert_eq!(dealt(&policy, &spec, &outside).fits.clipped, 1, "made to fit");
	}
	let error = checked(&text(&rows(101))).expect_err("one row too many");
	assert!(error.contains("101 rows, where the policy's `rows` is 100"), "{error}");
	// and the policy's floor, though a lower one is asked for
	assert!(checked(&text(&rows(4))).expect_err("fewer than five").contains("floor of 5"));
}

#[test]
fn a_dealer_that_would_be_told_apart_deals_zeros() {
	let policy = policy();
	let rows: String = (0..50).map(|i| format!("{i},7,1,a\n")).collect();
	let text = format!("salary,age,flag,site\n{rows}");
	let made = dealt(&policy, &of(Statistic::Covariance, &[AGE, SALARY]), &text);
	assert_eq!(made.encoded.used, 0);
	assert_eq!((made.struck.len(), made.encoded.skipped_small_cell), (1, 50));
	// a column that the policy lets be constant
	let made = dealt(&policy, &of(Statistic::Covariance, &[FLAG, SALARY]), &text);
	assert_eq!((made.encoded.used, made.struck.len()), (50, 0));
}

#[test]
fn bins_of_one_value_each_follow_from_the_policy_not_from_the_rows() {
	let policy = policy();
	let mut spec = of(Statistic::Histogram, &[("flag", 0, 0, 90)]);
	spec.edges = vec![0, 1, 2].try_into().expect("few");
	for rows in ["0\n1\n", "", "7\n8\n9\n"] {
		let text = format!("flag\n{rows}");
		assert_eq!(dealt(&policy, &spec, &text).as_groups.map(|spec| spec.groups()), Some(2));
	}
	spec.columns = of(Statistic::Mean, &[SALARY]).columns;
	assert_eq!(dealt(&policy, &spec, "salary\n1\n1\n").as_groups, None);
}
