//! An event as a record.

use super::value::value;
use crate::{
	chain::{Event, Head, Metadata},
	view::lines::hex,
};
use codec::DecodeAll;
use ostraka_party::{json::Tree, lines::scalar};
use ostraka_primitives::{task::FailReason, TaskId};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

/// The pallets whose events are told.
const PALLETS: [&str; 5] = ["Registry", "Tasks", "Consent", "Vss", "Incentives"];
/// The reasons for which a task fails.
const REASONS: [FailReason; 11] = [
	FailReason::NoCommittee,
	FailReason::TooFewDealers,
	FailReason::TooFewShares,
	FailReason::Cancelled,
	FailReason::TooFewAcceptances,
	FailReason::NoDealings,
	FailReason::UnsoundCommitments,
	FailReason::DealerMissing,
	FailReason::NotCounted,
	FailReason::Differencing,
	FailReason::MaskMissing,
];

/// An event, as JSON.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Record {
	block: u32,
	hash: String,
	/// Whether the block can no longer lose to another.
	r#final: bool,
	/// Place among all events of the block.
	index: u32,
	/// Place of the extrinsic that caused it; null if the block itself did.
	extrinsic: Option<u32>,
	event: String,
	/// The task that it is about, if it is about one.
	task: Option<TaskId>,
	#[schemars(with = "serde_json::Map<String, Json>")]
	fields: Tree,
}

/// A block that lost, as JSON.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lost {
	block: u32,
	hash: String,
	lost: bool,
}

/// A block that lost to another.
pub fn lost(block: Head) -> Lost {
	Lost { block: block.number, hash: hex(block.hash), lost: true }
}

/// An event's record; `None` if it is of a pallet that is not told of.
///
/// # Errors
/// What cannot be read.
pub fn of_event(
	metadata: &Metadata,
	block: Head,
	is_final: bool,
	event: &Event,
	index: u32,
) -> Result<Option<Record>, String> {
	if !PALLETS.contains(&event.pallet.as_str()) {
		return Ok(None);
	}
	let title = format!("{}.{}", event.pallet, event.name);
	let unknown = || format!("the event {title} is not in the chain's metadata");
	let pallet = metadata.pallet_by_name(&event.pallet).ok_or_else(unknown)?;
	let variants = pallet.event_variants().ok_or_else(unknown)?;
	let variant = variants.iter().find(|one| one.name == event.name).ok_or_else(unknown)?;
	let mut fields = Vec::new();
	for field in &variant.fields {
		let name = field.name.clone().unwrap_or_default();
		let bytes = event.bytes(&name).ok_or_else(unknown)?;
		let value = numbers(&name, bytes)
			.or_else(|| value(metadata.types(), field.ty.id, bytes))
			.ok_or_else(|| format!("the event {title}: its field {name} cannot be read"))?;
		fields.push((name, value));
	}
	Ok(Some(Record {
		block: block.number,
		hash: hex(block.hash),
		r#final: is_final,
		index,
		extrinsic: event.extrinsic,
		task: event.field("task"),
		event: title,
		fields: Tree::Map(fields),
	}))
}

impl Record {
	/// The task that it is about.
	pub fn task(&self) -> Option<TaskId> {
		self.task
	}

	/// What happened, and in which block.
	pub fn title(&self) -> String {
		format!("{} in block {}", self.event, self.block)
	}

	/// It as a line for people.
	pub fn line(&self) -> String {
		let open = if self.r#final { "" } else { " (not final)" };
		let mut line = format!("block {}{open}: {}", self.block, self.event);
		if let Tree::Map(fields) = &self.fields {
			for (name, value) in fields {
				line.push_str(&format!(", {name} {}", text(value)));
			}
		}
		if let Some(meaning) = self.meaning() {
			line.push_str(&format!(": {meaning}"));
		}
		line
	}

	/// What it means, where its names do not say it.
	fn meaning(&self) -> Option<String> {
		let field = |name: &str| match &self.fields {
			Tree::Map(fields) => {
				fields.iter().find(|(other, _)| other == name).map(|(_, value)| value)
			},
			_ => None,
		};
		let number = |name: &str| field(name).map(text).unwrap_or_default();
		match self.event.as_str() {
			"Tasks.TaskFailed" => reason(field("reason")?).map(str::to_owned),
			"Tasks.TaskSettled" => match field("outcome")? {
				Tree::Map(outcome) => reason(&outcome.first()?.1).map(str::to_owned),
				_ => None,
			},
			"Consent.PolicySet" => Some("what is tighter holds at once".to_owned()),
			"Consent.LooseningSet" => {
				Some(format!("until block {} what held before holds", number("at")))
			},
			"Consent.TooNear" => Some(format!(
				"the accepted sets of tasks {} and {} differ by {} dealers, and must be the same or differ by {} at least",
				number("task"),
				number("other"),
				number("differ"),
				number("least")
			)),
			"Consent.NotCounted" => Some(format!(
				"a dealer of task {}, which counted the contributors, is missing or dealt another data set",
				number("counting")
			)),
			_ => None,
		}
	}
}

/// Why a task failed, in words.
fn reason(value: &Tree) -> Option<&'static str> {
	let name = text(value);
	REASONS.iter().find(|reason| format!("{reason:?}") == name).map(FailReason::explain)
}

/// Seats, which are small numbers and no string of bytes, one by one.
fn numbers(name: &str, bytes: &[u8]) -> Option<Tree> {
	let seats = (name == "seats").then(|| Vec::<u8>::decode_all(&mut &bytes[..]).ok()).flatten()?;
	Some(Tree::List(seats.into_iter().map(|seat| Tree::Leaf(Json::from(seat))).collect()))
}

/// A value in a line.
fn text(value: &Tree) -> String {
	match value {
		Tree::Leaf(leaf) => scalar(leaf),
		Tree::List(items) => {
			format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(" "))
		},
		Tree::Map(entries) => {
			let entries = entries.iter().map(|(name, value)| format!("{name} {}", text(value)));
			format!("({})", entries.collect::<Vec<_>>().join(", "))
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use serde_json::json;

	fn sample() -> Record {
		let leaf = |value: Json| Tree::Leaf(value);
		let reason = Tree::Map(vec![("Failed".to_owned(), leaf(json!("TooFewDealers")))]);
		Record {
			block: 12,
			hash: "0x07".to_owned(),
			r#final: true,
			index: 3,
			extrinsic: None,
			event: "Tasks.TaskSettled".to_owned(),
			task: Some(7),
			fields: Tree::Map(vec![
				("task".to_owned(), leaf(json!(7))),
				("outcome".to_owned(), reason),
				(
					"members".to_owned(),
					Tree::List(vec![leaf(json!("5G")), leaf(json!("5F\u{1b}"))]),
				),
			]),
		}
	}

	#[test]
	fn an_event_is_a_line() {
		let mut record = sample();
		assert_eq!(
			record.line(),
			"block 12: Tasks.TaskSettled, task 7, outcome (Failed TooFewDealers), members [5G 5F\\u{1b}]: fewer dealings were \
			 accepted than the task promises"
		);
		record.r#final = false;
		assert!(record.line().starts_with("block 12 (not final): Tasks"));
		assert_eq!(record.title(), "Tasks.TaskSettled in block 12");
	}

	#[test]
	fn what_dealers_allow_is_told_in_words() {
		let leaf = |value: Json| Tree::Leaf(value);
		let told = |event: &str, fields: &[(&str, Json)]| {
			let fields =
				fields.iter().map(|(name, value)| ((*name).to_owned(), leaf(value.clone())));
			let fields = Tree::Map(fields.collect());
			Record { event: event.to_owned(), fields, ..sample() }.line()
		};
		let near =
			[("task", json!(7)), ("other", json!(5)), ("differ", json!(1)), ("least", json!(4))];
		assert_eq!(
			told("Consent.TooNear", &near),
			"block 12: Consent.TooNear, task 7, other 5, differ 1, least 4: the accepted sets of tasks 7 and 5 differ by 1 \
			 dealers, and must be the same or differ by 4 at least"
		);
		let missing = told("Consent.NotCounted", &[("task", json!(7)), ("counting", json!(6))]);
		assert!(missing.contains(": a dealer of task 6, which counted"), "{missing}");
		for reason in REASONS {
			let failed = [("task", json!(7)), ("reason", json!(format!("{reason:?}")))];
			let line = told("Tasks.TaskFailed", &failed);
			assert!(line.ends_with(&format!(": {}", reason.explain())), "{line}");
		}
		assert!(told("Tasks.TaskFailed", &[("reason", json!("New"))]).ends_with(", reason New"));
	}

	#[test]
	fn seats_are_told_one_by_one() {
		let told = |name: &str, bytes: &[u8]| numbers(name, bytes).map(|tree| tree.to_json());
		let seats = vec![2u8, 8, 10].encode();
		assert_eq!(told("seats", &seats), Some(json!([2, 8, 10])));
		assert_eq!(told("seats", &Vec::<u8>::new().encode()), Some(json!([])));
		// other bytes are a string of them, and what is longer than it says is none
		assert_eq!(told("vector", &seats), None);
		assert_eq!(told("seats", &[&seats[..], &[1]].concat()), None);
		let record = Record {
			event: "Vss.AttestedFalsely".to_owned(),
			fields: Tree::Map(vec![
				("task".to_owned(), Tree::Leaf(json!(7))),
				("seats".to_owned(), numbers("seats", &seats).expect("a list")),
				("exposer".to_owned(), Tree::Leaf(json!("5G"))),
			]),
			..sample()
		};
		let line = "block 12: Vss.AttestedFalsely, task 7, seats [2 8 10], exposer 5G";
		assert_eq!(record.line(), line);
	}

	#[test]
	fn an_event_is_json() {
		let record = serde_json::to_value(sample()).expect("JSON");
		assert_eq!(record["final"], true);
		assert_eq!((&record["block"], &record["extrinsic"]), (&json!(12), &Json::Null));
		assert_eq!(record["fields"]["outcome"]["Failed"], "TooFewDealers");
	}
}
