#!/usr/bin/env bash
# Holds that scripts/compare_builds.sh fails where it must: in a repository of its own, whose runtime is some bytes, it passes where
# two builds of them are one, and fails where they differ, name a folder of this machine, or are too many. Seconds, and nothing is
# compiled: `make compare-builds` compares the real runtime. Needs git, python3 and rustc.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf '[compare] error: %s\n' "$*" >&2; [ ! -s "$work/said" ] || cat "$work/said" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree/scripts" "$work/bin"
cp scripts/compare_builds.sh "$tree/scripts/"
cp rust-toolchain.toml "$tree/"
git init --quiet "$tree"
# In the place of zstd, which need not be there for what is tested: it copies.
printf '#!/usr/bin/env bash\n[ "$1" = --version ] && echo v0.0 || cat "${@: -1}"\n' >"$work/bin/zstd"
chmod +x "$work/bin/zstd"
export PATH=$work/bin:$PATH

# `build COMMAND`: what that command prints is the runtime's blob.
build() {
	printf '#!/usr/bin/env bash\n{ %s; } >"$2"\n' "$1" >"$tree/scripts/runtime_wasm.sh"
	chmod +x "$tree/scripts/runtime_wasm.sh"
}
compare() { TMPDIR=$work "$tree/scripts/compare_builds.sh" "$@" >"$work/said" 2>&1; }
fails() {
	local why=$1
	shift
	! compare "$@" || die "this should have failed: $why"
	grep -qF -- "$why" "$work/said" || die "this should have failed with: $why"
}

build 'echo "the same everywhere"'
compare "$work/blob.wasm" || die "two builds that are one were said to differ"
[ "$(tail -c +9 "$work/blob.wasm")" = "the same everywhere" ] || die "the compressed file holds something else"
build 'date +%s%N'
fails "the two builds differ" "$work/blob.wasm"
build 'echo "at $PWD/lib.rs"'
fails "names $work" "$work/blob.wasm"
build 'echo "at $(realpath -m "${CARGO_HOME:-$HOME/.cargo}")/lib.rs"'
fails "names $(realpath -m "${CARGO_HOME:-$HOME/.cargo}")" "$work/blob.wasm"
build 'echo "at $(realpath -m "$HOME")/somewhere/lib.rs"'
fails "names $(realpath -m "$HOME")" "$work/blob.wasm"
build 'head -c 4M /dev/zero'
fails "is larger than a relay chain takes" "$work/blob.wasm"
build 'exit 3'
! compare "$work/blob.wasm" || die "a build that failed was taken"

# One blob by itself: of this checkout, and of another one
echo "at $tree/lib.rs" >"$work/here.wasm"
fails "names $tree" --look "$work/here.wasm"
echo "at $tree-another/lib.rs" >"$work/elsewhere.wasm"
compare --look "$work/elsewhere.wasm" || die "another folder was taken for this one"
fails "is not there, or empty" --look "$work/none.wasm"
fails "usage:" --unknown
echo "[compare] comparing builds fails where it must"
