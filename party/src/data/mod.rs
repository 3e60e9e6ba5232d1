//! Data files: from their bytes to the fixed-point rows that a statistic takes.
//!
//! - `source`: where the bytes come from, and what they are; gzip, UTF-16, byte order marks.
//! - `delimited`, `sheet`, `columnar`: the rows of delimited text, of a workbook, of a Parquet file; `separator`: what
//!   separates the cells of a text; `content`: which of them a file is, and its rows, whatever it is.
//! - [`table`]: a file as rows of text with their places, read as often as is needed and never held as a whole.
//! - [`decimal`], [`markers`]: text to fixed-point integers, exactly; texts that stand for a missing number.
//! - [`infer`]: decimals and ranges that a file's values need.
//! - [`rows`]: whose rows are whose; the rows of a task, checked against its declared ranges, or made to fit a policy's;
//!   `sample`: which of them, where there are more than may be.
//!
//! Every error names file, line and column, and says what to do ([`DataError`]). Nothing is sent before the whole file has
//! been checked. Rows and cells lie in memory that is wiped.

#[cfg(feature = "parquet")]
mod columnar;
#[cfg(not(feature = "parquet"))]
#[path = "columnar_absent.rs"]
mod columnar;
mod content;
pub mod decimal;
mod delimited;
mod error;
mod float;
pub mod infer;
pub mod markers;
mod record;
pub mod rows;
mod sample;
mod separator;
#[cfg(feature = "excel")]
mod sheet;
#[cfg(not(feature = "excel"))]
#[path = "sheet_absent.rs"]
mod sheet;
mod source;
pub mod table;

pub use content::Reading;
pub use error::{Advice, DataError};
pub use record::{Place, Record};
pub use rows::{Book, Cells, Dealer, Fits, Limits};
pub use sample::Seed;
pub use source::STDIN;
pub use table::{Cell, Table};
