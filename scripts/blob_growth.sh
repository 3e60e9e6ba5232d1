#!/usr/bin/env bash
# Builds the runtime's blob of several commits, each in a worktree of its own, and says how long each is, as compiled and as a
# chain takes it, and by how much it is longer than the one before. A quarter of an hour for the first, some minutes for each further one.
#
#   scripts/blob_growth.sh COMMIT COMMIT...      e.g. scripts/blob_growth.sh d44a2ee fb7a5bf 84d3d44 3e49a9a
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: scripts/blob_growth.sh COMMIT COMMIT..." >&2; exit 2; }
cd "$(dirname "$0")/.."

work=$(mktemp -d)
tree=$work/tree
cleanup() {
	git worktree remove --force "$tree" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
growth() { awk -v now="$1" -v was="$2" 'BEGIN { if (was) printf "%+.1f %%", 100 * (now - was) / was; else printf "" }'; }

# the same target folder for all: what did not change is compiled once
export CARGO_TARGET_DIR=$work/target
printf '| commit | what | bytes | more by | compressed | more by |\n|---|---|---|---|---|---|\n' >"$work/table"
before=0 before_small=0
for commit in "$@"; do
	git worktree add --quiet --detach "$tree" "$commit"
	"$tree/scripts/runtime_wasm.sh" host-calls "$work/blob.wasm" >&2
	long=$(stat -c %s "$work/blob.wasm")
	small=$(zstd -19 --quiet --stdout "$work/blob.wasm" | wc -c)
	printf '| %s | %s | %s | %s | %s | %s |\n' "$(git rev-parse --short "$commit")" "$(git log -1 --format=%s "$commit")" \
		"$long" "$(growth "$long" "$before")" "$small" "$(growth "$small" "$before_small")" >>"$work/table"
	before=$long before_small=$small
	git worktree remove --force "$tree"
done
cat "$work/table"
