//! Nothing of a row is in memory that is freed: every block is searched when it is freed, while delimited text is read and encoded, in
//! UTF-8 and in UTF-16. The libraries that unpack gzip streams, Parquet files and workbooks have copies of their own, which are not
//! looked for (`docs/DEALER.md`).

// for the allocator
#![allow(unsafe_code)]

#[path = "../../crypto/tests/freed/mod.rs"]
#[allow(dead_code)] // what other programs search for
mod freed;

use freed::{assert_wiped, left_by, Searching, Secrets};
use ostraka_party::{
	data::{
		infer::{facts, Wanted},
		Book, Reading, Table,
	},
	inputs::{prepare, Encoding, Way},
	request::{build, DecimalsArg, RangeArg, StatisticName, StatisticRequest},
};
use ostraka_primitives::spec::TaskSpec;
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};
use std::path::PathBuf;
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: Searching = Searching;

/// Columns of numbers, with two decimals.
const COLUMNS: [&str; 3] = ["a", "b", "y"];
/// Groups of rows, by turns. The task asks for the first.
const GROUPS: [&str; 2] = ["north", "a rare condition"];
/// A cell of a column that nobody asks for.
const NOTE: &str = "told in confidence, \"\"as it was\"\"";
/// Rows of numbers.
const ROWS: usize = 300;

/// How a file is written.
#[derive(Clone, Copy)]
struct Form {
	separator: char,
	point: char,
	is_wide: bool,
}

const FORMS: [Form; 3] = [
	Form { separator: ',', point: '.', is_wide: false },
	Form { separator: ';', point: ',', is_wide: false },
	Form { separator: ',', point: '.', is_wide: true },
];

impl Form {
	fn reading(self) -> Reading {
		Reading { decimal_comma: self.point == ',', ..Default::default() }
	}

	fn number(self, units: i64) -> String {
		format!("{}{}{:02}", units / 100, self.point, units % 100)
	}

	fn bytes(self, text: &str) -> Vec<u8> {
		if self.is_wide {
			let units = text.encode_utf16().flat_map(u16::to_le_bytes);
			[0xff, 0xfe].into_iter().chain(units).collect()
		} else {
			text.as_bytes().to_vec()
		}
	}
}

/// Cells of eleven to thirteen digits.
fn cells() -> Vec<[i64; 3]> {
	let mut rng = ChaCha20Rng::seed_from_u64(3);
	let mut cell = || (rng.next_u64() % 9_000_000_000_000 + 10_000_000_000) as i64;
	(0..ROWS).map(|_| [cell(), cell(), cell()]).collect()
}

/// A file of these rows.
fn file(form: Form, cells: &[[i64; 3]]) -> (TempDir, PathBuf) {
	let directory = tempfile::tempdir().expect("a temporary directory");
	let path = directory.path().join("rows.csv");
	let line = |cells: [&str; 5]| cells.join(&form.separator.to_string()) + "\n";
	let note = format!("\"{NOTE}\"");
	let mut text = line([COLUMNS[0], COLUMNS[1], COLUMNS[2], "group", "note"]);
	for (row, group) in cells.iter().zip(GROUPS.iter().cycle()) {
		let [a, b, y] = row.map(|units| form.number(units));
		text += &line([&a, &b, &y, group, &note]);
	}
	std::fs::write(&path, form.bytes(&text)).expect("written");
	(directory, path)
}

/// Everything of a row, in the file's form and in others.
fn secrets(form: Form, cells: impl IntoIterator<Item = i64>) -> Secrets {
	let mut secrets = Secrets::default();
	for units in cells {
		let text = form.number(units);
		let in_file = form.bytes(&text);
		// without the mark of a file's first bytes
		let in_file = in_file.strip_prefix(&[0xff, 0xfe]).unwrap_or(&in_file);
		secrets.bytes("a number", &units.to_le_bytes());
		secrets.bytes("a number's text", in_file);
		// as it is decoded, and as it is read
		secrets.bytes("a number's text in UTF-8", text.as_bytes());
		secrets.bytes("a number's text with a point", text.replace(',', ".").as_bytes());
		secrets.bytes("a number's digits", units.to_string().as_bytes());
	}
	secrets.bytes("a group", GROUPS[1].as_bytes());
	secrets.bytes("a note", b"told in confidence");
	secrets
}

fn spec(statistic: StatisticName) -> TaskSpec {
	let mut request = StatisticRequest {
		statistic: Some(statistic),
		columns: vec!["a".to_owned()],
		max_rows: 1_000,
		..Default::default()
	};
	match statistic {
		StatisticName::Regression => {
			request.columns.push("b".to_owned());
			request.target = Some("y".to_owned());
		},
		StatisticName::Histogram => {
			request.edges = ["0", "100000000000"].map(str::to_owned).to_vec();
		},
		_ => {
			request.group_by = Some("group".to_owned());
			request.groups = vec![GROUPS[0].to_owned()];
		},
	}
	for column in request.columns.iter().chain(&request.target) {
		let (min, max) = ("0".to_owned(), "100000000000".to_owned());
		request.ranges.push(RangeArg { column: column.clone(), min, max });
		request.decimals.push(DecimalsArg { column: column.clone(), decimals: 2 });
	}
	build(&request, None, false).expect("valid")
}

const STATISTICS: [StatisticName; 3] =
	[StatisticName::Mean, StatisticName::Regression, StatisticName::Histogram];

#[test]
fn reading_and_encoding_leave_nothing() {
	let cells = cells();
	for form in FORMS {
		let (_directory, path) = file(form, &cells);
		for statistic in STATISTICS {
			let spec = spec(statistic);
			let mut secrets = secrets(form, cells.iter().flatten().copied());
			let used = assert_wiped(&mut secrets, || {
				let table = Table::read(&path, form.reading()).expect("well-formed");
				let book = Book::of_all(&table, "all");
				let encoding = Encoding { min_cell: 3, ..Default::default() };
				let made = prepare(&book, &table, &spec, Way::Checked(&encoding));
				made.expect("encoded").encoded.used
			});
			let expected = if spec.group_by.is_some() { ROWS / 2 } else { ROWS };
			assert_eq!(used, expected as u64);
		}
	}
}

/// What is said of a column is its smallest and its largest value, and how many decimals.
#[test]
fn looking_columns_through_leaves_nothing_but_the_extremes() {
	let cells = cells();
	let column = |place: usize| cells.iter().map(move |row| row[place]);
	let all = (0..COLUMNS.len()).flat_map(|place| {
		let (min, max) = (column(place).min(), column(place).max());
		column(place).filter(move |cell| Some(*cell) != min && Some(*cell) != max)
	});
	let all: Vec<i64> = all.collect();
	for form in FORMS {
		let (_directory, path) = file(form, &cells);
		let found = assert_wiped(&mut secrets(form, all.iter().copied()), || {
			let table = Table::read(&path, form.reading()).expect("well-formed");
			let wanted = COLUMNS.map(|name| Wanted { name, decimals: None, may_be_text: false });
			facts(&table, &wanted, false).expect("numbers").len()
		});
		assert_eq!(found, COLUMNS.len());
	}
}

/// The search's own test: what a reader leaves that wipes nothing.
#[test]
fn the_search_finds_cells() {
	let cells = cells();
	for form in FORMS {
		let (_directory, path) = file(form, &cells);
		let mut secrets = secrets(form, cells.iter().flatten().copied());
		let read = || drop(std::hint::black_box(std::fs::read(&path).expect("it is there")));
		let (_, left) = left_by(&mut secrets, read);
		assert!(left.contains(&"a number's text"), "{left:?}");
		assert_eq!(left.contains(&"a group"), !form.is_wide, "{left:?}");
	}
}
