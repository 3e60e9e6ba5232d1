//! What the floor of a vector and a dealer's policy cost where rows become a vector: rows a second and peak memory of
//! - `bare`: the encoder alone, as it was before there was a floor;
//! - `floor`: rows that are checked, under a floor ([`ostraka_party::floor`]);
//! - `policy`: rows that are made to fit a policy, under its floor.
//!
//! All read the same file, of a million rows, by turns, so that what slows the machine down slows all of them down; then one of a
//! gigabyte is read under the policy. Each run is a process of its own, as the peak of memory is a process's; of some runs the
//! least time and the largest peak are told. Ends with 1 if a ratio or a peak is beyond what is asked.
//!
//! ```sh
//! cargo run --release -p ostraka-party --example encoding
//! cargo run --release -p ostraka-party --example encoding -- --quick    # a tenth of it
//! ```

use ostraka_party::{
	data::{Book, Cells, Reading, Table},
	inputs::{own, Encoding},
	policy::{Policy, Question},
	request::{build, DecimalsArg, RangeArg, StatisticName, StatisticRequest},
	Error,
};
use ostraka_primitives::spec::TaskSpec;
use ostraka_protocol::statistics::Encoder;
use std::{
	fs::File,
	io::{BufWriter, Write},
	path::Path,
	process::{Command, ExitCode},
	time::Instant,
};

/// Most that a floor or a policy may take of the time of the encoder alone.
const MOST_RATIO: f64 = 1.5;
/// Most memory of a process, whatever the file's size is.
const MOST_MEMORY: u64 = 64 << 20;
/// Rows of the file that ratios are told from.
const ROWS: u64 = 1_000_000;
/// Bytes of the large file.
const LARGE: u64 = 1 << 30;
/// Runs of each way.
const RUNS: usize = 5;
/// Fewest rows that a number may be about.
const FLOOR: u64 = 20;
/// Most rows of a task, and of the policy.
const MOST_ROWS: u32 = 20_000_000;

/// Columns of numbers: name, decimals, range.
const COLUMNS: [(&str, u8, &str, &str); 4] = [
	("income", 2, "0", "250000"),
	("age", 0, "0", "120"),
	("score", 1, "0", "100"),
	("member", 0, "0", "1"),
];
const BRANCHES: [&str; 5] = ["north", "south", "east", "west", "centre"];
const WAYS: [&str; 3] = ["bare", "floor", "policy"];
/// The statistics that are measured.
const STATISTICS: [&str; 6] =
	["mean", "covariance", "weighted-mean", "regression", "histogram", "mean-by-branch"];

const POLICY: &str = r#"
secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

[dataset.people]
file = "people.csv"
rows = 20000000
floor = 20
clip = true

[dataset.people.columns]
income = { decimals = 2, range = [0, 250000] }
age = { decimals = 0, range = [0, 120] }
score = { decimals = 1, range = [0, 100] }
member = { decimals = 0, range = [0, 1] }
branch = { text = true }

[allow]
classes = ["any"]
requesters = ["any"]
statistics = ["any"]
"#;

fn spec_of(name: &str) -> Result<TaskSpec, Error> {
	let text = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
	let mut request =
		StatisticRequest { columns: text(&["income"]), max_rows: MOST_ROWS, ..Default::default() };
	request.statistic = Some(match name {
		"mean" => StatisticName::Mean,
		"covariance" => {
			request.columns = text(&["age", "income"]);
			StatisticName::Covariance
		},
		"weighted-mean" => {
			request.weight = Some("score".to_owned());
			StatisticName::WeightedMean
		},
		"regression" => {
			request.columns = text(&["age", "score", "member"]);
			request.target = Some("income".to_owned());
			StatisticName::Regression
		},
		"histogram" => {
			request.edges = (0..=20).map(|bin| (bin * 12_500).to_string()).collect();
			StatisticName::Histogram
		},
		"mean-by-branch" => {
			request.group_by = Some("branch".to_owned());
			request.groups = text(&BRANCHES);
			StatisticName::Mean
		},
		other => return Err(Error::Usage(format!("there is no statistic {other} here"))),
	});
	let used: Vec<&String> =
		request.columns.iter().chain(&request.target).chain(&request.weight).collect();
	let known = COLUMNS.iter().filter(|(name, ..)| used.iter().any(|used| used == name));
	let (mut decimals, mut ranges) = (Vec::new(), Vec::new());
	for (name, places, min, max) in known {
		let column = (*name).to_owned();
		decimals.push(DecimalsArg { column: column.clone(), decimals: *places });
		ranges.push(RangeArg { column, min: (*min).to_owned(), max: (*max).to_owned() });
	}
	(request.decimals, request.ranges) = (decimals, ranges);
	Ok(build(&request, None, false)?)
}

/// Writes rows until there are so many, or so many bytes. Returns how many there are.
fn write_rows(path: &Path, rows: u64, bytes: u64, filler: &str) -> std::io::Result<u64> {
	let mut file = BufWriter::new(File::create(path)?);
	writeln!(file, "id,income,age,score,member,branch,note")?;
	let (mut number, mut size, mut state) = (0u64, 0u64, 1u64);
	while number < rows && size < bytes {
		// Knuth's generator: the same rows in every run
		state =
			state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
		let draw = |shift: u32, below: u64| (state >> shift) % below;
		let branch = BRANCHES.get(draw(20, 5) as usize).copied().unwrap_or_default();
		let row = format!(
			"{number},{}.{:02},{},{}.{},{},{branch},{filler}\n",
			draw(33, 250_000),
			draw(31, 100),
			draw(40, 100),
			draw(25, 100),
			draw(45, 10),
			draw(50, 2),
		);
		file.write_all(row.as_bytes())?;
		(number, size) = (number + 1, size + row.len() as u64);
	}
	file.flush()?;
	Ok(number)
}

/// Makes the vector of a file once. Returns how many rows count.
fn encode(way: &str, table: &Table, spec: &TaskSpec) -> Result<u64, Error> {
	match way {
		"bare" => {
			let wrong = |error| Error::encode("all", error, table.advice());
			let mut encoder = Encoder::new(spec).map_err(wrong)?;
			let cells = Cells::Checked { round: false, limits: &[] };
			Book::of_all(table, "all")
				.for_each_row(table, spec, cells, |_, row| encoder.push(row).map_err(wrong))?;
			Ok(encoder.finish(1).map_err(wrong)?.used)
		},
		"floor" => {
			let encoding = Encoding { min_cell: FLOOR, ..Default::default() };
			Ok(own(&Book::of_all(table, "all"), table, spec, &encoding)?.used)
		},
		"policy" => {
			let policy = Policy::parse(Path::new("policy.toml"), POLICY)?;
			let dataset = policy.dataset(Some("people"), None, spec)?;
			if let Some(reasons) =
				ostraka_party::policy::refusal(&policy.says(dataset, &Question::of(spec)))
			{
				return Err(Error::Failed(reasons));
			}
			let book = dataset.book(table, &[0; 32], None)?;
			Ok(dataset.prepare(&book, table, spec, 0)?.encoded.used)
		},
		other => Err(Error::Usage(format!("there is no way {other}"))),
	}
}

/// The largest memory that this process has had.
fn peak() -> u64 {
	let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
	let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
	let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
	kilobytes.unwrap_or_default() << 10
}

/// One way in this process: prints rows, time in microseconds, and the peak of memory. Looking a file's form over comes before a
/// vector is made, whatever the way, and is not in the time.
fn measure(way: &str, statistic: &str, file: &str) -> Result<(), Error> {
	let spec = spec_of(statistic)?;
	let table = Table::read(Path::new(file), Reading::default())?;
	let begun = Instant::now();
	let rows = encode(way, &table, &spec)?;
	println!("{rows} {} {}", begun.elapsed().as_micros(), peak());
	Ok(())
}

/// What processes of their own measured.
struct Measured {
	rows: u64,
	micros: u64,
	peak: u64,
}

impl Measured {
	fn by_process(way: &str, statistic: &str, file: &Path) -> Self {
		let own = std::env::current_exe().expect("this program has a file");
		let mut command = Command::new(own);
		command.args(["--measure", way, statistic]).arg(file);
		let output = command.output().expect("it runs");
		let text = String::from_utf8_lossy(&output.stdout).into_owned();
		let numbers: Vec<u64> =
			text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
		let [rows, micros, peak] = numbers[..] else {
			panic!("{way}, {statistic}: {}", String::from_utf8_lossy(&output.stderr));
		};
		Self { rows, micros: micros.max(1), peak }
	}

	/// Each way, by turns.
	fn of_all_ways(statistic: &str, file: &Path) -> [Self; 3] {
		let turn = || WAYS.map(|way| Self::by_process(way, statistic, file));
		let mut all = turn();
		for _ in 1..RUNS {
			for (known, new) in all.iter_mut().zip(turn()) {
				known.micros = known.micros.min(new.micros);
				known.peak = known.peak.max(new.peak);
			}
		}
		all
	}

	fn rows_a_second(&self) -> u64 {
		self.rows.saturating_mul(1_000_000) / self.micros
	}
}

/// All of it. Returns what is beyond what is asked.
fn compare(rows: u64, large: u64) -> Vec<String> {
	let folder = tempfile::tempdir().expect("a temporary directory");
	let file = folder.path().join("people.csv");
	write_rows(&file, rows, u64::MAX, "-").expect("written");
	let mut beyond = Vec::new();
	println!("| statistic | rows | way | rows a second | to the encoder alone | peak MiB |");
	println!("|---|---|---|---|---|---|");
	for statistic in STATISTICS {
		let all = Measured::of_all_ways(statistic, &file);
		let [bare, ..] = &all;
		for (way, measured) in WAYS.iter().zip(&all) {
			let ratio = measured.micros as f64 / bare.micros as f64;
			println!(
				"| {statistic} | {} | {way} | {} | {ratio:.2} | {} |",
				measured.rows,
				measured.rows_a_second(),
				measured.peak >> 20
			);
			assert_eq!(measured.rows, rows, "no way leaves rows of this file out");
			if ratio > MOST_RATIO {
				beyond.push(format!("{statistic}, {way}: {ratio:.2} times the encoder alone"));
			}
			if measured.peak > MOST_MEMORY {
				beyond.push(format!("{statistic}, {way}: {} MiB", measured.peak >> 20));
			}
		}
	}
	let filler = "a note of some length that nobody asks for ".repeat(4);
	let rows = write_rows(&file, u64::MAX, large, &filler).expect("written");
	let measured = Measured::by_process("policy", "regression", &file);
	assert_eq!(measured.rows, rows);
	println!(
		"| regression, a file of {} MiB | {rows} | policy | {} | | {} |",
		large >> 20,
		measured.rows_a_second(),
		measured.peak >> 20
	);
	if measured.peak > MOST_MEMORY {
		beyond.push(format!("the large file: {} MiB", measured.peak >> 20));
	}
	beyond
}

fn main() -> ExitCode {
	let arguments: Vec<String> = std::env::args().skip(1).collect();
	let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
	let beyond = match arguments[..] {
		["--measure", way, statistic, file] => {
			let measured = measure(way, statistic, file);
			measured.err().map(|error| error.to_string()).into_iter().collect()
		},
		["--quick"] => compare(ROWS / 10, LARGE / 10),
		[] => compare(ROWS, LARGE),
		_ => vec!["give nothing, or --quick".to_owned()],
	};
	beyond.iter().for_each(|line| eprintln!("{line}"));
	if beyond.is_empty() {
		ExitCode::SUCCESS
	} else {
		ExitCode::FAILURE
	}
}
