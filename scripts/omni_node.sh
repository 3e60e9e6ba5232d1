#!/usr/bin/env bash
# Builds the stock polkadot-omni-node, of the SDK that our own node is made of, and runs the demo on a development chain of it. Where
# Parity's program for the machine can be had, that is the same without the build: name it by OMNI_NODE.
#
#   scripts/omni_node.sh            flags are passed on to `ostraka demo`
#
# The source is the crate's, with its own lock; only the shims (shims/README.md) stand in for two crates, as in our node. All of it
# lies in $CARGO_TARGET_DIR/omni-node: nothing is shared with the ordinary build, which has other features. The relay chains'
# runtimes that the program brings are left without their wasm, which a development chain does not need.
#
# Needs the tool and a runtime, but no node of ours: what is not there is built.
set -euo pipefail
cd "$(dirname "$0")/.."
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR

say() { printf '[omni-node] %s\n' "$*"; }
die() { printf '[omni-node] error: %s\n' "$*" >&2; exit 1; }

OUT=$CARGO_TARGET_DIR/omni-node
SOURCE=$OUT/source
TOOL=$CARGO_TARGET_DIR/release/ostraka
BUILT=$CARGO_TARGET_DIR/release/wbuild/ostraka-runtime/ostraka_runtime.compact.compressed.wasm

# The crate's source. No dependency brings that of a program, but whoever asks about a crate has it; not in this folder, whose lock
# is not to change.
fetch() {
	local version=$1 home=${CARGO_HOME:-$HOME/.cargo} fetched=
	(cd / && cargo info --quiet "polkadot-omni-node@$version" >/dev/null)
	for folder in "$home"/registry/src/*/"polkadot-omni-node-$version"; do fetched=$folder; done
	[ -f "$fetched/Cargo.lock" ] || die "there is no polkadot-omni-node $version in $home/registry/src"
	rm -rf "$SOURCE"
	cp -r "$fetched" "$SOURCE"
	chmod -R u+w "$SOURCE"
	cat >>"$SOURCE/Cargo.toml" <<-EOF

		[workspace]
		[patch.crates-io]
		kvdb-rocksdb = { path = "$PWD/shims/kvdb-rocksdb" }
		wasm-opt = { path = "$PWD/shims/wasm-opt" }
	EOF
	echo "$version" >"$SOURCE/.version"
}

build() {
	local version
	version=$(sed -n '/^name = "polkadot-omni-node-lib"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock)
	[ -n "$version" ] || die "Cargo.lock has no polkadot-omni-node-lib"
	[ "$(cat "$SOURCE/.version" 2>/dev/null)" = "$version" ] || fetch "$version"
	say "building polkadot-omni-node $version: some forty minutes on two cores at first"
	# not locked: the shims take two crates' places in its lock
	(cd "$SOURCE" && SKIP_WASM_BUILD=1 CARGO_TARGET_DIR=$OUT/target cargo build --release --bin polkadot-omni-node)
	OMNI_NODE=$OUT/target/release/polkadot-omni-node
}

for program in cargo jq; do
	command -v $program >/dev/null || die "$program is not on the PATH"
done
mkdir -p "$OUT"
if [ -z "${OMNI_NODE:-}" ]; then
	build
fi
[ -x "$TOOL" ] || cargo build --release --locked --package ostraka-client
if [ -z "${OSTRAKA_RUNTIME:-}" ]; then
	OSTRAKA_RUNTIME=$BUILT
	if [ ! -f "$BUILT" ]; then
		OSTRAKA_RUNTIME=$OUT/ostraka_runtime.wasm
		[ -f "$OSTRAKA_RUNTIME" ] || scripts/runtime_wasm.sh host-calls "$OSTRAKA_RUNTIME"
	fi
fi
export OSTRAKA_RUNTIME
say "$("$OMNI_NODE" --version) with $OSTRAKA_RUNTIME"

# What a chain that anybody founds begins with, by the stock node's own tool: a committed specification with the runtime put in.
"$OMNI_NODE" chain-spec-builder --chain-spec-path "$OUT/local.json" update-code chain-specs/local.json "$OSTRAKA_RUNTIME"
"$OMNI_NODE" chain-spec-builder --chain-spec-path "$OUT/verified.json" verify "$OUT/local.json"
say "chain-specs/local.json founds a chain"

report=$(mktemp)
trap 'rm -f "$report"' EXIT
"$TOOL" demo --node "$OMNI_NODE" --json "$@" >"$report" || { cat "$report"; die "the demo failed"; }
jq -e '(.tasks | length >= 1) and all(.tasks[]; .exact and .verified)' "$report" >/dev/null ||
	{ cat "$report"; die "a result is not exact, or does not withstand the checks"; }
jq -r '.tasks[] | "\(.statistic) of \(.columns | join(", ")): exact \(.exact), verified \(.verified)"' "$report"
say "the demo runs on the stock node"
say "for a network of it: OSTRAKA_STOCK_NODE=$OMNI_NODE make zombienet-test SCENARIO=stock-node"
