#!/usr/bin/env bash
# Compiles what CI leaves out, each workspace in a target folder of its own: the fuzz targets, zombienet (its scenarios too), and
# the relay chain's programs, which take the features of the main workspace. `make check-apart` sets up and builds first.
set -euo pipefail
cd "$(dirname "$0")/.."
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")

say() { printf '[check] %s\n' "$*"; }
check() {
	local folder=$1
	shift
	say "$folder"
	CARGO_TARGET_DIR="$CARGO_TARGET_DIR/$folder" cargo check --release --locked --manifest-path "$folder/Cargo.toml" "$@"
}

check fuzz --all-targets --features libfuzzer
check zombienet --all-targets
say "zombienet/relay"
CARGO_TARGET_DIR="$CARGO_TARGET_DIR" cargo build --release --locked --workspace --bins
for package in pure next relay; do
	say "zombienet/runtimes: $package"
	(cd zombienet/runtimes && env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS RUSTC_WORKSPACE_WRAPPER= CARGO_TARGET_DIR="$CARGO_TARGET_DIR/runtimes" \
		cargo check --release --locked --package "$package")
done
say "all compile"
