//! Measures the runtime's calls and writes their weights: `scripts/weights.sh` calls this.
//!
//! A bin of its own because the node's `benchmark pallet` lacks the elliptic curve host calls, which the
//! runtime imports.

use clap::Parser;
use cumulus_primitives_proof_size_hostfunction::storage_proof_size;
use frame_benchmarking_cli::PalletCmd;
use sp_crypto_ec_utils::HostFunctionsRfc163;
use sp_runtime::traits::BlakeTwo256;

type HostFunctions = (HostFunctionsRfc163, storage_proof_size::HostFunctions);

fn main() -> sc_cli::Result<()> {
	sc_cli::LoggerBuilder::new("warn,frame=info").init()?;
	PalletCmd::parse().run_with_spec::<BlakeTwo256, HostFunctions>(None)
}
