//! Which faults a simulation plays: `--faults wrong-share=1,silent-node=1`.

use ostraka_primitives::{
	fault::{AccuserFault, DealerFault},
	task::ClassParameters,
};
use std::fmt;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
	/// A dealer seals to one node a share that does not fit its commitments.
	BadShare,
	/// A dealer seals to one node bytes that do not open.
	Unopenable,
	/// A dealer commits to points outside the group.
	OutsideGroup,
	/// A dealer deals an input that no rows give, with a proof that does not hold.
	ForgedInput,
	/// A dealer sends a dealing whose signature does not hold.
	Malformed,
	/// A dealer sends another's dealing as its own.
	Copied,
	/// A dealer does not deal.
	SilentDealer,
	/// The recipient of a sealed result seals to one node a share of its mask that does not fit its commitments.
	BadMask,
	/// The recipient of a sealed result deals no mask.
	MissingMask,
	/// A node accuses a dealer whose share is right.
	FalseAccusation,
	/// A node accuses with a proof that does not hold.
	WrongProof,
	/// A node challenges a dealing whose proof holds.
	FalseChallenge,
	/// A node reveals a wrong result share.
	WrongShare,
	/// A node reveals another result share than it committed to, a right one.
	Uncommitted,
	/// A node does not reveal its result share.
	SilentNode,
	/// A node attests to all dealings at once, and looks at no proof.
	BlindNode,
	/// A verifier attests to all dealings at once, and looks at none.
	LyingVerifier,
	/// A verifier challenges a dealing whose proof holds.
	FalseVerifier,
	/// A verifier neither challenges nor attests.
	SilentVerifier,
}

/// The kinds with their names in `--faults` and what they are.
const KINDS: [(FaultKind, &str, &str); 19] = [
	(
		FaultKind::BadShare,
		"bad-share",
		"A dealer seals to one node a share that does not fit its commitments",
	),
	(FaultKind::Unopenable, "unopenable", "A dealer seals to one node bytes that do not open"),
	(FaultKind::OutsideGroup, "outside-group", "A dealer commits to points outside the group"),
	(
		FaultKind::ForgedInput,
		"forged-input",
		"A dealer deals an input that no rows give, with a proof that does not hold",
	),
	(FaultKind::Malformed, "malformed", "A dealer sends a dealing whose signature does not hold"),
	(FaultKind::Copied, "copied", "A dealer sends another's dealing as its own"),
	(FaultKind::SilentDealer, "silent-dealer", "A dealer does not deal"),
	(
		FaultKind::BadMask,
		"bad-mask",
		"The recipient of a sealed result seals to one node a share of its mask that does not fit",
	),
	(FaultKind::MissingMask, "missing-mask", "The recipient of a sealed result deals no mask"),
	(
		FaultKind::FalseAccusation,
		"false-accusation",
		"A node accuses a dealer whose share is right",
	),
	(FaultKind::WrongProof, "wrong-proof", "A node accuses with a proof that does not hold"),
	(FaultKind::FalseChallenge, "false-challenge", "A node challenges a dealing whose proof holds"),
	(FaultKind::WrongShare, "wrong-share", "A node reveals a wrong result share"),
	(
		FaultKind::Uncommitted,
		"uncommitted",
		"A node reveals another result share than it committed to, a right one",
	),
	(FaultKind::SilentNode, "silent-node", "A node does not reveal its result share"),
	(
		FaultKind::BlindNode,
		"blind-node",
		"A node attests to all dealings at once, and looks at no proof",
	),
	(
		FaultKind::LyingVerifier,
		"lying-verifier",
		"A verifier attests to all dealings at once, and looks at none",
	),
	(
		FaultKind::FalseVerifier,
		"false-verifier",
		"A verifier challenges a dealing whose proof holds",
	),
	(FaultKind::SilentVerifier, "silent-verifier", "A verifier neither challenges nor attests"),
];

impl FaultKind {
	/// Whether it is a dealer's.
	pub fn is_dealers(self) -> bool {
		matches!(
			self,
			Self::BadShare
				| Self::Unopenable
				| Self::OutsideGroup
				| Self::ForgedInput
				| Self::Malformed
				| Self::Copied
				| Self::SilentDealer
		)
	}

	/// Whether it is that of the recipient of a sealed result.
	pub fn is_recipients(self) -> bool {
		matches!(self, Self::BadMask | Self::MissingMask)
	}

	/// Whether it is a verifier's.
	pub fn is_verifiers(self) -> bool {
		matches!(self, Self::LyingVerifier | Self::FalseVerifier | Self::SilentVerifier)
	}

	/// Whether who does it attests before it could have looked at a proof.
	pub fn attests_at_once(self) -> bool {
		matches!(self, Self::BlindNode | Self::LyingVerifier)
	}

	/// Whether who does it attests at all: whoever is convicted of an accusation or challenge no longer does.
	pub fn attests(self) -> bool {
		let is_convicted = matches!(self, Self::FalseChallenge | Self::FalseVerifier)
			|| self.of_accusation().is_some();
		!is_convicted && self != Self::SilentVerifier
	}

	/// What of a dealing it is that a node finds.
	pub fn of_dealing(self) -> Option<DealerFault> {
		match self {
			Self::BadShare | Self::BadMask => Some(DealerFault::WrongShare),
			Self::Unopenable => Some(DealerFault::Unopenable),
			Self::OutsideGroup => Some(DealerFault::OutsideSubgroup),
			Self::ForgedInput => Some(DealerFault::InvalidInput),
			_ => None,
		}
	}

	/// What of an accusation it is that the chain finds.
	pub fn of_accusation(self) -> Option<AccuserFault> {
		match self {
			Self::FalseAccusation => Some(AccuserFault::FalseAccusation),
			Self::WrongProof => Some(AccuserFault::WrongDleq),
			_ => None,
		}
	}

	/// Whether a node that does it gives no right result share.
	pub fn loses_share(self) -> bool {
		matches!(self, Self::WrongShare | Self::SilentNode)
	}
}

impl fmt::Display for FaultKind {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let kind = KINDS.iter().find(|(kind, ..)| kind == self);
		f.write_str(kind.map_or("", |(_, name, _)| name))
	}
}

/// So many of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
	/// The fault.
	pub kind: FaultKind,
	/// How many do it.
	pub count: usize,
}

/// Reads `KIND` or `KIND=COUNT`.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str) -> Result<Faults, String> {
	let (kind, count) = text.split_once('=').unwrap_or((text, "1"));
	let is_it = |(_, name, _): &&(_, &str, _)| name.eq_ignore_ascii_case(kind.trim());
	let (kind, ..) = KINDS.iter().find(is_it).ok_or_else(|| {
		let names = KINDS.map(|(_, name, _)| name);
		format!("no fault `{kind}`; there are: {}", names.join(", "))
	})?;
	let count = count.trim().parse().map_err(|_| format!("`{count}` is not a number of times"))?;
	Ok(Faults { kind: *kind, count })
}

/// The kinds with what they are, a line each.
pub fn help() -> String {
	let lines = KINDS.iter().map(|(_, name, help)| format!("  {name:<16}  {help}"));
	lines.collect::<Vec<_>>().join("\n")
}

/// Who does what: dealers, nodes and verifiers by place, and the recipient of a sealed result, each with one fault at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
	/// Dealers' faults, by place.
	pub dealers: Vec<Option<FaultKind>>,
	/// The recipient's, if the result is sealed.
	pub recipient: Option<FaultKind>,
	/// The committee's faults, by place (`j - 1`).
	pub nodes: Vec<Option<FaultKind>>,
	/// The panel's, by place (`j - n - 1`).
	pub verifiers: Vec<Option<FaultKind>>,
}

impl Roles {
	/// Hands the faults out, to dealers and to the seats of a class from the places that `start` says on, and to the recipient
	/// if the result is sealed.
	///
	/// # Errors
	/// If there are more faults than dealers, nodes or verifiers, or than one of a recipient, or any of one without a sealed result.
	pub fn cast(
		faults: &[Faults],
		dealers: usize,
		parameters: &ClassParameters,
		sealed: bool,
		start: usize,
	) -> Result<Self, String> {
		let nobody = |number: u8| vec![None; usize::from(number)];
		let mut recipients = nobody(u8::from(sealed));
		let mut roles = Self {
			dealers: vec![None; dealers],
			recipient: None,
			nodes: nobody(parameters.seats),
			verifiers: nobody(parameters.verifiers),
		};
		for fault in faults {
			let (places, who) = if fault.kind.is_dealers() {
				(&mut roles.dealers, "dealers")
			} else if fault.kind.is_recipients() {
				(&mut recipients, "recipients of sealed results")
			} else if fault.kind.is_verifiers() {
				(&mut roles.verifiers, "verifiers")
			} else {
				(&mut roles.nodes, "nodes")
			};
			let all = places.len();
			let free: Vec<usize> = (0..all)
				.map(|i| (start + i) % all.max(1))
				.filter(|place| matches!(places.get(*place), Some(None)))
				.take(fault.count)
				.collect();
			if free.len() < fault.count {
				return Err(format!("--faults: more faults than there are {who} ({all})"));
			}
			for place in free {
				if let Some(role) = places.get_mut(place) {
					*role = Some(fault.kind);
				}
			}
		}
		roles.recipient = recipients.first().copied().flatten();
		Ok(roles)
	}

	/// All seats in their row, with what a report calls them and what they do: `node 1 .. n`, `verifier n + 1 .. n + v`.
	pub fn seats(&self) -> impl Iterator<Item = (String, Option<FaultKind>)> + '_ {
		let nodes = self.nodes.iter().map(|fault| ("node", *fault));
		let verifiers = self.verifiers.iter().map(|fault| ("verifier", *fault));
		let named =
			|(j, (what, fault)): (u32, (&str, Option<FaultKind>))| (format!("{what} {j}"), fault);
		(1u32..).zip(nodes.chain(verifiers)).map(named)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::class;
	use ostraka_primitives::task::SecurityClass;

	#[test]
	fn reads_kinds_and_counts() {
		assert_eq!(parse("bad-share"), Ok(Faults { kind: FaultKind::BadShare, count: 1 }));
		assert_eq!(parse("silent-node=3"), Ok(Faults { kind: FaultKind::SilentNode, count: 3 }));
		assert!(parse("bribe").expect_err("no such fault").contains("wrong-share"));
		assert!(parse("bad-share=x").is_err());
		assert!(parse("bad-share=-1").is_err());
	}

	#[test]
	fn every_kind_has_its_line() {
		let help = help();
		assert_eq!(help.lines().count(), KINDS.len());
		assert!(help.contains("  wrong-share       A node reveals a wrong result share"), "{help}");
		assert!(help.contains("  false-challenge   A node challenges"), "{help}");
		for (kind, name, _) in KINDS {
			assert_eq!(parse(name), Ok(Faults { kind, count: 1 }));
		}
	}

	#[test]
	fn everybody_has_one_fault_at_most() {
		let faults = [parse("bad-share=2").expect("ok"), parse("silent-dealer=1").expect("ok")];
		let class = class::parameters(SecurityClass::Standard, false);
		let roles = Roles::cast(&faults, 4, &class, false, 3).expect("enough dealers");
		assert_eq!(
			roles.dealers,
			[
				Some(FaultKind::BadShare),
				Some(FaultKind::SilentDealer),
				None,
				Some(FaultKind::BadShare)
			]
		);
		assert!(Roles::cast(&faults, 2, &class, false, 0).is_err());
		assert!(Roles::cast(&faults, 0, &class, false, 0).is_err());
	}

	#[test]
	fn a_sealed_result_has_one_recipient() {
		let class = class::parameters(SecurityClass::Standard, false);
		for kind in [FaultKind::BadMask, FaultKind::MissingMask] {
			let faults = [Faults { kind, count: 1 }];
			let roles = Roles::cast(&faults, 3, &class, true, 2).expect("there is one");
			assert_eq!((roles.recipient, roles.dealers), (Some(kind), vec![None; 3]));
			let unsealed = Roles::cast(&faults, 3, &class, false, 2).expect_err("none");
			assert!(unsealed.contains("recipients of sealed results (0)"), "{unsealed}");
			assert!(Roles::cast(&[Faults { kind, count: 2 }], 3, &class, true, 2).is_err());
		}
		let both = ["bad-mask", "missing-mask"].map(|text| parse(text).expect("ok"));
		assert!(Roles::cast(&both, 3, &class, true, 0).is_err(), "one fault at most");
	}

	#[test]
	fn verifiers_are_numbered_on_from_the_committee() {
		let class = class::parameters(SecurityClass::Standard, false);
		let faults = ["blind-node=1", "lying-verifier=1"].map(|text| parse(text).expect("ok"));
		let roles = Roles::cast(&faults, 0, &class, false, 1).expect("enough of each");
		let seats: Vec<(String, Option<FaultKind>)> = roles.seats().collect();
		let named: Vec<&str> = seats.iter().map(|(name, _)| name.as_str()).collect();
		assert_eq!(named, ["node 1", "node 2", "node 3", "verifier 4", "verifier 5"]);
		assert_eq!(seats[1].1, Some(FaultKind::BlindNode));
		assert_eq!(seats[4].1, Some(FaultKind::LyingVerifier));
		let many = [parse("silent-verifier=3").expect("ok")];
		assert!(Roles::cast(&many, 0, &class, false, 0)
			.expect_err("two")
			.contains("verifiers (2)"));
		let none = ClassParameters { verifiers: 0, ..class };
		assert!(Roles::cast(&faults, 0, &none, false, 0).is_err());
	}
}
