//! Tests of the pallet.

use crate::{
	migrations::{v1, V1ToV2},
	mock::*,
	*,
};
use frame::{deps::frame_support::storage::unhashed, testing_prelude::*};
use ostraka_primitives::task::ClassParameters;

type Error = crate::Error<Test>;

#[test]
fn genesis_sets_what_differs_between_networks() {
	for (development, solo, classes, window) in [
		(true, true, DEVELOPMENT, DEVELOPMENT_WINDOW),
		(true, false, DEVELOPMENT, DEVELOPMENT_WINDOW),
		(false, false, PRODUCTION, PRODUCTION_WINDOW),
	] {
		with_genesis(development, solo).execute_with(|| {
			assert_eq!(Classes::<Test>::get(), classes);
			assert_eq!(AnswerWindow::<Test>::get(), window);
			assert_eq!(Solo::<Test>::get(), solo);
			assert_eq!(Relay::<Test>::get(), RelayView::default());
			assert_eq!(StorageVersion::get::<Network>(), 2);
			assert_ok!(Network::do_try_state());
		});
	}
}

#[test]
fn a_network_that_nobody_configured_has_productions_classes_and_window() {
	TestState::new_empty().execute_with(|| {
		assert_eq!(Classes::<Test>::get(), PRODUCTION);
		assert_eq!(AnswerWindow::<Test>::get(), PRODUCTION_WINDOW);
		assert!(!Solo::<Test>::get());
	});
}

#[test]
fn root_sets_the_classes() {
	build_and_execute(|| {
		assert_noop!(Network::set_classes(RuntimeOrigin::signed(1), PRODUCTION), BadOrigin);
		assert_noop!(Network::set_classes(RuntimeOrigin::none(), PRODUCTION), BadOrigin);
		assert_ok!(Network::set_classes(RuntimeOrigin::root(), PRODUCTION));
		assert_eq!(Classes::<Test>::get(), PRODUCTION);
		System::assert_last_event(Event::<Test>::ClassesSet { classes: PRODUCTION }.into());
	});
}

/// Tables each of which has one class that no task could be computed with.
fn unsound() -> impl Iterator<Item = Table> {
	use ostraka_primitives::{task::LEAST_DEALERS, MAX_DEALERS};
	let changes: [fn(&mut ClassParameters); 7] = [
		|class| class.threshold = 0,
		|class| class.seats = 2 * class.threshold,
		|class| class.seats = 33,
		|class| class.verifiers = 17,
		|class| class.stake_factor = 0,
		|class| class.least_dealers = LEAST_DEALERS - 1,
		|class| class.least_dealers = MAX_DEALERS + 1,
	];
	let places: [fn(&mut Table) -> &mut ClassParameters; 3] = [
		|table| &mut table.standard,
		|table| &mut table.confidential,
		|table| &mut table.restricted,
	];
	places.into_iter().flat_map(move |place| {
		changes.into_iter().map(move |change| {
			let mut table = PRODUCTION;
			change(place(&mut table));
			table
		})
	})
}

#[test]
fn an_unsound_class_is_refused_wherever_it_stands() {
	build_and_execute(|| {
		for table in unsound() {
			assert_noop!(Network::set_classes(RuntimeOrigin::root(), table), Error::UnsoundClass);
		}
	});
}

#[test]
fn try_state_sees_an_unsound_class() {
	for table in unsound() {
		with_genesis(false, false).execute_with(|| {
			Classes::<Test>::put(table);
			assert_eq!(Network::do_try_state(), Err("an unsound class".into()));
		});
	}
}

#[test]
fn try_state_sees_a_window_of_no_block() {
	with_genesis(false, false).execute_with(|| {
		AnswerWindow::<Test>::put(0);
		assert_eq!(Network::do_try_state(), Err("no block to answer in".into()));
	});
}

/// A network that knows of no window keeps its classes, whatever they are, and gets production's: nobody has to migrate it.
#[test]
fn a_network_from_before_has_productions_window() {
	for development in [true, false] {
		with_genesis(development, false).execute_with(|| {
			let classes = Classes::<Test>::get();
			AnswerWindow::<Test>::kill();
			V1ToV2::<Test>::on_runtime_upgrade();
			assert_eq!(AnswerWindow::<Test>::get(), PRODUCTION_WINDOW);
			assert_eq!(Classes::<Test>::get(), classes);
			assert_ok!(Network::do_try_state());
		});
	}
}

#[test]
fn both_tables_are_sound_and_production_asks_for_more() {
	assert!(PRODUCTION.is_sound() && DEVELOPMENT.is_sound());
	for (small, large) in DEVELOPMENT.to_array().iter().zip(PRODUCTION.to_array()) {
		assert!(small.seats < large.seats && small.threshold < large.threshold);
		assert!(0 < small.verifiers && small.verifiers <= large.verifiers);
		assert_eq!(small.least_dealers, large.least_dealers);
	}
}

/// A chain that exists keeps its classes, whatever they are, and has no panels until Root asks for them.
#[test]
fn old_classes_have_no_panel() {
	build_and_execute(|| {
		let old = |class: ClassParameters| v1::Class {
			seats: class.seats,
			threshold: class.threshold,
			stake_factor: class.stake_factor,
			least_dealers: class.least_dealers,
		};
		let before: v1::Table = DEVELOPMENT.to_array().map(old);
		unhashed::put(&Classes::<Test>::hashed_key(), &before);
		StorageVersion::new(1).put::<Network>();
		V1ToV2::<Test>::on_runtime_upgrade();
		let without = |class: ClassParameters| ClassParameters { verifiers: 0, ..class };
		assert_eq!(Classes::<Test>::get().to_array(), DEVELOPMENT.to_array().map(without));
		assert_eq!(StorageVersion::get::<Network>(), 2);
		// a second time it does nothing
		assert_ok!(Network::set_classes(RuntimeOrigin::root(), PRODUCTION));
		V1ToV2::<Test>::on_runtime_upgrade();
		assert_eq!(Classes::<Test>::get(), PRODUCTION);
	});
}

/// A chain that nobody configured has none in state, and production's, panels and all.
#[test]
fn classes_that_nobody_set_need_no_migration() {
	TestState::new_empty().execute_with(|| {
		StorageVersion::new(1).put::<Network>();
		V1ToV2::<Test>::on_runtime_upgrade();
		assert!(!Classes::<Test>::exists());
		assert_eq!(Classes::<Test>::get(), PRODUCTION);
	});
}
