#!/usr/bin/env bash
# Builds the runtime's blob twice, in new folders of different names, and compares the two byte by byte: what a release's hash says
# must not depend on where it was built. Then compresses it, as a chain takes it, and says the hash that governance authorizes
# (docs/UPGRADING.md). What is built are the files that git knows or would take, as they are now. Some minutes each.
#
#   scripts/compare_builds.sh INTO [FEATURES]      e.g. scripts/compare_builds.sh ostraka.wasm
#   scripts/compare_builds.sh --look BLOB          fails where BLOB, built by runtime_wasm.sh here, names a folder of this machine
#
# FEATURES are `host-calls`, as the node's own blob has them, unless given. For a relay chain whose validators lack the host calls
# (RFC-0163) they are none: "".
set -euo pipefail
look='' into='' features=host-calls
if [ $# = 2 ] && [ "$1" = --look ]; then
	look=$(realpath -m "$2")
elif { [ $# = 1 ] || [ $# = 2 ]; } && [[ $1 != -* ]]; then
	into=$(realpath -m "$1") features=${2-$features}
else
	echo "usage: scripts/compare_builds.sh INTO [FEATURES], or scripts/compare_builds.sh --look BLOB" >&2
	exit 2
fi
cd "$(dirname "$0")/.."

LARGEST_CODE=$((3 * 1024 * 1024)) # of a parachain, as production relay chains have it
COMPRESSED='\x52\xbc\x53\x76\x46\xdb\x8e\x05' # what nodes know a compressed blob by

say() { printf '[compare] %s\n' "$*"; }
die() { printf '[compare] error: %s\n' "$*" >&2; exit 1; }
hash() { b2sum -l 256 "$1" | cut -d ' ' -f 1; } # as `blake2_256` in the runtime

cargo=$(realpath -m "${CARGO_HOME:-$HOME/.cargo}") user=$(realpath -m "$HOME") rust=$(rustc --print sysroot)

# `names_no_path BLOB FOLDER…`: the blob holds none of these folders, nor cargo's, nor the user's. A standard library that was not
# compiled where rustup's is names the folder of its sources, whatever the flags: that one is taken out first.
names_no_path() {
	local blob=$1 path
	shift
	for path in "$@" "$cargo" "$user"; do
		! LC_ALL=C sed "s|$rust||g" "$blob" | grep -aF "$path/" >/dev/null || die "$blob names $path"
	done
}

if [ -n "$look" ]; then
	[ -s "$look" ] || die "$look is not there, or empty"
	names_no_path "$look" "$(pwd -P)" "$(realpath -m "${CARGO_TARGET_DIR:-target}")"
	say "$look names no folder of this machine but maybe the toolchain's"
	exit
fi

for program in b2sum git tar zstd; do
	command -v $program >/dev/null || die "$program is not on the PATH"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Nothing is taken from what was built before, so that both begin from the same.
build() {
	local folder=$work/$1
	mkdir -p "$folder"
	say "a build in $folder"
	git ls-files -z --cached --others --exclude-standard \
		| while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done \
		| tar --null --files-from=- --create | tar --extract --directory "$folder"
	(cd "$folder" && env -u CARGO_TARGET_DIR -u CARGO_ENCODED_RUSTFLAGS -u WASM_BUILD_RUSTFLAGS RUSTC_WORKSPACE_WRAPPER= \
		scripts/runtime_wasm.sh "$features" "$work/$1.wasm")
	rm -rf "$folder"
	names_no_path "$work/$1.wasm" "$folder"
}

build one
build another/folder
cmp "$work/one.wasm" "$work/another/folder.wasm" || die "the two builds differ"
say "the two are one: $(stat -c %s "$work/one.wasm") bytes, blake2-256 0x$(hash "$work/one.wasm")"

! grep -qaF "$rust" "$work/one.wasm" \
	|| say "but it names $rust: only with the toolchain in that folder, or with rustup's own, is it the same elsewhere"

mkdir -p "$(dirname "$into")"
{ printf "$COMPRESSED" && zstd -q -19 --single-thread --stdout "$work/one.wasm"; } >"$into"
size=$(stat -c %s "$into")
[ "$size" -le $LARGEST_CODE ] || die "$into is larger than a relay chain takes: $size bytes"
say "$into: compressed by $(zstd --version | grep -o 'v[0-9.]*'), $size bytes"
say "System.authorize_upgrade takes 0x$(hash "$into")"
