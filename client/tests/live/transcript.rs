//! A transcript, held against docs/TRANSCRIPT.md: its table of fields, and those of its checks that need no curve. The
//! hashes are computed here by what that page says, not by the library.

use serde_json::Value;
use sha2::{Digest, Sha256};

const PAGE: &str = include_str!("../../../docs/TRANSCRIPT.md");

/// Makes the checks.
#[track_caller]
pub fn check(transcript: &Value) {
	fields(transcript);
	task_hash(transcript);
	dealings(transcript);
	accepted_set(transcript);
	let checks = list(transcript, "/checks");
	assert!(checks.len() >= 5);
	for check in checks {
		// of a sealed result nobody says what it is, until it is opened
		let is_sealed = !at(transcript, "/result/sealed_to").is_null()
			&& at(transcript, "/result/opening").is_null()
			&& check["what"] == "the result is one that data can give";
		assert_eq!(check["holds"], if is_sealed { Value::Null } else { true.into() }, "{check}");
	}
}

/// Every field of the page's table is in the transcript, and the transcript has no section that the table does not name.
#[track_caller]
fn fields(transcript: &Value) {
	let table = PAGE.lines().skip_while(|line| !line.starts_with("| field | what |"));
	let rows = table.take_while(|line| line.starts_with('|')).filter(|row| row.starts_with("| `"));
	let mut documented = Vec::new();
	for row in rows {
		let cell = row.split('|').nth(1).expect("a first cell");
		let mut parent = String::new();
		for name in cell.split('`').skip(1).step_by(2) {
			// `task.seats`, `threshold`: what follows a name with a dot has the same parent
			let full = match name.rsplit_once('.') {
				Some((before, _)) => {
					parent = before.to_owned();
					name.to_owned()
				},
				None if parent.is_empty() => name.to_owned(),
				None => format!("{parent}.{name}"),
			};
			documented.push(full);
		}
	}
	assert!(documented.len() > 30, "{documented:?}");
	for name in &documented {
		let pointer = format!("/{}", name.replace("[]", "/0").replace('.', "/"));
		// what a result that is not sealed has nothing in
		if is_null_above(transcript, &pointer) {
			continue;
		}
		let is_list_alone = name.ends_with("[]");
		let pointer =
			if is_list_alone { pointer.trim_end_matches("/0").to_owned() } else { pointer };
		assert!(
			transcript.pointer(&pointer).is_some(),
			"the transcript has no `{name}` ({pointer})"
		);
	}
	for section in transcript.as_object().expect("an object").keys() {
		let is_named = |name: &String| name.split(['.', '[']).next() == Some(section.as_str());
		assert!(documented.iter().any(is_named), "the page does not name `{section}`");
	}
}

/// Whether something above this place is null.
fn is_null_above(transcript: &Value, pointer: &str) -> bool {
	let above = pointer.match_indices('/').skip(1).filter_map(|(end, _)| pointer.get(..end));
	above.filter_map(|pointer| transcript.pointer(pointer)).any(Value::is_null)
}

#[track_caller]
fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
	value.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}"))
}

#[track_caller]
fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
	at(value, pointer).as_array().unwrap_or_else(|| panic!("{pointer} is no list"))
}

#[track_caller]
fn bytes(value: &Value) -> Vec<u8> {
	let text = value.as_str().and_then(|text| text.strip_prefix("0x"));
	hex::decode(text.unwrap_or_else(|| panic!("{value} is no bytes"))).expect("hexadecimal")
}

#[track_caller]
fn small(value: &Value, pointer: &str) -> u8 {
	let number = at(value, pointer).as_u64().and_then(|number| number.try_into().ok());
	number.unwrap_or_else(|| panic!("{pointer} is no small number"))
}

/// The bytes under a transcript hash.
struct Bytes(Vec<u8>);

impl Bytes {
	fn of(tag: &str) -> Self {
		Self(Vec::new()).variable(tag.as_bytes())
	}

	fn fixed(mut self, field: &[u8]) -> Self {
		self.0.extend_from_slice(field);
		self
	}

	fn number(self, number: u64) -> Self {
		self.fixed(&u32::try_from(number).expect("32 bits").to_le_bytes())
	}

	fn variable(self, field: &[u8]) -> Self {
		self.number(field.len() as u64).fixed(field)
	}

	fn list(self, items: &[Value]) -> Self {
		items
			.iter()
			.fold(self.number(items.len() as u64), |so_far, item| so_far.fixed(&bytes(item)))
	}

	fn hash(&self) -> Vec<u8> {
		Sha256::digest(&self.0).to_vec()
	}
}

#[track_caller]
fn task_hash(transcript: &Value) {
	let published = ["/task/spec_scale", "/task/consent", "/task/conditions_scale"]
		.map(|name| bytes(at(transcript, name)));
	let spec = Bytes::of("ostraka/spec/v1").variable(&published.concat()).hash();
	let number = |pointer| at(transcript, pointer).as_u64().expect("a number");
	let committee = list(transcript, "/committee");
	let preimage = Bytes::of("ostraka/task/v5")
		.fixed(&bytes(at(transcript, "/genesis")))
		.number(number("/task/id"))
		.fixed(&(number("/task/protocol") as u16).to_le_bytes())
		.fixed(&spec)
		.fixed(
			&["class_index", "seats", "threshold"]
				.map(|name| small(transcript, &format!("/task/{name}"))),
		)
		.number(number("/task/conditions/least_dealers"))
		.number(5)
		.number(number("/task/drawn_at"))
		.number(number("/task/windows/collect"))
		.number(number("/task/windows/verify"))
		.number(number("/task/windows/commit"))
		.number(number("/task/windows/reveal"))
		.number(committee.len() as u64);
	let panel = list(transcript, "/panel");
	let seated = |so_far: Bytes, (seat, j): (&Value, u8)| {
		assert_eq!(small(seat, "/seat"), j);
		let keys = ["account_id", "worker", "seal_key"].map(|name| bytes(&seat[name]));
		so_far.fixed(&[j]).fixed(&keys.concat())
	};
	let preimage = committee.iter().zip(1u8..).fold(preimage, seated);
	assert_eq!(panel.len(), usize::from(small(transcript, "/task/verifiers")));
	let behind = small(transcript, "/task/seats") + 1;
	let preimage = panel.iter().zip(behind..).fold(preimage.number(panel.len() as u64), seated);
	assert_eq!(preimage.0, bytes(at(transcript, "/task_hash_preimage")));
	assert_eq!(preimage.hash(), bytes(at(transcript, "/task_hash")));
}

#[track_caller]
fn dealings(transcript: &Value) {
	let recipient = at(transcript, "/task/conditions/sealed_to");
	for dealing in list(transcript, "/dealings") {
		let validity = bytes(&dealing["validity"]);
		// a mask proves nothing
		let is_mask = dealing["dealer"] == *recipient;
		assert_eq!(validity.is_empty(), is_mask, "{dealing}");
		let digest = Bytes::of("ostraka/dealing/v3")
			.fixed(&bytes(at(transcript, "/task_hash")))
			.fixed(&bytes(&dealing["dealer_id"]))
			.fixed(&bytes(&dealing["ephemeral"]))
			.list(list(dealing, "/commitments"))
			.list(list(dealing, "/sealed_hashes"))
			.fixed(&Sha256::digest(&validity));
		assert_eq!(digest.hash(), bytes(&dealing["digest"]));
		assert_eq!((bytes(&dealing["ephemeral"]).len(), bytes(&dealing["proof"]).len()), (32, 64));
		assert_eq!(dealing["counts"], true);
	}
}

#[track_caller]
fn accepted_set(transcript: &Value) {
	let digests = list(transcript, "/accepted_set/digests");
	let is_sealed = !at(transcript, "/task/conditions/sealed_to").is_null();
	let masks = u64::from(is_sealed);
	let dealers = at(transcript, "/accepted_set/dealers").as_u64().expect("a number");
	assert_eq!(digests.len() as u64, dealers + masks);
	assert_eq!(at(transcript, "/result/sealed_to"), at(transcript, "/task/conditions/sealed_to"));
	assert_eq!(digests.len(), list(transcript, "/dealings").len());
	let hash = Bytes::of("ostraka/accepted/v1")
		.fixed(&bytes(at(transcript, "/task_hash")))
		.list(digests)
		.list(list(transcript, "/accepted_set/aggregate"));
	assert_eq!(hash.hash(), bytes(at(transcript, "/accepted_set/h_A")));
	assert_eq!(at(transcript, "/result/commitment"), at(transcript, "/accepted_set/aggregate/0"));
	let right = list(transcript, "/result_shares").iter().filter(|share| share["right"] == true);
	assert!(right.count() > usize::from(small(transcript, "/task/threshold")));
}
