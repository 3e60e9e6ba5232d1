//! Ostraka's client: the library behind the `ostraka` command line tool. What a party computes by itself is in
//! `ostraka-party`; here are the terminal and the chain.
//!
//! | module | for |
//! |---|---|
//! | [`chain`] | a node's RPC: calls, storage, runtime API, blocks |
//! | [`onchain`] | what a party does by a chain: accepts, deals, looks up groups, gathers a task's messages, challenges |
//! | [`testbed`] | honest company for tests, measurements and `demo`: a development chain, accounts, dealers |
//! | [`demo`] | institutions and their tasks, for a demonstration |
//! | [`cli`], [`commands`] | flags and commands |
//! | [`metrics`] | what an operator watches, as Prometheus reads it |
//! | [`view`], [`report`], [`output`] | tasks, nodes and results as lines, tables and JSON; progress |
//!
//! The client never links the runtime: it knows the chain by the SCALE types of `ostraka-primitives` and holds
//! these against the metadata of the node it talks to.

#![deny(missing_docs)]

pub mod chain;
pub mod cli;
pub mod commands;
pub mod demo;
pub mod error;
#[cfg(test)]
mod fixtures;
pub mod metrics;
pub mod onchain;
pub mod output;
pub mod report;
pub mod testbed;
mod view;

pub use error::Error;
pub use ostraka_party::{
	class, data, dealing, groups, inputs, json, lines, plan, request, simulate, title, verify,
	words,
};
