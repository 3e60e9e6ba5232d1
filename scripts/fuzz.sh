#!/usr/bin/env bash
# Fuzzes whatever reads untrusted bytes, guided by coverage: each target of fuzz/ for so many seconds, from fuzz/seeds/ on.
#
#   scripts/fuzz.sh [SECONDS]      default: 60
#
# Installs cargo-fuzz if it is not there. The pinned stable compiler is used, told to allow the instrumentation that otherwise
# takes a nightly one. A crashing input is kept under fuzz/artifacts/ and fails the run; the corpus grows under fuzz/corpus/.
# Without cargo-fuzz, `cargo test --release --manifest-path fuzz/Cargo.toml` replays the seeds, and random changes of them.
set -euo pipefail
cd "$(dirname "$0")/.."
SECONDS_EACH=${1:-60}
[[ $SECONDS_EACH =~ ^[0-9]+$ ]] || { echo "usage: scripts/fuzz.sh [SECONDS]; \`$SECONDS_EACH\` is no number" >&2; exit 2; }
command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz
export RUSTC_BOOTSTRAP=1
export RUSTC_WORKSPACE_WRAPPER=
unset CARGO_TARGET_DIR
for target in $(cargo fuzz list); do
	printf '\n=== %s, %s s\n' "$target" "$SECONDS_EACH"
	mkdir -p "fuzz/corpus/$target"
	cargo fuzz run --sanitizer none --features libfuzzer "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- -max_total_time="$SECONDS_EACH" -print_final_stats=1
done
