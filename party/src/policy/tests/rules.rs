//! What a policy's file may say, who may write it, and what it says of a task.

use super::*;
use crate::request::{build, RangeArg, StatisticName, StatisticRequest};
use ostraka_primitives::{
	consent::Quota,
	task::{Conditions, SecurityClass},
	AccountId,
};

#[test]
fn a_policy_says_who_may_ask() {
	let policy = policy();
	let spec = of(Statistic::Mean, &[SALARY]);
	let (alice, other) = (AccountId::new(ALICE), AccountId::new([7; 32]));
	let dealers: Vec<AccountId> = (1..=6).map(|byte| AccountId::new([byte; 32])).collect();
	let asked = Question {
		class: Some(SecurityClass::Restricted),
		requester: Some(&alice),
		least_dealers: Some(5),
		invited: Some(&dealers),
		spent: Some(3),
		..Question::of(&spec)
	};
	let says = |question: Question<'_>| refusal(&policy.says(pay(&policy), &question));
	assert_eq!(says(asked), None);
	for (question, part) in [
		(Question { class: Some(SecurityClass::Standard), ..asked }, "classes: Standard of"),
		(Question { requester: Some(&other), ..asked }, "requesters: "),
		(
			Question { least_dealers: Some(4), ..asked },
			"no fewer than 4 dealers, the policy asks for 5",
		),
		(Question { invited: Some(&dealers[2..]), ..asked }, "co_dealers: not invited: "),
		(Question { accepted: Some(&dealers[2..]), ..asked }, "co_dealers: not accepted by "),
		(Question { spent: Some(4), ..asked }, "per_period: 4 tasks over one data set in 14400"),
	] {
		let said = says(question).expect("it is refused");
		assert!(said.contains(part), "`{said}` does not say `{part}`");
	}
	assert_eq!(says(Question { accepted: Some(&dealers), spent: None, ..asked }), None);
	// what is promised is a condition: an invited dealer, or one that has accepted, need not be in the set
	let conditions = |least_dealers, required: &[u8]| {
		let required: Vec<_> = required.iter().map(|byte| AccountId::new([*byte; 32])).collect();
		let required = required.try_into().expect("few");
		Conditions { least_dealers, required, counting: None, sealed_to: Some(alice.clone()) }
	};
	let accepted = Question { accepted: Some(&dealers), ..asked };
	let on = |conditions: &Conditions| {
		let asked = says(Question { conditions: Some(conditions), ..asked });
		assert_eq!(asked, says(Question { conditions: Some(conditions), ..accepted }));
		asked
	};
	assert_eq!(on(&conditions(5, &[1, 2])), None);
	let said = on(&conditions(5, &[1])).expect("the second is not required");
	assert!(said.contains("co_dealers: the task does not require 5"), "{said}");
	let said = on(&conditions(4, &[2])).expect("too few are promised");
	assert!(said.contains("no fewer than 4 dealers, the policy asks for 5"), "{said}");
	let sealed = conditions(5, &[2]);
	let lines = policy.says(pay(&policy), &Question { conditions: Some(&sealed), ..asked });
	let told = lines.iter().find(|line| line.rule == "sealed_to").expect("it is told");
	assert!(told.says == Says::Yes && told.why.contains("who alone reads it"), "{told:?}");
	let some = POLICY.replace("statistics = [\"any\"]", "statistics = [\"sum\", \"std\"]");
	let some = Policy::parse(Path::new("policy.toml"), &some).expect("well-formed");
	let said = refusal(&some.says(pay(&some), &asked)).expect("it is refused");
	assert!(said.contains("statistics: mean of sum, std"), "{said}");
	// what cannot be told is no refusal, and is said
	let lines = policy.says(pay(&policy), &Question::of(&spec));
	let open = lines.iter().filter(|line| line.says == Says::Open).count();
	assert!(is_allowed(&lines) && open >= 4, "{lines:?}");
}

#[test]
fn what_is_wrong_with_a_policy_is_said_and_the_secret_is_not() {
	let wrong = |from: &str, to: &str| {
		assert!(POLICY.contains(from), "{from}");
		let text = POLICY.replacen(from, to, 1);
		Policy::parse(Path::new("policy.toml"), &text).expect_err(to).to_string()
	};
	for (from, to, part) in [
		("rows = 100", "rows = 0", "data set `pay`: `rows` must be at least 1"),
		("rows = 100", "rows = -5", "policy.toml, line 6: "),
		("floor = 5", "flor = 5", "line 7: unknown field `flor`"),
		("clip = true", "clip = false", "`clip` is true, or \"skip\""),
		("clip = true", "clip = \"refuse\"", "`clip` is true, or \"skip\""),
		("[0, 2500.5]", "[2500.5, 0]", "column `salary`: `range`: the smaller bound comes first"),
		("[0, 2500.5]", "[0, 2500.555]", "`2500.555` has 3 decimals"),
		("[0, 2500.5]", "[0, inf]", "is not a finite number"),
		("decimals = 2", "decimals = 12", "`decimals` is 9 at most"),
		("decimals = 2", "text = true", "a column of text has no decimals and no range"),
		("text = true", "constant = true", "give `decimals` and `range`, or `text = true`"),
		("\"confidential\"", "\"secret\"", "[allow]: `classes`: there is no class `secret`"),
		("statistics = [\"any\"]", "statistics = [\"mode\"]", "there is no statistic `mode`"),
		("statistics = [\"any\"]", "statistics = [\"any\", \"sum\"]", "\"any\" stands alone"),
		("classes = [\"confidential\", \"restricted\"]", "classes = []", "`classes` is empty"),
		("0x02", "0x", "`co_dealers`: `0x"),
		("5Grw", "5Grv", "`requesters`: `5Grv"),
		(
			"0x02",
			"0x0202020202020202020202020202020202020202020202020202020202020202\", \"0x02",
			"a dealer twice",
		),
		("period_blocks = 14400", "", "go together"),
		("period_blocks = 14400", "period_blocks = 0", "go together"),
		("per_period = 4", "per_period = 9", "`per_period` is 1 to 8"),
		("per_period = 4", "per_period = 0", "`per_period` is 1 to 8"),
		("least_difference = 5", "least_difference = 17", "`least_difference` is 16 at most"),
		("per_period = 4\n", "per_period = 4\nper_period = 5\n", "duplicate key"),
	] {
		let said = wrong(from, to);
		assert!(said.contains(part), "`{said}` does not say `{part}`");
		assert!(!said.contains("0001020304"), "{said}");
	}
	for secret in ["secret = \"zz01020304", "secret = \"\"\nx = \"", "secret = 0001020304"] {
		let said = wrong("secret = \"0001020304", secret);
		assert!(!said.contains("0001020304") && !said.contains("1a1b1c"), "{said}");
	}
	let spaced =
		Policy::parse(Path::new("policy.toml"), &POLICY.replace("dataset.pay", "dataset.\"a b\""));
	assert!(spaced.is_err_and(|error| error.to_string().contains("its name must be letters")));
	assert!(!format!("{:?}", policy()).contains("[0, 1, 2"), "{:?}", policy());
}

/// What is published is what the file says, and sound for the chain.
#[test]
fn a_policy_is_published_as_it_is_written() {
	let policy = policy();
	let published = policy.on_chain();
	assert!(published.is_sound());
	assert_eq!(published.quota, Some(Quota { tasks: 4, blocks: 14_400 }));
	assert_eq!((published.least_cohort, published.least_difference), (5, 5));
	assert_eq!(published.co_dealers.to_vec(), policy.allow.co_dealers);
	let most = POLICY
		.replace("per_period = 4", "per_period = 8")
		.replace("least_difference = 5", "least_difference = 16");
	let most = Policy::parse(Path::new("policy.toml"), &most).expect("within the bounds");
	assert!(most.on_chain().is_sound());
	let none = POLICY
		.replace("per_period = 4\nperiod_blocks = 14400\nleast_difference = 5\n", "")
		.replace("least_cohort = 5\n", "");
	let none = Policy::parse(Path::new("policy.toml"), &none).expect("it asks for less");
	let published = none.on_chain();
	assert_eq!((published.quota, published.least_cohort, published.least_difference), (None, 0, 0));
	// data sets are told apart by their tags
	let renamed = POLICY.replace("dataset.pay", "dataset.pay-2");
	let renamed = Policy::parse(Path::new("policy.toml"), &renamed).expect("another name");
	assert_ne!(pay(&policy).tag(), renamed.datasets["pay-2"].tag());
}

#[test]
fn a_data_set_is_found_by_name_file_or_columns() {
	let two = POLICY.replace(
		"[allow]",
		"[dataset.trial]\nfile = \"trial.csv\"\nonly = \"clinic=Jena\"\nrows = 9\nfloor = 3\nclip = \"skip\"\n\
		 [dataset.trial.columns.dose]\ndecimals = 1\nrange = [0, 9]\n\n[allow]",
	);
	let policy = Policy::parse(Path::new("/home/bob/policy.toml"), &two).expect("well-formed");
	let spec = of(Statistic::Mean, &[("dose", 1, 0, 90)]);
	let name = |name, file: Option<&str>, spec: &TaskSpec| {
		policy.dataset(name, file.map(Path::new), spec).map(|dataset| dataset.name.clone())
	};
	assert_eq!(name(None, None, &spec).as_deref(), Ok("trial"));
	assert_eq!(name(Some("pay"), None, &spec).as_deref(), Ok("pay"));
	assert_eq!(name(None, Some("/home/bob/pay.csv"), &spec).as_deref(), Ok("pay"));
	let said = name(None, Some("pay.csv"), &spec).expect_err("another folder").to_string();
	assert!(said.contains("no data set has the file pay.csv") && said.contains("pay, trial"));
	assert!(name(Some("loans"), None, &spec).is_err());
	let both = of(Statistic::Mean, &[("other", 0, 0, 1)]);
	assert!(
		name(None, None, &both).is_err_and(|error| error.to_string().contains("--dataset NAME"))
	);
	let only = policy.datasets["trial"].only.clone();
	assert_eq!(only, Some(("clinic".to_owned(), "Jena".to_owned())));
}

#[test]
fn a_proposed_policy_allows_what_the_sample_holds_and_tells_no_extreme() {
	let text = "who,pay,age,note,\"a, \"\"b\"\"\",gone,long,zero\n\
	            A,731337.25,-7,x,1,,12345678901234567890123456789,0\n\
	            B,12,41,,0,,1,0\n";
	let table = Table::parse("sample.csv", text.as_bytes()).expect("well-formed");
	let text =
		propose(&table, "mine-2026", "folder/it's \"mine\".csv", &[7; 32]).expect("proposed");
	let policy = Policy::parse(Path::new("/p/policy.toml"), &text).expect("well-formed");
	let dataset = &policy.datasets["mine-2026"];
	assert_eq!(dataset.path, Path::new("/p/folder/it's \"mine\".csv"));
	assert_eq!((dataset.rows, dataset.floor), (2, 20));
	assert!(!text.contains("731337"), "{text}");
	let pay = dataset.columns["pay"].numbers.expect("numbers");
	assert_eq!((pay.decimals, pay.min, pay.max), (2, 0, 100_000_000));
	let age = dataset.columns["age"].numbers.expect("numbers");
	assert_eq!((age.min, age.max), (-10, 50));
	assert_eq!(dataset.columns["note"].numbers, None);
	assert!(dataset.columns.contains_key("a, \"b\"") && dataset.columns.contains_key("zero"));
	assert!(!dataset.columns.contains_key("gone") && !dataset.columns.contains_key("long"));
	let request = StatisticRequest {
		statistic: Some(StatisticName::Mean),
		columns: vec!["pay".to_owned()],
		ranges: vec![RangeArg {
			column: "pay".to_owned(),
			min: "0".to_owned(),
			max: "1000000.00".to_owned(),
		}],
		max_rows: 2,
		..Default::default()
	};
	let spec = build(&request, Some(&table), false).expect("valid");
	assert!(is_allowed(&policy.says(dataset, &Question::of(&spec))));
}

#[cfg(unix)]
#[test]
fn a_policy_that_others_can_write_is_refused() {
	use std::os::unix::fs::PermissionsExt;
	let folder = tempfile::tempdir().expect("a folder");
	let file = folder.path().join("policy.toml");
	std::fs::write(&file, POLICY).expect("written");
	let mode = |path: &Path, mode| {
		let permissions = std::fs::Permissions::from_mode(mode);
		std::fs::set_permissions(path, permissions).expect("it is ours");
	};
	for good in [0o600, 0o644, 0o400] {
		mode(&file, good);
		assert!(Policy::read(&file).is_ok(), "{good:o}");
	}
	for bad in [0o620, 0o602, 0o666] {
		mode(&file, bad);
		let said = Policy::read(&file).expect_err("others can write it").to_string();
		assert!(said.contains("others on this machine can write the policy"), "{said}");
	}
	mode(&file, 0o600);
	// by a link too: the file itself counts
	let link = folder.path().join("link.toml");
	std::os::unix::fs::symlink(&file, &link).expect("linked");
	assert!(Policy::read(&link).is_ok());
	mode(&file, 0o666);
	assert!(Policy::read(&link).is_err());
	mode(&file, 0o600);
	mode(folder.path(), 0o777);
	let said = Policy::read(&file).expect_err("others can replace it").to_string();
	assert!(said.contains("can write the policy's folder"), "{said}");
	mode(folder.path(), 0o1777);
	assert!(Policy::read(&file).is_ok(), "nobody else can move it there");
	mode(folder.path(), 0o700);
	// a folder further up: who can write there puts another one in the place of the policy's
	let own = folder.path().join("own");
	std::fs::create_dir(&own).expect("made");
	mode(&own, 0o700);
	let inner = own.join("policy.toml");
	std::fs::rename(&file, &inner).expect("moved");
	assert!(Policy::read(&inner).is_ok());
	mode(folder.path(), 0o777);
	let said = Policy::read(&inner).expect_err("others can replace its folder").to_string();
	assert!(said.contains("can write a folder above the policy"), "{said}");
	mode(folder.path(), 0o1777);
	assert!(Policy::read(&inner).is_ok());
	mode(folder.path(), 0o700);
	let gone = Policy::read(&folder.path().join("none.toml")).expect_err("none").to_string();
	assert!(gone.contains("there is no such file"), "{gone}");
}

/// Whose something is decides, and then who can write it. In a folder as `/tmp` what is one's own stays where it is, unless the folder is
/// another's: its owner moves everything.
#[cfg(unix)]
#[test]
fn an_owner_can_move_what_is_his() {
	use crate::policy::file::guard::{danger, Danger, Kind};
	let (root, alice, mallory) = (0, 1000, 1001);
	let by_alice = |kind, owner, mode| danger(kind, owner, mode, Some(alice));
	for kind in [Kind::Folder, Kind::Link, Kind::File] {
		assert_eq!(by_alice(kind, mallory, 0o755), Some(Danger::Anothers), "{kind:?}");
		for owner in [root, alice] {
			assert_eq!(by_alice(kind, owner, 0o755), None, "{kind:?}");
			let open = by_alice(kind, owner, 0o777);
			assert_eq!(open, (kind != Kind::Link).then_some(Danger::Open), "{kind:?}");
		}
	}
	assert_eq!(by_alice(Kind::Folder, root, 0o1777), None);
	assert_eq!(by_alice(Kind::Folder, mallory, 0o1777), Some(Danger::Anothers));
	assert_eq!(by_alice(Kind::File, alice, 0o1777), Some(Danger::Open));
	// nor does root take what a user can change
	assert_eq!(danger(Kind::Folder, alice, 0o755, Some(root)), Some(Danger::Anothers));
	assert_eq!(danger(Kind::Folder, alice, 0o777, None), Some(Danger::Open));
}

/// Whoever can put another link, or another folder, on the way to a policy chooses among all policies that are the user's or root's.
#[cfg(unix)]
#[test]
fn a_policy_that_others_can_put_another_in_place_of_is_refused() {
	use std::os::unix::fs::{chown, symlink, PermissionsExt};
	let folder = tempfile::tempdir().expect("a folder");
	let make = |name: &str, mode| {
		let path = folder.path().join(name);
		std::fs::create_dir_all(&path).expect("made");
		let permissions = std::fs::Permissions::from_mode(mode);
		std::fs::set_permissions(&path, permissions).expect("it is ours");
		path
	};
	let (home, open) = (make("home", 0o700), make("open", 0o777));
	let file = home.join("policy.toml");
	std::fs::write(&file, POLICY).expect("written");
	let said = |path: &Path| Policy::read(path).map(|_| ()).map_err(|error| error.to_string());
	// the link's own folder, and one above it
	let link = open.join("policy.toml");
	symlink(&file, &link).expect("linked");
	let refused = said(&link).expect_err("others can put another link there");
	assert!(refused.contains("can write the folder of a link to the policy"), "{refused}");
	make("open/own", 0o700);
	let deeper = open.join("own").join("policy.toml");
	symlink(&link, &deeper).expect("linked");
	let refused = said(&deeper).expect_err("others can put another folder there");
	assert!(refused.contains("can write a folder above the policy"), "{refused}");
	make("open", 0o1777);
	assert_eq!((said(&link), said(&deeper)), (Ok(()), Ok(())), "nobody else can move them");
	// relative links, and folders that are links
	symlink("../home/../home/policy.toml", home.join("again.toml")).expect("linked");
	assert_eq!(said(&home.join("again.toml")), Ok(()));
	symlink("home", folder.path().join("house")).expect("linked");
	assert_eq!(said(&folder.path().join("house").join("again.toml")), Ok(()));
	symlink("b", home.join("a")).expect("linked");
	symlink("a", home.join("b")).expect("linked");
	let refused = said(&home.join("a")).expect_err("it leads nowhere");
	assert!(refused.contains("too many links"), "{refused}");
	// who may give files away, as root, plays the other user too
	const MALLORY: Option<u32> = Some(4242);
	if chown(&open, MALLORY, None).is_ok() {
		for mode in [0o755, 0o1777] {
			make("open", mode);
			let refused = said(&deeper).expect_err("a folder above is hers");
			assert!(refused.contains("a folder above the policy belongs to another"), "{refused}");
		}
	}
}

#[test]
fn the_examples_are_policies_that_allow_the_examples_tasks() {
	let clinics = include_str!("../../../../examples/policies/clinics.toml");
	let clinics = Policy::parse(Path::new("examples/policies/clinics.toml"), clinics);
	let clinics = clinics.expect("well-formed");
	// docs/REQUESTER.md's first task: Alice asks Bob, Charlie and Dave
	let mut spec = of(Statistic::Mean, &[("response", 2, 0, 10_000)]);
	spec.max_rows = 1_000_000;
	let (requester, dealers) = (AccountId::new(ALICE), clinics.allow.co_dealers.clone());
	let question = Question {
		class: Some(SecurityClass::Standard),
		requester: Some(&requester),
		least_dealers: Some(3),
		invited: Some(&dealers),
		..Question::of(&spec)
	};
	let trial = clinics.dataset(None, None, &spec).expect("the only one");
	assert_eq!(refusal(&clinics.says(trial, &question)), None);
	let table = include_str!("../../../../examples/clinics.csv");
	let table = Table::parse("clinics.csv", table.as_bytes()).expect("well-formed");
	let book = trial.book(&table, &[0; 32], None).expect("Aberdeen's rows");
	let made = trial.prepare(&book, &table, &spec, 0).expect("a vector");
	assert_eq!(
		(made.encoded.used, made.struck.len(), made.fits),
		(book.rows() - made.encoded.skipped_missing, 0, Default::default())
	);
	assert!(made.encoded.used > 20);

	let loans = include_str!("../../../../examples/policies/loans.toml");
	let loans = Policy::parse(Path::new("loans.toml"), loans).expect("well-formed");
	let mut spec = of(
		Statistic::Correlation,
		&[("debt_to_income", 2, 0, 50_000), ("interest_rate", 2, 0, 4_000)],
	);
	spec.max_rows = 1_000_000;
	let book = loans.dataset(Some("loans-2026"), None, &spec).expect("it is there");
	assert!(is_allowed(&loans.says(book, &Question::of(&spec))));
}
