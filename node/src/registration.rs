//! Registers the nodes of a development chain, those that compute and those that verify, the way any operator registers one:
//! by a transaction.
//!
//! It cannot be done in the chain's genesis, since a seal key depends on the hash of the genesis block.

use anyhow::{bail, ensure, Context, Result};
use codec::{Decode, Encode};
use jsonrpsee::{
	core::client::ClientT,
	rpc_params,
	ws_client::{WsClient, WsClientBuilder},
};
use ostraka_primitives::{api::NodeInfo, role::Role, WorkerKey};
use ostraka_protocol::worker_key;
use ostraka_runtime::{
	configs::ostraka::MinStake,
	presets::{test_numbers, test_role, TEST_OPERATOR_PATH, TEST_WORKER_PATH},
	transaction, AccountId, Balance, Hash, Nonce, RuntimeCall, Signature, UncheckedExtrinsic,
	VERSION,
};
use rand_core::OsRng;
use sp_core::{ed25519, sr25519, Bytes, Pair};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Stake of each node: enough for the class that asks for five times the least.
const STAKE_FACTOR: Balance = 10;
/// Tasks that each node takes at a time.
const CAPACITY: u32 = 64;
/// How long the node may take to answer at all: it compiles the runtime first, which on a busy machine takes minutes.
const START: Duration = Duration::from_secs(600);
/// How long registrations may take to be in the chain.
const INCLUSION: Duration = Duration::from_secs(300);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// The test workers' keys, with the secret each is made from.
pub fn test_workers() -> Result<Vec<(String, WorkerKey)>> {
	test_numbers()
		.map(|number| {
			let secret = format!("{TEST_WORKER_PATH}{number}");
			let pair: ed25519::Pair = pair(&secret)?;
			Ok((secret, pair.public()))
		})
		.collect()
}

/// Registers those test nodes that are not registered yet, and waits until all are.
pub async fn register_test_nodes(url: &str) -> Result<()> {
	let client = timeout(START, connect(url))
		.await
		.with_context(|| format!("the node does not answer at {url}"))?;
	check_runtime(&client).await?;
	let genesis: Hash = client.request("chain_getBlockHash", rpc_params![0]).await?;

	let mut pending = Vec::new();
	for number in test_numbers() {
		let operator: sr25519::Pair = pair(&format!("{TEST_OPERATOR_PATH}{number}"))?;
		let account = AccountId::from(operator.public());
		if is_registered(&client, &account).await? {
			continue;
		}
		let worker: ed25519::Pair = pair(&format!("{TEST_WORKER_PATH}{number}"))?;
		let call = registration(&genesis, &account, &worker, test_role(number))?;
		let nonce: Nonce = client.request("system_accountNextIndex", rpc_params![&account]).await?;
		let transaction = Bytes(sign(call, &operator, nonce, genesis)?.encode());
		let _: Hash = client
			.request("author_submitExtrinsic", rpc_params![transaction])
			.await
			.with_context(|| format!("registration of test node {number}"))?;
		pending.push(account);
	}

	let included = async {
		for account in &pending {
			while !is_registered(&client, account).await? {
				sleep(PAUSE).await;
			}
		}
		Ok(())
	};
	timeout(INCLUSION, included)
		.await
		.context("the test nodes' registrations do not get into the chain")?
}

/// The call by which an operator registers its node.
fn registration(
	genesis: &Hash,
	account: &AccountId,
	worker: &ed25519::Pair,
	role: Role,
) -> Result<RuntimeCall> {
	let sign = |message: &[u8]| Some(worker.sign(message).0);
	let key = worker.public();
	let made = worker_key::register(&genesis.0, account.as_ref(), &key.0, sign, &mut OsRng)
		.context("the worker's key does not sign")?;
	Ok(RuntimeCall::Registry(pallet_registry::Call::register {
		worker: key,
		seal_key: made.seal_key,
		proof: made.proof,
		worker_signature: ed25519::Signature::from_raw(made.signature),
		stake: STAKE_FACTOR * MinStake::get(),
		capacity: CAPACITY,
		role,
	}))
}

fn sign(
	call: RuntimeCall,
	signer: &sr25519::Pair,
	nonce: Nonce,
	genesis: Hash,
) -> Result<UncheckedExtrinsic> {
	let payload = transaction::payload(call, nonce, genesis, None);
	let signature = payload.using_encoded(|bytes| signer.sign(bytes));
	let (call, extension, _) = payload.deconstruct();
	let address = AccountId::from(signer.public()).into();
	Ok(UncheckedExtrinsic::new_signed(call, address, Signature::Sr25519(signature), extension))
}

/// Connects as soon as the node's RPC server is up.
async fn connect(url: &str) -> WsClient {
	loop {
		match WsClientBuilder::default().build(url).await {
			Ok(client) => return client,
			Err(_) => sleep(PAUSE).await,
		}
	}
}

/// A chain whose state another runtime wrote would take our transactions for something else.
async fn check_runtime(client: &WsClient) -> Result<()> {
	let version: serde_json::Value =
		client.request("state_getRuntimeVersion", rpc_params![]).await?;
	let (name, number) = (&version["specName"], &version["specVersion"]);
	ensure!(
		*name == *VERSION.spec_name && *number == VERSION.spec_version,
		"the chain runs {name} {number}, this node brings {} {}: remove its base path",
		VERSION.spec_name,
		VERSION.spec_version
	);
	Ok(())
}

async fn is_registered(client: &WsClient, account: &AccountId) -> Result<bool> {
	let argument = Bytes(account.encode());
	let answer: Bytes =
		client.request("state_call", rpc_params!["OstrakaApi_node", argument]).await?;
	Ok(Option::<NodeInfo>::decode(&mut answer.0.as_slice())?.is_some())
}

fn pair<P: Pair>(secret: &str) -> Result<P> {
	match P::from_string(secret, None) {
		Ok(pair) => Ok(pair),
		Err(error) => bail!("{secret} makes no key: {error}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ostraka_runtime::presets::TEST_OPERATORS;

	#[test]
	fn operators_are_the_endowed_ones() {
		for (number, account) in test_numbers().zip(TEST_OPERATORS) {
			let operator: sr25519::Pair = pair(&format!("{TEST_OPERATOR_PATH}{number}")).unwrap();
			assert_eq!(operator.public().0, account);
		}
	}

	#[test]
	fn a_registration_decodes_and_its_signature_holds() {
		let operator: sr25519::Pair = pair(&format!("{TEST_OPERATOR_PATH}1")).unwrap();
		let worker: ed25519::Pair = pair(&format!("{TEST_WORKER_PATH}1")).unwrap();
		let account = AccountId::from(operator.public());
		let genesis = Hash::repeat_byte(1);
		let call = registration(&genesis, &account, &worker, Role::Verify).unwrap();
		let bytes = sign(call, &operator, 0, genesis).unwrap().encode();
		let decoded = UncheckedExtrinsic::decode(&mut bytes.as_slice()).unwrap();
		assert_eq!(decoded.encode(), bytes);
	}
}
