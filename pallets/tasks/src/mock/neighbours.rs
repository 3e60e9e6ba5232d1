//! The fake neighbours: they answer as a test tells them, and keep a journal of what the book asked of them.

use super::{
	account, dealers, dealt, recorder::grow, Heard, PerBlock, PerLongest, Refuses, Tasks, Test,
};
use crate::*;
use frame::{deps::frame_support::weights::WeightMeter, testing_prelude::*};
use ostraka_primitives::{
	rent::{Held, Occupancy, Rent},
	task::Seat,
	traits::{
		DrawRequest, Ending, Frozen, Opening, Progress, RelayMoment, SeatReport, Seated, Seed,
	},
	WorkerKey, MAX_VALIDITY,
};
use std::{
	cell::RefCell,
	collections::{BTreeMap, BTreeSet},
};

/// What the book asked of its neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
	/// Took money into escrow.
	Opened { task: TaskId, requester: AccountId, fee: Balance, data_reward: Balance },
	/// Drew a committee and a panel with this seed, from all but these.
	Drew { task: TaskId, seed: [u8; 32], barred: Vec<AccountId> },
	/// Opened the sharing.
	Shared { task: TaskId, opening: Opening },
	/// Froze the accepted set.
	Froze { task: TaskId },
	/// Paid committee and panel by this many reports, and the exposer; `due` as the reports were asked for.
	Paid {
		task: TaskId,
		seats: usize,
		panel: usize,
		reports: usize,
		exposer: Option<AccountId>,
		due: Option<bool>,
		ending: Ending,
	},
	/// Finished the sharing's settlement.
	Freed { task: TaskId, completed: bool },
	/// Released committee and panel.
	Released { task: TaskId, seats: usize, panel: usize },
	/// Closed the escrow.
	Closed { task: TaskId },
}

impl Did {
	pub fn task(&self) -> TaskId {
		match self {
			Self::Opened { task, .. }
			| Self::Drew { task, .. }
			| Self::Shared { task, .. }
			| Self::Froze { task }
			| Self::Paid { task, .. }
			| Self::Freed { task, .. }
			| Self::Released { task, .. }
			| Self::Closed { task } => *task,
		}
	}
}

/// A dealer's deposit, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deposit {
	Held,
	Returned,
	Forfeited,
}

/// What a freeze finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
	/// The dealings of so many count: of the first who accepted, and of others if these are fewer. The mask counts besides.
	First(u32),
	/// The sum of the commitments lies outside the group.
	Unsound,
}

/// What the neighbours answer.
#[derive(Clone, Debug)]
pub struct World {
	/// What who asks for a seed is answered.
	pub seed: Seed,
	/// Where the relay chain is.
	pub moment: RelayMoment,
	pub obstacle: Option<DrawError>,
	/// Accounts with a node in selection: all of them may be drawn.
	pub candidates: BTreeSet<AccountId>,
	/// Seats that all of them together could take.
	pub free_seats: u32,
	/// Prices of a block of a place and of a seat where all are free.
	pub rents: (Balance, Balance),
	/// Price of a byte that stays.
	pub byte: Balance,
	/// Accounts that were looked up among these.
	pub looked_up: Vec<AccountId>,
	/// Looks at the candidates, each for a task, and their blocks.
	pub checks: Vec<(TaskId, BlockNumber)>,
	/// Dealers who have dealt.
	pub dealt: BTreeMap<TaskId, BTreeSet<AccountId>>,
	/// What a freeze finds.
	pub found: Found,
	/// Whose dealings do not count, whatever it finds.
	pub lacks: BTreeSet<AccountId>,
	pub has_result: bool,
	/// Whether a right result share was revealed though there is no result.
	pub has_share: bool,
	/// What dealers do not allow.
	pub refuses: Refuses,
	/// What was asked of them.
	pub heard: Vec<Heard>,
	/// Lengths of proofs that were asked how many of them a block can judge.
	pub proofs: Vec<u32>,
	/// Steps that the sharing's settlement of a task takes, each of one [`units`].
	pub settle_steps: u64,
	pub steps_done: BTreeMap<TaskId, u64>,
	pub reports_due: BTreeMap<TaskId, bool>,
	/// Who showed that somebody attested falsely.
	pub exposer: Option<AccountId>,
	/// Whether nobody has the money for fees and deposits.
	pub broke: bool,
	pub deposits: BTreeMap<(TaskId, AccountId), Deposit>,
	/// Rents of tasks, as they were fixed.
	pub rented: BTreeMap<TaskId, Rent>,
	/// How long tasks had held what they rent when their fees were settled.
	pub held: BTreeMap<TaskId, Held>,
	/// Bytes of proof recorded, if they are.
	pub recorded: Option<u64>,
	/// By how many they grow with each thing that the book asks a neighbour to do.
	pub grows: u64,
	/// Whether the hook is in a step.
	pub in_step: bool,
	/// Classes and moments that seeds were asked for.
	pub asked: Vec<(SecurityClass, RelayMoment)>,
	pub journal: Vec<Did>,
}

impl Default for World {
	fn default() -> Self {
		Self {
			seed: Seed::Known([7; 32]),
			moment: RelayMoment { number: 1, epoch: 1 },
			obstacle: None,
			candidates: (10..100).map(account).collect(),
			free_seats: 1_000,
			rents: (PLACE_RENT, SEAT_RENT),
			byte: 0,
			looked_up: Vec::new(),
			checks: Vec::new(),
			dealt: BTreeMap::new(),
			found: Found::First(4),
			lacks: BTreeSet::new(),
			has_result: true,
			has_share: false,
			refuses: Refuses::default(),
			heard: Vec::new(),
			proofs: Vec::new(),
			settle_steps: 3,
			steps_done: BTreeMap::new(),
			reports_due: BTreeMap::new(),
			exposer: None,
			broke: false,
			deposits: BTreeMap::new(),
			rented: BTreeMap::new(),
			held: BTreeMap::new(),
			recorded: None,
			grows: 0,
			in_step: false,
			asked: Vec::new(),
			journal: Vec::new(),
		}
	}
}

thread_local! {
	static WORLD: RefCell<World> = RefCell::new(World::default());
}

/// Reads or changes the neighbours' answers.
pub fn world<R>(f: impl FnOnce(&mut World) -> R) -> R {
	WORLD.with(|world| f(&mut world.borrow_mut()))
}

fn note(did: Did) {
	world(|world| world.journal.push(did));
}

/// What the book asked of its neighbours about a task.
pub fn journal(task: TaskId) -> Vec<Did> {
	world(|world| world.journal.iter().filter(|did| did.task() == task).cloned().collect())
}

/// The neighbours' weight of one step, as `weights.rs` counts.
pub fn units(count: u64) -> Weight {
	Weight::from_parts(1_000_000, 100).saturating_mul(count)
}

/// Bytes by which proofs are longer of which a block can judge one less. More than those of [`mean`](super::mean) have.
pub const PROOF_STEP: u32 = 3_072;

/// Price of a block of a place where all are free.
pub const PLACE_RENT: Balance = 3;
/// Price of a block of a seat where all are free.
pub const SEAT_RENT: Balance = 2;

/// All neighbours in one.
pub struct Fake;

/// Candidates that may have a seat in a task.
pub struct Eligible {
	task: TaskId,
	seats: usize,
	verifiers: usize,
	barred: Vec<AccountId>,
	nodes: Vec<AccountId>,
}

/// Every candidate computes and verifies.
impl Committees for Fake {
	type Eligible = Eligible;

	fn eligible(request: &DrawRequest) -> Result<Eligible, DrawError> {
		let (task, parameters) = (request.task, request.parameters);
		let (seats, verifiers) = (usize::from(parameters.seats), usize::from(parameters.verifiers));
		world(|world| world.checks.push((task, Tasks::now())));
		grow(1);
		let barred = request.barred.to_vec();
		let may_sit = |node: &&AccountId| !barred.contains(node);
		let nodes: Vec<_> =
			world(|world| world.candidates.iter().filter(may_sit).cloned().collect());
		ensure!(nodes.len() >= seats, DrawError::TooFewNodes);
		ensure!(nodes.len() - seats >= verifiers, DrawError::TooFewVerifiers);
		world(|world| world.obstacle).map_or(Ok(()), Err)?;
		Ok(Eligible { task, seats, verifiers, barred, nodes })
	}

	fn draw(eligible: Eligible, seed: [u8; 32]) -> Result<Seated, DrawError> {
		let Eligible { task, seats, verifiers, barred, nodes } = eligible;
		let first = usize::from(seed[0]) % nodes.len();
		let mut drawn = nodes.into_iter().cycle().skip(first).map(|account| Seat {
			worker: WorkerKey::from_raw(*account.as_ref()),
			seal_key: *account.as_ref(),
			account,
		});
		let committee: Vec<_> = drawn.by_ref().take(seats).collect();
		let panel: Vec<_> = drawn.take(verifiers).collect();
		note(Did::Drew { task, seed, barred });
		grow(1);
		Ok(Seated { committee: committee.try_into().unwrap(), panel: panel.try_into().unwrap() })
	}

	fn is_candidate(account: &AccountId) -> bool {
		world(|world| {
			world.looked_up.push(account.clone());
			world.candidates.contains(account)
		})
	}

	fn free_seats() -> u32 {
		world(|world| world.free_seats)
	}

	fn release(task: TaskId, committee: &Committee, panel: &Panel) {
		note(Did::Released { task, seats: committee.len(), panel: panel.len() });
		grow(1);
	}
}

impl Sharing for Fake {
	fn open(task: TaskId, opening: &Opening) {
		note(Did::Shared { task, opening: opening.clone() });
	}

	fn freeze(task: TaskId) -> Frozen {
		note(Did::Froze { task });
		grow(1);
		let Found::First(count) = world(|world| world.found) else { return Frozen::Unsound };
		let recipient = Records::<Test>::get(task).unwrap().conditions.sealed_to;
		let mut who = Tasks::accepted(task);
		who.retain(|account| Some(account) != recipient.as_ref());
		let others: Vec<_> =
			dealers(2 * count).into_iter().filter(|other| !who.contains(other)).collect();
		who.extend(others);
		who.truncate(count as usize);
		who.extend(recipient);
		world(|world| who.retain(|account| !world.lacks.contains(account)));
		Frozen::Sound(who)
	}

	fn freeze_weight(dealings: u32, threshold: u8) -> Weight {
		units(u64::from(dealings) + u64::from(threshold))
	}

	fn dealings(task: TaskId) -> u32 {
		world(|world| world.dealt.get(&task).map_or(0, |dealt| dealt.len() as u32))
	}

	fn has_result(_: TaskId) -> bool {
		world(|world| world.has_result)
	}

	fn is_released(_: TaskId) -> bool {
		world(|world| world.has_result || world.has_share)
	}

	fn reports(task: TaskId, due: bool) -> Vec<SeatReport> {
		world(|world| world.reports_due.insert(task, due));
		let drawn = DrawnTasks::<Test>::get(task).unwrap();
		vec![SeatReport::Right; drawn.committee.len() + drawn.panel.len()]
	}

	fn exposer(_: TaskId) -> Option<AccountId> {
		world(|world| world.exposer.clone())
	}

	/// At its end the deposits go back of those who dealt.
	fn settle(task: TaskId, completed: bool, meter: &mut WeightMeter) -> Progress {
		let (before, done, steps) = world(|world| {
			let steps = world.settle_steps;
			let done = world.steps_done.entry(task).or_default();
			let before = *done;
			while *done < steps && meter.try_consume(units(1)).is_ok() {
				*done += 1;
			}
			(before, *done, steps)
		});
		grow(done - before);
		if done < steps {
			return Progress::More;
		}
		for dealer in dealt(task) {
			Self::release_deposit(task, &dealer);
		}
		note(Did::Freed { task, completed });
		Progress::Done
	}

	fn settle_weight() -> Weight {
		units(1)
	}
}

/// [`PerBlock`] of proofs without a byte, and one less for each [`PROOF_STEP`]. A test can say otherwise of the longest.
impl Adjudications for Fake {
	fn per_block(proof_length: u32) -> u32 {
		world(|world| world.proofs.push(proof_length));
		let usual = PerBlock::get().saturating_sub(proof_length / PROOF_STEP).max(1);
		PerLongest::get().filter(|_| proof_length == MAX_VALIDITY).unwrap_or(usual)
	}
}

impl Escrow for Fake {
	fn least_fee(seats: u8, length: u32, invited: u32) -> Balance {
		Balance::from(seats) * 100 + Balance::from(length) + Balance::from(invited)
	}

	fn rents(places: Occupancy, seats: Occupancy) -> (Balance, Balance) {
		let (place, seat) = world(|world| world.rents);
		(places.price(place), seats.price(seat))
	}

	fn byte_fee() -> Balance {
		world(|world| world.byte)
	}

	fn open(
		task: TaskId,
		requester: &AccountId,
		fee: Balance,
		data_reward: Balance,
		rent: Rent,
	) -> DispatchResult {
		ensure!(!world(|world| world.broke), TokenError::FundsUnavailable);
		world(|world| world.rented.insert(task, rent));
		note(Did::Opened { task, requester: requester.clone(), fee, data_reward });
		Ok(())
	}

	fn settle_fee(
		task: TaskId,
		committee: &Committee,
		panel: &Panel,
		reports: &[SeatReport],
		exposer: Option<&AccountId>,
		ending: Ending,
		held: Held,
	) {
		world(|world| world.held.insert(task, held));
		let due = world(|world| world.reports_due.get(&task).copied());
		let (seats, panel, reports) = (committee.len(), panel.len(), reports.len());
		note(Did::Paid { task, seats, panel, reports, exposer: exposer.cloned(), due, ending });
		grow(1);
	}

	fn pay_dealer(_: TaskId, _: &AccountId, _: u32) {}

	fn close(task: TaskId) {
		note(Did::Closed { task });
	}
}

/// A deposit on hold comes to its end; others stay as they are.
fn end_deposit(task: TaskId, dealer: &AccountId, end: Deposit) {
	world(|world| {
		let deposit = world.deposits.get_mut(&(task, dealer.clone()));
		if let Some(deposit) = deposit.filter(|deposit| **deposit == Deposit::Held) {
			*deposit = end;
		}
	});
	grow(1);
}

impl Penalties for Fake {
	fn hold_deposit(task: TaskId, dealer: &AccountId) -> Result<(), DispatchError> {
		ensure!(!world(|world| world.broke), TokenError::FundsUnavailable);
		let deposit = (task, dealer.clone());
		let before = world(|world| world.deposits.insert(deposit, Deposit::Held));
		assert_eq!(before, None, "a dealer accepts once");
		Ok(())
	}

	fn release_deposit(task: TaskId, dealer: &AccountId) {
		end_deposit(task, dealer, Deposit::Returned);
	}

	fn forfeit_deposit(task: TaskId, dealer: &AccountId) {
		end_deposit(task, dealer, Deposit::Forfeited);
	}

	fn punish_dealer(_: TaskId, _: &AccountId, _: &AccountId) {}

	fn punish_false_accuser(_: TaskId, _: &AccountId, _: &AccountId) {}

	fn punish_false_challenger(_: TaskId, _: &AccountId, _: &AccountId) {}

	fn punish_wrong_share(_: TaskId, _: &AccountId) {}

	fn hold_bond(_: TaskId, _: &AccountId) -> DispatchResult {
		Ok(())
	}

	fn release_bond(_: TaskId, _: &AccountId) {}

	fn forfeit_bond(_: TaskId, _: &AccountId, _: &AccountId) {}
}

impl DrawEntropy for Fake {
	fn seed(class: SecurityClass, after: &RelayMoment) -> Seed {
		world(|world| {
			world.asked.push((class, *after));
			world.seed
		})
	}

	fn moment() -> RelayMoment {
		world(|world| world.moment)
	}
}

#[cfg(feature = "runtime-benchmarks")]
impl benchmarking::BenchmarkHelper for Fake {
	fn prepare() {
		world(|world| world.seed = Seed::Soon);
	}

	fn advance_relay() {
		world(|world| world.seed = Seed::Known([7; 32]));
	}

	fn candidate() -> AccountId {
		account(10)
	}

	fn fund(_: &AccountId) {}

	fn rotate_keys(_: &Committee, _: &Panel) {}
}
