//! What happens to tasks, block by block, as the chain's events tell it.

use crate::{
	chain::{Chain, ChainError, Event, Head},
	onchain::convictions::Conviction,
	view::attested,
};
use codec::Decode;
use ostraka_primitives::{
	task::{ClassParameters, Outcome},
	AccountId, Balance, TaskId,
};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Arc, Mutex, PoisonError},
	time::Instant,
};
use tokio::{sync::watch, task::JoinHandle};

/// A block, and when it was seen.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
	/// Its number.
	pub block: u32,
	/// When.
	pub at: Instant,
}

/// What happened to a task.
#[derive(Clone, Debug, Default)]
pub struct Journal {
	/// It was published.
	pub submitted: Option<Mark>,
	/// Enough dealers had accepted it.
	pub invited: Option<Mark>,
	/// Its committee was drawn.
	pub drawn: Option<Mark>,
	/// Dealing ended.
	pub collected: Option<Mark>,
	/// The accepted set was frozen.
	pub frozen: Option<Mark>,
	/// Committing ended.
	pub committed: Option<Mark>,
	/// The result was published, or it failed.
	pub ended: Option<Mark>,
	/// Everybody was paid.
	pub settled: Option<Mark>,
	/// How it ended.
	pub outcome: Option<Outcome>,
	/// Last block of the verification: of its window, or that in which the last seat attested.
	pub verify_until: u32,
	/// Dealers who accepted.
	pub acceptances: u32,
	/// Dealings that came in.
	pub dealings: u32,
	/// Verifiers of the panel.
	pub panel: BTreeSet<AccountId>,
	/// Members and verifiers that have checked all dealings, and accuse and challenge none.
	pub attested: BTreeSet<AccountId>,
	/// Commitments that came in.
	pub commitments: u32,
	/// Members whose result shares came in and are right.
	pub right: BTreeSet<AccountId>,
	/// What was paid for the draw.
	pub draw_fee: Balance,
	/// What was paid for its place and its seats.
	pub rent: Balance,
	/// What committee and panel got of the fee.
	pub paid: Balance,
	/// What silent seats lacked of it.
	pub withheld: Balance,
	/// What the nodes were paid, by operator.
	pub nodes: BTreeMap<AccountId, Balance>,
	/// What the dealers were paid together.
	pub dealers: Balance,
	/// Convictions, in words.
	pub convictions: Vec<String>,
}

impl Journal {
	/// The phases that are over: name, first mark, last mark.
	pub fn phases(&self) -> Vec<(&'static str, Mark, Mark)> {
		let steps = [
			("inviting", self.submitted, self.invited),
			("drawing", self.invited, self.drawn),
			("collecting", self.drawn, self.collected),
			("verifying", self.collected, self.frozen),
			("committing", self.frozen, self.committed),
			("revealing", self.committed, self.ended),
			("settling", self.ended, self.settled),
		];
		steps.into_iter().filter_map(|(name, from, to)| Some((name, from?, to?))).collect()
	}

	/// How far the task is, in a few words.
	pub fn progress(&self, invited: usize, parameters: &ClassParameters, block: u32) -> String {
		let seats = parameters.seats;
		if self.settled.is_some() {
			return "settled".to_owned();
		}
		if self.ended.is_some() {
			return "being settled".to_owned();
		}
		if self.committed.is_some() {
			return format!("result shares {} of {seats}", self.right.len());
		}
		if self.frozen.is_some() {
			return format!(
				"shares and proofs checked, commitments {} of {seats}",
				self.commitments
			);
		}
		if self.collected.is_some() {
			let left = self.verify_until.saturating_sub(block);
			let (members, verifiers) = self.attested();
			let verifiers = (verifiers, usize::from(parameters.verifiers));
			let by = attested::attested(Some((members, usize::from(seats))), verifiers);
			return format!("{} so far, {left} blocks left at most", by.unwrap_or_default());
		}
		if self.drawn.is_some() {
			return format!("dealings {} of {}", self.dealings, self.acceptances);
		}
		if self.invited.is_some() {
			return "waiting for its committee".to_owned();
		}
		format!("accepted {} of {invited}", self.acceptances)
	}

	/// How many members, and how many verifiers, have attested.
	pub fn attested(&self) -> (usize, usize) {
		let verifiers = self.attested.intersection(&self.panel).count();
		(self.attested.len().saturating_sub(verifiers), verifiers)
	}

	/// Members that were paid for a right result share and never attested, so that the task waited for them: they were paid
	/// less.
	pub fn silent(&self) -> Vec<&AccountId> {
		let is_silent =
			|node: &&AccountId| self.right.contains(*node) && !self.attested.contains(*node);
		self.nodes.keys().filter(is_silent).collect()
	}

	/// Verifiers that never attested, so that the task waited for them: they were not paid.
	pub fn asleep(&self) -> usize {
		let asleep = self.panel.difference(&self.attested).count();
		self.frozen.map_or(0, |_| asleep)
	}

	fn note(&mut self, event: &Event, mark: Mark) {
		let amount = |name: &str| event.field::<Balance>(name).unwrap_or_default();
		let account = |name: &str| event.field::<AccountId>(name);
		match (event.pallet.as_str(), event.name.as_str()) {
			("Tasks", "TaskSubmitted") => self.submitted = Some(mark),
			("Tasks", "Accepted") => self.acceptances = self.acceptances.saturating_add(1),
			("Tasks", "InvitingEnded") => self.invited = Some(mark),
			("Tasks", "CommitteeDrawn") => {
				self.drawn = Some(mark);
				let panel: Vec<AccountId> = event.field("panel").unwrap_or_default();
				self.panel = panel.into_iter().collect();
			},
			("Tasks", "CollectingEnded") => {
				self.collected = Some(mark);
				self.verify_until = event.field("verify_until").unwrap_or_default();
			},
			("Tasks", "VerificationComplete") => self.verify_until = mark.block,
			("Tasks", "AcceptedSetFrozen") => self.frozen = Some(mark),
			("Tasks", "CommittingEnded") => self.committed = Some(mark),
			// the result is out when the last share that it takes is in, some blocks before the task's end at times
			("Vss", "ResultPublished") | ("Tasks", "TaskCompleted") => {
				self.ended.get_or_insert(mark);
			},
			("Tasks", "TaskFailed") => self.ended = Some(mark),
			("Tasks", "TaskSettled") => {
				self.settled = Some(mark);
				self.outcome =
					event.bytes("outcome").and_then(|mut bytes| Outcome::decode(&mut bytes).ok());
			},
			("Vss", "Dealt") => self.dealings = self.dealings.saturating_add(1),
			("Vss", "ResultCommitted") => self.commitments = self.commitments.saturating_add(1),
			("Vss", "Attested") => self.attested.extend(account("node")),
			("Vss", "ResultShareRight") => self.right.extend(account("node")),
			("Vss", "DealerConvicted" | "AccuserConvicted") => {
				let conviction = Conviction::of(event, mark.block);
				self.convictions.extend(conviction.map(|(_, conviction)| conviction.line()));
			},
			("Vss", "AttestedFalsely") => {
				let seats = event.field::<Vec<u8>>("seats").unwrap_or_default();
				let seats: Vec<String> = seats.iter().map(u8::to_string).collect();
				self.convictions.push(format!(
					"attested falsely: seat {}, as block {} shows",
					seats.join(", "),
					mark.block
				));
			},
			("Vss", "ResultShareWrong") => {
				let node = account("node").map(|node| crate::chain::account::address(&node));
				self.convictions.push(format!(
					"node {} convicted of a wrong result share in block {}",
					node.unwrap_or_default(),
					mark.block
				));
			},
			("Incentives", "EscrowOpened") => self.draw_fee = amount("draw_fee"),
			("Incentives", "FeeSettled") => {
				(self.paid, self.withheld) = (amount("paid"), amount("withheld"));
				self.rent = amount("rent");
			},
			("Incentives", "NodePaid") => {
				if let Some(node) = account("node") {
					*self.nodes.entry(node).or_default() += amount("amount");
				}
			},
			("Incentives", "DealerPaid") => self.dealers += amount("amount"),
			_ => {},
		}
	}
}

type Journals = Arc<Mutex<BTreeMap<TaskId, Journal>>>;

/// Follows all tasks from a block on, in the background.
pub struct Chronicle {
	journals: Journals,
	read: watch::Receiver<Result<u32, ChainError>>,
	reader: JoinHandle<()>,
}

impl Drop for Chronicle {
	fn drop(&mut self) {
		self.reader.abort();
	}
}

impl Chronicle {
	/// Starts after the present best block. Final blocks are read, as others may lose to blocks without what was read.
	pub fn start(chain: &Chain) -> Self {
		let journals = Journals::default();
		let head = chain.head();
		let (tell, read) = watch::channel(Ok(head.number));
		let reader = tokio::spawn({
			let (chain, journals) = (chain.clone(), journals.clone());
			async move {
				if let Err(error) = follow(&chain, &journals, head, &tell).await {
					// who no longer listens is not told
					let _ = tell.send(Err(error));
				}
			}
		});
		Self { journals, read, reader }
	}

	/// What happened to a task so far.
	pub fn journal(&self, task: TaskId) -> Journal {
		let journals = self.journals.lock().unwrap_or_else(PoisonError::into_inner);
		journals.get(&task).cloned().unwrap_or_default()
	}

	/// Waits for the next block that is read, and returns its number.
	///
	/// # Errors
	/// Whatever ended the reading.
	pub async fn next(&mut self) -> Result<u32, ChainError> {
		let gone = || ChainError::Unreadable("the events are no longer read".to_owned());
		self.read.changed().await.map_err(|_| gone())?;
		self.read.borrow_and_update().clone()
	}
}

async fn follow(
	chain: &Chain,
	journals: &Journals,
	start: Head,
	tell: &watch::Sender<Result<u32, ChainError>>,
) -> Result<(), ChainError> {
	let mut next = start.number.saturating_add(1);
	loop {
		let last = chain.wait_final(next).await?;
		while next <= last.number {
			let hash = if next == last.number { last.hash } else { chain.block_hash(next).await? };
			let events = chain.events(Head { number: next, hash }).await?;
			let mark = Mark { block: next, at: Instant::now() };
			{
				let mut journals = journals.lock().unwrap_or_else(PoisonError::into_inner);
				for event in events.iter() {
					if let Some(task) = event.field::<TaskId>("task") {
						journals.entry(task).or_default().note(event, mark);
					}
				}
			}
			if tell.send(Ok(next)).is_err() {
				return Ok(());
			}
			next = next.saturating_add(1);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use codec::Encode;
	use ostraka_primitives::fault::DealerFault;

	#[test]
	fn who_was_paid_for_a_right_share_and_never_attested_is_silent() {
		let [one, two, three] = [1, 2, 3].map(|byte| AccountId::new([byte; 32]));
		let journal = Journal {
			attested: [one.clone()].into(),
			right: [one.clone(), two.clone()].into(),
			// the third is excused from its result share, and has its base part
			nodes: [(one, 100), (two.clone(), 95), (three, 10)].into(),
			..Default::default()
		};
		assert_eq!(journal.silent(), [&two]);
	}

	#[test]
	fn a_challenge_is_told_with_who_made_it() {
		let fields = [
			("task", 7u32.encode()),
			("dealer", AccountId::new([1; 32]).encode()),
			("seat", Some(2u8).encode()),
			("accuser", AccountId::new([2; 32]).encode()),
			("fault", DealerFault::InvalidInput.encode()),
			("excluded", true.encode()),
		];
		let mut journal = Journal::default();
		let mark = Mark { block: 7, at: Instant::now() };
		journal.note(&Event::sample("Vss", "DealerConvicted", &fields), mark);
		let [told] = journal.convictions.as_slice() else { panic!("{:?}", journal.convictions) };
		assert!(told.contains("InvalidInput") && told.contains("challenged by seat 2"), "{told}");
	}

	#[test]
	fn the_panel_is_read_from_the_draw_and_who_is_exposed_is_told() {
		let panel: Vec<AccountId> = [4, 5].map(|byte| AccountId::new([byte; 32])).to_vec();
		let mut journal = Journal::default();
		let mark = Mark { block: 7, at: Instant::now() };
		let drawn = [("task", 7u32.encode()), ("panel", panel.encode())];
		journal.note(&Event::sample("Tasks", "CommitteeDrawn", &drawn), mark);
		assert!(journal.panel.iter().eq(&panel) && journal.drawn.is_some());
		let exposed = [("task", 7u32.encode()), ("seats", vec![2u8, 5].encode())];
		journal.note(&Event::sample("Vss", "AttestedFalsely", &exposed), mark);
		assert_eq!(journal.convictions, ["attested falsely: seat 2, 5, as block 7 shows"]);
	}

	#[test]
	fn verification_is_shown_by_who_has_attested() {
		let mark = Mark { block: 7, at: Instant::now() };
		let journal = Journal {
			collected: Some(mark),
			verify_until: 20,
			panel: [4, 5].map(|byte| AccountId::new([byte; 32])).into(),
			attested: [1, 5].map(|byte| AccountId::new([byte; 32])).into(),
			..Default::default()
		};
		let parameters = fixtures::task().task.parameters;
		assert_eq!(
			journal.progress(4, &parameters, 8),
			"attested by 1 of 3 members and 1 of 2 verifiers so far, 12 blocks left at most"
		);
		assert_eq!(journal.attested(), (1, 1));
		// nobody has slept before the freeze
		let frozen = Journal { frozen: Some(mark), ..journal.clone() };
		assert_eq!((journal.asleep(), frozen.asleep()), (0, 1));
	}
}
