//! The draw of a committee and a panel, and the task hash that it fixes.

use crate::{types::*, *};
use frame::deps::sp_io::hashing::sha2_256;
use machine::Machine;
use ostraka_primitives::{
	consent::ColumnSet,
	task::{Seat, Terms},
	traits::{DrawRequest, Opening, RelayMoment, Seated},
};
use ostraka_protocol::{
	wire::{terms_hash, Published},
	Version,
};

/// Who may have a seat in a task, as the registry found it.
pub(crate) type EligibleOf<T> = <<T as Config>::Committees as Committees>::Eligible;

/// Domain of the seeds of draws.
const SEED_TAG: &[u8; 15] = b"ostraka/draw/v2";

/// The draw's seed: the chain's randomness bound to the task, so that two tasks drawn from one randomness have nothing to
/// do with each other.
fn seed_of(randomness: &[u8; 32], task: TaskId) -> [u8; 32] {
	sha2_256(&(SEED_TAG, randomness, task).encode())
}

/// The columns that a spec reads.
pub(crate) fn columns_of(spec: &TaskSpec) -> ColumnSet {
	ColumnSet::of(spec, sha2_256)
}

impl<T: Config> Pallet<T> {
	/// Hash of the chain's first block.
	fn genesis() -> [u8; 32] {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let mut genesis = [0u8; 32];
		genesis.iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
		genesis
	}

	/// What a dealer of this task accepts.
	pub(crate) fn terms(task: TaskId, record: &Record) -> Digest {
		let terms = Terms {
			protocol: record.protocol,
			requester: &record.requester,
			spec: &record.spec,
			cohort: &record.cohort,
			class: record.class,
			parameters: &record.parameters,
			conditions: &record.conditions,
			windows: &record.windows,
			fee: record.fee,
			data_reward: record.data_reward,
		};
		terms_hash(&terms, &Self::genesis(), task)
	}

	/// `TH` of a task whose committee and panel are drawn in block `drawn_at`, for those who accepted with this hash. Phases may end
	/// early, so only their windows are known at the draw, and covered.
	pub(crate) fn hash_task(
		task: TaskId,
		version: Version,
		record: &Record,
		consent: &Digest,
		drawn_at: BlockNumber,
		committee: &Committee,
		panel: &Panel,
	) -> Digest {
		let published = Published {
			version,
			spec: &record.spec,
			consent,
			class: record.class,
			parameters: &record.parameters,
			conditions: &record.conditions,
			windows: &record.windows,
			drawn_at,
		};
		published.hash(&Self::genesis(), task, committee, panel)
	}

	/// Who may have a seat in a task with this plan now, or what is missing for a committee or a panel.
	pub(crate) fn eligible(task: TaskId, plan: &DrawPlan) -> Result<EligibleOf<T>, DrawError> {
		let barred = Barred::<T>::get(task);
		T::Committees::eligible(&DrawRequest {
			task,
			parameters: plan.parameters,
			submitted_at: plan.submitted_at,
			barred: &barred,
		})
	}

	/// Frees what waited for a task's draw: it is drawn, or will never be.
	pub(crate) fn forget_draw(task: TaskId) {
		Draws::<T>::remove(task);
		Barred::<T>::remove(task);
	}

	/// Draws committee and panel of a task in `Drawing` from what [`Self::eligible`] found in this step, opens its
	/// sharing, and moves it on. Returns `false`, and changes nothing, if they cannot be drawn now, or
	/// the task follows a version of the protocol that is not known any more.
	pub(crate) fn draw(
		task: TaskId,
		status: TaskStatus,
		plan: &DrawPlan,
		eligible: EligibleOf<T>,
		randomness: &[u8; 32],
	) -> bool {
		let now = Self::now();
		let (Some(mut record), Some(invitation)) =
			(Records::<T>::get(task), Invitations::<T>::get(task))
		else {
			return false;
		};
		let first = Self::first_dealing_within(record.windows.collect);
		let Ok(next @ TaskStatus::Collecting { first_by, until }) =
			status.drawn(now, &record.windows, first)
		else {
			return false;
		};
		let Ok(version) = Version::from_number(record.protocol) else { return false };
		let parameters = plan.parameters;
		let Ok(Seated { committee, panel }) =
			T::Committees::draw(eligible, seed_of(randomness, task))
		else {
			return false;
		};

		let Invitation { accepted, consent, .. } = invitation;
		let task_hash = Self::hash_task(task, version, &record, &consent, now, &committee, &panel);
		let accounts =
			|seats: &[Seat]| seats.iter().map(|seat| seat.account.clone()).collect::<Vec<_>>();
		let (members, verifiers) = (accounts(&committee), accounts(&panel));
		DrawnTasks::<T>::insert(
			task,
			Drawn {
				protocol: record.protocol,
				task_hash,
				threshold: parameters.threshold,
				length: record.spec.length(),
				proof_length: record.proof_length,
				accepted,
				conditions: record.conditions.clone(),
				columns: columns_of(&record.spec),
				windows: record.windows,
				committee,
				panel,
			},
		);
		let opening = Opening {
			threshold: parameters.threshold,
			seats: parameters.all_seats(),
			verifiers: parameters.verifiers,
			recipient: record.conditions.sealed_to.clone(),
		};
		record.drawn = Some(DrawnAt { block: now, task_hash, accepted, consent });
		Records::<T>::insert(task, record);
		Booked::<T>::mutate(|booked| booked.draw(parameters.all_seats()));
		T::Sharing::open(task, &opening);
		Self::forget_draw(task);
		Self::enter(task, next);
		Self::deposit_event(Event::CommitteeDrawn {
			task,
			task_hash,
			members,
			first_by,
			collect_until: until,
			panel: verifiers,
		});
		true
	}

	/// See [`Pallet::draw_obstacle`].
	pub(crate) fn obstacle(task: TaskId) -> Option<DrawError> {
		match Statuses::<T>::get(task)? {
			TaskStatus::Drawing { .. } => Self::eligible(task, &Draws::<T>::get(task)?).err(),
			TaskStatus::Inviting { .. } => {
				let plan = Invitations::<T>::get(task)?.plan(RelayMoment::default());
				Self::eligible(task, &plan).err()
			},
			_ => None,
		}
	}
}
