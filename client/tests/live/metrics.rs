//! What an operator watches: metrics as Prometheus scrapes them, and the check for scripts.

use crate::{
	account::address,
	chain::{free_port, DevChain},
	dealing::{deal_all, drawn, number, submit},
	tool::{Running, Tool},
	wait_for, Scene,
};
use std::{
	io::{Read, Write},
	net::TcpStream,
	time::Duration,
};

/// The answer to a request; nothing if nobody listens.
fn ask(port: u16, request: &str) -> Option<String> {
	let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
	stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
	stream.write_all(request.as_bytes()).ok()?;
	let mut text = String::new();
	stream.read_to_string(&mut text).ok()?;
	Some(text)
}

fn get(port: u16, path: &str) -> Option<String> {
	ask(port, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
}

/// The value of a series.
fn value(metrics: &str, series: &str) -> Option<f64> {
	let line = metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
	line.parse().ok()
}

/// The sum of all series whose line begins with a text and holds another.
fn sum(metrics: &str, name: &str, part: &str) -> f64 {
	let lines = metrics.lines().filter(|line| line.starts_with(name) && line.contains(part));
	lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// Starts `node metrics` on a port.
fn watching(tool: &Tool, port: u16, flags: &str) -> Running {
	let mut running = tool.run(&format!("node metrics --listen 127.0.0.1:{port} {flags}")).start();
	running.until(&format!("http://127.0.0.1:{port}/metrics"));
	running
}

fn operator(number: usize) -> String {
	address(&format!("//Ostraka//operator//{number}"))
}

/// All ten nodes of a development chain have their keys in the one keystore: all are watched. Seats and duties of a task show, and
/// what it asks of its parties.
pub fn a_task_is_watched(scene: &Scene) {
	let tool = scene.tool();
	let (by, dealers) = (scene.secret(0), (1..5).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let port = free_port();
	let running = watching(&tool, port, "");
	assert!(running.so_far().contains("operator"), "{}", running.so_far());
	let read = |what: &str, holds: &dyn Fn(&str) -> bool| {
		wait_for(what, || get(port, "/metrics").filter(|text| holds(text)))
	};
	let first = read("the chain is not read", &|text| sum(text, "ostraka_node_active", "") >= 9.0);
	let series =
		format!("ostraka_node_key_in_keystore{{account=\"{}\",key=\"registered\"}}", operator(1));
	assert_eq!(value(&first, &series), Some(1.0), "{first}");
	let role = format!("ostraka_node_role{{account=\"{}\",role=\"verify\"}}", operator(8));
	assert_eq!(value(&first, &role), Some(1.0), "{first}");
	assert_eq!(value(&first, "ostraka_up{}"), Some(1.0));
	let answers = get(port, "/health").expect("it listens");
	assert!(answers.starts_with("HTTP/1.1 200 ") && answers.ends_with("ok\n"), "{answers}");
	let posted = ask(port, "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
	assert!(posted.is_some_and(|text| text.starts_with("HTTP/1.1 405 ")));
	assert!(get(port, "/").is_some_and(|text| text.starts_with("HTTP/1.1 404 ")));

	let flags = "--class standard --statistic mean --columns x --range x=0:9 --data-reward 8";
	let task = number(&submit(&tool, &by, flags, &dealers));
	let parties = Parties::watched(scene, &by, &dealers[0]);
	parties.are_asked();
	drawn(&tool, task, &dealers);
	parties.have_to_deal();
	let of_task = format!("task=\"{task}\"");
	let seated = read("the seats are not told", &|text| {
		let lines = text.lines().filter(|line| line.contains(&of_task));
		lines.count() == 5
	});
	assert!(sum(&seated, "ostraka_seats{", "phase=\"collecting\",role=\"compute\"") >= 3.0);
	deal_all(&tool, task, &dealers, &rows);
	// what the chain counts of a node goes up when its work is done
	let before = sum(&seated, "ostraka_node_answers_total", "");
	let done = read("nobody has done anything", &|text| {
		sum(text, "ostraka_node_answers_total", "") >= before + 3.0
	});
	assert_eq!(sum(&done, "ostraka_missing_dealings", ""), 0.0, "{done}");
	parties.are_done();
	running.interrupt();
	running.ends(130, &["interrupted"]);
	assert!(get(port, "/health").is_none(), "nobody listens any more");
}

const POLICY: &str = "\
[dataset.watched]
file = \"rows.csv\"
rows = 10
floor = 1
clip = true
[dataset.watched.columns.x]
decimals = 0
range = [0, 9]
[allow]
classes = [\"standard\"]
requesters = [\"any\"]
statistics = [\"any\"]
per_period = 2
period_blocks = 5000
";

/// The requester of a task and one of its dealers, who publishes a policy, watched without a look at any operator.
struct Parties {
	port: u16,
	requester: String,
	dealer: String,
	running: Running,
}

impl Parties {
	fn watched(scene: &Scene, requester: &str, dealer: &str) -> Self {
		let (tool, policy) = (scene.tool(), scene.file("watched.toml", POLICY));
		tool.run("policy publish").flag("--policy", &policy).by(dealer).json();
		let (port, requester, dealer) = (free_port(), address(requester), address(dealer));
		let flags = format!("--account {requester} --account {dealer}");
		let running = watching(&tool, port, &flags);
		assert!(running.so_far().contains("metrics of 2 accounts"), "{}", running.so_far());
		Self { port, requester, dealer, running }
	}

	/// Waits until a value of an account is one that fits.
	fn read(&self, name: &str, account: &str, labels: &str, fits: impl Fn(f64) -> bool) -> f64 {
		let series = format!("ostraka_{name}{{account=\"{account}\"{labels}}}");
		wait_for(&series, || {
			let text = get(self.port, "/metrics")?;
			value(&text, &series).filter(|value| fits(*value))
		})
	}

	fn are_asked(&self) {
		let inviting = ",part=\"requester\",phase=\"inviting\"";
		self.read("account_tasks", &self.requester, inviting, |tasks| tasks == 1.0);
		self.read("account_due", &self.dealer, ",action=\"accept\"", |due| due == 1.0);
		let held =
			self.read("account_held_tokens", &self.requester, ",reason=\"escrow\"", |_| true);
		let promised = [",what=\"fee\"", ",what=\"data_reward\""].map(|what| {
			self.read("account_promised_tokens", &self.requester, what, |amount| amount > 0.0)
		});
		assert!((held - promised[0] - promised[1]).abs() < 1e-6, "{held} of {promised:?}");
		self.read("account_policies", &self.dealer, "", |policies| policies == 1.0);
		self.read("account_held_tokens", &self.dealer, ",reason=\"policy\"", |held| held > 0.0);
		let text = get(self.port, "/metrics").expect("it listens");
		for name in ["ostraka_dataset_quota_tasks{", "ostraka_dataset_left_tasks{"] {
			assert_eq!(sum(&text, name, &self.dealer), 2.0, "{text}");
		}
		assert!(!text.contains("ostraka_node_active{"), "no operator is named: {text}");
	}

	fn have_to_deal(&self) {
		self.read("account_due", &self.dealer, ",action=\"deal\"", |due| due == 1.0);
		let left = ",action=\"deal\"";
		self.read("account_due_deadline_blocks", &self.dealer, left, |blocks| blocks > 0.0);
		self.read("account_held_tokens", &self.dealer, ",reason=\"deposit\"", |held| held > 0.0);
	}

	fn are_done(self) {
		self.read("account_due", &self.dealer, ",action=\"deal\"", |due| due == 0.0);
		self.read("account_history_tasks", &self.dealer, "", |tasks| tasks >= 1.0);
		let completed = ",outcome=\"completed\"";
		self.read("account_tasks_ended_total", &self.requester, completed, |ended| ended == 1.0);
		self.read("account_held_tokens", &self.requester, ",reason=\"escrow\"", |held| held == 0.0);
		self.running.interrupt();
		self.running.ends(130, &["interrupted"]);
	}
}

/// A chain that stands still or is gone hangs no scrape, and shows.
pub fn a_chain_that_is_gone_is_told(scene: &Scene) {
	let mut chain = DevChain::start(&scene.binary, &[]);
	chain.ready();
	let tool = Tool::new(chain.url());
	let port = free_port();
	let running = watching(&tool, port, &format!("--operator {}", operator(2)));
	let up = wait_for("it is not read", || {
		get(port, "/metrics").filter(|text| value(text, "ostraka_up{}") == Some(1.0))
	});
	let read_at = |text: &str| value(text, "ostraka_last_read_timestamp_seconds{}");
	assert!(read_at(&up).is_some_and(|seconds| seconds > 1.6e9), "{up}");
	assert!(!up.contains(&operator(1)), "another operator is not told of");
	chain.kill();
	let down = wait_for("it is not told that the node is gone", || {
		get(port, "/metrics").filter(|text| value(text, "ostraka_up{}") == Some(0.0))
	});
	let health = get(port, "/health").expect("it listens");
	assert!(health.starts_with("HTTP/1.1 503 "), "{health}");
	// the last reading stands, with its time
	let active = format!("ostraka_node_active{{account=\"{}\"}}", operator(2));
	assert_eq!(value(&down, &active), Some(1.0), "{down}");
	let later = get(port, "/metrics").expect("it listens");
	assert_eq!(read_at(&later), read_at(&down));
	running.interrupt();
	running.ends(130, &["interrupted"]);
}

/// The check's codes: 0 well, 1 a check failed, 2 it could not ask.
pub fn a_node_is_checked(scene: &Scene) {
	let tool = scene.tool();
	let well = tool.run(&format!("node check {} --role verify", operator(8))).done();
	well.says(&["ok        synced", "ok        peers", "ok        registered", "ok        role"]);
	well.says(&["ok        worker key", "skipped   sealing key"]);
	let with_key = tool.run("node check --worker-suri //Ostraka//worker//1").json();
	assert_eq!(with_key["healthy"], true, "{with_key}");
	let checks = with_key["checks"].as_array().expect("a list");
	let sealing = checks.iter().find(|one| one["check"] == "sealing key").expect("it is checked");
	assert_eq!(sealing["status"], "ok", "{sealing}");
	let other = tool.run(&format!("node check {} --role verify", operator(1))).start();
	other.ends(1, &["failed    role", "node role verify", "1 check failed: role"]);
	let nobody = tool.run(&format!("node check {}", address(&scene.secret(0)))).start();
	nobody.ends(1, &["failed    registered", "has no node"]);
	let wrong = tool.run(&format!("node check {}", operator(1)));
	wrong.flag("--worker-suri", "//no//such//worker").start().ends(1, &["failed    sealing key"]);
	tool.run("node check --base-path /no/such/folder").fails(2, &["--base-path"]);
	let nowhere = Tool::new("ws://127.0.0.1:1");
	nowhere.run("node check").fails(2, &["no chain answers"]);
	nowhere.run("node metrics --listen 127.0.0.1:0").fails(3, &["no chain answers"]);
	tool.run("node metrics --listen nowhere").fails(2, &["--listen"]);
}
