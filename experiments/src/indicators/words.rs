//! What the attacks saw, in words.

/// A sum, or its absence, as a sentence has it.
pub fn sum(sum: Option<u64>) -> String {
	sum.map_or_else(|| "no sum".to_owned(), |sum| sum.to_string())
}

/// A user's value, or its absence.
pub fn value(value: Option<u64>) -> String {
	value.map_or_else(|| "no value".to_owned(), |value| value.to_string())
}

/// Servers by their numbers: `nodes 1 and 2`.
pub fn named<T: ToString>(servers: &str, numbers: &[T]) -> String {
	let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
	match numbers.split_last() {
		None => format!("no {servers}"),
		Some((last, [])) => format!("number {last} of the {servers}"),
		Some((last, others)) => format!("{servers} {} and {last}", others.join(", ")),
	}
}

/// What happens to something that should be refused.
pub fn refused(is_refused: bool) -> &'static str {
	if is_refused {
		"is refused"
	} else {
		"is accepted"
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_was_seen_is_told_in_words() {
		assert_eq!((sum(Some(7)).as_str(), sum(None).as_str()), ("7", "no sum"));
		assert_eq!((value(Some(7)).as_str(), value(None).as_str()), ("7", "no value"));
		assert_eq!(named("nodes", &[1, 2]), "nodes 1 and 2");
		assert_eq!(named("nodes", &[1, 2, 5]), "nodes 1, 2 and 5");
		assert_eq!(named("nodes", &[3]), "number 3 of the nodes");
		assert_eq!(named::<u8>("nodes", &[]), "no nodes");
		assert_eq!([refused(true), refused(false)], ["is refused", "is accepted"]);
	}
}
