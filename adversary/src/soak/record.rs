//! What became of the tasks of the soak, and what of it is not as it has to be.

use super::play::{Play, Role};
use crate::{accept::AcceptFault, attest::AttestFault, ledger::Ledger};
use ostraka_primitives::{task::Outcome, AccountId, Balance, TaskId};
use serde_json::{json, Value};
use std::collections::BTreeMap;

/// What is played so often must have been judged at least once.
const OFTEN: usize = 4;

/// What became of a task.
pub struct Record {
	/// Its number.
	pub task: Option<TaskId>,
	/// How it was played.
	pub play: Play,
	/// What the adversary's node did.
	pub role: Role,
	/// Acceptances that the chain refused.
	pub refused: Vec<AcceptFault>,
	/// Dealers who accepted, and did not deal.
	pub vanished: Vec<AccountId>,
	/// How it ended.
	pub outcome: Option<Outcome>,
	/// Whether its result is that of the pooled rows.
	pub right: Option<bool>,
	/// Why it was not played to its end.
	pub error: Option<String>,
	/// What became of the adversary's node.
	pub acted: Acted,
	/// Why it could not do what it was to do.
	pub missed: Option<String>,
	/// Who was convicted by a challenge of an honest dealing that cost a bond, if there was one and it was judged.
	pub challenged: Option<&'static str>,
}

/// What the chain made of what the adversary's node did.
#[derive(Default)]
pub struct Acted {
	/// An attestation that it should not take, and whether it did.
	pub attested: Option<(AttestFault, bool)>,
	/// How its accusation or its result share was judged.
	pub judged: Option<&'static str>,
	/// Whether it committed in time to a right share, and had not attested: it is to be paid less.
	pub is_paid_less: bool,
}

impl Record {
	/// Of a task that is not published yet.
	pub fn new(play: Play) -> Self {
		Self {
			task: None,
			play,
			role: Role::NotDrawn,
			refused: Vec::new(),
			vanished: Vec::new(),
			outcome: None,
			right: None,
			error: None,
			acted: Acted::default(),
			missed: None,
			challenged: None,
		}
	}

	/// Whether it ended as it had to.
	pub fn is_as_expected(&self) -> bool {
		let Acted { attested, judged, .. } = self.acted;
		let is_judged_so = judged.is_none() || judged == self.role.expected();
		self.error.is_none()
			&& self.outcome == Some(self.play.outcome())
			&& self.right != Some(false)
			&& is_judged_so
			&& self.challenged.is_none_or(|convicted| convicted == "accuser")
			&& attested.is_none_or(|(_, was_taken)| !was_taken)
	}

	/// What of deposits and fee is not as it has to be, where the task ended as it had to. `lost`: what a dealer loses who
	/// vanishes.
	pub fn missing(&self, ledger: &Ledger, lost: Balance) -> Option<String> {
		let task = self.task.filter(|_| self.is_as_expected())?;
		let expected: BTreeMap<AccountId, Balance> =
			self.vanished.iter().map(|dealer| (dealer.clone(), lost)).collect();
		let found = ledger.vanished(task);
		if found != expected {
			return Some(format!("task {task}: {expected:?} to be lost, and lost were {found:?}"));
		}
		let forfeited = ledger.forfeited(task);
		if (forfeited > 0) != self.play.forfeits() {
			return Some(format!("task {task}, {:?}: {forfeited} of the fee is lost", self.play));
		}
		if self.acted.is_paid_less && ledger.withheld(task) == 0 {
			return Some(format!("task {task}: a member was silent, and is paid as the others"));
		}
		None
	}

	/// As JSON.
	pub fn json(&self) -> Value {
		json!({
			"task": self.task,
			"play": format!("{:?}", self.play),
			"adversary": format!("{:?}", self.role),
			"refused": format!("{:?}", self.refused),
			"vanished": self.vanished.len(),
			"outcome": self.outcome.map(|outcome| format!("{outcome:?}")),
			"right": self.right,
			"error": self.error,
			"attested": self.acted.attested.map(|(fault, taken)| {
				json!({ "fault": format!("{fault:?}"), "taken": taken })
			}),
			"judged": self.acted.judged,
			"missed": self.missed,
			"challenged_with_bond": self.challenged,
		})
	}
}

/// How often each role was played, and judged.
fn by_role<'a>(records: impl Iterator<Item = &'a Record>) -> BTreeMap<Role, [usize; 2]> {
	let mut roles: BTreeMap<Role, [usize; 2]> = BTreeMap::new();
	for record in records {
		let [played, judged] = roles.entry(record.role).or_default();
		*played += 1;
		*judged += usize::from(record.acted.judged.is_some());
	}
	roles
}

/// Counts of records.
pub fn summary(records: &[Record]) -> Value {
	let count = |is: &dyn Fn(&Record) -> bool| records.iter().filter(|record| is(record)).count();
	let mut plays: BTreeMap<String, usize> = BTreeMap::new();
	for record in records {
		*plays.entry(format!("{:?}", record.play)).or_default() += 1;
	}
	let told = |(role, [played, judged]): (Role, [usize; 2])| {
		(format!("{role:?}"), json!({ "played": played, "judged": judged }))
	};
	let roles: BTreeMap<String, Value> = by_role(records.iter()).into_iter().map(told).collect();
	let mut refused: BTreeMap<String, usize> = BTreeMap::new();
	for fault in records.iter().flat_map(|record| &record.refused) {
		*refused.entry(format!("{fault:?}")).or_default() += 1;
	}
	let mut attested: BTreeMap<String, usize> = BTreeMap::new();
	for (fault, _) in records.iter().filter_map(|record| record.acted.attested) {
		*attested.entry(format!("{fault:?}")).or_default() += 1;
	}
	json!({
		"published": records.len(),
		"completed": count(&|record| record.outcome == Some(Outcome::Completed)),
		"right": count(&|record| record.right == Some(true)),
		"failed": count(&|record| matches!(record.outcome, Some(Outcome::Failed(_)))),
		"not_as_expected": count(&|record| !record.is_as_expected()),
		"adversary_missed": count(&|record| record.missed.is_some()),
		"vanished_dealers": records.iter().map(|record| record.vanished.len()).sum::<usize>(),
		"plays": plays,
		"refused_acceptances": refused,
		"wrong_attestations": attested,
		"false_challenges_with_bond": count(&|record| record.challenged.is_some()),
		"adversary": roles,
	})
}

/// What was played often, and never judged: a cheat that always comes too late shows nothing.
pub fn never_judged(records: &[Record]) -> Vec<String> {
	by_role(records.iter().filter(|record| record.role.expected().is_some()))
		.into_iter()
		.filter(|(_, [played, judged])| *played >= OFTEN && *judged == 0)
		.map(|(role, [played, _])| format!("{role:?} was played {played} times and never judged"))
		.collect()
}
