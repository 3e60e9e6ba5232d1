//! What an operator watches, and whoever asks for statistics or deals to them, in the text that Prometheus reads. Pure: what was
//! read of a chain comes as values, and goes as a registry of metrics.
//!
//! - [`reading`]: what was read as of one block, and what of a seat's duties is due, done or missed.
//! - [`account`]: what was read of an account that asks or deals, and what waits for it.
//! - [`seen`]: what happened in final blocks since the start.
//! - [`registry`]: both as metrics.
//!
//! # Invariants
//! - Each label has a bounded set of values at a time: operators are at most [`reading::MOST_OPERATORS`], seats with a series
//!   of their own at most [`reading::MOST_SEATS`], accounts at most [`account::MOST_ACCOUNTS`], data sets of each at most
//!   [`account::MOST_DATASETS`]; all else is a fixed list of words.
//! - Every family is there from the start, with or without a value, so that a rule can be held against the registry.

pub mod account;
#[cfg(test)]
mod alerts;
pub mod reading;
pub mod registry;
pub mod seen;
