//! Known answers: data sets whose statistics are published.

use super::*;

/// J. W. Longley, JASA 62 (1967), as certified by the Statistical Reference Datasets of NIST (itl.nist.gov,
/// "Longley", higher difficulty): y, then six nearly collinear regressors.
const LONGLEY: [[&str; 7]; 16] = [
	["60323", "83.0", "234289", "2356", "1590", "107608", "1947"],
	["61122", "88.5", "259426", "2325", "1456", "108632", "1948"],
	["60171", "88.2", "258054", "3682", "1616", "109773", "1949"],
	["61187", "89.5", "284599", "3351", "1650", "110929", "1950"],
	["63221", "96.2", "328975", "2099", "3099", "112075", "1951"],
	["63639", "98.1", "346999", "1932", "3594", "113270", "1952"],
	["64989", "99.0", "365385", "1870", "3547", "115094", "1953"],
	["63761", "100.0", "363112", "3578", "3350", "116219", "1954"],
	["66019", "101.2", "397469", "2904", "3048", "117388", "1955"],
	["67857", "104.6", "419180", "2822", "2857", "118734", "1956"],
	["68169", "108.4", "442769", "2936", "2798", "120445", "1957"],
	["66513", "110.8", "444546", "4681", "2637", "121950", "1958"],
	["68655", "112.6", "482704", "3813", "2552", "123366", "1959"],
	["69564", "114.2", "502601", "3931", "2514", "125368", "1960"],
	["69331", "115.7", "518173", "4806", "2572", "127852", "1961"],
	["70551", "116.9", "554894", "4007", "2827", "130081", "1962"],
];

/// Certified estimate and standard deviation, 15 digits each (printed as the renderer would, without exponents).
const LONGLEY_CERTIFIED: [(&str, &str, &str); 7] = [
	("intercept", "-3482258.63459582", "890420.383607373"),
	("x1", "15.0618722713733", "84.9149257747669"),
	("x2", "-0.0358191792925910", "0.0334910077722432"),
	("x3", "-2.02022980381683", "0.488399681651699"),
	("x4", "-1.03322686717359", "0.214274163161675"),
	("x5", "-0.0511041056535807", "0.226073200069370"),
	("x6", "1829.15146461355", "455.478499142212"),
];

/// Equal up to one unit of the published last digit (roots are truncated here, rounded there).
fn assert_close(ours: &str, published: &str) {
	let decimals = published.split_once('.').map_or(0, |(_, fraction)| fraction.len()) as u8;
	let cut = &ours[..ours.len().min(published.len())];
	let ours = units(cut, decimals);
	assert!((ours - units(published, decimals)).abs() <= 1, "{ours} is not {published}");
}

#[test]
fn longley() {
	let decimals = [1, 0, 0, 0, 0, 0];
	let mut columns: Vec<Column> = (decimals.iter().enumerate())
		.map(|(i, decimals)| column(&format!("x{}", i + 1), *decimals, 0, 1_000_000))
		.collect();
	columns.push(column("y", 0, 0, 100_000));
	let spec = spec(Statistic::Regression, columns);
	let mut rows = Rows::new(&spec);
	for [y, xs @ ..] in LONGLEY {
		let xs = xs.iter().zip(decimals).map(|(x, decimals)| Some(units(x, decimals)));
		rows.push(&xs.chain([Some(units(y, 0))]).collect::<Vec<_>>(), None).unwrap();
	}
	let tree = whole(&spec, &rows).to_named();
	for (name, estimate, deviation) in LONGLEY_CERTIFIED {
		let digits = Digits::Significant(17);
		assert_close(&rendered(&tree, &["coefficients", name], digits), estimate);
		assert_close(&rendered(&tree, &["std_errors", name], digits), deviation);
	}
	assert_close(&rendered(&tree, &["r_squared"], Digits::Decimals(17)), "0.995479004577296");
}

/// F. J. Anscombe, "Graphs in Statistical Analysis", The American Statistician 27 (1973): four data sets with the
/// same mean, variance, correlation and regression to two or three digits.
const ANSCOMBE: [([i64; 11], [i64; 11]); 4] = [
	(
		[10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5],
		[804, 695, 758, 881, 833, 996, 724, 426, 1084, 482, 568],
	),
	(
		[10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5],
		[914, 814, 874, 877, 926, 810, 613, 310, 913, 726, 474],
	),
	(
		[10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5],
		[746, 677, 1274, 711, 781, 884, 608, 539, 815, 642, 573],
	),
	([8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8], [658, 576, 771, 884, 847, 704, 525, 1250, 556, 791, 689]),
];

#[test]
fn anscombe() {
	let (x, y) = (column("x", 0, 0, 20), column("y", 2, 0, 2000));
	for (xs, ys) in ANSCOMBE {
		let pairs: Vec<[i64; 2]> = xs.into_iter().zip(ys).map(|(x, y)| [x, y]).collect();
		let pairs: Vec<&[i64]> = pairs.iter().map(|pair| pair.as_slice()).collect();
		let tree = |statistic, columns: Vec<Column>, rows: &[&[i64]]| {
			let spec = spec(statistic, columns);
			whole(&spec, &table(&spec, rows)).to_named()
		};
		let two = Digits::Decimals(2);
		let line = tree(Statistic::Regression, vec![x.clone(), y.clone()], &pairs);
		assert_eq!(rendered(&line, &["count"], two), "11");
		assert_eq!(rendered(&line, &["coefficients", "intercept"], two), "3.00");
		assert_eq!(rendered(&line, &["coefficients", "x"], two), "0.50");
		assert_eq!(rendered(&line, &["std_errors", "x"], Digits::Decimals(3)), "0.117");
		assert_eq!(rendered(&line, &["r_squared"], two), "0.67");
		let pair = tree(Statistic::Correlation, vec![x.clone(), y.clone()], &pairs);
		assert_eq!(rendered(&pair, &["correlation"], two), "0.81");
		let ys: Vec<[i64; 1]> = ys.map(|y| [y]).to_vec();
		let ys: Vec<&[i64]> = ys.iter().map(|y| y.as_slice()).collect();
		let spread = tree(Statistic::Std, vec![y.clone()], &ys);
		assert_eq!(rendered(&spread, &["mean"], two), "7.50");
		assert!(["4.12", "4.13"].contains(&rendered(&spread, &["variance"], two).as_str()));
		assert_eq!(rendered(&spread, &["std"], two), "2.03");
	}
}

/// NIST Statistical Reference Datasets, "NumAcc1" and "NumAcc3": univariate data that defeat one-pass floats.
#[test]
fn numerical_accuracy() {
	let first = spec(Statistic::Std, vec![column("x", 0, 0, 100_000_000)]);
	let rows = table(&first, &[&[10_000_001], &[10_000_003], &[10_000_002]]);
	let tree = whole(&first, &rows).to_named();
	assert_eq!(rendered(&tree, &["mean"], Digits::Decimals(3)), "10000002.000");
	assert_eq!(rendered(&tree, &["std"], Digits::Decimals(3)), "1.000");

	let third = spec(Statistic::Std, vec![column("x", 1, 0, 100_000_000)]);
	let mut rows = table(&third, &[&[10_000_002]]);
	for _ in 0..500 {
		rows.push(&[Some(10_000_001)], None).unwrap();
		rows.push(&[Some(10_000_003)], None).unwrap();
	}
	let tree = whole(&third, &rows).to_named();
	assert_eq!(rendered(&tree, &["mean"], Digits::Decimals(3)), "1000000.200");
	assert_eq!(rendered(&tree, &["std"], Digits::Decimals(15)), "0.100000000000000");
}

#[test]
fn weighted_and_vector_means() {
	// grades 80 and 90 of classes of 20 and 30 pupils: the textbook's 86
	let weighted =
		spec(Statistic::WeightedMean, vec![column("grade", 0, 0, 100), column("pupils", 0, 0, 40)]);
	let tree = whole(&weighted, &table(&weighted, &[&[80, 20], &[90, 30]])).to_named();
	assert_eq!(rendered(&tree, &["mean"], Digits::Decimals(1)), "86.0");
	assert_eq!(rendered(&tree, &["weight_sum"], Digits::Decimals(1)), "50");
	assert_eq!(rendered(&tree, &["weighted_sum"], Digits::Decimals(1)), "4300");

	let averaging = spec(
		Statistic::VectorMean,
		vec![column("u", 2, -500, 500), column("v", 3, -500, 500), column("n", 1, 1, 100)],
	);
	let rows = table(&averaging, &[&[100, -400, 10], &[-200, 200, 30]]);
	let tree = whole(&averaging, &rows).to_named();
	assert_eq!(rendered(&tree, &["mean", "u"], Digits::Decimals(4)), "-1.2500");
	assert_eq!(rendered(&tree, &["mean", "v"], Digits::Decimals(4)), "0.0500");
	assert_eq!(rendered(&tree, &["weight_sum"], Digits::Decimals(4)), "4.0");
}
