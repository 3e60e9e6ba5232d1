"""The checker on documents made to deceive or to break it: `python3 -m unittest checker.hostile_test`.

What no data can give (consistency_test.py) in whole transcripts, statistics that are not defined, files that are hardly
JSON, and a fuzzer with a fixed seed that changes good transcripts at random: no exception, no verdict that all checks hold
over changed numbers."""

import contextlib
import copy
import io
import json
import os
import random
import sys
import tempfile
import unittest
from functools import lru_cache
from unittest import mock

from checker import bls12_381, check_transcript, commitments, meaning, reading, ristretto255, sr25519
from checker import validity
from checker.bls12_381 import IDENTITY
from checker.consistency_test import GROUPS, SPEC, X, Y, encoded, spec_of
from checker.made_up import TORSION, MadeUp, double, exact, remembering, written

def setUpModule():
	patch = mock.patch.object(validity, "verify", remembering(validity.verify))
	patch.start()
	unittest.addModuleCleanup(patch.stop)


def verdicts(document):
	return {name: (holds, text) for name, holds, text in check_transcript.check(document)}


def failed(document):
	return {name: text for name, (holds, text) in verdicts(document).items() if holds is False}


class Documents(unittest.TestCase):
	"""Whole transcripts, of which every other check holds."""

	def document(self, statistic, vectors, **others):
		spec = spec_of(statistic, **others)
		return MadeUp(spec=spec, vectors=vectors + [[0] * meaning.length(spec)]).document

	def test_undefined_statistics_pass(self):
		weight = dict(X, name="w", min=0, max=3)
		for statistic, others, vectors in [
			("variance", {}, [[1, 5, 25], [0, 0, 0], [0, 0, 0]]),
			("std", {}, [[0, 0, 0], [1, -5, 25], [0, 0, 0]]),
			("covariance", {"columns": [X, Y]}, [[1, 2, 2, 4, 4, 4], [0] * 6, [0] * 6]),
			("correlation", {"columns": [X, Y]}, [[1, i, 2, i * i, 2 * i, 4] for i in range(3)]),
			("weighted-mean", {"weight": weight}, [[0, 0]] * 3),
			("vector-mean", {"weight": weight}, [[0, 0]] * 3),
			("regression", {"target": Y}, [[1, 3, 9, i, 3 * i, i * i] for i in range(3)]),
			(
				"regression",
				{"columns": [X, dict(X, name="twice")], "target": Y},
				[[1, i, 2 * i, i * i, 2 * i * i, 4 * i * i, 1, i, 2 * i, 1] for i in range(3)],
			),
		]:
			with self.subTest(statistic=statistic, vectors=vectors):
				document = self.document(statistic, vectors, **others)
				self.assertEqual(document["result"]["exact"], "undefined")
				self.assertEqual(failed(document), {})
				self.assertIn("the vector is", verdicts(document)["meaning"][1])
				for other in (None, {}, "Undefined", {"count": "1"}):
					document["result"]["exact"] = other
					self.assertIn("meaning", failed(document))

	def test_numbers_where_the_statistic_is_undefined(self):
		document = self.document("variance", [[1, 5, 25], [0, 0, 0], [0, 0, 0]])
		document["result"]["exact"] = {"count": "1", "sum": "5", "mean": "5", "variance": "0"}
		document["result"]["typed"] = {"count": 1, "sum": 5, "mean": 5.0, "variance": 0.0}
		self.assertEqual(list(failed(document)), ["meaning"])

	def test_an_impossible_result_fails(self):
		for statistic, others, vectors, why in [
			("mean", {}, [[-3, 0], [0, 0], [0, 0]], "negative"),
			("mean", {}, [[3, 10**8], [0, 0], [0, 0]], "out of range"),
			("variance", {}, [[2, 0, -2], [0, 0, 0], [0, 0, 0]], "negative variance"),
			("histogram", {"edges": [0, 1]}, [[1, -1, 1], [0, 0, 0], [0, 0, 0]], "negative"),
		]:
			document = self.document(statistic, vectors, **others)
			# the numbers that would follow, if the vector were one
			spec, x = document["task"]["spec"], vectors[0]
			with contextlib.suppress(ZeroDivisionError, IndexError):
				numbers = meaning.numbers(spec, x)
				document["result"]["exact"] = written(numbers, exact)
				document["result"]["typed"] = written(numbers, double)
			found = failed(document)
			self.assertEqual(list(found), ["consistency", "valid inputs"])
			self.assertRegex(found["consistency"], why)
			# no need to wait for the sum: the dealer's own proof tells
			self.assertIn("dealings[0] counts, and its input is not proven valid", found["valid inputs"])

	def test_an_impossible_group_fails_alone(self):
		groups = {"column": "g", "groups": ["a", "b", "c"]}
		vectors = [[2, 3, -1, 0, 0, 0], [0, 0, 0, 0, 0, 0], [1, 20, 0, 0, 0, 0]]
		document = self.document("mean", vectors, group_by=groups)
		found = verdicts(document)
		self.assertEqual(list(failed(document)), ["valid inputs", "group b"])
		self.assertEqual(found["group a"][0], True)
		self.assertIn("'count': 3", found["group a"][1])
		self.assertEqual(found["group c"], (True, "no rows"))
		# the others' numbers are compared all the same
		document["result"]["exact"]["groups"]["a"]["count"] = "4"
		self.assertIn("group a", failed(document))
		document["result"]["typed"]["groups"]["c"] = 0
		self.assertIn("group c", failed(document))

	def test_nothing_is_left_of_impossible_groups(self):
		vectors = [[-2, 3, -1, 0], [0] * 4, [0] * 4]
		document = self.document("mean", vectors, group_by=GROUPS)
		wrong = {"consistency", "valid inputs", "group a", "group b"}
		self.assertEqual(set(failed(document)), wrong)

	def test_groups_that_are_impossible_together(self):
		# three dealers of five rows at most
		vectors = [[10, 0, 6, 0], [0] * 4, [0] * 4]
		document = self.document("mean", vectors, group_by=GROUPS)
		self.assertEqual(list(failed(document)), ["consistency", "valid inputs"])
		document = self.document("mean", [[0] * 4] * 3, group_by=GROUPS)
		for form in "exact", "typed":
			document["result"][form] = None
		self.assertEqual(list(failed(document)), ["consistency"])
		self.assertIn("no rows", failed(document)["consistency"])

	def test_groups_whose_weights_are_all_zero(self):
		weight = dict(X, name="w", min=0, max=3)
		document = self.document("weighted-mean", [[0] * 4] * 3, group_by=GROUPS, weight=weight)
		self.assertEqual(document["result"]["exact"]["groups"], {"a": "undefined", "b": "undefined"})
		self.assertEqual(failed(document), {})

	def test_seats_and_thresholds(self):
		good = MadeUp().document
		for v in (17, 48, 255):
			bad = copy.deepcopy(good)
			bad["task"]["verifiers"] = v
			self.assertIn("impossible", failed(bad)["document"])
		for n, t in [(3, 0), (2, 1), (4, 2), (33, 1), (33, 16), (0, 0), (255, 127)]:
			bad = copy.deepcopy(good)
			bad["task"].update(seats=n, threshold=t)
			self.assertIn("impossible", failed(bad)["document"])

	def test_specs_that_break_a_rule(self):
		for others in [
			{"statistic": "none"},
			{"statistic": ["mean"]},
			{"columns": []},
			{"columns": [X, X]},
			{"columns": [dict(X, name="")]},
			{"columns": [dict(X, name="ä" * 33)]},
			{"columns": [dict(X, name="\ud800")]},
			{"columns": [dict(X, name="a\u202eb")]},
			{"statistic": "regression", "target": dict(Y, name="y\u200b")},
			{"statistic": "weighted-mean", "weight": dict(Y, name="\x1b[J")},
			{"group_by": {"column": "g\n", "groups": ["a"]}},
			{"group_by": {"column": "g", "groups": ["a", "a\ufe0f"]}},
			{"columns": [dict(X, decimals=True)]},
			{"columns": [dict(X, decimals=10)]},
			{"columns": [dict(X, min=21)]},
			{"columns": [dict(X, max=(1 << 62) + 1)]},
			{"target": Y},
			{"weight": Y},
			{"statistic": "weighted-mean", "weight": dict(X, name="w")},
			{"statistic": "regression", "target": X},
			{"statistic": "regression", "target": Y, "columns": [dict(X, name="intercept")]},
			{"edges": [1, 2]},
			{"statistic": "histogram", "edges": [1]},
			{"statistic": "histogram", "edges": [2, 1]},
			{"statistic": "median", "edges": [1, 1.5]},
			{"statistic": "quantiles", "edges": [1, 2], "quantiles": [1000]},
			{"statistic": "contributors"},
			{"group_by": {"column": "g", "groups": []}},
			{"group_by": {"column": "g", "groups": ["a", "a"]}},
			{"group_by": {"column": "g", "groups": [str(i) for i in range(65)]}},
			{"max_rows": 0},
			{"max_rows": 1 << 32},
			{"statistic": "histogram", "edges": list(range(255)), "group_by": GROUPS},
		]:
			with self.assertRaises(ValueError, msg=others):
				meaning.validate(dict(SPEC, **others))


class Files(unittest.TestCase):
	"""Files that are no transcript: a message and an exit code, never a traceback."""

	def run_on(self, data):
		output = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict", write_through=True)
		with tempfile.TemporaryDirectory() as folder:
			path = os.path.join(folder, "file.json")
			with open(path, "wb") as file:
				file.write(data)
			with mock.patch.object(sys, "argv", ["checker", path]), mock.patch.multiple(
				sys, stdout=output, stderr=output
			):
				code = check_transcript.main()
		return code, output.buffer.getvalue().decode("ascii")

	def test_what_was_asked_is_tied_to_the_task_hash_or_nothing(self):
		good = MadeUp().document
		code, said = self.run_on(json.dumps(good).encode())
		self.assertEqual(code, 0, said)
		values = " ".join(good["result"]["values"])
		for part in ("consistent", good["accepted_set"]["h_A"], good["task"]["requester"], values):
			self.assertIn(part, said)
		self.assertIn("attested    2 of 2", said)
		self.assertNotIn("file's word", said)
		# who leaves out the seats may say what it likes of the rest
		code, said = self.run_on(json.dumps(dict(good, committee=None, panel=None)).encode())
		self.assertEqual(code, 3, said)
		self.assertIn("file's word", said)
		self.assertIn("class, seats", said)
		for genesis in ({}, {"genesis": [[]]}, {"genesis": "\x1b[2A"}):
			task = dict(good["task"], id=[7])
			bad = {name: value for name, value in good.items() if name != "genesis"}
			bad = dict(bad, task=task, committee=None, panel=None, **genesis)
			code, said = self.run_on(json.dumps(bad).encode())
			self.assertEqual(code, 3, said)
			self.assertNotIn("\x1b", said)
		bad = dict(good, committee=None, panel=None, accusations=[])
		self.assertEqual(self.run_on(json.dumps(bad).encode())[0], 1)
		# what no check reads need not be there
		for requester in ({}, {"requester": [[]]}, {"requester": "\x1b[2A" * 1000}):
			task = {name: value for name, value in good["task"].items() if name != "requester"}
			code, said = self.run_on(json.dumps(dict(good, task=dict(task, **requester))).encode())
			self.assertEqual(code, 0, said)
			self.assertNotIn("\x1b", said)

	def test_what_cannot_be_read(self):
		for data, why in [
			(b"", "cannot be read"),
			(b"\xff\xfe{}", "cannot be read"),
			(b"\xef\xbb\xbf{}", "cannot be read"),
			(b'{"version": 1', "cannot be read"),
			(b'{"version": 1, "version": 1}', "the same name twice"),
			(b'{"a": {"b": 1, "b": 2}}', "the same name twice"),
			(b'{"version": NaN}', "NaN"),
			(b'{"version": -Infinity}', "Infinity"),
			(b'{"version": 1e999}', "1e999"),
			(b'{"version": ' + b"9" * 5000 + b"}", "more than 40 digits"),
			(b'{"version": 0.' + b"9" * 5000 + b"}", "more than 40 digits"),
			(b"[" * 200_000, "nested too deeply"),
			(b'{"a":' * 200_000, "nested too deeply"),
		]:
			code, output = self.run_on(data)
			self.assertEqual(code, 2, data[:40])
			self.assertIn(why, output)

	def test_a_file_without_end(self):
		with mock.patch.object(reading, "LONGEST_FILE", 100):
			code, output = self.run_on(b" " * 101)
		self.assertEqual(code, 2)
		self.assertIn("more than 100 bytes", output)

	def test_json_that_is_no_transcript(self):
		for data in [b"null", b"1", b'"\\ud800"', b"[]", b"{}", b'{"version": 1}', b'{"version": true}']:
			code, output = self.run_on(data)
			self.assertEqual(code, 1, data)
			self.assertIn("FAILED", output)

	def test_hidden_characters_are_refused_wherever_they_stand(self):
		ranges = [(0, 0x1F), (0x7F, 0x9F), (0x200B, 0x200F), (0x2028, 0x202E), (0xE0020, 0xE007F)]
		hidden = [code for first, last in ranges for code in range(first, last + 1)]
		for code in hidden + [0xAD, 0x34F, 0x61C, 0x180E, 0x3164, 0xFE0F, 0xFEFF, 0xFFF9, 0xE01EF]:
			for name in (chr(code), f"{chr(code)}a", f"a{chr(code)}", f"a{chr(code)}b"):
				with self.assertRaisesRegex(ValueError, f"hidden character, U\\+{code:04X}"):
					meaning.validate(dict(SPEC, columns=[dict(X, name=name)]))
		for name in [
			"salary (EUR) #1",
			"Gehälter, é, e\u0301",
			"зарплата 給与 연봉",
			"مرتب משכורת",
			"वेतन ค่าจ้าง",
			"🧾 ½ €\u00a0~",
		]:
			meaning.validate(dict(SPEC, columns=[dict(X, name=name)]))

	def test_a_result_whose_inputs_are_not_all_proven(self):
		"""An invalid input that counts, in sums that data can give: said apart from a result that is wrong."""
		vectors = [[3, 400], [4, -25], [1, 12], [2, 7]]
		document = MadeUp(vectors=vectors).document
		code, output = self.run_on(json.dumps(document).encode())
		self.assertEqual(code, 1)
		self.assertIn("FAILED    valid inputs", output)
		self.assertEqual(output.count("FAILED"), 1)
		self.assertIn("arithmetically right, but not all of its inputs are proven", output)
		document["result"]["exact"]["count"] = "9"
		code, output = self.run_on(json.dumps(document).encode())
		self.assertEqual((code, output.count("FAILED")), (1, 2))
		self.assertNotIn("arithmetically right", output)

	def test_names_cannot_write_to_the_terminal(self):
		name = "\x1b[5A\x1b[J\u202eall checks hold\u200b"
		# what a message repeats of the file
		document = MadeUp().document
		document["result"]["typed"]["mean"] = name
		code, output = self.run_on(json.dumps(document).encode())
		self.assertEqual(code, 1)
		self.assertNotIn("\x1b", output)
		self.assertIn("\\x1b[5A\\x1b[J\\u202eall checks hold", output)
		# a name in the spec, which the chain refuses
		spec = dict(SPEC, columns=[dict(X, name=name)], group_by={"column": "g", "groups": [name]})
		document = MadeUp(spec=spec, vectors=[[1, 9]] + [[0, 0]] * 3).document
		code, output = self.run_on(json.dumps(document).encode())
		self.assertEqual(code, 1)
		self.assertNotIn("\x1b", output)
		self.assertIn("task.spec: columns[0].name has a hidden character, U+001B", output)
		self.assertEqual(len(reading.shown("a" * 10**6)), reading.LONGEST_MESSAGE + 2)


def paths(value, place=()):
	"""Every place in a document."""
	yield place
	entries = value.items() if isinstance(value, dict) else enumerate(value)
	for name, entry in entries:
		if isinstance(entry, (dict, list)):
			yield from paths(entry, (*place, name))
		else:
			yield (*place, name)


def claims(document):
	"""What must not change under a verdict that all checks hold: the task, the dealings that count in any order, and the
	result. What is compared with a node's state only is left out (docs/TRANSCRIPT.md, check 1)."""
	found = copy.deepcopy(document)
	for name in ("checks", "accusations", "result_shares"):
		found.pop(name, None)
	for name in ("requester", "submitted_at", "invited", "accepted"):
		found["task"].pop(name, None)
	for name in ("attested", "disproven"):
		found["result"].pop(name, None)
	found["dealings"] = [dealing for dealing in found["dealings"] if dealing["counts"]]
	for dealing in found["dealings"]:
		dealing.pop("block", None)
	found["dealings"].sort(key=lambda dealing: dealing["digest"])
	return json.dumps(same_numbers(found), sort_keys=True)


def same_numbers(value):
	"""The same with 1 for 1.0."""
	if isinstance(value, dict):
		return {name: same_numbers(entry) for name, entry in value.items()}
	if isinstance(value, list):
		return [same_numbers(entry) for entry in value]
	return int(value) if isinstance(value, float) and value.is_integer() else value


JUNK = [None, True, False, 0, 1, -1, 2**31, 2**70, 1.5, 1e308, -0.0, "", "0x", "0x00", "0X" + 64 * "0"]
JUNK += ["undefined", "1e9", "9" * 5000, "\ud800", "\x00", "5" * 10**5, [], [[]], {}, {"a": [1]}]
JUNK += ["0x" + digit * length for digit in "0f" for length in (64, 128, 192)]


def mutated(document, generator, places):
	"""A copy with one change at a random place."""
	found = copy.deepcopy(document)
	path = generator.choice(places)
	inside = found
	for step in path[:-1]:
		inside = inside[step]
	value = inside[path[-1]]
	ways = ["junk", "delete", "another"]
	if isinstance(value, str) and value:
		ways += 3 * ["digit"]
	if type(value) in (int, float):
		ways += 3 * ["number"]
	if isinstance(value, list) and value:
		ways += ["twice", "turn"]
	way = generator.choice(ways)
	if way == "junk":
		inside[path[-1]] = copy.deepcopy(generator.choice(JUNK))
	elif way == "delete":
		del inside[path[-1]]
	elif way == "another":
		other = found
		for step in generator.choice(places):
			other = other[step]
		inside[path[-1]] = copy.deepcopy(other)
	elif way == "digit":
		place = generator.randrange(len(value))
		digit = generator.choice([one for one in "0123456789abcdef/.-" if one != value[place]])
		inside[path[-1]] = value[:place] + digit + value[place + 1 :]
	elif way == "number":
		inside[path[-1]] = generator.choice([value + 1, value - 1, -value - 1, value * 1.0001 + 1e-9])
	elif way == "twice":
		value.append(copy.deepcopy(generator.choice(value)))
	else:
		value.reverse()
	return path, found


class Fuzz(unittest.TestCase):
	"""Changes at random, the same in every run. What takes time, sums of points, is remembered between them."""

	def setUp(self):
		def patched(modules, name, quick):
			for module in modules:
				patch = mock.patch.object(module, name, quick)
				patch.start()
				self.addCleanup(patch.stop)

		def quickened(group, kind, modules):
			combine = group.combine

			@lru_cache(maxsize=None)
			def remembered(points, scalars):
				return combine([kind(*point) for point in points], scalars)

			def quick(points, scalars):
				return remembered(tuple(tuple(vars(p).values()) for p in points), tuple(scalars))

			patched(modules, "combine", quick)

		quickened(bls12_381, bls12_381.Point, [bls12_381, commitments, validity])
		quickened(ristretto255, ristretto255.Element, [ristretto255, sr25519])
		patched([sr25519], "verify", lru_cache(maxsize=None)(sr25519.verify))

	def documents(self):
		yield MadeUp().document
		cancelling = {1: [IDENTITY, TORSION], 2: [IDENTITY, -TORSION], 4: [TORSION]}
		yield MadeUp("torsion", torsion=cancelling).document
		yield MadeUp("invalid input").document
		groups = {"column": "g", "groups": ["a", "b", "c"]}
		spec = spec_of("variance", group_by=groups)
		vectors = [[2, 5, 25, 1, 5, 25, 0, 0, 0]] + [[1, 1, 1] + [0] * 6] * 3
		yield MadeUp(spec=spec, vectors=vectors).document
		spec = spec_of("regression", target=Y)
		yield MadeUp(spec=spec, vectors=[encoded(spec, [(i, 4 - i)]) for i in (1, 3, 4, 0)]).document
		spec = spec_of("quantiles", edges=[0, 5], quantiles=[500, 900])
		yield MadeUp(spec=spec, vectors=[[0, 2, 1], [1, 0, 0], [0, 1, 0], [0, 0, 0]]).document

	def test_changed_documents(self):
		generator = random.Random(2)
		for document in self.documents():
			self.assertEqual(failed(document), {})
			places = [path for path in paths(document) if path]
			# a place in the result as often as all others
			numbers = [path for path in places if path[0] == "result"]
			places = places + numbers * (len(places) // len(numbers))
			for _ in range(300):
				path, bad = mutated(document, generator, places)
				found = verdicts(bad)
				for name, (_, text) in found.items():
					# the last resort catches what no check foresaw: it is not needed
					self.assertNotIn("it cannot be checked", text, (path, name))
				if path != ("committee",) and not any(holds is False for holds, _ in found.values()):
					self.assertEqual(claims(bad), claims(document), path)

	def test_changed_bytes(self):
		"""Bytes of the file itself: what can still be read is judged, what cannot says so."""
		generator, read = random.Random(3), 0
		data = json.dumps(MadeUp().document).encode()
		for _ in range(300):
			bad = bytearray(data)
			for _ in range(generator.randint(1, 3)):
				place = generator.randrange(len(bad))
				way = generator.randrange(3)
				if way == 0:
					bad[place] = generator.randrange(256)
				elif way == 1:
					del bad[place : place + generator.randint(1, 50)]
				else:
					bad[place:place] = generator.choice([b"9" * 50, b"{", b'"', b"[1]", b"\\", b"null"])
			try:
				document = reading.parse(bytes(bad).decode())
			except ValueError:
				continue
			read += 1
			for name, (_, text) in verdicts(document).items():
				self.assertNotIn("it cannot be checked", text, name)
		self.assertGreater(read, 20)

	def test_the_last_resort(self):
		"""Whatever a check may raise, its verdict is that it failed."""

		def broken(_):
			raise MemoryError

		with mock.patch.object(check_transcript, "CHECKS", [("broken", broken)]):
			self.assertEqual(list(failed(MadeUp().document)), ["broken"])


if __name__ == "__main__":
	unittest.main()
