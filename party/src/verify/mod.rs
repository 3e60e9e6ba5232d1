//! Checking a published result again, from chain data alone.
//!
//! What is trusted: the record of the task and its result in the chain's state. What is not: that the runtime did its
//! sums right. Read are block bodies (the dealings, accusations and result shares as they were sent); checked is
//!
//! 1. that the published vector opens the published commitment, `Σ X_l G_l + γ_0 H == C^A_0`;
//! 2. that every dealing's proof holds, that the dealings that count hash to `h_A` and add up to `C^A_0`, and that each
//!    other one that the chain took was convicted;
//! 3. that the sum of the commitments is in the group, and `t + 1` revealed result shares fit it and give the published
//!    vector. The commitments that are summed need not be in the group one by one: only the sum is multiplied;
//! 4. that the task hash covers what the record says, as far as the committee is known;
//! 5. that the vector is one that data can give, and what it says. A statistic may be undefined on the data: that is a
//!    right result without numbers. A vector, or a group of it, that no data can give is not right, whoever dealt it.
//!
//! What looks like a message may be anybody's: anyone can put any bytes into a block, as a remark or in a call that fails.
//! So nothing is believed for its place, and nothing is passed over for what came before it: every result share is tried
//! that may be a seat's, and every dealing whose proof names an invited dealer.
//!
//! - [`find`]: the protocol's messages in an extrinsic.
//! - [`gather`]: the messages of a task, from block bodies.
//! - [`check`]: the checks, on what was gathered, without a chain.
//! - [`meaning`]: what is said of the published vector beside its numbers.
//! - `search`: which of the proven dealings are the accepted ones.
//! - [`transcript`]: all of it as JSON (`docs/TRANSCRIPT.md`).

pub mod check;
pub mod find;
pub mod gather;
pub mod meaning;
mod search;
#[cfg(test)]
mod tests;
pub mod transcript;

pub use check::{Check, Evidence, Verification};
pub use meaning::{result_outcome, result_sums};
