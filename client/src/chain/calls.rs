//! The calls that the client makes, typed, and their layout, which is held against the node's metadata before the
//! first one is made.

use super::layout::Own;
use codec::Encode;
use ostraka_party::verify::find::Indices;
use ostraka_primitives::{
	consent::Policy,
	message::{ChallengeMessage, DealingMessage},
	role::Role,
	spec::TaskSpec,
	task::{Conditions, SecurityClass},
	AccountId, Balance, BlockNumber, Digest, SealKeyBytes, TaskId, WorkerKey, WorkerSignature,
};
use scale_info::{meta_type, MetaType};
use subxt::{
	config::{substrate::BlakeTwo256, Hasher},
	ext::{
		scale_encode::{EncodeAsFields, Error as EncodeError, FieldIter},
		scale_type_resolver::TypeResolver,
	},
	metadata::Metadata,
	tx::Payload,
};

pub use ostraka_party::verify::find::Dealers;

/// A call with its arguments encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
	pallet: &'static str,
	name: &'static str,
	arguments: Arguments,
}

/// SCALE bytes of a call's arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments(Vec<u8>);

impl EncodeAsFields for Arguments {
	/// The layout was compared when the connection was made, so the bytes are what the fields ask for.
	fn encode_as_fields_to<R: TypeResolver>(
		&self,
		_: &mut dyn FieldIter<'_, R::TypeId>,
		_: &R,
		out: &mut Vec<u8>,
	) -> Result<(), EncodeError> {
		out.extend_from_slice(&self.0);
		Ok(())
	}
}

impl Payload for Call {
	type CallData = Arguments;

	fn pallet_name(&self) -> &str {
		self.pallet
	}

	fn call_name(&self) -> &str {
		self.name
	}

	fn call_data(&self) -> &Arguments {
		&self.arguments
	}
}

impl Call {
	/// A call of any kind, its arguments SCALE-encoded already. Nobody holds these against the metadata.
	pub fn encoded(pallet: &'static str, name: &'static str, arguments: Vec<u8>) -> Self {
		Self { pallet, name, arguments: Arguments(arguments) }
	}

	/// SCALE bytes of the arguments.
	pub fn arguments(&self) -> &[u8] {
		&self.arguments.0
	}

	/// SCALE bytes of the whole call, as it is dispatched; `None` if the chain has no such call.
	pub fn bytes(&self, metadata: &Metadata) -> Option<Vec<u8>> {
		let pallet = metadata.pallet_by_name(self.pallet)?;
		let call = pallet.call_variant_by_name(self.name)?.index;
		Some([&[pallet.call_index(), call][..], self.arguments()].concat())
	}

	/// `pallet.call`.
	pub fn title(&self) -> String {
		format!("{}.{}", self.pallet, self.name)
	}
}

/// Form of a call: its pallet, name and arguments.
pub struct Form {
	/// The pallet.
	pub pallet: &'static str,
	/// The call.
	pub call: &'static str,
	/// Names and types of the arguments.
	pub arguments: Vec<(&'static str, MetaType)>,
}

macro_rules! calls {
	($( $(#[$doc:meta])* $pallet:ident . $call:ident as $function:ident ( $($argument:ident : $type:ty),* ) ; )*) => {
		$(
			$(#[$doc])*
			#[allow(clippy::too_many_arguments)]
			pub fn $function($($argument: $type),*) -> Call {
				let mut bytes = Vec::new();
				$( $argument.encode_to(&mut bytes); )*
				let _ = &mut bytes;
				Call {
					pallet: stringify!($pallet),
					name: stringify!($call),
					arguments: Arguments(bytes),
				}
			}
		)*

		/// All calls of this module.
		pub fn forms() -> Vec<Form> {
			vec![$( Form {
				pallet: stringify!($pallet),
				call: stringify!($call),
				arguments: vec![$( (stringify!($argument), meta_type::<$type>()) ),*],
			} ),*]
		}
	};
}

calls! {
	/// Registers a node.
	Registry.register as register(
		worker: WorkerKey, seal_key: SealKeyBytes, proof: [u8; 64], worker_signature: WorkerSignature,
		stake: Balance, capacity: u32, role: Role
	);
	/// Adds to a node's stake.
	Registry.bond as bond(amount: Balance);
	/// Sends stake on its way out.
	Registry.unbond as unbond(amount: Balance);
	/// Takes back stake that is due.
	Registry.withdraw as withdraw();
	/// Takes a node out of selection.
	Registry.chill as chill();
	/// Puts a node in selection.
	Registry.activate as activate();
	/// Gives a node new keys.
	Registry.rotate_key as rotate_key(
		worker: WorkerKey, seal_key: SealKeyBytes, proof: [u8; 64], worker_signature: WorkerSignature
	);
	/// Sets how many tasks a node takes at a time.
	Registry.set_capacity as set_capacity(capacity: u32);
	/// Sets what a node is drawn for.
	Registry.set_role as set_role(role: Role);
	/// Forgets a node.
	Registry.deregister as deregister();
	/// Takes what a pending slash set apart, once it is due.
	Registry.apply_slash as apply_slash(culprit: AccountId, index: u32);
	/// Gives a node back what a pending slash took. Of Root alone: the client sends it never, and tells what Root sends.
	Registry.cancel_slash as cancel_slash(culprit: AccountId, index: u32);
	/// Publishes a task.
	Tasks.submit as submit(
		spec: TaskSpec, conditions: Conditions, class: SecurityClass, dealers: Dealers,
		accept: BlockNumber, collect: BlockNumber, fee: Balance, data_reward: Balance
	);
	/// Takes a task back.
	Tasks.cancel as cancel(task: TaskId);
	/// Accepts what a task asks, as an invited dealer, for a data set; or as its recipient, of whom that is not looked at.
	Tasks.accept as accept(task: TaskId, terms: Digest, dataset: Digest);
	/// Puts a task back that fell off the agenda.
	Tasks.poke as poke(task: TaskId);
	/// Deals to a task.
	Vss.deal as deal(task: TaskId, task_hash: Digest, dealing: DealingMessage);
	/// Challenges a dealing, for a bond.
	Vss.challenge_with_bond as challenge_with_bond(
		task: TaskId, dealer: AccountId, digest: Digest, challenge: ChallengeMessage
	);
	/// Has the chain hold to what a data set may be asked.
	Consent.set_policy as set_policy(dataset: Digest, policy: Policy);
	/// Takes that back, which holds after a while.
	Consent.remove_policy as remove_policy(dataset: Digest);
}

/// Pays `amount` to each account, all or none: `Utility.batch_all` of `Balances.transfer_keep_alive`. `None` if the
/// chain has no such calls.
pub fn pay_all(metadata: &Metadata, accounts: &[AccountId], amount: Balance) -> Option<Call> {
	let balances = metadata.pallet_by_name("Balances")?;
	let transfer = balances.call_variant_by_name("transfer_keep_alive")?.index;
	metadata.pallet_by_name("Utility")?.call_variant_by_name("batch_all")?;
	let mut bytes = codec::Compact(accounts.len() as u32).encode();
	for account in accounts {
		// a call: pallet, call, the account as `MultiAddress::Id`, the amount as a compact number
		bytes.extend_from_slice(&[balances.call_index(), transfer, 0]);
		account.encode_to(&mut bytes);
		codec::Compact(amount).encode_to(&mut bytes);
	}
	Some(Call { pallet: "Utility", name: "batch_all", arguments: Arguments(bytes) })
}

/// A call that the chain's sudo key makes as Root: `Sudo.sudo`. `None` if the chain has no such calls.
pub fn as_root(metadata: &Metadata, call: &Call) -> Option<Call> {
	metadata.pallet_by_name("Sudo")?.call_variant_by_name("sudo")?;
	Some(Call::encoded("Sudo", "sudo", call.bytes(metadata)?))
}

/// Hash of a call's bytes, by which two compare it: BLAKE2b of 32 bytes.
pub fn hash(bytes: &[u8]) -> Digest {
	BlakeTwo256.hash(bytes).0
}

/// Holds the forms of all calls against a chain's metadata.
///
/// # Errors
/// `Absent` if a pallet or a call is not there at all, `Differs` if one has other arguments.
pub fn check(metadata: &Metadata) -> Result<(), Mismatch> {
	for form in forms() {
		let name = format!("{}.{}", form.pallet, form.call);
		let Some(pallet) = metadata.pallet_by_name(form.pallet) else {
			return Err(Mismatch::Absent(format!("it has no pallet `{}`", form.pallet)));
		};
		let Some(variant) = pallet.call_variant_by_name(form.call) else {
			return Err(Mismatch::Differs(format!("there is no call {name}")));
		};
		let theirs: Vec<&str> =
			variant.fields.iter().map(|field| field.name.as_deref().unwrap_or("_")).collect();
		let own: Vec<&str> = form.arguments.iter().map(|(name, _)| *name).collect();
		if theirs != own {
			return Err(Mismatch::Differs(format!(
				"{name} takes {theirs:?}, the client gives {own:?}"
			)));
		}
		let types = Own::new(form.arguments.iter().map(|(_, meta)| *meta));
		for (place, field) in variant.fields.iter().enumerate() {
			types.matches(place, metadata.types(), field.ty.id).map_err(|difference| {
				Mismatch::Differs(format!("{name}, argument {}: {difference}", theirs[place]))
			})?;
		}
	}
	Ok(())
}

/// The calls that messages are found by, if the chain has them.
pub fn indices(metadata: &Metadata) -> Option<Indices> {
	Indices::new(|pallet, call| {
		let pallet = metadata.pallet_by_name(pallet)?;
		Some([pallet.call_index(), pallet.call_variant_by_name(call)?.index])
	})
}

/// How a chain differs from what the client knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
	/// It is no Ostraka chain.
	Absent(String),
	/// It is one of another version.
	Differs(String),
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn arguments_are_scale_bytes_in_order() {
		let call = deal(
			7,
			[1; 32],
			DealingMessage {
				commitments: Default::default(),
				ephemeral: [2; 32],
				proof: [3; 64],
				sealed: Default::default(),
				validity: vec![4; 2].try_into().expect("short"),
			},
		);
		assert_eq!(call.title(), "Vss.deal");
		let lists = [vec![0], vec![8, 4, 4]].concat();
		let expected =
			[7u32.encode(), vec![1; 32], vec![0], vec![2; 32], vec![3; 64], lists].concat();
		assert_eq!(call.arguments.0, expected);
		assert!(withdraw().arguments.0.is_empty());
		let role = set_role(Role::Verify);
		assert_eq!((role.title(), role.arguments()), ("Registry.set_role".to_owned(), &[1][..]));
		let poke = poke(258);
		assert_eq!((poke.title(), poke.arguments()), ("Tasks.poke".to_owned(), &[2, 1, 0, 0][..]));
	}

	#[test]
	fn a_slash_is_named_by_its_operator_and_its_number() {
		let culprit = AccountId::new([7; 32]);
		for call in [apply_slash(culprit.clone(), 258), cancel_slash(culprit.clone(), 258)] {
			assert_eq!(call.arguments(), [&[7u8; 32][..], &[2, 1, 0, 0]].concat());
		}
		assert_eq!(apply_slash(culprit.clone(), 0).title(), "Registry.apply_slash");
		assert_eq!(cancel_slash(culprit, 0).title(), "Registry.cancel_slash");
	}

	#[test]
	fn calls_are_hashed_as_substrate_does() {
		// BLAKE2b-256 of nothing
		let of_nothing = "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8";
		assert_eq!(hex::encode(hash(&[])), of_nothing);
	}

	#[test]
	fn a_registration_ends_in_what_the_node_is_drawn_for() {
		let of = |role| {
			let (worker, signature) =
				(WorkerKey::from_raw([1; 32]), WorkerSignature::from_raw([4; 64]));
			register(worker, [2; 32], [3; 64], signature, 5, 16, role).arguments.0
		};
		let expected =
			[&[1; 32][..], &[2; 32], &[3; 64], &[4; 64], &5u128.encode(), &[16, 0, 0, 0]];
		for (role, number) in [(Role::Compute, 0), (Role::Verify, 1), (Role::Both, 2)] {
			assert_eq!(of(role), [&expected.concat()[..], &[number]].concat());
		}
		let forms = forms();
		let form = forms.iter().find(|form| form.call == "register").expect("a call");
		assert_eq!(form.arguments.last().map(|(name, _)| *name), Some("role"));
	}

	#[test]
	fn what_a_task_promises_stands_behind_what_it_asks() {
		let forms = forms();
		let names = |call: &str| {
			let form = forms.iter().find(|form| form.call == call).expect("a call");
			form.arguments.iter().map(|(name, _)| *name).collect::<Vec<_>>()
		};
		assert_eq!(names("submit")[..3], ["spec", "conditions", "class"]);
		assert_eq!(names("accept"), ["task", "terms", "dataset"]);
		assert_eq!(names("set_policy"), ["dataset", "policy"]);
		let call = accept(7, [1; 32], [2; 32]);
		assert_eq!(call.arguments(), [&[7u8, 0, 0, 0][..], &[1; 32], &[2; 32]].concat());
		let policy = Policy { least_cohort: 8, ..Policy::default() };
		let expected = [&[3u8; 32][..], &[0, 8, 0, 0, 0, 0, 0]].concat();
		assert_eq!(set_policy([3; 32], policy).arguments(), expected);
		assert_eq!(remove_policy([3; 32]).title(), "Consent.remove_policy");
	}

	#[test]
	fn every_call_has_a_form() {
		let names: Vec<String> =
			forms().iter().map(|form| format!("{}.{}", form.pallet, form.call)).collect();
		assert_eq!(names.len(), 20);
		for name in [
			"Registry.set_role",
			"Registry.apply_slash",
			"Registry.cancel_slash",
			"Tasks.submit",
			"Tasks.accept",
			"Tasks.poke",
			"Vss.challenge_with_bond",
			"Consent.set_policy",
			"Consent.remove_policy",
		] {
			assert!(names.contains(&name.to_owned()), "{name}");
		}
	}
}
