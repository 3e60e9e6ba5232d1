#!/usr/bin/env bash
# Holds the dependencies: licences, bans and sources (deny.toml), and that none is unused. Needs no network but to install
# cargo-deny and cargo-machete where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in cargo-deny cargo-machete; do
	command -v "$tool" >/dev/null || env -u RUSTC_WORKSPACE_WRAPPER cargo install --locked "$tool"
done
# some crates write their licence in an older form, which is read all the same
cargo deny --locked check --hide-inclusion-graph --allow parse-error licenses bans sources
cargo machete
