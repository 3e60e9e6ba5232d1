//! `ostraka reference`: every command as a page of Markdown, `docs/CLI.md`.
//!
//! The page is made of clap's own tree of commands, so it says what `--help` says, of the same source. It holds nothing of the
//! machine that prints it: of a variable of the environment only the name.

use super::Cli;
use crate::{error::Error, output::Output};
use clap::{Arg, ArgAction, Command, CommandFactory};

/// What stands above the commands.
const HEADER: &str = "\
# Every command, flag by flag

*For whoever writes scripts, or looks up a flag.* The guides say what the commands are for: to deal [DEALER.md](DEALER.md), to ask
[REQUESTER.md](REQUESTER.md), to run a node [OPERATOR.md](OPERATOR.md).

`ostraka reference` prints this page, and a test holds it to that: whoever changes a flag writes it anew by
`ostraka reference > docs/CLI.md`. Every command takes the flags of `ostraka` itself, which stand there alone.";

/// Prints the page.
///
/// # Errors
/// `Output`.
pub fn run(out: &mut Output<'_>) -> Result<(), Error> {
	out.raw(page(Cli::command()).as_bytes())
}

/// The page of a program: each command that is not hidden with its usage, arguments, defaults and possible values.
fn page(mut program: Command) -> String {
	// gives the commands below it their names and usages
	program.build();
	let mut rows = vec!["| command | what it does |".to_owned(), "|---|---|".to_owned()];
	list(&program, &mut rows);
	let mut blocks = vec![HEADER.to_owned(), rows.join("\n")];
	describe(&mut program, 0, &mut blocks);
	blocks.join("\n\n") + "\n"
}

/// A row for the command and for each below it, with a link to where it is described.
fn list(command: &Command, rows: &mut Vec<String>) {
	let name = name(command);
	let about = command.get_about().map(|about| prose(&about.to_string())).unwrap_or_default();
	let (anchor, about) = (name.replace(' ', "-"), about.replace('|', "\\|"));
	rows.push(format!("| [`{name}`](#{anchor}) | {about} |"));
	for below in command.get_subcommands().filter(|below| is_listed(below)) {
		list(below, rows);
	}
}

/// The blocks of a command, which lies so many commands below the program, and of those below it.
fn describe(command: &mut Command, depth: usize, blocks: &mut Vec<String>) {
	blocks.push(format!("{} {}", "#".repeat(depth.max(1) + 1), name(command)));
	if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
		blocks.extend(paragraphs(&about.to_string()));
	}
	let usage = command.render_usage().to_string();
	let usage = usage.lines().map(|line| line.trim_start().trim_start_matches("Usage: "));
	blocks.push(fenced(&usage.collect::<Vec<_>>().join("\n")));
	for (heading, items) in arguments(command, depth == 0) {
		blocks.push(format!("**{heading}**"));
		blocks.push(items.join("\n"));
	}
	if let Some(text) = command.get_after_long_help().or_else(|| command.get_after_help()) {
		blocks.push(fenced(&text.to_string()));
	}
	for below in command.get_subcommands_mut().filter(|below| is_listed(below)) {
		describe(below, depth + 1, blocks);
	}
}

/// The arguments of a command, by heading; those that all commands take only if `is_program`.
fn arguments(command: &Command, is_program: bool) -> Vec<(String, Vec<String>)> {
	let mut groups: Vec<(String, Vec<String>)> =
		["Arguments", "Options"].map(|heading| (heading.to_owned(), Vec::new())).into();
	for arg in command.get_arguments() {
		let is_help = matches!(
			arg.get_action(),
			ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
		);
		if is_help || arg.is_hide_set() || (arg.is_global_set() && !is_program) {
			continue;
		}
		let usual = if arg.is_positional() { "Arguments" } else { "Options" };
		let heading = arg.get_help_heading().unwrap_or(usual);
		match groups.iter_mut().find(|(name, _)| name == heading) {
			Some((_, items)) => items.push(item(arg)),
			None => groups.push((heading.to_owned(), vec![item(arg)])),
		}
	}
	groups.retain(|(_, items)| !items.is_empty());
	groups
}

/// An argument as an item of a list: its forms, what it does, its default and variable, its values.
fn item(arg: &Arg) -> String {
	let short = arg.get_short().filter(|_| arg.get_long().is_some());
	let short = short.map(|short| format!("`-{short}`, ")).unwrap_or_default();
	let help = arg.get_long_help().or_else(|| arg.get_help());
	let help = help.map(|help| paragraphs(&help.to_string())).unwrap_or_default();
	let mut help = help.into_iter();
	let mut first: Vec<String> = help.next().into_iter().collect();
	if arg.is_required_set() && !arg.is_positional() {
		first.push("Required.".to_owned());
	}
	let defaults = arg.get_default_values();
	if arg.get_action().takes_values() && !arg.is_hide_default_value_set() && !defaults.is_empty() {
		let defaults = defaults.iter().map(|default| default.to_string_lossy());
		first.push(format!("Default: `{}`.", defaults.collect::<Vec<_>>().join(" ")));
	}
	if let Some(variable) = arg.get_env().filter(|_| !arg.is_hide_env_set()) {
		first.push(format!("Environment: `{}`.", variable.to_string_lossy()));
	}
	let mut values = arg.get_possible_values();
	values.retain(|value| !value.is_hide_set() && !arg.is_hide_possible_values_set());
	let is_told = values.iter().any(|value| value.get_help().is_some());
	if !is_told && !values.is_empty() {
		let names = values.iter().map(|value| format!("`{}`", value.get_name()));
		first.push(format!("One of {}.", names.collect::<Vec<_>>().join(", ")));
	}
	let separator = if first.is_empty() { "" } else { ": " };
	let mut lines = vec![format!("- {short}`{arg}`{separator}{}", first.join(" "))];
	lines.extend(help.map(|paragraph| format!("\n  {paragraph}")));
	for value in values.iter().filter(|_| is_told) {
		let help = value.get_help().map(|help| format!(": {}", prose(&help.to_string())));
		lines.push(format!("  - `{}`{}", value.get_name(), help.unwrap_or_default()));
	}
	lines.join("\n")
}

/// Whether a command is on the page: neither hidden nor clap's own `help`.
fn is_listed(command: &Command) -> bool {
	!command.is_hide_set() && command.get_name() != "help"
}

/// What is typed for a command.
fn name(command: &Command) -> &str {
	command.get_bin_name().unwrap_or(command.get_name())
}

/// Paragraphs of a help, each as a line of sentences.
fn paragraphs(text: &str) -> Vec<String> {
	let paragraphs = text.split("\n\n").map(|paragraph| {
		let line = paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ");
		let end = if line.ends_with(['.', '?', '!', ':']) { "" } else { "." };
		format!("{}{end}", prose(&line))
	});
	paragraphs.collect()
}

/// A line of a help as Markdown: what stands between backticks is code, and nothing else means more than it says.
fn prose(line: &str) -> String {
	let is_paired = line.matches('`').count().is_multiple_of(2);
	let mut is_code = false;
	let mut text = String::with_capacity(line.len());
	for (place, character) in line.char_indices() {
		if character == '`' && is_paired {
			is_code = !is_code;
		}
		let means_more = match character {
			'\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '&' | '~' => !is_code,
			'`' => !is_paired,
			'-' | '+' => place == 0,
			_ => false,
		};
		if means_more {
			text.push('\\');
		}
		text.push(character);
	}
	text
}

/// Text as it stands.
fn fenced(text: &str) -> String {
	format!("```text\n{}\n```", text.trim_end())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::written;
	use clap::builder::PossibleValue;

	/// A program with one of everything.
	fn program() -> Command {
		let loud = Arg::new("loud").long("loud").short('l').global(true);
		let many = Arg::new("many").long("many").value_name("N").default_value("3");
		let colour = PossibleValue::new("red").help("As a_b");
		let colours = [colour, PossibleValue::new("blue"), PossibleValue::new("puce").hide(true)];
		let send = Command::new("send")
			.about("Send it, `a|b` or not")
			.after_help("Examples:\n  p send <it>\n")
			.arg(Arg::new("what").value_name("WHAT").required(true))
			.arg(
				many.help("How *many*")
					.long_help("How *many*\n\n--all of them\nare [one]")
					.env("P_N"),
			)
			.arg(Arg::new("as").long("as").value_parser(["x", "y"]).required(true))
			.arg(Arg::new("in").long("in").help_heading("Look").value_parser(colours).help("In"))
			.arg(Arg::new("secret").long("secret").hide(true));
		Command::new("p")
			.about("Does <things>")
			.arg(loud.action(ArgAction::SetTrue).help("Say more"))
			.subcommand(Command::new("box").about("Boxes").subcommand(Command::new("open")))
			.subcommand(send)
			.subcommand(Command::new("gone").hide(true))
	}

	const PAGE: &str = r"| command | what it does |
|---|---|
| [`p`](#p) | Does \<things\> |
| [`p box`](#p-box) | Boxes |
| [`p box open`](#p-box-open) |  |
| [`p send`](#p-send) | Send it, `a\|b` or not |

## p

Does \<things\>.

```text
p [OPTIONS] [COMMAND]
```

**Options**

- `-l`, `--loud`: Say more.

## p box

Boxes.

```text
p box [OPTIONS] [COMMAND]
```

### p box open

```text
p box open [OPTIONS]
```

## p send

Send it, `a|b` or not.

```text
p send [OPTIONS] --as <as> <WHAT>
```

**Arguments**

- `<WHAT>`

**Options**

- `--many <N>`: How \*many\*. Default: `3`. Environment: `P_N`.

  \--all of them are \[one\].
- `--as <as>`: Required. One of `x`, `y`.

**Look**

- `--in <in>`: In.
  - `red`: As a\_b
  - `blue`

```text
Examples:
  p send <it>
```
";

	#[test]
	fn a_page_has_all_that_is_not_hidden() {
		let page = page(program());
		assert_eq!(page.strip_prefix(HEADER).map(str::trim_start), Some(PAGE));
	}

	#[test]
	fn text_means_what_it_says() {
		assert_eq!(prose("a `b_c` [d](e) <f> `g*`"), r"a `b_c` \[d\](e) \<f\> `g*`");
		assert_eq!(prose("an odd ` and x_y"), r"an odd \` and x\_y");
		assert_eq!(prose("- no item, 1 - 1"), r"\- no item, 1 - 1");
		assert_eq!(paragraphs("Is it?\n\nIt\n is"), ["Is it?", "It is."]);
	}

	#[test]
	fn every_command_and_flag_of_the_tool_is_on_its_page() {
		fn look(command: &Command, page: &str) {
			let name = name(command);
			let of = page
				.split("\n#")
				.find(|part| part.trim_start_matches('#').starts_with(&format!(" {name}\n")));
			assert_eq!(of.is_some(), is_listed(command), "{name}");
			let Some(of) = of else { return };
			// what stands before the colon of each item
			let items = of.lines().filter(|line| line.starts_with("- `"));
			let forms: Vec<&str> = items.filter_map(|item| item.split(": ").next()).collect();
			for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
				let flag = arg.get_long().filter(|flag| !["help", "version"].contains(flag));
				let is_here = flag.is_some_and(|flag| {
					let mut words = forms.iter().flat_map(|form| form.split(['`', ' ', '[', '.']));
					words.any(|word| word.strip_prefix("--") == Some(flag))
				});
				assert_eq!(is_here, flag.is_some() && !is_of_all(arg, name), "{name} {arg}");
			}
			command.get_subcommands().for_each(|below| look(below, page));
		}
		fn is_of_all(arg: &Arg, name: &str) -> bool {
			arg.is_global_set() && name != "ostraka"
		}
		let mut all = Cli::command();
		all.build();
		look(&all, &written(false, run));
	}
}
