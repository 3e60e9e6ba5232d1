//! Migrations of the task book's storage, one a version.

use crate::{types::DrawnAt, *};
use frame::deps::frame_support::{
	migrations::VersionedMigration, traits::UncheckedOnRuntimeUpgrade,
};
use ostraka_primitives::{task::Windows, traits::RelayMoment, ProtocolVersion};

/// From version 1 to 2: classes say how many verifiers a task has, and drawn tasks have a panel. No task that is there has any.
///
/// **Upgrade when no task is open.** Open tasks are carried over, so that what is on hold for them comes back; but the
/// version of the protocol that they follow is no longer served, so they end without a result, and members that cannot answer
/// any more count as absent. Try-runtime refuses a state with one.
///
/// It walks all tasks ever in one block: of a chain with thousands of them it takes more than a block has.
pub type V1ToV2<T> = VersionedMigration<
	1,
	2,
	unchecked::V1ToV2<T>,
	Pallet<T>,
	<T as frame_system::Config>::DbWeight,
>;

/// What version 1 stored.
pub(crate) mod v1 {
	use super::*;

	/// A class without a panel.
	#[derive(Encode, Decode)]
	pub struct Class {
		pub seats: u8,
		pub threshold: u8,
		pub stake_factor: u32,
		pub least_dealers: u32,
	}

	impl Class {
		/// The same class.
		pub fn into_present(self) -> ClassParameters {
			let Self { seats, threshold, stake_factor, least_dealers } = self;
			ClassParameters { seats, threshold, stake_factor, least_dealers, verifiers: 0 }
		}
	}

	/// What was asked, of a class without a panel.
	#[derive(Encode, Decode)]
	pub struct Record {
		pub protocol: ProtocolVersion,
		pub requester: AccountId,
		pub spec: TaskSpec,
		pub proof_length: u32,
		pub class: SecurityClass,
		pub parameters: Class,
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
				parameters: self.parameters.into_present(),
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

	/// How far inviting has come, for a class without a panel.
	#[derive(Encode, Decode)]
	pub struct Invitation {
		pub requester: AccountId,
		pub terms: Digest,
		pub class: SecurityClass,
		pub parameters: Class,
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
				parameters: self.parameters.into_present(),
				submitted_at: self.submitted_at,
				invited: self.invited,
				accepted: self.accepted,
				consent: self.consent,
			}
		}
	}

	/// A draw that waits, for a class without a panel.
	#[derive(Encode, Decode)]
	pub struct DrawPlan {
		pub class: SecurityClass,
		pub parameters: Class,
		pub submitted_at: BlockNumber,
		pub after: RelayMoment,
		pub seed: Option<[u8; 32]>,
		pub tries: u8,
	}

	impl DrawPlan {
		/// The same plan.
		pub fn into_present(self) -> crate::DrawPlan {
			crate::DrawPlan {
				class: self.class,
				parameters: self.parameters.into_present(),
				submitted_at: self.submitted_at,
				after: self.after,
				seed: self.seed,
				tries: self.tries,
			}
		}
	}

	/// A drawn task without a panel.
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
	}

	impl Drawn {
		/// The same task, whose panel is empty.
		pub fn into_present(self) -> crate::Drawn {
			crate::Drawn {
				protocol: self.protocol,
				task_hash: self.task_hash,
				threshold: self.threshold,
				length: self.length,
				proof_length: self.proof_length,
				accepted: self.accepted,
				least_dealers: self.least_dealers,
				windows: self.windows,
				committee: self.committee,
				panel: Panel::default(),
			}
		}
	}
}

/// What [`V1ToV2`] does once it has looked at the version. Private, so that no runtime can run it without that.
mod unchecked {
	use super::*;

	/// Maps that are walked.
	const MAPS: u64 = 4;

	pub struct V1ToV2<T>(core::marker::PhantomData<T>);

	impl<T: Config> UncheckedOnRuntimeUpgrade for V1ToV2<T> {
		fn on_runtime_upgrade() -> Weight {
			let mut entries = 0u64;
			Records::<T>::translate_values(|record: v1::Record| {
				entries = entries.saturating_add(1);
				Some(record.into_present())
			});
			Invitations::<T>::translate_values(|invitation: v1::Invitation| {
				entries = entries.saturating_add(1);
				Some(invitation.into_present())
			});
			Draws::<T>::translate_values(|plan: v1::DrawPlan| {
				entries = entries.saturating_add(1);
				Some(plan.into_present())
			});
			DrawnTasks::<T>::translate_values(|drawn: v1::Drawn| {
				entries = entries.saturating_add(1);
				Some(drawn.into_present())
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
			let without = records.iter().all(|record| record.parameters.verifiers == 0);
			ensure!(without, "a task has a panel that was not drawn");
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
	const OLD_PROTOCOL: ProtocolVersion = 4;

	fn old_class(class: ClassParameters) -> v1::Class {
		let ClassParameters { seats, threshold, stake_factor, least_dealers, verifiers: _ } = class;
		v1::Class { seats, threshold, stake_factor, least_dealers }
	}

	/// Puts state back to version 1.
	fn go_back() {
		for (task, record) in Records::<Test>::iter().collect::<Vec<_>>() {
			let old = v1::Record {
				protocol: OLD_PROTOCOL,
				requester: record.requester,
				spec: record.spec,
				proof_length: record.proof_length,
				class: record.class,
				parameters: old_class(record.parameters),
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
		for (task, invitation) in Invitations::<Test>::iter().collect::<Vec<_>>() {
			let old = v1::Invitation {
				requester: invitation.requester,
				terms: invitation.terms,
				class: invitation.class,
				parameters: old_class(invitation.parameters),
				submitted_at: invitation.submitted_at,
				invited: invitation.invited,
				accepted: invitation.accepted,
				consent: invitation.consent,
			};
			unhashed::put(&Invitations::<Test>::hashed_key_for(task), &old);
		}
		for (task, plan) in Draws::<Test>::iter().collect::<Vec<_>>() {
			let old = v1::DrawPlan {
				class: plan.class,
				parameters: old_class(plan.parameters),
				submitted_at: plan.submitted_at,
				after: plan.after,
				seed: plan.seed,
				tries: plan.tries,
			};
			unhashed::put(&Draws::<Test>::hashed_key_for(task), &old);
		}
		for (task, drawn) in DrawnTasks::<Test>::iter().collect::<Vec<_>>() {
			let old = v1::Drawn {
				protocol: OLD_PROTOCOL,
				task_hash: drawn.task_hash,
				threshold: drawn.threshold,
				length: drawn.length,
				proof_length: drawn.proof_length,
				accepted: drawn.accepted,
				least_dealers: drawn.least_dealers,
				windows: drawn.windows,
				committee: drawn.committee,
			};
			unhashed::put(&DrawnTasks::<Test>::hashed_key_for(task), &old);
		}
		StorageVersion::new(1).put::<Tasks>();
	}

	/// All that is stored of tasks whose layout changes, as it is once it was put back and migrated.
	type Stored = (
		Vec<(TaskId, Record)>,
		Vec<(TaskId, Invitation)>,
		Vec<(TaskId, DrawPlan)>,
		Vec<(TaskId, Drawn)>,
	);

	fn stored() -> Stored {
		let old = |(task, record)| (task, Record { protocol: OLD_PROTOCOL, ..record });
		let old_drawn = |(task, drawn)| (task, Drawn { protocol: OLD_PROTOCOL, ..drawn });
		(
			Records::<Test>::iter().map(old).collect(),
			Invitations::<Test>::iter().collect(),
			Draws::<Test>::iter().collect(),
			DrawnTasks::<Test>::iter().map(old_drawn).collect(),
		)
	}

	/// A task that was settled before is what it was, and what is asked next is a task like any.
	#[test]
	fn settled_tasks_can_be_read() {
		build_and_execute(|| {
			let settled = submit(SecurityClass::Standard).unwrap();
			assert_ok!(cancel(settled));
			run_until(settled, is_settled);
			let before = stored();
			assert_eq!((before.0.len(), before.1.len()), (1, 0));
			go_back();
			assert!(none_is_open::<Test>());
			V1ToV2::<Test>::on_runtime_upgrade();
			assert_eq!(StorageVersion::get::<Tasks>(), 2);
			assert_eq!(stored(), before);
			assert_ok!(Tasks::do_try_state());
			let task = Tasks::task(settled).unwrap();
			assert_eq!((task.protocol, task.parameters.verifiers), (OLD_PROTOCOL, 0));

			// a second time it does nothing, also to what has a panel
			ask_for_verifiers(2);
			let next = submit(SecurityClass::Standard).unwrap();
			let before = Records::<Test>::get(next);
			V1ToV2::<Test>::on_runtime_upgrade();
			assert_eq!(Records::<Test>::get(next), before);
		});
	}

	/// Tasks that are open all the same, in every state that stores something of its own, are what they were, and come to their
	/// end: nothing stays on hold.
	#[test]
	fn open_tasks_are_carried_over_to_their_end() {
		new_test_ext().execute_with(|| {
			let drawn = submit(SecurityClass::Standard).unwrap();
			accept_all(drawn);
			run_until(drawn, |status| matches!(status, TaskStatus::Collecting { .. }));
			let drawing = consented(SecurityClass::Standard);
			let inviting = submit(SecurityClass::Standard).unwrap();
			let before = stored();
			let counts = (before.0.len(), before.1.len(), before.2.len(), before.3.len());
			assert_eq!(counts, (3, 3, 1, 1));
			go_back();
			assert!(!none_is_open::<Test>());
			V1ToV2::<Test>::on_runtime_upgrade();
			assert_eq!(stored(), before);

			let last = Tasks::now() + Tasks::longest_task() + 20;
			while !none_is_open::<Test>() && Tasks::now() < last {
				poll_block(Weight::MAX);
			}
			for task in [drawn, drawing, inviting] {
				let failed = matches!(status(task), TaskStatus::Settled(Outcome::Failed(_)));
				assert!(failed, "task {task}: {:?}", status(task));
			}
			assert_eq!(Invitations::<Test>::iter().count() + DrawnTasks::<Test>::iter().count(), 0);
		});
	}
}
