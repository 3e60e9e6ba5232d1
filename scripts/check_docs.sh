#!/usr/bin/env bash
# Holds the documents against the code: every test that the threat model names exists, and every local link leads somewhere.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
tests=$(git grep -hoE 'fn [a-z0-9_]+\(' -- '*.rs' | sed 's/^fn //; s/($//' | sort -u)
while read -r name; do
	grep -qx "$name" <<<"$tests" || { echo "docs/THREAT_MODEL.md names a test that does not exist: $name" >&2; failed=1; }
done < <(sed -n '/^## Attacks/,/^## Made/p' docs/THREAT_MODEL.md | awk -F '|' 'NF > 4 { print $4 }' | grep -oE '`[a-z0-9_]+`' | tr -d '`')
while IFS=: read -r file link; do
	target=$(dirname "$file")/$(sed -E 's/^\]\(([^)#]*).*$/\1/' <<<"$link")
	[ -e "$target" ] || { echo "$file links to what does not exist: $target" >&2; failed=1; }
done < <(git ls-files '*.md' | xargs grep -oE '\]\([^):#]+[^):]*\)' | grep -v '://')
exit $failed
