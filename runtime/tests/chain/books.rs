//! Money in tests: what a task does to everybody's.

use super::{
	account, operator, pair,
	task::{
		about, accept, drawn, mean, panel, publish, quoted, settled, start, submission, under,
		with, WINDOW,
	},
	wealth, worker_number, Chain,
};
use codec::Encode;
use frame_support::traits::fungible::InspectHold;
use ostraka_primitives::{
	rent::Rent,
	spec::TaskSpec,
	task::{Committee, Outcome, Panel, Seat, SecurityClass, TaskStatus},
	traits::Ending,
	Balance, BlockNumber, TaskId,
};
use ostraka_runtime::{
	configs::{
		ostraka::{SilentCut, SlashShare, VanishedShare},
		prices::{BaseFeePerSeat, DealerDeposit, DrawFee},
		system::TreasuryAccount,
	},
	presets::test_numbers,
	AccountId, Balances, Incentives, Registry, Runtime, Tasks, UNIT,
};
use pallet_tasks::machine::ending;
use sp_core::sr25519;

/// What committee and panel are paid of a fee, besides what is kept of it for rent: far above what transactions cost, and divided
/// among five or seven without a rest.
pub const FEE: Balance = 21 * UNIT;
/// What each of the five seats of the class Standard earns: three members, two verifiers.
pub const EACH: Balance = FEE / 5;
/// Likewise, among three to five.
pub const DATA_REWARD: Balance = 30 * UNIT;

/// What is asked for and offered.
pub struct Offer {
	/// The class.
	pub class: SecurityClass,
	/// Of what: like the mean, a vector of two entries.
	pub spec: TaskSpec,
	/// Reward for the dealers together.
	pub data_reward: Balance,
	/// Blocks for dealing.
	pub window: BlockNumber,
	/// The task that counted its contributors.
	pub counting: Option<TaskId>,
	/// Who alone reads the result.
	pub sealed_to: Option<AccountId>,
}

impl Default for Offer {
	fn default() -> Self {
		let (class, spec, data_reward, window) = (SecurityClass::Standard, mean(), 0, WINDOW);
		Self { class, spec, data_reward, window, counting: None, sealed_to: None }
	}
}

/// What a task changes, the fees of transactions, its rent and what is paid for the bytes that it leaves apart. It makes no money
/// and burns none.
#[derive(Clone, Default)]
pub struct Changes {
	/// What the requester gains.
	pub requester: i128,
	/// What each dealer gains, in their order.
	pub dealers: Vec<i128>,
	/// What each member gains, by seat.
	pub members: Vec<i128>,
	/// What each verifier gains, by seat.
	pub verifiers: Vec<i128>,
	/// What the [`outsider`] gains.
	pub outsider: i128,
	/// What the treasury gains: draw fees, forfeited fees, cuts, what slashes leave.
	pub treasury: i128,
}

impl Changes {
	/// The same, and so much more from the requester to the treasury.
	fn and_rent(&self, rent: Balance) -> Self {
		Self {
			requester: self.requester + lost(rent),
			treasury: self.treasury + gained(rent),
			..self.clone()
		}
	}
}

/// More, by so much.
pub fn gained(amount: Balance) -> i128 {
	amount.try_into().unwrap()
}

/// Less, by so much.
pub fn lost(amount: Balance) -> i128 {
	-gained(amount)
}

/// An account with money and no part in any task.
pub fn outsider() -> sr25519::Pair {
	pair("//Dave//stash")
}

/// What a dealer loses who accepted and did not deal.
pub fn vanished() -> Balance {
	VanishedShare::get().mul_ceil(DealerDeposit::DEFAULT)
}

/// What is left of a fee that nobody earned but for the base part of five seats.
pub fn forfeited() -> Balance {
	FEE - 5 * BaseFeePerSeat::DEFAULT
}

/// What a member that is silent loses of what it earned.
pub fn silence() -> Balance {
	SilentCut::get() * EACH
}

/// The part of a convicted dealer's deposit that its accuser or challenger gets, and the requester as well.
pub fn reward() -> Balance {
	SlashShare::get() * DealerDeposit::DEFAULT
}

/// What a task that fails after its draw changes if its requester or its dealers are to blame: three members and two verifiers
/// have their base parts, and of the dealers the last so many vanished.
pub fn blamed(dealers: usize, last: usize) -> Changes {
	let mut each = vec![0; dealers];
	each[dealers - last..].fill(lost(vanished()));
	let vanished = vanished() * last as Balance;
	Changes {
		requester: lost(FEE + DrawFee::DEFAULT),
		dealers: each,
		members: vec![gained(BaseFeePerSeat::DEFAULT); 3],
		verifiers: vec![gained(BaseFeePerSeat::DEFAULT); 2],
		treasury: gained(DrawFee::DEFAULT + forfeited() + vanished),
		..Default::default()
	}
}

/// What a task changes that fails before its draw.
pub fn undrawn(dealers: usize) -> Changes {
	Changes {
		requester: lost(DrawFee::DEFAULT),
		dealers: vec![0; dealers],
		treasury: gained(DrawFee::DEFAULT),
		..Default::default()
	}
}

/// A task whose effect on money is watched from before its submission to its end. Ferdie asks, at [`FEE`] and the most rent.
pub struct Watched {
	/// The chain, with the test nodes.
	pub chain: Chain,
	/// The task.
	pub task: TaskId,
	/// Who asks.
	pub requester: sr25519::Pair,
	/// Whom it invited.
	pub dealers: Vec<sr25519::Pair>,
	/// Who serves on it, once that is drawn.
	pub committee: Committee,
	/// Who verifies it, likewise.
	pub panel: Panel,
	/// Its rent, as it was fixed at the submission.
	pub rent: Rent,
	submitted_at: BlockNumber,
	books: Books,
}

impl Watched {
	/// On a new chain, with so many invited dealers.
	pub fn new(dealers: usize, offer: Offer) -> Self {
		let (chain, _, dealers) = start(dealers);
		Self::on(chain, dealers, offer)
	}

	/// On a chain that is there.
	pub fn on(mut chain: Chain, dealers: Vec<sr25519::Pair>, offer: Offer) -> Self {
		let requester = pair("//Ferdie");
		let books = Books::open(&mut chain, &requester, &dealers);
		let call = submission(&mut chain, offer.class, &dealers, offer.data_reward);
		let call = under(about(call, offer.spec), |conditions| {
			conditions.counting = offer.counting;
			conditions.sealed_to = offer.sealed_to;
		});
		let call = with(call, FEE, offer.window);
		let rent = chain.look(|| quoted(&call)).rent;
		let task = publish(&mut chain, &requester, with(call, FEE + rent.most, offer.window));
		assert_eq!(chain.look(|| Incentives::escrow(task)).unwrap().rent, rent);
		let submitted_at = chain.number();
		let (committee, panel) = Default::default();
		Self { chain, task, requester, dealers, committee, panel, rent, submitted_at, books }
	}

	/// The same, accepted by all, its committee drawn.
	pub fn drawn(dealers: usize, offer: Offer) -> Self {
		let mut watched = Self::new(dealers, offer);
		watched.accept(dealers);
		watched.draw();
		watched
	}

	/// The first so many of the invited accept.
	pub fn accept(&mut self, count: usize) {
		accept(&mut self.chain, self.task, &self.dealers[..count]);
	}

	/// Waits for the draw.
	pub fn draw(&mut self) {
		self.committee = drawn(&mut self.chain, self.task);
		self.panel = panel(&mut self.chain, self.task);
	}

	/// Who has a seat: the committee, then the panel.
	pub fn seats(&self) -> impl Iterator<Item = &Seat> {
		self.committee.iter().chain(&self.panel)
	}

	/// Numbers of their workers, by seat.
	pub fn workers(&self) -> Vec<u8> {
		self.seats().map(|seat| worker_number(&seat.worker)).collect()
	}

	/// Waits for the end, which is this one, leaves nobody seated, and has changed this and nothing else, but that the rent went
	/// to the treasury. Gives the chain back.
	pub fn ends(self, outcome: Outcome, changes: &Changes) -> Chain {
		let Self { mut chain, task, committee, panel, rent, submitted_at, books, .. } = self;
		assert_eq!(settled(&mut chain, task), TaskStatus::Settled(outcome));
		for number in test_numbers() {
			let operator = account(&operator(number));
			let node = chain.look(|| Registry::node_info(&operator)).unwrap();
			assert_eq!(node.assigned, 0, "node {number}");
		}
		let drawn_at = chain.look(|| Tasks::task(task)).and_then(|record| record.drawn_at);
		let charged = charged(&mut chain, task, &rent, submitted_at, drawn_at);
		// What is left of what was kept goes where the rest of the fee goes
		let rent = match ending(outcome, drawn_at.is_some()) {
			Ending::Forfeited => rent.most,
			Ending::Completed | Ending::Returned => charged,
		};
		books.close(&mut chain, &committee, &panel, &changes.and_rent(rent));
		chain
	}
}

/// Bytes that are left of a settled task: its record and its result, as they are stored.
fn left(task: TaskId) -> u32 {
	let record = pallet_tasks::Records::<Runtime>::get(task).map_or(0, |left| left.encoded_size());
	let result = pallet_vss::Results::<Runtime>::get(task).map_or(0, |left| left.encoded_size());
	(record + result) as u32
}

/// The rent that a settled task was charged: by the block, of its place from its submission on, of its seats from its draw on and a
/// tenth until then, and for each byte that it has left, up to what was kept.
fn charged(
	chain: &mut Chain,
	task: TaskId,
	rent: &Rent,
	submitted_at: BlockNumber,
	drawn_at: Option<BlockNumber>,
) -> Balance {
	let (at, charged) = chain.rents[&task];
	let waiting = drawn_at.unwrap_or(at) - submitted_at;
	let of_seats = at - submitted_at - waiting + waiting.div_ceil(10);
	let place = rent.place * Balance::from(at - submitted_at);
	let seats = rent.seats * Balance::from(of_seats);
	let stays = rent.byte * Balance::from(chain.look(|| left(task)));
	assert!(rent.byte > 0 && (stays > 0) == drawn_at.is_some(), "{stays}");
	assert_eq!(charged, (place + seats + stays).min(rent.most), "{rent:?}");
	assert!((1..=rent.most).contains(&charged), "{charged} of {rent:?}");
	charged
}

/// What those have who can gain or lose by a task. None of them makes blocks.
struct Books {
	/// The requester, then the dealers, then the outsider: they pay fees for transactions.
	people: Vec<(AccountId, i128)>,
	/// The nodes' operators, who send none.
	operators: Vec<(AccountId, i128)>,
	/// The treasury.
	treasury: i128,
}

impl Books {
	fn open(chain: &mut Chain, requester: &sr25519::Pair, dealers: &[sr25519::Pair]) -> Self {
		let outsider = outsider();
		let mut noted = |who: AccountId| {
			let owned = owned(chain, &who);
			(who, owned)
		};
		let people = [requester].into_iter().chain(dealers).chain([&outsider]);
		let people = people.map(|who| noted(account(who))).collect();
		let operators = test_numbers().map(|number| noted(account(&operator(number)))).collect();
		Self { people, operators, treasury: owned(chain, &TreasuryAccount::get()) }
	}

	fn close(self, chain: &mut Chain, committee: &Committee, panel: &Panel, changes: &Changes) {
		let Changes { requester, dealers, members, verifiers, outsider, treasury } = changes;
		let people = || [requester].into_iter().chain(dealers).chain([outsider]);
		let nodes: Vec<i128> = members.iter().chain(verifiers).copied().collect();
		let all = people().chain(&nodes).chain([treasury]);
		assert_eq!(all.sum::<i128>(), 0, "the books do not balance");
		assert_eq!(dealers.len() + 2, self.people.len());
		assert_eq!((members.len(), verifiers.len()), (committee.len(), panel.len()));

		for ((who, before), gain) in self.people.iter().zip(people()) {
			let fees = before + gain - owned(chain, who);
			assert!((0..gained(UNIT)).contains(&fees), "{who} paid {fees} besides {gain}");
			nothing_on_hold(chain, who);
		}
		for (who, before) in &self.operators {
			let mut seats = committee.iter().chain(panel);
			let seat = seats.position(|seat| seat.account == *who);
			let gain = seat.map_or(0, |seat| nodes[seat]);
			assert_eq!(owned(chain, who) - before, gain, "{who}, of seat {seat:?} less one");
		}
		assert_eq!(owned(chain, &TreasuryAccount::get()) - self.treasury, *treasury, "treasury");
		balances_add_up(chain);
	}
}

fn owned(chain: &mut Chain, who: &AccountId) -> i128 {
	gained(chain.look(|| wealth(who)))
}

/// No unit is made or lost unnoticed: all accounts together own the total issuance.
pub fn balances_add_up(chain: &mut Chain) {
	chain.look(|| {
		let owned: u128 = frame_system::Account::<Runtime>::iter_values()
			.map(|account| account.data.free + account.data.reserved)
			.sum();
		assert_eq!(owned, pallet_balances::TotalIssuance::<Runtime>::get());
	});
}

/// Nothing of what an account owns is on hold but for its policies.
pub fn nothing_on_hold(chain: &mut Chain, who: &AccountId) {
	let of_policies = pallet_consent::HoldReason::Policy.into();
	let held = chain.look(|| {
		let all = <Balances as InspectHold<AccountId>>::total_balance_on_hold(who);
		all - <Balances as InspectHold<AccountId>>::balance_on_hold(&of_policies, who)
	});
	assert_eq!(held, 0, "{who}");
}
