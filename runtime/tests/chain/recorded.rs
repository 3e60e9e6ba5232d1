//! Blocks whose reads are recorded, as whoever makes, imports or validates a block records them: what a block adds to the proof
//! of validity, and what it says of it.

use super::Chain;
use codec::Encode;
use frame_support::{
	dispatch::DispatchClass, genesis_builder_helper::build_state,
	storage::with_transaction_unchecked, weights::Weight,
};
use ostraka_runtime::{
	configs::system::RuntimeBlockWeights, Block, Executive, Header, Runtime, RuntimeGenesisConfig,
	System, UncheckedExtrinsic,
};
use sp_block_builder::runtime_decl_for_block_builder::BlockBuilderV6;
use sp_core::Blake2Hasher;
use sp_inherents::InherentData;
use sp_io::TestExternalities;
use sp_runtime::{traits::Block as _, TransactionOutcome};
use sp_trie::proof_size_extension::ProofSizeExt;

/// Notes the nodes of the state's trie that are read.
pub type Recorder = sp_trie::recorder::Recorder<Blake2Hasher>;

/// Bytes of a proof.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
	/// As they were recorded.
	pub recorded: u64,
	/// As the block's weight counts them.
	pub claimed: u64,
}

impl Proof {
	/// Of the block that is being made, its extrinsics' own bytes apart.
	fn so_far(recorder: &Recorder) -> Self {
		let recorded = recorder.estimate_encoded_size() as u64;
		Self { recorded, claimed: System::block_weight().total().proof_size() }
	}

	/// Of a block that has just been made: the way to all that it wrote is recorded too.
	pub fn of_block(block: &Block, recorder: &Recorder) -> Self {
		let bytes: usize = block.extrinsics.iter().map(Encode::encoded_size).sum();
		let Self { recorded, claimed } = Self::so_far(recorder);
		Self { recorded: recorded + bytes as u64, claimed }
	}

	/// What came after `before`.
	pub fn since(self, before: Self) -> Self {
		Self {
			recorded: self.recorded.saturating_sub(before.recorded),
			claimed: self.claimed.saturating_sub(before.claimed),
		}
	}
}

/// A block of nothing but inherents.
pub struct Bare {
	/// What its hook added, before the state's root was computed.
	pub hook: Proof,
	/// What all of it added.
	pub whole: Proof,
	block: Block,
}

impl Bare {
	/// Makes one, in which the hook has so much time, and of the proof what it always has.
	fn make(header: &Header, data: InherentData, time: u64, recorder: &Recorder) -> Self {
		Executive::initialize_block(header);
		let extrinsics = inherent_extrinsics(data, recorder);
		for extrinsic in &extrinsics {
			Executive::apply_extrinsic(extrinsic.clone()).unwrap().unwrap();
		}
		let left = RuntimeBlockWeights::get().max_block.ref_time()
			- System::block_weight().total().ref_time();
		let taken = Weight::from_parts(left.checked_sub(time).unwrap(), 0);
		System::register_extra_weight_unchecked(taken, DispatchClass::Mandatory);
		let before = Proof::so_far(recorder);
		Executive::inherents_applied();
		let hook = Proof::so_far(recorder).since(before);
		let block = Block::new(Executive::finalize_block(), extrinsics);
		Self { hook, whole: Proof::of_block(&block, recorder), block }
	}
}

/// What the runtime makes of a collator's data. What that takes to read is no part of the block: nobody who imports it asks.
pub(super) fn inherent_extrinsics(
	data: InherentData,
	recorder: &Recorder,
) -> Vec<UncheckedExtrinsic> {
	recorder.start_transaction();
	let extrinsics = Runtime::inherent_extrinsics(data);
	recorder.rollback_transaction().unwrap();
	extrinsics
}

/// Runs this on a state whose reads are recorded. All that was written goes to where it is read from first.
fn record<R>(state: &mut TestExternalities, recorder: &Recorder, run: impl FnOnce() -> R) -> R {
	state.commit_all().unwrap();
	state.register_extension(ProofSizeExt::new(recorder.clone()));
	state.execute_with_recorder(recorder.clone(), run)
}

/// Executes a chain's blocks as a node that imports them. Each must lead to the state that its header names.
pub fn import(chain: &Chain) {
	let mut state = TestExternalities::new_empty();
	state.execute_with(|| build_state::<RuntimeGenesisConfig>(chain.config.clone()).unwrap());
	for block in chain.blocks.iter().cloned() {
		record(&mut state, &Recorder::default(), || Executive::execute_block(block.into()));
	}
}

impl Chain {
	/// Runs a block, recorded if blocks are.
	pub(super) fn run<R>(&mut self, recorder: &Recorder, block: impl FnOnce() -> R) -> R {
		if self.recording {
			record(&mut self.ext, recorder, block)
		} else {
			self.ext.execute_with(block)
		}
	}

	/// Runs this on the state after the newest block, and undoes it. Returns how many bytes it adds to a proof, and its answer.
	pub fn proven<R>(&mut self, run: impl FnOnce() -> R) -> (u64, R) {
		let recorder = Recorder::default();
		let undone = || with_transaction_unchecked(|| TransactionOutcome::Rollback(run()));
		let answer = record(&mut self.ext, &recorder, undone);
		(recorder.estimate_encoded_size() as u64, answer)
	}

	/// The next block, of nothing but inherents, in which the hook has so much time; and what it would be had the hook none.
	/// Both on the same state, and recorded. Invariants are not checked.
	pub fn hooked(&mut self, time: u64) -> (Bare, Bare) {
		let (header, data) = self.begin();
		let recorder = Recorder::default();
		let without = record(&mut self.ext, &recorder, || {
			let make = || Bare::make(&header, data.clone(), 0, &recorder);
			with_transaction_unchecked(|| TransactionOutcome::Rollback(make()))
		});
		let recorder = Recorder::default();
		let make = || Bare::make(&header, data, time, &recorder);
		let with = record(&mut self.ext, &recorder, make);
		self.adopt(with.block.clone());
		(with, without)
	}

	/// Blocks of nothing but inherents, in which the hook has no time, up to this one. Invariants are not checked.
	pub fn idle_until(&mut self, number: u32) {
		while self.number() < number {
			let (header, data) = self.begin();
			let make = || Bare::make(&header, data, 0, &Recorder::default());
			let bare = self.ext.execute_with(make);
			self.adopt(bare.block);
		}
	}

	/// Puts as many entries beside each of these keys as make the way to it through the state's trie so many full nodes long,
	/// below the map's: as long as in a map with sixteen times as many entries for each. Returns their keys. They are garbage,
	/// for steps that do not look at them; none shares its first key with an entry of a double map.
	pub fn crowd(&mut self, ways: &[(Vec<u8>, usize)]) -> Vec<Vec<u8>> {
		let mut others = Vec::new();
		for (key, nodes) in ways {
			for nibble in 0..*nodes {
				let shift = if nibble % 2 == 0 { 4 } else { 0 };
				others.extend((1..16u8).map(|other| {
					let mut beside = key.clone();
					beside[MAP + nibble / 2] ^= other << shift;
					beside
				}));
			}
		}
		self.look(|| others.iter().for_each(|key| sp_io::storage::set(key, &[0])));
		others
	}

	/// Takes these entries out again.
	pub fn uncrowd(&mut self, others: &[Vec<u8>]) {
		self.look(|| others.iter().for_each(|key| sp_io::storage::clear(key)));
	}
}

/// Bytes of a key that all of a map's entries share.
const MAP: usize = 32;
