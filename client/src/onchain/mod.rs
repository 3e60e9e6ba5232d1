//! What a party does by a chain: the functions of `ostraka-party`, fed from a node.
//!
//! - [`accept`]: accepts what a task asks, with a deposit.
//! - [`bins`]: looks up the same of histograms that come to a group-by.
//! - [`deal`]: waits for a draw, deals, waits until that is final.
//! - [`earlier`]: looks up what a requester asked before.
//! - [`groups`]: looks up who contributes to which groups.
//! - [`gather`]: reads the messages of a task from block bodies, for a check of its result.
//! - [`tasks`]: publishes tasks.

pub mod accept;
pub mod bins;
pub mod deal;
pub mod earlier;
pub mod gather;
pub mod groups;
pub mod tasks;
