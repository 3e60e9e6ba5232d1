//! A value of a chain as JSON, by the types of its metadata: accounts are addresses, bytes hexadecimal, numbers of 128 bits
//! text, as in all JSON of this tool.

use codec::{Compact, Decode};
use ostraka_party::{address, json::Tree};
use ostraka_primitives::AccountId;
use scale_info::{form::PortableForm, Field, PortableRegistry, TypeDef, TypeDefPrimitive};
use serde_json::Value as Json;

/// Most types within types.
const DEEPEST: u8 = 32;

/// Reads the bytes of a type: all of them.
///
/// `None` if they are not those of the type.
pub fn value(types: &PortableRegistry, id: u32, bytes: &[u8]) -> Option<Tree> {
	let mut rest = bytes;
	let value = Reader { types }.read(id, &mut rest, 0)?;
	rest.is_empty().then_some(value)
}

struct Reader<'a> {
	types: &'a PortableRegistry,
}

impl Reader<'_> {
	fn read(&self, id: u32, bytes: &mut &[u8], depth: u8) -> Option<Tree> {
		let depth = depth.checked_add(1).filter(|depth| *depth <= DEEPEST)?;
		let found = self.types.resolve(id)?;
		let name = found.path.segments.last().map(String::as_str);
		match (&found.type_def, name) {
			(TypeDef::Composite(_), Some("AccountId32")) => {
				Some(text(address(&AccountId::decode(bytes).ok()?)))
			},
			(TypeDef::Composite(composite), _) => self.fields(&composite.fields, bytes, depth),
			(TypeDef::Variant(variants), _) => {
				let index = u8::decode(bytes).ok()?;
				let variant = variants.variants.iter().find(|variant| variant.index == index)?;
				match (name, variant.name.as_str(), variant.fields.as_slice()) {
					(Some("Option"), "None", _) => Some(Tree::default()),
					(Some("Option"), _, [some]) => self.read(some.ty.id, bytes, depth),
					(_, name, []) => Some(text(name.to_owned())),
					(_, name, fields) => {
						let fields = self.fields(fields, bytes, depth)?;
						Some(Tree::Map(vec![(name.to_owned(), fields)]))
					},
				}
			},
			(TypeDef::Sequence(sequence), _) => {
				let length = Compact::<u32>::decode(bytes).ok()?.0;
				self.list(sequence.type_param.id, length, bytes, depth)
			},
			(TypeDef::Array(array), _) => self.list(array.type_param.id, array.len, bytes, depth),
			(TypeDef::Tuple(tuple), _) => {
				let items = tuple.fields.iter().map(|field| self.read(field.id, bytes, depth));
				Some(Tree::List(items.collect::<Option<_>>()?))
			},
			(TypeDef::Primitive(primitive), _) => Some(Tree::Leaf(number(primitive, bytes)?)),
			(TypeDef::Compact(compact), _) => {
				let number = Compact::<u128>::decode(bytes).ok()?.0;
				let inner = self.types.resolve(compact.type_param.id)?;
				match (&inner.type_def, u64::try_from(number)) {
					(TypeDef::Primitive(TypeDefPrimitive::U128), _) | (_, Err(_)) => {
						Some(text(number.to_string()))
					},
					(_, Ok(number)) => Some(Tree::Leaf(Json::from(number))),
				}
			},
			(TypeDef::BitSequence(_), _) => None,
		}
	}

	/// Fields under their names; a single one without a name is its value.
	fn fields(&self, fields: &[Field<PortableForm>], bytes: &mut &[u8], depth: u8) -> Option<Tree> {
		if let [only] = fields {
			if only.name.is_none() {
				return self.read(only.ty.id, bytes, depth);
			}
		}
		let mut named = Vec::new();
		let mut list = Vec::new();
		for field in fields {
			let value = self.read(field.ty.id, bytes, depth)?;
			match &field.name {
				Some(name) => named.push((name.clone(), value)),
				None => list.push(value),
			}
		}
		Some(if list.is_empty() { Tree::Map(named) } else { Tree::List(list) })
	}

	fn list(&self, id: u32, length: u32, bytes: &mut &[u8], depth: u8) -> Option<Tree> {
		let length = usize::try_from(length).ok()?;
		// nothing is put aside for more items than there are bytes
		if length > bytes.len() {
			return None;
		}
		let item = self.types.resolve(id)?;
		if let TypeDef::Primitive(TypeDefPrimitive::U8) = item.type_def {
			let (these, rest) = bytes.split_at_checked(length)?;
			*bytes = rest;
			return Some(text(format!("0x{}", hex::encode(these))));
		}
		let items = (0..length).map(|_| self.read(id, bytes, depth));
		Some(Tree::List(items.collect::<Option<_>>()?))
	}
}

fn text(text: String) -> Tree {
	Tree::Leaf(Json::String(text))
}

fn number(primitive: &TypeDefPrimitive, bytes: &mut &[u8]) -> Option<Json> {
	Some(match primitive {
		TypeDefPrimitive::Bool => Json::Bool(bool::decode(bytes).ok()?),
		TypeDefPrimitive::Str => Json::String(String::decode(bytes).ok()?),
		TypeDefPrimitive::U8 => Json::from(u8::decode(bytes).ok()?),
		TypeDefPrimitive::U16 => Json::from(u16::decode(bytes).ok()?),
		TypeDefPrimitive::U32 => Json::from(u32::decode(bytes).ok()?),
		TypeDefPrimitive::U64 => Json::from(u64::decode(bytes).ok()?),
		TypeDefPrimitive::U128 => Json::String(u128::decode(bytes).ok()?.to_string()),
		TypeDefPrimitive::I8 => Json::from(i8::decode(bytes).ok()?),
		TypeDefPrimitive::I16 => Json::from(i16::decode(bytes).ok()?),
		TypeDefPrimitive::I32 => Json::from(i32::decode(bytes).ok()?),
		TypeDefPrimitive::I64 => Json::from(i64::decode(bytes).ok()?),
		TypeDefPrimitive::I128 => Json::String(i128::decode(bytes).ok()?.to_string()),
		TypeDefPrimitive::Char => Json::String(char::from_u32(u32::decode(bytes).ok()?)?.into()),
		TypeDefPrimitive::U256 | TypeDefPrimitive::I256 => {
			Json::String(format!("0x{}", hex::encode(<[u8; 32]>::decode(bytes).ok()?)))
		},
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use ostraka_primitives::task::{FailReason, Outcome, SecurityClass};
	use scale_info::{meta_type, Registry, TypeInfo};
	use serde_json::json;

	/// What a value is as JSON.
	fn shown<T: TypeInfo + Encode + 'static>(value: &T) -> Option<Json> {
		read::<T>(&value.encode())
	}

	fn read<T: TypeInfo + 'static>(bytes: &[u8]) -> Option<Json> {
		let mut registry = Registry::new();
		let id = registry.register_type(&meta_type::<T>()).id;
		super::value(&registry.into(), id, bytes).map(|tree| tree.to_json())
	}

	#[derive(Encode, TypeInfo)]
	struct Pair {
		number: u32,
		amount: u128,
	}

	#[derive(Encode, TypeInfo)]
	enum Choice {
		Plain,
		Of(u8, bool),
		With { class: SecurityClass },
	}

	#[derive(Encode, TypeInfo)]
	struct Tree(Vec<Tree>);

	#[test]
	fn values_are_as_in_all_other_json() {
		let account = AccountId::new([1; 32]);
		assert_eq!(shown(&account), Some(json!(address(&account))));
		assert_eq!(shown(&[7u8; 32]), Some(json!(format!("0x{}", "07".repeat(32)))));
		assert_eq!(shown(&vec![1u8, 255]), Some(json!("0x01ff")));
		assert_eq!(shown(&vec![1u16, 2]), Some(json!([1, 2])));
		assert_eq!(shown(&u64::MAX), Some(json!(u64::MAX)));
		assert_eq!(shown(&u128::MAX), Some(json!(u128::MAX.to_string())));
		assert_eq!(shown(&Compact(5u128)), Some(json!("5")));
		assert_eq!(shown(&Compact(5u32)), Some(json!(5)));
		assert_eq!(shown(&(true, -3i8)), Some(json!([true, -3])));
		assert_eq!(shown(&None::<u32>), Some(Json::Null));
		assert_eq!(shown(&Some(vec![account.clone()])), Some(json!([address(&account)])));
		assert_eq!(
			shown(&Pair { number: 3, amount: 1_500 }),
			Some(json!({ "number": 3, "amount": "1500" }))
		);
		assert_eq!(shown(&Outcome::Completed), Some(json!("Completed")));
		assert_eq!(
			shown(&Outcome::Failed(FailReason::TooFewDealers)),
			Some(json!({ "Failed": "TooFewDealers" }))
		);
		assert_eq!(shown(&Choice::Plain), Some(json!("Plain")));
		assert_eq!(shown(&Choice::Of(1, false)), Some(json!({ "Of": [1, false] })));
		assert_eq!(
			shown(&Choice::With { class: SecurityClass::Standard }),
			Some(json!({ "With": { "class": "Standard" } }))
		);
	}

	#[test]
	fn bytes_that_are_no_value_are_none() {
		for bytes in [&[][..], &[1], &[1, 0, 0, 0, 0], &[2]] {
			assert_eq!(read::<Pair>(bytes), None);
		}
		assert_eq!(read::<Choice>(&[9]), None);
		assert_eq!(read::<u32>(&[1, 0, 0, 0, 0]), None);
		// a length that nothing stands behind
		assert_eq!(read::<Vec<u32>>(&Compact(u32::MAX).encode()), None);
		assert_eq!(read::<Vec<()>>(&Compact(u32::MAX).encode()), None);
	}

	#[test]
	fn what_is_too_deep_is_none() {
		let deep = |levels| (0..levels).fold(Tree(Vec::new()), |tree, _| Tree(vec![tree]));
		assert!(shown(&deep(5)).is_some());
		assert_eq!(shown(&deep(1000)), None);
	}
}
