use super::*;
use crate::data::columnar;
use proptest::prelude::*;
use std::io::Write;

fn parse(text: &str) -> Result<Table, DataError> {
	Table::parse("data.csv", text.as_bytes())
}

fn message(bytes: &[u8]) -> String {
	Table::parse("data.csv", bytes).expect_err("not well-formed").to_string()
}

fn rows(table: &Table) -> Vec<Vec<String>> {
	let mut rows = Vec::new();
	let each = |row: &Record| -> Result<(), DataError> {
		rows.push(row.cells().map(str::to_owned).collect());
		Ok(())
	};
	table.for_each(each).expect("well-formed");
	rows
}

fn separated(separator: u8) -> Reading {
	Reading { separator: Some(separator), ..Default::default() }
}

#[test]
fn reads_names_lines_and_cells() {
	let table = parse("\u{feff}a, b\n1,\"x,\ny\"\n\n 2 ,z\n").expect("well-formed");
	assert_eq!(table.columns(), ["a", "b"]);
	assert_eq!(table.rows(), 2);
	let mut lines = Vec::new();
	let each = |row: &Record| -> Result<(), DataError> {
		lines.push(row.place());
		Ok(())
	};
	table.for_each(each).expect("well-formed");
	assert_eq!(lines, [Place::Line(2), Place::Line(5)]);
	assert_eq!(rows(&table), [["1", "x,\ny"], ["2", "z"]]);
	assert_eq!(table.distinct("b").expect("b is there"), ["x,\ny", "z"]);
}

#[test]
fn names_what_is_wrong() {
	assert!(matches!(parse(""), Err(DataError::Empty { .. })));
	assert!(matches!(parse(" \n"), Err(DataError::Empty { .. })));
	assert!(matches!(parse("a,b\n"), Err(DataError::NoRows { .. })));
	let ragged = parse("a,b\n1,2\n1,2,3\n");
	assert!(matches!(
		ragged,
		Err(DataError::Ragged { place: Place::Line(3), expected: 2, found: 3, .. })
	));
	let latin = Table::parse("data.csv", b"a\nok\n\xff\n");
	assert!(matches!(latin, Err(DataError::NotText { place: Place::Line(3), .. })));
	let absent = parse("Income\n1\n").and_then(|table| table.column("income"));
	let message = absent.expect_err("another case").to_string();
	assert!(message.contains("did you mean `Income`?"), "{message}");
}

#[test]
fn one_is_not_many() {
	let message = message(b"a,b\n1\n");
	assert!(message.contains("line 2: 1 cell, but the header has 2"), "{message}");
}

#[test]
fn names_that_cannot_be_told_apart_are_refused() {
	let twice = message(b"a,b,a\n1,2,3\n");
	assert!(twice.contains("line 1: there are two columns named `a`"), "{twice}");
	let empty = message(b"a,,\n1,,\n");
	assert!(empty.contains("columns 2 and 3") && empty.contains("no name"), "{empty}");
	// one column without a name does no harm: nobody can ask for it
	assert!(parse("a,\n1,2\n").is_ok());
}

#[test]
fn a_quote_that_is_not_closed_is_an_error_by_its_line() {
	let message = message(b"a,b\n1,ok\n2,\"left\n3,ok\n");
	assert!(message.contains("data.csv, line 3") && message.contains("quote"), "{message}");
	let message = self::message(b"a,b\n1,\"left\n3,ok\n4,\"right\"\n");
	assert!(message.contains("data.csv, line 2") && message.contains("line 4"), "{message}");
}

#[test]
fn a_cell_that_may_have_swallowed_rows_is_noted() {
	let table = parse("a,b\n1,\"6\n2,3\n4,5\"\n").expect("well-formed");
	let notes = table.notes();
	assert!(
		notes.len() == 1 && notes[0].contains("line 2") && notes[0].contains("line 4"),
		"{notes:?}"
	);
}

#[test]
fn a_separator_that_the_first_rows_show_is_taken_and_said() {
	for (text, name, expected) in [
		("a;b\n1,5;2,5\n", "semicolons", ["1,5", "2,5"]),
		("a\tb\n1\t2\n", "tabs", ["1", "2"]),
		("a;\"b, c\"\n1;2\n", "semicolons", ["1", "2"]),
	] {
		let table = parse(text).expect("well-formed");
		assert_eq!(
			(table.columns().len(), rows(&table)),
			(2, vec![expected.map(str::to_owned).to_vec()])
		);
		let notes = table.notes();
		assert!(notes[0].contains("data.csv") && notes[0].contains(name), "{notes:?}");
		assert!(notes.len() == 1 && notes[0].contains("--separator"), "{notes:?}");
	}
	for text in ["a,b\n1,2\n", "a;b,c\n1,2\n", "a\n1;2\n"] {
		assert!(parse(text).expect("well-formed").notes().is_empty(), "{text}");
	}
	// what is given is taken without a look
	for (separator, columns) in [(b',', 1), (b';', 2)] {
		let table = Table::parse_with("data.csv", b"a;b\n1;2\n", separated(separator));
		let table = table.expect("well-formed");
		assert_eq!((table.columns().len(), table.notes().len()), (columns, 0));
	}
	// rows behind the first ones are held against the header
	let late = format!("a;b\n{}1\n", "1;2\n".repeat(200));
	let message = message(late.as_bytes());
	assert!(message.contains("line 202: 1 cell, but the header has 2"), "{message}");
}

#[test]
fn a_decimal_comma_is_not_guessed() {
	let number = |reading: Reading| {
		let table = Table::parse_with("data.csv", b"a;b\n1,5;2\n", reading).expect("well-formed");
		let mut number = Ok(());
		let each = |row: &Record| {
			number = table.number(row, 0).map(|_| ()).map_err(|error| error.to_string());
			Ok::<_, DataError>(())
		};
		table.for_each(each).expect("one row");
		number
	};
	let message = number(Reading::default()).expect_err("a comma");
	assert!(message.contains("line 2, column `a`: `1,5`"), "{message}");
	assert!(message.contains("--decimal-comma"), "{message}");
	assert_eq!(number(Reading { decimal_comma: true, ..Default::default() }), Ok(()));
}

#[test]
fn another_separator_that_leaves_doubt_is_named_with_its_flag() {
	for (text, words, flag) in [
		("a;b\n1\n2\n", "semicolons", "--separator ';'"),
		("a\tb\n1\n", "tabs", "--separator tab"),
		("a|b\n1|2\n", "bars", "--separator '|'"),
	] {
		let message = message(text.as_bytes());
		assert!(message.starts_with("data.csv, line 1: one column"), "{message}");
		for part in [words, flag, "save it with commas"] {
			assert!(message.contains(part), "`{message}` does not say `{part}`");
		}
	}
	let wrong = Table::parse_with("data.csv", b"a,b\n1,2\n", separated(b';')).expect_err("commas");
	assert!(wrong.to_string().contains("commas"), "{wrong}");
}

#[test]
fn the_line_that_names_a_separator_is_told_and_passed_over() {
	for (line, separator) in [("sep=;", ";"), ("sep=,", ","), ("\"SEP=;\"", ";"), ("sep=\t", "tab")]
	{
		let message = message(format!("{line}\r\na;b\r\n1;2\r\n").as_bytes());
		assert!(message.contains("line 1") && message.contains("sep="), "{message}");
		assert!(message.contains("--separator") && message.contains(separator), "{message}");
	}
	let text = b"sep=;\r\na;b\r\n1;2\r\n";
	let table = Table::parse_with("data.csv", text, separated(b';')).expect("well-formed");
	assert_eq!(
		(table.columns(), rows(&table)),
		(&["a".into(), "b".into()][..], vec![vec!["1".into(), "2".into()]])
	);
}

#[test]
fn a_file_that_is_something_else_is_told() {
	for (bytes, what) in [
		(&b"%PDF-1.7 ..."[..], "PDF"),
		(b"<html>", "HTML"),
		(b"{\"a\": 1}", "JSON"),
		(b"PK\x03\x04 rest", "workbook"),
		(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
		(b"PAR1 rest PAR1", "data.csv"),
		(b"\x1f\x8b\x08 damaged", "compressed content"),
		(b"a\0b\0", "zero bytes"),
	] {
		let message = message(bytes);
		assert!(message.contains("data.csv") && message.contains(what), "{message}");
		assert!(!message.contains("UTF-8\n  save"), "{message}");
	}
}

#[test]
fn compressed_and_wide_text_is_read() {
	let text = "who,x\nä,1\n";
	let wide: Vec<u8> = "\u{feff}who,x\nä,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
	let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
	encoder.write_all(text.as_bytes()).expect("in memory");
	let packed = encoder.finish().expect("in memory");
	for bytes in [text.as_bytes(), &wide, &packed] {
		let table = Table::parse("data.csv", bytes).expect("well-formed");
		assert_eq!(rows(&table), [["ä", "1"]]);
	}
	let lonely: Vec<u8> = [0xfeff, 0x61, 0x0a, 0xd800, 0x0a]
		.iter()
		.flat_map(|unit: &u16| unit.to_le_bytes())
		.collect();
	let message = message(&lonely);
	assert!(message.contains("line 2: text that is not UTF-16"), "{message}");
	let cut = Table::parse("data.csv", &packed[..packed.len() - 9]).expect_err("damaged");
	assert!(cut.to_string().contains("compressed content is damaged"), "{cut}");
}

/// A file is opened anew each time that it is read: another one in its place is noticed, with as many rows too.
#[test]
fn a_file_that_is_written_over_is_noticed() {
	let folder = tempfile::tempdir().expect("a folder");
	let path = folder.path().join("data.csv");
	let write = |text: &str| std::fs::write(&path, text).expect("written");
	write("who,x\na,1\nb,2\n");
	let table = Table::read(&path, Reading::default()).expect("well-formed");
	let hash = table.hash().expect("bytes");
	let read = || table.for_each(|_| Ok::<_, DataError>(()));
	assert!(read().is_ok() && table.check_unchanged(&hash).is_ok());
	write("who,x\na,1\nb,3\n");
	assert!(read().is_ok(), "as a table it is fine");
	assert!(matches!(table.check_unchanged(&hash), Err(DataError::Changed { .. })));
	// the columns' places are those of the first reading
	write("x,who\n1,a\n2,b\n");
	assert!(matches!(read(), Err(DataError::Changed { .. })));
	write("who,x\na,1\n");
	assert!(matches!(read(), Err(DataError::Changed { .. })));
}

#[test]
fn parquet_is_read() {
	let table = Table::parse("data.parquet", &columnar::tests::example()).expect("well-formed");
	assert_eq!(table.columns(), ["who", "price", "x", "day"]);
	assert_eq!(table.rows(), 3);
	assert!(table.notes().iter().any(|note| note.contains("tags")), "{:?}", table.notes());
	let mut numbers = Vec::new();
	let each = |row: &Record| {
		numbers.push((row.place().to_string(), format!("{:?}", table.number(row, 1)?)));
		Ok::<_, DataError>(())
	};
	table.for_each(each).expect("numbers");
	assert_eq!(numbers[1], ("row 2".to_owned(), "Missing".to_owned()));
	assert_eq!(numbers.len(), 3);
}

#[test]
fn missing_numbers_are_told_from_text() {
	let reading = Reading { missing: vec!["?".to_owned()], ..Default::default() };
	let table =
		Table::parse_with("data.csv", b"a\nNA\n1\n?\n-\n\" \"\n", reading).expect("well-formed");
	let (mut cells, mut texts) = (Vec::new(), Vec::new());
	let each = |row: &Record| {
		cells.push(match table.number(row, 0)? {
			Cell::Missing => "missing".to_owned(),
			Cell::Marker(text) => format!("marker {text}"),
			Cell::Number(_) => "number".to_owned(),
		});
		texts.push(table.text(row, 0).map(str::to_owned));
		Ok::<_, DataError>(())
	};
	table.for_each(each).expect("numbers");
	assert_eq!(cells, ["marker NA", "number", "missing", "marker -", "missing"]);
	assert_eq!(
		texts,
		[Some("NA"), Some("1"), None, Some("-"), None].map(|text| text.map(str::to_owned))
	);
}

#[test]
fn cells_do_not_reach_a_terminal_as_they_are() {
	let table = parse("a\u{1b}[2J\n\u{1b}[31m2\n").expect("well-formed");
	let mut error = None;
	let each = |row: &Record| {
		error = table.number(row, 0).err().map(|error| error.to_string());
		Ok::<_, DataError>(())
	};
	table.for_each(each).expect("one row");
	let message = error.expect("no number");
	assert!(!message.contains('\u{1b}') && message.contains("\\u{1b}[31m2"), "{message}");
	assert!(!table.column("b").expect_err("absent").to_string().contains('\u{1b}'));
}

proptest! {
	#[test]
	fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
		let _ = Table::parse("random", &bytes);
	}
}
