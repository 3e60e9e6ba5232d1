//! Prices that Root can change: their bounds, whom a change touches, and what it costs to hold a network's places and seats.

mod chain;

use chain::{
	account,
	books::{blamed, nothing_on_hold, Offer, Watched, FEE},
	orders::set_price,
	pair,
	task::{accept, deal, input, mean, publish, quoted, start, submission, with, WINDOW},
	wealth, Chain,
};
use codec::{Encode, MaxEncodedLen};
use frame_support::traits::{Get, Hooks};
use ostraka_primitives::{
	rent::{Held, Occupancy, DEAREST},
	role::Role,
	runtime_api::runtime_decl_for_ostraka_api::OstrakaApiV1,
	spec::{Column, Grouping, Name, Statistic, TaskSpec, MAX_COLUMNS, MAX_GROUPS, MAX_NAME},
	task::{FailReason, Outcome, SecurityClass},
	TaskId,
};
use ostraka_runtime::{
	configs::{
		ostraka::{MaxCollect, MinAccept, MinCollect, MinStake, SeatStake},
		prices::{
			parameters::prices::{self as keys, Parameters},
			BaseFeePerSeat, ByteFee, DealerDeposit, DrawFee, FeePerElement, PlaceRent, SeatRent,
		},
	},
	presets::PRODUCTION_PRESET,
	AccountId, Balance, BlockNumber, Incentives, Runtime, RuntimeCall, RuntimeOrigin, Tasks, DAYS,
	UNIT,
};
use pallet_registry::{Candidate, Candidates};
use pallet_tasks::{types::Due, Agenda, Booked};
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::Dispatchable, BoundedVec, DispatchError};

const WEEK: BlockNumber = 7 * DAYS;

/// A price: how Root sets it, what is in force, and what that can be.
struct Price {
	name: &'static str,
	set: fn(Option<Balance>) -> Parameters,
	now: fn() -> Balance,
	least: Balance,
	default: Balance,
	most: Balance,
}

macro_rules! price {
	($price:ident) => {
		Price {
			name: stringify!($price),
			set: |to| Parameters::$price(keys::$price, to),
			now: <$price as Get<Balance>>::get,
			least: $price::LEAST,
			default: $price::DEFAULT,
			most: $price::MOST,
		}
	};
}

fn prices() -> [Price; 7] {
	[
		price!(DrawFee),
		price!(BaseFeePerSeat),
		price!(FeePerElement),
		price!(DealerDeposit),
		price!(SeatRent),
		price!(PlaceRent),
		price!(ByteFee),
	]
}

impl Price {
	/// Root sets it to this; to nothing, it is again what it was at first.
	fn set(&self, to: Option<Balance>) {
		let done = set_price((self.set)(to)).dispatch(RuntimeOrigin::root());
		assert!(done.is_ok(), "{}: {done:?}", self.name);
	}
}

/// The order that sets all prices.
fn set_all(to: fn(&Price) -> Balance) -> RuntimeCall {
	let calls = prices().iter().map(|price| set_price((price.set)(Some(to(price))))).collect();
	RuntimeCall::Utility(pallet_utility::Call::batch_all { calls })
}

#[test]
fn every_network_begins_with_these_prices() {
	for name in ostraka_runtime::presets::names() {
		Chain::from_preset(name.as_ref()).look(|| {
			let prices = Runtime::prices();
			assert_eq!(prices.draw_fee, 500_000_000_000);
			assert_eq!(prices.base_fee_per_seat, 100_000_000_000);
			assert_eq!(prices.fee_per_element, 1_000_000_000);
			assert_eq!(prices.dealer_deposit, 10_000_000_000_000);
			assert_eq!((SeatRent::get(), PlaceRent::get()), (40_000_000, 20_000_000));
			assert_eq!(prices.byte_fee, 100_000_000);
			assert_eq!(prices.places, Occupancy { used: 0, total: 1_000 });
		});
	}
}

#[test]
fn root_sets_each_price_within_its_bounds_and_nobody_else_does() {
	Chain::from_preset(PRODUCTION_PRESET).look(|| {
		for price in prices() {
			let Price { name, now, least, default, most, .. } = price;
			assert_eq!(now(), default, "{name}");
			for (to, expected) in [
				(Some(0), least),
				(Some(least - 1), least),
				(Some(least), least),
				(Some(least + 1), least + 1),
				(Some(most - 1), most - 1),
				(Some(most), most),
				(Some(most + 1), most),
				(Some(Balance::MAX), most),
				(None, default),
			] {
				price.set(to);
				assert_eq!(now(), expected, "{name}, set to {to:?}");
			}
			let call = set_price((price.set)(Some(most)));
			for origin in [RuntimeOrigin::signed(account(&pair("//Alice"))), RuntimeOrigin::none()]
			{
				let refused = call.clone().dispatch(origin).map_err(|refused| refused.error);
				assert_eq!(refused.map(|_| ()), Err(DispatchError::BadOrigin), "{name}");
			}
			assert_eq!(now(), default, "{name}");
		}
	});
}

/// The bytes that docs/UPGRADING.md has of it.
#[test]
fn an_order_is_as_operators_are_told() {
	let call = set_price(Parameters::SeatRent(keys::SeatRent, Some(2 * SeatRent::DEFAULT)));
	let bytes = [&[55, 0, 0, 4, 1][..], &[0x00, 0xb4, 0xc4, 0x04], &[0; 12]].concat();
	assert_eq!(call.encode(), bytes);
	let back = set_price(Parameters::SeatRent(keys::SeatRent, None));
	assert_eq!(back.encode(), [55, 0, 0, 4, 0]);
}

/// What holds between parameters, as deposits and the fees of those who prove a fault, holds at both ends too.
#[test]
fn relations_between_parameters_hold_at_both_bounds() {
	let mut chain = Chain::development();
	let bounds: [fn(&Price) -> Balance; 2] = [|price| price.least, |price| price.most];
	for bound in bounds {
		chain.ordered(set_all(bound));
		chain.look(|| {
			for price in prices() {
				assert_eq!((price.now)(), bound(&price), "{}", price.name);
			}
			<Incentives as Hooks<BlockNumber>>::integrity_test();
			<Tasks as Hooks<BlockNumber>>::integrity_test();
		});
	}
}

/// All that it costs is as it was when it was asked for, and when its dealers accepted, also what it costs to fail.
#[test]
fn an_open_task_keeps_its_prices() {
	let mut watched = Watched::drawn(3, Offer { window: 4 * WINDOW, ..Offer::default() });
	let task = watched.task;
	let dealing = deal(&mut watched.chain, task, &watched.dealers[0], &input(1, 100));
	watched.chain.submit(&watched.dealers[0], dealing);
	watched.chain.ordered(set_all(|price| price.most));
	assert_eq!(watched.chain.look(DrawFee::get), DrawFee::MOST);
	let dealers = watched.dealers.clone();
	let failed = Outcome::Failed(FailReason::TooFewDealers);
	let mut chain = watched.ends(failed, &blamed(3, 2));

	// What is asked for next costs what it costs now
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, 0);
	let quote = chain.look(|| quoted(&call));
	let next = publish(&mut chain, &pair("//Alice"), with(call, quote.least, WINDOW));
	let escrow = chain.look(|| Incentives::escrow(next)).unwrap();
	assert_eq!(escrow.base_per_seat, BaseFeePerSeat::MOST);
	assert_eq!((escrow.fee, escrow.rent), (quote.least, quote.rent));
	assert!(escrow.rent.place >= PlaceRent::MOST);
	assert_eq!(escrow.rent.byte, ByteFee::MOST);
	accept(&mut chain, next, &dealers[..1]);
	let held = chain.look(|| Incentives::deposit(next, account(&dealers[0])));
	assert_eq!(held, Some(DealerDeposit::MOST));
}

/// It named what it pays, and the chain takes no more.
#[test]
fn who_looked_before_a_price_rose_is_refused_and_pays_no_fee() {
	let (mut chain, alice, dealers) = start(3);
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, 0);
	let quote = chain.look(|| quoted(&call));
	assert_eq!(quote.least, quote.work + quote.rent.most);
	assert!(quote.rent.most > 0);
	let call = with(call, quote.least, WINDOW);
	let before = chain.look(|| wealth(&account(&alice)));
	let rise = |rent: Balance| set_price(Parameters::PlaceRent(keys::PlaceRent, Some(rent)));
	chain.ordered(rise(PlaceRent::DEFAULT + 1));
	let refused = chain.attempt(&alice, call.clone());
	assert_eq!(refused, Err(pallet_tasks::Error::<Runtime>::FeeTooLow.into()));
	nothing_on_hold(&mut chain, &account(&alice));
	// Its block's author has a part of what the transaction costs
	let now = chain.look(|| wealth(&account(&alice)));
	assert!(before < now + DrawFee::DEFAULT, "{before} {now}");

	chain.ordered(rise(PlaceRent::DEFAULT));
	chain.submit(&alice, call);
}

#[test]
fn the_api_says_what_a_submission_is_asked() {
	let (mut chain, _, dealers) = start(3);
	let call = submission(&mut chain, SecurityClass::Standard, &dealers, 0);
	chain.look(|| {
		let asked = || Runtime::least_fee(mean(), SecurityClass::Standard, 3, WINDOW, WINDOW);
		let first = asked();
		assert_eq!(first, quoted(&call));
		let before = Runtime::prices();
		assert!(before.seats.total > 0);
		assert_eq!(before.place_rent, before.places.plus(1).price(PlaceRent::get()));
		assert_eq!(before.seat_rent, before.seats.plus(1).price(SeatRent::get()));
		// The next one is dearer
		for _ in 0..100 {
			take(1);
		}
		let after = Runtime::prices();
		assert_eq!((after.places, after.seats), (before.places.plus(100), before.seats.plus(100)));
		assert!(after.place_rent > before.place_rent);
		assert!(asked().least > first.least);
		assert_eq!(asked().work, first.work);
	});
}

/// A spec with as many columns and groups as there may be, with the longest names: its record is all but four kilobytes of the
/// longest one.
fn longest() -> TaskSpec {
	let name = |number: u32| -> Name {
		let name = format!("{number:x>width$}", width = MAX_NAME as usize);
		name.into_bytes().try_into().unwrap()
	};
	let column = |number| Column { name: name(number), decimals: 0, min: 0, max: 1 };
	let columns: Vec<_> = (0..MAX_COLUMNS).map(column).collect();
	let groups: Vec<_> = (0..MAX_GROUPS).map(name).collect();
	let grouping = Grouping { column: name(9_999), groups: groups.try_into().unwrap() };
	TaskSpec {
		statistic: Statistic::Contributors,
		columns: columns.try_into().unwrap(),
		group_by: Some(grouping),
		..mean()
	}
}

/// The audit's attack on state: a task is drawn, nobody deals, and the longest record is left for good. It was the draw fee, 0.5,
/// as for the shortest one; draws for a gigabyte of records were 17,700 tokens. Now each byte is paid for, and a gigabyte is 100,000
/// more. Ordinary tasks pay a tenth of a draw fee for it. What else is lost, for work and seats, depends on no record's length.
#[test]
fn the_longest_record_costs_six_draws_and_an_ordinary_one_a_tenth() {
	let paid_for = |spec: TaskSpec| {
		let offer = Offer { spec, window: 4 * WINDOW, ..Offer::default() };
		let watched = Watched::drawn(3, offer);
		let (task, rent) = (watched.task, watched.rent);
		let failed = Outcome::Failed(FailReason::NoDealings);
		let mut chain = watched.ends(failed, &blamed(3, 3));
		let record = chain.look(|| pallet_tasks::Records::<Runtime>::get(task)).unwrap();
		let bytes = Balance::from(record.encoded_size() as u32);
		let (_, charged) = chain.rents[&task];
		assert!(rent.byte * bytes <= charged && charged <= rent.most, "{charged} of {rent:?}");
		rent.byte * bytes
	};
	let (short, long) = (paid_for(mean()), paid_for(longest()));
	assert!(20 * short < 2 * DrawFee::DEFAULT, "{short}");
	assert!(long > 5 * DrawFee::DEFAULT, "{long}");
	// A gigabyte, in the longest records that there can be
	let longest = Balance::from(pallet_tasks::types::Record::max_encoded_len() as u32);
	let gigabyte = |each: Balance| each * 1_000_000_000 / longest / UNIT;
	assert_eq!(gigabyte(DrawFee::DEFAULT), 17_719);
	assert_eq!(gigabyte(DrawFee::DEFAULT + longest * ByteFee::DEFAULT), 117_719);
}

/// What is kept at first reckons with the longest conditions and with a sealed result. For an ordinary task it is less than a fifth
/// of the draw fee all the same.
#[test]
fn what_is_kept_for_an_ordinary_tasks_bytes_is_modest() {
	let least = Chain::development().look(|| {
		let quote = Tasks::quote(&mean(), SecurityClass::Standard, 3, WINDOW, WINDOW);
		assert_eq!(quote.rent.byte, ByteFee::DEFAULT);
		Balance::from(quote.bytes) * quote.rent.byte
	});
	assert!(10 * least < 2 * DrawFee::DEFAULT, "{least}");
	assert!(least < FEE / 100);
}

/// Of state, as an open task that is not drawn yet takes it: its place, and so many seats.
fn take(seats: u32) {
	Agenda::<Runtime>::mutate(|agenda| {
		let task = TaskId::MAX - agenda.len() as TaskId;
		agenda.try_push(Due { at: BlockNumber::MAX, task, epoch: None }).unwrap();
	});
	Booked::<Runtime>::mutate(|booked| booked.waiting += seats);
}

/// So many nodes in selection, each with ten times the least stake and nothing to do. Returns their stake, and their seats.
fn network(nodes: u32) -> (Balance, u32) {
	let stake = 10 * MinStake::get();
	let free = (stake / SeatStake::get()) as u32;
	let node = |number: u32| {
		let account = AccountId::new(blake2_256(&number.to_le_bytes()));
		Candidate { account, stake, since: 0, free, role: Role::Both }
	};
	let mut candidates: Vec<_> = (0..nodes).map(node).collect();
	candidates.sort_by(|left, right| left.account.cmp(&right.account));
	type MaxNodes = <Runtime as pallet_registry::Config>::MaxNodes;
	let candidates: BoundedVec<Candidate, MaxNodes> = BoundedVec::truncate_from(candidates);
	Candidates::<Runtime>::put(candidates);
	(stake * Balance::from(nodes), free * nodes)
}

/// Seats of a task of the class Standard.
fn seats() -> u32 {
	Tasks::class_parameters(SecurityClass::Standard).all_seats().into()
}

/// What who asks for as many tasks as hold this many seats pays for draws and for rent, if each holds its place and its seats so
/// long. The tasks are asked for one after the other, as nobody else asks for any.
fn paid_for(seats_of_all: u32, windows: (BlockNumber, BlockNumber), held: &Held) -> Balance {
	let (accept, collect) = windows;
	let (mut taken, mut paid) = (0, 0);
	while taken < seats_of_all {
		let quote = Tasks::quote(&mean(), SecurityClass::Standard, 3, accept, collect);
		paid += DrawFee::get() + quote.rent.due(held);
		take(seats());
		taken += seats();
	}
	paid
}

/// What a task holds that nobody accepts for a week: its place, and a tenth of its seats.
const UNDRAWN: Held = Held { place: WEEK, seats: WEEK / 10, bytes: 0 };

/// The audit's attack on places: a thousand tasks that nobody accepts shut everybody out for a week. It was 1.2 tokens a task, so
/// 1,200 together. Now it is thirty times as much where seats are plenty, and where they are few, ten times that.
#[test]
fn all_places_for_a_week_cost_thirty_times_what_they_did() {
	for (nodes, times) in [(60, 300), (900, 30)] {
		Chain::from_preset(PRODUCTION_PRESET).look(|| {
			network(nodes);
			let places: u32 = <Runtime as pallet_tasks::Config>::MaxOpenTasks::get();
			let paid = paid_for(places * seats(), (WEEK, MinCollect::get()), &UNDRAWN);
			assert_eq!(Tasks::occupancy().0, Occupancy { used: places, total: places });
			assert!(paid > times * 1_200 * UNIT, "{paid}");
		});
	}
}

/// Tasks that nobody accepts take no seat, but make seats dear for others: as many as ask for nine tenths bring them to the
/// highest price. For a week that was half a token a task and the rent of its place, and is a hundredth of all stake. To hold as
/// many seats is dearer still.
#[test]
fn to_make_seats_dear_for_a_week_costs_a_hundredth_of_all_stake() {
	let asked = |held: &Held| {
		Chain::from_preset(PRODUCTION_PRESET).look(|| {
			let (stake, all) = network(60);
			let paid = paid_for(all * 9 / 10, (WEEK, MinCollect::get()), held);
			assert_eq!(Tasks::rents_after(1).1, DEAREST * SeatRent::get());
			(paid, stake)
		})
	};
	let (places_alone, _) = asked(&Held { seats: 0, ..UNDRAWN });
	let (paid, stake) = asked(&UNDRAWN);
	assert!(paid >= stake / 100, "{paid} of {stake}");
	assert!(paid > 15 * places_alone, "{paid} instead of {places_alone}");
	assert!(paid <= stake / 50, "{paid} of {stake}: more than is promised");
}

/// The audit's attack on seats: tasks of one's own that last, as many as it takes for no draw to succeed any more. It was half a
/// thousandth of all stake a week. A window for dealing is a day now, so that it is done seven times; at once each time, when all
/// is free and cheap, which honest tasks would make dearer.
#[test]
fn most_seats_for_a_week_cost_a_thirtieth_of_all_stake() {
	Chain::from_preset(PRODUCTION_PRESET).look(|| {
		let (stake, all) = network(60);
		let day = Held { place: DAYS, seats: DAYS, bytes: 0 };
		let paid = 7 * paid_for(all * 85 / 100, (MinAccept::get(), MaxCollect::get()), &day);
		assert!(paid >= stake * 3 / 100, "{paid} of {stake}");
		assert!(paid <= stake / 10, "{paid} of {stake}: more than is promised");
	});
}

/// The same attack with nodes of one's own, which make all seats more, and so the price less, and leave before the draws. As many
/// as all others bring it down to no less than a fifth, and bind what all others bind, for the two weeks until it comes back. However
/// many they are, the price of an empty network is what each seat costs.
#[test]
fn nodes_of_ones_own_make_seats_cheaper_by_far_less_than_they_bind() {
	let cost = |own: u32| {
		Chain::from_preset(PRODUCTION_PRESET).look(|| {
			let (_, honest) = network(60);
			let (all, _) = network(60 + own);
			let parked = all - all / Balance::from(60 + own) * 60;
			let windows = (MinAccept::get(), MaxCollect::get());
			let wanted = honest * 85 / 100;
			let paid = 7 * paid_for(wanted, windows, &Held { place: DAYS, seats: DAYS, bytes: 0 });
			let floor = SeatRent::get() * Balance::from(WEEK) * Balance::from(wanted);
			assert!(paid > floor, "{paid}, of {floor}");
			(paid, parked)
		})
	};
	let (alone, none) = cost(0);
	let (paid, parked) = cost(60);
	assert_eq!(none, 0);
	assert!(paid < alone && 5 * paid > alone, "{paid} instead of {alone}");
	assert!(parked > 15 * (alone - paid), "{parked} for {}", alone - paid);
	assert!(cost(900).0 < paid);
}
