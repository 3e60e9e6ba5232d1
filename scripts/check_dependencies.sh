#!/usr/bin/env bash
# Holds the dependencies: licences, bans and sources (deny.toml), and that none is unused. `scripts/setup.sh --test` installs
# cargo-deny and cargo-machete.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo deny --locked check licenses bans sources
cargo machete
