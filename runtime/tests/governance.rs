//! Root is the relay chain's, and nobody else's: orders that come down, what is taken for one, and upgrades. What Root may pause is
//! in `pause.rs`.

mod chain;

use chain::{
	account, operator,
	orders::{code, message, name, order, set_price, transact, unpaid, waiting, Step},
	pair, Chain,
};
use codec::Encode;
use cumulus_pallet_parachain_system::PendingValidationCode;
use cumulus_primitives_core::AggregateMessageOrigin;
use frame_support::{
	dispatch::DispatchClass,
	storage::with_transaction_unchecked,
	traits::{ProcessMessage, ProcessMessageError},
	weights::{Weight, WeightMeter},
};
use ostraka_runtime::{
	configs::{
		governance::{InstructionWeight, MaxOrderWeight, Orders, ServiceWeight},
		prices::parameters::prices::{DrawFee, Parameters},
		system::RuntimeBlockWeights,
	},
	presets::PRODUCTION_PRESET,
	Hash, Runtime, RuntimeCall, RuntimeEvent, System, UncheckedExtrinsic, VERSION,
};
use pallet_message_queue::WeightInfo;
use pallet_network::{Classes, Table, DEVELOPMENT, PRODUCTION};
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::Dispatchable, DispatchError, TransactionOutcome};
use staging_xcm::{
	latest::prelude::{
		AccountId32, AliasOrigin, AllCounted, Asset, ClearOrigin, DepositAsset, DescendOrigin,
		ExecuteWithOrigin, Here, Limited, Location, OriginKind, Parachain, ReceiveTeleportedAsset,
		ReserveAssetDeposited, SetAppendix, SetErrorHandler, SetTopic, Transact, UniversalOrigin,
		Unlimited, UnpaidExecution, Wild, WithdrawAsset, Xcm,
	},
	v4, VersionedXcm,
};

type Queued = pallet_message_queue::Event<Runtime>;
type SystemError = frame_system::Error<Runtime>;

/// A chain without a sudo key.
fn production() -> Chain {
	Chain::from_preset(PRODUCTION_PRESET)
}

fn set_classes(classes: Table) -> RuntimeCall {
	RuntimeCall::Network(pallet_network::Call::set_classes { classes })
}

fn classes(chain: &mut Chain) -> Table {
	chain.look(Classes::<Runtime>::get)
}

fn authorize(code: &[u8]) -> RuntimeCall {
	let code_hash = Hash::from(blake2_256(code));
	RuntimeCall::System(frame_system::Call::authorize_upgrade { code_hash })
}

fn apply(code: Vec<u8>) -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::apply_authorized_upgrade { code })
}

/// Code that the relay chain has been told of and has not let in yet.
fn pending(chain: &mut Chain) -> Vec<u8> {
	chain.look(PendingValidationCode::<Runtime>::get)
}

/// How many messages were refused: by their form, or by the barrier.
fn refused(told: &[RuntimeEvent]) -> (usize, usize) {
	let count = |which: fn(&Queued) -> bool| {
		let of_queue = told.iter().filter_map(|event| match event {
			RuntimeEvent::MessageQueue(event) => Some(event),
			_ => None,
		});
		of_queue.filter(|event| which(event)).count()
	};
	let formless = count(|event| matches!(event, Queued::ProcessingFailed { .. }));
	(formless, count(|event| matches!(event, Queued::Processed { success: false, .. })))
}

#[test]
fn the_relay_chains_governance_is_root() {
	let mut chain = production();
	assert_eq!(classes(&mut chain), PRODUCTION);
	chain.ordered(set_classes(DEVELOPMENT));
	assert_eq!(classes(&mut chain), DEVELOPMENT);

	// A topic, which the relay chain's router puts at the end, changes nothing; nor do the versions of XCM before
	let transact = transact(OriginKind::Superuser, &set_classes(PRODUCTION));
	let told = chain.receive(vec![message(vec![unpaid(), transact, SetTopic([7; 32])])]);
	assert_eq!((refused(&told), classes(&mut chain)), ((0, 0), PRODUCTION));
	let before = v4::Xcm::<()>(vec![
		v4::Instruction::UnpaidExecution {
			weight_limit: v4::WeightLimit::Unlimited,
			check_origin: None,
		},
		v4::Instruction::Transact {
			origin_kind: v4::OriginKind::Superuser,
			require_weight_at_most: Weight::zero(),
			call: set_classes(DEVELOPMENT).encode().into(),
		},
	]);
	let told = chain.receive(vec![VersionedXcm::V4(before).encode()]);
	assert_eq!((refused(&told), classes(&mut chain)), ((0, 0), DEVELOPMENT));
}

/// Anybody hands in what was authorized, on a chain on which nobody has money too; and nothing else.
#[test]
fn an_authorized_upgrade_is_handed_in_by_anybody() {
	let next = code(VERSION.spec_version + 1);
	let mut chain = production();
	chain.reads_versions();
	let bare = UncheckedExtrinsic::new_bare(apply(next.clone()));
	assert!(chain.block(vec![bare.clone()])[0].is_err(), "nothing is authorized");
	chain.ordered(authorize(&next));
	let other = UncheckedExtrinsic::new_bare(apply(code(VERSION.spec_version + 2)));
	assert!(chain.block(vec![other])[0].is_err(), "this was not authorized");
	assert_eq!(chain.block(vec![bare.clone()]), [Ok(Ok(()))]);
	assert_eq!(pending(&mut chain), next);
	assert!(chain.block(vec![bare])[0].is_err(), "it is authorized once");

	// By an account, alone or in a batch: all the same
	let mut chain = Chain::development();
	chain.reads_versions();
	let bob = pair("//Bob");
	let refusals = [SystemError::NothingAuthorized, SystemError::Unauthorized];
	for refusal in refusals {
		let result = chain.attempt(&bob, apply(next.clone()));
		assert_eq!(result, Err(refusal.into()));
		chain.ordered(authorize(b"other code"));
	}
	chain.ordered(authorize(&next));
	let batch = pallet_utility::Call::batch_all { calls: vec![apply(next.clone())] };
	chain.submit(&bob, RuntimeCall::Utility(batch));
	assert_eq!(pending(&mut chain), next);
}

/// A code of another chain, or of a version that does not grow, is authorized by mistake: it falls away as it is handed in.
#[test]
fn a_version_that_does_not_grow_is_refused() {
	let mut chain = production();
	chain.reads_versions();
	let same = code(VERSION.spec_version);
	chain.ordered(authorize(&same));
	let results = chain.block(vec![UncheckedExtrinsic::new_bare(apply(same))]);
	assert_eq!(results, [Ok(Ok(()))]);
	let told = chain.look(chain::events);
	assert!(told.iter().any(|event| matches!(
		event,
		RuntimeEvent::System(frame_system::Event::RejectedInvalidAuthorizedUpgrade { .. })
	)));
	assert_eq!(pending(&mut chain), Vec::<u8>::new());
	assert!(chain.look(System::authorized_upgrade).is_none());
}

/// The relay chain's inherent is not there yet when orders run: code in an order could not be told of to the relay chain.
#[test]
fn an_order_sets_no_code_by_itself() {
	let mut chain = production();
	chain.reads_versions();
	let set = frame_system::Call::set_code { code: code(VERSION.spec_version + 1) };
	chain.receive(vec![order(&RuntimeCall::System(set))]);
	assert_eq!(pending(&mut chain), Vec::<u8>::new());
	chain.block(Vec::new());
}

/// Messages that the relay chain's users, or other chains by way of it, could wish were orders.
fn forgeries(call: &RuntimeCall) -> Vec<Vec<Step>> {
	let order = || vec![unpaid(), transact(OriginKind::Superuser, call)];
	let after = |first: Step| [vec![first], order()].concat();
	let user = AccountId32 { network: None, id: [1; 32] };
	let money = || Asset::from((Here, 1_000_000_000_000_000_000u128));
	let deposit = DepositAsset {
		assets: Wild(AllCounted(1)),
		beneficiary: Location::new(0, AccountId32 { network: None, id: [1; 32] }),
	};
	let with_kind = |kind| vec![unpaid(), transact(kind, call)];
	vec![
		after(DescendOrigin(user.into())),
		after(DescendOrigin(Parachain(2001).into())),
		after(ClearOrigin),
		after(AliasOrigin(Location::parent())),
		after(AliasOrigin(Location::here())),
		after(UniversalOrigin(Parachain(2001))),
		after(unpaid()),
		after(ReserveAssetDeposited(money().into())),
		after(ReceiveTeleportedAsset(money().into())),
		after(WithdrawAsset(money().into())),
		with_kind(OriginKind::SovereignAccount),
		with_kind(OriginKind::Native),
		with_kind(OriginKind::Xcm),
		vec![transact(OriginKind::Superuser, call)],
		vec![unpaid()],
		vec![],
		vec![SetTopic([0; 32])],
		[order(), order()].concat(),
		[order(), vec![SetTopic([0; 32]), SetTopic([0; 32])]].concat(),
		vec![SetAppendix(Xcm(order()))],
		vec![unpaid(), SetErrorHandler(Xcm(order())), ClearOrigin, ClearOrigin],
		vec![unpaid(), ExecuteWithOrigin { descendant_origin: None, xcm: Xcm(order()) }],
		vec![unpaid(), ReceiveTeleportedAsset(money().into()), deposit],
		// Of the right form, and for another origin or less weight than it takes
		vec![
			UnpaidExecution { weight_limit: Limited(Weight::from_parts(1, 1)), check_origin: None },
			transact(OriginKind::Superuser, call),
		],
	]
}

#[test]
fn nothing_else_that_comes_down_is_obeyed() {
	let mut chain = production();
	let issued = chain.look(pallet_balances::TotalIssuance::<Runtime>::get);
	let call = set_classes(DEVELOPMENT);
	let forged: Vec<_> = forgeries(&call).into_iter().map(message).collect();
	let count = forged.len();
	let told = chain.receive(forged);
	assert_eq!(refused(&told), (count - 1, 1), "{told:?}");
	assert_eq!(classes(&mut chain), PRODUCTION);
	assert_eq!(chain.look(pallet_balances::TotalIssuance::<Runtime>::get), issued);

	// An order that names whose it is, and is another's
	let check_origin = Some(Location::here());
	let named = UnpaidExecution { weight_limit: Unlimited, check_origin };
	let named = message(vec![named, transact(OriginKind::Superuser, &call)]);
	let told = chain.receive(vec![named]);
	assert_eq!((refused(&told), classes(&mut chain)), ((0, 1), PRODUCTION));
}

#[test]
fn bytes_that_are_no_message_are_dropped() {
	let mut chain = production();
	let sound = order(&set_classes(DEVELOPMENT));
	let mut malformed: Vec<Vec<u8>> = (1..sound.len()).map(|cut| sound[..cut].to_vec()).collect();
	malformed.push([sound.as_slice(), &[0]].concat());
	malformed.push(vec![0xff; 60_000]);
	malformed.push(vec![0; 60_000]);
	let no_call = Transact {
		origin_kind: OriginKind::Superuser,
		fallback_max_weight: None,
		call: vec![0xffu8; 50].into(),
	};
	malformed.push(message(vec![unpaid(), no_call]));
	// Deeper than any decoder should go
	let mut deep = Xcm::<()>(vec![ClearOrigin]);
	for _ in 0..200 {
		deep = Xcm(vec![SetAppendix(deep)]);
	}
	malformed.push(VersionedXcm::<()>::from(deep).encode());
	let count = malformed.len();
	let told = chain.receive(malformed);
	assert_eq!(refused(&told), (count, 0));
	assert_eq!(classes(&mut chain), PRODUCTION);
	chain.ordered(set_classes(DEVELOPMENT));
}

/// Processes a message as if it had come from there. Nothing stays of it.
fn processed(
	chain: &mut Chain,
	origin: AggregateMessageOrigin,
) -> (Result<bool, ProcessMessageError>, Table) {
	let bytes = order(&set_classes(DEVELOPMENT));
	chain.look(|| {
		with_transaction_unchecked(|| {
			let mut meter = WeightMeter::with_limit(MaxOrderWeight::get());
			let result = Orders::process_message(&bytes, origin, &mut meter, &mut [0; 32]);
			TransactionOutcome::Rollback((result, Classes::<Runtime>::get()))
		})
	})
}

/// What siblings send is dropped before it comes to this; were it queued some day, it would still be nobody's order.
#[test]
fn an_order_of_a_sibling_or_of_the_chain_itself_is_none() {
	use AggregateMessageOrigin::{Here, Parent, Sibling};
	let mut chain = production();
	assert_eq!(processed(&mut chain, Parent), (Ok(true), DEVELOPMENT));
	for origin in [Sibling(2001.into()), Sibling(1.into()), Here] {
		assert_eq!(processed(&mut chain, origin), (Ok(false), PRODUCTION));
	}
}

/// An order of this weight, its form apart.
fn weighing(weight: Weight) -> RuntimeCall {
	let call = Box::new(set_classes(DEVELOPMENT));
	RuntimeCall::Utility(pallet_utility::Call::with_weight { call, weight })
}

/// It would stay in state until somebody ran it.
#[test]
fn an_order_that_is_too_heavy_is_refused_for_good() {
	let mut chain = production();
	let most = MaxOrderWeight::get().saturating_sub(InstructionWeight::get().saturating_mul(2));
	let over = most.saturating_add(Weight::from_parts(1, 0));
	let wide = most.saturating_add(Weight::from_parts(0, 1));
	let heavy = [over, wide, Weight::MAX].map(|weight| order(&weighing(weight)));
	let told = chain.receive(heavy.to_vec());
	assert_eq!((refused(&told), classes(&mut chain)), ((3, 0), PRODUCTION));
	let put_aside = |event: &RuntimeEvent| {
		matches!(event, RuntimeEvent::MessageQueue(Queued::OverweightEnqueued { .. }))
	};
	assert!(!told.iter().any(put_aside));
	assert_eq!(chain.look(|| pallet_message_queue::Pages::<Runtime>::iter().count()), 0);
	chain.ordered(weighing(most));
	assert_eq!(classes(&mut chain), DEVELOPMENT);
}

/// A block's share has room for the heaviest order and the queue's work on it: none is put aside.
#[test]
fn the_heaviest_order_fits_into_a_blocks_share() {
	type Weights = <Runtime as pallet_message_queue::Config>::WeightInfo;
	let page = Weights::service_page_base_completion();
	let work = [
		Weights::bump_service_head(),
		Weights::service_queue_base(),
		page.max(Weights::service_page_base_no_completion()),
		Weights::service_page_item(),
		Weights::ready_ring_unknit(),
	];
	let all = work.into_iter().fold(MaxOrderWeight::get(), Weight::saturating_add);
	let share: Option<Weight> = ServiceWeight::get();
	assert!(all.all_lte(share.unwrap()), "{all}, of {share:?}");
}

/// A user of the relay chain sends thousands, each of which claims all the weight that there is. They are not weighed: an order
/// behind them waits for some blocks, not for one block each.
#[test]
fn thousands_of_messages_hold_no_order_up_and_no_block() {
	let mut chain = production();
	let user = DescendOrigin(AccountId32 { network: None, id: [1; 32] }.into());
	let heavy = transact(OriginKind::Superuser, &weighing(MaxOrderWeight::get()));
	let spam = message(vec![user, unpaid(), heavy]);
	for _ in 0..2_000 {
		chain.send_down(spam.clone());
	}
	chain.send_down(order(&set_classes(DEVELOPMENT)));
	let limits = RuntimeBlockWeights::get();
	let share: Option<Weight> = ServiceWeight::get();
	let mut blocks = 0;
	while classes(&mut chain) == PRODUCTION {
		chain.block(Vec::new());
		blocks += 1;
		assert!(blocks <= 60, "{} messages still wait", chain.look(waiting));
		let used = chain.look(System::block_weight);
		assert!(used.total().all_lte(limits.max_block), "{used:?}");
		if blocks > 1 {
			let left = used.get(DispatchClass::Mandatory).saturating_sub(share.unwrap());
			assert!(left.all_lte(limits.max_block.saturating_div(4)), "{used:?}");
		}
	}
	assert!(blocks > 3, "two thousand messages took {blocks} blocks: they were not bounded");
	assert_eq!(chain.look(waiting), 0);
	chain.block(Vec::new());
}

/// The same with messages that are so long that each has a page of the queue to itself. What a block takes in is gone with the
/// next, so an order waits for no more blocks than the messages before it took to arrive.
#[test]
fn long_messages_hold_no_order_up() {
	let mut chain = production();
	let user = DescendOrigin(AccountId32 { network: None, id: [1; 32] }.into());
	let remark = frame_system::Call::remark { remark: vec![0; 33_000] };
	let filler = transact(OriginKind::Superuser, &remark.into());
	let spam = message(vec![user, unpaid(), filler]);
	let length = spam.len();
	assert!(2 * length > 64 * 1024, "{length} bytes: two of them share a page");
	let limits = RuntimeBlockWeights::get();
	for _ in 0..200 {
		chain.send_down(spam.clone());
	}
	chain.send_down(order(&set_classes(DEVELOPMENT)));
	let mut blocks = 0;
	while classes(&mut chain) == PRODUCTION {
		chain.block(Vec::new());
		blocks += 1;
		assert!(blocks <= 8, "{} messages still wait", chain.look(waiting));
		let used = chain.look(System::block_weight);
		assert!(used.total().all_lte(limits.max_block), "{used:?}");
	}
	assert_eq!(chain.look(waiting), 0);
}

/// All that needs Root, by whoever has an account.
#[test]
fn nobody_else_reaches_root() {
	let mut chain = Chain::development();
	chain.register_nodes();
	let full_name = name("Tasks", "submit");
	let calls: [RuntimeCall; 9] = [
		set_classes(PRODUCTION),
		authorize(b"code"),
		frame_system::Call::set_code { code: code(VERSION.spec_version + 1) }.into(),
		frame_system::Call::kill_prefix { prefix: Vec::new(), subkeys: 1 }.into(),
		RuntimeCall::TxPause(pallet_tx_pause::Call::pause { full_name }),
		set_price(Parameters::DrawFee(DrawFee, Some(1))),
		cumulus_pallet_parachain_system::Call::sudo_send_upward_message { message: Vec::new() }
			.into(),
		pallet_collator_selection::Call::set_desired_candidates { max: 1 }.into(),
		weighing(Weight::zero()),
	];
	for signer in [pair("//Bob"), operator(1)] {
		for call in &calls {
			let refused = chain.attempt(&signer, call.clone());
			assert_eq!(refused, Err(DispatchError::BadOrigin), "{call:?}");
			let sudo = pallet_sudo::Call::sudo { call: Box::new(call.clone()) };
			let refused = chain.attempt(&signer, RuntimeCall::Sudo(sudo));
			assert_eq!(refused, Err(pallet_sudo::Error::<Runtime>::RequireSudo.into()));
		}
	}

	// In production there is nobody whom `sudo` would listen to
	let mut chain = production();
	chain.look(|| {
		for signer in ["//Alice", "//Bob"] {
			let call = Box::new(set_classes(DEVELOPMENT));
			let call = RuntimeCall::Sudo(pallet_sudo::Call::sudo { call });
			let origin = frame_system::RawOrigin::Signed(account(&pair(signer)));
			assert!(call.dispatch(origin.into()).is_err());
		}
	});
	assert_eq!(classes(&mut chain), PRODUCTION);
}
