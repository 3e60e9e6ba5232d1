//! Holds `monitoring/alerts.yml` and the dashboard against the registry, the rules against the page that their runbooks name and
//! against their tests. `scripts/monitoring_test.sh` holds all of it against a real Prometheus.

use super::registry::tests::names;
use std::collections::BTreeSet;

const RULES: &str = include_str!("../../../monitoring/alerts.yml");
const RULES_TESTS: &str = include_str!("../../../monitoring/alerts_test.yml");
const DASHBOARD: &str = include_str!("../../../monitoring/dashboards/ostraka.json");
const PAGE: &str = include_str!("../../../docs/OPERATOR.md");

/// What stands behind `key:` in each line that has it.
fn values(key: &str) -> impl Iterator<Item = &str> {
	RULES.lines().filter_map(move |line| {
		let (name, value) = line.trim().trim_start_matches("- ").split_once(':')?;
		(name == key).then_some(value.trim())
	})
}

/// Names of this tool's metrics in a text.
fn metrics(text: &str) -> BTreeSet<&str> {
	let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
	words.filter(|word| word.starts_with("ostraka_")).collect()
}

/// The names by which headings are linked to, as GitHub makes them.
fn anchors() -> BTreeSet<String> {
	let headings = PAGE.lines().filter(|line| line.starts_with('#'));
	let name = |line: &str| {
		let text = line.trim_start_matches('#').trim().to_lowercase();
		let kept =
			text.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
		kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
	};
	headings.map(name).collect()
}

#[test]
fn rules_ask_for_metrics_that_exist() {
	let (used, known) = (metrics(RULES), names());
	assert!(used.len() > 10, "{used:?}");
	for name in used {
		assert!(known.contains(name), "{name} is in monitoring/alerts.yml alone");
	}
	// the check can fail
	assert!(!known.contains("ostraka_node_absences") && !known.contains("ostraka_nothing"));
}

#[test]
fn panels_ask_for_metrics_that_exist() {
	let board: serde_json::Value = serde_json::from_str(DASHBOARD).expect("JSON");
	assert_eq!(board["uid"], "ostraka");
	let panels = board["panels"].as_array().expect("panels");
	let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
	let expressions: Vec<&str> =
		targets.map(|target| target["expr"].as_str().expect("an expression")).collect();
	assert!(expressions.len() > 20, "{expressions:?}");
	let known = names();
	for name in expressions.iter().flat_map(|expression| metrics(expression)) {
		assert!(known.contains(name), "{name} is in the dashboard alone");
	}
	// what the registry has of seats and accounts is shown
	for name in ["ostraka_duties", "ostraka_account_tasks", "ostraka_dataset_left_tasks"] {
		assert!(expressions.iter().any(|expression| expression.contains(name)), "{name}");
	}
}

#[test]
fn each_rule_has_a_test() {
	let tested = RULES_TESTS.lines().filter_map(|line| line.trim().strip_prefix("- alertname: "));
	let (tested, alerts): (BTreeSet<&str>, BTreeSet<&str>) =
		(tested.collect(), values("alert").collect());
	assert_eq!(tested, alerts);
}

#[test]
fn each_rule_has_an_expression_a_severity_and_a_runbook() {
	let alerts: BTreeSet<&str> = values("alert").collect();
	let count = values("alert").count();
	assert_eq!(alerts.len(), count, "a name is given twice");
	assert!(count > 10);
	for key in ["expr", "severity", "summary", "runbook"] {
		assert_eq!(values(key).count(), count, "{key}");
	}
	for expression in values("expr") {
		assert!(expression.contains("ostraka"), "`{expression}` asks for nothing of ours");
	}
	for severity in values("severity") {
		assert!(["page", "ticket"].contains(&severity), "{severity}");
	}
}

#[test]
fn runbooks_are_headings_of_the_operators_page() {
	let anchors = anchors();
	assert!(anchors.contains("what-to-watch"));
	for runbook in values("runbook") {
		let (page, anchor) = runbook.split_once('#').expect("a page and a heading");
		assert_eq!(page, "docs/OPERATOR.md");
		assert!(anchors.contains(anchor), "{runbook}: there is no such heading");
	}
}
