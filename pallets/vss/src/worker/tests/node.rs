//! The node and the chains that it follows.
//!
//! A [`Node`] is what outlives a block: keystore, offchain database, transaction pool. Each [`Chain`] is one fork.

use super::mock::*;
use crate::{
	worker::{
		self,
		sweep::{list_key, LANES},
		Summary,
	},
	Dealings, DealtNow, Pallet,
};
use codec::Decode;
use frame::{
	deps::{
		frame_support::{dispatch::GetDispatchInfo, weights::WeightMeter},
		frame_system,
		sp_runtime::{
			generic::{CheckedExtrinsic, ExtrinsicFormat, Preamble},
			traits::Applyable,
			BuildStorage,
		},
	},
	prelude::*,
	testing_prelude::TestState,
};
use ostraka_crypto::messages::DealingBytes;
use ostraka_primitives::{
	fault::DealerFault,
	message::indexed_key,
	task::TaskStatus,
	traits::{Frozen, Opening, Progress, Sharing, TaskBook, TaskView},
	AccountId, BlockNumber, Digest, TaskId, WORKER_KEY_TYPE,
};
use ostraka_protocol::{wire, TaskContext};
use sp_core::{
	offchain::{
		testing::{TestOffchainExt, TestPersistentOffchainDB},
		DbExternalities, OffchainDbExt, OffchainStorage, OffchainWorkerExt, StorageKind,
		TransactionPool, TransactionPoolExt,
	},
	Pair,
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use std::sync::{
	atomic::{AtomicBool, AtomicUsize, Ordering},
	Arc, Mutex,
};

/// What outlives a block.
#[derive(Clone)]
pub struct Node {
	keystore: MemoryKeystore,
	pub db: TestPersistentOffchainDB,
	pool: Arc<Mutex<Vec<Vec<u8>>>>,
	/// Whether the pool refuses everything.
	pub refusing: Arc<AtomicBool>,
	/// Called once, before the next compare-and-set on a record of something sent.
	pub interloper: Interloper,
	/// Look-ups in the database.
	reads: Arc<AtomicUsize>,
}

/// Code that runs in between.
pub type Interloper = Arc<Mutex<Option<Box<dyn FnOnce() + Send>>>>;

impl Node {
	/// A node whose keystore holds the keys of these seats.
	pub fn new(seats: &[u8]) -> Self {
		let keystore = MemoryKeystore::new();
		for j in seats {
			let public = worker_pair(*j).public();
			keystore.insert(WORKER_KEY_TYPE, &worker_uri(*j), &public.0).expect("in memory");
		}
		Self {
			keystore,
			db: TestPersistentOffchainDB::new(),
			pool: Arc::default(),
			refusing: Arc::default(),
			interloper: Arc::default(),
			reads: Arc::default(),
		}
	}

	/// Look-ups in the database since this was last asked.
	pub fn take_reads(&self) -> usize {
		self.reads.swap(0, Ordering::Relaxed)
	}

	/// The transactions that the pool took since it was last asked.
	pub fn take_pool(&self) -> Vec<Extrinsic> {
		let raw = core::mem::take(&mut *self.pool.lock().expect("not poisoned"));
		raw.iter().map(|bytes| Extrinsic::decode(&mut &bytes[..]).expect("ours")).collect()
	}

	/// Puts an indexed dealing away, or back: what the operator does by RPC.
	pub fn take_indexed(&mut self, digest: &Digest) -> Vec<u8> {
		let bytes = self.db.get(&indexed_key(digest)).expect("indexed");
		self.db.remove(b"", &indexed_key(digest));
		bytes
	}

	pub fn supply(&mut self, digest: &Digest, bytes: &[u8]) {
		self.db.set(b"", &indexed_key(digest), bytes);
	}

	pub fn has_indexed(&self, digest: &Digest) -> bool {
		self.db.get(&indexed_key(digest)).is_some()
	}

	/// How many lists of a block's dealings there are.
	pub fn lists(&self, block: BlockNumber) -> usize {
		(0..LANES).filter(|lane| self.db.get(&list_key(block, *lane)).is_some()).count()
	}
}

/// The offchain database as the worker sees it, with room for an interloper.
struct Db {
	inner: TestOffchainExt,
	interloper: Interloper,
	reads: Arc<AtomicUsize>,
}

impl DbExternalities for Db {
	fn local_storage_set(&mut self, kind: StorageKind, key: &[u8], value: &[u8]) {
		self.inner.local_storage_set(kind, key, value);
	}
	fn local_storage_clear(&mut self, kind: StorageKind, key: &[u8]) {
		self.inner.local_storage_clear(kind, key);
	}
	fn local_storage_compare_and_set(
		&mut self,
		kind: StorageKind,
		key: &[u8],
		old_value: Option<&[u8]>,
		new_value: &[u8],
	) -> bool {
		if key.starts_with(b"ostraka/worker/t") {
			let interloper = self.interloper.lock().expect("not poisoned").take();
			if let Some(interloper) = interloper {
				std::thread::spawn(interloper).join().expect("it does not panic");
			}
		}
		self.inner.local_storage_compare_and_set(kind, key, old_value, new_value)
	}
	fn local_storage_get(&mut self, kind: StorageKind, key: &[u8]) -> Option<Vec<u8>> {
		self.reads.fetch_add(1, Ordering::Relaxed);
		self.inner.local_storage_get(kind, key)
	}
}

/// The SDK's test pool takes everything; this one can refuse.
struct Pool {
	taken: Arc<Mutex<Vec<Vec<u8>>>>,
	refusing: Arc<AtomicBool>,
}

impl TransactionPool for Pool {
	fn submit_transaction(&mut self, extrinsic: Vec<u8>) -> Result<(), ()> {
		if self.refusing.load(Ordering::Relaxed) {
			return Err(());
		}
		self.taken.lock().expect("not poisoned").push(extrinsic);
		Ok(())
	}
}

/// One fork, as one node follows it.
pub struct Chain {
	pub ext: TestState,
	pub node: Node,
}

impl Chain {
	/// A chain with [`TASK`] open.
	pub fn new(node: &Node) -> Self {
		let mut chain = Self::empty(node);
		chain.open(TASK);
		chain
	}

	/// A chain with [`TASK`] open, whose seats are those of a committee and a panel.
	pub fn with_panel(node: &Node) -> Self {
		let mut chain = Self::empty(node);
		chain.open_with(TASK, view_with_panel(TASK));
		chain
	}

	pub fn empty(node: &Node) -> Self {
		let storage =
			frame_system::GenesisConfig::<Test>::default().build_storage().expect("builds");
		let mut ext = TestState::from(storage);
		let offchain = TestOffchainExt::with_offchain_db(node.db.clone()).0;
		let (interloper, reads) = (node.interloper.clone(), node.reads.clone());
		let db = Db { inner: offchain.clone(), interloper, reads };
		ext.register_extension(OffchainDbExt::new(db));
		ext.register_extension(OffchainWorkerExt::new(offchain));
		let pool = Pool { taken: node.pool.clone(), refusing: node.refusing.clone() };
		ext.register_extension(TransactionPoolExt::new(pool));
		ext.register_extension(KeystoreExt(Arc::new(node.keystore.clone())));
		Self { ext, node: node.clone() }
	}

	pub fn open(&mut self, task: TaskId) {
		self.open_with(task, view(task));
	}

	pub fn open_with(&mut self, task: TaskId, view: TaskView) {
		self.ext.execute_with(|| {
			Book::set(task, &view);
			let opening = Opening {
				threshold: view.threshold,
				seats: view.seats(),
				verifiers: view.panel.len() as u8,
				recipient: view.recipient.clone(),
			};
			<Vss as Sharing>::open(task, &opening);
		});
	}

	pub fn context(&mut self, task: TaskId) -> TaskContext {
		self.ext.execute_with(|| wire::context(&Book::view(task).expect("open")).expect("known"))
	}

	/// Deals in a block, and indexes the dealing in the node's database.
	pub fn deal(
		&mut self,
		task: TaskId,
		block: BlockNumber,
		dealer: u8,
		fault: Option<(u8, DealerFault)>,
	) -> Digest {
		let seed = u64::from(task) * 1000 + u64::from(dealer);
		self.deal_seeded(task, block, dealer, fault, seed)
	}

	pub fn deal_seeded(
		&mut self,
		task: TaskId,
		block: BlockNumber,
		dealer: u8,
		fault: Option<(u8, DealerFault)>,
		seed: u64,
	) -> Digest {
		let ctx = self.context(task);
		let input = [dealer.into(), u64::from(dealer) * 10];
		let bytes = make_dealing(&ctx, &account(dealer), input, fault, seed);
		self.deal_bytes(task, block, dealer, bytes)
	}

	/// Deals what is given.
	pub fn deal_bytes(
		&mut self,
		task: TaskId,
		block: BlockNumber,
		dealer: u8,
		bytes: DealingBytes,
	) -> Digest {
		let (ctx, who) = (self.context(task), account(dealer));
		let digest = bytes.digest(&ctx.task_hash, who.as_ref());
		self.ext.execute_with(|| {
			System::set_block_number(block);
			let message = wire::dealing_message(bytes).expect("fits");
			Vss::deal(RuntimeOrigin::signed(who), task, ctx.task_hash, message).expect("accepted");
		});
		self.index(&digest);
		digest
	}

	/// What importing the block does on a node that indexes: the test state has a database of its own, from which the
	/// copy goes to the node's.
	fn index(&mut self, digest: &Digest) {
		self.ext.persist_offchain_overlay();
		let bytes =
			self.ext.offchain_db().get(&indexed_key(digest)).expect("the pallet indexed it");
		self.node.supply(digest, &bytes);
	}

	/// Ends the block: nothing of its list of dealings stays in the state, and the node has it.
	pub fn end_block(&mut self, block: BlockNumber) {
		self.ext.execute_with(|| {
			System::set_block_number(block);
			Vss::on_finalize(block);
			assert!(!DealtNow::<Test>::exists());
		});
		self.ext.persist_offchain_overlay();
		for key in (0..LANES).map(|lane| list_key(block, lane)) {
			if let Some(bytes) = self.ext.offchain_db().get(&key) {
				self.node.db.set(b"", &key, &bytes);
			}
		}
	}

	/// Settles the task in this block. What the block indexes takes effect in the node's database, whether it is the best
	/// or not.
	pub fn settle(&mut self, task: TaskId, block: BlockNumber) {
		let digests: Vec<Digest> = self.ext.execute_with(|| {
			System::set_block_number(block);
			let digests =
				Dealings::<Test>::iter_prefix_values(task).map(|record| record.digest).collect();
			let progress = <Vss as Sharing>::settle(task, false, &mut WeightMeter::new());
			assert_eq!(progress, Progress::Done);
			Book::forget(task);
			digests
		});
		self.ext.persist_offchain_overlay();
		for digest in digests {
			if self.ext.offchain_db().get(&indexed_key(&digest)).is_none() {
				self.node.db.remove(b"", &indexed_key(&digest));
			}
		}
	}

	/// Ends verification: freezes the accepted set in this block.
	pub fn freeze(&mut self, task: TaskId, block: BlockNumber) {
		self.ext.execute_with(|| {
			System::set_block_number(block);
			assert!(matches!(<Vss as Sharing>::freeze(task), Frozen::Sound(_)));
			Book::set_status(task, TaskStatus::Committing { frozen_at: block, until: block + 50 });
		});
	}

	pub fn set_status(&mut self, task: TaskId, status: TaskStatus) {
		self.ext.execute_with(|| Book::set_status(task, status));
	}

	/// Runs the worker after this block.
	pub fn run(&mut self, block: BlockNumber) -> Summary {
		self.ext.execute_with(|| {
			System::set_block_number(block);
			worker::run_at::<Test>(block)
		})
	}

	/// Runs the worker after this block, and says of which of these dealings it read the state's record.
	pub fn run_watched(
		&mut self,
		block: BlockNumber,
		digests: &[Digest],
	) -> (Summary, Vec<Digest>) {
		// What is not in the backend yet would be read without a record.
		self.ext.commit_all().expect("the state can be committed");
		let (summary, proof) = self.ext.execute_and_prove(|| {
			System::set_block_number(block);
			worker::run_at::<Test>(block)
		});
		let was_read = |digest: &&Digest| {
			proof.iter_nodes().any(|node| node.windows(32).any(|bytes| bytes == digest.as_slice()))
		};
		(summary, digests.iter().filter(was_read).copied().collect())
	}

	/// Runs the worker and returns what reached the pool.
	pub fn sent(&mut self, block: BlockNumber) -> Vec<Extrinsic> {
		self.run(block);
		self.node.take_pool()
	}

	/// Includes a transaction of the worker's in this block.
	pub fn include(&mut self, block: BlockNumber, extrinsic: Extrinsic) {
		self.try_include(block, extrinsic).expect("authorized").expect("dispatched");
	}

	/// Includes a transaction by way of the transaction extensions, if these let it pass.
	pub fn try_include(
		&mut self,
		block: BlockNumber,
		extrinsic: Extrinsic,
	) -> Result<DispatchResultWithPostInfo, TransactionValidityError> {
		self.ext.execute_with(|| {
			System::set_block_number(block);
			let Preamble::General(extension) = extrinsic.preamble else {
				panic!("not a general transaction")
			};
			let info = extrinsic.function.get_dispatch_info();
			let checked: CheckedExtrinsic<AccountId, RuntimeCall, TxExtension> = CheckedExtrinsic {
				format: ExtrinsicFormat::General(extension),
				function: extrinsic.function,
			};
			checked.apply::<Test>(&info, 0)
		})
	}

	pub fn include_all(&mut self, block: BlockNumber, extrinsics: Vec<Extrinsic>) {
		for extrinsic in extrinsics {
			self.include(block, extrinsic);
		}
	}

	pub fn state<R>(&mut self, read: impl FnOnce() -> R) -> R {
		self.ext.execute_with(read)
	}
}

/// The pallet's call in a transaction.
pub fn call(extrinsic: &Extrinsic) -> &crate::Call<Test> {
	match &extrinsic.function {
		RuntimeCall::Vss(call) => call,
		other => panic!("not the worker's: {other:?}"),
	}
}

/// The genesis that the pallet signs under is the one that the seats were registered under.
#[test]
fn genesis_is_as_assumed() {
	Chain::empty(&Node::new(&[])).state(|| assert_eq!(Pallet::<Test>::genesis(), GENESIS));
}
