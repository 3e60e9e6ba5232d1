//! The runtime as such: presets, metadata, parameters, fees.

mod chain;

use chain::{account, pair, task::mean, Chain};
use codec::Encode;
use frame_support::{
	dispatch::{DispatchClass, DispatchInfo, GetDispatchInfo},
	traits::{Get, IntegrityTest, StorageVersion},
	weights::Weight,
};
use frame_system::CheckWeight;
use ostraka_client::chain::{calls, Metadata};
use ostraka_primitives::{
	message::DealingMessage,
	spec::{Column, Statistic, TaskSpec},
	task::SecurityClass,
	traits::Adjudications,
	MAX_VALIDITY,
};
use ostraka_protocol::statistics::validity::proof_length;
use ostraka_runtime::{
	configs::{
		governance::ServiceWeight,
		ostraka::{
			AbsenceBuffer, AbsenceSlash, AdjudicationsPerBlock, DrawWindow, FalseAccusationSlash,
			FalseAttestationSlash, LongestTask, MinStake, PollShare, SeatStake, UnbondingPeriod,
			WrongShareSlash,
		},
		system::RuntimeBlockWeights,
	},
	presets::{self, test_numbers, TEST_OPERATORS},
	transaction, AllPalletsWithSystem, Balance, Balances, Consent, Incentives, Network, Registry,
	Runtime, RuntimeCall, RuntimeHoldReason, System, Tasks, Vss, HOURS, VERSION,
};
use pallet_network::{DEVELOPMENT, PRODUCTION};
use pallet_tasks::{
	types::{MAX_RELAY_BLOCKS, MAX_RELAY_EPOCHS},
	WeightInfo,
};
use sp_core::{hexdisplay::HexDisplay, Pair};
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
			let classes = pallet_network::Classes::<Runtime>::get();
			assert_eq!(classes, if production { PRODUCTION } else { DEVELOPMENT });
			AllPalletsWithSystem::integrity_test();
		});
	}
}

/// Of each of our reasons: money that nothing in state asks for any more would stay on hold for good.
#[test]
fn a_hold_that_outlived_its_cause_is_seen() {
	use frame_support::traits::fungible::MutateHold;
	let reasons: [RuntimeHoldReason; 5] = [
		pallet_registry::HoldReason::Stake.into(),
		pallet_incentives::HoldReason::Escrow.into(),
		pallet_incentives::HoldReason::Deposit.into(),
		pallet_incentives::HoldReason::Bond.into(),
		pallet_consent::HoldReason::Policy.into(),
	];
	let sound = || {
		let ours = Registry::do_try_state().and(Incentives::do_try_state());
		ours.and(Consent::do_try_state())
	};
	for reason in reasons {
		let mut chain = Chain::development();
		chain.register_nodes();
		chain.look(|| {
			assert_eq!(sound(), Ok(()));
			let alice = account(&pair("//Alice"));
			assert_eq!(Balances::hold(&reason, &alice, 5), Ok(()));
			assert!(sound().is_err(), "{reason:?}");
		});
	}
}

#[test]
fn there_is_no_other_preset() {
	assert_eq!(presets::get(&"elsewhere".into()), None);
}

#[test]
fn the_constants_of_the_presets_are_the_derived_keys() {
	assert_eq!(test_numbers().count(), TEST_OPERATORS.len());
	for (number, key) in test_numbers().zip(TEST_OPERATORS) {
		let derived = chain::operator(number).public().0;
		assert_eq!(key, derived, "operator {number} is {}", HexDisplay::from(&derived));
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

/// What `ostraka node slash cancel` prints is what Root sends, and the sudo key.
#[test]
fn the_client_tells_root_this_runtimes_call() {
	let mut chain = Chain::development();
	let metadata = chain.look(|| Runtime::metadata_at_version(16).unwrap());
	let metadata = Metadata::decode_from(&metadata).unwrap();
	let culprit = account(&pair("//Alice"));
	let told = calls::cancel_slash(culprit.clone(), 258);
	let call = pallet_registry::Call::cancel_slash { culprit, index: 258 };
	let call = RuntimeCall::Registry(call);
	let bytes = told.bytes(&metadata).unwrap();
	assert_eq!(bytes, call.encode());
	// docs/UPGRADING.md has these, and where the number stands
	assert_eq!((&bytes[..2], &bytes[34..]), (&[0x32, 0x0b][..], &[2, 1, 0, 0][..]));
	assert_eq!(calls::hash(&bytes), sp_io::hashing::blake2_256(&bytes));
	let by_sudo = RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(call) });
	let told = calls::as_root(&metadata, &told).unwrap().bytes(&metadata);
	assert_eq!(told, Some(by_sudo.encode()));
}

/// The wasm blob cannot hold the digest of what is built with it: it is committed (`runtime/build.rs`).
#[test]
fn the_committed_digest_is_of_this_metadata() {
	let mut chain = Chain::development();
	let metadata = chain.look(|| Runtime::metadata_at_version(15).unwrap());
	let digest = format!("0x{}", HexDisplay::from(&chain::metadata_digest(&metadata)));
	let committed = include_str!("../metadata.digest").trim();
	assert_eq!(
		committed, digest,
		"the metadata changed: write the second one to runtime/metadata.digest"
	);
}

/// A simulation plays the client's table of classes, and promises what a chain with the runtime's will do.
#[test]
fn the_client_plays_this_runtimes_classes() {
	use SecurityClass::*;
	for (table, production) in [(DEVELOPMENT, false), (PRODUCTION, true)] {
		let parameters = |class| ostraka_client::class::parameters(class, production);
		assert_eq!(table.to_array(), [Standard, Confidential, Restricted].map(parameters));
	}
}

/// A migration starts from the version that is on the chain.
#[test]
fn our_pallets_have_a_storage_version() {
	let mut chain = Chain::development();
	chain.look(|| {
		let versions = [
			StorageVersion::get::<Network>(),
			StorageVersion::get::<Registry>(),
			StorageVersion::get::<Tasks>(),
			StorageVersion::get::<Vss>(),
			StorageVersion::get::<Incentives>(),
			StorageVersion::get::<Consent>(),
		];
		assert_eq!(versions, [2, 2, 4, 3, 2, 1].map(StorageVersion::new));
	});
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
	// Who reveals is not absent; who attested falsely is that and nothing else. A false claim comes besides
	let claims = FalseAccusationSlash::get() + FalseAttestationSlash::get();
	let revealed = WrongShareSlash::get().max(AbsenceSlash::get());
	assert!(claims + revealed <= SeatStake::get());
	assert!(SeatStake::get() <= MinStake::get());
	// Absences chill a node before they take so much that it is out at the next one.
	let most: u32 = <Runtime as pallet_registry::Config>::MaxAbsences::get();
	assert!(Balance::from(most) * AbsenceSlash::get() <= AbsenceBuffer::get());
}

/// The audit's finding: a node with the least stake was out at its first absence, by the slash.
#[test]
fn a_node_with_the_least_stake_is_out_at_its_third_absence_only() {
	use frame_support::traits::Imbalance;
	use ostraka_primitives::{
		fault::{Fault, Offence},
		traits::Stakes,
	};
	let mut chain = Chain::development();
	chain.register_nodes();
	let operator = account(&chain::operator(1));
	chain.look(|| {
		let surplus = Registry::node_info(&operator).unwrap().stake - MinStake::get();
		let signed = || frame_system::RawOrigin::Signed(operator.clone()).into();
		assert_eq!(Registry::unbond(signed(), surplus), Ok(()));
		for absences in 1..=3 {
			let (culprit, fault) = (operator.clone(), Fault::Absence);
			let offence = Offence { task: 1, culprit, fault, accuser: None, victim: None };
			let credit = <Registry as Stakes>::slash(&offence, AbsenceSlash::get());
			let credit = credit.expect("a chain of one process defers nothing");
			assert_eq!(credit.peek(), AbsenceSlash::get());
			drop(credit);
			<Registry as Stakes>::note_presence(&operator, false);
			assert_eq!(Registry::do_try_state(), Ok(()));
			let node = Registry::node_info(&operator).unwrap();
			assert_eq!(node.active, absences < 3, "after {absences} absences");
		}
	});
}

#[test]
fn no_node_takes_more_seats_than_its_stake_covers() {
	let mut chain = Chain::development();
	chain.register_nodes();
	chain.look(|| {
		let candidates = pallet_registry::Candidates::<Runtime>::get();
		assert_eq!(candidates.len(), TEST_OPERATORS.len());
		for candidate in candidates {
			let node = Registry::node_info(&candidate.account).unwrap();
			// Less than the capacity of 64.
			assert_eq!(u128::from(candidate.free), node.stake / SeatStake::get());
			assert!(candidate.free < node.capacity);
		}
	});
}

/// The attack: an author puts extrinsics into an order in which each class gets all that it can, behind a hook that takes its whole
/// share. Backers have two seconds for a block, and may not vote for one that weighs more.
#[test]
fn a_block_weighs_no_more_than_it_may_in_any_order() {
	use DispatchClass::{Mandatory, Normal, Operational};
	let limits = RuntimeBlockWeights::get();
	let hook = PollShare::get() * limits.max_block;
	// a hundred to a block, each with what every extrinsic weighs
	let call_weight = limits
		.max_block
		.saturating_div(100)
		.saturating_sub(Weight::from_parts(limits.get(Normal).base_extrinsic.ref_time(), 0));
	for order in [[Normal, Operational], [Operational, Normal]] {
		let used = sp_io::TestExternalities::new_empty().execute_with(|| {
			System::register_extra_weight_unchecked(hook, Mandatory);
			for class in order {
				let info = DispatchInfo { call_weight, class, ..Default::default() };
				while CheckWeight::<Runtime>::do_prepare(&info, 0, 0).is_ok() {}
			}
			System::block_weight()
		});
		let total = used.total();
		assert!(total.all_lte(limits.max_block), "{order:?}: {total}, of {}", limits.max_block);
		let nearly = limits.max_block.saturating_div(50).saturating_mul(49);
		assert!(nearly.all_lte(total), "{order:?}: a class does not get its share: {used:?}");
	}
}

/// Throughput rests on it (docs/SCALING.md). That every other step fits beside a draw, each preset's parameters are checked
/// for.
#[test]
fn a_block_has_room_for_two_draws() {
	type Weights = <Runtime as pallet_tasks::Config>::WeightInfo;
	let limit = PollShare::get() * RuntimeBlockWeights::get().max_block;
	let look = Weights::advance() + Weights::draw_wait();
	let draw = look + Weights::draw_check() + Weights::draw();
	assert!((Weights::poll() + draw * 2).all_lte(limit), "{draw}, of {limit}");
}

/// A window counts on room for every accusation and challenge, whatever the proofs' length.
#[test]
fn a_quarter_of_a_block_judges_as_many_disputes_as_windows_count_on() {
	let quarter = RuntimeBlockWeights::get().max_block.saturating_div(4);
	let mut before = u32::MAX;
	for length in (0..=MAX_VALIDITY).step_by(1024) {
		let count = AdjudicationsPerBlock::per_block(length);
		let dearer = Vss::worst_accusation().max(Vss::worst_challenge(length));
		assert!(count == 1 || (dearer * u64::from(count)).all_lte(quarter), "{length}: {dearer}");
		assert!((1..=before).contains(&count), "{length}: {count} after {before}");
		before = count;
	}
}

/// Columns with names of their own.
fn columns(count: u32) -> Vec<Column> {
	let name = |number: u32| format!("x{number}").into_bytes().try_into().unwrap();
	let column = |number| Column { name: name(number), ..mean().columns[0].clone() };
	(0..count).map(column).collect()
}

/// Whoever has no seat challenges by an ordinary transaction: the dearest must fit, of the longest proof
/// that a message carries.
#[test]
fn the_dearest_challenge_fits_into_an_ordinary_transaction() {
	let length = Weight::from_parts(0, u64::from(MAX_VALIDITY) + 8 * 1024);
	let dearest = Vss::worst_challenge(MAX_VALIDITY).saturating_add(length);
	let most = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_extrinsic.unwrap();
	assert!(dearest.all_lte(most), "{dearest}, of {most}");
}

/// Windows count on one a block even where a quarter of a block takes none. A member's must fit beside all that the book's
/// hook and downward messages may take, or it would wait for a block in which these do nothing.
#[test]
fn the_dearest_challenge_of_a_member_fits_beside_the_hook_and_orders() {
	let limits = RuntimeBlockWeights::get();
	let class = limits.get(DispatchClass::Operational);
	let length = Weight::from_parts(0, u64::from(MAX_VALIDITY) + 8 * 1024);
	let dearest = Vss::worst_challenge(MAX_VALIDITY).saturating_add(length);
	let hook = limits.base_block.saturating_add(PollShare::get() * limits.max_block);
	// what they take from the queue, and what the inherent brings of new ones
	let inherent = Weight::from_parts(0, limits.max_block.proof_size() / 6);
	let orders = ServiceWeight::get().unwrap_or_default().saturating_add(inherent);
	let taken = hook.saturating_add(orders);
	let beside = taken.saturating_add(class.base_extrinsic).saturating_add(dearest);
	let most = class.max_total.unwrap_or(limits.max_block).min(limits.max_block);
	assert!(beside.all_lte(most), "{beside}, of {most}");
	assert!(class.max_extrinsic.is_none_or(|most| dearest.all_lte(most)), "{dearest}");
}

/// A look at a draw keeps its randomness. With all tasks that can be open in the same block to be drawn, the last is looked
/// at while its relay block is remembered; half of that is left for blocks that come late.
#[test]
fn every_draw_is_looked_at_while_its_relay_block_is_remembered() {
	type Weights = <Runtime as pallet_tasks::Config>::WeightInfo;
	let limit = PollShare::get() * RuntimeBlockWeights::get().max_block;
	let others = Weights::poll() + Weights::draw_check() + Weights::draw();
	let look = Weights::advance() + Weights::draw_wait();
	let looks = limit.saturating_sub(others).checked_div_per_component(&look).unwrap();
	let open: u32 = <Runtime as pallet_tasks::Config>::MaxOpenTasks::get();
	let blocks = u64::from(open).div_ceil(looks);
	assert!(2 * blocks <= u64::from(MAX_RELAY_BLOCKS), "{blocks} blocks");
}

/// An hour is the shortest epoch of the relay chains that this runtime is for.
#[test]
fn the_relay_epochs_of_a_draws_window_are_remembered() {
	// Those that begin within the window, that of the last acceptance, and room for blocks that come late.
	let epochs = DrawWindow::get().div_ceil(HOURS) + 1;
	assert!(epochs + epochs / 5 <= MAX_RELAY_EPOCHS, "{epochs} epochs");
}

#[test]
fn the_relay_chains_keys_are_babes() {
	use cumulus_primitives_core::relay_chain::well_known_keys::{
		CURRENT_BLOCK_RANDOMNESS, EPOCH_INDEX, ONE_EPOCH_AGO_RANDOMNESS,
	};
	let key = |name: &[u8]| [twox_128(b"Babe"), twox_128(name)].concat();
	assert_eq!(EPOCH_INDEX, key(b"EpochIndex"));
	// Written when an epoch begins, from what the one before drew.
	assert_eq!(ONE_EPOCH_AGO_RANDOMNESS, key(b"NextRandomness"));
	// An `Option` as value: none stands there for a block without a VRF output.
	assert_eq!(CURRENT_BLOCK_RANDOMNESS, key(b"AuthorVrfRandomness"));
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
		let mut crowded = PRODUCTION;
		crowded.standard.verifiers = 17;
		for table in [unsound, unsafe_pair, crowded] {
			let refused = Network::set_classes(root(), table);
			assert_eq!(refused, Err(pallet_network::Error::<Runtime>::UnsoundClass.into()));
		}
		let signed = frame_system::RawOrigin::Signed(account(&pair("//Alice"))).into();
		assert!(Network::set_classes(signed, PRODUCTION).is_err());
		assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(account(&pair("//Alice"))));
	});
}

#[test]
fn transactions_made_without_state_are_valid() {
	let mut chain = Chain::development();
	chain.block(Vec::new());
	let call = frame_system::Call::remark { remark: b"ostraka".to_vec() };
	chain.submit(&pair("//Bob"), RuntimeCall::System(call));
	assert_eq!(VERSION.spec_name.as_ref(), "ostraka");
}

/// What it costs at least to leave a block no room for dealings, at a multiplier of one, by what is used up: time, proof or length.
/// docs/THREAT_MODEL.md has these figures, in thousandths of a token.
#[test]
fn a_block_without_room_has_its_price() {
	use frame_support::weights::WeightToFee as _;
	use ostraka_runtime::{
		configs::{
			ostraka::MinCollect,
			system::{RuntimeBlockLength, TransactionByteFee},
		},
		fees::WeightToFee,
		MILLIUNIT,
	};
	let room = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_total.unwrap();
	let time = WeightToFee::weight_to_fee(&Weight::from_parts(room.ref_time(), 0));
	let proof = WeightToFee::weight_to_fee(&Weight::from_parts(0, room.proof_size()));
	let bytes = *RuntimeBlockLength::get().max.get(DispatchClass::Normal);
	let length = Balance::from(bytes) * TransactionByteFee::get();
	assert_eq!([time, proof, length].map(|fee| fee / MILLIUNIT), [924, 52, 39_321]);
	assert_eq!(MinCollect::get(), 10);
}

/// Of what does not fit into the list, nodes without a seat would keep their copies.
#[test]
fn no_block_takes_more_dealings_than_its_list() {
	type Weights = <Runtime as pallet_vss::Config>::WeightInfo;
	let least = <Weights as pallet_vss::WeightInfo>::deal(1, 1).ref_time();
	let room = RuntimeBlockWeights::get().max_block.ref_time();
	assert!(room / least < pallet_vss::MAX_DEALT.into(), "{least} of {room}");
}

#[test]
fn two_hundred_dealings_fit_into_a_block() {
	// n = 7, t = 3, L = 8: seven columns of numbers up to a million, and a weight.
	let mut columns = columns(8);
	let weight = columns.pop();
	let columns = columns.try_into().unwrap();
	let spec = TaskSpec { statistic: Statistic::VectorMean, columns, weight, ..mean() };
	assert_eq!(spec.length(), 8);
	let proof = proof_length(&spec).unwrap();
	let sealed = BoundedVec::truncate_from(vec![0; 32 * 9 + 16]);
	let dealing = DealingMessage {
		commitments: BoundedVec::truncate_from(vec![[0; 96]; 4]),
		ephemeral: [0; 32],
		proof: [0; 64],
		sealed: BoundedVec::truncate_from(vec![sealed; 7]),
		validity: BoundedVec::truncate_from(vec![0; proof as usize]),
	};
	let call = RuntimeCall::Vss(pallet_vss::Call::deal { task: 0, task_hash: [0; 32], dealing });
	let info = call.get_dispatch_info();
	let length = call.encoded_size() as u64 + 150;
	let weights = RuntimeBlockWeights::get();
	let class = weights.get(DispatchClass::Normal);
	let each = info.call_weight.saturating_add(class.base_extrinsic);
	let room = class.max_total.unwrap();
	assert!(room.ref_time() / each.ref_time() >= 200, "{each:?} of {room:?}");
	// What the proof did not take of a call's bound comes back before the next one: even with a million accounts a dealing adds no
	// more than this to it (docs/SCALING.md), and its length.
	let stays = 5_000 + length;
	let others = (room.proof_size() - each.proof_size() - length) / stays;
	assert!(others >= 199, "{each:?} of {room:?}");
	assert!(3_932_160 / length >= 200, "{length} bytes each");
}
