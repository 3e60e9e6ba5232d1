//! Honest company for tests, measurements and demonstrations: a development chain, accounts with money, and dealers
//! with rows. Nothing here cheats (`ostraka-adversary` does), and no commands but `demo` and `dev` use it.
//!
//! - [`node`]: a development chain of its own, on a free port.
//! - [`process`], [`flags`], [`guard`]: the node of one, our own or the stock omni node, readied, started and ended.
//! - [`chain_spec`], [`workers`]: what that node finds: its chain's specification, and the chain's own nodes' keys.
//! - [`accounts`]: accounts under a path, and money for them.
//! - [`survey`]: a statistic over rows that are split among dealers, published, accepted and dealt to.

pub mod accounts;
pub mod chain_spec;
pub mod flags;
pub mod guard;
pub mod node;
pub mod process;
pub mod survey;
pub mod workers;
