//! The chain, and who plays on it.

use ostraka_adversary::{
	stage::{self, Corrupt, Survey},
	wait::{self, Phase},
};
use ostraka_client::{
	chain::{calls, Chain, Event, Head, Signer},
	demo::node::DevNode,
	spec::StatisticName,
	verify::{gather, result_outcome, Bodies},
};
use ostraka_primitives::{
	api::TaskInfo,
	task::{Outcome, SecurityClass},
	AccountId, Balance, TaskId,
};
use std::{net::TcpListener, path::PathBuf};

/// Compute nodes of the chain's own.
const HONEST_NODES: usize = 7;
/// Blocks for dealing; it ends sooner, when all have dealt.
const COLLECT: u32 = 60;
/// Stake of each of the adversary's nodes, in tokens: ninety times that of an honest one.
pub const STAKE: Balance = 900_000;
/// Attempts at a committee with both of the adversary's nodes on it: one in many thousands lacks one of them.
const DRAWS: usize = 5;
/// The rows.
const ROWS: &str =
	"value\n3\n1\n4\n1\n5\n9\n2\n6\n5\n3\n5\n8\n9\n7\n9\n3\n2\n3\n8\n4\n6\n2\n6\n4\n3\n3\n8\n";

/// The chain and the adversary's nodes.
pub struct Setting {
	node: Option<DevNode>,
	pub chain: Chain,
	pub requester: Signer,
	pub corrupt: [Corrupt; 2],
}

/// A task with its dealers and their rows.
pub struct Stage {
	pub task: TaskId,
	pub info: TaskInfo,
	pub survey: Survey,
	pub dealers: Vec<Signer>,
}

fn node_binary() -> PathBuf {
	let beside = || {
		let own = PathBuf::from(env!("CARGO_BIN_EXE_ostraka-adversary"));
		own.with_file_name("ostraka-node")
	};
	std::env::var_os("OSTRAKA_NODE").map_or_else(beside, PathBuf::from)
}

impl Setting {
	pub async fn start() -> Self {
		let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
		let port = listener.local_addr().expect("bound").port();
		drop(listener);
		let (mut node, chain) =
			DevNode::start_on(&node_binary(), port, &[]).await.expect("the node starts");
		node.registered(&chain, HONEST_NODES).await.expect("its nodes are registered");
		let stake = units(&chain, STAKE);
		let (first, second) = tokio::join!(
			Corrupt::register(&chain, "//Bob", "//Adversary//worker//1", stake),
			Corrupt::register(&chain, "//Charlie", "//Adversary//worker//2", stake),
		);
		let corrupt = [first.expect("registered"), second.expect("registered")];
		let requester = Signer::from_secret("//Dave").expect("a path");
		Self { node: Some(node), chain, requester, corrupt }
	}

	pub async fn stop(mut self) {
		if let Some(node) = self.node.take() {
			node.stop().await;
		}
	}

	/// Accounts with money for two dealings, one for each dealer of each cohort.
	pub async fn dealers<const N: usize>(&self, cohorts: [usize; N]) -> [Vec<Signer>; N] {
		let count = cohorts.iter().sum();
		let mut accounts = stage::accounts("//Adversary//dealer", count).expect("paths");
		let amount = 2 * ostraka_client::dealing::needed(&self.chain);
		let alice = Signer::from_secret("//Alice").expect("a path");
		stage::fund(&self.chain, &alice, &accounts, amount).await.expect("funded");
		cohorts.map(|size| accounts.split_off(accounts.len() - size))
	}

	/// Publishes a task for each cohort, and waits for committees on which both of the adversary's nodes sit.
	pub async fn publish<const N: usize>(&self, cohorts: [Vec<Signer>; N]) -> [Stage; N] {
		let mut stages: Vec<Option<Stage>> = cohorts.iter().map(|_| None).collect();
		for _ in 0..DRAWS {
			let mut submitted = Vec::new();
			for (place, dealers) in cohorts.iter().enumerate() {
				if stages[place].is_none() {
					let survey = Survey::new(ROWS, StatisticName::Variance, "value", dealers.len());
					let survey = survey.expect("a survey");
					let invited: Vec<AccountId> = dealers.iter().map(Signer::account).collect();
					submitted.push((place, survey, invited));
				}
			}
			let first = self.chain.nonce(&self.requester.account()).await.expect("a number");
			let class = SecurityClass::Confidential;
			let tasks = submitted.iter().zip(first..).map(|((_, survey, invited), nonce)| {
				let (chain, requester, spec) = (&self.chain, &self.requester, &survey.spec);
				stage::submit(chain, requester, spec, class, invited, COLLECT, Some(nonce))
			});
			let tasks = futures::future::try_join_all(tasks).await.expect("published");
			for ((place, survey, _), task) in submitted.into_iter().zip(tasks) {
				let info =
					wait::exactly(&self.chain, task, Phase::Collecting).await.expect("drawn");
				let dealers = cohorts[place].clone();
				let stage = Stage { task, info, survey, dealers };
				if self.corrupt.iter().all(|node| stage.seat(&node.account()).is_some()) {
					stages[place] = Some(stage);
				} else {
					let call = calls::cancel(task);
					let cancelled = self.chain.submit(&call, &self.requester, None).await;
					cancelled.expect("cancelled");
				}
			}
			if stages.iter().all(Option::is_some) {
				break;
			}
		}
		let stages: Option<Vec<Stage>> = stages.into_iter().collect();
		let stages = stages.expect("the adversary's nodes are drawn");
		stages.try_into().unwrap_or_else(|_| unreachable!("one for each cohort"))
	}

	/// Lets some dealers of a task deal honestly, all at the same time.
	pub async fn deal(&self, stage: &Stage, places: &[usize]) {
		let dealers: Vec<_> = places
			.iter()
			.map(|place| (&stage.dealers[*place], &stage.survey.inputs[*place].encoded))
			.collect();
		stage::deal(&self.chain, stage.task, &dealers).await.expect("dealt");
	}

	/// Waits until a task is settled and final, and asserts that it completed, that its result is that of the pooled rows
	/// of these dealers, and that it can be verified from chain data. Answers the events of the task's blocks.
	pub async fn completed(&self, stage: &Stage, places: &[usize]) -> Vec<Event> {
		let outcome = wait::settled(&self.chain, stage.task).await.expect("settled");
		assert_eq!(outcome, Outcome::Completed, "task {}", stage.task);
		let head = self.chain.head();
		wait::finalized(&self.chain, head.number).await.expect("final");
		let result = self.chain.result(stage.task).await.expect("read").expect("a result");
		assert_eq!(result.dealers as usize, places.len(), "task {}", stage.task);
		let found =
			result_outcome(&stage.survey.spec, &result).expect("a result that data can give");
		assert_eq!(found, stage.survey.pooled(places).expect("pooled"), "task {}", stage.task);

		let info = self.chain.task(stage.task).await.expect("read");
		let bodies = Bodies::default();
		let evidence = gather(&self.chain, stage.task, &info, &result, &bodies).await;
		let verification = evidence.expect("gathered").check();
		assert!(verification.is_right(), "task {}: {:?}", stage.task, verification.checks);

		let mut events = Vec::new();
		for number in info.task.submitted_at..=head.number {
			let hash = self.chain.block_hash(number).await.expect("a block");
			let of_block = self.chain.events(Head { number, hash }).await.expect("events");
			let of_task = |event: &&Event| event.field::<TaskId>("task") == Some(stage.task);
			events.extend(of_block.iter().filter(of_task).cloned());
		}
		events
	}
}

impl Drop for Setting {
	fn drop(&mut self) {
		// the node itself is stopped by its own drop
		let Some(node) = self.node.as_ref().filter(|_| std::thread::panicking()) else { return };
		let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("dev_chain.log");
		match std::fs::copy(node.log(), &kept) {
			Ok(_) => eprintln!("the node's log: {}", kept.display()),
			Err(error) => eprintln!("the node's log cannot be kept: {error}"),
		}
	}
}

impl Stage {
	/// The seat of an account's node.
	pub fn seat(&self, account: &AccountId) -> Option<u8> {
		let committee = (1u8..).zip(&self.info.committee);
		committee.into_iter().find(|(_, seat)| seat.account == *account).map(|(number, _)| number)
	}

	/// The seats of the chain's own nodes, with their accounts.
	pub fn honest(&self, corrupt: &[Corrupt]) -> Vec<(u8, AccountId)> {
		let is_honest = |account: &AccountId| corrupt.iter().all(|node| node.account() != *account);
		(1u8..)
			.zip(&self.info.committee)
			.map(|(number, seat)| (number, seat.account.clone()))
			.filter(|(_, account)| is_honest(account))
			.collect()
	}

	/// All places of the cohort.
	pub fn everybody(&self) -> Vec<usize> {
		(0..self.dealers.len()).collect()
	}
}

/// So many tokens.
pub fn units(chain: &Chain, tokens: Balance) -> Balance {
	tokens * 10u128.pow(u32::from(chain.token().decimals))
}
