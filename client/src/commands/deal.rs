//! `ostraka deal`: the dealer's side.

use super::{
	accept::{agree, check_invited, over, show, ConsentArgs},
	connect,
};
use crate::{
	chain::{Chain, ChainError},
	cli::{account::signer, data::FileArgs, values, Global},
	error::Error,
	onchain::{self, accept::has_accepted, earlier, groups},
	output::{progress::Progress, Output},
	view::{
		capture::{self, Capture},
		lines::{accepted, ended, first_by, outcome, state, until, INSECURE},
	},
};
use clap::Args;
use ostraka_party::{
	data::{decimal::render, Advice, Book, Table},
	dealing,
	escape::escaped,
	inputs::{self, Encoding},
	request::{is_text, label, names, shown, text},
	title::title,
	words::learn_or_learns,
};
use ostraka_primitives::{
	api::TaskInfo,
	spec::{Statistic, TaskSpec},
	task::TaskStatus,
	AccountId, Balance, TaskId,
};
use ostraka_protocol::statistics::Encoded;
use serde::Serialize;
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  ostraka deal --suri //Bob --task 7 --data mine.csv
  ostraka deal --key-file bob.key --task 7 --data all.csv --only hospital=Jena --dry-run

Accepts what the task asks, unless that is done (`ostraka accept`); waits for its committee; deals. Run again after an
interruption at any point: it goes on from there, and sends nothing that is on the chain already. Without a terminal it
accepts with --yes only.";

/// Fewest own rows in a cell that a dealer deals unless it says otherwise.
pub(super) const FLOOR: u64 = 3;

/// Flags of `deal`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, mut_arg("data", |data| data.required(true)))]
pub struct DealArgs {
	/// The task
	#[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::task)]
	pub task: TaskId,
	/// The dealer's own rows.
	#[command(flatten)]
	pub file: FileArgs,
	/// Take only the rows with that text in that column
	#[arg(long, value_name = "COLUMN=TEXT", help_heading = "Data", value_parser = parse_only)]
	pub only: Option<(String, String)>,
	/// Fewest own rows in a group (or at all, without groups): numbers of fewer tell about each of them
	#[arg(long, value_name = "ROWS", default_value_t = FLOOR, help_heading = "Data")]
	pub min_cell: u64,
	/// Leave rows of smaller groups out instead of refusing to deal
	#[arg(long, help_heading = "Data")]
	pub drop_small_cells: bool,
	/// What is agreed to unseen.
	#[command(flatten)]
	pub consent: ConsentArgs,
	/// Show what is asked and what would be dealt, and stop
	#[arg(long)]
	pub dry_run: bool,
}

impl DealArgs {
	fn encoding(&self) -> Encoding {
		Encoding {
			round: self.file.round,
			min_cell: self.min_cell,
			drop_small_cells: self.drop_small_cells,
		}
	}
}

fn parse_only(text: &str) -> Result<(String, String), String> {
	match text.split_once('=') {
		Some((column, value)) if !column.is_empty() && !value.trim().is_empty() => {
			Ok((names::one(column)?, value.trim().to_owned()))
		},
		_ => Err("the form is COLUMN=TEXT, as in hospital=Jena".to_owned()),
	}
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Data`, `Encode` before anything is sent; `Chain`; `Failed` if the task takes no acceptance or no dealing of the
/// account, or it does not accept.
pub async fn run(args: &DealArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	let table = args.file.table_for(Advice::Dealer)?;
	let table = table
		.ok_or_else(|| Error::Usage("name the file with your rows: --data FILE".to_owned()))?;
	let chain = connect(global, out).await?;
	let (task, account) = (args.task, signer.account());
	let info = chain.task(task).await?;
	if let Some(record) = onchain::deal::dealt(&chain, task, &account).await? {
		return already(task, record.block, out);
	}
	// what is wrong with the rows is found before a deposit is at stake
	let book = match &args.only {
		Some((column, value)) => Book::of_value(&table, column, value)?,
		None => Book::of_all(&table, table.file()),
	};
	let spec = &info.task.spec;
	let encoded = inputs::own(&book, &table, spec, args.encoding())?;
	check_invited(task, &info, &account)?;
	let is_agreed = has_accepted(&chain, task, &account).await?;
	let earlier = match info.task.status {
		TaskStatus::Inviting { .. } if !is_agreed => {
			Some(earlier::look(&chain, task, &info, &account).await?)
		},
		_ => None,
	};
	let odds = onchain::tasks::odds(&chain, &info.task).await?;
	if !out.is_json() {
		describe(task, &info, &table, &book, &encoded, out)?;
		match (&earlier, &odds) {
			(Some(earlier), Some(odds)) => {
				writeln!(out, "what is asked:")?;
				show(&chain, task, &info, &account, (earlier, odds), out)?;
			},
			(None, Some(odds)) => {
				let is_drawn = info.task.drawn_at.is_some();
				writeln!(out, "capture: {}", capture::line(chain.token(), odds, is_drawn))?;
			},
			_ => {},
		}
		if chain.is_insecure().await? {
			writeln!(out, "{INSECURE}")?;
		}
	}
	let capture = odds.as_ref().map(Capture::from);
	if args.dry_run && out.is_json() {
		return out.json(&summary(task, &info, &table, &encoded, capture, Sent::default()));
	}
	if args.dry_run {
		return Ok(());
	}
	let accept_fee = match &earlier {
		Some(earlier) => {
			let agreed = agree(&chain, task, &info, &signer, earlier, &args.consent, out).await?;
			if let (Some(receipt), false) = (&agreed, out.is_json()) {
				let (block, fee) = (receipt.block.number, chain.token().render(receipt.fee));
				writeln!(out, "accepted task {task}, in block {block}, for {fee}")?;
			}
			agreed.map(|receipt| receipt.fee)
		},
		None => {
			let is_late = match info.task.status {
				TaskStatus::Drawing { .. } | TaskStatus::Collecting { .. } => !is_agreed,
				_ => false,
			};
			if is_late {
				return Err(over(task, &info));
			}
			if !args.consent.unchecked_groups {
				groups::check(&chain, task, &info).await?;
			}
			None
		},
	};
	let info = collecting(&chain, task, &info, &account, out).await?;
	let context = dealing::context(chain.genesis(), task, &info)?;
	let receipt = onchain::deal::deal(&chain, task, &context, &encoded, &signer, None).await?;
	let Some(receipt) = receipt else {
		let record = chain.dealing(task, &account).await?;
		return already(task, record.map_or(0, |record| record.block), out);
	};
	if out.is_json() {
		let dealt = Some((receipt.block.number, receipt.fee));
		let sent = Sent { accept_fee, dealt };
		return out.json(&summary(task, &info, &table, &encoded, capture, sent));
	}
	writeln!(
		out,
		"dealt to task {task}, in block {}, for {}; a deposit is held until the task is settled",
		receipt.block.number,
		chain.token().render(receipt.fee)
	)
}

/// Waits until the committee is drawn for good. The task must be the one then that was encoded and checked, and the account
/// among those who accepted.
async fn collecting(
	chain: &Chain,
	task: TaskId,
	checked: &TaskInfo,
	account: &AccountId,
	out: &Output<'_>,
) -> Result<TaskInfo, Error> {
	let again = format!("`ostraka deal --task {task}` goes on with the same rows");
	out.farewell().is(format!(
		"nothing is lost: task {task} stays accepted and waits for its committee\n  {again}; who accepts and does not \
		 deal in time loses a part of its deposit"
	));
	let bars = Progress::new(out.is_json());
	let bar = bars.spinner(&format!("task {task}"));
	let mut said = String::new();
	let mut head = chain.head();
	let mut info = chain.task(task).await?;
	while let TaskStatus::Inviting { .. } | TaskStatus::Drawing { .. } = info.task.status {
		let line = waits(chain, task, &info).await?;
		let left = until(&info.task.status).map_or(0, |until| until.saturating_sub(head.number));
		bar.set_message(format!("{line}, {left} blocks left"));
		// without a terminal a line for every change
		if !bars.is_shown() && line != said {
			out.notes().say(format!("block {}: task {task} {line}", head.number));
			said = line;
		}
		head = chain.next_head(head).await?;
		info = chain.task(task).await?;
	}
	bars.clear();
	info = onchain::deal::drawn(chain, task).await?;
	match info.task.status {
		TaskStatus::Collecting { until, .. } => {
			dealing::unchanged(task, checked, &info)?;
			dealing::check_accepted(task, &info, account)?;
			let last = first_by(&info).unwrap_or(until);
			out.farewell().is(format!(
				"the dealing to task {task} may be on its way\n  {again} if it is not; it must be in by block {last}"
			));
			Ok(info)
		},
		ref status => Err(Error::Failed(format!(
			"task {task} takes no dealings any more: {}",
			outcome(status).map_or_else(|| state(status).to_owned(), ended)
		))),
	}
}

/// What a task without a committee waits for.
async fn waits(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<String, ChainError> {
	if let TaskStatus::Inviting { .. } = info.task.status {
		return Ok(format!("waits for its other dealers: {}", accepted(info)));
	}
	let obstacle = chain.draw_obstacle(task).await?;
	let obstacle = obstacle.map_or_else(String::new, |obstacle| format!(": {obstacle}"));
	Ok(format!("waits for its committee{obstacle}"))
}

/// The dealing is on the chain: nothing is to be done, which is what was asked.
fn already(task: TaskId, block: u32, out: &mut Output<'_>) -> Result<(), Error> {
	if out.is_json() {
		return out.json(&json!({ "task": task, "dealt": true, "already": true, "block": block }));
	}
	writeln!(
		out,
		"this account has dealt to task {task} already, in block {block}: nothing was sent"
	)
}

/// Says what will be shared, and what not.
fn describe(
	task: TaskId,
	info: &TaskInfo,
	table: &Table,
	book: &Book,
	encoded: &Encoded,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let spec = &info.task.spec;
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
		writeln!(out, "  {} left out as of a small group", encoded.skipped_small_cell)?;
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
	writeln!(
		out,
		"published, as the sum over all accepted dealers: the same {} numbers",
		spec.length()
	)
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
#[derive(Serialize)]
struct Summary {
	task: TaskId,
	dealt: bool,
	already: bool,
	block: Option<u32>,
	fee: Option<String>,
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
	/// The odds of a draw when the command began.
	#[serde(skip_serializing_if = "Option::is_none")]
	capture: Option<Capture>,
	#[serde(skip_serializing_if = "Vec::is_empty")]
	notes: Vec<String>,
}

/// A column whose values go into a dealing.
#[derive(Serialize)]
struct Shared {
	name: String,
	min: String,
	max: String,
}

/// What was sent, and what it cost.
#[derive(Clone, Copy, Default)]
struct Sent {
	/// Fee of the acceptance.
	accept_fee: Option<Balance>,
	/// Block and fee of the dealing.
	dealt: Option<(u32, Balance)>,
}

fn summary(
	task: TaskId,
	info: &TaskInfo,
	table: &Table,
	encoded: &Encoded,
	capture: Option<Capture>,
	sent: Sent,
) -> Summary {
	let spec = &info.task.spec;
	let columns = spec.all_columns().map(|column| Shared {
		name: text(&column.name),
		min: render(column.min, column.decimals),
		max: render(column.max, column.decimals),
	});
	Summary {
		task,
		dealt: sent.dealt.is_some(),
		already: false,
		block: sent.dealt.map(|(block, _)| block),
		fee: sent.dealt.map(|(_, fee)| fee.to_string()),
		accept_fee: sent.accept_fee.map(|fee| fee.to_string()),
		statistic: label(spec.statistic),
		columns: columns.collect(),
		numbers: spec.length(),
		rows: encoded.used,
		skipped_missing: encoded.skipped_missing,
		skipped_other_group: encoded.skipped_other_group,
		skipped_small_cell: encoded.skipped_small_cell,
		capture,
		notes: table.notes(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};

	fn input(csv: &str, info: &TaskInfo) -> (Table, Book, Encoded) {
		let table = Table::parse("mine.csv", csv.as_bytes()).expect("well-formed");
		let book = Book::of_all(&table, table.file());
		let encoding = Encoding { min_cell: 1, ..Default::default() };
		let encoded = inputs::own(&book, &table, &info.task.spec, encoding).expect("rows");
		(table, book, encoded)
	}

	#[test]
	fn a_dealer_sees_what_is_shared_and_what_is_not() {
		let info = fixtures::task();
		let (table, book, encoded) = input("x,g,who\n1,a,m\n2,a,n\n3,b,o\nNA,b,p\n4,c,q\n", &info);
		let text = written(false, |out| describe(7, &info, &table, &book, &encoded, out));
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
		assert!(
			text.contains("not shared: the rows themselves, and the columns g, who\n"),
			"{text}"
		);
	}

	#[test]
	fn names_of_the_task_and_of_the_file_move_no_cursor() {
		let mut info = fixtures::task();
		let (table, book, encoded) = input("x,g,no\u{9b}1A\n1,a,m\n2,b,n\n", &info);
		// the chain refuses such a name today; a state may hold one from before
		info.task.spec.columns[0].name = fixtures::name("x\u{1b}[9A");
		let text = written(false, |out| describe(7, &info, &table, &book, &encoded, out));
		assert!(text.contains("  x\\u{1b}[9A between 0.0 and 9.0\n"), "{text}");
		assert!(text.contains("no\\u{9b}1A"), "{text}");
		assert!(!text.contains(['\u{1b}', '\u{9b}']), "{text}");
	}

	#[test]
	fn json_says_what_would_be_dealt() {
		let info = fixtures::task();
		let (table, _, encoded) = input("x,g\n1,a\n2,b\n", &info);
		let capture = Some(Capture::from(&fixtures::odds()));
		let summary = summary(7, &info, &table, &encoded, capture, Sent::default());
		let text = written(true, |out| out.json(&summary));
		let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&record["dealt"], &record["block"]), (&false.into(), &().into()));
		assert_eq!((&record["rows"], &record["numbers"]), (&2.into(), &4.into()));
		assert_eq!(record["capture"]["third"], 0.1733);
	}

	#[test]
	fn a_dealing_that_is_there_is_not_sent_again() {
		let text = written(false, |out| already(7, 5, out));
		assert!(text.contains("task 7 already, in block 5: nothing was sent"), "{text}");
	}
}
