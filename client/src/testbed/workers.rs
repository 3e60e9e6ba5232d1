//! The development chain's own nodes, those that compute and those that verify: their worker keys in the node's keystore, and their
//! registration, the way any operator registers a node: by a transaction.
//!
//! The chain's first block cannot have them, since a seal key depends on that block's hash.

use crate::{
	chain::{calls, Call, Chain, Signer},
	error::Error,
};
use ostraka_primitives::{role::Role, WorkerSignature, WORKER_KEY_TYPE};
use ostraka_protocol::worker_key;
use rand_core::OsRng;
use sp_core::{ed25519, Pair};
use std::{
	fs, io, io::Write, ops::RangeInclusive, os::unix::fs::OpenOptionsExt, path::Path,
	time::Duration,
};

/// Nodes that compute. Paths of their operators' sr25519 keys and of their workers' ed25519 keys end in 1 to this.
pub const COMPUTE: u8 = 7;
/// Nodes that verify. Theirs end in the numbers after those.
pub const VERIFY: u8 = 3;
/// Path of the operators' keys, less the number.
pub const OPERATOR: &str = "//Ostraka//operator";
/// Path of the workers' keys, less the number.
const WORKER: &str = "//Ostraka//worker";

/// Stake of each: enough for the class that asks for five times the least.
const STAKE_FACTOR: u128 = 10;
/// Tasks that each takes at a time.
const CAPACITY: u32 = 64;
/// How long registrations may take to be in the chain.
const INCLUSION: Duration = Duration::from_secs(300);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// Their numbers.
const fn numbers() -> RangeInclusive<u8> {
	1..=COMPUTE + VERIFY
}

const fn role(number: u8) -> Role {
	if number <= COMPUTE {
		Role::Compute
	} else {
		Role::Verify
	}
}

fn operator(number: u8) -> Result<Signer, Error> {
	Ok(Signer::from_secret(&format!("{OPERATOR}//{number}"))?)
}

/// The worker's key and the secret that it is made from.
fn worker(number: u8) -> Result<(ed25519::Pair, String), Error> {
	let secret = format!("{WORKER}//{number}");
	let pair = ed25519::Pair::from_string(&secret, None)
		.map_err(|_| Error::Failed(format!("{secret} makes no key")))?;
	Ok((pair, secret))
}

/// Puts the worker keys into a keystore, as a node does: a file each, named after key type and public key, which holds the secret
/// as a JSON string.
///
/// # Errors
/// `Failed` if it cannot be written.
pub fn insert_keys(keystore: &Path) -> Result<(), Error> {
	let failed = |error: io::Error| {
		Error::Failed(format!("the keystore {} cannot be written: {error}", keystore.display()))
	};
	fs::create_dir_all(keystore).map_err(failed)?;
	for number in numbers() {
		let (pair, secret) = worker(number)?;
		let name = format!("{}{}", hex::encode(WORKER_KEY_TYPE.0), hex::encode(pair.public()));
		let text = serde_json::Value::String(secret).to_string();
		fs::OpenOptions::new()
			.write(true)
			.create(true)
			.truncate(true)
			.mode(0o600)
			.open(keystore.join(name))
			.and_then(|mut file| file.write_all(text.as_bytes()))
			.map_err(failed)?;
	}
	Ok(())
}

/// Registers those that are not registered yet, and waits until all are. Not for finality, which a chain that seals when a
/// transaction comes does not have.
///
/// # Errors
/// `Chain`; `Failed` if they do not get into the chain.
pub async fn register(chain: &Chain) -> Result<(), Error> {
	let mut pending = Vec::new();
	for number in numbers() {
		let signer = operator(number)?;
		let account = signer.account();
		if chain.node(&account).await?.is_some() {
			continue;
		}
		let call = registration(chain, &signer, number)?;
		let nonce = chain.nonce(&account).await?;
		let extrinsic = chain.sign(&call, &signer, nonce, chain.anchor().await?)?;
		let bytes = extrinsic.as_slice();
		chain.link().ask(|rpc| async move { rpc.author_submit_extrinsic(bytes).await }).await?;
		pending.push(account);
	}
	let included = async {
		for account in &pending {
			while chain.node(account).await?.is_none() {
				tokio::time::sleep(PAUSE).await;
			}
		}
		Ok(())
	};
	tokio::time::timeout(INCLUSION, included).await.map_err(|_| {
		Error::Failed("the nodes' registrations do not get into the chain".to_owned())
	})?
}

/// The call by which an operator registers its node.
fn registration(chain: &Chain, signer: &Signer, number: u8) -> Result<Call, Error> {
	let unregistrable = |what: &str| Error::Failed(format!("node {number} of the chain: {what}"));
	let least: u128 = chain
		.constant("Registry", "MinStake")
		.ok_or_else(|| unregistrable("the chain does not say the least stake"))?;
	let (key, _) = worker(number)?;
	let account: [u8; 32] = signer.account().into();
	let public = key.public();
	let sign = |message: &[u8]| Some(key.sign(message).0);
	let made = worker_key::register(chain.genesis(), &account, &public.0, sign, &mut OsRng)
		.ok_or_else(|| unregistrable("its worker key does not sign"))?;
	let signature = WorkerSignature::from_raw(made.signature);
	let stake = STAKE_FACTOR.saturating_mul(least);
	let role = role(number);
	Ok(calls::register(public, made.seal_key, made.proof, signature, stake, CAPACITY, role))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testbed::chain_spec;
	use ostraka_party::address;

	#[test]
	fn the_operators_have_money_from_the_first_block_on() {
		let endowed = chain_spec::endowed();
		for number in numbers() {
			let address = address(&operator(number).expect("a path").account());
			assert!(endowed.contains(&address), "{number}");
		}
	}

	#[test]
	fn a_class_of_five_seats_and_its_panel_can_be_drawn() {
		let of = |wanted| numbers().filter(|number| role(*number) == wanted).count();
		assert_eq!((of(Role::Compute), of(Role::Verify)), (7, 3));
	}

	#[test]
	fn the_keystore_holds_every_workers_key_for_its_owner_alone() {
		use std::os::unix::fs::PermissionsExt;
		let directory = tempfile::tempdir().expect("a temporary directory");
		let keystore = directory.path().join("base/keystore");
		insert_keys(&keystore).expect("written");
		// a second start finds them
		insert_keys(&keystore).expect("written");
		let entries: Vec<_> = fs::read_dir(&keystore).expect("read").flatten().collect();
		assert_eq!(entries.len(), 10);
		for entry in entries {
			let name = entry.file_name().into_string().expect("text");
			let text = fs::read_to_string(entry.path()).expect("read");
			let secret: String = serde_json::from_str(&text).expect("a JSON string");
			let pair = ed25519::Pair::from_string(&secret, None).expect("a key");
			assert_eq!(name, format!("6f737472{}", hex::encode(pair.public())));
			let mode = entry.metadata().expect("known").permissions().mode();
			assert_eq!(mode & 0o777, 0o600);
		}
	}
}
