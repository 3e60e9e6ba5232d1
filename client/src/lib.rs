//! Ostraka's client: the library behind the `ostraka` command line tool.
//!
//! | module | for |
//! |---|---|
//! | [`data`] | CSV files to fixed-point rows, split among dealers |
//! | [`spec`] | task specifications from flags and files |
//! | [`plan`], [`run`] | what a demo or a simulation computes, the dealers' vectors, the pooled rows |
//! | [`simulate`] | the protocol in one process, without a chain |
//! | [`chain`] | a node's RPC: calls, storage, runtime API, blocks |
//! | [`dealing`], [`groups`] | dealing to a task; groups with enough dealers |
//! | [`verify`] | checking a published result again |
//! | [`demo`] | institutions, tasks and a chain for a demonstration |
//! | [`commands`] | the commands |
//! | [`report`], [`output`] | results as JSON and tables, progress |
//!
//! The client never links the runtime: it knows the chain by the SCALE types of `ostraka-primitives` and holds
//! these against the metadata of the node it talks to.

#![deny(missing_docs)]

pub mod chain;
pub mod class;
pub mod cli;
pub mod commands;
pub mod data;
pub mod dealing;
pub mod demo;
pub mod error;
#[cfg(test)]
mod fixtures;
pub mod groups;
pub mod output;
pub mod parallel;
pub mod plan;
pub mod report;
pub mod run;
pub mod simulate;
pub mod spec;
pub mod verify;
mod words;

pub use error::Error;
