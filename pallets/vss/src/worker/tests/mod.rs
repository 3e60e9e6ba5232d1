//! Tests of the worker on the real pallet, by subject.

mod accusing;
mod answering;
mod forks;
mod keeping;
mod keys;
mod mock;
mod node;
