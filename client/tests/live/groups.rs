//! A statistic by group: first the dealers of each group are counted, then the groups with enough are computed.

use crate::{
	dealing::{accept_all, deal, deal_all, drawn, number, reaches, submit},
	Scene,
};

const ROWS: &str = "grade,rate\nA,1.5\nA,2.5\nA,5\nB,10\nB,20\nB,30.5\n";
const MORE: &str = "C,40\nC,39\nC,38\n";

pub fn grouping_takes_two_tasks(scene: &Scene) {
	let tool = scene.tool();
	let (by, dealers) = (scene.secret(0), (1..5).map(|n| scene.secret(n)).collect::<Vec<_>>());
	let rows = scene.file("rows.csv", ROWS);
	let with_c = scene.file("with_c.csv", &format!("{ROWS}{MORE}"));
	let mean =
		"--class standard --statistic mean --columns rate --range rate=0:40 --decimals rate=2 \
	            --group-by grade --groups A,B,C";

	// nobody has counted the dealers: a careful dealer does not deal
	let early = number(&submit(&tool, &by, mean, &dealers));
	let refused = deal(&tool, early, &dealers[0], &rows);
	let remedies = ["--statistic contributors", "--contributors-task N", "--unchecked-groups"];
	refused.ends(1, &[&["groups by `grade`"][..], &remedies].concat());

	let count = "--class standard --statistic contributors --columns rate --range rate=0:40 \
	             --decimals rate=2 --group-by grade --groups A,B,C";
	let counted = number(&submit(&tool, &by, count, &dealers));
	let invited = crate::dealing::invite(&dealers);
	let none = tool.run(&format!("task submit {mean} --contributors-task {counted}{invited}"));
	none.by(&by).fails(1, &["has no result yet"]);
	let wrong = tool.run(&format!("task submit {mean} --contributors-task {early}{invited}"));
	wrong.by(&by).fails(2, &["does not count contributors"]);
	drawn(&tool, counted, &dealers);
	let more = deal(&tool, counted, &dealers[0], &with_c);
	deal_all(&tool, counted, &dealers[1..], &rows);
	more.done().says(&["by group (not shared): A: 3, B: 3, C: 3"]);
	let result = tool.run(&format!("task watch {counted}")).json();
	let groups = &result["result"]["groups"];
	let contributors = ["A", "B", "C"].map(|group| groups[group]["contributors"].as_u64());
	assert_eq!(contributors, [Some(4), Some(4), Some(1)]);

	// counted over the same dealers, it is refused still where it does not name the count
	let unnamed = number(&submit(&tool, &by, mean, &dealers));
	let refused = deal(&tool, unnamed, &dealers[0], &with_c);
	refused.ends(1, &["names no task that counted"]);
	// a task over all groups that names it is refused too, now for the group of one
	let all = number(&submit(&tool, &by, &format!("{mean} --counted-by {counted}"), &dealers));
	let refused = deal(&tool, all, &dealers[0], &with_c);
	refused.ends(1, &["groups with too few dealers: C", "nothing is dealt"]);
	for task in [early, unnamed, all] {
		tool.run(&format!("task cancel --yes {task}")).by(&by).done();
	}

	let line = format!("task submit {mean} --contributors-task {counted}{invited} --json");
	let said = tool.run(&line).by(&by).done();
	let said: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
	assert_eq!(said["notes"][0], "left out for too few dealers: C", "{said}");
	let task = number(&said);
	// the count came before it, and the two that were taken back had no committee: no reason to refuse it
	tool.run(&format!("accept {task} --yes")).by(&dealers[0]).done();
	accept_all(&tool, task, &dealers[1..]);
	reaches(&tool, task, &["collecting"]);
	let shown = tool.run(&format!("task show {task}")).done();
	shown.says(&["groups of grade  A, B", &format!("task {counted}: there is no result without")]);
	let more = deal(&tool, task, &dealers[0], &with_c);
	deal_all(&tool, task, &dealers[1..], &rows);
	more.done().says(&["3 left out as of no group of the task"]);
	tool.run(&format!("task watch {task}")).done().says(&["groups.A.mean", "groups.B.mean"]);
	let result = tool.run(&format!("result --task {task} --verify")).json();
	assert_eq!(result["verified"], true);
	let groups = &result["result"]["groups"];
	assert_eq!(groups["A"]["mean"], 3.0);
	assert_eq!(groups["B"]["sum"], 4.0 * 60.5);
	assert!(groups.get("C").is_none());
}
