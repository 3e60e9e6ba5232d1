//! Times as text.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A time in UTC, to the second: `2026-02-28T09:05:00Z`.
pub fn utc(time: SystemTime) -> String {
	const DAY: u64 = 24 * 60 * 60;
	let seconds = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
	let (year, month, day) = date(seconds / DAY);
	let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
	format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a number of days since 1970: the Gregorian calendar, counted from a 1 March, so that a leap day
/// ends a year.
fn date(days: u64) -> (u64, u64, u64) {
	const TO_1970: u64 = 719_468;
	const ERA: u64 = 146_097;
	let days = days + TO_1970;
	let (era, of_era) = (days / ERA, days % ERA);
	let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
	let of_year = of_era - (365 * year + year / 4 - year / 100);
	let from_march = (5 * of_year + 2) / 153;
	let day = of_year - (153 * from_march + 2) / 5 + 1;
	let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
	(era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn times_are_dates() {
		let of = |seconds| utc(UNIX_EPOCH + Duration::from_secs(seconds));
		assert_eq!(of(0), "1970-01-01T00:00:00Z");
		assert_eq!(of(951_782_400), "2000-02-29T00:00:00Z");
		assert_eq!(of(1_709_251_199), "2024-02-29T23:59:59Z");
		assert_eq!(of(1_767_225_600), "2026-01-01T00:00:00Z");
		assert_eq!(of(4_107_542_400), "2100-03-01T00:00:00Z");
		assert_eq!(utc(UNIX_EPOCH - Duration::from_secs(9)), "1970-01-01T00:00:00Z");
	}
}
