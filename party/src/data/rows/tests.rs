use super::*;
use crate::fixtures;
use ostraka_primitives::spec::Statistic;

fn table(text: &str) -> Table {
	Table::parse("data.csv", text.as_bytes()).expect("well-formed")
}

fn spec(min: i64, max: i64) -> TaskSpec {
	let mut column = fixtures::column("x", 1, max);
	column.min = min;
	fixtures::spec(Statistic::Mean, vec![column])
}

type Owned = Vec<(usize, Vec<Option<i64>>)>;

fn owned(book: &Book, table: &Table, spec: &TaskSpec) -> Result<Owned, DataError> {
	let mut rows = Owned::new();
	book.for_each_row(table, spec, Cells::Checked { round: false, limits: &[] }, |owner, row| {
		rows.push((owner, row.values.to_vec()));
		Ok::<_, DataError>(())
	})?;
	Ok(rows)
}

#[test]
fn splits_by_a_column_and_counts_rows_of_nobody() {
	let table = table("who,x\nb,1\na,2\n,3\nb,4\n  ,5\n");
	let book = Book::split(&table, "who", None).expect("two dealers");
	assert_eq!((book.skipped, book.rows()), (2, 3));
	let names: Vec<_> = book.dealers.iter().map(|d| (d.name.as_str(), d.rows)).collect();
	assert_eq!(names, [("a", 1), ("b", 2)]);
	let rows = owned(&book, &table, &spec(0, 100)).expect("in range");
	assert_eq!(rows, [(1, vec![Some(10)]), (0, vec![Some(20)]), (1, vec![Some(40)])]);
	let one = Book::split(&table, "who", Some(1)).expect("one dealer");
	assert_eq!(one.dealers[0].name, "b");
	assert_eq!(owned(&one, &table, &spec(0, 100)).expect("in range").len(), 2);
	assert!(matches!(Book::split(&table, "who", Some(3)), Err(DataError::TooFewDealers { .. })));
	assert!(matches!(Book::split(&table, "whom", None), Err(DataError::NoColumn { .. })));
}

#[test]
fn refuses_a_split_among_nobody_or_too_many() {
	assert!(matches!(
		Book::split(&table("who,x\n,1\n"), "who", None),
		Err(DataError::NoValue { .. })
	));
	let many: String = (0..600).map(|i| format!("d{i},1\n")).collect();
	assert!(matches!(
		Book::split(&table(&format!("who,x\n{many}")), "who", None),
		Err(DataError::TooManyDealers { found: 600, .. })
	));
}

#[test]
fn deals_rows_out_in_turn() {
	let table = table("x\n1\n2\n3\n4\n5\n");
	let book = Book::deal_out(&table, 2).expect("enough rows");
	assert_eq!(book.dealers.iter().map(|dealer| dealer.rows).collect::<Vec<_>>(), [3, 2]);
	let rows = owned(&book, &table, &spec(0, 100)).expect("in range");
	assert_eq!(rows.iter().map(|(owner, _)| *owner).collect::<Vec<_>>(), [0, 1, 0, 1, 0]);
	assert_eq!(book.rows(), 5);
	assert!(matches!(Book::deal_out(&table, 6), Err(DataError::TooFewDealers { .. })));
}

#[test]
fn finds_one_dealers_rows() {
	let table = table("who,x\na,1\nb,2\n");
	let book = Book::of_value(&table, "who", "b").expect("b is there");
	assert_eq!(owned(&book, &table, &spec(0, 100)).expect("in range"), [(0, vec![Some(20)])]);
	let message = Book::of_value(&table, "who", "c").expect_err("no c").to_string();
	assert!(message.contains("no row has who = `c`") && message.contains("a, b"), "{message}");
}

#[test]
fn checks_every_value_against_its_range() {
	let table = table("x\n1.5\n\n-2\n\" \"\nN/A\n");
	let all = Book::of_all(&table, "all");
	let rows = owned(&all, &table, &spec(-20, 15)).expect("in range");
	let values: Vec<_> = rows.iter().map(|(_, values)| values[0]).collect();
	assert_eq!(values, [Some(15), Some(-20), None, None]);
	assert_eq!(table.notes(), ["column `x`: taken as missing: `N/A` in 1 cell"]);
	let message = owned(&all, &table, &spec(0, 15)).expect_err("-2").to_string();
	assert!(
		message.contains("line 4, column `x`: -2.0 is outside its declared range 0.0 to 1.5"),
		"{message}"
	);
}

#[test]
fn of_a_column_that_is_only_counted_any_text_is_a_value() {
	let table = table("who,x\na,I10\na,NA\na,\nb,7\n");
	let column = fixtures::column("x", 0, 0);
	let spec = fixtures::spec(Statistic::Count, vec![column]);
	let all = Book::of_all(&table, "all");
	let rows = owned(&all, &table, &spec).expect("any text");
	let values: Vec<_> = rows.iter().map(|(_, values)| values[0]).collect();
	assert_eq!(values, [Some(0), Some(0), None, Some(0)]);
}

fn fitted(text: &str, limits: Limits) -> (Vec<Option<i64>>, Fits) {
	let table = table(text);
	let mut values = Vec::new();
	let all = Book::of_all(&table, "all");
	let fits = all.for_each_row(&table, &spec(-90, 90), Cells::Fitted(&[limits]), |_, row| {
		values.push(row.values[0]);
		Ok::<_, DataError>(())
	});
	(values, fits.expect("no cell is an error"))
}

#[test]
fn no_cell_is_an_error_where_it_is_made_to_fit() {
	let text = "x\n1.5\n-2\n7\n2.25\ntwo\nNA\n1e40\n-1e30\n\" \"\n1e999\ninf\n";
	let limits = Limits { min: -10, max: 20, clips: true };
	let (values, fits) = fitted(text, limits);
	let mut expected = [15, -10, 20, 20].map(Some).to_vec();
	expected.extend([None, None, Some(20), Some(-10), None, Some(20), None]);
	assert_eq!(values, expected);
	// `two` and an infinity
	assert_eq!(fits, Fits { clipped: 6, outside: 0, no_number: 2, rounded: 1 });
	let (values, fits) = fitted(text, Limits { clips: false, ..limits });
	assert_eq!(values.iter().flatten().collect::<Vec<_>>(), [&15]);
	assert_eq!(fits, Fits { clipped: 0, outside: 6, no_number: 2, rounded: 1 });
}

#[test]
fn rows_beyond_the_most_are_left_out_by_the_seed_alone() {
	let text: String = (0..50).map(|i| format!("{i}\n")).collect();
	let rows = |values: &str, most, seed: u8| {
		let table = table(&format!("x\n{values}"));
		let book = Book::of_all(&table, "all").at_most(most, [seed; 32]);
		let left = owned(&book, &table, &spec(0, 9_000)).expect("in range");
		assert_eq!(left.len() as u64 + book.left_out(), 50);
		left.into_iter().filter_map(|(_, values)| values[0]).collect::<Vec<_>>()
	};
	let chosen = rows(&text, 20, 1);
	assert_eq!((chosen.len(), rows(&text, 50, 1).len(), rows(&text, 99, 1).len()), (20, 50, 50));
	assert_eq!(rows(&text, 20, 1), chosen);
	assert_ne!(rows(&text, 20, 2), chosen);
	assert!(rows(&text, 0, 1).is_empty());
	// other values at the same places: the same places are chosen
	let doubled: String = (0..50).map(|i| format!("{}\n", i * 2)).collect();
	let twice: Vec<i64> = chosen.iter().map(|value| value * 2).collect();
	assert_eq!(rows(&doubled, 20, 1), twice);
}

#[test]
fn a_dealer_may_have_no_rows() {
	let table = table("who,x\na,1\n");
	let book = Book::of_value_if_any(&table, "who", "b").expect("a column");
	assert_eq!((book.rows(), book.dealers[0].name.as_str()), (0, "b"));
	assert!(owned(&book, &table, &spec(0, 90)).expect("none").is_empty());
}
