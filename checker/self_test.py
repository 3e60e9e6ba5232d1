"""Tests of the checker: `python3 -m checker.self_test`, or by scripts/check_transcript.sh.

Published vectors; what Ostraka's own crate pins (crypto/tests/snapshots); a task made up here, with a wrong dealing and
an accusation of it; and single changes of good transcripts, each of which has to be refused by the right check."""

import copy
import json
import re
import unicodedata
import unittest
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

from checker import chacha20_poly1305, meaning, spec
from checker import check_transcript as checker
from checker.bls12_381 import GENERATOR, IDENTITY, ORDER, P, Point, hash_to_curve
from checker.check_transcript import challenge, items, transcript_hash, u8, u32, variable
from checker.made_up import MadeUp, address, consent_of, raw, seal_key, text

ROOT = Path(__file__).resolve().parent.parent

RFC_DOMAIN = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"


def failed(document):
	"""The checks that fail, by name."""
	return {name: text for name, holds, text in checker.check(document) if holds is False}


def changed(document, path, value):
	"""A copy with another value at a path; a function is applied to what stands there."""
	copied = copy.deepcopy(document)
	place = copied
	for step in path[:-1]:
		place = place[step]
	place[path[-1]] = value(place[path[-1]]) if callable(value) else value
	return copied


def flip(data):
	"""Another last digit of bytes in hexadecimal."""
	return data[:-1] + ("0" if data[-1] != "0" else "1")


def next_scalar(data):
	return text(raw(int.from_bytes(bytes.fromhex(data[2:]), "little") + 1))


def next_point(data):
	return text((Point.decode(bytes.fromhex(data[2:])) + GENERATOR).encode())


# Path, change, and the check that has to refuse it, for any good transcript.
CHANGES = [
	(["version"], 1, "document"),
	(["genesis"], flip, "task hash"),
	(["task", "id"], lambda n: n + 1, "task hash"),
	(["task", "class"], "Restricted", "task"),
	(["task", "class_index"], 1, "task hash"),
	(["task", "seats"], lambda n: n + 1, "document"),
	(["task", "threshold"], 0, "document"),
	(["task", "threshold"], lambda t: t + 1, "document"),
	(["task", "length"], lambda n: n + 1, "task"),
	(["task", "least_dealers"], 99, "task"),
	(["task", "least_dealers"], 2, "task hash"),
	(["task", "protocol"], 3, "task hash"),
	(["task", "invited"], 1, "task"),
	(["task", "accepted"], lambda n: n - 1, "task"),
	(["task", "accepted"], lambda n: n + 1, "task"),
	(["task", "cohort"], flip, "task"),
	(["task", "consent"], flip, "task hash"),
	(["task", "consent"], lambda _: text(bytes(32)), "task hash"),
	(["task", "drawn_at"], lambda n: n + 1, "task hash"),
	(["task", "windows", "verify"], lambda n: n + 1, "task hash"),
	(["task", "spec", "statistic"], "sum", "task"),
	(["task", "spec", "columns", 0, "decimals"], 5, "task"),
	(["task", "spec", "columns", 0, "max"], 5, "task"),
	(["task", "spec_scale"], flip, "task hash"),
	(["task_hash"], flip, "task hash"),
	(["task_hash_preimage"], flip, "task hash"),
	(["committee", 1, "worker"], flip, "task hash"),
	(["committee", 1, "seal_key"], next_point, "task hash"),
	(["committee", 1, "account"], "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", "task hash"),
	(["committee"], lambda committee: committee[::-1], "task hash"),
	(["dealings", 0, "dealer_id"], flip, "digests"),
	(["dealings", 0, "dealer_id"], flip, "proofs of rho"),
	(["dealings", 0, "dealer"], lambda name: name[:-1] + "1", "digests"),
	(["dealings", 0, "commitments", 1], next_point, "digests"),
	(["dealings", 0, "commitments", 1], next_point, "proofs of rho"),
	(["dealings", 0, "commitments", 1], next_point, "accepted set"),
	(["dealings", 0, "ephemeral"], next_point, "proofs of rho"),
	(["dealings", 0, "proof"], flip, "proofs of rho"),
	(["dealings", 0, "sealed_hashes", 0], flip, "digests"),
	(["dealings", 0, "digest"], flip, "digests"),
	(["dealings", 0, "digest"], flip, "accepted set"),
	(["dealings", 0, "counts"], False, "accepted set"),
	(["dealings", 0, "counts"], False, "excluded dealings"),
	(["dealings"], lambda dealings: dealings[1:], "accepted set"),
	(["dealings"], lambda dealings: dealings + dealings[:1], "accepted set"),
	(["accepted_set", "h_A"], flip, "accepted set"),
	(["accepted_set", "dealers"], lambda n: n - 1, "accepted set"),
	(["accepted_set", "digests"], lambda digests: digests[::-1], "accepted set"),
	(["accepted_set", "aggregate", 0], next_point, "accepted set"),
	(["accepted_set", "aggregate", 1], next_point, "result shares"),
	(["accepted_set", "aggregate", 0], next_point, "result"),
	(["result_shares", 0, "values", 0], next_scalar, "result shares"),
	(["result_shares", 0, "auxiliary"], next_scalar, "result shares"),
	(["result_shares", 0, "auxiliary"], "0x" + 32 * "ff", "result shares"),
	(["result_shares", 0, "right"], False, "result shares"),
	(["result_shares", 0, "seat"], lambda seat: seat % 3 + 1, "result shares"),
	(["result_shares"], [], "result shares"),
	(["result", "values", 0], next_scalar, "result"),
	(["result", "values", 0], next_scalar, "result shares"),
	(["result", "values", 0], next_scalar, "meaning"),
	(["result", "values", 0], text(raw(10**9)), "consistency"),
	(["result", "values", 0], text(raw(-1)), "consistency"),
	(["result", "values", 1], text(raw(10**12)), "consistency"),
	(["result", "values"], lambda values: values[1:], "result"),
	(["result", "blinding"], next_scalar, "result"),
	(["result", "blinding"], next_scalar, "result shares"),
	(["result", "commitment"], next_point, "result"),
	(["result", "exact", "count"], "1", "meaning"),
	(["result", "exact", "mean"], "1/3", "meaning"),
	(["result", "exact", "mean"], "1e5000000000000000000000", "meaning"),
	(["result", "exact", "mean"], "1/0", "meaning"),
	(["result", "exact", "mean"], "9" * 100_000, "meaning"),
	(["result", "exact", "mean"], None, "meaning"),
	(["result", "exact"], "undefined", "meaning"),
	(["result", "exact"], None, "meaning"),
	(["result", "typed", "mean"], lambda mean: mean * 1.000001, "meaning"),
	(["result", "typed", "mean"], 10**400, "meaning"),
	(["result", "typed", "mean"], float("nan"), "meaning"),
	(["result", "typed", "count"], True, "meaning"),
	(["result", "typed"], "undefined", "meaning"),
]


class Vectors(unittest.TestCase):
	def test_rfc_9380(self):
		"""Appendix J.9.1."""
		for message, x in [
			(
				b"",
				"052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4e8cf62d9c09db0fac349612b759e79a1",
			),
			(
				b"abc",
				"03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a794"
				"3388a49a3aee664ba5379a7655d3c68900be2f6903",
			),
		]:
			self.assertEqual(hash_to_curve(message, RFC_DOMAIN).encode()[:48].hex(), x)

	def test_rfc_8439(self):
		"""Appendix A.1, the first vector: a key of zeros."""
		block = chacha20_poly1305.block(bytes(32), 0)
		self.assertEqual(block[:16].hex(), "76b8e0ada0f13d90405d6ae55386bd28")

	def test_points_that_are_none(self):
		x, y = GENERATOR.x, GENERATOR.y
		cases = {
			"not canonical": (x + P).to_bytes(48, "big") + y.to_bytes(48, "big"),
			"not on the curve": x.to_bytes(48, "big") + (y + 1).to_bytes(48, "big"),
			"subgroup": bytes(48) + (2).to_bytes(48, "big"),
		}
		for what, data in cases.items():
			with self.assertRaisesRegex(ValueError, what):
				Point.decode(data)
		self.assertEqual(Point.decode(IDENTITY.encode()), IDENTITY)
		self.assertEqual(GENERATOR * (ORDER - 1), -GENERATOR)
		self.assertEqual(GENERATOR + -GENERATOR, IDENTITY)


class Pinned(unittest.TestCase):
	"""What Ostraka's crate pins comes out the same here."""

	@classmethod
	def setUpClass(cls):
		path = ROOT / "crypto/tests/snapshots/encodings.txt"
		cls.pinned = dict(line.split(" = ") for line in path.read_text().splitlines())

	def pin(self, name):
		return bytes.fromhex(self.pinned[name])

	def test_generators(self):
		points = [checker.generator(l).encode() for l in range(1, 257)] + [
			checker.generator(0).encode()
		]
		self.assertEqual(points[0], self.pin("point/g1"))
		self.assertEqual(
			"sha256 " + sha256(b"".join(points)).hexdigest(), self.pinned["point/g1..g256,h"]
		)

	def test_transcripts(self):
		fields = [
			bytes([1]) * 32,
			bytes([2]) * 32,
			variable(b"variable"),
			u8(3),
			u32(4),
			raw(5),
			items([IDENTITY.encode()]),
			items([bytes([6]) * 32]),
		]
		self.assertEqual(transcript_hash(b"ostraka/test/v1", *fields), self.pin("transcript/all"))
		self.assertEqual(
			raw(challenge(b"ostraka/test/v1", *fields)), self.pin("transcript/challenge")
		)

	def test_sealing_and_evidence(self):
		task_hash, dealer, dh = bytes([8]) * 32, bytes([9]) * 32, self.pin("evidence/dh")
		commitments = [self.pin("vss/commitment-0"), self.pin("vss/commitment-1")]
		public, ephemeral = self.pin("seal/from-signature"), self.pin("dealing/ephemeral")
		sealed = {
			j: chacha20_poly1305.seal(
				seal_key(dh, task_hash, dealer, j, public, ephemeral, commitments),
				self.pin(f"vss/share-{j}"),
			)
			for j in (1, 3)
		}
		hashes = [
			sha256(sealed[1]).digest(),
			bytes.fromhex(self.pinned["dealing/sealed-2"].split()[1]),
			sha256(sealed[3]).digest(),
		]
		self.assertEqual(hashes[0], self.pin("dealing/sealed-hash-1"))
		fields = [task_hash, dealer, ephemeral, items(commitments), items(hashes)]
		self.assertEqual(
			transcript_hash(b"ostraka/dealing/v1", *fields), self.pin("dealing/digest")
		)
		dealing = {
			"proof": text(self.pin("dealing/proof")),
			"dleq": text(self.pin("evidence/dleq")),
		}
		node, base = checker.Node(dealing), GENERATOR.encode()
		ephemeral_point = Point.decode(ephemeral)
		c, firsts = checker.first_messages(node["proof"], [(GENERATOR, ephemeral_point)])
		fields = [task_hash, dealer, base, ephemeral, firsts, items(commitments), items(hashes)]
		self.assertEqual(c, challenge(b"ostraka/rho/v1", *fields))
		pairs = [(GENERATOR, Point.decode(public)), (ephemeral_point, Point.decode(dh))]
		c, firsts = checker.first_messages(node["dleq"], pairs)
		fields = [task_hash, self.pin("dealing/digest"), u8(1), base, public, ephemeral, dh, firsts]
		self.assertEqual(c, challenge(b"ostraka/dleq/v1", *fields))

	def test_hidden_characters(self):
		"""What the chain refuses in a name."""
		source = (ROOT / "primitives/src/name.rs").read_text()
		ranges = re.findall(r"\('\\u\{(\w+)\}', '\\u\{(\w+)\}'\)", source)
		found = [(int(first, 16), int(last, 16)) for first, last in ranges]
		self.assertEqual(spec.HIDDEN, found)
		controls = [code for code in range(0x110000) if unicodedata.category(chr(code)) == "Cc"]
		self.assertTrue(all(map(spec.is_hidden, controls)))


class Transcripts(unittest.TestCase):
	def refused(self, document):
		self.assertEqual(failed(document), {})
		for path, value, check in CHANGES:
			with self.subTest(path=path, check=check):
				bad = changed(document, path, value)
				self.assertFalse(bad == document)
				self.assertIn(check, failed(bad))

	def test_the_example_and_changes_of_it(self):
		self.refused(json.loads((ROOT / "examples/transcript.json").read_text()))

	def test_a_task_made_up_and_changes_of_it(self):
		self.refused(MadeUp().document)

	def test_every_fault_of_a_dealer_excludes(self):
		for how in ("wrong share", "no scalar", "unopenable"):
			self.assertEqual(failed(MadeUp(how).document), {}, how)

	def test_an_exclusion_without_a_rightful_accusation(self):
		false = MadeUp("nothing").document
		self.assertIn("the share is right", failed(false)["excluded dealings"])
		good = MadeUp().document
		for path, value, message in [
			(["accusations"], [], "nobody accused it"),
			(["accusations", 0, "dh"], next_point, "dleq does not hold"),
			(["accusations", 0, "dh"], text(IDENTITY.encode()), "is the identity"),
			(["accusations", 0, "dleq"], flip, "dleq does not hold"),
			(["accusations", 0, "seat"], 3, "sealed is not the dealing's"),
			(["accusations", 0, "sealed"], flip, "sealed is not the dealing's"),
			(["accusations", 0, "digest"], flip, "nobody accused it"),
			(["accusations", 0, "dealer"], address(bytes(32)), "is of another dealer"),
		]:
			self.assertIn(message, failed(changed(good, path, value))["excluded dealings"])

	def test_without_the_committee(self):
		unknown = changed(MadeUp().document, ["committee"], None)
		made = {name: holds for name, holds, _ in checker.check(unknown)}
		self.assertEqual(made.pop("task hash"), None)
		self.assertEqual(made.pop("excluded dealings"), None)
		self.assertEqual(set(made.values()), {True})

	def test_who_has_accepted_without_dealing(self):
		"""Of more invited dealers than dealt: the cohort is not told by the dealings, and what is left holds."""
		more = changed(MadeUp().document, ["task", "invited"], 6)
		for accepted in (4, 5, 6):
			several = changed(more, ["task", "accepted"], accepted)
			self.assertEqual(failed(changed(several, ["task", "cohort"], flip)), {}, accepted)
		for accepted, message in [(3, "more dealings than"), (7, "more dealers accepted than")]:
			self.assertIn(message, failed(changed(more, ["task", "accepted"], accepted))["task"])

	def test_consent_has_an_order(self):
		one, two = bytes([1]) * 32, bytes([2]) * 32
		self.assertEqual(consent_of([]), bytes(32))
		first = sha256(b"ostraka/consent/v1" + bytes(32) + one).digest()
		self.assertEqual(consent_of([one]), first)
		self.assertEqual(consent_of([one, two]), sha256(b"ostraka/consent/v1" + first + two).digest())
		self.assertNotEqual(consent_of([one, two]), consent_of([two, one]))

	def test_documents_that_are_none(self):
		for document in [[], {}, {"version": 1}, {"version": "1"}, None]:
			self.assertEqual(list(failed(document)), ["document"])


class Meaning(unittest.TestCase):
	SPEC = MadeUp().spec

	def holds(self, statistic, vector, exact, typed, **others):
		spec = dict(self.SPEC, statistic=statistic, **others)
		meaning.validate(spec)
		self.assertEqual(meaning.length(spec), len(vector))
		[(_, said)] = meaning.read(spec, vector, 3)
		self.assertNotIsInstance(said, meaning.Impossible)
		meaning.same("", said, exact, typed)

	def test_statistics(self):
		two = [dict(self.SPEC["columns"][0], name=name) for name in "xy"]
		self.holds(
			"std",
			[3, 55, 1125],
			{
				"count": "3",
				"sum": "5.5",
				"mean": "11/6",
				"variance": "7/12",
				"std": "sqrt(7/12)",
			},
			{"count": 3, "sum": 5.5, "mean": 11 / 6, "variance": 7 / 12, "std": 0.7637626158259734},
		)
		self.holds(
			"correlation",
			[3, 6, -6, 14, -14, 14],
			{
				"count": "3",
				"means": {"x": "1/5", "y": "-1/5"},
				"covariance": "-1/100",
				"correlation": "-1",
			},
			{"count": 3, "means": {"x": 0.2, "y": -0.2}, "covariance": -0.01, "correlation": -1.0},
			columns=two,
		)
		self.holds(
			"histogram",
			[1, 2, 3],
			{"count": "6", "edges": ["0.5", "1.0"], "counts": ["1", "2", "3"]},
			{"count": 6, "edges": [0.5, 1.0], "counts": [1, 2, 3]},
			edges=[5, 10],
		)
		self.holds(
			"weighted-mean",
			[4, 60],
			{"weight_sum": "4", "weighted_sum": "6.0", "mean": "3/2"},
			{"weight_sum": 4, "weighted_sum": 6.0, "mean": 1.5},
			weight=dict(self.SPEC["columns"][0], name="w", decimals=0, min=0),
		)

	def test_regressions(self):
		"""y = 1 + 2x exactly, then with one row off the line."""
		target = dict(self.SPEC["columns"][0], name="y", decimals=0)
		exact = {"count": "3", "coefficients": {"intercept": "1", "x": "20"}, "r_squared": "1"}
		exact["std_errors"] = {"intercept": "0", "x": "0"}
		typed = {"count": 3, "coefficients": {"intercept": 1.0, "x": 20.0}, "r_squared": 1.0}
		typed["std_errors"] = {"intercept": 0.0, "x": 0.0}
		self.holds("regression", [3, 3, 5, 9, 13, 35], exact, typed, target=target)
		exact = {
			"count": "3",
			"coefficients": {"intercept": "1/2", "x": "35"},
			"r_squared": "49/52",
		}
		exact["std_errors"] = {"intercept": "sqrt(5/4)", "x": "sqrt(75)"}
		typed = {"count": 3, "coefficients": {"intercept": 0.5, "x": 35.0}, "r_squared": 49 / 52}
		typed["std_errors"] = {"intercept": 1.25**0.5, "x": 75**0.5}
		self.holds("regression", [3, 3, 5, 12, 19, 74], exact, typed, target=target)

	def test_quantiles(self):
		bins = {"count": "6", "edges": ["0.5", "1.0"], "counts": ["1", "4", "1"]}
		numbers = {"count": 6, "edges": [0.5, 1.0], "counts": [1, 4, 1]}
		exact = dict(bins, median="11/16", median_bounds=["0.5", "1.0"])
		typed = dict(numbers, median=0.6875, median_bounds=[0.5, 1.0])
		self.holds("median", [1, 4, 1], exact, typed, edges=[5, 10])
		exact = dict(bins, quantiles=[{"quantile": "0.900", "value": "1", "bounds": ["1.0", None]}])
		typed = dict(numbers, quantiles=[{"quantile": 0.9, "value": 1.0, "bounds": [1.0, None]}])
		self.holds("quantiles", [1, 4, 1], exact, typed, edges=[5, 10], quantiles=[900])

	def test_groups(self):
		spec = dict(self.SPEC, statistic="variance", group_by={"column": "g", "groups": list("abc")})
		said = dict(meaning.read(spec, [2, 3, 5, 0, 0, 0, 1, 5, 25], 3))
		self.assertEqual(said["a"]["count"], 2)
		self.assertEqual((said["b"], said["c"]), (None, "undefined"))
		with self.assertRaisesRegex(ValueError, "should be null"):
			meaning.same("", None, {"count": "2"}, {"count": 2})

	def test_exact_numbers(self):
		for number, value in [("12", 12), ("-3.50", Fraction(-7, 2)), ("-7/3", Fraction(-7, 3))]:
			self.assertEqual(meaning.parse(number), value)
		self.assertEqual(meaning.parse("-sqrt(2/3)"), meaning.Root(Fraction(2, 3), True))
		for number in (
			["", "-", "+1", "01", "1.", ".5", "1e3", "1_0", " 1", "1\n", "٣", "0x1", "1/0", "1/2/3"]
			+ ["sqrt(2", "sqrt(-2)", "2)", "nan", "inf", "1.5/2", "7" * 4001, "1/" + "7" * 9999]
			+ [None, 1, 1.5, True, [], {}]
		):
			with self.assertRaises(ValueError, msg=repr(number)[:40]):
				meaning.parse(number)


if __name__ == "__main__":
	unittest.main()
