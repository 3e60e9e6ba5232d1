//! Migrations of the task book's storage, one a version.

use crate::{
	types::{Acceptance, DrawnAt},
	*,
};
use frame::deps::frame_support::{
	migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade,
};
use ostraka_primitives::{
	consent::{Agreed, ColumnSet},
	task::Windows,
	ProtocolVersion,
};

/// From version 2 to 3: tasks have conditions, acceptances keep what they were given under, and settlements whether anything was
/// released. Every task that is there promises what its class asks for, and nothing else.
///
/// **Upgrade when no task is open.** Open tasks are carried over, so that what is on hold for them comes back; but the
/// version of the protocol that they follow is no longer served, so they end without a result, and members that cannot answer
/// any more count as absent. Try-runtime refuses a state with one.
///
/// It walks all tasks ever in one block: of a chain with thousands of them it takes more than a block has.
pub type V2ToV3<T> = VersionedMigration<
	2,
	3,
	unchecked::V2ToV3<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// From version 3 to 4: the seats of open tasks are counted, by which the rent of those to come follows. Tasks that are there
/// were asked for none, and owe none: that is their escrows' matter.
///
/// It walks the open tasks.
pub type V3ToV4<T> = VersionedMigration<
	3,
	4,
	unchecked::V3ToV4<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// What version 2 stored.
pub(crate) mod v2 {
	use super::*;

	/// What was asked, without conditions.
	#[derive(Encode, Decode)]
	pub struct Record {
		pub protocol: ProtocolVersion,
		pub requester: AccountId,
		pub spec: TaskSpec,
		pub proof_length: u32,
		pub class: SecurityClass,
		pub parameters: ClassParameters,
		pub windows: Windows,
		pub submitted_at: BlockNumber,
		pub invited: u32,
		pub cohort: Digest,
		pub fee: Balance,
		pub data_reward: Balance,
		pub drawn: Option<DrawnAt>,
	}

	impl Record {
		/// The same task.
		pub fn into_present(self) -> crate::Record {
			crate::Record {
				protocol: self.protocol,
				requester: self.requester,
				spec: self.spec,
				proof_length: self.proof_length,
				class: self.class,
				parameters: self.parameters,
				conditions: Conditions::of(&self.parameters),
				windows: self.windows,
				submitted_at: self.submitted_at,
				invited: self.invited,
				cohort: self.cohort,
				fee: self.fee,
				data_reward: self.data_reward,
				drawn: self.drawn,
			}
		}
	}

	/// A dealer's place among those who had accepted.
	pub type Place = Option<u32>;

	/// The same dealer: of what it agreed to nothing was kept.
	pub fn invitee(place: Place) -> Invitee {
		let agreed = Agreed::default();
		Invitee::Dealer(place.map(|place| Acceptance { place, agreed }))
	}

	/// How far inviting had come, without conditions.
	#[derive(Encode, Decode)]
	pub struct Invitation {
		pub requester: AccountId,
		pub terms: Digest,
		pub class: SecurityClass,
		pub parameters: ClassParameters,
		pub submitted_at: BlockNumber,
		pub invited: u32,
		pub accepted: u32,
		pub consent: Digest,
	}

	impl Invitation {
		/// The same invitation. Its terms stay what was accepted.
		pub fn into_present(self) -> crate::Invitation {
			crate::Invitation {
				requester: self.requester,
				terms: self.terms,
				class: self.class,
				parameters: self.parameters,
				conditions: Conditions::of(&self.parameters),
				submitted_at: self.submitted_at,
				invited: self.invited,
				accepted: self.accepted,
				missing: 0,
				sealed: false,
				consent: self.consent,
			}
		}
	}

	/// A drawn task without conditions.
	#[derive(Encode, Decode)]
	pub struct Drawn {
		pub protocol: ProtocolVersion,
		pub task_hash: Digest,
		pub threshold: u8,
		pub length: u32,
		pub proof_length: u32,
		pub accepted: u32,
		pub least_dealers: u32,
		pub windows: Windows,
		pub committee: Committee,
		pub panel: Panel,
	}

	impl Drawn {
		/// The same task. It will have no result that others could be compared with, so that its columns do not matter.
		pub fn into_present(self) -> crate::Drawn {
			let conditions = Conditions {
				least_dealers: self.least_dealers,
				required: Default::default(),
				counting: None,
				sealed_to: None,
			};
			crate::Drawn {
				protocol: self.protocol,
				task_hash: self.task_hash,
				threshold: self.threshold,
				length: self.length,
				proof_length: self.proof_length,
				accepted: self.accepted,
				conditions,
				columns: ColumnSet::default(),
				windows: self.windows,
				committee: self.committee,
				panel: self.panel,
			}
		}
	}

	/// The same settlement. Nothing is remembered of its dealers that could be forgotten.
	pub fn remaining(stage: Stage) -> Remaining {
		Remaining { stage, released: true }
	}
}

/// What a migration does once it has looked at the version. Private, so that no runtime can run one without that.
mod unchecked {
	use super::*;

	/// Maps that are walked.
	const MAPS: u64 = 5;

	pub struct V2ToV3<T>(core::marker::PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for V2ToV3<T> {
		fn on_runtime_upgrade() -> Weight {
			let mut entries = 0u64;
			Records::<T>::translate_values(|record: v2::Record| {
				entries = entries.saturating_add(1);
				Some(record.into_present())
			});
			Cohorts::<T>::translate_values(|place: v2::Place| {
				entries = entries.saturating_add(1);
				Some(v2::invitee(place))
			});
			Invitations::<T>::translate_values(|invitation: v2::Invitation| {
				entries = entries.saturating_add(1);
				Some(invitation.into_present())
			});
			DrawnTasks::<T>::translate_values(|drawn: v2::Drawn| {
				entries = entries.saturating_add(1);
				Some(drawn.into_present())
			});
			Settlements::<T>::translate_values(|stage: Stage| {
				entries = entries.saturating_add(1);
				Some(v2::remaining(stage))
			});
			// Each walk reads one key more than there are.
			T::DbWeight::get().reads_writes(entries.saturating_add(MAPS), entries)
		}

		/// How many tasks there are, none of which is open.
		#[cfg(feature = "try-runtime")]
		fn pre_upgrade() -> Result<Vec<u8>, frame::deps::sp_runtime::TryRuntimeError> {
			ensure!(none_is_open::<T>(), "a task is open: upgrade when it is settled");
			Ok((Records::<T>::iter_keys().count() as u64).encode())
		}

		#[cfg(feature = "try-runtime")]
		fn post_upgrade(state: Vec<u8>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			let before = u64::decode(&mut state.as_slice()).map_err(|_| "no number of tasks")?;
			let records: Vec<_> = Records::<T>::iter_values().collect();
			ensure!(records.len() as u64 == before, "a task is lost");
			let plain = records
				.iter()
				.all(|record| record.conditions == Conditions::of(&record.parameters));
			ensure!(plain, "a task has conditions that nobody accepted");
			Pallet::<T>::do_try_state()
		}
	}

	pub struct V3ToV4<T>(core::marker::PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for V3ToV4<T> {
		fn on_runtime_upgrade() -> Weight {
			let booked = Pallet::<T>::booked_now();
			Booked::<T>::put(booked);
			// Of each open task the invitation and whether it is drawn, and one key more than there are
			let open = Invitations::<T>::iter_keys().count() as u64;
			T::DbWeight::get().reads_writes(open.saturating_mul(3).saturating_add(2), 1)
		}

		#[cfg(feature = "try-runtime")]
		fn post_upgrade(_: Vec<u8>) -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
			Pallet::<T>::do_try_state()
		}
	}
}

/// Whether every task is settled.
#[cfg(any(test, feature = "try-runtime"))]
fn none_is_open<T: Config>() -> bool {
	Statuses::<T>::iter_values().all(|status| matches!(status, TaskStatus::Settled(_)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::mock::*;
	use frame::{deps::frame_support::storage::unhashed, testing_prelude::assert_ok};

	/// The version that tasks of then follow.
	const OLD_PROTOCOL: ProtocolVersion = 5;

	/// Puts state back to version 2.
	fn go_back() {
		for (task, record) in Records::<Test>::iter().collect::<Vec<_>>() {
			let old = v2::Record {
				protocol: OLD_PROTOCOL,
				requester: record.requester,
				spec: record.spec,
				proof_length: record.proof_length,
				class: record.class,
				parameters: record.parameters,
				windows: record.windows,
				submitted_at: record.submitted_at,
				invited: record.invited,
				cohort: record.cohort,
				fee: record.fee,
				data_reward: record.data_reward,
				drawn: record.drawn,
			};
			unhashed::put(&Records::<Test>::hashed_key_for(task), &old);
		}
		for (task, who, entry) in Cohorts::<Test>::iter().collect::<Vec<_>>() {
			unhashed::put::<v2::Place>(&Cohorts::<Test>::hashed_key_for(task, who), &entry.place());
		}
		for (task, invitation) in Invitations::<Test>::iter().collect::<Vec<_>>() {
			let old = v2::Invitation {
				requester: invitation.requester,
				terms: invitation.terms,
				class: invitation.class,
				parameters: invitation.parameters,
				submitted_at: invitation.submitted_at,
				invited: invitation.invited,
				accepted: invitation.accepted,
				consent: invitation.consent,
			};
			unhashed::put(&Invitations::<Test>::hashed_key_for(task), &old);
		}
		for (task, drawn) in DrawnTasks::<Test>::iter().collect::<Vec<_>>() {
			let old = v2::Drawn {
				protocol: OLD_PROTOCOL,
				task_hash: drawn.task_hash,
				threshold: drawn.threshold,
				length: drawn.length,
				proof_length: drawn.proof_length,
				accepted: drawn.accepted,
				least_dealers: drawn.conditions.least_dealers,
				windows: drawn.windows,
				committee: drawn.committee,
				panel: drawn.panel,
			};
			unhashed::put(&DrawnTasks::<Test>::hashed_key_for(task), &old);
		}
		for (task, left) in Settlements::<Test>::iter().collect::<Vec<_>>() {
			unhashed::put(&Settlements::<Test>::hashed_key_for(task), &left.stage);
		}
		StorageVersion::new(2).put::<Tasks>();
	}

	/// All that is stored of tasks whose layout changes, as it is once it was put back and migrated.
	type Stored = (
		Vec<(TaskId, Record)>,
		Vec<(TaskId, AccountId, Invitee)>,
		Vec<(TaskId, Invitation)>,
		Vec<(TaskId, Drawn)>,
		Vec<(TaskId, Remaining)>,
	);

	fn stored() -> Stored {
		let old = |(task, record)| (task, Record { protocol: OLD_PROTOCOL, ..record });
		let old_entry =
			|(task, who, entry): (_, _, Invitee)| (task, who, v2::invitee(entry.place()));
		let old_drawn = |(task, drawn)| {
			(task, Drawn { protocol: OLD_PROTOCOL, columns: ColumnSet::default(), ..drawn })
		};
		let old_left = |(task, left)| (task, Remaining { released: true, ..left });
		(
			Records::<Test>::iter().map(old).collect(),
			Cohorts::<Test>::iter().map(old_entry).collect(),
			Invitations::<Test>::iter().collect(),
			DrawnTasks::<Test>::iter().map(old_drawn).collect(),
			Settlements::<Test>::iter().map(old_left).collect(),
		)
	}

	/// A task that was settled before is what it was, and what is asked next is a task like any.
	#[test]
	fn settled_tasks_can_be_read() {
		build_and_execute(|| {
			let settled = consented(SecurityClass::Standard);
			run_until(settled, is_settled);
			let before = stored();
			assert_eq!((before.0.len(), before.1.len()), (1, 0));
			go_back();
			assert!(none_is_open::<Test>());
			V2ToV3::<Test>::on_runtime_upgrade();
			assert_eq!(StorageVersion::get::<Tasks>(), 3);
			assert_eq!(stored(), before);
			assert_ok!(Tasks::do_try_state());
			let task = Tasks::task(settled).unwrap();
			assert_eq!(task.protocol, OLD_PROTOCOL);
			assert_eq!(task.conditions, Conditions::of(&task.parameters));

			// a second time it does nothing, also to what has conditions
			let next = submit_on(Conditions { sealed_to: Some(account(5)), ..plain() }).unwrap();
			let before = Records::<Test>::get(next);
			V2ToV3::<Test>::on_runtime_upgrade();
			assert_eq!(Records::<Test>::get(next), before);
		});
	}

	/// Tasks that are open all the same, in every state that stores something of its own, are what they were, and come to their
	/// end: nothing stays on hold.
	#[test]
	fn open_tasks_are_carried_over_to_their_end() {
		new_test_ext().execute_with(|| {
			let settling = submit(SecurityClass::Standard).unwrap();
			let drawn = submit(SecurityClass::Standard).unwrap();
			accept_all(drawn);
			run_until(drawn, |status| matches!(status, TaskStatus::Collecting { .. }));
			let drawing = consented(SecurityClass::Standard);
			let inviting = submit(SecurityClass::Standard).unwrap();
			assert_ok!(accept(inviting, &Tasks::dealers(inviting)[0]));
			assert_ok!(cancel(settling));
			let before = stored();
			let counts =
				[before.0.len(), before.1.len(), before.2.len(), before.3.len(), before.4.len()];
			assert_eq!(counts, [4, 16, 4, 1, 1]);
			go_back();
			assert!(!none_is_open::<Test>());
			V2ToV3::<Test>::on_runtime_upgrade();
			assert_eq!(stored(), before);

			let last = Tasks::now() + Tasks::longest_task() + 20;
			while !none_is_open::<Test>() && Tasks::now() < last {
				poll_block(Weight::MAX);
			}
			for task in [settling, drawn, drawing, inviting] {
				let failed = matches!(status(task), TaskStatus::Settled(Outcome::Failed(_)));
				assert!(failed, "task {task}: {:?}", status(task));
			}
			assert_eq!(Invitations::<Test>::iter().count() + DrawnTasks::<Test>::iter().count(), 0);
			assert_eq!(Settlements::<Test>::iter().count() + Cohorts::<Test>::iter().count(), 0);
		});
	}

	/// Puts state back to version 3: nothing is counted.
	fn forget_seats() -> types::BookedSeats {
		StorageVersion::new(3).put::<Tasks>();
		Booked::<Test>::take()
	}

	/// In whatever state a task is, its seats are counted as they would have been all along, and come to nothing once all are
	/// settled.
	#[test]
	fn seats_of_open_tasks_are_counted() {
		build_and_execute(|| {
			ask_for_verifiers(2);
			let settled = submit(SecurityClass::Restricted).unwrap();
			assert_ok!(cancel(settled));
			run_until(settled, is_settled);
			let drawn = consented(SecurityClass::Confidential);
			run_until(drawn, |status| matches!(status, TaskStatus::Collecting { .. }));
			let settling = consented(SecurityClass::Standard);
			run_until(settling, |status| matches!(status, TaskStatus::Collecting { .. }));
			assert_ok!(cancel(settling));
			let cancelled = submit(SecurityClass::Standard).unwrap();
			assert_ok!(cancel(cancelled));
			world(|world| world.seed = ostraka_primitives::traits::Seed::Soon);
			let drawing = consented(SecurityClass::Restricted);
			let inviting = submit(SecurityClass::Standard).unwrap();
			assert_ok!(Tasks::do_try_state());

			let before = forget_seats();
			// With the panels a Standard task has five, a Confidential one seven and a Restricted one nine
			assert_eq!(before, types::BookedSeats { waiting: 5 + 9 + 5, taken: 7 + 5 });
			let complaint = DispatchError::Other("the seats of open tasks are miscounted");
			assert_eq!(Tasks::do_try_state(), Err(complaint));
			V3ToV4::<Test>::on_runtime_upgrade();
			assert_eq!(StorageVersion::get::<Tasks>(), 4);
			assert_eq!(Booked::<Test>::get(), before);
			assert_ok!(Tasks::do_try_state());

			let last = Tasks::now() + Tasks::longest_task() + 20;
			run_to(last);
			for task in [drawn, settling, cancelled, drawing, inviting] {
				assert!(is_settled(status(task)), "task {task}: {:?}", status(task));
			}
			assert_eq!(Booked::<Test>::get(), types::BookedSeats::default());
		});
	}

	#[test]
	fn seats_are_counted_once() {
		build_and_execute(|| {
			forget_seats();
			V3ToV4::<Test>::on_runtime_upgrade();
			assert_eq!(StorageVersion::get::<Tasks>(), 4);
			let task = submit(SecurityClass::Standard).unwrap();
			let wrong = types::BookedSeats { waiting: 8, taken: 1 };
			Booked::<Test>::put(wrong);
			V3ToV4::<Test>::on_runtime_upgrade();
			assert_eq!(Booked::<Test>::get(), wrong, "it looked at the version");
			Booked::<Test>::put(types::BookedSeats { waiting: 3, taken: 0 });
			assert_ok!(cancel(task));
		});
	}
}
