#!/usr/bin/env bash
# Holds the documents against the code: every test that the threat model names is one, and every local link leads somewhere, to a
# heading too. Needs git and python3.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 - <<'END'
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

# An attribute that makes a function a test, other attributes and comments, and the function's name.
RUST = re.compile(
	r"#\[(?:test|tokio::test(?:\([^\]]*\))?)\]\s*(?:(?:#\[[^\]]*\]|//[^\n]*)\s*)*"
	r"(?:pub(?:\([a-z]+\))?\s+)?(?:async\s+)?fn\s+([a-z0-9_]+)"
)
PYTHON = re.compile(r"^\s+def (test_[a-z0-9_]+)\(", re.M)
JAVASCRIPT = re.compile(r"""^\s*(?:await )?(?:test|it)\(\s*['"`]([^'"`]+)['"`]""", re.M)
LINK = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def files(*patterns):
	"""Files that git knows of, new ones too, as long as they are there."""
	command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
	listed = subprocess.run(command, check=True, capture_output=True).stdout.decode()
	return sorted(path for path in map(Path, set(listed.split("\0")) - {""}) if path.is_file())


def tests():
	found = set()
	for pattern, form in (("*.rs", RUST), ("*.py", PYTHON), ("*.js", JAVASCRIPT)):
		for path in files(pattern):
			found.update(form.findall(path.read_text(encoding="utf-8")))
	return found


def prose(path):
	"""A document without what is code."""
	text = re.sub(r"^( *)```.*?^\1```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
	return re.sub(r"`[^`\n]*`", lambda code: "`" * len(code[0]), text), text


def anchors(path):
	"""The names by which headings of a document are linked to."""
	found, seen = set(), {}
	for heading in re.findall(r"^#{1,6} +(.+?) *#*$", prose(path)[1], flags=re.M):
		heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
		name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
		count = seen[name] = seen.get(name, -1) + 1
		found.add(f"{name}-{count}" if count else name)
	return found


def named_tests(path):
	"""Names in the third column of the tables under `Attacks`."""
	section = re.search(r"^## Attacks.*?(?=^## |\Z)", path.read_text(encoding="utf-8"), re.M | re.S)
	if not section:
		return None
	rows = [line.split("|") for line in section[0].splitlines() if line.startswith("|")]
	return [name for row in rows if len(row) > 4 for name in re.findall(r"`([a-z0-9_]+)`", row[3])]


faults = []
known, model = tests(), Path("docs/THREAT_MODEL.md")
names = named_tests(model)
if not names:
	faults.append(f"{model} has no table of attacks with tests")
for name in names or []:
	if name not in known:
		faults.append(f"{model} names a test that does not exist: {name}")
for path in files("*.md"):
	for link in LINK.findall(prose(path)[0]):
		if re.match(r"[a-z][a-z0-9+.-]*:", link):
			continue
		place, _, anchor = unquote(link).partition("#")
		target = (path.parent / place) if place else path
		if not target.exists():
			faults.append(f"{path} links to what does not exist: {target}")
		elif anchor and target.suffix == ".md" and anchor not in anchors(target):
			faults.append(f"{path} links to a heading that does not exist: {link}")
print("\n".join(faults), file=sys.stderr, end="\n" if faults else "")
sys.exit(1 if faults else 0)
END
