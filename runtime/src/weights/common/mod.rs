//! Weights without group operations, the same with and without host calls: of the SDK's pallets, of `pallet-consent`
//! and of `pallet-network`, measured with this runtime. Written by `scripts/weights.sh`.

pub mod cumulus_pallet_parachain_system;
pub mod cumulus_pallet_weight_reclaim;
pub mod frame_system;
pub mod frame_system_extensions;
pub mod pallet_balances;
pub mod pallet_collator_selection;
pub mod pallet_consent;
pub mod pallet_message_queue;
pub mod pallet_multisig;
pub mod pallet_network;
pub mod pallet_parameters;
pub mod pallet_proxy;
pub mod pallet_session;
pub mod pallet_sudo;
pub mod pallet_timestamp;
pub mod pallet_transaction_payment;
pub mod pallet_tx_pause;
pub mod pallet_utility;
