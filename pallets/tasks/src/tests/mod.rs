//! Tests of the task book among fake neighbours.

mod attacks;
mod consent;
mod lifecycle;
mod parameters;
mod polling;
mod property;
mod settlement;
mod submission;
