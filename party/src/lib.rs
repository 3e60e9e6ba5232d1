//! What a party of a task computes by itself: it reads rows, plans a task, makes a dealing, checks a result. No chain, no
//! terminal: who stands on it brings what a chain says, and sends what comes out.
//!
//! | module | for |
//! |---|---|
//! | [`data`] | data files (CSV, Parquet, Excel) to fixed-point rows, split among dealers |
//! | [`request`] | task specifications from what a requester asks for |
//! | [`title`], [`class`], [`words`] | names of tasks and classes, plurals |
//! | [`plan`], [`inputs`] | what is computed over a file, the dealers' vectors, the pooled rows |
//! | [`groups`] | groups with enough dealers |
//! | [`dealing`] | from a task's record to what a dealer deals under; a dealing |
//! | [`verify`] | checking a published result again |
//! | [`simulate`] | the protocol in one process |
//! | [`report`], [`json`], [`lines`] | results beside those of the pooled rows, as JSON and as lines |
//! | [`escape`] | text of others, made safe to print |
//!
//! Without the feature `std` the crate needs `alloc` only, and leaves out what reads files or starts threads: [`data`],
//! [`inputs`], [`plan`], [`simulate`] and [`request::build`].

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

extern crate alloc;

pub mod class;
#[cfg(feature = "std")]
pub mod data;
pub mod dealing;
mod error;
pub mod escape;
#[cfg(test)]
mod fixtures;
pub mod groups;
#[cfg(feature = "std")]
pub mod inputs;
pub mod json;
pub mod lines;
#[cfg(feature = "std")]
pub mod plan;
pub mod report;
pub mod request;
#[cfg(feature = "std")]
pub mod simulate;
pub mod title;
pub mod verify;
pub mod words;

pub use error::{Advice, Error};

use alloc::string::String;
use ostraka_primitives::AccountId;
use sp_core::crypto::Ss58Codec;

/// An account's address.
pub fn address(account: &AccountId) -> String {
	account.to_ss58check()
}
