//! The floor of a vector: what a dealer's numbers may not single out.
//!
//! All of the aggregate vector is published, and whoever chooses the statistic chooses what it adds up. A weight that is 1 for
//! one person, the product with a column of 0 and 1, a bin around one value, a column that has one value at each dealer:
//! each selects rows, or a dealer, as a group does. So the floor that a dealer has for its groups holds for its vector. It
//! is looked at from the spec and the dealer's own rows alone.
//!
//! # Rules
//! With a floor of `f` rows, in each cell (a group, or all rows without groups) that has at least `f`:
//! - *Support*: an entry that is a sum of values, weights or products has at least `f` rows in which its term is not zero,
//!   or none. Of weighted statistics so many rows have a weight above zero.
//! - *Few values*: a column with at most `k + 1` distinct values has at least `f` rows with each, where `k` is the number of
//!   terms of the statistic: so many values can be told apart by its sums, whatever they are (5 and 6 like 0 and 1).
//! - *Constant*: no column has one value in all rows, unless the dealer allows that one. Such a column can tell the dealer
//!   from the others.
//! - *Bins*: a bin has at least `f` rows, or none.
//!
//! A cell with fewer rows than `f`, and more than none, is refused by the encoder itself. A floor of 0 or 1 lets every row be
//! singled out, and nothing is looked at. Of a count only the rows are counted; of contributors the floor decides whether a
//! dealer counts.
//!
//! What the floor does not stop, as it looks at one task alone, is in `docs/THREAT_MODEL.md`: differences between tasks.

mod entries;
mod finding;
mod tally;
mod values;

#[cfg(test)]
mod tests;

pub(crate) use entries::{has_bins, MOST_BINS};
pub use finding::{Finding, What};
#[cfg(feature = "std")]
pub(crate) use tally::bin_of;
pub use tally::{Rules, Tally};
