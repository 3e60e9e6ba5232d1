#!/usr/bin/env bash
# Holds the documents against the code and each other: every test that the threat model names is one; every local link leads
# somewhere, to a heading too; every page of docs/ is in the book and says whom it is for; every guide has a picture, every picture
# a text for who does not see it and a page that shows it, and those that a program draws are what it draws; and what the glossary
# has is explained where it says. Needs git and python3.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/draw_guides.py --check
exec python3 - <<'END'
import os
import re
import subprocess
import sys
from functools import cache
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
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)")
# Pages of the book's parts that are no guides: one is printed by the tool, two are tables.
NO_GUIDES = {"CLI.md", "RESULTS.md", "SCALING.md"}


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


@cache
def sections(path):
	"""A document's sections, by the names by which their headings are linked to: each down to the next that is none of its own."""
	found, seen, text = {}, {}, prose(path)[1]
	headings = list(re.finditer(r"^(#{1,6}) +(.+?) *#*$", text, flags=re.M))
	for place, heading in enumerate(headings):
		title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[2])
		name = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
		count = seen[name] = seen.get(name, -1) + 1
		others = (later.start() for later in headings[place + 1 :] if len(later[1]) <= len(heading[1]))
		found[f"{name}-{count}" if count else name] = text[heading.start() : next(others, len(text))]
	return found


def book(summary):
	"""What is wrong with the book: each page of docs/ stands in it once and says first whom it is for."""
	pages = set(files("docs/*.md")) - {summary}
	listed = [summary.parent / unquote(link) for link in LINK.findall(prose(summary)[0])]
	yield from (f"{summary} lacks {page}" for page in sorted(pages - set(listed)))
	yield from (f"{summary} has what is no page of docs/: {page}" for page in listed if page not in pages)
	yield from (f"{summary} has {page} twice" for page in sorted(pages) if listed.count(page) > 1)
	for page in sorted(pages):
		# the tables' own pages are for whoever their index is for
		is_table = page.parent != summary.parent and page.name != "README.md"
		if not is_table and not re.match(r"# .+\n\n\*For ", page.read_text(encoding="utf-8")):
			yield f"{page} does not say under its title whom it is for: *For …*"


def pictures(summary, folder):
	"""What is wrong with pictures: each guide shows one, each has a text in its place, and none lies about unseen."""
	parts = re.split(r"^# ", prose(summary)[0].partition("\n---")[0], flags=re.M)[2:]
	# what stands below another page is a table of it
	guides = {unquote(link) for part in parts for link in re.findall(r"^- \[[^\]]*\]\(([^)\s]+)\)", part, flags=re.M)}
	if not guides - NO_GUIDES:
		yield f"{summary} has no guides"
	yield from (f"{summary} does not list what is said to be no guide: {name}" for name in sorted(NO_GUIDES - guides))
	shown = set()
	for page in files("docs/*.md"):
		found = PICTURE.findall(prose(page)[0])
		shown.update(Path(os.path.normpath(page.parent / unquote(place))) for _, place in found)
		yield from (f"{page} shows a picture without a text in its place: {place}" for says, place in found if not says.strip())
		if page.relative_to(summary.parent).as_posix() in guides - NO_GUIDES and not found:
			yield f"{page} is a guide without a picture (scripts/draw_guides.py)"
	yield from (f"no page of docs/ shows {path}" for path in files(f"{folder}/*") if path not in shown)


def plain(text):
	return " ".join(re.sub(r"[`*]", "", text).casefold().split())


def glossary(path):
	"""What is wrong with the glossary: its terms are in order, and each stands in the section that it is said to be explained in."""
	rows = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
	last = ""
	for term, _, *places in ([cell.strip() for cell in row.strip("|").split("|")] for row in rows):
		links = [link.partition("#") for link in LINK.findall("|".join(places))]
		if len(places) != 1 or len(links) != 1:
			yield f"{path}: `{term}` has a sentence and one link"
			continue
		target = path.parent / unquote(links[0][0])
		anchor = unquote(links[0][2])
		# a link that leads nowhere is told as all are
		if target.is_file() and (not anchor or anchor in sections(target)):
			text = sections(target)[anchor] if anchor else prose(target)[1]
			if not re.search(rf"\b{re.escape(plain(term))}", plain(text)):
				yield f"{path}: `{term}` is not in {links[0][0]}{links[0][1]}{anchor}"
		if not last < plain(term):
			yield f"{path}: `{term}` stands in the wrong place"
		last = plain(term)
	if not rows:
		yield f"{path} has no terms"


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
		elif anchor and target.suffix == ".md" and anchor not in sections(target):
			faults.append(f"{path} links to a heading that does not exist: {link}")
faults += book(Path("docs/SUMMARY.md"))
faults += pictures(Path("docs/SUMMARY.md"), Path("docs/pictures"))
faults += glossary(Path("docs/GLOSSARY.md"))
print("\n".join(faults), file=sys.stderr, end="\n" if faults else "")
sys.exit(1 if faults else 0)
END
