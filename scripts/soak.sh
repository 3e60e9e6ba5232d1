#!/usr/bin/env bash
# A dev chain under a steady mix of tasks, cheats and garbage, for so many minutes (20 unless given), on the loopback
# interface only. Prints the report, holds the runtime's invariants against the state at the end, and draws what the node
# took of disk and memory: to $OSTRAKA_SOAK_PICTURE, or soak.svg in the target folder. From 15 minutes on, it fails where the
# offchain database does not level off. $OSTRAKA_SOAK_PAGE names a page whose table is to be written, docs/results/soak.md, and
# $OSTRAKA_SOAK_SNAPSHOT a file for the state at the end, runtime/tests/snapshots/soak.json.gz, which a test upgrades. Run it by
# `make soak`, which sets up and builds first; more flags of `ostraka-adversary soak` may follow the minutes. Needs jq and python3.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
export OSTRAKA_NODE="${OSTRAKA_NODE:-$CARGO_TARGET_DIR/release/ostraka-node}"
minutes=${1:-20}
shift || true

work=$(mktemp -d)
ended=0
# tasks that are under way go on for a few minutes; a chain that stands still does not hold the script up
timeout --signal=INT --kill-after=120 $((minutes * 60 + 900)) "$CARGO_TARGET_DIR/release/ostraka-adversary" --json soak --minutes "$minutes" --snapshot "$work/state.json" "$@" \
	>"$work/report.json" || ended=$?
jq . "$work/report.json"
[ "$ended" -eq 0 ] || { echo "the soak FAILED: see above; the state and the report are in $work" >&2; exit "$ended"; }
"$CARGO_TARGET_DIR/release/examples/try_state" "$work/state.json" \
	|| { echo "the soak FAILED: the state and the report are in $work" >&2; exit 1; }
picture=${OSTRAKA_SOAK_PICTURE:-$CARGO_TARGET_DIR/soak.svg}
drawn=(--out "$picture")
[ -z "${OSTRAKA_SOAK_PAGE:-}" ] || drawn+=(--page "$OSTRAKA_SOAK_PAGE")
[ "$minutes" -lt 15 ] || drawn+=(--check)
scripts/draw_soak.py "$work/report.json" "${drawn[@]}" \
	|| { echo "the soak FAILED: see above; the report is in $work" >&2; exit 1; }
[ -z "${OSTRAKA_SOAK_SNAPSHOT:-}" ] || scripts/pack_snapshot.py "$work/state.json" "$OSTRAKA_SOAK_SNAPSHOT" \
	|| { echo "the soak FAILED: the state is in $work" >&2; exit 1; }
rm -rf "$work"
echo "the picture: $picture"
echo "the soak held for $minutes minutes"
