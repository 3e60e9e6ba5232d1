//! Tasks and nodes of a chain for people and for programs. No chain: what it says comes as values.
//!
//! - [`attested`]: who has attested, in words.
//! - [`capture`]: how likely committee and panel are captured, and at what price.
//! - [`command`]: as the command that publishes it again.
//! - [`lines`]: as lines of name and value, and the words that go with them.
//! - [`pending`]: slashes that Root can still cancel.
//! - [`records`]: as JSON.
//! - [`terms`]: what a dealer is asked to accept.

pub mod attested;
pub mod capture;
pub mod command;
pub mod lines;
pub mod pending;
pub mod records;
pub mod terms;
