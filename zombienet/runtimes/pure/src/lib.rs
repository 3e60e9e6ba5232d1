//! The runtime that imports no group operation: for a relay chain whose validators lack these.

#![no_std]

pub use ostraka_runtime::*;
