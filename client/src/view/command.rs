//! A task as the command that publishes it: for a second task, which a first one's result asks for.

use ostraka_party::{
	address, class,
	data::decimal::render,
	request::{label, text, written},
};
use ostraka_primitives::{
	spec::{Name, TaskSpec},
	task::{ClassParameters, Conditions, SecurityClass},
};

/// Decimals of a quantile in a spec.
const QUANTILE_DECIMALS: u8 = 3;

/// A flag and its value.
pub type Flag = (&'static str, String);

/// Blocks for accepting of a task that does not say otherwise.
pub const ACCEPT_WITHIN: u32 = 300;

/// The flag of a window for accepting, unless it is the usual one.
pub fn accept_within(blocks: u32) -> Option<Flag> {
	(blocks != ACCEPT_WITHIN).then(|| ("--accept-within", blocks.to_string()))
}

/// The flags of conditions, as far as they are not the class's.
pub fn conditions(parameters: &ClassParameters, conditions: &Conditions) -> Vec<Flag> {
	let Conditions { least_dealers, required, counting, sealed_to } = conditions;
	let mut flags = Vec::new();
	if *least_dealers > parameters.least_dealers {
		flags.push(("--least-dealers", least_dealers.to_string()));
	}
	flags.extend(required.iter().map(|dealer| ("--require", address(dealer))));
	flags.extend(counting.map(|task| ("--counted-by", task.to_string())));
	flags.extend(sealed_to.as_ref().map(|recipient| ("--sealed-to", address(recipient))));
	flags
}

/// The command that publishes a statistic of one column again, with more flags. No file is needed for it: range, decimals and
/// groups are those of the spec. Account and chain are named as they were before: a secret is not printed.
pub fn again(
	spec: &TaskSpec,
	class: SecurityClass,
	more: impl IntoIterator<Item = Flag>,
) -> String {
	let name = |name: &Name| written(&text(name));
	let mut flags = vec![("--statistic", label(spec.statistic).to_owned())];
	for column in &spec.columns {
		let (name, bound) = (name(&column.name), |units| render(units, column.decimals));
		flags.push(("--columns", name.clone()));
		flags.push(("--range", format!("{name}={}:{}", bound(column.min), bound(column.max))));
		flags.push(("--decimals", format!("{name}={}", column.decimals)));
	}
	if !spec.quantiles.is_empty() {
		let quantiles = spec.quantiles.iter().map(|one| render((*one).into(), QUANTILE_DECIMALS));
		flags.push(("--quantiles", quantiles.collect::<Vec<_>>().join(",")));
	}
	if let Some(grouping) = &spec.group_by {
		let groups: Vec<String> = grouping.groups.iter().map(name).collect();
		flags.push(("--group-by", name(&grouping.column)));
		flags.push(("--groups", groups.join(",")));
	}
	flags.push(("--max-rows", spec.max_rows.to_string()));
	flags.push(("--class", class::label(class).to_lowercase()));
	let mut command = "ostraka task submit".to_owned();
	for (flag, value) in flags.into_iter().chain(more) {
		// what begins with a hyphen would be taken for a flag
		let joint = if value.starts_with('-') { '=' } else { ' ' };
		command.push_str(&format!(" {flag}{joint}{}", for_shell(&value)));
	}
	command
}

/// A word as a shell takes it.
fn for_shell(word: &str) -> String {
	let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
	match !word.is_empty() && word.chars().all(is_plain) {
		true => word.to_owned(),
		false => format!("'{}'", word.replace('\'', r"'\''")),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures::{self, name};
	use ostraka_primitives::{spec::Statistic, AccountId};

	fn quantiles() -> TaskSpec {
		let mut spec = fixtures::task().task.spec;
		spec.statistic = Statistic::Quantiles;
		spec.quantiles = vec![250, 500].try_into().expect("few");
		spec
	}

	#[test]
	fn conditions_are_flags_where_they_are_not_the_classs() {
		let parameters = fixtures::task().task.parameters;
		let plain = Conditions::of(&parameters);
		assert_eq!(conditions(&parameters, &plain), []);
		let account = |byte| AccountId::new([byte; 32]);
		let asked = Conditions {
			least_dealers: 5,
			required: vec![account(1), account(2)].try_into().expect("few"),
			counting: Some(4),
			sealed_to: Some(account(3)),
		};
		let expected = [
			("--least-dealers", "5".to_owned()),
			("--require", address(&account(1))),
			("--require", address(&account(2))),
			("--counted-by", "4".to_owned()),
			("--sealed-to", address(&account(3))),
		];
		assert_eq!(conditions(&parameters, &asked), expected);
	}

	#[test]
	fn a_task_is_asked_for_again_without_a_file() {
		let spec = quantiles();
		let between = [("--between", "-1.5:2".to_owned())];
		assert_eq!(
			again(&spec, SecurityClass::Standard, between),
			"ostraka task submit --statistic quantiles --columns x --range x=0.0:9.0 --decimals x=1 --quantiles \
			 0.250,0.500 --group-by g --groups a,b --max-rows 9 --class standard --between=-1.5:2"
		);
	}

	#[test]
	fn names_are_quoted_for_lists_and_for_the_shell() {
		let mut spec = quantiles();
		spec.columns[0].name = name("Income, net");
		let grouping = spec.group_by.as_mut().expect("grouped");
		grouping.groups = vec![name("it's"), name("6\" pipe")].try_into().expect("few");
		let command = again(&spec, SecurityClass::Restricted, []);
		for part in [
			"--columns '\"Income, net\"' ",
			"--range '\"Income, net\"=0.0:9.0' ",
			r#"--groups 'it'\''s,"6"" pipe"' "#,
		] {
			assert!(command.contains(part), "`{command}` does not say `{part}`");
		}
	}
}
