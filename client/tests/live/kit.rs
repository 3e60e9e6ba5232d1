//! A task from a file to its result, told event by event; what the doctor sees.

use crate::{
	account::{address, UNIT},
	dealing::{deal_all, number, reaches},
	tool::Tool,
	wait_for, Scene,
};
use ostraka_primitives::TaskId;
use serde_json::Value;

/// The lines of JSON that a command printed.
fn lines(text: &str) -> Vec<Value> {
	text.lines()
		.filter(|line| line.starts_with('{'))
		.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
		.collect()
}

/// Names of the events of a task, in order.
fn names(events: &[Value], task: TaskId) -> Vec<&str> {
	let of_task = events.iter().filter(|event| event["task"] == task);
	of_task.map(|event| event["event"].as_str().expect("a name")).collect()
}

/// In what a command that ended well printed.
fn told(tool: &Tool, flags: &str) -> Vec<Value> {
	lines(&tool.run(&format!("events --json {flags}")).done().out)
}

pub fn a_task_file_to_its_result(scene: &Scene) {
	let tool = scene.tool();
	let (by, dealers) = (scene.secret(0), (1..5).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = scene.file("rows.csv", "x,who\n1,a\n2,a\n3,b\n4.5,b\n5,c\n6,c\n");
	let cohort: String = dealers.iter().map(|dealer| format!("{}\n", address(dealer))).collect();
	let cohort = scene.file("cohort.txt", &cohort);
	let file = scene.path("task.toml");
	let init = tool
		.run("task init --class standard --statistic mean --columns x --split-by who --data-reward 4")
		.data(&rows)
		.flag("--dealers-file", &cohort)
		.flag("--force", &file);
	init.done().says(&["mean of x", "simulate --task-file"]);
	let simulated = tool.run("simulate").flag("--task-file", &file).json();
	assert_eq!(simulated["tasks"][0]["exact"], true);

	let mut follows = tool.run("events --follow --json").start();
	let mut best = tool.run("events --follow --best --json").start();
	// a flag takes the place of its key
	let submitted =
		tool.run("task submit --data-reward 8").flag("--collect=300", &file).by(&by).json();
	let task = number(&submitted);
	assert_eq!(submitted["data_reward"], (8 * UNIT).to_string());
	let first = submitted["block"].as_u64().expect("a block");
	deal_all(&tool, task, &dealers, &rows);
	let result = tool.run(&format!("task watch --task {task}")).json();
	assert_eq!((&result["result"]["count"], &result["result"]["sum"]), (&24.into(), &86.0.into()));
	reaches(&tool, task, &["settled"]);
	let settled = format!("\"Tasks.TaskSettled\",\"task\":{task},");
	follows.until(&settled);
	best.until(&settled);

	// from its block on all of it is told again, and of that task alone
	let from = format!("{task} --from {first}");
	let again = told(&tool, &from);
	let seen = lines(&follows.so_far());
	for events in [&again, &seen] {
		let names = names(events, task);
		assert_eq!(names[..2], ["Incentives.EscrowOpened", "Tasks.TaskSubmitted"], "{names:?}");
		for name in ["Tasks.Accepted", "Vss.Dealt"] {
			assert_eq!(names.iter().filter(|other| **other == name).count(), 4, "{names:?}");
		}
		let place = |name: &str| names.iter().position(|other| *other == name);
		let order = ["Tasks.CommitteeDrawn", "Vss.ResultPublished", "Tasks.TaskSettled"].map(place);
		assert!(order.is_sorted() && order[0].is_some(), "{names:?}");
	}
	assert!(again.iter().all(|event| event["task"] == task && event["final"] == true));
	let fields = &again[1]["fields"];
	assert_eq!(
		(&fields["requester"], &fields["class"]),
		(&address(&by).into(), &"Standard".into())
	);
	assert_eq!(fields["data_reward"], (8 * UNIT).to_string());
	// no event twice, and each block after the one before
	let places: Vec<_> =
		seen.iter().map(|event| (event["block"].as_u64(), event["index"].as_u64())).collect();
	assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
	let at_once = lines(&best.so_far());
	assert_eq!(names(&at_once, task).get(1), Some(&"Tasks.TaskSubmitted"));
	best.end();

	// who follows is told where to go on
	follows.interrupt();
	let ended = follows.ends(130, &["\"code\":130", "--from "]);
	let place = ended
		.err
		.split_once("--from ")
		.and_then(|(_, rest)| rest.split(' ').next()?.parse::<u64>().ok());
	assert!(place.is_some_and(|place| place > first), "{}", ended.err);

	on_event(scene, &tool, &from, again.len());
	let people = tool.run(&format!("events {from}")).done();
	people.says(&[&format!(
		"block {first}: Tasks.TaskSubmitted, task {task}, requester {}",
		address(&by)
	)]);
	let listed = tool.run("task list --csv --last 1000").done();
	listed.says(&["task,title,state,", &format!("\r\n{task},mean of x,settled,completed,")]);
	tool.run("node list --csv").done().says(&["account,worker,seal_key,stake,", ",true,"]);
}

/// A program is run for each event, with the event on its standard input and nothing else.
fn on_event(scene: &Scene, tool: &Tool, flags: &str, number: usize) {
	use std::os::unix::fs::PermissionsExt;
	let (program, told) =
		(scene.file("on-event", "#!/bin/sh\ncat >> \"$0.told\"\n"), scene.path("on-event.told"));
	std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).expect("it is ours");
	tool.run(&format!("events --json {flags}")).flag("--exec", &program).done();
	let text = wait_for("the program is not run", || std::fs::read_to_string(&told).ok());
	assert_eq!(lines(&text).len(), number);
	let failing = tool.run(&format!("events {flags} --exec false")).start();
	failing.ends(1, &["false failed", "Incentives.EscrowOpened in block"]);
	let going = tool.run(&format!("events {flags} --keep-going --exec false")).done();
	assert_eq!(going.err.matches("the next event is told").count(), number, "{}", going.err);
}

pub fn what_the_doctor_sees(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let by = scene.secret(0);
	let seen = tool.run("doctor").by(&by).json();
	assert_eq!(seen["healthy"], true, "{seen}");
	let status = |seen: &Value, check: &str| {
		let checks = seen["checks"].as_array().expect("a list");
		let found = checks.iter().find(|one| one["check"] == check);
		found.unwrap_or_else(|| panic!("no {check} in {seen}"))["status"].clone()
	};
	for check in ["chain", "runtime", "metadata", "finality", "clock", "account", "tasks"] {
		assert_eq!(status(&seen, check), "ok", "{check}: {seen}");
	}
	assert_eq!(status(&seen, "draws"), "warning", "a development chain");
	let said = tool.run(&format!("doctor {}", address(&by))).done();
	said.says(&["ok        runtime", "10000 OST, and 0 OST on hold", "predictable"]);

	let genesis = look.ask(|chain| async move { hex::encode(chain.genesis()) });
	tool.run(&format!("doctor --genesis 0x{genesis}")).done();
	let other = tool.run(&format!("doctor --genesis {}", "00".repeat(32))).start();
	other.ends(1, &["failed    chain", "another one is wanted", "1 check failed: chain"]);
	let poor = tool.run("doctor").by("//nobody//has//paid").start();
	poor.ends(1, &["failed    account", "send tokens to it first"]);
	let worker = tool.run("doctor --worker-suri //no//such//worker").start();
	worker.ends(1, &["failed    worker key", "no node has the worker key"]);
	// what is said of its sealing key follows from whether it has a seat just now
	let verifier = tool.run("doctor --worker-suri //Ostraka//worker//8").done();
	verifier.says(&["ok        worker key", "registered to verify (", "), active"]);
}
