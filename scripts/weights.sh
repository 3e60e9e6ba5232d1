#!/usr/bin/env bash
# Measures every call and writes runtime/src/weights/. Takes some two hours on two cores; run it after a change of what a call
# does, on a quiet machine.
#
#   scripts/weights.sh [PALLET ...]      default: all
#
# Pallets with group operations are measured twice, with the elliptic curve host calls (host_calls/) and in pure wasm
# (pure_wasm/). The others, polkadot-sdk's among them, do none: they are measured once (common/), with this runtime's accounts,
# hooks and fees.
#
# The genesis preset is there for its accounts only: the benchmarks put in place themselves what a production network can
# come to (runtime/src/benchmarks.rs): its classes, the largest with all the seats that root may give it, a full registry, a
# full agenda.
#
# STEPS and REPEAT (environment) set the benchmark's grid, JOBS how many calls are measured at a time, each on one core; the
# defaults are what the committed files were made with, save that a challenge is measured in six steps: in wasm a proof of the
# longest takes ten seconds to make, three times for each point of the grid.
#
# What is measured is kept by runtime and grid: a run that was ended goes on where it stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}" RAYON_NUM_THREADS=1
export STEPS=${STEPS:-50} REPEAT=${REPEAT:-20} JOBS=${JOBS:-2}
FEW_STEPS=6
# those that take longest first
WITH_CURVES=(pallet_vss pallet_tasks pallet_registry)
COMMON=(cumulus_pallet_parachain_system cumulus_pallet_weight_reclaim frame_system frame_system_extensions
	pallet_balances pallet_collator_selection pallet_consent pallet_message_queue pallet_multisig pallet_network pallet_proxy
	pallet_parameters pallet_session pallet_sudo pallet_timestamp pallet_transaction_payment pallet_tx_pause pallet_utility)
ASKED=" $* "

say() { printf '[weights] %s\n' "$*"; }
die() { printf '[weights] error: %s\n' "$*" >&2; exit 1; }

# Whether a pallet is to be measured.
asked() { [ "$ASKED" = "  " ] || [[ $ASKED == *" $1 "* ]]; }
asked_any() {
	local pallet
	for pallet in "$@"; do
		! asked "$pallet" || return 0
	done
	return 1
}

# The benchmarks' tool, with a runtime.
bencher() {
	local wasm=$CARGO_TARGET_DIR/wasm/$1.wasm
	shift
	"$CARGO_TARGET_DIR/release/ostraka-bencher" --runtime "$wasm" --genesis-builder-preset development "$@"
}

# Where the figures of a runtime lie.
figures() {
	local hash
	hash=$(sha256sum "$CARGO_TARGET_DIR/wasm/$1.wasm" | cut -c 1-16)
	printf '%s/weights/%s' "$CARGO_TARGET_DIR" "$hash"
}

# The calls of a pallet, a line each.
calls() {
	sed -n "s/^$1, //p" <<<"$LIST"
}

# Measures a call of a pallet by a runtime, unless its figures are there. As many repetitions as REPEAT says and no more, however
# short it is.
measure() {
	local runtime=$1 pallet=$2 call=$3 steps=$4 into
	into=$(figures "$runtime")/$pallet.$call.$steps.$REPEAT
	mkdir -p "$(dirname "$into")"
	[ ! -e "$into.json" ] || return 0
	say "$runtime: $pallet, $call"
	bencher "$runtime" --pallet "$pallet" --extrinsic "$call" --steps "$steps" --repeat "$REPEAT" --min-duration 0 \
		--wasm-execution compiled --heap-pages 4096 --json-file "$into.part" >"$into.log" 2>&1 \
		|| die "$runtime: $pallet, $call: see $into.log"
	mv "$into.part" "$into.json"
}

# In how many steps a call is measured.
steps_of() {
	case $1 in
	challenge | challenge_with_bond) printf '%s' $((STEPS < FEW_STEPS ? STEPS : FEW_STEPS)) ;;
	*) printf '%s' "$STEPS" ;;
	esac
}

# What is to be measured, a line each: runtime, pallet, call, steps.
to_measure() {
	local pallet call
	for pallet in "${WITH_CURVES[@]}"; do
		asked "$pallet" || continue
		calls "$pallet" | while read -r call; do
			printf '%s\n' "host_calls $pallet $call $(steps_of "$call")" "pure_wasm $pallet $call $(steps_of "$call")"
		done
	done
	for pallet in "${COMMON[@]}"; do
		asked "$pallet" || continue
		calls "$pallet" | sed "s/.*/host_calls $pallet & $STEPS/"
	done
}

# Writes the weights of a pallet, from its figures by a runtime, into a folder.
write() {
	local runtime=$1 pallet=$2 into=runtime/src/weights/$3 from call all
	from=$(figures "$runtime")
	all=$from/$pallet.all.json
	calls "$pallet" | while read -r call; do cat "$from/$pallet.$call.$(steps_of "$call").$REPEAT.json"; done | jq -s add >"$all"
	mkdir -p "$into"
	bencher "$runtime" --pallet "$pallet" --extrinsic '*' --steps "$STEPS" --repeat "$REPEAT" --wasm-execution compiled \
		--heap-pages 4096 --json-input "$all" --output "$into/$pallet.rs" >"$from/$pallet.log" 2>&1 || die "$pallet: see $from/$pallet.log"
	# not what this machine is called and where its folders are
	sed -i '/^\/\/ Executed Command:/,/^$/d; s/^\/\/! HOSTNAME: .*CPU: /\/\/! CPU: /' "$into/$pallet.rs"
}

for pallet in "$@"; do
	[[ " ${WITH_CURVES[*]} ${COMMON[*]} " == *" $pallet "* ]] || die "no pallet is called $pallet"
done
# the whole workspace: a part of it would choose other features for a thousand dependencies
scripts/shims.sh
cargo build --release --locked
scripts/runtime_wasm.sh runtime-benchmarks,host-calls "$CARGO_TARGET_DIR/wasm/host_calls.wasm"
! asked_any "${WITH_CURVES[@]}" || scripts/runtime_wasm.sh runtime-benchmarks "$CARGO_TARGET_DIR/wasm/pure_wasm.wasm"
LIST=$(bencher host_calls --list=all 2>/dev/null)
export -f bencher die figures measure say
to_measure | xargs -P "$JOBS" -L 1 bash -euc 'measure "$@"' _
for pallet in "${WITH_CURVES[@]}"; do
	asked "$pallet" || continue
	write host_calls "$pallet" host_calls
	write pure_wasm "$pallet" pure_wasm
done
for pallet in "${COMMON[@]}"; do
	! asked "$pallet" || write host_calls "$pallet" common
done
cargo fmt -p ostraka-runtime
say "written to runtime/src/weights; read the diff before you commit it"
