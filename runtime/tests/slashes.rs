//! Slashes where a network has more than one process: deferred, so that Root can cancel what an outage or a bug did. Every pallet's
//! invariants are checked after every block.

mod chain;

use chain::{
	account,
	books::{balances_add_up, gained, lost, outsider, Changes, Offer, Watched, EACH},
	events,
	task::{deal_all, start},
	wealth, Chain,
};
use frame_support::{dispatch::GetDispatchInfo, traits::Get};
use ostraka_primitives::{
	fault::{Fault, PendingSlash},
	task::Outcome,
	AccountId, Balance,
};
use ostraka_runtime::{
	configs::{
		governance::{InstructionWeight, MaxOrderWeight},
		ostraka::{AbsenceSlash, SlashDeferral, UnbondingPeriod},
		prices::DrawFee,
		system::TreasuryAccount,
	},
	presets, Registry, Runtime, RuntimeCall, RuntimeEvent, DAYS,
};
use pallet_network::Solo;
use pallet_registry::{Call, PendingSlashes};

type Refusal = pallet_registry::Error<Runtime>;

#[test]
fn networks_of_many_defer_slashes_for_a_week() {
	for name in presets::names() {
		Chain::from_preset(name.as_ref()).look(|| {
			let deferral = if Solo::<Runtime>::get() { 0 } else { 7 * DAYS };
			assert_eq!(SlashDeferral::get(), deferral, "{name:?}");
			assert!(deferral < UnbondingPeriod::get());
		});
	}
	assert!(!Chain::from_preset(presets::PRODUCTION_PRESET).look(Solo::<Runtime>::get));
}

/// A task whose panel sleeps, on a chain of many.
fn asleep() -> Watched {
	let (mut chain, _, dealers) = start(3);
	chain.look(|| Solo::<Runtime>::put(false));
	let mut watched = Watched::on(chain, dealers, Offer::default());
	watched.accept(3);
	watched.draw();
	let (task, workers) = (watched.task, watched.workers());
	watched.chain.keep_only_workers(workers[..3].iter().copied());
	deal_all(&mut watched.chain, task, &watched.dealers);
	watched
}

fn stake(chain: &mut Chain, operator: &AccountId) -> Balance {
	chain.look(|| Registry::node_info(operator)).unwrap().stake
}

fn pending(chain: &mut Chain, operator: &AccountId) -> Vec<(u32, PendingSlash)> {
	chain.look(|| Registry::pending_slashes_of(operator))
}

fn apply(culprit: &AccountId, index: u32) -> RuntimeCall {
	RuntimeCall::Registry(Call::apply_slash { culprit: culprit.clone(), index })
}

/// Lets the slash be due.
fn due(chain: &mut Chain, culprit: &AccountId, index: u32) {
	let now = chain.number();
	chain.look(|| {
		PendingSlashes::<Runtime>::mutate(culprit, index, |slash| {
			slash.as_mut().expect("it is pending").at = now;
		});
	});
}

/// It counts at once, and nobody has the money. Of one the relay chain's governance gives it back, and of the other anybody has it
/// taken, for nothing.
#[test]
fn of_two_absences_one_is_cancelled_and_one_is_paid_for() {
	let mut watched = asleep();
	let panel: Vec<AccountId> = watched.panel.iter().map(|seat| seat.account.clone()).collect();
	let [first, second] = [&panel[0], &panel[1]];
	let before = [first, second].map(|operator| stake(&mut watched.chain, operator));
	let changes = Changes {
		requester: lost(3 * EACH + DrawFee::DEFAULT),
		dealers: vec![0; 3],
		members: vec![gained(EACH); 3],
		verifiers: vec![0; 2],
		treasury: gained(DrawFee::DEFAULT),
		..Default::default()
	};
	let mut chain = watched.ends(Outcome::Completed, &changes);
	let slash = AbsenceSlash::get();
	let numbers = [first, second].map(|operator| {
		let pending = pending(&mut chain, operator);
		assert_eq!(pending.len(), 1);
		let (number, PendingSlash { offence, amount, .. }) = pending[0].clone();
		assert_eq!(
			(offence.fault, offence.culprit, amount),
			(Fault::Absence, operator.clone(), slash)
		);
		assert_eq!((offence.accuser, offence.victim), (None, None));
		number
	});
	let after = [first, second].map(|operator| stake(&mut chain, operator));
	assert_eq!(after, before.map(|stake| stake - slash));

	chain.ordered(RuntimeCall::Registry(Call::cancel_slash {
		culprit: first.clone(),
		index: numbers[0],
	}));
	assert_eq!(stake(&mut chain, first), before[0]);
	assert!(pending(&mut chain, first).is_empty());
	let again = chain.attempt(&outsider(), apply(first, numbers[0]));
	assert_eq!(again, Err(Refusal::NoSuchSlash.into()));

	let early = chain.attempt(&outsider(), apply(second, numbers[1]));
	assert_eq!(early, Err(Refusal::SlashNotDue.into()));
	due(&mut chain, second, numbers[1]);
	let accounts = [second.clone(), TreasuryAccount::get(), account(&outsider())];
	let owned = |chain: &mut Chain| accounts.clone().map(|who| chain.look(|| wealth(&who)));
	let [node, treasury, anybody] = owned(&mut chain);
	chain.submit(&outsider(), apply(second, numbers[1]));
	let is_told = |event: &RuntimeEvent| {
		matches!(
			event,
			RuntimeEvent::Incentives(pallet_incentives::Event::Punished {
				culprit,
				fault: Fault::Absence,
				to_accuser: 0,
				to_victim: 0,
				..
			}) if culprit == second
		)
	};
	assert_eq!(chain.look(events).iter().filter(|event| is_told(event)).count(), 1);
	assert_eq!(owned(&mut chain), [node - slash, treasury + slash, anybody]);
	assert_eq!(stake(&mut chain, second), before[1] - slash);
	assert!(pending(&mut chain, second).is_empty());
	balances_add_up(&mut chain);
}

/// Neither the culprit nor who would have a part of it can.
#[test]
fn nobody_but_root_cancels_a_slash() {
	let mut watched = asleep();
	let task = watched.task;
	let culprit = watched.panel[0].account.clone();
	chain::task::settled(&mut watched.chain, task);
	let chain = &mut watched.chain;
	let (index, _) = pending(chain, &culprit)[0].clone();
	let call = RuntimeCall::Registry(Call::cancel_slash { culprit: culprit.clone(), index });
	assert_eq!(chain.attempt(&outsider(), call), Err(sp_runtime::DispatchError::BadOrigin));
	assert_eq!(pending(chain, &culprit).len(), 1);
}

/// A second one weighs too much, by its proof. So the tool and docs/UPGRADING.md have an order for each.
#[test]
fn an_order_cancels_one_slash() {
	let cancel =
		|index| RuntimeCall::Registry(Call::cancel_slash { culprit: account(&outsider()), index });
	let calls = vec![cancel(0), cancel(1)];
	let both = RuntimeCall::Utility(pallet_utility::Call::batch_all { calls });
	let most = MaxOrderWeight::get().saturating_sub(InstructionWeight::get().saturating_mul(2));
	let fits = |call: &RuntimeCall| call.get_dispatch_info().call_weight.all_lte(most);
	assert!(fits(&cancel(0)));
	assert!(!fits(&both), "{:?}, of {most:?}", both.get_dispatch_info().call_weight);
}
