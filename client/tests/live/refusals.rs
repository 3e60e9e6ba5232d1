//! What is refused, by the tool before anything is sent, or by the chain. Every refusal says what to do.

use crate::{
	account::{address, UNIT},
	dealing::{accept, accept_all, deal, deal_all, drawn, invite, number, reaches, show, submit},
	tool::Running,
	Scene,
};
use ostraka_client::chain::{calls, Signer};

pub fn tasks_that_cannot_be_submitted(scene: &Scene) {
	let tool = scene.tool();
	let (by, poor) = (scene.secret(0), scene.secret(99));
	let dealers: Vec<String> = (1..5).map(|number| scene.secret(number)).collect();
	let invited = invite(&dealers);
	let mean = "--class standard --statistic mean --columns x --range x=0:9";
	let refused = |by: &str, flags: &str, code: i32, parts: &[&str]| {
		tool.run(&format!("task submit {flags}")).by(by).fails(code, parts)
	};
	let whole = format!("{mean}{invited}");
	refused(&poor, &whole, 4, &[&address(&poor), "cannot pay the fee", "send tokens to it first"]);
	refused("no secret", &whole, 2, &["is not usable"]);
	let own = address(&by);
	for (more, code, parts) in [
		// the windows, and money
		("--accept-within 9", 2, &["--accept-within 9", "between 10 and 100800 blocks"][..]),
		("--accept-within 100801", 2, &["--accept-within 100801", "between 10 and 100800"]),
		("--collect 9", 2, &["--collect 9", "between 10 and 14400 blocks"]),
		("--collect 14401", 2, &["--collect 14401", "between 10 and 14400 blocks"]),
		("--fee 0.1", 2, &["--fee 0.1 OST is below the least fee", "0.54 OST for committee"]),
		("--fee 20000", 4, &["Tasks.submit", &own, "free"]),
		("--data-reward 20000", 4, &["Tasks.submit", &own, "free"]),
		("--fee -1", 2, &["`-1` must not be negative"]),
		("--fee much", 2, &["is not an amount of tokens"]),
		// bounds of columns
		("--decimals x=10", 2, &["0 to 9"]),
		("--max-rows 0", 2, &["--max-rows"]),
		// earlier tasks
		(
			"--group-by g --groups A --contributors-task 4000000000",
			4,
			&["there is no task 4000000000"],
		),
	] {
		refused(&by, &format!("{mean}{invited} {more}"), code, parts);
	}
	refused(
		&by,
		&whole.replace("x=0:9", "x=9:0"),
		2,
		&["--range x", "the smaller bound comes first"],
	);
	// dealers
	refused(
		&by,
		&format!("{mean}{}", invite(&dealers[..2])),
		2,
		&["2 dealers are invited", "Standard needs 3"],
	);
	let confidential = mean.replace("standard", "confidential");
	refused(&by, &format!("{confidential}{invited}"), 2, &["Confidential needs 5", "--class"]);
	refused(&by, &format!("{mean}{invited} --class secret"), 2, &["--class"]);
	refused(&by, &format!("{mean}{invited}{}", invite(&dealers[..1])), 2, &["is invited twice"]);
	let many: String = (0..513).map(|number| format!("//many//{number}\n")).collect();
	let many = scene.file("dealers.txt", &many);
	let run = tool.run(&format!("task submit {mean}")).by(&by).flag("--dealers-file", &many);
	run.fails(2, &["513 dealers", "can invite 512"]);
	// vectors
	let columns: Vec<String> = (0..40).map(|number| format!("c{number}")).collect();
	let ranges: String = columns.iter().map(|column| format!(" --range {column}=0:1")).collect();
	let long = format!(
		"--class standard --statistic regression --target y --range y=0:1{ranges}{invited}"
	);
	refused(&by, &format!("{long} --columns {}", columns.join(",")), 2, &["256"]);
	let histogram =
		format!("--class standard --statistic histogram --columns x --range x=0:9{invited}");
	refused(&by, &format!("{histogram} --bins 0"), 2, &["--bins"]);
	refused(&by, &format!("{histogram} --edges 3,2"), 2, &["--edges"]);
	assert_eq!(scene.look().money(&by).1, 0, "nothing is in escrow");
}

pub fn dealings_that_cannot_be_made(scene: &Scene) {
	let tool = scene.tool();
	let (by, poor, other) = (scene.secret(0), scene.secret(99), scene.secret(5));
	let dealers: Vec<String> = (1..4).map(|number| scene.secret(number)).collect();
	let flags = "--class standard --statistic mean --columns x --range x=0:9";
	let with_poor = [&dealers[..], std::slice::from_ref(&poor)].concat();
	let task = number(&submit(&tool, &by, flags, &with_poor));
	let full = number(&submit(&tool, &by, flags, &dealers));
	let rows = scene.file("rows.csv", "x,y\n1,2\n2,3\n9,4\n");
	deal(&tool, task, &other, &rows).ends(1, &["is not invited to task", "the requester invited"]);
	deal(&tool, task, &poor, &rows)
		.ends(4, &["has 0 OST and needs 10.", "send tokens to it first"]);
	deal(&tool, task, "no secret", &rows).ends(2, &["is not usable"]);
	for (name, text, parts) in [
		("outside.csv", "x\n1\n2\n10\n", &["line 4", "outside its declared range"][..]),
		("few.csv", "x\n1\n2\n", &["--min-cell", "--drop-small-cells"]),
		("column.csv", "z\n1\n2\n3\n", &["no column `x`"]),
		("digits.csv", "x\n1\n2.5\n3\n", &["`2.5` has 1 decimal ", "--round"]),
		("none.csv", "x\n,\n", &["line 2"]),
		("missing.csv", "x,y\n,1\n,2\n", &["at least one row"]),
	] {
		let file = scene.file(name, text);
		deal(&tool, task, &dealers[0], &file).ends(2, parts);
	}
	// bad rows are found before a deposit is at stake
	assert_eq!(show(&tool, task)["accepted"], 0);
	assert_eq!(scene.look().money(&dealers[0]).1, 0);
	// all that are invited have dealt but one: with the last dealing the rest takes some blocks only
	drawn(&tool, full, &dealers);
	deal_all(&tool, full, &dealers[..2], &rows);
	deal(&tool, full, &other, &rows).ends(1, &["is not invited"]);
	deal(&tool, full, &dealers[0], &rows).done().says(&["already", "nothing was sent"]);
	let shown = tool.run(&format!("task show {full}")).done();
	shown.says(&["collecting", "3 invited, 3 have accepted, 2 have dealt"]);
	assert_eq!(scene.look().money(&other).1, 0);
	deal_all(&tool, full, &dealers[2..], &rows);
	tool.run(&format!("task cancel --yes {task}")).by(&by).done();
	reaches(&tool, full, &["settled"]);
	deal(&tool, full, &dealers[0], &rows).ends(1, &["takes no dealings any more: completed"]);
	assert_eq!(scene.look().money(&dealers[0]).1, 0);
}

pub fn acceptances_that_are_refused(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let (by, poor, other) = (scene.secret(0), scene.secret(99), scene.secret(5));
	let dealers: Vec<String> = (1..4).map(|number| scene.secret(number)).collect();
	let flags = "--class standard --statistic mean --columns x --range x=0:9";
	let with_poor = [&dealers[..], std::slice::from_ref(&poor)].concat();
	let task = number(&submit(&tool, &by, &format!("{flags} --accept-within 120"), &with_poor));
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	tool.run(&format!("accept {task} --yes")).by("no secret").fails(2, &["is not usable"]);
	accept(&tool, task, &other).ends(1, &["is not invited to task", "the requester invited"]);
	accept(&tool, task, &poor).ends(4, &["has 0 OST and needs 10.", "send tokens to it first"]);
	let silent = tool.run(&format!("accept {task} --json")).by(&dealers[0]);
	silent.fails(2, &["nobody is asked", "--yes", "\"code\":2"]);

	// what somebody else's client could send: the chain takes it for this task's terms alone, and once
	let send = |by: &str, terms: [u8; 32]| {
		let by = Signer::from_secret(by).expect("a derivation path");
		let sent = look.ask(|chain| async move {
			let receipt = chain.submit(&calls::accept(task, terms, [0; 32]), &by).await;
			receipt.map(|receipt| receipt.block.number).map_err(|error| error.to_string())
		});
		sent.expect_err("it is refused")
	};
	let terms = look.task(task).task.terms;
	let said = send(&dealers[0], [9; 32]);
	assert!(said.contains("Tasks.OtherTerms") && said.contains("ostraka task show"), "{said}");
	let said = send(&other, terms);
	assert!(said.contains("Tasks.NotInvited") && said.contains("sign with"), "{said}");
	let accepted = tool.run(&format!("accept {task} --yes")).by(&dealers[0]).json();
	assert_eq!((&accepted["accepted"], &accepted["already"]), (&true.into(), &false.into()));
	assert_eq!(accepted["terms"], format!("0x{}", hex::encode(terms)));
	assert_eq!(accepted["deposit"], (10 * UNIT).to_string());
	let odds = ["fifth", "third"].map(|part| accepted["capture"][part].as_f64());
	assert!(odds[0] < odds[1] && odds[1] < Some(1.0), "{accepted}");
	let panel = &accepted["capture"]["panel"];
	let panel = ["both_fifth", "fifth", "both_third", "third"].map(|part| panel[part].as_f64());
	assert!(panel[0] < panel[1] && panel[2] < panel[3] && panel[1] < panel[3], "{accepted}");
	assert!(Some(0.0) < panel[0], "{accepted}");
	let said = send(&dealers[0], terms);
	assert!(said.contains("Tasks.AlreadyAccepted") && said.contains("ostraka deal"), "{said}");
	let again = tool.run(&format!("accept {task}")).by(&dealers[0]).json();
	assert_eq!((&again["accepted"], &again["already"]), (&true.into(), &true.into()));

	// a second task over the same column within a day: by the tool, not by the chain
	let second = number(&submit(&tool, &by, flags, &dealers));
	let by_task = format!("by task {task}");
	let parts = ["asked for x within a day", by_task.as_str(), "--again"];
	tool.run(&format!("accept {second} --yes")).by(&dealers[1]).start().ends(1, &parts);
	let run = tool.run(&format!("deal --task {second} --yes")).by(&dealers[1]).data(&rows);
	run.start().ends(1, &parts);
	assert_eq!(look.money(&dealers[1]).1, 0, "nothing is accepted");
	accept(&tool, second, &dealers[1]).done();
	tool.run(&format!("task cancel --yes {second}")).by(&by).done();

	// the last one never accepts: at the end of the window the committee is drawn for the others
	accept_all(&tool, task, &dealers[1..]);
	let shown = reaches(&tool, task, &["collecting"]);
	assert_eq!((&shown["accepted"], &shown["invited"]), (&3.into(), &4.into()));
	let late = "takes no acceptances any more: collecting";
	accept(&tool, task, &poor).ends(1, &[late]);
	deal(&tool, task, &poor, &rows).ends(1, &["has not accepted", late]);
	let said = send(&poor, terms);
	assert!(said.contains("cannot pay the fee"), "{said}");
	deal_all(&tool, task, &dealers, &rows);
	let result = tool.run(&format!("task watch {task}")).json();
	assert_eq!(result["dealers"], 3, "all who accepted have dealt: {result}");
	a_quota_that_the_chain_knows(scene);
}

const POLICY: &str = "\
[dataset.live-quota]
file = \"rows.csv\"
rows = 10
floor = 1
clip = true
[dataset.live-quota.columns.x]
decimals = 0
range = [0, 9]
[allow]
classes = [\"standard\"]
requesters = [\"any\"]
statistics = [\"any\"]
per_period = 1
period_blocks = 5000
";

/// A policy is published, and a task of another requester is refused while one is accepted.
fn a_quota_that_the_chain_knows(scene: &Scene) {
	let (tool, look) = (scene.tool(), scene.look());
	let (by, other, keeper) = (scene.secret(0), scene.secret(5), scene.secret(4));
	let dealers: Vec<String> = [1, 2, 4].map(|number| scene.secret(number)).to_vec();
	let policy = scene.file("policy.toml", POLICY);
	let before = look.money(&keeper).1;
	let publish = || tool.run("policy publish").flag("--policy", &policy).by(&keeper).json();
	let published = publish();
	assert_eq!(
		(&published[0]["sent"], &published[0]["policy"]["per_period"]),
		(&true.into(), &1.into())
	);
	assert!(look.money(&keeper).1 > before, "a deposit is held");
	assert_eq!(publish()[0]["sent"], false, "it is there");

	let flags = "--class standard --statistic mean --columns x --range x=0:9 --max-rows 10";
	let (first, second) = (
		number(&submit(&tool, &by, flags, &dealers)),
		number(&submit(&tool, &other, flags, &dealers)),
	);
	let under = |task| {
		let words = format!("--json accept {task} --yes --again");
		tool.run(&words).flag("--policy", &policy).by(&keeper).start()
	};
	// two jobs at one time, and one task left: whichever is first, it is accepted alone
	let ended = [first, second].map(under).map(Running::said);
	let accepted = ended.each_ref().map(|said| said.out.contains("\"accepted\": true"));
	assert_ne!(accepted[0], accepted[1], "{ended:?}");
	let refused = &ended[usize::from(accepted[0])];
	assert!(refused.err.contains("1 task in 5000 blocks may be asked"), "{refused:?}");
	let accepted_one = &ended[usize::from(accepted[1])];
	assert!(accepted_one.out.contains("\"on_chain\""), "{accepted_one:?}");
	let ((first, by), (second, other)) = match accepted[0] {
		true => ((first, by), (second, other)),
		false => ((second, other), (first, by)),
	};
	let open = format!("1 accepted and still to be dealt to ({first})");
	under(second).ends(1, &["on_chain: 1 task in 5000 blocks", &open]);
	let show = tool.run(&format!("policy show --account {}", address(&keeper)));
	let shown = show.flag("--policy", &policy).json();
	let set = &shown["datasets"][0];
	assert_eq!((&set["name"], &set["left"]), (&"live-quota".into(), &0.into()), "{shown}");
	assert_eq!((&set["accepted"][0], &set["warning"]), (&first.into(), &().into()), "{shown}");
	let said = tool.run("doctor").flag("--policy", &policy).by(&keeper).done();
	said.says(&["data set live-quota", "no less than the policy"]);

	let removed = tool.run("policy publish --dataset live-quota --remove").by(&keeper).json();
	assert_eq!(removed[0]["sent"], true);
	assert!(removed[0]["later"]["from"].as_u64() > removed[0]["block"].as_u64(), "{removed}");
	assert_eq!(removed[0]["policy"]["per_period"], 1, "it holds until then: {removed}");
	for (task, by) in [(first, &by), (second, &other)] {
		tool.run(&format!("task cancel --yes {task}")).by(by).done();
	}
}

pub fn tasks_that_do_not_exist(scene: &Scene) {
	let tool = scene.tool();
	let (by, no_task) = (scene.secret(0), ["there is no task 4000000000", "ostraka task list"]);
	let rows = scene.file("rows.csv", "x\n1\n2\n3\n");
	for command in [
		"task show 4000000000",
		"task watch 4000000000",
		"result --task 4000000000",
		"node supply --task 4000000000",
		"challenge 4000000000 --dry-run",
	] {
		tool.run(command).fails(4, &no_task);
	}
	tool.run("task cancel --yes 4000000000").by(&by).fails(4, &no_task);
	tool.run("accept 4000000000 --yes").by(&by).fails(4, &no_task);
	tool.run("deal --task 4000000000").by(&by).data(&rows).fails(4, &no_task);
	tool.run("task show -1").fails(2, &["`-1` is not a task's number"]);
	tool.run("task show seven").fails(2, &["`seven` is not a task's number"]);
}
