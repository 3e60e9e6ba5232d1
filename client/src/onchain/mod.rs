//! What a party does by a chain: the functions of `ostraka-party`, fed from a node.
//!
//! - [`accept`]: accepts what a task asks, with a deposit.
//! - [`bins`]: looks up the same of histograms that come to a group-by.
//! - [`challenge`]: finds dealings whose proof does not hold, and challenges them.
//! - [`consent`]: looks up what the chain holds a data set to.
//! - [`convictions`]: reads who was convicted over a task's dealings.
//! - [`deal`]: waits for a draw, deals, waits until that is final.
//! - [`earlier`]: looks up what a requester asked before.
//! - [`groups`]: looks up who contributes to which groups.
//! - [`gather`]: reads the messages of a task from block bodies, for a check of its result.
//! - [`mask`]: deals a recipient's mask.
//! - [`recorded`]: tells the dealings that the state has from whatever else is in a body.
//! - [`tasks`]: publishes tasks.

pub mod accept;
pub mod bins;
pub mod challenge;
pub mod consent;
pub mod convictions;
pub mod deal;
pub mod earlier;
pub mod gather;
pub mod groups;
pub mod mask;
pub mod recorded;
pub mod tasks;
