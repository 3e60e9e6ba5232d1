//! Specs, rows and published vectors. The first bit of the input says whether the spec is decoded from what follows, or made
//! from valid parts with changes.

use crate::input::Input;
use codec::{Decode, Encode};
use ostraka_crypto::Scalar;
use ostraka_primitives::spec::{Column, Grouping, Name, Statistic, TaskSpec, MAX_LENGTH};
use ostraka_protocol::statistics::{
	encode, finalize, named_sums, plaintext, plaintext_contributors, Digits, FinalizeError,
	Inconsistency, Number, Outcome, PlaintextError, Rows, Value,
};

const GROUPS: [&str; 3] = ["a", "b", "c"];

/// Runs the target.
pub fn run(data: &[u8]) {
	let mut input = Input(data);
	if input.flag() {
		let Ok(spec) = TaskSpec::decode(&mut input.0) else { return };
		check(&spec, &mut input);
	} else {
		let spec = made(&mut input);
		check(&spec, &mut input);
	}
}

fn name(text: &[u8]) -> Name {
	text.to_vec().try_into().unwrap_or_default()
}

fn column(input: &mut Input, text: &str) -> Column {
	let (a, b) = (input.integer(), input.integer());
	let name =
		if input.byte() % 32 == 1 { name(&input.take::<5>()) } else { name(text.as_bytes()) };
	Column { name, decimals: input.byte() % 11, min: a.min(b), max: a.max(b) }
}

/// A spec, nearly always valid.
fn made(input: &mut Input) -> TaskSpec {
	let statistic = Statistic::decode(&mut &[input.byte() % 14][..]).expect("fourteen of them");
	let count = match statistic {
		Statistic::Covariance | Statistic::Correlation => 2,
		Statistic::Regression | Statistic::VectorMean => 1 + input.below(4),
		Statistic::Contributors => input.below(3),
		_ => 1,
	};
	let columns: Vec<Column> = (0..count).map(|i| column(input, &format!("c{i}"))).collect();
	let target = (statistic == Statistic::Regression).then(|| column(input, "y"));
	let weighted = matches!(statistic, Statistic::WeightedMean | Statistic::VectorMean);
	let weight = weighted.then(|| {
		let column = column(input, "w");
		let (min, max) = (column.min.saturating_abs(), column.max.saturating_abs());
		Column { min: min.min(max), max: min.max(max), ..column }
	});
	let binned =
		matches!(statistic, Statistic::Histogram | Statistic::Quantiles | Statistic::Median);
	let mut edges: Vec<i64> = match binned {
		true => (0..2 + input.below(5)).map(|_| input.integer()).collect(),
		false => Vec::new(),
	};
	edges.sort_unstable();
	let quantiles: Vec<u16> = match statistic {
		Statistic::Quantiles => (0..1 + input.below(3)).map(|_| input.below(1001) as u16).collect(),
		_ => Vec::new(),
	};
	let grouped = statistic == Statistic::Contributors || input.flag();
	let group_by = grouped.then(|| {
		let groups: Vec<Name> =
			GROUPS.iter().take(1 + input.below(3)).map(|group| name(group.as_bytes())).collect();
		Grouping { column: name(b"g"), groups: groups.try_into().unwrap_or_default() }
	});
	TaskSpec {
		statistic,
		columns: columns.try_into().unwrap_or_default(),
		target,
		weight,
		edges: edges.try_into().unwrap_or_default(),
		quantiles: quantiles.try_into().unwrap_or_default(),
		group_by,
		max_rows: if input.flag() { input.integer() as u32 } else { 50 },
	}
}

/// Up to eight rows, most of them in range, complete and of a group of the task.
fn rows(spec: &TaskSpec, input: &mut Input) -> Rows {
	let mut rows = Rows::new(spec);
	for _ in 0..input.below(9) {
		let values: Vec<Option<i64>> = spec
			.all_columns()
			.map(|column| {
				let width = (i128::from(column.max) - i128::from(column.min)).max(0) as u128 + 1;
				let at = |offset: u128| i128::from(column.min) + (offset % width) as i128;
				match input.byte() % 16 {
					0 => Some(column.min),
					1 => Some(column.max),
					2 => None,
					3 => Some(input.integer()),
					_ => i64::try_from(at(u128::from(input.integer() as u64))).ok(),
				}
			})
			.collect();
		let group = [Some("a"), Some("b"), Some("c"), Some("other"), None][input.below(5)];
		rows.push(&values, group).expect("as wide as the spec");
	}
	rows
}

fn check(spec: &TaskSpec, input: &mut Input) {
	assert_eq!(TaskSpec::decode(&mut &spec.encode()[..]).as_ref(), Ok(spec));
	let zeros = vec![Scalar::from(0u8); spec.length().min(1 << 16) as usize];
	if let Err(error) = spec.validate() {
		let refused = Err(FinalizeError::Spec(error));
		assert_eq!(finalize(spec, &zeros, 3), refused);
		assert_eq!(named_sums(spec, &zeros).err(), refused.err());
		assert!(encode(spec, [], 1).is_err());
		return;
	}
	assert!((1..=MAX_LENGTH).contains(&spec.length()));
	show(spec, &zeros, 3);

	let floor = u64::from(input.byte() % 4);
	let dealers: Vec<Rows> = (0..1 + input.below(3)).map(|_| rows(spec, input)).collect();
	let mut sum = zeros;
	let mut counted: Vec<&Rows> = Vec::new();
	for rows in &dealers {
		if let Ok(encoded) = encode(spec, rows.iter(), floor) {
			assert_eq!(encoded.vector.len(), sum.len());
			sum.iter_mut().zip(encoded.vector.iter()).for_each(|(sum, entry)| *sum += entry);
			counted.push(rows);
		}
	}
	let joint = finalize(spec, &sum, counted.len() as u32);
	let pooled = if spec.statistic == Statistic::Contributors {
		plaintext_contributors(spec, counted.iter().map(|rows| rows.iter()), floor)
	} else {
		plaintext(spec, counted.iter().flat_map(|rows| rows.iter()))
	};
	match (joint, pooled) {
		(Ok(joint), Ok(pooled)) => {
			assert_eq!(joint, pooled);
			assert!(joint.impossible().is_empty(), "what data gave, data can give");
		},
		(Err(joint), Err(pooled)) => {
			assert_eq!(joint, FinalizeError::Inconsistent(Inconsistency::NoRows));
			assert_eq!(pooled, PlaintextError::NoRows);
		},
		other => panic!("jointly and from the pooled rows: {other:?}"),
	}

	// what a dealer that lies can make of it
	for _ in 0..input.byte() % 8 {
		let place = input.below(sum.len());
		sum[place] += Scalar::from(input.integer());
	}
	show(spec, &sum, counted.len() as u32);
	if input.flag() {
		sum.pop();
		assert!(matches!(finalize(spec, &sum, 1), Err(FinalizeError::Length { .. })));
	}
}

/// Reads a vector and prints all of it.
fn show(spec: &TaskSpec, sum: &[Scalar], dealers: u32) {
	let sums = named_sums(spec, sum).expect("the spec is valid, and the length its own");
	assert_eq!(sums.len(), sum.len());
	sums.iter().for_each(|sum| print_number(&sum.value));
	let Ok(outcome) = finalize(spec, sum, dealers) else { return };
	let impossible = outcome.impossible().len();
	if let Outcome::Groups { cells, .. } = &outcome {
		assert_eq!(cells.len(), spec.groups() as usize);
		assert!(impossible <= cells.len(), "one is left, or all of them together are impossible");
	} else {
		assert_eq!(impossible, 0);
	}
	print(&outcome.to_named());
}

fn print(value: &Value) {
	match value {
		Value::Null | Value::Text(_) => {},
		Value::Number(number) => print_number(number),
		Value::List(items) => items.iter().for_each(print),
		Value::Map(entries) => entries.iter().for_each(|(_, entry)| print(entry)),
	}
}

fn print_number(number: &Number) {
	for digits in
		[0, 9, 30].map(Digits::Decimals).into_iter().chain([1, 25].map(Digits::Significant))
	{
		assert!(!number.render(digits).is_empty());
	}
	assert!(!number.to_string().is_empty());
}
