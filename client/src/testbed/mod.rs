//! Honest company for tests, measurements and demonstrations: a development chain, accounts with money, and dealers
//! with rows. Nothing here cheats (`ostraka-adversary` does), and no command but `demo` uses it.
//!
//! - [`node`]: a development chain of its own, on a free port.
//! - [`accounts`]: accounts under a path, and money for them.
//! - [`survey`]: a statistic over rows that are split among dealers, published, accepted and dealt to.

pub mod accounts;
pub mod node;
pub mod survey;
