//! What a party does by a chain: the functions of `ostraka-party`, fed from a node.
//!
//! - [`deal`]: waits for a draw, deals, waits until that is final.
//! - [`groups`]: looks up who contributes to which groups.
//! - [`gather`]: reads the messages of a task from block bodies, for a check of its result.
//! - [`tasks`]: publishes tasks.

pub mod deal;
pub mod gather;
pub mod groups;
pub mod tasks;
