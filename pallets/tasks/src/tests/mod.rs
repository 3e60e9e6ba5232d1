//! Tests of the task book among fake neighbours.

mod lifecycle;
mod parameters;
mod polling;
mod property;
mod settlement;
mod submission;
