//! An account that takes all of the network's seats.

use crate::play::{CLASS, DEALERS, PATH};
use anyhow::{ensure, Context, Result};
use futures::future::try_join_all;
use ostraka_adversary::{
	ledger::holdings,
	scene::{units, LONG, ROWS},
	transaction::Outcome as Sent,
	wait::{self, Phase},
};
use ostraka_client::{
	chain::{calls, Call, Chain, Event, Head, Receipt, Signer},
	onchain::{self, consent::NO_DATASET, tasks::number},
	request::StatisticName,
	testbed::{
		accounts::{accounts, fund},
		survey::Survey,
	},
};
use ostraka_primitives::{
	api::{Prices, Quote},
	fault::Fault,
	rent::{Held, Occupancy, Rent, DEAREST},
	spec::TaskSpec,
	task::{Conditions, FailReason, Outcome},
	AccountId, Balance, TaskId,
};
use ostraka_zombienet::network::{Network, Plan, NODES, VERIFIERS};
use std::collections::BTreeMap;

/// Tasks that each node takes, and so all: each has every node on its committee or on its panel.
const TASKS: u32 = 10;
/// Seats of a task.
const SEATS: u32 = (NODES + VERIFIERS) as u32;
/// Blocks for dealing. If nobody deals a task ends after ten of them, the least that a window for the first dealing has.
const COLLECT: u32 = 40;
/// Rent of a place and of a seat by the block, where all is free, in millionths of a token.
const BASE: [Balance; 2] = [20, 40];
/// Of so many blocks that its seats are waited for, one is paid.
const WAITING_PART: u32 = 10;
/// How many times as much the seats of all tasks cost as they would if none were taken before them, at least.
const DEARER: Balance = 25;
/// The hoarder's secret, whom the genesis preset endows, and the path of its dealers'.
const HOARDER: &str = "//Charlie";
const ITS_DEALERS: &str = "//Zombienet//hoarder";
/// The treasury: what pallets' accounts begin with, and its own name.
const TREASURY: &[u8; 12] = b"modlost/trsy";

/// What tasks cost, one after the other, on a network where nothing was taken.
struct Rule {
	work: Balance,
	/// Places and seats before the first of them.
	taken: [Occupancy; 2],
	/// Most blocks for which a task holds its place and its seats, of which those before the draw count a tenth, and the most bytes
	/// that it leaves.
	longest: Held,
	/// A block of one of each, where all is free.
	base: [Balance; 2],
	/// A byte of what stays for good.
	byte: Balance,
}

/// What the events of some blocks say of money, and when it was due.
#[derive(Default)]
struct Told {
	/// Where each task was drawn.
	drawn: BTreeMap<TaskId, u32>,
	/// Where each task's rent was due, and how much that was.
	rents: BTreeMap<TaskId, (u32, Balance)>,
	/// All else that went to the treasury: fees for draws and forfeited ones, and what was slashed.
	else_to_treasury: Balance,
	/// What dealers lost who accepted and did not deal.
	vanished: Balance,
	/// What each account paid for transactions.
	fees: BTreeMap<AccountId, Balance>,
}

/// One account's tasks take all seats, each for more than the one before it, and nobody deals to them. Who has looked at the price
/// before that is refused; who pays what it is by then waits, and has its committee soon after the first seats are free
/// again. The treasury has the rent of the blocks that the hoarder held seats and places, and the hoarder gets nothing back.
pub async fn seats_are_hoarded() -> Result<()> {
	let network = Network::start(Plan { capacity: TASKS, ..Plan::honest("seat-hoarding") }).await?;
	let (scene, chain) = (&network.scene, network.chain());
	let hoarder = Signer::from_secret(HOARDER)?;
	let (its_dealers, dealers) = (accounts(ITS_DEALERS, DEALERS)?, accounts(PATH, DEALERS)?);
	let survey = Survey::new(ROWS, StatisticName::Variance, "value", DEALERS)?;
	let spec = survey.spec.clone();
	let rule = Rule::read(chain, &spec).await?;
	let fees: Vec<Balance> = (0..=TASKS).map(|before| rule.fee(before)).collect();
	ensure!(fees.windows(2).all(|pair| pair[0] < pair[1]), "each task is dearer: {fees:?}");
	let begin = chain.finalized().await?;
	let players = [hoarder.account(), treasury()];
	let before = holdings(chain, &players, begin).await?;

	let all: Vec<Signer> = its_dealers.iter().chain(&dealers).cloned().collect();
	let amount = 2 * Balance::from(TASKS) * chain.prices().await?.dealer_deposit;
	let funded = async { Ok(fund(chain, &scene.sponsor, &all, amount).await?) };
	let ((), opened) = tokio::try_join!(funded, open(chain, &hoarder, &rule, &spec, &its_dealers))?;
	let tasks: Vec<TaskId> = opened.iter().map(number).collect::<Result<_, _>>()?;
	network.say(&format!("{TASKS} tasks are open, of all seats, each for the least fee"));

	let quote = chain.least_fee(&spec, CLASS, DEALERS as u32, (LONG, COLLECT)).await?;
	let rent = rule.rent(TASKS);
	let bytes = rule.longest.bytes;
	assert_eq!(quote, Quote { work: rule.work, rent, bytes, least: rule.fee(TASKS) });
	assert_eq!(rent.seats, DEAREST * Balance::from(SEATS) * rule.base[1]);
	let honest = &scene.requester;
	let cheap = submission(chain, &spec, &dealers, rule.fee(0)).await?;
	let refused = async { Sent::of(chain.submit(&cheap, honest).await) };
	let published = scene.invited(CLASS, survey, dealers, [LONG, COLLECT]);
	let (refused, mut stage) = tokio::try_join!(refused, published)?;
	assert_eq!(refused.refusal(), Some("Tasks.FeeTooLow"));
	assert!(stage.info.task.fee >= rule.fee(TASKS), "it pays the price of now");
	network.say("the price of before is refused, the price of now is taken");

	accept_all(chain, &tasks, &its_dealers).await?;
	let drawn = tasks.iter().map(|task| wait::until(chain, *task, Phase::Collecting));
	try_join_all(drawn).await?;
	let nodes = chain.nodes().await?;
	assert!(nodes.iter().all(|node| node.assigned == TASKS), "no seat is left: {nodes:?}");
	let Prices { seats, .. } = chain.prices().await?;
	assert_eq!(seats, Occupancy { used: SEATS * (TASKS + 1), total: SEATS * TASKS });
	network.say("the hoarder's tasks are drawn, and have all seats");

	stage.accept(chain, &stage.everybody()).await?;
	stage.drawn(chain).await?;
	let ended = tasks.iter().map(|task| wait::settled(chain, *task));
	for (outcome, _) in try_join_all(ended).await? {
		assert_eq!(outcome, Outcome::Failed(FailReason::NoDealings));
	}
	let end = chain.finalized().await?;
	let told = Told::read(chain, begin, end).await?;
	let room = tasks.iter().map(|task| told.rents[task].0).min().context("there are tasks")?;
	let drawn_at = told.drawn[&stage.task];
	let retry: u32 = chain.constant("Tasks", "DrawRetry").context("a constant")?;
	assert!((room..=room + 2 * retry).contains(&drawn_at), "drawn at {drawn_at}, room at {room}");
	network.say(&format!("seats are free from block {room} on, and are drawn in {drawn_at}"));

	let submitted = opened.iter().map(|receipt| receipt.block.number);
	let mut of_bytes = None;
	for ((task, submitted), before) in tasks.iter().zip(submitted).zip(0..) {
		let (settled, rent) = told.rents[task];
		let drawn = told.drawn[task];
		let seats = settled - drawn + (drawn - submitted).div_ceil(WAITING_PART);
		let held = Held { place: settled - submitted, seats, bytes: 0 };
		let bytes = rent.checked_sub(rule.rent(before).due(&held)).context("less than held")?;
		// the record stays, which nobody dealt to: each is as long as the others
		let stays = *of_bytes.get_or_insert(bytes);
		assert_eq!(bytes, stays, "task {task} held {held:?}");
		assert!(
			bytes > 0 && bytes.is_multiple_of(rule.byte),
			"{bytes} for the record of task {task}"
		);
		assert!(bytes < rule.byte * Balance::from(rule.longest.bytes), "task {task} has no result");
	}
	let rents: Balance = told.rents.values().map(|(_, rent)| rent).sum();
	let after = holdings(chain, &players, end).await?;
	let [hoarder, treasury] = &players;
	assert_eq!(after[treasury] - before[treasury], rents + told.else_to_treasury);
	let draws = Balance::from(TASKS) * chain.prices().await?.draw_fee;
	let lost = before[hoarder] - after[hoarder];
	let of_tasks = draws + fees[..tasks.len()].iter().sum::<Balance>();
	assert_eq!(lost, of_tasks + told.fees[hoarder], "all of its fees");
	assert!(told.vanished > 0, "and a part of its dealers' deposits");
	let seats: Balance = (0..TASKS).map(|before| rule.rent(before).seats).sum();
	assert!(seats >= DEARER * Balance::from(SEATS * TASKS) * rule.base[1], "{seats} a block");
	let render = |amount| chain.token().render(amount);
	network.say(&format!(
		"all seats cost {} a block; of their rent the treasury has {}; the hoarder lost {}, and its dealers {}",
		render(seats),
		render(rents),
		render(lost),
		render(told.vanished),
	));
	network.stop().await
}

impl Rule {
	/// Reads it, and holds the first task's price against it.
	async fn read(chain: &Chain, spec: &TaskSpec) -> Result<Self> {
		let Prices { places, seats, place_rent, seat_rent, byte_fee: byte, .. } =
			chain.prices().await?;
		let all = Occupancy { used: 0, total: SEATS * TASKS };
		ensure!(places.used == 0 && seats == all, "nothing is taken: {places:?}, {seats:?}");
		let base = BASE.map(|millionths| units(chain, millionths) / 1_000_000);
		let [place, seat] =
			[(places, base[0]), (seats, base[1])].map(|(taken, base)| taken.plus(1).price(base));
		assert_eq!([place_rent, seat_rent], [place, seat]);

		let quote = chain.least_fee(spec, CLASS, DEALERS as u32, (LONG, COLLECT)).await?;
		let Quote { work, rent, bytes, .. } = quote;
		assert_eq!(rent.byte, byte);
		// the place and a tenth of the seats until the draw, from then on both
		let window: u32 = chain.constant("Tasks", "DrawWindow").context("a constant")?;
		let waiting = LONG + window;
		let counts = waiting.div_ceil(WAITING_PART);
		let until = rent.place * Balance::from(waiting) + rent.seats * Balance::from(counts);
		let until = until + byte * Balance::from(bytes);
		let both = rent.most.checked_sub(until).context("more than until the draw")?;
		let both = u32::try_from(both / (rent.place + rent.seats))?;
		let longest = Held { place: waiting + both, seats: counts + both, bytes };
		let rule = Self { work, taken: [places, seats], longest, base, byte };
		assert_eq!(quote, Quote { work, rent: rule.rent(0), bytes, least: rule.fee(0) });
		Ok(rule)
	}

	/// The rent of a task that is submitted after so many others.
	fn rent(&self, before: u32) -> Rent {
		let [places, seats] = self.taken;
		let place = places.plus(before + 1).price(self.base[0]);
		let seat = seats.plus(SEATS * (before + 1)).price(self.base[1]);
		Rent::new(place, Balance::from(SEATS) * seat, self.byte, &self.longest)
	}

	/// Its least fee.
	fn fee(&self, before: u32) -> Balance {
		self.work + self.rent(before).most
	}
}

impl Told {
	/// Reads the blocks after one, up to another.
	async fn read(chain: &Chain, after: Head, until: Head) -> Result<Self> {
		let mut told = Self::default();
		for number in after.number + 1..=until.number {
			let hash = chain.block_hash(number).await?;
			for event in chain.events(Head { number, hash }).await?.iter() {
				told.note(number, event).with_context(|| format!("fields of {event:?}"))?;
			}
		}
		Ok(told)
	}

	/// `None` if an event lacks a field.
	fn note(&mut self, block: u32, event: &Event) -> Option<()> {
		let amount = |field| event.field::<Balance>(field);
		match (event.pallet.as_str(), event.name.as_str()) {
			("Tasks", "CommitteeDrawn") => {
				self.drawn.insert(event.field("task")?, block);
			},
			("Incentives", "EscrowOpened") => self.else_to_treasury += amount("draw_fee")?,
			("Incentives", "FeeSettled") => {
				self.rents.insert(event.field("task")?, (block, amount("rent")?));
				self.else_to_treasury += amount("forfeited")? + amount("withheld")?;
			},
			("Incentives", "Punished") => {
				let shared = amount("to_accuser")? + amount("to_victim")?;
				self.else_to_treasury += amount("amount")? - shared;
				if event.field::<Fault>("fault")? == Fault::NoDealing {
					self.vanished += amount("amount")?;
				}
			},
			("TransactionPayment", "TransactionFeePaid") => {
				*self.fees.entry(event.field("who")?).or_default() += amount("actual_fee")?;
			},
			_ => {},
		}
		Some(())
	}
}

/// The hoarder opens its tasks, each for what the rule says and not a bit more. Asserts that the chain keeps that rent of each.
async fn open(
	chain: &Chain,
	hoarder: &Signer,
	rule: &Rule,
	spec: &TaskSpec,
	dealers: &[Signer],
) -> Result<Vec<Receipt>> {
	let calls = (0..TASKS).map(|before| submission(chain, spec, dealers, rule.fee(before)));
	let calls = try_join_all(calls).await?;
	// who asks first has the lower number, and comes first
	let opened = try_join_all(calls.iter().map(|call| chain.submit(call, hoarder))).await?;
	for (receipt, before) in opened.iter().zip(0..) {
		let event = receipt.event("Incentives", "EscrowOpened").context("an escrow")?;
		assert_eq!(event.field("rent"), Some(rule.rent(before).most), "{before} are before it");
	}
	Ok(opened)
}

/// The call that publishes a task for these dealers, who are paid nothing, and this fee.
async fn submission(
	chain: &Chain,
	spec: &TaskSpec,
	dealers: &[Signer],
	fee: Balance,
) -> Result<Call> {
	let conditions = Conditions::of(&chain.class(CLASS).await?);
	let invited: Vec<AccountId> = dealers.iter().map(Signer::account).collect();
	let invited = calls::Dealers::try_from(invited).ok().context("so many dealers")?;
	Ok(calls::submit(spec.clone(), conditions, CLASS, invited, LONG, COLLECT, fee, 0))
}

/// All of these dealers accept all of these tasks, at the same time.
async fn accept_all(chain: &Chain, tasks: &[TaskId], dealers: &[Signer]) -> Result<()> {
	let found = try_join_all(tasks.iter().map(|task| chain.task(*task))).await?;
	let mut accepted = Vec::new();
	for dealer in dealers {
		for (task, info) in tasks.iter().zip(&found) {
			accepted.push(onchain::accept::accept(chain, *task, info, dealer, &NO_DATASET));
		}
	}
	try_join_all(accepted).await?;
	Ok(())
}

/// The treasury's account.
fn treasury() -> AccountId {
	let mut account = [0; 32];
	account[..TREASURY.len()].copy_from_slice(TREASURY);
	AccountId::new(account)
}
