#!/usr/bin/env bash
# Builds the runtime's wasm with other features than the node's build gives it, in a target folder of its own, so that the ordinary
# build stays as it is. Its flags are those of `substrate-wasm-builder`, and those that map this machine's folders to names, so that
# the blob is the same wherever it is built (scripts/compare_builds.sh).
#
#   scripts/runtime_wasm.sh FEATURES INTO        e.g. scripts/runtime_wasm.sh host-call-weights pure.wasm
set -euo pipefail
[ $# = 2 ] || { echo "usage: scripts/runtime_wasm.sh FEATURES INTO" >&2; exit 2; }
features=$1 into=$(realpath -m "$2") target=wasm32v1-none
cd "$(dirname "$0")/.."
folder=$(realpath -m "${CARGO_TARGET_DIR:-target}")/wasm
home=$(realpath -m "${CARGO_HOME:-$HOME/.cargo}") rust=$(rustc --print sysroot)
# Of several that fit, rustc takes the last: the target folder may lie in the checkout.
paths="--remap-path-prefix=$(pwd -P)=/ostraka --remap-path-prefix=$folder=/target"
paths+=" --remap-path-prefix=$home=/cargo --remap-path-prefix=$rust=/rust"

printf '[wasm] the runtime with the features: %s\n' "$features"
RUSTFLAGS="-C link-arg=--export-table -C link-arg=--import-memory -C link-arg=--export=__heap_base --cfg substrate_runtime $paths ${WASM_BUILD_RUSTFLAGS:-}" \
	RUNTIME_METADATA_HASH=$(<runtime/metadata.digest) CARGO_TARGET_DIR=$folder \
	CARGO_PROFILE_RELEASE_LTO=thin CARGO_PROFILE_RELEASE_PANIC=abort \
	cargo rustc --release --locked --target $target -p ostraka-runtime --lib --crate-type cdylib \
	--no-default-features --features "$features"
mkdir -p "$(dirname "$into")"
cp "$folder/$target/release/ostraka_runtime.wasm" "$into"
