//! The node's runtime, one version on: with a lower threshold and longer windows for tasks submitted from then on.

#![no_std]

pub use ostraka_runtime::*;
