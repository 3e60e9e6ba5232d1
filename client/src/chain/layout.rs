//! Whether two descriptions of a type mean the same bytes.
//!
//! The client encodes calls, and decodes state and events, by the SCALE types of `ostraka-primitives`. A runtime
//! publishes the types of its own in its metadata. Before anything is sent, the two are compared shape by shape;
//! names of fields and variants count, paths do not (a `BoundedVec` is a `Vec`, an account is 32 bytes in a struct).

use scale_info::{
	form::PortableForm, Field, MetaType, PortableRegistry, Registry, Type, TypeDef, Variant,
};
use std::collections::BTreeSet;

/// The client's types.
pub struct Own {
	registry: PortableRegistry,
	ids: Vec<u32>,
}

impl Own {
	/// Describes types.
	pub fn new(types: impl IntoIterator<Item = MetaType>) -> Self {
		let mut registry = Registry::new();
		let ids = registry.register_types(types).into_iter().map(|symbol| symbol.id).collect();
		Self { registry: registry.into(), ids }
	}

	/// Whether the `place`-th type has the shape of a type of another registry. If not: where they part.
	///
	/// # Errors
	/// A path of names to the first difference.
	pub fn matches(&self, place: usize, theirs: &PortableRegistry, id: u32) -> Result<(), String> {
		let own = self.ids.get(place).ok_or("no such type")?;
		Comparison { own: &self.registry, theirs, seen: BTreeSet::new() }.types(*own, id)
	}
}

struct Comparison<'a> {
	own: &'a PortableRegistry,
	theirs: &'a PortableRegistry,
	seen: BTreeSet<(u32, u32)>,
}

type Outcome = Result<(), String>;

impl Comparison<'_> {
	fn types(&mut self, own: u32, theirs: u32) -> Outcome {
		// a recursive type is compared once
		if !self.seen.insert((own, theirs)) {
			return Ok(());
		}
		let ours = peel(self.own, own)?;
		let them = peel(self.theirs, theirs)?;
		match (&ours.type_def, &them.type_def) {
			(TypeDef::Composite(own), TypeDef::Composite(theirs)) => {
				self.fields(&own.fields, &theirs.fields)
			},
			(TypeDef::Variant(own), TypeDef::Variant(theirs)) => {
				self.variants(&own.variants, &theirs.variants)
			},
			(TypeDef::Sequence(own), TypeDef::Sequence(theirs)) => {
				self.types(own.type_param.id, theirs.type_param.id)
			},
			(TypeDef::Array(own), TypeDef::Array(theirs)) if own.len == theirs.len => {
				self.types(own.type_param.id, theirs.type_param.id)
			},
			(TypeDef::Tuple(own), TypeDef::Tuple(theirs))
				if own.fields.len() == theirs.fields.len() =>
			{
				let pairs = own.fields.iter().zip(&theirs.fields);
				pairs.into_iter().try_for_each(|(own, theirs)| self.types(own.id, theirs.id))
			},
			(TypeDef::Primitive(own), TypeDef::Primitive(theirs)) if own == theirs => Ok(()),
			(TypeDef::Compact(own), TypeDef::Compact(theirs)) => {
				self.types(own.type_param.id, theirs.type_param.id)
			},
			(own, theirs) => Err(format!("{} where the client has {}", kind(theirs), kind(own))),
		}
	}

	fn fields(&mut self, own: &[Field<PortableForm>], theirs: &[Field<PortableForm>]) -> Outcome {
		if own.len() != theirs.len() {
			return Err(format!("{} fields where the client has {}", theirs.len(), own.len()));
		}
		for (own, theirs) in own.iter().zip(theirs) {
			if own.name != theirs.name {
				return Err(format!("field {:?} where the client has {:?}", theirs.name, own.name));
			}
			let name = own.name.as_deref().unwrap_or("_");
			self.types(own.ty.id, theirs.ty.id).map_err(|error| format!("{name}: {error}"))?;
		}
		Ok(())
	}

	fn variants(
		&mut self,
		own: &[Variant<PortableForm>],
		theirs: &[Variant<PortableForm>],
	) -> Outcome {
		if own.len() != theirs.len() {
			return Err(format!("{} variants where the client has {}", theirs.len(), own.len()));
		}
		for own in own {
			let same = |theirs: &&Variant<PortableForm>| {
				theirs.index == own.index && theirs.name == own.name
			};
			let theirs = theirs.iter().find(same).ok_or(format!("no variant {}", own.name))?;
			self.fields(&own.fields, &theirs.fields)
				.map_err(|error| format!("{}: {error}", own.name))?;
		}
		Ok(())
	}
}

/// The type below wrappers of one field, which add no bytes (`AccountId32([u8; 32])`, `BoundedVec(Vec<_>)`).
fn peel(types: &PortableRegistry, id: u32) -> Result<&Type<PortableForm>, String> {
	let mut id = id;
	loop {
		let found = types.resolve(id).ok_or("a type without a description")?;
		match &found.type_def {
			TypeDef::Composite(composite) => match composite.fields.as_slice() {
				[only] => id = only.ty.id,
				_ => return Ok(found),
			},
			TypeDef::Tuple(tuple) => match tuple.fields.as_slice() {
				[only] => id = only.id,
				_ => return Ok(found),
			},
			_ => return Ok(found),
		}
	}
}

fn kind(def: &TypeDef<PortableForm>) -> String {
	match def {
		TypeDef::Composite(_) => "a struct".to_owned(),
		TypeDef::Variant(_) => "an enum".to_owned(),
		TypeDef::Sequence(_) => "a list".to_owned(),
		TypeDef::Array(array) => format!("an array of {}", array.len),
		TypeDef::Tuple(tuple) => format!("a tuple of {}", tuple.fields.len()),
		TypeDef::Primitive(primitive) => format!("{primitive:?}").to_lowercase(),
		TypeDef::Compact(_) => "a compact number".to_owned(),
		TypeDef::BitSequence(_) => "bits".to_owned(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_primitives::{
		role::Role,
		spec::TaskSpec,
		task::{ClassParameters, SecurityClass},
		AccountId,
	};
	use scale_info::{meta_type, TypeInfo};

	fn compare<A: TypeInfo + 'static, B: TypeInfo + 'static>() -> Outcome {
		let theirs = Own::new([meta_type::<B>()]);
		Own::new([meta_type::<A>()]).matches(0, &theirs.registry, theirs.ids[0])
	}

	#[derive(TypeInfo)]
	#[allow(dead_code)]
	struct Pair {
		a: u32,
		b: Vec<u8>,
	}

	mod other {
		#[derive(scale_info::TypeInfo)]
		#[allow(dead_code)]
		pub struct Pair {
			a: u32,
			b: Vec<u16>,
		}
		#[derive(scale_info::TypeInfo)]
		#[allow(dead_code)]
		pub enum SecurityClass {
			Standard,
			Restricted,
			Confidential,
		}
		#[derive(scale_info::TypeInfo)]
		#[allow(dead_code)]
		pub struct Tree(u8, Vec<Tree>);
		/// As it was before there were panels.
		#[derive(scale_info::TypeInfo)]
		#[allow(dead_code)]
		pub struct ClassParameters {
			seats: u8,
			threshold: u8,
			stake_factor: u32,
			least_dealers: u32,
		}
	}

	#[test]
	fn equal_shapes_match_whatever_their_names() {
		assert_eq!(compare::<TaskSpec, TaskSpec>(), Ok(()));
		assert_eq!(compare::<AccountId, [u8; 32]>(), Ok(()));
		assert_eq!(compare::<other::Tree, other::Tree>(), Ok(()));
	}

	#[test]
	fn a_chain_without_panels_is_another_version() {
		let without = "4 fields where the client has 5".to_owned();
		assert_eq!(compare::<ClassParameters, other::ClassParameters>(), Err(without));
		assert_eq!(compare::<Role, Role>(), Ok(()));
		assert!(compare::<Role, other::SecurityClass>().is_err());
	}

	#[test]
	fn a_difference_is_named() {
		assert_eq!(
			compare::<Pair, other::Pair>(),
			Err("b: u16 where the client has u8".to_owned())
		);
		assert!(compare::<SecurityClass, other::SecurityClass>().is_err());
		assert!(compare::<[u8; 64], [u8; 65]>().is_err());
		assert!(compare::<u32, u64>().is_err());
		assert!(compare::<TaskSpec, u8>().is_err());
	}
}
