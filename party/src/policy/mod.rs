//! A dealer's policy: what its rows may be asked, written down before it sees a task.
//!
//! A requester is trusted for nothing and chooses the task. So that what a dealer does follows from no cell of its rows, it
//! says beforehand what its columns can hold, how many rows there may be, and who may ask what. Then
//!
//! - whether it deals follows from the policy, the task and the chain ([`Policy::says`]);
//! - what its file holds is made to fit what it has declared: values outside are clipped or skipped, cells that are no
//!   numbers count as missing, rows beyond the most are left out in an order that a secret decides, small cells are left
//!   out; and where nothing is left it deals zeros ([`Dataset::prepare`]).
//!
//! Limits are the policy's, never the task's: a task's range must contain them, and its cap must reach them, so every task
//! over one file sees the same rows and values. A requester that moves a range or a cap from task to task learns where the
//! policy ends, and nothing of the rows.
//!
//! What of it concerns dealers and not rows a chain can hold to as well ([`Policy::on_chain`]), by the data set's tag
//! ([`Dataset::tag`]).
//!
//! | file | for |
//! |---|---|
//! | `model` | the file's form |
//! | `file` | reading it: where it is, and that nobody else can write it |
//! | `says` | what it says of a task, line by line |
//! | `prepare` | a vector under it |
//! | `propose` | a first one, from a sample |

mod error;
mod file;
mod model;
mod prepare;
mod propose;
mod says;

#[cfg(test)]
mod tests;

pub use error::PolicyError;
pub use file::usual_place;
pub use model::{Allow, ColumnRule, Dataset, Numbers, Policy};
pub use propose::propose;
pub use says::{is_allowed, refusal, Line, Question, Says};
