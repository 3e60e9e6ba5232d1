#!/usr/bin/env bash
# Builds docs/ as a site, into target/site: the book that book.toml and docs/SUMMARY.md describe. Needs mdbook, git and python3.
#
# It is built of a copy, in which a folder's README.md is its index, and links out of docs/ lead into the repository.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v mdbook >/dev/null || { echo "[site] mdbook is not there: cargo install --locked mdbook" >&2; exit 1; }
scripts/check_docs.sh

BOOK=$(mktemp -d)
trap 'rm -rf "$BOOK"' EXIT
cp book.toml "$BOOK/"
python3 - "$BOOK" <<'PYTHON'
import re
import subprocess
import sys
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote

# Code, which is left alone, or where a link leads.
CODE_OR_LINK = re.compile(r"^( *)```.*?^\1```|`[^`\n]*`|(?<=\]\()([^)\s]+)", re.M | re.S)
REPOSITORY = re.search(r'^repository = "(.+)"$', Path("Cargo.toml").read_text(encoding="utf-8"), re.M)[1]


def in_book(path):
	return path.with_name("index.md") if path.name == "README.md" else path


def link_in_book(page, link):
	place, mark, anchor = link.partition("#")
	if not place or re.match(r"[a-z][a-z0-9+.-]*:", link):
		return link
	target = Path(normpath(page.parent / unquote(place)))
	if target.parts[0] != "docs":
		return f"{REPOSITORY}/{'tree' if target.is_dir() else 'blob'}/HEAD/{target.as_posix()}{mark}{anchor}"
	return f"{in_book(Path(place)).as_posix()}{mark}{anchor}"


listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "docs"]
for name in set(subprocess.run(listed, check=True, capture_output=True).stdout.decode().split("\0")) - {""}:
	page = Path(name)
	if not page.is_file():
		continue
	copy = sys.argv[1] / in_book(page)
	copy.parent.mkdir(parents=True, exist_ok=True)
	if page.suffix != ".md":
		copy.write_bytes(page.read_bytes())
		continue
	text = page.read_text(encoding="utf-8")
	moved = CODE_OR_LINK.sub(lambda found: link_in_book(page, found[2]) if found[2] else found[0], text)
	copy.write_text(moved, encoding="utf-8")
PYTHON

SITE="${CARGO_TARGET_DIR:-$PWD/target}/site"
mdbook build "$BOOK" --dest-dir "$SITE"
echo "[site] $SITE/index.html"
