//! Rococo, whose epochs are short with the feature `fast-runtime`.

#![no_std]

pub use rococo_runtime::*;
