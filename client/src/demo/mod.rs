//! A demonstration on a chain: institutions' rows to verified results, many tasks at a time.
//!
//! - [`node`]: a development chain of its own.
//! - [`cast`]: the institutions' accounts and their money.
//! - [`chronicle`]: what happens to the tasks, block by block, from the chain's events.
//! - [`stage`]: tasks submitted, dealt to and followed to their settlement.

pub mod cast;
pub mod chronicle;
pub mod node;
pub mod stage;
