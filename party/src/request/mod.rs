//! Task specifications: built from flags and, where these leave something open, from a data file.
//!
//! Decimals and ranges that no flag gives are inferred from the file ([`crate::data::infer`]). A spec is public: it
//! says which columns are used and in which ranges their values lie, never a value.

#[cfg(feature = "std")]
mod bins;
#[cfg(feature = "std")]
mod build;
#[cfg(feature = "std")]
mod columns;
#[cfg(feature = "std")]
pub mod names;
#[cfg(feature = "std")]
mod problem;
#[cfg(feature = "std")]
pub mod rounds;
mod statistic;
#[cfg(feature = "std")]
pub mod task_file;

#[cfg(feature = "std")]
pub use build::{build, contributors_first};
#[cfg(feature = "std")]
pub use problem::SpecProblem;
pub use statistic::{DecimalsArg, RangeArg, StatisticName, StatisticRequest};

pub use crate::spec::{is_text, label, shown, text, written};
