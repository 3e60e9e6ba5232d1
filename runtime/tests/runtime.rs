//! The runtime as such: presets, metadata, randomness of draws, fees, proxies.

mod chain;

use chain::{account, pair, Chain};
use codec::Encode;
use frame_support::{
	dispatch::{DispatchClass, GetDispatchInfo},
	traits::{Get, InstanceFilter, IntegrityTest},
};
use ostraka_client::chain::Metadata;
use ostraka_primitives::{task::SecurityClass, traits::DrawEntropy};
use ostraka_runtime::{
	configs::{
		ostraka::{
			AbsenceSlash, DrawWindow, FalseAccusationSlash, LongestTask, MinStake, PollShare,
			SeatStake, UnbondingPeriod, WrongShareSlash,
		},
		system::{ProxyType, RuntimeBlockWeights},
	},
	entropy::RelayEntropy,
	network::{self, DEVELOPMENT, PRODUCTION},
	presets::{self, TEST_NODES, TEST_OPERATORS},
	transaction, AllPalletsWithSystem, Network, Registry, Runtime, RuntimeCall, Tasks, HOURS,
	VERSION,
};
use pallet_tasks::{types::MAX_RELAY_EPOCHS, WeightInfo};
use sp_core::Pair;
use sp_io::hashing::twox_128;
use sp_runtime::BoundedVec;
use std::collections::BTreeMap;

#[test]
fn every_preset_makes_a_chain() {
	for name in presets::names() {
		let mut chain = Chain::from_preset(name.as_ref());
		chain.look(chain::try_state);
		chain.block(Vec::new());
		let production = name.as_str() == presets::PRODUCTION_PRESET;
		chain.look(|| {
			assert_eq!(pallet_sudo::Key::<Runtime>::get().is_none(), production);
			assert_eq!(Tasks::is_insecure(), !production);
			let classes = network::Classes::<Runtime>::get();
			assert_eq!(classes, if production { PRODUCTION } else { DEVELOPMENT });
			AllPalletsWithSystem::integrity_test();
		});
	}
}

#[test]
fn there_is_no_other_preset() {
	assert_eq!(presets::get(&"elsewhere".into()), None);
}

#[test]
fn the_constants_of_the_presets_are_the_derived_keys() {
	for (number, key) in (1..=TEST_NODES).zip(TEST_OPERATORS) {
		let derived = chain::operator(number).public().0;
		assert_eq!(
			key,
			derived,
			"operator {number} is {}",
			sp_core::hexdisplay::HexDisplay::from(&derived)
		);
	}
}

#[test]
fn only_the_sdks_transaction_extensions_are_there_and_authorization_comes_first() {
	use frame_metadata_names as names;
	let found = names();
	assert_eq!(found.first().map(String::as_str), Some("AuthorizeCall"));
	let known = [
		"AuthorizeCall",
		"CheckNonZeroSender",
		"CheckSpecVersion",
		"CheckTxVersion",
		"CheckGenesis",
		"CheckMortality",
		"CheckNonce",
		"CheckWeight",
		"ChargeTransactionPayment",
		"CheckMetadataHash",
		"StorageWeightReclaim",
	];
	assert_eq!(found, known);
}

/// Names of the transaction extensions, in order.
fn frame_metadata_names() -> Vec<String> {
	use sp_runtime::traits::TransactionExtension;
	transaction::TxExtension::metadata()
		.into_iter()
		.map(|extension| extension.identifier.to_string())
		.collect()
}

#[test]
fn metadata_is_served_in_versions_14_to_16() {
	let mut chain = Chain::development();
	chain.look(|| {
		for version in 14..=16 {
			let metadata = Runtime::metadata_at_version(version).unwrap();
			assert!(!metadata.is_empty());
		}
	});
}

#[test]
fn the_client_knows_this_runtime() {
	let mut chain = Chain::development();
	let metadata = chain.look(|| Runtime::metadata_at_version(16).unwrap());
	let metadata = Metadata::decode_from(&metadata).unwrap();
	ostraka_client::chain::check(&metadata).unwrap();
}

/// The SDK's `SelfParaId` is the parachain's number; nothing else of the metadata is read from state.
#[test]
fn networks_have_one_metadata() {
	type Constants = BTreeMap<(String, String), Vec<u8>>;
	let constants = |name: &str| -> Constants {
		let metadata = Chain::from_preset(name).look(|| Runtime::metadata_at_version(16).unwrap());
		let metadata = Metadata::decode_from(&metadata).unwrap();
		let constants = metadata.pallets().flat_map(|pallet| {
			let name = pallet.name().to_owned();
			let key = move |constant: &str| (name.clone(), constant.to_owned());
			pallet.constants().map(move |each| (key(each.name()), each.value().to_vec()))
		});
		constants.filter(|((_, name), _)| name != "SelfParaId").collect()
	};
	let names = presets::names();
	let first = constants(names[0].as_ref());
	assert!(first.contains_key(&("Tasks".to_owned(), "MaxCollect".to_owned())));
	for name in names {
		assert_eq!(constants(name.as_ref()), first, "the constants of {name} differ");
	}
}

#[test]
fn stake_outlives_every_task_and_covers_every_slash() {
	let mut chain = Chain::from_preset(presets::PRODUCTION_PRESET);
	chain.look(|| {
		assert!(Tasks::longest_task() <= LongestTask::get());
		assert!(LongestTask::get() < UnbondingPeriod::get());
	});
	// who reveals is not absent
	let revealed = WrongShareSlash::get().max(AbsenceSlash::get());
	assert!(FalseAccusationSlash::get() + revealed <= SeatStake::get());
	assert!(SeatStake::get() <= MinStake::get());
}

#[test]
fn no_node_takes_more_seats_than_its_stake_covers() {
	let mut chain = Chain::development();
	chain.register_nodes();
	chain.look(|| {
		let candidates = pallet_registry::Candidates::<Runtime>::get();
		assert_eq!(candidates.len(), usize::from(TEST_NODES));
		for candidate in candidates {
			let node = Registry::node_info(&candidate.account).unwrap();
			// Less than the capacity of 64.
			assert_eq!(u128::from(candidate.free), node.stake / SeatStake::get());
			assert!(candidate.free < node.capacity);
		}
	});
}

/// Throughput rests on it (docs/SCALING.md).
#[test]
fn a_block_has_room_for_two_draws() {
	type Weights = <Runtime as pallet_tasks::Config>::WeightInfo;
	let limit = PollShare::get() * RuntimeBlockWeights::get().max_block;
	let draw = Weights::advance() + Weights::draw_wait() + Weights::draw();
	assert!((Weights::poll() + draw * 2).all_lte(limit), "{draw}, of {limit}");
}

/// An hour is the shortest epoch of the relay chains that this runtime is for.
#[test]
fn the_relay_epochs_of_a_draws_window_are_remembered() {
	let delay: u32 = <Runtime as pallet_tasks::Config>::DrawDelay::get();
	let window: u32 = delay + DrawWindow::get();
	// Those that begin within the window, the submission's, and room for blocks that come late.
	let epochs = window.div_ceil(HOURS) + 1;
	assert!(epochs + epochs / 5 <= MAX_RELAY_EPOCHS, "{epochs} epochs");
}

#[test]
fn the_relay_chains_keys_are_babes() {
	use cumulus_primitives_core::relay_chain::well_known_keys::{
		EPOCH_INDEX, ONE_EPOCH_AGO_RANDOMNESS,
	};
	let key = |name: &[u8]| [twox_128(b"Babe"), twox_128(name)].concat();
	assert_eq!(EPOCH_INDEX, key(b"EpochIndex"));
	// Written when an epoch begins, from what the one before drew.
	assert_eq!(ONE_EPOCH_AGO_RANDOMNESS, key(b"NextRandomness"));
}

#[test]
fn seeds_change_with_the_block_and_restricted_ones_with_the_submissions_epoch() {
	let mut chain = Chain::development();
	chain.look(|| pallet_tasks::Insecure::<Runtime>::put(false));
	let restricted = |epoch| RelayEntropy::seed(SecurityClass::Restricted, epoch);
	let mut standard = Vec::new();
	let mut by_epoch = BTreeMap::<u64, [u8; 32]>::new();
	let blocks = 5 * chain::RELAY_EPOCH;
	for _ in 0..blocks {
		chain.block(Vec::new());
		chain.look(|| {
			let now = RelayEntropy::epoch();
			standard.push(RelayEntropy::seed(SecurityClass::Standard, now).unwrap());
			assert_eq!(restricted(now), None);
			assert_eq!(restricted(now - 1), None);
			assert_eq!(restricted(u64::MAX), None);
			for (epoch, seed) in &by_epoch {
				assert_eq!(restricted(*epoch), Some(*seed), "epoch {epoch} has two seeds");
			}
			if let Some(seed) = restricted(now - 2) {
				by_epoch.insert(now - 2, seed);
			}
		});
	}
	standard.sort();
	standard.dedup();
	assert_eq!(standard.len() as u64, blocks);
	let mut seeds: Vec<_> = by_epoch.values().collect();
	seeds.sort();
	seeds.dedup();
	assert!(seeds.len() >= 3 && seeds.len() == by_epoch.len(), "one an epoch");
}

/// A waiting draw's seed is public: were there another one in every epoch, who makes the draw fail could choose.
#[test]
fn a_restricted_draw_has_one_seed_or_none() {
	let mut chain = Chain::development();
	chain.block(Vec::new());
	chain.look(|| {
		pallet_tasks::Insecure::<Runtime>::put(false);
		let seed = |epoch| RelayEntropy::seed(SecurityClass::Restricted, epoch);
		let submitted = RelayEntropy::epoch();
		let mut seen = Vec::new();
		for later in 1..=u64::from(MAX_RELAY_EPOCHS) {
			assert!(Tasks::note_relay_epoch(submitted + later, [later as u8; 32]));
			seen.extend(seed(submitted));
		}
		// Known from the second epoch on, until the epochs before it are forgotten.
		let expected = sp_io::hashing::sha2_256(&(b"ostraka/draw-epoch/v1", [2u8; 32]).encode());
		assert!(seen.len() > 25);
		assert!(seen.iter().all(|seed| *seed == expected));
		assert!(Tasks::note_relay_epoch(submitted + 100, [100; 32]));
		assert_eq!(seed(submitted), None);
	});
}

#[test]
fn a_submission_of_an_unknown_epoch_is_not_drawn() {
	let mut chain = Chain::development();
	chain.block(Vec::new());
	chain.look(|| {
		pallet_tasks::Insecure::<Runtime>::put(false);
		network::Relay::<Runtime>::mutate(|view| view.complete = false);
		let known = Tasks::relay_epoch().unwrap().epoch;
		let submitted = RelayEntropy::epoch();
		assert_eq!(submitted, known + 1);
		// The blocks since had no epoch in their proofs: what is told of now may have been public at the submission.
		assert!(Tasks::note_relay_epoch(known + 3, [3; 32]));
		assert_eq!(RelayEntropy::seed(SecurityClass::Restricted, submitted), None);
		assert!(Tasks::note_relay_epoch(known + 4, [4; 32]));
		assert_eq!(RelayEntropy::seed(SecurityClass::Restricted, submitted), None);
	});
}

#[test]
fn a_proof_that_leaves_the_epoch_out_draws_nothing() {
	let mut chain = Chain::development();
	chain.block(Vec::new());
	chain.look(|| {
		let epoch = RelayEntropy::epoch();
		network::Relay::<Runtime>::mutate(|view| view.complete = false);
		assert_eq!(RelayEntropy::seed(SecurityClass::Standard, 0), None);
		assert_eq!(RelayEntropy::epoch(), epoch + 1);
	});
}

#[test]
fn root_sets_sound_classes_only() {
	let mut chain = Chain::development();
	chain.look(|| {
		let root = || frame_system::RawOrigin::Root.into();
		assert_eq!(Network::set_classes(root(), PRODUCTION), Ok(()));
		assert_eq!(Tasks::class_parameters(SecurityClass::Restricted).seats, 31);
		let mut unsound = PRODUCTION;
		unsound.standard.threshold = 4;
		let mut unsafe_pair = PRODUCTION;
		unsafe_pair.standard.least_dealers = 2;
		for table in [unsound, unsafe_pair] {
			let refused = Network::set_classes(root(), table);
			assert_eq!(refused, Err(network::Error::<Runtime>::UnsoundClass.into()));
		}
		let signed = frame_system::RawOrigin::Signed(account(&pair("//Alice"))).into();
		assert!(Network::set_classes(signed, PRODUCTION).is_err());
		assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(account(&pair("//Alice"))));
	});
}

#[test]
fn proxies_do_what_they_are_for() {
	let chill = RuntimeCall::Registry(pallet_registry::Call::chill {});
	let transfer = RuntimeCall::Balances(pallet_balances::Call::transfer_all {
		dest: account(&pair("//Bob")).into(),
		keep_alive: false,
	});
	assert!(ProxyType::Operator.filter(&chill));
	assert!(!ProxyType::Operator.filter(&transfer));
	assert!(!ProxyType::Dealer.filter(&chill));
	assert!(!ProxyType::NonTransfer.filter(&transfer));
	assert!(ProxyType::NonTransfer.filter(&chill));
}

#[test]
fn transactions_made_without_state_are_valid() {
	let mut chain = Chain::development();
	chain.block(Vec::new());
	let call = frame_system::Call::remark { remark: b"ostraka".to_vec() };
	chain.submit(&pair("//Bob"), RuntimeCall::System(call));
	assert_eq!(VERSION.spec_name.as_ref(), "ostraka");
}

#[test]
fn two_hundred_dealings_fit_into_a_block() {
	use ostraka_primitives::message::DealingMessage;
	// n = 7, t = 3, L = 8.
	let sealed = BoundedVec::truncate_from(vec![0; 32 * 9 + 16]);
	let dealing = DealingMessage {
		commitments: BoundedVec::truncate_from(vec![[0; 96]; 4]),
		ephemeral: [0; 96],
		proof: [0; 64],
		sealed: BoundedVec::truncate_from(vec![sealed; 7]),
	};
	let call = RuntimeCall::Vss(pallet_vss::Call::deal { task: 0, task_hash: [0; 32], dealing });
	let info = call.get_dispatch_info();
	let length = call.encoded_size() as u64 + 150;
	let weights = RuntimeBlockWeights::get();
	let class = weights.get(DispatchClass::Normal);
	let each = info.call_weight.saturating_add(class.base_extrinsic);
	let room = class.max_total.unwrap();
	assert!(room.ref_time() / each.ref_time() >= 200, "{each:?} of {room:?}");
	assert!(room.proof_size() / (each.proof_size() + length) >= 200, "{each:?} of {room:?}");
	assert!(3_932_160 / length >= 200, "{length} bytes each");
}
