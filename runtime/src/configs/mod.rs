//! The pallets' configuration: [`system`] wires what comes with polkadot-sdk, [`collation`] what makes the runtime a
//! parachain's, [`governance`] who governs the chain, [`prices`] what Root can change without an upgrade, [`ostraka`] our own,
//! and [`next`] what is otherwise in the runtime that a test upgrades to.

pub mod collation;
pub mod governance;
pub mod next;
pub mod ostraka;
pub mod prices;
pub mod system;
