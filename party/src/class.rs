//! Security classes, as reports name them and as a simulation plays them. On a chain the runtime's parameters count.

use alloc::{string::String, vec};
use ostraka_primitives::task::{ClassParameters, SecurityClass};

/// The name of a class in reports.
pub fn label(class: SecurityClass) -> &'static str {
	match class {
		SecurityClass::Standard => "Standard",
		SecurityClass::Confidential => "Confidential",
		SecurityClass::Restricted => "Restricted",
	}
}

/// What to do where there are fewer dealers than a class asks for.
pub fn for_more_dealers(class: SecurityClass, is_grouped: bool) -> String {
	let mut ways = vec!["let more dealers take part"];
	if is_grouped {
		ways.insert(0, "name other --groups");
	}
	if class != SecurityClass::Standard {
		ways.insert(0, "take a lower --class");
	}
	ways.join(", or ")
}

/// A class's parameters as a dev chain or a production chain sets them.
pub fn parameters(class: SecurityClass, production: bool) -> ClassParameters {
	// Seats, threshold, verifiers.
	let (dev, real, stake_factor, least_dealers) = match class {
		SecurityClass::Standard => ((3, 1, 2), (7, 3, 3), 1, 3),
		SecurityClass::Confidential => ((5, 2, 2), (13, 6, 3), 2, 5),
		SecurityClass::Restricted => ((7, 3, 3), (31, 15, 5), 5, 10),
	};
	let (seats, threshold, verifiers) = if production { real } else { dev };
	ClassParameters { seats, threshold, stake_factor, least_dealers, verifiers }
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn there_is_no_class_below_the_lowest() {
		let ways = |class| for_more_dealers(class, true);
		assert!(
			ways(SecurityClass::Confidential).contains("--class, or name other --groups, or let")
		);
		assert!(!ways(SecurityClass::Standard).contains("--class"));
		assert!(!for_more_dealers(SecurityClass::Restricted, false).contains("--groups"));
	}

	#[test]
	fn all_parameters_are_sound() {
		for class in
			[SecurityClass::Standard, SecurityClass::Confidential, SecurityClass::Restricted]
		{
			for production in [false, true] {
				assert!(parameters(class, production).is_sound(), "{class:?}");
			}
		}
	}
}
