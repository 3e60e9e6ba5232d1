#!/usr/bin/env bash
# Everything that CI runs, with the time of every step. Run it by `make test`, which sets up first.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
export OSTRAKA_NODE="${OSTRAKA_NODE:-$CARGO_TARGET_DIR/release/ostraka-node}"
# The runtime without host calls, for the test that compares the two.
export OSTRAKA_PURE_WASM="$CARGO_TARGET_DIR/wasm/pure.wasm"
CARGO_FLAGS=(--locked --release)

TIMES=()
step() {
	local name=$1 began=$SECONDS
	shift
	printf '\n=== %s: %s\n' "$name" "$*"
	"$@" || { printf '=== %s FAILED after %d s\n' "$name" $((SECONDS - began)) >&2; exit 1; }
	TIMES+=("$(printf '%6d s  %s' $((SECONDS - began)) "$name")")
}

# Runs the demo on a dev chain of its own and holds its JSON against a jq condition.
demo() {
	local condition=$1 out
	shift
	out=$(mktemp)
	"$CARGO_TARGET_DIR/release/ostraka" demo --json "$@" >"$out" || { cat "$out"; rm -f "$out"; return 1; }
	if ! jq -e "$condition" "$out" >/dev/null; then
		echo "the demo's answer does not satisfy: $condition" >&2
		cat "$out" >&2
		rm -f "$out"
		return 1
	fi
	jq -r '.tasks[] | "\(.statistic) of \(.columns | join(", ")): exact \(.exact), verified \(.verified)"' "$out"
	rm -f "$out"
}

formatted() {
	cargo fmt --all --check || return 1
	for workspace in experiments fuzz shims zombienet zombienet/runtimes; do
		cargo fmt --all --check --manifest-path $workspace/Cargo.toml || return 1
	done
}

scripts/shims.sh
step "format" formatted
step "dependencies" scripts/check_dependencies.sh
step "circles of modules" scripts/check_circles.py
step "shims" env CARGO_TARGET_DIR="$CARGO_TARGET_DIR/shims" cargo test "${CARGO_FLAGS[@]}" --manifest-path shims/Cargo.toml
step "documents" scripts/check_docs.sh
step "transcript" scripts/check_transcript.sh
step "lint and build" cargo build "${CARGO_FLAGS[@]}"
step "container" scripts/check_container.py
step "pure wasm" scripts/runtime_wasm.sh host-call-weights "$OSTRAKA_PURE_WASM"
step "lint and build the tests" cargo test "${CARGO_FLAGS[@]}" --all-targets --no-run
# What a browser stands on. The runtime's crates without std are compiled by its wasm build.
step "no_std" cargo check "${CARGO_FLAGS[@]}" -p ostraka-crypto -p ostraka-party --no-default-features --target wasm32v1-none
# What `make tool` builds, which chooses its dependencies' features by itself: here they could lack one that the node turns on.
# That makes some 330 crates of their own, checked once in some four minutes on two cores; afterwards only the project's are.
step "the tool by itself" cargo check "${CARGO_FLAGS[@]}" --package ostraka-client
step "examples in the documentation" cargo test "${CARGO_FLAGS[@]}" --doc
# What a browser has: this library's own arithmetic, of which secrets must not stay in memory either. Named alone, these two
# crates are built without the client's feature `blst`.
step "without blst" cargo test "${CARGO_FLAGS[@]}" -p ostraka-crypto -p ostraka-protocol --tests
step "tests" cargo test "${CARGO_FLAGS[@]}" --all-targets
# What a migration checks before and after itself, and what the SDK's pallets hold of their state, is compiled by this feature alone.
# It changes FRAME's crates, which lie beside the others of this folder; the blob is not built, as these tests run natively.
step "upgrades, checked" env SKIP_WASM_BUILD=1 cargo test "${CARGO_FLAGS[@]}" --features ostraka-runtime/try-runtime \
	--test upgrade --test snapshot -- --show-output
# That two builds of the blob are one `make compare-builds` shows, which takes minutes. These take seconds.
step "comparing builds" scripts/compare_builds_test.sh
step "no path in the blob" scripts/compare_builds.sh --look "$OSTRAKA_PURE_WASM"
step "experiments" env CARGO_TARGET_DIR="$CARGO_TARGET_DIR/experiments" \
	cargo test "${CARGO_FLAGS[@]}" --manifest-path experiments/Cargo.toml --workspace --all-targets
# Without libFuzzer, which `make check-apart` compiles; beside the experiments, with which they share most dependencies.
step "fuzzing's seeds" env CARGO_TARGET_DIR="$CARGO_TARGET_DIR/experiments" \
	cargo test "${CARGO_FLAGS[@]}" --manifest-path fuzz/Cargo.toml
step "demo, 50 institutions" demo \
	'.dealers == 50 and .rows == 9976 and (.tasks | length >= 5) and all(.tasks[]; .exact and .verified)'
# All but the count of contributors.
step "demo, results sealed" demo \
	'all(.tasks[]; .exact and .verified) and ([.tasks[] | select(any(.notes[]?; contains("under a mask")))] | length == 7)' \
	--sealed-to requester
step "demo on another file" demo '.dealers >= 5 and (.tasks | length == 1) and all(.tasks[]; .exact and .verified)' \
	--data examples/clinics.csv --split-by clinic --statistic regression --columns dose --target response
step "a new requester's path" scripts/walk_requester.sh --bin "$CARGO_TARGET_DIR/release"
step "a new operator's path" scripts/walk_operator.sh --bin "$CARGO_TARGET_DIR/release" --without-prometheus

printf '\nTimes:\n'
printf '%s\n' "${TIMES[@]}"
printf '%6d s  in all\n' "$SECONDS"
