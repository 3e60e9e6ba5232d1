//! What a party of a task computes by itself: it reads rows, plans a task, makes a dealing, checks a result. No chain, no
//! terminal: who stands on it brings what a chain says, and sends what comes out.
//!
//! | module | for |
//! |---|---|
//! | [`data`] | data files (CSV, Parquet, Excel) to fixed-point rows, split among dealers |
//! | [`request`] | task specifications from what a requester asks for |
//! | [`title`], [`class`], [`words`] | names of tasks and classes, plurals |
//! | [`floor`] | what a dealer's vector may not single out |
//! | [`policy`] | what a dealer's rows may be asked, written down beforehand; what it says of a task |
//! | [`audit`] | the log of what a dealer did |
//! | [`plan`], [`inputs`] | what is computed over a file, the dealers' vectors, the pooled rows |
//! | [`groups`] | groups with enough dealers |
//! | [`dealing`] | what a dealer accepts and deals under, checked against the task's record; a dealing |
//! | [`mask`] | the mask of a sealed result: its seed, its opening, the result without it |
//! | [`due`] | what a task wants of a dealer next |
//! | [`verify`] | checking a published result again, from a chain or a transcript |
//! | [`attestation`] | what the verification nodes said of a task, in words |
//! | [`simulate`] | the protocol in one process |
//! | [`report`], [`json`], [`lines`] | results beside those of the pooled rows, as JSON and as lines |
//! | [`escape`] | text of others, made safe to print |
//!
//! From rows to a result: every dealer encodes its own rows, the committee adds the vectors up as secret shares (here they
//! are added in the clear), and the sum says what all rows together say.
//!
//! ```
//! # fn main() -> Result<(), ostraka_party::Error> {
//! use ostraka_party::{
//!     data::{Book, Table},
//!     inputs::{own, Encoding},
//!     lines::lines,
//!     request::{build, RangeArg, StatisticRequest},
//! };
//! use ostraka_primitives::spec::Statistic;
//! use ostraka_protocol::statistics::finalize;
//!
//! let files = [b"age\n31\n45\n40\n", b"age\n52\n28\n50\n", b"age\n60\n39\n42\n"];
//! let tables =
//!     files.map(|file| Table::parse("ages.csv", file)).into_iter().collect::<Result<Vec<_>, _>>()?;
//!
//! // the requester: a column's range is public, its decimals come from a sample, here the first table
//! let request = StatisticRequest {
//!     statistic: Some(Statistic::Mean),
//!     columns: vec!["age".to_owned()],
//!     ranges: vec![RangeArg { column: "age".to_owned(), min: "0".to_owned(), max: "120".to_owned() }],
//!     max_rows: 100,
//!     ..Default::default()
//! };
//! let spec = build(&request, Some(&tables[0]), false)?;
//!
//! // the dealers
//! let encoding = Encoding { min_cell: 2, ..Default::default() };
//! let mut sum = vec![ostraka_crypto::Scalar::from(0u8); spec.length() as usize];
//! for table in &tables {
//!     let own = own(&Book::of_all(table, "a hospital"), table, &spec, &encoding)?;
//!     sum.iter_mut().zip(own.vector.iter()).for_each(|(sum, entry)| *sum += *entry);
//! }
//!
//! // everybody, from the sum that the chain publishes
//! let outcome = finalize(&spec, &sum, 3)?;
//! let mean = ("mean".to_owned(), "43".to_owned());
//! assert!(lines(&outcome.to_named()).contains(&mean));
//! # Ok(())
//! # }
//! ```
//!
//! Without the feature `std` the crate needs `alloc` only, and leaves out what reads files or starts threads: [`audit`],
//! [`data`], [`inputs`], [`plan`], [`policy`], [`simulate`], [`request::build`] and the files of [`mask`].

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

extern crate alloc;

mod account;
mod advice;
pub mod attestation;
#[cfg(feature = "std")]
pub mod audit;
pub mod class;
#[cfg(feature = "std")]
pub mod data;
pub mod dealing;
pub mod due;
mod error;
pub mod escape;
pub mod fault;
#[cfg(test)]
mod fixtures;
pub mod floor;
pub mod groups;
#[cfg(feature = "std")]
pub mod inputs;
pub mod json;
pub mod lines;
pub mod mask;
#[cfg(feature = "std")]
mod places;
#[cfg(feature = "std")]
pub mod plan;
#[cfg(feature = "std")]
pub mod policy;
pub mod report;
pub mod request;
#[cfg(feature = "std")]
pub mod simulate;
mod spec;
pub mod title;
pub mod validity;
pub mod verify;
pub mod words;

pub use account::address;
pub use advice::Advice;
pub use error::Error;
