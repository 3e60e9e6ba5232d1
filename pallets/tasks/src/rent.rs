//! What a task owes for its place and its seats: how full they are, what they cost a block, and how long they were held; and for what
//! it leaves for good.

use crate::{types::*, *};
use ostraka_primitives::{
	api::Quote,
	rent::{Held, Occupancy, Rent},
	task::{TaskResult, Windows},
};
use ostraka_protocol::statistics::validity::proof_length;

/// Blocks of the hook that the phases of a task can take beside their windows, one after each.
const SLACK: BlockNumber = 6;
/// Of so many blocks in which a task's seats are asked for and not drawn yet, one is paid. They keep nobody from being drawn, but
/// make seats dearer for others: free of rent, tasks that only invite would be a cheap way to do that.
const WAITING_PART: BlockNumber = 10;

/// Blocks of seats that were waited for so long, and then held so long: what was begun of a [`WAITING_PART`] counts.
fn seats_held(waiting: BlockNumber, drawn: BlockNumber) -> BlockNumber {
	drawn.saturating_add(waiting.div_ceil(WAITING_PART))
}

impl<T: Config> Pallet<T> {
	/// How full places and seats are now. All seats of open tasks count, drawn or not; there are as many as are taken, and as
	/// candidates could take.
	pub fn occupancy() -> (Occupancy, Occupancy) {
		let open = Self::count_listed();
		let booked = Booked::<T>::get();
		let seats = booked.taken.saturating_add(T::Committees::free_seats());
		let places = Occupancy { used: open.saturated_into(), total: T::MaxOpenTasks::get() };
		(places, Occupancy { used: booked.all(), total: seats })
	}

	/// Price of a block of a place, and of a block of one seat, were a task with so many seats submitted now.
	pub fn rents_after(seats: u32) -> (Balance, Balance) {
		let (places, taken) = Self::occupancy();
		T::Escrow::rents(places.plus(1), taken.plus(seats))
	}

	/// Least fee of a task with this spec and class that invites so many dealers, the recipient not counted, were it submitted
	/// now with these windows. The spec and the windows are not checked.
	pub fn quote(
		spec: &TaskSpec,
		class: SecurityClass,
		invited: u32,
		accept: BlockNumber,
		collect: BlockNumber,
	) -> Quote {
		let parameters = Self::parameters(class);
		let work = T::Escrow::least_fee(parameters.all_seats(), spec.length(), invited);
		let per_block = T::Adjudications::per_block(proof_length(spec).unwrap_or_default());
		Self::quote_for(spec, &parameters, work, invited, per_block, accept, collect)
	}

	/// The same where it is known what the work costs, and how many proofs can be judged in a quarter of a block. Whether or
	/// not there is a recipient, its mask is reckoned with; so are the longest conditions that there can be.
	pub(crate) fn quote_for(
		spec: &TaskSpec,
		parameters: &ClassParameters,
		work: Balance,
		invited: u32,
		per_block: u32,
		accept: BlockNumber,
		collect: BlockNumber,
	) -> Quote {
		let seats = parameters.all_seats();
		let windows = Self::windows(seats, invited.saturating_add(1), per_block, collect);
		let (place, seat) = Self::rents_after(seats.into());
		let all_seats = seat.saturating_mul(seats.into());
		let bytes = Record::longest(spec).saturating_add(TaskResult::bytes(spec.length(), true));
		let longest = Held { bytes, ..Self::longest(&windows, accept) };
		let rent = Rent::new(place, all_seats, T::Escrow::byte_fee(), &longest);
		Quote { work, rent, bytes, least: work.saturating_add(rent.most) }
	}

	/// Most blocks that a task with these windows holds its place and its seats; what it leaves is not counted. Those before the
	/// draw count as in [`Self::held`]: a block of [`SLACK`] that is taken before it makes the seats' blocks no more than this.
	pub(crate) fn longest(windows: &Windows, accept: BlockNumber) -> Held {
		let Windows { collect, verify, commit, reveal } = *windows;
		let seats = [collect, verify, commit, reveal].into_iter();
		let drawn = seats.fold(SLACK, BlockNumber::saturating_add);
		let waiting = accept.saturating_add(T::DrawWindow::get());
		let (place, seats) = (drawn.saturating_add(waiting), seats_held(waiting, drawn));
		Held { place, seats, bytes: 0 }
	}

	/// Blocks that a task that ends so has held its place and its seats until now; without a draw it has waited for its seats all
	/// the time. And the bytes that it leaves for good: its record if it was drawn, and its result if it has one.
	pub(crate) fn held(task: TaskId, outcome: Outcome) -> Held {
		let Some(record) = Records::<T>::get(task) else { return Held::default() };
		let (now, submitted) = (Self::now(), record.submitted_at);
		let drawn = record.drawn.as_ref().map_or(now, |drawn| drawn.block);
		let seats = seats_held(drawn.saturating_sub(submitted), now.saturating_sub(drawn));
		Held { place: now.saturating_sub(submitted), seats, bytes: record.stays(outcome) }
	}

	/// The seats of all open tasks, counted one by one.
	pub(crate) fn booked_now() -> BookedSeats {
		let mut booked = BookedSeats::default();
		for (task, invitation) in Invitations::<T>::iter() {
			let seats = invitation.parameters.all_seats();
			booked.ask(seats);
			if DrawnTasks::<T>::contains_key(task) {
				booked.draw(seats);
			}
		}
		booked
	}
}
