#!/usr/bin/env bash
# Builds all that the multi-node tests run, and says what it does. Safe to run again: what is there is left alone.
#
#   1. the programs: the parachain's node, the tools, and the relay chain's validator with its two workers;
#   2. three wasm blobs that are in no program (zombienet/runtimes): the relay chain's runtime, and ours without host
#      calls and as its next version;
#   3. the chains' specifications, which zombienet completes: each once for validators that have the host calls of
#      RFC-0163, and once (`-pure`) for validators that lack them.
#
# Programs lie in $CARGO_TARGET_DIR/release, the rest in $CARGO_TARGET_DIR/zombienet. Needs zstd and python3.
# `make zombienet` sets up first, and runs this and a scenario.
set -euo pipefail
cd "$(dirname "$0")/.."
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR

say() { printf '[zombienet] %s\n' "$*"; }
die() { printf '[zombienet] error: %s\n' "$*" >&2; exit 1; }

NODE=$CARGO_TARGET_DIR/release/ostraka-node
OUT=$CARGO_TARGET_DIR/zombienet
LARGEST_CODE=$((3 * 1024 * 1024)) # of a parachain, as production relay chains have it
COMPRESSED='\x52\xbc\x53\x76\x46\xdb\x8e\x05' # what nodes know a compressed blob by
# Two seconds are what a validator gives a block otherwise: too few where all processes share one machine.
TIMEOUT='{ "PvfExecTimeout": ["Backing", 6000] }'
HOST_CALLS='{ "EnabledHostFunction": "EccRfc163" }'

# Whether a file is there and newer than all others, and than what this script says.
fresh() {
	local file=$1 input
	shift
	[ -e "$file" ] || return 1
	for input in scripts/zombienet_build.sh "$@"; do
		[ ! "$input" -nt "$file" ] || return 1
	done
}

# One package at a time: cargo would give all of them one set of features. Flags come of zombienet/runtimes/.cargo.
blob() {
	local package=$1 profile=$2 built=$CARGO_TARGET_DIR/runtimes/wasm32v1-none/$2/$1.wasm into=$OUT/$1.wasm digest=()
	# as runtime/build.rs has it: a chain may be founded on this blob
	[ "$package" != pure ] || digest=("RUNTIME_METADATA_HASH=$(<runtime/metadata.digest)")
	say "runtime: $package"
	(cd zombienet/runtimes && env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS RUSTC_WORKSPACE_WRAPPER= "${digest[@]}" \
		CARGO_TARGET_DIR="$CARGO_TARGET_DIR/runtimes" cargo build --locked --profile "$profile" --package "$package")
	if ! fresh "$into" "$built"; then
		grep -qaF runtime_version "$built" || die "$built has no runtime version"
		{ printf "$COMPRESSED" && zstd -q -19 --stdout "$built"; } >"$into.new"
		mv "$into.new" "$into"
	fi
	[ "$package" = relay ] || [ "$(stat -c %s "$into")" -le $LARGEST_CODE ] || die "$into is larger than a relay chain takes"
}

builder() {
	local into=$1
	shift
	"$NODE" chain-spec-builder --chain-spec-path "$into" "$@"
}

# A specification for zombienet to add validators and the parachain to. Its id is the one that ours names as its relay
# chain, and its beginning tells the validator which kind of chain this is.
relay_spec() {
	local into=$OUT/$1.json parameters=$2
	fresh "$into" "$OUT/relay.wasm" "$NODE" && return
	say "specification: $1"
	builder "$into.new" create --chain-name 'Rococo Local Testnet' --chain-id rococo-local -t local \
		--properties tokenSymbol=ROC,tokenDecimals=12 --runtime "$OUT/relay.wasm" named-preset local_testnet
	# not by jq, which makes floating-point numbers of balances
	python3 - "$into.new" "$parameters" >"$into.edited" <<-'EOF'
		import json, sys
		spec = json.load(open(sys.argv[1]))
		patch = spec["genesis"]["runtimeGenesis"]["patch"]
		patch["configuration"]["config"]["executor_params"] = json.loads(sys.argv[2])
		json.dump(spec, sys.stdout)
	EOF
	builder "$into.new" verify "$into.edited" || die "the relay chain's runtime refuses $into.edited"
	rm "$into.new"
	mv "$into.edited" "$into"
}

parachain_spec() {
	local into=$OUT/para.json
	fresh "$into" "$NODE" && return
	say "specification: para"
	"$NODE" export-chain-spec --chain local >"$into.new"
	mv "$into.new" "$into"
}

parachain_spec_pure() {
	local into=$OUT/para-pure.json
	fresh "$into" "$OUT/para.json" "$OUT/pure.wasm" "$NODE" && return
	say "specification: para-pure"
	builder "$into.new" update-code "$OUT/para.json" "$OUT/pure.wasm"
	mv "$into.new" "$into"
}

for program in zstd python3; do
	command -v $program >/dev/null || die "$program is not on the PATH"
done
mkdir -p "$OUT"
say "programs"
# All of the workspace: the relay chain by itself would choose other features for a thousand dependencies.
cargo build --release --locked --workspace --bins
blob relay relay
blob pure release
blob next release
relay_spec relay "[$HOST_CALLS, $TIMEOUT]"
relay_spec relay-pure "[$TIMEOUT]"
parachain_spec
parachain_spec_pure
say "ready: $OUT"
