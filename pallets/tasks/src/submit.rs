//! Submission and cancellation: what the requester's calls check and do.

use crate::{machine::Refused, types::*, *};
use machine::Machine;
use ostraka_primitives::{
	spec::SpecError,
	task::Windows,
	traits::{DrawRequest, TaskBook as _},
};
use ostraka_protocol::{wire::cohort_hash, Version};

impl<T> From<SpecError> for Error<T> {
	fn from(error: SpecError) -> Self {
		match error {
			SpecError::WrongColumns => Self::WrongColumns,
			SpecError::WrongTarget => Self::WrongTarget,
			SpecError::WrongWeight => Self::WrongWeight,
			SpecError::WrongEdges => Self::WrongEdges,
			SpecError::WrongQuantiles => Self::WrongQuantiles,
			SpecError::WrongGroups => Self::WrongGroups,
			SpecError::WrongName => Self::WrongName,
			SpecError::WrongRange => Self::WrongRange,
			SpecError::NoRows => Self::NoRows,
			SpecError::TooLong => Self::SpecTooLong,
		}
	}
}

impl<T> From<DrawError> for Error<T> {
	fn from(error: DrawError) -> Self {
		match error {
			DrawError::TooFewNodes => Self::TooFewNodes,
			DrawError::TooLittleStake => Self::TooLittleStake,
			DrawError::TooLittleCapacity => Self::TooLittleCapacity,
		}
	}
}

impl<T> From<Refused> for Error<T> {
	fn from(refused: Refused) -> Self {
		match refused {
			Refused::WrongState | Refused::TooEarly => Self::WrongPhase,
			Refused::TooLate => Self::DeadlineOver,
		}
	}
}

/// The cohort: the dealers sorted, none twice.
fn sorted(dealers: Dealers) -> Option<Vec<AccountId>> {
	let mut dealers = dealers.into_inner();
	dealers.sort();
	let distinct = dealers.iter().zip(dealers.iter().skip(1)).all(|(one, next)| one != next);
	distinct.then_some(dealers)
}

impl<T: Config> Pallet<T> {
	/// What a class asks for.
	pub(crate) fn parameters(class: SecurityClass) -> ClassParameters {
		let [standard, confidential, restricted] = T::Classes::get();
		match class {
			SecurityClass::Standard => standard,
			SecurityClass::Confidential => confidential,
			SecurityClass::Restricted => restricted,
		}
	}

	/// The windows of a task with this many seats and invited dealers.
	pub(crate) fn windows(seats: u8, invited: u32, collect: BlockNumber) -> Windows {
		Windows {
			collect,
			verify: verify_window(
				T::VerifyBase::get(),
				seats,
				invited,
				T::AccusationsPerBlock::get(),
			),
			commit: T::FinalityLag::get().saturating_add(T::CommitWindow::get()),
			reveal: T::RevealWindow::get(),
		}
	}

	/// Most blocks from a submission to the task's end: all windows at their longest, and one block of the hook after
	/// each.
	pub(crate) fn longest_life() -> BlockNumber {
		let seats = T::Classes::get().iter().map(|class| class.seats).max().unwrap_or_default();
		let windows = Self::windows(seats, MAX_DEALERS, T::MaxCollect::get());
		[
			T::DrawDelay::get(),
			T::DrawWindow::get(),
			windows.collect,
			windows.verify,
			windows.commit,
			windows.reveal,
		]
		.into_iter()
		.fold(5, BlockNumber::saturating_add)
	}

	/// See [`Pallet::submit`]. Cheap checks come first; the escrow, last, may still refuse.
	pub(crate) fn do_submit(
		requester: AccountId,
		spec: TaskSpec,
		class: SecurityClass,
		dealers: Dealers,
		collect: BlockNumber,
		fee: Balance,
		data_reward: Balance,
	) -> DispatchResult {
		let parameters = Self::parameters(class);
		ensure!(collect >= T::MinCollect::get(), Error::<T>::WindowTooShort);
		ensure!(collect <= T::MaxCollect::get(), Error::<T>::WindowTooLong);
		let invited = dealers.len() as u32;
		ensure!(invited >= parameters.least_dealers, Error::<T>::TooFewDealers);
		let cohort = sorted(dealers).ok_or(Error::<T>::DuplicateDealer)?;
		spec.validate().map_err(Error::<T>::from)?;
		let least_fee = T::Escrow::least_fee(parameters.seats, spec.length(), invited);
		ensure!(fee >= least_fee, Error::<T>::FeeTooLow);
		let open = Agenda::<T>::decode_len().unwrap_or_default();
		ensure!(open < T::MaxOpenTasks::get() as usize, Error::<T>::TooManyOpenTasks);

		let now = Self::now();
		let task = NextTask::<T>::get();
		let next = task.checked_add(1).ok_or(Error::<T>::NoTaskNumbers)?;
		let request = DrawRequest { task, parameters, submitted_at: now, requester: &requester };
		T::Committees::can_draw(&request, |account| cohort.binary_search(account).is_ok())
			.map_err(Error::<T>::from)?;
		T::Escrow::open(task, &requester, fee, data_reward)?;

		NextTask::<T>::put(next);
		let from = now.saturating_add(T::DrawDelay::get());
		let until = from.saturating_add(T::DrawWindow::get());
		let record = Record {
			protocol: Version::CURRENT.number(),
			requester: requester.clone(),
			windows: Self::windows(parameters.seats, invited, collect),
			spec,
			class,
			parameters,
			submitted_at: now,
			submitted_epoch: T::Entropy::epoch(),
			invited,
			cohort: cohort_hash(&cohort),
			fee,
			data_reward,
			drawn: None,
		};
		Records::<T>::insert(task, record);
		for dealer in cohort {
			Cohorts::<T>::insert(task, dealer, ());
		}
		Self::enter(task, TaskStatus::Drawing { from, until });
		Self::deposit_event(Event::TaskSubmitted {
			task,
			requester,
			class,
			dealers: invited,
			fee,
			data_reward,
			draw_from: from,
			draw_until: until,
		});
		Ok(())
	}

	/// See [`Pallet::cancel`].
	pub(crate) fn do_cancel(who: AccountId, task: TaskId) -> DispatchResult {
		let status = Self::status(task).ok_or(Error::<T>::UnknownTask)?;
		let record = Records::<T>::get(task).ok_or(Error::<T>::UnknownTask)?;
		ensure!(record.requester == who, Error::<T>::NotRequester);
		let next = status.cancelled(Self::now()).map_err(Error::<T>::from)?;
		Self::enter(task, next);
		Ok(())
	}
}
