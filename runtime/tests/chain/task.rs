//! Tasks in tests: submitted, accepted, dealt to, and looked at.

use super::{account, pair, Chain};
use ostraka_crypto::{
	encoding::decode_scalar,
	messages::DealingBytes,
	scalar,
	seal::SealSecret,
	validity::{prove_witness, Relation, Statement, Witness},
	vss::{self, SecretShare},
	PointBytes, Scalar,
};
use ostraka_primitives::{
	api::Quote,
	spec::{Column, Statistic, TaskSpec},
	task::{Committee, Conditions, Panel, SecurityClass, TaskStatus, Terms},
	traits::{TaskBook, TaskView},
	Balance, BlockNumber, Digest, TaskId,
};
use ostraka_protocol::{
	adjudicator::verify_result,
	dealer,
	masking::{self, MaskSeed, Opening},
	statistics::validity,
	wire, TaskContext, G1,
};
use ostraka_runtime::{RuntimeCall, Tasks, Vss};
use rand_core::OsRng;
use sp_core::sr25519;

/// Blocks for accepting, and for dealing.
pub const WINDOW: BlockNumber = 10;
/// Tag of who has no policy for its data.
pub const NO_DATASET: Digest = [0; 32];

/// `(0, 2)`, of order three: on the curve, outside the group that commitments belong to.
const ORDER_THREE: PointBytes = {
	let mut bytes = [0; 96];
	bytes[95] = 2;
	bytes
};

/// A chain with the test nodes, its requester, and this many dealers.
pub fn start(dealers: usize) -> (Chain, sr25519::Pair, Vec<sr25519::Pair>) {
	let mut chain = Chain::development();
	chain.register_nodes();
	let names = ["//Bob", "//Charlie", "//Dave", "//Eve", "//Bob//stash", "//Charlie//stash"];
	let dealers = names[..dealers].iter().map(|name| pair(name)).collect();
	(chain, pair("//Alice"), dealers)
}

/// The mean of a column of integers up to a million.
pub fn mean() -> TaskSpec {
	let column = Column {
		name: b"income".to_vec().try_into().unwrap(),
		decimals: 0,
		min: 0,
		max: 1_000_000,
	};
	TaskSpec {
		statistic: Statistic::Mean,
		columns: vec![column].try_into().unwrap(),
		target: None,
		weight: None,
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: None,
		max_rows: 1_000,
	}
}

/// The same of integers up to this one.
pub fn mean_up_to(most: i64) -> TaskSpec {
	let mut spec = mean();
	spec.columns[0].max = most;
	spec
}

/// A dealer's vector: number of rows and their sum.
pub fn input(rows: u64, sum: u64) -> Vec<Scalar> {
	vec![Scalar::from(rows), Scalar::from(sum)]
}

/// Submits a task for the mean; returns its number.
pub fn submit(
	chain: &mut Chain,
	requester: &sr25519::Pair,
	class: SecurityClass,
	dealers: &[sr25519::Pair],
	data_reward: Balance,
) -> TaskId {
	let call = submission(chain, class, dealers, data_reward);
	publish(chain, requester, call)
}

/// Sends a submission; returns the task's number.
pub fn publish(chain: &mut Chain, requester: &sr25519::Pair, call: RuntimeCall) -> TaskId {
	let task = chain.look(pallet_tasks::NextTask::<ostraka_runtime::Runtime>::get);
	chain.submit(requester, call);
	task
}

/// The transaction that asks for the mean, and promises what its class asks for. Its fee is the least one with twice the rent, so
/// that it stands where others were submitted meanwhile.
pub fn submission(
	chain: &mut Chain,
	class: SecurityClass,
	dealers: &[sr25519::Pair],
	data_reward: Balance,
) -> RuntimeCall {
	let parameters = chain.look(|| Tasks::class_parameters(class));
	let call = RuntimeCall::Tasks(pallet_tasks::Call::submit {
		spec: mean(),
		conditions: Conditions::of(&parameters),
		class,
		dealers: dealers.iter().map(account).collect::<Vec<_>>().try_into().unwrap(),
		accept: WINDOW,
		collect: WINDOW,
		fee: 0,
		data_reward,
	});
	let quote = chain.look(|| quoted(&call));
	with(call, quote.least + quote.rent.most, WINDOW)
}

/// What the chain asks for a submission now, whatever fee it names.
pub fn quoted(call: &RuntimeCall) -> Quote {
	use pallet_tasks::Call::submit;
	let RuntimeCall::Tasks(submit { spec, class, dealers, accept, collect, .. }) = call else {
		panic!("{call:?} is no submission")
	};
	Tasks::quote(spec, *class, dealers.len() as u32, *accept, *collect)
}

/// The same submission with another fee and another window for dealing.
pub fn with(mut call: RuntimeCall, paid: Balance, window: BlockNumber) -> RuntimeCall {
	if let RuntimeCall::Tasks(pallet_tasks::Call::submit { fee, collect, .. }) = &mut call {
		(*fee, *collect) = (paid, window);
	}
	call
}

/// The same submission of another question, as long as the first.
pub fn about(mut call: RuntimeCall, asked: TaskSpec) -> RuntimeCall {
	if let RuntimeCall::Tasks(pallet_tasks::Call::submit { spec, .. }) = &mut call {
		*spec = asked;
	}
	call
}

/// The same submission that promises something else.
pub fn under(mut call: RuntimeCall, change: impl FnOnce(&mut Conditions)) -> RuntimeCall {
	if let RuntimeCall::Tasks(pallet_tasks::Call::submit { conditions, .. }) = &mut call {
		change(conditions);
	}
	call
}

/// The transaction that accepts what a task asks, by the hash that a client computes of it, and promises the data set with this
/// tag.
pub fn acceptance_of(chain: &mut Chain, task: TaskId, dataset: Digest) -> RuntimeCall {
	let genesis = chain.genesis();
	let record = chain.look(|| Tasks::task(task)).unwrap();
	let terms = wire::terms_hash(&Terms::of(&record), &genesis.0, task);
	RuntimeCall::Tasks(pallet_tasks::Call::accept { task, terms, dataset })
}

/// The same of who has no policy.
pub fn acceptance(chain: &mut Chain, task: TaskId) -> RuntimeCall {
	acceptance_of(chain, task, NO_DATASET)
}

/// These dealers accept, all in one block, each with the data set of this tag.
pub fn accept_with(chain: &mut Chain, task: TaskId, dealers: &[sr25519::Pair], dataset: Digest) {
	let call = acceptance_of(chain, task, dataset);
	chain.submit_all(dealers.iter().map(|dealer| (dealer, call.clone())).collect());
}

/// The same, of dealers without a policy.
pub fn accept(chain: &mut Chain, task: TaskId, dealers: &[sr25519::Pair]) {
	accept_with(chain, task, dealers, NO_DATASET);
}

/// Submits a task for the mean, which all its dealers accept.
pub fn agreed(
	chain: &mut Chain,
	requester: &sr25519::Pair,
	class: SecurityClass,
	dealers: &[sr25519::Pair],
	data_reward: Balance,
) -> TaskId {
	let task = submit(chain, requester, class, dealers, data_reward);
	accept(chain, task, dealers);
	task
}

/// State of a task.
pub fn status(task: TaskId) -> TaskStatus {
	pallet_tasks::Statuses::<ostraka_runtime::Runtime>::get(task).unwrap()
}

/// Waits until the task's committee is drawn.
pub fn drawn(chain: &mut Chain, task: TaskId) -> Committee {
	chain.blocks_until(20, || matches!(status(task), TaskStatus::Collecting { .. }));
	chain.look(|| Tasks::committee(task))
}

/// The panel of a drawn task.
pub fn panel(chain: &mut Chain, task: TaskId) -> Panel {
	chain.look(|| Tasks::panel(task))
}

/// Waits until the task is settled.
pub fn settled(chain: &mut Chain, task: TaskId) -> TaskStatus {
	chain.blocks_until(120, || matches!(status(task), TaskStatus::Settled(_)));
	chain.look(|| status(task))
}

/// A drawn task, as the pallets see it.
pub fn view(chain: &mut Chain, task: TaskId) -> TaskView {
	chain.look(|| <Tasks as TaskBook>::view(task)).unwrap()
}

/// What everybody knows of a drawn task.
pub fn context(chain: &mut Chain, task: TaskId) -> TaskContext {
	wire::context(&view(chain, task)).unwrap()
}

/// What a task's dealers prove of their inputs.
pub fn relation(chain: &mut Chain, task: TaskId) -> Relation {
	let asked = chain.look(|| Tasks::task(task)).unwrap().spec;
	validity::relation(&asked).unwrap()
}

/// An honest dealing's transaction.
pub fn deal(
	chain: &mut Chain,
	task: TaskId,
	dealer: &sr25519::Pair,
	input: &[Scalar],
) -> RuntimeCall {
	let (context, relation) = (context(chain, task), relation(chain, task));
	let dealer = account(dealer);
	let made = dealer::deal::<G1, _>(&context, &relation, dealer.as_ref(), input, &mut OsRng);
	call(task, &context, made.unwrap())
}

/// The transaction of a dealing in which one seat's share is wrong. Everything that the chain can check of it holds.
pub fn deal_wrongly(
	chain: &mut Chain,
	task: TaskId,
	dealer: &sr25519::Pair,
	input: &[Scalar],
	wrong_seat: u8,
) -> RuntimeCall {
	cheat(chain, task, dealer, input, |_, shares| {
		shares[usize::from(wrong_seat) - 1].values[1] += Scalar::from(1u8);
	})
}

/// The transaction of a dealing in which a commitment lies outside the group. Everything that the chain looks at holds.
pub fn deal_outside(
	chain: &mut Chain,
	task: TaskId,
	dealer: &sr25519::Pair,
	input: &[Scalar],
) -> RuntimeCall {
	cheat(chain, task, dealer, input, |commitments, _| commitments[0] = ORDER_THREE)
}

/// The transaction of a dealing of whatever numbers, that no rows could give. All shares are right.
pub fn deal_forged(
	chain: &mut Chain,
	task: TaskId,
	dealer: &sr25519::Pair,
	input: &[Scalar],
) -> RuntimeCall {
	cheat(chain, task, dealer, input, |_, _| ())
}

/// The transaction of a dealing that is made as an honest one is, of commitments and shares that were changed. The proof that
/// its input is valid holds if the input is, and `C_0` as it was.
fn cheat(
	chain: &mut Chain,
	task: TaskId,
	dealer: &sr25519::Pair,
	input: &[Scalar],
	change: impl FnOnce(&mut [PointBytes], &mut [SecretShare]),
) -> RuntimeCall {
	let relation = relation(chain, task);
	share_wrongly(chain, task, dealer, input, change, |statement, blinding| {
		let witness = Witness::new(&relation, input);
		prove_witness::<G1, _>(&relation, statement, &witness, blinding, &mut OsRng).unwrap()
	})
}

/// The same with whatever is `proven` of the input: of what the proof is bound to, and the blinding value.
fn share_wrongly(
	chain: &mut Chain,
	task: TaskId,
	dealer: &sr25519::Pair,
	input: &[Scalar],
	change: impl FnOnce(&mut [PointBytes], &mut [SecretShare]),
	proven: impl FnOnce(&Statement<'_>, &Scalar) -> Vec<u8>,
) -> RuntimeCall {
	let ctx = context(chain, task);
	let account = account(dealer);
	let n = ctx.seal_keys.len() as u8;
	let (commitments, mut shares) =
		vss::share::<G1, _>(input, ctx.threshold, n, &mut OsRng).unwrap();
	let blinding = vss::secret_blinding(ctx.threshold, &shares).unwrap();
	let (mut commitments, rho) = (commitments.to_bytes(), SealSecret::random(&mut OsRng));
	change(&mut commitments, &mut shares);
	let id = account.as_ref();
	let proof = proven(&ctx.statement(id, &commitments), &blinding);
	let made = dealer::assemble(&ctx, id, commitments, &shares, &rho, proof, &mut OsRng).unwrap();
	call(task, &ctx, made)
}

/// The transaction of a recipient's mask, drawn from this seed, and what opens it.
pub fn deal_mask(
	chain: &mut Chain,
	task: TaskId,
	recipient: &sr25519::Pair,
	seed: &MaskSeed,
) -> (RuntimeCall, Opening) {
	let context = context(chain, task);
	let made = masking::derive::<G1>(seed, &context, account(recipient).as_ref()).unwrap();
	(call(task, &context, made.dealing), made.opening)
}

/// The transaction of a mask in which one seat's share is wrong. Everything that the chain can check of it holds.
pub fn deal_mask_wrongly(
	chain: &mut Chain,
	task: TaskId,
	recipient: &sr25519::Pair,
	wrong_seat: u8,
) -> RuntimeCall {
	let length = view(chain, task).length as usize;
	let mask: Vec<_> = (0..length).map(|_| scalar::random(&mut OsRng)).collect();
	let spoil = |_: &mut [PointBytes], shares: &mut [SecretShare]| {
		shares[usize::from(wrong_seat) - 1].values[1] += Scalar::from(1u8);
	};
	share_wrongly(chain, task, recipient, &mask, spoil, |_, _| Vec::new())
}

fn call(task: TaskId, context: &TaskContext, made: DealingBytes) -> RuntimeCall {
	let dealing = wire::dealing_message(made).unwrap();
	RuntimeCall::Vss(pallet_vss::Call::deal { task, task_hash: context.task_hash, dealing })
}

/// Deals for each dealer `i` (from 1) `i` rows of sum `100 i`, all in one block.
pub fn deal_all(chain: &mut Chain, task: TaskId, dealers: &[sr25519::Pair]) {
	let calls = dealers
		.iter()
		.zip(1u64..)
		.map(|(dealer, i)| (dealer, deal(chain, task, dealer, &input(i, 100 * i))))
		.collect();
	chain.submit_all(calls);
}

/// The published vector, after the check that anybody can re-run.
pub fn vector(chain: &mut Chain, task: TaskId) -> Vec<Scalar> {
	let result = chain.look(|| Vss::result(task)).unwrap();
	let values: Vec<Scalar> =
		result.scalars().map(|bytes| decode_scalar(&bytes).unwrap()).collect();
	let blinding = decode_scalar(&result.blinding).unwrap();
	assert_eq!(verify_result::<G1>(&result.commitment, &values, &blinding), Ok(true));
	values
}

/// The same as small integers.
pub fn result(chain: &mut Chain, task: TaskId) -> Vec<u64> {
	let small = |value: &Scalar| {
		(0..100_000u64).find(|number| Scalar::from(*number) == *value).expect("a small integer")
	};
	vector(chain, task).iter().map(small).collect()
}
