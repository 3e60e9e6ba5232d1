//! Who attests, and who is shown to have attested falsely.

use super::fault;
use crate::{
	attestation::Attestation,
	fault as words,
	report::FaultReport,
	simulate::faults::{FaultKind, Roles},
};
use ostraka_primitives::fault::DealerFault;
use std::collections::BTreeMap;

/// The seats that have attested, and what has shown since that they did so falsely.
pub(super) struct Attested<'a> {
	roles: &'a Roles,
	by: BTreeMap<u8, Option<DealerFault>>,
}

impl<'a> Attested<'a> {
	/// Those that attest before anybody could have looked.
	pub(super) fn at_once(roles: &'a Roles) -> Self {
		let mut attested = Self { roles, by: BTreeMap::new() };
		attested.note(|role| role.is_some_and(FaultKind::attests_at_once));
		attested
	}

	/// Everybody else that attests, who has looked.
	pub(super) fn note_others(&mut self) {
		self.note(|role| role.is_none_or(FaultKind::attests));
	}

	fn note(&mut self, is_one: impl Fn(Option<FaultKind>) -> bool) {
		let roles = self.roles;
		for (j, (_, role)) in (1u8..).zip(roles.seats()) {
			if is_one(role) {
				self.by.entry(j).or_default();
			}
		}
	}

	/// A dealing was shown to be wrong. Where everybody can see it, whoever has attested did not look.
	pub(super) fn expose(&mut self, what: DealerFault) {
		if what.is_public() {
			for shown in self.by.values_mut() {
				shown.get_or_insert(what);
			}
		}
	}

	/// What the task's result says of its panel.
	pub(super) fn attestation(&self, disproven: usize) -> Attestation {
		let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
		let members = self.roles.nodes.len();
		let attested =
			self.by.iter().filter(|(j, shown)| usize::from(**j) > members && shown.is_none());
		Attestation {
			attested: number(attested.count()),
			panel: number(self.roles.verifiers.len()),
			disproven: number(disproven),
		}
	}

	/// Who is convicted, who attested without looking and was not found out, and which verifiers slept. Of `disproven` dealings
	/// above none nobody is absent: to such a set nobody owes an attestation.
	pub(super) fn reports(&self, disproven: usize) -> Vec<FaultReport> {
		let report = |(j, (name, role)): (u8, (String, Option<FaultKind>))| {
			let verdict = match (self.by.get(&j), role) {
				(Some(Some(what)), _) => format!("convicted: {}", words::attester(*what)),
				(Some(None), Some(role)) if role.attests_at_once() => {
					"not found out: nothing that it attested to is wrong".to_owned()
				},
				(_, Some(FaultKind::SilentVerifier)) if disproven > 0 => {
					"not punished: what it did not attest to holds an invalid input".to_owned()
				},
				(_, Some(FaultKind::SilentVerifier)) => "absent: it did not attest".to_owned(),
				_ => return None,
			};
			Some(fault(role, &name, verdict))
		};
		(1u8..).zip(self.roles.seats()).filter_map(report).collect()
	}
}
