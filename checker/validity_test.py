"""Tests of relations and proofs of validity: `python3 -m unittest checker.validity_test`.

Known answers of Ostraka's own crates (relations' names, layouts, whole proofs); changes of these, each of which must be
refused; and what a prover may try."""

import random
import time
import unittest
from collections import defaultdict
from itertools import count
from pathlib import Path
from unittest import mock

from checker import bls12_381, check_transcript, consistency, document, made_up_proof, relation
from checker import validity
from checker.bls12_381 import IDENTITY, ORDER, Point
from checker.commitments import commit
from checker.made_up import TORSION, number
from checker.made_up_proof import Witness
from checker.relation import ENTRY, POINT, PRODUCT, SCALAR, Layout, Relation, form, form_of_entries
from checker.spec import STATISTICS, WITH_EDGES, validate
from checker.validity import Challenges, Refused, chunks

ROOT = Path(__file__).resolve().parent.parent
TASK, DEALER = bytes([1]) * 32, bytes([2]) * 32


def known_specs():
	"""The specs whose relations' names are pinned, each with what it is called there."""
	income = {"name": "income", "decimals": 0, "min": -50, "max": 1000}
	age = {"name": "age", "decimals": 0, "min": 18, "max": 120}
	weights = {
		"weighted-mean": {"name": "weight", "decimals": 0, "min": 1, "max": 9},
		"vector-mean": {"name": "weight", "decimals": 0, "min": 0, "max": 9},
	}
	widths = {"contributors": [], "covariance": [income, age], "correlation": [income, age]}
	widths["vector-mean"] = [income, age]
	groups = {"column": "group", "groups": ["a", "b", "c"]}
	for statistic in STATISTICS:
		one = {
			"statistic": statistic,
			"columns": widths.get(statistic, [income]),
			"target": age if statistic == "regression" else None,
			"weight": weights.get(statistic),
			"edges": [-50, 0, 500, 2000] if statistic in WITH_EDGES else [],
			"quantiles": [250, 750] if statistic == "quantiles" else [],
			"group_by": None,
			"max_rows": 100,
		}
		several = dict(one, group_by=groups)
		name = "".join(word.capitalize() for word in statistic.split("-"))
		if statistic == "contributors":
			yield from ((f"{name} of 3", spec) for spec in (several, dict(several, max_rows=2)))
		else:
			yield from ((f"{name} of 1", one), (f"{name} of 3", several))


class Relations(unittest.TestCase):
	def test_names(self):
		pinned = (ROOT / "protocol/src/statistics/validity/relations.txt").read_text()
		found = []
		for name, spec in known_specs():
			validate(spec)
			proven = relation.of_spec(spec)
			found.append(f"{name}: {proven.name().hex()} {proven.bits}")
		self.assertEqual(found, pinned.splitlines())

	def test_layouts(self):
		"""Those of docs/VALIDITY.md, and the least."""
		for given, rows, points, scalars, size in [
			((1, 0, 0), (1, 1, 0, 3, 1), 6, 8, 832),
			((8, 256, 0), (32, 8, 0, 10, 1), 13, 77, 3_712),
			((64, 2048, 0), (90, 23, 0, 13, 2), 30, 196, 9_152),
		]:
			layout = Layout(*given)
			self.assertEqual((layout.q, layout.m, layout.p, layout.n, layout.h), rows)
			self.assertEqual(layout.points, points)
			self.assertEqual(sum(layout.openings) + 3, scalars)
			self.assertEqual(layout.proof_length, size)

	def test_legal_rows_satisfy_and_others_do_not(self):
		"""By statistic: vectors that rows give, or (of variances) their convex hull, and such as none gives."""
		income, few = {"name": "x", "decimals": 0, "min": -10, "max": 20}, 9
		specs = {spec["statistic"]: dict(spec, max_rows=few) for _, spec in known_specs()}
		specs = {name: dict(spec, group_by=None) for name, spec in specs.items()}
		for spec in specs.values():
			spec["columns"] = [dict(income, name=one["name"]) for one in spec["columns"]]
		specs["covariance"]["columns"][1].update(min=0, max=4)
		for statistic, legal, wrong in [
			("count", [[0], [9]], [[-1], [10]]),
			("mean", [[2, 40], [2, -20]], [[2, 41], [2, -21], [0, 1], [10, 0]]),
			("weighted-mean", [[81, 1620], [0, 0]], [[82, 0], [1, 21], [0, 1], [-1, 0]]),
			("variance", [[3, 5, 650], [2, 4, 8]], [[3, 5, 651], [2, 4, 7], [0, 0, -1], [0, 0, 1]]),
			("covariance", [[3, 6, 6, 20, 20, 20]], [[3, 6, 6, 20, 21, 20], [0, 0, 0, 0, 1, 0]]),
			(
				"regression",
				[[1, 3, 9, 20, 60, 400], [2, 5, 13, 40, 100, 800]],
				[
					[1, 3, 9, 20, 610, 400],
					[0, 0, -1, 0, 0, 0],
					# a variance is negative: of the regressor, of the target
					[2, 5, 12, 40, 100, 800],
					[2, 5, 13, 40, 100, 799],
				],
			),
			("histogram", [[0, 3, 6, 0, 0]], [[0, 3, 7, 0, 0], [0, -1, 0, 0, 0], [0, 0, 0, 1, 0]]),
		]:
			proven = relation.of_spec(specs[statistic])
			for vectors, holds in ((legal, True), (wrong, False), ([[0] * proven.length], True)):
				for vector in vectors:
					found = Witness(proven, vector).holds
					self.assertEqual(found, holds, (statistic, vector))

	def test_what_holds_is_what_is_possible(self):
		"""Of one vector relation and consistency say the same; sums of vectors that hold are possible, so that no
		dealer can spoil the others' result."""

		def is_possible(spec, vector, dealers):
			try:
				consistency.check_cell(spec, vector, dealers)
			except consistency.Impossible:
				return False
			return True

		generator = random.Random(6)
		specs = {spec["statistic"]: dict(spec, group_by=None) for _, spec in known_specs()}
		column = {"name": "x", "decimals": 0, "min": -1, "max": 2}
		for statistic, width in (("mean", 1), ("variance", 1), ("covariance", 2)):
			columns = [dict(column, name=name) for name in "xy"[:width]]
			spec = dict(specs[statistic], columns=columns, max_rows=3)
			proven, holding = relation.of_spec(spec), []
			for _ in range(3000):
				sums = (generator.randint(-2, 5) for _ in range(1, proven.length))
				vector = [generator.randint(-1, 4), *sums]
				holds = Witness(proven, vector).holds
				self.assertEqual(holds, is_possible(spec, vector, 1), (statistic, vector))
				holding += [vector] if holds else []
			self.assertTrue(20 < len(holding) < 2500, len(holding))
			for _ in range(500):
				summands = [generator.choice(holding) for _ in range(3)]
				vector = [sum(entries) for entries in zip(*summands)]
				self.assertTrue(is_possible(spec, vector, 3), summands)

	def test_the_determinant_is_left_out_where_it_is_too_wide(self):
		[spec] = [spec for name, spec in known_specs() if name == "Covariance of 1"]
		proven = relation.of_spec(spec)
		wide = [dict(one, min=-(1 << 62), max=1 << 62) for one in spec["columns"]]
		narrower = relation.of_spec(dict(spec, columns=wide))
		self.assertEqual((len(proven.products), len(narrower.products)), (8, 4))
		self.assertEqual(len(proven.ranges) - len(narrower.ranges), 1)


def vector_relations():
	"""The relations of the committed proofs."""
	entries = form_of_entries
	bit = Relation(1)
	bit.range(entries((0, 1)), 1)
	mean = Relation(2)
	mean.range(entries((0, 1)), 8)
	mean.range(entries((0, 50), (1, 1)), 16)
	mean.range(entries((0, 200), (1, -1)), 16)
	variance = Relation(3)
	variance.range(entries((0, 1)), 7)
	variance.range(entries((0, 10_000), (1, 150), (2, -1)), 24)
	variance.product(entries((0, 1)), entries((2, 1)))
	variance.product(entries((1, 1)), entries((1, 1)))
	variance.range(form((PRODUCT, 0, 1), (PRODUCT, 1, -1)), 32)
	chain = Relation(3)
	chain.range(entries((1, 1), (0, -3)), 5)
	chain.zero(form((ENTRY, 0, 2), (ENTRY, 2, -1), constant=7))
	chain.product(entries((0, 1)), entries((1, 1)))
	for step in range(1, 7):
		left = form((PRODUCT, step - 1, 1), constant=step)
		chain.product(left, form((ENTRY, 2, 1), (PRODUCT, step - 1, -1)))
	long = Relation(20)
	for place in range(20):
		long.range(entries((place, 1)), 32)
	wide = Relation(2)
	wide.range(entries((0, 1)), 120)
	wide.range(entries((1, 1)), 120)
	wide.range(entries((0, 3), (1, 1)), 122)
	wide.product(entries((0, 1)), entries((1, 1)))
	wide.product(entries((0, 1)), entries((0, 1)))
	for place in range(2):
		wide.range(form((PRODUCT, place, 1)), 240)
	return dict(bit=bit, mean=mean, variance=variance, chain=chain, long=long, wide=wide)


class Case:
	"""A committed proof with all that it is of."""

	def __init__(self, proven, values):
		self.relation, self.layout, self.values = proven, proven.layout(), values
		[self.task_hash], [self.dealer], [self.proof] = (
			values[what] for what in ("task-hash", "dealer", "proof")
		)
		self.commitments = values["commitment"]

	def verify(self, proof=None, **others):
		about = dict(vars(self), **others)
		names = "relation", "task_hash", "dealer", "commitments"
		given = [about[name] for name in names]
		validity.verify(*given, self.proof if proof is None else proof)

	def with_point(self, place, data):
		start = POINT * place
		return self.proof[:start] + data + self.proof[start + POINT :]

	def with_scalars(self, changes):
		"""The proof with scalars replaced, by place."""
		split = POINT * self.layout.points
		scalars = chunks(self.proof[split:], SCALAR)
		for place, value in changes.items():
			scalars[place] = value.to_bytes(SCALAR, "little")
		return self.proof[:split] + b"".join(scalars)

	def scalar(self, place):
		start = POINT * self.layout.points + SCALAR * place
		return int.from_bytes(self.proof[start : start + SCALAR], "little")


# How many values of each kind a case has, beside those of its vector.
VALUES = {"relation": 1, "layout L q m p n h": 1, "blinding": 1, "task-hash": 1, "dealer": 1}
VALUES.update(commitment=2, proof=1)


def cases(text):
	"""All cases of a file of committed proofs, by name: one value a line. What is not known here is refused."""
	known = defaultdict(lambda: defaultdict(list))
	for line in text.splitlines():
		name, data = line.split(" = ")
		case, what = name.split("/")
		known[case][what].append(bytes.fromhex(data))
	relations = vector_relations()
	if set(known) != set(relations):
		raise ValueError(f"other cases than those known here: {set(known) ^ set(relations)}")
	for name, values in known.items():
		found = {what: len(each) for what, each in values.items()}
		if found != dict(VALUES, value=relations[name].length):
			raise ValueError(f"other values than those known here: {name} has {found}")
	return {name: Case(relations[name], values) for name, values in known.items()}


PINNED = (ROOT / "crypto/tests/snapshots/validity.txt").read_text()
CASES = cases(PINNED)


class Committed(unittest.TestCase):
	"""The proofs that Ostraka's crate pins, and changes of them."""

	def refused(self, case, why, proof=None, **others):
		with self.assertRaisesRegex(Refused, why):
			case.verify(proof, **others)

	def test_all_of_the_file_is_read(self):
		lines = PINNED.splitlines()
		self.assertEqual(list(CASES), list(dict.fromkeys(line.split("/")[0] for line in lines)))
		read = sum(len(each) for case in CASES.values() for each in case.values.values())
		self.assertEqual(read, len(lines))
		for changed, why in [
			(PINNED + "another/relation = 00\n", "{'another'}"),
			(PINNED.replace("bit/", "bits/"), "{'bits?', 'bits?'}"),
			("\n".join(line for line in lines if not line.startswith("long/")), "{'long'}"),
			(PINNED + "bit/point = 00\n", "bit has"),
			(PINNED + "bit/value = 00\n", "bit has"),
			(PINNED + lines[-1], "wide has"),
			("\n".join(lines[:-1]), "wide has"),
		]:
			with self.assertRaisesRegex(ValueError, f"other .* known here: {why}"):
				cases(changed)

	def test_they_are_accepted(self):
		for name, case in CASES.items():
			[named], [shape] = case.values["relation"], case.values["layout L q m p n h"]
			layout = case.layout
			rows = [case.relation.length, layout.q, layout.m, layout.p, layout.n, layout.h]
			self.assertEqual((case.relation.name(), bytes(rows)), (named, shape), name)
			case.verify()
			vector = [int.from_bytes(value, "little") for value in case.values["value"]]
			[blinding] = (int.from_bytes(value, "little") for value in case.values["blinding"])
			self.assertEqual(commit(vector, blinding).encode(), case.commitments[0])
			self.assertTrue(Witness(case.relation, vector).holds, name)

	def test_they_are_of_nothing_else(self):
		for name, case in CASES.items():
			for other, different in CASES.items():
				if other != name:
					self.refused(case, "", relation=different.relation)
			first, second = case.commitments
			for others in (
				{"task_hash": case.dealer},
				{"dealer": case.task_hash},
				{"task_hash": bytes(32)},
				{"dealer": bytes(32)},
				{"commitments": [second, first]},
				{"commitments": [first]},
				{"commitments": [first, second, second]},
				{"commitments": [first, first]},
				{"commitments": [IDENTITY.encode(), second]},
				{"commitments": [first, bytes(96)]},
			):
				self.refused(case, "product", **others)
			self.refused(case, "no C_0", commitments=[])

	def test_lengths(self):
		for case in CASES.values():
			for proof in (
				b"",
				case.proof[:-1],
				case.proof[:-SCALAR],
				case.proof[POINT:],
				case.proof + b"\0",
				case.proof * 2,
			):
				self.refused(case, r"has \d+ bytes, not", proof)

	def test_scalars(self):
		for name in ("bit", "variance"):
			case = CASES[name]
			q, _, n = case.layout.openings
			blindings = {q: "open", 2 * q + 1: "open", 2 * q + n + 2: "open"}
			for place in range(2 * q + n + 3):
				value = case.scalar(place)
				for other in ((value + 1) % ORDER, ORDER - 1, 0, value ^ 1 << 200):
					if other % ORDER != value:
						why = blindings.get(place, "product")
						self.refused(case, why, case.with_scalars({place: other % ORDER}))
				for other in (ORDER, value + ORDER, (1 << 256) - 1):
					if other < 1 << 256:
						self.refused(case, "not below", case.with_scalars({place: other}))

	def test_an_opening_with_the_right_product_has_to_open(self):
		"""X is drawn before the openings: who sees it can change two numbers so that the product stays right."""
		case = CASES["mean"]
		q, first = case.layout.q, case.layout.first_points
		points = chunks(case.proof[: POINT * case.layout.points], POINT)
		about = case.relation, case.task_hash, case.dealer, case.commitments
		drawn = Challenges(*about, points[:first])
		drawn.draw_x(points[first:])
		place = 2 * q + 2
		changed = {
			place: (case.scalar(place) + drawn.x) % ORDER,
			place + 1: (case.scalar(place + 1) - 1) % ORDER,
		}
		self.refused(case, "do not open its points", case.with_scalars(changed))

	def test_points(self):
		"""Every form but the one is refused, wherever it stands. A point is hashed before it is decoded, so all of these fail
		by the product too: `Points` has what the decoder says."""
		case = CASES["variance"]
		for place in range(case.layout.points):
			data = case.proof[POINT * place : POINT * (place + 1)]
			for changed in (
				bytes([data[0] ^ 0x80]) + data[1:],
				bytes([data[0] ^ 0x40]) + data[1:],
				bytes([data[0] ^ 0x20]) + data[1:],
				data[:-1] + bytes([data[-1] ^ 1]),
				IDENTITY.encode(),
				bytes(POINT),
				bls12_381.GENERATOR.encode(),
				(Point.decode(data) + TORSION).encode(),
				(-Point.decode(data)).encode(),
			):
				self.refused(case, "", case.with_point(place, changed))

	def test_random_bytes(self):
		generator = random.Random(4)
		for name in ("bit", "mean", "chain"):
			case = CASES[name]
			for _ in range(60):
				proof = bytearray(case.proof)
				for _ in range(generator.randint(1, 3)):
					proof[generator.randrange(len(proof))] ^= 1 << generator.randrange(8)
				if bytes(proof) != case.proof:
					self.refused(case, "", bytes(proof))
			self.refused(case, "", bytes(generator.randrange(256) for _ in case.proof))
			self.refused(case, "", bytes(len(case.proof)))


class Prover:
	"""A statement about a vector, and proofs of it."""

	def __init__(self, proven, vector, beyond=()):
		self.relation, self.blinding, self.draws = proven, number("blinding"), count()
		self.witness = Witness(proven, vector)
		for place, value in enumerate(beyond, proven.length):
			self.witness.input[place] = value
		committed = [value % ORDER for value in vector] + list(beyond)
		self.commitments = [commit(committed, self.blinding).encode(), TORSION.encode()]
		self.about = proven, TASK, DEALER, self.commitments

	def prove(self, **others):
		draw = lambda: number(("draw", next(self.draws)))  # noqa: E731
		return made_up_proof.prove(*self.about, self.witness, self.blinding, draw, **others)

	def verify(self, proof):
		validity.verify(*self.about, proof)


class Provers(unittest.TestCase):
	def refused(self, prover, why="product"):
		with self.assertRaisesRegex(Refused, why):
			prover.verify(prover.prove())

	def test_honest(self):
		vectors = {"bit": [0], "mean": [3, -150], "variance": [0, 0, 0], "chain": [6, 18, 19]}
		for name, vector in vectors.items():
			prover = Prover(vector_relations()[name], vector)
			self.assertTrue(prover.witness.holds, name)
			prover.verify(prover.prove())

	def test_rows_of_coefficients_in_several_pieces(self):
		proven = Relation(1)
		for width in (250, 250, 250, 250):
			proven.range(form_of_entries((0, 1)), width)
		for _ in range(26):
			proven.product(form_of_entries((0, 1)), form_of_entries((0, 1)))
		layout = proven.layout()
		self.assertEqual((layout.m, layout.q, layout.p, layout.h), (16, 63, 1, 2))
		prover = Prover(proven, [3])
		prover.verify(prover.prove())
		prover.witness.out[0][25] = 8
		self.refused(prover)

	def test_what_is_no_bit(self):
		prover = Prover(vector_relations()["mean"], [10, 100])
		# 10 = 2 + 8, as twice the lowest
		self.assertEqual(prover.witness.bits[0][:4], [0, 1, 0, 1])
		prover.witness.bits[0][:4] = [2, 0, 0, 1]
		self.refused(prover)

	def test_bits_of_another_number(self):
		prover = Prover(vector_relations()["mean"], [10, 100])
		prover.witness.bits[0][0] = 1
		self.refused(prover)

	def test_a_bit_that_nothing_uses(self):
		proven = vector_relations()["variance"]
		layout = proven.layout()
		self.assertEqual(proven.bits, layout.m * layout.q - 1)
		prover = Prover(proven, [10, 100, 2000])
		prover.verify(prover.prove())
		self.assertEqual(prover.witness.bits[-1][-1], 0)
		prover.witness.bits[-1][-1] = 1
		self.refused(prover)

	def test_operands_and_products(self):
		# of the third, which no condition uses, the product binds the last alone
		for rows, places in (("left", (0, 1)), ("right", (0, 1)), ("out", (0, 1, 2))):
			for place in places:
				prover = Prover(vector_relations()["variance"], [10, 100, 2000])
				getattr(prover.witness, rows)[0][place] += 1
				self.refused(prover)

	def test_a_zero_that_is_none(self):
		prover = Prover(vector_relations()["chain"], [5, 17, 18])
		self.assertFalse(prover.witness.holds)
		self.refused(prover)

	def test_entries_beyond_the_vector(self):
		self.refused(Prover(vector_relations()["mean"], [10, 100], beyond=[1]))

	def test_numbers_just_outside(self):
		for vector in ([256, 0], [-1, 0], [10, -501], [10, 2001]):
			prover = Prover(vector_relations()["mean"], vector)
			self.assertFalse(prover.witness.holds)
			self.refused(prover)
		for vector in ([255, 0], [0, 0], [10, -500], [10, 2000]):
			prover = Prover(vector_relations()["mean"], vector)
			prover.verify(prover.prove())

	def test_a_part_of_order_three_would_pass_one_time_in_three(self):
		"""So it is not the equations that must refuse it."""
		prover = Prover(vector_relations()["bit"], [1])
		passed = 0
		for _ in range(12):
			proof = prover.prove(astray={0: TORSION})
			with self.assertRaisesRegex(Refused, "not in the subgroup"):
				prover.verify(proof)
			with mock.patch.object(Point, "is_in_subgroup", lambda _: True):
				try:
					prover.verify(proof)
					passed += 1
				except Refused as error:
					self.assertIn("do not open", str(error))
		self.assertTrue(0 < passed < 12, passed)

	def test_a_commitment_outside_the_subgroup(self):
		"""C_0 is refused; the others are hashed only, as every Prover's here is none of the subgroup."""
		for added, why in [(TORSION, "not in the subgroup"), (None, "coordinate is not canonical")]:
			prover = Prover(vector_relations()["bit"], [1])
			first = Point.decode(prover.commitments[0])
			data = (first + TORSION).encode() if added else b"\x1f" * 96
			prover.commitments[0] = data
			self.refused(prover, why)

	def test_it_takes_less_than_five_seconds(self):
		proven = Relation(8)
		for place in range(8):
			proven.range(form_of_entries((place, 1)), 32)
		self.assertEqual(proven.bits, 256)
		prover = Prover(proven, [(1 << 32) - 1, 0, 1, 2, 3, 4, 5, 6])
		proof = prover.prove()
		begun = time.monotonic()
		prover.verify(proof)
		self.assertLess(time.monotonic() - begun, 5)


class Processes(unittest.TestCase):
	"""Many proofs, by several processes."""

	def test_verdicts_are_the_same(self):
		proofs = []
		for name in ("bit", "mean"):
			case = CASES[name]
			about = case.relation, case.task_hash, case.dealer, tuple(case.commitments)
			proofs += [(*about, case.proof), (*about, case.proof[:-1])]
		alone = document.shared_out(document.fault, proofs, 1)
		self.assertEqual([one is None for one in alone], [True, False, True, False])
		self.assertEqual(document.shared_out(document.fault, proofs, 3), alone)
		# where no process can be started
		with mock.patch.object(document, "ProcessPoolExecutor", side_effect=OSError):
			self.assertEqual(document.shared_out(document.fault, proofs, 3), alone)
		self.assertEqual(document.shared_out(document.fault, [], 0), [])

	def test_arguments(self):
		for given, understood in [
			(["f"], ("f", 1)),
			(["-j", "8", "f"], ("f", 8)),
			(["-j", "64", "f"], ("f", 64)),
			([], None),
			(["f", "g"], None),
			(["-j", "f"], None),
			(["-j", "0", "f"], None),
			(["-j", "65", "f"], None),
			(["-j", "-1", "f"], None),
			(["-j", "²", "f"], None),
			(["-j", "9" * 5000, "f"], None),
			(["-k", "8", "f"], None),
			(["-h"], None),
		]:
			self.assertEqual(check_transcript.arguments(given), understood, given[:2])


if __name__ == "__main__":
	unittest.main()
