//! Runs parachains' validation code for the validator, in a process of its own.

polkadot_node_core_pvf_common::decl_worker_main!(
	"execute-worker",
	polkadot_node_core_pvf_execute_worker::worker_entrypoint,
	polkadot_node_primitives::NODE_VERSION,
	"unknown",
);
