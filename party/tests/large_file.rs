//! A file is not held in memory: dealing from one of 256 MiB takes a small part of that. A test binary of its own, as the
//! peak of memory is the process's.
#![cfg(target_os = "linux")]

use ostraka_party::{
	data::{Book, Reading, Table},
	inputs::{own, Encoding},
	request::{build, StatisticRequest},
};
use ostraka_primitives::spec::Statistic;
use std::io::{BufWriter, Write};

/// Bytes of the file.
const SIZE: u64 = 256 << 20;
/// Most memory that the process may come to.
const MOST: u64 = 48 << 20;

/// The largest memory that this process has had.
fn peak() -> u64 {
	let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
	let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("it is there");
	let kilobytes: u64 =
		line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).expect("kB");
	kilobytes << 10
}

#[test]
fn a_large_file_is_streamed() {
	let directory = tempfile::tempdir().expect("a temporary directory");
	let path = directory.path().join("large.csv");
	let mut file = BufWriter::new(std::fs::File::create(&path).expect("created"));
	let filler = "a note of some length that nobody asks for, ".repeat(4);
	writeln!(file, "id,x,note").expect("written");
	let (mut size, mut rows, mut sum) = (0u64, 0u64, 0u64);
	while size < SIZE {
		let row = format!("{rows},{}.5,\"{filler}\"\n", rows % 1000);
		file.write_all(row.as_bytes()).expect("written");
		(size, rows, sum) = (size + row.len() as u64, rows + 1, sum + rows % 1000 * 10 + 5);
	}
	file.into_inner().expect("written");

	let table = Table::read(&path, Reading::default()).expect("well-formed");
	let request = StatisticRequest {
		statistic: Some(Statistic::Mean),
		columns: vec!["x".to_owned()],
		max_rows: u32::MAX,
		..Default::default()
	};
	let spec = build(&request, Some(&table), false).expect("valid");
	let book = Book::of_all(&table, "all");
	let encoding = Encoding { min_cell: 3, ..Default::default() };
	let encoded = own(&book, &table, &spec, &encoding);
	let encoded = encoded.expect("encoded");
	assert_eq!((encoded.used, table.rows()), (rows, rows));
	assert_eq!(encoded.vector[1], ostraka_crypto::Scalar::from(sum));
	let peak = peak();
	assert!(peak < MOST, "{} MiB of memory for a file of {} MiB", peak >> 20, SIZE >> 20);
}
