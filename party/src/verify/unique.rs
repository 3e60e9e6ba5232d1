//! JSON in which no name stands twice in an object, at any depth. Of such a pair one program believes the first and another
//! the last, and a reader sees both.

use alloc::{collections::BTreeSet, string::String};
use core::fmt;
use serde::{
	de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
	Deserialize,
};
use serde_json::Value;

/// That no object of a value has a name twice.
struct Unique;

/// Reads a text of JSON. What its values are is for `serde_json` to say, whichever features it has; the names are looked at before.
///
/// # Errors
/// It is none, or an object in it has the same name twice.
pub(super) fn parse(text: &str) -> Result<Value, serde_json::Error> {
	serde_json::from_str::<Unique>(text)?;
	serde_json::from_str(text)
}

impl<'de> Deserialize<'de> for Unique {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		Seed.deserialize(deserializer).map(|()| Self)
	}
}

/// Looks through a value, and through all within it.
struct Seed;

impl<'de> DeserializeSeed<'de> for Seed {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_any(self)
	}
}

impl<'de> Visitor<'de> for Seed {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("JSON")
	}

	fn visit_unit<E: Error>(self) -> Result<(), E> {
		Ok(())
	}

	fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
		Ok(())
	}

	fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
		Ok(())
	}

	fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
		Ok(())
	}

	fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
		Ok(())
	}

	fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
		Ok(())
	}

	fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
		while list.next_element_seed(Self)?.is_some() {}
		Ok(())
	}

	fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
		let mut names = BTreeSet::new();
		while let Some(name) = object.next_key::<String>()? {
			if !names.insert(name) {
				return Err(A::Error::custom("an object has the same name twice"));
			}
			object.next_value_seed(Self)?;
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_has_no_name_twice_is_read_as_ever() {
		let text =
			r#"{"a":[null,true,-1,1.5,18446744073709551615,"x\n\u00e9"],"b":{"a":{}},"c":[]}"#;
		let expected: Value = serde_json::from_str(text).expect("JSON");
		assert_eq!(parse(text).expect("JSON"), expected);
		for text in ["", "{", "[1,]", "1 2", r#"{"a":1"#] {
			assert!(parse(text).is_err(), "{text}");
		}
		assert!(parse(&"[".repeat(1 << 16)).is_err(), "it is nested too deeply");
	}

	#[test]
	fn a_name_twice_is_refused_at_any_depth() {
		for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"b":2,"a":1}}]"#, r#"{"a":1,"\u0061":2}"#]
		{
			let error = parse(text).expect_err(text).to_string();
			assert!(error.contains("the same name twice"), "{error}");
		}
	}
}
