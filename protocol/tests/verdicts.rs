//! Pins what [`finalize`] says of many sums, honest and not: the checker of transcripts (`checker/self_test.py`), which shares no code
//! with this crate, reads the same file and must come to the same verdicts and the same numbers.
//!
//! `OSTRAKA_REGENERATE=1 cargo test --release -p ostraka-protocol --test verdicts` writes the file anew.

use ostraka_crypto::Scalar;
use ostraka_primitives::spec::{Column, Name, Statistic, TaskSpec};
use ostraka_protocol::statistics::{encode, finalize, Rows, Value};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};
use std::{fmt::Write, path::Path};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/verdicts.txt");
const CASES: usize = 600;

const STATISTICS: [(Statistic, &str); 13] = [
	(Statistic::Count, "count"),
	(Statistic::Sum, "sum"),
	(Statistic::Mean, "mean"),
	(Statistic::WeightedMean, "weighted-mean"),
	(Statistic::Variance, "variance"),
	(Statistic::Std, "std"),
	(Statistic::Covariance, "covariance"),
	(Statistic::Correlation, "correlation"),
	(Statistic::Regression, "regression"),
	(Statistic::Histogram, "histogram"),
	(Statistic::Quantiles, "quantiles"),
	(Statistic::Median, "median"),
	(Statistic::VectorMean, "vector-mean"),
];

fn below(rng: &mut ChaCha8Rng, bound: u64) -> u64 {
	rng.next_u64() % bound
}

fn between(rng: &mut ChaCha8Rng, min: i64, max: i64) -> i64 {
	min + below(rng, (max - min + 1) as u64) as i64
}

fn column(rng: &mut ChaCha8Rng, name: &str, least: Option<i64>) -> Column {
	let widest = [1, 3, 1_000, 1 << 40][below(rng, 4) as usize];
	let min = least.unwrap_or_else(|| between(rng, -widest, widest));
	let max = min + between(rng, 0, widest);
	let name = Name::try_from(name.as_bytes().to_vec()).expect("a short name");
	Column { name, decimals: below(rng, 4) as u8, min, max }
}

fn spec(rng: &mut ChaCha8Rng, statistic: Statistic) -> TaskSpec {
	let columns = match statistic {
		Statistic::Covariance | Statistic::Correlation => 2,
		Statistic::Regression | Statistic::VectorMean => 1 + below(rng, 3),
		_ => 1,
	};
	let columns: Vec<_> = (0..columns).map(|i| column(rng, &format!("c{i}"), None)).collect();
	let weighted = matches!(statistic, Statistic::WeightedMean | Statistic::VectorMean);
	let binned =
		matches!(statistic, Statistic::Histogram | Statistic::Quantiles | Statistic::Median);
	let mut edges = Vec::new();
	if binned {
		edges = (0..2 + below(rng, 4)).map(|_| between(rng, -10, 2_000)).collect();
		edges.extend([columns[0].min, columns[0].max + 1]);
		edges.sort_unstable();
		edges.dedup();
	}
	let quantiles = match statistic {
		Statistic::Quantiles => vec![1, 333, 500, 999],
		_ => Vec::new(),
	};
	let least = below(rng, 2) as i64;
	let spec = TaskSpec {
		statistic,
		columns: columns.try_into().expect("few columns"),
		target: (statistic == Statistic::Regression).then(|| column(rng, "y", None)),
		weight: weighted.then(|| column(rng, "w", Some(least))),
		edges: edges.try_into().expect("few edges"),
		quantiles: quantiles.try_into().expect("few quantiles"),
		group_by: None,
		max_rows: 4 + below(rng, 3) as u32,
	};
	spec.validate().expect("a spec that keeps the rules");
	spec
}

/// The sum of the dealers' vectors, one of its entries changed in half of the cases.
fn sums(rng: &mut ChaCha8Rng, spec: &TaskSpec, dealers: u32) -> Vec<i128> {
	let mut sums = vec![0; spec.length() as usize];
	for _ in 0..dealers {
		let mut rows = Rows::new(spec);
		for _ in 0..1 + below(rng, u64::from(spec.max_rows)) {
			let value = |column: &Column| match below(rng, 4) {
				0 => Some(column.min),
				1 => Some(column.max),
				_ => Some(between(rng, column.min, column.max)),
			};
			let row: Vec<_> = spec.all_columns().map(value).collect();
			rows.push(&row, None).expect("a value a column");
		}
		let encoded = encode(spec, rows.iter(), 1).expect("rows within the ranges");
		for (sum, entry) in sums.iter_mut().zip(encoded.vector.iter()) {
			*sum += lifted(entry);
		}
	}
	if below(rng, 2) == 0 {
		let place = below(rng, sums.len() as u64) as usize;
		let entry = &mut sums[place];
		*entry = match below(rng, 8) {
			0 => -*entry,
			1 => 0,
			2 => *entry * 3,
			3 => *entry + 2,
			4 => *entry - 2,
			5 => *entry + 1,
			6 => *entry - 1,
			_ => *entry + i128::from(between(rng, -(1 << 40), 1 << 40)),
		};
	}
	sums
}

/// A field element that stands for a small integer.
fn lifted(entry: &Scalar) -> i128 {
	let small = |element: Scalar| element.to_string().parse::<i128>();
	small(*entry).unwrap_or_else(|_| -small(-*entry).expect("a small integer"))
}

fn columns<'a>(columns: impl IntoIterator<Item = &'a Column>) -> String {
	let text = |column: &Column| {
		let name = std::str::from_utf8(&column.name).expect("a name").to_owned();
		format!("{name}:{}:{}:{}", column.decimals, column.min, column.max)
	};
	columns.into_iter().map(text).collect::<Vec<_>>().join(",")
}

fn list(numbers: impl IntoIterator<Item = impl ToString>) -> String {
	numbers.into_iter().map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

/// The numbers of a result by their path, exact, separated by blanks.
fn flat(place: &str, value: &Value, out: &mut String) {
	let inside =
		|name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
	match value {
		Value::Map(entries) => {
			entries.iter().for_each(|(name, entry)| flat(&inside(name), entry, out))
		},
		Value::List(entries) => entries
			.iter()
			.enumerate()
			.for_each(|(i, entry)| flat(&inside(&i.to_string()), entry, out)),
		Value::Number(number) => write!(out, " {place}={number}").expect("a text takes all"),
		Value::Text(text) => write!(out, " {place}={text}").expect("a text takes all"),
		Value::Null => write!(out, " {place}=null").expect("a text takes all"),
	}
}

/// `impossible`, `undefined`, or the numbers.
fn verdict(spec: &TaskSpec, sums: &[i128], dealers: u32) -> String {
	let vector: Vec<_> = sums.iter().map(|entry| Scalar::from(*entry)).collect();
	match finalize(spec, &vector, dealers) {
		Err(_) => "impossible".to_owned(),
		Ok(outcome) => match outcome.to_named() {
			Value::Text(text) => text,
			tree => {
				let mut numbers = String::new();
				flat("", &tree, &mut numbers);
				numbers.trim_start().to_owned()
			},
		},
	}
}

fn snapshot() -> String {
	let mut rng = ChaCha8Rng::seed_from_u64(9);
	let mut text = String::new();
	for case in 0..CASES {
		let (statistic, name) = STATISTICS[case % STATISTICS.len()];
		let spec = spec(&mut rng, statistic);
		let dealers = 1 + below(&mut rng, 3) as u32;
		let sums = sums(&mut rng, &spec, dealers);
		let parts = [
			name.to_owned(),
			columns(&spec.columns),
			columns(&spec.target),
			columns(&spec.weight),
			list(spec.edges.iter()),
			list(spec.quantiles.iter()),
			spec.max_rows.to_string(),
			dealers.to_string(),
			list(&sums),
			verdict(&spec, &sums, dealers),
		];
		writeln!(text, "{}", parts.join("|")).expect("a text takes all");
	}
	text
}

#[test]
fn verdicts_are_what_they_were() {
	let text = snapshot();
	if std::env::var_os("OSTRAKA_REGENERATE").is_some() {
		std::fs::create_dir_all(Path::new(FILE).parent().expect("a folder")).expect("a folder");
		std::fs::write(FILE, &text).expect("the file can be written");
	}
	let pinned = std::fs::read_to_string(FILE).expect("the file is there");
	for (line, (found, expected)) in text.lines().zip(pinned.lines()).enumerate() {
		assert_eq!(found, expected, "line {}", line + 1);
	}
	assert_eq!(text.lines().count(), pinned.lines().count());
}

/// The cases are worth comparing: of each kind there are many.
#[test]
fn verdicts_differ() {
	let text = snapshot();
	let ending = |what: &str| text.lines().filter(|line| line.ends_with(what)).count();
	let (impossible, undefined) = (ending("|impossible"), ending("|undefined"));
	assert!(impossible > CASES / 6, "{impossible} impossible");
	assert!(undefined > CASES / 60, "{undefined} undefined");
	assert!(CASES - impossible - undefined > CASES / 3);
}
