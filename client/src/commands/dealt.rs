//! A dealing, as lines for people and as JSON: what is shared of which rows, what is left out, what the policy says.

use super::rules::{Ruling, RulingRecord};
use crate::{error::Error, onchain::deal::Proof, output::Output, view::capture::Capture};
use ostraka_party::{
	address,
	data::{decimal::render, Book, Fits, Table},
	escape::escaped,
	inputs::Prepared,
	request::{is_text, label, shown, text},
	title::title,
	validity::{what_is_proven, NOT_PROVEN},
	words::{counted, learn_or_learns},
};
use ostraka_primitives::{
	api::TaskInfo,
	spec::{Statistic, TaskSpec},
	Balance, TaskId,
};
use ostraka_protocol::statistics::proof_length;
use schemars::JsonSchema;
use serde::Serialize;

/// Most things that were left out of the numbers which are named.
const MOST_STRUCK: usize = 8;

/// Says what will be shared, and what not.
pub(super) fn describe(
	task: TaskId,
	info: &TaskInfo,
	table: &Table,
	book: &Book,
	prepared: &Prepared,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let (spec, encoded) = (&info.task.spec, &prepared.encoded);
	writeln!(out, "task {task}: {}", title(spec))?;
	let names = book.dealers.iter().map(|dealer| dealer.name.as_str());
	let of: Vec<_> = names
		.filter(|name| *name != table.file())
		.map(|name| format!(" of {}", escaped(name)))
		.collect();
	writeln!(out, "rows{}: {} in {}", of.concat(), book.rows(), escaped(table.file()))?;
	writeln!(out, "  {} count", encoded.used)?;
	writeln!(out, "  {} left out for a missing value", encoded.skipped_missing)?;
	if spec.group_by.is_some() {
		writeln!(out, "  {} left out as of no group of the task", encoded.skipped_other_group)?;
		let groups = spec.group_by.iter().flat_map(|grouping| grouping.groups.iter().map(shown));
		let rows: Vec<String> = groups
			.zip(&encoded.per_group_rows)
			.map(|(group, rows)| format!("{group}: {rows}"))
			.collect();
		writeln!(out, "  by group (not shared): {}", rows.join(", "))?;
	}
	if encoded.skipped_small_cell > 0 {
		writeln!(
			out,
			"  {} left out as of a small group, or as they would be singled out",
			encoded.skipped_small_cell
		)?;
	}
	for finding in prepared.struck.iter().take(MOST_STRUCK) {
		writeln!(out, "    {}", finding.summary())?;
	}
	if prepared.struck.len() > MOST_STRUCK {
		writeln!(out, "    and {} more", prepared.struck.len() - MOST_STRUCK)?;
	}
	if prepared.beyond > 0 {
		writeln!(
			out,
			"  {} left out as beyond the most that the policy has; which ones follows from its secret and the file",
			prepared.beyond
		)?;
	}
	for line in fit_lines(&prepared.fits) {
		writeln!(out, "  {line}")?;
	}
	for note in table.notes() {
		writeln!(out, "  {note}")?;
	}
	writeln!(
		out,
		"shared, as secret shares among {} nodes, any {} of which {} nothing: {}",
		info.task.parameters.seats,
		info.task.parameters.threshold,
		learn_or_learns(info.task.parameters.threshold.into()),
		entries(spec)
	)?;
	for column in spec.all_columns() {
		if is_text(spec, column) {
			writeln!(out, "  {}: any text, which is counted", shown(&column.name))?;
			continue;
		}
		writeln!(
			out,
			"  {} between {} and {}",
			shown(&column.name),
			render(column.min, column.decimals),
			render(column.max, column.decimals)
		)?;
	}
	write!(out, "proven with it, to everybody: {}; {NOT_PROVEN}", what_is_proven(spec))?;
	match proof_length(spec) {
		Ok(bytes) => writeln!(out, " (proof of valid input: {bytes} bytes)")?,
		// the chain takes no such task
		Err(error) => writeln!(out, " ({error})")?,
	}
	let used: Vec<String> = spec.all_columns().map(|column| text(&column.name)).collect();
	let unused = table.columns().iter().filter(|column| !used.contains(column));
	let unused: Vec<_> = unused.map(|column| escaped(column)).collect();
	writeln!(
		out,
		"not shared: the rows themselves{}",
		if unused.is_empty() {
			String::new()
		} else {
			format!(", and the columns {}", unused.join(", "))
		}
	)?;
	match &info.task.conditions.sealed_to {
		Some(recipient) => writeln!(
			out,
			"read by {} alone, as the sum over all accepted dealers: the same {} numbers; published with its mask over them",
			address(recipient),
			spec.length()
		),
		None => writeln!(
			out,
			"published, as the sum over all accepted dealers: the same {} numbers",
			spec.length()
		),
	}
}

/// A proof that went with a dealing, in a line.
pub(super) fn proof_line(proof: &Proof) -> String {
	format!(
		"proof of valid input: {} bytes, made with its dealing in {} ms",
		proof.bytes,
		proof.took.as_millis()
	)
}

/// What became of cells that were not as the policy has them, in words.
fn fit_lines(fits: &Fits) -> Vec<String> {
	let Fits { clipped, outside, no_number, rounded } = *fits;
	let cells = |number: u64| counted(usize::try_from(number).unwrap_or(usize::MAX), "cell");
	[
		(clipped, "outside their range, and taken as its nearest bound"),
		(outside, "outside their range, and taken as missing"),
		(no_number, "of columns of numbers are none, and taken as missing"),
		(rounded, "of more decimals than the task has, and rounded"),
	]
	.into_iter()
	.filter(|(number, _)| *number > 0)
	.map(|(number, what)| format!("{} {what}", cells(number)))
	.collect()
}

/// What a dealer's vector holds.
fn entries(spec: &TaskSpec) -> String {
	let numbers = spec.length();
	let what = match spec.statistic {
		Statistic::Count => "the number of rows",
		Statistic::Sum | Statistic::Mean => "the number of rows and the sum",
		Statistic::WeightedMean => "the sums of the weights and of the weighted values",
		Statistic::Variance | Statistic::Std => "the number of rows, the sum, the sum of squares",
		Statistic::Covariance | Statistic::Correlation => {
			"the number of rows, the sums, the sums of squares and products"
		},
		Statistic::Regression => "the sums of the columns and of all their products",
		Statistic::Histogram | Statistic::Quantiles | Statistic::Median => {
			"the number of rows in each bin"
		},
		Statistic::VectorMean => "the sum of the weights and the weighted sums",
		Statistic::Contributors => "whether there are rows enough",
	};
	let each = if spec.group_by.is_some() { ", for each group" } else { "" };
	format!("{numbers} numbers ({what}{each})")
}

/// A dealing, or what it would be, as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Summary<'a> {
	task: TaskId,
	dealt: bool,
	already: bool,
	block: Option<u32>,
	fee: Option<String>,
	/// The proof that its input is valid.
	#[serde(skip_serializing_if = "Option::is_none")]
	proof: Option<ProofPart>,
	/// What it cost to accept, if that was done too.
	#[serde(skip_serializing_if = "Option::is_none")]
	accept_fee: Option<String>,
	statistic: &'static str,
	columns: Vec<Shared>,
	numbers: u32,
	rows: u64,
	skipped_missing: u64,
	skipped_other_group: u64,
	skipped_small_cell: u64,
	/// Rows beyond the most that the policy has.
	skipped_beyond: u64,
	/// Cells that were not as the policy has them, and what became of them.
	clipped: u64,
	outside: u64,
	no_number: u64,
	rounded: u64,
	/// Whom the result is sealed to.
	sealed_to: Option<String>,
	/// What the policy says of the task; none without one.
	policy: Option<RulingRecord<'a>>,
	/// The odds of a draw when the command began.
	#[serde(skip_serializing_if = "Option::is_none")]
	capture: Option<Capture>,
	#[serde(skip_serializing_if = "Vec::is_empty")]
	notes: Vec<String>,
}

/// A proof that went with a dealing.
#[derive(Serialize, JsonSchema)]
struct ProofPart {
	bytes: usize,
	/// Time that it took to make it and the rest of its dealing.
	milliseconds: f64,
}

/// A column whose values go into a dealing.
#[derive(Serialize, JsonSchema)]
struct Shared {
	name: String,
	min: String,
	max: String,
}

/// What was sent, and what it cost.
#[derive(Clone, Copy, Default)]
pub(super) struct Sent {
	/// Fee of the acceptance.
	pub accept_fee: Option<Balance>,
	/// Block and fee of the dealing, and the proof in it.
	pub dealt: Option<(u32, Balance, Proof)>,
}

/// A dealing, or what it would be.
pub(super) fn summary<'a>(
	task: TaskId,
	info: &TaskInfo,
	table: &Table,
	prepared: &Prepared,
	ruling: Option<&'a Ruling<'a>>,
	capture: Option<Capture>,
	sent: Sent,
) -> Summary<'a> {
	let (spec, encoded) = (&info.task.spec, &prepared.encoded);
	let Fits { clipped, outside, no_number, rounded } = prepared.fits;
	let columns = spec.all_columns().map(|column| Shared {
		name: text(&column.name),
		min: render(column.min, column.decimals),
		max: render(column.max, column.decimals),
	});
	Summary {
		task,
		dealt: sent.dealt.is_some(),
		already: false,
		block: sent.dealt.map(|(block, ..)| block),
		fee: sent.dealt.map(|(_, fee, _)| fee.to_string()),
		proof: sent.dealt.map(|(.., proof)| ProofPart {
			bytes: proof.bytes,
			milliseconds: proof.took.as_micros() as f64 / 1e3,
		}),
		accept_fee: sent.accept_fee.map(|fee| fee.to_string()),
		statistic: label(spec.statistic),
		columns: columns.collect(),
		numbers: spec.length(),
		rows: encoded.used,
		skipped_missing: encoded.skipped_missing,
		skipped_other_group: encoded.skipped_other_group,
		skipped_small_cell: encoded.skipped_small_cell,
		skipped_beyond: prepared.beyond,
		clipped,
		outside,
		no_number,
		rounded,
		sealed_to: info.task.conditions.sealed_to.as_ref().map(address),
		policy: ruling.map(Ruling::record),
		capture,
		notes: table.notes(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};
	use ostraka_party::inputs::{self, Encoding, Way};
	use std::time::Duration;

	fn input(csv: &str, info: &TaskInfo) -> (Table, Book, Prepared) {
		let table = Table::parse("mine.csv", csv.as_bytes()).expect("well-formed");
		let book = Book::of_all(&table, table.file());
		let encoding = Encoding { min_cell: 1, ..Default::default() };
		let way = Way::Checked(&encoding);
		let prepared = inputs::prepare(&book, &table, &info.task.spec, way).expect("rows");
		(table, book, prepared)
	}

	#[test]
	fn a_dealer_sees_what_is_shared_and_what_is_not() {
		let info = fixtures::task();
		let (table, book, prepared) = input("x,g,who\n1,a,m\n2,a,n\n3,b,o\nNA,b,p\n4,c,q\n", &info);
		let text = written(false, |out| describe(7, &info, &table, &book, &prepared, out));
		for line in [
			"task 7: mean of x by g",
			"rows: 5 in mine.csv",
			"  3 count",
			"  1 left out for a missing value",
			"  1 left out as of no group of the task",
			"  by group (not shared): a: 2, b: 1",
			"  column `x`: taken as missing: `NA` in 1 cell",
			"  x between 0.0 and 9.0",
		] {
			assert!(text.lines().any(|other| other == line), "no `{line}` in {text}");
		}
		assert!(text.contains("any 1 of which learns nothing: 4 numbers"), "{text}");
		let bytes = proof_length(&info.task.spec).expect("a valid spec");
		assert!(text.contains("proven with it, to everybody: its count and sum"), "{text}");
		assert!(text.contains(&format!(" (proof of valid input: {bytes} bytes)\n")), "{text}");
		assert!(
			text.contains("not shared: the rows themselves, and the columns g, who\n"),
			"{text}"
		);
	}

	#[test]
	fn a_dealer_sees_who_reads_a_sealed_result() {
		let mut info = fixtures::task();
		let (table, book, prepared) = input("x,g\n1,a\n2,b\n", &info);
		let shown = |info: &TaskInfo| {
			written(false, |out| describe(7, info, &table, &book, &prepared, out))
		};
		let text = shown(&info);
		assert!(text.contains("published, as the sum over all accepted dealers"), "{text}");
		let recipient = ostraka_primitives::AccountId::new([7; 32]);
		info.task.conditions.sealed_to = Some(recipient.clone());
		let text = shown(&info);
		assert!(text.contains(&format!("read by {} alone", address(&recipient))), "{text}");
	}

	#[test]
	fn names_of_the_task_and_of_the_file_move_no_cursor() {
		let mut info = fixtures::task();
		let (table, book, prepared) = input("x,g,no\u{9b}1A\n1,a,m\n2,b,n\n", &info);
		// the chain refuses such a name today; a state may hold one from before
		info.task.spec.columns[0].name = fixtures::name("x\u{1b}[9A");
		let text = written(false, |out| describe(7, &info, &table, &book, &prepared, out));
		assert!(text.contains("  x\\u{1b}[9A between 0.0 and 9.0\n"), "{text}");
		assert!(text.contains("no\\u{9b}1A"), "{text}");
		assert!(!text.contains(['\u{1b}', '\u{9b}']), "{text}");
	}

	#[test]
	fn json_says_what_would_be_dealt() {
		let info = fixtures::task();
		let (table, _, prepared) = input("x,g\n1,a\n2,b\n", &info);
		let capture = Some(Capture::from(&fixtures::odds()));
		let summary = summary(7, &info, &table, &prepared, None, capture, Sent::default());
		let text = written(true, |out| out.json(&summary));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&record["dealt"], &record["block"]), (&false.into(), &().into()));
		assert_eq!((&record["rows"], &record["numbers"]), (&2.into(), &4.into()));
		assert_eq!(record["capture"]["third"], 0.1733);
		assert_eq!((&record["policy"], &record["clipped"]), (&().into(), &0.into()));
	}

	#[test]
	fn a_dealing_is_told_with_its_proof() {
		let proof = Proof { bytes: 3_008, took: Duration::from_micros(12_400) };
		let said = proof_line(&proof);
		assert_eq!(said, "proof of valid input: 3008 bytes, made with its dealing in 12 ms");
		let info = fixtures::task();
		let (table, _, prepared) = input("x,g\n1,a\n2,b\n", &info);
		let sent = Sent { accept_fee: None, dealt: Some((8, 20, proof)) };
		let summary = summary(7, &info, &table, &prepared, None, None, sent);
		let record = serde_json::to_value(summary).expect("JSON");
		assert_eq!((&record["block"], &record["fee"]), (&8.into(), &"20".into()));
		assert_eq!(record["proof"], serde_json::json!({ "bytes": 3008, "milliseconds": 12.4 }));
	}

	#[test]
	fn what_was_made_to_fit_is_said() {
		assert!(fit_lines(&Fits::default()).is_empty());
		let lines = fit_lines(&Fits { clipped: 2, outside: 0, no_number: 1, rounded: 0 });
		let expected = [
			"2 cells outside their range, and taken as its nearest bound",
			"1 cell of columns of numbers are none, and taken as missing",
		];
		assert_eq!(lines, expected);
	}

	#[test]
	fn what_would_be_singled_out_is_named_without_a_value() {
		let mut info = fixtures::task();
		info.task.spec.group_by = None;
		let table = Table::parse("mine.csv", b"x\n5\n5\n5\n5\n").expect("well-formed");
		let book = Book::of_all(&table, table.file());
		let limits = Vec::new();
		let fitting = inputs::Fitting { limits, floor: 3, constants: Vec::new() };
		let way = Way::Fitted(&fitting);
		let prepared = inputs::prepare(&book, &table, &info.task.spec, way).expect("zeros");
		let text = written(false, |out| describe(7, &info, &table, &book, &prepared, out));
		assert!(text.contains("  4 left out as of a small group, or as they would be"), "{text}");
		assert!(text.contains("    column `x`: one value in 4 rows"), "{text}");
	}
}
