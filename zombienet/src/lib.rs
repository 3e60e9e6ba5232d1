//! Ostraka on many machines: a relay chain of two validators, two collators, five compute nodes and two verifiers, each a
//! process of its own with its own keystore. What the tests in `tests/` attack and break.
//!
//! | module | for |
//! |---|---|
//! | [`files`] | what was built, and the folder of one run |
//! | [`relay`] | the relay chain and the collators, by zombienet-sdk |
//! | [`proxy`] | what stands between a collator and the relay chain, and leaves the seed of draws out of a proof |
//! | [`process`] | full nodes as an operator runs them: started, killed, paused, with another database |
//! | [`network`] | all of it together, registered and ready |
//! | [`usage`] | processor time and memory of all processes |
//!
//! # What to rely on
//! - RPC servers listen on the loopback interface only, and no process outlives its [`network::Network`].
//! - A run that fails keeps its folder, with every log, and says where it is.

pub mod files;
pub mod network;
pub mod process;
pub mod proxy;
pub mod relay;
pub mod usage;
