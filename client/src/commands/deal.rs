//! `ostraka deal`: the dealer's side.

use super::{
	accept::{agree, check_invited, over, show, tag, Asks, ConsentArgs},
	connect,
	dealt::{describe, proof_line, summary, Sent},
	pace::in_step,
	rules::{found, without_policy, Keeper, Ruling},
};
use crate::{
	chain::{Chain, ChainError},
	cli::{
		account::signer,
		data::FileArgs,
		policy::{LogArgs, PolicyArgs},
		task::TaskArg,
		Global,
	},
	error::Error,
	onchain::{
		self,
		accept::has_accepted,
		bins,
		consent::{check_dataset, check_required, Duties},
		deal::Dealt,
		earlier, groups,
	},
	output::{progress::Progress, Output},
	view::{
		capture::{self, Capture},
		lines::{accepted, ended, first_by, hex, outcome, state, until, INSECURE},
	},
};
use clap::Args;
use ostraka_party::{
	address,
	audit::{Act, Data},
	data::{Advice, Book, Table},
	dealing,
	inputs::{self, Encoding, Prepared, Way},
	policy::Policy,
	request::names,
};
use ostraka_primitives::{api::TaskInfo, spec::TaskSpec, task::TaskStatus, AccountId, TaskId};
use schemars::JsonSchema;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  ostraka deal --suri //Bob --task 7 --data mine.csv
  ostraka deal --key-file bob.key --task 7 --data all.csv --only hospital=Jena --dry-run
  ostraka deal --key-file bob.key --task 7 --data mine.csv --policy policy.toml --yes --json

Accepts what the task asks, unless that is done (`ostraka accept`); waits for its committee; deals. Run again after an
interruption at any point: it goes on from there, and sends nothing that is on the chain already. Without a terminal it
accepts with --yes only. What the rows may be asked is said by a policy (`ostraka policy`); without one it asks at a terminal,
and in scripts takes --no-policy.";

/// Fewest own rows that a dealer's numbers single out unless it says otherwise.
pub(super) const FLOOR: u64 = 3;

/// What is said of a dry run without a policy.
const NO_POLICY: &str = "there is no policy that says what your rows may be asked (`ostraka policy init --data FILE` makes one)";

/// Flags of `deal`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, mut_arg("data", |data| data.required(true)))]
pub struct DealArgs {
	/// The task.
	#[command(flatten)]
	pub task: TaskArg,
	/// The dealer's own rows.
	#[command(flatten)]
	pub file: FileArgs,
	/// Take only the rows with that text in that column
	#[arg(long, value_name = "COLUMN=TEXT", help_heading = "Data", value_parser = parse_only)]
	pub only: Option<(String, String)>,
	/// Fewest own rows that a group, a bin or another number may single out: fewer would be told about each of them. 1 is no
	/// floor; under a policy the higher of the two counts
	#[arg(long, value_name = "ROWS", default_value_t = FLOOR, help_heading = "Data")]
	pub min_cell: u64,
	/// Leave such rows out instead of refusing to deal, as under a policy
	#[arg(long, help_heading = "Data")]
	pub drop_small_cells: bool,
	/// Column that may have one value in all rows, which can tell this dealer from the others (may be given again)
	#[arg(long, value_name = "COLUMN", help_heading = "Data", value_parser = names::one)]
	pub allow_constant: Vec<String>,
	/// Under a policy too, refuse rows that are not as they should be, instead of making them fit: to check a file by hand.
	/// Whether you deal then depends on your rows, and is seen by all
	#[arg(long, help_heading = "Policy")]
	pub strict: bool,
	/// What the dealer has written down.
	#[command(flatten)]
	pub rules: PolicyArgs,
	/// Where it is logged.
	#[command(flatten)]
	pub log: LogArgs,
	/// What is agreed to unseen.
	#[command(flatten)]
	pub consent: ConsentArgs,
	/// Show what is asked and what would be dealt, and stop
	#[arg(long)]
	pub dry_run: bool,
}

impl DealArgs {
	/// The policy that rows are made to fit; none if they are checked.
	fn fits<'a>(&self, ruling: Option<&'a Ruling<'a>>) -> Option<&'a Ruling<'a>> {
		ruling.filter(|_| !self.strict)
	}

	/// The file. Under a policy it may have no rows.
	fn table(&self, policy: Option<&Policy>) -> Result<Table, Error> {
		let table = match policy {
			Some(_) if !self.strict => self.file.table_of_any_rows()?,
			_ => self.file.table_for(Advice::Dealer)?,
		};
		table.ok_or_else(|| Error::Usage("name the file with your rows: --data FILE".to_owned()))
	}

	/// What a policy says of a task, with the data set of the file. If the dealer is to accept the task, what the chain holds the
	/// data set to is part of that; if it has, what it accepted it for.
	async fn ruling<'a>(
		&self,
		policy: Option<&'a Policy>,
		chain: &Chain,
		(task, info): (TaskId, &TaskInfo),
		(dealer, is_accepting): (&AccountId, bool),
	) -> Result<Option<Ruling<'a>>, Error> {
		let Some(policy) = policy else { return Ok(None) };
		if !self.allow_constant.is_empty() {
			return Err(Error::Usage(
				"--allow-constant: under a policy that is the policy's to say: constant = true for that column".to_owned(),
			));
		}
		let named = self.rules.file.dataset.as_deref();
		let dataset = policy.dataset(named, self.file.data.as_deref(), &info.task.spec);
		let dataset = dataset.map_err(ostraka_party::Error::from)?;
		if self.only.is_some() && dataset.only.is_some() && self.only != dataset.only {
			return Err(Error::Usage(format!(
				"--only: the policy says which rows of data set {} are yours, and these are others",
				dataset.name
			)));
		}
		let log = self.log.log()?;
		let held = match is_accepting {
			true => {
				let duties = Duties::read(chain, dealer).await?;
				Some(duties.of(chain, dealer, &dataset.tag(), Some(task)).await?)
			},
			false => None,
		};
		let of_task = (task, info);
		let mut ruling =
			Ruling::of(policy, dataset, chain, of_task, &log, is_accepting, held.as_ref())?;
		if let Some(acceptance) = chain.acceptance(task, dealer, chain.head()).await? {
			check_dataset(task, &acceptance.agreed.dataset, &dataset.tag())?;
			ruling.of_accepted(&acceptance.agreed.dataset);
		}
		Ok(Some(ruling))
	}

	/// The vector of the rows, under a policy or checked. The file must have this hash still when they are read: it is what is
	/// logged of them, and chooses among them where there are too many.
	fn prepare(
		&self,
		table: &Table,
		hash: &[u8; 32],
		spec: &TaskSpec,
		ruling: Option<&Ruling<'_>>,
	) -> Result<(Book, Prepared), Error> {
		let prepared = self.prepare_as_it_is(table, hash, spec, ruling)?;
		table.check_unchanged(hash)?;
		Ok(prepared)
	}

	fn prepare_as_it_is(
		&self,
		table: &Table,
		hash: &[u8; 32],
		spec: &TaskSpec,
		ruling: Option<&Ruling<'_>>,
	) -> Result<(Book, Prepared), Error> {
		let dataset = ruling.map(|ruling| ruling.dataset);
		if let Some(ruling) = self.fits(ruling) {
			let book = ruling.dataset.book(table, hash, self.only.as_ref())?;
			let prepared = ruling.dataset.prepare(&book, table, spec, self.min_cell)?;
			return Ok((book, prepared));
		}
		let own = dataset.and_then(|dataset| dataset.only.as_ref());
		let book = match own.or(self.only.as_ref()) {
			Some((column, value)) => Book::of_value(table, column, value)?,
			None => Book::of_all(table, table.file()),
		};
		let encoding = Encoding {
			round: self.file.round,
			min_cell: self.min_cell,
			drop_small_cells: self.drop_small_cells,
			constants: self.allow_constant.clone(),
		};
		let prepared = match dataset {
			Some(dataset) => dataset.prepare_checked(&book, table, spec, encoding)?,
			None => inputs::prepare(&book, table, spec, Way::Checked(&encoding))?,
		};
		Ok((book, prepared))
	}
}

fn parse_only(text: &str) -> Result<(String, String), String> {
	match text.split_once('=') {
		Some((column, value)) if !column.is_empty() && !value.trim().is_empty() => {
			Ok((names::one(column)?, value.trim().to_owned()))
		},
		_ => Err("the form is COLUMN=TEXT, as in hospital=Jena".to_owned()),
	}
}

/// Runs the command.
///
/// # Errors
/// `Usage`, `Data`, `Encode` before anything is sent; `Chain`; `Failed` if the task takes no acceptance or no dealing of the
/// account, or it does not accept.
pub async fn run(args: &DealArgs, global: &Global, out: &mut Output<'_>) -> Result<(), Error> {
	let signer = signer(global, out.notes())?;
	let (policy, log) = (args.rules.read()?, args.log.log()?);
	let table = args.table(policy.as_ref())?;
	let chain = connect(global, out).await?;
	let (task, account) = (args.task.number, signer.account());
	let info = chain.task(task).await?;
	let (genesis, by) = (hex(chain.genesis()), address(&account));
	let of_task = (task, by.as_str());
	if let Some(record) = onchain::deal::dealt(&chain, task, &account).await? {
		if !args.dry_run {
			found(&log, out.notes(), &genesis, Act::Deal, of_task, record.block);
		}
		return already(task, record.block, out);
	}
	let is_agreed = has_accepted(&chain, task, &account).await?;
	let is_accepting = matches!(info.task.status, TaskStatus::Inviting { .. }) && !is_agreed;
	if is_agreed && !args.dry_run {
		found(&log, out.notes(), &genesis, Act::Accept, of_task, chain.head().number);
	}
	let dealer = (&account, is_accepting);
	let ruling = args.ruling(policy.as_ref(), &chain, (task, &info), dealer).await?;
	let ruling = ruling.as_ref();
	let hash = tokio::task::block_in_place(|| table.hash())?;
	let keeper = Keeper::new(&log, out.notes(), &chain, (task, &info), &account, ruling);
	if let Some(refusal) = ruling.and_then(|ruling| ruling.refusal(task, is_agreed)) {
		// nothing of the rows is looked at for a task that the policy does not allow
		if let (Some(ruling), false) = (ruling, out.is_json()) {
			ruling.write(out)?;
		}
		if !args.dry_run {
			keeper.refuses(Act::Deal)?;
		}
		return Err(refusal);
	}
	// what is wrong with the rows is found before a deposit is at stake
	let spec = &info.task.spec;
	let (book, prepared) =
		tokio::task::block_in_place(|| args.prepare(&table, &hash, spec, ruling))?;
	let data = Data::of(&hash, &prepared);
	if let Some(ruling) = ruling {
		let other = log.dealt_from_another(&ruling.dataset.name, &genesis, &data.file);
		if let Some(other) = other.map_err(ostraka_party::Error::from)? {
			out.notes().say(changed(other, &ruling.dataset.name));
		}
	}
	let keeper = keeper.with(data);
	check_invited(task, &info, &account)?;
	let earlier = match is_accepting {
		true => Some(earlier::look(&chain, task, &info, &account).await?),
		false => None,
	};
	let odds = onchain::tasks::odds(&chain, &info.task).await?;
	if !out.is_json() {
		describe(task, &info, &table, &book, &prepared, out)?;
		match ruling {
			Some(ruling) => ruling.write(out)?,
			None if args.dry_run && !args.rules.no_policy => writeln!(out, "{NO_POLICY}")?,
			None => {},
		}
		match (&earlier, &odds) {
			(Some(earlier), Some(odds)) => {
				writeln!(out, "what is asked:")?;
				show(&chain, task, &info, &account, (earlier, odds), out).await?;
			},
			(None, Some(odds)) => {
				let is_drawn = info.task.drawn_at.is_some();
				writeln!(out, "capture: {}", capture::line(chain.token(), odds, is_drawn))?;
				if let Some(panel) = capture::panel_line(odds, is_drawn) {
					writeln!(out, "panel: {panel}")?;
				}
			},
			_ => {},
		}
		if chain.is_insecure().await? {
			writeln!(out, "{INSECURE}")?;
		}
	}
	let capture = odds.as_ref().map(Capture::from);
	let summary = |sent| summary(task, &info, &table, &prepared, ruling, capture, sent);
	if args.dry_run && out.is_json() {
		return out.json(&summary(Sent::default()));
	}
	if args.dry_run {
		return Ok(());
	}
	let is_without_policy = ruling.is_none() && !args.rules.no_policy;
	let is_open = matches!(
		info.task.status,
		TaskStatus::Inviting { .. } | TaskStatus::Drawing { .. } | TaskStatus::Collecting { .. }
	);
	if is_open && !args.consent.unchecked_groups {
		bins::check(&chain, task, &info, prepared.as_groups.as_ref()).await?;
	}
	// who is asked at a terminal takes its own time
	let is_unasked = ruling.is_some() && is_accepting && args.consent.yes;
	if let (true, TaskStatus::Inviting { until }) = (is_unasked, info.task.status) {
		in_step(&chain, until, out).await?;
	}
	let accept_fee = match &earlier {
		Some(earlier) => {
			let (consent, dataset) = (&args.consent, tag(ruling));
			let asks = Asks { consent, dataset, is_without_policy };
			let agreed =
				agree(&chain, task, &info, &signer, earlier, (&asks, &keeper), out).await?;
			if let (Some(receipt), false) = (&agreed, out.is_json()) {
				let (block, fee) = (receipt.block.number, chain.token().render(receipt.fee));
				writeln!(out, "accepted task {task}, in block {block}, for {fee}")?;
			}
			agreed.map(|receipt| receipt.fee)
		},
		None => {
			let is_late = match info.task.status {
				TaskStatus::Drawing { .. } | TaskStatus::Collecting { .. } => !is_agreed,
				_ => false,
			};
			if is_late {
				return Err(over(task, &info));
			}
			if !args.consent.unchecked_groups {
				groups::check(&chain, task, &info).await?;
			}
			if is_open && is_without_policy {
				without_policy(task, out).await?;
			}
			None
		},
	};
	if let (Some(_), None) = (ruling, accept_fee) {
		// who comes late has no draw to wait for
		let now = chain.task(task).await?;
		if let TaskStatus::Collecting { until, .. } = now.task.status {
			in_step(&chain, first_by(&now).unwrap_or(until), out).await?;
		}
	}
	let drawn = collecting(&chain, task, &info, &account, out).await?;
	// who takes part is known only now
	check_required(task, &drawn)?;
	let dealer = (&account, false);
	let last = args.ruling(policy.as_ref(), &chain, (task, &drawn), dealer).await?;
	if let Some(refusal) = last.and_then(|ruling| ruling.refusal(task, true)) {
		keeper.refuses(Act::Deal)?;
		return Err(refusal);
	}
	let context = dealing::context(chain.genesis(), task, &drawn)?;
	keeper.begins(Act::Deal, &drawn)?;
	let encoded = &prepared.encoded;
	let spec = &drawn.task.spec;
	let dealt = onchain::deal::deal(&chain, task, &context, spec, encoded, &signer).await?;
	let Some(Dealt { receipt, proof }) = dealt else {
		let record = chain.dealing(task, &account).await?;
		let block = record.map_or(0, |record| record.block);
		keeper.finds(Act::Deal, block);
		return already(task, block, out);
	};
	keeper.ends(Act::Deal, &receipt);
	if out.is_json() {
		let dealt = Some((receipt.block.number, receipt.fee, proof));
		return out.json(&summary(Sent { accept_fee, dealt }));
	}
	writeln!(out, "{}", proof_line(&proof))?;
	writeln!(
		out,
		"dealt to task {task}, in block {}, for {}; a deposit is held until the task is settled",
		receipt.block.number,
		chain.token().render(receipt.fee)
	)
}

/// Says that a data set's file is not the one that was dealt from before. Nothing is refused for it: that would follow from rows.
fn changed(other: TaskId, dataset: &str) -> String {
	format!(
		"the file of data set {dataset} has changed since task {other} was dealt to: two results over the same dealers differ \
		 by the rows that changed\n  if these are few, give the data set another name: with `least_difference` published no \
		 two results come out then that have the same dealers with the old rows and with the new ones"
	)
}

/// Waits until the committee is drawn for good. The task must be the one then that was encoded and checked, and the account
/// among those who accepted.
async fn collecting(
	chain: &Chain,
	task: TaskId,
	checked: &TaskInfo,
	account: &AccountId,
	out: &Output<'_>,
) -> Result<TaskInfo, Error> {
	let again = format!("`ostraka deal --task {task}` goes on with the same rows");
	out.farewell().is(format!(
		"nothing is lost: task {task} stays accepted and waits for its committee\n  {again}; who accepts and does not \
		 deal in time loses a part of its deposit"
	));
	let bars = Progress::new(out.is_json());
	let bar = bars.spinner(&format!("task {task}"));
	let mut said = String::new();
	let mut head = chain.head();
	let mut info = chain.task(task).await?;
	while let TaskStatus::Inviting { .. } | TaskStatus::Drawing { .. } = info.task.status {
		let line = waits(chain, task, &info).await?;
		let left = until(&info.task.status).map_or(0, |until| until.saturating_sub(head.number));
		bar.set_message(format!("{line}, {left} blocks left"));
		// without a terminal a line for every change
		if !bars.is_shown() && line != said {
			out.notes().say(format!("block {}: task {task} {line}", head.number));
			said = line;
		}
		head = chain.next_head(head).await?;
		info = chain.task(task).await?;
	}
	bars.clear();
	info = onchain::deal::drawn(chain, task).await?;
	match info.task.status {
		TaskStatus::Collecting { until, .. } => {
			dealing::unchanged(task, checked, &info)?;
			dealing::check_accepted(task, &info, account)?;
			let last = first_by(&info).unwrap_or(until);
			out.farewell().is(format!(
				"the dealing to task {task} may be on its way\n  {again} if it is not; it must be in by block {last}"
			));
			Ok(info)
		},
		ref status => Err(Error::Failed(format!(
			"task {task} takes no dealings any more: {}",
			outcome(status).map_or_else(|| state(status).to_owned(), ended)
		))),
	}
}

/// What a task without a committee waits for.
async fn waits(chain: &Chain, task: TaskId, info: &TaskInfo) -> Result<String, ChainError> {
	if let TaskStatus::Inviting { .. } = info.task.status {
		return Ok(format!("waits for its other dealers: {}", accepted(info)));
	}
	let obstacle = chain.draw_obstacle(task).await?;
	let obstacle = obstacle.map_or_else(String::new, |obstacle| format!(": {obstacle}"));
	Ok(format!("waits for its committee{obstacle}"))
}

/// The dealing is on the chain: nothing is to be done, which is what was asked.
fn already(task: TaskId, block: u32, out: &mut Output<'_>) -> Result<(), Error> {
	if out.is_json() {
		return out.json(&Already { task, dealt: true, already: true, block });
	}
	writeln!(
		out,
		"this account has dealt to task {task} already, in block {block}: nothing was sent"
	)
}

/// A dealing that was there already, as JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Already {
	task: TaskId,
	dealt: bool,
	already: bool,
	/// The block that it is in.
	block: u32,
}

#[cfg(test)]
mod tests;
