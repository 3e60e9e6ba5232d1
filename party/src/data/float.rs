//! Doubles of files that hold such, as decimals.

/// The shortest decimal whose nearest double (or single) a number is.
pub(super) fn text(
	number: impl Into<f64> + Copy + std::fmt::Display + std::fmt::LowerExp,
) -> String {
	const PLAIN: std::ops::Range<f64> = 1e-7..1e18;
	let size = number.into().abs();
	if size == 0.0 || PLAIN.contains(&size) || !size.is_finite() {
		format!("{number}")
	} else {
		format!("{number:e}")
	}
}

#[cfg(test)]
mod tests {
	use super::text;
	use proptest::prelude::*;

	#[test]
	fn decimals_are_short() {
		let texts = [0.1, 1e-12, 2.5, -3.0, 1e300, 0.0, f64::NAN, f64::INFINITY].map(text);
		assert_eq!(texts, ["0.1", "1e-12", "2.5", "-3", "1e300", "0", "NaN", "inf"]);
		assert_eq!(text(0.1f32), "0.1");
		assert_eq!(text(16_777_216.0f32), "16777216");
	}

	proptest! {
		#[test]
		fn a_text_reads_back_as_the_same_double(number in any::<f64>().prop_filter("no NaN", |x| !x.is_nan())) {
			prop_assert_eq!(text(number).parse::<f64>().map(f64::to_bits), Ok(number.to_bits()));
		}
	}
}
