//! `ostraka node list`: all nodes.

use crate::{
	chain::Token,
	cli::Global,
	commands::{connect, csv},
	error::Error,
	output::{table, Output},
	view::records,
};
use clap::Args;
use ostraka_party::{address, words::counted};
use ostraka_primitives::api::NodeInfo;

/// Flags of `node list`.
#[derive(Args, Debug)]
pub struct ListArgs {
	/// Print them as CSV, for a spreadsheet
	#[arg(long, conflicts_with = "json")]
	pub csv: bool,
}

/// What CSV has of a node, by its names in JSON.
const COLUMNS: [&str; 12] = [
	"account",
	"worker",
	"seal_key",
	"stake",
	"unbonding",
	"active",
	"role",
	"capacity",
	"assigned",
	"completed",
	"absences",
	"convictions",
];

/// Runs the command.
///
/// # Errors
/// `Chain`.
pub async fn run(args: &ListArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	write(&chain.nodes().await?, chain.token(), args.csv, out)
}

fn write(
	nodes: &[NodeInfo],
	token: &Token,
	as_csv: bool,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if as_csv || out.is_json() {
		let nodes: Vec<_> = nodes.iter().map(records::node).collect();
		return match as_csv {
			true => csv::write(&COLUMNS, &nodes, out),
			false => out.json(&nodes),
		};
	}
	let mut table =
		table(&["node", "state", "role", "stake", "tasks", "right", "absences", "convictions"]);
	for node in nodes {
		table.add_row([
			address(&node.account),
			if node.active { "active" } else { "chilled" }.to_owned(),
			node.role.label().to_owned(),
			token.render(node.stake),
			format!("{}/{}", node.assigned, node.capacity),
			node.completed.to_string(),
			node.absences.to_string(),
			node.convictions.to_string(),
		]);
	}
	writeln!(out, "{table}")?;
	writeln!(out, "{}", counted(nodes.len(), "node"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{fixtures, output::written};
	use ostraka_primitives::role::Role;

	#[test]
	fn nodes_are_rows_of_a_table() {
		let nodes = Role::ALL.map(|role| NodeInfo { role, ..fixtures::node() });
		let text = written(false, |out| write(&nodes, &fixtures::token(), false, out));
		for part in ["active", "compute", "verify", "both", "5 OST", "1/16"] {
			assert!(text.contains(part), "no {part} in {text}");
		}
		assert!(text.ends_with("\n3 nodes\n"), "{text}");
	}

	#[test]
	fn csv_has_a_line_for_each_node() {
		let text = written(false, |out| write(&[fixtures::node()], &fixtures::token(), true, out));
		let lines: Vec<&str> = text.split_terminator("\r\n").collect();
		assert!(lines[0].starts_with("account,worker,seal_key,stake,"), "{text}");
		assert!(
			lines[1].ends_with(",5000,2000,true,both,16,1,7,0,0") && lines.len() == 2,
			"{text}"
		);
	}

	#[test]
	fn json_is_a_list_of_nodes() {
		let text = written(true, |out| write(&[fixtures::node()], &fixtures::token(), false, out));
		let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&list[0]["completed"], &list[0]["role"]), (&7.into(), &"both".into()));
	}
}
