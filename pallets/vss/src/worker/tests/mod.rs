//! Tests of the worker on the real pallet, by subject.

mod accusing;
mod answering;
mod attesting;
mod challenging;
mod decide;
mod forks;
mod keeping;
mod keys;
mod looking;
mod masking;
mod mock;
mod node;
mod panel;
mod panel_work;
mod proving;
mod sweeping;
