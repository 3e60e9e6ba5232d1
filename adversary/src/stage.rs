//! What an attack needs around it: accounts with money, compute nodes of the adversary's own, tasks with honest dealers.

use crate::seat::Worker;
use futures::future;
use ostraka_client::{
	chain::{calls, Chain, ChainError, Signer},
	data::{Book, Table},
	dealing,
	inputs::{self, Encoding, Input},
	onchain,
	request::{build, StatisticName, StatisticRequest},
	Error,
};
use ostraka_crypto::Plain;
use ostraka_primitives::{
	spec::TaskSpec, task::SecurityClass, AccountId, Balance, TaskId, WorkerSignature,
};
use ostraka_protocol::{
	statistics::{Encoded, Outcome, Rows},
	worker_key,
};
use rand_core::OsRng;

/// Accounts that one transaction pays.
const PAID_AT_ONCE: usize = 100;

/// A node that the adversary runs by hand: registered as any other, its worker key in no keystore.
#[derive(Clone)]
pub struct Corrupt {
	/// Its operator.
	pub operator: Signer,
	/// Its worker key.
	pub worker: Worker,
}

impl Corrupt {
	/// Registers a node. Its stake decides how often it is drawn.
	///
	/// # Errors
	/// `Usage` if a secret is not usable, `Chain`.
	pub async fn register(
		chain: &Chain,
		operator: &str,
		worker: &str,
		stake: Balance,
	) -> Result<Self, Error> {
		let node =
			Self { operator: Signer::from_secret(operator)?, worker: Worker::from_secret(worker)? };
		let account: [u8; 32] = node.operator.account().into();
		let key = node.worker.public();
		let sign = |message: &[u8]| Some(node.worker.sign(message));
		let genesis = chain.genesis();
		let made = worker_key::register::<Plain, _>(genesis, &account, &key.0, sign, &mut OsRng)
			.ok_or_else(|| Error::Usage("the worker key does not sign".to_owned()))?;
		let signature = WorkerSignature::from_raw(made.signature);
		let capacity = ostraka_primitives::MAX_ASSIGNMENTS;
		let call = calls::register(key, made.seal_key, made.proof, signature, stake, capacity);
		chain.submit(&call, &node.operator, None).await?;
		Ok(node)
	}

	/// The operator's account.
	pub fn account(&self) -> AccountId {
		self.operator.account()
	}
}

/// Accounts under a path, `//path//1` to `//path//count`.
///
/// # Errors
/// `Usage` if the path is none.
pub fn accounts(path: &str, count: usize) -> Result<Vec<Signer>, Error> {
	(1..=count).map(|number| Signer::from_secret(&format!("{path}//{number}"))).collect()
}

/// Pays `amount` to each account.
///
/// # Errors
/// `Chain`.
pub async fn fund(
	chain: &Chain,
	from: &Signer,
	to: &[Signer],
	amount: Balance,
) -> Result<(), Error> {
	let accounts: Vec<AccountId> = to.iter().map(Signer::account).collect();
	for part in accounts.chunks(PAID_AT_ONCE) {
		let call = calls::pay_all(chain.metadata(), part, amount).ok_or_else(|| {
			ChainError::Unreadable("the chain cannot pay many at once".to_owned())
		})?;
		chain.submit(&call, from, None).await?;
	}
	Ok(())
}

/// A statistic over a table, split among dealers: what is computed, and each dealer's part.
pub struct Survey {
	/// What is computed.
	pub spec: TaskSpec,
	/// The dealers' parts.
	pub inputs: Vec<Input>,
}

impl Survey {
	/// The statistic of a column of a CSV text, its rows dealt out in turn to so many dealers.
	///
	/// # Errors
	/// `Data`, `Usage`, `Encode`.
	pub fn new(
		csv: &str,
		statistic: StatisticName,
		column: &str,
		dealers: usize,
	) -> Result<Self, Error> {
		let table = Table::parse("survey", csv.as_bytes())?;
		let request = StatisticRequest {
			statistic: Some(statistic),
			columns: vec![column.to_owned()],
			max_rows: 1_000,
			..Default::default()
		};
		let spec = build(&request, Some(&table), false)?;
		let book = Book::deal_out(&table, dealers)?;
		let encoding = Encoding { min_cell: 1, ..Default::default() };
		let inputs = inputs::inputs(&book.dealers, &table, &spec, encoding)?;
		Ok(Self { spec, inputs: inputs.into_iter().map(|(_, input)| input).collect() })
	}

	/// The statistic in the clear over the rows of some dealers, by place.
	///
	/// # Errors
	/// `Failed` if there is none.
	pub fn pooled(&self, dealers: &[usize]) -> Result<Outcome, Error> {
		let rows: Vec<&Rows> = dealers
			.iter()
			.filter_map(|place| self.inputs.get(*place))
			.map(|input| &input.rows)
			.collect();
		Ok(inputs::pooled(&self.spec, &rows, 1)?)
	}
}

/// Publishes a task for the least fee. Answers its number.
///
/// # Errors
/// `Chain`.
pub async fn submit(
	chain: &Chain,
	requester: &Signer,
	spec: &TaskSpec,
	class: SecurityClass,
	dealers: &[AccountId],
	collect: u32,
	nonce: Option<u64>,
) -> Result<TaskId, Error> {
	let fee = chain.least_fee(spec, class, dealers.len() as u32).await?;
	let invited = calls::Dealers::try_from(dealers.to_vec())
		.map_err(|_| Error::Usage("more dealers than a task can invite".to_owned()))?;
	let call = calls::submit(spec.clone(), class, invited, collect, fee, fee);
	let receipt = chain.submit(&call, requester, nonce).await?;
	let event = receipt.event("Tasks", "TaskSubmitted");
	event
		.and_then(|event| event.field("task"))
		.ok_or_else(|| ChainError::Unreadable("a task's number".to_owned()).into())
}

/// Lets honest dealers deal, all at the same time. Each has at most one transaction under way.
///
/// # Errors
/// `Failed` if one had dealt already, `Chain`.
pub async fn deal(
	chain: &Chain,
	task: TaskId,
	dealers: &[(&Signer, &Encoded)],
) -> Result<(), Error> {
	let info = onchain::deal::drawn(chain, task).await?;
	let context = &dealing::context(chain.genesis(), task, &info)?;
	let dealt = dealers.iter().map(|(signer, input)| async move {
		let receipt = onchain::deal::deal(chain, task, context, input, signer, None).await?;
		receipt.ok_or_else(|| Error::Failed("a dealer had dealt already".to_owned()))
	});
	future::try_join_all(dealt).await.map(|_| ())
}
