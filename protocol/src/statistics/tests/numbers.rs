//! Printing and equality of exact numbers.

use super::*;
use crate::statistics::number::{pow10, ratio};
use num_bigint::BigInt;

fn fraction(numerator: i64, denominator: i64) -> Number {
	Number::Ratio(ratio(numerator.into(), denominator.into()).unwrap())
}

fn root(negative: bool, numerator: i64, denominator: i64) -> Number {
	Number::root(negative, ratio(numerator.into(), denominator.into()).unwrap()).unwrap()
}

#[test]
fn fractions_round_half_to_even() {
	for (number, decimals, text) in [
		(fraction(1, 8), 2, "0.12"),
		(fraction(3, 8), 2, "0.38"),
		(fraction(-1, 8), 2, "-0.12"),
		(fraction(-3, 8), 2, "-0.38"),
		(fraction(5, 2), 0, "2"),
		(fraction(7, 2), 0, "4"),
		(fraction(2, 3), 5, "0.66667"),
		(fraction(-2, 3), 5, "-0.66667"),
		(fraction(-1, 1000), 2, "0.00"),
		(fraction(1999, 1000), 2, "2.00"),
		(fraction(7, 1), 3, "7.000"),
	] {
		assert_eq!(number.render(Digits::Decimals(decimals)), text, "{number}");
	}
}

#[test]
fn roots_are_truncated() {
	for (number, decimals, text) in [
		(root(false, 2, 1), 10, "1.4142135623"),
		(root(true, 2, 1), 3, "-1.414"),
		(root(false, 9, 4), 1, "1.5"),
		(root(false, 9999, 10000), 2, "0.99"),
		(root(true, 0, 1), 2, "0.00"),
		(root(false, 1, 3), 0, "0"),
	] {
		assert_eq!(number.render(Digits::Decimals(decimals)), text, "{number}");
	}
	assert_eq!(Number::root(false, ratio((-1).into(), 1.into()).unwrap()), None);
}

#[test]
fn significant_digits_follow_the_size() {
	for (number, digits, text) in [
		(fraction(1, 3_000_000), 4, "0.0000003333"),
		(fraction(-1, 1000), 3, "-0.00100"),
		(fraction(999, 1000), 2, "1.00"),
		(fraction(10, 3), 4, "3.333"),
		(fraction(123_456, 1), 2, "123456"),
		(fraction(99, 1), 4, "99.00"),
		(fraction(0, 1), 3, "0.00"),
		(root(false, 2, 1_000_000), 4, "0.001414"),
		(root(false, 2, 10_000_000), 4, "0.0004472"),
		(root(false, 12_345_678, 1), 2, "3513"),
	] {
		assert_eq!(number.render(Digits::Significant(digits)), text, "{number}");
	}
}

#[test]
fn integers_and_decimals_print_exactly() {
	for digits in [Digits::Decimals(0), Digits::Decimals(9), Digits::Significant(1)] {
		assert_eq!(Number::Integer(BigInt::from(-12)).render(digits), "-12");
		assert_eq!(Number::decimal(-5, 2).render(digits), "-0.05");
		assert_eq!(Number::decimal(1200, 2).render(digits), "12.00");
		assert_eq!(Number::decimal(12, 0).render(digits), "12");
	}
	assert_eq!(fraction(6, -4).to_string(), "-3/2");
	assert_eq!(root(true, 4, 6).to_string(), "-sqrt(2/3)");
	assert_eq!(ratio(BigInt::from(1), BigInt::from(0)), None);
	assert_eq!(pow10(3), BigInt::from(1000));
}

#[test]
fn quantiles_lie_in_their_bins() {
	let spec = with_edges(
		spec(Statistic::Quantiles, vec![column("x", 1, 0, 1000)]),
		&[100, 200, 400],
		&[1, 250, 500, 750, 999],
	);
	// bins: 1 below 10.0, 2 in [10, 20), 4 in [20, 40), 1 above
	let rows = table(&spec, &[&[5], &[100], &[199], &[200], &[250], &[300], &[399], &[400]]);
	let Summary::Quantiles { quantiles, .. } = whole(&spec, &rows) else { panic!("quantiles") };
	let shown: Vec<_> = quantiles
		.iter()
		.map(|quantile| {
			let edge = |edge: &Option<Number>| edge.as_ref().map(ToString::to_string);
			let (lower, upper) = &quantile.bounds;
			(quantile.value.render(Digits::Decimals(2)), edge(lower), edge(upper))
		})
		.collect();
	let some = |text: &str| Some(String::from(text));
	assert_eq!(
		shown,
		[
			("10.00".into(), None, some("10.0")),
			("12.50".into(), some("10.0"), some("20.0")),
			("22.50".into(), some("20.0"), some("40.0")),
			("32.50".into(), some("20.0"), some("40.0")),
			("40.00".into(), some("40.0"), None),
		]
	);
}
