//! `ostraka node list`: all compute nodes.

use crate::{
	chain::Token,
	cli::Global,
	commands::connect,
	error::Error,
	output::{table, Output},
	view::records,
};
use ostraka_party::{address, words::counted};
use ostraka_primitives::api::NodeInfo;

/// Runs the command.
///
/// # Errors
/// `Chain`.
pub async fn run(global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	write(&chain.nodes().await?, chain.token(), out)
}

fn write(nodes: &[NodeInfo], token: &Token, out: &mut Output<'_>) -> Result<(), Error> {
	if out.is_json() {
		return out.json(&nodes.iter().map(records::node).collect::<Vec<_>>());
	}
	let mut table = table(&["node", "state", "stake", "tasks", "right", "absences", "convictions"]);
	for node in nodes {
		table.add_row([
			address(&node.account),
			if node.active { "active" } else { "chilled" }.to_owned(),
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

	#[test]
	fn nodes_are_rows_of_a_table() {
		let text = written(false, |out| write(&[fixtures::node()], &fixtures::token(), out));
		assert!(
			text.contains("active") && text.contains("5 OST") && text.contains("1/16"),
			"{text}"
		);
		assert!(text.ends_with("\n1 node\n"), "{text}");
	}

	#[test]
	fn json_is_a_list_of_nodes() {
		let text = written(true, |out| write(&[fixtures::node()], &fixtures::token(), out));
		let list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
		assert_eq!(list[0]["completed"], 7);
	}
}
