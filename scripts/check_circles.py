#!/usr/bin/env python3
"""Counts the circles of modules: sets of modules of one crate of which each leads to all others by what it names. Looked at are a
crate's modules, and the modules of each of these. What a module names of its own parent is no part of a circle (a pallet's
`Config`), unless the parent only passes it on. Tests are left out, and what macros write.

Ends with 1 if there is a circle that is not in ALLOWED, or if one of these is gone."""

import re
import subprocess
import sys
from pathlib import Path

# Circles on purpose: the crate's folder and the modules, and why.
ALLOWED = {
	("party", "audit error inputs mask policy"): "the crate has one error, which holds those of its parts, and its parts return it",
}

NOISE = re.compile(r"""//[^\n]*|/\*.*?\*/|\br(#*)".*?"\1|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])'""", re.S)
TEST = re.compile(r"#\[cfg\((?:test|any\(test,[^]]*)\)\]\s*(?:#\[[^]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?(?:mod\s+(\w+)\s*;|[^{;]*)")
START = re.compile(r"(?<![\w:])(crate|self|super(?:\s*::\s*super)*)\s*::\s*")
USE = re.compile(r"^[ \t]*(?:pub(?:\([^)]*\))?\s+)?use\s+", re.M)
WORD = re.compile(r"\s*(\w+|\*)(?:\s+as\s+(\w+))?\s*(::)?\s*")


def trees(text, at):
	"""Paths of the tree of a `use` that begins here, each with the name that it brings, and where it ends."""
	if text[at : at + 1] == "{":
		paths, at = [], at + 1
		while at < len(text) and text[at] != "}":
			more, at = ([], at + 1) if text[at].isspace() or text[at] == "," else trees(text, at)
			paths += more
		return paths, at + 1
	word = WORD.match(text, at)
	if not word:
		return [], at + 1
	name, other, more = word.groups()
	if not more:
		return [([name], other or name)], word.end()
	paths, end = trees(text, word.end())
	return [([name, *path], name if path == ["self"] else brings) for path, brings in paths], end


def without_tests(text):
	"""A file's text without its tests, and the modules in files of their own that are nothing else."""
	only_tests = set()
	while found := TEST.search(text):
		depth, end = 0, found.end()
		while not found[1] and end < len(text):
			depth += {"{": 1, "}": -1}.get(text[end], 0)
			end += 1
			if depth == 0:
				break
		only_tests |= {found[1]} - {None}
		text = text[: found.start()] + text[end:]
	return text, only_tests


def modules(source):
	"""A crate's modules: of each path the text, without comments, strings and tests."""
	texts, tests = {}, set()
	for file in sorted(source.rglob("*.rs")):
		*path, name = file.relative_to(source).with_suffix("").parts
		path = (*path, *([] if name in ("mod", "lib", "main") else [name]))
		text, found = without_tests(NOISE.sub(" ", file.read_text(encoding="utf-8")))
		tests |= {(*path, name) for name in found}
		texts[path] = texts.get(path, "") + text
	above = lambda path: (path[:length] for length in range(1, len(path) + 1))
	return {path: text for path, text in texts.items() if not any(part in tests or part[-1] == "tests" for part in above(path))}


def edges(texts):
	"""Which module names which. What one passes on is where it comes from."""
	known = {}
	for path, text in texts.items():
		for segments, name in (tree for use in USE.finditer(text) for tree in trees(text, use.end())[0]):
			whole = (*path, *segments[segments[0] == "self" :])
			if whole[: len(path) + 1] in texts and len(whole) > len(path):
				known[(path, name)] = whole if whole in texts else whole[:-1]
	for path, text in texts.items():
		for start in START.finditer(text):
			ups = start[1].count("super")
			for segments, _ in trees(text, start.end())[0] if ups <= len(path) else []:
				target = () if start[1] == "crate" else path[: len(path) - ups]
				for segment in segments:
					further = known.get((target, segment), (*target, segment))
					if further not in texts:
						break
					target = further
				yield path, target


def circles(leads):
	"""Sets of nodes that lead to each other. `leads`: to which each does."""
	def reached(start):
		seen, todo = set(), [start]
		while todo:
			new = leads.get(todo.pop(), set()) - seen
			seen, todo = seen | new, todo + list(new)
		return seen
	all_reached = {node: reached(node) for node in leads}
	found = {frozenset(one for one in seen if node in all_reached.get(one, ())) for node, seen in all_reached.items() if node in seen}
	return sorted(" ".join(sorted("::".join(path) for path in circle)) for circle in found)


def main():
	manifests = subprocess.run(["git", "ls-files", "*Cargo.toml"], check=True, capture_output=True, text=True).stdout.split()
	found, crates = [], [crate for crate in (Path(manifest).parent for manifest in manifests) if (crate / "src").is_dir()]
	for crate in crates:
		leads = {}
		for source, target in edges(modules(crate / "src")):
			for level in (1, 2):
				one, other = source[:level], target[:level]
				if len(one) == len(other) == level and one != other and one[:-1] == other[:-1]:
					leads.setdefault(one, set()).add(other)
		found += [(str(crate), names) for names in circles(leads)]
	gone = [circle for circle in ALLOWED if circle not in found]
	for crate, names in found + gone:
		why = "no circle any more, but allowed" if (crate, names) in gone else ALLOWED.get((crate, names), "NOT ALLOWED")
		print(f"{crate}: {names}: {why}")
	print(f"{len(found)} circles of modules in {len(crates)} crates, {len(ALLOWED) - len(gone)} of them on purpose")
	return 1 if gone or len(found) > len(ALLOWED) - len(gone) else 0


if __name__ == "__main__":
	sys.exit(main())
