#!/usr/bin/env bash
# Measures every call and writes runtime/src/weights/. Takes a while; run it after a change of what a call does, on a quiet
# machine.
#
#   scripts/weights.sh [PALLET ...]      default: all
#
# Pallets with group operations are measured twice, with the elliptic curve host calls (host_calls/) and in pure wasm
# (pure_wasm/). The others, polkadot-sdk's among them, do none: they are measured once (common/), with this runtime's accounts,
# hooks and fees.
#
# The genesis preset is there for its accounts only: the benchmarks put in place themselves what a production network can
# come to (runtime/src/benchmarks.rs): its classes, the largest with all the seats that root may give it, a full registry, a
# full agenda.
#
# STEPS and REPEAT (environment) set the benchmark's grid; the defaults are what the committed files were made with.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}" RAYON_NUM_THREADS=1
STEPS=${STEPS:-6} REPEAT=${REPEAT:-3}
WITH_CURVES=(pallet_registry pallet_tasks pallet_vss)
COMMON=(cumulus_pallet_parachain_system cumulus_pallet_weight_reclaim frame_system frame_system_extensions
	pallet_balances pallet_collator_selection pallet_consent pallet_message_queue pallet_multisig pallet_network pallet_proxy
	pallet_parameters pallet_session pallet_sudo pallet_timestamp pallet_transaction_payment pallet_tx_pause pallet_utility)
ASKED=" $* "

say() { printf '[weights] %s\n' "$*"; }
die() { printf '[weights] error: %s\n' "$*" >&2; exit 1; }

# Whether a pallet is to be measured.
asked() { [ "$ASKED" = "  " ] || [[ $ASKED == *" $1 "* ]]; }
asked_any() {
	local pallet
	for pallet in "$@"; do
		! asked "$pallet" || return 0
	done
	return 1
}

measure() {
	local wasm=$1 module=$2 pallet
	shift 2
	mkdir -p "runtime/src/weights/$module"
	for pallet in "$@"; do
		asked "$pallet" || continue
		say "$module: $pallet"
		"$CARGO_TARGET_DIR/release/ostraka-bencher" --runtime "$wasm" --genesis-builder-preset development \
			--pallet "$pallet" --extrinsic '*' --steps "$STEPS" --repeat "$REPEAT" --wasm-execution compiled \
			--heap-pages 4096 --output "runtime/src/weights/$module/$pallet.rs"
		# not what this machine is called and where its folders are
		sed -i '/^\/\/ Executed Command:/,/^$/d; s/^\/\/! HOSTNAME: .*CPU: /\/\/! CPU: /' "runtime/src/weights/$module/$pallet.rs"
	done
}

for pallet in "$@"; do
	[[ " ${WITH_CURVES[*]} ${COMMON[*]} " == *" $pallet "* ]] || die "no pallet is called $pallet"
done
# the whole workspace: a part of it would choose other features for a thousand dependencies
scripts/shims.sh
cargo build --release --locked
scripts/runtime_wasm.sh runtime-benchmarks,host-calls "$CARGO_TARGET_DIR/wasm/host_calls.wasm"
measure "$CARGO_TARGET_DIR/wasm/host_calls.wasm" host_calls "${WITH_CURVES[@]}"
measure "$CARGO_TARGET_DIR/wasm/host_calls.wasm" common "${COMMON[@]}"
if asked_any "${WITH_CURVES[@]}"; then
	scripts/runtime_wasm.sh runtime-benchmarks "$CARGO_TARGET_DIR/wasm/pure_wasm.wasm"
	measure "$CARGO_TARGET_DIR/wasm/pure_wasm.wasm" pure_wasm "${WITH_CURVES[@]}"
fi
cargo fmt -p ostraka-runtime
say "written to runtime/src/weights; read the diff before you commit it"
