"""Tests of the checker: `python3 -m checker.self_test`, or by scripts/check_transcript.sh.

Known answers (known_answers_test.py); a task made up here, with a wrong dealing and an accusation of it; and single
changes of good transcripts, each of which has to be refused by the right check."""

import copy
import json
import unittest
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from unittest import mock

from checker import bls12_381, meaning, validity
from checker import check_transcript as checker
from checker.bls12_381 import IDENTITY, ORDER, Point

# run with the tests of this module
from checker.known_answers_test import Pinned, Vectors  # noqa: F401
from checker.made_up import MadeUp, address, consent_of, raw, remembering, rho_proof, secret_of, text
from checker.ristretto255 import GENERATOR, Element

ROOT = Path(__file__).resolve().parent.parent


def setUpModule():
	patch = mock.patch.object(validity, "verify", remembering(validity.verify))
	patch.start()
	unittest.addModuleCleanup(patch.stop)


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


def forgotten(document):
	"""A copy without the seats, as a node exports it that no longer knows them."""
	return dict(copy.deepcopy(document), committee=None, panel=None)


def flip(data):
	"""Another last digit of bytes in hexadecimal."""
	return data[:-1] + ("0" if data[-1] != "0" else "1")


def next_scalar(data):
	return text(raw(int.from_bytes(bytes.fromhex(data[2:]), "little") + 1))


def next_point(data):
	return text((Point.decode(bytes.fromhex(data[2:])) + bls12_381.GENERATOR).encode())


def next_key(data):
	return text((Element.decode(bytes.fromhex(data[2:])) + GENERATOR).encode())


def torsion(order):
	"""A point of that prime order, which divides the curve's cofactor."""
	cofactor = 0x396C8C005555E1568C00AAAB0000AAAB
	part = order if order == 3 else order * order
	x = 1
	while True:
		x += 1
		y = bls12_381.square_root(x**3 + 4)
		point = IDENTITY if y is None else Point(x, y) * (ORDER * cofactor // part)
		if point * order != IDENTITY:
			point = point * order
		if point != IDENTITY:
			return point


# Path, change, and the check that has to refuse it, for any good transcript.
CHANGES = [
	(["version"], 4, "document"),
	(["version"], 6, "document"),
	(["genesis"], flip, "task hash"),
	(["task", "id"], lambda n: n + 1, "task hash"),
	(["task", "class"], "Restricted", "task"),
	(["task", "class_index"], 1, "task hash"),
	(["task", "seats"], lambda n: n + 1, "document"),
	(["task", "threshold"], 0, "document"),
	(["task", "threshold"], lambda t: t + 1, "document"),
	(["task", "length"], lambda n: n + 1, "task"),
	(["task", "conditions", "least_dealers"], 9, "document"),
	(["task", "conditions", "required"], [address(bytes(32))], "document"),
	(["task", "conditions", "counting"], 6, "document"),
	(["task", "conditions", "sealed_to"], address(bytes(32)), "document"),
	(["task", "conditions_scale"], lambda data: data + "00", "document"),
	(["task", "conditions_scale"], lambda data: data[:-2], "document"),
	(["task", "conditions_scale"], flip, "document"),
	(["task", "protocol"], 5, "document"),
	(["task", "verifiers"], 17, "document"),
	(["task", "verifiers"], lambda v: v + 1, "document"),
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
	(["committee", 1, "seal_key"], next_key, "task hash"),
	(["committee", 1, "account"], "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", "task hash"),
	(["committee"], lambda committee: committee[::-1], "task hash"),
	(["panel", 1, "worker"], flip, "task hash"),
	(["panel", 1, "seal_key"], flip, "task hash"),
	(["panel", 0, "seat"], 1, "task hash"),
	(["panel", 1, "account"], "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", "task hash"),
	(["panel"], lambda panel: panel[::-1], "task hash"),
	(["panel"], lambda panel: panel[:-1], "document"),
	(["panel"], None, "document"),
	(["committee"], None, "document"),
	(["dealings", 0, "dealer_id"], flip, "digests"),
	(["dealings", 0, "dealer"], lambda name: name[:-1] + "1", "digests"),
	(["dealings", 0, "commitments", 1], next_point, "digests"),
	(["dealings", 0, "commitments", 1], next_point, "accepted set"),
	(["dealings", 0, "ephemeral"], next_key, "digests"),
	(["dealings", 0, "ephemeral"], next_key, "proofs of rho"),
	(["dealings", 0, "ephemeral"], text(bytes(32)), "proofs of rho"),
	(["dealings", 0, "ephemeral"], text(b"\xff" * 32), "proofs of rho"),
	(["dealings", 0, "proof"], flip, "proofs of rho"),
	(["dealings", 0, "proof"], lambda data: flip(data[:-62]) + data[-62:], "proofs of rho"),
	(["dealings", 0, "sealed_hashes", 0], flip, "digests"),
	(["dealings", 0, "validity"], flip, "digests"),
	(["dealings", 0, "validity"], flip, "valid inputs"),
	(["dealings", 0, "validity"], lambda proof: proof[:-2], "digests"),
	(["dealings", 0, "validity"], lambda proof: proof[:-2], "valid inputs"),
	(["dealings", 0, "validity"], lambda proof: proof + "00", "digests"),
	(["dealings", 0, "validity"], lambda proof: proof + "00", "valid inputs"),
	(["dealings", 0, "validity"], "0x", "valid inputs"),
	(["dealings", 0, "validity"], None, "valid inputs"),
	(["dealings", 0, "dealer_id"], flip, "valid inputs"),
	(["dealings", 0, "commitments", 0], next_point, "valid inputs"),
	(["dealings", 0, "commitments", 1], next_point, "valid inputs"),
	(["task", "spec", "columns", 0, "max"], lambda most: most + 1, "valid inputs"),
	(["task", "spec", "max_rows"], lambda most: most + 1, "valid inputs"),
	(["task_hash"], flip, "valid inputs"),
	(["dealings", 0, "digest"], flip, "digests"),
	(["dealings", 0, "digest"], flip, "proofs of rho"),
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
	(["result_shares", 0, "seat"], lambda seat: seat + 3, "result shares"),
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
	(["result", "attested"], lambda n: n + 100, "panel"),
	(["result", "attested"], -1, "panel"),
	(["result", "disproven"], 1, "panel"),
	(["result", "disproven"], None, "panel"),
	(["result", "sealed_to"], address(bytes(32)), "task"),
	(["result", "opening"], {"values": [], "blinding": text(bytes(32))}, "result"),
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

	def test_conditions_are_kept(self):
		one, last = bytes([1]) * 32, bytes([4]) * 32
		self.assertEqual(failed(MadeUp(required=[one], least=3).document), {})
		few = failed(MadeUp(least=4).document)
		self.assertIn("fewer dealings count than the task promises", few["task"])
		for too_few in (0, 2):
			found = failed(MadeUp(least=too_few).document)
			self.assertIn("fewer than 3 dealers are asked for", found["document"])
		missing = failed(MadeUp(required=[one, last]).document)
		self.assertIn("does not count", missing["task"])
		for unsorted in ([last, one], [one, one]):
			self.assertIn("not sorted", failed(MadeUp(required=unsorted).document)["document"])

	def test_a_sealed_result_says_nothing_until_it_is_opened(self):
		closed = list(checker.check(MadeUp(sealed="closed").document))
		not_made = {name: said for name, holds, said in closed if holds is None}
		self.assertEqual({name for name, holds, _ in closed if holds is False}, set())
		self.assertEqual(set(not_made), {"meaning", "consistency"})
		self.assertIn("sealed", not_made["meaning"])
		opened = list(checker.check(MadeUp(sealed="opened").document))
		self.assertTrue(all(holds for _, holds, _ in opened))
		# what the vector says is what it says without the mask
		plain = MadeUp().document["result"]
		self.assertEqual(MadeUp(sealed="opened").document["result"]["exact"], plain["exact"])

	def test_what_is_wrong_with_a_sealed_result(self):
		good = MadeUp(sealed="opened").document
		mask = len(good["dealings"]) - 1
		for path, value, check_name, message in [
			(["result", "opening", "values", 0], next_scalar, "result", "does not open the mask"),
			(["result", "opening", "blinding"], next_scalar, "result", "does not open the mask"),
			(["result", "opening", "values"], lambda values: values[1:], "result", "elements"),
			(["result", "sealed_to"], None, "task", "not the recipient"),
			(["dealings", mask, "counts"], False, "task", "mask does not count"),
			(["dealings", mask, "validity"], text(bytes(9)), "digests", "has 9 bytes, not 0"),
			(["result", "opening"], None, "meaning", "said of a result that nothing opens"),
			(["accepted_set", "dealers"], lambda n: n + 1, "accepted set", "dealings count"),
		]:
			with self.subTest(path=path):
				self.assertIn(message, failed(changed(good, path, value))[check_name])
		# a dealing without a proof is a mask of the recipient's alone
		bare = changed(good, ["dealings", 0, "validity"], "0x")
		self.assertIn("has 0 bytes", failed(bare)["digests"])

	def test_every_fault_of_a_dealer_excludes(self):
		for how in ("wrong share", "no scalar", "unopenable"):
			self.assertEqual(failed(MadeUp(how).document), {}, how)

	def test_an_exclusion_without_a_rightful_accusation(self):
		false = MadeUp("nothing").document
		self.assertIn("the share is right", failed(false)["excluded dealings"])
		good = MadeUp().document
		for path, value, message in [
			(["accusations"], [], "nobody accused it"),
			(["accusations", 0, "dh"], next_key, "dleq does not hold"),
			(["accusations", 0, "dh"], text(bytes(32)), "is the identity"),
			(["accusations", 0, "dh"], text(b"\xee" + b"\xff" * 30 + b"\x7f"), "not the one form"),
			(["accusations", 0, "dh"], text(IDENTITY.encode()), "96 bytes, not 32"),
			(["accusations", 0, "dleq"], flip, "dleq does not hold"),
			(["accusations", 0, "dleq"], lambda dleq: dleq[:-2] + "ff", "response is not below"),
			(["accusations", 0, "dleq"], lambda dleq: dleq[:64] + "ff" + dleq[66:], "challenge is not"),
			(["accusations", 0, "seat"], 3, "sealed is not the dealing's"),
			(["accusations", 0, "sealed"], flip, "sealed is not the dealing's"),
			(["accusations", 0, "digest"], flip, "nobody accused it"),
			(["accusations", 0, "dealer"], address(bytes(32)), "is of another dealer"),
		]:
			self.assertIn(message, failed(changed(good, path, value))["excluded dealings"])

	def test_a_seat_accuses_a_dealing_once(self):
		"""Each is judged in full, those too that convict nobody."""
		good = MadeUp().document
		first = good["accusations"][0]
		for name, value in [
			("dleq", first["dleq"]),
			("dleq", text(bytes(64))),
			("dealer", address(bytes(32))),
		]:
			bad = changed(good, ["accusations"], [first, dict(first, **{name: value})])
			message = f"accusations[1]: seat {first['seat']} accuses the same dealing twice"
			for document in (bad, forgotten(bad)):
				self.assertEqual(failed(document)["excluded dealings"], message, name)
		for name, value in (("seat", 1), ("digest", text(bytes(32)))):
			more = [first, dict(first, **{name: value})]
			self.assertEqual(failed(changed(good, ["accusations"], more)), {}, name)

	def test_an_input_that_is_not_valid_excludes(self):
		"""Nobody needs to accuse: what is wrong is in the dealing. It is told without the committee too."""
		for how in ("invalid input", "wrong proof"):
			document = MadeUp(how).document
			self.assertEqual(document["accusations"], [], how)
			self.assertEqual(failed(document), {}, how)
			for known in (document, forgotten(document)):
				found = {name: (holds, text) for name, holds, text in checker.check(known)}
				holds, text = found["excluded dealings"]
				self.assertTrue(holds, how)
				self.assertIn("dealings[3]: its input is not proven valid, its openings", text)
				self.assertIn("3 proofs of", found["valid inputs"][1])
				self.assertIn("1 of excluded dealings do not", found["valid inputs"][1])

	def test_an_input_that_is_not_valid_does_not_count(self):
		"""A dealing that counts all the same, as one does that nobody challenged in time, is seen."""
		bad = MadeUp("invalid input", vectors=[[3, 700], [4, -25], [1, 12], [2, 700]]).document
		found = failed(bad)
		self.assertIn("dealings[0] counts, and its input is not proven valid", found["valid inputs"])
		self.assertNotIn("excluded dealings", found)

	def test_a_proof_of_another_length_is_in_no_transcript(self):
		"""The chain takes no such dealing, which neither counts nor is excluded: its digest may be of it or not."""
		good = MadeUp("wrong proof").document
		for dealing in (0, 3):
			right = (len(good["dealings"][dealing]["validity"]) - 2) // 2
			for length in (0, right - 1, right + 1, right - 32, right + 96):
				bad = changed(good, ["dealings", dealing, "validity"], text(bytes(length)))
				found = failed(bad)
				message = f"dealings[{dealing}].validity has {length} bytes, not {right}"
				self.assertEqual(found["digests"], message)
				self.assertEqual("valid inputs" in found, dealing == 0)
		short = MadeUp("short proof").document
		self.assertEqual(list(failed(short)), ["digests"])

	def test_several_processes(self):
		for document in (MadeUp("wrong proof").document, MadeUp("nothing").document):
			self.assertEqual(list(checker.check(document, 3)), list(checker.check(document)))

	def test_commitments_outside_the_subgroup(self):
		"""One by one all but the first may lie there; their sums may not, and such a dealing is rightly left out."""
		for order in (3, 11, 10177, 859267, 52437899):
			point = torsion(order)
			self.assertEqual(point * order, IDENTITY)
			self.assertFalse(point == IDENTITY or point.is_in_subgroup())
			# cancelling in the sum: harmless
			cancelling = {1: [IDENTITY, point], 2: [IDENTITY, -point]}
			self.assertEqual(failed(MadeUp(torsion=cancelling).document), {}, order)
			# but of the first, which is what a dealer's proof of validity is of
			found = failed(MadeUp(torsion={1: [point], 2: [-point]}).document)
			self.assertEqual(list(found), ["valid inputs"], order)
			self.assertRegex(found["valid inputs"], "subgroup", order)
			for k in (0, 1):
				alone = MadeUp(torsion={1: [IDENTITY, IDENTITY][:k] + [point]}).document
				found = failed(alone)
				self.assertRegex(found["accepted set"], "subgroup", order)
				self.assertRegex(found["result shares"], "subgroup", order)
			accused = MadeUp("torsion", torsion={4: [IDENTITY, point]}).document
			self.assertEqual(failed(accused), {}, order)

	def test_a_point_outside_the_subgroup_convicts_whatever_else(self):
		"""What is wrong is in the dealing: no accusation is looked at, nor needed."""
		good = MadeUp("torsion", torsion={4: [torsion(3)]}).document
		for path, value in [
			(["accusations", 0, "dh"], text(b"\xff" * 32)),
			(["accusations", 0, "dh"], text(GENERATOR.encode())),
			(["accusations", 0, "dleq"], text(b"\xff" * 64)),
			(["accusations", 0, "sealed"], flip),
			(["accusations"], []),
			(["panel"], None),
		]:
			# without the panel there is no committee either
			bad = forgotten(good) if path == ["panel"] else changed(good, path, value)
			self.assertEqual(failed(bad), {}, path)
			found = {name: text for name, _, text in checker.check(bad)}
			self.assertIn("dealings[3]: a commitment is not in the", found["excluded dealings"])
		# without torsion the same evidence convicts nobody
		zeros = MadeUp().document
		zeros["accusations"][0].update(dh=text(bytes(32)), dleq=text(bytes(64)))
		self.assertIn("is the identity", failed(zeros)["excluded dealings"])

	def test_a_proof_of_rho_is_of_one_dealing(self):
		good = MadeUp().document
		dealing, other = good["dealings"][:2]
		rho, digest = secret_of((bytes([1]) * 32, "rho")), bytes.fromhex(dealing["digest"][2:])
		self.assertEqual(dealing["proof"], text(rho_proof(rho, digest)))
		for name, proof in [
			("another dealing's", other["proof"]),
			("of another digest", text(rho_proof(rho, bytes(32)))),
			("under another key", text(rho_proof(rho + 1, digest))),
		]:
			bad = changed(good, ["dealings", 0, "proof"], proof)
			self.assertEqual(failed(bad), {"proofs of rho": "dealings[0].proof does not hold"}, name)

	def test_without_the_committee(self):
		unknown = forgotten(MadeUp().document)
		made = {name: holds for name, holds, _ in checker.check(unknown)}
		self.assertEqual(made.pop("task hash"), None)
		self.assertEqual(made.pop("excluded dealings"), None)
		self.assertEqual(set(made.values()), {True})
		# whom nobody accused is left out for no reason, whoever is in the committee
		unexplained = changed(unknown, ["accusations"], [])
		self.assertIn("nobody accused it", failed(unexplained)["excluded dealings"])

	def test_bytes_have_one_form(self):
		"""In upper case the same bytes would be another text, which is what people compare."""
		good = MadeUp().document
		for path in (["result", "commitment"], ["dealings", 0, "sealed_hashes", 0], ["task_hash"]):
			found = failed(changed(good, path, lambda data: "0x" + data[2:].upper()))
			self.assertTrue(any("of lower case" in said for said in found.values()), (path, found))

	def test_an_earlier_format(self):
		"""Its tasks have no panel, and other hashes."""
		old = dict(MadeUp().document, version=4)
		self.assertEqual(
			failed(old), {"document": "version is 4: transcripts of format 5 are read"}
		)

	def test_a_panel_that_slept(self):
		"""It changes no number, and is said."""
		document = changed(MadeUp().document, ["result", "attested"], 0)
		found = {name: (holds, text) for name, holds, text in checker.check(document)}
		self.assertEqual(found["panel"], (True, "attested by 0 of 2 verifiers"))
		self.assertEqual(failed(document), {})
		more = changed(document, ["result", "attested"], 3)
		self.assertEqual(list(failed(more)), ["panel"])

	def test_a_task_without_a_panel(self):
		with mock.patch.object(MadeUp, "V", 0):
			document = MadeUp().document
		found = {name: (holds, text) for name, holds, text in checker.check(document)}
		self.assertEqual(found["panel"], (True, "there is no panel"))
		self.assertEqual(failed(document), {})
		# of a task that has one it hides nobody: the hash counts the seats
		hidden = MadeUp().document
		hidden["task"]["verifiers"], hidden["panel"], hidden["result"]["attested"] = 0, [], 0
		self.assertEqual(list(failed(hidden)), ["task hash"])

	def test_nobody_has_two_seats(self):
		"""A verifier among the committee, or a member among the panel: also where the hash is of it."""
		good = MadeUp().document
		for path, other in ((["panel", 0], ["committee", 2]), (["panel", 1], ["panel", 0])):
			named = good[other[0]][other[1]]
			seat = dict(good[path[0]][path[1]], account=named["account"], account_id=named["account_id"])
			found = failed(changed(good, path, seat))
			self.assertIn("has a seat already", found["task hash"])

	def test_a_verifier_neither_accuses_nor_reveals(self):
		good = MadeUp().document
		found = failed(changed(good, ["accusations", 0, "seat"], 4))
		self.assertIn("accusations[0].seat is none", found["excluded dealings"])
		# whomever it names, before any other, and where nobody can judge it
		for seat in (0, 4, 255):
			more = [dict(good["accusations"][0], seat=seat, digest=text(bytes(32)))]
			bad = changed(good, ["accusations"], good["accusations"] + more)
			for document in (bad, forgotten(bad)):
				found = failed(document)
				self.assertEqual(found, {"excluded dealings": "accusations[1].seat is none"}, seat)
		found = failed(changed(good, ["result_shares", 2, "seat"], 4))
		self.assertIn("result_shares[2].seat is none", found["result shares"])

	def test_what_is_disproven_is_wrong_for_all_to_see(self):
		"""An invalid input that counts, as committee and panel looked away; and that is shown since, or not."""
		vectors = [[3, 400], [4, -25], [1, 12], [2, 7]]
		forged = MadeUp(vectors=vectors).document
		for disproven, wrong in ((0, []), (1, []), (2, ["panel"])):
			document = changed(forged, ["result", "disproven"], disproven)
			self.assertEqual(list(failed(document)), ["valid inputs"] + wrong, disproven)
		# a member's share is nothing that everybody sees
		accused = changed(MadeUp().document, ["result", "disproven"], 1)
		self.assertEqual(list(failed(accused)), ["panel"])
		# commitments outside the subgroup are, though their sum lies within
		outside = MadeUp(torsion={1: [IDENTITY, torsion(3)], 2: [IDENTITY, -torsion(3)]}).document
		for disproven, wrong in ((2, []), (3, ["panel"])):
			document = changed(outside, ["result", "disproven"], disproven)
			self.assertEqual(list(failed(document)), wrong, disproven)

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
