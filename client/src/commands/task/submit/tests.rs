//! What is said of a task that was submitted.

use super::*;
use crate::{fixtures, output::written};
use ostraka_primitives::spec::Statistic;

fn said(is_json: bool, insecure_chain: bool) -> String {
	said_of(is_json, Submitted { insecure_chain, ..submitted() })
}

fn submitted() -> Submitted {
	Submitted {
		task: 3,
		block: 8,
		fee: "1500".to_owned(),
		rent: "300".to_owned(),
		data_reward: "0".to_owned(),
		transaction_fee: "12".to_owned(),
		dealers: 1,
		accept_until: 308,
		length: 4,
		capture: Capture::from(&fixtures::odds()),
		insecure_chain: false,
		least_dealers: 3,
		sealed_to: None,
		notes: Vec::new(),
		second_task: None,
	}
}

fn said_of(is_json: bool, submitted: Submitted) -> String {
	let spec = fixtures::task().task.spec;
	let captures = ("3.3 % a draw".to_owned(), Some("all of it 0.81 % a draw".to_owned()));
	written(is_json, |out| write(&submitted, &spec, "1.5 OST", &captures, out))
}

#[test]
fn its_number_is_said_and_how_to_follow_it() {
	assert_eq!(
		said(false, false),
		"task 3: mean of x by g\n  in block 8, fee 1.5 OST\n  capture: 3.3 % a draw\n  panel: all of it 0.81 % a draw\n  1 dealer is \
		 invited; follow it with `ostraka task watch 3`\n  next each of them accepts it, by block 308: `ostraka accept 3`, or `ostraka deal`, which does \
		 both; its committee is drawn when all have, or enough by then\n"
	);
	assert!(said(false, true).ends_with(&format!("  {INSECURE}\n")));
}

#[test]
fn a_recipient_is_told_what_it_has_to_do() {
	let sealed = || Submitted { sealed_to: Some("5Grw".to_owned()), ..submitted() };
	let text = said_of(false, sealed());
	assert!(text.contains("sealed to 5Grw, who accepts it too"), "{text}");
	assert!(text.contains("`ostraka mask 3 --mask-file FILE`"), "{text}");
	let record: serde_json::Value = serde_json::from_str(&said_of(true, sealed())).expect("JSON");
	assert_eq!((&record["sealed_to"], &record["least_dealers"]), (&"5Grw".into(), &3.into()));
	assert!(!said(false, false).contains("sealed") && !said(true, false).contains("sealed_to"));
}

#[derive(clap::Parser)]
struct Submit {
	#[command(flatten)]
	args: SubmitArgs,
}

#[test]
fn a_quantiles_second_task_is_a_command() {
	let words = "submit --statistic median --columns x --class standard --collect 40 --data-reward 2 --dealer //Bob \
	             --dealers-file c.txt";
	let args = <Submit as clap::Parser>::parse_from(words.split_whitespace()).args;
	let spec =
		TaskSpec { statistic: Statistic::Median, group_by: None, ..fixtures::task().task.spec };
	let parameters = fixtures::task().task.parameters;
	let conditions = Conditions::of(&parameters);
	let command = second(&args, &spec, &parameters, &conditions);
	assert_eq!(
		command,
		"ostraka task submit --statistic median --columns x --range x=0.0:9.0 --decimals x=1 --max-rows 9 --class \
		 standard --collect 40 --data-reward 2 --dealer 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty \
		 --dealers-file c.txt --between LOW:HIGH"
	);
	let submitted = || Submitted { second_task: Some(command.clone()), ..submitted() };
	let text = said_of(false, submitted());
	assert!(!command.contains("--accept-within"), "the usual window: {command}");
	let hurried = SubmitArgs { accept_within: 20, ..args };
	let sealed_to = Some(AccountId::new([1; 32]));
	let sealed = Conditions { least_dealers: 4, sealed_to: sealed_to.clone(), ..conditions };
	let hurried = second(&hurried, &spec, &parameters, &sealed);
	assert!(hurried.contains(" --accept-within 20 --collect 40 "), "{hurried}");
	let recipient = sealed_to.as_ref().map(address).unwrap_or_default();
	let promised = format!(" --least-dealers 4 --sealed-to {recipient} --between LOW:HIGH");
	assert!(hurried.ends_with(&promised), "{hurried}");
	assert!(text.contains("`ostraka result --task 3` names the bin"), "{text}");
	assert!(text.ends_with(&format!(":\n    {command}\n")), "{text}");
	let record: serde_json::Value =
		serde_json::from_str(&said_of(true, submitted())).expect("JSON");
	assert_eq!(record["second_task"], command);
}

#[test]
fn json_has_amounts_as_text() {
	let record: serde_json::Value = serde_json::from_str(&said(true, false)).expect("JSON");
	assert_eq!((&record["task"], &record["fee"]), (&3.into(), &"1500".into()));
	assert_eq!(record["rent"], "300");
	assert_eq!(record["insecure_chain"], false);
	assert_eq!(record["capture"]["price_third"], "16041");
}

#[test]
fn it_is_said_what_of_the_fee_comes_back() {
	let line = fee_line(&fixtures::token(), 1_500, 300);
	assert!(line.starts_with("1.5 OST, of which 0.3 OST at most is rent"), "{line}");
	let refused = |name: &str| ChainError::Refused {
		call: "Tasks.submit".to_owned(),
		name: name.to_owned(),
		docs: String::new(),
	};
	assert!(is_dearer(&refused("Tasks.FeeTooLow")) && !is_dearer(&refused("Tasks.TooFewNodes")));
}
