//! Tasks and nodes of a chain for people and for programs. No chain: what it says comes as values.
//!
//! - [`lines`]: as lines of name and value, and the words that go with them.
//! - [`records`]: as JSON.

pub mod lines;
pub mod records;
