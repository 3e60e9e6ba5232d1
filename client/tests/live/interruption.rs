//! The node is killed while tools use it, and started again on what it left; a dealer interrupts its tool. Nothing is dealt
//! twice, no deposit is lost, and whoever waited goes on.

use crate::{
	account::{secret, Look, EACH, FUNDS, UNIT},
	chain::{free_port, DevChain},
	dealing::{accept_all, deal, deal_all, drawn, number, reaches, show, submit},
	tool::{Running, Tool},
	Scene,
};
use std::path::Path;

pub fn the_node_is_killed(scene: &Scene) {
	let (base, port) = (scene.path("base").display().to_string(), free_port());
	// without unsafe methods, as a node that others use should be
	let flags = ["--base-path", &base, "--rpc-methods", "safe"];
	let mut chain = DevChain::start_at(&scene.binary, port, &flags);
	chain.ready();
	let (tool, look) = (Tool::new(chain.url()), Look::new(chain.url()));
	look.fund(std::iter::once("interruption"));
	let accounts: Vec<String> = (0..EACH).map(|number| secret("interruption", number)).collect();
	let (by, dealers) = (&accounts[0], &accounts[1..5]);
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	// one of them is dealt to when all else is done: its first dealing may take long
	let mean = "--class standard --statistic mean --columns x --range x=0:9 --collect 1200";
	let tasks = [0; 3].map(|_| number(&submit(&tool, by, mean, dealers)));
	for task in tasks {
		drawn(&tool, task, dealers);
	}
	let [dealt, midway, later] = tasks;

	// one task has its dealings but the last, one gets them as the node dies, one has none
	deal_all(&tool, dealt, &dealers[..3], &rows);
	let mut watches = tasks.map(|task| tool.run(&format!("task watch {task}")).start());
	watches.iter_mut().for_each(|watch| watch.until("collecting"));
	let mut dealing: Vec<Running> =
		dealers[..3].iter().map(|by| deal(&tool, midway, by, &rows)).collect();
	dealing.iter_mut().for_each(|running| running.until("not shared"));
	chain.kill();
	watches.iter_mut().for_each(|watch| watch.until("is lost; trying again"));
	tool.run("task list").fails(3, &["no chain answers"]);

	let mut chain = DevChain::start_at(&scene.binary, port, &flags);
	chain.ready();
	for watch in &mut watches {
		watch.until("again\n");
		assert!(watch.is_running(), "it ended: {}", watch.so_far());
	}
	for running in dealing {
		// sent before and found again, or sent when the chain was back
		let said = running.done();
		assert!(said.out.contains(&format!("to task {midway}")), "{said:?}");
	}

	// whoever is in doubt deals again
	for task in [dealt, midway] {
		for by in &dealers[..3] {
			let said = tool.run(&format!("deal --task {task} --yes")).by(by).data(&rows).json();
			assert_eq!(said["dealt"], true, "{said}");
		}
	}
	let deposit = look.prices().dealer_deposit;
	for by in &dealers[..3] {
		assert_eq!(look.money(by).1, 3 * deposit, "a deposit for each of the three acceptances");
	}
	for task in [dealt, midway] {
		assert_eq!(show(&tool, task)["dealings"], 3);
	}

	let supply = tool.run(&format!("node supply --task {dealt}"));
	supply.fails(3, &["--rpc-methods unsafe"]);

	// all three come to their end, which the watches see
	deal_all(&tool, later, &dealers[..3], &rows);
	for task in tasks {
		deal_all(&tool, task, &dealers[3..], &rows);
	}
	for (watch, task) in watches.into_iter().zip(tasks) {
		watch.done().says(&["count  12", "mean   2"]);
		reaches(&tool, task, &["settled"]);
		let verified = tool.run(&format!("result --task {task} --verify")).json();
		assert_eq!(verified["verified"], true, "{verified}");
	}
	for by in dealers {
		let (free, held) = look.money(by);
		assert_eq!(held, 0, "every deposit is back");
		assert!(free <= FUNDS * UNIT && free > (FUNDS - 1) * UNIT, "fees alone are gone: {free}");
	}

	// a base path that was given stays
	let status = chain.stop();
	assert!(status.success(), "{status}: {}", chain.log());
	assert!(chain.left().is_empty() && Path::new(&base).is_dir());
}

/// A dealer accepts, and stops waiting for the draw; it comes back later, before the draw and after it.
pub fn a_dealing_is_interrupted(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let (by, dealers) = (scene.secret(0), (1..4).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	let flags = "--class standard --statistic mean --columns x --range x=0:9";
	let task = number(&submit(&tool, &by, flags, &dealers));
	let stops = || {
		let mut dealing = deal(&tool, task, &dealers[0], &rows);
		dealing.until("waits for its other dealers");
		dealing.interrupt();
		let again = format!("`ostraka deal --task {task}` goes on");
		dealing.ends(130, &["nothing is lost", &again, "loses a part of its deposit"])
	};
	let first = stops();
	assert!(first.out.contains(&format!("accepted task {task}, in block")), "{first:?}");
	let deposit = look.prices().dealer_deposit;
	assert_eq!(look.money(&dealers[0]).1, deposit);
	// accepted already, it waits
	let second = stops();
	assert!(!second.out.contains("accepted task"), "{second:?}");
	assert_eq!(look.money(&dealers[0]).1, deposit, "one deposit");

	// drawn meanwhile, it deals; dealt already, it says so
	accept_all(&tool, task, &dealers[1..]);
	reaches(&tool, task, &["collecting"]);
	let said = tool.run(&format!("deal --task {task}")).by(&dealers[0]).data(&rows).json();
	assert_eq!((&said["dealt"], &said["already"]), (&true.into(), &false.into()), "{said}");
	assert!(said.get("accept_fee").is_none(), "{said}");
	let said = tool.run(&format!("deal --task {task}")).by(&dealers[0]).data(&rows).json();
	assert_eq!((&said["dealt"], &said["already"]), (&true.into(), &true.into()), "{said}");
	assert_eq!(look.money(&dealers[0]).1, deposit);
	deal_all(&tool, task, &dealers[1..], &rows);
	tool.run(&format!("task watch {task}")).done().says(&["count  9", "mean   2"]);
}
