//! Who has attested, and what it came to, in words.
//!
//! # Terms
//! - *member*: has a seat of the committee. It attests that its shares are right and that all proofs hold.
//! - *verifier*: has a seat of the panel. It attests that all commitments lie in the group and that all proofs hold.
//! - *disproven*: said of a dealing that counts and was found invalid after the accepted set was frozen.

use ostraka_party::words::counted;

/// So many, of so many.
pub type Part = (usize, usize);

/// By whom: of members and of verifiers so many. Nothing is said of those of whom the number is not known, nor of a panel
/// without seats; `None` if nothing is left.
pub fn attested(members: Option<Part>, verifiers: Part) -> Option<String> {
	let part = |(by, of): Part, name: &str| {
		let said = || format!("{by} of {}", counted(of, name));
		(of > 0).then(said)
	};
	let parts = [members.and_then(|members| part(members, "member")), part(verifiers, "verifier")];
	let parts: Vec<String> = parts.into_iter().flatten().collect();
	(!parts.is_empty()).then(|| format!("attested by {}", parts.join(" and ")))
}

/// That dealings which count were found invalid too late to be excluded, if any were.
pub fn disproven(dealings: u32) -> Option<String> {
	let said = || {
		let them = if dealings == 1 { "it" } else { "they" };
		let dealings = counted(dealings as usize, "dealing");
		format!("{dealings}, found invalid after the freeze: {them} changed no number")
	};
	(dealings > 0).then(said)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn both_kinds_of_seats_are_counted() {
		let said = |members, verifiers| attested(members, verifiers).unwrap_or_default();
		let all = "attested by 2 of 3 members and 2 of 2 verifiers";
		assert_eq!(said(Some((2, 3)), (2, 2)), all);
		assert_eq!(said(Some((0, 3)), (0, 1)), "attested by 0 of 3 members and 0 of 1 verifier");
		// a class without a panel, a record that does not say how many members did, and neither
		assert_eq!(said(Some((3, 3)), (0, 0)), "attested by 3 of 3 members");
		assert_eq!(said(None, (1, 2)), "attested by 1 of 2 verifiers");
		assert_eq!(attested(None, (0, 0)), None);
	}

	#[test]
	fn what_was_found_too_late_is_counted() {
		assert_eq!(disproven(0), None);
		let one = "1 dealing, found invalid after the freeze: it changed no number";
		assert_eq!(disproven(1).as_deref(), Some(one));
		assert!(disproven(2).is_some_and(|said| said.starts_with("2 dealings, found invalid")));
	}
}
