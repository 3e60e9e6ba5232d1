#!/usr/bin/env bash
# Builds the runtime's blob twice, in new folders of different names, and compares the two byte by byte: what a release's hash says
# must not depend on where it was built. Then compresses it, as a chain takes it, and says the hash that governance authorizes
# (docs/UPGRADING.md). What is built are the files that git knows or would take, as they are now. Some minutes each.
#
#   scripts/compare_builds.sh INTO [FEATURES]      e.g. scripts/compare_builds.sh ostraka.wasm
#
# FEATURES are `host-calls`, as the node's own blob has them, unless given. For a relay chain whose validators lack the host calls
# (RFC-0163) they are none: "".
set -euo pipefail
[ $# = 1 ] || [ $# = 2 ] || { echo "usage: scripts/compare_builds.sh INTO [FEATURES]" >&2; exit 2; }
into=$(realpath -m "$1") features=${2-host-calls}
cd "$(dirname "$0")/.."

LARGEST_CODE=$((3 * 1024 * 1024)) # of a parachain, as production relay chains have it
COMPRESSED='\x52\xbc\x53\x76\x46\xdb\x8e\x05' # what nodes know a compressed blob by

say() { printf '[compare] %s\n' "$*"; }
die() { printf '[compare] error: %s\n' "$*" >&2; exit 1; }
hash() { b2sum -l 256 "$1" | cut -d ' ' -f 1; } # as `blake2_256` in the runtime

for program in b2sum git tar zstd; do
	command -v $program >/dev/null || die "$program is not on the PATH"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
home=$(realpath -m "${CARGO_HOME:-$HOME/.cargo}") rust=$(rustc --print sysroot)

# Paths of this machine that would stand in the blob: of the sources, of the crates, of the toolchain.
build() {
	local folder=$work/$1
	mkdir -p "$folder"
	say "a build in $folder"
	git ls-files -z --cached --others --exclude-standard \
		| while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done \
		| tar --null --files-from=- --create | tar --extract --directory "$folder"
	(cd "$folder" && env -u CARGO_TARGET_DIR -u CARGO_ENCODED_RUSTFLAGS RUSTC_WORKSPACE_WRAPPER= \
		WASM_BUILD_RUSTFLAGS="--remap-path-prefix=$folder=/ostraka --remap-path-prefix=$home=/cargo --remap-path-prefix=$rust=/rust" \
		scripts/runtime_wasm.sh "$features" "$work/$1.wasm")
	rm -rf "$folder"
	for path in "$folder" "$home"; do
		! grep -qaF "$path" "$work/$1.wasm" || die "the blob of the build in $folder names $path"
	done
}

build one
build another/folder
cmp "$work/one.wasm" "$work/another/folder.wasm" || die "the two builds differ"
say "the two are one: $(stat -c %s "$work/one.wasm") bytes, blake2-256 0x$(hash "$work/one.wasm")"

# A standard library that was not compiled where rustup's is names the folder of its sources, whatever the flags.
! grep -qaF "$rust" "$work/one.wasm" \
	|| say "but it names $rust: only with the toolchain in that folder, or with rustup's own, is it the same elsewhere"

mkdir -p "$(dirname "$into")"
{ printf "$COMPRESSED" && zstd -q -19 --single-thread --stdout "$work/one.wasm"; } >"$into"
size=$(stat -c %s "$into")
[ "$size" -le $LARGEST_CODE ] || die "$into is larger than a relay chain takes: $size bytes"
say "$into: compressed by $(zstd --version | grep -o 'v[0-9.]*'), $size bytes"
say "System.authorize_upgrade takes 0x$(hash "$into")"
