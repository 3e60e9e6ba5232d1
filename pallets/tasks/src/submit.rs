//! Submission and cancellation: what the requester's calls check and do.

use crate::{machine::Refused, types::*, *};
use machine::Machine;
use ostraka_primitives::{
	api::Quote,
	spec::SpecError,
	task::Windows,
	traits::{DrawRequest, TaskBook as _},
	MAX_VALIDITY,
};
use ostraka_protocol::{
	statistics::validity::{proof_length, Unprovable},
	wire::cohort_hash,
	Version,
};

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

impl<T> From<Unprovable> for Error<T> {
	fn from(error: Unprovable) -> Self {
		match error {
			Unprovable::Spec(error) => error.into(),
			Unprovable::TooLarge => Self::Unprovable,
		}
	}
}

impl<T> From<DrawError> for Error<T> {
	fn from(error: DrawError) -> Self {
		match error {
			DrawError::TooFewNodes => Self::TooFewNodes,
			DrawError::TooLittleStake => Self::TooLittleStake,
			DrawError::TooLittleCapacity => Self::TooLittleCapacity,
			DrawError::TooFewVerifiers => Self::TooFewVerifiers,
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

	/// The windows of a task with this many seats, of both kinds, and so many who are invited, the recipient among them, of
	/// whose proofs so many can be judged in a quarter of a block.
	pub(crate) fn windows(
		seats: u8,
		invited: u32,
		per_block: u32,
		collect: BlockNumber,
	) -> Windows {
		Windows {
			collect,
			verify: verify_window(T::VerifyBase::get(), seats, invited, per_block),
			commit: T::FinalityLag::get().saturating_add(T::CommitWindow::get()),
			reveal: T::RevealWindow::get(),
		}
	}

	/// Most blocks from a submission to the task's end: all windows at their longest, and one block
	/// of the hook after each.
	pub(crate) fn longest_life() -> BlockNumber {
		let seats =
			T::Classes::get().iter().map(ClassParameters::all_seats).max().unwrap_or_default();
		let per_block = T::Adjudications::per_block(MAX_VALIDITY);
		let windows = Self::windows(seats, MAX_DEALERS, per_block, T::MaxCollect::get());
		Self::longest(&windows, T::MaxAccept::get()).place
	}

	/// Blocks from a draw to the last block for the first dealing: a quarter of the window, but time for a dealer to see
	/// the draw.
	pub(crate) fn first_dealing_within(collect: BlockNumber) -> BlockNumber {
		collect.div_ceil(4).max(T::MinCollect::get())
	}

	/// Changes how many open tasks an account has.
	pub(crate) fn count_open(requester: &AccountId, change: impl FnOnce(u32) -> u32) {
		OpenOf::<T>::mutate_exists(requester, |open| {
			*open = Some(change(open.unwrap_or_default())).filter(|open| *open > 0);
		});
	}

	/// See [`Pallet::submit`]. Cheap checks come first; the escrow, last, may still refuse.
	#[allow(clippy::too_many_arguments)]
	pub(crate) fn do_submit(
		requester: AccountId,
		spec: TaskSpec,
		conditions: Conditions,
		class: SecurityClass,
		dealers: Dealers,
		accept: BlockNumber,
		collect: BlockNumber,
		fee: Balance,
		data_reward: Balance,
	) -> DispatchResult {
		let parameters = Self::parameters(class);
		ensure!(accept >= T::MinAccept::get(), Error::<T>::WindowTooShort);
		ensure!(accept <= T::MaxAccept::get(), Error::<T>::WindowTooLong);
		ensure!(collect >= T::MinCollect::get(), Error::<T>::WindowTooShort);
		ensure!(collect <= T::MaxCollect::get(), Error::<T>::WindowTooLong);
		let invited = dealers.len() as u32;
		ensure!(invited >= parameters.least_dealers, Error::<T>::TooFewDealers);
		let cohort = sorted(dealers).ok_or(Error::<T>::DuplicateDealer)?;
		spec.validate().map_err(Error::<T>::from)?;
		let work = T::Escrow::least_fee(parameters.all_seats(), spec.length(), invited);
		ensure!(fee >= work, Error::<T>::FeeTooLow);
		let open = Self::count_listed();
		ensure!(open < T::MaxOpenTasks::get() as usize, Error::<T>::TooManyOpenTasks);
		let open = OpenOf::<T>::get(&requester);
		ensure!(open < T::MaxOpenPerAccount::get(), Error::<T>::TooManyOfRequester);
		Self::check_conditions(&conditions, &spec, &parameters, &cohort)?;
		let proof_length = proof_length(&spec).map_err(Error::<T>::from)?;
		let per_block = T::Adjudications::per_block(proof_length);
		let Quote { rent, least, .. } =
			Self::quote_for(&spec, &parameters, work, invited, per_block, accept, collect);
		ensure!(fee >= least, Error::<T>::FeeTooLow);

		let now = Self::now();
		let task = NextTask::<T>::get();
		let next = task.checked_add(1).ok_or(Error::<T>::NoTaskNumbers)?;
		let mut barred = BarredNodes::new();
		if T::Committees::is_candidate(&requester) {
			barred = BarredNodes::truncate_from([requester.clone()].to_vec());
		}
		let request = DrawRequest { task, parameters, submitted_at: now, barred: &barred };
		T::Committees::can_draw(&request).map_err(Error::<T>::from)?;
		T::Escrow::open(task, &requester, fee, data_reward, rent)?;

		NextTask::<T>::put(next);
		// Each of them can be accused or challenged once, the mask too.
		let deal = invited.saturating_add(conditions.sealed_to.is_some().into());
		let record = Record {
			protocol: Version::CURRENT.number(),
			requester: requester.clone(),
			windows: Self::windows(parameters.all_seats(), deal, per_block, collect),
			spec,
			proof_length,
			class,
			parameters,
			conditions: conditions.clone(),
			submitted_at: now,
			invited,
			cohort: cohort_hash(&cohort),
			fee,
			data_reward,
			drawn: None,
		};
		let invitation = Invitation {
			requester: requester.clone(),
			terms: Self::terms(task, &record),
			class,
			parameters,
			conditions: conditions.clone(),
			submitted_at: now,
			invited,
			accepted: 0,
			missing: conditions.required.len() as u32,
			sealed: false,
			consent: [0; 32],
		};
		Invitations::<T>::insert(task, invitation);
		Records::<T>::insert(task, record);
		for dealer in cohort {
			Cohorts::<T>::insert(task, dealer, Invitee::Dealer(None));
		}
		if let Some(recipient) = conditions.sealed_to {
			Cohorts::<T>::insert(task, recipient, Invitee::Recipient(None));
		}
		if !barred.is_empty() {
			Barred::<T>::insert(task, barred);
		}
		Self::count_open(&requester, |open| open.saturating_add(1));
		Booked::<T>::mutate(|booked| booked.ask(parameters.all_seats()));
		let accept_until = now.saturating_add(accept);
		Self::enter(task, TaskStatus::Inviting { until: accept_until });
		Self::deposit_event(Event::TaskSubmitted {
			task,
			requester,
			class,
			dealers: invited,
			fee,
			data_reward,
			accept_until,
		});
		Ok(())
	}

	/// See [`Pallet::cancel`].
	pub(crate) fn do_cancel(who: AccountId, task: TaskId) -> DispatchResult {
		let status = Self::status(task).ok_or(Error::<T>::UnknownTask)?;
		let invitation = Invitations::<T>::get(task).ok_or(Error::<T>::WrongPhase)?;
		ensure!(invitation.requester == who, Error::<T>::NotRequester);
		let next = status.cancelled(Self::now()).map_err(Error::<T>::from)?;
		if let TaskStatus::Inviting { .. } = status {
			Barred::<T>::remove(task);
		}
		Self::enter(task, next);
		Ok(())
	}
}
