//! Tests of prices and rents: their laws, and what it costs to take everything.

use super::*;

fn price(used: u32, total: u32, base: Balance) -> Balance {
	Occupancy { used, total }.price(base)
}

/// Numbers that look random and are the same every time: SplitMix64.
struct Numbers(u64);

impl Numbers {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut mixed = self.0;
		mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		mixed ^ (mixed >> 31)
	}

	/// A number of any length: small ones are as likely as large ones.
	fn any(&mut self) -> u64 {
		let shift = self.next() % 64;
		self.next() >> shift
	}

	fn short(&mut self) -> u32 {
		self.any() as u32
	}

	fn amount(&mut self) -> Balance {
		let shift = self.next() % 128;
		((Balance::from(self.next()) << 64) | Balance::from(self.next())) >> shift
	}
}

#[test]
fn the_price_rises_as_it_fills() {
	for (used, factor) in [(0, 1), (500, 4), (750, 16), (800, 25), (900, 100), (1_000, 100)] {
		assert_eq!(price(used, 1_000, 7), 7 * factor, "{used} of a thousand");
	}
	// Rounded up: 1,000 / 999, squared, is a bit more than one
	assert_eq!(price(1, 1_000, 1), 2);
	assert_eq!(price(1, 1_000, 1_000_000), 1_002_004);
	// More are waited for than there are, and none is there at all
	for (used, total) in [(1_001, 1_000), (u32::MAX, 1), (0, 0), (1, 0), (u32::MAX, 0)] {
		assert_eq!(price(used, total, 7), 700);
	}
	assert_eq!(Occupancy { used: 3, total: 9 }.plus(4), Occupancy { used: 7, total: 9 });
	assert_eq!(Occupancy { used: 3, total: 9 }.plus(u32::MAX).used, u32::MAX);
}

/// As it is defined, wherever the definition's numbers fit.
#[test]
fn the_price_is_what_it_is_defined_as() {
	for total in 1..=120u32 {
		for used in 0..=total + 2 {
			for base in [0, 1, 3, 10, 999, 20_000_000, 1 << 60] {
				// In tenths of all: max(1 - u, 1/10), squared
				let free = (10 * Balance::from(total.saturating_sub(used))).max(total.into());
				let whole = 10 * Balance::from(total);
				let expected = (base * whole * whole).div_ceil(free * free);
				assert_eq!(price(used, total, base), expected, "{base}, {used} of {total}");
			}
		}
	}
}

/// It never falls as more are taken, nor rises as more come, and lies between the base and a hundred times as much: for whatever
/// numbers, the largest included.
#[test]
fn the_price_keeps_its_laws() {
	let mut numbers = Numbers(12);
	let ends = [0, 1, 2, 9, 10, 11, u32::MAX / 10, u32::MAX - 1, u32::MAX];
	let mut cases: Vec<_> = ends.iter().flat_map(|used| ends.map(|total| (*used, total))).collect();
	cases.extend((0..20_000).map(|_| (numbers.short(), numbers.short())));
	for (used, total) in cases {
		for base in [0, 1, numbers.amount(), Balance::MAX / 100, Balance::MAX] {
			let at = price(used, total, base);
			assert!(at >= base && at <= base.saturating_mul(DEAREST));
			let more = numbers.short();
			let fuller = price(used.saturating_add(more), total, base);
			assert!(fuller >= at, "{base}, {used} and {more} of {total}");
			let roomier = price(used, total.saturating_add(more), base);
			assert!(roomier <= at, "{base}, {used} of {total} and {more}");
			assert!(price(used, total, base.saturating_add(1)) >= at);
		}
	}
}

#[test]
fn the_largest_prices_saturate() {
	assert_eq!(price(1, 2, Balance::MAX), Balance::MAX);
	assert_eq!(price(u32::MAX, u32::MAX, Balance::MAX), Balance::MAX);
	assert_eq!(price(0, u32::MAX, Balance::MAX), Balance::MAX);
	// What fits is exact, however large its parts are
	assert_eq!(price(0, u32::MAX, Balance::MAX - 1), Balance::MAX - 1);
	let half = price(1 << 31, u32::MAX, Balance::MAX / 8);
	assert!(half > Balance::MAX / 2 && half < Balance::MAX / 2 + (1 << 100));

	let longest = Held { place: u32::MAX, seats: u32::MAX, bytes: u32::MAX };
	let rent = Rent::new(Balance::MAX, Balance::MAX, Balance::MAX, &longest);
	assert_eq!(rent.most, Balance::MAX);
	assert_eq!(rent.due(&longest), Balance::MAX);
	assert_eq!(rent.due(&Held { place: 1, seats: 1, bytes: 0 }), Balance::MAX);
}

#[test]
fn what_was_held_is_due() {
	let rent = Rent::new(3, 50, 2, &Held { place: 100, seats: 70, bytes: 600 });
	assert_eq!(rent, Rent { place: 3, seats: 50, byte: 2, most: 5_000 });
	for (place, seats, bytes, due) in [
		(0, 0, 0, 0),
		(1, 0, 0, 3),
		(40, 0, 0, 120),
		(40, 30, 0, 1_620),
		(40, 30, 260, 2_140),
		(100, 70, 600, 5_000),
		(100, 70, 601, 5_000),
	] {
		assert_eq!(rent.due(&Held { place, seats, bytes }), due);
	}
}

/// The hook lags: who named its fee pays no more than was kept of it.
#[test]
fn no_more_is_due_than_was_kept() {
	let mut numbers = Numbers(34);
	for _ in 0..20_000 {
		let mut held =
			|| Held { place: numbers.short(), seats: numbers.short(), bytes: numbers.short() };
		let (longest, held) = (held(), held());
		let mut amount = || numbers.amount();
		let rent = Rent::new(amount(), amount(), amount(), &longest);
		assert_eq!(rent.due(&longest), rent.most);
		let due = rent.due(&held);
		assert!(due <= rent.most);
		let longer = Held { place: held.place.saturating_add(1), ..held };
		assert!(rent.due(&longer) >= due);
		let within = held.place <= longest.place && held.seats <= longest.seats;
		if within && held.bytes <= longest.bytes && due < Balance::MAX {
			let exact = |price: Balance, count: u32| price.saturating_mul(count.into());
			let both = exact(rent.place, held.place).saturating_add(exact(rent.seats, held.seats));
			assert_eq!(due, both.saturating_add(exact(rent.byte, held.bytes)));
		}
	}
}

/// However short a task is and however small the base: while there is a price, nothing is free.
#[test]
fn a_block_is_never_free() {
	for total in [1, 7, 1_000, u32::MAX] {
		for used in [0, 1, total / 2, total] {
			let (place, seat) = (price(used, total, 1), price(used, total, 1));
			let rent = Rent::new(place, seat, 0, &Held { place: 100, seats: 90, bytes: 9 });
			assert!(rent.due(&Held { place: 1, seats: 0, bytes: 0 }) > 0);
			assert!(rent.due(&Held { place: 1, seats: 1, bytes: 9 }) > place);
		}
	}
	assert_eq!(price(7, 8, 0), 0);
}

/// What a runtime asks by default: a block of a place and of a seat, a week of blocks, and what a seat covers of its node's stake.
const UNIT: Balance = 1_000_000_000_000;
const PLACE: Balance = 20 * UNIT / 1_000_000;
const SEAT: Balance = 40 * UNIT / 1_000_000;
const WEEK: Balance = 100_800;
const COVER: Balance = 300 * UNIT;

/// Audit, 2: every place for a week was 1,200 UNIT, 1.2 a task, whoever came first or last.
#[test]
fn to_take_every_place_for_a_week_costs_what_it_is_worth() {
	let costs = |places: u32| -> Balance {
		(1..=places).map(|used| WEEK * price(used, 1_000, PLACE)).sum()
	};
	assert!(costs(1_000) > 38_000 * UNIT);
	// Half of that for the last tenth alone, which is for who pays more
	assert!(costs(1_000) - costs(900) > 20_000 * UNIT);
	// A single task in an empty book pays little
	assert!(costs(1) < 3 * UNIT);
}

/// Rent of a week of as many of these seats as are asked for, in tasks of seven one after the other.
fn week_of_seats(asked: u32, total: u32) -> Balance {
	let tasks = (7..=asked).step_by(7);
	tasks.map(|used| 7 * WEEK * price(used, total, SEAT)).sum()
}

/// Audit, 2: sixty nodes with sixteen seats each, for all of which there is stake. A week of 85 % of them, in 116 tasks at 1.2
/// UNIT, was 140 UNIT: half a thousandth of all stake.
#[test]
fn to_take_the_seats_for_a_week_costs_a_part_of_all_stake() {
	let (seats, stake) = (960, 960 * COVER);
	let week = week_of_seats(seats * 85 / 100, seats);
	assert!(week >= 3 * stake / 100, "{week}");
	assert!(week >= 20_000 * UNIT);
	// A third of them, as much as honest use might be, is cheap
	assert!(week_of_seats(seats / 3, seats) < week / 10);
}

/// Who brings seats of its own makes all the others cheaper, and may take its nodes out before the draws, so that the seats
/// come off the others. The stake for these seats is not lost, but parked, and until it is unbonded: less than half of it is
/// what they save at best, and to halve the rent takes a fifth of all stake.
#[test]
fn to_lower_the_rent_by_seats_of_ones_own_parks_more_than_it_saves() {
	let (seats, stake) = (960u32, 960 * COVER);
	let asked = seats * 85 / 100;
	let alone = week_of_seats(asked, seats);
	for own in (1..3_000).step_by(7) {
		let (rent, parked) = (week_of_seats(asked, seats + own), COVER * Balance::from(own));
		assert!(rent < alone);
		assert!(2 * (alone - rent) < parked, "{own}");
		assert!(2 * rent > alone || 5 * parked > stake, "{own}");
	}
}
