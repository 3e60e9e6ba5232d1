//! The pallets' configuration: [`system`] wires what comes with polkadot-sdk, [`collation`] what makes the runtime a
//! parachain's, [`governance`] who governs the chain, [`ostraka`] our own.

pub mod collation;
pub mod governance;
pub mod ostraka;
pub mod system;
