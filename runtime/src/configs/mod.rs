//! The pallets' configuration: [`system`] wires what comes with polkadot-sdk, [`collation`] what makes the runtime a
//! parachain's, [`ostraka`] our own.

pub mod collation;
pub mod ostraka;
pub mod system;
