//! A whole chain for tests: the real runtime from its development preset, blocks with their inherents, signed
//! transactions that pay fees, and the offchain worker with a real keystore.
//!
//! Every block is executed as a collator executes it, and every pallet's invariants are checked after it.

#![allow(dead_code)]

pub mod accusation;
pub mod attestation;
pub mod books;
pub mod challenge;
pub mod orders;
pub mod recorded;
pub mod relay;
pub mod task;
pub mod verdict;

use codec::{Decode, Encode};
use frame_metadata::RuntimeMetadataPrefixed;
use frame_support::genesis_builder_helper::build_state;
use merkleized_metadata::{generate_metadata_digest, ExtraInfo};
use orders::Downward;
use ostraka_primitives::{role::Role, BlockNumber, TaskId, WorkerKey, WORKER_KEY_TYPE};
use ostraka_protocol::worker_key;
use ostraka_runtime::{
	configs::system::SS58Prefix,
	presets::{self, test_numbers, test_role, TEST_OPERATOR_PATH, TEST_WORKER_PATH},
	transaction, AccountId, Balance, Balances, Block, Consent, Executive, Hash, Header, Incentives,
	Network, Nonce, Registry, Runtime, RuntimeCall, RuntimeEvent, RuntimeGenesisConfig, Signature,
	System, Tasks, UncheckedExtrinsic, Vss, TOKEN_DECIMALS, TOKEN_SYMBOL, VERSION,
};
use pallet_incentives::Event::FeeSettled;
use rand_core::OsRng;
use recorded::{Proof, Recorder};
use sp_consensus_aura::{digests::CompatibleDigestItem, sr25519::AuthoritySignature, Slot};
use sp_core::{
	ed25519,
	offchain::{
		testing::{PoolState, TestOffchainExt, TestTransactionPoolExt},
		OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
	},
	sr25519, Pair,
};
use sp_inherents::InherentData;
use sp_io::TestExternalities;
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::{
	traits::{Block as _, Header as _},
	transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
	ApplyExtrinsicResult, Digest, DigestItem, DispatchResult, TransactionOutcome,
};
use std::{collections::BTreeMap, sync::Arc};

/// Relay-chain blocks of an epoch.
pub const RELAY_EPOCH: u64 = 10;
/// Number and slot of the first relay block that a chain of ours is built on, less one.
const RELAY_START: u64 = 1_000;

/// A chain and the state of its block producer.
pub struct Chain {
	ext: TestExternalities,
	parent: Header,
	keystore: Arc<MemoryKeystore>,
	pool: Arc<parking_lot::RwLock<PoolState>>,
	/// Number, and slot, of the newest block's relay parent.
	relay: u64,
	/// Our block that is included in the relay chain by then.
	included: Header,
	/// Configuration that the genesis was built of, as JSON.
	pub config: Vec<u8>,
	/// All blocks but the first.
	pub blocks: Vec<Block>,
	/// Events of all blocks but the first.
	pub heard: Vec<RuntimeEvent>,
	/// Whether workers run after each block, and their transactions go into the next.
	pub workers: bool,
	/// Calls that workers never make, as if all of them kept still about something: their transactions are lost.
	pub muted: fn(&RuntimeCall) -> bool,
	/// Relay blocks from the newest block's relay parent to the next one's. With none both have the same.
	pub relay_pace: u64,
	/// Key of the relay chain's state that collators leave out of their proofs.
	pub left_out: Option<&'static [u8]>,
	/// What the relay chain sends down.
	downward: Downward,
	/// Whether the reads of blocks are recorded, as they are for a proof of validity.
	pub recording: bool,
	/// Of each block that was made so: what it added to the proof, and what it says of it.
	pub proofs: Vec<Proof>,
	/// Of each task whose fee is settled: in which block, and the rent that was charged.
	pub rents: BTreeMap<TaskId, (BlockNumber, Balance)>,
}

impl Chain {
	/// The development preset, no node registered yet.
	pub fn development() -> Self {
		Self::from_preset(sp_genesis_builder::DEV_RUNTIME_PRESET)
	}

	/// The same with the randomness of a network that matters: its draws wait for a relay chain's, which has VRF outputs.
	pub fn secure() -> Self {
		let mut chain = Self::development();
		chain.look(|| {
			pallet_tasks::Insecure::<Runtime>::put(false);
			pallet_network::Solo::<Runtime>::put(false);
		});
		chain
	}

	/// Genesis of a preset.
	pub fn from_preset(name: &str) -> Self {
		let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
		let patch = presets::get(&name.into()).unwrap();
		merge(&mut config, serde_json::from_slice(&patch).unwrap());

		let config = serde_json::to_vec(&config).unwrap();
		let mut ext = TestExternalities::new_empty();
		let (pool, state) = TestTransactionPoolExt::new();
		let (offchain, _) = TestOffchainExt::with_offchain_db(ext.offchain_db());
		let keystore = Arc::new(MemoryKeystore::new());
		ext.register_extension(TransactionPoolExt::new(pool));
		ext.register_extension(OffchainDbExt::new(offchain.clone()));
		ext.register_extension(OffchainWorkerExt::new(offchain));
		ext.register_extension(KeystoreExt(keystore.clone()));

		let parent = ext.execute_with(|| {
			build_state::<RuntimeGenesisConfig>(config.clone()).unwrap();
			let root = sp_io::storage::root(sp_core::storage::StateVersion::V1);
			let root = Hash::decode(&mut root.as_slice()).unwrap();
			Header::new(0, Default::default(), root, Default::default(), Default::default())
		});
		Self {
			ext,
			included: parent.clone(),
			parent,
			keystore,
			pool: state,
			relay: RELAY_START,
			config,
			blocks: Vec::new(),
			heard: Vec::new(),
			workers: true,
			muted: |_| false,
			relay_pace: 1,
			left_out: None,
			downward: Downward::default(),
			recording: false,
			proofs: Vec::new(),
			rents: BTreeMap::new(),
		}
	}

	/// Looks into the state after the newest block.
	pub fn look<R>(&mut self, look: impl FnOnce() -> R) -> R {
		self.ext.execute_with(look)
	}

	/// Calls into the runtime as a node does between blocks: what it writes to state is thrown away.
	fn discarding<R>(&mut self, call: impl FnOnce() -> R) -> R {
		self.ext.execute_with(|| {
			frame_support::storage::with_transaction_unchecked(|| {
				TransactionOutcome::Rollback(call())
			})
		})
	}

	/// Number of the newest block.
	pub fn number(&self) -> u32 {
		self.parent.number
	}

	/// Goes on to the next block: its header, and what a collator says in it.
	fn begin(&mut self) -> (Header, InherentData) {
		let number = self.parent.number + 1;
		self.relay += self.relay_pace;
		if self.relay_pace > 0 {
			self.included = self.parent.clone();
		}
		let slot = self.relay;
		let pre_digest = <DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(
			Slot::from(slot),
		);
		let header = Header::new(
			number,
			Default::default(),
			Default::default(),
			self.parent.hash(),
			Digest { logs: vec![pre_digest] },
		);
		(header, self.inherents())
	}

	/// A block of the workers' transactions and these, each of which must be valid. Returns how these fared.
	pub fn block(&mut self, transactions: Vec<UncheckedExtrinsic>) -> Vec<ApplyExtrinsicResult> {
		let (header, inherents) = self.begin();
		let muted = self.muted;
		let from_workers: Vec<_> = self
			.pool
			.write()
			.transactions
			.drain(..)
			.map(|bytes| UncheckedExtrinsic::decode(&mut bytes.as_slice()).unwrap())
			.filter(|transaction| !muted(&transaction.function))
			.collect();
		let parent = self.parent.hash();

		// A pool refuses what does not validate on the parent's state.
		for transaction in &from_workers {
			let transaction = transaction.clone();
			self.discarding(|| {
				Executive::validate_transaction(TransactionSource::Local, transaction, parent)
			})
			.unwrap();
		}

		let recorder = Recorder::default();
		let (block, proof, results) = self.run(&recorder, || {
			Executive::initialize_block(&header);
			let mut extrinsics = recorded::inherent_extrinsics(inherents, &recorder);
			extrinsics.extend(from_workers);
			extrinsics.retain(|extrinsic| {
				let result = Executive::apply_extrinsic(extrinsic.clone());
				if comes_after_the_last(&result) || comes_after_an_exclusion(&result) {
					return false;
				}
				result.unwrap().unwrap();
				true
			});
			let mut results = Vec::new();
			for transaction in transactions {
				let result = Executive::apply_extrinsic(transaction.clone());
				// An author leaves out what is not even valid.
				if result.is_ok() {
					extrinsics.push(transaction);
				}
				results.push(result);
			}
			let block = Block::new(Executive::finalize_block(), extrinsics);
			let proof = Proof::of_block(&block, &recorder);
			try_state();
			(block, proof, results)
		});
		if self.recording {
			self.proofs.push(proof);
		}
		self.adopt(block);
		results
	}

	/// Makes a block the newest one.
	fn adopt(&mut self, block: Block) {
		self.ext.persist_offchain_overlay();
		self.parent = block.header.clone();
		self.blocks.push(block);
		let events = self.look(events);
		for event in &events {
			if let RuntimeEvent::Incentives(FeeSettled { task, rent, .. }) = event {
				self.rents.insert(*task, (self.parent.number, *rent));
			}
		}
		self.heard.extend(events);
		if self.workers {
			let header = self.parent.clone();
			self.discarding(|| Executive::offchain_worker(&header));
		}
	}

	/// Blocks without transactions of ours, until `done` holds after one, at most `limit`.
	pub fn blocks_until(&mut self, limit: u32, mut done: impl FnMut() -> bool) {
		for _ in 0..limit {
			if self.look(&mut done) {
				return;
			}
			self.block(Vec::new());
		}
		assert!(self.look(done), "not within {limit} blocks");
	}

	/// A transaction that pays its fee.
	pub fn signed(&mut self, signer: &sr25519::Pair, call: RuntimeCall) -> UncheckedExtrinsic {
		self.signed_over(signer, call, None)
	}

	/// The same, with this digest of the metadata under its signature.
	pub fn signed_over(
		&mut self,
		signer: &sr25519::Pair,
		call: RuntimeCall,
		digest: Option<[u8; 32]>,
	) -> UncheckedExtrinsic {
		let account = AccountId::from(signer.public());
		let nonce: Nonce = self.look(|| System::account_nonce(&account));
		let genesis = self.genesis();
		let payload = transaction::payload(call, nonce, genesis, digest);
		let signature = payload.using_encoded(|bytes| signer.sign(bytes));
		let (call, extension, _) = payload.deconstruct();
		UncheckedExtrinsic::new_signed(
			call,
			account.into(),
			Signature::Sr25519(signature),
			extension,
		)
	}

	/// A block with one transaction that must succeed.
	pub fn submit(&mut self, signer: &sr25519::Pair, call: impl Into<RuntimeCall>) {
		let transaction = self.signed(signer, call.into());
		let results = self.block(vec![transaction]);
		assert_eq!(results, vec![Ok(Ok(()))]);
	}

	/// Hash of the first block.
	pub fn genesis(&mut self) -> Hash {
		match self.parent.number {
			0 => self.parent.hash(),
			_ => self.look(|| System::block_hash(0)),
		}
	}

	/// Registers the preset's test nodes.
	pub fn register_nodes(&mut self) {
		self.register(test_numbers().map(|number| (number, test_role(number))));
	}

	/// Registers nodes with these numbers for these roles, with real keys, each in its own transaction, and puts their keys
	/// into the keystore. The preset endows the operators of the test nodes.
	pub fn register(&mut self, nodes: impl IntoIterator<Item = (u8, Role)>) {
		let genesis = self.genesis();
		let mut transactions = Vec::new();
		for (number, role) in nodes {
			let secret = format!("{TEST_WORKER_PATH}{number}");
			let worker = ed25519::Pair::from_string(&secret, None).unwrap();
			self.keystore.insert(WORKER_KEY_TYPE, &secret, &worker.public().0).unwrap();
			let signer = operator(number);
			let call = registration(&genesis, &signer, &worker, role);
			transactions.push(self.signed(&signer, call));
		}
		let results = self.block(transactions);
		assert!(results.iter().all(|result| *result == Ok(Ok(()))), "{results:?}");
		// Draws take nodes that were in selection before the submission.
		self.block(Vec::new());
	}

	/// A block with one transaction of each of these, all of which must succeed.
	pub fn submit_all(&mut self, calls: Vec<(&sr25519::Pair, RuntimeCall)>) {
		let transactions =
			calls.into_iter().map(|(signer, call)| self.signed(signer, call)).collect();
		let results = self.block(transactions);
		assert!(results.iter().all(|result| *result == Ok(Ok(()))), "{results:?}");
	}

	/// A block with one transaction, which is valid. Returns how it fared.
	pub fn attempt(
		&mut self,
		signer: &sr25519::Pair,
		call: impl Into<RuntimeCall>,
	) -> DispatchResult {
		let transaction = self.signed(signer, call.into());
		self.block(vec![transaction]).remove(0).unwrap()
	}

	/// Takes a worker's key out of service, as if its node were switched off: from now on nobody signs with it.
	pub fn keep_only_workers(&mut self, numbers: impl IntoIterator<Item = u8>) {
		let keystore = Arc::new(MemoryKeystore::new());
		for number in numbers {
			let secret = format!("{TEST_WORKER_PATH}{number}");
			let key = worker(number).public();
			keystore.insert(WORKER_KEY_TYPE, &secret, &key.0).unwrap();
		}
		self.keystore = keystore.clone();
		self.ext.register_extension(KeystoreExt(keystore));
	}
}

/// Keys of a test operator, counted from 1.
pub fn operator(number: u8) -> sr25519::Pair {
	sr25519::Pair::from_string(&format!("{TEST_OPERATOR_PATH}{number}"), None).unwrap()
}

/// Keys of a test worker, counted from 1.
pub fn worker(number: u8) -> ed25519::Pair {
	ed25519::Pair::from_string(&format!("{TEST_WORKER_PATH}{number}"), None).unwrap()
}

/// Number of the test worker with this key.
pub fn worker_number(key: &WorkerKey) -> u8 {
	test_numbers().find(|number| worker(*number).public() == *key).unwrap()
}

/// Keys of an account with a name.
pub fn pair(secret: &str) -> sr25519::Pair {
	sr25519::Pair::from_string(secret, None).unwrap()
}

/// The account of these keys.
pub fn account(pair: &sr25519::Pair) -> AccountId {
	pair.public().into()
}

/// All that an account owns.
pub fn wealth(account: &AccountId) -> Balance {
	Balances::total_balance_of(account)
}

trait TotalBalance {
	fn total_balance_of(account: &AccountId) -> Balance;
}

impl TotalBalance for Balances {
	fn total_balance_of(account: &AccountId) -> Balance {
		use frame_support::traits::fungible::Inspect;
		<Balances as Inspect<AccountId>>::total_balance(account)
	}
}

/// Events of the newest block.
pub fn events() -> Vec<RuntimeEvent> {
	System::events().into_iter().map(|record| record.event).collect()
}

/// A worker's keys as an operator registers them, with their proofs.
pub fn worker_keys(
	genesis: &Hash,
	operator: &sr25519::Pair,
	worker: &ed25519::Pair,
) -> worker_key::Registration {
	let sign = |message: &[u8]| Some(worker.sign(message).0);
	worker_key::register(
		&genesis.0,
		account(operator).as_ref(),
		&worker.public().0,
		sign,
		&mut OsRng,
	)
	.unwrap()
}

fn registration(
	genesis: &Hash,
	operator: &sr25519::Pair,
	worker: &ed25519::Pair,
	role: Role,
) -> RuntimeCall {
	let made = worker_keys(genesis, operator, worker);
	RuntimeCall::Registry(pallet_registry::Call::register {
		worker: worker.public(),
		seal_key: made.seal_key,
		proof: made.proof,
		worker_signature: ed25519::Signature::from_raw(made.signature),
		stake: 10 * <Runtime as pallet_registry::Config>::MinStake::get(),
		capacity: 64,
		role,
	})
}

/// Whether another transaction of the same block had ended the phase that this one was for, as the last awaited answer does. It
/// was valid on the parent's state, so a pool holds it, and an author leaves it out.
fn comes_after_the_last(result: &ApplyExtrinsicResult) -> bool {
	is_refused(result, pallet_vss::Error::WrongPhase)
}

/// Whether another transaction of the same block had excluded a dealing, of which an attestation does not know. Its worker makes
/// another one.
fn comes_after_an_exclusion(result: &ApplyExtrinsicResult) -> bool {
	is_refused(result, pallet_vss::Error::WrongDealings)
}

/// Whether a worker's transaction is not valid, for this reason.
pub fn is_refused(result: &ApplyExtrinsicResult, reason: pallet_vss::Error<Runtime>) -> bool {
	let reason = reason.encode()[0];
	matches!(
		result,
		Err(TransactionValidityError::Invalid(InvalidTransaction::Custom(error))) if *error == reason
	)
}

/// Digest (RFC-0078) of metadata of version 15, as a wallet computes it that shows what it signs.
pub fn metadata_digest(metadata: &[u8]) -> [u8; 32] {
	let metadata = RuntimeMetadataPrefixed::decode(&mut &metadata[..]).unwrap();
	let extra = ExtraInfo {
		spec_version: VERSION.spec_version,
		spec_name: VERSION.spec_name.to_string(),
		base58_prefix: SS58Prefix::get(),
		decimals: TOKEN_DECIMALS,
		token_symbol: TOKEN_SYMBOL.into(),
	};
	generate_metadata_digest(&metadata.1, extra).unwrap().hash()
}

/// Every invariant of our own pallets.
pub fn try_state() {
	Network::do_try_state().unwrap();
	Registry::do_try_state().unwrap();
	Tasks::do_try_state().unwrap();
	Vss::do_try_state().unwrap();
	Consent::do_try_state().unwrap();
	Incentives::do_try_state().unwrap();
}

/// What a chain specification does with a preset: lays it over the default genesis.
pub fn merge(base: &mut serde_json::Value, patch: serde_json::Value) {
	match (base, patch) {
		(serde_json::Value::Object(base), serde_json::Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(serde_json::Value::Null), value);
			}
		},
		(base, patch) => *base = patch,
	}
}
