#!/usr/bin/env bash
# Runs scenarios on a network of many processes, one after the other; `all` runs every one. Builds first what they need.
# A scenario that fails says where its logs are. Run it by `make zombienet-test SCENARIO="smoke crash"`.
#
# `stock-node` runs on a program that is not built with the rest: OSTRAKA_STOCK_NODE names it (scripts/omni_node.sh builds one). Without
# the variable `all` leaves it out, and says so. `upgrade` upgrades to the tests' own next runtime, or to what OSTRAKA_NEXT_RUNTIME names.
set -euo pipefail
cd "$(dirname "$0")/.."

CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR OSTRAKA_BUILT="$CARGO_TARGET_DIR"
ALL=(smoke crash too-many-crashes forging-dealer forged-input lying-verifier sleeping-panel corrupt-node false-accuser restart lost-database
	concurrency pure-wasm upgrade lost-transactions re-org redraw withheld-entropy seat-hoarding)

die() { printf '[zombienet] error: %s\n' "$*" >&2; exit 2; }

[ -z "${OSTRAKA_STOCK_NODE:-}" ] || ALL+=(stock-node)
[ $# -gt 0 ] || die "name a scenario: ${ALL[*]}, or all"
scenarios=("$@")
if [ "$*" = all ]; then
	scenarios=("${ALL[@]}")
	[ -n "${OSTRAKA_STOCK_NODE:-}" ] || printf '[zombienet] without stock-node: OSTRAKA_STOCK_NODE names no polkadot-omni-node\n'
fi
for scenario in "${scenarios[@]}"; do
	[ "$scenario" != stock-node ] || [ -x "${OSTRAKA_STOCK_NODE:-}" ] || die "stock-node needs a polkadot-omni-node by OSTRAKA_STOCK_NODE," \
		"which names ${OSTRAKA_STOCK_NODE:-nothing}: scripts/omni_node.sh builds one"
	[[ " ${ALL[*]} " == *" $scenario "* ]] || die "there is no scenario $scenario; there are: ${ALL[*]}, or all"
done
# the tests run in another folder
[ -z "${OSTRAKA_STOCK_NODE:-}" ] || OSTRAKA_STOCK_NODE=$(realpath "$OSTRAKA_STOCK_NODE")
if [ -n "${OSTRAKA_NEXT_RUNTIME:-}" ]; then
	[ -f "$OSTRAKA_NEXT_RUNTIME" ] || die "OSTRAKA_NEXT_RUNTIME names $OSTRAKA_NEXT_RUNTIME, which is no file"
	OSTRAKA_NEXT_RUNTIME=$(realpath "$OSTRAKA_NEXT_RUNTIME")
fi

scripts/zombienet_build.sh
cargo_test() { CARGO_TARGET_DIR="$CARGO_TARGET_DIR/zombienet-tests" cargo test --release --locked \
	--manifest-path zombienet/Cargo.toml "$@"; }
tests() { cargo_test --test scenarios "$@"; }
cargo_test --quiet --lib
tests --no-run
known=$(tests --quiet -- --list)
for scenario in "${scenarios[@]}"; do
	grep -qx "${scenario//-/_}: test" <<<"$known" || die "no test is called ${scenario//-/_}"
done

failed=0
times=()
for scenario in "${scenarios[@]}"; do
	printf '\n=== %s\n' "$scenario"
	began=$SECONDS
	outcome=held
	tests --quiet -- --exact --nocapture "${scenario//-/_}" || { outcome=FAILED; failed=1; }
	times+=("$(printf '%6d s  %-18s %s' $((SECONDS - began)) "$scenario" "$outcome")")
done
printf '\nTimes:\n'
printf '%s\n' "${times[@]}"
exit $failed
