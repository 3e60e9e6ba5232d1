//! Readings as metrics.

mod accounts;

use super::{
	reading::{Duty, Operator, Reading, Seat, SeatState, Standing},
	seen::Seen,
};
use accounts::Accounts;
use ostraka_primitives::{role::Role, Balance};
use prometheus_client::{
	encoding::text::encode,
	metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
	registry::{Registry, Unit},
};
use std::{fmt, sync::atomic::AtomicU64};

/// What every name begins with.
const PREFIX: &str = "ostraka";

/// How the reading itself goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Service {
	/// Whether the node answered when it was last asked.
	pub is_up: bool,
	/// When the chain was last read, in seconds after 1970; `None` before the first time.
	pub read_at: Option<f64>,
	/// How often it could not be read, since the start.
	pub failures: u64,
}

/// All metrics; those of the chain have no values as long as there is no reading.
pub fn registry(service: &Service, seen: &Seen, reading: Option<&Reading>) -> Registry {
	let mut book = Book(Registry::with_prefix(PREFIX));
	book.info();
	book.single("up", "Whether the node answered when it was last asked", service.is_up);
	let read = book.gauge_of(
		"last_read_timestamp",
		"When the chain was last read: once for each new best block",
		Unit::Seconds,
	);
	if let Some(seconds) = service.read_at {
		read.set(&[], seconds);
	}
	let failures = book.counter("read_failures", "How often the chain could not be read");
	failures.add(&[], service.failures);
	book.seen(seen);
	book.chain(reading);
	let (watched, accounts) = (Watched::new(&mut book), Accounts::new(&mut book));
	if let Some(reading) = reading {
		watched.fill(reading);
		accounts.fill(reading);
	}
	book.0
}

/// The text that Prometheus reads, in the format OpenMetrics 1.0.0.
///
/// # Errors
/// None that a `String` gives.
pub fn text(registry: &Registry) -> Result<String, fmt::Error> {
	let mut text = String::new();
	encode(&mut text, registry)?;
	Ok(text)
}

/// Names and values of labels.
type Labels = Vec<(&'static str, String)>;

/// Values that go up and down.
struct Gauges(Family<Labels, Gauge<f64, AtomicU64>>);
/// Values that go up alone.
struct Counters(Family<Labels, Counter>);

fn labels(pairs: &[(&'static str, &str)]) -> Labels {
	pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

impl Gauges {
	fn set(&self, pairs: &[(&'static str, &str)], value: f64) {
		self.0.get_or_create(&labels(pairs)).set(value);
	}

	fn flag(&self, pairs: &[(&'static str, &str)], value: bool) {
		self.set(pairs, f64::from(u8::from(value)));
	}

	fn number(&self, pairs: &[(&'static str, &str)], value: impl TryInto<u32>) {
		self.set(pairs, f64::from(value.try_into().unwrap_or(u32::MAX)));
	}
}

impl Counters {
	fn add(&self, pairs: &[(&'static str, &str)], value: u64) {
		self.0.get_or_create(&labels(pairs)).inc_by(value);
	}
}

/// An amount in tokens. What a floating point number cannot hold of it nobody watches.
fn tokens(amount: Balance, decimals: u8) -> f64 {
	amount as f64 / 10f64.powi(decimals.into())
}

/// A registry that is being filled.
struct Book(Registry);

impl Book {
	fn info(&mut self) {
		let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
		self.0.register("build", "Which tool this is", version);
	}

	fn gauge(&mut self, name: &str, help: &str) -> Gauges {
		let family: Family<Labels, Gauge<f64, AtomicU64>> = Family::default();
		self.0.register(name, help, family.clone());
		Gauges(family)
	}

	fn gauge_of(&mut self, name: &str, help: &str, unit: Unit) -> Gauges {
		let family: Family<Labels, Gauge<f64, AtomicU64>> = Family::default();
		self.0.register_with_unit(name, help, unit, family.clone());
		Gauges(family)
	}

	fn counter(&mut self, name: &str, help: &str) -> Counters {
		let family: Family<Labels, Counter> = Family::default();
		self.0.register(name, help, family.clone());
		Counters(family)
	}

	fn single(&mut self, name: &str, help: &str, value: bool) {
		self.gauge(name, help).flag(&[], value);
	}

	/// What happened since the start.
	fn seen(&mut self, seen: &Seen) {
		let blocks = self.counter("final_blocks", "Final blocks whose events were looked through");
		blocks.add(&[], seen.blocks);
		let disputes = self.counter(
			"disputes",
			"Accusations and challenges judged in final blocks, by who was convicted of what",
		);
		for (dispute, count) in &seen.disputes {
			let by = by(dispute.is_own);
			let pairs = [("convicted", dispute.convicted), ("fault", dispute.fault), ("by", by)];
			disputes.add(&pairs, *count);
		}
		let wrong = self.counter("wrong_shares", "Wrong result shares in final blocks");
		for is_own in [true, false] {
			let count = seen.wrong_shares.get(&is_own).copied().unwrap_or_default();
			wrong.add(&[("by", by(is_own))], count);
		}
		let exposed =
			self.counter("exposed_seats", "Seats shown in final blocks to have attested falsely");
		exposed.add(&[], seen.exposed);
	}

	/// The chain as the node sees it.
	fn chain(&mut self, reading: Option<&Reading>) {
		let best = self.gauge("chain_best_block", "Number of the best block");
		let last = self.gauge("chain_final_block", "Number of the newest final block");
		let lag = self.gauge_of(
			"chain_finality_lag",
			"Blocks between the newest final one and the best",
			blocks(),
		);
		let peers = self.gauge("chain_peers", "Peers of the node");
		let syncing = self.gauge("chain_syncing", "Whether the node has not caught up yet");
		if let Some(reading) = reading {
			best.number(&[], reading.best);
			last.number(&[], reading.last);
			lag.number(&[], reading.lag());
			peers.number(&[], reading.peers);
			syncing.flag(&[], reading.is_syncing);
		}
	}
}

fn by(is_own: bool) -> &'static str {
	if is_own {
		"own"
	} else {
		"others"
	}
}

fn blocks() -> Unit {
	Unit::Other("blocks".to_owned())
}

/// What an operator may be convicted of by a seat's state, with the label for it.
type Guilt = fn(&SeatState) -> bool;
const GUILTS: [(&str, Guilt); 3] = [
	("wrong_share", SeatState::is_wrong),
	("false_dispute", |state| state.accused_falsely),
	("false_attestation", |state| state.attested_falsely),
];

/// The phases in which there are seats.
const PHASES: [&str; 5] = ["collecting", "verifying", "committing", "revealing", "settling"];

/// What is told of each operator.
struct Watched {
	registered: Gauges,
	active: Gauges,
	role: Gauges,
	stake: Gauges,
	unbonding: Gauges,
	rewards: Gauges,
	capacity: Gauges,
	assigned: Gauges,
	covered: Gauges,
	free: Gauges,
	answers: Counters,
	absences: Counters,
	convictions: Counters,
	keys: Gauges,
	seats: Gauges,
	deadlines: Gauges,
	duties: Gauges,
	urgent: Gauges,
	faulted: Gauges,
	missing: Gauges,
}

impl Watched {
	fn new(book: &mut Book) -> Self {
		let (tokens, tasks) =
			(|| Unit::Other("tokens".to_owned()), || Unit::Other("tasks".to_owned()));
		Self {
			registered: book.gauge("node_registered", "Whether the operator has a node"),
			active: book.gauge("node_active", "Whether it is in selection"),
			role: book.gauge("node_role", "1 for what it is drawn for: compute, verify or both"),
			stake: book.gauge_of("node_stake", "Its bonded stake", tokens()),
			unbonding: book.gauge_of("node_unbonding", "Its stake on its way out", tokens()),
			rewards: book.gauge_of(
				"node_expected_rewards",
				"What its open tasks will pay if they complete and it does its part",
				tokens(),
			),
			capacity: book.gauge_of("node_capacity", "Tasks that it takes at a time", tasks()),
			assigned: book.gauge_of("node_assigned", "Tasks that it sits on", tasks()),
			covered: book.gauge_of("node_covered", "Tasks that its stake covers", tasks()),
			free: book.gauge_of(
				"node_free",
				"Tasks that it can take beside those that it sits on, by capacity and stake",
				tasks(),
			),
			answers: book.counter("node_answers", "Tasks in which it answered, by a result share or, of a panel, by attesting, over its life"),
			absences: book.counter("node_absences", "Absences over its life"),
			convictions: book.counter("node_convictions", "Convictions over its life"),
			keys: book.gauge(
				"node_key_in_keystore",
				"Whether a worker key is in the keystore of the node that is asked: the registered one, or those pinned to seats",
			),
			seats: book.gauge("seats", "Seats in tasks that are not settled, by phase and role"),
			deadlines: book.gauge_of(
				"seat_deadline",
				"Blocks that are left of the phase of a seat's task; the nearest deadlines alone have a series",
				blocks(),
			),
			duties: book.gauge(
				"duties",
				"Attestations, commitments and reveals of seats in tasks that are not settled: due, done or missed",
			),
			urgent: book.gauge_of(
				"duty_deadline",
				"Blocks that are left for the most urgent duty of a kind that is due; absent if none is",
				blocks(),
			),
			faulted: book.gauge(
				"seats_convicted",
				"Seats in tasks that are not settled whose convictions cost stake at settlement",
			),
			missing: book.gauge(
				"missing_dealings",
				"Dealings to its tasks that the offchain database of the node that is asked lacks",
			),
		}
	}

	fn fill(&self, reading: &Reading) {
		for operator in &reading.operators {
			self.node(reading, operator);
			self.work(reading, operator);
		}
		for (left, address, seat) in reading.deadlines() {
			let task = seat.task.to_string();
			let pairs = [
				("account", address),
				("task", task.as_str()),
				("phase", seat.phase()),
				("role", seat.role()),
			];
			self.deadlines.number(&pairs, left);
		}
	}

	/// What the registry has of an operator.
	fn node(&self, reading: &Reading, operator: &Operator) {
		let account = ("account", operator.address.as_str());
		let own = [account];
		self.registered.flag(&own, operator.node.is_some());
		for (key, has) in [("registered", operator.has_key), ("pinned", operator.has_pinned_keys)] {
			if let Some(has) = has {
				self.keys.flag(&[account, ("key", key)], has);
			}
		}
		let Some(node) = &operator.node else { return };
		let decimals = reading.decimals;
		self.active.flag(&own, node.active);
		for role in Role::ALL {
			self.role.flag(&[account, ("role", role.label())], node.role == role);
		}
		self.stake.set(&own, tokens(node.stake, decimals));
		self.unbonding.set(&own, tokens(node.unbonding, decimals));
		self.rewards.set(&own, tokens(operator.expected_rewards, decimals));
		self.capacity.number(&own, node.capacity);
		self.assigned.number(&own, node.assigned);
		self.covered.number(&own, reading.covered(node.stake));
		self.free.number(&own, reading.free(node));
		self.answers.add(&own, node.completed.into());
		self.absences.add(&own, node.absences.into());
		self.convictions.add(&own, node.convictions.into());
	}

	/// What an operator's seats have to do.
	fn work(&self, reading: &Reading, operator: &Operator) {
		let account = ("account", operator.address.as_str());
		for phase in PHASES {
			for role in [Role::Compute.label(), Role::Verify.label()] {
				let is_it = |seat: &&Seat| seat.phase() == phase && seat.role() == role;
				let count = operator.seats.iter().filter(is_it).count();
				self.seats.number(&[account, ("phase", phase), ("role", role)], count);
			}
		}
		for duty in Duty::ALL {
			for standing in Standing::ALL {
				let pairs = [account, ("duty", duty.label()), ("state", standing.label())];
				self.duties.number(&pairs, operator.duties(duty, standing));
			}
			if let Some(left) = operator.most_urgent(duty, reading.best) {
				self.urgent.number(&[account, ("duty", duty.label())], left);
			}
		}
		for (fault, is_guilty) in GUILTS {
			let states = operator.seats.iter().filter_map(|seat| seat.state.as_ref());
			let count = states.filter(|state| is_guilty(state)).count();
			self.faulted.number(&[account, ("fault", fault)], count);
		}
		if let Some(missing) = operator.missing_dealings {
			self.missing.number(&[account], missing);
		}
	}
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use crate::metrics::{reading::tests::reading, seen::Dispute};
	use std::collections::{BTreeMap, BTreeSet};

	/// The text of a reading.
	pub fn told(reading: Option<&Reading>) -> String {
		let dispute = Dispute { convicted: "dealer", fault: "invalid_input", is_own: true };
		let seen = Seen {
			blocks: 3,
			disputes: BTreeMap::from([(dispute, 2)]),
			exposed: 1,
			..Seen::default()
		};
		let service = Service { is_up: true, read_at: Some(1_700_000_000.5), failures: 4 };
		text(&registry(&service, &seen, reading)).expect("a text")
	}

	/// Names as Prometheus knows them, by kind.
	fn kinds() -> BTreeMap<String, String> {
		let text = told(None);
		let kinds = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
		kinds.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
	}

	/// All names that a rule can ask for.
	pub fn names() -> BTreeSet<String> {
		let named = |(name, kind): (String, String)| match kind.as_str() {
			"counter" => format!("{name}_total"),
			"info" => format!("{name}_info"),
			_ => name,
		};
		kinds().into_iter().map(named).collect()
	}

	#[track_caller]
	pub fn has(text: &str, line: &str) {
		assert!(text.lines().any(|other| other == line), "no `{line}` in\n{text}");
	}

	#[test]
	fn what_was_read_is_told() {
		let text = told(Some(&reading()));
		for line in [
			"ostraka_up{} 1.0",
			"ostraka_last_read_timestamp_seconds{} 1700000000.5",
			"ostraka_read_failures_total{} 4",
			"ostraka_final_blocks_total{} 3",
			"ostraka_disputes_total{convicted=\"dealer\",fault=\"invalid_input\",by=\"own\"} 2",
			"ostraka_wrong_shares_total{by=\"own\"} 0",
			"ostraka_exposed_seats_total{} 1",
			"ostraka_chain_best_block{} 100.0",
			"ostraka_chain_finality_lag_blocks{} 3.0",
			"ostraka_chain_syncing{} 0.0",
			"ostraka_node_registered{account=\"5Operator\"} 1.0",
			"ostraka_node_active{account=\"5Operator\"} 1.0",
			"ostraka_node_role{account=\"5Operator\",role=\"both\"} 1.0",
			"ostraka_node_role{account=\"5Operator\",role=\"verify\"} 0.0",
			"ostraka_node_stake_tokens{account=\"5Operator\"} 5.0",
			"ostraka_node_expected_rewards_tokens{account=\"5Operator\"} 1.5",
			"ostraka_node_covered_tasks{account=\"5Operator\"} 12.0",
			"ostraka_node_free_tasks{account=\"5Operator\"} 11.0",
			"ostraka_node_answers_total{account=\"5Operator\"} 7",
			"ostraka_node_absences_total{account=\"5Operator\"} 0",
			"ostraka_node_key_in_keystore{account=\"5Operator\",key=\"registered\"} 1.0",
			"ostraka_node_key_in_keystore{account=\"5Operator\",key=\"pinned\"} 0.0",
			"ostraka_seats{account=\"5Operator\",phase=\"verifying\",role=\"verify\"} 1.0",
			"ostraka_seats{account=\"5Operator\",phase=\"collecting\",role=\"compute\"} 0.0",
			"ostraka_seat_deadline_blocks{account=\"5Operator\",task=\"2\",phase=\"revealing\",role=\"compute\"} 4.0",
			"ostraka_duties{account=\"5Operator\",duty=\"attestation\",state=\"due\"} 2.0",
			"ostraka_duties{account=\"5Operator\",duty=\"commitment\",state=\"missed\"} 1.0",
			"ostraka_duty_deadline_blocks{account=\"5Operator\",duty=\"reveal\"} 4.0",
			"ostraka_seats_convicted{account=\"5Operator\",fault=\"wrong_share\"} 0.0",
			"ostraka_missing_dealings{account=\"5Operator\"} 2.0",
		] {
			has(&text, line);
		}
		assert!(text.ends_with("# EOF\n"), "{text}");
		assert!(!text.contains("duty_deadline_blocks{account=\"5Operator\",duty=\"commitment\""));
	}

	#[test]
	fn what_is_not_known_is_not_told() {
		let mut reading = reading();
		let operator = &mut reading.operators[0];
		(operator.node, operator.has_key, operator.has_pinned_keys) = (None, None, None);
		operator.missing_dealings = None;
		let text = told(Some(&reading));
		has(&text, "ostraka_node_registered{account=\"5Operator\"} 0.0");
		for name in ["node_active", "node_stake_tokens", "node_key_in_keystore", "missing_dealings"]
		{
			assert!(!text.contains(&format!("ostraka_{name}{{")), "{name} in\n{text}");
		}
		let before = text_before_the_first_reading();
		has(&before, "ostraka_up{} 0.0");
		for name in ["last_read_timestamp_seconds", "chain_best_block", "seats"] {
			assert!(!before.contains(&format!("ostraka_{name}{{")), "{name} in\n{before}");
		}
	}

	fn text_before_the_first_reading() -> String {
		text(&registry(&Service::default(), &Seen::default(), None)).expect("a text")
	}

	#[test]
	fn convictions_of_seats_are_told_by_their_kind() {
		let mut reading = reading();
		let state =
			SeatState { attested_falsely: true, accused_falsely: true, ..Default::default() };
		reading.operators[0].seats[0].state = Some(state);
		let text = told(Some(&reading));
		for (fault, count) in [("wrong_share", 0), ("false_dispute", 1), ("false_attestation", 1)] {
			has(
				&text,
				&format!(
					"ostraka_seats_convicted{{account=\"5Operator\",fault=\"{fault}\"}} {count}.0"
				),
			);
		}
	}

	#[test]
	fn a_balance_beyond_what_a_series_can_count_is_told_as_much() {
		let mut reading = reading();
		reading.seat_stake = 1;
		if let Some(node) = &mut reading.operators[0].node {
			node.stake = Balance::MAX;
		}
		has(
			&told(Some(&reading)),
			"ostraka_node_covered_tasks{account=\"5Operator\"} 4294967295.0",
		);
	}

	/// No name is given twice, and each ends as Prometheus wants it.
	#[test]
	fn names_follow_the_conventions() {
		let text = told(None);
		let all = text.lines().filter(|line| line.starts_with("# TYPE ")).count();
		let kinds = kinds();
		assert_eq!(kinds.len(), all);
		for (name, kind) in kinds {
			let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
			assert!(is_plain && name.starts_with("ostraka_"), "{name}");
			assert!(["gauge", "counter", "info"].contains(&kind.as_str()), "{name}: {kind}");
			assert!(!name.ends_with("_total"), "{name}: the encoder adds it");
		}
	}
}
