//! Medians and quartiles, and the slope of a line.

use std::time::Duration;

/// What is said of a set of durations, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
	/// How many there were.
	pub count: usize,
	/// The smallest.
	pub min: f64,
	/// The first quartile.
	pub low: f64,
	/// The median.
	pub median: f64,
	/// The third quartile.
	pub high: f64,
	/// The largest.
	pub max: f64,
}

impl Summary {
	/// Sums up; zeros for nothing.
	pub fn of(durations: &[Duration]) -> Self {
		let mut times: Vec<f64> = durations.iter().map(|time| time.as_secs_f64() * 1e3).collect();
		times.sort_by(f64::total_cmp);
		// between neighbours, as most programs do it
		let at = |quantile: f64| {
			let place = quantile * times.len().saturating_sub(1) as f64;
			let (low, high) = (place.floor() as usize, place.ceil() as usize);
			let value = |place: usize| times.get(place).copied().unwrap_or_default();
			value(low) + (value(high) - value(low)) * place.fract()
		};
		Self {
			count: times.len(),
			min: at(0.),
			low: at(0.25),
			median: at(0.5),
			high: at(0.75),
			max: at(1.),
		}
	}
}

/// The slope of the least-squares line through points.
pub fn slope(points: &[(f64, f64)]) -> f64 {
	let count = points.len() as f64;
	let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
	let (x, y) = (mean(|point| point.0), mean(|point| point.1));
	let covariance: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
	covariance / points.iter().map(|point| (point.0 - x).powi(2)).sum::<f64>()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn quartiles_lie_where_they_should() {
		let times: Vec<_> = [5, 1, 4, 2, 3].map(Duration::from_millis).to_vec();
		let summary = Summary::of(&times);
		assert_eq!((summary.min, summary.low, summary.median), (1., 2., 3.));
		assert_eq!((summary.high, summary.max, summary.count), (4., 5., 5));
		assert_eq!(Summary::of(&times[..2]).median, 3.);
		assert_eq!(Summary::of(&[]).median, 0.);
	}

	#[test]
	fn the_slope_of_a_line_is_its_slope() {
		assert_eq!(slope(&[(1., 3.), (2., 5.), (4., 9.)]), 2.);
	}
}
