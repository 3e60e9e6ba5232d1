//! Checking a published result again, from chain data alone.
//!
//! What is trusted: the record of the task and its result in the chain's state. What is not: that the runtime did its
//! sums right, or that somebody challenged what it should have. Read are block bodies (the dealings, accusations and result
//! shares as they were sent); checked is
//!
//! 1. that the published vector opens the published commitment, `Σ X_l G_l + γ_0 H == C^A_0`;
//! 2. that the proof of `ρ` of every dealing holds: nobody took it over from another account. That its account sent it the chain
//!    has seen, and says in `h_A`. Besides, that the dealings that count hash to `h_A` and add up to `C^A_0`,
//!    and that each other one that the chain took convicts its dealer: by an accusation, or by itself. Where that cannot be told,
//!    the result is not right for it ([`Verdict::Unexplained`]);
//! 3. that every dealing that counts proves its input valid. The chain hashes these proofs, and judges one that is challenged:
//!    so a dealing can count whose proof does not hold, and the result is arithmetically right all the same
//!    ([`Verdict::Unproven`]);
//! 4. that the sum of the commitments is in the group, and `t + 1` revealed result shares fit it and give the published
//!    vector. The commitments that are summed need not be in the group one by one: only the sum is multiplied;
//! 5. that the task hash covers what the record says, as far as committee and panel are known, that the dealings that count are
//!    those that the task's conditions promise, and that what the result says of
//!    its panel can be: no more attested than have a seat, and no more dealings are called disproven than are wrong. Of a file
//!    without its committee nothing ties the record ([`Verdict::Unpinned`]);
//! 6. that the vector is one that data can give, and what it says. A statistic may be undefined on the data: that is a
//!    right result without numbers. A vector, or a group of it, that no data can give is not right, whoever dealt it
//!    ([`Verdict::Impossible`], if all else is).
//!
//! A result that is sealed to a recipient has that one's mask in it: a dealing without a proof, which counts in the sums and in
//! `h_A`, and not among the dealers. All but the last check is made of it as of any other. What it says can be told with an opening
//! of the mask, which is held against the mask's `C_0`; without one the result is [`Verdict::Sealed`].
//!
//! What looks like a message may be anybody's: anyone can put any bytes into a block, as a remark or in a call that fails.
//! So nothing is believed for its place, and nothing is passed over for what came before it: every result share is tried
//! that may be a seat's, and every dealing whose proof of `ρ` names an invited dealer.
//!
//! - [`find`]: the protocol's messages in an extrinsic.
//! - [`gather`]: the messages of a task, from block bodies.
//! - [`evidence`]: what was gathered.
//! - [`check`]: the checks, on what was gathered, without a chain.
//! - `accepted`: the accepted set, and whom it leaves out.
//! - `guilt`: which dealings convict their dealers.
//! - `fitting`: which result shares are right.
//! - [`verdict`]: what the checks come to.
//! - [`meaning`]: what is said of the published vector beside its numbers.
//! - `search`: which of the dealings are the accepted ones.
//! - [`transcript`]: all of it as JSON (`docs/TRANSCRIPT.md`).
//! - [`read`]: a transcript read back, as evidence.
//! - `unique`: JSON in which no name stands twice.
//! - [`file`]: the same checks on a transcript's bytes, without a chain: [`check_file`] is what `ostraka verify FILE` calls.

mod accepted;
pub mod check;
pub mod evidence;
pub mod file;
pub mod find;
mod fitting;
pub mod gather;
mod guilt;
pub mod meaning;
pub mod read;
mod search;
#[cfg(test)]
mod tests;
pub mod transcript;
mod unique;
pub mod verdict;

pub use evidence::Evidence;
pub use file::{check_file, check_opened, CheckedFile};
pub use meaning::{result_outcome, result_sums};
pub use verdict::{Check, Excluded, Verdict, Verification};
