//! An adversary against a running chain: it holds the key of a registered node or of an invited dealer, and speaks to
//! the chain directly. Production code has no switch for misbehaving; everything that cheats against a live chain is here.
//! Its honest company is `ostraka_client::testbed`.
//!
//! | module | for |
//! |---|---|
//! | [`transaction`] | workers' calls as transactions of their own, and what became of a transaction |
//! | [`cheats`] | dealings and evidence that the protocol's own functions refuse to make |
//! | [`accept`] | acceptances that the chain must refuse |
//! | [`forged`] | dealings that do not prove their input valid |
//! | [`deal`], [`copy`] | dealers that forge, and dealers that copy |
//! | [`seat`] | the key of a member or a verifier; a member's sealed shares from block bodies, its result share |
//! | [`attest`] | who attests without having looked, and attestations that the chain must refuse |
//! | [`answer`], [`accuse`] | members with wrong result shares and wrong accusations |
//! | [`challenge`] | challenges of dealings' proofs, by members, by verifiers and with a bond |
//! | [`garbage`] | transactions that no chain should do anything for |
//! | [`wait`] | a task's phases |
//! | [`scene`], [`scenarios`] | whole attacks, each with what the chain has to make of it: for tests on any chain |
//! | [`ledger`] | what every account should have gained or lost |
//! | [`soak`] | all of it for many minutes, on a chain of its own |
//! | [`cli`] | the command line |
//!
//! # What to rely on
//! An attack ends with what the chain did: included, or refused, with the runtime's own name for why. It is an error only
//! if it came to neither.

#![deny(missing_docs)]

pub mod accept;
pub mod accuse;
pub mod answer;
pub mod attest;
pub mod challenge;
pub mod cheats;
pub mod cli;
pub mod copy;
pub mod deal;
pub mod forged;
pub mod garbage;
pub mod ledger;
pub mod scenarios;
pub mod scene;
pub mod seat;
pub mod soak;
pub mod state;
pub mod transaction;
pub mod wait;
