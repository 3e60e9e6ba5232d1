//! The runtime API for clients that have no metadata of view functions (polkadot.js among them).

use crate::{
	api::{NodeInfo, Prices, Quote, TaskInfo},
	fault::PendingSlash,
	odds::Odds,
	spec::TaskSpec,
	task::{ClassParameters, SecurityClass, TaskResult},
	AccountId, Balance, BlockNumber, TaskId,
};
use alloc::vec::Vec;

sp_api::decl_runtime_apis! {
	/// Read access to nodes, tasks, results and rewards.
	pub trait OstrakaApi {
		/// A node by its operator's account.
		fn node(account: AccountId) -> Option<NodeInfo>;
		/// A page of up to 256 registered nodes, in the order of storage: the first ones without an account, else those
		/// that follow that operator's. The last one's account asks for the next page; an empty page is the end.
		fn nodes(after: Option<AccountId>) -> Vec<NodeInfo>;
		/// Slashes of an operator's node that Root can still cancel, by their numbers: stake that counts no more and is on hold
		/// until `registry.apply_slash` takes it, or `registry.cancel_slash` gives it back.
		fn pending_slashes(account: AccountId) -> Vec<(u32, PendingSlash)>;
		/// A task; none that is settled and failed before its draw, of which the state alone is left (`Tasks.Statuses`).
		fn task(task: TaskId) -> Option<TaskInfo>;
		/// A published result.
		fn result(task: TaskId) -> Option<TaskResult>;
		/// What this account will be paid by unsettled tasks, if they complete and it does its part. Nothing of it is
		/// earned yet.
		fn expected_rewards(account: AccountId) -> Balance;
		/// What a class asks of tasks that are submitted now.
		fn class(class: SecurityClass) -> ClassParameters;
		/// Least fee of a task with this spec and class that invites so many dealers, the recipient not counted, and has these
		/// windows for accepting and for dealing. Prices rise as places and seats fill: a submission in a later block may ask for
		/// more.
		fn least_fee(
			spec: TaskSpec,
			class: SecurityClass,
			invited: u32,
			accept: BlockNumber,
			collect: BlockNumber,
		) -> Quote;
		/// Prices in force, and how full places and seats are.
		fn prices() -> Prices;
		/// How likely a committee of this class, drawn of the nodes that can be drawn now, is captured by who holds a fifth or
		/// a third of the stake, and what that costs on average where a task with this fee is asked for again and again; and how
		/// likely the panel is captured as a whole, and with the committee.
		fn odds(class: SecurityClass, fee: Balance) -> Odds;
		/// Whether the chain's draws are predictable (a dev chain's mock randomness): for trying out only.
		fn is_insecure() -> bool;
	}
}
