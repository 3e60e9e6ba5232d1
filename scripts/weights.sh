#!/usr/bin/env bash
# Measures every call of our pallets and writes runtime/src/weights/: once with the elliptic curve host calls,
# once in pure wasm. Takes a while; run it after a change of what a call does, on a quiet machine.
#
#   scripts/weights.sh [PALLET ...]      default: all of ours
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
PALLETS=("$@")
[ $# -gt 0 ] || PALLETS=(pallet_registry pallet_tasks pallet_vss)

say() { printf '[weights] %s\n' "$*"; }

# The runtime's wasm with its benchmarks, in a target folder of its own: the ordinary build stays as it is.
build_runtime() {
	local features=$1 into=$2 target=wasm32v1-none
	say "building the runtime with: $features"
	CARGO_TARGET_DIR="$CARGO_TARGET_DIR/weights" \
		RUSTFLAGS="-C link-arg=--export-table -C link-arg=--import-memory -C link-arg=--export=__heap_base --cfg substrate_runtime" \
		cargo rustc --release --locked --target $target -p ostraka-runtime --lib --crate-type cdylib \
		--no-default-features --features "$features"
	cp "$CARGO_TARGET_DIR/weights/$target/release/ostraka_runtime.wasm" "$into"
}

measure() {
	local wasm=$1 module=$2 pallet
	mkdir -p "runtime/src/weights/$module"
	for pallet in "${PALLETS[@]}"; do
		say "$module: $pallet"
		"$CARGO_TARGET_DIR/release/ostraka-bencher" --runtime "$wasm" --genesis-builder-preset development \
			--pallet "$pallet" --extrinsic '*' --steps "$STEPS" --repeat "$REPEAT" --wasm-execution compiled \
			--heap-pages 4096 --output "runtime/src/weights/$module/$pallet.rs"
		# not what this machine is called and where its folders are
		sed -i '/^\/\/ Executed Command:/,/^$/d; s/^\/\/! HOSTNAME: .*CPU: /\/\/! CPU: /' "runtime/src/weights/$module/$pallet.rs"
	done
}

# the whole workspace: a part of it would choose other features for a thousand dependencies
scripts/shims.sh
cargo build --release --locked
build_runtime runtime-benchmarks,host-calls "$CARGO_TARGET_DIR/weights/host_calls.wasm"
measure "$CARGO_TARGET_DIR/weights/host_calls.wasm" host_calls
build_runtime runtime-benchmarks "$CARGO_TARGET_DIR/weights/pure_wasm.wasm"
measure "$CARGO_TARGET_DIR/weights/pure_wasm.wasm" pure_wasm
cargo fmt -p ostraka-runtime
say "written to runtime/src/weights; read the diff before you commit it"
