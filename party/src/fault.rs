//! Faults in words: the name that the chain's events have, and what it means.

use alloc::{format, string::String};
use ostraka_primitives::fault::{AccuserFault, DealerFault};

/// What a dealer is convicted of: its name, and what is wrong with the dealing.
pub fn dealer(fault: DealerFault) -> String {
	let what = match fault {
		DealerFault::Unopenable => "a sealed share does not open",
		DealerFault::NonCanonicalScalar => "a sealed share holds a number that is no scalar",
		DealerFault::WrongShare => "a sealed share does not fit the commitments",
		DealerFault::OutsideSubgroup => "a commitment lies outside the group",
		DealerFault::InvalidInput => "the proof that its input is valid does not hold",
	};
	format!("{fault:?}, {what}")
}

/// What an accuser or challenger is convicted of: its name, and what is wrong with the accusation.
pub fn accuser(fault: AccuserFault) -> String {
	let what = match fault {
		AccuserFault::InvalidDh => "the value that it reveals is no key",
		AccuserFault::WrongDleq => "the proof of the value that it reveals does not hold",
		AccuserFault::FalseAccusation => "the share that it accuses is right",
		AccuserFault::FalseChallenge => "the proof that it challenges holds",
	};
	format!("{fault:?}, {what}")
}

/// What a node is convicted of that attested to a dealing with this fault.
pub fn attester(fault: DealerFault) -> String {
	let what = match fault {
		DealerFault::OutsideSubgroup => {
			"a commitment of a dealing that it attested to lies outside the group"
		},
		_ => "the proof of a dealing that it attested to does not hold",
	};
	format!("FalseAttestation, {what}")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_fault_is_named_as_on_the_chain_and_explained() {
		let said = dealer(DealerFault::InvalidInput);
		assert_eq!(said, "InvalidInput, the proof that its input is valid does not hold");
		let said = accuser(AccuserFault::FalseChallenge);
		assert_eq!(said, "FalseChallenge, the proof that it challenges holds");
		let said = attester(DealerFault::InvalidInput);
		assert_eq!(
			said,
			"FalseAttestation, the proof of a dealing that it attested to does not hold"
		);
	}
}
