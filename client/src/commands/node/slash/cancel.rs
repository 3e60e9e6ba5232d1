//! `ostraka node slash cancel`: the calls by which Root cancels slashes. Root is the relay chain's governance, which sends them as
//! orders, or, on a chain to try things out on, a sudo key: the tool signs and sends nothing.
//!
//! Each slash is an order of its own: two in one batch weigh more than an order may, by their proofs.

use super::{chosen, Now};
use crate::{
	chain::{calls, slashes::NumberedSlash, Chain, ChainError, Metadata, Token},
	cli::Global,
	commands::connect,
	error::Error,
	output::Output,
	view::{lines::hex, pending},
};
use clap::Args;
use ostraka_party::address;
use ostraka_primitives::{fault::PendingSlash, BlockNumber, TaskId};
use schemars::JsonSchema;
use serde::Serialize;

/// Examples, after the help.
pub const EXAMPLES: &str = "\
Examples:
  ostraka node slash cancel 3
  ostraka node slash cancel 3 8 9 --json

Nothing is signed or sent. On a production chain Root is the relay chain's governance, which sends each call as an order
(docs/UPGRADING.md); on a test chain it is the sudo key.";

/// The call that is printed.
const CALL: &str = "Registry.cancel_slash";

/// Flags of `node slash cancel`.
#[derive(Args, Debug)]
pub struct CancelArgs {
	/// Numbers of the slashes, as `ostraka node slash list` has them
	#[arg(value_name = "NUMBER", required = true)]
	pub numbers: Vec<u32>,
}

/// Runs the command.
///
/// # Errors
/// `Chain`.
pub(super) async fn run(
	args: &CancelArgs,
	global: &Global,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	let chain = connect(global, out).await?;
	let head = chain.head();
	let slashes = chosen(&args.numbers, chain.all_pending_slashes(head).await?, CALL)?;
	let sudo = chain.sudo_key(head).await?;
	let orders = slashes.iter().map(|slash| Order::of(&chain, slash, sudo.is_some()));
	let orders = orders.collect::<Result<Vec<_>, _>>()?;
	let parachain = chain.parachain(head).await?;
	let record = Record { parachain, sudo: sudo.as_ref().map(address), orders };
	write(&record, &slashes, Now::of(&chain, head), chain.token(), out)
}

/// What Root sends, as JSON.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct Record {
	/// The number that the relay chain knows the chain by.
	parachain: Option<u32>,
	/// The account that is Root too; none on a production chain.
	sudo: Option<String>,
	orders: Vec<Order>,
}

/// What cancels a slash.
#[derive(Serialize, JsonSchema)]
struct Order {
	/// The slash's number.
	index: u32,
	/// The node's operator.
	account: String,
	task: TaskId,
	fault: &'static str,
	amount: String,
	/// First block in which anybody can have it applied; until somebody has, it can be cancelled.
	due: BlockNumber,
	/// SCALE bytes of the call that Root makes.
	call: String,
	/// Their hash, BLAKE2b of 32 bytes.
	call_hash: String,
	/// SCALE bytes of the call that the sudo key makes, where there is one.
	sudo_call: Option<String>,
}

impl Order {
	/// # Errors
	/// `Unreadable` if the chain's metadata has no such call.
	fn of(chain: &Chain, slash: &NumberedSlash, has_sudo: bool) -> Result<Self, ChainError> {
		let made = Self::made(chain.metadata(), slash, has_sudo);
		made.ok_or_else(|| ChainError::Unreadable(format!("its metadata has no {CALL}")))
	}

	/// `None` if the chain has no such call.
	fn made(metadata: &Metadata, slash: &NumberedSlash, has_sudo: bool) -> Option<Self> {
		let (number, PendingSlash { offence, .. }) = slash;
		let call = calls::cancel_slash(offence.culprit.clone(), *number);
		let by_sudo = match has_sudo {
			true => Some(calls::as_root(metadata, &call)?.bytes(metadata)?),
			false => None,
		};
		Some(Self::with(slash, &call.bytes(metadata)?, by_sudo.as_deref()))
	}

	fn with((number, slash): &NumberedSlash, call: &[u8], by_sudo: Option<&[u8]>) -> Self {
		Self {
			index: *number,
			account: address(&slash.offence.culprit),
			task: slash.offence.task,
			fault: pending::name(slash.offence.fault),
			amount: slash.amount.to_string(),
			due: slash.at,
			call: hex(call),
			call_hash: hex(calls::hash(call)),
			sudo_call: by_sudo.map(hex),
		}
	}

	/// The order in lines.
	fn write(
		&self,
		slash: &PendingSlash,
		now: Now,
		token: &Token,
		out: &mut Output<'_>,
	) -> Result<(), Error> {
		let until = match now.left(slash.at) {
			0 => "due, and cancelled only if nobody has it applied before".to_owned(),
			_ => format!("it can be applied {}", now.when(slash.at)),
		};
		writeln!(
			out,
			"slash {}: {} of the node of {}, for {} in task {}; {until}",
			self.index,
			token.render(slash.amount),
			self.account,
			self.fault,
			self.task
		)?;
		writeln!(out, "  call       {}", self.call)?;
		writeln!(out, "  call hash  {}", self.call_hash)?;
		match &self.sudo_call {
			Some(call) => writeln!(out, "  by sudo    {call}"),
			None => Ok(()),
		}
	}
}

fn write(
	record: &Record,
	slashes: &[NumberedSlash],
	now: Now,
	token: &Token,
	out: &mut Output<'_>,
) -> Result<(), Error> {
	if out.is_json() {
		return out.json(record);
	}
	for (order, (_, slash)) in record.orders.iter().zip(slashes) {
		order.write(slash, now, token, out)?;
	}
	match &record.sudo {
		Some(account) => {
			writeln!(
				out,
				"nothing was sent: the sudo key {account} signs what stands at `by sudo`"
			)?;
		},
		None => {
			let number = record.parachain.map_or("ID".to_owned(), |number| number.to_string());
			writeln!(
				out,
				"nothing was sent: the relay chain's Root sends each call, as CALL, in an order of its own (two weigh too much):"
			)?;
			writeln!(out, "  xcmPallet.send")?;
			writeln!(out, "    dest     V5 {{ parents: 0, interior: X1 [Parachain({number})] }}")?;
			writeln!(
				out,
				"    message  V5 [UnpaidExecution {{ weightLimit: Unlimited, checkOrigin: None }}, Transact {{ originKind: \
				 Superuser, fallbackMaxWeight: None, call: CALL }}]"
			)?;
		},
	}
	writeln!(out, "Registry.SlashCancelled says that it worked")
}

#[cfg(test)]
mod tests {
	use super::{super::tests::*, *};
	use crate::{fixtures, output::written};

	const BY_SUDO: &[u8] = &[0x21, 0, 0x32, 0x0b];

	fn said(is_json: bool, sudo: Option<&str>) -> String {
		let slashes = [due(3), early(8)];
		let by_sudo = sudo.map(|_| BY_SUDO);
		let orders = slashes.iter().map(|slash| Order::with(slash, &[0x32, 0x0b], by_sudo));
		let (orders, sudo) = (orders.collect(), sudo.map(str::to_owned));
		let record = Record { parachain: Some(2_000), sudo, orders };
		written(is_json, |out| write(&record, &slashes, now(), &fixtures::token(), out))
	}

	#[test]
	fn governance_is_told_what_it_sends() {
		let text = said(false, None);
		for part in [
			"slash 3: 1.5 OST of the node of 5",
			", for absence in task 7; due, and cancelled only if nobody has it applied before\n",
			"for wrong share in task 9; it can be applied from block 190 on, in 100 blocks",
			"\n  call       0x320b\n",
			"\n  call hash  0x",
			"nothing was sent: the relay chain's Root",
			"dest     V5 { parents: 0, interior: X1 [Parachain(2000)] }",
			"Transact { originKind: Superuser, fallbackMaxWeight: None, call: CALL }]\n",
		] {
			assert!(text.contains(part), "no `{part}` in {text}");
		}
		assert!(text.ends_with("Registry.SlashCancelled says that it worked\n"), "{text}");
		assert!(!text.contains("sudo"), "{text}");
	}

	#[test]
	fn a_sudo_key_is_told_what_it_signs() {
		let text = said(false, Some("5Alice"));
		assert_eq!(text.matches("\n  by sudo    0x2100320b\n").count(), 2, "{text}");
		assert!(text.contains("the sudo key 5Alice signs"), "{text}");
		assert!(!text.contains("xcmPallet"), "{text}");
	}

	#[test]
	fn json_has_an_order_for_each() {
		let record: serde_json::Value = serde_json::from_str(&said(true, None)).expect("JSON");
		assert_eq!(record["parachain"], 2_000);
		assert!(record["sudo"].is_null());
		let orders = record["orders"].as_array().expect("a list");
		assert_eq!(orders.len(), 2);
		assert_eq!((&orders[1]["index"], &orders[1]["due"]), (&8.into(), &190.into()));
		assert_eq!(orders[0]["call"], "0x320b");
		assert_eq!(orders[0]["call_hash"].as_str().map(str::len), Some(66));
		assert!(orders[0]["sudo_call"].is_null());
	}
}
