//! The whole protocol in one process, without a chain: dealers, a committee, a panel and an adjudicator that do with each
//! other what they do over a chain, with the same functions of `ostraka-protocol`. Faults can be played.

pub(crate) mod cheats;
pub mod faults;
mod task;
#[cfg(test)]
mod tests;

pub use task::{play, Cast, Failure, Played};
