//! Data files of dealers, and names that others wrote, on a chain.

use crate::{
	chain::DevChain,
	dealing::{deal, deal_all, invite, number, reaches, show, submit},
	tool::Tool,
	wait_for, Scene,
};
use flate2::{write::GzEncoder, Compression};
use std::{io::Write, net::TcpStream};

pub fn files_of_every_kind(scene: &Scene) {
	let tool = scene.tool();
	let (by, dealers) = (scene.secret(0), (1..4).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let flags = "--class standard --statistic mean --columns x --range x=0:10 --decimals x=1";
	let task = number(&submit(&tool, &by, flags, &dealers));

	// what a dealer is advised, it can do
	let fine = scene.file("fine.csv", "x\n1.25\n2.5\n3.75\n");
	let refused =
		deal(&tool, task, &dealers[0], &fine).ends(2, &["`1.25` has 2 decimals", "--round"]);
	assert!(!refused.err.contains("--decimals"), "{}", refused.err);
	let wide = scene.file("wide.csv", "x\n1\n2\n11\n");
	let refused = deal(&tool, task, &dealers[0], &wide).ends(2, &["line 4", "ask the requester"]);
	assert!(!refused.err.contains("--range"), "{}", refused.err);
	let one = scene.file("one.csv", "x\n1\n");
	deal(&tool, task, &dealers[0], &one).ends(2, &["there is 1 row, fewer than the floor of 3"]);
	assert_eq!(show(&tool, task)["accepted"], 0);

	let packed = scene.path("packed");
	let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
	encoder.write_all(b"x,y\n1.5,a\n2,b\nNA,c\n2.5,d\n").expect("in memory");
	std::fs::write(&packed, encoder.finish().expect("in memory")).expect("written");
	let wide: Vec<u8> =
		"\u{feff}x;y\n1,5;a\n2;b\n2,5;c\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
	let semicolons = scene.path("semicolons");
	std::fs::write(&semicolons, wide).expect("written");
	let plain = scene.file("plain.csv", "x\n4\n5\n6\n");
	// each accepts, waits for the others and the draw, and deals
	let first = deal(&tool, task, &dealers[0], &packed);
	let second = tool.run(&format!("deal --task {task} --yes --separator ; --decimal-comma"));
	let second = second.by(&dealers[1]).data(&semicolons).start();
	deal_all(&tool, task, &dealers[2..], &plain);
	second.done();
	first.done().says(&["1 left out for a missing value", "taken as missing: `NA` in 1 cell"]);
	reaches(&tool, task, &["settled"]);
	let result = tool.run(&format!("result --task {task} --verify")).json();
	assert_eq!((&result["result"]["count"], &result["result"]["sum"]), (&9.into(), &27.0.into()));
	assert_eq!(result["verified"], true);
}

pub fn groups_with_commas(scene: &Scene) {
	let tool = scene.tool();
	let (by, dealers) = (scene.secret(0), (1..4).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = "place,x\n\"Trantor, CA\",1\n\"Trantor, CA\",2\n\"Trantor, CA\",3\nRome,4\nRome,5\nRome,6\n";
	let rows = scene.file("rows.csv", rows);
	let flags = "task submit --class standard --statistic contributors --columns x --range x=0:9 --group-by place";
	let run = tool.run(&format!("{flags}{}", invite(&dealers))).by(&by);
	let task = number(&run.flag("--groups", "\"Trantor, CA\", Rome").json());
	deal_all(&tool, task, &dealers, &rows);
	let result = tool.run(&format!("task watch {task}")).json();
	for group in ["Trantor, CA", "Rome"] {
		assert_eq!(result["result"]["groups"][group]["contributors"], 3, "{group}");
	}
}

pub fn names_of_others(scene: &Scene) {
	let tool = scene.tool();
	let (by, dealers) = (scene.secret(0), (1..4).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let flags = "task submit --class standard --statistic mean";
	for name in ["dose\u{1b}[2K\u{1b}[1A\rreward", "dose\u{202e}"] {
		let run = tool.run(&format!("{flags}{} --json", invite(&dealers))).by(&by);
		let run = run.flag("--columns", name).flag("--range", format!("{name}=0:10"));
		let said = run.start().said();
		let mut texts = vec![said.out.clone(), said.err.clone()];
		// either nobody takes such a name, or everybody sees what is in it
		if let Ok(task) = serde_json::from_str(&said.out).map(|submitted| number(&submitted)) {
			for command in [format!("task show {task}"), "task list".to_owned()] {
				let shown = tool.run(&command).done();
				texts.extend([shown.out, shown.err]);
			}
			tool.run(&format!("task cancel --yes {task}")).by(&by).done();
		}
		for text in texts {
			assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text:?}");
		}
	}
}

/// A chain that makes blocks for transactions only: what waits says that it waits.
pub fn a_chain_without_blocks(scene: &Scene) {
	let chain = DevChain::start(&scene.binary, &["--instant-seal"]);
	let address = chain.url().trim_start_matches("ws://").to_owned();
	wait_for("nobody listens", || TcpStream::connect(&address).ok());
	let tool = Tool::new(chain.url());
	let flags = "task submit --class standard --statistic mean --columns x --range x=0:9";
	let dealers = ["//Bob", "//Charlie", "//Dave"].map(str::to_owned);
	let mut submit = tool.run(&format!("{flags}{}", invite(&dealers))).by("//Alice").start();
	submit.until("no block has come for 30 s");
	assert!(submit.is_running());
	submit.end();
}
