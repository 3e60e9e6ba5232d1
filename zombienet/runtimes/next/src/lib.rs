//! The node's runtime, one version on.

#![no_std]

pub use ostraka_runtime::*;
