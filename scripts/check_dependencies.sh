#!/usr/bin/env bash
# Holds the dependencies: licences, bans and sources (deny.toml), and that none is unused. `scripts/setup.sh --test` installs
# cargo-deny and cargo-machete.
set -euo pipefail
cd "$(dirname "$0")/.."
# some crates write their licence in an older form, which is read all the same
cargo deny --locked check --hide-inclusion-graph --allow parse-error licenses bans sources
cargo machete
