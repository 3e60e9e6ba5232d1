//! Statistics as a pair of pure functions around a sum.
//!
//! A dealer [`encode`]s its own rows into one short vector of field elements (sufficient statistics), the
//! committee adds the dealers' vectors, and whoever reads the sum [`finalize`]s it into a typed
//! [`Outcome`]. [`plaintext`] computes the same statistic over pooled rows by another, direct algorithm: the
//! two outcomes are equal, number for number. No floats, no I/O: cells arrive as fixed-point integers.
//!
//! # Terms
//! - *row*: the fixed-point values of [`TaskSpec::all_columns`] (columns, then target, then weight), `None`
//!   where a cell is missing, and the text of its group column.
//! - *unit* of a column: `10^-decimals`. Values, ranges and edges count units; an [`Outcome`] holds numbers in
//!   the data's own scale.
//! - *cell*: the rows of one group; without a group-by all used rows are the one cell. The floor against
//!   small cells counts a dealer's own rows of a cell. That weights, products and bins select rows as groups do is not seen
//!   here: `ostraka-party` holds a floor against the whole vector.
//! - `n`: rows used; `k`: regressors with the intercept; `cap`: dealers times [`TaskSpec::max_rows`].
//!
//! # Vector
//! One vector a group, one after the other in the order of the groups; its entries are
//!
//! | statistic | entries |
//! |---|---|
//! | count | n |
//! | sum, mean | n, Σx |
//! | weighted mean | Σw, Σwx |
//! | variance, std | n, Σx, Σx² |
//! | covariance, correlation | n, Σx, Σy, Σx², Σxy, Σy² |
//! | regression | upper triangle, row by row, of Σzzᵀ with z = (1, x_1, .., x_d); Σzy; Σy² |
//! | histogram, quantiles, median | with edges e_0 < .. < e_m: x < e_0; e_{i-1} <= x < e_i for each i; x >= e_m |
//! | vector mean | Σw, Σwx_1, .., Σwx_d |
//! | contributors | 1 if the dealer has rows enough in the group, else 0 |
//!
//! # Invariants
//! - A row is used whole or skipped whole: one missing value skips it.
//! - Sums are integers below 2^172 in magnitude (see `MAX_BOUND`), so a field element, lifted to the centred
//!   residue, is the integer sum.
//! - [`finalize`] never panics, whatever vector and spec it is given; what no rows within the declared
//!   ranges can give is [`Inconsistency`], of a group or of all, as far as cheap necessary conditions tell.
//! - *Undefined* is not *inconsistent*: rows on which a statistic is not defined (one row has no variance) are rows as
//!   any, and so is their sum. It is an outcome without numbers, with groups as without.
//!
//! [`TaskSpec::all_columns`]: ostraka_primitives::spec::TaskSpec::all_columns
//! [`TaskSpec::max_rows`]: ostraka_primitives::spec::TaskSpec::max_rows

mod cell;
mod checks;
mod encode;
mod error;
mod finalize;
mod number;
mod outcome;
mod plaintext;
mod quantile;
mod regression;
mod rows;
mod sums;
pub mod validity;

#[cfg(test)]
mod tests;

pub use encode::{encode, Encoded, Encoder};
pub use error::{EncodeError, FinalizeError, Inconsistency, PlaintextError};
pub use finalize::finalize;
pub use number::{Digits, Number};
pub use outcome::{Bins, Bounds, Cell, Named, Outcome, Quantile, Summary, Value};
pub use plaintext::{plaintext, plaintext_contributors};
pub use rows::{Cells, Row, Rows};
pub use sums::{named_sums, Sum};
pub use validity::{proof_length, proves_determinant, relation, Unprovable};
