//! Data files: from CSV text to the fixed-point rows that a statistic takes.
//!
//! - [`decimal`]: text to fixed-point integers, exactly.
//! - [`table`]: the file as text, every row with its line.
//! - [`infer`]: decimals and ranges that a file's values need.
//! - [`rows`]: the rows of a task, checked against its declared ranges, split among dealers.
//!
//! Every error names file, line and column, and says what to do ([`DataError`]). Nothing is sent, or even encoded,
//! before the whole file has been checked.

pub mod decimal;
mod error;
pub mod infer;
pub mod rows;
pub mod table;

pub use error::DataError;
pub use rows::{Book, Dealer, Share};
pub use table::Table;
