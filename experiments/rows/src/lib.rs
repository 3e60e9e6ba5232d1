//! The rows of the chain's CSV files, which `experiments/chain` writes and `experiments` turns into tables.
//!
//! | file | rows | one for each |
//! |---|---|---|
//! | `chain_calls.csv` | [`Call`] | call or step of the hook, kind of weights, size |
//! | `chain_charges.csv` | [`Charge`] | call, committee, length of the vector |
//! | `chain_runs.csv` | [`Run`] | number of tasks and dealers, length of the vector, repetition |
//!
//! A field is a column of its file, under its name. Times are in milliseconds (`_ms`) or seconds, sizes in bytes, fees
//! and deposits in tokens, shares between zero and one.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde::{Deserialize, Serialize};

/// Name of the row that is a dealing's but for the proof that its input is valid.
pub const WITHOUT_PROOF: &str = "deal, without its proof";

/// What a call or a step of the task book's hook weighs, against what a block has for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
	/// The call or the step. Of class `limit`: what a block has, for `block`, `normal` or `hook`.
	pub call: String,
	/// `host`: group operations by host calls. `pure`: in wasm.
	pub variant: String,
	/// `normal`, `operational`, `hook` or `limit`.
	pub class: String,
	/// Seats of the committee, `n`. This and the next three are zero where they do not matter.
	pub seats: u32,
	/// Threshold, `t`.
	pub threshold: u32,
	/// Length of the vector, `L`.
	pub length: u32,
	/// Invited dealers.
	pub dealers: u32,
	/// The extrinsic with its length in front; these bytes count as proof too.
	pub bytes: u64,
	/// Reference time.
	pub ref_ms: f64,
	/// Proof, without the extrinsic's own bytes.
	pub proof_bytes: u64,
	/// How many fit into what a block has for the class.
	pub calls_a_block: u64,
	/// What they fill first: `ref time`, `proof size` or `length`.
	pub bound: String,
}

impl Call {
	/// Bytes of proof, the extrinsic's own included.
	pub fn whole_proof(&self) -> u64 {
		self.proof_bytes.saturating_add(self.bytes)
	}
}

/// What the chain charged for the calls of one task. Where there are several: their median, smallest and largest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charge {
	/// The call.
	pub call: String,
	/// Seats of the committee, `n`.
	pub seats: u32,
	/// Threshold, `t`.
	pub threshold: u32,
	/// Length of the vector, `L`.
	pub length: u32,
	/// How many were in blocks.
	pub count: u32,
	/// Bytes in the block.
	pub bytes: u64,
	/// The smallest.
	pub bytes_min: u64,
	/// The largest.
	pub bytes_max: u64,
	/// Reference time.
	pub ref_ms: f64,
	/// The smallest.
	pub ref_ms_min: f64,
	/// The largest.
	pub ref_ms_max: f64,
	/// Proof, without the extrinsic's own bytes.
	pub proof_bytes: u64,
	/// Fee.
	pub fee: f64,
	/// The smallest.
	pub fee_min: f64,
	/// The largest.
	pub fee_max: f64,
	/// What the sender has on hold until settlement.
	pub deposit: f64,
	/// Processor, cores and memory that it was measured on.
	pub machine: String,
	/// Compiler and crates that it was measured with.
	pub versions: String,
}

/// Tasks of one size, played at once. Of each span: its blocks and its seconds, as medians over the tasks where each
/// task has its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
	/// Tasks at once.
	pub tasks: u32,
	/// Dealers of each.
	pub dealers: u32,
	/// Length of the vector, `L`.
	pub length: u32,
	/// Repetition, from one.
	pub run: u32,
	/// Seats of the committees, `n`.
	pub seats: u32,
	/// Threshold, `t`.
	pub threshold: u32,
	/// Dealings in blocks.
	pub dealings: u32,
	/// From the first block with a dealing to the last one.
	pub deal_blocks: u32,
	/// The same.
	pub deal_seconds: f64,
	/// Most dealings in a block.
	pub busiest_block: u32,
	/// The part of that block's reference time for ordinary transactions that these were charged.
	pub ref_share: f64,
	/// The part of its proof size.
	pub proof_share: f64,
	/// The part of its length that its bytes are.
	pub length_share: f64,
	/// What kept more from being in that block: `ref time`, `proof size`, `length`, or `demand`: there were no more.
	pub bound: String,
	/// From the first submission to the last acceptance.
	pub accept_blocks: u32,
	/// The same.
	pub accept_seconds: f64,
	/// From the last acceptance to the last draw.
	pub draw_blocks: u32,
	/// The same.
	pub draw_seconds: f64,
	/// From collecting closed to the freeze, which comes early where all members attest.
	pub verify_blocks: f64,
	/// The same.
	pub verify_seconds: f64,
	/// From the freeze to committing closed.
	pub commit_blocks: f64,
	/// The same.
	pub commit_seconds: f64,
	/// From committing closed to the result.
	pub reveal_blocks: f64,
	/// The same.
	pub reveal_seconds: f64,
	/// From collecting closed to the result.
	pub result_blocks: f64,
	/// The same.
	pub result_seconds: f64,
	/// The same, of the slowest task.
	pub result_blocks_max: u32,
	/// From the result to the settlement.
	pub settle_blocks: f64,
	/// The same.
	pub settle_seconds: f64,
	/// From the first submission to the last result.
	pub whole_blocks: u32,
	/// The same.
	pub whole_seconds: f64,
	/// Bytes of a dealing, the median.
	pub bytes: u64,
	/// Fee of a dealing, the median.
	pub fee: f64,
	/// State that the task took when collecting closed; of runs with one task.
	pub state_open: Option<i64>,
	/// State that it took after settlement; of runs with one task.
	pub state_left: Option<i64>,
	/// Processor, cores and memory that it was measured on.
	pub machine: String,
	/// Compiler and crates that it was measured with.
	pub versions: String,
}
