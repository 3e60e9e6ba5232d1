//! The draw of a committee, and the task hash that it fixes.

use crate::{types::*, *};
use frame::deps::sp_io::hashing::sha2_256;
use machine::Machine;
use ostraka_primitives::{task::published_bytes, traits::DrawRequest};
use ostraka_protocol::{wire::Published, Version};

/// Domain of the seeds of draws.
const SEED_TAG: &[u8; 15] = b"ostraka/draw/v1";

/// The draw's seed: the chain's randomness bound to the task, so that two tasks drawn in one block have nothing to do
/// with each other, and to what was asked.
fn seed_of(randomness: &[u8; 32], task: TaskId, published: &[u8]) -> [u8; 32] {
	sha2_256(&(SEED_TAG, randomness, task, sha2_256(published)).encode())
}

impl<T: Config> Pallet<T> {
	/// Hash of the chain's first block.
	fn genesis() -> [u8; 32] {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let mut genesis = [0u8; 32];
		genesis.iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
		genesis
	}

	/// `TH` of a task whose committee is drawn in block `drawn_at`. Phases may end early, so only their windows are known
	/// at the draw, and covered.
	pub(crate) fn hash_task(
		task: TaskId,
		version: Version,
		record: &Record,
		drawn_at: BlockNumber,
		committee: &Committee,
	) -> Digest {
		let published = Published {
			version,
			spec: &record.spec,
			cohort: &record.cohort,
			class: record.class,
			parameters: &record.parameters,
			windows: &record.windows,
			drawn_at,
		};
		published.hash(&Self::genesis(), task, committee)
	}

	/// Draws the committee of a task in `Drawing`, opens its sharing, and moves it on. Answers `false`, and changes
	/// nothing, if no committee can be drawn now, or the task follows a version of the protocol that is not known any more.
	pub(crate) fn draw(
		task: TaskId,
		status: TaskStatus,
		mut record: Record,
		randomness: &[u8; 32],
	) -> bool {
		let now = Self::now();
		let Ok(next) = status.drawn(now, &record.windows) else { return false };
		let Ok(version) = Version::from_number(record.protocol) else { return false };
		let parameters = record.parameters;
		let seed = seed_of(randomness, task, &published_bytes(&record.spec, &record.cohort));
		let request = DrawRequest {
			task,
			parameters,
			submitted_at: record.submitted_at,
			requester: &record.requester,
		};
		let is_dealer = |account: &AccountId| Cohorts::<T>::contains_key(task, account);
		let Ok(committee) = T::Committees::draw(&request, seed, is_dealer) else { return false };

		let task_hash = Self::hash_task(task, version, &record, now, &committee);
		let members = committee.iter().map(|seat| seat.account.clone()).collect();
		DrawnTasks::<T>::insert(
			task,
			Drawn {
				protocol: record.protocol,
				task_hash,
				threshold: parameters.threshold,
				length: record.spec.length(),
				invited: record.invited,
				least_dealers: parameters.least_dealers,
				windows: record.windows,
				committee,
			},
		);
		let collect_until = now.saturating_add(record.windows.collect);
		record.drawn = Some((now, task_hash));
		Records::<T>::insert(task, record);
		T::Sharing::open(task, parameters.threshold, parameters.seats);
		Self::enter(task, next);
		Self::deposit_event(Event::CommitteeDrawn { task, task_hash, members, collect_until });
		true
	}

	/// See [`Pallet::draw_obstacle`].
	pub(crate) fn obstacle(task: TaskId) -> Option<DrawError> {
		let Some(TaskStatus::Drawing { .. }) = Statuses::<T>::get(task) else { return None };
		let record = Records::<T>::get(task)?;
		let request = DrawRequest {
			task,
			parameters: record.parameters,
			submitted_at: record.submitted_at,
			requester: &record.requester,
		};
		T::Committees::can_draw(&request, |account| Cohorts::<T>::contains_key(task, account)).err()
	}
}
