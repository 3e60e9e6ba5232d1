//! A demonstration on a chain: institutions' rows to verified results, many tasks at a time.
//!
//! - [`cast`]: the institutions' accounts and their money.
//! - [`chronicle`]: what happens to the tasks, block by block, from the chain's events.
//! - [`tasks`]: tasks submitted, accepted, dealt to and followed to their settlement.

pub mod cast;
pub mod chronicle;
pub mod tasks;
